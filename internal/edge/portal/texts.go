package portal

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// The catalogue: every text of the portal, Swedish first. A text that is misspelt where it is used does not compile.
var (
	tProduct  = problem.Text{SV: "Hemnyckel", EN: "Hemnyckel"}
	tSkip     = problem.Text{SV: "Hoppa till innehållet", EN: "Skip to content"}
	tMainMenu = problem.Text{SV: "Huvudmeny", EN: "Main menu"}
	tLanguage = problem.Text{SV: "Språk", EN: "Language"}
	tError    = problem.Text{SV: "Fel:", EN: "Error:"}
	tBack     = problem.Text{SV: "Till startsidan", EN: "To the first page"}
	tOlder    = problem.Text{SV: "Visa äldre", EN: "Show older"}
	tNewest   = problem.Text{SV: "Till de senaste", EN: "To the newest"}
	tMore     = problem.Text{SV: "Nästa sida", EN: "Next page"}
	tFirst    = problem.Text{SV: "Första sidan", EN: "First page"}
	tNever    = problem.Text{SV: "aldrig", EN: "never"}
	tForever  = problem.Text{SV: "tills vidare", EN: "until further notice"}
	tPages    = problem.Text{SV: "Sidor", EN: "Pages"}
	tPrinted  = problem.Text{SV: "Utskrift av %s, %s. Förvara den inlåst och förstör den när den inte längre behövs.", EN: "Printed by %s, %s. Keep it locked up and shred it when it is no longer needed."}
	tFooter   = problem.Text{SV: "Sidan visar läget %s. Allt du ser om en person loggas och följs upp.", EN: "This page shows the state of %s. Everything that you see about a person is logged and followed up."}

	tNavStart   = problem.Text{SV: "Start", EN: "Start"}
	tNavClients = problem.Text{SV: "Kunder", EN: "Clients"}
	tNavTasks   = problem.Text{SV: "Uppgifter", EN: "Tasks"}
	tNavKeys    = problem.Text{SV: "Nycklar", EN: "Keys"}
	tNavWhy     = problem.Text{SV: "Varför?", EN: "Why?"}
	tNavLog     = problem.Text{SV: "Logg", EN: "Journal"}

	tDemoLabel   = problem.Text{SV: "Om demonstrationen", EN: "About the demonstration"}
	tDemoBanner  = problem.Text{SV: "Demoinloggning – ingen riktig inloggning. Använd bara påhittade uppgifter.", EN: "Demo login – not a real login. Use made-up data only."}
	tLogin       = problem.Text{SV: "Logga in", EN: "Log in"}
	tLogout      = problem.Text{SV: "Logga ut", EN: "Log out"}
	tLoginLead   = problem.Text{SV: "Välj vem du är i demonstrationen. Varje roll ser det som den behöver, och inloggningen skrivs i loggen.", EN: "Choose who you are in the demonstration. Each role sees what it needs, and the login is written in the journal."}
	tLoginWho    = problem.Text{SV: "Vem är du?", EN: "Who are you?"}
	tLoginGone   = problem.Text{SV: "Välj en av personerna i listan.", EN: "Choose one of the persons in the list."}
	tNoLogin     = problem.Text{SV: "Ingen inloggning är inställd", EN: "No login is configured"}
	tNoLoginLead = problem.Text{SV: "Portalen kan inte öppnas förrän det finns en inloggning. Starta servern med demoinloggning för att prova med påhittade uppgifter. Riktig inloggning med kommunens identitetstjänst finns inte ännu.", EN: "The portal cannot be opened until there is a login. Start the server with the demo login to try it with made-up data. Real login with the municipality's identity provider does not exist yet."}
	tBusy        = problem.Text{SV: "För många är inloggade just nu. Försök igen om en stund.", EN: "Too many people are logged in right now. Try again in a moment."}

	tRoleOfficer  = problem.Text{SV: "Handläggare", EN: "Case officer"}
	tRoleTech     = problem.Text{SV: "HMS-tekniker", EN: "Lock technician"}
	tRoleOwner    = problem.Text{SV: "Systemansvarig", EN: "System owner"}
	tRoleOfficerD = problem.Text{SV: "Ser kunder, beslut, behörigheter och nycklar.", EN: "Sees clients, decisions, rights and keys."}
	tRoleTechD    = problem.Text{SV: "Ser kunder, lås, nycklar och loggen.", EN: "Sees clients, locks, keys and the journal."}
	tRoleOwnerD   = problem.Text{SV: "Ser nycklar och loggen, men inga kunder.", EN: "Sees keys and the journal, but no clients."}

	tStartTitle   = problem.Text{SV: "God dag, %s", EN: "Hello, %s"}
	tStartLead    = problem.Text{SV: "Läget %s.", EN: "The state of %s."}
	tSearchTitle  = problem.Text{SV: "Sök kund", EN: "Find a client"}
	tSearchLabel  = problem.Text{SV: "Namn eller hela personnumret", EN: "Name or the whole personal identity number"}
	tSearchHint   = problem.Text{SV: "Början av för- eller efternamn räcker. Den som har skyddad identitet hittas bara på personnummer.", EN: "The beginning of a first or last name is enough. Those with protected identity are found by number only."}
	tSearch       = problem.Text{SV: "Sök", EN: "Search"}
	tNowNeeds     = problem.Text{SV: "Just nu", EN: "Right now"}
	tCountClients = problem.Text{SV: "kunder", EN: "clients"}
	tOneClient    = problem.Text{SV: "kund", EN: "client"}
	tOneTask      = problem.Text{SV: "öppen uppgift", EN: "open task"}
	tOneDue       = problem.Text{SV: "nyckel behöver synkas", EN: "key needs to sync"}
	tOneBlocked   = problem.Text{SV: "spärrad nyckel", EN: "blocked key"}
	tCountLocks   = problem.Text{SV: "monterade lås", EN: "mounted locks"}
	tCountTasks   = problem.Text{SV: "öppna uppgifter", EN: "open tasks"}
	tCountLate    = problem.Text{SV: "varav försenade: %s", EN: "of them late: %s"}
	tCountNoLate  = problem.Text{SV: "Ingen är försenad", EN: "None is late"}
	tCountDue     = problem.Text{SV: "nycklar behöver synkas", EN: "keys need to sync"}
	tCountDueD    = problem.Text{SV: "Giltigheten är slut eller tar slut inom ett dygn", EN: "Validity has ended or ends within a day"}
	tCountBlocked = problem.Text{SV: "spärrade nycklar", EN: "blocked keys"}
	tCountOfKeys  = problem.Text{SV: "av %s nycklar", EN: "of %s keys"}
	tCheckpoint   = problem.Text{SV: "Loggens signerade huvud", EN: "The journal's signed checkpoint"}
	tCheckpointN  = problem.Text{SV: "%s poster under signaturen", EN: "%s entries under the signature"}
	tCheckpoint0  = problem.Text{SV: "Loggen har ingen signerad post ännu.", EN: "The journal has no signed entry yet."}
	tNewestEntry  = problem.Text{SV: "Senaste signerade posten kom %s (%s).", EN: "The latest signed entry came %s (%s)."}
	tWaiting      = problem.Text{SV: "%s väntar på att signeras.", EN: "%s wait to be signed."}
	tWaitingNone  = problem.Text{SV: "Inget väntar på att signeras.", EN: "Nothing waits to be signed."}
	tWaitingMany  = problem.Text{SV: "minst %d", EN: "at least %d"}
	tToLog        = problem.Text{SV: "Öppna loggen", EN: "Open the journal"}

	tHitsTitle = problem.Text{SV: "Sökresultat", EN: "Search results"}
	tHitsN     = problem.Text{SV: "Hittade %d", EN: "%d found"}
	tHitsMore  = problem.Text{SV: "Fler än %d kunder passar. Skriv mer av namnet, till exempel både för- och efternamn.", EN: "More than %d clients fit. Write more of the name, such as both first and last name."}
	tHitsNone  = problem.Text{SV: "Ingen kund hittades", EN: "No client was found"}
	tHitsNoneD = problem.Text{SV: "Kontrollera stavningen, eller sök på hela personnumret. En ny kund måste först finnas i kundregistret.", EN: "Check the spelling, or search by the whole identity number. A new client must be in the client register first."}
	tHitsNote  = problem.Text{SV: "Vilka du har fått se i sökningen har skrivits i loggen.", EN: "Whom this search showed you has been written in the journal."}
	tName      = problem.Text{SV: "Namn", EN: "Name"}
	tNumber    = problem.Text{SV: "Personnummer", EN: "Identity number"}
	tAddress   = problem.Text{SV: "Adress", EN: "Address"}
	tPhone     = problem.Text{SV: "Telefon", EN: "Phone"}
	tApartment = problem.Text{SV: "lgh %s", EN: "apt %s"}
	tProtected = problem.Text{SV: "Skyddad uppgift", EN: "Protected information"}
	tProtTag   = problem.Text{SV: "Skyddad identitet", EN: "Protected identity"}
	tProtInfo  = problem.Text{SV: "Kunden har skyddad identitet. Namn och adress visas bara för den som behöver dem, och skälet skrivs i loggen. Säg aldrig adressen högt och skriv inte ut sidan i onödan.", EN: "The client has a protected identity. Name and address are shown only to those who need them, and the reason is written in the journal. Never say the address aloud and do not print the page needlessly."}
	tEnded     = problem.Text{SV: "Avslutad %s", EN: "Ended %s"}

	tReadNote     = problem.Text{SV: "Att du läser den här sidan har skrivits i loggen, med ditt namn och tiden. Läsningar följs upp.", EN: "That you read this page has been written in the journal, with your name and the time. Reads are followed up."}
	tReveal       = problem.Text{SV: "Visa personuppgifter", EN: "Show personal details"}
	tRevealProt   = problem.Text{SV: "Visa skyddade uppgifter", EN: "Show protected details"}
	tRevealWhy    = problem.Text{SV: "Varför behöver du se dem?", EN: "Why do you need to see them?"}
	tRevealHint   = problem.Text{SV: "Skälet skrivs i loggen. Uppgifterna visas en gång.", EN: "The reason is written in the journal. The details are shown once."}
	tRevealed     = problem.Text{SV: "Uppgifterna visas nu. Skälet har skrivits i loggen.", EN: "The details are shown now. The reason has been written in the journal."}
	tHide         = problem.Text{SV: "Dölj igen", EN: "Hide again"}
	tThereIsError = problem.Text{SV: "Något behöver rättas", EN: "Something needs to be corrected"}

	tLocks       = problem.Text{SV: "Lås på vägen in", EN: "Locks on the way in"}
	tLocksNone   = problem.Text{SV: "Inget lås är monterat", EN: "No lock is mounted"}
	tLocksNoneD  = problem.Text{SV: "Personalen behöver en fysisk nyckel tills ett lås är på plats.", EN: "Staff need a physical key until there is a lock."}
	tMountedAt   = problem.Text{SV: "Monterat %s", EN: "Mounted %s"}
	tLockSeen    = problem.Text{SV: "Hördes av %s", EN: "Heard from %s"}
	tLockUnseen  = problem.Text{SV: "Har inte hörts av ännu", EN: "Not heard from yet"}
	tServices    = problem.Text{SV: "Insatser", EN: "Services"}
	tServicesSub = problem.Text{SV: "Insatser som är beslutade för kunden", EN: "Services decided for the client"}
	tNoServices  = problem.Text{SV: "Kunden har inga insatser", EN: "The client has no services"}
	tNoServicesD = problem.Text{SV: "När en insats beviljas syns den här, med utförare och dagar.", EN: "When a service is granted it shows here, with provider and days."}
	tService     = problem.Text{SV: "Insats", EN: "Service"}
	tGroup       = problem.Text{SV: "Grupp", EN: "Group"}
	tPeriod      = problem.Text{SV: "Gäller", EN: "Holds"}
	tState       = problem.Text{SV: "Läge", EN: "State"}
	tOpensSelf   = problem.Text{SV: "öppnar själv", EN: "opens the door"}

	tRights      = problem.Text{SV: "Vem får öppna, och varför", EN: "Who may open, and why"}
	tRightsLead  = problem.Text{SV: "Varje behörighet vilar på ett beslut. Följ pilarna.", EN: "Every right rests on a decision. Follow the arrows."}
	tRightsNone  = problem.Text{SV: "Ingen får öppna", EN: "Nobody may open"}
	tRightsNoneD = problem.Text{SV: "Det finns ingen behörighet till kundens dörr. En behörighet uppstår när en insats beviljas och ett lås är monterat.", EN: "There is no right to the client's door. A right arises when a service is granted and a lock is mounted."}
	tRightsOther = problem.Text{SV: "Avslutade och kommande (%d)", EN: "Ended and to come (%d)"}
	tChainOf     = problem.Text{SV: "Kedjan från beslut till grupp", EN: "The chain from decision to group"}
	tNodeOrder   = problem.Text{SV: "Beställning", EN: "Order"}
	tNodeReg     = problem.Text{SV: "Register", EN: "Register"}
	tNodeRegRow  = problem.Text{SV: "rad %s", EN: "row %s"}
	tNodeGround  = problem.Text{SV: "Grund", EN: "Ground"}
	tNodeRight   = problem.Text{SV: "Behörighet", EN: "Right"}
	tNodeLock    = problem.Text{SV: "Lås", EN: "Lock"}
	tNodeGroup   = problem.Text{SV: "Grupp", EN: "Group"}
	tRuleOf      = problem.Text{SV: "regel %s", EN: "rule %s"}
	tMayOpen     = problem.Text{SV: "%s får öppna %s %s.", EN: "%s may open %s %s."}
	tMightOpen   = problem.Text{SV: "%s fick öppna %s %s.", EN: "%s was allowed to open %s %s."}
	tWillOpen    = problem.Text{SV: "%s kommer att få öppna %s %s.", EN: "%s will be allowed to open %s %s."}
	tFromOn      = problem.Text{SV: "från %s", EN: "from %s"}
	tToBefore    = problem.Text{SV: "till %s", EN: "until %s"}
	tThrough     = problem.Text{SV: "till och med %s", EN: "through %s"}
	tNotInForce  = problem.Text{SV: "hann aldrig gälla", EN: "never came into force"}
	tDecidedBy   = problem.Text{SV: "Beslutet kom i beställning %s den %s.", EN: "The decision came with order %s on %s."}
	tDecidedReg  = problem.Text{SV: "Beslutet lästes in ur %s, %s.", EN: "The decision was imported from the %s, %s."}
	tBecause     = problem.Text{SV: "Därför att:", EN: "Because:"}

	tTimeline          = problem.Text{SV: "Vad som har hänt", EN: "What has happened"}
	tTimelineLead      = problem.Text{SV: "Det senaste överst. Öppningar syns när nyckeln har varit i en synkstation. Portens öppningar visas inte här, för de gäller hela huset.", EN: "The latest first. Openings appear once the key has been in a sync station. The entrance's openings are not shown here, for they concern the whole house."}
	tTimelineKey       = problem.Text{SV: "Det senaste överst. Öppningar syns när nyckeln har varit i en synkstation.", EN: "The latest first. Openings appear once the key has been in a sync station."}
	tTimelineNone      = problem.Text{SV: "Inget har hänt ännu", EN: "Nothing has happened yet"}
	tTimelineNoneD     = problem.Text{SV: "Beställningar, ändrade behörigheter och öppningar visas här.", EN: "Orders, changed rights and openings show here."}
	tEntryNo           = problem.Text{SV: "Post %d", EN: "Entry %d"}
	tReceivedLater     = problem.Text{SV: "hemkommet %s", EN: "came home %s"}
	tUnsureTime        = problem.Text{SV: "osäker tid", EN: "time not certain"}
	tEventRights       = problem.Text{SV: "tillkom: %s, togs bort: %s", EN: "added: %s, removed: %s"}
	tEventUntil        = problem.Text{SV: "gäller till %s", EN: "valid until %s"}
	tEventLocks        = problem.Text{SV: "behörighet till %s lås", EN: "grant for %s locks"}
	tEventOffline      = problem.Text{SV: "utan kontakt med servern", EN: "without contact with the server"}
	tEventReason       = problem.Text{SV: "skäl: %s", EN: "reason: %s"}
	tEventServices     = problem.Text{SV: "antal insatser: %s", EN: "services: %s"}
	tEventDue          = problem.Text{SV: "klar senast %s", EN: "due %s"}
	tEventOrganisation = problem.Text{SV: "från organisation %s", EN: "from organisation %s"}
	tRightsSame        = problem.Text{SV: "Behörigheter prövade", EN: "Rights gone through"}
	tRightsSameD       = problem.Text{SV: "inget lås berörs", EN: "no lock is concerned"}

	tTasks      = problem.Text{SV: "Öppna uppgifter", EN: "Open tasks"}
	tTasksNone  = problem.Text{SV: "Inga öppna uppgifter", EN: "No open tasks"}
	tTasksNoneD = problem.Text{SV: "Nya uppgifter dyker upp när beställningar kommer in.", EN: "New tasks appear when orders come in."}
	tTasksMore  = problem.Text{SV: "Här visas de %d som ska vara klara först, av %s.", EN: "These are the %d that are due first, of %s."}
	tTasksLead  = problem.Text{SV: "Arbete att utföra: %s. Frågor att ta ställning till: %s.", EN: "Work to do: %s. Questions to decide: %s."}
	tTasksRead  = problem.Text{SV: "Vilkas dörrar du har fått se här har skrivits i loggen.", EN: "Whose doors this page showed you has been written in the journal."}
	tTask       = problem.Text{SV: "Uppgift", EN: "Task"}
	tDue        = problem.Text{SV: "Klar senast", EN: "Due"}
	tLate       = problem.Text{SV: "Försenad", EN: "Late"}
	tDueOn      = problem.Text{SV: "klar senast %s", EN: "due %s"}
	tLockNo     = problem.Text{SV: "lås %s", EN: "lock %s"}
	tOrderNr    = problem.Text{SV: "beställning %s", EN: "order %s"}
	tInTime     = problem.Text{SV: "I tid", EN: "In time"}
	tOrderNo    = problem.Text{SV: "Beställning", EN: "Order"}
	tOpenClient = problem.Text{SV: "Öppna kunden", EN: "Open the client"}
	tClient     = problem.Text{SV: "Kund", EN: "Client"}

	tWorkUrgent = problem.Text{SV: "Akut", EN: "Urgent"}
	tWorkLate   = problem.Text{SV: "Försenat", EN: "Late"}
	tWorkToday  = problem.Text{SV: "I dag", EN: "Today"}
	tWorkLater  = problem.Text{SV: "Längre fram", EN: "Later"}
	tWorkOthers = problem.Text{SV: "Görs av gruppernas personal", EN: "Done by the groups' staff"}
	tWorkAsked  = problem.Text{SV: "Att ta ställning till", EN: "To decide"}
	tTaskWaits  = problem.Text{SV: "Väntar", EN: "Waits"}
	tTaskBooked = problem.Text{SV: "Bokad", EN: "Booked"}
	tTaskBegun  = problem.Text{SV: "Påbörjad", EN: "Begun"}

	tAskStay      = problem.Text{SV: "Fastighetsägaren vill inte ha låset. Ska det sitta kvar?", EN: "The owner of the house does not want the lock. Shall it stay?"}
	tAskException = problem.Text{SV: "Ett lås är beställt trots ett antecknat undantag. Ska det monteras?", EN: "A lock is ordered in spite of a recorded exception. Shall it be mounted?"}
	tAskRoutine   = problem.Text{SV: "Utförarens egen rutin saknas eller har gått ut. Ska gruppen få tillträde?", EN: "The provider's own routine is missing or has run out. Shall the group have access?"}
	tSaidNo       = problem.Text{SV: "%s sa nej", EN: "%s said no"}
	tSaidNoMore   = problem.Text{SV: "%s tog tillbaka sitt ja", EN: "%s withdrew a yes"}
	tSaidOn       = problem.Text{SV: "den %s", EN: "on %s"}
	tSaidDiary    = problem.Text{SV: "diarienummer %s", EN: "diary %s"}
	tOwnerHidden  = problem.Text{SV: "Ägaren (skyddad identitet)", EN: "The owner (protected identity)"}
	tOneDoor      = problem.Text{SV: "1 dörr", EN: "1 door"}
	tDoors        = problem.Text{SV: "%d dörrar", EN: "%d doors"}

	tKeys          = problem.Text{SV: "Nycklar", EN: "Keys"}
	tKeysLead      = problem.Text{SV: "En nyckel öppnar bara om den har synkats de senaste dagarna och sedan aktiverats av en person.", EN: "A key opens only if it has been synced within the last days and then activated by a person."}
	tKeysCaption   = problem.Text{SV: "Nycklar, %s", EN: "Keys, %s"}
	tKeysNone      = problem.Text{SV: "Inga nycklar passar", EN: "No keys fit"}
	tKeysNoneD     = problem.Text{SV: "Ändra urvalet, eller läs in nyckelregistret.", EN: "Change the filter, or import the key register."}
	tKey           = problem.Text{SV: "Nyckel", EN: "Key"}
	tFilter        = problem.Text{SV: "Visa", EN: "Show"}
	tFilterTitle   = problem.Text{SV: "Urval", EN: "Filter"}
	tAllGroups     = problem.Text{SV: "Alla grupper", EN: "All groups"}
	tAllStates     = problem.Text{SV: "Alla lägen", EN: "All states"}
	tSync          = problem.Text{SV: "Synk", EN: "Sync"}
	tActivation    = problem.Text{SV: "Aktiverad", EN: "Activated"}
	tSyncedSome    = problem.Text{SV: "Synkad %s, gäller till %s", EN: "Synced %s, valid until %s"}
	tSyncedOver    = problem.Text{SV: "Synkad %s, giltigheten tog slut %s", EN: "Synced %s, validity ended %s"}
	tSyncedNever   = problem.Text{SV: "Aldrig synkad", EN: "Never synced"}
	tActiveUntil   = problem.Text{SV: "Till %s", EN: "Until %s"}
	tActiveEnded   = problem.Text{SV: "Slutade gälla %s", EN: "Ended %s"}
	tActiveBlocked = problem.Text{SV: "Till %s, men bara i lås som spärren inte har nått", EN: "Until %s, but only at locks that the block has not reached"}
	tNotActive     = problem.Text{SV: "Inte aktiverad", EN: "Not activated"}
	tBlockedAt     = problem.Text{SV: "Spärrad %s", EN: "Blocked %s"}
	tBattery       = problem.Text{SV: "Batteri bytt", EN: "Battery changed"}
	tGrantLocks    = problem.Text{SV: "Lås i senaste synken", EN: "Locks in the latest sync"}
	tReason        = problem.Text{SV: "Skäl", EN: "Reason"}

	tLog         = problem.Text{SV: "Logg", EN: "Journal"}
	tLogLead     = problem.Text{SV: "Allt som hänt, i den ordning som det skrevs. Ingen post kan ändras, tas bort eller flyttas utan att det syns.", EN: "Everything that happened, in the order in which it was written. No entry can be changed, removed or moved unseen."}
	tLogPurpose  = problem.Text{SV: "Loggen är till för att följa upp åtkomst och reda ut händelser, inte för att jämföra eller mäta personal.", EN: "The journal is for following up access and sorting out events, not for comparing or measuring staff."}
	tLogCaption  = problem.Text{SV: "Loggposter, de senaste först", EN: "Journal entries, the latest first"}
	tLogNone     = problem.Text{SV: "Inga poster passar", EN: "No entries fit"}
	tLogNoneD    = problem.Text{SV: "Välj en annan sort.", EN: "Choose another kind."}
	tAllKinds    = problem.Text{SV: "Alla sorter", EN: "All kinds"}
	tKind        = problem.Text{SV: "Sort", EN: "Kind"}
	tIndex       = problem.Text{SV: "Nr", EN: "No."}
	tWhen        = problem.Text{SV: "När", EN: "When"}
	tActor       = problem.Text{SV: "Av", EN: "By"}
	tSigned      = problem.Text{SV: "Signerad", EN: "Signed"}
	tUnsigned    = problem.Text{SV: "Väntar på signering", EN: "Waits to be signed"}
	tErased      = problem.Text{SV: "Gallrad", EN: "Erased"}
	tErasedD     = problem.Text{SV: "Innehållet är gallrat. Kvar är beviset att en post av den här sorten stod på den här platsen.", EN: "The content has been erased. What is left is the proof that an entry of this kind stood in this place."}
	tEntryTitle  = problem.Text{SV: "Loggpost %d", EN: "Journal entry %d"}
	tEntryUnder  = problem.Text{SV: "Posten ligger under det signerade huvudet, som omfattar %s poster.", EN: "The entry is under the signed checkpoint, which covers %s entries."}
	tEntryTable  = problem.Text{SV: "Fält och värden", EN: "Fields and values"}
	tEntryFields = problem.Text{SV: "Uppgifter i posten", EN: "Fields of the entry"}
	tField       = problem.Text{SV: "Fält", EN: "Field"}
	tValue       = problem.Text{SV: "Värde", EN: "Value"}
	tEntryAt     = problem.Text{SV: "Hände", EN: "Happened"}
	tEntryRec    = problem.Text{SV: "Mottagen", EN: "Received"}
	tSubjects    = problem.Text{SV: "Gäller", EN: "Concerns"}
	tHowVerify   = problem.Text{SV: "Kontrollera posten själv", EN: "Verify the entry yourself"}
	tVerify1     = problem.Text{SV: "Beviset går att kontrollera utan att lita på servern. Ta ut det med det första kommandot. Kontrollera det med det andra, på en annan dator om du vill. Nyckelfilen ska komma från kommunens egen sida eller revisorn.", EN: "The proof can be checked without trusting the server. Take it out with the first command. Check it with the second, on another computer if you like. The file of keys should come from the municipality's own page or the auditor."}
	tVerifyKeys  = problem.Text{SV: "Loggens öppna nycklar skrivs ut med:", EN: "The journal's public keys are printed with:"}
	tCheckText   = problem.Text{SV: "Det signerade huvudet", EN: "The signed checkpoint"}

	tWhy       = problem.Text{SV: "Varför får gruppen öppna?", EN: "Why may the group open?"}
	tWhyLead   = problem.Text{SV: "Ange ett lås och en grupp, så visas varje beslut som ger gruppen rätt att öppna.", EN: "Give a lock and a group to see every decision that gives the group a right to open."}
	tWhySerial = problem.Text{SV: "Låsets serienummer", EN: "The lock's serial number"}
	tWhyGroup  = problem.Text{SV: "Gruppens kod", EN: "The group's code"}
	tWhyShow   = problem.Text{SV: "Visa varför", EN: "Show why"}
	tWhyFill   = problem.Text{SV: "Fyll i både lås och grupp.", EN: "Fill in both lock and group."}
	tWhyExLock = problem.Text{SV: "Står på låset, till exempel DC10002.", EN: "It is on the lock, such as DC10002."}
	tWhyExGrp  = problem.Text{SV: "Till exempel G001.", EN: "Such as G001."}
	tAnd       = problem.Text{SV: "%s och %s", EN: "%s and %s"}
	tWhyAnswer = problem.Text{SV: "Grupp %s och lås %s", EN: "Group %s and lock %s"}

	tOn       = problem.Text{SV: "Gäller nu", EN: "In force"}
	tComing   = problem.Text{SV: "Kommande", EN: "To come"}
	tOver     = problem.Text{SV: "Avslutad", EN: "Ended"}
	tNotFound = problem.Text{SV: "Sidan finns inte", EN: "The page does not exist"}
	tNotFndD  = problem.Text{SV: "Adressen kan vara felskriven, eller så har sidan flyttats.", EN: "The address may be misspelt, or the page has moved."}
	tDenied   = problem.Text{SV: "Du har inte tillgång till sidan", EN: "You do not have access to this page"}
	tDeniedD  = problem.Text{SV: "Rollen %s omfattar inte det här. Behöver du det i ditt arbete, tala med den som ansvarar för behörigheterna.", EN: "The role %s does not include this. If you need it in your work, talk to whoever is responsible for access."}
	tForm     = problem.Text{SV: "Formuläret gick inte att läsa eller är för stort. Gå tillbaka och försök igen.", EN: "The form could not be read or is too large. Go back and try again."}
	tBroken   = problem.Text{SV: "Något gick fel hos oss", EN: "Something went wrong on our side"}
	tBrokenD  = problem.Text{SV: "Inget har ändrats. Försök igen; händer det en gång till, kontakta systemansvarig och säg numret.", EN: "Nothing was changed. Try again; if it happens once more, contact the system owner and say the number."}
	tTrouble  = problem.Text{SV: "Det gick inte just nu", EN: "It did not work just now"}
	tConflict = problem.Text{SV: "Det går inte så som läget är", EN: "The state does not allow it"}
	tInvalid  = problem.Text{SV: "Det går inte att läsa", EN: "It cannot be read"}
	tRequest  = problem.Text{SV: "Nummer:", EN: "Number:"}

	tJustNow  = problem.Text{SV: "nyss", EN: "just now"}
	tMinAgo   = problem.Text{SV: "för %d min sedan", EN: "%d min ago"}
	tHourAgo  = problem.Text{SV: "för %d h sedan", EN: "%d h ago"}
	tDaysAgo  = problem.Text{SV: "för %d dygn sedan", EN: "%d days ago"}
	tInFuture = problem.Text{SV: "i framtiden", EN: "in the future"}
)

