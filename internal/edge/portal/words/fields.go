package words

import (
	"fmt"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
)

// FieldName is what a field of an entry is called on the page. Fields that are not here are shown by their own name.
func FieldName(k journal.Kind, name string) problem.Text {
	switch name {
	case journal.FieldActor:
		return problem.Text{SV: "Gjordes av", EN: "Done by"}
	case journal.FieldGround:
		return problem.Text{SV: "Grund", EN: "Ground"}
	case "issuer":
		return problem.Text{SV: "Identitetstjänst", EN: "Provider of identity"}
	case "level":
		return problem.Text{SV: "Tillitsnivå", EN: "Level of assurance"}
	case "verdict":
		return problem.Text{SV: "Granskning", EN: "Review"}
	case "activation":
		return problem.Text{SV: "Aktivering", EN: "Activation"}
	case "added":
		return problem.Text{SV: "Nya behörigheter", EN: "New rights"}
	case "removed":
		return problem.Text{SV: "Borttagna behörigheter", EN: "Removed rights"}
	case "channel":
		return problem.Text{SV: "Kom in", EN: "Came in"}
	case "change":
		return problem.Text{SV: "Vad som hände", EN: "What happened"}
	case "class":
		return problem.Text{SV: "Vad som är fel", EN: "What is wrong"}
	case "code":
		if k == journal.OrderRefused || k == journal.KeyRefused {
			return problem.Text{SV: "Skäl", EN: "Reason"}
		}
		return problem.Text{SV: "Låsets svar", EN: "The lock's answer"}
	case "detail":
		return problem.Text{SV: "Närmare", EN: "In detail"}
	case "device":
		return problem.Text{SV: "Enhetens nummer", EN: "Device number"}
	case "due":
		return problem.Text{SV: "Klar senast", EN: "Due"}
	case "effective":
		return problem.Text{SV: "Gäller från", EN: "Effective from"}
	case "event":
		return problem.Text{SV: "Händelse", EN: "Event"}
	case "expires":
		return problem.Text{SV: "Gäller till", EN: "Valid until"}
	case "files":
		return problem.Text{SV: "Register", EN: "Registers"}
	case "further":
		return problem.Text{SV: "Ytterligare", EN: "Further"}
	case "flags":
		return problem.Text{SV: "Märkning", EN: "Flags"}
	case "grant":
		return problem.Text{SV: "Behörighetens nummer", EN: "Grant number"}
	case "group":
		return problem.Text{SV: "Grupp", EN: "Group"}
	case "to-group":
		return problem.Text{SV: "Ny grupp", EN: "New group"}
	case "in-effect":
		return problem.Text{SV: "Verkställd hos utföraren", EN: "In effect with the provider"}
	case "info":
		return problem.Text{SV: "Tilläggsvärde", EN: "Additional value"}
	case "key":
		return problem.Text{SV: "Nyckel", EN: "Key"}
	case "keys":
		return problem.Text{SV: "Signeringsnycklar", EN: "Signing keys"}
	case "lock", "serial":
		return problem.Text{SV: "Lås", EN: "Lock"}
	case "locks":
		return problem.Text{SV: "Antal lås", EN: "Number of locks"}
	case "method":
		return problem.Text{SV: "Sätt", EN: "Method"}
	case "name":
		return problem.Text{SV: "Namn", EN: "Name"}
	}
	return moreFieldNames(name)
}

func moreFieldNames(name string) problem.Text {
	switch name {
	case "number":
		return problem.Text{SV: "Beställningens nummer", EN: "Order number"}
	case "offline":
		return problem.Text{SV: "Utan kontakt med servern", EN: "Without contact with the server"}
	case "opens-self":
		return problem.Text{SV: "Kunden öppnar själv", EN: "The client opens the door"}
	case "order":
		return problem.Text{SV: "Beställning", EN: "Order"}
	case "organisation":
		return problem.Text{SV: "Organisation", EN: "Organisation"}
	case "parts":
		return problem.Text{SV: "Antal delar", EN: "Number of parts"}
	case "public-key":
		return problem.Text{SV: "Öppen nyckel", EN: "Public key"}
	case "purpose":
		return problem.Text{SV: "Vad som lästes", EN: "What was read"}
	case "reason":
		return problem.Text{SV: "Skäl", EN: "Reason"}
	case "carried":
		return problem.Text{SV: "Medfört från lås, byte", EN: "Carried from locks, bytes"}
	case "reference":
		return problem.Text{SV: "Beställarens referens", EN: "The orderer's reference"}
	case "rejected":
		return problem.Text{SV: "Avvisade rader", EN: "Rejected rows"}
	case "repeated":
		return problem.Text{SV: "Upprepat besök", EN: "Repeated visit"}
	case "replaces":
		return problem.Text{SV: "Ersätter", EN: "Replaces"}
	case "role":
		return problem.Text{SV: "Roll", EN: "Role"}
	case "rows":
		return problem.Text{SV: "Antal rader", EN: "Number of rows"}
	case "rule":
		return problem.Text{SV: "Rutinens regel", EN: "Rule of the routine"}
	case "rules":
		return problem.Text{SV: "Rutinens regler", EN: "Rules of the routine"}
	case "scopes":
		return problem.Text{SV: "Får göra", EN: "May do"}
	case "sequence":
		return problem.Text{SV: "Låsets start och rad", EN: "The lock's start and record"}
	case "services":
		return problem.Text{SV: "Antal insatser", EN: "Number of services"}
	case "setting":
		return problem.Text{SV: "Inställning", EN: "Setting"}
	case "station":
		return problem.Text{SV: "Synkstation", EN: "Sync station"}
	case "step":
		return problem.Text{SV: "Steg", EN: "Step"}
	case "task":
		return problem.Text{SV: "Uppgift", EN: "Task"}
	case "until":
		return problem.Text{SV: "Gäller till", EN: "Valid until"}
	case "value":
		return problem.Text{SV: "Nytt värde", EN: "New value"}
	case "verifier":
		return problem.Text{SV: "Loggens öppna nyckel", EN: "The journal's public key"}
	case "vanished":
		return problem.Text{SV: "Försvunna rader", EN: "Vanished rows"}
	case "what":
		return problem.Text{SV: "Vad", EN: "What"}
	}
	if text, ok := fieldTitles[name]; ok {
		return text
	}
	return plain(name)
}

