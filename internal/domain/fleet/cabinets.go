package fleet

import (
	"context"
	"slices"
	"strconv"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Cabinet is where a group's keys live.
type Cabinet struct {
	ID      string
	Group   GroupFacts
	Place   string
	Created time.Time
	Counted time.Time // last; when it was set up, until it has been
	Keepers []Keeper  // who answer for it now
}

// CountDue is when a cabinet must be counted next (V2.2-b).
func (c Cabinet) CountDue(rules routine.StockRules) time.Time {
	return c.Counted.AddDate(0, 0, rules.CountDays)
}

// KeeperDuty is what somebody has been named for.
type KeeperDuty string

// The duties of named people.
const (
	CabinetKeeper     KeeperDuty = "cabinet"     // counts keys, follows up, sees to batteries (V2.2-b)
	InstructionKeeper KeeperDuty = "instruction" // keeps the instruction at the station current (V2.4-b)
)

// Keeper is a person named for a duty in a group.
type Keeper struct {
	GroupID        string
	Duty           KeeperDuty
	StaffID        string
	EmployeeNumber string // read with it
	From           time.Time
	Until          time.Time
}

// Problems with cabinets. Codes are stable.
var (
	ErrNoCabinet = problem.New(problem.NotFound, "cabinet-unknown",
		"Gruppen %s har inget nyckelskåp. Lägg upp det först.", "Group %s has no cabinet. Set it up first.")
	ErrCabinetExists = problem.New(problem.Conflict, "cabinet-exists",
		"Gruppen %s har redan ett nyckelskåp.", "Group %s has a cabinet already.")
	ErrCountTooMany = problem.New(problem.TooLarge, "count-too-many",
		"Räkningen har fler än %d nycklar.", "The count has more than %d keys.")
	ErrNotStaffOfGroup = problem.New(problem.Conflict, "keeper-not-in-group",
		"%s arbetar inte i gruppen nu. Välj någon som gör det.", "%s does not work in the group now. Choose somebody who does.")
	ErrDuty = problem.New(problem.Invalid, "keeper-duty",
		"Ange uppgiften: cabinet (nyckelskåp) eller instruction (instruktion).", "Give the duty: cabinet or instruction.")
	ErrNotKeeper = problem.New(problem.NotFound, "keeper-unknown",
		"%s är inte utsedd för den uppgiften.", "%s is not named for that duty.")
	ErrDifference = problem.New(problem.NotFound, "difference-unknown",
		"Det finns ingen öppen avvikelse om den nyckeln i den räkningen.", "There is no open difference about that key in that count.")
)

// CabinetTx is what cabinets, batteries, instructions and equipment need of a database transaction.
type CabinetTx interface {
	journal.Tx
	KeyRegisterTx

	GroupByCode(ctx context.Context, code string) (string, error)
	GroupsFacts(ctx context.Context, ids []string) (map[string]GroupFacts, error)
	// GroupPage lists groups by code, of one organisation or ("") of all.
	GroupPage(ctx context.Context, organisation string, p Page) ([]GroupFacts, error)
	CabinetOf(ctx context.Context, groupID string) (Cabinet, bool, error)
	// Cabinets lists them by last count, the one that has waited longest first, if that was before a time.
	Cabinets(ctx context.Context, organisation string, before time.Time, p Page) ([]Cabinet, error)
	PutCabinet(ctx context.Context, c Cabinet) error
	Keepers(ctx context.Context, groupIDs []string, at time.Time) ([]Keeper, error)
	PutKeeper(ctx context.Context, k Keeper) error
	// MemberOf returns the id of a person who is in a group at t, "" for anybody else.
	MemberOf(ctx context.Context, employeeNumber, groupID string, t time.Time) (string, error)
	// CountKeys returns the keys of a group, and those with the given numbers, with whether somebody has activated them at t.
	CountKeys(ctx context.Context, groupID string, numbers []string, t time.Time) ([]GroupKey, error)
	InsertCount(ctx context.Context, c Count) error
	Counts(ctx context.Context, cabinetID string, p Page) ([]Count, error)
	Differences(ctx context.Context, f DifferenceFilter, p Page) ([]Difference, error)
	Difference(ctx context.Context, countID, number string) (Difference, bool, error)
	SettleDifference(ctx context.Context, d Difference) error
	// SettleCounted settles the open differences about a key that a group's own counts have found.
	SettleCounted(ctx context.Context, groupID, number, explanation, actor string) error

	// SetBattery notes a change of battery and reports whether it had not been noted before.
	SetBattery(ctx context.Context, keyID string, at time.Time, actor string) (bool, error)
	// BatteriesDue lists issued and reserve keys whose battery was changed before t, or at an unknown time, the oldest first.
	BatteriesDue(ctx context.Context, organisation, group string, before time.Time, p Page) ([]KeyRow, error)

	instructionReader
	Instruction(ctx context.Context, id string) (Instruction, bool, error)
	Instructions(ctx context.Context, f InstructionFilter, p Page) ([]Instruction, error)
	InsertInstruction(ctx context.Context, i Instruction) error
	// InsertRead notes that somebody has read an instruction, once.
	InsertRead(ctx context.Context, instructionID, groupID, staffID string) error
	// Readers returns the ids of those of a group who have read an instruction.
	Readers(ctx context.Context, instructionID, groupID string) ([]string, error)

	// Have returns how many of each part of the basic equipment groups have.
	Have(ctx context.Context, groupIDs []string) (map[string]map[routine.Part]int, error)
	PutItem(ctx context.Context, groupID string, part routine.Part, quantity int) error
}

// Cabinets is the service of cabinets and of what belongs to them: counts, batteries, instructions, equipment.
type Cabinets struct {
	db       txn.Runner[CabinetTx]
	profile  routine.Profile
	expenses func(ctx context.Context, tx CabinetTx, who routine.Who, e Expense) error
}

// NewCabinets returns the cabinets of one municipality. expenses may be nil: nobody is charged.
func NewCabinets(db txn.Runner[CabinetTx], profile routine.Profile, expenses func(context.Context, CabinetTx, routine.Who, Expense) error) *Cabinets {
	if expenses == nil {
		expenses = func(context.Context, CabinetTx, routine.Who, Expense) error { return nil }
	}
	return &Cabinets{db, profile, expenses}
}

// tend runs f for somebody who may carry out a duty in a group.
func (s *Cabinets) tend(ctx context.Context, who routine.Who, groupCode string, d routine.Duty, f func(tx CabinetTx, g GroupFacts, rule string) error) error {
	return s.db.Update(ctx, func(tx CabinetTx) error {
		g, rule, err := s.group(ctx, tx, who, groupCode, d)
		if err != nil {
			return err
		}
		return f(tx, g, rule)
	})
}

func (s *Cabinets) group(ctx context.Context, tx CabinetTx, who routine.Who, code string, d routine.Duty) (GroupFacts, string, error) {
	g, err := groupByCode(ctx, tx, code)
	if err != nil {
		if who.Role.HoldsGroup() && problem.KindOf(err) == problem.Invalid {
			err = ErrMayNot
		}
		return g, "", err
	}
	rule := s.profile.MayTend(who.Role, d, who.Organisation != "" && g.OrgNumber == who.Organisation, g.Private)
	if rule == "" {
		return g, "", ErrMayNot
	}
	return g, rule, nil
}

func cabinetOf(ctx context.Context, tx CabinetTx, g GroupFacts) (Cabinet, error) {
	c, ok, err := tx.CabinetOf(ctx, g.ID)
	if err == nil && !ok {
		err = ErrNoCabinet.Fill(g.Code)
	}
	return c, err
}

// SetUp gives a group its cabinet. The first count is due at once by the profile's rhythm.
func (s *Cabinets) SetUp(ctx context.Context, who routine.Who, groupCode, place string) (out Cabinet, err error) {
	if place, err = text("place", place); err != nil {
		return out, err
	}
	err = s.tend(ctx, who, groupCode, routine.KeepCabinet, func(tx CabinetTx, g GroupFacts, rule string) error {
		if _, ok, err := tx.CabinetOf(ctx, g.ID); err != nil || ok {
			return orErr(err, ErrCabinetExists.Fill(g.Code))
		}
		out = Cabinet{ID: newID(), Group: g, Place: place, Created: tx.Now(), Counted: tx.Now()}
		return s.putCabinet(ctx, tx, who, out, rule, "set-up")
	})
	return out, err
}

// Move notes that a cabinet, with its station and cables, has new premises: the provider's expense (V6-b).
func (s *Cabinets) Move(ctx context.Context, who routine.Who, groupCode, place, reason string) (out Cabinet, err error) {
	if place, err = text("place", place); err != nil {
		return out, err
	}
	err = s.tend(ctx, who, groupCode, routine.KeepCabinet, func(tx CabinetTx, g GroupFacts, rule string) error {
		if out, err = cabinetOf(ctx, tx, g); err != nil || out.Place == place {
			return err
		}
		out.Place = place
		e := Expense{Source: "cabinet:" + out.ID + ":move:" + strconv.FormatInt(tx.Now().UnixMicro(), 10), Group: g, Count: 1, Reason: reason,
			Facts: routine.CostFacts{Kind: routine.CostMove}}
		if err := s.expenses(ctx, tx, who, e); err != nil {
			return err
		}
		return s.putCabinet(ctx, tx, who, out, rule, "moved")
	})
	return out, err
}

func (s *Cabinets) putCabinet(ctx context.Context, tx CabinetTx, who routine.Who, c Cabinet, rule, what string) error {
	if err := tx.PutCabinet(ctx, c); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.CabinetChanged, who, []string{c.ID, c.Group.ID}, "what", what, "place", c.Place, journal.FieldGround, rule))
}

