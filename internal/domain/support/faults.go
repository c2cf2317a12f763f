package support

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// ThingKind is what a fault is at.
type ThingKind string

// The kinds of things.
const (
	Lock    ThingKind = "lock" // door lock, key box or entrance lock
	Key     ThingKind = "key"
	Station ThingKind = "station"
	Cabinet ThingKind = "cabinet" // known by its group's code
)

// Failure is the heading of the crisis page for a thing. A cabinet has none of its own: what is lost with it is its keys.
func (k ThingKind) Failure() routine.Failure {
	switch k {
	case Lock:
		return routine.FailedLock
	case Station:
		return routine.FailedStation
	}
	return routine.FailedKey
}

// rule is the line of the routine by which a fault at such a thing is reported.
func (k ThingKind) rule() string {
	switch k {
	case Lock:
		return routine.RuleLockFault
	case Station:
		return routine.RuleStationFault
	}
	return routine.RuleKeyFault
}

// Thing is what a fault is at, with what its report needs.
type Thing struct {
	Kind     ThingKind
	ID       string
	Label    string // serial, number, name or group's code
	Place    string // of a lock: door, box or entrance; "" for other things
	Holder   string // organisation number of the provider that has the key, station or cabinet; "" for locks
	ClientID string // one of those behind the lock, or ""
}

// State is how far a fault has come.
type State string

// The states of a fault. Reported is also advised: the report's answer is the advice.
const (
	Reported State = "reported"
	Assigned State = "assigned"
	Worked   State = "worked"   // somebody has been there; the cause is still to be said
	Remedied State = "remedied" // it works again
	Closed   State = "closed"   // ended without remedy
)

// Ended reports whether nothing more is to be done.
func (s State) Ended() bool { return s == Remedied || s == Closed }

// Cause is why something did not work, as a person has established it. It decides who pays.
type Cause string

// The causes, in the routine's words; that nobody can tell is said too.
const (
	Wear          = Cause(routine.CauseWear)
	BatteryEmpty  = Cause(routine.CauseBattery)
	SupplierFault = Cause(routine.CauseSupplier)
	HandlingError = Cause(routine.CauseHandling)
	Negligence    = Cause(routine.CauseNeglect)
	Unknown       = Cause("unknown")
)

// Causes returns every cause.
func Causes() []Cause {
	return []Cause{Wear, BatteryEmpty, SupplierFault, HandlingError, Negligence, Unknown}
}

func (c Cause) forRoutine() routine.Cause {
	if c == Unknown {
		return routine.CauseUnknown
	}
	return routine.Cause(c)
}

// Fault is something that does not work, from the first report until its end.
type Fault struct {
	ID          string
	Number      string // what people say on the phone
	Thing       ThingKind
	ThingID     string
	Label       string
	Place       string // of a lock: door, box or entrance; "" for other things
	ClientID    string // "" where no client is concerned
	Urgent      bool   // a door that will not open with the client inside (V5.5-c)
	Description string // of the first report
	State       State
	Organisation,
	Reporter string // who reported first
	Reported   time.Time
	Advice     string // the steps that were shown, by rule, separated by blanks
	Assignee   string
	Assigned   time.Time
	TaskID     string // the work in the field, or ""
	Cause      Cause  // "" until it has ended
	Done       string // what was done, or why it was closed
	ClosedBy   string
	Closed     time.Time // zero while it is open
	Rule       string    // who bears the cost: the line of the routine, "" while it is open
	ReportedBy int       // how many reports it has
}

// Report is one message about a fault.
type Report struct {
	ID           string
	FaultID      string
	Organisation string
	Reporter     string
	Description  string
	ClientInside bool
	At           time.Time
}

// NewFault is a report as it comes in.
type NewFault struct {
	Thing        Thing
	Description  string
	ClientInside bool // the client is inside and cannot open
}

