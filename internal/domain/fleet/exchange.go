package fleet

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// BreakCause is why a key must be exchanged.
type BreakCause string

// The causes.
const (
	Damaged BreakCause = "damaged" // bent, worn, broken (V2.2-d)
	Fails   BreakCause = "fails"   // despite a new battery (V5.4-b)
)

// ExchangeState is how far an exchange has come.
type ExchangeState string

// The states.
const (
	ExchangeBooked    ExchangeState = "booked"
	ExchangeDone      ExchangeState = "done"
	ExchangeCancelled ExchangeState = "cancelled" // it works after all, or was lost, scrapped or sent back unexchanged
)

// Negligence is what a person has decided about a damaged key.
type Negligence string

// The decisions.
const (
	Undecided  Negligence = "undecided"
	NotNeglect Negligence = "no"
	Neglect    Negligence = "yes" // obvious negligence: the provider may have to pay (V2.2-d)
)

// Exchange is a broken key on its way to being another.
type Exchange struct {
	ID            string
	KeyID         string
	Number        string // of the key
	GroupID       string
	GroupCode     string // read with it
	Cause         BreakCause
	Description   string
	Was           KeyState // of the key, before it was reported
	Reported      time.Time
	Appointment   time.Time // at the lock manager's; zero while none is agreed
	State         ExchangeState
	ReplacementID string
	Replacement   string // number of the key that was handed out
	Closed        time.Time
	Negligence    Negligence
	Decision      string // the reason
	Decided       time.Time
	DecidedBy     string
}

// ExchangeFilter chooses exchanges; zero values choose all.
type ExchangeFilter struct {
	State        ExchangeState
	Organisation string
	Key          string // number
}

// freshBattery is how recently the battery must have been changed for a key to fail despite it.
const freshBattery = 30 * 24 * time.Hour

// Problems with exchanges. Codes are stable.
var (
	ErrExchangeUnknown = problem.New(problem.NotFound, "exchange-unknown", "Bytet finns inte.", "There is no such exchange.")
	ErrExchangeCause   = problem.New(problem.Invalid, "exchange-cause",
		"Ange om nyckeln är skadad (damaged) eller inte fungerar trots nytt batteri (fails).",
		"Say whether the key is damaged or fails despite a new battery.")
	ErrBatteryFirst = problem.New(problem.Conflict, "exchange-battery-first",
		"Byt batteri i nyckel %s först och anteckna bytet. Fungerar den inte då heller byts den ut.",
		"Change the battery of key %s first and note it. If it still fails, it is exchanged.")
	ErrExchangeClosed = problem.New(problem.Conflict, "exchange-closed",
		"Bytet är redan avslutat.", "The exchange is closed already.")
	ErrAppointment = problem.New(problem.Invalid, "exchange-appointment",
		"Tiden ska ligga framåt, inom ett år, när låsansvarig har öppet.",
		"The time is ahead, within a year, when the lock manager is open.")
	ErrNotDecidable = problem.New(problem.Conflict, "exchange-not-decidable",
		"Oaktsamhet avgörs en gång, för en skadad nyckel som har lämnats in.",
		"Negligence is decided once, for a damaged key that has been handed in.")
)

