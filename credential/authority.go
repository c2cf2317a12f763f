package credential

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"fmt"
	"time"
)

// Lives of what an Authority issues.
const (
	AuthorityLife = 365 * 24 * time.Hour
	RootLife      = 20 * 365 * 24 * time.Hour
	StationLife   = 7 * 24 * time.Hour
	DeviceLife    = 10 * 365 * 24 * time.Hour // lock and key certificates; blocking ends them earlier
	GrantLife     = 5 * 24 * time.Hour
)

// authorityRoles are the roles below the root, in the order of Authority's storage.
var authorityRoles = [...]Role{RoleGrantIssuer, RoleStationCA, RoleDeviceCA, RoleRevocation, RoleConfig}

// Authority holds a municipality's signing roles and issues what they sign. It is safe for concurrent use once made.
//
// In this first form every role and the root are keys in one value that the server stores; issue 03 takes the root
// offline and lets each role be a crypto.Signer of its own (a file or an HSM).
type Authority struct {
	root   crypto.Signer
	ingest *ecdh.PrivateKey
	roles  map[Role]signingRole
}

type signingRole struct {
	signer crypto.Signer
	raw    []byte // certificate
	cert   Certificate
}

// NewAuthority makes a complete set of keys and certificates, valid from now.
func NewAuthority(now time.Time) (*Authority, error) {
	root, err := NewSigningKey()
	if err != nil {
		return nil, err
	}
	ingest, err := NewExchangeKey()
	if err != nil {
		return nil, err
	}
	a := &Authority{root: root, ingest: ingest, roles: map[Role]signingRole{}}
	for _, role := range authorityRoles {
		if err := a.newRole(role, At(now)); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *Authority) newRole(role Role, now Instant) error {
	key, err := NewSigningKey()
	if err != nil {
		return err
	}
	pub, err := PublicKeyOf(key)
	if err != nil {
		return err
	}
	c := Certificate{
		Issuer: a.Root().Hash(), Serial: NewSerial(), Key: pub, Role: role,
		NotBefore: now.Add(-ClockSkew), Expires: now.Add(AuthorityLife),
	}
	if role == RoleRevocation {
		c.Epoch = 1
	}
	raw, err := Sign(a.root, KindCertificate, c)
	if err != nil {
		return err
	}
	a.roles[role] = signingRole{signer: key, raw: raw, cert: c}
	return nil
}

// Root is the public key that locks and keys trust.
func (a *Authority) Root() PublicKey {
	p, err := PublicKeyOf(a.root)
	if err != nil {
		panic(err) // checked when made
	}
	return p
}

// Ingest opens sealed batches.
func (a *Authority) Ingest() *ecdh.PrivateKey { return a.ingest }

// Certificate is the signed certificate of a role below the root, nil for a role that has none here.
func (a *Authority) Certificate(r Role) []byte { return a.roles[r].raw }

// secretSet is how an Authority is stored.
type secretSet struct {
	Version uint8      `cbor:"1,keyasint"`
	Root    []byte     `cbor:"2,keyasint"`
	Ingest  []byte     `cbor:"3,keyasint"`
	Roles   []roleFile `cbor:"4,keyasint"`
}

type roleFile struct {
	Secret      []byte `cbor:"1,keyasint"`
	Certificate []byte `cbor:"2,keyasint"`
}

// Marshal is the secret form of the whole set. Whoever stores it keeps it secret.
func (a *Authority) Marshal() ([]byte, error) {
	root, err := secretOf(a.root)
	if err != nil {
		return nil, err
	}
	s := secretSet{Version: 1, Root: root, Ingest: a.ingest.Bytes()}
	for _, role := range authorityRoles {
		secret, err := secretOf(a.roles[role].signer)
		if err != nil {
			return nil, err
		}
		s.Roles = append(s.Roles, roleFile{Secret: secret, Certificate: a.roles[role].raw})
	}
	return Encode(s)
}

func secretOf(s crypto.Signer) ([]byte, error) {
	k, ok := s.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("credential: a %T keeps its secret to itself and cannot be stored", s)
	}
	return k.Bytes()
}

// UnmarshalAuthority reads what Marshal wrote and verifies every certificate against the root.
func UnmarshalAuthority(b []byte) (*Authority, error) {
	s, err := Decode[secretSet](b, 8<<10)
	if err != nil {
		return nil, err
	}
	if s.Version != 1 || len(s.Roles) != len(authorityRoles) {
		return nil, Refuse(CodeVersion, "secret set of version %d with %d roles", s.Version, len(s.Roles))
	}
	root, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), s.Root)
	if err != nil {
		return nil, Refuse(CodeMalformed, "root: %w", err)
	}
	ingest, err := ecdh.X25519().NewPrivateKey(s.Ingest)
	if err != nil {
		return nil, Refuse(CodeMalformed, "ingest key: %w", err)
	}
	a := &Authority{root: root, ingest: ingest, roles: map[Role]signingRole{}}
	for i, role := range authorityRoles {
		if err := a.loadRole(role, s.Roles[i]); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *Authority) loadRole(role Role, f roleFile) error {
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), f.Secret)
	if err != nil {
		return Refuse(CodeMalformed, "role %d: %w", role, err)
	}
	c, _, err := Verifier{}.Chain(a.Root(), role, f.Certificate, nil)
	if err != nil {
		return err
	}
	if pub, err := PublicKeyOf(key); err != nil || pub != c.Key {
		return Refuse(CodeChain, "role %d: secret and certificate do not belong together", role)
	}
	a.roles[role] = signingRole{signer: key, raw: f.Certificate, cert: c}
	return nil
}

