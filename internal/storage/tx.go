package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"hemnyckel/internal/storage/engine"
)

// Tx is one transaction. It is not for concurrent use, and not for use after the function that got it has returned.
type Tx struct {
	session engine.Session
	engine  engine.Engine
	trips   *atomic.Int64
	now     time.Time
	failed  error           // the first statement error since the last good savepoint
	depth   int             // of nested savepoints
	raised  map[string]bool // groups whose versions this transaction has raised
	ahead                   // what goes to the database together
}

// Now is the one instant of the transaction, UTC, whole microseconds.
func (tx *Tx) Now() time.Time { return tx.now }

// row is what a scan function reads one row from.
type row = engine.Row

// exec runs a statement and returns how many rows it changed. Where nobody asks for that, use [Tx.later].
func (tx *Tx) exec(ctx context.Context, text string, args ...any) (int64, error) {
	c := &engine.Call{Text: text, Args: args}
	err := tx.run(ctx, c)
	return c.Changed, err
}

// run sends calls, behind those that wait to be sent.
func (tx *Tx) run(ctx context.Context, calls ...*engine.Call) error {
	if err := tx.usable(ctx); err != nil {
		return err
	}
	if tx.asking {
		return tx.fail(errForesee)
	}
	tx.outdate(calls...)
	tx.trips.Add(1)
	if err := tx.session.Run(ctx, append(tx.unsent(), calls...)...); err != nil {
		return tx.fail(err)
	}
	return nil
}

// each runs a query and calls f for each row while the query is open: f must not use the transaction.
func each(ctx context.Context, tx *Tx, f func(row) error, text string, args ...any) error {
	if rows, ok := tx.foreseen(text, args); ok {
		for _, r := range rows {
			if err := f(r); err != nil {
				return err
			}
		}
		return tx.usable(ctx)
	}
	var stopped error // by f: that is no failure of a statement
	err := tx.run(ctx, &engine.Call{Text: text, Args: args, Each: func(r row) error {
		if stopped = ctx.Err(); stopped == nil {
			stopped = f(r)
		}
		return stopped
	}})
	if stopped != nil {
		tx.failed = nil
		return stopped
	}
	return err
}

// collect returns all rows of a query. Use it where the query's own conditions or LIMIT bound their number.
func collect[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), text string, args ...any) ([]T, error) {
	var all []T
	err := each(ctx, tx, func(r row) error {
		one, err := scan(r)
		all = append(all, one)
		return err
	}, text, args...)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// one returns the row of a query that has at most one, and whether there was any.
func one[T any](ctx context.Context, tx *Tx, scan func(row) (T, error), text string, args ...any) (T, bool, error) {
	all, err := collect(ctx, tx, scan, text, args...)
	if err != nil || len(all) == 0 {
		var none T
		return none, false, err
	}
	if len(all) > 1 {
		return all[0], false, fmt.Errorf("storage: %d rows where at most one was expected: %s", len(all), text)
	}
	return all[0], true, nil
}

// column scans rows of a single column: collect(ctx, tx, column[string], `SELECT id FROM …`).
func column[T any](r row) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}

// Savepoint runs f so that an error, a panic or a failed statement in it takes back what f did and nothing else. It
// returns f's error; the transaction goes on. Savepoints nest.
func (tx *Tx) Savepoint(ctx context.Context, f func() error) error {
	name := fmt.Sprintf("sp%d", tx.depth)
	if _, err := tx.exec(ctx, "SAVEPOINT "+name); err != nil {
		return err
	}
	tx.depth++
	done := false
	defer func() {
		if !done { // a panic: the whole transaction is about to be rolled back
			tx.failed = errors.New("storage: panic inside a savepoint")
		}
	}()
	err := f()
	done = true
	tx.depth--
	if err == nil {
		err = tx.failed
	}
	if err == nil { // what f wrote and still waits is sent with the release, and may fail
		if _, err = tx.exec(ctx, "RELEASE SAVEPOINT "+name); err == nil {
			return nil
		}
	}
	return tx.takeBack(ctx, name, err)
}

// takeBack ends a savepoint whose work is not wanted, for the reason why.
func (tx *Tx) takeBack(ctx context.Context, name string, why error) error {
	if errors.Is(tx.failed, engine.ErrRetry) {
		return tx.failed // the whole transaction must run again
	}
	for _, text := range []string{"ROLLBACK TO SAVEPOINT " + name, "RELEASE SAVEPOINT " + name} {
		if err := tx.session.Run(ctx, &engine.Call{Text: text}); err != nil {
			tx.failed = errors.Join(why, tx.engine.Translate(err))
			return tx.failed
		}
	}
	tx.failed, tx.raised, tx.ahead = nil, nil, ahead{waits: tx.waits}
	return why
}

// usable refuses statements after one has failed: PostgreSQL would, and SQLite may already have rolled back by itself, so
// that the next statement would be committed alone.
func (tx *Tx) usable(ctx context.Context) error {
	if tx.failed != nil {
		return fmt.Errorf("storage: an earlier statement of the transaction failed: %w", tx.failed)
	}
	return ctx.Err()
}

func (tx *Tx) fail(err error) error {
	tx.failed = tx.engine.Translate(err)
	return tx.failed
}

// us is a time as it is stored: microseconds since 1970 in UTC.
func us(t time.Time) int64 { return t.UnixMicro() }

// usOrNull is us, with NULL for the zero time (no end, not yet).
func usOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// fromUS is the time that us stored, in UTC.
func fromUS(v int64) time.Time { return time.UnixMicro(v).UTC() }

// fromNullUS is the time that usOrNull stored: the zero time for NULL.
func fromNullUS(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return fromUS(v.Int64)
}
