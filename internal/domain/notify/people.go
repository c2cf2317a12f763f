package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Kind is what a person is told of. The strings are stable.
type Kind string

// The kinds.
const (
	TaskAssigned Kind = "task-assigned"
	TaskDue      Kind = "task-due"
	KeyBlocked   Kind = "key-blocked"
	ReviewDue    Kind = "review-due"
	StaffOrdered Kind = "staff-ordered"
	StaffDecided Kind = "staff-decided"
)

// Kinds returns every kind, in the order in which people choose among them.
func Kinds() []Kind {
	return []Kind{TaskAssigned, TaskDue, KeyBlocked, ReviewDue, StaffOrdered, StaffDecided}
}

// KindsFor returns the kinds that somebody in some roles may be told of, in that order.
func KindsFor(roles ...routine.Role) []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return !slices.ContainsFunc(roles, k.concerns) })
}

// concerns reports whether somebody in a role may be told of it: those who tell name the roles.
func (k Kind) concerns(r routine.Role) bool {
	switch k {
	case TaskAssigned, TaskDue:
		return r == routine.LockManager
	case KeyBlocked:
		return r == routine.LockManager || r.HoldsGroup()
	case ReviewDue:
		return r == routine.LockManager || r == routine.SystemOwner || r.HoldsGroup()
	case StaffOrdered:
		return r == routine.SystemOwner
	case StaffDecided:
		return r.HoldsGroup()
	}
	return false
}

// Text is what a kind says. It names nobody: a mail or a text message can be read by others.
func (k Kind) Text() problem.Text {
	switch k {
	case TaskAssigned:
		return problem.Text{SV: "Du har fått en uppgift", EN: "You have been given a task"}
	case TaskDue:
		return problem.Text{SV: "Din uppgift ska snart vara klar", EN: "Your task is due soon"}
	case KeyBlocked:
		return problem.Text{SV: "En nyckel är spärrad", EN: "A key has been blocked"}
	case ReviewDue:
		return problem.Text{SV: "En nödåtkomst ska granskas", EN: "An emergency access is to be reviewed"}
	case StaffOrdered:
		return problem.Text{SV: "En behörighet är beställd", EN: "A permission has been ordered"}
	case StaffDecided:
		return problem.Text{SV: "Din beställning av behörighet är avgjord", EN: "Your order of a permission is decided"}
	}
	return problem.Text{SV: string(k), EN: string(k)}
}

// Audience is whom a notice is for: those active accounts with an assignment that holds now to whom all that is filled in applies.
type Audience struct {
	AccountID    string
	StaffID      string // in the register of staff
	Role         routine.Role
	Organisation string
	GroupID      string // in the organisation whose group it is, and there in a role that holds groups
	Lead         bool   // only who answers for others there
}

// Notice is something to tell people, in the transaction of what happened.
type Notice struct {
	Kind   Kind
	Event  string // names what happened: nobody is told twice of the same
	Number string // by which people speak of it; "" where there is none. Never a name or an identity number
	Path   string // of the page where it is seen to, by opaque ids
	To     Audience
	But    string // actor who did it, and need not be told
}

// maxAudience bounds how many are told of one thing.
const maxAudience = 200

// MaxUnread is as many unread notices as pages count: it stands for more.
const MaxUnread = 10

// PeopleTx is what it takes to tell people.
type PeopleTx interface {
	// InsertNotices stores a notice for at most limit of those it is for, unless they have it.
	InsertNotices(ctx context.Context, n Notice, limit int) error
}

// TellPeople stores a notice for everybody whom it is for. How they are reached besides is theirs to choose, and is found out when it
// is sent. A notice that is for nobody in particular is for nobody.
func TellPeople(ctx context.Context, tx PeopleTx, n Notice) error {
	if n.To == (Audience{}) {
		return nil
	}
	return tx.InsertNotices(ctx, n, maxAudience)
}

// AccountOf is the account's id in what the journal calls a person.
func AccountOf(actor string) string { return strings.TrimPrefix(actor, "account:") }

// Channel is a way to reach somebody outside the portal.
type Channel string

// The channels.
const (
	ByMail Channel = "mail"
	BySMS  Channel = "sms"
)

// apart is how long it is at least between two letters to one person: what comes meanwhile goes with the next.
func (c Channel) apart() time.Duration {
	if c == BySMS {
		return 30 * time.Minute
	}
	return 5 * time.Minute
}

