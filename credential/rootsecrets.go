package credential

import (
	"crypto"
	"crypto/ecdh"
	"time"
)

// Lives of roles' certificates.
const (
	AuthorityLife = 365 * 24 * time.Hour
	RootLife      = 20 * 365 * 24 * time.Hour // planned; a root has no certificate that would end
)

// AuthorityRoles are the roles below the root, in ascending order.
func AuthorityRoles() []Role {
	return []Role{RoleGrantIssuer, RoleStationCA, RoleDeviceCA, RoleRevocation, RoleConfig}
}

// RootSecrets are the two secrets that stay away from the server: the root and the next one, which every device has a
// commitment to. They are brought together for minutes, on a machine without a network.
type RootSecrets struct {
	Root, Next crypto.Signer
}

// NewRootSecrets makes both from the system's randomness.
func NewRootSecrets() (RootSecrets, error) {
	root, err := NewSigningKey()
	if err != nil {
		return RootSecrets{}, err
	}
	next, err := NewSigningKey()
	return RootSecrets{Root: root, Next: next}, err
}

// Certify signs the certificate of a role below the root, for a year from now. epoch is that of block lists and counts for
// the revocation role only: one more than the last, when its key is another.
func (s RootSecrets) Certify(role Role, key PublicKey, epoch uint32, now time.Time) ([]byte, error) {
	if role < RoleGrantIssuer || role > RoleConfig {
		return nil, Refuse(CodeMalformed, "the root certifies no role %d", role)
	}
	if _, err := key.ecdsa(); err != nil {
		return nil, err
	}
	c := Certificate{Serial: NewSerial(), Key: key, Role: role, NotBefore: At(now).Add(-ClockSkew), Expires: At(now).Add(AuthorityLife)}
	if role == RoleRevocation {
		c.Epoch = epoch
	}
	return s.sign(c)
}

// Recertify signs a role's certificate anew, after a change of root: the same in everything but its issuer, so that what its
// key has signed lives on and a block of its serial still means it.
func (s RootSecrets) Recertify(certificate []byte) ([]byte, error) {
	c, err := ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	if c.Role > RoleConfig {
		return nil, Refuse(CodeMalformed, "the root certifies no role %d", c.Role)
	}
	return s.sign(c)
}

func (s RootSecrets) sign(c Certificate) ([]byte, error) {
	root, err := PublicKeyOf(s.Root)
	if err != nil {
		return nil, err
	}
	c.Issuer = root.Hash()
	if err := c.check(); err != nil {
		return nil, err
	}
	return Sign(s.Root, KindCertificate, c)
}

// Commitment is the commitment to Next that devices are given.
func (s RootSecrets) Commitment() (Hash, error) {
	next, err := PublicKeyOf(s.Next)
	return CommitRoot(next), err
}

// NewMaterial makes a root, the next root, a key and a certificate for every role and an ingest key, valid from now, all in
// memory. Whoever keeps the secrets decides how.
func NewMaterial(now time.Time) (RootSecrets, Material, error) {
	s, err := NewRootSecrets()
	if err != nil {
		return s, Material{}, err
	}
	m := Material{Roles: map[Role]RoleSigner{}}
	if m.Root, err = PublicKeyOf(s.Root); err != nil {
		return s, m, err
	}
	if m.Next, err = s.Commitment(); err != nil {
		return s, m, err
	}
	ingest, err := NewExchangeKey()
	if err != nil {
		return s, m, err
	}
	m.Ingest = []ecdh.KeyExchanger{ingest}
	for _, role := range AuthorityRoles() {
		if m.Roles[role], err = s.newRole(role, now); err != nil {
			return s, m, err
		}
	}
	return s, m, nil
}

func (s RootSecrets) newRole(role Role, now time.Time) (RoleSigner, error) {
	key, err := NewSigningKey()
	if err != nil {
		return RoleSigner{}, err
	}
	pub, err := PublicKeyOf(key)
	if err != nil {
		return RoleSigner{}, err
	}
	raw, err := s.Certify(role, pub, 1, now)
	return RoleSigner{Signer: key, Certificates: [][]byte{raw}}, err
}
