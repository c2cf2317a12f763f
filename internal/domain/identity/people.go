package identity

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// Person is a member of staff.
type Person struct {
	ID             string
	EmployeeNumber string
	Pseudonym      uint32 // what stations, keys and locks know the person by
	GivenName      string
	FamilyName     string
	Email          string
	Phone          string
}

// Organisation is a provider, as far as its people are concerned.
type Organisation struct {
	ID             string
	OrgNumber      string
	Name           string
	Private        bool
	RoutineUntil   time.Time // its own routine for staff is valid until then; zero: none is on file (S-f)
	PhoneList      int       // version of its newest list; 0: none (S-k)
	PhoneListTime  time.Time
	OrdersAwaiting int  // permissions that wait for the system owner (S-l)
	StaffInDuty    int  // people with a membership now
	RoutineDue     bool // a routine is expected and none is valid
}

// WorkGroup is a group in which people work.
type WorkGroup struct {
	ID         string
	Code       string
	ProviderID string
	OrgNumber  string
	Private    bool
}

// Member is a person in a group, for lists.
type Member struct {
	Person
	GroupCode string
	From      time.Time
	Until     time.Time // routine.Forever while it has no end
	HasBadge  bool
}

// Place is the member's key in a list.
func (m Member) Place() string {
	return m.ID + " " + m.GroupCode + " " + strconv.FormatInt(m.From.UnixMicro(), 10)
}

// Hiring is somebody who begins in a group.
type Hiring struct {
	Person
	Group string // code
	From  time.Time
	Until time.Time // zero: until further notice
}

// Blocker tells locks and stations who must not open any more, inside the transaction of the change.
type Blocker interface {
	BlockStaff(ctx context.Context, tx PeopleTx, pseudonym uint32, reason string) error
	UnblockStaff(ctx context.Context, tx PeopleTx, pseudonym uint32) error
}

// PeopleTx is what staff and their organisations need of a database transaction.
type PeopleTx interface {
	notify.PeopleTx
	journal.Tx
	LeaverTx
	CardTx

	WorkGroups(ctx context.Context, codes []string) (map[string]WorkGroup, error)
	Organisation(ctx context.Context, orgNumber string) (Organisation, bool, error)
	// Organisations lists them by organisation number, with what is expected of them at t.
	Organisations(ctx context.Context, orgNumber string, t time.Time, after string, limit int) ([]Organisation, error)

	PersonByNumber(ctx context.Context, employeeNumber string) (Person, bool, error)
	PutPerson(ctx context.Context, p Person) error
	MaxPseudonym(ctx context.Context) (uint32, error)
	// WorkedFor reports whether a person is, was or will be in a group of an organisation, or ("") of any.
	WorkedFor(ctx context.Context, staffID, orgNumber string) (bool, error)
	// PutMembershipOf stores a person's time in a group in place of what there was from now on.
	PutMembershipOf(ctx context.Context, staffID, groupID string, from, until time.Time) error
	// EndMembershipsOf ends a person's memberships at t, of one organisation or ("") of all, takes those away that were to
	// begin later, and returns how many remain elsewhere.
	EndMembershipsOf(ctx context.Context, staffID, orgNumber string, t time.Time) (remaining int, err error)
	// ClearBadge takes badge and PIN away, and closes the addresses at which the person's calendar reads bookings.
	ClearBadge(ctx context.Context, staffID string) error
	// Members lists people by id, group and beginning ([Member.Place]), of one organisation or of all.
	Members(ctx context.Context, f MemberFilter, t time.Time, after string, limit int) ([]Member, error)

	StaffOrder(ctx context.Context, id string) (StaffOrder, bool, error)
	StaffOrders(ctx context.Context, f StaffOrderFilter, after string, limit int) ([]StaffOrder, error)
	PutStaffOrder(ctx context.Context, o StaffOrder) error

	// PhoneList returns a version of a provider's list, 0 for the newest.
	PhoneList(ctx context.Context, providerID string, version int) (PhoneList, bool, error)
	InsertPhoneList(ctx context.Context, l PhoneList) error
	InsertRoutine(ctx context.Context, r FiledRoutine) error
	// Routines returns what a provider has filed, the newest first.
	Routines(ctx context.Context, providerID string, limit int) ([]FiledRoutine, error)
	SetRoutineUntil(ctx context.Context, providerID string, until time.Time) error
}

