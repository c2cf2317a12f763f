package casework

import (
	"context"
	"slices"
	"strings"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

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
	if err := a.tx.PlaceTasks(ctx, a.known); err != nil {
		return err
	}
	if err := a.putServices(ctx, b.Clients); err != nil {
		return err
	}
	if err := a.putDoorLocks(ctx, b.Clients); err != nil {
		return err
	}
	for _, c := range b.Clients {
		a.homes = append(a.homes, c.Dwelling.ID)
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
	var numbers, codes []string
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
	a.made = map[string]bool{}
	for i := range clients {
		c := &clients[i]
		old, ok := known[c.Client.PersonalNumber]
		c.Client.ID, c.Client.Ended = orNew(old.ID), routine.Forever
		if ok {
			c.Client.Ended, c.Client.DwellingID = old.Ended, old.DwellingID
			c.Client.PersonalNumber = old.PersonalNumber // the register may still have the one before
			a.known = append(a.known, old.ID)
		} else {
			a.made[c.Client.ID] = true
		}
		if c.Dwelling.AddressKey == "" {
			c.Dwelling.AddressKey = "client:" + c.Client.ID
		}
		c.Dwelling.EntranceID = entrances[c.Entrance].ID
	}
	return a.house(ctx, clients)
}

// house finds the clients' dwellings by their addresses, or makes them.
func (a *applier) house(ctx context.Context, clients []RegisterClient) error {
	keys := make([]string, len(clients))
	for i, c := range clients {
		keys[i] = c.Dwelling.AddressKey
	}
	dwellings, err := a.tx.DwellingsByKey(ctx, distinct(keys))
	if err != nil {
		return err
	}
	if err := a.renumbered(ctx, clients, dwellings); err != nil {
		return err
	}
	for i := range clients {
		c := &clients[i]
		d := dwellings[c.Dwelling.AddressKey]
		d.ID = orNew(d.ID)
		dwellings[c.Dwelling.AddressKey] = d // a couple in one batch shares it
		if before := c.Client; before.DwellingID != "" && before.DwellingID != d.ID {
			a.moves = append(a.moves, before)
		}
		c.Dwelling.ID, c.Client.DwellingID = d.ID, d.ID
	}
	return nil
}

// renumbered adds to dwellings, by address key, those that have only got another apartment number: everybody who lives there
// gets the same new address in the same house, where nobody lived. The lock on the door does not move when a number is
// corrected. Of two dwellings that become one, that with a lock stays.
func (a *applier) renumbered(ctx context.Context, clients []RegisterClient, dwellings map[string]care.Dwelling) error {
	var ids []string
	for _, c := range clients {
		if _, taken := dwellings[c.Dwelling.AddressKey]; !taken && c.Client.DwellingID != "" {
			ids = append(ids, c.Client.DwellingID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	ids = distinct(ids)
	before, err := a.tx.Dwellings(ctx, ids)
	if err != nil {
		return err
	}
	people, err := a.tx.ClientsOfDwellings(ctx, ids)
	if err != nil {
		return err
	}
	locks, err := a.tx.LocksOfDwellings(ctx, ids)
	if err != nil {
		return err
	}
	locked := map[string]bool{}
	for _, l := range locks {
		locked[l.DwellingID] = true
	}
	now := map[string]care.Dwelling{} // by client
	for _, c := range clients {
		now[c.Client.ID] = c.Dwelling
	}
	to := map[string]string{} // new key by dwelling, "" if its people part
	for _, p := range people {
		key := now[p.ID].AddressKey
		if key == "" && !p.Ended.After(a.tx.Now()) {
			continue // has died or moved
		}
		if first, seen := to[p.DwellingID]; !sameHouse(before[p.DwellingID], now[p.ID]) || (seen && first != key) {
			key = ""
		}
		to[p.DwellingID] = key
	}
	for _, id := range ids {
		key := to[id]
		if _, taken := dwellings[key]; key != "" && (!taken || locked[id]) {
			dwellings[key] = before[id]
		}
	}
	return nil
}

// sameHouse reports whether two dwellings have the same street address.
func sameHouse(a, b care.Dwelling) bool {
	plain := func(d care.Dwelling) string {
		return strings.Join(strings.Fields(strings.ToLower(d.Street+"\n"+d.Town)), " ") + d.PostalCode
	}
	return plain(a) == plain(b)
}

func (a *applier) putHomes(ctx context.Context, clients []RegisterClient) error {
	at := map[string]int{}
	var dwellings []care.Dwelling
	var people []care.Client
	for _, c := range clients {
		people = append(people, c.Client)
		i, twice := at[c.Dwelling.ID]
		if !twice {
			at[c.Dwelling.ID] = len(dwellings)
			dwellings = append(dwellings, c.Dwelling)
		} else if dwellings[i].EntranceID == "" { // a partner's empty cell takes nobody's entrance away
			dwellings[i].EntranceID = c.Dwelling.EntranceID
		}
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
		m := merger{client: c.Client, groups: groups, stored: stored[c.Client.ID], reject: a.clientEnded}
		m.merge(c.Services)
		out = append(out, m.out...)
	}
	return a.tx.PutServices(ctx, out)
}

// clientEnded leaves out a service of somebody who has died or moved.
func (a *applier) clientEnded(r RegisterService) {
	a.fault("insatser", r.Row, "från", errClientEnded.Code, errClientEnded.Text.SV, errClientEnded.Text.EN)
}

func distinct(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}
