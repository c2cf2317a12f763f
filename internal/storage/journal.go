package storage

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"hemnyckel/internal/domain/journal"

	"golang.org/x/mod/sumdb/tlog"
)

var _ journal.Tx = (*Tx)(nil)

const journalColumns = `e.idx, e.kind, e.body`

// journalSize is the size of the signed log; the entries from there on are pending.
const journalSize = `(SELECT coalesce(max(size), 0) FROM journal_head)`

func scanJournal(r row) (journal.Row, error) {
	var j journal.Row
	err := r.Scan(&j.Index, &j.Kind, &j.Body)
	return j, err
}

func asHash(h *tlog.Hash, data []byte) error {
	if len(data) != tlog.HashSize {
		return fmt.Errorf("storage: a stored hash has %d bytes, not %d", len(data), tlog.HashSize)
	}
	*h = tlog.Hash(data)
	return nil
}

// NextJournal returns the index of the next entry. Updates do not overlap, and one that is rolled back takes its numbers with
// it, so there are no gaps. Where the server knows no table locks, two Updates may read the same number; serializable
// isolation and the key then let one of them commit, and the other runs again.
func (tx *Tx) NextJournal(ctx context.Context) (int64, error) {
	if tx.nextJournal > 0 {
		return tx.nextJournal, nil
	}
	next, _, err := one(ctx, tx, column[int64], `SELECT max(n) FROM (SELECT `+journalSize+` AS n
		UNION ALL SELECT coalesce((SELECT idx FROM journal_entries ORDER BY idx DESC LIMIT 1), -1) + 1) AS ends`)
	return next, err
}

// InsertJournalEntries stores new entries.
func (tx *Tx) InsertJournalEntries(ctx context.Context, rows []journal.Row) error {
	entries, values := make([][]any, len(rows)), make([]any, 0, 3*len(rows))
	for i := range rows {
		r := &rows[i]
		values = append(values, r.Index, string(r.Kind), r.Body)
		entries[i] = values[3*i:]
	}
	if len(rows) > 0 {
		tx.nextJournal = rows[len(rows)-1].Index + 1
	}
	return tx.insert(ctx, "journal_entries", []string{"idx", "kind", "body"}, entries, "")
}

// IndexJournal puts entries on the timelines of their subjects and among those of their kind.
func (tx *Tx) IndexJournal(ctx context.Context, rows []journal.Row) (int64, error) {
	kinds, subjects := make([][]any, 0, len(rows)), make([][]any, 0, 2*len(rows))
	for _, r := range rows {
		for _, k := range r.Kinds {
			kinds = append(kinds, []any{string(k), r.Index})
		}
		for _, m := range r.On {
			subjects = append(subjects, []any{m.Subject, m.AtUS, r.Index})
		}
	}
	added, err := tx.inserted(ctx, "journal_kinds", []string{"kind", "idx"}, kinds, "ON CONFLICT DO NOTHING")
	if err != nil {
		return added, err
	}
	more, err := tx.inserted(ctx, "journal_subjects", []string{"subject", "at_us", "idx"}, subjects, "ON CONFLICT DO NOTHING")
	return added + more, err
}

// PendingJournal returns the oldest entries that are not in the tree.
func (tx *Tx) PendingJournal(ctx context.Context, limit int) ([]journal.Row, error) {
	return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.idx >= `+journalSize+` ORDER BY e.idx LIMIT $1`, limit)
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

// JournalRange returns entries from an index on.
func (tx *Tx) JournalRange(ctx context.Context, from int64, limit int) ([]journal.Row, error) {
	return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.idx >= $1 ORDER BY e.idx LIMIT $2`, from, limit)
}

