package casework

import (
	"context"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// A dwelling has one door, so work at it is shared: whatever order asks for it, and for whichever of those who live there,
// there is at most one open task of a kind. An order that leads to a task that is open already waits for that one. An order
// is done when nothing that it waits for is open any longer, whether it was carried out or lost its reason.

// The states of a task.
const (
	taskOpen      = "open"
	taskDone      = "done"
	taskCancelled = "cancelled"
)

// What the journal says of a task.
const (
	taskProposed  = "proposed"
	taskJoined    = "joined" // one that was open already
	taskMoved     = "moved"  // joined, and moved to another day
	taskWithdrawn = "withdrawn"
)

// settleTasks brings the open tasks of the dwelling in line with an outcome. The order, which must be stored, gets the tasks
// that it waits for.
func (s *Service) settleTasks(ctx context.Context, tx Tx, o *Order, f file, out routine.Outcome) ([]journal.Entry, error) {
	if len(out.Tasks)+len(out.Withdrawn) == 0 {
		return nil, nil
	}
	open, err := tx.OpenTasks(ctx, f.home)
	if err != nil {
		return nil, err
	}
	var entries []journal.Entry
	for _, kind := range out.Withdrawn {
		for _, t := range ofKind(open, kind) {
			if err := tx.CloseTask(ctx, t.ID, taskCancelled); err != nil {
				return nil, err
			}
			entries = append(entries, taskEntry(*o, t, taskWithdrawn))
		}
	}
	for _, want := range out.Tasks {
		t, change, err := s.settleTask(ctx, tx, *o, want, ofKind(open, want.Kind))
		if err != nil {
			return nil, err
		}
		o.Tasks = append(o.Tasks, t)
		entries = append(entries, taskEntry(*o, t, change))
	}
	return entries, tx.LinkTasks(ctx, o.ID, o.Tasks)
}

// settleTask finds the open task that an order leads to, or makes it.
func (s *Service) settleTask(ctx context.Context, tx Tx, o Order, want routine.Task, open []Task) (Task, string, error) {
	if len(open) == 0 {
		t := Task{ID: newID(), OrderID: o.ID, ClientID: o.ClientID, Kind: want.Kind, Rule: want.Rule, State: taskOpen, Due: want.Due, Created: o.Received}
		return t, taskProposed, tx.InsertTasks(ctx, []Task{t})
	}
	t := open[0]
	due := want.Merge(t.Due)
	if due.Equal(t.Due) {
		return t, taskJoined, nil
	}
	t.Due = due
	return t, taskMoved, tx.MoveTask(ctx, t.ID, due)
}

// finishTasks closes the open tasks of a kind at a dwelling.
func (s *Service) finishTasks(ctx context.Context, tx Tx, home []string, kind routine.TaskKind) error {
	open, err := tx.OpenTasks(ctx, home)
	if err != nil {
		return err
	}
	for _, t := range ofKind(open, kind) {
		if err := tx.CloseTask(ctx, t.ID, taskDone); err != nil {
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
	if t.OrderID != o.ID { // somebody's task, perhaps a partner's, is not what it was
		subjects = append(subjects, t.OrderID)
		if t.ClientID != o.ClientID {
			subjects = append(subjects, t.ClientID)
		}
	}
	return journal.Entry{Kind: journal.TaskChanged, At: o.Received, Subjects: subjects, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"},
		{Name: journal.FieldGround, Value: "order:" + o.ID},
		{Name: "task", Value: string(t.Kind)},
		{Name: "change", Value: change},
		{Name: "due", Value: t.Due.UTC().Format(time.RFC3339)},
		{Name: "rule", Value: t.Rule},
	}}
}
