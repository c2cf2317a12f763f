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
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// Service is what the pages of clients ask of the domain.
type Service interface {
	Search(ctx context.Context, who casework.Reader, query string) (casework.Hits, error)
	ClientPage(ctx context.Context, who casework.Reader, id string, look casework.Look) (casework.ClientPage, error)
}

// Breaks is emergency access. identity.Emergencies is one.
type Breaks interface {
	Take(ctx context.Context, who identity.Acting, clientID, reason string) (identity.Emergency, error)
	TakeNumbered(ctx context.Context, who identity.Acting, personalNumber, reason string) (identity.Emergency, error)
}

// Area is the pages of clients.
type Area struct {
	pages  Service
	breaks Breaks
}

// New returns it.
func New(s Service, b Breaks) *Area { return &Area{s, b} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager}
	breaks := slices.DeleteFunc(slices.Clone(who), func(r routine.Role) bool { return !identity.MayBreak(r) })
	finds := append(slices.Clone(who), routine.SystemOwner)
	return []page.Route{
		{Method: "GET", Path: "/kunder", Name: "clients", Menu: tNavClients, Roles: finds, Camera: true, Do: a.searchPage},
		{Method: "POST", Path: "/kunder", Name: "clients-search", Roles: finds, Camera: true, Do: a.search},
		{Method: "GET", Path: "/kunder/{id}", Name: "client", Roles: who, Do: a.client},
		{Method: "POST", Path: "/kunder/{id}", Name: "client-reveal", Roles: who, Do: a.reveal},
		{Method: "GET", Path: "/kunder/{id}/utdrag", Name: "client-export", Roles: who, StepUp: true, Do: a.export},
		{Method: "POST", Path: "/kunder/{id}/nodatkomst", Name: "client-emergency", Roles: breaks, Write: true, Do: a.emergency},
		{Method: "POST", Path: "/nodatkomst", Name: "emergency", Roles: breaks, Write: true, Do: a.emergencyNumbered},
	}
}

func (a *Area) searchPage(p *page.Request) error {
	return p.Render(http.StatusOK, searchResult(p.View, nil, "", nil))
}

// search answers with a page, not with an address: what was asked is personal data. A number that fits leads straight on.
func (a *Area) search(p *page.Request) error {
	query := p.Form("q")
	hits, err := a.pages.Search(p.Context(), p.Who.Reader(), query)
	if text, ok := page.Invalid(err); ok {
		return p.Render(http.StatusUnprocessableEntity, searchResult(p.View, nil, query, ui.Faults{{Field: "q", Text: text}}))
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
	return p.Render(http.StatusOK, searchResult(p.View, &hits, query, nil))
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
	if errors.Is(err, casework.ErrNoClient) && p.May("client-emergency") {
		return p.Render(http.StatusNotFound, noClient(p.View, p.ID(), "", "", nil))
	}
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, clientPage(p.View, out, problem.Text{}))
}

// emergency opens a client to somebody without a relation, for a reason and a short time. Whether there is such a client shows only
// to those who have given theirs, which the journal has by then.
func (a *Area) emergency(p *page.Request) error {
	return a.taken(p, func() (identity.Emergency, error) {
		return a.breaks.Take(p.Context(), p.Who.Acting(), p.ID(), p.Form("reason"))
	})
}

func (a *Area) emergencyNumbered(p *page.Request) error {
	return a.taken(p, func() (identity.Emergency, error) {
		n, err := swedish.ParsePersonalNumber(strings.ReplaceAll(p.Form("nummer"), " ", ""), swedish.NumberOptions{Day: swedish.DateOf(p.Now.In(p.Zone)), AllowReserve: true})
		if err != nil {
			return identity.Emergency{}, err
		}
		return a.breaks.TakeNumbered(p.Context(), p.Who.Acting(), n.String(), p.Form("reason"))
	})
}

func (a *Area) taken(p *page.Request, take func() (identity.Emergency, error)) error {
	e, err := take()
	if errors.Is(err, identity.ErrEmergencyUnknown) {
		faults := ui.Faults{{Text: identity.ErrEmergencyUnknown.Text}}
		return p.Render(http.StatusNotFound, noClient(p.View, p.ID(), p.Form("nummer"), p.Form("reason"), faults))
	}
	if faults, ok := page.Faults(err); ok {
		return p.Render(http.StatusUnprocessableEntity, noClient(p.View, p.ID(), p.Form("nummer"), p.Form("reason"), faults))
	}
	if err != nil {
		return err
	}
	return p.Redirect("/kunder/"+e.ClientID, ui.Flash{Text: tBroken})
}

// export is who may open a client's doors as a file: masked as the page is.
func (a *Area) export(p *page.Request) error {
	out, err := a.pages.ClientPage(p.Context(), p.Who.Reader(), p.ID(), casework.Look{Export: true})
	if err != nil {
		return err
	}
	return p.SendTable(opens(out))
}

// opens is every right to a client's doors, with the line of the routine that it rests on.
func opens(c casework.ClientPage) paper.Table {
	var rows []paper.Row
	for _, r := range c.Chains {
		until := r.Right.Until
		if !until.Before(routine.Forever) {
			until = time.Time{}
		}
		rows = append(rows, paper.Row{r.Lock.Serial, r.GroupCode, r.GroupName, r.Right.From, until, r.Ground.Rule, r.InForce(c.Now)})
	}
	return paper.Table{Name: "oppna", Rows: paper.Rows(rows...), Columns: []paper.Column{
		{Key: "lock", SV: "Lås", EN: "Lock", Kind: paper.Text}, {Key: "group", SV: "Grupp", EN: "Group", Kind: paper.Text},
		{Key: "name", SV: "Gruppens namn", EN: "Group's name", Kind: paper.Text}, {Key: "from", SV: "Från", EN: "From", Kind: paper.Instant},
		{Key: "until", SV: "Till", EN: "Until", Kind: paper.Instant}, {Key: "rule", SV: "Rutinens punkt", EN: "Line of the routine", Kind: paper.Text},
		{Key: "now", SV: "Gäller nu", EN: "In force now", Kind: paper.YesNo}}}
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
