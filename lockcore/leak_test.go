package lockcore_test

import (
	"math"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// replace gives a role another key and certificate from now on, and the municipality's authority with it.
func (d *dynasty) replace(role credential.Role, now time.Time) *credential.Authority {
	d.t.Helper()
	key := must(credential.NewSigningKey())(d.t)
	raw := must(d.secrets.Certify(role, must(credential.PublicKeyOf(key))(d.t), 2, now))(d.t)
	d.m.Roles[role] = credential.RoleSigner{Signer: key, Certificates: [][]byte{raw}}
	return must(credential.LoadAuthority(d.m))(d.t)
}

// Who has stolen the key of a role that signs times pushes a lock almost a year ahead, where every grant has expired. Once the
// root has given the role another key, the first visitor takes the lock back, and the stolen key moves nothing any more.
func TestStolenTimeIsTakenBack(t *testing.T) {
	list := func(w *world) lockcore.Down {
		return w.blockList(credential.BlockList{})
	}
	token := func(w *world) lockcore.Down { return w.told([8]byte{}) }
	for name, c := range map[string]struct {
		role  credential.Role
		opt   func(*world)
		says  func(*world) lockcore.Down
		again bool // the first visit brings a nonce home, the second its answer
	}{
		"block list":      {role: credential.RoleRevocation, says: list},
		"any token":       {role: credential.RoleConfig, says: token},
		"a nonce's token": {role: credential.RoleConfig, opt: counting, says: func(w *world) lockcore.Down { return w.told(w.nonce()) }, again: true},
		"configuration": {role: credential.RoleConfig, says: func(w *world) lockcore.Down {
			return w.configured(credential.LockConfig{Version: uint32(w.now.Unix())})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var d dynasty
			w := newWorld(t, ruled(&d), func(w *world) {
				if c.opt != nil {
					c.opt(w)
				}
			})
			today := w.now
			in300Days := func(by *credential.Authority) {
				nonce := w.nonce()
				honest := w.auth
				w.auth, w.now = by, w.now.Add(300*24*time.Hour)
				push := c.says(w)
				if c.again {
					push = w.told(nonce)
				}
				w.auth, w.now = honest, today
				w.visit(push)
			}
			thief := w.auth
			in300Days(thief)
			w.wantCode(credential.CodeGrantExpired)
			w.start()
			w.wantCode(credential.CodeGrantExpired)

			today = today.Add(3 * time.Hour)
			w.now = today
			w.auth = d.replace(c.role, w.now)
			w.visit(c.says(w))
			if c.again {
				w.visit(c.says(w))
			}
			w.wantCode(credential.OK)
			if off := w.believes(); off > time.Minute || off < -time.Minute {
				t.Errorf("the lock is %v off", off)
			}
			in300Days(thief)
			w.wantCode(credential.OK)
			w.start()
			w.wantCode(credential.OK)
		})
	}
}

// A stolen key at a lock that has lost its clock: the shift ends by the lock's counter although nobody brings any news.
func TestShiftEndsWhileTheClockIsLost(t *testing.T) {
	w := newWorld(t, counting)
	w.clockOK = false
	w.start()
	w.visit(w.told([8]byte{}))
	w.now = w.now.Add(11 * time.Hour)
	w.wantCode(credential.OK)
	w.now = w.now.Add(time.Hour + time.Minute)
	w.wantCode(credential.CodeActivationExpired)
}

// A lock that counts no seconds can make nothing of a nonce. It asks for any token, when its clock is lost or it has heard nothing for a day.
func TestLockWithoutCounterWantsAnyTime(t *testing.T) {
	w := newWorld(t)
	wants := func(want bool) {
		t.Helper()
		v := w.visit(lockcore.Down{}).verdict
		if got := v.Wants&lockcore.WantTime != 0; got != want || v.Nonce != [8]byte{} {
			t.Errorf("got %v and nonce %x, want %v and none", got, v.Nonce, want)
		}
	}
	wants(false)
	w.now = w.now.Add(25 * time.Hour)
	wants(true)
	w.visit(w.told([8]byte{}))
	wants(false)
	w.clockOK = false
	wants(true)
}

// A visitor who leaves after the lock has been reset, and taken into use again, is none of its business.
func TestFormerVisitorsAreNotNoted(t *testing.T) {
	w := newWorld(t, func(w *world) { w.grant.Blocks = credential.Version{Epoch: 1, Number: math.MaxUint32} })
	x := &wire{session: w.lock.NewSession()}
	v := must(lockcore.Meet(x, w.trust()))(t)
	if verdict := must(v.Present(w.pass()))(t); verdict.Code != credential.OK {
		t.Fatal(verdict.Code)
	}
	if err := w.reset(lockcore.Resetter{Code: w.lock.ClaimCode()}); err != nil {
		t.Fatal(err)
	}
	w.claim()
	before := w.lock.Last()
	x.session.End()
	if got := w.lock.Last(); got != before {
		t.Errorf("%d records, then %d: the lock's former life is in its log", before, got)
	}
}
