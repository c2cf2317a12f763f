package storage_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// BenchmarkJournal compares appending with its raw limit, in turns, since the machine may be slower at one time than at
// another: append; premade, the same rows made beforehand, so that the difference is what making them costs; and bare, the
// same bytes into a table with nothing but a number for its key. Each figure is of the median transaction. integrate computes
// the commitments, fills the timelines and signs.
func BenchmarkJournal(b *testing.B) {
	for engine, target := range map[string]func(testing.TB) string{
		"sqlite": func(tb testing.TB) string { return tb.TempDir() }, "postgres": storagetest.Postgres,
	} {
		for _, size := range []int{20, 320} {
			b.Run(engine+"/append/"+strconv.Itoa(size), func(b *testing.B) {
				benchAppend(b, storagetest.Open(b, target(b), storage.Options{}), size)
			})
		}
		b.Run(engine+"/integrate", func(b *testing.B) {
			benchIntegrate(b, storagetest.Open(b, target(b), storage.Options{}))
		})
	}
}

func benchAppend(b *testing.B, db *storage.DB, size int) {
	entries := journaltest.Openings(size)
	bare := newBare(b, db)
	var appended, premade, raw []time.Duration
	for b.Loop() {
		appended = append(appended, timed(b, db, func(tx *storage.Tx) error { return journal.Append(b.Context(), tx, entries...) }))
		rows := makeRows(b, db, size)
		premade = append(premade, timed(b, db, func(tx *storage.Tx) error { return tx.InsertJournalEntries(b.Context(), rows) }))
		raw = append(raw, timed(b, db, bare(rows)))
	}
	limit := median(raw)
	b.ReportMetric(float64(size)/median(appended), "append/s")
	b.ReportMetric(float64(size)/median(premade), "premade/s")
	b.ReportMetric(float64(size)/limit, "bare/s")
	b.ReportMetric(limit/median(appended), "append/bare")
	b.ReportMetric(0, "ns/op") // of the three together: means nothing
}

func timed(b *testing.B, db *storage.DB, f func(*storage.Tx) error) time.Duration {
	began := time.Now()
	journaltest.Must(b, db.Update(b.Context(), f))
	return time.Since(began)
}

// median is in seconds.
func median(all []time.Duration) float64 {
	slices.Sort(all)
	return all[len(all)/2].Seconds()
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

// newBare makes the bare table, and returns what writes rows into it.
func newBare(b *testing.B, db *storage.DB) func([]journal.Row) func(*storage.Tx) error {
	key, bytes := "INTEGER", "BLOB"
	if db.Engine() == "postgres" {
		key, bytes = "BIGINT", "BYTEA"
	}
	journaltest.Must(b, db.Update(b.Context(), func(tx *storage.Tx) error {
		_, err := tx.TestExec(b.Context(), `CREATE TABLE bare (n `+key+` NOT NULL PRIMARY KEY, a TEXT NOT NULL, b `+bytes+` NOT NULL)`)
		return err
	}))
	return func(rows []journal.Row) func(*storage.Tx) error {
		values := make([][]any, len(rows))
		for i, r := range rows {
			values[i] = []any{r.Index, string(r.Kind), r.Body}
		}
		return func(tx *storage.Tx) error {
			_, err := tx.TestInsert(b.Context(), "bare", []string{"n", "a", "b"}, values, "")
			return err
		}
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
