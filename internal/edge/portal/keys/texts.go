package keys

import (
	"hemnyckel/internal/base/problem"
)

var (
	tMore          = problem.Text{SV: "Nästa sida", EN: "Next page"}
	tFirst         = problem.Text{SV: "Första sidan", EN: "First page"}
	tTimelineKey   = problem.Text{SV: "Det senaste överst. Öppningar syns när nyckeln har varit i en synkstation.", EN: "The latest first. Openings appear once the key has been in a sync station."}
	tKeys          = problem.Text{SV: "Nycklar", EN: "Keys"}
	tKeysLead      = problem.Text{SV: "En nyckel öppnar bara om den har synkats de senaste dagarna och sedan aktiverats av en person.", EN: "A key opens only if it has been synced within the last days and then activated by a person."}
	tKeysNone      = problem.Text{SV: "Inga nycklar passar", EN: "No keys fit"}
	tKeysNoneD     = problem.Text{SV: "Ändra urvalet ovanför. Nycklar kommer hit när de lämnas ut till en grupp, eller ur nyckelregistret.", EN: "Change the filter above. Keys come here when they are handed out to a group, or from the key register."}
	tKey           = problem.Text{SV: "Nyckel", EN: "Key"}
	tNumberBegins  = problem.Text{SV: "Numret börjar på", EN: "The number begins with"}
	tGroupCode     = problem.Text{SV: "Gruppens kod", EN: "Code of the group"}
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
	tBatteryAt     = problem.Text{SV: "%s, %s", EN: "%s, %s"}
	tBatteryNot    = problem.Text{SV: "Ingen har antecknat när", EN: "Nobody has noted when"}
	tBatteryDue    = problem.Text{SV: "Byts senast %s", EN: "To be changed by %s"}
	tBatteryLate   = problem.Text{SV: "Batteriet ska bytas nu", EN: "The battery is due now"}
	tGrantLocks    = problem.Text{SV: "Lås i senaste synken", EN: "Locks in the latest sync"}
	tReason        = problem.Text{SV: "Skäl", EN: "Reason"}
	tHolder        = problem.Text{SV: "Har den", EN: "Has it"}
	tHolderOwn     = problem.Text{SV: "%s (%s), hämtade den %s", EN: "%s (%s), took it %s"}
	tHolderWas     = problem.Text{SV: "Anställd %s hade den senast, %s", EN: "Employee %s had it last, %s"}
	tHolderFirm    = problem.Text{SV: "%s. Vem som har den just nu vet utföraren.", EN: "%s. Who has it right now, the provider knows."}
	tHolderNone    = problem.Text{SV: "Ingen har aktiverat den", EN: "Nobody has activated it"}
	tHolderStock   = problem.Text{SV: "Låsansvarigs lager", EN: "The lock manager's stock"}

	tIfLost      = problem.Text{SV: "Om den kommer bort", EN: "If it gets lost"}
	tIfLostLead  = problem.Text{SV: "Så många dörrar kan nyckeln öppna om den försvinner nu och ingen spärrar den.", EN: "So many doors the key can open if it disappears now and nobody blocks it."}
	tDoorsNow    = problem.Text{SV: "lås som nyckeln kan öppna", EN: "locks that the key can open"}
	tHomesNow    = problem.Text{SV: "kunder bakom dem", EN: "clients behind them"}
	tUntilThen   = problem.Text{SV: "Senast %s öppnar den ingenting, om den inte synkas igen.", EN: "By %s it opens nothing, unless it is synced again."}
	tOpensNone   = problem.Text{SV: "Nyckeln öppnar ingenting nu: den är inte synkad.", EN: "The key opens nothing now: it is not synced."}
	tOpensWhich  = problem.Text{SV: "Vilka lås?", EN: "Which locks?"}
	tOpensMore   = problem.Text{SV: "och %d till", EN: "and %d more"}
	tLockSeen    = problem.Text{SV: "hördes %s", EN: "heard of %s"}
	tLockUnseen  = problem.Text{SV: "har inte hörts av", EN: "not heard of"}
	tDoBlock     = problem.Text{SV: "Spärra nyckeln", EN: "Block the key"}
	tDoMiss      = problem.Text{SV: "Anmäl nyckeln som saknad", EN: "Report the key missing"}
	tDoFollow    = problem.Text{SV: "Se hur långt spärren har nått", EN: "See how far the block has come"}
	tDoFound     = problem.Text{SV: "Den är hittad", EN: "It has been found"}
	tDoBattery   = problem.Text{SV: "Anteckna batteribyte", EN: "Note a new battery"}
	tDoBroken    = problem.Text{SV: "Anmäl som trasig", EN: "Report it broken"}
	tDoWorks     = problem.Text{SV: "Den fungerar igen", EN: "It works again"}
	tDoSwap      = problem.Text{SV: "Lämna ut en annan nyckel", EN: "Hand out another key"}
	tDoJudge     = problem.Text{SV: "Bedöm om någon var oaktsam", EN: "Judge whether somebody was careless"}
	tWhatToDo    = problem.Text{SV: "Gör något med nyckeln", EN: "Do something with the key"}
	tExchWaits   = problem.Text{SV: "Väntar på att bytas: %s", EN: "Waits to be exchanged: %s"}
	tExchAt      = problem.Text{SV: "Tid hos låsansvarig: %s", EN: "Time at the lock manager's: %s"}
	tExchNoTime  = problem.Text{SV: "Ingen tid är avtalad.", EN: "No time is agreed."}
	tExchDone    = problem.Text{SV: "Utbytt %s mot nyckel %s.", EN: "Exchanged %s for key %s."}
	tExchNeglect = problem.Text{SV: "Bedömd som uppenbart oaktsam: %s", EN: "Judged obviously careless: %s"}
	tExchWear    = problem.Text{SV: "Bedömd som inte oaktsam: %s", EN: "Judged not careless: %s"}

	tBatteryQ     = problem.Text{SV: "När byttes batteriet i nyckel %s?", EN: "When was the battery of key %s changed?"}
	tBatteryHint  = problem.Text{SV: "Till exempel 2026-06-03. Dagens datum står ifyllt.", EN: "Such as 2026-06-03. Today's date is filled in."}
	tBatteryDo    = problem.Text{SV: "Spara batteribytet", EN: "Save the change"}
	tBatterySaved = problem.Text{SV: "Batteribytet är antecknat. Nästa ska göras senast %s.", EN: "The new battery is noted. The next is due by %s."}

	tBrokenQ     = problem.Text{SV: "Vad är fel med nyckel %s?", EN: "What is wrong with key %s?"}
	tBrokenLead  = problem.Text{SV: "Nyckeln slutar att synkas när du har anmält den. Lämna in den hos låsansvarig, så får ni en annan.", EN: "The key stops syncing once you have reported it. Hand it in at the lock manager's, and you get another."}
	tDamaged     = problem.Text{SV: "Den är skadad", EN: "It is damaged"}
	tDamagedHint = problem.Text{SV: "Böjd, sprucken, våt eller sliten.", EN: "Bent, cracked, wet or worn."}
	tFails       = problem.Text{SV: "Den fungerar inte trots nytt batteri", EN: "It fails despite a new battery"}
	tFailsHint   = problem.Text{SV: "Anteckna batteribytet först.", EN: "Note the new battery first."}
	tDescription = problem.Text{SV: "Beskriv felet", EN: "Describe what is wrong"}
	tDescrHint   = problem.Text{SV: "Skriv inget om kunder.", EN: "Write nothing about clients."}
	tAppointment = problem.Text{SV: "Dag då ni lämnar in den", EN: "Day when you hand it in"}
	tAppointHint = problem.Text{SV: "Om ni har kommit överens med låsansvarig.", EN: "If you have agreed with the lock manager."}
	tClock       = problem.Text{SV: "Klockan", EN: "Time"}
	tClockHint   = problem.Text{SV: "Till exempel 9.30.", EN: "Such as 9:30."}
	tBrokenDo    = problem.Text{SV: "Anmäl nyckeln som trasig", EN: "Report the key broken"}
	tBrokenSaved = problem.Text{SV: "Nyckeln är anmäld som trasig. Lämna in den hos låsansvarig, så får ni en annan.", EN: "The key is reported broken. Hand it in at the lock manager's, and you get another."}
	tWorksSaved  = problem.Text{SV: "Anmälan är återtagen. Nyckeln är som den var.", EN: "The report is taken back. The key is as it was."}
	tSwapQ       = problem.Text{SV: "Vilken nyckel lämnar du ut i stället för %s?", EN: "Which key do you hand out instead of %s?"}
	tSwapHint    = problem.Text{SV: "Numret på en nyckel i lager. Läs av den eller skriv det, till exempel N00042.", EN: "The number of a key in stock. Scan or type it, such as N00042."}
	tSwapBroken  = problem.Text{SV: "Ta emot den trasiga nyckeln först.", EN: "Receive the broken key first."}
	tSwapLost    = problem.Text{SV: "Den borttappade är spärrad, så en annan kan lämnas ut.", EN: "The lost one is blocked, so another can be handed out."}
	tSwapDo      = problem.Text{SV: "Lämna ut nyckeln", EN: "Hand out the key"}
	tSwapSaved   = problem.Text{SV: "Nyckel %s är utlämnad i stället. Synka den innan den används.", EN: "Key %s is handed out instead. Sync it before it is used."}
	tSwapNot     = problem.Text{SV: "Nyckeln väntar inte på att bytas", EN: "The key does not wait to be exchanged"}
	tSwapNotD    = problem.Text{SV: "En annan nyckel lämnas ut för den som är anmäld som trasig, eller som är spärrad.", EN: "Another is handed out for one that is reported broken, or blocked."}
	tJudgeQ      = problem.Text{SV: "Var någon uppenbart oaktsam med nyckel %s?", EN: "Was somebody obviously careless with key %s?"}
	tJudgeYes    = problem.Text{SV: "Ja, utföraren kan få betala", EN: "Yes, the provider may have to pay"}
	tJudgeNo     = problem.Text{SV: "Nej, kommunen står för kostnaden", EN: "No, the municipality bears the cost"}
	tJudgeLabel  = problem.Text{SV: "Din bedömning", EN: "Your judgement"}
	tJudgeWhy    = problem.Text{SV: "Varför?", EN: "Why?"}
	tJudgeDo     = problem.Text{SV: "Spara bedömningen", EN: "Save the judgement"}
	tJudgeSaved  = problem.Text{SV: "Bedömningen är sparad.", EN: "The judgement is saved."}
	tJudgeNot    = problem.Text{SV: "Det finns inget att bedöma", EN: "There is nothing to judge"}
	tJudgeNotD   = problem.Text{SV: "En bedömning görs en gång, för en skadad nyckel som har lämnats in.", EN: "A judgement is made once, for a damaged key that has been handed in."}
	tBackToKey   = problem.Text{SV: "Till nyckeln", EN: "To the key"}

	tWhy       = problem.Text{SV: "Varför får gruppen öppna?", EN: "Why may the group open?"}
	tWhyLead   = problem.Text{SV: "Ange ett lås och en grupp, så visas varje beslut som ger gruppen rätt att öppna.", EN: "Give a lock and a group to see every decision that gives the group a right to open."}
	tWhySerial = problem.Text{SV: "Låsets serienummer", EN: "The lock's serial number"}
	tWhyGroup  = problem.Text{SV: "Gruppens kod", EN: "The group's code"}
	tWhyShow   = problem.Text{SV: "Visa varför", EN: "Show why"}
	tWhyFill   = problem.Text{SV: "Fyll i både lås och grupp.", EN: "Fill in both lock and group."}
	tWhyExLock = problem.Text{SV: "Står på låset, till exempel DC10002.", EN: "It is on the lock, such as DC10002."}
	tWhyExGrp  = problem.Text{SV: "Till exempel G001.", EN: "Such as G001."}
	tWhyAnswer = problem.Text{SV: "Grupp %s och lås %s", EN: "Group %s and lock %s"}
)

var (
	errCause  = problem.New(problem.Invalid, "page-key-cause", "Välj vad som är fel med nyckeln.", "Choose what is wrong with the key.")
	errDay    = problem.New(problem.Invalid, "page-key-day", "Skriv dagen som 2026-06-03, eller lämna dag och klockslag tomma.", "Write the day as 2026-06-03, or leave day and time empty.")
	errClock  = problem.New(problem.Invalid, "page-key-clock", "Skriv klockslaget som 9.30, eller lämna dag och klockslag tomma.", "Write the time as 9:30, or leave day and time empty.")
	errNumber = problem.New(problem.Invalid, "page-key-number", "Skriv numret på nyckeln som du lämnar ut.", "Write the number of the key that you hand out.")
	errJudge  = problem.New(problem.Invalid, "page-key-judge", "Välj ja eller nej.", "Choose yes or no.")
)
