// Package journaltest holds the journal's suite, which runs on every store, and a store in memory that polices what a
// store may never be asked to do.
//
// It owns no behaviour of the product: only tests import it. Run is the suite; internal/storage runs it on each engine.
package journaltest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
)

// Memory is a journal store in memory. Its Updates run one at a time on a copy, which replaces the state when they
// commit.
type Memory struct {
	t  testing.TB
	mu sync.Mutex
	s  *state
}

var _ txn.Runner[journal.Tx] = (*Memory)(nil)

// NewMemory returns an empty store that fails t when an invariant is broken.
func NewMemory(t testing.TB) txn.Runner[journal.Tx] {
	return &Memory{t: t, s: &state{Rows: map[string]journal.Row{}, Tiles: map[journal.TileID][]byte{}, subjects: map[key]bool{}}}
}

// state is everything stored; its exported fields may be tampered with.
type state struct {
	Rows     map[string]journal.Row
	Tiles    map[journal.TileID][]byte
	Head     journal.Head
	subjects map[key]bool
}

type key struct {
	subject string
	at      int64
	id      string
}

func (s *state) clone() *state {
	return &state{maps.Clone(s.Rows), maps.Clone(s.Tiles), s.Head, maps.Clone(s.subjects)}
}

// Tamper changes the store behind the journal's back.
func (m *Memory) Tamper(f func(rows map[string]journal.Row, tiles map[journal.TileID][]byte, head *journal.Head)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.s = m.s.clone()
	f(m.s.Rows, m.s.Tiles, &m.s.Head)
}

// Hide takes one entry off one timeline.
func (m *Memory) Hide() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.s = m.s.clone()
	for k := range m.s.subjects {
		delete(m.s.subjects, k)
		return
	}
}

// Copy returns a store of its own with the same content: a backup.
func (m *Memory) Copy() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{t: m.t, s: m.s.clone()}
}

// View runs f on the present state.
func (m *Memory) View(_ context.Context, f func(journal.Tx) error) error {
	m.mu.Lock()
	s := m.s
	m.mu.Unlock()
	return f(&memoryTx{m.t, s, true})
}

// Update runs f on a copy and keeps it if f returns nil.
func (m *Memory) Update(_ context.Context, f func(journal.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := m.s.clone()
	if err := f(&memoryTx{m.t, next, false}); err != nil {
		return err
	}
	m.s = next
	return nil
}

type memoryTx struct {
	t        testing.TB
	s        *state
	readOnly bool
}

// Start is the instant of every transaction in memory.
var Start = time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)

func (tx *memoryTx) Now() time.Time { return Start }

// police fails the test when the journal asks for what it has promised never to do.
func (tx *memoryTx) police(ok bool, format string, args ...any) {
	tx.t.Helper()
	if !ok || tx.readOnly {
		tx.t.Errorf("the journal broke a promise: "+format, args...)
	}
}

func (tx *memoryTx) InsertJournalEntries(_ context.Context, rows []journal.Row) error {
	for _, r := range rows {
		_, exists := tx.s.Rows[r.ID]
		tx.police(!exists && r.Index == -1, "row %s inserted twice or with an index", r.ID)
		tx.s.Rows[r.ID] = r
	}
	return nil
}

func (tx *memoryTx) IndexJournal(_ context.Context, rows []journal.Row) error {
	for _, r := range rows {
		for _, subject := range r.Subjects {
			k := key{subject, r.AtUS, r.ID}
			tx.police(!tx.s.subjects[k], "row %s indexed twice", r.ID)
			tx.s.subjects[k] = true
		}
	}
	return nil
}

