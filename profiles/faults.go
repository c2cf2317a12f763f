package profiles

import (
	"fmt"
	"sort"
	"strings"

	"hemnyckel/internal/base/problem"
)

// Fault is one thing that is wrong in a profile.
type Fault struct {
	Line, Column int          // from 1; 0 where it is the whole file, or something that is missing
	Key          string       // such as units.phone; "" for the file
	Text         problem.Text // what is wrong and what to do
}

// Faults are everything that is wrong in a profile, in the order of the file.
type Faults struct {
	Name string // of the file
	List []Fault
}

// Error lists the faults in English.
func (f Faults) Error() string { return strings.Join(f.Lines("en"), "\n") }

// Lines returns a line per fault, in Swedish (sv) or English (en): "own.toml:12:3: units.phone: …".
func (f Faults) Lines(language string) []string {
	var lines []string
	for _, x := range f.List {
		place := f.Name
		if x.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", f.Name, x.Line, x.Column)
		}
		if x.Key != "" {
			place += ": " + x.Key
		}
		lines = append(lines, place+": "+x.Text.In(language))
	}
	return lines
}

// maxFaults is how many faults are told: enough to work with, few enough to read.
const maxFaults = 100

// add notes a fault at a path. Only the first fault at a path is told: those after it are mostly its consequences.
func (c *checker) add(path, sv, en string, args ...any) {
	if c.seen[path] || len(c.faults) == maxFaults {
		return
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[path] = true
	line, column := c.places.find(path)
	c.faults = append(c.faults, Fault{line, column, keyOf(path), problem.Text{SV: sv, EN: en}.Sprintf(args...)})
}

// sorted returns the faults in the order of the file, those without a place first.
func (c *checker) sorted() []Fault {
	sort.SliceStable(c.faults, func(i, j int) bool {
		a, b := c.faults[i], c.faults[j]
		return a.Line < b.Line || a.Line == b.Line && a.Column < b.Column
	})
	return c.faults
}

// keyOf is a path without its numbers: units.2.kinds.0 is what people look for as units.kinds.
func keyOf(path string) string {
	var parts []string
	for _, part := range strings.Split(path, ".") {
		if strings.Trim(part, "0123456789") != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ".")
}
