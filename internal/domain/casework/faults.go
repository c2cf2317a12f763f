package casework

import (
	"context"
	"errors"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
)

// Faults takes in what does not work and sees it through: a fault at a lock is work in the field as well, and both end together.
type Faults struct {
	s    *Service
	desk support.Desk
}

// NewFaults returns the faults of the municipality of s, whose local time is zone's.
func NewFaults(s *Service, zone *time.Location) *Faults {
	return &Faults{s, support.Desk{Profile: s.profile, Zone: zone}}
}

// FaultReport is a fault report as it comes in: the thing is named by what is written on it, or a lock by its client.
type FaultReport struct {
	Thing          support.ThingKind
	Label          string // serial, number, name, or of a cabinet its group's code; "" for a client's lock
	PersonalNumber string // twelve digits, of the client whose lock it is; "" where Label is given
	Description    string
	ClientInside   bool // the client is inside and cannot open
}

// FaultAnswer is what the one who reports is told.
type FaultAnswer struct {
	support.Fault
	Joined bool           // it had been reported already
	Steps  []routine.Step // what to do at this hour (V7-a)
}

// errFaultThing says that a report must name one thing.
var errFaultThing = problem.New(problem.Invalid, "fault-thing",
	"Ange antingen vad som står på saken eller vilken kund låset gäller.",
	"Give either what is written on the thing or the client whose lock it is.")

// Report takes in a fault report and answers with the steps for this hour. A fault at a lock gets a task of its own in the
// worklist, before everything else if it is urgent (V5.5-c, V5.6-b).
func (f *Faults) Report(ctx context.Context, who routine.Who, in FaultReport) (FaultAnswer, error) {
	var out FaultAnswer
	err := f.s.db.Update(ctx, func(tx Tx) error {
		thing, err := f.thing(ctx, tx, who, in)
		if err != nil {
			return err
		}
		fault, joined, err := f.desk.Report(ctx, tx, who, support.NewFault{Thing: thing, Description: in.Description, ClientInside: in.ClientInside})
		if err != nil {
			return err
		}
		if thing.Kind == support.Lock {
			if fault, err = f.work(ctx, tx, who, fault); err != nil {
				return err
			}
		}
		fault, err = f.desk.Seen(ctx, tx, who, fault)
		out = FaultAnswer{fault, joined, f.desk.Steps(thing.Kind.Failure(), tx.Now())}
		return err
	})
	return out, err
}

// thing finds what a report is about. An organisation may name only its own clients; the answer to others is the same whether
// there is such a client or not.
func (f *Faults) thing(ctx context.Context, tx Tx, who routine.Who, in FaultReport) (support.Thing, error) {
	if (in.Label == "") == (in.PersonalNumber == "") || (in.PersonalNumber != "" && in.Thing != support.Lock) {
		return support.Thing{}, errFaultThing.On("label")
	}
	if in.Label != "" {
		return support.Find(ctx, tx, in.Thing, in.Label)
	}
	clients, err := tx.ClientsByNumber(ctx, []string{in.PersonalNumber})
	if err != nil {
		return support.Thing{}, err
	}
	client, ok := clients[in.PersonalNumber]
	all := who.Is(routine.LockManager, routine.CaseOfficer)
	switch {
	case !ok && all:
		return support.Thing{}, ErrClientUnknown.On("personal_number")
	case !ok:
		return support.Thing{}, ErrMayNot
	case !all:
		if err := f.s.serves(ctx, tx, who, Task{ClientID: client.ID}); errors.Is(err, ErrTaskUnknown) {
			return support.Thing{}, ErrMayNot
		} else if err != nil {
			return support.Thing{}, err
		}
	}
	lock, ok, err := tx.LockBehind(ctx, client.ID)
	if err == nil && !ok {
		err = support.ErrNoLock
	}
	return lock, err
}

