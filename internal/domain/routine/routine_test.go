package routine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/routine"
)

var (
	north  = routine.Group{ID: "north", Kind: routine.HomeCareGroup}
	south  = routine.Group{ID: "south", Kind: routine.HomeCareGroup, Private: true}
	alarm  = routine.Group{ID: "alarm", Kind: routine.AlarmGroup}
	rural  = routine.Group{ID: "rural", Kind: routine.RuralGroup}
	nurses = routine.Group{ID: "nurses", Kind: routine.HealthGroup}
)

func day(d int) time.Time { return time.Date(2026, 11, d, 23, 0, 0, 0, time.UTC) }

func situation(services ...routine.Service) routine.Situation {
	for i := range services {
		services[i].ID = fmt.Sprint("s", i)
	}
	return routine.Situation{Services: services, Rural: []routine.Group{rural}, Ended: routine.Forever}
}

func has(kind routine.ServiceKind, g routine.Group, from, until time.Time) routine.Service {
	return routine.Service{Kind: kind, Group: g, From: from, Until: until, InEffect: true}
}

// holders says who may enter at t, as kind/group.
func holders(p routine.Profile, s routine.Situation, t time.Time) []string {
	var out []string
	for _, g := range routine.Grounds(p, s) {
		if !t.Before(g.From) && t.Before(g.Until) {
			out = append(out, string(g.Kind)+"/"+g.Group)
		}
	}
	slices.Sort(out)
	return out
}

func decide(t testing.TB, s routine.Situation, o routine.Order) routine.Outcome {
	t.Helper()
	out, refusal := routine.Decide(routine.DefaultProfile(), s, o)
	if refusal != nil {
		t.Fatalf("%s refused: %s", o.Kind, refusal.Code)
	}
	return out
}

func after(s routine.Situation, out routine.Outcome) routine.Situation {
	s.Services, s.Ended = out.Services, out.Ended
	return s
}

func wantHolders(t *testing.T, s routine.Situation, at time.Time, want ...string) {
	t.Helper()
	if got := holders(routine.DefaultProfile(), s, at); !slices.Equal(got, want) {
		t.Errorf("holders at %s: got %v, want %v", at.Format("01-02"), got, want)
	}
}

func kinds(tasks []routine.Task) []routine.TaskKind {
	var out []routine.TaskKind
	for _, t := range tasks {
		out = append(out, t.Kind)
	}
	return out
}

// proves V1.1-a, V5.1-c
func TestAlarmGrantedGivesTeamAndRuralGroupAccessAndALock(t *testing.T) {
	s := situation()
	out := decide(t, s, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(10)})
	s = after(s, out)
	wantHolders(t, s, day(9))
	wantHolders(t, s, day(10), "alarm/alarm", "alarm/rural")
	if got := kinds(out.Tasks); !slices.Equal(got, []routine.TaskKind{routine.Mount}) {
		t.Errorf("tasks: got %v, want mount", got)
	}
	s.Lock = routine.DoorLock
	if again := decide(t, s, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(12)}); len(again.Rules)+len(again.Tasks) > 0 {
		t.Errorf("the same alarm granted twice: got %+v, want no change", again)
	}
}

// proves V1.1-b, V5.1-d, V5.1-e
func TestAlarmRenouncedLeavesHomeCareAlsoOfTheSameGroup(t *testing.T) {
	s := situation(has(routine.Alarm, alarm, day(1), routine.Forever), has(routine.HomeCare, rural, day(1), routine.Forever))
	s.Lock = routine.DoorLock
	out := decide(t, s, routine.Order{Kind: routine.AlarmRenounced, At: day(10)})
	s = after(s, out)
	wantHolders(t, s, day(9), "alarm/alarm", "alarm/rural", "homecare/rural")
	wantHolders(t, s, day(10), "homecare/rural")
	if len(out.Tasks) != 0 {
		t.Errorf("tasks: got %v, want none: the lock stays for home care", kinds(out.Tasks))
	}
	if !slices.Contains(out.Rules, routine.RuleHomeCareStays) {
		t.Errorf("rules: got %v, want %s among them", out.Rules, routine.RuleHomeCareStays)
	}
}

