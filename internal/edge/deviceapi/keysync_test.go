package deviceapi_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/storage"
)

// Several keys carry overlapping records home, late and out of order: each record is taken once.
func TestRecordsExactlyOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 70)
		if got := w.bring(901, w.batch(w.lock, 1, 32)); got != 32 {
			t.Errorf("acknowledged %d, want 32", got)
		}
		if got := w.bring(902, w.batch(w.lock, 1, 32), w.batch(w.lock, 33, 64)); got != 64 {
			t.Errorf("acknowledged %d, want 64", got)
		}
		if got := w.bring(901, w.batch(w.lock, 50, 70)); got != 70 {
			t.Errorf("acknowledged %d, want 70", got)
		}
		if got := w.bring(902, w.batch(w.lock, 1, 20)); got != 70 {
			t.Errorf("a late batch: acknowledged %d, want 70", got)
		}
		w.want(70)
	})
}

func TestAnomalies(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 40)
		past := append([]credential.Hash{}, w.lock.heads...)
		w.bring(901, w.batch(w.lock, 1, 10))
		if got := w.bring(901, w.batch(w.lock, 21, 30)); got != 30 {
			t.Errorf("after a gap: acknowledged %d, want 30", got)
		}
		w.want(20, keysync.ClassGap)
		w.bring(902, w.batch(w.lock, 11, 20)) // the missing ones were only late
		w.want(30, keysync.ClassGap)

		// A copy of the lock tells the same places differently.
		twin := &lock{id: w.lock.id, epoch: 1, records: w.lock.records[:30:30], heads: past[:31:31]}
		w.now = w.now.Add(time.Minute)
		w.opened(twin, 5)
		w.bring(901, w.batch(w.lock, 31, 40))
		w.bring(902, w.batch(twin, 31, 35))
		w.want(40, keysync.ClassRollback, keysync.ClassGap) // it has fewer records than we have seen: it went back
		w.opened(twin, 20)
		w.bring(902, w.batch(twin, 36, 55))
		w.want(40, keysync.ClassFork, keysync.ClassRollback, keysync.ClassGap)
		if got := w.bring(901, w.batch(w.lock, 31, 40)); got != 40 {
			t.Errorf("the true lock: acknowledged %d, want 40", got)
		}
	})
}

// A courier that keeps back the records of its own visit gets nothing acknowledged that would let the lock overwrite them.
func TestRecordsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 96)
		w.bring(901, w.batch(w.lock, 1, 32))
		later := func(first, last int) []byte {
			return w.seal(w.lock, credential.LogBatch{Lock: 7, Identity: w.lock.id.PublicKey().Hash(), Epoch: 1, Prev: w.lock.heads[first-1],
				Records: w.lock.records[first-1 : last], Last: 96, Oldest: 33})
		}
		if got := w.bring(902, later(65, 80), later(81, 96)); got > 32 {
			t.Errorf("acknowledged %d although 33 to 64 are missing", got)
		}
		w.want(32, keysync.ClassLeftOut)
		if got := w.bring(901, later(33, 64), later(65, 80), later(81, 96)); got != 96 {
			t.Errorf("acknowledged %d, want 96", got)
		}
		w.want(96, keysync.ClassLeftOut)
	})
}

func TestBatchesThatAreNotGenuine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rogue := w.newLock(1)
		w.opened(rogue, 3)
		b := credential.LogBatch{Lock: 8, Identity: rogue.id.PublicKey().Hash(), Epoch: 1, Prev: rogue.heads[0], Records: rogue.records, Last: 3}
		if got := w.bring(901, w.batch(rogue, 1, 3), w.seal(rogue, b), []byte("not sealed at all")); got != 0 {
			t.Errorf("acknowledged %d of a rogue lock", got)
		}
		w.want(0, keysync.ClassUnreadable, keysync.ClassStranger, keysync.ClassUnreadable)
		if got := w.count(journal.KeySynced); got != 2 {
			t.Errorf("the key got %d grants, want 2", got)
		}
	})
}

