package credential_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"testing"
	"time"

	"hemnyckel/credential"
)

// An Authority takes no keys that do not belong together, and goes on with those that it has.
func TestReplaceWantsKeysThatFit(t *testing.T) {
	_, good, err := credential.NewMaterial(noon)
	if err != nil {
		t.Fatal(err)
	}
	a := must(credential.LoadAuthority(good))(t)
	_, other, err := credential.NewMaterial(noon)
	if err != nil {
		t.Fatal(err)
	}
	role := func(change func(r *credential.RoleSigner)) func(*credential.Material) {
		return func(m *credential.Material) {
			r := m.Roles[credential.RoleConfig]
			change(&r)
			m.Roles[credential.RoleConfig] = r
		}
	}
	for name, change := range map[string]func(*credential.Material){
		"another root":                       func(m *credential.Material) { m.Root = other.Root },
		"no ingest key":                      func(m *credential.Material) { m.Ingest = nil },
		"an announced key that is not there": func(m *credential.Material) { m.Announced = true },
		"an ingest key on P-256": func(m *credential.Material) {
			m.Ingest = []ecdh.KeyExchanger{must(ecdh.P256().GenerateKey(rand.Reader))(t)}
		},
		"a role without a key":         role(func(r *credential.RoleSigner) { r.Signer = nil }),
		"a role without a certificate": role(func(r *credential.RoleSigner) { r.Certificates = nil }),
		"another secret":               role(func(r *credential.RoleSigner) { r.Signer = other.Roles[credential.RoleConfig].Signer }),
		"another role's certificate": role(func(r *credential.RoleSigner) {
			r.Certificates = good.Roles[credential.RoleRevocation].Certificates
		}),
		"a former certificate of another root": role(func(r *credential.RoleSigner) {
			r.Certificates = append(r.Certificates[:1:1], other.Roles[credential.RoleConfig].Certificates...)
		}),
	} {
		m := good
		m.Roles = map[credential.Role]credential.RoleSigner{}
		for r, k := range good.Roles {
			m.Roles[r] = k
		}
		change(&m)
		if err := a.Replace(m); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if a.Root() != good.Root {
		t.Error("a refused replacement has replaced something")
	}
	if _, err := a.IssueTime([8]byte{}, noon); err != nil {
		t.Error(err)
	}
}

// What a snapshot signs fits the certificates that it gives, also when the keys are replaced in between.
func TestASnapshotBelongsTogether(t *testing.T) {
	secrets, m, err := credential.NewMaterial(noon)
	if err != nil {
		t.Fatal(err)
	}
	a := must(credential.LoadAuthority(m))(t)
	before := a.Snapshot()
	key := must(credential.NewSigningKey())(t)
	pub := must(credential.PublicKeyOf(key))(t)
	former := m.Roles[credential.RoleConfig].Certificates
	cert := must(secrets.Certify(credential.RoleConfig, pub, 0, noon.Add(time.Hour)))(t)
	m.Roles[credential.RoleConfig] = credential.RoleSigner{Signer: key, Certificates: append([][]byte{cert}, former...)}
	if err := a.Replace(m); err != nil {
		t.Fatal(err)
	}
	for name, by := range map[string]*credential.Authority{"before": before, "after": a} {
		raw := must(by.IssueTime([8]byte{}, noon.Add(time.Hour)))(t)
		c, _, err := credential.Verifier{}.Chain(by.Root(), credential.RoleConfig, by.Certificate(credential.RoleConfig), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (credential.Verifier{}).TimeToken(raw, c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if before.InUse(credential.RoleConfig).Key == a.InUse(credential.RoleConfig).Key || len(a.Certificates(credential.RoleConfig)) != 2 {
		t.Error("the key has not been replaced")
	}
	if _, err := a.IssueTime([8]byte{}, noon.AddDate(2, 0, 0)); credential.CodeOf(err) != credential.CodeCertTime {
		t.Errorf("after its end: got %v, want %v", err, credential.CodeCertTime)
	}
}
