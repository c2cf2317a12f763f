package lockcore

import (
	"crypto/ecdh"

	"github.com/flynn/noise"

	"hemnyckel/credential"
)

// Purpose separates channels: a handshake made for one never completes as another.
type Purpose string

// The purposes. The number is the protocol's version, mixed into the handshake by both ends.
const (
	ToLock    Purpose = "hemnyckel/door/1"
	ToStation Purpose = "hemnyckel/station/1"
)

// tagBytes is what encryption adds to a message.
const tagBytes = 16

// MaxFrame is the longest Noise message, in bytes (Noise §3).
const MaxFrame = noise.MaxMsgLen

// secure is one end of a Noise NX channel as a state machine over messages.
type secure struct {
	hs         *noise.HandshakeState
	send, recv *noise.CipherState
	hash       credential.Hash
}

func newSecure(p Purpose, initiator bool, static *ecdh.PrivateKey) (*secure, error) {
	c := noise.Config{
		CipherSuite: noise.NewCipherSuite(newAgreement(static), noise.CipherAESGCM, noise.HashSHA256),
		Pattern:     noise.HandshakeNX,
		Initiator:   initiator,
		Prologue:    []byte(p),
	}
	if static != nil {
		c.StaticKeypair = noise.DHKey{Private: static.Bytes(), Public: static.PublicKey().Bytes()}
	}
	hs, err := noise.NewHandshakeState(c)
	if err != nil {
		return nil, err
	}
	return &secure{hs: hs}, nil
}

// Version is the protocol's. Each end speaks one: it is advertised, begins m1 and is in the prologue, so that an altered
// number ends the conversation before anything is shown.
const Version = 1

// opening is the payload of m1, in the clear: the version and what the initiator asks for.
type opening struct {
	version byte
	flags   byte
}

// flagMet asks a lock to leave out its certificate, which the key has. A listener learns that this key has been here before,
// which the lengths of the messages tell anyway.
const flagMet = 1

// hear takes m1 and returns the initiator's ephemeral key and what it asks for.
func (s *secure) hear(m1 []byte) (ephemeral []byte, o opening, err error) {
	payload, _, _, err := s.hs.ReadMessage(nil, m1)
	switch {
	case err != nil:
		return nil, o, credential.Refuse(credential.CodeProtocol, "handshake: %w", err)
	case len(payload) > 0 && payload[0] != Version:
		return nil, o, credential.Refuse(credential.CodeVersion, "the other side speaks version %d, this side %d", payload[0], Version)
	case len(payload) != 2 || payload[1]&^flagMet != 0:
		return nil, o, credential.Refuse(credential.CodeProtocol, "the first message is not an opening")
	}
	return s.hs.PeerEphemeral(), opening{payload[0], payload[1]}, nil
}

// reply returns m2 with the payload; the channel is then up at this end.
func (s *secure) reply(payload []byte) ([]byte, error) {
	m2, toUs, fromUs, err := s.hs.WriteMessage(nil, payload)
	if err != nil {
		return nil, credential.Refuse(credential.CodeProtocol, "handshake: %w", err)
	}
	s.up(fromUs, toUs)
	return m2, nil
}

// start returns m1.
func (s *secure) start(flags byte) ([]byte, error) {
	m1, _, _, err := s.hs.WriteMessage(nil, []byte{Version, flags})
	return m1, err
}

// ephemeral is this end's ephemeral public key, once started.
func (s *secure) ephemeral() []byte { return s.hs.LocalEphemeral().Public }

// finish takes m2 and returns its payload and the responder's static key; the channel is then up at this end.
func (s *secure) finish(m2 []byte) ([]byte, credential.ExchangeKey, error) {
	payload, fromUs, toUs, err := s.hs.ReadMessage(nil, m2)
	if err != nil {
		return nil, credential.ExchangeKey{}, credential.Refuse(credential.CodeProtocol, "handshake: %w", err)
	}
	s.up(fromUs, toUs)
	return payload, credential.ExchangeKey(s.hs.PeerStatic()), nil
}

func (s *secure) up(send, recv *noise.CipherState) {
	s.send, s.recv = send, recv
	s.hash = credential.Hash(s.hs.ChannelBinding())
}

func (s *secure) seal(plain []byte) ([]byte, error) { return s.send.Encrypt(nil, nil, plain) }

func (s *secure) open(sealed []byte) ([]byte, error) {
	plain, err := s.recv.Decrypt(nil, nil, sealed)
	if err != nil {
		return nil, credential.Refuse(credential.CodeProtocol, "a message does not decrypt: %w", err)
	}
	return plain, nil
}
