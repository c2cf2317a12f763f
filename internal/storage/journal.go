package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hemnyckel/internal/domain/journal"

	"golang.org/x/mod/sumdb/tlog"
)

var _ journal.Tx = (*Tx)(nil)

// maxPairs is the number of rows that one UPDATE from a VALUES changes.
const maxPairs = 256

const journalColumns = `e.id, coalesce(e.idx, -1), e.kind, e.at_us, e.received_us, e.body, e.leaf`

func scanJournal(r row) (journal.Row, error) {
	var j journal.Row
	var leaf []byte
	if err := r.Scan(&j.ID, &j.Index, &j.Kind, &j.AtUS, &j.ReceivedUS, &j.Body, &leaf); err != nil {
		return j, err
	}
	return j, asHash(&j.Leaf, leaf)
}

func asHash(h *tlog.Hash, data []byte) error {
	if len(data) != tlog.HashSize {
		return fmt.Errorf("storage: a stored hash has %d bytes, not %d", len(data), tlog.HashSize)
	}
	*h = tlog.Hash(data)
	return nil
}

// InsertJournalEntries stores new entries, without a place in the tree.
func (tx *Tx) InsertJournalEntries(ctx context.Context, rows []journal.Row) error {
	entries := make([][]any, len(rows))
	for i := range rows {
		r := &rows[i]
		entries[i] = []any{r.ID, string(r.Kind), r.AtUS, r.ReceivedUS, r.Body, r.Leaf[:]}
	}
	_, err := tx.insert(ctx, "journal_entries", []string{"id", "kind", "at_us", "received_us", "body", "leaf"}, entries, "")
	return err
}

// IndexJournal puts entries on the timelines of their subjects.
func (tx *Tx) IndexJournal(ctx context.Context, rows []journal.Row) error {
	var subjects [][]any
	for _, r := range rows {
		for _, s := range r.Subjects {
			subjects = append(subjects, []any{s, r.AtUS, r.ID})
		}
	}
	_, err := tx.insert(ctx, "journal_subjects", []string{"subject", "at_us", "entry_id"}, subjects, "")
	return err
}

// PendingJournal returns the oldest entries that have no place in the tree.
func (tx *Tx) PendingJournal(ctx context.Context, limit int) ([]journal.Row, error) {
	return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.idx IS NULL ORDER BY e.id LIMIT $1`, limit)
}

// SequenceJournal gives entries their places, from first on.
func (tx *Tx) SequenceJournal(ctx context.Context, first int64, ids []string) error {
	for len(ids) > 0 {
		n := floorPow2(min(len(ids), maxPairs))
		binds := make([]any, 0, 2*n)
		for i, id := range ids[:n] {
			binds = append(binds, id, first+int64(i))
		}
		changed, err := tx.exec(ctx, `UPDATE journal_entries SET idx = v.column2 FROM (`+pairs(n, "TEXT", "BIGINT")+`) AS v
			WHERE journal_entries.id = v.column1 AND journal_entries.idx IS NULL`, binds...)
		if err != nil {
			return err
		}
		if changed != int64(n) {
			return fmt.Errorf("storage: %d of %d journal entries were missing or had a place already", int64(n)-changed, n)
		}
		first, ids = first+int64(n), ids[n:]
	}
	return nil
}

// pairs is a VALUES of n pairs of binds with their types, which PostgreSQL cannot guess. Both engines call the columns
// column1 and column2.
func pairs(n int, a, b string) string {
	var text strings.Builder
	text.WriteString("VALUES ")
	for i := range n {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString("(CAST($" + strconv.Itoa(2*i+1) + " AS " + a + "), CAST($" + strconv.Itoa(2*i+2) + " AS " + b + "))")
	}
	return text.String()
}

// JournalHead returns the newest signed head, or the zero one.
func (tx *Tx) JournalHead(ctx context.Context) (journal.Head, error) {
	head, _, err := one(ctx, tx, func(r row) (journal.Head, error) {
		var h journal.Head
		var root []byte
		if err := r.Scan(&h.Size, &root, &h.Checkpoint); err != nil {
			return h, err
		}
		return h, asHash(&h.Root, root)
	}, `SELECT size, root, checkpoint FROM journal_head WHERE one = 1`)
	return head, err
}

// SetJournalHead replaces the head if it is still old.
func (tx *Tx) SetJournalHead(ctx context.Context, old, next journal.Head) (bool, error) {
	if old == (journal.Head{}) {
		changed, err := tx.exec(ctx, `INSERT INTO journal_head (one, size, root, checkpoint) VALUES (1, $1, $2, $3) ON CONFLICT DO NOTHING`,
			next.Size, next.Root[:], next.Checkpoint)
		return changed == 1, err
	}
	changed, err := tx.exec(ctx, `UPDATE journal_head SET size = $1, root = $2, checkpoint = $3 WHERE one = 1 AND size = $4 AND root = $5`,
		next.Size, next.Root[:], next.Checkpoint, old.Size, old.Root[:])
	return changed == 1, err
}

// JournalTiles returns the data of these tiles, nil for those that are not there.
func (tx *Tx) JournalTiles(ctx context.Context, ids []journal.TileID) ([][]byte, error) {
	levels := map[int][]int64{}
	for _, id := range ids {
		levels[id.Level] = append(levels[id.Level], id.N)
	}
	data := make(map[journal.TileID][]byte, len(ids))
	for level, numbers := range levels {
		tiles, err := collectIn(ctx, tx, func(r row) (journal.Tile, error) {
			t := journal.Tile{TileID: journal.TileID{Level: level}}
			err := r.Scan(&t.N, &t.Data)
			return t, err
		}, `SELECT n, data FROM journal_tiles WHERE level = $1 AND n IN %s`, numbers, level)
		if err != nil {
			return nil, err
		}
		for _, t := range tiles {
			data[t.TileID] = t.Data
		}
	}
	out := make([][]byte, len(ids))
	for i, id := range ids {
		out[i] = data[id]
	}
	return out, nil
}

// PutJournalTiles stores tiles, or longer ones in their place.
func (tx *Tx) PutJournalTiles(ctx context.Context, tiles []journal.Tile) error {
	return put(ctx, tx, "journal_tiles", []string{"level", "n", "data"}, 2, tiles, func(t journal.Tile) []any {
		return []any{t.Level, t.N, t.Data}
	})
}

// JournalRange returns entries by their place in the tree.
func (tx *Tx) JournalRange(ctx context.Context, from int64, limit int) ([]journal.Row, error) {
	return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.idx >= $1 ORDER BY e.idx LIMIT $2`, from, limit)
}

