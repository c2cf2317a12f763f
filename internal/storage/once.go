package storage

import (
	"context"

	"hemnyckel/internal/base/txn"
)

// bound runs f as the next Update of ctx is bound to be run (see txn.Once), in the transaction's turn.
func bound(ctx context.Context, tx *Tx, once *txn.Once, f func(tx *Tx) error) error {
	if once == nil {
		return f(tx)
	}
	if once.Key != "" {
		_, found, err := tx.Request(ctx, once.Owner, once.Operation, once.Key)
		if err != nil {
			return err
		}
		if found {
			return txn.ErrDone
		}
	}
	if once.Check != nil {
		if err := once.Check(ctx); err != nil {
			return err
		}
	}
	if err := f(tx); err != nil || once.Key == "" {
		return err
	}
	return tx.later(ctx, `INSERT INTO requests (owner, operation, key, digest, answer, at_us) VALUES ($1, $2, $3, $4, $5, $6)`,
		once.Owner, once.Operation, once.Key, once.Digest, "", us(tx.Now()))
}

// Request is a request that has been carried out.
type Request struct {
	Digest string
	Answer string // "" until it has been noted
}

// Request finds a request by its key.
func (tx *Tx) Request(ctx context.Context, owner, operation, key string) (Request, bool, error) {
	return one(ctx, tx, func(r row) (Request, error) {
		var v Request
		err := r.Scan(&v.Digest, &v.Answer)
		return v, err
	}, `SELECT digest, answer FROM requests WHERE owner = $1 AND operation = $2 AND key = $3`, owner, operation, key)
}

// Requests lets a front door look up and complete what [txn.Once] remembers.
type Requests struct{ db *DB }

// NewRequests returns the remembered requests of one municipality.
func NewRequests(db *DB) Requests { return Requests{db} }

// Find returns the digest and the answer of a request that has been carried out; the answer is "" if it was never noted.
func (q Requests) Find(ctx context.Context, owner, operation, key string) (digest, answer string, found bool, err error) {
	err = q.db.View(ctx, func(tx *Tx) error {
		r, ok, err := tx.Request(ctx, owner, operation, key)
		digest, answer, found = r.Digest, r.Answer, ok
		return err
	})
	return digest, answer, found, err
}

// Answered notes what was answered.
func (q Requests) Answered(ctx context.Context, owner, operation, key, answer string) error {
	return q.db.Update(ctx, func(tx *Tx) error {
		return tx.later(ctx, `UPDATE requests SET answer = $1 WHERE owner = $2 AND operation = $3 AND key = $4`, answer, owner, operation, key)
	})
}
