// Package portal is the pages that the municipality's people see: the frame around its areas, each of which is a package of
// its own beneath this one.
//
// It owns the list of areas ([Handler.Routes] is every address), the wrapping of every route (session, then principal, then
// role, then the action), the menu, error pages, and the files that pages load. It does not own what pages say: the areas do,
// and ask internal/domain for it. Its neighbour internal/edge/web stands around it: security headers, protection against forms
// from other sites, limits and the access log are the router's, and errors that arise there come back to be answered as pages
// ([Handler.WriteError]).
//
// Promises: every page works without scripts, and the content security policy allows none but our own files; addresses hold
// opaque ids and filters, never a name or an identity number; who lives with protected identity is masked until somebody
// gives a reason; a route that does not name a role is closed to it; without a login there are no pages.
//
// # How to add a screen
//
// Choose its area (home, clients, fieldwork, keys, …), or make a new package for a new noun. Then:
//
//  1. Route. Add a page.Route in the area's Routes: method, path in Swedish (/bestallningar/{id}), a name of its own, the roles
//     that may, Menu if it stands in the menu, Write if it changes something. Roles here decide who sees the page; what
//     somebody may do to which client, the domain decides again from p.Who.Orderer().
//  2. Action. A method func(p *page.Request) error: read p.ID(), p.Query, p.Form; ask the area's Service; set p.Now to the
//     instant of the answer; end with p.Render(status, component) or, after a change, p.Redirect(to, ui.Flash{Text: …}).
//     Return errors of the domain as they are: they become pages. What the reader can mend (page.Faults) is answered with
//     status 422 and the same form again, with what was typed. Every form that changes something has ui.Once and goes through
//     p.Once; if others may have changed what it shows, ui.Version(page.VersionOf(…)) too and p.OnceFresh, which asks in the change's own
//     turn. What has neither says why in expired_test.go.
//  3. Service. Put the domain methods that it needs in the area's Service interface, and the service in [Services].
//  4. Templ. A component templ xPage(v ui.View, …) { @ui.Layout(v, title, fault) { … } } from the parts in ui; /komponenter
//     shows them all. One question for each page, and the next step is the one button. `make generate` afterwards.
//  5. Texts. Every text is a problem.Text{SV, EN} in the area's texts.go; what several areas say lies in ui or words.
//     v.T(text), v.F(text, values…), v.When, v.Day, v.Age, v.Num. v.May("name") tells whether a link leads anywhere.
//  6. Test. Use portaltest: w := portaltest.New(t, target); w.Visitor(portaltest.Officer).Get(path, 200); Says, Hides. Show
//     that roles which may not are refused, that protected identity stays hidden, and that the change is in the journal.
package portal

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/anomalies"
	"hemnyckel/internal/edge/portal/block"
	"hemnyckel/internal/edge/portal/clients"
	"hemnyckel/internal/edge/portal/consents"
	"hemnyckel/internal/edge/portal/crisis"
	"hemnyckel/internal/edge/portal/faults"
	"hemnyckel/internal/edge/portal/fieldwork"
	"hemnyckel/internal/edge/portal/gallery"
	"hemnyckel/internal/edge/portal/glossary"
	"hemnyckel/internal/edge/portal/home"
	"hemnyckel/internal/edge/portal/keys"
	"hemnyckel/internal/edge/portal/locks"
	"hemnyckel/internal/edge/portal/log"
	"hemnyckel/internal/edge/portal/login"
	"hemnyckel/internal/edge/portal/notices"
	"hemnyckel/internal/edge/portal/orders"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/people"
	"hemnyckel/internal/edge/portal/receipts"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
	"hemnyckel/internal/edge/web"
)

// Services are what the areas ask of the domain.
type Services struct {
	Home    home.Service
	Reviews home.Reviews
	Notices notices.Service
	Clients clients.Service
	Breaks  clients.Breaks
	Orders  orders.Service
	Work    fieldwork.Service
	Field   fieldwork.Field
	Keys    keys.Service
	Tending keys.Pool
	Battery keys.Batteries
	Locks   locks.Service
	Faults  faults.Service
	Support faults.Desk
	Staff   people.Service
	Crisis  crisis.Service
	Log     log.Service
	Anomaly anomalies.Service
	Pool    block.Keys
	People  block.People
	Login   login.Service
	Owners  consents.Register
	Answers consents.Answers
	Receipt receipts.Service
}