// Faults filters a list; empty fields choose all.
type Faults struct {
	Page
	Organisation string // that has reported it
	Thing        ThingKind
	Label        string // what is written on the thing, with Thing: its history
	ClientID     string
	State        State
	Open         bool // not ended
	Urgent       bool
}

// FaultTx is what faults need of a database transaction.
type FaultTx interface {
	// FindThing finds a thing by what is written on it: serial, number, name or group's code.
	FindThing(ctx context.Context, kind ThingKind, label string) (Thing, bool, error)
	// LockBehind finds the door lock or key box at a client's dwelling.
	LockBehind(ctx context.Context, clientID string) (Thing, bool, error)
	// FaultPayers are the organisations that served a client's dwelling at t, by number: with home care, and with an alarm.
	FaultPayers(ctx context.Context, clientID string, t time.Time) (homeCare, alarm []string, err error)
	OpenFault(ctx context.Context, kind ThingKind, thingID string) (Fault, bool, error)
	FaultByID(ctx context.Context, id string) (Fault, bool, error)
	PutFault(ctx context.Context, f Fault) error
	AddFaultReport(ctx context.Context, r Report) error
	// FaultReports returns a fault's reports, the first first, at most MaxPage.
	FaultReports(ctx context.Context, faultID string) ([]Report, error)
	HasReported(ctx context.Context, organisation, faultID string) (bool, error)
	// ServesClient reports whether an organisation serves a client at t or later.
	ServesClient(ctx context.Context, organisation, clientID string, t time.Time) (bool, error)
	// ListFaults returns faults, newest first: of one thing unless thingID is "".
	ListFaults(ctx context.Context, f Faults, thingID string) ([]Fault, error)
}

// Find finds a thing by what is written on it.
func Find(ctx context.Context, tx FaultTx, kind ThingKind, label string) (Thing, error) {
	if !known([]ThingKind{Lock, Key, Station, Cabinet}, kind) {
		return Thing{}, ErrThingKind.On("thing")
	}
	if label == "" || len(label) > 100 {
		return Thing{}, ErrThing.Fill(label[:min(len(label), 100)]).On("label")
	}
	t, ok, err := tx.FindThing(ctx, kind, label)
	if err != nil || !ok {
		return Thing{}, orElse(err, ErrThing.Fill(label).On("label"))
	}
	return t, nil
}

// Report takes in a fault report. A thing's open fault is joined by what is reported while it is open: its urgency is the
// highest that anybody has reported. It returns the fault and whether it was there before.
func (d Desk) Report(ctx context.Context, tx Tx, who routine.Who, in NewFault) (Fault, bool, error) {
	description, err := text("description", in.Description)
	if err != nil {
		return Fault{}, false, err
	}
	if who.Role == "" || who.Is(routine.Registrar, routine.Auditor) {
		return Fault{}, false, ErrMayNot
	}
	f, joined, err := tx.OpenFault(ctx, in.Thing.Kind, in.Thing.ID)
	if err != nil {
		return Fault{}, false, err
	}
	urgent := in.ClientInside && in.Thing.Kind == Lock
	if joined {
		f.Urgent = f.Urgent || urgent
	} else {
		f = Fault{ID: newID(), Number: newNumber("F"), Thing: in.Thing.Kind, ThingID: in.Thing.ID, Label: in.Thing.Label,
			Place: in.Thing.Place, ClientID: in.Thing.ClientID, Urgent: urgent, Description: description, State: Reported,
			Organisation: who.Organisation, Reporter: who.Actor, Reported: tx.Now()}
	}
	f.ReportedBy++
	f.Advice = rulesOf(d.Steps(in.Thing.Kind.Failure(), tx.Now()))
	if err := tx.PutFault(ctx, f); err != nil {
		return Fault{}, false, err
	}
	r := Report{ID: newID(), FaultID: f.ID, Organisation: who.Organisation, Reporter: who.Actor, Description: description,
		ClientInside: in.ClientInside, At: tx.Now()}
	if err := tx.AddFaultReport(ctx, r); err != nil {
		return Fault{}, false, err
	}
	return f, joined, note(ctx, tx, journal.FaultReported, who, []string{f.ID, f.ThingID, f.ClientID},
		journal.Field{Name: "number", Value: f.Number}, journal.Field{Name: "thing", Value: string(f.Thing)},
		journal.Field{Name: "description", Value: description}, journal.Field{Name: "urgent", Value: yes(urgent)},
		journal.Field{Name: "joined", Value: yes(joined)}, journal.Field{Name: "advice", Value: f.Advice},
		journal.Field{Name: "rule", Value: f.Thing.rule()})
}

