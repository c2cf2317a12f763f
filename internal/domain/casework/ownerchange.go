package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// One house that changes owner is a sale of one (sales.go). It needs no second person: whoever keeps the register may correct whose a
// house is at any time. What follows is the same: from then on what the old owner said does not count, work waits or goes on, the new
// owner is written to, and until the day has come it can be undone.

// OwnerChange is that a house gets other owners.
type OwnerChange struct {
	PropertyID string
	Owners     []string  // ids; letters go to the first
	From       time.Time // local midnight; one that has begun means now
	Reason     string    // at most 500 bytes
}

// Problems with a house that changes owner. Codes are stable.
var (
	ErrOwnersNone = problem.New(problem.Invalid, "owner-change-none", "Välj vem som är ny ägare, högst 50.", "Choose who the new owner is, at most 50.")
	ErrOwnersMany = problem.New(problem.Conflict, "owner-change-many",
		"Fastigheten byter ägare tillsammans med andra. Ångra hela ändringen, eller vänta tills den har skett.",
		"The property changes owner together with others. Undo the whole change, or wait until it has been made.")
	ErrOwnersWhy = problem.New(problem.Invalid, "owner-change-reason", "Skriv vad som har hänt, högst 500 byte.", "Say what has happened, in at most 500 bytes.")
)

// check says what is wrong with a change of owners, all at once.
func (in OwnerChange) check() error {
	var all []error
	if len(in.Owners) == 0 || len(in.Owners) > consent.MaxOwners {
		all = append(all, ErrOwnersNone.On("owner"))
	}
	if in.Reason == "" || len(in.Reason) > 500 {
		all = append(all, ErrOwnersWhy.On("reason"))
	}
	return errors.Join(all...)
}

// ChangeOwners makes a house other owners' from now or from a coming midnight, with everything that follows.
func (c *Consents) ChangeOwners(ctx context.Context, who routine.Who, in OwnerChange) error {
	if !consent.MayKeep(who) {
		return consent.ErrMayNot
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if err := in.check(); err != nil {
		return err
	}
	return c.s.db.Update(ctx, func(tx Tx) error { return c.s.changeOwners(ctx, tx, who, in) })
}

func (s *Service) changeOwners(ctx context.Context, tx Tx, who routine.Who, in OwnerChange) error {
	known, err := tx.OwnersByID(ctx, in.Owners)
	if err != nil {
		return err
	}
	if len(known) < len(in.Owners) { // unknown, or one of them twice
		return consent.ErrOwnerUnknown.On("owner")
	}
	m := MassChange{ID: newID(), Number: newNumber(), State: MassApplied, CreatedBy: who.Actor, Created: tx.Now(), Ended: tx.Now(), Total: 1, Count: 1,
		NewMass: NewMass{Kind: HouseSold, Effective: later(in.From, tx.Now()), Reason: in.Reason,
			Spec: MassSpec{Properties: []string{in.PropertyID}, Owners: in.Owners}}}
	row := MassRow{Seq: 1, PropertyID: in.PropertyID, State: RowApplied, At: tx.Now()}
	if err := countDoors(ctx, tx, &row); err != nil {
		return err
	}
	if err := s.sell(ctx, tx, who, &m, in.PropertyID); err != nil {
		return err
	}
	if err := tx.PutMass(ctx, m); err != nil {
		return err
	}
	if err := tx.PutMassRows(ctx, m.ID, []MassRow{row}); err != nil {
		return err
	}
	if err := massNoted(ctx, tx, who.Actor, m, "applied"); err != nil {
		return err
	}
	for more := !tx.Now().Before(m.Effective); more; {
		if more, err = s.massStep(ctx, tx, who, &m); err != nil {
			return err
		}
	}
	return tx.PutMass(ctx, m)
}

// OwnersEffect is what it would do if a house changed owner now.
type OwnersEffect struct {
	Effect
	Goes    int // mountings that wait, and could be booked
	Words   int // answers of those who leave, which would not count here any longer
	Letters int // letters to those who leave, whose answers would not count either
}

// OwnersEffect says what a change of owners would do: it is done, looked at, and not kept. The day and the reason are not asked for.
func (c *Consents) OwnersEffect(ctx context.Context, who routine.Who, in OwnerChange) (out OwnersEffect, err error) {
	if !consent.MayKeep(who) {
		return out, consent.ErrMayNot
	}
	in.From, in.Reason = time.Time{}, "?"
	if err := in.check(); err != nil {
		return out, err
	}
	err = c.s.db.Update(ctx, func(tx Tx) error {
		out = OwnersEffect{}
		if err := out.leave(ctx, tx, in); err != nil {
			return err
		}
		before, err := ownersWork(ctx, tx, []string{in.PropertyID})
		if err != nil {
			return err
		}
		if err := c.s.changeOwners(ctx, tx, who, in); err != nil {
			return err
		}
		after, err := ownersWork(ctx, tx, []string{in.PropertyID})
		if err != nil {
			return err
		}
		out.Stops, out.Goes = unplaced(stopped(before, after)), len(stopped(after, before))
		out.Asks = len(questionsIn(after)) - len(questionsIn(before))
		return errRehearsed
	})
	return out, orNil(err, errRehearsed)
}

// leave counts what those who leave have said or are asked about the house.
func (out *OwnersEffect) leave(ctx context.Context, tx Tx, in OwnerChange) error {
	properties, err := tx.PropertiesByID(ctx, []string{in.PropertyID})
	if err != nil {
		return err
	}
	p, ok := properties[in.PropertyID]
	if !ok {
		return consent.ErrPropertyUnknown
	}
	var keys []string
	for _, a := range p.Addresses {
		keys = append(keys, a.Key())
	}
	words, err := tx.ConsentWords(ctx, keys)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, of := range words {
		for _, w := range of {
			if seen[w.ID] || slices.Contains(in.Owners, w.OwnerID) {
				continue
			}
			seen[w.ID] = true
			if w.Answer == consent.Requested {
				out.Letters++
			} else {
				out.Words++
			}
		}
	}
	return nil
}

// NextOwners is whose a house becomes on a coming day.
type NextOwners struct {
	From   time.Time
	Owners []consent.Owner // masked; none: no change is planned
	Change string          // id of the mass change, which can be undone until then
}

// NextOwners returns whose a house becomes, to those who read the register.
func (c *Consents) NextOwners(ctx context.Context, who routine.Who, propertyID string) (out NextOwners, err error) {
	if !consent.MayRead(who) {
		return out, consent.ErrMayNot
	}
	err = c.s.db.View(ctx, func(tx Tx) error {
		var planned bool
		if out.Change, planned, err = tx.SalePlanned(ctx, propertyID); err != nil || !planned {
			return err
		}
		m, err := massByID(ctx, tx, out.Change)
		if err != nil {
			return err
		}
		out.From = m.Effective
		known, err := tx.OwnersByID(ctx, m.Spec.Owners)
		for _, id := range m.Spec.Owners {
			out.Owners = append(out.Owners, known[id].Masked())
		}
		return err
	})
	return out, err
}

// KeepOwners takes back that a house changes owner on a coming day. A change of many houses is undone as a whole, not from one of them.
func (c *Consents) KeepOwners(ctx context.Context, who routine.Who, propertyID string) error {
	next, err := c.NextOwners(ctx, who, propertyID)
	if err != nil {
		return err
	}
	m, err := c.s.Mass(ctx, who, next.Change)
	if err == nil && m.Total > 1 {
		err = ErrOwnersMany
	}
	if err != nil {
		return err
	}
	_, err = c.s.UndoMass(ctx, who, next.Change)
	return err
}
