package routine

import (
	"strings"
	"time"
)

// Hours are a municipality's schedules, by the names that units, crisis steps and pages use, such as "office".
type Hours map[string]Schedule

// Schedule is when somebody can be reached: spans of a week, and whether public holidays count as other days.
type Schedule struct {
	Spans []Span `toml:"spans"`
	// Holidays says what public holidays are: [HolidaysClosed] (also ""), [HolidaysOpen] all day, or [HolidaysAsUsual].
	Holidays string `toml:"holidays"`
}

// Span is a time of every week. A span whose end is not after its beginning goes on into the next day.
type Span struct {
	Days []Weekday `toml:"days"`
	From string    `toml:"from"` // HH:MM, local
	To   string    `toml:"to"`   // HH:MM, local; 24:00 is midnight
}

// Weekday is a day of the week as profiles write it: mon … sun.
type Weekday string

// The days of the week.
const (
	Monday    Weekday = "mon"
	Tuesday   Weekday = "tue"
	Wednesday Weekday = "wed"
	Thursday  Weekday = "thu"
	Friday    Weekday = "fri"
	Saturday  Weekday = "sat"
	Sunday    Weekday = "sun"
)

// Weekdays returns the days of the week from Monday.
func Weekdays() []Weekday {
	return []Weekday{Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday}
}

// OfficeHours is the name of the schedule that every profile has: when the lock manager works.
const OfficeHours = "office"

// What public holidays are in a schedule.
const (
	HolidaysClosed  = "closed"
	HolidaysOpen    = "open"
	HolidaysAsUsual = "as-usual"
)

// Open reports whether a schedule is open at t, which must be in local time. "" is always open, "not:NAME" is open when
// NAME is not, and a name that does not exist is never open.
func (h Hours) Open(name string, t time.Time) bool {
	s, not, found := h.schedule(name)
	if !found {
		return name == ""
	}
	_, open := s.at(t)
	return open != not
}

// Next returns the first instant from t on at which a schedule is open, t itself if it is open now, and false if it does not
// open within three weeks. t must be in local time; so is the answer, also across a change to or from summer time.
func (h Hours) Next(name string, t time.Time) (time.Time, bool) {
	s, not, found := h.schedule(name)
	switch {
	case h.Open(name, t):
		return t, true
	case !found:
		return time.Time{}, false
	case not:
		return s.closes(t)
	}
	return s.opens(t)
}

// schedule finds a schedule by name, and says whether it is what is outside it that is meant.
func (h Hours) schedule(name string) (s Schedule, not, found bool) {
	name, not = strings.CutPrefix(name, "not:")
	s, found = h[name]
	return s, not, found
}

// period is a time when a schedule is open, half-open.
type period struct{ from, to time.Time }

// beginning returns the periods that begin on a day. A period belongs to the day on which it begins, also when it goes on
// past midnight: what a holiday changes is what would have begun on it.
func (s Schedule) beginning(year int, month time.Month, date int, local *time.Location) (out []period) {
	at := func(minutes int) time.Time { return time.Date(year, month, date, 0, minutes, 0, 0, local) }
	for _, m := range s.On(year, month, date) {
		out = append(out, period{at(m[0]), at(m[1])})
	}
	return out
}

// On returns the times that begin on a day, in minutes on the wall after its midnight; an end may lie in the next day.
func (s Schedule) On(year int, month time.Month, date int) (out [][2]int) {
	day := time.Date(year, month, date, 12, 0, 0, 0, time.UTC)
	if Holiday(day) != "" {
		switch s.Holidays {
		case HolidaysOpen:
			return [][2]int{{0, dayMinutes}}
		case HolidaysClosed, "":
			return nil
		}
	}
	for _, span := range s.Spans {
		from, to, ok := span.Minutes()
		if ok && span.on(day.Weekday()) {
			out = append(out, [2]int{from, to})
		}
	}
	return out
}

// at returns the period that t is in.
func (s Schedule) at(t time.Time) (period, bool) {
	year, month, date := t.Date()
	for _, d := range []int{date, date - 1} {
		for _, p := range s.beginning(year, month, d, t.Location()) {
			if !t.Before(p.from) && t.Before(p.to) {
				return p, true
			}
		}
	}
	return period{}, false
}

// searchDays is how far ahead the next opening or closing is looked for: no week and no row of holidays is longer.
const searchDays = 21

// opens returns when the schedule opens after t.
func (s Schedule) opens(t time.Time) (next time.Time, found bool) {
	year, month, date := t.Date()
	for day := 0; day <= searchDays && !found; day++ {
		for _, p := range s.beginning(year, month, date+day, t.Location()) {
			if p.from.After(t) && (!found || p.from.Before(next)) {
				next, found = p.from, true
			}
		}
	}
	return next, found
}

