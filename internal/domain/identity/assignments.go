package identity

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Assignment is as what somebody works (uppdrag): a role for an organisation, in an area, for a time. Without one that holds now
// nobody may do anything. In a role that is held in groups it holds only while the person is in one of the organisation's, if they have
// been: whose last day was yesterday may nothing today, whatever the assignment says.
type Assignment struct {
	ID           string
	AccountID    string
	Role         routine.Role
	Organisation string   // number, ten digits
	Areas        []string // postal codes or their first digits; none: everywhere
	Lead         bool     // answers for the others of the same role and organisation
	From         time.Time
	Until        time.Time // routine.Forever: until further notice
	GivenBy      string
	Given        time.Time
}

// Holds reports whether t is in the assignment's own time.
func (a Assignment) Holds(t time.Time) bool { return !t.Before(a.From) && t.Before(a.Until) }

// Covers reports whether a door with a postal code is in the assignment's area.
func (a Assignment) Covers(postalCode string) bool { return covers(a.Areas, postalCode) }

func covers(areas []string, postalCode string) bool {
	return len(areas) == 0 || slices.ContainsFunc(areas, func(area string) bool { return strings.HasPrefix(postalCode, area) })
}

// Acting is somebody who acts in an assignment. A front door makes it from a session; a command on the server's own machine acts as
// [Operator].
type Acting struct {
	routine.Who
	Lead bool
}

// Operator is who runs commands on the server's own machine, and can therefore do everything already.
func Operator() Acting {
	return Acting{Who: routine.Who{Actor: "cli", Role: routine.SystemOwner}}
}

// leads reports whether somebody answers for an assignment of another.
func (w Acting) leads(a Assignment) bool {
	return w.Lead && w.Organisation != "" && w.Role == a.Role && w.Organisation == a.Organisation
}

// Give is an assignment to be given.
type Give struct {
	Role         routine.Role
	Organisation string
	Areas        []string
	Lead         bool
	From         time.Time // zero: now
	Until        time.Time // zero: until further notice
}

const maxAreas = 200

// Problems with assignments. Codes are stable.
var (
	ErrAssignment = problem.New(problem.Invalid, "assignment-invalid",
		"Ange en roll, ett organisationsnummer, postnummer med 1–5 siffror (eller inga, för hela kommunen) och ett slut efter början.",
		"Give a role, an organisation number, postal codes of 1 to 5 digits (or none, for the whole municipality) and an end after the beginning.")
	ErrAssignmentUnknown = problem.New(problem.NotFound, "assignment-unknown",
		"Uppdraget finns inte, eller har upphört.", "There is no such assignment, or it has ended.")
	ErrAssignmentTwice = problem.New(problem.Conflict, "assignment-twice",
		"Personen har redan det uppdraget. Avsluta det först om det ska ändras.",
		"The person has that assignment already. End it first if it is to change.")
)

func (g *Give) check(now time.Time) error {
	if !slices.Contains(Roles(), g.Role) {
		return ErrAssignment.On("role")
	}
	org, err := swedish.ParseOrgNumber(g.Organisation)
	if err != nil {
		return ErrAssignment.On("organisation")
	}
	g.Organisation = org.String()
	if g.From.IsZero() {
		g.From = now
	}
	if g.Until.IsZero() {
		g.Until = routine.Forever
	}
	if !g.From.Before(g.Until) || !g.Until.After(now) {
		return ErrAssignment.On("until")
	}
	if len(g.Areas) > maxAreas {
		return ErrAssignment.On("areas")
	}
	for i, a := range g.Areas {
		a = strings.ReplaceAll(a, " ", "")
		if a == "" || len(a) > 5 || strings.Trim(a, "0123456789") != "" {
			return ErrAssignment.On("areas")
		}
		g.Areas[i] = a
	}
	slices.Sort(g.Areas)
	g.Areas = slices.Compact(g.Areas)
	return nil
}

