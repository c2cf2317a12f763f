package journal_test

import (
	"bytes"
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
	rowMap  = map[int64]journal.Row
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

// change edits a row and seals it again, as somebody would who knows the format.
func change(rows rowMap, index int64, f func(*journal.Row)) {
	r, ok := rows[index]
	if !ok {
		panic("no such index")
	}
	r.Body = slices.Clone(journal.Unsealed(r.Body))
	f(&r)
	delete(rows, index)
	r.Body = journal.Seal(r.Index, r.Kind, r.Body)
	rows[r.Index] = r
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
		"field name": {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, replace("sequence", "sequenze")) }, damaged, nil},
		"kind": {func(r rowMap, _ tileMap, _ *journal.Head) {
			change(r, 7, func(r *journal.Row) { r.Kind = journal.DoorRefused })
		}, damaged, nil},
		"time": {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, replace("T07:07", "T07:08")) }, damaged, nil},
		"salt": {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.Body[1] ^= 1 }) }, damaged, nil},
		"rotten byte": {func(r rowMap, _ tileMap, _ *journal.Head) {
			row := r[7]
			row.Body = flip(row.Body, 20)
			r[7] = row
		}, damaged, nil},
		"kind column alone": {func(r rowMap, _ tileMap, _ *journal.Head) {
			row := r[7]
			row.Kind = journal.DoorRefused
			r[7] = row
		}, damaged, nil},
		"body cut":     {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.Body = r.Body[:9] }) }, damaged, nil},
		"body emptied": {func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 7, func(r *journal.Row) { r.Body = nil }) }, damaged, nil},
		"body of another": {func(r rowMap, _ tileMap, _ *journal.Head) { // the row alone looks right
			other := journal.Unsealed(r[8].Body)
			change(r, 7, func(r *journal.Row) { r.Body = slices.Clone(other) })
		}, damaged, nil},
		"two rows swapped": {func(r rowMap, _ tileMap, _ *journal.Head) {
			change(r, 7, func(r *journal.Row) { r.Index = n })
			change(r, 8, func(r *journal.Row) { r.Index = 7 })
			change(r, n, func(r *journal.Row) { r.Index = 8 })
		}, damaged, nil},
		"row removed":      {func(r rowMap, _ tileMap, _ *journal.Head) { delete(r, 7) }, damaged, nil},
		"last row removed": {func(r rowMap, _ tileMap, _ *journal.Head) { delete(r, n-1) }, damaged, nil},
		"row made pending": {func(r rowMap, _ tileMap, _ *journal.Head) {
			change(r, n-1, func(r *journal.Row) { r.Index = n })
		}, damaged, nil},
		"row copied beyond the head": {func(r rowMap, _ tileMap, _ *journal.Head) { r[n] = r[7] }, damaged, damaged},
		"gap beyond the head": {func(r rowMap, _ tileMap, _ *journal.Head) {
			extra := r[7]
			extra.Index = n + 1
			r[n+1] = extra
		}, damaged, damaged},
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
		}, damaged, stopped},
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
		if !bytes.Contains(r.Body, []byte(old)) {
			panic("nothing to replace")
		}
		r.Body = bytes.Replace(r.Body, []byte(old), []byte(new), 1)
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

// What has changed while it waited is not sealed into the tree, nor what stands at another place or after a gap; and what
// comes after the last signed entry has gone missing does not take its place.
func TestChangedWhilePending(t *testing.T) {
	for name, c := range map[string]struct {
		tamper func(rowMap)
		want   error
	}{
		"changed": {func(r rowMap) { r[11] = journal.Row{Index: 11, Kind: r[11].Kind, Body: flip(r[11].Body, 20)} }, journal.ErrDamaged},
		"swapped": {func(r rowMap) {
			r[10], r[11] = journal.Row{Index: 10, Kind: r[11].Kind, Body: r[11].Body}, journal.Row{Index: 11, Kind: r[10].Kind, Body: r[10].Body}
		}, journal.ErrDamaged},
		"removed":              {func(r rowMap) { delete(r, 10) }, journal.ErrDamaged},
		"signed entry removed": {func(r rowMap) { clear(r) }, nil},
	} {
		db, log, _ := grown(t, 10)
		journaltest.Append(t, db, journaltest.Openings(2)...)
		db.Tamper(func(r rowMap, _ tileMap, _ *journal.Head) { c.tamper(r) })
		journaltest.Append(t, db, journaltest.Openings(1)...)
		if _, err := log.Integrate(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%s: Integrate = %v, want %v", name, err, c.want)
		}
		if _, err := log.Check(t.Context()); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("%s: Check = %v, want ErrDamaged", name, err)
		}
	}
}

// What was changed is not erased, for that would hide the change; neither when it looks right in itself.
func TestEraseRefusesChanged(t *testing.T) {
	for name, tamper := range map[string]func(rowMap, tileMap){
		"careless": func(r rowMap, _ tileMap) { r[3] = journal.Row{Index: 3, Kind: r[3].Kind, Body: flip(r[3].Body, 20)} },
		"sealed":   func(r rowMap, _ tileMap) { change(r, 3, replace("activation-3", "activation-4")) },
		"no tile":  func(_ rowMap, tiles tileMap) { clear(tiles) },
	} {
		db, _, _ := grown(t, 10)
		db.Tamper(func(r rowMap, tiles tileMap, _ *journal.Head) { tamper(r, tiles) })
		err := db.Update(t.Context(), func(tx journal.Tx) error {
			_, err := journal.Erase(t.Context(), tx, journal.Whole(2, 3))
			return err
		})
		if !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("%s: Erase = %v, want ErrDamaged", name, err)
		}
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
