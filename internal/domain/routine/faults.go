package routine

import "time"

// The rules about faults and charges, by requirement ID.
const (
	RuleKeyFault     = "V2.2-c"
	RuleLockFault    = "V2.3-a"
	RuleStationFault = "V2.4-a"
	RuleUrgentLock   = "V5.5-c"
	RuleUrgentBox    = "V5.6-b"
	RuleCharges      = "V6-e"
)

// faultRules are the lines of this part of the routine in words.
func faultRules() []Rule {
	return []Rule{
		{RuleKeyFault, "En nyckel som inte fungerar felanmäls till låsansvarig.", "A key that does not work is reported to the lock manager."},
		{RuleLockFault, "Ett lås eller en nyckelgömma som inte fungerar felanmäls till låsansvarig.", "A lock or key box that does not work is reported to the lock manager."},
		{RuleStationFault, "En synkstation som inte fungerar felanmäls till låsansvarig.", "A sync station that does not work is reported to the lock manager."},
		{RuleUrgentLock, "Ett akut låsfel som personalen inte kan avhjälpa åtgärdas av låsansvarig på kontorstid, före allt annat.", "An urgent lock fault that staff cannot fix is dealt with by the lock manager in office hours, before everything else."},
		{RuleUrgentBox, "Ett akut fel på en nyckelgömma som personalen inte kan avhjälpa på plats åtgärdas av låsansvarig på kontorstid.", "An urgent fault at a key box that staff cannot fix on site is dealt with by the lock manager in office hours."},
		{RuleCharges, "En debitering föreslås med den regel som gäller, beslutas av en person och lämnas sedan som faktureringsunderlag.", "A charge is proposed with the rule that applies, decided by a person, and then handed over for invoicing."},
	}
}

// FaultTask is the work that a fault at a lock leads to (V5.5-c, V5.6-b): at once when it is urgent and the lock manager is
// there, else when it opens; what is not urgent is due when the lock manager is there next. t is local time.
func FaultTask(p Profile, k LockKind, t time.Time) Task {
	task := Task{Kind: ServiceLock, Rule: RuleUrgentLock, Due: t}
	if k == KeyBox {
		task.Rule = RuleUrgentBox
	}
	u, _ := p.Unit(UnitLockManager)
	if next, ok := p.Hours.Next(u.Hours, t); ok {
		task.Due = next
	}
	return task
}

// Question is asked before a fault is reported: often somebody on site can be helped at once.
type Question struct {
	ID      string
	SV, EN  string
	Answers []Answer
}

// Answer leads to the next question or to an end.
type Answer struct {
	ID     string
	SV, EN string
	Next   string // id of a question; "" where End says what to do
	End    *TriageEnd
}

// TriageEnd is where the questions lead.
type TriageEnd struct {
	Do     TriageDo
	SV, EN string
	Rule   string
	Urgent bool // report: the client is inside and cannot open
	Steps  Failure
}

// TriageDo is what to do at the end of the questions.
type TriageDo string

// What the questions can end in.
const (
	DoAdvice TriageDo = "advice" // it can be put right on site
	DoReport TriageDo = "report" // report the fault, and follow the crisis steps meanwhile
	DoBlock  TriageDo = "block"  // block the key at once
)

// Triage asks the first question that is not answered yet about a failure, or says how the questions end. answers are the
// ids of the answers so far, in order; false means that there are no such questions or answers.
func Triage(p Profile, failure Failure, answers []string) (*Question, *TriageEnd, bool) {
	questions := Questions(p, failure)
	if len(questions) == 0 {
		return nil, nil, false
	}
	q := &questions[0]
	for i, id := range answers {
		a := q.answer(id)
		switch {
		case a == nil:
			return nil, nil, false
		case a.End != nil:
			return nil, a.End, i == len(answers)-1
		}
		q = named(questions, a.Next)
	}
	return q, nil, q != nil
}

