package journal

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cursor is a place in a list of records, safe to put in an address. The empty Cursor is the newest end.
type Cursor string

// Cursor returns the place just after r, for asking for the page that follows the one that r ends.
func (r Record) Cursor() Cursor {
	return Cursor(fmt.Sprintf("%d.%d.%d", microseconds(r.At), r.Index, r.Part))
}

// Time is when what stands at the place happened. An empty Cursor has none.
func (c Cursor) Time() (time.Time, error) {
	at, _, err := c.parse()
	if err != nil || c == "" {
		return time.Time{}, err
	}
	return time.UnixMicro(at).UTC(), nil
}

func (c Cursor) parse() (atUS int64, at Place, err error) {
	if c == "" {
		return math.MaxInt64, Place{Index: math.MaxInt64}, nil
	}
	us, place, _ := strings.Cut(string(c), ".")
	index, part, _ := strings.Cut(place, ".")
	if atUS, err = strconv.ParseInt(us, 10, 64); err == nil {
		at.Index, err = strconv.ParseInt(index, 10, 64)
	}
	if err == nil {
		at.Part, err = strconv.Atoi(part)
	}
	if err != nil || at.Index < 0 || at.Part < 0 {
		return 0, Place{}, ErrCursor.With(err)
	}
	return atUS, at, nil
}

// Filter chooses entries. The zero Filter chooses all.
type Filter struct {
	Kinds []Kind
}

// maxTail is the number of pending entries that Timeline looks through.
const maxTail = 1024

// Tail is pending entries, which are on no timeline yet: timelines are indexed when entries are integrated, so that
// appending is cheap. Whoever reads more than one page of timelines in a transaction reads the tail once.
type Tail []Row

// ReadTail returns the oldest 1 024 pending entries. A server leaves a few; after a large import there are more.
func ReadTail(ctx context.Context, tx Tx) (Tail, error) { return tx.PendingJournal(ctx, maxTail) }

// Timeline is [Tail.Timeline] with a tail that it reads itself.
func Timeline(ctx context.Context, tx Tx, subject string, limit int, before Cursor) ([]Record, error) {
	tail, err := ReadTail(ctx, tx)
	if err != nil {
		return nil, err
	}
	return tail.Timeline(ctx, tx, subject, limit, before)
}

// Timeline returns at most limit (never more than MaxPage) records that concern subject, newest event first, that come
// after the place before, those of the tail among them, so that what was just appended is seen at once: entries, and of
// entries with parts those parts that concern it. What is erased is on no timeline. The tail must be of the same transaction.
// The cost does not depend on the size of the log.
func (t Tail) Timeline(ctx context.Context, tx Tx, subject string, limit int, before Cursor) ([]Record, error) {
	at, place, err := before.parse()
	if err != nil {
		return nil, err
	}
	limit = page(limit)
	take := func(all, some []Record) []Record {
		for _, r := range some {
			us := microseconds(r.At)
			if slices.Contains(r.Subjects, subject) && (us < at || us == at && r.Place().compare(place) < 0) {
				all = append(all, r)
			}
		}
		return all
	}
	all, err := indexed(ctx, tx, subject, limit, at, take)
	if err != nil {
		return nil, err
	}
	for _, row := range t {
		if !bytes.Contains(row.Body, []byte(subject)) { // others' are not checked and parsed
			continue
		}
		some, err := row.Events()
		if err != nil {
			return nil, err
		}
		all = take(all, some)
	}
	slices.SortFunc(all, func(a, b Record) int { return cmp.Or(b.At.Compare(a.At), b.Place().compare(a.Place())) })
	return all[:min(limit, len(all))], nil
}

// fewRows is how many rows are read first: an entry with parts may fill a page alone.
const fewRows = 16

