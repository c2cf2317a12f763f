package casework

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Houses that are sold are a mass change of properties. Applying it records whose they are from a midnight on; until then it can be
// undone. An owner's consent is the owner's: from that midnight what the old one said does not count, by itself and without
// anything being run ([consent.For]). What follows is done soon after: mountings wait, and the new owner gets a letter about the
// houses where there are locks. Locks that sit there stay until the new owner has said no.

// SaleTx is what sold houses need of a database transaction.
type SaleTx interface {
	// Sell makes a property these owners' from an instant on. Unsell takes that back. SoldFrom returns when a property changes
	// owner next.
	Sell(ctx context.Context, propertyID string, owners []string, at time.Time) error
	Unsell(ctx context.Context, propertyID string, at time.Time) error
	SoldFrom(ctx context.Context, propertyID string) (time.Time, bool, error)
	// SalePlanned returns the applied mass change by which a property changes owner on a coming day.
	SalePlanned(ctx context.Context, propertyID string) (id string, planned bool, err error)
	// SalesDue returns applied mass changes of sold houses that have taken effect and are not settled.
	SalesDue(ctx context.Context, limit int) ([]string, error)
}

// Problems with sold houses. Codes are stable.
var (
	ErrSaleInvalid = problem.New(problem.Invalid, "sale-invalid",
		"Ange skäl (högst 500 tecken), en dag som inte har börjat, 1–1 000 fastigheter eller en ägare som säljer allt, och 1–50 nya ägare.",
		"Give a reason (at most 500 characters), a day that has not begun, 1 to 1,000 properties or an owner who sells everything, and 1 to 50 new owners.")
	errSoldAlready = problem.New(problem.Conflict, "sale-already",
		"Fastigheten byter redan ägare en kommande dag.", "The property changes owner on a coming day already.")
	errSoldSame = problem.New(problem.Conflict, "sale-same-owner",
		"Fastigheten ägs redan av dem.", "The property is theirs already.")
)

// draftSale plans a mass change of sold houses.
func (s *Service) draftSale(ctx context.Context, who routine.Who, in NewMass) (MassChange, error) {
	spec := &in.Spec
	spec.Properties = distinct(spec.Properties)
	switch {
	case !consent.MayKeep(who):
		return MassChange{}, consent.ErrMayNot
	case in.Reason == "" || len(in.Reason) > 500 || (len(spec.Properties) == 0) == (spec.OldOwner == "") || len(spec.Properties) > consent.MaxProperties,
		len(spec.Owners) == 0 || len(spec.Owners) > consent.MaxOwners || len(distinct(spec.Owners)) < len(spec.Owners),
		len(spec.From)+len(spec.Postal)+len(spec.Client) > 0 || spec.To != "":
		return MassChange{}, ErrSaleInvalid
	}
	return s.draft(ctx, who, in, func(tx Tx, spec *MassSpec) error {
		owners := distinct(append([]string{spec.OldOwner}, spec.Owners...))
		owners = slices.DeleteFunc(owners, func(id string) bool { return id == "" })
		known, err := tx.OwnersByID(ctx, owners)
		if err != nil {
			return err
		}
		if len(known) < len(owners) {
			return consent.ErrOwnerUnknown
		}
		return soldBy(ctx, tx, spec)
	})
}

// soldBy fills in what is sold where an owner sells everything, and checks that the register has it.
func soldBy(ctx context.Context, tx Tx, spec *MassSpec) (err error) {
	if spec.OldOwner != "" {
		spec.Properties, err = tx.PropertiesOfOwner(ctx, spec.OldOwner, consent.MaxProperties+1)
		if err == nil && (len(spec.Properties) == 0 || len(spec.Properties) > consent.MaxProperties) {
			err = ErrSaleInvalid.On("old_owner")
		}
		return err
	}
	properties, err := tx.PropertiesByID(ctx, spec.Properties)
	if err == nil && len(properties) < len(spec.Properties) {
		err = consent.ErrPropertyUnknown
	}
	return err
}

// planSale adds the rows of the next properties. Place is the number of those that have one.
func (s *Service) planSale(ctx context.Context, tx Tx, who routine.Who, m *MassChange) error {
	from, _, _ := strings.Cut(m.Place, "/")
	i, err := strconv.Atoi(from)
	if err != nil {
		return fmt.Errorf("casework: place %q of mass change %s: %w", m.Place, m.ID, err)
	}
	some := m.Spec.Properties[i:min(i+massBatch, len(m.Spec.Properties))]
	rows := make([]MassRow, len(some))
	for n, id := range some {
		m.Total++
		rows[n] = MassRow{Seq: int64(m.Total), PropertyID: id, State: RowPlanned}
		if err := countDoors(ctx, tx, &rows[n]); err != nil {
			return err
		}
		err := s.guarded(ctx, tx, &rows[n], func() error {
			if err := s.sell(ctx, tx, who, m, id); err != nil {
				return err
			}
			return errTried
		})
		if err != nil {
			return err
		}
	}
	m.Place = ""
	if i += len(some); i < len(m.Spec.Properties) {
		m.Place = strconv.Itoa(i) + "/"
	}
	return tx.PutMassRows(ctx, m.ID, rows)
}

