package storage_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const (
	insertProbe = `INSERT INTO probe (id, name) VALUES ($1, 'x')`
	allProbes   = `SELECT id FROM probe ORDER BY id`
	someProbes  = `SELECT id FROM probe WHERE id = $1`
)

// Whatever a transaction writes, reads, foresees and takes back: it reads what it has written, and what it has written is there
// afterwards.
func TestWhatWaitsAndWhatIsForeseenChangesNoAnswer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		rapid.Check(t, func(t *rapid.T) {
			ctx := context.Background()
			var want map[int64]bool
			same := func(got []int64, err error) {
				if err != nil || !slices.Equal(got, slices.Sorted(maps.Keys(want))) {
					t.Fatalf("got %v, %v, want %v", got, err, want)
				}
			}
			err := db.Update(ctx, func(tx *storage.Tx) error {
				want = map[int64]bool{}
				if _, err := tx.TestExec(ctx, `DELETE FROM probe`); err != nil {
					return err
				}
				return steps(ctx, t, tx, want, same)
			})
			if err != nil {
				t.Fatal(err)
			}
			same(idsNow(ctx, db))
		})
	})
}

func idsNow(ctx context.Context, db *storage.DB) (got []int64, err error) {
	err = db.View(ctx, func(tx *storage.Tx) error {
		got, err = tx.TestInts(ctx, allProbes)
		return err
	})
	return got, err
}

var errTakenBack = errors.New("taken back")

// steps are made at random, some of them in a savepoint that is kept or taken back.
func steps(ctx context.Context, t *rapid.T, tx *storage.Tx, want map[int64]bool, same func([]int64, error)) error {
	for range rapid.IntRange(0, 8).Draw(t, "steps") {
		id := rapid.Int64Range(0, 5).Draw(t, "id")
		var err error
		switch rapid.IntRange(0, 5).Draw(t, "what") {
		case 0:
			if !want[id] {
				want[id], err = true, tx.TestLater(ctx, insertProbe, id)
			}
		case 1:
			delete(want, id)
			err = tx.TestLater(ctx, `DELETE FROM probe WHERE id = $1`, id)
		case 2:
			same(tx.TestInts(ctx, allProbes))
		case 3:
			one, err := tx.TestInts(ctx, someProbes, id)
			if err != nil || (len(one) == 1) != want[id] {
				t.Fatalf("%d: got %v, %v, want %v", id, one, err, want[id])
			}
		case 4:
			err = tx.Foresee(ctx, func() {
				tx.TestInts(ctx, allProbes)
				tx.TestInts(ctx, someProbes, id)
			})
		case 5:
			before, back := maps.Clone(want), rapid.Bool().Draw(t, "back")
			err = tx.Savepoint(ctx, func() error {
				if err := steps(ctx, t, tx, want, same); err != nil || !back {
					return err
				}
				return errTakenBack
			})
			if back && errors.Is(err, errTakenBack) {
				clear(want)
				maps.Copy(want, before)
				err = nil
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A write that waits may fail late, and yet as what it is; the one before it is not there either.
func TestWritesThatWaitFailAsThemselves(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		ctx := t.Context()
		twice := func(tx *storage.Tx) error {
			for range 2 {
				if err := tx.TestLater(ctx, insertProbe, int64(1)); err != nil {
					return err
				}
			}
			return nil
		}
		if err := db.Update(ctx, twice); !storage.IsUnique(err, "probe_pkey") {
			t.Errorf("with the commit: got %v, want a violation of probe_pkey", err)
		}
		err := db.Update(ctx, func(tx *storage.Tx) error {
			err := tx.Savepoint(ctx, func() error { return twice(tx) })
			if !storage.IsUnique(err, "probe_pkey") {
				t.Errorf("with the savepoint: got %v, want a violation of probe_pkey", err)
			}
			return tx.TestLater(ctx, insertProbe, int64(2))
		})
		if err != nil {
			t.Error(err)
		}
		wantIDs(t, db, 2)
	})
}

func TestViewsDoNotLetWritesWait(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		err := db.View(t.Context(), func(tx *storage.Tx) error { return tx.TestLater(t.Context(), insertProbe, int64(1)) })
		if err == nil {
			t.Error("a View has written, or forgotten to")
		}
	})
}

// On the engine where round trips cost, and there alone, there are fewer.
func TestTogether(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		ctx := t.Context()
		before := db.Trips()
		err := db.Update(ctx, func(tx *storage.Tx) error {
			read := func() {
				tx.TestInts(ctx, allProbes)
				tx.TestInts(ctx, someProbes, int64(7))
			}
			if err := tx.Foresee(ctx, read); err != nil {
				return err
			}
			read()
			for id := range int64(5) {
				if err := tx.TestLater(ctx, insertProbe, id); err != nil {
					return err
				}
			}
			return nil
		})
		want := map[string]int64{"sqlite": 9, "postgres": 3}[db.Engine()] // begin, what was read, commit
		if got := db.Trips() - before; err != nil || got != want {
			t.Errorf("got %d round trips, %v, want %d", got, err, want)
		}
		wantIDs(t, db, 0, 1, 2, 3, 4)
	})
}

func TestForeseeOnlyReads(t *testing.T) {
	db := storagetest.Open(t, storagetest.Postgres(t), storage.Options{})
	probe(t, db)
	ctx := t.Context()
	for _, text := range []string{`INSERT INTO probe (id, name) VALUES (1, 'x')`, `INSERT INTO probe (id, name) VALUES (1, 'x') RETURNING id`} {
		err := db.Update(ctx, func(tx *storage.Tx) error {
			return tx.Foresee(ctx, func() { tx.TestInts(ctx, text) })
		})
		if err == nil {
			t.Errorf("%s: done, or forgotten", text)
		}
	}
	if err := db.Update(ctx, func(tx *storage.Tx) error {
		return tx.Foresee(ctx, func() { tx.TestLater(ctx, insertProbe, int64(1)) })
	}); err == nil {
		t.Error("a write was done, or forgotten")
	}
	wantIDs(t, db)
}
