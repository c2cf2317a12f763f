package credential

import (
	"crypto/sha256"
	"time"
)

// Hour is the grid on which grants begin, so that a leaf's hours meet local midnights.
const Hour Instant = 3600

// Grant is what a key may open, as the root of a tree over its leaves. It opens nothing without an activation.
type Grant struct {
	Issuer     KeyHash   `cbor:"1,keyasint"`
	Key        uint32    `cbor:"2,keyasint"` // key id
	Expires    Instant   `cbor:"4,keyasint"`
	NotBefore  Instant   `cbor:"5,keyasint"` // a whole hour, UTC
	Serial     uint64    `cbor:"7,keyasint"`
	Holder     PublicKey `cbor:"8,keyasint"`           // whoever presents the grant must hold its secret
	Root       Hash      `cbor:"10,keyasint"`          // RFC 6962 tree over the leaves
	Size       uint32    `cbor:"11,keyasint"`          // number of leaves, padded to a power of two
	Generation uint32    `cbor:"12,keyasint"`          // below a block list's minimum it is refused
	Blocks     Version   `cbor:"13,keyasint"`          // newest block list when issued; a key that shows less withholds it
	Shift      uint16    `cbor:"14,keyasint"`          // longest activation, minutes
	Group      uint32    `cbor:"15,keyasint"`          // the key's group: stations of this group, and of group 0, may activate it
	Zone       Zone      `cbor:"16,keyasint,omitzero"` // local time, for leaves with a window
}

func (g Grant) check() error {
	switch {
	case !validSpan(g.NotBefore, g.Expires):
		return Refuse(CodeMalformed, "grant ends before it begins")
	case g.NotBefore%Hour != 0:
		return Refuse(CodeMalformed, "grant does not begin at a whole hour")
	case g.Size == 0 || g.Size > MaxLeaves || g.Size&(g.Size-1) != 0:
		return Refuse(CodeMalformed, "%d leaves is not a power of two up to %d", g.Size, MaxLeaves)
	}
	return g.Zone.check()
}

// CheckCaps refuses a grant that lives longer than any lock accepts or than its issuer may sign.
func (g Grant) CheckCaps(issuer Certificate) error {
	life := g.Expires.Sub(g.NotBefore)
	if life > MaxGrantLife || issuer.Cap != 0 && life > time.Duration(issuer.Cap)*time.Hour {
		return Refuse(CodeCaps, "grant lives %v", life)
	}
	return nil
}

// GrantHash names the exact bytes of a grant: the first 16 bytes of SHA-256.
type GrantHash [16]byte

// HashGrant returns the hash that an activation carries.
func HashGrant(raw []byte) GrantHash {
	d := sha256.Sum256(raw)
	return GrantHash(d[:16])
}

// ParseGrant reads a grant without judging it.
func ParseGrant(raw []byte) (Grant, error) {
	g, err := Parse[Grant](raw, MaxObject)
	if err == nil {
		err = g.check()
	}
	return g, err
}

// Grant verifies that issuer signed raw, and its form. Caps, time and blocking are the caller's.
func (v Verifier) Grant(raw []byte, issuer PublicKey) (Grant, error) {
	o, err := read[Grant](v, raw)
	if err == nil {
		err = o.Check(v, KindGrant, issuer)
	}
	if err != nil {
		return Grant{}, err
	}
	return o.Body, o.Body.check()
}

// GrantSigned verifies the signatures from the root to a grant. Whether the signer may issue grants, caps, time and blocking
// are the caller's.
func (v Verifier) GrantSigned(root PublicKey, raw, issuer []byte) (Grant, Certificate, error) {
	c, err := v.Certificate(issuer, root)
	if err != nil {
		return Grant{}, c, grantError(err)
	}
	g, err := v.Grant(raw, c.Key)
	return g, c, grantError(err)
}

// GrantChain verifies a grant from the root: signatures, the issuer's role and the caps. It returns the issuer's
// certificate for the caller's checks of time and blocking.
func (v Verifier) GrantChain(root PublicKey, raw, issuer []byte) (Grant, Certificate, error) {
	g, c, err := v.GrantSigned(root, raw, issuer)
	if err == nil {
		err = g.CheckIssuer(c)
	}
	if err == nil {
		err = g.CheckCaps(c)
	}
	return g, c, err
}