// FieldValue is a field's value in words, and whether the words are other than the value itself, which then is worth
// showing too: it is what an extract holds.
func FieldValue(v ui.View, e casework.LogEntry, f journal.Field) (words string, other bool) {
	words = fieldWords(v, e.Record, e.Things, f)
	return words, words != f.Value && Known(v, e.Things, f.Value) == f.Value && f.Name != journal.FieldActor
}

func fieldWords(v ui.View, r journal.Record, things map[string]casework.Thing, f journal.Field) string {
	switch f.Name {
	case journal.FieldActor:
		return Actor(v, r, things)
	case "effective", "expires", "until", "due", "valid-until", "done-at", "mounted", "date":
		if at, err := time.Parse(time.RFC3339, f.Value); err == nil {
			return v.Edge(at)
		}
	}
	if f.Value == "" {
		return "–"
	}
	if words := fieldText(r.Kind, f); words.SV != f.Value {
		return v.T(words)
	}
	return Known(v, things, f.Value)
}

// fieldText is the words of a value that is one of a fixed set, and the value itself if it is not.
func fieldText(k journal.Kind, f journal.Field) problem.Text {
	switch f.Name {
	case journal.FieldGround:
		return groundName(f.Value)
	case "change":
		return changeName(f.Value)
	case "channel":
		return ChannelName(f.Value)
	case "class":
		return AnomalyName(f.Value)
	case "code":
		return codeWords(k, f.Value)
	case "detail":
		return DetailWords(f.Value)
	case "event":
		return eventName(f.Value)
	case "files":
		return registerNames(f.Value)
	case "flags":
		return flagWords(f.Value)
	case "further":
		return problem.Text{SV: "Fler avvisade beställningar från organisationen den timmen har inte skrivits i loggen.", EN: "Further refused orders of the organisation in that hour were not written in the journal."}
	case "in-effect", "offline", "opens-self", "repeated":
		return yesNo(f.Value)
	case "keys", "step", "what":
		return fixedWords(f.Value)
	case "agrees", "answer", "basis", "blanket", "decision", "duty", "how", "kind", "mass", "need", "negligence", "next", "partial", "payer", "product", "signed",
		"state", "subject", "target", "thing", "told", "unit", "urgent":
		return stateWords(f.Value)
	case "method":
		return methodName(f.Value)
	case "order":
		return OrderName(f.Value)
	case "organisation":
		return plain(OrganisationNumber(f.Value))
	case "purpose":
		return purposeName(f.Value)
	case "reason":
		return reasonName(f.Value)
	case "role":
		return RoleName(routine.Role(f.Value))
	case "rule", "rules":
		return rulesWords(f.Value)
	case "scopes":
		return scopeWords(f.Value)
	case "sequence":
		return sequenceWords(f.Value)
	case "setting":
		return settingName(f.Value)
	case "task":
		return TaskName(routine.TaskKind(f.Value))
	}
	return plain(f.Value)
}

// plain is the same in every language.
func plain(s string) problem.Text { return problem.Text{SV: s, EN: s} }

// Actor says who did what a record tells of, in words that a person understands: never an opaque id.
func Actor(v ui.View, r journal.Record, things map[string]casework.Thing) string {
	value := r.Value(journal.FieldActor)
	if name := v.People[value]; name != "" {
		return name
	}
	kind, id, _ := strings.Cut(value, ":")
	if kind == "activation" {
		id = value
	}
	if _, ok := things[id]; ok {
		return Known(v, things, id)
	}
	switch kind {
	case "":
		if strings.HasPrefix(string(r.Kind), "lock.") || strings.HasPrefix(string(r.Kind), "door.") {
			return v.T(problem.Text{SV: "Låset", EN: "The lock"})
		}
		return "–"
	case "system":
		return v.T(problem.Text{SV: "Systemet", EN: "The system"})
	case "cli":
		return v.T(problem.Text{SV: "Kommandoraden", EN: "The command line"})
	case "import":
		return v.T(thingName("import"))
	case "activation":
		return v.F(problem.Text{SV: "Aktivering %s", EN: "Activation %s"}, strings.TrimPrefix(value, "activation:"))
	}
	return value
}

