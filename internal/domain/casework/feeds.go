package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Feed is an address at which a person's calendar reads that person's bookings. Calendars cannot log in: whoever knows the
// address reads, so it is a secret of which only the hash is kept, and what is read there names nobody and no door.
type Feed struct {
	ID      string
	StaffID string
	Created time.Time
	Revoked time.Time // zero while it can be read
}

// FeedTx is what feeds need of a database transaction.
type FeedTx interface {
	InsertFeed(ctx context.Context, f Feed, tokenHash string) error
	// FeedByHash finds a feed by its secret. Not found are those of people who have left all their groups, and of those who have had an
	// account and have no assignment that holds now.
	FeedByHash(ctx context.Context, tokenHash string) (Feed, bool, error)
	// FeedsOf returns a person's feeds, the newest first, at most 20.
	FeedsOf(ctx context.Context, staffID string) ([]Feed, error)
	FeedByID(ctx context.Context, id string) (Feed, bool, error)
	RevokeFeed(ctx context.Context, id string) error
}

// Visit is a booking as a calendar shows it.
type Visit struct {
	BookingID string
	Number    string // of the task
	Kind      routine.TaskKind
	Urgent    bool
	From      time.Time
	Until     time.Time
	Town      string // postal town; "" for a client with protected identity
	Changed   time.Time
}

// How much of the past and the future a calendar gets, and how many visits.
const (
	feedBack  = 30 * 24 * time.Hour
	feedAhead = 180 * 24 * time.Hour
	maxVisits = 500
	maxFeeds  = 5 // that can be read, of one person
)

// Problems with feeds. Codes are stable.
var (
	ErrFeedUnknown = problem.New(problem.NotFound, "calendar-unknown",
		"Kalendern finns inte eller har stängts. Be låsansvarig om en ny adress.",
		"There is no such calendar, or it has been closed. Ask the lock manager for a new address.")
	ErrFeedMany = problem.New(problem.Conflict, "calendar-many",
		"Personen har redan %d öppna kalenderadresser. Stäng en först.", "The person has %d open calendar addresses already. Close one first.")
)

// OpenFeed makes a calendar address for a person and returns its secret, which is shown now and never again.
func (s *Service) OpenFeed(ctx context.Context, who routine.Who, employee string) (Feed, string, error) {
	if !who.Is(routine.LockManager) {
		return Feed{}, "", ErrTaskNotYours
	}
	var raw [24]byte
	rand.Read(raw[:]) // never fails (crypto/rand)
	secret := base64.RawURLEncoding.EncodeToString(raw[:])
	var f Feed
	err := s.db.Update(ctx, func(tx Tx) error {
		person, err := staffNumbered(ctx, tx, employee)
		if err != nil {
			return err
		}
		have, err := tx.FeedsOf(ctx, person.ID)
		if err != nil {
			return err
		}
		open := 0
		for _, other := range have {
			if other.Revoked.IsZero() {
				open++
			}
		}
		if open >= maxFeeds {
			return ErrFeedMany.Fill(open)
		}
		f = Feed{ID: newID(), StaffID: person.ID, Created: tx.Now()}
		if err := tx.InsertFeed(ctx, f, hashFeed(secret)); err != nil {
			return err
		}
		return noteFeed(ctx, tx, who, f, "opened")
	})
	return f, secret, err
}

// Feeds returns a person's calendar addresses, without their secrets.
func (s *Service) Feeds(ctx context.Context, who routine.Who, employee string) ([]Feed, error) {
	if !who.Is(routine.LockManager) {
		return nil, ErrTaskNotYours
	}
	var out []Feed
	err := s.db.View(ctx, func(tx Tx) error {
		person, err := staffNumbered(ctx, tx, employee)
		if err != nil {
			return err
		}
		out, err = tx.FeedsOf(ctx, person.ID)
		return err
	})
	return out, err
}

// Feed returns one calendar address, without its secret.
func (s *Service) Feed(ctx context.Context, who routine.Who, id string) (Feed, error) {
	var out Feed
	if !who.Is(routine.LockManager) {
		return out, ErrTaskNotYours
	}
	err := s.db.View(ctx, func(tx Tx) (err error) {
		out, err = feedByID(ctx, tx, id)
		return err
	})
	return out, err
}

func feedByID(ctx context.Context, tx Tx, id string) (Feed, error) {
	f, ok, err := tx.FeedByID(ctx, id)
	if err == nil && !ok {
		err = ErrFeedUnknown
	}
	return f, err
}

// CloseFeed ends a calendar address: from its commit nobody reads there.
func (s *Service) CloseFeed(ctx context.Context, who routine.Who, id string) error {
	if !who.Is(routine.LockManager) {
		return ErrTaskNotYours
	}
	return s.db.Update(ctx, func(tx Tx) error {
		f, err := feedByID(ctx, tx, id)
		if err != nil || !f.Revoked.IsZero() {
			return err
		}
		if err := tx.RevokeFeed(ctx, id); err != nil {
			return err
		}
		return noteFeed(ctx, tx, who, f, "closed")
	})
}

// Calendar returns the visits at an address: those of the last thirty days and the coming half year.
func (s *Service) Calendar(ctx context.Context, secret string) ([]Visit, error) {
	if len(secret) != base64.RawURLEncoding.EncodedLen(24) {
		return nil, ErrFeedUnknown
	}
	var out []Visit
	err := s.db.View(ctx, func(tx Tx) error {
		f, ok, err := tx.FeedByHash(ctx, hashFeed(secret))
		if err != nil || !ok || !f.Revoked.IsZero() {
			return orElse(err, ErrFeedUnknown)
		}
		out, err = tx.Visits(ctx, f.StaffID, tx.Now().Add(-feedBack), tx.Now().Add(feedAhead), maxVisits)
		return err
	})
	return out, err
}

// hashFeed is of a secret that nobody can guess, so that it needs no salt.
func hashFeed(secret string) string {
	d := sha256.Sum256([]byte("hemnyckel/calendar/1\x00" + secret))
	return hex.EncodeToString(d[:])
}

func noteFeed(ctx context.Context, tx Tx, who routine.Who, f Feed, change string) error {
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.FeedChanged, Subjects: []string{f.StaffID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor}, {Name: "feed", Value: f.ID}, {Name: "change", Value: change}}})
}
