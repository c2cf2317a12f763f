// Package registers reads a municipality's exported registers and says, row by row, what is wrong with them.
//
// It owns the eight tables (their file names, columns and codes), the ways in which systems write them (delimiter, encoding,
// spreadsheet), the checks within and between tables, and the sentences that tell a person what to correct. It does not know
// the database: what is already there, what is unchanged and what has vanished is the importer's business
// (internal/program). Its only neighbours are internal/base/swedish, which reads the values, and problem.
//
// It promises that memory stays bounded whatever the files contain, that the first of two conflicting rows wins, that a bad
// row gives exactly one fault and never a half-read row, and that a row depends only on rows that were accepted.
package registers

import (
	"context"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
)

// Options says how a folder is read.
type Options struct {
	Day          swedish.Date                // the present day; must be set
	AllowReserve bool                        // accept our reserve personal numbers: demonstrations and benchmarks only
	Progress     func(table string, row int) // called now and then while reading, and after each table; may be nil
}

// Registers is what was accepted, in the order of the files. Empty strings and zero dates mean that the cell was empty.
type Registers struct {
	Providers []Provider
	Groups    []Group
	Clients   []Client
	Services  []Service
	Locks     []Lock
	Staff     []Staff
	Keys      []Key
	Consents  []Consent

	Dwellings int            // how many dwellings the clients live in; Client.Dwelling is below it
	Rows      map[string]int // data rows seen per table, accepted or not; a table that was absent has no entry
	Notes     []Note         // what was left aside without being wrong
	Digest    [32]byte       // SHA-256 of the tables: equal for the same cells, whatever the encoding, delimiter, quoting and column order
}

// Provider is a row of utforare: an organisation that gives care.
type Provider struct {
	Row       int32
	Org       swedish.OrgNumber
	Name      string
	Municipal bool // run by the municipality itself
}

// GroupKind says what a group does.
type GroupKind string

// The kinds of groups.
const (
	GroupHomeCare   GroupKind = "homecare"   // hemtjänst
	GroupRural      GroupKind = "rural"      // landsbygd: home care that answers alarms far out
	GroupAlarm      GroupKind = "alarm"      // trygghet: the alarm responders
	GroupHealthCare GroupKind = "healthcare" // hsv
	GroupDelivery   GroupKind = "delivery"   // inköp
)

// Group is a row of grupper.
type Group struct {
	Row         int32
	ID          string
	Name        string
	Provider    swedish.OrgNumber
	Kind        GroupKind
	MaxInOneDay int // most people that work in one day; decides the basic equipment
}

// Client is a row of kunder.
type Client struct {
	Row          int32
	Dwelling     int32 // index of the dwelling: clients with the same number live together
	ID           swedish.PersonalNumber
	GivenName    string
	FamilyName   string
	Street       string
	PostalCode   swedish.PostalCode
	Town         string
	Apartment    string
	Entrance     string // the name of the entrance (port), or "" when the door opens to the street
	Phone        string
	Protected    bool // protected identity (skyddad)
	ContactName  string
	ContactPhone string
}

// ServiceKind says what a service is.
type ServiceKind string

// The kinds of services.
const (
	ServiceAlarm      ServiceKind = "alarm"      // larm
	ServiceHomeCare   ServiceKind = "homecare"   // hemtjänst
	ServiceHealthCare ServiceKind = "healthcare" // hsv
	ServiceShopping   ServiceKind = "shopping"   // inköp
)

// Service is a row of insatser: one service that a client has from one group, from From until (not including) Until.
type Service struct {
	Row       int32
	From      swedish.Date
	Until     swedish.Date // zero: until further notice
	InEffect  bool         // verkställd
	OpensSelf bool         // öppnar_själv
	Client    swedish.PersonalNumber
	Kind      ServiceKind
	Group     string
}

// LockKind says what a lock sits on.
type LockKind string

// The kinds of locks.
const (
	LockDoor     LockKind = "door"     // duo
	LockKeyBox   LockKind = "keybox"   // gömma
	LockEntrance LockKind = "entrance" // port
)

// LockStatus says where a lock is in its life.
type LockStatus string

