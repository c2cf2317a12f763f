package routine

import "time"

// OrderKind is what an orderer asks for.
type OrderKind string

// The kinds of orders.
const (
	AlarmGranted    OrderKind = "alarm-granted"
	AlarmRenounced  OrderKind = "alarm-renounced"
	HomeCareGranted OrderKind = "homecare-granted"
	HomeCareEnded   OrderKind = "homecare-ended"
	ProviderChanged OrderKind = "provider-changed"
	Died            OrderKind = "died"
	Moved           OrderKind = "moved"
)

// OrderKinds returns every kind that [Decide] knows.
func OrderKinds() []OrderKind {
	return []OrderKind{AlarmGranted, AlarmRenounced, HomeCareGranted, HomeCareEnded, ProviderChanged, Died, Moved}
}

// Role is on whose behalf an order is given.
type Role string

// The roles that give orders in this rules.
const (
	CaseOfficer Role = "case-officer"
	Provider    Role = "provider"
)

// MayOrder says who may order what: the case officer everything, a provider what concerns its own service, and death or
// moving of its own clients (V2.1, V5.1-a).
func MayOrder(r Role, k OrderKind) bool {
	switch r {
	case CaseOfficer:
		return true
	case Provider:
		return k == HomeCareGranted || k == HomeCareEnded || k == ProviderChanged || k == Died || k == Moved
	}
	return false
}

// NeedsGroup says whether an order of this kind must name a group, and whether it must name a second one that takes
// over.
func (k OrderKind) NeedsGroup() (group, to bool) {
	switch k {
	case AlarmGranted, HomeCareGranted, HomeCareEnded:
		return true, false
	case ProviderChanged:
		return true, true
	}
	return false, false
}

// Order is a request for change, ready to be decided.
type Order struct {
	Kind      OrderKind
	Group     Group     // granted, ended, or changed from
	To        Group     // changed to
	At        time.Time // local midnight of the day from which it holds
	OpensSelf bool      // homecare-granted: the client opens the door
	InEffect  bool      // homecare-granted, provider-changed: already set in effect by the case officer
}

// TaskKind is work that somebody has to do.
type TaskKind string

// The kinds of tasks.
const (
	Mount      TaskKind = "mount"
	Dismount   TaskKind = "dismount"
	ReturnKeys TaskKind = "return-keys"
)

// Task is proposed work.
type Task struct {
	Kind TaskKind
	Rule string
	Due  time.Time
}

// Outcome is what an order leads to.
type Outcome struct {
	Services []Service // all of the client's services afterwards; new ones have no ID
	Tasks    []Task
	Rules    []string  // the rules that were applied; none when the order changed nothing
	Ended    time.Time // when the client's file ends
}

// Refusal says why an order cannot be carried out, in words for the orderer.
type Refusal struct {
	Code, SV, EN string
}

// Error is the English sentence.
func (r *Refusal) Error() string { return r.EN }

// Decide carries out an order. It returns the outcome, or a refusal when the order contradicts the situation. An order
// that asks for what already is (a duplicate) gives an outcome without rules, which changes nothing.
func Decide(p Profile, s Situation, o Order) (Outcome, *Refusal) {
	out := Outcome{Services: append([]Service(nil), s.Services...), Ended: s.Ended}
	ends := o.Kind == Died || o.Kind == Moved
	if !ends && !o.At.Before(s.Ended) {
		return Outcome{}, refusedEnded
	}
	var refusal *Refusal
	switch o.Kind {
	case AlarmGranted:
		refusal = out.grant(Alarm, o, RuleAlarmAccess)
		if len(out.Rules) > 0 && s.Lock == NoLock && p.AlarmImpliesLock {
			out.task(Mount, RuleAlarmMount, o.At)
		}
	case AlarmRenounced:
		refusal = out.renounceAlarm(o.At)
	case HomeCareGranted:
		refusal = out.grant(HomeCare, o, RuleHomeCareAccess)
		if len(out.Rules) > 0 && s.Lock == NoLock && !o.OpensSelf {
			out.task(Mount, RuleHomeCareMount, o.At)
		}
	case HomeCareEnded:
		refusal = out.end(HomeCare, o.Group, o.At, RuleHomeCareEnded)
	case ProviderChanged:
		refusal = out.change(o)
	case Died, Moved:
		out.endAll(o.At)
	default:
		refusal = &Refusal{"order-kind-unknown", "Beställningens slag är okänt.", "The kind of the order is unknown."}
	}
	if refusal != nil {
		return Outcome{}, refusal
	}
	out.proposeDismount(s, o.At)
	return out, nil
}

var (
	refusedEnded = &Refusal{"client-has-ended",
		"Kunden är registrerad som avliden eller flyttad före den dagen. Kontrollera personnumret och datumet.",
		"The client is recorded as having died or moved before that day. Check the identity number and the date."}
	refusedNothing = &Refusal{"service-not-found",
		"Kunden har ingen sådan insats den dagen. Kontrollera grupp och datum.",
		"The client has no such service on that day. Check group and date."}
	refusedSame = &Refusal{"provider-same",
		"Bytet går till samma grupp. Ange den nya utförarens grupp.",
		"The change is to the same group. Name the new provider's group."}
	refusedWrongGroup = &Refusal{"group-wrong-kind",
		"Gruppen utför inte den insatsen. Välj en grupp av rätt slag.",
		"The group does not carry out that service. Choose a group of the right kind."}
)

