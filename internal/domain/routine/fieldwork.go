package routine

import (
	"sort"
	"time"
)

// The rules of work at doors that no other file cites.
const (
	RuleConsent    = "V5.3-a"
	RuleWaits      = "V5.3-c"
	RuleBooking    = "V5.5-b"
	RuleBoxReason  = "V5.6-a"
	RuleBoxRemoved = "V5.6-c"
)

// fieldRules are the lines of this part of the routine in words.
func fieldRules() []Rule {
	return []Rule{
		{RuleConsent, "Fastighetsägarens samtycke kontrolleras innan ett nytt lås monteras.", "The property owner's consent is checked before a new lock is mounted."},
		{RuleBooking, "Montering och nedmontering sker på en tid som är bokad med kunden.", "Mounting and dismounting are done at a time that is booked with the client."},
		{RuleBoxReason, "Nyckelgömma monteras bara där ett lås på dörren inte går, och skälet antecknas.", "A key box is mounted only where a lock on the door is not possible, and the reason is written down."},
		{RuleBoxRemoved, "Även nyckelgömmor monteras ned när de inte längre behövs.", "Key boxes too are taken down when they are no longer needed."},
	}
}

// WorkStep is something that has to be done at a door, and said to be done, before the work counts as carried out.
type WorkStep string

// The steps.
const (
	StepInformed WorkStep = "client-informed" // the client knows that a lock is coming
	StepTaken    WorkStep = "taken-down"      // which lock came down, and where it goes
	StepRestored WorkStep = "restored"        // the door's own part sits where it sat
	StepKeys     WorkStep = "keys-returned"   // the client's physical keys have gone back
	StepSerial   WorkStep = "serial"          // the new lock's serial number was read from the lock
	StepWhyBox   WorkStep = "why-box"         // why a key box and no lock on the door
	StepSecond   WorkStep = "second-check"    // another person has looked at lock, number and door
	StepTest     WorkStep = "test-opening"    // the lock has opened
	StepOriginal WorkStep = "original-part"   // where the door's own part is kept
)

// WorkSteps returns every step.
func WorkSteps() []WorkStep {
	return []WorkStep{StepInformed, StepTaken, StepRestored, StepKeys, StepSerial, StepWhyBox, StepSecond, StepTest, StepOriginal}
}

// Required is a step of a checklist with the line of the routine that asks for it.
type Required struct {
	Step   WorkStep
	Rule   string
	SV, EN string
}

// Checklist says what work of a kind at a door demands, in the order in which it is best done. lock is what is put up or taken
// down; while that is not known ([NoLock]) the list is that of a door lock. was is what an exchange takes down: where it is of
// another kind, the door is put in order for that too. Other kinds of work demand nothing.
func Checklist(k TaskKind, lock, was LockKind) []Required {
	informed := Required{StepInformed, RuleTellClient, "Kunden är informerad", "The client has been informed"}
	serial := Required{StepSerial, RuleBooking, "Låsets serienummer är avläst", "The lock's serial number has been read"}
	second := Required{StepSecond, RuleBooking, "En annan person har kontrollerat", "Another person has checked"}
	test := Required{StepTest, RuleBooking, "Låset är provöppnat", "The lock has been opened as a test"}
	taken := Required{StepTaken, removalRule(lock), "Det gamla låset är nedtaget", "The old lock has come down"}
	restored := Required{StepRestored, removalRule(lock), "Dörren är återställd", "The door is as it was"}
	switch k {
	case Mount:
		return append([]Required{informed, serial}, append(onlyBox(lock), second, test, original(lock))...)
	case TellClient:
		return []Required{informed}
	case ExchangeLock:
		list := append([]Required{taken, serial}, append(onlyBox(lock), second, test)...)
		switch {
		case lock == KeyBox && was == DoorLock:
			return append(list, restored, original(lock))
		case lock == DoorLock && was == KeyBox:
			return append(list, original(lock))
		}
		return list
	case MountEntrance:
		return []Required{serial, second, test, original(NoLock)}
	case ExchangeEntrance: // the entrance's own part stays where it is kept
		return []Required{taken, serial, second, test}
	case DismountEntrance:
		return []Required{taken, restored}
	case Dismount:
		return []Required{taken, restored,
			{StepKeys, removalRule(lock), "Kundens vanliga nycklar är återlämnade", "The client's ordinary keys have gone back"}}
	}
	return nil
}

