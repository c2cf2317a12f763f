package routine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/profiles"
)

func known(t *testing.T, name string) routine.Profile {
	t.Helper()
	p, err := profiles.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func hour(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, stockholm(t))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// now are the steps that can be done at an hour, each by words that it must have.
func now(p routine.Profile, f routine.Failure, at time.Time) (texts []string) {
	for _, s := range routine.CrisisSteps(p, f, at) {
		if s.Now {
			texts = append(texts, s.SV)
		}
	}
	return texts
}

func wantSteps(t *testing.T, got []string, want ...string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		ok = strings.Contains(got[i], want[i])
	}
	if !ok {
		t.Errorf("got steps\n  %s\nwant steps with the words %q", strings.Join(got, "\n  "), want)
	}
}

const (
	monday = "2026-11-23 10:00"
	gap    = "2026-11-23 16:30"
	night  = "2026-11-23 23:00"
	sunday = "2026-11-22 12:00"
)

func TestCrisisStepsOfTheHour(t *testing.T) {
	p := known(t, "varberg")
	for _, x := range []struct {
		failure routine.Failure
		at      string
		want    []string
	}{
		// proves V7-b
		{routine.FailedLock, monday, []string{"annan nyckel", "0709-421 210", "anhörig", "fastighetsägaren"}},
		{routine.FailedLock, night, []string{"annan nyckel", "https://sjalvservice.varberg.se/digitalalalas", "anhörig", "fastighetsägaren"}},
		// proves V7-c
		{routine.LostKey, monday, []string{"Spärra nyckeln genast", "0709-421 210"}},
		{routine.LostKey, night, []string{"Spärra nyckeln genast", "07:30–16:00"}},
		// proves V7-e
		{routine.FailedKey, monday, []string{"Kardanvägen 15", "annan nyckel"}},
		{routine.FailedKey, sunday, []string{"Vänta", "annan nyckel"}},
		// proves V7-f
		{routine.PowerCut, night, []string{"fem dagarna", "Alla stationer"}},
		{routine.FailedStation, monday, []string{"annan synkstation", "0709-421 210"}},
		{routine.FailedStation, sunday, []string{"annan synkstation"}},
		// proves V7-d
		{routine.Extraordinary, monday, []string{"inte jouren", "handhavandefel"}},
		{routine.Extraordinary, gap, []string{"svarar ingen", "5\u00a0000\u00a0kr", "handhavandefel"}},
		{routine.Extraordinary, night, []string{"010-434 86 60", "5\u00a0000\u00a0kr", "handhavandefel"}},
		{routine.Extraordinary, sunday, []string{"2\u00a0000\u00a0kr", "5\u00a0000\u00a0kr", "handhavandefel"}},
	} {
		t.Run(fmt.Sprint(x.failure, " ", x.at), func(t *testing.T) {
			wantSteps(t, now(p, x.failure, hour(t, x.at)), x.want...)
		})
	}
}

// proves V7-c: self-service is a switch; without it one waits for the phone hours, as the source says
func TestLostKeyWithoutSelfService(t *testing.T) {
	p := known(t, "varberg")
	p.SelfServiceBlock = false
	wantSteps(t, now(p, routine.LostKey, hour(t, night)), "Vänta till telefontiden")
	wantSteps(t, now(p, routine.LostKey, hour(t, monday)), "0709-421 210")
}

// proves V7-a: what is closed now says when it opens
func TestClosedStepSaysFromWhen(t *testing.T) {
	steps := routine.CrisisSteps(known(t, "varberg"), routine.FailedLock, hour(t, "2026-04-02 17:00"))
	i := slices.IndexFunc(steps, func(s routine.Step) bool { return s.When == routine.OfficeHours })
	if i < 0 || steps[i].Now || !steps[i].From.Equal(hour(t, "2026-04-07 07:30")) {
		t.Errorf("the Thursday before Easter: got %+v, want a call from Tuesday 07:30", steps)
	}
}

