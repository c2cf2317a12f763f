package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/routine"
)

// owned is the condition that an owner of property_owners o owns now; $1 is the transaction's instant.
const owned = `o.from_us <= $1 AND o.until_us > $1`

// Sell implements casework.SaleTx.
func (tx *Tx) Sell(ctx context.Context, propertyID string, owners []string, at time.Time) error {
	if err := tx.later(ctx, `UPDATE property_owners SET until_us = $1 WHERE property_id = $2 AND until_us > $1`, us(at), propertyID); err != nil {
		return err
	}
	return tx.own(ctx, propertyID, owners, at, routine.Forever)
}

// Unsell implements casework.SaleTx.
func (tx *Tx) Unsell(ctx context.Context, propertyID string, at time.Time) error {
	if err := tx.later(ctx, `DELETE FROM property_owners WHERE property_id = $1 AND from_us = $2`, propertyID, us(at)); err != nil {
		return err
	}
	return tx.later(ctx, `UPDATE property_owners SET until_us = $1 WHERE property_id = $2 AND until_us = $3`, us(routine.Forever), propertyID, us(at))
}

// SoldFrom implements casework.SaleTx.
func (tx *Tx) SoldFrom(ctx context.Context, propertyID string) (time.Time, bool, error) {
	at, ok, err := one(ctx, tx, column[int64], `SELECT from_us FROM property_owners WHERE property_id = $1 AND from_us > $2 ORDER BY from_us LIMIT 1`, propertyID, us(tx.Now()))
	return fromUS(at), ok, err
}

// SalePlanned implements casework.SaleTx.
func (tx *Tx) SalePlanned(ctx context.Context, propertyID string) (string, bool, error) {
	return one(ctx, tx, column[string], `SELECT m.id FROM mass_rows r JOIN mass_changes m ON m.id = r.mass_id
		WHERE r.property_id = $1 AND r.state = 'applied' AND m.state = 'applied' AND m.effective_us > $2 ORDER BY m.id LIMIT 1`, propertyID, us(tx.Now()))
}

// own makes a property these owners' for a time. Letters go to the first.
func (tx *Tx) own(ctx context.Context, propertyID string, owners []string, from, until time.Time) error {
	var rows [][]any
	for i, o := range owners {
		rows = append(rows, []any{propertyID, o, int64(i), us(from), us(until)})
	}
	return tx.insert(ctx, "property_owners", ownershipColumns, rows, "")
}

var ownershipColumns = []string{"property_id", "owner_id", "place", "from_us", "until_us"}
