package identity

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// How long an emergency access lasts, and within what time somebody must have looked at it.
const (
	EmergencyLife   = 2 * time.Hour
	EmergencyReview = 3 * 24 * time.Hour
)

// Verdict is what a review has found.
type Verdict string

// The verdicts.
const (
	Justified   Verdict = "justified"
	Unjustified Verdict = "unjustified"
)

// Emergency is access to a client whom one's organisation does not serve, taken for a reason, for a short time, and reviewed afterwards.
type Emergency struct {
	ID           string
	Who          routine.Who
	Name         string // of the account, read with it
	ClientID     string
	Reason       string
	From, Until  time.Time
	ReviewBefore time.Time
	Escalated    time.Time // when it was found that nobody had reviewed it in time; zero: not
	Reviewed     time.Time // zero: not yet
	ReviewedBy   string
	Verdict      Verdict
	Note         string
}

// EmergencyFilter chooses; zero values choose all that wait for review.
type EmergencyFilter struct {
	Organisation string
	Role         routine.Role
	Reviewed     bool // those that have been, instead
}

// EmergencyTx is what emergency access needs of a database transaction.
type EmergencyTx interface {
	journal.Tx
	notify.PeopleTx
	ClientExists(ctx context.Context, id string) (bool, error)
	// ClientNumbered returns the id of the client with an identity number, "" if there is none.
	ClientNumbered(ctx context.Context, personalNumber string) (string, error)
	InsertEmergency(ctx context.Context, e Emergency) error
	EmergencyByID(ctx context.Context, id string) (Emergency, bool, error)
	// EmergencyUntil says until when somebody has access to a client, the zero time for not.
	EmergencyUntil(ctx context.Context, actor, clientID string, t time.Time) (time.Time, error)
	// Emergencies lists them: those that wait by when they must be reviewed, the reviewed ones the newest first.
	Emergencies(ctx context.Context, f EmergencyFilter, limit int) ([]Emergency, error)
	// OverdueEmergencies returns those that nobody had reviewed at t and that have not been escalated.
	OverdueEmergencies(ctx context.Context, t time.Time, limit int) ([]Emergency, error)
	// SetReview stores what has become of one.
	SetReview(ctx context.Context, e Emergency) error
}

// Problems with emergency access. Codes are stable.
var (
	ErrEmergencyMayNot = problem.New(problem.Denied, "emergency-may-not",
		"Ditt uppdrag ger inte nödåtkomst. Ring den som ansvarar för kunden.", "Your assignment gives no emergency access. Call who is responsible for the client.")
	ErrEmergencyReason = problem.New(problem.Invalid, "emergency-reason",
		"Skriv varför du behöver åtkomst nu: 10–500 tecken. Det granskas efteråt.", "Write why you need access now: 10 to 500 characters. It is reviewed afterwards.")
	ErrEmergencyUnknown = problem.New(problem.NotFound, "emergency-unknown", "Kunden eller nödåtkomsten finns inte. Kontrollera numret.", "There is no such client or emergency access. Check the number.")
	ErrEmergencyOwn     = problem.New(problem.Denied, "emergency-own",
		"Ingen granskar sin egen nödåtkomst. Be en annan ansvarig.", "Nobody reviews their own emergency access. Ask somebody else who answers for it.")
	ErrEmergencyReviewed = problem.New(problem.Conflict, "emergency-reviewed", "Nödåtkomsten är redan granskad.", "The emergency access has been reviewed already.")
	ErrVerdict           = problem.New(problem.Invalid, "emergency-verdict",
		"Välj om åtkomsten var befogad, och skriv varför om den inte var det (högst 500 tecken).",
		"Choose whether the access was justified, and write why if it was not (at most 500 characters).")
)

// Emergencies is the service of emergency access.
type Emergencies struct {
	db txn.Runner[EmergencyTx]
}

// NewEmergencies returns the emergency accesses of one municipality.
func NewEmergencies(db txn.Runner[EmergencyTx]) *Emergencies { return &Emergencies{db} }

// MayBreak reports whether a role may take emergency access: those who go to people's doors.
func MayBreak(r routine.Role) bool { return r.HoldsGroup() || r == routine.LockManager }

// Take gives access to a client for [EmergencyLife]. Somebody who has it already keeps what there is: a reason is not spread over
// several reviews.
func (s *Emergencies) Take(ctx context.Context, who Acting, clientID, reason string) (out Emergency, err error) {
	return s.take(ctx, who, reason, func(EmergencyTx) (string, error) { return clientID, nil })
}

// TakeNumbered is Take for the client with an identity number, twelve digits.
func (s *Emergencies) TakeNumbered(ctx context.Context, who Acting, personalNumber, reason string) (Emergency, error) {
	return s.take(ctx, who, reason, func(tx EmergencyTx) (string, error) { return tx.ClientNumbered(ctx, personalNumber) })
}

