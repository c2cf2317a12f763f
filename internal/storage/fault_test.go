package storage_test

import (
	"errors"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/engine"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
	"hemnyckel/internal/storage/storagetest"
)

// fill adds large rows until that fails.
func fill(t *testing.T, db *storage.DB, from int64) error {
	t.Helper()
	for id := from; id < from+10_000; id++ {
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.TestExec(t.Context(), `INSERT INTO probe (id, name) VALUES ($1, $2)`, id, strings.Repeat("å", 10_000))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// proves issue 01, bad input: a full disk
func TestFullDatabaseFile(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	probe(t, db)
	if err := db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.TestInts(t.Context(), `PRAGMA max_page_count = 900`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, fill(t, db, 1), "disk-full")
	kept := ids(t, db)
	if len(kept) == 0 || kept[len(kept)-1] != int64(len(kept)) {
		t.Errorf("got rows %v, want those that were acknowledged", kept)
	}
	update(t, db, `DELETE FROM probe`)
	if err := db.Update(t.Context(), func(tx *storage.Tx) error { return add(t.Context(), tx, 1) }); err != nil {
		t.Errorf("once there is space again: %v", err)
	}
}

// smallDisk mounts a file system of 9 MB, of which an empty municipality takes a part, which takes root; it returns "" where that is not allowed.
func smallDisk(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "hemnyckel-small-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(folder) })
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=9m,mode=777"); err != nil {
		t.Logf("no small disk: %v", err)
		return ""
	}
	t.Cleanup(func() {
		// Detached: a server's process that is on its way out may still hold a file there.
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// The same on real file systems, as far as the machine lets us make one; where it does not, TestFullDatabaseFile and the
// tables of error codes remain.
func TestFullDisk(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		disk := smallDisk(t)
		if disk == "" {
			return
		}
		db := storagetest.Open(t, filepath.Join(disk, "municipality"), storage.Options{})
		probe(t, db)
		wantCode(t, fill(t, db, 1), "disk-full")
		wantCode(t, db.Backup(t.Context(), filepath.Join(disk, "backup")), "disk-full")
		kept := ids(t, db)
		if len(kept) == 0 || kept[len(kept)-1] != int64(len(kept)) {
			t.Errorf("got rows %v, want those that were acknowledged", kept)
		}
		if left, _ := filepath.Glob(filepath.Join(disk, ".*")); len(left) > 0 {
			t.Errorf("the failed backup left %v", left)
		}
	})
	t.Run("postgres", func(t *testing.T) {
		disk := smallDisk(t)
		if disk == "" {
			return
		}
		target := storagetest.Postgres(t)
		space := strings.ReplaceAll("small_"+filepath.Base(disk), "-", "_")
		if !storagetest.Tablespace(t, space, disk) {
			return
		}
		db := storagetest.Open(t, target, storage.Options{})
		update(t, db, `CREATE TABLE probe (id BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL) TABLESPACE `+space,
			`ALTER TABLE probe ALTER COLUMN name SET STORAGE EXTERNAL`)
		wantCode(t, fill(t, db, 1), "disk-full")
		kept := ids(t, db)
		if len(kept) == 0 || kept[len(kept)-1] != int64(len(kept)) {
			t.Errorf("got rows %v, want those that were acknowledged", kept)
		}
		update(t, db, `DROP TABLE probe`)
	})
}

// proves issue 01, bad input: a file system that has become read-only
func TestReadOnlyDisk(t *testing.T) {
	disk := smallDisk(t)
	if disk == "" {
		return
	}
	db, err := storage.Open(t.Context(), disk, storage.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	probe(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=9m"); err != nil {
		t.Fatal(err)
	}
	_, err = storage.Open(t.Context(), disk, storage.Options{})
	wantCode(t, err, "database-read-only")
	_, err = storage.Open(t.Context(), filepath.Join(disk, "new"), storage.Options{Create: true})
	wantCode(t, err, "database-read-only")
}

// proves issue 01, bad input: every wrong target gets a clear error
func TestOpenRefuses(t *testing.T) {
	write := func(t *testing.T, data string) string {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, sqlite.File), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	closed := "postgres://hemnyckel@/none?host=" + url.QueryEscape(t.TempDir())
	for _, c := range []struct {
		name, target, code string
	}{
		{"empty folder", t.TempDir(), "no-municipality"},
		{"no folder", filepath.Join(t.TempDir(), "absent"), "no-municipality"},
		{"not a database", write(t, strings.Repeat("not a database at all ", 100)), "database-corrupt"},
		{"cut off", write(t, "SQLite format 3\x00"), "database-corrupt"},
		{"no server", closed, "database-unreachable"},
		{"bad address", "postgres://host:port:port/%zz", "database-url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := storage.Open(t.Context(), c.target, storage.Options{})
			wantCode(t, err, c.code)
			if err == nil {
				db.Close()
			}
		})
	}
}

func TestOpenRefusesOthersAndNewerDatabases(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		db := storagetest.Open(t, target, storage.Options{})
		update(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (90000, TRUE)`)
		_, err := storage.Open(t.Context(), target, storage.Options{})
		wantCode(t, err, "schema-newer")
		update(t, db, `ALTER TABLE goose_db_version RENAME TO other`)
		_, err = storage.Open(t.Context(), target, storage.Options{})
		wantCode(t, err, "database-foreign")
	})
}

func TestFilesArePrivate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "municipality")
	db := storagetest.Open(t, folder, storage.Options{})
	probe(t, db)
	for path, want := range map[string]os.FileMode{folder: 0o700, filepath.Join(folder, sqlite.File): 0o600, filepath.Join(folder, sqlite.File+"-wal"): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got permissions %o, want %o", filepath.Base(path), got, want)
		}
	}
}

// Several servers start at the same moment on a database without a schema.
func TestOpenAtOnce(t *testing.T) {
	test := func(t *testing.T, target string) {
		var wait sync.WaitGroup
		for range 5 {
			wait.Go(func() {
				db, err := storage.Open(t.Context(), target, storage.Options{Create: true})
				if err != nil {
					t.Error(err)
					return
				}
				db.Close()
			})
		}
		wait.Wait()
	}
	t.Run("sqlite", func(t *testing.T) { test(t, t.TempDir()) })
	t.Run("postgres", func(t *testing.T) { test(t, storagetest.BlankPostgres(t)) })
}

func TestBrokenMigrationStopsAndLeavesNothing(t *testing.T) {
	steps := fstest.MapFS{
		"00001_good.sql": {Data: []byte("-- +goose Up\nCREATE TABLE good (id BIGINT);\n")},
		"00002_bad.sql":  {Data: []byte("-- +goose Up\nCREATE TABLE half (id BIGINT);\nCREATE TABLE good (id BIGINT);\n")},
	}
	silent := slog.New(slog.DiscardHandler)
	t.Run("sqlite", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), sqlite.File)
		if err := sqlite.Create(path); err != nil {
			t.Fatal(err)
		}
		if err := sqlite.Migrate(t.Context(), path, steps, silent); err == nil {
			t.Error("no error")
		}
		pool, err := sqlite.Pool(path)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if version, err := sqlite.Version(t.Context(), pool); version != 1 || err != nil {
			t.Errorf("got version %d, %v; want 1", version, err)
		}
		if _, err := pool.Exec(`SELECT * FROM half`); err == nil {
			t.Error("half of the failed step is there")
		}
	})
	t.Run("postgres", func(t *testing.T) {
		at := storagetest.BlankPostgres(t)
		if err := postgres.Migrate(t.Context(), at, steps, silent); err == nil {
			t.Error("no error")
		}
		pool, err := postgres.Pool(at, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if version, err := postgres.Version(t.Context(), pool); version != 1 || err != nil {
			t.Errorf("got version %d, %v; want 1", version, err)
		}
		if _, err := pool.Exec(`SELECT * FROM half`); err == nil {
			t.Error("half of the failed step is there")
		}
	})
}

func TestUnknownErrorsStayAsTheyAre(t *testing.T) {
	for _, err := range []error{nil, io.EOF, engine.Busy} {
		if got := sqlite.Translate(err); !errors.Is(got, err) {
			t.Errorf("sqlite: got %v, want %v", got, err)
		}
		if got := postgres.Translate(err); !errors.Is(got, err) {
			t.Errorf("postgres: got %v, want %v", got, err)
		}
	}
}
