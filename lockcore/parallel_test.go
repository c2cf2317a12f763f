package lockcore_test

import (
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// between runs f after a visitor's verdict and before its OPEN.
func (w *world) between(f func()) (o lockcore.Opened) {
	w.t.Helper()
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		if verdict, err := v.Present(w.pass()); err != nil || verdict.Code != credential.OK {
			w.t.Fatalf("got %v, %v, want a good verdict", verdict.Code, err)
		}
		f()
		o, err = v.Open()
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

// A verdict is no promise for later: what time or another visitor has changed by the time of OPEN counts.
func TestOpenIsJudgedWhenItIsAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world)
		want   credential.Code
	}{
		"nothing":     {func(*world) {}, credential.OK},
		"another day": {func(w *world) { w.now = w.now.Add(13 * time.Hour) }, credential.CodeActivationExpired},
		"a block list": {func(w *world) {
			w.visitor(w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID}}}))
		}, credential.CodeBlockedKey},
		"a change that was stored although it failed": {func(w *world) {
			w.store.after = 1
			w.visitor(w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID}}}))
		}, credential.CodeBlockedKey},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			got := w.between(func() { c.change(w) })
			if got.Code != c.want || (w.bolts == 1) != (c.want == credential.OK) {
				t.Errorf("got %v and %d bolts, want %v", got.Code, w.bolts, c.want)
			}
			w.start() // what is stored hangs together
		})
	}
}

// visitor brings mail in a session of its own, with a grant that opens nothing.
func (w *world) visitor(d lockcore.Down) {
	w.t.Helper()
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		pass := w.pass()
		pass.Grant = nil
		if _, err := v.Present(pass); err != nil {
			return err
		}
		_, err = v.Mail(d)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Two installers who both know the code cannot both claim the lock.
func TestClaimedWhileAnotherClaims(t *testing.T) {
	w := newWorld(t, func(w *world) { w.ring = 64 })
	w.store = &memStore{}
	w.start()
	err := w.pipe(func(c net.Conn) error {
		return lockcore.Claim(c, w.lock.ClaimCode(), func(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
			w.claim()
			return w.install(c), nil
		})
	})
	if got := credential.CodeOf(err); got != credential.CodeClaimed {
		t.Errorf("got %v, want %v", err, credential.CodeClaimed)
	}
}

// A copied grant without its key cannot push openings out of the ring, nor learn anything about the lock.
func TestCopiedGrantOverwritesNothing(t *testing.T) {
	w := newWorld(t)
	w.wantCode(credential.OK)
	before := w.visit(lockcore.Down{}).verdict
	owner := w.key
	w.key = must(credential.NewSigningKey())(t)
	for range 3 * w.ring {
		w.wantCode(credential.CodeNotHolder)
	}
	if got, want := w.visit(lockcore.Down{}).verdict, (lockcore.Verdict{Code: credential.CodeNotHolder}); got != want {
		t.Errorf("a stranger is told %+v, want the code alone", got)
	}
	w.key = owner
	if got := w.visit(lockcore.Down{}).verdict; int(got.Seq) >= w.ring || got.Seq <= before.Seq {
		t.Errorf("the log is at %d of %d", got.Seq, w.ring)
	}
}

// Every batch of a visit names the oldest record that the lock still holds for the server, so that none can be left out unseen.
func TestBatchesNameTheOldestRecord(t *testing.T) {
	w := newWorld(t)
	for range 40 {
		w.wantCode(credential.OK)
	}
	up := w.visit(lockcore.Down{}).up
	if len(up.Batches) < 2 {
		t.Fatalf("got %d batches, want several", len(up.Batches))
	}
	oldest := w.batch(up.Batches[0]).First()
	for i, sealed := range up.Batches {
		if b := w.batch(sealed); b.Oldest != oldest {
			t.Errorf("batch %d from %d: oldest %d, want %d", i, b.First(), b.Oldest, oldest)
		}
	}
}

// A clock that has run wild is a lost clock: the log can still be sent home.
func TestClockBeyondAllTimes(t *testing.T) {
	for _, wild := range []time.Time{time.Unix(1<<40, 0), time.Unix(-5, 0)} {
		w := newWorld(t)
		w.now = wild
		if o := w.visit(lockcore.Down{}); o.verdict.Code != credential.OK || len(o.up.Batches) == 0 {
			t.Errorf("%v: got %v and %d batches, want reached and logged", wild.Year(), o.verdict.Code, len(o.up.Batches))
		}
	}
}
