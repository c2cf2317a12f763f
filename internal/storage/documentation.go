package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

const documentedColumns = `d.seq, d.client_id, d.event, d.lock_kind, d.serial, d.at_us`

func scanDocumented(r row) (casework.Documented, error) {
	var d casework.Documented
	var kind string
	var at int64
	err := r.Scan(&d.Seq, &d.ClientID, &d.Event, &kind, &d.Serial, &at)
	d.Kind, d.At = routine.LockKind(kind), fromUS(at)
	return d, err
}

// InsertDocumented implements casework.DocumentationTx. Updates run one at a time, so the next number is free.
func (tx *Tx) InsertDocumented(ctx context.Context, lines []casework.Documented) ([]casework.Documented, error) {
	last, _, err := one(ctx, tx, column[int64], `SELECT COALESCE(MAX(seq), 0) FROM documentation`)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		d := &lines[i]
		d.Seq = last + int64(i) + 1
		err := tx.later(ctx, `INSERT INTO documentation (seq, client_id, event, lock_kind, serial, at_us) VALUES ($1, $2, $3, $4, $5, $6)`,
			d.Seq, d.ClientID, string(d.Event), string(d.Kind), d.Serial, us(d.At))
		if err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// DocumentedAfter implements casework.DocumentationTx.
func (tx *Tx) DocumentedAfter(ctx context.Context, seq int64, limit int) ([]casework.Documented, error) {
	return collect(ctx, tx, scanDocumented, `SELECT `+documentedColumns+` FROM documentation d WHERE d.seq > $1 ORDER BY d.seq LIMIT $2`, seq, int64(limit))
}

// Acknowledge implements casework.DocumentationTx.
func (tx *Tx) Acknowledge(ctx context.Context, target, actor string, seqs []int64) ([]casework.Documented, error) {
	var fresh []casework.Documented
	for _, seq := range seqs {
		n, err := tx.exec(ctx, `INSERT INTO documentation_acks (seq, target, actor, at_us) SELECT d.seq, $1, $2, $3 FROM documentation d
			WHERE d.seq = $4 ON CONFLICT (seq, target) DO NOTHING`, target, actor, us(tx.Now()), seq)
		if err != nil {
			return nil, err
		}
		if n == 0 {
			continue
		}
		d, _, err := one(ctx, tx, scanDocumented, `SELECT `+documentedColumns+` FROM documentation d WHERE d.seq = $1`, seq)
		if err != nil {
			return nil, err
		}
		fresh = append(fresh, d)
	}
	return fresh, nil
}

// Undocumented implements casework.DocumentationTx.
func (tx *Tx) Undocumented(ctx context.Context, clientIDs, targets []string) (map[string]bool, error) {
	open := map[string]bool{}
	for _, target := range targets {
		found, err := collectIn(ctx, tx, column[string], `SELECT n.client_id FROM
			(SELECT client_id, MAX(seq) AS seq FROM documentation WHERE client_id IN %s GROUP BY client_id) n
			LEFT JOIN documentation_acks a ON a.seq = n.seq AND a.target = $1 WHERE a.seq IS NULL`, clientIDs, target)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			open[id] = true
		}
	}
	return open, nil
}
