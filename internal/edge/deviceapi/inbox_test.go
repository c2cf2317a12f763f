package deviceapi_test

import (
	"crypto"
	"errors"
	"io"
	"maps"
	"sync"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// grant lets a key visit and returns what it was given.
func (w *world) grant(device uint32) (credential.Grant, credential.SyncResponse) {
	w.t.Helper()
	raw, err := w.sync.Visit(w.t.Context(), w.station, w.request(device, credential.Mail{}))
	w.must(err)
	out, err := credential.DecodeSyncResponse(raw)
	w.must(err)
	g, err := credential.ParseGrant(out.Grant)
	w.must(err)
	return g, out
}

// The grant comes first; what was carried waits, survives a restart, and is taken over in order. Nothing is acknowledged before.
func TestGrantFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 64)
		w.carry(901, w.batch(w.lock, 1, 32))
		w.carry(902, w.batch(w.lock, 33, 64))
		w.want(0)
		if got := w.home(901); got != 0 {
			t.Errorf("acknowledged %d before it was taken over", got)
		}
		w.open() // the server was restarted
		status, err := w.sync.Status(t.Context())
		w.must(err)
		if status.Waiting != 2 || !status.Oldest.Equal(w.now) {
			t.Errorf("waiting: got %+v, want two since %v", status, w.now)
		}
		w.unpack()
		w.want(64)
		if status, err = w.sync.Status(t.Context()); err != nil || status != (keysync.Status{}) {
			t.Errorf("afterwards: got %+v, %v, want nothing", status, err)
		}
		for _, device := range []uint32{901, 902} { // whoever may go to the door carries it
			if got := w.home(device); got != 64 {
				t.Errorf("acknowledged %d, want 64", got)
			}
		}
		w.opened(w.lock, 1)
		b := w.seal(w.lock, credential.LogBatch{Lock: 7, Identity: w.lock.id.PublicKey().Hash(), Epoch: 1, Prev: w.lock.heads[64],
			Records: w.lock.records[64:], Last: 65, Oldest: 65})
		w.carry(901, b)
		w.unpack()
		if got := w.home(901); got != 65 {
			t.Errorf("acknowledged %d, want 65", got)
		}
	})
}

// The power is cut before or after the commit of taking over, which is letter, records and acknowledgement in one.
func TestPowerCutWhileUnpacking(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		taken := 0
		for _, f := range []fault{lost, saved} {
			w.opened(w.lock, 3)
			w.carry(901, w.batch(w.lock, taken+1, taken+3))
			taken += 3
			w.fault = f
			if _, err := w.sync.Unpack(t.Context()); !errors.Is(err, errInjected) {
				t.Fatalf("fault %d: got %v", f, err)
			}
			w.open()
			w.unpack()
			w.want(taken)
			if got := w.home(902); got != uint32(taken) {
				t.Errorf("fault %d: acknowledged %d, want %d", f, got, taken)
			}
		}
	})
}

// mute is a signer that does not answer, such as a hardware module that has been pulled out.
type mute struct{ crypto.Signer }

func (mute) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("no hardware module")
}

// While acknowledgements cannot be signed letters wait: none is set aside, and nothing is half taken over.
func TestNothingIsTakenUnsigned(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 3)
		w.carry(901, w.batch(w.lock, 1, 3))
		whole := w.material
		without := whole
		without.Roles = maps.Clone(whole.Roles)
		config := whole.Roles[credential.RoleConfig]
		config.Signer = mute{config.Signer}
		without.Roles[credential.RoleConfig] = config
		w.must(w.auth.Replace(without))
		if _, err := w.sync.Unpack(t.Context()); !errors.Is(err, keysync.ErrUnsigned) {
			t.Errorf("got %v, want %v", err, keysync.ErrUnsigned)
		}
		w.want(0)
		w.must(w.auth.Replace(whole))
		w.unpack()
		w.want(3)
		if got := w.home(901); got != 3 {
			t.Errorf("acknowledged %d, want 3", got)
		}
	})
}