// closes returns when the schedule, open at t, closes: periods that meet are one.
func (s Schedule) closes(t time.Time) (time.Time, bool) {
	end := t.AddDate(0, 0, searchDays)
	for p, open := s.at(t); open && t.Before(end); p, open = s.at(t) {
		t = p.to
	}
	return t, t.Before(end)
}

// dayMinutes is a day on the clock on the wall.
const dayMinutes = 24 * 60

// Minutes returns the span's beginning and end in minutes after midnight of the day on which it begins; the end may lie in
// the next day. False if either is not a time of day.
func (s Span) Minutes() (from, to int, ok bool) {
	from, okFrom := clock(s.From)
	to, okTo := clock(s.To)
	if to <= from {
		to += dayMinutes
	}
	return from, to, okFrom && okTo && from < dayMinutes
}

// on reports whether the span begins on a day of the week.
func (s Span) on(day time.Weekday) bool {
	name := Weekdays()[(int(day)+6)%7]
	for _, d := range s.Days {
		if d == name {
			return true
		}
	}
	return false
}

// clock reads HH:MM, 00:00 to 24:00, as minutes.
func clock(s string) (minutes int, ok bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	hour, minute := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	minutes = hour*60 + minute
	return minutes, minute < 60 && minutes <= dayMinutes
}

// Text is the schedule in words, in Swedish (sv) or English (en): "mån–fre 07:30–16:00, ej helgdagar".
func (s Schedule) Text(language string) string {
	names := []string{"mån", "tis", "ons", "tors", "fre", "lör", "sön"}
	holidays := map[string]string{HolidaysClosed: "ej helgdagar", "": "ej helgdagar", HolidaysOpen: "helgdagar hela dygnet", HolidaysAsUsual: ""}
	allDay := "hela dygnet"
	if language == "en" {
		names = []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
		holidays = map[string]string{HolidaysClosed: "not on public holidays", "": "not on public holidays", HolidaysOpen: "all day on public holidays", HolidaysAsUsual: ""}
		allDay = "all day"
	}
	var parts []string
	for _, span := range s.Spans {
		times := span.From + "–" + span.To
		if from, to, _ := span.Minutes(); to-from == dayMinutes {
			times = allDay
		}
		parts = append(parts, span.days(names)+" "+times)
	}
	if h := holidays[s.Holidays]; h != "" {
		parts = append(parts, h)
	}
	return strings.Join(parts, ", ")
}

// days are the span's days in words; days in a row are a range.
func (s Span) days(names []string) string {
	var parts []string
	for i := 0; i < len(names); i++ {
		first := i
		for i < len(names) && s.on(time.Weekday((i+1)%7)) {
			i++
		}
		switch n := i - first; {
		case n == 1:
			parts = append(parts, names[first])
		case n == 2:
			parts = append(parts, names[first], names[i-1])
		case n > 2:
			parts = append(parts, names[first]+"–"+names[i-1])
		}
	}
	return strings.Join(parts, ", ")
}

// easterSunday of a year in the Gregorian calendar (the anonymous algorithm, Nature 1876).
func easterSunday(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month, day := (h+l-7*m+114)/31, (h+l-7*m+114)%31+1
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}

// Holiday is the name of a Swedish public holiday, in Swedish, or "" (Lag 1989:253 om allmänna helgdagar). Sundays are not named.
// Midsummer's, Christmas and New Year's Eve are not public holidays by that law, yet nobody is in the office; they count.
func Holiday(day time.Time) string {
	year, month, date := day.Date()
	at := func(m time.Month, d int) bool { return month == m && date == d }
	switch {
	case at(time.January, 1):
		return "nyårsdagen"
	case at(time.January, 6):
		return "trettondedag jul"
	case at(time.May, 1):
		return "första maj"
	case at(time.June, 6):
		return "Sveriges nationaldag"
	case at(time.December, 24):
		return "julafton"
	case at(time.December, 25):
		return "juldagen"
	case at(time.December, 26):
		return "annandag jul"
	case at(time.December, 31):
		return "nyårsafton"
	case month == time.June && day.Weekday() == time.Friday && date >= 19 && date <= 25:
		return "midsommarafton"
	case month == time.June && day.Weekday() == time.Saturday && date >= 20 && date <= 26:
		return "midsommardagen"
	case day.Weekday() == time.Saturday && (month == time.October && date == 31 || month == time.November && date <= 6):
		return "alla helgons dag"
	}
	easter := easterSunday(year)
	names := map[int]string{-2: "långfredagen", 0: "påskdagen", 1: "annandag påsk", 39: "Kristi himmelsfärdsdag", 49: "pingstdagen"}
	days := int(time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Sub(easter) / (24 * time.Hour))
	return names[days]
}
