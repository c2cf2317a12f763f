package storage

import (
	"context"
	"strconv"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
)

// IssueFromStock implements fleet.KeyTx: the rule is in the statement, whoever calls (V2.2-e).
func (tx *Tx) IssueFromStock(ctx context.Context, keyID, lostID string) (bool, error) {
	changed, err := tx.exec(ctx, `UPDATE keys SET state = 'issued', group_id = (SELECT lost.group_id FROM keys lost WHERE lost.id = $2)
		WHERE id = $1 AND state = 'stock' AND EXISTS (
		SELECT 1 FROM keys lost JOIN blocks b ON b.kind = $3 AND b.subject = lost.device
		WHERE lost.id = $2 AND lost.state = 'blocked' AND (keys.group_id IS NULL OR lost.group_id = keys.group_id)
		AND EXISTS (SELECT 1 FROM block_lists l WHERE l.version >= b.listed))`, keyID, lostID, int64(credential.BlockKey))
	return changed == 1, err
}

// PutReplacement implements fleet.KeyTx.
func (tx *Tx) PutReplacement(ctx context.Context, lost fleet.Key, replacementID string) (bool, error) {
	n, err := tx.exec(ctx, `INSERT INTO key_replacements (lost_id, blocked_us, replacement_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		lost.ID, usOrZero(lost.BlockedAt), replacementID)
	return n == 1, err
}

// DeleteBlock implements fleet.KeyTx.
func (tx *Tx) DeleteBlock(ctx context.Context, kind credential.BlockKind, subject uint64) error {
	return tx.later(ctx, `DELETE FROM blocks WHERE kind = $1 AND subject = $2`, int64(kind), int64(subject))
}

const groupFacts = `SELECT g.id, g.code, g.name, g.kind, g.max_staff, p.id, p.org_number, p.kind FROM care_groups g JOIN providers p ON p.id = g.provider_id `

func scanGroupFacts(r row) (fleet.GroupFacts, error) {
	var g fleet.GroupFacts
	var provider string
	err := r.Scan(&g.ID, &g.Code, &g.Name, &g.Kind, &g.MostAtWork, &g.ProviderID, &g.OrgNumber, &provider)
	g.Private = provider == "private"
	return g, err
}

// GroupsFacts implements fleet.PoolTx.
func (tx *Tx) GroupsFacts(ctx context.Context, ids []string) (map[string]fleet.GroupFacts, error) {
	all, err := collectIn(ctx, tx, scanGroupFacts, groupFacts+`WHERE g.id IN %s`, ids)
	return keyed(all, func(g fleet.GroupFacts) string { return g.ID }), err
}

// GroupPage implements fleet.CabinetTx.
func (tx *Tx) GroupPage(ctx context.Context, organisation string, p fleet.Page) ([]fleet.GroupFacts, error) {
	var q where
	q.and("g.code > ", p.After)
	q.equal("p.org_number", organisation)
	return collect(ctx, tx, scanGroupFacts, groupFacts+q.text+` ORDER BY g.code`+q.limit(p.Limit), q.args...)
}

// groupHas is the condition for a key that its group has: a broken one until it has been handed in.
const groupHas = `(state IN ('stock', 'issued', 'suspect')
	OR state = 'broken' AND EXISTS (SELECT 1 FROM key_exchanges e WHERE e.key_id = keys.id AND e.state = 'booked'))`

// KeysOfGroup implements fleet.PoolTx.
func (tx *Tx) KeysOfGroup(ctx context.Context, groupID string) (int, error) {
	n, _, err := one(ctx, tx, column[int], `SELECT COUNT(*) FROM keys WHERE group_id = $1 AND `+groupHas, groupID)
	return n, err
}

// CloseExchanges implements fleet.KeyTx.
func (tx *Tx) CloseExchanges(ctx context.Context, keyID string) error {
	return tx.later(ctx, `UPDATE key_exchanges SET state = 'cancelled', closed_us = $2 WHERE key_id = $1 AND state = 'booked'`, keyID, us(tx.Now()))
}

// IssueTo implements fleet.PoolTx: the rule is in the statement, whoever calls (V2.2-e).
func (tx *Tx) IssueTo(ctx context.Context, keyID, groupID string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE keys SET state = 'issued', group_id = $2 WHERE id = $1 AND state = 'stock' AND (group_id IS NULL OR group_id = $2)
		AND NOT EXISTS (SELECT 1 FROM keys missed WHERE missed.group_id = $2 AND missed.state = 'suspect')`, keyID, groupID)
	return n == 1, err
}

