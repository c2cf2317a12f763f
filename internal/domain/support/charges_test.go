package support_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
)

// charges returns the charges of a fault ("" of none) as "kind payer/org amount rule state", the oldest first.
func (n *town) charges(t testing.TB, fault string) []string {
	t.Helper()
	all, err := n.Charges(t.Context(), manager, support.Charges{})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range slices.Backward(all) {
		if c.FaultID == fault {
			out = append(out, fmt.Sprintf("%s %s/%s %d %s %s", c.Kind, c.Payer, c.PayerOrg, c.Amount, c.Rule, c.State))
		}
	}
	return out
}

// proves V2.2-d, V6-a, V6-b, V6-c
func TestWhoPaysForAFault(t *testing.T) {
	cases := []struct {
		name  string
		kind  support.ThingKind
		label string
		end   support.End
		rule  string
		want  []string
	}{
		{"a worn lock", support.Lock, "DC1", support.End{Cause: support.Wear}, "V6-a", nil},
		{"a lock broken by negligence", support.Lock, "DC1", support.End{Cause: support.Negligence, Cost: 4200}, "V6-b",
			[]string{"broken-lock provider/" + firm + " 4200 V6-b proposed"}},
		{"called out for wear", support.Lock, "DC1", support.End{Cause: support.Wear, CallOut: true}, "V6-a", nil},
		{"called out for a handling error, home care", support.Lock, "DC1", support.End{Cause: support.HandlingError, CallOut: true}, "V6-c",
			[]string{"call-out provider/" + firm + " 1000 V6-c proposed"}},
		{"called out for a handling error, alarm only", support.Lock, "DC2", support.End{Cause: support.HandlingError, CallOut: true}, "V6-c",
			[]string{"call-out alarm-team/" + city + " 1000 V6-c proposed"}},
		{"handling error without a call-out", support.Lock, "DC1", support.End{Cause: support.HandlingError}, "V6-a", nil},
		{"negligence and a call-out", support.Lock, "DC1", support.End{Cause: support.Negligence, CallOut: true, Cost: 900}, "V6-b",
			[]string{"broken-lock provider/" + firm + " 900 V6-b proposed", "call-out provider/" + firm + " 1000 V6-c proposed"}},
		{"a flat battery", support.Key, "N1", support.End{Cause: support.BatteryEmpty}, "V6-a", nil},
		{"a key broken by negligence", support.Key, "N1", support.End{Cause: support.Negligence, Cost: 77}, "V2.2-d",
			[]string{"broken-key provider/" + firm + " 1000 V2.2-d proposed"}},
		{"the delivery firm's key", support.Key, "N3", support.End{Cause: support.Negligence}, "V2.2-d",
			[]string{"broken-key provider/" + courier + " 1000 V2.2-d proposed"}},
		{"a station broken by negligence", support.Station, "Norr", support.End{Cause: support.Negligence}, "V6-b",
			[]string{"broken-equipment provider/" + firm + " 0 V6-b proposed"}},
	}
	each(t, profile(), func(t *testing.T, n *town) {
		for _, c := range cases {
			f, _ := n.report(t, provider, c.kind, c.label, false)
			c.end.Done = "åtgärdat"
			ended, err := n.finish(t, f.ID, support.Remedied, c.end)
			if err != nil || ended.Rule != c.rule {
				t.Errorf("%s: got rule %q, %v, want %q", c.name, ended.Rule, err, c.rule)
			}
			if got := n.charges(t, f.ID); !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	})
}

// proves V6-a, V6-c
func TestAMunicipalityThatChargesNothing(t *testing.T) {
	p := profile()
	p.Prices = routine.Prices{}
	each(t, p, func(t *testing.T, n *town) {
		f, _ := n.report(t, provider, support.Lock, "DC1", false)
		ended, err := n.finish(t, f.ID, support.Remedied, support.End{Cause: support.Negligence, CallOut: true, Done: "x", Cost: 100})
		if got := n.charges(t, f.ID); err != nil || ended.Rule != "V6-a" || len(got) != 0 {
			t.Errorf("got rule %s, charges %v, %v", ended.Rule, got, err)
		}
	})
}

// extra proposes keys beyond the basic equipment.
func (n *town) extra(t testing.TB, source string, each int) support.Charge {
	t.Helper()
	c, err := n.Propose(t.Context(), manager, support.Proposal{Source: source, Kind: routine.CostExtraKey, Units: 2, Each: each, Payers: support.Payers{Provider: firm}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// proves V6-b, V6-e
func TestAChargeFromProposalToInvoice(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		ctx := t.Context()
		c := n.extra(t, "extra:1", 600)
		if c.Amount != 1200 || c.Rule != "V6-b" || c.State != support.Proposed || c.DecidedBy != "" {
			t.Fatalf("proposed: got %+v", c)
		}
		if again := n.extra(t, "extra:1", 600); again.ID != c.ID {
			t.Error("the same thing was charged twice")
		}
		if _, err := n.ExportCharges(ctx, manager, "november"); !errors.Is(err, support.ErrNothing) {
			t.Errorf("exported before a decision: got %v", err)
		}
		if _, err := n.Charge(ctx, provider, c.ID); !errors.Is(err, support.ErrChargeUnknown) {
			t.Errorf("the payer saw a proposal: %v", err)
		}
		for _, bad := range []struct {
			who  routine.Who
			in   support.Decision
			want error
		}{
			{provider, support.Decision{State: support.Approved}, support.ErrMayNot},
			{manager, support.Decision{State: support.Waived}, support.ErrChargeReason},
			{manager, support.Decision{State: support.Approved, Amount: 100}, support.ErrChargeReason},
			{manager, support.Decision{State: support.Approved, Amount: -1}, support.ErrAmount},
			{manager, support.Decision{State: support.Approved, PayerOrg: "123", Reason: "x"}, support.ErrPayer},
			{manager, support.Decision{State: support.Exported}, support.ErrDecision},
		} {
			if _, err := n.Decide(ctx, bad.who, c.ID, bad.in); !errors.Is(err, bad.want) {
				t.Errorf("%+v: got %v, want %v", bad.in, err, bad.want)
			}
		}
		if _, err := n.Decide(ctx, manager, c.ID, support.Decision{State: support.Approved}); err != nil {
			t.Fatal(err)
		}
		c, err := n.Decide(ctx, manager, c.ID, support.Decision{State: support.Approved, Amount: 600, Reason: "en fanns redan"})
		if err != nil || c.Amount != 600 || c.Proposed != 1200 {
			t.Fatalf("decided anew: got %+v, %v", c, err)
		}
		run, err := n.ExportCharges(ctx, manager, "november")
		if err != nil || run.Charges != 1 || run.Total != 600 {
			t.Fatalf("export: got %+v, %v", run, err)
		}
		again, err := n.ExportCharges(ctx, manager, "november")
		if err != nil || again.ID != run.ID || again.Charges != 1 {
			t.Errorf("the same run again: got %+v, %v", again, err)
		}
		if _, err := n.ExportCharges(ctx, manager, "december"); !errors.Is(err, support.ErrNothing) {
			t.Errorf("exported twice: got %v", err)
		}
		if _, err := n.Decide(ctx, manager, c.ID, support.Decision{State: support.Waived, Reason: "x"}); !errors.Is(err, support.ErrExported) {
			t.Errorf("changed after export: got %v", err)
		}
		if own, err := n.Charges(ctx, provider, support.Charges{}); err != nil || len(own) != 1 || own[0].ID != c.ID {
			t.Errorf("the payer's list: got %v, %v", own, err)
		}
		if others, err := n.Charges(ctx, delivery, support.Charges{PayerOrg: firm}); err != nil || len(others) != 0 {
			t.Errorf("another's charges: got %v, %v", others, err)
		}
	})
}

// proves V6-e
func TestAnExportedChargeIsCorrectedByACredit(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		ctx := t.Context()
		c := n.extra(t, "extra:1", 500)
		if _, err := n.Credit(ctx, manager, c.ID, 100, "fel"); !errors.Is(err, support.ErrNotExported) {
			t.Errorf("credited before export: got %v", err)
		}
		if _, err := n.Decide(ctx, manager, c.ID, support.Decision{State: support.Approved}); err != nil {
			t.Fatal(err)
		}
		if _, err := n.ExportCharges(ctx, manager, "1"); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []struct {
			amount int
			reason string
			want   error
		}{{1001, "fel", support.ErrAmount}, {0, "fel", support.ErrAmount}, {10, "", support.ErrChargeReason}} {
			if _, err := n.Credit(ctx, manager, c.ID, bad.amount, bad.reason); !errors.Is(err, bad.want) {
				t.Errorf("%d %q: got %v, want %v", bad.amount, bad.reason, err, bad.want)
			}
		}
		credit, err := n.Credit(ctx, manager, c.ID, 700, "en nyckel kom tillbaka")
		if err != nil || credit.Amount != -700 || credit.Rule != c.Rule || credit.Credits != c.ID || credit.PayerOrg != firm {
			t.Fatalf("credit: got %+v, %v", credit, err)
		}
		if _, err := n.Credit(ctx, manager, c.ID, 301, "mer"); !errors.Is(err, support.ErrAmount) {
			t.Errorf("credits beyond the charge: got %v", err)
		}
		if run, err := n.ExportCharges(ctx, manager, "2"); err != nil || run.Total != -700 || run.Charges != 1 {
			t.Errorf("the run with the credit: got %+v, %v", run, err)
		}
		if _, err := n.Credit(ctx, manager, credit.ID, 1, "x"); !errors.Is(err, support.ErrNotExported) {
			t.Errorf("a credit of a credit: got %v", err)
		}
	})
}

