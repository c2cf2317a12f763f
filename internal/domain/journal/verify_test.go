package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
)

func onlyTimes(_ journal.Kind, f journal.Field) bool {
	return f.Name == journal.FieldAt || f.Name == "sequence"
}

func extract(t testing.TB) (file []byte, keys journaltest.Keys) {
	t.Helper()
	_, log, keys := grown(t, 20)
	file, err := log.Prove(t.Context(), journal.Whole(11, 3, 3), onlyTimes)
	journaltest.Must(t, err)
	return file, keys
}

func TestVerify(t *testing.T) {
	file, keys := extract(t)
	for name, file := range map[string][]byte{"as written": file, "with blanks around": append([]byte("\r\n "), append(file, "\n\n"...)...)} {
		r, err := journal.Verify(keys.Trust, file)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Size != 20 || r.Origin != "strandby.example/hemnyckel" || !slices.Equal(r.SignedBy, []string{r.Origin}) || len(r.Entries) != 2 {
			t.Errorf("report = %+v", r)
		}
		e := r.Entries[0]
		want := []journal.Field{{Name: "at", Value: "2026-03-02T07:03:00.000000Z"}, {Name: "sequence", Value: "3"}}
		if e.Index != 3 || e.Kind != journal.DoorOpened || e.Hidden != 5 || !slices.Equal(e.Fields, want) {
			t.Errorf("entry = %+v, want fields %v and 5 hidden", e, want)
		}
	}
	if bytes.Contains(file, []byte("activation-3")) || bytes.Contains(file, []byte("client-1")) {
		t.Error("a hidden value is in the file")
	}
}

// A single changed byte, anywhere, is always noticed, and always with a problem that has a sentence.
func TestVerifyEveryByte(t *testing.T) {
	file, keys := extract(t)
	for i := range len(file) - 1 { // the last is a line feed, which does not count
		for _, mask := range []byte{1, 0x20} {
			bad := slices.Clone(file)
			bad[i] ^= mask
			_, err := journal.Verify(keys.Trust, bad)
			if p, ok := errors.AsType[*problem.Error](err); !ok || p.Text.SV == "" || strings.Contains(p.Error(), "%!") {
				t.Fatalf("byte %d (%q to %q): %v", i, file[i], bad[i], err)
			}
		}
	}
}

