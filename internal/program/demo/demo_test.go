package demo_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"hemnyckel/internal/program/demo"
	"hemnyckel/internal/storage/storagetest"
)

// build makes the program that the day's parts are started from.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "hemnyckel")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", program, "hemnyckel/cmd/hemnyckel").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

func play(t *testing.T, cfg demo.Config) *demo.Day {
	t.Helper()
	cfg.Lang, cfg.Say = "en", t.Output()
	day, err := demo.Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := day.Close(); err != nil {
			t.Error(err)
		}
	})
	return day
}

// The whole chain, on both engines, and a second day in the same municipality.
//
// proves V1.1-a, V1.1-e, V2.1-g, V2.2-e, V2.5-a, V2.5-b, V5.1-c, V5.7-c, S-d
func TestDay(t *testing.T) {
	program := build(t)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		for range 2 {
			r := play(t, demo.Config{Program: program, DB: target, Clients: 600}).Result()
			if r.Clients != 600 || r.Orders < 3 || r.Openings < 10 || r.Refusals < 3 || !r.Verified || r.JournalEntries < 600 {
				t.Errorf("the day came to %+v", r)
			}
			for _, s := range r.Steps {
				if !s.OK {
					t.Errorf("step %s did not hold", s.Name)
				}
			}
		}
	})
}

// The server is killed at random moments while orders arrive, keys sync and doors open: nothing that was acknowledged is
// lost, and nothing is there twice. HEMNYCKEL_CHAOS_ROUNDS sets how often; the default is 50.
func TestKillingTheServerLosesNothing(t *testing.T) {
	kills := 50
	if n, err := strconv.Atoi(os.Getenv("HEMNYCKEL_CHAOS_ROUNDS")); err == nil {
		kills = n
	}
	program := build(t)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		day := play(t, demo.Config{Program: program, DB: target, Clients: 600, Kills: kills})
		if err := day.Torment(t.Context()); err != nil {
			t.Error(err)
		}
		r := day.Result()
		t.Logf("%d kills, %d orders, %d syncs, %d openings", day.Kills(), r.Orders, r.Syncs, r.Openings)
	})
}
