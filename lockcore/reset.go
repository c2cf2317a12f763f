package lockcore

import (
	"crypto"
	"crypto/hmac"
	"io"

	"hemnyckel/credential"
)

// Factory reset. It needs the button inside and, besides, the code inside or an installer's mandate for this lock. Records that
// nobody has fetched are offered first, and the installer says when they are safe; a lock that could not be emptied is reset all the
// same, and the server sees from the last number that it knows what is missing. Then the lock is another one, with a
// new identity under the same printed code: no grant, acknowledgement, configuration or mandate of its former life means
// anything to it.

type (
	// ResetStart proves that a reset is permitted: by the code's proof, or by a mandate and its holder's.
	ResetStart struct {
		Code     credential.Hash  `cbor:"1,keyasint,omitzero"`
		Mandate  []byte           `cbor:"2,keyasint,omitempty"`
		DeviceCA []byte           `cbor:"3,keyasint,omitempty"` // certificate, for the mandate
		Proof    credential.Proof `cbor:"4,keyasint,omitzero"`  // of the installer's key, over the handshake
	}
	// ResetReady says that the lock will be reset when told (code 0), or why not.
	ResetReady struct {
		Code credential.Code `cbor:"1,keyasint"`
		Left uint32          `cbor:"2,keyasint"` // records that nobody has fetched
	}
	// ResetFetch asks for the next of those records.
	ResetFetch struct{}
	// ResetRecords are the next of them, sealed to the server; none are left when it is empty.
	ResetRecords struct {
		Batches [][]byte `cbor:"1,keyasint,omitempty"`
	}
	// ResetConfirm tells the lock to go through with it. The answer is a [Claimed].
	ResetConfirm struct{}
)

func (s *Session) resetStart(m *ResetStart) Message {
	l := s.lock
	s.next = stageDone
	serial, err := l.mayReset(m, s.s.hash)
	if err != nil {
		return Message{ResetReady: &ResetReady{Code: credential.CodeOf(err)}}
	}
	if !l.crowded() { // the record is not worth another's loss
		c := l.begin()
		c.append(credential.Record{Event: credential.EventReset, Activation: serial})
		if c.commit() != nil {
			return Message{ResetReady: &ResetReady{Code: credential.CodeStorage}}
		}
	}
	s.next, s.fetched = stageReset, l.oldest()
	return Message{ResetReady: &ResetReady{Left: l.head.Last + 1 - s.fetched}}
}

// mayReset judges who asks. It returns the serial of the mandate, 0 for the code.
func (l *Lock) mayReset(m *ResetStart, handshake credential.Hash) (uint64, error) {
	want := claimProof(l.code, "reset", handshake)
	byCode := hmac.Equal(want[:], m.Code[:])
	switch {
	case l.claim == nil:
		return 0, credential.Refuse(credential.CodeUnclaimed, "")
	case !byCode && len(m.Mandate) == 0:
		return 0, credential.Refuse(credential.CodeClaimCode, "")
	case !l.cfg.Button():
		return 0, credential.Refuse(credential.CodeButton, "")
	case byCode:
		return 0, nil
	}
	var v credential.Verifier
	mandate, ca, err := v.Mandate(l.root(m.DeviceCA), m.Mandate, m.DeviceCA, l.id.PublicKey(), credential.MandateReset)
	if err != nil {
		return 0, err
	}
	now, _ := l.clock(l.head)
	blocked := func(serial uint64) bool { return l.blocks.list.BlockedAt(credential.BlockCertificate, serial, now) }
	switch {
	case now >= mandate.Expires:
		return 0, credential.Refuse(credential.CodeInstaller, "expired")
	case blocked(mandate.Serial) || blocked(ca.Serial):
		return 0, credential.Refuse(credential.CodeInstaller, "blocked")
	case v.Possession(m.Proof, handshake, 0, mandate.Installer) != nil:
		return 0, credential.Refuse(credential.CodeInstaller, "not the installer's device")
	}
	return mandate.Serial, nil
}

func (s *Session) resetFetch() (Message, error) {
	batches, next, err := s.lock.batches(s.fetched)
	s.fetched = next
	return Message{ResetRecords: &ResetRecords{Batches: batches}}, err
}

func (s *Session) resetConfirm() Message {
	s.next = stageDone
	return Message{Claimed: &Claimed{Code: credential.CodeOf(s.lock.reset())}}
}

// reset makes the lock another one, in one write. Nothing of its former life stays in the store: the next home's visitors
// are not to read of the last one's.
func (l *Lock) reset() error {
	c := l.begin()
	for _, s := range []Slot{SlotClaim, SlotBlocks, SlotConfig, SlotCounters, SlotKnown} {
		c.slots[s] = nil
	}
	for seq := l.head.First; seq <= l.head.Last; seq++ {
		c.slots[l.slot(seq)] = nil
	}
	c.head = head{Boot: l.head.Boot, First: 1}
	if err := c.newIdentity(l.code); err != nil {
		return err
	}
	if err := c.commit(); err != nil {
		return err
	}
	l.nonces = nil
	l.stale = true // what is in memory is the former life's
	return l.fresh()
}

// Resetter is an installer with a lock to reset: the code inside it, or a mandate.
type Resetter struct {
	Code     string
	Mandate  []byte
	DeviceCA []byte
	Device   crypto.Signer // the mandate's installer
	// Keep stores records that nobody had fetched, sealed to the server. If it fails the lock is not reset. Nil lets them go.
	Keep func(batches [][]byte) error
}

// Reset is the installer's end. The button inside the lock has been pressed.
func Reset(rw io.ReadWriter, r Resetter) error {
	ch, _, _, err := Initiate(rw, ToLock, MaxMail)
	if err != nil {
		return err
	}
	start, err := r.start(ch.Handshake())
	if err != nil {
		return err
	}
	d := dialogue{ch}
	m, err := d.ask(Message{ResetStart: start})
	switch {
	case err != nil:
		return err
	case m.ResetReady == nil:
		return credential.Refuse(credential.CodeProtocol, "the lock answered something else")
	case m.ResetReady.Code != credential.OK:
		return credential.Refuse(m.ResetReady.Code, "")
	}
	if r.Keep != nil {
		if err := r.fetch(d, m.ResetReady.Left); err != nil {
			return err
		}
	}
	if m, err = d.ask(Message{ResetConfirm: &ResetConfirm{}}); err != nil {
		return err
	}
	return claimAnswer(m)
}

func (r Resetter) start(handshake credential.Hash) (*ResetStart, error) {
	if r.Device == nil {
		return &ResetStart{Code: claimProof(r.Code, "reset", handshake)}, nil
	}
	proof, err := credential.SignPossession(r.Device, handshake, 0)
	return &ResetStart{Mandate: r.Mandate, DeviceCA: r.DeviceCA, Proof: proof}, err
}

// fetch takes home what the lock has left, and no more than it has said.
func (r Resetter) fetch(d dialogue, left uint32) error {
	for range left/credential.MaxBatchRecords + 2 {
		m, err := d.ask(Message{ResetFetch: &ResetFetch{}})
		switch {
		case err != nil:
			return err
		case m.ResetRecords == nil:
			return credential.Refuse(credential.CodeProtocol, "the lock answered something else")
		case len(m.ResetRecords.Batches) == 0:
			return nil
		}
		if err := r.Keep(m.ResetRecords.Batches); err != nil {
			return err
		}
	}
	return credential.Refuse(credential.CodeProtocol, "the lock has more records than it said")
}
