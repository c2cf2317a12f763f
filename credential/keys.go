package credential

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

// PublicKey is a P-256 signing key as a compressed point (SEC 1 §2.3.3). Its text form is unpadded base64url.
type PublicKey [33]byte

// ExchangeKey is an X25519 public key (RFC 7748). Its text form is unpadded base64url.
type ExchangeKey [32]byte

// KeyHash names a public key: the first 8 bytes of SHA-256 over its compressed form.
type KeyHash [8]byte

// PublicKeyOf returns the key of a P-256 signer.
func PublicKeyOf(s crypto.Signer) (PublicKey, error) {
	pub, ok := s.Public().(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return PublicKey{}, fmt.Errorf("credential: signer holds a %T, a P-256 key is needed", s.Public())
	}
	return compress(pub)
}

func compress(pub *ecdsa.PublicKey) (PublicKey, error) {
	point, err := pub.Bytes() // uncompressed, 0x04 || X || Y
	if err != nil {
		return PublicKey{}, fmt.Errorf("credential: public key: %w", err)
	}
	var p PublicKey
	p[0] = 2 + point[64]&1
	copy(p[1:], point[1:33])
	return p, nil
}

// ecdsa returns the key that the standard library verifies with.
func (p PublicKey) ecdsa() (*ecdsa.PublicKey, error) {
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), p[:])
	if x == nil {
		return nil, Refuse(CodeMalformed, "not a point on P-256")
	}
	point := [65]byte{4} // uncompressed
	x.FillBytes(point[1:33])
	y.FillBytes(point[33:])
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point[:])
}

// Hash names the key.
func (p PublicKey) Hash() KeyHash {
	d := sha256.Sum256(p[:])
	return KeyHash(d[:8])
}

// IsZero reports whether no key is set.
func (p PublicKey) IsZero() bool { return p == PublicKey{} }

// String is the key's text form.
func (p PublicKey) String() string { return base64.RawURLEncoding.EncodeToString(p[:]) }

// ParsePublicKey reads the text form and checks that it is a point on the curve.
func ParsePublicKey(s string) (PublicKey, error) {
	b := decodeText(s, len(PublicKey{}))
	if b == nil {
		return PublicKey{}, Refuse(CodeMalformed, "a public key is %d bytes in base64url", len(PublicKey{}))
	}
	p := PublicKey(b)
	_, err := p.ecdsa()
	return p, err
}

// IsZero reports whether no key is set.
func (x ExchangeKey) IsZero() bool { return x == ExchangeKey{} }

// Hash names the key: the first 8 bytes of SHA-256 over it.
func (x ExchangeKey) Hash() KeyHash {
	d := sha256.Sum256(x[:])
	return KeyHash(d[:8])
}

// String is the key's text form.
func (x ExchangeKey) String() string { return base64.RawURLEncoding.EncodeToString(x[:]) }

// ParseExchangeKey reads the text form.
func ParseExchangeKey(s string) (ExchangeKey, error) {
	b := decodeText(s, len(ExchangeKey{}))
	if b == nil {
		return ExchangeKey{}, Refuse(CodeMalformed, "an exchange key is %d bytes in base64url", len(ExchangeKey{}))
	}
	return ExchangeKey(b), nil
}

// decodeText reads n bytes of base64url in its one form. The length is asked first because the standard library skips line
// ends anywhere in a text, also when strict. It returns nil when s is anything else.
func decodeText(s string, n int) []byte {
	if len(s) != base64.RawURLEncoding.EncodedLen(n) {
		return nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != n {
		return nil
	}
	return b
}

// NewSigningKey makes a P-256 key pair from the system's randomness.
func NewSigningKey() (*ecdsa.PrivateKey, error) {
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// NewExchangeKey makes an X25519 key pair from the system's randomness.
func NewExchangeKey() (*ecdh.PrivateKey, error) { return ecdh.X25519().GenerateKey(rand.Reader) }

// ExchangeKeyOf returns the public half.
func ExchangeKeyOf(k *ecdh.PrivateKey) ExchangeKey { return ExchangeKey(k.PublicKey().Bytes()) }

// Identity is the pair of secret keys of a lock or a station.
type Identity struct {
	Signing  *ecdsa.PrivateKey
	Exchange *ecdh.PrivateKey

	public PublicKey // of Signing, as everything names its owner by it
}

func newIdentity(signing *ecdsa.PrivateKey, exchange *ecdh.PrivateKey) (*Identity, error) {
	public, err := PublicKeyOf(signing)
	return &Identity{signing, exchange, public}, err
}

// NewIdentity makes both key pairs.
func NewIdentity() (*Identity, error) {
	s, err := NewSigningKey()
	if err != nil {
		return nil, err
	}
	x, err := NewExchangeKey()
	if err != nil {
		return nil, err
	}
	return newIdentity(s, x)
}

// PublicKey is the signing half that certificates name.
func (id *Identity) PublicKey() PublicKey { return id.public }

// ExchangeKey is the Noise half that certificates name.
func (id *Identity) ExchangeKey() ExchangeKey { return ExchangeKeyOf(id.Exchange) }

// Bytes is the secret form of both keys, 64 bytes. Whoever stores it keeps it secret.
func (id *Identity) Bytes() []byte {
	s, err := id.Signing.Bytes()
	if err != nil {
		panic(err) // see PublicKey
	}
	return append(s, id.Exchange.Bytes()...)
}

// ParseIdentity reads what Bytes wrote.
func ParseIdentity(b []byte) (*Identity, error) {
	if len(b) != 64 {
		return nil, fmt.Errorf("credential: an identity is 64 bytes, not %d", len(b))
	}
	s, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), b[:32])
	if err != nil {
		return nil, fmt.Errorf("credential: signing key: %w", err)
	}
	x, err := ecdh.X25519().NewPrivateKey(b[32:])
	if err != nil {
		return nil, fmt.Errorf("credential: exchange key: %w", err)
	}
	return newIdentity(s, x)
}

// NewSerial is a random serial number that fits a signed 64-bit column. It is never 0.
func NewSerial() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return binary.BigEndian.Uint64(b[:])>>1 | 1
}
