package portal_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/faults"
	"hemnyckel/internal/edge/portaltest"
)

// full is a service over a database that takes no more until it does again.
type full struct {
	faults.Service
	takes *bool
}

func (f full) Report(ctx context.Context, who routine.Who, in casework.FaultReport) (casework.FaultAnswer, error) {
	if !*f.takes {
		return casework.FaultAnswer{}, problem.New(problem.Unavailable, "database-read-only", "Kontrollera att programmet äger mappen.", "Check that the program owns the folder.")
	}
	return f.Service.Report(ctx, who, in)
}

// What cannot be saved is not lost: the page keeps it, says so in plain words, and sends it once when there is room again.
func TestWhatCannotBeSavedIsKept(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	takes := false
	w.Server = w.Serve(func(c *portal.Config) { c.Faults = full{c.Faults, &takes} })
	form := url.Values{"thing": {"key"}, "label": {"N00001"}, "description": {"Nyckeln är böjd <b>"}, "_once": {"0192-once"}}
	v := w.Visitor(portaltest.Manager)
	page := v.Post("/fel/anmal", form, http.StatusServiceUnavailable)
	portaltest.Says(t, page, "Det går inte att spara just nu, och inget har ändrats.", "Det du skrev finns kvar", "Försök igen")
	portaltest.Hides(t, page, "äger mappen", "böjd <b>")
	for _, kept := range []string{`action="/fel/anmal"`, `name="_once" value="0192-once"`, `value="Nyckeln är böjd &lt;b&gt;"`} {
		if !strings.Contains(page, kept) {
			t.Errorf("the page does not keep %s:\n%s", kept, page)
		}
	}
	portaltest.Says(t, w.Visitor(portaltest.Owner).Post("/fel/anmal", form, http.StatusServiceUnavailable), "äger mappen")
	takes = true
	portaltest.Says(t, v.Post("/fel/anmal", form, http.StatusOK), "Felet är anmält")
	portaltest.Says(t, v.Post("/fel/anmal?lang=en", form, http.StatusOK), "Faults") // sent once more: the list, and no second report
}

// Lists are also files, whole and masked as the pages are.
func TestListsAsFiles(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	for _, c := range []struct {
		who, path string
		says      []string
	}{
		{portaltest.Officer, "/bestallningar?vems=alla&lage=in-progress", []string{"Beställning;Kund;", "Ulla Öberg"}},
		{portaltest.Manager, "/personal", []string{"Efternamn;Förnamn;Anställningsnummer"}},
		{portaltest.Manager, "/personalbestallningar", []string{"Efternamn;Förnamn"}},
		{portaltest.Technician, "/fel", []string{"Nummer;"}},
		{portaltest.Owner, "/avvikelser", []string{"Upptäckt;"}},
	} {
		v := w.Visitor(c.who)
		sign := "?"
		if strings.Contains(c.path, "?") {
			sign = "&"
		}
		file := v.Get(c.path+sign+"format=csv", 200)
		for _, want := range c.says {
			if !strings.Contains(file, want) {
				t.Errorf("%s as CSV lacks %q:\n%s", c.path, want, file)
			}
		}
		portaltest.Hides(t, file, "Brännström", portaltest.Åke)
		if book := v.Get(c.path+sign+"format=xlsx", 200); !strings.HasPrefix(book, "PK\x03\x04") {
			t.Errorf("%s as XLSX is no workbook: %.40q", c.path, book)
		}
	}
}

// Whom to call and what words mean stand at the foot of every page, in the same place.
func TestHelpAtTheFoot(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	for _, path := range []string{"/", "/fel", "/ordlista", "/sparra"} {
		portaltest.Says(t, v.Get(path, 200), "Behöver du hjälp? Ring Hjälpmedelsservice", "Ordlista")
	}
	portaltest.Says(t, v.Get("/ordlista", 200), "nödåtkomst", "Hos oss: Procapita.")
	portaltest.Says(t, v.Get("/ordlista?lang=en", 200), "emergency access")
	portaltest.Says(t, w.Visitor("").Get("/login", 200), "Behöver du hjälp? Ring Hjälpmedelsservice")
}
