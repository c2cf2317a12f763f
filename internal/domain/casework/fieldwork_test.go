package casework_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// keeper is the lock manager; anna and bert go to doors.
var keeper = routine.Who{Actor: "account:test", Organisation: city, Role: routine.LockManager}

const (
	anna = "1001"
	bert = "1002"
)

// technicians are staff of the municipality.
func technicians() []casework.RegisterStaff {
	return []casework.RegisterStaff{{Staff: care.Staff{EmployeeNumber: anna, GivenName: "Anna"}}, {Staff: care.Staff{EmployeeNumber: bert, GivenName: "Bert"}}}
}

// now is the database's.
func (n town) now(t failer) (now time.Time) {
	t.Helper()
	if err := n.db.View(t.Context(), func(tx *storage.Tx) error { now = tx.Now(); return nil }); err != nil {
		t.Fatal(err)
	}
	return now
}

// said makes a step as a device would.
func said(kind routine.WorkStep, at time.Time, by string, f casework.Found) casework.Step {
	return casework.Step{ID: uuid.NewString(), Step: kind, At: at, Employee: by, Found: f}
}

// mountSteps are all the steps of mounting a lock on a door.
func mountSteps(serial string, at time.Time) []casework.Step {
	return []casework.Step{
		said(routine.StepInformed, at, "", casework.Found{Told: "client", How: "phone"}),
		said(routine.StepSerial, at, anna, casework.Found{Serial: serial}),
		said(routine.StepSecond, at, bert, casework.Found{Serial: serial}),
		said(routine.StepTest, at, anna, casework.Found{Serial: serial}),
		said(routine.StepOriginal, at, anna, casework.Found{Place: "Hylla 4"}),
	}
}

// toMount returns the open task of mounting a lock at somebody's door, laid up if need be.
func (n town) toMount(t failer, who string) string {
	t.Helper()
	open, err := n.MountTask(t.Context(), keeper, who)
	if err == nil {
		return open.Task.ID
	}
	if !errors.Is(err, casework.ErrNoMountTask) {
		t.Fatal(err)
	}
	made, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.Mount, PersonalNumber: who})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// prepare does all that a mounting demands, but for the mounting.
func (n town) prepare(t failer, serial, who string) string {
	t.Helper()
	id := n.toMount(t, who)
	if _, err := n.RecordSteps(t.Context(), keeper, id, mountSteps(serial, n.now(t))); err != nil {
		t.Fatalf("steps of mounting %s: %v", serial, err)
	}
	return id
}

// mount does the whole of it. A lock that sits there already is mounted again, as a tool does that lost contact.
func (n town) mount(t failer, serial, who string) {
	t.Helper()
	n.mountWith(t, serial, who, nil)
}

func (n town) mountWith(t failer, serial, who string, certify casework.Certifier) {
	t.Helper()
	if lock, err := n.LockAt(t.Context(), serial, who); err != nil || lock.DwellingID == "" {
		n.prepare(t, serial, who)
	}
	if _, err := n.Mount(t.Context(), "test", serial, who, certify); err != nil {
		t.Fatalf("mount %s: %v", serial, err)
	}
}

var _ failer = (*testing.T)(nil)

// codeOf is the code of a problem, or "".
func codeOf(err error) string {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.Code
	}
	return ""
}
