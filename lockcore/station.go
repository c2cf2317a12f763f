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

// ReachStation is the key's end. It refuses a station that the municipality has not certified, after it has followed the
// changes of root that the station tells of; the roots that it then believes in are returned for the key to keep. Whether the certificate
// still lives is for the locks to judge: a key has no clock. What it knows of the time, such as when its grant began, is now. memory is the
// key's own; nil verifies everything every time.
func ReachStation(rw io.ReadWriter, roots credential.Roots, now credential.Instant, memory credential.Memory) (StationChannel, credential.Roots, error) {
	ch, payload, static, err := Initiate(rw, ToStation, credential.MaxStationMessage)
	if err != nil {
		return StationChannel{}, roots, err
	}
	g, err := credential.Decode[credential.StationGreeting](payload, maxHandshake)
	if err != nil {
		return StationChannel{}, roots, err
	}
	followed, _ := roots.Follow(g.Roots)
	station, _, err := credential.Verifier{Memory: memory}.Chain(followed.For(g.StationCA, now), credential.RoleStation, g.Certificate, g.StationCA)
	if err != nil {
		return StationChannel{}, roots, credential.Refuse(credential.CodeStationCert, "%w", err)
	}
	if station.Exchange != static {
		return StationChannel{}, roots, credential.Refuse(credential.CodeStationCert, "the certificate is another station's")
	}
	return StationChannel{ch}, followed, nil
}

// SayHello sends the key's first message, with its proof filled in.
func (c StationChannel) SayHello(holder crypto.Signer, h credential.Hello) error {
	var err error
	if h.Proof, err = credential.SignPossession(holder, c.Handshake(), h.Counter); err != nil {
		return err
	}
	return c.Send(credential.StationMessage{Hello: &h})
}

// Host is what a station recognises keys by.
type Host struct {
	Roots    credential.Roots
	DeviceCA []byte // certificate, for a key whose own is by a root that counts no more
	Now      credential.Instant
	Memory   credential.Memory // of the station's own; nil verifies everything every time
}

func (h Host) key(hello credential.Hello) (credential.Certificate, error) {
	v := credential.Verifier{Memory: h.Memory}
	key, _, err := v.Chain(h.Roots.For(hello.DeviceCA, h.Now), credential.RoleKey, hello.Certificate, hello.DeviceCA)
	if err == nil {
		return key, nil
	}
	if key, _, again := v.Chain(h.Roots.For(h.DeviceCA, h.Now), credential.RoleKey, hello.Certificate, h.DeviceCA); again == nil {
		return key, nil
	}
	return credential.Certificate{}, err
}

// AcceptKey is the station's end up to and including the key's hello, whose certificate and proof it verifies.
func AcceptKey(rw io.ReadWriter, id *credential.Identity, g credential.StationGreeting, h Host) (StationChannel, credential.Hello, credential.Certificate, error) {
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
	key, err := h.key(*m.Hello)
	if err != nil {
		return fail(err)
	}
	if err := (credential.Verifier{}).Possession(m.Hello.Proof, c.Handshake(), m.Hello.Counter, key.Key); err != nil {
		return fail(err)
	}
	return c, *m.Hello, key, nil
}
