package lockcore

import (
	"bytes"
	"crypto/sha256"
	"slices"

	"hemnyckel/credential"
)

// Bounds of what a lock or key remembers of signatures and certificates.
const (
	maxRemembered = 64
	maxKnown      = 6
	maxKnownBytes = maxKnown * (credential.MaxObject + 4)
)

// Memory is a bounded set of digests of signatures found valid. It holds nothing that depends on time or blocking, and its owner
// empties it whenever a root or issuer changes. The oldest makes room, but one that has been asked for since it last was the oldest
// stays once more: authorities outlive the shifts of a day. The zero value is empty and as large as a lock's.
type Memory struct {
	limit int
	known map[[32]byte]bool // whether it has been asked for
	order [][32]byte
}

var _ credential.Memory = (*Memory)(nil)

// NewMemory returns an empty memory of at most limit digests.
func NewMemory(limit int) *Memory { return &Memory{limit: limit} }

// Known implements credential.Memory.
func (m *Memory) Known(d [32]byte) bool {
	_, ok := m.known[d]
	if ok {
		m.known[d] = true
	}
	return ok
}

// Remember implements credential.Memory.
func (m *Memory) Remember(d [32]byte) {
	if m.limit == 0 {
		m.limit = maxRemembered
	}
	if m.known == nil {
		m.known = map[[32]byte]bool{}
	}
	if _, ok := m.known[d]; ok {
		return
	}
	for len(m.order) >= m.limit {
		oldest := m.order[0]
		m.order = m.order[1:]
		if m.known[oldest] {
			m.known[oldest] = false
			m.order = append(m.order, oldest)
		} else {
			delete(m.known, oldest)
		}
	}
	m.known[d] = false
	m.order = append(m.order, d)
}

// forget empties what the lock remembers of signatures. What it keeps of certificates are bytes that are verified again.
func (l *Lock) forget() { l.memory = Memory{} }

// warm parses what nearly every visit needs before there is one: the root's key, and the certificates that are kept with theirs.
func (l *Lock) warm() {
	l.parsed = credential.Parsed{}
	if l.claim == nil {
		return
	}
	l.parsed.Keep(l.claim.Roots.Root)
	v := credential.Verifier{Parsed: &l.parsed}
	for _, raw := range l.known {
		if c, err := v.ReadCertificate(raw); err == nil {
			l.parsed.Keep(c.Body.Key)
		}
	}
}

// certificates are those that a lock keeps so that keys need not send them, most recently used last. It is SlotKnown. They
// are bytes and no trust: one that a key refers to is judged as if the key had sent it. Only certificates that stood behind
// an opening get in, so strangers cannot push others out.
type certificates [][]byte

// with returns the certificates after an opening that used these, and whether one of them is new.
func (c certificates) with(used ...[]byte) (after certificates, learnt bool) {
	after = slices.Clone(c)
	for _, raw := range used {
		n := len(after)
		after = slices.DeleteFunc(after, func(k []byte) bool { return bytes.Equal(k, raw) })
		learnt = learnt || len(after) == n
		after = append(after, slices.Clone(raw))
	}
	return after[max(0, len(after)-maxKnown):], learnt
}

// NameBytes is the length of a certificate's name within one session.
const NameBytes = 4

// name is what a certificate is called in the session whose initiator has that ephemeral key: it tells nothing to whoever
// does not have the certificate, nor whether two sessions were with the same lock, and two certificates that happen to share a
// name do so in one session only.
func name(ephemeral, certificate []byte) [NameBytes]byte {
	h := sha256.New()
	h.Write([]byte("hemnyckel/name/1\x00"))
	h.Write(ephemeral)
	h.Write(certificate)
	return [NameBytes]byte(h.Sum(nil))
}

// names are the certificates that a lock has named in one session.
type names map[[NameBytes]byte][]byte

// offer names the certificates, in the order of the list that the greeting carries. Of two with one name neither is listed.
func (c certificates) offer(ephemeral []byte) (list []byte, n names) {
	n = make(names, len(c))
	twice := map[[NameBytes]byte]bool{}
	for _, raw := range c {
		id := name(ephemeral, raw)
		twice[id] = n[id] != nil
		n[id] = raw
	}
	for _, raw := range c {
		if id := name(ephemeral, raw); twice[id] {
			delete(n, id)
		} else {
			list = append(list, id[:]...)
		}
	}
	return list, n
}

// whole is the certificate that a key has sent or named.
func (n names) whole(field []byte) []byte {
	if len(field) != NameBytes {
		return field
	}
	return n[[NameBytes]byte(field)]
}

// short is what a key sends for a certificate, given the lock's list of names.
func short(list, ephemeral, certificate []byte) []byte {
	id := name(ephemeral, certificate)
	for l := range slices.Chunk(list, NameBytes) {
		if bytes.Equal(l, id[:]) {
			return id[:]
		}
	}
	return certificate
}
