package identity

import "testing"

// A token's secret with one character changed is told from one that was made: it is a typing error, not a revoked token.
func FuzzSecret(f *testing.F) {
	good := newSecret()
	f.Add(good)
	f.Add("")
	f.Add(secretPrefix)
	f.Fuzz(func(t *testing.T, s string) {
		if wellFormed(s) && (len(s) != secretSize || s[secretSize-8:] != checksum(s[:secretSize-8])) {
			t.Errorf("%q is taken for a secret", s)
		}
		if i := len(s) % len(good); wellFormed(good[:i] + "x" + good[i+1:]) {
			t.Errorf("a secret with another character at %d is taken for one", i)
		}
	})
}
