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
	RuleChangedNeed     = "V2.1-a"
	RuleSecondLock      = "V2.1-b"
	RuleTellClient      = "V2.1-c"
	RuleOpensSelf       = "V2.1-d"
	RuleProviderReports = "V2.1-h"
	RuleAttend          = "V2.3-b"
	RuleWhoOrders       = "V5.1-a"
	RuleLockOrder       = "S-h"
	RuleLockEnds        = "S-i"
	RuleException       = "S-a"
	RuleAskConsent      = "V5.3-b"
	RuleAgreement       = "V8-b"
	RuleDocument        = "V5.2-a"
	RuleKeyProvider     = "V2.6-a"
	RuleKeyAlarm        = "V2.6-b"
	RuleKeyBetween      = "V2.6-c"
	RuleKeyManager      = "V2.6-e"
	RuleKeyWaiting      = "V5.3-c"
	RuleSpareKey        = "S-e"
	RuleGroupsMerged    = "V5.1-f"
	RuleOneOwner        = "V5.3-d"
	RuleDiary           = "V5.3-e"
	RuleReceipt         = "V2.6-d"
	RuleReceiptForm     = "V2.6-f"
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
		{RuleDismount, "Låset monteras ned när ingen i bostaden, eller bakom porten, längre behöver det.", "The lock is dismounted when nobody in the dwelling, or behind the entrance, needs it any longer."},
		{RuleHealthAccess, "Pågående hälso- och sjukvård i hemmet ger enheten tillträde.", "Health care in the home gives the unit access."},
		{RuleShoppingAccess, "Inköp som levereras av extern utförare ger den tillträde.", "Shopping delivered by an external supplier gives it access."},
		{RuleInEffect, "En privat utförare får tillträde först när handläggaren har satt kunden som verkställd hos den.", "A private provider gains access only when the case officer has set the client in effect on it."},
		{RuleChangedNeed, "När kunden inte längre kan öppna, eller inte hör knackningen, beställer utföraren lås och får tillträde.", "When the client can no longer open, or does not hear the knock, the provider orders a lock and gains access."},
		{RuleSecondLock, "En kund har högst ett lås på sin dörr; låset i porten räknas inte.", "A client has at most one lock on the door; the entrance's does not count."},
		{RuleTellClient, "Utföraren berättar för kunden att ett lås ska monteras.", "The provider tells the client that a lock will be installed."},
		{RuleOpensSelf, "När kunden kan eller vill öppna själv upphör utförarens tillträde; insatsen finns kvar.", "When the client can or wants to open the door, the provider's access ends; the service remains."},
		{RuleProviderReports, "Utföraren meddelar när en kund har avlidit eller ska flytta, så att låset tas ned.", "The provider reports that a client has died or is going to move, so that the lock is taken down."},
		{RuleAttend, "Utföraren är med vid monteringen när kunden inte kan öppna eller saknar anhörig.", "The provider attends the mounting when the client cannot open or has no relative."},
		{RuleWhoOrders, "Handläggare och utförare beställer; trygghetsteamet beställer bara montering.", "Case officers and providers place orders; the alarm team orders mounting only."},
		{RuleLockOrder, "Montering, nedmontering och service av lås kan beställas för sig.", "Mounting, dismounting and service of a lock can be ordered by themselves."},
		{RuleLockEnds, "Utföraren säger till när låset hos en kund utan larm ska upphöra.", "The provider says when the lock of a client without alarm shall end."},
		{RuleException, "Den som har larm, eller hemtjänst och inte kan öppna, får lås; undantag och tekniska hinder antecknas.", "A client with alarm, or with home care who cannot open, gets a lock; exceptions and technical obstacles are recorded."},
		{RuleAskConsent, "Fastighetsägaren tillfrågas med brev och svarstalong innan ett lås monteras.", "The property owner is asked by letter with a reply slip before a lock is mounted."},
		{RuleOneOwner, "Har ett hus flera ägare räcker det att en av dem samtycker.", "Where several own a house, the consent of one of them is enough."},
		{RuleDiary, "Ägarens svar lämnas till registratorn som inkommen handling, och diarienumret antecknas vid svaret.", "The owner's answer is handed to the registrar as an incoming document, and its diary number is noted by the answer."},
		{RuleAgreement, "Den som ansöker om hemtjänst går med på digitalt lås vid behov; den som bara har larm tillfrågas.", "Applying for home care means agreeing to a digital lock when needed; a client with nothing but an alarm is asked."},
		{RuleDocument, "Vilket lås kunden har dokumenteras i verksamhetssystemet och når utförarnas planering.", "Which lock a client has is documented in the case system and reaches the providers' planning."},
		{RuleKeyProvider, "Med nyckelgömma och enbart hemtjänst kvitterar och förvarar utföraren den fysiska nyckeln.", "With a key box and home care only, the provider signs for the physical key and keeps the receipt."},
		{RuleKeyAlarm, "När larm tillkommer eller upphör hos en hemtjänstkund med nyckelgömma kvitteras nyckeln mellan utföraren och låsansvarig.", "When an alarm is added or ends for a home-care client with a key box, the key is signed over between provider and lock manager."},
		{RuleKeyBetween, "Vid byte av utförare kvitteras nyckeln mellan utförarna.", "At a change of provider the key is signed over from one to the other."},
		{RuleKeyManager, "Har kunden larm från början kvitterar låsansvarig nyckeln från kunden.", "If the client has an alarm from the start, the lock manager signs for the client's key."},
		{RuleReceipt, "Nyckelkvittensen skrivs ut, skrivs under av båda och följs tills nyckeln är tillbaka.", "The key receipt is printed, signed by both parties, and followed until the key is back."},
		{RuleReceiptForm, "Kvittensblanketten finns till hands för alla utförare, kommunala som privata.", "The receipt form is at hand for every provider, municipal and private."},
		{RuleKeyWaiting, "I väntan på samtycke och montering används en traditionell nyckel mot kvittens.", "Until consent and mounting a traditional key is used, against a receipt."},
		{RuleSpareKey, "Larmkunder lämnar en reservnyckel hos larmenheten; andra kan komma överens med hemtjänsten om att lämna en där.", "Alarm clients leave a spare key with the alarm unit; others may agree with home care to leave one there."},
		{RuleGroupsMerged, "När kunder går över från en grupp till en annan följer insatserna med, utan glapp och utan överlapp.", "When clients pass from one group to another, their services go along, without gap or overlap."},
	}, append(append(append(runningRules(), faultRules()...), thingRules()...), fieldRules()...)...)
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
