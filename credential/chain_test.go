package credential_test

import (
	"testing"
	"time"

	"hemnyckel/credential"
)

// A chain that does not lead from the root by the right roles is refused, whatever each signature is worth.
func TestChainsThatDoNotHold(t *testing.T) {
	s, other := newSample(t), newSample(t)
	root, stationCA := s.auth.Root(), s.auth.Certificate(credential.RoleStationCA)
	deviceCA := s.auth.Certificate(credential.RoleDeviceCA)
	lock := must(s.auth.IssueLock(9, s.lock.PublicKey(), s.lock.ExchangeKey(), noon))(t)
	for name, c := range map[string]struct {
		root     credential.PublicKey
		role     credential.Role
		raw, via []byte
		want     credential.Code
	}{
		"good":                   {root, credential.RoleStation, s.stCert, stationCA, credential.OK},
		"another root":           {other.auth.Root(), credential.RoleStation, s.stCert, stationCA, credential.CodeChain},
		"another's authority":    {root, credential.RoleStation, other.stCert, stationCA, credential.CodeChain},
		"authority of devices":   {root, credential.RoleStation, s.stCert, deviceCA, credential.CodeChain},
		"a lock for a station":   {root, credential.RoleStation, lock, stationCA, credential.CodeChain},
		"a lock for a key":       {root, credential.RoleKey, lock, deviceCA, credential.CodeChain},
		"an authority for child": {root, credential.RoleStation, stationCA, stationCA, credential.CodeChain},
		"no authority":           {root, credential.RoleStation, s.stCert, nil, credential.CodeMalformed},
		"issuer for config":      {root, credential.RoleConfig, s.auth.Certificate(credential.RoleGrantIssuer), nil, credential.CodeChain},
	} {
		if _, _, err := (credential.Verifier{}).Chain(c.root, c.role, c.raw, c.via); credential.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// A batch that is sealed to another ingest key says so: the server may have an older key at hand.
func TestBatchForAnotherServer(t *testing.T) {
	s, other := newSample(t), newSample(t)
	if _, _, err := other.auth.OpenBatch(s.sealed); credential.CodeOf(err) != credential.CodeStale {
		t.Errorf("got %v, want %v", err, credential.CodeStale)
	}
}

// What is remembered is a signature over exact bytes by one key as one kind: a Memory that knows everything else about a forgery
// does not help it, and keys that are kept are the keys that were asked for.
func TestMemoryAndKeysHelpNoForgery(t *testing.T) {
	s := newSample(t)
	m := memory{}
	v := credential.Verifier{Memory: m, Parsed: &credential.Parsed{}}
	issuer := must(credential.ParseCertificate(s.auth.Certificate(credential.RoleGrantIssuer)))(t)
	for range 2 {
		if _, err := v.Grant(s.grant, issuer.Key); err != nil {
			t.Fatal(err)
		}
	}
	if len(m) != 1 {
		t.Errorf("got %d remembered signatures, want 1", len(m))
	}
	forged := append([]byte(nil), s.grant...)
	forged[20] ^= 1
	if _, err := v.Grant(forged, issuer.Key); err == nil {
		t.Error("a forged grant is taken for the remembered one")
	}
	if _, err := v.Grant(s.grant, s.station.PublicKey()); err == nil {
		t.Error("a grant is taken for one of another signer")
	}
	if _, err := v.Activation(s.grant, issuer.Key); err == nil {
		t.Error("a grant is taken for an activation")
	}
	if len(m) != 1 {
		t.Errorf("got %d remembered signatures, want 1: forgeries are not remembered", len(m))
	}
	for range 40 { // more keys than are kept
		id := must(credential.NewIdentity())(t)
		raw := must(s.auth.IssueStation(3, 12, id.PublicKey(), id.ExchangeKey(), noon.Add(time.Minute)))(t)
		if _, _, err := v.Chain(s.auth.Root(), credential.RoleStation, raw, s.auth.Certificate(credential.RoleStationCA)); err != nil {
			t.Fatal(err)
		}
		a := must(credential.Sign(id.Signing, credential.KindTimeToken, credential.TimeToken{IssuedAt: 5}))(t)
		if _, err := credential.Verify[credential.TimeToken](v, credential.KindTimeToken, a, 512, id.PublicKey()); err != nil {
			t.Fatal(err)
		}
		if _, err := credential.Verify[credential.TimeToken](v, credential.KindTimeToken, a, 512, issuer.Key); err == nil {
			t.Fatal("another key verifies")
		}
	}
}

type memory map[[32]byte]bool

func (m memory) Known(d [32]byte) bool { return m[d] }
func (m memory) Remember(d [32]byte)   { m[d] = true }
