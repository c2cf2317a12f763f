package casework

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Bounds of what is said about work, in bytes and in number.
const (
	MaxNote     = 500 // a reason, a place, a remark
	maxSteps    = 20  // in one call
	maxAllSteps = 200 // of one task, corrections and all
)

// FieldTx is what work at doors needs of a database transaction.
type FieldTx interface {
	TaskTx
	BookingTx
	StepTx
	FeedTx
	consent.Reader
	consent.AgreementTx

	StaffByNumber(ctx context.Context, employeeNumbers []string) (map[string]care.Staff, error)
	StaffByID(ctx context.Context, ids []string) (map[string]care.Staff, error)
	// MembershipsOf returns all memberships of these people, past ones too.
	MembershipsOf(ctx context.Context, staffIDs []string) ([]care.Membership, error)
	LocksByID(ctx context.Context, ids []string) (map[string]fleet.Lock, error)

	// InsertMounting stores what holds of a lock while it sits where it sits. MountingOf returns it, and EndMounting ends it.
	InsertMounting(ctx context.Context, m Mounting) error
	MountingOf(ctx context.Context, lockID string) (Mounting, bool, error)
	EndMounting(ctx context.Context, lockID string) error
	// LockOpened reports whether a lock's own log has an opening under that number in its present life, and when.
	LockOpened(ctx context.Context, l fleet.Lock, seq uint32) (at time.Time, ok bool, err error)
}

// Problems of work at doors. Codes are stable.
var (
	ErrTaskUnknown = problem.New(problem.NotFound, "task-unknown",
		"Uppgiften finns inte. Se arbetslistan.", "There is no such task. See the worklist.")
	ErrTaskNotYours = problem.New(problem.Denied, "task-not-yours",
		"Uppgiften är låsansvarigs. Er organisation kan bara göra det som den själv är ombedd om.",
		"The task is the lock manager's. Your organisation can do only what it has been asked to do.")
	ErrTaskClosed = problem.New(problem.Conflict, "task-closed",
		"Uppgiften är redan avslutad. Läs in den igen.", "The task is closed already. Read it again.")
	ErrTaskOpen = problem.New(problem.Conflict, "task-not-closed",
		"Uppgiften är inte utförd, så det finns inget att ta tillbaka.", "The task is not done, so there is nothing to take back.")
	ErrTaskKind = problem.New(problem.Invalid, "task-kind",
		"Uppgiften kan inte läggas upp för hand. Välj montering, nedmontering eller byte (på dörren eller i porten), service, dokumentation eller beslut.",
		"Such a task cannot be made by hand. Choose mounting, dismounting or exchange (at the door or in the entrance), service, documentation or decision.")
	ErrTaskTwice = problem.New(problem.Conflict, "task-exists",
		"Det finns redan en sådan uppgift för dörren (%s). Använd den.", "There is such a task for that door already (%s). Use it.")
	ErrTaskPlace = problem.New(problem.Invalid, "task-without-place",
		"Ange vilken kund eller vilket lås uppgiften gäller.", "Say which client or which lock the task concerns.")
	ErrTaskByItself = problem.New(problem.Conflict, "task-closes-itself",
		"Uppgiften avslutas av sig själv när svaret eller kvittensen registreras. Registrera det i stället.",
		"The task closes itself when the answer or the receipt is recorded. Record that instead.")
	ErrTaskNoReason = problem.New(problem.Invalid, "task-reason",
		"Ange varför, med högst 500 tecken.", "Say why, in at most 500 characters.")
	ErrTaskTooLate = problem.New(problem.Conflict, "task-undo-late",
		"Uppgiften avslutades för mer än ett dygn sedan. Lägg upp en ny i stället.",
		"The task was closed more than a day ago. Make a new one instead.")
	ErrTaskFinal = problem.New(problem.Conflict, "task-undo-final",
		"Det som gjordes kan inte tas tillbaka med en knapp. Lägg upp en ny uppgift: montera, montera ned eller byt.",
		"What was done cannot be taken back with a button. Make a new task: mount, dismount or exchange.")
	ErrStaffUnknown = problem.New(problem.Invalid, "task-staff-unknown",
		"Ingen medarbetare har anställningsnumret %q. Kontrollera numret.", "Nobody has the employee number %q. Check it.")
	ErrAssignee = problem.New(problem.Invalid, "task-assignee",
		"Ange antingen en medarbetare eller en enhet.", "Give either a person or a unit.")
	ErrBookedElse = problem.New(problem.Conflict, "task-booked",
		"Tiden är bokad med en annan person. Boka om besöket i stället.", "The time is booked with another person. Book the visit anew instead.")
	ErrLockKept = problem.New(problem.Conflict, "lock-kept",
		"Lås %s är undanlagt för ett annat besök. Välj ett annat lås.", "Lock %s is kept for another visit. Choose another.")
	ErrLockUnfit = problem.New(problem.Conflict, "lock-not-in-stock",
		"Lås %s ligger inte i lager och kan inte monteras.", "Lock %s is not in stock and cannot be mounted.")
	ErrNoMountTask = problem.New(problem.Conflict, "mount-without-task",
		"Det finns ingen uppgift att montera lås här. En beställning, eller låsansvarig, lägger upp den först.",
		"There is no task to mount a lock here. An order, or the lock manager, makes it first.")
	ErrStepsMissing = problem.New(problem.Conflict, "steps-missing",
		"Arbetet är inte klart. Kvar: %s.", "The work is not finished. Left: %s.")
)

