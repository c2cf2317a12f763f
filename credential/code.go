package credential

import (
	"errors"
	"fmt"
)

// Code says why something was refused. The numbers are on the wire and in logs: they are only ever added to.
type Code uint8

// The codes, in the order in which a lock decides; from CodeBusy on they do not come from a decision about a credential.
const (
	OK                    Code = 0
	CodeMalformed         Code = 1
	CodeGrantSignature    Code = 2
	CodeIssuerRole        Code = 3
	CodeCaps              Code = 4
	CodeActivationMissing Code = 5
	CodeStationCert       Code = 6
	CodeActivationSig     Code = 7
	CodeOtherGrant        Code = 8
	CodeOutsideGrant      Code = 9
	CodeStationGroup      Code = 10
	CodeNotHolder         Code = 11
	CodeNotThisLock       Code = 12
	CodeEpochOld          Code = 13
	CodeNoRight           Code = 14
	CodeGrantEarly        Code = 15
	CodeGrantExpired      Code = 16
	CodeActivationEarly   Code = 17
	CodeActivationExpired Code = 18
	CodeCertTime          Code = 19
	CodeRightEarly        Code = 20
	CodeRightEnded        Code = 21
	CodeClockLost         Code = 22
	CodeBlockedKey        Code = 23
	CodeBlockedGrant      Code = 24
	CodeBlockedStation    Code = 25
	CodeBlockedStaff      Code = 26
	CodeBlockedCert       Code = 27
	CodeGenerationOld     Code = 28
	CodeLogFull           Code = 29
	CodeOutsideHours      Code = 30 // decided after CodeRightEnded

	CodeBusy          Code = 40
	CodeVersion       Code = 41
	CodeUnclaimed     Code = 42
	CodeClaimed       Code = 43
	CodeClaimCode     Code = 44
	CodeOpenUsed      Code = 45
	CodeStorage       Code = 46
	CodeLockIdentity  Code = 47
	CodeSignature     Code = 48
	CodeChain         Code = 49
	CodeStale         Code = 50
	CodeNoLeaf        Code = 51
	CodeNotEnrolled   Code = 52
	CodeStationRefuse Code = 53
	CodeProtocol      Code = 54
	CodeGrantMissing  Code = 55
	CodeRoot          Code = 56
	CodeButton        Code = 57
	CodeInstaller     Code = 58
)

type codeText struct{ slug, sv, en string }

