package restapi

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// FieldWork is the worklist and what is done at doors. casework.Service is one.
type FieldWork interface {
	Worklist(ctx context.Context, who routine.Who, f casework.WorkFilter) ([]casework.WorkLine, error)
	WorkCounts(ctx context.Context, who routine.Who) ([]casework.WorkCount, error)
	Task(ctx context.Context, who routine.Who, id string) (casework.WorkFile, error)
	VisitTo(ctx context.Context, who routine.Who, id string) (casework.Visiting, error)
	AddTask(ctx context.Context, who routine.Who, in casework.NewTask) (casework.Task, error)
	Assign(ctx context.Context, who routine.Who, id, employee string, unit routine.UnitKind) (casework.Task, error)
	Book(ctx context.Context, who routine.Who, id string, in casework.NewBooking) (casework.Task, error)
	TellBooking(ctx context.Context, who routine.Who, id, told, how string) (casework.Task, error)
	CancelBooking(ctx context.Context, who routine.Who, id, reason string) (casework.Task, error)
	Start(ctx context.Context, who routine.Who, id string) (casework.Task, error)
	RecordSteps(ctx context.Context, who routine.Who, id string, steps []casework.Step) (casework.WorkFile, error)
	Complete(ctx context.Context, who routine.Who, id, note string) (casework.WorkFile, error)
	Cancel(ctx context.Context, who routine.Who, id, reason string) (casework.Task, error)
	Undo(ctx context.Context, who routine.Who, id, reason string) (casework.Task, error)
	Calendars
}

// tasks are the operations about work that somebody has to do (V5.1-a, V5.5-b).
func (h *Handler) tasks(to *routes) {
	readers := []routine.Role{routine.SystemOwner, routine.LockManager, routine.CaseOfficer, routine.Provider}
	doers := []routine.Role{routine.LockManager, routine.Provider}
	const all, one = "/api/v1/tasks", "/api/v1/tasks/{id}"
	list(to, op{ID: "list-tasks", Path: all, Summary: "List what there is to do", Roles: readers,
		Doc: "Urgent work first, then by the day it is due. Providers see what they have been asked to do themselves."}, h.worklist)
	read(to, op{ID: "count-tasks", Path: "/api/v1/task-counts", Summary: "How much there is to do", Roles: readers[:3]}, h.countTasks)
	create(to, op{ID: "add-task", Path: all, Summary: "Lay up work without an order", Roles: lockManager(),
		Doc: "Service, documentation, or what an order would lay up. At a door there is one open task of a kind."},
		func(w api.Work) string { return all + "/" + w.Task.ID }, h.addTask)
	read(to, op{ID: "read-task", Path: one, Summary: "Read a task with its checklist and bookings", Roles: readers}, h.task)
	to.add(op{ID: "read-visit", Path: one + "/visit", Summary: "Read whose door it is", Roles: lockManager(),
		Doc: "Name, address and telephone number, for the one who goes there. That it was read is in the journal."}, to.looking(), h.visit)
	act := func(act, summary, doc string, roles []routine.Role) op {
		return op{ID: act + "-task", Path: one + "/" + act, Summary: summary, Doc: doc, Roles: roles}
	}
	change(to, http.MethodPost, act("assign", "Give a task to a person or a unit", "", lockManager()), h.task,
		func(ctx context.Context, r request, in api.Assignment) (api.Work, error) {
			_, err := h.options.FieldWork.Assign(ctx, r.Who, r.id("id"), in.Employee, routine.UnitKind(in.Unit))
			return h.workAfter(ctx, r, err)
		})
	change(to, http.MethodPost, act("book", "Book a time with the client, or move it", "", lockManager()), h.task, h.bookTask)
	change(to, http.MethodPost, act("told", "Record who has been told of the booked time", "", lockManager()), h.task,
		func(ctx context.Context, r request, in api.BookingTold) (api.Work, error) {
			_, err := h.options.FieldWork.TellBooking(ctx, r.Who, r.id("id"), in.Told, in.How)
			return h.workAfter(ctx, r, err)
		})
	change(to, http.MethodPost, act("start", "Say that somebody has begun", "", lockManager()), h.task,
		func(ctx context.Context, r request, _ none) (api.Work, error) {
			_, err := h.options.FieldWork.Start(ctx, r.Who, r.id("id"))
			return h.workAfter(ctx, r, err)
		})
	change(to, http.MethodPost, act("steps", "Record steps of the work",
		"They may be sent again and in any order: the one with the latest time counts. Providers record that the client has been informed.", doers), h.task, h.recordSteps)
	change(to, http.MethodPost, act("complete", "Say that a task is done",
		"A lock is mounted, taken down or exchanged by it, with everything that follows, if nothing of the checklist is left.", doers), h.task,
		func(ctx context.Context, r request, in api.WorkDone) (api.Work, error) {
			if err := checkText("note", in.Note, casework.MaxNote); err != nil {
				return api.Work{}, err
			}
			w, err := h.options.FieldWork.Complete(ctx, r.Who, r.id("id"), in.Note)
			return wireWork(ctx, w), err
		})
	for name, by := range map[string]struct {
		summary string
		do      func(FieldWork, context.Context, routine.Who, string, string) (casework.Task, error)
	}{
		"unbook": {"Call a booked time off", FieldWork.CancelBooking},
		"cancel": {"End a task that is not to be done", FieldWork.Cancel},
		"undo":   {"Open a task again that was ended by mistake", FieldWork.Undo},
	} {
		change(to, http.MethodPost, act(name, by.summary, "", lockManager()), h.task,
			func(ctx context.Context, r request, in api.WorkReason) (api.Work, error) {
				if err := checkText("reason", in.Reason, casework.MaxNote); err != nil {
					return api.Work{}, err
				}
				_, err := by.do(h.options.FieldWork, ctx, r.Who, r.id("id"), in.Reason)
				return h.workAfter(ctx, r, err)
			})
	}
}

