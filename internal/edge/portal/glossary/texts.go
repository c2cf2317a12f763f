package glossary

import "hemnyckel/internal/base/problem"

var (
	tTitle = problem.Text{SV: "Ordlista", EN: "Glossary"}
	tLead  = problem.Text{SV: "Så används orden i rutinen och på sidorna.", EN: "How the words are used in the routine and on the pages."}
	tHere  = problem.Text{SV: "Hos oss: %s.", EN: "Here: %s."}
)

func of(sv, en, meansSV, meansEN string) word {
	return word{name: problem.Text{SV: sv, EN: en}, means: problem.Text{SV: meansSV, EN: meansEN}}
}

// words are the glossary, by subject: decisions, people, things, happenings.
func words() []word {
	return []word{
		of("beställning", "order", "En begäran om att något ska ändras: en insats, ett lås eller vem som får öppna.", "A request for a change: of a service, a lock, or who may open."),
		of("insats", "service", "Det som kunden har beviljats: hemtjänst, trygghetslarm, hälso- och sjukvård eller inköp.", "What the client has been granted: home care, safety alarm, health care or shopping."),
		of("grund", "ground", "Varför någon får öppna: en insats som är beviljad och gäller. När den sista grunden tar slut upphör behörigheten.", "Why somebody may open: a service that is granted and in force. When the last ground ends, the right ends."),
		of("behörighet", "right", "Att en grupp får öppna ett visst lås under en viss tid. Ingen skriver in den för hand: den följer av en grund.", "That a group may open a certain lock during a certain time. Nobody writes it by hand: it follows from a ground."),
		of("verkställd", "in effect", "Handläggaren har satt kunden hos utföraren, som har sagt vilken dag den börjar.", "The case officer has set the client on the provider, which has said on what day it begins."),
		of("kund", "client", "Den som har insatsen och vars dörr det gäller.", "The person who has the service and whose door it is."),
		of("anhörig", "relative", "Någon nära kunden som kan öppna dörren.", "Somebody close to the client who can open the door."),
		of("utförare", "provider", "Den som utför insatsen: kommunen själv eller ett företag.", "Whoever performs the service: the municipality itself or a company."),
		of("grupp", "group", "De hos en utförare som arbetar tillsammans och har samma nyckelskåp. Behörigheter ges till grupper.", "Those at a provider who work together and share a key cabinet. Rights are given to groups."),
		of("omsorgshandläggare", "case officer", "Beslutar om insatser och beställer det som följer av dem.", "Decides services and orders what follows from them."),
		of("låsansvarig", "lock manager", "Enheten som monterar, lagerhåller och spärrar lås och nycklar.", "The unit that mounts, stocks and blocks locks and keys."),
		of("systemansvarig", "system owner", "Ger behörigheter till privata utförares personal och ansvarar för systemet.", "Gives permissions to private providers' staff and answers for the system."),
		of("trygghetsteam", "alarm team", "De som åker ut när någon larmar.", "Those who go when somebody raises the alarm."),
		of("fastighetsägare", "property owner", "Den som äger huset, och som ska gå med på att ett lås sätts på dörren eller i porten.", "Whoever owns the building, and agrees to a lock on the door or in the entrance."),
		of("dörrlås", "door lock", "Det digitala låset på kundens egen dörr.", "The digital lock on the client's own door."),
		of("port", "entrance", "Dörren som flera kunder delar, med ett eget lås.", "The door that several clients share, with a lock of its own."),
		of("nyckelgömma", "key box", "En låda med den vanliga nyckeln, som öppnas med en digital nyckel. Används där ett dörrlås inte går att sätta.", "A box with the ordinary key, opened with a digital key. Used where a door lock cannot be mounted."),
		of("digital nyckel", "digital key", "Nyckeln som ligger i gruppens skåp och öppnar de lås som gruppen har behörighet till.", "The key in the group's cabinet, which opens the locks that the group has rights to."),
		of("nyckelskåp", "cabinet", "Där gruppens nycklar förvaras och räknas.", "Where the group's keys are kept and counted."),
		of("synkstation", "sync station", "Apparaten där en nyckel hämtar nya behörigheter och lämnar vad den har varit med om.", "The device where a key fetches new rights and leaves what it has been through."),
		of("synka", "sync", "Sätta nyckeln i stationen. En nyckel som inte har synkats på fem dagar slutar öppna.", "Put the key in the station. A key that has not been synced for five days stops opening."),
		of("aktivera", "activate", "Göra en nyckel till sin för ett arbetspass, med bricka och PIN-kod.", "Make a key one's own for a shift, with badge and PIN."),
		of("spärra", "block", "Få en nyckel att sluta öppna. Varje lås slutar lyda den när spärren har nått dit.", "Make a key stop opening. Each lock stops obeying it once the block has come there."),
		of("nyckelkvittens", "key receipt", "Ett undertecknat papper om att en vanlig nyckel har bytt händer.", "A signed paper that an ordinary key has changed hands."),
		of("reservnyckel", "spare key", "En vanlig nyckel som kunden har lämnat för nödfall.", "An ordinary key that the client has left for emergencies."),
		of("samtycke", "consent", "Att fastighetsägaren, eller kunden, har gått med på låset.", "That the property owner, or the client, has agreed to the lock."),
		of("skyddad identitet", "protected identity", "Den som inte får hittas av andra. Namn och adress visas bara för den som anger varför.", "Somebody who must not be found by others. Name and address are shown only to those who say why."),
		of("nödåtkomst", "emergency access", "Att öppna en kund som man inte har hand om, för att någon behöver hjälp nu. Granskas alltid efteråt.", "To open a client whom one does not serve, because somebody needs help now. Always reviewed afterwards."),
		of("felanmälan", "fault report", "Att säga till om att ett lås, en nyckel, en station eller ett skåp inte fungerar.", "To say that a lock, a key, a station or a cabinet does not work."),
		of("avvikelse", "anomaly", "Något som inte stämmer i det som ett lås eller en nyckel har berättat.", "Something that does not add up in what a lock or a key has told."),
		of("handhavandefel", "handling error", "Att felet beror på hur någon gjorde. Avgör vem som betalar.", "That the fault is due to how somebody did it. Decides who pays."),
		of("uppenbar oaktsamhet", "obvious negligence", "Att någon har varit så oförsiktig att utföraren får betala.", "That somebody was so careless that the provider has to pay."),
		of("grundutrustning", "basic equipment", "Det som varje grupp får av kommunen: skåp, nycklar, synkstation och kablar.", "What every group gets from the municipality: cabinet, keys, sync station and cables."),
		of("logg", "journal", "Allt som har hänt: varje öppning, varje ändring och varje läsning. Inget går att ändra i efterhand.", "Everything that has happened: every opening, every change and every read. Nothing can be changed afterwards."),
		of("utlämnande", "disclosure", "Att någon får en del av loggen, efter en bedömning av om det kan skada någon.", "That somebody is given part of the journal, after judging whether it may harm anybody."),
		of("gallring", "retention", "Att uppgifter tas bort när tiden för dem har gått ut. Beviset att de fanns blir kvar.", "That data is erased when its time is out. The proof that it was there remains."),
		of("verksamhetssystem", "case system", "Systemet där handläggaren fattar beslut.", "The system in which the case officer decides."),
		of("e-tjänst", "e-service", "Formuläret på nätet där utföraren beställer.", "The form on the web in which the provider orders."),
	}
}
