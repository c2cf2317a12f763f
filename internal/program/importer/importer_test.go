package importer_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/sample"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var today = swedish.NewDate(2026, 11, 23)

func options(t testing.TB) importer.Options {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return importer.Options{Day: today, Location: loc}
}

func open(t testing.TB, target string) *municipality.Municipality {
	t.Helper()
	m, err := municipality.Open(t.Context(), target, municipality.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func run(t testing.TB, m *municipality.Municipality, folder string, o importer.Options) *importer.Result {
	t.Helper()
	r, err := importer.Run(t.Context(), m, folder, "sv", o)
	if err != nil {
		t.Fatalf("import: %v", err)
	}
	return r
}

func makeSample(t testing.TB, clients int, faults bool) (string, *sample.Facit) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sample")
	facit, err := sample.Write(dir, sample.Options{Clients: clients, Seed: 7, Faults: faults, Day: today})
	if err != nil {
		t.Fatal(err)
	}
	return dir, facit
}

func codes(r *importer.Result) map[string]int {
	out := map[string]int{}
	for _, f := range r.Rejected {
		out[f.Code]++
	}
	return out
}

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

func TestImportFindsEveryFaultAndTheSameFolderAgainChangesNothing(t *testing.T) {
	dir, facit := makeSample(t, 300, true)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		m := open(t, target)
		first := run(t, m, dir, options(t))
		if got := codes(first); !maps.Equal(got, facit.Faults) {
			t.Errorf("faults: got %v, want %v", got, facit.Faults)
		}
		size, err := m.Log.Integrate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		again := run(t, m, dir, options(t))
		if sum(again.Accepted) != 0 || !maps.Equal(again.Unchanged, first.Accepted) || len(again.Vanished) != 0 {
			t.Errorf("again: accepted %v, unchanged %v, vanished %v; want nothing, %v, nothing", again.Accepted, again.Unchanged, again.Vanished, first.Accepted)
		}
		if after, err := m.Log.Integrate(t.Context()); err != nil || after != size {
			t.Errorf("the journal grew from %d to %d entries (%v) though nothing changed", size, after, err)
		}
		wantConsistent(t, m)
	})
}

func wantConsistent(t *testing.T, m *municipality.Municipality) {
	t.Helper()
	if changed, err := m.Recompute(t.Context()); err != nil || changed != 0 {
		t.Errorf("full recomputation: %d rows changed, %v; want none", changed, err)
	}
	if _, err := m.Log.Check(t.Context()); err != nil {
		t.Errorf("journal: %v", err)
	}
}

// The municipality that the design ships with, when it is there: its own list of planted faults is the measure.
func TestImportOfTheSharedMunicipality(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "kommun")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the shared registers are not here; the generated sample above covers the same faults")
	}
	m := open(t, t.TempDir())
	r := run(t, m, dir, options(t))
	want := map[string]int{"client-personnummer-invalid": 15, "client-twice": 15, "service-unknown-group": 15, "service-ends-before-start": 15,
		"lock-second-for-dwelling": 15, "lock-serial-twice": 15, "service-date-invalid": 15, "staff-unknown-group": 15, "key-number-twice": 15,
		"provider-orgnr-invalid": 1, "service-personnummer-invalid": 1}
	if got := codes(r); !maps.Equal(got, want) {
		t.Errorf("faults: got %v, want %v", got, want)
	}
	if got := r.Accepted["kunder"]; got != 2300 {
		t.Errorf("clients: got %d, want 2300", got)
	}
	wantConsistent(t, m)
}

func TestDryRunChangesNothing(t *testing.T) {
	dir, _ := makeSample(t, 50, false)
	m := open(t, t.TempDir())
	o := options(t)
	o.DryRun = true
	if r := run(t, m, dir, o); r.Accepted["kunder"] != 50 {
		t.Errorf("dry run: got %d clients, want 50", r.Accepted["kunder"])
	}
	if r := run(t, m, dir, options(t)); r.Accepted["kunder"] != 50 {
		t.Errorf("after the dry run: got %d new clients, want all 50", r.Accepted["kunder"])
	}
}

