package casework_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// consenting is a town whose owners must agree to locks.
type consenting struct {
	town
	*casework.Consents
	register *consent.Service
	owner    string
	property string
}

func newConsenting(t *testing.T, db *storage.DB) consenting {
	t.Helper()
	p := routine.DefaultProfile()
	p.Consent = routine.ConsentRules{Owner: true, HomeCareAgrees: true}
	n := newTown(t, db)
	n.Service = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), p)
	c := consenting{town: n, Consents: casework.NewConsents(n.Service, time.UTC),
		register: consent.NewService(txn.Narrow(db, func(tx *storage.Tx) consent.Tx { return tx }), p, time.UTC)}
	o, err := c.register.PutOwner(t.Context(), keeper, consent.Owner{Kind: consent.Association, Name: "Brf Provet"})
	if err != nil {
		t.Fatal(err)
	}
	c.owner = o.ID
	c.property = c.put(t, consent.Property{Owners: []string{o.ID}, Addresses: []consent.Address{{Street: "PROVGATAN 1", Town: "Provköping"}}})
	return c
}

func (c consenting) put(t *testing.T, p consent.Property) string {
	t.Helper()
	p, err := c.PutProperty(t.Context(), keeper, p)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID
}

// say is the owner's word, as somebody heard it.
func (c consenting) say(t *testing.T, answer consent.Answer) consent.Consent {
	t.Helper()
	v, err := c.Record(t.Context(), keeper, consent.NewConsent{OwnerID: c.owner, Properties: []string{c.property},
		Answered: consent.Answered{Answer: answer, How: consent.Oral, HeardBy: "Eva", Date: c.now(t)}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (c consenting) alarm(t *testing.T, who string) {
	t.Helper()
	_, err := c.Place(t.Context(), officer, casework.NewOrder{Kind: routine.AlarmGranted, PersonalNumber: who, Group: "A1", Effective: c.now(t), Channel: "api"})
	if err != nil {
		t.Fatal(err)
	}
}

// tasks are the open tasks of a kind at somebody's door.
func (c consenting) tasks(t *testing.T, who string, kind routine.TaskKind) (out []casework.Task) {
	t.Helper()
	err := c.db.View(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), []string{who})
		if err != nil {
			return err
		}
		open, err := tx.OpenTasks(t.Context(), []string{clients[who].ID})
		for _, v := range open {
			if v.Kind == kind && !(kind == routine.Judge && v.LockID != "") { // the entrance's lock is a question of its own
				out = append(out, v)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (c consenting) wantMount(t *testing.T, when, state string) {
	t.Helper()
	if got := c.tasks(t, alma, routine.Mount); len(got) != 1 || got[0].State != state {
		t.Errorf("%s: got %+v, want one mounting in state %s", when, got, state)
	}
}

// proves V5.3-a, V5.3-c
func TestMountingWaitsForTheOwnerAndGoesOn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.alarm(t, alma)
		c.wantMount(t, "before anybody is asked", casework.TaskWaiting)
		if got := c.tasks(t, alma, routine.AskConsent); len(got) != 1 {
			t.Errorf("got %d tasks of asking the owner, want 1", len(got))
		}
		yes := c.say(t, consent.Given)
		c.wantMount(t, "after a yes", casework.TaskOpen)
		if got := c.tasks(t, alma, routine.AskConsent); len(got) != 0 {
			t.Errorf("got %d tasks of asking the owner after the answer, want none", len(got))
		}
		if _, err := c.Withdraw(t.Context(), keeper, yes.ID, consent.Answered{How: consent.Written, Date: c.now(t)}); err != nil {
			t.Fatal(err)
		}
		c.wantMount(t, "after it was withdrawn", casework.TaskWaiting)
		c.say(t, consent.Given)
		c.wantMount(t, "after a new yes", casework.TaskOpen)

		// The house is sold: the old owner's word does not count.
		o, err := c.register.PutOwner(t.Context(), keeper, consent.Owner{Kind: consent.Company, Name: "Nya Bostäder AB"})
		if err != nil {
			t.Fatal(err)
		}
		c.put(t, consent.Property{ID: c.property, Owners: []string{o.ID}, Addresses: []consent.Address{{Street: "Provgatan 1", Town: "Provköping"}}})
		c.wantMount(t, "after the house was sold", casework.TaskWaiting)
	})
}

// A lock that sits there when consent is withdrawn stays until a person has decided.
//
// proves V5.3-a
func TestALockWithoutConsentIsAQuestion(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.alarm(t, alma)
		if _, err := c.Asked(t.Context(), keeper, casework.ClientAnswer{PersonalNumber: alma, Agrees: true, AskedBy: "Eva"}); err != nil {
			t.Fatal(err)
		}
		yes := c.say(t, consent.Given)
		c.mount(t, "DC2", alma)
		for range 2 { // saying it twice asks once
			if _, err := c.Withdraw(t.Context(), keeper, yes.ID, consent.Answered{How: consent.Written, Date: c.now(t)}); err != nil {
				t.Fatal(err)
			}
		}
		questions := append(c.tasks(t, alma, routine.Judge), c.tasks(t, bo, routine.Judge)...)
		if len(questions) != 1 || questions[0].Rule != routine.RuleConsent {
			t.Errorf("got %+v, want one question about the lock", questions)
		}
		if lock, err := c.LockAt(t.Context(), "DC2", alma); err != nil || lock.DwellingID == "" {
			t.Errorf("got %+v, %v; want the lock where it was", lock, err)
		}
		c.say(t, consent.Given)
		if left := append(c.tasks(t, alma, routine.Judge), c.tasks(t, bo, routine.Judge)...); len(left) != 0 {
			t.Errorf("got %+v, want no question once there is consent again", left)
		}
	})
}

