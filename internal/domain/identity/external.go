package identity

import (
	"context"
	"errors"
	"time"

	"hemnyckel/internal/domain/journal"
)

// External is what a provider of identity has vouched for. Names are tried in the order of their worth.
type External struct {
	Issuer string
	Names  []Identifier // without Issuer
	// FormerNumber is a coordination number that the person had before: an identity number that is not known is then added
	// to the account of the former one.
	FormerNumber string
	Level        string
	// At is when the person last showed there who they are: it may be hours ago, as the provider remembers people. Zero: not told.
	At time.Time
}

// ExternalLogin logs in whom a provider of identity has vouched for. Its front door has checked the provider's word.
func (s *Sessions) ExternalLogin(ctx context.Context, at Arrival, e External) (token string, out Session, err error) {
	names, former, err := e.names()
	if err != nil {
		return "", out, err
	}
	var refused error
	err = s.db.Update(ctx, func(tx AccountTx) error {
		token, refused = "", nil
		id, err := known(ctx, tx, names, former)
		if err != nil {
			return err
		}
		if id == "" {
			refused = ErrNoAccount
			return refuse(ctx, tx, "", ByProvider, e.Issuer, "unknown person")
		}
		strong := e.At
		if strong.After(tx.Now()) { // by the provider's clock
			strong = tx.Now()
		}
		token, out, err = s.start(ctx, tx, at, id, Session{Method: ByProvider, Issuer: e.Issuer, Level: e.Level, Strong: strong})
		return err
	})
	if err == nil {
		err = refused
	}
	return token, out, err
}

func (e External) names() (all []Identifier, former Identifier, err error) {
	for _, n := range e.Names {
		n.Issuer = e.Issuer
		if n, err = n.normal(); err != nil {
			return nil, former, ErrLogin.With(err)
		}
		all = append(all, n)
	}
	if e.FormerNumber != "" {
		if former, err = (Identifier{e.Issuer, Number, e.FormerNumber}).normal(); err != nil {
			return nil, former, ErrLogin.With(err)
		}
	}
	return all, former, nil
}

// Refused notes in the journal that what a provider of identity answered has let nobody in, and why. Who causes that too often is not
// noted each time.
func (s *Sessions) Refused(ctx context.Context, at Arrival, issuer, why string) error {
	err := s.db.Update(ctx, func(tx AccountTx) error {
		if err := countOne(ctx, tx, attempt("via:"+at.Address), freeByAddress, leakByAddress); err != nil {
			return err
		}
		return refuse(ctx, tx, "", ByProvider, issuer, device(why))
	})
	if errors.Is(err, ErrThrottled) {
		return nil
	}
	return err
}

// known finds the active account that one of the names belongs to, "" for none. A number that has followed on a coordination number
// is remembered beside it.
func known(ctx context.Context, tx AccountTx, names []Identifier, former Identifier) (string, error) {
	for _, n := range names {
		if id, ok, err := tx.Identified(ctx, n); err != nil || ok {
			return id, err
		}
	}
	if former.Value == "" {
		return "", nil
	}
	id, ok, err := tx.Identified(ctx, former)
	if err != nil || !ok {
		return "", err
	}
	for _, n := range names {
		if n.Kind != Number {
			continue
		}
		if err := tx.PutIdentifier(ctx, id, n, tx.Now()); err != nil {
			return "", err
		}
		if err := journal.Append(ctx, tx, accountEntry(ActorOf(id), "number followed", id, "issuer", n.Issuer)); err != nil {
			return "", err
		}
	}
	return id, nil
}

// ConfirmExternal is [Sessions.ExternalLogin] for somebody who is logged in and is asked again: it must be the same person, and
// the same session goes on.
func (s *Sessions) ConfirmExternal(ctx context.Context, token string, e External) error {
	names, former, err := e.names()
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx AccountTx) error {
		me, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		id, err := known(ctx, tx, names, former)
		if err != nil {
			return err
		}
		if id != me.Account.ID {
			return ErrOtherPerson
		}
		return s.confirmed(ctx, tx, me, ByProvider)
	})
}
