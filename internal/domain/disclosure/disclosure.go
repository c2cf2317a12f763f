// Package disclosure is how the log of doors reaches those who may see it: by request and decision, or by the named roles
// that the municipality lets read it.
//
// It owns requests, harm assessments, decisions, what an extract leaves out, and the translation of an activation's number
// into the person behind it. It does not own the entries or their proofs (internal/domain/journal does), and it never shows
// an address.
//
// Promises: nobody decides a request of their own; in doubt there is no decision without an assessment; what is handed out
// or read is noted in the journal before it is shown; an extract holds no more than the decision says, and proves what it
// holds; there is no view that ranks or times people, and a person's openings are shown for an incident only.
package disclosure

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// ScopeKind is what a request is about.
type ScopeKind string

// The kinds of scopes.
const (
	OfClient ScopeKind = "client" // the client's own door
	OfLock   ScopeKind = "lock"
	OfKey    ScopeKind = "key"
	OfStaff  ScopeKind = "staff"
)

// Scope is one of them.
type Scope struct {
	Kind ScopeKind
	ID   string
}

// Purpose is what the log is wanted for. A view is bound to it.
type Purpose string

// The purposes.
const (
	Incident   Purpose = "incident"    // something has happened and must be cleared up
	OwnRequest Purpose = "own-request" // the client asks who has opened the door
	FollowUp   Purpose = "follow-up"   // whether access is used as it should
	Technical  Purpose = "technical"   // what is wrong with a lock or a key
)

// State is how far a request has come.
type State string

// The states.
const (
	Requested State = "requested"
	Assessed  State = "assessed"
	Granted   State = "granted"
	Partly    State = "partly" // granted, with something left out
	Refused   State = "refused"
	Disclosed State = "disclosed" // an extract has been handed out
)

// Harm is what an assessment finds that disclosing could do.
type Harm string

// The findings.
const (
	NoHarm      Harm = "none"
	SomeHarm    Harm = "some" // only in part, with what could harm left out
	SeriousHarm Harm = "serious"
)

// Disclosure is a request and what became of it.
type Disclosure struct {
	ID           string
	State        State
	Requester    string // name of who the extract is for
	Function     string // as what, such as enhetschef
	Organisation string // organisation number
	Purpose      Purpose
	Reason       string
	Scope        Scope
	From, Until  time.Time
	RequestedBy  string // actor
	Requested    time.Time
	Doubt        bool // it is not decided without a harm assessment
	Assessment   string
	Harm         Harm
	AssessedBy   string
	Assessed     time.Time
	Decision     string // its reasons
	Masks        []Mask
	DecidedBy    string
	Decided      time.Time
	Entries      int
	Digest       string // SHA-256 of the newest extract, hexadecimal
	DisclosedAt  time.Time
}

// Open reports whether something is still to be done with the request, which keeps the log about it from erasure.
func (d Disclosure) Open() bool { return d.State != Refused && d.State != Disclosed }

// decided reports whether an extract may be made.
func (d Disclosure) decided() bool {
	return d.State == Granted || d.State == Partly || d.State == Disclosed
}

// Filter chooses requests. The zero Filter chooses all.
type Filter struct {
	Organisation string
	State        State
}

// Target is what a scope turned out to be.
type Target struct {
	ID        string
	Protected bool // a client with protected identity
}

// DoorTime is when a client was behind a lock on their own door: from when both had come, until one of them left.
type DoorTime struct {
	LockID      string
	From, Until time.Time
}

// Use is one person's activation of a key.
type Use struct {
	Serial      uint64
	KeyID       string
	From, Until time.Time
}

// Person is who an activation belongs to.
type Person struct {
	StaffID        string
	EmployeeNumber string
	Name           string
}

// Tx is what disclosures need of a database transaction.
type Tx interface {
	txn.Clock
	journal.Tx

	// PutDisclosure inserts a request or replaces the one of that id.
	PutDisclosure(ctx context.Context, d Disclosure) error
	DisclosureByID(ctx context.Context, id string) (Disclosure, bool, error)
	// Disclosures returns at most limit requests, the newest first, after the one named.
	Disclosures(ctx context.Context, f Filter, after string, limit int) ([]Disclosure, error)
	// DisclosureTarget finds what people call a client (identity number), lock (serial), key (number) or staff member
	// (employee number), or its id.
	DisclosureTarget(ctx context.Context, kind ScopeKind, name string) (Target, bool, error)
	// Concerns reports whether a scope is an organisation's own matter in a period: a client that it served, the lock on such a
	// client's door, a key of its groups, a person who worked in them.
	Concerns(ctx context.Context, scope Scope, organisation string, from, until time.Time) (bool, error)
	// DoorTimes returns when a client has been behind which locks on their own doors, the latest first. The door of somebody who has died or
	// moved is theirs until somebody else's.
	DoorTimes(ctx context.Context, clientID string) ([]DoorTime, error)
	// UsesOf returns a person's activations that touch a period, at most limit.
	UsesOf(ctx context.Context, staffID string, from, until time.Time, limit int) ([]Use, error)
	// PeopleBehind returns who activated, by the activation's serial number.
	PeopleBehind(ctx context.Context, serials []int64) (map[int64]Person, error)
}

