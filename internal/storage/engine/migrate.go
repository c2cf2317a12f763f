package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
)

// tries is how often a step may fail without that the version grows: on SQLite two processes may both want to make the
// table of versions, and the one that loses must look again.
const tries = 4

// MigrateFrom applies the steps after version current. It refuses a database that is newer than the steps. When a step
// fails because another process has just applied it, which version then tells, it goes on.
func MigrateFrom(ctx context.Context, current int64, dialect goose.Dialect, pool *sql.DB, steps fs.FS,
	logger *slog.Logger, version func() (int64, error),
) error {
	provider, err := goose.NewProvider(dialect, pool, steps, goose.WithDisableGlobalRegistry(true))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	for stuck := 0; current < newest; {
		_, failed := provider.Up(ctx)
		reached, err := version()
		if err != nil {
			return err
		}
		if failed != nil && reached <= current {
			if stuck++; stuck == tries {
				return fmt.Errorf("migrate: %w", failed)
			}
			time.Sleep(time.Duration(stuck) * 10 * time.Millisecond)
			continue
		}
		logger.Info("database schema brought up to date", "from", current, "to", reached)
		current = reached
	}
	if current > newest {
		return SchemaNewer.Fill(current, newest)
	}
	return nil
}

// Newest is the number of the last step.
func Newest(steps fs.FS) (int64, error) {
	names, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, version)
	}
	return newest, nil
}
