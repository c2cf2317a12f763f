package keys_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var hidden = regexp.MustCompile(`name="(_once|_version)" value="([^"]+)"`)

// filled is a page's form with its hidden fields, and what is written in it.
func filled(page string, fields ...string) url.Values {
	form := url.Values{}
	for _, f := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(f[1], f[2])
	}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

func stored(w *portaltest.Town, number string) (k fleet.Key) {
	w.T.Helper()
	w.Must(w.DB.View(w.T.Context(), func(tx *storage.Tx) error {
		all, err := tx.KeysByNumber(w.T.Context(), []string{number})
		k = all[number]
		return err
	}))
	return k
}

// change changes a key behind everybody's back.
func change(w *portaltest.Town, number string, how func(k *fleet.Key)) {
	w.T.Helper()
	k := stored(w, number)
	how(&k)
	w.Update(func(ctx context.Context, tx *storage.Tx) error { return tx.PutKeys(ctx, []fleet.Key{k}) })
}

// proves that one key's page says what it opens if it is lost, when its battery is due, and what may be done, to each role as it may.
func TestOneKey(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		key := w.ID("keys", "N00001")
		page := w.Visitor(portaltest.Manager).Get("/nycklar/"+key, 200)
		portaltest.Says(t, page, "Nyckel N00001", "Synkad för 3 h sedan, gäller till 8 juni 2026 kl. 11.02", "Om den kommer bort", "2 lås som nyckeln kan öppna",
			"Senast 8 juni 2026 kl. 11.02 öppnar den ingenting", "Spärra nyckeln", "Anteckna batteribyte", "Anmäl som trasig", "DC10002")
		portaltest.Hides(t, page, "/byt\"", "/bedom")
		portaltest.Says(t, w.Visitor(portaltest.Technician).Get("/nycklar/"+key, 200), "Söderköpinge kommun. Vem som har den just nu vet utföraren.", "Spärra nyckeln")
		officer := w.Visitor(portaltest.Officer).Get("/nycklar/"+key, 200)
		portaltest.Says(t, officer, "Nyckel N00001", "Hemtjänst Norr 1")
		portaltest.Hides(t, officer, "/sparra/nycklar/", "/batteri", "/trasig")
	})
}

// proves V2.2-a: a group notes when a key's battery was changed, once.
func TestBattery(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	at := "/nycklar/" + w.ID("keys", "N00001")
	page := v.Get(at+"/batteri", 200)
	portaltest.Says(t, page, "När byttes batteriet i nyckel N00001?")
	for _, bad := range []string{"", "i går kanske", "2026-06-31", "2031-01-01", "1999-01-01", "<script>alert(1)</script>", strings.Repeat("9", 500)} {
		answer := v.Post(at+"/batteri", filled(page, "dag", bad), 422)
		portaltest.Says(t, answer, "Något behöver rättas", "Fel:")
		portaltest.Hides(t, answer, "<script>alert")
	}
	portaltest.Says(t, v.Post(at+"/batteri?lang=en", filled(page, "dag", "2031-01-01"), 422), "The battery cannot have been changed then.")
	v.Get("/?lang=sv", 200)
	form := filled(page, "dag", "2026-06-03")
	portaltest.Says(t, v.Post(at+"/batteri", form, 200), "Batteribytet är antecknat. Nästa ska göras senast")
	if got := stored(w, "N00001").BatteryChanged; !got.Equal(w.Clock.Time) {
		t.Errorf("changed %v, want now", got)
	}
	portaltest.Says(t, v.Post(at+"/batteri", form, 200), "Nyckel N00001") // a double click
}

// proves V2.2-d and V5.4-c: a damaged key is reported and exchanged for another, and a person judges if somebody was careless.
func TestBrokenAndExchanged(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		at := "/nycklar/" + w.ID("keys", "N00001")
		v := w.Visitor(portaltest.Manager)
		page := v.Get(at+"/trasig", 200)
		for _, bad := range []url.Values{filled(page), filled(page, "cause", "okänt", "description", "x"), filled(page, "cause", "damaged", "description", strings.Repeat("å", 600)),
			filled(page, "cause", "damaged", "description", "Böjd", "klockan", "i morgon"), filled(page, "cause", "damaged", "description", "Böjd", "dag", "2026-06-04", "klockan", "99.99"),
			filled(page, "cause", "damaged", "description", "Böjd", "dag", "2020-01-01", "klockan", "9")} {
			portaltest.Says(t, v.Post(at+"/trasig", bad, 422), "Något behöver rättas")
		}
		portaltest.Says(t, v.Post(at+"/trasig", filled(page, "cause", "fails", "description", "Död"), 422), "Byt batteri i nyckel N00001 först")
		form := filled(page, "cause", "damaged", "description", "Böjd i dörren")
		done := v.Post(at+"/trasig", form, 200)
		portaltest.Says(t, done, "anmäld som trasig", "Väntar på att bytas: Böjd i dörren", "Den fungerar igen")
		portaltest.Says(t, v.Post(at+"/trasig", form, 200), "Väntar på att bytas") // a double click
		v.Get(at+"/byt", 403)

		hms := w.Visitor(portaltest.Technician)
		swap := hms.Get(at+"/byt", 200)
		for _, bad := range []string{"", "N99999", "N00002", "' OR 1=1 --"} {
			portaltest.Says(t, hms.Post(at+"/byt", filled(swap, "replacement", bad), 422), "Något behöver rättas")
		}
		portaltest.Says(t, hms.Post(at+"/byt", filled(swap, "replacement", "n00004"), 200), "Nyckel N00004 är utlämnad i stället", "Bedöm om någon var oaktsam")
		portaltest.Says(t, hms.Post(at+"/byt", filled(swap, "replacement", "n00004"), 200), "Nyckel N00001") // a double click
		if got := stored(w, "N00004").State; got != fleet.KeyIssued {
			t.Errorf("the other key is %s", got)
		}
		judge := hms.Get(at+"/bedom", 200)
		portaltest.Says(t, hms.Post(at+"/bedom", filled(judge), 422), "Välj ja eller nej.")
		hms.Post(at+"/bedom", filled(judge, "how", "nej"), 422)
		portaltest.Says(t, hms.Post(at+"/bedom", filled(judge, "how", "nej", "reason", "Dörren slog igen"), 200), "Bedömd som inte oaktsam: Dörren slog igen")
		portaltest.Says(t, hms.Get(at+"/bedom", 200), "Det finns inget att bedöma")
	})
}