// grant lets a group serve the client from a day on, until further notice: every gap from then on is filled, also one that an
// earlier decision had left after an end, so that the latest word holds and the same word twice changes nothing. A client who
// has opened the door and no longer can gets a service that gives access.
func (out *Outcome) grant(k ServiceKind, o Order, rule string) *Refusal {
	if !k.Serves(o.Group.Kind) {
		return refusedWrongGroup
	}
	add := Service{Kind: k, Group: o.Group, From: o.At, InEffect: o.InEffect, OpensSelf: o.OpensSelf && k != Alarm}
	if i := out.at(k, o.Group, o.At); i >= 0 && out.Services[i].OpensSelf != add.OpensSelf {
		add.Until, out.Services[i].Until = out.Services[i].Until, o.At
		out.Services = append(out.Services, add)
		out.rule(rule)
	}
	for add.From.Before(out.Ended) {
		if i := out.at(k, o.Group, add.From); i >= 0 {
			add.From = out.Services[i].Until
			continue
		}
		add.Until = out.nextStart(k, o.Group, add.From)
		out.Services = append(out.Services, add)
		out.rule(rule)
	}
	return nil
}

// nextStart is when the next service of a kind and group begins after t, or when the client's file ends.
func (out *Outcome) nextStart(k ServiceKind, g Group, t time.Time) time.Time {
	next := out.Ended
	for _, v := range out.Services {
		if v.Kind == k && v.Group.ID == g.ID && v.From.Before(v.Until) && v.From.After(t) && v.From.Before(next) {
			next = v.From
		}
	}
	return next
}

// at finds the service of a kind and group that is in force at t, or gives -1.
func (out *Outcome) at(k ServiceKind, g Group, t time.Time) int {
	for i, v := range out.Services {
		if v.Kind == k && v.Group.ID == g.ID && v.During(t) {
			return i
		}
	}
	return -1
}

// end ends the service at a day, including what was to begin later.
func (out *Outcome) end(k ServiceKind, g Group, at time.Time, rule string) *Refusal {
	found := false
	for i, v := range out.Services {
		if v.Kind != k || v.Group.ID != g.ID || !v.From.Before(v.Until) {
			continue
		}
		found = true
		if at.Before(v.Until) {
			out.Services[i].Until = later(v.From, at)
			out.rule(rule)
		}
	}
	if !found {
		return refusedNothing
	}
	return nil
}

// renounceAlarm ends every alarm service; home care stays, also of the same group.
func (out *Outcome) renounceAlarm(at time.Time) *Refusal {
	found := false
	homeCare := false
	for i, v := range out.Services {
		homeCare = homeCare || (v.Kind == HomeCare && v.During(at))
		if v.Kind != Alarm || !v.From.Before(v.Until) {
			continue
		}
		found = true
		if at.Before(v.Until) {
			out.Services[i].Until = later(v.From, at)
			out.rule(RuleAlarmRenounced)
		}
	}
	if !found {
		return refusedNothing
	}
	if len(out.Rules) > 0 && homeCare {
		out.rule(RuleHomeCareStays)
	}
	return nil
}

// change hands a client over from one home-care group to another at one midnight.
func (out *Outcome) change(o Order) *Refusal {
	if o.Group.ID == o.To.ID {
		return refusedSame
	}
	if !HomeCare.Serves(o.To.Kind) {
		return refusedWrongGroup
	}
	old := out.at(HomeCare, o.Group, o.At)
	if old < 0 {
		if next := out.at(HomeCare, o.To, o.At); next >= 0 && out.Services[next].From.Equal(o.At) {
			return nil // the same change, delivered twice
		}
		return refusedNothing
	}
	next := Order{Group: o.To, At: o.At, OpensSelf: out.Services[old].OpensSelf, InEffect: o.InEffect}
	if refusal := out.end(HomeCare, o.Group, o.At, RuleProviderChanged); refusal != nil {
		return refusal
	}
	return out.grant(HomeCare, next, RuleProviderChanged)
}

// endAll ends everything at a day. The earliest day wins when the event is reported twice (V1.1-d, V2.1-h).
func (out *Outcome) endAll(at time.Time) {
	if !at.Before(out.Ended) {
		return
	}
	out.Ended = at
	out.rule(RuleDiedOrMoved)
	for i, v := range out.Services {
		if at.Before(v.Until) {
			out.Services[i].Until = later(v.From, at)
		}
	}
	out.task(ReturnKeys, RuleDiedOrMoved, at)
}

// proposeDismount proposes to take the lock down when nobody in the dwelling needs it from that day on.
func (out *Outcome) proposeDismount(s Situation, at time.Time) {
	if len(out.Rules) == 0 || s.Lock == NoLock || s.Shared {
		return
	}
	for _, v := range out.Services {
		if at.Before(v.Until) && v.From.Before(v.Until) && (v.Kind == Alarm || !v.OpensSelf) {
			return
		}
	}
	out.task(Dismount, RuleDismount, at)
}

func (out *Outcome) rule(id string) {
	for _, r := range out.Rules {
		if r == id {
			return
		}
	}
	out.Rules = append(out.Rules, id)
}

func (out *Outcome) task(k TaskKind, rule string, due time.Time) {
	out.Tasks = append(out.Tasks, Task{k, rule, due})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