// Each change has its own reason.
func TestVerifyReasons(t *testing.T) {
	file, keys := extract(t)
	other := journaltest.NewKeys(t)
	text := string(file)
	sub := func(old, new string) []byte {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("the extract has no %q", old)
		}
		return []byte(strings.Replace(text, old, new, 1))
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"empty":                {nil, journal.ErrFileSyntax},
		"not JSON":             {[]byte("hej"), journal.ErrFileSyntax},
		"cut":                  {file[:len(file)/2], journal.ErrFileSyntax},
		"two extracts":         {append(slices.Clone(file), file...), journal.ErrFileSyntax},
		"unknown member":       {sub(`"format"`, `"x":1,"format"`), journal.ErrFileSyntax},
		"too large":            {make([]byte, journal.MaxExtractBytes+1), journal.ErrFileSize},
		"other format":         {sub("extract/v1", "extract/v2"), journal.ErrFileFormat},
		"doubled member":       {sub(`"format"`, `"format":"hemnyckel-extract/v1","format"`), journal.ErrFileSpelling},
		"other case":           {sub(`"index"`, `"Index"`), journal.ErrFileSpelling},
		"null":                 {edit(t, text, func(e map[string]any) { e["fields"] = nil }), journal.ErrFileSpelling},
		"size of checkpoint":   {sub(`\n20\n`, `\n21\n`), journal.ErrSignature},
		"origin":               {sub(`strandby.example/hemnyckel\n20`, `strandbx.example/hemnyckel\n20`), journal.ErrSignature},
		"no signature":         {sub(`— strandby`, `— strandbx`), journal.ErrUnknownKey},
		"checkpoint no note":   {sub(`\n\n—`, `\n—`), journal.ErrCheckpoint},
		"no entries":           {mustJSON(t, text, func(x map[string]any) { x["entries"] = []any{} }), journal.ErrOrder},
		"order":                {mustJSON(t, text, func(x map[string]any) { slices.Reverse(x["entries"].([]any)) }), journal.ErrOrder},
		"beyond":               {sub(`"index": 11`, `"index": 20`), journal.ErrBeyond},
		"negative index":       {sub(`"index": 3`, `"index": -3`), journal.ErrOrder},
		"another place":        {sub(`"index": 11`, `"index": 10`), journal.ErrProof},
		"kind":                 {sub(`door.opened`, `door.opener`), journal.ErrProof},
		"kind malformed":       {sub(`door.opened`, `Door opened`), journal.ErrLeaf},
		"value":                {sub(`T07:03`, `T07:04`), journal.ErrField},
		"field name":           {sub(`"name": "at"`, `"name": "received"`), journal.ErrField},
		"salt":                 {edit(t, text, func(e map[string]any) { field(e)["salt"] = "AAAAAAAAAAAAAAAAAAAAAA==" }), journal.ErrField},
		"salt too long":        {edit(t, text, func(e map[string]any) { field(e)["salt"] = "AAAAAAAAAAAAAAAAAAAAAAAA" }), journal.ErrField},
		"field twice":          {edit(t, text, func(e map[string]any) { e["fields"] = []any{field(e), maps.Clone(field(e))} }), journal.ErrLeaf},
		"commitment left out":  {edit(t, text, func(e map[string]any) { e["fields"], e["commitments"] = []any{}, e["commitments"].([]any)[1:] }), journal.ErrProof},
		"commitments unsorted": {edit(t, text, func(e map[string]any) { slices.Reverse(e["commitments"].([]any)) }), journal.ErrLeaf},
		"proof cut":            {edit(t, text, func(e map[string]any) { e["proof"] = e["proof"].([]any)[1:] }), journal.ErrProof},
		"proof swapped":        {edit(t, text, func(e map[string]any) { slices.Reverse(e["proof"].([]any)) }), journal.ErrProof},
	} {
		if _, err := journal.Verify(keys.Trust, c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := journal.Verify(other.Trust, file); !errors.Is(err, journal.ErrUnknownKey) {
		t.Errorf("other key: %v, want ErrUnknownKey", err)
	}
	if _, err := journal.Verify(journal.Trust{}, file); !errors.Is(err, journal.ErrUnknownKey) {
		t.Errorf("no key: %v, want ErrUnknownKey", err)
	}
}

// The shapes of the file in the file's own order, so that what is edited is spelt again as it was.
type (
	fileShape struct {
		Format     any   `json:"format"`
		Checkpoint any   `json:"checkpoint"`
		Entries    []any `json:"entries"`
	}
	entryShape struct {
		Index       any `json:"index"`
		Kind        any `json:"kind"`
		Fields      any `json:"fields"`
		Commitments any `json:"commitments"`
		Proof       any `json:"proof"`
	}
	fieldShape struct {
		Name  any `json:"name"`
		Value any `json:"value"`
		Salt  any `json:"salt"`
	}
)

func mustJSON(t *testing.T, text string, f func(map[string]any)) []byte {
	t.Helper()
	var x map[string]any
	journaltest.Must(t, json.Unmarshal([]byte(text), &x))
	f(x)
	shape := fileShape{x["format"], x["checkpoint"], []any{}}
	for _, e := range x["entries"].([]any) {
		e := e.(map[string]any)
		fields, _ := e["fields"].([]any)
		for i, f := range fields {
			f := f.(map[string]any)
			fields[i] = fieldShape{f["name"], f["value"], f["salt"]}
		}
		shape.Entries = append(shape.Entries, entryShape{e["index"], e["kind"], e["fields"], e["commitments"], e["proof"]})
	}
	out, err := json.MarshalIndent(shape, "", " ")
	journaltest.Must(t, err)
	return append(out, '\n')
}

// edit changes the first entry.
func edit(t *testing.T, text string, f func(map[string]any)) []byte {
	return mustJSON(t, text, func(x map[string]any) { f(x["entries"].([]any)[0].(map[string]any)) })
}

func field(e map[string]any) map[string]any { return e["fields"].([]any)[0].(map[string]any) }

func TestProveRefuses(t *testing.T) {
	db, log, _ := grown(t, 3)
	journaltest.Append(t, db, journaltest.Openings(1)...) // pending: not in the signed log
	for name, c := range map[string]struct {
		indexes []int64
		want    error
	}{
		"none": {nil, journal.ErrExtract}, "too many": {slices.Repeat([]int64{1}, 1), nil}, "pending": {[]int64{1, 3}, journal.ErrNoEntry},
		"negative": {[]int64{-1}, journal.ErrNoEntry},
	} {
		if _, err := log.Prove(t.Context(), journal.Whole(c.indexes...), nil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	many := make([]int64, journal.MaxExtractEntries+1)
	for i := range many {
		many[i] = int64(i)
	}
	if _, err := log.Prove(t.Context(), journal.Whole(many...), nil); !errors.Is(err, journal.ErrExtract) {
		t.Errorf("too many: %v, want ErrExtract", err)
	}
	db.Tamper(func(r rowMap, _ tileMap, _ *journal.Head) { change(r, 1, replace("activation-1", "activation-2")) })
	if file, err := log.Prove(t.Context(), journal.Whole(1), nil); !errors.Is(err, journal.ErrStopped) || file != nil {
		t.Errorf("a changed entry was proved: %v", err)
	}
}

func TestParseTrust(t *testing.T) {
	keys := journaltest.NewKeys(t)
	for text, want := range map[string]error{
		"":                                 journal.ErrTrustEmpty,
		"# nothing but words\n":            journal.ErrTrustEmpty,
		keys.VKey:                          nil,
		"\n# c\r\n" + keys.VKey + "\r\n":   nil,
		keys.VKey + "\n" + keys.VKey:       nil,
		keys.VKey + "\nx":                  journal.ErrTrust,
		"PRIVATE+KEY+" + keys.VKey:         journal.ErrTrust,
		strings.Repeat("#", 64<<10) + "\n": journal.ErrTrustEmpty,
	} {
		if _, err := journal.ParseTrust([]byte(text)); !errors.Is(err, want) {
			t.Errorf("ParseTrust(%.40q) = %v, want %v", text, err, want)
		}
	}
}

// Whatever subset is erased, every extract made before still verifies, and so does every one made after: erased entries
// as existing, the others with all their fields.
func TestErasureKeepsProofs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(rt, "entries")
		db, log, keys := grown(t, n)
		shown := rapid.SliceOfNDistinct(rapid.Int64Range(0, int64(n-1)), 1, 5, rapid.ID).Draw(rt, "shown")
		before, err := log.Prove(t.Context(), journal.Whole(shown...), onlyTimes)
		journaltest.Must(t, err)
		gone := map[int64]bool{}
		var places []int64
		for i := range int64(n) {
			if rapid.Bool().Draw(rt, "erase") {
				gone[i], places = true, append(places, i)
			}
		}
		journaltest.Must(t, db.Update(t.Context(), func(tx journal.Tx) error {
			_, err := journal.Erase(t.Context(), tx, journal.Whole(places...))
			return err
		}))
		_, err = log.Integrate(t.Context())
		journaltest.Must(t, err)
		if state, err := log.Check(t.Context()); err != nil || state.Erased != int64(len(places)) {
			rt.Fatalf("Check = %+v, %v, want %d erased", state, err, len(places))
		}
		all := make([]int64, n)
		for i := range all {
			all[i] = int64(i)
		}
		after, err := log.Prove(t.Context(), journal.Whole(all...), nil)
		journaltest.Must(t, err)
		for _, file := range [][]byte{before, after} {
			if _, err := journal.Verify(keys.Trust, file); err != nil {
				rt.Fatal(err)
			}
		}
		report, _ := journal.Verify(keys.Trust, after)
		for _, e := range report.Entries {
			if (len(e.Fields) == 0) != gone[e.Index] || e.Hidden+len(e.Fields) != 7 {
				rt.Fatalf("entry %d, erased %v: %+v", e.Index, gone[e.Index], e)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	file, keys := extract(f)
	f.Add(file)
	f.Add([]byte(`{"format":"hemnyckel-extract/v1","checkpoint":"","entries":[{"index":0}]}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := journal.Verify(keys.Trust, data)
		if err == nil && !bytes.Equal(bytes.TrimSpace(data), bytes.TrimSpace(file)) {
			t.Errorf("a file that the log never made verifies: %+v", r)
		}
		if _, ok := errors.AsType[*problem.Error](err); err != nil && !ok {
			t.Errorf("not a problem: %v", err)
		}
	})
}

func FuzzParseTrust(f *testing.F) {
	f.Add([]byte(journaltest.NewKeys(f).VKey))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := journal.ParseTrust(text); err != nil && problem.KindOf(err) != problem.Invalid {
			t.Error(err)
		}
	})
}
