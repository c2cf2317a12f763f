package sample

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"slices"
	"testing"

	"hemnyckel/internal/base/swedish"
)

var update = flag.Bool("update", false, "rewrite testnumbers.gz from the published list")

// The embedded numbers are exactly the published ones of people born 1920 to 1987.
func TestTestNumbers(t *testing.T) {
	raw, err := os.ReadFile("../../../../shared/data/personnummer-allPins.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the published list is not on this machine")
	}
	var list []string
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	var want []swedish.PersonalNumber
	for _, s := range list {
		if s[:4] < "1920" || s[:4] > "1987" {
			continue
		}
		p, err := swedish.ParsePersonalNumber(s, swedish.NumberOptions{})
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		want = append(want, p)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	if *update {
		if err := os.WriteFile("testnumbers.gz", pack(t, want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := unpackNumbers(testNumbers)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %d numbers, %v; want %d", len(got), err, len(want))
	}
}

func TestTestNumbersAreValid(t *testing.T) {
	all, err := unpackNumbers(testNumbers)
	if err != nil || len(all) < 9000 {
		t.Fatalf("got %d numbers, %v; want at least 9000", len(all), err)
	}
	for i, p := range all {
		if got, err := swedish.ParsePersonalNumber(p.String(), swedish.NumberOptions{}); got != p || err != nil || i > 0 && p <= all[i-1] {
			t.Fatalf("number %d: %v, %v", i, p, err)
		}
	}
}

func pack(t *testing.T, all []swedish.PersonalNumber) []byte {
	var steps []byte
	last := swedish.PersonalNumber(0)
	for _, p := range all {
		steps = binary.AppendUvarint(steps, uint64(p-last))
		last = p
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(steps)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
