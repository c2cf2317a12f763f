package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
)

// What the pages of the portal read, beyond what the modules themselves need. Every query is bounded by a LIMIT, by one
// client or one lock, or is a count.

// PageNames finds clients by the beginnings of one or two names, in either order; second may be "". It compares by ranges,
// from an index for each order. Of more than limit hits it does not matter which are found.
func (tx *Tx) PageNames(ctx context.Context, first, second string, limit int) ([]string, error) {
	const names = `SELECT id, family_name, given_name FROM clients WHERE protected = 0 AND `
	text := `SELECT id FROM (
		SELECT * FROM (` + names + `family_name >= $1 AND family_name < $2 AND given_name >= $3 AND given_name < $4
			ORDER BY family_name, given_name, id LIMIT $5) AS family
		UNION
		SELECT * FROM (` + names + `given_name >= $1 AND given_name < $2 AND family_name >= $3 AND family_name < $4
			ORDER BY given_name, family_name, id LIMIT $5) AS given) AS found
		ORDER BY family_name, given_name, id LIMIT $5`
	return collect(ctx, tx, column[string], text, first, after(first), second, after(second), limit)
}

// after is a text that sorts after everything that begins with prefix.
func after(prefix string) string { return prefix + "\U0010FFFF" }

// PageGroups returns at most limit groups by code.
func (tx *Tx) PageGroups(ctx context.Context, organisation string, limit int) ([]care.Group, error) {
	var q where
	q.equal("p.org_number", organisation)
	return collect(ctx, tx, scanGroup, groupsWithProviders+q.text+` ORDER BY g.code`+q.limit(limit), q.args...)
}

const mountedLock = `SELECT l.id, l.serial, l.kind, l.mounted_us, COALESCE(h.seen_us, 0), COALESCE(e.code, ''), l.state
	FROM locks l LEFT JOIN lock_heads h ON h.lock_id = l.number LEFT JOIN entrances e ON e.id = l.entrance_id `

func scanMountedLock(r row) (casework.MountedLock, error) {
	var l casework.MountedLock
	var mounted, seen int64
	var state string
	err := r.Scan(&l.ID, &l.Serial, &l.Kind, &mounted, &seen, &l.Where, &state)
	l.Mounted, l.Seen = fromZeroUS(mounted), fromZeroUS(seen)
	l.OnDoor, l.IsMounted = l.Kind != "entrance", state == "mounted"
	return l, err
}

// PageLocksOf returns the mounted locks between the street and a client, the dwelling's own first. They are found from the client's
// dwelling and its entrance, each by its index: asked for either in one condition, all locks would be read.
func (tx *Tx) PageLocksOf(ctx context.Context, clientID string) ([]casework.MountedLock, error) {
	text := mountedLock + `WHERE l.id IN (
		SELECT o.id FROM clients c JOIN locks o ON o.dwelling_id = c.dwelling_id WHERE c.id = $1 AND o.state = 'mounted' AND o.kind <> 'entrance'
		UNION ALL SELECT o.id FROM clients c JOIN dwellings d ON d.id = c.dwelling_id JOIN locks o ON o.entrance_id = d.entrance_id
			WHERE c.id = $1 AND o.state = 'mounted' AND o.kind = 'entrance')
		ORDER BY CASE l.kind WHEN 'entrance' THEN 1 ELSE 0 END, l.serial`
	return collect(ctx, tx, scanMountedLock, text, clientID)
}

// PageLock returns the lock with a serial number.
func (tx *Tx) PageLock(ctx context.Context, serial string) (casework.MountedLock, bool, error) {
	return one(ctx, tx, scanMountedLock, mountedLock+`WHERE l.serial = $1`, serial)
}

const pageKey = `SELECT k.id, k.number, COALESCE(k.group_id, ''), COALESCE(g.code, ''), COALESCE(g.name, ''), COALESCE(p.org_number, ''), COALESCE(p.name, ''), k.state, k.battery_us, k.synced_us, k.synced_until_us,
	k.blocked_us, k.block_reason,
	COALESCE((SELECT MAX(a.until_us) FROM activations a WHERE a.key_id = k.id), 0),
	COALESCE((SELECT x.locks FROM grants x WHERE x.key_id = k.id ORDER BY x.until_us DESC, x.serial DESC LIMIT 1), 0)
	FROM keys k LEFT JOIN care_groups g ON g.id = k.group_id LEFT JOIN providers p ON p.id = g.provider_id `

func scanPageKey(r row) (casework.Key, error) {
	var k casework.Key
	var battery, synced, until, blocked, activated int64
	err := r.Scan(&k.ID, &k.Number, &k.GroupID, &k.GroupCode, &k.GroupName, &k.Organisation, &k.Provider, &k.Stored, &battery, &synced, &until,
		&blocked, &k.BlockReason, &activated, &k.Locks)
	k.Battery, k.Synced, k.SyncedUntil = fromZeroUS(battery), fromZeroUS(synced), fromZeroUS(until)
	k.Blocked, k.ActivatedUntil = fromZeroUS(blocked), fromZeroUS(activated)
	return k, err
}

