package storage

import (
	"context"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/domain/casework"
)

// OrdersBehind implements casework.TaskTx.
func (tx *Tx) OrdersBehind(ctx context.Context, taskID string) ([]casework.Order, error) {
	return collect(ctx, tx, scanOrder, `SELECT `+orderColumns+` FROM orders WHERE id IN (SELECT order_id FROM order_tasks WHERE task_id = $1)
		ORDER BY received_us, id LIMIT 50`, taskID)
}

// Worklist implements casework.WorkTx. The conditions that were asked for are written into the statement, each of them or
// not at all: an index that begins with the one that chooses most then gives the lines in order, and reading ends with the page.
func (tx *Tx) Worklist(ctx context.Context, f casework.WorkFilter) ([]casework.WorkLine, error) {
	q := &where{}
	order := "t.urgency, t.due_us, t.id"
	if f.Closed {
		q.is("t.done_us > 0")
		order = "t.done_us DESC, t.id DESC"
	} else {
		q.is("t.done_us = 0")
	}
	switch {
	case f.After.ID == "":
	case f.Closed:
		q.before("t.done_us", "t.id", us(f.After.At), f.After.ID)
	default:
		q.values("(t.urgency, t.due_us, t.id) > (%s)", bit(!f.After.Urgent), us(f.After.At), f.After.ID)
	}
	q.equal("t.kind", string(f.Kind))
	if len(f.Kinds) > 0 {
		kinds := make([]any, len(f.Kinds))
		for i, k := range f.Kinds {
			kinds[i] = string(k)
		}
		q.values("t.kind IN (%s)", kinds...)
	}
	q.equal("t.state", f.State)
	q.equal("t.unit", string(f.Unit))
	if f.Employee != "" {
		q.values("t.staff_id = (SELECT id FROM staff WHERE employee_number = %s)", f.Employee)
	}
	if f.Group != "" {
		q.values("t.group_id = (SELECT id FROM care_groups WHERE code = %s)", f.Group)
	}
	if f.Provider != "" {
		q.values("t.group_id IN (SELECT g.id FROM care_groups g JOIN providers p ON p.id = g.provider_id WHERE p.org_number = %s)", f.Provider)
	}
	switch {
	case len(f.PostalCode) == 5:
		q.equal("t.postal_code", f.PostalCode)
	case f.PostalCode != "": // much of the municipality: what is in order already is read until the page is full
		q.and("t.postal_code || '' >= ", f.PostalCode)
		q.and("t.postal_code || '' < ", after(f.PostalCode))
	}
	if len(f.PostalCodes) > 0 {
		codes := make([]any, len(f.PostalCodes))
		for i, c := range f.PostalCodes {
			codes[i] = c
		}
		q.values("t.postal_code IN (%s)", codes...)
	}
	if !f.DueBefore.IsZero() {
		q.and("t.due_us < ", us(f.DueBefore))
	}
	if f.UrgentOnly {
		q.is("t.urgency = 0")
	}
	q.equal("t.order_kind", string(f.OrderKind))
	// The page is found from the tasks alone; only its lines are then looked up.
	text := workColumns + " FROM (SELECT t.* FROM tasks t" + q.text + " ORDER BY " + order + q.limit(f.Limit) + ") t" + workTables + " ORDER BY " + order
	return collect(ctx, tx, scanWork, text, q.args...)
}

// values adds a condition with a list of values where the text has %s.
func (q *where) values(sql string, values ...any) {
	binds := make([]string, len(values))
	for i, v := range values {
		q.args = append(q.args, v)
		binds[i] = "$" + strconv.Itoa(len(q.args))
	}
	q.is(strings.Replace(sql, "%s", strings.Join(binds, ", "), 1))
}

// What a line says beyond its task is looked up key by key, not joined: PostgreSQL's planner weighs the orders in which nine
// tables can be joined, for each page anew, and takes longer over it than over the page.
const workColumns = `SELECT t.id, t.number, COALESCE(t.order_id, ''), COALESCE(t.client_id, ''), COALESCE(t.lock_id, ''), COALESCE(t.fault_id, ''), t.kind, t.rule, t.state,
	t.urgency, t.due_us, t.created_us, t.done_us, COALESCE(t.staff_id, ''), COALESCE(t.group_id, ''), t.unit, t.postal_code, t.note, t.reason,
	COALESCE((SELECT number FROM orders WHERE id = t.order_id), ''), COALESCE((SELECT kind FROM orders WHERE id = t.order_id), ''),
	COALESCE(d.town, ''), COALESCE(c.protected, 0), COALESCE((SELECT employee_number FROM staff WHERE id = t.staff_id), ''),
	COALESCE((SELECT code FROM care_groups WHERE id = t.group_id), ''), COALESCE((SELECT serial FROM locks WHERE id = t.lock_id), ''),
	COALESCE(b.from_us, 0), COALESCE(b.until_us, 0), COALESCE(b.told, '')`

const workTables = ` LEFT JOIN clients c ON c.id = t.client_id LEFT JOIN dwellings d ON d.id = c.dwelling_id
	LEFT JOIN bookings b ON b.task_id = t.id AND b.ended_us = 0`

func scanWork(r row) (casework.WorkLine, error) {
	var l casework.WorkLine
	var urgency, due, created, done, protected, from, until int64
	err := r.Scan(&l.ID, &l.Number, &l.OrderID, &l.ClientID, &l.LockID, &l.FaultID, &l.Kind, &l.Rule, &l.State,
		&urgency, &due, &created, &done, &l.StaffID, &l.GroupID, &l.Unit, &l.PostalCode, &l.Note, &l.Reason,
		&l.OrderNumber, &l.OrderKind, &l.Town, &protected, &l.Employee, &l.Group, &l.Serial, &from, &until, &l.Told)
	l.Urgent, l.Due, l.Created, l.Done = urgency == 0, fromUS(due), fromUS(created), fromZeroUS(done)
	l.From, l.Until = fromZeroUS(from), fromZeroUS(until)
	if protected != 0 {
		l.Town, l.PostalCode = "", ""
	}
	return l, err
}

// WorkCounts implements casework.WorkTx.
func (tx *Tx) WorkCounts(ctx context.Context, late time.Time) ([]casework.WorkCount, error) {
	return collect(ctx, tx, func(r row) (casework.WorkCount, error) {
		var c casework.WorkCount
		err := r.Scan(&c.Kind, &c.State, &c.Tasks, &c.Urgent, &c.Late)
		return c, err
	}, `SELECT kind, state, COUNT(*), SUM(CASE WHEN urgency = 0 THEN 1 ELSE 0 END), SUM(CASE WHEN due_us < $1 THEN 1 ELSE 0 END)
		FROM tasks WHERE done_us = 0 GROUP BY kind, state ORDER BY kind, state`, us(late))
}
