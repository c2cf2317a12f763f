package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
)

// ownGroups is a condition on a group's id: it is of the organisation that is bound as $1.
const ownGroups = `IN (SELECT g.id FROM care_groups g JOIN providers p ON p.id = g.provider_id WHERE p.org_number = $1)`

// PageCounts counts what the first page shows: what somebody must see to, and keys, of which there are far fewer than clients.
// Open work is counted from an index of it alone.
func (tx *Tx) PageCounts(ctx context.Context, s casework.Scope) (casework.Counts, error) {
	var c casework.Counts
	group, faults := "$1 = ''", "$1 = ''"
	if s.Organisation != "" {
		group, faults = "group_id "+ownGroups, "organisation = $1"
	}
	err := each(ctx, tx, func(r row) error {
		return r.Scan(&c.OpenTasks, &c.LateTasks, &c.UrgentTasks, &c.Questions, &c.Keys, &c.KeysDue, &c.KeysBlocked,
			&c.Faults, &c.UrgentFaults, &c.OrdersUnderway, &c.OrdersReturned, &c.StaffOrders, &c.DeadMessages)
	}, `SELECT t.*, k.*, f.*,
		(SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE state = 'in-progress' AND orderer = $4 LIMIT $6) AS underway),
		(SELECT COUNT(*) FROM (SELECT 1 FROM orders WHERE state = 'returned' AND orderer = $4 AND received_us >= $5 LIMIT $6) AS returned),
		(SELECT COUNT(*) FROM staff_orders WHERE state = 'ordered'),
		(SELECT COUNT(*) FROM outbox WHERE state = 'dead')
		FROM (SELECT COUNT(CASE WHEN kind <> 'decide' THEN 1 END), COUNT(CASE WHEN kind <> 'decide' AND due_us <= $2 THEN 1 END),
			COUNT(CASE WHEN kind <> 'decide' AND urgency = 0 THEN 1 END), COUNT(CASE WHEN kind = 'decide' THEN 1 END)
			FROM tasks WHERE done_us = 0 AND `+group+`) AS t,
		(SELECT COUNT(*), COUNT(CASE WHEN state = 'issued' AND synced_until_us < $3 THEN 1 END), COUNT(CASE WHEN state = 'blocked' THEN 1 END)
			FROM keys WHERE `+group+`) AS k,
		(SELECT COUNT(*), COUNT(CASE WHEN urgent = 1 THEN 1 END) FROM faults WHERE closed_us = 0 AND `+faults+`) AS f`,
		s.Organisation, us(s.Late), us(s.Due), s.Orderer, us(s.Since), int64(casework.MaxCounted))
	return c, err
}
