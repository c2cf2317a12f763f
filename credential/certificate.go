package credential

import (
	"time"
)

// Role says what a certificate's key may sign.
type Role uint8

// The roles. The root has no certificate: its public key is installed when a lock is claimed or a key enrolled.
const (
	RoleGrantIssuer Role = 1
	RoleStationCA   Role = 2
	RoleDeviceCA    Role = 3
	RoleRevocation  Role = 4
	RoleConfig      Role = 5
	RoleStation     Role = 6
	RoleLock        Role = 7
	RoleKey         Role = 8
)

// parent is the role that signs certificates of role r; 0 stands for the root.
func (r Role) parent() Role {
	switch r {
	case RoleStation:
		return RoleStationCA
	case RoleLock, RoleKey:
		return RoleDeviceCA
	}
	return 0
}

// Caps that are compiled in: whatever was signed, nothing is accepted beyond them. ClockSkew is the tolerance for
// clocks of server and station that differ a little; a grant begins at a whole hour, which costs it up to one hour more.
const (
	ClockSkew         = time.Hour
	MaxGrantLife      = 5*24*time.Hour + ClockSkew
	MaxActivationLife = 16 * time.Hour
	MaxStationLife    = 7*24*time.Hour + ClockSkew
)

// Certificate binds keys to a role and a number. Lock and station certificates carry an exchange key too.
type Certificate struct {
	Issuer    KeyHash     `cbor:"1,keyasint"` // hash of the signing key
	Subject   uint32      `cbor:"2,keyasint"` // lock number, key id or station id; 0 for authorities
	Expires   Instant     `cbor:"4,keyasint"` // first instant at which it is no longer valid
	NotBefore Instant     `cbor:"5,keyasint"`
	Serial    uint64      `cbor:"7,keyasint"` // names the certificate in block lists
	Key       PublicKey   `cbor:"8,keyasint"`
	Role      Role        `cbor:"10,keyasint"`
	Group     uint32      `cbor:"11,keyasint,omitempty"` // station and key: the group whose keys it activates or belongs to
	Cap       uint16      `cbor:"12,keyasint,omitempty"` // issuer: longest life in hours of what it signs; 0 is only the compiled cap
	Epoch     uint32      `cbor:"13,keyasint,omitempty"` // revocation: the only epoch in which its block lists count
	Exchange  ExchangeKey `cbor:"14,keyasint,omitzero"`
}

func (c Certificate) check() error {
	switch {
	case c.Role < RoleGrantIssuer || c.Role > RoleKey:
		return Refuse(CodeMalformed, "role %d does not exist", c.Role)
	case !validSpan(c.NotBefore, c.Expires):
		return Refuse(CodeMalformed, "certificate ends before it begins")
	case (c.Role == RoleLock || c.Role == RoleStation) == c.Exchange.IsZero():
		return Refuse(CodeMalformed, "exactly lock and station certificates carry an exchange key")
	case c.Role == RoleStation && c.Expires.Sub(c.NotBefore) > MaxStationLife:
		return Refuse(CodeCaps, "station certificate lives %v", c.Expires.Sub(c.NotBefore))
	}
	return nil
}

func validSpan(from, until Instant) bool { return from.Valid() && until.Valid() && from < until }

// ValidAt reports whether t lies within the certificate's life, which is half-open.
func (c Certificate) ValidAt(t Instant) bool { return c.NotBefore <= t && t < c.Expires }

// ReadCertificate reads a certificate and checks its form and its life's cap, without judging the signature.
func (v Verifier) ReadCertificate(raw []byte) (Object[Certificate], error) {
	o, err := read[Certificate](v, raw)
	if err == nil {
		err = o.Body.check()
	}
	return o, err
}

// ParseCertificate reads a certificate without judging it.
func ParseCertificate(raw []byte) (Certificate, error) {
	o, err := Verifier{}.ReadCertificate(raw)
	return o.Body, err
}

// Certificate verifies that signer signed raw, and its form. Time and blocking are the caller's.
func (v Verifier) Certificate(raw []byte, signer PublicKey) (Certificate, error) {
	o, err := v.ReadCertificate(raw)
	if err == nil {
		err = v.certificate(o, signer)
	}
	if err != nil {
		return Certificate{}, err
	}
	return o.Body, nil
}

func (v Verifier) certificate(o Object[Certificate], signer PublicKey) error {
	if err := o.Check(v, KindCertificate, signer); err != nil {
		return err
	}
	if o.Body.Issuer != signer.Hash() {
		return Refuse(CodeChain, "names another issuer than its signer")
	}
	return nil
}

// Chain verifies a certificate of a role that stands directly or with one authority (via) between it and the root. For
// roles that the root signs, via is ignored. A child must have begun within its parent's life; whether they are valid
// now is the caller's question, as a lock may not know what now is.
func (v Verifier) Chain(root PublicKey, role Role, raw, via []byte) (child, parent Certificate, err error) {
	o, err := v.ReadCertificate(raw)
	if err != nil {
		return child, parent, err
	}
	return v.ChainOf(root, role, o, via)
}

// ChainOf is [Verifier.Chain] for a certificate that has been read.
func (v Verifier) ChainOf(root PublicKey, role Role, o Object[Certificate], via []byte) (child, parent Certificate, err error) {
	signer := root
	if p := role.parent(); p != 0 {
		if parent, err = v.Certificate(via, root); err != nil {
			return child, parent, chainError(err)
		}
		if parent.Role != p {
			return child, parent, Refuse(CodeChain, "signed by role %d, %d needed", parent.Role, p)
		}
		signer = parent.Key
	}
	if err = v.certificate(o, signer); err != nil {
		return child, parent, chainError(err)
	}
	if child = o.Body; child.Role != role {
		return child, parent, Refuse(CodeChain, "certificate of role %d, %d needed", child.Role, role)
	}
	if role.parent() != 0 && !parent.ValidAt(child.NotBefore) {
		return child, parent, Refuse(CodeChain, "issued outside its authority's life")
	}
	return child, parent, nil
}

func chainError(err error) error {
	if CodeOf(err) == CodeSignature {
		return recode(err, CodeChain)
	}
	return err
}