// Name appoints a person of the group for a duty, until further notice.
func (s *Cabinets) Name(ctx context.Context, who routine.Who, groupCode string, duty KeeperDuty, employeeNumber string) error {
	if duty != CabinetKeeper && duty != InstructionKeeper {
		return ErrDuty.On("duty")
	}
	return s.tend(ctx, who, groupCode, routine.KeepCabinet, func(tx CabinetTx, g GroupFacts, rule string) error {
		id, err := tx.MemberOf(ctx, employeeNumber, g.ID, tx.Now())
		if err != nil || id == "" {
			return orErr(err, ErrNotStaffOfGroup.Fill(employeeNumber))
		}
		now, err := tx.Keepers(ctx, []string{g.ID}, tx.Now())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(now, func(k Keeper) bool { return k.StaffID == id && k.Duty == duty }) {
			return nil // named already
		}
		k := Keeper{GroupID: g.ID, Duty: duty, StaffID: id, From: tx.Now(), Until: routine.Forever}
		return s.putKeeper(ctx, tx, who, k, rule, "named")
	})
}

// Dismiss ends a person's duty.
func (s *Cabinets) Dismiss(ctx context.Context, who routine.Who, groupCode string, duty KeeperDuty, employeeNumber string) error {
	return s.tend(ctx, who, groupCode, routine.KeepCabinet, func(tx CabinetTx, g GroupFacts, rule string) error {
		now, err := tx.Keepers(ctx, []string{g.ID}, tx.Now())
		if err != nil {
			return err
		}
		for _, k := range now {
			if k.Duty == duty && k.EmployeeNumber == employeeNumber {
				k.Until = tx.Now()
				return s.putKeeper(ctx, tx, who, k, rule, "dismissed")
			}
		}
		return ErrNotKeeper.Fill(employeeNumber)
	})
}

