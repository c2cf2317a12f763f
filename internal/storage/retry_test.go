package storage

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"hemnyckel/internal/storage/engine"
)

// refusing is an engine that asks for a retry so many times, at a statement or in the commit.
type refusing struct {
	engine.Engine
	engine.Session
	statements, commits int
	rolledBack          int
}

func (r *refusing) Update(context.Context) (engine.Session, error) { return r, nil }
func (r *refusing) Translate(err error) error                      { return err }
func (r *refusing) Rollback() error                                { r.rolledBack++; return nil }

func (r *refusing) Limits() engine.Limits { return engine.Limits{} }

func (r *refusing) Run(context.Context, ...*engine.Call) error {
	if r.statements--; r.statements >= 0 {
		return fmt.Errorf("statement: %w", engine.ErrRetry)
	}
	return errStatement
}

func (r *refusing) Commit(context.Context, ...*engine.Call) error {
	if r.commits--; r.commits >= 0 {
		return fmt.Errorf("commit: %w", engine.ErrRetry)
	}
	return nil
}

var errStatement = errors.New("statement refused for good")

func over(e engine.Engine) *DB {
	return &DB{engine: e, turn: make(chan struct{}, 1), clock: time.Now, bound: 10 * time.Second}
}

func TestUpdateRunsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := 0
		err := over(&refusing{commits: 5}).Update(t.Context(), func(*Tx) error { runs++; return nil })
		if runs != 6 || err != nil {
			t.Errorf("got %d runs, %v; want 6", runs, err)
		}
	})
}

// The retry counts even where f hides why it failed; an error that is not a retry ends the Update.
func TestUpdateRunsAgainAfterAHiddenStatement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, runs := &refusing{statements: 3}, 0
		err := over(e).Update(t.Context(), func(tx *Tx) error {
			runs++
			_, err := tx.exec(t.Context(), "x")
			return fmt.Errorf("hidden: %v", err)
		})
		if runs != 4 || e.rolledBack != 4 || errors.Is(err, engine.ErrRetry) {
			t.Errorf("got %d runs, %d rolled back, %v", runs, e.rolledBack, err)
		}
	})
}

func TestUpdateGivesUpAfterTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := over(&refusing{commits: 1 << 30}).Update(t.Context(), func(*Tx) error { return nil })
		if !errors.Is(err, engine.Busy) {
			t.Errorf("got %v, want database-busy", err)
		}
		if took := time.Since(began); took < 10*time.Second || took > 11*time.Second {
			t.Errorf("gave up after %v, want 10 s", took)
		}
	})
}
