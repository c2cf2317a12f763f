package bench

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// deviceFamilies measure what is signed and verified between server, key and lock. The limits are the same signatures and
// hashes with the standard library alone.
func deviceFamilies() []family {
	return []family{
		{[]string{"grant-issue"}, "a grant for 600 locks: salts, tree, signature", grantIssue},
		{[]string{"lock-decision", "lock-decision/revisit"}, "a lock's decision over 1 024 leaves, from the decrypted frame to the verdict's", lockDecision},
	}
}

// grantLocks is how many doors the measured grant opens.
const grantLocks = 600

func grantIssue(_ context.Context, s *session) error {
	now := time.Now()
	authority, err := credential.NewAuthority(now)
	if err != nil {
		return err
	}
	secret, err := credential.NewSigningKey()
	if err != nil {
		return err
	}
	holder, err := credential.PublicKeyOf(secret)
	if err != nil {
		return err
	}
	leaves := make([]credential.Leaf, grantLocks)
	for i := range leaves {
		leaves[i] = credential.Leaf{Lock: uint32(100_000 + i), Rights: credential.RightOpen, Epoch: 1}
	}
	g := credential.Grant{Key: 17, Holder: holder, Generation: 1, Shift: 720, Group: 12}
	issue, err := s.repeat(func() error {
		padded, err := credential.PadLeaves(leaves)
		if err != nil {
			return err
		}
		tree, err := credential.NewTree(padded)
		if err != nil {
			return err
		}
		_, err = authority.IssueGrant(g, tree, now)
		return err
	})
	if err != nil {
		return err
	}
	leaf, err := credential.Encode(leaves[0])
	if err != nil {
		return err
	}
	bare, err := s.repeat(func() error { return signAndHash(secret, 1024, len(leaf)) })
	if err != nil {
		return err
	}
	return s.emit("grant-issue", micro(issue), "µs", micro(bare))
}

// signAndHash is one signature and the hashes of a tree of so many leaves (RFC 6962 §2.1), over fixed bytes.
func signAndHash(secret *ecdsa.PrivateKey, leaves, leafBytes int) error {
	var digest [32]byte
	leaf, node := make([]byte, 1+leafBytes), make([]byte, 1+2*len(digest))
	for range leaves {
		digest = sha256.Sum256(leaf)
	}
	for range leaves - 1 {
		copy(node[1:], digest[:])
		digest = sha256.Sum256(node)
	}
	_, err := ecdsa.SignASN1(rand.Reader, secret, digest[:])
	return err
}

func micro(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func lockDecision(_ context.Context, s *session) error {
	w, err := newDoor()
	if err != nil {
		return err
	}
	first, err := w.decisions(s.size(300, 2), true)
	if err != nil {
		return err
	}
	again, err := w.decisions(s.size(300, 2), false)
	if err != nil {
		return err
	}
	one, err := s.repeat(func() error { return verifications(w.key, w.digest, w.signature, 1) })
	if err != nil {
		return err
	}
	six, err := s.repeat(func() error { return verifications(w.key, w.digest, w.signature, firstContact) })
	if err != nil {
		return err
	}
	if err := s.emit("lock-decision", 1000*quantile(first, 0.5), "µs", micro(six)); err != nil {
		return err
	}
	return s.emit("lock-decision/revisit", 1000*quantile(again, 0.5), "µs", micro(one))
}

// firstContact is the number of signatures that a lock verifies at first contact: issuer's certificate, grant, station CA's
// certificate, station's certificate, activation, possession. A revisit leaves possession.
const firstContact = 6

var errVerify = errors.New("a signature of our own does not verify")

func verifications(key *ecdsa.PrivateKey, digest, signature []byte, n int) error {
	for range n {
		if !ecdsa.VerifyASN1(&key.PublicKey, digest, signature) {
			return errVerify
		}
	}
	return nil
}

// decisions times n decisions, each in a session of its own. forget makes every one a first contact: the lock is started
// anew from what it has stored.
func (w *door) decisions(n int, forget bool) ([]time.Duration, error) {
	var all []time.Duration
	for i := range n + 1 {
		if forget || i == 0 {
			if err := w.start(); err != nil {
				return nil, err
			}
		}
		wire := &stepping{session: w.lock.NewSession()}
		v, err := lockcore.Meet(wire, w.trust)
		if err != nil {
			return nil, err
		}
		w.count++
		w.pass.Counter = w.count
		verdict, err := v.Present(w.pass)
		if err != nil {
			return nil, err
		}
		if verdict.Code != credential.OK {
			return nil, fmt.Errorf("the lock refused: %v", verdict.Code)
		}
		if i > 0 { // the first is warming up, and no revisit
			all = append(all, wire.last)
		}
	}
	return all, nil
}
