package casework_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var (
	drafter  = routine.Who{Actor: "a", Organisation: city, Role: routine.SystemOwner}
	reviewer = routine.Who{Actor: "b", Organisation: city, Role: routine.CaseOfficer}
)

// people adds clients of their own dwellings, in two postal codes, and returns their numbers.
func (n town) people(t testing.TB, count int) []string {
	t.Helper()
	numbers := []string{"189001039800", "189001049817", "189001059808", "189001069815", "189001079806", "189001089813"}[:count]
	var batch casework.RegisterBatch
	for i, number := range numbers {
		batch.Clients = append(batch.Clients, casework.RegisterClient{Client: care.Client{PersonalNumber: number},
			Dwelling: care.Dwelling{AddressKey: "m" + number, Street: fmt.Sprintf("Provgatan %d", i+2), PostalCode: fmt.Sprintf("4329%d", i%2), Town: "Provköping"}})
	}
	err := n.db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := n.ApplyRegisters(t.Context(), tx, casework.Import{ID: "run"}, batch)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return numbers
}

// state is everybody's services that are more than nothing, grounds and rights, as text.
func (n town) state(t failer, numbers []string) string {
	t.Helper()
	var out []byte
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), numbers)
		if err != nil {
			return err
		}
		var ids []string
		for _, c := range clients {
			ids = append(ids, c.ID)
		}
		slices.Sort(ids)
		services, err := tx.ServicesOf(t.Context(), ids)
		if err != nil {
			return err
		}
		for id := range services {
			services[id] = slices.DeleteFunc(services[id], func(v care.Service) bool { return !v.From.Before(v.Until) })
		}
		rights, err := tx.RightsOf(t.Context(), ids)
		if err != nil {
			return err
		}
		grounds, err := tx.GroundsOf(t.Context(), ids)
		if err != nil {
			return err
		}
		var lines []string
		for _, r := range rights {
			lines = append(lines, fmt.Sprintf("right %+v", r))
		}
		for _, g := range grounds {
			lines = append(lines, fmt.Sprintf("ground %+v", g))
		}
		slices.Sort(lines)
		out, err = json.MarshalIndent([]any{services, lines}, "", " ")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func (n town) mass(t failer, in casework.NewMass) casework.MassChange {
	t.Helper()
	in.Reason = "ny upphandling"
	m, err := n.DraftMass(t.Context(), drafter, in)
	if err == nil {
		m, err = n.ReviewMass(t.Context(), reviewer, m.ID)
	}
	if err == nil {
		m, err = n.ApplyMass(t.Context(), drafter, m.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A provider leaves: each client goes where its postal code, or the client itself, says; at one midnight, without gap or overlap.
//
// proves V5.1-f
func TestMassChange(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		numbers := append(n.people(t, 4), alma)
		for _, number := range numbers {
			n.place(t, officer, order(routine.HomeCareGranted, number, ahead(-3), "H1"))
		}
		in := casework.NewMass{Kind: casework.ProviderReplaced, Effective: ahead(10),
			Spec: casework.MassSpec{From: []string{"H1"}, Postal: map[string]string{"43290": "H2", "43291": "H3"}}}
		before := n.state(t, numbers)
		in.Reason = "konkurs"
		draft, err := n.DraftMass(t.Context(), drafter, in)
		if err != nil || draft.Total != 5 || !draft.Planned() {
			t.Fatalf("draft: %+v, %v", draft, err)
		}
		rows, _, err := n.MassRows(t.Context(), drafter, draft.ID, "", 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		homeless := 0
		for _, r := range rows {
			if r.To == "" {
				homeless++
			} else if r.Services == 0 || r.Rights == 0 && r.ClientID == "" {
				t.Errorf("the preview shows no change: %+v", r)
			}
		}
		if homeless != 1 || n.state(t, numbers) != before {
			t.Errorf("%d rows without a group; a draft changed something: %v", homeless, n.state(t, numbers) != before)
		}
		if _, err := n.ApplyMass(t.Context(), drafter, draft.ID); !errors.Is(err, casework.ErrMassState) {
			t.Errorf("applied without review: %v", err)
		}
		if _, err := n.ReviewMass(t.Context(), drafter, draft.ID); !errors.Is(err, casework.ErrMassReviewer) {
			t.Errorf("reviewed by its maker: %v", err)
		}
		if _, err := n.ReviewMass(t.Context(), routine.Who{Actor: "c", Role: routine.Provider}, draft.ID); !errors.Is(err, casework.ErrMassRole) {
			t.Errorf("reviewed by a provider: %v", err)
		}
		if _, err := n.ReviewMass(t.Context(), reviewer, draft.ID); err != nil {
			t.Fatal(err)
		}
		done, err := n.ApplyMass(t.Context(), drafter, draft.ID)
		if err != nil || done.State != casework.MassApplied || done.Count != 5 {
			t.Fatalf("applied: %+v, %v", done, err)
		}
		refused, _, _ := n.MassRows(t.Context(), drafter, draft.ID, casework.RowRefused, 0, 100)
		if len(refused) != 1 || refused[0].Note != "mass-no-group" {
			t.Errorf("refused: %+v", refused)
		}
		for i, number := range numbers[:4] {
			want := []string{"H2", "H3"}[i%2]
			if got := n.serves(t, number, ahead(10)); got != want {
				t.Errorf("client %d is served by %s, want %s", i, got, want)
			}
			if got := n.serves(t, number, ahead(10).Add(-time.Microsecond)); got != "H1" {
				t.Errorf("client %d is served by %s the moment before", i, got)
			}
		}
	})
}

// serves says which home-care groups serve a client at t.
func (n town) serves(t failer, number string, at time.Time) string {
	t.Helper()
	out := ""
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), []string{number})
		if err != nil {
			return err
		}
		services, err := tx.ServicesOf(t.Context(), []string{clients[number].ID})
		if err != nil {
			return err
		}
		groups, err := tx.Groups(t.Context())
		for _, v := range services[clients[number].ID] {
			for _, g := range groups {
				if g.ID == v.Group.ID && v.Kind == routine.HomeCare && v.During(at) {
					out += g.Code
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Applying and undoing is doing nothing, whoever was served by whom.
func TestUndoneMassChangeIsAsIfItNeverWas(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		numbers := append(n.people(t, 2), alma)
		for _, number := range numbers {
			n.place(t, officer, order(routine.HomeCareGranted, number, ahead(-5), "H1"))
		}
		for seed := range 6 { // each costs dozens of durable transactions
			c := plans(numbers).Example(seed)
			for _, in := range c.orders {
				_, _ = n.Place(t.Context(), officer, in) // some contradict what is: they change nothing
			}
			before := n.state(t, numbers)
			m := n.mass(t, c.mass)
			undone, err := n.UndoMass(t.Context(), drafter, m.ID)
			if err != nil || undone.State != casework.MassUndone {
				t.Fatalf("seed %d: undone: %+v, %v", seed, undone, err)
			}
			if after := n.state(t, numbers); after != before {
				t.Fatalf("seed %d: not as it was:\n%s\n%s", seed, before, after)
			}
		}
	})
}

// plan is some orders, and a mass change after them.
type plan struct {
	orders []casework.NewOrder
	mass   casework.NewMass
}

func plans(numbers []string) *rapid.Generator[plan] {
	return rapid.Custom(func(r *rapid.T) plan {
		var p plan
		for range rapid.IntRange(0, 4).Draw(r, "orders") {
			kinds := []routine.OrderKind{routine.HomeCareGranted, routine.HomeCareEnded}
			p.orders = append(p.orders, order(rapid.SampledFrom(kinds).Draw(r, "kind"), rapid.SampledFrom(numbers).Draw(r, "client"),
				ahead(rapid.IntRange(-2, 30).Draw(r, "day")), rapid.SampledFrom([]string{"H1", "H2", "H3"}).Draw(r, "group")))
		}
		p.mass = casework.NewMass{Kind: casework.GroupSplit, Effective: ahead(rapid.IntRange(1, 20).Draw(r, "effective")),
			Spec: casework.MassSpec{From: []string{"H1"}, To: rapid.SampledFrom([]string{"H2", "R1"}).Draw(r, "to"), Postal: map[string]string{"43290": "H3"}}}
		return p
	})
}

func TestMassChangesThatCannotBe(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-3), "H1"))
		good := casework.NewMass{Kind: casework.GroupsMerged, Effective: ahead(3), Reason: "x", Spec: casework.MassSpec{From: []string{"H1"}, To: "H2"}}
		for name, c := range map[string]struct {
			change func(*casework.NewMass)
			want   error
		}{
			"past":     {func(m *casework.NewMass) { m.Effective = ahead(-1) }, casework.ErrMassLate},
			"no group": {func(m *casework.NewMass) { m.Spec.To = "" }, casework.ErrMassInvalid},
			"unknown":  {func(m *casework.NewMass) { m.Spec.To = "H9" }, casework.ErrGroupUnknown},
			"no why":   {func(m *casework.NewMass) { m.Reason = "" }, casework.ErrMassInvalid},
			"kind":     {func(m *casework.NewMass) { m.Kind = "all" }, casework.ErrMassInvalid},
		} {
			in := good
			c.change(&in)
			if _, err := n.DraftMass(t.Context(), drafter, in); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		// What has been decided since stays, and the row says why.
		m := n.mass(t, good)
		n.place(t, officer, order(routine.HomeCareEnded, alma, ahead(5), "H2"))
		undone, err := n.UndoMass(t.Context(), drafter, m.ID)
		rows, _, _ := n.MassRows(t.Context(), drafter, m.ID, "", 0, 10)
		if err != nil || undone.State != casework.MassUndone || rows[0].State != casework.RowApplied || rows[0].Note != "order-later-change" {
			t.Errorf("got %+v, %v, %+v", undone.State, err, rows)
		}
		if got := n.serves(t, alma, ahead(4)); got != "H2" {
			t.Errorf("served by %s", got)
		}
	})
}
