package casework_test

import (
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// leaves gives Cara a lock that is to come down, and lets the registers move her before anybody has been there.
func (n town) leaves(t *testing.T) (dismount string) {
	t.Helper()
	n.house(t)
	n.place(t, officer, order(routine.HomeCareGranted, cara, ahead(-9), "H1"))
	n.mount(t, "DC2", cara)
	ended := n.place(t, officer, order(routine.HomeCareEnded, cara, ahead(-1), "H1"))
	i := slices.IndexFunc(ended.Tasks, func(t casework.Task) bool { return t.Kind == routine.Dismount })
	if i < 0 {
		t.Fatalf("nothing to take down: %+v", ended.Tasks)
	}
	n.moves(t, cara, "Nygatan 3")
	return ended.Tasks[i].ID
}

func (n town) moves(t *testing.T, who, street string) {
	t.Helper()
	apartment := "1201"
	n.apply(t, casework.Import{}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: who},
		Dwelling: care.Dwelling{AddressKey: street + apartment, Street: street, Apartment: apartment, PostalCode: "43290", Town: "Provköping"}}}})
}

// Work at a lock stays where the lock sits when the registers move its client: the technician is sent to the old door, and what is
// decided about the new one is another matter.
//
// proves V5.1-h
func TestDismountingStaysWithTheLock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		down := n.leaves(t)
		granted := n.place(t, officer, order(routine.HomeCareGranted, cara, ahead(-1), "H2")) // at the new door, where no lock sits
		if !slices.ContainsFunc(granted.Tasks, func(t casework.Task) bool { return t.Kind == routine.Mount }) {
			t.Errorf("the new door: got %+v, want a mounting", granted.Tasks)
		}
		visit, err := n.VisitTo(t.Context(), keeper, down)
		if err != nil || visit.Dwelling.Street != "Provgatan 1" {
			t.Errorf("where to go: got %s, %v, want the old address", visit.Dwelling.Street, err)
		}
		n.takeDown(t, down, "DC2")
		if l := n.lock(t, "DC2"); l.State != fleet.InStock {
			t.Errorf("the lock: got %s", l.State)
		}
		n.mount(t, "DC3", cara)
		n.wantMay(t, "DC3", n.now(t), "H2")
		n.wantRecomputed(t)
	})
}

// The registers move somebody of whom no order has told: what the lock that was left behind means for the worklist is proposed, and
// neither the lock nor anybody's rights wait in silence.
//
// proves V5.1-h
func TestALockLeftBehindIsProposedToComeDown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.house(t)
		n.place(t, officer, order(routine.HomeCareGranted, cara, ahead(-9), "H1"))
		n.mount(t, "DC2", cara)
		n.moves(t, cara, "Nygatan 3")
		open := n.tasksOf(t, cara)
		slices.SortFunc(open, func(a, b casework.Task) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
		var kinds []routine.TaskKind
		for _, v := range open {
			kinds = append(kinds, v.Kind)
			if v.Kind == routine.Dismount && (v.LockID != n.lock(t, "DC2").ID || v.PostalCode != "43299" || v.Note == "") {
				t.Errorf("the dismounting: got %+v, want it at the old door, with the reason", v)
			}
		}
		if want := []routine.TaskKind{routine.Dismount, routine.DismountEntrance, routine.Mount}; !slices.Equal(kinds, want) {
			t.Errorf("after the move: got %v, want %v", kinds, want)
		}
		n.moves(t, cara, "Nygatan 5") // once more: the lock that was left is the same one
		if got := n.tasksOf(t, cara); len(got) != len(open) {
			t.Errorf("after another move: got %+v, want nothing more to do", got)
		}
		n.mount(t, "DC3", cara)
		n.wantMay(t, "DC3", n.now(t), "H1")
		n.wantRecomputed(t)
	})
}

// A lock stays where somebody is left who needs it, and one that the register moves with its client is not left behind.
//
// proves V5.1-h
func TestALockThatIsNotLeftBehind(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.mount(t, "DC2", alma)
		n.place(t, officer, order(routine.AlarmGranted, alma, ahead(-9)))
		n.place(t, officer, order(routine.AlarmGranted, bo, ahead(-9)))
		n.moves(t, bo, "Nygatan 3") // Alma, who stays, needs it
		if got := n.lock(t, "DC2"); got.State != fleet.Mounted || slices.ContainsFunc(n.tasksOf(t, alma), takesDown) || slices.ContainsFunc(n.tasksOf(t, bo), takesDown) {
			t.Errorf("the lock that is needed: got %+v with %+v", got, n.tasksOf(t, bo))
		}
		moves := casework.RegisterClient{Client: care.Client{PersonalNumber: alma}, Lock: &fleet.Lock{Serial: "DC2", Kind: fleet.Door, State: fleet.Mounted},
			Dwelling: care.Dwelling{AddressKey: "Nygatan 9", Street: "Nygatan 9", PostalCode: "43290", Town: "Provköping"}}
		n.apply(t, casework.Import{}, casework.RegisterBatch{Clients: []casework.RegisterClient{moves}})
		for _, v := range n.tasksOf(t, alma) {
			if v.Kind == routine.Dismount || v.Kind == routine.Mount {
				t.Errorf("the lock that moved along: got %+v", v)
			}
		}
		n.wantRecomputed(t)
	})
}

func takesDown(v casework.Task) bool { return v.Kind == routine.Dismount }

// Whoever moves in behind the door needs the lock, or is the one whom the technician meets there.
//
// proves V5.1-h
func TestALockThatWasLeftBehindServesWhoMovesIn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		down := n.leaves(t)
		n.apply(t, casework.Import{}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: bo},
			Dwelling: care.Dwelling{AddressKey: "1201", Street: "Provgatan 1", Apartment: "1201", PostalCode: "43299", Town: "Provköping"}, Entrance: "P1"}}})
		if visit, err := n.VisitTo(t.Context(), keeper, down); err != nil || visit.Client.PersonalNumber != bo {
			t.Errorf("whom to meet: got %+v, %v, want who lives there now", visit.Client, err)
		}
		n.place(t, officer, order(routine.AlarmGranted, bo, ahead(-1)))
		if got := n.stateOfTask(t, down); got != casework.TaskCancelled {
			t.Errorf("a lock that is needed again: got %s, want the dismounting cancelled", got)
		}
		n.wantMay(t, "DC2", n.now(t), "A1", "R1")
		n.wantRecomputed(t)
	})
}
