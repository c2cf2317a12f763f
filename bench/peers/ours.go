package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"time"

	"hemnyckel/credential"
)

var errElsewhere = errors.New("no right to this lock")

func signer() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// newOurs is a grant, the lock's leaf and path, and an activation: what a key shows, beside certificates that the lock knows.
func newOurs(now time.Time) (form, error) {
	authority, err := credential.NewAuthority(now)
	if err != nil {
		return form{}, err
	}
	station, err := credential.NewIdentity()
	if err != nil {
		return form{}, err
	}
	grant, tree, err := newGrant(authority, now)
	if err != nil {
		return form{}, err
	}
	parsed, err := credential.ParseGrant(grant)
	if err != nil {
		return form{}, err
	}
	activation, err := credential.SignActivation(station, credential.Activation{
		Station: 3, Key: theKey, NotBefore: credential.At(now), Expires: credential.At(now.Add(12 * time.Hour)),
		Serial: credential.ActivationSerial(3, 70_000), Grant: credential.HashGrant(grant), Staff: 1<<60 + 99,
	}, parsed)
	if err != nil {
		return form{}, err
	}
	issuer, err := credential.ParseCertificate(authority.Certificate(credential.RoleGrantIssuer))
	if err != nil {
		return form{}, err
	}
	leaf, path, ok := tree.Find(theLock)
	encoded, err := credential.Encode(path)
	if err != nil || !ok {
		return form{}, errors.Join(err, errElsewhere)
	}
	check := func() error {
		return checkOurs(grant, activation, leaf, path, issuer.Key, station.PublicKey(), credential.At(now))
	}
	return form{name: "ours", bytes: len(grant) + len(leaf) + len(encoded) + len(activation), verify: check}, nil
}

func newGrant(authority *credential.Authority, now time.Time) ([]byte, *credential.Tree, error) {
	holder, err := signer()
	if err != nil {
		return nil, nil, err
	}
	public, err := credential.PublicKeyOf(holder)
	if err != nil {
		return nil, nil, err
	}
	var leaves []credential.Leaf
	for _, n := range numbers() {
		leaves = append(leaves, credential.Leaf{Lock: n, Rights: credential.RightOpen, Epoch: 1})
	}
	if leaves, err = credential.PadLeaves(leaves); err != nil {
		return nil, nil, err
	}
	tree, err := credential.NewTree(leaves)
	if err != nil {
		return nil, nil, err
	}
	blocks := credential.Version{Epoch: 1, Number: uint64(now.Unix())}
	grant, err := authority.IssueGrant(credential.Grant{Key: theKey, Holder: public, Generation: 1, Blocks: blocks, Shift: 720, Group: 12}, tree, now)
	return grant, tree, err
}

// checkOurs is a lock's check of the right itself: two signatures, their connection, the place in the tree, and the time.
func checkOurs(grant, activation, leaf []byte, path credential.Path, issuer, station credential.PublicKey, now credential.Instant) error {
	var v credential.Verifier
	g, err := v.Grant(grant, issuer)
	if err != nil {
		return err
	}
	a, err := v.Activation(activation, station)
	if err != nil {
		return err
	}
	if err := a.Within(g); err != nil {
		return err
	}
	l, err := path.Check(g, leaf)
	if err != nil {
		return err
	}
	if a.Grant != credential.HashGrant(grant) || l.Lock != theLock || now < a.NotBefore || now >= a.Expires {
		return errElsewhere
	}
	return nil
}
