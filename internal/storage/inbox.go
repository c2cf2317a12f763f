package storage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
)

// InsertLetters implements keysync.InboxTx. A number is never used again soon, also when the inbox has been empty in between: it
// is the instant in microseconds, or one more than the newest, set aside or not.
func (tx *Tx) InsertLetters(ctx context.Context, letters []keysync.Letter) error {
	if len(letters) == 0 {
		return nil
	}
	last, _, err := one(ctx, tx, column[int64], `SELECT COALESCE(MAX(id), 0) FROM (SELECT MAX(id) AS id FROM inbox UNION ALL SELECT MAX(id) FROM inbox_aside) AS letters`)
	if err != nil {
		return err
	}
	next := max(last+1, us(tx.Now()))
	rows := make([][]any, len(letters))
	for i, l := range letters {
		rows[i] = []any{next + int64(i), us(l.Received), l.KeyID, l.StationID, l.Mail}
	}
	return tx.insert(ctx, "inbox", []string{"id", "received_us", "key_id", "station_id", "mail"}, rows, "")
}

// Letters implements keysync.InboxTx.
func (tx *Tx) Letters(ctx context.Context, after int64, limit int) ([]keysync.Letter, error) {
	return collect(ctx, tx, func(r row) (keysync.Letter, error) {
		var l keysync.Letter
		var received int64
		err := r.Scan(&l.ID, &received, &l.KeyID, &l.StationID, &l.Mail)
		l.Received = fromUS(received)
		return l, err
	}, `SELECT id, received_us, key_id, station_id, mail FROM inbox WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// HaveLetters implements keysync.InboxTx.
func (tx *Tx) HaveLetters(ctx context.Context, ids []int64) (map[int64]bool, error) {
	found, err := collectIn(ctx, tx, column[int64], `SELECT id FROM inbox WHERE id IN %s`, ids)
	out := make(map[int64]bool, len(found))
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

// DeleteLetters implements keysync.InboxTx.
func (tx *Tx) DeleteLetters(ctx context.Context, ids []int64) error {
	return execIn(ctx, tx, `DELETE FROM inbox WHERE id IN %s`, ids)
}

// SetAside implements keysync.InboxTx.
func (tx *Tx) SetAside(ctx context.Context, l keysync.Letter, reason string) error {
	err := tx.later(ctx, `INSERT INTO inbox_aside (id, received_us, key_id, station_id, mail, reason) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, l.ID, us(l.Received), l.KeyID, l.StationID, l.Mail, reason)
	if err != nil {
		return err
	}
	return tx.DeleteLetters(ctx, []int64{l.ID})
}