// proves V1.1-c, V5.1-b
func TestHomeCareGranted(t *testing.T) {
	s := situation()
	out := decide(t, s, routine.Order{Kind: routine.HomeCareGranted, Group: north, At: day(10)})
	if got := kinds(out.Tasks); !slices.Equal(got, []routine.TaskKind{routine.Mount}) {
		t.Errorf("tasks for who cannot open: got %v, want mount", got)
	}
	wantHolders(t, after(s, out), day(10), "homecare/north")

	opens := decide(t, s, routine.Order{Kind: routine.HomeCareGranted, Group: north, At: day(10), OpensSelf: true})
	if len(opens.Tasks) != 0 {
		t.Errorf("tasks for who opens the door: got %v, want none", kinds(opens.Tasks))
	}
	wantHolders(t, after(s, opens), day(10))
}

// proves V2.1-e, V5.1-g
func TestHomeCareEndedProposesDismounting(t *testing.T) {
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	s.Lock = routine.DoorLock
	out := decide(t, s, routine.Order{Kind: routine.HomeCareEnded, Group: north, At: day(10)})
	wantHolders(t, after(s, out), day(9), "homecare/north")
	wantHolders(t, after(s, out), day(10))
	if got := kinds(out.Tasks); !slices.Equal(got, []routine.TaskKind{routine.Dismount}) {
		t.Errorf("tasks: got %v, want dismount", got)
	}
	s.Shared = true
	if shared := decide(t, s, routine.Order{Kind: routine.HomeCareEnded, Group: north, At: day(10)}); len(shared.Tasks) != 0 {
		t.Errorf("tasks where a partner needs the lock: got %v, want none", kinds(shared.Tasks))
	}
}

// proves V2.1-g, V5.1-f
func TestProviderChangedHasNeitherGapNorOverlap(t *testing.T) {
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	out := decide(t, s, routine.Order{Kind: routine.ProviderChanged, Group: north, To: south, At: day(10)})
	s = after(s, out)
	wantHolders(t, s, day(10).Add(-time.Microsecond), "homecare/north")
	wantHolders(t, s, day(10), "homecare/south")
	again := decide(t, s, routine.Order{Kind: routine.ProviderChanged, Group: north, To: south, At: day(10)})
	if len(again.Rules) != 0 {
		t.Errorf("the same change delivered twice: got rules %v, want none", again.Rules)
	}
}

// proves V1.1-d, V2.1-h, V5.1-h
func TestDeathAndMovingEndEverythingOnceAtTheEarliestDay(t *testing.T) {
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever), has(routine.Alarm, alarm, day(1), routine.Forever),
		has(routine.Health, nurses, day(20), routine.Forever))
	s.Lock = routine.DoorLock
	out := decide(t, s, routine.Order{Kind: routine.Died, At: day(10)})
	s = after(s, out)
	wantHolders(t, s, day(10))
	wantHolders(t, s, day(25))
	if got := kinds(out.Tasks); !slices.Equal(got, []routine.TaskKind{routine.ReturnKeys, routine.Dismount}) {
		t.Errorf("tasks: got %v, want return-keys, dismount", got)
	}
	if later := decide(t, s, routine.Order{Kind: routine.Moved, At: day(12)}); len(later.Rules)+len(later.Tasks) != 0 {
		t.Errorf("the same event reported by another, later: got %+v, want no change", later)
	}
	_, refusal := routine.Decide(routine.DefaultProfile(), s, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(11)})
	if refusal == nil || refusal.Code != "client-has-ended" {
		t.Errorf("an alarm after death: got %v, want client-has-ended", refusal)
	}
}

func TestRefusals(t *testing.T) {
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	for _, c := range []struct {
		name  string
		order routine.Order
		want  string
	}{
		{"alarm by a home-care group", routine.Order{Kind: routine.AlarmGranted, Group: north, At: day(2)}, "group-wrong-kind"},
		{"home care by nurses", routine.Order{Kind: routine.HomeCareGranted, Group: nurses, At: day(2)}, "group-wrong-kind"},
		{"renounced before granted", routine.Order{Kind: routine.AlarmRenounced, At: day(2)}, "service-not-found"},
		{"ended where none is", routine.Order{Kind: routine.HomeCareEnded, Group: south, At: day(2)}, "service-not-found"},
		{"changed to itself", routine.Order{Kind: routine.ProviderChanged, Group: north, To: north, At: day(2)}, "provider-same"},
		{"changed from another's", routine.Order{Kind: routine.ProviderChanged, Group: south, To: north, At: day(2)}, "service-not-found"},
		{"unknown", routine.Order{Kind: "dance", At: day(2)}, "order-kind-unknown"},
	} {
		_, refusal := routine.Decide(routine.DefaultProfile(), s, c.order)
		if refusal == nil || refusal.Code != c.want {
			t.Errorf("%s: got %v, want %s", c.name, refusal, c.want)
		} else if refusal.SV == "" || refusal.EN == "" {
			t.Errorf("%s: a refusal without words", c.name)
		}
	}
}

