package fleet

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// ErrBatteryTime says that a battery cannot have been changed then.
var ErrBatteryTime = problem.New(problem.Invalid, "battery-time",
	"Batteriet kan inte ha bytts då. Ange en tid som har varit, inom det senaste året.",
	"The battery cannot have been changed then. Give a time in the past year.")

// BatteryDue is when a key's battery must be changed next; the zero time for one of which nothing is known: at once (V2.2-a).
func (k Key) BatteryDue(rules routine.StockRules) time.Time {
	if k.BatteryChanged.IsZero() {
		return time.Time{}
	}
	return k.BatteryChanged.AddDate(0, rules.BatteryMonths, 0)
}

// ChangeBattery notes that a key has got a new battery, at a time (zero: now), and returns when the next is due. Noting the
// same change again does nothing.
func (s *Cabinets) ChangeBattery(ctx context.Context, who routine.Who, number string, at time.Time) (due time.Time, err error) {
	err = s.db.Update(ctx, func(tx CabinetTx) error {
		key, err := keyByNumber(ctx, tx, number)
		if err != nil {
			if who.Role.HoldsGroup() && problem.KindOf(err) == problem.NotFound {
				return ErrMayNot
			}
			return err
		}
		groups, err := tx.GroupsFacts(ctx, []string{key.GroupID})
		if err != nil {
			return err
		}
		g, known := groups[key.GroupID]
		rule := s.profile.MayTend(who.Role, routine.ChangeBattery, known && who.Organisation != "" && g.OrgNumber == who.Organisation, g.Private)
		if rule == "" {
			return ErrMayNot
		}
		if at.IsZero() {
			at = tx.Now()
		}
		if at.After(tx.Now()) || at.Before(tx.Now().AddDate(-1, 0, 0)) {
			return ErrBatteryTime.On("at")
		}
		fresh, err := tx.SetBattery(ctx, key.ID, at, who.Actor)
		if err != nil {
			return err
		}
		if at.After(key.BatteryChanged) {
			key.BatteryChanged = at
		}
		due = key.BatteryDue(s.profile.Stock)
		if !fresh {
			return nil
		}
		return journal.Append(ctx, tx, entry(journal.BatteryChanged, who, []string{key.ID}, "key", number, "changed", at.UTC().Format(time.RFC3339), journal.FieldGround, rule))
	})
	return due, err
}

// Batteries lists keys by when their battery was changed, the oldest first; dueOnly leaves out those that need none yet. group
// is a code, or "" for all.
func (s *Cabinets) Batteries(ctx context.Context, who routine.Who, group string, dueOnly bool, p Page) (out []KeyRow, err error) {
	organisation := ""
	if !within(who, &organisation) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx CabinetTx) (err error) {
		before := routine.Forever
		if dueOnly {
			before = tx.Now().AddDate(0, -s.profile.Stock.BatteryMonths, 0)
		}
		out, err = tx.BatteriesDue(ctx, organisation, group, before, p.Bounded())
		return err
	})
	return out, err
}

// BatteryDue is when a key's battery must be changed next by the municipality's profile; see [Key.BatteryDue].
func (s *Cabinets) BatteryDue(k Key) time.Time { return k.BatteryDue(s.profile.Stock) }

// CountDue is when a cabinet must be counted next by the municipality's profile.
func (s *Cabinets) CountDue(c Cabinet) time.Time { return c.CountDue(s.profile.Stock) }
