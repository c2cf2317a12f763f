package lockcore

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"hemnyckel/credential"
)

// Slot names a piece of a lock's memory.
type Slot uint16

// The slots. Records lie in SlotRing + sequence number modulo the ring's size.
const (
	SlotIdentity Slot = 1
	SlotClaim    Slot = 2
	SlotBlocks   Slot = 3
	SlotConfig   Slot = 4
	SlotHead     Slot = 5
	SlotCounters Slot = 6
	SlotKnown    Slot = 20
	SlotRing     Slot = 100
)

// Store is a lock's memory. An empty value removes its slot. Commit is atomic and durable: after a power cut at any moment either all of a change is
// there or none of it. A Commit that returns an error may have happened or not; the lock then loads again.
type Store interface {
	Load() (map[Slot][]byte, error)
	Commit(change map[Slot][]byte) error
}

// MinRing is the least number of records that a real lock keeps.
const MinRing = 1000

// maxRing is how many slots there are for records.
const maxRing = math.MaxUint16 - int(SlotRing) + 1

// Config is what a lock is built from.
type Config struct {
	Store Store
	// Now is the lock's own clock; ok is false while it does not know the time. The lock never takes it below its floor.
	Now func() (t credential.Instant, ok bool)
	// Uptime is the time since the start by a counter that nobody can set; nil is a lock without one, whose clock can neither be
	// verified nor repaired.
	Uptime func() time.Duration
	// Button reports whether the button inside has been pressed within the last two minutes; nil is a lock that can neither be
	// claimed nor reset.
	Button func() bool
	// Bolt moves the bolt. It is called after the record of the opening is stored.
	Bolt func()
	// Battery is the charge in per cent; nil counts as 100.
	Battery func() uint8
	// Ring is the number of records kept; 0 is 1024. Below [MinRing] is for tests.
	Ring int
}

// Lock is one lock. It is safe for concurrent use, though a door serves one session at a time.
type Lock struct {
	cfg Config

	mu     sync.Mutex
	stale  bool // a Commit failed: what is in memory may not be what is stored
	id     *credential.Identity
	code   string
	claim  *claim
	blocks blockState
	config configState
	head   head
	ring   []entry
	seen   counters
	known  certificates
	memory Memory
	parsed credential.Parsed

	// What the counter of seconds has told since the start.
	nonces  []nonce
	floorUp int64 // when the floor was raised
	watched *watched
}

// secrets is SlotIdentity.
type secrets struct {
	Identity []byte `cbor:"1,keyasint"`
	Code     string `cbor:"2,keyasint"`
}

// claim is SlotClaim: whose the lock is.
type claim struct {
	Roots       credential.Roots `cbor:"1,keyasint"`
	Number      uint32           `cbor:"2,keyasint"`
	Certificate []byte           `cbor:"3,keyasint"`
}

// signed is SlotBlocks and SlotConfig: an object and its signer's certificate, kept to be passed on.
type signed struct {
	Object      []byte `cbor:"1,keyasint"`
	Certificate []byte `cbor:"2,keyasint"`
}

type blockState struct {
	signed
	list credential.BlockList
}

type configState struct {
	signed
	credential.LockConfig
}

// New starts a lock: it loads what is stored, or makes a new identity and claim code if nothing is, and counts the start.
func New(cfg Config) (*Lock, error) {
	if cfg.Ring == 0 {
		cfg.Ring = 1024
	}
	if cfg.Store == nil || cfg.Now == nil || cfg.Bolt == nil || cfg.Ring < 2*lostRun || cfg.Ring > maxRing {
		return nil, fmt.Errorf("lockcore: a lock needs a store, a clock, a bolt and a ring of %d to %d records", 2*lostRun, maxRing)
	}
	if cfg.Battery == nil {
		cfg.Battery = func() uint8 { return 100 }
	}
	if cfg.Button == nil {
		cfg.Button = func() bool { return false }
	}
	l := &Lock{cfg: cfg}
	if err := l.load(); err != nil {
		return nil, err
	}
	c := l.begin()
	c.head.Boot++
	if l.id == nil {
		l.code = newClaimCode()
		if err := c.newIdentity(l.code); err != nil {
			return nil, err
		}
	}
	if l.claim != nil {
		c.append(credential.Record{Event: credential.EventBoot})
	}
	return l, c.commit()
}

// newIdentity begins a life: other keys, and the log that begins with them.
func (c *change) newIdentity(code string) error {
	id, err := credential.NewIdentity()
	if err != nil {
		return err
	}
	c.put(SlotIdentity, secrets{Identity: id.Bytes(), Code: code})
	c.head.Base = credential.ChainStart(id.PublicKey())
	c.head.Head = c.head.Base
	c.id = id
	return nil
}

// Key is the lock's public signing key; after a reset it is another.
func (l *Lock) Key() credential.PublicKey {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.id.PublicKey()
}

// ClaimCode is what is printed inside the lock.
func (l *Lock) ClaimCode() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.code
}

