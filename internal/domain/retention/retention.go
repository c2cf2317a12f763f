// Package retention erases what the municipality keeps no longer: which kinds of records, after how long, is its profile's to
// say, and what nobody has decided about is kept.
//
// It owns the clock of each kind, the holds that stop it, and the work in small steps. What the tables of a record are is
// internal/storage's to know; how an entry is erased so that proofs keep verifying is internal/domain/journal's.
//
// Promises: nothing is erased before its time, while somebody holds it, or while it is still in use; a client goes only when
// nothing of theirs is open: no task, no fault, no undecided charge, no physical key, no lock on the door; every erasure is an entry; a run that was
// interrupted goes on where it was when it is started again; no step takes long, so that stations never wait.
package retention

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Class is a kind of records with a time of its own. The names are those of the profile's [[retention]].
type Class string

// The classes.
const (
	Receipts    Class = "receipts"    // physical keys that are back, since they came back
	Consents    Class = "consents"    // owners' consents that hold no longer, since they ended
	Orders      Class = "orders"      // orders that are done and that no service in force rests on, since they came in
	Clients     Class = "clients"     // since they died or moved
	Disclosures Class = "disclosures" // requests for the log that have been dealt with, since they were made
	Charges     Class = "charges"     // since they were decided; the amounts stay, whom they were about does not
	Faults      Class = "faults"      // since they were closed; that they were stays, the words do not
	DoorLog     Class = "door-log"    // entries of locks, since they came home
	other       Class = "journal"     // all other entries, each kind by its own time
)

// things are the classes of records that are erased one by one, in an order in which nothing rests on what is gone.
func things() []Class {
	return []Class{Receipts, Disclosures, Charges, Faults, Consents, Orders, Clients}
}

// cutoff is the day before which a class's records are due, and false where nobody has decided.
func cutoff(p routine.Profile, c Class, now time.Time) (time.Time, bool) {
	keep, ok := p.KeptFor(string(c))
	return now.Add(-keep), ok && keep > 0
}

// Thing is a record that is due.
type Thing struct {
	ID     string
	Client string // whose it is, "" where it is nobody's
	Waits  string // why it cannot go yet, or ""
}

// What a client's erasure may wait for.
const (
	WaitsTask = "task" // work is open
	WaitsKey  = "key"  // a physical key is not back
	WaitsLock = "lock" // a lock is on the door, and nobody else lives there

	WaitsFault  = "fault"  // a fault is not closed
	WaitsCharge = "charge" // nobody has decided about a charge
)

// Hold keeps records from erasure.
type Hold struct {
	ID      string
	Subject string // id of a client, lock, key or staff member; "" holds everything
	Reason  string
	By      string
	From    time.Time
	Ended   time.Time // zero while it holds
	EndedBy string
}

// Held is what holds and open requests for the log keep, at one instant.
type Held struct {
	All      bool
	Subjects map[string]bool      // ids: clients, locks, keys, staff
	Actors   map[string]bool      // activations of staff who are held
	Past     map[string]time.Time // locks that such a client has been behind on their own door, until then
}

// thing reports whether a record is kept.
func (h Held) thing(t Thing) bool { return h.All || h.Subjects[t.ID] || h.Subjects[t.Client] }

// entry reports whether an entry is kept.
func (h Held) entry(r journal.Record) bool {
	if h.All || h.Actors[r.Value(journal.FieldActor)] {
		return true
	}
	for _, s := range r.Subjects {
		if until, sat := h.Past[s]; h.Subjects[s] || sat && (r.Quality == journal.Unverified || !r.At.After(until)) {
			return true
		}
	}
	return false
}

// Tx is what retention needs of a database transaction.
type Tx interface {
	txn.Clock
	journal.Tx

	InsertHold(ctx context.Context, h Hold) error
	HoldByID(ctx context.Context, id string) (Hold, bool, error)
	EndHold(ctx context.Context, h Hold) error
	// Holds returns at most limit holds, the newest first, after the one named.
	Holds(ctx context.Context, after string, limit int) ([]Hold, error)
	// HoldTarget finds a client, lock, key or staff member by id or by what people call it.
	HoldTarget(ctx context.Context, name string) (id string, ok bool, err error)
	// Held gathers what is kept now. A request for the log that was granted before a time, and never fetched, keeps nothing.
	Held(ctx context.Context, unfetched time.Time) (Held, error)

	// DueThings returns at most limit records of a class that ended before a time, by id, after the one named.
	DueThings(ctx context.Context, c Class, before time.Time, after string, limit int) ([]Thing, error)
	// EraseThing removes a record from its tables, and what was only there for its sake.
	EraseThing(ctx context.Context, c Class, id string) error
	// OthersAmong returns which of the ids are clients that are still there.
	OthersAmong(ctx context.Context, ids []string) (map[string]bool, error)

	// RetentionCursor is how far the entries of a kind have been looked through.
	RetentionCursor(ctx context.Context, k journal.Kind) (int64, error)
	SetRetentionCursor(ctx context.Context, k journal.Kind, next int64) error
	// SignedOfKind returns at most limit signed entries of a kind, from an index on.
	SignedOfKind(ctx context.Context, k journal.Kind, from int64, limit int) ([]journal.Row, error)
	// KeepEntries remembers entries that were held when it was their time; KeptEntries returns at most limit of them after an
	// index, and DropKept forgets.
	KeepEntries(ctx context.Context, k journal.Kind, indexes []int64) error
	KeptEntries(ctx context.Context, after int64, limit int) ([]int64, error)
	DropKept(ctx context.Context, indexes []int64) error
	// BlankRecords takes the content of lock records that entries stood for; that they were there stays, so that a lock that
	// tells them again is not believed to tell something new.
	BlankRecords(ctx context.Context, of []Place) error
}

// Place is where a lock's record is kept.
type Place struct {
	Lock       string // serial
	Epoch, Seq uint32
}

// Problems. Codes are stable.
var (
	ErrMayNot = problem.New(problem.Denied, "retention-not-yours",
		"Bara systemansvarig stoppar gallring och släpper den igen.", "Only the system owner holds records and lets them go.")
	ErrHoldUnknown = problem.New(problem.NotFound, "hold-unknown", "Gallringsstoppet finns inte.", "There is no such hold.")
	ErrHoldEnded   = problem.New(problem.Conflict, "hold-ended", "Gallringsstoppet är redan hävt.", "The hold has been ended already.")
	ErrHoldSubject = problem.New(problem.Invalid, "hold-subject",
		"Ange en kund, ett lås, en nyckel eller en medarbetare som finns, eller utelämna fältet för att stoppa all gallring.",
		"Name a client, a lock, a key or a staff member that exists, or leave the field out to hold everything.")
	ErrReason = problem.New(problem.Invalid, "hold-reason", "Ange varför, högst 500 tecken.", "Say why, at most 500 characters.")
)
