package words

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
)

// The journal holds codes, which last; here they become sentences. They tell what happened to somebody who reads it later,
// unlike the sentences of the problems themselves, which tell somebody at a keyboard what to do.

// codeWords is why something was refused: an order by the rules, a key by a station, a person by a lock.
func codeWords(k journal.Kind, code string) problem.Text {
	switch k {
	case journal.OrderRefused:
		return orderRefusal(code)
	case journal.KeyRefused:
		return keyRefusal(code)
	}
	return refusal(code)
}

func orderRefusal(code string) problem.Text {
	switch code {
	case casework.ErrClientUnknown.Code:
		return problem.Text{SV: "Ingen kund hade det personnumret.", EN: "No client had that personal identity number."}
	case casework.ErrGroupUnknown.Code:
		return problem.Text{SV: "Gruppen eller utföraren fanns inte.", EN: "The group or provider did not exist."}
	case casework.ErrGroupAmbiguous.Code:
		return problem.Text{SV: "Flera grupper passade, och beställningen sade inte vilken.", EN: "Several groups fitted, and the order did not say which."}
	case casework.ErrMayNot.Code:
		return problem.Text{SV: "Organisationen får inte lägga den beställningen, eller har ingen sådan kund.", EN: "The organisation may not place that order, or has no such client."}
	case casework.ErrKeyReused.Code:
		return problem.Text{SV: "Beställningen hade samma kännetecken som en tidigare, annan beställning.", EN: "The order bore the same mark as another, earlier order."}
	case casework.ErrOrderInvalid.Code:
		return problem.Text{SV: "Beställningen var inte komplett.", EN: "The order was not complete."}
	case "order-kind-unknown":
		return problem.Text{SV: "Beställningens slag var okänt.", EN: "The kind of the order was unknown."}
	case "client-has-ended":
		return problem.Text{SV: "Kunden var registrerad som avliden eller flyttad före den dagen.", EN: "The client was recorded as having died or moved before that day."}
	case "service-not-found":
		return problem.Text{SV: "Kunden hade ingen sådan insats den dagen.", EN: "The client had no such service on that day."}
	case "service-not-decided":
		return problem.Text{SV: "Omsorgshandläggaren hade inte beslutat hemtjänst hos gruppen den dagen.", EN: "The case officer had not decided home care with that group on that day."}
	case "provider-same":
		return problem.Text{SV: "Bytet gick till samma grupp.", EN: "The change was to the same group."}
	case "group-wrong-kind":
		return problem.Text{SV: "Gruppen utför inte den insatsen.", EN: "The group does not carry out that service."}
	case "provider-changed-already":
		return problem.Text{SV: "Kunden bytte redan till en annan utförare den dagen.", EN: "The client changed to another provider on that day already."}
	case "need-unknown":
		return problem.Text{SV: "Behovet var inte ett av dem som finns.", EN: "The need was none of those that exist."}
	case "lock-second":
		return problem.Text{SV: "Kunden har redan ett lås på dörren.", EN: "The client has a lock on the door already."}
	case "lock-none":
		return problem.Text{SV: "Kunden har inget lås.", EN: "The client has no lock."}
	case "lock-needed":
		return problem.Text{SV: "Låset behövs så länge någon där har trygghetslarm.", EN: "The lock is needed as long as somebody there has a safety alarm."}
	}
	return plain(code)
}

