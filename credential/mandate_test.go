package credential_test

import (
	"testing"
	"time"

	"hemnyckel/credential"
)

func TestMandate(t *testing.T) {
	s, other := newSample(t), newSample(t)
	lock := s.lock.PublicKey()
	_, installer := holder(t)
	good := credential.Mandate{Lock: lock.Hash(), Installer: installer, Purpose: credential.MandateReset}
	raw := must(s.auth.IssueMandate(good, noon))(t)
	ca := s.auth.Certificate(credential.RoleDeviceCA)
	m, parent, err := credential.Verifier{}.Mandate(s.auth.Root(), raw, ca, lock, credential.MandateReset)
	if err != nil || m.Installer != installer || parent.Role != credential.RoleDeviceCA || m.Expires != credential.At(noon.Add(24*time.Hour)) {
		t.Fatalf("got %+v, %v, want a day's mandate", m, err)
	}
	for name, c := range map[string]struct {
		raw, ca []byte
		lock    credential.PublicKey
		purpose credential.MandatePurpose
	}{
		"another lock":         {raw, ca, s.station.PublicKey(), credential.MandateReset},
		"another purpose":      {raw, ca, lock, credential.MandateClaim},
		"another municipality": {must(other.auth.IssueMandate(good, noon))(t), other.auth.Certificate(credential.RoleDeviceCA), lock, credential.MandateReset},
		"another role":         {raw, s.auth.Certificate(credential.RoleConfig), lock, credential.MandateReset},
		"nothing":              {nil, nil, lock, credential.MandateReset},
	} {
		if _, _, err := (credential.Verifier{}).Mandate(s.auth.Root(), c.raw, c.ca, c.lock, c.purpose); credential.CodeOf(err) != credential.CodeInstaller {
			t.Errorf("%s: got %v, want %v", name, err, credential.CodeInstaller)
		}
	}
	long := good
	long.Expires = credential.At(noon).Add(credential.MaxMandateLife + time.Hour)
	if _, err := s.auth.IssueMandate(long, noon); credential.CodeOf(err) != credential.CodeCaps {
		t.Errorf("a long mandate: got %v, want %v", err, credential.CodeCaps)
	}
}

func FuzzMandate(f *testing.F) {
	s := newSample(f)
	raw := must(s.auth.IssueMandate(credential.Mandate{Lock: s.lock.PublicKey().Hash(), Purpose: credential.MandateClaim}, noon))(f)
	fuzz(f, credential.MaxObject, credential.ParseMandate, nil, raw)
}

// A list that blocks its predecessor's signer, and a signer that the root has replaced.
func TestNewerBlockList(t *testing.T) {
	secrets, m, err := credential.NewMaterial(noon)
	if err != nil {
		t.Fatal(err)
	}
	leaked := must(credential.LoadAuthority(m))(t)
	revoke := func(epoch uint32) *credential.Authority {
		key, pub := holder(t)
		roles := map[credential.Role]credential.RoleSigner{}
		for r, s := range m.Roles {
			roles[r] = s
		}
		roles[credential.RoleRevocation] = credential.RoleSigner{Signer: key, Certificates: [][]byte{must(secrets.Certify(credential.RoleRevocation, pub, epoch, noon))(t)}}
		replaced := m
		replaced.Roles = roles
		return must(credential.LoadAuthority(replaced))(t)
	}
	same, higher := revoke(1), revoke(2)
	thief := must(credential.ParseCertificate(leaked.Certificate(credential.RoleRevocation)))(t)
	list := func(a *credential.Authority, number uint64, blocks ...uint64) []byte {
		b := credential.BlockList{Version: credential.Version{Number: number}}
		for _, id := range blocks {
			b.Entries = append(b.Entries, credential.BlockEntry{Kind: credential.BlockCertificate, ID: id, Expiry: 1 << 20})
		}
		return must(a.IssueBlockList(b, noon))(t)
	}
	take := func(held credential.BlockList, a *credential.Authority, raw []byte) (credential.BlockList, credential.Code) {
		b, err := credential.Verifier{}.NewerBlockList(held, m.Root, raw, a.Certificate(credential.RoleRevocation))
		if err != nil {
			return held, credential.CodeOf(err)
		}
		return b, credential.OK
	}
	var held credential.BlockList
	for i, c := range []struct {
		by   *credential.Authority
		raw  []byte
		want credential.Code
	}{
		{leaked, list(leaked, 5), credential.OK},
		{leaked, list(leaked, 5), credential.CodeStale},
		{same, list(same, 6, thief.Serial), credential.OK},
		{leaked, list(leaked, 7), credential.CodeBlockedCert},
		{same, list(same, 7), credential.OK},                  // the block has been dropped,
		{leaked, list(leaked, 1<<64-1), credential.OK},        // too early:
		{same, list(same, 8), credential.CodeStale},           // nobody gets past the highest version,
		{higher, list(higher, 1), credential.OK},              // but a certificate of a higher epoch does
		{leaked, list(leaked, 1<<64-1), credential.CodeStale}, // for ever
	} {
		var got credential.Code
		if held, got = take(held, c.by, c.raw); got != c.want {
			t.Errorf("step %d: got %v, want %v", i, got, c.want)
		}
	}
}

func TestBlockEntryEnds(t *testing.T) {
	today := credential.DayOf(credential.At(noon))
	b := credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: 17, Expiry: today}}}
	for _, c := range []struct {
		at   credential.Instant
		want bool
	}{{0, true}, {today.End() - 1, true}, {today.End(), false}} {
		if got := b.BlockedAt(credential.BlockKey, 17, c.at); got != c.want {
			t.Errorf("at %v: got %v, want %v", c.at.Time(), got, c.want)
		}
	}
	if b.BlockedAt(credential.BlockStaff, 17, 0) || b.BlockedAt(credential.BlockKey, 18, 0) {
		t.Error("another kind or another number is blocked")
	}
}

// The next ingest key is announced in signed configuration, and used from its day on without anybody saying so.
func TestIngestKeyIsAnnounced(t *testing.T) {
	_, m, err := credential.NewMaterial(noon)
	if err != nil {
		t.Fatal(err)
	}
	m.Ingest, m.Announced = append(m.Ingest, must(credential.NewExchangeKey())(t)), true
	a := must(credential.LoadAuthority(m))(t)
	raw := must(a.IssueConfig(credential.LockConfig{Lock: 1, Version: 1}, noon))(t)
	c := must(credential.ParseLockConfig(raw))(t)
	turn := credential.At(noon).Add(credential.IngestOverlap)
	lock := must(credential.NewIdentity())(t)
	batch := must(credential.SignBatch(lock.Signing, batchOf(lock, 1)))(t)
	for _, k := range []struct {
		at   credential.Instant
		want credential.ExchangeKey
	}{{credential.At(noon), a.Ingest()}, {turn - 1, a.Ingest()}, {turn, a.NextIngest()}} {
		if got := c.IngestAt(k.at); got != k.want {
			t.Errorf("at %v: sealed to %v, want %v", k.at.Time(), got, k.want)
		}
		if _, _, err := a.OpenBatch(must(credential.SealBatch(c.IngestAt(k.at), batch))(t)); err != nil {
			t.Errorf("at %v: the server does not open it: %v", k.at.Time(), err)
		}
	}
}
