package casework

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// ExceptionKind is why there shall be no lock on a door (S-a).
type ExceptionKind string

// The kinds of exceptions.
const (
	TechnicalObstacle ExceptionKind = "technical"
	OtherException    ExceptionKind = "other"
)

// Exception says that there shall be no lock on a dwelling's door although the routine would have one there.
type Exception struct {
	DwellingID string
	Kind       ExceptionKind
	Reason     string // in words, at most 500 bytes
	Actor      string
	At         time.Time
}

// Problems with exceptions and numbers. Codes are stable.
var (
	ErrExceptionInvalid = problem.New(problem.Invalid, "lock-exception-invalid",
		"Ange slag (technical eller other) och varför det inte ska finnas något lås, med högst 500 tecken.",
		"Give the kind (technical or other) and why there shall be no lock, in at most 500 characters.")
	errExceptionRole = problem.New(problem.Denied, "lock-exception-role",
		"Undantag från lås antecknas av låsansvarig eller omsorgshandläggaren.",
		"Exceptions from locks are recorded by the lock manager or the case officer.")
)

// RecordException notes that there shall be no lock at a client's: mounting that was to be done there is withdrawn, and later
// orders propose none (S-a). Saying it again changes the words.
func (s *Service) RecordException(ctx context.Context, who routine.Who, personalNumber string, kind ExceptionKind, reason string) (Exception, error) {
	reason = strings.TrimSpace(reason)
	if kind != TechnicalObstacle && kind != OtherException || reason == "" || len(reason) > 500 {
		return Exception{}, ErrExceptionInvalid
	}
	var e Exception
	err := s.atDoor(ctx, who, personalNumber, func(tx Tx, client care.Client, home []string) error {
		locks, err := tx.LocksOfDwellings(ctx, []string{client.DwellingID})
		if err != nil {
			return err
		}
		for _, l := range locks {
			return fleet.ErrSecondLock.Fill(l.Serial)
		}
		e = Exception{DwellingID: client.DwellingID, Kind: kind, Reason: reason, Actor: who.Actor, At: tx.Now()}
		if err := tx.PutException(ctx, e); err != nil {
			return err
		}
		open, err := tx.OpenTasks(ctx, home)
		if err != nil {
			return err
		}
		for _, k := range append(routine.BeforeMounting(), routine.Mount) {
			for _, t := range ofKind(open, k) {
				if err := s.endTask(ctx, tx, t, TaskCancelled, reason); err != nil {
					return err
				}
			}
		}
		return journal.Append(ctx, tx, exceptionEntry(who, home, string(kind), reason))
	})
	return e, err
}

// LiftException takes the note away. A lock that is wanted now is ordered.
func (s *Service) LiftException(ctx context.Context, who routine.Who, personalNumber string) error {
	return s.atDoor(ctx, who, personalNumber, func(tx Tx, client care.Client, home []string) error {
		if err := tx.DeleteException(ctx, client.DwellingID); err != nil {
			return err
		}
		return journal.Append(ctx, tx, exceptionEntry(who, home, "none", ""))
	})
}

// atDoor finds a client and those who share the door, for somebody who may say that there shall be no lock.
func (s *Service) atDoor(ctx context.Context, who routine.Who, personalNumber string, f func(Tx, care.Client, []string) error) error {
	if !who.Is(routine.LockManager, routine.CaseOfficer) {
		return errExceptionRole
	}
	return s.db.Update(ctx, func(tx Tx) error {
		clients, err := tx.ClientsByNumber(ctx, []string{personalNumber})
		if err != nil {
			return err
		}
		client, ok := clients[personalNumber]
		if !ok {
			return ErrClientUnknown.On("personal_number")
		}
		home, err := tx.ClientsOfDwellings(ctx, []string{client.DwellingID})
		if err != nil {
			return err
		}
		return f(tx, client, idsOf(home))
	})
}

func exceptionEntry(who routine.Who, home []string, kind, reason string) journal.Entry {
	return journal.Entry{Kind: journal.ExceptionRecorded, Subjects: home, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor},
		{Name: "exception", Value: kind},
		{Name: "reason", Value: reason},
	}}
}
