package lockcore

import (
	"fmt"

	"hemnyckel/credential"
)

// head is SlotHead: the small state that every record moves.
type head struct {
	Boot       uint16             `cbor:"1,keyasint"`
	First      uint32             `cbor:"2,keyasint"`  // oldest record in the ring; Last+1 when empty
	Last       uint32             `cbor:"3,keyasint"`  // newest record
	Acked      uint32             `cbor:"4,keyasint"`  // newest acknowledged record
	Base       credential.Hash    `cbor:"5,keyasint"`  // chain head before First
	Head       credential.Hash    `cbor:"6,keyasint"`  // chain head after Last
	Seen       credential.Instant `cbor:"7,keyasint"`  // as far as times in grants and activations have raised the floor
	RaiseDay   credential.Day     `cbor:"8,keyasint"`  // the day on which Raised was counted
	Raised     uint32             `cbor:"9,keyasint"`  // seconds that unreliable times have raised the floor on that day
	Unverified uint8              `cbor:"10,keyasint"` // openings since the clock was lost
	Epoch      uint16             `cbor:"11,keyasint"` // lowest lock epoch that leaves must have
	Bounds     bounds             `cbor:"12,keyasint,omitzero"`
	Revocation told               `cbor:"13,keyasint"` // by block lists
	Config     told               `cbor:"14,keyasint"` // by configurations and time tokens
}

// maxHeadBytes bounds a stored head.
const maxHeadBytes = 384

// floor is the time that it has been for certain.
func (h head) floor() credential.Instant { return max(h.Seen, h.Revocation.Time, h.Config.Time) }

type entry struct {
	credential.Record
	after credential.Hash // chain head after the record
}

// lostRun is how many unacknowledged records give way at once in a full ring; one LOST record tells of them all.
const lostRun = 32

// slot is where a record is stored.
func (l *Lock) slot(seq uint32) Slot { return SlotRing + Slot(seq%uint32(len(l.ring))) }

func (l *Lock) at(seq uint32) *entry { return &l.ring[seq%uint32(len(l.ring))] }

func (l *Lock) loadLog(slots map[Slot][]byte) error {
	if b := slots[SlotCounters]; len(b) > 0 {
		var err error
		if l.seen, err = credential.Decode[counters](b, 8<<10); err != nil {
			return err
		}
	}
	if slots[SlotHead] == nil {
		l.head = head{First: 1}
		return nil
	}
	var err error
	if l.head, err = credential.Decode[head](slots[SlotHead], maxHeadBytes); err != nil {
		return err
	}
	chain := l.head.Base
	for seq := l.head.First; seq <= l.head.Last; seq++ {
		r, err := credential.ParseRecord(slots[l.slot(seq)])
		if err != nil {
			return err
		}
		if chain, err = r.Chain(chain); err != nil {
			return err
		}
		if r.Seq != seq {
			return fmt.Errorf("record %d where %d should be", r.Seq, seq)
		}
		*l.at(seq) = entry{r, chain}
	}
	if chain != l.head.Head {
		return fmt.Errorf("the log's hash chain does not lead to its head")
	}
	return nil
}

// append adds a record to the change. The caller gives what happened; sequence, start, time and its quality are filled in.
func (c *change) append(r credential.Record) uint32 {
	if c.full() {
		c.makeRoom()
	}
	r.Boot = c.head.Boot
	r.Time, r.Quality = c.l.clock(c.head)
	c.head.Last++
	r.Seq = c.head.Last
	b, err := credential.Encode(r)
	if err == nil {
		c.head.Head, err = r.Chain(c.head.Head)
	}
	if err != nil {
		c.err = err
		return 0
	}
	c.slots[c.l.slot(r.Seq)] = b
	c.added = append(c.added, entry{r, c.head.Head})
	return r.Seq
}

func (c *change) full() bool { return int(c.head.Last+1-c.head.First) >= len(c.l.ring) }

// makeRoom frees the oldest acknowledged record, or gives up a run of unacknowledged ones and says so.
func (c *change) makeRoom() {
	if c.head.First <= c.head.Acked {
		c.drop(1)
		return
	}
	c.drop(lostRun)
	c.append(credential.Record{Event: credential.EventLost, Info: lostRun, Flags: credential.FlagLogFull})
}

// drop forgets n records from the oldest on. They are in l.ring: no change adds as many as a ring holds.
func (c *change) drop(n uint32) {
	c.head.Base = c.l.at(c.head.First + n - 1).after
	c.head.First += n
}

// strictlyFull reports whether a lock that must not lose a record has no room for another. A run is held back for what
// happens to the lock itself, such as a new block list.
func (l *Lock) strictlyFull() bool { return l.config.StrictLog && l.crowded() }

// crowded reports whether the ring is about to be full of unacknowledged records.
func (l *Lock) crowded() bool {
	unacked := l.head.Last + 1 - l.oldest()
	return int(unacked)+lostRun >= len(l.ring)
}

// oldest is the oldest unacknowledged record that the lock still has.
func (l *Lock) oldest() uint32 { return max(l.head.Acked+1, l.head.First) }

// batches seals records from a number on for a visitor, and returns the number of the next.
func (l *Lock) batches(from uint32) (out [][]byte, next uint32, err error) {
	now, _ := l.clock(l.head)
	for len(out) < MaxSessionBatch && from <= l.head.Last {
		to := min(from+credential.MaxBatchRecords-1, l.head.Last)
		b := credential.LogBatch{
			Lock: l.claim.Number, Identity: l.id.PublicKey().Hash(), Epoch: l.head.Epoch,
			Prev: l.before(from), Blocks: l.blocks.list.Version, Config: l.config.Version,
			Battery: l.cfg.Battery(), Last: l.head.Last, Oldest: min(l.oldest(), from),
		}
		for seq := from; seq <= to; seq++ {
			b.Records = append(b.Records, l.at(seq).Record)
		}
		raw, err := credential.SignBatch(l.id.Signing, b)
		if err != nil {
			return nil, from, err
		}
		sealed, err := credential.SealBatch(l.config.IngestAt(now), raw)
		if err != nil {
			return nil, from, err
		}
		out = append(out, sealed)
		from = to + 1
	}
	return out, from, nil
}

// before is the chain head before record seq, which is in the ring or the next to come.
func (l *Lock) before(seq uint32) credential.Hash {
	if seq == l.head.First {
		return l.head.Base
	}
	return l.at(seq - 1).after
}

// acknowledge lets the ring overwrite what the server has. An acknowledgement of another life or another chain means
// nothing.
func (c *change) acknowledge(a credential.Ack) error {
	l := c.l
	switch {
	case a.Lock != l.id.PublicKey().Hash() || a.Epoch != c.head.Epoch:
		return credential.Refuse(credential.CodeChain, "acknowledgement of another identity or epoch")
	case a.Seq <= c.head.Acked:
		return credential.Refuse(credential.CodeStale, "already acknowledged")
	case a.Seq < l.head.First || a.Seq > l.head.Last || l.at(a.Seq).after != a.Head:
		return credential.Refuse(credential.CodeChain, "acknowledgement of another chain")
	}
	c.head.Acked = a.Seq
	return nil
}
