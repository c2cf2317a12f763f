package access

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
)

// Chain is one right with everything that it rests on, from the door back to the decision.
type Chain struct {
	Ground      Ground
	ClientID    string
	GroupCode   string
	GroupName   string
	Origin      string // of the service: "order:ID" or "register:FILE:ROW"
	EndedBy     string // what set the service's end, in the same form, or ""
	EndedNumber string // when that is an order: its number
	OrderNumber string // when Origin is an order
	OrderKind   string
	OrderedBy   string
	Channel     string
	OrderedAt   time.Time
	Right       Right
}

// ErrNoRight says that a group has no right to a lock, now or ever.
var ErrNoRight = problem.New(problem.NotFound, "right-none",
	"Gruppen %s har ingen behörighet till lås %s. Kontrollera stavningen, eller lägg en beställning.",
	"Group %s has no right to lock %s. Check the spelling, or place an order.")

// Why gives the chain of every right that a group has or has had to a lock, in order of time.
func Why(ctx context.Context, tx Tx, lockSerial, groupCode string) ([]Chain, error) {
	rights, err := tx.RightsTo(ctx, lockSerial, groupCode)
	if err != nil {
		return nil, err
	}
	if len(rights) == 0 {
		return nil, ErrNoRight.Fill(groupCode, lockSerial)
	}
	ids := make([]string, len(rights))
	byGround := make(map[string]Right, len(rights))
	for i, r := range rights {
		ids[i] = r.GroundID
		byGround[r.GroundID] = r
	}
	chains, err := tx.GroundChain(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range chains {
		chains[i].Right = byGround[chains[i].Ground.ID]
	}
	return chains, nil
}
