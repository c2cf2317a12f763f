package journaltest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
)

// Open returns an empty store.
type Open func(t testing.TB) txn.Runner[journal.Tx]

// Run runs the suite that every store must pass.
func Run(t *testing.T, open Open) {
	t.Run("read back", func(t *testing.T) { testReadBack(t, open) })
	t.Run("rolled back", func(t *testing.T) { testRolledBack(t, open) })
	t.Run("pages", func(t *testing.T) { testPages(t, open) })
	t.Run("tree", func(t *testing.T) { testTree(t, open) })
	t.Run("erase", func(t *testing.T) { testErase(t, open) })
	t.Run("faults", func(t *testing.T) { testFaults(t, open) })
	t.Run("two writers", func(t *testing.T) { testTwoWriters(t, open) })
	t.Run("extends", func(t *testing.T) { testExtends(t, open) })
}

// Keys is a log's key pair.
type Keys struct {
	Signer   note.Signer
	Verifier note.Verifier
	Trust    journal.Trust
	VKey     string
}

// NewKeys makes a key pair for a made-up log.
func NewKeys(t testing.TB) Keys {
	t.Helper()
	skey, vkey, err := journal.GenerateKey("strandby.example/hemnyckel")
	Must(t, err)
	signer, err := note.NewSigner(skey)
	Must(t, err)
	verifier, err := note.NewVerifier(vkey)
	Must(t, err)
	trust, err := journal.ParseTrust([]byte("# made up\n\n" + vkey + "\n"))
	Must(t, err)
	return Keys{signer, verifier, trust, vkey}
}

// NewLog returns a log with these keys.
func (k Keys) NewLog(t testing.TB, db txn.Runner[journal.Tx]) *journal.Log {
	t.Helper()
	log, err := journal.NewLog(db, k.Signer, k.Verifier)
	Must(t, err)
	return log
}

// Must ends the test if err is not nil.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Append writes entries in a transaction of their own.
func Append(t testing.TB, db txn.Runner[journal.Tx], entries ...journal.Entry) {
	t.Helper()
	Must(t, db.Update(t.Context(), func(tx journal.Tx) error { return journal.Append(t.Context(), tx, entries...) }))
}

// Openings returns n entries about one client and one lock, a minute apart.
func Openings(n int) []journal.Entry {
	all := make([]journal.Entry, n)
	for i := range all {
		all[i] = journal.Entry{
			Kind: journal.DoorOpened, At: Start.Add(time.Duration(i) * time.Minute), Quality: journal.Device,
			Subjects: []string{"client-1", "lock-" + strconv.Itoa(i%3)},
			Fields:   []journal.Field{{Name: journal.FieldActor, Value: "activation-" + strconv.Itoa(i)}, {Name: "sequence", Value: strconv.Itoa(i)}},
		}
	}
	return all
}

// List returns the newest records.
func List(t testing.TB, db txn.Runner[journal.Tx], kinds ...journal.Kind) (all []journal.Record) {
	t.Helper()
	Must(t, db.View(t.Context(), func(tx journal.Tx) (err error) {
		all, err = journal.List(t.Context(), tx, journal.Filter{Kinds: kinds}, journal.MaxPage, "")
		return err
	}))
	return all
}

// integrate expects size entries in the log and a clean check.
func integrate(t testing.TB, log *journal.Log, size int64) journal.State {
	t.Helper()
	got, err := log.Integrate(t.Context())
	if err != nil || got != size {
		t.Fatalf("Integrate = %d, %v, want %d", got, err, size)
	}
	state, err := log.Check(t.Context())
	if err != nil || state.Size != size || state.Pending != 0 {
		t.Fatalf("Check = %+v, %v, want size %d and nothing pending", state, err, size)
	}
	return state
}

