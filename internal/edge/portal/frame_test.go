package portal_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/login"
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

// A route is closed to every role that it does not name, and to those who are not logged in.
func TestEveryRouteIsClosedByDefault(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	routes := portal.New(portal.Config{Demo: login.Demo(portaltest.Organisation)}).Routes()
	for _, account := range login.Demo(portaltest.Organisation) {
		v := w.Visitor(account.AccountID)
		for _, r := range routes {
			if r.Open || r.May(account.Role) {
				continue
			}
			path := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(r.Path, "1")
			if r.Method == http.MethodPost {
				v.Post(path, nil, http.StatusForbidden)
			} else {
				v.Get(path, http.StatusForbidden)
			}
		}
	}
	for _, r := range routes {
		if r.Open && !slices.Contains([]string{"login", "login-demo", "logout"}, r.Name) {
			t.Errorf("%s is open to everybody", r.Name)
		}
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
