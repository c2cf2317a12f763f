package casework_test

import (
	"errors"
	"slices"
	"testing"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const cara = "189001039818"

// house adds another dwelling behind the entrance P1, one behind an entrance without a lock, and entrance locks in stock.
func (n town) house(t *testing.T) {
	t.Helper()
	door := func(apartment string) care.Dwelling {
		return care.Dwelling{AddressKey: apartment, Street: "Provgatan 1", Apartment: apartment, PostalCode: "43299", Town: "Provköping"}
	}
	n.apply(t, casework.Import{}, casework.RegisterBatch{Stock: []fleet.Lock{{Serial: "PT2", Kind: fleet.Entrance, State: fleet.InStock}, {Serial: "PT3", Kind: fleet.Entrance, State: fleet.InStock}}})
	n.apply(t, casework.Import{}, casework.RegisterBatch{Clients: []casework.RegisterClient{
		{Client: care.Client{PersonalNumber: cara, GivenName: "Cara"}, Dwelling: door("1201"), Entrance: "P1"},
		{Client: care.Client{PersonalNumber: "189001049817", GivenName: "Dan"}, Dwelling: door("9999")}}})
}

// portSteps are all the steps of mounting a lock in an entrance.
func (n town) portSteps(t *testing.T, serial string) []casework.Step {
	return mountSteps(serial, n.now(t))[1:]
}

func (n town) stays(t *testing.T) { // a need in each dwelling
	t.Helper()
	n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-2), "H1"))
	n.place(t, officer, order(routine.HomeCareGranted, cara, ahead(-2), "H2"))
}

// A lock is mounted in an entrance behind the owner's yes to entrances, and opens for whoever serves anybody behind it.
//
// proves V5.3-a, V5.3-c, V5.5-b, V2.1-b
func TestALockInAnEntranceServesEverybodyBehindIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.house(t)
		c.stays(t)
		port := c.add(t, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: alma})
		if port.State != casework.TaskWaiting || port.PostalCode != "43299" {
			t.Errorf("before anybody has asked the owner: got %+v, want it to wait", port)
		}
		if _, err := c.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: cara}); !errors.Is(err, casework.ErrTaskTwice) {
			t.Errorf("the neighbour's task for the same entrance: got %v, want task-exists", err)
		}
		for _, things := range [][]consent.Thing{{consent.DoorLock}, {consent.DoorLock, consent.Entrance}} {
			if _, err := c.RecordSteps(t.Context(), keeper, port.ID, c.portSteps(t, "PT2")); !errors.Is(err, consent.ErrMissing) {
				t.Errorf("without a yes to entrances: got %v, want consent-missing", err)
			}
			if len(c.tasks(t, alma, routine.AskConsent)) != 1 {
				t.Error("nobody asks the owner about the entrance")
			}
			c.sayOf(t, things...)
		}
		if len(c.tasks(t, alma, routine.AskConsent)) != 0 {
			t.Error("the owner has said yes to both and is still to be asked")
		}
		if w := c.steps(t, port.ID, c.portSteps(t, "PT2")...); w.Left != 0 {
			t.Errorf("after all steps: %d left of %+v", w.Left, w.Checklist)
		}
		if _, err := c.Complete(t.Context(), keeper, port.ID, ""); err != nil {
			t.Fatal(err)
		}
		c.wantMay(t, "PT2", c.now(t), "H1", "H2")
		c.wantRecomputed(t)
		lock := c.lock(t, "PT2")
		if err := db.View(t.Context(), func(tx *storage.Tx) error {
			m, ok, err := tx.MountingOf(t.Context(), lock.ID)
			if !ok || m.EntranceID != lock.EntranceID || m.EntranceID == "" || m.Consent == "" || lock.DwellingID != "" {
				t.Errorf("the mounting: got %+v of %+v, want the entrance and the consent that it rests on", m, lock)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// proves V5.5-b
func TestLocksOfTheRightKindInTheRightPlace(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.house(t)
		port := n.add(t, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: alma})
		door := n.add(t, casework.NewTask{Kind: routine.Mount, PersonalNumber: alma})
		for id, serial := range map[string]string{port.ID: "DC2", door.ID: "PT2"} {
			if _, err := n.RecordSteps(t.Context(), keeper, id, n.portSteps(t, serial)[:1]); !errors.Is(err, casework.ErrLockKind) {
				t.Errorf("%s: got %v, want lock-wrong-kind", serial, err)
			}
		}
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: "189001049817"}); !errors.Is(err, casework.ErrEntranceNone) {
			t.Errorf("a house without an entrance: got %v, want entrance-none", err)
		}
		n.steps(t, port.ID, n.portSteps(t, "PT2")...)
		certify := func(uint32) ([]byte, error) { return []byte("cert"), nil }
		for i := range uint32(2) { // by a tool, which repeats itself
			if l, err := n.Mount(t.Context(), "test", "PT2", cara, certify); err != nil || string(l.Certificate) != "cert" || l.EntranceID == "" {
				t.Errorf("mounted by a tool: got %+v, %v", l, err)
			} else if l.Epoch != 1+i { // a lock that is certified again has been reset: grants from before are to end
				t.Errorf("certified %d times: got epoch %d, want %d", i+1, l.Epoch, 1+i)
			}
		}
		if _, err := n.LockAt(t.Context(), "PT2", "189001049817"); !errors.Is(err, casework.ErrLockElsewhere) {
			t.Errorf("asked for at another house: got %v, want lock-elsewhere", err)
		}
		if got := n.stateOfTask(t, port.ID); got != casework.TaskDone {
			t.Errorf("the task: got %s", got)
		}
	})
}

