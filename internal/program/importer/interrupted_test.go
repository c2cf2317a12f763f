package importer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/storage/storagetest"
)

// A change of a group that answers alarms far out concerns everybody, also when the import that brought it was
// interrupted before it had come to everybody: the next one, to which the group is not new, must finish it.
func TestAnInterruptedChangeOfARuralGroupReachesEverybody(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		dir, _ := makeSample(t, 120, false)
		m := open(t, target)
		run(t, m, dir, options(t))
		before := countRights(t, m)
		edit(t, dir, "grupper.csv", func(lines []string) []string {
			for i, line := range lines {
				if cells := strings.Split(line, ";"); cells[3] != "landsbygd" && strings.HasPrefix(line, "G001;") {
					cells[3] = "landsbygd"
					lines[i] = strings.Join(cells, ";")
				}
			}
			return lines
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o := options(t)
		o.Progress = func(step string, done, all int) {
			if step == "apply" && done == all {
				cancel()
			}
		}
		_, err := importer.Run(ctx, m, dir, "sv", o)
		if !errors.Is(err, importer.ErrUnfinished) || !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want an unfinished import", err)
		}
		run(t, m, dir, options(t))
		if got := countRights(t, m); got <= before {
			t.Errorf("rights: got %d, want more than the %d from before there was one more group for alarms far out", got, before)
		}
		wantConsistent(t, m)
	})
}

// proves issue 01, item 2: a second import is refused while one runs, and disturbs it in nothing
func TestOneImportAtATime(t *testing.T) {
	dir, _ := makeSample(t, 60, false)
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		m, other := open(t, target), open(t, target)
		o := options(t)
		tried := false
		o.Progress = func(step string, _, _ int) {
			if step != "apply" || tried {
				return
			}
			tried = true
			if _, err := importer.Run(t.Context(), other, dir, "sv", options(t)); !errors.Is(err, importer.ErrRunning) {
				t.Errorf("a second import: got %v, want ErrRunning", err)
			}
		}
		if r := run(t, m, dir, o); !tried || r.Accepted["kunder"] != 60 {
			t.Errorf("got %d clients, second import tried: %v; want 60, true", r.Accepted["kunder"], tried)
		}
		if r := run(t, other, dir, options(t)); sum(r.Accepted) != 0 || r.Resumed {
			t.Errorf("afterwards: got %v, resumed %v; want nothing new and nothing to resume", r.Accepted, r.Resumed)
		}
		wantConsistent(t, m)
	})
}
