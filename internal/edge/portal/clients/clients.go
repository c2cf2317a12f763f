// Package clients is where somebody finds a client, lock, key, person or order, and sees what there is about a client: locks,
// services, tasks, orders, physical keys, consents, who may open and why, and what has happened. Who has no relation to a client
// may take emergency access here, which is reviewed here too.
//
// It owns the pages, their words and the picture of a client's time; internal/domain/casework reads, masks, and writes in the
// journal who read, internal/domain/identity gives emergency access.
//
// Promises: what is searched for is posted, never in an address; protected identity is shown only for a reason, once; a client whom
// one may not read about looks like one that is not there.
package clients

import (
	"context"
	"net/http"
	"slices"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// Service is what the pages of clients ask of the domain.
type Service interface {
	Search(ctx context.Context, who casework.Reader, query string) (casework.Hits, error)
	ClientPage(ctx context.Context, who casework.Reader, id string, look casework.Look) (casework.ClientPage, error)
}

// Area is the pages of clients.
type Area struct{ pages Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager}
	finds := append(slices.Clone(who), routine.SystemOwner)
	return []page.Route{
		{Method: "GET", Path: "/kunder", Name: "clients", Menu: tNavClients, Roles: finds, Camera: true, Do: a.searchPage},
		{Method: "POST", Path: "/kunder", Name: "clients-search", Roles: finds, Camera: true, Do: a.search},
		{Method: "GET", Path: "/kunder/{id}", Name: "client", Roles: who, Do: a.client},
		{Method: "POST", Path: "/kunder/{id}", Name: "client-reveal", Roles: who, Do: a.reveal},
	}
}

func (a *Area) searchPage(p *page.Request) error {
	return p.Render(http.StatusOK, searchResult(p.View, nil, "", problem.Text{}))
}

// search answers with a page, not with an address: what was asked is personal data. A number that fits leads straight on.
func (a *Area) search(p *page.Request) error {
	query := p.Form("q")
	hits, err := a.pages.Search(p.Context(), p.Who.Reader(), query)
	if text, ok := page.Invalid(err); ok {
		return p.Render(http.StatusUnprocessableEntity, searchResult(p.View, nil, query, text))
	}
	if err != nil {
		return err
	}
	if hits.Letter != "" && p.May("letter-reply") {
		return p.Redirect("/samtycken/svar/" + hits.Letter)
	}
	if of, id, ok := hits.Only(); ok {
		if to := address(p.View, of, id); to != "" {
			return p.Redirect(to)
		}
	}
	return p.Render(http.StatusOK, searchResult(p.View, &hits, query, problem.Text{}))
}

// address is where a thing's page is, "" if the viewer has none.
func address(v ui.View, of, id string) string {
	known := map[string]struct{ route, path string }{"client": {"client", "/kunder/"}, "lock": {"lock", "/las/"}, "key": {"key", "/nycklar/"},
		"order": {"order", "/bestallningar/"}, "staff": {"person", "/personal/"}}[of]
	if !v.May(known.route) {
		return ""
	}
	return known.path + id
}

func (a *Area) client(p *page.Request) error {
	look := casework.Look{Before: journal.Cursor(p.Query("fore"))}
	out, err := a.pages.ClientPage(p.Context(), p.Who.Reader(), p.ID(), look)
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, clientPage(p.View, out, problem.Text{}))
}

// reveal shows a client's details once, for a reason that is chosen from the list.
func (a *Area) reveal(p *page.Request) error {
	look := casework.Look{Reveal: true}
	for _, r := range words.Reasons {
		if r.Code == p.Form("reason") {
			look.Reason = r.Code
		}
	}
	out, err := a.pages.ClientPage(p.Context(), p.Who.Reader(), p.ID(), look)
	status, fault := http.StatusOK, problem.Text{}
	if text, ok := page.Invalid(err); ok {
		status, fault = http.StatusUnprocessableEntity, text
		out, err = a.pages.ClientPage(p.Context(), p.Who.Reader(), p.ID(), casework.Look{})
	}
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(status, clientPage(p.View, out, fault))
}

var tNavClients = problem.Text{SV: "Sök", EN: "Search"}
