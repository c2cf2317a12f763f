package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "hemnyckel"

const reminder = "\n\tDo not edit internal/arch to make the build pass: it changes only together with docs/architecture.md."

// listed is what `go list` says of one package.
type listed struct {
	ImportPath, Name, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles       []string
	Imports, TestImports, XTestImports, Deps []string
}

// path is the package's path relative to the module; the module's root is "".
func (p listed) path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

func TestEveryPackageHasItsPlace(t *testing.T) {
	for _, p := range packages(t) {
		if _, ok := find(p.path()); !ok {
			t.Errorf("package %q is not in the house.%s\n\tPut the code in the package that owns it, or describe the new one there first.", p.path(), reminder)
		}
	}
}

func TestArrowsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		r, ok := find(p.path())
		if !ok {
			continue // reported above
		}
		for _, imported := range ours(p.Imports) {
			if !matches(imported, r.may) {
				t.Errorf("%s may not import %s%s.%s", r.path, imported, because(r.why), reminder)
			}
			if users, only := testOnly[imported]; only && !slices.Contains(users, r.path) {
				t.Errorf("%s may import %s in tests only.%s", r.path, imported, reminder)
			}
		}
	}
}

func TestArrowsOfTestsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		r, ok := find(p.path())
		if !ok {
			continue
		}
		may := append([]string{r.path}, r.may...)
		for floor, more := range testsMay {
			if strings.HasPrefix(r.path, floor) && r.path != "internal/program/locksim" {
				may = append(may, more...)
			}
		}
		for _, imported := range ours(append(p.TestImports, p.XTestImports...)) {
			if !matches(imported, may) {
				t.Errorf("the tests of %s may not import %s%s.%s", r.path, imported, because(r.why), reminder)
			}
		}
	}
}

func TestBans(t *testing.T) {
	for _, p := range packages(t) {
		for _, b := range bans {
			if !strings.HasPrefix(p.path(), b.rooms) {
				continue
			}
			reached := p.Imports
			if b.deep {
				reached = p.Deps
			}
			if i := slices.IndexFunc(reached, func(i string) bool { return matches(i, b.imports) }); i >= 0 {
				t.Errorf("%s reaches %s: %s.%s", p.path(), reached[i], b.why, reminder)
			}
		}
	}
}

// TestTableIsSane keeps the table itself honest: no package twice, no arrow upwards within the table.
func TestTableIsSane(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range house {
		if seen[r.path] {
			t.Errorf("%s stands twice in the table", r.path)
		}
		seen[r.path] = true
		for _, other := range house {
			if other.path != r.path && matches(other.path, r.may) && matches(r.path, other.may) &&
				!strings.HasPrefix(r.path, "internal/storage") && !strings.HasPrefix(r.path, "internal/program/") {
				t.Errorf("%s and %s may import each other", r.path, other.path)
			}
		}
	}
}

// TestRulesBite proves that the matcher refuses what it is there to refuse.
func TestRulesBite(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"internal/domain/care", "internal/storage", false},
		{"internal/domain/care", "internal/domain/access", false},
		{"internal/domain/access", "internal/domain/care", true},
		{"internal/domain/journal", "internal/domain/care", false},
		{"internal/domain/routine", "internal/base/problem", false},
		{"internal/domain/care", "internal/domain/journal", true},
		{"internal/storage", "internal/edge/web", false},
		{"internal/edge/portal", "internal/storage", false},
		{"internal/edge/portal", "internal/edge/restapi", false},
		{"internal/edge/portal", "internal/edge/web", true},
		{"credential", "internal/base/problem", false},
		{"lockcore", "credential", true},
		{"lockcore", "api", false},
		{"internal/program/locksim", "internal/domain/keysync", false},
		{"internal/program/cli", "internal/program/demo", true},
		{"internal/program/server", "internal/program/cli", false},
		{"internal/base/problem", "credential", false},
	} {
		r, ok := find(c.from)
		if !ok {
			t.Fatalf("no package %s in the table", c.from)
		}
		if got := matches(c.to, r.may); got != c.want {
			t.Errorf("%s may import %s: got %v, want %v", c.from, c.to, got, c.want)
		}
	}
}

// packages asks the go command for every package of the module. -e: a package that does not compile is the
// compiler's business, its imports are ours all the same.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-e",
		"-json=ImportPath,Name,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports,Deps", "./...")
	cmd.Dir = root(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatalf("the test must run inside the module: %v", err)
	}
	return dir
}

func find(path string) (room, bool) {
	i := slices.IndexFunc(house, func(r room) bool { return r.path == path })
	if i < 0 {
		return room{}, false
	}
	return house[i], true
}

// ours keeps the imports that are packages of this module, relative to it.
func ours(imports []string) []string {
	var kept []string
	for _, i := range imports {
		if rest, ok := strings.CutPrefix(i, module+"/"); ok {
			kept = append(kept, rest)
		}
	}
	return kept
}

func matches(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		prefix, tree := strings.CutSuffix(p, "/...")
		return path == prefix || tree && strings.HasPrefix(path, prefix+"/")
	})
}

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + why + ")"
}
