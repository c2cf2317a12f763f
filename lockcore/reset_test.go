package lockcore_test

import (
	"crypto/ecdsa"
	"errors"
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

func (w *world) reset(r lockcore.Resetter) error {
	return w.pipe(func(c net.Conn) error { return lockcore.Reset(c, r) })
}

// mandated is an installer with a mandate that change has been applied to.
func (w *world) mandated(change func(*credential.Mandate)) lockcore.Resetter {
	w.t.Helper()
	device := must(credential.NewSigningKey())(w.t)
	m := credential.Mandate{Lock: w.lock.Key().Hash(), Purpose: credential.MandateReset, Installer: must(credential.PublicKeyOf(device))(w.t)}
	if change != nil {
		change(&m)
	}
	return lockcore.Resetter{Mandate: must(w.auth.IssueMandate(m, w.now))(w.t), DeviceCA: w.auth.Certificate(credential.RoleDeviceCA), Device: device}
}

func TestResetIsPermitted(t *testing.T) {
	w := newWorld(t)
	other := newWorld(t)
	thief := must(credential.NewSigningKey())(t)
	own := w.mandated(nil)
	blocked := w.mandated(nil)
	serial := must(credential.ParseMandate(blocked.Mandate))(t).Serial
	w.visit(w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockCertificate, ID: serial, Expiry: 1 << 20}}}))
	with := func(r lockcore.Resetter, device *ecdsa.PrivateKey) lockcore.Resetter { r.Device = device; return r }
	long := w.mandated(nil)
	for _, c := range []struct {
		name   string
		r      lockcore.Resetter
		button bool
		later  time.Duration
		want   credential.Code
	}{
		{"nothing", lockcore.Resetter{}, true, 0, credential.CodeClaimCode},
		{"wrong code", lockcore.Resetter{Code: "AAAA-BBBB-CCCC-DDDD"}, true, 0, credential.CodeClaimCode},
		{"code without button", lockcore.Resetter{Code: w.lock.ClaimCode()}, false, 0, credential.CodeButton},
		{"mandate without button", own, false, 0, credential.CodeButton},
		{"mandate of another device", with(own, thief), true, 0, credential.CodeInstaller},
		{"mandate for another lock", w.mandated(func(m *credential.Mandate) { m.Lock[0] ^= 1 }), true, 0, credential.CodeInstaller},
		{"mandate to claim", w.mandated(func(m *credential.Mandate) { m.Purpose = credential.MandateClaim }), true, 0, credential.CodeInstaller},
		{"mandate of another municipality", other.mandated(func(m *credential.Mandate) { m.Lock = w.lock.Key().Hash() }), true, 0, credential.CodeInstaller},
		{"blocked mandate", blocked, true, 0, credential.CodeInstaller},
		{"expired mandate", long, true, 25 * time.Hour, credential.CodeInstaller},
		{"mandate", own, true, 0, credential.OK},
	} {
		now := w.now
		w.button, w.now = !c.button, w.now.Add(c.later)
		err := w.reset(c.r)
		if got := credential.CodeOf(err); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
		if unclaimed := w.lock.Number() == 0; unclaimed != (c.want == credential.OK) {
			t.Errorf("%s: the lock has number %d", c.name, w.lock.Number())
		}
		w.now = now
	}
	if err := w.reset(lockcore.Resetter{Code: w.lock.ClaimCode()}); credential.CodeOf(err) != credential.CodeUnclaimed {
		t.Errorf("a new lock: got %v, want %v", err, credential.CodeUnclaimed)
	}
}

// After a reset nothing of the former life counts, and nothing of it is left in the lock.
func TestResetIsANewLife(t *testing.T) {
	w := newWorld(t)
	for range 40 {
		w.wantCode(credential.OK)
	}
	b := w.batch(w.visit(lockcore.Down{}).up.Batches[0])
	acks := must(w.auth.IssueAcks([]credential.Ack{{Lock: b.Identity, Epoch: b.Epoch, Seq: b.Through(), Head: must(b.Head())(t)}}))(t)
	config := w.configured(credential.LockConfig{Version: 9})
	own, formerKey, code := w.mandated(nil), w.lock.Key(), w.lock.ClaimCode()
	var kept []credential.Record
	keep := func(batches [][]byte) error {
		for _, sealed := range batches {
			kept = append(kept, w.batch(sealed).Records...)
		}
		return nil
	}
	if err := w.reset(lockcore.Resetter{Code: code, Keep: keep}); err != nil {
		t.Fatal(err)
	}
	if n := len(kept); n < 43 || kept[0].Seq != 1 || kept[n-1].Seq != uint32(n) || kept[n-1].Event != credential.EventReset {
		t.Errorf("the installer has %d records, want all of them, the reset last", n)
	}
	if w.lock.Key() == formerKey || w.lock.ClaimCode() != code || w.lock.Number() != 0 {
		t.Error("want another identity, the same printed code and no number")
	}
	for slot, b := range w.store.slots {
		if len(b) > 0 && slot != lockcore.SlotIdentity && slot != lockcore.SlotHead {
			t.Errorf("slot %d is left from the former life", slot)
		}
	}
	w.start()
	w.claim() // by the same municipality under the same number
	w.visit(lockcore.Down{Authority: config.Authority, Acks: acks})
	if first := w.batch(w.visit(lockcore.Down{}).up.Batches[0]).First(); first != 1 {
		t.Errorf("the lock sends from record %d: an acknowledgement of its former life counts", first)
	}
	if err := w.reset(own); credential.CodeOf(err) != credential.CodeInstaller {
		t.Errorf("a mandate of the former life: got %v, want %v", err, credential.CodeInstaller)
	}
	// The server gives the lock a higher epoch: every grant from before ends.
	if err := w.reset(lockcore.Resetter{Code: code}); err != nil {
		t.Fatal(err)
	}
	w.epoch = 2
	w.claim()
	w.wantCode(credential.CodeEpochOld)
	w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 2})
	w.activate()
	w.wantCode(credential.OK)
}

