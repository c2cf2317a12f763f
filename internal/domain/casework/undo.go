package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Problems with taking an order back. Codes are stable.
var (
	ErrOrderOver = problem.New(problem.Conflict, "order-over",
		"Beställningen är redan returnerad eller återtagen.", "The order has been returned or withdrawn already.")
	ErrInForce = problem.New(problem.Conflict, "order-in-force",
		"Beställningen gäller redan och kan inte tas tillbaka. Lägg en ny beställning om det som ska gälla nu.",
		"The order is in force and cannot be taken back. Place a new order about what shall hold now.")
	ErrWorkDone = problem.New(problem.Conflict, "order-work-done",
		"Arbete som beställningen ledde till är utfört. Lägg en ny beställning om det som ska gälla nu.",
		"Work that the order led to has been done. Place a new order about what shall hold now.")
	ErrLaterChange = problem.New(problem.Conflict, "order-later-change",
		"Något senare har ändrat samma insatser. Ta först tillbaka den senaste beställningen om kunden, eller lägg en ny.",
		"Something later has changed the same services. Take back the latest order about the client first, or place a new one.")
	ErrReasonMissing = problem.New(problem.Invalid, "order-reason",
		"Skriv varför, med högst 500 tecken, så att den som beställt vet vad som ska ändras.",
		"Say why, in at most 500 characters, so that the orderer knows what to change.")
	errMayNotReturn = problem.New(problem.Denied, "order-return-role",
		"Bara låsansvarig returnerar beställningar. Den som har beställt kan återta sin beställning.",
		"Only the lock manager returns orders. Whoever placed an order can withdraw it.")
	errMayNotWithdraw = problem.New(problem.Denied, "order-withdraw-role",
		"Bara den som får lägga beställningen kan återta den. Be den som beställde.",
		"Only who may place the order can withdraw it. Ask the orderer.")
)

// Undo is what an order changed, kept beside it so that the order can be taken back until it takes effect. It names nobody.
type Undo struct {
	Before    []care.Service // services as they were; one that the order made is an empty period
	After     []care.Service // the same, as the order left them
	Ended     time.Time      // of the client's file, before
	Death     bool           // whether the order ended the file
	Withdrawn []string       // tasks that lost their reason
	Moved     []MovedTask
}

// MovedTask is a task that got another day, with the one that it had.
type MovedTask struct {
	ID       string
	Was, Now time.Time
}

// services reports whether the order changed who may open doors, or is going to.
func (u Undo) services() bool { return len(u.Before) > 0 || u.Death }

// remember notes what an order is about to do to services.
func (u *Undo) remember(f file, changed []care.Service, ended time.Time) {
	u.Ended, u.Death, u.After = f.client.Ended, ended.Before(f.client.Ended), changed
	for _, v := range changed {
		if i := slices.IndexFunc(f.services, func(old care.Service) bool { return old.ID == v.ID }); i >= 0 {
			u.Before = append(u.Before, f.services[i])
			continue
		}
		v.Until = v.From
		u.Before = append(u.Before, v)
	}
}

// Return gives an order back to its orderer with the reason, as if it had never come: by the lock manager, and only while
// nothing has happened that cannot be taken back.
func (s *Service) Return(ctx context.Context, who Orderer, id, reason string) (Order, error) {
	return s.takeBack(ctx, who, id, Returned, reason)
}

// Withdraw takes an order back for its orderer until it takes effect. The lock manager withdraws the order forms that it has
// written in.
func (s *Service) Withdraw(ctx context.Context, who Orderer, id, reason string) (Order, error) {
	return s.takeBack(ctx, who, id, Withdrawn, reason)
}

func (s *Service) takeBack(ctx context.Context, who Orderer, id string, to State, reason string) (Order, error) {
	var out Order
	reason = strings.TrimSpace(reason)
	if len(reason) > 500 || reason == "" && to == Returned {
		return out, ErrReasonMissing.On("reason")
	}
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		o, err := s.takeable(ctx, tx, who, id, to)
		if err != nil {
			return err
		}
		if err := tx.EndOrder(ctx, id, to, reason); err != nil {
			return err
		}
		o.State, o.Answer = to, reason
		if err := s.revert(ctx, tx, who, o); err != nil {
			return err
		}
		if out, _, err = tx.OrderByID(ctx, id); err != nil {
			return err
		}
		out.Tasks, err = tx.TasksOfOrder(ctx, id)
		return err
	})
	return out, err
}

