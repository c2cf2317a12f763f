package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// What the pages of consents ask about work: which doors wait for owners, and what an owner's word would do there. Nobody who lives
// behind a door is named, and of somebody with protected identity there is no place either.

// MaxHousesWaiting is how many houses the list of those that wait has at most.
const MaxHousesWaiting = 100

// HouseWaiting is a house where mountings wait for its owner.
type HouseWaiting struct {
	Street, Town string
	PropertyID   string // "" when the register has no property at the address
	Tasks        int
	Due          time.Time // of the first
	Answer       consent.Answer
}

// HousesWaiting is the houses where mountings wait for owners, those due first before others.
type HousesWaiting struct {
	Houses []HouseWaiting
	Hidden int64 // mountings at the doors of clients with protected identity, whose houses are not shown
}

// Waiting returns the houses where mountings wait for owners (V5.3-c).
func (c *Consents) Waiting(ctx context.Context, who routine.Who) (out HousesWaiting, err error) {
	if !consent.MayRead(who) {
		return out, consent.ErrMayNot
	}
	err = c.s.db.View(ctx, func(tx Tx) error {
		if out.Houses, out.Hidden, err = tx.HousesWaiting(ctx, MaxHousesWaiting); err != nil {
			return err
		}
		places := make([]consent.Place, len(out.Houses))
		for i, h := range out.Houses {
			key := consent.Address{Street: h.Street, Town: h.Town}.Key()
			places[i] = consent.Place{ID: key, Street: h.Street, Town: h.Town}
		}
		standing, err := consent.For(ctx, tx, consent.DoorLock, places...)
		for i := range out.Houses {
			out.Houses[i].Answer = standing[places[i].ID].Answer
		}
		return err
	})
	return out, err
}

// OwnersWork is work at a door that an owner's word decides about. Of somebody with protected identity there is neither the task nor the
// place: only what it is and how far it has come, to be counted. A page about a house would say where they live.
type OwnersWork struct {
	Task
	Street, Town string
}

// unplaced takes out of work what leads to somebody with protected identity.
func unplaced(all []OwnersWork) []OwnersWork {
	for i, w := range all {
		if w.Street == "" {
			all[i].Task = Task{Kind: w.Kind, State: w.State, Due: w.Due}
		}
	}
	return all
}

// Work returns the mountings at the doors of properties, and the questions about locks there (V5.3-a, V5.3-c).
func (c *Consents) Work(ctx context.Context, who routine.Who, propertyIDs ...string) (out []OwnersWork, err error) {
	if !consent.MayRead(who) {
		return nil, consent.ErrMayNot
	}
	err = c.s.db.View(ctx, func(tx Tx) error {
		out, err = ownersWork(ctx, tx, propertyIDs)
		out = unplaced(out)
		return err
	})
	return out, err
}

// WorkOf is Work at all doors that a consent speaks of.
func (c *Consents) WorkOf(ctx context.Context, who routine.Who, of consent.Consent) (out []OwnersWork, err error) {
	if !consent.MayRead(who) {
		return nil, consent.ErrMayNot
	}
	err = c.s.db.View(ctx, func(tx Tx) error {
		properties, err := of.Touches(ctx, tx)
		if err != nil {
			return err
		}
		out, err = ownersWork(ctx, tx, properties)
		out = unplaced(out)
		return err
	})
	return out, err
}

