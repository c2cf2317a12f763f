package lockcore_test

import (
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// dynasty is a municipality whose root can be changed.
type dynasty struct {
	t       testing.TB
	secrets credential.RootSecrets
	m       credential.Material
	epoch   uint32
}

// ruled gives a world an authority that a dynasty can change.
func ruled(d *dynasty) func(*world) {
	return func(w *world) {
		var err error
		d.t = w.t
		if d.secrets, d.m, err = credential.NewMaterial(w.now); err != nil {
			w.t.Fatal(err)
		}
		w.auth = must(credential.LoadAuthority(d.m))(w.t)
	}
}

// succeed changes the root at now; the old one counts until then. It returns an authority under the new root, with the same keys.
func (d *dynasty) succeed(now time.Time, until credential.Instant) *credential.Authority {
	d.t.Helper()
	coming := must(credential.NewSigningKey())(d.t)
	after := credential.CommitRoot(must(credential.PublicKeyOf(coming))(d.t))
	d.epoch++
	statement := must(credential.SignRootStatement(d.secrets.Root, d.secrets.Next, credential.RootStatement{
		IssuedAt: credential.At(now), Epoch: d.epoch, After: after, Until: until,
	}))(d.t)
	d.secrets = credential.RootSecrets{Root: d.secrets.Next, Next: coming}
	m := d.m
	m.Root, m.Next, m.Roles = must(credential.PublicKeyOf(d.secrets.Root))(d.t), after, map[credential.Role]credential.RoleSigner{}
	m.Statements = append(append([][]byte(nil), d.m.Statements...), statement)
	for role, r := range d.m.Roles {
		m.Roles[role] = credential.RoleSigner{Signer: r.Signer, Certificates: [][]byte{must(d.secrets.Recertify(r.Certificates[0]))(d.t)}}
	}
	d.m = m
	return must(credential.LoadAuthority(m))(d.t)
}

// The whole of what a key shows stays as it was when the root changes: for the time of the overlap it opens all the same.
func TestRootChangesWithOverlap(t *testing.T) {
	var d dynasty
	w := newWorld(t, ruled(&d))
	before := w.auth
	after := d.succeed(w.now, credential.At(w.now).Add(credential.MaxRootOverlap))
	w.wantCode(credential.OK)
	w.visit(lockcore.Down{Roots: after.RootStatements()})
	w.wantCode(credential.OK) // everything by the old root, which counts
	w.auth = after
	w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
	w.activate()
	w.wantCode(credential.OK) // everything by the new one
	w.start()
	w.wantCode(credential.OK) // also after a battery swap

	w.auth = before
	w.now = w.now.Add(credential.MaxRootOverlap)
	w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
	w.stCert = must(w.auth.IssueStation(stationID, group, w.station.PublicKey(), w.station.ExchangeKey(), w.now))(t)
	w.activate()
	w.wantCode(credential.CodeGrantSignature) // whoever still has the old root's secret
	w.auth = after
	w.wantCode(credential.OK)
}

// A root that has leaked counts no more from the moment on that the lock hears of it, whatever the lock remembers.
func TestLeakedRootIsReplacedAtOnce(t *testing.T) {
	var d dynasty
	w := newWorld(t, ruled(&d))
	w.wantCode(credential.OK) // every signature is remembered now
	leaked, after := w.auth, d.succeed(w.now, 0)
	if got := w.visit(lockcore.Down{Roots: after.RootStatements()}); got.bolts != 1 {
		t.Fatal("no opening before the change")
	}
	w.wantCode(credential.CodeGrantSignature)
	list := w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID, Expiry: 1 << 20}}})
	w.visit(list) // by the leaked root's revocation role
	w.auth = after
	w.wantCode(credential.OK)
	w.auth = leaked
	w.visit(lockcore.Down{Roots: [][]byte{w.rawG, nil}})
	w.wantCode(credential.CodeGrantSignature)
}

// A lock that slept through two changes is told of both by a key that it does not know yet, and opens to it in the same visit.
func TestLockSleptThroughTwoRoots(t *testing.T) {
	var d dynasty
	w := newWorld(t, ruled(&d))
	d.succeed(w.now, 0)
	w.auth = d.succeed(w.now.Add(time.Hour), 0)
	down := lockcore.Down{Roots: w.auth.RootStatements()}
	if o := w.visit(lockcore.Down{Roots: down.Roots[1:]}); o.verdict.Code != credential.CodeGrantSignature {
		t.Errorf("got %v, want the lock not to know the root", o.verdict.Code)
	}
	w.wantCode(credential.CodeGrantSignature) // half the chain leads nowhere
	first, second := w.visitTwice(down)
	if first.Code != credential.CodeGrantSignature || second.Code != credential.OK {
		t.Errorf("got %v and then %v, want the mail to cure it", first.Code, second.Code)
	}
	w.wantCode(credential.OK)
	events := w.events()
	if events[credential.EventRoot] != 1 {
		t.Errorf("got %v, want the change in the log", events)
	}
}

// visitTwice shows the pass, brings mail and shows it again, in one session.
func (w *world) visitTwice(down lockcore.Down) (first, second lockcore.Verdict) {
	w.t.Helper()
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		if first, err = v.Present(w.pass()); err != nil {
			return err
		}
		if _, err = v.Mail(down); err != nil {
			return err
		}
		if second, err = v.Present(w.pass()); err != nil {
			return err
		}
		if second.Code == credential.OK {
			_, err = v.Open()
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return first, second
}

// events counts what the lock's log tells.
func (w *world) events() map[credential.Event]int {
	w.t.Helper()
	n := map[credential.Event]int{}
	for _, r := range w.records() {
		n[r.Event]++
	}
	return n
}

func (w *world) records() (all []credential.Record) {
	w.t.Helper()
	for _, sealed := range w.visit(lockcore.Down{}).up.Batches {
		all = append(all, w.batch(sealed).Records...)
	}
	return all
}

// A visitor who is refused brings mail once and is judged once more, not for ever; and whoever has opened has had its turn.
func TestARefusedVisitorIsJudgedOnceMore(t *testing.T) {
	w := newWorld(t)
	w.visit(w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID, Expiry: 1 << 20}}}))
	w.now = w.now.Add(time.Minute)
	first, second := w.visitTwice(w.blockList(credential.BlockList{}))
	if first.Code != credential.CodeBlockedKey || second.Code != credential.OK {
		t.Errorf("got %v and then %v, want the newer list to count", first.Code, second.Code)
	}
	for name, c := range map[string]struct {
		code  credential.Code // of each verdict
		shown int             // times that the lock lets itself be shown the pass
	}{"refused": {credential.CodeActivationMissing, 2}, "admitted": {credential.OK, 1}} {
		shown := 0
		_ = w.pipe(func(conn net.Conn) error {
			v, err := lockcore.Meet(conn, w.trust())
			for err == nil {
				p := w.pass()
				if c.code != credential.OK {
					p.Activation = nil
				}
				var verdict lockcore.Verdict
				if verdict, err = v.Present(p); err != nil {
					break
				}
				if shown++; verdict.Code != c.code {
					t.Errorf("%s: got %v", name, verdict.Code)
				}
				_, err = v.Mail(lockcore.Down{})
			}
			return nil
		})
		if shown != c.shown {
			t.Errorf("%s: shown %d times, want %d", name, shown, c.shown)
		}
	}
}
