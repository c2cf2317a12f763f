package routine

import "time"

// Hours are a municipality's schedules, by the names that units, crisis steps and pages use, such as "office".
type Hours map[string]Schedule

// Schedule is when somebody can be reached: spans of a week, and whether public holidays count as other days.
type Schedule struct {
	Spans []Span `toml:"spans"`
	// Holidays says what public holidays are: "closed" (default), "open" all day, or "as-usual".
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
