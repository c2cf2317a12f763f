package casework_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// under is the same town under another profile.
func (n town) under(p routine.Profile) town {
	return town{casework.NewService(txn.Narrow(n.db, func(tx *storage.Tx) casework.Tx { return tx }), p), n.db}
}

func (n town) steps(t failer, id string, steps ...casework.Step) casework.WorkFile {
	t.Helper()
	w, err := n.RecordSteps(t.Context(), keeper, id, steps)
	if err != nil {
		t.Fatalf("steps: %v", err)
	}
	return w
}

func (n town) lock(t failer, serial string) (l fleet.Lock) {
	t.Helper()
	if err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		locks, err := tx.LocksBySerial(t.Context(), []string{serial})
		l = locks[serial]
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return l
}

func (n town) granted(t testing.TB) casework.Order {
	t.Helper()
	return n.place(t, officer, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H1", Effective: day(1), Channel: "test"})
}

// A lock is mounted when every step of its checklist has been said, and not before; whichever is left out, it is the one that
// is asked for.
//
// proves V2.1-c, V5.5-b
func TestMountingNeedsEveryStep(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	n := newTown(t, db)
	order := n.granted(t)
	id := n.toMount(t, alma)
	all := mountSteps("DC2", n.now(t))
	for i, left := range all {
		w, err := n.Task(t.Context(), keeper, id)
		if err != nil || w.Left != len(all)-i || w.Checklist[i].Step != left.Step || w.Checklist[i].Said != nil {
			t.Fatalf("before %s: got %d left, %v, want %d", left.Step, w.Left, err, len(all)-i)
		}
		if _, err := n.Complete(t.Context(), keeper, id, ""); !errors.Is(err, casework.ErrStepsMissing) {
			t.Fatalf("without %s: got %v, want steps-missing", left.Step, err)
		}
		if _, err := n.Mount(t.Context(), "test", "DC2", alma, nil); !errors.Is(err, casework.ErrStepsMissing) {
			t.Fatalf("mounted without %s: got %v, want steps-missing", left.Step, err)
		}
		n.steps(t, id, left)
	}
	n.wantMay(t, "DC2", day(2))
	w, err := n.Complete(t.Context(), keeper, id, "")
	if err != nil || w.Task.State != casework.TaskDone || w.Mounted != "DC2" || w.Original != "Hylla 4" {
		t.Fatalf("all steps said: got %+v, %v, want DC2 mounted", w.Task, err)
	}
	n.wantMay(t, "DC2", day(2), "H1")
	if again, err := n.Complete(t.Context(), keeper, id, ""); err != nil || again.Task.State != casework.TaskDone {
		t.Errorf("said again: got %v", err)
	}
	if done, err := n.Order(t.Context(), officer, order.ID); err != nil || done.State != casework.Done {
		t.Errorf("the order: got %s, %v, want done", done.State, err)
	}
	if got := n.steps(t, id, all[0]); got.Task.State != casework.TaskDone { // a device that was not answered
		t.Errorf("a step sent again afterwards: got %s", got.Task.State)
	}
	if _, err := n.RecordSteps(t.Context(), keeper, id, mountSteps("DC3", n.now(t))); !errors.Is(err, casework.ErrTaskClosed) {
		t.Errorf("a new step afterwards: got %v, want task-closed", err)
	}
}

// A device without coverage sends its steps late, twice, and in any order.
func TestStepsSurviveADeadZone(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id := n.toMount(t, alma)
		now := n.now(t)
		wrong := said(routine.StepOriginal, now.Add(-2*time.Minute), anna, casework.Found{Place: "Hylla 1"})
		right := said(routine.StepOriginal, now.Add(-time.Minute), anna, casework.Found{Place: "Hylla 2"})
		for _, s := range []casework.Step{right, wrong, right, wrong} {
			w := n.steps(t, id, s)
			at := slices.IndexFunc(w.Checklist, func(i casework.Item) bool { return i.Step == routine.StepOriginal })
			if got := w.Checklist[at].Said.Found.Place; got != "Hylla 2" {
				t.Errorf("what counts: got %q, want what was said last by the device's clock", got)
			}
		}
		other := right
		other.Found.Place = "Hylla 3"
		for name, c := range map[string]struct {
			step casework.Step
			want error
		}{
			"the id of another step":  {other, casework.ErrStepReused},
			"no id":                   {casework.Step{ID: "1", Step: routine.StepOriginal, At: now, Employee: anna, Found: casework.Found{Place: "x"}}, casework.ErrStepID},
			"tomorrow":                {said(routine.StepOriginal, now.Add(24*time.Hour), anna, casework.Found{Place: "x"}), casework.ErrStepTime},
			"long ago":                {said(routine.StepOriginal, now.Add(-100*24*time.Hour), anna, casework.Found{Place: "x"}), casework.ErrStepTime},
			"nowhere":                 {said(routine.StepOriginal, now, anna, casework.Found{}), casework.ErrStepField},
			"nobody":                  {said(routine.StepOriginal, now, "", casework.Found{Place: "x"}), casework.ErrStepField},
			"somebody unknown":        {said(routine.StepOriginal, now, "9999", casework.Found{Place: "x"}), casework.ErrStaffUnknown},
			"a step of other work":    {said(routine.StepRestored, now, anna, casework.Found{}), casework.ErrStepKind},
			"no such step":            {said("dance", now, anna, casework.Found{}), casework.ErrStepKind},
			"told, but not whom":      {said(routine.StepInformed, now, "", casework.Found{How: "phone"}), casework.ErrStepField},
			"a lock that nobody has":  {said(routine.StepSerial, now, anna, casework.Found{Serial: "XX"}), fleet.ErrLockUnknown},
			"an entrance's lock":      {said(routine.StepSerial, now, anna, casework.Found{Serial: "PT1"}), casework.ErrLockElsewhere},
			"an opening not recorded": {said(routine.StepTest, now, anna, casework.Found{Serial: "DC2", Record: 7}), nil},
		} {
			_, err := n.RecordSteps(t.Context(), keeper, id, []casework.Step{c.step})
			if name == "an opening not recorded" {
				n.steps(t, id, said(routine.StepSerial, now, anna, casework.Found{Serial: "DC2"}))
				_, err = n.RecordSteps(t.Context(), keeper, id, []casework.Step{c.step})
				c.want = casework.ErrStepNoRecord
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
	})
}

// What counts at the end does not depend on the order in which steps come: what was said of a lock that was read before, and comes
// after the one that was read instead, is kept and counts no longer.
func TestStepsOfALockThatWasReadBefore(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id := n.toMount(t, alma)
		now := n.now(t)
		n.steps(t, id, mountSteps("DC3", now)...)
		for _, s := range mountSteps("DC2", now.Add(-time.Minute)) {
			if w := n.steps(t, id, s); w.Left != 0 {
				t.Errorf("after %s of the lock that was read before: %d left", s.Step, w.Left)
			}
		}
		if w, err := n.Complete(t.Context(), keeper, id, ""); err != nil || w.Mounted != "DC3" {
			t.Errorf("got %q, %v, want DC3 mounted", w.Mounted, err)
		}
	})
}

