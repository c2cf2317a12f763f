package routine_test

import (
	"slices"
	"testing"

	"hemnyckel/internal/domain/routine"
)

// proves V2.1-i
func TestShoppingIsDeliveredWithAccessAndWithout(t *testing.T) {
	s := situationWithLock(has(routine.HomeCare, north, day(1), routine.Forever))
	out := decide(t, s, routine.Order{Kind: routine.ShoppingGranted, By: routine.Provider, Group: shop, At: day(5)})
	s = after(s, out)
	wantHolders(t, s, day(4), "homecare/north")
	wantHolders(t, s, day(5), "homecare/north", "shopping/shop")
	if again := decide(t, s, routine.Order{Kind: routine.ShoppingGranted, By: routine.Provider, Group: shop, At: day(5)}); len(again.Rules) != 0 {
		t.Errorf("delivered twice: got rules %v, want none", again.Rules)
	}
	out = decide(t, s, routine.Order{Kind: routine.ShoppingEnded, By: routine.Provider, Group: shop, At: day(10)})
	wantHolders(t, after(s, out), day(10), "homecare/north")
	if len(out.Tasks) != 0 {
		t.Errorf("home care needs the lock: got tasks %v", kinds(out.Tasks))
	}
	p := routine.DefaultProfile()
	refused(t, p, s, routine.Order{Kind: routine.ShoppingGranted, Group: north, At: day(5)}, "group-wrong-kind")
	refused(t, p, situation(), routine.Order{Kind: routine.ShoppingEnded, Group: shop, At: day(5)}, "service-not-found")
}

// proves V3-a
func TestHealthCareStartsAndEnds(t *testing.T) {
	s := situation()
	s = after(s, decide(t, s, routine.Order{Kind: routine.HealthStarted, Group: nurses, At: day(5)}))
	wantHolders(t, s, day(5), "health/nurses")
	s = after(s, decide(t, s, routine.Order{Kind: routine.HealthEnded, Group: nurses, At: day(9)}))
	wantHolders(t, s, day(9))
	refused(t, routine.DefaultProfile(), s, routine.Order{Kind: routine.HealthStarted, Group: north, At: day(5)}, "group-wrong-kind")
}

// proves S-m
func TestInEffectByItsOwnOrder(t *testing.T) {
	p := routine.DefaultProfile()
	p.InEffectGate = true
	s := situation()
	granted := decideBy(t, p, s, routine.Order{Kind: routine.HomeCareGranted, Group: south, At: day(5)})
	if !slices.Contains(granted.Rules, routine.RuleInEffect) {
		t.Errorf("an answer that does not say that access waits: %v", granted.Rules)
	}
	s = after(s, granted)
	set := routine.Order{Kind: routine.InEffect, Group: south, At: day(8)}
	out := decideBy(t, p, s, set)
	if got := append(holders(p, s, day(9)), holders(p, after(s, out), day(7))...); len(got) != 0 {
		t.Errorf("before it is in effect: got %v", got)
	}
	if got := holders(p, after(s, out), day(8)); !slices.Equal(got, []string{"homecare/south"}) {
		t.Errorf("from the start date: got %v", got)
	}
	if again := decideBy(t, p, after(s, out), set); len(again.Rules) != 0 {
		t.Errorf("delivered twice: got rules %v, want none", again.Rules)
	}
	refused(t, p, s, routine.Order{Kind: routine.InEffect, Group: north, At: day(8)}, "service-not-found")
	municipal := situation(routine.Service{Kind: routine.HomeCare, Group: north, From: day(1), Until: routine.Forever})
	if got := holders(p, municipal, day(2)); len(got) != 1 {
		t.Errorf("the municipality's own group: got %v, want no gate", got)
	}
}

// proves S-f
func TestTheProvidersOwnRoutineGatesNewAccessOnly(t *testing.T) {
	p := routine.DefaultProfile()
	p.Staff.RoutineGatesAccess = true
	valid := south
	valid.RoutineUntil = day(10)
	for _, c := range []struct {
		name  string
		group routine.Group
		from  int
		want  bool
	}{
		{"valid at the start", valid, 9, true},
		{"ran out on the day of the start", valid, 10, false},
		{"none on file", south, 1, false},
		{"municipal", north, 12, true},
	} {
		s := situation(has(routine.HomeCare, c.group, day(c.from), routine.Forever))
		if got := len(holders(p, s, day(20))) == 1; got != c.want { // long after it ran out: nobody is locked out
			t.Errorf("%s: access on the 20th: got %v, want %v", c.name, got, c.want)
		}
		if got := holders(routine.DefaultProfile(), s, day(20)); len(got) != 1 {
			t.Errorf("%s, where no routine is demanded: got %v", c.name, got)
		}
	}
	out := decideBy(t, p, situation(), routine.Order{Kind: routine.HomeCareGranted, Group: valid, At: day(12), OpensSelf: true})
	wantTask(t, out, routine.Judge, routine.RuleRoutineOnFile, day(12))
	renewed := after(situation(), out).Services[0]
	renewed.Group.RoutineUntil, renewed.OpensSelf = day(28), false
	if got := holders(p, situation(renewed), day(12)); len(got) != 1 {
		t.Errorf("renewed: got %v, want access as was granted", got)
	}
}

// proves V2.1-g
func TestContradictoryChangesOfProvider(t *testing.T) {
	third := routine.Group{ID: "third", Kind: routine.HomeCareGroup}
	p := routine.DefaultProfile()
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	change := func(from, to routine.Group, d int) routine.Order {
		return routine.Order{Kind: routine.ProviderChanged, Group: from, To: to, At: day(d)}
	}
	s = after(s, decide(t, s, change(north, south, 10)))
	refused(t, p, s, change(north, third, 10), "provider-changed-already")
	refused(t, p, s, change(north, third, 12), "service-not-found")

	chained := after(s, decide(t, s, change(south, third, 10)))
	wantHolders(t, chained, day(10), "homecare/third")
	before := after(s, decide(t, s, change(north, third, 5))) // what was ordered for the 10th stands
	wantHolders(t, before, day(5), "homecare/third")
	wantHolders(t, before, day(10), "homecare/south")
}