func testReadBack(t *testing.T, open Open) {
	db, log := open(t), NewKeys(t)
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_901_234, time.FixedZone("CET", 3600))
	awkward := "å <&>\x00 \u2028 \"'; DROP TABLE journal_entries; --"
	Append(t, db, journal.Entry{
		Kind: journal.OrderReceived, At: at, Received: at.Add(time.Hour), Quality: journal.Unverified, Subjects: []string{"klient å", "order-1"},
		Fields: []journal.Field{{Name: journal.FieldActor, Value: awkward}, {Name: "empty"}},
	}, journal.Entry{Kind: journal.LoginMade})
	integrate(t, log.NewLog(t, db), 2)

	all := List(t, db)
	if len(all) != 2 || all[0].Kind != journal.LoginMade || all[0].Index != 1 || all[0].Quality != journal.Server || all[0].At.IsZero() {
		t.Fatalf("List = %+v", all)
	}
	got := all[1]
	if !got.At.Equal(at.Truncate(time.Microsecond)) || !got.Received.Equal(at.Add(time.Hour).Truncate(time.Microsecond)) || got.Quality != journal.Unverified {
		t.Errorf("times = %v %v %v", got.At, got.Received, got.Quality)
	}
	if want := []string{"klient å", "order-1"}; !slices.Equal(got.Subjects, want) {
		t.Errorf("Subjects = %q, want %q", got.Subjects, want)
	}
	if len(got.Fields) != 2 || got.Value(journal.FieldActor) != awkward {
		t.Errorf("Fields = %q", got.Fields)
	}
	Must(t, db.View(t.Context(), func(tx journal.Tx) error {
		byIndex, err := journal.ByIndex(t.Context(), tx, 0)
		if err != nil || byIndex.Index != got.Index || byIndex.Kind != got.Kind {
			t.Errorf("ByIndex(0) = %v, %v", byIndex, err)
		}
		for _, i := range []int64{-1, 2} {
			if _, err := journal.ByIndex(t.Context(), tx, i); !errors.Is(err, journal.ErrNoEntry) {
				t.Errorf("ByIndex(%d) = %v, want ErrNoEntry", i, err)
			}
		}
		return nil
	}))
}

// The caller's transaction decides: state and entry, or neither.
func testRolledBack(t *testing.T, open Open) {
	db := open(t)
	err := db.Update(t.Context(), func(tx journal.Tx) error {
		Must(t, journal.Append(t.Context(), tx, Openings(3)...))
		return ErrInjected
	})
	if !errors.Is(err, ErrInjected) {
		t.Fatalf("Update = %v", err)
	}
	if all := List(t, db); len(all) != 0 {
		t.Errorf("after rollback there are %d entries", len(all))
	}
}

func testPages(t *testing.T, open Open) {
	db := open(t)
	Append(t, db, Openings(50)...)
	late := Openings(1)[0]
	late.At = Start.Add(10*time.Minute + time.Second) // came home after the others
	Append(t, db, late, journal.Entry{Kind: journal.LoginMade})

	// What is just appended is on the timeline at once, and stays there when it is integrated.
	log := NewKeys(t).NewLog(t, db)
	for round, want := range []int{51, 51, 61, 61} {
		timeline := walk(t, db, func(tx journal.Tx, c journal.Cursor) ([]journal.Record, error) {
			return journal.Timeline(t.Context(), tx, "client-1", 7, c)
		})
		ordered := slices.IsSortedFunc(timeline, func(a, b journal.Record) int { return b.At.Compare(a.At) })
		if len(timeline) != want || !ordered || round < 2 && !timeline[39].At.Equal(late.At) {
			t.Errorf("round %d: timeline has %d records, ordered %v, want %d", round, len(timeline), ordered, want)
		}
		if round == 1 {
			Append(t, db, Openings(10)...)
		} else {
			_, err := log.Integrate(t.Context())
			Must(t, err)
		}
	}
	Append(t, db, append(Openings(2), journal.Entry{Kind: journal.LoginMade})...) // pending, unlike the others
	for kinds, want := range map[*[]journal.Kind]int{
		{}: 65, {journal.DoorOpened}: 63, {journal.LoginMade}: 2, {journal.LoginMade, journal.DoorOpened}: 65, {journal.KeyIssued}: 0,
	} {
		got := walk(t, db, func(tx journal.Tx, c journal.Cursor) ([]journal.Record, error) {
			return journal.List(t.Context(), tx, journal.Filter{Kinds: *kinds}, 8, c)
		})
		newest := slices.IsSortedFunc(got, func(a, b journal.Record) int { return cmp.Compare(b.Index, a.Index) })
		if len(got) != want || !newest {
			t.Errorf("list of %v has %d records, newest first %v, want %d", *kinds, len(got), newest, want)
		}
		Must(t, db.View(t.Context(), func(tx journal.Tx) error {
			n, err := journal.Count(t.Context(), tx, journal.Filter{Kinds: *kinds})
			if n != int64(want) {
				t.Errorf("Count(%v) = %d, want %d", *kinds, n, want)
			}
			return err
		}))
	}
	Must(t, db.View(t.Context(), func(tx journal.Tx) error {
		for _, c := range []journal.Cursor{"x", "1", "1.", ".1", "1.x", "1.-2", "1.2.3.4"} {
			if _, err := journal.List(t.Context(), tx, journal.Filter{}, 8, c); !errors.Is(err, journal.ErrCursor) {
				t.Errorf("List before %q = %v, want ErrCursor", c, err)
			}
		}
		return nil
	}))
}

