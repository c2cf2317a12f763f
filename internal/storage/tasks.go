package storage

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/casework"
)

const taskColumns = `id, number, COALESCE(order_id, ''), COALESCE(client_id, ''), COALESCE(lock_id, ''), COALESCE(fault_id, ''), kind, rule, state,
	urgency, due_us, created_us, done_us, COALESCE(staff_id, ''), COALESCE(group_id, ''), unit, postal_code, note, reason`

func scanTask(r row) (casework.Task, error) {
	var t casework.Task
	var urgency, due, created, done int64
	err := r.Scan(&t.ID, &t.Number, &t.OrderID, &t.ClientID, &t.LockID, &t.FaultID, &t.Kind, &t.Rule, &t.State,
		&urgency, &due, &created, &done, &t.StaffID, &t.GroupID, &t.Unit, &t.PostalCode, &t.Note, &t.Reason)
	t.Urgent = urgency == 0
	t.Due, t.Created, t.Done = fromUS(due), fromUS(created), fromZeroUS(done)
	return t, err
}

var taskNames = []string{"id", "number", "order_id", "client_id", "lock_id", "fault_id", "kind", "rule", "state", "urgency",
	"due_us", "created_us", "done_us", "staff_id", "group_id", "unit", "postal_code", "note", "reason"}

func taskRow(t casework.Task) []any {
	return []any{t.ID, t.Number, orNull(t.OrderID), orNull(t.ClientID), orNull(t.LockID), orNull(t.FaultID), string(t.Kind), t.Rule, t.State,
		bit(!t.Urgent), us(t.Due), us(t.Created), usOrZero(t.Done), orNull(t.StaffID), orNull(t.GroupID), t.Unit, t.PostalCode, t.Note, t.Reason}
}

// PutTasks implements casework.TaskTx.
func (tx *Tx) PutTasks(ctx context.Context, tasks []casework.Task) error {
	return put(ctx, tx, "tasks", taskNames, 1, tasks, taskRow)
}

// InsertTasks implements casework.TaskTx. The kind of the order is in many indexes: written with the task it costs them nothing more.
func (tx *Tx) InsertTasks(ctx context.Context, tasks []casework.Task) error {
	for _, t := range tasks {
		row := taskRow(t)
		binds := strings.TrimSuffix(in(1, len(row)), ")") + `, (SELECT kind FROM orders WHERE id = $3))`
		if err := tx.later(ctx, `INSERT INTO tasks (`+strings.Join(taskNames, ", ")+`, order_kind) VALUES `+binds, row...); err != nil {
			return err
		}
	}
	return nil
}

// LinkTasks implements casework.TaskTx. A task that no order led to becomes one of the first that waits for it.
func (tx *Tx) LinkTasks(ctx context.Context, orderID string, tasks []casework.Task) error {
	var unasked []string
	for _, t := range tasks {
		if err := tx.later(ctx, `INSERT INTO order_tasks (order_id, task_id) VALUES ($1, $2)`, orderID, t.ID); err != nil {
			return err
		}
		if t.OrderID == "" {
			unasked = append(unasked, t.ID)
		}
	}
	return execIn(ctx, tx, `UPDATE tasks SET order_kind = (SELECT kind FROM orders WHERE id = $1) WHERE order_kind IS NULL AND id IN %s`, unasked, orderID)
}

// TaskByID implements casework.TaskTx.
func (tx *Tx) TaskByID(ctx context.Context, id string) (casework.Task, bool, error) {
	return one(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM tasks WHERE id = $1`, id)
}

// TasksOfOrder implements casework.TaskTx.
func (tx *Tx) TasksOfOrder(ctx context.Context, orderID string) ([]casework.Task, error) {
	return collect(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM tasks
		WHERE id IN (SELECT task_id FROM order_tasks WHERE order_id = $1) ORDER BY id`, orderID)
}

// unended chooses a client's or a lock's open tasks. The worklist's indexes hold the open ones alone, done_us = 0; a server that
// plans while there is hardly any work would rather read one of those from end to end, and go on to do so. It does not see that
// this is the same.
const unended = "done_us <= 0"

// OpenTasks implements casework.TaskTx.
func (tx *Tx) OpenTasks(ctx context.Context, clientIDs []string) ([]casework.Task, error) {
	return collectIn(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM tasks WHERE `+unended+` AND client_id IN %s ORDER BY id`, clientIDs)
}

// OpenTasksOfLock implements casework.TaskTx.
func (tx *Tx) OpenTasksOfLock(ctx context.Context, lockID string) ([]casework.Task, error) {
	return collect(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM tasks WHERE `+unended+` AND lock_id = $1 ORDER BY id LIMIT 100`, lockID)
}

// EndedFor implements casework.RefusalTx.
func (tx *Tx) EndedFor(ctx context.Context, clientIDs []string, reason string) ([]casework.Task, error) {
	return collectIn(ctx, tx, scanTask, `SELECT `+taskColumns+` FROM tasks WHERE state = 'cancelled' AND reason = $1 AND client_id IN %s ORDER BY id`, clientIDs, reason)
}

// EndedAt implements casework.RefusalTx.
func (tx *Tx) EndedAt(ctx context.Context, propertyIDs []string, reason string) ([]string, error) {
	return tx.dwellingsIn(ctx, `JOIN clients c ON c.dwelling_id = d.id JOIN tasks t ON t.client_id = c.id
		WHERE t.state = 'cancelled' AND t.kind IN ('mount', 'mount-entrance') AND t.reason = $1 AND a.property_id IN %s`, propertyIDs, reason)
}

// MoveTask implements casework.TaskTx.
func (tx *Tx) MoveTask(ctx context.Context, id string, due time.Time) error {
	return tx.later(ctx, `UPDATE tasks SET due_us = $1 WHERE id = $2`, us(due), id)
}

// CloseTask implements casework.TaskTx.
func (tx *Tx) CloseTask(ctx context.Context, id, state, reason string) ([]string, error) {
	if err := tx.later(ctx, `UPDATE tasks SET state = $1, done_us = $2, reason = $3 WHERE id = $4`, state, us(tx.Now()), reason, id); err != nil {
		return nil, err
	}
	return collect(ctx, tx, column[string], `UPDATE orders SET state = $1 WHERE state = $2 AND id IN (SELECT order_id FROM order_tasks WHERE task_id = $3)
		AND NOT EXISTS (SELECT 1 FROM order_tasks l JOIN tasks t ON t.id = l.task_id WHERE l.order_id = orders.id AND t.done_us = 0) RETURNING id`,
		string(casework.Done), string(casework.InProgress), id)
}

// ReopenTask implements casework.TaskTx.
func (tx *Tx) ReopenTask(ctx context.Context, id string) ([]string, error) {
	if err := tx.later(ctx, `UPDATE tasks SET state = $1, done_us = 0, reason = '' WHERE id = $2`, casework.TaskOpen, id); err != nil {
		return nil, err
	}
	return collect(ctx, tx, column[string], `UPDATE orders SET state = $1 WHERE state = $2 AND id IN (SELECT order_id FROM order_tasks WHERE task_id = $3) RETURNING id`,
		string(casework.InProgress), string(casework.Done), id)
}

// PlaceTasks implements casework.TaskTx.
func (tx *Tx) PlaceTasks(ctx context.Context, clientIDs []string) error {
	return execIn(ctx, tx, `UPDATE tasks SET postal_code = (SELECT d.postal_code FROM clients c JOIN dwellings d ON d.id = c.dwelling_id
		WHERE c.id = tasks.client_id) WHERE done_us = 0 AND client_id IN %s`, clientIDs)
}
