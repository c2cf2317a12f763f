// Package log is the journal as people read it: the list of entries, and one entry with how to verify it.
//
// It owns the pages and their words; internal/domain/journal owns the entries, internal/domain/casework reads them and writes
// in the journal who read what concerns a person.
package log

import (
	"context"
	"net/http"
	"strconv"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
)

// Service is what the pages of the journal ask of the domain.
type Service interface {
	Log(ctx context.Context, f journal.Filter, before journal.Cursor) (casework.LogPage, error)
	LogEntry(ctx context.Context, who casework.Reader, index int64) (casework.LogEntry, error)
}

// Area is the pages of the journal.
type Area struct{ pages Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.LockManager, routine.SystemOwner, routine.Auditor}
	return []page.Route{
		{Method: "GET", Path: "/logg", Name: "log", Menu: tNavLog, Roles: who, Do: a.log},
		{Method: "GET", Path: "/logg/{index}", Name: "entry", Roles: who, Do: a.entry},
	}
}

func (a *Area) log(p *page.Request) error {
	kind := p.Query("sort")
	var f journal.Filter
	if _, ok := journal.Describe(journal.Kind(kind)); ok {
		f.Kinds = []journal.Kind{journal.Kind(kind)}
	}
	out, err := a.pages.Log(p.Context(), f, journal.Cursor(p.Query("fore")))
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, logPage(p.View, out, kind))
}

func (a *Area) entry(p *page.Request) error {
	index, err := strconv.ParseInt(p.R.PathValue("index"), 10, 64)
	if err != nil {
		return journal.ErrNoEntry.Fill("?")
	}
	out, err := a.pages.LogEntry(p.Context(), p.Who.Reader(), index)
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, entryPage(p.View, out))
}

var tNavLog = problem.Text{SV: "Logg", EN: "Journal"}
