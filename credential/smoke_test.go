package credential

import (
	"testing"
	"time"
)

func TestSmoke(t *testing.T) {
	now := time.Now()
	a, err := NewAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	b, err := a.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	a2, err := UnmarshalAuthority(b)
	if err != nil {
		t.Fatal(err)
	}
	k, _ := NewSigningKey()
	pub, _ := PublicKeyOf(k)
	var ls []Leaf
	for i := range 600 {
		ls = append(ls, Leaf{Lock: uint32(i + 100000), Rights: 1, Epoch: 1})
	}
	p, err := PadLeaves(ls)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := NewTree(p)
	if err != nil {
		t.Fatal(err)
	}
	g, err := a2.IssueGrant(Grant{Key: 77, Holder: pub, Generation: 1, Blocks: Version{Epoch: 1, Number: uint64(now.Unix())}, Shift: 720, Group: 12}, tr, now)
	if err != nil {
		t.Fatal(err)
	}
	gr, _, err := Verifier{}.GrantChain(a.Root(), g, a.Certificate(RoleGrantIssuer))
	if err != nil {
		t.Fatal(err)
	}
	leaf, path, _ := tr.Find(100300)
	if _, err := path.Check(gr, leaf); err != nil {
		t.Fatal(err)
	}
	id, _ := NewIdentity()
	st, err := a.IssueStation(3, 12, id.PublicKey(), id.ExchangeKey(), now)
	if err != nil {
		t.Fatal(err)
	}
	act, err := SignActivation(id, Activation{Station: 3, Key: 77, NotBefore: At(now), Expires: At(now.Add(12 * time.Hour)), Serial: ActivationSerial(3, 1), Grant: HashGrant(g), Staff: 1 << 60}, gr)
	if err != nil {
		t.Fatal(err)
	}
	pe, _ := Encode(path)
	t.Logf("grant %d leaf %d path %d act %d station %d ca %d secrets %d", len(g), len(leaf), len(pe), len(act), len(st), len(a.Certificate(RoleGrantIssuer)), len(b))
}
