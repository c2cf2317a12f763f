package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// The pages of those who go to doors. Whoever reads them learns whose doors they are, so every read is in the journal before
// it is answered.

// MaxQueue is how many lines of the work queue are read at a time: each names a home, and is a read.
const MaxQueue = 50

// QueueLine is a task with the home where it is.
type QueueLine struct {
	WorkLine
	Home Person // masked; its ID is "" where the task is at no client's
	Name string // of who shall do it, or ""
}

// Queue is a page of the work queue.
type Queue struct {
	Now  time.Time
	All  []QueueLine
	Next WorkCursor // the After of the next page; its ID is "" on the last
}

// Why a work queue is read, as the journal says it.
const (
	QueueShown   = "tasks"
	QueuePrinted = "tasks-printed"
	QueueTaken   = "tasks-exported"
)

// Queue is a page of the worklist with the homes in it, for those who go there (V5.1-a, V5.5-b). purpose is QueueShown,
// QueuePrinted or QueueTaken.
func (s *Service) Queue(ctx context.Context, who routine.Who, f WorkFilter, purpose string) (Queue, error) {
	if !who.Is(routine.LockManager) {
		return Queue{}, ErrTaskNotYours
	}
	if err := s.narrow(who, &f); err != nil {
		return Queue{}, err
	}
	limit := min(f.Limit, MaxQueue)
	f.Limit = limit + 1
	var out Queue
	var homes map[string]care.Client
	err := s.db.View(ctx, func(tx Tx) error {
		out = Queue{Now: tx.Now()}
		lines, err := tx.Worklist(ctx, f)
		if err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			out.Next = lines[limit-1].Cursor()
		}
		out.All, homes, err = queueHomes(ctx, tx, lines)
		return err
	})
	if err == nil && len(homes) > 0 {
		err = s.db.Update(ctx, func(tx Tx) error { return noteHomes(ctx, tx, readerOf(who), purpose, homes) })
	}
	if err != nil {
		return Queue{}, err
	}
	return out, nil
}

func readerOf(who routine.Who) Reader {
	return Reader{Actor: who.Actor, Role: string(who.Role), Organisation: who.Organisation}
}

// queueHomes says of every line whose door it is, masked as everywhere, and who shall go there.
func queueHomes(ctx context.Context, tx Tx, lines []WorkLine) ([]QueueLine, map[string]care.Client, error) {
	var clientIDs, staffIDs []string
	for _, l := range lines {
		clientIDs, staffIDs = append(clientIDs, l.ClientID), append(staffIDs, l.StaffID)
	}
	clients, err := tx.ClientsByID(ctx, distinct(clientIDs))
	if err != nil {
		return nil, nil, err
	}
	dwellings, err := tx.Dwellings(ctx, dwellingsOf(clients))
	if err != nil {
		return nil, nil, err
	}
	staff, err := tx.StaffByID(ctx, distinct(staffIDs))
	if err != nil {
		return nil, nil, err
	}
	out := make([]QueueLine, len(lines))
	for i, l := range lines {
		out[i] = QueueLine{WorkLine: l, Name: fullName(staff[l.StaffID])}
		if c, ok := clients[l.ClientID]; ok {
			out[i].Home = masked(c, dwellings[c.DwellingID])
		}
		if out[i].Home.Protected { // what people have written may say where it is
			out[i].Note, out[i].Reason = "", ""
		}
	}
	return out, clients, nil
}

func fullName(p care.Staff) string {
	if p.ID == "" {
		return ""
	}
	return p.GivenName + " " + p.FamilyName
}

// VisitPage is everything that somebody needs who plans a visit, or stands at the door.
type VisitPage struct {
	WorkFile
	Now      time.Time
	Home     Person // masked while protected, until a reason is given; its ID is "" where the task is at no client's
	Relative string // name and number of the relative, when the home is shown
	Waits    bool   // for the house's owner: nothing may be mounted or booked
	Property string // whose owner is waited for, when the home is shown; "" if the register has none there
	Names    map[string]string
	Past     []journal.Record // what has happened with the task, the latest first
}

// Live is the booking that holds, or nil.
func (v WorkFile) Live() *Booking {
	for i := range v.Bookings {
		if v.Bookings[i].Ended.IsZero() {
			return &v.Bookings[i]
		}
	}
	return nil
}

// maxPast is how much of what has happened with a task stands on its page.
const maxPast = 20

