package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// A no is an answer: when every owner who was asked has said no, or a client whose agreement is needed has, no lock is put up and
// nobody goes on waiting for one. Until somebody says yes an ordinary key is used against a receipt (V5.3-c); where the
// municipality has no such keys a person decides how the door is to be opened. A yes takes the work up again.

// RefusalTx is what a no, and a yes after it, need of a database transaction.
type RefusalTx interface {
	// EndedFor returns the tasks of clients that were cancelled for a reason, the oldest first.
	EndedFor(ctx context.Context, clientIDs []string, reason string) ([]Task, error)
	// EndedAt returns the dwellings in properties where somebody's mounting was cancelled for a reason.
	EndedAt(ctx context.Context, propertyIDs []string, reason string) ([]string, error)
}

// ownersRefuse reports whether owners have said no to all that work could put up, and nobody is still to answer. A yes to
// something else is no such no: the owner who gave it was not asked about this.
func (s *Service) ownersRefuse(ctx context.Context, tx Tx, k routine.TaskKind, d care.Dwelling) (bool, error) {
	for _, kind := range s.mayPutUp(k) {
		found, err := standingFor(ctx, tx, kind, d)
		another := func(w consent.Consent) bool { return w.Answer == consent.Given }
		if err != nil || found.Answer != consent.Refused || slices.ContainsFunc(found.Against, another) {
			return false, err
		}
	}
	return true, nil
}

// noLock ends a mounting that has been refused, and what was to prepare it.
func (s *Service) noLock(ctx context.Context, tx Tx, actor string, t Task, reason string) error {
	if err := s.closeTask(ctx, tx, actor, t, TaskCancelled, reason); err != nil || t.Kind != routine.Mount {
		return err
	}
	home, err := s.homeOf(ctx, tx, t.ClientID)
	if err != nil {
		return err
	}
	open, err := tx.OpenTasks(ctx, idsOf(home))
	if err != nil {
		return err
	}
	for _, other := range open {
		// The owner has been asked; somebody may still ask about the entrance.
		if other.Kind != routine.AskConsent && slices.Contains(routine.BeforeMounting(), other.Kind) {
			if err := s.closeTask(ctx, tx, actor, other, TaskCancelled, reason); err != nil {
				return err
			}
		}
	}
	return s.otherWayIn(ctx, tx, actor, t)
}

// otherWayIn asks a person how a door is to be opened that gets no lock, unless a rule says who has a key to it.
func (s *Service) otherWayIn(ctx context.Context, tx Tx, actor string, t Task) error {
	clients, err := tx.ClientsByID(ctx, []string{t.ClientID})
	if err != nil {
		return err
	}
	f, err := s.open(ctx, tx, clients[t.ClientID])
	if err != nil || len(routine.KeyHolders(s.profile, f.situation, tx.Now())) > 0 || !f.situation.LockNeededUntil().After(tx.Now()) {
		return err
	}
	open, err := tx.OpenTasks(ctx, f.home)
	if err != nil || slices.ContainsFunc(open, func(o Task) bool { return o.Kind == routine.Judge && o.Note == noteNoLock }) {
		return err
	}
	_, err = s.addTask(ctx, tx, actor, Task{Kind: routine.Judge, Rule: routine.RuleWaits, ClientID: t.ClientID, OrderID: t.OrderID, Due: tx.Now(), Note: noteNoLock})
	return err
}

