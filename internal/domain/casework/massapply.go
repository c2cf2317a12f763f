package casework

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
)

// massBatch is how many clients one transaction of a mass change holds: stations wait for none of them long.
const massBatch = 10

// ContinueMass goes on with what a mass change is in the midst of, planning, applying or undoing, until it is through. Called
// again after an interruption it goes on from the last batch that was committed.
func (s *Service) ContinueMass(ctx context.Context, who routine.Who, id string) (m MassChange, err error) {
	if err := mayMass(who); err != nil {
		return m, err
	}
	for more := true; more; {
		err := s.db.Update(ctx, func(tx Tx) error {
			if m, err = massByID(ctx, tx, id); err != nil {
				return err
			}
			more, err = s.massStep(ctx, tx, who, &m)
			if err != nil {
				return err
			}
			return tx.PutMass(ctx, m)
		})
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

// massStep does one batch and reports whether there may be more.
func (s *Service) massStep(ctx context.Context, tx Tx, who routine.Who, m *MassChange) (bool, error) {
	sale := m.Kind == HouseSold
	switch {
	case m.State == MassDraft && !m.Planned() && sale:
		return true, s.planSale(ctx, tx, who, m)
	case m.State == MassDraft && !m.Planned():
		return true, s.planMass(ctx, tx, who, m)
	case m.State == MassApplying && sale:
		return s.massRows(ctx, tx, m, RowPlanned, MassApplied, func(r *MassRow) error { return s.sellRow(ctx, tx, who, m, r) })
	case m.State == MassUndoing && sale:
		return s.massRows(ctx, tx, m, RowApplied, MassUndone, func(r *MassRow) error { return s.unsellRow(ctx, tx, who, m, r) })
	case m.State == MassApplied && sale && !tx.Now().Before(m.Effective):
		return s.settleSale(ctx, tx, who, m)
	case m.State == MassApplying:
		return s.massRows(ctx, tx, m, RowPlanned, MassApplied, func(r *MassRow) error { return s.applyRow(ctx, tx, who, m, r) })
	case m.State == MassUndoing:
		return s.massRows(ctx, tx, m, RowApplied, MassUndone, func(r *MassRow) error { return s.undoRow(ctx, tx, who, m, r) })
	}
	return false, nil
}

// planMass adds the rows of the next clients. Place is the index of the group and the last of its clients that has a row.
func (s *Service) planMass(ctx context.Context, tx Tx, who routine.Who, m *MassChange) error {
	index, after, _ := strings.Cut(m.Place, "/")
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(m.Spec.From) {
		m.Place = ""
		return nil
	}
	code := m.Spec.From[i]
	groups, err := tx.GroupsByCode(ctx, []string{code})
	if err != nil {
		return err
	}
	clients, err := tx.ClientsOfGroup(ctx, groups[code].ID, m.Effective, after, massBatch)
	if err != nil {
		return err
	}
	rows := make([]MassRow, len(clients))
	for n, c := range clients {
		m.Total++
		rows[n] = MassRow{Seq: int64(m.Total), ClientID: c.ID, From: groups[code].ID, State: RowPlanned}
		if err := s.planRow(ctx, tx, who, m, c, &rows[n]); err != nil {
			return err
		}
		after = c.ID
	}
	m.Place = fmt.Sprintf("%d/%s", i, after)
	if len(clients) < massBatch {
		m.Place = fmt.Sprintf("%d/", i+1)
	}
	return tx.PutMassRows(ctx, m.ID, rows)
}

// errTried takes back what was only tried.
var errTried = errors.New("casework: only tried")

// planRow finds who takes a client over, and tries what that does.
func (s *Service) planRow(ctx context.Context, tx Tx, who routine.Who, m *MassChange, c care.Client, r *MassRow) error {
	dwellings, err := tx.Dwellings(ctx, []string{c.DwellingID})
	if err != nil {
		return err
	}
	code := m.Spec.taker(c, dwellings[c.DwellingID].PostalCode)
	if code == "" {
		r.Note = errNoTaker.Code
		return nil
	}
	taking, err := tx.GroupsByCode(ctx, []string{code})
	if err != nil {
		return err
	}
	r.To = taking[code].ID
	return s.guarded(ctx, tx, r, func() error {
		if err := s.passOn(ctx, tx, who, m, r); err != nil {
			return err
		}
		return errTried
	})
}

// guarded runs f so that a refusal becomes the row's note and nothing else, and what was only tried leaves nothing but its
// numbers.
func (s *Service) guarded(ctx context.Context, tx Tx, r *MassRow, f func() error) error {
	err := tx.Savepoint(ctx, f)
	if errors.Is(err, errTried) {
		r.Undo = Undo{}
		return nil
	}
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Kind == problem.Internal || p.Kind == problem.Unavailable {
		return err
	}
	r.Note = p.Code
	return nil
}

// massRows lets f do the next rows of a state; when there are none left the mass change has come to its end. f leaves every
// row in another state, or with a note that says why it stays.
func (s *Service) massRows(ctx context.Context, tx Tx, m *MassChange, state string, end MassState, f func(*MassRow) error) (bool, error) {
	after, err := strconv.ParseInt("0"+m.Place, 10, 64)
	if err != nil {
		return false, err
	}
	rows, err := tx.MassRows(ctx, m.ID, state, after, massBatch)
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		m.State, m.Ended, m.Place = end, tx.Now(), ""
		return false, nil
	}
	for i := range rows {
		rows[i].Note = ""
		if err := f(&rows[i]); err != nil {
			return false, err
		}
		m.Count++
	}
	m.Place = strconv.FormatInt(rows[len(rows)-1].Seq, 10)
	return true, tx.PutMassRows(ctx, m.ID, rows)
}

func (s *Service) applyRow(ctx context.Context, tx Tx, who routine.Who, m *MassChange, r *MassRow) error {
	r.State, r.At = RowApplied, tx.Now()
	if r.To == "" {
		r.State, r.Note = RowRefused, errNoTaker.Code
		return nil
	}
	err := s.guarded(ctx, tx, r, func() error { return s.passOn(ctx, tx, who, m, r) })
	if r.Note != "" {
		r.State, r.Undo = RowRefused, Undo{}
	}
	return err
}

// passOn gives one client from the group that leaves to the one that takes over, and notes in the row what that changed.
func (s *Service) passOn(ctx context.Context, tx Tx, who routine.Who, m *MassChange, r *MassRow) error {
	clients, err := tx.ClientsByID(ctx, []string{r.ClientID})
	if err != nil {
		return err
	}
	groups, err := tx.GroupsByID(ctx, []string{r.From, r.To})
	if err != nil {
		return err
	}
	client := clients[r.ClientID]
	before, rights, err := servicesAndRights(ctx, tx, client.ID)
	if err != nil {
		return err
	}
	out, err := s.handOver(ctx, tx, who.Actor, client, groups[r.From], groups[r.To], m.Effective)
	if err != nil {
		return err
	}
	after, now, err := servicesAndRights(ctx, tx, client.ID)
	if err != nil {
		return err
	}
	var changed []care.Service
	for _, v := range after {
		if i := indexOf(before, v.ID); i < 0 || !sameService(before[i], v) {
			changed = append(changed, v)
		}
	}
	r.Undo = Undo{}
	r.Undo.remember(file{client: client, services: before}, changed, client.Ended)
	r.Services, r.Rights, r.Receipts = len(changed), differing(rights, now), len(out.Receipts)
	return nil
}

func servicesAndRights(ctx context.Context, tx Tx, clientID string) ([]care.Service, []access.Right, error) {
	services, err := tx.ServicesOf(ctx, []string{clientID})
	if err != nil {
		return nil, nil, err
	}
	rights, err := tx.RightsOf(ctx, []string{clientID})
	return services[clientID], rights, err
}

func indexOf(services []care.Service, id string) int {
	for i, v := range services {
		if v.ID == id {
			return i
		}
	}
	return -1
}

// differing counts the rights that are in one of the lists and not, or with another period, in the other.
func differing(before, after []access.Right) int {
	type period struct{ ground, lock, from, until string }
	key := func(r access.Right) period {
		return period{r.GroundID, r.LockID, r.From.String(), r.Until.String()}
	}
	seen := map[period]bool{}
	for _, r := range before {
		seen[key(r)] = true
	}
	n := len(before)
	for _, r := range after {
		if seen[key(r)] {
			n--
		} else {
			n++
		}
	}
	return n
}

// undoRow puts one client's services, rights and receipts back to what they were, unless somebody has decided something since.
// A row whose day has begun before its turn came, because the undoing was interrupted, stays as it is and says so: what is in
// force is not rewritten.
func (s *Service) undoRow(ctx context.Context, tx Tx, who routine.Who, m *MassChange, r *MassRow) error {
	if !tx.Now().Before(m.Effective) {
		r.Note = ErrInForce.Code
		return nil
	}
	if len(r.Undo.After) == 0 {
		r.State = RowUndone
		return nil
	}
	err := s.guarded(ctx, tx, r, func() error {
		clients, err := tx.ClientsByID(ctx, []string{r.ClientID})
		if err != nil {
			return err
		}
		f, err := s.open(ctx, tx, clients[r.ClientID])
		if err != nil {
			return err
		}
		as := Order{ID: m.ID, ClientID: r.ClientID, Effective: m.Effective, Received: r.At}
		_, err = s.revertServices(ctx, tx, Orderer{Organisation: who.Organisation, Role: who.Role, Actor: who.Actor}, as, f, r.Undo)
		return err
	})
	if err == nil && r.Note == "" {
		r.State = RowUndone
	}
	return err
}