// reasons why personal details are looked up, as they are written in the journal.
var reasons = []struct {
	code string
	text problem.Text
}{
	{"order", problem.Text{SV: "Beställning eller beslut", EN: "Order or decision"}},
	{"mounting", problem.Text{SV: "Montering eller service på plats", EN: "Mounting or service on site"}},
	{"fault", problem.Text{SV: "Felanmälan eller akut ärende", EN: "Fault report or emergency"}},
	{"client", problem.Text{SV: "Kunden själv har hört av sig", EN: "The client has been in touch"}},
	{"followup", problem.Text{SV: "Uppföljning av loggen", EN: "Follow-up of the journal"}},
}

func orderName(k string) problem.Text {
	switch routine.OrderKind(k) {
	case routine.AlarmGranted:
		return problem.Text{SV: "Trygghetslarm beviljat", EN: "Safety alarm granted"}
	case routine.AlarmRenounced:
		return problem.Text{SV: "Trygghetslarm avsagt", EN: "Safety alarm renounced"}
	case routine.HomeCareGranted:
		return problem.Text{SV: "Hemtjänst beviljad", EN: "Home care granted"}
	case routine.HomeCareEnded:
		return problem.Text{SV: "Hemtjänst avslutad", EN: "Home care ended"}
	case routine.ProviderChanged:
		return problem.Text{SV: "Byte av utförare", EN: "Change of provider"}
	case routine.Died:
		return problem.Text{SV: "Kunden har avlidit", EN: "The client has died"}
	case routine.Moved:
		return problem.Text{SV: "Kunden flyttar", EN: "The client moves"}
	case routine.NeedsLock:
		return problem.Text{SV: "Kunden behöver lås", EN: "The client needs a lock"}
	case routine.OpensSelf:
		return problem.Text{SV: "Kunden öppnar själv", EN: "The client opens the door"}
	case routine.InEffect:
		return problem.Text{SV: "Verkställd hos utföraren", EN: "In effect with the provider"}
	case routine.ShoppingGranted:
		return problem.Text{SV: "Inköp beviljat", EN: "Shopping granted"}
	case routine.ShoppingEnded:
		return problem.Text{SV: "Inköp avslutat", EN: "Shopping ended"}
	case routine.HealthStarted:
		return problem.Text{SV: "Hälso- och sjukvård påbörjad", EN: "Health care started"}
	case routine.HealthEnded:
		return problem.Text{SV: "Hälso- och sjukvård avslutad", EN: "Health care ended"}
	case routine.LockEnds:
		return problem.Text{SV: "Låset ska upphöra", EN: "The lock shall end"}
	case routine.MountOrder:
		return problem.Text{SV: "Montering beställd", EN: "Mounting ordered"}
	case routine.DismountOrder:
		return problem.Text{SV: "Nedmontering beställd", EN: "Dismounting ordered"}
	case routine.ServiceOrder:
		return problem.Text{SV: "Service av lås beställd", EN: "Service of a lock ordered"}
	}
	return problem.Text{SV: k, EN: k}
}