// MemberFilter chooses members; zero values choose all.
type MemberFilter struct {
	Organisation string
	Group        string // code
	Left         bool   // also those who have left
	StaffID      string
	NoBadge      bool // those who cannot identify themselves at a station yet
}

// Problems with staff and their organisations. Codes are stable.
var (
	ErrPeopleMayNot = problem.New(problem.Denied, "staff-may-not",
		"Du får inte göra det här, eller så hör personen eller gruppen inte till er organisation. Kontrollera uppgifterna, eller be systemansvarig.",
		"You may not do this, or the person or group does not belong to your organisation. Check what you wrote, or ask the system owner.")
	ErrOrderInstead = problem.New(problem.Denied, "staff-by-system-owner",
		"Privata utförare beställer behörigheter hos systemansvarig. Lägg en beställning i stället.",
		"Private providers order permissions from the system owner. Place an order instead.")
	ErrPersonInvalid = problem.New(problem.Invalid, "staff-invalid",
		"Ange anställningsnummer (1–40 bokstäver, siffror, punkt eller bindestreck), förnamn och efternamn (högst 100 tecken vardera), och giltiga datum.",
		"Give an employee number (1 to 40 letters, digits, dots or hyphens), a given and a family name (at most 100 characters each), and valid dates.")
	ErrNumberTaken = problem.New(problem.Conflict, "staff-number-taken",
		"Anställningsnumret %s används av en annan organisation. Kontrollera det, eller be systemansvarig.",
		"The employee number %s is used by another organisation. Check it, or ask the system owner.")
	ErrWorkGroup = problem.New(problem.Invalid, "staff-group-unknown",
		"Gruppen %s finns inte. Ange gruppens kod, till exempel G001.", "There is no group %s. Give the group's code, such as G001.")
	ErrStaffReason = problem.New(problem.Invalid, "staff-reason",
		"Ange ett skäl med högst 500 tecken.", "Give a reason of at most 500 characters.")
	ErrOrganisation = problem.New(problem.NotFound, "provider-unknown",
		"Utföraren finns inte. Kontrollera organisationsnumret.", "There is no such provider. Check the organisation number.")
)

// People is the service of staff: who works where, who has left, and what private providers order and hand in.
type People struct {
	db      txn.Runner[PeopleTx]
	profile routine.Profile
	blocks  Blocker
	filed   func(ctx context.Context, tx PeopleTx, providerID string) error
}

// NewPeople returns the people of one municipality. filed, if not nil, is told inside the transaction that until when a
// provider's own routine is valid has changed.
func NewPeople(db txn.Runner[PeopleTx], profile routine.Profile, blocks Blocker, filed func(ctx context.Context, tx PeopleTx, providerID string) error) *People {
	return &People{db, profile, blocks, filed}
}

// may says by which rule somebody may carry out a duty for an organisation.
func (s *People) may(who routine.Who, d routine.Duty, orgNumber string, private bool) string {
	return s.profile.MayTend(who.Role, d, who.Organisation != "" && who.Organisation == orgNumber, private)
}

