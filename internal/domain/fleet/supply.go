package fleet

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// SupplyState is how far an order to a supplier has come.
type SupplyState string

// The states: draft → sent → partly arrived → arrived; or cancelled, also when the rest will never come.
const (
	SupplyDraft     SupplyState = "draft"
	SupplySent      SupplyState = "sent"
	SupplyPartly    SupplyState = "partly"
	SupplyArrived   SupplyState = "arrived"
	SupplyCancelled SupplyState = "cancelled"
)

// SupplyOrder is an order to a supplier (V5.4-a, V5.5-a).
type SupplyOrder struct {
	ID        string
	Supplier  string
	Reference string // the supplier's own number
	State     SupplyState
	Lines     []SupplyLine
	Created   time.Time
	Sent      time.Time // zero while a draft
	Expected  time.Time // zero when not known
	Closed    time.Time // arrived or cancelled; zero while open
}

// SupplyLine is how many of a product are ordered, and how many have come.
type SupplyLine struct {
	Product  Product
	Quantity int
	Arrived  int
}

// Late reports whether something should have come before now.
func (o SupplyOrder) Late(now time.Time) bool {
	return (o.State == SupplySent || o.State == SupplyPartly) && !o.Expected.IsZero() && o.Expected.Before(now)
}

// maxQuantity is of one line: many times what a county orders.
const maxQuantity = 10000

// Problems with supply orders. Codes are stable.
var (
	ErrSupplyUnknown = problem.New(problem.NotFound, "supply-unknown",
		"Inköpet finns inte.", "There is no such order to a supplier.")
	ErrSupplyLines = problem.New(problem.Invalid, "supply-lines",
		"Ange minst en rad, varje produkt högst en gång, med ett antal mellan 1 och %d.",
		"Give at least one line, each product at most once, with a quantity from 1 to %d.")
	ErrSupplyState = problem.New(problem.Conflict, "supply-state",
		"Det går inte nu: ett utkast kan skickas, ett skickat inköp tas emot, och ett avslutat ändras inte.", "That is not possible now: a draft can be sent, a sent order received, and a closed one is not changed.")
	ErrSupplyFull = problem.New(problem.Conflict, "supply-line-full",
		"Inköpet väntar inte på fler av produkten %s. Ta emot utan inköp, eller kontrollera vilket inköp leveransen hör till.",
		"The order does not wait for more of %s. Receive it without an order, or check which order the delivery belongs to.")
)

// Order drafts an order to a supplier.
func (s *Stock) Order(ctx context.Context, who routine.Who, supplier string, lines []SupplyLine) (out SupplyOrder, err error) {
	if supplier, err = text("supplier", supplier); err != nil {
		return out, err
	}
	seen := map[Product]bool{}
	for i := range lines {
		l := &lines[i]
		if !l.Product.Known() || seen[l.Product] || l.Quantity < 1 || l.Quantity > maxQuantity {
			return out, ErrSupplyLines.Fill(maxQuantity).On("lines")
		}
		seen[l.Product], l.Arrived = true, 0
	}
	if len(lines) == 0 {
		return out, ErrSupplyLines.Fill(maxQuantity).On("lines")
	}
	err = s.update(ctx, who, func(tx StockTx) error {
		out = SupplyOrder{ID: newID(), Supplier: supplier, State: SupplyDraft, Lines: lines, Created: tx.Now()}
		return putSupply(ctx, tx, who, out)
	})
	return out, err
}

func putSupply(ctx context.Context, tx StockTx, who routine.Who, o SupplyOrder) error {
	if err := tx.PutSupplyOrder(ctx, o); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.SupplyChanged, who, []string{o.ID}, "state", string(o.State), "supplier", o.Supplier, "reference", o.Reference))
}

// Send notes that an order has been sent, with the supplier's number and the day it is expected, if they are known.
func (s *Stock) Send(ctx context.Context, who routine.Who, id, reference string, expected time.Time) (SupplyOrder, error) {
	reference = strings.TrimSpace(reference)
	if len(reference) > 100 {
		return SupplyOrder{}, ErrText.Fill(100).On("reference")
	}
	return s.changeSupply(ctx, who, id, func(tx StockTx, o *SupplyOrder) error {
		if o.State != SupplyDraft {
			return ErrSupplyState
		}
		o.State, o.Reference, o.Sent, o.Expected = SupplySent, reference, tx.Now(), expected
		return nil
	})
}

// Cancel ends an order, or what is left of it.
func (s *Stock) Cancel(ctx context.Context, who routine.Who, id string) (SupplyOrder, error) {
	return s.changeSupply(ctx, who, id, func(tx StockTx, o *SupplyOrder) error {
		if !o.Closed.IsZero() {
			return ErrSupplyState
		}
		o.State, o.Closed = SupplyCancelled, tx.Now()
		return nil
	})
}

func (s *Stock) changeSupply(ctx context.Context, who routine.Who, id string, change func(tx StockTx, o *SupplyOrder) error) (out SupplyOrder, err error) {
	err = s.update(ctx, who, func(tx StockTx) error {
		o, ok, err := tx.SupplyOrder(ctx, id)
		if err != nil || !ok {
			return orErr(err, ErrSupplyUnknown)
		}
		if err := change(tx, &o); err != nil {
			return err
		}
		out = o
		return putSupply(ctx, tx, who, o)
	})
	return out, err
}

// countOnOrder takes an arrival off what its order waits for.
func (s *Stock) countOnOrder(ctx context.Context, tx StockTx, a Arrival) error {
	if a.OrderID == "" {
		return nil
	}
	o, ok, err := tx.SupplyOrder(ctx, a.OrderID)
	if err != nil || !ok {
		return orErr(err, ErrSupplyUnknown.On("order"))
	}
	if o.State != SupplySent && o.State != SupplyPartly {
		return ErrSupplyState.On("order")
	}
	counted, err := tx.CountArrival(ctx, a.OrderID, a.Product)
	if err != nil || !counted {
		return orErr(err, ErrSupplyFull.Fill(a.Product).On("product"))
	}
	if o, _, err = tx.SupplyOrder(ctx, a.OrderID); err != nil {
		return err
	}
	o.State, o.Closed = SupplyArrived, tx.Now()
	for _, l := range o.Lines {
		if l.Arrived < l.Quantity {
			o.State, o.Closed = SupplyPartly, time.Time{}
		}
	}
	return tx.PutSupplyOrder(ctx, o)
}

// Supplies lists orders to suppliers, of one state or all, by id (the oldest first).
func (s *Stock) Supplies(ctx context.Context, who routine.Who, state SupplyState, p Page) (out []SupplyOrder, err error) {
	err = s.view(ctx, who, func(tx StockTx) (err error) {
		out, err = tx.SupplyOrders(ctx, state, p.Bounded())
		return err
	})
	return out, err
}

// Supply returns one order.
func (s *Stock) Supply(ctx context.Context, who routine.Who, id string) (out SupplyOrder, err error) {
	err = s.view(ctx, who, func(tx StockTx) error {
		var ok bool
		if out, ok, err = tx.SupplyOrder(ctx, id); err == nil && !ok {
			err = ErrSupplyUnknown
		}
		return err
	})
	return out, err
}
