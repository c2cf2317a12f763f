// Package consent is the register of who owns the houses and whether their owners agree to locks on the doors (V5.3).
//
// It owns owners, properties with their addresses, owners' answers, the letters that ask for them, the replies that come back,
// their way to the diary, and what clients themselves have agreed to (V8-b). It does not own doors, locks or tasks:
// internal/domain/casework asks [For] before it mounts, and lets waiting work go on when an answer has come.
//
// An answer is never computed when it is written: [For] judges what all owners have said, at the instant of the transaction.
// That is why a house that is sold, a consent that runs out and one that is withdrawn need no clean-up to be safe.
//
// Promises: no answer means no; one owner's yes is enough, whatever the others say, and what they say is shown (V5.3-d); of one
// owner's words the latest holds, and where that cannot be told the stricter; a yes that is limited to some doors or things is a
// yes to those only; every change is in the journal; a code on a letter says nothing about anybody.
package consent

import (
	"strings"
	"time"

	"hemnyckel/internal/domain/routine"
)

// Answer is what an owner has said.
type Answer string

// The answers.
const (
	Unknown   Answer = "unknown"
	Requested Answer = "requested" // a letter is out
	Given     Answer = "given"
	Refused   Answer = "refused"
	Withdrawn Answer = "withdrawn"
)

// How is the way in which an answer was given.
type How string

// The ways.
const (
	Written How = "written"
	Oral    How = "oral" // with who heard it
)

// Thing is what may be put up.
type Thing string

// The things.
const (
	DoorLock Thing = Thing(routine.DoorLock)
	KeyBox   Thing = Thing(routine.KeyBox)
	Entrance Thing = "entrance"
)

// Things returns every thing.
func Things() []Thing { return []Thing{DoorLock, KeyBox, Entrance} }

// OwnerKind is what sort of owner somebody is.
type OwnerKind string

// The kinds of owners.
const (
	Person      OwnerKind = "person"
	Company     OwnerKind = "company"
	Association OwnerKind = "association" // a housing co-operative, for the most part
)

// Owner owns properties.
type Owner struct {
	ID         string
	Kind       OwnerKind
	Name       string
	OrgNumber  string // ten digits, or "": never a person's identity number
	Contact    string // a person at the company, or ""
	Phone      string
	Email      string
	Street     string // where letters go
	PostalCode string
	Town       string
	Protected  bool // protected identity: name and address are not shown, and letters go by way of the tax agency
}

// Address is a street address: one house, with all its dwellings.
type Address struct {
	Street string
	Town   string
}

// Key is equal for addresses that are the same, however their letters and blanks are written.
func (a Address) Key() string { return a.StreetKey() + "|" + a.TownKey() }

// StreetKey and TownKey are the parts of Key.
func (a Address) StreetKey() string { return fold(a.Street) }

// TownKey is the town's part of Key.
func (a Address) TownKey() string { return fold(a.Town) }

// Property is what is owned: street addresses, which cover the dwellings there.
type Property struct {
	ID          string
	Designation string // fastighetsbeteckning, such as Lotsen 3, or ""
	Addresses   []Address
	Owners      []string // ids; the first is the one that letters go to
}

// Place is a dwelling, or a house where Apartment is "".
type Place struct {
	ID        string `json:",omitempty"` // the asker's own: [For] answers by it
	Street    string
	Town      string
	Apartment string `json:",omitempty"`
}

func (p Place) key() string { return Address{p.Street, p.Town}.Key() }

// Consent is one owner's answer.
type Consent struct {
	ID         string
	OwnerID    string
	Blanket    bool     // for everything that the owner owns, later on too
	Properties []string // ids; without Blanket
	Answer     Answer
	How        How
	HeardBy    string    // of an oral answer: who heard it
	Date       time.Time // of the answer, or of the letter; zero when not known
	From       time.Time // a yes holds from here
	Until      time.Time // until here; routine.Forever without an end
	Things     []Thing   // a yes to these only; none: to everything
	Places     []Place   // speaks of these doors and houses only; none: of the whole properties
	Note       string
	Diary      string // reference in the municipality's diary, or ""
	HandoverID string // the list by which it went to the registrar, or ""
	FileHash   string // of the scanned paper, or ""
	Recorded   time.Time
	ImportKey  string // of one that came with the registers, or ""
}

// Partial reports whether the answer is limited.
func (c Consent) Partial() bool { return len(c.Things)+len(c.Places) > 0 }

// Bounds of what is recorded.
const (
	MaxText       = 200  // bytes of a name, an address, a reference
	MaxNote       = 1000 // bytes of a note
	MaxAddresses  = 200  // of a property
	MaxOwners     = 50   // of a property
	MaxProperties = 1000 // of a consent that is not blanket
	MaxPlaces     = 200  // of a partial consent
)

// NameKey is equal for names that are the same, however their letters and blanks are written.
func (o Owner) NameKey() string { return fold(o.Name) }

// DesignationKey is equal for designations that are the same, and "" without one.
func (p Property) DesignationKey() string { return fold(p.Designation) }

func fold(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
