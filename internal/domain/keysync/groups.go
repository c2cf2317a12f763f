package keysync

import (
	"context"
	"slices"
	"time"

	"hemnyckel/credential"
)

// groups remembers the tree of each group that has been visited, as long as it is what would be made anew. Only the one shared
// transaction that runs uses it.
type groups struct {
	all map[string]*made
}

// maxGroups bounds what is remembered; a tree of a thousand leaves is some 200 kB.
const maxGroups = 512

// made is a group's tree.
type made struct {
	state       GroupState
	from, until time.Time // it is what would be made at any time in [from, until)
	tree        *credential.Tree
	leaves      []byte   // encoded
	locks       []uint32 // that are in it
	windows     bool     // some leaf has one

	acks   [][]byte // acknowledgements for the group's locks
	acksAt time.Time
	acksOf uint64 // how often mail had been taken over then

	due   []LockEpoch // locks that lack a configuration
	dueAt time.Time
	dueOf uint32 // the version that they lack
}

func (m *made) holds(state GroupState, now time.Time) bool {
	return m != nil && m.state == state && !now.Before(m.from) && now.Before(m.until)
}

// tree returns the tree over the rights of a group for the next five days.
func (s *Service) tree(ctx context.Context, tx Tx, groupID string, state GroupState) (*made, error) {
	now, g := tx.Now(), &s.groups
	old := g.all[groupID]
	if old.holds(state, now) {
		return old, nil
	}
	nbf, expires := credential.GrantStart(now), credential.At(now.Add(credential.GrantLife))
	rights, err := tx.RightsOfGroup(ctx, groupID, now, expires.Add(time.Hour+time.Second).Time())
	if err != nil {
		return nil, err
	}
	leaves := Leaves(s.profile.within(rights, nbf), now, nbf, expires)
	if len(leaves) > credential.MaxLeaves {
		return nil, ErrTooManyDoors.Fill(len(leaves), credential.MaxLeaves)
	}
	m := &made{state: state, from: now, until: changes(rights, now), locks: make([]uint32, len(leaves)),
		windows: slices.ContainsFunc(leaves, func(l credential.Leaf) bool { return l.Window != "" })}
	for i, l := range leaves {
		m.locks[i] = l.Lock
	}
	padded, err := credential.PadLeaves(leaves)
	if err != nil {
		return nil, err
	}
	if m.tree, err = credential.NewTree(padded); err != nil {
		return nil, err
	}
	if m.leaves, err = credential.Leaves(padded).MarshalCBOR(); err != nil {
		return nil, err
	}
	if g.all == nil || len(g.all) >= maxGroups {
		g.all = map[string]*made{}
	}
	g.all[groupID] = m
	return m, nil
}

// changes returns until when Leaves gives the same for grants issued from now on: at most to the next whole hour, with which their
// hours are counted anew. rights are all that meet the life of a grant issued until then.
func changes(rights []GroupRight, now time.Time) time.Time {
	hour := credential.GrantStart(now).Time()
	next := hour.Add(time.Hour)
	sooner := func(t time.Time) {
		if t.After(now) && t.Before(next) {
			next = t
		}
	}
	sooner(hour.Add(time.Second)) // a grant's end counts in whole seconds: here it passes the hour that it begins with
	for _, r := range rights {
		for _, t := range [...]time.Time{r.From, r.Until} {
			sooner(t)                                                               // it begins or ends
			sooner(t.Truncate(time.Second).Add(time.Second - credential.GrantLife)) // a grant's end passes it
		}
	}
	return next
}

// maxAcks bounds the acknowledgements that a key is given to carry.
const maxAcks = 256

// ackAge is how long it may take until a visit sees what another process has taken over.
const ackAge = time.Second

// acksFor returns acknowledgements for the locks that a key of the group may meet.
func (s *Service) acksFor(ctx context.Context, tx Tx, m *made) ([][]byte, error) {
	age, unpacked := tx.Now().Sub(m.acksAt), s.unpacked.Load()
	if m.acksOf == unpacked && age >= 0 && age < ackAge {
		return m.acks, nil
	}
	acks, err := tx.AcksForLocks(ctx, m.locks, max(1, s.profile.Acknowledge), maxAcks)
	if err == nil {
		m.acks, m.acksAt, m.acksOf = acks, tx.Now(), unpacked
	}
	return m.acks, err
}