// Add lets somebody work in a group: the provider its own staff (V2.7-a); where the profile has private providers order
// permissions, the system owner for them (S-l). Those who mount for the lock manager work in no group. It repeats without harm.
func (s *People) Add(ctx context.Context, who routine.Who, h Hiring) (out Person, err error) {
	if err := h.check(); err != nil {
		return out, err
	}
	err = s.db.Update(ctx, func(tx PeopleTx) error {
		if h.Group == "" && who.Is(routine.LockManager, routine.SystemOwner) {
			out, err = addTechnician(ctx, tx, who, h.Person)
			return err
		}
		g, err := workGroup(ctx, tx, who, h.Group)
		if err != nil {
			return err
		}
		rule := s.may(who, routine.AddStaff, g.OrgNumber, g.Private)
		if rule == "" {
			if s.may(who, routine.OrderStaff, g.OrgNumber, g.Private) != "" {
				return ErrOrderInstead
			}
			return ErrPeopleMayNot
		}
		out, err = s.add(ctx, tx, who, h, g, rule)
		return err
	})
	return out, err
}

func (h *Hiring) check() error {
	p := &h.Person
	for _, s := range []*string{&p.EmployeeNumber, &p.GivenName, &p.FamilyName, &p.Email, &p.Phone} {
		if *s = strings.TrimSpace(*s); longer(*s, 100) {
			return ErrPersonInvalid
		}
	}
	if h.Until.IsZero() {
		h.Until = routine.Forever
	}
	number := strings.Trim(p.EmployeeNumber, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-") == ""
	if !number || p.EmployeeNumber == "" || len(p.EmployeeNumber) > 40 || p.GivenName == "" || p.FamilyName == "" || !h.From.Before(h.Until) {
		return ErrPersonInvalid
	}
	return nil
}

// workGroup finds a group; which groups others have is not to be found out by asking.
func workGroup(ctx context.Context, tx PeopleTx, who routine.Who, code string) (WorkGroup, error) {
	all, err := tx.WorkGroups(ctx, []string{code})
	if err != nil {
		return WorkGroup{}, err
	}
	g, ok := all[code]
	switch {
	case !ok && who.Role == routine.SystemOwner:
		return g, ErrWorkGroup.Fill(code).On("group")
	case !ok:
		return g, ErrPeopleMayNot
	}
	return g, nil
}

func (s *People) add(ctx context.Context, tx PeopleTx, who routine.Who, h Hiring, g WorkGroup, rule string) (Person, error) {
	p := h.Person
	old, known, err := tx.PersonByNumber(ctx, p.EmployeeNumber)
	if err != nil {
		return p, err
	}
	if known {
		p.ID, p.Pseudonym = old.ID, old.Pseudonym
		worked, err := tx.WorkedFor(ctx, p.ID, g.OrgNumber)
		if err != nil {
			return p, err
		}
		if !worked && who.Role != routine.SystemOwner {
			return p, ErrNumberTaken.Fill(p.EmployeeNumber).On("employee_number")
		}
		if err := s.blocks.UnblockStaff(ctx, tx, p.Pseudonym); err != nil {
			return p, err
		}
	} else {
		last, err := tx.MaxPseudonym(ctx)
		if err != nil {
			return p, err
		}
		p.ID, p.Pseudonym = uuid.Must(uuid.NewV7()).String(), last+1
	}
	if err := tx.PutPerson(ctx, p); err != nil {
		return p, err
	}
	if err := tx.PutMembershipOf(ctx, p.ID, g.ID, h.From, h.Until); err != nil {
		return p, err
	}
	return p, journal.Append(ctx, tx, peopleEntry(journal.StaffEnrolled, who, []string{p.ID, g.ID}, rule, "what", "membership",
		"from", h.From.UTC().Format(time.RFC3339), "until", h.Until.UTC().Format(time.RFC3339)))
}

// addTechnician adds somebody who opens nobody's door as a carer does, but goes to doors for the lock manager (V5.5-b). Somebody who
// is known already is left alone: a number is one person's.
func addTechnician(ctx context.Context, tx PeopleTx, who routine.Who, p Person) (Person, error) {
	old, known, err := tx.PersonByNumber(ctx, p.EmployeeNumber)
	switch {
	case err != nil:
		return p, err
	case known && (old.GivenName != p.GivenName || old.FamilyName != p.FamilyName):
		return p, ErrNumberTaken.Fill(p.EmployeeNumber).On("employee_number")
	case known:
		return old, nil
	}
	last, err := tx.MaxPseudonym(ctx)
	if err != nil {
		return p, err
	}
	p.ID, p.Pseudonym = uuid.Must(uuid.NewV7()).String(), last+1
	if err := tx.PutPerson(ctx, p); err != nil {
		return p, err
	}
	return p, journal.Append(ctx, tx, peopleEntry(journal.StaffEnrolled, who, []string{p.ID}, routine.RuleBooking, "what", "technician"))
}

// End takes everything from somebody who has left, at once: memberships, badge and PIN, duties, calendar; and locks and stations are told,
// so that what was activated opens nothing more. A provider ends its own staff, the lock manager its technicians; somebody who also
// works elsewhere keeps that.
func (s *People) End(ctx context.Context, who routine.Who, employeeNumber, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" || longer(reason, 500) {
		return ErrStaffReason.On("reason")
	}
	return s.db.Update(ctx, func(tx PeopleTx) error {
		p, known, err := tx.PersonByNumber(ctx, employeeNumber)
		if err != nil {
			return err
		}
		organisation, own, duty := who.Organisation, false, routine.EndStaff
		if known && organisation != "" {
			if own, err = tx.WorkedFor(ctx, p.ID, organisation); err != nil {
				return err
			}
		}
		if known && !own {
			if inGroups, err := tx.WorkedFor(ctx, p.ID, ""); err != nil {
				return err
			} else if !inGroups {
				duty = routine.EndTechnician
			}
		}
		rule := s.profile.MayTend(who.Role, duty, own, false)
		switch {
		case rule == "":
			return ErrPeopleMayNot
		case !known:
			return ErrStaffUnknown.Fill(employeeNumber)
		case who.Role == routine.SystemOwner:
			organisation = ""
		}
		remaining, err := tx.EndMembershipsOf(ctx, p.ID, organisation, tx.Now())
		if err != nil {
			return err
		}
		if remaining == 0 {
			if err := tx.ClearBadge(ctx, p.ID); err != nil {
				return err
			}
			if err := s.blocks.BlockStaff(ctx, tx, p.Pseudonym, reason); err != nil {
				return err
			}
		}
		if err := left(ctx, tx, who.Actor, p.ID, organisation, remaining, reason); err != nil {
			return err
		}
		return journal.Append(ctx, tx, peopleEntry(journal.StaffEnded, who, []string{p.ID}, rule, "reason", reason, "organisation", organisation))
	})
}