// takeable finds an order that somebody may take back now.
func (s *Service) takeable(ctx context.Context, tx Tx, who Orderer, id string, to State) (Order, error) {
	o, ok, err := tx.OrderByID(ctx, id)
	switch {
	case err != nil:
		return o, err
	case !ok || !who.everything() && o.Orderer != who.Organisation:
		return o, ErrOrderUnknown
	case to == Returned && who.Role != routine.LockManager:
		return o, errMayNotReturn
	case to == Withdrawn && !s.mayWithdraw(ctx, tx, who, o):
		return o, errMayNotWithdraw
	case o.State == Returned || o.State == Withdrawn:
		return o, ErrOrderOver
	}
	o.Tasks, err = tx.TasksOfOrder(ctx, id)
	for _, t := range o.Tasks {
		if t.State == TaskDone && !t.Kind.Says() {
			return o, ErrWorkDone
		}
	}
	return o, err
}

func (s *Service) mayWithdraw(ctx context.Context, tx Tx, who Orderer, o Order) bool {
	if who.Role == routine.LockManager {
		return o.Channel == ChannelForm
	}
	return o.Orderer == who.Organisation && s.mayOrder(ctx, tx, who, NewOrder{Kind: o.Kind, Channel: o.Channel}) == nil
}

// undoable is what an order changed, and its client's file as it is now. It fails once the order is in force.
func (s *Service) undoable(ctx context.Context, tx Tx, o Order) (undo Undo, f file, err error) {
	if undo, _, err = tx.UndoOf(ctx, o.ID); err != nil {
		return undo, f, err
	}
	if undo.services() && !tx.Now().Before(o.Effective) {
		return undo, f, ErrInForce
	}
	clients, err := tx.ClientsByID(ctx, []string{o.ClientID})
	if err != nil {
		return undo, f, err
	}
	f, err = s.open(ctx, tx, clients[o.ClientID])
	return undo, f, err
}

// revert puts services, rights and tasks back to what they were before an order that has been ended.
func (s *Service) revert(ctx context.Context, tx Tx, who Orderer, o Order) error {
	undo, f, err := s.undoable(ctx, tx, o)
	if err != nil {
		return err
	}
	entries := []journal.Entry{backEntry(who, o, tx.Now())}
	tasks, err := s.revertTasks(ctx, tx, o, f, undo)
	if err != nil {
		return err
	}
	entries = append(entries, tasks...)
	if undo.services() {
		rights, err := s.revertServices(ctx, tx, who, o, f, undo)
		if err != nil {
			return err
		}
		entries = append(entries, rights)
	}
	return errors.Join(journal.Append(ctx, tx, entries...), s.tellOrder(ctx, tx, o))
}

// revertServices gives a client's services and file the periods that they had, if nothing has been built on the order since.
func (s *Service) revertServices(ctx context.Context, tx Tx, who Orderer, o Order, f file, undo Undo) (journal.Entry, error) {
	if err := s.untouched(ctx, tx, o, f, undo); err != nil {
		return journal.Entry{}, err
	}
	if err := tx.PutServices(ctx, undo.Before); err != nil {
		return journal.Entry{}, err
	}
	if undo.Death {
		if err := tx.SetClientEnded(ctx, o.ClientID, undo.Ended); err != nil {
			return journal.Entry{}, err
		}
	}
	before := f.situation
	before.Services, before.Ended = nil, undo.Ended
	stored, err := tx.ServicesOf(ctx, []string{o.ClientID})
	if err != nil {
		return journal.Entry{}, err
	}
	for _, v := range stored[o.ClientID] {
		before.Services = append(before.Services, v.Service)
	}
	due := routine.ReceiptsDue(s.profile, f.situation, before, o.Effective)
	if err := s.backToHolders(ctx, tx, who.Actor, f, o.ID, due); err != nil {
		return journal.Entry{}, err
	}
	if err := s.keepNeeded(ctx, tx, who.Actor, f, before.LockNeededUntil()); err != nil {
		return journal.Entry{}, err
	}
	by := o.ID
	if o.Kind == "" { // a mass change is no order
		by = ""
	}
	if err := s.settleEntrance(ctx, tx, by, f, f.situation.LockNeededUntil(), before.LockNeededUntil(), tx.Now()); err != nil {
		return journal.Entry{}, err
	}
	if err := s.followCarer(ctx, tx, who.Actor, o.ClientID); err != nil {
		return journal.Entry{}, err
	}
	change, err := s.refresh(ctx, tx, []string{o.ClientID})
	return rightsEntry(o, change), err
}

