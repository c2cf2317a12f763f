package casework_test

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// A key that is to change hands twice does so in order: the later receipt comes when the earlier has been signed, and the
// work of taking over is not done before.
//
// proves V2.6-b, V2.6-c
func TestAKeyChangesHandsInOrder(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := keyTown(t, db, nil)
		n.putBox(t)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		first := n.wantDue(t, inhouse, "V2.6-a", ownKey, provides(city))
		n.sign(t, inhouse, first.ID, onScreen)
		change := n.place(t, officer, order1(routine.ProviderChanged, 10, "H1", "H2"))
		alarm := n.place(t, officer, order1(routine.AlarmGranted, 20))
		second := n.wantDue(t, private, "V2.6-c", provides(city), provides(firm)) // from the 10th, whatever happens on the 20th
		n.sign(t, private, second.ID, onScreen)
		third := n.wantDue(t, keyKeeper, "V2.6-b", provides(firm), manager)
		if !third.Due.Equal(day(20)) {
			t.Errorf("due %s, want the day when the alarm begins", third.Due)
		}
		n.wantState(t, casework.InProgress, alarm)
		n.sign(t, keyKeeper, third.ID, onPaper)
		n.wantState(t, casework.Done, change)
		if n.taskOpen(t, routine.TakeReceipt) != 0 {
			t.Error("all is signed and the task is open")
		}
	})
}

// An alarm that is renounced before it has begun takes nobody's key.
//
// proves V2.6-b
func TestAnAlarmThatNeverBeganTakesNoKey(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := keyTown(t, db, nil)
		n.putBox(t)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		first := n.wantDue(t, inhouse, "V2.6-a", ownKey, provides(city))
		n.sign(t, inhouse, first.ID, onScreen)
		alarm := n.place(t, officer, order1(routine.AlarmGranted, 20))
		n.wantDue(t, keyKeeper, "V2.6-b", provides(city), manager)
		n.place(t, officer, order1(routine.AlarmRenounced, 5))
		if all, err := n.Receipts(t.Context(), keyKeeper, casework.ReceiptFilter{Due: true}, receipt.Cursor{}, 10); err != nil || len(all) != 0 {
			t.Errorf("no alarm: got %+v, %v, want the key to stay", all, err)
		}
		n.wantState(t, casework.Done, alarm)
	})
}

// A hand-over that has been called off, or whose order has been taken back, leaves nobody waiting for it.
func TestNobodyWaitsForAHandOverThatIsCalledOff(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := keyTown(t, db, func(p *routine.Profile) { p.Receipts.Spare, p.Receipts.SpareHome = true, true })
		n.putBox(t)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		first := n.wantDue(t, inhouse, "V2.6-a", ownKey, provides(city))
		if _, err := n.CancelReceipt(t.Context(), inhouse, first.ID, "kunden har nyckeln kvar"); err != nil {
			t.Fatal(err)
		}
		if n.taskOpen(t, routine.TakeReceipt) != 0 {
			t.Error("the receipt is cancelled and the task is open")
		}
		in := casework.NewReceipt{PersonalNumber: alma, NewReceipt: receipt.NewReceipt{Purpose: receipt.Spare, Door: receipt.OwnDoor, Copies: 1, To: provides(city)}}
		spare, err := n.DraftReceipt(t.Context(), inhouse, in)
		if err != nil {
			t.Fatal(err)
		}
		n.sign(t, inhouse, spare.ID, onScreen)
		died := n.place(t, officer, order1(routine.Died, 9))
		n.wantDue(t, inhouse, "V1.1-d", provides(city), ownKey)
		if _, err := n.Withdraw(t.Context(), officer, died.ID, "fel person"); err != nil {
			t.Fatal(err)
		}
		n.wantDue(t, inhouse, "V2.6-a", ownKey, provides(city)) // the key of the box: the service goes on
		if n.taskOpen(t, routine.TakeReceipt) != 1 || n.taskOpen(t, routine.ReturnKeys) != 0 {
			t.Error("nobody has died: want the provider to take the key of the box, and no key to be returned")
		}
	})
}

// Groups that are merged tell whoever is to have the keys.
//
// proves V5.1-f
func TestMergedGroupsHandOverKeys(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := keyTown(t, db, nil)
		n.putBox(t)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		first := n.wantDue(t, inhouse, "V2.6-a", ownKey, provides(city))
		n.sign(t, inhouse, first.ID, onScreen)
		if _, err := n.MergeGroups(t.Context(), keeper, "H1", "H2", day(10)); err != nil {
			t.Fatal(err)
		}
		if got := n.taskOpen(t, routine.TakeReceipt); got != 1 {
			t.Fatalf("got %d tasks to take keys over, want one", got)
		}
		second := n.wantDue(t, private, "V2.6-c", provides(city), provides(firm))
		n.sign(t, private, second.ID, onScreen)
		if n.taskOpen(t, routine.TakeReceipt) != 0 {
			t.Error("the key is handed over and the task is open")
		}
	})
}

// Two have told of the same death: the word of the one is not undone when the other takes theirs back.
//
// proves V1.1-d, V2.1-h
func TestADeathToldByTwoStands(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := newTown(t, db)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		told := n.place(t, officer, order1(routine.Died, 9))
		provider := casework.Orderer{Organisation: city, Role: routine.Provider, Actor: "token:inhouse"}
		in := order1(routine.Moved, 9)
		in.Channel = casework.ChannelPortal
		again := n.place(t, provider, in)
		if _, err := n.Withdraw(t.Context(), officer, told.ID, ""); codeOf(err) != "order-later-change" {
			t.Errorf("the other still says so: got %v, want order-later-change", err)
		}
		if _, err := n.Withdraw(t.Context(), provider, again.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := n.Withdraw(t.Context(), officer, told.ID, ""); err != nil {
			t.Errorf("nobody says so any longer: got %v", err)
		}
	})
}

// A register that has not heard that the client is in effect takes nobody's access.
//
// proves S-m
func TestARegisterDoesNotTakeEffectAway(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		p := routine.DefaultProfile()
		p.InEffectGate = true
		n := newTown(t, db).under(p)
		in := order1(routine.HomeCareGranted, 2, "H2")
		in.InEffect = true
		n.place(t, officer, in)
		n.mount(t, "DC2", alma)
		n.wantMay(t, "DC2", day(3), "H2")
		n.apply(t, casework.Import{ID: "run"}, homeCareRow("H2", day(2)))
		n.wantMay(t, "DC2", day(3), "H2")
		n.wantRecomputed(t)
	})
}

// homeCareRow is a row of the register of services about the client in Provgatan 1, not in effect.
func homeCareRow(group string, from time.Time) casework.RegisterBatch {
	return casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: alma},
		Dwelling: care.Dwelling{AddressKey: "a", Street: "Provgatan 1", Apartment: "1101", PostalCode: "43299", Town: "Provköping"}, Entrance: "P1",
		Services: []casework.RegisterService{{Row: 2, Kind: routine.HomeCare, Group: group, From: from, Until: routine.Forever}}}}}
}
