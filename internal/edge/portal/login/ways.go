package login

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/portal/page"
)

// entryForm is what the login page shows.
type entryForm struct {
	Back      page.Return
	Demo      []page.Principal
	Providers []Provider
	Passkeys  bool
	Name      string // that was typed
	Fault     problem.Text
	Field     string // that the fault leads to
}

func (a *Area) entry(back page.Return, fault error, field string) entryForm {
	f := entryForm{Back: back, Demo: a.Demo, Providers: a.Providers, Passkeys: a.passkeys != nil, Field: field}
	if known, ok := errors.AsType[*problem.Error](fault); ok {
		f.Fault = known.Text
	}
	return f
}

// refused answers a login that did not work with the page again; what is our own fault goes on as it is.
func (a *Area) refused(p *page.Request, err error, field, name string) error {
	return a.refusedTo(p, p.Back(), err, field, name)
}

// refusedTo is refused for a login on its way to back: what was typed before it waits for the next attempt.
func (a *Area) refusedTo(p *page.Request, back page.Return, err error, field, name string) error {
	status := http.StatusUnauthorized
	switch problem.KindOf(err) {
	case problem.Internal:
		return err
	case problem.Unavailable:
		status = http.StatusTooManyRequests
	case problem.Denied, problem.Invalid:
		status = http.StatusForbidden
	}
	f := a.entry(back, err, field)
	f.Name = name
	return p.Render(status, loginPage(p.View, f))
}

// demo logs in one of the made-up persons.
func (a *Area) demo(p *page.Request) error {
	id := p.Form("account")
	if !slices.ContainsFunc(a.Demo, func(d page.Principal) bool { return d.AccountID == id }) {
		f := a.entry(p.Back(), nil, "konto-0")
		f.Fault = tLoginGone
		return p.Render(http.StatusUnprocessableEntity, loginPage(p.View, f))
	}
	token, s, err := a.Service.DemoLogin(p.Context(), arrival(p), id)
	if err != nil {
		return a.refused(p, err, "konto-0", "")
	}
	return a.entered(p, token, s, p.Back())
}

func (a *Area) password(p *page.Request) error {
	l := identity.Local{Name: p.Form("namn"), Password: p.R.PostForm.Get("losenord"), Code: p.Form("kod")}
	token, s, err := a.Service.PasswordLogin(p.Context(), arrival(p), l)
	if err != nil {
		return a.refused(p, err, "namn", l.Name)
	}
	return a.entered(p, token, s, p.Back())
}

func (a *Area) code(p *page.Request) error {
	token, s, err := a.Service.CodeLogin(p.Context(), arrival(p), p.Form("kod"))
	if err != nil {
		return a.refused(p, err, "forsta-kod", "")
	}
	return a.entered(p, token, s, page.Return{Path: "/"})
}

// keep remembers something for this browser's next step.
func (a *Area) keep(p *page.Request, kind string, value any) error {
	text, err := json.Marshal(state{kind, value})
	if err != nil {
		return err
	}
	secret, err := a.Service.Keep(p.Context(), string(text))
	if err != nil {
		return err
	}
	p.KeepStep(secret, identity.StateLife)
	return nil
}

type state struct {
	Kind  string
	Value any
}

// take returns what was remembered, once: of the kind that is asked for, or nothing.
func (a *Area) take(p *page.Request, kind string, value any) error {
	secret := p.Step()
	if secret == "" {
		return identity.ErrState
	}
	p.KeepStep("", 0)
	text, err := a.Service.Take(p.Context(), secret)
	if err != nil {
		return err
	}
	got := state{Value: value}
	if err := json.Unmarshal([]byte(text), &got); err != nil || got.Kind != kind {
		return identity.ErrState
	}
	return nil
}

// journey is a login on its way through a provider of identity.
type journey struct {
	Provider, Pending string
	Back              page.Return
	Confirm           bool
}

// begin sends the browser to a provider of identity. A form may not lead to another site (form-action of the content security policy), so
// the answer is a page that goes on by itself, with a link for those whose browser does not.
func (a *Area) begin(p *page.Request) error {
	provider, ok := a.provider(p.ID())
	if !ok {
		return a.refused(p, identity.ErrLogin, "vag-0", "")
	}
	again := p.Form("igen") != ""
	address, pending, err := provider.Begin(p.Context(), again)
	if err != nil {
		return a.refused(p, err, "vag-0", "")
	}
	if err := a.keep(p, "provider", journey{provider.ID(), pending, p.Back(), again}); err != nil {
		return a.refused(p, err, "vag-0", "")
	}
	return p.Render(http.StatusOK, awayPage(p.View, provider.Name(), address))
}

