package disclosure

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Prover proves entries of the journal. journal.Log is one.
type Prover interface {
	Integrate(ctx context.Context) (int64, error)
	Prove(ctx context.Context, places []journal.Place, show func(journal.Kind, journal.Field) bool) ([]byte, error)
}

// Service takes requests, decides them and hands out extracts.
type Service struct {
	db    txn.Runner[Tx]
	log   Prover
	rules routine.LogRules
}

// NewService returns the service of one municipality.
func NewService(db txn.Runner[Tx], log Prover, rules routine.LogRules) *Service {
	return &Service{db: db, log: log, rules: rules}
}

// Request is what somebody asks for.
type Request struct {
	Requester   string // name of who the extract is for, at most 100 characters
	Function    string // as what, at most 100 characters
	Purpose     Purpose
	Reason      string // at most 1000 characters
	Scope       ScopeKind
	Name        string // of the scope: identity number, serial, key number, employee number, or an id
	From, Until time.Time
	Doubt       bool // the one who takes the request finds it unclear
}

// Ask takes a request. Anybody with a role may make one; an organisation with groups only about its own matters, and the
// answer about others' is the same as about what does not exist: who is a client, and who has protected identity, is not to be
// found out by asking. Others' requests are taken in by the municipality's functions.
func (s *Service) Ask(ctx context.Context, who routine.Who, in Request) (Disclosure, error) {
	if err := in.check(); err != nil {
		return Disclosure{}, err
	}
	var d Disclosure
	err := s.db.Update(ctx, func(tx Tx) error {
		target, err := s.target(ctx, tx, in)
		if err == nil {
			err = concerned(ctx, tx, who, in, target)
		}
		if err != nil {
			return err
		}
		doubts := Doubts(s.rules, in.Function, in.Scope, target.Protected, in.Doubt)
		d = Disclosure{ID: uuid.Must(uuid.NewV7()).String(), State: Requested, Requester: in.Requester, Function: in.Function,
			Organisation: who.Organisation, Purpose: in.Purpose, Reason: in.Reason, Scope: Scope{in.Scope, target.ID},
			From: in.From.UTC(), Until: in.Until.UTC(), RequestedBy: who.Actor, Requested: tx.Now(), Doubt: len(doubts) > 0}
		return save(ctx, tx, who, d)
	})
	return d, err
}

func (in *Request) check() (err error) {
	if in.Requester, err = text("requester", in.Requester, 100); err != nil {
		return err
	}
	if in.Function, err = text("function", in.Function, 100); err != nil {
		return err
	}
	if in.Reason, err = text("reason", in.Reason, 1000); err != nil {
		return err
	}
	return bound(in.Purpose, in.Scope)
}

// bound tells an unknown purpose or scope from one that does not go with the other.
func bound(p Purpose, k ScopeKind) error {
	switch {
	case !slices.Contains([]Purpose{Incident, OwnRequest, FollowUp, Technical}, p):
		return ErrPurpose.On("purpose")
	case !slices.Contains([]ScopeKind{OfClient, OfLock, OfKey, OfStaff}, k):
		return ErrScope.On("scope")
	case !Bound(p, k):
		return ErrUnbound
	}
	return nil
}

func (s *Service) target(ctx context.Context, tx Tx, in Request) (Target, error) {
	if !in.From.Before(in.Until) || in.Until.Sub(in.From) > MaxPeriod || !in.From.Before(tx.Now()) {
		return Target{}, ErrPeriod.On("from")
	}
	target, ok, err := tx.DisclosureTarget(ctx, in.Scope, strings.TrimSpace(in.Name))
	if err == nil && !ok {
		err = ErrScope.On("name")
	}
	return target, err
}

func concerned(ctx context.Context, tx Tx, who routine.Who, in Request, target Target) error {
	if !who.Role.HoldsGroup() {
		return nil
	}
	own, err := tx.Concerns(ctx, Scope{in.Scope, target.ID}, who.Organisation, in.From, in.Until)
	if err == nil && !own {
		err = ErrScope.On("name")
	}
	return err
}

// Assessment is a harm assessment (skadeprövning).
type Assessment struct {
	Harm    Harm
	Reasons string // at most 2000 characters
}

// Assess records a harm assessment. A second one before the decision takes the first one's place; both stay in the journal.
func (s *Service) Assess(ctx context.Context, who routine.Who, id string, a Assessment) (Disclosure, error) {
	reasons, err := text("reasons", a.Reasons, 2000)
	if err != nil || !slices.Contains([]Harm{NoHarm, SomeHarm, SeriousHarm}, a.Harm) {
		return Disclosure{}, ErrHarm.On("harm").With(err)
	}
	return s.change(ctx, who, id, func(tx Tx, d *Disclosure) error {
		if d.State != Requested && d.State != Assessed {
			return ErrState
		}
		d.State, d.Harm, d.Assessment, d.AssessedBy, d.Assessed = Assessed, a.Harm, reasons, who.Actor, tx.Now()
		return nil
	})
}

// Decision is what is decided about a request.
type Decision struct {
	State   State  // Granted, Partly or Refused
	Reasons string // at most 2000 characters
	Masks   []Mask // with Partly: what is left out
}

