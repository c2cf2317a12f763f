package journal_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
)

type (
	rowMap  = map[string]journal.Row
	tileMap = map[journal.TileID][]byte
)

// grown returns a log of n entries, integrated, in a store that can be tampered with.
func grown(t testing.TB, n int) (*journaltest.Memory, *journal.Log, journaltest.Keys) {
	t.Helper()
	db, keys := journaltest.NewMemory(t).(*journaltest.Memory), journaltest.NewKeys(t)
	log := keys.NewLog(t, db)
	journaltest.Append(t, db, journaltest.Openings(n)...)
	if _, err := log.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db, log, keys
}

func at(rows rowMap, index int64) journal.Row {
	for _, r := range rows {
		if r.Index == index {
			return r
		}
	}
	panic("no such index")
}

func change(rows rowMap, index int64, f func(*journal.Row)) {
	r := at(rows, index)
	f(&r)
	rows[r.ID] = r
}

func flip(data []byte, i int) []byte {
	out := slices.Clone(data)
	out[i] ^= 1
	return out
}

// Whatever is changed behind the journal's back is found by the full check; what touches head or edge stops the log at
// once.
func TestTampering(t *testing.T) {
	const n = 300
	stopped, damaged := error(journal.ErrStopped), error(journal.ErrDamaged)
	for name, c := range map[string]struct {
		tamper    func(rowMap, tileMap, *journal.Head)
		check     error // of Check
		integrate error // of Integrate, with a new entry waiting
	}{
		"value":      {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, replace("activation-7", "activation-8")) }, damaged, nil},
		"field name": {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, replace(`"sequence"`, `"sequenze"`)) }, damaged, nil},
		"kind": {func(r rowMap, _ tileMap, _ *journal.Head) {
			change(r, 7, func(r *journal.Row) { r.Kind = journal.DoorRefused })
		}, damaged, nil},
		"time column":     {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.AtUS++ }) }, damaged, nil},
		"receipt column":  {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.ReceivedUS = 0 }) }, damaged, nil},
		"body is no JSON": {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.Body = "{" }) }, damaged, nil},
		"body emptied":    {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.Body = "{}" }) }, damaged, nil},
		"leaf":            {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.Leaf[0] ^= 1 }) }, damaged, nil},
		"consistent row": {func(r rowMap, _ tileMap, _ *journal.Head) { // body and leaf of another entry: the row alone looks right
			other := at(r, 8)
			change(r, 7, func(r *journal.Row) {
				r.Body, r.Leaf, r.AtUS, r.ReceivedUS = other.Body, other.Leaf, other.AtUS, other.ReceivedUS
			})
		}, damaged, nil},
		"two rows swapped": {func(r rowMap, _ tileMap, _ *journal.Head) {
			a, b := at(r, 7), at(r, 8)
			a.Index, b.Index = 8, 7
			r[a.ID], r[b.ID] = a, b
		}, damaged, nil},
		"row removed":      {func(r rowMap, _ tileMap, _ *journal.Head) { delete(r, at(r, 7).ID) }, damaged, nil},
		"last row removed": {func(r rowMap, _ tileMap, _ *journal.Head) { delete(r, at(r, n-1).ID) }, damaged, nil},
		"row made pending": {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, n-1, func(r *journal.Row) { r.Index = -1 }) }, damaged, nil},
		"row beyond the head": {func(r rowMap, _ tileMap, _ *journal.Head) {
			extra := at(r, 7)
			extra.ID, extra.Index = "extra", n
			r["extra"] = extra
		}, stopped, stopped},
		"full tile":      {func(_ rowMap, ts tileMap, _ *journal.Head) { id := journal.TileID{}; ts[id] = flip(ts[id], 40) }, damaged, nil},
		"full tile gone": {func(_ rowMap, ts tileMap, _ *journal.Head) { delete(ts, journal.TileID{}) }, damaged, nil},
		"edge tile": {func(_ rowMap, ts tileMap, _ *journal.Head) {
			id := journal.TileID{N: 1}
			ts[id] = flip(ts[id], 40)
		}, stopped, stopped},
		"edge tile cut": {func(_ rowMap, ts tileMap, _ *journal.Head) { id := journal.TileID{N: 1}; ts[id] = ts[id][:32] }, stopped, stopped},
		"edge tile too wide": {func(_ rowMap, ts tileMap, _ *journal.Head) {
			id := journal.TileID{N: 1}
			ts[id] = append(slices.Clone(ts[id]), make([]byte, tlog.HashSize)...)
		}, stopped, stopped},
		"upper tile": {func(_ rowMap, ts tileMap, _ *journal.Head) { id := journal.TileID{Level: 1}; ts[id] = flip(ts[id], 0) }, stopped, stopped},
		"head root":  {func(_ rowMap, _ tileMap, h *journal.Head) { h.Root[3] ^= 1 }, stopped, stopped},
		"head size":  {func(_ rowMap, _ tileMap, h *journal.Head) { h.Size-- }, stopped, stopped},
		"head signature": {func(_ rowMap, _ tileMap, h *journal.Head) {
			h.Checkpoint = h.Checkpoint[:len(h.Checkpoint)-8] + "AAAAAA=\n"
		}, stopped, stopped},
		"head text": {func(_ rowMap, _ tileMap, h *journal.Head) {
			h.Checkpoint = strings.Replace(h.Checkpoint, "300", "299", 1)
		}, stopped, stopped},
		"head gone": {func(_ rowMap, _ tileMap, h *journal.Head) { *h = journal.Head{} }, stopped, stopped},
		"all gone but rows": {func(_ rowMap, ts tileMap, h *journal.Head) {
			*h = journal.Head{}
			maps.DeleteFunc(ts, func(journal.TileID, []byte) bool { return true })
		}, stopped, stopped},
	} {
		t.Run(name, func(t *testing.T) {
			db, _, keys := grown(t, n)
			db.Tamper(func(r rowMap, ts tileMap, h *journal.Head) { c.tamper(r, ts, h) })
			log := keys.NewLog(t, db) // as after a restart
			if _, err := log.Check(t.Context()); !errors.Is(err, c.check) {
				t.Errorf("Check = %v, want %v", err, c.check)
			}
			if c.integrate == nil {
				return
			}
			before := db.Copy()
			journaltest.Append(t, db, journaltest.Openings(1)...) // still possible: no event is lost
			if _, err := log.Integrate(t.Context()); !errors.Is(err, c.integrate) {
				t.Errorf("Integrate = %v, want %v", err, c.integrate)
			}
			if got, want := heads(t, db), heads(t, before); got != want {
				t.Error("a stopped log has written a head")
			}
		})
	}
}