// Members lists people in their groups, in the order in which they were added; a provider sees its own.
func (s *People) Members(ctx context.Context, who routine.Who, f MemberFilter, after string, limit int) (out []Member, err error) {
	if !narrowed(who, &f.Organisation) {
		return nil, ErrPeopleMayNot
	}
	err = s.db.View(ctx, func(tx PeopleTx) (err error) {
		out, err = tx.Members(ctx, f, tx.Now(), after, bounded(limit))
		return err
	})
	return out, err
}

// narrowed lets an organisation with groups see its own, and the system owner and the lock manager everything.
func narrowed(who routine.Who, organisation *string) bool {
	switch {
	case who.Is(routine.SystemOwner, routine.LockManager):
		return true
	case who.Role.HoldsGroup() && who.Organisation != "":
		*organisation = who.Organisation
		return true
	}
	return false
}

func bounded(limit int) int {
	if limit == 0 {
		limit = 100
	}
	return max(1, min(limit, 1000))
}

func peopleEntry(kind journal.Kind, who routine.Who, subjects []string, rule string, more ...string) journal.Entry {
	e := journal.Entry{Kind: kind, Subjects: subjects, Fields: []journal.Field{{Name: journal.FieldActor, Value: who.Actor}, {Name: journal.FieldGround, Value: rule}}}
	for i := 0; i+1 < len(more); i += 2 {
		e.Fields = append(e.Fields, journal.Field{Name: more[i], Value: more[i+1]})
	}
	return e
}
