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
		{[]string{"lock-decision", "lock-revisit"}, "a lock's decision over 1 024 leaves, from the frame that shows the key to the verdict's", lockDecision},
		{[]string{"first-contact-bytes", "known-bytes"}, "bytes on the air from a lock's advert to its verdict, both directions, over 1 024 leaves", bytesToVerdict},
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
	return s.emit("lock-revisit", 1000*quantile(again, 0.5), "µs", 1000*quantile(one, 0.5))
}

// firstContact is the number of signatures that a lock verifies at first contact, having just started: issuer's certificate,
// grant, station CA's certificate, station's certificate, activation, possession. A revisit leaves possession.
const firstContact = 6

// bytesToVerdict counts first contact: claimed, and never met this key, station, grant or activation, nor the key this lock. And then a
// visit in the next shift, with certificates known on both sides and grant and activation new. The limits are the bare bytes
// of what each has to bring: signed objects, proof and Noise keys.
func bytesToVerdict(_ context.Context, s *session) error {
	w, err := newDoor()
	if err != nil {
		return err
	}
	first, v, err := w.bytes()
	if err != nil {
		return err
	}
	leaf, path, _ := w.pass.Tree.Find(doorLock)
	shown := len(leaf) + len(path.Hashes) + len(credential.Proof{}) + noiseKeys
	bare := shown + len(w.pass.Grant) + len(w.pass.Activation)
	if err := s.emit("first-contact-bytes", float64(first), "B", float64(bare+len(v.Certificate)+len(w.pass.Station))); err != nil {
		return err
	}
	if _, err := v.Open(); err != nil {
		return err
	}
	w.trust.Met = v.Certificate
	if err := w.renew(); err != nil {
		return err
	}
	known, _, err := w.bytes()
	if err != nil {
		return err
	}
	return s.emit("known-bytes", float64(known), "B", float64(shown+len(w.pass.Grant)+len(w.pass.Activation)))
}

// noiseKeys is what an NX handshake transmits: two ephemeral keys and an encrypted static one.
const noiseKeys = 32 + 32 + 48

// bytes shows the key to the lock once and counts what crosses the air until the verdict, the advert with it.
func (w *door) bytes() (int, *lockcore.Visit, error) {
	wire := &stepping{session: w.lock.NewSession()}
	v, err := w.show(wire)
	return 2 + len(w.lock.Advertise().Bytes()) + wire.bytes, v, err
}

var errVerify = errors.New("a signature of our own does not verify")

func verifications(key *ecdsa.PrivateKey, digest, signature []byte, n int) error {
	for range n {
		if !ecdsa.VerifyASN1(&key.PublicKey, digest, signature) {
			return errVerify
		}
	}
	return nil
}

// decisions times n decisions, each in a session of its own, in turn with the bare verifications that it contains, so that
// both see the same machine. forget makes every one a first contact: the lock is started anew from what it has stored.
func (w *door) decisions(n int, forget bool, contains int) (decided, bare []time.Duration, err error) {
	for i := range n + 1 {
		if forget || i == 0 {
			if err := w.start(); err != nil {
				return nil, nil, err
			}
		}
		decide := func() error {
			took, err := w.decision()
			if i > 0 { // the first is warming up, and no revisit
				decided = append(decided, took)
			}
			return err
		}
		verify := func() error {
			began := time.Now()
			err := verifications(w.key, w.digest, w.signature, contains)
			if i > 0 {
				bare = append(bare, time.Since(began))
			}
			return err
		}
		turn := []func() error{decide, verify}
		if i%2 == 1 { // in both orders, as the first of the two finds other work in the caches
			turn[0], turn[1] = turn[1], turn[0]
		}
		for _, do := range turn {
			if err := do(); err != nil {
				return nil, nil, err
			}
		}
	}
	return decided, bare, nil
}

// decision shows the key to the lock once and returns the lock's time from frame to verdict.
func (w *door) decision() (time.Duration, error) {
	wire := &stepping{session: w.lock.NewSession()}
	_, err := w.show(wire)
	return wire.last, err
}

func (w *door) show(wire *stepping) (*lockcore.Visit, error) {
	v, err := lockcore.Meet(wire, w.trust)
	if err != nil {
		return nil, err
	}
	w.count++
	w.pass.Counter = w.count
	verdict, err := v.Present(w.pass)
	if err == nil && verdict.Code != credential.OK {
		err = fmt.Errorf("the lock refused: %v", verdict.Code)
	}
	return v, err
}
