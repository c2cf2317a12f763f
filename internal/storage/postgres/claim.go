package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"hash/fnv"
	"time"

	"hemnyckel/internal/storage/engine"
)

// claimWait is how long Claim asks before it says that somebody else has the work: enough for the server to notice that a
// process is gone.
const claimWait = time.Second

// Claim takes an advisory lock of a connection of its own, which the server releases when that connection ends.
func (db *DB) Claim(ctx context.Context, work string) (release func() error, err error) {
	pool, err := Pool(db.url, statementTimeout, 0)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	pool.SetConnMaxIdleTime(0)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(Translate(err), pool.Close())
	}
	name := fnv.New64a()
	name.Write([]byte("hemnyckel/" + work))
	for deadline := time.Now().Add(claimWait); ; {
		var ours bool
		err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(name.Sum64())).Scan(&ours)
		if ours && err == nil {
			return func() error {
				conn.Raw(func(any) error { return driver.ErrBadConn }) // ends the connection, and the lock with it
				return pool.Close()
			}, nil
		}
		if err == nil && time.Now().Before(deadline) {
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
			continue
		}
		if err == nil {
			err = engine.Claimed
		}
		return nil, errors.Join(Translate(err), conn.Close(), pool.Close())
	}
}
