// Package notify is who is told what: the systems that want to hear of changes, the people whom something concerns, and the
// messages on their way to them.
//
// It owns webhooks (where to, about what, with which secrets) and their outbox; and notices to people, how each of them wants to be
// told, and the letters about them. A module that changes something calls [Tell] and [TellPeople] in the same transaction: the
// message is stored with the change or not at all. It does not send: internal/edge/delivery takes
// messages and letters out under a lease and says how it went. What an event contains is decided by the module that tells it.
//
// Promises: a committed message is tried until it has arrived or is dead, and dead ones are listed; a message or letter may arrive
// twice, always with the same id. No message says more
// than ids and what its receiver is there to know, and no letter more than a kind, a number and a link; nobody hears of another
// organisation's matters, and nothing goes to who has left, has said no, or sleeps.
package notify

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// EventType is what happened. The strings are stable.
type EventType string

// The events.
const (
	OrderChanged   EventType = "order.changed"   // an order was placed, returned, withdrawn or done
	TaskChanged    EventType = "task.changed"    // work was proposed, booked, done or withdrawn
	LockDocumented EventType = "lock.documented" // which lock a client has now (V5.2-a)
	Tested         EventType = "webhook.tested"  // somebody asked for a trial message
)

// EventTypes returns every event that a webhook can ask for.
func EventTypes() []EventType { return []EventType{OrderChanged, TaskChanged, LockDocumented} }

// Limits of webhooks.
const (
	MaxWebhooks  = 100            // of a municipality
	maxURL       = 500            // bytes
	MaxBody      = 20 << 10       // bytes of a message: what Standard Webhooks advises receivers to expect
	KeepOld      = 24 * time.Hour // for how long a replaced secret signs too
	secretLength = 32             // bytes
)

// State is whether a webhook is in use.
type State string

// The states. A paused webhook gets nothing new; what was on its way waits.
const (
	Active  State = "active"
	Paused  State = "paused"
	Removed State = "removed"
)

// Webhook is one system that is told of events by HTTP.
type Webhook struct {
	ID           string
	Name         string
	URL          string
	Events       []EventType
	Organisation string // whose events it gets; "" all, for the municipality's own systems
	Target       string // the system of the profile that it is, for LockDocumented; else ""
	State        State
	Secret       []byte
	OldSecret    []byte    // signs too, until OldUntil
	OldUntil     time.Time // zero: there is none
	Created      time.Time
}

// Secrets are what signs a message at t, the newest first.
func (w Webhook) Secrets(t time.Time) [][]byte {
	if t.Before(w.OldUntil) {
		return [][]byte{w.Secret, w.OldSecret}
	}
	return [][]byte{w.Secret}
}

// wants reports whether an event is for the webhook.
func (w Webhook) wants(e Event) bool {
	return w.State == Active && (slices.Contains(w.Events, e.Type) || e.Type == Tested && e.Subject == w.ID) &&
		(w.Organisation == "" || w.Organisation == e.Organisation) &&
		(e.Type != LockDocumented || w.Target != "" && slices.Contains(e.Targets, w.Target))
}

// Event is something to tell.
type Event struct {
	Type         EventType
	Subject      string   // id of what it is about
	Organisation string   // whose matter it is; "" the municipality's alone
	Targets      []string // LockDocumented: the profile's systems
	Data         any      // what is sent: ids, and what the receiver is there to know
}

// Message is one event on its way to one webhook.
type Message struct {
	ID        string
	WebhookID string
	Event     EventType
	Subject   string
	Body      string // JSON; "" once it has arrived
	State     MessageState
	Attempts  int
	Next      time.Time // when it is tried next, or when its lease is out
	Created   time.Time
	Done      time.Time // zero while it waits
	Failure   string    // of the last attempt
}

// MessageState is how far a message has come.
type MessageState string

// The states of a message.
const (
	Waiting MessageState = "waiting"
	Sent    MessageState = "sent"
	Dead    MessageState = "dead" // given up: somebody must look
)

// Tx is what notify needs of a database transaction.
type Tx interface {
	txn.Clock
	journal.Tx

	// Webhooks returns all webhooks that have not been removed, by name; there are at most MaxWebhooks.
	Webhooks(ctx context.Context) ([]Webhook, error)
	WebhookByID(ctx context.Context, id string) (Webhook, bool, error)
	PutWebhook(ctx context.Context, w Webhook) error
	// InsertMessages stores new messages.
	InsertMessages(ctx context.Context, m []Message) error
	// DueMessages returns at most limit messages to active webhooks that are to be tried at t, the longest due first.
	DueMessages(ctx context.Context, t time.Time, limit int) ([]Message, error)
	MessageByID(ctx context.Context, id string) (Message, bool, error)
	// PutMessage stores what has become of a message.
	PutMessage(ctx context.Context, m Message) error
	// MessagePage returns at most limit messages of a webhook (any, for "") in a state (any, for ""), the newest first, with
	// smaller ids than after.
	MessagePage(ctx context.Context, webhookID string, state MessageState, after string, limit int) ([]Message, error)
	// DropRequests forgets at most limit requests of other systems that were carried out before t.
	DropRequests(ctx context.Context, t time.Time, limit int) (int, error)
	// GiveUp makes all messages that wait for a webhook dead, without their contents.
	GiveUp(ctx context.Context, webhookID string, t time.Time, failure string) error
	// DropMessages removes at most limit messages that have arrived, or been given up with their webhook, before t.
	DropMessages(ctx context.Context, t time.Time, limit int) (int, error)
}

