package notify

import (
	"context"
	"time"

	"hemnyckel/internal/domain/routine"
)

// Lease is for how long a dispatcher has a message: longer than any attempt takes.
const Lease = 2 * time.Minute

// keepSent is for how long messages that have arrived can be looked at.
const keepSent = 30 * 24 * time.Hour

// keepRequests is for how long a request that is sent again gets its first answer.
const keepRequests = 7 * 24 * time.Hour

// pauses are how long to wait after each failed attempt, as Standard Webhooks advises; after the last the message is dead.
var pauses = [...]time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// Pause is how long to wait after the n:th failed attempt, and false when it was the last.
func Pause(n int) (time.Duration, bool) {
	if n < 1 || n > len(pauses) {
		return 0, false
	}
	return pauses[n-1], true
}

// Sending is a message with where it goes.
type Sending struct {
	Message Message
	Webhook Webhook
}

// Result is how an attempt went.
type Result struct {
	Arrived bool
	Gone    bool   // the receiver wants no more: its webhook is paused
	Failure string // in words, without address and content
}

// Take leases due messages to a dispatcher: nobody else gets them until the lease is out, when they are due again unless
// they have been settled.
func (s *Service) Take(ctx context.Context, limit int) ([]Sending, error) {
	var out []Sending
	err := s.db.Update(ctx, func(tx Tx) error {
		out = nil
		due, err := tx.DueMessages(ctx, tx.Now(), limit)
		if err != nil {
			return err
		}
		for _, m := range due {
			w, _, err := tx.WebhookByID(ctx, m.WebhookID)
			if err != nil {
				return err
			}
			m.Next = tx.Now().Add(Lease)
			if err := tx.PutMessage(ctx, m); err != nil {
				return err
			}
			out = append(out, Sending{m, w})
		}
		return nil
	})
	return out, err
}

// Due reports whether there is anything to send, without writing.
func (s *Service) Due(ctx context.Context) (due bool, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		found, err := tx.DueMessages(ctx, tx.Now(), 1)
		due = len(found) > 0
		return err
	})
	return due, err
}

// Settle stores how an attempt went and returns the message as it is then.
func Settle(ctx context.Context, tx Tx, id string, r Result) (Message, error) {
	m, ok, err := tx.MessageByID(ctx, id)
	if err != nil || !ok || m.State == Sent || m.State == Dead && !r.Arrived {
		return m, err // settled by another dispatcher, whose lease came after ours ran out, or given up meanwhile
	}
	m.Attempts++
	m.Failure = r.Failure
	pause, again := Pause(m.Attempts)
	switch {
	case r.Arrived:
		m.State, m.Done, m.Body = Sent, tx.Now(), ""
	case r.Gone, !again:
		m.State, m.Done = Dead, tx.Now()
	default:
		m.Next = tx.Now().Add(pause)
	}
	if err := tx.PutMessage(ctx, m); err != nil || !r.Gone {
		return m, err
	}
	w, _, err := tx.WebhookByID(ctx, m.WebhookID)
	if err != nil || w.State != Active {
		return m, err
	}
	w.State = Paused
	if err := tx.PutWebhook(ctx, w); err != nil {
		return m, err
	}
	return m, noted(ctx, tx, routine.Who{Actor: "system"}, w, "paused: the receiver answered 410 Gone")
}

// Resend tries a dead message again from the beginning, if its webhook is still there.
func (s *Service) Resend(ctx context.Context, who routine.Who, id string) (Message, error) {
	if !who.Is(routine.SystemOwner) {
		return Message{}, ErrMayNot
	}
	var out Message
	err := s.db.Update(ctx, func(tx Tx) error {
		m, ok, err := tx.MessageByID(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			return ErrMessageUnknown
		}
		w, err := known(ctx, tx, m.WebhookID)
		if err != nil {
			return err
		}
		if out = m; m.State != Dead {
			return nil
		}
		out.State, out.Attempts, out.Next, out.Done = Waiting, 0, tx.Now(), time.Time{}
		if err := tx.PutMessage(ctx, out); err != nil {
			return err
		}
		return noted(ctx, tx, who, w, "message resent: "+m.ID)
	})
	return out, err
}

// Message returns one message.
func (s *Service) Message(ctx context.Context, id string) (m Message, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		var ok bool
		if m, ok, err = tx.MessageByID(ctx, id); err == nil && !ok {
			err = ErrMessageUnknown
		}
		return err
	})
	return m, err
}

// Tidy removes messages that arrived long ago, and the answers to requests that nobody repeats any more, a few at a time, and
// reports whether there may be more.
func (s *Service) Tidy(ctx context.Context) (more bool, err error) {
	const few = 500
	err = s.db.Update(ctx, func(tx Tx) error {
		n, err := tx.DropMessages(ctx, tx.Now().Add(-keepSent), few)
		if err != nil {
			return err
		}
		forgotten, err := tx.DropRequests(ctx, tx.Now().Add(-keepRequests), few)
		more = n == few || forgotten == few
		return err
	})
	return more, err
}
