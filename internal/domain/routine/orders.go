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
	NeedsLock       OrderKind = "needs-lock"       // changed need (V2.1-a)
	OpensSelf       OrderKind = "opens-self"       // can or wants to open the door (V2.1-d)
	InEffect        OrderKind = "in-effect"        // set in effect on the provider (S-m)
	ShoppingGranted OrderKind = "shopping-granted" // delivered by an external supplier (V2.1-i)
	ShoppingEnded   OrderKind = "shopping-ended"
	HealthStarted   OrderKind = "health-started"
	HealthEnded     OrderKind = "health-ended"
	Died            OrderKind = "died"
	Moved           OrderKind = "moved"
	LockEnds        OrderKind = "lock-ends" // provider's notice for a client without alarm (S-i)
	MountOrder      OrderKind = "mount"
	DismountOrder   OrderKind = "dismount"
	ServiceOrder    OrderKind = "service"
)

// OrderKinds returns every kind that [Decide] knows.
func OrderKinds() []OrderKind {
	return []OrderKind{AlarmGranted, AlarmRenounced, HomeCareGranted, HomeCareEnded, ProviderChanged, NeedsLock, OpensSelf, InEffect,
		ShoppingGranted, ShoppingEnded, HealthStarted, HealthEnded, Died, Moved, LockEnds, MountOrder, DismountOrder, ServiceOrder}
}

// Known reports whether [Decide] knows the kind.
func (k OrderKind) Known() bool {
	for _, known := range OrderKinds() {
		if k == known {
			return true
		}
	}
	return false
}

// Grants reports whether an order of this kind begins a service.
func (k OrderKind) Grants() bool {
	return k == AlarmGranted || k == HomeCareGranted || k == ShoppingGranted || k == HealthStarted
}

// NeedsGroup says whether an order of this kind must name a group, and whether it must name a second one that takes
// over.
func (k OrderKind) NeedsGroup() (group, to bool) {
	switch k {
	case AlarmGranted, HomeCareGranted, HomeCareEnded, NeedsLock, OpensSelf, InEffect, ShoppingGranted, ShoppingEnded, HealthStarted, HealthEnded:
		return true, false
	case ProviderChanged:
		return true, true
	}
	return false, false
}

// Service is the kind of service that an order of this kind is about; [HomeCare] where it is about none in particular.
func (k OrderKind) Service() ServiceKind {
	switch k {
	case AlarmGranted, AlarmRenounced:
		return Alarm
	case ShoppingGranted, ShoppingEnded:
		return Shopping
	case HealthStarted, HealthEnded:
		return Health
	}
	return HomeCare
}

// Need is why a client needs a lock (V2.1-a).
type Need string

// The needs.
const (
	CannotOpen  Need = "cannot-open"
	DoesNotHear Need = "does-not-hear" // the knock
	OtherNeed   Need = "other"         // said in the order's own words
)

// Needs returns every need.
func Needs() []Need { return []Need{CannotOpen, DoesNotHear, OtherNeed} }

// Order is a request for change, ready to be decided.
type Order struct {
	Kind      OrderKind
	By        Role      // a provider's word carries less far: it decides nothing about home care being granted, or for how long
	Group     Group     // granted, ended, concerned, or changed from
	To        Group     // changed to
	At        time.Time // local midnight of the day from which it holds
	OpensSelf bool      // granted home care, health care or shopping: the client opens the door
	InEffect  bool      // granted, provider-changed: already set in effect by the case officer
	Need      Need      // needs-lock
}

// Outcome is what an order leads to. A dwelling has at most one open task of a kind: where one is open already, a proposed
// task is that one, moved to the day that [Task.Merge] gives.
type Outcome struct {
	Services  []Service // all of the client's services afterwards; new ones have no ID
	Tasks     []Task
	Withdrawn []TaskKind   // open tasks of these kinds have lost their reason
	Receipts  []ReceiptDue // physical keys that change hands
	Rules     []string     // the rules that were applied; none when the order changed nothing
	Ended     time.Time    // when the client's file ends
}

// Decide carries out an order. It returns the outcome, or a refusal when the order contradicts the situation. An order
// that asks for what already is (a duplicate) gives an outcome without rules, which changes nothing.
func Decide(p Profile, s Situation, o Order) (Outcome, *Refusal) {
	out := Outcome{Services: append([]Service(nil), s.Services...), Ended: s.Ended}
	if o.needsClient() && !o.At.Before(s.Ended) {
		return Outcome{}, refusedEnded
	}
	if refusal := out.decide(p, s, o); refusal != nil {
		return Outcome{}, refusal
	}
	if len(out.Rules) == 0 {
		return out, nil
	}
	out.settleLock(p, s, o)
	out.prepareMounting(p, s, o)
	out.settleKeys(p, s, o)
	return out, nil
}

// needsClient reports whether the order is only for somebody who lives there: an end may be reported twice, and a lock is
// taken down after it.
func (o Order) needsClient() bool {
	return o.Kind != Died && o.Kind != Moved && o.Kind != LockEnds && o.Kind != DismountOrder
}

// decide is the routine's table: one line for each kind of order.
func (out *Outcome) decide(p Profile, s Situation, o Order) *Refusal {
	switch o.Kind {
	case AlarmGranted:
		return out.grantAlarm(p, s, o)
	case AlarmRenounced:
		return out.renounceAlarm(o.At)
	case HomeCareGranted:
		return out.grantHomeCare(p, s, o)
	case HomeCareEnded:
		return out.end(HomeCare, o.Group, o.At, RuleHomeCareEnded)
	case ProviderChanged:
		return out.changeProvider(p, o)
	case NeedsLock:
		return out.needLock(p, s, o)
	case OpensSelf:
		return out.openSelf(o)
	case InEffect:
		return out.setInEffect(o)
	case ShoppingGranted:
		return out.grant(p, Shopping, o, out.Ended, RuleShoppingAccess)
	case ShoppingEnded:
		return out.end(Shopping, o.Group, o.At, RuleShoppingAccess)
	case HealthStarted:
		return out.grant(p, Health, o, out.Ended, RuleHealthAccess)
	case HealthEnded:
		return out.end(Health, o.Group, o.At, RuleHealthAccess)
	case Died, Moved:
		out.endAll(o.At)
		return nil
	case LockEnds:
		return out.noticeLockEnds(s, o)
	case MountOrder:
		return out.orderMounting(p, s, o)
	case DismountOrder:
		return out.orderDismounting(s, o)
	case ServiceOrder:
		return out.orderService(s, o)
	}
	return refusedKind
}

func (out *Outcome) rule(id string) {
	for _, r := range out.Rules {
		if r == id {
			return
		}
	}
	out.Rules = append(out.Rules, id)
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
	out.task(Task{Kind: ReturnKeys, Rule: RuleDiedOrMoved, Due: at})
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
