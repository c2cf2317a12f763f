package lockcore

import (
	"crypto"
	"io"

	"hemnyckel/credential"
)

// Trust is what a key knows about its municipality.
type Trust struct {
	Root      credential.PublicKey
	DeviceCAs [][]byte             // certificates by which locks are recognised
	Blocks    credential.BlockList // a blocked lock certificate is not trusted
	// Met is the certificate of the lock that is believed to be in front, from an earlier visit: it need not be sent again.
	// Nil for a lock that is not recognised. It is judged anew.
	Met    []byte
	Memory credential.Memory  // of the key's own; nil verifies everything every time
	Parsed *credential.Parsed // likewise; nil parses everything every time
}

// Pass is what a key shows a lock.
type Pass struct {
	Holder     crypto.Signer
	Counter    uint32 // stored by the caller before the pass is shown
	Grant      []byte
	Issuer     []byte
	Tree       *credential.Tree
	Activation []byte
	Station    []byte
	StationCA  []byte
}

// Visit is a key's end of a session with a lock. One goroutine at a time.
type Visit struct {
	Lock        credential.Certificate
	Certificate []byte             // Lock as signed, to be kept for the next visit
	Blocks      credential.Version // the lock's block list, once it has given a verdict to the grant's holder
	known       []byte             // names of the certificates that the lock has
	d           dialogue
}

// dialogue is question and answer over a channel without chunks longer than a lock's memory.
type dialogue struct{ ch *Channel }

// ask sends m and waits for the answer. Locks speak whole messages in one frame each.
func (d dialogue) ask(m Message) (Message, error) {
	b, err := credential.Encode(m)
	if err != nil {
		return Message{}, err
	}
	sealed, err := d.ch.s.seal(b)
	if err != nil {
		return Message{}, err
	}
	if err := writeFrame(d.ch.rw, sealed); err != nil {
		return Message{}, err
	}
	in, err := readFrame(d.ch.rw, MaxMail+tagBytes)
	if err != nil {
		return Message{}, err
	}
	plain, err := d.ch.s.open(in)
	if err != nil {
		return Message{}, err
	}
	return DecodeMessage(plain)
}

// Meet opens a session and makes sure that the other end is one of the municipality's locks before anything is shown to it.
func Meet(rw io.ReadWriter, t Trust) (*Visit, error) {
	var flags byte
	if len(t.Met) > 0 {
		flags = flagMet
	}
	ch, payload, static, err := initiate(rw, ToLock, MaxMail, flags)
	if err != nil {
		return nil, err
	}
	g, err := credential.Decode[Greeting](payload, maxHandshake)
	if err != nil {
		return nil, err
	}
	if len(t.Met) > 0 {
		g.Certificate = t.Met
	}
	if len(g.Certificate) == 0 {
		return nil, credential.Refuse(credential.CodeUnclaimed, "")
	}
	lock, err := t.lock(g.Certificate)
	if err != nil {
		return nil, err
	}
	if lock.Exchange != static {
		return nil, credential.Refuse(credential.CodeLockIdentity, "the certificate is another lock's")
	}
	return &Visit{Lock: lock, Certificate: g.Certificate, known: g.Known, d: dialogue{ch}}, nil
}

func (t Trust) lock(raw []byte) (credential.Certificate, error) {
	err := credential.Refuse(credential.CodeLockIdentity, "no authority is known")
	for _, ca := range t.DeviceCAs {
		lock, parent, e := credential.Verifier{Memory: t.Memory, Parsed: t.Parsed}.Chain(t.Root, credential.RoleLock, raw, ca)
		if e != nil {
			err = credential.Refuse(credential.CodeLockIdentity, "%w", e)
			continue
		}
		if t.Blocks.Blocked(credential.BlockCertificate, lock.Serial) || t.Blocks.Blocked(credential.BlockCertificate, parent.Serial) {
			return credential.Certificate{}, credential.Refuse(credential.CodeLockIdentity, "the lock's certificate is blocked")
		}
		return lock, nil
	}
	return credential.Certificate{}, err
}

// Present shows the pass and returns the lock's verdict. A refusal is a verdict, not an error.
func (v *Visit) Present(p Pass) (Verdict, error) {
	leaf, path, ok := p.Tree.Find(v.Lock.Subject)
	if !ok {
		return Verdict{}, credential.Refuse(credential.CodeNoLeaf, "")
	}
	proof, err := credential.SignPossession(p.Holder, v.d.ch.Handshake(), p.Counter)
	if err != nil {
		return Verdict{}, err
	}
	own := v.d.ch.s.ephemeral()
	return v.show(Present{
		Proof: proof, Counter: p.Counter, Grant: p.Grant, Leaf: leaf, Path: path, Activation: p.Activation,
		Issuer: short(v.known, own, p.Issuer), Station: short(v.known, own, p.Station), StationCA: short(v.known, own, p.StationCA),
	})
}

func (v *Visit) show(p Present) (Verdict, error) {
	m, err := v.d.ask(Message{Present: &p})
	if err == nil && m.Verdict == nil {
		err = credential.Refuse(credential.CodeProtocol, "the lock answered something else than a verdict")
	}
	if err != nil {
		return Verdict{}, err
	}
	v.Blocks = m.Verdict.Blocks
	return *m.Verdict, nil
}

// Open asks for the bolt, once.
func (v *Visit) Open() (Opened, error) {
	m, err := v.d.ask(Message{Open: &Open{}})
	if err == nil && m.Opened == nil {
		err = credential.Refuse(credential.CodeProtocol, "the lock answered something else than opened")
	}
	if err != nil {
		return Opened{}, err
	}
	return *m.Opened, nil
}

// Mail exchanges mail and ends the session, but after a refusal: then the pass may be presented once more, as the lock may
// have learnt from the mail.
func (v *Visit) Mail(d Down) (Up, error) {
	m, err := v.d.ask(Message{Down: &d})
	if err == nil && m.Up == nil {
		err = credential.Refuse(credential.CodeProtocol, "the lock answered something else than mail")
	}
	if err != nil {
		return Up{}, err
	}
	return *m.Up, nil
}
