package retention

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
)

// Each class of records has its own time in the profile, and no other's.
func TestEachClassIsKeptForItsOwnTime(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var p routine.Profile
	days := map[Class]int{}
	for i, kind := range routine.RetentionKinds() {
		days[Class(kind)] = 100 + i
		p.Retention = append(p.Retention, routine.Retention{Kind: kind, Days: 100 + i})
	}
	for _, c := range append(things(), DoorLog) {
		got, decided := cutoff(p, c, now)
		if want := now.AddDate(0, 0, -days[c]); !decided || !got.Equal(want) {
			t.Errorf("%s: got %v, %v; want %v", c, got, decided, want)
		}
	}
	if at, decided := cutoff(routine.Profile{}, Faults, now); decided {
		t.Errorf("nobody has decided: got %v, want everything kept", at)
	}
}
