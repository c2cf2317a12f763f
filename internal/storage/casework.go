package storage

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// MountedLocks implements casework.Tx: the door lock or key box of each dwelling that has one.
func (tx *Tx) MountedLocks(ctx context.Context, dwellingIDs []string) (map[string]routine.LockKind, error) {
	type mounted struct {
		dwelling string
		kind     routine.LockKind
	}
	all, err := collectIn(ctx, tx, func(r row) (mounted, error) {
		var m mounted
		err := r.Scan(&m.dwelling, &m.kind)
		return m, err
	}, `SELECT dwelling_id, kind FROM locks WHERE state = 'mounted' AND kind <> 'entrance' AND dwelling_id IN %s`, dwellingIDs)
	out := make(map[string]routine.LockKind, len(all))
	for _, m := range all {
		out[m.dwelling] = m.kind
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
	_, err := tx.exec(ctx, `INSERT INTO idempotency_keys (orderer, key, digest, order_id, at_us) VALUES ($1, $2, $3, $4, $5)`,
		orderer, key, digest, orderID, us(tx.Now()))
	return err
}

const orderColumns = `id, number, kind, client_id, group_id, to_group_id, effective_us, reason, channel, orderer, reference, state, received_us, rules`

// InsertOrder implements casework.Tx.
func (tx *Tx) InsertOrder(ctx context.Context, o casework.Order) error {
	_, err := tx.exec(ctx, `INSERT INTO orders (`+orderColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		o.ID, o.Number, string(o.Kind), o.ClientID, orNull(o.GroupID), orNull(o.ToGroupID), us(o.Effective), o.Reason, o.Channel,
		o.Orderer, o.Reference, string(o.State), us(o.Received), strings.Join(o.Rules, " "))
	return err
}

func scanOrder(r row) (casework.Order, error) {
	var o casework.Order
	var group, to *string
	var rules string
	var effective, received int64
	err := r.Scan(&o.ID, &o.Number, &o.Kind, &o.ClientID, &group, &to, &effective, &o.Reason, &o.Channel, &o.Orderer,
		&o.Reference, &o.State, &received, &rules)
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

const taskColumns = `id, order_id, client_id, kind, rule, state, due_us, created_us, done_us`

// InsertTasks implements casework.Tx.
func (tx *Tx) InsertTasks(ctx context.Context, tasks []casework.Task) error {
	for _, t := range tasks {
		_, err := tx.exec(ctx, `INSERT INTO tasks (`+taskColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			t.ID, t.OrderID, t.ClientID, string(t.Kind), t.Rule, t.State, us(t.Due), us(t.Created), usOrZero(t.Done))
		if err != nil {
			return err
		}
	}
	return nil
}

func scanTask(r row) (casework.Task, error) {
	var t casework.Task
	var due, created, done int64
	err := r.Scan(&t.ID, &t.OrderID, &t.ClientID, &t.Kind, &t.Rule, &t.State, &due, &created, &done)
	t.Due, t.Created, t.Done = fromUS(due), fromUS(created), fromZeroUS(done)
	return t, err
}

// LinkTasks implements casework.Tx.
func (tx *Tx) LinkTasks(ctx context.Context, orderID string, tasks []casework.Task) error {
	for _, t := range tasks {
		if _, err := tx.exec(ctx, `INSERT INTO order_tasks (order_id, task_id) VALUES ($1, $2)`, orderID, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// TasksOfOrder implements casework.Tx.
func (tx *Tx) TasksOfOrder(ctx context.Context, orderID string) ([]casework.Task, error) {
	return collect(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM tasks
		WHERE id IN (SELECT task_id FROM order_tasks WHERE order_id = $1) ORDER BY id`, orderID)
}

// OpenTasks implements casework.Tx.
func (tx *Tx) OpenTasks(ctx context.Context, clientIDs []string) ([]casework.Task, error) {
	return collectIn(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM tasks WHERE state = 'open' AND client_id IN %s ORDER BY id`, clientIDs)
}

// MoveTask implements casework.Tx.
func (tx *Tx) MoveTask(ctx context.Context, id string, due time.Time) error {
	_, err := tx.exec(ctx, `UPDATE tasks SET due_us = $1 WHERE id = $2`, us(due), id)
	return err
}

// CloseTask implements casework.Tx.
func (tx *Tx) CloseTask(ctx context.Context, id, state string) error {
	if _, err := tx.exec(ctx, `UPDATE tasks SET state = $1, done_us = $2 WHERE id = $3`, state, us(tx.Now()), id); err != nil {
		return err
	}
	_, err := tx.exec(ctx, `UPDATE orders SET state = $1 WHERE id IN (SELECT order_id FROM order_tasks WHERE task_id = $2)
		AND NOT EXISTS (SELECT 1 FROM order_tasks l JOIN tasks t ON t.id = l.task_id WHERE l.order_id = orders.id AND t.state = 'open')`,
		string(casework.Done), id)
	return err
}
