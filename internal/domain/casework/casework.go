// Package casework carries out what is asked for: an order with all its effects is one transaction.
//
// It composes the other modules: the routine decides, care keeps the services, access the grounds and rights, fleet the
// locks, journal the proof. It owns orders, tasks and the application of a municipality's registers. It does not parse
// anything (internal/edge does) and holds no rule of its own (internal/domain/routine does).
//
// Promises: an order that was answered is stored with its services, grounds, rights, tasks and journal entries, or nothing
// of it is; the same idempotency key gives the same order; only the clients that an order touches are read or written.
//
// Of registers: a lock that leaves a place takes the rights of those who lived there with it; what an order has decided or
// the system has done (a lock mounted, a key handed out, an end) is not undone by a register that has not heard of it; and
// the result does not depend on how rows were divided into batches.
//
// A lock in use learns that it has moved from the first key with a grant for its new place; until then, five days at most,
// grants from before the move still open it. A configuration that tells it at once comes with issue 03.
package casework

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
)

// Orderer is on whose behalf an order is given, as its token says.
type Orderer struct {
	Organisation string // organisation number, ten digits
	Role         routine.Role
	Actor        string // the token's or account's id, for the journal
}

// NewOrder is an order as it arrives. Groups may be named by code, or by the organisation number of a provider that has
// just one group of the right kind.
type NewOrder struct {
	Kind           routine.OrderKind
	PersonalNumber string       // twelve digits
	Group          string       // code or organisation number; "" where the municipality has just one group of the kind
	ToGroup        string       // the one that takes over, for provider-changed
	Effective      time.Time    // the instant of local midnight from which it holds
	OpensSelf      bool         // homecare-granted: the client opens the door
	InEffect       bool         // the case officer has set the client in effect on the provider
	Need           routine.Need // needs-lock: why
	OnBehalfOf     string       // the lock manager writes in an order form: of this organisation,
	OnBehalfRole   routine.Role // speaking in this role
	Reason         string       // free text, at most 500 bytes
	Reference      string       // the orderer's own number, at most 100 bytes
	Channel        string       // the door that it came by, one of the Channel constants
	Urgent         bool         // the work that follows cannot wait its turn; the reason says why
	IdempotencyKey string       // at most 200 bytes; "" only where the caller cannot repeat itself
}

// The doors by which orders come.
const (
	ChannelAPI    = "api"
	ChannelFHIR   = "fhir"
	ChannelPortal = "portal"
	ChannelMass   = "mass" // one of a mass change
	ChannelForm   = "form" // an order form that the lock manager has written in
)

// State is how far an order has come.
type State string

// The states of an order. An order without tasks is done at once.
const (
	Accepted   State = "accepted"
	InProgress State = "in-progress"
	Done       State = "done"
	Returned   State = "returned"  // by the lock manager, with a reason
	Withdrawn  State = "withdrawn" // by the orderer
)

// Order is a stored order.
type Order struct {
	ID        string
	Number    string // what people say on the phone, such as 7K3M-9QX2
	Kind      routine.OrderKind
	ClientID  string
	GroupID   string
	ToGroupID string
	Effective time.Time
	Reason    string
	Channel   string
	Orderer   string // organisation number
	Reference string
	State     State
	Received  time.Time
	Tasks     []Task   // what it waits for, or has waited for: some may have begun with another order
	Answer    string   // why it was returned or withdrawn
	Rules     []string // the lines of the routine that were applied; none when it changed nothing
	PlacedBy  string   // the account of the person who wrote it on our pages; "" where a system sent it
	urgent    bool
	undo      Undo
	Repeated  bool // the same idempotency key had been used: this is the order that it gave then
}

