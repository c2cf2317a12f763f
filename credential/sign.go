package credential

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
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
	Parsed *Parsed // nil parses every key and reads every object anew
}

// Sign returns body as a COSE_Sign1 of the kind, untagged, with ES256 and no unprotected header.
func Sign(s crypto.Signer, kind Kind, body any) ([]byte, error) {
	payload, err := Encode(body)
	if err != nil {
		return nil, err
	}
	if len(payload) > maxPayload {
		return nil, Refuse(CodeMalformed, "%d bytes to sign, at most %d", len(payload), maxPayload)
	}
	digest := toBeSigned(kind, payload)
	sig, err := signature(s, digest)
	if err != nil {
		return nil, err
	}
	raw := make([]byte, 0, len(prefix)+3+len(payload)+len(sigHead)+sigBytes)
	raw = appendByteString(append(raw, prefix...), len(payload))
	raw = append(append(raw, payload...), sigHead...)
	return append(raw, sig[:]...), nil
}

// maxPayload is as long as a byte string of ours can be.
const maxPayload = 1<<16 - 1

// signature is the signer's bare ES256 signature r || s (RFC 9053 §2.1) over a digest; a [crypto.Signer] gives it as ASN.1.
func signature(s crypto.Signer, digest [32]byte) (out [sigBytes]byte, err error) {
	der, err := s.Sign(rand.Reader, digest[:], crypto.SHA256)
	if err != nil {
		return out, err
	}
	var both cryptobyte.String
	var r, t []byte
	all := cryptobyte.String(der)
	if !all.ReadASN1(&both, asn1.SEQUENCE) || !all.Empty() || !both.ReadASN1Integer(&r) || !both.ReadASN1Integer(&t) || !both.Empty() ||
		len(r) > sigBytes/2 || len(t) > sigBytes/2 {
		return out, errors.New("credential: what the signer gave is no ES256 signature: it needs a P-256 key")
	}
	copy(out[sigBytes/2-len(r):], r)
	copy(out[sigBytes-len(t):], t)
	return out, nil
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

// Object is a signed object that has been read and not judged.
type Object[T any] struct {
	Body T // what somebody says; nobody may have signed it
	raw  []byte
	// payload and sig are parts of raw.
	payload, sig []byte
}

// Read reads an object without judging its signature: for finding out which key must have signed it. limit is in bytes.
func Read[T any](raw []byte, limit int) (Object[T], error) {
	payload, sig, err := split(raw, limit)
	if err != nil {
		return Object[T]{}, err
	}
	body, err := Decode[T](payload, limit)
	if err != nil {
		return Object[T]{}, err
	}
	return Object[T]{body, raw, payload, sig}, nil
}

// Parse is the body of what [Read] reads: for a key, which carries what it cannot judge.
func Parse[T any](raw []byte, limit int) (T, error) {
	o, err := Read[T](raw, limit)
	return o.Body, err
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
	item, ok := bytes.CutSuffix(body[:at], []byte(sigHead))
	if !ok {
		return nil, nil, Refuse(CodeMalformed, "not a signature of %d bytes", sigBytes)
	}
	if payload, ok = byteString(item); !ok {
		return nil, nil, Refuse(CodeMalformed, "the payload is not one byte string")
	}
	return payload, body[at:], nil
}

// byteString is the content of an item that is one byte string in its shortest form.
func byteString(item []byte) ([]byte, bool) {
	for head := 1; head <= 3 && head <= len(item); head++ {
		if bytes.Equal(item[:head], appendByteString(make([]byte, 0, 3), len(item)-head)) {
			return item[head:], true
		}
	}
	return nil, false
}

// Verify reads an object and checks that key signed it as that kind. limit is in bytes.
func Verify[T any](v Verifier, kind Kind, raw []byte, limit int, key PublicKey) (T, error) {
	o, err := Read[T](raw, limit)
	if err == nil {
		err = o.Check(v, kind, key)
	}
	if err != nil {
		var none T
		return none, err
	}
	return o.Body, nil
}

// Check refuses an object that key has not signed as that kind.
func (o Object[T]) Check(v Verifier, kind Kind, key PublicKey) error {
	if v.Memory == nil {
		return v.verify(kind, o.payload, o.sig, key)
	}
	digest := signatureDigest(kind, o.raw, key)
	if v.Memory.Known(digest) {
		return nil
	}
	if err := v.verify(kind, o.payload, o.sig, key); err != nil {
		return err
	}
	v.Memory.Remember(digest)
	return nil
}

// verify checks a COSE_Sign1 signature by the standard library alone, without building the message anew; a test holds it
// and [Sign] against go-cose.
func (v Verifier) verify(kind Kind, payload, sig []byte, key PublicKey) error {
	pub, err := v.Parsed.key(key)
	if err != nil {
		return err
	}
	digest := toBeSigned(kind, payload)
	if !verified(pub, digest[:], sig) {
		return Refuse(CodeSignature, "%s", kind)
	}
	return nil
}

// toBeSigned is the digest of the Sig_structure (RFC 9052 §4.4): an array of "Signature1", the protected header, the kind as
// external_aad and the payload.
func toBeSigned(kind Kind, payload []byte) [32]byte {
	b := make([]byte, 0, 512) // longer than most
	b = append(b, "\x84\x6aSignature1"+protected...)
	b = appendByteString(b, len(kind))
	b = append(b, kind...)
	b = appendByteString(b, len(payload))
	return sha256.Sum256(append(b, payload...))
}

// appendUint appends an unsigned integer in its shortest form (RFC 8949 §3).
func appendUint(b []byte, v uint64) []byte {
	switch {
	case v < 24:
		return append(b, byte(v))
	case v < 1<<8:
		return append(b, 24, byte(v))
	case v < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 25), uint16(v))
	case v < 1<<32:
		return binary.BigEndian.AppendUint32(append(b, 26), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(b, 27), v)
}

