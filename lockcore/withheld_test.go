package lockcore_test

import (
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// A key whose grant knows of a newer block list than the lock has is asked for it, and one that leaves the lock without it is
// logged: also when it sends no mail at all, and when it did not get in.
func TestWithheldBlockListIsNoted(t *testing.T) {
	newer := credential.Version{Epoch: 1, Number: uint64(time.Date(2026, 3, 2, 7, 20, 0, 0, time.UTC).Unix())}
	for name, c := range map[string]struct {
		before func(*world)
		visit  func(*lockcore.Visit, *world) error
		want   int
	}{
		"leaves after the verdict": {visit: func(*lockcore.Visit, *world) error { return nil }, want: 1},
		"leaves with the door open": {visit: func(v *lockcore.Visit, _ *world) error {
			_, err := v.Open()
			return err
		}, want: 1},
		"mail without it": {visit: func(v *lockcore.Visit, _ *world) error {
			_, err := v.Mail(lockcore.Down{})
			return err
		}, want: 1},
		"brings it": {visit: func(v *lockcore.Visit, w *world) error {
			_, err := v.Mail(w.blockList(credential.BlockList{}))
			return err
		}, want: 0},
		"refused": {before: func(w *world) { w.resync(credential.Leaf{Lock: lockNo, Rights: 2, Epoch: 1}) },
			visit: func(*lockcore.Visit, *world) error { return nil }, want: 1},
		"a stranger": {before: func(w *world) { w.key = must(credential.NewSigningKey())(w.t) },
			visit: func(*lockcore.Visit, *world) error { return nil }, want: 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(w *world) { w.grant.Blocks = newer })
			owner := w.key
			if c.before != nil {
				c.before(w)
			}
			err := w.pipe(func(conn net.Conn) error {
				v, err := lockcore.Meet(conn, w.trust())
				if err != nil {
					return err
				}
				verdict, err := v.Present(w.pass())
				if err != nil {
					return err
				}
				if asked := verdict.Wants&lockcore.WantBlocks != 0; asked != (w.key == owner) {
					t.Errorf("asked for the block list: %v", asked)
				}
				return c.visit(v, w)
			})
			if err != nil {
				t.Fatal(err)
			}
			w.key = owner
			if got := w.recorded(credential.EventWithheld); got != c.want {
				t.Errorf("got %d records of a list withheld, want %d", got, c.want)
			}
		})
	}
}

// recorded counts the records of one kind in the log, brought home by a key that has the newest block list.
func (w *world) recorded(e credential.Event) (n int) {
	w.t.Helper()
	for _, sealed := range w.visit(w.blockList(credential.BlockList{})).up.Batches {
		for _, r := range w.batch(sealed).Records {
			if r.Event == e {
				n++
			}
		}
	}
	return n
}

// What else a lock can tell that it lacks.
func TestLockAsksForWhatItLacks(t *testing.T) {
	verdict := func(w *world) lockcore.Verdict { return w.visit(lockcore.Down{}).verdict }
	w := newWorld(t)
	if v := verdict(w); v.Wants != 0 || v.Nonce != [8]byte{} {
		t.Errorf("got %b and nonce %x, want nothing: the lock counts no seconds and has all", v.Wants, v.Nonce)
	}
	w.resync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 2})
	if v := verdict(w); v.Wants != lockcore.WantConfig {
		t.Errorf("got %b, want the configuration: the grant is of a later epoch", v.Wants)
	}
	w = newWorld(t, func(w *world) { w.uptime = func() time.Duration { return time.Hour } })
	if v := verdict(w); v.Wants != lockcore.WantTime || v.Nonce == [8]byte{} {
		t.Errorf("got %b and nonce %x, want a time token for a nonce", v.Wants, v.Nonce)
	}
}
