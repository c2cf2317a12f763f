package receipt

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// HolderOf tells who holds a key, and by which receipt: the client, by none, until one has been signed.
func HolderOf(of []Receipt) (Holder, string) {
	for _, r := range of {
		if r.State == Signed {
			return r.To, r.ID
		}
	}
	return Holder{Kind: Client}, ""
}

// underWay finds the hand-over that waits for signatures.
func underWay(of []Receipt) (Receipt, bool) {
	i := slices.IndexFunc(of, func(r Receipt) bool { return r.State.Open() })
	if i < 0 {
		return Receipt{}, false
	}
	return of[i], true
}

// Wish is who shall hold a client's key from a day on, and by which rule.
type Wish struct {
	Home     []string // ids of those who live there: a couple's key is one, whoever of them it was taken from
	ClientID string   // whose it is if nobody's is known yet
	Purpose  Purpose
	To       Holder
	Rule     string
	OrderID  string
	Due      time.Time
}

// Want drafts the receipt that is needed for a wish, measured against who holds the key in fact: none when they have it,
// the same one when it is wanted again, another in its place when somebody else is to have the key. A key that nobody has
// heard of is the client's, and so is one that nobody is to hold any longer. The key that was lent while a lock waited is the
// one that goes into the key box. It reports whether anything was changed.
func Want(ctx context.Context, tx Tx, rules routine.ReceiptRules, actor string, w Wish) (bool, error) {
	keys, err := tx.OpenKeysOf(ctx, w.Home)
	if err != nil {
		return false, err
	}
	changed, found := false, false
	for _, k := range keys {
		if k.Door != OwnDoor || (k.Purpose == Spare) != (w.Purpose == Spare) {
			continue
		}
		found = true
		if k.Purpose != w.Purpose && w.To.Kind != Client {
			k.Purpose = w.Purpose
			if err := tx.PutPhysicalKey(ctx, k); err != nil {
				return changed, err
			}
		}
		one, err := want(ctx, tx, actor, k, w)
		if err != nil {
			return changed, err
		}
		changed = changed || one
	}
	if found || w.To.Kind == Client || !MayHold(rules, w.Purpose, w.To.Kind) {
		return changed, nil
	}
	k := Key{ID: newID(), ClientID: w.ClientID, Purpose: w.Purpose, Door: OwnDoor, Label: newNumber(), Copies: 1, Created: tx.Now()}
	if err := tx.PutPhysicalKey(ctx, k); err != nil {
		return changed, err
	}
	_, err = insert(ctx, tx, actor, k, nil, w)
	return true, err
}

func want(ctx context.Context, tx Tx, actor string, k Key, w Wish) (bool, error) {
	of, err := tx.ReceiptsOfKey(ctx, k.ID)
	if err != nil {
		return false, err
	}
	holder, _ := HolderOf(of)
	open, ok := underWay(of)
	switch {
	case ok && open.To == w.To:
		return false, nil
	case ok && w.Due.After(open.Due) && w.Due.After(tx.Now()):
		return false, nil // first things first: what follows, also the way home, gets its receipt when this one is signed
	case ok:
		if err := cancel(ctx, tx, actor, &open, "another receiver"); err != nil {
			return true, err
		}
	}
	if holder == w.To {
		return ok, forget(ctx, tx, k, holder)
	}
	if holder.Kind == Client { // whoever was to hold it in the meantime never had it
		w.Rule = ""
	}
	_, err = insert(ctx, tx, actor, k, of, w)
	return true, err
}

// TakeBack ends the hand-overs of a home that an order had called for, and that nobody has signed.
func TakeBack(ctx context.Context, tx Tx, actor string, home []string, orderID string) error {
	keys, err := tx.OpenKeysOf(ctx, home)
	if err != nil {
		return err
	}
	for _, k := range keys {
		of, err := tx.ReceiptsOfKey(ctx, k.ID)
		if err != nil {
			return err
		}
		r, ok := underWay(of)
		if !ok || r.OrderID != orderID {
			continue
		}
		if err := cancel(ctx, tx, actor, &r, "the order was taken back"); err != nil {
			return err
		}
		if err := forget(ctx, tx, k, r.From); err != nil {
			return err
		}
	}
	return nil
}

