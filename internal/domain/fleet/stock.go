package fleet

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Product is what is ordered from a supplier and kept in stock.
type Product string

// The products. A lock's product is its kind.
const (
	DoorProduct     Product = "door"
	BoxProduct      Product = "box"
	EntranceProduct Product = "entrance"
	KeyProduct      Product = "key"
)

// Products are all of them.
func Products() []Product {
	return []Product{DoorProduct, BoxProduct, EntranceProduct, KeyProduct}
}

// Known reports whether it is one of them.
func (p Product) Known() bool {
	return p == DoorProduct || p == BoxProduct || p == EntranceProduct || p == KeyProduct
}

// Thing is a lock or a key: what a serial number is unique among.
type Thing string

// The things.
const (
	LockThing Thing = "lock"
	KeyThing  Thing = "key"
)

// Thing says what a product is.
func (p Product) Thing() Thing {
	if p == KeyProduct {
		return KeyThing
	}
	return LockThing
}

// Arrival is something that has come from a supplier.
type Arrival struct {
	Product Product
	Serial  string // of a key: the number that is printed on it
	OrderID string // "" if it came without an order
	At      time.Time
	Actor   string
}

// Received is what became of an arrival. Repeated says that it had been received before.
type Received struct {
	Arrival
	Repeated bool
}

// RowFault is what is wrong with one row of a list of arrivals; the other rows are received.
type RowFault struct {
	Row int // from 1
	Err error
}

// Level is how much of a product is there.
type Level struct {
	Product  Product
	InStock  int
	Booked   int // set aside for mounting
	Expected int // ordered, not arrived
	Minimum  int // by the profile
	Low      bool
	Missing  int // how many more to order to reach the minimum
}

// StockThing is one row of the list of things that are in the lock manager's hand.
type StockThing struct {
	Thing   Thing
	Serial  string
	Product Product
	State   string
	Reason  string
}

// StockFilter chooses rows of that list; zero values choose all.
type StockFilter struct {
	Thing Thing
	State string
}

// MaxArrivals bounds one list of arrivals, so that its transaction stays short.
const MaxArrivals = 500

// Problems with the stock. Codes are stable.
var (
	ErrProduct = problem.New(problem.Invalid, "stock-product",
		"Produkten är okänd. Ange door, box, entrance eller key.", "The product is unknown. Give door, box, entrance or key.")
	ErrSerial = problem.New(problem.Invalid, "stock-serial",
		"Serienumret är tomt, för långt eller har otillåtna tecken. Det är 1–40 bokstäver, siffror, punkt, bindestreck eller understreck.",
		"The serial number is empty, too long or has other characters. It is 1 to 40 letters, digits, dots, hyphens or underscores.")
	ErrSerialTaken = problem.New(problem.Conflict, "stock-serial-taken",
		"%s finns redan i registret. Kontrollera märkningen; är den rätt har den redan tagits emot.",
		"%s is in the register already. Check the label; if it is right, it has been received already.")
	ErrTooMany = problem.New(problem.TooLarge, "stock-too-many",
		"Listan har fler än %d rader. Dela upp den.", "The list has more than %d rows. Divide it.")
	ErrScrap = problem.New(problem.Conflict, "stock-cannot-scrap",
		"%s kan inte skrotas nu: den sitter uppe, är utlämnad, spärrad, hos leverantören eller redan skrotad. Montera ned, ta emot eller byt ut den först, eller anteckna leverantörens svar.",
		"%s cannot be scrapped now: it is mounted, issued, blocked, with the supplier or scrapped already. Dismount, receive or exchange it first, or note the supplier's answer.")
	ErrRestock = problem.New(problem.Conflict, "stock-cannot-restock",
		"Lås %s är inte nedmonterat. Bara ett nedmonterat lås läggs tillbaka i lager.",
		"Lock %s is not dismounted. Only a dismounted lock goes back into stock.")
)

// StockTx is what the stock needs of a database transaction.
type StockTx interface {
	journal.Tx
	LockTx
	KeyRegisterTx

	// StockCounts returns how many locks of each kind, and keys without a group, are in stock or booked.
	StockCounts(ctx context.Context) (inStock, booked map[Product]int, err error)
	// ExpectedCounts returns how many of each product are ordered and have not come.
	ExpectedCounts(ctx context.Context) (map[Product]int, error)
	StockThings(ctx context.Context, f StockFilter, p Page) ([]StockThing, error)
	ArrivalOf(ctx context.Context, t Thing, serial string) (Arrival, bool, error)
	InsertArrival(ctx context.Context, a Arrival) error
	// CountArrival adds one to an order's line and reports whether the order had room for it, in one statement.
	CountArrival(ctx context.Context, orderID string, p Product) (bool, error)
	SupplyOrder(ctx context.Context, id string) (SupplyOrder, bool, error)
	SupplyOrders(ctx context.Context, state SupplyState, p Page) ([]SupplyOrder, error)
	PutSupplyOrder(ctx context.Context, o SupplyOrder) error
	WarrantyReturn(ctx context.Context, id string) (WarrantyReturn, bool, error)
	WarrantyReturns(ctx context.Context, f WarrantyFilter, p Page) ([]WarrantyReturn, error)
	PutWarrantyReturn(ctx context.Context, w WarrantyReturn) error
	// CloseExchanges ends the open exchange of a key that will not be exchanged, if there is one.
	CloseExchanges(ctx context.Context, keyID string) error
}

