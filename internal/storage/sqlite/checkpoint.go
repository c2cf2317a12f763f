package sqlite

import (
	"context"
	"sync/atomic"
	"time"
)

// SQLite moves the log beside the file into the file when a commit finds it long, and whoever committed waits for
// that: some hundred milliseconds, which a station's visit should not meet. So a connection of its own does it
// beforehand, every second in which something was committed. Commits do it still where that is not enough.
const (
	checkpointEvery = time.Second
	checkpointRest  = 256  // pages that may be moved while writers wait: some milliseconds
	checkpointLong  = 8192 // pages (32 MiB) from which the log is to begin anew; at 1 000 an import wrote a quarter more
	checkpointAt    = "wal_autocheckpoint(65536)"
)

// checkpointer moves the log into the file until stop.
type checkpointer struct {
	db   *DB
	due  atomic.Bool // something was committed since it last looked
	stop context.CancelFunc
	done chan struct{}
}

func (db *DB) startCheckpoints() {
	ctx, stop := context.WithCancel(context.Background())
	db.checkpoints = &checkpointer{db: db, stop: stop, done: make(chan struct{})}
	go db.checkpoints.run(ctx)
}

func (c *checkpointer) close() {
	c.stop()
	<-c.done
}

// run keeps its connection from one time to the next. What fails is tried again a second later; a file that cannot be
// written to is told by the next commit.
func (c *checkpointer) run(ctx context.Context) {
	defer close(c.done)
	var s *session
	defer func() {
		if s != nil {
			s.close()
		}
	}()
	for tick := time.NewTicker(checkpointEvery); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
		if !c.due.Swap(false) {
			continue
		}
		if s == nil {
			if s = c.connect(ctx); s == nil {
				continue
			}
		}
		c.move(ctx, s)
	}
}

func (c *checkpointer) connect(ctx context.Context) *session {
	s, err := openSession(ctx, c.db.writing)
	if err != nil {
		return nil
	}
	if _, err := s.Exec(ctx, "PRAGMA busy_timeout = 20"); err != nil {
		s.close()
		return nil
	}
	return s
}

// move moves what has been committed while others write on, again until little is left, and the rest while they wait:
// only a log that has been moved whole begins anew, and else grows for ever.
func (c *checkpointer) move(ctx context.Context, s *session) {
	for range 4 {
		long, rest, ok := checkpoint(ctx, s, "PASSIVE")
		if !ok || ctx.Err() != nil {
			return
		}
		if long >= checkpointLong && rest <= checkpointRest {
			checkpoint(ctx, s, "FULL")
			return
		}
		if rest <= checkpointRest {
			return
		}
	}
}

// checkpoint returns how many pages the log has, and how many of them are still to be moved.
func checkpoint(ctx context.Context, s *session, mode string) (long, rest int, ok bool) {
	rows, err := s.Query(ctx, "PRAGMA wal_checkpoint("+mode+")")
	if err != nil {
		return 0, 0, false
	}
	defer rows.Close()
	var busy, moved int
	if !rows.Next() || rows.Scan(&busy, &long, &moved) != nil {
		return 0, 0, false
	}
	return long, long - moved, true
}
