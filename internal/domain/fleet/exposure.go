package fleet

import (
	"context"
	"time"

	"hemnyckel/credential"
)

// KeyDoor is a lock that a key's group had a right to when the key was last synced.
type KeyDoor struct {
	LockID    string
	Serial    string
	Kind      LockKind
	Until     time.Time // end of the right, as it is now
	BlockList uint64    // newest block list that the lock has reported, 0 for none
	Seen      time.Time // when the lock was last heard of; zero: never
}

// Exposed is a door that a blocked key could still open.
type Exposed struct {
	LockID string
	Serial string
	Until  time.Time // no longer than this, whatever the lock has heard
}

// Exposure is what a blocked key could still open. Doors is empty for a key that cannot open anything.
type Exposure struct {
	Key    Key
	Listed uint64 // number of the first block list that names the key
	Doors  []Exposed
}

// Exposure says which doors could still open to a blocked key, and until when: the lock has not reported a block list as new as
// the block, and the grant has not ended. A right that has been ended since the sync counts, as the key still carries what it was
// given. What a lock knows it may have heard since: the answer is the worst case.
func (s *Keys) Exposure(ctx context.Context, number string) (Exposure, error) {
	var out Exposure
	err := s.db.View(ctx, func(tx KeyTx) (err error) {
		out, err = exposureOf(ctx, tx, number)
		return err
	})
	return out, err
}

func exposureOf(ctx context.Context, tx KeyTx, number string) (Exposure, error) {
	key, err := keyByNumber(ctx, tx, number)
	if err != nil {
		return Exposure{}, err
	}
	if key.State != KeyBlocked {
		return Exposure{}, ErrNotYetBlocked.Fill(number)
	}
	blocks, err := tx.BlocksAt(ctx, tx.Now())
	if err != nil {
		return Exposure{}, err
	}
	doors, err := tx.DoorsForKey(ctx, key.ID)
	if err != nil {
		return Exposure{}, err
	}
	return exposure(key, blocks, doors, tx.Now()), nil
}

// exposure is the pure part. A station may be offline and not know of the block, so the key may be activated as long as its
// grant lives: the grant's end is the bound, not the end of the activation that the server knows. When the block has left the
// list, the grant has ended long ago.
func exposure(key Key, blocks []Block, doors []KeyDoor, now time.Time) Exposure {
	out := Exposure{Key: key}
	for _, b := range blocks {
		if b.Kind == credential.BlockKey && b.Subject == uint64(key.Device) {
			out.Listed = b.Listed
		}
	}
	for _, d := range doors {
		heard := out.Listed != 0 && d.BlockList >= out.Listed
		if key.SyncedUntil.After(now) && !heard {
			out.Doors = append(out.Doors, Exposed{LockID: d.LockID, Serial: d.Serial, Until: key.SyncedUntil})
		}
	}
	return out
}
