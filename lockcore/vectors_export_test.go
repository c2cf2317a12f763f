package lockcore

import (
	"bytes"
	"errors"
	"maps"
	"time"

	"github.com/flynn/noise"

	"hemnyckel/credential"
)

// VectorLock is a lock as a golden vector describes it.
type VectorLock struct {
	Unclaimed                    bool
	Roots                        credential.Roots
	Number                       uint32
	Epoch                        uint16
	Lost                         bool
	Now                          credential.Instant
	Latest                       credential.Instant // 0: it is Now for certain
	Unverified                   uint8
	StrictClock, StrictLog, Full bool
	Blocks                       []byte
	Identity                     *credential.Identity
	Code                         string
	NoButton, Broken             bool
	config                       credential.LockConfig
}

// vectorStore is a store in memory that can be made to fail.
type vectorStore struct {
	slots  map[Slot][]byte
	broken bool
}

func (s *vectorStore) Load() (map[Slot][]byte, error) { return maps.Clone(s.slots), nil }

func (s *vectorStore) Commit(change map[Slot][]byte) error {
	if s.broken {
		return errors.New("nothing can be written")
	}
	maps.Copy(s.slots, change)
	return nil
}

// NewVectorLock starts a lock from the memory that such a lock has.
func NewVectorLock(v VectorLock) (*Lock, error) {
	key := v.Identity.PublicKey()
	store := &vectorStore{slots: map[Slot][]byte{}}
	put := func(s Slot, x any) { store.slots[s], _ = credential.Encode(x) }
	put(SlotIdentity, secrets{Identity: v.Identity.Bytes(), Code: v.Code})
	h := head{First: 1, Base: credential.ChainStart(key), Epoch: v.Epoch, Unverified: v.Unverified}
	h.Head = h.Base
	if v.Lost {
		h.Seen = v.Now
	}
	var uptime func() time.Duration
	if v.Latest != 0 { // a server has answered in this start; what is carried is a second wider at either end
		uptime = func() time.Duration { return 0 }
		h.Bounds = bounds{Boot: h.Boot + 1, Earliest: v.Now + 1, Latest: v.Latest - 1}
	}
	put(SlotHead, h)
	if !v.Unclaimed {
		put(SlotClaim, claim{Roots: v.Roots, Number: v.Number})
		v.config = credential.LockConfig{Lock: v.Number, Version: 1, Epoch: v.Epoch, Ingest: v.Identity.ExchangeKey(), StrictClock: v.StrictClock, StrictLog: v.StrictLog}
		raw, err := credential.Sign(v.Identity.Signing, credential.KindConfig, v.config)
		if err != nil {
			return nil, err
		}
		put(SlotConfig, signed{Object: raw})
	}
	if len(v.Blocks) > 0 {
		put(SlotBlocks, signed{Object: v.Blocks})
	}
	l, err := New(Config{
		Store: store, Bolt: func() {}, Ring: 2 * lostRun, Button: func() bool { return !v.NoButton },
		Now: func() (credential.Instant, bool) { return v.Now, !v.Lost && v.Latest == 0 }, Uptime: uptime,
	})
	for err == nil && v.Full && !l.crowded() {
		c := l.begin()
		c.append(credential.Record{Event: credential.EventBoot})
		err = c.commit()
	}
	store.broken = v.Broken
	return l, err
}

// DecideOver judges an encoded presentation over a handshake.
func (l *Lock) DecideOver(raw []byte, handshake credential.Hash) error {
	p, err := credential.Decode[Present](raw, MaxPresent)
	if err != nil {
		return err
	}
	_, err = l.decide(&p, handshake)
	return err
}

// SessionAfter is a session after a handshake with that hash.
func (l *Lock) SessionAfter(handshake credential.Hash) *Session {
	return &Session{lock: l, s: &secure{hash: handshake}, next: stageFirst}
}

// Turn is one message and the answer's name and code. An error ends the session.
func (s *Session) Turn(raw []byte) (string, credential.Code) {
	if s.Done() {
		return "error", credential.CodeProtocol
	}
	if err := s.lock.fresh(); err != nil {
		return "error", credential.CodeOf(err)
	}
	m, err := DecodeMessage(raw)
	if err == nil {
		m, err = s.answer(m)
	}
	switch {
	case err != nil:
		s.next = stageDone
		return "error", credential.CodeOf(err)
	case m.Verdict != nil:
		return "verdict", m.Verdict.Code
	case m.Opened != nil:
		return "opened", m.Opened.Code
	case m.Up != nil:
		return "up", credential.OK
	case m.ClaimIdentity != nil:
		return "claim-identity", credential.OK
	case m.Claimed != nil:
		return "claimed", m.Claimed.Code
	case m.ResetReady != nil:
		return "reset-ready", m.ResetReady.Code
	}
	return "something else", credential.OK
}

// ClaimProof and NormalCode are the code's proof.
func ClaimProof(code, end string, handshake credential.Hash) credential.Hash {
	return claimProof(code, end, handshake)
}

// FixedEphemeral makes one end of a channel with ephemeral keys that are known, which nothing but a vector may do.
func FixedEphemeral(p Purpose, initiator bool, identity *credential.Identity, ephemeral []byte) (*Fixed, error) {
	c := noise.Config{
		CipherSuite: noise.NewCipherSuite(noise.DH25519, noise.CipherAESGCM, noise.HashSHA256), Pattern: noise.HandshakeNX,
		Initiator: initiator, Prologue: []byte(p), Random: bytes.NewReader(ephemeral),
	}
	if identity != nil {
		c.StaticKeypair = noise.DHKey{Private: identity.Exchange.Bytes(), Public: identity.Exchange.PublicKey().Bytes()}
	}
	hs, err := noise.NewHandshakeState(c)
	return &Fixed{secure{hs: hs}}, err
}

// NewVisitor is a visitor's end of a channel to a lock.
func NewVisitor() (*Fixed, error) {
	s, err := newSecure(ToLock, true, nil)
	if err != nil {
		return nil, err
	}
	return &Fixed{*s}, nil
}

// Fixed is such an end.
type Fixed struct{ secure }

// Start, Hear, Reply, Finish, Seal and Open are the steps of an end.
func (f *Fixed) Start(flags byte) ([]byte, error) { return f.start(flags) }

// Hear takes m1.
func (f *Fixed) Hear(m1 []byte) error { _, _, err := f.hear(m1); return err }

// Reply gives m2.
func (f *Fixed) Reply(payload []byte) ([]byte, error) { return f.reply(payload) }

// Finish takes m2.
func (f *Fixed) Finish(m2 []byte) ([]byte, credential.ExchangeKey, error) { return f.finish(m2) }

// Seal encrypts.
func (f *Fixed) Seal(b []byte) ([]byte, error) { return f.seal(b) }

// Open decrypts.
func (f *Fixed) Open(b []byte) ([]byte, error) { return f.open(b) }

// Hash is the handshake's.
func (f *Fixed) Hash() credential.Hash { return f.hash }
