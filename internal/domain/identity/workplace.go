package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Bounds of what is done with many at once.
const (
	MaxImport      = 500 // people in one file
	MaxWorkplaces  = 200 // groups to choose from
	maxFound       = 100 // people that a search returns
	maxFindThrough = 20_000
)

// GroupName is a group to choose.
type GroupName struct {
	Code, Name string
	Private    bool // of a private provider
}

// Workplace is where somebody may let people work.
type Workplace struct {
	Groups []GroupName // by code, at most MaxWorkplaces
	Orders bool        // the system owner is asked first (S-l)
}

// KeyInHand is a key that is activated for somebody.
type KeyInHand struct {
	KeyID, Number string
	Until         time.Time // when the activation ends
}

// StaffCard is a member of staff, with everything that ends when they leave.
type StaffCard struct {
	Person
	At          time.Time
	Memberships []Member // also those that have ended
	HasBadge    bool
	Keys        []KeyInHand // activated now: to be handed back
	Accounts    int         // to log in with
	Elsewhere   bool        // also works for somebody else, which ending here leaves alone
	Working     bool        // in a group now or later
}

// CardTx is what cards, badges and files of staff need beyond [PeopleTx]'s other reads.
type CardTx interface {
	PersonByID(ctx context.Context, id string) (Person, bool, error)
	// KeysInHand returns the keys that are activated for somebody at t, by number, at most 100.
	KeysInHand(ctx context.Context, staffID string, t time.Time) ([]KeyInHand, error)
	// GroupNames returns groups by code, of one organisation or ("") of all, at most limit.
	GroupNames(ctx context.Context, orgNumber string, limit int) ([]GroupName, error)
	StaffByBadge(ctx context.Context, badgeHash string) (string, error)
	SetStaffBadge(ctx context.Context, staffID, badgeHash, pinVerifier string) error
}

// Problems with files of staff and with single people. Codes are stable.
var (
	ErrPersonUnknown = problem.New(problem.NotFound, "staff-not-here",
		"Medarbetaren finns inte hos er.", "There is no such member of staff with you.")
	ErrImportSize = problem.New(problem.Invalid, "staff-import-size",
		"Filen ska ha 1–%d medarbetare. Dela upp den om den är större.", "The file has 1 to %d people. Divide it if it is larger.")
	ErrImportRows = problem.New(problem.Invalid, "staff-import-rows",
		"Rätta raderna och läs in filen igen. Ingen har lagts till.", "Correct the rows and read the file again. Nobody was added.")
	ErrFind = problem.New(problem.Invalid, "staff-find",
		"Skriv minst två tecken av namnet eller anställningsnumret.", "Write at least two characters of the name or the employee number.")
)

// Workplace says in which groups somebody may let people work, and whether the system owner is asked first.
func (s *People) Workplace(ctx context.Context, who routine.Who) (out Workplace, err error) {
	organisation := ""
	if !narrowed(who, &organisation) {
		return out, ErrPeopleMayNot
	}
	err = s.db.View(ctx, func(tx PeopleTx) error {
		all, err := tx.GroupNames(ctx, organisation, MaxWorkplaces)
		if err != nil {
			return err
		}
		out = Workplace{}
		for _, g := range all {
			switch {
			case s.may(who, routine.AddStaff, organisation, g.Private) != "":
				out.Groups = append(out.Groups, g)
			case s.may(who, routine.OrderStaff, organisation, g.Private) != "":
				out.Groups, out.Orders = append(out.Groups, g), true
			}
		}
		return nil
	})
	return out, err
}

// Card returns a member of staff with what ends when they leave; a provider those who work or have worked for it.
func (s *People) Card(ctx context.Context, who routine.Who, id string) (out StaffCard, err error) {
	f := MemberFilter{StaffID: id, Left: true}
	if !narrowed(who, &f.Organisation) || id == "" {
		return out, ErrPeopleMayNot
	}
	err = s.db.View(ctx, func(tx PeopleTx) error {
		p, ok, err := tx.PersonByID(ctx, id)
		if err != nil || !ok {
			return errors.Join(err, missing(ok))
		}
		out = StaffCard{Person: p, At: tx.Now()}
		if out.Memberships, err = tx.Members(ctx, f, tx.Now(), "", 100); err != nil {
			return err
		}
		if len(out.Memberships) == 0 && f.Organisation != "" {
			return ErrPersonUnknown
		}
		for _, m := range out.Memberships {
			out.HasBadge = m.HasBadge
			out.Working = out.Working || m.Until.After(tx.Now())
		}
		return s.rest(ctx, tx, f, &out)
	})
	return out, err
}

func missing(ok bool) error {
	if ok {
		return nil
	}
	return ErrPersonUnknown
}

