package routine_test

import (
	"slices"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
)

// refused asks for an order and wants it turned away with a code, in both languages.
func refused(t *testing.T, p routine.Profile, s routine.Situation, o routine.Order, code string) {
	t.Helper()
	_, refusal := routine.Decide(p, s, o)
	if refusal == nil || refusal.Code != code || refusal.SV == "" || refusal.EN == "" {
		t.Errorf("%s: got %v, want %s in both languages", o.Kind, refusal, code)
	}
}

func decideBy(t testing.TB, p routine.Profile, s routine.Situation, o routine.Order) routine.Outcome {
	t.Helper()
	out, refusal := routine.Decide(p, s, o)
	if refusal != nil {
		t.Fatalf("%s refused: %s", o.Kind, refusal.Code)
	}
	return out
}

// task finds a proposed task.
func task(out routine.Outcome, k routine.TaskKind) (routine.Task, bool) {
	for _, t := range out.Tasks {
		if t.Kind == k {
			return t, true
		}
	}
	return routine.Task{}, false
}

func wantTask(t *testing.T, out routine.Outcome, k routine.TaskKind, rule string, due time.Time) {
	t.Helper()
	if got, ok := task(out, k); !ok || got.Rule != rule || !got.Due.Equal(due) {
		t.Errorf("%s: got %+v, want it by %s on %s", k, out.Tasks, rule, due)
	}
}

// opens is home care whose client opens the door.
func opens(g routine.Group, from time.Time) routine.Service {
	v := has(routine.HomeCare, g, from, routine.Forever)
	v.OpensSelf = true
	return v
}

// proves V2.1-a
func TestChangedNeedGivesAccessAndALock(t *testing.T) {
	p := routine.DefaultProfile()
	for _, need := range routine.Needs() {
		s := situation(opens(north, day(1)))
		o := routine.Order{Kind: routine.NeedsLock, By: routine.Provider, Group: north, At: day(10), Need: need}
		out := decideBy(t, p, s, o)
		wantHolders(t, after(s, out), day(9))
		wantHolders(t, after(s, out), day(10), "homecare/north")
		wantTask(t, out, routine.Mount, routine.RuleChangedNeed, day(10))
		if !slices.Equal(out.Rules, []string{routine.RuleChangedNeed}) {
			t.Errorf("%s: got rules %v", need, out.Rules)
		}
		if again := decideBy(t, p, after(s, out), o); !slices.Equal(again.Services, out.Services) {
			t.Errorf("delivered twice: got %+v, want %+v", again.Services, out.Services)
		}
	}
	s := situation(opens(north, day(1)))
	refused(t, p, s, routine.Order{Kind: routine.NeedsLock, Group: north, At: day(10)}, "need-unknown")
	refused(t, p, s, routine.Order{Kind: routine.NeedsLock, Group: south, At: day(10), Need: routine.CannotOpen}, "service-not-decided")
}

// proves V2.1-a, V2.1-b
func TestALockThatIsThereIsOpenedAndNoSecondOneMounted(t *testing.T) {
	p := routine.DefaultProfile()
	s := situation(opens(north, day(1)), has(routine.Alarm, alarm, day(1), routine.Forever))
	s.Lock = routine.DoorLock
	o := routine.Order{Kind: routine.NeedsLock, Group: north, At: day(10), Need: routine.DoesNotHear}
	out := decideBy(t, p, s, o)
	wantHolders(t, after(s, out), day(10), "alarm/alarm", "alarm/rural", "homecare/north")
	if _, ok := task(out, routine.Mount); ok {
		t.Error("an alarm client's lock is there: a second one shall be mounted")
	}
	refused(t, p, after(s, out), o, "lock-second")
	refused(t, p, s, routine.Order{Kind: routine.MountOrder, At: day(10)}, "lock-second")
}

// proves V2.1-b
func TestAnEntranceIsNoLockOfTheClients(t *testing.T) {
	p := routine.DefaultProfile()
	s := situation(opens(north, day(1)))
	s.Entrances = 2
	o := routine.Order{Kind: routine.NeedsLock, Group: north, At: day(10), Need: routine.CannotOpen}
	wantTask(t, decideBy(t, p, s, o), routine.Mount, routine.RuleChangedNeed, day(10))
	p.EntrancesCount = true // a municipality that counts them
	refused(t, p, s, routine.Order{Kind: routine.MountOrder, At: day(10)}, "lock-second")
}

