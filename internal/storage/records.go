package storage

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/retention"
)

// A lock's records are stored as they come, a run of consecutive ones to a row: for each its length (1 byte) and its encoding, or
// 0 when its time has passed. Runs of one lock never overlap, and none is longer than runLength.
const runLength = credential.MaxBatchRecords

// run is a row of lock_records.
type run struct {
	first   uint32
	records [][]byte
}

func (r run) body() ([]byte, error) {
	var b []byte
	for _, one := range r.records {
		if len(one) > 255 {
			return nil, fmt.Errorf("storage: a record of %d bytes", len(one))
		}
		b = append(append(b, byte(len(one))), one...)
	}
	return b, nil
}

func scanRun(r row) (run, error) {
	var out run
	var body []byte
	err := r.Scan(&out.first, &body)
	for err == nil && len(body) > 0 {
		n := int(body[0])
		if n >= len(body) || len(out.records) == runLength {
			return out, errors.New("storage: a stored run of records is damaged")
		}
		out.records, body = append(out.records, body[1:1+n]), body[1+n:]
	}
	return out, err
}

// runsOf returns the runs of a lock that reach into first to last.
func (tx *Tx) runsOf(ctx context.Context, lock uint32, epoch uint16, first, last uint32) ([]run, error) {
	return collect(ctx, tx, scanRun, `SELECT seq, body FROM lock_records WHERE lock_id = $1 AND epoch = $2 AND seq > $3 AND seq <= $4`,
		int64(lock), int64(epoch), int64(first)-runLength, int64(last))
}

// LockRecords implements keysync.InboxTx.
func (tx *Tx) LockRecords(ctx context.Context, lock uint32, epoch uint16, first, last uint32) (map[uint32][]byte, error) {
	runs, err := tx.runsOf(ctx, lock, epoch, first, last)
	out := map[uint32][]byte{}
	for _, r := range runs {
		for i, one := range r.records {
			if seq := r.first + uint32(i); seq >= first && seq <= last {
				out[seq] = one
			}
		}
	}
	return out, err
}

// InsertLockRecords implements keysync.InboxTx.
func (tx *Tx) InsertLockRecords(ctx context.Context, runs []keysync.RecordRun) error {
	rows := make([][]any, len(runs))
	for i, r := range runs {
		body, err := run{records: r.Records}.body()
		if err == nil && len(r.Records) > runLength {
			err = fmt.Errorf("storage: a run of %d records", len(r.Records))
		}
		if err != nil {
			return err
		}
		rows[i] = []any{int64(r.Lock), int64(r.Epoch), int64(r.First), body}
	}
	return tx.insert(ctx, "lock_records", []string{"lock_id", "epoch", "seq", "body"}, rows, "")
}

// LockOpened implements casework.FieldTx. What a lock tells is stored under the epoch with which its identity began, also when that
// has been raised since: by a dismounting, say.
func (tx *Tx) LockOpened(ctx context.Context, l fleet.Lock, seq uint32) (time.Time, bool, error) {
	heads, err := tx.LockHeads(ctx, []uint32{l.Number})
	if err != nil {
		return time.Time{}, false, err
	}
	runs, err := tx.runsOf(ctx, l.Number, heads[l.Number].Epoch, seq, seq)
	for _, r := range runs {
		i := int(seq) - int(r.first)
		if i >= len(r.records) || len(r.records[i]) == 0 {
			continue
		}
		if one, err := credential.ParseRecord(r.records[i]); err != nil || one.Event == credential.EventOpened {
			return one.Time.Time(), err == nil, err
		}
	}
	return time.Time{}, false, err
}

// BlankRecords implements retention.Tx. That there was a record stays; evidence that ends with it goes.
func (tx *Tx) BlankRecords(ctx context.Context, of []retention.Place) error {
	type log struct {
		lock  string
		epoch uint32
	}
	logs := map[log][]uint32{}
	for _, p := range of {
		l := log{p.Lock, p.Epoch}
		logs[l] = append(logs[l], p.Seq)
	}
	for l, seqs := range logs {
		number, ok, err := one(ctx, tx, column[uint32], `SELECT number FROM locks WHERE serial = $1`, l.lock)
		if err == nil && ok {
			err = tx.blankRecords(ctx, number, uint16(l.epoch), seqs)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) blankRecords(ctx context.Context, lock uint32, epoch uint16, seqs []uint32) error {
	last := slices.Max(seqs)
	runs, err := tx.runsOf(ctx, lock, epoch, slices.Min(seqs), last)
	if err != nil {
		return err
	}
	for _, r := range runs {
		changed := false
		for i := range r.records {
			if len(r.records[i]) > 0 && slices.Contains(seqs, r.first+uint32(i)) {
				r.records[i], changed = nil, true
			}
		}
		if !changed {
			continue
		}
		body, err := r.body()
		if err != nil {
			return err
		}
		if err := tx.later(ctx, `UPDATE lock_records SET body = $4 WHERE lock_id = $1 AND epoch = $2 AND seq = $3`,
			int64(lock), int64(epoch), int64(r.first), body); err != nil {
			return err
		}
	}
	return tx.later(ctx, `DELETE FROM lock_evidence WHERE lock_id = $1 AND epoch = $2 AND through <= $3`, int64(lock), int64(epoch), int64(last))
}
