package routine

// The rules that the functions of this package cite, by requirement ID.
const (
	RuleAlarmAccess     = "V5.1-c"
	RuleRuralAccess     = "V1.1-a"
	RuleAlarmMount      = "V1.1-a"
	RuleAlarmRenounced  = "V1.1-b"
	RuleHomeCareStays   = "V5.1-e"
	RuleHomeCareAccess  = "V5.1-b"
	RuleHomeCareEnded   = "V2.1-e"
	RuleHomeCareMount   = "V1.1-c"
	RuleNewClient       = "V2.1-f"
	RuleProviderChanged = "V2.1-g"
	RuleDiedOrMoved     = "V1.1-d"
	RuleDismount        = "V5.1-h"
	RuleHealthAccess    = "V3-a"
	RuleShoppingAccess  = "V2.1-i"
	RuleInEffect        = "S-m"
)

// Rule is one line of the routine in words for people.
type Rule struct {
	ID, SV, EN string
}

// Rules returns the rules that this package applies, in the order of their IDs' first use above.
func Rules() []Rule {
	return append([]Rule{
		{RuleAlarmAccess, "Beviljat trygghetslarm ger larmets insatsgrupp tillträde.", "A granted safety alarm gives its responders access."},
		{RuleRuralAccess, "Vid beviljat larm får trygghetsteam och landsbygdsgrupp tillträde, och lås monteras om det saknas.", "When an alarm is granted, alarm team and rural group gain access, and a lock is mounted if there is none."},
		{RuleAlarmRenounced, "När larmet avsägs upphör larmets tillträde.", "When the alarm is renounced, its access ends."},
		{RuleHomeCareStays, "Hemtjänstgruppen behåller sitt tillträde när bara larmet avsägs.", "A home-care group keeps its access when only the alarm is renounced."},
		{RuleHomeCareAccess, "Beviljad hemtjänst med vald utförare ger utföraren tillträde om kunden inte öppnar själv.", "Granted home care with a chosen provider gives that provider access, unless the client opens the door."},
		{RuleHomeCareEnded, "När hemtjänsten avslutas upphör utförarens tillträde.", "When home care ends, the provider's access ends."},
		{RuleHomeCareMount, "Lås monteras hos den som får hemtjänst och inte kan öppna.", "A lock is mounted for a client with home care who cannot open."},
		{RuleNewClient, "Utföraren beställer lås till den nya kund som har fått hemtjänst hos den.", "The provider orders a lock for a new client who has been granted home care with it."},
		{RuleProviderChanged, "Vid byte av utförare upphör den gamla och börjar den nya samma dygn, utan glapp och utan överlapp.", "At a change of provider the old one ends and the new one begins at the same midnight, without gap or overlap."},
		{RuleDiedOrMoved, "När kunden har avlidit eller ska flytta upphör alla tillträden den dagen.", "When the client has died or is going to move, every access ends that day."},
		{RuleDismount, "Låset monteras ned när ingen i bostaden längre behöver det.", "The lock is dismounted when nobody in the dwelling needs it any longer."},
		{RuleHealthAccess, "Pågående hälso- och sjukvård i hemmet ger enheten tillträde.", "Health care in the home gives the unit access."},
		{RuleShoppingAccess, "Inköp som levereras av extern utförare ger den tillträde.", "Shopping delivered by an external supplier gives it access."},
		{RuleInEffect, "En privat utförare får tillträde först när handläggaren har satt kunden som verkställd hos den.", "A private provider gains access only when the case officer has set the client in effect on it."},
	}, append(runningRules(), faultRules()...)...)
}

// Sentence returns a rule in words; an unknown ID gets itself.
func Sentence(id string) Rule {
	for _, r := range Rules() {
		if r.ID == id {
			return r
		}
	}
	return Rule{id, id, id}
}
