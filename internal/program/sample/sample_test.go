package sample_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/edge/registers"
	"hemnyckel/internal/program/sample"
)

const day = swedish.Date(2026_11_23)

// compare writes a sample, reads it back and says how what the reader found differs from what the sample says of itself.
func compare(dir string, o sample.Options) error {
	facit, err := sample.Write(dir, o)
	if err != nil {
		return err
	}
	r, faults, err := registers.Read(context.Background(), dir, registers.Options{Day: o.Day, AllowReserve: true})
	if err != nil {
		return err
	}
	codes, rejected := map[string]int{}, map[string]int{}
	for _, f := range faults {
		codes[f.Code]++
		rejected[f.File]++
	}
	if !maps.Equal(codes, facit.Faults) {
		return fmt.Errorf("faults: got %v, want %v", codes, facit.Faults)
	}
	for file, rows := range facit.Rows {
		if got := r.Accepted()[file]; got != rows-rejected[file] || r.Rows[file] != rows {
			return fmt.Errorf("%s: accepted %d of %d, want %d of %d", file, got, r.Rows[file], rows-rejected[file], rows)
		}
	}
	got := sample.Facit{Day: facit.Day, Seed: facit.Seed, Rows: facit.Rows, Faults: facit.Faults,
		Clients: len(r.Clients), Groups: len(r.Groups), Couples: len(r.Clients) - r.Dwellings}
	for _, s := range r.Services {
		switch s.Kind {
		case registers.ServiceHomeCare:
			got.HomeCare++
		case registers.ServiceAlarm:
			got.Alarm++
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(*facit) {
		return fmt.Errorf("got %+v, want %+v", got, *facit)
	}
	return nil
}

// proves issue 01 item 2: a sample with faults is read back with exactly its right answers, one without with none.
func TestReadBack(t *testing.T) {
	for _, o := range []sample.Options{
		{Clients: 1, Seed: 1, Faults: true}, {Clients: 1, Seed: 2}, {Clients: 2300, Seed: 20261121, Faults: true}, {Clients: 2300, Seed: 7},
		{Clients: 12_000, Seed: 3, Faults: true},
	} {
		o.Day = day
		if err := compare(t.TempDir(), o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestReadBackSmall(t *testing.T) {
	root, n := t.TempDir(), 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		o := sample.Options{Clients: rapid.IntRange(1, 120).Draw(t, "clients"), Seed: rapid.Uint64().Draw(t, "seed"),
			Faults: rapid.Bool().Draw(t, "faults"), Day: day.Add(rapid.IntRange(-3000, 3000).Draw(t, "day"))}
		if err := compare(filepath.Join(root, fmt.Sprint(n)), o); err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
	})
}

// Every kind of fault that the right answers of the example municipality name is planted.
func TestEveryFault(t *testing.T) {
	dir := t.TempDir()
	facit, err := sample.Write(dir, sample.Options{Clients: 300, Seed: 1, Faults: true, Day: day})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range strings.Fields("client-personnummer-invalid client-twice service-unknown-group service-ends-before-start " +
		"lock-second-for-dwelling lock-serial-twice service-date-invalid staff-unknown-group key-number-twice provider-orgnr-invalid " +
		"service-personnummer-invalid") {
		if facit.Faults[code] == 0 {
			t.Errorf("%s is not planted", code)
		}
	}
	raw, err := os.ReadFile(filepath.Join(dir, "FACIT.json"))
	if err != nil {
		t.Fatal(err)
	}
	var written sample.Facit
	if err := json.Unmarshal(raw, &written); err != nil || fmt.Sprint(written) != fmt.Sprint(*facit) {
		t.Errorf("FACIT.json: got %+v, %v; want %+v", written, err, *facit)
	}
}

func TestDeterministic(t *testing.T) {
	write := func(seed uint64) map[string]string {
		dir := t.TempDir()
		if _, err := sample.Write(dir, sample.Options{Clients: 200, Seed: seed, Faults: true, Day: day}); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		content := map[string]string{}
		for _, f := range files {
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			content[filepath.Base(f)] = string(raw)
		}
		return content
	}
	one := write(1)
	if len(one) != 9 || !maps.Equal(one, write(1)) {
		t.Error("the same seed gives other files")
	}
	if maps.Equal(one, write(2)) {
		t.Error("another seed gives the same files")
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "kunder.csv"), []byte("real"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sample.Write(dir, sample.Options{Clients: 1, Day: day}); !errors.Is(err, sample.ErrExists) {
		t.Errorf("existing register: got %v, want %v", err, sample.ErrExists)
	}
	if raw, _ := os.ReadFile(filepath.Join(dir, "kunder.csv")); string(raw) != "real" {
		t.Errorf("the register was overwritten with %q", raw)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("the refused folder has %d files, want 1", len(left))
	}
	for _, n := range []int{-1, 0, sample.MaxClients + 1} {
		if _, err := sample.Write(t.TempDir(), sample.Options{Clients: n, Day: day}); !errors.Is(err, sample.ErrSize) {
			t.Errorf("%d clients: got %v, want %v", n, err, sample.ErrSize)
		}
	}
	if _, err := sample.Write(t.TempDir(), sample.Options{Clients: 1}); !errors.Is(err, sample.ErrDay) {
		t.Errorf("no day: got %v, want %v", err, sample.ErrDay)
	}
}
