package ui

import (
	"net/url"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
)

func TestWholeList(t *testing.T) {
	for _, c := range []struct {
		at, href string
		narrowed bool
	}{
		{"/fel", "/fel", false},
		{"/fel?visa=&fore=a1&lang=en", "/fel", false},
		{"/fel?visa=alla&fore=a1", "/fel", true},
		{"/bestallningar?vems=alla&lage=done", "/bestallningar?vems=alla", true},
		{"/bestallningar?vems=alla", "/bestallningar?vems=alla", false},
	} {
		at, err := url.Parse(c.at)
		if err != nil {
			t.Fatal(err)
		}
		if href, narrowed := (View{URL: at}).whole(); href != c.href || narrowed != c.narrowed {
			t.Errorf("%s: got %s, %v, want %s, %v", c.at, href, narrowed, c.href, c.narrowed)
		}
	}
}

func TestDatesInWords(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	v := View{Lang: "sv", Zone: zone, Now: time.Date(2026, 6, 3, 12, 10, 0, 0, time.UTC)}
	at := func(hour, minute int) time.Time { return time.Date(2026, 6, 3, hour, minute, 0, 0, time.UTC) }
	for _, c := range []struct{ got, want string }{
		{v.When(v.Now), "3 juni 2026 kl. 14.10"},
		{v.When(time.Date(2025, 12, 31, 23, 30, 0, 0, time.UTC)), "1 januari 2026 kl. 00.30"},
		{v.Day(routine.Forever), "tills vidare"},
		{v.When(time.Time{}), "aldrig"},
		{v.Age(at(12, 10)), "nyss"},
		{v.Age(at(12, 11)), "nyss"}, // a device's clock may be a little ahead
		{v.Age(at(13, 10)), "i framtiden"},
		{v.Age(at(11, 11)), "för 59 min sedan"},
		{v.Age(at(9, 0)), "för 3 h sedan"},
		{v.Age(at(9, 0).AddDate(0, 0, -5)), "för 5 dygn sedan"},
		{v.Period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), routine.Forever), "från 3 juni 2026 tills vidare"},
		{v.Period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), at(12, 0)), "från 3 juni 2026 till 3 juni 2026 kl. 14.00"},
		{v.Period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), time.Date(2026, 6, 9, 22, 0, 0, 0, time.UTC)), "från 3 juni 2026 till och med 9 juni 2026"},
		{v.Period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC)), "hann aldrig gälla"},
		{v.Num(1234567), "1\u00a0234\u00a0567"},
		{v.Num(-999), "-999"},
		{v.Num(-1234), "-1\u00a0234"},
		{View{Lang: "en", Zone: zone}.When(at(12, 10)), "3 June 2026 at 14:10"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
