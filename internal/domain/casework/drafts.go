package casework

import (
	"context"
	"errors"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
)

// Limits of drafts: a person's oldest gives way to a new one, and nothing half-written is kept for long.
const (
	MaxDrafts = 20                  // of one person
	DraftLife = 14 * 24 * time.Hour // since it was last changed
)

// Draft is an order that somebody is writing on our pages, answer by answer.
type Draft struct {
	ID           string
	Owner        string // account
	Organisation string
	Role         routine.Role
	Kind         routine.OrderKind
	ClientID     string // "" until chosen, and for a client whom the orderer may not read about
	Answers      DraftAnswers
	Version      int64 // counts changes
	Changed      time.Time
	OrderID      string // what it became; "" until then
}

// DraftAnswers are what has been answered so far.
type DraftAnswers struct {
	Number       string // twelve digits, of a client whom the orderer may order for but not read about yet
	Group        string // code
	ToGroup      string // code
	Effective    time.Time
	OpensSelf    bool
	InEffect     bool
	Urgent       bool
	Need         routine.Need
	OnBehalfOf   string
	OnBehalfRole routine.Role
	Reason       string
	Reference    string
	Asked        []string // names of the questions that have been answered
}

// order is what a draft asks for.
func (d Draft) order(number string) NewOrder {
	a := d.Answers
	return NewOrder{Kind: d.Kind, PersonalNumber: number, Group: a.Group, ToGroup: a.ToGroup, Effective: a.Effective,
		OpensSelf: a.OpensSelf, InEffect: a.InEffect, Urgent: a.Urgent, Need: a.Need, OnBehalfOf: a.OnBehalfOf,
		OnBehalfRole: a.OnBehalfRole, Reason: a.Reason, Reference: a.Reference, Channel: ChannelPortal}
}

// DraftTx is what drafts need of a database transaction.
type DraftTx interface {
	InsertDraft(ctx context.Context, d Draft) error
	PutDraft(ctx context.Context, d Draft) error
	DraftByID(ctx context.Context, id string) (Draft, bool, error)
	// DraftsOf returns an account's drafts that have not been placed, the latest first, at most limit.
	DraftsOf(ctx context.Context, owner string, limit int) ([]Draft, error)
	DeleteDraft(ctx context.Context, id string) error
	// DropDrafts deletes those that nobody has changed since then, placed or not, at most 100.
	DropDrafts(ctx context.Context, since time.Time) error
}

// Problems with drafts. Codes are stable.
var (
	ErrDraftUnknown = problem.New(problem.NotFound, "draft-unknown",
		"Utkastet finns inte längre. Det kan vara slängt, eller äldre än två veckor. Börja om från Beställ.",
		"The draft is no longer there. It may have been thrown away, or be older than two weeks. Begin again from Order.")
	ErrDraftChanged = problem.New(problem.Conflict, "draft-changed",
		"Utkastet har ändrats i ett annat fönster.", "The draft has been changed in another window.")
	ErrDraftPlaced = problem.New(problem.Conflict, "draft-placed",
		"Beställningen är redan skickad.", "The order has been sent already.")
	ErrDraftClient = problem.New(problem.NotFound, "draft-client",
		"Ingen kund hittades. Kontrollera vad du skrev, eller sök på hela personnumret. En ny kund måste först finnas i kundregistret.",
		"No client was found. Check what you wrote, or search by the whole identity number. A new client must be in the client register first.")
)

// Orderer is the reader as those who order are known.
func (r Reader) Orderer() Orderer {
	return Orderer{Organisation: r.Organisation, Role: routine.Role(r.Role), Actor: r.Actor}
}

// formRoles are those whose order forms the lock manager writes in.
func formRoles() []routine.Role {
	return []routine.Role{routine.Provider, routine.Delivery, routine.HealthUnit, routine.AlarmTeam, routine.CaseOfficer}
}

