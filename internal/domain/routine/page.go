package routine

import (
	"strconv"
	"strings"
)

// Section is a part of the routine page: what the profile says about one subject, as a table.
type Section struct {
	ID      string // stable, such as "contacts"
	Title   string
	Columns []string
	Rows    [][]string
}

// Page returns what a profile says, in the words of its readers, in Swedish (sv) or English (en): contacts and hours first
// (V7-g, S-p), its source last (X-a). A role sees the contacts that concern it; "" sees all. Parts that the municipality does
// not have are left out.
func Page(p Profile, language string, role Role) []Section {
	w := pageWriter{p, language, role}
	var out []Section
	for _, s := range []Section{w.contacts(), w.hours(), w.orders(), w.ways(), w.costs(), w.equipment(), w.crisis(), w.records(), w.source()} {
		if len(s.Rows) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// pageWriter writes one page.
type pageWriter struct {
	p    Profile
	lang string
	role Role
}

// in chooses the language.
func (w pageWriter) in(sv, en string) string {
	if w.lang == "en" {
		return en
	}
	return sv
}

func (w pageWriter) section(id, sv, en string, columns ...string) Section {
	return Section{ID: id, Title: w.in(sv, en), Columns: columns}
}

func (s *Section) row(cells ...string) { s.Rows = append(s.Rows, cells) }

func (w pageWriter) contacts() Section {
	s := w.section("contacts", "Kontakt", "Contacts", w.in("Enhet", "Unit"), w.in("Uppgift", "Part"), w.in("Telefon", "Phone"), w.in("Öppet", "Open"),
		w.in("Adress", "Address"), w.in("E-tjänst, brevlåda, blankett", "E-service, mailbox, form"))
	for _, u := range w.p.Units {
		if len(u.ShownFor) > 0 && w.role != "" && !has(u.ShownFor, w.role) {
			continue
		}
		phone := u.Phone
		if by, ok := w.p.Unit(u.NightBy); ok && u.NightBy != "" {
			phone = joined("; ", phone, w.in("annan tid: numret lämnas ut av ", "other hours: the number is given out by ")+by.Name)
		}
		hours := ""
		if h, ok := w.p.Hours[u.Hours]; ok {
			hours = h.Text(w.lang)
		}
		s.row(joined("; ", u.Name, strings.Join(u.Persons, ", ")), w.parts(u), phone, hours, joined("; ", u.Address, u.Postal), joined("; ", u.Web, u.Mail, u.Form))
	}
	return s
}

func (w pageWriter) parts(u Unit) string {
	var parts []string
	for _, k := range u.Kinds {
		switch k {
		case UnitLockManager:
			parts = append(parts, w.in("låsansvarig", "lock manager"))
		case UnitAlarm:
			parts = append(parts, w.in("trygghetslarm", "safety alarms"))
		case UnitSystemOwner:
			parts = append(parts, w.in("systemansvarig", "system owner"))
		case UnitRegistrar:
			parts = append(parts, w.in("diarium", "registrar"))
		case UnitDelivery:
			parts = append(parts, w.in("leveranser", "deliveries"))
		case UnitSupplier:
			parts = append(parts, w.in("leverantörens support", "the supplier's support"))
		}
	}
	return strings.Join(parts, ", ")
}

func (w pageWriter) hours() Section {
	s := w.section("hours", "Tider", "Hours", w.in("Vad", "What"), w.in("När", "When"))
	add := func(name, sv, en string) {
		if h, ok := w.p.Hours[name]; ok {
			s.row(w.in(sv, en), h.Text(w.lang))
		}
	}
	add(OfficeHours, "Kontorstid och telefontid", "Office and phone hours")
	add(w.p.OnCall.Phone, "Leverantörens jour, telefon", "The supplier's on-call, phone")
	add(w.p.OnCall.Visit, "Leverantörens jour, utryckning när telefonen inte hjälpt", "The supplier's on-call, call-out when the phone did not help")
	for _, k := range []ServiceKind{HomeCare, Health, Shopping} { // an alarm comes at any hour
		if _, limited := w.p.OpensIn(k); limited {
			sv, en := k.opens()
			add(w.p.AccessHours[k], sv, en)
		}
	}
	return s
}

func (w pageWriter) orders() Section {
	s := w.section("orders", "Vem beställer vad, och hur", "Who orders what, and how", w.in("Beställning", "Order"), w.in("Vem", "Who"), w.in("Hur", "How"), w.in("Regel", "Rule"))
	for _, o := range w.p.orders() {
		var kinds, by []string
		for _, k := range o.Kinds {
			sv, en := k.Name()
			kinds = append(kinds, w.in(sv, en))
		}
		for _, r := range o.By {
			sv, en := r.name(o.Providers)
			by = append(by, w.in(sv, en))
		}
		sv, en := w.p.channelNames(o.Channels)
		s.row(strings.Join(kinds, ", "), strings.Join(by, ", "), w.in(sv, en), o.Rule)
	}
	return s
}

// ways are the municipality's answers to the questions in which municipalities differ.
func (w pageWriter) ways() Section {
	p := w.p
	s := w.section("ways", "Så gör vi", "How we do", w.in("Fråga", "Question"), w.in("Svar", "Answer"), w.in("Regel", "Rule"))
	yes := func(on bool, sv, en, rule string) { s.row(w.in(sv, en), w.yes(on), rule) }
	yes(p.Technology.Keys, "Nycklar ur skåp", "Keys from cabinets", "V2.5-b")
	yes(p.Technology.Phones, "Mobilen som nyckel", "The phone as key", RulePersonalLogin)
	yes(p.Technology.KeyBoxes, "Nyckelgömma där dörrlås inte går att montera", "Key box where a door lock cannot be mounted", "V5.6-a")
	yes(p.AlarmImpliesLock, "Lås till alla som får larm", "A lock for everybody who gets an alarm", RuleAlarmMount)
	yes(p.RuralAnswers, "Landsbygdsgrupper svarar på larm", "Rural groups answer alarms", RuleRuralAccess)
	limit := w.in("ingen gräns", "no limit")
	if p.LockLimit > 0 {
		limit = strconv.Itoa(p.LockLimit)
	}
	s.row(w.in("Lås per kund", "Locks per client"), limit, RuleSecondLock)
	yes(p.EntrancesCount, "Portens lås räknas också", "The entrance's lock counts too", RuleSecondLock)
	yes(p.LockEndsOnNotice, "Lås utan larm tas ned när utföraren säger till", "A lock without alarm is taken down on the provider's notice", RuleLockEnds)
	yes(p.InEffectGate, "Privat utförare får tillträde först när kunden är verkställd", "Private providers gain access only when the client is in effect", RuleInEffect)
	yes(p.Consent.Owner, "Fastighetsägarens samtycke krävs", "The property owner's consent is demanded", RuleAskConsent)
	yes(p.Consent.HomeCareAgrees, "Ansökan om hemtjänst gäller som kundens samtycke", "Applying for home care counts as the client's agreement", RuleAgreement)
	yes(p.Receipts.KeyBox, "Nyckelkvittens för nyckeln i gömman", "Receipt for the key in a key box", RuleKeyProvider)
	yes(p.Receipts.Waiting, "Vanlig nyckel mot kvittens i väntan på montering", "Traditional key against receipt until mounting", RuleKeyWaiting)
	yes(p.Receipts.Spare, "Larmkunder lämnar reservnyckel", "Alarm clients leave a spare key", RuleSpareKey)
	yes(p.Receipts.SpareHome, "Andra kan lämna reservnyckel hos hemtjänsten", "Others may leave a spare key with home care", RuleSpareKey)
	yes(p.Staff.PrivateBySystemOwner, "Systemansvarig lägger upp privata utförares personal", "The system owner enters private providers' staff", RuleStaffOrder)
	yes(p.Staff.PhoneList, "Privata utförare lämnar lista på telefonabonnemang", "Private providers submit a list of phone subscriptions", RulePhoneList)
	yes(p.Staff.RoutineOnFile, "Utförarens egen rutin finns inlämnad", "The provider's own routine is on file", RuleRoutineOnFile)
	yes(p.Staff.RoutineGatesAccess, "Utan giltig rutin inget nytt tillträde", "No new access without a valid routine", RuleRoutineOnFile)
	yes(p.SelfServiceBlock, "Var och en spärrar en förlorad nyckel själv, dygnet runt", "Anybody blocks a lost key, at any hour", RuleCrisisLost)
	w.logRows(&s)
	for _, d := range p.Documentation {
		s.row(w.in("Kundens lås dokumenteras i", "The client's lock is documented in"), joined(", ", d.Name, d.Field), RuleDocument)
	}
	return s
}

func (w pageWriter) yes(on bool) string {
	if on {
		return w.in("ja", "yes")
	}
	return w.in("nej", "no")
}

func (w pageWriter) logRows(s *Section) {
	var who []string
	if w.p.Log.Mode == LogByRole {
		for _, r := range w.p.Log.Readers {
			sv, en := r.name("")
			who = append(who, w.in(sv, en))
		}
		s.row(w.in("Låsens logg läses direkt av", "The locks' log is read directly by"), strings.Join(who, ", "), RuleLogReaders)
		return
	}
	s.row(w.in("Uppgifter ur loggen lämnas efter prövning ut till exempelvis", "Extracts of the log are disclosed, after assessment, to for instance"), strings.Join(w.p.Log.Recipients, ", "), RuleDisclosure)
}

// costs are the prices, and who bears what has none (V6, S-n).
func (w pageWriter) costs() Section {
	s := w.section("costs", "Kostnader", "Costs", w.in("Vad", "What"), w.in("Vem betalar", "Who pays"), w.in("Pris", "Price"), w.in("Regel", "Rule"))
	for _, f := range []struct {
		facts  CostFacts
		sv, en string
	}{
		{CostFacts{Kind: CostClientLock}, "Låset hos kunden", "The lock at the client's"},
		{CostFacts{Kind: CostBasicEquipment}, "Grundutrustning", "Basic equipment"},
		{CostFacts{Kind: CostBrokenLock}, "Trasigt lås", "Broken lock"},
		{CostFacts{Kind: CostBrokenLock, Cause: CauseNeglect}, "Trasigt lås, uppenbar oaktsamhet", "Broken lock, obvious negligence"},
		{CostFacts{Kind: CostBrokenKey}, "Trasig nyckel", "Broken key"},
		{CostFacts{Kind: CostBrokenKey, Cause: CauseNeglect}, "Trasig nyckel, uppenbar oaktsamhet", "Broken key, obvious negligence"},
		{CostFacts{Kind: CostExtraKey}, "Nycklar utöver grundutrustningen", "Keys beyond the basic equipment"},
		{CostFacts{Kind: CostMove}, "Flytt av skåp, station och kablar till annan lokal", "Moving cabinet, station and cables to other premises"},
		{CostFacts{Kind: CostCallOut, Cause: CauseHandling, HomeCare: true}, "Akut utryckning vid handhavandefel, kund med hemtjänst", "Urgent call-out for a handling error, client with home care"},
		{CostFacts{Kind: CostCallOut, Cause: CauseHandling}, "Akut utryckning vid handhavandefel, kund med enbart larm", "Urgent call-out for a handling error, client with alarm only"},
		{CostFacts{Kind: CostOnCallPhone}, "Leverantörens jour, per telefonärende", "The supplier's on-call, per phone case"},
		{CostFacts{Kind: CostOnCallVisit}, "Leverantörens jour, per utryckning därtill", "The supplier's on-call, per call-out on top"},
		{CostFacts{Kind: CostOnCallPhone, Cause: CauseHandling}, "Leverantörens jour vid konstaterat handhavandefel", "The supplier's on-call, handling error established"},
	} {
		if !w.p.hasCosts(f.facts.Kind) {
			continue
		}
		c := Charge(w.p, f.facts)
		s.row(w.in(f.sv, f.en), w.payer(c.Payer), w.price(c), c.Rule)
	}
	return s
}

// hasCosts reports whether the profile says anything about who bears such a cost.
func (p Profile) hasCosts(k CostKind) bool {
	switch k {
	case CostClientLock:
		return true
	case CostOnCallPhone:
		return p.OnCall.Phone != ""
	case CostOnCallVisit:
		return p.OnCall.Visit != ""
	}
	return p.Prices != Prices{}
}

func (w pageWriter) payer(p Payer) string {
	switch p {
	case ProviderPays:
		return w.in("utföraren", "the provider")
	case AlarmTeamPays:
		return w.in("trygghetsteamet", "the alarm team")
	}
	return w.in("kommunen", "the municipality")
}

func (w pageWriter) price(c Cost) string {
	if c.Rule == RuleFree {
		return w.in("gratis för kunden", "free for the client")
	}
	if c.AtCost {
		return w.in("verklig kostnad", "at cost")
	}
	return Kronor(c.Amount)
}

func (w pageWriter) equipment() Section {
	s := w.section("equipment", "Grundutrustning", "Basic equipment", w.in("Grupp", "Group"), w.in("Nycklar", "Keys"), w.in("Regel", "Rule"))
	if !w.p.Equipment.Computed {
		return s
	}
	for _, k := range []GroupKind{HomeCareGroup, RuralGroup, AlarmGroup, HealthGroup, ShoppingGroup} {
		keys, rule := w.in("så många som mest arbetar samma dag, och ", "as many as work on the same day at most, and ")+
			strconv.Itoa(w.p.Equipment.ReserveKeys)+w.in(" i reserv", " in reserve"), RuleBasicEquipment
		if n, ok := w.p.Equipment.Allotments[k]; ok {
			keys, rule = strconv.Itoa(n), RuleAllotment
		}
		sv, en := k.name()
		s.row(w.in(sv, en), keys, rule)
	}
	return s
}

// crisis is every step at every hour, for paper (V7-a).
func (w pageWriter) crisis() Section {
	s := w.section("crisis", "När något inte fungerar", "When something does not work", w.in("Vad", "What"), w.in("När", "When"), w.in("Gör så här", "Do this"), w.in("Regel", "Rule"))
	for _, f := range Failures() {
		for _, c := range w.p.Crisis {
			if c.Failure != f || !w.p.hasSwitch(c.Needs) {
				continue
			}
			text := Fill(w.in(c.SV, c.EN), func(name string) (string, bool) { return w.p.Value(name, w.lang) })
			sv, en := w.p.FailureName(f)
			s.row(w.in(sv, en), w.when(c.When), text, c.Rule)
		}
	}
	return s
}

// when is a step's schedule in words; what everybody knows by name is called that.
func (w pageWriter) when(name string) string {
	switch name {
	case OfficeHours:
		return w.in("på kontorstid", "in office hours")
	case "not:" + OfficeHours:
		return w.in("annan tid än kontorstid", "outside office hours")
	}
	return w.p.Hours.Text(name, w.lang)
}

func (w pageWriter) records() Section {
	s := w.section("records", "Hur länge uppgifter sparas", "How long records are kept", w.in("Uppgifter", "Records"), w.in("Dagar efter att de avslutats", "Days after their end"))
	for _, r := range w.p.Retention {
		sv, en := RetentionName(r.Kind)
		s.row(w.in(sv, en), strconv.Itoa(r.Days))
	}
	return s
}

func (w pageWriter) source() Section {
	s := w.section("source", "Källa", "Source", w.in("Uppgift", "What"), w.in("Värde", "Value"))
	src := w.p.Source
	for _, x := range []struct{ sv, en, value string }{
		{"Dokument", "Document", src.Title}, {"Beslutat", "Decided", src.Decided}, {"Beslutat av", "Decided by", src.DecidedBy},
		{"Senast reviderat", "Last revised", src.Revised}, {"Revideras senast", "To be revised by", src.ReviseBy},
		{"Gäller från och med", "Valid from", src.ValidFrom}, {"Giltigt till och med", "Valid until", src.ValidUntil}, {"Ersätter", "Replaces", src.Replaces}, {"Diarienummer", "Diary number", src.Diary}, {"Ansvarig", "Responsible", src.Unit},
	} {
		if x.value != "" {
			s.row(w.in(x.sv, x.en), x.value)
		}
	}
	return s
}

func joined(separator string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, separator)
}