// Where the profile counts entrances among a client's locks, one more must not be too many for anybody behind it.
//
// proves V2.1-b
func TestEntrancesThatCountAreLimited(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.EntrancesCount, p.LockLimit = true, 2
		n := newTown(t, db).under(p)
		n.house(t)
		port := n.add(t, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: cara}) // she has only the entrance's
		n.steps(t, port.ID, n.portSteps(t, "PT2")...)
		n.mount(t, "DC2", alma)
		if _, err := n.Complete(t.Context(), keeper, port.ID, ""); !errors.Is(err, casework.ErrEntranceLimit) {
			t.Errorf("a third lock for her neighbour: got %v, want entrance-lock-limit", err)
		}
	})
}

// The lock of an entrance is proposed to come down when the last one behind it needs none, on that day, and not before.
//
// proves V5.1-h
func TestAnEntrancesLockComesDownWhenNobodyNeedsIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.house(t)
		n.stays(t)
		n.place(t, officer, order(routine.HomeCareEnded, alma, ahead(-1), "H1"))
		if got := n.open(t, alma, cara); slices.ContainsFunc(got, isPort) {
			t.Errorf("while a neighbour needs it: got %v", got)
		}
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.DismountEntrance, Serial: "PT1"}); !errors.Is(err, casework.ErrEntranceNeeded) {
			t.Errorf("by hand while a neighbour needs it: got %v, want entrance-lock-needed", err)
		}
		ended := n.place(t, officer, order(routine.HomeCareEnded, cara, ahead(5), "H2"))
		if got := n.open(t, cara); !slices.Contains(got, "dismount-entrance@5") {
			t.Errorf("when the last need has an end: got %v, want dismount-entrance@5", got)
		}
		if _, err := n.Withdraw(t.Context(), officer, ended.ID, ""); err != nil {
			t.Fatal(err)
		}
		if got := n.open(t, alma, cara); slices.ContainsFunc(got, isPort) {
			t.Errorf("when the end was taken back: got %v", got)
		}
		n.place(t, officer, order(routine.HomeCareEnded, cara, ahead(-1), "H2"))
		var id string
		for _, v := range n.tasksOf(t, cara) {
			if v.Kind == routine.DismountEntrance {
				id = v.ID
			}
		}
		n.place(t, officer, order(routine.AlarmGranted, alma, ahead(-1))) // withdraws it again
		if got := n.stateOfTask(t, id); got != casework.TaskCancelled {
			t.Errorf("when an alarm needs it: got %s, want cancelled", got)
		}
		n.place(t, officer, order(routine.AlarmRenounced, alma, ahead(-1)))
		for _, v := range n.tasksOf(t, alma) {
			if v.Kind == routine.DismountEntrance {
				n.steps(t, v.ID, downSteps("PT1", fleet.InStock, n.now(t))[:2]...)
				if _, err := n.Complete(t.Context(), keeper, v.ID, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		if l := n.lock(t, "PT1"); l.State != fleet.InStock || l.EntranceID != "" || l.Epoch != 2 {
			t.Errorf("taken down: got %+v, want it in stock with a new epoch", l)
		}
		n.wantRecomputed(t)
	})
}

