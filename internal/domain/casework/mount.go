package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// ErrLockElsewhere says that a lock sits somewhere else already.
var ErrLockElsewhere = problem.New(problem.Conflict, "lock-elsewhere",
	"Lås %s är redan monterat någon annanstans. Kontrollera serienumret.",
	"Lock %s is mounted somewhere else already. Check the serial number.")

// Certifier makes a lock's certificate for its number. It is called inside the transaction that mounts the lock.
type Certifier func(number uint32) ([]byte, error)

// Mount records that a door lock or key box now sits at a client's dwelling, or a lock in the entrance before it, as its checklist
// says: rights follow for everybody behind it, and the task that waited for it is done. It carries out the open task there.
// A lock that sits there already is only given its certificate: that is how a lock that the registers know of is taken into use,
// and how a technician whose tool lost contact simply repeats it.
func (s *Service) Mount(ctx context.Context, actor, serial, personalNumber string, certify Certifier) (fleet.Lock, error) {
	var mounted fleet.Lock
	err := s.db.Update(ctx, func(tx Tx) error {
		client, lock, err := s.mountable(ctx, tx, serial, personalNumber)
		if err != nil {
			return err
		}
		if lock.State == fleet.Mounted {
			mounted, err = s.certifyMounted(ctx, tx, actor, client, lock, certify)
			return err
		}
		w, err := s.workFor(ctx, tx, client, lock)
		if err != nil {
			return err
		}
		if err := w.finished(); err != nil {
			return err
		}
		if w.reads.ID != lock.ID {
			return ErrStepSerial.Fill(serial, w.reads.Serial)
		}
		if w.task.Kind.Exchanges() {
			mounted, err = s.exchange(ctx, tx, actor, &w, certify)
		} else {
			mounted, err = s.putUp(ctx, tx, actor, &w, certify)
		}
		return err
	})
	return mounted, err
}

// LockAt returns the lock with that serial number if it is mounted at the client's dwelling, or could be.
func (s *Service) LockAt(ctx context.Context, serial, personalNumber string) (lock fleet.Lock, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		_, lock, err = s.mountable(ctx, tx, serial, personalNumber)
		return err
	})
	return lock, err
}

// mountable finds client and lock and checks that the one may sit at the other.
func (s *Service) mountable(ctx context.Context, tx Tx, serial, personalNumber string) (care.Client, fleet.Lock, error) {
	clients, err := tx.ClientsByNumber(ctx, []string{personalNumber})
	if err != nil {
		return care.Client{}, fleet.Lock{}, err
	}
	client, ok := clients[personalNumber]
	if !ok {
		return client, fleet.Lock{}, ErrClientUnknown
	}
	locks, err := tx.LocksBySerial(ctx, []string{serial})
	if err != nil {
		return client, fleet.Lock{}, err
	}
	lock, ok := locks[serial]
	switch {
	case !ok:
		return client, lock, fleet.ErrLockUnknown.Fill(serial)
	case lock.State != fleet.Mounted || lock.DwellingID == client.DwellingID:
		return client, lock, nil
	}
	entrance, err := entranceOf(ctx, tx, client)
	if err == nil && (entrance == "" || lock.EntranceID != entrance) {
		err = ErrLockElsewhere.Fill(serial)
	}
	return client, lock, err
}

// entranceOf is the entrance that a client lives behind, or "".
func entranceOf(ctx context.Context, tx Tx, client care.Client) (string, error) {
	dwellings, err := tx.Dwellings(ctx, []string{client.DwellingID})
	return dwellings[client.DwellingID].EntranceID, err
}

// workFor opens the task that puts a lock up at a client's: on the door, or in the entrance before it.
func (s *Service) workFor(ctx context.Context, tx Tx, client care.Client, lock fleet.Lock) (work, error) {
	if lock.Kind != fleet.Entrance {
		return s.mountWork(ctx, tx, client)
	}
	entrance, err := entranceOf(ctx, tx, client)
	if err != nil || entrance == "" {
		return work{}, orElse(err, ErrEntranceNone)
	}
	return s.entranceWork(ctx, tx, entrance, lock)
}