// CheckIssuer refuses a grant whose signer has another role, another name or had not begun.
func (g Grant) CheckIssuer(c Certificate) error {
	if c.Role != RoleGrantIssuer || g.Issuer != c.Key.Hash() || !c.ValidAt(g.NotBefore) {
		return Refuse(CodeIssuerRole, "role %d, or outside its life", c.Role)
	}
	return nil
}

func grantError(err error) error {
	if c := CodeOf(err); c == CodeSignature || c == CodeChain {
		return recode(err, CodeGrantSignature)
	}
	return err
}

// Activation makes one grant open doors for one person's shift.
type Activation struct {
	Station   uint32    `cbor:"1,keyasint"`
	Key       uint32    `cbor:"2,keyasint"`
	Expires   Instant   `cbor:"4,keyasint"`
	NotBefore Instant   `cbor:"5,keyasint"`
	Serial    uint64    `cbor:"7,keyasint"` // station id << 32 | the station's counter: see ActivationSerial
	Grant     GrantHash `cbor:"10,keyasint"`
	Staff     uint64    `cbor:"11,keyasint"`           // pseudonym; only the server knows whose
	Rights    Rights    `cbor:"12,keyasint,omitempty"` // narrows the leaves' rights; 0 narrows nothing
}

// ActivationSerial is globally unique as long as a station never repeats a counter.
func ActivationSerial(station, counter uint32) uint64 { return uint64(station)<<32 | uint64(counter) }

func (a Activation) check() error {
	if !validSpan(a.NotBefore, a.Expires) {
		return Refuse(CodeMalformed, "activation ends before it begins")
	}
	return nil
}

// CheckCaps refuses an activation that lives longer than any lock accepts.
func (a Activation) CheckCaps() error {
	if life := a.Expires.Sub(a.NotBefore); life > MaxActivationLife {
		return Refuse(CodeCaps, "activation lives %v", life)
	}
	return nil
}

// Within refuses an activation that exceeds the grant in time, shift or key.
func (a Activation) Within(g Grant) error {
	switch {
	case a.Key != g.Key:
		return Refuse(CodeOutsideGrant, "activation of key %d, grant of key %d", a.Key, g.Key)
	case a.NotBefore < g.NotBefore || a.Expires > g.Expires:
		return Refuse(CodeOutsideGrant, "activation reaches outside the grant's life")
	case a.Expires.Sub(a.NotBefore) > time.Duration(g.Shift)*time.Minute:
		return Refuse(CodeOutsideGrant, "activation is longer than the grant's shift of %d min", g.Shift)
	}
	return nil
}

// ReadActivation reads an activation and checks its form, without judging the signature.
func (v Verifier) ReadActivation(raw []byte) (Object[Activation], error) {
	o, err := read[Activation](v, raw)
	if err == nil {
		err = o.Body.check()
	}
	return o, err
}

// ParseActivation reads an activation without judging it.
func ParseActivation(raw []byte) (Activation, error) {
	o, err := Verifier{}.ReadActivation(raw)
	return o.Body, err
}

// Activation verifies that station signed raw, and its form.
func (v Verifier) Activation(raw []byte, station PublicKey) (Activation, error) {
	o, err := v.ReadActivation(raw)
	if err != nil {
		return Activation{}, err
	}
	return v.ActivationOf(o, station)
}

// ActivationOf is [Verifier.Activation] for one that has been read.
func (v Verifier) ActivationOf(o Object[Activation], station PublicKey) (Activation, error) {
	if err := o.Check(v, KindActivation, station); err != nil {
		return Activation{}, recode(err, CodeActivationSig)
	}
	return o.Body, nil
}

// SignActivation is what a station does after it has identified a person. It refuses what no lock would accept.
func SignActivation(station *Identity, a Activation, g Grant) ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if err := a.CheckCaps(); err != nil {
		return nil, err
	}
	if err := a.Within(g); err != nil {
		return nil, err
	}
	return Sign(station.Signing, KindActivation, a)
}
