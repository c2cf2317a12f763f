// Package login is the way in: who somebody is, for whom they work today, and how they log in (Mitt konto).
//
// It owns the login pages, the WebAuthn ceremonies (go-webauthn), and what a browser carries between the steps of a login. It owns no
// accounts, secrets or sessions: internal/domain/identity does, and answers every request anew. Providers of identity are behind
// [Provider]; internal/edge/sso is one.
//
// Promises: nobody is in without an entry in the journal; what does not work is answered in one way whatever the reason; where
// somebody was going, and what they had typed, is kept over the login, on our own pages and never in an address; what one logs in
// with is changed only by somebody who has just shown a second factor, or by the first code.
package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/web"
)

// Service is logging in and being logged in; identity.Sessions is it.
type Service interface {
	Find(ctx context.Context, token string) (identity.Session, error)
	Policy() identity.Policy
	PasswordLogin(ctx context.Context, at identity.Arrival, l identity.Local) (string, identity.Session, error)
	CodeLogin(ctx context.Context, at identity.Arrival, code string) (string, identity.Session, error)
	// Refused notes what a provider of identity has answered that nobody was let in by.
	Refused(ctx context.Context, at identity.Arrival, issuer, why string) error
	ExternalLogin(ctx context.Context, at identity.Arrival, e identity.External) (string, identity.Session, error)
	DemoLogin(ctx context.Context, at identity.Arrival, accountID string) (string, identity.Session, error)
	Passkey(ctx context.Context, id string) (identity.Passkey, identity.Account, error)
	PasskeyLogin(ctx context.Context, at identity.Arrival, k identity.Passkey, record string) (string, identity.Session, error)

	ConfirmCode(ctx context.Context, at identity.Arrival, token, code string) error
	ConfirmPasskey(ctx context.Context, token string, k identity.Passkey, record string) error
	ConfirmExternal(ctx context.Context, token string, e identity.External) error
	ConfirmDemo(ctx context.Context, token string) error

	Mine(ctx context.Context, token string) ([]identity.Assignment, error)
	Choose(ctx context.Context, token, assignmentID string) error
	Open(ctx context.Context, token string) (identity.Session, []identity.Session, error)
	End(ctx context.Context, token string) error
	EndOther(ctx context.Context, token, id string) error

	// SettingUp reports whether somebody may change how they log in at t.
	SettingUp(me identity.Session, t time.Time) bool
	Ways(ctx context.Context, token string) (identity.Ways, error)
	SetLocal(ctx context.Context, token, password, secret, code string) ([]string, error)
	AddPasskey(ctx context.Context, token string, k identity.Passkey) error
	RemovePasskey(ctx context.Context, token, id string) error

	Keep(ctx context.Context, body string) (string, error)
	Take(ctx context.Context, secret string) (string, error)
}

// Provider is a provider of identity.
type Provider interface {
	ID() string   // in addresses: small letters and digits
	Name() string // on the button
	// Begin returns the provider's address to send the browser to, and what to remember until it comes back. again asks the provider to
	// make sure anew who it is.
	Begin(ctx context.Context, again bool) (address, pending string, err error)
	// Finish checks what the browser came back with. Any error means that nobody has been identified.
	Finish(ctx context.Context, pending string, answer url.Values) (identity.External, error)
}

// Config is what the login depends on.
type Config struct {
	Service      Service
	Municipality string
	Origin       string           // as browsers see the portal: https://nyckel.kommun.example; "": no passkeys
	Providers    []Provider       // in the order of the page
	Demo         []page.Principal // whoever likes may be one of these; none: no demo login
}

// Area is the login pages. It is the portal's page.Gate.
type Area struct {
	Config
	passkeys *ceremonies // nil without an origin
}

var (
	_ page.Gate     = (*Area)(nil)
	_ page.Sessions = (*Area)(nil)
)

// New returns it.
func New(c Config) *Area { return &Area{c, newCeremonies(c.Origin, c.Municipality)} }

