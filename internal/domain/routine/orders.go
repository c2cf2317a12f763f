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
	// NeedsLock and what follows are not decided here yet: see OrderKinds.
	NeedsLock       OrderKind = "needs-lock"
	OpensSelf       OrderKind = "opens-self"
	InEffect        OrderKind = "in-effect"
	ShoppingGranted OrderKind = "shopping-granted"
	ShoppingEnded   OrderKind = "shopping-ended"
	HealthStarted   OrderKind = "health-started"
	HealthEnded     OrderKind = "health-ended"
	LockEnds        OrderKind = "lock-ends"
	MountOrder      OrderKind = "mount"
	DismountOrder   OrderKind = "dismount"
	ServiceOrder    OrderKind = "service"
)

// OrderKinds returns every kind that [Decide] knows.
func OrderKinds() []OrderKind {
	return []OrderKind{AlarmGranted, AlarmRenounced, HomeCareGranted, HomeCareEnded, ProviderChanged, Died, Moved}
}

// Role is on whose behalf somebody acts: for orders, for lists, for everything that only some may do.
type Role string

// The roles.
const (
	CaseOfficer Role = "case-officer"
	Provider    Role = "provider"     // home-care provider
	HealthUnit  Role = "health-unit"  // nurses
	Delivery    Role = "delivery"     // shopping and meals
	AlarmTeam   Role = "alarm-team"   // alarm responders
	LockManager Role = "lock-manager" // stock, mounting, blocking, charges
	SystemOwner Role = "system-owner" // permissions, log, profile
	Registrar   Role = "registrar"    // the diary
	Auditor     Role = "auditor"      // reads the journal and nothing else
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
	By        Role      // a provider's word carries less far: it decides nothing about who is served, or for how long
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
	Mount        TaskKind = "mount"
	Dismount     TaskKind = "dismount"
	ExchangeLock TaskKind = "exchange"        // one lock for another at the same door
	ServiceLock  TaskKind = "service"         // look at a lock, repair it in place
	ReturnKeys   TaskKind = "return-keys"     // physical keys go back to the client or the estate
	AskConsent   TaskKind = "ask-consent"     // letter to the house's owner (V5.3-b)
	TakeReceipt  TaskKind = "take-receipt"    // a physical key changes hands (V2.6)
	TakeSpare    TaskKind = "take-spare-key"  // alarm clients leave one (S-e)
	TellClient   TaskKind = "tell-client"     // that a lock will be installed (V2.1-c)
	Document     TaskKind = "document"        // which lock the client has, in the case system (V5.2-a)
	Attend       TaskKind = "attend-mounting" // the provider opens for the technician (V2.3-b)
	Judge        TaskKind = "decide"          // a person must decide what no rule decides
)

// Task is proposed work.
type Task struct {
	Kind TaskKind
	Rule string
	Due  time.Time
}

// Merge says when an open task, due on a day, shall be done now that t is proposed. Dismounting follows the last need of
// the lock, whether that came earlier or later; for anything else the earliest day counts.
func (t Task) Merge(due time.Time) time.Time {
	if t.Kind == Dismount || t.Due.Before(due) {
		return t.Due
	}
	return due
}

// Outcome is what an order leads to. A dwelling has at most one open task of a kind: where one is open already, a proposed
// task is that one, moved to the day that [Task.Merge] gives.
type Outcome struct {
	Services  []Service // all of the client's services afterwards; new ones have no ID
	Tasks     []Task
	Withdrawn []TaskKind // open tasks of these kinds have lost their reason
	Rules     []string   // the rules that were applied; none when the order changed nothing
	Ended     time.Time  // when the client's file ends
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
		refusal = out.grant(p, Alarm, o, out.Ended, RuleAlarmAccess)
		if len(out.Rules) > 0 && s.Lock == NoLock && p.AlarmImpliesLock {
			out.task(Mount, RuleAlarmMount, o.At)
		}
	case AlarmRenounced:
		refusal = out.renounceAlarm(o.At)
	case HomeCareGranted:
		refusal = out.homeCare(p, s, o)
	case HomeCareEnded:
		refusal = out.end(HomeCare, o.Group, o.At, RuleHomeCareEnded)
	case ProviderChanged:
		refusal = out.change(p, o)
	case Died, Moved:
		out.endAll(o.At)
	default:
		refusal = &Refusal{"order-kind-unknown", "Beställningens slag är okänt.", "The kind of the order is unknown."}
	}
	if refusal != nil {
		return Outcome{}, refusal
	}
	out.settleLock(s, o.At)
	return out, nil
}

var (
	refusedEnded = &Refusal{"client-has-ended",
		"Kunden är registrerad som avliden eller flyttad före den dagen. Kontrollera personnumret och datumet.",
		"The client is recorded as having died or moved before that day. Check the identity number and the date."}
	refusedNothing = &Refusal{"service-not-found",
		"Kunden har ingen sådan insats den dagen. Kontrollera grupp och datum.",
		"The client has no such service on that day. Check group and date."}
	refusedUndecided = &Refusal{"service-not-decided",
		"Omsorgshandläggaren har inte beslutat hemtjänst hos gruppen den dagen. Be om beslutet först; beställ sedan låset.",
		"The case officer has not decided home care with that group on that day. Ask for the decision first; then order the lock."}
	refusedSame = &Refusal{"provider-same",
		"Bytet går till samma grupp. Ange den nya utförarens grupp.",
		"The change is to the same group. Name the new provider's group."}
	refusedWrongGroup = &Refusal{"group-wrong-kind",
		"Gruppen utför inte den insatsen. Välj en grupp av rätt slag.",
		"The group does not carry out that service. Choose a group of the right kind."}
)

