package support

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
)

// Steps are what to do about a failure at an instant, in the municipality's local time: all of the profile's steps, each
// saying whether it is for that hour.
func (d Desk) Steps(f routine.Failure, at time.Time) []routine.Step {
	return routine.CrisisSteps(d.Profile, f, at.In(d.Zone))
}

// CrisisPage is what to do when something fails, as data: for a screen, for paper, and to be kept for when the network is gone
// (V7-a). It holds the steps of all hours, marked with those that are for its own.
type CrisisPage struct {
	Municipality string
	Source       routine.Source
	Version      string // changes with what the page says, so that an old copy is seen
	At           time.Time
	Until        time.Time // when another hour or day begins: the marks are right until then, the rest until the next version
	Sections     []CrisisSection
	Contacts     []routine.Unit
	Hours        routine.Hours // so that a copy can tell the hour by itself
	OnCall       OnCallHours
}

// CrisisSection is one failure's steps.
type CrisisSection struct {
	Failure routine.Failure
	Title   problem.Text
	Steps   []routine.Step
}

// CrisisPage makes the page for an instant, for somebody in a role: contacts that concern others are left out.
func (d Desk) CrisisPage(role routine.Role, at time.Time) (CrisisPage, error) {
	local := at.In(d.Zone)
	p := CrisisPage{Municipality: d.Profile.Name, Source: d.Profile.Source, At: at, Until: d.until(local),
		Contacts: d.contacts(role), Hours: d.Profile.Hours, OnCall: d.OnCallAt(at)}
	for _, f := range routine.Failures() {
		steps := routine.CrisisSteps(d.Profile, f, local)
		if len(steps) > 0 {
			sv, en := d.Profile.FailureName(f)
			p.Sections = append(p.Sections, CrisisSection{f, problem.Text{SV: sv, EN: en}, steps})
		}
	}
	said, err := json.Marshal([]any{d.Profile.Name, d.Profile.Source, d.Profile.Crisis, d.Profile.Units, d.Profile.Hours,
		d.Profile.OnCall, d.Profile.Prices, d.Profile.Words, d.Profile.Technology, d.Profile.SelfServiceBlock, role})
	if err != nil {
		return CrisisPage{}, err
	}
	sum := sha256.Sum256(said)
	p.Version = hex.EncodeToString(sum[:8])
	return p, nil
}

// contacts are the units that concern a role.
func (d Desk) contacts(role routine.Role) []routine.Unit {
	var out []routine.Unit
	for _, u := range d.Profile.Units {
		if len(u.ShownFor) == 0 || slices.Contains(u.ShownFor, role) {
			out = append(out, u)
		}
	}
	return out
}

// until is when the first schedule opens or closes after t (local), or the day ends.
func (d Desk) until(t time.Time) time.Time {
	_, end := day(t)
	for name := range d.Profile.Hours {
		if next, ok := d.turns(name, t); ok && next.Before(end) {
			end = next
		}
	}
	return end.UTC()
}

// day is the local day that t is in, half-open.
func day(t time.Time) (from, until time.Time) {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location()), time.Date(y, m, d+1, 0, 0, 0, 0, t.Location())
}

// turns is when a schedule opens or closes after t (local).
func (d Desk) turns(schedule string, t time.Time) (time.Time, bool) {
	if d.Profile.Hours.Open(schedule, t) {
		schedule = "not:" + schedule
	}
	return d.Profile.Hours.Next(schedule, t)
}

// PaperSection is a part of the page on paper.
type PaperSection struct {
	Title    string
	Lines    []string
	Numbered bool // the lines are steps, taken in order
}

// OnPaper is the page in words, for the wall: the steps of all hours, each saying for which, and the contacts.
func (p CrisisPage) OnPaper(lang string) []PaperSection {
	var all []PaperSection
	for _, s := range p.Sections {
		out := PaperSection{Title: s.Title.In(lang), Numbered: true}
		for _, step := range s.Steps {
			out.Lines = append(out.Lines, problem.Text{SV: step.SV, EN: step.EN}.In(lang)+p.hoursNote(step, lang))
		}
		all = append(all, out)
	}
	contacts := PaperSection{Title: problem.Text{SV: "Kontakter", EN: "Contacts"}.In(lang)}
	for _, u := range p.Contacts {
		if Reachable(u) {
			contacts.Lines = append(contacts.Lines, joined(u.Name, strings.Join(u.Persons, ", "), u.Phone, p.OpenHours(u, lang), u.Address, u.Postal, u.Mail, u.Web))
		}
	}
	return append(all, contacts)
}

// Reachable reports whether the profile says how a unit is reached.
func Reachable(u routine.Unit) bool {
	return u.Phone+u.Address+u.Postal+u.Mail+u.Web != "" || len(u.Persons) > 0
}

// OpenHours is when a unit answers, in words; "" where the profile does not say.
func (p CrisisPage) OpenHours(u routine.Unit, lang string) string {
	if s, ok := p.Hours[u.Hours]; ok {
		return s.Text(lang)
	}
	return ""
}

// hoursNote says for which hours a step is, where it is not for all and does not say so itself.
func (p CrisisPage) hoursNote(step routine.Step, lang string) string {
	name, outside := strings.CutPrefix(step.When, "not:")
	s, ok := p.Hours[name]
	switch {
	case !ok || strings.Contains(problem.Text{SV: step.SV, EN: step.EN}.In(lang), s.Text(lang)):
		return ""
	case outside:
		return problem.Text{SV: " (inte ", EN: " (not "}.In(lang) + s.Text(lang) + ")"
	}
	return " (" + s.Text(lang) + ")"
}

// joined is what there is of some words, with commas between.
func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// DocumentName names the decision that the page rests on.
func (p CrisisPage) DocumentName() string {
	s := p.Source
	return joined(s.Title, s.DecidedBy, s.Decided, s.Revised, s.Diary)
}