// Routes are its addresses. All are open: who has a session but no role yet must reach them, and each asks for what it needs.
func (a *Area) Routes() []page.Route {
	read := func(path, name string, do page.Action) page.Route {
		return page.Route{Method: "GET", Path: path, Name: name, Open: true, Do: do}
	}
	write := func(path, name string, do page.Action) page.Route {
		return page.Route{Method: "POST", Path: path, Name: name, Open: true, Write: true, Do: do}
	}
	return []page.Route{
		read("/login", "login", func(p *page.Request) error { return a.Ask(p, p.Back()) }),
		write("/login", "login-demo", a.demo),
		write("/login/losenord", "login-password", a.password),
		write("/login/kod", "login-code", a.code),
		write("/login/passkey/fraga", "login-passkey-ask", a.askPasskey),
		write("/login/passkey", "login-passkey", a.passkey),
		write("/login/via/{id}", "login-provider", a.begin),
		read("/login/svar/{id}", "login-answer", a.finish),
		write("/logout", "logout", a.logout),
		read("/uppdrag", "assignments", func(p *page.Request) error { return a.assignments(p, p.Session(), p.Back()) }),
		write("/uppdrag", "assignments-choose", a.choose),
		write("/bekrafta", "confirm", a.confirm),
		read("/konto", "account", a.account),
		write("/konto/avsluta", "account-end", a.endSession),
		read("/konto/losenord", "account-password", a.localForm),
		write("/konto/losenord", "account-password-set", a.setLocal),
		write("/konto/passkey/fraga", "account-passkey-ask", a.askNewPasskey),
		write("/konto/passkey", "account-passkey-add", a.addPasskey),
		write("/konto/passkey/ta-bort", "account-passkey-remove", a.removePasskey),
	}
}

// Find is who a session belongs to.
func (a *Area) Find(ctx context.Context, token string) (page.Principal, bool, error) {
	s, err := a.Service.Find(ctx, token)
	if errors.Is(err, identity.ErrSession) {
		return page.Principal{}, false, nil
	}
	if err != nil {
		return page.Principal{}, false, err
	}
	g := s.Assignment
	who := page.Principal{AccountID: s.Account.Actor(), Name: s.Account.Name, StaffID: s.Account.StaffID, Role: g.Role, Organisation: g.Organisation, AssignmentID: g.ID, Areas: g.Areas,
		Lead: g.Lead, Method: string(s.Method), LoA: levelOf(s.Level), StepUpAt: s.Strong, Ends: s.Seen.Add(a.Service.Policy().Idle), Unread: s.Unread}
	if s.Method == identity.ByCode {
		who.StepUpAt = time.Time{}
	}
	if s.Ends.Before(who.Ends) {
		who.Ends = s.Ends
	}
	return who, true, nil
}

// levelOf is the digit at the end of an issuer's name for a level of assurance, such as http://id.elegnamnden.se/loa/1.0/loa3.
func levelOf(acr string) int {
	if i := len(acr) - 1; i >= 0 && acr[i] >= '1' && acr[i] <= '4' && strings.Contains(strings.ToLower(acr), "loa") {
		return int(acr[i] - '0')
	}
	return 0
}

func arrival(p *page.Request) identity.Arrival {
	return identity.Arrival{Address: web.Caller(p.R), Device: device(p.R.UserAgent())}
}