// mountWork opens the task that puts a lock on a client's door.
func (s *Service) mountWork(ctx context.Context, tx Tx, client care.Client) (work, error) {
	home, err := tx.ClientsOfDwellings(ctx, []string{client.DwellingID})
	if err != nil {
		return work{}, err
	}
	open, err := tx.OpenTasks(ctx, idsOf(home))
	if err != nil {
		return work{}, err
	}
	there, err := tx.LocksOfDwellings(ctx, []string{client.DwellingID})
	if err != nil {
		return work{}, err
	}
	kind := routine.Mount
	if len(there) > 0 {
		kind = routine.ExchangeLock
	}
	tasks := ofKind(open, kind)
	switch {
	case len(tasks) > 0:
		return s.openWork(ctx, tx, tasks[0].ID)
	case len(there) > 0:
		return work{}, fleet.ErrSecondLock.Fill(there[0].Serial)
	}
	return work{}, ErrNoMountTask
}

// certifyMounted gives a lock that sits at its door the certificate that it asks for.
func (s *Service) certifyMounted(ctx context.Context, tx Tx, actor string, client care.Client, lock fleet.Lock, certify Certifier) (fleet.Lock, error) {
	home, err := tx.ClientsOfDwellings(ctx, []string{client.DwellingID})
	if err != nil || certify == nil {
		return lock, err
	}
	if lock.Certificate != nil {
		lock.Epoch++ // it has been reset since: grants that were made before do not open it any more
	}
	if lock.Certificate, err = certify(lock.Number); err != nil {
		return lock, err
	}
	if err := tx.PutLocks(ctx, []fleet.Lock{lock}); err != nil {
		return lock, err
	}
	return lock, noteLock(ctx, tx, actor, journal.LockMounted, home, lock)
}

// putUp mounts the lock of a finished checklist. What the municipality demands is asked once more here, where it is written:
// one lock at a door (V2.1-b), the owner's consent (V5.3-a), a reason for a key box (V5.6-a).
func (s *Service) putUp(ctx context.Context, tx Tx, actor string, w *work, certify Certifier) (fleet.Lock, error) {
	if w.mounted.ID != "" {
		return w.mounted, fleet.ErrSecondLock.Fill(w.mounted.Serial)
	}
	lock, err := s.hang(ctx, tx, actor, w, certify)
	if err != nil {
		return lock, err
	}
	return lock, s.afterLock(ctx, tx, actor, w, LockMounted, lock)
}

// hang puts the lock that was read on the door, with what its place there rests on.
func (s *Service) hang(ctx context.Context, tx Tx, actor string, w *work, certify Certifier) (fleet.Lock, error) {
	lock, err := s.fit(ctx, tx, w.task, w.reads.Serial)
	if err != nil {
		return lock, err
	}
	does := w.task.Kind
	if w.mounted.ID != "" && w.mounted.Kind != lock.Kind {
		does = routine.Mount // nobody has agreed to this by agreeing to that
	}
	rests, err := s.gate(ctx, tx, does, routine.LockKind(lock.Kind), w.dwelling)
	if err != nil {
		return lock, err
	}
	if err := s.agreed(ctx, tx, w.task); err != nil {
		return lock, err
	}
	lock.State, lock.DwellingID, lock.MountedAt = fleet.Mounted, w.dwelling.ID, tx.Now()
	if does.AtEntrance() {
		if w.entrance == "" { // the register has changed since
			return lock, ErrEntranceNone
		}
		if does == routine.MountEntrance {
			if err := roomAtEntrance(ctx, tx, s.profile, w.entrance); err != nil {
				return lock, err
			}
		}
		lock.DwellingID, lock.EntranceID = "", w.entrance
	}
	if certify != nil {
		if lock.Certificate, err = certify(lock.Number); err != nil {
			return lock, err
		}
	}
	if err := tx.PutLocks(ctx, []fleet.Lock{lock}); err != nil {
		return lock, err
	}
	err = tx.InsertMounting(ctx, Mounting{ID: newID(), LockID: lock.ID, Kind: lock.Kind, DwellingID: lock.DwellingID, EntranceID: lock.EntranceID, TaskID: w.task.ID,
		At: tx.Now(), ConsentNeeded: s.profile.NeedsConsent(does), Consent: rests,
		BoxReason: w.said[routine.StepWhyBox].Found.Reason, OriginalPart: w.original()})
	if err != nil {
		return lock, err
	}
	w.task.LockID = lock.ID
	if err := tx.PutTasks(ctx, []Task{w.task}); err != nil {
		return lock, err
	}
	return lock, noteLock(ctx, tx, actor, journal.LockMounted, w.home, lock)
}

