package casework

import (
	"context"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
)

// What an order reads is known before: what its words name, then what there is about its client. Asked for together, that costs a
// round trip to the database for each step instead of one for each reading. The readings themselves stay where they are needed;
// what is not foreseen here, or in vain, costs time and changes nothing.

// foreseeNames asks for what the words of an order name, and for what every order needs.
func foreseeNames(ctx context.Context, tx Tx, sender Orderer, in NewOrder) error {
	return tx.Foresee(ctx, func() {
		if in.IdempotencyKey != "" {
			tx.IdempotentOrder(ctx, sender.Organisation, in.IdempotencyKey)
		}
		for _, name := range []string{in.Group, in.ToGroup} {
			if name != "" {
				tx.GroupsByCode(ctx, []string{name})
			}
		}
		if sender.Role == routine.Provider {
			tx.ProviderByOrg(ctx, sender.Organisation)
		}
		tx.ClientsByNumber(ctx, []string{in.PersonalNumber})
		ruralGroups(ctx, tx)
		tx.Webhooks(ctx)
		tx.NextJournal(ctx)
	})
}

// foreseeClient asks for what there is about a client, who mostly lives alone, and then for what that leads to.
func (s *Service) foreseeClient(ctx context.Context, tx Tx, c care.Client) error {
	own, dwelling := []string{c.ID}, []string{c.DwellingID}
	err := tx.Foresee(ctx, func() {
		tx.ClientsOfDwellings(ctx, dwelling)
		tx.Dwellings(ctx, dwelling)
		tx.LocksOfDwellings(ctx, dwelling)
		tx.ExceptionAt(ctx, c.DwellingID)
		if s.profile.Consent.HomeCareAgrees {
			tx.Agreements(ctx, own)
		}
		tx.GroundsOf(ctx, own)
		tx.RightsOf(ctx, own)
		tx.DoorsOf(ctx, own)
		foreseeHome(ctx, tx, own)
	})
	if err != nil {
		return err
	}
	home, err := tx.ClientsOfDwellings(ctx, dwelling)
	if err != nil {
		return err
	}
	dwellings, err := tx.Dwellings(ctx, dwelling)
	if err != nil {
		return err
	}
	return tx.Foresee(ctx, func() {
		tx.DoorsOf(ctx, own)
		foreseeHome(ctx, tx, idsOf(home))
		d := dwellings[c.DwellingID]
		if s.profile.Consent.Owner {
			s.waits(ctx, tx, routine.Mount, d)
		}
		if d.EntranceID != "" {
			tx.LocksAtEntrance(ctx, d.EntranceID)
		}
	})
}

func foreseeHome(ctx context.Context, tx Tx, home []string) {
	tx.ServicesOf(ctx, home)
	tx.OpenTasks(ctx, home)
	tx.OpenKeysOf(ctx, home)
}
