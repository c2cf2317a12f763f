package support_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const (
	alma    = "189001019802" // the tax agency's test numbers: home care and alarm
	bo      = "189001029819" // an alarm only
	city    = "2120009002"
	firm    = "5565225629"
	courier = "5561544262"
)

var (
	manager  = routine.Who{Actor: "token:lock", Organisation: city, Role: routine.LockManager}
	provider = routine.Who{Actor: "token:firm", Organisation: firm, Role: routine.Provider}
	delivery = routine.Who{Actor: "token:courier", Organisation: courier, Role: routine.Delivery}
	nurses   = routine.Who{Actor: "token:health", Organisation: city, Role: routine.HealthUnit}
	monday   = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) // 10:00 local
)

// profile has prices, hours and steps of the kind that municipalities with an on-call have.
func profile() routine.Profile {
	weekdays := []routine.Weekday{"mon", "tue", "wed", "thu", "fri"}
	weekend := routine.Span{Days: []routine.Weekday{"sat", "sun"}, From: "00:00", To: "24:00"}
	p := routine.DefaultProfile()
	p.Hours = routine.Hours{
		"office": {Spans: []routine.Span{{Days: weekdays, From: "07:30", To: "16:00"}}},
		"phone":  {Spans: []routine.Span{{Days: weekdays, From: "00:00", To: "08:00"}, {Days: weekdays, From: "17:00", To: "24:00"}, weekend}, Holidays: routine.HolidaysOpen},
		"visit":  {Spans: []routine.Span{{Days: weekdays, From: "00:00", To: "07:30"}, {Days: weekdays, From: "16:00", To: "24:00"}, weekend}, Holidays: routine.HolidaysOpen},
	}
	p.Units = []routine.Unit{
		{Name: "Nyckelservice", Kinds: []routine.UnitKind{routine.UnitLockManager}, Phone: "010-000 00 01", Hours: "office"},
		{Name: "Leverantören", Kinds: []routine.UnitKind{routine.UnitSupplier}, Phone: "010-000 00 02", ShownFor: []routine.Role{routine.LockManager}}}
	p.OnCall = routine.OnCall{Phone: "phone", Visit: "visit"}
	p.Prices = routine.Prices{Extras: true, KeyNegligence: 1000, HandlingCallOut: 1000, OnCallPhone: 2000, OnCallVisit: 5000}
	p.Crisis = []routine.CrisisStep{
		{Failure: routine.FailedLock, SV: "Annan nyckel", EN: "Another key", Rule: "V7-b"},
		{Failure: routine.FailedLock, When: "office", SV: "Ring", EN: "Call", Rule: "V7-g", Contact: routine.UnitLockManager},
		{Failure: routine.FailedLock, When: "not:office", SV: "Anhörig", EN: "Relative", Rule: "V7-b"},
		{Failure: routine.FailedKey, When: "not:office", SV: "Vänta", EN: "Wait", Rule: "V7-e"},
		{Failure: routine.FailedStation, SV: "Annan station", EN: "Another station", Rule: "V7-f"}}
	return p
}

// town is a municipality with one thing of each kind, whose clock stands where the test puts it.
type town struct {
	*support.Service
	db  *storage.DB
	now time.Time
}

func each(t *testing.T, p routine.Profile, test func(t *testing.T, n *town)) {
	t.Helper()
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			n := &town{now: monday}
			target := t.TempDir()
			if engine == "postgres" {
				target = storagetest.Postgres(t)
			}
			n.db = storagetest.Open(t, target, storage.Options{Clock: func() time.Time { return n.now }})
			n.Service = support.NewService(txn.Narrow(n.db, func(tx *storage.Tx) support.Tx { return tx }), support.Desk{Profile: p, Zone: stockholm(t)})
			n.seed(t)
			test(t, n)
		})
	}
}

