// Package keysync is one key's visit: what it carried is stored, a grant for the next five days goes out, and afterwards what it
// carried is taken over.
//
// It owns the server's side of a sync: the nonce, the proof that the key is there now, grants, the inbox, the
// classification of lock records, activations as they are reported, acknowledgements. It does not own who may open what
// (internal/domain/access does; here rights are only put into leaves), keys, stations and the block list (internal/domain/fleet), or
// how bytes travel (internal/edge/deviceapi).
//
// A visit is answered before its mail is opened: [Service.Visit] stores the mail as one row of the inbox, in the transaction that
// moves the key's counter, notes the grant and tells the journal; visits that come together share that transaction.
// [Service.Unpack] takes the mail over afterwards, in the order of the visits. A server calls [Service.Run], which does so whenever
// there is something and visits leave room.
//
// Promises: nothing is acknowledged to a lock before it is in the state and in the journal, once: acknowledgements ride with
// later visits. The same visit again, after a lost answer, doubles no mail and gives the key a grant again; a key that is unknown,
// blocked, broken or in stock gets none, and the journal tells that it tried (V2.2-e); any key syncs at any station (V2.5-b). What
// cannot be taken over never stops what can: a batch that is not genuine becomes an anomaly and stays unacknowledged in its
// lock, a mail that the program fails on is set aside. Nothing is acknowledged that a courier has kept back.
//
// Nonces are stateless: expiry and a MAC under a key that is stored with the municipality, so that they survive a restart and need no
// table. Single use follows from the key's counter, which only moves up: a lower one is refused, the same one only counts as
// the repetition of the very same request. A station may therefore use a nonce for several keys.
//
// What one key brings is bounded in a day. Beyond that its visit is served, and its mail stays with the key.
package keysync

import (
	"context"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// Profile is what a municipality can choose. A grant's life is [credential.GrantLife], five days (V2.5-a).
type Profile struct {
	Shift time.Duration // the longest activation, at most credential.MaxActivationLife
	// Hours are those of the week in which the rights of a service open, false for any; nil: all of them at any hour.
	Hours func(routine.ServiceKind) (routine.Schedule, bool)
	Place *time.Location // where Hours are local time; nil: UTC
	// Acknowledge is how many records of a lock are home before it is told so. An acknowledgement costs the lock a verification and more
	// bytes than a few records that are carried once more.
	Acknowledge int
}

// DefaultProfile is a shift of twelve hours. A quarter of a batch is acknowledged together.
func DefaultProfile() Profile {
	return Profile{Shift: 12 * time.Hour, Acknowledge: credential.MaxBatchRecords / 4}
}

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
	// ErrUnsigned leaves letters where they are.
	ErrUnsigned = problem.New(problem.Unavailable, "sync-unsigned",
		"Låsens kvittenser går inte att skriva under. Kontrollera nyckeln för konfiguration; loggarna tas emot när den svarar igen.",
		"The acknowledgements for the locks cannot be signed. Check the config key; the logs are taken over when it answers again.")
	ErrVisit = problem.New(problem.Invalid, "sync-malformed",
		"Nyckelns uppgifter går inte att läsa. Sätt i den igen.", "The key's data cannot be read. Insert it again.")
)

// GroupRight is a period in which a group may open a mounted lock.
type GroupRight struct {
	Lock        uint32 // number
	Epoch       uint32
	From, Until time.Time
	Kind        routine.ServiceKind // of the service that it rests on
	Window      credential.Window   // hours of the week in which it holds; empty: all. Not stored
}

// GroupState is what a group's grants are made of beside its rights.
type GroupState struct {
	Number     uint32 // what grants call the group
	Version    int64  // goes up with every change of what the group may open
	Generation uint32 // of the grants that it is given now, from 1
}

// Head is how far a lock's log has come home.
type Head struct {
	Lock      uint32             // number
	Epoch     uint16             // of the lock when the identity began; what its records are stored under
	Identity  credential.KeyHash // of the signing key that the chain belongs to
	Seq       uint32
	Head      credential.Hash // of the chain after Seq
	BlockList uint64          // number of the newest list that the lock has reported
	Config    uint32          // newest version of its configuration that the lock has reported
	Battery   uint8           // per cent, as the newest batch said
	Seen      time.Time
	Shown     uint16 // the newest epoch that the lock has shown
	Oldest    uint32 // the oldest record that it kept when it last told: one that is not acknowledged
	Ack       []byte // signed acknowledgement through Seq; nil while it is being made
}

// RecordRun is consecutive records of a lock as they are kept: each in its canonical encoding, the first under (lock, epoch, first).
type RecordRun struct {
	Lock    uint32
	Epoch   uint16
	First   uint32
	Records [][]byte
}

