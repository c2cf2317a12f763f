package fleet

import (
	"context"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Problems with lost keys. Codes are stable.
var (
	ErrNotIssued = problem.New(problem.Conflict, "key-not-issued",
		"Nyckeln %s är inte utlämnad, eller redan anmäld som saknad. Hittas den inte, spärra den.",
		"Key %s is not issued, or reported missing already. If it cannot be found, block it.")
	ErrNotLost = problem.New(problem.Conflict, "key-not-lost",
		"Nyckeln %s är varken anmäld som saknad eller spärrad.", "Key %s is neither reported missing nor blocked.")
	ErrSearch = problem.New(problem.Invalid, "key-search",
		"Skriv nyckelns nummer, ett anställningsnummer eller en grupps kod.",
		"Write the key's number, an employee number or a group's code.")
	ErrNoSuchKey = problem.New(problem.NotFound, "key-search-none",
		"Ingen nyckel hos er passar. Kontrollera numret som står på nyckeln, eller välj ur listan.",
		"No key of yours fits. Check the number on the key, or choose from the list.")
	ErrNoSelfService = problem.New(problem.Denied, "key-block-by-lock-manager",
		"I den här kommunen spärrar låsansvarig nycklar. Anmäl nyckeln som saknad, så slutar den synkas, och ring låsansvarig på telefontid.",
		"In this municipality the lock manager blocks keys. Report it missing, which stops its syncing, and call the lock manager in phone hours.")
)

// Miss says that a key is looked for: from now on it does not sync, so that it dies by itself when its grant ends.
func (s *Pool) Miss(ctx context.Context, who routine.Who, number, note string) error {
	note, err := text("note", note)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx PoolTx) error {
		key, rule, err := s.tended(ctx, tx, who, number, routine.MissKey)
		if err != nil {
			return err
		}
		if key.State != KeyIssued {
			return ErrNotIssued.Fill(number)
		}
		key.State, key.BlockReason = KeySuspect, note
		return s.put(ctx, tx, who, key, rule, "what", "missed", "reason", note)
	})
}

// Lose blocks a lost key, at any hour where the profile lets staff do so themselves (V7-c), and says which doors it could
// still open.
func (s *Pool) Lose(ctx context.Context, who routine.Who, number, reason string) (out Exposure, err error) {
	if reason, err = text("reason", reason); err != nil {
		return out, err
	}
	err = s.db.Update(ctx, func(tx PoolTx) error {
		key, _, err := s.tended(ctx, tx, who, number, routine.BlockLostKey)
		if err != nil {
			return s.orSelfService(who, err)
		}
		if err := s.keys.lose(ctx, tx, who.Actor, reason, key); err != nil {
			return err
		}
		out, err = exposureOf(ctx, tx, number)
		return err
	})
	return out, err
}

// orSelfService explains a refusal that depends on the profile.
func (s *Pool) orSelfService(who routine.Who, err error) error {
	if err == ErrMayNot && who.Role.HoldsGroup() && !s.profile.SelfServiceBlock {
		return ErrNoSelfService
	}
	return err
}

// Find says that a key has turned up. One that was looked for is as before; a block is lifted by the lock manager alone, with
// a reason, and the key lies in its group's reserve until it is issued again.
func (s *Pool) Find(ctx context.Context, who routine.Who, number, reason string) error {
	reason, err := text("reason", reason)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx PoolTx) error {
		key, rule, err := s.tended(ctx, tx, who, number, routine.MissKey)
		if err != nil {
			return err
		}
		switch key.State {
		case KeySuspect:
			key.State, key.BlockReason = KeyIssued, ""
		case KeyBlocked:
			if rule = s.profile.MayTend(who.Role, routine.LiftBlock, false, false); rule == "" {
				return ErrMayNot
			}
			key.State, key.BlockReason, key.BlockedAt = KeyInStock, "", time.Time{}
			if err := s.keys.unlist(ctx, tx, credential.BlockKey, uint64(key.Device)); err != nil {
				return err
			}
		default:
			return ErrNotLost.Fill(number)
		}
		if err := tx.PutKeys(ctx, []Key{key}); err != nil {
			return err
		}
		if err := tx.SettleDifferences(ctx, number, DifferenceExplained, reason, who.Actor); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.KeyReturned, who, []string{key.ID}, "key", number, "what", "found", "reason", reason, journal.FieldGround, rule))
	})
}

// Replace hands out a key in place of a lost one, which must be blocked and in force (V2.2-e). It comes from the group's
// reserve or from the lock manager's stock, and makes one loss good.
func (s *Pool) Replace(ctx context.Context, who routine.Who, lost, replacement string) error {
	if s.profile.MayTend(who.Role, routine.HandOutKeys, false, false) == "" {
		return ErrMayNot
	}
	return s.keys.Replace(ctx, who.Actor, lost, replacement)
}

// Replace is [Pool.Replace] for the lock manager's own tools.
func (s *Keys) Replace(ctx context.Context, actor, lost, replacement string) error {
	return s.db.Update(ctx, func(tx KeyTx) error {
		old, err := keyByNumber(ctx, tx, lost)
		if err != nil {
			return err
		}
		fresh, err := keyByNumber(ctx, tx, replacement)
		if err != nil {
			return err
		}
		if old.State != KeyBlocked {
			return ErrNotYetBlocked.Fill(lost)
		}
		first, err := tx.PutReplacement(ctx, old, fresh.ID)
		if err != nil || !first {
			return orErr(err, ErrReplaced.Fill(lost))
		}
		issued, err := tx.IssueFromStock(ctx, fresh.ID, old.ID)
		if err != nil || !issued {
			return orErr(err, ErrNotInStock.Fill(replacement))
		}
		return journal.Append(ctx, tx, keyEntry(journal.KeyIssued, actor, fresh, journal.Field{Name: "replaces", Value: old.ID}))
	})
}
