// Package work is what there is to do: tasks at doors, and questions that a person must decide.
//
// It owns the pages and how work is sorted on them; internal/domain/casework knows the work, and writes in the journal whose
// doors were shown.
package work

import (
	"context"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
)

// Service is what the pages of work ask of the domain.
type Service interface {
	Tasks(ctx context.Context, who casework.Reader) (casework.TaskList, error)
}

// Area is the pages of work.
type Area struct{ pages Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.CaseOfficer, routine.LockManager}
	return []page.Route{{Method: "GET", Path: "/uppgifter", Name: "tasks", Menu: tNavTasks, Roles: who, Do: a.tasks}}
}

func (a *Area) tasks(p *page.Request) error {
	out, err := a.pages.Tasks(p.Context(), p.Who.Reader())
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, taskPage(p.View, out, p.Who.Role == routine.CaseOfficer))
}

var tNavTasks = problem.Text{SV: "Uppgifter", EN: "Tasks"}