// What was set aside is tried again when somebody asks for it, in its order, by those who may.
func TestLettersAreTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.opened(w.lock, 2)
		w.carry(901, w.batch(w.lock, 1, 2))
		w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
			letters, err := tx.Letters(ctx, 0, 10)
			if err != nil {
				return err
			}
			return tx.SetAside(ctx, letters[0], "a fault of the program")
		}))
		w.unpack()
		w.want(0)
		if _, err := w.sync.Retry(ctx, routine.Who{Actor: "account:h", Role: routine.Provider}); !errors.Is(err, keysync.ErrMayNot) {
			t.Errorf("by a provider: got %v, want anomalies-not-yours", err)
		}
		manager := routine.Who{Actor: "account:m", Role: routine.LockManager}
		for _, want := range []int{1, 0} {
			if n, err := w.sync.Retry(ctx, manager); err != nil || n != want {
				t.Errorf("got %d, %v, want %d letters", n, err, want)
			}
		}
		w.unpack()
		w.want(2)
		if status, err := w.sync.Status(ctx); err != nil || status.Waiting+status.SetAside != 0 {
			t.Errorf("got %+v, %v, want nothing left", status, err)
		}
	})
}

// A letter that cannot be taken over is set aside, and somebody is told; the others are taken.
func TestPoisonedLetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.opened(w.lock, 2)
		w.carry(901, w.batch(w.lock, 1, 1))
		w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
			return tx.InsertLetters(ctx, []keysync.Letter{{Received: w.now, KeyID: "k1", StationID: "t1", Mail: []byte("no mail")}})
		}))
		w.carry(902, w.batch(w.lock, 2, 2))
		w.unpack()
		w.want(2, keysync.ClassSetAside)
		if status, err := w.sync.Status(ctx); err != nil || status.Waiting != 0 || status.SetAside != 1 {
			t.Errorf("got %+v, %v, want one set aside", status, err)
		}
		for _, left := range []int{1, 0} { // it names people, and is not kept for ever
			w.must(w.sync.ForgetAside(ctx))
			if status, err := w.sync.Status(ctx); err != nil || status.SetAside != left {
				t.Errorf("got %+v, %v, want %d set aside", status, err, left)
			}
			w.now = w.now.Add(90 * 24 * time.Hour)
		}
		manager := routine.Who{Actor: "account:m", Role: routine.LockManager}
		all, err := w.sync.Anomalies(ctx, manager, keysync.AnomalyFilter{Open: true}, "", 10)
		if err != nil || len(all) != 1 || all[0].Label != "Nk1" {
			t.Fatalf("to look at: %+v, %v", all, err)
		}
		if err := w.sync.Settle(ctx, manager, all[0].ID, " "); !errors.Is(err, keysync.ErrNote) {
			t.Errorf("without a note: got %v", err)
		}
		w.must(w.sync.Settle(ctx, manager, all[0].ID, "nyckeln är utbytt"))
		if err := w.sync.Settle(ctx, manager, all[0].ID, "igen"); !errors.Is(err, keysync.ErrAnomalyUnknown) {
			t.Errorf("settled twice: got %v", err)
		}
		if all, err = w.sync.Anomalies(ctx, manager, keysync.AnomalyFilter{Open: true}, "", 10); err != nil || len(all) != 0 {
			t.Errorf("still to look at: %+v, %v", all, err)
		}
		if _, err := w.sync.Anomalies(ctx, routine.Who{Role: routine.Provider}, keysync.AnomalyFilter{Open: true}, "", 10); !errors.Is(err, keysync.ErrMayNot) {
			t.Errorf("a provider: got %v", err)
		}
	})
}