func keyRefusal(code string) problem.Text {
	switch code {
	case keysync.ErrNotEnrolled.Code:
		return problem.Text{SV: "Nyckeln är inte inskriven.", EN: "The key is not enrolled."}
	case keysync.ErrBlocked.Code:
		return problem.Text{SV: "Nyckeln är spärrad.", EN: "The key is blocked."}
	case keysync.ErrBroken.Code:
		return problem.Text{SV: "Nyckeln är anmäld som trasig.", EN: "The key is reported broken."}
	case keysync.ErrInStock.Code:
		return problem.Text{SV: "Nyckeln ligger i lager och är inte utlämnad.", EN: "The key is in stock and has not been handed out."}
	case keysync.ErrNonce.Code:
		return problem.Text{SV: "Synkningen tog för lång tid.", EN: "The sync took too long."}
	case keysync.ErrProof.Code:
		return problem.Text{SV: "Nyckeln kunde inte bevisa vem den är.", EN: "The key could not prove what it is."}
	case keysync.ErrCounter.Code:
		return problem.Text{SV: "Nyckelns räkneverk hade gått bakåt. Den kan vara kopierad.", EN: "The key's counter had gone back. It may have been copied."}
	}
	return plain(code)
}

// taskTitle is what happened to a task, as the title of an event; the task stands in it.
func taskTitle(change string) problem.Text {
	switch change {
	case "proposed":
		return problem.Text{SV: "Ny uppgift: %s", EN: "New task: %s"}
	case "joined":
		return problem.Text{SV: "Uppgiften fanns redan: %s", EN: "Task was there already: %s"}
	case "moved":
		return problem.Text{SV: "Uppgift flyttad till annan dag: %s", EN: "Task moved to another day: %s"}
	case "withdrawn":
		return problem.Text{SV: "Uppgift återtagen: %s", EN: "Task withdrawn: %s"}
	}
	if state, ok := states[change]; ok {
		return problem.Text{SV: state.SV + ": %s", EN: state.EN + ": %s"}
	}
	return problem.Text{SV: "Uppgift ändrad: %s", EN: "Task changed: %s"}
}

// changeName is the same as the value of a field.
func changeName(change string) problem.Text {
	switch change {
	case "proposed":
		return problem.Text{SV: "Ny uppgift", EN: "New task"}
	case "joined":
		return problem.Text{SV: "Uppgiften fanns redan; beställningen väntar också på den", EN: "The task was there already; the order waits for it too"}
	case "moved":
		return problem.Text{SV: "Uppgiften fanns redan och har flyttats till annan dag", EN: "The task was there already and was moved to another day"}
	case "withdrawn":
		return problem.Text{SV: "Uppgiften är återtagen; den behövs inte längre", EN: "The task is withdrawn; it is no longer needed"}
	}
	return stateWords(change)
}

// settingName is what a setting is called.
func settingName(setting string) problem.Text {
	if setting == "name" {
		return problem.Text{SV: "Kommunens namn", EN: "The municipality's name"}
	}
	return plain(setting)
}

// groundName says what rights follow from, where that is not a thing with a name of its own.
func groundName(ground string) problem.Text {
	if ground == "recomputation" {
		return problem.Text{SV: "Omräkning av alla behörigheter", EN: "Recomputation of all rights"}
	}
	return plain(ground)
}

// methodName is how somebody logged in.
func methodName(method string) problem.Text {
	if method == "demo" {
		return problem.Text{SV: "Demoinloggning", EN: "Demo login"}
	}
	return plain(method)
}

// fixedWords are the few phrases that the system itself writes into fields.
func fixedWords(value string) problem.Text {
	switch value {
	case "badge and PIN":
		return problem.Text{SV: "Bricka och kod", EN: "Badge and PIN"}
	case "journal and device authority made":
		return problem.Text{SV: "Nycklar för loggen och för enheterna skapades", EN: "Keys for the journal and for the devices were made"}
	case "token":
		return problem.Text{SV: "Engångskod för anslutning skapades", EN: "A single-use code for enrolment was made"}
	case "certificate":
		return problem.Text{SV: "Stationen fick sitt certifikat", EN: "The station got its certificate"}
	}
	return stateWords(value)
}

