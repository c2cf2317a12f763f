package fleet

import (
	"context"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// BlockLife is how long a blocked key stays in the block list: longer than anything that it can carry lives (a grant of
// five days, and the skew of clocks).
const BlockLife = 7 * 24 * time.Hour

// MaxReason bounds free text about a key, in bytes.
const MaxReason = 500

// Problems with keys. Codes are stable.
var (
	ErrKeyUnknown = problem.New(problem.NotFound, "key-unknown",
		"Ingen nyckel har numret %s. Kontrollera märkningen på nyckeln.",
		"No key has the number %s. Check the label on the key.")
	ErrKeyBlocked = problem.New(problem.Conflict, "key-is-blocked",
		"Nyckeln %s är spärrad. Lämna den till låsansvarig.",
		"Key %s is blocked. Hand it to the lock manager.")
	ErrKeyEnrolled = problem.New(problem.Conflict, "key-enrolled",
		"Nyckeln %s är redan inskriven med en annan identitet. Spärra den innan numret används för en ny.",
		"Key %s is enrolled with another identity. Block it before its number is used for a new one.")
	ErrKeyPublic = problem.New(problem.Invalid, "key-public-key",
		"Det som lämnades är inte en nyckels publika nyckel. Läs av nyckeln igen.",
		"What was given is not a key's public key. Read it from the key again.")
	ErrKeyNoGroup = problem.New(problem.Conflict, "key-without-group",
		"Nyckeln %s hör inte till någon grupp. Ange gruppen i nyckelregistret och läs in det först.",
		"Key %s belongs to no group. Give its group in the key register and import that first.")
	ErrReason = problem.New(problem.Invalid, "key-reason",
		"Ange varför nyckeln spärras, med högst 500 tecken.",
		"Say why the key is blocked, in at most 500 characters.")
	ErrNotYetBlocked = problem.New(problem.Conflict, "key-replaced-not-blocked",
		"Nyckeln %s är inte spärrad. Spärra den först; sedan kan en ny lämnas ut.",
		"Key %s is not blocked. Block it first; then another can be handed out.")
	ErrNotInStock = problem.New(problem.Conflict, "key-not-in-stock",
		"Nyckeln %s ligger varken i gruppens reserv eller i låsansvarigs lager. Välj en annan.",
		"Key %s is neither in the group's reserve nor in the lock manager's stock. Choose another.")
	ErrReplaced = problem.New(problem.Conflict, "key-replaced",
		"Nyckeln %s har redan ersatts. Lämna ut fler nycklar som utökning.",
		"Key %s has been replaced already. Hand out more keys as an extension.")
)

// Block is one blocked thing.
type Block struct {
	Kind    credential.BlockKind
	Subject uint64 // the number that block lists use
	Listed  uint64 // number of the first block list that names it
	Expires time.Time
	At      time.Time
	Reason  string
}

// KeyTx is what keys need of a database transaction.
type KeyTx interface {
	notify.PeopleTx
	journal.Tx
	KeyRegisterTx

	// GroupNumber is what grants and certificates call the group.
	GroupNumber(ctx context.Context, groupID string) (uint32, error)
	// BlocksAt returns the blocks that have not expired at t, those first that last longest, at most a few times what a list holds.
	BlocksAt(ctx context.Context, t time.Time) ([]Block, error)
	// PutBlock stores a block. One that is still in force keeps all but its expiry.
	PutBlock(ctx context.Context, b Block) error
	// BlockList returns the newest signed snapshot, 0 and nil while there is none.
	BlockList(ctx context.Context) (number uint64, body []byte, err error)
	// SetBlockList replaces the snapshot. It fails if number is not higher than the stored one.
	SetBlockList(ctx context.Context, number uint64, body []byte) error
	// IssueFromStock makes a key of the lost one's group's stock, or of the lock manager's, an issued key of that group and
	// reports whether it did. It does so only while lost is blocked and in the blocks, in one statement (V2.2-e).
	IssueFromStock(ctx context.Context, keyID, lostID string) (bool, error)
	// PutReplacement remembers that a key was handed out for a lost one, and reports whether that had not happened before
	// since it was blocked.
	PutReplacement(ctx context.Context, lost Key, replacementID string) (bool, error)
	// DeleteBlock takes a block away.
	DeleteBlock(ctx context.Context, kind credential.BlockKind, subject uint64) error
	// SettleDifferences settles the open differences of counts about a key.
	SettleDifferences(ctx context.Context, number string, state DifferenceState, explanation, actor string) error
	// CloseExchanges ends the open exchange of a key that will not be exchanged, if there is one.
	CloseExchanges(ctx context.Context, keyID string) error
	// LiveGrants returns the groups, sorted, of the grants that keys have been given and that end after t.
	LiveGrants(ctx context.Context, devices []uint32, t time.Time) (map[uint32][]string, error)
	// StaffGroupsSince returns the groups, sorted, that people belonged to at t or later, by their pseudonyms.
	StaffGroupsSince(ctx context.Context, pseudonyms []uint64, t time.Time) (map[uint64][]string, error)
	// Generations returns how groups stand: those that are named, or every group if none is.
	Generations(ctx context.Context, groupIDs []string) ([]Generation, error)
	PutGenerations(ctx context.Context, g []Generation) error
	// SkipNumbers leaves out that many of the numbers that keys, stations, locks and staff are given next.
	SkipNumbers(ctx context.Context, by uint32) error
	// Announce puts something on the list of what those who look after locks must know.
	Announce(ctx context.Context, class, subject, detail string) error
	// Announced reports whether that was announced after t.
	Announced(ctx context.Context, class, subject string, t time.Time) (bool, error)
	// DoorsForKey returns the locks that the group of the key had a right to when the key was last synced.
	DoorsForKey(ctx context.Context, keyID string) ([]KeyDoor, error)
}

// Keys is the service of keys and of the block list.
type Keys struct {
	db        txn.Runner[KeyTx]
	authority *credential.Authority
}

// NewKeys returns the keys of one municipality, whose certificates and block lists authority signs.
func NewKeys(db txn.Runner[KeyTx], authority *credential.Authority) *Keys {
	return &Keys{db, authority}
}

// Enrol certifies a key's public key under the number that is printed on it, and returns what the key must be given. The same
// public key again gives the same identity a fresh certificate; another one is refused.
func (s *Keys) Enrol(ctx context.Context, actor, number string, public credential.PublicKey) (credential.Enrolment, error) {
	var out credential.Enrolment
	if _, err := credential.ParsePublicKey(public.String()); err != nil {
		return out, ErrKeyPublic.With(err)
	}
	err := s.db.Update(ctx, func(tx KeyTx) error {
		key, err := keyByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		switch key.State {
		case KeyIssued, KeyInStock, KeySuspect:
		case KeyBlocked:
			return ErrKeyBlocked.Fill(number)
		default:
			return ErrKeyState.Fill(number)
		}
		if key.PublicKey != nil && string(key.PublicKey) != string(public[:]) {
			return ErrKeyEnrolled.Fill(number)
		}
		if key.GroupID == "" {
			return ErrKeyNoGroup.Fill(number)
		}
		group, err := tx.GroupNumber(ctx, key.GroupID)
		if err != nil {
			return err
		}
		key.PublicKey = public[:]
		if key.Certificate, err = s.authority.IssueKey(key.Device, group, public, tx.Now()); err != nil {
			return err
		}
		if err := tx.PutKeys(ctx, []Key{key}); err != nil {
			return err
		}
		roots := s.authority.Roots()
		out = credential.Enrolment{Root: roots.Root, Next: roots.Next, RootEpoch: roots.Epoch, Certificate: key.Certificate,
			DeviceCA: s.authority.IssuerOf(key.Certificate), StationCA: s.authority.Certificate(credential.RoleStationCA)}
		return journal.Append(ctx, tx, keyEntry(journal.KeyIssued, actor, key))
	})
	return out, err
}

// Block blocks a lost or stolen key: its state, the entry that locks are told, a new signed block list and the journal
// entry are one transaction. A key that is blocked already stays so, with its first reason and a renewed entry.
func (s *Keys) Block(ctx context.Context, actor, number, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || len(reason) > MaxReason {
		return ErrReason
	}
	return s.db.Update(ctx, func(tx KeyTx) error {
		key, err := keyByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		return s.lose(ctx, tx, actor, reason, key)
	})
}

// lose blocks a key. One that is out of use, or with the supplier, cannot be lost.
func (s *Keys) lose(ctx context.Context, tx KeyTx, actor, reason string, key Key) error {
	if key.State == KeyScrapped || key.State == KeyWarranty {
		return ErrKeyState.Fill(key.Number)
	}
	return s.BlockKeys(ctx, tx, actor, reason, []Key{key})
}

// BlockKeys is [Keys.Block] for several keys inside a transaction of another module, with one new block list for them all. A
// key that has never been enrolled, and carries no grant, opens nothing: it is blocked here, so that it can be replaced, and takes no room in the
// list that locks are told.
func (s *Keys) BlockKeys(ctx context.Context, tx KeyTx, actor, reason string, keys []Key) error {
	if len(keys) == 0 {
		return nil
	}
	var changed []Key
	entries := make([]journal.Entry, len(keys))
	blocks := make([]Block, len(keys))
	for i, key := range keys {
		if key.State != KeyBlocked {
			key.State, key.BlockedAt, key.BlockReason = KeyBlocked, tx.Now(), reason
			changed = append(changed, key)
		}
		blocks[i] = Block{Kind: credential.BlockKey, Subject: uint64(key.Device), Reason: reason, Expires: tx.Now()}
		if key.Certificate != nil || key.SyncedUntil.After(tx.Now()) {
			blocks[i].Expires = tx.Now().Add(BlockLife)
		}
		entries[i] = keyEntry(journal.KeyBlocked, actor, key, journal.Field{Name: "reason", Value: reason})
	}
	if err := tx.PutKeys(ctx, changed); err != nil {
		return err
	}
	for _, key := range changed { // it will not be exchanged, and nobody looks for it in a cabinet
		if err := tx.CloseExchanges(ctx, key.ID); err != nil {
			return err
		}
		if err := tx.SettleDifferences(ctx, key.Number, DifferenceBlocked, reason, actor); err != nil {
			return err
		}
		if err := tellBlocked(ctx, tx, actor, key); err != nil {
			return err
		}
	}
	if err := s.list(ctx, tx, blocks); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entries...)
}

