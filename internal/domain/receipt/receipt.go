// Package receipt is the register of physical keys and of who answers for them: the key in a key box, the one that is lent
// while a lock waits for consent and mounting, and the spare key of an alarm client.
//
// It owns the keys, the chain of receipts by which each has changed hands, and the signed papers. It does not decide who
// shall hold a key (internal/domain/routine does), nor close the tasks that a signature carries out
// (internal/domain/casework does, which also opens and commits). Digital keys and their reserves are internal/domain/fleet's
// and never appear here.
//
// Promises: a key that has no signed receipt is the client's own; a key has one holder, and at most one hand-over under way,
// which the database holds too; each receipt names the one by which its giver has the key, so that the chain leads back to
// the client; what is closed or cancelled never changes again.
package receipt

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
)

// Purpose is what somebody has a physical key for.
type Purpose string

// The purposes.
const (
	InBox   Purpose = "box"     // it lies in the client's key box (V2.6-a, V2.6-b)
	Waiting Purpose = "waiting" // until consent and mounting (V5.3-c)
	Spare   Purpose = "spare"   // kept for when the lock fails (S-e)
)

// Purposes returns every purpose.
func Purposes() []Purpose { return []Purpose{InBox, Waiting, Spare} }

// Door is which of the client's doors a key opens.
type Door string

// The doors.
const (
	OwnDoor      Door = "own"
	EntranceDoor Door = "entrance"
	OtherDoor    Door = "other" // a gate, a store room
)

// Doors returns every door.
func Doors() []Door { return []Door{OwnDoor, EntranceDoor, OtherDoor} }

// HolderKind is who may hold a physical key.
type HolderKind string

// The kinds of holders.
const (
	Client      HolderKind = "client" // or the estate, after a death
	Provider    HolderKind = "provider"
	LockManager HolderKind = "lock-manager"
	AlarmUnit   HolderKind = "alarm-unit"
)

// Holder is who holds a key.
type Holder struct {
	Kind HolderKind
	ID   string // organisation number of a provider, "" for everybody else
}

// State is how far a receipt has come.
type State string

// The states.
const (
	Drafted    State = "drafted"
	Shown      State = "shown"       // printed, or shown on a screen
	Signed     State = "signed"      // the receiver has the key
	HandedOver State = "handed-over" // it has gone on by a later receipt
	Closed     State = "closed"      // it is back with the client
	Cancelled  State = "cancelled"
)

// Open reports whether the hand-over is still to come.
func (s State) Open() bool { return s == Drafted || s == Shown }

// States returns every state.
func States() []State { return []State{Drafted, Shown, Signed, HandedOver, Closed, Cancelled} }

// Key is a physical key, or several alike.
type Key struct {
	ID       string
	ClientID string
	Purpose  Purpose
	Door     Door
	Label    string // on its tag; it names nobody, so that who finds the key learns nothing
	Copies   int    // 1–20
	Created  time.Time
	Closed   time.Time // when it was back; zero before
}

// MaxCopies is how many copies one receipt may be for.
const MaxCopies = 20

// Receipt is one change of hands.
type Receipt struct {
	ID         string
	Number     string // on the paper
	KeyID      string
	ClientID   string
	Previous   string // the receipt by which From has the key; "" when From is the client
	From, To   Holder
	Rule       string // requirement ID
	OrderID    string // that it follows from, or ""
	State      State
	Due        time.Time
	Created    time.Time
	Shown      time.Time
	Signed     time.Time
	How        How
	SignedFrom string // who signed for the giver
	SignedTo   string // who signed for the receiver
	FileID     string // the scanned paper, or ""
	Ended      time.Time
}

// How is how a receipt was signed.
type How string

// The ways to sign.
const (
	OnPaper  How = "paper" // the scanned paper is kept
	OnScreen How = "screen"
)

// File is a scanned paper.
type File struct {
	ID      string
	Media   string // application/pdf, image/jpeg or image/png, as its content says
	Digest  string // SHA-256, hexadecimal
	Body    []byte
	Created time.Time
}

// MaxFile is how many bytes a scanned paper may have.
const MaxFile = 5 << 20

// Line is a receipt as lists show it.
type Line struct {
	Receipt
	Label   string
	Purpose Purpose
	Door    Door
	Copies  int
}

// Filter chooses receipts. The zero Filter chooses all.
type Filter struct {
	Party    Holder // those by which it gives or gets a key
	ClientID string
	KeyID    string
	State    State
	Due      bool // only those under way, by their day; else all by age
	Before   time.Time
}

// Cursor is the last receipt of the page before.
type Cursor struct {
	Due time.Time
	ID  string
}

