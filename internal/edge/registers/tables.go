package registers

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// table is one register: its name, which is also the file's and the sheet's, and its columns.
type table struct {
	name     string
	optional bool
	columns  []column
	check    func(b *builder, w *row) // validates w and adds it to b.r, or makes w fail
}

// column is a column of a table. Optional ones may be absent altogether; what may be empty is for the table's check to say.
// skyddad is not optional: without it every protected identity would become an ordinary one.
type column struct {
	name     string
	optional bool
}

// Columns are named by their place in the table.
const (
	providerOrg = iota
	providerName
	providerRegime
)

const (
	groupID = iota
	groupName
	groupOrg
	groupKind
	groupMax
)

const (
	clientID = iota
	clientGiven
	clientFamily
	clientStreet
	clientPostalCode
	clientTown
	clientApartment
	clientEntrance
	clientPhone
	clientProtected
	clientContact
	clientContactPhone
)

const (
	serviceClient = iota
	serviceKind
	serviceGroup
	serviceFrom
	serviceUntil
	serviceInEffect
	serviceOpensSelf
)

const (
	lockSerial = iota
	lockKind
	lockStatus
	lockClient
	lockEntrance
	lockMounted
)

const (
	staffNumber = iota
	staffGiven
	staffFamily
	staffEmail
	staffPhone
	staffGroup
	staffFrom
	staffUntil
)

const (
	keyNumber = iota
	keyGroup
	keyStatus
	keyBattery
)

const (
	consentProperty = iota
	consentTown
	consentOwner
	consentAnswer
	consentDate
	consentDiary
)

// tables lists the registers in the order in which they are read: a table comes after those that it refers to.
func tables() []*table {
	return []*table{
		{name: "utforare", columns: cols("orgnr namn regi"), check: (*builder).provider},
		{name: "grupper", columns: cols("grupp namn orgnr typ max_samtidigt"), check: (*builder).group},
		{name: "kunder", columns: cols("personnummer förnamn efternamn gatuadress postnr ort lägenhet port? telefon? skyddad anhörig? anhörig_telefon?"), check: (*builder).client},
		{name: "insatser", columns: cols("personnummer insats grupp från till verkställd öppnar_själv"), check: (*builder).service},
		{name: "las", columns: cols("serienr typ status personnummer port? monterad"), check: (*builder).lock},
		{name: "medarbetare", optional: true, columns: cols("anst_nr förnamn efternamn e-post? telefon? grupp från till"), check: (*builder).staff},
		{name: "nycklar", optional: true, columns: cols("nyckel grupp status batteri_bytt?"), check: (*builder).key},
		{name: "samtycken", optional: true, columns: cols("fastighet ort ägare samtycke datum diarienr?"), check: (*builder).consent},
	}
}

// cols reads a list of column names, where a question mark means that the column may be absent.
func cols(list string) []column {
	var cs []column
	for name := range strings.FieldsSeq(list) {
		short, optional := strings.CutSuffix(name, "?")
		cs = append(cs, column{short, optional})
	}
	return cs
}

// fold brings names of files, sheets and columns to one form: small letters, no rings and dots, no separators. Systems write
// "Öppnar själv", "oppnar_sjalv" and "ÖPPNAR-SJÄLV" and mean the same.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'å', 'ä':
			return 'a'
		case 'ö':
			return 'o'
		case 'é':
			return 'e'
		case ' ', '_', '-', '.', '\u00a0', '\ufeff':
			return -1
		}
		return r
	}, strings.ToLower(norm.NFC.String(s)))
}
