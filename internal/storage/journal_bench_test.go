package storage_test

import (
	"context"
	"strconv"
	"testing"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// BenchmarkJournal measures entries per second: append; premade, the same rows made beforehand, which is what making them
// costs; bare, the same bytes into a table with nothing but a key, which is the raw limit; and integrate, which computes the
// commitments, fills the timelines and signs.
func BenchmarkJournal(b *testing.B) {
	for engine, target := range map[string]func(testing.TB) string{
		"sqlite": func(tb testing.TB) string { return tb.TempDir() }, "postgres": storagetest.Postgres,
	} {
		for _, size := range []int{20, 320} {
			for name, way := range map[string]func(*testing.B, *storage.DB, int){"append": benchAppend, "premade": benchPremade, "bare": benchBare} {
				b.Run(engine+"/"+strconv.Itoa(size)+"/"+name, func(b *testing.B) {
					way(b, storagetest.Open(b, target(b), storage.Options{}), size)
					b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "entries/s")
				})
			}
		}
		b.Run(engine+"/integrate", func(b *testing.B) {
			benchIntegrate(b, storagetest.Open(b, target(b), storage.Options{}))
		})
	}
}

func benchAppend(b *testing.B, db *storage.DB, size int) {
	entries := journaltest.Openings(size)
	for b.Loop() {
		journaltest.Must(b, db.Update(b.Context(), func(tx *storage.Tx) error { return journal.Append(b.Context(), tx, entries...) }))
	}
}

// catcher keeps what Append would have stored.
type catcher struct {
	*storage.Tx
	rows []journal.Row
}

func (c *catcher) InsertJournalEntries(_ context.Context, rows []journal.Row) error {
	c.rows = rows
	return nil
}

func makeRows(b *testing.B, db *storage.DB, size int) []journal.Row {
	var c catcher
	journaltest.Must(b, db.View(b.Context(), func(tx *storage.Tx) error {
		c.Tx = tx
		return journal.Append(b.Context(), &c, journaltest.Openings(size)...)
	}))
	return c.rows
}

func benchPremade(b *testing.B, db *storage.DB, size int) {
	for b.Loop() {
		b.StopTimer()
		rows := makeRows(b, db, size)
		b.StartTimer()
		journaltest.Must(b, db.Update(b.Context(), func(tx *storage.Tx) error { return tx.InsertJournalEntries(b.Context(), rows) }))
	}
}

func benchBare(b *testing.B, db *storage.DB, size int) {
	key, bytes := "INTEGER", "BLOB"
	if db.Engine() == "postgres" {
		key, bytes = "BIGINT", "BYTEA"
	}
	journaltest.Must(b, db.Update(b.Context(), func(tx *storage.Tx) error {
		_, err := tx.TestExec(b.Context(), `CREATE TABLE bare (n `+key+` NOT NULL PRIMARY KEY, a TEXT NOT NULL, b `+bytes+` NOT NULL)`)
		return err
	}))
	columns := []string{"n", "a", "b"}
	for n := int64(0); b.Loop(); n += int64(size) {
		b.StopTimer()
		var rows [][]any
		for _, r := range makeRows(b, db, size) {
			rows = append(rows, []any{n + r.Index, string(r.Kind), r.Body})
		}
		b.StartTimer()
		journaltest.Must(b, db.Update(b.Context(), func(tx *storage.Tx) error {
			_, err := tx.TestInsert(b.Context(), "bare", columns, rows, "")
			return err
		}))
	}
}

func benchIntegrate(b *testing.B, db *storage.DB) {
	const size = 5120
	store, entries := journalOf(db), journaltest.Openings(size)
	log := journaltest.NewKeys(b).NewLog(b, store)
	for b.Loop() {
		b.StopTimer()
		journaltest.Append(b, store, entries...)
		b.StartTimer()
		_, err := log.Integrate(b.Context())
		journaltest.Must(b, err)
	}
	b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "entries/s")
	b.ReportMetric(b.Elapsed().Seconds()*1000*256/float64(size*b.N), "ms/batch")
}
