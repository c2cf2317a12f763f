package portal_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// unwilling lets the portaltest.Owner of two houses with locks say no.
func unwilling(w *portaltest.Town) {
	p := routine.DefaultProfile()
	p.Consent.Owner = true
	s := casework.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) casework.Tx { return tx }), p)
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		_, err := s.ApplyRegisters(ctx, tx, casework.Import{ID: "nej"}, casework.RegisterBatch{Consents: []consent.Imported{
			{Property: "Sjöstigen 82", Town: "Söderköpinge", Owner: "Brf Sjöutsikten", Answer: consent.Refused, Date: w.At(5, 4, 0, 0), Diary: "SN 2026/31"},
			{Property: "Hemliga gatan 1", Town: "Söderköpinge", Owner: "Brf Sjöutsikten", Answer: consent.Refused, Date: w.At(5, 4, 0, 0), Diary: "SN 2026/31"},
		}})
		return err
	})
}

// stuck lays up urgent work at a door.
func stuck(w *portaltest.Town, number string, due time.Time) {
	client := w.ID("clients", number)
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		return tx.InsertTasks(ctx, []casework.Task{{ID: "01a00000-0000-7000-8000-000000000001", Number: "7K3M-9QX2", ClientID: client, Kind: routine.ServiceLock,
			Rule: routine.RuleConsent, State: casework.TaskOpen, Urgent: true, Due: due, Created: w.Clock.Time, Note: "Låset surrar men öppnar inte"}})
	})
}

// The page of tasks says what each is about: whose door, what is to be done by when, and who said no and when. Urgent work
// comes first, then the questions that somebody must decide, put together, then what is late and what is to come.
func TestTasksSayWhatTheyAreAbout(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		unwilling(w)
		stuck(w, portaltest.MajBritt, w.At(6, 20, 0, 0))
		page := w.Visitor(portaltest.Officer).Get("/uppgifter", http.StatusOK)
		said := portaltest.Text(page)
		at := 0
		for _, want := range []string{"Akut 1", "Maj-Britt Hansson, Sjöstigen 82, lgh 2501, 432 45 Söderköpinge", "Service av lås", "Låset surrar men öppnar inte", "20 juni 2026",
			"Att ta ställning till 3", "Fastighetsägaren vill inte ha låset. Ska det sitta kvar?",
			"Brf Sjöutsikten sa nej den 4 maj 2026, diarienummer SN 2026/31", "2 dörrar", "Fastighetsägaren vill inte ha låset i porten. Ska det sitta kvar?", "1 dörr",
			"Försenat", "Ulla Öberg, Kvarngatan 4, 432 45 Söderköpinge", "Montera lås", "klar senast 1 juni 2026", "beställning", "Vilkas dörrar du har fått se"} {
			i := strings.Index(said[at:], want)
			if i < 0 {
				t.Fatalf("%q does not follow in\n%s", want, said)
			}
			at += i
		}
		portaltest.Says(t, page, "Skyddad identitet")
		portaltest.Hides(t, page, "Brännström", "Åke", "Hemliga", "432 46", portaltest.Åke, portaltest.MajBritt)
		portaltest.Says(t, w.Visitor(portaltest.Officer).Get("/uppgifter?lang=en", http.StatusOK), "Urgent 1", "To decide 3", "The owner of the house does not want the lock in the entrance. Shall it stay?", "Brf Sjöutsikten said no on 4 May 2026")
		portaltest.Says(t, w.Visitor(portaltest.Technician).Get("/kunder/"+w.ID("clients", portaltest.MajBritt), http.StatusOK), "Ta ställning", "Service av lås")
	})
}

// One place for each job: a technician has the work queue, with the questions among the rest, and not the case officer's page.
func TestTasksAreTheCaseOfficers(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	unwilling(w)
	v := w.Visitor(portaltest.Technician)
	v.Get("/uppgifter", http.StatusForbidden)
	home := v.Get("/", http.StatusOK)
	if !strings.Contains(home, `href="/arbete?vems=alla&amp;slag=alla"`) {
		t.Error("the first page does not lead to the queue")
	}
	portaltest.Hides(t, home, "/uppgifter")
	portaltest.Says(t, v.Get("/arbete?vems=alla&slag=decide", http.StatusOK), "Ta ställning", "Maj-Britt Hansson")
}

// Whose doors the page showed is in the journal.
func TestTasksAreReads(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	unwilling(w)
	w.Visitor(portaltest.Officer).Get("/uppgifter", http.StatusOK)
	for _, number := range []string{portaltest.MajBritt, portaltest.Åke, portaltest.Ulla} {
		reads := w.Reads(w.ID("clients", number))
		if len(reads) != 1 || reads[0].Value("purpose") != "tasks" || reads[0].Value("actor") != portaltest.Officer {
			t.Errorf("%s: got the reads %v, want one of the tasks by the case officer", number, reads)
		}
	}
}
