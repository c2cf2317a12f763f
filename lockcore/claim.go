package lockcore

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strings"

	"hemnyckel/credential"
)

// Claiming. The code inside the lock is 80 random bits. It is never sent: each end shows a MAC over the channel's handshake,
// which differs for every pair of ends, so that neither a rogue lock nor someone in between learns or relays anything.

var codeAlphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// newClaimCode is 16 letters and digits in groups of four.
func newClaimCode() string {
	var b [10]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	s := codeAlphabet.EncodeToString(b[:])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// normalCode forgives how people copy codes.
func normalCode(code string) string {
	return strings.NewReplacer("-", "", " ", "", "0", "O", "1", "I").Replace(strings.ToUpper(strings.TrimSpace(code)))
}

func claimProof(code, end string, handshake credential.Hash) credential.Hash {
	m := hmac.New(sha256.New, []byte(normalCode(code)))
	m.Write([]byte("hemnyckel/claim/1 " + end + "\x00"))
	m.Write(handshake[:])
	return credential.Hash(m.Sum(nil))
}

func (s *Session) claimStart(m *ClaimStart) (Message, error) {
	l := s.lock
	want := claimProof(l.code, "installer", s.s.hash)
	switch {
	case l.claim != nil:
		s.next = stageDone
		return Message{Claimed: &Claimed{Code: credential.CodeClaimed}}, nil
	case !hmac.Equal(want[:], m.Proof[:]):
		s.next = stageDone
		return Message{Claimed: &Claimed{Code: credential.CodeClaimCode}}, nil
	}
	s.next = stageInstall
	return Message{ClaimIdentity: &ClaimIdentity{Proof: claimProof(l.code, "lock", s.s.hash), Key: l.Key()}}, nil
}

func (s *Session) claimInstall(m *ClaimInstall) (Message, error) {
	s.next = stageDone
	return Message{Claimed: &Claimed{Code: credential.CodeOf(s.lock.install(m))}}, nil
}

// install takes the municipality's root, this lock's certificate and its configuration, if they fit together and fit this lock.
func (l *Lock) install(m *ClaimInstall) error {
	if l.claim != nil {
		return credential.Refuse(credential.CodeClaimed, "another installer was quicker")
	}
	var v credential.Verifier
	cert, _, err := v.Chain(m.Root, credential.RoleLock, m.Certificate, m.DeviceCA)
	if err != nil {
		return err
	}
	if cert.Key != l.Key() || cert.Exchange != l.id.ExchangeKey() || cert.Subject == 0 {
		return credential.Refuse(credential.CodeLockIdentity, "the certificate is for another lock")
	}
	authority, _, err := v.Chain(m.Root, credential.RoleConfig, m.Authority, nil)
	if err != nil {
		return err
	}
	cfg, err := v.LockConfig(m.Config, authority)
	if err != nil {
		return err
	}
	if cfg.Lock != cert.Subject {
		return credential.Refuse(credential.CodeLockIdentity, "the configuration is for lock %d", cfg.Lock)
	}
	mine := claim{Root: m.Root, Number: cert.Subject, Certificate: m.Certificate}
	c := l.begin()
	c.put(SlotClaim, mine)
	state := c.setConfig(m.Config, m.Authority, cfg)
	c.append(credential.Record{Event: credential.EventClaimed})
	if err := c.commit(); err != nil {
		return err
	}
	l.claim, l.config, l.memory = &mine, state, memory{}
	return nil
}

// Claim is the installer's end: it proves the code, checks that the lock knows it too, has certify make what shall be
// installed for the lock's keys, and installs it.
func Claim(rw io.ReadWriter, code string, certify func(credential.PublicKey, credential.ExchangeKey) (ClaimInstall, error)) error {
	ch, _, exchange, err := Initiate(rw, ToLock, MaxMail)
	if err != nil {
		return err
	}
	d := dialogue{ch}
	m, err := d.ask(Message{ClaimStart: &ClaimStart{Proof: claimProof(code, "installer", ch.Handshake())}})
	if err != nil {
		return err
	}
	if m.ClaimIdentity == nil {
		return claimAnswer(m)
	}
	want := claimProof(code, "lock", ch.Handshake())
	if !hmac.Equal(want[:], m.ClaimIdentity.Proof[:]) {
		return credential.Refuse(credential.CodeLockIdentity, "the lock does not know its code")
	}
	install, err := certify(m.ClaimIdentity.Key, exchange)
	if err != nil {
		return err
	}
	if m, err = d.ask(Message{ClaimInstall: &install}); err != nil {
		return err
	}
	return claimAnswer(m)
}

func claimAnswer(m Message) error {
	switch {
	case m.Claimed == nil:
		return credential.Refuse(credential.CodeProtocol, "the lock answered something else")
	case m.Claimed.Code != credential.OK:
		return credential.Refuse(m.Claimed.Code, "")
	}
	return nil
}
