package support

import (
	"context"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/routine"
)

// Service opens a transaction around what the desk does by itself: reading faults, on-call cases, charges and the crisis page.
// What is done about faults leads to work in the field as well, and is casework's.
type Service struct {
	db   txn.Runner[Tx]
	desk Desk
}

// NewService returns the service of one municipality.
func NewService(db txn.Runner[Tx], desk Desk) *Service { return &Service{db, desk} }

// Desk returns the rules that the service goes by.
func (s *Service) Desk() Desk { return s.desk }

// view and update run one function of the desk and return what it does.
func view[T any](ctx context.Context, s *Service, f func(tx Tx) (T, error)) (out T, err error) {
	err = s.db.View(ctx, func(tx Tx) (err error) {
		out, err = f(tx)
		return err
	})
	return out, err
}

func update[T any](ctx context.Context, s *Service, f func(tx Tx) (T, error)) (out T, err error) {
	err = s.db.Update(ctx, func(tx Tx) (err error) {
		out, err = f(tx)
		return err
	})
	return out, err
}

// FaultCase is a fault with its reports, and with what it is proposed to cost somebody.
type FaultCase struct {
	Fault
	Reports []Report
	Charges []Charge // that who asks may see: of what was damaged, and of an urgent call-out
}

// Fault is [Desk.Fault].
func (s *Service) Fault(ctx context.Context, who routine.Who, id string) (FaultCase, error) {
	return view(ctx, s, func(tx Tx) (FaultCase, error) {
		f, reports, err := s.desk.Fault(ctx, tx, who, id)
		if err != nil {
			return FaultCase{}, err
		}
		out := FaultCase{f, reports, nil}
		for _, source := range []string{chargeOfFault(id), chargeOfFault(id) + callOut} {
			c, found, err := tx.ChargeBySource(ctx, source)
			if err != nil {
				return out, err
			}
			if found && (manages(who) || c.shownTo(who)) {
				out.Charges = append(out.Charges, c)
			}
		}
		return out, nil
	})
}

// Faults is [Desk.List].
func (s *Service) Faults(ctx context.Context, who routine.Who, f Faults) ([]Fault, error) {
	return view(ctx, s, func(tx Tx) ([]Fault, error) { return s.desk.List(ctx, tx, who, f) })
}

// RecordCall is [Desk.RecordCall].
func (s *Service) RecordCall(ctx context.Context, who routine.Who, in NewOnCall) (OnCall, error) {
	return update(ctx, s, func(tx Tx) (OnCall, error) { return s.desk.RecordCall(ctx, tx, who, in) })
}

// SettleCall is [Desk.SettleCall].
func (s *Service) SettleCall(ctx context.Context, who routine.Who, id string, c Cause, remark string) (OnCall, error) {
	return update(ctx, s, func(tx Tx) (OnCall, error) { return s.desk.SettleCall(ctx, tx, who, id, c, remark) })
}

// Call is [Desk.Call].
func (s *Service) Call(ctx context.Context, who routine.Who, id string) (OnCall, error) {
	return view(ctx, s, func(tx Tx) (OnCall, error) { return s.desk.Call(ctx, tx, who, id) })
}

// Calls is [Desk.Calls].
func (s *Service) Calls(ctx context.Context, who routine.Who, f OnCalls) ([]OnCall, error) {
	return view(ctx, s, func(tx Tx) ([]OnCall, error) { return s.desk.Calls(ctx, tx, who, f) })
}

// Propose is [Desk.Propose], for a cost that a person has noticed: extra keys, moved equipment (V6-b).
func (s *Service) Propose(ctx context.Context, who routine.Who, p Proposal) (Charge, error) {
	return update(ctx, s, func(tx Tx) (Charge, error) {
		if !who.Is(routine.LockManager) {
			return Charge{}, ErrMayNot
		}
		rule, c, err := s.desk.Propose(ctx, tx, who, p)
		if err == nil && c.ID == "" {
			err = ErrMunicipalityBears.Fill(rule)
		}
		return c, err
	})
}

// Decide is [Desk.Decide].
func (s *Service) Decide(ctx context.Context, who routine.Who, id string, d Decision) (Charge, error) {
	return update(ctx, s, func(tx Tx) (Charge, error) { return s.desk.Decide(ctx, tx, who, id, d) })
}

// Credit is [Desk.CreditCharge].
func (s *Service) Credit(ctx context.Context, who routine.Who, id string, kronor int, reason string) (Charge, error) {
	return update(ctx, s, func(tx Tx) (Charge, error) { return s.desk.CreditCharge(ctx, tx, who, id, kronor, reason) })
}

// Charge is [Desk.Charge].
func (s *Service) Charge(ctx context.Context, who routine.Who, id string) (Charge, error) {
	return view(ctx, s, func(tx Tx) (Charge, error) { return s.desk.Charge(ctx, tx, who, id) })
}

// Charges is [Desk.ListCharges].
func (s *Service) Charges(ctx context.Context, who routine.Who, f Charges) ([]Charge, error) {
	return view(ctx, s, func(tx Tx) ([]Charge, error) { return s.desk.ListCharges(ctx, tx, who, f) })
}

// ExportCharges is [Desk.ExportCharges].
func (s *Service) ExportCharges(ctx context.Context, who routine.Who, key string) (Export, error) {
	return update(ctx, s, func(tx Tx) (Export, error) { return s.desk.ExportCharges(ctx, tx, who, key) })
}

// Export is [Desk.Export].
func (s *Service) Export(ctx context.Context, who routine.Who, id string) (Export, error) {
	return view(ctx, s, func(tx Tx) (Export, error) { return s.desk.Export(ctx, tx, who, id) })
}

// Exports is [Desk.Exports].
func (s *Service) Exports(ctx context.Context, who routine.Who, p Page) ([]Export, error) {
	return view(ctx, s, func(tx Tx) ([]Export, error) { return s.desk.Exports(ctx, tx, who, p) })
}

// CrisisPage is [Desk.CrisisPage] for an instant, which decides what is marked; it needs no database.
func (s *Service) CrisisPage(role routine.Role, at time.Time) (CrisisPage, error) {
	return s.desk.CrisisPage(role, at)
}

// Questions are what to ask about a failure before a fault is reported.
func (s *Service) Questions(f routine.Failure) []routine.Question {
	return routine.Questions(s.desk.Profile, f)
}

// Triage is [routine.Triage] by the municipality's profile.
func (s *Service) Triage(f routine.Failure, answers []string) (*routine.Question, *routine.TriageEnd, bool) {
	return routine.Triage(s.desk.Profile, f, answers)
}

// Steps is [Desk.Steps].
func (s *Service) Steps(f routine.Failure, at time.Time) []routine.Step { return s.desk.Steps(f, at) }
