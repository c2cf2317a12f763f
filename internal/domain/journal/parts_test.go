package journal_test

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
)

// run is an entry of n openings of a lock by two keys, every seven hours from journaltest.Start on.
func run(n int) journal.Entry {
	e := journal.Entry{Kind: journal.LockRecords, Quality: journal.Device, Subjects: []string{"lock-1"}, Fields: []journal.Field{{Name: "lock", Value: "DL-1"}}}
	for i := range n {
		e.Parts = append(e.Parts, journal.Part{Kind: journal.DoorOpened, At: journaltest.Start.Add(time.Duration(i) * 7 * time.Hour),
			Subjects: []string{"key-" + strconv.Itoa(i%2)},
			Fields:   []journal.Field{{Name: journal.FieldActor, Value: "activation:" + strconv.Itoa(i)}, {Name: "key", Value: "N" + strconv.Itoa(i%2)}}})
	}
	if n > 2 {
		e.Parts[2].Kind, e.Parts[2].Quality = journal.DoorRefused, journal.Unverified
	}
	return e
}

// told is a log of two runs with something else between them.
func told(t testing.TB, n int) (*journaltest.Memory, *journal.Log, journaltest.Keys) {
	t.Helper()
	db, keys := journaltest.NewMemory(t).(*journaltest.Memory), journaltest.NewKeys(t)
	log := keys.NewLog(t, db)
	journaltest.Append(t, db, run(n), journal.Entry{Kind: journal.LockRemoved, At: journaltest.Start.Add(20 * time.Hour), Subjects: []string{"lock-1"}}, run(n))
	return db, log, keys
}