// JournalByIndex returns the entries at these indexes.
func (tx *Tx) JournalByIndex(ctx context.Context, indexes []int64) ([]journal.Row, error) {
	indexes = slices.Compact(slices.Sorted(slices.Values(indexes)))
	return collectIn(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.idx IN %s`, indexes)
}

// JournalOfSubject returns a page of a subject's timeline.
func (tx *Tx) JournalOfSubject(ctx context.Context, subject string, beforeUS, beforeIndex int64, limit int) ([]journal.Row, error) {
	return collect(ctx, tx, func(r row) (journal.Row, error) {
		var j journal.Row
		m := journal.Mark{Subject: subject}
		err := r.Scan(&j.Index, &j.Kind, &j.Body, &m.AtUS)
		j.On = []journal.Mark{m}
		return j, err
	}, `SELECT `+journalColumns+`, s.at_us FROM journal_subjects s JOIN journal_entries e ON e.idx = s.idx
		WHERE s.subject = $1 AND (s.at_us, s.idx) < ($2, $3) ORDER BY s.at_us DESC, s.idx DESC LIMIT $4`,
		subject, beforeUS, beforeIndex, limit)
}

// JournalList returns a page of entries, the last written first: of these kinds, and those that still are on no index.
func (tx *Tx) JournalList(ctx context.Context, kinds []journal.Kind, before int64, limit int) ([]journal.Row, error) {
	if len(kinds) == 0 {
		return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e WHERE e.idx < $1 ORDER BY e.idx DESC LIMIT $2`, before, limit)
	}
	all, err := collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_entries e
		WHERE e.idx >= `+journalSize+` AND e.idx < $1 ORDER BY e.idx DESC LIMIT $2`, before, limit)
	if err != nil || len(all) == limit {
		return all, err
	}
	for _, kind := range slices.Compact(slices.Sorted(slices.Values(kinds))) {
		some, err := collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_kinds k JOIN journal_entries e ON e.idx = k.idx
			WHERE k.kind = $1 AND k.idx < $2 ORDER BY k.idx DESC LIMIT $3`, string(kind), before, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b journal.Row) int { return cmp.Compare(b.Index, a.Index) })
	all = slices.CompactFunc(all, func(a, b journal.Row) bool { return a.Index == b.Index }) // an entry may have parts of several kinds
	return all[:min(limit, len(all))], nil
}

// CountJournal counts entries of these kinds.
func (tx *Tx) CountJournal(ctx context.Context, kinds []journal.Kind) (int64, error) {
	kinds = slices.Compact(slices.Sorted(slices.Values(kinds)))
	total := int64(0)
	for _, text := range []string{`SELECT count(*) FROM journal_kinds WHERE kind IN %s`,
		`SELECT count(*) FROM journal_entries WHERE idx >= ` + journalSize + ` AND kind IN %s`} {
		counts, err := collectIn(ctx, tx, column[int64], text, kinds)
		if err != nil {
			return 0, err
		}
		for _, n := range counts {
			total += n
		}
	}
	return total, nil
}

// CountJournalIndex counts the places on all timelines and of all kinds.
func (tx *Tx) CountJournalIndex(ctx context.Context) (int64, error) {
	n, _, err := one(ctx, tx, column[int64], `SELECT (SELECT count(*) FROM journal_subjects) + (SELECT count(*) FROM journal_kinds)`)
	return n, err
}

// EraseJournal leaves of each entry only what its Body says, and takes away what it is no longer found by.
func (tx *Tx) EraseJournal(ctx context.Context, rows []journal.Row) error {
	err := put(ctx, tx, "journal_entries", []string{"idx", "kind", "body"}, 1, rows, func(r journal.Row) []any {
		return []any{r.Index, string(r.Kind), r.Body}
	})
	if err != nil {
		return err
	}
	on, kinds := map[journal.Mark][]int64{}, map[journal.Kind][]int64{}
	for _, r := range rows {
		for _, m := range r.On {
			on[m] = append(on[m], r.Index)
		}
		for _, k := range r.Kinds {
			kinds[k] = append(kinds[k], r.Index)
		}
	}
	for m, indexes := range on {
		if err := execIn(ctx, tx, `DELETE FROM journal_subjects WHERE subject = $1 AND at_us = $2 AND idx IN %s`, indexes, m.Subject, m.AtUS); err != nil {
			return err
		}
	}
	for k, indexes := range kinds {
		if err := execIn(ctx, tx, `DELETE FROM journal_kinds WHERE kind = $1 AND idx IN %s`, indexes, string(k)); err != nil {
			return err
		}
	}
	return nil
}