func (s *Cabinets) putKeeper(ctx context.Context, tx CabinetTx, who routine.Who, k Keeper, rule, what string) error {
	if err := tx.PutKeeper(ctx, k); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.CabinetChanged, who, []string{k.GroupID, k.StaffID}, "what", what, "duty", string(k.Duty), journal.FieldGround, rule))
}

// List lists cabinets, the one that has waited longest for a count first; dueOnly leaves out those that need not be counted yet.
func (s *Cabinets) List(ctx context.Context, who routine.Who, dueOnly bool, p Page) (out []Cabinet, err error) {
	organisation := ""
	if !within(who, &organisation) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx CabinetTx) error {
		before := routine.Forever
		if dueOnly {
			before = tx.Now().AddDate(0, 0, -s.profile.Stock.CountDays)
		}
		if out, err = tx.Cabinets(ctx, organisation, before, p.Bounded()); err != nil {
			return err
		}
		ids := make([]string, len(out))
		for i, c := range out {
			ids[i] = c.Group.ID
		}
		keepers, err := tx.Keepers(ctx, ids, tx.Now())
		for i := range out {
			for _, k := range keepers {
				if k.GroupID == out[i].Group.ID && k.Duty == CabinetKeeper {
					out[i].Keepers = append(out[i].Keepers, k)
				}
			}
		}
		return err
	})
	return out, err
}

// Cabinet returns a group's cabinet with those who answer for it.
func (s *Cabinets) Cabinet(ctx context.Context, who routine.Who, groupCode string) (out Cabinet, err error) {
	err = s.db.View(ctx, func(tx CabinetTx) error {
		g, _, err := s.group(ctx, tx, who, groupCode, routine.KeepCabinet)
		if err != nil {
			return err
		}
		if out, err = cabinetOf(ctx, tx, g); err != nil {
			return err
		}
		out.Keepers, err = tx.Keepers(ctx, []string{g.ID}, tx.Now())
		return err
	})
	return out, err
}
