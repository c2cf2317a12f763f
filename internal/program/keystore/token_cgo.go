//go:build cgo

package keystore

import (
	"crypto"
	"crypto/elliptic"
	"errors"

	"github.com/ThalesGroup/crypto11"
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
	context, err := crypto11.Configure(&crypto11.Config{Path: a.Module, TokenLabel: a.Token, Pin: string(p), MaxSessions: sessions})
	if err != nil {
		return nil, ErrToken.Fill(a.Token).With(err)
	}
	return module{context}, nil
}

func (m module) generate(id, label []byte) (crypto.Signer, error) {
	return m.context.GenerateECDSAKeyPairWithLabel(id, label, elliptic.P256())
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
