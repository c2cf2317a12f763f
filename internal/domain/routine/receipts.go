package routine

import (
	"sort"
	"time"
)

// HolderKind is what part somebody who holds a physical key plays.
type HolderKind string

// The kinds of holders.
const (
	HeldByClient      HolderKind = "client" // or the estate
	HeldByProvider    HolderKind = "provider"
	HeldByLockManager HolderKind = "lock-manager"
	HeldByAlarmUnit   HolderKind = "alarm-unit"
)

// Holder is who answers for a physical key.
type Holder struct {
	Kind  HolderKind
	Group string // of a provider: the group's id
}

// KeyPurpose is what a physical key is for.
type KeyPurpose string

// The purposes.
const (
	KeyInBox   KeyPurpose = "box"     // behind the digital lock of a key box
	KeyWaiting KeyPurpose = "waiting" // traditional key until consent and mounting (V5.3-c)
	KeySpare   KeyPurpose = "spare"   // kept in reserve (S-e)
)

// KeyHolding says that somebody other than the client shall hold a physical key, and by which rule.
type KeyHolding struct {
	Purpose KeyPurpose
	Holder  Holder
	Rule    string
}

// ReceiptDue says that a physical key changes hands, for which a receipt is due (V2.6). To the client means that it goes back.
type ReceiptDue struct {
	Rule     string
	Purpose  KeyPurpose
	From, To Holder
	Due      time.Time
}

// KeyHolders says who shall hold physical keys to the dwelling at an instant: a function of services and lock alone. With a key
// box it is the provider while there is only home care (V2.6-a), and the lock manager when there is an alarm (V2.6-b, V2.6-e).
// Until a lock is up, the provider of a client who cannot open uses a traditional key (V5.3-c). An alarm client's spare key is
// with the alarm unit (S-e); one left with home care is by agreement, and follows from no rule.
func KeyHolders(p Profile, s Situation, at time.Time) []KeyHolding {
	all := s.everybody(s.Services)
	alarm := len(serves(all, Alarm, at)) > 0
	provider, cared := keyProvider(all, at)
	manager := Holder{Kind: HeldByLockManager}
	var out []KeyHolding
	switch {
	case s.Lock == KeyBox && p.Receipts.KeyBox && alarm:
		out = append(out, KeyHolding{KeyInBox, manager, RuleKeyManager})
	case s.Lock == KeyBox && p.Receipts.KeyBox && cared:
		out = append(out, KeyHolding{KeyInBox, provider, RuleKeyProvider})
	case s.Lock == NoLock && p.Receipts.Waiting && cared:
		out = append(out, KeyHolding{KeyWaiting, provider, RuleKeyWaiting})
	case s.Lock == NoLock && p.Receipts.Waiting && alarm:
		out = append(out, KeyHolding{KeyWaiting, manager, RuleKeyManager})
	}
	if p.Receipts.Spare && alarm {
		out = append(out, KeyHolding{KeySpare, Holder{Kind: HeldByAlarmUnit}, RuleSpareKey})
	}
	return out
}

// keyProvider is the home-care group that answers for a key: of those whose client does not open, the one that has served
// longest.
func keyProvider(services []Service, at time.Time) (Holder, bool) {
	var care []Service
	for _, v := range serves(services, HomeCare, at) {
		if !v.OpensSelf {
			care = append(care, v)
		}
	}
	if len(care) == 0 {
		return Holder{}, false
	}
	sort.Slice(care, func(i, j int) bool {
		a, b := care[i], care[j]
		return a.From.Before(b.From) || a.From.Equal(b.From) && a.Group.ID < b.Group.ID
	})
	return Holder{HeldByProvider, care[0].Group.ID}, true
}

// ReceiptsDue says which keys change hands at an instant when one situation becomes another. A waiting key that goes into a
// key box is the same key.
func ReceiptsDue(p Profile, before, after Situation, at time.Time) []ReceiptDue {
	return changes(KeyHolders(p, before, at), KeyHolders(p, after, at), at)
}

// changes compares who shall hold keys before and after something.
func changes(was, is []KeyHolding, at time.Time) []ReceiptDue {
	var out []ReceiptDue
	for _, spare := range []bool{false, true} {
		from, to := holding(was, spare), holding(is, spare)
		if from.Holder == to.Holder {
			continue
		}
		due := ReceiptDue{Rule: receiptRule(from, to), Purpose: to.Purpose, From: from.Holder, To: to.Holder, Due: at}
		if due.Purpose == "" {
			due.Purpose = from.Purpose
		}
		out = append(out, due)
	}
	return out
}

// holding finds who holds the spare key, or the one in use; the client if nobody else does.
func holding(all []KeyHolding, spare bool) KeyHolding {
	for _, h := range all {
		if (h.Purpose == KeySpare) == spare {
			return h
		}
	}
	return KeyHolding{Holder: Holder{Kind: HeldByClient}}
}

func receiptRule(from, to KeyHolding) string {
	switch {
	case to.Holder.Kind == HeldByClient:
		return from.Rule
	case from.Holder.Kind == HeldByProvider && to.Holder.Kind == HeldByProvider:
		return RuleKeyBetween
	case from.Holder.Kind != HeldByClient:
		return RuleKeyAlarm
	}
	return to.Rule
}

// settleKeys proposes the receipts that a change of services calls for.
func (out *Outcome) settleKeys(p Profile, s Situation, o Order) {
	after := s
	after.Services = out.Services
	out.handOver(ReceiptsDue(p, s, after, o.At))
}

func (out *Outcome) handOver(due []ReceiptDue) {
	out.Receipts = due
	for _, t := range KeyTasks(due) {
		out.task(t)
	}
}

// KeyTasks is the work of handing keys over.
func KeyTasks(due []ReceiptDue) []Task {
	var out []Task
	for _, r := range due {
		t := Task{Kind: TakeReceipt, Rule: r.Rule, Due: r.Due, Group: r.To.Group}
		switch {
		case r.To.Kind == HeldByClient:
			t.Kind, t.Group = ReturnKeys, r.From.Group
		case r.Purpose == KeySpare:
			t.Kind = TakeSpare
		}
		out = append(out, t)
	}
	return out
}

// HolderAt says who shall hold the spare key, or the one in use, on a day: what is due if it is with the client.
func HolderAt(p Profile, s Situation, spare bool, at time.Time) ReceiptDue {
	client := KeyHolding{Holder: Holder{Kind: HeldByClient}}
	is := holding(KeyHolders(p, s, at), spare)
	return ReceiptDue{Rule: receiptRule(client, is), Purpose: is.Purpose, From: client.Holder, To: is.Holder, Due: at}
}

// HandOversAfter says, in order of time, which keys change hands after an instant because services begin or end.
func HandOversAfter(p Profile, s Situation, after time.Time) []ReceiptDue {
	var days []time.Time
	for _, v := range s.everybody(s.Services) {
		if v.From.Before(v.Until) {
			days = append(days, v.From, v.Until)
		}
	}
	sort.Slice(days, func(i, j int) bool { return days[i].Before(days[j]) })
	var out []ReceiptDue
	for i, at := range days {
		if !at.After(after) || !at.Before(Forever) || i > 0 && at.Equal(days[i-1]) {
			continue
		}
		was, is := KeyHolders(p, s, at.Add(-time.Microsecond)), KeyHolders(p, s, at)
		out = append(out, changes(was, is, at)...)
	}
	return out
}
