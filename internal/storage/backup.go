package storage

import (
	"context"
	"os"

	"hemnyckel/internal/storage/engine"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
)

// Backup writes a consistent copy of the municipality to a new file while others go on reading and writing. The file is
// there in full and on disk, or not at all; an existing file is never overwritten. SQLite: the file is a database. On
// PostgreSQL it is what pg_dump writes in its custom format; pg_dump must be installed.
//
// The file holds everything, also personal data and the municipality's keys: only its owner may read it.
func (db *DB) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return engine.FileExists.Fill(file)
	}
	return db.engine.Backup(ctx, file)
}

// Restore makes a municipality out of a backup file. target is as for Open and must hold none: a folder, which is made if
// absent, or the URL of an empty PostgreSQL database. The backup is checked before anything appears under target's name.
// A backup goes back into the engine that it came from.
func Restore(ctx context.Context, file, target string) error {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return engine.NoBackup.Fill(file).With(err)
	}
	if isURL(target) {
		return postgres.Restore(ctx, file, target)
	}
	return sqlite.Restore(ctx, file, target)
}