func serviceName(k routine.ServiceKind) problem.Text {
	switch k {
	case routine.Alarm:
		return problem.Text{SV: "Trygghetslarm", EN: "Safety alarm"}
	case routine.HomeCare:
		return problem.Text{SV: "Hemtjänst", EN: "Home care"}
	case routine.Health:
		return problem.Text{SV: "Hälso- och sjukvård", EN: "Health care"}
	case routine.Shopping:
		return problem.Text{SV: "Inköp", EN: "Shopping"}
	}
	return problem.Text{SV: string(k), EN: string(k)}
}

func lockName(kind string) problem.Text {
	switch kind {
	case "door":
		return problem.Text{SV: "Dörrlås", EN: "Door lock"}
	case "box":
		return problem.Text{SV: "Nyckelgömma", EN: "Key box"}
	case "entrance":
		return problem.Text{SV: "Port", EN: "Entrance"}
	}
	return problem.Text{SV: "Lås", EN: "Lock"}
}

// lockPhrase is the lock inside a sentence.
func lockPhrase(kind string) problem.Text {
	switch kind {
	case "door":
		return problem.Text{SV: "dörrlåset", EN: "the door lock"}
	case "box":
		return problem.Text{SV: "nyckelgömman", EN: "the key box"}
	case "entrance":
		return problem.Text{SV: "porten", EN: "the entrance"}
	}
	return problem.Text{SV: "låset", EN: "the lock"}
}

