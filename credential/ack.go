package credential

import (
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Ack permits a lock to overwrite its records up to and including Seq. It is bound to one identity, one epoch and one
// state of the chain, so that it means nothing to the lock after a reset.
type Ack struct {
	_     struct{} `cbor:",toarray"`
	Lock  KeyHash  // hash of the lock's signing key
	Epoch uint16
	Seq   uint32
	Head  Hash // chain head after Seq
}

// MaxAckTree bounds how many acknowledgements one signature is for.
const MaxAckTree = 64

// AckTree is what the config authority signs: the root of a tree over the acknowledgements of many locks, since a signature for
// each would cost more than all other work with their records. Chain heads cannot be guessed, so that a lock learns nothing of
// the others from the hashes beside its own.
type AckTree struct {
	Issuer KeyHash `cbor:"1,keyasint"`
	Root   Hash    `cbor:"10,keyasint"` // RFC 6962 tree over the acknowledgements
	Size   uint32  `cbor:"11,keyasint"` // how many, filled up to a power of two
}

// AckSlip is an acknowledgement as it travels.
type AckSlip struct {
	_      struct{} `cbor:",toarray"`
	Signed []byte   // AckTree
	Ack    Ack
	Path   Path
}

// IssueAcks signs acknowledgements, MaxAckTree with each signature, and returns their slips in the same order. The caller has the
// records in its journal before it gives them to anybody.
func (a *Authority) IssueAcks(all []Ack) ([][]byte, error) {
	out := make([][]byte, 0, len(all))
	for some := range slices.Chunk(all, MaxAckTree) {
		slips, err := a.ackTree(some)
		if err != nil {
			return nil, err
		}
		out = append(out, slips...)
	}
	return out, nil
}

func (a *Authority) ackTree(acks []Ack) ([][]byte, error) {
	r := a.held.Load().roles[RoleConfig]
	leaves := make([]tlog.Hash, 1<<bits.Len(uint(len(acks)-1))) // what is left over is zero, the hash of nothing
	for i, k := range acks {
		b, err := Encode(k)
		if err != nil {
			return nil, err
		}
		leaves[i] = tlog.RecordHash(b)
	}
	levels := hashed(leaves)
	signed, err := Sign(r.signer, KindAck, AckTree{Issuer: r.cert.Key.Hash(), Root: rootOf(levels), Size: uint32(len(leaves))})
	if err != nil {
		return nil, err
	}
	out := make([][]byte, len(acks))
	for i, k := range acks {
		if out[i], err = Encode(AckSlip{Signed: signed, Ack: k, Path: pathIn(levels, i)}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Ack verifies a slip by the config authority's certificate, and returns what it acknowledges.
func (v Verifier) Ack(raw []byte, config Certificate) (Ack, error) {
	s, err := Decode[AckSlip](raw, MaxObject)
	if err != nil {
		return Ack{}, err
	}
	t, err := Verify[AckTree](v, KindAck, s.Signed, MaxObject, config.Key)
	if err := configIssuer(err, t.Issuer, config.NotBefore, config); err != nil {
		return Ack{}, err
	}
	if !sizeOfTree(t.Size, MaxAckTree) {
		return Ack{}, Refuse(CodeMalformed, "%d acknowledgements is not a power of two up to %d", t.Size, MaxAckTree)
	}
	leaf, err := Encode(s.Ack)
	if err == nil {
		err = recode(s.Path.in(t.Root, t.Size, leaf), CodeChain)
	}
	return s.Ack, err
}

// ParseAck reads a slip without judging it: a key sorts its mail by lock with it.
func ParseAck(raw []byte) (Ack, error) {
	s, err := Decode[AckSlip](raw, MaxObject)
	return s.Ack, err
}
