package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
)

// stored returns the content of a stored body, without its seal.
func stored(t testing.TB, e journal.Entry) []byte {
	t.Helper()
	var content []byte
	db := journaltest.NewMemory(t)
	journaltest.Append(t, db, e)
	journaltest.Must(t, db.View(t.Context(), func(tx journal.Tx) error {
		rows, err := tx.JournalRange(t.Context(), 0, 1)
		content = journal.Unsealed(rows[0].Body)
		return err
	}))
	return content
}

// A body is read at its own index, under its own kind, whole and unchanged, or not at all.
func TestBodyIsSealed(t *testing.T) {
	content := stored(t, journaltest.Openings(1)[0])
	good := journal.Row{Index: 7, Kind: journal.DoorOpened, Body: journal.Seal(7, journal.DoorOpened, bytes.Clone(content))}
	if _, err := good.Leaf(); err != nil {
		t.Fatal(err)
	}
	bad := map[string]journal.Row{
		"index": {Index: 8, Kind: good.Kind, Body: good.Body}, "negative index": {Index: -7, Kind: good.Kind, Body: good.Body},
		"kind": {Index: 7, Kind: journal.DoorRefused, Body: good.Body}, "longer": {Index: 7, Kind: good.Kind, Body: append(bytes.Clone(good.Body), 0)},
		"empty": {Index: 7, Kind: good.Kind},
	}
	for i := range good.Body {
		bad[fmt.Sprint("flipped ", i)] = journal.Row{Index: 7, Kind: good.Kind, Body: flip(good.Body, i)}
		bad[fmt.Sprint("cut ", i)] = journal.Row{Index: 7, Kind: good.Kind, Body: good.Body[:i]}
	}
	for name, row := range bad {
		if _, err := row.Leaf(); !errors.Is(err, journal.ErrDamaged) {
			t.Errorf("%s: %v, want ErrDamaged", name, err)
		}
	}
}

// What is well sealed may still be anything.
func FuzzBody(f *testing.F) {
	f.Add(stored(f, journaltest.Openings(1)[0]))
	f.Add(stored(f, journal.Entry{Kind: journal.LoginMade}))
	f.Add(stored(f, run(3)))
	f.Add([]byte{4, 1, 0})
	f.Add([]byte{5, 0, 1})
	f.Add([]byte{1})
	f.Add(append([]byte{2}, make([]byte, 64)...))
	f.Add([]byte("\x010123456789abcdef\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, content []byte) {
		row := journal.Row{Index: 1, Kind: journal.DoorOpened, Body: journal.Seal(1, journal.DoorOpened, bytes.Clone(content))}
		if _, err := row.Leaf(); err != nil && !errors.Is(err, journal.ErrDamaged) {
			t.Error(err)
		}
	})
}

func FuzzParsePlace(f *testing.F) {
	for _, s := range []string{"0", "7.2", "-1", "7.0", "7.2.actor", "99999999999999999999", "+7", "7."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := journal.ParsePlace(s)
		if err == nil && (p.String() != s || p.Index < 0 || p.Part < 0 || p.Field != "") {
			t.Errorf("%q: got %+v", s, p)
		}
		if err != nil && !errors.Is(err, journal.ErrNoEntry) {
			t.Errorf("%q: got %v", s, err)
		}
	})
}
