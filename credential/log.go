package credential

import (
	"crypto"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"slices"
)

// Event is what a log record tells.
type Event uint8

// The events. The numbers are in logs for ever: they are only added to.
const (
	EventOpened    Event = 1
	EventRefused   Event = 2 // Code says why
	EventClaimed   Event = 3
	EventBoot      Event = 4
	EventBlockList Event = 5  // a newer block list was taken; Info is its number, lowest 32 bits
	EventConfig    Event = 6  // a newer configuration was taken; Info is its version
	EventTimeStep  Event = 7  // the clock moved more than two minutes; Info is the step in seconds, at most 2^32-1; FlagStepBack
	EventLost      Event = 8  // Info records were overwritten before they were acknowledged
	EventWithheld  Event = 9  // the key had a newer block list than it showed
	EventRoot      Event = 10 // the root was changed; Info is its epoch
	EventReset     Event = 11 // an installer may reset the lock: the log ends here, unless the installer left it at that
)

// Quality says how far a record's time can be trusted.
type Quality uint8

// The qualities of time.
const (
	TimeLost     Quality = 0 // only the floor is known
	TimeRunning  Quality = 1 // the clock has run since it was last set by a signed time
	TimeVerified Quality = 2 // bounded from both sides by a time token
)

// Flags mark a record.
type Flags uint8

// The flags.
const (
	FlagTimeUnverified Flags = 1 << 0 // opened while the clock was lost
	FlagCounterBehind  Flags = 1 << 1 // the key's counter was behind what the lock had seen: a copy, or a restored key
	FlagLogFull        Flags = 1 << 2 // an unacknowledged record was overwritten for this one
	FlagStepBack       Flags = 1 << 3 // the clock moved backwards
)

// Record is one line of a lock's log. No name is ever in it.
type Record struct {
	_          struct{} `cbor:",toarray"`
	Seq        uint32   // from 1, without gaps
	Boot       uint16   // how many times the lock has started
	Time       Instant
	Quality    Quality
	Event      Event
	Key        uint32 // key id, 0 for none
	Activation uint64 // serial, 0 for none
	Code       Code
	Flags      Flags
	Info       uint32
}

// maxRecordBytes is the longest encoding of a record.
const maxRecordBytes = 48

// ChainStart is the head of an empty log of the lock with that signing key.
func ChainStart(lock PublicKey) Hash {
	return sha256.Sum256(append([]byte("hemnyckel/log/1\x00"), lock[:]...))
}

// Append appends the canonical encoding of r: what [Encode] gives, in a twentieth of the time. A lock's records are hashed one by
// one, by the lock and by the server.
func (r Record) Append(b []byte) []byte {
	b = append(b, 0x80|10)
	b = appendUint(b, uint64(r.Seq))
	b = appendUint(b, uint64(r.Boot))
	if r.Time < 0 {
		n := len(b)
		b = appendUint(b, uint64(-1-r.Time))
		b[n] |= 0x20
	} else {
		b = appendUint(b, uint64(r.Time))
	}
	for _, v := range [...]uint64{uint64(r.Quality), uint64(r.Event), uint64(r.Key), r.Activation, uint64(r.Code), uint64(r.Flags), uint64(r.Info)} {
		b = appendUint(b, v)
	}
	return b
}

// Chain is the head after r, given the head before it.
func (r Record) Chain(head Hash) (Hash, error) {
	return ChainOver(head, r.Append(make([]byte, 0, maxRecordBytes))), nil
}

// ChainOver is the head after a record in its canonical encoding, given the head before it.
func ChainOver(head Hash, record []byte) Hash {
	var b [len(head) + maxRecordBytes + 16]byte
	return sha256.Sum256(append(append(b[:0], head[:]...), record...))
}

// ParseRecord reads the canonical encoding of one record.
func ParseRecord(b []byte) (Record, error) { return Decode[Record](b, maxRecordBytes) }

// MaxBatchRecords is how many records a batch holds.
const MaxBatchRecords = 32

// LogBatch is a run of consecutive records, signed by the lock.
type LogBatch struct {
	Lock     uint32   `cbor:"1,keyasint"`  // lock number
	Identity KeyHash  `cbor:"2,keyasint"`  // hash of the lock's signing key: new after a reset
	Epoch    uint16   `cbor:"10,keyasint"` // the lock's epoch when signed
	Prev     Hash     `cbor:"11,keyasint"` // chain head before the first record
	Records  []Record `cbor:"12,keyasint"`
	Blocks   Version  `cbor:"13,keyasint"` // block list in force
	Config   uint32   `cbor:"14,keyasint"` // configuration in force
	Battery  uint8    `cbor:"15,keyasint"` // per cent
	Last     uint32   `cbor:"16,keyasint"` // newest sequence number in the lock: how much is still to come
	Oldest   uint32   `cbor:"17,keyasint"` // oldest unacknowledged one that it still has: nobody can leave it out unseen
}