// ReportBroken says that a key must be exchanged: from now on it does not sync. appointment may be zero and agreed on later.
func (s *Pool) ReportBroken(ctx context.Context, who routine.Who, number string, cause BreakCause, description string, appointment time.Time) (out Exchange, err error) {
	if cause != Damaged && cause != Fails {
		return out, ErrExchangeCause.On("cause")
	}
	if description, err = text("description", description); err != nil {
		return out, err
	}
	err = s.db.Update(ctx, func(tx PoolTx) error {
		key, rule, err := s.tended(ctx, tx, who, number, routine.ReportKey)
		if err != nil {
			return err
		}
		switch {
		case key.State != KeyIssued && key.State != KeySuspect && key.State != KeyInStock || key.GroupID == "":
			return ErrKeyState.Fill(number)
		case cause == Fails && key.BatteryChanged.Before(tx.Now().Add(-freshBattery)):
			return ErrBatteryFirst.Fill(number)
		case !s.open(tx.Now(), appointment):
			return ErrAppointment.On("appointment")
		}
		if cause == Fails {
			rule = routine.RuleFailsAnyway
		}
		out = Exchange{ID: newID(), KeyID: key.ID, Number: number, GroupID: key.GroupID, Cause: cause, Description: description, Was: key.State,
			Reported: tx.Now(), Appointment: appointment, State: ExchangeBooked, Negligence: Undecided}
		if err := tx.PutExchange(ctx, out); err != nil {
			return err
		}
		if out, _, err = tx.Exchange(ctx, out.ID); err != nil { // with the group's code
			return err
		}
		if err := tx.SettleDifferences(ctx, number, DifferenceExplained, saidBroken, who.Actor); err != nil {
			return err
		}
		key.State, key.BlockReason = KeyBroken, description
		return s.put(ctx, tx, who, key, rule, "what", string(cause), "exchange", out.ID)
	})
	return out, err
}

// open reports whether an appointment can be kept: ahead, and when the lock manager is open if the profile says when that is.
func (s *Pool) open(now, at time.Time) bool {
	if at.IsZero() {
		return true
	}
	if at.Before(now) || at.After(now.AddDate(1, 0, 0)) {
		return false
	}
	for _, u := range s.profile.Units {
		for _, k := range u.Kinds {
			if _, known := s.profile.Hours[u.Hours]; known && k == routine.UnitLockManager {
				return s.profile.Hours.Open(u.Hours, at)
			}
		}
	}
	return true
}

// Book agrees on a time, or another one.
func (s *Pool) Book(ctx context.Context, who routine.Who, id string, at time.Time) (Exchange, error) {
	return s.changeExchange(ctx, who, id, routine.ReportKey, func(tx PoolTx, e *Exchange) error {
		if at.IsZero() || !s.open(tx.Now(), at) {
			return ErrAppointment.On("appointment")
		}
		e.Appointment = at
		return nil
	})
}

// CancelExchange takes a report back: the key works after all, and is what it was. One that lay in reserve, or was looked for, is
// not issued by it (V2.2-e).
func (s *Pool) CancelExchange(ctx context.Context, who routine.Who, id string) (Exchange, error) {
	return s.changeExchange(ctx, who, id, routine.ReportKey, func(tx PoolTx, e *Exchange) error {
		key, err := keyByNumber(ctx, tx, e.Number)
		if err != nil {
			return err
		}
		if key.State != KeyBroken {
			return ErrKeyState.Fill(e.Number)
		}
		key.State, key.BlockReason = e.Was, ""
		if e.Was == KeySuspect {
			key.BlockReason = e.Description
		}
		e.State, e.Closed = ExchangeCancelled, tx.Now()
		return tx.PutKeys(ctx, []Key{key})
	})
}

// Swap receives the broken key and hands out another (V5.4-b, V5.4-c).
func (s *Pool) Swap(ctx context.Context, who routine.Who, id, replacement string) (Exchange, error) {
	return s.changeExchange(ctx, who, id, routine.HandOutKeys, func(tx PoolTx, e *Exchange) error {
		fresh, err := keyByNumber(ctx, tx, replacement)
		if err != nil {
			return err
		}
		issued, err := tx.IssueForBroken(ctx, fresh.ID, e.KeyID)
		if err != nil || !issued {
			return orErr(err, ErrNotInStock.Fill(replacement).On("replacement"))
		}
		e.State, e.ReplacementID, e.Replacement, e.Closed = ExchangeDone, fresh.ID, fresh.Number, tx.Now()
		return journal.Append(ctx, tx, keyEntry(journal.KeyIssued, who.Actor, fresh, journal.Field{Name: "replaces", Value: e.KeyID}))
	})
}

