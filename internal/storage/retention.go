package storage

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/retention"
)

var _ retention.Tx = (*Tx)(nil)

// ended is the condition of an index over those clients who have died or moved.
const ended = `ended_us < 253402214400000000`

// due is how each class finds what is due: id, whose it is, and what it still waits for; $1 is the time before which it must
// have ended, $2 the id after which to go on, $3 how many.
func due(c retention.Class) string {
	return map[retention.Class]string{
		retention.Receipts: `SELECT k.id, k.client_id, '' FROM physical_keys k WHERE k.closed_us > 0 AND k.closed_us < $1 AND k.id > $2 ORDER BY k.id LIMIT $3`,
		retention.Disclosures: `SELECT d.id, d.scope_id, '' FROM disclosures d WHERE (d.state IN ('refused', 'disclosed') OR d.state IN ('granted', 'partly') AND d.decided_us < $1) AND d.requested_us < $1 AND d.id > $2
			ORDER BY d.id LIMIT $3`,
		retention.Charges: `SELECT c.id, coalesce(c.client_id, ''), '' FROM charges c WHERE c.decided_us > 0 AND c.decided_us < $1 AND c.id > $2
			AND (c.client_id IS NOT NULL OR c.facts <> '[]') ORDER BY c.id LIMIT $3`,
		retention.Faults: `SELECT f.id, coalesce(f.client_id, ''), '' FROM faults f WHERE f.closed_us > 0 AND f.closed_us < $1 AND f.id > $2
			AND f.description <> '' ORDER BY f.id LIMIT $3`,
		retention.Consents: `SELECT c.id, '', '' FROM consents c WHERE c.id > $2 AND ((c.answer IN ('refused', 'withdrawn') AND c.recorded_us < $1)
			OR (c.until_us > 0 AND c.until_us < $1)) ORDER BY c.id LIMIT $3`,
		retention.Orders: `SELECT o.id, o.client_id, '' FROM orders o WHERE o.state IN ('done', 'returned', 'withdrawn') AND o.received_us < $1 AND o.id > $2
			AND NOT EXISTS (SELECT 1 FROM services s WHERE s.client_id = o.client_id AND s.until_us >= $1
				AND (s.origin = 'order:' || o.id OR s.ended_by = 'order:' || o.id)) ORDER BY o.id LIMIT $3`,
		retention.Clients: `SELECT c.id, c.id, CASE
			WHEN EXISTS (SELECT 1 FROM tasks t WHERE t.client_id = c.id AND t.done_us = 0) THEN 'task'
			WHEN EXISTS (SELECT 1 FROM faults f WHERE f.client_id = c.id AND f.closed_us = 0) THEN 'fault'
			WHEN EXISTS (SELECT 1 FROM charges g WHERE g.client_id = c.id AND g.decided_us = 0) THEN 'charge'
			WHEN EXISTS (SELECT 1 FROM physical_keys k WHERE k.client_id = c.id AND k.closed_us = 0) THEN 'key'
			WHEN EXISTS (SELECT 1 FROM locks l WHERE l.dwelling_id = c.dwelling_id AND l.state = 'mounted' AND l.kind <> 'entrance')
				AND NOT EXISTS (SELECT 1 FROM clients o WHERE o.dwelling_id = c.dwelling_id AND o.id <> c.id AND o.ended_us >= $1) THEN 'lock'
			ELSE '' END FROM clients c WHERE c.` + ended + ` AND c.ended_us < $1 AND c.id > $2 ORDER BY c.id LIMIT $3`,
	}[c]
}

// DueThings implements retention.Tx.
func (tx *Tx) DueThings(ctx context.Context, c retention.Class, before time.Time, after string, limit int) ([]retention.Thing, error) {
	return collect(ctx, tx, func(r row) (retention.Thing, error) {
		var t retention.Thing
		err := r.Scan(&t.ID, &t.Client, &t.Waits)
		return t, err
	}, due(c), us(before), after, limit)
}

// EraseThing implements retention.Tx.
func (tx *Tx) EraseThing(ctx context.Context, c retention.Class, id string) error {
	if c == retention.Clients {
		return tx.eraseClient(ctx, id)
	}
	for _, text := range erasures(c) {
		if err := tx.eraseBy(ctx, text, id); err != nil {
			return err
		}
	}
	return nil
}

// eraseBy runs one statement of an erasure. A file hangs on its receipts: its id must be known before they go.
func (tx *Tx) eraseBy(ctx context.Context, text, id string) error {
	query, then, two := strings.Cut(text, " => ")
	if !two {
		return tx.later(ctx, text, id)
	}
	ids, err := collect(ctx, tx, column[string], query, id)
	if err != nil {
		return err
	}
	for _, text := range strings.Split(then, "; ") {
		if !strings.Contains(text, "%s") {
			if err := tx.later(ctx, text, id); err != nil {
				return err
			}
			continue
		}
		if err := execIn(ctx, tx, text, ids); err != nil {
			return err
		}
	}
	return nil
}

// OthersAmong implements retention.Tx.
func (tx *Tx) OthersAmong(ctx context.Context, ids []string) (map[string]bool, error) {
	found, err := collectIn(ctx, tx, column[string], `SELECT id FROM clients WHERE id IN %s`, ids)
	return setOf(found), err
}

// setOf makes a set.
func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}

const holdColumns = `id, subject, reason, by_actor, from_us, ended_us, ended_by`

func scanHold(r row) (retention.Hold, error) {
	var h retention.Hold
	err := r.Scan(&h.ID, &h.Subject, &h.Reason, &h.By, (*zeroTime)(&h.From), (*zeroTime)(&h.Ended), &h.EndedBy)
	return h, err
}