// Visits that come together share commits; each gets its own answer.
func TestVisitsTogether(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		var visits []keysync.Visit
		for range 10 {
			visits = append(visits, w.request(901, credential.Mail{}))
		}
		w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
			keys, err := tx.KeysByDevice(ctx, []uint32{902})
			k := keys[902]
			k.State = fleet.KeyBlocked
			return errors.Join(err, tx.PutKeys(ctx, []fleet.Key{k}))
		}))
		blocked := w.request(902, credential.Mail{})
		errs := make([]error, len(visits)+1)
		var group sync.WaitGroup
		for i, v := range append(visits, blocked) {
			group.Go(func() { _, errs[i] = w.sync.Visit(ctx, w.station, v) })
		}
		group.Wait()
		served := 0
		for _, err := range errs[:len(visits)] { // a key's later request may come before an earlier one
			if err == nil {
				served++
			} else if !errors.Is(err, keysync.ErrCounter) {
				t.Errorf("got %v", err)
			}
		}
		if err := errs[len(visits)]; !errors.Is(err, keysync.ErrBlocked) {
			t.Errorf("a blocked key: got %v", err)
		}
		if got := w.count(journal.KeySynced); got != served || served == 0 {
			t.Errorf("%d were served, the journal has %d", served, got)
		}
		if got := w.count(journal.KeyRefused); got != len(errs)-served {
			t.Errorf("%d were refused, the journal has %d", len(errs)-served, got)
		}
	})
}

// An activation that records name is pending until its station has reported past it, or ten days have gone.
func TestOrphans(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		grant, out := w.grant(901)
		activation := func(counter uint32) []keysync.Report {
			a, err := credential.SignActivation(w.post, credential.Activation{Station: 3, Key: 901, NotBefore: credential.At(w.now),
				Expires: credential.At(w.now.Add(time.Hour)), Serial: credential.ActivationSerial(3, counter), Grant: credential.HashGrant(out.Grant), Staff: 501}, grant)
			w.must(err)
			return []keysync.Report{{Body: a}}
		}
		record := func(serial uint64) {
			w.add(w.lock, credential.Record{Seq: uint32(len(w.lock.records) + 1), Boot: 1, Time: credential.At(w.now), Quality: credential.TimeRunning,
				Event: credential.EventOpened, Key: 901, Activation: serial})
		}
		first, third := activation(1), activation(3)
		for _, serial := range []uint64{credential.ActivationSerial(3, 1), credential.ActivationSerial(3, 2), credential.ActivationSerial(9, 1)} {
			record(serial)
		}
		w.bring(901, w.batch(w.lock, 1, 3))
		settle := func(classes ...string) {
			t.Helper()
			for range 2 { // each is told once
				w.must(w.sync.SettleOrphans(ctx))
			}
			w.want(3, classes...)
		}
		settle()
		_, err := w.sync.ReportActivations(ctx, w.station, first)
		w.must(err)
		settle()
		_, err = w.sync.ReportActivations(ctx, w.station, third)
		w.must(err)
		settle(keysync.ClassOrphan)
		w.now = w.now.Add(keysync.OrphanAfter)
		settle(keysync.ClassOrphan, keysync.ClassOrphan)
	})
}

func TestLostRecords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.opened(w.lock, 1)
		w.add(w.lock, credential.Record{Seq: 2, Boot: 1, Time: credential.At(w.now), Quality: credential.TimeRunning, Event: credential.EventLost, Info: 9})
		w.bring(901, w.batch(w.lock, 1, 2))
		w.want(1, keysync.ClassLost)
	})
}