func replace(old, new string) func(*journal.Row) {
	return func(r *journal.Row) {
		if !strings.Contains(r.Body, old) {
			panic("nothing to replace")
		}
		r.Body = strings.Replace(r.Body, old, new, 1)
	}
}

func heads(t *testing.T, db *journaltest.Memory) (h journal.Head) {
	t.Helper()
	journaltest.Must(t, db.View(t.Context(), func(tx journal.Tx) (err error) {
		h, err = tx.JournalHead(t.Context())
		return err
	}))
	return h
}

// An entry that is hidden from its timeline is found by the full check.
func TestHiddenFromTimeline(t *testing.T) {
	db, log, _ := grown(t, 10)
	db.Hide()
	if _, err := log.Check(t.Context()); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("Check = %v, want ErrDamaged", err)
	}
}

// What was changed while it waited is not sealed.
func TestChangedWhilePending(t *testing.T) {
	db, log, _ := grown(t, 10)
	journaltest.Append(t, db, journaltest.Openings(1)...)
	db.Tamper(func(r rowMap, _ tileMap, _ *journal.Head) { change(r, -1, replace("activation-0", "activation-1")) })
	if _, err := log.Integrate(t.Context()); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("Integrate = %v, want ErrDamaged", err)
	}
}

// A database restored from an old copy is whole in itself. The process that saw more notices at once; so does whoever
// kept a checkpoint, even when the restored log has grown past it.
func TestRestoredFromOldCopy(t *testing.T) {
	db, log, keys := grown(t, 10)
	old := db.Copy()
	journaltest.Append(t, db, journaltest.Openings(5)...)
	if _, err := log.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept, err := log.Checkpoint(t.Context())
	journaltest.Must(t, err)

	restored := keys.NewLog(t, old)
	if _, err := restored.Check(t.Context()); err != nil {
		t.Errorf("the old copy is whole, but Check = %v", err)
	}
	if err := restored.Extends(t.Context(), kept); !errors.Is(err, journal.ErrForked) {
		t.Errorf("cut short: Extends = %v, want ErrForked", err)
	}
	journaltest.Append(t, old, journaltest.Openings(20)...)
	if _, err := restored.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := restored.Extends(t.Context(), kept); !errors.Is(err, journal.ErrForked) {
		t.Errorf("rewritten: Extends = %v, want ErrForked", err)
	}

	saved := old.Copy()
	earlier := func(rows rowMap, tiles tileMap, head *journal.Head) { // back to an empty database under a running process
		clear(rows)
		clear(tiles)
		*head = journal.Head{}
	}
	old.Tamper(earlier)
	if _, err := restored.Integrate(t.Context()); !errors.Is(err, journal.ErrStopped) {
		t.Errorf("rolled back under the process: Integrate = %v, want ErrStopped", err)
	}
	if _, err := keys.NewLog(t, saved).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// The head is swapped only if nobody else has swapped it: a writer whose view is stale changes nothing.
func TestForkIsRefused(t *testing.T) {
	db, _, keys := grown(t, 10)
	other := db.Copy()
	journaltest.Append(t, db, journaltest.Openings(1)...)
	journaltest.Append(t, other, journaltest.Openings(1)...)
	for _, m := range []*journaltest.Memory{db, other} {
		if _, err := keys.NewLog(t, m).Integrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	fork := heads(t, other)
	db.Tamper(func(_ rowMap, _ tileMap, h *journal.Head) { *h = fork }) // the other's head, well signed, of the same size
	if _, err := keys.NewLog(t, db).Check(t.Context()); !errors.Is(err, journal.ErrStopped) {
		t.Errorf("Check = %v, want ErrStopped", err)
	}
	ok := true
	journaltest.Must(t, other.Update(t.Context(), func(tx journal.Tx) (err error) {
		stale := fork
		stale.Root[0] ^= 1
		ok, err = tx.SetJournalHead(t.Context(), stale, journal.Head{Size: 99})
		return err
	}))
	if ok {
		t.Error("a stale writer replaced the head")
	}
}
