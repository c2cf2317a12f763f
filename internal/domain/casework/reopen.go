package casework

import (
	"context"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Undo opens a task again that was marked done, or cancelled, by mistake: within a day, and only where nothing has happened
// that a new task would have to set right. Orders that waited for it wait again.
func (s *Service) Undo(ctx context.Context, who routine.Who, taskID, reason string) (Task, error) {
	if reason == "" || len(reason) > MaxNote {
		return Task{}, ErrTaskNoReason.On("reason")
	}
	var out Task
	err := s.db.Update(ctx, func(tx Tx) error {
		t, ok, err := tx.TaskByID(ctx, taskID)
		if err != nil || !ok {
			return orElse(err, ErrTaskUnknown)
		}
		if err := s.mayDo(ctx, tx, who, t); err != nil {
			return err
		}
		switch {
		case t.Open():
			return ErrTaskOpen
		case tx.Now().Sub(t.Done) > routine.UndoWithin:
			return ErrTaskTooLate
		case t.State == TaskDone && !t.Kind.Reversible(), t.FaultID != "":
			return ErrTaskFinal
		}
		if err := s.wantOnly(ctx, tx, &t); err != nil {
			return err
		}
		if t.Kind == routine.DismountEntrance {
			if err := s.placeAtEntrance(ctx, tx, &t); err != nil { // somebody may need the lock by now
				return err
			}
		}
		waiting, err := tx.ReopenTask(ctx, t.ID)
		if err != nil {
			return err
		}
		if err := s.tellOrders(ctx, tx, waiting); err != nil {
			return err
		}
		t.State, t.Reason, t.Done = TaskOpen, "", time.Time{}
		if out, err = s.reopened(ctx, tx, who, t, reason); err != nil {
			return err
		}
		return s.goes(ctx, tx, who.Actor, out)
	})
	return out, err
}

// reopened gives a task that is open again the state that it would have if it were new.
func (s *Service) reopened(ctx context.Context, tx Tx, who routine.Who, t Task, reason string) (Task, error) {
	w := work{task: t}
	if err := s.openDoor(ctx, tx, &w); err != nil {
		return t, err
	}
	t.State = restingState(t)
	wait, err := s.waits(ctx, tx, t.Kind, w.dwelling)
	if err != nil {
		return t, err
	}
	if wait {
		t.State, t.Reason = TaskWaiting, reasonWaits
	}
	return t, s.changeTask(ctx, tx, who, t, "reopened", journal.Field{Name: "reason", Value: reason})
}