// The tree of a group is remembered, and made anew when a right, a lock or the hour changes.
func TestTreeFollowsRights(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		leaf := func() credential.Leaf {
			t.Helper()
			g, out := w.grant(901)
			tree, err := credential.NewTree(out.Leaves)
			w.must(err)
			if tree.Root() != g.Root {
				t.Fatal("the leaves are not the grant's")
			}
			return out.Leaves[0]
		}
		first := leaf()
		if first.Lock != 7 || first.Epoch != 1 || leaf() != first {
			t.Errorf("got %+v, want lock 7, and the same one again", first)
		}
		w.now = w.now.Add(time.Minute)
		if leaf() != first {
			t.Error("made anew within the hour, although nothing has changed")
		}
		change := func(f func(tx *storage.Tx) error) { w.t.Helper(); w.must(w.db.Update(ctx, f)) }
		change(func(tx *storage.Tx) error {
			return tx.PutLocks(ctx, []fleet.Lock{{ID: "l1", Serial: "L0007", Number: 7, Kind: fleet.Door, State: fleet.Mounted, DwellingID: "d1", Epoch: 2}})
		})
		if got := leaf(); got.Epoch != 2 {
			t.Errorf("after the lock's epoch was raised: got %+v", got)
		}
		change(func(tx *storage.Tx) error { return w.allow(tx, w.now.Add(-time.Hour), w.now.Add(48*time.Hour)) })
		if got := leaf(); got.Until == 0 {
			t.Errorf("after an end was set: got %+v", got)
		}
		change(func(tx *storage.Tx) error {
			return tx.Savepoint(ctx, func() error {
				return w.allow(tx, w.now.Add(-2*time.Hour), w.now.Add(-time.Hour))
			})
		})
		if got := leaf(); got.Lock != 0 {
			t.Errorf("after the right had ended: got %+v", got)
		}
		change(func(tx *storage.Tx) error { // what was taken back does not hide what follows it
			undone := errors.New("undone")
			if err := tx.Savepoint(ctx, func() error { return errors.Join(w.allow(tx, w.now, w.now.Add(time.Hour)), undone) }); !errors.Is(err, undone) {
				return err
			}
			return w.allow(tx, w.now.Add(-time.Hour), routine.Forever)
		})
		if got := leaf(); got.Lock != 7 || got.Until != 0 {
			t.Errorf("after the right was given back: got %+v", got)
		}
		w.now = w.now.Add(time.Hour)
		if got := leaf(); got == first || got.Lock != 7 {
			t.Errorf("in the next hour: got %+v", got)
		}
	})
}

// A database that was restored from a backup moves its versions past what keys and locks report, within reason.
func TestRestoredDatabase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		before, _ := w.grant(901)
		w.known = before.Blocks
		w.known.Number += 500
		after, out := w.grant(901)
		list, err := credential.ParseBlockList(out.Blocks)
		w.must(err)
		if after.Blocks.Number <= w.known.Number || list.Version.Number != after.Blocks.Number || after.Generation != before.Generation+1000 || len(list.Generations) != 0 {
			t.Errorf("a key knew list %d: got list %d, generation %d, refused %v", w.known.Number, after.Blocks.Number, after.Generation, list.Generations)
		}
		w.must(w.db.View(t.Context(), func(tx *storage.Tx) error { // what got a number after the backup keeps it to itself
			key, err := tx.MaxKeyDevice(t.Context())
			station, err2 := tx.MaxStationDevice(t.Context())
			lock, err3 := tx.MaxLockNumber(t.Context())
			staff, err4 := tx.MaxPseudonym(t.Context())
			if key != 1902 || station != 1003 || lock != 1007 || staff != 1501 {
				t.Errorf("highest numbers: got key %d, station %d, lock %d, staff %d", key, station, lock, staff)
			}
			return errors.Join(err, err2, err3, err4)
		}))
		w.known.Number = 1 << 60 // no list of ours has such a number
		if g, _ := w.grant(901); g.Blocks != after.Blocks || g.Generation != after.Generation {
			t.Errorf("an impossible number was believed: %+v", g)
		}
		w.known.Number = 0
		w.opened(w.lock, 1)
		w.bring(901, w.seal(w.lock, credential.LogBatch{Lock: 7, Identity: w.lock.id.PublicKey().Hash(), Epoch: 3, Prev: w.lock.heads[0], Records: w.lock.records,
			Last: 1, Blocks: credential.Version{Epoch: 1, Number: after.Blocks.Number + 300}}))
		g, out := w.grant(901)
		if g.Blocks.Number <= after.Blocks.Number+300 || out.Leaves[0].Epoch != 3 {
			t.Errorf("a lock knew a newer list and epoch: got list %d, leaf %+v", g.Blocks.Number, out.Leaves[0])
		}
	})
}

