package keysync

import (
	"context"

	"hemnyckel/credential"
)

// Changes is until when a group's tree is remembered.
var Changes = changes

// Within gives rights their hours.
func (p Profile) Within(rights []GroupRight, nbf credential.Instant) []GroupRight {
	return p.within(rights, nbf)
}

// Bounds of what is remembered of acknowledgements.
const (
	AckAge   = ackAge
	MaxMoved = maxMoved
)

// Asker asks for the acknowledgements of one group.
type Asker struct {
	s Service
	m made
}

// NewAsker is for a group with these locks, sorted.
func NewAsker(locks []uint32) *Asker {
	return &Asker{s: Service{profile: DefaultProfile()}, m: made{locks: locks}}
}

// Move tells that the process has moved the heads of these locks.
func (a *Asker) Move(locks ...uint32) { a.s.moved.add(locks) }

// Acks is what a key of the group is given.
func (a *Asker) Acks(ctx context.Context, tx Tx) ([][]byte, error) {
	return a.s.acksFor(ctx, tx, &a.m, a.s.moved.count())
}