// InsertHold implements retention.Tx.
func (tx *Tx) InsertHold(ctx context.Context, h retention.Hold) error {
	return tx.later(ctx, `INSERT INTO holds (`+holdColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		h.ID, h.Subject, h.Reason, h.By, us(h.From), usOrZero(h.Ended), h.EndedBy)
}

// EndHold implements retention.Tx.
func (tx *Tx) EndHold(ctx context.Context, h retention.Hold) error {
	return tx.later(ctx, `UPDATE holds SET ended_us = $1, ended_by = $2 WHERE id = $3 AND ended_us = 0`, us(h.Ended), h.EndedBy, h.ID)
}

// HoldByID implements retention.Tx.
func (tx *Tx) HoldByID(ctx context.Context, id string) (retention.Hold, bool, error) {
	return one(ctx, tx, scanHold, `SELECT `+holdColumns+` FROM holds WHERE id = $1`, id)
}

// Holds implements retention.Tx.
func (tx *Tx) Holds(ctx context.Context, after string, limit int) ([]retention.Hold, error) {
	q := &where{}
	if after != "" {
		q.and("id < ", after)
	}
	return collect(ctx, tx, scanHold, `SELECT `+holdColumns+` FROM holds`+q.text+` ORDER BY id DESC`+q.limit(limit), q.args...)
}

// HoldTarget implements retention.Tx.
func (tx *Tx) HoldTarget(ctx context.Context, name string) (string, bool, error) {
	found, err := collect(ctx, tx, column[string], `SELECT id FROM clients WHERE id = $1 OR personal_number = $1
		UNION ALL SELECT id FROM locks WHERE id = $1 OR serial = $1
		UNION ALL SELECT id FROM keys WHERE id = $1 OR number = $1
		UNION ALL SELECT id FROM staff WHERE id = $1 OR employee_number = $1`, name)
	if err != nil || len(found) != 1 { // two things of one name: the id tells them apart
		return "", false, err
	}
	return found[0], true, nil
}

// Held implements retention.Tx: what is held, and what requests for the log are open about. Of a client that is also the
// lock on the door and those that have sat there, of a staff member also their activations.
func (tx *Tx) Held(ctx context.Context, unfetched time.Time) (retention.Held, error) {
	subjects, err := collect(ctx, tx, column[string], `SELECT subject FROM holds WHERE ended_us = 0
		UNION SELECT scope_id FROM disclosures WHERE state NOT IN ('refused', 'disclosed') AND NOT (state IN ('granted', 'partly') AND decided_us < $1)`, usOrZero(unfetched))
	h := retention.Held{Subjects: setOf(subjects), Actors: map[string]bool{}, Past: map[string]time.Time{}}
	h.All = h.Subjects[""]
	if err != nil || h.All || len(subjects) == 0 {
		return h, err
	}
	doors, err := collectIn(ctx, tx, scanDoorPair, `SELECT client_id, lock_id, from_us, until_us, 0 FROM door_times WHERE client_id IN %s`, subjects)
	if err != nil {
		return h, err
	}
	for _, d := range doors {
		h.Past[d.lock] = latest(h.Past[d.lock], d.until)
	}
	serials, err := collectIn(ctx, tx, column[string], `SELECT CAST(serial AS TEXT) FROM activations WHERE staff_id IN %s`, subjects)
	for _, n := range serials {
		h.Actors["activation:"+n] = true
	}
	return h, err
}

// RetentionCursor implements retention.Tx.
func (tx *Tx) RetentionCursor(ctx context.Context, k journal.Kind) (int64, error) {
	n, _, err := one(ctx, tx, column[int64], `SELECT idx FROM retention_cursors WHERE kind = $1`, string(k))
	return n, err
}

// SetRetentionCursor implements retention.Tx.
func (tx *Tx) SetRetentionCursor(ctx context.Context, k journal.Kind, next int64) error {
	return tx.later(ctx, `INSERT INTO retention_cursors (kind, idx) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET idx = excluded.idx`, string(k), next)
}

// SignedOfKind implements retention.Tx.
func (tx *Tx) SignedOfKind(ctx context.Context, k journal.Kind, from int64, limit int) ([]journal.Row, error) {
	return collect(ctx, tx, scanJournal, `SELECT `+journalColumns+` FROM journal_kinds k JOIN journal_entries e ON e.idx = k.idx
		WHERE k.kind = $1 AND e.kind = $1 AND k.idx >= $2 ORDER BY k.idx LIMIT $3`, string(k), from, limit)
}

// KeepEntries implements retention.Tx.
func (tx *Tx) KeepEntries(ctx context.Context, k journal.Kind, indexes []int64) error {
	rows := make([][]any, len(indexes))
	for i, n := range indexes {
		rows[i] = []any{n, string(k)}
	}
	return tx.insert(ctx, "retention_kept", []string{"idx", "kind"}, rows, "ON CONFLICT DO NOTHING")
}

// KeptEntries implements retention.Tx.
func (tx *Tx) KeptEntries(ctx context.Context, after int64, limit int) ([]int64, error) {
	return collect(ctx, tx, column[int64], `SELECT idx FROM retention_kept WHERE idx > $1 ORDER BY idx LIMIT $2`, after, limit)
}

// DropKept implements retention.Tx.
func (tx *Tx) DropKept(ctx context.Context, indexes []int64) error {
	return execIn(ctx, tx, `DELETE FROM retention_kept WHERE idx IN %s`, indexes)
}
