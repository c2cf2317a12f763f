// Package routine is the municipality's routine as pure functions over plain values: given a client's situation and an
// order, it says what the situation becomes, which tasks follow, and which line of the routine says so.
//
// It owns the rules and their sentences. It knows no database, no clock and no network, and imports nothing: whatever it
// needs is in its arguments. internal/domain/casework loads a situation, asks here, and stores the answer.
//
// Promises: the same arguments give the same answer; every change names its rule; [Grounds] depends only on the services
// and the profile, so that a full recomputation gives what step by step handling gave.
//
// Here are the first rules: alarm, home care, change of provider, death and moving. Issue 02 adds the rest of the
// routine (consents, receipts, stock, charges, crisis steps) and the municipalities' own profiles.
package routine

import "time"

// Forever ends a period that has no end yet. It sorts after every real instant.
var Forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// ServiceKind is the kind of a service (insats).
type ServiceKind string

// The kinds of services.
const (
	Alarm    ServiceKind = "alarm"
	HomeCare ServiceKind = "homecare"
	Health   ServiceKind = "health"
	Shopping ServiceKind = "shopping"
)

// GroupKind is what a provider's working group does.
type GroupKind string

// The kinds of groups. A rural group is a municipal home-care group that also answers alarms where it works.
const (
	HomeCareGroup GroupKind = "homecare"
	RuralGroup    GroupKind = "rural"
	AlarmGroup    GroupKind = "alarm"
	HealthGroup   GroupKind = "health"
	ShoppingGroup GroupKind = "shopping"
)

// Serves says which kind of group carries out a service of this kind.
func (k ServiceKind) Serves(g GroupKind) bool {
	switch k {
	case Alarm:
		return g == AlarmGroup
	case HomeCare:
		return g == HomeCareGroup || g == RuralGroup
	case Health:
		return g == HealthGroup
	case Shopping:
		return g == ShoppingGroup
	}
	return false
}

// Group is a provider's working group, the holder of rights.
type Group struct {
	ID      string
	Kind    GroupKind
	Private bool // of a private provider
}

// Service is a decision in force: this client is served by this group from From until Until (half-open, instants at
// local midnight).
type Service struct {
	ID        string // "" until stored
	Kind      ServiceKind
	Group     Group
	From      time.Time
	Until     time.Time
	InEffect  bool // verkställd: set by the case officer
	OpensSelf bool // the client opens the door, so the service needs no access
}

// During reports whether the service is in force at t.
func (s Service) During(t time.Time) bool { return !t.Before(s.From) && t.Before(s.Until) }

// LockKind is what sits on the door of the client's dwelling.
type LockKind string

// The kinds of locks on a client's own door.
const (
	NoLock   LockKind = ""
	DoorLock LockKind = "door"
	KeyBox   LockKind = "box"
)

// Situation is what the routine needs to know about one client.
type Situation struct {
	Services []Service
	Lock     LockKind
	// SharedUntil is until when others in the dwelling need the lock ([NeedsLockUntil] of their services): [Forever] while
	// there is no end, zero when nobody else ever did.
	SharedUntil time.Time
	// Rural are the rural groups that answer alarms at the client's address.
	Rural []Group
	// Ended is when the client died or moved; Forever while that has not happened.
	Ended time.Time
}

// Ground is why a group may open a client's doors, from From until Until.
type Ground struct {
	Service string // the service that it rests on
	Kind    ServiceKind
	Group   string
	From    time.Time
	Until   time.Time
	Rule    string // requirement ID, see [Sentence]
}

// Grounds says which grounds a client's services give. A service whose client opens the door gives none until that
// changes; an alarm always does.
func Grounds(p Profile, s Situation) []Ground {
	var out []Ground
	for _, v := range s.Services {
		if !v.From.Before(v.Until) || (p.InEffectGate && v.Group.Private && !v.InEffect) {
			continue
		}
		if v.Kind == Alarm {
			out = append(out, v.ground(v.Group, RuleAlarmAccess))
			for _, g := range s.Rural {
				out = append(out, v.ground(g, RuleRuralAccess))
			}
			continue
		}
		if !v.OpensSelf {
			out = append(out, v.ground(v.Group, accessRule(v.Kind)))
		}
	}
	return out
}

// NeedsLockUntil says until when services need a lock on the door: [Forever] while one of them has no end, zero when none of
// them does. A service that waits for being in effect needs it too.
func NeedsLockUntil(services []Service) time.Time {
	var last time.Time
	for _, v := range services {
		if v.From.Before(v.Until) && (v.Kind == Alarm || !v.OpensSelf) {
			last = later(last, v.Until)
		}
	}
	return last
}

func (s Service) ground(g Group, rule string) Ground {
	return Ground{Service: s.ID, Kind: s.Kind, Group: g.ID, From: s.From, Until: s.Until, Rule: rule}
}

func accessRule(k ServiceKind) string {
	switch k {
	case Health:
		return RuleHealthAccess
	case Shopping:
		return RuleShoppingAccess
	}
	return RuleHomeCareAccess
}
