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
	s.SharedUntil = routine.Forever
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
		want   time.Time // zero: dismounting is withdrawn
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
		c.s.Lock, c.s.SharedUntil = routine.DoorLock, c.shared
		out := decide(t, c.s, c.order)
		var got time.Time
		for _, task := range out.Tasks {
			if task.Kind == routine.Dismount {
				got = task.Due
			}
		}
		if !got.Equal(c.want) || got.IsZero() != slices.Contains(out.Withdrawn, routine.Dismount) {
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
		s.SharedUntil = c.shared
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
	if refusal != nil || !slices.Equal(kinds(out.Tasks), []routine.TaskKind{routine.Mount}) || !slices.Equal(out.Rules, []string{routine.RuleNewClient}) {
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

// Random orders in any sequence: no service overlaps another of its kind and group, none is longer than the client's file,
// and at most one home-care group follows from a chain of changes of provider.
func TestAnySequenceKeepsServicesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := situation()
		if rapid.Bool().Draw(t, "lock") {
			s.Lock = routine.DoorLock
		}
		if rapid.Bool().Draw(t, "partner") {
			s.SharedUntil = day(rapid.IntRange(1, 28).Draw(t, "shared"))
		}
		open := map[routine.TaskKind]time.Time{}
		groups := []routine.Group{north, south, rural}
		for step := range rapid.IntRange(1, 30).Draw(t, "orders") {
			o := routine.Order{
				Kind: rapid.SampledFrom(routine.OrderKinds()).Draw(t, "kind"), At: day(rapid.IntRange(1, 28).Draw(t, "day")),
				Group: rapid.SampledFrom(groups).Draw(t, "group"), To: rapid.SampledFrom(groups).Draw(t, "to"),
				OpensSelf: rapid.Bool().Draw(t, "opens"), InEffect: rapid.Bool().Draw(t, "effect"),
				By: rapid.SampledFrom([]routine.Role{routine.CaseOfficer, routine.Provider}).Draw(t, "by"),
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
			if o.By == routine.Provider {
				checkNoLonger(t, s, out)
			}
			s = after(s, out)
			checkServices(t, s)
			checkTasks(t, s, open, out)
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

// checkNoLonger holds a provider's word to what the case officer has decided: home care lasts no longer than it did.
func checkNoLonger(t *rapid.T, s routine.Situation, out routine.Outcome) {
	last := func(services []routine.Service) (at time.Time) {
		for _, v := range services {
			if v.Kind == routine.HomeCare && v.From.Before(v.Until) && v.Until.After(at) {
				at = v.Until
			}
		}
		return at
	}
	if last(out.Services).After(last(s.Services)) {
		t.Fatalf("a provider prolonged home care:\n%+v\n%+v", s.Services, out.Services)
	}
}

// checkTasks keeps the open tasks as a dwelling's worklist would, and holds dismounting to the needs.
func checkTasks(t *rapid.T, s routine.Situation, open map[routine.TaskKind]time.Time, out routine.Outcome) {
	for _, k := range out.Withdrawn {
		delete(open, k)
	}
	seen := map[routine.TaskKind]bool{}
	for _, task := range out.Tasks {
		if seen[task.Kind] || slices.Contains(out.Withdrawn, task.Kind) {
			t.Fatalf("%s is proposed twice, or proposed and withdrawn: %+v", task.Kind, out)
		}
		seen[task.Kind] = true
		if due, ok := open[task.Kind]; ok {
			task.Due = task.Merge(due)
		}
		open[task.Kind] = task.Due
	}
	need := routine.NeedsLockUntil(s.Services)
	if need.Before(s.SharedUntil) {
		need = s.SharedUntil
	}
	due, dismount := open[routine.Dismount]
	if dismount && (due.Before(need) || need.Equal(routine.Forever)) {
		t.Fatalf("dismounting due %s, needed until %s", due, need)
	}
	if _, mount := open[routine.Mount]; mount && s.Lock != routine.NoLock {
		t.Fatal("a lock is there and shall be mounted")
	}
}
