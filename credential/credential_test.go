package credential_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/veraison/go-cose"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"hemnyckel/credential"
)

func TestSizes(t *testing.T) {
	s := newSample(t)
	leaf, path, _ := s.tree.Find(100_300)
	pathBytes := must(credential.Encode(path))(t)
	record := must(credential.Encode(batchOf(s.lock, 1).Records[0]))(t)
	// Bounds with a little room over what protocol and firmware were promised; the log line is the exact figure.
	for _, c := range []struct {
		name     string
		got, max int
	}{
		{"grant", len(s.grant), 206}, {"leaf", len(leaf), 20}, {"path of 1024 leaves", len(pathBytes), 330},
		{"activation", len(s.activation), 135}, {"station certificate", len(s.stCert), 190},
		{"issuer certificate", len(s.auth.Certificate(credential.RoleGrantIssuer)), 150}, {"time token", len(s.token), 110},
		{"acknowledgement among ten", len(s.ack), 330}, {"configuration", len(s.config), 150}, {"block list of 200", len(s.blocks), 2200},
		{"record", len(record), 32}, {"batch of 32, signed", len(s.batch), 1300}, {"batch of 32, sealed", len(s.sealed), 1400},
	} {
		t.Logf("%-22s %5d B", c.name, c.got)
		if c.got > c.max {
			t.Errorf("%s is %d bytes, at most %d", c.name, c.got, c.max)
		}
	}
}

func TestChainsVerify(t *testing.T) {
	s := newSample(t)
	a := s.auth
	var v credential.Verifier
	g, _, err := v.GrantChain(a.Root(), s.grant, a.Certificate(credential.RoleGrantIssuer))
	if err != nil || g.Key != 1017 {
		t.Fatalf("got grant of key %d, %v", g.Key, err)
	}
	st, _, err := v.Chain(a.Root(), credential.RoleStation, s.stCert, a.Certificate(credential.RoleStationCA))
	if err != nil {
		t.Fatal(err)
	}
	act := must(v.Activation(s.activation, st.Key))(t)
	if err := act.Within(g); err != nil || act.Grant != credential.HashGrant(s.grant) {
		t.Errorf("got %v: the activation is not within its grant", err)
	}
	if _, err := v.BlockListChain(a.Root(), s.blocks, a.Certificate(credential.RoleRevocation)); err != nil {
		t.Error(err)
	}
	signed, _, err := a.OpenBatch(s.sealed)
	if err != nil || !bytes.Equal(signed, s.batch) {
		t.Errorf("got %v: the batch does not come out as it went in", err)
	}
}

// Whatever one bit says, every object with that bit changed is refused.
func TestEveryFlippedByteIsRefused(t *testing.T) {
	s := newSample(t)
	var v credential.Verifier
	issuer := must(credential.ParseCertificate(s.auth.Certificate(credential.RoleGrantIssuer)))(t)
	config := must(credential.ParseCertificate(s.auth.Certificate(credential.RoleConfig)))(t)
	ca := must(credential.ParseCertificate(s.auth.Certificate(credential.RoleStationCA)))(t)
	revocation := s.auth.Certificate(credential.RoleRevocation)
	for name, o := range map[string]struct {
		raw   []byte
		check func([]byte) error
	}{
		"grant":       {s.grant, func(b []byte) error { _, err := v.Grant(b, issuer.Key); return err }},
		"activation":  {s.activation, func(b []byte) error { _, err := v.Activation(b, s.station.PublicKey()); return err }},
		"certificate": {s.stCert, func(b []byte) error { _, err := v.Certificate(b, ca.Key); return err }},
		"config":      {s.config, func(b []byte) error { _, err := v.LockConfig(b, config); return err }},
		"time":        {s.token, func(b []byte) error { _, err := v.TimeToken(b, config); return err }},
		"ack":         {s.ack, func(b []byte) error { _, err := v.Ack(b, config); return err }},
		"batch":       {s.batch[:len(s.batch):len(s.batch)], func(b []byte) error { _, err := v.Batch(b, s.lock.PublicKey()); return err }},
		"blocks": {s.blocks, func(b []byte) error {
			_, err := v.BlockListChain(s.auth.Root(), b, revocation)
			return err
		}},
		"sealed": {s.sealed, func(b []byte) error { _, _, err := s.auth.OpenBatch(b); return err }},
	} {
		if err := o.check(o.raw); err != nil {
			t.Fatalf("%s: %v for what nobody touched: the test proves nothing", name, err)
		}
		for i := range o.raw {
			b := bytes.Clone(o.raw)
			b[i] ^= 1 << (i % 8)
			if o.check(b) == nil {
				t.Errorf("%s: byte %d of %d flipped and accepted", name, i, len(b))
			}
		}
		for i := 0; i < len(o.raw); i += 1 + i/40 {
			if o.check(o.raw[:i]) == nil {
				t.Errorf("%s: cut to %d of %d bytes and accepted", name, i, len(o.raw))
			}
		}
		if o.check(append(bytes.Clone(o.raw), 0)) == nil {
			t.Errorf("%s: a byte more and accepted", name)
		}
	}
}

