package storage_test

import (
	"errors"
	"testing"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// proves issue 01, item 2: of two who claim a work one gets it, until it is released
func TestClaim(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		one, two := storagetest.Open(t, target, storage.Options{}), storagetest.Open(t, target, storage.Options{})
		release, err := one.Claim(t.Context(), "work")
		if err != nil {
			t.Fatal(err)
		}
		for _, db := range []*storage.DB{one, two} {
			if _, err := db.Claim(t.Context(), "work"); !errors.Is(err, storage.Claimed) {
				t.Errorf("a second claim: got %v, want Claimed", err)
			}
		}
		other, err := two.Claim(t.Context(), "other")
		if err != nil {
			t.Errorf("another work: got %v, want it", err)
		} else if err := other(); err != nil {
			t.Error(err)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		again, err := two.Claim(t.Context(), "work")
		if err != nil {
			t.Fatalf("after the release: got %v, want it", err)
		}
		if err := again(); err != nil {
			t.Error(err)
		}
	})
}
