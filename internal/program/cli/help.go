package cli

import (
	"bytes"
	"io"
	"maps"
	"strings"

	"github.com/alecthomas/kong"
)

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command, such as ca rotate; without it all are listed."`
}

func (c *helpCmd) Run(p *program) error {
	args := append(append([]string{"--lang", p.lang}, c.Command...), "--help")
	if code := run(args, p.stdin, p.stdout, p.stderr, p.work); code != 0 {
		return exit{code, nil}
	}
	return nil
}

// Help is printed after the flags' own texts.
func (*importCmd) Help() string {
	return `Reads utforare, grupper, kunder, insatser and las, and if they are there medarbetare, nycklar and samtycken: a .csv each, with semicolons or commas, in UTF-8 or windows-1252; or a sheet each of one .xlsx.

A bad row is left out and reported, the others are applied. Rows that have vanished since the last import are listed, never ended. The same folder again changes nothing; after an interruption, the same command goes on.

Exit codes: 0 applied; 3 applied, with rejected rows; 2 nothing applied; 1 it did not finish: run it again.`
}

// Help is printed after the flags' own texts.
func (*verifyCmd) Help() string {
	return `Needs no database and no network. Exit codes: 0 the extract is valid; 1 it is not, and why is said; 2 it could not be judged.`
}

// swedishHelp is the Swedish form of every help text. A text that is missing here is shown in English; the test lists it.
func swedishHelp() map[string]string {
	all := swedishCommands()
	maps.Copy(all, swedishCa())
	maps.Copy(all, swedishInbox())
	return all
}

