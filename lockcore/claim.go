package lockcore

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strings"
	"time"

	"hemnyckel/credential"
)

// Claiming needs the code inside the lock, the button inside, and a mandate for this lock whose installer is there. The code is
// 80 random bits. It is never sent: each end shows a MAC over the channel's handshake, which differs for every pair of
// ends, so that neither a rogue lock nor someone in between learns or relays anything. A lock that belongs to nobody cannot know
// which municipality is the right one; what it checks is that one municipality stands behind everything that it is given.

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
	code := credential.OK
	switch {
	case l.claim != nil:
		code = credential.CodeClaimed
	case !hmac.Equal(want[:], m.Proof[:]):
		code = credential.CodeClaimCode
	case !l.cfg.Button():
		code = credential.CodeButton
	}
	if code != credential.OK {
		s.next = stageDone
		return Message{Claimed: &Claimed{Code: code}}, nil
	}
	s.next = stageInstall
	return Message{ClaimIdentity: &ClaimIdentity{Proof: claimProof(l.code, "lock", s.s.hash), Key: l.id.PublicKey()}}, nil
}

func (s *Session) claimInstall(m *ClaimInstall) (Message, error) {
	s.next = stageDone
	return Message{Claimed: &Claimed{Code: credential.CodeOf(s.lock.install(m, s.s.hash))}}, nil
}

// install takes the municipality's root, this lock's certificate and its configuration, if they fit together and fit this lock.
func (l *Lock) install(m *ClaimInstall, handshake credential.Hash) error {
	if l.claim != nil {
		return credential.Refuse(credential.CodeClaimed, "another installer was quicker")
	}
	var memory Memory // what is verified here no visitor has to wait for
	v := credential.Verifier{Memory: &memory}
	cert, _, err := v.Chain(m.Root, credential.RoleLock, m.Certificate, m.DeviceCA)
	if err != nil {
		return err
	}
	if cert.Key != l.id.PublicKey() || cert.Exchange != l.id.ExchangeKey() || cert.Subject == 0 {
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
	mandate, _, err := v.Mandate(m.Root, m.Mandate, m.DeviceCA, l.id.PublicKey(), credential.MandateClaim)
	if err != nil {
		return err
	}
	if mandate.Expires <= cfg.IssuedAt || v.Possession(m.Proof, handshake, 0, mandate.Installer) != nil {
		return credential.Refuse(credential.CodeInstaller, "expired, or not the installer's device")
	}
	if m.Next == (credential.Hash{}) {
		return credential.Refuse(credential.CodeRoot, "no commitment to the next root: this one could never be changed")
	}
	roots := credential.Roots{Root: m.Root, Next: m.Next, Epoch: m.RootEpoch}
	mine := claim{Roots: roots, Number: cert.Subject, Certificate: m.Certificate}
	known, err := m.authorities(v)
	if err != nil {
		return err
	}
	c := l.begin()
	c.put(SlotClaim, mine)
	c.put(SlotKnown, known)
	state := c.setConfig(m.Config, m.Authority, authority, cfg)
	c.append(credential.Record{Event: credential.EventClaimed, Activation: mandate.Serial})
	if err := c.commit(); err != nil {
		return err
	}
	l.claim, l.config, l.known, l.memory = &mine, state, known, memory
	l.warm()
	return nil
}

// authorities are the certificates that the lock is given so that no key need send them.
func (m *ClaimInstall) authorities(v credential.Verifier) (certificates, error) {
	if len(m.Authorities) > maxKnown {
		return nil, credential.Refuse(credential.CodeMalformed, "%d authorities, at most %d", len(m.Authorities), maxKnown)
	}
	for _, raw := range m.Authorities {
		if _, err := v.Certificate(raw, m.Root); err != nil {
			return nil, err
		}
	}
	return m.Authorities, nil
}

// Candidate is a lock that asks to be taken into use, and the device of whoever stands at it.
type Candidate struct {
	Key       credential.PublicKey
	Exchange  credential.ExchangeKey
	Installer credential.PublicKey // for the mandate
}

// NewInstall is what a municipality gives a candidate that it has certified: certificate and config are for it.
func NewInstall(a *credential.Authority, c Candidate, certificate, config []byte, now time.Time) (ClaimInstall, error) {
	mandate, err := a.IssueMandate(credential.Mandate{Lock: c.Key.Hash(), Installer: c.Installer, Purpose: credential.MandateClaim}, now)
	roots := a.Roots()
	return ClaimInstall{
		Root: roots.Root, Next: roots.Next, RootEpoch: roots.Epoch, Certificate: certificate, Config: config, Mandate: mandate,
		DeviceCA: a.Certificate(credential.RoleDeviceCA), Authority: a.Certificate(credential.RoleConfig),
		Authorities: [][]byte{a.Certificate(credential.RoleGrantIssuer), a.Certificate(credential.RoleStationCA)},
	}, err
}

// Claim is the installer's end: it proves the code, checks that the lock knows it too, has certify make what shall be
// installed for the candidate, and installs it. The installer's key is made for this claim alone: whoever certifies knows who asks.
func Claim(rw io.ReadWriter, code string, certify func(Candidate) (ClaimInstall, error)) error {
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
	device, err := credential.NewSigningKey()
	if err != nil {
		return err
	}
	candidate := Candidate{Key: m.ClaimIdentity.Key, Exchange: exchange}
	if candidate.Installer, err = credential.PublicKeyOf(device); err != nil {
		return err
	}
	install, err := certify(candidate)
	if err != nil {
		return err
	}
	if install.Proof, err = credential.SignPossession(device, ch.Handshake(), 0); err != nil {
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
