package keysync_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/keysync"
)

// What is remembered of a group is what would be made anew, at any time until it is forgotten.
func TestWhatIsRememberedIsWhatWouldBeMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		instant := rapid.Custom(func(t *rapid.T) time.Time {
			d := time.Duration(rapid.IntRange(-3, 130).Draw(t, "hours")) * time.Hour
			d += rapid.SampledFrom([]time.Duration{0, 0, 1, time.Second, time.Minute, 59*time.Minute + 59*time.Second, time.Second / 2}).Draw(t, "more")
			return nbf.Time().Add(d)
		})
		made := nbf.Time().Add(rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, 20 * time.Minute, time.Hour - 1}).Draw(t, "made"))
		var all []keysync.GroupRight
		for range rapid.IntRange(0, 6).Draw(t, "rights") {
			from, until := instant.Draw(t, "from"), instant.Draw(t, "until")
			if from.Before(until) {
				all = append(all, keysync.GroupRight{Lock: uint32(rapid.IntRange(1, 3).Draw(t, "lock")), Epoch: 1, From: from, Until: until})
			}
		}
		leaves := func(now time.Time, reach time.Duration) []credential.Leaf {
			expires := credential.At(now.Add(credential.GrantLife))
			loaded := slices.DeleteFunc(slices.Clone(all), func(r keysync.GroupRight) bool {
				return !r.Until.After(now) || !r.From.Before(expires.Time().Add(reach))
			})
			return keysync.Leaves(loaded, now, credential.GrantStart(now), expires)
		}
		limit := made.Add(24 * time.Hour)
		remembered := leaves(made, 25*time.Hour)
		dated := slices.ContainsFunc(remembered, func(l credential.Leaf) bool { return l.From != 0 || l.Until != 0 })
		until := keysync.Changes(all, made, limit, !dated)
		if !until.After(made) || until.After(limit) || dated && until.After(nbf.Time().Add(time.Hour)) {
			t.Fatalf("remembered from %v until %v", made, until)
		}
		later := made.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(made))-1).Draw(t, "later")))
		for _, now := range []time.Time{later, until.Add(-1)} {
			if fresh := leaves(now, 0); !slices.Equal(fresh, remembered) {
				t.Fatalf("at %v: remembered %v, fresh %v", now, remembered, fresh)
			}
		}
	})
}
