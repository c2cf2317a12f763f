package log

import (
	"hemnyckel/internal/base/problem"
)

var (
	tOpenClient  = problem.Text{SV: "Öppna kunden", EN: "Open the client"}
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
	tEntryParts  = problem.Text{SV: "Händelser i posten", EN: "Events of the entry"}
	tEntryWhat   = problem.Text{SV: "Händelse", EN: "Event"}
	tEntryAt     = problem.Text{SV: "Hände", EN: "Happened"}
	tEntryRec    = problem.Text{SV: "Mottagen", EN: "Received"}
	tSubjects    = problem.Text{SV: "Gäller", EN: "Concerns"}
	tHowVerify   = problem.Text{SV: "Kontrollera posten själv", EN: "Verify the entry yourself"}
	tVerify1     = problem.Text{SV: "Beviset går att kontrollera utan att lita på servern. Ta ut det med det första kommandot. Kontrollera det med det andra, på en annan dator om du vill. Nyckelfilen ska komma från kommunens egen sida eller revisorn.", EN: "The proof can be checked without trusting the server. Take it out with the first command. Check it with the second, on another computer if you like. The file of keys should come from the municipality's own page or the auditor."}
	tVerifyKeys  = problem.Text{SV: "Loggens öppna nycklar skrivs ut med:", EN: "The journal's public keys are printed with:"}
	tCheckText   = problem.Text{SV: "Det signerade huvudet", EN: "The signed checkpoint"}
)