// proves V5.1-a
func TestWhoMayOrderWhat(t *testing.T) {
	for _, k := range routine.OrderKinds() {
		if !routine.MayOrder(routine.CaseOfficer, k) {
			t.Errorf("the case officer may not order %s", k)
		}
		if routine.MayOrder("stranger", k) {
			t.Errorf("a stranger may order %s", k)
		}
	}
	for _, k := range []routine.OrderKind{routine.AlarmGranted, routine.AlarmRenounced} {
		if routine.MayOrder(routine.Provider, k) {
			t.Errorf("a provider may order %s", k)
		}
	}
}

// proves S-m
func TestInEffectGate(t *testing.T) {
	p := routine.Profile{InEffectGate: true}
	s := situation(routine.Service{Kind: routine.HomeCare, Group: south, From: day(1), Until: routine.Forever})
	if got := holders(p, s, day(2)); len(got) != 0 {
		t.Errorf("a private provider before it is in effect: got %v, want nobody", got)
	}
	s.Services[0].InEffect = true
	if got := holders(p, s, day(2)); len(got) != 1 {
		t.Errorf("in effect: got %v, want its group", got)
	}
}

func TestRuralAreas(t *testing.T) {
	p := routine.Profile{RuralAreas: map[string][]string{"G026": {"43296"}}}
	if !p.Answers("G026", "43296") || p.Answers("G026", "43230") || !p.Answers("G099", "43230") {
		t.Error("a rural group answers in its own areas, and everywhere if none are given")
	}
}

func TestEveryRuleHasWords(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range routine.Rules() {
		if r.SV == "" || r.EN == "" || seen[r.ID] {
			t.Errorf("rule %s: missing words, or listed twice", r.ID)
		}
		seen[r.ID] = true
	}
}

// Random orders in any sequence: no service overlaps another of its kind and group, none is longer than the client's file,
// and at most one home-care group follows from a chain of changes of provider.
func TestAnySequenceKeepsServicesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation()
		groups := []routine.Group{north, south, rural}
		for step := range rapid.IntRange(1, 30).Draw(t, "orders") {
			o := routine.Order{
				Kind: rapid.SampledFrom(routine.OrderKinds()).Draw(t, "kind"), At: day(rapid.IntRange(1, 28).Draw(t, "day")),
				Group: rapid.SampledFrom(groups).Draw(t, "group"), To: rapid.SampledFrom(groups).Draw(t, "to"),
				OpensSelf: rapid.Bool().Draw(t, "opens"), InEffect: rapid.Bool().Draw(t, "effect"),
			}
			if o.Kind == routine.AlarmGranted {
				o.Group = alarm
			}
			out, refusal := routine.Decide(routine.DefaultProfile(), s, o)
			if refusal != nil {
				continue
			}
			for i := range out.Services {
				if out.Services[i].ID == "" {
					out.Services[i].ID = fmt.Sprint("n", step, "-", i)
				}
			}
			if len(out.Rules) == 0 && !slices.Equal(out.Services, s.Services) {
				t.Fatalf("%s changed services without naming a rule", o.Kind)
			}
			s = after(s, out)
			checkServices(t, s)
			again, refusal := routine.Decide(routine.DefaultProfile(), s, o)
			if refusal == nil && len(again.Rules) != 0 && (o.Kind == routine.Died || o.Kind == routine.Moved || o.Kind == routine.AlarmGranted) {
				t.Fatalf("%s twice changed something the second time: %v", o.Kind, again.Rules)
			}
		}
	})
}

func checkServices(t *rapid.T, s routine.Situation) {
	for i, a := range s.Services {
		if a.Until.Before(a.From) {
			t.Fatalf("a service ends before it begins: %+v", a)
		}
		if a.From.Before(a.Until) && a.Until.After(s.Ended) {
			t.Fatalf("a service outlives the client's file: %+v", a)
		}
		for _, b := range s.Services[i+1:] {
			if a.Kind == b.Kind && a.Group.ID == b.Group.ID && a.From.Before(b.Until) && b.From.Before(a.Until) &&
				a.From.Before(a.Until) && b.From.Before(b.Until) {
				t.Fatalf("two services of one kind and group overlap:\n%+v\n%+v", a, b)
			}
		}
	}
}
