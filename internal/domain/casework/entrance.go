package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// A lock in an entrance serves everybody behind it: each opens by grounds of their own, and it is put up, taken down and exchanged for all of
// them at once. Work there is laid up for one client, whose dwelling says which entrance it is; what comes down is a lock that
// the task names, for an entrance may have several doors.

// EntranceTx is what work at entrances needs of a database transaction.
type EntranceTx interface {
	// LocksAtEntrance returns the locks that are mounted at an entrance.
	LocksAtEntrance(ctx context.Context, entranceID string) ([]fleet.Lock, error)
	// DwellingsBehind returns the ids of the dwellings behind entrances.
	DwellingsBehind(ctx context.Context, entranceIDs []string) ([]string, error)
}

// Problems of work at entrances. Codes are stable.
var (
	ErrEntranceNone = problem.New(problem.Conflict, "entrance-none",
		"Kundens bostad har ingen port i registret. Ange porten i kundregistret först.",
		"The client's dwelling has no entrance in the register. Enter it in the client register first.")
	ErrEntranceEmpty = problem.New(problem.Conflict, "entrance-no-lock",
		"Det sitter inget lås i porten. Kontrollera personnumret eller serienumret.",
		"There is no lock in the entrance. Check the identity number or the serial number.")
	ErrEntranceWhich = problem.New(problem.Conflict, "entrance-which-lock",
		"Porten har flera lås. Ange serienumret på det som ska tas ned.",
		"The entrance has several locks. Give the serial number of the one that is to come down.")
	ErrEntranceNeeded = problem.New(problem.Conflict, "entrance-lock-needed",
		"Någon bakom porten behöver lås %s. Ska det bytas: lägg upp ett byte i stället.",
		"Somebody behind the entrance needs lock %s. If it is to be exchanged, lay up an exchange instead.")
	ErrEntranceLimit = problem.New(problem.Conflict, "entrance-lock-limit",
		"Någon bakom porten har redan så många lås som en kund får ha, där portens räknas med.",
		"Somebody behind the entrance has as many locks as a client may have already, the entrance's counted.")
	ErrLockKind = problem.New(problem.Conflict, "lock-wrong-kind",
		"Lås %s är av fel sort. I en port monteras portlås, på bostadens dörr dörrlås eller nyckelgömma.",
		"Lock %s is of the wrong kind. An entrance takes entrance locks, a dwelling's door a door lock or a key box.")
)

// openEntrance reads what work at an entrance depends on. A lock that is to come down says itself where it sits, whether or not
// the client still lives behind it.
func (s *Service) openEntrance(ctx context.Context, tx Tx, w *work) error {
	if w.client.ID != "" {
		w.home = []care.Client{w.client} // for whom it was laid up; the others are many
	}
	w.entrance = w.dwelling.EntranceID
	if w.task.Kind == routine.MountEntrance || w.task.LockID == "" {
		return nil
	}
	locks, err := tx.LocksByID(ctx, []string{w.task.LockID})
	if err != nil {
		return err
	}
	lock := locks[w.task.LockID]
	if lock.State != fleet.Mounted || lock.EntranceID == "" {
		return nil
	}
	w.mounted, w.entrance = lock, lock.EntranceID
	w.before, _, err = tx.MountingOf(ctx, lock.ID)
	return err
}

// comesDown finds the lock that an exchange at an entrance takes down, where the task does not name it (it names the one that is
// kept for the visit): the one that was read at the entrance, or the only one there.
func comesDown(ctx context.Context, tx Tx, w *work, serial string) error {
	if w.task.Kind != routine.ExchangeEntrance || w.entrance == "" || !w.task.Open() || w.mounted.ID != "" && w.mounted.ID == w.task.LockID {
		return nil
	}
	locks, err := tx.LocksAtEntrance(ctx, w.entrance)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(locks, func(l fleet.Lock) bool { return l.Serial == serial || len(locks) == 1 })
	if i < 0 {
		return nil
	}
	w.mounted = locks[i]
	w.before, _, err = tx.MountingOf(ctx, w.mounted.ID)
	return err
}

// behind returns everybody who lives behind an entrance.
func behind(ctx context.Context, tx Tx, entranceID string) ([]care.Client, error) {
	dwellings, err := tx.DwellingsBehind(ctx, []string{entranceID})
	if err != nil {
		return nil, err
	}
	return tx.ClientsOfDwellings(ctx, dwellings)
}

