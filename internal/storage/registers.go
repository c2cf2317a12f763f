package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
)

const keyColumns = `id, device, number, COALESCE(group_id, ''), state, battery_us, certificate, public_key, counter, synced_us, synced_until_us, blocked_us, block_reason, mail_until_us`

func scanKey(r row) (fleet.Key, error) {
	var k fleet.Key
	var battery, synced, until, blocked int64
	err := r.Scan(&k.ID, &k.Device, &k.Number, &k.GroupID, &k.State, &battery, &k.Certificate, &k.PublicKey, &k.Counter,
		&synced, &until, &blocked, &k.BlockReason, (*zeroTime)(&k.MailUntil))
	k.BatteryChanged, k.SyncedAt, k.SyncedUntil, k.BlockedAt = fromZeroUS(battery), fromZeroUS(synced), fromZeroUS(until), fromZeroUS(blocked)
	return k, err
}

// KeysByNumber implements fleet.KeyRegisterTx.
func (tx *Tx) KeysByNumber(ctx context.Context, numbers []string) (map[string]fleet.Key, error) {
	all, err := collectIn(ctx, tx, scanKey, `SELECT `+keyColumns+` FROM keys WHERE number IN %s`, numbers)
	return keyed(all, func(k fleet.Key) string { return k.Number }), err
}

// PutKeys implements fleet.KeyRegisterTx. MailUntil is SetVisited's alone.
func (tx *Tx) PutKeys(ctx context.Context, keys []fleet.Key) error {
	columns := []string{"id", "device", "number", "group_id", "state", "battery_us", "certificate", "public_key", "counter",
		"synced_us", "synced_until_us", "blocked_us", "block_reason"}
	return put(ctx, tx, "keys", columns, 1, keys, func(k fleet.Key) []any {
		return []any{k.ID, int64(k.Device), k.Number, orNull(k.GroupID), string(k.State), usOrZero(k.BatteryChanged), k.Certificate, k.PublicKey,
			int64(k.Counter), usOrZero(k.SyncedAt), usOrZero(k.SyncedUntil), usOrZero(k.BlockedAt), k.BlockReason}
	})
}

// MaxKeyDevice implements fleet.KeyRegisterTx: 0 while there is none.
func (tx *Tx) MaxKeyDevice(ctx context.Context) (uint32, error) {
	return tx.highest(ctx, keyNumbers)
}

// MaxPseudonym implements casework.RegisterTx: 0 while there is none.
func (tx *Tx) MaxPseudonym(ctx context.Context) (uint32, error) {
	return tx.highest(ctx, pseudonyms)
}

