package casework

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Limits of what one page shows.
const (
	MaxHits     = 15     // clients of one search; more, and the question is too wide. An entry of the journal names them all
	MaxKeys     = 50     // keys on one page
	MaxKeyFile  = 10_000 // keys in one file
	MaxChoices  = 200    // groups to choose from in a list; of more, a person knows the code
	MaxTasks    = 100    // tasks on a client's page
	MaxTimeline = 25     // events on one page of a timeline
	MaxLogPage  = 50     // entries on one page of the journal
	maxWaiting  = 100    // pending entries that are counted one by one
)

// DueWithin is how long before its sync runs out a key is said to need a new one.
const DueWithin = 24 * time.Hour

// PagesTx is what the pages need of a database transaction. The methods named Page… exist for them alone.
type PagesTx interface {
	txn.Clock
	care.Tx
	access.Tx
	journal.Tx
	consent.Reader
	RelationTx
	SearchTx
	MoreTx
	LockTx
	OwnersByID(ctx context.Context, ids []string) (map[string]consent.Owner, error)
	OrderPage(ctx context.Context, f OrderFilter, after OrderPlace, limit int) ([]Order, error)
	OrderByID(ctx context.Context, id string) (Order, bool, error)
	TasksOfOrder(ctx context.Context, orderID string) ([]Task, error)
	ProviderByOrg(ctx context.Context, orgNumber string) (care.Provider, bool, error)
	GroupsByID(ctx context.Context, ids []string) (map[string]care.Group, error)
	MountedLocks(ctx context.Context, dwellingIDs []string) (map[string]routine.LockKind, error)

	// PageCounts counts what the first page of somebody shows.
	PageCounts(ctx context.Context, s Scope) (Counts, error)
	// PageNames returns at most limit ids of clients without protected identity, by name. Each part must begin a name.
	PageNames(ctx context.Context, first, second string, limit int) ([]string, error)
	// PageLocksOf returns the mounted locks between the street and a client.
	PageLocksOf(ctx context.Context, clientID string) ([]MountedLock, error)
	// PageLock returns the lock with a serial number, mounted or not.
	PageLock(ctx context.Context, serial string) (MountedLock, bool, error)
	// PageGroups returns at most limit groups by code, of an organisation ("": of any).
	PageGroups(ctx context.Context, organisation string, limit int) ([]care.Group, error)
	// PageKeys returns at most limit keys by number.
	PageKeys(ctx context.Context, f KeyFilter, due time.Time, limit int) ([]Key, error)
	// PageKey returns one key.
	PageKey(ctx context.Context, id string) (Key, bool, error)
	// PageTasks returns at most limit open tasks at a client's door, or that the client's orders wait for: urgent ones first, then by due day.
	PageTasks(ctx context.Context, clientID string, limit int) ([]TaskLine, error)
	// PageWork returns at most limit open tasks of all in that order: the questions for a person, or everything else.
	PageWork(ctx context.Context, questions bool, limit int) ([]TaskLine, error)
	// WorkCounts is as in [WorkTx].
	WorkCounts(ctx context.Context, late time.Time) ([]WorkCount, error)
	// PageThings says what the subjects of entries are. Unknown ids are missing.
	PageThings(ctx context.Context, ids []string) (map[string]Thing, error)
	// PageActivators returns the employee numbers of those who activated keys, by the activation's serial number.
	PageActivators(ctx context.Context, serials []int64) (map[int64]string, error)
}

// Pages is the read side: each method answers one page from one snapshot. What shows a person's data is answered only once
// the journal has who read it. Reading does not take the turn of those who write: only the entry does.
type Pages struct {
	db txn.Runner[PagesTx]
}

// NewPages returns the read side of one municipality.
func NewPages(db txn.Runner[PagesTx]) *Pages { return &Pages{db: db} }

// Reader is the person who looks, as the journal names them.
type Reader struct {
	Actor        string // the account's id
	Role         string
	Organisation string   // number: who serves clients reads about those only
	Areas        []string // postal codes or their first digits that the assignment is for; none: all
}

// LogState is how far the signed log has come.
type LogState struct {
	Size       int64  // entries under the signed checkpoint
	Checkpoint string // the signed note; "" while there is none
	Newest     time.Time
	Waiting    int // entries not signed yet, counted up to 100
}

// MountedLock is a lock with where it sits and when it was last heard of.
type MountedLock struct {
	ID        string
	Serial    string
	Kind      string // door, box, entrance
	Mounted   time.Time
	Since     time.Time // from when what it told concerns those whom the page is about; zero: not asked for
	Seen      time.Time // when its records last came home; zero: never
	OnDoor    bool      // of the dwelling itself, not of an entrance that others share
	Where     string    // the entrance's code, or ""
	IsMounted bool
}

// KeyState is what can be said of a key at an instant.
type KeyState string

