package consents_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
)

// A page about a house does not say that somebody with protected identity lives there, not even by work without a name.
func TestAHouseDoesNotTellWhoIsProtected(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	word := w.say(v, nil)
	w.order(third)
	w.order(fourth)
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		found, err := tx.ClientsByNumber(ctx, []string{third})
		if err != nil {
			return err
		}
		c := found[third]
		c.Protected = true
		return tx.PutClients(ctx, []care.Client{c})
	})
	for _, path := range []string{"/samtycken/fastigheter/" + w.property, word, word + "/klart", word + "/aterkalla"} {
		page := v.Get(path, 200)
		portaltest.Hides(t, page, "Skyddad identitet")
		if n := strings.Count(portaltest.Text(page), "Montera lås"); n != 1 {
			t.Errorf("%s: %d mountings in the list, want the one that is nobody's secret", path, n)
		}
	}
	// What it does is still counted: nobody is to stop work without knowing.
	portaltest.Says(t, v.Get(word+"/aterkalla", 200), "Monteringar som stoppas och får vänta: 2.")
}

// An owner who gets protected identity is not named by the letters and notes that were written before, nor by the journal.
func TestAnOwnerBecomesProtected(t *testing.T) {
	w := open(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	made := v.Post("/samtycken/brev/skicka", hidden(v.Post("/samtycken/brev", url.Values{"rad": {w.property}}, 200)), 200)
	run := find(t, `/samtycken/brev/[0-9a-f-]{36}`, made)
	code := find(t, `[0-9A-Z]{5}-[0-9A-Z]{5}`, made)
	portaltest.Says(t, v.Get(run, 200), "Brf Provet")
	o, err := w.register.Owner(t.Context(), keeper, w.owner)
	w.Must(err)
	o.Protected = true
	_, err = w.register.PutOwner(t.Context(), keeper, o)
	w.Must(err)
	ask := v.Post("/samtycken", url.Values{"q": {code}}, 200)
	word := find(t, `/samtycken/besked/[0-9a-f-]{36}`, ask)
	for _, page := range []string{v.Get(run, 200), ask, v.Get(word, 200)} {
		portaltest.Hides(t, page, "Brf Provet", "Kontorsgatan")
	}
	said := w.say(v, func(f url.Values) { f.Set("note", "Brf Provet ringde") })
	portaltest.Hides(t, v.Get(said, 200), "Brf Provet")
	w.Must(w.DB.View(t.Context(), func(tx *storage.Tx) error {
		records, err := journal.Timeline(t.Context(), tx, w.owner, 100, "")
		n := 0
		for _, r := range records {
			if r.Kind != journal.OwnerChanged {
				continue
			}
			if n++; n == 1 && (r.Value("name") != "" || strings.Contains(r.Value("address"), "Kontorsgatan")) { // the latest first
				t.Errorf("the journal names an owner with protected identity: %+v", r.Fields)
			}
		}
		if n != 2 {
			t.Errorf("got %d changes of the owner in the journal, want 2", n)
		}
		return err
	}))
}
