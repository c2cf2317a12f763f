package storage

import (
	"context"
	"encoding/json"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
)

// OrdersSince implements casework.Tx.
func (tx *Tx) OrdersSince(ctx context.Context, o casework.Order) ([]casework.Order, error) {
	return collect(ctx, tx, scanOrder, `SELECT `+orderColumns+` FROM orders
		WHERE client_id = $1 AND (received_us > $2 OR received_us = $2 AND id > $3) ORDER BY received_us, id`, o.ClientID, us(o.Received), o.ID)
}

// EndOrder implements casework.Tx.
func (tx *Tx) EndOrder(ctx context.Context, id string, state casework.State, answer string) error {
	return tx.later(ctx, `UPDATE orders SET state = $1, answer = $2 WHERE id = $3`, string(state), answer, id)
}

// OrdersOfTask implements casework.Tx.
func (tx *Tx) OrdersOfTask(ctx context.Context, taskID string) ([]string, error) {
	return collect(ctx, tx, func(r row) (id string, err error) { return id, r.Scan(&id) },
		`SELECT o.id FROM order_tasks l JOIN orders o ON o.id = l.order_id WHERE l.task_id = $1 AND o.state = $2`,
		taskID, string(casework.InProgress))
}

// PutUndo implements casework.Tx.
func (tx *Tx) PutUndo(ctx context.Context, orderID string, u casework.Undo) error {
	text, err := json.Marshal(u)
	if err != nil {
		return err
	}
	return tx.later(ctx, `INSERT INTO order_undo (order_id, body) VALUES ($1, $2)`, orderID, string(text))
}

// UndoOf implements casework.Tx.
func (tx *Tx) UndoOf(ctx context.Context, orderID string) (casework.Undo, bool, error) {
	return one(ctx, tx, func(r row) (u casework.Undo, err error) {
		var text string
		if err := r.Scan(&text); err != nil {
			return u, err
		}
		return u, json.Unmarshal([]byte(text), &u)
	}, `SELECT body FROM order_undo WHERE order_id = $1`, orderID)
}

// PutException implements casework.Tx.
func (tx *Tx) PutException(ctx context.Context, e casework.Exception) error {
	return put(ctx, tx, "lock_exceptions", []string{"dwelling_id", "kind", "reason", "actor", "at_us"}, 1, []casework.Exception{e}, func(e casework.Exception) []any {
		return []any{e.DwellingID, string(e.Kind), e.Reason, e.Actor, us(e.At)}
	})
}

// DeleteException implements casework.Tx.
func (tx *Tx) DeleteException(ctx context.Context, dwellingID string) error {
	return tx.later(ctx, `DELETE FROM lock_exceptions WHERE dwelling_id = $1`, dwellingID)
}

// ExceptionAt implements casework.Tx.
func (tx *Tx) ExceptionAt(ctx context.Context, dwellingID string) (casework.Exception, bool, error) {
	return one(ctx, tx, func(r row) (casework.Exception, error) {
		var e casework.Exception
		var at int64
		err := r.Scan(&e.DwellingID, &e.Kind, &e.Reason, &e.Actor, &at)
		e.At = fromUS(at)
		return e, err
	}, `SELECT dwelling_id, kind, reason, actor, at_us FROM lock_exceptions WHERE dwelling_id = $1`, dwellingID)
}

// PutFormerNumber implements casework.Tx. A number that was somebody's before is not given to anybody else.
func (tx *Tx) PutFormerNumber(ctx context.Context, number, clientID string) error {
	type former struct{ number, client string }
	return put(ctx, tx, "former_numbers", []string{"personal_number", "client_id"}, 1, []former{{number, clientID}}, func(f former) []any {
		return []any{f.number, f.client}
	})
}

// ClientsOfGroup implements casework.Tx.
func (tx *Tx) ClientsOfGroup(ctx context.Context, groupID string, at time.Time, after string, limit int) ([]care.Client, error) {
	return collect(ctx, tx, scanClient, `SELECT `+clientColumns+` FROM clients WHERE id IN
		(SELECT DISTINCT client_id FROM services WHERE group_id = $1 AND client_id > $2 AND until_us > $3 AND until_us > from_us ORDER BY client_id LIMIT $4)
		ORDER BY id`, groupID, after, us(at), int64(limit))
}

// ClientsOfProvider implements casework.Tx.
func (tx *Tx) ClientsOfProvider(ctx context.Context, providerID, after string, limit int) ([]care.Client, error) {
	return collect(ctx, tx, scanClient, `SELECT `+clientColumns+` FROM clients WHERE id IN
		(SELECT DISTINCT s.client_id FROM services s JOIN care_groups g ON g.id = s.group_id WHERE g.provider_id = $1 AND s.client_id > $2
		ORDER BY s.client_id LIMIT $3) ORDER BY id`, providerID, after, int64(limit))
}

// EntranceLocks implements casework.Tx.
func (tx *Tx) EntranceLocks(ctx context.Context, entranceID string) (int, error) {
	count, _, err := one(ctx, tx, func(r row) (n int, err error) { return n, r.Scan(&n) },
		`SELECT COUNT(*) FROM locks WHERE entrance_id = $1 AND state = 'mounted'`, entranceID)
	return count, err
}
