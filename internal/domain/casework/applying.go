package casework

import (
	"context"
	"errors"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
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
	known := map[string]care.Provider{}
	for _, p := range have {
		known[p.OrgNumber] = p
	}
	gated := false // groups of a provider that is private now, or is not any more, may lose or win access
	for i := range b.Providers {
		p := &b.Providers[i]
		old, ok := known[p.OrgNumber]
		p.ID, p.RoutineUntil = orNew(old.ID), old.RoutineUntil
		gated = gated || (ok && old.Private != p.Private && a.s.profile.Gated())
	}
	if err := a.tx.PutProviders(ctx, b.Providers); err != nil || !gated {
		return err
	}
	return a.everybody(ctx)
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
	concerns := false
	for i := range b.Groups {
		g := &b.Groups[i]
		for _, p := range providers {
			if p.OrgNumber == g.OrgNumber {
				g.ProviderID, g.Private, g.RoutineUntil = p.ID, p.Private, p.RoutineUntil
			}
		}
		old, ok := known[g.Code]
		concerns = concerns || a.concernsEverybody(old, *g)
		if ok {
			g.ID, g.Number = old.ID, old.Number
			continue
		}
		number++
		g.ID, g.Number = newID(), number
	}
	if err := a.tx.PutGroups(ctx, b.Groups); err != nil || !concerns {
		return err
	}
	return a.everybody(ctx)
}

// concernsEverybody reports whether a group, the zero group for one that is new, changes in a way that others' rights may
// depend on: rural groups answer everybody's alarms, and private ones may be held back until a client is in effect.
func (a *applier) concernsEverybody(old, now care.Group) bool {
	rural := (old.Kind == routine.RuralGroup) != (now.Kind == routine.RuralGroup)
	return rural || (old.ID != "" && old.Private != now.Private && a.s.profile.Gated())
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
	var known []string
	for _, s := range b.Staff {
		if old, ok := have[s.Staff.EmployeeNumber]; ok {
			s.Staff.ID, s.Staff.Pseudonym = old.ID, old.Pseudonym
			known = append(known, old.ID)
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
	return a.putMemberships(ctx, known, members)
}

// putMemberships stores memberships. One whose first day has been corrected replaces the one that it was; one that the
// registers do not mention stays.
func (a *applier) putMemberships(ctx context.Context, known []string, members []care.Membership) error {
	stored, err := a.tx.MembershipsOf(ctx, known)
	if err != nil {
		return err
	}
	type place struct{ staff, group string }
	before, now := map[place][]period{}, map[place][]period{}
	for _, m := range stored {
		k := place{m.StaffID, m.GroupID}
		before[k] = append(before[k], period{m.From, m.Until})
	}
	for _, m := range members {
		k := place{m.StaffID, m.GroupID}
		now[k] = append(now[k], period{m.From, m.Until})
	}
	var gone []care.Membership
	for k, periods := range now {
		for i, j := range pair(before[k], periods) {
			if j >= 0 && !before[k][j].from.Equal(periods[i].from) {
				gone = append(gone, care.Membership{StaffID: k.staff, GroupID: k.group, From: before[k][j].from})
			}
		}
	}
	if err := a.tx.DeleteMemberships(ctx, gone); err != nil {
		return err
	}
	return a.tx.PutMemberships(ctx, members)
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
	var blocked []fleet.Key
	for _, k := range b.Keys {
		key := k.Key
		state := key.State
		old, ok := have[key.Number]
		if ok {
			key = old // what syncs and blocks have written is not the register's to change
			if k.Key.BatteryChanged.After(old.BatteryChanged) {
				key.BatteryChanged = k.Key.BatteryChanged
			}
			lost := old.State == fleet.KeySuspect && state == fleet.KeyBlocked
			if settledHere(old.State) && !lost || a.said[rowName{"nycklar", key.Number}] {
				state = old.State // a register that repeats itself has not heard of us
			}
		} else {
			device++
			key.ID, key.Device, key.State = newID(), device, fleet.KeyInStock
		}
		if old.State == fleet.KeyBroken && state != fleet.KeyBroken {
			if err := a.tx.CloseExchanges(ctx, key.ID); err != nil {
				return err
			}
		}
		handedBack := ok && old.State == fleet.KeyInStock && old.GroupID == "" && k.Key.State != fleet.KeyInStock && state == fleet.KeyInStock
		if !handedBack && (k.Group != "" || state == fleet.KeyInStock) {
			key.GroupID = groups[k.Group].ID
		}
		if state == fleet.KeyBlocked && key.State != fleet.KeyBlocked {
			blocked = append(blocked, key)
		} else {
			key.State = state
		}
		out = append(out, key)
	}
	if err := a.tx.PutKeys(ctx, out); err != nil || len(blocked) == 0 {
		return err
	}
	if a.run.Keys == nil {
		return errNoKeys
	}
	return a.run.Keys.BlockKeys(ctx, a.tx, a.run.actor(), fleet.BlockedInRegister, blocked)
}

// settledHere reports whether a key's state is the lock manager's to change and no register's: it is looked for, blocked, with
// the supplier or scrapped.
func settledHere(s fleet.KeyState) bool {
	return s == fleet.KeySuspect || s == fleet.KeyBlocked || s == fleet.KeyWarranty || s == fleet.KeyScrapped
}

var errNoKeys = errors.New("casework: an import of blocked keys must be able to block them")

func (a *applier) consents(ctx context.Context, b RegisterBatch) error {
	touched, err := consent.Import(ctx, a.tx, b.Consents)
	if _, dry := a.tx.(dryTx); err != nil || dry {
		return err
	}
	return a.s.ownersSpoke(ctx, a.tx, a.run.actor(), touched)
}

func orNew(id string) string {
	if id == "" {
		return newID()
	}
	return id
}
