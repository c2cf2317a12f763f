package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

// sizes are the numbers of clients between which the cost of an order must not grow.
func (s *session) sizes() []int {
	if s.quick {
		return []int{20, 25, 30, 40}
	}
	return []int{1000, 10_000, 100_000, 300_000}
}

// bigTownFamilies measure in large municipalities: lists and pages last, in the largest one that orders were measured in.
func bigTownFamilies() (all []family) {
	for _, engine := range engines() {
		all = append(all, scaleFamily(engine), listFamily(engine), pageFamily(engine, nominalLists))
	}
	return all
}

// nominal are the sizes as they are called in names, also in a quick run.
var nominal = [...]int{1000, 10_000, 100_000, 300_000}

// scaleFamily measures one order, and the rights of one order alone, in municipalities of four sizes. The limit is a bare
// durable transaction that writes as many rows, in the same database.
func scaleFamily(engine string) family {
	var names []string
	for _, n := range nominal {
		for _, what := range []string{"order", "order-p99", "rights"} {
			names = append(names, fmt.Sprintf("%s/%s/%d", what, engine, n))
		}
	}
	names = append(names, "order-growth/"+engine, "rights-growth/"+engine)
	return family{names: names,
		about: "one order with all its effects, and its rights alone, at 1 000, 10 000, 100 000 and 300 000 clients",
		run:   func(ctx context.Context, s *session) error { return scale(ctx, s, engine) }}
}

// medians are what is compared between sizes, in milliseconds.
type medians struct{ order, bareOrder, rights, bareRights float64 }

func scale(ctx context.Context, s *session, engine string) error {
	growth := []string{"order-growth/" + engine, "rights-growth/" + engine}
	found := map[int]medians{}
	for i, clients := range s.sizes() {
		called := nominal[i]
		names := []string{fmt.Sprintf("order/%s/%d", engine, called), fmt.Sprintf("order-p99/%s/%d", engine, called), fmt.Sprintf("rights/%s/%d", engine, called)}
		if !s.wantsAny(append(names, growth...)...) {
			continue
		}
		m, err := s.atSize(ctx, engine, clients, names)
		if err != nil {
			return fmt.Errorf("%d clients: %w", clients, err)
		}
		found[i] = m
	}
	first, last := found[0], found[len(s.sizes())-1]
	if first.order == 0 || last.order == 0 {
		return nil
	}
	if err := s.emit(growth[0], last.order/first.order, "x", last.bareOrder/first.bareOrder); err != nil {
		return err
	}
	return s.emit(growth[1], last.rights/first.rights, "x", last.bareRights/first.bareRights)
}

// atSize measures in one municipality of a size.
func (s *session) atSize(ctx context.Context, engine string, clients int, names []string) (medians, error) {
	var out medians
	m, target, err := s.populated(ctx, engine, clients)
	if err != nil {
		return out, err
	}
	load, err := prepareOrders(ctx, m, s.size(600, 4), 3)
	if err != nil {
		return out, err
	}
	writes, err := load.count(ctx)
	if err != nil {
		return out, err
	}
	b, err := newBare(ctx, engine, target, 200)
	if err != nil {
		return out, err
	}
	defer b.drop(ctx)
	if _, err := b.transactions(ctx, s.size(50, 1), writes); err != nil { // warm
		return out, err
	}
	before := m.DB.Trips()
	orders, calm, err := load.place(ctx, m.Casework)
	if err != nil {
		return out, err
	}
	if len(calm) > 0 {
		s.note("  %d of %d orders while the machine's host took no processor time: p99 %.1f ms, max %.1f ms", len(calm), len(orders), quantile(calm, 0.99), quantile(calm, 1))
	}
	trips := float64(m.DB.Trips()-before) / float64(len(orders))
	bareOrders, err := b.transactions(ctx, s.size(400, 2), writes)
	if err != nil {
		return out, err
	}
	rights, changed, err := load.rights(ctx)
	if err != nil {
		return out, err
	}
	bareRights, err := b.transactions(ctx, s.size(400, 2), changed)
	if err != nil {
		return out, err
	}
	s.note("  %d clients: an order writes %d rows, its rights %d; orders p50 %.2f p99 %.2f max %.2f ms, %.1f times to the database", clients, writes, changed,
		quantile(orders, 0.5), quantile(orders, 0.99), quantile(orders, 1), trips)
	out = medians{quantile(orders, 0.5), quantile(bareOrders, 0.5), quantile(rights, 0.5), quantile(bareRights, 0.5)}
	if err := s.emit(names[0], out.order, "ms", out.bareOrder); err != nil {
		return out, err
	}
	if err := s.emit(names[1], quantile(orders, 0.99), "ms", quantile(bareOrders, 0.99)); err != nil {
		return out, err
	}
	return out, s.emit(names[2], out.rights, "ms", out.bareRights)
}

