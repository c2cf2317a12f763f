package casework

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// In returns the service with the local time in which the municipality's office hours are. Without it they are UTC.
func (s *Service) In(zone *time.Location) *Service {
	local := *s
	local.zone = zone
	return &local
}

func (s *Service) local(t time.Time) time.Time {
	if s.zone == nil {
		return t.UTC()
	}
	return t.In(s.zone)
}

// NewTask is work that the lock manager lays up without an order, such as service of a lock (S-h) or documentation.
type NewTask struct {
	Kind           routine.TaskKind
	PersonalNumber string // of the client whose door it is, or
	Serial         string // of the lock that it concerns
	Due            time.Time
	Urgent         bool
	Note           string
}

// AddTask lays up work that no order has led to. At one door there is one open task of a kind.
func (s *Service) AddTask(ctx context.Context, who routine.Who, in NewTask) (Task, error) {
	switch {
	case !who.Is(routine.LockManager):
		return Task{}, ErrTaskNotYours
	case !byHand(in.Kind):
		return Task{}, ErrTaskKind.On("kind")
	case len(in.Note) > MaxNote:
		return Task{}, ErrTaskNoReason.On("note")
	case in.PersonalNumber == "" && in.Serial == "":
		return Task{}, ErrTaskPlace.On("personal_number")
	}
	var made Task
	err := s.db.Update(ctx, func(tx Tx) error {
		t := Task{Kind: in.Kind, Rule: ruleByHand(in.Kind), Due: in.Due, Urgent: in.Urgent, Note: in.Note}
		if t.Due.IsZero() {
			t.Due = tx.Now()
		}
		if err := s.placeTask(ctx, tx, in, &t); err != nil {
			return err
		}
		if err := s.wantOnly(ctx, tx, &t); err != nil {
			return err
		}
		var err error
		if made, err = s.addTask(ctx, tx, who.Actor, t); err != nil {
			return err
		}
		if made.State == TaskWaiting {
			return s.askOwner(ctx, tx, who.Actor, made)
		}
		return s.goes(ctx, tx, who.Actor, made)
	})
	return made, err
}

func byHand(k routine.TaskKind) bool {
	switch k {
	case routine.Mount, routine.Dismount, routine.MountEntrance, routine.DismountEntrance, routine.ExchangeLock, routine.ExchangeEntrance, routine.ServiceLock,
		routine.Document, routine.Judge:
		return true
	}
	return false
}

// ruleByHand is the line of the routine that such work follows.
func ruleByHand(k routine.TaskKind) string {
	switch k {
	case routine.Dismount, routine.DismountEntrance:
		return routine.RuleDismount
	case routine.Document:
		return routine.RuleDocument
	case routine.Mount, routine.MountEntrance:
		return routine.RuleBooking
	}
	return routine.RuleLockOrder
}

// placeTask finds whose door and which lock new work is about: a lock on a door is its clients'.
func (s *Service) placeTask(ctx context.Context, tx Tx, in NewTask, t *Task) error {
	if in.Serial != "" {
		locks, err := tx.LocksBySerial(ctx, []string{in.Serial})
		if err != nil {
			return err
		}
		lock, ok := locks[in.Serial]
		if !ok {
			return fleet.ErrLockUnknown.Fill(in.Serial).On("serial")
		}
		t.LockID = lock.ID
		if in.PersonalNumber == "" && lock.DwellingID != "" {
			home, err := tx.ClientsOfDwellings(ctx, []string{lock.DwellingID})
			if len(home) > 0 {
				t.ClientID = home[0].ID
			}
			return err
		}
	}
	if in.PersonalNumber != "" {
		clients, err := tx.ClientsByNumber(ctx, []string{in.PersonalNumber})
		if err != nil {
			return err
		}
		client, ok := clients[in.PersonalNumber]
		if !ok {
			return ErrClientUnknown.On("personal_number")
		}
		t.ClientID = client.ID
	}
	if t.Kind.AtEntrance() {
		return s.placeAtEntrance(ctx, tx, t)
	}
	return nil
}

// wantOnly fails if there is an open task of the kind at the door, or with the lock, already, and if there is nothing to do:
// no lock is mounted where one sits, and none is taken down or exchanged where none does.
func (s *Service) wantOnly(ctx context.Context, tx Tx, t *Task) error {
	if t.Kind.AtEntrance() {
		return s.entranceTaken(ctx, tx, *t)
	}
	w := work{task: *t}
	if err := s.openDoor(ctx, tx, &w); err != nil {
		return err
	}
	if err := w.doable(); err != nil {
		return err
	}
	if t.LockID == "" && staysAtLock(t.Kind) {
		t.LockID = w.mounted.ID
	}
	var open []Task
	if t.ClientID != "" {
		var err error
		if _, open, err = doorTasks(ctx, tx, idsOf(w.home), w.dwelling.ID); err != nil {
			return err
		}
	}
	if t.LockID != "" {
		more, err := tx.OpenTasksOfLock(ctx, t.LockID)
		if err != nil {
			return err
		}
		open = append(open, more...)
	}
	for _, other := range open {
		if t.Kind.Same(t.Rule, other.Kind, other.Rule) {
			return ErrTaskTwice.Fill(other.Number)
		}
	}
	return nil
}