// PageKeys returns keys by number.
func (tx *Tx) PageKeys(ctx context.Context, f casework.KeyFilter, due time.Time, limit int) ([]casework.Key, error) {
	var q where
	q.and("k.number > ", f.After)
	q.begins("k.number", f.Number)
	q.equal("g.code", f.Group)
	q.equal("p.org_number", f.Organisation)
	switch f.State {
	case casework.KeyDue:
		q.equal("k.state", "issued")
		q.and("k.synced_until_us < ", us(due))
	case casework.KeySynced:
		q.equal("k.state", "issued")
		q.and("k.synced_until_us >= ", us(due))
	default:
		q.equal("k.state", string(f.State))
	}
	return collect(ctx, tx, scanPageKey, pageKey+q.text+` ORDER BY k.number`+q.limit(limit), q.args...)
}

// PageKey returns one key.
func (tx *Tx) PageKey(ctx context.Context, id string) (casework.Key, bool, error) {
	return one(ctx, tx, scanPageKey, pageKey+`WHERE k.id = $1`, id)
}

// PageKeyNumbered implements casework.SearchTx.
func (tx *Tx) PageKeyNumbered(ctx context.Context, number string) (casework.Key, bool, error) {
	return one(ctx, tx, scanPageKey, pageKey+`WHERE k.number = $1`, number)
}

const pageTask = `SELECT t.id, COALESCE(t.order_id, ''), COALESCE(t.client_id, ''), t.kind, t.rule, t.state, t.urgency, t.due_us, t.created_us,
	COALESCE(t.group_id, ''), t.note, t.reason, COALESCE(o.number, ''), COALESCE(g.name, ''), COALESCE(l.serial, ''), COALESCE(f.description, '')
	FROM tasks t LEFT JOIN orders o ON o.id = t.order_id LEFT JOIN care_groups g ON g.id = t.group_id LEFT JOIN locks l ON l.id = t.lock_id
	LEFT JOIN faults f ON f.id = t.fault_id WHERE `

const pageTaskOrder = ` ORDER BY t.urgency, t.due_us, t.id LIMIT $1`

func scanPageTask(r row) (casework.TaskLine, error) {
	var t casework.TaskLine
	var urgency, due, created int64
	err := r.Scan(&t.ID, &t.OrderID, &t.ClientID, &t.Kind, &t.Rule, &t.State, &urgency, &due, &created,
		&t.GroupID, &t.Note, &t.Reason, &t.OrderNumber, &t.Group, &t.Serial, &t.Fault)
	t.Urgent, t.Due, t.Created = urgency == 0, fromZeroUS(due), fromZeroUS(created)
	return t, err
}

// PageTasks returns the open tasks at a client's door and those that the client's orders wait for. The plus keeps the index of all
// open tasks out of it.
func (tx *Tx) PageTasks(ctx context.Context, clientID string, limit int) ([]casework.TaskLine, error) {
	return collect(ctx, tx, scanPageTask, pageTask+`+t.done_us = 0 AND t.id IN (
		SELECT id FROM tasks WHERE client_id = $2 UNION SELECT w.task_id FROM order_tasks w JOIN orders b ON b.id = w.order_id WHERE b.client_id = $2)`+pageTaskOrder, limit, clientID)
}

// PageWork returns open questions, or open work.
func (tx *Tx) PageWork(ctx context.Context, questions bool, limit int) ([]casework.TaskLine, error) {
	kind := `t.done_us = 0 AND t.kind <> 'decide'`
	if questions {
		kind = `t.done_us = 0 AND t.kind = 'decide'`
	}
	return collect(ctx, tx, scanPageTask, pageTask+kind+pageTaskOrder, limit)
}

// PageThings says what ids stand for, in one statement: an id is looked for in every table.
func (tx *Tx) PageThings(ctx context.Context, ids []string) (map[string]casework.Thing, error) {
	found := map[string]casework.Thing{}
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var id string
		var t casework.Thing
		err := r.Scan(&t.Kind, &id, &t.Label, &t.Group)
		found[id] = t
		return struct{}{}, err
	}, `SELECT 'client', id, '', '' FROM clients WHERE id IN %s
		UNION ALL SELECT 'lock', id, serial, '' FROM locks WHERE id IN %s
		UNION ALL SELECT 'key', k.id, k.number, COALESCE(g.name, '') FROM keys k LEFT JOIN care_groups g ON g.id = k.group_id WHERE k.id IN %s
		UNION ALL SELECT 'order', id, number, '' FROM orders WHERE id IN %s
		UNION ALL SELECT 'group', id, name, '' FROM care_groups WHERE id IN %s
		UNION ALL SELECT 'station', id, name, '' FROM stations WHERE id IN %s
		UNION ALL SELECT 'staff', id, employee_number, '' FROM staff WHERE id IN %s
		UNION ALL SELECT 'token', id, organisation, '' FROM api_tokens WHERE id IN %s
		UNION ALL SELECT 'import', id, '', '' FROM register_runs WHERE id IN %s`, ids)
	return found, err
}

// PageActivators returns the employee numbers of those who activated keys.
func (tx *Tx) PageActivators(ctx context.Context, serials []int64) (map[int64]string, error) {
	found := map[int64]string{}
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var serial int64
		var number string
		err := r.Scan(&serial, &number)
		found[serial] = number
		return struct{}{}, err
	}, `SELECT a.serial, s.employee_number FROM activations a JOIN staff s ON s.id = a.staff_id WHERE a.serial IN %s`, serials)
	return found, err
}