// yesAfter takes up the mountings, with what prepares them, that ended with a no at doors where a lock is still needed.
func (s *Service) yesAfter(ctx context.Context, tx Tx, actor string, dwellingIDs []string, reason string) error {
	dwellings, err := tx.Dwellings(ctx, dwellingIDs)
	if err != nil {
		return err
	}
	for _, id := range dwellingIDs {
		home, err := tx.ClientsOfDwellings(ctx, []string{id})
		if err != nil {
			return err
		}
		ended, err := tx.EndedFor(ctx, idsOf(home), reason)
		if err != nil {
			return err
		}
		slices.Reverse(ended) // of several of a kind the latest is taken up
		if _, err := s.takeUp(ctx, tx, actor, ofKind(ended, routine.MountEntrance), dwellings[id], reason); err != nil {
			return err
		}
		again, err := s.takeUp(ctx, tx, actor, ofKind(ended, routine.Mount), dwellings[id], reason)
		if err != nil || !again {
			return err
		}
		for _, kind := range routine.BeforeMounting() {
			if _, err := s.takeUp(ctx, tx, actor, ofKind(ended, kind), dwellings[id], reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeUp opens the first of these again, if the one who said no does not any longer, it has not been done otherwise, and somebody
// needs the lock.
func (s *Service) takeUp(ctx context.Context, tx Tx, actor string, ended []Task, d care.Dwelling, reason string) (bool, error) {
	if len(ended) == 0 {
		return false, nil
	}
	t := ended[0]
	if still, err := s.stillNo(ctx, tx, t, d, reason); err != nil || still {
		return false, err
	}
	clients, err := tx.ClientsByID(ctx, []string{t.ClientID})
	if err != nil {
		return false, err
	}
	f, err := s.open(ctx, tx, clients[t.ClientID])
	if err != nil {
		return false, err
	}
	room := t.Kind.AtEntrance() || f.situation.Lock == routine.NoLock && !f.situation.Exception
	if !room || f.situation.LockNeededUntil().Before(routine.Forever) {
		return false, nil
	}
	if err := s.wantOnly(ctx, tx, &t); err != nil {
		return false, orNil(err, ErrTaskTwice) // it is being done anyway
	}
	waiting, err := tx.ReopenTask(ctx, t.ID)
	if err != nil {
		return false, err
	}
	t.State, t.Reason, t.Done = TaskOpen, "", time.Time{}
	if err := s.tellOrders(ctx, tx, waiting); err != nil {
		return false, err
	}
	if t, err = s.reopened(ctx, tx, routine.Who{Actor: actor}, t, reasonYes); err != nil {
		return false, err
	}
	if t.State == TaskWaiting {
		err = s.askOwner(ctx, tx, actor, t)
	}
	return true, errors.Join(err, s.wayInFound(ctx, tx, actor, f.home))
}

// stillNo reports whether what ended work stands in its way as before.
func (s *Service) stillNo(ctx context.Context, tx Tx, t Task, d care.Dwelling, reason string) (bool, error) {
	if reason == reasonOwnerNo {
		return s.ownersRefuse(ctx, tx, t.Kind, d)
	}
	err := s.agreed(ctx, tx, t)
	return err != nil, orNil(err, consent.ErrClientNotAsked)
}

// wayInFound ends the question how a door is to be opened.
func (s *Service) wayInFound(ctx context.Context, tx Tx, actor string, home []string) error {
	open, err := tx.OpenTasks(ctx, home)
	if err != nil {
		return err
	}
	for _, t := range open {
		if t.Kind == routine.Judge && t.Note == noteNoLock {
			if err := s.closeTask(ctx, tx, actor, t, TaskCancelled, reasonWithdrawn); err != nil {
				return err
			}
		}
	}
	return nil
}

// orNil lets one problem pass.
func orNil(err, passes error) error {
	if errors.Is(err, passes) {
		return nil
	}
	return err
}

// clientSaidNo ends the mountings at the doors of a client whose agreement they need (V8-b).
func (s *Service) clientSaidNo(ctx context.Context, tx Tx, actor, clientID string) error {
	home, err := s.homeOf(ctx, tx, clientID)
	if err != nil {
		return err
	}
	open, err := tx.OpenTasks(ctx, idsOf(home))
	if err != nil {
		return err
	}
	for _, t := range ofKind(open, routine.Mount) {
		switch err := s.agreed(ctx, tx, t); {
		case err == nil:
		case errors.Is(err, consent.ErrClientNotAsked):
			if err := s.noLock(ctx, tx, actor, t, reasonClientNo); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return nil
}