// The lock's own log proves a test opening also when its epoch has been raised since it began its life: by a dismounting elsewhere.
//
// proves V5.5-b
func TestATestOpeningInTheLogOfALockFromStock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id, now := n.toMount(t, alma), n.now(t)
		lock := n.lock(t, "DC2")
		opened := credential.Record{Seq: 7, Boot: 1, Time: credential.At(now), Event: credential.EventOpened}
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			epoch := uint16(lock.Epoch)
			lock.Epoch++
			return errors.Join(tx.PutLocks(t.Context(), []fleet.Lock{lock}),
				tx.PutLockHeads(t.Context(), []keysync.Head{{Lock: lock.Number, Epoch: epoch, Shown: epoch, Seq: 7, Oldest: 1, Seen: now, Ack: []byte("ack")}}),
				tx.InsertLockRecords(t.Context(), []keysync.RecordRun{{Lock: lock.Number, Epoch: epoch, First: 7, Records: [][]byte{opened.Append(nil)}}}))
		}); err != nil {
			t.Fatal(err)
		}
		steps := mountSteps("DC2", now)
		steps[3].Found.Record = 6
		if _, err := n.RecordSteps(t.Context(), keeper, id, steps); !errors.Is(err, casework.ErrStepNoRecord) {
			t.Errorf("a record that has not come: got %v, want step-no-record", err)
		}
		steps[3].Found.Record = 7
		n.steps(t, id, steps...)
	})
}

