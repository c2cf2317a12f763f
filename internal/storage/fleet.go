package storage

import (
	"context"

	"hemnyckel/internal/domain/fleet"
)

const lockColumns = `id, serial, number, kind, state, dwelling_id, entrance_id, mounted_us, epoch, certificate, reason`

func scanLock(r row) (fleet.Lock, error) {
	var l fleet.Lock
	var dwelling, entrance *string
	var mounted int64
	err := r.Scan(&l.ID, &l.Serial, &l.Number, &l.Kind, &l.State, &dwelling, &entrance, &mounted, &l.Epoch, &l.Certificate, &l.Reason)
	if dwelling != nil {
		l.DwellingID = *dwelling
	}
	if entrance != nil {
		l.EntranceID = *entrance
	}
	l.MountedAt = fromZeroUS(mounted)
	return l, err
}

// LocksBySerial implements fleet.LockTx.
func (tx *Tx) LocksBySerial(ctx context.Context, serials []string) (map[string]fleet.Lock, error) {
	all, err := collectIn(ctx, tx, scanLock, `SELECT `+lockColumns+` FROM locks WHERE serial IN %s`, serials)
	return keyed(all, func(l fleet.Lock) string { return l.Serial }), err
}

// LocksOfDwellings implements fleet.LockTx: the mounted door locks and key boxes.
func (tx *Tx) LocksOfDwellings(ctx context.Context, dwellingIDs []string) ([]fleet.Lock, error) {
	return collectIn(ctx, tx, scanLock, `SELECT `+lockColumns+` FROM locks WHERE state = 'mounted' AND kind <> 'entrance' AND dwelling_id IN %s`, dwellingIDs)
}

// LocksAtEntrance implements casework.EntranceTx.
func (tx *Tx) LocksAtEntrance(ctx context.Context, entranceID string) ([]fleet.Lock, error) {
	return collect(ctx, tx, scanLock, `SELECT `+lockColumns+` FROM locks WHERE state = 'mounted' AND entrance_id = $1 ORDER BY id`, entranceID)
}

// PutLocks implements fleet.LockTx.
func (tx *Tx) PutLocks(ctx context.Context, locks []fleet.Lock) error {
	if err := tx.raiseByLocks(ctx, locks); err != nil {
		return err
	}
	columns := []string{"id", "serial", "number", "kind", "state", "dwelling_id", "entrance_id", "mounted_us", "epoch", "certificate", "reason"}
	err := put(ctx, tx, "locks", columns, 1, locks, func(l fleet.Lock) []any {
		return []any{l.ID, l.Serial, int64(l.Number), string(l.Kind), string(l.State), orNull(l.DwellingID), orNull(l.EntranceID),
			usOrZero(l.MountedAt), int64(l.Epoch), l.Certificate, l.Reason}
	})
	if err != nil {
		return err
	}
	return tx.doorsOfLocks(ctx, locks)
}

// MaxLockNumber implements fleet.LockTx: 0 while there is none.
func (tx *Tx) MaxLockNumber(ctx context.Context) (uint32, error) {
	return tx.highest(ctx, lockNumbers)
}

var _ fleet.LockTx = (*Tx)(nil)
