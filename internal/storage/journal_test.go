package storage_test

import (
	"errors"
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

// An entry that was signed and then lost leaves its number unused: what comes next does not take its place unseen.
func TestJournalAfterLoss(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		log := journaltest.NewKeys(t).NewLog(t, journalOf(db))
		journaltest.Append(t, journalOf(db), journaltest.Openings(300)...)
		if size, err := log.Integrate(t.Context()); err != nil || size != 300 {
			t.Fatalf("Integrate = %d, %v", size, err)
		}
		forge(t, db, `DELETE FROM journal_entries WHERE idx >= 290`)
		journaltest.Append(t, journalOf(db), journaltest.Openings(1)...)
		if all := journaltest.List(t, journalOf(db)); all[0].Index != 300 || all[1].Index != 289 {
			t.Errorf("the newest are %d and %d, want 300 and 289", all[0].Index, all[1].Index)
		}
		if _, err := log.Check(t.Context()); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("Check = %v, want ErrDamaged", err)
		}
	})
}

// A log that has lost its tree and its head does not begin anew with entries that it has signed before.
func TestJournalWithoutTree(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		keys := journaltest.NewKeys(t)
		journaltest.Append(t, journalOf(db), journaltest.Openings(3)...)
		if _, err := keys.NewLog(t, journalOf(db)).Integrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		forge(t, db, `DELETE FROM journal_head`)
		forge(t, db, `DELETE FROM journal_tiles`)
		if _, err := keys.NewLog(t, journalOf(db)).Integrate(t.Context()); !errors.Is(err, journal.ErrStopped) {
			t.Errorf("Integrate = %v, want ErrStopped", err)
		}
	})
}

func forge(t *testing.T, db *storage.DB, text string) {
	t.Helper()
	journaltest.Must(t, db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.TestExec(t.Context(), text)
		return err
	}))
}