// One kind's signature never passes for another's, even over the same bytes.
func TestKindsAreSeparate(t *testing.T) {
	key, pub := holder(t)
	for _, signedAs := range []credential.Kind{credential.KindGrant, credential.KindActivation, credential.KindAck, credential.KindTimeToken} {
		raw := must(credential.Sign(key, signedAs, credential.TimeToken{IssuedAt: 5}))(t)
		_, err := credential.Verify[credential.TimeToken](credential.Verifier{}, credential.KindTimeToken, raw, 512, pub)
		if got, want := err == nil, signedAs == credential.KindTimeToken; got != want {
			t.Errorf("signed as %s: accepted as a time token: %v", signedAs, got)
		}
	}
}

// A second valid signature over the same body can be made by anyone. It must not make another activation fit, nor help
// anyone around a block.
func TestMalleatedGrantDoesNotFitItsActivation(t *testing.T) {
	s := newSample(t)
	n := elliptic.P256().Params().N
	raw := bytes.Clone(s.grant)
	sig := raw[len(raw)-32:]
	new(big.Int).Sub(n, new(big.Int).SetBytes(sig)).FillBytes(sig)
	issuer := must(credential.ParseCertificate(s.auth.Certificate(credential.RoleGrantIssuer)))(t)
	g, err := credential.Verifier{}.Grant(raw, issuer.Key)
	if err != nil {
		t.Fatalf("got %v: the second form should verify, or this test proves nothing", err)
	}
	if credential.HashGrant(raw) == credential.HashGrant(s.grant) {
		t.Error("both forms have the same hash")
	}
	if want := must(credential.ParseGrant(s.grant))(t); g.Serial != want.Serial {
		t.Error("the serial that block lists name has changed")
	}
}

