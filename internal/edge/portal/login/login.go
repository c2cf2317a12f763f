// Package login is the way in: who somebody is, and for whom they work today.
//
// It owns the login pages and the choice of what the portal calls somebody. It keeps no secrets: sessions come from
// internal/domain/identity, or, for the demo's made-up persons, from [Memory].
//
// Promises: nobody is in without an entry in the journal; where somebody was going, and what they had typed, is kept over the
// login, on our own pages and never in an address; without a configured way in there are no pages.
package login

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
)

// Service is what a login asks of the domain.
type Service interface {
	Login(ctx context.Context, who casework.Reader, method string) error
}

// Sessions are who is logged in, and how that begins and ends.
type Sessions interface {
	page.Sessions
	// Start begins a session and returns the token that the browser keeps for so long.
	Start(ctx context.Context, who page.Principal) (token string, life time.Duration, err error)
	// End ends a session. One that is not there is no error.
	End(ctx context.Context, token string) error
}

// Config is what the login depends on.
type Config struct {
	Service  Service
	Sessions Sessions
	Demo     []page.Principal // whoever likes may be one of these; none: no demo login
}

// Area is the login pages. It is the portal's page.Gate.
type Area struct{ Config }

var _ page.Gate = (*Area)(nil)

// New returns it.
func New(c Config) *Area { return &Area{c} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	return []page.Route{
		{Method: "GET", Path: "/login", Name: "login", Open: true, Do: func(p *page.Request) error { return a.Ask(p, p.Back()) }},
		{Method: "POST", Path: "/login", Name: "login-demo", Open: true, Write: true, Do: a.login},
		{Method: "POST", Path: "/logout", Name: "logout", Open: true, Write: true, Do: a.logout},
	}
}

// Ask answers with the login page.
func (a *Area) Ask(p *page.Request, back page.Return) error {
	if len(a.Demo) == 0 {
		return p.Render(http.StatusServiceUnavailable, noLogin(p.View))
	}
	if p.R.Method == http.MethodGet && p.R.URL.Path != "/login" {
		return p.Redirect(loginAddress(back))
	}
	status := http.StatusOK
	if p.R.URL.Path != "/login" {
		status = http.StatusUnauthorized
	}
	return p.Render(status, loginForm(p.View, a.Demo, back, problem.Text{}))
}

// loginAddress is the login page that leads on to back, whose path is an address of ours and holds no personal data.
func loginAddress(back page.Return) string {
	if back.Path == "" || back.Path == "/" {
		return "/login"
	}
	return "/login?" + url.Values{"till": {back.Path}}.Encode()
}

// Confirm lets somebody prove anew who they are. A made-up person proves nothing: they log in again.
func (a *Area) Confirm(p *page.Request, back page.Return) error {
	return p.Render(http.StatusUnauthorized, loginForm(p.View, a.Demo, back, problem.Text{}))
}

// login writes the login in the journal before the session exists.
func (a *Area) login(p *page.Request) error {
	if len(a.Demo) == 0 {
		return a.Ask(p, page.Return{})
	}
	i := slices.IndexFunc(a.Demo, func(d page.Principal) bool { return d.AccountID == p.Form("account") })
	if i < 0 {
		return p.Render(http.StatusUnprocessableEntity, loginForm(p.View, a.Demo, p.Back(), tLoginGone))
	}
	who := a.Demo[i]
	who.Method, who.StepUpAt = "demo", p.Now
	if err := a.Service.Login(p.Context(), who.Reader(), who.Method); err != nil {
		return err
	}
	if err := a.Sessions.End(p.Context(), p.Session()); err != nil {
		return err
	}
	token, life, err := a.Sessions.Start(p.Context(), who)
	if err != nil {
		return err
	}
	p.KeepSession(token, life)
	return a.goOn(p, who)
}

// goOn leads somebody on to where they were going. What they had typed they send themselves: they may be another person than
// the one who typed it.
func (a *Area) goOn(p *page.Request, who page.Principal) error {
	back := p.Back()
	if len(back.Fields) == 0 {
		return p.Redirect(back.Path)
	}
	return p.Render(http.StatusOK, resume(p.View, who.Name, back))
}

func (a *Area) logout(p *page.Request) error {
	if err := a.Sessions.End(p.Context(), p.Session()); err != nil {
		return err
	}
	p.KeepSession("", 0)
	return p.Redirect("/login")
}

// Demo is the made-up persons who work for an organisation (its number, ten digits).
func Demo(organisation string) []page.Principal {
	who := func(id, name string, role routine.Role) page.Principal {
		return page.Principal{AccountID: "demo:" + id, Name: name, Role: role, Organisation: organisation}
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
