package storage

import (
	"context"
	"strings"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// MountedLocks implements casework.Tx: the door lock or key box of each dwelling that has one.
func (tx *Tx) MountedLocks(ctx context.Context, dwellingIDs []string) (map[string]routine.LockKind, error) {
	locks, err := tx.LocksOfDwellings(ctx, dwellingIDs)
	out := make(map[string]routine.LockKind, len(locks))
	for _, l := range locks {
		out[l.DwellingID] = routine.LockKind(l.Kind)
	}
	return out, err
}

// IdempotentOrder implements casework.Tx; an unknown key gives "".
func (tx *Tx) IdempotentOrder(ctx context.Context, orderer, key string) (orderID, digest string, err error) {
	found, _, err := one(ctx, tx, func(r row) ([2]string, error) {
		var v [2]string
		err := r.Scan(&v[0], &v[1])
		return v, err
	}, `SELECT order_id, digest FROM idempotency_keys WHERE orderer = $1 AND key = $2`, orderer, key)
	return found[0], found[1], err
}

// PutIdempotencyKey implements casework.Tx.
func (tx *Tx) PutIdempotencyKey(ctx context.Context, orderer, key, digest, orderID string) error {
	return tx.later(ctx, `INSERT INTO idempotency_keys (orderer, key, digest, order_id, at_us) VALUES ($1, $2, $3, $4, $5)`,
		orderer, key, digest, orderID, us(tx.Now()))
}

const orderColumns = `id, number, kind, client_id, group_id, to_group_id, effective_us, reason, channel, orderer, reference, state, received_us, rules, answer, placed_by`

// InsertOrder implements casework.Tx.
func (tx *Tx) InsertOrder(ctx context.Context, o casework.Order) error {
	return tx.later(ctx, `INSERT INTO orders (`+orderColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		o.ID, o.Number, string(o.Kind), o.ClientID, orNull(o.GroupID), orNull(o.ToGroupID), us(o.Effective), o.Reason, o.Channel,
		o.Orderer, o.Reference, string(o.State), us(o.Received), strings.Join(o.Rules, " "), o.Answer, o.PlacedBy)
}

func scanOrder(r row) (casework.Order, error) {
	var o casework.Order
	var group, to *string
	var rules string
	var effective, received int64
	err := r.Scan(&o.ID, &o.Number, &o.Kind, &o.ClientID, &group, &to, &effective, &o.Reason, &o.Channel, &o.Orderer,
		&o.Reference, &o.State, &received, &rules, &o.Answer, &o.PlacedBy)
	o.Rules = strings.Fields(rules)
	if group != nil {
		o.GroupID = *group
	}
	if to != nil {
		o.ToGroupID = *to
	}
	o.Effective, o.Received = fromUS(effective), fromUS(received)
	return o, err
}

// OrderByID implements casework.Tx.
func (tx *Tx) OrderByID(ctx context.Context, id string) (casework.Order, bool, error) {
	return one(ctx, tx, scanOrder, `SELECT `+orderColumns+` FROM orders WHERE id = $1`, id)
}

// OrdersOf implements casework.Tx: a client's orders, newest first, at most 500.
func (tx *Tx) OrdersOf(ctx context.Context, clientID string) ([]casework.Order, error) {
	return collect(ctx, tx, scanOrder, `SELECT `+orderColumns+` FROM orders WHERE client_id = $1 ORDER BY received_us DESC, id DESC LIMIT 500`, clientID)
}
