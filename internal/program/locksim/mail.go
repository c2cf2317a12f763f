package locksim

import (
	"bytes"
	"slices"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// mailFor picks what the lock can use. One that has refused may be wrong about the time and is told it.
func (k *Key) mailFor(v *lockcore.Visit, verdict lockcore.Verdict) lockcore.Down {
	out := k.st.Out
	d := lockcore.Down{Authority: out.Config, Roots: out.Roots}
	if verdict.Wants&lockcore.WantTime != 0 || verdict.Code != credential.OK {
		if d.Time = k.timeFor(v.Lock.Key.Hash()); d.Time == nil {
			d.Time = out.Time
		}
	}
	if k.blocks().Version.Newer(v.Blocks) {
		d.Blocks, d.Revocation = out.Blocks, out.Revocation
	}
	for _, raw := range out.Configs {
		if c, err := credential.ParseLockConfig(raw); err == nil && c.Lock == v.Lock.Subject && c.Version != verdict.Config {
			d.Config = raw
		}
	}
	d.Acks = k.acks()[v.Lock.Key.Hash()]
	return d
}

// delivered forgets acknowledgements and answered nonces that have reached their lock. If the lock could not store them, it sends
// its records or asks again. It is saved with what the visit brings.
func (k *Key) delivered(lock credential.KeyHash, d lockcore.Down) {
	out := &k.st.Out
	if len(d.Acks) > 0 {
		out.Acks = slices.DeleteFunc(slices.Clone(out.Acks), func(raw []byte) bool {
			return slices.ContainsFunc(d.Acks, func(r []byte) bool { return bytes.Equal(r, raw) })
		})
		if delete(k.ready.acks, lock); len(d.Acks) == lockcore.MaxDownAcks {
			k.ready.acks = nil // there may be more
		}
	}
	if t, err := credential.ParseTimeToken(d.Time); err == nil && t.Nonce != [8]byte{} {
		k.forgetNonces(func(n lockNonce) bool { return n.Nonce == t.Nonce })
	}
}

// forgetNonces lets go of nonces and of the answers to them.
func (k *Key) forgetNonces(which func(lockNonce) bool) {
	k.st.Nonces = slices.DeleteFunc(slices.Clone(k.st.Nonces), which)
	k.st.Out.Times = k.answers(k.st.Out.Times)
}

// answers keeps the time tokens for nonces that the key carries.
func (k *Key) answers(times [][]byte) [][]byte {
	return slices.DeleteFunc(slices.Clone(times), func(raw []byte) bool {
		t, err := credential.ParseTimeToken(raw)
		return err != nil || !slices.ContainsFunc(k.st.Nonces, func(n lockNonce) bool { return n.Nonce == t.Nonce })
	})
}

// unanswered are the nonces that the key has no token for yet. A token is as good on the next day, so that a server signs one
// for each.
func (k *Key) unanswered() (out [][8]byte) {
	have := map[[8]byte]bool{}
	for _, raw := range k.st.Out.Times {
		if t, err := credential.ParseTimeToken(raw); err == nil {
			have[t.Nonce] = true
		}
	}
	for _, n := range k.st.Nonces {
		if !have[n.Nonce] {
			out = append(out, n.Nonce)
		}
	}
	return out
}

// acks are the acknowledgements that the key carries, by lock.
func (k *Key) acks() map[credential.KeyHash][][]byte {
	if k.ready.acks == nil {
		k.ready.acks = map[credential.KeyHash][][]byte{}
		for _, raw := range k.st.Out.Acks {
			a, err := credential.ParseAck(raw)
			if err == nil && len(k.ready.acks[a.Lock]) < lockcore.MaxDownAcks {
				k.ready.acks[a.Lock] = append(k.ready.acks[a.Lock], raw)
			}
		}
	}
	return k.ready.acks
}

// timeFor is the token that answers a lock's newest nonce, nil if the key has none: a lock that has been started since does not know
// the older ones.
func (k *Key) timeFor(lock credential.KeyHash) []byte {
	for _, raw := range slices.Backward(k.st.Out.Times) {
		t, err := credential.ParseTimeToken(raw)
		if err == nil && slices.Contains(k.st.Nonces, lockNonce{lock, t.Nonce}) {
			return raw
		}
	}
	return nil
}

// note keeps the nonce of a lock that wants the time, and forgets those of one that has been told it.
func (k *Key) note(lock credential.KeyHash, v lockcore.Verdict) {
	n := lockNonce{lock, v.Nonce}
	switch {
	case v.Code == credential.OK && v.Wants&lockcore.WantTime == 0:
		if slices.ContainsFunc(k.st.Nonces, func(n lockNonce) bool { return n.Lock == lock }) {
			k.forgetNonces(func(n lockNonce) bool { return n.Lock == lock })
		}
		return
	case v.Nonce == [8]byte{} || slices.Contains(k.st.Nonces, n):
		return
	}
	k.st.Nonces = append(k.st.Nonces, n)
	k.st.Nonces = k.st.Nonces[max(0, len(k.st.Nonces)-credential.MaxMailNonces):]
}

// collect keeps what the lock sent. A full key leaves the log in the lock, which keeps it.
func (k *Key) collect(lock credential.Certificate, up lockcore.Up) (int, error) {
	k.takeBlocks(up.Blocks, up.Revocation)
	tooLong := func(sealed []byte) bool { return len(sealed) > credential.MaxSealed } // a stolen lock would fill the key
	if len(up.Batches) == 0 || len(up.Batches) > lockcore.MaxSessionBatch || slices.ContainsFunc(up.Batches, tooLong) {
		return 0, k.save()
	}
	id := lock.Key.Hash()
	home := slices.DeleteFunc(slices.Clone(k.st.Home), func(m lockMail) bool { return m.Lock == id })
	count := len(up.Batches)
	for _, m := range home {
		count += len(m.Batches)
	}
	if count > credential.MaxMailBatches {
		return 0, k.save()
	}
	k.st.Home = append(home, lockMail{Lock: id, Batches: up.Batches})
	return len(up.Batches), k.save()
}

// takeBlocks keeps a newer genuine block list that a lock passed on.
func (k *Key) takeBlocks(raw, revocation []byte) {
	if len(raw) == 0 {
		return
	}
	b, err := k.verifier().NewerBlockList(k.blocks(), k.root(revocation), raw, revocation)
	if err == nil {
		k.st.Out.Blocks, k.st.Out.Revocation, k.ready.blocks = raw, revocation, &b
	}
}

// DropMail throws away what the key carries home, as a broken or dishonest one does. It returns the number of log batches.
func (k *Key) DropMail() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := k.batches()
	k.st.Home = nil
	return n
}