func taskName(k routine.TaskKind) problem.Text {
	switch k {
	case routine.Mount:
		return problem.Text{SV: "Montera lås", EN: "Mount a lock"}
	case routine.Dismount:
		return problem.Text{SV: "Montera ned lås", EN: "Dismount the lock"}
	case routine.MountEntrance:
		return problem.Text{SV: "Montera lås i port", EN: "Mount a lock in an entrance"}
	case routine.DismountEntrance:
		return problem.Text{SV: "Montera ned lås i port", EN: "Dismount the lock in an entrance"}
	case routine.ReturnKeys:
		return problem.Text{SV: "Återlämna nycklar", EN: "Return keys"}
	case routine.ExchangeLock:
		return problem.Text{SV: "Byta lås", EN: "Exchange the lock"}
	case routine.ServiceLock:
		return problem.Text{SV: "Service av lås", EN: "Service of the lock"}
	case routine.AskConsent:
		return problem.Text{SV: "Fråga fastighetsägaren", EN: "Ask the property owner"}
	case routine.AskClient:
		return problem.Text{SV: "Fråga kunden", EN: "Ask the client"}
	case routine.TakeReceipt:
		return problem.Text{SV: "Kvittera nyckel", EN: "Take a receipt for a key"}
	case routine.TakeSpare:
		return problem.Text{SV: "Ta emot reservnyckel", EN: "Take a spare key"}
	case routine.TellClient:
		return problem.Text{SV: "Berätta för kunden", EN: "Tell the client"}
	case routine.Document:
		return problem.Text{SV: "Dokumentera låset", EN: "Document the lock"}
	case routine.Attend:
		return problem.Text{SV: "Öppna för teknikern", EN: "Open for the technician"}
	case routine.Judge:
		return problem.Text{SV: "Ta ställning", EN: "Decide"}
	}
	return problem.Text{SV: string(k), EN: string(k)}
}

