package routine_test

import (
	"strings"
	"testing"

	"hemnyckel/internal/domain/routine"
)

var allRoles = []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam,
	routine.LockManager, routine.SystemOwner, routine.Registrar, routine.Auditor, "stranger"}

// proves V5.1-a, V1.1-e, V2.1-h, V2.1-i, S-h
func TestWhoMayOrderWhat(t *testing.T) {
	p := routine.DefaultProfile()
	may := func(r routine.Role, k routine.OrderKind, c routine.Channel) bool {
		_, refusal := p.MayOrder(r, k, c, routine.MunicipalProvider)
		return refusal == nil
	}
	for _, k := range routine.OrderKinds() {
		for _, c := range []routine.Channel{routine.CaseSystem, routine.EService} { // the source says both (V1.1-e)
			if !may(routine.CaseOfficer, k, c) {
				t.Errorf("the case officer may not order %s through %s", k, c)
			}
		}
	}
	byOthers := map[routine.Role]map[routine.OrderKind]routine.Channel{
		routine.Provider: {routine.HomeCareGranted: routine.EService, routine.HomeCareEnded: routine.EService, routine.ProviderChanged: routine.EService,
			routine.NeedsLock: routine.EService, routine.OpensSelf: routine.EService, routine.ShoppingGranted: routine.EService, routine.ShoppingEnded: routine.EService,
			routine.Died: routine.EService, routine.Moved: routine.EService, routine.LockEnds: routine.EService,
			routine.MountOrder: routine.EService, routine.DismountOrder: routine.EService, routine.ServiceOrder: routine.EService},
		routine.AlarmTeam:  {routine.MountOrder: routine.EService}, // mounting only
		routine.Delivery:   {routine.MountOrder: routine.OrderForm, routine.DismountOrder: routine.OrderForm, routine.ServiceOrder: routine.OrderForm},
		routine.HealthUnit: {routine.HealthEnded: routine.EService},
	}
	for _, r := range allRoles[1:] {
		for _, k := range routine.OrderKinds() {
			for _, c := range []routine.Channel{routine.CaseSystem, routine.EService, routine.OrderForm} {
				want := byOthers[r][k] == c
				if r == routine.Provider && c == routine.OrderForm {
					want = k == routine.MountOrder || k == routine.DismountOrder || k == routine.ServiceOrder || k == routine.LockEnds
				}
				if got := may(r, k, c); got != want {
					t.Errorf("%s orders %s through %s: got %v, want %v", r, k, c, got, want)
				}
			}
		}
	}
}

// proves V5.1-a, S-b
func TestTheProfileSaysWhoMayOrder(t *testing.T) {
	p := routine.DefaultProfile()
	p.Orders = []routine.OrderRule{
		{Kinds: []routine.OrderKind{routine.HomeCareEnded}, By: []routine.Role{routine.Provider}, Channels: []routine.Channel{routine.EService}, Providers: routine.PrivateProvider, Rule: "V2.1-e"},
		{Kinds: []routine.OrderKind{routine.HomeCareEnded}, By: []routine.Role{routine.CaseOfficer}, Channels: []routine.Channel{routine.CaseSystem}, Rule: "V5.1-g"},
	}
	for _, c := range []struct {
		role    routine.Role
		channel routine.Channel
		kind    routine.ProviderKind
		rule    string
	}{
		{routine.Provider, routine.EService, routine.PrivateProvider, "V2.1-e"},
		{routine.Provider, routine.EService, routine.MunicipalProvider, ""},
		{routine.Provider, routine.CaseSystem, routine.PrivateProvider, ""},
		{routine.CaseOfficer, routine.CaseSystem, routine.AnyProvider, "V5.1-g"},
		{routine.CaseOfficer, routine.EService, routine.AnyProvider, ""},
	} {
		rule, refusal := p.MayOrder(c.role, routine.HomeCareEnded, c.channel, c.kind)
		if rule != c.rule || (refusal == nil) != (c.rule != "") {
			t.Errorf("%s, %s, %s: got %q, %v, want %q", c.role, c.channel, c.kind, rule, refusal, c.rule)
		}
	}
	_, refusal := p.MayOrder(routine.AlarmTeam, routine.HomeCareEnded, routine.EService, routine.AnyProvider)
	if refusal == nil || refusal.Code != "order-role" || !strings.Contains(refusal.SV, "privat hemtjänstutförare via e-tjänsten") ||
		!strings.Contains(refusal.SV, "omsorgshandläggaren via verksamhetssystemet") || !strings.Contains(refusal.EN, "the case officer by the case system") {
		t.Errorf("a refusal that says who may: got %+v", refusal)
	}
	p.Words.EService, p.Words.CaseSystem = "Mina ärenden", "Treserva"
	if _, refusal := p.MayOrder(routine.AlarmTeam, routine.HomeCareEnded, routine.EService, routine.AnyProvider); refusal == nil ||
		!strings.Contains(refusal.SV, "via Mina ärenden") || !strings.Contains(refusal.SV, "omsorgshandläggaren via Treserva") {
		t.Errorf("a refusal in the municipality's own words: got %+v", refusal)
	}
	if _, refusal := p.MayOrder(routine.CaseOfficer, routine.Died, routine.CaseSystem, routine.AnyProvider); refusal == nil || refusal.Code != "order-not-taken" {
		t.Errorf("what the profile does not name: got %v, want order-not-taken", refusal)
	}
}

// Every rule for ordering names a line of the routine, and only kinds that can be decided.
func TestDefaultOrdersAreWhole(t *testing.T) {
	for _, o := range routine.DefaultOrders() {
		if routine.Sentence(o.Rule).SV == o.Rule || len(o.Kinds)*len(o.By)*len(o.Channels) == 0 {
			t.Errorf("%+v: no words for the rule, or nobody, nothing or no way named", o)
		}
		for _, k := range o.Kinds {
			if !k.Known() {
				t.Errorf("%s cannot be decided", k)
			}
		}
	}
}
