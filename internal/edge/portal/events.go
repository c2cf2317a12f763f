package portal

import (
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
)

// event is an entry of the journal in words for a timeline.
type event struct {
	journal.Record
	title, icon, tone string
	details           []string
}

// eventDay is the events of one day.
type eventDay struct {
	day    time.Time
	events []event
}

// days puts records in words and under the day, in the reader's zone, on which they happened. self is the subject whose
// page it is, which need not be named again.
func (v view) days(records []journal.Record, things map[string]casework.Thing, self string) []eventDay {
	var out []eventDay
	for _, r := range records {
		if n := len(out); n == 0 || v.day(out[n-1].day) != v.day(r.At) {
			out = append(out, eventDay{day: r.At})
		}
		last := &out[len(out)-1]
		last.events = append(last.events, v.event(r, things, self))
	}
	return out
}

func (v view) event(r journal.Record, things map[string]casework.Thing, self string) event {
	e := event{Record: r, title: v.t(kindName(r.Kind))}
	e.icon, e.tone = kindLook(r.Kind)
	switch r.Kind {
	case journal.OrderReceived:
		e.title = v.t(orderName(r.Value("order")))
		e.details = append(e.details, v.t(tNodeOrder)+" "+r.Value("number"))
		if at, err := time.Parse(time.RFC3339, r.Value("effective")); err == nil {
			e.details = append(e.details, v.f(tFromOn, v.edge(at)))
		}
		e.details = append(e.details, v.t(channelName(r.Value("channel"))))
	case journal.RightsChanged:
		e.details = append(e.details, v.f(tEventRights, r.Value("added"), r.Value("removed")))
	}
	for _, f := range r.Fields {
		if t, ok := things[f.Value]; ok && t.Kind == "group" {
			e.details = append(e.details, t.Label)
		}
	}
	for _, s := range r.Subjects {
		t, ok := things[s]
		if ok && s != self && t.Label != "" && r.Kind != journal.OrderReceived && t.Kind != "order" {
			e.details = append(e.details, v.t(thingName(t.Kind))+" "+t.Label)
		}
	}
	if c := r.Value("code"); c != "" {
		e.details = append(e.details, c)
	}
	return e
}

func kindName(k journal.Kind) problem.Text {
	if info, ok := journal.Describe(k); ok {
		return info.Name
	}
	return problem.Text{SV: string(k), EN: string(k)}
}

// kindLook is the icon and the colour of a kind, by its family.
func kindLook(k journal.Kind) (icon, tone string) {
	switch k {
	case journal.DoorOpened:
		return "open", "good"
	case journal.DoorRefused, journal.KeyBlocked, journal.StationBlocked, journal.RecordsAnomalous, journal.LoginRefused, journal.OrderRefused:
		return "block", "bad"
	case journal.ClientRead, journal.EntriesDisclosed, journal.CheckpointShown:
		return "eye", "calm"
	}
	switch family, _, _ := strings.Cut(string(k), "."); family {
	case "order", "decision", "provider", "client":
		return "order", "info"
	case "rights":
		return "right", "info"
	case "lock", "records":
		return "lock", "calm"
	case "key":
		return "key", "calm"
	case "login", "account", "staff", "token":
		return "person", "calm"
	case "registers", "register":
		return "register", "calm"
	}
	return "log", "calm"
}

// origin is where a decision came from, in words: an order, or a row of a register.
func (v view) origin(origin string) (label, detail string) {
	if file, ok := strings.CutPrefix(origin, "register:"); ok {
		name, row, _ := strings.Cut(file, ":")
		if row != "" {
			row = v.f(tNodeRegRow, row)
		}
		return name, row
	}
	return strings.TrimPrefix(origin, "order:"), ""
}

// sentence says a right in words: who may open what, when.
func (v view) sentence(c casework.RightChain) string {
	text := tMightOpen
	switch {
	case c.InForce(v.now):
		text = tMayOpen
	case v.now.Before(c.Right.From):
		text = tWillOpen
	}
	return v.f(text, c.GroupName, v.t(lockPhrase(c.Lock.Kind)), c.Lock.Serial, v.period(c.Right.From, c.Right.Until))
}

// known says what an id stands for, in words, if it is known.
func (v view) known(things map[string]casework.Thing, id string) string {
	t, ok := things[strings.TrimPrefix(id, "order:")]
	if !ok {
		return id
	}
	return strings.TrimSpace(v.t(thingName(t.Kind)) + " " + t.Label)
}
