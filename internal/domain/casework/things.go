package casework

import (
	"context"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
)

// ThingsTx is a transaction that changes things, people and charges together.
type ThingsTx interface {
	Tx
	fleet.KeyTx
	identity.PeopleTx
	support.Tx
}

// Things composes what things and people cost and lose: an expense becomes a proposed charge (V6-b), who leaves is blocked at
// once (V2.7-a), a routine on file opens the provider's new access (S-f); each inside the transaction of the change itself.
type Things struct {
	s    *Service
	keys *fleet.Keys
	desk support.Desk
}

// NewThings returns what composes them in one municipality.
func NewThings(s *Service, keys *fleet.Keys, desk support.Desk) *Things {
	return &Things{s, keys, desk}
}

// Expense proposes the charge that follows from an expense, by the routine's rule.
func (t *Things) Expense(ctx context.Context, tx ThingsTx, who routine.Who, e fleet.Expense) error {
	p := support.Proposal{Source: e.Source, Kind: e.Facts.Kind, HomeCare: e.Facts.HomeCare, Units: e.Count,
		KeyID: e.KeyID, Since: e.Since, Payers: support.Payers{Provider: e.Group.OrgNumber}, Facts: []support.Fact{{Name: "group", Value: e.Group.Code}}}
	if e.Facts.Cause == routine.CauseNeglect {
		p.Cause = support.Negligence
	}
	for _, f := range []support.Fact{{Name: "thing", Value: e.Serial}, {Name: "reason", Value: e.Reason}} {
		if f.Value != "" {
			p.Facts = append(p.Facts, f)
		}
	}
	_, _, err := t.desk.Propose(ctx, tx, who, p)
	return err
}

// BlockStaff tells locks and stations that a person must not open any more.
func (t *Things) BlockStaff(ctx context.Context, tx ThingsTx, pseudonym uint32, reason string) error {
	return t.keys.BlockSubject(ctx, tx, credential.BlockStaff, uint64(pseudonym), reason)
}

// UnblockStaff takes that back: the person works again.
func (t *Things) UnblockStaff(ctx context.Context, tx ThingsTx, pseudonym uint32) error {
	return t.keys.UnblockSubject(ctx, tx, credential.BlockStaff, uint64(pseudonym))
}

// RoutineFiled brings the rights of a provider's clients up to date with its routine on file.
func (t *Things) RoutineFiled(ctx context.Context, tx ThingsTx, providerID string) error {
	if !t.s.profile.Staff.RoutineGatesAccess {
		return nil
	}
	return t.s.refreshProvider(ctx, tx, providerID)
}
