package support

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// OnCallHours is whether the supplier's on-call can be called at an instant, and what it costs (V7-d). It is for
// extraordinary events only; whether one is, people judge.
type OnCallHours struct {
	Offered bool // the municipality has an on-call at all
	Phone   bool // the phone is answered now
	Visit   bool // a technician comes now, if the phone does not help
	Office  bool // the lock manager answers now
	// Nobody is when no one answers on that local day: shown as it is.
	Nobody                 []Gap
	PhoneNext, VisitNext   time.Time // when they are there next; zero while they are, or if never
	PhonePrice, VisitPrice int       // kronor per case, and on top per call-out
}

// Gap is a time when nobody answers the phone, half-open.
type Gap struct{ From, Until time.Time }

// OnCallAt says how it stands with the on-call at an instant.
func (d Desk) OnCallAt(at time.Time) OnCallHours {
	local := at.In(d.Zone)
	o := OnCallHours{Offered: d.Profile.OnCall.Phone != "", Office: d.Profile.Hours.Open(d.office(), local),
		PhonePrice: d.Profile.Prices.OnCallPhone, VisitPrice: d.Profile.Prices.OnCallVisit}
	if !o.Offered {
		return o
	}
	o.Phone, o.Visit = d.Profile.OnCallAt(local)
	o.PhoneNext = d.next(d.Profile.OnCall.Phone, local)
	o.VisitNext = d.next(d.Profile.OnCall.Visit, local)
	o.Nobody = d.nobody(day(local))
	return o
}

// office is the schedule of the lock manager; one that is always there has "".
func (d Desk) office() string {
	u, _ := d.Profile.Unit(routine.UnitLockManager)
	return u.Hours
}

func (d Desk) next(schedule string, local time.Time) time.Time {
	if schedule == "" {
		return time.Time{}
	}
	next, ok := d.Profile.Hours.Next(schedule, local)
	if !ok || next.Equal(local) {
		return time.Time{}
	}
	return next.UTC()
}

// nobody finds the times when neither the lock manager nor the on-call answers the phone, by going from one change of their
// hours to the next.
func (d Desk) nobody(t, end time.Time) (gaps []Gap) {
	for t.Before(end) {
		next := end
		for _, schedule := range []string{d.office(), d.Profile.OnCall.Phone} {
			if at, ok := d.turns(schedule, t); ok && at.Before(next) {
				next = at
			}
		}
		if !d.Profile.Hours.Open(d.office(), t) && !d.Profile.Hours.Open(d.Profile.OnCall.Phone, t) {
			gaps = append(gaps, Gap{t.UTC(), next.UTC()})
		}
		t = next
	}
	return gaps
}

// The hours at which an on-call was called.
const (
	HoursOffice = "office" // the lock manager was there: it should have been asked
	HoursPhone  = "phone"
	HoursVisit  = "visit" // a technician comes, but the phone is not answered by the contract
	HoursNobody = "nobody"
)

// OnCall is one case with the supplier's on-call: a call, and perhaps a technician who came.
type OnCall struct {
	ID           string
	Number       string
	Organisation string // that called; "" where the one who recorded it did not say
	Actor        string // who recorded it
	Called       time.Time
	Reason       string // what was extraordinary
	Hours        string // which hours it was
	Visit        bool
	VisitWhy     string // why the phone did not help
	FaultID      string // "" where no fault was reported
	PhoneCost    int    // kronor, by the prices of the day when it was recorded
	VisitCost    int    // likewise; 0 without a visit
	Cause        Cause  // "" until it has been established
	Note         string
	SettledBy    string
	Settled      time.Time // zero while the cause is open
}

// NewOnCall is what is told about a call.
type NewOnCall struct {
	Organisation string // that called: needed of those who record others' calls; everybody else calls for their own
	Called       time.Time
	Reason       string
	Visit        bool
	VisitWhy     string
	FaultID      string
}

// OnCalls filters a list; empty fields choose all.
type OnCalls struct {
	Page
	Organisation string
	Open         bool // the cause has not been established
}

