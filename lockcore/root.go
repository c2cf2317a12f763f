package lockcore

import (
	"hemnyckel/credential"
)

// root is the key that must have signed an authority's certificate. For a time after a planned change of root the previous
// one counts for what it has signed: keys and stations that have not heard of the change come as they are.
func (l *Lock) root(certificate []byte) credential.PublicKey {
	now, _ := l.clock(l.head)
	return l.claim.Roots.For(certificate, now)
}

// takeRoots follows changes of root. What is remembered of signatures is forgotten: a root that counts no more may be behind
// them.
func (l *Lock) takeRoots(chain [][]byte) {
	roots, moved := l.claim.Roots.Follow(chain)
	if !moved {
		return
	}
	mine := *l.claim
	mine.Roots = roots
	c := l.begin()
	c.put(SlotClaim, mine)
	c.append(credential.Record{Event: credential.EventRoot, Info: roots.Epoch})
	if c.commit() == nil { // otherwise the next visitor brings the chain again
		l.claim = &mine
		l.forget()
	}
}
