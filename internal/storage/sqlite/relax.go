package sqlite

import "context"

// Relax makes this process's commits quick and no longer durable, from now on: for a database that goes away with its process.
func (db *DB) Relax(ctx context.Context) error {
	_, err := db.writer.Exec(ctx, "PRAGMA synchronous = OFF")
	return err
}
