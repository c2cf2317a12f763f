package anomalies

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
)

var (
	tNavAnomalies = problem.Text{SV: "Avvikelser", EN: "Anomalies"}
	tLead         = problem.Text{SV: "Det som inte stämmer i det som lås och nycklar har berättat. Varje rad ligger kvar tills någon har skrivit vad som gjordes.", EN: "What does not add up in what locks and keys have told. Each row stays until somebody has written what was done."}
	tShow         = problem.Text{SV: "Visa", EN: "Show"}
	tOpen         = problem.Text{SV: "Inte åtgärdade", EN: "Not dealt with"}
	tAll          = problem.Text{SV: "Alla", EN: "All"}
	tClass        = problem.Text{SV: "Sort", EN: "Kind"}
	tAnyClass     = problem.Text{SV: "Alla sorter", EN: "All kinds"}
	tLabel        = problem.Text{SV: "Låsets eller nyckelns nummer", EN: "Number of the lock or key"}
	tNone         = problem.Text{SV: "Inga avvikelser", EN: "No anomalies"}
	tNoneD        = problem.Text{SV: "När något inte stämmer i ett lås logg, eller i det som en nyckel bär hem, står det här med vad du kan göra åt det.", EN: "When something does not add up in a lock's log, or in what a key carries home, it is here with what you can do about it."}
	tNoneFilter   = problem.Text{SV: "Inga avvikelser passar urvalet. Ta bort något i urvalet för att se fler.", EN: "No anomalies fit the filter. Take something out of the filter to see more."}
	tFound        = problem.Text{SV: "Upptäckt", EN: "Found"}
	tThing        = problem.Text{SV: "Lås eller nyckel", EN: "Lock or key"}
	tUnknown      = problem.Text{SV: "Okänt", EN: "Unknown"}
	tWhat         = problem.Text{SV: "Vad som inte stämmer", EN: "What does not add up"}
	tDetail       = problem.Text{SV: "Närmare", EN: "In detail"}
	tState        = problem.Text{SV: "Läge", EN: "State"}
	tWaits        = problem.Text{SV: "Väntar", EN: "Waits"}
	tDealt        = problem.Text{SV: "Åtgärdad", EN: "Dealt with"}
	tTitle        = problem.Text{SV: "Avvikelse %s", EN: "Anomaly %s"}
	tDo           = problem.Text{SV: "Det här kan du göra", EN: "What you can do"}
	tNote         = problem.Text{SV: "Vad gjordes åt avvikelsen?", EN: "What was done about the anomaly?"}
	tNoteHint     = problem.Text{SV: "Skriv så att den som läser om ett år förstår. Nämn ingen vid namn. Texten skrivs i loggen och går inte att ändra.", EN: "Write so that somebody who reads it in a year understands. Name nobody. The text goes into the journal and cannot be changed."}
	tSettle       = problem.Text{SV: "Spara och stäng avvikelsen", EN: "Save and close the anomaly"}
	tSettled      = problem.Text{SV: "Avvikelsen är stängd.", EN: "The anomaly is closed."}
	tSettledAt    = problem.Text{SV: "Stängd", EN: "Closed"}
	tDone         = problem.Text{SV: "Vad som gjordes", EN: "What was done"}
	tOther        = problem.Text{SV: "Någon annan har redan stängt avvikelsen. Det du skrev har inte sparats:", EN: "Somebody else has closed the anomaly already. What you wrote has not been saved:"}
)

// advice is what to do about an anomaly of a class.
func advice(class string) problem.Text {
	switch class {
	case keysync.ClassGap, keysync.ClassLost:
		return problem.Text{SV: "Raderna kommer inte tillbaka. Se till att nycklar besöker låset och synkas, så att det inte händer igen.", EN: "The records do not come back. See that keys visit the lock and are synced, so that it does not happen again."}
	case keysync.ClassLeftOut:
		return problem.Text{SV: "Vänta: nästa nyckel hämtar raderna. Händer det igen med samma nyckel, byt ut nyckeln.", EN: "Wait: the next key fetches the records. If it happens again with the same key, exchange the key."}
	case keysync.ClassFork, keysync.ClassRollback:
		return problem.Text{SV: "Byt ut låset. Det som låset har berättat är sparat som bevis.", EN: "Exchange the lock. What the lock has told is kept as evidence."}
	case keysync.ClassUnreadable, keysync.ClassStranger, keysync.ClassActivation:
		return problem.Text{SV: "Titta på nyckeln som bar hem det. Vet ingen var den har varit, spärra den.", EN: "Look at the key that brought it home. If nobody knows where it has been, block it."}
	case keysync.ClassOrphan:
		return problem.Text{SV: "Leta efter synkstationen som nyckeln aktiverades i. Den kan ha stulits eller stått utan nät.", EN: "Look for the sync station in which the key was activated. It may have been stolen, or without a network."}
	case keysync.ClassSetAside:
		return problem.Text{SV: "Säg till leverantören av Hemnyckel. Inget är borta: det sparas i 90 dagar och läses in när programmet är rättat.", EN: "Tell the supplier of Hemnyckel. Nothing is lost: it is kept for 90 days and taken over once the program is corrected."}
	case keysync.ClassQuota:
		return problem.Text{SV: "Hämta nyckeln och titta på den. Vet ingen varför den bär så mycket, spärra den.", EN: "Fetch the key and look at it. If nobody knows why it carries so much, block it."}
	case keysync.ClassAhead:
		return problem.Text{SV: "Har registret lästs tillbaka från en kopia? Ta då in beställningarna sedan dess på nytt. Annars: säg till systemansvarig genast.", EN: "Has the register been restored from a copy? Then take the orders since then in anew. Otherwise: tell the system owner at once."}
	case fleet.ClassOverflow:
		return problem.Text{SV: "Se till att gruppen som står i loggen synkar sina nycklar i dag.", EN: "See that the group that stands in the journal syncs its keys today."}
	}
	return problem.Text{SV: "Titta på låset eller nyckeln, och skriv vad du såg.", EN: "Look at the lock or key, and write what you saw."}
}
