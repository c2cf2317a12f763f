package routine

import (
	"strings"
	"time"
)

// Failure is what does not work.
type Failure string

// The failures that crisis steps are for (V7).
const (
	FailedLock    Failure = "lock" // door lock or key box
	FailedKey     Failure = "key"
	LostKey       Failure = "lost-key"
	FailedStation Failure = "station"
	PowerCut      Failure = "power"
	Extraordinary Failure = "extraordinary"
)

// CrisisStep is one thing to do when something fails, in order, at some hours.
type CrisisStep struct {
	Failure Failure  `toml:"failure"`
	When    string   `toml:"when"`    // name of a schedule in [Hours], "not:NAME" outside it, "" at any hour
	SV      string   `toml:"sv"`      // with placeholders, see [Profile.Value]
	EN      string   `toml:"en"`      // the same in English
	Contact UnitKind `toml:"contact"` // whom to call, or ""
	Rule    string   `toml:"rule"`
	// Needs is a switch of the profile that the step depends on: "self_service_block", "!self_service_block", or "".
	Needs string `toml:"needs"`
}

// Failures returns every failure that crisis steps are for, in the order of the crisis page.
func Failures() []Failure {
	return []Failure{FailedLock, FailedKey, LostKey, FailedStation, PowerCut, Extraordinary}
}

// Step is one crisis step as it stands at an hour.
type Step struct {
	Number  int    // from 1, counted over the failure's steps that this profile has
	Now     bool   // it can be done at that hour
	When    string // name of the schedule, see [CrisisStep]; "": at any hour
	SV, EN  string
	Contact Contact // whom to call at From; zero: nobody
	Rule    string
	From    time.Time // when it can be done next; the hour itself if Now, zero if never
}

// Contact is whom to call about a step, and whether they answer at its hour.
type Contact struct {
	Unit  string
	Phone string
	// Withheld: at this hour another number answers, which the unit named gives out; it is never published (S-j).
	Withheld string
}

// CrisisSteps returns what to do at t (local time) when something has failed: every step of the profile in order, filled in,
// and for those that are not for that hour from when they are (V7-b..f). Callers that show only what can be done now leave
// out the rest; the printed page shows all.
func CrisisSteps(p Profile, failure Failure, t time.Time) []Step {
	var steps []Step
	for _, c := range p.Crisis {
		if c.Failure != failure || !p.hasSwitch(c.Needs) {
			continue
		}
		steps = append(steps, p.step(c, len(steps)+1, t))
	}
	return steps
}

func (p Profile) step(c CrisisStep, number int, t time.Time) Step {
	s := Step{Number: number, When: c.When, Rule: c.Rule}
	s.SV = Fill(c.SV, func(name string) (string, bool) { return p.Value(name, "sv") })
	s.EN = Fill(c.EN, func(name string) (string, bool) { return p.Value(name, "en") })
	s.From, _ = p.Hours.Next(c.When, t)
	s.Now = s.From.Equal(t)
	hour := s.From // a step of other hours is read ahead, on paper or without a network: it names whom to call then
	if hour.IsZero() {
		hour = t
	}
	s.Contact = p.contact(c.Contact, hour)
	return s
}

// contact is how a unit is reached at t. Outside its hours the published number does not help where another one is given
// out instead.
func (p Profile) contact(k UnitKind, t time.Time) Contact {
	u, found := p.Unit(k)
	if !found {
		return Contact{}
	}
	c := Contact{Unit: u.Name, Phone: u.Phone}
	if by, ok := p.Unit(u.NightBy); ok && u.NightBy != "" && !p.Hours.Open(u.Hours, t) {
		c.Phone, c.Withheld = "", by.Name
	}
	return c
}

// hasSwitch reports whether the profile's switch stands as a step needs it.
func (p Profile) hasSwitch(needs string) bool {
	name, off := strings.CutPrefix(needs, "!")
	switch name {
	case "self_service_block":
		return p.SelfServiceBlock != off
	}
	return needs == ""
}

// OnCallAt reports whether the supplier's on-call answers the phone at t (local time), and whether it sends a technician
// (V7-d). Whether the event is extraordinary is for people to judge.
func (p Profile) OnCallAt(t time.Time) (phone, visit bool) {
	return p.OnCall.Phone != "" && p.Hours.Open(p.OnCall.Phone, t), p.OnCall.Visit != "" && p.Hours.Open(p.OnCall.Visit, t)
}