// proves V6-b
func TestWhatNobodyKnowsThePriceOfAPersonSays(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		ctx := t.Context()
		c, err := n.Propose(ctx, manager, support.Proposal{Source: "move:1", Kind: routine.CostMove})
		if err != nil || c.Amount != 0 || c.PayerOrg != "" {
			t.Fatalf("moved equipment: got %+v, %v", c, err)
		}
		if _, err := n.Decide(ctx, manager, c.ID, support.Decision{State: support.Approved, PayerOrg: firm, Reason: "x"}); !errors.Is(err, support.ErrAmount) {
			t.Errorf("approved without amount: got %v", err)
		}
		if _, err := n.Decide(ctx, manager, c.ID, support.Decision{State: support.Approved, Amount: 3100}); !errors.Is(err, support.ErrPayer) {
			t.Errorf("approved without payer: got %v", err)
		}
		c, err = n.Decide(ctx, manager, c.ID, support.Decision{State: support.Approved, Amount: 3100, PayerOrg: "556522-5629", Reason: "elektrikerns räkning"})
		if err != nil || c.Amount != 3100 || c.PayerOrg != firm {
			t.Errorf("approved: got %+v, %v", c, err)
		}
		if _, err := n.Propose(ctx, manager, support.Proposal{Source: "start:1", Kind: routine.CostBasicEquipment}); !errors.Is(err, support.ErrMunicipalityBears) {
			t.Errorf("basic equipment: got %v", err)
		}
	})
}

