package fleet

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Limits of a search for a key.
const (
	maxFound  = 50  // keys that one search shows
	maxSearch = 100 // bytes of what is searched for
	maxTold   = 4   // pages of locks' own records in which it is looked up when they were told
)

// Reach is what a key opens: what blocking it takes away, and how far the block has come.
type Reach struct {
	Key    KeyRow
	Now    time.Time
	Listed bool      // locks are told: the block list names the key
	Homes  int       // clients behind the doors
	Doors  []Reached // those that it could still open first
	Holder Holder    // who last activated it
	May    KeyDuties
}

// Reached is a door of a [Reach].
type Reached struct {
	LockID, Serial string
	Kind           LockKind
	Has            bool      // the lock has told that it has the block
	Open           bool      // the key could open it now
	Until          time.Time // and no longer than this
	Told           time.Time // when the lock took in the block by its own clock; zero: not told, or nobody knows when
	Seen           time.Time // when the lock was last heard of; zero: never
}

// StillOpen is how many doors the key could open now.
func (r Reach) StillOpen() (n int) {
	for _, d := range r.Doors {
		if d.Open {
			n++
		}
	}
	return n
}

// Holder is who had a key last.
type Holder struct {
	EmployeeNumber string // "": nobody has activated it
	Name           string
	From, Until    time.Time
}

// KeyDuties is what somebody may do with a key.
type KeyDuties struct {
	Block   bool // and so tell the locks
	Miss    bool // say that it is looked for: it does not sync any more
	Lift    bool // take a block back
	Report  bool // say that it is broken
	Battery bool // note that its battery was changed
	HandOut bool // another in its place
}

// ReachTx is what [Reach] needs of a database transaction.
type ReachTx interface {
	// KeyRow returns a key by id.
	KeyRow(ctx context.Context, id string) (KeyRow, bool, error)
	// HolderOf returns who last activated a key.
	HolderOf(ctx context.Context, keyID string) (Holder, error)
	// HomesBehind counts the clients whose doors [KeyTx.DoorsForKey] are.
	HomesBehind(ctx context.Context, keyID string) (int, error)
}

// Reach says what the key with an id opens, before a block and after, to somebody whom the key concerns.
func (s *Pool) Reach(ctx context.Context, who routine.Who, id string) (out Reach, err error) {
	err = s.db.View(ctx, func(tx PoolTx) (err error) {
		out, err = s.reach(ctx, tx, who, id)
		return err
	})
	return out, err
}

func (s *Pool) reach(ctx context.Context, tx PoolTx, who routine.Who, id string) (out Reach, err error) {
	row, ok, err := tx.KeyRow(ctx, id)
	if err != nil || !ok {
		return out, orErr(err, ErrKeyUnknown.Fill("–"))
	}
	key, _, err := s.tended(ctx, tx, who, row.Number, routine.MissKey)
	if err != nil {
		return out, err
	}
	row.Key = key // with what the list leaves out
	out = Reach{Key: row, Now: tx.Now()}
	if out.May, err = s.duties(ctx, tx, who, key); err != nil {
		return out, err
	}
	if out.Holder, err = tx.HolderOf(ctx, id); err != nil {
		return out, err
	}
	if out.Homes, err = tx.HomesBehind(ctx, id); err != nil {
		return out, err
	}
	blocks, err := tx.BlocksAt(ctx, tx.Now())
	if err != nil {
		return out, err
	}
	doors, err := tx.DoorsForKey(ctx, id)
	if err != nil {
		return out, err
	}
	var listed uint64
	if key.State == KeyBlocked {
		listed = exposure(key, blocks, nil, tx.Now()).Listed
	}
	out.Listed = listed != 0
	told, err := toldSince(ctx, tx, listed, key.BlockedAt)
	if err != nil {
		return out, err
	}
	for _, d := range doors {
		out.Doors = append(out.Doors, reached(key, d, listed, told[d.LockID], out.Now))
	}
	slices.SortStableFunc(out.Doors, func(a, b Reached) int {
		if a.Open != b.Open {
			return map[bool]int{true: -1, false: 1}[a.Open]
		}
		return strings.Compare(a.Serial, b.Serial)
	})
	return out, nil
}

// reached is the worst case for one door, by the same rule as [exposure].
func reached(key Key, d KeyDoor, listed uint64, told, now time.Time) Reached {
	out := Reached{LockID: d.LockID, Serial: d.Serial, Kind: d.Kind, Seen: d.Seen, Until: key.SyncedUntil}
	if out.Has = listed != 0 && d.BlockList >= listed; out.Has {
		out.Told = told
	}
	out.Open = key.SyncedUntil.After(now) && !out.Has
	return out
}

func (s *Pool) duties(ctx context.Context, tx PoolTx, who routine.Who, key Key) (out KeyDuties, err error) {
	groups, err := tx.GroupsFacts(ctx, []string{key.GroupID})
	if err != nil {
		return out, err
	}
	group := groups[key.GroupID]
	own := who.Organisation != "" && group.OrgNumber == who.Organisation
	for duty, may := range map[routine.Duty]*bool{routine.BlockLostKey: &out.Block, routine.MissKey: &out.Miss, routine.LiftBlock: &out.Lift,
		routine.ReportKey: &out.Report, routine.ChangeBattery: &out.Battery, routine.HandOutKeys: &out.HandOut} {
		*may = s.profile.MayTend(who.Role, duty, own, group.Private) != ""
	}
	return out, nil
}

// toldSince says when locks took in a block list as new as listed, by their own records since then. Records tell the lowest 32 bits of
// a list's number. It looks back a bounded way: a lock that is not found took it in at a time that is not known.
func toldSince(ctx context.Context, tx journal.Tx, listed uint64, since time.Time) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	if listed == 0 {
		return out, nil
	}
	event := strconv.Itoa(int(credential.EventBlockList))
	before := journal.Cursor("")
	for range maxTold {
		records, err := journal.List(ctx, tx, journal.Filter{Kinds: []journal.Kind{journal.LockReported}}, journal.MaxPage, before)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			number, err := strconv.ParseUint(r.Value("info"), 10, 32)
			newEnough := err == nil && int32(uint32(number)-uint32(listed)) >= 0
			if r.Value("event") == event && newEnough && len(r.Subjects) > 0 && !r.At.Before(since.Add(-time.Minute)) {
				out[r.Subjects[0]] = r.At // the earliest is read last
			}
		}
		if len(records) < journal.MaxPage || records[len(records)-1].Received.Before(since) {
			break
		}
		before = records[len(records)-1].Cursor()
	}
	return out, nil
}

// Search finds keys by what is printed on them, by the employee number of whoever has one, or by the group's code; each as it is
// written, whole. Whoever holds groups finds those of the own organisation.
func (s *Pool) Search(ctx context.Context, who routine.Who, text string) (out []KeyRow, err error) {
	text = strings.TrimSpace(text)
	var f KeyFilter
	if !within(who, &f.Organisation) {
		return nil, ErrMayNot
	}
	if text == "" || len(text) > maxSearch {
		return nil, ErrSearch.On("q")
	}
	err = s.db.View(ctx, func(tx PoolTx) (err error) {
		upper := strings.ToUpper(text)
		for _, ask := range []KeyFilter{{Number: upper}, {Holder: text, HeldAt: tx.Now()}, {Group: upper}} {
			ask.Organisation = f.Organisation
			if out, err = tx.KeyRows(ctx, ask, Page{Limit: maxFound}); err != nil || len(out) > 0 {
				return err
			}
		}
		return ErrNoSuchKey.On("q")
	})
	return out, err
}