// roleNames are the roles in words.
var roleNames = map[routine.Role]problem.Text{
	routine.CaseOfficer: {SV: "omsorgshandläggare", EN: "a case officer"},
	routine.Provider:    {SV: "utförare", EN: "a provider"},
	routine.HealthUnit:  {SV: "hälso- och sjukvård", EN: "a health unit"},
	routine.Delivery:    {SV: "utförare inköp", EN: "a delivery firm"},
	routine.AlarmTeam:   {SV: "trygghetsteam", EN: "an alarm team"},
	routine.LockManager: {SV: "låsansvarig enhet", EN: "the lock manager"},
	routine.SystemOwner: {SV: "systemansvarig", EN: "the system owner"},
	routine.Registrar:   {SV: "registrator", EN: "the registrar"},
	routine.Auditor:     {SV: "granskare", EN: "an auditor"},
}

// scopeWords is what a calling system may do.
func scopeWords(scopes string) problem.Text {
	var sv, en []string
	for _, s := range strings.Fields(scopes) {
		text := plain(s)
		role, reads := strings.CutSuffix(strings.TrimPrefix(s, "role:"), ":read")
		if name, ok := roleNames[routine.Role(role)]; ok {
			text = problem.Text{SV: "handla som " + name.SV, EN: "act as " + name.EN}
			if reads {
				text = problem.Text{SV: "läsa som " + name.SV, EN: "read as " + name.EN}
			}
		}
		sv, en = append(sv, text.SV), append(en, text.EN)
	}
	return problem.Text{SV: strings.Join(sv, ", "), EN: strings.Join(en, ", ")}
}

// sequenceWords is the place of a record in its lock's log.
func sequenceWords(s string) problem.Text {
	start, record, ok := strings.Cut(s, "/")
	if !ok {
		return plain(s)
	}
	return problem.Text{SV: "Start %s, rad %s", EN: "Start %s, record %s"}.Sprintf(start, record)
}

// flagWords is what a lock has marked a record with.
func flagWords(s string) problem.Text {
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return plain(s)
	}
	if n == 0 {
		return problem.Text{SV: "Ingen", EN: "None"}
	}
	var sv, en []string
	for _, f := range []struct {
		flag credential.Flags
		text problem.Text
	}{
		{credential.FlagTimeUnverified, problem.Text{SV: "Låset hade tappat tiden.", EN: "The lock had lost its clock."}},
		{credential.FlagCounterBehind, problem.Text{SV: "Nyckelns räkneverk låg efter. Den kan vara kopierad.", EN: "The key's counter was behind. It may have been copied."}},
		{credential.FlagLogFull, problem.Text{SV: "Låsets logg var full, och en äldre rad skrevs över.", EN: "The lock's log was full, and an older record was overwritten."}},
	} {
		if credential.Flags(n)&f.flag != 0 {
			sv, en = append(sv, f.text.SV), append(en, f.text.EN)
		}
	}
	if len(sv) == 0 { // a newer lock's
		return plain(s)
	}
	return problem.Text{SV: strings.Join(sv, " "), EN: strings.Join(en, " ")}
}

// registerNames is the registers that the rows of a batch came from, by their files.
func registerNames(files string) problem.Text {
	var sv, en []string
	for _, f := range strings.Fields(files) {
		name := registerName(f)
		sv, en = append(sv, name.SV), append(en, name.EN)
	}
	return problem.Text{SV: strings.Join(sv, ", "), EN: strings.Join(en, ", ")}
}

// rulesWords is the sentences of the routine's rules, by their names.
func rulesWords(ids string) problem.Text {
	var sv, en []string
	for _, id := range strings.Fields(ids) {
		r := routine.Sentence(id)
		sv, en = append(sv, r.SV), append(en, r.EN)
	}
	return problem.Text{SV: strings.Join(sv, " "), EN: strings.Join(en, " ")}
}

// organisationNumber writes a number of ten digits as people do, with its hyphen.
func OrganisationNumber(n string) string {
	if len(n) != 10 || strings.Trim(n, "0123456789") != "" {
		return n
	}
	return n[:6] + "-" + n[6:]
}

// lowerFirst is for a name that stands inside a sentence.
func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}
