package routine

import "time"

// TaskKind is work that somebody has to do.
type TaskKind string

// The kinds of tasks.
const (
	Mount        TaskKind = "mount"
	Dismount     TaskKind = "dismount"
	ExchangeLock TaskKind = "exchange" // one lock for another at the same door
	ServiceLock  TaskKind = "service"  // look at a lock, repair it in place

	MountEntrance    TaskKind = "mount-entrance"    // a lock in the entrance that clients share
	DismountEntrance TaskKind = "dismount-entrance" // when nobody behind it needs it
	ExchangeEntrance TaskKind = "exchange-entrance" // one lock for another, so that nobody stands before a closed entrance
	ReturnKeys       TaskKind = "return-keys"       // physical keys go back to the client or the estate
	AskConsent       TaskKind = "ask-consent"       // letter to the house's owner (V5.3-b)
	AskClient        TaskKind = "ask-client"        // whether the client agrees to a lock (V8-b)
	TakeReceipt      TaskKind = "take-receipt"      // a physical key changes hands (V2.6)
	TakeSpare        TaskKind = "take-spare-key"    // alarm clients leave one (S-e)
	TellClient       TaskKind = "tell-client"       // that a lock will be installed (V2.1-c)
	Document         TaskKind = "document"          // which lock the client has, in the case system (V5.2-a)
	Attend           TaskKind = "attend-mounting"   // the provider opens for the technician (V2.3-b)
	Judge            TaskKind = "decide"            // a person must decide what no rule decides
)

// AtEntrance reports whether work is done at an entrance, for everybody behind it.
func (k TaskKind) AtEntrance() bool {
	return k == MountEntrance || k == DismountEntrance || k == ExchangeEntrance
}

// Exchanges reports whether work takes one lock down and puts another up.
func (k TaskKind) Exchanges() bool { return k == ExchangeLock || k == ExchangeEntrance }

// Says reports whether doing the task only tells, asks or notes something: nothing at the door and no physical key has moved, so
// the order behind it can still be taken back.
func (k TaskKind) Says() bool {
	switch k {
	case AskConsent, AskClient, TellClient, Document, Judge:
		return true
	}
	return false
}

// Task is proposed work.
type Task struct {
	Kind  TaskKind
	Rule  string // requirement ID, see [Sentence]
	Due   time.Time
	Group string // id of the group that it is for, or ""
}

// Merge says when an open task, due on a day, shall be done now that t is proposed. Dismounting follows the last need of
// the lock, whether that came earlier or later; for anything else the earliest day counts.
func (t Task) Merge(due time.Time) time.Time {
	if t.Kind == Dismount || t.Due.Before(due) {
		return t.Due
	}
	return due
}

// Same reports whether two tasks at one door are one: questions for a person are one only when they ask the same.
func (k TaskKind) Same(rule string, other TaskKind, otherRule string) bool {
	return k == other && (k != Judge || rule == otherRule)
}

// task proposes work, once of each kind.
func (out *Outcome) task(t Task) {
	for i, have := range out.Tasks {
		if have.Kind.Same(have.Rule, t.Kind, t.Rule) {
			out.Tasks[i].Due = t.Merge(have.Due)
			return
		}
	}
	out.Tasks = append(out.Tasks, t)
}

func (out *Outcome) proposes(k TaskKind) bool {
	for _, t := range out.Tasks {
		if t.Kind == k {
			return true
		}
	}
	return false
}

func (out *Outcome) withdraw(kinds ...TaskKind) { out.Withdrawn = append(out.Withdrawn, kinds...) }

// BeforeMounting are the tasks that prepare a mounting and have no reason without one.
func BeforeMounting() []TaskKind { return []TaskKind{TellClient, AskConsent, AskClient, Attend} }

// Moot is the work at a door that has no point any longer when a lock of the kind, or none, sits there.
func Moot(now LockKind) []TaskKind {
	if now == NoLock {
		return []TaskKind{Dismount, ExchangeLock, ServiceLock}
	}
	return append([]TaskKind{Mount}, BeforeMounting()...)
}

// prepareMounting says what goes before a new lock: the client is told (V2.1-c), the house's owner is asked where the profile
// demands it (V5.3-b), and a client with nothing but an alarm is asked, since only applying for home care means agreeing to a
// lock (V8-b). Home-care staff attend where the client cannot open or has no relative who does (V2.3-b).
func (out *Outcome) prepareMounting(p Profile, s Situation, o Order) {
	for _, k := range out.Withdrawn {
		if k == Mount {
			out.withdraw(BeforeMounting()...)
			return
		}
	}
	if !out.proposes(Mount) {
		return
	}
	care := serves(out.Services, HomeCare, o.At)
	tell := Task{Kind: TellClient, Rule: RuleTellClient, Due: o.At}
	if g, ok := Carer(out.Services, o.At); ok {
		tell.Group = g.ID
	}
	out.task(tell)
	if p.Consent.Owner && !s.OwnerConsent {
		out.task(Task{Kind: AskConsent, Rule: RuleAskConsent, Due: o.At})
	}
	if p.Consent.HomeCareAgrees {
		if len(care) > 0 {
			out.rule(RuleAgreement)
			out.withdraw(AskClient) // who has just applied need not be asked
		} else if !s.ClientAgrees {
			out.task(Task{Kind: AskClient, Rule: RuleAgreement, Due: o.At})
		}
	}
	for _, v := range care {
		if !v.OpensSelf || !s.HasRelative {
			out.task(Task{Kind: Attend, Rule: RuleAttend, Due: o.At, Group: v.Group.ID})
			return
		}
	}
}

// LockChanged says what follows when a lock has been put up, taken down or exchanged ([NoLock] when there is none now): which
// lock the client has is documented (V5.2-a), and physical keys change hands. What has lost its point is over.
func LockChanged(p Profile, s Situation, now LockKind, at time.Time) Outcome {
	out := Outcome{Services: s.Services, Ended: s.Ended}
	if len(p.Documentation) > 0 {
		out.task(Task{Kind: Document, Rule: RuleDocument, Due: at})
	}
	out.withdraw(Moot(now)...)
	after := s
	after.Lock = now
	out.handOver(ReceiptsDue(p, s, after, at))
	return out
}
