package words

import (
	"slices"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
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

// Days puts records in words and under the day, in the reader's zone, on which they happened. self is the subject whose
// page it is, which need not be named again.
func Days(v ui.View, records []journal.Record, things map[string]casework.Thing, self string) []eventDay {
	var out []eventDay
	for _, r := range records {
		if n := len(out); n == 0 || v.Day(out[n-1].day) != v.Day(r.At) {
			out = append(out, eventDay{day: r.At})
		}
		last := &out[len(out)-1]
		last.events = append(last.events, tell(v, r, things, self))
	}
	return out
}

func tell(v ui.View, r journal.Record, things map[string]casework.Thing, self string) event {
	e := event{Record: r, title: v.T(KindName(r.Kind))}
	e.icon, e.tone = KindLook(r.Kind)
	switch r.Kind {
	case journal.OrderReceived:
		e.title = v.T(OrderName(r.Value("order")))
		e.details = append(e.details, v.T(tNodeOrder)+" "+r.Value("number"))
		if at, err := time.Parse(time.RFC3339, r.Value("effective")); err == nil {
			e.details = append(e.details, v.F(ui.TFromOn, v.Edge(at)))
		}
		e.details = append(e.details, v.T(ChannelName(r.Value("channel"))))
	case journal.RightsChanged:
		e.title, e.details = rightsChanged(v, r, things)
	case journal.OrderRefused:
		if order := r.Value("order"); order != "" {
			e.title += ": " + lowerFirst(v.T(OrderName(order)))
		}
		e.details = append(e.details, v.F(tEventOrganisation, OrganisationNumber(r.Value("organisation"))))
	case journal.TaskChanged:
		e.title, e.details = taskChanged(v, r, things)
	case journal.RecordsAnomalous:
		e.details = append(e.details, v.T(AnomalyName(r.Value("class"))), v.T(DetailWords(r.Value("detail"))))
	case journal.LockReported:
		e.title = v.T(eventName(r.Value("event")))
	case journal.KeySynced:
		e.details = append(e.details, until(v, r), v.F(tEventLocks, r.Value("locks")))
	case journal.KeyActivated:
		e.details = append(e.details, until(v, r), Actor(v, r, things))
		if r.Value("offline") == "true" {
			e.details = append(e.details, v.T(tEventOffline))
		}
	case journal.KeyBlocked:
		e.details = append(e.details, v.F(tEventReason, r.Value("reason")))
	case journal.RegisterApplied:
		if n := r.Value("services"); n != "" {
			e.details = append(e.details, v.F(tEventServices, n))
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
		e.details = append(e.details, Known(v, things, s))
		if t.Group != "" {
			e.details = append(e.details, t.Group)
		}
	}
	if c := r.Value("code"); c != "" {
		e.details = append(e.details, v.T(codeWords(r.Kind, c)))
	}
	if f := r.Value("flags"); f != "" && f != "0" {
		e.details = append(e.details, v.T(flagWords(f)))
	}
	e.details = slices.DeleteFunc(e.details, func(d string) bool { return d == "" })
	return e
}

// rightsChanged tells of changed rights, or that they were gone through and are the same.
func rightsChanged(v ui.View, r journal.Record, things map[string]casework.Thing) (title string, details []string) {
	added, removed := r.Value("added"), r.Value("removed")
	if added == "0" && removed == "0" {
		return v.T(tRightsSame), []string{v.T(tRightsSameD), ground(v, r, things)}
	}
	return v.T(KindName(r.Kind)), []string{v.F(tEventRights, added, removed), ground(v, r, things)}
}

// taskChanged tells what became of a task, and which order it follows from.
func taskChanged(v ui.View, r journal.Record, things map[string]casework.Thing) (title string, details []string) {
	change := r.Value("change")
	title = v.F(taskTitle(change), lowerFirst(v.T(TaskName(routine.TaskKind(r.Value("task"))))))
	if due, err := time.Parse(time.RFC3339, r.Value("due")); err == nil && change != "withdrawn" {
		details = append(details, v.F(tEventDue, v.Edge(due)))
	}
	if change == "contacted" {
		details = append(details, v.T(stateWords(r.Value("answer"))), r.Value("reason"))
	}
	return title, append(details, ground(v, r, things))
}

// ground is what a record says that it follows from, if that can be said in words.
func ground(v ui.View, r journal.Record, things map[string]casework.Thing) string {
	value := r.Value(journal.FieldGround)
	if words := v.T(groundName(value)); words != value {
		return words
	}
	if words := Known(v, things, value); words != value {
		return words
	}
	return ""
}

// Gist is what one line of the journal says beyond its kind. It names nobody.
func Gist(v ui.View, r journal.Record) string {
	if r.Erased {
		return ""
	}
	switch r.Kind {
	case journal.LockReported:
		return v.T(eventName(r.Value("event")))
	case journal.OrderReceived:
		return v.T(OrderName(r.Value("order")))
	case journal.TaskChanged:
		title, _ := taskChanged(v, r, nil)
		return title
	case journal.RecordsAnomalous:
		return v.T(AnomalyName(r.Value("class")))
	case journal.DoorRefused, journal.OrderRefused, journal.KeyRefused:
		return v.T(codeWords(r.Kind, r.Value("code")))
	}
	return ""
}

// until says for how long what a record tells of holds.
func until(v ui.View, r journal.Record) string {
	at, err := time.Parse(time.RFC3339, r.Value("until"))
	if err != nil {
		return ""
	}
	return v.F(tEventUntil, v.When(at))
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

func KindName(k journal.Kind) problem.Text {
	if info, ok := journal.Describe(k); ok {
		return info.Name
	}
	return problem.Text{SV: string(k), EN: string(k)}
}

// KindLook is the icon and the colour of a kind, by its family.
func KindLook(k journal.Kind) (icon, tone string) {
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
func origin(v ui.View, origin string) (label, detail string) {
	if file, ok := strings.CutPrefix(origin, "register:"); ok {
		name, row, _ := strings.Cut(file, ":")
		if row != "" {
			row = v.F(tNodeRegRow, row)
		}
		return v.T(registerName(name)), row
	}
	return strings.TrimPrefix(origin, "order:"), ""
}

// drawn is the rights that one ground gives at one time, to all the locks on the way in, as one picture.
type drawn struct {
	casework.RightChain
	locks []casework.MountedLock
}

// drawn joins rights that differ only in the lock, and parts those in force from the others.
func draw(v ui.View, all []casework.RightChain) (now, others []drawn) {
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
		if c.InForce(v.Now) {
			now = join(now, c)
		} else {
			others = join(others, c)
		}
	}
	return now, others
}

// sentence says a right in words: who may open what, when.
func sentence(v ui.View, c drawn) string {
	text := tMightOpen
	switch {
	case c.InForce(v.Now):
		text = tMayOpen
	case v.Now.Before(c.Right.From):
		text = tWillOpen
	}
	var locks []string
	for _, l := range c.locks {
		locks = append(locks, strings.TrimSpace(v.T(lockPhrase(l.Kind))+" "+l.Serial))
	}
	return v.F(text, c.GroupName, v.List(locks), v.Period(c.Right.From, c.Right.Until))
}

// decided says where the decision behind a right came from.
func decided(v ui.View, c drawn) string {
	if c.OrderNumber != "" {
		return v.F(tDecidedBy, c.OrderNumber, v.Day(c.OrderedAt))
	}
	if name, row := origin(v, c.Origin); row != "" {
		return v.F(tDecidedReg, strings.ToLower(name), row)
	}
	return ""
}

// Known says what an id stands for, in words, if it is known; the id may follow a prefix, as in "order:…".
func Known(v ui.View, things map[string]casework.Thing, id string) string {
	t, ok := things[id]
	if _, after, prefixed := strings.Cut(id, ":"); prefixed && !ok {
		t, ok = things[after]
	}
	if !ok {
		return id
	}
	label := t.Label
	if t.Kind == "token" {
		label = OrganisationNumber(label)
	}
	return strings.TrimSpace(v.T(thingName(t.Kind)) + " " + label)
}
