// Package access turns grounds into rights: who may open what, from when until when, and why.
//
// It owns the stored grounds and rights. The set of rights is a pure function of the grounds and of which locks are
// mounted on which doors ([Rights]); the stored table is only its materialisation, brought up to date by [Materialise]
// for exactly the clients that a change touches. It does not know how a service becomes a ground (that is the routine's).
//
// Promise: a right has a ground, and only a ground makes a right (V5.7-c). Nothing else in the house writes these tables.
package access

import (
	"context"
	"time"

	"hemnyckel/internal/domain/routine"
)

// Ground is why a group may open a client's doors.
type Ground struct {
	ID        string // a function of service, kind and group, so that recomputing gives the same rows
	ClientID  string
	ServiceID string
	Kind      routine.ServiceKind
	GroupID   string
	From      time.Time
	Until     time.Time
	Rule      string // requirement ID
}

// Door is a mounted lock that stands between the street and a client.
type Door struct {
	ClientID string
	LockID   string
}

// Right is one ground's effect on one lock. A group may have several rights to a lock; together they are its access.
type Right struct {
	GroundID string
	LockID   string
	GroupID  string
	ClientID string
	From     time.Time
	Until    time.Time
}

// Rights says what the grounds give on the doors: every ground of a client opens every door of that client.
func Rights(grounds []Ground, doors []Door) []Right {
	byClient := make(map[string][]string, len(doors))
	for _, d := range doors {
		byClient[d.ClientID] = append(byClient[d.ClientID], d.LockID)
	}
	var out []Right
	for _, g := range grounds {
		for _, lock := range byClient[g.ClientID] {
			out = append(out, Right{g.ID, lock, g.GroupID, g.ClientID, g.From, g.Until})
		}
	}
	return out
}

// Period is when a group may open a lock.
type Period struct {
	From, Until time.Time
}

// Union joins rights to one lock into the fewest periods, in order of time.
func Union(rights []Right) []Period {
	sorted := make([]Period, 0, len(rights))
	for _, r := range rights {
		if r.From.Before(r.Until) {
			sorted = append(sorted, Period{r.From, r.Until})
		}
	}
	sortPeriods(sorted)
	var out []Period
	for _, p := range sorted {
		if n := len(out); n > 0 && !p.From.After(out[n-1].Until) {
			if p.Until.After(out[n-1].Until) {
				out[n-1].Until = p.Until
			}
			continue
		}
		out = append(out, p)
	}
	return out
}

// May reports whether any of the rights to a lock is in force at t. It is the one decision of who may open.
func May(rights []Right, t time.Time) bool {
	for _, r := range rights {
		if !t.Before(r.From) && t.Before(r.Until) {
			return true
		}
	}
	return false
}

// Tx is what access needs of a database transaction.
type Tx interface {
	GroundsOf(ctx context.Context, clientIDs []string) ([]Ground, error)
	RightsOf(ctx context.Context, clientIDs []string) ([]Right, error)
	DoorsOf(ctx context.Context, clientIDs []string) ([]Door, error)
	PutGrounds(ctx context.Context, grounds []Ground) error
	PutRights(ctx context.Context, rights []Right) error
	DeleteRights(ctx context.Context, rights []Right) error
	DeleteGrounds(ctx context.Context, ids []string) error
	RightsTo(ctx context.Context, lockSerial, groupCode string) ([]Right, error)
	GroundChain(ctx context.Context, groundIDs []string) ([]Chain, error)
}
