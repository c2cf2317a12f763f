package routine

import "strings"

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

// Serves is the kind of service that somebody in the role carries out, or "".
func (r Role) Serves() ServiceKind {
	switch r {
	case Provider:
		return HomeCare
	case HealthUnit:
		return Health
	case Delivery:
		return Shopping
	case AlarmTeam:
		return Alarm
	}
	return ""
}

// DefaultOrders says who may order what, and how, where a municipality has not written down anything else: Varberg's routine,
// with the order form besides for who has no e-service. Whatever is not here may not be ordered.
func DefaultOrders() []OrderRule {
	officer, provider := []Role{CaseOfficer}, []Role{Provider}
	system, service := []Channel{CaseSystem, EService}, []Channel{EService}
	return []OrderRule{
		{Kinds: []OrderKind{AlarmGranted}, By: officer, Channels: system, Rule: RuleRuralAccess},
		{Kinds: []OrderKind{AlarmRenounced}, By: officer, Channels: system, Rule: RuleAlarmRenounced},
		{Kinds: []OrderKind{HomeCareGranted}, By: officer, Channels: system, Rule: RuleHomeCareMount},
		{Kinds: []OrderKind{Died, Moved}, By: officer, Channels: system, Rule: RuleDiedOrMoved},
		{Kinds: []OrderKind{HomeCareEnded, ProviderChanged, NeedsLock, OpensSelf, ShoppingGranted, ShoppingEnded, LockEnds, MountOrder, DismountOrder, ServiceOrder},
			By: officer, Channels: system, Rule: RuleWhoOrders},
		{Kinds: []OrderKind{InEffect}, By: officer, Channels: system, Rule: RuleInEffect},
		{Kinds: []OrderKind{HealthStarted, HealthEnded}, By: officer, Channels: system, Rule: RuleHealthAccess},
		{Kinds: []OrderKind{HealthEnded}, By: []Role{HealthUnit}, Channels: service, Rule: RuleHealthAccess},
		{Kinds: []OrderKind{NeedsLock}, By: provider, Channels: service, Rule: RuleChangedNeed},
		{Kinds: []OrderKind{OpensSelf}, By: provider, Channels: service, Rule: RuleOpensSelf},
		{Kinds: []OrderKind{HomeCareEnded}, By: provider, Channels: service, Rule: RuleHomeCareEnded},
		{Kinds: []OrderKind{HomeCareGranted}, By: provider, Channels: service, Rule: RuleNewClient},
		{Kinds: []OrderKind{ProviderChanged}, By: provider, Channels: service, Rule: RuleProviderChanged},
		{Kinds: []OrderKind{Died, Moved}, By: provider, Channels: service, Rule: RuleProviderReports},
		{Kinds: []OrderKind{ShoppingGranted, ShoppingEnded}, By: provider, Channels: service, Rule: RuleShoppingAccess},
		{Kinds: []OrderKind{LockEnds}, By: provider, Channels: []Channel{EService, OrderForm}, Rule: RuleLockEnds},
		{Kinds: []OrderKind{MountOrder}, By: []Role{Provider, AlarmTeam}, Channels: service, Rule: RuleWhoOrders},
		{Kinds: []OrderKind{DismountOrder, ServiceOrder}, By: provider, Channels: service, Rule: RuleWhoOrders},
		{Kinds: []OrderKind{MountOrder, DismountOrder, ServiceOrder}, By: []Role{Provider, Delivery}, Channels: []Channel{OrderForm}, Rule: RuleLockOrder},
	}
}

// orders are the profile's rules for ordering.
func (p Profile) orders() []OrderRule {
	if len(p.Orders) == 0 {
		return DefaultOrders()
	}
	return p.Orders
}

// MayOrder says by which rule somebody may order something through a channel, or refuses in words that say who may (V5.1-a).
// kind is of the orderer's organisation; only providers are divided by it.
func (p Profile) MayOrder(r Role, k OrderKind, c Channel, kind ProviderKind) (rule string, refusal *Refusal) {
	var may []OrderRule
	for _, o := range p.orders() {
		if !has(o.Kinds, k) {
			continue
		}
		if has(o.By, r) && has(o.Channels, c) && (o.Providers == AnyProvider || r != Provider || o.Providers == kind) {
			return o.Rule, nil
		}
		may = append(may, o)
	}
	return "", p.refusedRole(may)
}

func has[T comparable](all []T, one T) bool {
	for _, v := range all {
		if v == one {
			return true
		}
	}
	return false
}

// refusedRole names those who may, each with the ways that are open to them.
func (p Profile) refusedRole(may []OrderRule) *Refusal {
	if len(may) == 0 {
		return &Refusal{"order-not-taken",
			"Den här kommunen tar inte emot den sortens beställning.", "This municipality does not take orders of this kind."}
	}
	var sv, en []string
	for _, o := range may {
		for _, r := range o.By {
			s, e := r.name(o.Providers)
			viaSV, viaEN := p.channelNames(o.Channels)
			sv = appendNew(sv, s+" via "+viaSV)
			en = appendNew(en, e+" by "+viaEN)
		}
	}
	return &Refusal{"order-role",
		"Den beställningen läggs av " + strings.Join(sv, "; ") + ".", "This order is placed by " + strings.Join(en, "; ") + "."}
}

func appendNew(all []string, s string) []string {
	if has(all, s) {
		return all
	}
	return append(all, s)
}

func (r Role) name(kind ProviderKind) (sv, en string) {
	switch {
	case r == Provider && kind == PrivateProvider:
		return "privat hemtjänstutförare", "private home-care providers"
	case r == Provider && kind == MunicipalProvider:
		return "kommunens hemtjänst", "the municipality's home care"
	}
	switch r {
	case CaseOfficer:
		return "omsorgshandläggaren", "the case officer"
	case Provider:
		return "hemtjänstutföraren", "home-care providers"
	case HealthUnit:
		return "hälso- och sjukvården", "the health unit"
	case Delivery:
		return "utföraren av inköp eller matleverans", "the delivery firm"
	case AlarmTeam:
		return "trygghetsteamet", "the alarm team"
	case LockManager:
		return "låsansvarig", "the lock manager"
	case SystemOwner:
		return "systemansvarig", "the system owner"
	}
	return string(r), string(r)
}

// channelNames are the ways by what the municipality calls them.
func (p Profile) channelNames(channels []Channel) (sv, en string) {
	var svs, ens []string
	for _, c := range channels {
		switch c {
		case CaseSystem:
			svs, ens = append(svs, p.Words.named("case_system")), append(ens, "the case system")
		case EService:
			svs, ens = append(svs, p.Words.named("e_service")), append(ens, "the e-service")
		case OrderForm:
			svs, ens = append(svs, "beställningsblanketten"), append(ens, "the order form")
		}
	}
	return strings.Join(svs, " eller "), strings.Join(ens, " or ")
}
