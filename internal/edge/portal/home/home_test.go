package home_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage/storagetest"
)

// Each role sees what waits for it, with where it is done, and nothing else.
func TestStartPagePerRole(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		for _, c := range []struct {
			who         string
			says, hides []string
		}{
			{portaltest.Technician, []string{"2 nycklar behöver synkas", "1 spärrad nyckel", "öppna uppgifter", "Först i tur", "Montera lås"}, []string{"Loggens signerade huvud", "frågor att besluta"}},
			{portaltest.Officer, []string{"Tre saker att göra först"}, []string{"spärrad nyckel", "Loggens signerade huvud"}},
			{portaltest.Owner, []string{"Loggens signerade huvud", "1 spärrad nyckel"}, []string{"Först i tur"}},
			{portaltest.Alarm, []string{"Det här väntar på dig"}, []string{"Loggens signerade huvud", "öppna uppgifter"}},
		} {
			page := w.Visitor(c.who).Get("/", http.StatusOK)
			portaltest.Says(t, page, c.says...)
			portaltest.Hides(t, page, append(c.hides, "Maj-Britt", "Hemliga gatan", "Sjöstigen")...)
		}
	})
}

// A count is of the own organisation for those who hold a group.
func TestStartPageCountsTheOwn(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	for organisation, want := range map[string]int64{portaltest.Organisation: 1, "5560003468": 0, "": 0} {
		o, err := w.Pages.Overview(t.Context(), casework.Reader{Actor: "demo:x", Role: string(routine.Provider), Organisation: organisation})
		w.Must(err)
		if o.Counts.KeysBlocked != want || o.Log != nil || len(o.Next) != 0 {
			t.Errorf("%q: %+v, want %d blocked", organisation, o, want)
		}
	}
}

func TestHelpIsHiddenAndShownAgain(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	portaltest.Says(t, v.Get("/", http.StatusOK), "Tre saker att göra först", "Läs vad du gör när något inte fungerar")
	v.Get("/?hjalp=dold", http.StatusOK)
	portaltest.Hides(t, v.Get("/", http.StatusOK), "Tre saker att göra först<")
	v.Get("/?hjalp=visas", http.StatusOK)
	portaltest.Says(t, v.Get("/?hjalp=%3Cscript%3E", http.StatusOK), "Tre saker att göra först")
}

// An emergency access waits on the first page of who answers for those people, and of the system owner, until it is reviewed.
func TestEmergencyAccessIsReviewed(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	const reason = "Dörren står öppen och ingen svarar"
	taken, err := w.Emergencies.Take(t.Context(), identity.Acting{Who: routine.Who{Actor: "demo:någon", Role: routine.Provider, Organisation: portaltest.Organisation}},
		w.ID("clients", portaltest.Åke), reason)
	w.Must(err)
	lead, owner, alarm := w.Visitor(portaltest.Manager), w.Visitor(portaltest.Owner), w.Visitor(portaltest.Alarm)
	portaltest.Says(t, lead.Get("/", http.StatusOK), "1 nödåtkomst att granska", "Granska senast 6 juni 2026")
	portaltest.Says(t, owner.Get("/", http.StatusOK), "1 nödåtkomst att granska")
	portaltest.Hides(t, alarm.Get("/", http.StatusOK), "att granska<")
	portaltest.Says(t, alarm.Get("/granskning", http.StatusOK), "Ingen nödåtkomst att granska")
	path := "/granskning/" + taken.ID
	alarm.Get(path, http.StatusNotFound)
	alarm.Post(path, url.Values{"verdict": {"justified"}}, http.StatusNotFound)
	page := lead.Get(path, http.StatusOK)
	portaltest.Says(t, page, reason, "Utförarens chef")
	portaltest.Hides(t, page, "Brännström", "Hemliga gatan")
	for _, bad := range []url.Values{{}, {"verdict": {"kanske"}}, {"verdict": {"unjustified"}}, {"verdict": {"unjustified"}, "note": {strings.Repeat("å", 600)}}} {
		page := lead.Post(path, bad, http.StatusUnprocessableEntity)
		portaltest.Says(t, page, "Välj om åtkomsten var befogad", bad.Get("note"))
		if !strings.Contains(page, "Fel:") {
			t.Errorf("the title does not say that something is wrong: %v", bad)
		}
	}
	portaltest.Says(t, lead.Post(path, url.Values{"verdict": {"unjustified"}, "note": {"Fel kund"}}, http.StatusOK), "Granskningen är sparad.", "Ingen nödåtkomst att granska")
	lead.Post(path, url.Values{"verdict": {"justified"}}, http.StatusConflict)
	portaltest.Hides(t, owner.Get("/", http.StatusOK), "att granska<")
}