// proves V6-e: a waived credit that others have taken the place of does not come back, and a credit goes where the charge went.
func TestCreditsNeverExceedTheirCharge(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		ctx := t.Context()
		decide := func(id string, in support.Decision) error {
			_, err := n.Decide(ctx, manager, id, in)
			return err
		}
		c := n.extra(t, "extra:1", 500)
		if err := decide(c.ID, support.Decision{State: support.Approved}); err != nil {
			t.Fatal(err)
		}
		if _, err := n.ExportCharges(ctx, manager, "1"); err != nil {
			t.Fatal(err)
		}
		first, err := n.Credit(ctx, manager, c.ID, 1000, "fel")
		if err != nil {
			t.Fatal(err)
		}
		if err := decide(first.ID, support.Decision{State: support.Approved, PayerOrg: courier, Reason: "till dem"}); !errors.Is(err, support.ErrCreditPayer) {
			t.Errorf("credited to somebody else: got %v", err)
		}
		if err := decide(first.ID, support.Decision{State: support.Waived, Reason: "ångrad"}); err != nil {
			t.Fatal(err)
		}
		if _, err := n.Credit(ctx, manager, c.ID, 400, "en del"); err != nil {
			t.Fatal(err)
		}
		if err := decide(first.ID, support.Decision{State: support.Approved, Reason: "ändå"}); !errors.Is(err, support.ErrCredited) {
			t.Errorf("1400 kronor credited of 1000: got %v", err)
		}
		if run, err := n.ExportCharges(ctx, manager, "2"); err != nil || run.Total != -400 {
			t.Errorf("the run with the credit: got %+v, %v", run, err)
		}
	})
}

