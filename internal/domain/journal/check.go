package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/problem"
)

// Faults that a check finds.
var (
	// ErrDamaged means that something stored is not what was signed.
	ErrDamaged = problem.New(problem.Internal, "journal-damaged",
		"Loggen är skadad (%s). Stoppa servern, spara databasen som den är och återställ den senaste säkerhetskopian som klarar kontrollen.",
		"The log is damaged (%s). Stop the server, keep the database as it is, and restore the newest backup that passes the check.")
	// ErrForked means that a checkpoint of this log that was kept outside is not part of it.
	ErrForked = problem.New(problem.Conflict, "journal-forked",
		"Loggen innehåller inte det sparade huvudet: den är avkortad, omskriven eller återställd från en äldre kopia.",
		"The log does not contain the kept checkpoint: it has been cut short, rewritten, or restored from an older copy.")
)

// State is what a whole and undamaged log holds.
type State struct {
	Size    int64 // signed entries
	Erased  int64 // of them, erased
	Pending int64 // entries not yet in the tree
	Root    tlog.Hash

	indexed int64 // places on timelines and among their kind that the signed entries should have
}

// Check recomputes everything from the entries up, in one snapshot: every seal, index, commitment, leaf, tile, the
// root and the signature. It returns ErrStopped or ErrDamaged, naming the first fault, or what the log holds. Its cost is that
// of reading the whole log.
func (l *Log) Check(ctx context.Context) (s State, err error) {
	last := l.seen()
	err = l.db.View(ctx, func(tx Tx) (err error) {
		s, err = l.check(ctx, tx, last)
		return err
	})
	return s, err
}

func (l *Log) check(ctx context.Context, tx Tx, last Head) (State, error) {
	head, _, err := l.verified(ctx, tx, last)
	if err != nil {
		return State{}, err
	}
	s := State{Size: head.Size, Root: head.Root}
	tree := &edge{}
	for tree.size < head.Size {
		rows, bodies, err := read(ctx, tx, tree.size, int(min(batch, head.Size-tree.size)))
		if err != nil {
			return s, err
		}
		if len(rows) == 0 {
			return s, damaged("post %d saknas", "entry %d is missing", tree.size)
		}
		if err := sameTiles(ctx, tx, s.take(tree, bodies)); err != nil {
			return s, err
		}
	}
	if err := sameTiles(ctx, tx, tree.unfinished(0)); err != nil {
		return s, err
	}
	root, err := tree.root()
	if err != nil {
		return s, err
	}
	if head.Size > 0 && root != head.Root {
		return s, damaged("posterna ger en annan rot än den underskrivna", "the entries give another root than the signed one")
	}
	indexed, err := tx.CountJournalIndex(ctx)
	if err != nil {
		return s, err
	}
	if indexed != s.indexed { // counting finds what was hidden or added, not what was exchanged
		return s, damaged("registren över poster har %d rader men posterna ger %d", "the indexes of entries have %d rows where the entries give %d", indexed, s.indexed)
	}
	s.Pending, err = countPending(ctx, tx, head.Size)
	return s, err
}

// countPending reads the entries from first on, which must all be there and as they were written.
func countPending(ctx context.Context, tx Tx, first int64) (int64, error) {
	next, err := tx.NextJournal(ctx)
	if err != nil {
		return 0, err
	}
	for at := first; at < next; {
		rows, _, err := read(ctx, tx, at, batch)
		if err != nil {
			return 0, err
		}
		if len(rows) == 0 {
			return 0, damaged("post %d saknas", "entry %d is missing", at)
		}
		at += int64(len(rows))
	}
	return next - first, nil
}

// take adds entries to the recomputed tree and returns the tiles that became full.
func (s *State) take(tree *edge, bodies []body) (full []Tile) {
	for _, b := range bodies {
		if b.isErased() {
			s.Erased++
		}
		on, kinds := b.marks()
		s.indexed += int64(len(on) + len(kinds))
		tree.add(b.leafHash(), func(t Tile) { full = append(full, t) })
	}
	return full
}

func sameTiles(ctx context.Context, tx Tx, want []Tile) error {
	ids := make([]TileID, len(want))
	for i, t := range want {
		ids[i] = t.TileID
	}
	got, err := tx.JournalTiles(ctx, ids)
	if err != nil {
		return err
	}
	for i, t := range want {
		if !bytes.Equal(got[i], t.Data) {
			return damaged("blad %d/%d stämmer inte med posterna", "tile %d/%d is not what the entries give", t.Level, t.N)
		}
	}
	return nil
}

func damaged(sv, en string, args ...any) *problem.Error {
	e := ErrDamaged.With(nil)
	detail := problem.Text{SV: sv, EN: en}.Sprintf(args...)
	e.Text = problem.Text{SV: fmt.Sprintf(e.Text.SV, detail.SV), EN: fmt.Sprintf(e.Text.EN, detail.EN)}
	return e
}

// Extends tells whether the log contains an earlier checkpoint of its own (a signed note that somebody kept outside):
// nil if it does, ErrForked if the log has been cut short, rewritten or rolled back since then.
func (l *Log) Extends(ctx context.Context, earlier string) error {
	c, _, err := openCheckpoint(earlier, note.VerifierList(l.verifier))
	if err != nil {
		return checkpointProblem(err)
	}
	last := l.seen()
	return l.db.View(ctx, func(tx Tx) error {
		head, _, err := l.verified(ctx, tx, last)
		if err != nil {
			return err
		}
		if c.size > head.Size {
			return ErrForked.With(fmt.Errorf("the checkpoint has %d entries, the log %d", c.size, head.Size))
		}
		hashes := tlog.TileHashReader(tlog.Tree{N: head.Size, Hash: head.Root}, &tileReader{ctx, tx, map[TileID][]byte{}})
		old, err := tlog.TreeHash(c.size, hashes)
		if err != nil {
			return stopped("bladen stämmer inte med huvudet", "the tiles do not fit the head", err)
		}
		if old != c.root {
			return ErrForked.With(errors.New("another root at that size"))
		}
		return nil
	})
}
