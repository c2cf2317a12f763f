package municipality_test

import (
	"testing"
	"time"

	"hemnyckel/internal/domain/fleet"
)

// proves V2.2-e: nobody makes a key in reserve, or one that is looked for, an issued one by reporting it broken and taking that back.
func TestATakenBackReportIssuesNoKey(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2", ":N9")
		_, err := w.Pool.Lose(ctx, homecare, "N2", "borta")
		w.must(err)
		w.must(w.Pool.Find(ctx, manager, "N2", "inlämnad")) // lies in the group's reserve
		w.must(w.Pool.Miss(ctx, homecare, "N1", "letar"))
		for number, was := range map[string]fleet.KeyState{"N1": fleet.KeySuspect, "N2": fleet.KeyInStock} {
			e, err := w.Pool.ReportBroken(ctx, homecare, number, fleet.Damaged, "repad", time.Time{})
			w.must(err)
			_, err = w.Pool.CancelExchange(ctx, private, e.ID)
			w.wantErr("taken back by another organisation", err, fleet.ErrExchangeUnknown)
			_, err = w.Pool.CancelExchange(ctx, homecare, e.ID)
			w.must(err)
			w.wantKey(number, was, "g1")
		}
	})
}
