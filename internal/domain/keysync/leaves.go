package keysync

import (
	"cmp"
	"math"
	"slices"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/access"
)

// Leaves turns a group's rights into the leaves of a grant issued at now that lives over [nbf, expires). A lock gets one leaf: its
// first period of access that has not ended, as several rights that meet are one. A second period later in the same five
// days comes with the next sync, as does a right at any hour that follows one with hours of the week. What is not a whole hour is rounded towards no
// access, except that a right in force now holds from the grant's beginning: the grant cannot be used before now.
func Leaves(rights []GroupRight, now time.Time, nbf, expires credential.Instant) []credential.Leaf {
	byLock := map[uint32]map[credential.Window][]access.Right{}
	epoch := map[uint32]uint32{}
	for _, r := range rights {
		if byLock[r.Lock] == nil {
			byLock[r.Lock] = map[credential.Window][]access.Right{}
		}
		byLock[r.Lock][r.Window] = append(byLock[r.Lock][r.Window], access.Right{From: r.From, Until: r.Until})
		epoch[r.Lock] = r.Epoch
	}
	out := make([]credential.Leaf, 0, len(byLock))
	for lock, of := range byLock {
		if epoch[lock] > math.MaxUint16 {
			continue // no lock can hold such an epoch
		}
		if l, ok := first(of, now, nbf, expires); ok {
			l.Lock, l.Rights, l.Epoch = lock, credential.RightOpen, uint16(epoch[lock])
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b credential.Leaf) int { return cmp.Compare(a.Lock, b.Lock) })
	return out
}

// first is the earliest period of access to a lock, of those that begin together the one at any hour. Hours of the week that hold
// throughout it are joined to its own, as far as a leaf has room.
func first(of map[credential.Window][]access.Right, now time.Time, nbf, expires credential.Instant) (best credential.Leaf, ok bool) {
	var all []credential.Leaf
	for window, rights := range of {
		for _, p := range access.Union(rights) {
			if from, until, ok := span(p, now, nbf, expires); ok {
				all = append(all, credential.Leaf{From: from, Until: until, Window: window})
				break
			}
		}
	}
	if len(all) == 0 {
		return best, false
	}
	slices.SortFunc(all, func(a, b credential.Leaf) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(min(1, len(a.Window)), min(1, len(b.Window))), cmp.Compare(b.Until-1, a.Until-1), cmp.Compare(a.Window, b.Window))
	})
	best = all[0]
	for _, l := range all[1:] {
		if best.Window != "" && l.Window != "" && l.From == best.From && l.Until-1 >= best.Until-1 { // 0 is the grant's end: the latest
			best.Window = joined(best.Window, l.Window)
		}
	}
	return best, true
}

// span is a period as whole hours after nbf; until 0 is the grant's end. ok is false for one that gives nothing.
func span(p access.Period, now time.Time, nbf, expires credential.Instant) (from, until uint8, ok bool) {
	if !p.Until.After(now) || !p.From.Before(expires.Time()) {
		return 0, 0, false
	}
	if p.From.After(now) {
		hours := math.Ceil(p.From.Sub(nbf.Time()).Hours())
		from = uint8(hours) // at most 121: the period begins before the grant's end
	}
	if p.Until.Before(expires.Time()) {
		hours := math.Floor(p.Until.Sub(nbf.Time()).Hours())
		if hours < 1 { // 0 would mean the grant's end
			return 0, 0, false
		}
		until = uint8(hours)
		return from, until, from < until
	}
	return from, 0, nbf.Add(time.Duration(from)*time.Hour) < expires
}
