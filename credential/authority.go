package credential

import (
	"crypto"
	"crypto/ecdh"
	"slices"
	"sync/atomic"
	"time"
)

// Lives of what an Authority issues.
const (
	StationLife = 7 * 24 * time.Hour
	DeviceLife  = 10 * 365 * 24 * time.Hour // lock and key certificates; blocking ends them earlier
	GrantLife   = 5 * 24 * time.Hour
)

// Authority issues what a municipality's online roles sign. It never has the root's secret: that signs the roles'
// certificates somewhere else ([RootSecrets]). It is safe for concurrent use; [Authority.Replace] gives it other keys while
// it is used, so that a change of key is no stop.
type Authority struct {
	held atomic.Pointer[held]
}

// Material is what an Authority works with: public facts, and signers that may lie in a file, a hardware module or anywhere
// else.
type Material struct {
	Root       PublicKey
	Next       Hash     // commitment to the next root ([CommitRoot]); zero: the root cannot be changed
	Statements [][]byte // of changes of root, oldest first
	Roles      map[Role]RoleSigner
	Ingest     []ecdh.KeyExchanger // X25519: the one in use, the announced next one if any, former ones
	Announced  bool                // Ingest[1] is the next one, not a former one
	Config     uint32              // version of the locks' configurations: goes up when what they say changes
}

// RoleSigner is one role's signer and its certificates: the one in use first, then former ones that something which still lives
// was signed by.
type RoleSigner struct {
	Signer       crypto.Signer
	Certificates [][]byte
}

// held is a Material whose every part has been verified. It is never changed, only replaced.
type held struct {
	Material
	roles map[Role]signingRole
}

type signingRole struct {
	signer crypto.Signer
	raw    [][]byte    // certificates, the one in use first
	cert   Certificate // the one in use
	former []Certificate
}

// NewAuthority makes a complete set of keys and certificates, valid from now, in memory: for simulations, measurements and
// tests. Nobody keeps the root's secret, so it never changes.
func NewAuthority(now time.Time) (*Authority, error) {
	_, m, err := NewMaterial(now)
	if err != nil {
		return nil, err
	}
	return LoadAuthority(m)
}

// LoadAuthority returns an Authority that works with m, of which every certificate and every public key is verified.
func LoadAuthority(m Material) (*Authority, error) {
	a := &Authority{}
	return a, a.Replace(m)
}

// Replace gives the Authority other keys from now on. If they do not fit together it keeps those that it has.
func (a *Authority) Replace(m Material) error {
	h := &held{Material: m, roles: map[Role]signingRole{}}
	if len(m.Ingest) == 0 || m.Announced && len(m.Ingest) < 2 {
		return Refuse(CodeMalformed, "no ingest key")
	}
	for _, k := range m.Ingest {
		if k.Curve() != ecdh.X25519() {
			return Refuse(CodeMalformed, "an ingest key is on another curve than X25519")
		}
	}
	for _, role := range AuthorityRoles() {
		r, err := verifiedRole(m.Root, role, m.Roles[role])
		if err != nil {
			return err
		}
		h.roles[role] = r
	}
	a.held.Store(h)
	return nil
}

// verifiedRole checks a role's certificates against the root, and that its signer is the one that the first of them names.
func verifiedRole(root PublicKey, role Role, k RoleSigner) (signingRole, error) {
	if k.Signer == nil || len(k.Certificates) == 0 {
		return signingRole{}, Refuse(CodeChain, "role %d has no key or no certificate", role)
	}
	r := signingRole{signer: k.Signer, raw: k.Certificates}
	for _, raw := range k.Certificates {
		c, _, err := Verifier{}.Chain(root, role, raw, nil)
		if err != nil {
			return signingRole{}, err
		}
		r.former = append(r.former, c)
	}
	r.cert = r.former[0]
	if pub, err := PublicKeyOf(k.Signer); err != nil || pub != r.cert.Key {
		return signingRole{}, Refuse(CodeChain, "role %d: secret and certificate do not belong together", role)
	}
	return r, nil
}

// Snapshot is the Authority as it is now: what it signs and the certificates that it gives belong together, whatever keys the
// original gets meanwhile.
func (a *Authority) Snapshot() *Authority {
	s := &Authority{}
	s.held.Store(a.held.Load())
	return s
}

// Root is the public key that locks and keys trust.
func (a *Authority) Root() PublicKey { return a.held.Load().Root }

// NextRoot is the commitment to the root that comes next; zero if there is none.
func (a *Authority) NextRoot() Hash { return a.held.Load().Next }

// RootStatements are the newest changes of root, at most MaxRootStatements, oldest first.
func (a *Authority) RootStatements() [][]byte {
	s := a.held.Load().Statements
	return slices.Clone(s[max(0, len(s)-MaxRootStatements):])
}

// Ingest is the key that locks seal their batches to.
func (a *Authority) Ingest() ExchangeKey { return exchangeKeyOf(a.held.Load().Ingest[0]) }