// keepNeeded sees to it that no lock comes down, unless that was ordered outright, before the last day that anybody in the
// dwelling needs it: a partner may have got a need since.
func (s *Service) keepNeeded(ctx context.Context, tx Tx, actor string, f file, until time.Time) error {
	_, open, err := doorTasks(ctx, tx, f.home, f.dwelling.ID)
	if err != nil {
		return err
	}
	for _, t := range ofKind(open, routine.Dismount) {
		switch {
		case t.Rule != routine.RuleDismount || !t.Due.Before(until):
		case until.Equal(routine.Forever):
			err = s.closeTask(ctx, tx, actor, t, TaskCancelled, reasonWithdrawn)
		default:
			t.Due = until
			err = errors.Join(tx.MoveTask(ctx, t.ID, until), s.noteTask(ctx, tx, actor, t, taskMoved))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// untouched refuses when a later order, or the registers, have changed what the order left.
func (s *Service) untouched(ctx context.Context, tx Tx, o Order, f file, undo Undo) error {
	for _, left := range undo.After {
		i := slices.IndexFunc(f.services, func(v care.Service) bool { return v.ID == left.ID })
		if i < 0 || !sameService(f.services[i], left) {
			return ErrLaterChange
		}
	}
	if undo.Death && !f.client.Ended.Equal(o.Effective) {
		return ErrLaterChange
	}
	later, err := tx.OrdersSince(ctx, o)
	if err != nil {
		return err
	}
	for _, l := range later {
		u, _, err := tx.UndoOf(ctx, l.ID)
		if err != nil {
			return err
		}
		if (u.services() || l.repeats(o)) && l.State != Returned && l.State != Withdrawn {
			return ErrLaterChange
		}
	}
	return nil
}

// repeats reports whether a later order asks for what an earlier one had brought about: it changed nothing, and rests on it
// (V1.1-d with V2.1-h: the same death, told by two).
func (o Order) repeats(earlier Order) bool {
	ends := func(k routine.OrderKind) bool { return k == routine.Died || k == routine.Moved }
	return o.Kind == earlier.Kind && o.GroupID == earlier.GroupID && o.ToGroupID == earlier.ToGroupID || ends(o.Kind) && ends(earlier.Kind)
}

func sameService(a, b care.Service) bool {
	return a.From.Equal(b.From) && a.Until.Equal(b.Until) && a.InEffect == b.InEffect && a.OpensSelf == b.OpensSelf && a.EndedBy == b.EndedBy
}

// revertTasks cancels what only this order asks for, gives moved tasks their day again, and opens what the order had
// withdrawn, where that is not being done anyway.
func (s *Service) revertTasks(ctx context.Context, tx Tx, o Order, f file, undo Undo) ([]journal.Entry, error) {
	var entries []journal.Entry
	for _, t := range o.Tasks {
		waiting, err := tx.OrdersOfTask(ctx, t.ID)
		switch {
		case err != nil:
			return nil, err
		case !t.Open():
		case len(waiting) == 0:
			if err := s.endTask(ctx, tx, t, TaskCancelled, reasonWithdrawn); err != nil {
				return nil, err
			}
			entries = append(entries, taskEntry(o, t, taskWithdrawn))
		default:
			if i := slices.IndexFunc(undo.Moved, func(m MovedTask) bool { return m.ID == t.ID && m.Now.Equal(t.Due) }); i >= 0 {
				if err := tx.MoveTask(ctx, t.ID, undo.Moved[i].Was); err != nil {
					return nil, err
				}
				t.Due = undo.Moved[i].Was
				entries = append(entries, taskEntry(o, t, taskMoved))
			}
		}
	}
	open, err := tx.OpenTasks(ctx, f.home)
	if err != nil {
		return nil, err
	}
	for _, id := range undo.Withdrawn {
		t, ok, err := tx.TaskByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if !ok || t.Open() || len(ofKind(open, t.Kind)) > 0 || (t.Kind == routine.Dismount) == (f.situation.Lock == routine.NoLock) {
			continue // is being done anyway, or the door has changed since
		}
		waiting, err := tx.ReopenTask(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := errors.Join(s.tellOrders(ctx, tx, waiting), s.tellTask(ctx, tx, t, taskReopened)); err != nil {
			return nil, err
		}
		entries = append(entries, taskEntry(o, t, taskReopened))
		wait, err := s.waits(ctx, tx, t.Kind, f.dwelling)
		if err != nil {
			return nil, err
		}
		if wait {
			t.State, t.Reason, t.Done = TaskWaiting, reasonWaits, time.Time{}
			if err := tx.PutTasks(ctx, []Task{t}); err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}

// taskReopened is a task whose withdrawal was taken back.
const taskReopened = "reopened"

func backEntry(who Orderer, o Order, now time.Time) journal.Entry {
	kind := journal.OrderReturned
	if o.State == Withdrawn {
		kind = journal.OrderWithdrawn
	}
	return journal.Entry{Kind: kind, At: now, Subjects: []string{o.ClientID, o.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor},
		{Name: "organisation", Value: who.Organisation},
		{Name: "number", Value: o.Number},
		{Name: "reason", Value: o.Answer},
	}}
}