func (b LogBatch) check() error {
	if len(b.Records) == 0 || len(b.Records) > MaxBatchRecords {
		return Refuse(CodeMalformed, "batch of %d records", len(b.Records))
	}
	for i, r := range b.Records {
		if r.Seq == 0 || r.Seq != b.Records[0].Seq+uint32(i) || !r.Time.Valid() {
			return Refuse(CodeMalformed, "record %d is out of sequence or time", i)
		}
	}
	if b.Last < b.Records[len(b.Records)-1].Seq {
		return Refuse(CodeMalformed, "batch reaches past the newest record")
	}
	if b.Oldest == 0 || b.Oldest > b.Records[0].Seq {
		return Refuse(CodeMalformed, "batch begins before the oldest record")
	}
	return nil
}

// First is the sequence number of the first record.
func (b LogBatch) First() uint32 { return b.Records[0].Seq }

// Through is the sequence number of the last record.
func (b LogBatch) Through() uint32 { return b.Records[len(b.Records)-1].Seq }

// Head is the chain head after the last record, recomputed from Prev.
func (b LogBatch) Head() (Hash, error) {
	head := b.Prev
	for _, r := range b.Records {
		var err error
		if head, err = r.Chain(head); err != nil {
			return Hash{}, err
		}
	}
	return head, nil
}

// SignBatch signs a batch with the lock's key.
func SignBatch(lock crypto.Signer, b LogBatch) ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	return Sign(lock, KindBatch, b)
}

// Batch verifies that the lock signed raw, and its form. Continuity with earlier batches is the caller's question.
func (v Verifier) Batch(raw []byte, lock PublicKey) (LogBatch, error) {
	o, err := ReadBatch(raw)
	if err == nil {
		err = v.CheckBatch(o, lock)
	}
	if err != nil {
		return LogBatch{}, err
	}
	return o.Body, nil
}

// ReadBatch reads a batch without judging its signature: the server finds the lock, and so the key to verify with, by its number.
func ReadBatch(raw []byte) (Object[LogBatch], error) {
	o, err := Read[LogBatch](raw, MaxBatch)
	if err == nil {
		err = o.Body.check()
	}
	if err != nil {
		return Object[LogBatch]{}, err
	}
	return o, nil
}

// CheckBatch is the part of [Verifier.Batch] that [ReadBatch] has not done.
func (v Verifier) CheckBatch(o Object[LogBatch], lock PublicKey) error {
	if err := o.Check(v, KindBatch, lock); err != nil {
		return err
	}
	if o.Body.Identity != lock.Hash() {
		return Refuse(CodeChain, "batch of another identity")
	}
	return nil
}

// ParseBatch reads a batch without judging it.
func ParseBatch(raw []byte) (LogBatch, error) {
	o, err := ReadBatch(raw)
	return o.Body, err
}

// SealedBatch is a signed batch that only the server can read; keys and stations carry it.
type SealedBatch struct {
	Ingest KeyHash `cbor:"1,keyasint"` // which ingest key opens it
	Box    []byte  `cbor:"2,keyasint"` // HPKE encapsulated key and ciphertext
}

func sealInfo(ingest KeyHash) []byte { return append([]byte("hemnyckel/ingest/1\x00"), ingest[:]...) }

// SealBatch encrypts a signed batch to the server's ingest key.
func SealBatch(ingest ExchangeKey, signed []byte) ([]byte, error) {
	pub, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(ingest[:])
	if err != nil {
		return nil, Refuse(CodeMalformed, "ingest key: %w", err)
	}
	box, err := hpke.Seal(pub, hpke.HKDFSHA256(), hpke.AES128GCM(), sealInfo(ingest.Hash()), signed)
	if err != nil {
		return nil, err
	}
	return Encode(SealedBatch{Ingest: ingest.Hash(), Box: box})
}

// OpenBatch decrypts with the one of the ingest keys that the batch names and returns the signed batch.
func OpenBatch(sealed []byte, ingest ...ecdh.KeyExchanger) ([]byte, error) {
	s, err := Decode[SealedBatch](sealed, MaxSealed)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(ingest, func(k ecdh.KeyExchanger) bool { return exchangeKeyOf(k).Hash() == s.Ingest })
	if at < 0 {
		return nil, Refuse(CodeStale, "sealed to another ingest key")
	}
	priv, err := hpke.NewDHKEMPrivateKey(ingest[at])
	if err != nil {
		return nil, err
	}
	signed, err := hpke.Open(priv, hpke.HKDFSHA256(), hpke.AES128GCM(), sealInfo(s.Ingest), s.Box)
	if err != nil {
		return nil, Refuse(CodeMalformed, "sealed batch does not open: %w", err)
	}
	return signed, nil
}