// cancel ends a hand-over that waits.
func cancel(ctx context.Context, tx Tx, actor string, r *Receipt, reason string) error {
	r.State, r.Ended = Cancelled, tx.Now()
	if err := tx.UpdateReceipt(ctx, *r); err != nil {
		return err
	}
	return note(ctx, tx, actor, *r, journal.Field{Name: "reason", Value: reason})
}

// forget closes a key that is the client's own, and that nobody is about to take over.
func forget(ctx context.Context, tx Tx, k Key, holder Holder) error {
	if holder.Kind != Client {
		return nil
	}
	k.Closed = tx.Now()
	return tx.PutPhysicalKey(ctx, k)
}

// insert makes the next receipt of a key's chain.
func insert(ctx context.Context, tx Tx, actor string, k Key, of []Receipt, w Wish) (Receipt, error) {
	from, previous := HolderOf(of)
	if w.Rule == "" {
		w.Rule = Rule(k.Purpose, from, w.To)
	}
	r := Receipt{ID: newID(), Number: newNumber(), KeyID: k.ID, ClientID: k.ClientID, Previous: previous, From: from, To: w.To,
		Rule: w.Rule, OrderID: w.OrderID, State: Drafted, Due: w.Due, Created: tx.Now()}
	if err := tx.InsertReceipt(ctx, r); err != nil {
		return r, err
	}
	return r, note(ctx, tx, actor, r)
}

// NewReceipt is a hand-over that a person asks for: of a key that is known, or of a client's that is not yet.
type NewReceipt struct {
	KeyID    string // or:
	ClientID string
	Purpose  Purpose
	Door     Door
	Copies   int

	To  Holder
	Due time.Time // zero: today
}

// Draft makes a receipt for a person who handles it. Who holds the key is never asked: it follows from the chain.
func Draft(ctx context.Context, tx Tx, rules routine.ReceiptRules, who routine.Who, in NewReceipt) (Receipt, error) {
	if err := in.To.check(ctx, tx); err != nil {
		return Receipt{}, err
	}
	k, err := in.key(ctx, tx, rules)
	if err != nil {
		return Receipt{}, err
	}
	of, err := tx.ReceiptsOfKey(ctx, k.ID)
	if err != nil {
		return Receipt{}, err
	}
	holder, _ := HolderOf(of)
	open, waits := underWay(of)
	switch {
	case !isParty(who, holder, in.To):
		return Receipt{}, ErrMayNot
	case !k.Closed.IsZero():
		return Receipt{}, ErrKeyUnknown
	case !MayHold(rules, k.Purpose, in.To.Kind):
		return Receipt{}, ErrNotDone
	case holder == in.To:
		return Receipt{}, ErrHolds
	case waits:
		return Receipt{}, ErrUnderWay.Fill(open.Number)
	}
	if in.KeyID == "" {
		if err := tx.PutPhysicalKey(ctx, k); err != nil {
			return Receipt{}, err
		}
	}
	due := in.Due
	if due.IsZero() {
		due = tx.Now()
	}
	return insert(ctx, tx, who.Actor, k, of, Wish{ClientID: k.ClientID, Purpose: k.Purpose, To: in.To, Due: due})
}

