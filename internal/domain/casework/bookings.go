package casework

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// Booking is a time that is agreed with a client for work at the door (V5.5-b).
type Booking struct {
	ID       string
	TaskID   string
	StaffID  string // who comes
	From     time.Time
	Until    time.Time
	Attend   string // group whose staff are asked to open for the technician (V2.3-b), or ""
	Told     string // who was told of the time: client, relative, provider; "" nobody yet
	How      string // phone, visit, letter, message
	ToldBy   string // who told them
	ToldAt   time.Time
	Actor    string // who booked
	Created  time.Time
	Ended    time.Time // zero while it holds
	EndedHow string    // kept, moved, cancelled
	Reason   string
}

// How a booking has ended.
const (
	bookingKept      = "kept"
	bookingMoved     = "moved"
	bookingCancelled = "cancelled"
)

// BookingTx is what bookings need of a database transaction.
type BookingTx interface {
	// InsertBooking stores a booking unless the person has another one that overlaps it; false if so.
	InsertBooking(ctx context.Context, b Booking) (bool, error)
	// LiveBooking returns the booking of a task that holds.
	LiveBooking(ctx context.Context, taskID string) (Booking, bool, error)
	EndBooking(ctx context.Context, id, how, reason string) error
	SetBookingTold(ctx context.Context, b Booking) error
	// BookingsOfTask returns the bookings that a task has had, the newest first, at most 50.
	BookingsOfTask(ctx context.Context, taskID string) ([]Booking, error)
	// Visits returns a person's bookings that hold, from the given instant on, with what a calendar may show of them.
	Visits(ctx context.Context, staffID string, from, until time.Time, limit int) ([]Visit, error)
}

// Problems with bookings. Codes are stable.
var (
	ErrBookingClash = problem.New(problem.Conflict, "booking-clash",
		"%s är redan bokad den tiden. Välj en annan tid eller person.", "%s is booked at that time already. Choose another time or person.")
	ErrBookingNone = problem.New(problem.Conflict, "booking-none",
		"Ingen tid är bokad.", "No time is booked.")
	ErrBookingGroup = problem.New(problem.Invalid, "booking-attend",
		"Gruppen %q betjänar inte kunden, så dess personal kan inte öppna.", "The group %q does not serve the client, so its staff cannot open.")
	ErrBookingTold = problem.New(problem.Invalid, "booking-told",
		"Ange vem som fick veta (client, relative, provider) och hur (phone, visit, letter, message).",
		"Say who was told (client, relative, provider) and how (phone, visit, letter, message).")
	ErrBookingKind = problem.New(problem.Conflict, "booking-kind",
		"Uppgiften görs inte hos kunden och bokas därför inte.", "The task is not done at the client's, so no time is booked for it.")
)

// NewBooking is what is asked for when a time is booked, or booked anew.
type NewBooking struct {
	From     time.Time
	Until    time.Time
	Employee string // who comes
	Attend   string // code of the group whose staff are asked to open, or ""
	Serial   string // of the lock to keep for the visit, or ""
	Told     string // "" if nobody has been told yet
	How      string
	Reason   string // why an earlier booking was moved
}

// Book agrees on a time for work at a door: in the lock manager's office hours, with somebody who has no other visit then.
// What was booked before is moved. Mounting that waits for the house's owner is not booked (V5.3-c).
func (s *Service) Book(ctx context.Context, who routine.Who, taskID string, in NewBooking) (Task, error) {
	switch {
	case len(in.Reason) > MaxNote:
		return Task{}, ErrTaskNoReason.On("reason")
	case in.Told != "" && !validTold(in.Told, in.How):
		return Task{}, ErrBookingTold.On("told")
	}
	return s.change(ctx, who, taskID, func(tx Tx, t *Task) error {
		if !atDoor(t.Kind) {
			return ErrBookingKind
		}
		if refusal := s.profile.MayBook(s.local(in.From), s.local(in.Until), s.local(tx.Now())); refusal != nil {
			return refusedBy(refusal)
		}
		w := work{task: *t}
		if err := s.openDoor(ctx, tx, &w); err != nil {
			return err
		}
		if err := s.mayGoOn(ctx, tx, *t, w.dwelling); err != nil {
			return err
		}
		if err := s.keepLock(ctx, tx, t, in.Serial); err != nil {
			return err
		}
		return s.book(ctx, tx, who, t, in)
	})
}

// atDoor reports whether work is done at a client's, so that a time is booked for it.
func atDoor(k routine.TaskKind) bool {
	switch k {
	case routine.Mount, routine.Dismount, routine.ExchangeLock, routine.ServiceLock, routine.ReturnKeys, routine.TakeSpare,
		routine.MountEntrance, routine.DismountEntrance, routine.ExchangeEntrance:
		return true
	}
	return false
}

func validTold(told, how string) bool {
	whom := told == "client" || told == "relative" || told == "provider"
	return whom && (how == "phone" || how == "visit" || how == "letter" || how == "message")
}

