package words

import (
	"strings"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/edge/portal/ui"
)

// TaskState is how far a task has come, or "" in a state that its place on the page tells.
func TaskState(v ui.View, t casework.TaskLine) (ui.State, bool) {
	switch {
	case t.Urgent:
		return ui.State{Text: ui.TWorkUrgent, Icon: "warn", Tone: "bad"}, true
	case t.State == casework.TaskWaiting:
		return ui.State{Text: tTaskWaits, Icon: "clock", Tone: "calm"}, true
	case t.Late(v.Now):
		return ui.State{Text: tLate, Icon: "warn", Tone: "warn"}, true
	case t.State == casework.TaskBooked:
		return ui.State{Text: tTaskBooked, Icon: "check", Tone: "good"}, true
	case t.State == casework.TaskInProgress:
		return ui.State{Text: tTaskBegun, Icon: "check", Tone: "good"}, true
	}
	return ui.State{}, false
}

// About is what a task says of itself: which lock, and why it is there in the words of those who laid it up.
func About(v ui.View, t casework.TaskLine) string {
	var words []string
	if t.Serial != "" {
		words = append(words, v.F(tLockNo, t.Serial))
	}
	for _, s := range []string{t.Fault, v.T(casework.InWords(t.Note)), v.T(casework.InWords(t.Reason))} {
		if s != "" {
			words = append(words, s)
		}
	}
	return strings.Join(words, " · ")
}

// Facts are when a task is due, and what it can be found by.
func Facts(v ui.View, t casework.TaskLine) string {
	out := []string{v.F(tDueOn, v.Day(t.Due))}
	if t.Group != "" {
		out = append(out, t.Group)
	}
	if t.OrderNumber != "" {
		out = append(out, v.F(tOrderNr, t.OrderNumber))
	}
	return strings.Join(out, " · ")
}