// OrderKinds returns what somebody may order on our pages: for the lock manager, what others may order by form.
func (s *Service) OrderKinds(ctx context.Context, who Reader) (kinds []routine.OrderKind, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		kinds = nil
		for _, k := range routine.OrderKinds() {
			may, err := s.mayBegin(ctx, tx, who.Orderer(), k)
			if err != nil {
				return err
			}
			if may {
				kinds = append(kinds, k)
			}
		}
		return nil
	})
	return kinds, err
}

func (s *Service) mayBegin(ctx context.Context, tx Tx, who Orderer, k routine.OrderKind) (bool, error) {
	speakers := []Orderer{who}
	in := NewOrder{Kind: k, Channel: ChannelPortal}
	if who.Role == routine.LockManager {
		speakers, in.OnBehalfOf = speakers[:0], "form"
		for _, r := range formRoles() {
			speakers = append(speakers, Orderer{Role: r})
		}
	}
	for _, speaker := range speakers {
		err := s.mayOrder(ctx, tx, speaker, in)
		if err == nil {
			return true, nil
		}
		if refused, ok := errors.AsType[*problem.Error](err); !ok || refused.Kind != problem.Denied {
			return false, err
		}
	}
	return false, nil
}

// FormRoles returns in whose roles an order of a kind may come by form.
func (s *Service) FormRoles(kind routine.OrderKind) (roles []routine.Role) {
	for _, r := range formRoles() {
		if _, refusal := s.profile.MayOrder(r, kind, routine.OrderForm, routine.MunicipalProvider); refusal == nil {
			roles = append(roles, r)
		}
	}
	return roles
}

// BeginDraft begins an order of a kind, about a client if one is known.
func (s *Service) BeginDraft(ctx context.Context, who Reader, kind routine.OrderKind, clientID string) (Draft, error) {
	return s.beginDraft(ctx, who, Draft{Kind: kind, ClientID: clientID})
}

// OrderAgain begins an order like one that somebody may see, for another day.
func (s *Service) OrderAgain(ctx context.Context, who Reader, orderID string) (Draft, error) {
	old, err := s.Order(ctx, who.Orderer(), orderID)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Kind: old.Kind, ClientID: old.ClientID}
	err = s.db.View(ctx, func(tx Tx) error {
		groups, err := tx.GroupsByID(ctx, []string{old.GroupID, old.ToGroupID})
		d.Answers = DraftAnswers{Group: groups[old.GroupID].Code, ToGroup: groups[old.ToGroupID].Code, Reason: old.Reason, Reference: old.Reference}
		return err
	})
	if err != nil {
		return Draft{}, err
	}
	return s.beginDraft(ctx, who, d)
}

func (s *Service) beginDraft(ctx context.Context, who Reader, d Draft) (Draft, error) {
	err := s.db.Update(ctx, func(tx Tx) error {
		may, err := s.mayBegin(ctx, tx, who.Orderer(), d.Kind)
		if err != nil {
			return err
		}
		if !may {
			return ErrMayNot
		}
		if d.ClientID != "" {
			if _, err := readable(ctx, tx, who, d.ClientID); err != nil {
				return err
			}
		}
		if err := tx.DropDrafts(ctx, tx.Now().Add(-DraftLife)); err != nil {
			return err
		}
		have, err := tx.DraftsOf(ctx, who.Actor, 2*MaxDrafts)
		if err != nil {
			return err
		}
		for i := MaxDrafts - 1; i < len(have); i++ {
			if err := tx.DeleteDraft(ctx, have[i].ID); err != nil {
				return err
			}
		}
		d.ID, d.Owner, d.Organisation, d.Role = newID(), who.Actor, who.Organisation, routine.Role(who.Role)
		d.Version, d.Changed = 1, tx.Now()
		return tx.InsertDraft(ctx, d)
	})
	return d, err
}

