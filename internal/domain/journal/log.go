package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
)

// One transaction of Integrate takes some tens of milliseconds, so that a station's visit that waits for the database does
// not wait long: at most so many entries, and no more after those that are found in so many places of the index. An
// entry about a part of a large import is found under each client and lock in it.
const (
	batch      = 256
	mostPlaces = 2048
	firstBatch = 32 // it doubles from one transaction to the next, so that large entries are not read in vain
)

// standAside is how long Integrate waits between two transactions, for those who wait for a database that does not serve
// them in the order in which they came.
const standAside = 2 * time.Millisecond

// Problems of the log as a whole.
var (
	// ErrStopped means that the log cannot tell its own state and writes nothing more to the tree. New entries still
	// become pending, so no event is lost. It needs a person.
	ErrStopped = problem.New(problem.Unavailable, "journal-stopped",
		"Loggen är stoppad: %s. Inget har skrivits. Kör hemnyckel log check; återställ sedan den senaste säkerhetskopian som klarar kontrollen.",
		"The log has stopped: %s. Nothing was written. Run hemnyckel log check, then restore the newest backup that passes the check.")
	// ErrEmpty means that there is no checkpoint yet.
	ErrEmpty = problem.New(problem.NotFound, "journal-empty",
		"Loggen har ingen signerad post ännu.", "The log has no signed entry yet.")
)

// Log is the service that turns pending entries into a signed tree, proves entries and checks everything. It is safe
// for concurrent use, and several may share one database: each step is one transaction that compares and swaps the
// head.
type Log struct {
	db       txn.Runner[Tx]
	signer   note.Signer
	verifier note.Verifier

	mu   sync.Mutex
	last Head // the newest head that this process has seen committed; guarded by mu
}

// NewLog returns the log in db. The name of signer is the origin of its checkpoints, and verifier is the public half of
// signer.
func NewLog(db txn.Runner[Tx], signer note.Signer, verifier note.Verifier) (*Log, error) {
	if signer.Name() != verifier.Name() || signer.KeyHash() != verifier.KeyHash() {
		return nil, fmt.Errorf("journal: signer %s+%08x and verifier %s+%08x are not one key",
			signer.Name(), signer.KeyHash(), verifier.Name(), verifier.KeyHash())
	}
	return &Log{db: db, signer: signer, verifier: verifier}, nil
}

// Integrate puts every pending entry into the tree, in order, in transactions of a few tens of milliseconds each, and
// returns the size of the signed log. It can be stopped anywhere and called again. It returns ErrStopped, having
// written nothing, when what is stored does not agree with itself.
func (l *Log) Integrate(ctx context.Context) (size int64, err error) {
	lost := 0
	for limit := firstBatch; ; {
		head, taken, more, err := l.integrate(ctx, limit)
		switch {
		case errors.Is(err, errOvertaken) && lost < 10:
			lost++ // another writer extended the log in between: look again
			continue
		case err != nil:
			return head.Size, err
		}
		lost = 0
		l.remember(head)
		if !more {
			return head.Size, nil
		}
		limit = min(2*taken, batch)
		select {
		case <-ctx.Done(): // the next one says so; this one is committed
		case <-time.After(standAside):
		}
	}
}

var errOvertaken = problem.New(problem.Conflict, "journal-overtaken",
	"En annan skrivare hann före i loggen. Försök igen.", "Another writer extended the log first. Try again.")

// integrate runs one step over at most limit entries. It returns the head that it left behind, the number of entries that
// it took, and whether there may be more.
func (l *Log) integrate(ctx context.Context, limit int) (head Head, taken int, more bool, err error) {
	last := l.seen()
	err = l.db.Update(ctx, func(tx Tx) error {
		head, taken, more, err = l.extend(ctx, tx, last, limit)
		return err
	})
	return head, taken, more, err
}

