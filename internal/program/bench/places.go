package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/sample"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
	"hemnyckel/internal/storage/storagetest"
)

// The engines, as they are called in names.
const (
	onSQLite   = "sqlite"
	onPostgres = "postgres"
)

func engines() []string { return []string{onSQLite, onPostgres} }

// today is the day that all samples are made for and imported on.
func today() swedish.Date { return swedish.NewDate(2026, 11, 23) }

func stockholm() (*time.Location, error) { return time.LoadLocation("Europe/Stockholm") }

// places are temporary folders and databases.
type places struct {
	dir     string
	cluster *storagetest.Cluster
	made    int
	peopled peopled
}

// peopled is the municipality that was populated last.
type peopled struct {
	engine  string
	clients int
	m       *municipality.Municipality
	target  string
}

// folder returns a folder of its own that goes away at the end.
func (s *session) folder(name string) (string, error) {
	p := &s.places
	if p.dir == "" {
		made, err := os.MkdirTemp("", "hemnyckel-bench-")
		if err != nil {
			return "", err
		}
		p.dir = made
	}
	p.made++
	return filepath.Join(p.dir, fmt.Sprintf("%s-%d", name, p.made)), nil
}

// target returns a municipality that does not exist yet: a folder or a fresh PostgreSQL database.
func (s *session) target(ctx context.Context, engine string) (string, error) {
	folder, err := s.folder("db")
	if err != nil || engine == onSQLite {
		return folder, err
	}
	p := &s.places
	if p.cluster == nil {
		if p.cluster, err = storagetest.StartCluster(""); err != nil {
			return "", err
		}
		if err := os.Setenv(storagetest.KeysVariable, p.cluster.Keys()); err != nil {
			return "", err
		}
	}
	admin, err := postgres.Pool(p.cluster.URL("postgres"), 0, 0)
	if err != nil {
		return "", err
	}
	defer admin.Close()
	name := fmt.Sprintf("bench_%d", p.made)
	_, err = admin.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
	return p.cluster.URL(name), err
}

// drop removes a municipality that is no longer needed, so that the next one does not share its disk cache.
func (s *session) drop(target string) {
	if filepath.IsAbs(target) {
		os.RemoveAll(target)
	}
}

// pool is a plain connection to the engine of a target, for bare work and for counting.
func pool(engine, target string) (*sql.DB, error) {
	if engine == onSQLite {
		return sqlite.Pool(filepath.Join(target, sqlite.File), "busy_timeout(10000)")
	}
	return postgres.Pool(target, time.Minute, time.Minute)
}

func (s *session) close() error {
	errs := []error{s.leave()}
	if s.places.cluster != nil {
		errs = append(errs, s.places.cluster.Stop())
	}
	if s.places.dir != "" {
		errs = append(errs, os.RemoveAll(s.places.dir))
	}
	return errors.Join(errs...)
}

// registers writes a made-up municipality and returns its folder.
func (s *session) registers(clients int, faults bool) (string, error) {
	folder, err := s.folder("registers")
	if err != nil {
		return "", err
	}
	_, err = sample.Write(folder, sample.Options{Clients: clients, Seed: 1, Faults: faults, Day: today()})
	return folder, err
}

// populated returns a municipality of that many made-up clients. It is the last one again if that has as many: what is measured
// in a large town is measured in one and the same. The one before goes away, so that it does not share the disk's cache.
func (s *session) populated(ctx context.Context, engine string, clients int) (*municipality.Municipality, string, error) {
	if t := s.places.peopled; t.m != nil && t.engine == engine && t.clients == clients {
		return t.m, t.target, nil
	}
	if err := s.leave(); err != nil {
		return nil, "", err
	}
	folder, err := s.registers(clients, false)
	if err != nil {
		return nil, "", err
	}
	target, err := s.target(ctx, engine)
	if err != nil {
		return nil, "", err
	}
	m, err := municipality.Open(ctx, target, municipality.Options{Create: true})
	if err != nil {
		return nil, "", err
	}
	s.places.peopled = peopled{engine, clients, m, target}
	if _, err := importFolder(ctx, m, folder); err != nil {
		return nil, "", errors.Join(err, s.leave())
	}
	return m, target, os.RemoveAll(folder)
}

// leave closes and removes the municipality that was populated last.
func (s *session) leave() error {
	t := s.places.peopled
	s.places.peopled = peopled{}
	if t.m == nil {
		return nil
	}
	defer s.drop(t.target)
	return t.m.Close()
}

func importFolder(ctx context.Context, m *municipality.Municipality, folder string) (*importer.Result, error) {
	loc, err := stockholm()
	if err != nil {
		return nil, err
	}
	return importer.Run(ctx, m, folder, "en", importer.Options{Day: today(), Location: loc, AllowReserve: true})
}

// emptyDatabase makes a municipality without content.
func emptyDatabase(ctx context.Context, engine, target string) error {
	m, err := municipality.Open(ctx, target, municipality.Options{Create: true})
	if err != nil {
		return err
	}
	return m.Close()
}
