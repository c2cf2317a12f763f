package restapi_test

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
	"hemnyckel/profiles"
)

// helpdesk is a town with a lock at its client's door, a key and the routine of Varberg, where faults are reported. Its clock
// is the one that the test gives.
func helpdesk(t *testing.T, db *storage.DB, clock func() time.Time) town {
	t.Helper()
	to := newTown(t, db)
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		return errors.Join(
			tx.PutLocks(t.Context(), []fleet.Lock{{ID: "l1", Serial: "DC1", Number: 1, Kind: fleet.Door, State: fleet.Mounted, DwellingID: "d1", MountedAt: noon(), Epoch: 1}}),
			tx.PutKeys(t.Context(), []fleet.Key{{ID: "k1", Device: 1, Number: "N1", GroupID: "g2", State: fleet.KeyIssued}}))
	})
	if err != nil {
		t.Fatal(err)
	}
	profile, err := profiles.Load("varberg")
	if err != nil {
		t.Fatal(err)
	}
	orders := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), profile)
	desk := support.NewService(txn.Narrow(db, func(tx *storage.Tx) support.Tx { return tx }), support.Desk{Profile: profile, Zone: stockholm(t)})
	h := restapi.New(restapi.Options{Orders: orders, Tokens: to.tokens, Requests: storage.NewRequests(db), Faults: casework.NewFaults(orders, stockholm(t)),
		Support: desk, Zone: stockholm(t), Clock: clock})
	server := httptest.NewServer(web.New(web.Options{}, h))
	t.Cleanup(server.Close)
	return town{server.URL, to.tokens}
}

// proves V2.2-c, V2.2-d, V6-e
func TestAFaultAsClientsSeeIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := helpdesk(t, db, noon)
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		manager, _ := to.client(t, municipality, identity.ScopeOf(routine.LockManager))

		in := api.NewFault{Thing: "key", Label: "N1", Description: "böjd"}
		first, err := firm.ReportFault(ctx, "f1", in)
		if err != nil || first.Joined || first.Fault.State != "reported" || len(first.Steps) == 0 || first.Steps[0].Text == "" {
			t.Fatalf("reported: %+v, %v", first, err)
		}
		if again, err := firm.ReportFault(ctx, "f1", in); err != nil || again.Fault.ID != first.Fault.ID || again.Fault.Reports != 1 {
			t.Errorf("the same request again: %+v, %v", again, err)
		}
		if second, err := firm.ReportFault(ctx, "f2", in); err != nil || !second.Joined || second.Fault.Reports != 2 {
			t.Errorf("another report: %+v, %v", second, err)
		}
		if _, err := firm.EndFault(ctx, first.Fault.ID, api.Whatever, api.FaultEnd{State: "remedied", Cause: "wear", Done: "x"}); !errors.Is(err, &api.Problem{Code: "scope-missing"}) {
			t.Errorf("ended by its reporter: %v", err)
		}
		_, seen, err := manager.Fault(ctx, first.Fault.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := manager.AssignFault(ctx, first.Fault.ID, seen, api.FaultAssignment{Assignee: "verkstaden"}); err != nil {
			t.Fatal(err)
		}
		end := api.FaultEnd{State: "closed", Cause: "negligence", Done: "utbytt"}
		if _, err := manager.EndFault(ctx, first.Fault.ID, seen, end); !errors.Is(err, &api.Problem{Code: "if-match-failed"}) {
			t.Errorf("ended unseen: %v", err)
		}
		_, seen, _ = manager.Fault(ctx, first.Fault.ID)
		ended, err := manager.EndFault(ctx, first.Fault.ID, seen, end)
		if err != nil || ended.State != "closed" || ended.Rule != "V2.2-d" {
			t.Fatalf("ended: %+v, %v", ended, err)
		}
		to.invoice(t, firm, manager)
	})
}