// rest is what a card says beyond memberships.
func (s *People) rest(ctx context.Context, tx PeopleTx, f MemberFilter, c *StaffCard) error {
	accounts, err := tx.AccountsOfStaff(ctx, c.ID)
	if err != nil {
		return err
	}
	c.Accounts = len(accounts)
	if c.Keys, err = tx.KeysInHand(ctx, c.ID, tx.Now()); err != nil || f.Organisation == "" {
		return err
	}
	all, err := tx.Members(ctx, MemberFilter{StaffID: c.ID}, tx.Now(), "", 100)
	here := 0
	for _, m := range c.Memberships {
		if m.Until.After(tx.Now()) {
			here++
		}
	}
	c.Elsewhere = len(all) > here
	return err
}

// Find returns those whose name or number holds a text, in the order of lists. What is looked for is personal data: it does not
// belong in addresses.
func (s *People) Find(ctx context.Context, who routine.Who, query string, f MemberFilter) (out []Member, err error) {
	query = strings.ToLower(strings.Join(strings.Fields(query), " "))
	if len([]rune(query)) < 2 || len(query) > 100 {
		return nil, ErrFind.On("q")
	}
	if !narrowed(who, &f.Organisation) {
		return nil, ErrPeopleMayNot
	}
	err = s.db.View(ctx, func(tx PeopleTx) error {
		out = nil
		after, read := "", 0
		for len(out) < maxFound && read < maxFindThrough {
			some, err := tx.Members(ctx, f, tx.Now(), after, 1000)
			if err != nil || len(some) == 0 {
				return err
			}
			read, after = read+len(some), some[len(some)-1].Place()
			for _, m := range some {
				if strings.Contains(strings.ToLower(m.GivenName+" "+m.FamilyName+" "+m.EmployeeNumber), query) && len(out) < maxFound {
					out = append(out, m)
				}
			}
		}
		return nil
	})
	return out, err
}

// EnrolOwn gives one of an organisation's staff a badge and a PIN, or new ones in place of the old (V2.7-a).
func (s *People) EnrolOwn(ctx context.Context, who routine.Who, id, badge, pin string) error {
	normal, err := NormalBadge(badge)
	if err = errors.Join(onField(err, "badge"), onField(CheckPIN(pin), "pin")); err != nil {
		return err
	}
	hash, verifier := HashBadge(normal), NewVerifier(pin) // slow on purpose: outside the transaction
	return s.db.Update(ctx, func(tx PeopleTx) error {
		own, err := tx.WorkedFor(ctx, id, who.Organisation)
		if err != nil {
			return err
		}
		rule := s.profile.MayTend(who.Role, routine.EnrolStaff, own && who.Organisation != "", false)
		if rule == "" {
			return ErrPeopleMayNot
		}
		working, err := tx.Members(ctx, MemberFilter{StaffID: id}, tx.Now(), "", 1)
		if err != nil || len(working) == 0 {
			return errors.Join(err, missing(len(working) > 0))
		}
		holder, err := tx.StaffByBadge(ctx, hash)
		switch {
		case err != nil:
			return err
		case holder != "" && holder != id:
			return ErrBadgeTaken.On("badge")
		}
		if err := tx.SetStaffBadge(ctx, id, hash, verifier); err != nil {
			return err
		}
		return journal.Append(ctx, tx, peopleEntry(journal.StaffEnrolled, who, []string{id}, rule, "what", "badge and PIN"))
	})
}

func onField(err error, field string) error {
	if known, ok := errors.AsType[*problem.Error](err); ok {
		return known.On(field)
	}
	return err
}

// RowFault is what is wrong with one of many; Row counts from 0.
type RowFault struct {
	Row int
	Err error
}

var errUndo = errors.New("identity: a rehearsal is undone")

// AddAll lets several people begin at once, or orders it where the system owner decides: all of them, or nobody and what is wrong with
// each (then the error is ErrImportRows). A rehearsal changes nothing.
func (s *People) AddAll(ctx context.Context, who routine.Who, all []Hiring, rehearse bool) (faults []RowFault, err error) {
	if len(all) == 0 || len(all) > MaxImport {
		return nil, ErrImportSize.Fill(MaxImport)
	}
	all = slices.Clone(all)
	err = s.db.Update(ctx, func(tx PeopleTx) error {
		faults = nil
		for i := range all {
			err := s.begin(ctx, tx, who, &all[i])
			if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind != problem.Internal {
				faults = append(faults, RowFault{i, err})
			} else if err != nil {
				return err
			}
		}
		switch {
		case len(faults) > 0:
			return ErrImportRows
		case rehearse:
			return errUndo
		}
		return nil
	})
	if errors.Is(err, errUndo) {
		err = nil
	}
	return faults, err
}

// begin adds one, or orders it.
func (s *People) begin(ctx context.Context, tx PeopleTx, who routine.Who, h *Hiring) error {
	if err := h.check(); err != nil {
		return err
	}
	g, err := workGroup(ctx, tx, who, h.Group)
	if err != nil {
		return err
	}
	if rule := s.may(who, routine.AddStaff, g.OrgNumber, g.Private); rule != "" {
		_, err = s.add(ctx, tx, who, *h, g, rule)
		return err
	}
	_, err = s.order(ctx, tx, who, *h, g)
	return err
}
