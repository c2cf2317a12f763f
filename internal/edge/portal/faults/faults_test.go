package faults_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var faultLink = regexp.MustCompile(`/fel/([0-9a-f-]{36})`)

func linkOf(t *testing.T, page string) string {
	t.Helper()
	link := faultLink.FindString(page)
	if link == "" {
		t.Fatalf("the page leads to no fault:\n%s", portaltest.Text(page))
	}
	return link
}

// withRules lets the town have steps for its hours, and prices.
func withRules(w *portaltest.Town, c *portal.Config) {
	p := routine.DefaultProfile()
	p.Hours = routine.Hours{"natt": {Spans: []routine.Span{{Days: []routine.Weekday{"wed"}, From: "22:00", To: "24:00"}}}}
	p.Units = []routine.Unit{{Name: "Nyckelservice", Kinds: []routine.UnitKind{routine.UnitLockManager}, Phone: "010-000 00 01"}}
	p.Prices = routine.Prices{Extras: true, HandlingCallOut: 1000}
	p.Crisis = []routine.CrisisStep{
		{Failure: routine.FailedLock, SV: "Ring låsansvarig.", EN: "Call the lock manager.", Rule: "V7-b", Contact: routine.UnitLockManager},
		{Failure: routine.FailedLock, When: "natt", SV: "Ring en anhörig.", EN: "Call a relative.", Rule: "V7-b"}}
	c.Faults = casework.NewFaults(casework.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) casework.Tx { return tx }), p), w.Zone)
	c.Support = support.NewService(txn.Narrow(w.DB, func(tx *storage.Tx) support.Tx { return tx }), support.Desk{Profile: p, Zone: w.Zone})
}

var versionOf = regexp.MustCompile(`name="_version" value="(\w+)"`)

// proves V2.3-a, V5.5-c, V6-e: who cannot get in is two choices from the steps of the hour; the report is urgent; its end names who pays.
func TestADoorThatDoesNotOpen(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		w.Server = w.Serve(func(c *portal.Config) { withRules(w, c) })
		v := w.Visitor(portaltest.Manager)
		portaltest.Says(t, v.Get("/fel/anmal", 200), "Jag kommer inte in nu", "ring 112 först")
		portaltest.Says(t, v.Get("/fel/anmal?sak=las", 200), "Öppnar en annan nyckel dörren?")
		portaltest.Says(t, v.Get("/fel/anmal?sak=las&svar=untried", 200), "Prova en annan nyckel först", "Anmäl felet ändå", "Stegen just nu")
		form := v.Get("/fel/anmal?sak=las&svar=no&svar=yes", 200)
		portaltest.Says(t, form, "Anmäl felet som akut", "Kunden är inne och kan inte öppna", "Stegen just nu")
		if !strings.Contains(form, `checked`) {
			t.Error("what was answered is asked again")
		}
		receipt := v.Post("/fel/anmal", url.Values{"thing": {"lock"}, "personal_number": {portaltest.MajBritt}, "description": {"Låset surrar."}, "inside": {"ja"}, "_once": {"a1"}}, 200)
		portaltest.Says(t, receipt, "Felet är anmält", "Det är markerat som akut", "Stegen just nu", "Ring Nyckelservice 010-000 00 01", "Går från 3 juni 2026 kl. 22.00")
		link := linkOf(t, receipt)
		v.Post("/fel/anmal", url.Values{"thing": {"lock"}, "label": {"DC10002"}, "description": {"Låset surrar."}, "_once": {"a1"}}, 200) // a double click
		tech := w.Visitor(portaltest.Technician)
		portaltest.Says(t, tech.Get("/fel?visa=akuta", 200), "Akut", "DC10002", "Ingen ännu")
		page := tech.Get(link, 200)
		if n := strings.Count(page, "Låset surrar."); n != 1 {
			t.Errorf("reports: got %d, want 1 of the double click", n)
		}
		version := versionOf.FindStringSubmatch(page)[1]
		portaltest.Says(t, tech.Post(link+"/ansvar", url.Values{"_version": {version}, "assignee": {"Jonas Berg"}}, 200), "Felet har en ansvarig.", "Någon har tagit det")
		portaltest.Says(t, tech.Post(link+"/ansvar", url.Values{"_version": {version}, "assignee": {"Någon annan"}}, 409), "Någon annan har ändrat samtidigt", "Jonas Berg")
		version = versionOf.FindStringSubmatch(tech.Get(link, 200))[1]
		end := url.Values{"_version": {version}}
		portaltest.Says(t, tech.Post(link+"/avsluta", end, 422), "Välj orsaken")
		end.Set("cause", "negligence")
		end.Set("call_out", "ja")
		portaltest.Says(t, tech.Post(link+"/avsluta", end, 422), "Välj om felet är avhjälpt")
		end.Set("state", "remedied")
		portaltest.Says(t, tech.Post(link+"/avsluta", end, 422), "Skriv vad som har hänt")
		end.Set("done", "Spärren satt i.")
		end.Set("cost", "mycket")
		page = tech.Post(link+"/avsluta", end, 422)
		portaltest.Says(t, page, "Skriv kostnaden i hela kronor", "Spärren satt i.")
		end.Set("cost", "450")
		portaltest.Says(t, tech.Post(link+"/avsluta", end, 200), "Felet är avslutat.", "Avhjälpt", "Vem betalar?", "föreslås: 450 kronor", "föreslås: 1 000 kronor")
		portaltest.Hides(t, tech.Get("/fel", 200), "DC10002")
		portaltest.Says(t, tech.Get("/fel?visa=alla", 200), "DC10002", "Avhjälpt")
		portaltest.Says(t, v.Get(link, 200), "Oaktsamhet", "Spärren satt i.")
		portaltest.Hides(t, v.Get(link, 200), "Avsluta felet")
	})
}