// The same of an entrance's lock: one question for all who live behind it, to the lock manager, with time to find out. The lock opens
// as before meanwhile.
//
// proves V5.3-a
func TestAnEntrancesLockWithoutConsentIsAQuestion(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.house(t)
		c.stays(t)
		yes := c.say(t, consent.Given)
		questions := func() []casework.Task {
			all := append(append(c.tasksOf(t, alma), c.tasksOf(t, bo)...), c.tasksOf(t, cara)...)
			return slices.DeleteFunc(all, func(v casework.Task) bool { return v.Kind != routine.Judge || v.LockID == "" })
		}
		for range 2 { // saying it twice asks once
			if _, err := c.Withdraw(t.Context(), keeper, yes.ID, consent.Answered{How: consent.Written, Date: c.now(t)}); err != nil {
				t.Fatal(err)
			}
		}
		got := questions()
		if len(got) != 1 || got[0].LockID != c.lock(t, "PT1").ID || got[0].Unit != string(routine.UnitLockManager) || !got[0].Due.After(c.now(t).Add(24*time.Hour)) {
			t.Errorf("got %+v, want one question to the lock manager about PT1, with time to find out", got)
		}
		c.wantMay(t, "PT1", c.now(t), "H1", "H2")
		c.sayOf(t, consent.DoorLock)
		if len(questions()) != 1 {
			t.Error("a yes to doors has answered for the entrance")
		}
		c.say(t, consent.Given)
		if left := questions(); len(left) != 0 {
			t.Errorf("got %+v, want no question once there is consent again", left)
		}
	})
}

// wantPorts compares what is to be done, and decided, about the entrance.
func (c consenting) wantPorts(t *testing.T, when string, want ...string) {
	t.Helper()
	got := slices.DeleteFunc(c.open(t, alma, bo, cara), func(s string) bool { return !isPort(s) && !strings.HasPrefix(s, "decide") })
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", when, got, want)
	}
}