func TestBatchForgeries(t *testing.T) {
	lock := must(credential.NewIdentity())(t)
	thief := must(credential.NewIdentity())(t)
	for name, change := range map[string]func(*credential.LogBatch){
		"empty":      func(b *credential.LogBatch) { b.Records = nil },
		"33 records": func(b *credential.LogBatch) { *b = batchOf(lock, 33) },
		"dropped":    func(b *credential.LogBatch) { b.Records = append(b.Records[:3:3], b.Records[4:]...) },
		"reordered":  func(b *credential.LogBatch) { b.Records[1], b.Records[2] = b.Records[2], b.Records[1] },
		"past last":  func(b *credential.LogBatch) { b.Last = 1001 },
	} {
		b := batchOf(lock, 8)
		change(&b)
		raw := must(credential.Sign(lock.Signing, credential.KindBatch, b))(t)
		if _, err := (credential.Verifier{}).Batch(raw, lock.PublicKey()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	raw := must(credential.SignBatch(thief.Signing, batchOf(lock, 8)))(t)
	if _, err := (credential.Verifier{}).Batch(raw, lock.PublicKey()); credential.CodeOf(err) != credential.CodeSignature {
		t.Errorf("signed by another: got %v", err)
	}
	short := batchOf(lock, 8)
	full := must(short.Head())(t)
	short.Records = short.Records[:7]
	if must(short.Head())(t) == full {
		t.Error("a truncated batch has the whole one's head")
	}
}

// Another COSE implementation's parser and verifier read our objects.
func TestObjectsAreCOSE(t *testing.T) {
	s := newSample(t)
	for kind, o := range map[credential.Kind]struct {
		raw    []byte
		signer *ecdsa.PublicKey
	}{
		credential.KindActivation: {s.activation, &s.station.Signing.PublicKey},
		credential.KindBatch:      {s.batch, &s.lock.Signing.PublicKey},
	} {
		var m cose.UntaggedSign1Message
		if err := m.UnmarshalCBOR(o.raw); err != nil {
			t.Fatal(err)
		}
		v := must(cose.NewVerifier(cose.AlgorithmES256, o.signer))(t)
		if err := m.Verify([]byte(kind), v); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// Our tree is RFC 6962's: tlog's own prover agrees with every path.
func TestTreeIsTlogs(t *testing.T) {
	for n := 1; n <= 33; n++ {
		tree := padded(t, n)
		var stored []tlog.Hash
		reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(at))
			for i, x := range at {
				out[i] = stored[x]
			}
			return out, nil
		})
		for i, l := range tree.Leaves() {
			hs := must(tlog.StoredHashes(int64(i), must(credential.Encode(l))(t), reader))(t)
			stored = append(stored, hs...)
		}
		if want := must(tlog.TreeHash(int64(tree.Size()), reader))(t); tree.Root() != credential.Hash(want) {
			t.Fatalf("%d leaves: got root %x, want %v", n, tree.Root(), want)
		}
		for i, l := range tree.Leaves() {
			if l.Lock == 0 {
				continue
			}
			_, path, _ := tree.Find(l.Lock)
			var got []tlog.Hash
			for b := path.Hashes; len(b) > 0; b = b[32:] {
				got = append(got, tlog.Hash(b))
			}
			want := must(tlog.ProveRecord(int64(tree.Size()), int64(i), reader))(t)
			if !slices.Equal(got, []tlog.Hash(want)) {
				t.Fatalf("%d leaves: leaf %d has path %v, want %v", n, i, got, want)
			}
		}
	}
}

func TestPathsHoldAndOnlyTheirOwn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 200).Draw(r, "leaves")
		tree := padded(t, n)
		g := credential.Grant{Root: tree.Root(), Size: tree.Size()}
		i := uint32(rapid.IntRange(0, n-1).Draw(r, "i"))
		leaf, path, ok := tree.Find(100_000 + i)
		if got, err := path.Check(g, leaf); !ok || err != nil || got.Lock != 100_000+i {
			r.Fatalf("got %v, %v", got.Lock, err)
		}
		other, _, _ := tree.Find(100_000 + uint32(rapid.IntRange(0, n-1).Draw(r, "j")))
		if _, err := path.Check(g, other); (err == nil) != bytes.Equal(leaf, other) {
			r.Fatalf("another leaf on the path: %v", err)
		}
		path.Index ^= 1
		if _, err := path.Check(g, leaf); err == nil {
			r.Fatal("the path holds at another place")
		}
	})
}

