package block_test

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

func state(w *portaltest.Town, number string) (state fleet.KeyState) {
	w.T.Helper()
	w.Must(w.DB.View(w.T.Context(), func(tx *storage.Tx) error {
		all, err := tx.KeysByNumber(w.T.Context(), []string{number})
		state = all[number].State
		return err
	}))
	return state
}

func entries(w *portaltest.Town, k journal.Kind) (n int64) {
	w.T.Helper()
	w.Must(w.DB.View(w.T.Context(), func(tx *storage.Tx) (err error) {
		n, err = journal.Count(w.T.Context(), tx, journal.Filter{Kinds: []journal.Kind{k}})
		return err
	}))
	return n
}

var once = regexp.MustCompile(`name="_once" value="([^"]+)"`)

// proves V7-c: whoever has lost a key blocks it at once, in three steps, and sees which locks have got the block.
func TestALostKeyIsBlocked(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		key := w.ID("keys", "N00001")
		v := w.Visitor(portaltest.Manager)
		portaltest.Says(t, v.Get("/", 200), "Spärra")               // in the head of every page
		page := v.Post("/sparra", url.Values{"q": {"n00001"}}, 200) // step two leads to the key
		portaltest.Says(t, page, "Spärra nyckel N00001?", "Hemtjänst Norr 1", "som längst till 8 juni 2026 kl. 11.02", "kunder", "Nyckeln kan i dag öppna 2 lås")
		form := url.Values{"how": {"lost"}, "note": {"på buss 4"}, "_once": {once.FindStringSubmatch(page)[1]}}
		done := v.Post("/sparra/nycklar/"+key, form, 200)
		portaltest.Says(t, done, "Nyckel N00001 är spärrad", "2 av 2 lås kan fortfarande öppnas", "Borttappad: på buss 4", "DC10002", "Har inte fått spärren")
		portaltest.Says(t, v.Post("/sparra/nycklar/"+key, form, 200), "Nyckel N00001 är spärrad") // a double click, and the back button
		if n := entries(w, journal.KeyBlocked); n != 1 || state(w, "N00001") != fleet.KeyBlocked {
			t.Errorf("blocked %d times, state %s", n, state(w, "N00001"))
		}
		portaltest.Hides(t, done, `/hittad"`) // this role may not
		tell(w, "DC10002")
		portaltest.Says(t, v.Get("/sparra/nycklar/"+key, 200), "1 av 2 lås kan fortfarande öppnas", "Har fått spärren fick den 3 juni 2026 kl. 14.20")
		portaltest.Says(t, v.Get("/sparra/nycklar/"+key+"/underlag", 200), "Incidentunderlag", "6 juni 2026 kl. 14.10", "1 av 2 lås har bekräftat", "Borttappad: på buss 4")
		found := func(v *portaltest.Visitor, reason string) url.Values {
			page := v.Get("/sparra/nycklar/"+key+"/hittad", 200)
			return url.Values{"reason": {reason}, "_version": {regexp.MustCompile(`name="_version" value="([^"]*)"`).FindStringSubmatch(page)[1]}}
		}
		v.Post("/sparra/nycklar/"+key+"/hittad", found(v, "låg i soffan"), 403)

		hms := w.Visitor(portaltest.Technician)
		portaltest.Says(t, hms.Post("/sparra/nycklar/"+key+"/hittad", found(hms, " "), 422), "Fel:")
		old := found(hms, "låg i soffan")
		portaltest.Says(t, hms.Post("/sparra/nycklar/"+key+"/hittad", old, 200), "noterad som hittad")
		if got := state(w, "N00001"); got != fleet.KeyInStock {
			t.Errorf("a found key is %s", got)
		}
		_, err := w.Pool.Lose(t.Context(), routine.Who{Actor: "demo:annan", Role: routine.LockManager}, "N00001", "Stulen")
		w.Must(err)
		stale := hms.Post("/sparra/nycklar/"+key+"/hittad", old, 409)
		portaltest.Says(t, stale, "Någon annan har ändrat samtidigt")
		if got := state(w, "N00001"); got != fleet.KeyBlocked {
			t.Errorf("an old tab has lifted a block that was made since: the key is %s", got)
		}
	})
}

// tell lets a lock report that it has the newest block list, ten minutes later.
func tell(w *portaltest.Town, serial string) {
	w.Clock.Time = w.Clock.Time.Add(10 * time.Minute)
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		locks, err := tx.LocksBySerial(ctx, []string{serial})
		if err != nil {
			return err
		}
		list, _, err := tx.BlockList(ctx)
		if err != nil {
			return err
		}
		if err := tx.PutLockHeads(ctx, []keysync.Head{{Lock: locks[serial].Number, BlockList: list, Seen: tx.Now(), Ack: []byte("ack")}}); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.LockReported, At: tx.Now(), Quality: journal.Device, Subjects: []string{locks[serial].ID},
			Fields: []journal.Field{{Name: "event", Value: "5"}, {Name: "info", Value: strconv.FormatUint(uint64(uint32(list)), 10)}}})
	})
}

func TestWhatIsWrittenWrong(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	key := w.ID("keys", "N00001")
	v := w.Visitor(portaltest.Manager)
	for _, q := range []string{"", "N99999", strings.Repeat("9", 200), "<script>alert(1)</script>", "' OR 1=1 --"} {
		page := v.Post("/sparra", url.Values{"q": {q}}, 422)
		portaltest.Says(t, page, "Något behöver rättas")
		portaltest.Hides(t, page, "<script>alert")
	}
	for _, form := range []url.Values{{}, {"how": {"okänt"}}, {"how": {"lost"}, "note": {strings.Repeat("å", 300)}}} {
		v.Post("/sparra/nycklar/"+key, form, 422)
	}
	portaltest.Says(t, v.Post("/sparra/nycklar/"+key+"?lang=en", url.Values{}, 422), "Choose what has happened to the key.")
	v.Get("/sparra/nycklar/nobody", 404)
	if got := state(w, "N00001"); got != fleet.KeyIssued {
		t.Errorf("the key is %s", got)
	}
}

// Another organisation finds neither the key nor its page.
func TestAnothersKey(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	key := w.ID("keys", "N00001")
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		keys, err := tx.KeysByNumber(ctx, []string{"N00001"})
		if err != nil {
			return err
		}
		groups, err := tx.WorkGroups(ctx, []string{"G014"})
		k := keys["N00001"]
		k.GroupID = groups["G014"].ID
		if err == nil {
			err = tx.PutKeys(ctx, []fleet.Key{k})
		}
		return err
	})
	v := w.Visitor(portaltest.Manager)
	v.Post("/sparra", url.Values{"q": {"N00001"}}, 422)
	v.Get("/sparra/nycklar/"+key, 403)
	v.Post("/sparra/nycklar/"+key, url.Values{"how": {"lost"}}, 403)
}

// A person is stopped after a page that says what that does.
func TestAPersonIsBlocked(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Owner)
	portaltest.Says(t, v.Post("/sparra/person", url.Values{}, 422), "Skriv personens anställningsnummer.")
	form := url.Values{"number": {"404"}, "reason": {"slutade"}}
	portaltest.Says(t, v.Post("/sparra/person", form, 200), "Spärra anställd 404?", "Bricka och kod slutar gälla")
	form.Set("ja", "ja")
	portaltest.Says(t, v.Post("/sparra/person", form, 422), "Ingen medarbetare har anställningsnumret 404")
}
