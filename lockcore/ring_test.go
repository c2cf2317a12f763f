package lockcore_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// ack is the server's answer to everything up to and including a batch.
func (w *world) ack(b credential.LogBatch) lockcore.Down {
	w.t.Helper()
	return lockcore.Down{Authority: w.auth.Certificate(credential.RoleConfig), Acks: must(w.auth.IssueAcks([]credential.Ack{{
		Lock: b.Identity, Epoch: b.Epoch, Seq: b.Through(), Head: must(b.Head())(w.t),
	}}))(w.t)}
}

// journal is what a server knows of one lock's log: it takes batches in any order and any number of times.
type journal struct {
	w       *world
	records map[uint32]credential.Record
	lost    uint32 // numbers that LOST tells of
}

func (j *journal) take(batches [][]byte) credential.LogBatch {
	j.w.t.Helper()
	var last credential.LogBatch
	for _, sealed := range batches {
		last = j.w.batch(sealed)
		for _, r := range last.Records {
			if have, ok := j.records[r.Seq]; ok && have != r {
				j.w.t.Fatalf("record %d is %+v and was %+v", r.Seq, r, have)
			}
			if _, ok := j.records[r.Seq]; !ok && r.Event == credential.EventLost {
				j.lost += r.Info
			}
			j.records[r.Seq] = r
		}
	}
	return last
}

// Several visitors carry the same records. Some lose them; whoever comes home first gets them acknowledged, and the others'
// copies change nothing.
func TestCouriersOverlap(t *testing.T) {
	w := newWorld(t)
	j := journal{w: w, records: map[uint32]credential.Record{}}
	var under [][][]byte // mail on its way
	for i := range 3 * w.ring {
		w.now = w.now.Add(time.Minute)
		o := w.visit(lockcore.Down{})
		if n := len(o.up.Batches); n > lockcore.MaxSessionBatch {
			t.Fatalf("%d batches for one visitor", n)
		}
		under = append(under, o.up.Batches)
		if i%40 == 39 {
			old, late := under[len(under)-30], under[len(under)-10]
			b := j.take(late) // the later visitor comes home first
			j.take(old)
			w.visit(w.ack(b))
			w.visit(w.ack(b)) // and two carry the acknowledgement
		}
		if i%100 == 99 {
			w.start()
		}
		if o.verdict.Code == credential.CodeActivationExpired {
			w.shift()
		}
	}
	last := j.take(w.visit(lockcore.Down{}).up.Batches)
	if want := last.Through(); uint32(len(j.records)) != want || j.lost != 0 {
		t.Errorf("the server has %d records of %d, %d lost", len(j.records), want, j.lost)
	}
}

// A lock that must not lose a record refuses while its log is full, and opens again when a visitor brings the acknowledgement.
func TestStrictLogRefusesWhenFull(t *testing.T) {
	w := newWorld(t)
	w.visit(w.configured(credential.LockConfig{Version: 2, StrictLog: true}))
	opened := 0
	for w.visit(lockcore.Down{}).verdict.Code == credential.OK {
		if opened++; opened > w.ring {
			t.Fatal("the lock never fills")
		}
	}
	w.wantCode(credential.CodeLogFull)
	w.start()
	w.wantCode(credential.CodeLogFull)
	o := w.visit(lockcore.Down{})
	j := journal{w: w, records: map[uint32]credential.Record{}}
	down := w.ack(j.take(o.up.Batches))
	if first, second := w.visitTwice(down); first.Code != credential.CodeLogFull || second.Code != credential.OK {
		t.Errorf("got %v and then %v, want the acknowledgement to make room", first.Code, second.Code)
	}
	j.take(w.visit(lockcore.Down{}).up.Batches)
	if j.lost != 0 {
		t.Errorf("%d records lost in a strict lock", j.lost)
	}
}

// Every write of a lock's day fails in turn, having been stored or not: the lock starts again, says of every movement of the bolt,
// and goes on where it was.
func TestPowerCutAtEveryWriteOfALife(t *testing.T) {
	for _, after := range []bool{false, true} {
		for k := 1; ; k++ {
			if !cutAt(t, k, after) {
				if k < 12 {
					t.Errorf("the day has %d writes only", k)
				}
				break
			}
		}
	}
}