// NextIngest is the key that Ingest will be; zero if none is announced.
func (a *Authority) NextIngest() ExchangeKey {
	h := a.held.Load()
	if !h.Announced {
		return ExchangeKey{}
	}
	return exchangeKeyOf(h.Ingest[1])
}

// Certificate is the signed certificate of a role below the root, nil for a role that has none here.
func (a *Authority) Certificate(r Role) []byte {
	if all := a.held.Load().roles[r].raw; len(all) > 0 {
		return all[0]
	}
	return nil
}

// InUse is what the certificate that a role signs under says; zero for a role that has none here.
func (a *Authority) InUse(r Role) Certificate { return a.held.Load().roles[r].cert }

// Certificates are all that a role has and has had, the one in use first: what was signed before a change of key still
// leads to the root through an earlier one.
func (a *Authority) Certificates(r Role) [][]byte { return slices.Clone(a.held.Load().roles[r].raw) }

// IssuerOf returns the certificate of the role that signed a lock's, key's or station's certificate, nil if it is none that
// is known.
func (a *Authority) IssuerOf(certificate []byte) []byte {
	c, err := ParseCertificate(certificate)
	if err != nil {
		return nil
	}
	r := a.held.Load().roles[c.Role.parent()]
	for i, f := range r.former {
		if f.Key.Hash() == c.Issuer && f.ValidAt(c.NotBefore) {
			return r.raw[i]
		}
	}
	return nil
}

// signing is a role that may sign now. One whose certificate has ended refuses here, where somebody can do something about
// it, and not at the doors.
func (a *Authority) signing(r Role, now time.Time) (signingRole, error) {
	s := a.held.Load().roles[r]
	if !s.cert.ValidAt(At(now)) {
		return s, Refuse(CodeCertTime, "the certificate of role %d was valid from %v until %v", r, s.cert.NotBefore.Time(), s.cert.Expires.Time())
	}
	return s, nil
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
	ca, err := a.signing(by, now)
	if err != nil {
		return nil, err
	}
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
// (GrantStart, or when the issuer's certificate began if that is later) and Expires (five days after now).
func (a *Authority) IssueGrant(g Grant, t *Tree, now time.Time) ([]byte, error) {
	issuer, err := a.signing(RoleGrantIssuer, now)
	if err != nil {
		return nil, err
	}
	g.Issuer, g.Root, g.Size = issuer.cert.Key.Hash(), t.Root(), t.Size()
	if g.Serial == 0 {
		g.Serial = NewSerial()
	}
	if g.NotBefore == 0 {
		g.NotBefore = max(GrantStart(now), issuer.cert.NotBefore)
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
	r, err := a.signing(RoleRevocation, now)
	if err != nil {
		return nil, err
	}
	b.Issuer, b.IssuedAt, b.Version.Epoch = r.cert.Key.Hash(), At(now), r.cert.Epoch
	if err := b.check(); err != nil {
		return nil, err
	}
	return Sign(r.signer, KindBlockList, b)
}

// IssueConfig signs a lock's configuration. It fills in Issuer, IssuedAt, the ingest keys and, if there is none, the version.
func (a *Authority) IssueConfig(c LockConfig, now time.Time) ([]byte, error) {
	r, err := a.signing(RoleConfig, now)
	if err != nil {
		return nil, err
	}
	c.Issuer, c.IssuedAt, c.Ingest = r.cert.Key.Hash(), At(now), a.Ingest()
	if c.Version == 0 {
		c.Version = a.ConfigVersion()
	}
	if c.NextIngest = a.NextIngest(); !c.NextIngest.IsZero() {
		c.IngestEnds = At(now).Add(IngestOverlap)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return Sign(r.signer, KindConfig, c)
}

// ConfigVersion is the version of the configurations that every lock should have.
func (a *Authority) ConfigVersion() uint32 { return max(1, a.held.Load().Config) }

// IssueTime signs the time, for a lock's nonce or (zero) for any lock.
func (a *Authority) IssueTime(nonce [8]byte, now time.Time) ([]byte, error) {
	r, err := a.signing(RoleConfig, now)
	if err != nil {
		return nil, err
	}
	return Sign(r.signer, KindTimeToken, TimeToken{Issuer: r.cert.Key.Hash(), IssuedAt: At(now), Nonce: nonce})
}

// OpenBatch opens a sealed batch and reads it; the caller verifies it by the lock's key ([Verifier.CheckBatch]).
func (a *Authority) OpenBatch(sealed []byte) (signed []byte, batch Object[LogBatch], err error) {
	if signed, err = OpenBatch(sealed, a.held.Load().Ingest...); err == nil {
		batch, err = ReadBatch(signed)
	}
	return signed, batch, err
}

func exchangeKeyOf(k ecdh.KeyExchanger) ExchangeKey { return ExchangeKey(k.PublicKey().Bytes()) }
