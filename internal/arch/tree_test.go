package arch

import (
	"bytes"
	"go/ast"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentAgrees: the table here and the one in docs/architecture.md name the same packages.
func TestDocumentAgrees(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	inDocument := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z0-9/-]+)` \\|").FindAllSubmatch(text, -1) {
		inDocument[string(row[1])] = true
	}
	for _, r := range house {
		if !inDocument[r.path] {
			t.Errorf("docs/architecture.md has no row for `%s`", r.path)
		}
		delete(inDocument, r.path)
	}
	for p := range inDocument {
		t.Errorf("docs/architecture.md describes `%s`, which is not in the table of internal/arch", p)
	}
}

// TestEveryDatabaseProblemIsExplained: whoever is woken at night by a code of the storage finds it in docs/operations.md.
func TestEveryDatabaseProblemIsExplained(t *testing.T) {
	manual, err := os.ReadFile(filepath.Join(root(t), "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	for path, pkg := range sources(t) {
		if !strings.HasPrefix(path, "internal/storage") {
			continue
		}
		for _, code := range problemCodes(pkg) {
			if !bytes.Contains(manual, []byte("`"+code+"`")) {
				t.Errorf("%s answers %q; docs/operations.md does not say what to do then", path, code)
			}
		}
	}
}

// problemCodes are the codes that a package gives to problem.New.
func problemCodes(pkg *source) []string {
	var codes []string
	for _, f := range pkg.files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			fn, isSelector := call.Fun.(*ast.SelectorExpr)
			code, isLiteral := call.Args[1].(*ast.BasicLit)
			if isSelector && isLiteral && named(fn, "problem", "New") {
				codes = append(codes, strings.Trim(code.Value, `"`))
			}
			return true
		})
	}
	return codes
}

// TestNothingPointsOutOfTheTree: what is committed must mean the same on every machine.
func TestNothingPointsOutOfTheTree(t *testing.T) {
	for name, text := range tracked(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue // tests may look for data beside the tree, and do without it
		}
		for _, line := range outside(root(t), text) {
			t.Errorf("%s: %q exists on one machine only", name, line)
		}
	}
}

func TestOutsideIsFound(t *testing.T) {
	const checkout = "/srv/build/hemnyckel"
	for line, want := range map[string]bool{
		`see "` + "../" + `shared/data"`:          true,
		"cd /srv/build/hemnyckel":                 true,
		"cp /srv/build/other/x .":                 true,
		"cd /home/" + "anna/src":                  true,
		"https://example.se/srv/build/x":          false,
		"/fhir/r4/Bundle":                         false,
		"go build ./cmd/hemnyckel":                false,
		"docs/home/page":                          false,
		"/var/lib/hemnyckel holds the databases.": false,
	} {
		if got := len(outside(checkout, []byte(line))) > 0; got != want {
			t.Errorf("outside(%q): got %v, want %v", line, got, want)
		}
	}
}

// outside returns the lines of text that name a path of one machine: this checkout or what stands beside it, somebody's
// home folder, or data kept beside the tree.
func outside(checkout string, text []byte) []string {
	places := []string{`/home/[a-z]+/`, `/Users/[A-Za-z]+/`, regexp.QuoteMeta(checkout) + `\b`}
	if parent := path.Dir(checkout); strings.Count(parent, "/") > 1 || parent != "/" && parent != "/home" && parent != os.TempDir() {
		places = append(places, regexp.QuoteMeta(parent)+"/")
	}
	absolute := regexp.MustCompile(`(?m)^.*(?:(?:^|[\s"'` + "`" + `=(:])(?:` + strings.Join(places, "|") + `)|\.\./` + `shared).*$`)
	var lines []string
	for _, m := range absolute.FindAll(text, 5) {
		lines = append(lines, strings.TrimSpace(string(m[:min(len(m), 160)])))
	}
	return lines
}

// TestScriptsCanRun: what CI runs is there and can be run.
func TestScriptsCanRun(t *testing.T) {
	for _, name := range []string{".ci/run", ".ci/prerequisites", ".ci/fuzz"} {
		info, err := os.Stat(filepath.Join(root(t), name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if info.Mode()&0o111 == 0 {
			t.Errorf("%s is not executable: chmod +x %s", name, name)
		}
	}
}

// tracked returns the text files under version control; outside a checkout (a source archive), all of them.
func tracked(t *testing.T) map[string][]byte {
	t.Helper()
	dir := root(t)
	cmd := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z")
	cmd.Dir = dir
	out, err := cmd.Output()
	names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	if err != nil {
		names = walk(t, dir)
	}
	files := map[string][]byte{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil && bytes.IndexByte(text[:min(len(text), 8000)], 0) < 0 {
			files[name] = text
		}
	}
	if len(files) < 10 {
		t.Fatalf("only %d files found under %s: the check would prove nothing", len(files), dir)
	}
	return files
}

func walk(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if d != nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
