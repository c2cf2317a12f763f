package credential

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"

	"github.com/veraison/go-cose"
)

// Kind is a kind of signed object. Each has its own external_aad (RFC 9052 §4.3), so that no signature passes for
// another kind's.
type Kind string

// The kinds. The strings are what is signed over; a new version of a format is a new string.
const (
	KindCertificate Kind = "hemnyckel/certificate/1"
	KindGrant       Kind = "hemnyckel/grant/1"
	KindActivation  Kind = "hemnyckel/activation/1"
	KindBlockList   Kind = "hemnyckel/block-list/1"
	KindConfig      Kind = "hemnyckel/config/1"
	KindTimeToken   Kind = "hemnyckel/time/1"
	KindAck         Kind = "hemnyckel/ack/1"
	KindBatch       Kind = "hemnyckel/batch/1"
	KindSyncRequest Kind = "hemnyckel/sync/1"
	KindPossession  Kind = "hemnyckel/possession/1"

	KindRootStatement Kind = "hemnyckel/root-statement/1" // by the old root, over what the new one has signed
	KindRootNext      Kind = "hemnyckel/root-next/1"
	KindMandate       Kind = "hemnyckel/mandate/1"
)

// Memory remembers which signatures have been found valid, by digest over kind, signer and the exact bytes. A lock has a
// bounded one and empties it whenever a root or issuer changes. It holds nothing that depends on time.
type Memory interface {
	Known(digest [32]byte) bool
	Remember(digest [32]byte)
}

// Verifier checks signatures. The zero value checks every one and remembers none.
type Verifier struct {
	Memory Memory
}

// Sign returns body as a COSE_Sign1 of the kind, untagged, with ES256 and no unprotected header.
func Sign(s crypto.Signer, kind Kind, body any) ([]byte, error) {
	payload, err := Encode(body)
	if err != nil {
		return nil, err
	}
	signer, err := cose.NewSigner(cose.AlgorithmES256, s)
	if err != nil {
		return nil, err
	}
	h := cose.Headers{Protected: cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmES256}}
	return cose.Sign1Untagged(rand.Reader, signer, h, payload, []byte(kind))
}

// protected is the protected header {1: -7} as a byte string, and prefix how every object of ours begins: an array of
// four, that header, an empty unprotected one. As both are fixed an attacker has no header to play with, and reading an
// object is reading its two byte strings; a test holds it against go-cose's own parser.
const (
	protected = "\x43\xa1\x01\x26"
	prefix    = "\x84" + protected + "\xa0"
	sigHead   = "\x58\x40" // a byte string of 64
	sigBytes  = 64
)

// Parse reads an object without judging its signature: for finding out which key must have signed it, and for a key,
// which carries what it cannot judge. limit is in bytes.
func Parse[T any](raw []byte, limit int) (T, error) {
	var none T
	payload, _, err := split(raw, limit)
	if err != nil {
		return none, err
	}
	return Decode[T](payload, limit)
}

// split returns an object's payload and signature.
func split(raw []byte, limit int) (payload, sig []byte, err error) {
	if len(raw) > limit {
		return nil, nil, Refuse(CodeMalformed, "%d bytes, at most %d allowed", len(raw), limit)
	}
	body, ok := bytes.CutPrefix(raw, []byte(prefix))
	if !ok || len(body) < len(sigHead)+sigBytes {
		return nil, nil, Refuse(CodeMalformed, "not an ES256 COSE_Sign1")
	}
	at := len(body) - sigBytes
	payloadItem, ok := bytes.CutSuffix(body[:at], []byte(sigHead))
	if !ok {
		return nil, nil, Refuse(CodeMalformed, "not a signature of %d bytes", sigBytes)
	}
	payload, err = Decode[[]byte](payloadItem, limit)
	return payload, body[at:], err
}

// Verify reads an object and checks that key signed it as that kind. limit is in bytes.
func Verify[T any](v Verifier, kind Kind, raw []byte, limit int, key PublicKey) (T, error) {
	var none T
	payload, sig, err := split(raw, limit)
	if err != nil {
		return none, err
	}
	var digest [32]byte
	if v.Memory != nil {
		digest = signatureDigest(kind, raw, key)
	}
	if v.Memory == nil || !v.Memory.Known(digest) {
		if err := verify(kind, payload, sig, key); err != nil {
			return none, err
		}
		if v.Memory != nil {
			v.Memory.Remember(digest)
		}
	}
	return Decode[T](payload, limit)
}

func verify(kind Kind, payload, sig []byte, key PublicKey) error {
	verifier, err := key.verifier()
	if err != nil {
		return err
	}
	m := cose.Sign1Message{
		Headers: cose.Headers{
			RawProtected: []byte(protected),
			Protected:    cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmES256},
		},
		Payload:   payload,
		Signature: sig,
	}
	if err := m.Verify([]byte(kind), verifier); err != nil {
		return Refuse(CodeSignature, "%s: %w", kind, err)
	}
	return nil
}

func (p PublicKey) verifier() (cose.Verifier, error) {
	pub, err := p.ecdsa()
	if err != nil {
		return nil, err
	}
	v, err := cose.NewVerifier(cose.AlgorithmES256, pub)
	if err != nil {
		return nil, Refuse(CodeMalformed, "public key: %w", err)
	}
	return v, nil
}

// Proof is a holder's bare ES256 signature (RFC 9053 §2.1) over one handshake and counter.
type Proof [64]byte

// possession is what a holder signs: short, and shaped like nothing else that is signed.
type possession struct {
	_         struct{} `cbor:",toarray"`
	Kind      Kind
	Handshake Hash
	Counter   uint32
}

// SignPossession proves to the other end of a channel that this end holds the secret.
func SignPossession(holder crypto.Signer, handshake Hash, counter uint32) (Proof, error) {
	content, err := Encode(possession{Kind: KindPossession, Handshake: handshake, Counter: counter})
	if err != nil {
		return Proof{}, err
	}
	s, err := cose.NewSigner(cose.AlgorithmES256, holder)
	if err != nil {
		return Proof{}, err
	}
	sig, err := s.Sign(rand.Reader, content)
	if err != nil {
		return Proof{}, err
	}
	return Proof(sig), nil
}

// Possession verifies a proof. It is never remembered: it is what ties the holder to this very moment.
func (Verifier) Possession(p Proof, handshake Hash, counter uint32, holder PublicKey) error {
	content, err := Encode(possession{Kind: KindPossession, Handshake: handshake, Counter: counter})
	if err != nil {
		return err
	}
	v, err := holder.verifier()
	if err != nil {
		return err
	}
	if err := v.Verify(content, p[:]); err != nil {
		return Refuse(CodeNotHolder, "%w", err)
	}
	return nil
}

// signatureDigest is injective: the key has a fixed length and the kind ends with a byte that no kind contains.
func signatureDigest(kind Kind, raw []byte, key PublicKey) [32]byte {
	h := sha256.New()
	h.Write(key[:])
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write(raw)
	return [32]byte(h.Sum(nil))
}
