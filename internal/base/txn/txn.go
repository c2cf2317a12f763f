// Package txn is what a domain module needs of a database: a way to run a function in a transaction.
//
// A module declares, as its own Tx interface, the few methods that it needs; internal/storage has one concrete
// transaction with them all. [Narrow] fits the one to the other. The package knows nothing of SQL.
//
// Convention of the house: a Service's exported methods open and commit; functions that take a tx compose.
package txn

import (
	"context"
	"time"
)

// Runner runs functions in transactions of type T.
type Runner[T any] interface {
	// View runs f in a read-only snapshot.
	View(ctx context.Context, f func(tx T) error) error
	// Update runs f in a read-write transaction and commits if f returns nil. f may run more than once, when the
	// database asks for a retry: it must not have effects outside tx.
	Update(ctx context.Context, f func(tx T) error) error
}

// Clock is what every Tx has: the one instant of the whole transaction, UTC, whole microseconds.
type Clock interface {
	Now() time.Time
}

// Narrow lets a Runner of a wide transaction serve a module that needs only a part of it.
// narrow is nearly always the identity: func(tx *storage.Tx) care.Tx { return tx }.
func Narrow[W, N any](r Runner[W], narrow func(W) N) Runner[N] {
	return narrowed[W, N]{r, narrow}
}

type narrowed[W, N any] struct {
	r      Runner[W]
	narrow func(W) N
}

func (n narrowed[W, N]) View(ctx context.Context, f func(N) error) error {
	return n.r.View(ctx, func(w W) error { return f(n.narrow(w)) })
}

func (n narrowed[W, N]) Update(ctx context.Context, f func(N) error) error {
	return n.r.Update(ctx, func(w W) error { return f(n.narrow(w)) })
}
