package municipality

import (
	"context"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
)

// Fleet is the services of things and people.
type Fleet struct {
	Stock    *fleet.Stock
	Pool     *fleet.Pool
	Cabinets *fleet.Cabinets
	Sites    *fleet.Sites
	People   *identity.People
}

// NewFleet puts the services of things and people together over one database. Modules see of a transaction only what they
// need; what one of them has others do, inside its own transaction, gets the whole of it back here.
func NewFleet(db *storage.DB, profile routine.Profile, orders *casework.Service, keys *fleet.Keys) Fleet {
	things := casework.NewThings(orders, keys, support.Desk{Profile: profile})
	pool := func(ctx context.Context, tx fleet.PoolTx, who routine.Who, e fleet.Expense) error {
		return things.Expense(ctx, tx.(*storage.Tx), who, e)
	}
	cabinets := func(ctx context.Context, tx fleet.CabinetTx, who routine.Who, e fleet.Expense) error {
		return things.Expense(ctx, tx.(*storage.Tx), who, e)
	}
	filed := func(ctx context.Context, tx identity.PeopleTx, providerID string) error {
		return things.RoutineFiled(ctx, tx.(*storage.Tx), providerID)
	}
	return Fleet{
		Stock:    fleet.NewStock(txn.Narrow(db, func(tx *storage.Tx) fleet.StockTx { return tx }), profile),
		Pool:     fleet.NewPool(txn.Narrow(db, func(tx *storage.Tx) fleet.PoolTx { return tx }), keys, profile, pool),
		Cabinets: fleet.NewCabinets(txn.Narrow(db, func(tx *storage.Tx) fleet.CabinetTx { return tx }), profile, cabinets),
		Sites:    fleet.NewSites(txn.Narrow(db, func(tx *storage.Tx) fleet.SiteTx { return tx }), keys, profile),
		People:   identity.NewPeople(txn.Narrow(db, func(tx *storage.Tx) identity.PeopleTx { return tx }), profile, blocker{things}, filed),
	}
}

// blocker is identity's way to the block list.
type blocker struct{ things *casework.Things }

func (b blocker) BlockStaff(ctx context.Context, tx identity.PeopleTx, pseudonym uint32, reason string) error {
	return b.things.BlockStaff(ctx, tx.(*storage.Tx), pseudonym, reason)
}

func (b blocker) UnblockStaff(ctx context.Context, tx identity.PeopleTx, pseudonym uint32) error {
	return b.things.UnblockStaff(ctx, tx.(*storage.Tx), pseudonym)
}
