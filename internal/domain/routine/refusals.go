package routine

// Refusal says why an order cannot be carried out, in words for the orderer.
type Refusal struct {
	Code, SV, EN string
}

// Error is the English sentence.
func (r *Refusal) Error() string { return r.EN }

var (
	refusedKind  = &Refusal{"order-kind-unknown", "Beställningens slag är okänt.", "The kind of the order is unknown."}
	refusedEnded = &Refusal{"client-has-ended",
		"Kunden är registrerad som avliden eller flyttad före den dagen. Kontrollera personnumret och datumet.",
		"The client is recorded as having died or moved before that day. Check the identity number and the date."}
	refusedNothing = &Refusal{"service-not-found",
		"Kunden har ingen sådan insats den dagen. Kontrollera grupp och datum.",
		"The client has no such service on that day. Check group and date."}
	refusedUndecided = &Refusal{"service-not-decided",
		"Omsorgshandläggaren har inte beslutat hemtjänst hos gruppen den dagen. Be om beslutet först; beställ sedan låset.",
		"The case officer has not decided home care with that group on that day. Ask for the decision first; then order the lock."}
	refusedSame = &Refusal{"provider-same",
		"Bytet går till samma grupp. Ange den nya utförarens grupp.",
		"The change is to the same group. Name the new provider's group."}
	refusedChanged = &Refusal{"provider-changed-already",
		"Kunden byter redan utförare från den gruppen den dagen, till en annan grupp. Återta den beställningen först om det här bytet ska gälla.",
		"The client already changes provider from that group on that day, to another group. Withdraw that order first if this change is to hold."}
	refusedWrongGroup = &Refusal{"group-wrong-kind",
		"Gruppen utför inte den insatsen. Välj en grupp av rätt slag.",
		"The group does not carry out that service. Choose a group of the right kind."}
	refusedNeed = &Refusal{"need-unknown",
		"Ange varför låset behövs: cannot-open (kan inte öppna), does-not-hear (hör inte knackningen) eller other (annat, med egna ord).",
		"Say why the lock is needed: cannot-open, does-not-hear (the knock), or other (in words of your own)."}
	refusedSecondLock = &Refusal{"lock-second",
		"Kunden har redan ett lås på sin dörr. Antalet är begränsat till ett per kund, utöver låset i porten. Beställ service om låset inte fungerar.",
		"The client already has a lock on the door. There is at most one for each client, besides the entrance's. Order service if the lock does not work."}
	refusedNoLock = &Refusal{"lock-none",
		"Det finns inget lås hos kunden. Kontrollera personnumret.",
		"There is no lock at the client's. Check the identity number."}
	refusedLockNeeded = &Refusal{"lock-needed",
		"Någon i bostaden har trygghetslarm den dagen, och låset behövs för det. Låset tas ned när larmet har upphört.",
		"Somebody in the dwelling has a safety alarm on that day, and needs the lock for it. The lock is taken down when the alarm has ended."}
)

// NothingThere refuses work at a lock where there is none.
func NothingThere() *Refusal { return refusedNoLock }
