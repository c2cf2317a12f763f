// Package locks is the locks: which there are, and everything about one door: who may open it now and why, what has happened there,
// what the lock last told of itself, and what has become of the thing.
//
// It owns the pages and their words; internal/domain/casework reads, and writes in the journal who read. What is done about a door is
// done elsewhere: its neighbours orders, faults and fieldwork are where the next steps lead.
//
// Promises: a lock that is at nobody whom one may read about looks like one that is not there; what tells where somebody with
// protected identity lives, is not on the page; every number says how old it is.
package locks

import (
	"context"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/words"
)

// Service is what the pages of locks ask of the domain.
type Service interface {
	Locks(ctx context.Context, who casework.Reader, f casework.LockFilter) (casework.LockList, error)
	LockFile(ctx context.Context, who casework.Reader, f casework.LockFilter) (casework.LockList, error)
	LockPage(ctx context.Context, who casework.Reader, id string, before journal.Cursor) (casework.LockPage, error)
}

// Area is the pages of locks.
type Area struct{ pages Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	all := []routine.Role{routine.LockManager, routine.SystemOwner}
	who := []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager, routine.SystemOwner}
	return []page.Route{
		{Method: "GET", Path: "/las", Name: "locks", Menu: tNavLocks, Roles: all, Do: a.list},
		{Method: "GET", Path: "/las/{id}", Name: "lock", Roles: who, Do: a.lock},
	}
}

func (a *Area) list(p *page.Request) error {
	f := casework.LockFilter{Kind: fleet.LockKind(p.Query("slag")), State: fleet.LockState(p.Query("lage")), Serial: p.Query("nummer"), After: p.Query("efter")}
	if p.WantsFile() {
		return a.file(p, f)
	}
	out, err := a.pages.Locks(p.Context(), p.Who.Reader(), f)
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, listPage(p.View, out, f))
}

// file is the list as a file. The journal has who took it out.
func (a *Area) file(p *page.Request, f casework.LockFilter) error {
	out, err := a.pages.LockFile(p.Context(), p.Who.Reader(), f)
	if err != nil {
		return err
	}
	return p.SendTable(table(p, out))
}

func table(p *page.Request, l casework.LockList) paper.Table {
	var rows []paper.Row
	for _, k := range l.Locks {
		var battery any // empty: not told
		if k.Battery > 0 {
			battery = int64(k.Battery)
		}
		rows = append(rows, paper.Row{k.Serial, p.T(words.LockName(k.Kind)), p.T(words.LockStateName(k.State)), k.Mounted, k.Seen, battery, l.Now})
	}
	return paper.Table{Name: "las", Rows: paper.Rows(rows...), Columns: []paper.Column{
		{Key: "lock", SV: "Lås", EN: "Lock", Kind: paper.Text}, {Key: "kind", SV: "Slag", EN: "Kind", Kind: paper.Text},
		{Key: "state", SV: "Läge", EN: "State", Kind: paper.Text}, {Key: "mounted", SV: "Monterat", EN: "Mounted", Kind: paper.Day},
		{Key: "seen", SV: "Hördes senast", EN: "Last heard of", Kind: paper.Instant}, {Key: "battery", SV: "Batteri, procent", EN: "Battery, per cent", Kind: paper.Number},
		{Key: "at", SV: "Läget", EN: "State of", Kind: paper.Instant}}}
}

func (a *Area) lock(p *page.Request) error {
	out, err := a.pages.LockPage(p.Context(), p.Who.Reader(), p.ID(), journal.Cursor(p.Query("fore")))
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, lockPage(p.View, out))
}

var tNavLocks = problem.Text{SV: "Lås", EN: "Locks"}