// "It goes" is laid up as a dismounting, and then the lock goes although somebody needs it: the question is answered, and each
// household that needs it is one of how the entrance is to be opened. Struck, or with another lock in its place, there is none.
//
// proves V5.3-a, V5.3-c
func TestAnEntrancesLockGoesWhenItsOwnerSaysSo(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.house(t)
		c.stays(t)
		c.place(t, officer, order(routine.HomeCareEnded, cara, ahead(5), "H2"))
		yes := c.say(t, consent.Given)
		lay := casework.NewTask{Kind: routine.DismountEntrance, Serial: "PT1", Due: ahead(3)}
		if _, err := c.AddTask(t.Context(), keeper, lay); !errors.Is(err, casework.ErrEntranceNeeded) {
			t.Fatalf("with the owner's yes: got %v, want entrance-lock-needed", err)
		}
		if _, err := c.Withdraw(t.Context(), keeper, yes.ID, consent.Answered{How: consent.Written, Date: c.now(t)}); err != nil {
			t.Fatal(err)
		}
		want := func(when string, want ...string) { t.Helper(); c.wantPorts(t, when, want...) }
		want("asked", "decide@14")
		down := c.add(t, lay)
		want("it goes while two homes need it", "decide@3", "decide@3", "dismount-entrance@3")
		c.wantMay(t, "PT1", c.now(t), "H1", "H2") // until it is down
		if _, err := c.Cancel(t.Context(), keeper, down.ID, "fel port"); err != nil {
			t.Fatal(err)
		}
		want("it goes not")
		lay.Due = ahead(6) // when Cara needs it no longer
		down = c.add(t, lay)
		want("it goes while one home needs it", "decide@6", "dismount-entrance@6")
		c.steps(t, down.ID, downSteps("PT1", fleet.InStock, c.now(t))[:2]...)
		if _, err := c.Complete(t.Context(), keeper, down.ID, ""); err != nil {
			t.Fatal(err)
		}
		want("it is gone", "decide@6")
		port := c.add(t, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: alma})
		c.say(t, consent.Given)
		c.steps(t, port.ID, c.portSteps(t, "PT2")...)
		if _, err := c.Complete(t.Context(), keeper, port.ID, ""); err != nil {
			t.Fatal(err)
		}
		want("another is up")
		c.wantRecomputed(t)
	})
}

