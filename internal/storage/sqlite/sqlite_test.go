package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/storage/engine"
)

func open(t *testing.T, folder string) *DB {
	t.Helper()
	path := filepath.Join(folder, File)
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Pragmas are set per connection: all of them must have them.
func TestPragmasOnEveryConnection(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "mapp med åäö, 100 % & ?frågetecken#1"))
	want := map[string]int64{"foreign_keys": 1, "synchronous": 2, "temp_store": 2}
	var sessions []engine.Session
	for range Readers {
		s, err := db.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	s, err := db.Update(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range append(sessions, s) {
		for name, want := range want {
			if got := number(t, s, "PRAGMA "+name); got != want {
				t.Errorf("connection %d: %s is %d, want %d", i, name, got, want)
			}
		}
		if err := s.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

func number(t *testing.T, s engine.Session, text string) (got int64) {
	t.Helper()
	err := s.Run(t.Context(), &engine.Call{Text: text, Each: func(r engine.Row) error { return r.Scan(&got) }})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestViewsWaitForAFreeConnection(t *testing.T) {
	db := open(t, t.TempDir())
	var sessions []engine.Session
	for range Readers {
		s, err := db.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, s)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := db.View(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the end of the wait", err)
	}
	for _, s := range sessions {
		s.Rollback()
	}
	s, err := db.View(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Rollback()
}

// More texts than the cache holds: statements are dropped, never leaked, and all work.
func TestStatementCacheIsBounded(t *testing.T) {
	db := open(t, t.TempDir())
	s, err := db.Update(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Rollback()
	for i := range 2*maxStatements + 10 {
		if got := number(t, s, "SELECT 1 "+strings.Repeat(" ", i)); got != 1 {
			t.Fatalf("got %d", got)
		}
		if n := len(db.writer.statements); n > maxStatements {
			t.Fatalf("%d statements are kept", n)
		}
	}
}

// The driver's text is read in one place; this test fails if a new version of the driver writes it in another way.
func TestIndexNames(t *testing.T) {
	db := open(t, t.TempDir())
	run := func(texts ...string) error {
		s, err := db.Update(t.Context())
		if err != nil {
			return err
		}
		for _, text := range texts {
			if err := s.Run(t.Context(), &engine.Call{Text: text}); err != nil {
				s.Rollback()
				return db.Translate(err)
			}
		}
		return s.Commit(t.Context())
	}
	err := run(`CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT, y TEXT, UNIQUE (x, y))`,
		`CREATE TABLE b (k TEXT, l TEXT, n BIGINT UNIQUE, PRIMARY KEY (k, l))`, `INSERT INTO b VALUES ('k', 'l', 7)`,
		`CREATE UNIQUE INDEX a_lower ON a (lower(y))`, `CREATE UNIQUE INDEX a_y ON a (y) WHERE x = '2'`,
		`INSERT INTO a VALUES (1, 'x', 'y'), (2, '2', 'z'), (3, 'p', NULL)`)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.indexes.load(t.Context(), db.writer); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`INSERT INTO a VALUES (1, 'q', 'q')`:    "a_pkey",
		`INSERT INTO a VALUES (4, 'q', 'Y')`:    "a_lower",
		`INSERT INTO a VALUES (4, '2', 'z')`:    "a_y",
		`INSERT INTO b VALUES ('k', 'l', NULL)`: "b_pkey",
		`INSERT INTO b VALUES ('m', 'n', 7)`:    "b_n_key",
	} {
		if err := run(text); !engine.IsViolation(err, engine.Unique, want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
