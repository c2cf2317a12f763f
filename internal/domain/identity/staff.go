package identity

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
)

// Problems with staff. Codes are stable.
var (
	ErrStaffUnknown = problem.New(problem.NotFound, "staff-unknown",
		"Ingen medarbetare har anställningsnumret %s. Kontrollera numret; en ny medarbetare måste först finnas i registret.",
		"Nobody has the employee number %s. Check it; a new colleague must be in the register first.")
	ErrBadgeTaken = problem.New(problem.Conflict, "badge-taken",
		"Brickan tillhör redan en annan medarbetare. Använd en annan bricka.",
		"The badge belongs to somebody else. Use another badge.")
)

// StaffVerifier is how a station knows a person: no name, no number, nothing that can be read back.
type StaffVerifier struct {
	StaffID   string
	Pseudonym uint32
	BadgeHash string
	PIN       string // Argon2id verifier
	Groups    []StaffGroup
}

// StaffGroup is a person's time in a group.
type StaffGroup struct {
	Number      uint32 // of the group, as in certificates and grants
	From, Until time.Time
}

// StaffTx is what badges and PINs need of a database transaction.
type StaffTx interface {
	journal.Tx

	// StaffID returns the id of a person by employee number, "" if there is none.
	StaffID(ctx context.Context, employeeNumber string) (string, error)
	// StaffByBadge returns the id of the person whose badge it is, "" if it is nobody's.
	StaffByBadge(ctx context.Context, badgeHash string) (string, error)
	SetStaffBadge(ctx context.Context, staffID, badgeHash, pinVerifier string) error
	// StaffVerifiers returns everybody with a badge and a PIN who is in a group at t or later.
	StaffVerifiers(ctx context.Context, t time.Time) ([]StaffVerifier, error)
}

// Staff is the service of badges and PINs.
type Staff struct {
	db txn.Runner[StaffTx]
}

// NewStaff returns the staff of one municipality.
func NewStaff(db txn.Runner[StaffTx]) *Staff { return &Staff{db} }

// Enrol gives a person a badge and a PIN, or new ones in place of the old. Stations learn of it at their next refresh.
func (s *Staff) Enrol(ctx context.Context, actor, employeeNumber, badge, pin string) error {
	normal, err := NormalBadge(badge)
	if err != nil {
		return err
	}
	if err := CheckPIN(pin); err != nil {
		return err
	}
	hash, verifier := HashBadge(normal), NewVerifier(pin) // slow on purpose: outside the transaction
	return s.db.Update(ctx, func(tx StaffTx) error {
		id, err := tx.StaffID(ctx, employeeNumber)
		if err != nil {
			return err
		}
		if id == "" {
			return ErrStaffUnknown.Fill(employeeNumber)
		}
		holder, err := tx.StaffByBadge(ctx, hash)
		if err != nil {
			return err
		}
		if holder != "" && holder != id {
			return ErrBadgeTaken
		}
		if err := tx.SetStaffBadge(ctx, id, hash, verifier); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.StaffEnrolled, Subjects: []string{id},
			Fields: []journal.Field{{Name: journal.FieldActor, Value: actor}, {Name: "what", Value: "badge and PIN"}}})
	})
}

// Verifiers returns what stations need to identify staff while they are offline: everybody, as any key can be synced and
// looked after at any station (V2.5-b), with each person's groups and times.
func (s *Staff) Verifiers(ctx context.Context) ([]StaffVerifier, error) {
	var all []StaffVerifier
	err := s.db.View(ctx, func(tx StaffTx) (err error) {
		all, err = tx.StaffVerifiers(ctx, tx.Now())
		return err
	})
	return all, err
}
