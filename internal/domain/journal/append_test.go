package journal_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
)

func TestAppendRefuses(t *testing.T) {
	many := func(n int) (names []string, fields []journal.Field) {
		for i := range n {
			names, fields = append(names, "s"+strconv.Itoa(i)), append(fields, journal.Field{Name: "f" + strconv.Itoa(i)})
		}
		return names, fields
	}
	subjects, fields := many(70)
	field := func(name, value string) journal.Entry {
		return journal.Entry{Kind: journal.DoorOpened, Fields: []journal.Field{{Name: name, Value: value}}}
	}
	for name, e := range map[string]journal.Entry{
		"no kind":            {},
		"unknown kind":       {Kind: "door.painted"},
		"too many subjects":  {Kind: journal.DoorOpened, Subjects: subjects[:journal.MaxSubjects+1]},
		"too many fields":    {Kind: journal.DoorOpened, Fields: fields[:journal.MaxFields-2]},
		"empty subject":      {Kind: journal.DoorOpened, Subjects: []string{""}},
		"same subject twice": {Kind: journal.DoorOpened, Subjects: []string{"a", "a"}},
		"NUL in subject":     {Kind: journal.DoorOpened, Subjects: []string{"a\x00"}},
		"long subject":       {Kind: journal.DoorOpened, Subjects: []string{strings.Repeat("a", journal.MaxNameBytes+1)}},
		"before 1971":        {Kind: journal.DoorOpened, At: time.Unix(0, 0)},
		"after 9999":         {Kind: journal.DoorOpened, Received: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"no name":            field("", "x"),
		"name with blank":    field("a b", "x"),
		"reserved name":      field(journal.FieldAt, "x"),
		"reserved prefix":    field("subject.9", "x"),
		"long name":          field(strings.Repeat("a", journal.MaxNameBytes+1), "x"),
		"long value":         field("a", strings.Repeat("x", journal.MaxValueBytes+1)),
		"not UTF-8":          field("a", "\xff"),
		"same field twice":   {Kind: journal.DoorOpened, Fields: []journal.Field{{Name: "a"}, {Name: "a"}}},
	} {
		db := journaltest.NewMemory(t)
		err := db.Update(t.Context(), func(tx journal.Tx) error {
			if err := journal.Append(t.Context(), tx, journaltest.Openings(1)[0], e); !errors.Is(err, journal.ErrEntry) {
				t.Errorf("%s: %v, want ErrEntry", name, err)
			}
			return nil
		})
		journaltest.Must(t, err)
		if n := len(journaltest.List(t, db)); n != 0 {
			t.Errorf("%s: %d entries were written", name, n)
		}
	}
}

// The same facts twice give leaves that have nothing in common: nobody can guess a value and look for it in the tree.
func TestCommitmentsHide(t *testing.T) {
	db := journaltest.NewMemory(t)
	journaltest.Append(t, db, journaltest.Openings(1)[0], journaltest.Openings(1)[0])
	all := journaltest.List(t, db)
	if len(all) != 2 || !slices.Equal(all[0].Fields, all[1].Fields) {
		t.Fatalf("List = %+v", all)
	}
	journaltest.Must(t, db.View(t.Context(), func(tx journal.Tx) error {
		rows, err := tx.JournalByIndex(t.Context(), []int64{0, 1})
		journaltest.Must(t, err)
		a, err := rows[0].Leaf()
		journaltest.Must(t, err)
		if b, err := rows[1].Leaf(); err != nil || a == b {
			t.Errorf("equal entries have equal leaves, %v", err)
		}
		return nil
	}))
}

func TestKinds(t *testing.T) {
	seen := map[journal.Kind]bool{}
	for _, k := range journal.Kinds() {
		if seen[k.Kind] || k.Name.SV == "" || k.Name.EN == "" || k.KeepDays < 0 || !strings.Contains(string(k.Kind), ".") || len(k.Kind) > journal.MaxNameBytes {
			t.Errorf("%+v is doubled or incomplete", k)
		}
		seen[k.Kind] = true
	}
	if got, ok := journal.Describe(journal.DoorOpened); !ok || got.KeepDays != 90 {
		t.Errorf("Describe(DoorOpened) = %+v, %v", got, ok)
	}
}

func TestKeys(t *testing.T) {
	for _, origin := range []string{"", "a b", "a+b", "a\nb", strings.Repeat("a", 101)} {
		if _, _, err := journal.GenerateKey(origin); !errors.Is(err, journal.ErrOrigin) {
			t.Errorf("GenerateKey(%q) = %v, want ErrOrigin", origin, err)
		}
	}
	a, b := journaltest.NewKeys(t), journaltest.NewKeys(t)
	if _, err := journal.NewLog(journaltest.NewMemory(t), a.Signer, b.Verifier); err == nil {
		t.Error("a log with a foreign verifier was made")
	}
}