// Tx is what casework needs of a database transaction.
type Tx interface {
	txn.Clock
	care.Tx
	care.Writer
	access.Tx
	journal.Tx
	fleet.LockTx
	notify.Tx
	notify.PeopleTx
	DocumentationTx
	MassTx
	ConsentTx
	receipt.Tx
	AddressTx
	support.Tx
	FieldTx
	EntranceTx
	RefusalTx
	WorkTx
	DraftTx
	RelationTx

	// Foresee says that what ask reads will be read, so that a database far away can be asked for all of it at once. Within ask
	// nothing may be written, and what is not known yet is empty.
	Foresee(ctx context.Context, ask func()) error
	// GroupsByCode and GroupsByID return the groups asked for; a municipality may have thousands of others.
	GroupsByCode(ctx context.Context, codes []string) (map[string]care.Group, error)
	GroupsByID(ctx context.Context, ids []string) (map[string]care.Group, error)
	// GroupsOfKind returns at most limit groups of a kind, by code: of one organisation, or of any when orgNumber is "".
	GroupsOfKind(ctx context.Context, kind routine.GroupKind, orgNumber string, limit int) ([]care.Group, error)
	// ClientsOfGroup returns clients whom a group serves at a time or later, by id, after one of them.
	ClientsOfGroup(ctx context.Context, groupID string, at time.Time, after string, limit int) ([]care.Client, error)
	// ClientsOfProvider returns clients who have had services by a provider, by id, after one of them.
	ClientsOfProvider(ctx context.Context, providerID, after string, limit int) ([]care.Client, error)
	// ProviderByOrg returns the provider with an organisation number.
	ProviderByOrg(ctx context.Context, orgNumber string) (care.Provider, bool, error)
	// Providers returns all of them.
	Providers(ctx context.Context) ([]care.Provider, error)
	MountedLocks(ctx context.Context, dwellingIDs []string) (map[string]routine.LockKind, error)
	// EntranceLocks counts the locks that are mounted at an entrance.
	EntranceLocks(ctx context.Context, entranceID string) (int, error)
	IdempotentOrder(ctx context.Context, orderer, key string) (orderID, digest string, err error)
	PutIdempotencyKey(ctx context.Context, orderer, key, digest, orderID string) error
	InsertOrder(ctx context.Context, o Order) error
	OrderByID(ctx context.Context, id string) (Order, bool, error)
	OrdersOf(ctx context.Context, clientID string) ([]Order, error)
	// OrdersSince returns the same client's orders that came after one.
	OrdersSince(ctx context.Context, o Order) ([]Order, error)
	// EndOrder gives an order that is taken back its last state, and the words about it.
	EndOrder(ctx context.Context, id string, state State, answer string) error
	// OrdersOfTask returns the ids of the orders in progress that wait for a task.
	OrdersOfTask(ctx context.Context, taskID string) ([]string, error)
	PutUndo(ctx context.Context, orderID string, u Undo) error
	UndoOf(ctx context.Context, orderID string) (Undo, bool, error)

	PutException(ctx context.Context, e Exception) error
	DeleteException(ctx context.Context, dwellingID string) error
	ExceptionAt(ctx context.Context, dwellingID string) (Exception, bool, error)
	// PutFormerNumber notes that a client had an identity number; ClientsByNumber finds the client by it.
	PutFormerNumber(ctx context.Context, number, clientID string) error
	// OrderPage returns at most limit orders, the newest first, that come after a place.
	OrderPage(ctx context.Context, f OrderFilter, after OrderPlace, limit int) ([]Order, error)
}

// Problems that an orderer can meet. Codes are stable.
var (
	ErrClientUnknown = problem.New(problem.NotFound, "order-client-unknown",
		"Ingen kund har det personnumret. Kontrollera numret; en ny kund måste först finnas i kundregistret.",
		"No client has that personal identity number. Check it; a new client must be in the client register first.")
	ErrGroupUnknown = problem.New(problem.Invalid, "order-group-unknown",
		"Gruppen eller utföraren %q finns inte. Ange gruppens kod, till exempel G001.",
		"The group or provider %q does not exist. Give the group's code, such as G001.")
	ErrGroupAmbiguous = problem.New(problem.Invalid, "order-group-ambiguous",
		"Flera grupper passar. Ange gruppens kod, till exempel G001.",
		"Several groups fit. Give the group's code, such as G001.")
	// ErrMayNot is also the answer to a provider that orders for somebody who is not its client, whether that person is
	// anybody's client or not: who is served by others is not to be found out by asking.
	ErrMayNot = problem.New(problem.Denied, "order-not-yours",
		"Er organisation får inte lägga den här beställningen: den hör till omsorgshandläggaren eller en annan utförare, eller så har ni ingen sådan kund. Kontrollera uppgifterna, eller be omsorgshandläggaren.",
		"Your organisation may not place this order: it is for the case officer or another provider, or you have no such client. Check what you wrote, or ask the case officer.")
	ErrKeyReused = problem.New(problem.Conflict, "idempotency-key-reused",
		"Samma Idempotency-Key har använts för en annan beställning. Använd en ny nyckel för varje ny beställning.",
		"The same Idempotency-Key was used for another order. Use a new key for each new order.")
	// ErrFarDay takes how many years back and ahead an order may hold from.
	ErrFarDay = problem.New(problem.Invalid, "order-day-far",
		"Dagen ligger för långt bort: högst %d år bakåt och %d år framåt. Kontrollera året.",
		"The day is too far away: at most %d years back and %d years ahead. Check the year.")
	ErrOrderUnknown = problem.New(problem.NotFound, "order-unknown",
		"Beställningen finns inte.", "There is no such order.")
	ErrOrderInvalid = problem.New(problem.Invalid, "order-invalid",
		"Beställningen är inte komplett: %s.", "The order is not complete: %s.")
)

// Service places orders and reads them.
type Service struct {
	db      txn.Runner[Tx]
	profile routine.Profile
	refused *refusals
	zone    *time.Location // of office hours; nil: UTC
}

// NewService returns the service of one municipality.
func NewService(db txn.Runner[Tx], profile routine.Profile) *Service {
	return &Service{db: db, profile: profile, refused: &refusals{}}
}
