package casework

import (
	"context"
	"fmt"
	"strings"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

func (a *applier) providers(ctx context.Context, b RegisterBatch) error {
	if len(b.Providers) == 0 {
		return nil
	}
	have, err := a.tx.Providers(ctx)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, p := range have {
		ids[p.OrgNumber] = p.ID
	}
	for i := range b.Providers {
		b.Providers[i].ID = orNew(ids[b.Providers[i].OrgNumber])
	}
	return a.tx.PutProviders(ctx, b.Providers)
}

func (a *applier) groups(ctx context.Context, b RegisterBatch) error {
	if len(b.Groups) == 0 {
		return nil
	}
	providers, err := a.tx.Providers(ctx)
	if err != nil {
		return err
	}
	have, err := a.tx.Groups(ctx)
	if err != nil {
		return err
	}
	known, number := map[string]care.Group{}, uint32(0)
	for _, g := range have {
		known[g.Code] = g
		number = max(number, g.Number)
	}
	for i := range b.Groups {
		g := &b.Groups[i]
		for _, p := range providers {
			if p.OrgNumber == g.OrgNumber {
				g.ProviderID = p.ID
			}
		}
		if old, ok := known[g.Code]; ok {
			g.ID, g.Number = old.ID, old.Number
			continue
		}
		number++
		g.ID, g.Number = newID(), number
	}
	return a.tx.PutGroups(ctx, b.Groups)
}

func (a *applier) staff(ctx context.Context, b RegisterBatch) error {
	if len(b.Staff) == 0 {
		return nil
	}
	numbers := make([]string, len(b.Staff))
	var codes []string
	for i, s := range b.Staff {
		numbers[i] = s.Staff.EmployeeNumber
		for _, m := range s.Groups {
			codes = append(codes, m.Group)
		}
	}
	groups, err := a.tx.GroupsByCode(ctx, distinct(codes))
	if err != nil {
		return err
	}
	have, err := a.tx.StaffByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	pseudonym, err := a.tx.MaxPseudonym(ctx)
	if err != nil {
		return err
	}
	var staff []care.Staff
	var members []care.Membership
	for _, s := range b.Staff {
		if old, ok := have[s.Staff.EmployeeNumber]; ok {
			s.Staff.ID, s.Staff.Pseudonym = old.ID, old.Pseudonym
		} else {
			pseudonym++
			s.Staff.ID, s.Staff.Pseudonym = newID(), pseudonym
		}
		staff = append(staff, s.Staff)
		for _, m := range s.Groups {
			members = append(members, care.Membership{StaffID: s.Staff.ID, GroupID: groups[m.Group].ID, From: m.From, Until: m.Until})
		}
	}
	if err := a.tx.PutStaff(ctx, staff); err != nil {
		return err
	}
	return a.tx.PutMemberships(ctx, members)
}

// entrances makes entrances with their locks, and lets the clients behind a new lock keep their rights through it.
func (a *applier) entrances(ctx context.Context, b RegisterBatch) error {
	if len(b.Entrances) == 0 {
		return nil
	}
	codes := make([]string, len(b.Entrances))
	for i, e := range b.Entrances {
		codes[i] = e.Code
	}
	have, err := a.tx.EntrancesByCode(ctx, codes)
	if err != nil {
		return err
	}
	var added []care.Entrance
	var locks []fleet.Lock
	var old []string
	for _, e := range b.Entrances {
		id := have[e.Code].ID
		if id == "" {
			id = newID()
			added = append(added, care.Entrance{ID: id, Code: e.Code})
		} else if len(e.Locks) > 0 {
			old = append(old, id)
		}
		for _, l := range e.Locks {
			l.EntranceID = id
			locks = append(locks, l)
		}
	}
	if err := a.tx.PutEntrances(ctx, added); err != nil {
		return err
	}
	if err := a.putLocks(ctx, locks); err != nil {
		return err
	}
	return a.refreshBehind(ctx, old)
}

func (a *applier) refreshBehind(ctx context.Context, entranceIDs []string) error {
	if len(entranceIDs) == 0 {
		return nil
	}
	dwellings, err := a.tx.DwellingsBehind(ctx, entranceIDs)
	if err != nil || len(dwellings) == 0 {
		return err
	}
	clients, err := a.tx.ClientsOfDwellings(ctx, dwellings)
	if err != nil || len(clients) == 0 {
		return err
	}
	change, err := a.s.refreshRead(ctx, a.tx, clients)
	if err != nil {
		return err
	}
	return journalRefresh(ctx, a.tx, change.Added, change.Removed)
}

func (a *applier) stock(ctx context.Context, b RegisterBatch) error {
	return a.putLocks(ctx, b.Stock)
}

// putLocks stores locks under the ids and numbers that they have, or new ones. What the device itself has said
// (certificate, epoch) stays.
func (a *applier) putLocks(ctx context.Context, locks []fleet.Lock) error {
	if len(locks) == 0 {
		return nil
	}
	serials := make([]string, len(locks))
	for i, l := range locks {
		serials[i] = l.Serial
	}
	have, err := a.tx.LocksBySerial(ctx, serials)
	if err != nil {
		return err
	}
	number, err := a.tx.MaxLockNumber(ctx)
	if err != nil {
		return err
	}
	for i := range locks {
		l := &locks[i]
		if old, ok := have[l.Serial]; ok {
			l.ID, l.Number, l.Epoch, l.Certificate = old.ID, old.Number, old.Epoch, old.Certificate
			continue
		}
		number++
		l.ID, l.Number, l.Epoch = newID(), number, 1
	}
	return a.tx.PutLocks(ctx, locks)
}

func (a *applier) keys(ctx context.Context, b RegisterBatch) error {
	if len(b.Keys) == 0 {
		return nil
	}
	numbers, codes := make([]string, len(b.Keys)), make([]string, len(b.Keys))
	for i, k := range b.Keys {
		numbers[i], codes[i] = k.Key.Number, k.Group
	}
	groups, err := a.tx.GroupsByCode(ctx, distinct(codes))
	if err != nil {
		return err
	}
	have, err := a.tx.KeysByNumber(ctx, numbers)
	if err != nil {
		return err
	}
	device, err := a.tx.MaxKeyDevice(ctx)
	if err != nil {
		return err
	}
	out := make([]fleet.Key, 0, len(b.Keys))
	for _, k := range b.Keys {
		key := k.Key
		if old, ok := have[key.Number]; ok {
			battery, state := key.BatteryChanged, key.State
			key = old // what syncs and blocks have written is not the register's to change
			key.BatteryChanged = battery
			if old.State != fleet.KeyBlocked {
				key.State = state
			}
		} else {
			device++
			key.ID, key.Device = newID(), device
		}
		key.GroupID = groups[k.Group].ID
		out = append(out, key)
	}
	return a.tx.PutKeys(ctx, out)
}

func (a *applier) consents(ctx context.Context, b RegisterBatch) error {
	if len(b.Consents) == 0 {
		return nil
	}
	keys := make([]string, len(b.Consents))
	for i, c := range b.Consents {
		keys[i] = c.Key()
	}
	have, err := a.tx.ConsentsByKey(ctx, keys)
	if err != nil {
		return err
	}
	for i := range b.Consents {
		b.Consents[i].ID = orNew(have[b.Consents[i].Key()].ID)
	}
	return a.tx.PutConsents(ctx, b.Consents)
}

func orNew(id string) string {
	if id == "" {
		return newID()
	}
	return id
}

// origin says which row of the registers a service came from.
func origin(row int) string { return fmt.Sprintf("register:insatser:%d", row) }

// fromOrder reports whether an origin, or what ended a service, was an order.
func fromOrder(origin string) bool { return strings.HasPrefix(origin, "order:") }

// merge brings a client's stored services up to date with the registers'. What an order has decided stays: a service that
// an order made is not made again, and an end that an order set is kept if it is the earlier one.
func merge(stored []care.Service, in []RegisterService, clientID string, groups map[string]care.Group) []care.Service {
	byID := make(map[string]care.Service, len(stored))
	for _, v := range stored {
		byID[v.ID] = v
	}
	var out []care.Service
	for _, r := range in {
		v := care.Service{ClientID: clientID, Origin: origin(r.Row), Service: routine.Service{
			ID: registerServiceID(clientID, r), Kind: r.Kind, Group: groups[r.Group].ForRoutine(),
			From: r.From, Until: r.Until, InEffect: r.InEffect, OpensSelf: r.OpensSelf,
		}}
		old, known := byID[v.ID]
		if !known && ordered(stored, v) {
			continue
		}
		if fromOrder(old.EndedBy) && old.Until.Before(v.Until) {
			v.Until, v.EndedBy = old.Until, old.EndedBy
			if v.Until.Before(v.From) {
				v.Until = v.From
			}
		}
		if !known || v != old {
			out = append(out, v)
		}
	}
	return out
}

// ordered reports whether an order has already made what the register now also says.
func ordered(stored []care.Service, v care.Service) bool {
	for _, o := range stored {
		if fromOrder(o.Origin) && o.Kind == v.Kind && o.Group.ID == v.Group.ID && o.From.Before(v.Until) && v.From.Before(o.Until) {
			return true
		}
	}
	return false
}
