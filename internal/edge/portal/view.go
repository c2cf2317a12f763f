package portal

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
)

// view is what every page knows: who looks, in which language, and what time it is.
type view struct {
	lang         string
	now          time.Time
	zone         *time.Location
	who          *Account // nil before login
	demo         bool
	municipality string
	style        string // address of the style sheet
	url          *url.URL
	section      string // first part of the path, for the menu
}

func (v view) t(x problem.Text) string { return x.In(v.lang) }

func (v view) f(x problem.Text, args ...any) string { return fmt.Sprintf(x.In(v.lang), args...) }

func (v view) may(n need) bool { return v.who != nil && v.who.Role.May(n) }

// in is this page's address in another language. A page that answered a form is asked for anew.
func (v view) in(lang string) string {
	q := v.url.Query()
	q.Set("lang", lang)
	return v.url.Path + "?" + q.Encode()
}

// with is this page's address with one value of the query replaced; the language is left to the cookie.
func (v view) with(name, value string) string {
	q := v.url.Query()
	q.Del("lang")
	q.Set(name, value)
	return v.url.Path + "?" + q.Encode()
}

// without is with, for taking a value away.
func (v view) without(name string) string {
	q := v.url.Query()
	q.Del("lang")
	q.Del(name)
	if len(q) == 0 {
		return v.url.Path
	}
	return v.url.Path + "?" + q.Encode()
}

// day is "3 juni 2026".
func (v view) day(at time.Time) string {
	switch {
	case at.IsZero():
		return v.t(tNever)
	case !at.Before(routine.Forever):
		return v.t(tForever)
	}
	at = at.In(v.zone)
	return fmt.Sprintf("%d %s %d", at.Day(), monthName(v.lang, at.Month()), at.Year())
}

// when is "3 juni 2026 kl. 14.10".
func (v view) when(at time.Time) string {
	if at.IsZero() || !at.Before(routine.Forever) {
		return v.day(at)
	}
	if v.lang == "en" {
		return v.day(at) + " at " + v.clock(at)
	}
	return v.day(at) + " kl. " + v.clock(at)
}

// clock is "14.10", in English "14:10".
func (v view) clock(at time.Time) string {
	if v.lang == "en" {
		return at.In(v.zone).Format("15:04")
	}
	return at.In(v.zone).Format("15.04")
}

// second is the time of day with seconds, for the journal.
func (v view) second(at time.Time) string {
	if v.lang == "en" {
		return at.In(v.zone).Format("15:04:05")
	}
	return at.In(v.zone).Format("15.04.05")
}

// age is how long ago something was: "för 3 h sedan".
func (v view) age(at time.Time) string {
	d := v.now.Sub(at)
	switch {
	case at.IsZero():
		return v.t(tNever)
	case d < -2*time.Minute: // clocks differ a little
		return v.t(tInFuture)
	case d < time.Minute:
		return v.t(tJustNow)
	case d < time.Hour:
		return v.f(tMinAgo, int(d/time.Minute))
	case d < 48*time.Hour:
		return v.f(tHourAgo, int(d/time.Hour))
	}
	return v.f(tDaysAgo, int(d/(24*time.Hour)))
}

// period is "från 3 juni 2026 till och med 9 juni 2026" or "från 3 juni 2026 tills vidare". What ends at midnight held
// through the day before; what ended when it began, or before, never held.
func (v view) period(from, until time.Time) string {
	if !from.Before(until) {
		return v.t(tNotInForce)
	}
	s := v.f(tFromOn, v.edge(from))
	switch l := until.In(v.zone); {
	case !until.Before(routine.Forever):
		return s + " " + v.t(tForever)
	case l.Hour() == 0 && l.Minute() == 0:
		return s + " " + v.f(tThrough, v.day(until.Add(-time.Minute)))
	}
	return s + " " + v.f(tToBefore, v.edge(until))
}

// edge is a day when a period begins or ends at midnight, else the time too.
func (v view) edge(at time.Time) string {
	if l := at.In(v.zone); l.Hour() == 0 && l.Minute() == 0 {
		return v.day(at)
	}
	return v.when(at)
}

// num is a number with its thousands apart, by a space that does not break.
func (v view) num(n int64) string {
	s := strconv.FormatInt(n, 10)
	sep := "\u00a0"
	if v.lang == "en" {
		sep = ","
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// iso is for the datetime attribute of <time>.
func iso(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func monthName(lang string, m time.Month) string {
	if lang == "en" {
		return m.String()
	}
	return strings.Fields("januari februari mars april maj juni juli augusti september oktober november december")[m-1]
}

// state of a period at now: its name, its icon and its colour.
type state struct {
	text problem.Text
	icon string
	tone string // good, warn, bad, calm
}

func periodState(now, from, until time.Time) state {
	switch {
	case now.Before(from):
		return state{tComing, "clock", "calm"}
	case now.Before(until):
		return state{tOn, "check", "good"}
	}
	return state{tOver, "ended", "calm"}
}
