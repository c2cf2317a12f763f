package storage_test

import (
	"testing"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

func journalOf(db *storage.DB) txn.Runner[journal.Tx] {
	return txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx })
}

// The journal's own suite, on both engines.
func TestJournal(t *testing.T) {
	for engine, target := range map[string]func(testing.TB) string{
		"sqlite": func(t testing.TB) string { return t.TempDir() }, "postgres": storagetest.Postgres,
	} {
		t.Run(engine, func(t *testing.T) {
			journaltest.Run(t, func(t testing.TB) txn.Runner[journal.Tx] {
				return journalOf(storagetest.Open(t, target(t), storage.Options{}))
			})
		})
	}
}
