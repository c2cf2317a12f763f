package sqlite

import (
	"path/filepath"
	"testing"
	"time"
)

func TestOnlyARelaxedDatabaseCommitsWithoutWaiting(t *testing.T) {
	path := filepath.Join(t.TempDir(), File)
	if err := Create(path); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	synchronous := func() (level int) {
		rows, err := db.writer.Query(t.Context(), "PRAGMA synchronous")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&level); err != nil {
				t.Fatal(err)
			}
		}
		return level
	}
	if got := synchronous(); got != 2 {
		t.Errorf("opened with synchronous = %d, want 2 (FULL)", got)
	}
	if err := db.Relax(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := synchronous(); got != 0 {
		t.Errorf("relaxed to synchronous = %d, want 0 (OFF)", got)
	}
}
