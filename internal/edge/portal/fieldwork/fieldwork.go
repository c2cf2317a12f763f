// Package fieldwork is what there is to do: for the case officer the open tasks and the questions that a person must decide, and for the
// technician the work queue, the visit with its booked time, and the work at the door step by step.
//
// It owns the pages, how work is sorted on them, and the scripts that keep a step at the door when the network is gone
// (falt.js, falt-kopia.js). internal/domain/casework knows the work, who may do it and what a step must say, and writes in the
// journal whose doors were shown.
//
// Promises: every step is one plain form and is saved when it is sent; a step that is sent twice is saved once; what a browser
// keeps of the work at a door (the steps' page, and steps that wait for the network) names no client and no address.
package fieldwork

import (
	"context"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
)

// Service is what the pages of work ask of the domain.
type Service interface {
	Tasks(ctx context.Context, who casework.Reader) (casework.TaskList, error)
}

// Field is what the pages of work at doors ask of the domain.
type Field interface {
	Queue(ctx context.Context, who routine.Who, f casework.WorkFilter, purpose string) (casework.Queue, error)
	VisitPage(ctx context.Context, who routine.Who, taskID, reason string) (casework.VisitPage, error)
	Task(ctx context.Context, who routine.Who, id string) (casework.WorkFile, error)
	Colleague(ctx context.Context, who routine.Who, number, id string) (care.Staff, error)
	Assign(ctx context.Context, who routine.Who, taskID, employee string, unit routine.UnitKind) (casework.Task, error)
	Book(ctx context.Context, who routine.Who, taskID string, in casework.NewBooking) (casework.Task, error)
	CancelBooking(ctx context.Context, who routine.Who, taskID, reason string) (casework.Task, error)
	TellBooking(ctx context.Context, who routine.Who, taskID, told, how string) (casework.Task, error)
	NoteContact(ctx context.Context, who routine.Who, taskID, outcome, note string) (casework.Task, error)
	Start(ctx context.Context, who routine.Who, taskID string) (casework.Task, error)
	RecordSteps(ctx context.Context, who routine.Who, taskID string, steps []casework.Step) (casework.WorkFile, error)
	Complete(ctx context.Context, who routine.Who, taskID, note string) (casework.WorkFile, error)
	Cancel(ctx context.Context, who routine.Who, taskID, reason string) (casework.Task, error)
	Undo(ctx context.Context, who routine.Who, taskID, reason string) (casework.Task, error)
	Feeds(ctx context.Context, who routine.Who, employee string) ([]casework.Feed, error)
	OpenFeed(ctx context.Context, who routine.Who, employee string) (casework.Feed, string, error)
	CloseFeed(ctx context.Context, who routine.Who, id string) error
}

// Area is the pages of work.
type Area struct {
	pages Service
	field Field
}

// New returns it.
func New(s Service, f Field) *Area { return &Area{s, f} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	field := []routine.Role{routine.LockManager}
	read := func(path, name string, do page.Action) page.Route {
		return page.Route{Method: "GET", Path: path, Name: name, Roles: field, Do: do}
	}
	write := func(path, name string, do page.Action) page.Route {
		return page.Route{Method: "POST", Path: path, Name: name, Roles: field, Do: do, Write: true}
	}
	queue, steps, said := read("/arbete", "queue", a.queue), read("/arbete/{id}/steg", "steps", a.steps), write("/arbete/{id}/steg", "step", a.step)
	queue.Menu = tNavQueue
	steps.Camera, said.Camera = true, true
	return []page.Route{
		queue,
		{Method: "GET", Path: "/uppgifter", Name: "tasks", Menu: tNavTasks, Roles: []routine.Role{routine.CaseOfficer}, Do: a.tasks},
		read("/arbete/lista.pdf", "queue-print", a.print),
		write("/arbete/fordela", "queue-assign", a.assign),
		write("/arbete/jag", "queue-me", a.me),
		read("/arbete/kalender", "calendar", a.calendar),
		write("/arbete/kalender", "calendar-open", a.openCalendar),
		write("/arbete/kalender/stang", "calendar-close", a.closeCalendar),
		read("/arbete/{id}", "work", a.visit),
		write("/arbete/{id}", "work-reveal", a.reveal),
		read("/arbete/{id}/tid", "booking", a.booking),
		write("/arbete/{id}/tid", "booking-save", a.book),
		write("/arbete/{id}/kontakt", "booking-contact", a.contact),
		write("/arbete/{id}/besked", "booking-told", a.told),
		read("/arbete/{id}/avboka", "booking-cancel", a.askUnbook),
		write("/arbete/{id}/avboka", "booking-cancelled", a.unbook),
		read("/arbete/{id}/avbryt", "work-cancel", a.askCancel),
		write("/arbete/{id}/avbryt", "work-cancelled", a.cancel),
		write("/arbete/{id}/angra", "work-undo", a.undo),
		write("/arbete/{id}/borja", "work-start", a.start),
		steps, said,
		read("/arbete/{id}/klart", "work-done", a.done),
		write("/arbete/{id}/klart", "work-complete", a.complete),
		{Method: "GET", Path: "/arbete/falt.js", Name: "field-script", Open: true, Do: fieldScript},
		{Method: "GET", Path: "/arbete/falt-kopia.js", Name: "field-copy", Open: true, Do: copyScript},
	}
}

func (a *Area) tasks(p *page.Request) error {
	out, err := a.pages.Tasks(p.Context(), p.Who.Reader())
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, taskPage(p.View, out))
}

// who is the reader as the domain knows those who work.
func who(p *page.Request) routine.Who { return p.Who.Acting().Who }

var (
	tNavTasks = problem.Text{SV: "Uppgifter", EN: "Tasks"}
	tNavQueue = problem.Text{SV: "Arbetskö", EN: "Work queue"}
)