func (s *Service) book(ctx context.Context, tx Tx, who routine.Who, t *Task, in NewBooking) error {
	person, err := staffNumbered(ctx, tx, in.Employee)
	if err != nil {
		return err
	}
	b := Booking{ID: newID(), TaskID: t.ID, StaffID: person.ID, From: in.From.UTC().Truncate(time.Microsecond),
		Until: in.Until.UTC().Truncate(time.Microsecond), Actor: who.Actor, Created: tx.Now()}
	if b.Attend, err = s.attending(ctx, tx, *t, in.Attend); err != nil {
		return err
	}
	if in.Told != "" {
		b.Told, b.How, b.ToldBy, b.ToldAt = in.Told, in.How, who.Actor, tx.Now()
	}
	if err := s.callOff(ctx, tx, *t, bookingMoved, in.Reason); err != nil {
		return err
	}
	free, err := tx.InsertBooking(ctx, b)
	if err != nil {
		return err
	}
	if !free {
		return ErrBookingClash.Fill(person.EmployeeNumber)
	}
	theirs := t.StaffID == person.ID
	t.StaffID, t.Unit = person.ID, ""
	if !theirs {
		if err := tellAssigned(ctx, tx, who, *t); err != nil {
			return err
		}
	}
	if t.State != TaskInProgress {
		t.State, t.Reason = TaskBooked, ""
	}
	return s.changeTask(ctx, tx, who, *t, "booked", bookingFields(b)...)
}

// tellAssigned says to a technician that a task is theirs.
func tellAssigned(ctx context.Context, tx Tx, who routine.Who, t Task) error {
	if t.StaffID == "" {
		return nil
	}
	return notify.TellPeople(ctx, tx, notify.Notice{Kind: notify.TaskAssigned, Event: "task-assigned:" + t.ID + ":" + tx.Now().UTC().Format(time.RFC3339),
		Number: t.Number, Path: "/arbete/" + t.ID, But: who.Actor, To: notify.Audience{StaffID: t.StaffID, Role: routine.LockManager}})
}

// attending finds the group whose staff are asked to be there: one that serves the client.
func (s *Service) attending(ctx context.Context, tx Tx, t Task, code string) (string, error) {
	if code == "" {
		return "", nil
	}
	groups, err := tx.GroupsByCode(ctx, []string{code})
	if err != nil {
		return "", err
	}
	services, err := tx.ServicesOf(ctx, []string{t.ClientID})
	if err != nil {
		return "", err
	}
	group := groups[code]
	for _, v := range services[t.ClientID] {
		if v.Group.ID == group.ID && v.From.Before(v.Until) && v.Until.After(tx.Now()) {
			return group.ID, nil
		}
	}
	return "", ErrBookingGroup.Fill(code).On("attend")
}

// keepLock sets a lock from stock aside for the visit, so that the one who comes brings the right one. The one that was kept
// before goes back.
func (s *Service) keepLock(ctx context.Context, tx Tx, t *Task, serial string) error {
	if serial == "" {
		return nil
	}
	if !putsUp(t.Kind) {
		return ErrBookingKind.On("serial")
	}
	lock, err := s.fit(ctx, tx, *t, serial)
	if err != nil {
		return err
	}
	if lock.ID == t.LockID {
		return nil
	}
	if err := s.letGo(ctx, tx, *t); err != nil {
		return err
	}
	lock.State, t.LockID = fleet.Booked, lock.ID
	return tx.PutLocks(ctx, []fleet.Lock{lock})
}

func bookingFields(b Booking) []journal.Field {
	fields := []journal.Field{{Name: "staff", Value: b.StaffID}, {Name: "from", Value: b.From.Format(time.RFC3339)}, {Name: "until", Value: b.Until.Format(time.RFC3339)}}
	if b.Attend != "" {
		fields = append(fields, journal.Field{Name: "attend", Value: b.Attend})
	}
	if b.Told != "" {
		fields = append(fields, journal.Field{Name: "told", Value: b.Told}, journal.Field{Name: "how", Value: b.How})
	}
	return fields
}

// callOff ends the booking that a task has, if any.
func (s *Service) callOff(ctx context.Context, tx Tx, t Task, how, reason string) error {
	b, ok, err := tx.LiveBooking(ctx, t.ID)
	if err != nil || !ok {
		return err
	}
	return tx.EndBooking(ctx, b.ID, how, reason)
}

// CancelBooking calls a booked time off, with a reason; the task stays.
func (s *Service) CancelBooking(ctx context.Context, who routine.Who, taskID, reason string) (Task, error) {
	if reason == "" || len(reason) > MaxNote {
		return Task{}, ErrTaskNoReason.On("reason")
	}
	return s.change(ctx, who, taskID, func(tx Tx, t *Task) error {
		b, ok, err := tx.LiveBooking(ctx, t.ID)
		if err != nil || !ok {
			return orElse(err, ErrBookingNone)
		}
		if err := tx.EndBooking(ctx, b.ID, bookingCancelled, reason); err != nil {
			return err
		}
		if t.State == TaskBooked {
			t.State = restingState(*t)
		}
		return s.changeTask(ctx, tx, who, *t, "booking-cancelled", journal.Field{Name: "reason", Value: reason})
	})
}

// TellBooking records that somebody has been told of the booked time.
func (s *Service) TellBooking(ctx context.Context, who routine.Who, taskID, told, how string) (Task, error) {
	if !validTold(told, how) {
		return Task{}, ErrBookingTold.On("told")
	}
	return s.change(ctx, who, taskID, func(tx Tx, t *Task) error {
		b, ok, err := tx.LiveBooking(ctx, t.ID)
		if err != nil || !ok {
			return orElse(err, ErrBookingNone)
		}
		b.Told, b.How, b.ToldBy, b.ToldAt = told, how, who.Actor, tx.Now()
		if err := tx.SetBookingTold(ctx, b); err != nil {
			return err
		}
		return s.changeTask(ctx, tx, who, *t, "booking-told", bookingFields(b)...)
	})
}

// personOf names a staff member by number for an answer.
func personOf(staff map[string]care.Staff, id string) string { return staff[id].EmployeeNumber }
