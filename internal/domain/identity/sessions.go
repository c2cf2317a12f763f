package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Method is how somebody logged in.
type Method string

// The methods.
const (
	ByPassword Method = "password" // with a code from an app, or a recovery code
	ByPasskey  Method = "passkey"
	ByProvider Method = "oidc"
	ByCode     Method = "code" // the first code: opens the own account and nothing else
	ByDemo     Method = "demo"
)

// Policy is how long things last.
type Policy struct {
	Idle   time.Duration // a session without requests
	Life   time.Duration // a session at most
	Setup  time.Duration // a session by the first code
	StepUp time.Duration // how fresh a second factor is for a dangerous act
	Demo   bool          // the demo login is open
}

// DefaultPolicy is an hour's idleness, a working day at most, and five minutes for dangerous acts.
func DefaultPolicy() Policy {
	return Policy{Idle: time.Hour, Life: 8 * time.Hour, Setup: 30 * time.Minute, StepUp: 5 * time.Minute}
}

// touchEvery is how old the time of the last request may be in the database: who clicks does not write each time.
const touchEvery = time.Minute

// maxSessions is how many sessions an account has at most; a further one ends the oldest.
const maxSessions = 20

// Session is a login in use.
type Session struct {
	ID         string
	Account    Account
	Assignment Assignment // the chosen one; its ID is "" until then
	Method     Method
	Issuer     string
	Level      string // of assurance, as the issuer calls it
	Device     string
	Created    time.Time
	Seen       time.Time // to the minute
	Ends       time.Time // at the latest
	Strong     time.Time // when a second factor was last shown
	Unread     int       // notices that its owner has not read, read with the session; [notify.MaxUnread] stands for more
}

// Acting is what the session's owner acts as: with no assignment chosen, nothing.
func (s Session) Acting() Acting {
	return Acting{Who: routine.Who{Actor: s.Account.Actor(), Organisation: s.Assignment.Organisation, Role: s.Assignment.Role}, Lead: s.Assignment.Lead}
}

// Arrival is what a front door knows of whoever logs in.
type Arrival struct {
	Address string // network address, for throttling; never stored as it is
	Device  string // browser and system in a few words
}

type sessionTx interface {
	InsertSession(ctx context.Context, hash string, s Session) error
	// SessionByHash returns a session with account and assignment, and the hash as it is stored: one row. An assignment for whose
	// organisation its owner does not work is as none.
	SessionByHash(ctx context.Context, hash string) (s Session, stored string, ok bool, err error)
	// Sessions returns an account's that have not ended, the newest first.
	Sessions(ctx context.Context, accountID string, t time.Time) ([]Session, error)
	SetSeen(ctx context.Context, id string, t time.Time) error
	SetStrong(ctx context.Context, id string, t time.Time) error
	SetAssignment(ctx context.Context, id, assignmentID string) error
	EndSession(ctx context.Context, accountID, id string) error
	// EndSessionsOf ends all of an account's but one.
	EndSessionsOf(ctx context.Context, accountID, but string) error
	// SetLogin notes a login.
	SetLogin(ctx context.Context, accountID string, t time.Time) error
	// ForgetLogins removes at most limit sessions and attempts that are over at t.
	ForgetLogins(ctx context.Context, t time.Time, limit int) error
}

// Problems with logins. Codes are stable.
var (
	// ErrLogin answers every login that does not work, whatever the reason.
	ErrLogin = problem.New(problem.Unauthenticated, "login-failed",
		"Det gick inte att logga in. Kontrollera uppgifterna och försök igen, eller be systemansvarig om hjälp.",
		"The login did not work. Check what you wrote and try again, or ask the system owner for help.")
	ErrSession = problem.New(problem.Unauthenticated, "session-over",
		"Du är utloggad. Logga in igen.", "You are logged out. Log in again.")
	ErrNoAccount = problem.New(problem.Denied, "login-no-account",
		"Du är identifierad, men har inget konto här. Be systemansvarig lägga upp dig.",
		"You are identified, but have no account here. Ask the system owner to add you.")
	ErrStepUp = problem.New(problem.Denied, "login-step-up",
		"Bekräfta att det är du innan du fortsätter.", "Confirm that it is you before you go on.")
	ErrOtherPerson = problem.New(problem.Denied, "login-other-person",
		"Du bekräftade som någon annan. Logga ut först om du ska byta person.",
		"You confirmed as somebody else. Log out first to change person.")
)

// Sessions is the service of logging in and of being logged in. Every request asks the database: what has been taken from somebody
// is gone with its commit, on every server.
type Sessions struct {
	db      txn.Runner[AccountTx]
	policy  Policy
	hashing chan struct{} // bounds how many slow hashes run at once: each takes 19 MiB
	nobody  string        // a verifier that fits no password, so that an unknown name costs the same work
}

