package simulate

import (
	"cmp"
	"fmt"
	"maps"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/edge/registers"
	"hemnyckel/lockcore"
)

// lock is a real lock with a memory, a clock and a bolt that the simulation sees into.
type lock struct {
	place  int
	serial string
	number uint32
	epoch  uint16
	row    *registers.Lock
	core   *lockcore.Lock
	store  memory
	bolts  int

	// The clock: true time, drifted and set wrong; or lost, since a battery was changed.
	start  credential.Instant // the first midnight
	at     int64              // true time
	drift  float64            // seconds a second
	off    int64              // seconds ahead of true time
	jumped int64              // of them, those by which it has jumped ahead
	lost   bool
	booted int64

	ring        int // records; 0 for the usual number
	strictClock bool
	strictLog   bool
	loose       bool
	deaf        bool             // sabotage
	told        int64            // the latest server's time that it has been given
	lists       []heard          // that it has taken
	blind       int              // openings in a row without knowing the time
	opened      map[uint32]int64 // when each opening was, by its record
}

// heard is a block list that a lock has taken.
type heard struct {
	number uint64
	at     int64
}

// begin starts the lock, for the first time or from its memory.
func (l *lock) begin() (err error) {
	l.store.note, l.store.ring = l.note, uint32(cmp.Or(l.ring, 1024))
	l.booted = l.at
	l.core, err = lockcore.New(lockcore.Config{Store: &l.store, Now: l.now, Bolt: func() { l.bolts++ }, Ring: l.ring,
		Uptime: func() time.Duration { return time.Duration(l.at-l.booted) * time.Second },
		Button: func() bool { return true }})
	return err
}

// note sees each record as it is stored.
func (l *lock) note(r credential.Record) {
	switch r.Event {
	case credential.EventOpened:
		if l.opened == nil {
			l.opened = map[uint32]int64{}
		}
		l.opened[r.Seq] = l.at
		if r.Flags&credential.FlagTimeUnverified == 0 {
			l.blind = 0
		} else {
			l.blind++
		}
	case credential.EventBlockList:
		l.lists = append(l.lists, heard{uint64(r.Info), l.at})
	}
}

// now is what the lock's own clock shows.
func (l *lock) now() (credential.Instant, bool) { return l.shows(l.at), !l.lost }

func (l *lock) shows(at int64) credential.Instant {
	return l.start + credential.Instant(at+l.off) + credential.Instant(float64(at)*l.drift)
}

func (l *lock) claim(certify func(lockcore.Candidate) (lockcore.ClaimInstall, error)) error {
	a := newAir(l)
	defer a.session.End()
	return lockcore.Claim(a, l.core.ClaimCode(), certify)
}

// knows reports whether the lock has taken that block list or a later one.
func (l *lock) knows(number uint64) bool {
	return number > 0 && len(l.lists) > 0 && l.lists[len(l.lists)-1].number >= number
}

// knew returns when the lock first had that block list or a later one.
func (l *lock) knew(number uint64) (int64, bool) {
	for _, h := range l.lists {
		if h.number >= number {
			return h.at, true
		}
	}
	return 0, false
}

// memory is a lock's store. It notes every record that the lock has ever written, whatever becomes of it.
type memory struct {
	slots   map[lockcore.Slot][]byte
	records map[uint32][]byte // every record there ever was
	last    uint32
	ring    uint32
	told    map[uint32]bool // that LOST records tell of
	note    func(credential.Record)

	forgetful bool // sabotage
}

// Load implements lockcore.Store.
func (m *memory) Load() (map[lockcore.Slot][]byte, error) { return maps.Clone(m.slots), nil }

// Commit implements lockcore.Store.
func (m *memory) Commit(change map[lockcore.Slot][]byte) error {
	if m.slots == nil {
		m.slots, m.records, m.told = map[lockcore.Slot][]byte{}, map[uint32][]byte{}, map[uint32]bool{}
	}
	maps.Copy(m.slots, change)
	for slot, body := range change {
		if slot < lockcore.SlotRing {
			continue
		}
		r, err := credential.ParseRecord(body)
		if err != nil {
			return fmt.Errorf("simulate: a record that cannot be read: %w", err)
		}
		m.records[r.Seq] = body
		if m.forgetful && r.Seq%3 == 0 {
			delete(m.slots, slot)
		}
		m.last = max(m.last, r.Seq)
		if r.Event == credential.EventLost { // the ring was full: it tells of the oldest ones
			for seq := r.Seq - m.ring; seq < r.Seq-m.ring+r.Info; seq++ {
				m.told[seq] = true
			}
		}
		m.note(r)
	}
	return nil
}

// holds reports whether the record is still in the lock.
func (m *memory) holds(seq uint32) bool {
	body, ok := m.records[seq]
	if !ok {
		return false
	}
	for slot, kept := range m.slots {
		if slot >= lockcore.SlotRing && string(kept) == string(body) {
			return true
		}
	}
	return false
}