// Give gives somebody an assignment: the system owner any, who answers for an organisation's people the own role there, if the
// profile lets that organisation add its own staff (V2.7-a, S-l). Who answers for others is appointed by the system owner.
func (s *Accounts) Give(ctx context.Context, who Acting, accountID string, g Give) (out Assignment, err error) {
	err = s.db.Update(ctx, func(tx AccountTx) error {
		a, err := active(ctx, tx, accountID)
		if err != nil {
			return err
		}
		if err := s.mayTouch(ctx, tx, who, a); err != nil {
			return err
		}
		out, err = s.give(ctx, tx, who, a, g)
		return err
	})
	return out, err
}

// mayTouch keeps who answers for an organisation's people from accounts that are not among them: which exist is not to be found out.
func (s *Accounts) mayTouch(ctx context.Context, tx AccountTx, who Acting, a Account) error {
	if who.Is(routine.SystemOwner) {
		return nil
	}
	all, err := tx.Assignments(ctx, a.ID, tx.Now())
	if err == nil && !slices.ContainsFunc(all, who.leads) {
		err = ErrAccountUnknown
	}
	return err
}

func (s *Accounts) give(ctx context.Context, tx AccountTx, who Acting, a Account, g Give) (Assignment, error) {
	g.Areas = slices.Clone(g.Areas)
	if err := g.check(tx.Now()); err != nil {
		return Assignment{}, err
	}
	out := Assignment{ID: uuid.Must(uuid.NewV7()).String(), AccountID: a.ID, Role: g.Role, Organisation: g.Organisation, Areas: g.Areas, Lead: g.Lead,
		From: g.From.Truncate(time.Microsecond), Until: g.Until.Truncate(time.Microsecond), GivenBy: who.Actor, Given: tx.Now()}
	if err := s.mayGive(ctx, tx, who, out); err != nil {
		return out, err
	}
	all, err := tx.Assignments(ctx, a.ID, tx.Now())
	if err != nil {
		return out, err
	}
	for _, x := range all {
		if x.Role == out.Role && x.Organisation == out.Organisation && x.From.Before(out.Until) && out.From.Before(x.Until) {
			return out, ErrAssignmentTwice
		}
	}
	if err := tx.InsertAssignment(ctx, out); err != nil {
		return out, err
	}
	return out, journal.Append(ctx, tx, accountEntry(who.Actor, "assignment given", a.ID, "assignment", out.ID, "role", string(out.Role),
		"organisation", out.Organisation, "areas", strings.Join(out.Areas, " "), "lead", yes(out.Lead),
		"from", out.From.UTC().Format(time.RFC3339), "until", out.Until.UTC().Format(time.RFC3339)))
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (s *Accounts) mayGive(ctx context.Context, tx AccountTx, who Acting, a Assignment) error {
	if who.Is(routine.SystemOwner) {
		return nil
	}
	if !who.leads(a) || a.Lead {
		return ErrAccountMayNot
	}
	o, _, err := tx.Organisation(ctx, a.Organisation)
	if err == nil && s.profile.MayTend(who.Role, routine.AddStaff, true, o.Private) == "" {
		err = ErrOrderInstead
	}
	return err
}

// EndAssignment ends an assignment at once, with the sessions in which it was chosen. Nobody ends their own lead, or the last
// system owner could lock everybody out by a slip; stopping others waits for nobody.
func (s *Accounts) EndAssignment(ctx context.Context, who Acting, id, reason string) error {
	if reason = strings.TrimSpace(reason); reason == "" || longer(reason, 500) {
		return ErrStaffReason.On("reason")
	}
	return s.db.Update(ctx, func(tx AccountTx) error {
		a, ok, err := tx.AssignmentByID(ctx, id)
		switch {
		case err != nil:
			return err
		case !ok || !a.Until.After(tx.Now()), !who.Is(routine.SystemOwner) && !who.leads(a):
			return ErrAssignmentUnknown
		case who.Actor == ActorOf(a.AccountID):
			return ErrAccountMayNot
		}
		if err := tx.EndAssignment(ctx, id, tx.Now(), who.Actor); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(who.Actor, "assignment ended", a.AccountID, "assignment", id, "role", string(a.Role),
			"organisation", a.Organisation, "reason", reason))
	})
}
