package registers_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"testing"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/edge/registers"
)

const sharedFolder = "../../../../shared/data/kommun"

// proves issue 01 item 2: each planted fault is found and no good row is rejected.
func TestSharedMunicipality(t *testing.T) {
	raw, err := os.ReadFile(sharedFolder + "/FACIT.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the example municipality is not on this machine")
	}
	if err != nil {
		t.Fatal(err)
	}
	var facit struct {
		Day    string
		Rows   map[string]int
		Faults map[string]int
	}
	if err := json.Unmarshal(raw, &facit); err != nil {
		t.Fatal(err)
	}
	day, err := swedish.ParseDate(facit.Day, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, faults, err := registers.Read(t.Context(), sharedFolder, registers.Options{Day: day})
	if err != nil {
		t.Fatal(err)
	}
	byCode, byFile := map[string]int{}, map[string]int{}
	for _, f := range faults {
		byCode[f.Code]++
		byFile[f.File]++
	}
	if !maps.Equal(byCode, facit.Faults) {
		t.Errorf("faults: got %v, want %v", byCode, facit.Faults)
	}
	for file, n := range facit.Rows {
		if got := r.Accepted()[file]; got != n-byFile[file] {
			t.Errorf("%s: accepted %d, want %d", file, got, n-byFile[file])
		}
	}
	if len(r.Notes) != 0 {
		t.Errorf("notes: %v", r.Notes)
	}
}
