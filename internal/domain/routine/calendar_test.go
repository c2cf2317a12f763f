package routine_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/routine"
)

func stockholm(t interface{ Fatal(...any) }) *time.Location {
	loc, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// Days that anybody can look up in an almanac.
func TestHolidaysAreThoseOfTheAlmanac(t *testing.T) {
	for _, x := range []struct{ day, want string }{
		{"2000-04-23", "påskdagen"}, {"2008-03-23", "påskdagen"}, {"2011-04-24", "påskdagen"}, {"2016-03-27", "påskdagen"},
		{"2019-04-21", "påskdagen"}, {"2024-03-31", "påskdagen"}, {"2025-04-20", "påskdagen"}, {"2026-04-05", "påskdagen"},
		{"2027-03-28", "påskdagen"}, {"2030-04-21", "påskdagen"}, {"2035-03-25", "påskdagen"}, {"2038-04-25", "påskdagen"},
		{"2026-04-03", "långfredagen"}, {"2026-04-06", "annandag påsk"}, {"2026-05-14", "Kristi himmelsfärdsdag"}, {"2026-05-24", "pingstdagen"},
		{"2024-05-09", "Kristi himmelsfärdsdag"}, {"2025-05-29", "Kristi himmelsfärdsdag"},
		{"2023-06-24", "midsommardagen"}, {"2024-06-22", "midsommardagen"}, {"2025-06-21", "midsommardagen"}, {"2026-06-20", "midsommardagen"}, {"2027-06-26", "midsommardagen"},
		{"2026-06-19", "midsommarafton"}, {"2020-10-31", "alla helgons dag"}, {"2021-11-06", "alla helgons dag"}, {"2024-11-02", "alla helgons dag"}, {"2026-10-31", "alla helgons dag"},
		{"2026-01-06", "trettondedag jul"}, {"2026-06-06", "Sveriges nationaldag"}, {"2026-12-24", "julafton"}, {"2026-12-31", "nyårsafton"},
		{"2026-04-04", ""}, {"2026-04-07", ""}, {"2026-05-15", ""}, {"2026-05-25", ""}, {"2026-06-22", ""}, {"2026-11-07", ""}, {"2026-12-27", ""},
	} {
		day, err := time.Parse(time.DateOnly, x.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := routine.Holiday(day); got != x.want {
			t.Errorf("%s: got %q, want %q", x.day, got, x.want)
		}
	}
}

func TestEveryYearHasEveryHolidayOnce(t *testing.T) {
	for year := 1990; year <= 2099; year++ {
		count := map[string]int{}
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if name := routine.Holiday(day); name != "" {
				count[name]++
			}
		}
		// Ascension Day can be the first of May, Whit Sunday the national day; then they share a day.
		shared := 16 - len(count)
		if shared > 1 {
			t.Errorf("%d: got %d holidays, want 16 or, once two share a day, 15", year, len(count))
		}
		for name, n := range count {
			if n != 1 {
				t.Errorf("%d: got %s %d times, want once", year, name, n)
			}
		}
	}
}

func office() routine.Hours {
	return routine.Hours{
		"office": {Spans: []routine.Span{{Days: []routine.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: "07:30", To: "16:00"}}},
		"night":  {Spans: []routine.Span{{Days: routine.Weekdays(), From: "22:00", To: "06:00"}}, Holidays: routine.HolidaysAsUsual},
		"always": {Spans: []routine.Span{{Days: routine.Weekdays(), From: "00:00", To: "24:00"}}, Holidays: routine.HolidaysOpen},
	}
}

// proves V7-a: the hour decides, by local time, also when the clock is changed and on holidays
func TestOpeningHours(t *testing.T) {
	loc, h := stockholm(t), office()
	for _, x := range []struct {
		name, at string
		open     bool
		next     string // "": never
	}{
		{"office", "2026-11-23 07:29", false, "2026-11-23 07:30"},
		{"office", "2026-11-23 07:30", true, "2026-11-23 07:30"},
		{"office", "2026-11-23 15:59", true, "2026-11-23 15:59"},
		{"office", "2026-11-23 16:00", false, "2026-11-24 07:30"},
		{"office", "2026-11-27 16:30", false, "2026-11-30 07:30"}, // Friday
		{"office", "2026-04-02 17:00", false, "2026-04-07 07:30"}, // the Thursday before Easter
		{"office", "2026-12-23 18:00", false, "2026-12-28 07:30"}, // Christmas
		{"office", "2026-03-27 16:00", false, "2026-03-30 07:30"}, // summer time begins
		{"office", "2026-10-23 16:00", false, "2026-10-26 07:30"}, // summer time ends
		{"night", "2026-03-29 03:30", true, "2026-03-29 03:30"},   // half past one by the sun
		{"night", "2026-03-29 06:00", false, "2026-03-29 22:00"},  //
		{"night", "2026-10-25 05:59", true, "2026-10-25 05:59"},   //
		{"not:office", "2026-11-23 10:00", false, "2026-11-23 16:00"},
		{"not:office", "2026-11-23 17:00", true, "2026-11-23 17:00"},
		{"always", "2026-12-24 00:00", true, "2026-12-24 00:00"},
		{"not:always", "2026-11-23 10:00", false, ""},
		{"", "2026-11-23 03:00", true, "2026-11-23 03:00"},
		{"nowhere", "2026-11-23 10:00", false, ""},
		{"not:nowhere", "2026-11-23 10:00", false, ""},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", x.at, loc)
		if err != nil {
			t.Fatal(err)
		}
		if got := h.Open(x.name, at); got != x.open {
			t.Errorf("%s at %s: got open %v, want %v", x.name, x.at, got, x.open)
		}
		got := ""
		if next, ok := h.Next(x.name, at); ok {
			got = next.Format("2006-01-02 15:04")
		}
		if got != x.next {
			t.Errorf("%s after %s: got %q, want %q", x.name, x.at, got, x.next)
		}
	}
}

// Next gives the first open instant: it is open, and no minute before it is.
func TestNextIsTheFirstOpenInstant(t *testing.T) {
	loc := stockholm(t)
	rapid.Check(t, func(t *rapid.T) {
		h := routine.Hours{"x": {Spans: rapid.SliceOfN(rapid.Custom(drawSpan), 1, 3).Draw(t, "spans"),
			Holidays: rapid.SampledFrom([]string{"", routine.HolidaysClosed, routine.HolidaysOpen, routine.HolidaysAsUsual}).Draw(t, "holidays")}}
		name := rapid.SampledFrom([]string{"x", "not:x"}).Draw(t, "name")
		// Around the nights when the clock is changed, and Christmas.
		base := rapid.SampledFrom([]string{"2026-03-28", "2026-10-24", "2026-12-23", "2027-05-05"}).Draw(t, "base")
		at, err := time.ParseInLocation(time.DateOnly, base, loc)
		if err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Duration(rapid.IntRange(0, 3*24*60).Draw(t, "minutes")) * time.Minute)
		next, ok := h.Next(name, at)
		if ok && (!h.Open(name, next) || next.Before(at)) {
			t.Fatalf("%s after %s: got %s, which is not open or too early", name, at, next)
		}
		end := at.AddDate(0, 0, 14)
		if ok && next.Before(end) {
			end = next
		}
		for m := at; m.Before(end); m = m.Add(time.Minute) {
			if h.Open(name, m) {
				t.Fatalf("%s after %s: got %v, %s; but it is open at %s", name, at, ok, next, m)
			}
		}
	})
}

