//go:build cgo

package keystore

import (
	"crypto"
	"crypto/elliptic"
	"errors"
	"slices"
	"time"

	"github.com/ThalesGroup/crypto11"
	"github.com/miekg/pkcs11"
)

// module is a token behind a PKCS#11 library. crypto11 keeps the sessions and turns signatures into the form that Go expects.
type module struct {
	context *crypto11.Context
}

// sessions are how many signatures a token makes at once.
const sessions = 32

func openToken(a address, pin func() ([]byte, error)) (token, error) {
	p, err := pin()
	if err != nil {
		return nil, err
	}
	context, err := crypto11.Configure(&crypto11.Config{Path: a.Module, TokenLabel: a.Token, Pin: string(p), MaxSessions: sessions, PoolWaitTimeout: patience})
	if refusedPIN(err) {
		return nil, ErrTokenPIN.Fill(a.Token).With(err)
	}
	if err != nil {
		return nil, ErrToken.Fill(a.Token).With(err)
	}
	return module{context}, nil
}

// patience is how long a signature waits for a session: a module that hangs becomes an error and not a queue.
const patience = 10 * time.Second

// refusedPIN reports whether trying again would bring the module nearer to locking itself.
func refusedPIN(err error) bool {
	code, ok := errors.AsType[pkcs11.Error](err)
	return ok && slices.Contains([]uint{pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_EXPIRED, pkcs11.CKR_PIN_LOCKED}, uint(code))
}

// generate makes a key that is used after login only and leaves the module in no form. Modules have defaults of their own for what is not said.
func (m module) generate(id, label []byte) (crypto.Signer, error) {
	public, err := crypto11.NewAttributeSetWithIDAndLabel(id, label)
	if err != nil {
		return nil, err
	}
	private := public.Copy()
	private.AddIfNotPresent([]*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_PRIVATE, true), pkcs11.NewAttribute(pkcs11.CKA_SENSITIVE, true),
		pkcs11.NewAttribute(pkcs11.CKA_EXTRACTABLE, false), pkcs11.NewAttribute(pkcs11.CKA_DERIVE, false),
	})
	key, err := m.context.GenerateECDSAKeyPairWithAttributes(public, private, elliptic.P256())
	if err != nil {
		return nil, err
	}
	for attribute, want := range map[crypto11.AttributeType]byte{pkcs11.CKA_SENSITIVE: 1, pkcs11.CKA_EXTRACTABLE: 0, pkcs11.CKA_PRIVATE: 1} {
		got, err := m.context.GetAttribute(key, attribute)
		if err != nil || got == nil || len(got.Value) != 1 || got.Value[0] != want {
			return nil, errors.Join(errors.New("the module makes keys that can leave it, or be used without a PIN"), err, key.Delete())
		}
	}
	return key, nil
}

func (m module) find(id []byte) (crypto.Signer, error) {
	keys, err := m.context.FindKeyPairs(id, nil)
	switch {
	case err != nil || len(keys) == 0:
		return nil, err
	case len(keys) > 1:
		return nil, errors.New("several keys have that id")
	}
	return keys[0], nil
}

func (m module) close() error { return m.context.Close() }
