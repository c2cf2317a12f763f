// Package journaltest holds the journal's suite, which runs on every store, and a store in memory that polices what a
// store may never be asked to do.
//
// It owns no behaviour of the product: only tests import it. Run is the suite; internal/storage runs it on each engine.
package journaltest

import (
	"cmp"
	"context"
	"errors"
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
	return &Memory{t: t, s: &state{Rows: map[int64]journal.Row{}, Tiles: map[journal.TileID][]byte{}, subjects: map[key]bool{}, kinds: map[kindKey]bool{}}}
}

// state is everything stored; its exported fields may be tampered with.
type state struct {
	Rows     map[int64]journal.Row
	Tiles    map[journal.TileID][]byte
	Head     journal.Head
	subjects map[key]bool
	kinds    map[kindKey]bool
}

type key struct {
	subject string
	at      int64
	index   int64
}

type kindKey struct {
	kind  journal.Kind
	index int64
}

func (s *state) clone() *state {
	return &state{maps.Clone(s.Rows), maps.Clone(s.Tiles), s.Head, maps.Clone(s.subjects), maps.Clone(s.kinds)}
}

// Tamper changes the store behind the journal's back.
func (m *Memory) Tamper(f func(rows map[int64]journal.Row, tiles map[journal.TileID][]byte, head *journal.Head)) {
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

func (tx *memoryTx) NextJournal(context.Context) (int64, error) {
	next := tx.s.Head.Size
	for index := range tx.s.Rows {
		next = max(next, index+1)
	}
	return next, nil
}

func (tx *memoryTx) InsertJournalEntries(ctx context.Context, rows []journal.Row) error {
	for _, r := range rows {
		next, _ := tx.NextJournal(ctx)
		tx.police(r.Index == next, "row %d inserted where %d is next", r.Index, next)
		tx.s.Rows[r.Index] = r
	}
	return nil
}

func (tx *memoryTx) IndexJournal(_ context.Context, rows []journal.Row) (added int64, err error) {
	before := len(tx.s.subjects) + len(tx.s.kinds)
	for _, r := range rows {
		tx.police(tx.s.Rows[r.Index].Kind == r.Kind, "row %d indexed as %s", r.Index, r.Kind)
		for _, k := range r.Kinds {
			tx.s.kinds[kindKey{k, r.Index}] = true
		}
		for _, m := range r.On {
			tx.s.subjects[key{m.Subject, m.AtUS, r.Index}] = true
		}
	}
	return int64(len(tx.s.subjects) + len(tx.s.kinds) - before), nil
}

// sorted returns the rows that keep wants, by ascending index.
func (tx *memoryTx) sorted(keep func(journal.Row) bool) []journal.Row {
	var rows []journal.Row
	for _, index := range slices.Sorted(maps.Keys(tx.s.Rows)) {
		if r := tx.s.Rows[index]; keep(r) {
			rows = append(rows, r)
		}
	}
	return rows
}

func (tx *memoryTx) PendingJournal(ctx context.Context, limit int) ([]journal.Row, error) {
	return tx.JournalRange(ctx, tx.s.Head.Size, limit)
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
	return first(tx.sorted(func(r journal.Row) bool { return r.Index >= from }), limit), nil
}

func (tx *memoryTx) JournalByIndex(_ context.Context, indexes []int64) ([]journal.Row, error) {
	return tx.sorted(func(r journal.Row) bool { return slices.Contains(indexes, r.Index) }), nil
}

func (tx *memoryTx) JournalOfSubject(_ context.Context, subject string, at, index int64, limit int) ([]journal.Row, error) {
	var keys []key
	for k := range tx.s.subjects {
		if k.subject == subject && (k.at < at || k.at == at && k.index < index) {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b key) int { return -cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.index, b.index)) })
	var rows []journal.Row
	for _, k := range first(keys, limit) {
		r := tx.s.Rows[k.index]
		r.On = []journal.Mark{{Subject: subject, AtUS: k.at}}
		rows = append(rows, r)
	}
	return rows, nil
}

func (tx *memoryTx) JournalList(_ context.Context, kinds []journal.Kind, before int64, limit int) ([]journal.Row, error) {
	rows := tx.sorted(func(r journal.Row) bool {
		of := func(k journal.Kind) bool { return tx.s.kinds[kindKey{k, r.Index}] }
		return (len(kinds) == 0 || r.Index >= tx.s.Head.Size || slices.ContainsFunc(kinds, of)) && r.Index < before
	})
	slices.Reverse(rows)
	return first(rows, limit), nil
}

func (tx *memoryTx) CountJournal(_ context.Context, kinds []journal.Kind) (int64, error) {
	n := len(tx.sorted(func(r journal.Row) bool { return r.Index >= tx.s.Head.Size && slices.Contains(kinds, r.Kind) }))
	for k := range tx.s.kinds {
		if slices.Contains(kinds, k.kind) {
			n++
		}
	}
	return int64(n), nil
}

func (tx *memoryTx) CountJournalIndex(context.Context) (int64, error) {
	return int64(len(tx.s.subjects) + len(tx.s.kinds)), nil
}

func (tx *memoryTx) EraseJournal(_ context.Context, rows []journal.Row) error {
	for _, r := range rows {
		old, ok := tx.s.Rows[r.Index]
		if !ok {
			return errors.New("no such row")
		}
		before, err := old.Leaf()
		tx.police(err == nil, "row %d was erased though it is damaged", r.Index)
		after, err := r.Leaf()
		tx.police(err == nil && after == before && r.Kind == old.Kind, "erasing changed what is proved of row %d", r.Index)
		for _, m := range r.On {
			tx.police(tx.s.subjects[key{m.Subject, m.AtUS, r.Index}] || r.Index >= tx.s.Head.Size, "subject row of %d was not there", r.Index)
			delete(tx.s.subjects, key{m.Subject, m.AtUS, r.Index})
		}
		for _, k := range r.Kinds {
			tx.police(k != r.Kind && (tx.s.kinds[kindKey{k, r.Index}] || r.Index >= tx.s.Head.Size), "kind row %s of %d was not there, or its own", k, r.Index)
			delete(tx.s.kinds, kindKey{k, r.Index})
		}
		old.Body = r.Body
		tx.s.Rows[r.Index] = old
	}
	return nil
}

func first[T any](all []T, n int) []T { return all[:min(n, len(all))] }