func drawSpan(t *rapid.T) routine.Span {
	clock := func(name string) string {
		return fmt.Sprintf("%02d:%02d", rapid.IntRange(0, 23).Draw(t, name+" hour"), rapid.SampledFrom([]int{0, 30}).Draw(t, name+" minute"))
	}
	return routine.Span{Days: rapid.SliceOfNDistinct(rapid.SampledFrom(routine.Weekdays()), 1, 7, rapid.ID).Draw(t, "days"), From: clock("from"), To: clock("to")}
}

func TestHoursInWords(t *testing.T) {
	h := routine.Hours{"a": {Spans: []routine.Span{
		{Days: []routine.Weekday{"mon", "tue", "wed", "fri"}, From: "08:00", To: "12:00"},
		{Days: []routine.Weekday{"sat", "sun"}, From: "00:00", To: "24:00"},
	}, Holidays: routine.HolidaysOpen}}
	for _, x := range []struct{ name, language, want string }{
		{"a", "sv", "mån–ons, fre 08:00–12:00, lör, sön hela dygnet, helgdagar hela dygnet"},
		{"a", "en", "Mon–Wed, Fri 08:00–12:00, Sat, Sun all day, all day on public holidays"},
		{"not:a", "sv", "annan tid än mån–ons, fre 08:00–12:00, lör, sön hela dygnet, helgdagar hela dygnet"},
		{"", "en", "always"},
	} {
		if got := h.Text(x.name, x.language); got != x.want {
			t.Errorf("%q in %s: got %q, want %q", x.name, x.language, got, x.want)
		}
	}
}