// A report that was a mistake is taken back, and the key is what it was.
func TestItWorksAfterAll(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	at := "/nycklar/" + w.ID("keys", "N00001")
	v := w.Visitor(portaltest.Manager)
	v.Post(at+"/trasig", filled(v.Get(at+"/trasig", 200), "cause", "damaged", "description", "Böjd"), 200)
	for range 2 {
		portaltest.Says(t, v.Post(at+"/fungerar", url.Values{}, 200), "Anmälan är återtagen")
	}
	if got := stored(w, "N00001").State; got != fleet.KeyIssued {
		t.Errorf("the key is %s", got)
	}
}

// proves V2.2-e: another key is handed out for a lost one that is blocked.
func TestReplaceALostKey(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	at := "/nycklar/" + w.ID("keys", "N00001")
	portaltest.Says(t, v.Get(at+"/byt", 200), "Nyckeln väntar inte på att bytas")
	v.Post("/sparra/"+at[1:], url.Values{"how": {"lost"}}, 200)
	page := v.Get(at, 200)
	portaltest.Says(t, page, "Lämna ut en annan nyckel", "Se hur långt spärren har nått", "Den är hittad")
	swap := v.Get(at+"/byt", 200)
	portaltest.Says(t, swap, "Den borttappade är spärrad")
	portaltest.Says(t, v.Post(at+"/byt", filled(swap, "replacement", "N00004"), 200), "Nyckel N00004 är utlämnad i stället")
	portaltest.Says(t, v.Post(at+"/byt", filled(swap, "replacement", "N00004"), 200), "Nyckel N00001")
}

// proves that two people on one key do not overwrite each other: what was typed is kept, and nothing is saved.
func TestSomebodyElseWasFirst(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	at := "/nycklar/" + w.ID("keys", "N00001")
	v := w.Visitor(portaltest.Manager)
	page := v.Get(at+"/trasig", 200)
	change(w, "N00001", func(k *fleet.Key) { k.BatteryChanged = k.BatteryChanged.Add(time.Hour) })
	answer := v.Post(at+"/trasig", filled(page, "cause", "damaged", "description", "Böjd i dörren"), 409)
	portaltest.Says(t, answer, "Någon annan har ändrat samtidigt", "Böjd i dörren")
	v.Post(at+"/trasig", url.Values{"cause": {"damaged"}, "description": {"Böjd"}}, 409) // a form that does not say what it was made from
	if got := stored(w, "N00001").State; got != fleet.KeyIssued {
		t.Errorf("the key is %s", got)
	}
	portaltest.Says(t, v.Post(at+"/trasig", filled(answer, "cause", "damaged", "description", "Böjd i dörren"), 200), "anmäld som trasig")
}

// proves that another organisation's key looks like one that is not there, and is in no list and no file.
func TestAnothersKey(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		groups, err := tx.WorkGroups(ctx, []string{"G014"})
		if err != nil {
			return err
		}
		k := stored(w, "N00001")
		k.GroupID = groups["G014"].ID
		return tx.PutKeys(ctx, []fleet.Key{k})
	})
	at := "/nycklar/" + w.ID("keys", "N00001")
	v := w.Visitor(portaltest.Manager)
	v.Get(at, 404)
	for _, path := range []string{"/batteri", "/trasig"} {
		v.Get(at+path, 403)
		v.Post(at+path, url.Values{}, 403)
	}
	v.Post(at+"/fungerar", url.Values{}, 403)
	portaltest.Hides(t, v.Get("/nycklar", 200), "N00001", "G014", "Omsorg Syd")
	portaltest.Hides(t, v.Get("/nycklar?format=csv", 200), "N00001", "G014")
	portaltest.Says(t, w.Visitor(portaltest.Officer).Get("/nycklar?format=csv", 200), "N00001")
}

func TestListOfKeys(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	page := v.Get("/nycklar?nummer=N0000&lage=blocked", 200)
	portaltest.Says(t, page, "N00003")
	portaltest.Hides(t, page, "N00001")
	for _, q := range []string{"?nummer=%27%3B--", "?lage=%3Cscript%3E", "?grupp=" + strings.Repeat("9", 500), "?efter=zzz"} {
		page := v.Get("/nycklar"+q, 200)
		portaltest.Says(t, page, "Inga nycklar passar")
		portaltest.Hides(t, page, "<script>")
	}
	if file := v.Get("/nycklar?format=xlsx&lage=blocked", 200); !strings.HasPrefix(file, "PK") {
		t.Errorf("not a workbook: %.20q", file)
	}
}