// JournalByID returns the entries with these ids.
func (tx *Tx) JournalByID(ctx context.Context, ids []string) ([]journal.Row, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return collectIn(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.id IN %s`, ids)
}

// JournalOfSubject returns a page of a subject's timeline.
func (tx *Tx) JournalOfSubject(ctx context.Context, subject string, beforeUS int64, beforeID string, limit int) ([]journal.Row, error) {
	return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_subjects s JOIN journal_entries e ON e.id = s.entry_id
		WHERE s.subject = $1 AND (s.at_us, s.entry_id) < ($2, $3) ORDER BY s.at_us DESC, s.entry_id DESC LIMIT $4`,
		subject, beforeUS, beforeID, limit)
}

// JournalList returns a page of entries, the last written first. Each kind is asked for alone, for that is what the
// index is sorted for.
func (tx *Tx) JournalList(ctx context.Context, kinds []journal.Kind, beforeID string, limit int) ([]journal.Row, error) {
	if beforeID == "" {
		beforeID = "g" // after every hexadecimal digit
	}
	if len(kinds) == 0 {
		return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.id < $1 ORDER BY e.id DESC LIMIT $2`, beforeID, limit)
	}
	var all []journal.Row
	for _, kind := range slices.Compact(slices.Sorted(slices.Values(kinds))) {
		some, err := collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e
			WHERE e.kind = $1 AND e.id < $2 ORDER BY e.id DESC LIMIT $3`, string(kind), beforeID, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b journal.Row) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(limit, len(all))], nil
}

// CountJournal counts entries.
func (tx *Tx) CountJournal(ctx context.Context, kinds []journal.Kind) (int64, error) {
	if len(kinds) == 0 {
		n, _, err := one(ctx, tx, column[int64], `SELECT count(*) FROM journal_entries`)
		return n, err
	}
	counts, err := collectIn(ctx, tx, column[int64], `SELECT count(*) FROM journal_entries WHERE kind IN %s`, kinds)
	total := int64(0)
	for _, n := range counts {
		total += n
	}
	return total, err
}

// CountJournalIndex counts the places on all timelines.
func (tx *Tx) CountJournalIndex(ctx context.Context) (int64, error) {
	n, _, err := one(ctx, tx, column[int64], `SELECT count(*) FROM journal_subjects`)
	return n, err
}

// EraseJournal leaves of each entry only what its Body says, and takes it off its timelines.
func (tx *Tx) EraseJournal(ctx context.Context, rows []journal.Row) error {
	for part := range slices.Chunk(rows, maxPairs) {
		binds := make([]any, 0, 2*len(part))
		for _, r := range part {
			binds = append(binds, r.ID, r.Body)
		}
		_, err := tx.exec(ctx, `UPDATE journal_entries SET at_us = 0, received_us = 0, body = v.column2 FROM (`+pairs(len(part), "TEXT", "TEXT")+`) AS v
			WHERE journal_entries.id = v.column1`, binds...)
		if err != nil {
			return err
		}
	}
	return tx.eraseSubjects(ctx, rows)
}

// eraseSubjects deletes within the stretch of each timeline that the rows lie on.
func (tx *Tx) eraseSubjects(ctx context.Context, rows []journal.Row) error {
	timelines := map[string][]journal.Row{}
	for _, r := range rows {
		for _, s := range r.Subjects {
			timelines[s] = append(timelines[s], r)
		}
	}
	for subject, on := range timelines {
		from, until, ids := on[0].AtUS, on[0].AtUS, make([]string, len(on))
		for i, r := range on {
			from, until, ids[i] = min(from, r.AtUS), max(until, r.AtUS), r.ID
		}
		_, err := execIn(ctx, tx, `DELETE FROM journal_subjects WHERE subject = $1 AND at_us >= $2 AND at_us <= $3 AND entry_id IN %s`,
			ids, subject, from, until)
		if err != nil {
			return err
		}
	}
	return nil
}