// The lock that is mounted is the one that was kept for the visit, and two people have looked at it.
//
// proves V5.5-b
func TestSecondPersonAndTheRightLock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id := n.toMount(t, alma)
		now := n.now(t)
		n.book(t, id, casework.NewBooking{Serial: "DC2"})
		if got := n.lock(t, "DC2").State; got != fleet.Booked {
			t.Errorf("the lock that is kept: got %s, want booked", got)
		}
		if _, err := n.RecordSteps(t.Context(), keeper, id, []casework.Step{said(routine.StepSerial, now, anna, casework.Found{Serial: "DC3"})}); !errors.Is(err, casework.ErrStepSerial) {
			t.Errorf("another lock: got %v, want step-serial", err)
		}
		steps := mountSteps("DC2", now)
		steps[2].Employee = anna
		if _, err := n.RecordSteps(t.Context(), keeper, id, steps); !errors.Is(err, casework.ErrStepSamePerson) {
			t.Errorf("checked by the same person: got %v, want step-same-person", err)
		}
		n.steps(t, id, mountSteps("DC2", now)...)
		n.steps(t, id, said(routine.StepSerial, now.Add(time.Second), bert, casework.Found{Serial: "DC2"})) // read again, by the one who checked
		if _, err := n.Complete(t.Context(), keeper, id, ""); !errors.Is(err, casework.ErrStepsMissing) {
			t.Errorf("read again by the one who checked: got %v, want the check to be left", err)
		}
		if _, err := n.Cancel(t.Context(), keeper, id, "kunden ångrade sig"); err != nil {
			t.Fatal(err)
		}
		if got := n.lock(t, "DC2").State; got != fleet.InStock {
			t.Errorf("the lock of a cancelled visit: got %s, want stock", got)
		}
	})
}

func (n town) consents(t testing.TB, answer consent.Answer) {
	t.Helper()
	n.apply(t, casework.Import{}, casework.RegisterBatch{Consents: []consent.Imported{{Property: "Provgatan 1", Town: "Provköping", Owner: "Provhus AB", Answer: answer, Date: n.now(t)}}})
}

