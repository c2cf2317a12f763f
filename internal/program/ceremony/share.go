package ceremony

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"

	"hemnyckel/credential"
	"hemnyckel/internal/program/keystore"
)

// How many custodians there are, and how many of them it takes.
const (
	Custodians = 3
	Needed     = 2
)

// Custodian is who gets a share: where it is written, and the passphrase that it is encrypted under.
type Custodian struct {
	Name, File string
	Passphrase []byte
}

// Share is one custodian's part of root and next root. The points commit to both secrets (Feldman), so that a share can be checked alone; they
// tell what the next root's public key is, and are therefore kept inside.
type Share struct {
	Custodian  string               `cbor:"1,keyasint"`
	Index      uint8                `cbor:"2,keyasint"`
	Root       credential.PublicKey `cbor:"3,keyasint"`
	Next       credential.Hash      `cbor:"4,keyasint"`
	RootPart   []byte               `cbor:"5,keyasint"`
	NextPart   []byte               `cbor:"6,keyasint"`
	RootPoints [][]byte             `cbor:"7,keyasint"`
	NextPoints [][]byte             `cbor:"8,keyasint"`

	file string // where it was read from
}

const maxShare = 2 << 10

// split gives each custodian a share.
func split(s credential.RootSecrets, custodians []Custodian) ([]Share, error) {
	trust, err := NewTrust(s)
	if err != nil {
		return nil, err
	}
	root, rootPoints, err := parts(s.Root)
	if err != nil {
		return nil, err
	}
	next, nextPoints, err := parts(s.Next)
	if err != nil {
		return nil, err
	}
	shares := make([]Share, len(custodians))
	for i, c := range custodians {
		shares[i] = Share{Custodian: c.Name, Index: uint8(i + 1), Root: trust.Root, Next: trust.Next, RootPart: root[i], NextPart: next[i],
			RootPoints: rootPoints, NextPoints: nextPoints, file: c.File}
	}
	for i := range shares { // whatever pair comes back must do
		if _, err := combine([]Share{shares[i], shares[(i+1)%len(shares)]}); err != nil {
			return nil, err
		}
	}
	return shares, nil
}

// parts splits one secret.
func parts(s crypto.Signer) (values, points [][]byte, err error) {
	key, ok := s.(*ecdsa.PrivateKey)
	if !ok {
		return nil, nil, fmt.Errorf("ceremony: a %T cannot be split", s)
	}
	b, err := key.Bytes()
	if err != nil {
		return nil, nil, err
	}
	secret := group.P256.NewScalar()
	if err := secret.UnmarshalBinary(b); err != nil {
		return nil, nil, err
	}
	sharing := secretsharing.New(rand.Reader, Needed-1, secret)
	for _, share := range sharing.Share(Custodians) {
		value, err := share.Value.MarshalBinary()
		if err != nil {
			return nil, nil, err
		}
		values = append(values, value)
	}
	for _, point := range sharing.CommitSecret() {
		p, err := point.MarshalBinaryCompress()
		if err != nil {
			return nil, nil, err
		}
		points = append(points, p)
	}
	return values, points, nil
}

// check says whether a share is whole and genuine, by itself.
func (s Share) check() error {
	bad := ErrShare.Fill(s.file)
	if s.Index < 1 || s.Index > Custodians || len(s.RootPoints) != Needed || len(s.NextPoints) != Needed {
		return bad
	}
	if !bytes.Equal(s.RootPoints[0], s.Root[:]) || len(s.NextPoints[0]) != len(s.Root) ||
		credential.CommitRoot(credential.PublicKey(s.NextPoints[0])) != s.Next {
		return bad
	}
	for _, one := range []struct {
		part   []byte
		points [][]byte
	}{{s.RootPart, s.RootPoints}, {s.NextPart, s.NextPoints}} {
		if err := checkPart(s.Index, one.part, one.points); err != nil {
			return bad.With(err)
		}
	}
	return nil
}

func checkPart(index uint8, part []byte, points [][]byte) error {
	share, err := scalars(index, part)
	if err != nil {
		return err
	}
	commitment := make(secretsharing.SecretCommitment, len(points))
	for i, p := range points {
		commitment[i] = group.P256.NewElement()
		if err := commitment[i].UnmarshalBinary(p); err != nil {
			return err
		}
	}
	if !secretsharing.Verify(Needed-1, share, commitment) {
		return fmt.Errorf("ceremony: share %d is not of the secret that was split", index)
	}
	return nil
}

func scalars(index uint8, part []byte) (secretsharing.Share, error) {
	s := secretsharing.Share{ID: group.P256.NewScalar().SetUint64(uint64(index)), Value: group.P256.NewScalar()}
	if len(part) != 32 {
		return s, fmt.Errorf("ceremony: a part is 32 bytes, not %d", len(part))
	}
	return s, s.Value.UnmarshalBinary(part)
}

// combine brings root and next root back from two custodians' shares.
func combine(shares []Share) (credential.RootSecrets, error) {
	var none credential.RootSecrets
	if len(shares) < Needed {
		return none, ErrTooFew.Fill(len(shares))
	}
	shares = shares[:Needed]
	for _, s := range shares {
		if err := s.check(); err != nil {
			return none, err
		}
	}
	a, b := shares[0], shares[1]
	if a.Root != b.Root || a.Next != b.Next {
		return none, ErrOtherRoot.Fill(b.file, Fingerprint(b.Root), Fingerprint(a.Root))
	}
	if a.Index == b.Index {
		return none, ErrSameShare.Fill(b.file)
	}
	root, err := recoverKey(shares, func(s Share) []byte { return s.RootPart })
	if err != nil {
		return none, err
	}
	next, err := recoverKey(shares, func(s Share) []byte { return s.NextPart })
	if err != nil {
		return none, err
	}
	secrets := credential.RootSecrets{Root: root, Next: next}
	if trust, err := NewTrust(secrets); err != nil || trust.Root != a.Root || trust.Next != a.Next {
		return none, ErrShare.Fill(b.file)
	}
	return secrets, nil
}

func recoverKey(shares []Share, part func(Share) []byte) (*ecdsa.PrivateKey, error) {
	var all []secretsharing.Share
	for _, s := range shares {
		one, err := scalars(s.Index, part(s))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	secret, err := secretsharing.Recover(Needed-1, all)
	if err != nil {
		return nil, err
	}
	b, err := secret.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return ecdsa.ParseRawPrivateKey(elliptic.P256(), b)
}

// ReadShare opens a custodian's file.
func ReadShare(file string, passphrase []byte) (Share, error) {
	b, err := readFile(file, 16<<10)
	if err != nil {
		return Share{}, err
	}
	plain, err := keystore.OpenSealed(b, passphrase, file)
	if err != nil {
		return Share{}, err
	}
	s, err := credential.Decode[Share](plain, maxShare)
	s.file = file
	if err != nil {
		return s, ErrShare.Fill(file).With(err)
	}
	return s, s.check()
}

// seal is the content of a custodian's file.
func (s Share) seal(passphrase []byte, work int) ([]byte, error) {
	b, err := credential.Encode(s)
	if err != nil {
		return nil, err
	}
	return keystore.Seal(b, passphrase, work)
}
