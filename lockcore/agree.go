package lockcore

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"io"

	"github.com/flynn/noise"
)

// agreement is X25519 for one end of one channel (noise.DHFunc), with the standard library's keys. The package of Noise
// gives keys as bytes, and making a key of bytes computes its public half again, which costs as much as the agreement itself; so
// the keys that this end has are kept as what they are.
type agreement struct {
	noise.DHFunc
	keys []*ecdh.PrivateKey // ephemeral and static
}

func newAgreement(static *ecdh.PrivateKey) *agreement {
	a := &agreement{DHFunc: noise.DH25519}
	if static != nil {
		a.keys = append(a.keys, static)
	}
	return a
}

// GenerateKeypair implements noise.DHFunc. The standard library takes its own randomness.
func (a *agreement) GenerateKeypair(io.Reader) (noise.DHKey, error) {
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return noise.DHKey{}, err
	}
	a.keys = append(a.keys, k)
	return noise.DHKey{Private: k.Bytes(), Public: k.PublicKey().Bytes()}, nil
}

// DH implements noise.DHFunc. Like the package's own it refuses a point that gives nothing.
func (a *agreement) DH(private, public []byte) ([]byte, error) {
	for _, k := range a.keys {
		if !bytes.Equal(k.Bytes(), private) { // both are this end's own: there is nobody to time it
			continue
		}
		p, err := ecdh.X25519().NewPublicKey(public)
		if err != nil {
			return nil, err
		}
		return k.ECDH(p)
	}
	return a.DHFunc.DH(private, public)
}