// The statuses of locks.
const (
	LockStock      LockStatus = "stock"      // lager
	LockBooked     LockStatus = "booked"     // bokad
	LockMounted    LockStatus = "mounted"    // monterad
	LockDismounted LockStatus = "dismounted" // demonterad
	LockWarranty   LockStatus = "warranty"   // garanti
	LockScrapped   LockStatus = "scrapped"   // skrotad
)

// Lock is a row of las. A mounted door lock or key box has Client, a mounted entrance lock has Entrance.
type Lock struct {
	Row      int32
	Mounted  swedish.Date
	Client   swedish.PersonalNumber
	Serial   string
	Kind     LockKind
	Status   LockStatus
	Entrance string
}

// Staff is a row of medarbetare: one employee's time in one group. The same Number may have several rows.
type Staff struct {
	Row        int32
	From       swedish.Date
	Until      swedish.Date // zero: until further notice
	Number     string
	GivenName  string
	FamilyName string
	Email      string
	Phone      string
	Group      string // "" for a technician, who works at doors and opens none
}

// KeyStatus says where a key is in its life.
type KeyStatus string

// The statuses of keys.
const (
	KeyStock   KeyStatus = "stock"   // lager
	KeyInUse   KeyStatus = "in-use"  // i drift
	KeyBlocked KeyStatus = "blocked" // spärrad
	KeyBroken  KeyStatus = "broken"  // trasig
)

// Key is a row of nycklar.
type Key struct {
	Row            int32
	BatteryChanged swedish.Date
	Number         string
	Group          string // "" while in stock
	Status         KeyStatus
}

// ConsentAnswer is a property owner's answer.
type ConsentAnswer string

// The answers.
const (
	ConsentUnknown   ConsentAnswer = "unknown"   // empty
	ConsentRequested ConsentAnswer = "requested" // skickad
	ConsentGiven     ConsentAnswer = "given"     // ja
	ConsentOral      ConsentAnswer = "oral"      // ja, muntligt
	ConsentRefused   ConsentAnswer = "refused"   // nej
	ConsentWithdrawn ConsentAnswer = "withdrawn" // återkallat
)

// Consent is a row of samtycken.
type Consent struct {
	Row      int32
	Date     swedish.Date
	Property string // street address of the property
	Town     string
	Owner    string
	Answer   ConsentAnswer
	Diary    string // reference in the municipality's diary (diarienr)
}

// Fault is a row that was not accepted.
type Fault struct {
	File    string       // the table, which is the file name without extension
	Row     int          // the header is row 1
	Column  string       // as the table names it; "" when it is the row as a whole
	Code    string       // stable, kebab-case
	Message problem.Text // what is wrong and what to do
	// Key is what the row is about, "" if that cannot be known: the client of kunder and insatser (twelve digits), the
	// organisation of utforare, and otherwise what the first column says.
	Key string
}

// Note is something that was left aside without being wrong, such as a column that the house does not use.
type Note struct {
	File, Column string
	Message      problem.Text
}

// Accepted is how many rows of each present table were accepted.
func (r *Registers) Accepted() map[string]int {
	n := map[string]int{"utforare": len(r.Providers), "grupper": len(r.Groups), "kunder": len(r.Clients), "insatser": len(r.Services),
		"las": len(r.Locks), "medarbetare": len(r.Staff), "nycklar": len(r.Keys), "samtycken": len(r.Consents)}
	for table := range n {
		if _, present := r.Rows[table]; !present {
			delete(n, table)
		}
	}
	return n
}

// Read reads the registers at path: a folder with one .csv per table, a folder with one .xlsx, or that .xlsx itself.
//
// The tables kunder, insatser, utforare, grupper and las must be there; medarbetare, nycklar and samtycken may be absent.
// Rows that are wrong come back as faults, in the order of the tables and their rows; the error is for what makes the whole
// impossible to read (a missing table or column, an unreadable file, a zip bomb), and then nothing else is returned.
func Read(ctx context.Context, path string, o Options) (*Registers, []Fault, error) {
	src, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer src.close()
	return read(ctx, src, o)
}
