package storagetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"hemnyckel/internal/base/txn"
)

// Transactions is the contract of every kind of record that a module keeps: what it writes is there in full after a commit
// and not at all after anything else. put stores a record under a key of the test's choosing; has reports whether it is
// there. Run it for a service's whole write (state and journal entry) to show that they stand or fall together:
//
//	storagetest.Each(t, func(t *testing.T, db *storage.DB) { storagetest.Transactions(t, db, put, has) })
func Transactions[T any](t *testing.T, run txn.Runner[T],
	put func(ctx context.Context, tx T, key string) error, has func(ctx context.Context, tx T, key string) (bool, error),
) {
	t.Helper()
	c := &contract[T]{t, run, put, has}
	c.expect("absent", false)
	c.commits()
	c.takesBack()
	c.seesOwnWrites()
	c.keepsAllInParallel()
	c.viewsAreStable()
}

type contract[T any] struct {
	t   *testing.T
	run txn.Runner[T]
	put func(context.Context, T, string) error
	has func(context.Context, T, string) (bool, error)
}

func (c *contract[T]) expect(key string, want bool) {
	c.t.Helper()
	ctx := c.t.Context()
	err := c.run.View(ctx, func(tx T) error {
		got, err := c.has(ctx, tx, key)
		if err == nil && got != want {
			c.t.Errorf("record %q there: %t, want %t", key, got, want)
		}
		return err
	})
	if err != nil {
		c.t.Errorf("look for %q: %v", key, err)
	}
}

func (c *contract[T]) commits() {
	c.t.Helper()
	ctx := c.t.Context()
	if err := c.run.Update(ctx, func(tx T) error { return c.put(ctx, tx, "committed") }); err != nil {
		c.t.Errorf("put: %v", err)
	}
	c.expect("committed", true)
}

var errInjected = errors.New("injected")

// takesBack fails after the write by an error, by the end of the caller's context, and by a panic.
func (c *contract[T]) takesBack() {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	failures := []struct {
		key  string
		fail func() error
	}{
		{"error", func() error { return errInjected }},
		{"canceled", func() error { cancel(); return nil }},
		{"panic", func() error { panic(errInjected) }},
	}
	for _, f := range failures {
		func() {
			defer func() { _ = recover() }()
			err := c.run.Update(ctx, func(tx T) error {
				return errors.Join(c.put(context.WithoutCancel(ctx), tx, f.key), f.fail())
			})
			if err == nil {
				c.t.Errorf("%s: the update says that it has committed", f.key)
			}
		}()
		c.expect(f.key, false)
		if f.key == "canceled" {
			ctx = c.t.Context()
		}
	}
}

func (c *contract[T]) seesOwnWrites() {
	c.t.Helper()
	ctx := c.t.Context()
	err := c.run.Update(ctx, func(tx T) error {
		if err := c.put(ctx, tx, "own"); err != nil {
			return err
		}
		found, err := c.has(ctx, tx, "own")
		if !found {
			c.t.Error("a transaction does not see its own record")
		}
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
}

func (c *contract[T]) keepsAllInParallel() {
	c.t.Helper()
	ctx := c.t.Context()
	key := func(i int) string { return fmt.Sprint("parallel-", i) }
	const writers = 8
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			if err := c.run.Update(ctx, func(tx T) error { return c.put(ctx, tx, key(i)) }); err != nil {
				c.t.Errorf("%s: %v", key(i), err)
			}
		})
	}
	wait.Wait()
	for i := range writers {
		c.expect(key(i), true)
	}
}

func (c *contract[T]) viewsAreStable() {
	c.t.Helper()
	ctx := c.t.Context()
	err := c.run.View(ctx, func(tx T) error {
		if _, err := c.has(ctx, tx, "later"); err != nil {
			return err
		}
		if err := c.run.Update(ctx, func(tx T) error { return c.put(ctx, tx, "later") }); err != nil {
			return err
		}
		found, err := c.has(ctx, tx, "later")
		if found {
			c.t.Error("a view sees what was committed after it began")
		}
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
	c.expect("later", true)
}
