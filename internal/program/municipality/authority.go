package municipality

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"

	"hemnyckel/credential"
)

// storedAuthority is how the signing roles lie in the database until key files take over.
type storedAuthority struct {
	Root   credential.PublicKey `cbor:"1,keyasint"`
	Next   credential.Hash      `cbor:"2,keyasint"`
	Ingest []byte               `cbor:"3,keyasint"`
	Roles  []storedRole         `cbor:"4,keyasint"`
}

type storedRole struct {
	Secret      []byte `cbor:"1,keyasint"`
	Certificate []byte `cbor:"2,keyasint"`
}

func packAuthority(m credential.Material) ([]byte, error) {
	ingest, ok := m.Ingest[0].(*ecdh.PrivateKey)
	if !ok {
		return nil, errors.New("municipality: the ingest key cannot be stored")
	}
	s := storedAuthority{Root: m.Root, Next: m.Next, Ingest: ingest.Bytes()}
	for _, role := range credential.AuthorityRoles() {
		key, ok := m.Roles[role].Signer.(*ecdsa.PrivateKey)
		if !ok {
			return nil, errors.New("municipality: a role's key cannot be stored")
		}
		secret, err := key.Bytes()
		if err != nil {
			return nil, err
		}
		s.Roles = append(s.Roles, storedRole{Secret: secret, Certificate: m.Roles[role].Certificates[0]})
	}
	return credential.Encode(s)
}

func unpackAuthority(b []byte) (*credential.Authority, error) {
	s, err := credential.Decode[storedAuthority](b, 8<<10)
	if err != nil {
		return nil, err
	}
	ingest, err := ecdh.X25519().NewPrivateKey(s.Ingest)
	if err != nil {
		return nil, err
	}
	roles := credential.AuthorityRoles()
	if len(s.Roles) != len(roles) {
		return nil, credential.Refuse(credential.CodeVersion, "%d roles", len(s.Roles))
	}
	m := credential.Material{Root: s.Root, Next: s.Next, Ingest: []ecdh.KeyExchanger{ingest}, Roles: map[credential.Role]credential.RoleSigner{}}
	for i, role := range roles {
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), s.Roles[i].Secret)
		if err != nil {
			return nil, err
		}
		m.Roles[role] = credential.RoleSigner{Signer: key, Certificates: [][]byte{s.Roles[i].Certificate}}
	}
	return credential.LoadAuthority(m)
}
