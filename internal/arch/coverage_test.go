package arch

import (
	"cmp"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var regenerate = flag.Bool("regenerate", false, "write docs/coverage.md anew")

// requirement is one line of requirements.txt.
type requirement struct {
	id, words string
	due       string // which issue, and why it waits; "" when it must be proven
}

// proof is a test that says which requirement it proves.
type proof struct{ file, test string }

var (
	// A mark is a line of its own: the requirements, and perhaps a colon or the like and how.
	mark     = regexp.MustCompile(`^(\s*)(?://|#) [Pp]roves ([VSX][0-9.]*-[a-z](?:,? (?:and )?[VSX][0-9.]*-[a-z])*)(?:$|[^0-9A-Za-z-])`)
	anID     = regexp.MustCompile(`[VSX][0-9.]*-[a-z]`)
	testFunc = regexp.MustCompile(`^(?:func (Test\w+|Fuzz\w+|Example\w*)\(|test\('([^']+)', )`)
)

// Every line of the routines is proven by a test, or waits for a stated reason; docs/coverage.md says which.
func TestCoverageOfTheRoutines(t *testing.T) {
	all := requirements(t)
	proofs := marks(t)
	known := map[string]bool{}
	for _, r := range all {
		known[r.id] = true
		if len(proofs[r.id]) == 0 && r.due == "" {
			t.Errorf("%s (%s) is proven by no test: write one and mark it // proves %s", r.id, r.words, r.id)
		}
	}
	for id, where := range proofs {
		if !known[id] {
			t.Errorf("%s in %s: there is no requirement %s", where[0].test, where[0].file, id)
		}
	}
	file := filepath.Join(root(t), "docs", "coverage.md")
	want := coverage(all, proofs)
	if *regenerate {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != want {
		t.Errorf("docs/coverage.md is not what the tests say (%v); write it anew: go test ./internal/arch -run Coverage -regenerate", err)
	}
}

func requirements(t *testing.T) []requirement {
	t.Helper()
	text, err := os.ReadFile("requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []requirement
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(strings.TrimSpace(line), " | ")
		r := requirement{id: parts[0]}
		switch {
		case len(parts) == 2:
			r.words = parts[1]
		case len(parts) == 3 && strings.HasPrefix(parts[2], "due ") && strings.Contains(parts[2], ": "):
			r.words, r.due = parts[1], strings.TrimPrefix(parts[2], "due ")
		default:
			t.Fatalf("requirements.txt: %q is not ID | words | due ISSUE: why", line)
		}
		if seen[r.id] {
			t.Errorf("requirements.txt has %s twice", r.id)
		}
		seen[r.id] = true
		all = append(all, r)
	}
	return all
}

// marks finds what every test says it proves.
func marks(t *testing.T) map[string][]proof {
	t.Helper()
	top := root(t)
	found := map[string][]proof{}
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != top {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".txtar") && !strings.HasSuffix(path, ".test.mjs") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(top, path)
		for id, tests := range marksIn(filepath.ToSlash(name), string(text)) {
			found[id] = append(found[id], tests...)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for id := range found {
		slices.SortFunc(found[id], func(a, b proof) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.test, b.test)) })
		found[id] = slices.Compact(found[id])
	}
	return found
}

// marksIn finds the marks of one file, of Go or of the browser: above a test, inside one, or anywhere in a script, which is one test.
func marksIn(file, text string) map[string][]proof {
	found := map[string][]proof{}
	var waiting []string
	current := ""
	if strings.HasSuffix(file, ".txtar") {
		current = strings.TrimSuffix(filepath.Base(file), ".txtar")
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if m := testFunc.FindStringSubmatch(line); m != nil {
			current = m[1] + m[2]
			for _, id := range waiting {
				found[id] = append(found[id], proof{file, current})
			}
			waiting = nil
		}
		m := mark.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for id := range slices.Values(anID.FindAllString(m[2], -1)) {
			if m[1] == "" && !strings.HasSuffix(file, ".txtar") {
				waiting = append(waiting, id)
			} else {
				found[id] = append(found[id], proof{file, current})
			}
		}
	}
	return found
}

func TestMarksAreFound(t *testing.T) {
	text := "// Words.\n//\n// proves V2.2-e, X-a: how\nfunc TestOne(t *testing.T) {\n\t// proves S-m\n\tx := \"// proves V1-a\"\n}\n\nfunc helper() {}\n"
	got := fmt.Sprint(marksIn("a_test.go", text))
	if want := "map[S-m:[{a_test.go TestOne}] V2.2-e:[{a_test.go TestOne}] X-a:[{a_test.go TestOne}]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := fmt.Sprint(marksIn("x/story.txtar", "# proves V1-a\ncode 0 hemnyckel\n")); got != "map[V1-a:[{x/story.txtar story}]]" {
		t.Errorf("got %s", got)
	}
	if got := fmt.Sprint(marksIn("x/a.test.mjs", "// proves V1-a\ntest('a page', async () => {\n")); got != "map[V1-a:[{x/a.test.mjs a page}]]" {
		t.Errorf("got %s", got)
	}
}

// coverage is docs/coverage.md.
func coverage(all []requirement, proofs map[string][]proof) string {
	var b strings.Builder
	proven := 0
	for _, r := range all {
		if len(proofs[r.id]) > 0 && r.due == "" {
			proven++
		}
	}
	fmt.Fprintf(&b, `# Coverage of the routines

What the routines of Varberg (V) and Strängnäs (S), and both (X), demand, and which tests prove it. Made from
`+"`internal/arch/requirements.txt` and the `// proves` marks of the tests by `go test ./internal/arch -run Coverage -regenerate`"+`;
a requirement without a proof or a reason fails the build. %d of %d are proven; the rest are due as stated.

| ID | In few words | Proven by |
|---|---|---|
`, proven, len(all))
	for _, r := range all {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.id, r.words, proofsOf(r, proofs[r.id]))
	}
	return b.String()
}

func proofsOf(r requirement, proofs []proof) string {
	byFile := map[string][]string{}
	for _, p := range proofs {
		byFile[p.file] = append(byFile[p.file], p.test)
	}
	var parts []string
	if r.due != "" {
		parts = append(parts, "**due in issue "+r.due+"**")
	}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		parts = append(parts, fmt.Sprintf("[%s](../%s)", strings.Join(byFile[file], ", "), file))
	}
	return strings.Join(parts, "; ")
}