// proves V2.1-d
func TestAClientWhoOpensKeepsTheServiceAndTheProviderLosesAccess(t *testing.T) {
	p := routine.DefaultProfile()
	later := has(routine.HomeCare, north, day(20), day(25))
	s := situation(has(routine.HomeCare, north, day(1), day(15)), later, has(routine.Alarm, alarm, day(1), routine.Forever))
	s.Lock = routine.DoorLock
	o := routine.Order{Kind: routine.OpensSelf, By: routine.Provider, Group: north, At: day(10)}
	out := decideBy(t, p, s, o)
	s = after(s, out)
	wantHolders(t, s, day(9), "alarm/alarm", "alarm/rural", "homecare/north")
	wantHolders(t, s, day(10), "alarm/alarm", "alarm/rural") // an alarm always gives access
	wantHolders(t, s, day(21), "alarm/alarm", "alarm/rural")
	for _, at := range []time.Time{day(12), day(22)} {
		if !slices.ContainsFunc(s.Services, func(v routine.Service) bool { return v.Kind == routine.HomeCare && v.During(at) && v.OpensSelf }) {
			t.Errorf("on %s: got %+v, want home care that needs no access", at, s.Services)
		}
	}
	if again := decideBy(t, p, s, o); len(again.Rules) != 0 {
		t.Errorf("delivered twice: got rules %v, want none", again.Rules)
	}
	refused(t, p, s, routine.Order{Kind: routine.OpensSelf, Group: south, At: day(10)}, "service-not-found")
	refused(t, p, s, routine.Order{Kind: routine.OpensSelf, Group: north, At: day(26)}, "service-not-found")
}

// proves S-a
func TestExceptionsAreRespectedAndAskedLockIsJudged(t *testing.T) {
	p := routine.DefaultProfile()
	s := situation()
	s.Exception = true
	for _, o := range []routine.Order{{Kind: routine.AlarmGranted, Group: alarm, At: day(3)}, {Kind: routine.HomeCareGranted, Group: north, At: day(3)}} {
		out := decideBy(t, p, s, o)
		if !slices.Contains(out.Rules, routine.RuleException) || len(out.Tasks) != 0 {
			t.Errorf("%s where no lock shall be: got %+v, want no mounting, and the rule named", o.Kind, out)
		}
	}
	asked := decideBy(t, p, s, routine.Order{Kind: routine.MountOrder, At: day(3)})
	if got := kinds(asked.Tasks); !slices.Equal(got, []routine.TaskKind{routine.Judge}) {
		t.Errorf("a lock is ordered all the same: got %v, want a person to decide", got)
	}
	s.Exception = false
	out := decideBy(t, p, s, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(3)})
	wantTask(t, out, routine.Mount, routine.RuleAlarmMount, day(3))
}

// proves S-h, V5.1-a
func TestMountingDismountingAndServiceByThemselves(t *testing.T) {
	p := routine.DefaultProfile()
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	wantTask(t, decideBy(t, p, s, routine.Order{Kind: routine.MountOrder, At: day(3)}), routine.Mount, routine.RuleLockOrder, day(3))
	refused(t, p, s, routine.Order{Kind: routine.DismountOrder, At: day(3)}, "lock-none")
	refused(t, p, s, routine.Order{Kind: routine.ServiceOrder, At: day(3)}, "lock-none")
	s.Lock = routine.KeyBox
	for k, kind := range map[routine.OrderKind]routine.TaskKind{routine.DismountOrder: routine.Dismount, routine.ServiceOrder: routine.ServiceLock} {
		out := decideBy(t, p, s, routine.Order{Kind: k, At: day(3)})
		wantTask(t, out, kind, routine.RuleLockOrder, day(3))
		wantHolders(t, after(s, out), day(4), "homecare/north") // nobody's access changes
	}
	s.Ended = day(2)
	wantTask(t, decideBy(t, p, s, routine.Order{Kind: routine.DismountOrder, At: day(3)}), routine.Dismount, routine.RuleLockOrder, day(3))
	refused(t, p, s, routine.Order{Kind: routine.ServiceOrder, At: day(3)}, "client-has-ended")
}

