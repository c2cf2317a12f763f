package bench

import (
	"context"
	"fmt"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

// nominalLists is the size of the municipality whose lists are measured, as it is called in names.
const nominalLists = 300_000

// question is one list or search, as a person or a system asks it; i varies what is asked.
type question struct {
	name string
	ask  func(ctx context.Context, i int) error
}

// listFamily measures what lists and search cost in a large municipality with work in progress. The limit is reading fifty
// rows by their keys from a bare table in the same database.
func listFamily(engine string) family {
	var names []string
	for _, q := range questions(&municipality.Municipality{}, nil) {
		names = append(names, listName(engine, q))
	}
	return family{names: names, about: "99th percentile of the queries behind lists and search at 300 000 clients",
		run: func(ctx context.Context, s *session) error { return lists(ctx, s, engine) }}
}

func listName(engine string, q question) string { return fmt.Sprintf("list-p99/%s/%s", engine, q.name) }

func lists(ctx context.Context, s *session, engine string) error {
	m, target, err := s.populated(ctx, engine, s.size(nominalLists, 60))
	if err != nil {
		return err
	}
	load, err := prepareOrders(ctx, m, s.size(10_000, 4), 4)
	if err != nil {
		return err
	}
	if _, _, err := load.place(ctx, m.Casework); err != nil {
		return err
	}
	if _, err := m.Log.Integrate(ctx); err != nil { // a server does so four times a second
		return err
	}
	b, err := newBare(ctx, engine, target, 200)
	if err != nil {
		return err
	}
	defer b.drop(ctx)
	if err := b.insert(ctx, 10_000); err != nil {
		return err
	}
	limit, err := timed(s.size(300, 3), func(i int) error { return b.read(ctx, 50, i) })
	if err != nil {
		return err
	}
	for _, q := range questions(m, load) {
		if !s.wants(listName(engine, q)) {
			continue
		}
		took, err := timed(s.size(300, 3), func(i int) error { return q.ask(ctx, i) })
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		s.note("  %s: p50 %.2f p99 %.2f max %.2f ms", q.name, quantile(took, 0.5), quantile(took, 0.99), quantile(took, 1))
		if err := s.emit(listName(engine, q), quantile(took, 0.99), "ms", quantile(limit, 0.99)); err != nil {
			return err
		}
	}
	return nil
}

// timed asks n times, after a few times that do not count.
func timed(n int, ask func(i int) error) ([]time.Duration, error) {
	var took []time.Duration
	for i := -3; i < n; i++ {
		began := time.Now()
		if err := ask(max(i, 0)); err != nil {
			return nil, err
		}
		if i >= 0 {
			took = append(took, time.Since(began))
		}
	}
	return took, nil
}

// questions are the lists that people and systems look at daily, with the filters that they use.
func questions(m *municipality.Municipality, load *orderLoad) []question {
	manager := routine.Who{Actor: "bench", Organisation: "2120009010", Role: routine.LockManager}
	officer := casework.Orderer{Organisation: "2120009010", Role: routine.CaseOfficer, Actor: "bench"}
	work := func(f casework.WorkFilter) func(context.Context, int) error {
		return func(ctx context.Context, i int) error {
			f.Limit = 50
			_, err := m.Casework.Worklist(ctx, manager, f)
			return err
		}
	}
	orders := func(f casework.OrderFilter) func(context.Context, int) error {
		return func(ctx context.Context, _ int) error {
			_, _, err := m.Casework.Orders(ctx, officer, f, "", 50)
			return err
		}
	}
	pages := func() *casework.Pages {
		return casework.NewPages(txn.Narrow(m.DB, func(tx *storage.Tx) casework.PagesTx { return tx }))
	}
	reader := casework.Reader{Actor: "bench", Role: "lock-manager"}
	names := []string{"Al", "Be", "Ka", "Li Sten", "Ma", "Ö", "Åk", "Eriksson", "Anna Ek", "Sk"}
	return []question{
		{"worklist", work(casework.WorkFilter{})},
		{"worklist-kind", work(casework.WorkFilter{Kind: routine.Mount})},
		{"worklist-postal-code", work(casework.WorkFilter{PostalCode: "991"})},
		{"worklist-order-kind", work(casework.WorkFilter{OrderKind: routine.ProviderChanged})},
		{"worklist-rare-order-kind", work(casework.WorkFilter{OrderKind: routine.LockEnds})},
		{"worklist-closed", work(casework.WorkFilter{Closed: true})},
		{"work-counts", func(ctx context.Context, _ int) error {
			_, err := m.Casework.WorkCounts(ctx, manager)
			return err
		}},
		{"orders", orders(casework.OrderFilter{})},
		{"orders-kind", orders(casework.OrderFilter{Kind: routine.AlarmGranted})},
		{"orders-state", orders(casework.OrderFilter{State: casework.InProgress})},
		{"client-search", func(ctx context.Context, i int) error {
			_, err := pages().Search(ctx, reader, names[i%len(names)]+"a")
			return err
		}},
		{"client-page", func(ctx context.Context, i int) error {
			_, err := pages().ClientPage(ctx, reader, load.client[i%len(load.client)], casework.Look{})
			return err
		}},
		{"keys", func(ctx context.Context, _ int) error {
			_, err := m.Fleet.Pool.Keys(ctx, manager, fleet.KeyFilter{State: fleet.KeyIssued}, fleet.Page{Limit: 50})
			return err
		}},
		{"batteries", func(ctx context.Context, _ int) error {
			_, err := m.Fleet.Cabinets.Batteries(ctx, manager, "", true, fleet.Page{Limit: 50})
			return err
		}},
		{"staff", func(ctx context.Context, _ int) error {
			_, err := m.Fleet.People.Members(ctx, routine.Who{Actor: "bench", Organisation: "2120009010", Role: routine.SystemOwner}, identity.MemberFilter{}, "", 50)
			return err
		}},
		{"consents", func(ctx context.Context, _ int) error {
			_, err := m.Register.Consents(ctx, manager, consent.Filter{Answer: consent.Given}, "", 50)
			return err
		}},
		{"owners", func(ctx context.Context, i int) error {
			_, err := m.Register.Owners(ctx, manager, consent.OwnerFilter{Name: names[i%len(names)]}, "", 50)
			return err
		}},
		{"receipts", func(ctx context.Context, _ int) error {
			_, err := m.Casework.Receipts(ctx, manager, casework.ReceiptFilter{Due: true}, receipt.Cursor{}, 50)
			return err
		}},
		{"journal", func(ctx context.Context, _ int) error {
			_, err := pages().Log(ctx, journal.Filter{}, "")
			return err
		}},
		{"journal-kind", func(ctx context.Context, _ int) error {
			_, err := pages().Log(ctx, journal.Filter{Kinds: []journal.Kind{journal.OrderReceived}}, "")
			return err
		}},
	}
}