// workFilter narrows the worklist.
type workFilter struct {
	Kind       string    `query:"kind" doc:"Such as mount, dismount, exchange or service."`
	State      string    `query:"state" enum:"open,waiting,assigned,booked,in-progress,done,cancelled" doc:"How far it has come."`
	Employee   string    `query:"employee_number" doc:"Who shall do it."`
	Unit       string    `query:"unit" doc:"Which unit shall do it."`
	Group      string    `query:"group" doc:"Code of the group whose staff it is for."`
	PostalCode string    `query:"postal_code" doc:"Of the door, or its first digits."`
	Area       string    `query:"area" doc:"Code of a rural group: where it works."`
	OrderKind  string    `query:"order_kind" doc:"Of the first order that waits for it."`
	DueBefore  time.Time `query:"due_before" doc:"Due before that day."`
	Urgent     bool      `query:"urgent" doc:"Only urgent work."`
	Closed     bool      `query:"closed" doc:"What is done or cancelled instead, the latest first."`
}

func (h *Handler) worklist(ctx context.Context, r request, f workFilter, p page) ([]api.WorkTask, string, error) {
	after, err := workCursor(p.After)
	if err != nil {
		return nil, "", err
	}
	found, err := h.options.FieldWork.Worklist(ctx, r.Who, casework.WorkFilter{Kind: routine.TaskKind(f.Kind), State: f.State, Employee: f.Employee,
		Unit: routine.UnitKind(f.Unit), Group: f.Group, PostalCode: strings.ReplaceAll(f.PostalCode, " ", ""), Area: f.Area, OrderKind: routine.OrderKind(f.OrderKind),
		DueBefore: f.DueBefore, UrgentOnly: f.Urgent, Closed: f.Closed, After: after, Limit: p.Limit + 1})
	line := func(l casework.WorkLine) api.WorkTask { return wireLine(web.Language(ctx), l) }
	rows, next := paged(found, p, line, func(api.WorkTask) string { return workKey(found[p.Limit-1].Cursor()) })
	return rows, next, err
}

// workKey writes a place in the worklist; workCursor reads it.
func workKey(c casework.WorkCursor) string {
	urgent := "0"
	if c.Urgent {
		urgent = "1"
	}
	return urgent + " " + strconv.FormatInt(c.At.UnixMicro(), 10) + " " + c.ID
}

