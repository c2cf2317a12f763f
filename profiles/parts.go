package profiles

import (
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/domain/routine"
)

// roles are those that a profile may name.
func roles() []string {
	return names([]routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam,
		routine.LockManager, routine.SystemOwner, routine.Registrar, routine.Auditor})
}

// units checks who is who, and that everybody whom the routine needs is there.
func (c *checker) units() {
	c.some("units", len(c.p.Units))
	played := map[routine.UnitKind]bool{}
	for i, u := range c.p.Units {
		at := index("units", i)
		c.word(at+".name", u.Name, true)
		for name, s := range map[string]string{"phone": u.Phone, "address": u.Address, "postal": u.Postal, "mail": u.Mail, "web": u.Web,
			"form": u.Form, "organisation": u.OrgNo} {
			c.word(at+"."+name, s, false)
		}
		c.few(at+".persons", len(u.Persons))
		for j, person := range u.Persons {
			c.word(index(at+".persons", j), person, true)
		}
		c.some(at+".kinds", len(u.Kinds))
		among(c, at+".kinds", u.Kinds, names(routine.UnitKinds()))
		among(c, at+".shown_for", u.ShownFor, roles())
		c.schedule(at+".hours", u.Hours)
		c.nightBy(at, u)
		c.agree(at+".phone", u.Phone != "" || !u.Is(routine.UnitLockManager), "Den låsansvariga enheten måste ha ett telefonnummer.", "The lock manager must have a phone number.")
		for _, k := range u.Kinds {
			if played[k] && k != routine.UnitDelivery {
				c.add(at+".kinds", "En annan enhet är redan %s. Låt en av dem vara det.", "Another unit is %s already. Let one of them be it.", k)
			}
			played[k] = true
		}
	}
	c.needed(played)
}

// nightBy checks that a number which is not published is given out by somebody who can be reached (S-j).
func (c *checker) nightBy(at string, u routine.Unit) {
	if u.NightBy == "" {
		return
	}
	by, found := c.p.Unit(u.NightBy)
	if !found || by.Phone == "" {
		c.add(at+".night_by", "Ingen enhet med telefon är %q, så numret kan inte lämnas ut.", "No unit with a phone is %q, so the number cannot be given out.", string(u.NightBy))
	}
	if u.Hours == "" {
		c.add(at+".hours", "Ange enhetens öppettider: utanför dem gäller det nummer som inte publiceras.", "Name the unit's hours: outside them the number that is not published applies.")
	}
}

func (c *checker) needed(played map[routine.UnitKind]bool) {
	need := []routine.UnitKind{routine.UnitLockManager, routine.UnitAlarm, routine.UnitSystemOwner}
	if c.p.Consent.Registrar {
		need = append(need, routine.UnitRegistrar)
	}
	if c.p.OnCall != (routine.OnCall{}) {
		need = append(need, routine.UnitSupplier)
	}
	for _, k := range need {
		if !played[k] {
			c.add("units."+string(k), "Ingen enhet är %s. Lägg till en med kinds = [%[1]q].", "No unit is %s. Add one with kinds = [%[1]q].", string(k))
		}
	}
}

// must are the orders without which the routine cannot be followed: somebody has to be able to give them.
func must() []routine.OrderKind {
	return []routine.OrderKind{routine.AlarmGranted, routine.AlarmRenounced, routine.HomeCareGranted, routine.HomeCareEnded,
		routine.ProviderChanged, routine.Died, routine.Moved}
}

// orders checks the table of who may order what. An empty one is the usual order.
func (c *checker) orders() {
	type right struct {
		kind      routine.OrderKind
		by        routine.Role
		channel   routine.Channel
		providers routine.ProviderKind
	}
	seen, can := map[right]int{}, map[routine.OrderKind]bool{}
	c.few("orders", len(c.p.Orders))
	for i, o := range c.p.Orders {
		at := index("orders", i)
		c.some(at+".kinds", len(o.Kinds))
		c.some(at+".by", len(o.By))
		c.some(at+".channels", len(o.Channels))
		among(c, at+".kinds", o.Kinds, names(routine.OrderKinds()))
		among(c, at+".by", o.By, roles())
		among(c, at+".channels", o.Channels, names([]routine.Channel{routine.CaseSystem, routine.EService, routine.OrderForm}))
		if !contains([]string{"", string(routine.MunicipalProvider), string(routine.PrivateProvider)}, string(o.Providers)) {
			c.unknown(at+".providers", string(o.Providers), []string{"municipal", "private"})
		}
		c.rule(at+".rule", o.Rule)
		for _, k := range o.Kinds {
			can[k] = true
			for _, by := range o.By {
				for _, ch := range o.Channels {
					if first, twice := seen[right{k, by, ch, o.Providers}]; twice && first != i {
						c.add(at, "%s av %s sägs redan i beställningsregel %d. Låt en regel gälla.", "%s by %s is said by order rule %d already. Let one rule apply.", k, by, first+1)
					}
					seen[right{k, by, ch, o.Providers}] = i
				}
			}
		}
	}
	for _, k := range must() {
		if len(c.p.Orders) > 0 && !can[k] {
			c.add("orders."+string(k), "Ingen får beställa detta. Lägg till det i en beställningsregel.", "Nobody may order this. Add it to an order rule.")
		}
	}
	if len(c.p.Orders) > 0 && c.p.InEffectGate && !can[routine.InEffect] {
		c.add("in_effect_gate", "Ingen får sätta kunden som verkställd. Låt en beställningsregel ha in-effect.", "Nobody may set the client in effect. Let an order rule have in-effect.")
	}
	if c.p.LockEndsOnNotice != can[routine.LockEnds] && len(c.p.Orders) > 0 {
		c.add("lock_ends_on_notice", "Stämmer inte med beställningsreglerna: lock-ends ska finnas där precis när detta är på.",
			"Does not agree with the order rules: lock-ends is there exactly when this is on.")
	}
}

