package journal_test

import (
	"context"
	"fmt"
	"testing"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
)

// Entries about a large import name many clients each. Whoever waits for the database waits for one step of the
// integration, so a step is bounded by where its entries are found, and not by their number alone.
func TestStepsOfLargeEntries(t *testing.T) {
	const entries, subjects = 600, journal.MaxSubjects
	db := &indexing{Runner: journaltest.NewMemory(t)}
	var all []journal.Entry
	for i := range entries {
		e := journal.Entry{Kind: journal.RegistersImported, Fields: []journal.Field{{Name: journal.FieldActor, Value: "import"}}}
		for s := range subjects {
			e.Subjects = append(e.Subjects, fmt.Sprintf("client-%d-%d", i, s))
		}
		all = append(all, e)
	}
	journaltest.Append(t, db, all...)
	size, err := journaltest.NewKeys(t).NewLog(t, db).Integrate(t.Context())
	if err != nil || size != entries {
		t.Fatalf("got a log of %d entries and %v, want %d", size, err, entries)
	}
	steps := 0
	for _, places := range db.steps {
		if places > 2048+subjects+1 {
			t.Errorf("a step put entries in %d places of the index at once", places)
		}
		if places > 0 {
			steps++
		}
	}
	if least := entries * subjects / (2048 + subjects); steps < least || steps > 2*least {
		t.Errorf("got %d steps, want about %d", steps, least)
	}
}

// indexing notes in how many places of the index each transaction puts entries.
type indexing struct {
	txn.Runner[journal.Tx]
	steps []int
}

func (r *indexing) Update(ctx context.Context, f func(journal.Tx) error) error {
	r.steps = append(r.steps, 0)
	return r.Runner.Update(ctx, func(tx journal.Tx) error { return f(indexingTx{tx, &r.steps[len(r.steps)-1]}) })
}

type indexingTx struct {
	journal.Tx
	places *int
}

func (tx indexingTx) IndexJournal(ctx context.Context, rows []journal.Row) (int64, error) {
	added, err := tx.Tx.IndexJournal(ctx, rows)
	*tx.places += int(added)
	return added, err
}
