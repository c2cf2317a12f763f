package ui

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// View is what every page knows: who looks, in which language, and what time it is.
type View struct {
	Lang         string // sv or en
	Now          time.Time
	Zone         *time.Location
	Viewer       *Viewer // nil before login
	Demo         bool    // whoever likes may choose who to be
	Municipality string
	Help         Help // at the foot of every page, always in the same place
	Assets       Assets
	URL          *url.URL  // of the request
	Section      string    // first part of its path
	Theme        string    // light or dark; "": what the device wants
	NoShortcuts  bool      // the reader has turned the keyboard shortcuts off
	Ends         time.Time // when the session does, if nothing happens before; zero: not known
	Menu         []MenuItem
	Flash        *Flash            // what the page before has done; nil: nothing
	Can          map[string]bool   // names of the routes that the viewer may take
	People       map[string]string // names of accounts that the journal does not know, by id: the demo's
}

// Viewer is who looks.
type Viewer struct {
	Name         string
	Role         problem.Text
	Organisation string // organisation number, ten digits
}

// MenuItem leads to a part of the portal.
type MenuItem struct {
	Href string
	Text problem.Text
	Key  string // goes there after "g"; "": none
	New  int    // unread things there, of which [notify.MaxUnread] stands for more
}

// Flash says once, on the page after, what has been done.
type Flash struct {
	Text problem.Text // names nobody: it travels in a cookie
	Undo string       // address that undoes it when posted to; "": it cannot be undone
}

// Assets are the addresses of style sheet, icon and scripts, each with its version.
type Assets struct{ Style, Icon, Script, Scan string }

// May reports whether the viewer may take the route of that name. What is not known is not allowed.
func (v View) May(name string) bool { return v.Can[name] }

// List is "a, b och c".
func (v View) List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return v.F(TAnd, strings.Join(words[:last], ", "), words[last])
}

// T is a text in the reader's language.
func (v View) T(x problem.Text) string { return x.In(v.Lang) }

// F is T with values filled in.
func (v View) F(x problem.Text, args ...any) string { return fmt.Sprintf(x.In(v.Lang), args...) }

// In is this page's address in another language. A page that answered a form is asked for anew.
func (v View) In(lang string) string {
	q := v.URL.Query()
	forget(q)
	q.Set("lang", lang)
	return v.URL.Path + "?" + q.Encode()
}

// With is this page's address with one value of the query replaced; what is kept in cookies is left to them.
func (v View) With(name, value string) string {
	q := v.URL.Query()
	forget(q)
	q.Set(name, value)
	return v.URL.Path + "?" + q.Encode()
}

// forget takes away what is kept in cookies already.
func forget(q url.Values) {
	for _, name := range []string{"lang", "utseende", "genvagar"} {
		q.Del(name)
	}
}

// Without is with, for taking a value away.
func (v View) Without(name string) string {
	q := v.URL.Query()
	forget(q)
	q.Del(name)
	if len(q) == 0 {
		return v.URL.Path
	}
	return v.URL.Path + "?" + q.Encode()
}

// whole is the address of the list that the query narrows, and whether it does: whose list it is and its order are no narrowing.
func (v View) whole() (href string, narrowed bool) {
	kept := url.Values{}
	q := v.URL.Query()
	forget(q)
	for name, values := range q {
		switch name {
		case "vems", "ordning":
			kept[name] = values
		case "fore", "efter", "format":
		default:
			narrowed = narrowed || strings.Join(values, "") != ""
		}
	}
	if len(kept) == 0 {
		return v.URL.Path, narrowed
	}
	return v.URL.Path + "?" + kept.Encode(), narrowed
}

// Day is "3 juni 2026".
func (v View) Day(at time.Time) string {
	switch {
	case at.IsZero():
		return v.T(TNever)
	case !at.Before(routine.Forever):
		return v.T(TForever)
	}
	at = at.In(v.Zone)
	return fmt.Sprintf("%d %s %d", at.Day(), monthName(v.Lang, at.Month()), at.Year())
}

