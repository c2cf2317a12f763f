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

	rights      []GroupRight // that it was made of, and others until rightsUntil
	rightsUntil time.Time

	acks

	due   []LockEpoch // locks that lack a configuration
	dueAt time.Time
	dueOf uint32 // the version that they lack
}

func (m *made) holds(state GroupState, now time.Time) bool {
	return m != nil && m.state == state && !now.Before(m.from) && now.Before(m.until)
}

// tree returns the tree over the rights of a group for the next five days.
func (s *Service) tree(ctx context.Context, tx Tx, groupID string, state GroupState) (*made, error) {
	old := s.groups.all[groupID]
	if old.holds(state, tx.Now()) {
		return old, nil
	}
	m, err := s.make(ctx, tx, groupID, state, old)
	if err != nil {
		return nil, err
	}
	if old != nil && slices.Equal(old.locks, m.locks) {
		m.acks = old.acks
	}
	if s.groups.all == nil || len(s.groups.all) >= maxGroups {
		s.groups.all = map[string]*made{}
	}
	s.groups.all[groupID] = m
	return m, nil
}

func (s *Service) make(ctx context.Context, tx Tx, groupID string, state GroupState, old *made) (*made, error) {
	now := tx.Now()
	m := &made{state: state, from: now}
	if err := m.load(ctx, tx, groupID, old); err != nil {
		return nil, err
	}
	nbf, expires := credential.GrantStart(now), credential.At(now.Add(credential.GrantLife))
	within := s.profile.within(m.rights, nbf)
	leaves := Leaves(within, now, nbf, expires)
	if len(leaves) > credential.MaxLeaves {
		return nil, ErrTooManyDoors.Fill(len(leaves), credential.MaxLeaves)
	}
	m.windows = slices.ContainsFunc(leaves, func(l credential.Leaf) bool { return l.Window != "" })
	m.until = changes(m.rights, now, m.rightsUntil, len(within) == len(m.rights) && !dated(leaves))
	m.locks = make([]uint32, len(leaves))
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
	m.leaves, err = credential.Leaves(padded).MarshalCBOR()
	return m, err
}

// rightsAge is how long a group's rights are remembered, if none of them changes.
const rightsAge = 24 * time.Hour

// load asks for the rights that meet the life of any grant of the next rightsAge, unless they are known.
func (m *made) load(ctx context.Context, tx Tx, groupID string, old *made) (err error) {
	if old != nil && old.state == m.state && !m.from.Before(old.from) && m.from.Before(old.rightsUntil) {
		m.rights, m.rightsUntil = old.rights, old.rightsUntil
		return nil
	}
	m.rightsUntil = m.from.Add(rightsAge)
	m.rights, err = tx.RightsOfGroup(ctx, groupID, m.from, m.rightsUntil.Add(credential.GrantLife+time.Hour))
	return err
}

// dated reports whether a leaf says more than that it holds as long as its grant.
func dated(leaves []credential.Leaf) bool {
	return slices.ContainsFunc(leaves, func(l credential.Leaf) bool { return l.From != 0 || l.Until != 0 || l.Window != "" })
}

// changes returns until when Leaves gives the same for grants issued from now on, at the latest limit. rights are all that meet the life of
// a grant issued until then. Hours are counted from the whole hour that a grant begins with: if any leaf has them, it is at most to the next.
func changes(rights []GroupRight, now, limit time.Time, undated bool) time.Time {
	next := limit
	sooner := func(t time.Time) {
		if t.After(now) && t.Before(next) {
			next = t
		}
	}
	if hour := credential.GrantStart(now).Time(); !undated {
		sooner(hour.Add(time.Hour))
		sooner(hour.Add(time.Second)) // a grant's end counts in whole seconds: here it passes the hour that it begins with
	}
	for _, r := range rights {
		for _, t := range [...]time.Time{r.From, r.Until} {
			sooner(t)                                                               // it begins or ends
			sooner(t.Truncate(time.Second).Add(time.Second - credential.GrantLife)) // a grant's end passes it
		}
	}
	return next
}