func check(t testing.TB, log *journal.Log) {
	t.Helper()
	_, err := log.Integrate(t.Context())
	journaltest.Must(t, err)
	if _, err := log.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func timeline(t testing.TB, db *journaltest.Memory, subject string, size int) (all []journal.Record) {
	t.Helper()
	journaltest.Must(t, db.View(t.Context(), func(tx journal.Tx) error {
		for before := journal.Cursor(""); ; {
			page, err := journal.Timeline(t.Context(), tx, subject, size, before)
			if err != nil || len(page) == 0 {
				return err
			}
			all, before = append(all, page...), page[len(page)-1].Cursor()
		}
	}))
	return all
}

// A part is found by its own time on the timelines of its subjects and of its entry's, whatever the size of the pages, before
// it is signed and afterwards.
func TestPartsOnTimelines(t *testing.T) {
	const n = 40
	db, log, _ := told(t, n)
	for _, when := range []string{"pending", "signed"} {
		for _, size := range []int{1, 3, 16, 500} {
			lock, key := timeline(t, db, "lock-1", size), timeline(t, db, "key-1", size)
			if len(lock) != 2*n+1 || len(key) != n {
				t.Fatalf("%s, pages of %d: got %d and %d records, want %d and %d", when, size, len(lock), len(key), 2*n+1, n)
			}
			for _, all := range [][]journal.Record{lock, key} {
				newer := func(a, b journal.Record) int { return b.At.Compare(a.At) }
				if !slices.IsSortedFunc(all, newer) {
					t.Errorf("%s, pages of %d: not the newest first", when, size)
				}
			}
			if r := key[0]; r.Part != n || r.Value("lock") != "DL-1" || r.Value("key") != "N1" || !slices.Equal(r.Subjects, []string{"lock-1", "key-1"}) || r.Quality != journal.Device {
				t.Errorf("%s: got %+v, want the last part with what its entry says", when, r)
			}
		}
		check(t, log)
	}
}

// A list goes on in the midst of an entry, by kind or all.
func TestPartsInLists(t *testing.T) {
	db, log, _ := told(t, 5)
	for _, when := range []string{"pending", "signed"} {
		for want, kinds := range map[int][]journal.Kind{11: nil, 8: {journal.DoorOpened}, 2: {journal.DoorRefused}, 3: {journal.LockRecords, journal.LockRemoved}} {
			var all []journal.Record
			journaltest.Must(t, db.View(t.Context(), func(tx journal.Tx) error {
				for before := journal.Cursor(""); ; {
					page, err := journal.List(t.Context(), tx, journal.Filter{Kinds: kinds}, 2, before)
					if err != nil || len(page) == 0 {
						return err
					}
					all, before = append(all, page...), page[len(page)-1].Cursor()
				}
			}))
			if len(all) != want {
				t.Errorf("%s, %v: got %d records, want %d: %+v", when, kinds, len(all), want, all)
			}
		}
		check(t, log)
	}
}

// One event of an entry is proved without a word of the others, and whoever changes it, exchanges it or says that it was another
// one is found out.
func TestAPartIsProvedAlone(t *testing.T) {
	_, log, keys := told(t, 32)
	check(t, log)
	file, err := log.Prove(t.Context(), []journal.Place{{Index: 2, Part: 3}}, func(_ journal.Kind, f journal.Field) bool { return f.Name != "key" })
	journaltest.Must(t, err)
	report, err := journal.Verify(keys.Trust, file)
	journaltest.Must(t, err)
	if len(report.Entries) != 2 || report.Entries[0].Parts != 32 {
		t.Fatalf("got %+v, want an entry of 32 parts and one of them", report.Entries)
	}
	p := report.Entries[1]
	if p.Place().String() != "2.3" || p.Kind != journal.DoorRefused || p.Hidden != 1 || !slices.Contains(p.Fields, journal.Field{Name: journal.FieldActor, Value: "activation:2"}) {
		t.Errorf("got %+v, want the third part, its actor and one hidden field", p)
	}
	for _, hidden := range []string{"N0", "N1", "key-1", "activation:1", "activation:3"} {
		if bytes.Contains(file, []byte(`"`+hidden+`"`)) {
			t.Errorf("%q is in the file", hidden)
		}
	}
	if len(file) > 6000 {
		t.Errorf("the file has %d bytes", len(file))
	}
	for from, to := range map[string]string{`"part": 3`: `"part": 4`, `"count": 32`: `"count": 31`, "activation:2": "activation:3", "door.refused": "door.opened", "lock.records": "lock.removed"} {
		bad := strings.Replace(string(file), from, to, 1)
		if _, err := journal.Verify(keys.Trust, []byte(bad)); err == nil || bad == string(file) {
			t.Errorf("%s for %s: got no error", to, from)
		}
	}
	for i := range len(file) - 1 {
		bad := slices.Clone(file)
		bad[i] ^= 1
		if _, err := journal.Verify(keys.Trust, bad); err == nil {
			t.Fatalf("byte %d changed: got no error", i)
		}
	}
	for _, place := range []journal.Place{{Index: 2, Part: 33}, {Index: 1, Part: 1}} {
		if _, err := log.Prove(t.Context(), []journal.Place{place}, nil); !errors.Is(err, journal.ErrNoEntry) {
			t.Errorf("proof of %v: got %v, want journal-no-entry", place, err)
		}
	}
}

// Whatever parts and fields of parts are erased, in whatever steps, the log stays whole, proofs from before and after verify, and
// nothing of what was erased is left.
func TestErasingParts(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(rt, "parts")
		db, log, keys := told(t, n)
		check(t, log)
		before, err := log.Prove(t.Context(), journal.Whole(0, 1, 2), nil)
		journaltest.Must(t, err)
		gone := map[journal.Place]bool{}
		for range rapid.IntRange(1, 3).Draw(rt, "steps") {
			var places []journal.Place
			for range rapid.IntRange(1, 6).Draw(rt, "places") {
				p := journal.Place{Part: rapid.IntRange(0, n+1).Draw(rt, "part")}
				if p.Part > 0 {
					p.Field = rapid.SampledFrom([]string{"", journal.FieldActor, journal.FieldAt, "none"}).Draw(rt, "field")
				}
				places, gone[p] = append(places, p), true
			}
			journaltest.Must(t, db.Update(t.Context(), func(tx journal.Tx) error {
				_, err := journal.Erase(t.Context(), tx, places)
				return err
			}))
			check(t, log)
		}
		after, err := log.Prove(t.Context(), journal.Whole(0, 1, 2), nil)
		journaltest.Must(t, err)
		for _, file := range [][]byte{before, after} {
			if _, err := journal.Verify(keys.Trust, file); err != nil {
				rt.Fatal(err)
			}
		}
		var events []journal.Record
		journaltest.Must(t, db.View(t.Context(), func(tx journal.Tx) (err error) {
			events, err = journal.PartsOf(t.Context(), tx, 0)
			return err
		}))
		whole := gone[journal.Place{}]
		for i := 1; i <= n; i++ {
			at := slices.IndexFunc(events, func(r journal.Record) bool { return r.Part == i })
			if want := !whole && !gone[journal.Place{Part: i}]; (at >= 0) != want {
				rt.Fatalf("part %d is there: %v, want %v", i, at >= 0, want)
			}
			if at < 0 {
				continue
			}
			if want := !gone[journal.Place{Part: i, Field: journal.FieldActor}]; (events[at].Value(journal.FieldActor) != "") != want {
				rt.Errorf("actor of part %d: got %q, want it there: %v", i, events[at].Value(journal.FieldActor), want)
			}
		}
	})
}