// proves V5.3-a, V5.3-c
func TestNoMountingWithoutTheOwner(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.Consent.Owner = true
		n := newTown(t, db).under(p)
		n.granted(t)
		id := n.toMount(t, alma)
		now := n.now(t)
		want := func(state string, err, wantErr error) {
			t.Helper()
			w, failed := n.Task(t.Context(), keeper, id)
			if failed != nil || w.Task.State != state || !errors.Is(err, wantErr) {
				t.Errorf("got %s, %v (%v), want %s and %v", w.Task.State, err, failed, state, wantErr)
			}
		}
		want(casework.TaskWaiting, nil, nil)
		_, err := n.Start(t.Context(), keeper, id)
		want(casework.TaskWaiting, err, consent.ErrMissing)
		_, err = n.Book(t.Context(), keeper, id, n.visit(t, casework.NewBooking{}))
		want(casework.TaskWaiting, err, consent.ErrMissing)
		_, err = n.RecordSteps(t.Context(), keeper, id, mountSteps("DC2", now)[1:])
		want(casework.TaskWaiting, err, consent.ErrMissing)
		n.steps(t, id, mountSteps("DC2", now)[0]) // telling the client need not wait
		n.consents(t, consent.Given)
		want(casework.TaskOpen, nil, nil)
		n.steps(t, id, mountSteps("DC2", now)[1:]...)
		n.consents(t, consent.Withdrawn)
		_, err = n.Complete(t.Context(), keeper, id, "")
		want(casework.TaskInProgress, err, consent.ErrMissing)
		n.wantMay(t, "DC2", day(2))
		n.consents(t, consent.Given)
		_, err = n.Complete(t.Context(), keeper, id, "")
		want(casework.TaskDone, err, nil)
		n.wantMay(t, "DC2", day(2), "H1")

		lock := n.lock(t, "DC2")
		err = db.Update(t.Context(), func(tx *storage.Tx) error { // whoever writes
			return tx.InsertMounting(t.Context(), casework.Mounting{ID: "m", LockID: n.lock(t, "DC3").ID, Kind: fleet.Door, TaskID: id, At: now, ConsentNeeded: true})
		})
		if err == nil || !strings.Contains(err.Error(), "mountings_consent") {
			t.Errorf("past the gate: got %v, want the database to refuse", err)
		}
		if err := db.View(t.Context(), func(tx *storage.Tx) error {
			m, ok, err := tx.MountingOf(t.Context(), lock.ID)
			if !ok || m.Consent == "" {
				t.Errorf("the mounting rests on %q, want a consent", m.Consent)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// Somebody with nothing but an alarm is asked first; home care means having been asked.
//
// proves V8-b
func TestAClientWhoWasNotAskedGetsNoLock(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	p := routine.DefaultProfile()
	p.Consent.HomeCareAgrees = true
	n := newTown(t, db).under(p)
	n.place(t, officer, casework.NewOrder{Kind: routine.AlarmGranted, PersonalNumber: alma, Effective: day(1), Channel: "test"})
	id := n.toMount(t, alma)
	if _, err := n.Start(t.Context(), keeper, id); !errors.Is(err, consent.ErrClientNotAsked) {
		t.Errorf("not asked: got %v, want client-not-asked", err)
	}
	asked := casework.ClientAnswer{PersonalNumber: alma, Agrees: true, AskedBy: "handläggaren", How: "telefon"}
	if _, err := casework.NewConsents(n.Service, time.UTC).Asked(t.Context(), keeper, asked); err != nil {
		t.Fatal(err)
	}
	n.mount(t, "DC2", alma)
}

// proves V5.6-a
func TestKeyBoxOnlyWithAReason(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.apply(t, casework.Import{}, casework.RegisterBatch{Stock: []fleet.Lock{{Serial: "NG1", Kind: fleet.Box, State: fleet.InStock}}})
		n.granted(t)
		id := n.toMount(t, alma)
		now := n.now(t)
		none := routine.DefaultProfile()
		none.Technology.KeyBoxes = false
		if _, err := n.under(none).RecordSteps(t.Context(), keeper, id, mountSteps("NG1", now)); !errors.Is(err, casework.ErrNoKeyBoxes) {
			t.Errorf("a municipality without key boxes: got %v, want key-boxes-not-used", err)
		}
		w := n.steps(t, id, mountSteps("NG1", now)...)
		if w.Left != 1 {
			t.Errorf("without a reason: got %d steps left, want 1", w.Left)
		}
		if _, err := n.Complete(t.Context(), keeper, id, ""); !errors.Is(err, casework.ErrStepsMissing) {
			t.Errorf("without a reason: got %v, want steps-missing", err)
		}
		if _, err := n.RecordSteps(t.Context(), keeper, id, []casework.Step{said(routine.StepWhyBox, now, anna, casework.Found{Reason: " "})}); !errors.Is(err, casework.ErrStepField) {
			t.Errorf("an empty reason: got %v, want step-incomplete", err)
		}
		n.steps(t, id, said(routine.StepWhyBox, now, anna, casework.Found{Reason: "Dörren är brandklassad"}))
		if w, err := n.Complete(t.Context(), keeper, id, ""); err != nil || w.Mounted != "NG1" {
			t.Fatalf("with a reason: got %q, %v", w.Mounted, err)
		}
		if m, there := n.mounting(t, "NG1"); !there || m.BoxReason != "Dörren är brandklassad" {
			t.Errorf("the reason on record: got %q", m.BoxReason)
		}
		err := db.Update(t.Context(), func(tx *storage.Tx) error { // whoever writes
			return tx.InsertMounting(t.Context(), casework.Mounting{ID: "m", LockID: n.lock(t, "DC3").ID, Kind: fleet.Box, TaskID: id, At: now})
		})
		if err == nil || !strings.Contains(err.Error(), "mountings_box") {
			t.Errorf("past the checklist: got %v, want the database to refuse", err)
		}
	})
}

// mounting is what is known of how a lock was put up, while it sits.
func (n town) mounting(t *testing.T, serial string) (m casework.Mounting, there bool) {
	t.Helper()
	err := n.db.View(t.Context(), func(tx *storage.Tx) (err error) {
		m, there, err = tx.MountingOf(t.Context(), n.lock(t, serial).ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, there
}

func downSteps(serial string, next fleet.LockState, at time.Time) []casework.Step {
	return []casework.Step{
		said(routine.StepTaken, at, anna, casework.Found{Serial: serial, Next: next, Reason: "sliten"}),
		said(routine.StepRestored, at, anna, casework.Found{}),
		said(routine.StepKeys, at, anna, casework.Found{Keys: 1, Told: "estate"}),
	}
}

// proves V5.1-h, V5.6-c
func TestDismountingRestoresTheDoor(t *testing.T) {
	for _, c := range []struct {
		serial string
		kind   fleet.LockKind
	}{{"DC2", fleet.Door}, {"NG1", fleet.Box}} {
		storagetest.Each(t, func(t *testing.T, db *storage.DB) {
			n := newTown(t, db)
			n.apply(t, casework.Import{}, casework.RegisterBatch{Stock: []fleet.Lock{{Serial: "NG1", Kind: fleet.Box, State: fleet.InStock}}})
			n.granted(t)
			id, now := n.toMount(t, alma), n.now(t)
			n.steps(t, id, append(mountSteps(c.serial, now), said(routine.StepWhyBox, now, anna, casework.Found{Reason: "branddörr"}))...)
			if _, err := n.Complete(t.Context(), keeper, id, ""); err != nil {
				t.Fatal(err)
			}
			before := n.lock(t, c.serial)
			died := n.place(t, officer, casework.NewOrder{Kind: routine.Died, PersonalNumber: alma, Effective: day(3), Channel: "test"})
			down := died.Tasks[slices.IndexFunc(died.Tasks, func(t casework.Task) bool { return t.Kind == routine.Dismount })].ID
			if _, err := n.RecordSteps(t.Context(), keeper, down, downSteps("DC3", fleet.InStock, now)); !errors.Is(err, casework.ErrStepNotThere) {
				t.Errorf("a lock that sits elsewhere: got %v, want step-lock-not-there", err)
			}
			for _, s := range downSteps(c.serial, fleet.Dismounted, now) {
				if _, err := n.Complete(t.Context(), keeper, down, ""); !errors.Is(err, casework.ErrStepsMissing) {
					t.Errorf("before %s: got %v, want steps-missing", s.Step, err)
				}
				w := n.steps(t, down, s)
				if w.Original != "Hylla 4" {
					t.Errorf("where the door's own part is: got %q", w.Original)
				}
				if asks := slices.ContainsFunc(w.Checklist, func(i casework.Item) bool { return i.Rule == routine.RuleBoxRemoved }); asks != (c.kind == fleet.Box) {
					t.Errorf("%s: the checklist names the rule of key boxes: %v", c.serial, asks)
				}
			}
			if _, err := n.Complete(t.Context(), keeper, down, ""); err != nil {
				t.Fatal(err)
			}
			after := n.lock(t, c.serial)
			if after.State != fleet.Dismounted || after.DwellingID != "" || after.Epoch != before.Epoch+1 {
				t.Errorf("the lock: got %+v, want dismounted, nowhere, with a higher epoch", after)
			}
			if _, sits := n.mounting(t, c.serial); sits {
				t.Error("how it was put up is kept as if it still sat there")
			}
			n.wantMay(t, c.serial, day(2))
			n.wantRecomputed(t)
		})
	}
}

// An exchange leaves no moment without a lock and none with two.
//
// proves V5.5-c
func TestExchangeIsOneStep(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		n.mount(t, "DC2", alma)
		made, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.ExchangeLock, Serial: "DC2", Urgent: true})
		if err != nil || made.ClientID == "" || !made.Urgent {
			t.Fatalf("exchange: got %+v, %v, want one at somebody's door", made, err)
		}
		now := n.now(t)
		n.steps(t, made.ID, append(mountSteps("DC3", now)[1:4], downSteps("DC2", fleet.InWarranty, now)[0])...)
		if _, err := n.Complete(t.Context(), keeper, made.ID, ""); err != nil {
			t.Fatal(err)
		}
		n.wantMay(t, "DC2", day(2))
		n.wantMay(t, "DC3", day(2), "H1")
		if old, w := n.lock(t, "DC2"), n.lock(t, "DC3"); old.State != fleet.InWarranty || w.State != fleet.Mounted {
			t.Errorf("got %s and %s, want the old one sent back and the new one mounted", old.State, w.State)
		}
		w, err := n.Task(t.Context(), keeper, made.ID)
		if err != nil || w.Original != "Hylla 4" {
			t.Errorf("the door's own part: got %q, %v, want where it was", w.Original, err)
		}
		n.wantRecomputed(t)
	})
}

// Two technicians at one door at once, each sure of their own lock: one of them is mounted.
//
// proves V2.1-b
func TestTwoTechniciansAtOneDoor(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id, now := n.toMount(t, alma), n.now(t)
		var wait sync.WaitGroup
		for i, serial := range []string{"DC2", "DC3", "DC2", "DC3"} {
			wait.Go(func() {
				who := []string{alma, bo}[i%2]
				if _, err := n.RecordSteps(t.Context(), keeper, id, mountSteps(serial, now.Add(time.Duration(i)*time.Millisecond))); err != nil {
					return
				}
				_, _ = n.Mount(t.Context(), "test", serial, who, nil)
			})
		}
		wait.Wait()
		if _, err := n.Complete(t.Context(), keeper, id, ""); err != nil && !errors.Is(err, casework.ErrStepsMissing) && !errors.Is(err, casework.ErrTaskClosed) {
			t.Fatal(err)
		}
		mounted := 0
		for _, serial := range []string{"DC2", "DC3"} {
			if n.lock(t, serial).State == fleet.Mounted {
				mounted++
			}
		}
		if mounted > 1 {
			t.Errorf("got %d locks on one door", mounted)
		}
		n.wantRecomputed(t)
	})
}
