package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var (
	lockManager = routine.Who{Organisation: city, Role: routine.LockManager, Actor: "token:lock"}
	carer       = routine.Who{Organisation: firm, Role: routine.Provider, Actor: "token:firm"}
)

// fault reports a fault, and fails the test if it is refused.
func (n town) fault(t testing.TB, f *casework.Faults, who routine.Who, in casework.FaultReport) casework.FaultAnswer {
	t.Helper()
	in.Thing, in.Description = support.Lock, "kolven går inte in"
	a, err := f.Report(t.Context(), who, in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// taskOf reads the task of a fault.
func (n town) taskOf(t testing.TB, f support.Fault) (task casework.Task) {
	t.Helper()
	err := n.db.View(t.Context(), func(tx *storage.Tx) (err error) {
		task, _, err = tx.TaskByID(t.Context(), f.TaskID)
		return err
	})
	if err != nil || task.FaultID != f.ID {
		t.Fatalf("the task of %s: got %+v, %v", f.Number, task, err)
	}
	return task
}

// proves V5.5-c, V5.6-b, V2.3-a
func TestAFaultAtALockIsWorkAndEndsWithIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		faults := casework.NewFaults(n.Service, time.UTC)
		n.mount(t, "DC2", alma)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-2), "H2"))

		calm := n.fault(t, faults, carer, casework.FaultReport{PersonalNumber: alma})
		task := n.taskOf(t, calm.Fault)
		if calm.Joined || calm.Label != "DC2" || task.Kind != routine.ServiceLock || task.Rule != "V5.5-c" || task.Urgent || !task.Open() {
			t.Errorf("reported: got %+v and %+v", calm.Fault, task)
		}
		urgent := n.fault(t, faults, carer, casework.FaultReport{Label: "DC2", ClientInside: true})
		if task = n.taskOf(t, urgent.Fault); !urgent.Joined || urgent.ID != calm.ID || urgent.TaskID != calm.TaskID || !task.Urgent {
			t.Errorf("reported again, urgent: got %+v and %+v", urgent.Fault, task)
		}
		ended, err := faults.Finish(t.Context(), lockManager, calm.ID, support.Remedied, support.End{Cause: support.Wear, Done: "bytt kolv"})
		if err != nil || ended.State != support.Remedied || ended.Rule != "V6-a" {
			t.Errorf("remedied: got %+v, %v", ended, err)
		}
		if task = n.taskOf(t, ended); task.State != casework.TaskDone {
			t.Errorf("its task: got %s", task.State)
		}
		next := n.fault(t, faults, lockManager, casework.FaultReport{Label: "DC2"})
		if next.ID == calm.ID || next.TaskID == calm.TaskID {
			t.Errorf("a new fault: got %+v", next.Fault)
		}
		if ended, err = faults.Finish(t.Context(), lockManager, next.ID, support.Closed, support.End{Cause: support.Unknown, Done: "inget fel hittat"}); err != nil {
			t.Fatal(err)
		}
		if task = n.taskOf(t, ended); task.State != casework.TaskCancelled || task.Reason != "inget fel hittat" {
			t.Errorf("closed without remedy, its task: got %s %q", task.State, task.Reason)
		}
	})
}

// proves V5.5-c
func TestOrderedServiceAndFaultAreOneVisit(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		faults := casework.NewFaults(n.Service, time.UTC)
		n.mount(t, "DC2", alma)
		made, err := n.AddTask(t.Context(), lockManager, casework.NewTask{Kind: routine.ServiceLock, Serial: "DC2", Due: ahead(9), Note: "årlig service"})
		if err != nil {
			t.Fatal(err)
		}
		f := n.fault(t, faults, lockManager, casework.FaultReport{Label: "DC2", ClientInside: true})
		task := n.taskOf(t, f.Fault)
		if task.ID != made.ID || !task.Urgent || !task.Due.Before(ahead(1)) {
			t.Errorf("got %+v, want the service that was ordered, now", task)
		}
		if _, err := n.Complete(t.Context(), lockManager, task.ID, "smord"); err != nil {
			t.Fatal(err)
		}
		read := func() (f2 support.Fault) {
			if err := n.db.View(t.Context(), func(tx *storage.Tx) (err error) {
				f2, _, err = tx.FaultByID(t.Context(), f.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return f2
		}
		if now := read(); now.State != support.Worked {
			t.Errorf("after the visit: got %s, want the cause asked for", now.State)
		}
		if ended, err := faults.Finish(t.Context(), lockManager, f.ID, support.Remedied, support.End{Cause: support.Wear, Done: "smord"}); err != nil || !ended.State.Ended() {
			t.Errorf("ended: got %+v, %v", ended, err)
		}
		if task := n.taskOf(t, read()); task.State != casework.TaskDone {
			t.Errorf("the task: got %s", task.State)
		}
	})
}

// A client is named by those who serve them, and nobody learns whether anybody else is a client.
//
// proves V2.3-a
func TestWhoseLockIsNotToBeFoundOutByReporting(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		faults := casework.NewFaults(n.Service, time.UTC)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-2), "H2"))
		for _, c := range []struct {
			who  routine.Who
			in   casework.FaultReport
			want error
		}{
			{carer, casework.FaultReport{Thing: support.Lock, PersonalNumber: alma}, support.ErrNoLock},
			{routine.Who{Organisation: other, Role: routine.Provider}, casework.FaultReport{Thing: support.Lock, PersonalNumber: alma}, casework.ErrMayNot},
			{carer, casework.FaultReport{Thing: support.Lock, PersonalNumber: "189001189811"}, casework.ErrMayNot},
			{lockManager, casework.FaultReport{Thing: support.Lock, PersonalNumber: "189001189811"}, casework.ErrClientUnknown},
			{carer, casework.FaultReport{Thing: support.Lock, Label: "DC9"}, support.ErrThing},
			{carer, casework.FaultReport{Thing: support.Lock}, errAny},
			{carer, casework.FaultReport{Thing: support.Key, PersonalNumber: alma}, errAny},
			{carer, casework.FaultReport{Thing: support.Lock, Label: "DC2", PersonalNumber: alma}, errAny},
		} {
			c.in.Description = "x"
			if _, err := faults.Report(t.Context(), c.who, c.in); err == nil || (c.want != errAny && !errors.Is(err, c.want)) {
				t.Errorf("%+v: got %v, want %v", c.in, err, c.want)
			}
		}
	})
}

var errAny = errors.New("any")
