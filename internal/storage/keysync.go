package storage

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hemnyckel/internal/domain/keysync"
)

// KeyVisits implements keysync.Tx.
func (tx *Tx) KeyVisits(ctx context.Context, keyIDs []string) (map[string][]byte, error) {
	out := map[string][]byte{}
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var id string
		var digest []byte
		err := r.Scan(&id, &digest)
		out[id] = digest
		return struct{}{}, err
	}, `SELECT id, visit FROM keys WHERE visit IS NOT NULL AND id IN %s`, keyIDs)
	return out, err
}

// SetVisited implements keysync.Tx.
func (tx *Tx) SetVisited(ctx context.Context, visited []keysync.Visited) error {
	if !tx.engine.Limits().Arrays {
		for _, v := range visited {
			err := tx.later(ctx, `UPDATE keys SET counter = $2, visit = $3, synced_us = $4, synced_until_us = $5, mail_until_us = $6 WHERE id = $1`,
				v.KeyID, int64(v.Counter), v.Digest[:], us(v.SyncedAt), us(v.SyncedUntil), usOrZero(v.MailUntil))
			if err != nil {
				return err
			}
		}
		return nil
	}
	last := map[string]keysync.Visited{} // of two visits of a key the later one stays
	for _, v := range visited {
		last[v.KeyID] = v
	}
	var ids []string
	var counters, synced, until, mail []int64
	var digests [][]byte
	for _, v := range last {
		ids, counters, digests = append(ids, v.KeyID), append(counters, int64(v.Counter)), append(digests, v.Digest[:])
		synced, until = append(synced, us(v.SyncedAt)), append(until, us(v.SyncedUntil))
		mail = append(mail, usOrZero(v.MailUntil))
	}
	if len(ids) == 0 {
		return nil
	}
	return tx.later(ctx, `UPDATE keys SET counter = v.counter, visit = v.digest, synced_us = v.synced, synced_until_us = v.until, mail_until_us = v.mail
		FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[]) AS v (id, counter, digest, synced, until, mail) WHERE keys.id = v.id`,
		ids, counters, digests, synced, until, mail)
}

// GroupStates implements keysync.Tx.
func (tx *Tx) GroupStates(ctx context.Context, groupIDs []string) (map[string]keysync.GroupState, error) {
	out := make(map[string]keysync.GroupState, len(groupIDs))
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var id string
		var g keysync.GroupState
		err := r.Scan(&id, &g.Number, &g.Version, &g.Generation)
		out[id] = g
		return struct{}{}, err
	}, `SELECT g.id, g.number, COALESCE(v.version, 0), COALESCE(n.generation, 1) FROM care_groups g
		LEFT JOIN rights_versions v ON v.group_id = g.id LEFT JOIN generations n ON n.group_id = g.id WHERE g.id IN %s`, groupIDs)
	return out, err
}

// RightsOfGroup implements keysync.Tx.
func (tx *Tx) RightsOfGroup(ctx context.Context, groupID string, from, until time.Time) ([]keysync.GroupRight, error) {
	return collect(ctx, tx, func(r row) (keysync.GroupRight, error) {
		var g keysync.GroupRight
		var from, until int64
		err := r.Scan(&g.Lock, &g.Epoch, &from, &until, &g.Kind)
		g.From, g.Until = fromUS(from), fromUS(until)
		return g, err
	}, `SELECT l.number, l.epoch, r.from_us, r.until_us, g.kind FROM rights r JOIN locks l ON l.id = r.lock_id JOIN grounds g ON g.id = r.ground_id
		WHERE r.group_id = $1 AND r.until_us > $2 AND r.from_us < $3 AND l.state = 'mounted'`, groupID, us(from), us(until))
}

// InsertGrants implements keysync.Tx.
func (tx *Tx) InsertGrants(ctx context.Context, grants []keysync.Issued) error {
	rows := make([][]any, len(grants))
	for i, g := range grants {
		rows[i] = []any{int64(g.Serial), g.KeyID, g.GroupID, g.StationID, us(g.From), us(g.Until), int64(g.Locks)}
	}
	return tx.insert(ctx, "grants", []string{"serial", "key_id", "group_id", "station_id", "from_us", "until_us", "locks"}, rows, "")
}

// AcksForLocks implements keysync.Tx.
func (tx *Tx) AcksForLocks(ctx context.Context, locks []uint32, keep, limit int) ([]keysync.Waiting, error) {
	all, err := collectIn(ctx, tx, func(r row) (keysync.Waiting, error) {
		var w keysync.Waiting
		err := r.Scan(&w.Lock, &w.Kept, &w.Ack)
		return w, err
	}, `SELECT lock_id, seq - oldest, ack FROM lock_heads WHERE seq - oldest >= $2 AND lock_id IN %s
		ORDER BY seq - oldest DESC, lock_id LIMIT $1`, locks, limit, keep-1)
	slices.SortFunc(all, func(a, b keysync.Waiting) int {
		return cmp.Or(cmp.Compare(b.Kept, a.Kept), cmp.Compare(a.Lock, b.Lock))
	})
	return all[:min(len(all), limit)], err
}

// ConfigsDue implements keysync.Tx.
func (tx *Tx) ConfigsDue(ctx context.Context, groupID string, t time.Time, version uint32) ([]keysync.LockEpoch, error) {
	return collect(ctx, tx, func(r row) (l keysync.LockEpoch, err error) {
		return l, r.Scan(&l.Lock, &l.Epoch)
	}, `SELECT l.number, l.epoch FROM locks l LEFT JOIN lock_heads h ON h.lock_id = l.number
		WHERE l.state = 'mounted' AND l.certificate IS NOT NULL AND COALESCE(h.config, 0) < $3
		AND l.id IN (SELECT r.lock_id FROM rights r WHERE r.group_id = $1 AND r.until_us > $2) ORDER BY l.number`, groupID, us(t), int64(version))
}

var _ keysync.Tx = (*Tx)(nil)