// indexed takes records off a timeline's rows until limit of them are newer than whatever may still come. Parts stand at the
// end of their day, so it begins at the end of the day that the page begins in.
func indexed(ctx context.Context, tx Tx, subject string, limit int, at int64, take func(all, some []Record) []Record) (all []Record, err error) {
	from, index := endOfDay(at), int64(math.MaxInt64)
	for rows := min(limit, fewRows); ; rows = min(2*rows, MaxPage) {
		found, err := tx.JournalOfSubject(ctx, subject, from, index, rows)
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			b, err := row.open()
			if err != nil {
				return nil, err
			}
			mark := row.On[0].AtUS
			some := b.events(row.Index)
			if b.count() > 0 { // those of other days come by their own marks
				some = slices.DeleteFunc(some, func(r Record) bool { return endOfDay(microseconds(r.At)) != mark })
			}
			all = take(all, some)
			from, index = mark, row.Index
		}
		final := 0
		for _, r := range all {
			if microseconds(r.At) > from {
				final++
			}
		}
		if len(found) < rows || final >= limit {
			return all, nil
		}
	}
}

// List returns at most limit (never more than MaxPage) records, the last written first, that come after the place before. An
// entry with parts is listed part by part; as itself when it is asked for by its own kind, or when all of it is erased.
func List(ctx context.Context, tx Tx, filter Filter, limit int, before Cursor) ([]Record, error) {
	_, place, err := before.parse()
	if err != nil {
		return nil, err
	}
	limit = page(limit)
	from := place.Index
	if place.Part > 0 {
		from++ // there may be more of it
	}
	var all []Record
	for rows := min(limit, fewRows); ; rows = min(2*rows, MaxPage) {
		found, err := tx.JournalList(ctx, filter.Kinds, from, rows)
		if err != nil {
			return nil, err
		}
		for _, row := range found {
			from = row.Index
			if all, err = filter.list(all, row, place); err != nil {
				return nil, err
			}
			if len(all) >= limit {
				return all[:limit], nil
			}
		}
		if len(found) < rows {
			return all, nil
		}
	}
}

// list appends what a row tells of, the last first, as far as it is asked for and comes after a place.
func (f Filter) list(all []Record, row Row, before Place) ([]Record, error) {
	b, err := row.open()
	if err != nil {
		return nil, err
	}
	some := b.events(row.Index)
	if slices.Contains(f.Kinds, row.Kind) {
		some = []Record{b.record(row.Index)}
	}
	for _, r := range slices.Backward(some) {
		if r.Place().compare(before) < 0 && (len(f.Kinds) == 0 || slices.Contains(f.Kinds, r.Kind)) {
			all = append(all, r)
		}
	}
	return all, nil
}

// Count returns the number of entries, pending and erased ones included. With kinds it is for reports, not for every page:
// it may take time in proportion to the log.
func Count(ctx context.Context, tx Tx, filter Filter) (int64, error) {
	if len(filter.Kinds) == 0 {
		return tx.NextJournal(ctx)
	}
	return tx.CountJournal(ctx, filter.Kinds)
}

// ByIndex returns the entry at index, signed or pending, or ErrNoEntry.
func ByIndex(ctx context.Context, tx Tx, index int64) (Record, error) {
	row, err := rowAt(ctx, tx, index)
	if err != nil {
		return Record{}, err
	}
	return row.Record()
}

// PartsOf returns the parts of the entry at index that are not erased.
func PartsOf(ctx context.Context, tx Tx, index int64) ([]Record, error) {
	row, err := rowAt(ctx, tx, index)
	if err != nil {
		return nil, err
	}
	all, err := row.Events()
	return slices.DeleteFunc(all, func(r Record) bool { return r.Part == 0 }), err
}

func rowAt(ctx context.Context, tx Tx, index int64) (Row, error) {
	rows, err := tx.JournalRange(ctx, index, 1)
	if err != nil {
		return Row{}, err
	}
	if index < 0 || len(rows) == 0 || rows[0].Index != index {
		return Row{}, ErrNoEntry.Fill(index)
	}
	return rows[0], nil
}

// Size returns the number of entries that are in the signed log.
func Size(ctx context.Context, tx Tx) (int64, error) {
	head, err := tx.JournalHead(ctx)
	return head.Size, err
}

func page(limit int) int { return min(max(limit, 1), MaxPage) }
