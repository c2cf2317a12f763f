package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
)

// OrderPage implements casework.Tx. Every filter has an index in the order of the list; the state is the one that narrows
// most, where several are given.
func (tx *Tx) OrderPage(ctx context.Context, f casework.OrderFilter, after casework.OrderPlace, limit int) ([]casework.Order, error) {
	var q where
	q.equal("orderer", f.Organisation)
	q.equal("state", string(f.State))
	q.equal("kind", string(f.Kind))
	if q.equal("placed_by", f.PlacedBy); f.PlacedBy != "" {
		q.is("placed_by <> ''") // what its index is of
	}
	if !f.Since.IsZero() {
		q.and("received_us >= ", us(f.Since))
	}
	if after.ID != "" {
		q.before("received_us", "id", us(after.Received), after.ID)
	}
	text := `SELECT ` + orderColumns + ` FROM orders` + q.text + ` ORDER BY received_us DESC, id DESC` + q.limit(limit)
	return collect(ctx, tx, scanOrder, text, q.args...)
}
