package casework_test

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// Work at her door is forgotten too: bookings, steps with what a technician wrote, where her own part was kept, notes and
// reasons of tasks, and the answers to requests of other systems.
func TestWorkAtADoorIsForgotten(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		e.place(t, officer, order(routine.HomeCareGranted, clara, day(2), "H1"))
		e.hand(t, inhouse)
		id := e.toMount(t, clara)
		e.book(t, id, casework.NewBooking{})
		if _, err := e.CancelBooking(t.Context(), keeper, id, "Klarafrände ringde"); err != nil {
			t.Fatal(err)
		}
		steps := mountSteps("DC2", e.town.now(t))
		steps[len(steps)-1].Found.Place = "hos Klarafrände"
		e.steps(t, id, steps...)
		if _, err := e.Complete(t.Context(), keeper, id, "Claradottir var hemma"); err != nil {
			t.Fatal(err)
		}
		service := e.add(t, casework.NewTask{Kind: routine.ServiceLock, PersonalNumber: clara, Note: "Klarasson hör dåligt"})
		if _, err := e.Cancel(t.Context(), keeper, service.ID, "ring 070-1740600"); err != nil {
			t.Fatal(err)
		}
		for _, task := range e.place(t, officer, order(routine.Died, clara, day(4))).Tasks {
			if task.Kind == routine.Dismount {
				e.takeDown(t, task.ID, "DC2")
			}
		}
		e.hand(t, inhouse) // the ordinary key goes back
		e.finish(t)
		rows := func() (n int) {
			t.Helper()
			for _, c := range storagetest.Dump(t, target) {
				if (c.Table == "bookings" || c.Table == "task_steps") && c.Column == "task_id" || c.Table == "mountings" && c.Column == "original_part" && c.Value != "" {
					n++
				}
			}
			return n
		}
		if rows() == 0 {
			t.Fatal("nothing of the work is stored: the test proves nothing")
		}
		*now = now.AddDate(0, 0, 100)
		if got := countOf(e.run(t), retention.Clients); got.Due != 1 {
			t.Fatalf("after a hundred days: got %+v, want one client erased", got)
		}
		if left := e.found(t); len(left) > 0 {
			t.Errorf("still said of her: %v", left)
		}
		if n := rows(); n != 0 {
			t.Errorf("%d rows of the work at her door are left", n)
		}
		if lock := e.lock(t, "DC2"); lock.State != fleet.InStock {
			t.Errorf("the lock: %+v, want it in stock still", lock)
		}
	})
}