// tellBlocked says to who answers for the key's group, and to the lock manager, that it is blocked.
func tellBlocked(ctx context.Context, tx notify.PeopleTx, actor string, key Key) error {
	n := notify.Notice{Kind: notify.KeyBlocked, Event: "key-blocked:" + key.ID + ":" + key.BlockedAt.UTC().Format(time.RFC3339), Number: key.Number,
		Path: "/sparra/nycklar/" + key.ID, But: actor, To: notify.Audience{Role: routine.LockManager}}
	if err := notify.TellPeople(ctx, tx, n); err != nil || key.GroupID == "" {
		return err
	}
	n.To = notify.Audience{GroupID: key.GroupID, Lead: true}
	return notify.TellPeople(ctx, tx, n)
}

// BlockList returns the newest signed block list.
func (s *Keys) BlockList(ctx context.Context) ([]byte, error) {
	var body []byte
	err := s.db.Update(ctx, func(tx KeyTx) (err error) {
		_, body, err = CurrentBlockList(ctx, tx, s.authority)
		return err
	})
	return body, err
}

// CurrentBlockList returns the newest signed block list, and signs one if there is none yet or if the revocation role has got
// another key since. For use inside a transaction of another module.
func CurrentBlockList(ctx context.Context, tx KeyTx, authority *credential.Authority) (uint64, []byte, error) {
	number, body, err := tx.BlockList(ctx)
	if err != nil || body != nil && bySameKey(body, authority.InUse(credential.RoleRevocation)) {
		return number, body, err
	}
	s := Keys{authority: authority}
	if number, err = nextList(ctx, tx); err != nil {
		return 0, nil, err
	}
	body, err = s.sign(ctx, tx, number)
	return number, body, err
}

