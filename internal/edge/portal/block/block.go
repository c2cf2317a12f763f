// Package block is where somebody stops a lost key, or a person who has left, and sees how far the block has come.
//
// It owns the pages and their words. Who may block what, and what that does, is internal/domain/fleet's and
// internal/domain/identity's; the key's own page is its neighbour internal/edge/portal/keys.
//
// Promises: from any page to a blocked key in three steps, at any hour, without scripts; what a block does in the world is said
// before it is made, and how far it has come afterwards, lock by lock, with how old that is; nothing is blocked twice by a
// double click.
package block

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Keys is what the pages ask about keys.
type Keys interface {
	Search(ctx context.Context, who routine.Who, text string) ([]fleet.KeyRow, error)
	Keys(ctx context.Context, who routine.Who, f fleet.KeyFilter, p fleet.Page) ([]fleet.KeyRow, error)
	Reach(ctx context.Context, who routine.Who, id string) (fleet.Reach, error)
	Lose(ctx context.Context, who routine.Who, number, reason string) (fleet.Exposure, error)
	Miss(ctx context.Context, who routine.Who, number, note string) error
	Find(ctx context.Context, who routine.Who, number, reason string) error
}

// People is what they ask about people.
type People interface {
	End(ctx context.Context, who routine.Who, employeeNumber, reason string) error
}

// Area is the pages.
type Area struct {
	keys   Keys
	people People
}

// New returns it.
func New(keys Keys, people People) *Area { return &Area{keys, people} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	keys := []routine.Role{routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager}
	people := append([]routine.Role{routine.SystemOwner}, keys...)
	return []page.Route{
		{Method: "GET", Path: "/sparra", Name: "block", Roles: keys, Do: a.start, Camera: true},
		{Method: "POST", Path: "/sparra", Name: "block-search", Roles: keys, Do: a.search, Camera: true},
		{Method: "GET", Path: "/sparra/nycklar/{id}", Name: "block-key", Roles: keys, Do: a.key},
		{Method: "POST", Path: "/sparra/nycklar/{id}", Name: "block-key-do", Roles: keys, Write: true, Do: a.lose},
		{Method: "POST", Path: "/sparra/nycklar/{id}/saknad", Name: "block-key-miss", Roles: keys, Write: true, Do: a.miss},
		{Method: "GET", Path: "/sparra/nycklar/{id}/hittad", Name: "block-key-found", Roles: keys, Do: a.found},
		{Method: "POST", Path: "/sparra/nycklar/{id}/hittad", Name: "block-key-find", Roles: keys, Write: true, Do: a.find},
		{Method: "GET", Path: "/sparra/nycklar/{id}/underlag", Name: "block-key-incident", Roles: keys, Do: a.incident},
		{Method: "GET", Path: "/sparra/person", Name: "block-person", Roles: people, Do: a.person},
		{Method: "POST", Path: "/sparra/person", Name: "block-person-do", Roles: people, Write: true, Do: a.end},
	}
}

func who(p *page.Request) routine.Who { return p.Who.Acting().Who }

// lists are the keys to choose from, and those that are blocked already.
type lists struct{ mine, blocked []fleet.KeyRow }

// shown is how many keys there are of each to choose from: more, and the number is quicker to write.
const shown = 30

// lists are the keys of somebody's own organisation; the lock manager has too many to choose from.
func (a *Area) lists(p *page.Request) (out lists, err error) {
	if p.Who.Role.HoldsGroup() {
		if out.mine, err = a.keys.Keys(p.Context(), who(p), fleet.KeyFilter{State: fleet.KeyIssued}, fleet.Page{Limit: shown}); err != nil {
			return out, err
		}
	}
	out.blocked, err = a.keys.Keys(p.Context(), who(p), fleet.KeyFilter{State: fleet.KeyBlocked}, fleet.Page{Limit: shown})
	return out, err
}

func (a *Area) start(p *page.Request) error {
	return a.startWith(p, http.StatusOK, "", nil)
}

func (a *Area) startWith(p *page.Request, status int, query string, faults ui.Faults) error {
	all, err := a.lists(p)
	if err != nil {
		return err
	}
	return p.Render(status, startPage(p.View, all, query, faults))
}

// search posts: an employee number must not end up in an address.
func (a *Area) search(p *page.Request) error {
	query := p.Form("q")
	found, err := a.keys.Search(p.Context(), who(p), query)
	if faults, ok := page.Faults(err); ok {
		return a.startWith(p, http.StatusUnprocessableEntity, query, faults)
	}
	if err != nil {
		return err
	}
	if len(found) == 1 {
		return p.Redirect("/sparra/nycklar/" + found[0].ID)
	}
	return p.Render(http.StatusOK, foundPage(p.View, query, found))
}

// asked is what is written in the form that blocks a key.
type asked struct {
	how, note string
	faults    ui.Faults
}

func (a *Area) key(p *page.Request) error {
	r, err := a.reach(p)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, keyPage(p.View, r, asked{how: hows[0].code}))
}

