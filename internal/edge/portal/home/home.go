// Package home is the first page: what needs somebody now, by role.
//
// It owns no data; internal/domain/casework counts. What the numbers lead to are other parts of the portal.
package home

import (
	"context"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Service is what the first page asks of the domain.
type Service interface {
	Overview(ctx context.Context) (casework.Overview, error)
}

// Area is the first page.
type Area struct{ pages Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	return []page.Route{
		{Method: "GET", Path: "/{$}", Name: "start", Menu: tNavStart, Roles: page.Everybody(), Do: a.start},
		{Method: "GET", Path: "/genvagar", Name: "shortcuts", Roles: page.Everybody(), Do: shortcuts},
		{Method: "GET", Path: "/puls", Name: "pulse", Roles: page.Everybody(), Do: pulse},
	}
}

func (a *Area) start(p *page.Request) error {
	out, err := a.pages.Overview(p.Context())
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, startPage(p.View, out))
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
