package casework

import (
	"context"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// A mass change passes many clients on from one day: a provider that has gone bankrupt or lost its contract, a group that is
// split or merged with others (V5.1-f). It is drafted, which plans a row for each client and tries it without keeping
// anything; reviewed by somebody else; applied in short transactions, all effective at the one midnight; and can be undone until
// then, row by row back to what was. Houses that are sold go the same way, property by property. Each step goes on where an interrupted one stopped.

// MassKind says why many clients change group, or houses owner.
type MassKind string

// The kinds. All but the last differ in who is meant, not in what is done.
const (
	ProviderReplaced MassKind = "provider-replaced" // bankrupt, or re-procured
	GroupSplit       MassKind = "group-split"
	GroupsMerged     MassKind = "groups-merged"
	HouseSold        MassKind = "house-sold" // properties, not clients: see sales.go
)

// MassState is how far a mass change has come.
type MassState string

// The states.
const (
	MassDraft     MassState = "draft"
	MassReviewed  MassState = "reviewed"
	MassApplying  MassState = "applying"
	MassApplied   MassState = "applied"
	MassUndoing   MassState = "undoing"
	MassUndone    MassState = "undone"
	MassCancelled MassState = "cancelled"
	MassSettled   MassState = "settled" // of houses sold: has taken effect, with everything that follows
)

// MassSpec says who goes where, or of houses sold what is sold to whom.
type MassSpec struct {
	From   []string          // codes of the groups whose clients are passed on
	To     string            // code of the group that takes those whom nothing else names; "" if there is none
	Postal map[string]string // postal code of the dwelling → code of the group
	Client map[string]string // client's id → code of the group; goes before Postal

	Properties []string `json:",omitempty"` // ids of what is sold; or
	OldOwner   string   `json:",omitempty"` // whose everything is sold; filled into Properties by the draft
	Owners     []string `json:",omitempty"` // ids of the new owners; letters go to the first
}

// NewMass is a mass change to be drafted.
type NewMass struct {
	Kind      MassKind
	Spec      MassSpec
	Effective time.Time // local midnight
	Reason    string    // at most 500 bytes
}

// MassChange is one act for many clients.
type MassChange struct {
	ID, Number string
	NewMass
	State      MassState
	CreatedBy  string
	Created    time.Time
	ReviewedBy string
	Reviewed   time.Time // zero before
	Ended      time.Time // applied, undone or cancelled; zero before
	Total      int       // rows
	Count      int       // rows that have been applied, refused or undone in the present step
	Place      string    // how far the planning has come; "" when every row is there
}

// Planned reports whether every row is there.
func (m MassChange) Planned() bool { return m.Place == "" }

// MassRow is what a mass change does for one client, or with one property.
type MassRow struct {
	Seq        int64
	ClientID   string // or
	PropertyID string
	From, To   string // ids of groups; To is "" where nothing says who takes over
	State      string // planned, applied, refused, undone, settled
	Note       string // code of the problem with it, or ""
	Services   int    // how many change
	Rights     int    // how many are added or taken away
	Receipts   int    // how many physical keys change hands
	Locks      int    // dwellings of the property that have one
	Mountings  int    // dwellings of the property where one is waited for
	Undo       Undo
	At         time.Time // when it was applied
}

// The states of a row.
const (
	RowPlanned = "planned"
	RowApplied = "applied"
	RowRefused = "refused"
	RowUndone  = "undone"
	RowSettled = "settled"
)

// MassTx is what mass changes need of a database transaction.
type MassTx interface {
	SaleTx
	// Savepoint runs f so that its error takes back what f did and nothing else.
	Savepoint(ctx context.Context, f func() error) error
	PutMass(ctx context.Context, m MassChange) error
	MassByID(ctx context.Context, id string) (MassChange, bool, error)
	// MassPage returns at most limit mass changes with smaller ids than after, the newest first.
	MassPage(ctx context.Context, after string, limit int) ([]MassChange, error)
	PutMassRows(ctx context.Context, id string, rows []MassRow) error
	// MassRows returns at most limit rows with greater numbers than after, of one state unless it is "".
	MassRows(ctx context.Context, id, state string, after int64, limit int) ([]MassRow, error)
}

// Problems with mass changes. Codes are stable.
var (
	ErrMassRole = problem.New(problem.Denied, "mass-role",
		"Massändringar görs av omsorgshandläggare, låsansvarig eller systemansvarig.",
		"Mass changes are made by case officers, the lock manager or the system owner.")
	ErrMassUnknown = problem.New(problem.NotFound, "mass-unknown",
		"Det finns ingen sådan massändring. Se listan.", "There is no such mass change. See the list.")
	ErrMassState = problem.New(problem.Conflict, "mass-state",
		"Det går inte när massändringen är i läget %s.", "That is not possible while the mass change is %s.")
	ErrMassReviewer = problem.New(problem.Denied, "mass-reviewer",
		"Någon annan än den som gjorde utkastet ska granska det.", "Somebody else than its maker must review the draft.")
	ErrMassLate = problem.New(problem.Conflict, "mass-late",
		"Dagen då ändringen gäller har redan börjat. Gör ett nytt utkast med en senare dag, eller lägg beställningar för dem det rör.",
		"The day from which the change holds has begun. Draft a new one with a later day, or place orders for those concerned.")
	ErrMassInvalid = problem.New(problem.Invalid, "mass-invalid",
		"Ange slag, skäl (högst 500 tecken), en dag som inte har börjat, 1–100 grupper att flytta från och minst en grupp att flytta till.",
		"Give a kind, a reason (at most 500 characters), a day that has not begun, 1 to 100 groups to move from and at least one to move to.")
	errNoTaker = problem.New(problem.Invalid, "mass-no-group",
		"Ingen grupp är angiven för kunden. Ange en för kunden, postnumret eller resten.",
		"No group is named for the client. Name one for the client, the postal code or the rest.")
)

// maxAssigned bounds the postal codes and clients that a mass change names one by one.
const maxAssigned = 20_000

func mayMass(who routine.Who) error {
	if !who.Is(routine.CaseOfficer, routine.LockManager, routine.SystemOwner) {
		return ErrMassRole
	}
	return nil
}

// DraftMass plans a mass change: a row for each client, each tried and taken back, so that it shows what would change.
func (s *Service) DraftMass(ctx context.Context, who routine.Who, in NewMass) (MassChange, error) {
	if err := mayMass(who); err != nil {
		return MassChange{}, err
	}
	if in.Kind == HouseSold {
		return s.draftSale(ctx, who, in)
	}
	known := []MassKind{ProviderReplaced, GroupSplit, GroupsMerged}
	takers := append(values(in.Spec.Postal), values(in.Spec.Client)...)
	if in.Spec.To != "" {
		takers = append(takers, in.Spec.To)
	}
	if !slices.Contains(known, in.Kind) || in.Reason == "" || len(in.Reason) > 500 || len(in.Spec.From) == 0 || len(in.Spec.From) > 100 ||
		len(takers) == 0 || len(takers) > maxAssigned || len(in.Spec.Properties)+len(in.Spec.Owners) > 0 || in.Spec.OldOwner != "" {
		return MassChange{}, ErrMassInvalid
	}
	in.Spec.From = distinct(in.Spec.From)
	return s.draft(ctx, who, in, func(tx Tx, _ *MassSpec) error {
		codes := distinct(append(takers, in.Spec.From...))
		groups, err := tx.GroupsByCode(ctx, codes)
		if err != nil {
			return err
		}
		for _, code := range codes {
			if groups[code].ID == "" {
				return ErrGroupUnknown.Fill(code)
			}
		}
		return nil
	})
}

// draft stores a draft that check finds nothing wrong with, and plans it.
func (s *Service) draft(ctx context.Context, who routine.Who, in NewMass, check func(tx Tx, spec *MassSpec) error) (MassChange, error) {
	m := MassChange{ID: newID(), Number: newNumber(), NewMass: in, State: MassDraft, CreatedBy: who.Actor, Place: "0/"}
	err := s.db.Update(ctx, func(tx Tx) error {
		m.Created = tx.Now()
		if !tx.Now().Before(in.Effective) {
			return ErrMassLate.On("effective")
		}
		if err := check(tx, &m.Spec); err != nil {
			return err
		}
		if err := tx.PutMass(ctx, m); err != nil {
			return err
		}
		return massNoted(ctx, tx, who.Actor, m, "drafted")
	})
	if err != nil {
		return m, err
	}
	return s.ContinueMass(ctx, who, m.ID)
}

func values(m map[string]string) []string {
	var all []string
	for _, v := range m {
		all = append(all, v)
	}
	return distinct(all)
}

// ReviewMass approves a draft that somebody else has made.
func (s *Service) ReviewMass(ctx context.Context, who routine.Who, id string) (MassChange, error) {
	return s.turnMass(ctx, who, id, "reviewed", []MassState{MassDraft}, func(m *MassChange, now time.Time) error {
		switch {
		case !m.Planned():
			return ErrMassState.Fill("planning")
		case m.CreatedBy == who.Actor:
			return ErrMassReviewer
		case !now.Before(m.Effective):
			return ErrMassLate
		}
		m.State, m.ReviewedBy, m.Reviewed = MassReviewed, who.Actor, now
		return nil
	})
}

// CancelMass puts a mass change aside that has not been applied.
func (s *Service) CancelMass(ctx context.Context, who routine.Who, id string) (MassChange, error) {
	return s.turnMass(ctx, who, id, "cancelled", []MassState{MassDraft, MassReviewed}, func(m *MassChange, now time.Time) error {
		m.State, m.Ended = MassCancelled, now
		return nil
	})
}

// ApplyMass carries out what has been reviewed. Clients for whom it cannot be done are refused one by one, with the reason in
// their row.
func (s *Service) ApplyMass(ctx context.Context, who routine.Who, id string) (MassChange, error) {
	_, err := s.turnMass(ctx, who, id, "applied", []MassState{MassReviewed}, func(m *MassChange, now time.Time) error {
		if !now.Before(m.Effective) {
			return ErrMassLate
		}
		m.State, m.Count, m.Place = MassApplying, 0, ""
		return nil
	})
	if err != nil {
		return MassChange{}, err
	}
	return s.ContinueMass(ctx, who, id)
}

// UndoMass puts back everything that a mass change has done, until it takes effect. A client about whom something has been
// decided since keeps that, and the row says so.
func (s *Service) UndoMass(ctx context.Context, who routine.Who, id string) (MassChange, error) {
	_, err := s.turnMass(ctx, who, id, "undone", []MassState{MassApplying, MassApplied}, func(m *MassChange, now time.Time) error {
		if !now.Before(m.Effective) {
			return ErrInForce
		}
		m.State, m.Count, m.Place = MassUndoing, 0, ""
		return nil
	})
	if err != nil {
		return MassChange{}, err
	}
	return s.ContinueMass(ctx, who, id)
}

// turnMass takes a mass change from one of some states to another.
func (s *Service) turnMass(ctx context.Context, who routine.Who, id, what string, from []MassState, f func(m *MassChange, now time.Time) error) (m MassChange, err error) {
	if err := mayMass(who); err != nil {
		return m, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		if m, err = massByID(ctx, tx, id); err != nil {
			return err
		}
		if m.Kind == HouseSold && what != "reviewed" && !consent.MayKeep(who) {
			return consent.ErrMayNot
		}
		if !slices.Contains(from, m.State) {
			return ErrMassState.Fill(string(m.State))
		}
		if err := f(&m, tx.Now()); err != nil {
			return err
		}
		if err := tx.PutMass(ctx, m); err != nil {
			return err
		}
		return massNoted(ctx, tx, who.Actor, m, what)
	})
	return m, err
}