// TakeBackLetters implements keysync.InboxTx.
func (tx *Tx) TakeBackLetters(ctx context.Context, after int64, limit int) ([]int64, error) {
	ids, err := collect(ctx, tx, column[int64], `SELECT id FROM inbox_aside WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if err := execIn(ctx, tx, `INSERT INTO inbox (id, received_us, key_id, station_id, mail)
		SELECT id, received_us, key_id, station_id, mail FROM inbox_aside WHERE id IN %s ON CONFLICT DO NOTHING`, ids); err != nil {
		return nil, err
	}
	return ids, execIn(ctx, tx, `DELETE FROM inbox_aside WHERE id IN %s`, ids)
}

// ForgetAside implements keysync.InboxTx.
func (tx *Tx) ForgetAside(ctx context.Context, t time.Time) error {
	return tx.later(ctx, `DELETE FROM inbox_aside WHERE received_us <= $1`, us(t))
}

// InboxStatus implements keysync.InboxTx.
func (tx *Tx) InboxStatus(ctx context.Context) (keysync.Status, error) {
	s, _, err := one(ctx, tx, func(r row) (keysync.Status, error) {
		var s keysync.Status
		err := r.Scan(&s.Waiting, (*zeroTime)(&s.Oldest), &s.SetAside)
		return s, err
	}, `SELECT (SELECT COUNT(*) FROM inbox), COALESCE((SELECT received_us FROM inbox ORDER BY id LIMIT 1), 0), (SELECT COUNT(*) FROM inbox_aside)`)
	return s, err
}

// LocksByNumber implements keysync.InboxTx.
func (tx *Tx) LocksByNumber(ctx context.Context, numbers []uint32) (map[uint32]fleet.Lock, error) {
	all, err := collectIn(ctx, tx, scanLock, `SELECT `+lockColumns+` FROM locks WHERE number IN %s`, wide(numbers))
	out := make(map[uint32]fleet.Lock, len(all))
	for _, l := range all {
		out[l.Number] = l
	}
	return out, err
}

const headColumns = `lock_id, epoch, identity, seq, head, block_list, config, battery, seen_us, shown, oldest, ack`

func scanHead(r row) (keysync.Head, error) {
	var h keysync.Head
	var identity, head []byte
	var list, seen int64
	if err := r.Scan(&h.Lock, &h.Epoch, &identity, &h.Seq, &head, &list, &h.Config, &h.Battery, &seen, &h.Shown, &h.Oldest, &h.Ack); err != nil {
		return h, err
	}
	if len(identity) != len(h.Identity) || len(head) != len(h.Head) {
		return h, fmt.Errorf("storage: the stored head of lock %d is damaged", h.Lock)
	}
	h.Identity, h.Head = credential.KeyHash(identity), credential.Hash(head)
	h.BlockList, h.Seen = uint64(list), fromUS(seen)
	return h, nil
}

// LockHeads implements keysync.InboxTx.
func (tx *Tx) LockHeads(ctx context.Context, locks []uint32) (map[uint32]keysync.Head, error) {
	all, err := collectIn(ctx, tx, scanHead, `SELECT `+headColumns+` FROM lock_heads WHERE lock_id IN %s`, wide(locks))
	out := make(map[uint32]keysync.Head, len(all))
	for _, h := range all {
		out[h.Lock] = h
	}
	return out, err
}

// PutLockHeads implements keysync.InboxTx. All but a new lock's are there already.
func (tx *Tx) PutLockHeads(ctx context.Context, heads []keysync.Head) error {
	columns := strings.Split(headColumns, ", ")
	row := func(h keysync.Head) []any {
		return []any{int64(h.Lock), int64(h.Epoch), h.Identity[:], int64(h.Seq), h.Head[:], int64(h.BlockList), int64(h.Config), int64(h.Battery), us(h.Seen), int64(h.Shown), int64(h.Oldest), h.Ack}
	}
	if tx.engine.Limits().Arrays {
		return put(ctx, tx, "lock_heads", columns, 1, heads, row)
	}
	update := updateText("lock_heads", columns, 1)
	for _, h := range heads {
		changed, err := tx.exec(ctx, update, row(h)...)
		if err == nil && changed == 0 {
			err = tx.insert(ctx, "lock_heads", columns, [][]any{row(h)}, "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// InsertEvidence implements keysync.InboxTx.
func (tx *Tx) InsertEvidence(ctx context.Context, evidence []keysync.Evidence) error {
	if len(evidence) == 0 {
		return nil
	}
	last, _, err := one(ctx, tx, column[int64], `SELECT COALESCE(MAX(id), 0) FROM lock_evidence`)
	if err != nil {
		return err
	}
	rows := make([][]any, len(evidence))
	for i, e := range evidence {
		rows[i] = []any{last + 1 + int64(i), int64(e.Lock), int64(e.Epoch), int64(e.Through), us(tx.Now()), e.Class, e.Body}
	}
	return tx.insert(ctx, "lock_evidence", []string{"id", "lock_id", "epoch", "through", "at_us", "class", "body"}, rows, "")
}

// ActivationBodies implements keysync.InboxTx.
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

// InsertActivations implements keysync.InboxTx.
func (tx *Tx) InsertActivations(ctx context.Context, activations []keysync.Activation) error {
	rows := make([][]any, len(activations))
	for i, a := range activations {
		rows[i] = []any{int64(a.Serial), a.KeyID, a.StaffID, a.StationID, us(a.From), us(a.Until), bit(a.Offline), a.Body}
	}
	return tx.insert(ctx, "activations", []string{"serial", "key_id", "staff_id", "station_id", "from_us", "until_us", "offline", "body"}, rows, "")
}

// StaffByPseudonym implements keysync.InboxTx.
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

// SetReported implements keysync.InboxTx.
func (tx *Tx) SetReported(ctx context.Context, stationID string, counter uint32) error {
	return tx.later(ctx, `UPDATE stations SET reported = $2 WHERE id = $1 AND reported < $2`, stationID, int64(counter))
}

// MissActivations implements keysync.InboxTx.
func (tx *Tx) MissActivations(ctx context.Context, locks map[uint64]uint32) error {
	rows := make([][]any, 0, len(locks))
	for serial, lock := range locks {
		rows = append(rows, []any{int64(serial), int64(lock), us(tx.Now()), int64(0)})
	}
	return tx.insert(ctx, "orphans", []string{"serial", "lock_id", "since_us", "told"}, rows, "ON CONFLICT DO NOTHING")
}

// FindActivations implements keysync.InboxTx.
func (tx *Tx) FindActivations(ctx context.Context, serials []uint64) error {
	return execIn(ctx, tx, `DELETE FROM orphans WHERE serial IN %s`, wide(serials))
}

// Orphans implements keysync.InboxTx. A serial is its station's number and a counter of 32 bits.
func (tx *Tx) Orphans(ctx context.Context, t time.Time, limit int) ([]keysync.Orphan, error) {
	return collect(ctx, tx, func(r row) (keysync.Orphan, error) {
		var o keysync.Orphan
		var serial, since int64
		err := r.Scan(&serial, &o.LockID, &since)
		o.Serial, o.Since = uint64(serial), fromUS(since)
		return o, err
	}, `SELECT o.serial, COALESCE(l.id, ''), o.since_us FROM orphans o LEFT JOIN locks l ON l.number = o.lock_id
		LEFT JOIN stations s ON s.device = o.serial >> 32
		WHERE o.told = 0 AND (o.since_us <= $1 OR s.reported > (o.serial & 4294967295)) ORDER BY o.serial LIMIT $2`, us(t), limit)
}

// TellOrphans implements keysync.InboxTx.
func (tx *Tx) TellOrphans(ctx context.Context, serials []uint64) error {
	return execIn(ctx, tx, `UPDATE orphans SET told = 1 WHERE serial IN %s`, wide(serials))
}

const anomalyColumns = `id, at_us, class, subject, detail, settled_us, settled_by, note`

// InsertAnomalies implements keysync.AnomalyTx.
func (tx *Tx) InsertAnomalies(ctx context.Context, anomalies []keysync.Anomaly) error {
	rows := make([][]any, len(anomalies))
	for i, a := range anomalies {
		rows[i] = []any{a.ID, us(a.At), a.Class, a.Subject, a.Detail, usOrZero(a.SettledAt), a.SettledBy, a.Note}
	}
	return tx.insert(ctx, "anomalies", strings.Split(anomalyColumns, ", "), rows, "")
}

// Anomalies implements keysync.AnomalyTx.
func (tx *Tx) Anomalies(ctx context.Context, f keysync.AnomalyFilter, below string, limit int) ([]keysync.Anomaly, error) {
	var q where
	if f.Open {
		q.is("a.settled_us = 0")
	}
	q.equal("a.id", f.ID)
	q.equal("a.class", f.Class)
	q.equal("COALESCE(l.serial, k.number)", f.Label)
	if !f.Since.IsZero() {
		q.and("a.at_us >= ", us(f.Since))
	}
	if below != "" {
		q.and("a.id < ", below)
	}
	return collect(ctx, tx, func(r row) (keysync.Anomaly, error) {
		var a keysync.Anomaly
		err := r.Scan(&a.ID, (*zeroTime)(&a.At), &a.Class, &a.Subject, &a.Label, &a.Detail, (*zeroTime)(&a.SettledAt), &a.SettledBy, &a.Note)
		return a, err
	}, `SELECT a.id, a.at_us, a.class, a.subject, COALESCE(l.serial, k.number, ''), a.detail, a.settled_us, a.settled_by, a.note FROM anomalies a
		LEFT JOIN locks l ON l.id = a.subject LEFT JOIN keys k ON k.id = a.subject`+q.text+` ORDER BY a.id DESC`+q.limit(limit), q.args...)
}

// SettleAnomaly implements keysync.AnomalyTx.
func (tx *Tx) SettleAnomaly(ctx context.Context, a keysync.Anomaly) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE anomalies SET settled_us = $2, settled_by = $3, note = $4 WHERE id = $1 AND settled_us = 0`,
		a.ID, us(a.SettledAt), a.SettledBy, a.Note)
	return n == 1, err
}
