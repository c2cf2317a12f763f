package routine_test

import (
	"slices"
	"testing"

	"hemnyckel/internal/domain/routine"
)

var (
	client  = routine.Holder{Kind: routine.HeldByClient}
	manager = routine.Holder{Kind: routine.HeldByLockManager}
	unit    = routine.Holder{Kind: routine.HeldByAlarmUnit}
)

func provider(group string) routine.Holder {
	return routine.Holder{Kind: routine.HeldByProvider, Group: group}
}

func withReceipts() routine.Profile {
	p := routine.DefaultProfile()
	p.Receipts = routine.ReceiptRules{KeyBox: true, Waiting: true}
	return p
}

// proves V2.6-a, V2.6-b, V2.6-c, V2.6-e, V5.3-c
func TestWhichReceiptIsDue(t *testing.T) {
	cared := has(routine.HomeCare, north, day(1), routine.Forever)
	alarmed := has(routine.Alarm, alarm, day(1), routine.Forever)
	for _, c := range []struct {
		name     string
		lock     routine.LockKind
		services []routine.Service
		order    routine.Order
		rule     string // "": no receipt
		from, to routine.Holder
		task     routine.TaskKind
	}{
		{"home care with a box", routine.KeyBox, nil, routine.Order{Kind: routine.HomeCareGranted, Group: north}, "V2.6-a", client, provider("north"), routine.TakeReceipt},
		{"alarm from the start", routine.KeyBox, nil, routine.Order{Kind: routine.AlarmGranted, Group: alarm}, "V2.6-e", client, manager, routine.TakeReceipt},
		{"alarm added", routine.KeyBox, []routine.Service{cared}, routine.Order{Kind: routine.AlarmGranted, Group: alarm}, "V2.6-b", provider("north"), manager, routine.TakeReceipt},
		{"alarm renounced", routine.KeyBox, []routine.Service{cared, alarmed}, routine.Order{Kind: routine.AlarmRenounced}, "V2.6-b", manager, provider("north"), routine.TakeReceipt},
		{"change of provider", routine.KeyBox, []routine.Service{cared}, routine.Order{Kind: routine.ProviderChanged, Group: north, To: south}, "V2.6-c", provider("north"), provider("south"), routine.TakeReceipt},
		{"change of provider beside an alarm", routine.KeyBox, []routine.Service{cared, alarmed}, routine.Order{Kind: routine.ProviderChanged, Group: north, To: south}, "", client, client, ""},
		{"home care ended", routine.KeyBox, []routine.Service{cared}, routine.Order{Kind: routine.HomeCareEnded, Group: north}, "V2.6-a", provider("north"), client, routine.ReturnKeys},
		{"the client died", routine.KeyBox, []routine.Service{cared, alarmed}, routine.Order{Kind: routine.Died}, "V2.6-e", manager, client, routine.ReturnKeys},
		{"waiting for a lock", routine.NoLock, nil, routine.Order{Kind: routine.HomeCareGranted, Group: north}, "V5.3-c", client, provider("north"), routine.TakeReceipt},
		{"a new provider waits", routine.NoLock, []routine.Service{cared}, routine.Order{Kind: routine.ProviderChanged, Group: north, To: south}, "V2.6-c", provider("north"), provider("south"), routine.TakeReceipt},
		{"the client opens", routine.NoLock, nil, routine.Order{Kind: routine.HomeCareGranted, Group: north, OpensSelf: true}, "", client, client, ""},
		{"a door lock needs no key", routine.DoorLock, nil, routine.Order{Kind: routine.HomeCareGranted, Group: north}, "", client, client, ""},
	} {
		s := situation(c.services...)
		s.Lock, c.order.At = c.lock, day(10)
		out := decideBy(t, withReceipts(), s, c.order)
		if c.rule == "" {
			if len(out.Receipts) != 0 {
				t.Errorf("%s: got %+v, want none", c.name, out.Receipts)
			}
			continue
		}
		if len(out.Receipts) != 1 || out.Receipts[0].Rule != c.rule || out.Receipts[0].From != c.from || out.Receipts[0].To != c.to || !out.Receipts[0].Due.Equal(day(10)) {
			t.Errorf("%s: got %+v, want %s from %v to %v", c.name, out.Receipts, c.rule, c.from, c.to)
		}
		if !slices.Contains(kinds(out.Tasks), c.task) {
			t.Errorf("%s: got tasks %v, want %s", c.name, kinds(out.Tasks), c.task)
		}
		if out := decideBy(t, routine.DefaultProfile(), s, c.order); len(out.Receipts) != 0 {
			t.Errorf("%s, where the routine has no receipts: got %+v", c.name, out.Receipts)
		}
	}
}