func stockholm(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func (n *town) seed(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	n.update(t, func(tx *storage.Tx) error {
		return errors.Join(
			put(ctx, tx.PutProviders, `[{"ID": "p1", "OrgNumber": "`+city+`", "Name": "Kommunen"}, {"ID": "p2", "OrgNumber": "`+firm+`", "Name": "Omsorgen AB", "Private": true},
				{"ID": "p3", "OrgNumber": "`+courier+`", "Name": "Maten AB", "Private": true}]`),
			put(ctx, tx.PutGroups, `[{"ID": "g1", "Number": 1, "Code": "H1", "ProviderID": "p2", "Kind": "homecare"},
				{"ID": "g2", "Number": 2, "Code": "A1", "ProviderID": "p1", "Kind": "alarm"}, {"ID": "g3", "Number": 3, "Code": "I1", "ProviderID": "p3", "Kind": "shopping"}]`),
			put(ctx, tx.PutDwellings, `[{"ID": "d1", "AddressKey": "1", "PostalCode": "43299"}, {"ID": "d2", "AddressKey": "2", "PostalCode": "43299"}]`),
			put(ctx, tx.PutClients, `[{"ID": "c1", "PersonalNumber": "`+alma+`", "DwellingID": "d1", "Ended": "9999-12-31T00:00:00Z"},
				{"ID": "c2", "PersonalNumber": "`+bo+`", "DwellingID": "d2", "Ended": "9999-12-31T00:00:00Z"}]`),
			put(ctx, tx.PutServices, `[`+serves("s1", "c1", "homecare", "g1")+`, `+serves("s2", "c1", "alarm", "g2")+`, `+serves("s3", "c2", "alarm", "g2")+`]`),
			tx.PutLocks(ctx, []fleet.Lock{{ID: "l1", Serial: "DC1", Number: 1, Kind: fleet.Door, State: fleet.Mounted, DwellingID: "d1", MountedAt: monday, Epoch: 1},
				{ID: "l2", Serial: "DC2", Number: 2, Kind: fleet.Box, State: fleet.Mounted, DwellingID: "d2", MountedAt: monday, Epoch: 1}}),
			tx.PutKeys(ctx, []fleet.Key{{ID: "k1", Device: 1, Number: "N1", GroupID: "g1", State: fleet.KeyIssued}, {ID: "k3", Device: 3, Number: "N3", GroupID: "g3", State: fleet.KeyIssued}}),
			tx.PutStation(ctx, fleet.Station{ID: "t1", Device: 1, Name: "Norr", GroupID: "g1", EnrolledAt: monday}, "hash"))
	})
}

// put stores what is written as JSON: whom clients are served by is another module's business, and only their kinds are ours.
func put[T any](ctx context.Context, store func(context.Context, []T) error, text string) error {
	var rows []T
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		return err
	}
	return store(ctx, rows)
}

func serves(id, client, kind, group string) string {
	return fmt.Sprintf(`{"ID": %q, "ClientID": %q, "Kind": %q, "Group": {"ID": %q}, "From": "2026-10-23T22:00:00Z", "Until": "9999-12-31T00:00:00Z", "Origin": "order:x"}`,
		id, client, kind, group)
}

