package keysync_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/keysync"
)

var (
	now     = time.Date(2026, 3, 27, 14, 20, 0, 0, time.UTC)
	nbf     = credential.GrantStart(now)
	expires = credential.At(now.Add(credential.GrantLife))
)

func at(h time.Duration) time.Time { return nbf.Time().Add(h * time.Hour) }

func TestLeaves(t *testing.T) {
	far := now.Add(1000 * time.Hour)
	past := now.Add(-1000 * time.Hour)
	for name, c := range map[string]struct {
		periods     [][2]time.Time
		from, until uint8
		none        bool
	}{
		"in force":                     {periods: [][2]time.Time{{past, far}}},
		"begun this very hour":         {periods: [][2]time.Time{{now.Add(-time.Minute), far}}},
		"ends at midnight":             {periods: [][2]time.Time{{past, at(9)}}, until: 9},
		"begins at midnight":           {periods: [][2]time.Time{{at(9), far}}, from: 9},
		"ends within this hour":        {periods: [][2]time.Time{{past, now.Add(30 * time.Minute)}}, none: true},
		"has ended":                    {periods: [][2]time.Time{{past, now}}, none: true},
		"begins when the grant ends":   {periods: [][2]time.Time{{expires.Time(), far}}, none: true},
		"ends between hours":           {periods: [][2]time.Time{{past, at(9).Add(59 * time.Minute)}}, until: 9},
		"begins between hours":         {periods: [][2]time.Time{{at(9).Add(time.Minute), far}}, from: 10},
		"two that meet":                {periods: [][2]time.Time{{past, at(9)}, {at(9), far}}},
		"two apart: the first":         {periods: [][2]time.Time{{at(20), far}, {past, at(9)}}, until: 9},
		"one too short, then another":  {periods: [][2]time.Time{{past, now.Add(time.Minute)}, {at(20), far}}, from: 20},
		"shorter than an hour":         {periods: [][2]time.Time{{at(9).Add(time.Minute), at(9).Add(50 * time.Minute)}}, none: true},
		"the last hours of the grant":  {periods: [][2]time.Time{{at(119), far}}, from: 119},
		"the grant's broken last hour": {periods: [][2]time.Time{{at(120).Add(time.Minute), far}}, none: true},
	} {
		var rights []keysync.GroupRight
		for _, p := range c.periods {
			rights = append(rights, keysync.GroupRight{Lock: 7, Epoch: 3, From: p[0], Until: p[1]})
		}
		got := keysync.Leaves(rights, now, nbf, expires)
		if c.none {
			if len(got) != 0 {
				t.Errorf("%s: got %+v, want no leaf", name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].From != c.from || got[0].Until != c.until || got[0].Lock != 7 || got[0].Epoch != 3 {
			t.Errorf("%s: got %+v, want from %d until %d", name, got, c.from, c.until)
		}
	}
}

// A leaf never gives what the rights do not.
func TestLeavesGiveNoMoreThanRights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minute := func(name string) time.Time {
			return now.Add(time.Duration(rapid.IntRange(-3000, 9000).Draw(t, name)) * time.Minute)
		}
		var rights []keysync.GroupRight
		var plain []access.Right
		for range rapid.IntRange(0, 4).Draw(t, "rights") {
			from, until := minute("from"), minute("until")
			rights = append(rights, keysync.GroupRight{Lock: 7, From: from, Until: until})
			plain = append(plain, access.Right{From: from, Until: until})
		}
		g := credential.Grant{NotBefore: nbf, Expires: expires}
		for _, l := range keysync.Leaves(rights, now, nbf, expires) {
			from, until := l.Span(g)
			if from >= until {
				t.Fatalf("empty leaf %+v", l)
			}
			for _, i := range []credential.Instant{max(from, credential.At(now)), from + 1, (from + until) / 2, until - 1} {
				if i >= credential.At(now) && !access.May(plain, i.Time()) {
					t.Fatalf("leaf %+v opens at %v, the rights %+v do not", l, i.Time(), plain)
				}
			}
		}
	})
}
