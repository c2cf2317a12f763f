package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

var alarmTeam = routine.Who{Actor: "token:alarm", Organisation: city, Role: routine.AlarmTeam}

// Each role handles the receipts that it is a party to, and the lock manager all: the alarm team, whose organisation also gives
// home care here, handles the spare keys of alarm clients and nothing else.
//
// proves V2.6-a, S-e
func TestWhoHandlesWhichReceipts(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, func(p *routine.Profile) { p.Receipts.Spare = true })
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		lent := n.line(t, keyKeeper, casework.ReceiptFilter{Due: true})
		n.place(t, officer, order(routine.AlarmGranted, bo, day(2)))
		spare := n.line(t, alarmTeam, casework.ReceiptFilter{Due: true})
		if spare.To.Kind != receipt.AlarmUnit || spare.Purpose != receipt.Spare {
			t.Fatalf("what the alarm team sees: got %+v, want the spare key", spare)
		}
		nobody := routine.Who{Actor: "token:nobody", Role: routine.AlarmTeam}
		for _, c := range []struct {
			who         routine.Who
			lent, spare bool
		}{
			{keyKeeper, true, true}, {inhouse, true, false}, {alarmTeam, false, true}, {private, false, false}, {nobody, false, false},
			{routine.Who{Actor: "token:auditor", Organisation: city, Role: routine.Auditor}, false, false},
		} {
			for id, may := range map[string]bool{lent.ID: c.lent, spare.ID: c.spare} {
				n.wantHandles(t, c.who, id, may)
			}
		}
		n.sign(t, alarmTeam, spare.ID, onPaper)
		if f, err := n.ReceiptFile(t.Context(), alarmTeam, spare.ID); err != nil || len(f.Body) == 0 {
			t.Errorf("the scanned paper to who signed it: got %v", err)
		}
		if _, err := n.ReceiptFile(t.Context(), inhouse, spare.ID); !errors.Is(err, receipt.ErrUnknown) {
			t.Errorf("the scanned paper to the home care of the same organisation: got %v, want receipt-unknown", err)
		}
	})
}

// wantHandles reads, prints, lists and cancels a receipt without a reason: whoever handles it is told that the reason is missing.
func (n town) wantHandles(t *testing.T, who routine.Who, id string, may bool) {
	t.Helper()
	_, read := n.Receipt(t.Context(), who, id)
	_, shown := n.ShowReceipt(t.Context(), who, id, "sv")
	_, cancelled := n.CancelReceipt(t.Context(), who, id, "")
	all, _ := n.Receipts(t.Context(), who, casework.ReceiptFilter{}, receipt.Cursor{}, 10)
	listed := false
	for _, l := range all {
		listed = listed || l.ID == id
	}
	if (read == nil) != may || (shown == nil) != may || errors.Is(cancelled, receipt.ErrReason) != may || listed != may {
		t.Errorf("%s %s: read %v, printed %v, cancelled %v, listed %v; want all allowed: %v", who.Role, who.Organisation, read, shown, cancelled, listed, may)
	}
}

// The alarm team asks for the spare keys of its own alarm clients, not for other keys or other people's.
//
// proves S-e
func TestTheAlarmTeamAsksForSpareKeysOfAlarmClients(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, func(p *routine.Profile) { p.Receipts.Spare = true })
		n.place(t, officer, order1(routine.AlarmGranted, 2))
		n.place(t, officer, order(routine.HomeCareGranted, bo, day(2), "H1"))
		unit := receipt.Holder{Kind: receipt.AlarmUnit}
		for name, c := range map[string]struct {
			number  string
			purpose receipt.Purpose
			door    receipt.Door
			to      receipt.Holder
			want    error
		}{
			"another spare key of its own client": {alma, receipt.Spare, receipt.EntranceDoor, unit, nil},
			"the key of a client with home care":  {bo, receipt.Spare, receipt.EntranceDoor, unit, receipt.ErrMayNot},
			"of somebody who is nobody's":         {"189001029827", receipt.Spare, receipt.EntranceDoor, unit, receipt.ErrMayNot},
			"the key in a box":                    {alma, receipt.InBox, receipt.OtherDoor, unit, receipt.ErrNotDone},
			"a key between others":                {alma, receipt.InBox, receipt.OtherDoor, manager, receipt.ErrMayNot},
		} {
			in := casework.NewReceipt{PersonalNumber: c.number, NewReceipt: receipt.NewReceipt{Purpose: c.purpose, Door: c.door, Copies: 1, To: c.to}}
			if _, err := n.DraftReceipt(t.Context(), alarmTeam, in); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
	})
}

// After a death nobody need tick off that keys have gone back, where the register shows that nobody has one.
//
// proves V1.1-d, V2.6-d
func TestNoKeysAreReturnedThatNobodyHas(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, nil)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		lent := n.line(t, keyKeeper, casework.ReceiptFilter{Due: true})
		n.place(t, officer, order(routine.HomeCareGranted, bo, day(2), "H1"))
		if n.place(t, officer, order1(routine.Died, 9)); n.taskOpen(t, routine.ReturnKeys) != 0 {
			t.Error("a key that is drafted and not fetched is asked back")
		}
		n.sign(t, inhouse, lent.ID, onScreen)
		if n.place(t, officer, order(routine.Died, bo, day(12))); n.taskOpen(t, routine.ReturnKeys) != 1 {
			t.Error("the key that the provider has is not asked back")
		}
	})
}
