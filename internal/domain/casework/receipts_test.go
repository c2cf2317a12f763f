package casework_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var (
	keyKeeper = routine.Who{Actor: "token:keyKeeper", Organisation: city, Role: routine.LockManager}
	inhouse   = routine.Who{Actor: "token:inhouse", Organisation: city, Role: routine.Provider}
	private   = routine.Who{Actor: "token:private", Organisation: firm, Role: routine.Provider}
	stranger  = routine.Who{Actor: "token:stranger", Organisation: other, Role: routine.Provider}

	scan     = []byte("%PDF-1.7 made up")
	onPaper  = receipt.Signature{How: receipt.OnPaper, From: "Ada Prov", To: "Egon Test", Scan: scan}
	onScreen = receipt.Signature{How: receipt.OnScreen, From: "Ada Prov", To: "Egon Test"}
)

// keyTown is a town whose municipality keeps physical keys, on a day in November.
func keyTown(t *testing.T, db *storage.DB, change func(p *routine.Profile)) town {
	t.Helper()
	n := newTown(t, db)
	p := routine.DefaultProfile()
	p.Receipts = routine.ReceiptRules{KeyBox: true, Waiting: true, RemindDays: 14}
	p.Letters = []routine.LetterTexts{{Kind: routine.ReceiptLetter, Language: "sv", Title: "Kvittens för nyckel", Text: []string{"Från {from} till {to}: {key}, {date}"}}}
	if change != nil {
		change(&p)
	}
	n.Service = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), p)
	return n
}

// eachDay is storagetest.Each with a clock that stands on the first of November until the test moves it.
func eachDay(t *testing.T, test func(t *testing.T, target string, db *storage.DB, now *time.Time)) {
	t.Helper()
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		now := day(1).Add(12 * time.Hour)
		var mu sync.Mutex
		db := storagetest.Open(t, target, storage.Options{Clock: func() time.Time {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(time.Millisecond)
			return now
		}})
		test(t, target, db, &now)
	})
}

// line is the one receipt of a list.
func (n town) line(t *testing.T, who routine.Who, f casework.ReceiptFilter) receipt.Line {
	t.Helper()
	all, err := n.Receipts(t.Context(), who, f, receipt.Cursor{}, 10)
	if err != nil || len(all) != 1 {
		t.Fatalf("receipts of %s: got %+v, %v, want one", who.Actor, all, err)
	}
	return all[0]
}

func (n town) wantDue(t *testing.T, who routine.Who, rule string, from, to receipt.Holder) receipt.Line {
	t.Helper()
	l := n.line(t, who, casework.ReceiptFilter{Due: true})
	if l.Rule != rule || l.From != from || l.To != to || l.State != receipt.Drafted {
		t.Errorf("due: got %s %v → %v, %s, want %s %v → %v", l.Rule, l.From, l.To, l.State, rule, from, to)
	}
	return l
}

func (n town) sign(t *testing.T, who routine.Who, id string, how receipt.Signature) receipt.Receipt {
	t.Helper()
	r, err := n.SignReceipt(t.Context(), who, id, how)
	if err != nil {
		t.Fatalf("sign: %v", err)
	}
	return r
}

func (n town) stateOf(t *testing.T, id string) receipt.State {
	t.Helper()
	l, err := n.Receipt(t.Context(), keyKeeper, id)
	if err != nil {
		t.Fatal(err)
	}
	return l.State
}

// putBox mounts a key box at the couple's without the field work, which has tests of its own.
func (n town) putBox(t *testing.T) {
	t.Helper()
	err := n.db.Update(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), []string{alma})
		if err != nil {
			return err
		}
		return tx.PutLocks(t.Context(), []fleet.Lock{{ID: "0190b000-0000-7000-8000-0000000000b0", Serial: "NG1", Number: 900, Kind: fleet.Box,
			State: fleet.Mounted, DwellingID: clients[alma].DwellingID, MountedAt: tx.Now()}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func order1(k routine.OrderKind, at int, groups ...string) casework.NewOrder {
	return order(k, alma, day(at), groups...)
}

func provides(org string) receipt.Holder { return receipt.Holder{Kind: receipt.Provider, ID: org} }

var (
	ownKey  = receipt.Holder{Kind: receipt.Client}
	manager = receipt.Holder{Kind: receipt.LockManager}
)

// A key that has not left the client goes to the provider for the provider's own reason, whoever was to fetch it first.
//
// proves V5.3-c
func TestTheRuleOfAReceiptFollowsWhoHasTheKey(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, nil)
		n.place(t, officer, order1(routine.AlarmGranted, 2))
		n.wantDue(t, keyKeeper, "V2.6-e", ownKey, manager)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		n.wantDue(t, keyKeeper, "V5.3-c", ownKey, provides(city))
	})
}

