package retention

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Service erases what is due, and keeps what is held.
type Service struct {
	db      txn.Runner[Tx]
	profile routine.Profile
}

// NewService returns the service of one municipality.
func NewService(db txn.Runner[Tx], profile routine.Profile) *Service { return &Service{db, profile} }

// held gathers what is kept now. A request for the log that was granted is waited for as long as the municipality keeps such
// requests: who has not fetched the extract by then must ask anew.
func (s *Service) held(ctx context.Context, tx Tx) (Held, error) {
	unfetched, _ := cutoff(s.profile, Disclosures, tx.Now())
	if _, decided := s.profile.KeptFor(string(Disclosures)); !decided {
		unfetched = time.Time{}
	}
	return tx.Held(ctx, unfetched)
}

// Hold keeps everything about a client, a lock, a key or a staff member, named by id or as people call it; with no name all
// there is.
func (s *Service) Hold(ctx context.Context, who routine.Who, name, reason string) (Hold, error) {
	if !who.Is(routine.SystemOwner) {
		return Hold{}, ErrMayNot
	}
	reason, name = strings.TrimSpace(reason), strings.TrimSpace(name)
	if reason == "" || utf8.RuneCountInString(reason) > 500 || strings.ContainsFunc(reason, unicode.IsControl) {
		return Hold{}, ErrReason.On("reason")
	}
	var h Hold
	err := s.db.Update(ctx, func(tx Tx) error {
		h = Hold{ID: uuid.Must(uuid.NewV7()).String(), Reason: reason, By: who.Actor, From: tx.Now()}
		if name != "" {
			id, ok, err := tx.HoldTarget(ctx, name)
			if err == nil && !ok {
				err = ErrHoldSubject.On("subject")
			}
			if err != nil {
				return err
			}
			h.Subject = id
		}
		if err := tx.InsertHold(ctx, h); err != nil {
			return err
		}
		return journal.Append(ctx, tx, h.entry(who.Actor, "begun", reason))
	})
	return h, err
}

// Release ends a hold. What was due meanwhile goes with the next run.
func (s *Service) Release(ctx context.Context, who routine.Who, id string) (Hold, error) {
	if !who.Is(routine.SystemOwner) {
		return Hold{}, ErrMayNot
	}
	var h Hold
	err := s.db.Update(ctx, func(tx Tx) (err error) {
		var ok bool
		if h, ok, err = tx.HoldByID(ctx, id); err != nil {
			return err
		}
		switch {
		case !ok:
			return ErrHoldUnknown
		case !h.Ended.IsZero():
			return ErrHoldEnded
		}
		h.Ended, h.EndedBy = tx.Now(), who.Actor
		if err := tx.EndHold(ctx, h); err != nil {
			return err
		}
		return journal.Append(ctx, tx, h.entry(who.Actor, "ended", h.Reason))
	})
	return h, err
}

// Holds returns at most limit holds, the newest first, after the one named: ended ones too.
func (s *Service) Holds(ctx context.Context, after string, limit int) (all []Hold, err error) {
	err = s.db.View(ctx, func(tx Tx) (err error) {
		all, err = tx.Holds(ctx, after, limit)
		return err
	})
	return all, err
}

// HoldByID returns a hold.
func (s *Service) HoldByID(ctx context.Context, id string) (h Hold, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		found, ok, err := tx.HoldByID(ctx, id)
		if err == nil && !ok {
			err = ErrHoldUnknown
		}
		h = found
		return err
	})
	return h, err
}

func (h Hold) entry(actor, change, reason string) journal.Entry {
	e := journal.Entry{Kind: journal.HoldChanged, Subjects: []string{h.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor}, {Name: "change", Value: change}, {Name: "reason", Value: reason}}}
	if h.Subject != "" {
		e.Subjects = append(e.Subjects, h.Subject)
	}
	return e
}
