package fieldwork

import (
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
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
func taskSections(v ui.View, work []casework.TaskLine) []taskSection {
	all := []taskSection{
		{id: "akut", title: ui.TWorkUrgent, tone: "bad"},
		{id: afterUrgent, title: tWorkLate, tone: "warn"},
		{id: "idag", title: tWorkToday, tone: "good"},
		{id: "senare", title: tWorkLater, tone: "calm"},
		{id: "andra", title: tWorkOthers, tone: "calm"},
	}
	year, month, day := v.Now.In(v.Zone).Date()
	tomorrow := time.Date(year, month, day+1, 0, 0, 0, 0, v.Zone)
	for _, t := range work {
		i := 3
		switch {
		case t.Urgent:
			i = 0
		case t.Group != "":
			i = 4
		case t.Late(v.Now):
			i = 1
		case t.Due.Before(tomorrow):
			i = 2
		}
		all[i].add(t, words.Facts(v, t))
	}
	return all
}

// question is what is asked.
func question(v ui.View, q casework.Question) string {
	switch {
	case q.Rule == routine.RuleException:
		return v.T(tAskException)
	case q.Rule == routine.RuleRoutineOnFile:
		return v.T(tAskRoutine)
	case q.Note != "":
		return v.T(casework.InWords(q.Note))
	}
	rule := routine.Sentence(q.Rule)
	return problem.Text{SV: rule.SV, EN: rule.EN}.In(v.Lang)
}

// said is an owner's word as a sentence: "Brf Almgården sa nej 3 juni 2026, diarienummer SN 2026/12".
func said(v ui.View, s casework.OwnerSaid) string {
	owner, verb := s.Owner, tSaidNo
	if owner == "" {
		owner = v.T(tOwnerHidden)
	}
	if s.Answer == consent.Withdrawn {
		verb = tSaidNoMore
	}
	out := v.F(verb, owner)
	if !s.Date.IsZero() {
		out += " " + v.F(tSaidOn, v.Day(s.Date))
	}
	if s.Diary != "" {
		out += ", " + v.F(tSaidDiary, s.Diary)
	}
	return out
}

func doors(v ui.View, n int) string {
	if n == 1 {
		return v.T(tOneDoor)
	}
	return v.F(tDoors, n)
}

// more says that not everything is shown; it returns "" when it is.
func more(v ui.View, shown int, all int64) string {
	if int64(shown) >= all {
		return ""
	}
	return v.F(tTasksMore, shown, v.Num(all))
}
