package fleet

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Subject is what an instruction is about.
type Subject string

// The subjects.
const (
	StationSubject Subject = "station"
	CabinetSubject Subject = "cabinet"
	BatterySubject Subject = "battery"
	KeySubject     Subject = "key"
)

// Subjects are all of them.
func Subjects() []Subject {
	return []Subject{StationSubject, CabinetSubject, BatterySubject, KeySubject}
}

// Instruction is one version of what hangs at a station or a cabinet. Versions are never changed.
type Instruction struct {
	ID        string
	Subject   Subject
	Scope     string // a group's id, or "" for every group without one of its own
	Version   int    // from 1
	Title     string
	Body      string // plain text
	Published time.Time
	Actor     string
	Review    time.Time // when somebody must look at it again; zero: never
}

// InstructionFilter chooses versions.
type InstructionFilter struct {
	Subject Subject
	Group   string // code; "" chooses those for every group
}

// InstructionStatus is how it stands with one instruction in one group.
type InstructionStatus struct {
	Instruction
	GroupCode string
	Waiting   []Keeper // named people who have not read this version
	NoKeeper  bool     // nobody is named
	ReviewDue bool
}

// Current reports whether nothing has to be done.
func (i InstructionStatus) Current() bool {
	return len(i.Waiting) == 0 && !i.NoKeeper && !i.ReviewDue
}

// Bounds of an instruction, in bytes.
const (
	maxTitle = 200
	maxBody  = 20_000
)

// Problems with instructions. Codes are stable.
var (
	ErrSubject = problem.New(problem.Invalid, "instruction-subject",
		"Ange vad instruktionen gäller: station, cabinet, battery eller key.", "Say what the instruction is about: station, cabinet, battery or key.")
	ErrInstruction = problem.New(problem.Invalid, "instruction-text",
		"Ange rubrik (högst %d byte) och text (högst %d byte).", "Give a title (at most %d bytes) and a text (at most %d bytes).")
	ErrInstructionUnknown = problem.New(problem.NotFound, "instruction-unknown",
		"Instruktionen finns inte.", "There is no such instruction.")
	ErrInstructionOld = problem.New(problem.Conflict, "instruction-superseded",
		"Det finns en nyare version. Läs den i stället.", "There is a newer version. Read that instead.")
)

// Publish makes a new version, for one group or ("") for all.
func (s *Cabinets) Publish(ctx context.Context, who routine.Who, i Instruction, groupCode string) (out Instruction, err error) {
	rule := s.profile.MayTend(who.Role, routine.WriteInstruction, false, false)
	i.Title, i.Body = strings.TrimSpace(i.Title), strings.TrimSpace(i.Body)
	switch {
	case rule == "":
		return out, ErrMayNot
	case !slices.Contains(Subjects(), i.Subject):
		return out, ErrSubject.On("subject")
	case i.Title == "" || len(i.Title) > maxTitle || i.Body == "" || len(i.Body) > maxBody:
		return out, ErrInstruction.Fill(maxTitle, maxBody)
	}
	err = s.db.Update(ctx, func(tx CabinetTx) error {
		i.Scope = ""
		if groupCode != "" {
			g, err := groupByCode(ctx, tx, groupCode)
			if err != nil {
				return err
			}
			i.Scope = g.ID
		}
		last, _, err := tx.CurrentInstruction(ctx, i.Subject, i.Scope)
		if err != nil {
			return err
		}
		i.ID, i.Version, i.Published, i.Actor = newID(), last.Version+1, tx.Now(), who.Actor
		if err := tx.InsertInstruction(ctx, i); err != nil {
			return err
		}
		out = i
		return journal.Append(ctx, tx, entry(journal.InstructionChange, who, []string{i.ID}, "what", "published", "subject", string(i.Subject),
			"version", strconv.Itoa(i.Version), "title", i.Title, journal.FieldGround, rule))
	})
	return out, err
}

