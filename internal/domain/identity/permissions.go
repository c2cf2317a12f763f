package identity

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// StaffOrderState is how far an order of permissions has come.
type StaffOrderState string

// The states.
const (
	StaffOrdered   StaffOrderState = "ordered"
	StaffGranted   StaffOrderState = "granted"
	StaffRefused   StaffOrderState = "refused"
	StaffWithdrawn StaffOrderState = "withdrawn"
)

// StaffOrder is a private provider's order of permissions for one of its staff (S-l).
type StaffOrder struct {
	ID         string
	ProviderID string
	OrgNumber  string // read with it
	GroupID    string
	Hiring
	State     StaffOrderState
	Reason    string // why it was refused
	Ordered   time.Time
	OrderedBy string
	Decided   time.Time // zero while it waits
	DecidedBy string
}

// StaffOrderFilter chooses orders; zero values choose all.
type StaffOrderFilter struct {
	State        StaffOrderState
	Organisation string
}

// Problems with orders of permissions. Codes are stable.
var (
	ErrStaffOrderUnknown = problem.New(problem.NotFound, "staff-order-unknown",
		"Beställningen finns inte.", "There is no such order.")
	ErrStaffOrderDecided = problem.New(problem.Conflict, "staff-order-decided",
		"Beställningen är redan avgjord.", "The order is decided already.")
	ErrStaffOrderTwice = problem.New(problem.Conflict, "staff-order-waits",
		"Det väntar redan en beställning för samma person och grupp.", "An order for the same person and group waits already.")
	ErrStaffOrderNotNeeded = problem.New(problem.Denied, "staff-order-not-needed",
		"Er organisation lägger upp sin personal själv. Lägg upp medarbetaren direkt.",
		"Your organisation adds its own staff. Add the person directly.")
)

// Order asks the system owner to let somebody work in a group of a private provider.
func (s *People) Order(ctx context.Context, who routine.Who, h Hiring) (out StaffOrder, err error) {
	if err := h.check(); err != nil {
		return out, err
	}
	err = s.db.Update(ctx, func(tx PeopleTx) error {
		g, err := workGroup(ctx, tx, who, h.Group)
		if err != nil {
			return err
		}
		out, err = s.order(ctx, tx, who, h, g)
		return err
	})
	return out, err
}

func (s *People) order(ctx context.Context, tx PeopleTx, who routine.Who, h Hiring, g WorkGroup) (out StaffOrder, err error) {
	if s.may(who, routine.OrderStaff, g.OrgNumber, g.Private) == "" {
		if s.may(who, routine.AddStaff, g.OrgNumber, g.Private) != "" {
			return out, ErrStaffOrderNotNeeded
		}
		return out, ErrPeopleMayNot
	}
	waiting, err := tx.StaffOrders(ctx, StaffOrderFilter{State: StaffOrdered, Organisation: g.OrgNumber}, "", 500)
	if err != nil {
		return out, err
	}
	for _, o := range waiting {
		if o.GroupID == g.ID && o.EmployeeNumber == h.EmployeeNumber {
			return out, ErrStaffOrderTwice
		}
	}
	out = StaffOrder{ID: uuid.Must(uuid.NewV7()).String(), ProviderID: g.ProviderID, OrgNumber: g.OrgNumber, GroupID: g.ID, Hiring: h,
		State: StaffOrdered, Ordered: tx.Now(), OrderedBy: who.Actor}
	return out, putStaffOrder(ctx, tx, who, out)
}

func putStaffOrder(ctx context.Context, tx PeopleTx, who routine.Who, o StaffOrder) error {
	if err := tx.PutStaffOrder(ctx, o); err != nil {
		return err
	}
	n := notify.Notice{Kind: notify.StaffOrdered, Event: "staff-" + string(o.State) + ":" + o.ID, Path: "/personalbestallningar/" + o.ID, But: who.Actor, To: notify.Audience{Role: routine.SystemOwner}}
	if o.State != StaffOrdered {
		n.Kind, n.To = notify.StaffDecided, notify.Audience{AccountID: notify.AccountOf(o.OrderedBy)}
	}
	if err := notify.TellPeople(ctx, tx, n); err != nil {
		return err
	}
	return journal.Append(ctx, tx, peopleEntry(journal.StaffOrdered, who, []string{o.ID, o.GroupID}, routine.RuleStaffOrder, "state", string(o.State), "reason", o.Reason))
}

// Decide is the system owner's answer: granted, the person works in the group from the day that was asked for; refused, with
// the reason.
func (s *People) Decide(ctx context.Context, who routine.Who, id string, grant bool, reason string) (out StaffOrder, err error) {
	if reason = strings.TrimSpace(reason); longer(reason, 500) || !grant && reason == "" {
		return out, ErrStaffReason.On("reason")
	}
	rule := s.profile.MayTend(who.Role, routine.DecideStaff, false, false)
	if rule == "" {
		return out, ErrPeopleMayNot
	}
	return s.settle(ctx, who, id, "", func(tx PeopleTx, o *StaffOrder) error {
		o.State, o.Reason = StaffRefused, reason
		if !grant {
			return nil
		}
		o.State = StaffGranted
		g, err := workGroup(ctx, tx, who, o.Group)
		if err != nil {
			return err
		}
		_, err = s.add(ctx, tx, who, o.Hiring, g, rule)
		return err
	})
}

// Withdraw takes an order back that has not been decided.
func (s *People) Withdraw(ctx context.Context, who routine.Who, id string) (StaffOrder, error) {
	if !who.Role.HoldsGroup() || who.Organisation == "" {
		return StaffOrder{}, ErrPeopleMayNot
	}
	return s.settle(ctx, who, id, who.Organisation, func(_ PeopleTx, o *StaffOrder) error {
		o.State = StaffWithdrawn
		return nil
	})
}

func (s *People) settle(ctx context.Context, who routine.Who, id, organisation string, change func(tx PeopleTx, o *StaffOrder) error) (out StaffOrder, err error) {
	err = s.db.Update(ctx, func(tx PeopleTx) error {
		o, ok, err := tx.StaffOrder(ctx, id)
		switch {
		case err != nil:
			return err
		case !ok || organisation != "" && o.OrgNumber != organisation:
			return ErrStaffOrderUnknown
		case o.State != StaffOrdered:
			return ErrStaffOrderDecided
		}
		if err := change(tx, &o); err != nil {
			return err
		}
		o.Decided, o.DecidedBy = tx.Now(), who.Actor
		out = o
		return putStaffOrder(ctx, tx, who, o)
	})
	return out, err
}

// StaffOrders lists orders of permissions, the oldest first; a provider sees its own.
func (s *People) StaffOrders(ctx context.Context, who routine.Who, f StaffOrderFilter, after string, limit int) (out []StaffOrder, err error) {
	if !narrowed(who, &f.Organisation) {
		return nil, ErrPeopleMayNot
	}
	err = s.db.View(ctx, func(tx PeopleTx) (err error) {
		out, err = tx.StaffOrders(ctx, f, after, bounded(limit))
		return err
	})
	return out, err
}

// StaffOrder returns one; a provider its own.
func (s *People) StaffOrder(ctx context.Context, who routine.Who, id string) (out StaffOrder, err error) {
	organisation := ""
	if !narrowed(who, &organisation) {
		return out, ErrPeopleMayNot
	}
	err = s.db.View(ctx, func(tx PeopleTx) error {
		var ok bool
		out, ok, err = tx.StaffOrder(ctx, id)
		if err == nil && (!ok || organisation != "" && out.OrgNumber != organisation) {
			err = ErrStaffOrderUnknown
		}
		return err
	})
	return out, err
}
