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
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(Translate(err), pool.Close())
	}
	for deadline := time.Now().Add(claimWait); ; {
		_, err = conn.ExecContext(ctx, "BEGIN EXCLUSIVE")
		if err = Translate(err); err == nil {
			return func() error { return errors.Join(conn.Close(), pool.Close()) }, nil
		}
		if errors.Is(err, engine.Busy) {
			if time.Now().Before(deadline) && sleep(ctx, 20*time.Millisecond) == nil {
				continue
			}
			err = engine.Claimed.With(err)
		}
		return nil, errors.Join(err, conn.Close(), pool.Close())
	}
}
