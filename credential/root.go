package credential

import (
	"crypto"
	"crypto/sha256"
)

// Changing the root. Every device is given, beside the root, a commitment to the next one: a hash of a public key whose
// secret has never been used. Two secrets are needed to change the root, so that a leak of either alone changes nothing.
// The new root certifies the same authorities' keys anew; what those have signed therefore outlives the change.

// RootStatement replaces a root. The old root signs the statement that the new one has signed (see SignRootStatement).
type RootStatement struct {
	Issuer   KeyHash   `cbor:"1,keyasint"`            // hash of the old root
	IssuedAt Instant   `cbor:"6,keyasint"`            // an offline machine's clock: it moves no clock of anyone's
	Key      PublicKey `cbor:"8,keyasint"`            // the new root
	Epoch    uint32    `cbor:"10,keyasint"`           // changes of root so far, this one counted
	After    Hash      `cbor:"11,keyasint"`           // commitment to the root that will come after the new one
	Until    Instant   `cbor:"12,keyasint,omitempty"` // certificates by the old root count before this; 0 is not at all
}

// MaxRootOverlap bounds Until: by then no station certificate or grant that was made before the change lives.
const MaxRootOverlap = MaxStationLife

// MaxRootStatements bounds a chain of statements, for a device that has slept through several changes.
const MaxRootStatements = 4

// maxRootStatement is the longest statement in bytes.
const maxRootStatement = 320

// CommitRoot is the commitment to a root that is not to be known before it is used.
func CommitRoot(root PublicKey) Hash {
	return sha256.Sum256(append([]byte("hemnyckel/root/1\x00"), root[:]...))
}

func (s RootStatement) check() error {
	switch {
	case !s.IssuedAt.Valid() || !s.Until.Valid() || s.Epoch == 0:
		return Refuse(CodeMalformed, "root statement of epoch %d without a time", s.Epoch)
	case s.After == Hash{}:
		return Refuse(CodeMalformed, "root statement without a commitment to the root after")
	case s.Until > s.IssuedAt.Add(MaxRootOverlap):
		return Refuse(CodeCaps, "the old root would count for %v more", s.Until.Sub(s.IssuedAt))
	case s.Until != 0 && s.Until <= s.IssuedAt:
		return Refuse(CodeMalformed, "the old root would count until before the change")
	}
	_, err := s.Key.ecdsa()
	return err
}

// SignRootStatement signs a change from the old root to the next: first the next root signs s, then the old root signs
// the result. It fills in Issuer and Key. The caller gives IssuedAt, Epoch (one more than the last), After ([CommitRoot] of the root
// after next) and, for a planned change, Until.
func SignRootStatement(old, next crypto.Signer, s RootStatement) ([]byte, error) {
	oldKey, err := PublicKeyOf(old)
	if err != nil {
		return nil, err
	}
	if s.Key, err = PublicKeyOf(next); err != nil {
		return nil, err
	}
	s.Issuer = oldKey.Hash()
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Key == oldKey || s.After == CommitRoot(s.Key) {
		return nil, Refuse(CodeRoot, "old, new and coming root are three different keys")
	}
	inner, err := Sign(next, KindRootNext, s)
	if err != nil {
		return nil, err
	}
	return Sign(old, KindRootStatement, inner)
}

// RootStatement verifies both signatures and that the new root is the one that was committed to.
func (v Verifier) RootStatement(raw []byte, old PublicKey, next Hash) (RootStatement, error) {
	inner, err := Verify[[]byte](v, KindRootStatement, raw, maxRootStatement, old)
	if err != nil {
		return RootStatement{}, err
	}
	s, err := Parse[RootStatement](inner, maxRootStatement)
	if err != nil {
		return RootStatement{}, err
	}
	if err := s.check(); err != nil {
		return RootStatement{}, err
	}
	if s.Issuer != old.Hash() || CommitRoot(s.Key) != next {
		return RootStatement{}, Refuse(CodeRoot, "the new root is not the one that was committed to")
	}
	return Verify[RootStatement](v, KindRootNext, inner, maxRootStatement, s.Key)
}

// ParseRootStatement reads a statement without judging it.
func ParseRootStatement(raw []byte) (RootStatement, error) {
	inner, err := Parse[[]byte](raw, maxRootStatement)
	if err != nil {
		return RootStatement{}, err
	}
	s, err := Parse[RootStatement](inner, maxRootStatement)
	if err == nil {
		err = s.check()
	}
	return s, err
}

// Roots is what a device believes about the root of its municipality. The zero value believes nobody.
type Roots struct {
	Root     PublicKey `cbor:"1,keyasint"`
	Next     Hash      `cbor:"2,keyasint,omitzero"` // commitment to the next root; zero cannot be changed but by a reset
	Epoch    uint32    `cbor:"3,keyasint,omitempty"`
	Previous PublicKey `cbor:"4,keyasint,omitzero"`
	Until    Instant   `cbor:"5,keyasint,omitempty"` // Previous counts before this
}

// Follow applies what it can of a chain of statements, oldest first, and reports whether anything changed. Statements that
// have been followed already, or are not good, are passed over; a gap ends it.
func (r Roots) Follow(chain [][]byte) (Roots, bool) {
	moved := false
	for _, raw := range chain[:min(len(chain), MaxRootStatements)] {
		s, err := Verifier{}.RootStatement(raw, r.Root, r.Next)
		if err != nil || s.Epoch != r.Epoch+1 {
			continue
		}
		r = Roots{Root: s.Key, Next: s.After, Epoch: s.Epoch, Previous: r.Root, Until: s.Until}
		moved = true
	}
	return r, moved
}

// For is the root by which a certificate that the root signs is to be judged at now: the previous root for its own
// certificates as long as it counts, otherwise the root.
func (r Roots) For(certificate []byte, now Instant) PublicKey {
	if now >= r.Until || r.Previous.IsZero() {
		return r.Root
	}
	if c, err := ParseCertificate(certificate); err == nil && c.Issuer == r.Previous.Hash() {
		return r.Previous
	}
	return r.Root
}

// Roots is what a device is given when it becomes the municipality's.
func (a *Authority) Roots() Roots {
	h := a.held.Load()
	r := Roots{Root: h.Root, Next: h.Next}
	if n := len(h.Statements); n > 0 {
		if s, err := ParseRootStatement(h.Statements[n-1]); err == nil { // the root has signed it
			r.Epoch = s.Epoch
		}
	}
	return r
}
