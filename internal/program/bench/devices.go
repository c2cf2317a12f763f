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
	first, six, err := w.decisions(s.size(600, 2), true, firstContact)
	if err != nil {
		return err
	}
	again, one, err := w.decisions(s.size(1500, 2), false, 1)
	if err != nil {
		return err
	}
	if err := s.emit("lock-decision", 1000*quantile(first, 0.5), "µs", 1000*quantile(six, 0.5)); err != nil {
		return err
	}
	return s.emit("lock-decision/revisit", 1000*quantile(again, 0.5), "µs", 1000*quantile(one, 0.5))
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

// decisions times n decisions, each in a session of its own, and after each the bare verifications that it contains, so that
// both see the same machine. forget makes every one a first contact: the lock is started anew from what it has stored.
func (w *door) decisions(n int, forget bool, contains int) (decided, bare []time.Duration, err error) {
	for i := range n + 1 {
		if forget || i == 0 {
			if err := w.start(); err != nil {
				return nil, nil, err
			}
		}
		took, err := w.decision()
		if err != nil {
			return nil, nil, err
		}
		began := time.Now()
		if err := verifications(w.key, w.digest, w.signature, contains); err != nil {
			return nil, nil, err
		}
		if i > 0 { // the first is warming up, and no revisit
			decided, bare = append(decided, took), append(bare, time.Since(began))
		}
	}
	return decided, bare, nil
}

// decision shows the key to the lock once and returns the lock's time from frame to verdict.
func (w *door) decision() (time.Duration, error) {
	wire := &stepping{session: w.lock.NewSession()}
	v, err := lockcore.Meet(wire, w.trust)
	if err != nil {
		return 0, err
	}
	w.count++
	w.pass.Counter = w.count
	verdict, err := v.Present(w.pass)
	if err == nil && verdict.Code != credential.OK {
		err = fmt.Errorf("the lock refused: %v", verdict.Code)
	}
	return wire.last, err
}