// doable fails for work at a client's door that there is nothing to do about.
func (w *work) doable() error {
	sits, kind := w.mounted.ID != "", w.task.Kind
	switch {
	case w.task.ClientID == "":
	case kind == routine.Mount && sits:
		return fleet.ErrSecondLock.Fill(w.mounted.Serial)
	case (kind == routine.Dismount || kind == routine.ExchangeLock) && !sits:
		return refusedBy(routine.NothingThere())
	}
	return nil
}

// homeOf returns everybody who lives where a client lives.
func (s *Service) homeOf(ctx context.Context, tx Tx, clientID string) ([]care.Client, error) {
	clients, err := tx.ClientsByID(ctx, []string{clientID})
	if err != nil {
		return nil, err
	}
	return tx.ClientsOfDwellings(ctx, []string{clients[clientID].DwellingID})
}

// addTask stores a new task and completes what its maker need not know: id, number, state, where it is. Mounting that nobody
// has agreed to waits (V5.3-c).
func (s *Service) addTask(ctx context.Context, tx Tx, actor string, t Task) (Task, error) {
	t.ID, t.Number, t.Created, t.State = newID(), newNumber(), tx.Now(), restingState(t)
	if t.ClientID != "" {
		w := work{task: t}
		if err := s.openDoor(ctx, tx, &w); err != nil {
			return t, err
		}
		t.PostalCode = w.dwelling.PostalCode
		wait, err := s.waits(ctx, tx, t.Kind, w.dwelling)
		if err != nil {
			return t, err
		}
		if wait {
			t.State, t.Reason = TaskWaiting, reasonWaits
		}
	}
	if err := tx.InsertTasks(ctx, []Task{t}); err != nil {
		return t, err
	}
	return t, s.noteTask(ctx, tx, actor, t, taskProposed)
}

// closeTask ends a task and says so in the journal. A cancelled one needs a reason.
func (s *Service) closeTask(ctx context.Context, tx Tx, actor string, t Task, state, reason string) error {
	if err := s.endTask(ctx, tx, t, state, reason); err != nil {
		return err
	}
	if t.FaultID != "" && state == TaskDone {
		if err := s.taskDoneAtFault(ctx, tx, actor, t); err != nil {
			return err
		}
	}
	var more []journal.Field
	if reason != "" {
		more = append(more, journal.Field{Name: "reason", Value: reason})
	}
	return s.noteTask(ctx, tx, actor, t, state, more...)
}

// endTask ends a task with everything that hangs on it: a booking that is left, a lock that was kept.
func (s *Service) endTask(ctx context.Context, tx Tx, t Task, state, reason string) error {
	how := bookingKept
	if state == TaskCancelled {
		how = bookingCancelled
	}
	if err := s.callOff(ctx, tx, t, how, reason); err != nil {
		return err
	}
	if err := s.letGo(ctx, tx, t); err != nil {
		return err
	}
	done, err := tx.CloseTask(ctx, t.ID, state, reason)
	if err != nil {
		return err
	}
	return s.tellOrders(ctx, tx, done)
}

// letGo puts a lock that was kept for a task, and not mounted, back in stock.
func (s *Service) letGo(ctx context.Context, tx Tx, t Task) error {
	if t.LockID == "" {
		return nil
	}
	locks, err := tx.LocksByID(ctx, []string{t.LockID})
	if err != nil {
		return err
	}
	lock := locks[t.LockID]
	if lock.State != fleet.Booked {
		return nil
	}
	lock.State = fleet.InStock
	return tx.PutLocks(ctx, []fleet.Lock{lock})
}

// Assign gives a task to a person or to a unit; both empty takes it back. What is booked stays with who was booked.
func (s *Service) Assign(ctx context.Context, who routine.Who, taskID, employee string, unit routine.UnitKind) (Task, error) {
	if employee != "" && unit != "" || unit != "" && !knownUnit(unit) {
		return Task{}, ErrAssignee
	}
	return s.change(ctx, who, taskID, func(tx Tx, t *Task) error {
		if t.State == TaskBooked {
			return ErrBookedElse
		}
		t.StaffID, t.Unit = "", string(unit)
		if employee != "" {
			person, err := staffNumbered(ctx, tx, employee)
			if err != nil {
				return err
			}
			t.StaffID = person.ID
		}
		if t.State == TaskOpen || t.State == TaskAssigned {
			t.State = restingState(*t)
		}
		if err := tellAssigned(ctx, tx, who, *t); err != nil {
			return err
		}
		return s.changeTask(ctx, tx, who, *t, "assigned", journal.Field{Name: "staff", Value: t.StaffID}, journal.Field{Name: "unit", Value: t.Unit})
	})
}

