package lockcore

import (
	"crypto"
	"io"

	"hemnyckel/credential"
)

// StationChannel carries the dialogue of a key in a station ([credential.StationMessage]).
type StationChannel struct{ *Channel }

// Send sends one message.
func (c StationChannel) Send(m credential.StationMessage) error {
	b, err := credential.EncodeStationMessage(m)
	if err != nil {
		return err
	}
	return c.Channel.Send(b)
}

// Receive waits for one message.
func (c StationChannel) Receive() (credential.StationMessage, error) {
	b, err := c.Channel.Receive()
	if err != nil {
		return credential.StationMessage{}, err
	}
	return credential.DecodeStationMessage(b)
}

// ReachStation is the key's end. It refuses a station that the municipality has not certified. Whether the certificate
// still lives is for the locks to judge: a key has no clock.
func ReachStation(rw io.ReadWriter, root credential.PublicKey) (StationChannel, credential.StationGreeting, error) {
	ch, payload, static, err := Initiate(rw, ToStation, credential.MaxStationMessage)
	if err != nil {
		return StationChannel{}, credential.StationGreeting{}, err
	}
	g, err := credential.Decode[credential.StationGreeting](payload, maxHandshake)
	if err != nil {
		return StationChannel{}, g, err
	}
	station, _, err := credential.Verifier{}.Chain(root, credential.RoleStation, g.Certificate, g.StationCA)
	if err != nil {
		return StationChannel{}, g, credential.Refuse(credential.CodeStationCert, "%w", err)
	}
	if station.Exchange != static {
		return StationChannel{}, g, credential.Refuse(credential.CodeStationCert, "the certificate is another station's")
	}
	return StationChannel{ch}, g, nil
}

// SayHello sends the key's first message, with its proof filled in.
func (c StationChannel) SayHello(holder crypto.Signer, h credential.Hello) error {
	var err error
	if h.Proof, err = credential.SignPossession(holder, c.Handshake(), h.Counter); err != nil {
		return err
	}
	return c.Send(credential.StationMessage{Hello: &h})
}

// AcceptKey is the station's end up to and including the key's hello, whose certificate and proof it verifies.
func AcceptKey(rw io.ReadWriter, id *credential.Identity, g credential.StationGreeting, root credential.PublicKey) (StationChannel, credential.Hello, credential.Certificate, error) {
	fail := func(err error) (StationChannel, credential.Hello, credential.Certificate, error) {
		return StationChannel{}, credential.Hello{}, credential.Certificate{}, err
	}
	payload, err := credential.Encode(g)
	if err != nil {
		return fail(err)
	}
	ch, err := Respond(rw, ToStation, id.Exchange, payload, credential.MaxStationMessage)
	if err != nil {
		return fail(err)
	}
	c := StationChannel{ch}
	m, err := c.Receive()
	if err != nil {
		return fail(err)
	}
	if m.Hello == nil {
		return fail(credential.Refuse(credential.CodeProtocol, "the key said something else than hello"))
	}
	var v credential.Verifier
	key, _, err := v.Chain(root, credential.RoleKey, m.Hello.Certificate, m.Hello.DeviceCA)
	if err != nil {
		return fail(err)
	}
	if err := v.Possession(m.Hello.Proof, c.Handshake(), m.Hello.Counter, key.Key); err != nil {
		return fail(err)
	}
	return c, *m.Hello, key, nil
}
