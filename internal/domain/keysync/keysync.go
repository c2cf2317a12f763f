// Package keysync is one key's visit: the log that it carried is taken over, a grant for the next five days goes out.
//
// It owns the server's side of a sync: the nonce, the proof that the key is there now, the classification of lock records,
// activations as they are reported, grants and acknowledgements. It does not own who may open what (internal/domain/access
// does; here rights are only put into leaves), keys, stations and the block list (internal/domain/fleet), or how bytes travel
// (internal/edge/deviceapi).
//
// Promises: a record is in the state and in the journal, once, before it is acknowledged to its lock; the same visit
// again, after a lost answer, doubles no record and gives the key a grant again; a key that is unknown, blocked, broken or
// in stock gets none, and the journal tells that it tried (V2.2-e); any key syncs at any station (V2.5-b). A batch that is not genuine never stops a key's sync: it
// becomes a records.anomalous entry, and stays unacknowledged in its lock. Nothing is acknowledged that a courier has kept back.
//
// Nonces are stateless: expiry and a MAC under a key that is stored with the municipality, so that they survive a restart and need no
// table. Single use follows from the key's counter, which only moves up: a lower one is refused, the same one only counts as
// the repetition of the very same request.
//
// Left for issue 03: group commits of many visits, orphans (records whose activation never arrives), lock configurations
// and announced ingest keys in the mail, minimum generations, a task for each anomaly, recovery after a restore.
package keysync

import (
	"context"
	"crypto/rand"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/fleet"
)

// Profile is what a municipality can choose. A grant's life is [credential.GrantLife], five days (V2.5-a).
type Profile struct {
	Shift time.Duration // the longest activation, at most credential.MaxActivationLife
}

// DefaultProfile is a shift of twelve hours.
func DefaultProfile() Profile { return Profile{Shift: 12 * time.Hour} }

// Problems of a visit. Codes are stable: a station shows the sentence and tells the key a code.
var (
	ErrNotEnrolled = problem.New(problem.Denied, "sync-key-unknown",
		"Nyckeln är inte inskriven. Lämna den till låsansvarig.", "The key is not enrolled. Hand it to the lock manager.")
	ErrBlocked = problem.New(problem.Denied, "sync-key-blocked",
		"Nyckeln är spärrad. Lämna den till låsansvarig.", "The key is blocked. Hand it to the lock manager.")
	ErrBroken = problem.New(problem.Denied, "sync-key-broken",
		"Nyckeln är anmäld som trasig. Lämna den till låsansvarig.", "The key is reported broken. Hand it to the lock manager.")
	ErrMissed = problem.New(problem.Denied, "sync-key-missed",
		"Nyckeln är anmäld som saknad. Lämna den till den som ansvarar för nyckelskåpet.", "The key is reported missing. Hand it to the person who looks after the cabinet.")
	ErrInStock = problem.New(problem.Denied, "sync-key-in-stock",
		"Nyckeln ligger i lager. Låsansvarig måste lämna ut den först.", "The key is in stock. The lock manager must hand it out first.")
	ErrNonce = problem.New(problem.Denied, "sync-nonce",
		"Synkningen tog för lång tid. Sätt i nyckeln igen.", "The sync took too long. Insert the key again.")
	ErrProof = problem.New(problem.Denied, "sync-proof",
		"Nyckeln kunde inte bevisa vem den är. Sätt i den igen; lämna den till låsansvarig om det upprepas.",
		"The key could not prove what it is. Insert it again; hand it to the lock manager if it recurs.")
	ErrCounter = problem.New(problem.Denied, "sync-counter",
		"Nyckelns räkneverk har gått bakåt: den kan vara kopierad. Lämna den till låsansvarig.",
		"The key's counter has gone back: it may have been copied. Hand it to the lock manager.")
	ErrTooManyDoors = problem.New(problem.Conflict, "sync-too-many-doors",
		"Gruppen har rätt till %d lås; en nyckel rymmer %d. Dela gruppen.",
		"The group has rights to %d locks; a key holds %d. Split the group.")
	ErrVisit = problem.New(problem.Invalid, "sync-malformed",
		"Nyckelns uppgifter går inte att läsa. Sätt i den igen.", "The key's data cannot be read. Insert it again.")
)