func (n *town) update(t testing.TB, f func(tx *storage.Tx) error) {
	t.Helper()
	if err := n.db.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// report reports a fault at a thing, and fails the test if it is refused.
func (n *town) report(t testing.TB, who routine.Who, kind support.ThingKind, label string, inside bool) (f support.Fault, joined bool) {
	t.Helper()
	n.update(t, func(tx *storage.Tx) error {
		thing, err := support.Find(t.Context(), tx, kind, label)
		if err != nil {
			return err
		}
		f, joined, err = n.Desk().Report(t.Context(), tx, who, support.NewFault{Thing: thing, Description: "öppnar inte", ClientInside: inside})
		return err
	})
	return f, joined
}

// rule is the line of the routine that the journal names for a report.
func (n *town) rule(t testing.TB, id string) (rule string) {
	t.Helper()
	n.update(t, func(tx *storage.Tx) error {
		all, err := journal.Timeline(t.Context(), tx, id, 1, "")
		if err == nil && len(all) == 1 {
			rule = all[0].Value("rule")
		}
		return err
	})
	return rule
}

// finish ends a fault as the lock manager.
func (n *town) finish(t testing.TB, id string, how support.State, e support.End) (f support.Fault, err error) {
	t.Helper()
	err = n.db.Update(t.Context(), func(tx *storage.Tx) error {
		f, err = n.Desk().Finish(t.Context(), tx, manager, id, how, e)
		if err == nil {
			f, err = n.Desk().ChargeFault(t.Context(), tx, manager, f, e)
		}
		return err
	})
	return f, err
}

// proves V2.2-c, V2.3-a, V2.4-a, V3-a, V4-a
func TestReports(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		for _, c := range []struct {
			who    routine.Who
			kind   support.ThingKind
			label  string
			inside bool
			advice string
			urgent bool
			rule   string
		}{
			{provider, support.Lock, "DC1", true, "V7-b V7-g", true, "V2.3-a"},
			{nurses, support.Lock, "DC2", false, "V7-b V7-g", false, "V2.3-a"},
			{provider, support.Key, "N1", false, "", false, "V2.2-c"},
			{delivery, support.Key, "N3", true, "", false, "V2.2-c"}, // a key is never urgent: there are others
			{nurses, support.Station, "Norr", false, "V7-f", false, "V2.4-a"},
			{provider, support.Cabinet, "H1", false, "", false, "V2.2-c"},
		} {
			f, joined := n.report(t, c.who, c.kind, c.label, c.inside)
			if joined || f.State != support.Reported || f.Advice != c.advice || f.Urgent != c.urgent || f.Organisation != c.who.Organisation || !f.Reported.Equal(monday) {
				t.Errorf("%s %s: got %+v, joined %v", c.kind, c.label, f, joined)
			}
			if got := n.rule(t, f.ID); got != c.rule {
				t.Errorf("%s %s: reported by %q, want %s", c.kind, c.label, got, c.rule)
			}
			seen, err := n.Fault(t.Context(), c.who, f.ID)
			if err != nil || len(seen.Reports) != 1 || seen.Reports[0].Description != "öppnar inte" {
				t.Errorf("%s %s as its reporter: got %+v, %v", c.kind, c.label, seen, err)
			}
		}
		if all, err := n.Faults(t.Context(), manager, support.Faults{Open: true}); err != nil || len(all) != 6 || all[0].Thing != support.Cabinet {
			t.Errorf("all: got %d, %v", len(all), err)
		}
		if own, err := n.Faults(t.Context(), delivery, support.Faults{}); err != nil || len(own) != 1 || own[0].Label != "N3" {
			t.Errorf("the delivery firm's: got %v, %v", own, err)
		}
	})
}

// proves V2.3-a
func TestLaterReportsJoin(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		first, _ := n.report(t, nurses, support.Lock, "DC1", false)
		again, joined := n.report(t, provider, support.Lock, "DC1", true)
		if !joined || again.ID != first.ID || !again.Urgent || again.ReportedBy != 2 {
			t.Errorf("second report: got %+v, joined %v", again, joined)
		}
		if calm, _ := n.report(t, provider, support.Lock, "DC1", false); !calm.Urgent {
			t.Error("a calmer report took the urgency away")
		}
		seen, err := n.Fault(t.Context(), provider, first.ID)
		if err != nil || len(seen.Reports) != 2 || seen.Organisation != firm {
			t.Errorf("the provider sees its own words only: got %+v, %v", seen, err)
		}
		if _, err := n.Fault(t.Context(), delivery, first.ID); !errors.Is(err, support.ErrFaultUnknown) {
			t.Errorf("one who has not reported it: got %v", err)
		}
		if _, err := n.finish(t, first.ID, support.Remedied, support.End{Cause: support.Wear, Done: "bytt kolv"}); err != nil {
			t.Fatal(err)
		}
		if next, joined := n.report(t, provider, support.Lock, "DC1", false); joined || next.ID == first.ID {
			t.Errorf("after the end: got the same fault %v", joined)
		}
		history, err := n.Faults(t.Context(), manager, support.Faults{Thing: support.Lock, Label: "DC1"})
		if err != nil || len(history) != 2 || history[1].Done != "bytt kolv" || history[1].Cause != support.Wear {
			t.Errorf("history: got %v, %v", history, err)
		}
		page, err := n.Faults(t.Context(), manager, support.Faults{Thing: support.Lock, Label: "DC1", Page: support.Page{Before: history[0].ID, Limit: 1}})
		if err != nil || len(page) != 1 || page[0].ID != first.ID {
			t.Errorf("second page: got %v, %v", page, err)
		}
	})
}

