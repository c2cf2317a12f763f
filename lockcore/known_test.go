package lockcore_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/binary"
	"net"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// names is how many certificates the lock tells a visitor that it keeps.
func (w *world) names() (n int) {
	w.t.Helper()
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err == nil {
			n = v.Names()
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// A lock keeps the certificates behind its openings, a bounded number of them, also when the power goes.
func TestCertificatesBehindOpeningsAreKept(t *testing.T) {
	w := newWorld(t)
	if got := w.names(); got != 2 {
		t.Errorf("got %d certificates after claiming, want issuer and station CA", got)
	}
	w.key, w.holder = holderOf(t) // a grant of another's key: nothing opens
	w.wantCode(credential.CodeNotHolder)
	w.resync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 0})
	w.wantCode(credential.CodeEpochOld)
	if got := w.names(); got != 2 {
		t.Errorf("got %d certificates after refusals, want 2: strangers teach a lock nothing", got)
	}
	w.resync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
	w.wantCode(credential.OK)
	w.start()
	if got := w.names(); got != 3 {
		t.Errorf("got %d certificates after an opening and a start, want 3", got)
	}
	for range 10 {
		w.newStation()
		w.wantCode(credential.OK)
	}
	w.start()
	if got := w.names(); got != 6 {
		t.Errorf("got %d certificates after ten more stations, want 6", got)
	}
	before := w.bytesToVerdict()
	if after := w.bytesToVerdict(); after >= before { // the lock's own is not sent any more
		t.Errorf("%d bytes, then %d: nothing is saved", before, after)
	}
}

func holderOf(t testing.TB) (*ecdsa.PrivateKey, credential.PublicKey) {
	t.Helper()
	k := must(credential.NewSigningKey())(t)
	return k, must(credential.PublicKeyOf(k))(t)
}

// A name is a certificate or nothing: what the lock has not named it does not know, and what it has named it judges as if it
// had been sent.
func TestNamesCarryNoTrust(t *testing.T) {
	for label, c := range map[string]struct {
		present func(*lockcore.Visit, *lockcore.Present)
		before  func(*world)
		want    credential.Code
	}{
		"by name": {
			present: func(v *lockcore.Visit, p *lockcore.Present) { p.Issuer = v.Name(p.Issuer) },
			want:    credential.OK,
		},
		"not named": {
			present: func(v *lockcore.Visit, p *lockcore.Present) { p.Station = v.Name(p.Station) },
			want:    credential.CodeMalformed,
		},
		"a name of another's": {
			present: func(v *lockcore.Visit, p *lockcore.Present) { p.Issuer = v.Name(p.StationCA) },
			want:    credential.CodeGrantSignature,
		},
		"under another root": {
			before:  func(w *world) { w.reroot(must(credential.PublicKeyOf(must(credential.NewSigningKey())(w.t)))(w.t)) },
			present: func(v *lockcore.Visit, p *lockcore.Present) { p.Issuer = v.Name(p.Issuer) },
			want:    credential.CodeGrantSignature,
		},
		"blocked": {
			before: func(w *world) {
				serial := must(credential.ParseCertificate(w.auth.Certificate(credential.RoleGrantIssuer)))(w.t).Serial
				w.bring(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockCertificate, ID: serial}}})
			},
			present: func(v *lockcore.Visit, p *lockcore.Present) { p.Issuer = v.Name(p.Issuer) },
			want:    credential.CodeBlockedCert,
		},
	} {
		t.Run(label, func(t *testing.T) {
			w := newWorld(t)
			if c.before != nil {
				c.before(w)
				w.newStation()
			}
			err := w.pipe(func(conn net.Conn) error {
				v, err := lockcore.Meet(conn, w.trust())
				if err != nil {
					return err
				}
				p := w.present(nil)
				c.present(v, &p)
				verdict, err := v.ShowRaw(w.key, p)
				if err == nil && verdict.Code != c.want {
					t.Errorf("got %v, want %v", verdict.Code, c.want)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// Two certificates that share a name in a session are sent whole in it.
func TestSharedNamesAreNotOffered(t *testing.T) {
	ephemeral := bytes.Repeat([]byte{7}, 32)
	seen := map[[lockcore.NameBytes]byte][]byte{}
	for i := uint64(0); ; i++ {
		c := binary.BigEndian.AppendUint64(nil, i)
		id := lockcore.NameIn(ephemeral, c)
		if twin := seen[id]; twin != nil {
			list, whole := lockcore.Offer(ephemeral, twin, []byte("a third one"), c)
			if len(list) != lockcore.NameBytes || whole(id[:]) != nil || string(whole(list)) != "a third one" {
				t.Errorf("got the list %x; the shared name is taken for %x", list, whole(id[:]))
			}
			if _, whole := lockcore.Offer(append(ephemeral, 1), twin, c); whole(id[:]) != nil {
				t.Error("a name holds in another session")
			}
			return
		}
		seen[id] = c
	}
}

// A lock that a key has met before need not show its certificate, but has to be the one.
func TestMetLockIsTheOne(t *testing.T) {
	w := newWorld(t)
	w.bytesToVerdict()
	if w.met == nil {
		t.Fatal("no certificate to keep")
	}
	w.wantCode(credential.OK)
	other := must(credential.NewIdentity())(t)
	w.met = must(w.auth.IssueLock(lockNo, other.PublicKey(), other.ExchangeKey(), w.now))(t)
	err := w.pipe(func(c net.Conn) error {
		_, err := lockcore.Meet(c, w.trust())
		return err
	})
	if got := credential.CodeOf(err); got != credential.CodeLockIdentity {
		t.Errorf("got %v for another lock than was expected, want %v", err, credential.CodeLockIdentity)
	}
}