func (q *Question) answer(id string) *Answer {
	for i := range q.Answers {
		if q.Answers[i].ID == id {
			return &q.Answers[i]
		}
	}
	return nil
}

func named(questions []Question, id string) *Question {
	for i := range questions {
		if questions[i].ID == id {
			return &questions[i]
		}
	}
	return nil
}

// Questions are all questions about a failure, the first one first; none where nothing is to be asked. Where phones are the
// keys there are no stations, and no batteries to change.
func Questions(p Profile, f Failure) []Question {
	switch {
	case f == FailedLock:
		return lockQuestions()
	case f == FailedKey && p.Technology.Keys:
		return keyQuestions()
	case f == FailedKey && p.Technology.Phones:
		return phoneQuestions()
	case (f == FailedStation || f == PowerCut) && p.Technology.Keys:
		return stationQuestions()
	case f == LostKey && p.Technology.Keys:
		return lostQuestions()
	}
	return nil
}

func yesTo(next string, end *TriageEnd) Answer { return Answer{"yes", "Ja", "Yes", next, end} }
func noTo(next string, end *TriageEnd) Answer  { return Answer{"no", "Nej", "No", next, end} }

func lockQuestions() []Question {
	report := func(urgent bool) *TriageEnd {
		end := &TriageEnd{Do: DoReport, Rule: RuleLockFault, Urgent: urgent, Steps: FailedLock,
			SV: "Anmäl felet på låset. Följ krisstegen så länge.", EN: "Report the fault at the lock. Follow the crisis steps meanwhile."}
		if urgent {
			end.SV = "Anmäl felet som akut. Följ krisstegen genast; ring 112 om någon är i fara."
			end.EN = "Report the fault as urgent. Follow the crisis steps at once; call 112 if anybody is in danger."
		}
		return end
	}
	return []Question{
		{"other-key", "Öppnar en annan nyckel dörren?", "Does another key open the door?", []Answer{
			yesTo("", &TriageEnd{Do: DoReport, Rule: RuleKeyFault, Steps: FailedKey,
				SV: "Då är det nyckeln som är felet. Anmäl nyckeln och använd den andra.", EN: "Then the key is at fault. Report the key and use the other one."}),
			noTo("inside", nil),
			{"untried", "Inte provat", "Not tried", "", &TriageEnd{Do: DoAdvice, Rule: RuleCrisisLock, Steps: FailedLock,
				SV: "Prova en annan nyckel först, och svara sedan på frågan igen.", EN: "Try another key first, then answer the question again."}}}},
		{"inside", "Är kunden innanför dörren utan att kunna öppna?", "Is the client inside without being able to open?", []Answer{
			yesTo("", report(true)), noTo("", report(false))}},
	}
}

func keyQuestions() []Question {
	return []Question{
		{"damaged", "Är nyckeln böjd, sliten eller skadad?", "Is the key bent, worn or damaged?", []Answer{
			yesTo("", &TriageEnd{Do: DoReport, Rule: RuleKeyNegligence, Steps: FailedKey,
				SV: "Anmäl nyckeln, så bokas en tid för byte. Ta en annan nyckel ur skåpet så länge.", EN: "Report the key, and an appointment for exchange is made. Take another key from the cabinet meanwhile."}),
			noTo("synced", nil)}},
		{"synced", "Är nyckeln synkad och aktiverad för passet?", "Is the key synced and activated for the shift?", []Answer{
			yesTo("battery", nil),
			noTo("", &TriageEnd{Do: DoAdvice, Rule: RuleCrisisStation, Steps: FailedKey,
				SV: "Synka och aktivera nyckeln vid vilken station som helst, och prova igen.", EN: "Sync and activate the key at any station, and try again."})}},
		{"battery", "Har batteriet bytts enligt instruktionen?", "Has the battery been changed as instructed?", []Answer{
			yesTo("", &TriageEnd{Do: DoReport, Rule: RuleKeyFault, Steps: FailedKey,
				SV: "Anmäl nyckeln: den ska bytas ut. Ta en annan nyckel ur skåpet så länge.", EN: "Report the key: it is to be exchanged. Take another key from the cabinet meanwhile."}),
			noTo("", &TriageEnd{Do: DoAdvice, Rule: RuleCrisisKey, Steps: FailedKey,
				SV: "Byt batteri enligt instruktionen, synka nyckeln och prova igen.", EN: "Change the battery as instructed, sync the key and try again."})}},
	}
}