// Evidence is a signed batch that contradicts what came before.
type Evidence struct {
	Lock    uint32
	Epoch   uint16
	Through uint32 // number of the newest record in it
	Class   string
	Body    []byte
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

// Visited is what a visit changes of a key.
type Visited struct {
	KeyID                 string
	Counter               uint32
	Digest                [32]byte // of the request
	SyncedAt, SyncedUntil time.Time
	MailUntil             time.Time // of its quota
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

// Letter is the mail of one visit in the inbox.
type Letter struct {
	ID        int64 // the order in which letters are taken over
	Received  time.Time
	KeyID     string
	StationID string
	Mail      []byte // encoded credential.Mail
}

// Orphan is an activation that a record names and that nobody has reported.
type Orphan struct {
	Serial uint64
	LockID string // of the lock that named it first
	Since  time.Time
}

// Tx is what keysync needs of a database transaction. Maps are keyed by what was asked for.
type Tx interface {
	fleet.KeyTx
	fleet.StationTx
	InboxTx
	AnomalyTx

	Secret(ctx context.Context, name string) ([]byte, error)
	AddSecret(ctx context.Context, name string, value []byte) error

	KeysByDevice(ctx context.Context, devices []uint32) (map[uint32]fleet.Key, error)
	// KeyVisits returns the digests of the keys' last sync requests; a key that has had none is not in it.
	KeyVisits(ctx context.Context, keyIDs []string) (map[string][]byte, error)
	SetVisited(ctx context.Context, v []Visited) error
	GroupStates(ctx context.Context, groupIDs []string) (map[string]GroupState, error)
	// RightsOfGroup returns the rights of a group to mounted locks that meet the half-open period.
	RightsOfGroup(ctx context.Context, groupID string, from, until time.Time) ([]GroupRight, error)
	// AcksForLocks returns at most limit signed acknowledgements for those of the locks that keep at least so many records which they
	// need not keep, as far as is known, those first that keep the most.
	AcksForLocks(ctx context.Context, locks []uint32, keep, limit int) ([]Waiting, error)
	// ConfigsDue returns the locks that the group may open at t and that are not known to have this version of their configuration.
	ConfigsDue(ctx context.Context, groupID string, t time.Time, version uint32) ([]LockEpoch, error)
	InsertGrants(ctx context.Context, g []Issued) error
}

// InboxTx is what the taking over of mail needs.
type InboxTx interface {
	// InsertLetters stores letters behind all that are there, and gives them their numbers.
	InsertLetters(ctx context.Context, l []Letter) error
	// Letters returns at most limit letters that come after a number, in their order.
	Letters(ctx context.Context, after int64, limit int) ([]Letter, error)
	// HaveLetters returns which of these are still there.
	HaveLetters(ctx context.Context, ids []int64) (map[int64]bool, error)
	DeleteLetters(ctx context.Context, ids []int64) error
	// SetAside moves a letter to those that could not be taken over.
	SetAside(ctx context.Context, l Letter, reason string) error
	// TakeBackLetters puts at most limit letters that were set aside, after a number, back where they were, and returns their numbers
	// in order.
	TakeBackLetters(ctx context.Context, after int64, limit int) ([]int64, error)
	// ForgetAside deletes what was set aside and had been received at t or before.
	ForgetAside(ctx context.Context, t time.Time) error
	InboxStatus(ctx context.Context) (Status, error)

	LocksByNumber(ctx context.Context, numbers []uint32) (map[uint32]fleet.Lock, error)
	PutLocks(ctx context.Context, locks []fleet.Lock) error
	LockHeads(ctx context.Context, locks []uint32) (map[uint32]Head, error)
	PutLockHeads(ctx context.Context, h []Head) error
	// LockRecords returns stored records by sequence number, from first through last; an empty one for one that has been erased.
	LockRecords(ctx context.Context, lock uint32, epoch uint16, first, last uint32) (map[uint32][]byte, error)
	// InsertLockRecords stores runs of records that are not there yet, none longer than a batch.
	InsertLockRecords(ctx context.Context, runs []RecordRun) error
	InsertEvidence(ctx context.Context, e []Evidence) error

	// ActivationBodies returns the signed activations that are stored under these serials.
	ActivationBodies(ctx context.Context, serials []uint64) (map[uint64][]byte, error)
	InsertActivations(ctx context.Context, a []Activation) error
	StaffByPseudonym(ctx context.Context, pseudonyms []uint64) (map[uint64]string, error)
	// SetReported remembers the highest counter of the activations that a station itself has reported.
	SetReported(ctx context.Context, stationID string, counter uint32) error
	// MissActivations remembers the serials that are not among the activations, each with the lock that names it.
	MissActivations(ctx context.Context, locks map[uint64]uint32) error
	// FindActivations forgets that these were missed.
	FindActivations(ctx context.Context, serials []uint64) error
	// Orphans returns at most limit missed activations that no longer can come: missed since before t, or by a station that has
	// reported later ones. It does not return one again that TellOrphans was told of.
	Orphans(ctx context.Context, t time.Time, limit int) ([]Orphan, error)
	TellOrphans(ctx context.Context, serials []uint64) error
}

// Service serves visits. It is safe for concurrent use.
type Service struct {
	db        txn.Runner[Tx]
	authority *credential.Authority
	profile   Profile
	secret    []byte // the nonces' key

	queue   queue
	holders holders
	groups  groups
	token   token
	configs configs
	parsed  *credential.Parsed // of keys and locks

	unpacking sync.Mutex
	moved     moved
	underWay  atomic.Int64  // visits
	arrived   atomic.Uint64 // visits so far
	yielded   uint64        // of them when mail last gave way; only Run's
	wake      chan struct{} // holds one when there is mail
}

// maxParsed bounds what is kept of the certificates and public keys of keys and locks: some megabytes in a large municipality.
const maxParsed = 4096

func (s *Service) verifier() credential.Verifier { return credential.Verifier{Parsed: s.parsed} }

const nonceSecret = "keysync-nonce"

// Open returns the service of one municipality. It makes the key for nonces when there is none yet.
func Open(ctx context.Context, db txn.Runner[Tx], authority *credential.Authority, profile Profile) (*Service, error) {
	s := &Service{db: db, authority: authority, profile: profile, wake: make(chan struct{}, 1), parsed: credential.NewParsed(maxParsed)}
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