func (a *Area) provider(id string) (Provider, bool) {
	i := slices.IndexFunc(a.Providers, func(o Provider) bool { return o.ID() == id })
	if i < 0 {
		return nil, false
	}
	return a.Providers[i], true
}

// finish is where a provider of identity sends the browser back to.
func (a *Area) finish(p *page.Request) error {
	var j journey
	if err := a.take(p, "provider", &j); err != nil {
		return a.refused(p, err, "vag-0", "")
	}
	provider, ok := a.provider(j.Provider)
	if !ok || j.Provider != p.ID() {
		return a.refused(p, identity.ErrState, "vag-0", "")
	}
	who, err := provider.Finish(p.Context(), j.Pending, p.R.URL.Query())
	if err != nil {
		if err := a.Service.Refused(p.Context(), arrival(p), provider.ID(), reason(err)); err != nil {
			return err
		}
		return a.refusedTo(p, back(j.Back), err, "vag-0", "")
	}
	if j.Confirm && p.LoggedIn() {
		err := a.Service.ConfirmExternal(p.Context(), p.Session(), who)
		if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind == problem.Denied {
			return a.confirmPage(p, back(j.Back), http.StatusUnprocessableEntity, known.Text)
		}
		if err != nil {
			return err
		}
		return goOn(p, p.Who.Name, back(j.Back))
	}
	token, s, err := a.Service.ExternalLogin(p.Context(), arrival(p), who)
	if err != nil {
		return a.refusedTo(p, back(j.Back), err, "vag-0", "")
	}
	return a.entered(p, token, s, back(j.Back))
}

// reason is why a provider's answer let nobody in, for the system owner: the reader is told less.
func reason(err error) string {
	known, ok := errors.AsType[*problem.Error](err)
	if !ok {
		return "error"
	}
	if cause := errors.Unwrap(known); cause != nil {
		return known.Code + ": " + cause.Error()
	}
	return known.Code
}

// back is a Return as it was kept; it was an address of ours then.
func back(r page.Return) page.Return {
	if r.Path == "" {
		r.Path = "/"
	}
	if r.Fields == nil {
		r.Fields = url.Values{}
	}
	return r
}

// Confirm lets somebody prove anew who they are, in a way that they have, and then go on.
func (a *Area) Confirm(p *page.Request, back page.Return) error {
	return a.confirmPage(p, back, http.StatusUnauthorized, problem.Text{})
}

func (a *Area) confirmPage(p *page.Request, back page.Return, status int, fault problem.Text) error {
	ways, err := a.Service.Ways(p.Context(), p.Session())
	if err != nil {
		return err
	}
	f := confirmForm{Back: back, Code: ways.Local, Passkey: a.passkeys != nil && len(ways.Passkeys) > 0, Demo: p.Who.Method == string(identity.ByDemo), Fault: fault}
	if len(ways.Identifiers) > 0 {
		f.Providers = a.Providers
	}
	return p.Render(status, confirmPage(p.View, f))
}

// confirmForm is what the page shows on which somebody proves anew who they are.
type confirmForm struct {
	Back                page.Return
	Code, Passkey, Demo bool
	Providers           []Provider
	Fault               problem.Text
}

func (a *Area) confirm(p *page.Request) error {
	if !p.LoggedIn() {
		return a.Ask(p, p.Back())
	}
	var err error
	switch {
	case p.Who.Method == string(identity.ByDemo):
		err = a.Service.ConfirmDemo(p.Context(), p.Session())
	case p.Form("svar") != "":
		var k identity.Passkey
		var record string
		if k, record, err = a.checkPasskey(p); err == nil {
			err = a.Service.ConfirmPasskey(p.Context(), p.Session(), k, record)
		}
	default:
		err = a.Service.ConfirmCode(p.Context(), arrival(p), p.Session(), p.Form("kod"))
	}
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind != problem.Internal {
		return a.confirmPage(p, p.Back(), http.StatusUnprocessableEntity, known.Text)
	}
	if err != nil {
		return err
	}
	return goOn(p, p.Who.Name, p.Back())
}