// figures checks every number.
func (c *checker) figures() {
	p := c.p
	c.number("lock_limit", p.LockLimit, 0, 100)
	c.number("consent.remind_days", p.Consent.RemindDays, 0, 365)
	c.number("receipts.remind_days", p.Receipts.RemindDays, 0, 365)
	c.number("staff.routine_months", p.Staff.RoutineMonths, 0, 120)
	c.number("prices.key_negligence", p.Prices.KeyNegligence, 0, maxKronor)
	c.number("prices.handling_call_out", p.Prices.HandlingCallOut, 0, maxKronor)
	c.number("prices.on_call_phone", p.Prices.OnCallPhone, 0, maxKronor)
	c.number("prices.on_call_visit", p.Prices.OnCallVisit, 0, maxKronor)
	c.number("equipment.reserve_keys", p.Equipment.ReserveKeys, 0, 100)
	c.number("stock.minimum_locks", p.Stock.MinimumLocks, 0, 100000)
	c.number("stock.minimum_boxes", p.Stock.MinimumBoxes, 0, 100000)
	c.number("stock.minimum_keys", p.Stock.MinimumKeys, 0, 100000)
	c.number("stock.warranty_months", p.Stock.WarrantyMonths, 0, 240)
	c.number("stock.battery_months", p.Stock.BatteryMonths, 0, 240)
	c.number("stock.count_days", p.Stock.CountDays, 0, 366)
	kinds := names([]routine.GroupKind{routine.HomeCareGroup, routine.RuralGroup, routine.AlarmGroup, routine.HealthGroup, routine.ShoppingGroup})
	for kind, n := range p.Equipment.Allotments {
		path := "equipment.allotments." + string(kind)
		if !contains(kinds, string(kind)) {
			c.unknown(path, string(kind), kinds)
		}
		c.number(path, n, 1, 1000)
	}
}

// crisis checks every step, and that at every hour there is something to do about every failure.
func (c *checker) crisis() {
	c.few("crisis", len(c.p.Crisis))
	for i, s := range c.p.Crisis {
		at := index("crisis", i)
		if !contains(names(routine.Failures()), string(s.Failure)) {
			c.unknown(at+".failure", string(s.Failure), names(routine.Failures()))
		}
		c.schedule(at+".when", strings.TrimPrefix(s.When, "not:"))
		c.text(at+".sv", s.SV, "sv", nil)
		c.text(at+".en", s.EN, "en", nil)
		c.rule(at+".rule", s.Rule)
		if name := strings.TrimPrefix(s.Needs, "!"); s.Needs != "" && name != "self_service_block" {
			c.unknown(at+".needs", s.Needs, []string{"self_service_block", "!self_service_block"})
		}
		if u, ok := c.p.Unit(s.Contact); s.Contact != "" && (!ok || u.Phone == "") {
			c.add(at+".contact", "Ingen enhet med telefon är %q.", "No unit with a phone is %q.", string(s.Contact))
		}
	}
	if len(c.faults) > 0 {
		return // what follows would repeat it
	}
	for _, f := range routine.Failures() {
		c.everyHour(f)
	}
}

// everyHour looks through two weeks, a public holiday among them, for an hour without advice. What is extraordinary is not
// covered at every hour, and that is shown as it is (V7-d); where there are no keys there are no stations.
func (c *checker) everyHour(f routine.Failure) {
	if f == routine.Extraordinary || f == routine.FailedStation && !c.p.Technology.Keys {
		return
	}
	begin := time.Date(2026, 4, 27, 0, 0, 0, 0, time.UTC)
	steps := routine.CrisisSteps(c.p, f, begin)
	for t := begin; t.Before(begin.AddDate(0, 0, 14)); t = t.Add(30 * time.Minute) {
		if !slices.ContainsFunc(steps, func(s routine.Step) bool { return c.p.Hours.Open(s.When, t) }) {
			c.add("crisis."+string(f), "Inget krissteg gäller %s kl. %s. Lägg till ett, eller ta bort tiden från ett.",
				"No crisis step applies on %[3]s at %[2]s. Add one, or take the hours away from one.", t.Format("2006-01-02"), t.Format("15:04"), t.Weekday().String())
			return
		}
	}
}