func TestAuthorityRefusesWhatNoLockAccepts(t *testing.T) {
	s := newSample(t)
	g := must(credential.ParseGrant(s.grant))(t)
	long := g
	long.Expires = g.NotBefore.Add(credential.MaxGrantLife + time.Second)
	if _, err := s.auth.IssueGrant(long, s.tree, noon); credential.CodeOf(err) != credential.CodeCaps {
		t.Errorf("grant over its cap: got %v", err)
	}
	a := must(credential.ParseActivation(s.activation))(t)
	for name, c := range map[string]struct {
		change func(*credential.Activation)
		want   credential.Code
	}{
		"17 hours":          {func(a *credential.Activation) { a.Expires = a.NotBefore.Add(17 * time.Hour) }, credential.CodeCaps},
		"longer than shift": {func(a *credential.Activation) { a.Expires++ }, credential.CodeOutsideGrant},
		"past the grant":    {func(a *credential.Activation) { a.NotBefore, a.Expires = g.Expires-60, g.Expires+1 }, credential.CodeOutsideGrant},
		"another key":       {func(a *credential.Activation) { a.Key++ }, credential.CodeOutsideGrant},
		"backwards":         {func(a *credential.Activation) { a.Expires = a.NotBefore }, credential.CodeMalformed},
	} {
		b := a
		c.change(&b)
		if _, err := credential.SignActivation(s.station, b, g); credential.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestRevocationEpochCuresMaximumVersion(t *testing.T) {
	leaked := credential.Version{Epoch: 1, Number: 1<<64 - 1}
	if !(credential.Version{Epoch: 2, Number: 1}).Newer(leaked) {
		t.Error("the root cannot get past a leaked revocation key's highest version")
	}
}

// The signer behind crypto.Signer may be any: a signature in ASN.1 comes out as COSE wants it.
func TestSignsThroughAnySigner(t *testing.T) {
	key, pub := holder(t)
	raw := must(credential.Sign(hidden{key}, credential.KindTimeToken, credential.TimeToken{IssuedAt: 5}))(t)
	if _, err := credential.Verify[credential.TimeToken](credential.Verifier{}, credential.KindTimeToken, raw, 512, pub); err != nil {
		t.Error(err)
	}
}

// hidden is a signer that is not an *ecdsa.PrivateKey, as an HSM's is not.
type hidden struct{ *ecdsa.PrivateKey }

func TestEveryCodeHasANameAndTwoSentences(t *testing.T) {
	names := map[string]bool{}
	for _, c := range credential.Codes() {
		sv, en := c.Text()
		if sv == "" || en == "" || sv == en || names[c.String()] {
			t.Errorf("code %d: %q %q %q", c, c, sv, en)
		}
		names[c.String()] = true
	}
	if len(names) < 40 {
		t.Errorf("got %d codes", len(names))
	}
}

func TestPublicKeyText(t *testing.T) {
	_, pub := holder(t)
	got, err := credential.ParsePublicKey(pub.String())
	if err != nil || got != pub {
		t.Errorf("got %v, %v, want %v", got, err, pub)
	}
	for _, bad := range []string{"", "AAAA", pub.String() + "A", pub.String()[1:], "!!!!", pub.String()[:9] + "\r\n" + pub.String()[9:]} {
		if _, err := credential.ParsePublicKey(bad); err == nil {
			t.Errorf("%q accepted", bad)
		}
	}
}

// A response whose leaves were encoded before is the very same as one that is encoded whole.
func TestSyncResponseWithEncodedLeaves(t *testing.T) {
	r := credential.SyncResponse{Grant: []byte{1}, Issuer: []byte{2}, Acks: [][]byte{{3}}, Blocks: []byte{4}, MailReceived: credential.Hash{5},
		Leaves: []credential.Leaf{{Lock: 1, Rights: credential.RightOpen, Epoch: 2}, {Lock: 70000, Until: 9, Salt: [8]byte{1}}}}
	want, err := credential.Encode(r)
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := credential.Encode(r.Leaves)
	if err != nil {
		t.Fatal(err)
	}
	r.Leaves = nil
	got, err := credential.EncodeSyncResponse(r, leaves)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %x, %v, want %x", got, err, want)
	}
}

// Only P-256 signs: what another curve's key gives does not fit.
func TestOtherCurvesSignNothing(t *testing.T) {
	other := must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))(t)
	if raw, err := credential.Sign(other, credential.KindTimeToken, uint8(1)); err == nil {
		t.Errorf("signed: %x", raw)
	}
	if proof, err := credential.SignPossession(other, credential.Hash{}, 1); err == nil {
		t.Errorf("proved: %x", proof)
	}
}

// Signatures whose halves begin with zeros or high bits verify as go-cose made them.
func TestSignaturesOfEveryShape(t *testing.T) {
	key, pub := holder(t)
	var high, low bool
	for i := credential.Instant(0); i < 5000 && !(high && low); i++ {
		raw := must(credential.Sign(key, credential.KindTimeToken, credential.TimeToken{IssuedAt: i}))(t)
		sig := raw[len(raw)-64:]
		if sig[0] != 0 && sig[32] != 0 && high {
			continue
		}
		high, low = high || sig[0] >= 0x80 && sig[32] >= 0x80, low || sig[0] == 0
		if _, err := credential.Verify[credential.TimeToken](credential.Verifier{}, credential.KindTimeToken, raw, 512, pub); err != nil {
			t.Errorf("%x: %v", sig, err)
		}
	}
	if !high || !low {
		t.Error("not every shape has come up")
	}
	zero := must(credential.Sign(key, credential.KindTimeToken, credential.TimeToken{}))(t)
	clear(zero[len(zero)-64:])
	if _, err := credential.Verify[credential.TimeToken](credential.Verifier{}, credential.KindTimeToken, zero, 512, pub); err == nil {
		t.Error("the signature of zeros verifies")
	}
}

// A record's own encoder and the general one say the same.
func TestRecordAppend(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := credential.Record{
			Seq: rapid.Uint32().Draw(t, "seq"), Boot: rapid.Uint16().Draw(t, "boot"), Time: credential.Instant(rapid.Int64().Draw(t, "time")),
			Quality: credential.Quality(rapid.Uint8().Draw(t, "quality")), Event: credential.Event(rapid.Uint8().Draw(t, "event")),
			Key: rapid.Uint32().Draw(t, "key"), Activation: rapid.Uint64().Draw(t, "activation"),
			Code: credential.Code(rapid.Uint8().Draw(t, "code")), Flags: credential.Flags(rapid.Uint8().Draw(t, "flags")), Info: rapid.Uint32().Draw(t, "info"),
		}
		want, err := credential.Encode(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Append(nil); !bytes.Equal(got, want) {
			t.Errorf("%+v: % x, want % x", r, got, want)
		}
	})
}
