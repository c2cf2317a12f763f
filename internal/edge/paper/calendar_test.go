package paper_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"hemnyckel/internal/edge/paper"
)

// proves V5.5-b
func TestACalendarIsReadByOthers(t *testing.T) {
	event := paper.Event{UID: "b1@hemnyckel", From: noon, Until: noon.Add(time.Hour), Summary: "Montering; M-7K3M, öst\nrad 2", Location: "Lotsgränd 1", Changed: noon, Sequence: 2}
	gone := event
	gone.UID, gone.Cancelled = "b2@hemnyckel", true
	var b bytes.Buffer
	if err := paper.WriteCalendar(&b, "Bokningar", event, gone); err != nil {
		t.Fatal(err)
	}
	if strings.Count(b.String(), "\n") != strings.Count(b.String(), "\r\n") {
		t.Error("got lines that do not end with CRLF")
	}
	c, err := ics.ParseCalendar(&b)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Events()
	if len(got) != 2 {
		t.Fatalf("got %d events, want 2", len(got))
	}
	if from, err := got[0].GetStartAt(); err != nil || !from.Equal(noon) {
		t.Errorf("got %v (%v), want %v", from, err, noon)
	}
	if s := got[1].GetProperty(ics.ComponentPropertyStatus); s == nil || s.Value != "CANCELLED" {
		t.Errorf("got status %v, want CANCELLED", s)
	}
}