// The states of a key on a page. Synced and due are both "issued" in the store.
const (
	KeySynced  KeyState = "synced"
	KeyDue     KeyState = "due" // its sync has run out or does so within DueWithin
	KeyBlocked KeyState = "blocked"
	KeySuspect KeyState = "suspect" // missed and looked for
	KeyBroken  KeyState = "broken"
	KeyStock   KeyState = "stock"
	KeyAway    KeyState = "warranty" // sent back to the supplier
	KeyGone    KeyState = "scrapped"
)

// KeyStates returns every state, those that need somebody first.
func KeyStates() []KeyState {
	return []KeyState{KeyBlocked, KeySuspect, KeyDue, KeySynced, KeyBroken, KeyStock, KeyAway, KeyGone}
}

// Key is a key as the pages show it.
type Key struct {
	ID             string
	Number         string
	GroupID        string
	GroupCode      string
	GroupName      string
	Organisation   string // number of the group's provider
	Provider       string // its name
	Stored         string // a [fleet.KeyState]
	Battery        time.Time
	Synced         time.Time // zero: never
	SyncedUntil    time.Time
	ActivatedUntil time.Time // of the newest activation; zero: never
	Blocked        time.Time
	BlockReason    string
	Locks          int // in the newest grant
}

// State is the key's state at now.
func (k Key) State(now time.Time) KeyState {
	switch {
	case k.Stored != "issued":
		return KeyState(k.Stored)
	case k.SyncedUntil.Before(now.Add(DueWithin)):
		return KeyDue
	}
	return KeySynced
}

// KeyFilter chooses keys. The zero value chooses all.
type KeyFilter struct {
	Group        string // code
	State        KeyState
	Number       string // how the number begins
	After        string // number of the last key of the page before
	Organisation string // whose groups' keys; set for those who see their own only
}

// Thing says what an opaque id stands for, in words that name nobody.
type Thing struct {
	Kind  string // client, lock, key, order, group, station, staff, token, import
	Label string // serial, number or name; "" for a client and an import
	Group string // name of the group that a key belongs to now; "" for everything else
}

// Problems of the read side.
var (
	ErrNoClient = problem.New(problem.NotFound, "page-client-unknown",
		"Kunden finns inte. Sök på nytt.", "There is no such client. Search again.")
	ErrNoKey = problem.New(problem.NotFound, "page-key-unknown",
		"Nyckeln finns inte. Gå tillbaka till listan.", "There is no such key. Go back to the list.")
	ErrReason = problem.New(problem.Invalid, "page-reason-missing",
		"Ange varför du behöver se uppgifterna.", "Say why you need to see the details.")
)

func logState(ctx context.Context, tx PagesTx) (LogState, error) {
	head, err := tx.JournalHead(ctx)
	if err != nil {
		return LogState{}, err
	}
	s := LogState{Size: head.Size, Checkpoint: head.Checkpoint}
	if head.Size > 0 {
		newest, err := journal.ByIndex(ctx, tx, head.Size-1)
		if err != nil {
			return s, err
		}
		s.Newest = newest.Received
	}
	waiting, err := tx.PendingJournal(ctx, maxWaiting)
	s.Waiting = len(waiting)
	return s, err
}

// Login writes in the journal that somebody logged in.
func (p *Pages) Login(ctx context.Context, who Reader, method string) error {
	return p.db.Update(ctx, func(tx PagesTx) error {
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.LoginMade, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: who.Actor}, {Name: "role", Value: who.Role}, {Name: "method", Value: method}}})
	})
}

// note is noteRead in a transaction of its own, before what was read is answered.
func (p *Pages) note(ctx context.Context, who Reader, purpose, reason string, subjects ...string) error {
	return p.db.Update(ctx, func(tx PagesTx) error { return noteRead(ctx, tx, who, purpose, reason, subjects...) })
}

// noteRead writes in the journal that somebody saw what concerns the subjects.
func noteRead(ctx context.Context, tx journal.Tx, who Reader, purpose, reason string, subjects ...string) error {
	fields := []journal.Field{{Name: journal.FieldActor, Value: who.Actor}, {Name: "role", Value: who.Role},
		{Name: "purpose", Value: purpose}}
	if reason != "" {
		fields = append(fields, journal.Field{Name: "reason", Value: reason})
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.ClientRead, Subjects: subjects, Fields: fields})
}

// KeyList is a page of keys with the groups that it can be narrowed to.
type KeyList struct {
	Now    time.Time
	Keys   []Key
	Groups []care.Group // none where there are more than MaxChoices: then the code is typed
	Next   string       // the After of the next page; "" on the last
}

// mine narrows a choice of keys to those that somebody sees: every key, or those of the own organisation's groups.
func (f KeyFilter) mine(who Reader) (KeyFilter, error) {
	f.Organisation = ""
	switch {
	case seesThings(routine.Role(who.Role)):
	case who.related() && who.Organisation != "":
		f.Organisation = who.Organisation
	default:
		return f, ErrMayNot
	}
	return f, nil
}

