package credential_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"testing"

	"hemnyckel/credential"
)

// BenchmarkGrantIssue is a grant for 600 locks, leaves salted, tree hashed, signed. The raw limit is one ES256 signature;
// "tree cached" is what a server does that keeps a group's tree.
func BenchmarkGrantIssue(b *testing.B) {
	auth := must(credential.NewAuthority(noon))(b)
	key, pub := holder(b)
	g := credential.Grant{Key: 17, Holder: pub, Shift: 720, Group: 12}
	leaves := make([]credential.Leaf, 600)
	for i := range leaves {
		leaves[i] = credential.Leaf{Lock: uint32(100_000 + i), Rights: credential.RightOpen, Epoch: 1}
	}
	b.Run("raw limit", func(b *testing.B) {
		digest := sha256.Sum256([]byte("x"))
		for b.Loop() {
			if _, err := ecdsa.SignASN1(rand.Reader, key, digest[:]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("600 locks", func(b *testing.B) {
		for b.Loop() {
			padded := must(credential.PadLeaves(leaves))(b)
			tree := must(credential.NewTree(padded))(b)
			must(auth.IssueGrant(g, tree, noon))(b)
		}
	})
	b.Run("600 locks, tree cached", func(b *testing.B) {
		tree := padded(b, 600)
		for b.Loop() {
			must(auth.IssueGrant(g, tree, noon))(b)
		}
	})
}
