package vectors

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"io"

	"hemnyckel/credential"
)

// secret is the secret of a name: anybody can compute it.
func secret(name string) []byte {
	d := sha256.Sum256([]byte("hemnyckel test key: " + name))
	return d[:]
}

// signer signs by RFC 6979: the same bytes give the same signature.
type signer struct{ *ecdsa.PrivateKey }

var _ crypto.Signer = signer{}

// Sign implements crypto.Signer without randomness.
func (s signer) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return s.PrivateKey.Sign(nil, digest, crypto.SHA256)
}

func signing(name string) signer {
	k, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret(name))
	if err != nil {
		panic(err) // one name in 2^32 has no key, and none of ours
	}
	return signer{k}
}

func public(name string) credential.PublicKey {
	return must(credential.PublicKeyOf(signing(name)))
}

func exchange(name string) *ecdh.PrivateKey {
	return must(ecdh.X25519().NewPrivateKey(secret(name + ", exchange")))
}

func exchangePublic(name string) credential.ExchangeKey {
	return credential.ExchangeKeyOf(exchange(name))
}

// must is for what is made of constants: if it fails, the source of this package is wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// sign makes an object of any kind, whether or not anybody honest would.
func sign(by string, kind credential.Kind, body any) []byte {
	return must(credential.Sign(signing(by), kind, body))
}

func encode(v any) []byte { return must(credential.Encode(v)) }