// The database holds it too, whoever writes: one open fault for a thing, none that ends without cause, no charge without
// rule or decision.
func TestTheDatabaseHoldsIt(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		f, _ := n.report(t, provider, support.Key, "N1", false)
		write := func(what string, f func(tx *storage.Tx) error) {
			t.Helper()
			if err := n.db.Update(t.Context(), f); err == nil {
				t.Errorf("%s was stored", what)
			}
		}
		second := f
		second.ID, second.Number = "other", "other"
		write("a second open fault", func(tx *storage.Tx) error { return tx.PutFault(t.Context(), second) })
		f.State, f.Closed, f.ClosedBy, f.Done = support.Remedied, monday, "x", "x"
		write("an end without cause", func(tx *storage.Tx) error { return tx.PutFault(t.Context(), f) })
		c := support.Charge{ID: "c", Number: "c", Source: "c", Kind: routine.CostExtraKey, Payer: routine.ProviderPays, PayerOrg: firm, Units: 1,
			Amount: 1, State: support.Approved, Rule: "V6-b", ProposedAt: monday, DecidedBy: "x"}
		insert := func(c support.Charge) func(tx *storage.Tx) error {
			return func(tx *storage.Tx) error { return tx.InsertCharge(t.Context(), c) }
		}
		for what, spoil := range map[string]func(*support.Charge){
			"a charge without rule":     func(c *support.Charge) { c.Rule = "" },
			"a charge without decision": func(c *support.Charge) { c.DecidedBy = "" },
			"a charge without payer":    func(c *support.Charge) { c.PayerOrg = "" },
			"an export without a run":   func(c *support.Charge) { c.State = support.Exported },
		} {
			bad := c
			spoil(&bad)
			write(what, insert(bad))
		}
		n.update(t, insert(c))
		write("the same source twice", insert(c))
	})
}

func TestReportsRefused(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		ctx := t.Context()
		f, _ := n.report(t, provider, support.Lock, "DC1", false)
		for what, c := range map[string]struct {
			do   func(ctx context.Context, tx *storage.Tx) error
			want error
		}{
			"no words": {func(ctx context.Context, tx *storage.Tx) error {
				_, _, err := n.Desk().Report(ctx, tx, provider, support.NewFault{Thing: support.Thing{Kind: support.Key, ID: "k1"}, Description: " "})
				return err
			}, support.ErrText},
			"no role": {func(ctx context.Context, tx *storage.Tx) error {
				_, _, err := n.Desk().Report(ctx, tx, routine.Who{Organisation: firm}, support.NewFault{Thing: support.Thing{Kind: support.Key, ID: "k1"}, Description: "x"})
				return err
			}, support.ErrMayNot},
			"no such thing": {func(ctx context.Context, tx *storage.Tx) error {
				_, err := support.Find(ctx, tx, support.Station, "Syd")
				return err
			}, support.ErrThing},
			"no such kind": {func(ctx context.Context, tx *storage.Tx) error {
				_, err := support.Find(ctx, tx, "door", "DC1")
				return err
			}, support.ErrThingKind},
			"assigned by a provider": {func(ctx context.Context, tx *storage.Tx) error {
				_, err := n.Desk().Assign(ctx, tx, provider, f.ID, "Kim")
				return err
			}, support.ErrMayNot},
			"ended without cause": {func(ctx context.Context, tx *storage.Tx) error {
				_, err := n.Desk().Finish(ctx, tx, manager, f.ID, support.Remedied, support.End{Done: "x"})
				return err
			}, support.ErrCause},
			"ended without words": {func(ctx context.Context, tx *storage.Tx) error {
				_, err := n.Desk().Finish(ctx, tx, manager, f.ID, support.Closed, support.End{Cause: support.Wear})
				return err
			}, support.ErrText},
			"ended as assigned": {func(ctx context.Context, tx *storage.Tx) error {
				_, err := n.Desk().Finish(ctx, tx, manager, f.ID, support.Assigned, support.End{Cause: support.Wear, Done: "x"})
				return err
			}, support.ErrEnd},
		} {
			if err := n.db.Update(ctx, func(tx *storage.Tx) error { return c.do(ctx, tx) }); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", what, err, c.want)
			}
		}
		if _, err := n.finish(t, f.ID, support.Closed, support.End{Cause: support.Unknown, Done: "hittade inget fel"}); err != nil {
			t.Fatal(err)
		}
		if _, err := n.finish(t, f.ID, support.Remedied, support.End{Cause: support.Wear, Done: "x"}); !errors.Is(err, support.ErrState) {
			t.Errorf("ended twice: got %v", err)
		}
	})
}

func rules(steps []routine.Step, now bool) []string {
	var out []string
	for _, s := range steps {
		if s.Now == now {
			out = append(out, s.SV)
		}
	}
	return slices.Clone(out)
}
