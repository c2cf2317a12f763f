package storage

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/storage/engine"
	"hemnyckel/internal/storage/postgres"
)

// DB is one municipality's database. It is safe for concurrent use.
type DB struct {
	target  string // as given to Open
	engine  engine.Engine
	turn    chan struct{} // held by the one Update that runs; waiting senders are served in order
	clock   func() time.Time
	closing sync.Once
	closed  error         // what closing said
	bound   time.Duration // how long an Update waits for its turn, and how long it is run again
	trips   atomic.Int64
}

// Trips counts how often transactions have gone to the database: each is a round trip where it is a server. Unlike the time that it
// takes, this is the same on every machine.
func (db *DB) Trips() int64 { return db.trips.Load() }

// Engine returns "sqlite" or "postgres".
func (db *DB) Engine() string { return string(db.engine.Name()) }

// InOrder reports whether Updates get their turn in the order in which they asked, those of other processes too. Where they
// do not, a long work must pause between its transactions to let others in.
func (db *DB) InOrder() bool { return db.engine.InOrder() }

// Target returns what Open was given, without a password.
func (db *DB) Target() string { return postgres.WithoutPassword(db.target) }

// Close waits for the transactions that run and closes the database. Closing again does nothing.
func (db *DB) Close() error {
	db.closing.Do(func() {
		db.turn <- struct{}{} // for good: no Update comes after this
		db.closed = db.engine.Close()
	})
	return db.closed
}

// Claimed answers a Claim of a work that another has claimed.
var Claimed = engine.Claimed

// Claim takes a long work (a plain word, such as "import") from all other programs on the same municipality, until release
// or until this process is gone, however it went. It answers [Claimed] at once if another has it. It keeps nobody from
// transactions: it is for those who claim the same work.
func (db *DB) Claim(ctx context.Context, work string) (release func() error, err error) {
	return db.engine.Claim(ctx, work)
}

// View runs f in a read-only snapshot. It never waits for an Update.
func (db *DB) View(ctx context.Context, f func(tx *Tx) error) error {
	session, err := db.engine.View(ctx)
	if err != nil {
		return err
	}
	tx := db.newTx(session)
	defer session.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.failed
}

// Update runs f in a read-write transaction that no other Update runs beside, and commits if f returns nil and no
// statement has failed. f may run more than once: it must not have effects outside tx. An Update inside an Update cannot
// get its turn and ends with database-busy.
func (db *DB) Update(ctx context.Context, f func(tx *Tx) error) error {
	deadline := time.Now().Add(db.bound)
	if err := db.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-db.turn }()
	once := txn.OnceOf(ctx)
	for attempt := 0; ; attempt++ {
		err := db.attempt(ctx, func(tx *Tx) error { return bound(ctx, tx, once, f) })
		if err == nil && once != nil {
			once.Spend()
		}
		if !errors.Is(err, engine.ErrRetry) {
			return err
		}
		if time.Now().After(deadline) {
			return engine.Busy.With(err)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

func (db *DB) takeTurn(ctx context.Context) error {
	select {
	case db.turn <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(db.bound)
	defer timer.Stop()
	select {
	case db.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return engine.Busy.With(errors.New("storage: no turn within the bound"))
	}
}

// attempt runs f once. The deferred rollback also serves a panic in f.
func (db *DB) attempt(ctx context.Context, f func(tx *Tx) error) error {
	session, err := db.engine.Update(ctx)
	if err != nil {
		return err
	}
	ended := false
	defer func() {
		if !ended {
			session.Rollback()
		}
	}()
	tx := db.newTx(session)
	tx.waits = db.engine.Limits().Together
	err = f(tx)
	if tx.failed != nil && (err == nil || errors.Is(tx.failed, engine.ErrRetry)) {
		err = tx.failed
	}
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ended = true
	db.trips.Add(1)
	return db.engine.Translate(session.Commit(ctx, tx.unsent()...))
}

// newTx is for a session that has just gone to the database to begin.
func (db *DB) newTx(session engine.Session) *Tx {
	db.trips.Add(1)
	return &Tx{session: session, trips: &db.trips, engine: db.engine, now: db.clock().UTC().Truncate(time.Microsecond)}
}

// pause waits before the next attempt: 1 ms at first, at most 64 ms, half of it at random.
func pause(ctx context.Context, attempt int) error {
	most := time.Millisecond << min(attempt, 6)
	timer := time.NewTimer(most/2 + rand.N(most/2+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
