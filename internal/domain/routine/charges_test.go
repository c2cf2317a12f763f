package routine_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/routine"
)

func TestCharges(t *testing.T) {
	const municipality, provider, alarmTeam = routine.MunicipalityPays, routine.ProviderPays, routine.AlarmTeamPays
	for _, x := range []struct {
		facts routine.CostFacts
		want  routine.Cost
	}{
		// proves V6-a
		{routine.CostFacts{Kind: routine.CostBasicEquipment}, routine.Cost{Payer: municipality, AtCost: true, Rule: "V6-a"}},
		{routine.CostFacts{Kind: routine.CostBrokenLock, Cause: routine.CauseWear}, routine.Cost{Payer: municipality, AtCost: true, Rule: "V6-a"}},
		{routine.CostFacts{Kind: routine.CostBrokenLock, Cause: routine.CauseHandling}, routine.Cost{Payer: municipality, AtCost: true, Rule: "V6-a"}},
		{routine.CostFacts{Kind: routine.CostBrokenKey, Cause: routine.CauseWear}, routine.Cost{Payer: municipality, AtCost: true, Rule: "V6-a"}},
		// proves V2.2-d: an obviously negligent damage to a key may cost the provider 1 000 kr
		{routine.CostFacts{Kind: routine.CostBrokenKey, Cause: routine.CauseNeglect}, routine.Cost{Payer: provider, Amount: 1000, Rule: "V2.2-d"}},
		// proves V6-b
		{routine.CostFacts{Kind: routine.CostBrokenLock, Cause: routine.CauseNeglect}, routine.Cost{Payer: provider, AtCost: true, Rule: "V6-b"}},
		{routine.CostFacts{Kind: routine.CostExtraKey}, routine.Cost{Payer: provider, AtCost: true, Rule: "V6-b"}},
		{routine.CostFacts{Kind: routine.CostMove}, routine.Cost{Payer: provider, AtCost: true, Rule: "V6-b"}},
		// proves V6-c
		{routine.CostFacts{Kind: routine.CostCallOut, Cause: routine.CauseHandling, HomeCare: true}, routine.Cost{Payer: provider, Amount: 1000, Rule: "V6-c"}},
		{routine.CostFacts{Kind: routine.CostCallOut, Cause: routine.CauseHandling}, routine.Cost{Payer: alarmTeam, Amount: 1000, Rule: "V6-c"}},
		{routine.CostFacts{Kind: routine.CostCallOut, Cause: routine.CauseBattery, HomeCare: true}, routine.Cost{Payer: municipality, AtCost: true, Rule: "V6-a"}},
		// proves V6-d
		{routine.CostFacts{Kind: routine.CostOnCallPhone}, routine.Cost{Payer: municipality, Amount: 2000, Rule: "V6-d"}},
		{routine.CostFacts{Kind: routine.CostOnCallVisit}, routine.Cost{Payer: municipality, Amount: 5000, Rule: "V6-d"}},
		{routine.CostFacts{Kind: routine.CostOnCallPhone, Cause: routine.CauseHandling}, routine.Cost{Payer: provider, Amount: 2000, Rule: "V6-d"}},
		{routine.CostFacts{Kind: routine.CostOnCallVisit, Cause: routine.CauseHandling}, routine.Cost{Payer: provider, Amount: 5000, Rule: "V6-d"}},
		// proves S-n
		{routine.CostFacts{Kind: routine.CostClientLock}, routine.Cost{Payer: municipality, AtCost: true, Rule: "S-n"}},
	} {
		t.Run(fmt.Sprintf("%+v", x.facts), func(t *testing.T) {
			if got := routine.Charge(known(t, "varberg"), x.facts); got != x.want {
				t.Errorf("got %+v, want %+v", got, x.want)
			}
		})
	}
}

// proves S-n: whatever happens and whatever the profile, nobody but municipality, provider and alarm team pays; and
// where a profile has no prices the municipality does
func TestTheClientNeverPays(t *testing.T) {
	priced, free := known(t, "varberg"), known(t, "strangnas")
	rapid.Check(t, func(t *rapid.T) {
		f := routine.CostFacts{
			Kind: rapid.SampledFrom([]routine.CostKind{routine.CostBasicEquipment, routine.CostBrokenLock, routine.CostBrokenKey, routine.CostExtraKey,
				routine.CostMove, routine.CostCallOut, routine.CostOnCallPhone, routine.CostOnCallVisit, routine.CostClientLock}).Draw(t, "kind"),
			Cause: rapid.SampledFrom([]routine.Cause{routine.CauseUnknown, routine.CauseWear, routine.CauseBattery, routine.CauseSupplier,
				routine.CauseHandling, routine.CauseNeglect}).Draw(t, "cause"),
			HomeCare: rapid.Bool().Draw(t, "home care"),
		}
		p := rapid.SampledFrom([]routine.Profile{priced, free}).Draw(t, "profile")
		got := routine.Charge(p, f)
		fault := f.Cause == routine.CauseHandling || f.Cause == routine.CauseNeglect
		others := f.Kind == routine.CostExtraKey || f.Kind == routine.CostMove || fault
		switch {
		case routine.Sentence(got.Rule).SV == got.Rule:
			t.Fatalf("got %+v, whose rule says nothing", got)
		case got.AtCost != (got.Amount == 0):
			t.Fatalf("got %+v, want an amount or what it cost", got)
		case p.Name == free.Name || f.Kind == routine.CostClientLock || !others:
			if got.Payer != routine.MunicipalityPays {
				t.Fatalf("got %+v, want the municipality to pay", got)
			}
		case got.Payer == routine.AlarmTeamPays && (f.HomeCare || f.Kind != routine.CostCallOut):
			t.Fatalf("got %+v, want the alarm team to pay call-outs to clients with an alarm only", got)
		}
	})
}
