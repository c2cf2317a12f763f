package crisis_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/profiles"
)

// The contacts are the profile's, with all that there is to reach a unit by: a postal address and people's names too.
//
// proves S-p, V7-g
func TestContactsAreTheProfiles(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	for name, want := range map[string][]string{
		"strangnas": {"Trygghetslarmet", "0152-29603", "mån–fre 07:00–16:00", "Trygghetslarmet, Dammvägen 12, 645 41 Strängnäs", "Nygatan 10, 645 80 Strängnäs", "SocBehorigheterochLosenord@strangnas.se"},
		"varberg":   {"0709-421 210", "Kardanvägen 15, Varberg", "mån–fre 07:30–16:00", "https://sjalvservice.varberg.se/digitalalalas", "010-434 86 60"},
		"lindvik":   {"Verkstadsgatan 4, Lindvik", "890 01 Lindvik", "Tuva Almlöf, samordnare", "Sixten Råberg"},
	} {
		profile, err := profiles.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		w.Server = w.Serve(func(c *portal.Config) { c.Crisis = support.Desk{Profile: profile, Zone: w.Zone} })
		portaltest.Says(t, w.Visitor(portaltest.Technician).Get("/kris", 200), want...)
	}
}

// proves V7-a, V7-b
func TestTheStepsOfTheHour(t *testing.T) {
	profile, err := profiles.Load("varberg")
	if err != nil {
		t.Fatal(err)
	}
	w := portaltest.New(t, t.TempDir())
	w.Server = w.Serve(func(c *portal.Config) { c.Crisis = support.Desk{Profile: profile, Zone: w.Zone} })
	day := w.Visitor(portaltest.Officer).Get("/kris", 200)
	for _, want := range []string{"När något inte fungerar", "Steg för andra tider", "3 juni 2026 kl. 14.10", `href="tel:`, "Kontakter", profile.Source.Title} {
		if !strings.Contains(day, want) {
			t.Errorf("by day the page lacks %q", want)
		}
	}
	w.Clock.Time = w.At(time.June, 3, 23, 10)
	night := w.Visitor(portaltest.Officer).Get("/kris", 200)
	call := "<span>Ring " + profile.Units[0].Name + " " + profile.Units[0].Phone + "</span>" // a button to call whoever answers
	if !strings.Contains(day, call) || strings.Contains(night, call) || !strings.Contains(night, "Går från 4 juni 2026 kl. 07.30") {
		t.Errorf("whom to call does not follow the hour: by day %v, by night %v", strings.Contains(day, call), strings.Contains(night, call))
	}
	if pdf := w.Visitor(portaltest.Technician).Get("/kris/blad.pdf", 200); !bytes.HasPrefix([]byte(pdf), []byte("%PDF-")) {
		t.Errorf("the sheet is no PDF: %.20q", pdf)
	}
	if english := w.Visitor(portaltest.Technician).Get("/kris?lang=en", 200); !strings.Contains(english, "When something does not work") {
		t.Error("the page is not in English")
	}
}