// That a lock has a list which we cannot have made, by a stolen key, says nothing of what it knows to be blocked.
func TestListsThatAreNotOurs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		g, _ := w.grant(901)
		ours := g.Blocks
		for i, c := range []struct{ says, want credential.Version }{
			{credential.Version{Epoch: ours.Epoch, Number: 1<<64 - 1}, credential.Version{}},
			{credential.Version{Epoch: ours.Epoch, Number: 1 << 60}, credential.Version{}},
			{credential.Version{Epoch: ours.Epoch + 1, Number: ours.Number}, credential.Version{}},
			{ours, ours},
		} {
			w.opened(w.lock, 1)
			w.bring(901, w.seal(w.lock, credential.LogBatch{Lock: 7, Identity: w.lock.id.PublicKey().Hash(), Epoch: 1, Prev: w.lock.heads[i],
				Records: w.lock.records[i:], Last: uint32(i + 1), Blocks: c.says}))
			w.must(w.db.View(t.Context(), func(tx *storage.Tx) error {
				heads, err := tx.LockHeads(t.Context(), []uint32{7})
				if got := heads[7]; got.Seq != uint32(i+1) || got.BlockList != c.want.Number {
					t.Errorf("a lock says that it has %+v: got list %d after record %d, want %d", c.says, got.BlockList, got.Seq, c.want.Number)
				}
				return err
			}))
		}
		if got, _ := w.grant(901); got.Blocks != ours {
			t.Errorf("our list: got %+v, want %+v as before", got.Blocks, ours)
		}
	})
}

// One key makes the database recover at most once a day, whatever lists it says it has seen: our numbers are not its to use up. Another
// key, and the same one a day later, are believed.
func TestRecoveryOncePerKey(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		claim := func(device uint32) credential.Grant {
			w.known = w.blocks()
			w.known.Number += 100
			g, _ := w.grant(device)
			return g
		}
		g, _ := w.grant(901)
		w.known = g.Blocks
		first := claim(901)
		for range 3 {
			w.now = w.now.Add(7 * time.Hour)
			if g := claim(901); g.Generation != first.Generation || g.Blocks != first.Blocks {
				t.Errorf("again: generation %d, list %d, want %d and %d", g.Generation, g.Blocks.Number, first.Generation, first.Blocks.Number)
			}
		}
		if g := claim(902); g.Generation != first.Generation+1000 {
			t.Errorf("another key: generation %d", g.Generation)
		}
		w.now = w.now.Add(4 * time.Hour)
		if g := claim(901); g.Generation != first.Generation+2000 {
			t.Errorf("a day later: generation %d", g.Generation)
		}
	})
}

// blocks is the version of the list that the server has.
func (w *world) blocks() credential.Version {
	w.t.Helper()
	var number uint64
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) (err error) {
		number, _, err = tx.BlockList(w.t.Context())
		return err
	}))
	return credential.Version{Epoch: w.known.Epoch, Number: number}
}

// A visit that the program fails on ends that visit, not the server: the transaction runs beside the request.
func TestPanicInVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.fault = panics
		v := w.request(901, credential.Mail{})
		if _, err := w.sync.Visit(t.Context(), w.station, v); err == nil {
			t.Error("got no error")
		}
		if _, err := w.sync.Visit(t.Context(), w.station, v); err != nil {
			t.Errorf("again: %v", err)
		}
	})
}

// A lock is told when a quarter of a batch is home; until then its next visitors carry the same few records again.
func TestFewRecordsAreNotAcknowledged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.profile = keysync.DefaultProfile()
		w.open()
		w.opened(w.lock, 8)
		if got := w.bring(901, w.batch(w.lock, 1, 7)); got != 0 {
			t.Errorf("acknowledged %d, want none of seven", got)
		}
		if got := w.bring(902, w.batch(w.lock, 1, 8)); got != 8 {
			t.Errorf("acknowledged %d, want 8", got)
		}
		w.want(8)
	})
}