// Assign says who looks after a fault. Somebody else may take over until it has ended.
func (d Desk) Assign(ctx context.Context, tx Tx, who routine.Who, id, assignee string) (Fault, error) {
	assignee, err := text("assignee", assignee)
	if err != nil {
		return Fault{}, err
	}
	return d.change(ctx, tx, who, id, "assigned", func(f *Fault) error {
		f.State, f.Assignee, f.Assigned = Assigned, assignee, tx.Now()
		return nil
	})
}

// BeenThere says that the work in the field is done, and only the cause is still to be said.
func (d Desk) BeenThere(ctx context.Context, tx Tx, who routine.Who, id string) (Fault, error) {
	return d.change(ctx, tx, who, id, "worked", func(f *Fault) error {
		f.State = Worked
		return nil
	})
}

// End is what is said when a fault ends.
type End struct {
	Cause   Cause
	Done    string // what was done, or why nothing can be
	CallOut bool   // the lock manager went there urgently (V6-c)
	Cost    int    // kronor, for what the profile has no price of
}

// ErrCause says that a fault must not end without its cause.
var ErrCause = problem.New(problem.Invalid, "fault-cause",
	"Ange orsaken: wear, battery, supplier, handling, negligence eller unknown.",
	"Give the cause: wear, battery, supplier, handling, negligence or unknown.")

// ErrCallOut says that an urgent call-out is to a lock or key box.
var ErrCallOut = problem.New(problem.Invalid, "fault-call-out",
	"Akut utryckning gäller bara lås och nyckelgömmor. Ta bort uppgiften.",
	"An urgent call-out is to a lock or key box only. Take the field away.")

// Finish ends a fault: remedied, or closed without remedy. Both say the cause and what was done.
func (d Desk) Finish(ctx context.Context, tx Tx, who routine.Who, id string, how State, e End) (Fault, error) {
	done, err := text("done", e.Done)
	switch {
	case err != nil:
		return Fault{}, err
	case !known(Causes(), e.Cause):
		return Fault{}, ErrCause.On("cause")
	case !how.Ended():
		return Fault{}, ErrEnd.On("state")
	}
	return d.change(ctx, tx, who, id, string(how), func(f *Fault) error {
		if e.CallOut && f.Thing != Lock {
			return ErrCallOut.On("call_out")
		}
		f.State, f.Cause, f.Done, f.ClosedBy, f.Closed = how, e.Cause, done, who.Actor, tx.Now()
		return nil
	})
}

// change loads an open fault, changes it and stores it with its journal entry.
func (d Desk) change(ctx context.Context, tx Tx, who routine.Who, id, what string, f func(*Fault) error) (Fault, error) {
	if !manages(who) {
		return Fault{}, ErrMayNot
	}
	fault, ok, err := tx.FaultByID(ctx, id)
	switch {
	case err != nil:
		return Fault{}, err
	case !ok:
		return Fault{}, ErrFaultUnknown
	case fault.State.Ended():
		return Fault{}, ErrState
	}
	if err := f(&fault); err != nil {
		return Fault{}, err
	}
	if err := tx.PutFault(ctx, fault); err != nil {
		return Fault{}, err
	}
	return fault, note(ctx, tx, journal.FaultChanged, who, []string{fault.ID, fault.ThingID, fault.ClientID},
		journal.Field{Name: "number", Value: fault.Number}, journal.Field{Name: "change", Value: what},
		journal.Field{Name: "assignee", Value: fault.Assignee}, journal.Field{Name: "cause", Value: string(fault.Cause)},
		journal.Field{Name: "done", Value: fault.Done})
}