// MaxBounces is after how many letters in a row that nobody took in a person's address is left alone, until they have looked at their
// choices.
const MaxBounces = 3

// digestAt is when collected mail goes, in minutes of the day.
const digestAt = 7 * 60

// Choices are how somebody wants to be told. What is told is always in the portal.
type Choices struct {
	Mail, SMS   []Kind
	QuietFrom   int // minutes of the day; from the one to the other nothing is sent. The same: no quiet hours
	QuietUntil  int
	Digest      bool   // mail is collected and sent in the morning
	Lang        string // sv or en
	MailBounces int    // letters in a row that nobody took in
	SMSBounces  int
}

// DefaultChoices are those of somebody in some roles who has chosen nothing: mail about everything, and nothing at night, when only the
// alarm team works.
func DefaultChoices(roles ...routine.Role) Choices {
	c := Choices{Mail: Kinds(), QuietFrom: 20 * 60, QuietUntil: 7 * 60, Lang: "sv"}
	if slices.Contains(roles, routine.AlarmTeam) {
		c.QuietUntil = c.QuietFrom
	}
	return c
}

// ErrChoices says that choices cannot be.
var ErrChoices = problem.New(problem.Invalid, "notice-choices",
	"Välj bland de aviseringar som finns, och ange tysta timmar som klockslag.", "Choose among the notices that there are, and give quiet hours as times of day.")

func (c Choices) check() error {
	for _, k := range slices.Concat(c.Mail, c.SMS) {
		if !slices.Contains(Kinds(), k) {
			return ErrChoices.On("kinds")
		}
	}
	if c.QuietFrom < 0 || c.QuietUntil < 0 || c.QuietFrom >= 24*60 || c.QuietUntil >= 24*60 {
		return ErrChoices.On("quiet")
	}
	if c.Lang != "sv" && c.Lang != "en" {
		return ErrChoices.On("lang")
	}
	return nil
}

// entry is what the journal says of choices that somebody has made for an account.
func (c Choices) entry(actor string) journal.Entry {
	return accountEntry(actor, "notice choices", AccountOf(actor), "mail", joined(c.Mail), "sms", joined(c.SMS),
		"quiet", fmt.Sprintf("%02d:%02d-%02d:%02d", c.QuietFrom/60, c.QuietFrom%60, c.QuietUntil/60, c.QuietUntil%60),
		"digest", fmt.Sprint(c.Digest), "lang", c.Lang)
}

func joined(all []Kind) string {
	out := make([]string, len(all))
	for i, k := range all {
		out[i] = string(k)
	}
	return strings.Join(out, " ")
}

func accountEntry(actor, change, accountID string, more ...string) journal.Entry {
	e := journal.Entry{Kind: journal.AccountChanged, Subjects: []string{accountID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor}, {Name: "change", Value: change}}}
	for i := 0; i+1 < len(more); i += 2 {
		e.Fields = append(e.Fields, journal.Field{Name: more[i], Value: more[i+1]})
	}
	return e
}

// wants reports whether somebody wants to be told of a kind on a channel, and can be.
func (c Choices) wants(k Kind, by Channel) bool {
	if by == BySMS {
		return slices.Contains(c.SMS, k) && c.SMSBounces < MaxBounces
	}
	return slices.Contains(c.Mail, k) && c.MailBounces < MaxBounces
}

// first is when something new may go at the earliest: collected mail in the morning, and nothing in the quiet hours.
func (c Choices) first(t time.Time, by Channel, zone *time.Location) time.Time {
	if c.Digest && by == ByMail {
		t = nextAt(t, digestAt, zone)
	}
	return c.awake(t, zone)
}

// awake is the first instant at or after t outside the quiet hours.
func (c Choices) awake(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	at, from, until := local.Hour()*60+local.Minute(), c.QuietFrom, c.QuietUntil
	quiet := from <= at && at < until
	if from > until { // over midnight
		quiet = at >= from || at < until
	}
	if quiet {
		t = nextAt(t, until, zone)
	}
	return t
}

// nextAt is the first instant at or after t when the clock shows minutes.
func nextAt(t time.Time, minutes int, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	at := time.Date(year, month, day, 0, minutes, 0, 0, zone)
	if at.Before(t) {
		at = time.Date(year, month, day+1, 0, minutes, 0, 0, zone)
	}
	return at
}