// Config is what the portal depends on.
type Config struct {
	Services
	Municipality string           // its name, in the header of every page
	Profile      routine.Profile  // whom to call, and what things are called here
	Demo         []page.Principal // the demo login's made-up persons; none: people log in
	Origin       string           // as browsers see the portal: https://nyckel.kommun.example; "": no passkeys
	Providers    []login.Provider // providers of identity, in the order of the login page
	Zone         *time.Location   // of the times that people read; nil: UTC
	Clock        func() time.Time // nil: time.Now
	More         []page.Area      // after our own
}

// areas is every part of the portal, in the order of the menu.
func (c Config) areas(gate *login.Area) []page.Area {
	return append([]page.Area{
		home.New(c.Home, c.Reviews, c.Notices),
		orders.New(c.Orders),
		clients.New(c.Clients, c.Breaks),
		fieldwork.New(c.Work, c.Field),
		consents.New(c.Owners, c.Answers),
		locks.New(c.Locks),
		keys.New(c.Keys, c.Tending, c.Battery),
		receipts.New(c.Receipt),
		block.New(c.Pool, c.People),
		faults.New(c.Faults, c.Support),
		people.New(c.Staff),
		crisis.New(c.Crisis),
		notices.New(c.Notices),
		anomalies.New(c.Anomaly),
		log.New(c.Log),
		glossary.New(c.Profile.Words),
		gallery.New(len(c.Demo) > 0),
		gate,
	}, c.More...)
}

// Handler answers the portal's addresses. It is safe for concurrent use.
type Handler struct {
	Config
	gate   *login.Area
	routes []page.Route
	files  *ui.Files
	people map[string]string // names of the demo's persons
	help   ui.Help
	often  *web.Limiter // of forms from those who are not logged in
}

// New returns the portal of one municipality.
func New(c Config) *Handler {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	gate := login.New(login.Config{Service: c.Login, Municipality: c.Municipality, Origin: c.Origin, Providers: c.Providers, Demo: c.Demo})
	h := &Handler{Config: c, gate: gate, files: ui.NewFiles(), people: map[string]string{},
		often: web.NewLimiter(strangersAtOnce, strangersThen)}
	if u, ok := c.Profile.Unit(routine.UnitLockManager); ok {
		h.help = ui.Help{Unit: u.Name, Phone: u.Phone}
	}
	for _, a := range c.areas(gate) {
		h.routes = append(h.routes, a.Routes()...)
	}
	for _, d := range c.Demo {
		h.people[d.AccountID] = d.Name
	}
	check(h.routes)
	return h
}

// Routes is every address of the portal.
func (h *Handler) Routes() []page.Route { return h.routes }

// Mount adds the portal's addresses to mux, which must be a web.Router's.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.Handle("GET /assets/", web.Compress(h.files))
	for _, r := range h.routes {
		mux.Handle(r.Method+" "+r.Path, web.Compress(h.serve(r)))
	}
}

// serve wraps a route: who asks, what they sent, whether they may, and then its action.
func (h *Handler) serve(route page.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if route.Camera {
			w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
		}
		p, err := h.request(w, r)
		limit := route.MaxForm
		if !p.LoggedIn() {
			limit = 0 // a stranger gets no more room than any form
		}
		// Read in any case: what was typed is kept when nobody can be asked who it is.
		unread := p.ReadForm(limit)
		if err == nil && (route.Open || p.LoggedIn()) { // others are told first that they must log in
			err = unread
		}
		if err == nil {
			err = h.admit(route, p)
		}
		if err != nil {
			h.fail(p, err)
		}
	})
}

// How many forms the strangers of one network may send at once, and how often then: an office of hundreds logs in at seven
// o'clock from one address. How often somebody may try one account's password is the identity service's to say.
const (
	strangersAtOnce = 300
	strangersThen   = 500 * time.Millisecond
)