// Keys answers the list of keys.
func (p *Pages) Keys(ctx context.Context, who Reader, f KeyFilter) (KeyList, error) {
	var out KeyList
	f, err := f.mine(who)
	if err != nil {
		return out, err
	}
	err = p.db.View(ctx, func(tx PagesTx) (err error) {
		out = KeyList{Now: tx.Now()}
		if out.Groups, err = tx.PageGroups(ctx, f.Organisation, MaxChoices+1); err != nil {
			return err
		}
		if len(out.Groups) > MaxChoices {
			out.Groups = nil
		}
		out.Keys, err = tx.PageKeys(ctx, f, out.Now.Add(DueWithin), MaxKeys+1)
		if len(out.Keys) > MaxKeys {
			out.Keys = out.Keys[:MaxKeys]
			out.Next = out.Keys[MaxKeys-1].Number
		}
		return err
	})
	return out, err
}

// ErrFileLong says that a file would have more rows than one may have.
var ErrFileLong = problem.New(problem.TooLarge, "page-file-long",
	"Listan är för lång för en fil: fler än 10 000 rader. Gör ett snävare urval och hämta igen.",
	"The list is too long for a file: more than 10,000 rows. Narrow it and download again.")

func orLong(err error, rows, most int) error {
	if err == nil && rows > most {
		return ErrFileLong
	}
	return err
}

// KeyFile answers the keys of a choice for a file, once the journal has that they were taken out: at most [MaxKeyFile], or it says that
// there are more.
func (p *Pages) KeyFile(ctx context.Context, who Reader, f KeyFilter) (now time.Time, keys []Key, err error) {
	if f, err = f.mine(who); err != nil {
		return now, nil, err
	}
	f.After = ""
	err = p.db.View(ctx, func(tx PagesTx) (err error) {
		now = tx.Now()
		keys, err = tx.PageKeys(ctx, f, now.Add(DueWithin), MaxKeyFile+1)
		return orLong(err, len(keys), MaxKeyFile)
	})
	if err == nil {
		err = p.note(ctx, who, "keys", "")
	}
	if err != nil {
		return now, nil, err
	}
	return now, keys, nil
}

// KeyPage is one key with what has happened to it.
type KeyPage struct {
	Now    time.Time
	Key    Key
	Events []journal.Record
	Next   journal.Cursor
	Things map[string]Thing
}

// KeyPage answers the page of a key. What happened to a key tells where somebody worked, so the read is noted.
func (p *Pages) KeyPage(ctx context.Context, who Reader, id string, before journal.Cursor) (KeyPage, error) {
	var out KeyPage
	of, err := KeyFilter{}.mine(who)
	if err != nil {
		return out, err
	}
	err = p.db.View(ctx, func(tx PagesTx) error {
		key, ok, err := tx.PageKey(ctx, id)
		if err != nil {
			return err
		}
		if !ok || of.Organisation != "" && key.Organisation != of.Organisation {
			return ErrNoKey // the same answer for both: which keys others have is not to be found out by asking
		}
		out = KeyPage{Now: tx.Now(), Key: key}
		if out.Events, out.Next, err = timeline(ctx, tx, []subject{{id: id}}, before); err != nil {
			return err
		}
		out.Things, err = thingsIn(ctx, tx, out.Events)
		return err
	})
	if err == nil {
		err = p.note(ctx, who, "key", "", id)
	}
	if err != nil {
		return KeyPage{}, err
	}
	return out, nil
}

// WhyPage is why a group may open a lock.
type WhyPage struct {
	Now    time.Time
	Lock   MountedLock
	Chains []RightChain
}

// Why answers with the chain of every right that a group has or has had to a lock, once the journal has that it was asked. It
// names no client.
func (p *Pages) Why(ctx context.Context, who Reader, lockSerial, groupCode string) (WhyPage, error) {
	var out WhyPage
	err := p.db.View(ctx, func(tx PagesTx) error {
		out = WhyPage{Now: tx.Now()}
		chains, err := access.Why(ctx, tx, lockSerial, groupCode)
		if err != nil {
			return err
		}
		if out.Lock, _, err = tx.PageLock(ctx, lockSerial); err != nil {
			return err
		}
		for _, c := range chains {
			out.Chains = append(out.Chains, RightChain{Chain: c, Lock: out.Lock})
		}
		sortChains(out.Chains, out.Now)
		out.Lock.Since = out.Lock.Mounted
		events, err := lately(ctx, tx, out.Lock)
		if err != nil {
			return err
		}
		return addUses(ctx, tx, out.Chains, events, "")
	})
	if err == nil {
		err = p.note(ctx, who, "why", "", out.Lock.ID)
	}
	if err != nil {
		return WhyPage{}, err
	}
	return out, nil
}

// RightChain is one right with everything that it rests on and the lock that it opens.
type RightChain struct {
	access.Chain
	Lock MountedLock
	Use  Use
}

// InForce reports whether the right holds at t.
func (c RightChain) InForce(t time.Time) bool { return access.May([]access.Right{c.Right}, t) }

// Rule is the line of the routine that the right's ground follows.
func (c RightChain) Rule() routine.Rule { return routine.Sentence(c.Ground.Rule) }
