package routine

// The rules about what costs what, what a group has, and what to do when something fails, by requirement ID.
const (
	RuleKeyNegligence     = "V2.2-d"
	RuleMunicipalityBears = "V6-a"
	RuleProviderBears     = "V6-b"
	RuleCallOut           = "V6-c"
	RuleOnCall            = "V6-d"
	RuleFree              = "S-n"
	RuleBasicEquipment    = "V8-a"
	RuleAllotment         = "V4-a"
	RuleCrisisLock        = "V7-b"
	RuleCrisisLost        = "V7-c"
	RuleCrisisOnCall      = "V7-d"
	RuleCrisisKey         = "V7-e"
	RuleCrisisStation     = "V7-f"
	RuleContacts          = "V7-g"
	RuleWithheldNumber    = "S-j"
	RuleOrderAtUnit       = "S-o"
	RuleContactsPhones    = "S-p"
	RuleSameService       = "S-b"
	RulePersonalLogin     = "S-c"
	RuleLogReaders        = "S-g"
	RuleDisclosure        = "V5.7-d"
	RuleSource            = "X-a"
)

// runningRules are the lines of this part of the routine in words.
func runningRules() []Rule {
	return []Rule{
		{RuleKeyNegligence, "En skadad nyckel byts efter tidsbokning; vid uppenbar oaktsamhet kan utföraren få betala den.", "A damaged key is exchanged by appointment; in case of obvious negligence the provider may have to pay for it."},
		{RuleMunicipalityBears, "Kommunen bär kostnaden för grundutrustning, trasigt lås och trasig nyckel, om det inte beror på uppenbar oaktsamhet.", "The municipality bears the cost of basic equipment, a broken lock and a broken key, unless it is due to obvious negligence."},
		{RuleProviderBears, "Utföraren bär kostnaden för flytt av skåp, station och kablar, för nycklar utöver grundutrustningen och för skada genom uppenbar oaktsamhet.", "The provider bears the cost of moving cabinet, station and cables, of keys beyond the basic equipment, and of damage by obvious negligence."},
		{RuleCallOut, "Akut utryckning som beror på handhavandefel betalas av utföraren, eller av trygghetsteamet om kunden bara har larm.", "An urgent call-out that is due to a handling error is paid by the provider, or by the alarm team if the client has only an alarm."},
		{RuleOnCall, "Leverantörens jour betalas av kommunen, men av utföraren vid konstaterat handhavandefel.", "The supplier's on-call is paid by the municipality, but by the provider where a handling error has been established."},
		{RuleFree, "Låset är gratis för kunden.", "The lock is free of charge for the client."},
		{RuleBasicEquipment, "Grundutrustning är nyckelskåp, nycklar till så många som mest arbetar samma dag plus reservnycklar, synkstation, strömkabel och nätverkskabel.", "Basic equipment is a cabinet, keys for the most people who work on the same day plus reserve keys, a sync station, a power cable and a network cable."},
		{RuleAllotment, "Utförare av inköp har ett bestämt antal nycklar och synkar dem hos hemtjänsten.", "Delivery firms have a fixed number of keys and sync them at the home-care groups' stations."},
		{RuleCrisisLock, "När ett lås inte fungerar: annan nyckel, låsansvarig eller e-tjänst, anhörig, fastighetsägare – i den ordningen.", "When a lock does not work: another key, lock manager or e-service, relative, property owner – in that order."},
		{RuleCrisisLost, "En förlorad nyckel spärras genast; den som förlorat den får göra det själv där profilen tillåter.", "A lost key is blocked at once; whoever lost it may do so where the profile allows."},
		{RuleCrisisOnCall, "Leverantörens jour är bara för extraordinära händelser utanför kontorstid.", "The supplier's on-call is for extraordinary events outside office hours only."},
		{RuleCrisisKey, "När en nyckel inte fungerar: låsansvarig på kontorstid, annars vänta på öppettid; en annan nyckel ur skåpet går alltid att ta.", "When a key does not work: the lock manager in office hours, otherwise wait for opening hours; another key from the cabinet can always be taken."},
		{RuleCrisisStation, "Vid strömavbrott eller stationsfel: en nyckel som synkats de senaste fem dagarna fungerar, och alla stationer i kommunen duger.", "In a power cut or when a station fails: a key synced in the last five days works, and any station in the municipality will do."},
		{RuleContacts, "Kontaktuppgifter, öppettider och e-tjänst visas för alla som arbetar med låsen.", "Contacts, opening hours and the e-service are shown to everybody who works with the locks."},
		{RuleWithheldNumber, "Numret för annan tid lämnas ut av enheten och publiceras aldrig.", "The number for other hours is given out by the unit and never published."},
		{RuleOrderAtUnit, "Utföraren beställer lås hos den enhet som tillhandahåller lås, support och blankett.", "The provider orders locks at the unit that supplies locks, support and the form."},
		{RuleContactsPhones, "Enhetens telefon, öppettider och adress och systemansvarigs postadress och brevlåda visas för dem som berörs.", "The unit's phone, hours and address and the system owner's postal address and mailbox are shown to those concerned."},
		{RuleSameService, "Kommunala och privata utförare får samma service.", "Municipal and private providers get the same service."},
		{RulePersonalLogin, "Personalen öppnar med en egen inloggning i mobilen, som aldrig delas.", "Staff open with their own login on the phone, which is never shared."},
		{RuleLogReaders, "Larmenheten och systemansvarig kan läsa låsens logg.", "The alarm unit and the system owner can read the locks' log."},
		{RuleDisclosure, "Uppgifter ur loggen lämnas ut till behöriga personer; vid tvekan görs en skadeprövning som sparas.", "Extracts of the log are disclosed to authorised persons; in doubt a harm assessment is made and kept."},
		{RuleSource, "En profil anger sin källa: beslut, revidering, diarienummer och ansvarig enhet.", "A profile cites its source: decision, revision, diary number and responsible unit."},
	}
}