// proves V6-c: who served behind the door when the fault was reported pays for the call-out, whoever does when it ends.
func TestThePayerIsWhoServedThen(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		f, _ := n.report(t, nurses, support.Lock, "DC1", false)
		n.now = n.now.Add(time.Hour)
		n.update(t, func(tx *storage.Tx) error {
			all, err := tx.ServicesOf(t.Context(), []string{"c1"})
			theirs := all["c1"]
			for i := range theirs {
				theirs[i].Until = n.now
			}
			return errors.Join(err, tx.PutServices(t.Context(), theirs))
		})
		n.now = n.now.Add(time.Hour)
		if _, err := n.finish(t, f.ID, support.Remedied, support.End{Cause: support.HandlingError, CallOut: true, Done: "fel handhavande"}); err != nil {
			t.Fatal(err)
		}
		if got, want := n.charges(t, f.ID), []string{"call-out provider/" + firm + " 1000 V6-c proposed"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// act is one thing that happens in a random history.
type act struct {
	do      int
	who     routine.Who
	kind    support.ThingKind
	label   string
	inside  bool
	how     support.State
	end     support.End
	approve bool
	credit  int
}

// histories are rows of acts. Each costs several durable transactions: they are drawn ahead, and few.
var histories = rapid.SliceOfN(rapid.Custom(func(r *rapid.T) act {
	thing := rapid.SampledFrom([]act{{kind: support.Lock, label: "DC1"}, {kind: support.Lock, label: "DC2"}, {kind: support.Key, label: "N1"},
		{kind: support.Key, label: "N3"}, {kind: support.Station, label: "Norr"}, {kind: support.Cabinet, label: "H1"}}).Draw(r, "thing")
	return act{
		do:   rapid.IntRange(0, 4).Draw(r, "do"),
		who:  rapid.SampledFrom([]routine.Who{provider, delivery, nurses}).Draw(r, "who"),
		kind: thing.kind, label: thing.label, inside: rapid.Bool().Draw(r, "inside"),
		how: rapid.SampledFrom([]support.State{support.Remedied, support.Closed}).Draw(r, "how"),
		end: support.End{Cause: rapid.SampledFrom(support.Causes()).Draw(r, "cause"), Done: "klart", Cost: rapid.IntRange(0, 3).Draw(r, "cost") * 500,
			CallOut: thing.kind == support.Lock && rapid.Bool().Draw(r, "call-out")},
		approve: rapid.Bool().Draw(r, "approve"),
		credit:  rapid.IntRange(1, 1000).Draw(r, "credit"),
	}
}), 12, 12)

// Whatever happens in whatever order: every fault can be ended, an ended one names who bears its cost, every charge names a
// rule of the routine, and what has been exported a person has decided and nobody has changed since.
//
// proves V6-e, V2.3-a
func TestEveryFaultEndsAndEveryChargeNamesItsRule(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		rule := map[string]bool{}
		for _, r := range routine.Rules() {
			rule[r.ID] = true
		}
		exported := map[string]support.Charge{}
		for seed := range 10 {
			for i, a := range histories.Example(seed) {
				n.now = n.now.Add(time.Minute)
				n.carryOut(t, a, fmt.Sprintf("%d/%d", seed, i), rule, exported)
			}
			n.checkCharges(t, rule, exported)
		}
		open, err := n.Faults(t.Context(), manager, support.Faults{Open: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range open {
			if _, err := n.finish(t, f.ID, support.Closed, support.End{Cause: support.Unknown, Done: "slut"}); err != nil {
				t.Errorf("%s does not end: %v", f.Number, err)
			}
		}
	})
}

// carryOut does one thing of a history; key names a run of charges.
func (n *town) carryOut(t testing.TB, a act, key string, rule map[string]bool, exported map[string]support.Charge) {
	switch a.do {
	case 0:
		n.report(t, a.who, a.kind, a.label, a.inside)
	case 1:
		f, _ := n.report(t, provider, a.kind, a.label, false)
		ended, err := n.finish(t, f.ID, a.how, a.end)
		if err != nil || !ended.State.Ended() || !rule[ended.Rule] {
			t.Fatalf("%s: ended: %+v, %v", key, ended, err)
		}
	case 2:
		n.decideOne(t, a.approve)
	case 3:
		if _, err := n.ExportCharges(t.Context(), manager, key); err != nil && !errors.Is(err, support.ErrNothing) {
			t.Fatalf("%s: %v", key, err)
		}
	case 4:
		for id, c := range exported {
			_, err := n.Credit(t.Context(), manager, id, a.credit, "fel")
			if err != nil && !errors.Is(err, support.ErrAmount) && !errors.Is(err, support.ErrNotExported) {
				t.Fatalf("%s: %+v: %v", key, c, err)
			}
			break
		}
	}
}

// decideOne decides about the newest charge that can be decided, if there is one.
func (n *town) decideOne(t testing.TB, approve bool) {
	all, err := n.Charges(t.Context(), manager, support.Charges{State: support.Proposed, Page: support.Page{Limit: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		in := support.Decision{State: support.Waived, Reason: "nej"}
		if approve {
			in = support.Decision{State: support.Approved, Amount: max(c.Amount, 1), PayerOrg: firm, Reason: "ja"}
		}
		if _, err := n.Decide(t.Context(), manager, c.ID, in); err != nil {
			t.Fatalf("%+v: %v", in, err)
		}
	}
}

// checkCharges holds all charges to what is promised of them.
func (n *town) checkCharges(t testing.TB, rule map[string]bool, exported map[string]support.Charge) {
	credited := map[string]int{}
	for before := ""; ; {
		page, err := n.Charges(t.Context(), manager, support.Charges{Page: support.Page{Before: before, Limit: 50}})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			if !rule[c.Rule] || (c.State != support.Proposed) != (c.DecidedBy != "") || (c.State == support.Exported) != (c.ExportID != "") {
				t.Fatalf("a charge that should not be: %+v", c)
			}
			if old, ok := exported[c.ID]; ok && (old.Amount != c.Amount || old.PayerOrg != c.PayerOrg || old.ExportID != c.ExportID) {
				t.Fatalf("changed after its export: %+v, was %+v", c, old)
			}
			if c.State == support.Exported {
				exported[c.ID] = c
			}
			credited[c.Credits] -= c.Amount
		}
		if len(page) < 50 {
			break
		}
		before = page[len(page)-1].ID
	}
	for id, kronor := range credited {
		if c, ok := exported[id]; ok && id != "" && kronor > c.Amount {
			t.Fatalf("%d kronor credited of %d", kronor, c.Amount)
		}
	}
}

var _ support.Tx = (*storage.Tx)(nil)
