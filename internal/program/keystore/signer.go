package keystore

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"

	"hemnyckel/credential"
)

// NewSigner makes a P-256 key under the name "kind-" and its hash, and returns both. hsm is the token in which it is made, as
// an RFC 7512 URI with token and module-path; "" makes a file.
func (s *Store) NewSigner(kind, hsm string) (name string, key crypto.Signer, err error) {
	if hsm != "" {
		return s.newInToken(kind, hsm)
	}
	secret, err := credential.NewSigningKey()
	if err != nil {
		return "", nil, err
	}
	name, err = s.AddSigner(kind, secret)
	return name, secret, err
}

// AddSigner keeps a P-256 key that was made elsewhere.
func (s *Store) AddSigner(kind string, secret *ecdsa.PrivateKey) (name string, err error) {
	pub, err := credential.PublicKeyOf(secret)
	if err != nil {
		return "", err
	}
	b, err := secret.Bytes()
	if err != nil {
		return "", err
	}
	name = SignerName(kind, pub)
	return name, s.Add(name, b)
}

// NewExchanger makes an X25519 key in a file.
func (s *Store) NewExchanger(kind string) (credential.ExchangeKey, error) {
	secret, err := credential.NewExchangeKey()
	if err != nil {
		return credential.ExchangeKey{}, err
	}
	return credential.ExchangeKeyOf(secret), s.AddExchanger(kind, secret)
}

// AddExchanger keeps an X25519 key that was made elsewhere.
func (s *Store) AddExchanger(kind string, secret *ecdh.PrivateKey) error {
	return s.Add(ExchangerName(kind, credential.ExchangeKeyOf(secret)), secret.Bytes())
}

// SignerName is what the key of that kind and public half is called in a folder.
func SignerName(kind string, pub credential.PublicKey) string { return keyName(kind, pub.Hash()) }

// ExchangerName is SignerName for an X25519 key.
func ExchangerName(kind string, pub credential.ExchangeKey) string { return keyName(kind, pub.Hash()) }

func keyName(kind string, h credential.KeyHash) string { return kind + "-" + hex.EncodeToString(h[:]) }

// Signer returns the key of that kind and public half. Nothing is opened or asked before it first signs.
func (s *Store) Signer(kind string, pub credential.PublicKey) (*Signer, error) {
	k, err := publicECDSA(pub)
	return &Signer{store: s, kind: kind, want: pub, pub: k}, err
}

func publicECDSA(pub credential.PublicKey) (*ecdsa.PublicKey, error) {
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), pub[:])
	if x == nil {
		return nil, fmt.Errorf("keystore: %s is no point on P-256", pub)
	}
	return &ecdsa.PublicKey{Curve: elliptic.P256(), X: x, Y: y}, nil
}

// Signer is a crypto.Signer whose secret is fetched when it first signs.
type Signer struct {
	store *Store
	kind  string
	want  credential.PublicKey
	pub   *ecdsa.PublicKey

	mu  sync.Mutex
	key crypto.Signer // guarded by mu
}

// Public is the public half.
func (s *Signer) Public() crypto.PublicKey { return s.pub }

// Sign signs a digest.
func (s *Signer) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	key, err := s.Load()
	if err != nil {
		return nil, err
	}
	return key.Sign(random, digest, opts)
}

// Load fetches the secret, if that has not been done, and makes sure that it is the right one.
func (s *Signer) Load() (crypto.Signer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	name := SignerName(s.kind, s.want)
	key, err := s.store.fetch(name)
	if err != nil {
		return nil, err
	}
	if got, err := credential.PublicKeyOf(key); err != nil || got != s.want {
		return nil, ErrDamaged.Fill(name)
	}
	s.key = key
	return key, nil
}

// SignerNamed fetches a key whose public half the caller does not know yet.
func (s *Store) SignerNamed(name string) (crypto.Signer, error) { return s.fetch(name) }

func (s *Store) fetch(name string) (crypto.Signer, error) {
	uri, err := s.reference(name)
	switch {
	case err == nil:
		return s.inToken(string(uri))
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	b, err := s.Secret(name)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), b)
	if err != nil {
		return nil, ErrDamaged.Fill(name).With(err)
	}
	return key, nil
}

// reference reads the address of a key in a hardware module. It names a library that becomes part of this process: nobody else may write it.
func (s *Store) reference(name string) ([]byte, error) {
	if !validName(name) {
		return nil, ErrName.Fill(name)
	}
	path := s.path(name + reference)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err == nil && info.Mode().Perm()&0o022 != 0:
		return nil, ErrWritable.Fill(path, path)
	}
	b, err := readBounded(path)
	if err != nil {
		return nil, ErrFolder.Fill(path).With(err)
	}
	return b, nil
}

// Exchanger returns the X25519 key of that kind and public half, opened when it is first used.
func (s *Store) Exchanger(kind string, pub credential.ExchangeKey) (*Exchanger, error) {
	k, err := ecdh.X25519().NewPublicKey(pub[:])
	return &Exchanger{store: s, kind: kind, want: pub, pub: k}, err
}

// Exchanger is an ecdh.KeyExchanger whose secret is fetched when it is first used.
type Exchanger struct {
	store *Store
	kind  string
	want  credential.ExchangeKey
	pub   *ecdh.PublicKey

	mu  sync.Mutex
	key *ecdh.PrivateKey // guarded by mu
}

// PublicKey is the public half.
func (e *Exchanger) PublicKey() *ecdh.PublicKey { return e.pub }

// Curve is X25519.
func (e *Exchanger) Curve() ecdh.Curve { return ecdh.X25519() }

// ECDH agrees on a secret with remote.
func (e *Exchanger) ECDH(remote *ecdh.PublicKey) ([]byte, error) {
	key, err := e.Load()
	if err != nil {
		return nil, err
	}
	return key.ECDH(remote)
}

// Load fetches the secret, if that has not been done, and makes sure that it is the right one.
func (e *Exchanger) Load() (*ecdh.PrivateKey, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.key != nil {
		return e.key, nil
	}
	name := ExchangerName(e.kind, e.want)
	b, err := e.store.Secret(name)
	if err != nil {
		return nil, err
	}
	key, err := ecdh.X25519().NewPrivateKey(b)
	if err != nil || credential.ExchangeKeyOf(key) != e.want {
		return nil, ErrDamaged.Fill(name)
	}
	e.key = key
	return key, nil
}

func randomID() []byte {
	var b [16]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return b[:]
}
