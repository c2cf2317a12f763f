package swedish

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is a calendar day without time or zone, as the number YYYYMMDD, so that later days are larger. Zero means none.
type Date int32

// NewDate returns the day, or zero if there is no such day.
func NewDate(year, month, day int) Date {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0
	}
	return Date(year*10_000 + month*100 + day)
}

func daysIn(year, month int) int {
	switch {
	case month == 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0):
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// DateOf returns the day of t in t's own zone.
func DateOf(t time.Time) Date { return NewDate(t.Year(), int(t.Month()), t.Day()) }

// Year of the date.
func (d Date) Year() int { return int(d) / 10_000 }

// Month of the date, 1 to 12.
func (d Date) Month() int { return int(d) / 100 % 100 }

// Day of the month, 1 to 31.
func (d Date) Day() int { return int(d) % 100 }

// Start is 00:00 of the day in loc.
func (d Date) Start(loc *time.Location) time.Time {
	return time.Date(d.Year(), time.Month(d.Month()), d.Day(), 0, 0, 0, 0, loc)
}

// Add returns the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.Start(time.UTC).AddDate(0, 0, n)) }

// String is ISO 8601, 2025-07-18, or "" for none.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year(), d.Month(), d.Day())
}

// ParseDate reads the ways in which Swedish registers write a day:
//
//	2025-07-18  2025/07/18  2025.07.18  with or without a time of day after it
//	20250718    250718
//	18/7 2025   18/7-2025   18 juli 2025   18 jul 2025
//	45856       the day number that a spreadsheet keeps in a date cell (1900 system)
//
// Two-digit years lie within eighty years before and twenty after the year of day. Ways that people in different countries
// read differently (07/18/2025) are refused.
func ParseDate(s string, day Date) (Date, error) {
	s = trim(s)
	var d Date
	switch {
	case isDigits(s):
		d = fromDigits(s, day)
	case len(s) > 5 && isDigits(s[:5]) && s[5] == '.' && isDigits(s[6:]): // a spreadsheet's day with a time of day
		d = fromDigits(s[:5], day)
	case len(s) >= 8 && isDigits(s[:4]) && strings.IndexByte("-/.", s[4]) >= 0:
		d = fromISO(s)
	default:
		d = fromWords(s)
	}
	if d == 0 {
		return 0, ErrDate
	}
	return d, nil
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

// number reads one to four digits; anything else is zero, which no part of a date is.
func number(s string) int {
	if len(s) > 4 || !isDigits(s) {
		return 0
	}
	n, _ := strconv.Atoi(s)
	return n
}

func fromDigits(s string, day Date) Date {
	switch len(s) {
	case 8:
		return NewDate(number(s[:4]), number(s[4:6]), number(s[6:]))
	case 6:
		year := day.Year()/100*100 + number(s[:2])
		if year > day.Year()+20 {
			year -= 100
		} else if year <= day.Year()-80 {
			year += 100
		}
		return NewDate(year, number(s[2:4]), number(s[4:]))
	case 5: // five digits cover 1927 to 2173, and no other way of writing a day has five
		n, _ := strconv.Atoi(s)
		return NewDate(1899, 12, 30).Add(n)
	}
	return 0
}

func fromISO(s string) Date {
	sep := s[4:5]
	s, clock, timed := strings.Cut(strings.Replace(s, "T", " ", 1), " ")
	if timed && !isClock(clock) {
		return 0
	}
	p := strings.Split(s, sep)
	if len(p) != 3 || len(p[1]) > 2 || len(p[2]) > 2 {
		return 0
	}
	return NewDate(number(p[0]), number(p[1]), number(p[2]))
}

// isClock accepts a time of day loosely: it is thrown away, so only its alphabet and length matter.
func isClock(s string) bool {
	return len(s) >= 4 && len(s) <= 16 && strings.Trim(s, "0123456789:.Z") == ""
}

// fromWords reads "18/7 2025", "18/7-2025" and "18 juli 2025".
func fromWords(s string) Date {
	if d, rest, ok := strings.Cut(s, "/"); ok {
		m, y, ok := strings.Cut(strings.Replace(rest, "-", " ", 1), " ")
		if !ok || len(y) != 4 || len(d) > 2 || len(m) > 2 {
			return 0
		}
		return NewDate(number(y), number(m), number(d))
	}
	p := strings.Fields(s)
	if len(p) != 3 || len(p[0]) > 2 || len(p[2]) != 4 {
		return 0
	}
	return NewDate(number(p[2]), monthNamed(p[1]), number(p[0]))
}

func monthNamed(s string) int {
	full := [...]string{"januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	for i, name := range full {
		if s == name || s == name[:3] {
			return i + 1
		}
	}
	return 0
}