// NewSessions returns the sessions of one municipality.
func NewSessions(db txn.Runner[AccountTx], policy Policy) *Sessions {
	return &Sessions{db, policy, make(chan struct{}, 4), NewVerifier(newSecretText())}
}

// Policy is how long things last here.
func (s *Sessions) Policy() Policy { return s.policy }

// newSecretText is 256 random bits as text for a cookie.
func newSecretText() string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// DemoLogin logs in a made-up person of a demonstration.
func (s *Sessions) DemoLogin(ctx context.Context, at Arrival, accountID string) (token string, out Session, err error) {
	if !s.policy.Demo {
		return "", out, ErrLogin
	}
	err = s.db.Update(ctx, func(tx AccountTx) error {
		a, ok, err := tx.AccountByID(ctx, accountID)
		if err != nil || !ok || !a.Demo || !a.Closed.IsZero() {
			return orErr(err, ErrLogin)
		}
		token, out, err = s.start(ctx, tx, at, accountID, Session{Method: ByDemo, Strong: tx.Now()})
		return err
	})
	return token, out, err
}

// start makes a session inside the transaction of a login, with the assignment if there is just one.
func (s *Sessions) start(ctx context.Context, tx AccountTx, at Arrival, accountID string, made Session) (string, Session, error) {
	a, err := active(ctx, tx, accountID)
	if err != nil {
		return "", made, ErrLogin
	}
	if a.Demo != (made.Method == ByDemo) { // a made-up person has no other way in, and the demo login opens nobody else
		return "", made, ErrLogin
	}
	life := s.policy.Life
	if made.Method == ByCode {
		life = s.policy.Setup
	}
	made.ID, made.Account, made.Device = uuid.Must(uuid.NewV7()).String(), a, device(at.Device)
	made.Created, made.Seen, made.Ends = tx.Now(), tx.Now(), tx.Now().Add(life)
	if err := s.makeRoom(ctx, tx, accountID); err != nil {
		return "", made, err
	}
	if made.Method != ByCode {
		all, err := tx.HoldingAssignments(ctx, accountID, tx.Now())
		if err != nil {
			return "", made, err
		}
		if len(all) == 1 {
			made.Assignment = all[0]
		}
	}
	token := newSecretText()
	if err := tx.InsertSession(ctx, hashOf(token), made); err != nil {
		return "", made, err
	}
	if err := tx.SetLogin(ctx, accountID, tx.Now()); err != nil {
		return "", made, err
	}
	made.Account.Former, made.Account.LoggedIn = a.LoggedIn, tx.Now()
	return token, made, journal.Append(ctx, tx, journal.Entry{Kind: journal.LoginMade, Subjects: []string{accountID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: a.Actor()}, {Name: "role", Value: string(made.Assignment.Role)}, {Name: "organisation", Value: made.Assignment.Organisation},
		{Name: "method", Value: string(made.Method)}, {Name: "issuer", Value: made.Issuer}, {Name: "level", Value: made.Level}}})
}

// makeRoom forgets what is over, and ends the oldest sessions of somebody who has too many.
func (s *Sessions) makeRoom(ctx context.Context, tx AccountTx, accountID string) error {
	if err := tx.ForgetLogins(ctx, tx.Now(), 200); err != nil {
		return err
	}
	all, err := tx.Sessions(ctx, accountID, tx.Now())
	if err != nil || len(all) < maxSessions {
		return err
	}
	for _, old := range all[maxSessions-1:] {
		if err := tx.EndSession(ctx, accountID, old.ID); err != nil {
			return err
		}
	}
	return nil
}

// device is what a stranger's program has said, in a line that can be kept.
func device(s string) string {
	s = strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if control(r) {
			return -1
		}
		return r
	}, s), "")
	if len(s) > 100 {
		s = strings.ToValidUTF8(s[:100], "")
	}
	return s
}

func refuse(ctx context.Context, tx AccountTx, accountID string, m Method, issuer, why string) error {
	e := journal.Entry{Kind: journal.LoginRefused, Fields: []journal.Field{{Name: journal.FieldActor, Value: "unknown"},
		{Name: "method", Value: string(m)}, {Name: "issuer", Value: issuer}, {Name: "reason", Value: why}}}
	if accountID != "" {
		e.Subjects = []string{accountID}
	}
	return journal.Append(ctx, tx, e)
}

