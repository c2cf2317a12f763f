// Package keys is the keys: which there are, one key with what has happened to it, and why a group may open a lock.
//
// It owns the pages and their words; internal/domain/casework reads, and writes in the journal who read.
package keys

import (
	"context"
	"errors"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
)

// Service is what the pages of keys ask of the domain.
type Service interface {
	Keys(ctx context.Context, f casework.KeyFilter) (casework.KeyList, error)
	KeyPage(ctx context.Context, who casework.Reader, id string, before journal.Cursor) (casework.KeyPage, error)
	Why(ctx context.Context, lockSerial, groupCode string) (casework.WhyPage, error)
}

// Area is the pages of keys.
type Area struct{ pages Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.CaseOfficer, routine.LockManager, routine.SystemOwner}
	return []page.Route{
		{Method: "GET", Path: "/nycklar", Name: "keys", Menu: tNavKeys, Roles: who, Do: a.keys},
		{Method: "GET", Path: "/nycklar/{id}", Name: "key", Roles: who, Do: a.key},
		{Method: "GET", Path: "/varfor", Name: "why", Menu: tNavWhy, Roles: who, Do: a.why},
	}
}

func (a *Area) keys(p *page.Request) error {
	f := casework.KeyFilter{Group: p.Query("grupp"), State: casework.KeyState(p.Query("lage")), After: p.Query("efter")}
	out, err := a.pages.Keys(p.Context(), f)
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, keyList(p.View, out, f))
}

func (a *Area) key(p *page.Request) error {
	out, err := a.pages.KeyPage(p.Context(), p.Who.Reader(), p.ID(), journal.Cursor(p.Query("fore")))
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, keyPage(p.View, out))
}

func (a *Area) why(p *page.Request) error {
	ask := whyForm{lock: p.Query("lock"), group: p.Query("group")}
	if ask.lock == "" && ask.group == "" {
		return p.Render(http.StatusOK, whyPage(p.View, ask, nil))
	}
	if ask.lock == "" || ask.group == "" {
		ask.fault = tWhyFill
		return p.Render(http.StatusUnprocessableEntity, whyPage(p.View, ask, nil))
	}
	out, err := a.pages.Why(p.Context(), ask.lock, ask.group)
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind == problem.NotFound {
		ask.fault = known.Text
		return p.Render(http.StatusNotFound, whyPage(p.View, ask, nil))
	}
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, whyPage(p.View, ask, &out))
}

// whyForm is what is asked for on the page that answers why.
type whyForm struct {
	lock, group string
	fault       problem.Text // empty: none
}

var (
	tNavKeys = problem.Text{SV: "Nycklar", EN: "Keys"}
	tNavWhy  = problem.Text{SV: "Varför?", EN: "Why?"}
)
