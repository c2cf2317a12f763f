package identity

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Account is a person who logs in. What they may do is in their assignments: an account alone may nothing.
type Account struct {
	ID        string
	StaffID   string // in the register of staff, or ""
	Name      string
	Email     string // for notices
	Phone     string // for notices, E.164
	LoginName string // for password and code; "": no local login
	Demo      bool   // made for a demonstration: the demo login opens it, and nothing else does
	Created   time.Time
	Closed    time.Time // zero while it is active
	LoggedIn  time.Time // newest login; zero: never
	Former    time.Time // the login before that
}

// Actor is what the journal calls the person.
func (a Account) Actor() string { return ActorOf(a.ID) }

// ActorOf is what the journal calls the person of an account. A made-up one is told from a real one at first sight.
func ActorOf(accountID string) string {
	if strings.HasPrefix(accountID, demoPrefix) {
		return accountID
	}
	return "account:" + accountID
}

// IdentifierKind is the sort of name by which a provider of identity knows a person.
type IdentifierKind string

// The kinds, the best first: a work identity belongs to the work, an identity number to the whole life.
const (
	Affiliation IdentifierKind = "affiliation" // orgAffiliation of the Swedish OIDC claims: <id>@<organisation number>
	HSA         IdentifierKind = "hsa"         // HSA-id
	Subject     IdentifierKind = "sub"         // the issuer's own
	Number      IdentifierKind = "number"      // identity or coordination number, kept as HashNumber makes it
)

// Identifier is what an issuer calls a person.
type Identifier struct {
	Issuer string
	Kind   IdentifierKind
	Value  string
}

// AccountFilter chooses accounts; zero values choose all that are active.
type AccountFilter struct {
	Organisation string // with an assignment there now or later
	Role         routine.Role
	Closed       bool // also closed ones
}

// AccountTx is what accounts and sessions need of a database transaction.
type AccountTx interface {
	journal.Tx
	LeaverTx
	sessionTx
	factorTx

	PersonByNumber(ctx context.Context, employeeNumber string) (Person, bool, error)
	Organisation(ctx context.Context, orgNumber string) (Organisation, bool, error)
	WorkedFor(ctx context.Context, staffID, orgNumber string) (bool, error)

	InsertAccount(ctx context.Context, a Account) error
	AccountByID(ctx context.Context, id string) (Account, bool, error)
	// Accounts lists them by id.
	Accounts(ctx context.Context, f AccountFilter, t time.Time, after string, limit int) ([]Account, error)
	// SetContact stores name, e-mail, phone and login name.
	SetContact(ctx context.Context, a Account) error

	PutIdentifier(ctx context.Context, accountID string, i Identifier, t time.Time) error
	Identified(ctx context.Context, i Identifier) (accountID string, ok bool, err error)
	Identifiers(ctx context.Context, accountID string) ([]Identifier, error)

	InsertAssignment(ctx context.Context, a Assignment) error
	AssignmentByID(ctx context.Context, id string) (Assignment, bool, error)
	// Assignments returns those of an account that have not ended at t, by the time they were given.
	Assignments(ctx context.Context, accountID string, t time.Time) ([]Assignment, error)
	// HoldingAssignments returns those that hold at t: in their own time, and while their owner works for the organisation.
	HoldingAssignments(ctx context.Context, accountID string, t time.Time) ([]Assignment, error)
}

// LeaverTx is what it takes to take everything from somebody.
type LeaverTx interface {
	// AccountsOfStaff returns the active accounts of a person in the register of staff.
	AccountsOfStaff(ctx context.Context, staffID string) ([]string, error)
	// CloseAccount closes an account at t, and takes its secrets, passkeys, codes, identifiers, sessions and calendar addresses.
	CloseAccount(ctx context.Context, id string, t time.Time) error
	// EndAssignments ends assignments at t, those of one organisation or ("") all, and with them the sessions in which they
	// were chosen. What was to begin later never does.
	EndAssignments(ctx context.Context, accountID, organisation string, t time.Time, by string) error
	// EndAssignment ends one, with the sessions in which it was chosen.
	EndAssignment(ctx context.Context, id string, t time.Time, by string) error
}