// countDoors notes at how many doors of a property a lock sits or is waited for.
func countDoors(ctx context.Context, tx Tx, r *MassRow) error {
	locked, err := tx.LockedAt(ctx, []string{r.PropertyID})
	if err != nil {
		return err
	}
	waiting, err := tx.MountsAt(ctx, []string{r.PropertyID})
	r.Locks, r.Mountings = len(locked), len(waiting)
	return err
}

func (s *Service) sellRow(ctx context.Context, tx Tx, who routine.Who, m *MassChange, r *MassRow) error {
	r.State, r.At = RowApplied, tx.Now()
	err := s.guarded(ctx, tx, r, func() error { return s.sell(ctx, tx, who, m, r.PropertyID) })
	if r.Note != "" {
		r.State = RowRefused
	}
	return err
}

// sell records whose a property is from the day of the sale.
func (s *Service) sell(ctx context.Context, tx Tx, who routine.Who, m *MassChange, id string) error {
	properties, err := tx.PropertiesByID(ctx, []string{id})
	if err != nil {
		return err
	}
	p, ok := properties[id]
	if !ok {
		return consent.ErrPropertyUnknown
	}
	if slices.Equal(p.Owners, m.Spec.Owners) {
		return errSoldSame
	}
	if _, sold, err := tx.SoldFrom(ctx, id); err != nil || sold {
		return orElse(err, errSoldAlready)
	}
	if err := tx.Sell(ctx, id, m.Spec.Owners, m.Effective); err != nil {
		return err
	}
	return noteSale(ctx, tx, who, m, id, "sold")
}

func (s *Service) unsellRow(ctx context.Context, tx Tx, who routine.Who, m *MassChange, r *MassRow) error {
	if !tx.Now().Before(m.Effective) { // interrupted, and it is the new owner's house by now
		r.Note = ErrInForce.Code
		return s.ownersSpoke(ctx, tx, who.Actor, []string{r.PropertyID})
	}
	if err := tx.Unsell(ctx, r.PropertyID, m.Effective); err != nil {
		return err
	}
	r.State = RowUndone
	return noteSale(ctx, tx, who, m, r.PropertyID, "undone")
}

func noteSale(ctx context.Context, tx Tx, who routine.Who, m *MassChange, id, change string) error {
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.PropertyChanged, Subjects: []string{id, m.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor}, {Name: "change", Value: change}, {Name: "owners", Value: strings.Join(m.Spec.Owners, " ")},
		{Name: "effective", Value: m.Effective.UTC().Format(time.RFC3339)}, {Name: "number", Value: m.Number}}})
}

// settleSale does what follows when houses have changed owner, a few properties at a time, and last begins the letters.
func (s *Service) settleSale(ctx context.Context, tx Tx, who routine.Who, m *MassChange) (bool, error) {
	applied, count := m.Ended, m.Count
	more, err := s.massRows(ctx, tx, m, RowApplied, MassSettled, func(r *MassRow) error {
		if err := s.ownersSpoke(ctx, tx, who.Actor, []string{r.PropertyID}); err != nil {
			return err
		}
		r.State = RowSettled
		return countDoors(ctx, tx, r)
	})
	m.Ended, m.Count = applied, count
	if err != nil || more {
		return more, err
	}
	settled, err := tx.MassRows(ctx, m.ID, RowSettled, 0, consent.MaxProperties)
	if err != nil {
		return false, err
	}
	var ask []string
	for _, r := range settled {
		if r.Locks+r.Mountings > 0 {
			ask = append(ask, r.PropertyID)
		}
	}
	if err := consent.AskAbout(ctx, tx, s.profile, who.Actor, ask); err != nil {
		return false, err
	}
	return false, massNoted(ctx, tx, who.Actor, *m, "settled")
}

// SettleSales does what follows where houses have changed owner since it last looked. The server calls it all the time: a
// look costs no write.
func (s *Service) SettleSales(ctx context.Context) error {
	var due []string
	err := s.db.View(ctx, func(tx Tx) (err error) {
		due, err = tx.SalesDue(ctx, 10)
		return err
	})
	for _, id := range due {
		if _, err := s.ContinueMass(ctx, routine.Who{Actor: "system", Role: routine.SystemOwner}, id); err != nil {
			return err
		}
	}
	return err
}
