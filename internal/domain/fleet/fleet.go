// Package fleet is the things: door locks, entrance locks and key boxes, keys, stations; what state each is in and where.
//
// It owns these values and what storage must be able to do with them. It does not own who may open what
// (internal/domain/access), nor what goes out to a key when it syncs (internal/domain/keysync).
//
// Promises: at most one door lock or key box is mounted in a dwelling (V2.1-b), held by the database itself; a lost key is
// blocked before another replaces it (V2.2-e); numbers that devices use are never used twice.
//
// [Stock] is what the lock manager orders, receives, scraps and sends back; [Keys] is identities and the block list; [Pool] is who has
// which key, and what happens to those that are lost, broken or handed back; [Cabinets] is where groups keep theirs, with counts,
// batteries, instructions and equipment; [Stations] is stations as devices, [Sites] where they stand and where else to go. Who
// may do what is internal/domain/routine's (Profile.MayTend). What a provider may have to pay for goes out as an [Expense].
package fleet

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
)

// LockKind is what a lock sits on.
type LockKind string

// The kinds of locks.
const (
	Door     LockKind = "door"     // on the client's own door
	Box      LockKind = "box"      // key box beside the door
	Entrance LockKind = "entrance" // on a door that many dwellings share
)

// LockState is where a lock is in its life.
type LockState string

// The states of a lock: stock → booked → mounted → dismounted → stock, warranty or scrapped (V5.5-a). The database knows
// them too.
const (
	InStock    LockState = "stock"
	Booked     LockState = "booked"     // set aside for a mounting
	Mounted    LockState = "mounted"    // on a door, or beside it
	Dismounted LockState = "dismounted" // taken down; nobody has said yet whether it is fit to be used again
	InWarranty LockState = "warranty"   // sent back to the supplier
	Scrapped   LockState = "scrapped"   // for ever, with a reason
)

// Lock is a door lock, entrance lock or key box.
type Lock struct {
	ID          string
	Serial      string
	Number      uint32 // what grants and logs call it; never reused
	Kind        LockKind
	State       LockState
	DwellingID  string // "" unless mounted on a dwelling
	EntranceID  string // "" unless mounted on an entrance
	MountedAt   time.Time
	Epoch       uint32 // raised by a factory reset, so that old grants fail
	Certificate []byte // the device's, once it has been claimed
	Reason      string // why it was scrapped, or what is wrong with it; "" else
}

// KeyState is where a key is in its life.
type KeyState string

// The states of a key. Whether an issued one is synced or activated is read from its times. Only an issued key syncs.
const (
	KeyInStock  KeyState = "stock"    // the lock manager's, or a group's reserve
	KeyIssued   KeyState = "issued"   // in a group's cabinet, or in somebody's hand
	KeySuspect  KeyState = "suspect"  // missed and looked for: it no longer syncs
	KeyBlocked  KeyState = "blocked"  // lost: locks are told
	KeyBroken   KeyState = "broken"   // to be exchanged, or handed in and waiting for what becomes of it
	KeyWarranty KeyState = "warranty" // sent back to the supplier
	KeyScrapped KeyState = "scrapped" // for ever, with a reason
)

// Key is a battery key, pooled in its group's cabinet.
type Key struct {
	ID             string
	Device         uint32 // what grants and logs call it
	Number         string // what is printed on it, such as N00001
	GroupID        string // "" in stock without a group
	State          KeyState
	BatteryChanged time.Time // zero when not known
	Certificate    []byte    // nil until the key has been enrolled
	PublicKey      []byte
	Counter        uint32 // the highest that a sync has shown
	SyncedAt       time.Time
	SyncedUntil    time.Time // expiry of its newest grant
	MailUntil      time.Time // what it has brought counts against its quota until then; only visits move it
	BlockedAt      time.Time // zero unless blocked
	BlockReason    string
}

// Station is a sync station.
type Station struct {
	ID          string
	Device      uint32
	Name        string
	GroupID     string // whose cabinet it stands at; "" serves everyone
	Certificate []byte
	EnrolledAt  time.Time
	LastSeen    time.Time
	Street      string
	PostalCode  string    // five digits, or "": what finds the nearest other one (V2.5-c)
	Town        string    //
	OutSince    time.Time // zero while it works
	OutReason   string
	BlockedAt   time.Time // zero unless blocked
}

// ErrSecondLock says that a dwelling has a lock already (V2.1-b).
var ErrSecondLock = problem.New(problem.Conflict, "lock-second-for-dwelling",
	"Bostaden har redan ett lås eller en nyckelgömma (%s). Montera ned det först.",
	"The dwelling has a lock or key box already (%s). Dismount it first.")

// ErrLockUnknown says that no lock has that serial number.
var ErrLockUnknown = problem.New(problem.NotFound, "lock-unknown",
	"Inget lås har serienumret %s. Kontrollera märkningen på låset.",
	"No lock has the serial number %s. Check the label on the lock.")

// LockTx is what storage does with locks.
type LockTx interface {
	LocksBySerial(ctx context.Context, serials []string) (map[string]Lock, error)
	LocksOfDwellings(ctx context.Context, dwellingIDs []string) ([]Lock, error)
	PutLocks(ctx context.Context, locks []Lock) error
	MaxLockNumber(ctx context.Context) (uint32, error)
}

// KeyRegisterTx is what storage does when registers tell of keys.
type KeyRegisterTx interface {
	KeysByNumber(ctx context.Context, numbers []string) (map[string]Key, error)
	PutKeys(ctx context.Context, keys []Key) error
	MaxKeyDevice(ctx context.Context) (uint32, error)
}
