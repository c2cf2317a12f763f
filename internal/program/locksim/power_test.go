package locksim_test

import (
	"net"
	"path/filepath"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/internal/program/locksim"
)

// day is a key's day, as far as it gets: synced, activated, a door, home again.
func (w *town) day() {
	for _, step := range []func() error{
		func() error { return w.tryStation(steps{sync: true, activate: true}) },
		func() error { _, err := w.key.Open(w.t.Context(), w.lock.Addr()); return err },
		func() error { return w.tryStation(steps{sync: true, activate: true, erase: true}) },
	} {
		if step() != nil {
			return
		}
	}
}

// tryStation is a visit that may break off.
func (w *town) tryStation(s steps) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := ln.Accept(); err == nil {
			_ = w.serveKey(conn, s) // the key tells
			conn.Close()
		}
	}()
	_, err = w.key.Station(w.t.Context(), ln.Addr().String())
	ln.Close()
	<-done
	return err
}

// The power goes at each of a key's writes, which is lost or saved all the same. The key goes on from what it has stored: it syncs, opens
// and brings home every opening that there has been, and no counter is used twice.
func TestPowerCutAtEveryWriteOfAKey(t *testing.T) {
	w := newTown(t)
	power := func() *locksim.Key {
		k, err := locksim.OpenKey(filepath.Join(w.dir, "key.state"))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	cuts := 0
	for _, saved := range []bool{false, true} {
		for n, hit := 1, true; hit; n++ {
			w.key = power()
			cut := w.key.CutAt(n, saved)
			w.day()
			if hit = cut(); hit {
				cuts++
			}
			w.key = power()
			w.visitStation(steps{sync: true, activate: true})
			w.open(credential.OK)
			if n > 30 {
				t.Fatal("the number of writes has no end")
			}
		}
	}
	w.visitStation(steps{sync: true})
	seen := map[uint32]bool{}
	opened := 0
	for _, r := range w.records {
		if r.Event == credential.EventOpened && !seen[r.Seq] {
			opened++
		}
		seen[r.Seq] = true
		if r.Flags&credential.FlagCounterBehind != 0 {
			t.Errorf("record %d: a counter came twice", r.Seq)
		}
	}
	for seq := uint32(1); seq <= uint32(len(seen)); seq++ {
		if !seen[seq] {
			t.Errorf("record %d has not come home", seq)
		}
	}
	if moved := int(w.bolts.Load()); opened != moved || cuts < 8 {
		t.Errorf("%d openings came home after %d cuts, the bolt moved %d times", opened, cuts, moved)
	}
}
