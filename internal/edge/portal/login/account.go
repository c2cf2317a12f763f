package login

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// accountForm is what the page Mitt konto shows.
type accountForm struct {
	Me          identity.Session
	Sessions    []identity.Session
	Ways        identity.Ways
	Assignments []identity.Assignment
	Passkeys    bool   // can be made here
	Name        string // of a new passkey, as it was typed
	Fault       problem.Text
}

func (a *Area) account(p *page.Request) error { return a.accountPage(p, http.StatusOK, problem.Text{}) }

func (a *Area) accountPage(p *page.Request, status int, fault problem.Text) error {
	f := accountForm{Passkeys: a.passkeys != nil, Name: p.Form("namn"), Fault: fault}
	var err error
	if f.Me, f.Sessions, err = a.Service.Open(p.Context(), p.Session()); err != nil {
		return a.over(p, err)
	}
	if f.Ways, err = a.Service.Ways(p.Context(), p.Session()); err != nil {
		return a.over(p, err)
	}
	if f.Assignments, err = a.Service.Mine(p.Context(), p.Session()); err != nil {
		return a.over(p, err)
	}
	return p.Render(status, accountPage(p.View, f))
}

// over leads whoever has no session to the login.
func (a *Area) over(p *page.Request, err error) error {
	if errors.Is(err, identity.ErrSession) {
		return a.Ask(p, page.Return{Path: "/konto"})
	}
	return err
}

// settled answers a change of one's account: with what was done, with what must come before, or with what was wrong.
func (a *Area) settled(p *page.Request, err error, done problem.Text) error {
	known, ok := errors.AsType[*problem.Error](err)
	switch {
	case err == nil:
		return p.Redirect("/konto", ui.Flash{Text: done})
	case errors.Is(err, identity.ErrStepUp):
		return a.Confirm(p, page.Return{Path: "/konto"})
	case errors.Is(err, identity.ErrSession):
		return a.over(p, err)
	case ok && (known.Kind == problem.Invalid || known.Kind == problem.Conflict):
		return a.accountPage(p, http.StatusUnprocessableEntity, known.Text)
	}
	return err
}

func (a *Area) endSession(p *page.Request) error {
	return a.settled(p, a.Service.EndOther(p.Context(), p.Session(), p.Form("session")), tSessionsEnded)
}

// localForm is what the page shows on which somebody sets password and app.
type localForm struct {
	Secret string // for the app
	Code   string // picture of a QR code, as an address
	Name   string // login name
	Fault  problem.Text
	Field  string
}

func (a *Area) localForm(p *page.Request) error {
	me, err := a.Service.Find(p.Context(), p.Session())
	if err != nil {
		return a.over(p, err)
	}
	secret, address := identity.NewTOTP(a.Municipality, me.Account.LoginName)
	return a.localPage(p, http.StatusOK, localForm{Secret: secret, Name: me.Account.LoginName}, address)
}

func (a *Area) localPage(p *page.Request, status int, f localForm, address string) error {
	if f.Name == "" {
		return identity.ErrNoLoginName
	}
	picture, err := paper.QR(address)
	if err != nil {
		return err
	}
	f.Code = "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture)
	return p.Render(status, localPage(p.View, f))
}

// spaced is a key in groups of four, which fit a narrow window and are easier to type.
func spaced(key string) string {
	var out strings.Builder
	for i, c := range key {
		if i > 0 && i%4 == 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(c)
	}
	return out.String()
}

func (a *Area) setLocal(p *page.Request) error {
	me, err := a.Service.Find(p.Context(), p.Session())
	if err != nil {
		return a.over(p, err)
	}
	secret := p.Form("hemlighet")
	codes, err := a.Service.SetLocal(p.Context(), p.Session(), p.R.PostForm.Get("losenord"), secret, p.Form("kod"))
	switch known, ok := errors.AsType[*problem.Error](err); {
	case err == nil:
		return p.Render(http.StatusOK, recoveryPage(p.View, codes))
	case errors.Is(err, identity.ErrStepUp):
		return a.Confirm(p, page.Return{Path: "/konto/losenord"})
	case ok && known.Kind == problem.Invalid && identity.GoodTOTP(secret):
		f := localForm{Secret: secret, Name: me.Account.LoginName, Fault: known.Text, Field: map[string]string{"code": "kod"}[known.Field]}
		if f.Field == "" {
			f.Field = "losenord"
		}
		return a.localPage(p, http.StatusUnprocessableEntity, f, identity.TOTPAddress(a.Municipality, me.Account.LoginName, secret))
	}
	return err
}