// Limits of one request.
const (
	MaxPeriod  = 366 * 24 * time.Hour
	MaxPage    = 200   // rows of one page of direct reading
	MaxList    = 1000  // rows of one page of the list of requests
	maxScanned = 50000 // entries looked through for one extract
	maxUses    = 2000  // activations of one person in a period
)

// Problems. Codes are stable.
var (
	ErrUnknown = problem.New(problem.NotFound, "disclosure-unknown",
		"Begäran finns inte.", "There is no such request.")
	ErrInvalid = problem.New(problem.Invalid, "disclosure-invalid",
		"Fyll i fältet: 1–%d tecken.", "Fill in the field: 1 to %d characters.")
	ErrPurpose = problem.New(problem.Invalid, "disclosure-purpose",
		"Ändamålet är okänt. Välj bland: incident, own-request, follow-up, technical.",
		"The purpose is unknown. Choose among: incident, own-request, follow-up, technical.")
	ErrScope = problem.New(problem.Invalid, "disclosure-scope",
		"Ange en kund, ett lås, en nyckel eller en medarbetare som finns.", "Name a client, a lock, a key or a staff member that exists.")
	ErrPeriod = problem.New(problem.Invalid, "disclosure-period",
		"Ange en tid som har börjat och är högst ett år lång.", "Give a period that has begun and is at most a year long.")
	ErrUnbound = problem.New(problem.Denied, "disclosure-purpose-scope",
		"Loggen visas inte så för det ändamålet: en medarbetares öppningar bara vid en händelse, en kunds egen begäran bara för kundens dörr, tekniska fel bara för lås och nycklar.",
		"The log is not shown like that for this purpose: a person's openings for an incident only, a client's own request for the client's door only, technical faults for locks and keys only.")
	ErrMayNot = problem.New(problem.Denied, "disclosure-not-yours",
		"Bara systemansvarig och låsförvaltaren prövar begäran om logg.", "Only the system owner and the lock manager decide requests for the log.")
	ErrOwn = problem.New(problem.Denied, "disclosure-own",
		"Den som har begärt loggen får inte pröva sin egen begäran. Be en kollega.", "Whoever asked for the log may not decide the request. Ask a colleague.")
	ErrDoubt = problem.New(problem.Conflict, "disclosure-doubt",
		"Gör en skadeprövning innan du beslutar: %s.", "Assess the harm before you decide: %s.")
	ErrState = problem.New(problem.Conflict, "disclosure-state",
		"Begäran är redan avgjord. Hämta den på nytt.", "The request has been decided already. Read it again.")
	ErrNotGranted = problem.New(problem.Conflict, "disclosure-not-granted",
		"Begäran är inte beviljad, så det finns inget utdrag.", "The request has not been granted, so there is no extract.")
	ErrNothing = problem.New(problem.NotFound, "disclosure-nothing",
		"Inget hände under tiden, så det finns inget att visa upp bevis för.", "Nothing happened in that time, so there is nothing to prove.")
	ErrHarm = problem.New(problem.Invalid, "disclosure-harm",
		"Ange vad prövningen visar: none, some eller serious, och motivera.", "Say what the assessment shows: none, some or serious, and why.")
	ErrHarmful = problem.New(problem.Conflict, "disclosure-harmful",
		"Skadeprövningen medger inte det. Vid risk för skada lämnas loggen ut i delar eller inte alls; vid allvarlig skada inte alls.",
		"The harm assessment does not allow it. Where it could do harm the log is disclosed in part or not at all; where the harm is serious, not at all.")
	ErrDecision = problem.New(problem.Invalid, "disclosure-decision",
		"Besluta granted, partly (med vad som utelämnas) eller refused, och motivera.",
		"Decide granted, partly (with what is left out) or refused, and why.")
	ErrMask = problem.New(problem.Invalid, "disclosure-mask",
		"Det går inte att utelämna %q. Välj bland: staff, keys, technical, person:ID.", "%q cannot be left out. Choose among: staff, keys, technical, person:ID.")
	ErrTooMuch = problem.New(problem.TooLarge, "disclosure-too-much",
		"Det är för mycket logg för ett utdrag. Begär en kortare tid.", "That is too much of the log for one extract. Ask for a shorter period.")
	ErrByDisclosure = problem.New(problem.Denied, "log-by-disclosure",
		"Loggen läses inte direkt i den här kommunen. Begär ett utdrag.", "The log is not read directly in this municipality. Request an extract.")
	ErrReader = problem.New(problem.Denied, "log-reader",
		"Er roll läser inte loggen. Begär ett utdrag, eller fråga systemansvarig.", "Your role does not read the log. Request an extract, or ask the system owner.")
)

// Decides reports whether a role decides about requests and hands out extracts (V5.7-d).
func Decides(r routine.Role) bool { return r == routine.SystemOwner || r == routine.LockManager }
