package ui

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var regenerate = flag.Bool("regenerate", false, "write drawings.go from the files in icons")

// drawings.go is what the files in icons give.
func TestDrawingsAreGenerated(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("// Code generated from the files in icons by make generate; DO NOT EDIT.\n\npackage ui\n\n" +
		"// drawing is the inside of an icon.\nfunc drawing(name string) string {\nswitch name {\n")
	files, err := filepath.Glob("icons/*.svg")
	if err != nil || len(files) < 50 {
		t.Fatalf("icons: got %d, %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".svg")
		if name != "log" {
			fmt.Fprintf(&b, "case %q:\nreturn `%s`\n", name, inside(t, f))
		}
	}
	fmt.Fprintf(&b, "}\nreturn `%s`\n}\n", inside(t, "icons/log.svg"))
	want, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if *regenerate {
		if err := os.WriteFile("drawings.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("drawings.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("drawings.go is stale (%v): run make generate", err)
	}
}

var (
	svg     = regexp.MustCompile(`(?s)<svg[^>]*>(?:<!--.*?-->)?(.*)</svg>`)
	allowed = regexp.MustCompile(`^(?:<(?:path|circle|rect|line|polyline|polygon|ellipse)(?: [a-z0-9-]+="[^"<>]*")*/>)+$`)
)

// inside is what is drawn in a file: shapes and nothing else.
func inside(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := svg.FindSubmatch(text)
	if m == nil || !allowed.Match(m[1]) {
		t.Fatalf("%s holds more than shapes", file)
	}
	return string(m[1])
}

// Every icon that a page names has a drawing.
func TestIconsThatAreNamedExist(t *testing.T) {
	named := regexp.MustCompile(`@(?:ui\.)?Icon\("([a-z]+)"\)|Icon: "([a-z]+)"`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".templ") && !strings.HasSuffix(path, ".go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range named.FindAllSubmatch(text, -1) {
			name := string(m[1]) + string(m[2])
			if _, err := os.Stat("icons/" + name + ".svg"); err != nil {
				t.Errorf("%s: there is no icon %q", path, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
