package lockcore_test

import (
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

func entry(kind credential.BlockKind, id uint64) []credential.BlockEntry {
	return []credential.BlockEntry{{Kind: kind, ID: id, Expiry: 1 << 20}}
}

func serial(t testing.TB, certificate []byte) uint64 {
	t.Helper()
	return must(credential.ParseCertificate(certificate))(t).Serial
}

// A certificate of any role can be blocked: what it has signed counts no more, for opening or for mail.
func TestCertificatesOfEveryRoleAreBlocked(t *testing.T) {
	for name, c := range map[string]struct {
		certificate func(*world) []byte
		want        credential.Code
	}{
		"grant issuer": {func(w *world) []byte { return w.auth.Certificate(credential.RoleGrantIssuer) }, credential.CodeBlockedCert},
		"station CA":   {func(w *world) []byte { return w.auth.Certificate(credential.RoleStationCA) }, credential.CodeBlockedCert},
		"station":      {func(w *world) []byte { return w.stCert }, credential.CodeBlockedCert},
	} {
		w := newWorld(t)
		w.visit(w.blockList(credential.BlockList{Entries: entry(credential.BlockCertificate, serial(t, c.certificate(w)))}))
		w.wantCode(c.want)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	w := newWorld(t)
	w.visit(w.blockList(credential.BlockList{Entries: entry(credential.BlockCertificate, serial(t, w.auth.Certificate(credential.RoleConfig)))}))
	w.visit(w.configured(credential.LockConfig{Version: 9}))
	if o := w.visit(lockcore.Down{}); o.verdict.Config != 1 {
		t.Errorf("the lock took configuration %d from a blocked authority", o.verdict.Config)
	}
}

// Lists go both ways: from a key that has a newer one to the lock, and from the lock to a key whose grant knows an older one.
func TestBlockListsAreGossip(t *testing.T) {
	w := newWorld(t)
	list := w.blockList(credential.BlockList{Version: credential.Version{Number: 9}, Entries: entry(credential.BlockKey, 1234)})
	w.visit(list)
	o := w.visit(lockcore.Down{}) // by a key that was synced before
	if string(o.up.Blocks) != string(list.Blocks) || string(o.up.Revocation) != string(list.Revocation) {
		t.Error("the lock keeps the newer list to itself")
	}
	if o.verdict.Blocks.Number != 9 {
		t.Errorf("the lock says that it has %v", o.verdict.Blocks)
	}
	w.grant.Blocks = credential.Version{Epoch: 1, Number: 9}
	w.shift()
	if o := w.visit(lockcore.Down{}); o.up.Blocks != nil {
		t.Error("the lock sends a list that the key has")
	}
}

// A leaked revocation key signs the highest version and blocks everybody. A certificate of a higher epoch, and only that,
// puts it right.
func TestHighestVersionFromALeakedKey(t *testing.T) {
	var d dynasty
	w := newWorld(t, ruled(&d))
	leaked := w.auth
	evil := w.blockList(credential.BlockList{Version: credential.Version{Number: 1<<64 - 1}, Entries: entry(credential.BlockKey, keyID)})
	w.visit(evil)
	w.wantCode(credential.CodeBlockedKey)
	w.now = w.now.Add(time.Minute)
	w.visit(w.blockList(credential.BlockList{}))
	w.wantCode(credential.CodeBlockedKey) // nothing gets past it in its epoch
	key := must(credential.NewSigningKey())(t)
	certificate := must(d.secrets.Certify(credential.RoleRevocation, must(credential.PublicKeyOf(key))(t), 2, w.now))(t)
	roles := map[credential.Role]credential.RoleSigner{}
	for r, s := range d.m.Roles {
		roles[r] = s
	}
	roles[credential.RoleRevocation] = credential.RoleSigner{Signer: key, Certificates: [][]byte{certificate}}
	d.m.Roles = roles
	w.auth = must(credential.LoadAuthority(d.m))(t)
	if first, second := w.visitTwice(w.blockList(credential.BlockList{Version: credential.Version{Number: 1}})); second.Code != credential.OK {
		t.Errorf("got %v and then %v, want the epoch to cure it", first.Code, second.Code)
	}
	w.auth = leaked
	w.visit(evil)
	w.wantCode(credential.OK)
}

// Too many entries for a list: the group's generation rises, and its keys open again once they are synced.
func TestGenerationOverflow(t *testing.T) {
	w := newWorld(t)
	w.visit(w.blockList(credential.BlockList{Generations: []credential.GroupGeneration{{Group: group, Minimum: 2}, {Group: group + 1, Minimum: 9}}}))
	w.wantCode(credential.CodeGenerationOld)
	w.grant.Generation = 2
	w.shift()
	w.wantCode(credential.OK)
}

// An entry that has ended blocks no more: what it was for has expired, and a key that was found is itself again.
func TestFoundKeyOpensWhenItsBlockHasEnded(t *testing.T) {
	w := newWorld(t)
	ends := credential.DayOf(credential.At(w.now)) + 7
	w.visit(w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID, Expiry: ends}}}))
	w.wantCode(credential.CodeBlockedKey)
	w.now = ends.End().Time().Add(-time.Minute)
	w.shift()
	w.wantCode(credential.CodeBlockedKey)
	w.now = ends.End().Time()
	w.wantCode(credential.OK)
}