// codeTexts is read only. Each sentence says what is wrong and, where a person can do something, what.
var codeTexts = map[Code]codeText{
	OK:                    {"ok", "Dörren öppnas.", "The door opens."},
	CodeMalformed:         {"malformed", "Nyckelns uppgifter går inte att läsa. Synka nyckeln.", "The key's data cannot be read. Sync the key."},
	CodeGrantSignature:    {"grant-signature", "Nyckelns behörighet är inte äkta. Lämna nyckeln till låsansvarig.", "The key's grant is not genuine. Hand the key to the lock manager."},
	CodeIssuerRole:        {"issuer-role", "Behörigheten är utfärdad av någon som inte får utfärda behörigheter. Meddela låsansvarig.", "The grant comes from someone who may not issue grants. Tell the lock manager."},
	CodeCaps:              {"caps", "Behörigheten gäller längre än ett lås godtar. Synka nyckeln.", "The grant lasts longer than a lock accepts. Sync the key."},
	CodeActivationMissing: {"activation-missing", "Nyckeln är inte aktiverad. Aktivera den vid stationen.", "The key is not activated. Activate it at the station."},
	CodeStationCert:       {"station-certificate", "Stationen som aktiverade nyckeln är inte godkänd. Aktivera vid en annan station.", "The station that activated the key is not approved. Activate at another station."},
	CodeActivationSig:     {"activation-signature", "Aktiveringen är inte äkta. Aktivera nyckeln igen.", "The activation is not genuine. Activate the key again."},
	CodeOtherGrant:        {"activation-other-grant", "Aktiveringen hör till en annan behörighet. Aktivera nyckeln igen.", "The activation belongs to another grant. Activate the key again."},
	CodeOutsideGrant:      {"activation-outside-grant", "Aktiveringen går utanför behörigheten. Aktivera nyckeln igen.", "The activation exceeds its grant. Activate the key again."},
	CodeStationGroup:      {"station-group", "Nyckeln är aktiverad vid en annan grupps station. Aktivera den vid den egna gruppens station.", "The key was activated at another group's station. Activate it at its own group's station."},
	CodeNotHolder:         {"not-holder", "Behörigheten hör till en annan nyckel. Lämna nyckeln till låsansvarig.", "The grant belongs to another key. Hand the key to the lock manager."},
	CodeNotThisLock:       {"not-this-lock", "Nyckeln har ingen rätt till det här låset.", "The key has no right to this lock."},
	CodeEpochOld:          {"epoch-old", "Låset kräver en nyare behörighet. Synka nyckeln.", "The lock asks for a newer grant. Sync the key."},
	CodeNoRight:           {"no-right", "Rätten till låset omfattar inte att öppna.", "The right to this lock does not include opening it."},
	CodeGrantEarly:        {"grant-early", "Behörigheten har inte börjat gälla.", "The grant has not begun."},
	CodeGrantExpired:      {"grant-expired", "Behörigheten har gått ut. Synka nyckeln.", "The grant has expired. Sync the key."},
	CodeActivationEarly:   {"activation-early", "Aktiveringen har inte börjat gälla.", "The activation has not begun."},
	CodeActivationExpired: {"activation-expired", "Arbetspasset är slut. Aktivera nyckeln igen vid stationen.", "The shift is over. Activate the key again at the station."},
	CodeCertTime:          {"certificate-time", "Ett certifikat gäller inte nu. Synka och aktivera nyckeln vid en station som har kontakt.", "A certificate is not valid now. Sync and activate the key at a station that is online."},
	CodeRightEarly:        {"right-early", "Rätten till låset har inte börjat.", "The right to this lock has not begun."},
	CodeRightEnded:        {"right-ended", "Rätten till låset har upphört.", "The right to this lock has ended."},
	CodeClockLost:         {"clock-lost", "Låset vet inte vad klockan är. Kom med en nysynkad nyckel.", "The lock does not know the time. Come with a freshly synced key."},
	CodeBlockedKey:        {"blocked-key", "Nyckeln är spärrad. Lämna den till låsansvarig.", "The key is blocked. Hand it to the lock manager."},
	CodeBlockedGrant:      {"blocked-grant", "Behörigheten är spärrad. Synka nyckeln.", "The grant is blocked. Sync the key."},
	CodeBlockedStation:    {"blocked-station", "Stationen är spärrad. Aktivera vid en annan station.", "The station is blocked. Activate at another station."},
	CodeBlockedStaff:      {"blocked-staff", "Personen som aktiverade nyckeln är spärrad.", "The person who activated the key is blocked."},
	CodeBlockedCert:       {"blocked-certificate", "Ett certifikat är spärrat. Synka och aktivera nyckeln igen.", "A certificate is blocked. Sync and activate the key again."},
	CodeGenerationOld:     {"generation-old", "Gruppens nycklar måste synkas om. Synka nyckeln.", "The group's keys must be synced anew. Sync the key."},
	CodeOutsideHours:      {"outside-hours", "Rätten till låset gäller inte vid den här tiden.", "The right to this lock does not hold at this time."},
	CodeLogFull:           {"log-full", "Låsets logg är full. Kom med en nyckel som kan ta hem loggen.", "The lock's log is full. Come with a key that can carry it home."},

	CodeBusy:          {"busy", "Låset är upptaget. Försök igen om några sekunder.", "The lock is busy. Try again in a few seconds."},
	CodeVersion:       {"version", "Nyckeln och låset talar olika versioner. Uppdatera den äldre av dem.", "The key and the lock speak different versions. Update the older one."},
	CodeUnclaimed:     {"unclaimed", "Låset är inte taget i bruk. Ta det i bruk med koden som sitter i låset.", "The lock has not been claimed. Claim it with the code inside the lock."},
	CodeClaimed:       {"claimed", "Låset är redan taget i bruk. Återställ det först.", "The lock is already claimed. Reset it first."},
	CodeClaimCode:     {"claim-code", "Koden stämmer inte med koden i låset.", "The code does not match the one inside the lock."},
	CodeOpenUsed:      {"open-used", "En session öppnar en gång. Visa nyckeln igen.", "A session opens once. Present the key again."},
	CodeStorage:       {"storage", "Låset kunde inte spara. Försök igen och felanmäl om det upprepas.", "The lock could not save. Try again and report a fault if it recurs."},
	CodeLockIdentity:  {"lock-identity", "Det här är inte ett godkänt lås. Nyckeln visade inget.", "This is not a genuine lock. The key has shown it nothing."},
	CodeSignature:     {"signature", "Underskriften stämmer inte.", "The signature is not valid."},
	CodeChain:         {"chain", "Certifikatet leder inte till kommunens rot.", "The certificate does not lead to the municipality's root."},
	CodeStale:         {"stale", "Det som lämnades är äldre än det som redan finns.", "What was offered is older than what is already there."},
	CodeNoLeaf:        {"no-leaf", "Nyckeln har ingen rätt till det här låset. Synka den om rätten är ny.", "The key has no right to this lock. Sync it if the right is new."},
	CodeNotEnrolled:   {"not-enrolled", "Nyckeln är inte inskriven. Skriv in den först.", "The key is not enrolled. Enrol it first."},
	CodeStationRefuse: {"station-refused", "Stationen nekade. Läs orsaken på stationens skärm.", "The station refused. Read the reason on the station's screen."},
	CodeGrantMissing:  {"grant-missing", "Nyckeln har ingen behörighet. Synka den vid en station.", "The key has no grant. Sync it at a station."},
	CodeRoot:          {"root", "Bytet av kommunens rot stämmer inte. Meddela låsansvarig.", "The change of the municipality's root is not right. Tell the lock manager."},
	CodeButton:        {"button", "Tryck på knappen inuti låset och försök igen inom två minuter.", "Press the button inside the lock and try again within two minutes."},
	CodeInstaller:     {"installer", "Uppdraget gäller inte det här låset eller har gått ut. Hämta ett nytt.", "The work order is not for this lock or has expired. Fetch a new one."},
	CodeProtocol:      {"protocol", "Motparten följde inte protokollet. Försök igen.", "The other side broke the protocol. Try again."},
}