// Problems with accounts. Codes are stable.
var (
	ErrAccountMayNot = problem.New(problem.Denied, "account-may-not",
		"Du får inte göra det här med kontot. Be systemansvarig.", "You may not do this with the account. Ask the system owner.")
	ErrAccountUnknown = problem.New(problem.NotFound, "account-unknown",
		"Kontot finns inte, eller är avslutat.", "There is no such account, or it is closed.")
	ErrAccountInvalid = problem.New(problem.Invalid, "account-invalid",
		"Ange namn (högst 100 tecken), en giltig e-postadress eller ingen, och ett telefonnummer som 070-123 45 67 eller inget.",
		"Give a name (at most 100 characters), a valid e-mail address or none, and a phone number such as +46701234567 or none.")
	ErrLoginName = problem.New(problem.Invalid, "account-login-name",
		"Användarnamnet ska ha 3–60 tecken: små bokstäver a–z, siffror, punkt, bindestreck, understreck och @.",
		"A login name has 3 to 60 characters: small letters a to z, digits, dots, hyphens, underscores and @.")
	ErrLoginTaken = problem.New(problem.Conflict, "account-login-taken",
		"Användarnamnet används redan. Välj ett annat.", "The login name is used already. Choose another.")
	ErrIdentifier = problem.New(problem.Invalid, "account-identifier",
		"Ange utfärdare och identitet: orgAffiliation som x@5561234567, HSA-id, sub eller ett personnummer.",
		"Give the issuer and the identity: orgAffiliation such as x@5561234567, HSA-id, sub or a personal identity number.")
	ErrIdentifierTaken = problem.New(problem.Conflict, "account-identifier-taken",
		"Identiteten hör redan till ett annat konto.", "The identity belongs to another account already.")
)

// Accounts is the service of who may log in and as what.
type Accounts struct {
	db      txn.Runner[AccountTx]
	profile routine.Profile
}

// NewAccounts returns the accounts of one municipality.
func NewAccounts(db txn.Runner[AccountTx], profile routine.Profile) *Accounts {
	return &Accounts{db, profile}
}

// NewAccount is somebody who shall be able to log in.
type NewAccount struct {
	Name, Email, Phone string
	LoginName          string // for password and code; "": through a provider of identity only
	Employee           string // number in the register of staff, or ""
	Demo               bool
}

func (n *NewAccount) check() error {
	for _, s := range []*string{&n.Name, &n.Email, &n.Phone, &n.LoginName, &n.Employee} {
		*s = strings.TrimSpace(*s)
	}
	if n.Name == "" || longer(n.Name, 100) || strings.ContainsFunc(n.Name, control) {
		return ErrAccountInvalid.On("name")
	}
	if at := strings.LastIndexByte(n.Email, '@'); n.Email != "" && (at < 1 || at == len(n.Email)-1 || len(n.Email) > 100 || strings.ContainsAny(n.Email, " <>,;\"\r\n\t")) {
		return ErrAccountInvalid.On("email")
	}
	if n.Phone != "" {
		phone, ok := ParsePhone(n.Phone)
		if !ok {
			return ErrAccountInvalid.On("phone")
		}
		n.Phone = phone
	}
	n.LoginName = strings.ToLower(n.LoginName)
	if n.LoginName != "" && !loginName(n.LoginName) {
		return ErrLoginName.On("login_name")
	}
	return nil
}

// longer reports whether a text has more than n characters, as whoever typed it counts them.
func longer(s string, n int) bool { return utf8.RuneCountInString(s) > n }

func control(r rune) bool { return r < ' ' || r == 0x7f }

func loginName(s string) bool {
	return len(s) >= 3 && len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-_@") == ""
}

// Create makes an account, and gives the code by which its owner sets a password or a passkey: shown now and never again, good
// once for [FirstCodeLife]. The system owner may, and who answers for an organisation's people, who must give an assignment
// with it: an account that works nowhere is the system owner's to make.
func (s *Accounts) Create(ctx context.Context, who Acting, n NewAccount, first *Give) (a Account, code string, err error) {
	if err := n.check(); err != nil {
		return a, "", err
	}
	if !who.Is(routine.SystemOwner) && (first == nil || !who.Lead || n.Demo) {
		return a, "", ErrAccountMayNot
	}
	code = newCode()
	err = s.db.Update(ctx, func(tx AccountTx) error {
		a = Account{ID: uuid.Must(uuid.NewV7()).String(), Name: n.Name, Email: n.Email, Phone: n.Phone, LoginName: n.LoginName, Demo: n.Demo, Created: tx.Now()}
		if err := s.staffOf(ctx, tx, who, n.Employee, &a); err != nil {
			return err
		}
		if err := s.insert(ctx, tx, who, a, code); err != nil || first == nil {
			return err
		}
		_, err := s.give(ctx, tx, who, a, *first)
		return err
	})
	return a, code, err
}

