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
	tKeysCaption   = problem.Text{SV: "Nycklar, %s", EN: "Keys, %s"}
	tKeysNone      = problem.Text{SV: "Inga nycklar passar", EN: "No keys fit"}
	tKeysNoneD     = problem.Text{SV: "Ändra urvalet, eller läs in nyckelregistret.", EN: "Change the filter, or import the key register."}
	tKey           = problem.Text{SV: "Nyckel", EN: "Key"}
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
	tGrantLocks    = problem.Text{SV: "Lås i senaste synken", EN: "Locks in the latest sync"}
	tReason        = problem.Text{SV: "Skäl", EN: "Reason"}
	tWhy           = problem.Text{SV: "Varför får gruppen öppna?", EN: "Why may the group open?"}
	tWhyLead       = problem.Text{SV: "Ange ett lås och en grupp, så visas varje beslut som ger gruppen rätt att öppna.", EN: "Give a lock and a group to see every decision that gives the group a right to open."}
	tWhySerial     = problem.Text{SV: "Låsets serienummer", EN: "The lock's serial number"}
	tWhyGroup      = problem.Text{SV: "Gruppens kod", EN: "The group's code"}
	tWhyShow       = problem.Text{SV: "Visa varför", EN: "Show why"}
	tWhyFill       = problem.Text{SV: "Fyll i både lås och grupp.", EN: "Fill in both lock and group."}
	tWhyExLock     = problem.Text{SV: "Står på låset, till exempel DC10002.", EN: "It is on the lock, such as DC10002."}
	tWhyExGrp      = problem.Text{SV: "Till exempel G001.", EN: "Such as G001."}
	tWhyAnswer     = problem.Text{SV: "Grupp %s och lås %s", EN: "Group %s and lock %s"}
)
