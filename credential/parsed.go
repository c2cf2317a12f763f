package credential

import (
	"crypto/ecdsa"
	"sync"
)

// Parsed keeps the latest public keys in the form that verifies, which costs a twelfth of a verification to compute, and the
// latest objects as they have been read. It saves work and carries no trust: who has signed an object, and whether
// it counts now, is asked as if it had never been seen. The zero value is empty and as large as a lock's; for concurrent use.
type Parsed struct {
	mu      sync.Mutex
	limit   int // of either part; 0: maxParsed
	keys    latest[PublicKey, *ecdsa.PublicKey]
	objects latest[string, any] // Object[T] by its exact bytes
}

// maxParsed bounds either part of a lock's Parsed. An object is at most MaxObject bytes.
const maxParsed = 32

// NewParsed returns an empty Parsed for whoever meets more keys and objects than a lock: limit of each, some 500 bytes.
func NewParsed(limit int) *Parsed { return &Parsed{limit: limit} }

// Keep parses a key in advance, if it is one.
func (p *Parsed) Keep(k PublicKey) { _, _ = p.key(k) }

// key parses k; a nil Parsed keeps nothing.
func (p *Parsed) key(k PublicKey) (*ecdsa.PublicKey, error) {
	if p == nil {
		return k.ecdsa()
	}
	p.mu.Lock()
	pub, ok := p.keys.of[k]
	p.mu.Unlock()
	if ok {
		return pub, nil
	}
	pub, err := k.ecdsa()
	if err == nil {
		p.mu.Lock()
		p.keys.put(k, pub, p.limit)
		p.mu.Unlock()
	}
	return pub, err
}

// object is what is kept of raw, nil if nothing is.
func (p *Parsed) object(raw []byte) any {
	if p == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.objects.of[string(raw)]
}

// read is [Read] with what v keeps.
func read[T any](v Verifier, raw []byte) (Object[T], error) {
	if o, ok := v.Parsed.object(raw).(Object[T]); ok {
		return o, nil
	}
	o, err := Read[T](raw, MaxObject)
	if err == nil && v.Parsed != nil {
		v.Parsed.mu.Lock()
		v.Parsed.objects.put(string(raw), o, v.Parsed.limit)
		v.Parsed.mu.Unlock()
	}
	return o, err
}

// latest is a map in which the oldest entry makes room.
type latest[K comparable, V any] struct {
	of     map[K]V
	order  []K
	oldest int // in order, once that is full
}

func (l *latest[K, V]) put(k K, v V, limit int) {
	if limit == 0 {
		limit = maxParsed
	}
	if _, ok := l.of[k]; ok {
		l.of[k] = v
		return
	}
	if l.of == nil {
		l.of = map[K]V{}
	}
	if l.of[k] = v; len(l.of) <= limit {
		l.order = append(l.order, k)
		return
	}
	delete(l.of, l.order[l.oldest])
	l.order[l.oldest] = k
	l.oldest = (l.oldest + 1) % limit
}
