// Package notices is what people are told: their list of notices, how each wants to be told, and for the system owner the letters
// that did not arrive.
//
// It owns no data; internal/domain/notify does. What a notice is about is seen to in other parts of the portal, which its link
// leads to.
package notices

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Service is what the pages ask of the domain. notify.Post is one.
type Service interface {
	Inbox(ctx context.Context, actor, after string, limit int) (all []notify.Told, unread int64, next string, err error)
	Unread(ctx context.Context, actor string) (int64, error)
	MarkRead(ctx context.Context, actor, upTo string) error
	Receiver(ctx context.Context, actor string) (notify.Receiver, error)
	By() []notify.Channel
	Choose(ctx context.Context, actor string, c notify.Choices) error
	Dead(ctx context.Context, who routine.Who, after string, limit int) (all []notify.OnItsWay, next string, err error)
	Resend(ctx context.Context, who routine.Who, id string) error
}

// maxShown is how many notices are on a page.
const maxShown = 30

// Area is the pages of notices.
type Area struct{ post Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	owner := []routine.Role{routine.SystemOwner}
	return []page.Route{
		{Method: "GET", Path: "/aviseringar", Name: "notices", Menu: tNav, Roles: page.Everybody(), Do: a.inbox},
		{Method: "POST", Path: "/aviseringar", Name: "notices-read", Roles: page.Everybody(), Write: true, Do: a.read},
		{Method: "GET", Path: "/aviseringar/val", Name: "notice-choices", Roles: page.Everybody(), Do: a.choices},
		{Method: "POST", Path: "/aviseringar/val", Name: "notice-choose", Roles: page.Everybody(), Write: true, Do: a.choose},
		{Method: "GET", Path: "/aviseringar/stoppade", Name: "letters", Roles: owner, Do: a.dead},
		{Method: "POST", Path: "/aviseringar/stoppade/{id}", Name: "letter-resend", Roles: owner, Write: true, Do: a.resend},
	}
}

func (a *Area) inbox(p *page.Request) error {
	all, unread, next, err := a.post.Inbox(p.Context(), p.Who.AccountID, p.Query("fore"), maxShown)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, inboxPage(p.View, all, unread, next))
}

func (a *Area) read(p *page.Request) error {
	if err := a.post.MarkRead(p.Context(), p.Who.AccountID, p.Form("till")); err != nil {
		return err
	}
	return p.Redirect("/aviseringar", ui.Flash{Text: tMarked})
}

func (a *Area) choices(p *page.Request) error {
	me, err := a.post.Receiver(p.Context(), p.Who.AccountID)
	if err != nil {
		return err
	}
	return a.showChoices(p, http.StatusOK, chosen{form: formOf(me.Choices), me: me})
}

// chosen is what the page of choices shows: what is typed, and what holds now.
type chosen struct {
	form   form
	me     notify.Receiver
	by     []notify.Channel // that the municipality uses
	clash  bool
	faults ui.Faults
}

func (a *Area) showChoices(p *page.Request, status int, c chosen) error {
	c.by = a.post.By()
	return p.Render(status, choicesPage(p.View, c))
}

// form is the choices as they are typed.
type form struct {
	Mail, SMS   []string
	From, Until string
	Digest      []string
	Lang        string
}

func formOf(c notify.Choices) form {
	f := form{From: clock(c.QuietFrom), Until: clock(c.QuietUntil), Lang: c.Lang}
	for _, k := range c.Mail {
		f.Mail = append(f.Mail, string(k))
	}
	for _, k := range c.SMS {
		f.SMS = append(f.SMS, string(k))
	}
	if c.Digest {
		f.Digest = []string{"ja"}
	}
	return f
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func (a *Area) choose(p *page.Request) error {
	me, err := a.post.Receiver(p.Context(), p.Who.AccountID)
	if err != nil {
		return err
	}
	f := form{Mail: p.Forms("mejl"), SMS: p.Forms("sms"), From: p.Form("fran"), Until: p.Form("till"), Digest: p.Forms("samlat"), Lang: p.Form("sprak")}
	c, faults := f.choices(me)
	if len(faults) == 0 {
		err = page.Again(a.post.Choose(p.OnceFresh(func() (string, error) {
			now, err := a.post.Receiver(p.Context(), p.Who.AccountID)
			return page.VersionOf(now.Choices), err
		}), p.Who.AccountID, c))
		faults, _ = page.Faults(err)
	}
	switch {
	case errors.Is(err, page.ErrStale):
		if me, err = a.post.Receiver(p.Context(), p.Who.AccountID); err != nil {
			return err
		}
		return a.showChoices(p, http.StatusConflict, chosen{form: f, me: me, clash: true})
	case len(faults) > 0:
		return a.showChoices(p, http.StatusUnprocessableEntity, chosen{form: f, me: me, faults: faults})
	case err != nil:
		return err
	}
	return p.Redirect("/aviseringar/val", ui.Flash{Text: tChosen})
}

// choices reads the form. What it does not offer, because none of one's roles is told of it, stays as it was.
func (f form) choices(me notify.Receiver) (c notify.Choices, faults ui.Faults) {
	offered := notify.KindsFor(me.Roles...)
	chosen := func(k notify.Kind, typed []string, before []notify.Kind) bool {
		if slices.Contains(offered, k) {
			return slices.Contains(typed, string(k))
		}
		return slices.Contains(before, k)
	}
	for _, k := range notify.Kinds() {
		if chosen(k, f.Mail, me.Choices.Mail) {
			c.Mail = append(c.Mail, k)
		}
		if chosen(k, f.SMS, me.Choices.SMS) {
			c.SMS = append(c.SMS, k)
		}
	}
	c.Digest, c.Lang = len(f.Digest) > 0, f.Lang
	for _, q := range []struct {
		name, text string
		to         *int
	}{{"fran", f.From, &c.QuietFrom}, {"till", f.Until, &c.QuietUntil}} {
		at, err := time.Parse("15:04", strings.ReplaceAll(strings.TrimSpace(q.text), ".", ":"))
		if err != nil {
			faults = append(faults, ui.Fault{Field: q.name, Text: tBadClock})
			continue
		}
		*q.to = at.Hour()*60 + at.Minute()
	}
	if f.Lang != "sv" && f.Lang != "en" {
		faults = append(faults, ui.Fault{Field: "sprak", Text: tBadLang})
	}
	return c, faults
}

func (a *Area) dead(p *page.Request) error {
	all, next, err := a.post.Dead(p.Context(), p.Who.Acting().Who, p.Query("fore"), maxShown)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, deadPage(p.View, all, next))
}

func (a *Area) resend(p *page.Request) error {
	if err := page.Again(a.post.Resend(p.Once(), p.Who.Acting().Who, p.ID())); err != nil {
		return err
	}
	return p.Redirect("/aviseringar/stoppade", ui.Flash{Text: tResent})
}

var tNav = problem.Text{SV: "Aviseringar", EN: "Notices"}