// sorted returns the rows that keep wants, by ascending id.
func (tx *memoryTx) sorted(keep func(journal.Row) bool) []journal.Row {
	var rows []journal.Row
	for _, r := range tx.s.Rows {
		if keep(r) {
			rows = append(rows, r)
		}
	}
	slices.SortFunc(rows, func(a, b journal.Row) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

func (tx *memoryTx) PendingJournal(_ context.Context, limit int) ([]journal.Row, error) {
	return first(tx.sorted(func(r journal.Row) bool { return r.Index < 0 }), limit), nil
}

func (tx *memoryTx) SequenceJournal(_ context.Context, first int64, ids []string) error {
	taken := tx.sorted(func(r journal.Row) bool { return r.Index >= 0 })
	tx.police(first == int64(len(taken)), "index %d given when %d are taken", first, len(taken))
	for i, id := range ids {
		r, ok := tx.s.Rows[id]
		if !ok || r.Index >= 0 {
			return fmt.Errorf("row %s is missing or has an index", id)
		}
		r.Index = first + int64(i)
		tx.s.Rows[id] = r
	}
	return nil
}

func (tx *memoryTx) JournalHead(context.Context) (journal.Head, error) { return tx.s.Head, nil }

func (tx *memoryTx) SetJournalHead(_ context.Context, old, next journal.Head) (bool, error) {
	if tx.s.Head.Size != old.Size || tx.s.Head.Root != old.Root {
		return false, nil
	}
	tx.police(next.Size > old.Size, "head from %d to %d", old.Size, next.Size)
	tx.s.Head = next
	return true, nil
}

func (tx *memoryTx) JournalTiles(_ context.Context, ids []journal.TileID) ([][]byte, error) {
	data := make([][]byte, len(ids))
	for i, id := range ids {
		data[i] = tx.s.Tiles[id]
	}
	return data, nil
}

func (tx *memoryTx) PutJournalTiles(_ context.Context, tiles []journal.Tile) error {
	for _, tile := range tiles {
		old := string(tx.s.Tiles[tile.TileID])
		tx.police(len(tile.Data) > len(old) && strings.HasPrefix(string(tile.Data), old), "tile %v was not extended but replaced", tile.TileID)
		tx.s.Tiles[tile.TileID] = slices.Clone(tile.Data)
	}
	return nil
}

func (tx *memoryTx) JournalRange(_ context.Context, from int64, limit int) ([]journal.Row, error) {
	rows := tx.sorted(func(r journal.Row) bool { return r.Index >= 0 && r.Index >= from })
	slices.SortFunc(rows, func(a, b journal.Row) int { return cmp.Compare(a.Index, b.Index) })
	return first(rows, limit), nil
}

func (tx *memoryTx) JournalByID(_ context.Context, ids []string) ([]journal.Row, error) {
	return tx.sorted(func(r journal.Row) bool { return slices.Contains(ids, r.ID) }), nil
}

func (tx *memoryTx) JournalOfSubject(_ context.Context, subject string, at int64, id string, limit int) ([]journal.Row, error) {
	var keys []key
	for k := range tx.s.subjects {
		if k.subject == subject && (k.at < at || k.at == at && k.id < id) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return -cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
	var rows []journal.Row
	for _, k := range first(keys, limit) {
		rows = append(rows, tx.s.Rows[k.id])
	}
	return rows, nil
}

func (tx *memoryTx) JournalList(_ context.Context, kinds []journal.Kind, before string, limit int) ([]journal.Row, error) {
	rows := tx.sorted(func(r journal.Row) bool {
		return (len(kinds) == 0 || slices.Contains(kinds, r.Kind)) && (before == "" || r.ID < before)
	})
	slices.Reverse(rows)
	return first(rows, limit), nil
}

func (tx *memoryTx) CountJournal(_ context.Context, kinds []journal.Kind) (int64, error) {
	return int64(len(tx.sorted(func(r journal.Row) bool { return len(kinds) == 0 || slices.Contains(kinds, r.Kind) }))), nil
}

func (tx *memoryTx) CountJournalIndex(context.Context) (int64, error) {
	return int64(len(tx.s.subjects)), nil
}

func (tx *memoryTx) EraseJournal(_ context.Context, rows []journal.Row) error {
	for _, r := range rows {
		old, ok := tx.s.Rows[r.ID]
		if !ok {
			return errors.New("no such row")
		}
		tx.police(r.Leaf == old.Leaf && r.Kind == old.Kind && r.Index == old.Index, "erasing changed what is proved of %s", r.ID)
		for _, subject := range r.Subjects {
			tx.police(tx.s.subjects[key{subject, r.AtUS, r.ID}] || old.Index < 0, "subject row of %s was not there", r.ID)
			delete(tx.s.subjects, key{subject, r.AtUS, r.ID})
		}
		old.Body, old.AtUS, old.ReceivedUS = r.Body, 0, 0
		tx.s.Rows[r.ID] = old
	}
	return nil
}

func first[T any](all []T, n int) []T { return all[:min(n, len(all))] }
