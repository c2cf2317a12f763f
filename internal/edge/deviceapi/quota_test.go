package deviceapi_test

import (
	"bytes"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// full is a mail of as many batches as fit.
func full() credential.Mail {
	var m credential.Mail
	for range credential.MaxMailBatches {
		m.Batches = append(m.Batches, bytes.Repeat([]byte{0xa5}, 2176))
	}
	return m
}

// brought lets a key bring a mail, and reports whether it is safe.
func (w *world) brought(v keysync.Visit) bool {
	w.t.Helper()
	raw, err := w.sync.Visit(w.t.Context(), w.station, v)
	w.must(err)
	out, err := credential.DecodeSyncResponse(raw)
	w.must(err)
	if len(out.Grant) == 0 {
		w.t.Error("got no grant")
	}
	if r, err := credential.ParseSyncRequest(v.Request); err != nil || out.MailReceived != (credential.Hash{}) && out.MailReceived != r.Mail {
		w.t.Errorf("another mail is safe: %x, %v", out.MailReceived, err)
	}
	return out.MailReceived != credential.Hash{}
}

// A hostile key that brings mail without end gets its grants and keeps its mail; the disk does not fill, others are served, and
// somebody is told once.
func TestKeyThatFloodsTheInbox(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		stored := 0
		for w.brought(w.request(901, full())) {
			if stored++; stored > 40 {
				t.Fatal("there is no end to what is stored")
			}
		}
		v := w.request(901, full())
		for range 2 { // the same visit again is answered alike
			if w.brought(v) {
				t.Error("what was not stored is said to be safe")
			}
		}
		waiting := func(want int) {
			t.Helper()
			if status, err := w.sync.Status(ctx); err != nil || status.Waiting != want {
				t.Errorf("waiting: got %+v, %v, want %d", status, err, want)
			}
		}
		waiting(stored)
		if !w.brought(w.request(901, credential.Mail{})) {
			t.Error("a key with nothing to bring is told to keep it")
		}
		if !w.brought(w.request(902, full())) {
			t.Error("another key has to keep its mail")
		}
		told, err := w.sync.Anomalies(ctx, routine.Who{Role: routine.LockManager}, keysync.AnomalyFilter{Class: keysync.ClassQuota, Label: "Nk1"}, "", 10)
		if err != nil || len(told) != 1 {
			t.Errorf("told %+v, %v, want once", told, err)
		}
		w.now = w.now.Add(2 * time.Hour)
		v = w.request(901, full())
		for range 2 { // stored once, and told again that it is safe
			if !w.brought(v) {
				t.Error("what fits again is not stored")
			}
		}
		waiting(stored + 2)
	})
}

// Small mails fill the inbox with rows: they are bounded too.
func TestKeyThatFloodsWithSmallLetters(t *testing.T) {
	w := newWorld(t, t.TempDir())
	stored := 0
	for w.brought(w.request(901, credential.Mail{Batches: [][]byte{{1}}})) {
		if stored++; stored > 600 {
			t.Fatal("there is no end to what is stored")
		}
	}
	if stored < 400 {
		t.Errorf("got %d small letters in a day", stored)
	}
}

// A busy key that comes home after five days without a network brings all that it can hold, and then as much from each of three
// shifts a day: it uses less than a fifth of its quota.
func TestHonestKeyIsFarFromItsQuota(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.now = w.now.Add(5 * 24 * time.Hour)
		for range 15 {
			if !w.brought(w.request(901, full())) {
				t.Fatal("an honest key has to keep its mail")
			}
			w.must(w.db.View(t.Context(), func(tx *storage.Tx) error {
				keys, err := tx.KeysByDevice(t.Context(), []uint32{901})
				if used := keys[901].MailUntil.Sub(w.now); used <= 0 || used > 24*time.Hour/5 {
					t.Errorf("it has used %v of a day", used)
				}
				return err
			}))
			w.now = w.now.Add(8 * time.Hour)
		}
	})
}