// extend is one step in one transaction. It may run more than once, and then signs more than one next head; only the
// one that commits is ever seen by anybody.
func (l *Log) extend(ctx context.Context, tx Tx, last Head, limit int) (next Head, taken int, more bool, err error) {
	old, tree, err := l.verified(ctx, tx, last)
	if err != nil {
		return Head{}, 0, false, err
	}
	rows, bodies, err := read(ctx, tx, old.Size, limit) // what is wrong is not sealed as if it were right
	if err != nil || len(rows) == 0 {
		return old, 0, false, err
	}
	var tiles []Tile
	places := int64(0)
	for places < mostPlaces && taken < len(rows) {
		rows[taken].found(bodies[taken])
		places += int64(len(rows[taken].On) + len(rows[taken].Kinds))
		tree.add(bodies[taken].leafHash(), func(t Tile) { tiles = append(tiles, t) })
		taken++
	}
	if added, err := tx.IndexJournal(ctx, rows[:taken]); err != nil {
		return old, 0, false, err
	} else if added != places { // a tree and a head that covered them are gone
		return old, 0, false, stopped("poster bortom huvudet har redan varit med i loggen", "entries beyond the head have been in the log before", nil)
	}
	if err := tx.PutJournalTiles(ctx, append(tiles, tree.unfinished(old.Size)...)); err != nil {
		return old, 0, false, err
	}
	if next, err = l.signed(tree); err != nil {
		return old, 0, false, err
	}
	if ok, err := tx.SetJournalHead(ctx, old, next); err != nil {
		return old, 0, false, err
	} else if !ok {
		return old, 0, false, errOvertaken
	}
	return next, taken, taken < len(rows) || len(rows) == limit, nil
}

// read returns at most limit entries from index from on, each at its place and as it was written, or ErrDamaged.
func read(ctx context.Context, tx Tx, from int64, limit int) ([]Row, []body, error) {
	rows, err := tx.JournalRange(ctx, from, limit)
	if err != nil {
		return nil, nil, err
	}
	bodies := make([]body, len(rows))
	for i, r := range rows {
		if want := from + int64(i); r.Index != want {
			return nil, nil, damaged("post %d saknas", "entry %d is missing", want)
		}
		if bodies[i], err = r.open(); err != nil {
			return nil, nil, err
		}
	}
	return rows, bodies, nil
}

func (l *Log) signed(tree *edge) (Head, error) {
	root, err := tree.root()
	if err != nil {
		return Head{}, err
	}
	text, err := sign(l.signer, tree.size, root)
	return Head{tree.size, root, text}, err
}

// verified returns the stored head and right edge if they agree with each other, with the signature, and with what this
// process saw before (last, read before the transaction began); ErrStopped otherwise.
func (l *Log) verified(ctx context.Context, tx Tx, last Head) (Head, *edge, error) {
	head, err := tx.JournalHead(ctx)
	if err != nil {
		return Head{}, nil, err
	}
	if err := l.verifyHead(head, last); err != nil {
		return Head{}, nil, err
	}
	tree, err := loadEdge(ctx, tx, head.Size)
	if bad, ok := errors.AsType[*tileError](err); ok {
		return Head{}, nil, stopped("bladen stämmer inte med huvudet", "the tiles do not fit the head", bad)
	} else if err != nil {
		return Head{}, nil, err
	}
	root, err := tree.root()
	if err != nil {
		return Head{}, nil, err
	}
	if head.Size > 0 && root != head.Root {
		return Head{}, nil, stopped("bladen ger en annan rot än huvudet", "the tiles give another root than the head", nil)
	}
	return head, tree, nil
}

// verifyHead checks signature and text of a stored head, and that the log has not gone back since this process last saw
// it.
func (l *Log) verifyHead(head, last Head) error {
	if head.Size < last.Size || (head.Size == last.Size && head.Root != last.Root) {
		return stopped("huvudet har backat eller bytts ut", "the head has gone back or been replaced", nil)
	}
	if head == (Head{}) {
		return nil
	}
	c, _, err := openCheckpoint(head.Checkpoint, note.VerifierList(l.verifier))
	if err != nil {
		return stopped("huvudets underskrift gäller inte", "the signature of the head is not valid", err)
	}
	if c.size != head.Size || c.root != head.Root || c.origin != l.verifier.Name() {
		return stopped("huvudet är ett annat än det underskrivna", "the head is not the one that was signed", nil)
	}
	return nil
}

// seen is read before a transaction begins, for what others commit meanwhile is not in its snapshot.
func (l *Log) seen() Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (l *Log) remember(head Head) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if head.Size >= l.last.Size {
		l.last = head
	}
}

func stopped(sv, en string, cause error) error {
	e := ErrStopped.With(cause)
	e.Text = problem.Text{SV: fmt.Sprintf(e.Text.SV, sv), EN: fmt.Sprintf(e.Text.EN, en)}
	return e
}

// Checkpoint returns the newest signed checkpoint, or ErrEmpty.
func (l *Log) Checkpoint(ctx context.Context) (string, error) {
	var head Head
	err := l.db.View(ctx, func(tx Tx) (err error) {
		head, err = tx.JournalHead(ctx)
		return err
	})
	if err == nil && head.Size == 0 {
		err = ErrEmpty
	}
	return head.Checkpoint, err
}
