package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/storage/engine"
)

// Backup copies the database with VACUUM INTO: one read transaction, so that writers go on, and a file without gaps.
func (db *DB) Backup(ctx context.Context, file string) error {
	return beside(file, func(temporary string) error {
		pool, err := Pool(db.path, "busy_timeout(10000)")
		if err != nil {
			return err
		}
		defer pool.Close()
		_, err = pool.ExecContext(ctx, "VACUUM INTO $1", temporary)
		return Translate(err)
	})
}

// Restore copies file into folder, checks the copy, and only then gives it the database's name.
func Restore(ctx context.Context, file, folder string) error {
	path := filepath.Join(folder, File)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return engine.MunicipalityExists.Fill(folder)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return engine.FileFault(err)
	}
	err := beside(path, func(temporary string) error {
		if err := copyFile(file, temporary); err != nil {
			return err
		}
		return inspect(ctx, file, temporary)
	})
	if errors.Is(err, engine.FileExists) { // another process was quicker
		return engine.MunicipalityExists.Fill(folder)
	}
	return err
}

// beside lets make write an empty private file in path's folder and then gives that file the name path, durably.
func beside(path string, make func(temporary string) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return engine.FileFault(err)
	}
	temporary := file.Name()
	defer os.Remove(temporary)
	if err := file.Close(); err != nil {
		return engine.FileFault(err)
	}
	if err := make(temporary); err != nil {
		return err
	}
	err = durable.Publish(temporary, path)
	if errors.Is(err, fs.ErrExist) {
		return engine.FileExists.Fill(path)
	}
	return engine.FileFault(err)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return engine.NoBackup.Fill(from).With(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY, 0)
	if err != nil {
		return engine.FileFault(err)
	}
	_, err = io.Copy(out, in)
	return engine.FileFault(errors.Join(err, out.Close()))
}

// inspect refuses a copy that is damaged, not ours, or newer than the program. name is what the message calls it.
func inspect(ctx context.Context, name, copied string) error {
	pool, err := Pool(copied, "journal_mode(DELETE)")
	if err != nil {
		return err
	}
	defer pool.Close()
	version, err := Version(ctx, pool)
	if err != nil {
		return engine.BadBackup.Fill(name).With(err)
	}
	newest, err := engine.Newest(Migrations())
	if err != nil {
		return err
	}
	if version > newest {
		return engine.SchemaNewer.Fill(version, newest)
	}
	if version == 0 {
		return engine.BadBackup.Fill(name).With(errors.New("no schema"))
	}
	if err := intact(ctx, pool); err != nil {
		return engine.BadBackup.Fill(name).With(err)
	}
	return nil
}

func intact(ctx context.Context, pool *sql.DB) error {
	var verdict string
	if err := pool.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("integrity check: %s", verdict)
	}
	var orphans int
	if err := pool.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&orphans); err != nil {
		return err
	}
	if orphans > 0 {
		return fmt.Errorf("%d rows point at rows that do not exist", orphans)
	}
	return nil
}