// Tell puts an event into the outbox for everybody who is to hear of it.
func Tell(ctx context.Context, tx Tx, e Event) error {
	hooks, err := tx.Webhooks(ctx)
	if err != nil {
		return err
	}
	var out []Message
	for _, w := range hooks {
		if !w.wants(e) {
			continue
		}
		m, err := message(w, e, tx.Now())
		if err != nil {
			return err
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		return nil
	}
	return tx.InsertMessages(ctx, out)
}

// message is an event in the form that Standard Webhooks gives it.
func message(w Webhook, e Event, now time.Time) (Message, error) {
	body, err := json.Marshal(struct {
		Type      EventType `json:"type"`
		Timestamp string    `json:"timestamp"`
		Data      any       `json:"data"`
	}{e.Type, now.UTC().Format(time.RFC3339), e.Data})
	if err != nil || len(body) > MaxBody {
		return Message{}, errBody.With(err)
	}
	return Message{ID: newID(), WebhookID: w.ID, Event: e.Type, Subject: e.Subject, Body: string(body), State: Waiting, Next: now, Created: now}, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// Problems with webhooks. Codes are stable.
var (
	ErrUnknown = problem.New(problem.NotFound, "webhook-unknown",
		"Det finns ingen sådan mottagare. Se listan.", "There is no such webhook. See the list.")
	ErrMessageUnknown = problem.New(problem.NotFound, "message-unknown",
		"Det finns inget sådant meddelande. Se listan.", "There is no such message. See the list.")
	ErrMayNot = problem.New(problem.Denied, "webhook-not-yours",
		"Bara systemansvarig får ändra vilka system som får meddelanden.", "Only the system owner may change which systems are told.")
	ErrURL = problem.New(problem.Invalid, "webhook-url",
		"Adressen ska börja med https:// och vara högst 500 byte, utan användarnamn, lösenord och #-del.",
		"The address begins with https:// and has at most 500 bytes, with no user name, password or # part.")
	ErrName = problem.New(problem.Invalid, "webhook-name",
		"Namnet ska vara 1–60 tecken på en rad, och inget annat system får heta så.", "The name is 1 to 60 characters on one line, and no other system's.")
	ErrEvents = problem.New(problem.Invalid, "webhook-events",
		"Välj minst en händelse bland: %s.", "Choose at least one event among: %s.")
	ErrTarget = problem.New(problem.Invalid, "webhook-target",
		"Händelsen lock.documented går bara till ett system i kommunens profil. Ange vilket: %s.",
		"The event lock.documented goes only to a system in the municipality's profile. Say which: %s.")
	ErrTooMany = problem.New(problem.Conflict, "webhook-too-many",
		"Det finns redan %d mottagare. Ta bort någon som inte används.", "There are %d webhooks already. Remove one that is not used.")
	errBody = problem.New(problem.Internal, "message-too-large", "Meddelandet blev för stort.", "The message became too large.")
)

// New is a webhook to be made.
type New struct {
	Name, URL    string
	Events       []EventType
	Organisation string
	Target       string
}

// Service keeps webhooks and looks after the outbox.
type Service struct {
	db      txn.Runner[Tx]
	profile routine.Profile
	local   bool // allow http to this machine: tests and demonstrations
}

// NewService returns the webhooks of one municipality. local allows plain http to this machine, for tests and
// demonstrations only.
func NewService(db txn.Runner[Tx], profile routine.Profile, local bool) *Service {
	return &Service{db, profile, local}
}

// Register makes a webhook. Its secret is in the answer, and can be read nowhere else.
func (s *Service) Register(ctx context.Context, who routine.Who, in New) (Webhook, error) {
	if !who.Is(routine.SystemOwner) {
		return Webhook{}, ErrMayNot
	}
	if err := s.check(in); err != nil {
		return Webhook{}, err
	}
	var made Webhook
	err := s.db.Update(ctx, func(tx Tx) error {
		all, err := tx.Webhooks(ctx)
		if err != nil {
			return err
		}
		if len(all) >= MaxWebhooks {
			return ErrTooMany.Fill(MaxWebhooks)
		}
		if slices.ContainsFunc(all, func(w Webhook) bool { return w.Name == in.Name }) {
			return ErrName.On("name")
		}
		made = Webhook{ID: newID(), Name: in.Name, URL: in.URL, Events: in.Events, Organisation: in.Organisation, Target: in.Target,
			State: Active, Secret: newSecret(), OldSecret: []byte{}, Created: tx.Now()}
		if err := tx.PutWebhook(ctx, made); err != nil {
			return err
		}
		return noted(ctx, tx, who, made, "registered")
	})
	return made, err
}

func (s *Service) check(in New) error {
	if in.Name == "" || len(in.Name) > 60 || strings.ContainsFunc(in.Name, unicode.IsControl) {
		return ErrName.On("name")
	}
	u, err := url.Parse(in.URL)
	if err != nil || len(in.URL) > maxURL || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && !(s.local && u.Scheme == "http" && thisMachine(u)) {
		return ErrURL.On("url")
	}
	names := make([]string, 0, len(EventTypes()))
	for _, e := range EventTypes() {
		names = append(names, string(e))
	}
	if len(in.Events) == 0 || slices.ContainsFunc(in.Events, func(e EventType) bool { return !slices.Contains(EventTypes(), e) }) {
		return ErrEvents.Fill(strings.Join(names, ", ")).On("events")
	}
	var targets []string
	for _, t := range s.profile.Documentation {
		targets = append(targets, t.Name)
	}
	if documents := slices.Contains(in.Events, LockDocumented); documents != (in.Target != "") || documents && !slices.Contains(targets, in.Target) {
		return ErrTarget.Fill(strings.Join(targets, ", ")).On("target")
	}
	return nil
}

func thisMachine(u *url.URL) bool {
	return u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" || u.Hostname() == "localhost"
}

// Rotate gives a webhook a new secret, which is in the answer. The old one signs too for KeepOld.
func (s *Service) Rotate(ctx context.Context, who routine.Who, id string) (Webhook, error) {
	return s.change(ctx, who, id, "secret rotated", func(w *Webhook, now time.Time) {
		w.OldSecret, w.OldUntil, w.Secret = w.Secret, now.Add(KeepOld), newSecret()
	})
}

// SetState pauses, resumes or removes a webhook. What waits for one that is removed is given up: nobody is left to hear it.
func (s *Service) SetState(ctx context.Context, who routine.Who, id string, to State) (Webhook, error) {
	return s.change(ctx, who, id, string(to), func(w *Webhook, _ time.Time) { w.State = to })
}

func (s *Service) change(ctx context.Context, who routine.Who, id, what string, f func(*Webhook, time.Time)) (Webhook, error) {
	if !who.Is(routine.SystemOwner) {
		return Webhook{}, ErrMayNot
	}
	var changed Webhook
	err := s.db.Update(ctx, func(tx Tx) error {
		w, err := known(ctx, tx, id)
		if err != nil {
			return err
		}
		f(&w, tx.Now())
		changed = w
		if err := tx.PutWebhook(ctx, w); err != nil {
			return err
		}
		if w.State == Removed {
			if err := tx.GiveUp(ctx, w.ID, tx.Now(), "the webhook was removed"); err != nil {
				return err
			}
		}
		return noted(ctx, tx, who, w, what)
	})
	return changed, err
}

// Test sends a trial message to one webhook.
func (s *Service) Test(ctx context.Context, who routine.Who, id string) error {
	if !who.Is(routine.SystemOwner) {
		return ErrMayNot
	}
	return s.db.Update(ctx, func(tx Tx) error {
		w, err := known(ctx, tx, id)
		if err != nil {
			return err
		}
		return Tell(ctx, tx, Event{Type: Tested, Subject: w.ID, Organisation: w.Organisation, Data: map[string]string{"webhook_id": w.ID}})
	})
}

func known(ctx context.Context, tx Tx, id string) (Webhook, error) {
	w, ok, err := tx.WebhookByID(ctx, id)
	if err == nil && (!ok || w.State == Removed) {
		err = ErrUnknown
	}
	return w, err
}

// List returns all webhooks that have not been removed, by name.
func (s *Service) List(ctx context.Context) (all []Webhook, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		all, err = tx.Webhooks(ctx)
		return err
	})
	return all, err
}

// Webhook returns one.
func (s *Service) Webhook(ctx context.Context, id string) (w Webhook, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		w, err = known(ctx, tx, id)
		return err
	})
	return w, err
}

// Messages lists messages, the newest first, after the id after: of a webhook (any, for "") in a state (any, for "").
func (s *Service) Messages(ctx context.Context, webhookID string, state MessageState, after string, limit int) (page []Message, next string, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		page, err = tx.MessagePage(ctx, webhookID, state, after, limit+1)
		return err
	})
	if err == nil && len(page) > limit {
		page, next = page[:limit], page[limit-1].ID
	}
	return page, next, err
}

func newSecret() []byte {
	b := make([]byte, secretLength)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

func noted(ctx context.Context, tx Tx, who routine.Who, w Webhook, what string) error {
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.WebhookChanged, Subjects: []string{w.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor}, {Name: "change", Value: what}, {Name: "name", Value: w.Name},
		{Name: "url", Value: w.URL}, {Name: "organisation", Value: w.Organisation}, {Name: "target", Value: w.Target}}})
}
