package journal

import (
	"time"

	"hemnyckel/internal/base/problem"
)

// Limits of one entry and one call.
const (
	MaxFields     = 64       // fields of an entry, the journal's own included
	MaxSubjects   = 16       // subjects of an entry
	MaxValueBytes = 64 << 10 // bytes of a field's value
	MaxNameBytes  = 64       // bytes of a field's name, a subject and a kind
	MaxPage       = 500      // records on one page
	MaxErase      = 1000     // entries of one call of Erase
)

// Quality says how far a time can be trusted.
type Quality string

// The qualities.
const (
	Server     Quality = "server"     // the server's own clock
	Device     Quality = "device"     // a device's clock, set and within its drift
	Unverified Quality = "unverified" // a device that had lost its clock; only the order is certain
)

// Names of fields that the journal writes itself (the first four) or that everybody spells in the same way.
const (
	FieldAt       = "at"
	FieldReceived = "received"
	FieldQuality  = "quality"
	FieldSubject  = "subject." // followed by 1, 2, …

	FieldActor  = "actor"  // who did it: an account, an activation, "system" or a token's id
	FieldGround = "ground" // what it rests on: an order, a decision, a rule
)

// Field is one named value of an entry.
type Field struct {
	Name, Value string
}

// Entry is something that happened, as a module tells it.
type Entry struct {
	Kind     Kind
	At       time.Time // when it happened; zero = now
	Received time.Time // when we learnt of it; zero = now
	Quality  Quality   // how far At can be trusted; "" = Server
	Subjects []string  // opaque ids of what it concerns (client, lock, key, …); each gets it on its timeline
	Fields   []Field   // names of a–z, 0–9, '.', '_', '-', each at most once; at, received, quality and subject.* are the journal's own
}

// Record is an entry as it is read back.
type Record struct {
	Index    int64 // place in the log, counted from 0, given when it was appended; signed once the log's size is beyond it
	Kind     Kind
	At       time.Time // zero when erased
	Received time.Time // zero when erased
	Quality  Quality
	Subjects []string
	Fields   []Field // as they were appended, without the journal's own
	Erased   bool
}

// Value returns the value of the named field, or "".
func (r Record) Value(name string) string {
	for _, f := range r.Fields {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// Problems with what is appended or asked for. Their codes are stable.
var (
	// ErrEntry means that an entry cannot be written as given: a fault in the module that made it.
	ErrEntry = problem.New(problem.Internal, "journal-entry",
		"Loggposten kunde inte skrivas (%s). Inget har ändrats.", "The journal entry could not be written (%s). Nothing was changed.")
	// ErrCursor means that a page was asked for by a place that the journal never gave out.
	ErrCursor = problem.New(problem.Invalid, "journal-cursor",
		"Sidans startpunkt går inte att läsa. Börja om från första sidan.", "The place to continue from cannot be read. Start again from the first page.")
	// ErrNoEntry means that there is no such entry.
	ErrNoEntry = problem.New(problem.NotFound, "journal-no-entry",
		"Det finns ingen loggpost %v i den signerade loggen.", "There is no entry %v in the signed log.")
)

func validName(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= MaxNameBytes
}
