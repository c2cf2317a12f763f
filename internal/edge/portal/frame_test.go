package portal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portaltest"
)

// What somebody was sending when their session had ended is kept on our own pages, and sent when they say so.
func TestAFormOutlivesItsSession(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	client := "/kunder/" + w.ID("clients", portaltest.MajBritt)
	w.Clock.Time = w.Clock.Time.Add(2 * time.Hour)
	asked := v.Post(client, url.Values{"reason": {"mounting"}, "password": {"hemligt"}}, http.StatusUnauthorized)
	portaltest.Says(t, asked, "Du har blivit utloggad.", "Vem är du?")
	portaltest.Hides(t, asked, "hemligt", "Hansson")
	kept := hidden(asked)
	if got := kept.Get("_kvar.reason"); got != "mounting" {
		t.Fatalf("kept: got %v, want the reason", kept)
	}
	kept.Set("account", portaltest.Officer)
	resumed := v.Post("/login", kept, http.StatusOK)
	portaltest.Says(t, resumed, "Det du fyllde i finns kvar", "Du är inloggad igen som Karin Ek.")
	if !strings.Contains(resumed, `action="`+client+`"`) {
		t.Errorf("the kept form does not lead back to %s", client)
	}
	if got := len(w.Reads(w.ID("clients", portaltest.MajBritt))); got != 0 {
		t.Errorf("reads before it was sent: got %d, want 0", got)
	}
	portaltest.Says(t, v.Post(client, hidden(resumed), http.StatusOK), "Uppgifterna visas nu.")
}

// hidden are the hidden fields of the page's main form.
func hidden(page string) url.Values {
	out := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		out.Add(m[1], m[2])
	}
	return out
}

func TestLoginLeadsOn(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	asked := w.Visitor("").Get("/logg?sort=key.synced", http.StatusOK)
	kept := hidden(asked)
	kept.Set("account", portaltest.Technician)
	portaltest.Says(t, w.Visitor("").Post("/login", kept, http.StatusOK), "Loggposter, de senaste först")
	for _, elsewhere := range []string{"https://elsewhere.example/", "//elsewhere.example/", `/\elsewhere.example`, "javascript:alert(1)", "logg"} {
		page := w.Visitor("").Post("/login", url.Values{"account": {portaltest.Officer}, "_till": {elsewhere}}, http.StatusOK)
		portaltest.Says(t, page, "God dag")
	}
}

// closedTown has an area of its own for what no page of ours does yet.
type closedTown struct{ steps int }

func (a *closedTown) Routes() []page.Route {
	return []page.Route{{Method: "POST", Path: "/prov", Name: "prov", Roles: []routine.Role{routine.LockManager}, Write: true, StepUp: true,
		Do: func(p *page.Request) error { a.steps++; return p.Redirect("/") }}}
}

func TestDangerousThingsNeedAFreshProof(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	a := &closedTown{}
	w.Server = w.Serve(func(c *portal.Config) { c.More = []page.Area{a} })
	v := w.Visitor(portaltest.Technician)
	v.Post("/prov", nil, http.StatusOK)
	w.Clock.Time = w.Clock.Time.Add(page.StepUpLife)
	asked := v.Post("/prov", url.Values{"a": {"1"}}, http.StatusUnauthorized)
	if a.steps != 1 || hidden(asked).Get("_kvar.a") != "1" {
		t.Errorf("done %d times, want once; kept %v, want the form", a.steps, hidden(asked))
	}
}

func TestRoutesThatCannotBeRight(t *testing.T) {
	do := func(*page.Request) error { return nil }
	for name, r := range map[string]page.Route{
		"no name":             {Method: "GET", Path: "/x", Roles: page.Everybody(), Do: do},
		"a name twice":        {Method: "GET", Path: "/x", Name: "start", Roles: page.Everybody(), Do: do},
		"nobody's":            {Method: "GET", Path: "/x", Name: "x", Do: do},
		"open and for a role": {Method: "GET", Path: "/x", Name: "x", Open: true, Roles: page.Everybody(), Do: do},
		"changes by GET":      {Method: "GET", Path: "/x", Name: "x", Write: true, Roles: page.Everybody(), Do: do},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("the portal was made all the same")
				}
			}()
			portal.New(portal.Config{More: []page.Area{areaOf{r}}})
		})
	}
}

type areaOf []page.Route

func (a areaOf) Routes() []page.Route { return a }

// Strangers who send form after form are asked to wait; those who are logged in are not.
func TestStrangersMayNotHammer(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	known, stranger := w.Visitor(portaltest.Officer), w.Visitor("")
	for range 299 {
		stranger.Post("/login", url.Values{"account": {"demo:nobody"}}, http.StatusUnprocessableEntity)
	}
	portaltest.Says(t, stranger.Post("/login", url.Values{"account": {portaltest.Officer}}, http.StatusTooManyRequests), "Vänta en minut")
	known.Post("/kunder", url.Values{"q": {"hansson"}}, http.StatusOK)
	w.Clock.Time = w.Clock.Time.Add(time.Minute)
	stranger.Post("/login", url.Values{"account": {portaltest.Officer}}, http.StatusOK)
}

// How the portal looks and listens is chosen once, and kept.
func TestChoicesAreKept(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	for _, c := range []struct{ ask, mark string }{
		{"/?utseende=morkt", `data-theme="dark"`}, {"/?utseende=ljust", `data-theme="light"`}, {"/genvagar?genvagar=av", `data-shortcuts="off"`},
	} {
		v.Get(c.ask, http.StatusOK)
		if !strings.Contains(v.Get("/nycklar", http.StatusOK), c.mark) {
			t.Errorf("after %s: %s is not kept", c.ask, c.mark)
		}
	}
	v.Get("/?utseende=rosa&genvagar=pa", http.StatusOK)
	v.Get("/?utseende=enhet", http.StatusOK)
	if page := v.Get("/nycklar", http.StatusOK); strings.Contains(page, "data-theme") || strings.Contains(page, "data-shortcuts") {
		t.Error("what was chosen cannot be taken back")
	}
}

// A script that keeps a session awake learns when it ends; a person who follows the same link comes to the first page.
func TestPulse(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.Server.URL+"/puls", nil)
	w.Must(err)
	r.Header.Set("Sec-Fetch-Dest", "empty")
	answer, err := v.Client.Do(r)
	w.Must(err)
	answer.Body.Close()
	ends, err := time.Parse(time.RFC3339, answer.Header.Get("Session-Ends"))
	if answer.StatusCode != http.StatusNoContent || err != nil || !ends.After(w.Clock.Time) {
		t.Errorf("got %d, %q", answer.StatusCode, answer.Header.Get("Session-Ends"))
	}
	portaltest.Says(t, v.Get("/puls", http.StatusOK), "God dag")
}