// eventName is what a lock recorded, by its number.
func eventName(number string) problem.Text {
	for event, text := range map[credential.Event]problem.Text{
		credential.EventOpened:    {SV: "Dörren öppnades", EN: "The door was opened"},
		credential.EventRefused:   {SV: "Låset nekade", EN: "The lock refused"},
		credential.EventClaimed:   {SV: "Låset blev kommunens", EN: "The lock became the municipality's"},
		credential.EventBoot:      {SV: "Låset startade", EN: "The lock started"},
		credential.EventBlockList: {SV: "Låset fick en ny spärrlista", EN: "The lock got a new block list"},
		credential.EventConfig:    {SV: "Låset fick nya inställningar", EN: "The lock got a new configuration"},
		credential.EventTimeStep:  {SV: "Låsets klocka ställdes om", EN: "The lock's clock was set"},
		credential.EventLost:      {SV: "Rader i låsets logg skrevs över", EN: "Records in the lock's log were overwritten"},
		credential.EventWithheld:  {SV: "Nyckeln höll inne en spärrlista", EN: "The key withheld a block list"},
	} {
		if fmt.Sprint(uint8(event)) == number {
			return text
		}
	}
	return problem.Text{SV: number, EN: number}
}

func purposeName(p string) problem.Text {
	switch p {
	case "page":
		return problem.Text{SV: "Kundens sida", EN: "The client's page"}
	case "export":
		return problem.Text{SV: "Fil med vem som får öppna", EN: "A file of who may open"}
	case "reveal":
		return problem.Text{SV: "Kundens personuppgifter", EN: "The client's personal details"}
	case "search":
		return problem.Text{SV: "Sökträffar", EN: "Search results"}
	case "order":
		return problem.Text{SV: "En beställning som skrivs", EN: "An order being written"}
	case "orders":
		return problem.Text{SV: "Beställningar", EN: "Orders"}
	case "key":
		return problem.Text{SV: "Nyckelns sida", EN: "The key's page"}
	case "keys":
		return problem.Text{SV: "Fil med nycklar", EN: "A file of keys"}
	case "lock":
		return problem.Text{SV: "Låsets sida", EN: "The lock's page"}
	case "locks":
		return problem.Text{SV: "Fil med lås", EN: "A file of locks"}
	case "why":
		return problem.Text{SV: "Varför en grupp får öppna", EN: "Why a group may open"}
	case "entry":
		return problem.Text{SV: "En loggpost", EN: "A journal entry"}
	case "tasks":
		return problem.Text{SV: "Öppna uppgifter", EN: "Open tasks"}
	case "tasks-printed":
		return problem.Text{SV: "Utskrift av uppgifter", EN: "A print of tasks"}
	case "tasks-exported":
		return problem.Text{SV: "Fil med uppgifter", EN: "A file of tasks"}
	case "visit":
		return problem.Text{SV: "Besök vid dörren", EN: "A visit to the door"}
	case "addresses":
		return problem.Text{SV: "Kundens adresser", EN: "The client's addresses"}
	case "receipts":
		return problem.Text{SV: "Nyckelkvittenser", EN: "Receipts for keys"}
	case "receipts-exported":
		return problem.Text{SV: "Fil eller utskrift med nyckelkvittenser", EN: "A file or print of receipts for keys"}
	case "receipt":
		return problem.Text{SV: "En nyckelkvittens", EN: "A receipt for a key"}
	}
	return problem.Text{SV: p, EN: p}
}

func reasonName(code string) problem.Text {
	for _, r := range Reasons {
		if r.Code == code {
			return r.Text
		}
	}
	return casework.InWords(code)
}

func yesNo(b string) problem.Text {
	if b == "true" {
		return problem.Text{SV: "ja", EN: "yes"}
	}
	return problem.Text{SV: "nej", EN: "no"}
}

// registerName is what a register is called, by its file.
func registerName(file string) problem.Text {
	switch file {
	case "utforare":
		return problem.Text{SV: "Utförarregistret", EN: "Provider register"}
	case "grupper":
		return problem.Text{SV: "Gruppregistret", EN: "Group register"}
	case "medarbetare":
		return problem.Text{SV: "Medarbetarregistret", EN: "Staff register"}
	case "samtycken":
		return problem.Text{SV: "Samtyckesregistret", EN: "Consent register"}
	case "port":
		return problem.Text{SV: "Portar", EN: "Entrances"}
	case "kunder":
		return problem.Text{SV: "Kundregistret", EN: "Client register"}
	case "insatser":
		return problem.Text{SV: "Insatsregistret", EN: "Service register"}
	case "las":
		return problem.Text{SV: "Låsregistret", EN: "Lock register"}
	case "nycklar":
		return problem.Text{SV: "Nyckelregistret", EN: "Key register"}
	}
	return problem.Text{SV: file, EN: file}
}
