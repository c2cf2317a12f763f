package sqlite

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"hemnyckel/internal/storage/engine"
)

// claimWait is how long Claim asks before it says that somebody else has the work: enough for a process that is ending.
const claimWait = 500 * time.Millisecond

// Claim locks an empty file beside the database, which the kernel unlocks when the process is gone, however it went. The
// lock is SQLite's own on an empty database, so that it is the right kind on every system.
func (db *DB) Claim(ctx context.Context, work string) (release func() error, err error) {
	path := filepath.Join(filepath.Dir(db.path), work+".lock")
	if err := Create(path); err != nil {
		return nil, engine.FileFault(err)
	}
	pool, err := Pool(path)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1) // the transaction is the pool's one connection's, until that is closed
	for deadline := time.Now().Add(claimWait); ; {
		_, err = pool.ExecContext(ctx, "BEGIN EXCLUSIVE") // opening the connection reads the file too, and meets the lock
		if err = Translate(err); err == nil {
			return pool.Close, nil
		}
		if !errors.Is(err, engine.Busy) {
			return nil, errors.Join(err, pool.Close())
		}
		if time.Now().After(deadline) || sleep(ctx, 20*time.Millisecond) != nil {
			return nil, errors.Join(engine.Claimed, pool.Close())
		}
	}
}
