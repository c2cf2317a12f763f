package paper

import (
	"io"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Event is one entry of a calendar.
type Event struct {
	UID         string // the same for as long as it is the same event
	From, Until time.Time
	Summary     string
	Location    string
	Description string
	Changed     time.Time // when it last changed
	Sequence    int       // how many times it has changed
	Cancelled   bool
}

// WriteCalendar writes a calendar as a feed that people's calendar programs fetch (RFC 5545). Whoever can fetch it can read it:
// the caller leaves out whatever not everybody may know.
func WriteCalendar(w io.Writer, name string, events ...Event) error {
	c := ics.NewCalendarFor("Hemnyckel")
	c.SetMethod(ics.MethodPublish)
	c.SetXWRCalName(tame(name))
	c.SetName(tame(name))
	c.SetRefreshInterval("PT1H")
	for _, e := range events {
		v := c.AddEvent(tame(e.UID))
		v.SetDtStampTime(e.Changed.UTC())
		v.SetModifiedAt(e.Changed.UTC())
		v.SetStartAt(e.From.UTC())
		v.SetEndAt(e.Until.UTC())
		v.SetSummary(tame(e.Summary))
		v.SetSequence(e.Sequence)
		if e.Location != "" {
			v.SetLocation(tame(e.Location))
		}
		if e.Description != "" {
			v.SetDescription(tame(e.Description))
		}
		if e.Cancelled {
			v.SetStatus(ics.ObjectStatusCancelled)
		} else {
			v.SetStatus(ics.ObjectStatusConfirmed)
		}
	}
	return c.SerializeTo(w, ics.WithNewLine("\r\n"))
}