// A key goes from the client to the provider, to the next provider, to the lock manager, back to the provider and home.
//
// proves V2.6-a, V2.6-b, V2.6-c, V2.6-d, V2.6-f, V5.3-c
func TestAPhysicalKeyGoesFromHandToHand(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, nil)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		first := n.wantDue(t, inhouse, "V5.3-c", ownKey, provides(city))
		if first.Purpose != receipt.Waiting || first.Label == "" {
			t.Errorf("while the lock waits: got %+v, want a waiting key with a label", first)
		}
		for _, who := range []routine.Who{private, stranger} {
			if _, err := n.SignReceipt(t.Context(), who, first.ID, onScreen); !errors.Is(err, receipt.ErrUnknown) {
				t.Errorf("%s signs another's receipt: got %v, want receipt-unknown", who.Actor, err)
			}
		}
		paper, err := n.ShowReceipt(t.Context(), inhouse, first.ID, "sv")
		if err != nil || paper.To != "Kommunen" || paper.From != paper.Client.Name || paper.Line.State != receipt.Shown {
			t.Errorf("on paper: got %+v, %v, want both parties named", paper, err)
		}
		if n.taskOpen(t, routine.TakeReceipt) == 0 {
			t.Error("no task asks for the first receipt")
		}
		if form := n.ReceiptForm("sv"); form.Title == "" || paper.Letter.Title != form.Title {
			t.Errorf("what the paper says: got %q, and the empty form %q", paper.Letter.Title, form.Title)
		}
		if got := n.entries(t, journal.ClientRead); got != 1 {
			t.Errorf("the client's name was read: the journal tells of %d times", got)
		}
		n.sign(t, inhouse, first.ID, onPaper)
		if _, err := n.SignReceipt(t.Context(), inhouse, first.ID, onScreen); !errors.Is(err, receipt.ErrState) {
			t.Errorf("signed twice: got %v, want receipt-state", err)
		}
		if r, err := n.Receipt(t.Context(), inhouse, first.ID); err != nil || r.SignedFrom != onPaper.From || r.SignedTo != onPaper.To || r.How != receipt.OnPaper {
			t.Errorf("who signed: got %q and %q by %s, %v", r.SignedFrom, r.SignedTo, r.How, err)
		}
		if got := n.entries(t, journal.ReceiptChanged); got != 3 {
			t.Errorf("the journal tells of %d steps, want drafted, shown and signed", got)
		}
		if n.taskOpen(t, routine.TakeReceipt) != 0 {
			t.Error("the task is open although the receipt is signed")
		}
		file, err := n.ReceiptFile(t.Context(), inhouse, first.ID)
		if err != nil || file.Media != "application/pdf" || string(file.Body) != string(scan) {
			t.Errorf("the signed paper: got %s, %v", file.Media, err)
		}

		n.place(t, officer, order1(routine.ProviderChanged, 5, "H1", "H2"))
		second := n.wantDue(t, private, "V2.6-c", provides(city), provides(firm))
		n.sign(t, private, second.ID, onScreen)
		if second.Previous != first.ID || n.stateOf(t, first.ID) != receipt.HandedOver {
			t.Errorf("the chain: second follows %s, and the first is %s", second.Previous, n.stateOf(t, first.ID))
		}

		n.putBox(t)
		n.place(t, officer, order1(routine.AlarmGranted, 8))
		third := n.wantDue(t, keyKeeper, "V2.6-b", provides(firm), manager)
		n.sign(t, keyKeeper, third.ID, onPaper)
		if third.Purpose != receipt.InBox {
			t.Errorf("the key that lies in the box: got %s", third.Purpose)
		}
		n.place(t, officer, order1(routine.AlarmRenounced, 12))
		fourth := n.wantDue(t, private, "V2.6-b", manager, provides(firm))
		n.sign(t, keyKeeper, fourth.ID, onScreen)

		n.place(t, officer, order1(routine.Died, 20))
		last := n.wantDue(t, private, "V2.6-a", provides(firm), ownKey)
		n.sign(t, private, last.ID, onPaper)
		for _, id := range []string{first.ID, second.ID, third.ID, fourth.ID, last.ID} {
			if got := n.stateOf(t, id); got != receipt.Closed {
				t.Errorf("after the key is home: %s is %s, want closed", id, got)
			}
		}
		if n.taskOpen(t, routine.ReturnKeys) != 0 {
			t.Error("the keys are home and the task to return them is open")
		}
	})
}

