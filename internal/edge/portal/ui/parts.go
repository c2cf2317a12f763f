package ui

import (
	"net/url"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
)

// Crumb is a step on the way from the first page. The last has no address: it is where one is.
type Crumb struct{ Text, Href string }

// Step is a line of a task list. Without an address it cannot be begun yet.
type Step struct {
	Text, Hint, Href string
	State            StepState
}

// StepState is how far a step has come.
type StepState int

// The states of a step.
const (
	NotBegun StepState = iota
	CannotYet
	Begun
	Done
	NeedsCorrection
)

func (s StepState) state() State {
	switch s {
	case CannotYet:
		return State{Text: problem.Text{SV: "Kan inte göras än", EN: "Cannot be done yet"}, Icon: "clock", Tone: "calm"}
	case Begun:
		return State{Text: problem.Text{SV: "Påbörjad", EN: "Begun"}, Icon: "edit", Tone: "info"}
	case Done:
		return State{Text: problem.Text{SV: "Klar", EN: "Done"}, Icon: "check", Tone: "good"}
	case NeedsCorrection:
		return State{Text: problem.Text{SV: "Behöver rättas", EN: "Needs correction"}, Icon: "warn", Tone: "bad"}
	}
	return State{Text: problem.Text{SV: "Inte påbörjad", EN: "Not begun"}, Icon: "empty", Tone: "info"}
}

// Answer is a question with its answer, to check before it is sent.
type Answer struct {
	Question, Answer string
	Change           string // address where it can be changed; "": it cannot
}

// Tab is one of several views of the same thing, each with an address of its own.
type Tab struct {
	Text, Href string
	Count      string // "": not said
	Current    bool
}

// Column is the head of a column. With a sort key, the list can be ordered by it (in the query, as "ordning"; "-key" is
// backwards).
type Column struct {
	Text   string
	Sort   string
	Unseen bool // what stands in the column says it: the head is for screen readers only
}

// sortedBy is which way a list is ordered by a column: "ascending", "descending" or "none", and the address that turns it.
func (v View) sortedBy(key string) (how, href string) {
	switch v.URL.Query().Get("ordning") {
	case key:
		return "ascending", v.With("ordning", "-"+key)
	case "-" + key:
		return "descending", v.With("ordning", key)
	}
	return "none", v.With("ordning", key)
}

// Sorting is the column that the reader has chosen to order by, if it is one of keys, and whether backwards; else the first.
func Sorting(q url.Values, keys ...string) (key string, backwards bool) {
	chosen, backwards := strings.CutPrefix(q.Get("ordning"), "-")
	for _, k := range keys {
		if k == chosen {
			return k, backwards
		}
	}
	if len(keys) == 0 {
		return "", false
	}
	return keys[0], false
}

// Confirmation is a page that interrupts before something that cannot be taken back.
type Confirmation struct {
	Title   string
	Effects []string // what will happen, in the world too
	Do      string   // the button: a verb and what
	Action  string   // address that is posted to
	Back    string   // address to leave to
	Version string   // page.VersionOf; "": not said
	Reason  *Field   // why; nil: not asked
	Faults  Faults
}

// Change is something that somebody else has changed while a form was being filled in.
type Change struct{ Name, Was, Now, Yours string }

// Figure is a number that says how old it is.
type Figure struct {
	Value, Text, Detail string
	Icon, Tone          string
	Href                string // of the list behind it; "": none
	At                  time.Time
}

// Happening is a line of a timeline.
type Happening struct {
	At         time.Time
	Text       string
	Icon, Tone string
	Details    []string
}