// edit changes a file of a folder. The samples are windows-1252; the words that the tests change are ASCII.
func edit(t *testing.T, dir, file string, change func(lines []string) []string) {
	t.Helper()
	path := filepath.Join(dir, file)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := change(strings.Split(strings.TrimRight(string(b), "\r\n"), "\r\n"))
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\r\n")+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCorrectedFolderUpdatesAndVanishedRowsAreOnlyListed(t *testing.T) {
	dir, _ := makeSample(t, 60, false)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		copied := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		m := open(t, target)
		run(t, m, copied, options(t))
		rights := countRights(t, m)

		edit(t, copied, "insatser.csv", func(lines []string) []string {
			return append(lines[:1], lines[2:]...) // the first service is gone
		})
		edit(t, copied, "nycklar.csv", func(lines []string) []string {
			cells := strings.Split(lines[1], ";")
			cells[3] = "2026-11-01"
			lines[1] = strings.Join(cells, ";")
			return lines
		})
		r := run(t, m, copied, options(t))
		if len(r.Vanished) != 1 || r.Vanished[0].File != "insatser" {
			t.Errorf("vanished: got %v, want the one service", r.Vanished)
		}
		if r.Accepted["nycklar"] != 1 || sum(r.Accepted) != 1 {
			t.Errorf("accepted: got %v, want the one key", r.Accepted)
		}
		if got := countRights(t, m); got != rights {
			t.Errorf("rights: got %d, want the %d from before: vanished rows end nothing", got, rights)
		}
		wantConsistent(t, m)
	})
}

func countRights(t *testing.T, m *municipality.Municipality) (n int) {
	t.Helper()
	err := m.DB.View(t.Context(), func(tx *storage.Tx) error {
		ids, err := tx.ClientIDsAfter(t.Context(), "", 1000)
		if err != nil {
			return err
		}
		var rights []access.Right
		rights, err = tx.RightsOf(t.Context(), ids)
		n = len(rights)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnInterruptedImportGoesOn(t *testing.T) {
	dir, _ := makeSample(t, 400, false)
	whole := open(t, t.TempDir())
	run(t, whole, dir, options(t))
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		m := open(t, target)
		for i := range 3 { // further each time, by a part: how much is in the next ones depends on how quick the machine is
			ctx, cancel := context.WithCancel(t.Context())
			o := options(t)
			o.Progress = func(step string, done, all int) {
				if step == "apply" {
					cancel()
				}
			}
			if _, err := importer.Run(ctx, m, dir, "sv", o); !errors.Is(err, context.Canceled) {
				t.Fatalf("stopped a %d. time: got %v, want context.Canceled", i+1, err)
			}
		}
		r := run(t, m, dir, options(t))
		if !r.Resumed {
			t.Error("the import began anew instead of going on")
		}
		if got, want := countRights(t, m), countRights(t, whole); got != want {
			t.Errorf("rights: got %d, want %d as without interruption", got, want)
		}
		wantConsistent(t, m)
	})
}

func TestUnreadableFoldersChangeNothing(t *testing.T) {
	good, _ := makeSample(t, 20, false)
	for name, spoil := range map[string]func(dir string) error{
		"a file is missing": func(dir string) error { return os.Remove(filepath.Join(dir, "kunder.csv")) },
		"a column is missing": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "grupper.csv"), []byte("grupp;namn\r\nG1;x\r\n"), 0o600)
		},
		"not a table": func(dir string) error { return os.WriteFile(filepath.Join(dir, "las.csv"), make([]byte, 1000), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "copy")
			if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
				t.Fatal(err)
			}
			if err := spoil(dir); err != nil {
				t.Fatal(err)
			}
			m := open(t, t.TempDir())
			r, err := importer.Run(t.Context(), m, dir, "sv", options(t))
			if err == nil {
				t.Fatalf("got %+v, want an error", r.Accepted)
			}
			if got := countRights(t, m); got != 0 {
				t.Errorf("rights after %v: got %d, want 0", err, got)
			}
		})
	}
}
