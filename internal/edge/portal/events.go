package portal

import (
	"slices"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
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
		e.title, e.details = v.rightsChanged(r, things)
	case journal.OrderRefused:
		if order := r.Value("order"); order != "" {
			e.title += ": " + lowerFirst(v.t(orderName(order)))
		}
		e.details = append(e.details, v.f(tEventOrganisation, organisationNumber(r.Value("organisation"))))
	case journal.TaskChanged:
		e.title, e.details = v.taskChanged(r, things)
	case journal.RecordsAnomalous:
		e.details = append(e.details, v.t(anomalyName(r.Value("class"))), v.t(detailWords(r.Value("detail"))))
	case journal.LockReported:
		e.title = v.t(eventName(r.Value("event")))
	case journal.KeySynced:
		e.details = append(e.details, v.until(r), v.f(tEventLocks, r.Value("locks")))
	case journal.KeyActivated:
		e.details = append(e.details, v.until(r), v.actor(r, things))
		if r.Value("offline") == "true" {
			e.details = append(e.details, v.t(tEventOffline))
		}
	case journal.KeyBlocked:
		e.details = append(e.details, v.f(tEventReason, r.Value("reason")))
	case journal.RegisterApplied:
		if n := r.Value("services"); n != "" {
			e.details = append(e.details, v.f(tEventServices, n))
		}
	}
	if g := things[r.Value("group")].Label; g != "" {
		if to := things[r.Value("to-group")].Label; to != "" {
			g += " → " + to
		}
		e.details = append(e.details, g)
	}
	for _, s := range r.Subjects {
		t, ok := things[s]
		if !ok || s == self || t.Label == "" || r.Kind == journal.OrderReceived || t.Kind == "order" || t.Kind == "staff" {
			continue
		}
		e.details = append(e.details, v.known(things, s))
		if t.Group != "" {
			e.details = append(e.details, t.Group)
		}
	}
	if c := r.Value("code"); c != "" {
		e.details = append(e.details, v.t(codeWords(r.Kind, c)))
	}
	if f := r.Value("flags"); f != "" && f != "0" {
		e.details = append(e.details, v.t(flagWords(f)))
	}
	e.details = slices.DeleteFunc(e.details, func(d string) bool { return d == "" })
	return e
}

// rightsChanged tells of changed rights, or that they were gone through and are the same.
func (v view) rightsChanged(r journal.Record, things map[string]casework.Thing) (title string, details []string) {
	added, removed := r.Value("added"), r.Value("removed")
	if added == "0" && removed == "0" {
		return v.t(tRightsSame), []string{v.t(tRightsSameD), v.ground(r, things)}
	}
	return v.t(kindName(r.Kind)), []string{v.f(tEventRights, added, removed), v.ground(r, things)}
}

// taskChanged tells what became of a task, and which order it follows from.
func (v view) taskChanged(r journal.Record, things map[string]casework.Thing) (title string, details []string) {
	change := r.Value("change")
	title = v.f(taskTitle(change), lowerFirst(v.t(taskName(routine.TaskKind(r.Value("task"))))))
	if due, err := time.Parse(time.RFC3339, r.Value("due")); err == nil && change != "withdrawn" {
		details = append(details, v.f(tEventDue, v.edge(due)))
	}
	return title, append(details, v.ground(r, things))
}

// ground is what a record says that it follows from, if that can be said in words.
func (v view) ground(r journal.Record, things map[string]casework.Thing) string {
	value := r.Value(journal.FieldGround)
	if words := v.t(groundName(value)); words != value {
		return words
	}
	if words := v.known(things, value); words != value {
		return words
	}
	return ""
}

// gist is what one line of the journal says beyond its kind. It names nobody.
func (v view) gist(r journal.Record) string {
	if r.Erased {
		return ""
	}
	switch r.Kind {
	case journal.LockReported:
		return v.t(eventName(r.Value("event")))
	case journal.OrderReceived:
		return v.t(orderName(r.Value("order")))
	case journal.TaskChanged:
		title, _ := v.taskChanged(r, nil)
		return title
	case journal.RecordsAnomalous:
		return v.t(anomalyName(r.Value("class")))
	case journal.DoorRefused, journal.OrderRefused, journal.KeyRefused:
		return v.t(codeWords(r.Kind, r.Value("code")))
	}
	return ""
}

// until says for how long what a record tells of holds.
func (v view) until(r journal.Record) string {
	at, err := time.Parse(time.RFC3339, r.Value("until"))
	if err != nil {
		return ""
	}
	return v.f(tEventUntil, v.when(at))
}

// refusal is the sentence of a lock's refusal code.
func refusal(slug string) problem.Text {
	for _, c := range credential.Codes() {
		if c.String() == slug {
			sv, en := c.Text()
			return problem.Text{SV: sv, EN: en}
		}
	}
	return problem.Text{SV: slug, EN: slug}
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
	case journal.DoorRefused, journal.KeyBlocked, journal.KeyRefused, journal.StationBlocked, journal.RecordsAnomalous, journal.LoginRefused, journal.OrderRefused:
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
	case "task":
		return "task", "info"
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
		return v.t(registerName(name)), row
	}
	return strings.TrimPrefix(origin, "order:"), ""
}

// drawn is the rights that one ground gives at one time, to all the locks on the way in, as one picture.
type drawn struct {
	casework.RightChain
	locks []casework.MountedLock
}

// drawn joins rights that differ only in the lock, and parts those in force from the others.
func (v view) drawn(all []casework.RightChain) (now, others []drawn) {
	join := func(to []drawn, c casework.RightChain) []drawn {
		for i, d := range to {
			if d.Ground.ID == c.Ground.ID && d.Right.From.Equal(c.Right.From) && d.Right.Until.Equal(c.Right.Until) {
				to[i].locks = append(d.locks, c.Lock)
				return to
			}
		}
		return append(to, drawn{c, []casework.MountedLock{c.Lock}})
	}
	for _, c := range all {
		if c.InForce(v.now) {
			now = join(now, c)
		} else {
			others = join(others, c)
		}
	}
	return now, others
}

// sentence says a right in words: who may open what, when.
func (v view) sentence(c drawn) string {
	text := tMightOpen
	switch {
	case c.InForce(v.now):
		text = tMayOpen
	case v.now.Before(c.Right.From):
		text = tWillOpen
	}
	var locks []string
	for _, l := range c.locks {
		locks = append(locks, strings.TrimSpace(v.t(lockPhrase(l.Kind))+" "+l.Serial))
	}
	return v.f(text, c.GroupName, v.list(locks), v.period(c.Right.From, c.Right.Until))
}

// decided says where the decision behind a right came from.
func (v view) decided(c drawn) string {
	if c.OrderNumber != "" {
		return v.f(tDecidedBy, c.OrderNumber, v.day(c.OrderedAt))
	}
	if name, row := v.origin(c.Origin); row != "" {
		return v.f(tDecidedReg, strings.ToLower(name), row)
	}
	return ""
}

// list is "a, b och c".
func (v view) list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return v.f(tAnd, strings.Join(words[:last], ", "), words[last])
}

// known says what an id stands for, in words, if it is known; the id may follow a prefix, as in "order:…".
func (v view) known(things map[string]casework.Thing, id string) string {
	t, ok := things[id]
	if _, after, prefixed := strings.Cut(id, ":"); prefixed && !ok {
		t, ok = things[after]
	}
	if !ok {
		return id
	}
	label := t.Label
	if t.Kind == "token" {
		label = organisationNumber(label)
	}
	return strings.TrimSpace(v.t(thingName(t.Kind)) + " " + label)
}