// placeAtEntrance finds for whom, and at which lock, work at an entrance is laid up by hand.
func (s *Service) placeAtEntrance(ctx context.Context, tx Tx, t *Task) error {
	w := work{task: *t}
	if err := s.openDoor(ctx, tx, &w); err != nil {
		return err
	}
	if t.Kind == routine.MountEntrance {
		if w.entrance == "" {
			return ErrEntranceNone.On("personal_number")
		}
		return roomAtEntrance(ctx, tx, s.profile, w.entrance)
	}
	if t.LockID == "" && w.entrance != "" {
		locks, err := tx.LocksAtEntrance(ctx, w.entrance)
		switch {
		case err != nil:
			return err
		case len(locks) > 1:
			return ErrEntranceWhich.On("serial")
		case len(locks) == 1:
			w.mounted, t.LockID = locks[0], locks[0].ID
		}
	}
	if w.mounted.ID == "" {
		return ErrEntranceEmpty
	}
	if t.ClientID == "" {
		people, err := behind(ctx, tx, w.mounted.EntranceID)
		if err != nil {
			return err
		}
		t.ClientID = standsFor(people)
	}
	if t.Kind == routine.ExchangeEntrance {
		return nil
	}
	return s.unneeded(ctx, tx, w.mounted, t.Due)
}

// standsFor is whose address the technician goes to: somebody's without protected identity, where there is one.
func standsFor(people []care.Client) string {
	i := slices.IndexFunc(people, func(c care.Client) bool { return !c.Protected })
	if i < 0 {
		i = 0
	}
	if len(people) == 0 {
		return ""
	}
	return people[i].ID
}

// entranceTaken fails if there is open work of the kind at the entrance, or with the lock, already.
func (s *Service) entranceTaken(ctx context.Context, tx Tx, t Task) error {
	var open []Task
	var err error
	if t.Kind != routine.MountEntrance {
		open, err = tx.OpenTasksOfLock(ctx, t.LockID)
	} else {
		w := work{task: t}
		if err := s.openDoor(ctx, tx, &w); err != nil {
			return err
		}
		open, err = tasksBehind(ctx, tx, w.entrance)
	}
	if err != nil {
		return err
	}
	for _, other := range ofKind(open, t.Kind) {
		return ErrTaskTwice.Fill(other.Number)
	}
	return nil
}

func tasksBehind(ctx context.Context, tx Tx, entranceID string) ([]Task, error) {
	people, err := behind(ctx, tx, entranceID)
	if err != nil {
		return nil, err
	}
	return tx.OpenTasks(ctx, idsOf(people))
}

// entranceWork opens the task that puts a lock in the entrance before a client's door: of several the one at which it was read.
func (s *Service) entranceWork(ctx context.Context, tx Tx, entranceID string, lock fleet.Lock) (found work, err error) {
	open, err := tasksBehind(ctx, tx, entranceID)
	if err != nil {
		return work{}, err
	}
	for _, t := range append(ofKind(open, routine.MountEntrance), ofKind(open, routine.ExchangeEntrance)...) {
		w, err := s.openWork(ctx, tx, t.ID)
		if err != nil || w.reads.ID == lock.ID {
			return w, err
		}
		if found.task.ID == "" {
			found = w
		}
	}
	if found.task.ID == "" {
		return work{}, ErrNoMountTask
	}
	return found, nil
}

// roomAtEntrance fails where entrances count among a client's locks and somebody behind has the most already (V2.1-b).
func roomAtEntrance(ctx context.Context, tx Tx, p routine.Profile, entranceID string) error {
	if !p.EntrancesCount {
		return nil
	}
	entrances, err := tx.EntranceLocks(ctx, entranceID)
	if err != nil {
		return err
	}
	dwellings, err := tx.DwellingsBehind(ctx, []string{entranceID})
	if err != nil {
		return err
	}
	own, err := tx.MountedLocks(ctx, dwellings)
	if err != nil {
		return err
	}
	if !p.MayAddLock(min(len(own), 1), entrances) {
		return ErrEntranceLimit
	}
	return nil
}

// unneeded fails while somebody behind the entrance needs the lock at a time or later, no other lock opens it for them, and the
// house's owners have nothing against it.
func (s *Service) unneeded(ctx context.Context, tx Tx, lock fleet.Lock, at time.Time) error {
	there, err := tx.LocksAtEntrance(ctx, lock.EntranceID)
	if err != nil || len(there) > 1 {
		return err
	}
	people, err := behind(ctx, tx, lock.EntranceID)
	if err != nil {
		return err
	}
	until, err := neededUntil(ctx, tx, people)
	if err != nil || !until.After(later(at, tx.Now())) {
		return err
	}
	no, err := ownersObject(ctx, tx, lock.EntranceID)
	if err == nil && !no {
		err = ErrEntranceNeeded.Fill(lock.Serial)
	}
	return err
}

