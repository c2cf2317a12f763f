package words

import (
	"fmt"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
)

// AnomalyClasses are the classes of anomalies, those that ask for most first.
func AnomalyClasses() []string {
	return []string{keysync.ClassFork, keysync.ClassRollback, keysync.ClassUnreadable, keysync.ClassStranger, keysync.ClassActivation, keysync.ClassOrphan,
		keysync.ClassQuota, keysync.ClassGap, keysync.ClassLost, keysync.ClassLeftOut, keysync.ClassSetAside, keysync.ClassAhead, fleet.ClassOverflow}
}

// AnomalyShort is what a class is called where there is no room for a sentence.
func AnomalyShort(class string) problem.Text {
	switch class {
	case keysync.ClassFork:
		return problem.Text{SV: "Berättat på två sätt", EN: "Told in two ways"}
	case keysync.ClassRollback:
		return problem.Text{SV: "Lås som gått tillbaka", EN: "Lock that has gone back"}
	case keysync.ClassUnreadable:
		return problem.Text{SV: "Går inte att läsa", EN: "Cannot be read"}
	case keysync.ClassStranger:
		return problem.Text{SV: "Okänt lås", EN: "Unknown lock"}
	case keysync.ClassActivation:
		return problem.Text{SV: "Oäkta aktivering", EN: "Activation that is not genuine"}
	case keysync.ClassOrphan:
		return problem.Text{SV: "Aktivering utan station", EN: "Activation without a station"}
	case keysync.ClassQuota:
		return problem.Text{SV: "För mycket från en nyckel", EN: "Too much from a key"}
	case keysync.ClassGap:
		return problem.Text{SV: "Rader saknas", EN: "Records are missing"}
	case keysync.ClassLost:
		return problem.Text{SV: "Full logg i låset", EN: "Full log in the lock"}
	case keysync.ClassLeftOut:
		return problem.Text{SV: "Rader kvar i låset", EN: "Records left in the lock"}
	case keysync.ClassSetAside:
		return problem.Text{SV: "Lagt åt sidan", EN: "Set aside"}
	case keysync.ClassAhead:
		return problem.Text{SV: "Registret ligger efter", EN: "The register is behind"}
	case fleet.ClassOverflow:
		return problem.Text{SV: "För många spärrar", EN: "Too many blocks"}
	}
	return plain(class)
}

// AnomalyName says what is wrong with what a key brought home, by its class.
func AnomalyName(class string) problem.Text {
	switch class {
	case keysync.ClassLeftOut:
		return problem.Text{SV: "Nyckeln lämnade de senare raderna men inte de tidigare. Låset har dem kvar och ger dem till nästa nyckel.", EN: "The key delivered the later records but not the earlier ones. The lock still has them and gives them to the next key."}
	case keysync.ClassGap:
		return problem.Text{SV: "Rader i låsets logg saknas, och låset har dem inte längre.", EN: "Records of the lock are missing, and the lock no longer has them."}
	case keysync.ClassFork:
		return problem.Text{SV: "Samma rader har kommit två gånger med olika innehåll. Något av dem är inte sant.", EN: "The same records came twice with different content. One of them is not true."}
	case keysync.ClassRollback:
		return problem.Text{SV: "Låset har gått tillbaka till ett tidigare läge och skriver om sin logg.", EN: "The lock has gone back to an earlier state and writes its log anew."}
	case keysync.ClassStranger:
		return problem.Text{SV: "Raderna kommer från ett lås som kommunen inte känner. De har inte tagits emot.", EN: "The records are from a lock that the municipality does not know. They were not accepted."}
	case keysync.ClassUnreadable:
		return problem.Text{SV: "Raderna går inte att läsa eller är inte äkta. De har inte tagits emot.", EN: "The records cannot be read or are not genuine. They were not accepted."}
	case keysync.ClassActivation:
		return problem.Text{SV: "En aktivering av en nyckel är inte äkta, eller har berättats på två sätt. Den har inte tagits emot.", EN: "An activation of a key is not genuine, or was told in two ways. It was not accepted."}
	case keysync.ClassLost:
		return problem.Text{SV: "Låsets logg blev full innan någon nyckel hade hämtat den. De äldsta raderna är borta.", EN: "The lock's log became full before any key had carried it home. The oldest records are gone."}
	case keysync.ClassOrphan:
		return problem.Text{SV: "Dörren öppnades med en aktivering som ingen station har berättat om. Vem det var går inte att säga.", EN: "The door was opened with an activation that no station has told of. Who it was cannot be said."}
	case keysync.ClassSetAside:
		return problem.Text{SV: "Det som nyckeln bar med sig gick inte att läsa in. Det är sparat åt sidan.", EN: "What the key carried could not be taken over. It is kept aside."}
	case keysync.ClassQuota:
		return problem.Text{SV: "Nyckeln har lämnat mer på ett dygn än en vanlig nyckel kan. Den har kvar resten, och den kan vara kopierad eller ändrad.", EN: "The key has delivered more in a day than an ordinary key can. It keeps the rest, and may have been copied or changed."}
	case keysync.ClassAhead:
		return problem.Text{SV: "Något känner till nyare uppgifter än kommunens register. Registret är troligen återläst från en kopia.", EN: "Something knows of newer data than the municipality's register. The register has probably been restored from a copy."}
	case fleet.ClassOverflow:
		return problem.Text{SV: "För mycket är spärrat på en gång. Gruppens nycklar måste synkas på nytt.", EN: "Too much is blocked at once. The group's keys must be synced anew."}
	}
	return plain(class)
}

// DetailWords puts in words what the journal's "detail" says of which records an anomaly concerns. The other details are
// for technicians, and stay as they are.
func DetailWords(detail string) problem.Text {
	var first, last int
	if _, err := fmt.Sscanf(detail, "records %d to %d ", &first, &last); err == nil {
		return problem.Text{SV: "Rad %d till %d", EN: "Records %d to %d"}.Sprintf(first, last)
	}
	if number, ok := strings.CutPrefix(detail, "lock number "); ok {
		return problem.Text{SV: "Låset kallar sig nummer " + number, EN: "The lock calls itself number " + number}
	}
	return plain(detail)
}
