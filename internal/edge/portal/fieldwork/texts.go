package fieldwork

import (
	"hemnyckel/internal/base/problem"
)

var (
	tTasksNone    = problem.Text{SV: "Inga öppna uppgifter", EN: "No open tasks"}
	tTasksNoneD   = problem.Text{SV: "Nya uppgifter dyker upp när beställningar kommer in.", EN: "New tasks appear when orders come in."}
	tTasksMore    = problem.Text{SV: "Här visas de %d som ska vara klara först, av %s.", EN: "These are the %d that are due first, of %s."}
	tTasksLead    = problem.Text{SV: "Arbete att utföra: %s. Frågor att ta ställning till: %s.", EN: "Work to do: %s. Questions to decide: %s."}
	tTasksRead    = problem.Text{SV: "Vilkas dörrar du har fått se här har skrivits i loggen.", EN: "Whose doors this page showed you has been written in the journal."}
	tWorkLate     = problem.Text{SV: "Försenat", EN: "Late"}
	tWorkToday    = problem.Text{SV: "I dag", EN: "Today"}
	tWorkLater    = problem.Text{SV: "Längre fram", EN: "Later"}
	tWorkOthers   = problem.Text{SV: "Görs av gruppernas personal", EN: "Done by the groups' staff"}
	tWorkAsked    = problem.Text{SV: "Att ta ställning till", EN: "To decide"}
	tAskException = problem.Text{SV: "Ett lås är beställt trots ett antecknat undantag. Ska det monteras?", EN: "A lock is ordered in spite of a recorded exception. Shall it be mounted?"}
	tAskRoutine   = problem.Text{SV: "Utförarens egen rutin saknas eller har gått ut. Ska gruppen få tillträde?", EN: "The provider's own routine is missing or has run out. Shall the group have access?"}
	tSaidNo       = problem.Text{SV: "%s sa nej", EN: "%s said no"}
	tSaidNoMore   = problem.Text{SV: "%s tog tillbaka sitt ja", EN: "%s withdrew a yes"}
	tSaidOn       = problem.Text{SV: "den %s", EN: "on %s"}
	tSaidDiary    = problem.Text{SV: "diarienummer %s", EN: "diary %s"}
	tOwnerHidden  = problem.Text{SV: "Ägaren (skyddad identitet)", EN: "The owner (protected identity)"}
	tOneDoor      = problem.Text{SV: "1 dörr", EN: "1 door"}
	tDoors        = problem.Text{SV: "%d dörrar", EN: "%d doors"}
)
