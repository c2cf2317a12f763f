package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
)

var _ casework.AddressTx = (*Tx)(nil)

// InsertAddressChange implements casework.AddressTx.
func (tx *Tx) InsertAddressChange(ctx context.Context, c casework.AddressChange) error {
	return tx.later(ctx, `INSERT INTO address_changes (id, dwelling_id, at_us, actor, reason, street, apartment, postal_code, town)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, c.ID, c.DwellingID, us(c.At), c.Actor, c.Reason, c.Was.Street, c.Was.Apartment, c.Was.PostalCode, c.Was.Town)
}

// AddressChanges implements casework.AddressTx.
func (tx *Tx) AddressChanges(ctx context.Context, dwellingID string) ([]casework.AddressChange, error) {
	return collect(ctx, tx, func(r row) (casework.AddressChange, error) {
		var c casework.AddressChange
		err := r.Scan(&c.ID, &c.DwellingID, (*zeroTime)(&c.At), &c.Actor, &c.Reason, &c.Was.Street, &c.Was.Apartment, &c.Was.PostalCode, &c.Was.Town)
		return c, err
	}, `SELECT id, dwelling_id, at_us, actor, reason, street, apartment, postal_code, town FROM address_changes WHERE dwelling_id = $1 ORDER BY id DESC LIMIT 200`, dwellingID)
}