// walk reads page after page; no record may come twice.
func walk(t *testing.T, db txn.Runner[journal.Tx], page func(journal.Tx, journal.Cursor) ([]journal.Record, error)) (all []journal.Record) {
	t.Helper()
	seen, cursor := map[int64]bool{}, journal.Cursor("")
	for {
		var some []journal.Record
		Must(t, db.View(t.Context(), func(tx journal.Tx) (err error) {
			some, err = page(tx, cursor)
			return err
		}))
		if len(some) == 0 {
			return all
		}
		for _, r := range some {
			if seen[r.Index] {
				t.Fatalf("record %d came twice", r.Index)
			}
			seen[r.Index] = true
		}
		all, cursor = append(all, some...), some[len(some)-1].Cursor()
	}
}

// testTree compares tiles and root with those that golang.org/x/mod/sumdb/tlog computes in its own way, at sizes around
// full tiles and full batches.
func testTree(t *testing.T, open Open) {
	db, keys := open(t), NewKeys(t)
	log := keys.NewLog(t, db)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			hashes[i] = stored[x]
		}
		return hashes, nil
	})
	size := int64(0)
	for _, n := range []int{1, 1, 253, 1, 1, 254, 1, 512, 700} {
		Append(t, db, Openings(n)...)
		state := integrate(t, log, size+int64(n))
		for _, r := range rowsFrom(t, db, size) {
			leaf, err := r.Leaf()
			Must(t, err)
			more, err := tlog.StoredHashesForRecordHash(size, leaf, reader)
			Must(t, err)
			stored, size = append(stored, more...), size+1
		}
		want, err := tlog.TreeHash(size, reader)
		Must(t, err)
		if state.Root != want {
			t.Fatalf("root at %d = %v, want %v", size, state.Root, want)
		}
		for _, tile := range tlog.NewTiles(8, 0, size) {
			want, err := tlog.ReadTileData(tile, reader)
			Must(t, err)
			Must(t, db.View(t.Context(), func(tx journal.Tx) error {
				got, err := tx.JournalTiles(t.Context(), []journal.TileID{{Level: tile.L, N: tile.N}})
				if err == nil && !slices.Equal(got[0], want) {
					t.Errorf("%s differs at size %d", tile.Path(), size)
				}
				return err
			}))
		}
	}
	file, err := log.Prove(t.Context(), journal.Whole(0, 255, 256, 511, size-1), nil)
	Must(t, err)
	report, err := journal.Verify(keys.Trust, file)
	if err != nil || report.Size != size || len(report.Entries) != 5 || report.Origin != "strandby.example/hemnyckel" {
		t.Errorf("Verify = %+v, %v", report, err)
	}
}

func rowsFrom(t testing.TB, db txn.Runner[journal.Tx], from int64) (rows []journal.Row) {
	Must(t, db.View(t.Context(), func(tx journal.Tx) (err error) {
		rows, err = tx.JournalRange(t.Context(), from, 10_000)
		return err
	}))
	return rows
}

