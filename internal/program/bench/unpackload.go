package bench

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/storage"
)

// What taking over is measured with.
const (
	unpackLocks  = 10 // of each mail, a full batch from each
	unpackRounds = 3
)

func unpackLoad(ctx context.Context, s *session, engine string) error {
	t, err := s.newTown(ctx, engine, s.size(600, 12), 1)
	if err != nil {
		return err
	}
	defer t.close(s)
	if err := t.load(ctx, s.size(1_000_000, 1000)); err != nil {
		return err
	}
	bare, err := newBare(ctx, engine, t.target, 200)
	if err != nil {
		return err
	}
	defer bare.drop(ctx)
	var rates, limits, rows []float64
	for round := range unpackRounds + 1 {
		mails := make([][]byte, s.size(60, 2))
		for i := range mails {
			if mails[i], err = t.mail(unpackLocks*(round*len(mails)+i), unpackLocks, credential.MaxBatchRecords); err != nil {
				return err
			}
		}
		limit, err := t.openBare(mails)
		if err != nil {
			return err
		}
		took, err := t.unpack(ctx, mails)
		if err != nil {
			return err
		}
		records := len(mails) * unpackLocks * credential.MaxBatchRecords
		stored, err := bare.write(ctx, 2*records)
		if err != nil {
			return err
		}
		if round > 0 { // the first is warming up
			rates, limits = append(rates, perSecond(records, took)), append(limits, perSecond(records, limit))
			rows = append(rows, perSecond(records, stored))
		}
	}
	s.note("  records/s %.0f, opened and verified alone %.0f, two bare rows for each %.0f", rates, limits, rows)
	slices.Sort(rates)
	slices.Sort(limits)
	slices.Sort(rows)
	if err := s.emit("unpack/"+engine, rates[unpackRounds/2], "records/s", limits[unpackRounds/2]); err != nil {
		return err
	}
	return s.emit("unpack-rows/"+engine, rates[unpackRounds/2], "records/s", rows[unpackRounds/2])
}

// unpack stores mails as visits do, and times the taking over.
func (t *town) unpack(ctx context.Context, mails [][]byte) (time.Duration, error) {
	key, letters := "", []keysync.Letter(nil)
	err := t.m.DB.Update(ctx, func(tx *storage.Tx) error {
		keys, err := tx.KeysByDevice(ctx, []uint32{t.keys[0].device})
		if err != nil {
			return err
		}
		key, letters = keys[t.keys[0].device].ID, nil
		for _, m := range mails {
			letters = append(letters, keysync.Letter{Received: tx.Now(), KeyID: key, StationID: t.station.ID, Mail: m})
		}
		return tx.InsertLetters(ctx, letters)
	})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	taken, err := t.m.Sync.Unpack(ctx)
	if err == nil && taken != len(mails) {
		err = errors.New("not everything was taken over")
	}
	return time.Since(began), err
}

// openBare opens and verifies the same mails, on as many processors, and does nothing with them.
func (t *town) openBare(mails [][]byte) (time.Duration, error) {
	byNumber := map[uint32]credential.PublicKey{}
	for _, l := range t.locks {
		byNumber[l.number] = l.id.PublicKey()
	}
	var batches [][]byte
	for _, raw := range mails {
		m, err := credential.DecodeMail(raw)
		if err != nil {
			return 0, err
		}
		batches = append(batches, m.Batches...)
	}
	var group sync.WaitGroup
	var fault error
	var mu sync.Mutex
	began := time.Now()
	n := runtime.GOMAXPROCS(0)
	for part := range slices.Chunk(batches, (len(batches)+n-1)/n) {
		group.Go(func() {
			for _, sealed := range part {
				_, batch, err := t.m.Authority.OpenBatch(sealed)
				if err == nil {
					err = credential.Verifier{}.CheckBatch(batch, byNumber[batch.Body.Lock])
				}
				if err != nil {
					mu.Lock()
					fault = err
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	return time.Since(began), fault
}