// IssueKey certifies a key.
func (a *Authority) IssueKey(id, group uint32, key PublicKey, now time.Time) ([]byte, error) {
	return a.device(Certificate{Role: RoleKey, Subject: id, Group: group, Key: key}, now)
}

// IssueLock certifies a lock.
func (a *Authority) IssueLock(number uint32, key PublicKey, exchange ExchangeKey, now time.Time) ([]byte, error) {
	return a.device(Certificate{Role: RoleLock, Subject: number, Key: key, Exchange: exchange}, now)
}

func (a *Authority) device(c Certificate, now time.Time) ([]byte, error) {
	return a.certify(RoleDeviceCA, c, now, DeviceLife)
}

// IssueStation certifies a station for seven days.
func (a *Authority) IssueStation(id, group uint32, key PublicKey, exchange ExchangeKey, now time.Time) ([]byte, error) {
	c := Certificate{Role: RoleStation, Subject: id, Group: group, Key: key, Exchange: exchange}
	return a.certify(RoleStationCA, c, now, StationLife)
}

func (a *Authority) certify(by Role, c Certificate, now time.Time, life time.Duration) ([]byte, error) {
	ca := a.roles[by]
	c.Issuer, c.Serial = ca.cert.Key.Hash(), NewSerial()
	c.NotBefore, c.Expires = max(At(now).Add(-ClockSkew), ca.cert.NotBefore), At(now).Add(life)
	if c.Subject == 0 {
		return nil, Refuse(CodeMalformed, "number 0 belongs to nobody")
	}
	if _, err := c.Key.ecdsa(); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return Sign(ca.signer, KindCertificate, c)
}

// GrantStart is the NotBefore of a grant issued at now: the whole hour at or before it.
func GrantStart(now time.Time) Instant { return At(now) / Hour * Hour }

// IssueGrant signs g over the tree. It fills in Issuer, Root and Size, and where they are zero Serial (random), NotBefore
// (GrantStart) and Expires (five days after now).
func (a *Authority) IssueGrant(g Grant, t *Tree, now time.Time) ([]byte, error) {
	issuer := a.roles[RoleGrantIssuer]
	g.Issuer, g.Root, g.Size = issuer.cert.Key.Hash(), t.Root(), t.Size()
	if g.Serial == 0 {
		g.Serial = NewSerial()
	}
	if g.NotBefore == 0 {
		g.NotBefore = GrantStart(now)
	}
	if g.Expires == 0 {
		g.Expires = At(now).Add(GrantLife)
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	if err := g.CheckCaps(issuer.cert); err != nil {
		return nil, err
	}
	return Sign(issuer.signer, KindGrant, g)
}

// IssueBlockList signs a snapshot. It fills in Issuer, IssuedAt and the epoch; the caller gives the number
// ([Version.Next]).
func (a *Authority) IssueBlockList(b BlockList, now time.Time) ([]byte, error) {
	r := a.roles[RoleRevocation]
	b.Issuer, b.IssuedAt, b.Version.Epoch = r.cert.Key.Hash(), At(now), r.cert.Epoch
	if err := b.check(); err != nil {
		return nil, err
	}
	return Sign(r.signer, KindBlockList, b)
}

// IssueConfig signs a lock's configuration. It fills in Issuer, IssuedAt and the ingest key.
func (a *Authority) IssueConfig(c LockConfig, now time.Time) ([]byte, error) {
	r := a.roles[RoleConfig]
	c.Issuer, c.IssuedAt, c.Ingest = r.cert.Key.Hash(), At(now), ExchangeKeyOf(a.ingest)
	if c.Lock == 0 {
		return nil, Refuse(CodeMalformed, "number 0 belongs to no lock")
	}
	return Sign(r.signer, KindConfig, c)
}

// IssueTime signs the time, for a lock's nonce or (zero) for any lock.
func (a *Authority) IssueTime(nonce [8]byte, now time.Time) ([]byte, error) {
	r := a.roles[RoleConfig]
	return Sign(r.signer, KindTimeToken, TimeToken{Issuer: r.cert.Key.Hash(), IssuedAt: At(now), Nonce: nonce})
}

// IssueAck signs an acknowledgement. It fills in Issuer. The caller has the records in its journal before it calls.
func (a *Authority) IssueAck(k Ack) ([]byte, error) {
	r := a.roles[RoleConfig]
	k.Issuer = r.cert.Key.Hash()
	return Sign(r.signer, KindAck, k)
}

// OpenBatch opens a sealed batch and reads it; the caller verifies it by the lock's key ([Verifier.Batch]).
func (a *Authority) OpenBatch(sealed []byte) (signed []byte, batch LogBatch, err error) {
	if signed, err = OpenBatch(sealed, a.ingest); err != nil {
		return nil, LogBatch{}, err
	}
	batch, err = ParseBatch(signed)
	return signed, batch, err
}