func testErase(t *testing.T, open Open) {
	db, keys := open(t), NewKeys(t)
	log := keys.NewLog(t, db)
	Append(t, db, Openings(10)...)
	integrate(t, log, 10)
	before, err := log.Prove(t.Context(), journal.Whole(3, 4), nil)
	Must(t, err)
	places := []int64{8, 3, 8, 99}
	for _, want := range []int{2, 0} { // the second time there is nothing to erase
		Must(t, db.Update(t.Context(), func(tx journal.Tx) error {
			n, err := journal.Erase(t.Context(), tx, journal.Whole(places...), journal.Field{Name: journal.FieldGround, Value: "gallringsregel"})
			if n != want {
				t.Errorf("Erase = %d, want %d", n, want)
			}
			return err
		}))
	}
	state := integrate(t, log, 11)
	if state.Erased != 2 {
		t.Errorf("Erased = %d, want 2", state.Erased)
	}
	erasure := List(t, db, journal.EntriesErased)
	if len(erasure) != 1 || erasure[0].Value("count") != "2" || erasure[0].Value("entries") != "3 8" || erasure[0].Value(journal.FieldGround) != "gallringsregel" {
		t.Errorf("erasure is recorded as %+v", erasure)
	}
	gone := List(t, db, journal.DoorOpened)[6] // the newest of 10 is 9
	if gone.Index != 3 || !gone.Erased || !gone.At.IsZero() || !gone.Received.IsZero() || len(gone.Subjects)+len(gone.Fields) > 0 {
		t.Errorf("an erased entry is %+v", gone)
	}
	if stored := rowsFrom(t, db, 3)[0].Body; len(stored) != 1+7*tlog.HashSize+32 {
		t.Errorf("more is stored of an erased entry than 7 commitments and a seal: %q", stored)
	}
	timeline := walk(t, db, func(tx journal.Tx, c journal.Cursor) ([]journal.Record, error) {
		return journal.Timeline(t.Context(), tx, "client-1", 100, c)
	})
	if len(timeline) != 8 {
		t.Errorf("timeline has %d records after erasure, want 8", len(timeline))
	}
	if _, err := journal.Verify(keys.Trust, before); err != nil {
		t.Errorf("an extract from before the erasure no longer verifies: %v", err)
	}
	after, err := log.Prove(t.Context(), journal.Whole(3, 4), nil)
	Must(t, err)
	report, err := journal.Verify(keys.Trust, after)
	if err != nil || report.Entries[0].Kind != journal.DoorOpened || len(report.Entries[0].Fields) != 0 || len(report.Entries[1].Fields) != 7 {
		t.Errorf("Verify = %+v, %v: want an erased entry that exists and its whole neighbour", report, err)
	}
}

func testTwoWriters(t *testing.T, open Open) {
	db, keys := open(t), NewKeys(t)
	shared := keys.NewLog(t, db)
	errs := make(chan error)
	work := func(log *journal.Log) {
		for i := range 5 {
			err := db.Update(t.Context(), func(tx journal.Tx) error { return journal.Append(t.Context(), tx, Openings(20)...) })
			if err == nil {
				_, err = log.Integrate(t.Context())
			}
			if err != nil {
				errs <- fmt.Errorf("round %d: %w", i, err)
				return
			}
		}
		errs <- nil
	}
	for _, log := range []*journal.Log{shared, shared, keys.NewLog(t, db)} {
		go work(log)
	}
	for range 3 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	integrate(t, shared, 300)
}

func testExtends(t *testing.T, open Open) {
	db, keys := open(t), NewKeys(t)
	log := keys.NewLog(t, db)
	if _, err := log.Checkpoint(t.Context()); !errors.Is(err, journal.ErrEmpty) {
		t.Errorf("Checkpoint of an empty log = %v, want ErrEmpty", err)
	}
	var kept []string
	for i := range 4 {
		Append(t, db, Openings(100)...)
		integrate(t, log, int64(100*(i+1)))
		c, err := log.Checkpoint(t.Context())
		Must(t, err)
		kept = append(kept, c)
	}
	for i, c := range kept {
		if err := log.Extends(t.Context(), c); err != nil {
			t.Errorf("checkpoint %d is not part of the log: %v", i, err)
		}
	}
	other := keys.NewLog(t, open(t)) // the same key on other entries: a fork
	if err := other.Extends(t.Context(), kept[0]); !errors.Is(err, journal.ErrForked) {
		t.Errorf("an empty log contains a checkpoint: %v", err)
	}
	if err := NewKeys(t).NewLog(t, open(t)).Extends(t.Context(), kept[0]); !errors.Is(err, journal.ErrUnknownKey) || problem.KindOf(err) != problem.Invalid {
		t.Errorf("a foreign checkpoint = %v, want ErrUnknownKey", err)
	}
}
