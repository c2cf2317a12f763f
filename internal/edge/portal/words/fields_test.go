package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hemnyckel/internal/domain/journal"
)

// Whoever writes a new field into the journal must name it here: no page shows a bare code.
func TestEveryFieldOfTheJournalHasAName(t *testing.T) {
	found := map[string]string{} // where, by name
	err := filepath.WalkDir("../../../domain", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "journaltest") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, name := range fieldNames(n) {
				found[name] = path
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 100 {
		t.Fatalf("found %d fields, want at least 100: is the journal written in another way now?", len(found))
	}
	for name, path := range found {
		if got := FieldName(journal.OrderReceived, name); got.SV == name || got.EN == name || got.SV == "" || got.EN == "" {
			t.Errorf("%s: the field %q has no name in words", path, name)
		}
	}
	for _, k := range journal.Kinds() {
		if got := KindName(k.Kind); got.SV == string(k.Kind) || got.EN == string(k.Kind) || got.SV == "" {
			t.Errorf("the kind %s has no name", k.Kind)
		}
	}
}

// fieldNames are the names of journal fields that a piece of source writes: {Name: "x", Value: …}, and the pairs after the
// subjects of a call such as entry(kind, who, []string{id}, "x", …).
func fieldNames(n ast.Node) (names []string) {
	text := func(e ast.Expr) (string, bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(lit.Value)
		return s, err == nil
	}
	switch n := n.(type) {
	case *ast.CompositeLit:
		var name string
		value := false
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				key, _ := kv.Key.(*ast.Ident)
				if key != nil && key.Name == "Name" {
					name, _ = text(kv.Value)
				}
				value = value || key != nil && key.Name == "Value"
			}
		}
		if name != "" && value {
			names = append(names, name)
		}
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.Ident)
		if !ok || f.Name != "entry" && f.Name != "peopleEntry" {
			return nil
		}
		skip := 1
		if f.Name == "peopleEntry" { // which has the rule before the pairs
			skip = 2
		}
		for i, a := range n.Args {
			if list, ok := a.(*ast.CompositeLit); ok {
				if _, ok := list.Type.(*ast.ArrayType); ok {
					for j := i + skip; j < len(n.Args); j += 2 {
						if name, ok := text(n.Args[j]); ok {
							names = append(names, name)
						}
					}
				}
			}
		}
	}
	return names
}