// orderLoad is a number of orders that the municipality's own clients can have.
type orderLoad struct {
	m      *municipality.Municipality
	who    casework.Orderer
	orders []casework.NewOrder
	client []string // ids of clients with rights
}

// prepareOrders picks clients spread over all: those without an alarm are granted one, those with home care change provider, that many
// days from today. Another load in the same municipality is for another day.
func prepareOrders(ctx context.Context, m *municipality.Municipality, n, days int) (*orderLoad, error) {
	load := &orderLoad{m: m, who: casework.Orderer{Organisation: "2120009010", Role: routine.CaseOfficer, Actor: "bench"}}
	loc, err := stockholm()
	if err != nil {
		return nil, err
	}
	from := today().Start(loc).UTC().AddDate(0, 0, days)
	err = m.DB.View(ctx, func(tx *storage.Tx) error {
		load.orders, load.client = nil, nil
		groups, err := tx.Groups(ctx)
		if err != nil {
			return err
		}
		alarm, others := kinds(groups)
		ids, err := spread(ctx, tx, 4*n)
		if err != nil {
			return err
		}
		clients, err := tx.ClientsByID(ctx, ids)
		if err != nil {
			return err
		}
		services, err := tx.ServicesOf(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			o := casework.NewOrder{PersonalNumber: clients[id].PersonalNumber, Effective: from, Channel: "bench",
				IdempotencyKey: fmt.Sprintf("bench-%s-%d", id, days)}
			switch home := openHomeCare(services[id], from); {
			case len(load.orders) >= n:
				continue
			case home != "" && len(load.orders)%2 == 0:
				o.Kind, o.Group, o.ToGroup = routine.ProviderChanged, others[home], others[""]
				if o.Group == o.ToGroup {
					continue
				}
			case !hasKind(services[id], routine.Alarm):
				o.Kind, o.Group = routine.AlarmGranted, alarm
			default:
				continue
			}
			load.orders = append(load.orders, o)
			load.client = append(load.client, id)
		}
		return nil
	})
	if err == nil && len(load.orders) < 2 {
		err = fmt.Errorf("only %d clients can have an order", len(load.orders))
	}
	return load, err
}

// count carries out the first orders and returns the median number of rows that one writes.
func (l *orderLoad) count(ctx context.Context) (int, error) {
	var n int
	counted := casework.NewService(txn.Narrow(l.m.DB, func(tx *storage.Tx) casework.Tx { return counting{tx, &n} }), l.m.Profile)
	var all []int
	k := min(20, len(l.orders)/2)
	for _, o := range l.orders[:k] {
		n = 0
		if _, err := counted.Place(ctx, l.who, o); err != nil {
			return 0, err
		}
		all = append(all, n)
	}
	l.orders = l.orders[k:]
	slices.Sort(all)
	return all[len(all)/2], nil
}

// place times the orders, one after the other, as they are answered: durable. calm are those among them during which the machine's
// host took no processor time.
func (l *orderLoad) place(ctx context.Context, s *casework.Service) (all, calm []time.Duration, err error) {
	for _, o := range l.orders {
		before, t := stolen(), time.Now()
		if _, err := s.Place(ctx, l.who, o); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", o.Kind, err)
		}
		took := time.Since(t)
		if all = append(all, took); stolen() == before {
			calm = append(calm, took)
		}
	}
	return all, calm, nil
}

// rights takes a ground from a client and gives it back, each in a transaction of its own, and times the giving back. It also
// returns how many rows that wrote, on average.
func (l *orderLoad) rights(ctx context.Context) ([]time.Duration, int, error) {
	var all []time.Duration
	written := 0
	for _, id := range l.client {
		var grounds []access.Ground
		err := l.m.DB.Update(ctx, func(tx *storage.Tx) (err error) {
			if grounds, err = tx.GroundsOf(ctx, []string{id}); err != nil || len(grounds) == 0 {
				return err
			}
			_, err = access.Materialise(ctx, tx, []string{id}, grounds[1:])
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		if len(grounds) == 0 {
			continue
		}
		t := time.Now()
		err = l.m.DB.Update(ctx, func(tx *storage.Tx) error {
			change, err := access.Materialise(ctx, tx, []string{id}, grounds)
			if err == nil {
				written += change.Added + 1
			}
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		all = append(all, time.Since(t))
	}
	if len(all) == 0 {
		return nil, 0, fmt.Errorf("no client has a ground")
	}
	return all, max(written/len(all), 1), nil
}