// When is "3 juni 2026 kl. 14.10".
func (v View) When(at time.Time) string {
	if at.IsZero() || !at.Before(routine.Forever) {
		return v.Day(at)
	}
	if v.Lang == "en" {
		return v.Day(at) + " at " + v.Clock(at)
	}
	return v.Day(at) + " kl. " + v.Clock(at)
}

// Clock is "14.10", in English "14:10".
func (v View) Clock(at time.Time) string {
	if v.Lang == "en" {
		return at.In(v.Zone).Format("15:04")
	}
	return at.In(v.Zone).Format("15.04")
}

// Second is the time of day with seconds, for the journal.
func (v View) Second(at time.Time) string {
	if v.Lang == "en" {
		return at.In(v.Zone).Format("15:04:05")
	}
	return at.In(v.Zone).Format("15.04.05")
}

// Age is how long ago something was: "för 3 h sedan".
func (v View) Age(at time.Time) string {
	d := v.Now.Sub(at)
	switch {
	case at.IsZero():
		return v.T(TNever)
	case d < -2*time.Minute: // clocks differ a little
		return v.T(TInFuture)
	case d < time.Minute:
		return v.T(TJustNow)
	case d < time.Hour:
		return v.F(TMinAgo, int(d/time.Minute))
	case d < 48*time.Hour:
		return v.F(THourAgo, int(d/time.Hour))
	}
	return v.F(TDaysAgo, int(d/(24*time.Hour)))
}

// Period is "från 3 juni 2026 till och med 9 juni 2026" or "från 3 juni 2026 tills vidare". What ends at midnight held
// through the day before; what ended when it began, or before, never held.
func (v View) Period(from, until time.Time) string {
	if !from.Before(until) {
		return v.T(TNotInForce)
	}
	s := v.F(TFromOn, v.Edge(from))
	switch l := until.In(v.Zone); {
	case !until.Before(routine.Forever):
		return s + " " + v.T(TForever)
	case l.Hour() == 0 && l.Minute() == 0:
		return s + " " + v.F(TThrough, v.Day(until.Add(-time.Minute)))
	}
	return s + " " + v.F(TToBefore, v.Edge(until))
}

// Edge is a day when a period begins or ends at midnight, else the time too.
func (v View) Edge(at time.Time) string {
	if l := at.In(v.Zone); l.Hour() == 0 && l.Minute() == 0 {
		return v.Day(at)
	}
	return v.When(at)
}

// unread is what they are called.
func unread(n int) problem.Text {
	if n == 1 {
		return TUnreadOne
	}
	return TUnreadMany
}

// upToNine is how many things are unread, "9+" for many.
func upToNine(n int) string {
	if n >= notify.MaxUnread {
		return strconv.Itoa(notify.MaxUnread-1) + "+"
	}
	return strconv.Itoa(n)
}

// Num is a number with its thousands apart, by a space that does not break.
func (v View) Num(n int64) string {
	s := strconv.FormatInt(n, 10)
	sep := "\u00a0"
	if v.Lang == "en" {
		sep = ","
	}
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// dial is a number as a phone takes it.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || (r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, number)
}

// Iso is for the datetime attribute of <time>.
func ISO(at time.Time) string { return at.UTC().Format(time.RFC3339) }

func monthName(lang string, m time.Month) string {
	if lang == "en" {
		return m.String()
	}
	return strings.Fields("januari februari mars april maj juni juli augusti september oktober november december")[m-1]
}

// State is how something is: its name, its icon and its colour say the same.
type State struct {
	Text problem.Text
	Icon string
	Tone string // good, warn, bad, info, calm
}

// PeriodState is whether a period is to come, in force or over.
func PeriodState(now, from, until time.Time) State {
	switch {
	case now.Before(from):
		return State{Text: TComing, Icon: "clock", Tone: "calm"}
	case now.Before(until):
		return State{Text: TOn, Icon: "check", Tone: "good"}
	}
	return State{Text: TOver, Icon: "ended", Tone: "calm"}
}