func massByID(ctx context.Context, tx Tx, id string) (MassChange, error) {
	m, ok, err := tx.MassByID(ctx, id)
	if err == nil && !ok {
		err = ErrMassUnknown
	}
	return m, err
}

// Mass returns one mass change.
func (s *Service) Mass(ctx context.Context, who routine.Who, id string) (m MassChange, err error) {
	if err := mayMass(who); err != nil {
		return m, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		m, err = massByID(ctx, tx, id)
		return err
	})
	return m, err
}

// MassChanges lists mass changes, the newest first, beginning after the id after, and returns the id to go on from, or "".
func (s *Service) MassChanges(ctx context.Context, who routine.Who, after string, limit int) (all []MassChange, next string, err error) {
	if err := mayMass(who); err != nil {
		return nil, "", err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		all, err = tx.MassPage(ctx, after, limit+1)
		return err
	})
	if err == nil && len(all) > limit {
		all, next = all[:limit], all[limit-1].ID
	}
	return all, next, err
}

// MassRows lists what a mass change does, client by client, of rows in a state unless it is "", and returns the number to go
// on from, or 0.
func (s *Service) MassRows(ctx context.Context, who routine.Who, id, state string, after int64, limit int) (rows []MassRow, next int64, err error) {
	if err := mayMass(who); err != nil {
		return nil, 0, err
	}
	err = s.db.View(ctx, func(tx Tx) error {
		if _, err := massByID(ctx, tx, id); err != nil {
			return err
		}
		rows, err = tx.MassRows(ctx, id, state, after, limit+1)
		return err
	})
	if err == nil && len(rows) > limit {
		rows, next = rows[:limit], rows[limit-1].Seq
	}
	return rows, next, err
}

func massNoted(ctx context.Context, tx Tx, actor string, m MassChange, what string) error {
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.MassChanged, Subjects: []string{m.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor}, {Name: "change", Value: what}, {Name: "number", Value: m.Number},
		{Name: "mass", Value: string(m.Kind)}, {Name: "reason", Value: m.Reason}, {Name: "effective", Value: m.Effective.UTC().Format(time.RFC3339)}}})
}

// taker is the group that takes a client over.
func (spec MassSpec) taker(c care.Client, postal string) string {
	if code, ok := spec.Client[c.ID]; ok {
		return code
	}
	if code, ok := spec.Postal[postal]; ok {
		return code
	}
	return spec.To
}