// appendByteString appends the head of a byte string of n bytes, at most 65535 (RFC 8949 §3).
func appendByteString(b []byte, n int) []byte {
	switch {
	case n < 24:
		return append(b, 0x40|byte(n))
	case n < 1<<8:
		return append(b, 0x58, byte(n))
	default:
		return append(b, 0x59, byte(n>>8), byte(n))
	}
}

// verified checks the bare ES256 signature r || s (RFC 9053 §2.1), which the standard library wants as ASN.1.
func verified(pub *ecdsa.PublicKey, digest, sig []byte) bool {
	der := append(make([]byte, 0, 72), 0x30, 0)
	der = appendInteger(der, sig[:32])
	der = appendInteger(der, sig[32:])
	der[1] = byte(len(der) - 2)
	return ecdsa.VerifyASN1(pub, digest, der)
}

// appendInteger appends a positive ASN.1 INTEGER (X.690 §8.3) of at most 32 bytes.
func appendInteger(der, n []byte) []byte {
	for len(n) > 1 && n[0] == 0 {
		n = n[1:]
	}
	if n[0] >= 0x80 {
		der = append(der, 2, byte(len(n)+1), 0)
	} else {
		der = append(der, 2, byte(len(n)))
	}
	return append(der, n...)
}

// Proof is a holder's bare ES256 signature (RFC 9053 §2.1) over one handshake and counter.
type Proof [64]byte

// possessed is the digest of what a holder signs, short and shaped like nothing else that is signed: the encoding of an array of the
// kind, the handshake and the counter.
func possessed(handshake Hash, counter uint32) [32]byte {
	b := append(make([]byte, 0, 64), 0x80|3, 0x60|byte(len(KindPossession)))
	b = append(b, KindPossession...)
	b = append(appendByteString(b, len(handshake)), handshake[:]...)
	return sha256.Sum256(appendUint(b, uint64(counter)))
}

// SignPossession proves to the other end of a channel that this end holds the secret.
func SignPossession(holder crypto.Signer, handshake Hash, counter uint32) (Proof, error) {
	return signature(holder, possessed(handshake, counter))
}

// Possession verifies a proof. It is never remembered: it is what ties the holder to this very moment.
func (v Verifier) Possession(p Proof, handshake Hash, counter uint32, holder PublicKey) error {
	pub, err := v.Parsed.key(holder)
	if err != nil {
		return err
	}
	if digest := possessed(handshake, counter); !verified(pub, digest[:], p[:]) {
		return Refuse(CodeNotHolder, "")
	}
	return nil
}

// signatureDigest is injective: the key has a fixed length and the kind ends with a byte that no kind contains.
func signatureDigest(kind Kind, raw []byte, key PublicKey) [32]byte {
	b := make([]byte, 0, 1024) // longer than every object that a lock remembers
	b = append(b, key[:]...)
	b = append(b, kind...)
	b = append(b, 0)
	return sha256.Sum256(append(b, raw...))
}