func workCursor(key string) (casework.WorkCursor, error) {
	if key == "" {
		return casework.WorkCursor{}, nil
	}
	parts := strings.Split(key, " ")
	if len(parts) != 3 || parts[0] != "0" && parts[0] != "1" || len(parts[2]) != 36 {
		return casework.WorkCursor{}, errCursor.On("after")
	}
	us, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return casework.WorkCursor{}, errCursor.On("after")
	}
	return casework.WorkCursor{Urgent: parts[0] == "1", At: time.UnixMicro(us).UTC(), ID: parts[2]}, nil
}

func (h *Handler) countTasks(ctx context.Context, r request) (api.WorkCounts, error) {
	found, err := h.options.FieldWork.WorkCounts(ctx, r.Who)
	out := api.WorkCounts{Counts: []api.WorkCount{}}
	for _, c := range found {
		out.Counts = append(out.Counts, api.WorkCount{Kind: string(c.Kind), State: c.State, Tasks: c.Tasks, Urgent: c.Urgent, Late: c.Late})
	}
	return out, err
}

func (h *Handler) addTask(ctx context.Context, r request, in api.NewWork) (api.Work, error) {
	n := casework.NewTask{Kind: routine.TaskKind(in.Kind), Serial: in.Serial, Urgent: in.Urgent, Note: in.Note}
	err := checkText("note", in.Note, casework.MaxNote)
	if err == nil && in.PersonalNumber != "" {
		n.PersonalNumber, err = h.number(in.PersonalNumber)
	}
	if err == nil {
		n.Due, err = r.day("due", in.Due)
	}
	if err != nil {
		return api.Work{}, err
	}
	t, err := h.options.FieldWork.AddTask(ctx, r.Who, n)
	if err != nil {
		return api.Work{}, err
	}
	w, err := h.options.FieldWork.Task(ctx, r.Who, t.ID)
	return wireWork(ctx, w), err
}

func (h *Handler) task(ctx context.Context, r request) (api.Work, error) {
	w, err := h.options.FieldWork.Task(ctx, r.Who, r.id("id"))
	return wireWork(ctx, w), err
}

// workAfter reads the task that has just been changed.
func (h *Handler) workAfter(ctx context.Context, r request, err error) (api.Work, error) {
	if err != nil {
		return api.Work{}, err
	}
	return h.task(ctx, r)
}

func (h *Handler) bookTask(ctx context.Context, r request, in api.NewBooking) (api.Work, error) {
	if err := checkText("reason", in.Reason, casework.MaxNote); err != nil {
		return api.Work{}, err
	}
	_, err := h.options.FieldWork.Book(ctx, r.Who, r.id("id"), casework.NewBooking{From: in.From, Until: in.Until, Employee: in.Employee, Attend: in.Attend,
		Serial: in.Serial, Told: in.Told, How: in.How, Reason: in.Reason})
	return h.workAfter(ctx, r, err)
}

func (h *Handler) recordSteps(ctx context.Context, r request, in api.WorkSteps) (api.Work, error) {
	steps := make([]casework.Step, len(in.Steps))
	for i, s := range in.Steps {
		for field, text := range map[string]string{"place": s.Place, "reason": s.Reason, "serial": s.Serial} {
			if err := checkText(field, text, casework.MaxNote); err != nil {
				return api.Work{}, err
			}
		}
		steps[i] = casework.Step{ID: s.ID, Step: routine.WorkStep(s.Step), At: s.At, Employee: s.Employee, Found: casework.Found{Serial: s.Serial, Told: s.Told,
			How: s.How, Next: fleet.LockState(s.Next), Place: s.Place, Reason: s.Reason, Keys: s.Keys, Record: s.Record}}
	}
	w, err := h.options.FieldWork.RecordSteps(ctx, r.Who, r.id("id"), steps)
	return wireWork(ctx, w), err
}

