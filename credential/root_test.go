package credential_test

import (
	"crypto/ecdsa"
	"testing"

	"hemnyckel/credential"
)

// line is a succession of roots that have not been seen before their turn.
type line struct {
	keys []*ecdsa.PrivateKey
	pubs []credential.PublicKey
}

func newLine(t testing.TB, n int) line {
	t.Helper()
	var l line
	for range n {
		k, p := holder(t)
		l.keys, l.pubs = append(l.keys, k), append(l.pubs, p)
	}
	return l
}

func (l line) start() credential.Roots {
	return credential.Roots{Root: l.pubs[0], Next: credential.CommitRoot(l.pubs[1])}
}

// change is the i-th change of root, from 1 on, with the overlap of a planned one.
func (l line) change(t testing.TB, i int) []byte {
	t.Helper()
	return must(credential.SignRootStatement(l.keys[i-1], l.keys[i], credential.RootStatement{
		IssuedAt: credential.At(noon), Epoch: uint32(i), After: credential.CommitRoot(l.pubs[i+1]),
		Until: credential.At(noon).Add(credential.MaxRootOverlap),
	}))(t)
}

func TestRootsFollowAChain(t *testing.T) {
	l := newLine(t, 7)
	all := [][]byte{l.change(t, 1), l.change(t, 2), l.change(t, 3), l.change(t, 4), l.change(t, 5)}
	for name, c := range map[string]struct {
		chain [][]byte
		want  int // the root in the line that is believed afterwards
	}{
		"none":                  {nil, 0},
		"one":                   {all[:1], 1},
		"slept through two":     {all[:2], 2},
		"a gap":                 {all[1:2], 0},
		"out of order":          {[][]byte{all[1], all[0]}, 1},
		"repeated":              {[][]byte{all[0], all[0], all[1]}, 2},
		"noise between":         {[][]byte{all[0], {1, 2, 3}, all[1]}, 2},
		"not more than bounded": {all, credential.MaxRootStatements},
	} {
		got, moved := l.start().Follow(c.chain)
		if got.Root != l.pubs[c.want] || got.Epoch != uint32(c.want) || moved != (c.want > 0) {
			t.Errorf("%s: got root of epoch %d, moved %v, want %d", name, got.Epoch, moved, c.want)
		}
		if c.want > 0 && got.Previous != l.pubs[c.want-1] {
			t.Errorf("%s: the root before is not the previous one", name)
		}
	}
}

func TestRootStatementNeedsBothRoots(t *testing.T) {
	l, thief := newLine(t, 4), newLine(t, 4)
	body := credential.RootStatement{IssuedAt: credential.At(noon), Epoch: 1, After: credential.CommitRoot(thief.pubs[2])}
	for name, raw := range map[string][]byte{
		"the old root leaked":  must(credential.SignRootStatement(l.keys[0], thief.keys[1], body))(t),
		"the next root leaked": must(credential.SignRootStatement(thief.keys[0], l.keys[1], body))(t),
	} {
		if got, moved := l.start().Follow([][]byte{raw}); moved {
			t.Errorf("%s: a device follows to %v", name, got.Root)
		}
	}
	good := l.change(t, 1)
	if len(good) > credential.MaxObject {
		t.Errorf("a statement is %d bytes", len(good))
	}
	for i := range good {
		bad := append([]byte(nil), good...)
		bad[i] ^= 1 << (i % 8)
		if _, moved := l.start().Follow([][]byte{bad}); moved {
			t.Errorf("byte %d of %d flipped, and the device follows", i, len(good))
		}
		if _, moved := l.start().Follow([][]byte{good[:i]}); moved {
			t.Errorf("cut to %d bytes, and the device follows", i)
		}
	}
	other := l.start()
	other.Epoch = 4 // a statement of an earlier life of the same roots
	if _, moved := other.Follow([][]byte{good}); moved {
		t.Error("a device follows a statement of another epoch")
	}
}

func TestRootStatementRefusesWhatNoDeviceWouldFollow(t *testing.T) {
	l := newLine(t, 3)
	at, after := credential.At(noon), credential.CommitRoot(l.pubs[2])
	for name, c := range map[string]struct {
		s    credential.RootStatement
		next int
		want credential.Code
	}{
		"no commitment":       {credential.RootStatement{IssuedAt: at, Epoch: 1}, 1, credential.CodeMalformed},
		"no epoch":            {credential.RootStatement{IssuedAt: at, After: after}, 1, credential.CodeMalformed},
		"overlap too long":    {credential.RootStatement{IssuedAt: at, Epoch: 1, After: after, Until: at.Add(credential.MaxRootOverlap) + 1}, 1, credential.CodeCaps},
		"overlap in the past": {credential.RootStatement{IssuedAt: at, Epoch: 1, After: after, Until: at - 1}, 1, credential.CodeMalformed},
		"to itself":           {credential.RootStatement{IssuedAt: at, Epoch: 1, After: after}, 0, credential.CodeRoot},
		"itself again":        {credential.RootStatement{IssuedAt: at, Epoch: 1, After: after}, 2, credential.CodeRoot},
	} {
		if _, err := credential.SignRootStatement(l.keys[0], l.keys[c.next], c.s); credential.CodeOf(err) != c.want {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestPreviousRootCountsForATime(t *testing.T) {
	l := newLine(t, 3)
	r, _ := l.start().Follow([][]byte{l.change(t, 1)})
	sign := func(root int) []byte {
		return must(credential.Sign(l.keys[root], credential.KindCertificate, credential.Certificate{
			Issuer: l.pubs[root].Hash(), Key: l.pubs[2], Role: credential.RoleConfig, NotBefore: 1, Expires: 2,
		}))(t)
	}
	for name, c := range map[string]struct {
		certificate []byte
		now         credential.Instant
		want        int
	}{
		"old, in the overlap": {sign(0), r.Until - 1, 0},
		"old, afterwards":     {sign(0), r.Until, 1},
		"new":                 {sign(1), r.Until - 1, 1},
		"nobody's":            {[]byte{1}, r.Until - 1, 1},
	} {
		if got := r.For(c.certificate, c.now); got != l.pubs[c.want] {
			t.Errorf("%s: judged by the wrong root", name)
		}
	}
	forced := credential.Roots{Root: l.pubs[1], Previous: l.pubs[0]} // Until 0
	if got := forced.For(sign(0), 0); got != l.pubs[1] {
		t.Error("a root that was replaced because it leaked still counts")
	}
}

func FuzzRootStatement(f *testing.F) {
	l := newLine(f, 3)
	fuzz(f, credential.MaxObject, credential.ParseRootStatement, nil, l.change(f, 1))
}