// A lock that has been reset begins a new log under its new identity; a record without a time has no effect on others.
func TestResetAndLostTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 3)
		w.bring(901, w.batch(w.lock, 1, 3))
		again := w.newLock(2)
		w.add(again, credential.Record{Seq: 1, Event: credential.EventOpened, Quality: credential.TimeLost})
		w.opened(again, 1)
		cert, err := w.auth.IssueLock(7, again.id.PublicKey(), again.id.ExchangeKey(), w.now)
		w.must(err)
		w.must(w.db.Update(t.Context(), func(tx *storage.Tx) error {
			locks, err := tx.LocksByNumber(t.Context(), []uint32{7})
			l := locks[7]
			l.Certificate, l.Epoch = cert, 2
			return errors.Join(err, tx.PutLocks(t.Context(), []fleet.Lock{l}))
		}))
		if got := w.bring(901, w.batch(again, 1, 2)); got != 2 {
			t.Errorf("acknowledged %d, want 2", got)
		}
		w.want(5)
	})
}

// An error before the commit leaves nothing; an error after it, and the same request again, doubles nothing. In neither case is
// anything acknowledged by the failed call.
func TestRepeatedVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 5)
		for i, f := range []fault{lost, saved} {
			v := w.request(901, credential.Mail{Batches: [][]byte{w.batch(w.lock, 1, 5), []byte("junk")}})
			w.fault = f
			if raw, err := w.sync.Visit(t.Context(), w.station, v); err == nil || raw != nil {
				t.Fatalf("fault %d: an answer although the commit failed", f)
			}
			w.open() // the server was restarted
			for range 2 {
				raw, err := w.sync.Visit(t.Context(), w.station, v)
				w.must(err)
				if got := w.acked(raw); got != 5*uint32(i) {
					t.Errorf("acknowledged %d before it was taken over", got)
				}
			}
			w.unpack()
			if got := w.home(901); got != 5 {
				t.Errorf("acknowledged %d, want 5", got)
			}
			w.want(5, []string{keysync.ClassUnreadable, keysync.ClassUnreadable}[:i+1]...)
		}
	})
}

func TestVisitRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		try := func(name string, v keysync.Visit, station fleet.Station, want error) {
			t.Helper()
			if raw, err := w.sync.Visit(ctx, station, v); !errors.Is(err, want) || raw != nil {
				t.Errorf("%s: got %v, want %v", name, err, want)
			}
		}
		old := w.request(901, credential.Mail{})
		w.bring(901)
		try("a lower counter", old, w.station, keysync.ErrCounter)

		same := w.request(901, credential.Mail{})
		w.keys[901].counter--
		w.bring(901)
		try("the same counter, another request", same, w.station, keysync.ErrCounter)

		v := w.request(901, credential.Mail{})
		v.Handshake[0]++
		try("another channel", v, w.station, keysync.ErrProof)

		v = w.request(901, credential.Mail{})
		v.Mail, _ = credential.Encode(credential.Mail{Batches: [][]byte{{1}}})
		try("another mail", v, w.station, keysync.ErrProof)

		w.keys[901].signer = w.keys[902].signer
		try("another key's signature", w.request(901, credential.Mail{}), w.station, keysync.ErrProof)

		elsewhere, err := w.sync.Nonce(ctx, 4)
		w.must(err)
		try("another station's nonce", w.sign(902, elsewhere, credential.Mail{}), w.station, keysync.ErrNonce)
		other := w.station
		other.Device = 4
		try("an unknown station", w.request(902, credential.Mail{}), other, fleet.ErrStationUnknown)
		try("a nonce of nobody", w.sign(902, [16]byte{0xff}, credential.Mail{}), w.station, keysync.ErrNonce)
		v = w.request(902, credential.Mail{})
		w.now = w.now.Add(keysync.NonceLife)
		try("a nonce that has expired", v, w.station, keysync.ErrNonce)

		w.keys[999] = &key{device: 999, signer: w.keys[902].signer}
		try("an unknown key", w.request(999, credential.Mail{}), w.station, keysync.ErrNotEnrolled)
		try("rubbish", keysync.Visit{Request: []byte{1}, Mail: []byte{1}}, w.station, keysync.ErrVisit)

		for state, want := range map[fleet.KeyState]error{
			fleet.KeyBlocked: keysync.ErrBlocked, fleet.KeyBroken: keysync.ErrBroken, fleet.KeyInStock: keysync.ErrInStock,
			fleet.KeyScrapped: keysync.ErrInStock, fleet.KeySuspect: keysync.ErrMissed,
		} {
			w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
				keys, err := tx.KeysByDevice(ctx, []uint32{902})
				k := keys[902]
				k.State = state
				return errors.Join(err, tx.PutKeys(ctx, []fleet.Key{k}))
			}))
			try(string(state), w.request(902, credential.Mail{}), w.station, want)
		}
		// proves V2.2-e: a key that proves itself and is refused shows in the journal, a stranger's tale does not. Two are copies.
		told := strings.Join(w.bodies(journal.KeyRefused), "\n")
		if got := strings.Count(told, `"code"`); got != 7 {
			t.Errorf("refusals in the journal: got %d, want 7:\n%s", got, told)
		}
		for code, want := range map[string]int{"sync-key-blocked": 1, "sync-key-broken": 1, "sync-key-in-stock": 2, "sync-key-missed": 1, "sync-counter": 2} {
			if got := strings.Count(told, `"`+code+`"`); got != want {
				t.Errorf("refusals with %s: got %d, want %d", code, got, want)
			}
		}
		if got := w.count(journal.RecordsAnomalous); got != 0 {
			t.Errorf("anomalies in locks' records: got %d, want none", got)
		}
	})
}