// staffOf makes the account that of somebody in the register: who answers for an organisation's people, of one of its own. Who works
// for others is not to be found out.
func (s *Accounts) staffOf(ctx context.Context, tx AccountTx, who Acting, employee string, a *Account) error {
	if employee == "" {
		return nil
	}
	p, ok, err := tx.PersonByNumber(ctx, employee)
	if err == nil && ok && !who.Is(routine.SystemOwner) {
		ok, err = tx.WorkedFor(ctx, p.ID, who.Organisation)
	}
	if err == nil && !ok {
		err = ErrStaffUnknown.Fill(employee).On("employee_number")
	}
	a.StaffID = p.ID
	return err
}

func (s *Accounts) insert(ctx context.Context, tx AccountTx, who Acting, a Account, code string) error {
	if a.LoginName != "" {
		if _, _, taken, err := tx.AccountByLogin(ctx, a.LoginName); err != nil || taken {
			return orErr(err, ErrLoginTaken.On("login_name"))
		}
	}
	if err := tx.InsertAccount(ctx, a); err != nil {
		return err
	}
	if !a.Demo {
		if err := tx.InsertCodes(ctx, a.ID, FirstCode, []string{hashOf(code)}, tx.Now().Add(FirstCodeLife)); err != nil {
			return err
		}
	}
	return journal.Append(ctx, tx, accountEntry(who.Actor, "created", a.ID))
}

func orErr(err error, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// Identify adds what a provider of identity calls the person. A personal identity number is kept only as a slow hash.
func (s *Accounts) Identify(ctx context.Context, who Acting, accountID string, i Identifier) error {
	if !who.Is(routine.SystemOwner) {
		return ErrAccountMayNot
	}
	i, err := i.normal()
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx AccountTx) error {
		if _, err := active(ctx, tx, accountID); err != nil {
			return err
		}
		held, taken, err := tx.Identified(ctx, i)
		switch {
		case err != nil:
			return err
		case taken && held != accountID:
			return ErrIdentifierTaken
		case taken:
			return nil
		}
		if err := tx.PutIdentifier(ctx, accountID, i, tx.Now()); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(who.Actor, "identified", accountID, "issuer", i.Issuer, "kind", string(i.Kind)))
	})
}

// normal checks an identifier and puts it into the form in which it is kept.
func (i Identifier) normal() (Identifier, error) {
	i.Issuer, i.Value = strings.TrimSpace(i.Issuer), strings.TrimSpace(i.Value)
	if i.Issuer == "" || i.Value == "" || len(i.Issuer) > 300 || len(i.Value) > 300 || strings.ContainsFunc(i.Value, control) {
		return i, ErrIdentifier
	}
	switch i.Kind {
	case Number:
		if len(i.Value) != 12 || strings.Trim(i.Value, "0123456789") != "" {
			return i, ErrIdentifier
		}
		i.Value = HashNumber(i.Issuer, i.Value)
	case Affiliation:
		if at := strings.LastIndexByte(i.Value, '@'); at < 1 || at == len(i.Value)-1 {
			return i, ErrIdentifier
		}
	case HSA, Subject:
	default:
		return i, ErrIdentifier
	}
	return i, nil
}

// active returns an account that is not closed.
func active(ctx context.Context, tx AccountTx, id string) (Account, error) {
	a, ok, err := tx.AccountByID(ctx, id)
	if err == nil && (!ok || !a.Closed.IsZero()) {
		err = ErrAccountUnknown
	}
	return a, err
}

// Close takes everything from somebody, at once: assignments, sessions, passkeys, password, codes, identities, calendar addresses.
func (s *Accounts) Close(ctx context.Context, who Acting, accountID, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" || longer(reason, 500) {
		return ErrStaffReason.On("reason")
	}
	if !who.Is(routine.SystemOwner) {
		return ErrAccountMayNot
	}
	return s.db.Update(ctx, func(tx AccountTx) error {
		if _, err := active(ctx, tx, accountID); err != nil {
			return err
		}
		return closeAccount(ctx, tx, who.Actor, accountID, reason)
	})
}

type closingTx interface {
	journal.Tx
	LeaverTx
}

