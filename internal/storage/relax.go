package storage

import (
	"context"

	"hemnyckel/internal/storage/sqlite"
)

// Relax gives up durability for speed, until the database is closed: a power cut may take commits away. It is for databases
// that nobody keeps, such as a simulation's, and is called before anything else uses db. PostgreSQL stays as it is.
func (db *DB) Relax(ctx context.Context) error {
	if lite, ok := db.engine.(*sqlite.DB); ok {
		return lite.Relax(ctx)
	}
	return nil
}