// changeExchange changes one that is open.
func (s *Pool) changeExchange(ctx context.Context, who routine.Who, id string, d routine.Duty, change func(tx PoolTx, e *Exchange) error) (out Exchange, err error) {
	err = s.db.Update(ctx, func(tx PoolTx) error {
		e, err := s.exchange(ctx, tx, who, id, d)
		if err != nil {
			return err
		}
		if e.State != ExchangeBooked {
			return ErrExchangeClosed
		}
		if err := change(tx, &e); err != nil {
			return err
		}
		out = e
		return s.tellExchange(ctx, tx, who, e)
	})
	return out, err
}

// exchange returns one to somebody who may carry out a duty with its key.
func (s *Pool) exchange(ctx context.Context, tx PoolTx, who routine.Who, id string, d routine.Duty) (Exchange, error) {
	e, ok, err := tx.Exchange(ctx, id)
	if err != nil || !ok {
		return e, orErr(err, ErrExchangeUnknown)
	}
	groups, err := tx.GroupsFacts(ctx, []string{e.GroupID})
	if err != nil {
		return e, err
	}
	group := groups[e.GroupID]
	if s.profile.MayTend(who.Role, d, who.Organisation != "" && group.OrgNumber == who.Organisation, group.Private) == "" {
		return e, ErrExchangeUnknown
	}
	return e, nil
}

func (s *Pool) tellExchange(ctx context.Context, tx PoolTx, who routine.Who, e Exchange) error {
	if err := tx.PutExchange(ctx, e); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.KeyReported, who, []string{e.KeyID}, "what", "exchange-"+string(e.State), "exchange", e.ID,
		"replacement", e.Replacement, "negligence", string(e.Negligence), "reason", e.Decision, journal.FieldGround, routine.RuleExchange))
}

// DecideNegligence is a person's decision, with the reason. Obvious negligence becomes a proposed charge (V2.2-d, V6-b); else
// the municipality bears the cost (V6-a).
func (s *Pool) DecideNegligence(ctx context.Context, who routine.Who, id string, neglect bool, reason string) (out Exchange, err error) {
	if reason, err = text("reason", reason); err != nil {
		return out, err
	}
	err = s.db.Update(ctx, func(tx PoolTx) error {
		e, err := s.exchange(ctx, tx, who, id, routine.HandOutKeys)
		if err != nil {
			return err
		}
		if e.Cause != Damaged || e.Negligence != Undecided || e.State != ExchangeDone {
			return ErrNotDecidable
		}
		e.Negligence, e.Decision, e.Decided, e.DecidedBy = NotNeglect, reason, tx.Now(), who.Actor
		cause := routine.CauseWear
		if neglect {
			e.Negligence, cause = Neglect, routine.CauseNeglect
		}
		out = e
		if err := s.tellExchange(ctx, tx, who, e); err != nil || !neglect {
			return err
		}
		groups, err := tx.GroupsFacts(ctx, []string{e.GroupID})
		if err != nil {
			return err
		}
		return s.expenses(ctx, tx, who, Expense{Source: "exchange:" + e.ID, Group: groups[e.GroupID], Thing: KeyThing, Serial: e.Number, Count: 1,
			Facts: routine.CostFacts{Kind: routine.CostBrokenKey, Cause: cause}, Reason: reason,
			KeyID: e.KeyID, Since: e.Reported})
	})
	return out, err
}

// Exchanges lists them, those with the earliest appointment first.
func (s *Pool) Exchanges(ctx context.Context, who routine.Who, f ExchangeFilter, p Page) (out []Exchange, err error) {
	if !within(who, &f.Organisation) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx PoolTx) (err error) {
		out, err = tx.Exchanges(ctx, f, p.Bounded())
		return err
	})
	return out, err
}

// ReadExchange returns one to somebody whom it concerns.
func (s *Pool) ReadExchange(ctx context.Context, who routine.Who, id string) (out Exchange, err error) {
	err = s.db.View(ctx, func(tx PoolTx) (err error) {
		out, err = s.exchange(ctx, tx, who, id, routine.ReportKey)
		return err
	})
	return out, err
}
