package casework

import (
	"context"
	"slices"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// ConsentTx is what an owner's answer needs to reach the doors that it speaks of.
type ConsentTx interface {
	consent.Tx
	// MountsAt returns the dwellings in properties where a mounting is waited for, in whatever state; LockedAt those with a lock
	// of their own.
	MountsAt(ctx context.Context, propertyIDs []string) ([]string, error)
	LockedAt(ctx context.Context, propertyIDs []string) ([]string, error)
	// EntranceLockedAt returns the dwellings in properties behind an entrance with a lock.
	EntranceLockedAt(ctx context.Context, propertyIDs []string) ([]string, error)
	// HousesWaiting returns at most limit houses where mountings wait, those due first before others, and how many wait at the doors of
	// clients with protected identity, whose houses are not among them.
	HousesWaiting(ctx context.Context, limit int) (houses []HouseWaiting, hidden int64, err error)
}

// Consents takes in what owners and clients say about locks, and lets work at their doors go on or wait: an answer and what it
// leads to are one transaction.
type Consents struct {
	s    *Service
	zone *time.Location
}

// NewConsents returns the consents of the municipality of s, whose days begin at midnight in zone.
func NewConsents(s *Service, zone *time.Location) *Consents { return &Consents{s, zone} }

// Record takes in an answer that came without a letter, such as one by phone (V5.3-c).
func (c *Consents) Record(ctx context.Context, who routine.Who, in consent.NewConsent) (consent.Consent, error) {
	return c.take(ctx, who, func(tx Tx) (consent.Consent, error) { return consent.Record(ctx, tx, c.zone, who.Actor, in) })
}

// Withdraw takes in that an owner has changed their mind. Mountings at the doors wait from then on; locks that sit there without
// anybody's consent get a task for a person to decide about.
func (c *Consents) Withdraw(ctx context.Context, who routine.Who, id string, in consent.Answered) (consent.Consent, error) {
	return c.take(ctx, who, func(tx Tx) (consent.Consent, error) {
		return consent.Withdraw(ctx, tx, c.zone, who.Actor, id, in)
	})
}

// Reply takes in the slip of a letter, found by its code (V5.3-b, V5.3-c).
func (c *Consents) Reply(ctx context.Context, who routine.Who, code string, in consent.Reply) (consent.Consent, error) {
	return c.take(ctx, who, func(tx Tx) (consent.Consent, error) { return in.Answer(ctx, tx, c.zone, who.Actor, code) })
}

func (c *Consents) take(ctx context.Context, who routine.Who, f func(Tx) (consent.Consent, error)) (out consent.Consent, err error) {
	if !consent.MayKeep(who) {
		return out, consent.ErrMayNot
	}
	err = c.s.db.Update(ctx, func(tx Tx) error {
		if out, err = f(tx); err != nil {
			return err
		}
		properties, err := out.Touches(ctx, tx)
		if err != nil {
			return err
		}
		return c.s.ownersSpoke(ctx, tx, who.Actor, properties)
	})
	return out, err
}

// PutProperty adds a property or changes whose it is. A house that is sold loses what its old owner has said, and gains what the new one
// has (a consent for everything that is theirs).
func (c *Consents) PutProperty(ctx context.Context, who routine.Who, p consent.Property) (out consent.Property, err error) {
	if !consent.MayKeep(who) {
		return p, consent.ErrMayNot
	}
	err = c.s.db.Update(ctx, func(tx Tx) error {
		if out, err = consent.PutProperty(ctx, tx, who.Actor, p); err != nil {
			return err
		}
		return c.s.ownersSpoke(ctx, tx, who.Actor, []string{out.ID})
	})
	return out, err
}

// ownersSpoke looks again at the doors of properties about which something was said.
func (s *Service) ownersSpoke(ctx context.Context, tx Tx, actor string, propertyIDs []string) error {
	if !s.profile.Consent.Owner || len(propertyIDs) == 0 {
		return nil
	}
	waiting, err := tx.MountsAt(ctx, propertyIDs)
	if err != nil {
		return err
	}
	if err := s.consentChanged(ctx, tx, actor, waiting); err != nil {
		return err
	}
	ended, err := tx.EndedAt(ctx, propertyIDs, reasonOwnerNo)
	if err != nil {
		return err
	}
	if err := s.yesAfter(ctx, tx, actor, ended, reasonOwnerNo); err != nil {
		return err
	}
	if err := s.asked(ctx, tx, waiting); err != nil {
		return err
	}
	locked, err := tx.LockedAt(ctx, propertyIDs)
	if err != nil {
		return err
	}
	if err := s.withoutConsent(ctx, tx, actor, locked); err != nil {
		return err
	}
	return s.entrancesWithoutConsent(ctx, tx, actor, propertyIDs)
}

// asked ends the tasks of asking owners where nothing that is to be mounted waits for an owner any longer.
func (s *Service) asked(ctx context.Context, tx Tx, dwellingIDs []string) error {
	dwellings, err := tx.Dwellings(ctx, dwellingIDs)
	if err != nil {
		return err
	}
	for _, id := range dwellingIDs {
		home, err := tx.ClientsOfDwellings(ctx, []string{id})
		if err != nil {
			return err
		}
		open, err := tx.OpenTasks(ctx, idsOf(home))
		if err != nil {
			return err
		}
		if len(ofKind(open, routine.AskConsent)) == 0 {
			continue
		}
		waits := false
		for _, t := range append(ofKind(open, routine.Mount), ofKind(open, routine.MountEntrance)...) {
			one, err := s.waits(ctx, tx, t.Kind, dwellings[id])
			if err != nil {
				return err
			}
			waits = waits || one
		}
		if waits {
			continue
		}
		if err := s.finishTasks(ctx, tx, idsOf(home), routine.AskConsent); err != nil {
			return err
		}
	}
	return nil
}

// standingTx is what it takes to see where dwellings stand.
type standingTx interface {
	consent.Reader
	Dwellings(ctx context.Context, ids []string) (map[string]care.Dwelling, error)
	MountedLocks(ctx context.Context, dwellingIDs []string) (map[string]routine.LockKind, error)
}

// standingAt says where dwellings stand for the lock that they have, or a door lock.
func standingAt(ctx context.Context, tx standingTx, dwellingIDs []string) (map[string]consent.Standing, error) {
	dwellings, err := tx.Dwellings(ctx, dwellingIDs)
	if err != nil {
		return nil, err
	}
	locks, err := tx.MountedLocks(ctx, dwellingIDs)
	if err != nil {
		return nil, err
	}
	out := make(map[string]consent.Standing, len(dwellings))
	for _, thing := range []consent.Thing{consent.DoorLock, consent.KeyBox} {
		var places []consent.Place
		for id, d := range dwellings {
			if (locks[id] == routine.KeyBox) == (thing == consent.KeyBox) {
				places = append(places, consent.Place{ID: id, Street: d.Street, Apartment: d.Apartment, Town: d.Town})
			}
		}
		some, err := consent.For(ctx, tx, thing, places...)
		if err != nil {
			return nil, err
		}
		for id, v := range some {
			out[id] = v
		}
	}
	return out, nil
}

// withoutConsent lays up, for locks that sit where an owner has said no and nobody says yes, the question whether they stay. Where
// nobody has ever been asked there is no question: the lock was there before the register. The lock opens as before until a
// person has decided: somebody may depend on it tonight.
func (s *Service) withoutConsent(ctx context.Context, tx Tx, actor string, dwellingIDs []string) error {
	standing, err := standingAt(ctx, tx, dwellingIDs)
	if err != nil {
		return err
	}
	homes, err := tx.ClientsOfDwellings(ctx, dwellingIDs)
	if err != nil || len(homes) == 0 {
		return err
	}
	open, err := tx.OpenTasks(ctx, idsOf(homes))
	if err != nil {
		return err
	}
	at, first := map[string]string{}, map[string]string{} // by client; by dwelling: one of those who live there stands for all
	for _, c := range homes {
		at[c.ID] = c.DwellingID
		if first[c.DwellingID] == "" {
			first[c.DwellingID] = c.ID
		}
	}
	questions := map[string]Task{} // by dwelling
	for _, t := range ofKind(open, routine.Judge) {
		if t.Note == reasonNoConsent {
			questions[at[t.ClientID]] = t
		}
	}
	for _, id := range dwellingIDs {
		if err := s.questionLock(ctx, tx, actor, first[id], standing[id].Answer, questions[id]); err != nil {
			return err
		}
	}
	return nil
}

// questionLock opens the question about a lock, or ends the one that is open when somebody has said yes again.
func (s *Service) questionLock(ctx context.Context, tx Tx, actor, clientID string, answer consent.Answer, open Task) error {
	switch {
	case clientID == "":
		return nil
	case answer == consent.Given && open.ID != "":
		return s.closeTask(ctx, tx, actor, open, TaskCancelled, reasonYesAgain)
	case (answer == consent.Refused || answer == consent.Withdrawn) && open.ID == "":
		_, err := s.addTask(ctx, tx, actor, Task{Kind: routine.Judge, Rule: routine.RuleConsent, ClientID: clientID, Due: tx.Now(), Note: reasonNoConsent})
		return err
	}
	return nil
}

// decideWithin is how long the lock manager has to find out about an entrance's lock that the owner does not agree to any longer.
const decideWithin = 14 * 24 * time.Hour

// entrancesWithoutConsent is withoutConsent for the locks of entrances: one question for each lock, whoever lives behind it.
func (s *Service) entrancesWithoutConsent(ctx context.Context, tx Tx, actor string, propertyIDs []string) error {
	ids, err := tx.EntranceLockedAt(ctx, propertyIDs)
	if err != nil {
		return err
	}
	dwellings, err := tx.Dwellings(ctx, ids)
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, id := range ids {
		d := dwellings[id]
		if asked[d.EntranceID] {
			continue
		}
		asked[d.EntranceID] = true
		if err := s.questionEntrance(ctx, tx, actor, d); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) questionEntrance(ctx context.Context, tx Tx, actor string, d care.Dwelling) error {
	standing, err := standingFor(ctx, tx, entranceLock, d)
	if err != nil {
		return err
	}
	locks, err := tx.LocksAtEntrance(ctx, d.EntranceID)
	if err != nil {
		return err
	}
	people, err := behind(ctx, tx, d.EntranceID)
	if err != nil {
		return err
	}
	for _, lock := range locks {
		open, err := tx.OpenTasksOfLock(ctx, lock.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(open, func(t Task) bool { return t.Kind == routine.Judge && t.Note == reasonNoConsentEntrance })
		down := len(ofKind(open, routine.DismountEntrance)) > 0 // which is the answer
		switch {
		case standing.Given() && i >= 0:
			err = s.closeTask(ctx, tx, actor, open[i], TaskCancelled, reasonYesAgain)
		case objects(standing) && i < 0 && !down:
			_, err = s.addTask(ctx, tx, actor, Task{Kind: routine.Judge, Rule: routine.RuleConsent, ClientID: standsFor(people), LockID: lock.ID,
				Unit: string(routine.UnitLockManager), Due: tx.Now().Add(decideWithin), Note: reasonNoConsentEntrance})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ClientAnswer is what a client said when asked about a lock.
type ClientAnswer struct {
	PersonalNumber string // twelve digits
	Agrees         bool
	AskedBy        string // who asked
	How            string // on the phone, at a visit
}

// Asked takes in what a client with nothing but an alarm answered (V8-b). The tasks of asking are done. Who said no gets no lock
// as long as that holds: the mounting ends, and is taken up again by a yes.
func (c *Consents) Asked(ctx context.Context, who routine.Who, in ClientAnswer) (out consent.Agreement, err error) {
	if !mayAsk(who) {
		return out, consent.ErrMayNot
	}
	err = c.s.db.Update(ctx, func(tx Tx) error {
		clients, err := tx.ClientsByNumber(ctx, []string{in.PersonalNumber})
		if err != nil {
			return err
		}
		client, ok := clients[in.PersonalNumber]
		if !ok {
			return ErrClientUnknown.On("personal_number")
		}
		if err := c.answered(ctx, tx, who.Actor, client, in); err != nil {
			return err
		}
		all, err := tx.Agreements(ctx, []string{client.ID})
		out = all[client.ID]
		return err
	})
	return out, err
}

// answered takes in what a client said, and lets what waited for it go on or end.
func (c *Consents) answered(ctx context.Context, tx Tx, actor string, client care.Client, in ClientAnswer) error {
	if err := consent.NoteAnswer(ctx, tx, actor, client.ID, in.AskedBy, in.How, in.Agrees); err != nil {
		return err
	}
	if err := c.s.finishTasks(ctx, tx, []string{client.ID}, routine.AskClient); err != nil {
		return err
	}
	switch {
	case in.Agrees:
		return c.s.yesAfter(ctx, tx, actor, []string{client.DwellingID}, reasonClientNo)
	case c.s.profile.Consent.HomeCareAgrees:
		return c.s.clientSaidNo(ctx, tx, actor, client.ID)
	}
	return nil
}
