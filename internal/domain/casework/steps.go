package casework

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Work at a door is a checklist whose steps are kept one by one, so that a technician in a cellar without coverage loses
// nothing: the device gives each step its id and its time, and sends it again until it is answered. A step may be said again,
// under a new id, to correct it; the one with the latest time counts, whatever the order in which they arrive.

// Found is what was found or done in a step. Which fields a step needs is in [Found.check].
type Found struct {
	Serial string          `json:"serial,omitempty"` // of the lock that was read
	Told   string          `json:"told,omitempty"`   // who was told, or got the keys: client, relative, estate
	How    string          `json:"how,omitempty"`    // phone, visit, letter, message
	Next   fleet.LockState `json:"next,omitempty"`   // where a lock that came down goes
	Place  string          `json:"place,omitempty"`  // where something is kept
	Reason string          `json:"reason,omitempty"`
	Keys   int             `json:"keys,omitempty"`   // physical keys that went back
	Record uint32          `json:"record,omitempty"` // number of the opening in the lock's own log; 0: stated by a person
}

// Step is one step of work at a door, as whoever did it said.
type Step struct {
	ID       string // the device's, a UUID
	TaskID   string
	Step     routine.WorkStep
	At       time.Time // when it was done, by the device's clock
	Received time.Time
	Employee string // employee number of who did it; "" where it need not be a known person
	StaffID  string
	Actor    string
	Found    Found
}

// same reports whether a step that was sent again says what it said.
func (a Step) same(b Step) bool {
	return a.TaskID == b.TaskID && a.Step == b.Step && a.At.Equal(b.At) && a.StaffID == b.StaffID && a.Found == b.Found
}

// StepTx is what checklists need of a database transaction.
type StepTx interface {
	InsertStep(ctx context.Context, s Step) error
	StepByID(ctx context.Context, id string) (Step, bool, error)
	// StepsOf returns a task's steps, the latest last.
	StepsOf(ctx context.Context, taskID string) ([]Step, error)
}

// Problems with steps. Codes are stable.
var (
	ErrStepID = problem.New(problem.Invalid, "step-id",
		"Varje steg ska ha ett eget id (UUID) som enheten har gjort.", "Each step must have an id of its own (a UUID) that the device has made.")
	ErrStepReused = problem.New(problem.Conflict, "step-id-reused",
		"Samma id har använts för ett annat steg. Gör ett nytt id för varje steg.", "The same id was used for another step. Make a new id for each step.")
	ErrStepKind = problem.New(problem.Invalid, "step-kind",
		"Steget %q hör inte till uppgiften.", "The step %q does not belong to the task.")
	ErrStepTime = problem.New(problem.Invalid, "step-time",
		"Stegets tid ligger i framtiden eller mer än 90 dagar bort. Kontrollera enhetens klocka.",
		"The time of the step is in the future or more than 90 days ago. Check the device's clock.")
	ErrStepField = problem.New(problem.Invalid, "step-incomplete",
		"Steget är inte komplett: %s.", "The step is not complete: %s.")
	ErrStepMany = problem.New(problem.TooLarge, "steps-too-many",
		"Så många steg tas inte emot. Skicka högst %d åt gången.", "So many steps are not taken. Send at most %d at a time.")
	ErrStepSerial = problem.New(problem.Conflict, "step-serial",
		"Lås %s är inte det som är undanlagt för besöket (%s). Läs av låset igen, eller boka om med det andra låset.",
		"Lock %s is not the one that is kept for the visit (%s). Read the lock again, or book anew with the other lock.")
	ErrStepNotThere = problem.New(problem.Conflict, "step-lock-not-there",
		"Lås %s sitter inte på den dörren. Läs av låset igen.", "Lock %s does not sit on that door. Read the lock again.")
	ErrStepSamePerson = problem.New(problem.Conflict, "step-same-person",
		"Kontrollen ska göras av en annan person än den som läste av låset.", "The check must be made by another person than the one who read the lock.")
	ErrStepNoRecord = problem.New(problem.Conflict, "step-no-record",
		"Låsets logg har ingen sådan öppning. Läs hem loggen först, eller ange vem som provade.",
		"The lock's log has no such opening. Bring the log home first, or say who tested.")
	ErrNoKeyBoxes = problem.New(problem.Conflict, "key-boxes-not-used",
		"Kommunen monterar inte nyckelgömmor. Välj ett dörrlås.", "The municipality does not mount key boxes. Choose a door lock.")
)