// Every role's key is replaced while credentials by the former one are still carried: they travel with their certificate.
func TestRolesAreReplacedWithOverlap(t *testing.T) {
	for _, role := range []credential.Role{credential.RoleGrantIssuer, credential.RoleStationCA, credential.RoleConfig, credential.RoleDeviceCA} {
		var d dynasty
		w := newWorld(t, ruled(&d))
		key := must(credential.NewSigningKey())(t)
		certificate := must(d.secrets.Certify(role, must(credential.PublicKeyOf(key))(t), 0, w.now))(t)
		roles := map[credential.Role]credential.RoleSigner{}
		for r, s := range d.m.Roles {
			roles[r] = s
		}
		roles[role] = credential.RoleSigner{Signer: key, Certificates: append([][]byte{certificate}, d.m.Roles[role].Certificates...)}
		d.m.Roles = roles
		replaced := must(credential.LoadAuthority(d.m))(t)
		w.wantCode(credential.OK) // everything by the former
		w.visit(w.configured(credential.LockConfig{Version: 2}))
		w.auth = replaced
		w.shift()
		w.wantCode(credential.OK)
		w.visit(w.configured(credential.LockConfig{Version: 3}))
		if o := w.visit(lockcore.Down{}); o.verdict.Config != 3 {
			t.Errorf("role %d: the lock has configuration %d, want both authorities' taken", role, o.verdict.Config)
		}
	}
}

// Log batches are sealed to the announced key from its day on, by a lock that nobody has told again.
func TestLockGoesOverToTheNextIngestKey(t *testing.T) {
	var d dynasty
	w := newWorld(t, ruled(&d))
	d.m.Ingest, d.m.Announced = append(d.m.Ingest, must(credential.NewExchangeKey())(t)), true
	w.auth = must(credential.LoadAuthority(d.m))(t)
	w.visit(w.configured(credential.LockConfig{Version: 2}))
	for _, c := range []struct {
		later time.Duration
		want  credential.KeyHash
	}{{0, w.auth.Ingest().Hash()}, {credential.IngestOverlap, w.auth.NextIngest().Hash()}} {
		w.now = w.now.Add(c.later)
		w.shift()
		sealed := w.visit(lockcore.Down{}).up.Batches[0]
		if got := must(credential.Decode[credential.SealedBatch](sealed, credential.MaxSealed))(t).Ingest; got != c.want {
			t.Errorf("after %v: sealed to %x, want %x", c.later, got, c.want)
		}
		w.batch(sealed) // the server opens it
	}
}
