package storage

import (
	"context"
	"encoding/json"

	"hemnyckel/internal/domain/casework"
)

const massColumns = `id, number, kind, state, reason, spec, effective_us, created_by, created_us, reviewed_by, reviewed_us, done_us, total, done, place`

func scanMass(r row) (casework.MassChange, error) {
	var m casework.MassChange
	var spec string
	var effective, created, reviewed, ended int64
	err := r.Scan(&m.ID, &m.Number, &m.Kind, &m.State, &m.Reason, &spec, &effective, &m.CreatedBy, &created, &m.ReviewedBy, &reviewed, &ended, &m.Total, &m.Count, &m.Place)
	m.Effective, m.Created, m.Reviewed, m.Ended = fromUS(effective), fromUS(created), fromZeroUS(reviewed), fromZeroUS(ended)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal([]byte(spec), &m.Spec)
}

// PutMass implements casework.MassTx.
func (tx *Tx) PutMass(ctx context.Context, m casework.MassChange) error {
	spec, err := json.Marshal(m.Spec)
	if err != nil {
		return err
	}
	return tx.later(ctx, `INSERT INTO mass_changes (`+massColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, reviewed_by = excluded.reviewed_by, reviewed_us = excluded.reviewed_us,
		done_us = excluded.done_us, total = excluded.total, done = excluded.done, place = excluded.place`,
		m.ID, m.Number, string(m.Kind), string(m.State), m.Reason, string(spec), us(m.Effective), m.CreatedBy, us(m.Created), m.ReviewedBy,
		usOrZero(m.Reviewed), usOrZero(m.Ended), int64(m.Total), int64(m.Count), m.Place)
}

// MassByID implements casework.MassTx.
func (tx *Tx) MassByID(ctx context.Context, id string) (casework.MassChange, bool, error) {
	return one(ctx, tx, scanMass, `SELECT `+massColumns+` FROM mass_changes WHERE id = $1`, id)
}

// MassPage implements casework.MassTx.
func (tx *Tx) MassPage(ctx context.Context, after string, limit int) ([]casework.MassChange, error) {
	var q where
	if after != "" {
		q.and("id < ", after)
	}
	return collect(ctx, tx, scanMass, `SELECT `+massColumns+` FROM mass_changes`+q.text+` ORDER BY id DESC`+q.limit(limit), q.args...)
}

// SalesDue implements casework.SaleTx.
func (tx *Tx) SalesDue(ctx context.Context, limit int) ([]string, error) {
	return collect(ctx, tx, column[string], `SELECT id FROM mass_changes WHERE state = $1 AND kind = $2 AND effective_us <= $3 ORDER BY id LIMIT $4`,
		string(casework.MassApplied), string(casework.HouseSold), us(tx.Now()), int64(limit))
}

// PutMassRows implements casework.MassTx.
func (tx *Tx) PutMassRows(ctx context.Context, id string, rows []casework.MassRow) error {
	for _, r := range rows {
		undo, err := json.Marshal(r.Undo)
		if err != nil {
			return err
		}
		err = tx.later(ctx, `INSERT INTO mass_rows (mass_id, seq, client_id, property_id, from_group, to_group, state, note, services, rights, receipts, locks, mountings, undo, at_us)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT (mass_id, seq) DO UPDATE SET state = excluded.state, note = excluded.note,
			services = excluded.services, rights = excluded.rights, receipts = excluded.receipts, locks = excluded.locks, mountings = excluded.mountings,
			undo = excluded.undo, at_us = excluded.at_us`,
			id, r.Seq, orNull(r.ClientID), orNull(r.PropertyID), orNull(r.From), r.To, r.State, r.Note, int64(r.Services), int64(r.Rights), int64(r.Receipts),
			int64(r.Locks), int64(r.Mountings), string(undo), usOrZero(r.At))
		if err != nil {
			return err
		}
	}
	return nil
}

// MassRows implements casework.MassTx.
func (tx *Tx) MassRows(ctx context.Context, id, state string, after int64, limit int) ([]casework.MassRow, error) {
	var q where
	q.equal("mass_id", id)
	q.equal("state", state)
	q.and("seq > ", after)
	return collect(ctx, tx, func(r row) (casework.MassRow, error) {
		var m casework.MassRow
		var undo string
		var at int64
		if err := r.Scan(&m.Seq, &m.ClientID, &m.PropertyID, &m.From, &m.To, &m.State, &m.Note, &m.Services, &m.Rights, &m.Receipts, &m.Locks, &m.Mountings, &undo, &at); err != nil {
			return m, err
		}
		m.At = fromZeroUS(at)
		return m, json.Unmarshal([]byte(undo), &m.Undo)
	}, `SELECT seq, COALESCE(client_id, ''), COALESCE(property_id, ''), COALESCE(from_group, ''), to_group, state, note, services, rights, receipts, locks,
		mountings, undo, at_us FROM mass_rows`+q.text+` ORDER BY seq`+q.limit(limit), q.args...)
}