// taskOpen counts the couple's open tasks of a kind.
func (n town) taskOpen(t *testing.T, kind routine.TaskKind) (count int) {
	t.Helper()
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		count = 0
		clients, err := tx.ClientsByNumber(t.Context(), []string{alma, bo})
		if err != nil {
			return err
		}
		tasks, err := tx.OpenTasks(t.Context(), []string{clients[alma].ID, clients[bo].ID})
		for _, task := range tasks {
			if task.Kind == kind {
				count++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// With an alarm from the start the lock manager has the key from the client.
//
// proves V2.6-e
func TestTheLockManagerTakesTheKeyOfAnAlarmClient(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, nil)
		n.putBox(t)
		n.place(t, officer, order1(routine.AlarmGranted, 2))
		n.wantDue(t, keyKeeper, "V2.6-e", ownKey, manager)
		n.place(t, officer, order1(routine.AlarmRenounced, 2)) // before anybody was to fetch it
		if all, err := n.Receipts(t.Context(), keyKeeper, casework.ReceiptFilter{Due: true}, receipt.Cursor{}, 10); err != nil || len(all) != 0 {
			t.Errorf("a key that nobody is to hold: got %+v, %v, want nothing due", all, err)
		}
	})
}

// proves S-e
func TestSpareKeysAreKeptByTheAlarmUnitOrByAgreement(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, func(p *routine.Profile) {
			p.Receipts = routine.ReceiptRules{Spare: true, SpareHome: true}
		})
		n.place(t, officer, order1(routine.AlarmGranted, 2))
		spare := n.wantDue(t, keyKeeper, "S-e", ownKey, receipt.Holder{Kind: receipt.AlarmUnit})
		n.sign(t, keyKeeper, spare.ID, onScreen)

		n.place(t, officer, order(routine.HomeCareGranted, bo, day(2), "H2"))
		in := casework.NewReceipt{PersonalNumber: bo, NewReceipt: receipt.NewReceipt{Purpose: receipt.Spare, Door: receipt.OwnDoor, Copies: 2, To: provides(firm)}}
		if _, err := n.DraftReceipt(t.Context(), stranger, in); !errors.Is(err, receipt.ErrMayNot) {
			t.Errorf("a provider that does not serve the client: got %v, want receipt-not-yours", err)
		}
		agreed, err := n.DraftReceipt(t.Context(), private, in)
		if err != nil {
			t.Fatal(err)
		}
		n.sign(t, private, agreed.ID, onScreen)
		n.place(t, officer, order(routine.HomeCareEnded, bo, day(9), "H2"))
		n.wantDue(t, private, "V2.1-e", provides(firm), ownKey) // the alarm unit keeps the other

		var keys []string
		if err := db.View(t.Context(), func(tx *storage.Tx) error {
			reserve, err := tx.PageKeys(t.Context(), casework.KeyFilter{}, tx.Now(), 10)
			for _, k := range reserve {
				keys = append(keys, k.Number)
			}
			return err
		}); err != nil || slices.Contains(keys, spare.Label) {
			t.Errorf("spare keys among the digital ones: %v, %v", keys, err)
		}
	})
}

