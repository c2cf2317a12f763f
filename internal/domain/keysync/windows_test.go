package keysync_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
)

// What a grant gives in hours of the week is what the schedule says, at every quarter of an hour of its life, over changes of summer time, nights and public
// holidays. Several rights to a lock never give more than they do together, and one at any hour gives any.
func TestWindowsAreTheSchedule(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.SampledFrom([]time.Time{
			time.Date(2026, 3, 25, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 21, 0, 0, 0, 0, time.UTC), // summer time begins, ends
			time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC), time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC), // holidays
		}).Draw(t, "day")
		now := day.Add(time.Duration(rapid.IntRange(0, 96*60).Draw(t, "minute")) * time.Minute)
		nbf, expires := credential.GrantStart(now), credential.At(now.Add(credential.GrantLife))
		schedule := func(name string) routine.Schedule {
			s := routine.Schedule{Holidays: rapid.SampledFrom([]string{routine.HolidaysClosed, routine.HolidaysAsUsual, routine.HolidaysOpen}).Draw(t, name+" holidays")}
			hour := rapid.IntRange(0, 23).Draw(t, name+" from")
			until := rapid.IntRange(0, 24).Draw(t, name+" to")
			clock := func(h int) string { return time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC).Format("15:04") }
			to := clock(until)
			if until == 24 {
				to = "24:00"
			}
			days := rapid.SliceOfNDistinct(rapid.SampledFrom(routine.Weekdays()), 1, 7, rapid.ID).Draw(t, name+" days")
			s.Spans = []routine.Span{{Days: days, From: clock(hour), To: to}}
			return s
		}
		hours := routine.Hours{"a": schedule("a"), "b": schedule("b")}
		names := map[routine.ServiceKind]string{routine.Shopping: "a", routine.Health: "b"}
		p := keysync.Profile{Place: stockholm, Hours: func(k routine.ServiceKind) (routine.Schedule, bool) {
			name, limited := names[k]
			return hours[name], limited
		}}
		kinds := rapid.SampledFrom([][]routine.ServiceKind{{routine.Shopping}, {routine.Shopping, routine.Health}, {routine.Shopping, routine.HomeCare}}).Draw(t, "kinds")
		var rights []keysync.GroupRight
		for _, k := range kinds {
			rights = append(rights, keysync.GroupRight{Lock: 7, Kind: k, From: now.AddDate(-1, 0, 0), Until: now.AddDate(1, 0, 0)})
		}
		leaves := keysync.Leaves(p.Within(rights, nbf), now, nbf, expires)
		g := credential.Grant{NotBefore: nbf, Expires: expires, Zone: credential.ZoneOf(stockholm, nbf, expires)}
		for i := nbf; i < expires; i += 900 {
			want := false
			for _, k := range kinds {
				name, limited := names[k]
				want = want || !limited || onTheWall(hours[name], i.Time().In(stockholm))
			}
			got := len(leaves) == 1 && leaves[0].InWindow(g, i, i)
			if kinds[len(kinds)-1] == routine.HomeCare && !got || got && !want || !got && want && len(kinds) == 1 { // of two schedules a leaf may have room for one
				t.Fatalf("%v of %v: the leaf %v, the schedules %v", i.Time().In(stockholm), kinds, got, want)
			}
		}
	})
}

// onTheWall reports whether a schedule is open by what a clock on the wall shows: an hour that comes twice is the same both times.
func onTheWall(s routine.Schedule, t time.Time) bool {
	wall := t.Hour()*60 + t.Minute()
	year, month, day := t.Date()
	for _, m := range s.On(year, month, day) {
		if m[0] <= wall && wall < m[1] {
			return true
		}
	}
	for _, m := range s.On(year, month, day-1) {
		if wall+24*60 < m[1] {
			return true
		}
	}
	return false
}
