package bench_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	_ "time/tzdata"

	"hemnyckel/internal/program/bench"
)

// TestMain lets this test binary be the child process that a measurement starts, as the command itself is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-child" {
		os.Exit(bench.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func run(t *testing.T, args ...string) (code int, results []bench.Result, stderr string) {
	t.Helper()
	var out, notes bytes.Buffer
	code = bench.Main(args, strings.NewReader(""), &out, &notes)
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("standard output has something else than JSON: %q", line)
		}
		for _, name := range []string{"name", "value", "unit", "limit", "ratio", "peer", "peer_value"} {
			if _, ok := fields[name]; !ok {
				t.Errorf("%s has no %s", line, name)
			}
		}
		var r bench.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	return code, results, notes.String()
}

// Every family runs at a tiny size, on SQLite all of them and on PostgreSQL one, and gives the figures that it lists.
// The figures themselves are judged by nobody.
func TestFamiliesRun(t *testing.T) {
	for only, want := range map[string]int{
		"grant-issue": 1, "lock-decision,lock-revisit": 2, "lock-revisit": 1, "first-contact-bytes,known-bytes": 2, "journal-append/postgres": 1, "journal-integrate/sqlite": 1,
		"import/sqlite": 1, "order/sqlite/1000": 1, "order-growth/sqlite,rights-growth/sqlite": 2, "station-wait-during-import/sqlite": 4,
		"page/client/sqlite/15000,page-bytes/start/sqlite/15000": 2,
	} {
		t.Run(strings.ReplaceAll(only, "/", ":"), func(t *testing.T) {
			code, results, notes := run(t, "-quick", "-only", only)
			if code != 0 {
				t.Fatalf("exit %d:\n%s", code, notes)
			}
			if len(results) != want {
				t.Errorf("got %d figures %v, want %d", len(results), results, want)
			}
			for _, r := range results {
				if r.Value <= 0 || r.Limit == nil || *r.Limit <= 0 || r.Ratio == nil {
					t.Errorf("%s: got value %v, limit %v; both are to be measured", r.Name, r.Value, r.Limit)
				}
			}
		})
	}
}

func TestPage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.html")
	if code, _, notes := run(t, "-quick", "-only", "grant-issue", "-o", page); code != 0 {
		t.Fatalf("exit %d:\n%s", code, notes)
	}
	b, err := os.ReadFile(page)
	if err != nil || !bytes.Contains(b, []byte("<td>grant-issue</td>")) {
		t.Errorf("the page lacks the figure: %v\n%s", err, b)
	}
}

func TestUnknownNames(t *testing.T) {
	for _, args := range [][]string{{"-only", "no-such-figure"}, {"import"}, {"-no-such-flag"}} {
		if code, results, _ := run(t, args...); code != 2 || len(results) > 0 {
			t.Errorf("%v: got exit %d and %d figures, want 2 and none", args, code, len(results))
		}
	}
}

func TestList(t *testing.T) {
	var out bytes.Buffer
	if code := bench.Main([]string{"-list"}, nil, &out, os.Stderr); code != 0 {
		t.Fatalf("exit %d", code)
	}
	for _, name := range []string{"import/sqlite ", "import/postgres ", "order/sqlite/100000 ", "grant-issue ", "lock-decision ", "journal-append/postgres "} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("the list lacks %s", name)
		}
	}
}