// proves S-i
func TestALockWithoutAlarmEndsOnTheProvidersNotice(t *testing.T) {
	p := routine.DefaultProfile()
	p.LockEndsOnNotice = true
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	s.Lock = routine.DoorLock
	opened := decideBy(t, p, s, routine.Order{Kind: routine.OpensSelf, Group: north, At: day(5)})
	if _, ok := task(opened, routine.Dismount); ok {
		t.Error("nobody gave notice, and the lock is to come down")
	}
	s = after(s, opened)
	wantTask(t, decideBy(t, p, s, routine.Order{Kind: routine.LockEnds, By: routine.Provider, At: day(6)}), routine.Dismount, routine.RuleLockEnds, day(6))
	last := decideBy(t, p, s, routine.Order{Kind: routine.HomeCareEnded, Group: north, At: day(20)})
	if got, ok := task(last, routine.Dismount); ok {
		t.Errorf("a need that had gone already: got %+v", got)
	}
	died := decideBy(t, p, situationWithLock(has(routine.HomeCare, north, day(1), routine.Forever)), routine.Order{Kind: routine.Died, At: day(9)})
	wantTask(t, died, routine.Dismount, routine.RuleDismount, day(9)) // nobody is left to give notice

	p.LockEndsOnNotice = false
	s = situationWithLock(has(routine.HomeCare, north, day(1), routine.Forever))
	wantTask(t, decideBy(t, p, s, routine.Order{Kind: routine.OpensSelf, Group: north, At: day(5)}), routine.Dismount, routine.RuleDismount, day(5))

	s.Others = []routine.Service{has(routine.Alarm, alarm, day(1), day(20))}
	refused(t, p, s, routine.Order{Kind: routine.LockEnds, At: day(19)}, "lock-needed") // the partner's alarm
	decideBy(t, p, s, routine.Order{Kind: routine.LockEnds, At: day(20)})
}

func situationWithLock(services ...routine.Service) routine.Situation {
	s := situation(services...)
	s.Lock = routine.DoorLock
	return s
}

// proves V2.1-c, V2.3-b, V5.3-b
func TestWhatGoesBeforeAMounting(t *testing.T) {
	p := routine.DefaultProfile()
	p.Consent.Owner = true
	s := situation()
	granted := routine.Order{Kind: routine.HomeCareGranted, Group: north, At: day(3)}
	out := decideBy(t, p, s, granted)
	wantTask(t, out, routine.TellClient, routine.RuleTellClient, day(3))
	wantTask(t, out, routine.AskConsent, routine.RuleAskConsent, day(3))
	wantTask(t, out, routine.Attend, routine.RuleAttend, day(3))
	for _, k := range []routine.TaskKind{routine.Attend, routine.TellClient} {
		if got, _ := task(out, k); got.Group != "north" {
			t.Errorf("%s: for %q, want the provider", k, got.Group)
		}
	}
	s.OwnerConsent = true
	if _, ok := task(decideBy(t, p, s, granted), routine.AskConsent); ok {
		t.Error("an owner who has consented is asked again")
	}
	for _, c := range []struct {
		opens, relative, want bool
	}{{true, true, false}, {true, false, true}, {false, true, true}} {
		s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
		s.Services[0].OpensSelf, s.HasRelative = c.opens, c.relative
		_, got := task(decideBy(t, p, s, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(3)}), routine.Attend)
		if got != c.want {
			t.Errorf("opens %v, relative %v: attends %v, want %v", c.opens, c.relative, got, c.want)
		}
	}
}

// proves V8-b
func TestHomeCareAgreesToALockAndAlarmOnlyIsAsked(t *testing.T) {
	p := routine.DefaultProfile()
	p.Consent.HomeCareAgrees = true
	cared := decideBy(t, p, situation(), routine.Order{Kind: routine.HomeCareGranted, Group: north, At: day(3)})
	if _, asked := task(cared, routine.AskClient); asked || !slices.Contains(cared.Rules, routine.RuleAgreement) {
		t.Errorf("home care: got %+v, want the agreement noted and nobody asked", cared)
	}
	s := situation()
	alarmed := routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(3)}
	wantTask(t, decideBy(t, p, s, alarmed), routine.AskClient, routine.RuleAgreement, day(3))
	s.ClientAgrees = true
	if _, asked := task(decideBy(t, p, s, alarmed), routine.AskClient); asked {
		t.Error("a client who has agreed is asked again")
	}
	p.Consent.HomeCareAgrees = false
	if _, asked := task(decideBy(t, p, situation(), alarmed), routine.AskClient); asked {
		t.Error("asked in a municipality whose routine does not say so")
	}
}

// proves V5.2-a
func TestAChangedLockIsDocumented(t *testing.T) {
	p := routine.DefaultProfile()
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	if out := routine.LockChanged(p, s, routine.DoorLock, day(3)); len(out.Tasks) != 0 || !slices.Contains(out.Withdrawn, routine.TellClient) {
		t.Errorf("without targets: got %+v, want no task, and the preparations over", out)
	}
	p.Documentation = []routine.Target{{Name: "Procapita", Field: "Nyckel"}}
	for _, now := range []routine.LockKind{routine.DoorLock, routine.NoLock} {
		wantTask(t, routine.LockChanged(p, s, now, day(3)), routine.Document, routine.RuleDocument, day(3))
	}
}
