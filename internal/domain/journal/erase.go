package journal

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// Erase takes the values, salts, times and subjects of the entries with these ids (at most MaxErase) and appends, in
// the same transaction, an entry of kind EntriesErased with the given fields (actor and ground at least) that says
// which. What stays are kind, place and commitments, so every proof keeps verifying. Ids that are unknown or already
// erased are passed over; it returns how many were erased.
func Erase(ctx context.Context, tx Tx, ids []string, ground ...Field) (int, error) {
	if len(ids) > MaxErase {
		return 0, ErrEntry.Fill(fmt.Sprintf("%s: more than %d entries in one call", EntriesErased, MaxErase))
	}
	rows, err := tx.JournalByID(ctx, ids)
	if err != nil {
		return 0, err
	}
	var erased []Row
	var names []string
	for _, r := range rows {
		bare, ok, err := r.bare()
		if err != nil {
			return 0, err
		}
		if ok {
			erased, names = append(erased, bare), append(names, r.ID)
		}
	}
	if len(erased) == 0 {
		return 0, nil
	}
	if err := tx.EraseJournal(ctx, erased); err != nil {
		return 0, err
	}
	own := []Field{{"count", strconv.Itoa(len(erased))}, {"entries", strings.Join(names, " ")}}
	return len(erased), Append(ctx, tx, Entry{Kind: EntriesErased, Fields: append(own, ground...)})
}

// bare returns r with only its commitments left in the body; AtUS and Subjects still name the subject rows to delete.
// ok is false if r was erased before. A row that no longer fits its leaf is not erased, for that would hide that
// somebody changed it.
func (r Row) bare() (_ Row, ok bool, err error) {
	b, err := parseBody(r.Body)
	if err != nil || len(b.Erased) > 0 {
		return r, false, err
	}
	if _, err := r.open(); err != nil {
		return r, false, damaged("post %s är ändrad", "entry %s has been changed", r.ID).With(err)
	}
	all, err := b.commitments()
	if err != nil {
		return r, false, err
	}
	_ = leafBytes(r.Kind, all) // sorts: the order of the fields goes too
	r.Subjects = b.subjects()
	r.Body, err = body{Erased: all}.encode()
	return r, true, err
}
