package routine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
)

var (
	north  = routine.Group{ID: "north", Kind: routine.HomeCareGroup}
	south  = routine.Group{ID: "south", Kind: routine.HomeCareGroup, Private: true}
	alarm  = routine.Group{ID: "alarm", Kind: routine.AlarmGroup}
	rural  = routine.Group{ID: "rural", Kind: routine.RuralGroup}
	nurses = routine.Group{ID: "nurses", Kind: routine.HealthGroup}
	shop   = routine.Group{ID: "shop", Kind: routine.ShoppingGroup, Private: true}
)

func day(d int) time.Time { return time.Date(2026, 11, d, 23, 0, 0, 0, time.UTC) }

func situation(services ...routine.Service) routine.Situation {
	for i := range services {
		services[i].ID = fmt.Sprint("s", i)
	}
	return routine.Situation{Services: services, Rural: []routine.Group{rural}, Ended: routine.Forever}
}

// until is a partner who needs the lock until then; nobody for the zero instant.
func until(t time.Time) []routine.Service {
	if t.IsZero() {
		return nil
	}
	return []routine.Service{has(routine.HomeCare, south, day(0), t)}
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
	if got := kinds(out.Tasks); !slices.Equal(got, []routine.TaskKind{routine.Mount, routine.TellClient}) {
		t.Errorf("tasks: got %v, want mount and tell-client", got)
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
	if got := kinds(out.Tasks); !slices.Equal(got, []routine.TaskKind{routine.Mount, routine.TellClient, routine.Attend}) {
		t.Errorf("tasks for who cannot open: got %v, want mount, tell-client, attend-mounting", got)
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
	s.Others = until(routine.Forever)
	if shared := decide(t, s, routine.Order{Kind: routine.HomeCareEnded, Group: north, At: day(10)}); len(shared.Tasks) != 0 {
		t.Errorf("tasks where a partner needs the lock: got %v, want none", kinds(shared.Tasks))
	}
}

// proves V5.1-h
func TestDismountingIsDueWhenTheLastNeedEnds(t *testing.T) {
	alarmed := has(routine.Alarm, alarm, day(1), routine.Forever)
	cared := has(routine.HomeCare, north, day(1), routine.Forever)
	ending := cared
	ending.Until = day(20)
	for _, c := range []struct {
		name   string
		s      routine.Situation
		shared time.Time
		order  routine.Order
		want   time.Time // zero: dismounting is not proposed
	}{
		{"the partner moves the same day", situation(cared), day(10), routine.Order{Kind: routine.Moved, At: day(10)}, day(10)},
		{"the partner moves later", situation(cared), day(15), routine.Order{Kind: routine.Moved, At: day(10)}, day(15)},
		{"the partner has moved long ago", situation(cared), day(1), routine.Order{Kind: routine.Moved, At: day(10)}, day(10)},
		{"the partner stays", situation(cared), routine.Forever, routine.Order{Kind: routine.Moved, At: day(10)}, time.Time{}},
		{"another service ends later, as was known", situation(alarmed, ending), time.Time{}, routine.Order{Kind: routine.AlarmRenounced, At: day(10)}, day(20)},
		{"another service has no end", situation(alarmed, cared), time.Time{}, routine.Order{Kind: routine.AlarmRenounced, At: day(10)}, time.Time{}},
		{"a new need without end", situation(ending), time.Time{}, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(25)}, time.Time{}},
		{"a grant that is no need", situation(ending), time.Time{}, routine.Order{Kind: routine.HomeCareGranted, Group: south, OpensSelf: true, At: day(25)}, day(20)},
	} {
		c.s.Lock, c.s.Others = routine.DoorLock, until(c.shared)
		out := decide(t, c.s, c.order)
		var got time.Time
		for _, task := range out.Tasks {
			if task.Kind == routine.Dismount {
				got = task.Due
			}
		}
		granted := c.order.Kind.Grants() && !c.order.OpensSelf
		if !got.Equal(c.want) || granted != slices.Contains(out.Withdrawn, routine.Dismount) {
			t.Errorf("%s: dismounting due %s, withdrawn %v; want due %s", c.name, got, out.Withdrawn, c.want)
		}
	}
}

// proves V1.1-a, V5.1-h
func TestMountingIsWithdrawnWhenEverythingEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		shared time.Time
		want   bool
	}{{"alone", time.Time{}, true}, {"with a partner who needs a lock", routine.Forever, false}} {
		s := situation(has(routine.Alarm, alarm, day(1), routine.Forever))
		s.Others = until(c.shared)
		out := decide(t, s, routine.Order{Kind: routine.Died, At: day(10)})
		if got := slices.Contains(out.Withdrawn, routine.Mount); got != c.want {
			t.Errorf("%s: mounting withdrawn: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestMergedTasksKeepTheRightDay(t *testing.T) {
	for _, c := range []struct {
		kind routine.TaskKind
		open int
		want int
	}{{routine.Mount, 5, 5}, {routine.Mount, 15, 10}, {routine.ReturnKeys, 15, 10}, {routine.Dismount, 5, 10}, {routine.Dismount, 15, 10}} {
		if got := (routine.Task{Kind: c.kind, Due: day(10)}).Merge(day(c.open)); !got.Equal(day(c.want)) {
			t.Errorf("%s open for %d, proposed for 10: got %s", c.kind, c.open, got)
		}
	}
}

// proves V2.1-f, V2.1-g
func TestAProvidersWordCarriesNoFurtherThanTheDecision(t *testing.T) {
	decided := has(routine.HomeCare, north, day(1), day(20))
	s := situation(decided)
	by := func(o routine.Order) (routine.Situation, routine.Outcome, *routine.Refusal) {
		o.By = routine.Provider
		out, refusal := routine.Decide(routine.DefaultProfile(), s, o)
		return after(s, out), out, refusal
	}
	granted, out, refusal := by(routine.Order{Kind: routine.HomeCareGranted, Group: north, At: day(5)})
	if refusal != nil || !slices.Contains(kinds(out.Tasks), routine.Mount) || !slices.Equal(out.Rules, []string{routine.RuleNewClient}) {
		t.Errorf("a lock for a new client: got %+v, %v, want one to mount", out, refusal)
	}
	wantHolders(t, granted, day(10), "homecare/north")
	wantHolders(t, granted, day(20))
	if _, _, refusal := by(routine.Order{Kind: routine.HomeCareGranted, Group: north, At: day(20)}); refusal == nil || refusal.Code != "service-not-decided" {
		t.Errorf("past the decided end: got %v, want service-not-decided", refusal)
	}
	if _, _, refusal := by(routine.Order{Kind: routine.HomeCareGranted, Group: south, At: day(5)}); refusal == nil || refusal.Code != "service-not-decided" {
		t.Errorf("a group that nobody chose: got %v, want service-not-decided", refusal)
	}
	changed, _, refusal := by(routine.Order{Kind: routine.ProviderChanged, Group: north, To: south, At: day(10)})
	if refusal != nil {
		t.Fatal(refusal)
	}
	wantHolders(t, changed, day(10), "homecare/south")
	wantHolders(t, changed, day(20))
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

// proves S-m
func TestInEffectGate(t *testing.T) {
	p := routine.Profile{InEffectGate: true, RuralAnswers: true}
	s := situation(routine.Service{Kind: routine.HomeCare, Group: south, From: day(1), Until: routine.Forever})
	if got := holders(p, s, day(2)); len(got) != 0 {
		t.Errorf("a private provider before it is in effect: got %v, want nobody", got)
	}
	s.Services[0].InEffect = true
	if got := holders(p, s, day(2)); len(got) != 1 {
		t.Errorf("in effect: got %v, want its group", got)
	}
}

// proves S-m
func TestTheCaseOfficerSetsInEffect(t *testing.T) {
	p := routine.Profile{InEffectGate: true, RuralAnswers: true}
	s := situation()
	step := func(o routine.Order, rules ...string) {
		t.Helper()
		out, refusal := routine.Decide(p, s, o)
		if refusal != nil || !slices.Equal(out.Rules, rules) {
			t.Errorf("%s: got %v, %v, want %v", o.Kind, out.Rules, refusal, rules)
		}
		s = after(s, out)
	}
	waits := routine.Order{Kind: routine.HomeCareGranted, Group: south, At: day(5)}
	step(waits, routine.RuleHomeCareAccess, routine.RuleInEffect)
	if got := holders(p, s, day(10)); len(got) != 0 {
		t.Errorf("before it is in effect: got %v, want nobody", got)
	}
	set := waits
	set.At, set.InEffect = day(8), true
	step(set, routine.RuleInEffect)
	step(set)
	step(waits) // the first order once more takes nothing back
	if got := append(holders(p, s, day(7)), holders(p, s, day(8))...); !slices.Equal(got, []string{"homecare/south"}) {
		t.Errorf("in effect from the 8th: got %v", got)
	}

	s = situation(has(routine.HomeCare, north, day(1), routine.Forever))
	change := routine.Order{Kind: routine.ProviderChanged, Group: north, To: south, At: day(10)}
	step(change, routine.RuleProviderChanged, routine.RuleInEffect)
	if got := holders(p, s, day(11)); len(got) != 0 {
		t.Errorf("changed, not in effect: got %v, want nobody", got)
	}
	step(set, routine.RuleHomeCareAccess, routine.RuleInEffect)
	if got := holders(p, s, day(11)); !slices.Equal(got, []string{"homecare/south"}) {
		t.Errorf("changed, then set in effect: got %v", got)
	}
}

func TestRuralAreas(t *testing.T) {
	p := routine.Profile{RuralAnswers: true, RuralAreas: map[string][]string{"G026": {"43296"}}}
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
