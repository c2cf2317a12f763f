package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/identity"
)

var _ identity.TokenTx = (*Tx)(nil)

const tokenColumns = `id, organisation, scopes, created_us, expires_us, revoked_us, token_hash`

type storedToken struct {
	identity.Token
	hash string
}

func scanToken(r row) (storedToken, error) {
	var k storedToken
	var scopes string
	var created, expires, revoked int64
	err := r.Scan(&k.ID, &k.Organisation, &scopes, &created, &expires, &revoked, &k.hash)
	k.Scopes, k.Created, k.Expires = identity.SplitScopes(scopes), fromUS(created), fromUS(expires)
	if revoked != 0 {
		k.Revoked = fromUS(revoked)
	}
	return k, err
}

// InsertToken stores a new token under the hash of its secret.
func (tx *Tx) InsertToken(ctx context.Context, k identity.Token, hash string) error {
	return tx.later(ctx, `INSERT INTO api_tokens (`+tokenColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		k.ID, k.Organisation, identity.JoinScopes(k.Scopes), us(k.Created), us(k.Expires), 0, hash)
}

// TokenByHash returns the token whose secret has this hash, with the hash as it is stored.
func (tx *Tx) TokenByHash(ctx context.Context, hash string) (identity.Token, string, bool, error) {
	k, ok, err := one(ctx, tx, scanToken, `SELECT `+tokenColumns+` FROM api_tokens WHERE token_hash = $1`, hash)
	return k.Token, k.hash, ok, err
}

// TokenByID returns one token.
func (tx *Tx) TokenByID(ctx context.Context, id string) (identity.Token, bool, error) {
	k, ok, err := one(ctx, tx, scanToken, `SELECT `+tokenColumns+` FROM api_tokens WHERE id = $1`, id)
	return k.Token, ok, err
}

// SetTokenRevoked records when a token was revoked.
func (tx *Tx) SetTokenRevoked(ctx context.Context, id string, at time.Time) error {
	return tx.later(ctx, `UPDATE api_tokens SET revoked_us = $1 WHERE id = $2`, us(at), id)
}

// Tokens returns all tokens, the newest first: ids are UUIDv7. A municipality has a handful.
func (tx *Tx) Tokens(ctx context.Context) ([]identity.Token, error) {
	all, err := collect(ctx, tx, scanToken, `SELECT `+tokenColumns+` FROM api_tokens ORDER BY id DESC`)
	tokens := make([]identity.Token, len(all))
	for i, k := range all {
		tokens[i] = k.Token
	}
	return tokens, err
}
