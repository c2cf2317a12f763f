package identity

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
)

// maxPasskeys is how many passkeys an account has at most.
const maxPasskeys = 20

// Problems with passkeys. Codes are stable.
var (
	ErrPasskeyName = problem.New(problem.Invalid, "passkey-name",
		"Ge passkeyn ett namn på högst 60 tecken, till exempel Min telefon.", "Give the passkey a name of at most 60 characters, such as My phone.")
	ErrPasskeyUnknown = problem.New(problem.NotFound, "passkey-unknown", "Passkeyn finns inte.", "There is no such passkey.")
	ErrPasskeyMany    = problem.New(problem.Conflict, "passkey-many",
		"Du har redan 20 passkeys. Ta bort en först.", "You have 20 passkeys already. Take one away first.")
	ErrPasskeyLast = problem.New(problem.Conflict, "passkey-last",
		"Det är ditt enda sätt att logga in. Lägg till ett annat först.", "It is your only way to log in. Add another first.")
)

// Passkey returns a passkey and its owner, for the front door to check an assertion against.
func (s *Sessions) Passkey(ctx context.Context, id string) (k Passkey, a Account, err error) {
	err = s.db.View(ctx, func(tx AccountTx) error {
		var ok bool
		if k, ok, err = tx.PasskeyByID(ctx, id); err != nil || !ok {
			return orErr(err, ErrLogin)
		}
		if a, err = active(ctx, tx, k.AccountID); err != nil {
			return ErrLogin
		}
		return nil
	})
	return k, a, err
}

// PasskeyLogin logs in whom a passkey has spoken for. The front door has checked the assertion against the record that
// [Sessions.Passkey] gave; record is how it is from now on. A record that has changed meanwhile is refused: the same
// assertion does not work twice.
func (s *Sessions) PasskeyLogin(ctx context.Context, at Arrival, k Passkey, record string) (token string, out Session, err error) {
	err = s.db.Update(ctx, func(tx AccountTx) error {
		if err := usePasskey(ctx, tx, k, record); err != nil {
			return err
		}
		token, out, err = s.start(ctx, tx, at, k.AccountID, Session{Method: ByPasskey, Strong: tx.Now()})
		return err
	})
	return token, out, err
}

// ConfirmPasskey is [Sessions.PasskeyLogin] for somebody who is logged in and is asked again.
func (s *Sessions) ConfirmPasskey(ctx context.Context, token string, k Passkey, record string) error {
	return s.db.Update(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		if me.Account.ID != k.AccountID {
			return ErrOtherPerson
		}
		if err := usePasskey(ctx, tx, k, record); err != nil {
			return err
		}
		return s.confirmed(ctx, tx, me, ByPasskey)
	})
}

func usePasskey(ctx context.Context, tx AccountTx, k Passkey, record string) error {
	now, ok, err := tx.PasskeyByID(ctx, k.ID)
	if err != nil || !ok || now.Record != k.Record || now.AccountID != k.AccountID {
		return orErr(err, ErrLogin)
	}
	now.Record, now.Used = record, tx.Now()
	return tx.PutPasskey(ctx, now)
}

// AddPasskey gives whoever is logged in another passkey, whose making the front door has checked.
func (s *Sessions) AddPasskey(ctx context.Context, token string, k Passkey) error {
	k.Name = strings.TrimSpace(k.Name)
	if k.Name == "" || longer(k.Name, 60) || strings.ContainsFunc(k.Name, control) {
		return ErrPasskeyName.On("name")
	}
	return s.own(ctx, token, func(tx AccountTx, me Session) error {
		all, err := tx.Passkeys(ctx, me.Account.ID)
		if err != nil {
			return err
		}
		if len(all) >= maxPasskeys {
			return ErrPasskeyMany
		}
		if _, taken, err := tx.PasskeyByID(ctx, k.ID); err != nil || taken {
			return orErr(err, ErrPasskeyUnknown)
		}
		k.AccountID, k.Created, k.Used = me.Account.ID, tx.Now(), time.Time{}
		if err := tx.PutPasskey(ctx, k); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(me.Account.Actor(), "passkey added", me.Account.ID))
	})
}

// own runs f for somebody who may change how they log in.
func (s *Sessions) own(ctx context.Context, token string, f func(tx AccountTx, me Session) error) error {
	return s.db.Update(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		if !s.SettingUp(me, tx.Now()) {
			return ErrStepUp
		}
		return f(tx, me)
	})
}

// RemovePasskey takes one away, unless nothing else would be left to log in with.
func (s *Sessions) RemovePasskey(ctx context.Context, token, id string) error {
	return s.own(ctx, token, func(tx AccountTx, me Session) error {
		k, ok, err := tx.PasskeyByID(ctx, id)
		if err != nil || !ok || k.AccountID != me.Account.ID {
			return orErr(err, ErrPasskeyUnknown)
		}
		ways, err := waysOf(ctx, tx, me.Account.ID)
		if err != nil {
			return err
		}
		if len(ways.Passkeys) == 1 && !ways.Local && len(ways.Identifiers) == 0 {
			return ErrPasskeyLast
		}
		if err := tx.DeletePasskey(ctx, me.Account.ID, id); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(me.Account.Actor(), "passkey removed", me.Account.ID))
	})
}

// Ways is how somebody can log in.
type Ways struct {
	Passkeys    []Passkey
	Local       bool // password and app
	Recovery    int  // codes that are left
	Identifiers []Identifier
}

// Ways returns how whoever is logged in can log in.
func (s *Sessions) Ways(ctx context.Context, token string) (w Ways, err error) {
	err = s.db.View(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		w, err = waysOf(ctx, tx, me.Account.ID)
		return err
	})
	return w, err
}

func waysOf(ctx context.Context, tx AccountTx, accountID string) (w Ways, err error) {
	if w.Passkeys, err = tx.Passkeys(ctx, accountID); err != nil {
		return w, err
	}
	secrets, err := tx.SecretsOf(ctx, accountID)
	if err != nil {
		return w, err
	}
	w.Local = secrets.Local()
	if w.Recovery, err = tx.CountCodes(ctx, accountID, RecoveryCode); err != nil {
		return w, err
	}
	w.Identifiers, err = tx.Identifiers(ctx, accountID)
	return w, err
}