// Records that could not be stored outside the lock stay in it.
func TestResetStopsWhereRecordsAreNotSafe(t *testing.T) {
	w := newWorld(t)
	full := errors.New("the disk is full")
	err := w.reset(lockcore.Resetter{Code: w.lock.ClaimCode(), Keep: func([][]byte) error { return full }})
	if !errors.Is(err, full) || w.lock.Number() != lockNo {
		t.Errorf("got %v and number %d, want the lock as it was", err, w.lock.Number())
	}
	w.wantCode(credential.OK)
}

// A lock that is reset while a key is in front of it does not open to that key.
func TestResetWhileAKeyIsThere(t *testing.T) {
	w := newWorld(t)
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		if _, err := v.Present(w.pass()); err != nil {
			return err
		}
		if err := w.reset(lockcore.Resetter{Code: w.lock.ClaimCode()}); err != nil {
			return err
		}
		w.claim()
		_, err = v.Open()
		return err
	})
	if err == nil || w.bolts != 0 {
		t.Errorf("got %v and %d bolts, want a broken conversation", err, w.bolts)
	}
}

func TestClaimNeedsButtonAndMandate(t *testing.T) {
	w := newWorld(t)
	stranger := newWorld(t)
	for name, c := range map[string]struct {
		button bool
		change func(*lockcore.ClaimInstall, lockcore.Candidate)
		want   credential.Code
	}{
		"no button":  {false, nil, credential.CodeButton},
		"no mandate": {true, func(m *lockcore.ClaimInstall, _ lockcore.Candidate) { m.Mandate = nil }, credential.CodeInstaller},
		"mandate of a stranger": {true, func(m *lockcore.ClaimInstall, c lockcore.Candidate) {
			m.Mandate = must(stranger.auth.IssueMandate(credential.Mandate{Lock: c.Key.Hash(), Installer: c.Installer, Purpose: credential.MandateClaim}, w.now))(t)
		}, credential.CodeInstaller},
		"another installer's mandate": {true, func(m *lockcore.ClaimInstall, c lockcore.Candidate) {
			m.Mandate = must(w.auth.IssueMandate(credential.Mandate{Lock: c.Key.Hash(), Installer: stranger.holder, Purpose: credential.MandateClaim}, w.now))(t)
		}, credential.CodeInstaller},
		"expired mandate": {true, func(m *lockcore.ClaimInstall, c lockcore.Candidate) {
			m.Mandate = must(w.auth.IssueMandate(credential.Mandate{Lock: c.Key.Hash(), Installer: c.Installer, Purpose: credential.MandateClaim,
				Expires: credential.At(w.now) - 60}, w.now))(t)
		}, credential.CodeInstaller},
		"no next root": {true, func(m *lockcore.ClaimInstall, _ lockcore.Candidate) { m.Next = credential.Hash{} }, credential.CodeRoot},
		"all of it":    {true, nil, credential.OK},
	} {
		w.store = &memStore{}
		w.button = !c.button
		w.start()
		err := w.pipe(func(conn net.Conn) error {
			return lockcore.Claim(conn, w.lock.ClaimCode(), func(candidate lockcore.Candidate) (lockcore.ClaimInstall, error) {
				m := w.install(candidate)
				if c.change != nil {
					c.change(&m, candidate)
				}
				return m, nil
			})
		})
		if got := credential.CodeOf(err); got != c.want {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if claimed := w.lock.Number() != 0; claimed != (c.want == credential.OK) {
			t.Errorf("%s: the lock has number %d", name, w.lock.Number())
		}
	}
}