// A lock that is needed is exchanged by one task: the old one comes down and the new one goes up in one transaction, so that nobody
// stands before a closed entrance, stock and rights are never of both or of neither, and a dismounting that was planned is the new one's.
//
// proves V5.1-h, V5.5-b
func TestANeededEntrancesLockIsExchanged(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.house(t)
		n.stays(t)
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.DismountEntrance, PersonalNumber: alma}); !errors.Is(err, casework.ErrEntranceNeeded) {
			t.Errorf("down with nothing in its place: got %v, want entrance-lock-needed", err)
		}
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.ExchangeEntrance, PersonalNumber: "189001049817"}); !errors.Is(err, casework.ErrEntranceEmpty) {
			t.Errorf("where there is none: got %v, want entrance-no-lock", err)
		}
		n.place(t, officer, order(routine.HomeCareEnded, alma, ahead(5), "H1"))
		n.place(t, officer, order(routine.HomeCareEnded, cara, ahead(5), "H2"))
		service := n.add(t, casework.NewTask{Kind: routine.ServiceLock, Serial: "PT1"})
		swap := n.add(t, casework.NewTask{Kind: routine.ExchangeEntrance, Serial: "PT1"})
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.ExchangeEntrance, PersonalNumber: cara}); !errors.Is(err, casework.ErrTaskTwice) {
			t.Errorf("the neighbour's exchange of the same lock: got %v, want task-exists", err)
		}
		n.book(t, swap.ID, casework.NewBooking{Serial: "PT2"})
		down := downSteps("PT1", fleet.InWarranty, n.now(t))[:1]
		if _, err := n.RecordSteps(t.Context(), keeper, swap.ID, downSteps("PT3", fleet.InWarranty, n.now(t))[:1]); !errors.Is(err, casework.ErrStepNotThere) {
			t.Errorf("another lock taken down: got %v, want step-lock-not-there", err)
		}
		n.steps(t, swap.ID, down...)
		if _, err := n.Complete(t.Context(), keeper, swap.ID, ""); !errors.Is(err, casework.ErrStepsMissing) {
			t.Errorf("half of it: got %v, want steps-missing", err)
		}
		n.wantMay(t, "PT1", n.now(t), "H1", "H2") // until the other is up
		n.steps(t, swap.ID, n.portSteps(t, "PT2")[:3]...)
		if _, err := n.Complete(t.Context(), keeper, swap.ID, ""); err != nil {
			t.Fatal(err)
		}
		n.wantMay(t, "PT1", n.now(t))
		n.wantMay(t, "PT2", n.now(t), "H1", "H2")
		n.wantRecomputed(t)
		was, is := n.lock(t, "PT1"), n.lock(t, "PT2")
		if was.State != fleet.InWarranty || was.EntranceID != "" || was.Epoch != 2 || is.State != fleet.Mounted || is.EntranceID == "" {
			t.Errorf("got %+v and %+v, want the one in warranty with a new epoch and the other in its place", was, is)
		}
		if got := n.stateOfTask(t, service.ID); got != casework.TaskCancelled {
			t.Errorf("service of the lock that is gone: got %s, want cancelled", got)
		}
		i := slices.IndexFunc(n.tasksOf(t, cara), func(v casework.Task) bool { return v.Kind == routine.DismountEntrance })
		if i < 0 || n.tasksOf(t, cara)[i].LockID != is.ID {
			t.Errorf("the dismounting that was planned: got %+v, want it of the new lock", n.tasksOf(t, cara))
		}
	})
}

// At an entrance with several locks, what comes down is the one that the task names, also when another is kept for the visit and the
// task was laid up for somebody behind it: then the one that the technician reads.
//
// proves V5.5-b
func TestAnExchangeAmongSeveralLocks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.house(t)
		n.stays(t)
		up := n.add(t, casework.NewTask{Kind: routine.MountEntrance, PersonalNumber: cara})
		n.steps(t, up.ID, n.portSteps(t, "PT2")...)
		if _, err := n.Complete(t.Context(), keeper, up.ID, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.ExchangeEntrance, PersonalNumber: alma}); !errors.Is(err, casework.ErrEntranceWhich) {
			t.Errorf("which of two: got %v, want entrance-which-lock", err)
		}
		swap := n.add(t, casework.NewTask{Kind: routine.ExchangeEntrance, Serial: "PT2"})
		if _, err := n.RecordSteps(t.Context(), keeper, swap.ID, downSteps("PT1", fleet.InStock, n.now(t))[:1]); !errors.Is(err, casework.ErrStepNotThere) {
			t.Errorf("the other one taken down: got %v, want step-lock-not-there", err)
		}
		n.book(t, swap.ID, casework.NewBooking{Serial: "PT3"})
		n.steps(t, swap.ID, downSteps("PT2", fleet.InStock, n.now(t))[:1]...)
		n.steps(t, swap.ID, n.portSteps(t, "PT3")[:3]...)
		certify := func(uint32) ([]byte, error) { return []byte("cert"), nil }
		if _, err := n.Mount(t.Context(), "test", "PT3", cara, certify); err != nil { // by the technician's tool
			t.Fatal(err)
		}
		for serial, want := range map[string]fleet.LockState{"PT1": fleet.Mounted, "PT2": fleet.InStock, "PT3": fleet.Mounted} {
			if got := n.lock(t, serial).State; got != want {
				t.Errorf("%s: got %s, want %s", serial, got, want)
			}
		}
		n.wantRecomputed(t)
	})
}

func isPort(task string) bool { return len(task) > 17 && task[:17] == "dismount-entrance" }

// tasksOf are somebody's open tasks.
func (n town) tasksOf(t *testing.T, who string) (open []casework.Task) {
	t.Helper()
	if err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), []string{who})
		if err != nil {
			return err
		}
		open, err = tx.OpenTasks(t.Context(), []string{clients[who].ID})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return open
}
