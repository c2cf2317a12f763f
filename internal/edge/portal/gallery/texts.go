package gallery

import "hemnyckel/internal/base/problem"

// The texts of this area, Swedish first.
var (
	tTitle       = problem.Text{SV: "Komponenter", EN: "Components"}
	tLead        = problem.Text{SV: "Delarna som sidorna är byggda av. Allt här är påhittat.", EN: "The parts that pages are made of. Everything here is made up."}
	tFlash       = problem.Text{SV: "Det är sparat.", EN: "It has been saved."}
	tConfirm     = problem.Text{SV: "Spärra nyckel N00003?", EN: "Block key N00003?"}
	tConfirmDo   = problem.Text{SV: "Spärra nyckeln", EN: "Block the key"}
	tEffect1     = problem.Text{SV: "Nyckeln slutar öppna 24 lås så snart spärren når dem.", EN: "The key stops opening 24 locks as soon as the block reaches them."}
	tEffect2     = problem.Text{SV: "3 lås nås först när någon besöker dem.", EN: "3 locks are reached only when somebody visits them."}
	tWhy         = problem.Text{SV: "Varför spärrar du den?", EN: "Why do you block it?"}
	tWhyHint     = problem.Text{SV: "Skälet skrivs i loggen.", EN: "The reason is written in the journal."}
	tOpened      = problem.Text{SV: "Dörr öppnad", EN: "Door opened"}
	tBlocked     = problem.Text{SV: "Nyckel spärrad", EN: "Key blocked"}
	tOrdered     = problem.Text{SV: "Beställning mottagen", EN: "Order received"}
	tChoiceA     = problem.Text{SV: "Trygghetslarm", EN: "Safety alarm"}
	tChoiceAHint = problem.Text{SV: "Larmets insatsgrupp får tillträde dygnet runt.", EN: "The alarm's response group gets access at all hours."}
	tChoiceB     = problem.Text{SV: "Hemtjänst", EN: "Home care"}
	tForm        = problem.Text{SV: "Fält", EN: "Fields"}
	tName        = problem.Text{SV: "Namn", EN: "Name"}
	tNameHint    = problem.Text{SV: "Så som det står i registret.", EN: "As it is in the register."}
	tCount       = problem.Text{SV: "Antal nycklar", EN: "Number of keys"}
	tUnit        = problem.Text{SV: "stycken", EN: "pieces"}
	tFrom        = problem.Text{SV: "Från och med", EN: "From and including"}
	tReason      = problem.Text{SV: "Skäl", EN: "Reason"}
	tNone        = problem.Text{SV: "Välj", EN: "Choose"}
	tWhat        = problem.Text{SV: "Vad gäller det?", EN: "What is it about?"}
	tMore        = problem.Text{SV: "Vad behöver du?", EN: "What do you need?"}
	tNote        = problem.Text{SV: "Till teknikern", EN: "To the technician"}
	tFile        = problem.Text{SV: "Bild på dörren", EN: "Picture of the door"}
	tFileHint    = problem.Text{SV: "Ingen person ska synas på bilden.", EN: "No person may be seen in the picture."}
	tSerial      = problem.Text{SV: "Låsets serienummer", EN: "The lock's serial number"}
	tSend        = problem.Text{SV: "Skicka med fel", EN: "Send with faults"}
	tDone        = problem.Text{SV: "Skicka och bli klar", EN: "Send and be done"}
	tClash       = problem.Text{SV: "Skicka efter någon annan", EN: "Send after somebody else"}
	tDanger      = problem.Text{SV: "Spärra nyckeln…", EN: "Block the key…"}
	tStates      = problem.Text{SV: "Lägen och besked", EN: "States and notices"}
	tGood        = problem.Text{SV: "Gäller nu", EN: "In force"}
	tWarn        = problem.Text{SV: "Försenad", EN: "Late"}
	tBad         = problem.Text{SV: "Spärrad", EN: "Blocked"}
	tInfo        = problem.Text{SV: "Påbörjad", EN: "Begun"}
	tCalm        = problem.Text{SV: "Avslutad", EN: "Ended"}
	tNotice      = problem.Text{SV: "Batteriet i låset är snart slut. Byt det vid nästa besök.", EN: "The lock's battery will soon be empty. Change it at the next visit."}
	tEmpty       = problem.Text{SV: "Inga nycklar väntar", EN: "No keys are waiting"}
	tEmptyD      = problem.Text{SV: "När en nyckel beställs syns den här, med den som ska ha den.", EN: "When a key is ordered it shows here, with whoever shall have it."}
	tSteps       = problem.Text{SV: "Steg och svar", EN: "Steps and answers"}
	tStep1       = problem.Text{SV: "Vem gäller det?", EN: "Who is it about?"}
	tStep2       = problem.Text{SV: "Vilken dörr?", EN: "Which door?"}
	tStep3       = problem.Text{SV: "Samtycke", EN: "Consent"}
	tStep4       = problem.Text{SV: "Kontrollera och skicka", EN: "Check and send"}
	tStep4Hint   = problem.Text{SV: "När allt ovanför är klart.", EN: "When everything above is done."}
	tSkyldig     = problem.Text{SV: "Provöppna låset", EN: "Test the lock"}
	tOrderDone   = problem.Text{SV: "Beställningen är skickad", EN: "The order has been sent"}
	tOrderNext   = problem.Text{SV: "En tekniker hör av sig inom två arbetsdagar.", EN: "A technician will be in touch within two working days."}
	tLists       = problem.Text{SV: "Listor", EN: "Lists"}
	tAll         = problem.Text{SV: "Alla", EN: "All"}
	tDue         = problem.Text{SV: "Behöver synkas", EN: "Need to sync"}
	tKey         = problem.Text{SV: "Nyckel", EN: "Key"}
	tGroup       = problem.Text{SV: "Grupp", EN: "Group"}
	tState       = problem.Text{SV: "Läge", EN: "State"}
	tChooseCol   = problem.Text{SV: "Val", EN: "Choice"}
	tRemind      = problem.Text{SV: "Påminn", EN: "Remind"}
	tBattery     = problem.Text{SV: "lås med svagt batteri", EN: "locks with a low battery"}
	tOfAll       = problem.Text{SV: "av 2 300 lås.", EN: "of 2 300 locks."}
	tHistory     = problem.Text{SV: "Händelser", EN: "Events"}
	tHelp        = problem.Text{SV: "Vem får beställa?", EN: "Who may order?"}
	tPhone       = problem.Text{SV: "Telefon", EN: "Phone"}
	tWasPhone    = problem.Text{SV: "0700-000001", EN: "0700-000001"}
	tNowPhone    = problem.Text{SV: "0700-000002", EN: "0700-000002"}
)