// visit is GET of whose door it is. It writes in the journal, so it is not [read]: nothing here is asked in the midst of a change.
func (h *Handler) visit(w http.ResponseWriter, r request) error {
	v, err := h.options.FieldWork.VisitTo(r.Context(), r.Who, r.id("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, no-store")
	web.WriteJSON(w, http.StatusOK, "application/json", api.WorkVisit{Number: v.Task.Number, Name: strings.TrimSpace(v.Client.GivenName + " " + v.Client.FamilyName),
		Phone: v.Client.Phone, Street: v.Dwelling.Street, Apartment: v.Dwelling.Apartment, PostalCode: v.Dwelling.PostalCode, Town: v.Dwelling.Town,
		RelativeName: v.Client.RelativeName, RelativePhone: v.Client.RelativePhone, Protected: v.Client.Protected})
	return nil
}

func wireLine(lang string, l casework.WorkLine) api.WorkTask {
	out := wireTask(lang, l.Task)
	out.Order, out.OrderKind, out.Town, out.Employee, out.Group, out.Serial, out.Told = l.OrderNumber, string(l.OrderKind), l.Town, l.Employee, l.Group, l.Serial, l.Told
	out.BookedFrom, out.BookedUntil = instant(l.From), instant(l.Until)
	return out
}

func wireTask(lang string, t casework.Task) api.WorkTask {
	return api.WorkTask{ID: t.ID, Number: t.Number, Kind: string(t.Kind), State: t.State, Urgent: t.Urgent, Due: t.Due, Rule: t.Rule, ClientID: t.ClientID,
		PostalCode: t.PostalCode, Unit: t.Unit, FaultID: t.FaultID, Note: casework.InWords(t.Note).In(lang), Reason: casework.InWords(t.Reason).In(lang), Created: t.Created, Done: instant(t.Done)}
}

// instant is a time that may not have come.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func wireWork(ctx context.Context, w casework.WorkFile) api.Work {
	words := w.Rule.SV
	if web.Language(ctx) == "en" {
		words = w.Rule.EN
	}
	out := api.Work{Task: wireTask(web.Language(ctx), w.Task), Why: words, Orders: []api.WorkOrder{}, Checklist: []api.WorkItem{}, Left: w.Left, Bookings: []api.WorkBooking{},
		Mounted: w.Mounted, OriginalPart: w.Original}
	out.Task.Serial, out.Task.Employee = w.Serial, w.Staff[w.Task.StaffID]
	for _, o := range w.Orders {
		out.Orders = append(out.Orders, api.WorkOrder{ID: o.ID, Number: o.Number, Kind: string(o.Kind), State: string(o.State)})
	}
	if len(w.Orders) > 0 {
		out.Task.Order, out.Task.OrderKind = w.Orders[0].Number, string(w.Orders[0].Kind)
	}
	for _, i := range w.Checklist {
		out.Checklist = append(out.Checklist, wireItem(ctx, w, i))
	}
	for _, b := range w.Bookings {
		out.Bookings = append(out.Bookings, api.WorkBooking{From: b.From, Until: b.Until, Employee: w.Staff[b.StaffID], Attend: b.Attend, Told: b.Told, How: b.How,
			ToldAt: instant(b.ToldAt), Ended: instant(b.Ended), EndedHow: b.EndedHow, Reason: casework.InWords(b.Reason).In(web.Language(ctx))})
		if b.Ended.IsZero() {
			out.Task.BookedFrom, out.Task.BookedUntil, out.Task.Told = instant(b.From), instant(b.Until), b.Told
		}
	}
	return out
}

func wireItem(ctx context.Context, w casework.WorkFile, i casework.Item) api.WorkItem {
	out := api.WorkItem{Step: string(i.Step), Rule: i.Rule, Text: i.SV}
	if web.Language(ctx) == "en" {
		out.Text = i.EN
	}
	if s := i.Said; s != nil {
		out.Said = &api.WorkStep{ID: s.ID, Step: string(s.Step), At: s.At, Employee: w.Staff[s.StaffID], Serial: s.Found.Serial, Told: s.Found.Told, How: s.Found.How,
			Next: string(s.Found.Next), Place: s.Found.Place, Reason: s.Found.Reason, Keys: s.Found.Keys, Record: s.Found.Record}
	}
	return out
}
