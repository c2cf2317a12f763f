package storage

import (
	"context"

	"hemnyckel/internal/domain/fleet"
)

// StockCounts implements fleet.StockTx: keys count while they are the lock manager's.
func (tx *Tx) StockCounts(ctx context.Context) (inStock, booked map[fleet.Product]int, err error) {
	inStock, booked = map[fleet.Product]int{}, map[fleet.Product]int{}
	err = each(ctx, tx, func(r row) error {
		var p fleet.Product
		var state fleet.LockState
		var n int
		err := r.Scan(&p, &state, &n)
		if state == fleet.Booked {
			booked[p] = n
		} else {
			inStock[p] = n
		}
		return err
	}, `SELECT kind, state, COUNT(*) FROM locks WHERE state <> 'mounted' AND state IN ('stock', 'booked') GROUP BY kind, state
		UNION ALL SELECT 'key', 'stock', COUNT(*) FROM keys WHERE state = 'stock' AND group_id IS NULL`)
	return inStock, booked, err
}

// ExpectedCounts implements fleet.StockTx.
func (tx *Tx) ExpectedCounts(ctx context.Context) (map[fleet.Product]int, error) {
	out := map[fleet.Product]int{}
	err := each(ctx, tx, func(r row) error {
		var p fleet.Product
		var n int
		err := r.Scan(&p, &n)
		out[p] = n
		return err
	}, `SELECT l.product, CAST(SUM(l.quantity - l.arrived) AS BIGINT) FROM supply_orders o JOIN supply_lines l ON l.order_id = o.id
		WHERE o.state IN ('sent', 'partly') GROUP BY l.product`)
	return out, err
}

// StockThings implements fleet.StockTx: locks by serial number, then keys by number. The place in the list begins with what
// it is.
func (tx *Tx) StockThings(ctx context.Context, f fleet.StockFilter, p fleet.Page) ([]fleet.StockThing, error) {
	thing, after := splitThing(p.After)
	var out []fleet.StockThing
	if thing == fleet.LockThing && f.Thing != fleet.KeyThing {
		var q where
		q.and("state <> 'mounted' AND serial > ", after)
		q.equal("state", f.State)
		locks, err := collect(ctx, tx, func(r row) (fleet.StockThing, error) {
			t := fleet.StockThing{Thing: fleet.LockThing}
			err := r.Scan(&t.Serial, &t.Product, &t.State, &t.Reason)
			return t, err
		}, `SELECT serial, kind, state, reason FROM locks`+q.text+` ORDER BY serial`+q.limit(p.Limit), q.args...)
		if err != nil || len(locks) == p.Limit || f.Thing == fleet.LockThing {
			return locks, err
		}
		out, after = locks, ""
	}
	var q where
	q.and("state <> 'issued' AND number > ", after)
	q.equal("state", f.State)
	keys, err := collect(ctx, tx, func(r row) (fleet.StockThing, error) {
		t := fleet.StockThing{Thing: fleet.KeyThing, Product: fleet.KeyProduct}
		err := r.Scan(&t.Serial, &t.State, &t.Reason)
		return t, err
	}, `SELECT number, state, block_reason FROM keys`+q.text+` ORDER BY number`+q.limit(p.Limit-len(out)), q.args...)
	return append(out, keys...), err
}

func splitThing(after string) (fleet.Thing, string) {
	if len(after) > 4 && after[:4] == "key " {
		return fleet.KeyThing, after[4:]
	}
	if len(after) > 5 && after[:5] == "lock " {
		return fleet.LockThing, after[5:]
	}
	return fleet.LockThing, ""
}

// ArrivalOf implements fleet.StockTx.
func (tx *Tx) ArrivalOf(ctx context.Context, t fleet.Thing, serial string) (fleet.Arrival, bool, error) {
	return one(ctx, tx, func(r row) (fleet.Arrival, error) {
		var a fleet.Arrival
		err := r.Scan(&a.Product, &a.Serial, (*nullText)(&a.OrderID), (*zeroTime)(&a.At), &a.Actor)
		return a, err
	}, `SELECT product, serial, order_id, at_us, actor FROM arrivals WHERE thing = $1 AND serial = $2`, string(t), serial)
}

// InsertArrival implements fleet.StockTx.
func (tx *Tx) InsertArrival(ctx context.Context, a fleet.Arrival) error {
	return tx.later(ctx, `INSERT INTO arrivals (thing, serial, product, order_id, at_us, actor) VALUES ($1, $2, $3, $4, $5, $6)`,
		string(a.Product.Thing()), a.Serial, string(a.Product), orNull(a.OrderID), us(a.At), a.Actor)
}

