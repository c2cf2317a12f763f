package casework

import (
	"context"
	"fmt"
	"slices"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// registerServiceID is a function of what makes a register's service the same one in the next export.
func registerServiceID(clientID string, r RegisterService) string {
	return idBeside(clientID, fmt.Sprintf("%s\x00%s\x00%s\x00%d", clientID, r.Kind, r.Group, r.Ordinal))
}

// clients applies clients with their dwellings, services and locks, and brings the rights of everybody in those dwellings
// up to date.
func (a *applier) clients(ctx context.Context, b RegisterBatch) error {
	if len(b.Clients) == 0 {
		return nil
	}
	if err := a.identify(ctx, b.Clients); err != nil {
		return err
	}
	if err := a.putHomes(ctx, b.Clients); err != nil {
		return err
	}
	if err := a.putServices(ctx, b.Clients); err != nil {
		return err
	}
	if err := a.putDoorLocks(ctx, b.Clients); err != nil {
		return err
	}
	dwellings := make([]string, 0, len(b.Clients))
	for _, c := range b.Clients {
		dwellings = append(dwellings, c.Dwelling.ID)
	}
	slices.Sort(dwellings)
	everybody, err := a.tx.ClientsOfDwellings(ctx, slices.Compact(dwellings))
	if err != nil {
		return err
	}
	if _, err := a.s.refreshRead(ctx, a.tx, everybody); err != nil {
		return err
	}
	for _, c := range b.Clients {
		a.entries = append(a.entries, journal.Entry{Kind: journal.RegisterApplied, Subjects: []string{c.Client.ID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: "import:" + a.run},
			{Name: "services", Value: fmt.Sprint(len(c.Services))},
			{Name: "lock", Value: serialOf(c.Lock)},
		}})
	}
	return nil
}

func serialOf(l *fleet.Lock) string {
	if l == nil {
		return ""
	}
	return l.Serial
}

// identify gives clients and dwellings the ids that they have, or new ones.
func (a *applier) identify(ctx context.Context, clients []RegisterClient) error {
	var numbers, keys, codes []string
	for _, c := range clients {
		numbers = append(numbers, c.Client.PersonalNumber)
		if c.Entrance != "" {
			codes = append(codes, c.Entrance)
		}
	}
	known, err := a.tx.ClientsByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	entrances, err := a.tx.EntrancesByCode(ctx, distinct(codes))
	if err != nil {
		return err
	}
	for i := range clients {
		c := &clients[i]
		old, ok := known[c.Client.PersonalNumber]
		c.Client.ID, c.Client.Ended = orNew(old.ID), routine.Forever
		if ok {
			c.Client.Ended = old.Ended
			a.known = append(a.known, old.ID)
		}
		if c.Dwelling.AddressKey == "" {
			c.Dwelling.AddressKey = "client:" + c.Client.ID
		}
		c.Dwelling.EntranceID = entrances[c.Entrance].ID
		keys = append(keys, c.Dwelling.AddressKey)
	}
	dwellings, err := a.tx.DwellingsByKey(ctx, distinct(keys))
	if err != nil {
		return err
	}
	for i := range clients {
		c := &clients[i]
		d := dwellings[c.Dwelling.AddressKey]
		d.ID = orNew(d.ID)
		dwellings[c.Dwelling.AddressKey] = d // a couple in one batch shares it
		c.Dwelling.ID, c.Client.DwellingID = d.ID, d.ID
	}
	return nil
}

func (a *applier) putHomes(ctx context.Context, clients []RegisterClient) error {
	byID := map[string]care.Dwelling{}
	var dwellings []care.Dwelling
	var people []care.Client
	for _, c := range clients {
		if _, twice := byID[c.Dwelling.ID]; !twice {
			byID[c.Dwelling.ID] = c.Dwelling
			dwellings = append(dwellings, c.Dwelling)
		}
		people = append(people, c.Client)
	}
	if err := a.tx.PutDwellings(ctx, dwellings); err != nil {
		return err
	}
	return a.tx.PutClients(ctx, people)
}

func (a *applier) putServices(ctx context.Context, clients []RegisterClient) error {
	var codes []string
	for _, c := range clients {
		for _, v := range c.Services {
			codes = append(codes, v.Group)
		}
	}
	groups, err := a.tx.GroupsByCode(ctx, distinct(codes))
	if err != nil {
		return err
	}
	stored, err := a.tx.ServicesOf(ctx, a.known)
	if err != nil {
		return err
	}
	var out []care.Service
	for _, c := range clients {
		out = append(out, merge(stored[c.Client.ID], c.Services, c.Client.ID, groups)...)
	}
	return a.tx.PutServices(ctx, out)
}

// putDoorLocks mounts the registers' locks where no other lock is mounted (V2.1-b).
func (a *applier) putDoorLocks(ctx context.Context, clients []RegisterClient) error {
	var dwellings []string
	for _, c := range clients {
		if c.Lock != nil {
			dwellings = append(dwellings, c.Dwelling.ID)
		}
	}
	if len(dwellings) == 0 {
		return nil
	}
	mounted, err := a.tx.LocksOfDwellings(ctx, distinct(dwellings))
	if err != nil {
		return err
	}
	there := map[string]string{}
	for _, l := range mounted {
		there[l.DwellingID] = l.Serial
	}
	var locks []fleet.Lock
	for _, c := range clients {
		if c.Lock == nil {
			continue
		}
		if other := there[c.Dwelling.ID]; other != "" && other != c.Lock.Serial {
			a.fault("las", c.LockRow, "personnummer", fleet.ErrSecondLock.Code,
				fleet.ErrSecondLock.Fill(other).Text.SV, fleet.ErrSecondLock.Fill(other).Text.EN)
			continue
		}
		there[c.Dwelling.ID] = c.Lock.Serial
		l := *c.Lock
		l.DwellingID = c.Dwelling.ID
		locks = append(locks, l)
	}
	return a.putLocks(ctx, locks)
}

func distinct(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}