// device is browser and system in a few words, so that people know their own sessions. What is not known is not guessed.
func device(agent string) string {
	first := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	browser := first("Edg/", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "Firefox/", "Firefox", "FxiOS", "Firefox", "Chrome/", "Chrome", "CriOS", "Chrome", "Safari/", "Safari")
	system := first("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS X", "Mac", "CrOS", "Chromebook", "Linux", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}

// Ask answers with the login page, or, for somebody who is logged in but has not said for whom they work, with that question.
func (a *Area) Ask(p *page.Request, back page.Return) error {
	if p.LoggedIn() && p.Who.Role == "" && p.R.URL.Path != "/login" {
		if p.Who.Method == string(identity.ByCode) {
			return p.Redirect("/konto")
		}
		return a.assignments(p, p.Session(), back)
	}
	if p.R.Method == http.MethodGet && p.R.URL.Path != "/login" {
		return p.Redirect(loginAddress(back))
	}
	status := http.StatusOK
	if p.R.URL.Path != "/login" {
		status = http.StatusUnauthorized
	}
	return p.Render(status, loginPage(p.View, a.entry(back, nil, "")))
}

// loginAddress is the login page that leads on to back, whose path is an address of ours and holds no personal data.
func loginAddress(back page.Return) string {
	if back.Path == "" || back.Path == "/" {
		return "/login"
	}
	return "/login?" + url.Values{"till": {back.Path}}.Encode()
}

// entered gives the browser a new session in place of what it had, and leads on.
func (a *Area) entered(p *page.Request, token string, s identity.Session, back page.Return) error {
	if old := p.Session(); old != "" {
		if err := a.Service.End(p.Context(), old); err != nil {
			return err
		}
	}
	p.KeepSession(token, s.Ends.Sub(p.Now))
	switch {
	case s.Method == identity.ByCode:
		return p.Redirect("/konto")
	case s.Assignment.ID == "":
		return a.assignments(p, token, back)
	}
	return goOn(p, s.Account.Name, back)
}

// goOn leads somebody on to where they were going. What had been typed they send themselves: they may be another person than
// the one who typed it.
func goOn(p *page.Request, name string, back page.Return) error {
	if back.Kept == page.NoForm {
		return p.Redirect(back.Path)
	}
	return p.Render(http.StatusOK, resume(p.View, name, back))
}

func (a *Area) logout(p *page.Request) error {
	if err := a.Service.End(p.Context(), p.Session()); err != nil {
		return err
	}
	p.KeepSession("", 0)
	return p.Redirect("/login")
}

// assignments asks for whom somebody works today.
func (a *Area) assignments(p *page.Request, token string, back page.Return) error {
	all, err := a.Service.Mine(p.Context(), token)
	if errors.Is(err, identity.ErrSession) {
		return p.Redirect("/login")
	}
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, assignmentPage(p.View, all, back, false))
}

func (a *Area) choose(p *page.Request) error {
	token := p.Session()
	err := a.Service.Choose(p.Context(), token, p.Form("uppdrag"))
	if errors.Is(err, identity.ErrAssignmentUnknown) {
		all, err := a.Service.Mine(p.Context(), token)
		if err != nil {
			return err
		}
		return p.Render(http.StatusUnprocessableEntity, assignmentPage(p.View, all, p.Back(), true))
	}
	if errors.Is(err, identity.ErrSession) {
		return p.Redirect("/login")
	}
	if err != nil {
		return err
	}
	return goOn(p, p.Who.Name, p.Back())
}

// Demo is the made-up persons who work for an organisation (its number, ten digits).
func Demo(organisation string) []page.Principal {
	who := func(id, name string, role routine.Role) page.Principal {
		return page.Principal{AccountID: "demo:" + id, Name: name, Role: role, Organisation: organisation, Lead: role == routine.Provider}
	}
	return []page.Principal{
		who("karin-ek", "Karin Ek", routine.CaseOfficer),
		who("jonas-berg", "Jonas Berg", routine.LockManager),
		who("amira-lund", "Amira Lund", routine.Provider),
		who("petra-vik", "Petra Vik", routine.HealthUnit),
		who("love-holm", "Love Holm", routine.AlarmTeam),
		who("mira-sand", "Mira Sand", routine.SystemOwner),
	}
}

// DemoTechnician is the employee number of the made-up technician, in a register of staff that has one.
const DemoTechnician = "T1001"

// People are made-up persons as identity.Accounts makes accounts of them. Their telephone numbers are among those that the post and
// telecom authority keeps free for fiction.
func People(demo []page.Principal) []identity.DemoPerson {
	out := make([]identity.DemoPerson, len(demo))
	for i, d := range demo {
		_, name, _ := strings.Cut(d.AccountID, ":")
		out[i] = identity.DemoPerson{ID: d.AccountID, Name: d.Name, Role: d.Role, Organisation: d.Organisation, Lead: d.Lead,
			Email: strings.ReplaceAll(name, "-", ".") + "@kommun.example", Phone: fmt.Sprintf("+46701740%d", 605+i%95)}
		if d.Role == routine.LockManager {
			out[i].Employee = DemoTechnician
		}
	}
	return out
}