// Tx is what receipts need of a database transaction.
type Tx interface {
	txn.Clock
	journal.Tx

	// PutPhysicalKey inserts a key or replaces the one of that id.
	PutPhysicalKey(ctx context.Context, k Key) error
	PhysicalKey(ctx context.Context, id string) (Key, bool, error)
	// OpenKeysOf returns the keys of clients that are not back.
	OpenKeysOf(ctx context.Context, clientIDs []string) ([]Key, error)
	InsertReceipt(ctx context.Context, r Receipt) error
	UpdateReceipt(ctx context.Context, r Receipt) error
	ReceiptByID(ctx context.Context, id string) (Receipt, bool, error)
	// ReceiptsOfKey returns a key's receipts, the oldest first.
	ReceiptsOfKey(ctx context.Context, keyID string) ([]Receipt, error)
	// CloseReceipts closes every receipt of a key that is not cancelled.
	CloseReceipts(ctx context.Context, keyID string) error
	InsertReceiptFile(ctx context.Context, f File) error
	ReceiptFile(ctx context.Context, id string) (File, bool, error)
	// Receipts returns at most limit receipts after a place: the newest first, or with Filter.Due the one that is due first.
	Receipts(ctx context.Context, f Filter, after Cursor, limit int) ([]Line, error)
	// ProviderKnown reports whether a provider has that organisation number.
	ProviderKnown(ctx context.Context, orgNumber string) (bool, error)
	// ProviderNames returns the names of providers, by organisation number.
	ProviderNames(ctx context.Context, orgNumbers []string) (map[string]string, error)
}

// Problems. Codes are stable.
var (
	ErrUnknown = problem.New(problem.NotFound, "receipt-unknown",
		"Det finns ingen sådan nyckelkvittens hos er. Kontrollera numret.", "You have no such key receipt. Check the number.")
	ErrKeyUnknown = problem.New(problem.NotFound, "physical-key-unknown",
		"Den fysiska nyckeln finns inte hos er. Kontrollera märkningen.", "You have no such physical key. Check its label.")
	ErrKeyKnown = problem.New(problem.Conflict, "physical-key-known",
		"Nyckel %s för den dörren och det ändamålet finns redan i registret. Gör kvittensen för den.",
		"Key %s for that door and purpose is in the register already. Make the receipt for it.")
	ErrNotDone = problem.New(problem.Conflict, "receipt-purpose-off",
		"Kommunen tar inte emot fysiska nycklar för det ändamålet. Se rutinen.",
		"The municipality does not take physical keys for that purpose. See the routine.")
	ErrPurpose = problem.New(problem.Invalid, "receipt-purpose",
		"Ändamålet är okänt. Välj bland: box, waiting, spare.", "The purpose is unknown. Choose among: box, waiting, spare.")
	ErrDoor = problem.New(problem.Invalid, "receipt-door",
		"Dörren är okänd. Välj bland: own, entrance, other.", "The door is unknown. Choose among: own, entrance, other.")
	ErrCopies = problem.New(problem.Invalid, "receipt-copies",
		"Ange hur många nycklar det är, 1–20.", "Say how many keys there are, 1 to 20.")
	ErrParty = problem.New(problem.Invalid, "receipt-party",
		"Mottagaren är okänd. Ange client, lock-manager, alarm-unit, eller provider med ett organisationsnummer som finns.",
		"The receiver is unknown. Give client, lock-manager, alarm-unit, or provider with an organisation number that exists.")
	ErrHolds = problem.New(problem.Conflict, "receipt-same-holder",
		"Mottagaren har redan nyckeln. Kontrollera kvittensen som gäller nu.",
		"The receiver has the key already. Check the receipt that is in force.")
	ErrUnderWay = problem.New(problem.Conflict, "receipt-under-way",
		"Kvittens %s för nyckeln väntar redan på underskrift. Skriv under eller makulera den först.",
		"Receipt %s for the key waits for signatures already. Sign or cancel it first.")
	ErrState = problem.New(problem.Conflict, "receipt-state",
		"Kvittensen är redan underskriven eller makulerad. Hämta den på nytt.",
		"The receipt has been signed or cancelled already. Read it again.")
	ErrOver = problem.New(problem.Conflict, "receipt-over",
		"Kvittensen är avslutad och kan inte skrivas ut på nytt. Ert exemplar och det inskannade papperet gäller.",
		"The receipt is over and cannot be printed anew. Your copy and the scanned paper hold.")
	ErrNames = problem.New(problem.Invalid, "receipt-names",
		"Ange vem som skrev under för båda parter, högst 100 tecken var.", "Say who signed for both parties, at most 100 characters each.")
	ErrHow = problem.New(problem.Invalid, "receipt-how",
		"Ange om kvittensen skrevs under på papper (paper) eller på skärm (screen).", "Say whether it was signed on paper or on a screen.")
	ErrFile = problem.New(problem.Invalid, "receipt-file",
		"Bifoga det inskannade papperet som PDF, JPEG eller PNG, högst 5 MB.", "Attach the scanned paper as PDF, JPEG or PNG, at most 5 MB.")
	ErrReason = problem.New(problem.Invalid, "receipt-reason",
		"Ange varför, högst 500 tecken.", "Say why, at most 500 characters.")
	ErrMayNot = problem.New(problem.Denied, "receipt-not-yours",
		"Ni är inte part i kvittensen. Be nyckelns innehavare eller låsförvaltaren.",
		"You are not a party to the receipt. Ask the key's holder or the lock manager.")
)