func knownUnit(k routine.UnitKind) bool {
	switch k {
	case routine.UnitLockManager, routine.UnitAlarm, routine.UnitSystemOwner, routine.UnitRegistrar, routine.UnitDelivery, routine.UnitSupplier:
		return true
	}
	return false
}

// change runs f on an open task that somebody may do.
func (s *Service) change(ctx context.Context, who routine.Who, taskID string, f func(tx Tx, t *Task) error) (Task, error) {
	var out Task
	err := s.db.Update(ctx, func(tx Tx) error {
		t, err := s.taskFor(ctx, tx, who, taskID)
		if err != nil {
			return err
		}
		if err := f(tx, &t); err != nil {
			return err
		}
		out = t
		return nil
	})
	return out, err
}

// Start says that somebody has begun. What waits for the house's owner cannot be begun.
func (s *Service) Start(ctx context.Context, who routine.Who, taskID string) (Task, error) {
	return s.change(ctx, who, taskID, func(tx Tx, t *Task) error {
		if t.State == TaskInProgress {
			return nil // a device that was not answered says it again
		}
		w := work{task: *t}
		if err := s.openDoor(ctx, tx, &w); err != nil {
			return err
		}
		return s.begin(ctx, tx, who, t, w.dwelling)
	})
}

func (s *Service) begin(ctx context.Context, tx Tx, who routine.Who, t *Task, d care.Dwelling) error {
	if err := s.mayGoOn(ctx, tx, *t, d); err != nil {
		return err
	}
	t.State, t.Reason = TaskInProgress, ""
	return s.changeTask(ctx, tx, who, *t, "started")
}

// mayGoOn fails for mounting that nobody has agreed to.
func (s *Service) mayGoOn(ctx context.Context, tx Tx, t Task, d care.Dwelling) error {
	wait, err := s.waits(ctx, tx, t.Kind, d)
	switch {
	case err != nil:
		return err
	case wait:
		return consent.ErrMissing
	}
	return s.agreed(ctx, tx, t)
}

// Complete says that work is done. A lock is mounted, taken down or exchanged by it, with everything that follows, if the
// checklist is complete. Saying it again of a task that is done is not an error.
func (s *Service) Complete(ctx context.Context, who routine.Who, taskID, note string) (WorkFile, error) {
	if len(note) > MaxNote {
		return WorkFile{}, ErrTaskNoReason.On("note")
	}
	var out WorkFile
	err := s.db.Update(ctx, func(tx Tx) error {
		w, err := s.openWork(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if err := s.mayDo(ctx, tx, who, w.task); err != nil {
			return err
		}
		if w.task.State != TaskDone {
			if err := s.complete(ctx, tx, who, &w, note); err != nil {
				return err
			}
		}
		w, err = s.openWork(ctx, tx, taskID)
		if err != nil {
			return err
		}
		out, err = s.workFile(ctx, tx, w)
		return err
	})
	return out, err
}

func (s *Service) complete(ctx context.Context, tx Tx, who routine.Who, w *work, note string) error {
	switch {
	case !w.task.Open():
		return ErrTaskClosed
	case byRegister(w.task.Kind):
		return ErrTaskByItself
	}
	if err := w.finished(); err != nil {
		return err
	}
	if note != "" {
		w.task.Note = note
		if err := tx.PutTasks(ctx, []Task{w.task}); err != nil {
			return err
		}
	}
	switch w.task.Kind {
	case routine.Mount, routine.MountEntrance:
		_, err := s.putUp(ctx, tx, who.Actor, w, nil)
		return err
	case routine.ExchangeLock, routine.ExchangeEntrance:
		_, err := s.exchange(ctx, tx, who.Actor, w, nil)
		return err
	case routine.Dismount, routine.DismountEntrance:
		if !w.nothing() {
			return s.takeDown(ctx, tx, who.Actor, w)
		}
	}
	return s.closeTask(ctx, tx, who.Actor, w.task, TaskDone, "")
}

// byRegister names the work that ends when an answer or a receipt is recorded where it belongs.
func byRegister(k routine.TaskKind) bool {
	switch k {
	case routine.AskConsent, routine.AskClient, routine.TakeReceipt, routine.TakeSpare:
		return true
	}
	return false
}

// Cancel ends a task that is not to be done, with a reason. Orders do not wait for it any longer.
func (s *Service) Cancel(ctx context.Context, who routine.Who, taskID, reason string) (Task, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > MaxNote {
		return Task{}, ErrTaskNoReason.On("reason")
	}
	return s.change(ctx, who, taskID, func(tx Tx, t *Task) error {
		if err := s.closeTask(ctx, tx, who.Actor, *t, TaskCancelled, reason); err != nil {
			return err
		}
		t.State, t.Reason, t.Done = TaskCancelled, reason, tx.Now()
		return s.goesNot(ctx, tx, who.Actor, *t)
	})
}
