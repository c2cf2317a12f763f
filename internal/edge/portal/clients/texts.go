package clients

import (
	"hemnyckel/internal/base/problem"
)

var (
	tHitsTitle     = problem.Text{SV: "Sökresultat", EN: "Search results"}
	tHitsN         = problem.Text{SV: "Kunder: %d", EN: "Clients: %d"}
	tHitsMore      = problem.Text{SV: "Fler än %d personer passar. Skriv mer av namnet, till exempel både för- och efternamn.", EN: "More than %d people fit. Write more of the name, such as both first and last name."}
	tHitsNone      = problem.Text{SV: "Inget hittades", EN: "Nothing was found"}
	tHitsNoneD     = problem.Text{SV: "Kontrollera stavningen eller numret. Du hittar bara det som ditt uppdrag omfattar.", EN: "Check the spelling or the number. You find only what your assignment covers."}
	tHitsNote      = problem.Text{SV: "Vilka du har fått se i sökningen har skrivits i loggen.", EN: "Whom this search showed you has been written in the journal."}
	tStaffN        = problem.Text{SV: "Medarbetare: %d", EN: "Staff: %d"}
	tEmployee      = problem.Text{SV: "Anställningsnummer", EN: "Employee number"}
	tKey           = problem.Text{SV: "Nyckel", EN: "Key"}
	tNotMounted    = problem.Text{SV: "Sitter inte på någon dörr", EN: "Not on any door"}
	tReceivedAt    = problem.Text{SV: "kom in %s", EN: "received %s"}
	tName          = problem.Text{SV: "Namn", EN: "Name"}
	tNumber        = problem.Text{SV: "Personnummer", EN: "Identity number"}
	tAddress       = problem.Text{SV: "Adress", EN: "Address"}
	tPhone         = problem.Text{SV: "Telefon", EN: "Phone"}
	tProtInfo      = problem.Text{SV: "Kunden har skyddad identitet. Namn och adress visas bara för den som behöver dem, och skälet skrivs i loggen. Säg aldrig adressen högt och skriv inte ut sidan i onödan.", EN: "The client has a protected identity. Name and address are shown only to those who need them, and the reason is written in the journal. Never say the address aloud and do not print the page needlessly."}
	tEnded         = problem.Text{SV: "Avslutad %s", EN: "Ended %s"}
	tReveal        = problem.Text{SV: "Visa personuppgifter", EN: "Show personal details"}
	tRevealProt    = problem.Text{SV: "Visa skyddade uppgifter", EN: "Show protected details"}
	tRevealWhy     = problem.Text{SV: "Varför behöver du se dem?", EN: "Why do you need to see them?"}
	tRevealHint    = problem.Text{SV: "Skälet skrivs i loggen. Uppgifterna visas en gång.", EN: "The reason is written in the journal. The details are shown once."}
	tRevealed      = problem.Text{SV: "Uppgifterna visas nu. Skälet har skrivits i loggen.", EN: "The details are shown now. The reason has been written in the journal."}
	tHide          = problem.Text{SV: "Dölj igen", EN: "Hide again"}
	tLocks         = problem.Text{SV: "Lås på vägen in", EN: "Locks on the way in"}
	tLocksNone     = problem.Text{SV: "Inget lås är monterat", EN: "No lock is mounted"}
	tLocksNoneD    = problem.Text{SV: "Personalen behöver en fysisk nyckel tills ett lås är på plats.", EN: "Staff need a physical key until there is a lock."}
	tMountedAt     = problem.Text{SV: "Monterat %s", EN: "Mounted %s"}
	tLockSeen      = problem.Text{SV: "Hördes av %s", EN: "Heard from %s"}
	tLockUnseen    = problem.Text{SV: "Har inte hörts av ännu", EN: "Not heard from yet"}
	tServices      = problem.Text{SV: "Insatser", EN: "Services"}
	tServicesSub   = problem.Text{SV: "Insatser som är beslutade för kunden", EN: "Services decided for the client"}
	tNoServices    = problem.Text{SV: "Kunden har inga insatser", EN: "The client has no services"}
	tNoServicesD   = problem.Text{SV: "När en insats beviljas syns den här, med utförare och dagar.", EN: "When a service is granted it shows here, with provider and days."}
	tService       = problem.Text{SV: "Insats", EN: "Service"}
	tPeriod        = problem.Text{SV: "Gäller", EN: "Holds"}
	tOpensSelf     = problem.Text{SV: "öppnar själv", EN: "opens the door"}
	tRights        = problem.Text{SV: "Vem får öppna, och varför", EN: "Who may open, and why"}
	tTimelineLead  = problem.Text{SV: "Det senaste överst. Öppningar syns när nyckeln har varit i en synkstation. Portens öppningar visas inte här, för de gäller hela huset.", EN: "The latest first. Openings appear once the key has been in a sync station. The entrance's openings are not shown here, for they concern the whole house."}
	tNoClient      = problem.Text{SV: "Du ser inte den kunden", EN: "You do not see that client"}
	tNoClientD     = problem.Text{SV: "Du ser bara kunder som ditt uppdrag omfattar.", EN: "You see only clients whom your assignment covers."}
	tSearchAgain   = problem.Text{SV: "Sök igen", EN: "Search again"}
	tBreak         = problem.Text{SV: "Nödåtkomst", EN: "Emergency access"}
	tBreakLead     = problem.Text{SV: "Gäller det fara för någon får du öppna kunden i två timmar. Skälet skrivs i loggen och granskas efteråt av den som ansvarar.", EN: "If somebody is in danger you may open the client for two hours. The reason is written in the journal and reviewed afterwards by whoever is responsible."}
	tBreakWhy      = problem.Text{SV: "Varför behöver du åtkomst nu?", EN: "Why do you need access now?"}
	tBreakHint     = problem.Text{SV: "10–500 tecken. Skriv inga namn eller personnummer.", EN: "10 to 500 characters. Write no names or identity numbers."}
	tBreakDo       = problem.Text{SV: "Ta nödåtkomst", EN: "Take emergency access"}
	tBreakOn       = problem.Text{SV: "Du har nödåtkomst till %s. Den granskas efteråt.", EN: "You have emergency access until %s. It is reviewed afterwards."}
	tBroken        = problem.Text{SV: "Du har nödåtkomst i två timmar. Den granskas efteråt.", EN: "You have emergency access for two hours. It is reviewed afterwards."}
	tKeysOut       = problem.Text{SV: "Fysiska nycklar", EN: "Physical keys"}
	tKeysOutNone   = problem.Text{SV: "Ingen fysisk nyckel är utlämnad", EN: "No physical key is handed out"}
	tKeysOutNoneD  = problem.Text{SV: "När någon kvitterar ut kundens nyckel syns den här, med vem som har den.", EN: "When somebody signs for the client's key it shows here, with who has it."}
	tKeyHolder     = problem.Text{SV: "Antal: %s. Finns hos: %s.", EN: "Copies: %s. Held by: %s."}
	tKeyWaiting    = problem.Text{SV: "Väntar på underskrift", EN: "Waits for signatures"}
	tKeyReturn     = problem.Text{SV: "Kan lämnas tillbaka: låset är monterat", EN: "Can be returned: the lock is mounted"}
	tKeyReceipt    = problem.Text{SV: "Se kvittensen", EN: "See the receipt"}
	tKeyBack       = problem.Text{SV: "Lämna tillbaka den", EN: "Return it"}
	tKeyNew        = problem.Text{SV: "Kvittera ut en nyckel", EN: "Make a receipt for a key"}
	tConsents      = problem.Text{SV: "Samtycken", EN: "Consents"}
	tOwnerSays     = problem.Text{SV: "Fastighetsägaren om låset", EN: "The property owner about the lock"}
	tOwnerEntrance = problem.Text{SV: "Fastighetsägaren om lås i porten", EN: "The property owner about a lock in the entrance"}
	tClientSays    = problem.Text{SV: "Kunden om digitalt lås", EN: "The client about a digital lock"}
	tAgainst       = problem.Text{SV: "Andra ägare har sagt nej: %d", EN: "Other owners have said no: %d"}
	tNotAsked      = problem.Text{SV: "Inget svar är antecknat", EN: "No answer is noted"}
	tToProperty    = problem.Text{SV: "Se fastigheten och ägaren", EN: "See the property and its owner"}
	tNoteAnswer    = problem.Text{SV: "Anteckna kundens svar", EN: "Note the client's answer"}
	tAgrees        = problem.Text{SV: "Har sagt ja", EN: "Has agreed"}
	tDeclines      = problem.Text{SV: "Har sagt nej", EN: "Has declined"}
	tOrders        = problem.Text{SV: "Beställningar", EN: "Orders"}
	tOrder         = problem.Text{SV: "Beställning", EN: "Order"}
	tEffective     = problem.Text{SV: "Gäller från", EN: "Holds from"}
	tSpan          = problem.Text{SV: "Kundens tid i korthet", EN: "The client's time in brief"}
	tSpanLead      = problem.Text{SV: "Från %s till %s. Strecket är i dag.", EN: "From %s to %s. The line is today."}
	tSpanMounted   = problem.Text{SV: "sitter på plats sedan %s", EN: "in place since %s"}
	tSpanOrders    = problem.Text{SV: "Beställningar: %d, den senaste %s", EN: "Orders: %d, the latest %s"}
	tClient        = problem.Text{SV: "Kund", EN: "Client"}
)
