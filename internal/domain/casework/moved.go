package casework

import (
	"context"
	"slices"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// The registers may move a client before a technician has been at the old door. Work at a lock that sits stays where it sits: the
// task names the lock, and is neither the new door's nor withdrawn by what is decided about it.

// staysAtLock reports whether work is at the lock that its task names, wherever its client lives now.
func staysAtLock(k routine.TaskKind) bool { return k == routine.Dismount || k == routine.ServiceLock }

// leftBehind returns the lock of a task if it sits at another dwelling than the one given.
func leftBehind(ctx context.Context, tx Tx, t Task, dwellingID string) (lock fleet.Lock, yes bool, err error) {
	if !staysAtLock(t.Kind) || t.LockID == "" {
		return lock, false, nil
	}
	locks, err := tx.LocksByID(ctx, []string{t.LockID})
	lock = locks[t.LockID]
	return lock, lock.State == fleet.Mounted && lock.DwellingID != "" && lock.DwellingID != dwellingID, err
}

// openOwnDoor reads what work at a dwelling's door depends on: the client's, or the one that its lock sits on. There, whoever
// lives behind the door now is the one to be met.
func (s *Service) openOwnDoor(ctx context.Context, tx Tx, w *work) error {
	lock, elsewhere, err := leftBehind(ctx, tx, w.task, w.dwelling.ID)
	if err != nil {
		return err
	}
	if elsewhere {
		dwellings, err := tx.Dwellings(ctx, []string{lock.DwellingID})
		if err != nil {
			return err
		}
		w.dwelling = dwellings[lock.DwellingID]
	}
	at := []string{w.dwelling.ID}
	if w.home, err = tx.ClientsOfDwellings(ctx, at); err != nil {
		return err
	}
	if elsewhere && len(w.home) > 0 {
		w.client = w.home[0]
	}
	mounted, err := tx.LocksOfDwellings(ctx, at)
	if err != nil || len(mounted) == 0 {
		return err
	}
	w.mounted = mounted[0]
	w.before, _, err = tx.MountingOf(ctx, w.mounted.ID)
	return err
}

// doorTasks returns the lock that sits on a dwelling's door, zero if none does, and the open tasks there: of those who live there,
// but for what they have left behind at another door, and at that lock for somebody who has moved away.
func doorTasks(ctx context.Context, tx Tx, home []string, dwellingID string) (fleet.Lock, []Task, error) {
	var lock fleet.Lock
	open, err := tx.OpenTasks(ctx, home)
	if err != nil {
		return lock, nil, err
	}
	var there []Task
	for _, t := range open {
		_, left, err := leftBehind(ctx, tx, t, dwellingID)
		if err != nil {
			return lock, nil, err
		}
		if !left {
			there = append(there, t)
		}
	}
	locks, err := tx.LocksOfDwellings(ctx, []string{dwellingID})
	if err != nil || len(locks) == 0 {
		return lock, there, err
	}
	lock = locks[0]
	more, err := tx.OpenTasksOfLock(ctx, lock.ID)
	for _, t := range more {
		if staysAtLock(t.Kind) && !slices.ContainsFunc(there, func(o Task) bool { return o.ID == t.ID }) {
			there = append(there, t)
		}
	}
	return lock, there, err
}

// afterDeserted ends the work with a lock that came down where nobody lives any longer. Whoever has moved away has no lock on
// record, unless there is one where they live now.
func (s *Service) afterDeserted(ctx context.Context, tx Tx, actor string, w *work) error {
	if err := s.overWith(ctx, tx, actor, w.task); err != nil {
		return err
	}
	now, err := tx.MountedLocks(ctx, []string{w.client.DwellingID})
	if err != nil {
		return err
	}
	if now[w.client.DwellingID] == routine.NoLock && w.client.ID != "" {
		if err := s.document(ctx, tx, LockDismounted, []care.Client{w.client}, routine.NoLock, ""); err != nil {
			return err
		}
	}
	return s.closeTask(ctx, tx, actor, w.task, TaskDone, "")
}

// overWith ends what else was to be done at the lock of a task, which is gone.
func (s *Service) overWith(ctx context.Context, tx Tx, actor string, done Task) error {
	open, err := tx.OpenTasksOfLock(ctx, done.LockID)
	if err != nil {
		return err
	}
	for _, t := range open {
		if t.ID == done.ID {
			continue
		}
		if err := s.closeTask(ctx, tx, actor, t, TaskCancelled, reasonWithdrawn); err != nil {
			return err
		}
	}
	return nil
}
