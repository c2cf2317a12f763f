package clients_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage/storagetest"
)

var secrets = []string{"Brännström", "Åke", "Hemliga", "43246", "432 46", "19310324"}

// A client whom one has no relation to looks like one that is not there, until one has said why one must see them; then everything but
// the protected details, and nobody else.
func TestEmergencyAccess(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		v := w.Visitor(portaltest.Manager) // of the municipality's home care, which does not serve Åke
		path := "/kunder/" + w.ID("clients", portaltest.Åke)
		for _, p := range []string{path, "/kunder/0198aaaa-0000-7000-8000-000000000001"} {
			page := v.Get(p, http.StatusNotFound)
			portaltest.Says(t, page, "Du ser inte den kunden", "Ta nödåtkomst")
			portaltest.Hides(t, page, secrets...)
			portaltest.Hides(t, page, "Skyddad")
		}
		found := v.Post("/kunder", url.Values{"q": {portaltest.Åke}}, http.StatusOK)
		portaltest.Says(t, found, "Inget hittades", "Ta nödåtkomst")
		portaltest.Hides(t, found, path, "Skyddad uppgift")
		for _, reason := range []string{"", "kort", strings.Repeat("å", 501)} {
			portaltest.Says(t, v.Post(path+"/nodatkomst", url.Values{"reason": {reason}}, http.StatusUnprocessableEntity), "Skriv varför du behöver åtkomst nu", "Fel:")
		}
		portaltest.Says(t, v.Post("/nodatkomst", url.Values{"nummer": {"19310324-9079"}, "reason": {"svarar inte på larmet"}}, 422), "kontrollsiffra")
		if n := len(w.Reads(w.ID("clients", portaltest.Åke))); n != 0 {
			t.Errorf("reads before emergency access: got %d", n)
		}
		page := v.Post("/nodatkomst", url.Values{"nummer": {"19310324-9078"}, "reason": {"svarar inte på larmet"}}, http.StatusOK)
		portaltest.Says(t, page, "Du har nödåtkomst till 3 juni 2026 kl. 16.10", "Skyddad uppgift", "Nyckelgömma NG10001")
		portaltest.Hides(t, page, secrets...)
		portaltest.Says(t, v.Post(path, url.Values{"reason": {"fault"}}, http.StatusOK), "Åke Brännström")
		w.Visitor(portaltest.Nurse).Get(path, http.StatusNotFound) // one person's, not a house's
		w.Visitor(portaltest.Officer).Post(path+"/nodatkomst", url.Values{"reason": {"svarar inte på larmet"}}, http.StatusForbidden)
		w.Clock.Time = w.At(6, 3, 16, 11)
		v = w.Visitor(portaltest.Manager)
		v.Get(path, http.StatusNotFound)
	})
}

func TestClientPageTellsEverything(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	path := "/kunder/" + w.ID("clients", portaltest.MajBritt)
	page := w.Visitor(portaltest.Technician).Get(path, http.StatusOK)
	portaltest.Says(t, page, "Kundens tid i korthet", "Hemtjänst, Hemtjänst Norr 1 från 19 januari 2026", "Beställningar: 2", "Fysiska nycklar", "Samtycken", "Byte av utförare", "Omsorg Syd Centrum")
	if !strings.Contains(page, `aria-hidden="true" focusable="false"`) || strings.Count(page, "span-bar") < 4 {
		t.Error("the picture of the client's time is missing")
	}
	mine := w.Visitor(portaltest.Manager).Get(path, http.StatusOK)
	portaltest.Says(t, mine, "Maj-Britt Hansson", "19290102-****")
	portaltest.Hides(t, mine, "19290102-9088", "0700-000001")
}

// The file says no more than the page, and taking it is in the journal.
func TestExport(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	id := w.ID("clients", portaltest.Åke)
	v := w.Visitor(portaltest.Technician)
	file := v.Get("/kunder/"+id+"/utdrag?format=csv", http.StatusOK)
	portaltest.Hides(t, file, secrets...)
	if !strings.Contains(file, "NG10001") {
		t.Errorf("the file lacks the lock: %s", file)
	}
	if x := v.Get("/kunder/"+id+"/utdrag?format=xlsx", http.StatusOK); !strings.HasPrefix(x, "PK") {
		t.Error("not a workbook")
	}
	if r := w.Reads(id); len(r) != 2 || r[0].Value("purpose") != "export" {
		t.Errorf("reads: got %v", r)
	}
	w.Visitor(portaltest.Nurse).Get("/kunder/"+id+"/utdrag", http.StatusNotFound)
	w.Visitor(portaltest.Owner).Get("/kunder/"+id+"/utdrag", http.StatusForbidden)
}

func TestSearchInEnglish(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Owner)
	portaltest.Says(t, v.Post("/kunder?lang=en", url.Values{"q": {"DC10002"}}, http.StatusOK), "Door lock DC10002")
	page := v.Post("/kunder", url.Values{"q": {"Hansson"}}, http.StatusOK)
	portaltest.Says(t, page, "Nothing was found")
	portaltest.Says(t, v.Post("/kunder", url.Values{"q": {"a"}}, http.StatusUnprocessableEntity), "Write at least two letters")
}
