package routine_test

import (
	"maps"
	"testing"

	"hemnyckel/internal/domain/routine"
)

func TestBasicEquipment(t *testing.T) {
	whole := func(keys int) map[routine.Part]int {
		return map[routine.Part]int{routine.PartCabinet: 1, routine.PartKeys: keys, routine.PartStation: 1, routine.PartPowerCable: 1, routine.PartNetworkCable: 1}
	}
	for _, x := range []struct {
		profile string
		facts   routine.EquipmentFacts
		want    map[routine.Part]int
		rule    string
	}{
		// proves V8-a
		{"varberg", routine.EquipmentFacts{Kind: routine.HomeCareGroup, MostAtWork: 12}, whole(15), "V8-a"},
		{"varberg", routine.EquipmentFacts{Kind: routine.HealthGroup, MostAtWork: 0}, whole(3), "V8-a"},
		{"lindvik", routine.EquipmentFacts{Kind: routine.HomeCareGroup, MostAtWork: 12}, whole(13), "V8-a"},
		// proves V4-a
		{"varberg", routine.EquipmentFacts{Kind: routine.ShoppingGroup, MostAtWork: 40}, map[routine.Part]int{routine.PartCabinet: 1, routine.PartKeys: 5}, "V4-a"},
		{"strangnas", routine.EquipmentFacts{Kind: routine.HomeCareGroup, MostAtWork: 12}, nil, ""},
	} {
		got := routine.BasicEquipment(known(t, x.profile), x.facts)
		if !maps.Equal(got.Parts, x.want) || got.Rule != x.rule {
			t.Errorf("%s %+v: got %+v, want %v by %q", x.profile, x.facts, got, x.want, x.rule)
		}
	}
}

// proves V8-a: differences are shown, also of what there should be none
func TestEquipmentDifference(t *testing.T) {
	b := routine.BasicEquipment(known(t, "varberg"), routine.EquipmentFacts{Kind: routine.HomeCareGroup, MostAtWork: 12})
	got := b.Difference(map[routine.Part]int{routine.PartCabinet: 1, routine.PartKeys: 17, routine.PartPowerCable: 1, routine.PartNetworkCable: 1})
	if want := (map[routine.Part]int{routine.PartKeys: 2, routine.PartStation: -1}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