// proves V7-d: through a week, each minute is the office's, the on-call's, or the weekday hour that nobody covers
func TestTheHourThatNobodyCovers(t *testing.T) {
	p := known(t, "varberg")
	begin := hour(t, "2026-11-23 00:00")
	for m := 0; m < 7*24*60; m++ {
		at := begin.Add(time.Duration(m) * time.Minute)
		phone, visit := p.OnCallAt(at)
		officeOpen := p.Hours.Open(routine.OfficeHours, at)
		weekday := at.Weekday() >= time.Monday && at.Weekday() <= time.Friday
		nobody := weekday && at.Hour() == 16
		if got := !officeOpen && !phone; got != nobody {
			t.Fatalf("%s: got nobody answers %v, want %v", at.Format("Mon 15:04"), got, nobody)
		}
		if got := strings.Contains(strings.Join(now(p, routine.Extraordinary, at), " "), "svarar ingen"); got != nobody {
			t.Fatalf("%s: got the gap shown %v, want %v", at.Format("Mon 15:04"), got, nobody)
		}
		if want := !weekday || at.Hour() >= 16 || at.Hour() < 7 || at.Hour() == 7 && at.Minute() < 30; visit != want {
			t.Fatalf("%s: got a technician comes %v, want %v", at.Format("Mon 15:04"), visit, want)
		}
	}
	if phone, visit := p.OnCallAt(hour(t, "2026-01-06 12:00")); !phone || !visit {
		t.Errorf("a public holiday: got %v, %v, want both all day", phone, visit)
	}
}

// proves S-j: outside its hours a unit with a withheld number shows no number, but who gives it out
func TestWithheldNumber(t *testing.T) {
	p := known(t, "strangnas")
	for _, x := range []struct {
		at   string
		want routine.Contact
	}{
		{monday, routine.Contact{Unit: "Trygghetslarmet", Phone: "0152-29603"}},
		{night, routine.Contact{Unit: "Trygghetslarmet", Withheld: "Trygghetslarmet"}},
		{"2026-11-23 06:59", routine.Contact{Unit: "Trygghetslarmet", Withheld: "Trygghetslarmet"}},
		{"2026-11-23 07:00", routine.Contact{Unit: "Trygghetslarmet", Phone: "0152-29603"}},
	} {
		var got routine.Contact
		for _, s := range routine.CrisisSteps(p, routine.FailedLock, hour(t, x.at)) {
			if s.Now && s.Contact != (routine.Contact{}) {
				got = s.Contact
			}
		}
		if got != x.want {
			t.Errorf("%s: got %+v, want %+v", x.at, got, x.want)
		}
	}
}

// proves S-j: a page that is kept, or hangs on a wall, names for each step who answers at that step's hours
func TestStepsOfOtherHoursNameWhoAnswersThen(t *testing.T) {
	p := known(t, "strangnas")
	for _, at := range []string{monday, night, sunday} {
		for _, s := range routine.CrisisSteps(p, routine.Extraordinary, hour(t, at)) {
			want := routine.Contact{Unit: "Trygghetslarmet", Phone: "0152-29603"}
			if s.When != routine.OfficeHours {
				want = routine.Contact{Unit: "Trygghetslarmet", Withheld: "Trygghetslarmet"}
			}
			if s.Contact != want {
				t.Errorf("read at %s, step for %s: got %+v, want %+v", at, s.When, s.Contact, want)
			}
		}
	}
}

// A municipality without key boxes, or where the phone is the key, is not told of the others'.
func TestFailuresAreCalledByWhatThereIs(t *testing.T) {
	for name, want := range map[string][3]string{
		"varberg":   {"Låset eller nyckelgömman fungerar inte", "Nyckeln fungerar inte", "En nyckel är borta"},
		"strangnas": {"Låset fungerar inte", "Mobilen öppnar inte låset", "En mobil är borta"},
	} {
		p := known(t, name)
		for i, f := range []routine.Failure{routine.FailedLock, routine.FailedKey, routine.LostKey} {
			if got, _ := p.FailureName(f); got != want[i] {
				t.Errorf("%s, %s: got %q, want %q", name, f, got, want[i])
			}
		}
	}
}
