package credential_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zone of the test, wherever it runs

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"hemnyckel/credential"
)

func stockholm(t testing.TB) *time.Location { return must(time.LoadLocation("Europe/Stockholm"))(t) }

// A leaf's window is local time, and what a lock works out from the grant's zone is what the calendar says, also in the weeks in
// which summer time begins and ends.
func TestWindowIsLocalTime(t *testing.T) {
	place := stockholm(t)
	starts := []time.Time{
		time.Date(2026, 3, 26, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 22, 5, 0, 0, 0, time.UTC), noon.Truncate(time.Hour),
	}
	rapid.Check(t, func(r *rapid.T) {
		nbf := credential.At(rapid.SampledFrom(starts).Draw(r, "start"))
		g := credential.Grant{NotBefore: nbf, Expires: nbf.Add(5 * 24 * time.Hour)}
		g.Zone = credential.ZoneOf(place, g.NotBefore, g.Expires)
		s := credential.Span{Days: credential.Days(rapid.IntRange(1, 127).Draw(r, "days")), From: uint8(rapid.IntRange(0, 23).Draw(r, "from"))}
		s.Until = uint8(rapid.IntRange(int(s.From)+1, 24).Draw(r, "until"))
		w, err := credential.NewWindow(s)
		if err != nil {
			r.Fatal(err)
		}
		at := nbf.Add(time.Duration(rapid.IntRange(0, 5*86400-1).Draw(r, "at")) * time.Second)
		wall := at.Time().In(place)
		day := (int(wall.Weekday()) + 6) % 7 // Monday first
		want := s.Days>>day&1 == 1 && int(s.From) <= wall.Hour() && wall.Hour() < int(s.Until)
		l := credential.Leaf{Window: w}
		if got := l.InWindow(g, at, at); got != want {
			r.Errorf("%v in %+v: got %v, want %v", wall, s, got, want)
		}
		if want && !l.InWindow(g, at.Add(-3*time.Hour), at.Add(3*time.Hour)) {
			r.Errorf("%v in %+v: not in what surrounds it", wall, s)
		}
	})
}

func TestWindowOfNoHourAtAll(t *testing.T) {
	monday := must(credential.NewWindow(credential.Span{Days: 1, From: 7, Until: 9}))(t)
	l := credential.Leaf{Window: monday}
	g := credential.Grant{NotBefore: credential.At(noon)} // a Monday, 12.20 UTC
	if from := credential.At(noon); l.InWindow(g, from, from.Add(12*time.Hour)) {
		t.Error("a window that has passed holds")
	}
	if !(credential.Leaf{}).InWindow(g, 0, 0) {
		t.Error("no window does not hold always")
	}
}

func TestBadWindows(t *testing.T) {
	good := credential.Span{Days: credential.AllDays, From: 0, Until: 24}
	for name, s := range map[string][]credential.Span{
		"no day":     {{Days: 0, From: 1, Until: 2}},
		"eighth day": {{Days: 128, From: 1, Until: 2}},
		"empty":      {{Days: 1, From: 2, Until: 2}},
		"backwards":  {{Days: 1, From: 22, Until: 6}},
		"25 hours":   {{Days: 1, From: 1, Until: 25}},
		"five spans": {good, good, good, good, good},
	} {
		if _, err := credential.NewWindow(s...); credential.CodeOf(err) != credential.CodeMalformed {
			t.Errorf("%s: got %v, want %v", name, err, credential.CodeMalformed)
		}
	}
	if _, err := credential.NewTree([]credential.Leaf{{Window: "12"}}); credential.CodeOf(err) != credential.CodeMalformed {
		t.Errorf("a tree over half a span: got %v", err)
	}
	if _, err := credential.NewTree([]credential.Leaf{{Window: must(credential.NewWindow(good, good, good, good))(t)}}); err != nil {
		t.Error(err)
	}
}

// A zone that no place has is refused with the grant.
func TestBadZones(t *testing.T) {
	s := newSample(t)
	g := must(credential.ParseGrant(s.grant))(t)
	for _, c := range []struct {
		zone credential.Zone
		want credential.Code
	}{
		{credential.Zone{4}, credential.OK}, {credential.Zone{4, 30, 8}, credential.OK}, {credential.Zone{-48}, credential.OK},
		{credential.Zone{57}, credential.CodeMalformed}, {credential.Zone{4, 0, 8}, credential.CodeMalformed},
		{credential.Zone{4, -1, 8}, credential.CodeMalformed}, {credential.Zone{4, 1, -57}, credential.CodeMalformed},
	} {
		g.Zone = c.zone
		if _, err := s.auth.IssueGrant(g, s.tree, noon); credential.CodeOf(err) != c.want {
			t.Errorf("%v: got %v, want %v", c.zone, err, c.want)
		}
	}
}

// FuzzLeaf reads leaves as a tree of one: whatever is accepted has a window that holds at some hour of the week, or none.
func FuzzLeaf(f *testing.F) {
	w := must(credential.NewWindow(credential.Span{Days: 31, From: 7, Until: 22}, credential.Span{Days: 96, From: 9, Until: 18}))(f)
	for _, l := range []credential.Leaf{{Lock: 1}, {Lock: 1 << 31, Rights: 255, Epoch: 1 << 15, From: 120, Until: 121, Window: w}} {
		f.Add(must(credential.Encode(l))(f))
	}
	monday := credential.At(noon.Truncate(24 * time.Hour))
	f.Fuzz(func(t *testing.T, b []byte) {
		g := credential.Grant{Root: credential.Hash(tlog.RecordHash(b)), Size: 1, NotBefore: monday}
		l, err := credential.Path{}.Check(g, b)
		if err != nil {
			return
		}
		if again, err := credential.Encode(l); err != nil || string(again) != string(b) {
			t.Errorf("%x accepted, and is %x, %v", b, again, err)
		}
		if !l.InWindow(g, monday, monday.Add(7*24*time.Hour)) {
			t.Errorf("window %x never holds", l.Window)
		}
	})
}