// original is where the door's own part is kept: as the checklist says, or as it was said of the lock that comes down.
func (w *work) original() string {
	if said, ok := w.said[routine.StepOriginal]; ok {
		return said.Found.Place
	}
	return w.before.OriginalPart
}

// takeDown dismounts the lock of a finished checklist: nobody opens with it any longer, and a grant that is out is refused by
// it from the next key on, wherever it is mounted then (V5.1-h, V5.6-c).
func (s *Service) takeDown(ctx context.Context, tx Tx, actor string, w *work) error {
	if err := s.unhang(ctx, tx, actor, w); err != nil {
		return err
	}
	return s.afterLock(ctx, tx, actor, w, LockDismounted, fleet.Lock{})
}

// unhang takes the lock that the checklist names off its door, to where the checklist says that it goes.
func (s *Service) unhang(ctx context.Context, tx Tx, actor string, w *work) error {
	taken := w.said[routine.StepTaken]
	lock := w.mounted
	if lock.ID == "" || lock.Serial != taken.Found.Serial {
		return ErrStepNotThere.Fill(taken.Found.Serial)
	}
	if w.task.Kind == routine.DismountEntrance {
		if err := s.unneeded(ctx, tx, lock, tx.Now()); err != nil {
			return err
		}
	}
	lock.State, lock.Reason, lock.DwellingID, lock.EntranceID = taken.Found.Next, taken.Found.Reason, "", ""
	lock.Epoch++
	if err := tx.PutLocks(ctx, []fleet.Lock{lock}); err != nil {
		return err
	}
	if err := tx.EndMounting(ctx, lock.ID); err != nil {
		return err
	}
	w.task.LockID = lock.ID
	if err := tx.PutTasks(ctx, []Task{w.task}); err != nil {
		return err
	}
	return noteLock(ctx, tx, actor, journal.LockRemoved, w.home, lock)
}

// exchange takes one lock down and puts another up in one transaction: there is no moment at which nobody, or both, would do.
// The house's owner is not asked again, and the door's own part stays where it is kept.
func (s *Service) exchange(ctx context.Context, tx Tx, actor string, w *work, certify Certifier) (fleet.Lock, error) {
	if err := s.unhang(ctx, tx, actor, w); err != nil {
		return fleet.Lock{}, err
	}
	lock, err := s.hang(ctx, tx, actor, w, certify)
	if err != nil {
		return lock, err
	}
	return lock, s.afterLock(ctx, tx, actor, w, LockExchanged, lock)
}

// afterLock brings rights and work up to date with what is on a door now, tells the systems that keep the client's lock, and
// ends the task. The work that follows belongs to the orders that waited for it: they are done when it is.
func (s *Service) afterLock(ctx context.Context, tx Tx, actor string, w *work, event LockEvent, now fleet.Lock) error {
	if w.task.Kind.AtEntrance() {
		return s.afterEntrance(ctx, tx, actor, w)
	}
	if len(w.home) == 0 {
		return s.afterDeserted(ctx, tx, actor, w)
	}
	change, err := s.refresh(ctx, tx, idsOf(w.home))
	if err != nil {
		return err
	}
	err = journal.Append(ctx, tx, journal.Entry{Kind: journal.RightsChanged, Subjects: append(idsOf(w.home), w.task.ID), Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"}, {Name: journal.FieldGround, Value: "task:" + w.task.ID},
		{Name: "added", Value: fmt.Sprint(change.Added)}, {Name: "removed", Value: fmt.Sprint(change.Removed)}}})
	if err != nil {
		return err
	}
	f, err := s.open(ctx, tx, w.client)
	if err != nil {
		return err
	}
	f.situation.Lock = routine.LockKind(w.mounted.Kind) // as it was
	kind := routine.LockKind(now.Kind)
	if err := s.followUp(ctx, tx, actor, w.task, f, routine.LockChanged(s.profile, f.situation, kind, tx.Now())); err != nil {
		return err
	}
	if event == LockDismounted {
		if err := s.overWith(ctx, tx, actor, w.task); err != nil {
			return err
		}
	}
	if err := s.document(ctx, tx, event, w.home, kind, now.Serial); err != nil {
		return err
	}
	return s.closeTask(ctx, tx, actor, w.task, TaskDone, "")
}

