package portal

import (
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// taskSection is a part of the page of tasks.
type taskSection struct {
	id    string
	title problem.Text
	tone  string
	n     int // tasks
	doors []taskDoor
}

// taskDoor is what there is to do at one door by one day, by the same people and for the same order.
type taskDoor struct {
	facts string
	tasks []casework.TaskLine
}

func (s *taskSection) add(t casework.TaskLine, facts string) {
	s.n++
	for i, d := range s.doors {
		if t.ClientID != "" && d.facts == facts && d.tasks[0].ClientID == t.ClientID {
			s.doors[i].tasks = append(d.tasks, t)
			return
		}
	}
	s.doors = append(s.doors, taskDoor{facts, []casework.TaskLine{t}})
}

// afterUrgent is the section that follows what is urgent.
const afterUrgent = "forsenat"

// taskSections sorts work by how soon it must be done. What the groups' staff do comes last: whoever reads follows it up only.
func (v view) taskSections(work []casework.TaskLine) []taskSection {
	all := []taskSection{
		{id: "akut", title: tWorkUrgent, tone: "bad"},
		{id: afterUrgent, title: tWorkLate, tone: "warn"},
		{id: "idag", title: tWorkToday, tone: "good"},
		{id: "senare", title: tWorkLater, tone: "calm"},
		{id: "andra", title: tWorkOthers, tone: "calm"},
	}
	year, month, day := v.now.In(v.zone).Date()
	tomorrow := time.Date(year, month, day+1, 0, 0, 0, 0, v.zone)
	for _, t := range work {
		i := 3
		switch {
		case t.Urgent:
			i = 0
		case t.Group != "":
			i = 4
		case t.Late(v.now):
			i = 1
		case t.Due.Before(tomorrow):
			i = 2
		}
		all[i].add(t, v.facts(t))
	}
	return all
}

// questionsFirst reports whether deciding is what somebody looks at the tasks for.
func (v view) questionsFirst() bool { return v.who != nil && v.who.Role == CaseOfficer }

// taskState is how far a task has come, or "" in a state that its place on the page tells.
func (v view) taskState(t casework.TaskLine) (state, bool) {
	switch {
	case t.Urgent:
		return state{tWorkUrgent, "warn", "bad"}, true
	case t.State == casework.TaskWaiting:
		return state{tTaskWaits, "clock", "calm"}, true
	case t.Late(v.now):
		return state{tLate, "warn", "warn"}, true
	case t.State == casework.TaskBooked:
		return state{tTaskBooked, "check", "good"}, true
	case t.State == casework.TaskInProgress:
		return state{tTaskBegun, "check", "good"}, true
	}
	return state{}, false
}

// about is what a task says of itself: which lock, and why it is there in the words of those who laid it up.
func (v view) about(t casework.TaskLine) string {
	var words []string
	if t.Serial != "" {
		words = append(words, v.f(tLockNo, t.Serial))
	}
	for _, s := range []string{t.Fault, t.Note, t.Reason} {
		if s != "" {
			words = append(words, s)
		}
	}
	return strings.Join(words, " · ")
}

// facts are when a task is due, and what it can be found by.
func (v view) facts(t casework.TaskLine) string {
	out := []string{v.f(tDueOn, v.day(t.Due))}
	if t.Group != "" {
		out = append(out, t.Group)
	}
	if t.OrderNumber != "" {
		out = append(out, v.f(tOrderNr, t.OrderNumber))
	}
	return strings.Join(out, " · ")
}

// question is what is asked.
func (v view) question(q casework.Question) string {
	switch {
	case q.Rule == routine.RuleConsent:
		return v.t(tAskStay)
	case q.Rule == routine.RuleException:
		return v.t(tAskException)
	case q.Rule == routine.RuleRoutineOnFile:
		return v.t(tAskRoutine)
	case q.Note != "":
		return q.Note
	}
	rule := routine.Sentence(q.Rule)
	return problem.Text{SV: rule.SV, EN: rule.EN}.In(v.lang)
}

// said is an owner's word as a sentence: "Brf Almgården sa nej 3 juni 2026, diarienummer SN 2026/12".
func (v view) said(s casework.OwnerSaid) string {
	owner, verb := s.Owner, tSaidNo
	if owner == "" {
		owner = v.t(tOwnerHidden)
	}
	if s.Answer == consent.Withdrawn {
		verb = tSaidNoMore
	}
	out := v.f(verb, owner)
	if !s.Date.IsZero() {
		out += " " + v.f(tSaidOn, v.day(s.Date))
	}
	if s.Diary != "" {
		out += ", " + v.f(tSaidDiary, s.Diary)
	}
	return out
}

func (v view) doors(n int) string {
	if n == 1 {
		return v.t(tOneDoor)
	}
	return v.f(tDoors, n)
}

// more says that not everything is shown; it returns "" when it is.
func (v view) more(shown int, all int64) string {
	if int64(shown) >= all {
		return ""
	}
	return v.f(tTasksMore, shown, v.num(all))
}