// readable is a client whom somebody may read about, or ErrDraftClient.
func readable(ctx context.Context, tx Tx, who Reader, id string) (care.Client, error) {
	clients, err := tx.ClientsByID(ctx, []string{id})
	if err != nil {
		return care.Client{}, err
	}
	homes, err := tx.Dwellings(ctx, dwellingsOf(clients))
	if err != nil {
		return care.Client{}, err
	}
	if err := mayRead(ctx, tx, who, clients, homes); err != nil {
		return care.Client{}, err
	}
	c, ok := clients[id]
	if !ok {
		return c, ErrDraftClient.On("kund")
	}
	return c, nil
}

// ownDraft is a draft of this person in this assignment; anybody else's is not there.
func ownDraft(ctx context.Context, tx Tx, who Reader, id string) (Draft, error) {
	d, ok, err := tx.DraftByID(ctx, id)
	if err != nil {
		return d, err
	}
	if !ok || d.Owner != who.Actor || d.Organisation != who.Organisation || string(d.Role) != who.Role ||
		d.Changed.Before(tx.Now().Add(-DraftLife)) {
		return Draft{}, ErrDraftUnknown
	}
	return d, nil
}

// DraftLine is a draft in a list.
type DraftLine struct {
	Draft
	Client Person // ID "" while none is chosen
}

// Drafts returns a person's own drafts, the latest first, once the journal has whom they name.
func (s *Service) Drafts(ctx context.Context, who Reader) (all []DraftLine, err error) {
	var ids []string
	err = s.db.View(ctx, func(tx Tx) error {
		all, ids = nil, nil
		found, err := tx.DraftsOf(ctx, who.Actor, MaxDrafts)
		if err != nil {
			return err
		}
		for _, d := range found {
			if d.Organisation != who.Organisation || string(d.Role) != who.Role || d.Changed.Before(tx.Now().Add(-DraftLife)) {
				continue
			}
			line := DraftLine{Draft: d}
			if d.ClientID != "" {
				if line.Client, err = maskedClient(ctx, tx, who, d.ClientID); err != nil {
					return err
				}
			}
			if line.Client.ID != "" {
				ids = append(ids, line.Client.ID)
			}
			all = append(all, line)
		}
		return nil
	})
	if err == nil && len(ids) > 0 {
		err = s.noteOrderRead(ctx, who, distinct(ids)...)
	}
	return all, err
}

// maskedClient is a client masked as everywhere, or nobody if they may not be read about.
func maskedClient(ctx context.Context, tx Tx, who Reader, id string) (Person, error) {
	c, err := readable(ctx, tx, who, id)
	if errors.Is(err, ErrDraftClient) {
		return Person{}, nil
	}
	if err != nil {
		return Person{}, err
	}
	homes, err := tx.Dwellings(ctx, []string{c.DwellingID})
	return masked(c, homes[c.DwellingID]), err
}

func (s *Service) noteOrderRead(ctx context.Context, who Reader, clientIDs ...string) error {
	return s.db.Update(ctx, func(tx Tx) error { return noteRead(ctx, tx, who, "order", "", clientIDs...) })
}

// AnswerDraft replaces a draft's answers, if it still is as it was at version. A client that is named must be one whom the
// person may read about; one that is named by number and may not be read about yet is kept as the number, where a unit may
// order for somebody whom it does not serve yet.
func (s *Service) AnswerDraft(ctx context.Context, who Reader, id string, version int64, clientID string, a DraftAnswers) (Draft, error) {
	var d Draft
	if len(a.Reason) > 500 {
		return d, errTooMuch.Fill(500).On("reason")
	}
	if len(a.Reference) > 100 || len(a.Group) > 100 || len(a.ToGroup) > 100 || len(a.OnBehalfOf) > 20 || len(a.Asked) > 20 {
		return d, errTooMuch.Fill(100).On("reference")
	}
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		if d, err = ownDraft(ctx, tx, who, id); err != nil {
			return err
		}
		switch {
		case d.OrderID != "":
			return ErrDraftPlaced
		case d.Version != version:
			return ErrDraftChanged
		}
		if clientID != "" && clientID != d.ClientID {
			if _, err := readable(ctx, tx, who, clientID); err != nil {
				return err
			}
		}
		if a.Number != "" && (clientID != "" || who.Role != string(routine.HealthUnit) || d.Kind != routine.HealthStarted) {
			return ErrDraftClient.On("kund")
		}
		d.ClientID, d.Answers, d.Version, d.Changed = clientID, a, d.Version+1, tx.Now()
		return tx.PutDraft(ctx, d)
	})
	return d, err
}

