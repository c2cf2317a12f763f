package portal

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

func TestDatesInWords(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	v := view{lang: "sv", zone: zone, now: time.Date(2026, 6, 3, 12, 10, 0, 0, time.UTC)}
	at := func(hour, minute int) time.Time { return time.Date(2026, 6, 3, hour, minute, 0, 0, time.UTC) }
	for _, c := range []struct{ got, want string }{
		{v.when(v.now), "3 juni 2026 kl. 14.10"},
		{v.when(time.Date(2025, 12, 31, 23, 30, 0, 0, time.UTC)), "1 januari 2026 kl. 00.30"},
		{v.day(routine.Forever), "tills vidare"},
		{v.when(time.Time{}), "aldrig"},
		{v.age(at(12, 10)), "nyss"},
		{v.age(at(12, 11)), "nyss"}, // a device's clock may be a little ahead
		{v.age(at(13, 10)), "i framtiden"},
		{v.age(at(11, 11)), "för 59 min sedan"},
		{v.age(at(9, 0)), "för 3 h sedan"},
		{v.age(at(9, 0).AddDate(0, 0, -5)), "för 5 dygn sedan"},
		{v.period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), routine.Forever), "från 3 juni 2026 tills vidare"},
		{v.period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), at(12, 0)), "från 3 juni 2026 till 3 juni 2026 kl. 14.00"},
		{v.period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), time.Date(2026, 6, 9, 22, 0, 0, 0, time.UTC)), "från 3 juni 2026 till och med 9 juni 2026"},
		{v.period(time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC), time.Date(2026, 6, 2, 22, 0, 0, 0, time.UTC)), "hann aldrig gälla"},
		{v.num(1234567), "1\u00a0234\u00a0567"},
		{v.num(-999), "-999"},
		{v.num(-1234), "-1\u00a0234"},
		{view{lang: "en", zone: zone}.when(at(12, 10)), "3 June 2026 at 14:10"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestUnknownRoleSeesNothing(t *testing.T) {
	for _, n := range []need{everybody, seeClients, seeKeys, seeLog} {
		if Role("visitor").May(n) {
			t.Errorf("an unknown role may see %d", n)
		}
	}
}

// A key that was blocked in the middle of a shift opens on where the block has not come; the page must not deny it.
func TestActivationOfABlockedKey(t *testing.T) {
	v := view{lang: "sv", zone: time.UTC, now: time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		key  casework.Key
		want string
	}{
		{casework.Key{Stored: "blocked"}, "Inte aktiverad"},
		{casework.Key{Stored: "blocked", ActivatedUntil: v.now.Add(time.Hour)}, "Till 3 juni 2026 kl. 13.00, men bara i lås som spärren inte har nått"},
		{casework.Key{Stored: "blocked", ActivatedUntil: v.now.Add(-time.Hour)}, "Slutade gälla för 1 h sedan"},
		{casework.Key{Stored: "issued", ActivatedUntil: v.now.Add(time.Hour)}, "Till 3 juni 2026 kl. 13.00"},
	} {
		if got := v.activationOf(c.key); got != c.want {
			t.Errorf("%s until %v: got %q, want %q", c.key.Stored, c.key.ActivatedUntil, got, c.want)
		}
	}
}
