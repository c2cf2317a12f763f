package storage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/engine"
	"hemnyckel/internal/storage/storagetest"
)

// probe makes the table that these tests write to.
func probe(t *testing.T, db *storage.DB) {
	t.Helper()
	update(t, db, `CREATE TABLE probe (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)`)
}

func update(t *testing.T, db *storage.DB, texts ...string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		for _, text := range texts {
			if _, err := tx.TestExec(t.Context(), text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func ids(t *testing.T, db *storage.DB) (got []int64) {
	t.Helper()
	err := db.View(t.Context(), func(tx *storage.Tx) (err error) {
		got, err = tx.TestInts(t.Context(), `SELECT id FROM probe ORDER BY id`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func wantIDs(t *testing.T, db *storage.DB, want ...int64) {
	t.Helper()
	if got := ids(t, db); !slices.Equal(got, want) {
		t.Errorf("got rows %v, want %v", got, want)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	if p, ok := errors.AsType[*problem.Error](err); !ok || p.Code != code {
		t.Errorf("got %v, want the problem %s", err, code)
	}
}

func add(ctx context.Context, tx *storage.Tx, id int64) error {
	_, err := tx.TestExec(ctx, `INSERT INTO probe (id, name) VALUES ($1, $2)`, id, "x")
	return err
}

var errStop = errors.New("stop")

func TestUpdateCommitsOrTakesBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		ctx := t.Context()
		if err := db.Update(ctx, func(tx *storage.Tx) error { return add(ctx, tx, 1) }); err != nil {
			t.Fatal(err)
		}
		err := db.Update(ctx, func(tx *storage.Tx) error { return errors.Join(add(ctx, tx, 2), errStop) })
		if !errors.Is(err, errStop) {
			t.Errorf("got %v, want the function's error", err)
		}
		canceled, cancel := context.WithCancel(ctx)
		err = db.Update(canceled, func(tx *storage.Tx) error {
			defer cancel()
			return add(canceled, tx, 3)
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
		if err := db.Update(canceled, func(tx *storage.Tx) error { return add(canceled, tx, 4) }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			db.Update(ctx, func(tx *storage.Tx) error {
				add(ctx, tx, 5)
				panic("in the middle")
			})
		}()
		wantIDs(t, db, 1)
		if err := db.Update(ctx, func(tx *storage.Tx) error { return add(ctx, tx, 6) }); err != nil {
			t.Errorf("after all that: %v", err)
		}
		wantIDs(t, db, 1, 6)
	})
}

// A function that hides a failed statement must not have the rest of its work committed.
func TestFailedStatementFailsTheTransaction(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		ctx := t.Context()
		err := db.Update(ctx, func(tx *storage.Tx) error {
			add(ctx, tx, 1)
			add(ctx, tx, 1)
			if err := add(ctx, tx, 2); err == nil {
				t.Error("a statement after a failed one ran")
			}
			return nil
		})
		if !storage.IsUnique(err, "probe_pkey") {
			t.Errorf("got %v, want the violation of probe_pkey", err)
		}
		wantIDs(t, db)
	})
}

func TestSavepoint(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		ctx := t.Context()
		err := db.Update(ctx, func(tx *storage.Tx) error {
			if err := tx.Savepoint(ctx, func() error { return add(ctx, tx, 1) }); err != nil {
				return err
			}
			if err := tx.Savepoint(ctx, func() error { return errors.Join(add(ctx, tx, 2), errStop) }); !errors.Is(err, errStop) {
				t.Errorf("got %v, want the function's error", err)
			}
			if err := tx.Savepoint(ctx, func() error { add(ctx, tx, 3); add(ctx, tx, 1); return nil }); !storage.IsUnique(err, "") {
				t.Errorf("got %v, want the violation that was hidden", err)
			}
			return tx.Savepoint(ctx, func() error {
				tx.Savepoint(ctx, func() error { return errors.Join(add(ctx, tx, 4), errStop) })
				return errors.Join(add(ctx, tx, 5), tx.Savepoint(ctx, func() error { return add(ctx, tx, 6) }))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		wantIDs(t, db, 1, 5, 6)
	})
}

// Each of two servers, with four goroutines, reads and writes the same row.
func TestParallelUpdatesLoseNothing(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		servers := []*storage.DB{storagetest.Open(t, target, storage.Options{}), storagetest.Open(t, target, storage.Options{})}
		probe(t, servers[0])
		update(t, servers[0], `INSERT INTO probe (id, name) VALUES (0, '')`)
		const each = 20
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				for range each {
					if err := servers[i%2].Update(t.Context(), increment(t.Context())); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		wantIDs(t, servers[0], 8*each)
	})
}

func increment(ctx context.Context) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error {
		got, err := tx.TestInts(ctx, `SELECT id FROM probe`)
		if err != nil {
			return err
		}
		_, err = tx.TestExec(ctx, `UPDATE probe SET id = $1`, got[0]+1)
		return err
	}
}

func TestNestedUpdateIsRefused(t *testing.T) {
	storagetest.EachWith(t, storage.Options{Wait: 50 * time.Millisecond}, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return db.Update(t.Context(), func(tx *storage.Tx) error { return add(t.Context(), tx, 1) })
		})
		wantCode(t, err, "database-busy")
		wantIDs(t, db)
	})
}

func TestViewSeesOneSnapshotAndCannotWrite(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		ctx := t.Context()
		err := db.View(ctx, func(tx *storage.Tx) error {
			before, err := tx.TestInts(ctx, `SELECT count(*) FROM probe`)
			if err != nil {
				return err
			}
			if err := db.Update(ctx, func(tx *storage.Tx) error { return add(ctx, tx, 1) }); err != nil {
				return err
			}
			after, err := tx.TestInts(ctx, `SELECT count(*) FROM probe`)
			if err == nil && !slices.Equal(before, after) {
				t.Errorf("the view saw %v, then %v", before, after)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.View(ctx, func(tx *storage.Tx) error { return add(ctx, tx, 2) }); problem.KindOf(err) != problem.Unavailable {
			t.Errorf("got %v, want a refusal to write", err)
		}
		wantIDs(t, db, 1)
	})
}

func TestOneInstantPerTransaction(t *testing.T) {
	var mu sync.Mutex
	clock := time.Date(2026, 3, 1, 8, 0, 0, 123456789, time.FixedZone("CET", 3600))
	tick := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		clock = clock.Add(time.Second)
		return clock
	}
	storagetest.EachWith(t, storage.Options{Clock: tick}, func(t *testing.T, db *storage.DB) {
		var seen []time.Time
		for range 2 {
			err := db.Update(t.Context(), func(tx *storage.Tx) error {
				seen = append(seen, tx.Now(), tx.Now())
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if !seen[0].Equal(seen[1]) || !seen[2].After(seen[1]) {
			t.Errorf("got instants %v", seen)
		}
		if seen[0].Location() != time.UTC || seen[0].Nanosecond() != 123456000 {
			t.Errorf("got %v, want whole microseconds in UTC", seen[0])
		}
	})
}

// The names of broken rules are the same on both engines.
func TestViolations(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		update(t, db,
			`CREATE TABLE parent (id TEXT NOT NULL PRIMARY KEY, a TEXT NOT NULL UNIQUE, b BIGINT NOT NULL, c TEXT,
				CONSTRAINT parent_positive CHECK (b > 0), UNIQUE (b, c))`,
			`CREATE UNIQUE INDEX parent_ac ON parent (a, c) WHERE b < 100`,
			`CREATE TABLE child (id TEXT NOT NULL PRIMARY KEY, parent TEXT NOT NULL REFERENCES parent (id))`,
			`INSERT INTO parent (id, a, b, c) VALUES ('1', 'a', 1, 'c')`)
		db = reopen(t, db)
		for _, c := range []struct {
			text, name string
			kind       engine.Kind
		}{
			{`INSERT INTO parent (id, a, b) VALUES ('1', 'z', 2)`, "parent_pkey", engine.Unique},
			{`INSERT INTO parent (id, a, b) VALUES ('2', 'a', 2)`, "parent_a_key", engine.Unique},
			{`INSERT INTO parent (id, a, b, c) VALUES ('2', 'b', 1, 'c')`, "parent_b_c_key", engine.Unique},
			{`INSERT INTO parent (id, a, b) VALUES ('2', 'b', 0)`, "parent_positive", engine.Check},
			{`INSERT INTO parent (id, a) VALUES ('2', 'b')`, "parent.b", engine.NotNull},
			{`INSERT INTO child (id, parent) VALUES ('1', 'nobody')`, "", engine.Foreign},
			{`DELETE FROM parent`, "", engine.Foreign},
		} {
			if c.text == `DELETE FROM parent` {
				update(t, db, `INSERT INTO child (id, parent) VALUES ('1', '1')`)
			}
			err := db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := tx.TestExec(t.Context(), c.text)
				return err
			})
			if !engine.IsViolation(err, c.kind, c.name) {
				t.Errorf("%s:\ngot  %v\nwant %s %s", c.text, err, c.kind, c.name)
			}
		}
	})
}

// reopen opens the same target again: SQLite learns the names of indexes when it opens.
func reopen(t *testing.T, db *storage.DB) *storage.DB {
	t.Helper()
	return storagetest.Open(t, db.TestTarget(), storage.Options{})
}

func TestInsertAndListsOfAnyLength(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		ctx := t.Context()
		for _, n := range []int{0, 1, 2, 3, 255, 256, 257, 700} {
			rows, keys := make([][]any, n), make([]int64, n)
			for i := range n {
				keys[i] = int64(i)
				rows[i] = []any{keys[i], fmt.Sprint("n", i)}
			}
			err := db.Update(ctx, func(tx *storage.Tx) error {
				if _, err := tx.TestExec(ctx, `DELETE FROM probe`); err != nil {
					return err
				}
				for _, suffix := range []string{"", "ON CONFLICT (id) DO UPDATE SET name = excluded.name"} {
					changed, err := tx.TestInsert(ctx, "probe", []string{"id", "name"}, rows, suffix)
					if err != nil || changed != int64(n) {
						t.Errorf("%d rows: got %d, %v", n, changed, err)
					}
				}
				names, err := tx.TestStringsIn(ctx, `SELECT name FROM probe WHERE name <> $1 AND id IN %s`, keys, "n1")
				if want := n - min(max(n-1, 0), 1); err != nil || len(names) != want {
					t.Errorf("%d keys: got %d rows, %v; want %d", n, len(names), err, want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		err := db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.TestInsert(ctx, "probe", []string{"id", "name"}, [][]any{{1}}, "")
			return err
		})
		if err == nil {
			t.Error("a row that is too short was taken")
		}
	})
}
