package journaltest

import (
	"context"
	"errors"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
)

// ErrInjected is the fault that Faulty makes.
var ErrInjected = errors.New("injected fault")

// Mode says how a step fails.
type Mode string

// The modes.
const (
	Lost  Mode = "error-and-lost"  // the step fails and did nothing
	Saved Mode = "error-but-saved" // the step did its work, yet its caller is told that it failed
	Rerun Mode = "run-again"       // commit only: the whole transaction is rolled back and run once more
)

// Faulty makes the Nth persisting step (each writing method of Tx, and each commit) of a store fail.
type Faulty struct {
	txn.Runner[journal.Tx]
	Mode  Mode
	N     int    // counts down; the step that brings it to 0 fails
	Fired string // the step that failed, or ""
}

// due reports whether the step called name is the one to fail.
func (f *Faulty) due(name string) bool {
	f.N--
	if f.N != 0 {
		return false
	}
	f.Fired = name
	return true
}

// Update runs fn with the faults in it.
func (f *Faulty) Update(ctx context.Context, fn func(journal.Tx) error) error {
	failed := false
	run := func() error {
		return f.Runner.Update(ctx, func(tx journal.Tx) error {
			if err := fn(&faultyTx{tx, f}); err != nil {
				return err
			}
			failed = f.due("commit")
			if failed && f.Mode != Saved {
				return ErrInjected // rolls back
			}
			return nil
		})
	}
	err := run()
	if failed && f.Mode == Rerun {
		return run()
	}
	if failed && err == nil {
		return ErrInjected
	}
	return err
}

type faultyTx struct {
	journal.Tx
	f *Faulty
}

func (tx *faultyTx) step(name string, do func() error) error {
	due := tx.f.due(name)
	if due && tx.f.Mode == Lost {
		return ErrInjected
	}
	if err := do(); err != nil {
		return err
	}
	if due && tx.f.Mode == Saved {
		return ErrInjected
	}
	return nil
}

func (tx *faultyTx) InsertJournalEntries(ctx context.Context, rows []journal.Row) error {
	return tx.step("insert", func() error { return tx.Tx.InsertJournalEntries(ctx, rows) })
}

func (tx *faultyTx) SequenceJournal(ctx context.Context, first int64, ids []string) error {
	return tx.step("sequence", func() error { return tx.Tx.SequenceJournal(ctx, first, ids) })
}

func (tx *faultyTx) IndexJournal(ctx context.Context, rows []journal.Row) error {
	return tx.step("index", func() error { return tx.Tx.IndexJournal(ctx, rows) })
}

func (tx *faultyTx) PutJournalTiles(ctx context.Context, tiles []journal.Tile) error {
	return tx.step("tiles", func() error { return tx.Tx.PutJournalTiles(ctx, tiles) })
}

func (tx *faultyTx) SetJournalHead(ctx context.Context, old, next journal.Head) (ok bool, err error) {
	err = tx.step("head", func() error {
		ok, err = tx.Tx.SetJournalHead(ctx, old, next)
		return err
	})
	return ok, err
}

func (tx *faultyTx) EraseJournal(ctx context.Context, rows []journal.Row) error {
	return tx.step("erase", func() error { return tx.Tx.EraseJournal(ctx, rows) })
}
