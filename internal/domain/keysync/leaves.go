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
// days comes with the next sync. What is not a whole hour is rounded towards no access, except that a right in force now
// holds from the grant's beginning: the grant cannot be used before now.
func Leaves(rights []GroupRight, now time.Time, nbf, expires credential.Instant) []credential.Leaf {
	byLock := map[uint32][]access.Right{}
	epoch := map[uint32]uint32{}
	for _, r := range rights {
		byLock[r.Lock] = append(byLock[r.Lock], access.Right{From: r.From, Until: r.Until})
		epoch[r.Lock] = r.Epoch
	}
	out := make([]credential.Leaf, 0, len(byLock))
	for lock, of := range byLock {
		if epoch[lock] > math.MaxUint16 {
			continue // no lock can hold such an epoch
		}
		for _, p := range access.Union(of) {
			if from, until, ok := span(p, now, nbf, expires); ok {
				out = append(out, credential.Leaf{Lock: lock, Rights: credential.RightOpen, Epoch: uint16(epoch[lock]), From: from, Until: until})
				break
			}
		}
	}
	slices.SortFunc(out, func(a, b credential.Leaf) int { return cmp.Compare(a.Lock, b.Lock) })
	return out
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