// Stock is the service of the lock manager's stock: what is there, what is ordered, what went back.
type Stock struct {
	db      txn.Runner[StockTx]
	profile routine.Profile
}

// NewStock returns the stock of one municipality.
func NewStock(db txn.Runner[StockTx], profile routine.Profile) *Stock { return &Stock{db, profile} }

// update runs f for somebody who may keep the stock (V5.4-a, V5.5-a).
func (s *Stock) update(ctx context.Context, who routine.Who, f func(tx StockTx) error) error {
	if s.profile.MayTend(who.Role, routine.KeepStock, false, false) == "" {
		return ErrMayNot
	}
	return s.db.Update(ctx, f)
}

func (s *Stock) view(ctx context.Context, who routine.Who, f func(tx StockTx) error) error {
	if s.profile.MayTend(who.Role, routine.KeepStock, false, false) == "" {
		return ErrMayNot
	}
	return s.db.View(ctx, f)
}

// Levels says how much there is of each product, and what runs low.
func (s *Stock) Levels(ctx context.Context, who routine.Who) (out []Level, err error) {
	err = s.view(ctx, who, func(tx StockTx) error {
		in, booked, err := tx.StockCounts(ctx)
		if err != nil {
			return err
		}
		expected, err := tx.ExpectedCounts(ctx)
		out = levels(s.profile.Stock, in, booked, expected)
		return err
	})
	return out, err
}

// levels is low where less is there than the minimum; what is expected does not count until it has come, but need not be
// ordered again (V5.4-a).
func levels(rules routine.StockRules, in, booked, expected map[Product]int) []Level {
	minimum := map[Product]int{DoorProduct: rules.MinimumLocks, BoxProduct: rules.MinimumBoxes, KeyProduct: rules.MinimumKeys}
	var out []Level
	for _, p := range Products() {
		l := Level{Product: p, InStock: in[p], Booked: booked[p], Expected: expected[p], Minimum: minimum[p]}
		l.Low = l.InStock < l.Minimum
		l.Missing = max(0, l.Minimum-l.InStock-l.Expected)
		out = append(out, l)
	}
	return out
}

// Things lists what is not mounted, locks before keys, by serial number.
func (s *Stock) Things(ctx context.Context, who routine.Who, f StockFilter, p Page) (out []StockThing, err error) {
	err = s.view(ctx, who, func(tx StockTx) (err error) {
		out, err = tx.StockThings(ctx, f, p.Bounded())
		return err
	})
	return out, err
}

// Arrive receives one thing: it is in stock from now on. Scanning the same label again changes nothing.
func (s *Stock) Arrive(ctx context.Context, who routine.Who, a Arrival) (out Received, err error) {
	err = s.update(ctx, who, func(tx StockTx) error {
		out, err = s.arrive(ctx, tx, who, a)
		return err
	})
	return out, err
}

// ArriveAll receives a list, such as a supplier's file, in one transaction. Rows that are wrong are left out and told; the
// rest is received.
func (s *Stock) ArriveAll(ctx context.Context, who routine.Who, all []Arrival) (out []Received, faults []RowFault, err error) {
	if len(all) > MaxArrivals {
		return nil, nil, ErrTooMany.Fill(MaxArrivals)
	}
	err = s.update(ctx, who, func(tx StockTx) error {
		out, faults = nil, nil
		for i, a := range all {
			r, err := s.arrive(ctx, tx, who, a)
			switch {
			case err == nil:
				out = append(out, r)
			case problem.KindOf(err) != problem.Internal:
				faults = append(faults, RowFault{i + 1, err})
			default:
				return err
			}
		}
		return nil
	})
	return out, faults, err
}

