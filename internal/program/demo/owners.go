package demo

import (
	"context"
	"errors"
	"time"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/registers"
)

// owners tells the register of consents whose the houses are where work waits, but for the last, and has one consent run out soon:
// something to write to, something to look up, and something to renew.
func (d *Day) owners(ctx context.Context, waiting []registers.Client) error {
	who := routine.Who{Actor: "system", Role: routine.LockManager, Organisation: d.cast.city.String()}
	for i, name := range []string{"Lotsens Fastigheter AB", "Brf Fyrvaktaren"} {
		if i >= len(waiting)-1 {
			break
		}
		o, err := d.m.Register.PutOwner(ctx, who, consent.Owner{Kind: []consent.OwnerKind{consent.Company, consent.Association}[i], Name: name,
			Street: "Kontorsgatan 7", PostalCode: "43299", Town: waiting[i].Town, Phone: "0700-000123"})
		if err != nil {
			return err
		}
		_, err = d.m.Consents.PutProperty(ctx, who, consent.Property{Owners: []string{o.ID}, Addresses: []consent.Address{{Street: waiting[i].Street, Town: waiting[i].Town}}})
		if err != nil && !errors.Is(err, consent.ErrAddressTaken) {
			return err
		}
	}
	given, err := d.m.Register.Consents(ctx, who, consent.Filter{Answer: consent.Given}, "", 1)
	if err != nil || len(given) == 0 {
		return err
	}
	now := time.Now().In(mustStockholm())
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	_, err = d.m.Consents.Record(ctx, who, consent.NewConsent{OwnerID: given[0].OwnerID, Properties: given[0].Properties, Answered: consent.Answered{
		Answer: consent.Given, How: consent.Written, Date: today, Until: today.AddDate(0, 0, 41)}})
	return err
}
