package main

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/biscuit-auth/biscuit-go/v2"
	"github.com/biscuit-auth/biscuit-go/v2/datalog"
	"github.com/biscuit-auth/biscuit-go/v2/parser"
	"github.com/fxamacker/cbor/v2"
	"github.com/golang-jwt/jwt/v5"
	"github.com/veraison/go-cose"
	"golang.org/x/crypto/ssh"
)

const life = 5 * 24 * time.Hour

// newBiscuit is one authority block: a set of locks and a check of the time. biscuit-go signs with Ed25519.
func newBiscuit(now time.Time) (form, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return form{}, err
	}
	set := biscuit.Set{}
	for _, n := range numbers() {
		set = append(set, biscuit.Integer(n))
	}
	block, err := parser.FromStringBlockWithParams(`key({key}); locks({locks}); check if time($t), $t < {end};`, map[string]biscuit.Term{
		"key": biscuit.Integer(theKey), "locks": set, "end": biscuit.Date(now.Add(life)),
	})
	if err != nil {
		return form{}, err
	}
	b := biscuit.NewBuilder(private)
	if err := b.AddBlock(block); err != nil {
		return form{}, err
	}
	built, err := b.Build()
	if err != nil {
		return form{}, err
	}
	token, err := built.Serialize()
	if err != nil {
		return form{}, err
	}
	ask, err := parser.FromStringAuthorizerWithParams(`time({now}); lock({lock}); allow if lock($l), locks($all), $all.contains($l);`,
		map[string]biscuit.Term{"now": biscuit.Date(now), "lock": biscuit.Integer(theLock)})
	patient := biscuit.WithWorldOptions(datalog.WithMaxDuration(time.Minute)) // 2 ms are too few on a busy machine
	check := func() error {
		t, err := biscuit.Unmarshal(token)
		if err != nil {
			return err
		}
		a, err := t.Authorizer(public, patient)
		if err != nil {
			return err
		}
		a.AddAuthorizer(ask)
		return a.Authorize()
	}
	return form{"biscuit", "Biscuit (biscuit-go v2.2.0, set of 200 locks)", len(token), check}, err
}

// newSSH is an OpenSSH user certificate whose principals are the locks.
func newSSH(now time.Time) (form, error) {
	ca, err := signer()
	if err != nil {
		return form{}, err
	}
	key, err := signer()
	if err != nil {
		return form{}, err
	}
	public, err := ssh.NewPublicKey(&key.PublicKey)
	if err != nil {
		return form{}, err
	}
	authority, err := ssh.NewSignerFromKey(ca)
	if err != nil {
		return form{}, err
	}
	c := &ssh.Certificate{
		Key: public, CertType: ssh.UserCert, KeyId: strconv.Itoa(theKey), Serial: 1,
		ValidAfter: uint64(now.Unix()), ValidBefore: uint64(now.Add(life).Unix()),
	}
	for _, n := range numbers() {
		c.ValidPrincipals = append(c.ValidPrincipals, strconv.Itoa(int(n)))
	}
	if err := c.SignCert(rand.Reader, authority); err != nil {
		return form{}, err
	}
	wire, trusted := c.Marshal(), authority.PublicKey().Marshal()
	checker := ssh.CertChecker{Clock: func() time.Time { return now }}
	check := func() error {
		k, err := ssh.ParsePublicKey(wire)
		if err != nil {
			return err
		}
		c, ok := k.(*ssh.Certificate)
		if !ok || !bytes.Equal(c.SignatureKey.Marshal(), trusted) {
			return errElsewhere
		}
		return checker.CheckCert(strconv.Itoa(theLock), c)
	}
	return form{"ssh", "SSH certificate (x/crypto v0.58.0, 200 principals)", len(wire), check}, nil
}

type jwtClaims struct {
	jwt.RegisteredClaims
	Locks []uint32 `json:"locks"`
}

// newJWT is a compact ES256 JWT with an array of locks.
func newJWT(now time.Time) (form, error) {
	key, err := signer()
	if err != nil {
		return form{}, err
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodES256, jwtClaims{jwt.RegisteredClaims{
		Subject: strconv.Itoa(theKey), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(life)),
	}, numbers()}).SignedString(key)
	check := func() error {
		var c jwtClaims
		_, err := jwt.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return &key.PublicKey, nil },
			jwt.WithValidMethods([]string{"ES256"}), jwt.WithTimeFunc(func() time.Time { return now.Add(time.Second) }))
		if err == nil && !slices.Contains(c.Locks, theLock) {
			err = errElsewhere
		}
		return err
	}
	return form{"jwt", "JWT (golang-jwt v5.2.2, ES256, array of 200 locks)", len(token), check}, err
}

type coseClaims struct {
	Key       uint32   `cbor:"2,keyasint"`
	Expires   int64    `cbor:"4,keyasint"`
	NotBefore int64    `cbor:"5,keyasint"`
	Locks     []uint32 `cbor:"10,keyasint"`
}

// newCOSE is a CWT: a COSE_Sign1 over a map with an array of locks.
func newCOSE(now time.Time) (form, error) {
	key, err := signer()
	if err != nil {
		return form{}, err
	}
	payload, err := cbor.Marshal(coseClaims{theKey, now.Add(life).Unix(), now.Unix(), numbers()})
	if err != nil {
		return form{}, err
	}
	s, err := cose.NewSigner(cose.AlgorithmES256, key)
	if err != nil {
		return form{}, err
	}
	v, err := cose.NewVerifier(cose.AlgorithmES256, crypto.PublicKey(&key.PublicKey))
	if err != nil {
		return form{}, err
	}
	headers := cose.Headers{Protected: cose.ProtectedHeader{cose.HeaderLabelAlgorithm: cose.AlgorithmES256}}
	raw, err := cose.Sign1(rand.Reader, s, headers, payload, nil)
	check := func() error {
		var m cose.Sign1Message
		if err := m.UnmarshalCBOR(raw); err != nil {
			return err
		}
		if err := m.Verify(nil, v); err != nil {
			return err
		}
		var c coseClaims
		if err := cbor.Unmarshal(m.Payload, &c); err != nil {
			return err
		}
		if !slices.Contains(c.Locks, theLock) || now.Unix() >= c.Expires {
			return fmt.Errorf("cose: %w", errElsewhere)
		}
		return nil
	}
	return form{"cose", "COSE_Sign1 (go-cose v1.3.0, array of 200 locks)", len(raw), check}, err
}
