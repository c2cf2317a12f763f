package locks

import "hemnyckel/internal/base/problem"

var (
	tLocks      = problem.Text{SV: "Lås", EN: "Locks"}
	tLocksLead  = problem.Text{SV: "Dörrlås, portar och nyckelgömmor: de som sitter uppe och de som ligger i lager.", EN: "Door locks, entrances and key boxes: those that are mounted, and those in stock."}
	tLocksNone  = problem.Text{SV: "Inga lås passar", EN: "No locks fit"}
	tLocksNoneD = problem.Text{SV: "Ändra urvalet ovanför. Lås kommer hit när de tas emot i lagret, eller ur låsregistret.", EN: "Change the filter above. Locks come here when they arrive in stock, or from the register of locks."}
	tBegins     = problem.Text{SV: "Numret börjar på", EN: "The number begins with"}
	tKind       = problem.Text{SV: "Slag", EN: "Kind"}
	tKindAll    = problem.Text{SV: "Alla slag", EN: "All kinds"}
	tStateAll   = problem.Text{SV: "Alla lägen", EN: "All states"}
	tLock       = problem.Text{SV: "Lås", EN: "Lock"}
	tSeen       = problem.Text{SV: "Hördes senast", EN: "Last heard of"}
	tSeenNever  = problem.Text{SV: "Har inte hörts av", EN: "Not heard of"}
	tBattery    = problem.Text{SV: "Batteri", EN: "Battery"}
	tBatteryNow = problem.Text{SV: "%d %%", EN: "%d %%"}
	tMounted    = problem.Text{SV: "Monterat", EN: "Mounted"}
	tMore       = problem.Text{SV: "Nästa sida", EN: "Next page"}
	tFirst      = problem.Text{SV: "Första sidan", EN: "First page"}

	tWhose       = problem.Text{SV: "Sitter hos", EN: "Is at"}
	tNobody      = problem.Text{SV: "Ingen kund som du får läsa om", EN: "No client whom you may read about"}
	tHomes       = problem.Text{SV: "Kunder bakom porten", EN: "Clients behind the entrance"}
	tHomesMany   = problem.Text{SV: "minst %d", EN: "at least %d"}
	tWhere       = problem.Text{SV: "Portens namn", EN: "Name of the entrance"}
	tWhereHidden = problem.Text{SV: "Visas inte: någon bakom låset har skyddad identitet.", EN: "Not shown: somebody behind the lock has protected identity."}
	tProtected   = problem.Text{SV: "Någon bakom låset har skyddad identitet. Sidan visar inte var det sitter. Behöver du veta, så gå till kunden och ange varför.", EN: "Somebody behind the lock has protected identity. The page does not show where it is. If you need to know, go to the client and say why."}
	tReason      = problem.Text{SV: "Skäl", EN: "Reason"}

	tDoFault   = problem.Text{SV: "Anmäl fel på låset", EN: "Report a fault"}
	tDoSee     = problem.Text{SV: "Gå till felet", EN: "Go to the fault"}
	tDoOrder   = problem.Text{SV: "Beställ till kunden", EN: "Order for the client"}
	tDoWork    = problem.Text{SV: "Gå till uppgiften", EN: "Go to the task"}
	tDoCrisis  = problem.Text{SV: "Jag kommer inte in nu", EN: "I cannot get in now"}
	tNext      = problem.Text{SV: "Nästa steg", EN: "Next step"}
	tNextFault = problem.Text{SV: "Det finns ett öppet fel på låset.", EN: "There is an open fault on the lock."}
	tNextTask  = problem.Text{SV: "Det finns en uppgift som ingen har gjort än.", EN: "There is a task that nobody has done yet."}
	tNextNone  = problem.Text{SV: "Inget väntar på att göras vid den här dörren.", EN: "Nothing waits to be done at this door."}

	tWho        = problem.Text{SV: "Vem får öppna", EN: "Who may open"}
	tWhoNone    = problem.Text{SV: "Ingen får öppna", EN: "Nobody may open"}
	tWhoNoneD   = problem.Text{SV: "En behörighet uppstår när en insats beviljas och låset sitter på kundens dörr.", EN: "A right arises when a service is granted and the lock is on the client's door."}
	tWhoMore    = problem.Text{SV: "Det finns fler behörigheter än de som visas.", EN: "There are more rights than are shown."}
	tOfProvider = problem.Text{SV: "hos %s", EN: "of %s"}
	tKeysNow    = problem.Text{SV: "%d av gruppens nycklar är synkade", EN: "%d of the group's keys are synced"}
	tKeyNow     = problem.Text{SV: "1 av gruppens nycklar är synkad", EN: "1 of the group's keys is synced"}
	tKeysNone   = problem.Text{SV: "Ingen av gruppens nycklar är synkad", EN: "No key of the group is synced"}
	tShowKeys   = problem.Text{SV: "Visa nycklarna", EN: "Show the keys"}
	tShowWhy    = problem.Text{SV: "Varför?", EN: "Why?"}
	tRests      = problem.Text{SV: "Vad behörigheterna vilar på", EN: "What the rights rest on"}

	tSelf       = problem.Text{SV: "Vad låset senast har berättat", EN: "What the lock last told"}
	tSelfLead   = problem.Text{SV: "Låset har ingen egen förbindelse. Det berättar genom nycklarna som besöker det, och dem läser en synkstation av.", EN: "The lock has no connection of its own. It tells by the keys that visit it, which a sync station reads."}
	tSelfNone   = problem.Text{SV: "Låset har inte berättat något än", EN: "The lock has not told anything yet"}
	tSelfNoneD  = problem.Text{SV: "Det gör det när en nyckel har öppnat dörren och sedan satts i en synkstation.", EN: "It does once a key has opened the door and then been in a sync station."}
	tList       = problem.Text{SV: "Spärrlista", EN: "Block list"}
	tListNone   = problem.Text{SV: "Har inte fått någon än", EN: "Has got none yet"}
	tListNew    = problem.Text{SV: "Har den senaste", EN: "Has the newest"}
	tListOld    = problem.Text{SV: "En äldre. Den nya kommer med nästa nyckel.", EN: "An older one. The new one comes with the next key."}
	tConfig     = problem.Text{SV: "Inställningar", EN: "Configuration"}
	tConfigNo   = problem.Text{SV: "Version %d", EN: "Version %d"}
	tConfigNone = problem.Text{SV: "Från fabriken", EN: "From the factory"}
	tClock      = problem.Text{SV: "Klocka", EN: "Clock"}
	tClockGood  = problem.Text{SV: "Går rätt", EN: "Keeps time"}
	tClockLost  = problem.Text{SV: "Hade tappat tiden", EN: "Had lost the time"}
	tClockDunno = problem.Text{SV: "Inte känd", EN: "Not known"}
	tAsOf       = problem.Text{SV: "läst %s", EN: "read %s"}

	tWayIn         = problem.Text{SV: "Vägen in och vad ägaren säger", EN: "The way in, and what the owner says"}
	tEntrances     = problem.Text{SV: "Port före dörren", EN: "Entrance before the door"}
	tEntNone       = problem.Text{SV: "Ingen port är känd", EN: "No entrance is known"}
	tOwner         = problem.Text{SV: "Fastighetsägaren", EN: "The property owner"}
	tOwnerEntrance = problem.Text{SV: "Fastighetsägaren om låset i porten", EN: "The property owner about the lock in the entrance"}
	tHouseOwner    = problem.Text{SV: "Äger huset", EN: "Owns the house"}
	tToHouse       = problem.Text{SV: "Till fastigheten", EN: "To the property"}
	tToAnswer      = problem.Text{SV: "Se svaret", EN: "See the answer"}
	tStays         = problem.Text{SV: "Får låset sitta kvar?", EN: "May the lock stay?"}
	tToDecide      = problem.Text{SV: "Ska bestämmas", EN: "To be decided"}
	tDecideBy      = problem.Text{SV: "Senast %s. Låset öppnar som förut så länge.", EN: "By %s. The lock opens as before meanwhile."}
	tDoDecide      = problem.Text{SV: "Bestäm", EN: "Decide"}
	tAgainst       = problem.Text{SV: "%d ägare har sagt nej eller återkallat", EN: "%d owners have refused or withdrawn"}
	tGiven         = problem.Text{SV: "Samtycke finns", EN: "Consent given"}
	tAsked         = problem.Text{SV: "Brev skickat, inget svar än", EN: "Letter sent, no answer yet"}
	tRefused       = problem.Text{SV: "Nej", EN: "Refused"}
	tWithdrawn     = problem.Text{SV: "Återkallat", EN: "Withdrawn"}
	tNotAsked      = problem.Text{SV: "Inte tillfrågad", EN: "Not asked"}

	tFaults      = problem.Text{SV: "Fel", EN: "Faults"}
	tFaultsNone  = problem.Text{SV: "Inget fel är anmält", EN: "No fault is reported"}
	tFaultsNoneD = problem.Text{SV: "Fungerar något inte, så anmäl det: då får du veta vad du ska göra just nu.", EN: "If something does not work, report it: you are told what to do right now."}
	tFaultOpen   = problem.Text{SV: "Öppet", EN: "Open"}
	tFaultEnded  = problem.Text{SV: "Avslutat %s", EN: "Ended %s"}
	tFaultNo     = problem.Text{SV: "Fel %s", EN: "Fault %s"}

	tOdd       = problem.Text{SV: "Avvikelser", EN: "Anomalies"}
	tOddOpen   = problem.Text{SV: "Ingen har tagit hand om den", EN: "Nobody has dealt with it"}
	tOddDone   = problem.Text{SV: "Avklarad %s", EN: "Settled %s"}
	tLife      = problem.Text{SV: "Låsets liv", EN: "The life of the lock"}
	tArrived   = problem.Text{SV: "Kom till lagret", EN: "Arrived in stock"}
	tPutUp     = problem.Text{SV: "Monterades", EN: "Was mounted"}
	tTakenDown = problem.Text{SV: "Monterades ned", EN: "Was taken down"}
	tSentBack  = problem.Text{SV: "Skickades till leverantören", EN: "Was sent to the supplier"}
	tAnswered  = problem.Text{SV: "Leverantören svarade", EN: "The supplier answered"}

	tLog     = problem.Text{SV: "Vad som har hänt vid dörren", EN: "What has happened at the door"}
	tLogLead = problem.Text{SV: "Det senaste överst, sedan låset sattes upp här. Öppningar syns när nyckeln har varit i en synkstation.", EN: "The latest first, since the lock was put up here. Openings appear once the key has been in a sync station."}
	tLogNot  = problem.Text{SV: "Låset sitter inte på någon dörr", EN: "The lock is on no door"}
	tLogNotD = problem.Text{SV: "Vad som har hänt där det satt förut står hos den kunden.", EN: "What happened where it was before stands with that client."}
)