// IssueForBroken implements fleet.PoolTx.
func (tx *Tx) IssueForBroken(ctx context.Context, keyID, brokenID string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE keys SET state = 'issued', group_id = (SELECT b.group_id FROM keys b WHERE b.id = $2) WHERE id = $1 AND state = 'stock'
		AND EXISTS (SELECT 1 FROM keys b WHERE b.id = $2 AND b.state = 'broken' AND (keys.group_id IS NULL OR keys.group_id = b.group_id))`, keyID, brokenID)
	return n == 1, err
}

const exchangeColumns = `e.id, e.key_id, k.number, e.group_id, g.code, e.cause, e.description, e.was, e.reported_us, e.appointment_us, e.state, e.replacement_id,
	n.number, e.closed_us, e.negligence, e.decision, e.decided_us, e.decided_by
	FROM key_exchanges e JOIN keys k ON k.id = e.key_id JOIN care_groups g ON g.id = e.group_id LEFT JOIN keys n ON n.id = e.replacement_id`

func scanExchange(r row) (fleet.Exchange, error) {
	var e fleet.Exchange
	err := r.Scan(&e.ID, &e.KeyID, &e.Number, &e.GroupID, &e.GroupCode, &e.Cause, &e.Description, &e.Was, (*zeroTime)(&e.Reported), (*zeroTime)(&e.Appointment),
		&e.State, (*nullText)(&e.ReplacementID), (*nullText)(&e.Replacement), (*zeroTime)(&e.Closed), &e.Negligence, &e.Decision, (*zeroTime)(&e.Decided), &e.DecidedBy)
	return e, err
}

// Exchange implements fleet.PoolTx.
func (tx *Tx) Exchange(ctx context.Context, id string) (fleet.Exchange, bool, error) {
	return one(ctx, tx, scanExchange, `SELECT `+exchangeColumns+` WHERE e.id = $1`, id)
}

// Exchanges implements fleet.PoolTx.
func (tx *Tx) Exchanges(ctx context.Context, f fleet.ExchangeFilter, p fleet.Page) ([]fleet.Exchange, error) {
	var q where
	q.equal("e.state", string(f.State))
	q.equal("k.number", f.Key)
	if f.Organisation != "" {
		q.and("e.group_id IN (SELECT o.id FROM care_groups o JOIN providers p ON p.id = o.provider_id WHERE p.org_number = ", f.Organisation)
		q.text += ")"
	}
	if at, id, ok := p.Place(); ok {
		q.beyond("e.appointment_us", "e.id", at, id)
	}
	return collect(ctx, tx, scanExchange, `SELECT `+exchangeColumns+q.text+` ORDER BY e.appointment_us, e.id`+q.limit(p.Limit), q.args...)
}

// PutExchange implements fleet.PoolTx.
func (tx *Tx) PutExchange(ctx context.Context, e fleet.Exchange) error {
	columns := []string{"id", "key_id", "group_id", "cause", "description", "was", "reported_us", "appointment_us", "state", "replacement_id", "closed_us",
		"negligence", "decision", "decided_us", "decided_by"}
	return put(ctx, tx, "key_exchanges", columns, 1, []fleet.Exchange{e}, func(e fleet.Exchange) []any {
		return []any{e.ID, e.KeyID, e.GroupID, string(e.Cause), e.Description, string(e.Was), us(e.Reported), usOrZero(e.Appointment), string(e.State),
			orNull(e.ReplacementID), usOrZero(e.Closed), string(e.Negligence), e.Decision, usOrZero(e.Decided), e.DecidedBy}
	})
}

const keyRows = `SELECT k.id, k.device, k.number, COALESCE(k.group_id, ''), k.state, k.battery_us, k.synced_us, k.synced_until_us, k.blocked_us, k.block_reason,
	COALESCE(g.code, ''), COALESCE(g.name, '') FROM keys k LEFT JOIN care_groups g ON g.id = k.group_id LEFT JOIN providers p ON p.id = g.provider_id`

func scanKeyRow(r row) (fleet.KeyRow, error) {
	var k fleet.KeyRow
	err := r.Scan(&k.ID, &k.Device, &k.Number, &k.GroupID, &k.State, (*zeroTime)(&k.BatteryChanged), (*zeroTime)(&k.SyncedAt), (*zeroTime)(&k.SyncedUntil),
		(*zeroTime)(&k.BlockedAt), &k.BlockReason, &k.GroupCode, &k.GroupName)
	return k, err
}

// KeyRow implements fleet.ReachTx.
func (tx *Tx) KeyRow(ctx context.Context, id string) (fleet.KeyRow, bool, error) {
	return one(ctx, tx, scanKeyRow, keyRows+` WHERE k.id = $1`, id)
}

// KeyRows implements fleet.PoolTx.
func (tx *Tx) KeyRows(ctx context.Context, f fleet.KeyFilter, p fleet.Page) ([]fleet.KeyRow, error) {
	var q where
	q.and("k.number > ", p.After)
	q.equal("k.state", string(f.State))
	q.equal("g.code", f.Group)
	q.equal("p.org_number", f.Organisation)
	q.equal("k.number", f.Number)
	if f.Holder != "" {
		q.and("k.id IN (SELECT a.key_id FROM staff s JOIN activations a ON a.staff_id = s.id WHERE s.employee_number = ", f.Holder)
		q.args = append(q.args, us(f.HeldAt))
		q.text += " AND a.until_us > $" + strconv.Itoa(len(q.args)) + ")"
	}
	return collect(ctx, tx, scanKeyRow, keyRows+q.text+` ORDER BY k.number`+q.limit(p.Limit), q.args...)
}

var (
	_ fleet.PoolTx = (*Tx)(nil)
	_ fleet.SiteTx = (*Tx)(nil)
)
