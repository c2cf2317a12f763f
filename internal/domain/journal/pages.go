package journal

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// Cursor is a place in a list of records, safe to put in an address. The empty Cursor is the newest end.
type Cursor string

// Cursor returns the place just after r, for asking for the page that follows the one that r ends.
func (r Record) Cursor() Cursor {
	return Cursor(strconv.FormatInt(microseconds(r.At), 10) + "." + r.ID)
}

func (c Cursor) parse() (atUS int64, id string, err error) {
	if c == "" {
		return math.MaxInt64, "", nil
	}
	at, id, _ := strings.Cut(string(c), ".")
	atUS, err = strconv.ParseInt(at, 10, 64)
	if err != nil || len(id) != 36 || uuid.Validate(id) != nil {
		return 0, "", ErrCursor.With(err)
	}
	return atUS, id, nil
}

// Filter chooses entries. The zero Filter chooses all.
type Filter struct {
	Kinds []Kind
}

// maxTail is the number of pending entries that Timeline looks through.
const maxTail = 1024

// Timeline returns at most limit (never more than MaxPage) records that concern subject, newest event first, that come
// after the place before. Erased entries are on no timeline. Timelines are indexed when entries are integrated, so that
// appending is cheap; of those that still wait, the first 1 024 are looked through here, so that what was just appended
// is seen at once. The cost does not depend on the size of the log.
func Timeline(ctx context.Context, tx Tx, subject string, limit int, before Cursor) ([]Record, error) {
	at, id, err := before.parse()
	if err != nil {
		return nil, err
	}
	rows, err := tx.JournalOfSubject(ctx, subject, at, id, page(limit))
	if err != nil {
		return nil, err
	}
	tail, err := tx.PendingJournal(ctx, maxTail)
	if err != nil {
		return nil, err
	}
	for _, r := range tail {
		if r.AtUS < at || r.AtUS == at && r.ID < id {
			b, err := parseBody(r.Body)
			if err != nil {
				return nil, err
			}
			if slices.Contains(b.subjects(), subject) {
				rows = append(rows, r)
			}
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Or(cmp.Compare(b.AtUS, a.AtUS), cmp.Compare(b.ID, a.ID)) })
	return records(rows[:min(len(rows), page(limit))])
}

// List returns at most limit (never more than MaxPage) records, the last written first, that come after the place before.
func List(ctx context.Context, tx Tx, filter Filter, limit int, before Cursor) ([]Record, error) {
	_, id, err := before.parse()
	if err != nil {
		return nil, err
	}
	rows, err := tx.JournalList(ctx, filter.Kinds, id, page(limit))
	if err != nil {
		return nil, err
	}
	return records(rows)
}

// Count returns the number of entries, pending and erased ones included. It is for reports, not for every page: it may
// take time in proportion to the log.
func Count(ctx context.Context, tx Tx, filter Filter) (int64, error) {
	return tx.CountJournal(ctx, filter.Kinds)
}

// ByIndex returns the entry at index, or ErrNoEntry.
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
