package anomalies_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// seed makes n anomalies of a lock, and one of a lock that nobody knows; ids rise with time.
func seed(w *portaltest.Town, n int) {
	lock := w.ID("locks", "DC10002")
	all := []keysync.Anomaly{{ID: "a0000", At: w.Clock.Now(), Class: keysync.ClassStranger, Detail: "lock number 99"}}
	for i := range n {
		all = append(all, keysync.Anomaly{ID: fmt.Sprintf("a%04d", i+1), At: w.Clock.Now(), Class: keysync.ClassGap, Subject: lock, Detail: "records 3 to 9 are missing"})
	}
	w.Update(func(ctx context.Context, tx *storage.Tx) error { return tx.InsertAnomalies(ctx, all) })
}

func TestAnomaliesAreWorkedThrough(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		v := w.Visitor(portaltest.Technician)
		portaltest.Says(t, v.Get("/avvikelser", 200), "Inga avvikelser")
		seed(w, 60)
		list := v.Get("/avvikelser", 200)
		portaltest.Says(t, list, "DC10002", "Rader i låsets logg saknas", "Visa äldre", "Väntar")
		portaltest.Hides(t, list, "Hansson")
		portaltest.Says(t, v.Get("/avvikelser?sort=stranger", 200), "Okänt")
		portaltest.Hides(t, v.Get("/avvikelser?lapp=DC10002&sort=stranger", 200), "/avvikelser/a")
		file := v.Get("/avvikelser?format=csv&fore=a0010", 200)
		if got := strings.Count(file, "\r\n"); got != 62 {
			t.Errorf("rows of the file: got %d with the heading, want all 61 and it", got)
		}

		page := v.Get("/avvikelser/a0060", 200)
		portaltest.Says(t, page, "Avvikelse DC10002", "Rad 3 till 9", "Det här kan du göra")
		portaltest.Says(t, v.Post("/avvikelser/a0060", url.Values{"note": {" "}}, 422), "Fel:", "Skriv vad som gjordes åt avvikelsen")
		long := v.Post("/avvikelser/a0060", url.Values{"note": {strings.Repeat("å<b>", 400)}}, 422)
		portaltest.Says(t, long, "Fel:")
		portaltest.Hides(t, long, "å<b>")
		form := url.Values{"note": {"Låset är bytt"}, "_once": {"0192-once"}}
		portaltest.Says(t, v.Post("/avvikelser/a0060", form, 200), "Avvikelsen är stängd.", "Låset är bytt")
		portaltest.Says(t, v.Post("/avvikelser/a0060", form, 200), "Låset är bytt") // a double click
		other := w.Visitor(portaltest.Owner).Post("/avvikelser/a0060", url.Values{"note": {"Nyckeln är spärrad"}}, http.StatusConflict)
		portaltest.Says(t, other, "Någon annan har redan stängt avvikelsen", "Nyckeln är spärrad", "Låset är bytt")
		portaltest.Hides(t, v.Get("/avvikelser", 200), "a0060")
		portaltest.Says(t, v.Get("/avvikelser?visa=alla", 200), "Åtgärdad")

		portaltest.Says(t, v.Get("/avvikelser/finns-inte", 404), "Avvikelsen finns inte")
		w.Visitor(portaltest.Manager).Get("/avvikelser/a0001", 403)
		portaltest.Says(t, v.Get("/avvikelser/a0001?lang=en", 200), "What you can do", "Records 3 to 9")
	})
}
