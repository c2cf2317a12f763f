package keys

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/edge/portal/ui"
)

// A key that was blocked in the middle of a shift opens on where the block has not come; the page must not deny it.
func TestActivationOfABlockedKey(t *testing.T) {
	v := ui.View{Lang: "sv", Zone: time.UTC, Now: time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)}
	for _, c := range []struct {
		key  casework.Key
		want string
	}{
		{casework.Key{Stored: "blocked"}, "Inte aktiverad"},
		{casework.Key{Stored: "blocked", ActivatedUntil: v.Now.Add(time.Hour)}, "Till 3 juni 2026 kl. 13.00, men bara i lås som spärren inte har nått"},
		{casework.Key{Stored: "blocked", ActivatedUntil: v.Now.Add(-time.Hour)}, "Slutade gälla för 1 h sedan"},
		{casework.Key{Stored: "issued", ActivatedUntil: v.Now.Add(time.Hour)}, "Till 3 juni 2026 kl. 13.00"},
	} {
		if got := activationOf(v, c.key); got != c.want {
			t.Errorf("%s until %v: got %q, want %q", c.key.Stored, c.key.ActivatedUntil, got, c.want)
		}
	}
}