func TestWhatAReceiptMayNotBe(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		n := keyTown(t, db, nil)
		draft := func(who routine.Who, change func(in *casework.NewReceipt)) error {
			in := casework.NewReceipt{PersonalNumber: alma, NewReceipt: receipt.NewReceipt{Purpose: receipt.InBox, Door: receipt.OwnDoor, Copies: 1, To: manager}}
			change(&in)
			_, err := n.DraftReceipt(t.Context(), who, in)
			return err
		}
		for name, c := range map[string]struct {
			who    routine.Who
			change func(in *casework.NewReceipt)
			want   error
		}{
			"no such purpose":         {keyKeeper, func(in *casework.NewReceipt) { in.Purpose = "loan" }, receipt.ErrPurpose},
			"no such door":            {keyKeeper, func(in *casework.NewReceipt) { in.Door = "back" }, receipt.ErrDoor},
			"no keys":                 {keyKeeper, func(in *casework.NewReceipt) { in.Copies = 0 }, receipt.ErrCopies},
			"too many":                {keyKeeper, func(in *casework.NewReceipt) { in.Copies = 21 }, receipt.ErrCopies},
			"switched off":            {keyKeeper, func(in *casework.NewReceipt) { in.Purpose = receipt.Spare }, receipt.ErrNotDone},
			"to nobody":               {keyKeeper, func(in *casework.NewReceipt) { in.To = provides("5560000000") }, receipt.ErrParty},
			"to whom it is":           {keyKeeper, func(in *casework.NewReceipt) { in.To = ownKey }, receipt.ErrHolds},
			"of nobody":               {keyKeeper, func(in *casework.NewReceipt) { in.PersonalNumber = "189001029827" }, casework.ErrClientUnknown},
			"by who sees none":        {routine.Who{Role: routine.Auditor}, func(*casework.NewReceipt) {}, receipt.ErrMayNot},
			"a key that is not there": {keyKeeper, func(in *casework.NewReceipt) { in.KeyID = "x" }, receipt.ErrKeyUnknown},
		} {
			if err := draft(c.who, c.change); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
		if err := draft(keyKeeper, func(*casework.NewReceipt) {}); err != nil {
			t.Fatal(err)
		}
		l := n.line(t, keyKeeper, casework.ReceiptFilter{})
		for name, s := range map[string]receipt.Signature{
			"unnamed":       {How: receipt.OnScreen, From: "Ada Prov"},
			"no way":        {From: "Ada Prov", To: "Egon Test"},
			"without paper": {How: receipt.OnPaper, From: "Ada Prov", To: "Egon Test"},
			"not a paper":   {How: receipt.OnPaper, From: "Ada Prov", To: "Egon Test", Scan: []byte("MZ")},
			"too large":     {How: receipt.OnPaper, From: "Ada Prov", To: "Egon Test", Scan: append([]byte("%PDF-"), make([]byte, receipt.MaxFile)...)},
		} {
			if _, err := n.SignReceipt(t.Context(), keyKeeper, l.ID, s); err == nil {
				t.Errorf("signed %s: got no error", name)
			}
		}
		*now = now.AddDate(0, 0, 15)
		if late, err := n.Receipts(t.Context(), keyKeeper, casework.ReceiptFilter{Late: true}, receipt.Cursor{}, 10); err != nil || len(late) != 1 {
			t.Errorf("unsigned for fifteen days: got %v, %v, want a reminder", late, err)
		}
		if _, err := n.CancelReceipt(t.Context(), keyKeeper, l.ID, " "); !errors.Is(err, receipt.ErrReason) {
			t.Errorf("cancelled without a reason: got %v", err)
		}
		if _, err := n.CancelReceipt(t.Context(), keyKeeper, l.ID, "Kunden vill inte"); err != nil {
			t.Error(err)
		}
		if _, err := n.SignReceipt(t.Context(), keyKeeper, l.ID, onScreen); !errors.Is(err, receipt.ErrState) {
			t.Errorf("a cancelled receipt is signed: got %v, want receipt-state", err)
		}
	})
}

// Whoever writes, and however many at once, one holds a key and one hand-over of it is under way.
//
// proves V2.6-a
func TestOneHoldsAKey(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, _ *time.Time) {
		n := keyTown(t, db, nil)
		n.place(t, officer, order1(routine.HomeCareGranted, 2, "H1"))
		first := n.line(t, inhouse, casework.ReceiptFilter{Due: true})
		n.sign(t, inhouse, first.ID, onScreen)
		var wait sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			wait.Go(func() {
				to := []receipt.Holder{manager, provides(firm)}[i%2]
				r, err := n.DraftReceipt(t.Context(), keyKeeper, casework.NewReceipt{NewReceipt: receipt.NewReceipt{KeyID: first.KeyID, To: to}})
				if err == nil {
					_, err = n.SignReceipt(t.Context(), keyKeeper, r.ID, onScreen)
				}
				results[i] = err
			})
		}
		wait.Wait()
		signed, err := n.Receipts(t.Context(), keyKeeper, casework.ReceiptFilter{KeyID: first.KeyID, State: receipt.Signed}, receipt.Cursor{}, 10)
		if err != nil || len(signed) != 1 {
			t.Errorf("holders after %v: got %v, %v, want one", results, signed, err)
		}
		for name, change := range map[string]func(r *receipt.Receipt){
			"receipts_one_holder":    func(r *receipt.Receipt) { r.State = receipt.Signed },
			"receipts_one_successor": func(r *receipt.Receipt) { r.Previous = first.ID },
		} {
			err := db.Update(t.Context(), func(tx *storage.Tx) error { // past every check
				r := receipt.Receipt{ID: "0190b000-0000-7000-8000-0000000000c0", Number: name, KeyID: first.KeyID, ClientID: first.ClientID,
					To: manager, State: receipt.Drafted, Due: tx.Now(), Created: tx.Now()}
				change(&r)
				return tx.InsertReceipt(t.Context(), r)
			})
			if !storage.IsUnique(err, name) {
				t.Errorf("past the checks: got %v, want %s to refuse", err, name)
			}
		}
	})
}
