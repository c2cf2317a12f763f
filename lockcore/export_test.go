package lockcore

import (
	"crypto"

	"hemnyckel/credential"
)

// ShowRaw presents p as it is, with a good proof for this session: what a dishonest key can send.
func (v *Visit) ShowRaw(holder crypto.Signer, p Present) (Verdict, error) {
	var err error
	if p.Proof, err = credential.SignPossession(holder, v.d.ch.Handshake(), p.Counter); err != nil {
		return Verdict{}, err
	}
	return v.show(p)
}

// Judge is the decision alone, for a good proof over a fixed handshake.
func (l *Lock) Judge(holder crypto.Signer, p Present) credential.Code {
	l.mu.Lock()
	defer l.mu.Unlock()
	handshake := credential.Hash{1}
	var err error
	if p.Proof, err = credential.SignPossession(holder, handshake, p.Counter); err != nil {
		return credential.CodeOf(err)
	}
	_, err = l.decide(&p, handshake)
	return credential.CodeOf(err)
}

// Prove fills in the proof over the handshake that Decide uses.
func (p *Present) Prove(holder crypto.Signer) (err error) {
	p.Proof, err = credential.SignPossession(holder, credential.Hash{1}, p.Counter)
	return err
}

// Decide is the decision alone, for benchmarks.
func (l *Lock) Decide(p *Present) error {
	_, err := l.decide(p, credential.Hash{1})
	return err
}

// Forget makes the lock one that has just started.
func (l *Lock) Forget() {
	l.forget()
	l.warm()
}

// Names is how many certificates the lock has said that it keeps.
func (v *Visit) Names() int { return len(v.known) / NameBytes }

// Name is what a certificate is called in this session.
func (v *Visit) Name(certificate []byte) []byte {
	n := name(v.d.ch.s.ephemeral(), certificate)
	return n[:]
}

// Offer names certificates to the holder of an ephemeral key: the list in the greeting, and what each name is taken for.
func Offer(ephemeral []byte, of ...[]byte) (list []byte, whole func([]byte) []byte) {
	list, n := certificates(of).offer(ephemeral)
	return list, n.whole
}

// NameIn is a certificate's name for an ephemeral key.
func NameIn(ephemeral, certificate []byte) [NameBytes]byte { return name(ephemeral, certificate) }

// Blocks is the version of the lock's block list.
func (l *Lock) Blocks() credential.Version { return l.blocks.list.Version }

// Openings counts the openings in the log.
func (l *Lock) Openings() (n int) {
	for seq := l.head.First; seq <= l.head.Last; seq++ {
		if l.at(seq).Event == credential.EventOpened {
			n++
		}
	}
	return n
}

// Last is the number of the newest record.
func (l *Lock) Last() uint32 { return l.head.Last }

// Remembered counts the signatures that the lock remembers.
func (l *Lock) Remembered() int { return len(l.memory.known) }
