package identity

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
)

// What a front door remembers between two steps of a login: for so long, so much of it, and so many at once, since strangers cause it.
const (
	StateLife = 10 * time.Minute
	maxState  = 160 << 10
	maxStates = 2000
)

// ErrState says that a login has taken too long, or was gone through already.
var ErrState = problem.New(problem.Invalid, "login-state",
	"Inloggningen tog för lång tid eller är redan klar. Börja om.", "The login took too long or is finished already. Start again.")

// Keep remembers a text under a secret for the browser, for [StateLife].
func (s *Sessions) Keep(ctx context.Context, body string) (secret string, err error) {
	if len(body) > maxState {
		return "", ErrState
	}
	secret = newSecretText()
	return secret, s.db.Update(ctx, func(tx AccountTx) error {
		// The oldest give way: who would keep others out by beginning logins must begin thousands while one person finishes theirs.
		if err := tx.TrimStates(ctx, tx.Now(), maxStates-1); err != nil {
			return err
		}
		return tx.InsertState(ctx, hashOf(secret), body, tx.Now().Add(StateLife))
	})
}

// Take returns what was kept under a secret, once.
func (s *Sessions) Take(ctx context.Context, secret string) (body string, err error) {
	err = s.db.Update(ctx, func(tx AccountTx) error {
		var ok bool
		body, ok, err = tx.TakeState(ctx, hashOf(secret), tx.Now())
		if err == nil && !ok {
			err = ErrState
		}
		return err
	})
	return body, err
}
