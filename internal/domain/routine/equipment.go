package routine

// Part is a piece of a group's basic equipment.
type Part string

// The parts (V8-a).
const (
	PartCabinet      Part = "cabinet"
	PartKeys         Part = "keys"
	PartStation      Part = "station"
	PartPowerCable   Part = "power-cable"
	PartNetworkCable Part = "network-cable"
)

// EquipmentFacts are what a group's basic equipment is computed from.
type EquipmentFacts struct {
	Kind GroupKind
	// MostAtWork is the greatest number of people at work in one day.
	MostAtWork int
}

// Basics is a group's basic equipment: how many of each part, and the rule that says so.
type Basics struct {
	Parts map[Part]int
	Rule  string // requirement ID; "" if the municipality has no basic equipment
}

// BasicEquipment computes what a group has from the beginning, at the municipality's cost (V8-a, V6-a): a cabinet, keys for the
// most people at work in one day and the reserve keys, a station, a power cable and a network cable. A kind of group with an
// allotment has that many keys, and syncs them at other groups' stations (V4-a, V4-b). A municipality whose staff open with
// phones has none.
func BasicEquipment(p Profile, f EquipmentFacts) Basics {
	if !p.Equipment.Computed || !p.Technology.Keys {
		return Basics{}
	}
	if keys, allotted := p.Equipment.Allotments[f.Kind]; allotted {
		return Basics{Parts: map[Part]int{PartCabinet: 1, PartKeys: keys}, Rule: RuleAllotment}
	}
	return Basics{Rule: RuleBasicEquipment, Parts: map[Part]int{
		PartCabinet: 1, PartKeys: max(f.MostAtWork, 0) + max(p.Equipment.ReserveKeys, 0),
		PartStation: 1, PartPowerCable: 1, PartNetworkCable: 1,
	}}
}

// Difference is what a group has too many (positive) or too few (negative) of, per part.
func (b Basics) Difference(have map[Part]int) map[Part]int {
	out := map[Part]int{}
	for _, part := range []Part{PartCabinet, PartKeys, PartStation, PartPowerCable, PartNetworkCable} {
		if d := have[part] - b.Parts[part]; d != 0 {
			out[part] = d
		}
	}
	return out
}