func ownersWork(ctx context.Context, tx Tx, propertyIDs []string) ([]OwnersWork, error) {
	var ids []string
	for _, find := range []func(context.Context, []string) ([]string, error){tx.MountsAt, tx.LockedAt, tx.EntranceLockedAt} {
		some, err := find(ctx, propertyIDs)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	ids = distinct(ids)
	dwellings, err := tx.Dwellings(ctx, ids)
	if err != nil {
		return nil, err
	}
	homes, err := tx.ClientsOfDwellings(ctx, ids)
	if err != nil {
		return nil, err
	}
	open, err := tx.OpenTasks(ctx, idsOf(homes))
	if err != nil {
		return nil, err
	}
	at := map[string]care.Client{}
	for _, h := range homes {
		at[h.ID] = h
	}
	var out []OwnersWork
	for _, t := range open {
		question := t.Kind == routine.Judge && (t.Note == reasonNoConsent || t.Note == reasonNoConsentEntrance)
		if t.Kind != routine.Mount && t.Kind != routine.MountEntrance && !question {
			continue
		}
		one := OwnersWork{Task: t}
		if home := at[t.ClientID]; !home.Protected {
			one.Street, one.Town = dwellings[home.DwellingID].Street, dwellings[home.DwellingID].Town
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b OwnersWork) int {
		if d := a.Due.Compare(b.Due); d != 0 {
			return d
		}
		return strings.Compare(a.ID, b.ID)
	})
	return out, nil
}

// Effect is what an owner's change of mind would do.
type Effect struct {
	Stops []OwnersWork // mountings that would wait, or end
	Asks  int          // locks that sit there, about which a person would be asked
}

// errRehearsed ends a transaction that must leave nothing behind.
var errRehearsed = errors.New("casework: only rehearsed")

// WithdrawalEffect says what it would do if the owner took a consent back: it is done, looked at, and not kept, so that the answer
// cannot differ from what happens.
func (c *Consents) WithdrawalEffect(ctx context.Context, who routine.Who, id string) (out Effect, err error) {
	if !consent.MayKeep(who) {
		return out, consent.ErrMayNot
	}
	err = c.s.db.Update(ctx, func(tx Tx) error {
		out = Effect{}
		word, err := consent.Withdraw(ctx, tx, c.zone, who.Actor, id, consent.Answered{How: consent.Written, Date: tx.Now()})
		if err != nil {
			return err
		}
		properties, err := word.Touches(ctx, tx)
		if err != nil {
			return err
		}
		before, err := ownersWork(ctx, tx, properties)
		if err != nil {
			return err
		}
		if err := c.s.ownersSpoke(ctx, tx, who.Actor, properties); err != nil {
			return err
		}
		after, err := ownersWork(ctx, tx, properties)
		if err != nil {
			return err
		}
		out.Stops, out.Asks = unplaced(stopped(before, after)), len(questionsIn(after))-len(questionsIn(before))
		return errRehearsed
	})
	return out, orNil(err, errRehearsed)
}

// stopped are the mountings that went on before and do not any longer.
func stopped(before, after []OwnersWork) (out []OwnersWork) {
	goesOn := map[string]bool{}
	for _, w := range after {
		goesOn[w.ID] = w.State != TaskWaiting
	}
	for _, w := range before {
		if w.Kind != routine.Judge && w.State != TaskWaiting && !goesOn[w.ID] {
			out = append(out, w)
		}
	}
	return out
}

func questionsIn(all []OwnersWork) []Task {
	var tasks []Task
	for _, w := range all {
		tasks = append(tasks, w.Task)
	}
	return ofKind(tasks, routine.Judge)
}

// UndoAnswer takes back an answer that was recorded by mistake, as long as nobody has relied on it; work at its doors waits or goes on as
// if it had not been said.
func (c *Consents) UndoAnswer(ctx context.Context, who routine.Who, id, reason string) error {
	if !consent.MayKeep(who) {
		return consent.ErrMayNot
	}
	return c.s.db.Update(ctx, func(tx Tx) error {
		was, err := consent.Undo(ctx, tx, c.zone, c.s.profile.Consent.RemindDays, who.Actor, id, reason)
		if err != nil {
			return err
		}
		properties, err := was.Touches(ctx, tx)
		if err != nil {
			return err
		}
		return c.s.ownersSpoke(ctx, tx, who.Actor, properties)
	})
}

// AgreementPage is a client with what they have said about a lock.
type AgreementPage struct {
	Now       time.Time
	Person    Person // masked
	Agreement consent.Agreement
}

// Agreement answers the page of a client's own word about a lock, to those who may ask for it (V8-b); the read is in the journal.
func (c *Consents) Agreement(ctx context.Context, who Reader, clientID string) (out AgreementPage, err error) {
	err = c.s.db.Update(ctx, func(tx Tx) error {
		client, home, err := c.asksClient(ctx, tx, who, clientID)
		if err != nil {
			return err
		}
		all, err := tx.Agreements(ctx, []string{clientID})
		if err != nil {
			return err
		}
		out = AgreementPage{Now: tx.Now(), Person: masked(client, home), Agreement: all[clientID]}
		return noteRead(ctx, tx, who, "page", "", clientID)
	})
	return out, err
}

// ErrAgreementChanged says that somebody else has recorded what the client said, since it was looked at.
var ErrAgreementChanged = problem.New(problem.Conflict, "client-answer-changed",
	"Någon annan har antecknat ett svar från kunden under tiden. Läs det innan du ändrar det.",
	"Somebody else has noted an answer from the client meanwhile. Read it before you change it.")

// AskedOf is Asked about a client whom the asker has found. seen is when what was known before had been said, zero for nothing.
func (c *Consents) AskedOf(ctx context.Context, who Reader, clientID string, seen time.Time, in ClientAnswer) error {
	return c.s.db.Update(ctx, func(tx Tx) error {
		client, _, err := c.asksClient(ctx, tx, who, clientID)
		if err != nil {
			return err
		}
		known, err := tx.Agreements(ctx, []string{clientID})
		if err != nil {
			return err
		}
		if !known[clientID].At.Equal(seen) {
			return ErrAgreementChanged
		}
		return c.answered(ctx, tx, who.Actor, client, in)
	})
}

// asksClient finds the client whom somebody may ask.
func (c *Consents) asksClient(ctx context.Context, tx Tx, who Reader, id string) (care.Client, care.Dwelling, error) {
	if !mayAsk(routine.Who{Actor: who.Actor, Role: routine.Role(who.Role)}) {
		return care.Client{}, care.Dwelling{}, consent.ErrMayNot
	}
	clients, err := tx.ClientsByID(ctx, []string{id})
	if err != nil {
		return care.Client{}, care.Dwelling{}, err
	}
	homes, err := tx.Dwellings(ctx, dwellingsOf(clients))
	if err != nil {
		return care.Client{}, care.Dwelling{}, err
	}
	if err := mayRead(ctx, tx, who, clients, homes); err != nil {
		return care.Client{}, care.Dwelling{}, err
	}
	client, ok := clients[id]
	if !ok {
		return care.Client{}, care.Dwelling{}, ErrNoClient
	}
	return client, homes[client.DwellingID], nil
}

func mayAsk(who routine.Who) bool {
	return who.Is(routine.LockManager, routine.CaseOfficer, routine.AlarmTeam)
}