// ClientIDsAfter implements casework.RegisterTx: ids in ascending order, after the given one.
func (tx *Tx) ClientIDsAfter(ctx context.Context, after string, limit int) ([]string, error) {
	return collect(ctx, tx, column[string], `SELECT id FROM clients WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
}

// LastClientID implements casework.RegisterTx.
func (tx *Tx) LastClientID(ctx context.Context) (string, error) {
	id, _, err := one(ctx, tx, column[string], `SELECT id FROM clients ORDER BY id DESC LIMIT 1`)
	return id, err
}

// PutRegisterRows implements casework.RegisterTx.
func (tx *Tx) PutRegisterRows(ctx context.Context, rows []casework.RegisterRow) error {
	return put(ctx, tx, "register_rows", []string{"file", "key", "digest", "said"}, 2, rows, func(r casework.RegisterRow) []any {
		return []any{r.File, r.Key, r.Digest, r.Said}
	})
}

// EachRegisterRow calls f for every row that an import has applied.
func (tx *Tx) EachRegisterRow(ctx context.Context, f func(file, key, digest, said string) error) error {
	return each(ctx, tx, func(r row) error {
		var file, key, digest, said string
		if err := r.Scan(&file, &key, &digest, &said); err != nil {
			return err
		}
		return f(file, key, digest, said)
	}, `SELECT file, key, digest, said FROM register_rows`)
}

// DropRegisterRows implements casework.RegisterTx.
func (tx *Tx) DropRegisterRows(ctx context.Context, file string, keys []string) error {
	return execIn(ctx, tx, `DELETE FROM register_rows WHERE file = $1 AND key IN %s`, keys, file)
}

// RegisterRun is one import that has been staged.
type RegisterRun struct {
	ID     string
	Digest string // of what was read
	Units  int    // staged parts
	Left   int    // not applied yet
}

// UnfinishedRun returns the import that was interrupted, if any.
func (tx *Tx) UnfinishedRun(ctx context.Context) (RegisterRun, bool, error) {
	return one(ctx, tx, func(r row) (RegisterRun, error) {
		var v RegisterRun
		err := r.Scan(&v.ID, &v.Digest, &v.Units, &v.Left)
		return v, err
	}, `SELECT r.id, r.digest, r.units, (SELECT COUNT(*) FROM register_staging s WHERE s.run_id = r.id)
		FROM register_runs r WHERE r.finished_us = 0 ORDER BY r.id LIMIT 1`)
}

// StartRun stages nothing yet: it makes the run that staged parts belong to.
func (tx *Tx) StartRun(ctx context.Context, id, digest string) error {
	return tx.later(ctx, `INSERT INTO register_runs (id, digest, started_us, finished_us, units) VALUES ($1, $2, $3, -1, 0)`, id, digest, us(tx.Now()))
}

// Stage adds parts to a run, numbered from first.
func (tx *Tx) Stage(ctx context.Context, run string, first int, bodies []string) error {
	rows := make([][]any, len(bodies))
	for i, b := range bodies {
		rows[i] = []any{run, int64(first + i), b}
	}
	return tx.insert(ctx, "register_staging", []string{"run_id", "seq", "body"}, rows, "")
}

// SealRun says that everything of a run has been staged, so that it can be applied, and resumed.
func (tx *Tx) SealRun(ctx context.Context, id string, units int) error {
	return tx.later(ctx, `UPDATE register_runs SET finished_us = 0, units = $1 WHERE id = $2`, units, id)
}

// StagedAfter returns the first part of a run that has not been applied and comes after a part.
func (tx *Tx) StagedAfter(ctx context.Context, run string, after int) (seq int, body string, found bool, err error) {
	type part struct {
		seq  int
		body string
	}
	p, found, err := one(ctx, tx, func(r row) (part, error) {
		var v part
		err := r.Scan(&v.seq, &v.body)
		return v, err
	}, `SELECT seq, body FROM register_staging WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT 1`, run, int64(after))
	return p.seq, p.body, found, err
}

// DropStaged removes the parts from first to last, which have been applied, and returns how many of them were there.
func (tx *Tx) DropStaged(ctx context.Context, run string, first, last int) (int, error) {
	n, err := tx.exec(ctx, `DELETE FROM register_staging WHERE run_id = $1 AND seq BETWEEN $2 AND $3`, run, first, last)
	return int(n), err
}

// FinishRun ends a run. It reports false if there is no such run that is not finished: it has been discarded, or another
// program has finished it.
func (tx *Tx) FinishRun(ctx context.Context, id string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE register_runs SET finished_us = $1 WHERE id = $2 AND finished_us <= 0`, us(tx.Now()), id)
	return n == 1, err
}

// DiscardRuns removes what interrupted imports have staged, except the run named.
func (tx *Tx) DiscardRuns(ctx context.Context, except string) error {
	for _, text := range []string{
		`DELETE FROM register_staging WHERE run_id IN (SELECT id FROM register_runs WHERE finished_us <= 0 AND id <> $1)`,
		`DELETE FROM register_runs WHERE finished_us <= 0 AND id <> $1`,
	} {
		if err := tx.later(ctx, text, except); err != nil {
			return err
		}
	}
	return nil
}

var _ casework.RegisterTx = (*Tx)(nil)
