package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
)

// What the pages of locks read. Every query follows one lock, one dwelling or the groups of a page, or is a page of a list.

const lockFacts = `SELECT l.id, l.serial, l.kind, l.state, l.reason, l.mounted_us, COALESCE(l.dwelling_id, ''), COALESCE(l.entrance_id, ''), COALESCE(e.code, ''),
	COALESCE(h.seen_us, 0), COALESCE(h.block_list, 0), COALESCE(h.config, 0), COALESCE(h.battery, 0), COALESCE((SELECT version FROM block_lists), 0)
	FROM locks l LEFT JOIN lock_heads h ON h.lock_id = l.number LEFT JOIN entrances e ON e.id = l.entrance_id`

func scanLockFacts(r row) (casework.LockFacts, error) {
	var l casework.LockFacts
	err := r.Scan(&l.ID, &l.Serial, &l.Kind, &l.State, &l.Reason, (*zeroTime)(&l.Mounted), &l.DwellingID, &l.EntranceID, &l.Where,
		(*zeroTime)(&l.Seen), &l.BlockList, &l.Config, &l.Battery, &l.Listed)
	l.OnDoor, l.IsMounted = l.Kind != "entrance", l.State == "mounted"
	return l, err
}

// PageLockFacts implements casework.LockTx.
func (tx *Tx) PageLockFacts(ctx context.Context, id string) (casework.LockFacts, bool, error) {
	return one(ctx, tx, scanLockFacts, lockFacts+` WHERE l.id = $1`, id)
}

// PageLocks implements casework.LockTx.
func (tx *Tx) PageLocks(ctx context.Context, f casework.LockFilter, limit int) ([]casework.LockFacts, error) {
	var q where
	q.and("l.serial > ", f.After)
	q.begins("l.serial", f.Serial)
	q.equal("l.kind", string(f.Kind))
	if q.equal("l.state", string(f.State)); f.State != "" && f.State != fleet.Mounted {
		q.is("l.state <> 'mounted'") // by the index of what is in hand
	}
	return collect(ctx, tx, scanLockFacts, lockFacts+q.text+` ORDER BY l.serial`+q.limit(limit), q.args...)
}

// PageRightsAt implements casework.LockTx.
func (tx *Tx) PageRightsAt(ctx context.Context, lockID string, limit int) ([]casework.GroupRight, error) {
	return collect(ctx, tx, func(r row) (casework.GroupRight, error) {
		var g casework.GroupRight
		var from, until int64
		err := r.Scan(&g.GroundID, &g.LockID, &g.GroupID, &g.ClientID, &from, &until, &g.Code, &g.Name, &g.Provider)
		g.From, g.Until = fromUS(from), fromUS(until)
		return g, err
	}, `SELECT `+rightColumns+`, g.code, g.name, p.name FROM rights r JOIN care_groups g ON g.id = r.group_id JOIN providers p ON p.id = g.provider_id
		WHERE r.lock_id = $1 AND r.until_us > $2 AND r.from_us < r.until_us ORDER BY g.name, r.group_id, r.from_us, r.ground_id LIMIT $3`, lockID, us(tx.Now()), limit)
}

// PageGroupKeys implements casework.LockTx.
func (tx *Tx) PageGroupKeys(ctx context.Context, groupIDs []string) ([]casework.GroupKey, error) {
	return collectIn(ctx, tx, func(r row) (casework.GroupKey, error) {
		var k casework.GroupKey
		err := r.Scan(&k.ID, &k.Number, &k.GroupID, (*zeroTime)(&k.Synced), (*zeroTime)(&k.SyncedUntil))
		return k, err
	}, `SELECT id, number, group_id, synced_us, synced_until_us FROM keys WHERE state = 'issued' AND group_id IN %s ORDER BY number`, groupIDs)
}

// PageEntrancesOf implements casework.LockTx.
func (tx *Tx) PageEntrancesOf(ctx context.Context, dwellingID string) ([]casework.MountedLock, error) {
	return collect(ctx, tx, scanMountedLock, mountedLock+`WHERE l.entrance_id = (SELECT d.entrance_id FROM dwellings d WHERE d.id = $1)
		AND l.state = 'mounted' ORDER BY l.serial`, dwellingID)
}

// PageLockTasks implements casework.LockTx. The plus keeps the index of all open tasks out of it.
func (tx *Tx) PageLockTasks(ctx context.Context, lockID string, limit int) ([]casework.TaskLine, error) {
	return collect(ctx, tx, scanPageTask, pageTask+`+t.done_us = 0 AND t.lock_id = $2`+pageTaskOrder, limit, lockID)
}

// PageLockLife implements casework.LockTx.
func (tx *Tx) PageLockLife(ctx context.Context, lockID, serial string, limit int) ([]casework.LockLife, error) {
	return collect(ctx, tx, func(r row) (casework.LockLife, error) {
		var l casework.LockLife
		err := r.Scan((*zeroTime)(&l.At), &l.What)
		return l, err
	}, `SELECT at_us, what FROM (
		SELECT mounted_us AS at_us, 'mounted' AS what FROM mountings WHERE lock_id = $1
		UNION ALL SELECT ended_us, 'dismounted' FROM mountings WHERE lock_id = $1 AND ended_us > 0
		UNION ALL SELECT sent_us, 'warranty' FROM warranty_returns WHERE thing_id = $1
		UNION ALL SELECT answered_us, 'answered' FROM warranty_returns WHERE thing_id = $1 AND answered_us > 0
		UNION ALL SELECT at_us, 'arrived' FROM arrivals WHERE thing = 'lock' AND serial = $2) AS life ORDER BY at_us DESC, what LIMIT $3`, lockID, serial, limit)
}

// PageLockAnomalies implements casework.LockTx.
func (tx *Tx) PageLockAnomalies(ctx context.Context, lockID string, limit int) ([]casework.LockAnomaly, error) {
	return collect(ctx, tx, func(r row) (casework.LockAnomaly, error) {
		var a casework.LockAnomaly
		err := r.Scan((*zeroTime)(&a.At), &a.Class, &a.Detail, (*zeroTime)(&a.Settled))
		return a, err
	}, `SELECT at_us, class, detail, settled_us FROM anomalies WHERE subject = $1 ORDER BY id DESC LIMIT $2`, lockID, limit)
}

var _ casework.LockTx = (*Tx)(nil)