func (a *Area) reach(p *page.Request) (fleet.Reach, error) {
	r, err := a.keys.Reach(p.Context(), who(p), p.ID())
	if err == nil {
		p.Now = r.Now
	}
	return r, err
}

// lose blocks the key. If somebody else has done so meanwhile there is nothing left to do: the page says how it is.
func (a *Area) lose(p *page.Request) error {
	r, err := a.reach(p)
	if err != nil {
		return err
	}
	here := "/sparra/nycklar/" + p.ID()
	if r.Key.State == fleet.KeyBlocked {
		return p.Redirect(here)
	}
	in := asked{how: p.Form("how"), note: p.Form("note")}
	reason := in.reason(p.Lang)
	if reason == "" {
		in.faults = ui.Faults{{Field: "how", Text: tHowMissing}}
	} else if len(reason) > fleet.MaxReason {
		in.faults = ui.Faults{{Field: "note", Text: tNoteLong}}
	}
	if len(in.faults) > 0 {
		return p.Render(http.StatusUnprocessableEntity, keyPage(p.View, r, in))
	}
	_, err = a.keys.Lose(p.Once(), who(p), r.Key.Number, reason)
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect(here)
}

// reason is what the journal keeps; "" if nothing known was chosen.
func (in asked) reason(lang string) string {
	for _, h := range hows {
		if h.code == in.how {
			return strings.TrimSuffix(h.text.In(lang)+": "+in.note, ": ")
		}
	}
	return ""
}

// miss says that a key is looked for.
func (a *Area) miss(p *page.Request) error {
	r, err := a.reach(p)
	if err != nil {
		return err
	}
	if r.Key.State == fleet.KeyIssued {
		err = page.Again(a.keys.Miss(p.Once(), who(p), r.Key.Number, tMissReason.In(p.Lang)))
	}
	if err != nil {
		return err
	}
	return p.Redirect("/sparra/nycklar/" + p.ID())
}

func (a *Area) found(p *page.Request) error {
	r, err := a.reach(p)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, ui.Confirm(p.View, confirmFound(p.View, r, "", nil)))
}

func (a *Area) find(p *page.Request) error {
	r, err := a.reach(p)
	if err != nil {
		return err
	}
	reason := p.Form("reason")
	err = page.Again(a.keys.Find(p.OnceFresh(func() (string, error) {
		r, err = a.keys.Reach(p.Context(), who(p), p.ID())
		if r.Key.State != fleet.KeyBlocked && r.Key.State != fleet.KeySuspect {
			return p.Form("_version"), err // somebody else was first
		}
		return foundVersion(r), err
	}), who(p), r.Key.Number, reason))
	if errors.Is(err, page.ErrStale) {
		return p.Render(http.StatusConflict, ui.Confirm(p.View, confirmFound(p.View, r, reason, ui.Faults{{Text: ui.TConflict}})))
	}
	if faults, ok := page.Faults(err); ok {
		return p.Render(http.StatusUnprocessableEntity, ui.Confirm(p.View, confirmFound(p.View, r, reason, faults)))
	}
	if errors.Is(err, fleet.ErrNotLost) { // somebody else was first
		err = nil
	}
	if err != nil {
		return err
	}
	return p.Redirect("/sparra/nycklar/"+p.ID(), ui.Flash{Text: tFoundDone})
}

func (a *Area) incident(p *page.Request) error {
	r, err := a.reach(p)
	if err != nil {
		return err
	}
	if r.Key.State != fleet.KeyBlocked {
		return p.Redirect("/sparra/nycklar/" + p.ID())
	}
	return p.Render(http.StatusOK, incidentPage(p.View, r))
}

// leaver is what is written in the form that blocks a person.
type leaver struct {
	number, reason string
	faults         ui.Faults
}

func (a *Area) person(p *page.Request) error {
	return p.Render(http.StatusOK, personPage(p.View, leaver{}))
}

// end stops a person, after a page that says what that does. The number travels in forms, never in an address.
func (a *Area) end(p *page.Request) error {
	in := leaver{number: p.Form("number"), reason: p.Form("reason")}
	in.faults = in.check()
	if len(in.faults) > 0 {
		return p.Render(http.StatusUnprocessableEntity, personPage(p.View, in))
	}
	if p.Form("ja") == "" {
		return p.Render(http.StatusOK, personCheck(p.View, in))
	}
	err := page.Again(a.people.End(p.Once(), who(p), in.number, in.reason))
	known, ok := errors.AsType[*problem.Error](err)
	if ok && (known.Kind == problem.NotFound || known.Kind == problem.Denied) {
		in.faults = ui.Faults{{Field: "number", Text: known.Text}}
		return p.Render(http.StatusUnprocessableEntity, personPage(p.View, in))
	}
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, personDone(p.View, in))
}

func (in leaver) check() (faults ui.Faults) {
	if in.number == "" || len(in.number) > 40 {
		faults = append(faults, ui.Fault{Field: "number", Text: tNumberMissing})
	}
	if in.reason == "" || len(in.reason) > fleet.MaxReason {
		faults = append(faults, ui.Fault{Field: "reason", Text: tReasonMissing})
	}
	return faults
}
