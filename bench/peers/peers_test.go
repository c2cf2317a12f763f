package main

import (
	"testing"
	"time"
)

// What a lock is shown is smaller than in any of the peers' forms, and every form verifies.
func TestOursIsSmallest(t *testing.T) {
	ours, peers, err := forms(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(peers, ours) {
		if err := p.verify(); err != nil {
			t.Errorf("%s does not verify: %v", p.name, err)
		}
		if p.name != ours.name && ours.bytes >= p.bytes {
			t.Errorf("ours is %d bytes, %s is %d", ours.bytes, p.name, p.bytes)
		}
	}
}