// GroupRight is a period in which a group may open a mounted lock.
type GroupRight struct {
	Lock        uint32 // number
	Epoch       uint32
	From, Until time.Time
}

// Head is how far a lock's log has come home.
type Head struct {
	Lock      uint32             // number
	Epoch     uint16             // of the lock when the identity began; what its records are stored under
	Identity  credential.KeyHash // of the signing key that the chain belongs to
	Seq       uint32
	Head      credential.Hash // of the chain after Seq
	BlockList uint64          // number of the newest list that the lock has reported
	Seen      time.Time
}

// StoredRecord is a lock's record as it is kept: its canonical encoding under (lock, epoch, sequence).
type StoredRecord struct {
	Lock  uint32
	Epoch uint16
	Seq   uint32
	At    time.Time
	Event credential.Event
	Body  []byte
}

// Issued is a grant as the server remembers it.
type Issued struct {
	Serial      uint64
	KeyID       string
	GroupID     string
	StationID   string
	From, Until time.Time
	Locks       int
}

// Activation is a signed activation that has been verified.
type Activation struct {
	Serial      uint64
	KeyID       string
	StaffID     string
	StationID   string
	From, Until time.Time
	Offline     bool // the station had no contact with the server
	Body        []byte
}

// Tx is what keysync needs of a database transaction. Maps are keyed by what was asked for.
type Tx interface {
	fleet.KeyTx
	fleet.StationTx

	Secret(ctx context.Context, name string) ([]byte, error)
	AddSecret(ctx context.Context, name string, value []byte) error

	KeysByDevice(ctx context.Context, devices []uint32) (map[uint32]fleet.Key, error)
	// KeyVisit returns the digest of the key's last sync request, nil if there was none.
	KeyVisit(ctx context.Context, keyID string) ([]byte, error)
	SetKeyVisit(ctx context.Context, keyID string, digest []byte) error
	LocksByNumber(ctx context.Context, numbers []uint32) (map[uint32]fleet.Lock, error)
	// RightsOfGroup returns the rights of a group to mounted locks that meet the half-open period.
	RightsOfGroup(ctx context.Context, groupID string, from, until time.Time) ([]GroupRight, error)

	LockHeads(ctx context.Context, locks []uint32) (map[uint32]Head, error)
	PutLockHead(ctx context.Context, h Head) error
	// LockRecords returns the bodies of stored records by sequence number, from first through last.
	LockRecords(ctx context.Context, lock uint32, epoch uint16, first, last uint32) (map[uint32][]byte, error)
	InsertLockRecords(ctx context.Context, records []StoredRecord) error

	InsertGrant(ctx context.Context, g Issued) error
	// ActivationBodies returns the signed activations that are stored under these serials.
	ActivationBodies(ctx context.Context, serials []uint64) (map[uint64][]byte, error)
	InsertActivations(ctx context.Context, a []Activation) error
	StaffByPseudonym(ctx context.Context, pseudonyms []uint64) (map[uint64]string, error)
}

// Service serves visits. It is safe for concurrent use.
type Service struct {
	db        txn.Runner[Tx]
	authority *credential.Authority
	profile   Profile
	secret    []byte // the nonces' key
}

const nonceSecret = "keysync-nonce"

// Open returns the service of one municipality. It makes the key for nonces when there is none yet.
func Open(ctx context.Context, db txn.Runner[Tx], authority *credential.Authority, profile Profile) (*Service, error) {
	s := &Service{db: db, authority: authority, profile: profile}
	err := db.Update(ctx, func(tx Tx) error {
		secret, err := tx.Secret(ctx, nonceSecret)
		if err == nil && secret == nil {
			secret = make([]byte, 32)
			rand.Read(secret) // never fails (crypto/rand)
			err = tx.AddSecret(ctx, nonceSecret, secret)
		}
		s.secret = secret
		return err
	})
	return s, err
}
