package routine_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/routine"
)

// anyProfile is a municipality that does or does not do each thing.
func anyProfile(t *rapid.T) routine.Profile {
	yes := func(what string) bool { return rapid.Bool().Draw(t, what) }
	p := routine.DefaultProfile()
	p.InEffectGate, p.Staff.RoutineGatesAccess = yes("in-effect gate"), yes("routine gate")
	p.AlarmImpliesLock, p.RuralAnswers, p.LockEndsOnNotice = yes("alarm implies lock"), yes("rural"), yes("lock ends on notice")
	p.Consent.Owner, p.Consent.HomeCareAgrees = yes("owner"), yes("home care agrees")
	p.Receipts = routine.ReceiptRules{KeyBox: yes("box receipts"), Spare: yes("spare keys"), Waiting: yes("waiting keys")}
	return p
}

func anyOrder(t *rapid.T) routine.Order {
	o := routine.Order{
		Kind: rapid.SampledFrom(routine.OrderKinds()).Draw(t, "kind"), At: day(rapid.IntRange(1, 28).Draw(t, "day")),
		OpensSelf: rapid.Bool().Draw(t, "opens"), InEffect: rapid.Bool().Draw(t, "effect"),
		Need: rapid.SampledFrom(routine.Needs()).Draw(t, "need"),
		By:   rapid.SampledFrom([]routine.Role{routine.CaseOfficer, routine.Provider}).Draw(t, "by"),
	}
	groups := map[routine.ServiceKind][]routine.Group{routine.Alarm: {alarm}, routine.HomeCare: {north, south, rural}, routine.Health: {nurses}, routine.Shopping: {shop}}
	o.Group = rapid.SampledFrom(groups[o.Kind.Service()]).Draw(t, "group")
	o.To = rapid.SampledFrom(groups[routine.HomeCare]).Draw(t, "to")
	return o
}

// Random orders in any sequence, for any municipality: no service overlaps another of its kind and group, none is longer than the
// client's file, a provider prolongs nothing, whatever is changed, done or handed over names a rule in words, and whoever holds
// a key is whom the receipts have brought it to.
func TestAnySequenceKeepsServicesInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s := anyProfile(t), situation()
		s.Lock = rapid.SampledFrom([]routine.LockKind{routine.NoLock, routine.DoorLock, routine.KeyBox}).Draw(t, "lock")
		s.Exception, s.HasRelative, s.OwnerConsent = rapid.Bool().Draw(t, "exception"), rapid.Bool().Draw(t, "relative"), rapid.Bool().Draw(t, "consent")
		if rapid.Bool().Draw(t, "partner") {
			s.Others = until(day(rapid.IntRange(2, 28).Draw(t, "shared")))
		}
		open := map[routine.TaskKind]time.Time{}
		ordered := false // a dismounting, by somebody who knows better than the services
		for step := range rapid.IntRange(1, 30).Draw(t, "orders") {
			o := anyOrder(t)
			out, refusal := routine.Decide(p, s, o)
			if refusal != nil {
				continue
			}
			for i := range out.Services {
				if out.Services[i].ID == "" {
					out.Services[i].ID = fmt.Sprint("n", step, "-", i)
				}
			}
			if len(out.Rules) == 0 && (!slices.Equal(out.Services, s.Services) || len(out.Tasks)+len(out.Withdrawn)+len(out.Receipts) > 0) {
				t.Fatalf("%s changed something without naming a rule: %+v", o.Kind, out)
			}
			checkRules(t, out)
			checkHolders(t, p, s, o, out)
			if o.By == routine.Provider || o.Kind == routine.ProviderChanged {
				checkNoLonger(t, s, out)
			}
			ordered = ordered || o.Kind == routine.LockEnds || o.Kind == routine.DismountOrder
			s = after(s, out)
			checkServices(t, s)
			checkTasks(t, s, open, out, ordered)
			again, refusal := routine.Decide(p, s, o)
			if refusal == nil && len(again.Receipts) != 0 {
				t.Fatalf("%s twice hands over keys twice: %v", o.Kind, again.Receipts)
			}
			if refusal == nil && len(again.Rules) != 0 && (o.Kind == routine.Died || o.Kind == routine.Moved || o.Kind.Grants() && o.By == routine.CaseOfficer) {
				t.Fatalf("%s twice changed something the second time: %v", o.Kind, again.Rules)
			}
		}
	})
}

// checkRules finds what names no rule, or one without words.
func checkRules(t *rapid.T, out routine.Outcome) {
	ids := slices.Clone(out.Rules)
	for _, task := range out.Tasks {
		ids = append(ids, task.Rule)
	}
	for _, r := range out.Receipts {
		ids = append(ids, r.Rule)
	}
	for _, id := range ids {
		if routine.Sentence(id).SV == id {
			t.Fatalf("rule %q has no words", id)
		}
	}
}

// checkHolders follows the receipts: they start where the keys were, and bring them where the rules say.
func checkHolders(t *rapid.T, p routine.Profile, s routine.Situation, o routine.Order, out routine.Outcome) {
	holders := func(s routine.Situation) map[bool]routine.Holder {
		by := map[bool]routine.Holder{true: {Kind: routine.HeldByClient}, false: {Kind: routine.HeldByClient}}
		for _, h := range routine.KeyHolders(p, s, o.At) {
			by[h.Purpose == routine.KeySpare] = h.Holder
		}
		return by
	}
	have, want := holders(s), holders(after(s, out))
	for _, r := range out.Receipts {
		spare := r.Purpose == routine.KeySpare
		if have[spare] != r.From || r.From == r.To {
			t.Fatalf("a receipt from %v, but the key is with %v: %+v", r.From, have[spare], r)
		}
		have[spare] = r.To
	}
	if len(out.Rules) > 0 && (have[true] != want[true] || have[false] != want[false]) {
		t.Fatalf("%s: keys end up with %v, want %v", o.Kind, have, want)
	}
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

// checkTasks keeps the open tasks as a dwelling's worklist would, and holds dismounting to the needs, unless it was ordered.
func checkTasks(t *rapid.T, s routine.Situation, open map[routine.TaskKind]time.Time, out routine.Outcome, ordered bool) {
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
	var need time.Time
	for _, v := range append(slices.Clone(s.Services), s.Others...) {
		if v.From.Before(v.Until) && (v.Kind == routine.Alarm || !v.OpensSelf) && v.Until.After(need) {
			need = v.Until
		}
	}
	due, dismount := open[routine.Dismount]
	if dismount && !ordered && (due.Before(need) || need.Equal(routine.Forever)) {
		t.Fatalf("dismounting due %s, needed until %s", due, need)
	}
	if _, mount := open[routine.Mount]; mount && s.Lock != routine.NoLock {
		t.Fatal("a lock is there and shall be mounted")
	}
}
