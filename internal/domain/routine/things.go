package routine

// Duty is something that is done with keys, cabinets, stations and staff.
type Duty string

// The duties.
const (
	KeepStock        Duty = "keep-stock"       // order, receive, return under warranty, scrap
	HandOutKeys      Duty = "hand-out-keys"    // to groups, in exchange, in place of lost ones
	LiftBlock        Duty = "lift-block"       // of a key that was found
	MissKey          Duty = "miss-key"         // say that a key is looked for: it stops syncing
	BlockLostKey     Duty = "block-lost-key"   //
	ReportKey        Duty = "report-key"       // damaged, or fails despite a new battery
	ChangeBattery    Duty = "change-battery"   //
	KeepCabinet      Duty = "keep-cabinet"     // name who answers for it, count, follow up
	ReadInstruction  Duty = "read-instruction" // and answer for its being current at the station
	WriteInstruction Duty = "write-instruction"
	StationOut       Duty = "station-out" // say that a station does not work, or works again
	BlockStation     Duty = "block-station"
	AddStaff         Duty = "add-staff"
	OrderStaff       Duty = "order-staff" // ask the system owner to add somebody
	DecideStaff      Duty = "decide-staff"
	EndStaff         Duty = "end-staff"
	EnrolStaff       Duty = "enrol-staff"    // give badge and PIN
	EndTechnician    Duty = "end-technician" // who works in no group, but goes to doors for the lock manager
	ListPhones       Duty = "list-phones"
	FileRoutine      Duty = "file-routine" // the provider's own
)

// HoldsGroup reports whether a role is that of an organisation with groups, keys and staff of its own: home care, and in
// the same way health care, deliveries and the alarm team (V3-a, V4-a).
func (r Role) HoldsGroup() bool {
	return r == Provider || r == HealthUnit || r == Delivery || r == AlarmTeam
}

// MayTend says by which rule a role may carry out a duty, "" if it may not. own says that the thing or person belongs to a
// group of the asking organisation, private that this organisation is a private provider.
func (p Profile) MayTend(r Role, d Duty, own, private bool) (rule string) {
	own = own && r.HoldsGroup()
	switch d {
	case KeepStock:
		return ruleIf(r == LockManager, RuleStock)
	case HandOutKeys:
		return ruleIf(r == LockManager, RuleReplacement)
	case LiftBlock:
		return ruleIf(r == LockManager, RuleLiftBlock)
	case BlockLostKey:
		if own {
			return ruleIf(p.SelfServiceBlock, RuleCrisisLost)
		}
		return ruleIf(r == LockManager, RuleLostKey)
	case MissKey:
		return ruleIf(own || r == LockManager, RuleLostKey)
	case ReportKey:
		return ruleIf(own || r == LockManager, RuleKeyNegligence)
	case ChangeBattery:
		return ruleIf(own || r == LockManager, RuleBattery)
	case KeepCabinet:
		return ruleIf(own || r == LockManager, RuleCabinet)
	case ReadInstruction:
		return ruleIf(own || r == LockManager, RuleInstruction)
	case WriteInstruction:
		return ruleIf(r == LockManager || r == SystemOwner, RuleInstruction)
	case StationOut:
		return ruleIf(own || r == LockManager || r == SystemOwner, RuleOtherStation)
	case BlockStation:
		return ruleIf(r == LockManager || r == SystemOwner, RuleOtherStation)
	}
	return p.mayStaff(r, d, own, private)
}

// mayStaff is [Profile.MayTend] for people. Where the system owner looks after private providers' staff, such a provider
// orders permissions; it still ends its own at once, as stopping never waits for anybody.
func (p Profile) mayStaff(r Role, d Duty, own, private bool) string {
	ordered := p.Staff.PrivateBySystemOwner && private
	switch d {
	case AddStaff:
		if r == SystemOwner {
			return RuleStaffOrder
		}
		return ruleIf(own && !ordered, RuleOwnStaff)
	case OrderStaff:
		return ruleIf(own && ordered, RuleStaffOrder)
	case DecideStaff:
		return ruleIf(r == SystemOwner && p.Staff.PrivateBySystemOwner, RuleStaffOrder)
	case EndStaff, EnrolStaff:
		return ruleIf(own || r == SystemOwner, RuleOwnStaff)
	case EndTechnician:
		return ruleIf(r == LockManager || r == SystemOwner, RuleBooking)
	case ListPhones:
		return ruleIf(p.Staff.PhoneList && (own && private || r == SystemOwner), RulePhoneList)
	case FileRoutine:
		return ruleIf(p.Staff.RoutineOnFile && (own || r == SystemOwner), RuleRoutineOnFile)
	}
	return ""
}