// CountArrival implements fleet.StockTx.
func (tx *Tx) CountArrival(ctx context.Context, orderID string, p fleet.Product) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE supply_lines SET arrived = arrived + 1 WHERE order_id = $1 AND product = $2 AND arrived < quantity`, orderID, string(p))
	return n == 1, err
}

const supplyColumns = `id, supplier, reference, state, created_us, sent_us, expected_us, closed_us`

func scanSupply(r row) (fleet.SupplyOrder, error) {
	var o fleet.SupplyOrder
	err := r.Scan(&o.ID, &o.Supplier, &o.Reference, &o.State, (*zeroTime)(&o.Created), (*zeroTime)(&o.Sent), (*zeroTime)(&o.Expected), (*zeroTime)(&o.Closed))
	return o, err
}

// SupplyOrder implements fleet.StockTx.
func (tx *Tx) SupplyOrder(ctx context.Context, id string) (fleet.SupplyOrder, bool, error) {
	o, ok, err := one(ctx, tx, scanSupply, `SELECT `+supplyColumns+` FROM supply_orders WHERE id = $1`, id)
	if err != nil || !ok {
		return o, ok, err
	}
	all := []fleet.SupplyOrder{o}
	err = tx.supplyLines(ctx, all)
	return all[0], true, err
}

// SupplyOrders implements fleet.StockTx.
func (tx *Tx) SupplyOrders(ctx context.Context, state fleet.SupplyState, p fleet.Page) ([]fleet.SupplyOrder, error) {
	var q where
	q.equal("state", string(state))
	q.and("id > ", p.After)
	all, err := collect(ctx, tx, scanSupply, `SELECT `+supplyColumns+` FROM supply_orders`+q.text+` ORDER BY id`+q.limit(p.Limit), q.args...)
	if err != nil {
		return nil, err
	}
	return all, tx.supplyLines(ctx, all)
}

// supplyLines adds the lines to orders.
func (tx *Tx) supplyLines(ctx context.Context, orders []fleet.SupplyOrder) error {
	ids, at := make([]string, len(orders)), map[string]int{}
	for i, o := range orders {
		ids[i], at[o.ID] = o.ID, i
	}
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var id string
		var l fleet.SupplyLine
		err := r.Scan(&id, &l.Product, &l.Quantity, &l.Arrived)
		if i, ok := at[id]; ok {
			orders[i].Lines = append(orders[i].Lines, l)
		}
		return struct{}{}, err
	}, `SELECT order_id, product, quantity, arrived FROM supply_lines WHERE order_id IN %s ORDER BY order_id, product`, ids)
	return err
}

// PutSupplyOrder implements fleet.StockTx. What has arrived is counted by CountArrival alone.
func (tx *Tx) PutSupplyOrder(ctx context.Context, o fleet.SupplyOrder) error {
	columns := []string{"id", "supplier", "reference", "state", "created_us", "sent_us", "expected_us", "closed_us"}
	err := put(ctx, tx, "supply_orders", columns, 1, []fleet.SupplyOrder{o}, func(o fleet.SupplyOrder) []any {
		return []any{o.ID, o.Supplier, o.Reference, string(o.State), us(o.Created), usOrZero(o.Sent), usOrZero(o.Expected), usOrZero(o.Closed)}
	})
	if err != nil {
		return err
	}
	rows := make([][]any, len(o.Lines))
	for i, l := range o.Lines {
		rows[i] = []any{o.ID, string(l.Product), l.Quantity, 0}
	}
	return tx.insert(ctx, "supply_lines", []string{"order_id", "product", "quantity", "arrived"}, rows, "ON CONFLICT DO NOTHING")
}

const warrantyColumns = `id, thing, thing_id, serial, fault, reference, sent_us, remind_us, reminders, answer, answered_us, replacement`

func scanWarranty(r row) (fleet.WarrantyReturn, error) {
	var w fleet.WarrantyReturn
	err := r.Scan(&w.ID, &w.Thing, &w.ThingID, &w.Serial, &w.Fault, &w.Reference, (*zeroTime)(&w.Sent), (*zeroTime)(&w.Remind), &w.Reminders,
		&w.Answer, (*zeroTime)(&w.Answered), &w.Replacement)
	return w, err
}

// WarrantyReturn implements fleet.StockTx.
func (tx *Tx) WarrantyReturn(ctx context.Context, id string) (fleet.WarrantyReturn, bool, error) {
	return one(ctx, tx, scanWarranty, `SELECT `+warrantyColumns+` FROM warranty_returns WHERE id = $1`, id)
}

// WarrantyReturns implements fleet.StockTx.
func (tx *Tx) WarrantyReturns(ctx context.Context, f fleet.WarrantyFilter, p fleet.Page) ([]fleet.WarrantyReturn, error) {
	var q where
	if f.Open || !f.RemindBy.IsZero() {
		q.and("answered_us = ", 0)
	}
	if !f.RemindBy.IsZero() {
		q.and("remind_us < ", us(f.RemindBy))
	}
	if at, id, ok := p.Place(); ok {
		q.beyond("remind_us", "id", at, id)
	}
	return collect(ctx, tx, scanWarranty, `SELECT `+warrantyColumns+` FROM warranty_returns`+q.text+` ORDER BY remind_us, id`+q.limit(p.Limit), q.args...)
}

// PutWarrantyReturn implements fleet.StockTx.
func (tx *Tx) PutWarrantyReturn(ctx context.Context, w fleet.WarrantyReturn) error {
	columns := []string{"id", "thing", "thing_id", "serial", "fault", "reference", "sent_us", "remind_us", "reminders", "answer", "answered_us", "replacement"}
	return put(ctx, tx, "warranty_returns", columns, 1, []fleet.WarrantyReturn{w}, func(w fleet.WarrantyReturn) []any {
		return []any{w.ID, string(w.Thing), w.ThingID, w.Serial, w.Fault, w.Reference, us(w.Sent), us(w.Remind), w.Reminders, string(w.Answer),
			usOrZero(w.Answered), w.Replacement}
	})
}

var _ fleet.StockTx = (*Tx)(nil)
