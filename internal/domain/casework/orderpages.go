package casework

import (
	"context"
	"slices"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// MaxOrders is how many orders one page of the list has, all of whose clients one entry of the journal names.
const MaxOrders = 15

// OrderLine is an order as a list shows it.
type OrderLine struct {
	Order
	Client         Person // ID "" for one whom the reader may not read about any longer
	Group, ToGroup string // names
}

// OrderList is a page of orders.
type OrderList struct {
	Now   time.Time
	Lines []OrderLine
	Next  string // where the next page begins; "" on the last
}

// OrderList answers a page of orders, the newest first, once the journal has whose they are. Others than the municipality's own
// functions see what their organisation has ordered.
func (p *Pages) OrderList(ctx context.Context, who Reader, f OrderFilter, after string) (OrderList, error) {
	var out OrderList
	if !seesAllOrders(routine.Role(who.Role)) {
		if who.Organisation == "" {
			return out, ErrMayNot
		}
		f.Organisation = who.Organisation
	}
	place, err := parsePlace(after)
	if err != nil {
		return out, err
	}
	var shown []string
	err = p.db.View(ctx, func(tx PagesTx) error {
		out, shown = OrderList{Now: tx.Now()}, nil
		orders, err := tx.OrderPage(ctx, f, place, MaxOrders+1)
		if err != nil {
			return err
		}
		if len(orders) > MaxOrders {
			orders = orders[:MaxOrders]
			last := orders[MaxOrders-1]
			out.Next = OrderPlace{last.Received, last.ID}.String()
		}
		out.Lines, shown, err = orderLines(ctx, tx, who, orders)
		return err
	})
	if err == nil && len(shown) > 0 {
		err = p.note(ctx, who, "orders", "", shown...)
	}
	if err != nil {
		return OrderList{}, err
	}
	return out, nil
}

// orderLines says of orders whose they are and which groups they name, and which clients that shows.
func orderLines(ctx context.Context, tx PagesTx, who Reader, orders []Order) (lines []OrderLine, shown []string, err error) {
	var clients, named []string
	for _, o := range orders {
		clients = append(clients, o.ClientID)
		named = append(named, o.GroupID, o.ToGroupID)
	}
	found, err := people(ctx, tx, who, distinct(clients))
	if err != nil {
		return nil, nil, err
	}
	persons := map[string]Person{}
	for _, one := range found {
		persons[one.ID], shown = one, append(shown, one.ID)
	}
	groups, err := tx.GroupsByID(ctx, distinct(named))
	if err != nil {
		return nil, nil, err
	}
	for _, o := range orders {
		line := OrderLine{Order: o, Client: persons[o.ClientID], Group: groups[o.GroupID].Name, ToGroup: groups[o.ToGroupID].Name}
		if line.Client.Protected { // what people have written may say who it is
			line.Reason = ""
		}
		lines = append(lines, line)
	}
	return lines, shown, nil
}

// OrderPage is one order from end to end.
type OrderPage struct {
	Now      time.Time
	Order    OrderLine
	Provider string     // name of the organisation that ordered, or ""
	Tasks    []TaskLine // all that it waits for or has waited for
	Consent  *Agreed    // nil where nothing is to be mounted
	Events   []journal.Record
	Next     journal.Cursor
	Things   map[string]Thing
}

// Agreed is what the house's owners have said, where a lock is to be mounted.
type Agreed struct {
	Answer  consent.Answer
	Against []OwnerSaid
}

// OrderPage answers the page of an order, once the journal has whose it is.
func (p *Pages) OrderPage(ctx context.Context, who Reader, id string, before journal.Cursor) (OrderPage, error) {
	var out OrderPage
	err := p.db.View(ctx, func(tx PagesTx) (err error) {
		out, err = orderPage(ctx, tx, who, id, before)
		return err
	})
	if err == nil && out.Order.Client.ID != "" {
		err = p.note(ctx, who, "orders", "", out.Order.Client.ID)
	}
	if err != nil {
		return OrderPage{}, err
	}
	return out, nil
}

func orderPage(ctx context.Context, tx PagesTx, who Reader, id string, before journal.Cursor) (OrderPage, error) {
	out := OrderPage{Now: tx.Now()}
	o, ok, err := tx.OrderByID(ctx, id)
	if err != nil {
		return out, err
	}
	if !ok || !seesAllOrders(routine.Role(who.Role)) && (who.Organisation == "" || o.Orderer != who.Organisation) {
		return out, ErrOrderUnknown // the same answer for both: nobody learns what others ordered
	}
	lines, _, err := orderLines(ctx, tx, who, []Order{o})
	if err != nil {
		return out, err
	}
	out.Order = lines[0]
	provider, _, err := tx.ProviderByOrg(ctx, o.Orderer)
	if err != nil {
		return out, err
	}
	out.Provider = provider.Name
	if err := out.work(ctx, tx); err != nil {
		return out, err
	}
	if out.Events, out.Next, err = timeline(ctx, tx, []subject{{id: id}}, before); err != nil {
		return out, err
	}
	out.Things, err = thingsIn(ctx, tx, out.Events)
	return out, err
}

// work reads the order's tasks, and what the owners have said where a lock is to be mounted.
func (out *OrderPage) work(ctx context.Context, tx PagesTx) error {
	tasks, err := tx.TasksOfOrder(ctx, out.Order.ID)
	if err != nil {
		return err
	}
	var ids []string
	for _, t := range tasks {
		ids = append(ids, t.GroupID)
	}
	groups, err := tx.GroupsByID(ctx, distinct(ids))
	if err != nil {
		return err
	}
	mounts := false
	for _, t := range tasks {
		line := TaskLine{Task: t, Group: groups[t.GroupID].Name}
		if out.Order.Client.Protected {
			line.Note = ""
		}
		mounts = mounts || t.Kind == routine.Mount || t.Kind == routine.AskConsent
		out.Tasks = append(out.Tasks, line)
	}
	slices.SortStableFunc(out.Tasks, func(a, b TaskLine) int { return a.Due.Compare(b.Due) })
	if !mounts {
		return nil
	}
	return out.owners(ctx, tx)
}

func (out *OrderPage) owners(ctx context.Context, tx PagesTx) error {
	clients, err := tx.ClientsByID(ctx, []string{out.Order.ClientID})
	c, ok := clients[out.Order.ClientID]
	if err != nil || !ok {
		return err
	}
	standing, err := standingAt(ctx, tx, []string{c.DwellingID})
	if err != nil {
		return err
	}
	about := TaskLine{Task: Task{ID: out.Order.ID, ClientID: c.ID, Rule: routine.RuleConsent}}
	said, err := against(ctx, tx, []TaskLine{about}, map[string]care.Client{c.ID: c})
	out.Consent = &Agreed{Answer: standing[c.DwellingID].Answer, Against: said[out.Order.ID]}
	return err
}

// MayTakeBack says why somebody may not take an order back now, as Withdrawn or as Returned; nil: they may.
func (s *Service) MayTakeBack(ctx context.Context, who Orderer, id string, to State) error {
	return s.db.View(ctx, func(tx Tx) error {
		o, err := s.takeable(ctx, tx, who, id, to)
		if err != nil {
			return err
		}
		undo, f, err := s.undoable(ctx, tx, o)
		if err != nil || !undo.services() {
			return err
		}
		return s.untouched(ctx, tx, o, f, undo)
	})
}