// key finds the key that a receipt is for, or makes one that is not stored yet.
func (in NewReceipt) key(ctx context.Context, tx Tx, rules routine.ReceiptRules) (Key, error) {
	if in.KeyID != "" {
		k, ok, err := tx.PhysicalKey(ctx, in.KeyID)
		if err == nil && !ok {
			err = ErrKeyUnknown
		}
		return k, err
	}
	switch {
	case !slices.Contains(Purposes(), in.Purpose):
		return Key{}, ErrPurpose.On("purpose")
	case !slices.Contains(Doors(), in.Door):
		return Key{}, ErrDoor.On("door")
	case in.Copies < 1 || in.Copies > MaxCopies:
		return Key{}, ErrCopies.On("copies")
	case !Does(rules, in.Purpose):
		return Key{}, ErrNotDone.On("purpose")
	}
	open, err := tx.OpenKeysOf(ctx, []string{in.ClientID})
	if err != nil {
		return Key{}, err
	}
	for _, k := range open {
		if k.Purpose == in.Purpose && k.Door == in.Door { // it is that one, not a second
			return Key{}, ErrKeyKnown.Fill(k.Label)
		}
	}
	return Key{ID: newID(), ClientID: in.ClientID, Purpose: in.Purpose, Door: in.Door, Label: newNumber(), Copies: in.Copies, Created: tx.Now()}, nil
}

func (h Holder) check(ctx context.Context, tx Tx) error {
	switch h.Kind {
	case Client, LockManager, AlarmUnit:
		if h.ID == "" {
			return nil
		}
	case Provider:
		known, err := tx.ProviderKnown(ctx, h.ID)
		if err != nil || known {
			return err
		}
	}
	return ErrParty.On("to")
}

// Show records that a receipt was printed or shown. Showing it again changes nothing.
func Show(ctx context.Context, tx Tx, who routine.Who, id string) (Receipt, error) {
	r, err := Find(ctx, tx, who, id)
	if err != nil || r.State != Drafted {
		return r, err
	}
	r.State, r.Shown = Shown, tx.Now()
	if err := tx.UpdateReceipt(ctx, r); err != nil {
		return r, err
	}
	return r, note(ctx, tx, who.Actor, r)
}

// Find returns a receipt to somebody who may handle it; to others there is none.
func Find(ctx context.Context, tx Tx, who routine.Who, id string) (Receipt, error) {
	r, ok, err := tx.ReceiptByID(ctx, id)
	if err != nil {
		return r, err
	}
	if !ok || !isParty(who, r.From, r.To) {
		return Receipt{}, ErrUnknown
	}
	return r, nil
}

// Cancel ends a hand-over that has not been signed.
func Cancel(ctx context.Context, tx Tx, who routine.Who, id, reason string) (Receipt, error) {
	r, err := Find(ctx, tx, who, id)
	if err != nil {
		return r, err
	}
	if !r.State.Open() {
		return r, ErrState
	}
	if reason = strings.TrimSpace(reason); reason == "" || !plain(reason, 500) {
		return r, ErrReason.On("reason")
	}
	k, ok, err := tx.PhysicalKey(ctx, r.KeyID)
	if err == nil && !ok {
		err = ErrKeyUnknown
	}
	if err != nil {
		return r, err
	}
	if err := cancel(ctx, tx, who.Actor, &r, reason); err != nil {
		return r, err
	}
	return r, forget(ctx, tx, k, r.From)
}

// note tells the journal what became of a receipt: who the parties are, not who signed.
func note(ctx context.Context, tx Tx, actor string, r Receipt, more ...journal.Field) error {
	subjects := []string{r.ClientID, r.KeyID, r.ID}
	if r.OrderID != "" {
		subjects = append(subjects, r.OrderID)
	}
	fields := []journal.Field{
		{Name: journal.FieldActor, Value: actor},
		{Name: journal.FieldGround, Value: r.Rule},
		{Name: "number", Value: r.Number},
		{Name: "state", Value: string(r.State)},
		{Name: "from", Value: r.From.String()},
		{Name: "to", Value: r.To.String()},
		{Name: "due", Value: r.Due.UTC().Format(time.RFC3339)},
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.ReceiptChanged, Subjects: subjects, Fields: append(fields, more...)})
}

// String is the holder as the journal writes it.
func (h Holder) String() string {
	if h.ID == "" {
		return string(h.Kind)
	}
	return string(h.Kind) + ":" + h.ID
}

// plain reports whether a text is one line of at most so many characters.
func plain(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newNumber is what people read aloud and write on tags: forty random bits, without letters that look like digits.
func newNumber() string {
	var b [5]byte
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	n := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(b[:])
	return n[:4] + "-" + n[4:]
}
