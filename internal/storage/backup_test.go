package storage_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// vacant returns a target of the same engine in which there is no municipality.
func vacant(t *testing.T, db *storage.DB) string {
	t.Helper()
	if db.Engine() == "postgres" {
		return storagetest.BlankPostgres(t)
	}
	return filepath.Join(t.TempDir(), "restored")
}

// proves issue 01, item 7: a backup taken while others write holds whole transactions and can be restored
func TestBackupWhileOthersWrite(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		file := filepath.Join(t.TempDir(), "backup")
		ctx, stop := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { writePairs(ctx, t, db) })
		for len(ids(t, db)) < 20 {
		}
		before := ids(t, db)
		if err := db.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		stop()
		wait.Wait()
		after := ids(t, db)
		target := vacant(t, db)
		if err := storage.Restore(t.Context(), file, target); err != nil {
			t.Fatal(err)
		}
		got := ids(t, storagetest.Open(t, target, storage.Options{}))
		if len(got)%2 != 0 || len(got) < len(before) || !slices.Equal(got, after[:len(got)]) {
			t.Errorf("%d rows before, %d restored, %d after", len(before), len(got), len(after))
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup is not private: %v, %v", info.Mode(), err)
		}
		wantCode(t, db.Backup(t.Context(), file), "backup-exists")
		wantCode(t, storage.Restore(t.Context(), file, target), "municipality-exists")
		wantCode(t, storage.Restore(t.Context(), file, db.TestTarget()), "municipality-exists")
	})
}

// writePairs commits two rows at a time until ctx ends.
func writePairs(ctx context.Context, t *testing.T, db *storage.DB) {
	for id := int64(1); ctx.Err() == nil; id += 2 {
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			if err := add(t.Context(), tx, id); err != nil {
				return err
			}
			return add(t.Context(), tx, id+1)
		})
		if err != nil {
			t.Error(err)
			return
		}
	}
}

func TestRestoreRefusesBadBackups(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.TestExec(t.Context(), `INSERT INTO probe (id, name) VALUES (1, $1)`, strings.Repeat("mark ", 10_000))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		good := backup(t, db)
		update(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (90000, TRUE)`)
		newer := backup(t, db)
		update(t, db, `DROP TABLE goose_db_version`)
		foreign := backup(t, db)
		for _, c := range []struct {
			name, code string
			data       []byte
		}{
			{"empty", "backup-invalid", nil},
			{"text", "backup-invalid", []byte(strings.Repeat("no backup ", 1000))},
			{"cut", "backup-invalid", good[:len(good)/2]},
			{"newer", "schema-newer", newer},
			{"foreign", "backup-invalid", foreign},
			{"other engine", "backup-invalid", []byte(map[string]string{"sqlite": "PGDMP\x01\x0e", "postgres": "SQLite format 3\x00"}[db.Engine()])},
		} {
			t.Run(c.name, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "backup")
				if err := os.WriteFile(file, c.data, 0o600); err != nil {
					t.Fatal(err)
				}
				target := vacant(t, db)
				wantCode(t, storage.Restore(t.Context(), file, target), c.code)
				if _, err := storage.Open(t.Context(), target, storage.Options{}); db.Engine() == "sqlite" {
					wantCode(t, err, "no-municipality")
				}
			})
		}
		wantCode(t, storage.Restore(t.Context(), filepath.Join(t.TempDir(), "absent"), vacant(t, db)), "backup-missing")
	})
}

func backup(t *testing.T, db *storage.DB) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "backup")
	if err := db.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A flipped bit inside a page is found by the integrity check, at the latest.
func TestRestoreFindsDamage(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	probe(t, db)
	for id := range int64(500) {
		if err := db.Update(t.Context(), func(tx *storage.Tx) error { return add(t.Context(), tx, id) }); err != nil {
			t.Fatal(err)
		}
	}
	data := bytes.Clone(backup(t, db))
	const page = 4096
	for at := 5 * page; at < len(data); at += page {
		copy(data[at:], bytes.Repeat([]byte{0xa5}, 200))
	}
	file := filepath.Join(t.TempDir(), "backup")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	wantCode(t, storage.Restore(t.Context(), file, filepath.Join(t.TempDir(), "new")), "backup-invalid")
}
