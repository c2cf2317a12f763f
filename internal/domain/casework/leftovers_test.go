package casework_test

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
)

// An undoing that was interrupted, and goes on when the day has begun, leaves what is in force and says so.
//
// proves V5.1-f
func TestAnInterruptedUndoStopsAtTheDay(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := newTown(t, db)
		n.place(t, officer, order1(routine.HomeCareGranted, 1, "H1"))
		m := n.mass(t, casework.NewMass{Kind: casework.GroupsMerged, Effective: day(5), Reason: "x", Spec: casework.MassSpec{From: []string{"H1"}, To: "H2"}})
		if err := db.Update(t.Context(), func(tx *storage.Tx) error { // the server went down here
			m.State, m.Count, m.Place = casework.MassUndoing, 0, ""
			return tx.PutMass(t.Context(), m)
		}); err != nil {
			t.Fatal(err)
		}
		*now = day(5).Add(time.Hour)
		undone, err := n.ContinueMass(t.Context(), drafter, m.ID)
		rows, _, _ := n.MassRows(t.Context(), drafter, m.ID, "", 0, 10)
		if err != nil || undone.State != casework.MassUndone || len(rows) != 1 || rows[0].State != casework.RowApplied || rows[0].Note != casework.ErrInForce.Code {
			t.Errorf("got %s, %v, %+v, want the row to stay applied and say that it is in force", undone.State, err, rows)
		}
		if got := n.serves(t, alma, day(6)); got != "H2" {
			t.Errorf("served by %s, want H2", got)
		}
		n.wantRecomputed(t)
	})
}

// A key's way home, planned for later, does not take the place of the hand-over before it: the provider uses the key until then.
//
// proves V5.3-c, V1.1-d
func TestAPlannedReturnLeavesTheHandOverBefore(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, nil)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		n.place(t, officer, order1(routine.Moved, 20))
		first := n.wantDue(t, inhouse, "V5.3-c", ownKey, provides(city))
		n.sign(t, inhouse, first.ID, onScreen)
		home := n.line(t, inhouse, casework.ReceiptFilter{Due: true})
		if home.To != ownKey || !home.Due.Equal(day(20)) || n.taskOpen(t, routine.ReturnKeys) != 1 {
			t.Errorf("the way home: got %+v, want it due on the day of the move, as work", home)
		}
		n.sign(t, inhouse, home.ID, onScreen)
		if all, err := n.Receipts(t.Context(), keyKeeper, casework.ReceiptFilter{Due: true}, receipt.Cursor{}, 9); err != nil || len(all) != 0 || n.taskOpen(t, routine.ReturnKeys) != 0 {
			t.Errorf("when the key is home: got %+v, %v", all, err)
		}
	})
}

// A client is not forgotten while a fault is open or nobody has decided about a charge.
//
// proves V6-e
func TestErasureWaitsForFaultsAndCharges(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		e.live(t)
		fault := support.Fault{ID: "0190b000-0000-7000-8000-0000000000f0", Number: "F1", Thing: support.Lock, ThingID: "x", Label: "x", ClientID: e.client, State: support.Reported, Reported: *now}
		charge := support.Charge{ID: "0190b000-0000-7000-8000-0000000000f1", Number: "D1", Source: "x", Kind: routine.CostCallOut, Payer: routine.ProviderPays, Units: 1,
			Amount: 1, Proposed: 1, Rule: "V6-c", ClientID: e.client, State: support.Proposed, ProposedAt: *now}
		put := func(f func(tx *storage.Tx) error) {
			t.Helper()
			if err := db.Update(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		put(func(tx *storage.Tx) error { return tx.PutFault(t.Context(), fault) })
		put(func(tx *storage.Tx) error { return tx.InsertCharge(t.Context(), charge) })
		*now = now.AddDate(0, 0, 100)
		waits := func(why string) {
			t.Helper()
			if got := countOf(e.run(t), retention.Clients); got.Due != 0 || got.Waits != 1 {
				t.Errorf("with %s: got %+v, want the client to wait", why, got)
			}
		}
		waits("an open fault and an undecided charge")
		fault.State, fault.Closed, fault.ClosedBy, fault.Cause = support.Closed, *now, "x", support.Unknown
		put(func(tx *storage.Tx) error { return tx.PutFault(t.Context(), fault) })
		waits("an undecided charge")
		charge.State, charge.DecidedAt, charge.DecidedBy = support.Waived, *now, "x"
		put(func(tx *storage.Tx) error { _, err := tx.DecideCharge(t.Context(), charge); return err })
		if got := countOf(e.run(t), retention.Clients); got.Due != 1 {
			t.Errorf("when both are dealt with: got %+v, want one erased", got)
		}
	})
}

// A request for the log that was granted keeps what it is about until it is fetched, and for as long as such requests are kept: who
// has not come by then asks anew.
//
// proves V5.7-d
func TestAGrantedRequestThatNobodyFetchesHasAnEnd(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		e.live(t)
		*now = now.AddDate(0, 0, 80)
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return tx.PutDisclosure(t.Context(), disclosure.Disclosure{ID: "0190b000-0000-7000-8000-0000000000d0", State: disclosure.Granted, Requester: "Egon Test", Function: "enhetschef",
				Purpose: disclosure.FollowUp, Reason: "x", Scope: disclosure.Scope{Kind: disclosure.OfClient, ID: e.client}, From: day(1), Until: day(9),
				RequestedBy: "x", Requested: *now, Decision: "x", DecidedBy: "x", Decided: *now})
		}); err != nil {
			t.Fatal(err)
		}
		*now = now.AddDate(0, 0, 80)
		if got := countOf(e.run(t), retention.Clients); got.Due != 0 || got.Held != 1 {
			t.Errorf("granted eighty days ago, and not fetched: got %+v, want the client kept", got)
		}
		*now = now.AddDate(0, 0, 20)
		if got := countOf(e.run(t), retention.Clients); got.Due != 1 {
			t.Errorf("after the time for which requests are kept: got %+v, want the client erased", got)
		}
	})
}