func onlyBox(lock LockKind) []Required {
	if lock != KeyBox {
		return nil
	}
	return []Required{{StepWhyBox, RuleBoxReason, "Skälet till nyckelgömma är antecknat", "Why a key box is written down"}}
}

// original is asked of key boxes too: the key in the box is the client's own.
func original(lock LockKind) Required {
	if lock == KeyBox {
		return Required{StepOriginal, RuleBoxRemoved, "Nyckeln i gömman är antecknad", "The key in the box is written down"}
	}
	return Required{StepOriginal, RuleDismount, "Dörrens egen del är undanlagd", "The door's own part is put away"}
}

func removalRule(lock LockKind) string {
	if lock == KeyBox {
		return RuleBoxRemoved
	}
	return RuleDismount
}

// NeedsConsent reports whether work puts up something new, so that the house's owner must have agreed (V5.3-a). An exchange
// for a lock of the same kind does not: the door has one already. For another kind it counts as a [Mount].
func (p Profile) NeedsConsent(k TaskKind) bool {
	return p.Consent.Owner && (k == Mount || k == MountEntrance)
}

// MayMount reports whether the municipality mounts that kind of thing at all (V5.6-a).
func (p Profile) MayMount(lock LockKind) bool { return lock != KeyBox || p.Technology.KeyBoxes }

// Urgency ranks a lock's fault: one that staff cannot remedy themselves while somebody depends on the lock comes before
// everything else (V5.5-c, V5.6-b). It gives the rule, or "" for what can wait its turn.
func Urgency(k TaskKind, lock LockKind, somebodyDepends bool) string {
	switch {
	case k != ServiceLock && !k.Exchanges(), !somebodyDepends:
		return ""
	case lock == KeyBox:
		return RuleUrgentBox
	}
	return RuleUrgentLock
}

// UndoWithin is how long a task that was marked done by mistake can be opened again.
const UndoWithin = 24 * time.Hour

// Reversible reports whether saying that work is done has no effects of its own, so that it can be taken back. A lock that is
// up or down is changed by new work.
func (k TaskKind) Reversible() bool {
	switch k {
	case ServiceLock, TellClient, Document, Attend, Judge:
		return true
	}
	return false
}

// MayDo says who may carry out work: the lock manager all of it, a provider what is asked of its own staff with its own
// clients (V2.1-c, V2.3-b).
func MayDo(r Role, k TaskKind) bool {
	switch r {
	case LockManager:
		return true
	case Provider:
		return k == TellClient || k == Attend
	}
	return false
}

// Limits of a booking.
const (
	ShortestVisit = 5 * time.Minute
	LongestVisit  = 8 * time.Hour
	BookAhead     = 366 * 24 * time.Hour
)

var (
	refusedPeriod = &Refusal{"booking-period", "Besökets sluttid måste ligga minst fem minuter och högst åtta timmar efter starttiden.",
		"The visit must end at least five minutes and at most eight hours after it begins."}
	refusedPast = &Refusal{"booking-past", "Tiden har redan varit. Välj en som kommer.", "That time has passed. Choose one to come."}
	refusedFar  = &Refusal{"booking-far", "Tiden ligger mer än ett år bort. Kontrollera året.", "The time is more than a year away. Check the year."}
	refusedShut = &Refusal{"booking-outside-hours", "Tiden ligger utanför kontorstid. Välj en tid då låsansvarig arbetar.",
		"The time is outside office hours. Choose one when the lock manager works."}
)

// MayBook refuses a visit that is not in the office hours of the lock manager from beginning to end, or not in the coming
// year (V5.5-b). from and until are in local time. A profile without office hours allows any hour.
func (p Profile) MayBook(from, until, now time.Time) *Refusal {
	switch length := until.Sub(from); {
	case length < ShortestVisit || length > LongestVisit:
		return refusedPeriod
	case from.Before(now):
		return refusedPast
	case from.After(now.Add(BookAhead)):
		return refusedFar
	}
	office, limited := p.Hours[OfficeHours]
	if limited && !office.covers(from, until) {
		return refusedShut
	}
	return nil
}

// covers reports whether the schedule is open from from to until without a break.
func (s Schedule) covers(from, until time.Time) bool {
	var open []period
	for _, day := range []int{-1, 0, 1} {
		year, month, date := from.Date()
		open = append(open, s.beginning(year, month, date+day, from.Location())...)
	}
	sort.Slice(open, func(i, j int) bool { return open[i].from.Before(open[j].from) })
	for _, p := range open {
		if !from.Before(p.from) && from.Before(p.to) {
			from = p.to
		}
	}
	return !from.Before(until)
}