// followUp lays up and withdraws the work that a change at a door leads to.
func (s *Service) followUp(ctx context.Context, tx Tx, actor string, from Task, f file, out routine.Outcome) error {
	if err := s.settleReceipts(ctx, tx, actor, f.home, f.client.ID, "", out.Receipts); err != nil {
		return err
	}
	open, err := tx.OpenTasks(ctx, f.home)
	if err != nil {
		return err
	}
	if err := s.moot(ctx, tx, actor, open, from, out.Withdrawn); err != nil {
		return err
	}
	orders, err := tx.OrdersOfTask(ctx, from.ID)
	if err != nil {
		return err
	}
	tasks, err := s.dueReturns(ctx, tx, f.home, out.Tasks)
	if err != nil {
		return err
	}
	for _, want := range tasks {
		if len(ofKind(open, want.Kind)) > 0 {
			continue
		}
		t := Task{OrderID: from.OrderID, ClientID: f.client.ID, Kind: want.Kind, Rule: want.Rule, Due: want.Due, GroupID: want.Group}
		if t, err = s.addTask(ctx, tx, actor, t); err != nil {
			return err
		}
		for _, id := range orders {
			if err := tx.LinkTasks(ctx, id, []Task{t}); err != nil {
				return err
			}
		}
	}
	return s.idleKeyTasks(ctx, tx, "system", f.home)
}

// moot ends the open work of some kinds, but for the work that has just been done and what concerns another lock. With
// the lock goes also the question whether it stays.
func (s *Service) moot(ctx context.Context, tx Tx, actor string, open []Task, done Task, kinds []routine.TaskKind) error {
	gone := slices.Contains(kinds, routine.Dismount)
	for _, t := range open {
		question := gone && t.Kind == routine.Judge && t.Note == reasonNoConsent
		if t.ID == done.ID || !question && !slices.Contains(kinds, t.Kind) {
			continue
		}
		if t.LockID != "" {
			locks, err := tx.LocksByID(ctx, []string{t.LockID})
			if err != nil {
				return err
			}
			if locks[t.LockID].State == fleet.Mounted {
				continue
			}
		}
		if err := s.closeTask(ctx, tx, actor, t, TaskCancelled, reasonWithdrawn); err != nil {
			return err
		}
	}
	return nil
}

func noteLock(ctx context.Context, tx Tx, actor string, kind journal.Kind, home []care.Client, lock fleet.Lock) error {
	return journal.Append(ctx, tx, lockEntry(actor, kind, home, lock))
}

// lockEntry tells of a lock that is put up or taken down at somebody's. The lock is named last; of one that is taken down it says since
// when it sat there, so that whoever asks for the log of that door finds the lock.
func lockEntry(actor string, kind journal.Kind, home []care.Client, lock fleet.Lock) journal.Entry {
	e := journal.Entry{Kind: kind, Subjects: append(idsOf(home), lock.ID), Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor},
		{Name: "serial", Value: lock.Serial},
		{Name: "state", Value: string(lock.State)},
	}}
	if kind == journal.LockRemoved && !lock.MountedAt.IsZero() {
		e.Fields = append(e.Fields, journal.Field{Name: "mounted", Value: lock.MountedAt.UTC().Format(time.RFC3339Nano)})
	}
	return e
}

// MountTask returns the open task that puts a lock on a client's door.
func (s *Service) MountTask(ctx context.Context, who routine.Who, personalNumber string) (WorkFile, error) {
	var out WorkFile
	err := s.db.View(ctx, func(tx Tx) error {
		clients, err := tx.ClientsByNumber(ctx, []string{personalNumber})
		if err != nil {
			return err
		}
		client, ok := clients[personalNumber]
		if !ok {
			return ErrClientUnknown
		}
		w, err := s.mountWork(ctx, tx, client)
		if err != nil {
			return err
		}
		if err := s.mayDo(ctx, tx, who, w.task); err != nil {
			return err
		}
		out, err = s.workFile(ctx, tx, w)
		return err
	})
	return out, err
}
