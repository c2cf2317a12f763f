package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// WorkFilter narrows [Client.Worklist]; the zero value takes all that is open.
type WorkFilter struct {
	Kind, State, Employee, Unit, Group string
	PostalCode                         string // or its first digits
	Area                               string // code of a rural group: where it works
	OrderKind                          string
	DueBefore                          string // YYYY-MM-DD
	Urgent                             bool
	Closed                             bool // done or cancelled, the latest first
}

// Worklist lists work: urgent first, then by the day it is due.
func (c *Client) Worklist(ctx context.Context, f WorkFilter) iter.Seq2[WorkTask, error] {
	return pages[WorkTask](ctx, c, "/api/v1/tasks", "kind", f.Kind, "state", f.State, "employee_number", f.Employee, "unit", f.Unit, "group", f.Group,
		"postal_code", f.PostalCode, "area", f.Area, "order_kind", f.OrderKind, "due_before", f.DueBefore, "urgent", flag(f.Urgent), "closed", flag(f.Closed))
}

// WorkCounts says how much there is to do.
func (c *Client) WorkCounts(ctx context.Context) (WorkCounts, error) {
	var out WorkCounts
	_, err := c.get(ctx, "/api/v1/task-counts", &out)
	return out, err
}

// AddWork lays up work, once however often it is sent with the same key.
func (c *Client) AddWork(ctx context.Context, key string, in NewWork) (Work, error) {
	var out Work
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/tasks", key, "", in, &out)
	return out, err
}

// Work reads a task.
func (c *Client) Work(ctx context.Context, id string) (Work, ETag, error) {
	var out Work
	tag, err := c.get(ctx, "/api/v1/tasks/"+url.PathEscape(id), &out)
	return out, tag, err
}

// Visit reads whose door a task is about. The journal notes that it was read.
func (c *Client) Visit(ctx context.Context, id string) (WorkVisit, error) {
	var out WorkVisit
	_, err := c.get(ctx, "/api/v1/tasks/"+url.PathEscape(id)+"/visit", &out)
	return out, err
}

func (c *Client) work(ctx context.Context, id, act string, seen ETag, in any) (Work, error) {
	var out Work
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/tasks/"+url.PathEscape(id)+"/"+act, "", seen, in, &out)
	return out, err
}

// AssignWork gives a task to a person or a unit.
func (c *Client) AssignWork(ctx context.Context, id string, seen ETag, in Assignment) (Work, error) {
	return c.work(ctx, id, "assign", seen, in)
}

// BookWork books a time with the client, or moves it.
func (c *Client) BookWork(ctx context.Context, id string, seen ETag, in NewBooking) (Work, error) {
	return c.work(ctx, id, "book", seen, in)
}

// TellBooking records that somebody has been told of the booked time.
func (c *Client) TellBooking(ctx context.Context, id string, seen ETag, in BookingTold) (Work, error) {
	return c.work(ctx, id, "told", seen, in)
}

// CancelBooking calls the booked time off; the task stays.
func (c *Client) CancelBooking(ctx context.Context, id string, seen ETag, reason string) (Work, error) {
	return c.work(ctx, id, "unbook", seen, WorkReason{reason})
}

// StartWork says that somebody has begun.
func (c *Client) StartWork(ctx context.Context, id string, seen ETag) (Work, error) {
	return c.work(ctx, id, "start", seen, nil)
}

// RecordSteps keeps steps of the checklist. It may be called again with the same steps, and with [Whatever] for seen: steps are
// added, nobody's word is lost.
func (c *Client) RecordSteps(ctx context.Context, id string, seen ETag, steps ...WorkStep) (Work, error) {
	return c.work(ctx, id, "steps", seen, WorkSteps{steps})
}

// CompleteWork says that a task is done: a lock is mounted, taken down or exchanged by it.
func (c *Client) CompleteWork(ctx context.Context, id string, seen ETag, note string) (Work, error) {
	return c.work(ctx, id, "complete", seen, WorkDone{note})
}

// CancelWork ends a task that is not to be done.
func (c *Client) CancelWork(ctx context.Context, id string, seen ETag, reason string) (Work, error) {
	return c.work(ctx, id, "cancel", seen, WorkReason{reason})
}

// UndoWork opens a task again that was ended by mistake.
func (c *Client) UndoWork(ctx context.Context, id string, seen ETag, reason string) (Work, error) {
	return c.work(ctx, id, "undo", seen, WorkReason{reason})
}

// OpenCalendar makes a calendar address for a person; its path is shown now and never again.
func (c *Client) OpenCalendar(ctx context.Context, key, employee string) (Calendar, error) {
	var out Calendar
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/calendars", key, "", NewCalendar{employee}, &out)
	return out, err
}

// Calendars lists a person's calendar addresses.
func (c *Client) Calendars(ctx context.Context, employee string) iter.Seq2[Calendar, error] {
	return pages[Calendar](ctx, c, "/api/v1/calendars", "employee_number", employee)
}

// CloseCalendar ends a calendar address.
func (c *Client) CloseCalendar(ctx context.Context, id string) (Calendar, error) {
	var out Calendar
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/calendars/"+url.PathEscape(id)+"/close", "", Whatever, nil, &out)
	return out, err
}