func TestReportsThatCannotBeTaken(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	for name, c := range map[string]struct {
		form url.Values
		code int
		says string
	}{
		"nothing":             {url.Values{"thing": {"lock"}}, 422, "Ange antingen vad som står på saken"},
		"no such lock":        {url.Values{"thing": {"lock"}, "label": {"DC99999"}, "description": {"x"}}, 422, "Det finns inget med beteckningen"},
		"no such thing":       {url.Values{"thing": {"dörr"}, "label": {"DC10002"}, "description": {"x"}}, 422, "Ange vad felet gäller"},
		"both":                {url.Values{"thing": {"lock"}, "label": {"DC10002"}, "personal_number": {portaltest.MajBritt}, "description": {"x"}}, 422, "Ange antingen"},
		"not a number":        {url.Values{"thing": {"lock"}, "personal_number": {"1929"}, "description": {"x"}}, 422, "Personnumret"},
		"another's client":    {url.Values{"thing": {"lock"}, "personal_number": {portaltest.Åke}, "description": {"x"}}, 403, "Åtgärden"},
		"nothing is said":     {url.Values{"thing": {"lock"}, "label": {"DC10002"}}, 422, "Skriv vad som har hänt"},
		"too much is said":    {url.Values{"thing": {"lock"}, "label": {"DC10002"}, "description": {strings.Repeat("å", 2000)}}, 422, "Skriv vad som har hänt"},
		"somebody's mischief": {url.Values{"thing": {"key"}, "label": {"<script>alert(1)</script>"}, "description": {"x"}}, 422, "Det finns inget"},
	} {
		t.Run(name, func(t *testing.T) {
			page := v.Post("/fel/anmal", c.form, c.code)
			if c.code == 422 {
				portaltest.Says(t, page, c.says)
			}
			portaltest.Hides(t, page, "<script>alert", "Brännström", "NG10001")
		})
	}
	portaltest.Says(t, v.Get("/fel/anmal?sak=las&svar=kanske", 200), "Öppnar en annan nyckel dörren?")
	portaltest.Says(t, v.Get("/fel/anmal?sak=hund", 200), "Vad fungerar inte?")
	portaltest.Says(t, v.Get("/fel/anmal?sak=borta&svar=no&lang=en", 200), "Do this", "Block the key at once")
	portaltest.Says(t, v.Get("/fel/anmal?sak=skap&lang=sv", 200), "Gruppens kod")
	v.Get("/fel/0198", 404)
}

// What another organisation has reported is not there.
func TestOthersFaultsAreNotThere(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	link := linkOf(t, w.Visitor(portaltest.Technician).Post("/fel/anmal", url.Values{"thing": {"key"}, "label": {"N00001"}, "description": {"Böjd."}}, 200))
	nurse := w.Visitor(portaltest.Nurse) // of the same organisation, so hers too
	nurse.Get(link, 200)
	nurse.Post(link+"/avsluta", url.Values{}, 403)
}
