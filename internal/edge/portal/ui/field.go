package ui

import (
	"slices"

	"hemnyckel/internal/base/problem"
)

// Field is one question of a form. Its name is also its id, which a summary of faults leads to.
type Field struct {
	Name, Label, Hint, Value string
	Values                   []string // what is chosen among checkboxes
	Fault                    problem.Text
	Type                     string // of the input: text if "", tel, email, date, time, password
	Mode                     string // keyboard: numeric, tel
	Complete                 string // autocomplete; "off" if ""
	Unit                     string // said after a number
	Short                    bool   // for a number or a code
	Optional                 bool   // says so; what is not optional must be there
	Max                      int    // characters; 200 if 0, of a text of several lines 2 000
	Options                  []Option
	Big                      bool // the only question of its page: its label is the heading
}

// Option is an answer to choose.
type Option struct{ Value, Label, Hint string }

func (f Field) kind() string { return or(f.Type, "text") }

func (f Field) complete() string { return or(f.Complete, "off") }

func (f Field) max(otherwise int) int {
	if f.Max > 0 {
		return f.Max
	}
	return otherwise
}

// described names what is said about the field, for screen readers.
func (f Field) described() string {
	out := ""
	if f.Hint != "" {
		out = f.Name + "-hint"
	}
	if f.Fault.SV != "" {
		out += " " + f.Name + "-fault"
	}
	return out
}

func (f Field) chosen(value string) bool {
	return f.Value == value && value != "" || slices.Contains(f.Values, value)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// Fault is what must be corrected. Field is "" when it concerns the whole form.
type Fault struct {
	Field string
	Text  problem.Text
}

// Faults are all that must be corrected in a form, in the order of its fields.
type Faults []Fault

// Of is what is wrong with a field; empty: nothing.
func (all Faults) Of(field string) problem.Text {
	for _, f := range all {
		if f.Field == field {
			return f.Text
		}
	}
	return problem.Text{}
}