// proves S-d: an activation is taken once, whoever brings it, and only if its station has signed it for a known person.
func TestActivations(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		raw, err := w.sync.Visit(t.Context(), w.station, w.request(901, credential.Mail{}))
		w.must(err)
		out, err := credential.DecodeSyncResponse(raw)
		w.must(err)
		grant, err := credential.ParseGrant(out.Grant)
		w.must(err)
		sign := func(id *credential.Identity, counter uint32, staff uint64) []byte {
			a, err := credential.SignActivation(id, credential.Activation{Station: 3, Key: 901, NotBefore: credential.At(w.now),
				Expires: credential.At(w.now.Add(time.Hour)), Serial: credential.ActivationSerial(3, counter), Grant: credential.HashGrant(out.Grant), Staff: staff}, grant)
			w.must(err)
			return a
		}
		other, err := credential.NewIdentity()
		w.must(err)
		good := sign(w.post, 1, 501)
		report := []keysync.Report{{Body: good, Offline: true}, {Body: sign(w.post, 2, 999)}, {Body: sign(other, 3, 501)}, {Body: []byte("x"), Offline: true}, {Body: good}}
		for range 2 {
			settled, err := w.sync.ReportActivations(t.Context(), w.station, report)
			w.must(err)
			if len(settled.Rejected) != 3 {
				t.Errorf("rejected %v, want three", settled.Rejected)
			}
		}
		_, err = w.sync.Visit(t.Context(), w.station, w.request(901, credential.Mail{Activations: [][]byte{good, sign(w.post, 4, 501)}}))
		w.must(err)
		w.unpack()
		// A serial that a restored station gives once more is an anomaly, not the same activation.
		w.now = w.now.Add(time.Minute)
		settled, err := w.sync.ReportActivations(t.Context(), w.station, []keysync.Report{{Body: sign(w.post, 1, 501)}})
		w.must(err)
		if len(settled.Rejected) != 1 {
			t.Errorf("a serial told twice: rejected %v", settled.Rejected)
		}
		entries := w.bodies(journal.KeyActivated)
		if len(entries) != 2 {
			t.Fatalf("got %d activations in the journal, want 2", len(entries))
		}
		for _, e := range entries {
			if !strings.Contains(e, "staff:a1") {
				t.Errorf("an activation without its person: %s", e)
			}
		}
	})
}
