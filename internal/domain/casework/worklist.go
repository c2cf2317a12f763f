package casework

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// MaxWork bounds one page of the worklist, and one line more that tells whether there is another page.
const MaxWork = 501

// WorkFilter chooses work. The zero value chooses all that is open.
type WorkFilter struct {
	Kind        routine.TaskKind
	Kinds       []routine.TaskKind // any of these; none: all
	State       string
	Employee    string // number of who shall do it
	Unit        routine.UnitKind
	Group       string // code of the group whose staff it is for
	PostalCode  string // of the door, or its first digits
	Area        string // code of a rural group: where it works
	DueBefore   time.Time
	OrderKind   routine.OrderKind // of the first order that waits for it
	UrgentOnly  bool
	Closed      bool // what is done or cancelled instead, the latest first
	After       WorkCursor
	Limit       int      // 0: MaxWork
	PostalCodes []string // filled in from Area
	Provider    string   // filled in: organisation whose own work it must be
}

// WorkCursor is a place in the worklist: the last line of the page before. The zero value is the beginning.
type WorkCursor struct {
	Urgent bool
	At     time.Time // due, or for closed work when it was closed
	ID     string
}

// WorkLine is a task as the worklist shows it. It names nobody, and of a client with protected identity no place either.
type WorkLine struct {
	Task
	OrderNumber string // of the first order, or ""
	OrderKind   routine.OrderKind
	Town        string
	Employee    string    // number of who shall do it, or ""
	Group       string    // code of the group that it is for, or ""
	Serial      string    // of the lock, or ""
	From, Until time.Time // the booked time; zero without
	Told        string    // who was told of it, or ""
}

// Cursor is the place after the line.
func (l WorkLine) Cursor() WorkCursor {
	if !l.Done.IsZero() {
		return WorkCursor{At: l.Done, ID: l.ID}
	}
	return WorkCursor{Urgent: l.Urgent, At: l.Due, ID: l.ID}
}

// WorkCount is how much open work there is of a kind in a state.
type WorkCount struct {
	Kind   routine.TaskKind
	State  string
	Tasks  int64
	Urgent int64
	Late   int64 // due before today
}

// WorkTx is what the worklist needs of a database transaction.
type WorkTx interface {
	// Worklist returns at most f.Limit lines after f.After: urgent work first, then by the day it is due; closed work from the
	// latest. Employee, Group, Provider and OrderKind of the filter are looked up by the database.
	Worklist(ctx context.Context, f WorkFilter) ([]WorkLine, error)
	// WorkCounts counts open work; what was due before late counts as late.
	WorkCounts(ctx context.Context, late time.Time) ([]WorkCount, error)
}

// ErrWorkFilter says that a filter of the worklist cannot be.
var ErrWorkFilter = problem.New(problem.Invalid, "worklist-filter",
	"Urvalet går inte att göra: %s finns inte.", "That choice cannot be made: there is no %s.")

// Worklist is everything that somebody has to do, in one list (V5.1-a): for the lock manager all of it, for a provider what
// it has been asked to do itself.
func (s *Service) Worklist(ctx context.Context, who routine.Who, f WorkFilter) ([]WorkLine, error) {
	if err := s.narrow(who, &f); err != nil {
		return nil, err
	}
	var out []WorkLine
	err := s.db.View(ctx, func(tx Tx) (err error) {
		out, err = tx.Worklist(ctx, f)
		return err
	})
	return out, err
}

func (s *Service) narrow(who routine.Who, f *WorkFilter) error {
	switch {
	case who.Is(routine.Provider):
		f.Provider = who.Organisation
	case !who.Is(routine.LockManager, routine.CaseOfficer, routine.SystemOwner):
		return ErrTaskNotYours
	}
	if f.Limit <= 0 || f.Limit > MaxWork {
		f.Limit = MaxWork
	}
	if f.State != "" && !knownState(f.State) {
		return ErrWorkFilter.Fill("state " + f.State).On("state")
	}
	if f.Area != "" {
		if f.PostalCodes = s.profile.RuralAreas[f.Area]; len(f.PostalCodes) == 0 {
			return ErrWorkFilter.Fill("area " + f.Area).On("area")
		}
	}
	return nil
}

func knownState(state string) bool {
	for _, k := range TaskStates() {
		if k == state {
			return true
		}
	}
	return false
}