func ruleIf(yes bool, rule string) string {
	if yes {
		return rule
	}
	return ""
}

// The rules about things and people, by requirement ID.
const (
	RuleStock         = "V5.4-a"
	RuleLockStock     = "V5.5-a"
	RuleWarranty      = "V5.4-d"
	RuleExchange      = "V5.4-c"
	RuleFailsAnyway   = "V5.4-b"
	RuleLostKey       = "V2.2-e"
	RuleReplacement   = "V2.2-e"
	RuleLiftBlock     = "V2.2-e"
	RuleBattery       = "V2.2-a"
	RuleCabinet       = "V2.2-b"
	RuleInstruction   = "V2.4-b"
	RuleOtherStation  = "V2.5-c"
	RuleAnyStation    = "V2.5-b"
	RuleNoPower       = "V2.5-a"
	RuleOwnStaff      = "V2.7-a"
	RulePhoneList     = "S-k"
	RuleStaffOrder    = "S-l"
	RuleRoutineOnFile = "S-f"
)

// thingRules are the lines of this part of the routine in words.
func thingRules() []Rule {
	return []Rule{
		{RuleStock, "Låsansvarig beställer och lagerhåller nycklar, och ser i tid när de håller på att ta slut.", "The lock manager orders keys and keeps them in stock, and sees in time when they run low."},
		{RuleLockStock, "Låsansvarig beställer och lagerhåller lås och nyckelgömmor.", "The lock manager orders locks and key boxes and keeps them in stock."},
		{RuleWarranty, "Det som går sönder inom garantitiden skickas till leverantören och följs tills det är avgjort.", "What breaks within the warranty goes back to the supplier and is followed until settled."},
		{RuleExchange, "En skadad nyckel lämnas in och en ersättningsnyckel lämnas ut.", "A damaged key is handed in and a replacement handed out."},
		{RuleFailsAnyway, "En nyckel som inte fungerar trots batteribyte byts ut.", "A key that fails despite a new battery is exchanged."},
		{RuleLostKey, "En förlorad nyckel anmäls och spärras; en ny lämnas ut först när den gamla är spärrad. Bara låsansvarig häver en spärr, med skäl.", "A lost key is reported and blocked; a new one is handed out only once the old one is blocked. Only the lock manager lifts a block, with a reason."},
		{RuleBattery, "Gruppen byter batteri i sina nycklar enligt instruktion och antecknar när.", "The group changes the batteries of its keys by the instruction and notes when."},
		{RuleCabinet, "Namngivna personer i gruppen räknar nycklarna i skåpet och reder ut det som inte stämmer.", "Named people in the group count the keys in the cabinet and follow up what does not tally."},
		{RuleInstruction, "Namngivna personer i gruppen ser till att instruktionen vid stationen är aktuell.", "Named people in the group see to it that the instruction at the station is current."},
		{RuleNoPower, "En nyckel som synkats de senaste fem dagarna går att aktivera utan ström och nät.", "A key synced in the last five days can be activated without power and network."},
		{RuleAnyStation, "Alla nycklar går att synka vid alla stationer i kommunen.", "Any key syncs at any station in the municipality."},
		{RuleOtherStation, "När en station inte fungerar synkar personalen vid en annan; de närmaste visas.", "When a station is out, staff sync at another; the nearest are listed."},
		{RuleOwnStaff, "Utföraren lägger upp och tar bort sin egen personal.", "The provider adds and removes its own staff."},
		{RulePhoneList, "En privat utförare lämnar en lista på sina telefonabonnemang till systemansvarig och meddelar ändringar.", "A private provider submits a list of its phone subscriptions to the system owner, and changes to it."},
		{RuleStaffOrder, "En privat utförare beställer behörigheter för sin personal hos systemansvarig.", "A private provider orders permissions for its staff from the system owner."},
		{RuleRoutineOnFile, "Utföraren har en egen rutin för ansvar och mot obehörig användning, som kommunen har fått och följer upp.", "The provider has a routine of its own for responsibility and against misuse, which the municipality has on file and reviews."},
	}
}
