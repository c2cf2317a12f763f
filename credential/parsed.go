package credential

import "crypto/ecdsa"

// Parsed keeps the latest public keys in the form that verifies, which costs a twelfth of a verification to compute, and the
// latest objects as they have been read. It saves a lock work and carries no trust: who has signed an object, and whether
// it counts now, is asked as if it had never been seen. The zero value is empty; one goroutine at a time.
type Parsed struct {
	keys    latest[PublicKey, *ecdsa.PublicKey]
	objects latest[string, any] // Object[T] by its exact bytes
}

// maxParsed bounds either part of a Parsed. An object is at most MaxObject bytes.
const maxParsed = 32

// Keep parses a key in advance, if it is one.
func (p *Parsed) Keep(k PublicKey) { _, _ = p.key(k) }

// key parses k; a nil Parsed keeps nothing.
func (p *Parsed) key(k PublicKey) (*ecdsa.PublicKey, error) {
	if p == nil {
		return k.ecdsa()
	}
	if pub, ok := p.keys.of[k]; ok {
		return pub, nil
	}
	pub, err := k.ecdsa()
	if err == nil {
		p.keys.put(k, pub)
	}
	return pub, err
}

// read is [Read] with what v keeps.
func read[T any](v Verifier, raw []byte) (Object[T], error) {
	if v.Parsed != nil {
		if o, ok := v.Parsed.objects.of[string(raw)].(Object[T]); ok {
			return o, nil
		}
	}
	o, err := Read[T](raw, MaxObject)
	if err == nil && v.Parsed != nil {
		v.Parsed.objects.put(string(raw), o)
	}
	return o, err
}

// latest is a map in which the oldest entry makes room.
type latest[K comparable, V any] struct {
	of    map[K]V
	order []K
}

func (l *latest[K, V]) put(k K, v V) {
	if _, ok := l.of[k]; ok {
		l.of[k] = v
		return
	}
	if l.of == nil {
		l.of = make(map[K]V, maxParsed)
	}
	if len(l.order) == maxParsed {
		delete(l.of, l.order[0])
		l.order = append(l.order[:0], l.order[1:]...)
	}
	l.of[k], l.order = v, append(l.order, k)
}