func closeAccount(ctx context.Context, tx closingTx, actor, accountID, reason string) error {
	if err := tx.EndAssignments(ctx, accountID, "", tx.Now(), actor); err != nil {
		return err
	}
	if err := tx.CloseAccount(ctx, accountID, tx.Now()); err != nil {
		return err
	}
	return journal.Append(ctx, tx, accountEntry(actor, "closed", accountID, "reason", reason))
}

// left takes from the accounts of somebody who has left an organisation what they were there; who works nowhere any longer
// has no account either.
func left(ctx context.Context, tx closingTx, actor, staffID, organisation string, remaining int, reason string) error {
	accounts, err := tx.AccountsOfStaff(ctx, staffID)
	if err != nil {
		return err
	}
	for _, id := range accounts {
		if remaining == 0 {
			err = closeAccount(ctx, tx, actor, id, reason)
		} else if err = tx.EndAssignments(ctx, id, organisation, tx.Now(), actor); err == nil {
			err = journal.Append(ctx, tx, accountEntry(actor, "assignments ended", id, "organisation", organisation, "reason", reason))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Reset takes password, second factor and passkeys from somebody who has lost them, ends the sessions, and gives a new code. Identities of
// providers stay.
func (s *Accounts) Reset(ctx context.Context, who Acting, accountID string) (code string, err error) {
	if !who.Is(routine.SystemOwner) {
		return "", ErrAccountMayNot
	}
	code = newCode()
	err = s.db.Update(ctx, func(tx AccountTx) error {
		if _, err := active(ctx, tx, accountID); err != nil {
			return err
		}
		if err := tx.ClearFactors(ctx, accountID); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(ctx, accountID, ""); err != nil {
			return err
		}
		if err := tx.InsertCodes(ctx, accountID, FirstCode, []string{hashOf(code)}, tx.Now().Add(FirstCodeLife)); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(who.Actor, "reset", accountID))
	})
	return code, err
}

// List returns accounts: to the system owner all, to who answers for an organisation's people those of the same role there.
func (s *Accounts) List(ctx context.Context, who Acting, f AccountFilter, after string, limit int) (out []Account, err error) {
	if !who.Is(routine.SystemOwner) {
		if !who.Lead || who.Organisation == "" {
			return nil, ErrAccountMayNot
		}
		f.Organisation, f.Role = who.Organisation, who.Role
	}
	err = s.db.View(ctx, func(tx AccountTx) (err error) {
		out, err = tx.Accounts(ctx, f, tx.Now(), after, bounded(limit))
		return err
	})
	return out, err
}

// Account returns one with its assignments that have not ended: one's own, or those that one may list.
func (s *Accounts) Account(ctx context.Context, who Acting, id string) (a Account, all []Assignment, err error) {
	err = s.db.View(ctx, func(tx AccountTx) error {
		if a, err = active(ctx, tx, id); err != nil {
			return err
		}
		if all, err = tx.Assignments(ctx, id, tx.Now()); err != nil {
			return err
		}
		if who.Is(routine.SystemOwner) || who.Actor == a.Actor() {
			return nil
		}
		all = slices.DeleteFunc(all, func(x Assignment) bool { return !who.leads(x) })
		if len(all) == 0 {
			return ErrAccountUnknown
		}
		return nil
	})
	if err != nil {
		return Account{}, nil, err
	}
	return a, all, nil
}

// SetContact changes how one is reached: one's own, or as system owner anybody's.
func (s *Accounts) SetContact(ctx context.Context, who Acting, accountID, email, phone string) error {
	n := NewAccount{Name: "-", Email: email, Phone: phone}
	if err := n.check(); err != nil {
		return err
	}
	if who.Actor != ActorOf(accountID) && !who.Is(routine.SystemOwner) {
		return ErrAccountMayNot
	}
	return s.db.Update(ctx, func(tx AccountTx) error {
		a, err := active(ctx, tx, accountID)
		if err != nil {
			return err
		}
		a.Email, a.Phone = n.Email, n.Phone
		if err := tx.SetContact(ctx, a); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(who.Actor, "contact changed", accountID))
	})
}

func accountEntry(actor, change, accountID string, more ...string) journal.Entry {
	e := journal.Entry{Kind: journal.AccountChanged, Subjects: []string{accountID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor}, {Name: "change", Value: change}}}
	for i := 0; i+1 < len(more); i += 2 {
		e.Fields = append(e.Fields, journal.Field{Name: more[i], Value: more[i+1]})
	}
	return e
}