// instructionReader is what finding the instruction that holds needs of a transaction.
type instructionReader interface {
	// CurrentInstruction returns the newest version for a group, or ("") for every group.
	CurrentInstruction(ctx context.Context, subject Subject, scope string) (Instruction, bool, error)
}

// current is a group's own instruction, or the one for every group.
func current(ctx context.Context, tx instructionReader, subject Subject, groupID string) (Instruction, bool, error) {
	own, ok, err := tx.CurrentInstruction(ctx, subject, groupID)
	if err != nil || ok {
		return own, ok, err
	}
	return tx.CurrentInstruction(ctx, subject, "")
}

// Instructions says how it stands with each instruction in a group: what holds, who has not read it, whether it needs a
// review (V2.4-b).
func (s *Cabinets) Instructions(ctx context.Context, who routine.Who, groupCode string) (out []InstructionStatus, err error) {
	err = s.db.View(ctx, func(tx CabinetTx) error {
		out = nil
		g, _, err := s.group(ctx, tx, who, groupCode, routine.ReadInstruction)
		if err != nil {
			return err
		}
		keepers, err := tx.Keepers(ctx, []string{g.ID}, tx.Now())
		if err != nil {
			return err
		}
		for _, subject := range Subjects() {
			i, ok, err := current(ctx, tx, subject, g.ID)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			read, err := tx.Readers(ctx, i.ID, g.ID)
			if err != nil {
				return err
			}
			out = append(out, statusOf(i, g, keepers, read, tx.Now()))
		}
		return nil
	})
	return out, err
}

func statusOf(i Instruction, g GroupFacts, keepers []Keeper, read []string, now time.Time) InstructionStatus {
	out := InstructionStatus{Instruction: i, GroupCode: g.Code, NoKeeper: true, ReviewDue: !i.Review.IsZero() && i.Review.Before(now)}
	for _, k := range keepers {
		if k.Duty != InstructionKeeper {
			continue
		}
		out.NoKeeper = false
		if !slices.Contains(read, k.StaffID) {
			out.Waiting = append(out.Waiting, k)
		}
	}
	return out
}

// Acknowledge notes that a person of the group has read the version that holds now and hung it up.
func (s *Cabinets) Acknowledge(ctx context.Context, who routine.Who, instructionID, groupCode, employeeNumber string) error {
	return s.tend(ctx, who, groupCode, routine.ReadInstruction, func(tx CabinetTx, g GroupFacts, rule string) error {
		i, ok, err := tx.Instruction(ctx, instructionID)
		if err != nil || !ok || i.Scope != "" && i.Scope != g.ID {
			return orErr(err, ErrInstructionUnknown)
		}
		now, _, err := current(ctx, tx, i.Subject, g.ID)
		if err != nil || now.ID != i.ID {
			return orErr(err, ErrInstructionOld)
		}
		person, err := tx.MemberOf(ctx, employeeNumber, g.ID, tx.Now())
		if err != nil || person == "" {
			return orErr(err, ErrNotStaffOfGroup.Fill(employeeNumber))
		}
		if err := tx.InsertRead(ctx, i.ID, g.ID, person); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.InstructionChange, who, []string{i.ID, g.ID, person}, "what", "read", "version", strconv.Itoa(i.Version), journal.FieldGround, rule))
	})
}

// Versions lists what has been published, the newest first.
func (s *Cabinets) Versions(ctx context.Context, who routine.Who, f InstructionFilter, p Page) (out []Instruction, err error) {
	organisation := ""
	if !within(who, &organisation) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx CabinetTx) error {
		if f.Group != "" {
			g, _, err := s.group(ctx, tx, who, f.Group, routine.ReadInstruction)
			if err != nil {
				return err
			}
			f.Group = g.ID
		}
		out, err = tx.Instructions(ctx, f, p.Bounded())
		return err
	})
	return out, err
}
