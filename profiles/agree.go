package profiles

import (
	"strings"

	"hemnyckel/internal/domain/routine"
)

// switches checks that what is switched on agrees with the rest.
func (c *checker) switches() {
	p := c.p
	c.agree("technology", p.Technology.Keys || p.Technology.Phones, "Minst en av keys och phones ska vara på.", "At least one of keys and phones must be on.")
	c.agree("consent.registrar", p.Consent.Owner || !p.Consent.Registrar, "Utan krav på ägarens samtycke finns inget att diarieföra.", "Without a demand for the owner's consent there is nothing to file.")
	c.agree("receipts.key_box", p.Technology.KeyBoxes || !p.Receipts.KeyBox, "Kommunen har inga nyckelgömmor (technology.key_boxes).", "The municipality has no key boxes (technology.key_boxes).")
	c.agree("entrances_count", p.LockLimit > 0 || !p.EntrancesCount, "Utan lock_limit räknas inga lås.", "Without lock_limit no locks are counted.")
	c.agree("rural_areas", p.RuralAnswers || len(p.RuralAreas) == 0, "Landsbygdsgrupper svarar inte på larm (rural_answers).", "Rural groups do not answer alarms (rural_answers).")
	for group, codes := range p.RuralAreas {
		for i, code := range codes {
			c.agree(index(join("rural_areas", group), i), postalPattern.MatchString(code), "Ett postnummer är fem siffror utan mellanslag.", "A postal code is five digits without spaces.")
		}
	}
	c.accessHours()
	c.agree("staff.routine_gates_access", p.Staff.RoutineOnFile || !p.Staff.RoutineGatesAccess, "Slå på routine_on_file också.", "Switch routine_on_file on too.")
	c.agree("staff.routine_months", (p.Staff.RoutineMonths > 0) == p.Staff.RoutineOnFile, "Ange hur många månader en utförares rutin gäller, precis när routine_on_file är på.", "Say for how many months a provider's routine is valid, exactly when routine_on_file is on.")
	c.agree("equipment", p.Technology.Keys || !p.Equipment.Computed, "Grundutrustning räknas bara där det finns nycklar (technology.keys).", "Basic equipment is computed only where there are keys (technology.keys).")
	c.agree("equipment.allotments", p.Equipment.Computed || len(p.Equipment.Allotments) == 0, "Utan grundutrustning (computed) finns inga tilldelningar.", "Without basic equipment (computed) there are no allotments.")
	c.agree("stock.count_days", (p.Stock.CountDays > 0) == p.Technology.Keys, "Ange hur ofta nycklarna i ett skåp räknas, precis när det finns nycklar.", "Say how often the keys of a cabinet are counted, exactly when there are keys.")
	c.onCall()
	c.log()
}

func (c *checker) agree(path string, ok bool, sv, en string) {
	if !ok {
		c.add(path, sv, en)
	}
}

func (c *checker) onCall() {
	o, prices := c.p.OnCall, c.p.Prices
	c.schedule("on_call.phone", o.Phone)
	c.schedule("on_call.visit", o.Visit)
	c.agree("prices.on_call_phone", o.Phone != "" || prices.OnCallPhone == 0, "Det finns ingen jour (on_call.phone) att betala.", "There is no on-call (on_call.phone) to pay for.")
	c.agree("prices.on_call_visit", o.Visit != "" || prices.OnCallVisit == 0, "Det finns ingen jourutryckning (on_call.visit) att betala.", "There is no call-out (on_call.visit) to pay for.")
	c.agree("on_call.visit", o.Visit == "" || o.Phone != "", "En tekniker kommer när telefonen inte hjälpte: ange on_call.phone också.", "A technician comes when the phone did not help: name on_call.phone too.")
}

func (c *checker) log() {
	l := c.p.Log
	among(c, "log.readers", l.Readers, roles())
	c.few("log.recipients", len(l.Recipients))
	for i, r := range l.Recipients {
		c.word(index("log.recipients", i), r, true)
	}
	switch l.Mode {
	case routine.LogByDisclosure:
		c.agree("log.readers", len(l.Readers) == 0, "Vid utlämnande läser ingen roll loggen direkt. Ta bort readers, eller välj mode = \"direct\".", "With disclosure no role reads the log directly. Remove readers, or choose mode = \"direct\".")
	case routine.LogByRole:
		c.some("log.readers", len(l.Readers))
	default:
		c.unknown("log.mode", string(l.Mode), names([]routine.LogMode{routine.LogByDisclosure, routine.LogByRole}))
	}
}