func keyStateName(s casework.KeyState) problem.Text {
	switch s {
	case casework.KeySynced:
		return problem.Text{SV: "Synkad", EN: "Synced"}
	case casework.KeyDue:
		return problem.Text{SV: "Behöver synkas", EN: "Needs to sync"}
	case casework.KeyBlocked:
		return problem.Text{SV: "Spärrad", EN: "Blocked"}
	case casework.KeyBroken:
		return problem.Text{SV: "Trasig", EN: "Broken"}
	case casework.KeyStock:
		return problem.Text{SV: "I lager", EN: "In stock"}
	}
	return problem.Text{SV: string(s), EN: string(s)}
}

func channelName(c string) problem.Text {
	switch c {
	case "api":
		return problem.Text{SV: "från verksamhetssystem", EN: "from a care system"}
	case "fhir":
		return problem.Text{SV: "från verksamhetssystem (FHIR)", EN: "from a care system (FHIR)"}
	case "portal":
		return problem.Text{SV: "från portalen", EN: "from the portal"}
	case "demo":
		return problem.Text{SV: "från demonstrationen", EN: "from the demonstration"}
	case "form":
		return problem.Text{SV: "på blankett, inskriven av låsansvarig", EN: "on a form, entered by the lock manager"}
	}
	return problem.Text{SV: c, EN: c}
}

