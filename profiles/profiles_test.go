package profiles_test

import (
	"errors"
	"testing"

	"hemnyckel/profiles"
)

// proves X-a: every known profile passes its own checks, its source among them
func TestKnownProfilesHaveNoFaults(t *testing.T) {
	names := profiles.Names()
	if len(names) < 3 {
		t.Fatalf("got profiles %v, want three or more", names)
	}
	for _, name := range names {
		p, err := profiles.Load(name)
		if faults, ok := errors.AsType[profiles.Faults](err); ok {
			t.Errorf("%s:\n%v", name, faults)
		} else if err != nil {
			t.Errorf("%s: got %v, want no fault", name, err)
		}
		if p.Source.Decided == "" || p.Source.Unit == "" {
			t.Errorf("%s: got source %+v, want decision and unit", name, p.Source)
		}
	}
}