// arrive checks everything before it writes anything, so that a refused row has no effect.
func (s *Stock) arrive(ctx context.Context, tx StockTx, who routine.Who, a Arrival) (Received, error) {
	a.Serial, a.Actor, a.At = strings.TrimSpace(a.Serial), who.Actor, tx.Now()
	if !a.Product.Known() {
		return Received{}, ErrProduct.On("product")
	}
	if !validSerial(a.Serial) {
		return Received{}, ErrSerial.On("serial")
	}
	before, ok, err := tx.ArrivalOf(ctx, a.Product.Thing(), a.Serial)
	if err != nil {
		return Received{}, err
	}
	if ok && before.Product == a.Product && before.OrderID == a.OrderID {
		return Received{before, true}, nil
	}
	if taken, err := serialTaken(ctx, tx, a); err != nil || taken {
		return Received{}, orErr(err, ErrSerialTaken.Fill(a.Serial).On("serial"))
	}
	if err := s.countOnOrder(ctx, tx, a); err != nil {
		return Received{}, err
	}
	return Received{Arrival: a}, stockUp(ctx, tx, who, a)
}

func serialTaken(ctx context.Context, tx StockTx, a Arrival) (bool, error) {
	if a.Product == KeyProduct {
		keys, err := tx.KeysByNumber(ctx, []string{a.Serial})
		return len(keys) > 0, err
	}
	locks, err := tx.LocksBySerial(ctx, []string{a.Serial})
	return len(locks) > 0, err
}

// stockUp makes the new thing.
func stockUp(ctx context.Context, tx StockTx, who routine.Who, a Arrival) error {
	id, err := newThing(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := tx.InsertArrival(ctx, a); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.StockChanged, who, []string{id}, "what", "arrived", "product", string(a.Product),
		"serial", a.Serial, "order", a.OrderID, journal.FieldGround, a.Product.rule()))
}

func newThing(ctx context.Context, tx StockTx, a Arrival) (string, error) {
	if a.Product == KeyProduct {
		device, err := tx.MaxKeyDevice(ctx)
		if err != nil {
			return "", err
		}
		k := Key{ID: newID(), Device: device + 1, Number: a.Serial, State: KeyInStock}
		return k.ID, tx.PutKeys(ctx, []Key{k})
	}
	number, err := tx.MaxLockNumber(ctx)
	if err != nil {
		return "", err
	}
	l := Lock{ID: newID(), Serial: a.Serial, Number: number + 1, Kind: LockKind(a.Product), State: InStock, Epoch: 1}
	return l.ID, tx.PutLocks(ctx, []Lock{l})
}

func (p Product) rule() string {
	if p == KeyProduct {
		return routine.RuleStock
	}
	return routine.RuleLockStock
}

func validSerial(s string) bool {
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '.', c == '-', c == '_':
		default:
			return false
		}
	}
	return s != "" && len(s) <= 40
}

// Scrap takes a thing out of use for ever, with the reason.
func (s *Stock) Scrap(ctx context.Context, who routine.Who, t Thing, serial, reason string) error {
	reason, err := text("reason", reason)
	if err != nil {
		return err
	}
	return s.update(ctx, who, func(tx StockTx) error {
		id, err := scrap(ctx, tx, t, serial, reason)
		if err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.StockChanged, who, []string{id}, "what", "scrapped", "serial", serial, "reason", reason))
	})
}

func scrap(ctx context.Context, tx StockTx, t Thing, serial, reason string) (string, error) {
	if t == KeyThing {
		key, err := keyByNumber(ctx, tx, serial)
		if err != nil {
			return "", err
		}
		if key.State != KeyInStock && key.State != KeyBroken {
			return "", ErrScrap.Fill(serial)
		}
		if err := tx.CloseExchanges(ctx, key.ID); err != nil {
			return "", err
		}
		key.State, key.BlockReason = KeyScrapped, reason
		return key.ID, tx.PutKeys(ctx, []Key{key})
	}
	lock, err := lockBySerial(ctx, tx, serial)
	if err != nil {
		return "", err
	}
	if lock.State != InStock && lock.State != Dismounted {
		return "", ErrScrap.Fill(serial)
	}
	lock.State, lock.Reason = Scrapped, reason
	return lock.ID, tx.PutLocks(ctx, []Lock{lock})
}

// Restock puts a dismounted lock back into stock: somebody has looked at it, and it is fit to be used again.
func (s *Stock) Restock(ctx context.Context, who routine.Who, serial string) error {
	return s.update(ctx, who, func(tx StockTx) error {
		lock, err := lockBySerial(ctx, tx, serial)
		if err != nil {
			return err
		}
		if lock.State != Dismounted {
			return ErrRestock.Fill(serial)
		}
		lock.State, lock.Reason = InStock, ""
		if err := tx.PutLocks(ctx, []Lock{lock}); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.StockChanged, who, []string{lock.ID}, "what", "restocked", "serial", serial))
	})
}

func lockBySerial(ctx context.Context, tx LockTx, serial string) (Lock, error) {
	found, err := tx.LocksBySerial(ctx, []string{serial})
	if err != nil {
		return Lock{}, err
	}
	lock, ok := found[serial]
	if !ok {
		return Lock{}, ErrLockUnknown.Fill(serial)
	}
	return lock, nil
}