// Decide decides a request, once.
func (s *Service) Decide(ctx context.Context, who routine.Who, id string, in Decision) (Disclosure, error) {
	reasons, err := in.check()
	if err != nil {
		return Disclosure{}, err
	}
	return s.change(ctx, who, id, func(tx Tx, d *Disclosure) error {
		switch {
		case d.State != Requested && d.State != Assessed:
			return ErrState
		case d.State == Requested && d.Doubt && in.State != Refused:
			return s.doubtful(ctx, tx, *d)
		case d.State == Assessed && !d.Harm.Permits(in.State):
			return ErrHarmful
		}
		d.State, d.Decision, d.Masks, d.DecidedBy, d.Decided = in.State, reasons, in.Masks, who.Actor, tx.Now()
		return nil
	})
}

func (in Decision) check() (string, error) {
	reasons, err := text("reasons", in.Reasons, 2000)
	if err != nil {
		return "", err
	}
	if !slices.Contains([]State{Granted, Partly, Refused}, in.State) || (in.State == Partly) != (len(in.Masks) > 0) || len(in.Masks) > 20 {
		return "", ErrDecision.On("decision")
	}
	for _, m := range in.Masks {
		if !m.valid() {
			return "", ErrMask.Fill(string(m)).On("masks")
		}
	}
	return reasons, nil
}

// doubtful refuses a decision with the first reason for doubt.
func (s *Service) doubtful(ctx context.Context, tx Tx, d Disclosure) error {
	target, _, err := tx.DisclosureTarget(ctx, d.Scope.Kind, d.Scope.ID)
	if err != nil {
		return err
	}
	why := Doubts(s.rules, d.Function, d.Scope.Kind, target.Protected, true)[0]
	return problem.New(ErrDoubt.Kind, ErrDoubt.Code, fmt.Sprintf(ErrDoubt.Text.SV, why.SV), fmt.Sprintf(ErrDoubt.Text.EN, why.EN))
}

// change changes a request on behalf of somebody who decides such, and who has not made it.
func (s *Service) change(ctx context.Context, who routine.Who, id string, f func(Tx, *Disclosure) error) (Disclosure, error) {
	if !Decides(who.Role) {
		return Disclosure{}, ErrMayNot
	}
	var d Disclosure
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		if d, err = find(ctx, tx, who, id); err != nil {
			return err
		}
		if d.RequestedBy == who.Actor {
			return ErrOwn
		}
		if err := f(tx, &d); err != nil {
			return err
		}
		return save(ctx, tx, who, d)
	})
	if err != nil {
		return Disclosure{}, err
	}
	return d, nil
}

// find returns a request to those who decide, and to the organisation that made it; to others there is none.
func find(ctx context.Context, tx Tx, who routine.Who, id string) (Disclosure, error) {
	d, ok, err := tx.DisclosureByID(ctx, id)
	if err == nil && (!ok || !Decides(who.Role) && (who.Organisation == "" || d.Organisation != who.Organisation)) {
		err = ErrUnknown
	}
	if err != nil {
		return Disclosure{}, err
	}
	return d, nil
}

// Read returns a request.
func (s *Service) Read(ctx context.Context, who routine.Who, id string) (d Disclosure, err error) {
	err = s.db.View(ctx, func(tx Tx) (err error) {
		d, err = find(ctx, tx, who, id)
		return err
	})
	return d, err
}

// List returns at most limit requests after the one named, the newest first: all of them to those who decide, to others
// their own organisation's.
func (s *Service) List(ctx context.Context, who routine.Who, f Filter, after string, limit int) (all []Disclosure, err error) {
	if !Decides(who.Role) {
		f.Organisation = who.Organisation
		if f.Organisation == "" {
			return nil, ErrMayNot
		}
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		all, err = tx.Disclosures(ctx, f, after, min(max(limit, 1), MaxList))
		return err
	})
	return all, err
}

// save stores a request and notes what became of it. What was written as reasons is kept, committed, in the entry: the
// assessment can be shown later, also after another took its place.
func save(ctx context.Context, tx Tx, who routine.Who, d Disclosure) error {
	if err := tx.PutDisclosure(ctx, d); err != nil {
		return err
	}
	masks := make([]string, len(d.Masks))
	for i, m := range d.Masks {
		masks[i] = string(m)
	}
	fields := []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor},
		{Name: journal.FieldGround, Value: "disclosure:" + d.ID},
		{Name: "state", Value: string(d.State)},
		{Name: "purpose", Value: string(d.Purpose)},
		{Name: "scope", Value: string(d.Scope.Kind)},
		{Name: "reason", Value: d.Reason},
	}
	if d.Assessment != "" {
		fields = append(fields, journal.Field{Name: "harm", Value: string(d.Harm)}, journal.Field{Name: "assessment", Value: d.Assessment})
	}
	if d.Decision != "" {
		fields = append(fields, journal.Field{Name: "decision", Value: d.Decision}, journal.Field{Name: "masks", Value: strings.Join(masks, " ")})
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.DisclosureChanged, Subjects: []string{d.Scope.ID, d.ID}, Fields: fields})
}