func thingName(kind string) problem.Text {
	switch kind {
	case "client":
		return problem.Text{SV: "Kund", EN: "Client"}
	case "lock":
		return problem.Text{SV: "Lås", EN: "Lock"}
	case "key":
		return problem.Text{SV: "Nyckel", EN: "Key"}
	case "order":
		return problem.Text{SV: "Beställning", EN: "Order"}
	case "group":
		return problem.Text{SV: "Grupp", EN: "Group"}
	case "station":
		return problem.Text{SV: "Synkstation", EN: "Sync station"}
	case "staff":
		return problem.Text{SV: "Medarbetare", EN: "Staff member"}
	case "token":
		return problem.Text{SV: "Organisation", EN: "Organisation"}
	case "import":
		return problem.Text{SV: "Registerinläsning", EN: "Register import"}
	}
	return problem.Text{SV: kind, EN: kind}
}

func qualityName(q string) problem.Text {
	switch q {
	case "server":
		return problem.Text{SV: "serverns klocka", EN: "the server's clock"}
	case "device":
		return problem.Text{SV: "enhetens klocka", EN: "the device's clock"}
	case "unverified":
		return problem.Text{SV: "enheten hade tappat tiden, bara ordningen är säker", EN: "the device had lost its clock; only the order is certain"}
	}
	return problem.Text{SV: q, EN: q}
}
