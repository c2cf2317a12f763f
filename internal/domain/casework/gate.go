package casework

import (
	"context"
	"errors"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// The owner's consent is asked for where something new is to be mounted, both when a task is made or taken further and, what
// counts, in the transaction that mounts. Until it is there the task waits (V5.3-c).

// entranceLock is a lock that sits on no dwelling's door.
const entranceLock = routine.LockKind(fleet.Entrance)

// standingFor says where a dwelling stands for a thing on its door, or in its entrance. An entrance is the house's: a yes to one
// apartment is none to it.
func standingFor(ctx context.Context, tx Tx, kind routine.LockKind, d care.Dwelling) (consent.Standing, error) {
	thing, place := consent.DoorLock, consent.Place{ID: d.ID, Street: d.Street, Town: d.Town, Apartment: d.Apartment}
	switch kind {
	case routine.KeyBox:
		thing = consent.KeyBox
	case entranceLock:
		thing, place.Apartment = consent.Entrance, ""
	}
	found, err := consent.For(ctx, tx, thing, place)
	return found[d.ID], err
}

// gate returns what the mounting rests on, or the problem that nobody has agreed (V5.3-a).
func (s *Service) gate(ctx context.Context, tx Tx, k routine.TaskKind, kind routine.LockKind, d care.Dwelling) (string, error) {
	if !s.profile.NeedsConsent(k) {
		return "", nil
	}
	found, err := standingFor(ctx, tx, kind, d)
	if err == nil && !found.Given() {
		err = consent.ErrMissing
	}
	return found.Rests, err
}

// mayPutUp are the kinds of things that work of a kind may put up.
func (s *Service) mayPutUp(k routine.TaskKind) []routine.LockKind {
	switch {
	case k.AtEntrance():
		return []routine.LockKind{entranceLock}
	case s.profile.MayMount(routine.KeyBox):
		return []routine.LockKind{routine.DoorLock, routine.KeyBox}
	}
	return []routine.LockKind{routine.DoorLock}
}

// waits reports whether work at a dwelling must wait for the owner: nothing that could be mounted there is agreed to.
func (s *Service) waits(ctx context.Context, tx Tx, k routine.TaskKind, d care.Dwelling) (bool, error) {
	for _, kind := range s.mayPutUp(k) {
		_, err := s.gate(ctx, tx, k, kind, d)
		if !errors.Is(err, consent.ErrMissing) {
			return false, err
		}
	}
	return true, nil
}

// agreed fails for a client whom nobody has asked: applying for home care means agreeing to a lock, having an alarm does not
// (V8-b).
func (s *Service) agreed(ctx context.Context, tx Tx, t Task) error {
	if !s.profile.Consent.HomeCareAgrees || t.Kind != routine.Mount || t.ClientID == "" {
		return nil
	}
	home, err := s.asksWhom(ctx, tx, t)
	if err != nil {
		return err
	}
	services, err := tx.ServicesOf(ctx, home)
	if err != nil {
		return err
	}
	for _, of := range services {
		for _, v := range of {
			if v.Kind == routine.HomeCare && v.From.Before(v.Until) && v.Until.After(tx.Now()) {
				return nil
			}
		}
	}
	said, err := tx.Agreements(ctx, home)
	if err != nil {
		return err
	}
	for _, id := range home {
		if said[id].Agrees {
			return nil
		}
	}
	return consent.ErrClientNotAsked
}

// asksWhom are the ids of those whose agreement a mounting needs: whose door the task says that it is or, when that one has
// died or moved, those who live on behind it.
func (s *Service) asksWhom(ctx context.Context, tx Tx, t Task) ([]string, error) {
	people, err := s.homeOf(ctx, tx, t.ClientID)
	if err != nil {
		return nil, err
	}
	var others []string
	for _, c := range people {
		switch {
		case !c.Ended.After(tx.Now()):
		case c.ID == t.ClientID:
			return []string{c.ID}, nil
		default:
			others = append(others, c.ID)
		}
	}
	return others, nil
}

// consentChanged lets mountings at dwellings go on, or wait, after owners have said something. What is under way at a door
// is stopped when the lock is to be recorded as mounted, not here.
func (s *Service) consentChanged(ctx context.Context, tx Tx, actor string, dwellingIDs []string) error {
	if !s.profile.Consent.Owner || len(dwellingIDs) == 0 {
		return nil
	}
	homes, err := tx.ClientsOfDwellings(ctx, dwellingIDs)
	if err != nil {
		return err
	}
	at := make(map[string]string, len(homes))
	for _, c := range homes {
		at[c.ID] = c.DwellingID
	}
	dwellings, err := tx.Dwellings(ctx, dwellingIDs)
	if err != nil {
		return err
	}
	open, err := tx.OpenTasks(ctx, idsOf(homes))
	if err != nil {
		return err
	}
	for _, t := range append(ofKind(open, routine.Mount), ofKind(open, routine.MountEntrance)...) {
		if err := s.waitOrGoOn(ctx, tx, actor, t, dwellings[at[t.ClientID]]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) waitOrGoOn(ctx context.Context, tx Tx, actor string, t Task, d care.Dwelling) error {
	wait, err := s.waits(ctx, tx, t.Kind, d)
	if err == nil && wait && t.State != TaskInProgress {
		no, err := s.ownersRefuse(ctx, tx, t.Kind, d)
		if err != nil {
			return err
		}
		if no {
			return s.noLock(ctx, tx, actor, t, reasonOwnerNo)
		}
	}
	switch {
	case err != nil || wait == (t.State == TaskWaiting):
		return err
	case !wait:
		t.State, t.Reason = restingState(t), ""
	case t.State == TaskInProgress:
		return nil
	default:
		if err := s.callOff(ctx, tx, t, bookingCancelled, reasonWaits); err != nil {
			return err
		}
		t.State, t.Reason = TaskWaiting, reasonWaits
	}
	if err := errors.Join(tx.PutTasks(ctx, []Task{t}), s.noteTask(ctx, tx, actor, t, t.State)); err != nil || !wait {
		return err
	}
	return s.askOwner(ctx, tx, actor, t)
}

// askOwner sees to it that somebody asks the owner for whom a mounting waits (V5.3-b).
func (s *Service) askOwner(ctx context.Context, tx Tx, actor string, t Task) error {
	home, err := s.homeOf(ctx, tx, t.ClientID)
	if err != nil {
		return err
	}
	open, err := tx.OpenTasks(ctx, idsOf(home))
	if err != nil || len(ofKind(open, routine.AskConsent)) > 0 {
		return err
	}
	_, err = s.addTask(ctx, tx, actor, Task{Kind: routine.AskConsent, Rule: routine.RuleAskConsent, ClientID: t.ClientID, OrderID: t.OrderID, Due: tx.Now()})
	return err
}

// restingState is where a task is that nobody has begun and nothing is booked for.
func restingState(t Task) string {
	if t.StaffID != "" || t.Unit != "" {
		return TaskAssigned
	}
	return TaskOpen
}