// records checks where locks are documented and how long records are kept: every kind has a time.
func (c *checker) records() {
	c.few("documentation", len(c.p.Documentation))
	targets := map[string]bool{}
	for i, d := range c.p.Documentation {
		at := index("documentation", i)
		c.word(at+".name", d.Name, true)
		c.word(at+".field", d.Field, false)
		c.agree(at+".name", !targets[d.Name], "Systemet står två gånger. Ta bort det ena.", "The system stands twice. Remove one of them.")
		targets[d.Name] = true
	}
	kept := map[string]bool{}
	for i, r := range c.p.Retention {
		at := index("retention", i)
		if !contains(routine.RetentionKinds(), r.Kind) {
			c.unknown(at+".kind", r.Kind, routine.RetentionKinds())
		}
		c.agree(at+".kind", !kept[r.Kind], "Det sägs redan hur länge dessa sparas. Ta bort den ena.", "How long these are kept is said already. Remove one of them.")
		c.number(at+".days", r.Days, 1, 36500)
		kept[r.Kind] = true
	}
	for _, kind := range routine.RetentionKinds() {
		c.agree("retention."+kind, kept[kind], "Det saknas hur länge dessa sparas. Lägg till [[retention]] med kind och days.", "How long these are kept is missing. Add [[retention]] with kind and days.")
	}
	if name := c.p.Consent.Retention; name != "" && !kept[name] {
		c.unknown("consent.retention", name, routine.RetentionKinds())
	}
}

// letters checks the texts, and that those which the routine needs are there in Swedish and in English.
func (c *checker) letters() {
	c.few("letters", len(c.p.Letters))
	written := map[string]bool{}
	for i, l := range c.p.Letters {
		at := index("letters", i)
		if !contains(routine.LetterKinds(), l.Kind) {
			c.unknown(at+".kind", l.Kind, routine.LetterKinds())
		}
		c.agree(at+".language", languagePattern.MatchString(l.Language), "Språket är en kod som sv, en eller fi.", "The language is a code such as sv, en or fi.")
		c.agree(at+".kind", !written[l.Kind+" "+l.Language], "Brevet finns redan på det språket. Ta bort det ena.", "The letter is there in that language already. Remove one of them.")
		written[l.Kind+" "+l.Language] = true
		fields := routine.LetterFields(l.Kind)
		c.text(at+".title", l.Title, l.Language, fields)
		c.some(at+".text", len(l.Text))
		for j, t := range l.Text {
			c.text(index(at+".text", j), t, l.Language, fields)
		}
		for j, t := range l.Reply {
			c.text(index(at+".reply", j), t, l.Language, fields)
		}
		c.agree(at+".reply", len(l.Reply) > 1 || l.Kind != routine.ConsentRequest, "Talongen behöver minst två svar.", "The reply slip needs at least two answers.")
	}
	for _, kind := range c.lettersNeeded() {
		for _, language := range []string{"sv", "en"} {
			c.agree(strings.Join([]string{"letters", kind, language}, "."), written[kind+" "+language],
				"Brevet saknas på det språket. Lägg till [[letters]] med kind och language.", "The letter is missing in that language. Add [[letters]] with kind and language.")
		}
	}
}

func (c *checker) lettersNeeded() []string {
	needed := []string{routine.ClientInformation}
	if c.p.Consent.Owner {
		needed = append(needed, routine.ConsentRequest, routine.ConsentReminder)
	}
	if r := c.p.Receipts; r.KeyBox || r.Spare || r.SpareHome || r.Waiting {
		needed = append(needed, routine.ReceiptLetter)
	}
	return needed
}

// lockSpans is how many spans of hours a right in a lock has room for.
const lockSpans = 4

// accessHours checks that hours in which a service opens doors can be told to a lock: whole hours, and few enough spans of them.
func (c *checker) accessHours() {
	limitable := []string{string(routine.HomeCare), string(routine.Health), string(routine.Shopping)} // an alarm comes at any hour
	for kind, name := range c.p.AccessHours {
		at := join("access_hours", string(kind))
		if !contains(limitable, string(kind)) {
			c.unknown(at, string(kind), limitable)
		}
		c.word(at, name, true)
		c.schedule(at, name)
		s := c.p.Hours[name]
		spans := 0
		if s.Holidays == routine.HolidaysOpen {
			spans++
		}
		for _, span := range s.Spans {
			from, to, ok := span.Minutes()
			c.agree(at, !ok || from%60 == 0 && to%60 == 0, "Ett lås kan bara hela timmar. Ändra tiderna i schemat, eller välj ett annat.", "A lock knows whole hours only. Change the times of the schedule, or choose another.")
			if spans++; to > 24*60 {
				spans++ // a night is two
			}
		}
		c.agree(at, spans <= lockSpans, "Schemat har fler tider än ett lås rymmer: fyra, där en natt räknas som två och öppna helgdagar som en.", "The schedule has more times than a lock holds: four, where a night counts as two and open holidays as one.")
	}
}
