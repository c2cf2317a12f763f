package lockcore_test

import (
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// What a lock has verified when it was claimed no visitor has to wait for, and its first block list changes no signer.
func TestFirstBlockListForgetsNothing(t *testing.T) {
	w := newWorld(t)
	claimed := w.lock.Remembered()
	if claimed < 3 { // the config authority, the grant issuer, the station CA
		t.Errorf("a lock that has been claimed remembers %d signatures", claimed)
	}
	w.wantCode(credential.OK)
	before := w.lock.Remembered()
	if before-claimed != 3 { // station, grant, activation
		t.Errorf("the first visitor showed %d signatures that the lock had not verified", before-claimed)
	}
	w.visit(w.blockList(credential.BlockList{}))
	if after := w.lock.Remembered(); after <= before {
		t.Errorf("%d signatures are remembered after the first block list, %d before", after, before)
	}
}

// What is asked for again and again stays while what is asked for once comes and goes; and the bound holds.
func TestMemoryKeepsWhatIsAskedFor(t *testing.T) {
	const limit = 8
	m := lockcore.NewMemory(limit)
	digest := func(i int) [32]byte { return [32]byte{byte(i), byte(i >> 8)} }
	m.Remember(digest(0))
	for i := 1; i < 100; i++ {
		if !m.Known(digest(0)) {
			t.Fatalf("forgotten after %d others", i)
		}
		m.Remember(digest(i))
		m.Remember(digest(i))
	}
	known := 0
	for i := range 100 {
		if m.Known(digest(i)) {
			known++
		}
	}
	if known != limit {
		t.Errorf("%d are known, want %d", known, limit)
	}
	for i := 100; i < 200; i++ { // all that it knows have just been asked for
		m.Remember(digest(i))
	}
	if m.Known(digest(0)) || !m.Known(digest(199)) {
		t.Error("the newest is not known, or what nobody asks for still is")
	}
}
