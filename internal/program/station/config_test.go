package station_test

import (
	"crypto/ecdh"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/station"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// When the key that logs are sealed to changes, locks learn of the next one by the keys that come by, and no key carries what a lock is known
// to have. From the announced day on the lock seals to the next key, whether or not it has heard more.
func TestLocksLearnOfTheNextIngestKey(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := newTown(t, target)
		cfg, k := w.config("Norr 1", "G001"), w.key("N00001")
		cfg.Refresh = time.Hour // only when it is asked to
		s, err := station.New(cfg)
		w.must(err)
		w.must(s.Start(t.Context()))
		w.run(s.Run)
		round := func() {
			t.Helper()
			w.visit(k, s, true)
			w.open(k, credential.OK)
			w.visit(k, s, false)
			if due := w.due(); len(due) != 0 {
				t.Fatalf("still to be told: %v", due)
			}
		}
		round()
		next, err := credential.NewExchangeKey()
		w.must(err)
		w.material.Ingest, w.material.Announced, w.material.Config = append(w.material.Ingest, ecdh.KeyExchanger(next)), true, 1_800_000_000
		w.must(w.auth.Replace(w.material))
		if due := w.due(); len(due) != 1 || due[0] != lockNo {
			t.Fatalf("to be told: got %v, want the one lock", due)
		}
		round()

		w.clock.add(credential.IngestOverlap + time.Hour)
		w.must(w.db.Update(t.Context(), func(tx *storage.Tx) error { // the person still works there
			return tx.PutMemberships(t.Context(), []care.Membership{{StaffID: "a1", GroupID: "g1", From: w.clock.now(), Until: w.clock.now().AddDate(0, 1, 0)}})
		}))
		w.must(s.RefreshNow(t.Context()))
		w.material.Ingest, w.material.Announced = w.material.Ingest[1:], false // the former key is gone: what is sealed to it is lost
		w.must(w.auth.Replace(w.material))
		before := len(w.entries(journal.DoorOpened))
		round()
		if got := len(w.entries(journal.DoorOpened)); got != before+1 {
			t.Errorf("openings that came home: got %d, want %d", got, before+1)
		}
	})
}

// due are the locks of the first group that are not known to have the present configuration.
func (w *town) due() (locks []uint32) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) error {
		due, err := tx.ConfigsDue(w.t.Context(), "g1", w.clock.now(), w.auth.ConfigVersion())
		for _, l := range due {
			locks = append(locks, l.Lock)
		}
		return err
	}))
	return locks
}