// Mounting is what holds of a lock while it sits on a door.
type Mounting struct {
	ID            string
	LockID        string
	Kind          fleet.LockKind
	DwellingID    string // or:
	EntranceID    string
	TaskID        string
	At            time.Time
	ConsentNeeded bool
	Consent       string // the consent that it rests on (V5.3-a)
	BoxReason     string // why a key box (V5.6-a)
	OriginalPart  string // where the door's own part is kept
}

// mayDo holds people to what is theirs: the lock manager does everything, a provider what is asked of it for its own clients.
func (s *Service) mayDo(ctx context.Context, tx Tx, who routine.Who, t Task) error {
	switch {
	case who.Is(routine.LockManager):
		return nil
	case !routine.MayDo(who.Role, t.Kind) || t.ClientID == "":
		return ErrTaskNotYours
	}
	return s.serves(ctx, tx, who, t)
}

// serves fails unless the organisation serves the client of a task, now or soon.
func (s *Service) serves(ctx context.Context, tx Tx, who routine.Who, t Task) error {
	services, err := tx.ServicesOf(ctx, []string{t.ClientID})
	if err != nil {
		return err
	}
	var ids []string
	for _, v := range services[t.ClientID] {
		if v.From.Before(v.Until) && v.Until.After(tx.Now()) {
			ids = append(ids, v.Group.ID)
		}
	}
	if ours, err := anyOf(ctx, tx, ids, who.Organisation); ours || err != nil {
		return err
	}
	return ErrTaskUnknown // the same as for none: who is whose client is not to be found out by asking
}

// taskFor returns an open task that somebody may do.
func (s *Service) taskFor(ctx context.Context, tx Tx, who routine.Who, id string) (Task, error) {
	t, ok, err := tx.TaskByID(ctx, id)
	switch {
	case err != nil:
		return t, err
	case !ok:
		return t, ErrTaskUnknown
	}
	if err := s.mayDo(ctx, tx, who, t); err != nil {
		return t, err
	}
	if !t.Open() {
		return t, ErrTaskClosed
	}
	return t, nil
}

// changeTask stores a task with the journal's word of what was done with it.
func (s *Service) changeTask(ctx context.Context, tx Tx, who routine.Who, t Task, change string, more ...journal.Field) error {
	if err := tx.PutTasks(ctx, []Task{t}); err != nil {
		return err
	}
	return s.noteTask(ctx, tx, who.Actor, t, change, more...)
}

// noteTask writes in the journal, and tells other systems, what was done with a task.
func (s *Service) noteTask(ctx context.Context, tx Tx, actor string, t Task, change string, more ...journal.Field) error {
	if err := s.tellTask(ctx, tx, t, change); err != nil {
		return err
	}
	subjects := []string{t.ID}
	for _, id := range []string{t.ClientID, t.OrderID, t.LockID} {
		if id != "" {
			subjects = append(subjects, id)
		}
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.TaskChanged, Subjects: subjects, Fields: append([]journal.Field{
		{Name: journal.FieldActor, Value: actor},
		{Name: "task", Value: string(t.Kind)},
		{Name: "task-number", Value: t.Number},
		{Name: "change", Value: change},
		{Name: "due", Value: t.Due.UTC().Format(time.RFC3339)},
		{Name: "rule", Value: t.Rule},
	}, more...)})
}

// staffNumbered finds a person by employee number.
func staffNumbered(ctx context.Context, tx Tx, number string) (care.Staff, error) {
	found, err := tx.StaffByNumber(ctx, []string{number})
	if err != nil {
		return care.Staff{}, err
	}
	p, ok := found[number]
	if !ok {
		return p, ErrStaffUnknown.Fill(number)
	}
	return p, nil
}

// mayName fails for a person whom somebody has no business to name: a provider names its own staff, and the lock manager's
// technicians, who work in no group. The answer is the same as for a number that nobody has.
func mayName(ctx context.Context, tx Tx, who routine.Who, p care.Staff) error {
	if who.Is(routine.LockManager) {
		return nil
	}
	memberships, err := tx.MembershipsOf(ctx, []string{p.ID})
	if err != nil || len(memberships) == 0 {
		return err
	}
	var groups []string
	for _, m := range memberships {
		if m.Until.After(tx.Now()) {
			groups = append(groups, m.GroupID)
		}
	}
	if ours, err := anyOf(ctx, tx, groups, who.Organisation); ours || err != nil {
		return err
	}
	return ErrStaffUnknown.Fill(p.EmployeeNumber)
}

// refusedBy makes a problem of the routine's refusal.
func refusedBy(r *routine.Refusal) error {
	return &problem.Error{Kind: problem.Conflict, Code: r.Code, Text: problem.Text{SV: r.SV, EN: r.EN}}
}
