package keysync

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Waiting is a signed acknowledgement for a lock that keeps records which it need not keep.
type Waiting struct {
	Lock uint32
	Kept int64 // records, as far as is known
	Ack  []byte
}

// maxAcks bounds the acknowledgements that a key is given to carry.
const maxAcks = 256

// acks are the acknowledgements for a group's locks, those first whose lock keeps the most.
type acks struct {
	waiting []Waiting
	asked   time.Time // when for all of the locks; zero: never
	of      uint64    // how many heads this process had moved then
}

// ackAge is how long it may take until a visit sees what another process has taken over. A lock that is told later has its records
// carried once more.
const ackAge = time.Hour

// acksFor returns acknowledgements for the locks that a key of the group may meet. moved is how many heads this process had moved before
// the transaction: what it has not moved since the group last asked need not be asked for again.
func (s *Service) acksFor(ctx context.Context, tx Tx, m *made, moved uint64) ([][]byte, error) {
	ask, known := s.moved.between(m.of, moved)
	if age := tx.Now().Sub(m.asked); !known || age < 0 || age >= ackAge {
		ask, m.acks = m.locks, acks{asked: tx.Now()}
	} else {
		ask = slices.DeleteFunc(ask, func(l uint32) bool { _, ours := slices.BinarySearch(m.locks, l); return !ours })
	}
	if len(ask) > 0 {
		found, err := tx.AcksForLocks(ctx, ask, max(1, s.profile.Acknowledge), maxAcks)
		if err != nil {
			m.acks = acks{}
			return nil, err
		}
		m.replace(ask, found)
	}
	m.of = moved
	out := make([][]byte, len(m.waiting))
	for i, w := range m.waiting {
		out[i] = w.Ack
	}
	return out, nil
}

// replace puts what was found in the place of what was known of these locks, which are sorted.
func (a *acks) replace(locks []uint32, found []Waiting) {
	stay := slices.DeleteFunc(slices.Clone(a.waiting), func(w Waiting) bool { _, asked := slices.BinarySearch(locks, w.Lock); return asked })
	a.waiting = append(stay, found...)
	slices.SortFunc(a.waiting, func(a, b Waiting) int { return cmp.Or(cmp.Compare(b.Kept, a.Kept), cmp.Compare(a.Lock, b.Lock)) })
	a.waiting = a.waiting[:min(len(a.waiting), maxAcks)]
}

// moved remembers which locks' heads this process has moved, the latest of them.
type moved struct {
	mu    sync.Mutex
	locks []uint32
	all   uint64 // that there ever were
}

// maxMoved bounds what is remembered; a group that asks more seldom asks for all of its locks.
const maxMoved = 1 << 14

// add tells of locks whose heads have moved and been committed.
func (m *moved) add(locks []uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.locks) >= maxMoved {
		m.locks = slices.Clone(m.locks[maxMoved/2:])
	}
	m.locks = append(m.locks, locks...)
	m.all += uint64(len(locks))
}

// count is how many have been told of.
func (m *moved) count() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all
}

// between returns the locks, sorted, that were told of when the count went from one value to another. known is false if that is too long ago.
func (m *moved) between(from, to uint64) (locks []uint32, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first := m.all - uint64(len(m.locks))
	if from < first || to < from {
		return nil, false
	}
	return distinct(slices.Clone(m.locks[from-first : to-first])), true
}
