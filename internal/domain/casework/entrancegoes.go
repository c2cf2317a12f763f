package casework

import (
	"context"
	"time"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// The question whether an entrance's lock stays, that an owner does not agree to any longer (V5.3-a), is answered in one of two
// ways, each one act: a yes is recorded and the question has lost its point, or a dismounting is laid up. By that the question is
// answered, also where somebody needs the lock: each such household gets a question of its own, for the same day, how the entrance
// is to be opened then. There is no register of keys to entrances from which it could follow.

// ownersObject reports whether an owner has said no to locks in an entrance, and nobody says yes.
func ownersObject(ctx context.Context, tx Tx, entranceID string) (bool, error) {
	ids, err := tx.DwellingsBehind(ctx, []string{entranceID})
	if err != nil || len(ids) == 0 {
		return false, err
	}
	dwellings, err := tx.Dwellings(ctx, ids[:1]) // one house, whichever door
	if err != nil {
		return false, err
	}
	standing, err := standingFor(ctx, tx, entranceLock, dwellings[ids[0]])
	return objects(standing), err
}

func objects(s consent.Standing) bool {
	return s.Answer == consent.Refused || s.Answer == consent.Withdrawn
}

// goes answers the question about the lock of a dismounting that has been laid up at an entrance, and asks about the households that
// need it until after that how the entrance is to be opened for them.
func (s *Service) goes(ctx context.Context, tx Tx, actor string, down Task) error {
	if down.Kind != routine.DismountEntrance {
		return nil
	}
	open, err := tx.OpenTasksOfLock(ctx, down.LockID)
	if err != nil {
		return err
	}
	for _, t := range ofKind(open, routine.Judge) {
		if t.Note == reasonNoConsentEntrance {
			if err := s.closeTask(ctx, tx, actor, t, TaskDone, ""); err != nil {
				return err
			}
		}
	}
	entranceID, day, err := s.goesLast(ctx, tx, down)
	if err != nil || day.IsZero() {
		return err
	}
	down.Due = day
	dwellings, err := tx.DwellingsBehind(ctx, []string{entranceID})
	if err != nil {
		return err
	}
	for _, id := range dwellings {
		if err := s.askHousehold(ctx, tx, actor, id, down); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) askHousehold(ctx context.Context, tx Tx, actor, dwellingID string, down Task) error {
	home, err := tx.ClientsOfDwellings(ctx, []string{dwellingID})
	if err != nil {
		return err
	}
	until, err := neededUntil(ctx, tx, home)
	if err != nil || !until.After(later(down.Due, tx.Now())) {
		return err
	}
	_, err = s.addTask(ctx, tx, actor, Task{Kind: routine.Judge, Rule: routine.RuleWaits, ClientID: standsFor(home), Unit: string(routine.UnitLockManager),
		Due: down.Due, Note: noteNoEntrance})
	return err
}

// goesNot is when a dismounting has been struck.
func (s *Service) goesNot(ctx context.Context, tx Tx, actor string, down Task) error {
	if down.Kind != routine.DismountEntrance {
		return nil
	}
	entranceID, err := sitsAt(ctx, tx, down)
	if err != nil || entranceID == "" {
		return err
	}
	return s.entranceStays(ctx, tx, actor, entranceID)
}

// sitsAt is the entrance in which the lock of a task sits, or "".
func sitsAt(ctx context.Context, tx Tx, t Task) (string, error) {
	locks, err := tx.LocksByID(ctx, []string{t.LockID})
	return locks[t.LockID].EntranceID, err
}

// goesLast is the day on which an entrance has lost the last of its locks, if the one of this task goes and all others are to go too;
// zero if one stays.
func (s *Service) goesLast(ctx context.Context, tx Tx, down Task) (entranceID string, day time.Time, err error) {
	if entranceID, err = sitsAt(ctx, tx, down); err != nil || entranceID == "" {
		return "", day, err
	}
	there, err := tx.LocksAtEntrance(ctx, entranceID)
	if err != nil {
		return "", day, err
	}
	day = down.Due
	for _, lock := range there {
		if lock.ID == down.LockID {
			continue
		}
		open, err := tx.OpenTasksOfLock(ctx, lock.ID)
		if err != nil {
			return "", day, err
		}
		others := ofKind(open, routine.DismountEntrance)
		if len(others) == 0 {
			return entranceID, time.Time{}, nil
		}
		day = later(day, others[0].Due)
	}
	return entranceID, day, nil
}

// entranceStays ends the questions how an entrance is to be opened: its lock does not come down, or another is up.
func (s *Service) entranceStays(ctx context.Context, tx Tx, actor, entranceID string) error {
	open, err := tasksBehind(ctx, tx, entranceID)
	if err != nil {
		return err
	}
	for _, t := range ofKind(open, routine.Judge) {
		if t.Note == noteNoEntrance {
			if err := s.closeTask(ctx, tx, actor, t, TaskCancelled, reasonWithdrawn); err != nil {
				return err
			}
		}
	}
	return nil
}
