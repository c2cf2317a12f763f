// Package routine is the municipality's routine as pure functions over plain values: given a client's situation and an
// order, it says what the situation becomes, which tasks follow, and which line of the routine says so.
//
// It owns the rules and their sentences. It knows no database, no clock and no network, and imports nothing: whatever it
// needs is in its arguments. internal/domain/casework loads a situation, asks here, and stores the answer.
//
// Promises: the same arguments give the same answer; every change names its rule; [Grounds] depends only on the services
// and the profile, so that a full recomputation gives what step by step handling gave.
//
// Where to read: orders.go is the table of orders, each decided in alarm.go, homecare.go or lock.go; tasks.go and receipts.go
// say what work and which physical keys follow; ordering.go who may order what; rules.go every rule in words. profile.go is
// all in which municipalities differ; calendar.go, crisis.go, charges.go and equipment.go are about hours, failures and costs.
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

// GroupKind is the kind of group that usually carries out a service of this kind.
func (k ServiceKind) GroupKind() GroupKind {
	switch k {
	case Alarm:
		return AlarmGroup
	case Health:
		return HealthGroup
	case Shopping:
		return ShoppingGroup
	}
	return HomeCareGroup
}

// Group is a provider's working group, the holder of rights.
type Group struct {
	ID      string
	Kind    GroupKind
	Private bool // of a private provider
	// RoutineUntil is until when its provider's own routine, kept on file, is valid (S-f); zero: none is.
	RoutineUntil time.Time
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
	// Others are the services of those who share the dwelling, and so the door.
	Others []Service
	// Entrances is how many entrance locks the client is behind.
	Entrances int
	// Rural are the rural groups that answer alarms at the client's address.
	Rural []Group
	// Ended is when the client died or moved; Forever while that has not happened.
	Ended time.Time

	OwnerConsent bool // an owner of the house has consented to a lock here (V5.3-a)
	ClientAgrees bool // the client has agreed to a lock, other than by applying for home care (V8-b)
	HasRelative  bool // who could open the door
	Exception    bool // it is on record that there shall be no lock: a technical obstacle, or another reason (S-a)
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
		if !v.From.Before(v.Until) || p.waitsForEffect(v) || p.waitsForRoutine(v) {
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
