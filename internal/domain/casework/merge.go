package casework

import (
	"context"
	"fmt"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// batch is how many clients one transaction of a long operation holds: stations wait for none of them long.
const batch = 20

var errMergeRole = problem.New(problem.Denied, "groups-merge-role",
	"Grupper slås ihop av låsansvarig, omsorgshandläggaren eller systemansvarig.",
	"Groups are merged by the lock manager, the case officer or the system owner.")

// MergeGroups passes every client of one group on to another from a day on, and reports how many. It works through the clients
// in short transactions; one that was interrupted is simply called again, since a client who has been passed on is not any
// more the first group's.
func (s *Service) MergeGroups(ctx context.Context, who routine.Who, from, into string, at time.Time) (int, error) {
	if !who.Is(routine.LockManager, routine.CaseOfficer, routine.SystemOwner) {
		return 0, errMergeRole
	}
	moved, after := 0, ""
	for {
		n, last := 0, after
		err := s.db.Update(ctx, func(tx Tx) error {
			groups, err := tx.GroupsByCode(ctx, []string{from, into})
			if err != nil {
				return err
			}
			for _, code := range []string{from, into} {
				if groups[code].ID == "" {
					return ErrGroupUnknown.Fill(code)
				}
			}
			clients, err := tx.ClientsOfGroup(ctx, groups[from].ID, at, after, batch)
			if err != nil {
				return err
			}
			n, last = len(clients), after
			for _, c := range clients {
				last = c.ID
				if _, err := s.handOver(ctx, tx, who.Actor, c, groups[from], groups[into], at); err != nil {
					return err
				}
			}
			return nil
		})
		if moved += n; err != nil || n < batch {
			return moved, err
		}
		after = last
	}
}

// handOver passes what one group does for a client on to another, with rights, receipts and a line in the journal.
func (s *Service) handOver(ctx context.Context, tx Tx, actor string, client care.Client, from, into care.Group, at time.Time) (routine.Outcome, error) {
	f, err := s.open(ctx, tx, client)
	if err != nil {
		return routine.Outcome{}, err
	}
	out, refusal := routine.HandOver(s.profile, f.situation, from.ForRoutine(), into.ForRoutine(), at)
	if refusal != nil {
		return out, asProblem(problem.Conflict, refusal)
	}
	if len(out.Rules) == 0 {
		return out, nil
	}
	by := "groups:" + from.ID + ":" + into.ID
	if err := tx.PutServices(ctx, f.after(out.Services, by)); err != nil {
		return out, err
	}
	if err := s.settleReceipts(ctx, tx, actor, f.home, client.ID, "", out.Receipts); err != nil {
		return out, err
	}
	if err := s.handOverTasks(ctx, tx, actor, f, out.Tasks); err != nil {
		return out, err
	}
	if err := s.followCarer(ctx, tx, actor, client.ID); err != nil {
		return out, err
	}
	change, err := s.refresh(ctx, tx, []string{client.ID})
	if err != nil {
		return out, err
	}
	return out, journal.Append(ctx, tx, journal.Entry{Kind: journal.ProviderChanged, Subjects: []string{client.ID, from.ID, into.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor},
		{Name: "from", Value: from.Code},
		{Name: "to", Value: into.Code},
		{Name: "effective", Value: at.UTC().Format(time.RFC3339)},
		{Name: "rule", Value: routine.RuleGroupsMerged},
		{Name: "added", Value: fmt.Sprint(change.Added)},
		{Name: "removed", Value: fmt.Sprint(change.Removed)},
	}})
}

// refreshProvider brings the rights of a provider's clients up to date, when something that gates its access has changed.
func (s *Service) refreshProvider(ctx context.Context, tx Tx, providerID string) error {
	for after := ""; ; {
		clients, err := tx.ClientsOfProvider(ctx, providerID, after, 500)
		if err != nil || len(clients) == 0 {
			return err
		}
		change, err := s.refreshRead(ctx, tx, clients)
		if err != nil {
			return err
		}
		if err := journal.Append(ctx, tx, rightsEntries("system", "provider:"+providerID, change, nil)...); err != nil {
			return err
		}
		after = clients[len(clients)-1].ID
	}
}

// SetProviderRoutine notes until when a provider's own routine is valid (S-f), zero for none, and lets its new access begin, or
// wait, accordingly.
func (s *Service) SetProviderRoutine(ctx context.Context, who routine.Who, orgNumber string, until time.Time) error {
	if !who.Is(routine.SystemOwner, routine.LockManager) {
		return errRoutineRole
	}
	return s.db.Update(ctx, func(tx Tx) error {
		return s.setProviderRoutine(ctx, tx, who.Actor, orgNumber, until)
	})
}

func (s *Service) setProviderRoutine(ctx context.Context, tx Tx, actor, orgNumber string, until time.Time) error {
	p, ok, err := tx.ProviderByOrg(ctx, orgNumber)
	switch {
	case err != nil:
		return err
	case !ok:
		return ErrProviderUnknown
	}
	p.RoutineUntil = until
	if err := tx.PutProviders(ctx, []care.Provider{p}); err != nil {
		return err
	}
	if s.profile.Staff.RoutineGatesAccess && p.Private {
		if err := s.refreshProvider(ctx, tx, p.ID); err != nil {
			return err
		}
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.ProviderFiled, Subjects: []string{p.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: actor},
		{Name: "document", Value: "routine"},
		{Name: "valid-until", Value: until.UTC().Format(time.RFC3339)},
	}})
}

// Problems with providers.
var (
	ErrProviderUnknown = problem.New(problem.NotFound, "provider-unknown",
		"Utföraren finns inte. Kontrollera organisationsnumret.", "There is no such provider. Check the organisation number.")
	errRoutineRole = problem.New(problem.Denied, "provider-routine-role",
		"En utförares rutin registreras av systemansvarig eller låsansvarig.",
		"A provider's routine is recorded by the system owner or the lock manager.")
)
