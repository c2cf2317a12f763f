package disclosure

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
)

// Row is one line of the log in words.
type Row struct {
	Index    int64
	Part     int // of the entry there, from 1; 0 for an entry that tells of nothing else
	At       time.Time
	Quality  journal.Quality
	Kind     journal.Kind
	Lock     string // serial
	Key      string // number, "" when it is left out or was a phone
	Code     string // why a lock refused
	Person   string // who opened: name, "" when it is left out or nobody had activated the key
	Employee string // and employee number
}

// source is a timeline that entries are taken from.
type source struct {
	subject     string
	from, until time.Time
	uses        map[string]bool // only entries by these actors; nil: all
}

// doorKinds are the log of doors.
func isDoor(k journal.Kind) bool {
	return k == journal.DoorOpened || k == journal.DoorRefused || k == journal.LockReported
}

// sources says on which timelines a scope's log lies.
func sources(ctx context.Context, tx Tx, s Scope, from, until time.Time) ([]source, error) {
	switch s.Kind {
	case OfClient:
		return doors(ctx, tx, s.ID, from, until)
	case OfStaff:
		return uses(ctx, tx, s.ID, from, until)
	}
	return []source{{subject: s.ID, from: from, until: until}}, nil
}

// doors are the locks on a client's own doors, each for the time in which it was theirs only: before and after it is somebody else's. An
// entrance's openings concern the whole house and are not among them.
func doors(ctx context.Context, tx Tx, client string, from, until time.Time) ([]source, error) {
	times, err := tx.DoorTimes(ctx, client)
	var out []source
	for _, t := range times {
		s := source{subject: t.LockID, from: later(t.From, from), until: earlier(t.Until, until)}
		if s.from.Before(s.until) {
			out = append(out, s)
		}
	}
	return out, err
}

// uses are the keys that a person had activated, each from the first activation on: a lock that had lost its clock tells
// later what happened.
func uses(ctx context.Context, tx Tx, staff string, from, until time.Time) ([]source, error) {
	all, err := tx.UsesOf(ctx, staff, from, until, maxUses+1)
	if err != nil {
		return nil, err
	}
	if len(all) > maxUses {
		return nil, ErrTooMuch
	}
	byKey := map[string]*source{}
	var keys []string
	for _, u := range all {
		s, ok := byKey[u.KeyID]
		if !ok {
			s = &source{subject: u.KeyID, from: from, until: until, uses: map[string]bool{}}
			byKey[u.KeyID], keys = s, append(keys, u.KeyID)
		}
		s.uses[actorOf(u.Serial)] = true
	}
	out := make([]source, len(keys))
	for i, k := range keys {
		out[i] = *byKey[k]
	}
	return out, nil
}

// activation begins the name of an actor who is known by an activation only; its serial number follows.
const activation = "activation:"

func actorOf(serial uint64) string { return activation + strconv.FormatUint(serial, 10) }

// scan calls f for the records of a timeline within its time, newest first, until f says no.
func scan(ctx context.Context, tx Tx, s source, before journal.Cursor, f func(journal.Record) bool) error {
	if before == "" {
		before = journal.Record{At: s.until, Index: math.MaxInt64}.Cursor()
	}
	for scanned := 0; scanned <= maxScanned; {
		page, err := journal.Timeline(ctx, tx, s.subject, journal.MaxPage, before)
		if err != nil {
			return err
		}
		for _, r := range page {
			if r.At.Before(s.from) || !f(r) {
				return nil
			}
		}
		if len(page) < journal.MaxPage {
			return nil
		}
		scanned += len(page)
		before = page[len(page)-1].Cursor()
	}
	return ErrTooMuch
}

// gather returns at most limit entries of the log of doors, newest first, that come after the place before.
func gather(ctx context.Context, tx Tx, of []source, before journal.Cursor, limit int) ([]journal.Record, error) {
	var out []journal.Record
	for _, s := range of {
		n := 0
		start, err := first(s, before)
		if err != nil {
			return nil, err
		}
		err = scan(ctx, tx, s, start, func(r journal.Record) bool {
			if isDoor(r.Kind) && r.At.Before(s.until) && (s.uses == nil || s.uses[r.Value(journal.FieldActor)]) {
				out, n = append(out, r), n+1
			}
			return n < limit
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b journal.Record) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Index, a.Index), cmp.Compare(b.Part, a.Part))
	})
	out = slices.CompactFunc(out, func(a, b journal.Record) bool { return a.Place() == b.Place() })
	return out[:min(limit, len(out))], nil
}

// first is the earlier of a page's place and a source's own end.
func first(s source, before journal.Cursor) (journal.Cursor, error) {
	if before == "" {
		return "", nil
	}
	at, err := before.Time()
	if err != nil || s.until.Before(at) {
		return "", err
	}
	return before, nil
}

// rows puts entries into words. Who is behind an activation is looked up here and nowhere earlier: the log itself names
// nobody (S-d).
func rows(ctx context.Context, tx Tx, records []journal.Record, show shows) ([]Row, error) {
	people, err := behind(ctx, tx, records)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(records))
	for i, r := range records {
		out[i] = Row{Index: r.Index, Part: r.Part, At: r.At, Quality: r.Quality, Kind: r.Kind, Lock: r.Value("lock"), Code: r.Value("code")}
		if show.keys {
			out[i].Key = r.Value("key")
		}
		actor := r.Value(journal.FieldActor)
		if show.staff && !show.hidden[actor] {
			out[i].Person, out[i].Employee = people[actor].Name, people[actor].EmployeeNumber
		}
	}
	return out, nil
}

// behind finds the people of records, by what the records call them.
func behind(ctx context.Context, tx Tx, records []journal.Record) (map[string]Person, error) {
	var serials []int64
	for _, r := range records {
		if n, ok := strings.CutPrefix(r.Value(journal.FieldActor), activation); ok {
			if serial, err := strconv.ParseInt(n, 10, 64); err == nil {
				serials = append(serials, serial)
			}
		}
	}
	slices.Sort(serials)
	found, err := tx.PeopleBehind(ctx, slices.Compact(serials))
	out := make(map[string]Person, len(found))
	for serial, p := range found {
		out[actorOf(uint64(serial))] = p
	}
	return out, err
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
