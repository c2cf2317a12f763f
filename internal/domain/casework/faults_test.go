package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
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

// What is written on a lock names nobody: whoever reports a fault by it learns whose door it is only if they serve behind it.
//
// proves V2.3-a
func TestALabelDoesNotTellWhoseDoorItIs(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		faults := casework.NewFaults(n.Service, time.UTC)
		desk := support.NewService(txn.Narrow(db, func(tx *storage.Tx) support.Tx { return tx }), support.Desk{Profile: routine.DefaultProfile(), Zone: time.UTC})
		n.mount(t, "DC2", alma)
		o := n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-2), "H2"))
		for _, c := range []struct {
			who  routine.Who
			sees bool
		}{
			{stranger, false}, {routine.Who{Organisation: shop, Role: routine.Delivery, Actor: "token:shop"}, false}, {carer, true},
			{routine.Who{Organisation: city, Role: routine.CaseOfficer, Actor: "token:officer"}, true}, {lockManager, true},
		} {
			answer := n.fault(t, faults, c.who, casework.FaultReport{Label: "DC2"})
			read, err := desk.Fault(t.Context(), c.who, answer.ID)
			if err != nil {
				t.Fatal(err)
			}
			all, err := desk.Faults(t.Context(), c.who, support.Faults{})
			if err != nil || len(all) != 1 {
				t.Fatalf("listed: %v, %v", all, err)
			}
			for way, id := range map[string]string{"answered": answer.ClientID, "read": read.ClientID, "listed": all[0].ClientID} {
				if (id == o.ClientID) != c.sees || !c.sees && id != "" {
					t.Errorf("%s %s, %s: got client %q, want it shown: %v", c.who.Role, c.who.Organisation, way, id, c.sees)
				}
			}
		}
	})
}

// A provider names its own people and the technicians, not another provider's.
//
// proves V2.1-c
func TestAProviderNamesItsOwnStaff(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-2), "H2"))
		month := func(group string) []casework.RegisterMembership {
			return []casework.RegisterMembership{{Group: group, From: ahead(-30), Until: routine.Forever}}
		}
		n.apply(t, casework.Import{}, casework.RegisterBatch{Staff: []casework.RegisterStaff{
			{Staff: care.Staff{EmployeeNumber: "2001", GivenName: "Cilla"}, Groups: month("H2")}, {Staff: care.Staff{EmployeeNumber: "3001", GivenName: "Didrik"}, Groups: month("H3")}}})
		id := n.toMount(t, alma)
		for employee, want := range map[string]error{"2001": nil, anna: nil, "3001": casework.ErrStaffUnknown, "9999": casework.ErrStaffUnknown} {
			_, err := n.RecordSteps(t.Context(), carer, id, []casework.Step{said(routine.StepInformed, n.now(t), employee, casework.Found{Told: "client", How: "phone"})})
			if !errors.Is(err, want) {
				t.Errorf("%s: got %v, want %v", employee, err, want)
			}
		}
	})
}
