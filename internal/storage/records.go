package storage

import (
	"context"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/retention"
)

// A lock's records are stored as they come, a run of consecutive ones to a row: a row each would cost as much again as the
// journal's entries for them. Runs of one lock never overlap, and none is longer than runLength.
const runLength = credential.MaxBatchRecords

// stored is one record of a run; without content when its time has passed.
type stored struct {
	_     struct{} `cbor:",toarray"`
	At    int64    // microseconds
	Event credential.Event
	Body  []byte
}

// run is a row of lock_records.
type run struct {
	first   uint32
	records []stored
}

// maxRun bounds an encoded run: each record of at most its own encoding and some bytes.
const maxRun = credential.MaxBatch + runLength*32

func scanRun(r row) (run, error) {
	var out run
	var body []byte
	err := r.Scan(&out.first, &body)
	if err == nil {
		out.records, err = credential.Decode[[]stored](body, maxRun)
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
				out[seq] = one.Body
			}
		}
	}
	return out, err
}

// InsertLockRecords implements keysync.InboxTx. The caller has seen that none of them is there.
func (tx *Tx) InsertLockRecords(ctx context.Context, records []keysync.StoredRecord) error {
	var rows [][]any
	for len(records) > 0 {
		n, first := 1, records[0]
		for n < len(records) && n < runLength && records[n].Lock == first.Lock && records[n].Epoch == first.Epoch && records[n].Seq == first.Seq+uint32(n) {
			n++
		}
		run := make([]stored, n)
		for i, r := range records[:n] {
			run[i] = stored{At: us(r.At), Event: r.Event, Body: r.Body}
		}
		body, err := credential.Encode(run)
		if err != nil {
			return err
		}
		rows, records = append(rows, []any{int64(first.Lock), int64(first.Epoch), int64(first.Seq), body}), records[n:]
	}
	return tx.insert(ctx, "lock_records", []string{"lock_id", "epoch", "seq", "body"}, rows, "")
}

// LockOpened implements casework.FieldTx.
func (tx *Tx) LockOpened(ctx context.Context, l fleet.Lock, seq uint32) (time.Time, bool, error) {
	runs, err := tx.runsOf(ctx, l.Number, uint16(l.Epoch), seq, seq)
	for _, r := range runs {
		if i := int(seq) - int(r.first); i < len(r.records) && r.records[i].Event == credential.EventOpened {
			return fromUS(r.records[i].At), true, err
		}
	}
	return time.Time{}, false, err
}

// BlankRecords implements retention.Tx. That there was a record stays; evidence that ends with it goes.
func (tx *Tx) BlankRecords(ctx context.Context, of []retention.Place) error {
	for _, p := range of {
		number, ok, err := one(ctx, tx, column[uint32], `SELECT number FROM locks WHERE serial = $1`, p.Lock)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := tx.blankRecord(ctx, number, p); err != nil {
			return err
		}
		err = tx.later(ctx, `DELETE FROM lock_evidence WHERE lock_id = $1 AND epoch = $2 AND through <= $3`, int64(number), int64(p.Epoch), int64(p.Seq))
		if err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) blankRecord(ctx context.Context, lock uint32, p retention.Place) error {
	runs, err := tx.runsOf(ctx, lock, uint16(p.Epoch), p.Seq, p.Seq)
	if err != nil {
		return err
	}
	for _, r := range runs {
		i := int(p.Seq) - int(r.first)
		if i >= len(r.records) {
			continue
		}
		r.records[i] = stored{}
		body, err := credential.Encode(r.records)
		if err != nil {
			return err
		}
		if err := tx.later(ctx, `UPDATE lock_records SET body = $4 WHERE lock_id = $1 AND epoch = $2 AND seq = $3`,
			int64(lock), int64(p.Epoch), int64(r.first), body); err != nil {
			return err
		}
	}
	return nil
}
