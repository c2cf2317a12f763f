package txn

import "context"

// Once is what the next Update in a context must respect, and shall remember, beside what its own function does: that is
// how a front door makes any service's change conditional and idempotent without the service knowing. The database handles
// it in the Update's own transaction and turn, in which nothing else can change.
type Once struct {
	// Check, if there is one, is asked before the function runs; its error ends the Update. It may read with Views: they
	// see what was committed last, which cannot change until this Update has ended.
	Check func(ctx context.Context) error

	// Key, with Owner and Operation, names the request: "" remembers nothing. An Update that commits stores it with the
	// digest of what was asked; one that finds it stored ends with [ErrDone] and has done nothing.
	Owner, Operation, Key, Digest string

	spent bool
}

// ErrDone says that a request has been carried out before.
var ErrDone = doneError{}

type doneError struct{}

func (doneError) Error() string { return "the request has been carried out before" }

type onceKey struct{}

// WithOnce returns a context whose next committed Update is bound by o. Later Updates in the same context are not: a
// request is one change, and what its service then notes is not another.
func WithOnce(ctx context.Context, o Once) context.Context {
	return context.WithValue(ctx, onceKey{}, &o)
}

// OnceOf returns what binds the next Update in ctx, or nil.
func OnceOf(ctx context.Context) *Once {
	o, _ := ctx.Value(onceKey{}).(*Once)
	if o == nil || o.spent {
		return nil
	}
	return o
}

// Spend says that an Update bound by o has committed.
func (o *Once) Spend() { o.spent = true }