// VisitPage answers the page of one task. Whoever is protected is shown only for a reason, which is in the journal.
func (s *Service) VisitPage(ctx context.Context, who routine.Who, taskID, reason string) (VisitPage, error) {
	var out VisitPage
	switch {
	case !who.Is(routine.LockManager):
		return out, ErrTaskNotYours
	case len(reason) > MaxNote:
		return out, ErrTaskNoReason.On("reason")
	}
	var clientID string
	err := s.db.View(ctx, func(tx Tx) error {
		w, err := s.openWork(ctx, tx, taskID)
		if err != nil {
			return err
		}
		clientID = w.client.ID
		out = VisitPage{Now: tx.Now(), Names: map[string]string{}}
		if out.WorkFile, err = s.workFile(ctx, tx, w); err != nil {
			return err
		}
		if err := s.mayGoOn(ctx, tx, w.task, w.dwelling); errors.Is(err, consent.ErrMissing) {
			standing, err := standingFor(ctx, tx, routine.DoorLock, w.dwelling)
			if err != nil {
				return err
			}
			out.Waits, out.Property = true, standing.Property
		} else if err != nil && problem.KindOf(err) == problem.Internal {
			return err
		}
		if out.Past, err = journal.Timeline(ctx, tx, taskID, maxPast, ""); err != nil {
			return err
		}
		ids := make([]string, 0, len(out.Staff))
		for id := range out.Staff {
			ids = append(ids, id)
		}
		staff, err := tx.StaffByID(ctx, ids)
		if err != nil {
			return err
		}
		for id, p := range staff {
			out.Names[id] = fullName(p)
		}
		out.showHome(w, reason)
		return nil
	})
	if err == nil && clientID != "" {
		err = s.db.Update(ctx, func(tx Tx) error { return noteRead(ctx, tx, readerOf(who), "visit", reason, clientID, taskID) })
	}
	if err != nil {
		return VisitPage{}, err
	}
	return out, nil
}

// showHome says whose door it is. What people have written about somebody who is protected may say it too.
func (out *VisitPage) showHome(w work, reason string) {
	if w.client.ID == "" {
		return
	}
	out.Home = revealed(w.client, w.dwelling)
	out.Relative = joined(w.client.RelativeName, w.client.RelativePhone)
	if !w.client.Protected || reason != "" {
		return
	}
	out.Home, out.Relative, out.Property = masked(w.client, w.dwelling), "", ""
	out.Task.Note, out.Task.Reason = "", ""
	for i := range out.Bookings {
		out.Bookings[i].Reason = ""
	}
	for i := range out.Orders {
		out.Orders[i].Reason, out.Orders[i].Reference, out.Orders[i].Answer = "", "", ""
	}
	for i := range out.Past {
		out.Past[i].Fields = slices.DeleteFunc(out.Past[i].Fields, func(f journal.Field) bool { return f.Name == "reason" || f.Name == "note" })
	}
}

func joined(a, b string) string {
	if a != "" && b != "" {
		return a + ", " + b
	}
	return a + b
}

// Colleague finds somebody who can be given work, by employee number, or by id where no number is given.
func (s *Service) Colleague(ctx context.Context, who routine.Who, number, id string) (p care.Staff, err error) {
	if !who.Is(routine.LockManager) {
		return p, ErrTaskNotYours
	}
	err = s.db.View(ctx, func(tx Tx) error {
		if number != "" {
			p, err = staffNumbered(ctx, tx, number)
			return err
		}
		found, err := tx.StaffByID(ctx, []string{id})
		p = found[id]
		if err == nil && p.ID == "" {
			err = ErrStaffUnknown.Fill("")
		}
		return err
	})
	return p, err
}

// How an attempt to agree on a time ended.
const (
	ContactNoAnswer = "no-answer"
	ContactCallBack = "call-back"
	ContactNotHome  = "not-home"
	ContactDeclined = "declined"
)

// ErrContact says that an attempt to reach somebody is not described.
var ErrContact = problem.New(problem.Invalid, "contact-outcome",
	"Välj hur försöket slutade: inget svar, ringer tillbaka, inte hemma eller vill inte.",
	"Choose how the attempt ended: no answer, will call back, not at home or does not want it.")

// NoteContact records that somebody tried to reach the client about a task, and how it ended (V5.5-b). The task stays as it is.
func (s *Service) NoteContact(ctx context.Context, who routine.Who, taskID, outcome, note string) (Task, error) {
	switch {
	case outcome != ContactNoAnswer && outcome != ContactCallBack && outcome != ContactNotHome && outcome != ContactDeclined:
		return Task{}, ErrContact.On("outcome")
	case len(note) > MaxNote:
		return Task{}, ErrTaskNoReason.On("note")
	}
	return s.change(ctx, who, taskID, func(tx Tx, t *Task) error {
		fields := []journal.Field{{Name: "answer", Value: outcome}}
		if note != "" {
			fields = append(fields, journal.Field{Name: "reason", Value: note})
		}
		return s.noteTask(ctx, tx, who.Actor, *t, "contacted", fields...)
	})
}
