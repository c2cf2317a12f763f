package credential

import (
	"time"
)

// MandatePurpose is what an installer may do with a lock.
type MandatePurpose uint8

// The purposes.
const (
	MandateClaim MandatePurpose = 1 // take the lock into use
	MandateReset MandatePurpose = 2 // make it a new lock that belongs to nobody
)

// MaxMandateLife bounds a mandate: a week's round of doors without network.
const MaxMandateLife = 7*24*time.Hour + ClockSkew

// Mandate lets whoever holds the installer's key claim or reset one lock, beside what must be done inside the lock by hand. The
// device CA signs it, as it says which locks there are.
type Mandate struct {
	Issuer    KeyHash        `cbor:"1,keyasint"`
	Lock      KeyHash        `cbor:"2,keyasint"` // hash of the lock's signing key: a reset lock is another one
	Expires   Instant        `cbor:"4,keyasint"`
	NotBefore Instant        `cbor:"5,keyasint"`
	Serial    uint64         `cbor:"7,keyasint"` // names it in block lists, as a certificate
	Installer PublicKey      `cbor:"8,keyasint"` // of the device that must be there
	Purpose   MandatePurpose `cbor:"10,keyasint"`
}

func (m Mandate) check() error {
	switch {
	case !validSpan(m.NotBefore, m.Expires):
		return Refuse(CodeMalformed, "mandate ends before it begins")
	case m.Expires.Sub(m.NotBefore) > MaxMandateLife:
		return Refuse(CodeCaps, "mandate lives %v", m.Expires.Sub(m.NotBefore))
	case m.Purpose != MandateClaim && m.Purpose != MandateReset:
		return Refuse(CodeMalformed, "mandate for purpose %d", m.Purpose)
	}
	return nil
}

// ParseMandate reads a mandate without judging it.
func ParseMandate(raw []byte) (Mandate, error) {
	m, err := Parse[Mandate](raw, MaxObject)
	if err == nil {
		err = m.check()
	}
	return m, err
}

// Mandate verifies a mandate from the root, for one lock and purpose. It returns the device CA's certificate for the caller's checks
// of blocking; time and possession of the installer's key are the caller's too.
func (v Verifier) Mandate(root PublicKey, raw, deviceCA []byte, lock PublicKey, purpose MandatePurpose) (Mandate, Certificate, error) {
	ca, _, err := v.Chain(root, RoleDeviceCA, deviceCA, nil)
	if err != nil {
		return Mandate{}, ca, Refuse(CodeInstaller, "%w", err)
	}
	m, err := Verify[Mandate](v, KindMandate, raw, MaxObject, ca.Key)
	if err == nil {
		err = m.check()
	}
	switch {
	case err != nil:
		return Mandate{}, ca, Refuse(CodeInstaller, "%w", err)
	case m.Issuer != ca.Key.Hash() || !ca.ValidAt(m.NotBefore):
		return Mandate{}, ca, Refuse(CodeInstaller, "not from the device authority")
	case m.Lock != lock.Hash() || m.Purpose != purpose:
		return Mandate{}, ca, Refuse(CodeInstaller, "for another lock or purpose")
	}
	return m, ca, nil
}

// IssueMandate signs a mandate. It fills in Issuer, Serial, NotBefore and, where it is zero, Expires: a day from now.
func (a *Authority) IssueMandate(m Mandate, now time.Time) ([]byte, error) {
	ca, err := a.signing(RoleDeviceCA, now)
	if err != nil {
		return nil, err
	}
	m.Issuer, m.Serial, m.NotBefore = ca.cert.Key.Hash(), NewSerial(), max(At(now).Add(-ClockSkew), ca.cert.NotBefore)
	if m.Expires == 0 {
		m.Expires = At(now).Add(24 * time.Hour)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	return Sign(ca.signer, KindMandate, m)
}