// OnCallTx is what on-call cases need of a database transaction.
type OnCallTx interface {
	OnCallByID(ctx context.Context, id string) (OnCall, bool, error)
	PutOnCall(ctx context.Context, o OnCall) error
	ListOnCalls(ctx context.Context, f OnCalls) ([]OnCall, error)
	// ProviderKnown reports whether a provider has that organisation number.
	ProviderKnown(ctx context.Context, orgNumber string) (bool, error)
}

// Problems with on-call cases. Codes are stable.
var (
	ErrNoOnCall = problem.New(problem.Conflict, "on-call-none",
		"Kommunen har ingen jour hos leverantören. Kontakta låsansvarig.", "The municipality has no on-call with the supplier. Contact the lock manager.")
	ErrOnCallUnknown = problem.New(problem.NotFound, "on-call-unknown",
		"Jourärendet finns inte.", "There is no such on-call case.")
	ErrCalled = problem.New(problem.Invalid, "on-call-time",
		"Ange när jouren ringdes: inom det senaste året, inte i framtiden.", "Say when the on-call was called: within the last year, not in the future.")
	ErrCaller = problem.New(problem.Invalid, "on-call-organisation",
		"Ange organisationsnumret för den utförare som ringde, eller lämna tomt om felet redan säger vilken det var. Bara den som ansvarar för jourärenden anger någon annan än sig själv.",
		"Give the organisation number of the provider that called, or leave it out if the fault tells. Only those who manage on-call cases name another than themselves.")
	ErrVisitWhy = problem.New(problem.Invalid, "on-call-visit-why",
		"Ange varför felet inte gick att lösa per telefon, med högst 2000 tecken; bara då kommer en tekniker.",
		"Say why it could not be solved by phone, in at most 2000 characters; only then does a technician come.")
)

// RecordCall records that the on-call has been called, with what it costs by today's prices. A call outside the agreed hours is
// recorded too, and says so: the money has been spent.
func (d Desk) RecordCall(ctx context.Context, tx Tx, who routine.Who, in NewOnCall) (OnCall, error) {
	reason, err := text("reason", in.Reason)
	switch {
	case err != nil:
		return OnCall{}, err
	case !who.Is(routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager, routine.SystemOwner):
		return OnCall{}, ErrMayNot
	case d.Profile.OnCall.Phone == "":
		return OnCall{}, ErrNoOnCall
	case in.Called.After(tx.Now()) || in.Called.Before(tx.Now().AddDate(-1, 0, 0)):
		return OnCall{}, ErrCalled.On("called")
	}
	o := OnCall{ID: newID(), Number: newNumber("J"), Organisation: who.Organisation, Actor: who.Actor, Called: in.Called.UTC().Truncate(time.Microsecond),
		Reason: reason, Hours: d.hoursOf(in.Called), Visit: in.Visit, FaultID: in.FaultID, PhoneCost: d.Profile.Prices.OnCallPhone}
	if err := o.calledBy(ctx, tx, who, in.Organisation); err != nil {
		return OnCall{}, err
	}
	if in.Visit {
		if o.VisitWhy, err = text("visit_why", in.VisitWhy); err != nil {
			return OnCall{}, ErrVisitWhy.On("visit_why")
		}
		o.VisitCost = d.Profile.Prices.OnCallVisit
	}
	if in.FaultID != "" {
		if _, _, err := d.Fault(ctx, tx, who, in.FaultID); err != nil {
			return OnCall{}, err
		}
	}
	if err := tx.PutOnCall(ctx, o); err != nil {
		return OnCall{}, err
	}
	return o, note(ctx, tx, journal.OnCallRecorded, who, []string{o.ID, o.FaultID}, journal.Field{Name: "number", Value: o.Number},
		journal.Field{Name: "called", Value: o.Called.Format(time.RFC3339)}, journal.Field{Name: "hours", Value: o.Hours},
		journal.Field{Name: "visit", Value: yes(o.Visit)}, journal.Field{Name: "reason", Value: o.Reason},
		journal.Field{Name: "cost", Value: kronor(o.PhoneCost + o.VisitCost)}, journal.Field{Name: "rule", Value: routine.RuleOnCall})
}

