package journal

import (
	"cmp"
	"strconv"
	"strings"
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
	MaxErase      = 1000     // places of one call of Erase
	MaxParts      = 64       // parts of an entry
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
	Parts    []Part    // what the entry consists of, for one that tells of many events at once; nil for all others
}

// Part is one of the events that an entry tells of: shown, proved and erased alone. Whatever is the same for all of them stands
// in the entry. A part is on the timelines of its own subjects and of the entry's.
type Part struct {
	Kind     Kind      // of the event; not readable in the tree
	At       time.Time // zero = now
	Quality  Quality   // "" = the entry's
	Subjects []string
	Fields   []Field
}

// Place is where something stands in the log: an entry, or a part of one.
type Place struct {
	Index int64
	Part  int    // from 1; 0 is the entry with all its parts
	Field string // of a part: only this field, for [Erase]; "" is the whole
}

// Whole returns the places of entries.
func Whole(indexes ...int64) []Place {
	all := make([]Place, len(indexes))
	for i, n := range indexes {
		all[i].Index = n
	}
	return all
}

// String is "7" for an entry, "7.2" for its second part and "7.2.actor" for a field of it.
func (p Place) String() string {
	s := strconv.FormatInt(p.Index, 10)
	if p.Part > 0 {
		s += "." + strconv.Itoa(p.Part)
	}
	if p.Field != "" {
		s += "." + p.Field
	}
	return s
}

// ParsePlace reads the place of an entry or of a part.
func ParsePlace(s string) (Place, error) {
	index, part, parted := strings.Cut(s, ".")
	var p Place
	var err error
	if p.Index, err = strconv.ParseInt(index, 10, 64); err == nil && parted {
		p.Part, err = strconv.Atoi(part)
	}
	if err != nil || p.String() != s || p.Index < 0 || p.Part < 0 {
		return Place{}, ErrNoEntry.Fill(s).With(err)
	}
	return p, nil
}

func (p Place) compare(q Place) int {
	return cmp.Or(cmp.Compare(p.Index, q.Index), cmp.Compare(p.Part, q.Part), cmp.Compare(p.Field, q.Field))
}

// Record is an entry as it is read back, or a part of one with the fields and subjects of its entry before its own.
type Record struct {
	Index    int64 // place in the log, counted from 0, given when it was appended; signed once the log's size is beyond it
	Part     int   // which part of the entry there, from 1; 0 is the entry itself
	Parts    int   // how many parts an entry has, erased ones included
	Kind     Kind
	At       time.Time // zero when erased
	Received time.Time // zero when erased
	Quality  Quality
	Subjects []string
	Fields   []Field // as they were appended, without the journal's own
	Erased   bool
}

// Place is where the record stands.
func (r Record) Place() Place { return Place{Index: r.Index, Part: r.Part} }

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
