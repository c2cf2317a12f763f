package casework_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// reads are the entries in the journal of who read about a client, by purpose.
func (n town) reads(t testing.TB, clientID string) map[string]string {
	t.Helper()
	out := map[string]string{}
	if err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		past, err := journal.Timeline(t.Context(), tx, clientID, journal.MaxPage, "")
		for _, r := range past {
			if r.Kind == journal.ClientRead {
				out[r.Value("purpose")] = r.Value("reason")
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// The queue says whose doors they are, page by page, to the lock manager alone; every read is in the journal.
//
// proves V5.1-a
func TestQueue(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id := n.toMount(t, alma)
		n.book(t, id, casework.NewBooking{})
		q, err := n.Queue(t.Context(), keeper, casework.WorkFilter{Kind: routine.Mount}, casework.QueuePrinted)
		if err != nil || len(q.All) != 1 || q.Next.ID != "" {
			t.Fatalf("got %+v, %v, want one line", q, err)
		}
		if l := q.All[0]; l.Home.Name == "" || l.Home.Street == "" || l.Name == "" || l.From.IsZero() || l.Home.Phone != "" {
			t.Errorf("got %+v, want home, time and who comes, and no telephone number", l)
		}
		if _, ok := n.reads(t, q.All[0].ClientID)[casework.QueuePrinted]; !ok {
			t.Error("the print is not in the journal")
		}
		all, err := n.Queue(t.Context(), keeper, casework.WorkFilter{}, casework.QueueShown)
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for f := (casework.WorkFilter{Limit: 1}); ; {
			some, err := n.Queue(t.Context(), keeper, f, casework.QueueShown)
			if err != nil || len(some.All) > 1 {
				t.Fatalf("got %d lines, %v", len(some.All), err)
			}
			got += len(some.All)
			if f.After = some.Next; f.After.ID == "" {
				break
			}
		}
		if got != len(all.All) {
			t.Errorf("page by page: got %d, want %d", got, len(all.All))
		}
		for _, role := range []routine.Role{routine.Provider, routine.CaseOfficer, routine.Auditor} {
			who := routine.Who{Actor: "x", Role: role, Organisation: keeper.Organisation}
			if _, err := n.Queue(t.Context(), who, casework.WorkFilter{}, casework.QueueShown); !errors.Is(err, casework.ErrTaskNotYours) {
				t.Errorf("the queue as %s: got %v", role, err)
			}
			if _, err := n.VisitPage(t.Context(), who, id, ""); !errors.Is(err, casework.ErrTaskNotYours) {
				t.Errorf("the visit as %s: got %v", role, err)
			}
		}
	})
}

// The page of a visit says whose door it is, and an attempt to reach the client stands in what has happened.
//
// proves V5.5-b
func TestVisitPage(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id := n.toMount(t, alma)
		if _, err := n.NoteContact(t.Context(), keeper, id, casework.ContactNoAnswer, "Ring efter lunch"); err != nil {
			t.Fatal(err)
		}
		v, err := n.VisitPage(t.Context(), keeper, id, "")
		if err != nil || v.Home.Name == "" || v.Waits || v.Live() != nil {
			t.Fatalf("got %+v, %v", v, err)
		}
		if last := v.Past[0]; last.Value("change") != "contacted" || last.Value("answer") != casework.ContactNoAnswer || last.Value("reason") != "Ring efter lunch" {
			t.Errorf("got %v, want the attempt first", last.Fields)
		}
		if _, ok := n.reads(t, v.Home.ID)["visit"]; !ok {
			t.Error("the visit is not in the journal")
		}
		for outcome, note := range map[string]string{"": "", "answered": "", casework.ContactDeclined: strings.Repeat("x", casework.MaxNote+1)} {
			if _, err := n.NoteContact(t.Context(), keeper, id, outcome, note); err == nil {
				t.Errorf("the outcome %q with %d characters was taken", outcome, len(note))
			}
		}
		if _, err := n.VisitPage(t.Context(), keeper, "nobody", ""); !errors.Is(err, casework.ErrTaskUnknown) {
			t.Errorf("no task: got %v", err)
		}
	})
}

// Nothing that people have written about somebody with protected identity is shown until there is a reason: it may say where they live.
func TestWordsAboutTheProtectedAreHidden(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const words = "bor hos sin syster"
		n := newTown(t, db)
		in := order(routine.HomeCareGranted, alma, day(1), "H1")
		in.Reason = words
		n.place(t, officer, in)
		id := n.toMount(t, alma)
		if _, err := n.NoteContact(t.Context(), keeper, id, casework.ContactNoAnswer, words); err != nil {
			t.Fatal(err)
		}
		n.book(t, id, casework.NewBooking{})
		if _, err := n.CancelBooking(t.Context(), keeper, id, words); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			clients, err := tx.ClientsByNumber(t.Context(), []string{alma})
			if err != nil {
				return err
			}
			c := clients[alma]
			c.Protected = true
			return tx.PutClients(t.Context(), []care.Client{c})
		}); err != nil {
			t.Fatal(err)
		}
		for reason, want := range map[string]int{"": 0, "besök": 4} { // the order, the attempt, the booking and its entry
			v, err := n.VisitPage(t.Context(), keeper, id, reason)
			if got := strings.Count(fmt.Sprintf("%+v", v), words); err != nil || got != want {
				t.Errorf("with the reason %q: got the words %d times, %v, want %d", reason, got, err, want)
			}
		}
	})
}
