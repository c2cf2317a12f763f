package block

import "hemnyckel/internal/base/problem"

// hows are the ways in which keys are lost, the most common first. Their words go into the journal.
var hows = []struct {
	code string
	text problem.Text
}{
	{"lost", problem.Text{SV: "Borttappad", EN: "Lost"}},
	{"stolen", problem.Text{SV: "Stulen", EN: "Stolen"}},
	{"kept", problem.Text{SV: "Inte återlämnad", EN: "Not handed back"}},
	{"other", problem.Text{SV: "Annat", EN: "Other"}},
}

var (
	tTitle       = problem.Text{SV: "Spärra en nyckel", EN: "Block a key"}
	tWhich       = problem.Text{SV: "Vilken nyckel är borta?", EN: "Which key is gone?"}
	tWhichHint   = problem.Text{SV: "Numret står på nyckeln, till exempel N00123. Eller skriv anställningsnumret på den som har den, eller gruppens kod.", EN: "The number is on the key, such as N00123. Or write the employee number of whoever has it, or the group's code."}
	tGoOn        = problem.Text{SV: "Gå vidare", EN: "Go on"}
	tPersonLink  = problem.Text{SV: "Spärra en person i stället", EN: "Block a person instead"}
	tKeyLink     = problem.Text{SV: "Spärra en nyckel i stället", EN: "Block a key instead"}
	tMine        = problem.Text{SV: "Välj bland era nycklar", EN: "Choose among your keys"}
	tMineMore    = problem.Text{SV: "De %d första visas. Skriv numret om nyckeln inte är med.", EN: "The first %d are shown. Write the number if the key is not among them."}
	tBlockedNow  = problem.Text{SV: "Redan spärrade", EN: "Blocked already"}
	tBlockedNone = problem.Text{SV: "Inga nycklar är spärrade", EN: "No keys are blocked"}
	tBlockedD    = problem.Text{SV: "När en nyckel har spärrats står den här, och du kan följa hur spärren når låsen.", EN: "Once a key has been blocked it is here, and you can follow how the block reaches the locks."}
	tKey         = problem.Text{SV: "Nyckel", EN: "Key"}
	tSynced      = problem.Text{SV: "Senast synkad", EN: "Last synced"}
	tChoose      = problem.Text{SV: "Välj", EN: "Choose"}
	tFollow      = problem.Text{SV: "Se hur långt spärren har nått", EN: "See how far the block has come"}
	tFollowCol   = problem.Text{SV: "Följ spärren", EN: "Follow the block"}
	tFoundTitle  = problem.Text{SV: "Vilken av nycklarna?", EN: "Which of the keys?"}
	tFoundLead   = problem.Text{SV: "%d nycklar passar. Välj den som är borta.", EN: "%d keys fit. Choose the one that is gone."}

	tBlockQ     = problem.Text{SV: "Spärra nyckel %s?", EN: "Block key %s?"}
	tEffects    = problem.Text{SV: "Det här händer", EN: "This is what happens"}
	tDoorsMany  = problem.Text{SV: "Nyckeln kan i dag öppna %d lås, hos %s. Varje lås slutar lyda den när spärren har nått dit.", EN: "Today the key can open %d locks, at %s. Each lock stops obeying it once the block has come there."}
	tDoorsOne   = problem.Text{SV: "Nyckeln kan i dag öppna ett lås, hos %s. Låset slutar lyda den när spärren har nått dit.", EN: "Today the key can open one lock, at %s. The lock stops obeying it once the block has come there."}
	tClients    = problem.Text{SV: "%d kunder", EN: "%d clients"}
	tClientOne  = problem.Text{SV: "en kund", EN: "one client"}
	tOpensNone  = problem.Text{SV: "Nyckeln öppnar ingen dörr nu: den är inte synkad. Spärren gör att den inte heller kan synkas igen.", EN: "The key opens no door now: it is not synced. The block also stops it from being synced again."}
	tReachLate  = problem.Text{SV: "%d av låsen har inte hörts av det senaste dygnet. Dit når spärren först när någon öppnar med en nysynkad nyckel.", EN: "%d of the locks have not been heard of in the last day. The block reaches them only when somebody opens with a freshly synced key."}
	tReachFresh = problem.Text{SV: "Spärren följer med varje nyckel som synkas härifrån och in i låsen den öppnar. Alla låsen har hörts av det senaste dygnet.", EN: "The block travels with every key that syncs from now on, into the locks that it opens. All the locks have been heard of in the last day."}
	tNoSync     = problem.Text{SV: "Nyckeln kan inte synkas eller aktiveras igen, från och med nu.", EN: "The key cannot be synced or activated again, from now on."}
	tAtLongest  = problem.Text{SV: "Ett lås som ingen besöker kan öppnas som längst till %s. Då slutar nyckeln fungera av sig själv.", EN: "A lock that nobody visits can be opened until %s at the longest. Then the key stops working by itself."}
	tHow        = problem.Text{SV: "Vad har hänt med nyckeln?", EN: "What has happened to the key?"}
	tNote       = problem.Text{SV: "Var och när?", EN: "Where and when?"}
	tNoteHint   = problem.Text{SV: "Till exempel: på buss 4, omkring 22.30. Skriv inga kunders namn.", EN: "For example: on bus 4, about 22:30. Write no clients' names."}
	tDo         = problem.Text{SV: "Spärra nyckeln", EN: "Block the key"}
	tOnlyMiss   = problem.Text{SV: "I den här kommunen spärrar låsansvarig nycklar. Anmäl att den saknas nu, så slutar den synkas, och ring låsansvarig.", EN: "In this municipality the lock manager blocks keys. Report it missing now, which stops its syncing, and call the lock manager."}
	tMiss       = problem.Text{SV: "Anmäl att nyckeln saknas", EN: "Report the key missing"}
	tMissAlso   = problem.Text{SV: "Letar du fortfarande? Anmäl att den saknas, så slutar den synkas men låsen spärrar den inte.", EN: "Still looking? Report it missing: it stops syncing, but the locks do not block it."}
	tMissReason = problem.Text{SV: "Saknas, letas efter", EN: "Missing, being looked for"}
	tMissed     = problem.Text{SV: "Nyckeln är anmäld som saknad och synkas inte.", EN: "The key is reported missing and does not sync."}
	tFoundIt    = problem.Text{SV: "Nyckeln är hittad", EN: "The key is found"}
	tHowMissing = problem.Text{SV: "Välj vad som har hänt med nyckeln.", EN: "Choose what has happened to the key."}
	tNoteLong   = problem.Text{SV: "Skriv kortare, högst 400 tecken.", EN: "Write less, at most 400 characters."}
	tCannot     = problem.Text{SV: "Nyckeln är ur bruk och kan inte öppna något. Den behöver inte spärras.", EN: "The key is out of use and can open nothing. It need not be blocked."}

	tGroup      = problem.Text{SV: "Grupp", EN: "Group"}
	tHolder     = problem.Text{SV: "Senast hos", EN: "Last with"}
	tHolderWas  = problem.Text{SV: "anställd %s, aktiverad %s", EN: "employee %s, activated %s"}
	tHolderNone = problem.Text{SV: "ingen har aktiverat den", EN: "nobody has activated it"}
	tValid      = problem.Text{SV: "Gäller som längst till", EN: "Valid at the longest until"}
	tValidNot   = problem.Text{SV: "gäller inte", EN: "not valid"}

	tBlocked    = problem.Text{SV: "Nyckel %s är spärrad", EN: "Key %s is blocked"}
	tBlockedAt  = problem.Text{SV: "Spärrad %s", EN: "Blocked %s"}
	tReason     = problem.Text{SV: "Skäl", EN: "Reason"}
	tAllTold    = problem.Text{SV: "Ingen dörr kan öppnas med den.", EN: "No door can be opened with it."}
	tStillMany  = problem.Text{SV: "%d av %d lås kan fortfarande öppnas med den", EN: "%d of %d locks can still be opened with it"}
	tStillUntil = problem.Text{SV: "som längst till %s", EN: "until %s at the longest"}
	tNowDo      = problem.Text{SV: "Det här kan du göra nu", EN: "What you can do now"}
	tVisit      = problem.Text{SV: "Låt en kollega synka sin nyckel och öppna dörrarna nedan. Varje lås får spärren när det öppnas.", EN: "Have a colleague sync their key and open the doors below. Each lock gets the block when it is opened."}
	tWait       = problem.Text{SV: "Eller vänta: nyckeln slutar fungera av sig själv %s.", EN: "Or wait: the key stops working by itself %s."}
	tNewKey     = problem.Text{SV: "Låsansvarig kan nu lämna ut en ny nyckel i stället.", EN: "The lock manager can now hand out another key in its place."}
	tIncident   = problem.Text{SV: "Skriv incidentunderlag", EN: "Write an incident draft"}
	tToKey      = problem.Text{SV: "Till nyckelns sida", EN: "To the key's page"}
	tCoverage   = problem.Text{SV: "Hur långt spärren har nått", EN: "How far the block has come"}
	tCoverLead  = problem.Text{SV: "Ett lås räknas som öppet tills det självt har berättat att det har fått spärren. Det kan ha fått den tidigare.", EN: "A lock counts as open until it has told by itself that it has got the block. It may have got it earlier."}
	tLock       = problem.Text{SV: "Lås", EN: "Lock"}
	tState      = problem.Text{SV: "Läge", EN: "State"}
	tSeen       = problem.Text{SV: "Senast hörd", EN: "Last heard of"}
	tTold       = problem.Text{SV: "Har fått spärren", EN: "Has got the block"}
	tToldAt     = problem.Text{SV: "fick den %s", EN: "got it %s"}
	tNotTold    = problem.Text{SV: "Har inte fått spärren", EN: "Has not got the block"}
	tExpired    = problem.Text{SV: "Nyckelns tid är ute", EN: "The key's time is over"}
	tMoreDoors  = problem.Text{SV: "%d lås till visas inte här.", EN: "%d more locks are not shown here."}
	tNoDoors    = problem.Text{SV: "Inga lås", EN: "No locks"}
	tNoDoorsD   = problem.Text{SV: "Nyckelns grupp hade inget lås att öppna när den synkades senast.", EN: "The key's group had no lock to open when it was last synced."}

	tFoundQ     = problem.Text{SV: "Är nyckel %s hittad?", EN: "Is key %s found?"}
	tFoundE1    = problem.Text{SV: "Spärren hävs. Låsen får veta det på samma sätt som de fick spärren.", EN: "The block is lifted. The locks learn of it the way they learned of the block."}
	tFoundE2    = problem.Text{SV: "Nyckeln läggs i gruppens reserv och lämnas ut igen när den behövs.", EN: "The key goes to the group's reserve, and is handed out again when needed."}
	tFoundE3    = problem.Text{SV: "Nyckeln synkas igen som förut. Låsen fick aldrig någon spärr.", EN: "The key syncs again as before. The locks never got a block."}
	tFoundWhy   = problem.Text{SV: "Var fanns den, och vem har haft den under tiden?", EN: "Where was it, and who has had it meanwhile?"}
	tFoundDo    = problem.Text{SV: "Bekräfta att den är hittad", EN: "Confirm that it is found"}
	tFoundDone  = problem.Text{SV: "Nyckeln är noterad som hittad.", EN: "The key is noted as found."}
	tLiftByHMS  = problem.Text{SV: "Hittas nyckeln häver låsansvarig spärren. Lämna in den där.", EN: "If the key is found, the lock manager lifts the block. Hand it in there."}
	tInUseAgain = problem.Text{SV: "Nyckel %s är inte spärrad", EN: "Key %s is not blocked"}

	tPersonTitle   = problem.Text{SV: "Spärra en person", EN: "Block a person"}
	tPersonLead    = problem.Text{SV: "För den som har slutat, eller inte får arbeta mer. Gäller genast.", EN: "For somebody who has left, or must not work any more. It takes effect at once."}
	tNumber        = problem.Text{SV: "Anställningsnummer", EN: "Employee number"}
	tWhy           = problem.Text{SV: "Varför?", EN: "Why?"}
	tWhyHint       = problem.Text{SV: "Till exempel: slutade i dag. Skälet skrivs i loggen.", EN: "For example: left today. The reason is written in the journal."}
	tNumberMissing = problem.Text{SV: "Skriv personens anställningsnummer.", EN: "Write the person's employee number."}
	tReasonMissing = problem.Text{SV: "Skriv varför, med högst 400 tecken.", EN: "Say why, in at most 400 characters."}
	tPersonQ       = problem.Text{SV: "Spärra anställd %s?", EN: "Block employee %s?"}
	tPersonE1      = problem.Text{SV: "Bricka och kod slutar gälla vid synkstationerna, och konton och inloggningar avslutas.", EN: "Badge and code stop working at the sync stations, and accounts and logins end."}
	tPersonE2      = problem.Text{SV: "Det som personen har aktiverat slutar öppna lås, allt eftersom spärren når dem.", EN: "What the person has activated stops opening locks, as the block reaches them."}
	tPersonE3      = problem.Text{SV: "Personens arbete i era grupper avslutas. Den som också arbetar för någon annan behåller det.", EN: "The person's work in your groups ends. Somebody who also works for another organisation keeps that."}
	tPersonE4      = problem.Text{SV: "En nyckel som personen har kvar spärras inte av det här. Spärra den också.", EN: "A key that the person still has is not blocked by this. Block it too."}
	tPersonDo      = problem.Text{SV: "Spärra personen", EN: "Block the person"}
	tPersonDone    = problem.Text{SV: "Anställd %s är spärrad", EN: "Employee %s is blocked"}
	tPersonNext    = problem.Text{SV: "Har personen en nyckel kvar? Spärra den också.", EN: "Does the person still have a key? Block it too."}

	tIncTitle = problem.Text{SV: "Incidentunderlag, nyckel %s", EN: "Incident draft, key %s"}
	tIncLead  = problem.Text{SV: "Ett underlag för bedömningen om en personuppgiftsincident. Bedömningen gör dataskyddsombudet eller den som kommunen har utsett.", EN: "A draft for judging whether this is a personal-data breach. The judgement is the data protection officer's, or whoever the municipality has appointed."}
	tIncClock = problem.Text{SV: "Ska den anmälas, så är tiden senast", EN: "If it is to be notified, the latest time is"}
	tIncLeft  = problem.Text{SV: "%d timmar kvar av 72", EN: "%d hours left of 72"}
	tIncOver  = problem.Text{SV: "De 72 timmarna har gått.", EN: "The 72 hours are over."}
	tIncWhat  = problem.Text{SV: "Vad har hänt?", EN: "What has happened?"}
	tIncWhen  = problem.Text{SV: "När fick vi veta det?", EN: "When did we learn of it?"}
	tIncWho   = problem.Text{SV: "Vilka berörs?", EN: "Who is concerned?"}
	tIncWhoA  = problem.Text{SV: "%s, bakom %d lås", EN: "%s, behind %d locks"}
	tIncRisk  = problem.Text{SV: "Vad kunde nyckeln?", EN: "What could the key do?"}
	tIncRiskA = problem.Text{SV: "Öppna låsen till och med %s. Den bär inga namn, adresser eller koder: bara nummer på lås.", EN: "Open the locks until %s. It carries no names, addresses or codes: only numbers of locks."}
	tIncRiskN = problem.Text{SV: "Ingenting: den var inte synkad när den spärrades. Den bär inga namn, adresser eller koder.", EN: "Nothing: it was not synced when it was blocked. It carries no names, addresses or codes."}
	tIncDone  = problem.Text{SV: "Vad är gjort?", EN: "What has been done?"}
	tIncDoneA = problem.Text{SV: "Nyckeln spärrades %s. %d av %d lås har bekräftat spärren; %d kan fortfarande öppnas.", EN: "The key was blocked %s. %d of %d locks have confirmed the block; %d can still be opened."}
	tIncLeftA = problem.Text{SV: "Vad återstår?", EN: "What remains?"}
	tIncFill  = problem.Text{SV: "Bedömning av risken, beslut om anmälan och om de berörda ska få veta (fylls i för hand):", EN: "Judgement of the risk, decision on notification and on telling those concerned (filled in by hand):"}
	tIncFact  = problem.Text{SV: "Uppgifterna är hämtade ur loggen %s. Skriv ut sidan eller spara den som PDF.", EN: "The facts come from the journal, %s. Print the page or save it as PDF."}
	tIncBack  = problem.Text{SV: "Tillbaka till nyckeln", EN: "Back to the key"}
	tPicture  = problem.Text{SV: "Hur många lås som nyckeln kunde öppna, över tid", EN: "How many locks the key could open, over time"}
	tPictureD = problem.Text{SV: "%d lås när nyckeln spärrades %s, %d nu. Senast %s kan den inte öppna något.", EN: "%d locks when the key was blocked %s, %d now. By %s it can open nothing."}
	tNow      = problem.Text{SV: "nu", EN: "now"}
)