// Fault returns a fault with its reports. Those who manage see all, others what their organisation has reported.
func (d Desk) Fault(ctx context.Context, tx Tx, who routine.Who, id string) (Fault, []Report, error) {
	f, ok, err := tx.FaultByID(ctx, id)
	if err != nil || !ok {
		return Fault{}, nil, orElse(err, ErrFaultUnknown)
	}
	all := manages(who)
	if !all {
		mine, err := tx.HasReported(ctx, who.Organisation, id)
		if err != nil || !mine {
			return Fault{}, nil, orElse(err, ErrFaultUnknown) // the same answer as for one that is not there
		}
	}
	reports, err := tx.FaultReports(ctx, id)
	if err != nil || all {
		return f, reports, err
	}
	f, own := f.seenBy(who, reports)
	f, err = f.withoutStrangers(ctx, tx, who)
	return f, own, err
}

// seenBy is a fault as one of several organisations that have reported it sees it, with its own reports: another
// organisation's words are not theirs to read.
func (f Fault) seenBy(who routine.Who, reports []Report) (Fault, []Report) {
	var own []Report
	for _, r := range reports {
		if r.Organisation == who.Organisation {
			own = append(own, r)
		}
	}
	if len(own) > 0 {
		f.Organisation, f.Reporter, f.Description, f.Reported = own[0].Organisation, own[0].Reporter, own[0].Description, own[0].At
	}
	return f, own
}

// Seen is a fault as somebody may see it who has reported it.
func (d Desk) Seen(ctx context.Context, tx Tx, who routine.Who, f Fault) (Fault, error) {
	if manages(who) {
		return f, nil
	}
	if f.Organisation != who.Organisation {
		reports, err := tx.FaultReports(ctx, f.ID)
		if err != nil {
			return f, err
		}
		f, _ = f.seenBy(who, reports)
	}
	return f.withoutStrangers(ctx, tx, who)
}

// withoutStrangers takes away whose door it is from those who do not serve behind it: a serial number names nobody.
func (f Fault) withoutStrangers(ctx context.Context, tx Tx, who routine.Who) (Fault, error) {
	if f.ClientID == "" || who.Is(routine.CaseOfficer) {
		return f, nil
	}
	serves, err := tx.ServesClient(ctx, who.Organisation, f.ClientID, tx.Now())
	if !serves {
		f.ClientID = ""
	}
	return f, err
}

// List returns faults, newest first: those who manage see all, others what their organisation has reported.
func (d Desk) List(ctx context.Context, tx Tx, who routine.Who, f Faults) ([]Fault, error) {
	if !manages(who) {
		if who.Role == "" || who.Is(routine.Registrar, routine.Auditor) {
			return nil, ErrMayNot
		}
		f.Organisation = who.Organisation
	}
	thingID := ""
	if f.Label != "" {
		thing, err := Find(ctx, tx, f.Thing, f.Label)
		if err != nil {
			return nil, err
		}
		thingID = thing.ID
	}
	all, err := tx.ListFaults(ctx, f, thingID)
	for i := range all {
		if err == nil {
			all[i], err = d.Seen(ctx, tx, who, all[i])
		}
	}
	return all, err
}

func orElse(err error, other *problem.Error) error {
	if err != nil {
		return err
	}
	return other
}

func known[T comparable](all []T, v T) bool {
	for _, k := range all {
		if k == v {
			return true
		}
	}
	return false
}

// rulesOf are the lines of the routine of steps that can be taken now, separated by blanks.
func rulesOf(steps []routine.Step) string {
	var out []string
	for _, s := range steps {
		if s.Now && !known(out, s.Rule) {
			out = append(out, s.Rule)
		}
	}
	return strings.Join(out, " ")
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
