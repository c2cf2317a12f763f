package journaltest

import (
	"context"
	"errors"
	"testing"

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

func (tx *faultyTx) IndexJournal(ctx context.Context, rows []journal.Row) (added int64, err error) {
	err = tx.step("index", func() error {
		added, err = tx.Tx.IndexJournal(ctx, rows)
		return err
	})
	return added, err
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

// Faults lets every persisting step of a small life of a log fail in every way, and then goes on as a new process
// would. A life has n openings; open may return the same store again and again.
func Faults(t *testing.T, open Open, n int) {
	keys := NewKeys(t)
	for _, mode := range []Mode{Lost, Saved, Rerun} {
		for step := 1; ; step++ {
			l := &life{Faulty: &Faulty{Runner: open(t), Mode: mode}, keys: keys, n: n}
			l.N = step
			l.live(t)
			if l.Fired == "" {
				break // past the last step
			}
			if step > 100 {
				t.Fatal("the steps do not end")
			}
		}
	}
}

func testFaults(t *testing.T, open Open) {
	store := open(t)
	Faults(t, func(testing.TB) txn.Runner[journal.Tx] { return store }, 5)
}

type life struct {
	*Faulty
	keys Keys
	n    int
}

// live appends, integrates, erases and integrates again, through a store that may fail once. What was acknowledged must
// be there once, and the log must be whole, for the same process as for the next.
func (l *life) live(t *testing.T) {
	t.Helper()
	before, log, acknowledged := l.doors(t), l.keys.NewLog(t, l), 0
	for i, step := range []func(context.Context, *journal.Log) error{l.append, l.integrate, l.erase, l.integrate} {
		fired := l.Fired
		err := step(t.Context(), log)
		if injected := l.Fired != fired && l.Mode != Rerun; injected != errors.Is(err, ErrInjected) || (!injected && err != nil) {
			t.Fatalf("%s at %s: step %d = %v", l.Mode, l.Fired, i, err)
		}
		if err == nil && i == 0 {
			acknowledged = l.n
		}
	}
	l.N = 0 // no more faults
	size, err := log.Integrate(t.Context())
	if err != nil {
		t.Fatalf("%s at %s: the same process: Integrate = %v", l.Mode, l.Fired, err)
	}
	integrate(t, l.keys.NewLog(t, l), size)
	if got := l.doors(t) - before; got != 0 && got != l.n || got < acknowledged {
		t.Fatalf("%s at %s: %d openings are there, %d were acknowledged", l.Mode, l.Fired, got, acknowledged)
	}
}

func (l *life) append(ctx context.Context, _ *journal.Log) error {
	return l.Update(ctx, func(tx journal.Tx) error { return journal.Append(ctx, tx, Openings(l.n)...) })
}

func (l *life) integrate(ctx context.Context, log *journal.Log) error {
	_, err := log.Integrate(ctx)
	return err
}

// erase takes the newest entry.
func (l *life) erase(ctx context.Context, _ *journal.Log) error {
	return l.Update(ctx, func(tx journal.Tx) error {
		rows, err := journal.List(ctx, tx, journal.Filter{}, 1, "")
		if err != nil || len(rows) == 0 {
			return err
		}
		_, err = journal.Erase(ctx, tx, journal.Whole(rows[0].Index))
		return err
	})
}

func (l *life) doors(t *testing.T) int {
	n := int64(0)
	Must(t, l.View(t.Context(), func(tx journal.Tx) (err error) {
		n, err = journal.Count(t.Context(), tx, journal.Filter{Kinds: []journal.Kind{journal.DoorOpened}})
		return err
	}))
	return int(n)
}
