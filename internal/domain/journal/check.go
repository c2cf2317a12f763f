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

	indexed int64 // places on timelines that the signed entries should have
}

// Check recomputes everything from the entries up, in one snapshot: every commitment, leaf, index, tile, the root and
// the signature. It returns ErrStopped or ErrDamaged, naming the first fault, or what the log holds. Its cost is that
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
		rows, err := tx.JournalRange(ctx, tree.size, batch)
		if err != nil {
			return s, err
		}
		if len(rows) == 0 {
			return s, damaged("post %d saknas", "entry %d is missing", tree.size)
		}
		full, err := s.take(tree, rows)
		if err != nil {
			return s, err
		}
		if err := sameTiles(ctx, tx, full); err != nil {
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
		return s, damaged("tidslinjerna har %d rader men posterna ger %d", "the timelines have %d rows where the entries give %d", indexed, s.indexed)
	}
	total, err := tx.CountJournal(ctx, nil)
	s.Pending = total - s.Size
	if err == nil && s.Pending < 0 {
		err = damaged("det finns färre poster än vad som är underskrivet", "there are fewer entries than were signed")
	}
	return s, err
}

// take verifies rows, adds them to the recomputed tree and returns the tiles that became full.
func (s *State) take(tree *edge, rows []Row) (full []Tile, err error) {
	for _, r := range rows {
		if r.Index != tree.size {
			return nil, damaged("post %d saknas eller är dubblerad", "entry %d is missing or doubled", tree.size)
		}
		b, err := r.open()
		if err != nil {
			return nil, damaged("post %d är ändrad", "entry %d has been changed", r.Index).With(err)
		}
		if len(b.Erased) > 0 {
			s.Erased++
		}
		s.indexed += int64(len(b.subjects()))
		tree.add(r.Leaf, func(t Tile) { full = append(full, t) })
	}
	return full, nil
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
