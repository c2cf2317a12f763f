//go:build !cgo

package keystore

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestWithoutCModulesAreRefusedClearly(t *testing.T) {
	s, err := Create(filepath.Join(t.TempDir(), "keys"), nil, 10, func(Question) ([]byte, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.NewSigner("config", "pkcs11:token=a?module-path=/b.so"); !errors.Is(err, ErrNoModules) {
		t.Errorf("got %v, want %v", err, ErrNoModules)
	}
}
