package fleet

import (
	"context"
	"strconv"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Equipment is what a group has, beside what its basic equipment is (V8-a, V4-a).
type Equipment struct {
	Group      GroupFacts
	Basic      routine.Basics
	Have       map[routine.Part]int
	Difference map[routine.Part]int // too many (positive) or too few (negative); parts that tally are missing
}

// ErrItem says that a part of the equipment cannot be set by hand.
var ErrItem = problem.New(problem.Invalid, "equipment-item",
	"Ange power-cable eller network-cable och ett antal mellan 0 och 100. Nycklar, skåp och stationer räknas av systemet.",
	"Give power-cable or network-cable and a quantity from 0 to 100. Keys, cabinets and stations are counted by the system.")

// Equipment lists groups by code with what they have and what differs; those of the own organisation, or all.
func (s *Cabinets) Equipment(ctx context.Context, who routine.Who, p Page) (out []Equipment, err error) {
	organisation := ""
	if !within(who, &organisation) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx CabinetTx) error {
		groups, err := tx.GroupPage(ctx, organisation, p.Bounded())
		if err != nil {
			return err
		}
		ids := make([]string, len(groups))
		for i, g := range groups {
			ids[i] = g.ID
		}
		have, err := tx.Have(ctx, ids)
		if err != nil {
			return err
		}
		out = make([]Equipment, len(groups))
		for i, g := range groups {
			basic := routine.BasicEquipment(s.profile, routine.EquipmentFacts{Kind: g.Kind, MostAtWork: g.MostAtWork})
			out[i] = Equipment{Group: g, Basic: basic, Have: have[g.ID]}
			if basic.Rule != "" {
				out[i].Difference = basic.Difference(have[g.ID])
			}
		}
		return nil
	})
	return out, err
}

// SetItem says how many of a part without a serial number a group has.
func (s *Cabinets) SetItem(ctx context.Context, who routine.Who, groupCode string, part routine.Part, quantity int) error {
	if part != routine.PartPowerCable && part != routine.PartNetworkCable || quantity < 0 || quantity > 100 {
		return ErrItem.On("item")
	}
	return s.tend(ctx, who, groupCode, routine.KeepCabinet, func(tx CabinetTx, g GroupFacts, rule string) error {
		if err := tx.PutItem(ctx, g.ID, part, quantity); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.CabinetChanged, who, []string{g.ID}, "what", string(part), "quantity", strconv.Itoa(quantity), journal.FieldGround, rule))
	})
}
