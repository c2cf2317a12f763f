package arch

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestNamesSaySomething(t *testing.T) {
	for _, p := range packages(t) {
		for _, part := range append(strings.Split(p.path(), "/"), p.Name) {
			if slices.Contains(vagueNames, part) {
				t.Errorf("package %s: %q says nothing about what the package provides; name it for that", p.path(), part)
			}
		}
	}
}

func TestPackageComments(t *testing.T) {
	for path, pkg := range sources(t) {
		if len(pkg.files) == 0 {
			continue // tests only, or files of another platform
		}
		want := "Package " + pkg.files[0].Name.Name + " "
		if pkg.files[0].Name.Name == "main" {
			want = "" // says what the command is for, in whatever words
		}
		// Generated files bring comments of their own, which is why go list's answer will not do.
		documented := slices.ContainsFunc(pkg.files, func(f *ast.File) bool {
			return f.Doc != nil && strings.HasPrefix(f.Doc.Text(), want)
		})
		if !documented {
			t.Errorf("package %s has no comment that begins with %q: what it owns, what it does not, its neighbours, what it promises", path, want)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			path := p.path() + "/" + name
			if n := bytes.Count(src, []byte("\n")); n > maxFileLines && longTests[path] == "" && !generated(t, src) {
				t.Errorf("%s has %d lines; at most %d can be taken in at a sitting: split it by what it is about", path, n, maxFileLines)
			}
		}
	}
}

func TestNoInitFunctions(t *testing.T) {
	for path, pkg := range sources(t) {
		for _, f := range pkg.files {
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: %s: importing a package must do nothing; let the program call a function", path, pkg.at(fn))
				}
			}
		}
	}
}

func TestNoClockOfTheirOwn(t *testing.T) {
	for path, pkg := range sources(t) {
		if !slices.ContainsFunc(clockless, func(p string) bool { return strings.HasPrefix(path, p) }) {
			continue
		}
		for _, f := range pkg.files {
			ast.Inspect(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && named(s, "time", "Now", "Since", "Until") {
					t.Errorf("%s: %s: time.%s reads the clock; take the time as a value", path, pkg.at(n), s.Sel.Name)
				}
				return true
			})
		}
	}
}

// TestNoMutableState finds package-level variables that are set, or changed, after they have been declared. Tables,
// sentinel errors, compiled expressions and embedded files are declared once and only read, and pass.
func TestNoMutableState(t *testing.T) {
	const advice = "no package-level state: put it in a struct that the program makes"
	for path, pkg := range sources(t) {
		for id, why := range mutable(pkg) {
			t.Errorf("%s: %s: %s %s; %s", path, pkg.at(id), id.Name, why, advice)
		}
	}
}

func TestMutableStateIsFound(t *testing.T) {
	const src = `package p
import ("sync"; "errors"; _ "embed")
var fine = errors.New("x")
var table = map[string]int{"a": 1}
//go:embed a.txt
var file string
var empty int
var mu sync.Mutex
var once = sync.OnceValue(func() int { return 1 })
var counter = 0
var cache = map[string]int{}
var list = []int{1}
var pointed = 1
func f() {
	counter++
	cache["a"] = 1
	list = nil
	table := map[string]int{}
	table["b"] = 2
	g(&pointed)
}
func g(*int) {}
`
	pkg := &source{fset: token.NewFileSet()}
	file, err := parser.ParseFile(pkg.fset, "p.go", src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	pkg.files = []*ast.File{file}
	var got []string
	for id := range mutable(pkg) {
		got = append(got, id.Name)
	}
	slices.Sort(got)
	if want := []string{"cache", "counter", "empty", "list", "mu", "pointed"}; !slices.Equal(got, want) {
		t.Errorf("mutable variables: got %v, want %v", got, want)
	}
}

// mutable returns the package-level variables that are state, with the reason.
func mutable(pkg *source) map[*ast.Ident]string {
	found := map[*ast.Ident]string{}
	declared := map[types.Object]*ast.Ident{}
	info := resolve(pkg)
	for _, f := range pkg.files {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.VAR {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.ValueSpec)
				for _, id := range spec.Names {
					declared[info.Defs[id]] = id
					if why := stateful(gen, spec); why != "" && id.Name != "_" {
						found[id] = why
					}
				}
			}
		}
	}
	for _, f := range pkg.files {
		ast.Inspect(f, func(n ast.Node) bool {
			for _, target := range written(n) {
				if id, ok := declared[info.Uses[target]]; ok && info.Uses[target] != nil {
					found[id] = "is changed at " + pkg.at(target)
				}
			}
			return true
		})
	}
	return found
}