func (s *Emergencies) take(ctx context.Context, who Acting, reason string, find func(EmergencyTx) (string, error)) (out Emergency, err error) {
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case !MayBreak(who.Role) || who.Organisation == "":
		return out, ErrEmergencyMayNot
	case n < 10 || n > 500 || !utf8.ValidString(reason) || strings.ContainsRune(reason, 0):
		return out, ErrEmergencyReason.On("reason")
	}
	err = s.db.Update(ctx, func(tx EmergencyTx) error {
		clientID, err := find(tx)
		if err != nil {
			return err
		}
		if ok, err := tx.ClientExists(ctx, clientID); err != nil || !ok {
			return orErr(err, ErrEmergencyUnknown)
		}
		now := tx.Now()
		until, err := tx.EmergencyUntil(ctx, who.Actor, clientID, now)
		if err != nil {
			return err
		}
		if until.After(now) {
			out = Emergency{Who: who.Who, ClientID: clientID, Until: until}
			return nil
		}
		out = Emergency{ID: uuid.Must(uuid.NewV7()).String(), Who: who.Who, ClientID: clientID, Reason: reason,
			From: now, Until: now.Add(EmergencyLife), ReviewBefore: now.Add(EmergencyReview)}
		if err := tx.InsertEmergency(ctx, out); err != nil {
			return err
		}
		if err := out.tell(ctx, tx); err != nil {
			return err
		}
		return journal.Append(ctx, tx, out.entry(who.Actor, "taken", "reason", reason, "until", out.Until.Format(time.RFC3339)))
	})
	return out, err
}

// Review says whether an emergency access was justified: who answers for the people of that role and organisation, or the system owner;
// never the person itself.
func (s *Emergencies) Review(ctx context.Context, who Acting, id string, v Verdict, note string) (out Emergency, err error) {
	note = strings.TrimSpace(note)
	if v != Justified && v != Unjustified || v == Unjustified && note == "" || longer(note, 500) || !utf8.ValidString(note) {
		return out, ErrVerdict.On("verdict")
	}
	err = s.db.Update(ctx, func(tx EmergencyTx) error {
		var ok bool
		if out, ok, err = tx.EmergencyByID(ctx, id); err != nil {
			return err
		}
		switch {
		case !ok || !who.reviews(out):
			return ErrEmergencyUnknown
		case out.Who.Actor == who.Actor:
			return ErrEmergencyOwn
		case !out.Reviewed.IsZero():
			return ErrEmergencyReviewed
		}
		out.Reviewed, out.ReviewedBy, out.Verdict, out.Note = tx.Now(), who.Actor, v, note
		if err := tx.SetReview(ctx, out); err != nil {
			return err
		}
		return journal.Append(ctx, tx, out.entry(who.Actor, "reviewed", "verdict", string(v), "note", note))
	})
	return out, err
}

func (w Acting) reviews(e Emergency) bool {
	return w.Is(routine.SystemOwner) || w.leads(Assignment{Role: e.Who.Role, Organisation: e.Who.Organisation})
}

// List returns those that one may review.
func (s *Emergencies) List(ctx context.Context, who Acting, f EmergencyFilter, limit int) (out []Emergency, err error) {
	switch {
	case who.Is(routine.SystemOwner):
	case who.Lead && who.Organisation != "":
		f.Organisation, f.Role = who.Organisation, who.Role
	default:
		return nil, ErrEmergencyMayNot
	}
	err = s.db.View(ctx, func(tx EmergencyTx) (err error) {
		out, err = tx.Emergencies(ctx, f, bounded(limit))
		return err
	})
	return out, err
}

// Escalate notes which emergency accesses nobody has reviewed in time: the system owner's to follow up. It returns how many.
func (s *Emergencies) Escalate(ctx context.Context) (n int, err error) {
	overdue := func(tx EmergencyTx) ([]Emergency, error) { return tx.OverdueEmergencies(ctx, tx.Now(), 100) }
	if err = s.db.View(ctx, func(tx EmergencyTx) error {
		all, err := overdue(tx)
		n = len(all)
		return err
	}); err != nil || n == 0 {
		return 0, err
	}
	err = s.db.Update(ctx, func(tx EmergencyTx) error {
		all, err := overdue(tx)
		n = len(all)
		for _, e := range all {
			e.Escalated = tx.Now()
			if err = tx.SetReview(ctx, e); err == nil {
				err = journal.Append(ctx, tx, e.entry("system", "escalated"))
			}
			if err != nil {
				return err
			}
		}
		return err
	})
	return n, err
}

// tell says to those who answer for it that there is something to review.
func (e Emergency) tell(ctx context.Context, tx EmergencyTx) error {
	n := notify.Notice{Kind: notify.ReviewDue, Event: "review-due:" + e.ID, Path: "/granskning/" + e.ID, But: e.Who.Actor,
		To: notify.Audience{Role: e.Who.Role, Organisation: e.Who.Organisation, Lead: true}}
	if err := notify.TellPeople(ctx, tx, n); err != nil {
		return err
	}
	n.To = notify.Audience{Role: routine.SystemOwner}
	return notify.TellPeople(ctx, tx, n)
}

func (e Emergency) entry(actor, change string, more ...string) journal.Entry {
	out := journal.Entry{Kind: journal.EmergencyChanged, Subjects: []string{e.ClientID, e.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor}, {Name: "role", Value: string(e.Who.Role)}, {Name: "organisation", Value: e.Who.Organisation}, {Name: "change", Value: change}}}
	for i := 0; i+1 < len(more); i += 2 {
		out.Fields = append(out.Fields, journal.Field{Name: more[i], Value: more[i+1]})
	}
	return out
}