// Bounds of a step's time: devices' clocks are not exact, and a device may lie in a drawer.
const (
	stepAhead = 10 * time.Minute
	stepBack  = 90 * 24 * time.Hour
)

// RecordSteps keeps steps of a task's checklist, all or none of them. Those that are kept already are taken as sent again. The
// first step of somebody who works at the door puts the task in progress. That the client has been told may be said also by
// the provider (V2.1-c), and while the task waits for the owner.
func (s *Service) RecordSteps(ctx context.Context, who routine.Who, taskID string, steps []Step) (WorkFile, error) {
	if len(steps) > maxSteps {
		return WorkFile{}, ErrStepMany.Fill(maxSteps)
	}
	var out WorkFile
	err := s.db.Update(ctx, func(tx Tx) error {
		w, err := s.openWork(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if err := s.mayRead(ctx, tx, who, w.task); err != nil {
			return err // also when nothing is said: the answer is the task
		}
		for _, step := range steps {
			step.TaskID, step.Actor, step.Received = taskID, who.Actor, tx.Now()
			step.At = step.At.UTC().Truncate(time.Microsecond)
			if err := s.recordStep(ctx, tx, who, &w, step); err != nil {
				return err
			}
		}
		out, err = s.workFile(ctx, tx, w)
		return err
	})
	return out, err
}

func (s *Service) recordStep(ctx context.Context, tx Tx, who routine.Who, w *work, step Step) error {
	informed := step.Step == routine.StepInformed
	if informed && who.Is(routine.Provider) && w.task.ClientID != "" {
		if err := s.serves(ctx, tx, who, w.task); err != nil {
			return err
		}
	} else if err := s.mayDo(ctx, tx, who, w.task); err != nil {
		return err
	}
	if step.Employee != "" {
		person, err := staffNumbered(ctx, tx, step.Employee)
		if err != nil {
			return err
		}
		if err := mayName(ctx, tx, who, person); err != nil {
			return err
		}
		step.StaffID = person.ID
	}
	if err := step.check(tx.Now()); err != nil {
		return err
	}
	stored, known, err := tx.StepByID(ctx, step.ID)
	switch {
	case err != nil:
		return err
	case known && !stored.same(step):
		return ErrStepReused
	case known:
		return nil
	case !w.task.Open():
		return ErrTaskClosed
	case len(w.steps) >= maxAllSteps:
		return ErrStepMany.Fill(maxSteps)
	}
	if err := s.checkStep(ctx, tx, w, step); err != nil {
		return err
	}
	if !informed && w.task.State != TaskInProgress {
		if err := s.begin(ctx, tx, who, &w.task, w.dwelling); err != nil {
			return err
		}
	}
	if err := tx.InsertStep(ctx, step); err != nil {
		return err
	}
	w.keep(step)
	if err := s.noteTask(ctx, tx, who.Actor, w.task, "step", stepFields(step)...); err != nil {
		return err
	}
	if informed {
		return s.informed(ctx, tx, who, w, step)
	}
	return nil
}

func stepFields(s Step) []journal.Field {
	fields := []journal.Field{{Name: "step", Value: string(s.Step)}, {Name: "done-at", Value: s.At.Format(time.RFC3339)}}
	for _, f := range []journal.Field{{Name: "staff", Value: s.StaffID}, {Name: "serial", Value: s.Found.Serial}, {Name: "told", Value: s.Found.Told},
		{Name: "how", Value: s.Found.How}, {Name: "next", Value: string(s.Found.Next)}, {Name: "place", Value: s.Found.Place}, {Name: "reason", Value: s.Found.Reason}} {
		if f.Value != "" {
			fields = append(fields, f)
		}
	}
	return fields
}

// check looks at a step by itself: its id, its time, and that it says what such a step must say.
func (s Step) check(now time.Time) error {
	if id, err := uuid.Parse(s.ID); err != nil || id.String() != s.ID {
		return ErrStepID
	}
	if s.At.After(now.Add(stepAhead)) || s.At.Before(now.Add(-stepBack)) {
		return ErrStepTime
	}
	return s.Found.check(s.Step, s.StaffID != "")
}

func (f Found) check(step routine.WorkStep, named bool) error {
	bad := func(field, sv, en string) error { return inWords(ErrStepField, sv, en).On(field) }
	long := len(f.Serial) > 100 || len(f.Place) > MaxNote || len(f.Reason) > MaxNote
	people := f.Told == "client" || f.Told == "relative" || f.Told == "estate"
	ways := f.How == "phone" || f.How == "visit" || f.How == "letter" || f.How == "message"
	who := func() error { return bad("employee_number", "ange vem som gjorde det", "say who did it") }
	serial := func() error { return bad("serial", "ange låsets serienummer", "give the lock's serial number") }
	switch {
	case long:
		return bad("reason", "en text är för lång", "a text is too long")
	case step == routine.StepInformed && !people:
		return bad("told", "ange om kunden (client) eller en anhörig (relative) har fått veta", "say whether the client or a relative was told")
	case step == routine.StepInformed && !ways:
		return bad("how", "ange hur: phone, visit, letter eller message", "say how: phone, visit, letter or message")
	case step == routine.StepInformed, step == routine.StepKeys && f.Keys == 0: // who says so is in the journal
		return nil
	case step == routine.StepKeys && (f.Keys < 0 || f.Keys > 20 || f.Keys > 0 && !people):
		return bad("told", "ange hur många nycklar och vem som fick dem (client, relative, estate)", "say how many keys and who got them (client, relative, estate)")
	case !named:
		return who()
	case f.Serial == "" && (step == routine.StepSerial || step == routine.StepSecond || step == routine.StepTest || step == routine.StepTaken):
		return serial()
	case step == routine.StepTaken && f.Next == fleet.Scrapped && f.Reason == "":
		return bad("reason", "ange varför låset kasseras", "say why the lock is scrapped")
	case step == routine.StepTaken && !leaves(f.Next):
		return bad("next", "ange vart låset går: stock, dismounted, warranty eller scrapped", "say where the lock goes: stock, dismounted, warranty or scrapped")
	case step == routine.StepWhyBox && strings.TrimSpace(f.Reason) == "":
		return bad("reason", "ange varför ett lås på dörren inte går", "say why a lock on the door is not possible")
	case step == routine.StepOriginal && strings.TrimSpace(f.Place) == "":
		return bad("place", "ange var delen förvaras", "say where the part is kept")
	}
	return nil
}

// leaves reports whether a lock that comes down can go there.
func leaves(to fleet.LockState) bool {
	return to == fleet.InStock || to == fleet.Dismounted || to == fleet.InWarranty || to == fleet.Scrapped
}

// checkStep looks at a step against the door, the task and the steps before it.
func (s *Service) checkStep(ctx context.Context, tx Tx, w *work, step Step) error {
	if !w.has(step.Step) {
		return ErrStepKind.Fill(string(step.Step))
	}
	switch step.Step {
	case routine.StepTaken:
		if err := comesDown(ctx, tx, w, step.Found.Serial); err != nil {
			return err
		}
		if w.mounted.Serial != step.Found.Serial {
			return ErrStepNotThere.Fill(step.Found.Serial)
		}
	case routine.StepSerial:
		return s.readLock(ctx, tx, w, step)
	case routine.StepSecond, routine.StepTest:
		first, ok := w.said[routine.StepSerial]
		ok = ok && !step.At.Before(first.At) // what was said of a lock that was read before comes late, and counts no longer
		switch {
		case ok && first.Found.Serial != step.Found.Serial:
			return ErrStepSerial.Fill(step.Found.Serial, first.Found.Serial)
		case ok && step.Step == routine.StepSecond && first.StaffID == step.StaffID:
			return ErrStepSamePerson
		case step.Step == routine.StepTest && step.Found.Record != 0:
			return s.wantRecord(ctx, tx, step)
		}
	}
	return nil
}

// readLock takes the lock that was read for the one that is to be mounted: it must be fit for it and, where one has been kept
// for the visit, that one.
func (s *Service) readLock(ctx context.Context, tx Tx, w *work, step Step) error {
	lock, err := s.fit(ctx, tx, w.task, step.Found.Serial)
	if err != nil {
		return err
	}
	if w.kept.Serial != "" && w.kept.ID != lock.ID {
		return ErrStepSerial.Fill(step.Found.Serial, w.kept.Serial)
	}
	if w.counts(step) {
		w.reads = lock
	}
	return nil
}

// fit finds a lock that can be mounted by a task, in stock and not kept for other work: an entrance lock in an entrance; on a
// dwelling's door a door lock, or where the municipality has them a key box.
func (s *Service) fit(ctx context.Context, tx Tx, t Task, serial string) (fleet.Lock, error) {
	locks, err := tx.LocksBySerial(ctx, []string{serial})
	if err != nil {
		return fleet.Lock{}, err
	}
	lock, ok := locks[serial]
	switch {
	case !ok:
		return lock, fleet.ErrLockUnknown.Fill(serial)
	case lock.State == fleet.Mounted:
		return lock, ErrLockElsewhere.Fill(serial)
	case (lock.Kind == fleet.Entrance) != t.Kind.AtEntrance():
		return lock, ErrLockKind.Fill(serial)
	case !s.profile.MayMount(routine.LockKind(lock.Kind)):
		return lock, ErrNoKeyBoxes
	case lock.State == fleet.InStock:
		return lock, nil
	case lock.State != fleet.Booked:
		return lock, ErrLockUnfit.Fill(serial)
	}
	others, err := tx.OpenTasksOfLock(ctx, lock.ID)
	if err != nil {
		return lock, err
	}
	for _, other := range others {
		if other.ID != t.ID && putsUp(other.Kind) {
			return lock, ErrLockKept.Fill(serial)
		}
	}
	return lock, nil
}

// putsUp reports whether work puts a lock up, so that one may be kept for it.
func putsUp(k routine.TaskKind) bool {
	return k == routine.Mount || k == routine.MountEntrance || k.Exchanges()
}

// wantRecord checks that the lock's own log tells of the test opening.
func (s *Service) wantRecord(ctx context.Context, tx Tx, step Step) error {
	locks, err := tx.LocksBySerial(ctx, []string{step.Found.Serial})
	if err != nil {
		return err
	}
	lock, ok := locks[step.Found.Serial]
	if !ok {
		return fleet.ErrLockUnknown.Fill(step.Found.Serial)
	}
	at, ok, err := tx.LockOpened(ctx, lock, step.Found.Record)
	if err == nil && (!ok || at.Before(step.At.Add(-time.Hour)) || at.After(step.At.Add(time.Hour))) {
		err = ErrStepNoRecord
	}
	return err
}

// informed lets what one was told count for all work that asks for it: the mounting at that door, and the task of telling.
func (s *Service) informed(ctx context.Context, tx Tx, who routine.Who, w *work, step Step) error {
	open, err := tx.OpenTasks(ctx, idsOf(w.home))
	if err != nil {
		return err
	}
	for _, t := range ofKind(open, routine.Mount) {
		if t.ID == w.task.ID {
			continue
		}
		step.TaskID, step.ID = t.ID, idBeside(step.ID, step.ID+t.ID)
		if err := tx.InsertStep(ctx, step); err != nil {
			return err
		}
	}
	for _, t := range ofKind(open, routine.TellClient) {
		if err := s.closeTask(ctx, tx, who.Actor, t, TaskDone, ""); err != nil {
			return err
		}
		if t.ID == w.task.ID {
			w.task.State, w.task.Done = TaskDone, tx.Now()
		}
	}
	return nil
}
