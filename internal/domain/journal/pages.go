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
	return Cursor(fmt.Sprintf("%d.%d", microseconds(r.At), r.Index))
}

// Time is when what stands at the place happened. An empty Cursor has none.
func (c Cursor) Time() (time.Time, error) {
	at, _, err := c.parse()
	if err != nil || c == "" {
		return time.Time{}, err
	}
	return time.UnixMicro(at).UTC(), nil
}

func (c Cursor) parse() (atUS, index int64, err error) {
	if c == "" {
		return math.MaxInt64, math.MaxInt64, nil
	}
	at, place, _ := strings.Cut(string(c), ".")
	if atUS, err = strconv.ParseInt(at, 10, 64); err == nil {
		index, err = strconv.ParseInt(place, 10, 64)
	}
	if err != nil || index < 0 {
		return 0, 0, ErrCursor.With(err)
	}
	return atUS, index, nil
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
// after the place before, those of the tail among them, so that what was just appended is seen at once. Erased entries are
// on no timeline. The tail must be of the same transaction. The cost does not depend on the size of the log.
func (t Tail) Timeline(ctx context.Context, tx Tx, subject string, limit int, before Cursor) ([]Record, error) {
	at, index, err := before.parse()
	if err != nil {
		return nil, err
	}
	rows, err := tx.JournalOfSubject(ctx, subject, at, index, page(limit))
	if err != nil {
		return nil, err
	}
	all, err := records(rows)
	if err != nil {
		return nil, err
	}
	tail, err := records(t.mentioning(subject))
	if err != nil {
		return nil, err
	}
	for _, r := range tail {
		us := microseconds(r.At)
		if (us < at || us == at && r.Index < index) && slices.Contains(r.Subjects, subject) {
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Record) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Index, a.Index)) })
	return all[:min(len(all), page(limit))], nil
}

// mentioning leaves out most entries of others before their seals are checked and their fields parsed.
func (t Tail) mentioning(subject string) (rows []Row) {
	for _, r := range t {
		if bytes.Contains(r.Body, []byte(subject)) {
			rows = append(rows, r)
		}
	}
	return rows
}

// List returns at most limit (never more than MaxPage) records, the last written first, that come after the place before.
func List(ctx context.Context, tx Tx, filter Filter, limit int, before Cursor) ([]Record, error) {
	_, index, err := before.parse()
	if err != nil {
		return nil, err
	}
	rows, err := tx.JournalList(ctx, filter.Kinds, index, page(limit))
	if err != nil {
		return nil, err
	}
	return records(rows)
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
	rows, err := tx.JournalRange(ctx, index, 1)
	if err != nil {
		return Record{}, err
	}
	if index < 0 || len(rows) == 0 || rows[0].Index != index {
		return Record{}, ErrNoEntry.Fill(index)
	}
	return rows[0].record()
}

// Size returns the number of entries that are in the signed log.
func Size(ctx context.Context, tx Tx) (int64, error) {
	head, err := tx.JournalHead(ctx)
	return head.Size, err
}

func page(limit int) int { return min(max(limit, 1), MaxPage) }