// The salts of an entry with parts follow from its seed, so the seed goes with the first thing that is erased.
func TestErasingAPartTakesTheSeed(t *testing.T) {
	db, log, _ := told(t, 3)
	check(t, log)
	var seed []byte
	db.Tamper(func(r rowMap, _ tileMap, _ *journal.Head) { seed = slices.Clone(r[0].Body[1:33]) })
	journaltest.Must(t, db.Update(t.Context(), func(tx journal.Tx) error {
		_, err := journal.Erase(t.Context(), tx, []journal.Place{{Part: 2, Field: journal.FieldActor}})
		return err
	}))
	db.Tamper(func(r rowMap, _ tileMap, _ *journal.Head) {
		if bytes.Contains(r[0].Body, seed) || bytes.Contains(r[0].Body, []byte("activation:1")) {
			t.Error("the seed or what was erased is still stored")
		}
	})
}

// An entry with parts that is changed behind the journal's back is found, and one that is malformed is never written.
func TestPartsAreGuarded(t *testing.T) {
	db, log, _ := told(t, 4)
	check(t, log)
	db.Tamper(func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 2, replace("activation:3", "activation:4")) })
	if _, err := log.Check(t.Context()); !errors.Is(err, journal.ErrDamaged) {
		t.Errorf("a changed part: got %v, want ErrDamaged", err)
	}
	for name, bad := range map[string]func(*journal.Entry){
		"too many":         func(e *journal.Entry) { e.Parts = run(journal.MaxParts + 1).Parts },
		"unknown kind":     func(e *journal.Entry) { e.Parts[1].Kind = "x" },
		"no time":          func(e *journal.Entry) { e.Parts[1].At = time.Unix(1, 0) },
		"reserved field":   func(e *journal.Entry) { e.Parts[1].Fields[0].Name = journal.FieldAt },
		"a field twice":    func(e *journal.Entry) { e.Parts[1].Fields[1] = e.Parts[1].Fields[0] },
		"an empty subject": func(e *journal.Entry) { e.Parts[1].Subjects = []string{""} },
	} {
		e := run(3)
		bad(&e)
		err := db.Update(t.Context(), func(tx journal.Tx) error { return journal.Append(t.Context(), tx, e) })
		if !errors.Is(err, journal.ErrEntry) {
			t.Errorf("%s: got %v, want journal-entry", name, err)
		}
	}
}

func TestParsePlace(t *testing.T) {
	for _, s := range []string{"0", "7", "7.2"} {
		if p, err := journal.ParsePlace(s); err != nil || p.String() != s {
			t.Errorf("%q: got %v, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "-1", "7.", "7.0", "7.-1", "07", "7.2.actor", "x", "99999999999999999999"} {
		if p, err := journal.ParsePlace(s); err == nil {
			t.Errorf("%q: got %v, want an error", s, p)
		}
	}
}