// Find returns the session of a cookie's secret, or ErrSession; what it finds holds for this request only. It reads one row, and
// writes at most each minute.
func (s *Sessions) Find(ctx context.Context, token string) (out Session, err error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return out, ErrSession
	}
	now := time.Time{}
	err = s.db.View(ctx, func(tx AccountTx) error {
		now = tx.Now()
		out, err = s.session(ctx, tx, token)
		return err
	})
	if err != nil || now.Sub(out.Seen) < touchEvery {
		return out, err
	}
	err = s.db.Update(ctx, func(tx AccountTx) error {
		if out, err = s.session(ctx, tx, token); err != nil { // it may have been ended meanwhile
			return err
		}
		out.Seen = tx.Now()
		return tx.SetSeen(ctx, out.ID, tx.Now())
	})
	return out, err
}

// session is [Sessions.Find] inside a transaction. An assignment that does not hold now is as none.
func (s *Sessions) session(ctx context.Context, tx AccountTx, token string) (Session, error) {
	hash := hashOf(token)
	out, stored, ok, err := tx.SessionByHash(ctx, hash)
	if err != nil {
		return Session{}, err
	}
	now := tx.Now()
	same := subtle.ConstantTimeCompare([]byte(stored), []byte(hash)) == 1
	if !ok || !same || !out.Account.Closed.IsZero() || !now.Before(out.Ends) || !now.Before(out.Seen.Add(s.policy.Idle)) {
		return Session{}, ErrSession
	}
	if out.Method == ByDemo && !s.policy.Demo {
		return Session{}, ErrSession
	}
	if !out.Assignment.Holds(now) {
		out.Assignment = Assignment{}
	}
	return out, nil
}

// Mine returns one's assignments that hold now, to choose among.
func (s *Sessions) Mine(ctx context.Context, token string) (all []Assignment, err error) {
	err = s.db.View(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil || me.Method == ByCode {
			return err
		}
		all, err = tx.HoldingAssignments(ctx, me.Account.ID, tx.Now())
		return err
	})
	return all, err
}

// Choose makes one of one's assignments what one acts as from now on.
func (s *Sessions) Choose(ctx context.Context, token, assignmentID string) error {
	return s.db.Update(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		all, err := tx.HoldingAssignments(ctx, me.Account.ID, tx.Now())
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(a Assignment) bool { return a.ID == assignmentID })
		if i < 0 || me.Method == ByCode {
			return ErrAssignmentUnknown
		}
		if err := tx.SetAssignment(ctx, me.ID, assignmentID); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(me.Account.Actor(), "assignment chosen", me.Account.ID, "assignment", assignmentID,
			"role", string(all[i].Role), "organisation", all[i].Organisation))
	})
}

// Open returns one's sessions, the newest first; the one that asks is the one with the same ID.
func (s *Sessions) Open(ctx context.Context, token string) (me Session, all []Session, err error) {
	err = s.db.View(ctx, func(tx AccountTx) error {
		if me, err = s.session(ctx, tx, token); err != nil {
			return err
		}
		all, err = tx.Sessions(ctx, me.Account.ID, tx.Now())
		all = slices.DeleteFunc(all, func(o Session) bool { return !tx.Now().Before(o.Seen.Add(s.policy.Idle)) })
		return err
	})
	return me, all, err
}

// End logs out. A session that is over already is no error.
func (s *Sessions) End(ctx context.Context, token string) error {
	return s.db.Update(ctx, func(tx AccountTx) error {
		me, _, ok, err := tx.SessionByHash(ctx, hashOf(token))
		if err != nil || !ok {
			return err
		}
		return tx.EndSession(ctx, me.Account.ID, me.ID)
	})
}

// EndOther ends one of one's sessions by its id, or with "" all but the one that asks.
func (s *Sessions) EndOther(ctx context.Context, token, id string) error {
	return s.db.Update(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		if id == "" {
			err = tx.EndSessionsOf(ctx, me.Account.ID, me.ID)
		} else {
			err = tx.EndSession(ctx, me.Account.ID, id)
		}
		if err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(me.Account.Actor(), "sessions ended", me.Account.ID))
	})
}

// Fresh reports whether the second factor was shown so recently that a dangerous act may follow at t.
func (s *Sessions) Fresh(me Session, t time.Time) bool {
	return me.Method != ByCode && !t.After(me.Strong.Add(s.policy.StepUp))
}

func (s *Sessions) confirmed(ctx context.Context, tx AccountTx, me Session, m Method) error {
	if me.Method == ByCode {
		return ErrStepUp
	}
	if err := tx.SetStrong(ctx, me.ID, tx.Now()); err != nil {
		return err
	}
	return journal.Append(ctx, tx, accountEntry(me.Account.Actor(), "confirmed", me.Account.ID, "method", string(m)))
}

// ConfirmDemo confirms a made-up person, who has nothing to confirm with.
func (s *Sessions) ConfirmDemo(ctx context.Context, token string) error {
	return s.db.Update(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil || me.Method != ByDemo {
			return orErr(err, ErrStepUp)
		}
		return s.confirmed(ctx, tx, me, ByDemo)
	})
}