// neededUntil says until when somebody of these needs a lock.
func neededUntil(ctx context.Context, tx Tx, people []care.Client) (time.Time, error) {
	services, err := tx.ServicesOf(ctx, idsOf(people))
	var all routine.Situation
	for _, of := range services {
		for _, v := range of {
			all.Services = append(all.Services, v.Service)
		}
	}
	return all.LockNeededUntil(), err
}

// afterEntrance brings everybody's rights behind an entrance up to date with its locks, ends work with a lock that is gone, and
// ends the task.
func (s *Service) afterEntrance(ctx context.Context, tx Tx, actor string, w *work) error {
	people, err := behind(ctx, tx, w.entrance)
	if err != nil {
		return err
	}
	change, err := s.refreshRead(ctx, tx, people)
	if err != nil {
		return err
	}
	if err := journal.Append(ctx, tx, rightsEntries("system", "task:"+w.task.ID, change, nil)...); err != nil {
		return err
	}
	switch w.task.Kind {
	case routine.MountEntrance:
		err = s.entranceStays(ctx, tx, actor, w.entrance)
	case routine.DismountEntrance:
		err = s.overWith(ctx, tx, actor, w.task)
	case routine.ExchangeEntrance:
		err = s.inherit(ctx, tx, actor, w)
	}
	if err != nil {
		return err
	}
	return s.closeTask(ctx, tx, actor, w.task, TaskDone, "")
}

// inherit lets a dismounting of the lock that has been exchanged be one of the lock that sits there instead, and ends what else was to
// be done at the old one.
func (s *Service) inherit(ctx context.Context, tx Tx, actor string, w *work) error {
	open, err := tx.OpenTasksOfLock(ctx, w.mounted.ID)
	if err != nil {
		return err
	}
	for _, t := range open {
		switch {
		case t.ID == w.task.ID:
			continue
		case t.Kind == routine.DismountEntrance, t.Kind == routine.Judge:
			t.LockID = w.task.LockID
			err = tx.PutTasks(ctx, []Task{t})
		default:
			err = s.closeTask(ctx, tx, actor, t, TaskCancelled, reasonWithdrawn)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settleEntrance proposes that the locks before a client's door come down when a change has taken away the last need of anybody
// behind them, on the day when that is, and moves or withdraws the proposal as needs change (V5.1-h). before and after are
// until when the client's home needed, and needs, a lock. What was laid up by hand is not touched.
func (s *Service) settleEntrance(ctx context.Context, tx Tx, orderID string, f file, before, after time.Time, day time.Time) error {
	if f.dwelling.EntranceID == "" || before.Equal(after) {
		return nil
	}
	locks, err := tx.LocksAtEntrance(ctx, f.dwelling.EntranceID)
	if err != nil || len(locks) == 0 {
		return err
	}
	until := after
	if until.Before(routine.Forever) {
		people, err := behind(ctx, tx, f.dwelling.EntranceID)
		if err != nil {
			return err
		}
		if until, err = neededUntil(ctx, tx, people); err != nil {
			return err
		}
	}
	for _, lock := range locks {
		want := Task{Kind: routine.DismountEntrance, Rule: routine.RuleDismount, ClientID: f.client.ID, OrderID: orderID, LockID: lock.ID, Due: later(until, day)}
		if err := s.settleEntranceLock(ctx, tx, want, until, after.Before(before)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) settleEntranceLock(ctx context.Context, tx Tx, want Task, until time.Time, propose bool) error {
	const actor = "system"
	open, err := tx.OpenTasksOfLock(ctx, want.LockID)
	if err != nil {
		return err
	}
	open = ofKind(open, routine.DismountEntrance)
	switch {
	case len(open) == 0 && propose && until.Before(routine.Forever):
		_, err = s.addTask(ctx, tx, actor, want)
	case len(open) == 0 || open[0].OrderID == "" || open[0].Due.Equal(want.Due):
	case until.Equal(routine.Forever):
		err = s.closeTask(ctx, tx, actor, open[0], TaskCancelled, reasonWithdrawn)
	default:
		open[0].Due = want.Due
		err = errors.Join(tx.MoveTask(ctx, open[0].ID, want.Due), s.noteTask(ctx, tx, actor, open[0], taskMoved))
	}
	return err
}
