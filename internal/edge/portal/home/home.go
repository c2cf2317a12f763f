// Package home is the first page: what needs somebody now, by role; and the review of emergency accesses, which nobody else
// is there to remind of.
//
// It owns no data; internal/domain/casework counts, and internal/domain/identity knows the emergency accesses. What the
// numbers lead to are other parts of the portal.
package home

import (
	"context"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Service is what the first page asks of the domain.
type Service interface {
	Overview(ctx context.Context, who casework.Reader) (casework.Overview, error)
}

// Reviews are the emergency accesses that somebody answers for. identity.Emergencies is one.
type Reviews interface {
	List(ctx context.Context, who identity.Acting, f identity.EmergencyFilter, limit int) ([]identity.Emergency, error)
	Review(ctx context.Context, who identity.Acting, id string, v identity.Verdict, note string) (identity.Emergency, error)
}

// Notices are what somebody has been told. notify.Post is one.
type Notices interface {
	Unread(ctx context.Context, actor string) (int64, error)
}

// Area is the first page.
type Area struct {
	pages   Service
	reviews Reviews
	notices Notices
}

// New returns it.
func New(s Service, r Reviews, n Notices) *Area { return &Area{s, r, n} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	answer := []routine.Role{routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager, routine.SystemOwner}
	return []page.Route{
		{Method: "GET", Path: "/{$}", Name: "start", Menu: tNavStart, Roles: page.Everybody(), Do: a.start},
		{Method: "GET", Path: "/granskning", Name: "reviews", Roles: answer, Do: a.list},
		{Method: "GET", Path: "/granskning/{id}", Name: "review", Roles: answer, Do: a.review},
		{Method: "POST", Path: "/granskning/{id}", Name: "review-decide", Roles: answer, Write: true, Do: a.decide},
		{Method: "GET", Path: "/genvagar", Name: "shortcuts", Roles: page.Everybody(), Do: shortcuts},
		{Method: "GET", Path: "/puls", Name: "pulse", Roles: page.Everybody(), Do: pulse},
	}
}

// helpChoice is the name of the choice whether the first day's help is shown.
const helpChoice = "hjalp"

func (a *Area) start(p *page.Request) error {
	out, err := a.pages.Overview(p.Context(), p.Who.Reader())
	if err != nil {
		return err
	}
	waiting, err := a.waiting(p)
	if err != nil {
		return err
	}
	unread, err := a.notices.Unread(p.Context(), p.Who.AccountID)
	if err != nil {
		return err
	}
	p.Now = out.Now
	help := page.Choice(p.R, helpChoice) != "dold"
	switch chosen := p.Query(helpChoice); chosen {
	case "dold", "visas":
		page.KeepChoice(p.W, p.R, helpChoice, chosen)
		help = chosen == "visas"
	}
	return p.Render(http.StatusOK, startPage(p.View, start{Overview: out, Role: p.Who.Role, Needs: needs(p.View, p.Who.Role, out.Counts, waiting, unread), Help: help}))
}

func shortcuts(p *page.Request) error { return p.Render(http.StatusOK, shortcutsPage(p.View)) }

// pulse keeps a session awake for a script, and tells it when the session ends now. Others are led to the first page.
func pulse(p *page.Request) error {
	if p.R.Header.Get("Sec-Fetch-Dest") != "empty" {
		return p.Redirect("/")
	}
	p.W.Header().Set("Session-Ends", ui.ISO(p.Who.Ends))
	p.W.WriteHeader(http.StatusNoContent)
	return nil
}

var tNavStart = problem.Text{SV: "Start", EN: "Start"}