// Number is the lock's number, 0 while it is unclaimed.
func (l *Lock) Number() uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claim == nil {
		return 0
	}
	return l.claim.Number
}

// load reads everything from the store and checks that it hangs together: a lock that is unsure of its own memory does not
// start.
func (l *Lock) load() error {
	slots, err := l.cfg.Store.Load()
	if err != nil {
		return fmt.Errorf("lockcore: load: %w", err)
	}
	fresh := Lock{cfg: l.cfg, ring: make([]entry, l.cfg.Ring)}
	err = errors.Join(
		fresh.loadIdentity(slots[SlotIdentity]),
		fresh.loadClaim(slots[SlotClaim]),
		fresh.loadBlocks(slots[SlotBlocks]),
		fresh.loadConfig(slots[SlotConfig]),
		fresh.loadLog(slots),
		fresh.loadKnown(slots[SlotKnown]),
	)
	if err != nil {
		return fmt.Errorf("lockcore: the lock's memory is damaged: %w", err)
	}
	if fresh.head.floor() != l.head.floor() {
		l.floorUp, _ = l.uptime()
	}
	l.id, l.code, l.claim, l.blocks, l.config = fresh.id, fresh.code, fresh.claim, fresh.blocks, fresh.config
	l.head, l.ring, l.seen, l.known, l.memory, l.stale = fresh.head, fresh.ring, fresh.seen, fresh.known, Memory{}, false
	l.warm()
	return nil
}

func (l *Lock) loadIdentity(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	s, err := credential.Decode[secrets](b, 256)
	if err != nil {
		return err
	}
	l.code = s.Code
	l.id, err = credential.ParseIdentity(s.Identity)
	return err
}

func (l *Lock) loadClaim(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	c, err := credential.Decode[claim](b, 1024)
	l.claim = &c
	return err
}

func (l *Lock) loadBlocks(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	s, err := credential.Decode[signed](b, credential.MaxBlockList+credential.MaxObject+16)
	if err != nil {
		return err
	}
	l.blocks.signed = s
	l.blocks.list, err = credential.ParseBlockList(s.Object)
	return err
}

func (l *Lock) loadConfig(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	s, err := credential.Decode[signed](b, 2*credential.MaxObject+16)
	if err != nil {
		return err
	}
	l.config.signed = s
	l.config.LockConfig, err = credential.ParseLockConfig(s.Object)
	return err
}

func (l *Lock) loadKnown(b []byte) (err error) {
	if len(b) == 0 {
		return nil
	}
	if l.known, err = credential.Decode[certificates](b, maxKnownBytes); err == nil && len(l.known) > maxKnown {
		err = fmt.Errorf("%d certificates, at most %d", len(l.known), maxKnown)
	}
	return err
}

// change is a set of writes that become true together.
type change struct {
	l     *Lock
	head  head
	slots map[Slot][]byte
	added []entry
	id    *credential.Identity // new, with a life that begins
	err   error
}

func (l *Lock) begin() *change {
	return &change{l: l, head: l.head, slots: map[Slot][]byte{}}
}

func (c *change) put(s Slot, v any) {
	b, err := credential.Encode(v)
	c.err = errors.Join(c.err, err)
	c.slots[s] = b
}

// commit stores the change and, only then, makes it the lock's state in memory.
func (c *change) commit() error {
	c.put(SlotHead, c.head)
	if c.err != nil {
		return c.err
	}
	if c.l.stale { // a change that began from what may not be stored would write over what is
		return credential.Refuse(credential.CodeStorage, "an earlier change may not have been stored")
	}
	if err := c.l.cfg.Store.Commit(c.slots); err != nil {
		c.l.stale = true
		return credential.Refuse(credential.CodeStorage, "%w", err)
	}
	if c.head.floor() != c.l.head.floor() {
		c.l.floorUp, _ = c.l.uptime()
	}
	if c.id != nil {
		c.l.id = c.id
	}
	c.l.head = c.head
	c.l.look()
	for _, e := range c.added {
		*c.l.at(e.Seq) = e
	}
	return nil
}

// fresh loads again after a failed commit, and looks at the clock.
func (l *Lock) fresh() error {
	if !l.stale {
		return l.watch()
	}
	if err := l.load(); err != nil {
		return credential.Refuse(credential.CodeStorage, "%w", err)
	}
	return nil
}

// maxCounters bounds how many keys a lock keeps a counter of.
const maxCounters = 256

// counters are the highest use counters seen, per key, most recent last. It is SlotCounters.
type counters []keyCounter

type keyCounter struct {
	_     struct{} `cbor:",toarray"`
	Key   uint32
	Count uint32
}

// with returns the counters after a visit, and whether the key was behind what had been seen.
func (c counters) with(key, count uint32) (after counters, behind bool) {
	after = make(counters, 0, len(c)+1)
	for _, k := range c {
		if k.Key != key {
			after = append(after, k)
			continue
		}
		behind = count <= k.Count
		count = max(count, k.Count)
	}
	after = append(after, keyCounter{Key: key, Count: count})
	return after[max(0, len(after)-maxCounters):], behind
}
