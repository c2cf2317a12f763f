package casework

import (
	"context"
	"slices"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// What the house's owners have said, as the pages of locks and clients show it: to everybody who sees the page where they stand, whose
// house it is to those who read the register.

// LockHouse is whose house a lock is at.
type LockHouse struct {
	PropertyID string // "" when the register has none at the address
	Owners     []consent.Owner
	RestsOn    string // id of the answer that allows the lock, or ""
}

// place reads the way in and what the house's owners have said of the lock (V5.3-a).
func (out *LockPage) place(ctx context.Context, tx PagesTx, who Reader) error {
	if !out.Lock.IsMounted {
		return nil
	}
	var err error
	if out.Lock.OnDoor && len(out.People) > 0 && !out.Protected { // whoever knows the entrance knows the house
		if out.Entrances, err = tx.PageEntrancesOf(ctx, out.Lock.DwellingID); err != nil {
			return err
		}
	}
	standing, found, err := out.standing(ctx, tx)
	if err != nil || !found {
		return err
	}
	out.Agreed, out.Against = standing.Answer, len(standing.Against)
	if err := out.house(ctx, tx, who, standing); err != nil {
		return err
	}
	return out.stays(ctx, tx, who)
}

// standing says where the house's owners stand for the lock.
func (out *LockPage) standing(ctx context.Context, tx PagesTx) (consent.Standing, bool, error) {
	if out.Lock.OnDoor {
		all, err := standingAt(ctx, tx, []string{out.Lock.DwellingID})
		s, ok := all[out.Lock.DwellingID]
		return s, ok, err
	}
	ids, err := tx.DwellingsBehind(ctx, []string{out.Lock.EntranceID})
	if err != nil || len(ids) == 0 {
		return consent.Standing{}, false, err
	}
	s, err := entranceStanding(ctx, tx, ids[0]) // one house, whichever door
	return s, err == nil, err
}

// house reads whose house it is. The owner of a house leads to where somebody lives: it is not for those who may not read about them.
func (out *LockPage) house(ctx context.Context, tx PagesTx, who Reader, s consent.Standing) error {
	if out.Protected || out.Lock.OnDoor && len(out.People) == 0 || !consent.MayRead(who.who()) || s.Property == "" {
		return nil
	}
	properties, err := tx.PropertiesByID(ctx, []string{s.Property})
	if err != nil {
		return err
	}
	out.House = LockHouse{PropertyID: s.Property, RestsOn: s.Rests}
	owners := properties[s.Property].Owners
	known, err := tx.OwnersByID(ctx, owners[:min(len(owners), maxLockThings)])
	for _, id := range owners[:min(len(owners), maxLockThings)] {
		out.House.Owners = append(out.House.Owners, known[id].Masked())
	}
	return err
}

// stays finds the open question whether the lock may stay, for those who answer it. That of an own door is laid up for one of those who
// live there.
func (out *LockPage) stays(ctx context.Context, tx PagesTx, who Reader) error {
	if !seesThings(routine.Role(who.Role)) {
		return nil
	}
	asks := func(all []TaskLine, note string) bool {
		i := slices.IndexFunc(all, func(t TaskLine) bool { return t.Kind == routine.Judge && t.Note == note })
		if i >= 0 {
			out.Stays = &all[i]
		}
		return i >= 0
	}
	if !out.Lock.OnDoor {
		open, err := tx.PageLockTasks(ctx, out.Lock.ID, maxLockRights)
		asks(open, reasonNoConsentEntrance)
		return err
	}
	for _, one := range out.People {
		if open, err := tx.PageTasks(ctx, one.ID, MaxTasks); err != nil || asks(open, reasonNoConsent) {
			return err
		}
	}
	return nil
}

// entranceStanding says where the owners stand for a lock in the entrance before a dwelling.
func entranceStanding(ctx context.Context, tx standingTx, dwellingID string) (consent.Standing, error) {
	dwellings, err := tx.Dwellings(ctx, []string{dwellingID})
	d := dwellings[dwellingID]
	if err != nil || d.EntranceID == "" {
		return consent.Standing{}, err
	}
	found, err := consent.For(ctx, tx, consent.Entrance, consent.Place{ID: d.ID, Street: d.Street, Town: d.Town})
	return found[d.ID], err
}