// homeCare carries out granted home care, and has a lock mounted for who cannot open.
func (out *Outcome) homeCare(p Profile, s Situation, o Order) *Refusal {
	if o.By == Provider && out.at(HomeCare, o.Group, o.At) < 0 {
		return refusedUndecided
	}
	if refusal := out.grant(p, HomeCare, o, out.Ended, RuleHomeCareAccess); refusal != nil {
		return refusal
	}
	if s.Lock != NoLock || o.OpensSelf {
		return nil
	}
	if o.By == Provider { // what it adds to the decision is that a lock is needed
		out.rule(RuleNewClient)
	}
	if len(out.Rules) > 0 {
		out.task(Mount, RuleHomeCareMount, o.At)
	}
	return nil
}

// grant lets a group serve the client from a day on, until the client's file ends: every gap from then on is filled, also one
// that an earlier decision had left after an end, so that the latest word holds and the same word twice changes nothing. A client who
// has opened the door and no longer can gets a service that gives access; one whom the case officer sets in effect gets it
// from that day. A provider's word fills no gap: it tells of services that the case officer has decided.
func (out *Outcome) grant(p Profile, k ServiceKind, o Order, until time.Time, rule string) *Refusal {
	if !k.Serves(o.Group.Kind) {
		return refusedWrongGroup
	}
	add := Service{Kind: k, Group: o.Group, From: o.At, InEffect: o.InEffect, OpensSelf: o.OpensSelf && k != Alarm}
	for add.From.Before(until) {
		i := out.at(k, o.Group, add.From)
		add.Until = earlier(out.nextStart(k, o.Group, add.From), until)
		switch {
		case i >= 0:
			add.Until = out.Services[i].Until
			out.replace(i, add, rule)
		case o.By != Provider:
			out.add(p, add, rule)
		}
		add.From = add.Until
	}
	return nil
}

// add stores a new service. That it waits for being in effect is said in the answer.
func (out *Outcome) add(p Profile, v Service, rule string) {
	out.Services = append(out.Services, v)
	out.rule(rule)
	if p.InEffectGate && v.Group.Private && !v.InEffect {
		out.rule(RuleInEffect)
	}
}

// replace puts a service in the place of the rest of another one if it says something else. What has been set in effect
// stays so.
func (out *Outcome) replace(i int, by Service, rule string) {
	old := &out.Services[i]
	effect := by.InEffect && !old.InEffect && by.Kind == HomeCare
	opens := by.OpensSelf != old.OpensSelf
	if !effect && !opens {
		return
	}
	by.InEffect = by.InEffect || old.InEffect
	old.Until = by.From
	out.Services = append(out.Services, by)
	if opens {
		out.rule(rule)
	}
	if effect {
		out.rule(RuleInEffect)
	}
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
func (out *Outcome) change(p Profile, o Order) *Refusal {
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
	was := out.Services[old]
	if refusal := out.end(HomeCare, o.Group, o.At, RuleProviderChanged); refusal != nil {
		return refusal
	}
	next := Order{Group: o.To, At: o.At, OpensSelf: was.OpensSelf, InEffect: o.InEffect}
	until := out.Ended
	if o.By == Provider { // it hands over what the case officer has decided, not more
		until = was.Until
	}
	return out.grant(p, HomeCare, next, until, RuleProviderChanged)
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

// settleLock says what a change means for the lock on the door. It is to be taken down on the last day that anybody in the
// dwelling needs it; while somebody needs it until further notice, it stays. No lock is put up for a need whose last day is
// known, unless this order asks for it: until then the traditional key serves.
func (out *Outcome) settleLock(s Situation, at time.Time) {
	if len(out.Rules) == 0 {
		return
	}
	need := later(NeedsLockUntil(out.Services), s.SharedUntil)
	stays := !need.Before(Forever)
	switch {
	case s.Lock == NoLock:
		out.withdraw(Dismount)
		if !stays && !out.proposes(Mount) {
			out.withdraw(Mount)
		}
		return
	case stays:
		out.withdraw(Dismount)
	default:
		before := later(NeedsLockUntil(s.Services), s.SharedUntil)
		if need.IsZero() || !need.Equal(before) {
			need = later(need, at)
		}
		out.task(Dismount, RuleDismount, need)
	}
	out.withdraw(Mount)
}

func (out *Outcome) withdraw(k TaskKind) { out.Withdrawn = append(out.Withdrawn, k) }

func (out *Outcome) proposes(k TaskKind) bool {
	for _, t := range out.Tasks {
		if t.Kind == k {
			return true
		}
	}
	return false
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

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