var errTooMuch = problem.New(problem.Invalid, "order-text-long",
	"Texten är för lång. Den får ha högst %d tecken, å, ä och ö räknas som två.", "The text is too long. It may have at most %d characters; letters such as å count as two.")

// DropDraft throws a draft away.
func (s *Service) DropDraft(ctx context.Context, who Reader, id string) error {
	return s.db.Update(ctx, func(tx Tx) error {
		d, err := ownDraft(ctx, tx, who, id)
		if err != nil || d.OrderID != "" {
			return err // one that was placed is over anyway
		}
		return tx.DeleteDraft(ctx, id)
	})
}

// FindForDraft finds clients for an order as Search does; a personal number that fits nobody whom the person may read about
// comes back as twelve digits.
func (p *Pages) FindForDraft(ctx context.Context, who Reader, query string) (hits Hits, number string, err error) {
	found, err := p.Search(ctx, who, query)
	hits = Hits{People: found.People, More: found.More, Exact: found.Exact}
	if err != nil || len(hits.People) > 0 {
		return hits, "", err
	}
	if n, err := swedish.ParsePersonalNumber(strings.ReplaceAll(query, " ", ""), swedish.NumberOptions{AllowReserve: true}); err == nil {
		number = n.String()
	}
	return hits, number, nil
}

// PlaceDraft places what a draft asks for, if it still is as it was at version, and leaves of the draft only which order it
// became. Placing it again returns that order with Repeated set.
func (s *Service) PlaceDraft(ctx context.Context, who Reader, id string, version int64) (Order, error) {
	var placed Order
	var in NewOrder
	err := s.db.Update(ctx, func(tx Tx) error {
		d, err := ownDraft(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if d.OrderID != "" {
			placed, err = s.placedBefore(ctx, tx, d)
			return err
		}
		if d.Version != version {
			return ErrDraftChanged
		}
		number, err := d.number(ctx, tx)
		if err != nil {
			return err
		}
		in = d.order(number)
		if err := in.check(who.Orderer()); err != nil {
			return err
		}
		if placed, err = s.place(ctx, tx, who.Orderer(), in); err != nil {
			return err
		}
		d.OrderID, d.ClientID, d.Answers, d.Version, d.Changed = placed.ID, "", DraftAnswers{}, d.Version+1, tx.Now()
		return tx.PutDraft(ctx, d)
	})
	if err != nil && in.Kind != "" {
		if failed := s.noteRefused(ctx, who.Orderer(), in, placed.ClientID, err); failed != nil {
			return Order{}, failed
		}
	}
	if err != nil {
		return Order{}, err
	}
	return placed, nil
}

func (s *Service) placedBefore(ctx context.Context, tx Tx, d Draft) (Order, error) {
	o, ok, err := tx.OrderByID(ctx, d.OrderID)
	if err == nil && !ok {
		err = ErrDraftUnknown
	}
	o.Repeated = true
	return o, err
}

func (d Draft) number(ctx context.Context, tx Tx) (string, error) {
	if d.ClientID == "" {
		return d.Answers.Number, nil
	}
	clients, err := tx.ClientsByID(ctx, []string{d.ClientID})
	return clients[d.ClientID].PersonalNumber, err
}
