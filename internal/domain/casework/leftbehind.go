package casework

import (
	"context"
	"slices"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// settleMoves proposes what the registers' moves mean for the locks that they leave behind, which no order has told of: one that
// nobody behind its door needs any longer comes down, as does the entrance's, and who needs a lock gets one at the new door
// (V5.1-h). Until somebody has decided nothing is taken down.
func (a *applier) settleMoves(ctx context.Context) error {
	if _, dry := a.tx.(dryTx); dry || len(a.moves) == 0 {
		return nil
	}
	homes := make([]string, 0, len(a.moves))
	for _, c := range a.moves {
		homes = append(homes, c.DwellingID)
	}
	homes = distinct(homes)
	locks, err := a.tx.LocksOfDwellings(ctx, homes)
	if err != nil {
		return err
	}
	dwellings, err := a.tx.Dwellings(ctx, homes)
	if err != nil {
		return err
	}
	for _, was := range a.moves {
		if err := a.settleOldEntrance(ctx, was, dwellings[was.DwellingID].EntranceID); err != nil {
			return err
		}
		i := slices.IndexFunc(locks, func(l fleet.Lock) bool { return l.DwellingID == was.DwellingID })
		if i < 0 || a.run.Moving != nil && a.run.Moving(locks[i].Serial) {
			continue // none, or it has a row of its own that says where it goes
		}
		if err := a.settleOldDoor(ctx, was, locks[i]); err != nil {
			return err
		}
		if err := a.settleNewDoor(ctx, was.ID); err != nil {
			return err
		}
	}
	return nil
}

// settleOldDoor proposes that a lock comes down on the last day that anybody who is left behind its door needs it.
func (a *applier) settleOldDoor(ctx context.Context, was care.Client, lock fleet.Lock) error {
	people, err := a.tx.ClientsOfDwellings(ctx, []string{was.DwellingID})
	if err != nil {
		return err
	}
	until, err := neededUntil(ctx, a.tx, people)
	if err != nil || !until.Before(routine.Forever) {
		return err
	}
	open, err := a.tx.OpenTasksOfLock(ctx, lock.ID)
	if err != nil || len(ofKind(open, routine.Dismount)) > 0 {
		return err
	}
	_, err = a.s.addTask(ctx, a.tx, a.run.actor(), Task{Kind: routine.Dismount, Rule: routine.RuleDismount, ClientID: was.ID, LockID: lock.ID,
		Due: later(until, a.tx.Now()), Note: noteMoved})
	return err
}

// settleNewDoor proposes a lock where somebody lives now who had one and needs one.
func (a *applier) settleNewDoor(ctx context.Context, clientID string) error {
	clients, err := a.tx.ClientsByID(ctx, []string{clientID})
	if err != nil {
		return err
	}
	f, err := a.s.open(ctx, a.tx, clients[clientID])
	if err != nil || f.situation.Lock != routine.NoLock || f.situation.Exception || f.situation.LockNeededUntil().Before(routine.Forever) {
		return err
	}
	t := Task{Kind: routine.Mount, Rule: routine.RuleBooking, ClientID: clientID, Due: a.tx.Now()}
	if err := a.s.wantOnly(ctx, a.tx, &t); err != nil {
		return orNil(err, ErrTaskTwice)
	}
	if t, err = a.s.addTask(ctx, a.tx, a.run.actor(), t); err != nil || t.State != TaskWaiting {
		return err
	}
	return a.s.askOwner(ctx, a.tx, a.run.actor(), t)
}

// settleOldEntrance proposes that an entrance's locks come down when nobody is left behind it who needs them.
func (a *applier) settleOldEntrance(ctx context.Context, was care.Client, entranceID string) error {
	if entranceID == "" {
		return nil
	}
	locks, err := a.tx.LocksAtEntrance(ctx, entranceID)
	if err != nil || len(locks) == 0 {
		return err
	}
	people, err := behind(ctx, a.tx, entranceID)
	if err != nil {
		return err
	}
	until, err := neededUntil(ctx, a.tx, people)
	if err != nil || !until.Before(routine.Forever) {
		return err
	}
	for _, lock := range locks {
		if a.run.Moving != nil && a.run.Moving(lock.Serial) {
			continue
		}
		want := Task{Kind: routine.DismountEntrance, Rule: routine.RuleDismount, ClientID: was.ID, LockID: lock.ID, Due: later(until, a.tx.Now()), Note: noteMoved}
		if err := a.s.settleEntranceLock(ctx, a.tx, want, until, true); err != nil {
			return err
		}
	}
	return nil
}