// invoice takes the one proposed charge to invoicing and back.
func (to town) invoice(t *testing.T, firm, manager *api.Client) {
	t.Helper()
	ctx := t.Context()
	all := collect(t, manager, api.ChargeFilter{State: "proposed"})
	if len(all) != 1 || all[0].Amount != 1000 || all[0].PayerOrg != provider || all[0].Rule != "V2.2-d" || all[0].Facts["rule-sv"] == "" {
		t.Fatalf("proposed: %+v", all)
	}
	if own := collect(t, firm, api.ChargeFilter{}); len(own) != 0 {
		t.Errorf("the payer sees what nobody has decided: %+v", own)
	}
	c, seen, err := manager.Charge(ctx, all[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := manager.DecideCharge(ctx, c.ID, seen, api.ChargeDecision{State: "approved"}); err != nil {
		t.Fatal(err)
	}
	run, err := manager.ExportCharges(ctx, "run1", api.NewChargeExport{Name: "2026-11"})
	if err != nil || run.Charges != 1 || run.Total != 1000 {
		t.Fatalf("run: %+v, %v", run, err)
	}
	var csv, xlsx bytes.Buffer
	if err := manager.Export(ctx, "/api/v1/charges?export="+run.ID+"&format=csv", &csv); err != nil || !strings.Contains(csv.String(), c.Number) || !strings.Contains(csv.String(), provider) {
		t.Errorf("the invoice basis as CSV: %v\n%s", err, csv.String())
	}
	if err := manager.Export(ctx, "/api/v1/charges?export="+run.ID+"&format=xlsx", &xlsx); err != nil || !bytes.HasPrefix(xlsx.Bytes(), []byte("PK")) {
		t.Errorf("the invoice basis as XLSX: %v", err)
	}
	if _, err := manager.DecideCharge(ctx, c.ID, api.Whatever, api.ChargeDecision{State: "waived", Reason: "x"}); !errors.Is(err, &api.Problem{Code: "charge-exported"}) {
		t.Errorf("changed after its export: %v", err)
	}
	if own := collect(t, firm, api.ChargeFilter{}); len(own) != 1 || own[0].ID != c.ID {
		t.Errorf("the payer's charges: %+v", own)
	}
	credit, err := manager.CreditCharge(ctx, "c1", c.ID, api.Whatever, api.ChargeCredit{Amount: 400, Reason: "nedsatt"})
	if err != nil || credit.Amount != -400 || credit.Credits != c.ID {
		t.Errorf("credit: %+v, %v", credit, err)
	}
	again, err := manager.CreditCharge(ctx, "c1", c.ID, api.Whatever, api.ChargeCredit{Amount: 400, Reason: "nedsatt"})
	if err != nil || again.ID != credit.ID {
		t.Errorf("the same credit again: %+v, %v", again, err)
	}
	moved, err := manager.ProposeCharge(ctx, "m1", api.NewCharge{Kind: "move", Payer: provider, Units: 1, Each: 2500, Note: "nya lokaler"})
	if err != nil || moved.State != "proposed" || moved.Rule != "V6-b" || moved.Facts["note"] != "nya lokaler" {
		t.Errorf("moved equipment: %+v, %v", moved, err)
	}
}

func collect(t *testing.T, c *api.Client, f api.ChargeFilter) (all []api.Charge) {
	t.Helper()
	for charge, err := range c.Charges(t.Context(), f) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, charge)
	}
	return all
}

// proves V7-a, V7-d
func TestTheCrisisPageCanBeKept(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		to := helpdesk(t, db, func() time.Time { return now })
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		day, tag, err := firm.In("sv").Crisis(ctx)
		if err != nil || len(day.Sections) != 6 || day.Version == "" || !day.Until.Equal(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)) {
			t.Fatalf("by day: %+v, %v", day, err)
		}
		now = now.Add(time.Hour)
		if _, same, err := firm.In("sv").Crisis(ctx); err != nil || same != tag {
			t.Errorf("an hour later in office hours: ETag %s, was %s, %v", same, tag, err)
		}
		now = time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC)
		gap, other, err := firm.In("sv").Crisis(ctx)
		if err != nil || other == tag || gap.Version != day.Version || gap.OnCall.Phone || !gap.OnCall.Visit || len(gap.OnCall.Nobody) != 1 {
			t.Errorf("in the hour that nobody covers: %+v, %v", gap.OnCall, err)
		}
		if want := (api.Gap{From: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC), Until: time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)}); !slices.Equal(gap.OnCall.Nobody, []api.Gap{want}) {
			t.Errorf("nobody: got %v, want %v", gap.OnCall.Nobody, want)
		}
		if gap.OnCall.PhonePrice != 2000 || gap.OnCall.VisitPrice != 5000 || gap.Hours["office"].Text == "" || len(gap.Contacts) == 0 {
			t.Errorf("prices, hours, contacts: %+v %+v %+v", gap.OnCall, gap.Hours, gap.Contacts)
		}
		var pdf bytes.Buffer
		if err := firm.In("sv").Export(ctx, "/api/v1/crisis.pdf", &pdf); err != nil || !bytes.HasPrefix(pdf.Bytes(), []byte("%PDF-")) {
			t.Errorf("on paper: %v", err)
		}
		if file := os.Getenv("CRISIS_PDF"); file != "" { // to look at it
			if err := os.WriteFile(file, pdf.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		questions, err := firm.Triage(ctx, "lock")
		if err != nil || len(questions.Questions) == 0 || questions.Questions[0].ID != "other-key" {
			t.Errorf("triage: %+v, %v", questions, err)
		}
	})
}

// proves V6-d, V7-d
func TestOnCallAsClientsSeeIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := helpdesk(t, db, time.Now)
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))
		manager, _ := to.client(t, municipality, identity.ScopeOf(routine.LockManager))
		called := time.Now().Add(-time.Hour)
		call, err := firm.RecordOnCall(ctx, "o1", api.NewOnCall{Called: called, Reason: "ingen kom in i huset"})
		if err != nil || call.PhoneCost != 2000 || call.Hours == "" {
			t.Fatalf("recorded: %+v, %v", call, err)
		}
		_, seen, err := manager.OnCall(ctx, call.ID)
		if err != nil {
			t.Fatal(err)
		}
		settled, err := manager.SettleOnCall(ctx, call.ID, seen, api.OnCallCause{Cause: "handling", Note: "nyckeln var inte aktiverad"})
		if err != nil || settled.Settled == nil {
			t.Fatalf("settled: %+v, %v", settled, err)
		}
		if all := collect(t, manager, api.ChargeFilter{}); len(all) != 1 || all[0].Kind != "on-call-phone" || all[0].Amount != 2000 || all[0].Rule != "V6-d" {
			t.Errorf("charges: %+v", all)
		}
		for c, err := range firm.OnCalls(ctx, false) {
			if err != nil || c.ID != call.ID {
				t.Errorf("list: %+v, %v", c, err)
			}
		}
	})
}