// What was struck by mistake goes again, with its questions; and of an entrance with two locks nothing is asked until the second is to
// go too, for the day when the last has gone.
//
// proves V5.3-a, V5.3-c
func TestHowAnEntranceIsToBeOpenedIsAskedWhenItsLastLockGoes(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.house(t)
		c.stays(t)
		yes := c.say(t, consent.Given)
		port := c.add(t, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: alma})
		c.steps(t, port.ID, c.portSteps(t, "PT2")...)
		if _, err := c.Complete(t.Context(), keeper, port.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Withdraw(t.Context(), keeper, yes.ID, consent.Answered{How: consent.Written, Date: c.now(t)}); err != nil {
			t.Fatal(err)
		}
		want := func(when string, want ...string) { t.Helper(); c.wantPorts(t, when, want...) }
		c.add(t, casework.NewTask{Kind: routine.DismountEntrance, Serial: "PT1", Due: ahead(4)})
		want("one of two goes", "decide@14", "dismount-entrance@4")
		second := c.add(t, casework.NewTask{Kind: routine.DismountEntrance, Serial: "PT2", Due: ahead(3)})
		both := []string{"decide@4", "decide@4", "dismount-entrance@3", "dismount-entrance@4"}
		want("both go", both...)
		if _, err := c.Cancel(t.Context(), keeper, second.ID, "fel port"); err != nil {
			t.Fatal(err)
		}
		want("one is struck", "dismount-entrance@4")
		if _, err := c.Undo(t.Context(), keeper, second.ID, "det var rätt"); err != nil {
			t.Fatal(err)
		}
		want("it was not to be struck", both...)
		if _, err := c.Cancel(t.Context(), keeper, second.ID, "ägaren har ändrat sig"); err != nil {
			t.Fatal(err)
		}
		for _, v := range append(c.tasksOf(t, alma), c.tasksOf(t, cara)...) {
			if v.Kind == routine.DismountEntrance {
				c.steps(t, v.ID, downSteps("PT1", fleet.InStock, c.now(t))[:2]...)
				if _, err := c.Complete(t.Context(), keeper, v.ID, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		c.say(t, consent.Given)
		if _, err := c.Undo(t.Context(), keeper, second.ID, "ändå"); !errors.Is(err, casework.ErrEntranceNeeded) {
			t.Errorf("opened again when it is the only lock and wanted: got %v, want entrance-lock-needed", err)
		}
	})
}

// proves V8-b
func TestAlarmOnlyClientsAreAsked(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.say(t, consent.Given)
		c.alarm(t, alma)
		if got := c.tasks(t, alma, routine.AskClient); len(got) != 1 {
			t.Fatalf("got %d tasks of asking the client, want 1", len(got))
		}
		try := func() error {
			_, err := c.RecordSteps(t.Context(), keeper, c.toMount(t, alma), mountSteps("DC2", c.now(t)))
			return err
		}
		if err := try(); !errors.Is(err, consent.ErrClientNotAsked) {
			t.Errorf("nobody has asked: got %v, want %v", err, consent.ErrClientNotAsked)
		}
		ask := func(agrees bool) {
			t.Helper()
			got, err := c.Asked(t.Context(), keeper, casework.ClientAnswer{PersonalNumber: alma, Agrees: agrees, AskedBy: "Eva", How: "telefon"})
			if err != nil || got.Basis != consent.Asked || got.Agrees != agrees {
				t.Fatalf("got %+v, %v", got, err)
			}
		}
		ask(false)
		if got := c.tasks(t, alma, routine.AskClient); len(got) != 0 {
			t.Errorf("got %d tasks of asking the client after the answer, want none", len(got))
		}
		if err := try(); !errors.Is(err, consent.ErrClientNotAsked) {
			t.Errorf("the client said no: got %v, want %v", err, consent.ErrClientNotAsked)
		}
		ask(true)
		c.mount(t, "DC2", alma)
	})
}

// Who was to be asked about a lock, and then applies for home care, is not asked any more: nothing waits for an answer that
// nobody needs.
//
// proves V8-b
func TestWhoAppliesForHomeCareNeedNotBeAsked(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.alarm(t, alma)
		if got := c.tasks(t, alma, routine.AskClient); len(got) != 1 {
			t.Fatalf("with nothing but an alarm: got %d tasks of asking the client, want 1", len(got))
		}
		c.place(t, officer, order(routine.HomeCareGranted, alma, day(2), "H1"))
		if got := c.tasks(t, alma, routine.AskClient); len(got) != 0 {
			t.Errorf("with home care too: got %+v, want nobody asked", got)
		}
	})
}

// Applying for home care means agreeing to a lock, and is recorded as such.
//
// proves V8-b
func TestApplyingForHomeCareIsRecordedAsAgreeing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		o, err := c.Place(t.Context(), officer, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H1", Effective: c.now(t), Channel: "api"})
		if err != nil {
			t.Fatal(err)
		}
		var got consent.Agreement
		err = db.View(t.Context(), func(tx *storage.Tx) error {
			all, err := tx.Agreements(t.Context(), []string{o.ClientID})
			got = all[o.ClientID]
			return err
		})
		if err != nil || got.Basis != consent.Application || !got.Agrees || got.Ground != "order:"+o.ID {
			t.Errorf("got %+v, %v; want agreement by application", got, err)
		}
		c.say(t, consent.Given)
		c.mount(t, "DC2", alma)
	})
}