// String is the code's stable name, such as "grant-expired".
func (c Code) String() string {
	if t, ok := codeTexts[c]; ok {
		return t.slug
	}
	return fmt.Sprintf("code-%d", uint8(c))
}

// Text is the sentence that a person is shown, in Swedish and in English.
func (c Code) Text() (sv, en string) {
	if t, ok := codeTexts[c]; ok {
		return t.sv, t.en
	}
	return fmt.Sprintf("Okänd orsak (%d).", uint8(c)), fmt.Sprintf("Unknown reason (%d).", uint8(c))
}

// Codes returns every code in ascending order, for catalogues and tests.
func Codes() []Code {
	var all []Code
	for c := range 256 {
		if _, ok := codeTexts[Code(c)]; ok {
			all = append(all, Code(c))
		}
	}
	return all
}

// Refusal is the error of everything in this package that judges input.
type Refusal struct {
	Code  Code
	Cause error // may be nil; for the log of the one who refuses, never shown to the other side
}

// Error is the English sentence and the cause.
func (r *Refusal) Error() string {
	_, en := r.Code.Text()
	if r.Cause == nil {
		return fmt.Sprintf("%s: %s", r.Code, en)
	}
	return fmt.Sprintf("%s: %s (%v)", r.Code, en, r.Cause)
}

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// Refuse returns a Refusal whose cause is formatted from format and args; an empty format gives none.
func Refuse(c Code, format string, args ...any) error {
	if format == "" {
		return &Refusal{Code: c}
	}
	return &Refusal{Code: c, Cause: fmt.Errorf(format, args...)}
}

// CodeOf returns the code of the first Refusal in err's chain, OK for nil and CodeProtocol for any other error.
func CodeOf(err error) Code {
	if err == nil {
		return OK
	}
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Code
	}
	return CodeProtocol
}

// recode gives err another code and keeps it as the cause: the same broken signature is a different refusal on a grant
// than on an activation.
func recode(err error, c Code) error {
	if err == nil {
		return nil
	}
	return &Refusal{Code: c, Cause: err}
}