// work makes the task that a fault at a lock leads to. There is one such task at a door: one that somebody has ordered becomes
// the fault's, and sooner or urgent if the fault is.
func (f *Faults) work(ctx context.Context, tx Tx, who routine.Who, fault support.Fault) (support.Fault, error) {
	want := routine.FaultTask(f.s.profile, routine.LockKind(fault.Place), tx.Now().In(f.desk.Zone))
	task, open, err := f.task(ctx, tx, fault)
	if err != nil {
		return fault, err
	}
	if !open {
		task = Task{Kind: want.Kind, Rule: want.Rule, Due: want.Due.UTC(), LockID: fault.ThingID, ClientID: fault.ClientID, FaultID: fault.ID,
			Urgent: fault.Urgent, Unit: string(routine.UnitLockManager), Note: fault.Number}
		if task, err = f.s.addTask(ctx, tx, who.Actor, task); err != nil {
			return fault, err
		}
	} else if task.FaultID != fault.ID || task.Urgent != fault.Urgent {
		if want.Due.Before(task.Due) {
			task.Due = want.Due.UTC()
		}
		task.FaultID, task.Urgent = fault.ID, fault.Urgent
		if err := f.s.changeTask(ctx, tx, who, task, taskJoined); err != nil {
			return fault, err
		}
	}
	if fault.TaskID == task.ID {
		return fault, nil
	}
	fault.TaskID = task.ID
	return fault, tx.PutFault(ctx, fault)
}

// task finds the open task that a fault has, or that the lock has for the same work.
func (f *Faults) task(ctx context.Context, tx Tx, fault support.Fault) (Task, bool, error) {
	if fault.Thing != support.Lock {
		return Task{}, false, nil
	}
	if fault.TaskID != "" {
		t, ok, err := tx.TaskByID(ctx, fault.TaskID)
		if err != nil || ok && t.Open() {
			return t, ok, err
		}
	}
	open, err := tx.OpenTasksOfLock(ctx, fault.ThingID)
	if err == nil && fault.ClientID != "" {
		var home []care.Client
		var more []Task
		if home, err = f.s.homeOf(ctx, tx, fault.ClientID); err == nil {
			more, err = tx.OpenTasks(ctx, idsOf(home))
		}
		open = append(open, more...)
	}
	same := append(ofKind(open, routine.ServiceLock), append(ofKind(open, routine.ExchangeLock), ofKind(open, routine.ExchangeEntrance)...)...)
	if err != nil || len(same) == 0 {
		return Task{}, false, err
	}
	return same[0], true, nil
}

// Assign says who looks after a fault.
func (f *Faults) Assign(ctx context.Context, who routine.Who, id, assignee string) (out support.Fault, err error) {
	err = f.s.db.Update(ctx, func(tx Tx) (err error) {
		out, err = f.desk.Assign(ctx, tx, who, id, assignee)
		return err
	})
	return out, err
}

// Finish ends a fault: remedied, or closed without remedy. Its task ends with it, and the rule about who bears the cost is
// applied: a charge that follows waits for a person's decision (V6-e).
func (f *Faults) Finish(ctx context.Context, who routine.Who, id string, how support.State, e support.End) (out support.Fault, err error) {
	err = f.s.db.Update(ctx, func(tx Tx) (err error) {
		fault, err := f.desk.Finish(ctx, tx, who, id, how, e)
		if err != nil {
			return err
		}
		task, open, err := f.task(ctx, tx, fault)
		if err != nil {
			return err
		}
		if open && task.FaultID == fault.ID {
			if err := f.s.closeTask(ctx, tx, who.Actor, task, taskEnd(how), fault.Done); err != nil {
				return err
			}
		}
		out, err = f.desk.ChargeFault(ctx, tx, who, fault, e)
		return err
	})
	return out, err
}

// taskEnd is the last state of a task whose fault has ended.
func taskEnd(how support.State) string {
	if how == support.Remedied {
		return TaskDone
	}
	return TaskCancelled
}

// taskDoneAtFault notes that the work at a fault's lock is done, when the task is closed before the fault: what is left is to
// say the cause.
func (s *Service) taskDoneAtFault(ctx context.Context, tx Tx, actor string, t Task) error {
	fault, ok, err := tx.FaultByID(ctx, t.FaultID)
	if err != nil || !ok || fault.State.Ended() {
		return err
	}
	desk := support.Desk{Profile: s.profile}
	_, err = desk.BeenThere(ctx, tx, routine.Who{Actor: actor, Role: routine.LockManager}, fault.ID)
	return err
}
