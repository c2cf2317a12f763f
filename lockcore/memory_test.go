package lockcore_test

import (
	"testing"

	"hemnyckel/lockcore"
)

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
