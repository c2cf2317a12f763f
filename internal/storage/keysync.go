package storage

import (
	"context"
	"fmt"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
)

// KeyVisit implements keysync.Tx.
func (tx *Tx) KeyVisit(ctx context.Context, keyID string) ([]byte, error) {
	v, _, err := one(ctx, tx, column[[]byte], `SELECT visit FROM keys WHERE id = $1`, keyID)
	return v, err
}

// SetKeyVisit implements keysync.Tx.
func (tx *Tx) SetKeyVisit(ctx context.Context, keyID string, digest []byte) error {
	_, err := tx.exec(ctx, `UPDATE keys SET visit = $2 WHERE id = $1`, keyID, digest)
	return err
}

// LocksByNumber implements keysync.Tx.
func (tx *Tx) LocksByNumber(ctx context.Context, numbers []uint32) (map[uint32]fleet.Lock, error) {
	all, err := collectIn(ctx, tx, scanLock, `SELECT `+lockColumns+` FROM locks WHERE number IN %s`, wide(numbers))
	out := make(map[uint32]fleet.Lock, len(all))
	for _, l := range all {
		out[l.Number] = l
	}
	return out, err
}

// RightsOfGroup implements keysync.Tx.
func (tx *Tx) RightsOfGroup(ctx context.Context, groupID string, from, until time.Time) ([]keysync.GroupRight, error) {
	return collect(ctx, tx, func(r row) (keysync.GroupRight, error) {
		var g keysync.GroupRight
		var from, until int64
		err := r.Scan(&g.Lock, &g.Epoch, &from, &until)
		g.From, g.Until = fromUS(from), fromUS(until)
		return g, err
	}, `SELECT l.number, l.epoch, r.from_us, r.until_us FROM rights r JOIN locks l ON l.id = r.lock_id
		WHERE r.group_id = $1 AND r.until_us > $2 AND r.from_us < $3 AND l.state = 'mounted'`, groupID, us(from), us(until))
}

// LockHeads implements keysync.Tx.
func (tx *Tx) LockHeads(ctx context.Context, locks []uint32) (map[uint32]keysync.Head, error) {
	all, err := collectIn(ctx, tx, func(r row) (keysync.Head, error) {
		var h keysync.Head
		var identity, head []byte
		var list, seen int64
		if err := r.Scan(&h.Lock, &h.Epoch, &identity, &h.Seq, &head, &list, &seen); err != nil {
			return h, err
		}
		if len(identity) != len(h.Identity) || len(head) != len(h.Head) {
			return h, fmt.Errorf("storage: the stored head of lock %d is damaged", h.Lock)
		}
		h.Identity, h.Head = credential.KeyHash(identity), credential.Hash(head)
		h.BlockList, h.Seen = uint64(list), fromUS(seen)
		return h, nil
	}, `SELECT lock_id, epoch, identity, seq, head, block_list, seen_us FROM lock_heads WHERE lock_id IN %s`, wide(locks))
	out := make(map[uint32]keysync.Head, len(all))
	for _, h := range all {
		out[h.Lock] = h
	}
	return out, err
}

// PutLockHead implements keysync.Tx.
func (tx *Tx) PutLockHead(ctx context.Context, h keysync.Head) error {
	columns := []string{"lock_id", "epoch", "identity", "seq", "head", "block_list", "seen_us"}
	return put(ctx, tx, "lock_heads", columns, 1, []keysync.Head{h}, func(h keysync.Head) []any {
		return []any{int64(h.Lock), int64(h.Epoch), h.Identity[:], int64(h.Seq), h.Head[:], int64(h.BlockList), us(h.Seen)}
	})
}

// LockRecords implements keysync.Tx.
func (tx *Tx) LockRecords(ctx context.Context, lock uint32, epoch uint16, first, last uint32) (map[uint32][]byte, error) {
	out := map[uint32][]byte{}
	err := each(ctx, tx, func(r row) error {
		var seq uint32
		var body []byte
		err := r.Scan(&seq, &body)
		out[seq] = body
		return err
	}, `SELECT seq, body FROM lock_records WHERE lock_id = $1 AND epoch = $2 AND seq >= $3 AND seq <= $4`,
		int64(lock), int64(epoch), int64(first), int64(last))
	return out, err
}

// InsertLockRecords implements keysync.Tx. A record that is there already is an error: nothing is doubled.
func (tx *Tx) InsertLockRecords(ctx context.Context, records []keysync.StoredRecord) error {
	rows := make([][]any, len(records))
	for i, r := range records {
		rows[i] = []any{int64(r.Lock), int64(r.Epoch), int64(r.Seq), us(r.At), int64(r.Event), r.Body}
	}
	_, err := tx.insert(ctx, "lock_records", []string{"lock_id", "epoch", "seq", "at_us", "event", "body"}, rows, "")
	return err
}

// InsertGrant implements keysync.Tx.
func (tx *Tx) InsertGrant(ctx context.Context, g keysync.Issued) error {
	_, err := tx.exec(ctx, `INSERT INTO grants (serial, key_id, group_id, station_id, from_us, until_us, locks) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		int64(g.Serial), g.KeyID, g.GroupID, g.StationID, us(g.From), us(g.Until), g.Locks)
	return err
}

// ActivationBodies implements keysync.Tx.
func (tx *Tx) ActivationBodies(ctx context.Context, serials []uint64) (map[uint64][]byte, error) {
	type stored struct {
		serial int64
		body   []byte
	}
	all, err := collectIn(ctx, tx, func(r row) (stored, error) {
		var s stored
		err := r.Scan(&s.serial, &s.body)
		return s, err
	}, `SELECT serial, body FROM activations WHERE serial IN %s`, wide(serials))
	out := make(map[uint64][]byte, len(all))
	for _, s := range all {
		out[uint64(s.serial)] = s.body
	}
	return out, err
}

// InsertActivations implements keysync.Tx.
func (tx *Tx) InsertActivations(ctx context.Context, activations []keysync.Activation) error {
	rows := make([][]any, len(activations))
	for i, a := range activations {
		rows[i] = []any{int64(a.Serial), a.KeyID, a.StaffID, a.StationID, us(a.From), us(a.Until), bit(a.Offline), a.Body}
	}
	_, err := tx.insert(ctx, "activations", []string{"serial", "key_id", "staff_id", "station_id", "from_us", "until_us", "offline", "body"}, rows, "")
	return err
}

// StaffByPseudonym implements keysync.Tx.
func (tx *Tx) StaffByPseudonym(ctx context.Context, pseudonyms []uint64) (map[uint64]string, error) {
	type person struct {
		pseudonym int64
		id        string
	}
	all, err := collectIn(ctx, tx, func(r row) (person, error) {
		var p person
		err := r.Scan(&p.pseudonym, &p.id)
		return p, err
	}, `SELECT pseudonym, id FROM staff WHERE pseudonym IN %s`, wide(pseudonyms))
	out := make(map[uint64]string, len(all))
	for _, p := range all {
		out[uint64(p.pseudonym)] = p.id
	}
	return out, err
}

var _ keysync.Tx = (*Tx)(nil)