func bySameKey(body []byte, revocation credential.Certificate) bool {
	list, err := credential.ParseBlockList(body)
	return err == nil && list.Issuer == revocation.Key.Hash() && list.Version.Epoch == revocation.Epoch
}

// list adds blocks and signs the block list that names them.
func (s *Keys) list(ctx context.Context, tx KeyTx, blocks []Block) error {
	number, err := nextList(ctx, tx)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		b.Listed, b.At = number, tx.Now()
		if err := tx.PutBlock(ctx, b); err != nil {
			return err
		}
	}
	_, err = s.sign(ctx, tx, number)
	return err
}

// unlist takes a block away and signs the block list without it.
func (s *Keys) unlist(ctx context.Context, tx KeyTx, kind credential.BlockKind, subject uint64) error {
	if err := tx.DeleteBlock(ctx, kind, subject); err != nil {
		return err
	}
	number, err := nextList(ctx, tx)
	if err != nil {
		return err
	}
	_, err = s.sign(ctx, tx, number)
	return err
}

// BlockSubject blocks a station or a staff member inside a transaction of another module: every lock and station learns of it
// with the next block list.
func (s *Keys) BlockSubject(ctx context.Context, tx KeyTx, kind credential.BlockKind, subject uint64, reason string) error {
	return s.list(ctx, tx, []Block{{Kind: kind, Subject: subject, Expires: tx.Now().Add(BlockLife), Reason: reason}})
}

// UnblockSubject takes back what BlockSubject said; nothing happens if it is not blocked.
func (s *Keys) UnblockSubject(ctx context.Context, tx KeyTx, kind credential.BlockKind, subject uint64) error {
	blocks, err := tx.BlocksAt(ctx, tx.Now())
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if b.Kind == kind && b.Subject == subject {
			return s.unlist(ctx, tx, kind, subject)
		}
	}
	return nil
}

func nextList(ctx context.Context, tx KeyTx) (uint64, error) {
	last, _, err := tx.BlockList(ctx)
	return credential.Version{Number: last}.Next(credential.At(tx.Now())).Number, err
}

func keyByNumber(ctx context.Context, tx KeyRegisterTx, number string) (Key, error) {
	found, err := tx.KeysByNumber(ctx, []string{number})
	if err != nil {
		return Key{}, err
	}
	key, ok := found[number]
	if !ok {
		return Key{}, ErrKeyUnknown.Fill(number)
	}
	return key, nil
}

func keyEntry(kind journal.Kind, actor string, k Key, more ...journal.Field) journal.Entry {
	fields := []journal.Field{{Name: journal.FieldActor, Value: actor}, {Name: "key", Value: k.Number}}
	return journal.Entry{Kind: kind, Subjects: []string{k.ID}, Fields: append(fields, more...)}
}