// WorkCounts says how much there is to do, by kind and state.
func (s *Service) WorkCounts(ctx context.Context, who routine.Who) ([]WorkCount, error) {
	if !who.Is(routine.LockManager, routine.CaseOfficer, routine.SystemOwner) {
		return nil, ErrTaskNotYours
	}
	var out []WorkCount
	err := s.db.View(ctx, func(tx Tx) (err error) {
		day := s.local(tx.Now())
		year, month, date := day.Date()
		out, err = tx.WorkCounts(ctx, time.Date(year, month, date, 0, 0, 0, 0, day.Location()))
		return err
	})
	return out, err
}

// WorkFile is a task with what has been agreed and done. It names nobody.
type WorkFile struct {
	Task      Task
	Rule      routine.Rule // why, in words
	Orders    []Order      // that wait or have waited for it
	Checklist []Item
	Left      int // steps that are left of it
	Bookings  []Booking
	Serial    string            // of the lock that it concerns or that is kept for it
	Mounted   string            // serial number of the lock on the door now
	Original  string            // where the door's own part is kept, of that lock
	Staff     map[string]string // employee numbers of the persons in it, by id
}

// Task returns a task with its checklist, its bookings and the orders that wait for it. A provider sees what is asked of it.
func (s *Service) Task(ctx context.Context, who routine.Who, id string) (WorkFile, error) {
	var out WorkFile
	err := s.db.View(ctx, func(tx Tx) error {
		w, err := s.openWork(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.mayRead(ctx, tx, who, w.task); err != nil {
			return err
		}
		out, err = s.workFile(ctx, tx, w)
		return err
	})
	return out, err
}

// mayRead lets those see a task who steer the work, and of a provider's clients the provider.
func (s *Service) mayRead(ctx context.Context, tx Tx, who routine.Who, t Task) error {
	switch {
	case who.Is(routine.LockManager, routine.CaseOfficer, routine.SystemOwner):
		return nil
	case who.Is(routine.Provider) && t.ClientID != "":
		return s.serves(ctx, tx, who, t)
	}
	return ErrTaskUnknown
}

func (s *Service) workFile(ctx context.Context, tx Tx, w work) (WorkFile, error) {
	out := WorkFile{Task: w.task, Rule: routine.Sentence(w.task.Rule), Mounted: w.mounted.Serial, Original: w.before.OriginalPart, Staff: map[string]string{}}
	if w.client.Protected {
		out.Task.PostalCode = "" // as in the worklist: whoever goes there asks whose door it is
	}
	all, left := w.checklist()
	out.Checklist, out.Left = all, len(left)
	var err error
	if out.Orders, err = tx.OrdersBehind(ctx, w.task.ID); err != nil {
		return out, err
	}
	if out.Bookings, err = tx.BookingsOfTask(ctx, w.task.ID); err != nil {
		return out, err
	}
	if w.task.LockID != "" {
		locks, err := tx.LocksByID(ctx, []string{w.task.LockID})
		if err != nil {
			return out, err
		}
		out.Serial = locks[w.task.LockID].Serial
	}
	ids := []string{w.task.StaffID}
	for _, b := range out.Bookings {
		ids = append(ids, b.StaffID)
	}
	for _, i := range all {
		if i.Said != nil {
			ids = append(ids, i.Said.StaffID)
		}
	}
	staff, err := tx.StaffByID(ctx, distinct(ids))
	for id, p := range staff {
		out.Staff[id] = p.EmployeeNumber
	}
	return out, err
}

// Visiting is what somebody who goes to a door needs to know.
type Visiting struct {
	Task     Task
	Client   care.Client
	Dwelling care.Dwelling
}

// VisitTo says whose door a task is about. Only the lock manager asks; that somebody did is in the journal.
func (s *Service) VisitTo(ctx context.Context, who routine.Who, taskID string) (Visiting, error) {
	var out Visiting
	if !who.Is(routine.LockManager) {
		return out, ErrTaskNotYours
	}
	err := s.db.Update(ctx, func(tx Tx) error {
		w, err := s.openWork(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if w.client.ID == "" {
			return ErrTaskPlace
		}
		out = Visiting{w.task, w.client, w.dwelling}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.ClientRead, Subjects: []string{w.client.ID, w.task.ID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: who.Actor}, {Name: "role", Value: string(who.Role)},
			{Name: "purpose", Value: "visit"}, {Name: "task-number", Value: w.task.Number}}})
	})
	return out, err
}