// proves V2.6-a, V2.6-b, V5.3-c
func TestKeysWhenTheLockChanges(t *testing.T) {
	cared, alarmed := has(routine.HomeCare, north, day(1), routine.Forever), has(routine.Alarm, alarm, day(1), routine.Forever)
	for _, c := range []struct {
		name     string
		services []routine.Service
		was, now routine.LockKind
		rule     string
		from, to routine.Holder
	}{
		{"a lock comes up, the waiting key goes back", []routine.Service{cared}, routine.NoLock, routine.DoorLock, "V5.3-c", provider("north"), client},
		{"the waiting key goes into the box", []routine.Service{cared}, routine.NoLock, routine.KeyBox, "", client, client},
		{"a box because of the alarm", []routine.Service{cared, alarmed}, routine.NoLock, routine.KeyBox, "V2.6-b", provider("north"), manager},
		{"a box gives way to a lock", []routine.Service{cared}, routine.KeyBox, routine.DoorLock, "V2.6-a", provider("north"), client},
	} {
		s := situation(c.services...)
		s.Lock = c.was
		got := routine.LockChanged(withReceipts(), s, c.now, day(10)).Receipts
		if c.rule == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0].Rule != c.rule || got[0].From != c.from || got[0].To != c.to {
			t.Errorf("%s: got %+v, want %s from %v to %v", c.name, got, c.rule, c.from, c.to)
		}
	}
}

// proves S-e
func TestAlarmClientsLeaveASpareKey(t *testing.T) {
	p := routine.DefaultProfile()
	p.Receipts.Spare = true
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	s.Lock = routine.DoorLock
	out := decideBy(t, p, s, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(5)})
	wantTask(t, out, routine.TakeSpare, routine.RuleSpareKey, day(5))
	want := routine.ReceiptDue{Rule: routine.RuleSpareKey, Purpose: routine.KeySpare, From: client, To: unit, Due: day(5)}
	if len(out.Receipts) != 1 || out.Receipts[0] != want {
		t.Errorf("got %+v, want %+v", out.Receipts, want)
	}
	back := decideBy(t, p, after(s, out), routine.Order{Kind: routine.AlarmRenounced, At: day(9)})
	wantTask(t, back, routine.ReturnKeys, routine.RuleSpareKey, day(9))
	if out := decideBy(t, routine.DefaultProfile(), s, routine.Order{Kind: routine.AlarmGranted, Group: alarm, At: day(5)}); len(out.Receipts) != 0 {
		t.Errorf("where nobody leaves spare keys: got %+v", out.Receipts)
	}
}

// The door is the couple's, and so is its key: one's alarm moves the other's key to the lock manager.
func TestACouplesKey(t *testing.T) {
	s := situation(has(routine.HomeCare, north, day(1), routine.Forever))
	s.Lock, s.Others = routine.KeyBox, []routine.Service{has(routine.Alarm, alarm, day(1), routine.Forever)}
	got := routine.KeyHolders(withReceipts(), s, day(5))
	if len(got) != 1 || got[0].Holder != manager {
		t.Errorf("got %+v, want the lock manager", got)
	}
}
