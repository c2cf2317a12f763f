package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hemnyckel/internal/storage/engine"
)

// What is committed comes into the file while nobody waits for it, long before a commit would do it.
func TestLogMovesByItself(t *testing.T) {
	db := open(t, t.TempDir())
	before := size(t, db.path)
	fill(t, db, 1<<20)
	for deadline := time.Now().Add(time.Minute); size(t, db.path) < before+1<<20; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the file has %d bytes after a minute, and had %d before a megabyte was written", size(t, db.path), before)
		}
	}
}

// A log that has been moved whole begins anew: it does not grow for ever.
func TestLongLogBeginsAnew(t *testing.T) {
	db := open(t, t.TempDir())
	s, err := openSession(t.Context(), db.writing)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	fill(t, db, (checkpointLong+1)*4096)
	db.checkpoints.move(t.Context(), s)
	fill(t, db, 4096)
	long, _, ok := checkpoint(t.Context(), s, "PASSIVE")
	if !ok || long >= checkpointLong {
		t.Errorf("the log has %d pages (%t) after it was moved and one page more was written", long, ok)
	}
}

// fill commits a row of so many bytes, in a new table.
func fill(t *testing.T, db *DB, bytes int) {
	t.Helper()
	tx, err := db.Update(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table := fmt.Sprintf("filled_%d", time.Now().UnixNano())
	if err := tx.Run(t.Context(), &engine.Call{Text: "CREATE TABLE " + table + " (body BLOB)"},
		&engine.Call{Text: "INSERT INTO " + table + " VALUES (zeroblob($1))", Args: []any{bytes}}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func size(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