// cutAt lets the k-th write from the claiming on fail, and reports whether there was one.
func cutAt(t *testing.T, k int, after bool) (cut bool) {
	t.Helper()
	name := fmt.Sprintf("write %d, stored %v", k, after)
	var d dynasty
	w := newWorld(t, ruled(&d), counting)
	changed := d.succeed(w.now, credential.At(w.now).Add(credential.MaxRootOverlap))
	w.store = &memStore{}
	w.start() // a fresh lock that nobody has claimed
	if after {
		w.store.after = k
	} else {
		w.store.before = k
	}
	bolts := w.bolts
	day := []func() error{
		w.tryClaim,
		func() error { return w.try(lockcore.Down{}) },
		func() error {
			return w.try(w.blockList(credential.BlockList{Version: credential.Version{Number: 7}}))
		},
		func() error { return w.try(w.configured(credential.LockConfig{Version: 2})) },
		func() error { return w.try(w.told(w.lastNonce)) },
		func() error { return w.try(lockcore.Down{Roots: changed.RootStatements()}) },
		func() error { // a station that the lock has not heard of: its certificate is kept with the opening
			w.newStation()
			return w.try(lockcore.Down{})
		},
		func() error { return w.try(lockcore.Down{}) },
	}
	failed := func() bool { return w.store.before == 0 && w.store.after == 0 }
	for _, part := range day {
		before := failed()
		err := part()
		if failed() == before { // no cut in this part
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			continue
		}
		w.start() // the power is back: a lock that does not start fails the test
		if w.lock.Number() == 0 {
			err = w.tryClaim()
		}
		if err = part(); err != nil && credential.CodeOf(err) != credential.CodeClaimed {
			t.Fatalf("%s: again: %v", name, err)
		}
	}
	cut = failed()
	w.store.before, w.store.after = 0, 0
	w.wantCode(credential.OK)
	kept := w.names()
	if w.start(); kept < 4 || w.names() != kept {
		t.Errorf("%s: the lock kept %d certificates, and %d after a start", name, kept, w.names())
	}
	if told := w.openings(); told < w.bolts-bolts-1 {
		t.Errorf("%s: %d openings in the log, the bolt has moved %d times", name, told, w.bolts-bolts-1)
	}
	if cut {
		w.cutReset(name, after)
	}
	return cut
}

// cutReset resets the lock with the power going at the last write: it is either what it was or new, never both.
func (w *world) cutReset(name string, after bool) {
	w.t.Helper()
	key, code := w.lock.Key(), w.lock.ClaimCode()
	if after {
		w.store.after = 2
	} else {
		w.store.before = 2
	}
	if err := w.reset(lockcore.Resetter{Code: code}); err == nil {
		w.t.Errorf("%s: a reset that was cut succeeded", name)
	}
	w.start()
	if reset := w.lock.Key() != key; reset != after || reset != (w.lock.Number() == 0) || w.lock.ClaimCode() != code {
		w.t.Errorf("%s: the lock is neither what it was nor new", name)
	}
}

// try is a visit that may break off.
func (w *world) try(down lockcore.Down) error {
	return w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		verdict, err := v.Present(w.pass())
		if err != nil {
			return err
		}
		w.lastNonce = verdict.Nonce
		if verdict.Code != credential.OK {
			return credential.Refuse(verdict.Code, "")
		}
		bolts := w.bolts
		opened, err := v.Open()
		if err != nil {
			return err
		}
		if (opened.Code == credential.OK) != (w.bolts == bolts+1) {
			w.t.Errorf("the key was told %v and the bolt moved %d times", opened.Code, w.bolts-bolts)
		}
		_, err = v.Mail(down)
		return err
	})
}

func (w *world) tryClaim() error {
	return w.pipe(func(c net.Conn) error {
		return lockcore.Claim(c, w.lock.ClaimCode(), func(candidate lockcore.Candidate) (lockcore.ClaimInstall, error) {
			return w.install(candidate), nil
		})
	})
}

// The power goes while the lock starts, for the first time or again.
func TestPowerCutAtStart(t *testing.T) {
	for _, after := range []bool{false, true} {
		for _, fresh := range []bool{true, false} {
			w := newWorld(t)
			if fresh {
				w.store = &memStore{}
			}
			if w.store.before = 1; after {
				w.store.before, w.store.after = 0, 1
			}
			_, err := lockcore.New(lockcore.Config{Store: w.store, Bolt: func() {}, Ring: w.ring, Now: func() (credential.Instant, bool) { return 0, false }})
			if credential.CodeOf(err) != credential.CodeStorage {
				t.Errorf("after %v, fresh %v: got %v, want %v", after, fresh, err, credential.CodeStorage)
			}
			w.start()
			if fresh {
				w.claim()
			}
			w.wantCode(credential.OK)
		}
	}
}