// admit runs the route's action for those who may take it.
func (h *Handler) admit(route page.Route, p *page.Request) error {
	if p.R.Method == http.MethodPost && !p.LoggedIn() && !h.often.Allow(p.Now, web.Caller(p.R)) {
		return errOften
	}
	switch {
	case route.Open:
	case !p.LoggedIn():
		return h.gate.Ask(p, p.Here())
	case p.Who.Role == "": // logged in, in no assignment yet
		return h.gate.Ask(p, p.Here())
	case !route.May(p.Who.Role):
		return errDenied
	case route.StepUp && !p.Who.Fresh(p.Now):
		return h.gate.Confirm(p, p.Here())
	}
	return route.Do(p)
}

// request finds out who asks. When nobody can be asked about sessions, it is nobody, and the error.
func (h *Handler) request(w http.ResponseWriter, r *http.Request) (*page.Request, error) {
	p := &page.Request{View: h.view(w, r), W: w, R: r}
	token := p.Session()
	if token == "" {
		return p, nil
	}
	who, ok, err := h.gate.Find(r.Context(), token)
	if err != nil || !ok {
		return p, err
	}
	p.Who = who
	p.Ends = who.Ends
	p.Viewer = &ui.Viewer{Name: who.Name, Role: words.RoleName(who.Role), Organisation: who.Organisation}
	p.Can = map[string]bool{}
	for _, route := range h.routes {
		if !route.May(who.Role) {
			continue
		}
		p.Can[route.Name] = true
		if route.Menu.SV != "" {
			item := ui.MenuItem{Href: strings.TrimSuffix(route.Path, "{$}"), Text: route.Menu, Key: keyOf(p.Menu, route.Menu)}
			if route.Name == "notices" {
				item.New = who.Unread
			}
			p.Menu = append(p.Menu, item)
		}
	}
	return p, nil
}

// keyOf is the first letter of a menu's text that no text before it has: "k" for Kunder.
func keyOf(before []ui.MenuItem, text problem.Text) string {
	for _, letter := range strings.ToLower(text.SV) {
		key := string(letter)
		if letter >= 'a' && letter <= 'z' && !slices.ContainsFunc(before, func(m ui.MenuItem) bool { return m.Key == key }) {
			return key
		}
	}
	return ""
}

// view is what a page knows before it is known who looks.
func (h *Handler) view(w http.ResponseWriter, r *http.Request) ui.View {
	v := ui.View{Lang: "sv", Now: h.Clock(), Zone: h.Zone, Demo: len(h.Demo) > 0, Municipality: h.Municipality, Help: h.help, People: h.people,
		Assets: h.files.Addresses(), URL: r.URL, Section: "/" + strings.SplitN(r.URL.Path, "/", 3)[1]}
	v.Lang = choose(w, r, "lang", map[string]string{"sv": "sv", "en": "en"}, "sv")
	v.Theme = choose(w, r, "utseende", map[string]string{"enhet": "", "ljust": "light", "morkt": "dark"}, "")
	v.NoShortcuts = choose(w, r, "genvagar", map[string]string{"av": "av", "pa": ""}, "") == "av"
	if r.Method == http.MethodGet {
		v.Flash = page.TakeFlash(w, r)
	}
	return v
}

// choose is what the reader has chosen of a few, in this address or, kept in a cookie, before.
func choose(w http.ResponseWriter, r *http.Request, name string, known map[string]string, otherwise string) string {
	if chosen := r.URL.Query().Get(name); chosen != "" {
		if value, ok := known[chosen]; ok {
			page.KeepChoice(w, r, name, chosen)
			return value
		}
	}
	if value, ok := known[page.Choice(r, name)]; ok {
		return value
	}
	return otherwise
}

// check panics on routes that cannot be right: it is the programmer's fault, found when any test makes a portal.
func check(routes []page.Route) {
	names := map[string]bool{}
	for _, r := range routes {
		switch {
		case r.Name == "" || names[r.Name]:
			panic(fmt.Sprintf("portal: the route %s %s needs a name of its own", r.Method, r.Path))
		case r.Open == (len(r.Roles) > 0):
			panic(fmt.Sprintf("portal: the route %s is either open or names the roles that may take it", r.Name))
		case r.Write && r.Method != http.MethodPost:
			panic(fmt.Sprintf("portal: the route %s changes something, so its method is POST", r.Name))
		}
		names[r.Name] = true
	}
}