// stateful says why a declaration can only be meant for later change, or "".
func stateful(gen *ast.GenDecl, spec *ast.ValueSpec) string {
	if len(spec.Values) == 0 && !embedded(gen.Doc) && !embedded(spec.Doc) {
		return "is declared without a value"
	}
	why := ""
	look := func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if named(s, "sync", "Mutex", "RWMutex", "Map", "Once", "Pool", "WaitGroup") || named(s, "atomic", "") {
				why = "is there to be shared between goroutines"
			}
		}
		_, isFunc := n.(*ast.FuncLit)
		return !isFunc
	}
	if spec.Type != nil {
		ast.Inspect(spec.Type, look)
	}
	for _, v := range spec.Values {
		ast.Inspect(v, look)
	}
	return why
}

// written returns the variables that a statement changes or hands out to be changed: x = …, x.f = …, x[i] = …, x++,
// delete(x, …), clear(x), &x.
func written(n ast.Node) []*ast.Ident {
	var targets []ast.Expr
	switch s := n.(type) {
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			targets = s.Lhs
		}
	case *ast.IncDecStmt:
		targets = []ast.Expr{s.X}
	case *ast.UnaryExpr:
		if s.Op == token.AND {
			targets = []ast.Expr{s.X}
		}
	case *ast.CallExpr:
		if fn, ok := s.Fun.(*ast.Ident); ok && (fn.Name == "delete" || fn.Name == "clear") && len(s.Args) > 0 {
			targets = s.Args[:1]
		}
	}
	var ids []*ast.Ident
	for _, t := range targets {
		if id := innermost(t); id != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// innermost is x of x.f[i].g, or nil.
func innermost(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// named reports whether s is pkg.Name for one of the names; "" means any name.
func named(s *ast.SelectorExpr, pkg string, names ...string) bool {
	id, ok := s.X.(*ast.Ident)
	return ok && id.Name == pkg && (slices.Contains(names, s.Sel.Name) || slices.Contains(names, ""))
}

// source is the parsed code of one package, without tests and generated files.
type source struct {
	fset  *token.FileSet
	files []*ast.File
}

func (s *source) at(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	return filepath.Base(p.Filename) + ":" + token.Position{Line: p.Line}.String()
}

func sources(t *testing.T) map[string]*source {
	t.Helper()
	all := map[string]*source{}
	for _, p := range packages(t) {
		pkg := &source{fset: token.NewFileSet()}
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(pkg.fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				continue // the compiler will say it better
			}
			if !ast.IsGenerated(f) {
				pkg.files = append(pkg.files, f)
			}
		}
		all[p.path()] = pkg
	}
	return all
}

// resolve finds what each name in the package means. Imports are left unresolved: only the package's own variables
// matter here, and so the check needs no compiled dependencies.
func resolve(pkg *source) *types.Info {
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: noImports{}, Error: func(error) {}}
	_, _ = conf.Check("p", pkg.fset, pkg.files, info) // errors are expected: every import fails
	return info
}

type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("left unresolved") }

func generated(t *testing.T, src []byte) bool {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.PackageClauseOnly|parser.ParseComments)
	return err == nil && ast.IsGenerated(f)
}