func phoneQuestions() []Question {
	return []Question{
		{"login", "Är du inloggad med ditt eget namn, både i mobilen och i appen?", "Are you logged in under your own name, on the phone and in the app?", []Answer{
			yesTo("other-phone", nil),
			noTo("", &TriageEnd{Do: DoAdvice, Rule: RulePersonalLogin, Steps: FailedKey,
				SV: "Logga in på båda ställena med ditt eget namn, och prova igen. Låna aldrig någon annans inloggning.", EN: "Log in to both under your own name, and try again. Never borrow somebody else's login."})}},
		{"other-phone", "Öppnar dörren med en annan mobil, med din egen inloggning?", "Does the door open with another phone, under your own login?", []Answer{
			yesTo("", &TriageEnd{Do: DoAdvice, Rule: RuleOrderAtUnit, Steps: FailedKey,
				SV: "Då är det mobilen som är felet. Använd den andra och kontakta supporten.", EN: "Then the phone is at fault. Use the other one and contact support."}),
			noTo("", &TriageEnd{Do: DoReport, Rule: RuleLockFault, Steps: FailedLock,
				SV: "Då är det låset. Anmäl felet på låset och följ krisstegen så länge.", EN: "Then it is the lock. Report the fault at the lock, and follow the crisis steps meanwhile."})}},
	}
}

func stationQuestions() []Question {
	return []Question{
		{"power", "Är det strömavbrott där stationen står?", "Is there a power cut where the station is?", []Answer{
			yesTo("", &TriageEnd{Do: DoAdvice, Rule: RuleCrisisStation, Steps: PowerCut,
				SV: "Följ krisstegen för strömavbrott: nyckeln fungerar om den synkats nyligen, och alla stationer duger.", EN: "Follow the crisis steps for a power cut: the key works if it was synced lately, and any station will do."}),
			noTo("cables", nil)}},
		{"cables", "Sitter ström- och nätverkskabeln i?", "Are the power and network cables plugged in?", []Answer{
			yesTo("", &TriageEnd{Do: DoReport, Rule: RuleStationFault, Steps: FailedStation,
				SV: "Anmäl stationen. Synka nycklarna vid en annan station så länge.", EN: "Report the station. Sync the keys at another station meanwhile."}),
			noTo("", &TriageEnd{Do: DoAdvice, Rule: RuleCrisisStation, Steps: FailedStation,
				SV: "Sätt i kablarna, vänta två minuter och prova igen.", EN: "Plug the cables in, wait two minutes and try again."})}},
	}
}

func lostQuestions() []Question {
	return []Question{
		{"searched", "Finns nyckeln i skåpet, i bilen eller hos en kollega?", "Is the key in the cabinet, in the car or with a colleague?", []Answer{
			yesTo("", &TriageEnd{Do: DoAdvice, Rule: RuleCrisisLost, Steps: LostKey,
				SV: "Då är nyckeln inte borta. Lägg tillbaka den i skåpet.", EN: "Then the key is not lost. Put it back into the cabinet."}),
			noTo("", &TriageEnd{Do: DoBlock, Rule: RuleCrisisLost, Steps: LostKey,
				SV: "Spärra nyckeln genast. En ny lämnas ut när den är spärrad.", EN: "Block the key at once. A new one is handed out when it is blocked."})}},
	}
}
