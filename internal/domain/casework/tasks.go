package casework

import (
	"context"
	"slices"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// A dwelling has one door, so work at it is shared: whatever order asks for it, and for whichever of those who live there,
// there is at most one open task of a kind. An order that leads to a task that is open already waits for that one. An order
// is done when nothing that it waits for is open any longer, whether it was carried out or lost its reason.

// Task is work that somebody has to do.
type Task struct {
	ID       string
	Number   string // what people say on the phone, such as 7K3M-9QX2
	OrderID  string // the first order that led to it; "" for work that none asked for
	ClientID string // whose door it is: of that order; "" for an entrance or a thing in stock
	LockID   string // the lock that it concerns or that is kept for it, or ""
	FaultID  string // the fault that it remedies, or ""
	Kind     routine.TaskKind
	Rule     string
	State    string // one of [TaskStates]
	Urgent   bool
	Due      time.Time
	Created  time.Time
	Done     time.Time // done or cancelled; zero while open

	StaffID    string // who shall do it, or ""
	GroupID    string // or whose staff, or ""
	Unit       string // or which unit ([routine.UnitKind]), or ""
	PostalCode string // of the door; "" where there is none
	Note       string // what it is about, beyond its kind; for [InWords]
	Reason     string // why it waits or was cancelled; for [InWords]
}

// Open reports whether there is something left to do, however far it has come.
func (t Task) Open() bool { return t.State != TaskDone && t.State != TaskCancelled }

// The states of a task. All but the last two are open.
const (
	TaskOpen       = "open"
	TaskAssigned   = "assigned"
	TaskBooked     = "booked"
	TaskInProgress = "in-progress"
	TaskWaiting    = "waiting" // for the house's owner (V5.3-c)
	TaskDone       = "done"
	TaskCancelled  = "cancelled"
)

// TaskStates returns every state, in the order of a task's life.
func TaskStates() []string {
	return []string{TaskOpen, TaskWaiting, TaskAssigned, TaskBooked, TaskInProgress, TaskDone, TaskCancelled}
}

// TaskTx is what tasks need of a database transaction.
type TaskTx interface {
	InsertTasks(ctx context.Context, t []Task) error
	// PutTasks replaces tasks that are stored.
	PutTasks(ctx context.Context, t []Task) error
	TaskByID(ctx context.Context, id string) (Task, bool, error)
	TasksOfOrder(ctx context.Context, orderID string) ([]Task, error)
	// LinkTasks stores which tasks an order waits for; TasksOfOrder returns them.
	LinkTasks(ctx context.Context, orderID string, t []Task) error
	// OpenTasks returns the open tasks of clients, the oldest first.
	OpenTasks(ctx context.Context, clientIDs []string) ([]Task, error)
	// OpenTasksOfLock returns the open tasks that concern a lock, or that it is kept for.
	OpenTasksOfLock(ctx context.Context, lockID string) ([]Task, error)
	MoveTask(ctx context.Context, id string, due time.Time) error
	// CloseTask gives a task its last state, and makes every order done that waited for nothing else: it returns their ids.
	// Cancelled needs a reason.
	CloseTask(ctx context.Context, id, state, reason string) (orderIDs []string, err error)
	// ReopenTask makes a closed task open again, and in progress the orders that had waited for it: it returns their ids.
	ReopenTask(ctx context.Context, id string) (orderIDs []string, err error)
	// OrdersBehind returns the orders that wait or have waited for a task, the oldest first, at most 50.
	OrdersBehind(ctx context.Context, taskID string) ([]Order, error)
	// PlaceTasks brings the postal codes of clients' open tasks up to date with where the clients live.
	PlaceTasks(ctx context.Context, clientIDs []string) error
}

// What the journal says of a task.
const (
	taskProposed  = "proposed"
	taskJoined    = "joined" // one that was open already
	taskMoved     = "moved"  // joined, and moved to another day
	taskWithdrawn = "withdrawn"
	taskGiven     = "given" // to the group that serves the client now
)

// settleTasks brings the open tasks of the dwelling in line with an outcome. The order, which must be stored, gets the tasks
// that it waits for.
func (s *Service) settleTasks(ctx context.Context, tx Tx, o *Order, f file, out routine.Outcome) ([]journal.Entry, error) {
	if len(out.Tasks)+len(out.Withdrawn) == 0 {
		return nil, nil
	}
	lock, open, err := doorTasks(ctx, tx, f.home, f.dwelling.ID)
	if err != nil {
		return nil, err
	}
	var entries []journal.Entry
	for _, kind := range out.Withdrawn {
		for _, t := range ofKind(open, kind) {
			if err := s.endTask(ctx, tx, t, TaskCancelled, reasonWithdrawn); err != nil {
				return nil, err
			}
			if err := s.tellTask(ctx, tx, t, taskWithdrawn); err != nil {
				return nil, err
			}
			o.undo.Withdrawn = append(o.undo.Withdrawn, t.ID)
			entries = append(entries, taskEntry(*o, t, taskWithdrawn))
		}
	}
	for _, want := range out.Tasks {
		same := slices.DeleteFunc(ofKind(open, want.Kind), func(t Task) bool { return !t.Kind.Same(t.Rule, want.Kind, want.Rule) })
		t, change, err := s.settleTask(ctx, tx, *o, f, want, same, lock.ID)
		if err != nil {
			return nil, err
		}
		if change == taskMoved {
			o.undo.Moved = append(o.undo.Moved, MovedTask{t.ID, same[0].Due, t.Due})
		}
		if change != taskJoined {
			if err := s.tellTask(ctx, tx, t, change); err != nil {
				return nil, err
			}
		}
		o.Tasks = append(o.Tasks, t)
		entries = append(entries, taskEntry(*o, t, change))
	}
	return entries, tx.LinkTasks(ctx, o.ID, o.Tasks)
}

// settleTask finds the open task that an order leads to, or makes it.
func (s *Service) settleTask(ctx context.Context, tx Tx, o Order, f file, want routine.Task, open []Task, lockID string) (Task, string, error) {
	if len(open) == 0 {
		t := Task{ID: newID(), Number: newNumber(), OrderID: o.ID, ClientID: o.ClientID, Kind: want.Kind, Rule: want.Rule, State: TaskOpen,
			GroupID: want.Group, Due: want.Due, Created: o.Received, PostalCode: f.dwelling.PostalCode, Urgent: o.urgent && atDoor(want.Kind)}
		if staysAtLock(t.Kind) {
			t.LockID = lockID
		}
		wait, err := s.waits(ctx, tx, t.Kind, f.dwelling)
		if err != nil {
			return t, "", err
		}
		if wait {
			t.State, t.Reason = TaskWaiting, reasonWaits
		}
		return t, taskProposed, tx.InsertTasks(ctx, []Task{t})
	}
	t := open[0]
	if o.urgent && !t.Urgent && atDoor(t.Kind) {
		t.Urgent = true
		if err := tx.PutTasks(ctx, []Task{t}); err != nil {
			return t, "", err
		}
	}
	due := want.Merge(t.Due)
	if due.Equal(t.Due) {
		return t, taskJoined, nil
	}
	t.Due = due
	return t, taskMoved, tx.MoveTask(ctx, t.ID, due)
}

// followCarer gives what a client's home-care group has been asked to do to the group that serves the client now, or will when
// the work is due: a provider sees on its worklist what concerns its own clients (V2.1-c, V2.3-b).
func (s *Service) followCarer(ctx context.Context, tx Tx, actor, clientID string) error {
	open, err := tx.OpenTasks(ctx, []string{clientID})
	if err != nil {
		return err
	}
	var services []routine.Service // read when there is something to give
	for _, t := range open {
		if !routine.MayDo(routine.Provider, t.Kind) {
			continue
		}
		if services == nil {
			all, err := tx.ServicesOf(ctx, []string{clientID})
			if err != nil {
				return err
			}
			for _, v := range all[clientID] {
				services = append(services, v.Service)
			}
		}
		at := t.Due
		if at.Before(tx.Now()) {
			at = tx.Now()
		}
		g, ok := routine.Carer(services, at)
		if !ok || g.ID == t.GroupID {
			continue
		}
		t.GroupID = g.ID
		if err := tx.PutTasks(ctx, []Task{t}); err != nil {
			return err
		}
		if err := s.noteTask(ctx, tx, actor, t, taskGiven, journal.Field{Name: "group", Value: g.ID}); err != nil {
			return err
		}
	}
	return nil
}

// finishTasks closes the open tasks of a kind at a dwelling, whose answer or receipt has come.
func (s *Service) finishTasks(ctx context.Context, tx Tx, home []string, kind routine.TaskKind) error {
	open, err := tx.OpenTasks(ctx, home)
	if err != nil {
		return err
	}
	for _, t := range ofKind(open, kind) {
		if err := s.closeTask(ctx, tx, "system", t, TaskDone, ""); err != nil {
			return err
		}
	}
	return nil
}

func ofKind(tasks []Task, kind routine.TaskKind) []Task {
	var out []Task
	for _, t := range tasks {
		if t.Kind == kind {
			out = append(out, t)
		}
	}
	return out
}

func taskEntry(o Order, t Task, change string) journal.Entry {
	subjects := []string{o.ClientID, o.ID}
	if t.OrderID != o.ID && t.OrderID != "" { // somebody's task, perhaps a partner's, is not what it was
		subjects = append(subjects, t.OrderID)
		if t.ClientID != o.ClientID {
			subjects = append(subjects, t.ClientID)
		}
	}
	return journal.Entry{Kind: journal.TaskChanged, At: o.Received, Subjects: subjects, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"},
		{Name: journal.FieldGround, Value: "order:" + o.ID},
		{Name: "task", Value: string(t.Kind)},
		{Name: "task-number", Value: t.Number},
		{Name: "change", Value: change},
		{Name: "due", Value: t.Due.UTC().Format(time.RFC3339)},
		{Name: "rule", Value: t.Rule},
	}}
}