func swedishCommands() map[string]string {
	return map[string]string{
		"Digital keys and locks for municipal home care. Every right can say why it exists.": "Digitala nycklar och lås för kommunal hemtjänst. Varje behörighet kan säga varför den finns.",
		"Show context-sensitive help.":                                                            "Visa den här hjälpen.",
		"Language of messages: sv or en (else HEMNYCKEL_LANG says).":                              "Språk: sv eller en (annars det som HEMNYCKEL_LANG säger).",
		"What people call the municipality; kept until another is given.":                         "Vad kommunen kallas; sparas tills ett annat namn anges.",
		"Show what lies behind an error.":                                                         "Visa vad som ligger bakom ett fel.",
		"Play a working day in a made-up municipality and leave the portal open.":                 "Spela en arbetsdag i en påhittad kommun och lämna portalen öppen.",
		"Read a municipality's registers into its database.":                                      "Läs in en kommuns register i dess databas.",
		"Write the registers of a made-up municipality.":                                          "Skriv en påhittad kommuns register.",
		"Serve a municipality: portal, interfaces, stations.":                                     "Kör en kommuns server: portal, gränssnitt, stationer.",
		"Run a sync station, or enrol one.":                                                       "Kör en synkstation, eller lägg upp en.",
		"Run a simulated lock.":                                                                   "Kör ett simulerat lås.",
		"Run a simulated lock, press the button inside it, or reset it.":                          "Kör ett simulerat lås, tryck på knappen i det, eller nollställ det.",
		"Press the button inside a simulated lock; that counts for two minutes.":                  "Tryck på knappen inne i ett simulerat lås; det gäller i två minuter.",
		"Make a lock new again: what it has logged is taken home, and no old key opens it.":       "Gör ett lås som nytt: det som det har loggat tas hem, och ingen gammal nyckel öppnar det.",
		"Serial number of the lock.":                                                              "Låsets serienummer.",
		"The code inside the lock; without it the lock manager's mandate is used.":                "Koden inne i låset; utan den används låsansvarigs fullmakt.",
		"Use a simulated key: sync, activate, open, return, enrol, block.":                        "Använd en simulerad nyckel: synka, aktivera, öppna, lämna tillbaka, lägg upp, spärra.",
		"Mount a lock at a client's door and claim it.":                                           "Montera ett lås hos en kund och ta det i bruk.",
		"Employee number of who mounts the lock, has read its number and opened it as a test.":    "Anställningsnummer för den som monterar, har läst av låsets nummer och provöppnat det.",
		"Employee number of the other person who has checked lock, number and door.":              "Anställningsnummer för den andra som har kontrollerat lås, nummer och dörr.",
		"Where the door's own part is kept.":                                                      "Var dörrens egen del förvaras.",
		"Who knows that a lock is coming: client or relative.":                                    "Vem som vet att ett lås kommer: client (kunden) eller relative (anhörig).",
		"How they were told: phone, visit, letter or message.":                                    "Hur de fick veta: phone, visit, letter eller message.",
		"Of a key box: why no lock on the door.":                                                  "För en nyckelgömma: varför ett lås på dörren inte går.",
		"Give a staff member badge and PIN.":                                                      "Ge en medarbetare bricka och PIN.",
		"Create, list and revoke the tokens of calling systems.":                                  "Skapa, visa och återkalla anropande systems åtkomstnycklar.",
		"Say why a group may open a lock, back to the decision.":                                  "Säg varför en grupp får öppna ett lås, ända till beslutet.",
		"The municipality's profile: what its routine says.":                                      "Kommunens profil: det som dess rutin säger.",
		"List the known profiles.":                                                                "Visa de kända profilerna.",
		"Check a profile; tells every fault with its place and what to do.":                       "Kontrollera en profil; visar varje fel med plats och vad som ska göras.",
		"Print a profile, or a municipality's.":                                                   "Skriv ut en profil, eller en kommuns.",
		"Give a municipality a profile; everybody's rights follow.":                               "Ge en kommun en profil; allas behörigheter följer med.",
		"Print the routine in words: the rules, and what profiles say.":                           "Skriv ut rutinen i ord: reglerna, och vad profiler säger.",
		"Name of a known profile, or a file.":                                                     "Namnet på en känd profil, eller en fil.",
		"Names of known profiles, or files (default: all that are known).":                        "Namn på kända profiler, eller filer (annars alla kända).",
		"Profile of the municipality, a known one's name or a file; kept until another is given.": "Kommunens profil, en känd profils namn eller en fil; sparas tills en annan anges.",
		"Recompute all rights from their grounds.":                                                "Räkna om alla behörigheter från deras grunder.",
		"The journal: public keys, proofs, check.":                                                "Loggen: publika nycklar, bevis, kontroll.",
		"Verify an extract of a journal, without trusting whoever made it.":                       "Kontrollera ett utdrag ur en logg, utan att lita på den som gjort det.",
		"Copy a municipality to a file while it is in use.":                                       "Säkerhetskopiera en kommun till en fil medan den används.",
		"Make a municipality from a backup.":                                                      "Skapa en kommun av en säkerhetskopia.",
		"Print the version.":                                                                      "Skriv ut versionen.",
		"Say what a command is for and what it needs, as --help does.":                            "Säg vad ett kommando är till för och vad det behöver, som --help gör.",
		"The command, such as ca rotate; without it all are listed.":                              "Kommandot, till exempel ca rotate; utan det visas alla.",

		"What to do now when something fails.":                         "Vad man gör nu när något inte fungerar.",
		"Faults: report, list, end.":                                   "Felanmälningar: anmäl, visa, avsluta.",
		"Charges: list, decide, hand over for invoicing.":              "Debiteringar: visa, besluta, lämna till fakturering.",
		"Another hour than now, local time.":                           "En annan tid än nu, svensk tid.",
		"The steps of all hours.":                                      "Stegen för alla tider.",
		"Report something that does not work; answers what to do now.": "Anmäl något som inte fungerar; svaret säger vad man gör nu.",
		"List faults, the newest first.":                               "Visa felanmälningar, de nyaste först.",
		"End a fault with its cause; what it costs whom is proposed.":  "Avsluta en felanmälan med orsaken; vem som ska betala föreslås.",
		"What does not work: lock, key, station or cabinet.":           "Vad som inte fungerar: lock (lås), key (nyckel), station eller cabinet (skåp).",
		"What is written on it; of a cabinet its group's code.":        "Vad som står på saken; för ett skåp gruppens kod.",
		"The client is inside and cannot open: urgent.":                "Kunden är innanför och kan inte öppna: akut.",
		"What happens.":                                                                      "Vad som händer.",
		"Only those that have not ended.":                                                    "Bara de som inte är avslutade.",
		"The fault's id, from fault list.":                                                   "Felanmälans id, från fault list.",
		"Why: wear, battery, supplier, handling, negligence or unknown.":                     "Orsak: wear (slitage), battery (batteri), supplier (leverantören), handling (handhavandefel), negligence (uppenbar oaktsamhet) eller unknown (okänd).",
		"What was done, or why nothing can be.":                                              "Vad som gjordes, eller varför inget kan göras.",
		"It ends without remedy.":                                                            "Den avslutas utan åtgärd.",
		"The lock manager went there urgently.":                                              "Låsansvarig ryckte ut akut.",
		"Kronor, where something was damaged that has no fixed price.":                       "Kronor, när något som saknar fast pris har skadats.",
		"List charges, the newest first.":                                                    "Visa debiteringar, de nyaste först.",
		"Approve or waive a charge.":                                                         "Godkänn eller avstå från en debitering.",
		"Hand the approved charges over for invoicing, as a file; they are locked by it.":    "Lämna de godkända debiteringarna till fakturering, som en fil; de låses då.",
		"Only proposed, approved, waived or exported ones.":                                  "Bara proposed (föreslagna), approved (godkända), waived (avstådda) eller exported (lämnade).",
		"The charge's id, from charge list.":                                                 "Debiteringens id, från charge list.",
		"approved or waived.":                                                                "approved (godkänd) eller waived (avstådd).",
		"Kronor in all, where it is not what was proposed.":                                  "Kronor totalt, när det inte är vad som föreslogs.",
		"Organisation number of the one who pays, where it is not who was proposed.":         "Organisationsnummer för den som betalar, när det inte är den som föreslogs.",
		"Why; needed to waive, and to decide anything else than was proposed.":               "Skäl; behövs för att avstå och för att besluta något annat än det föreslagna.",
		"Your own name of the run, such as 2026-11; the same name again gives the same run.": "Ert eget namn på körningen, till exempel 2026-11; samma namn igen ger samma körning.",
		"The file to write, .csv or .xlsx; it must not exist.":                               "Filen som ska skrivas, .csv eller .xlsx; den får inte finnas.",

		"Erase what has been kept long enough.":       "Gallra det som har sparats länge nog.",
		"Erase what is due, or say what would be.":    "Gallra det som ska gallras, eller säg vad det är.",
		"Change nothing; print what would be erased.": "Ändra inget; skriv ut vad som skulle gallras.",
		"Keep records from erasure.":                  "Undanta uppgifter från gallring.",
		"Let records go that were held.":              "Häv ett gallringsstopp.",
		"List what is held.":                          "Visa gallringsstopp.",
		"Client (identity number), lock, key or staff member; without it all erasure stops.": "Kund (personnummer), lås, nyckel eller medarbetare; utan det stoppas all gallring.",
		"Why.":                                "Varför.",
		"The hold's id, from retention list.": "Gallringsstoppets id, ur retention list.",

		"Organisation number.":                                                                                        "Organisationsnummer.",
		"Take everything from somebody who has left, at once.":                                                        "Ta allt från den som har slutat, genast.",
		"People who log in: accounts and what they may do.":                                                           "Personer som loggar in: konton och vad de får göra.",
		"Make an account; its first code is printed once, on standard output.":                                        "Lägg upp ett konto; dess första kod skrivs ut en gång.",
		"List accounts with their assignments.":                                                                       "Visa konton med deras uppdrag.",
		"Give an account an assignment: a role for an organisation.":                                                  "Ge ett konto ett uppdrag: en roll för en organisation.",
		"End an assignment, at once.":                                                                                 "Avsluta ett uppdrag, genast.",
		"Say what a provider of identity calls the person.":                                                           "Ange vad en identitetstjänst kallar personen.",
		"Take password, app and passkeys from somebody who has lost them; a new first code is printed.":               "Ta lösenord, app och passkeys från den som har tappat dem; en ny första kod skrivs ut.",
		"Role, such as system-owner, lock-manager, case-officer or provider.":                                         "Roll, till exempel system-owner, lock-manager, case-officer eller provider.",
		"Postal code, or its first digits, that the assignment is for. May be given several times; none: everywhere.": "Postnummer, eller dess första siffror, som uppdraget gäller. Får anges flera gånger; inget: överallt.",
		"Let the person answer for the others of the same role and organisation.":                                     "Låt personen ansvara för de andra med samma roll och organisation.",
		"First day on which the assignment no longer holds, YYYY-MM-DD.":                                              "Första dagen då uppdraget inte längre gäller, ÅÅÅÅ-MM-DD.",
		"The person's name.": "Personens namn.",
		"Login name, for password and app; without one the person logs in by passkey or a provider of identity.": "Användarnamn, för lösenord och app; utan det loggar personen in med passkey eller identitetstjänst.",
		"E-mail address, for notices.":                                                                            "E-postadress, för meddelanden.",
		"Phone number, for notices.":                                                                              "Telefonnummer, för meddelanden.",
		"Employee number, if the person is in the register of staff.":                                             "Anställningsnummer, om personen finns i personalregistret.",
		"Also those that are closed.":                                                                             "Även avslutade.",
		"The account's id, from account list.":                                                                    "Kontots id, från account list.",
		"The assignment's id, from account list.":                                                                 "Uppdragets id, från account list.",
		"The provider of identity, as it calls itself: https://…":                                                 "Identitetstjänsten, som den kallar sig själv: https://…",
		"Sort of identity: affiliation, hsa, sub or number.":                                                      "Sorts identitet: affiliation, hsa, sub eller number.",
		"The identity. A personal identity number is kept only as a hash.":                                        "Identiteten. Ett personnummer sparas bara som hash.",
		"File that says how people log in: the portal's address and the providers of identity.":                   "Fil som säger hur man loggar in: portalens adress och identitetstjänsterna.",
		"File that says how people are told of things by mail and text message: the mail server and the gateway.": "Fil som säger hur personer får veta saker med mejl och sms: mejlservern och sms-tjänsten.",
		"Create a token; its secret is printed once, on standard output.":                                         "Skapa en åtkomstnyckel; hemligheten skrivs ut en gång.",
		"List tokens.":    "Visa åtkomstnycklar.",
		"Revoke a token.": "Återkalla en åtkomstnyckel.",
		"Give a staff member a badge and a PIN for the sync stations.":                     "Ge en medarbetare bricka och PIN för synkstationerna.",
		"What a key knows about itself.":                                                   "Vad en nyckel vet om sig själv.",
		"Take a key into use: certify it under the number that is printed on it.":          "Ta en nyckel i bruk under det nummer som står på den.",
		"Put a key into a station: it syncs, and is activated if a person has identified.": "Sätt en nyckel i en station: den synkas, och aktiveras om en person har legitimerat sig.",
		"Hold a key to a lock.":                                                                     "Håll en nyckel mot ett lås.",
		"Put a key back: its activation is erased.":                                                 "Lämna tillbaka en nyckel: aktiveringen raderas.",
		"Say that a key is looked for: it stops syncing.":                                           "Anmäl en nyckel som saknad: den slutar synkas.",
		"Say that a key has turned up; lifts a block.":                                              "Anmäl att en nyckel är återfunnen; häver en spärr.",
		"Hand out a key in place of a blocked one.":                                                 "Lämna ut en nyckel i stället för en spärrad.",
		"What is printed on the lost key, which must be blocked.":                                   "Det som står på den förlorade nyckeln, som ska vara spärrad.",
		"What is printed on the key that is handed out instead.":                                    "Det som står på nyckeln som lämnas ut i stället.",
		"List the stations, when they were last heard of, and which have been silent for too long.": "Lista stationerna, när de senast hördes av och vilka som har varit tysta för länge.",
		"A station is silent when it has not asked for news for so many hours.":                     "En station är tyst när den inte har hört av sig på så många timmar.",
		"File with the code that the folder is sealed with; without one it is typed on the panel.":  "Fil med koden som mappen är krypterad med; utan den skrivs koden på panelen.",
		"Do not seal the folder. For trials, and disks that are sealed as a whole.":                 "Kryptera inte mappen. För prov, och för diskar som är krypterade som helhet.",
		"Make an unlock code for a new station. It is nowhere else: write it down.":                 "Gör en upplåsningskod för en ny station. Den finns ingen annanstans: skriv upp den.",
		"Take a station's trust away for good; prints the nearest that work.":                       "Spärra en station för gott; skriver ut de närmaste som fungerar.",
		"The station's name.": "Stationens namn.",
		"Take everything from a staff member who has left, at once.":                "Ta allt från en medarbetare som har slutat, genast.",
		"Block a lost key, at any hour; prints which doors could still open to it.": "Spärra en borttappad nyckel, dygnet runt; skriver ut dörrar som ännu kan öppnas med den.",
		"Print the keys that verify this journal, as a trust file.":                 "Skriv ut nycklarna som loggen kontrolleras med, som en nyckelfil.",
		"Print an extract that proves entries, for hemnyckel verify.":               "Skriv ut ett utdrag som bevisar poster, för hemnyckel verify.",
		"Recompute the whole journal and compare it with what is signed.":           "Räkna om hela loggen och jämför med det som är underskrivet.",
		"Run a sync station.": "Kör en synkstation.",
		"Make a station known; prints the one-time token with which it starts.":                    "Lägg upp en station; skriver ut engångskoden som den startas med.",
		"Recompute everybody's grounds and rights; says how many rows were not as they should be.": "Räkna om allas grunder och behörigheter; säger hur många rader som inte var som de skulle.",

		"The municipality: a folder (SQLite) or a postgres:// URL.":                    "Kommunen: en mapp (SQLite) eller en postgres://-adress.",
		"Folder of .csv files, folder of one .xlsx, or that .xlsx.":                    "Mapp med .csv-filer, mapp med en .xlsx, eller den .xlsx-filen.",
		"Check and compare, but apply nothing.":                                        "Kontrollera och jämför, men ändra inget.",
		"Print the result as JSON on standard output.":                                 "Skriv resultatet som JSON.",
		"Print the result as JSON.":                                                    "Skriv resultatet som JSON.",
		"The present day, YYYY-MM-DD (default: today).":                                "Dagens datum, ÅÅÅÅ-MM-DD (annars i dag).",
		"Accept reserve identity numbers of made-up persons. For demonstrations only.": "Godta påhittade personers reservnummer. Bara för demonstration.",
		"Folder to write; it is made if absent and must be empty.":                     "Mappen som skrivs; den skapas om den saknas och ska vara tom.",
		"Number of clients, 1 to 300 000.":                                             "Antal kunder, 1 till 300 000.",
		"The same seed gives the same municipality.":                                   "Samma frö ger samma kommun.",
		"The day on which the registers are exported, YYYY-MM-DD (default: today).":    "Dagen då registren exporteras, ÅÅÅÅ-MM-DD (annars i dag).",
		"Plant faults, and write FACIT.json that counts them.":                         "Lägg in fel, och skriv FACIT.json som räknar dem.",
		"Address to listen on.":                                                        "Adress att lyssna på.",
		"PEM certificate chain.":                                                       "Certifikatkedja i PEM.",
		"PEM key of the certificate.":                                                  "Certifikatets nyckel i PEM.",
		"Write where keys, stations and locks are into a file, to play on by hand.":    "Skriv var nycklar, stationer och lås finns i en fil, för den som vill spela vidare för hand.",
		"Let anybody choose who to be in the portal. For demonstrations only.":         "Låt vem som helst välja roll i portalen. Bara för demonstration.",
		"Log every request.":                                                           "Skriv ut varje anrop.",
		"The server's address, such as https://nyckel.example.se.":                     "Serverns adress, till exempel https://nyckel.example.se.",
		"The station's folder.":                                                        "Stationens mapp.",
		"One-time token, for the first start.":                                         "Engångskod, för första starten.",
		"Address where keys come.":                                                     "Adress dit nycklar kommer.",
		"Address of the panel where people identify.":                                  "Adress till panelen där personer legitimerar sig.",
		"Log what happens.":                                                            "Skriv ut vad som händer.",
		"Where it stands, such as 'Norr, personalrummet'.":                             "Var den står, till exempel 'Norr, personalrummet'.",
		"Code of the group whose cabinet it stands at.":                                "Beteckning på gruppen vars skåp den står vid.",
		"The lock's folder.":                                                           "Låsets mapp.",
		"The key's file; a new key is made there if it is absent.":                     "Nyckelns fil; saknas den skapas en ny nyckel där.",
		"What is printed on the key, such as N00001.":                                  "Det som står på nyckeln, till exempel N00001.",
		"Address of the station's key slot.":                                           "Adress till stationens nyckelfack.",
		"Address of the lock.":                                                         "Låsets adress.",
		"What is printed on the key.":                                                  "Det som står på nyckeln.",
		"Why, for the journal.":                                                        "Varför, för loggen.",
		"Serial number of the lock, from stock.":                                       "Låsets serienummer, från lagret.",
		"The client's personal identity number.":                                       "Kundens personnummer.",
		"The code inside the lock.":                                                    "Koden inne i låset.",
		"Organisation number of the one that calls.":                                   "Den anropandes organisationsnummer.",
		"What it may do: role:NAME, or role:NAME:read. Roles: case-officer, provider, health-unit, delivery, alarm-team, lock-manager, system-owner, registrar, auditor.": "Vad den får göra: role:NAMN, eller role:NAMN:read. Roller: case-officer, provider, health-unit, delivery, alarm-team, lock-manager, system-owner, registrar, auditor.",
		"Network inside the municipality that messages may be sent to, such as 10.1.0.0/16. May be given several times.":                                                  "Nät inom kommunen som meddelanden får skickas till, till exempel 10.1.0.0/16. Får anges flera gånger.",
		"Mass changes: many clients to other groups, or houses to other owners, from one day.":                                                                            "Massändringar: många kunder till andra grupper, eller hus till andra ägare, från en dag.",
		"Plan a mass change and show what it would do.":                                                                                                                   "Planera en massändring och visa vad den skulle göra.",
		"List mass changes.":                                                                           "Visa massändringar.",
		"List what a mass change does, row by row.":                                                    "Visa vad en massändring gör, rad för rad.",
		"Approve a draft that somebody else has made.":                                                 "Godkänn ett utkast som någon annan har gjort.",
		"Carry out a mass change that has been reviewed.":                                              "Utför en massändring som har granskats.",
		"Put back what a mass change has done, until it takes effect.":                                 "Ta tillbaka det en massändring har gjort, tills den börjar gälla.",
		"Put a mass change aside.":                                                                     "Lägg undan en massändring.",
		"Go on with a mass change that was interrupted.":                                               "Fortsätt med en massändring som avbröts.",
		"Who you are: a name or signature, kept in the journal.":                                       "Vem du är: namn eller signatur, sparas i loggen.",
		"What happens: provider-replaced, group-split, groups-merged or house-sold.":                   "Vad som händer: provider-replaced, group-split, groups-merged eller house-sold (hus byter ägare).",
		"Of houses sold: the properties' ids.":                                                         "När hus säljs: fastigheternas id.",
		"Of houses sold, instead of properties: the id of the owner who sells everything.":             "När hus säljs, i stället för fastigheter: id för ägaren som säljer allt.",
		"Of houses sold: the new owners' ids. Letters go to the first.":                                "När hus säljs: de nya ägarnas id. Brev går till den första.",
		"Codes of the groups whose clients are passed on.":                                             "Beteckningar på grupperna vars kunder lämnas över.",
		"Code of the group that takes those whom nothing else names.":                                  "Beteckning på gruppen som tar över dem som inget annat nämner.",
		"Postal code and group that takes over there, such as 43299=G002. May be given several times.": "Postnummer och gruppen som tar över där, till exempel 43299=G002. Får anges flera gånger.",
		"Day from which it holds, YYYY-MM-DD.":                                                         "Dagen då den börjar gälla, ÅÅÅÅ-MM-DD.",
		"Why, kept with the change.":                                                                   "Varför; sparas med ändringen.",
		"The mass change's id, from mass list.":                                                        "Massändringens id, från mass list.",
		"Days until it expires, at most two years.":                                                    "Dagar tills den går ut, högst två år.",
		"The token's id, from token list.":                                                             "Åtkomstnyckelns id, från token list.",
		"Employee number.":                                                                             "Anställningsnummer.",
		"What the badge reader reads.":                                                                 "Det som brickläsaren läser.",
		"The PIN, or - to read it from standard input.":                                                "PIN, eller - för att läsa den från standard in.",
		"Serial number of a lock, such as DC10002.":                                                    "Ett lås serienummer, till exempel DC10002.",
		"Code of a group, such as G001.":                                                               "En grupps beteckning, till exempel G001.",
		"Place of an entry in the journal, from 0, or, as 7.2, of the second part of entry 7. May be given several times.": "En posts plats i loggen, från 0, eller, som 7.2, platsen för den andra delen av post 7. Får anges flera gånger.",
		"File of verifier keys, from the municipality's public page or the auditor, never from whoever made the extract.":  "Fil med loggens nycklar, från kommunens publika sida eller revisorn, aldrig från den som gjort utdraget.",
		"The extract.":                          "Utdraget.",
		"The file to write; it must not exist.": "Filen som skrivs; den får inte finnas.",
		"The backup.":                           "Säkerhetskopian.",
		(*importCmd)(nil).Help(): `Läser utforare, grupper, kunder, insatser och las, och om de finns medarbetare, nycklar och samtycken: en .csv var, med semikolon eller komma, i UTF-8 eller windows-1252; eller ett blad var i en .xlsx.

En felaktig rad utelämnas och redovisas, de andra läses in. Rader som försvunnit sedan förra inläsningen listas men avslutas aldrig. Samma mapp igen ändrar inget; efter ett avbrott fortsätter samma kommando.

Slutkoder: 0 inläst; 3 inläst, med avvisade rader; 2 inget inläst; 1 blev inte klart: kör igen.`,
		(*verifyCmd)(nil).Help(): `Behöver varken databas eller nätverk. Slutkoder: 0 utdraget är giltigt; 1 det är det inte, och varför sägs; 2 det gick inte att bedöma.`,

		"Play the day, print its result as JSON, and end: with 0 only if every step held.": "Spela dagen, skriv resultatet som JSON och sluta: med 0 bara om varje steg höll.",
		"Municipality to play in (default: a temporary one).":                              "Kommun att spela i (annars en tillfällig).",
		"Profile by which it works, a known one's name or a file.":                         "Profilen som den arbetar efter, en känd profils namn eller en fil.",
		"Size of the made-up municipality.":                                                "Den påhittade kommunens storlek.",
		"Address of the portal (default: a free port on this machine).":                    "Portalens adress (annars en ledig port på den här datorn).",

		"Let a made-up municipality live through days of virtual time and say which promises held.": "Låt en påhittad kommun leva några dygn i påhittad tid och säg vilka löften som höll.",
		"Days of virtual time, from a Monday on; 1 to 60.":                                          "Antal dygn i påhittad tid, med början en måndag; 1 till 60.",
		"The same seed gives the same days.":                                                        "Samma frö ger samma dygn.",
		"Let things break: outages, lost clocks and stations, wrong clocks, dishonest couriers.":    "Låt saker gå sönder: avbrott, tappade klockor och stationer, fel tid, oärliga bud.",
		"Print the result as JSON and write no page.":                                               "Skriv ut resultatet som JSON och ingen sida.",
		"Page that is written.": "Sidan som skrivs.",
	}
}

// translate puts every help text of a command and what is below it into Swedish.
func translate(node *kong.Node, to map[string]string) {
	change := func(text *string) {
		if sv, ok := to[*text]; ok {
			*text = sv
		}
	}
	change(&node.Help)
	change(&node.Detail)
	for _, f := range node.Flags {
		change(&f.Help)
	}
	for _, a := range node.Positional {
		change(&a.Help)
	}
	for _, c := range node.Children {
		translate(c, to)
	}
}

// swedishPrinter prints kong's help with its headings in Swedish.
func swedishPrinter(options kong.HelpOptions, ctx *kong.Context) error {
	var b bytes.Buffer
	out := ctx.Stdout
	ctx.Stdout = &b
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = out
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, strings.NewReplacer("Usage: ", "Användning: ", "\nArguments:\n", "\nArgument:\n", "\nFlags:\n", "\nFlaggor:\n",
		"\nCommands:\n", "\nKommandon:\n", "[flags]", "[flaggor]", "<command>", "<kommando>", "<folder>", "<mapp>", "<file>", "<fil>", "<dir>", "<mapp>",
		`Run "`, `Kör "`, ` --help" for more information on a command.`, ` --help" för mer om ett kommando.`).Replace(b.String()))
	return err
}
