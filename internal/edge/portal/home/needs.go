package home

import (
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
)

// start is what the first page shows.
type start struct {
	casework.Overview
	Role  routine.Role
	Needs []need
	Help  bool
}

// need is a number that somebody must do something about, with where that is done.
type need struct {
	Icon, Href string
	N          int64
	One, Many  problem.Text
	Detail     string
	Tone       string // bad, warn or calm
}

// tones are in the order in which needs are shown.
var tones = []string{"bad", "warn", "calm"}

// needs are what is not zero, the worst first; only what leads somewhere that the viewer may go.
func needs(v ui.View, role routine.Role, c casework.Counts, waiting []identity.Emergency, unread int64) []need {
	var all []need
	add := func(route string, n need) {
		if n.N > 0 && v.May(route) {
			all = append(all, n)
		}
	}
	add("reviews", need{Icon: "eye", Href: "/granskning", N: int64(len(waiting)), One: tOneReview, Many: tManyReviews, Detail: reviewBy(v, waiting), Tone: "warn"})
	if role != routine.CaseOfficer {
		add("keys", need{Icon: "block", Href: "/nycklar?lage=blocked", N: c.KeysBlocked, One: tOneBlocked, Many: tCountBlocked, Detail: v.F(tCountOfKeys, v.Num(c.Keys)), Tone: "bad"})
		add("keys", need{Icon: "clock", Href: "/nycklar?lage=due", N: c.KeysDue, One: tOneDue, Many: tCountDue, Detail: v.T(tCountDueD), Tone: "warn"})
	}
	switch role {
	case routine.CaseOfficer:
		add("tasks", need{Icon: "help", Href: "/uppgifter", N: c.Questions, One: tOneQuestion, Many: tManyQuestions, Detail: v.T(tQuestionsD), Tone: "warn"})
	case routine.LockManager:
		add("queue", need{Icon: "task", Href: "/arbete?vems=alla&slag=alla", N: c.OpenTasks, One: tOneTask, Many: tCountTasks, Detail: lateText(v, c), Tone: toneIf(c.UrgentTasks > 0, "bad", toneIf(c.LateTasks > 0, "warn", "calm"))})
	}
	add("faults", need{Icon: "fault", Href: "/fel", N: c.Faults, One: tOneFault, Many: tManyFaults, Detail: v.F(tUrgent, v.Num(c.UrgentFaults)), Tone: toneIf(c.UrgentFaults > 0, "bad", "calm")})
	add("orders", need{Icon: "undo", Href: "/bestallningar?lage=returned", N: c.OrdersReturned, One: tOneReturned, Many: tManyReturned, Detail: v.T(tReturnedD), Tone: "warn"})
	add("orders", need{Icon: "order", Href: "/bestallningar?lage=in-progress", N: c.OrdersUnderway, One: tOneUnderway, Many: tManyUnderway, Detail: v.T(tUnderwayD), Tone: "calm"})
	add("notices", need{Icon: "bell", Href: "/aviseringar", N: unread, One: tOneUnread, Many: tManyUnread, Detail: v.T(tUnreadD), Tone: "calm"})
	slices.SortStableFunc(all, func(a, b need) int { return slices.Index(tones, a.Tone) - slices.Index(tones, b.Tone) })
	return all
}

// reviewBy says when the first of the reviews must have been made.
func reviewBy(v ui.View, waiting []identity.Emergency) string {
	if len(waiting) == 0 {
		return ""
	}
	return v.F(tReviewBy, v.When(waiting[0].ReviewBefore))
}

func lateText(v ui.View, c casework.Counts) string {
	out := v.T(tCountNoLate)
	if c.LateTasks > 0 {
		out = v.F(tCountLate, v.Num(c.LateTasks))
	}
	if c.UrgentTasks > 0 {
		out += " · " + v.F(tUrgent, v.Num(c.UrgentTasks))
	}
	return out
}

func toneIf(yes bool, tone, otherwise string) string {
	if yes {
		return tone
	}
	return otherwise
}

// overdue reports whether nobody has reviewed an access in time.
func overdue(e identity.Emergency, now time.Time) bool { return now.After(e.ReviewBefore) }

// first is something to do on one's first day.
type first struct {
	Route, Href string
	Text, Why   problem.Text
}

// firstDay is the three things to do first: what the role is there for, what to have at hand when everything fails, and one's
// own account.
func firstDay(v ui.View) (out []first) {
	for _, f := range []first{
		{"queue", "/arbete", tFirstQueue, tFirstQueueD}, {"tasks", "/uppgifter", tFirstTasks, tFirstTasksD},
		{"keys", "/nycklar", tFirstKeys, tFirstKeysD}, {"log", "/logg", tFirstLog, tFirstLogD},
	} {
		if v.May(f.Route) {
			out = append(out, f)
			break
		}
	}
	if len(out) == 0 {
		out = append(out, first{"glossary", "/ordlista", tFirstWords, tFirstWordsD})
	}
	return append(out, first{"crisis", "/kris", tFirstCrisis, tFirstCrisisD}, first{"account", "/konto", tFirstAccount, tFirstAccountD})
}