// calledBy notes who called. Whoever manages the cases writes in what others tell, and is not the one who pays.
func (o *OnCall) calledBy(ctx context.Context, tx Tx, who routine.Who, organisation string) error {
	if !manages(who) {
		if organisation != "" && organisation != who.Organisation {
			return ErrCaller.On("organisation")
		}
		return nil
	}
	o.Organisation = organisation
	if organisation == "" {
		return nil
	}
	known, err := tx.ProviderKnown(ctx, organisation)
	if err == nil && !known {
		err = ErrCaller.On("organisation")
	}
	return err
}

func (d Desk) hoursOf(at time.Time) string {
	o := d.OnCallAt(at)
	switch {
	case o.Office:
		return HoursOffice
	case o.Phone:
		return HoursPhone
	case o.Visit:
		return HoursVisit
	}
	return HoursNobody
}

// SettleCall records the cause of an on-call case, once. Where it was a handling error, what the on-call cost is proposed as
// charges to the provider; else the municipality bears it (V6-d).
func (d Desk) SettleCall(ctx context.Context, tx Tx, who routine.Who, id string, c Cause, remark string) (OnCall, error) {
	remark, err := text("note", remark)
	switch {
	case !manages(who):
		return OnCall{}, ErrMayNot
	case err != nil:
		return OnCall{}, err
	case !known(Causes(), c):
		return OnCall{}, ErrCause.On("cause")
	}
	o, ok, err := tx.OnCallByID(ctx, id)
	switch {
	case err != nil || !ok:
		return OnCall{}, orElse(err, ErrOnCallUnknown)
	case !o.Settled.IsZero():
		return OnCall{}, ErrState
	}
	o.Cause, o.Note, o.SettledBy, o.Settled = c, remark, who.Actor, tx.Now()
	if err := tx.PutOnCall(ctx, o); err != nil {
		return OnCall{}, err
	}
	if err := note(ctx, tx, journal.OnCallSettled, who, []string{o.ID, o.FaultID}, journal.Field{Name: "number", Value: o.Number},
		journal.Field{Name: "cause", Value: string(c)}, journal.Field{Name: "note", Value: remark}); err != nil {
		return OnCall{}, err
	}
	return o, d.chargeCall(ctx, tx, who, o)
}

// chargeCall proposes what follows from the cause of an on-call case.
func (d Desk) chargeCall(ctx context.Context, tx Tx, who routine.Who, o OnCall) error {
	payers := Payers{Provider: o.Organisation}
	if o.Organisation == "" && o.FaultID != "" {
		f, _, err := tx.FaultByID(ctx, o.FaultID)
		if err != nil {
			return err
		}
		if payers, _, err = d.payersOf(ctx, tx, f); err != nil {
			return err
		}
	}
	costs := []struct {
		kind routine.CostKind
		each int
	}{{routine.CostOnCallPhone, o.PhoneCost}, {routine.CostOnCallVisit, o.VisitCost}}
	for _, c := range costs {
		if c.each == 0 {
			continue
		}
		_, _, err := d.Propose(ctx, tx, who, Proposal{Source: "on-call:" + o.ID + ":" + string(c.kind), Kind: c.kind, Cause: o.Cause,
			Each: c.each, Payers: payers, FaultID: o.FaultID,
			Facts: []Fact{{"on-call", o.Number}, {"called", o.Called.Format(time.RFC3339)}, {"hours", o.Hours}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// Call returns an on-call case: those who manage see all, others their organisation's.
func (d Desk) Call(ctx context.Context, tx Tx, who routine.Who, id string) (OnCall, error) {
	o, ok, err := tx.OnCallByID(ctx, id)
	if err != nil || !ok || (!manages(who) && (o.Organisation == "" || o.Organisation != who.Organisation || who.Role == "")) {
		return OnCall{}, orElse(err, ErrOnCallUnknown)
	}
	return o, nil
}

// Calls lists on-call cases, newest first: those who manage see all, others their organisation's.
func (d Desk) Calls(ctx context.Context, tx Tx, who routine.Who, f OnCalls) ([]OnCall, error) {
	if !manages(who) {
		if who.Role == "" || who.Is(routine.Registrar, routine.Auditor) {
			return nil, ErrMayNot
		}
		f.Organisation = who.Organisation
	}
	return tx.ListOnCalls(ctx, f)
}
