package municipality_test

import (
	"errors"
	"strings"
	"testing"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
	"hemnyckel/profiles"
)

func open(t *testing.T, target, profile string) *municipality.Municipality {
	t.Helper()
	m, err := municipality.Open(t.Context(), target, municipality.Options{Create: true, Profile: profile})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func closeIt(t *testing.T, m *municipality.Municipality) {
	t.Helper()
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

func text(t *testing.T, name string) string {
	t.Helper()
	b, err := profiles.Text(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A municipality has the usual routine until it chooses a profile; what it has chosen stays, is journalled, and leaves
// rights to bring in agreement exactly when it changes who may open. proves X-a
func TestProfileIsKept(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		for _, x := range []struct {
			profile string
			want    string // name
			due     bool
		}{
			{"", routine.DefaultProfile().Name, false},
			{text(t, "varberg"), "Varbergs kommun", false},
			{"", "Varbergs kommun", false},
			{text(t, "strangnas"), "Strängnäs kommun", true},
			{text(t, "strangnas"), "Strängnäs kommun", true}, // not finished yet
		} {
			m := open(t, target, x.profile)
			if m.Profile.Name != x.want {
				t.Errorf("got %q, want %q", m.Profile.Name, x.want)
			}
			if got := due(t, m); got != x.due {
				t.Errorf("%s: got rights to bring in agreement %v, want %v", x.want, got, x.due)
			}
			closeIt(t, m)
		}
		m := open(t, target, "")
		if _, err := m.FinishProfile(t.Context()); err != nil || due(t, m) {
			t.Errorf("got %v, want everybody's rights finished", err)
		}
		if got := changes(t, m); len(got) != 2 || got[1] != "Rutin Digitala Nycklar" || !strings.HasPrefix(got[0], "Anvisning") {
			t.Errorf("got journal %q, want the two profiles with their sources", got)
		}
		closeIt(t, m)
	})
}

// A profile with faults opens nothing and makes nothing.
func TestFaultyProfileIsRefused(t *testing.T) {
	target := t.TempDir() + "/new"
	_, err := municipality.Open(t.Context(), target, municipality.Options{Create: true, Profile: "name = 1"})
	if !errors.Is(err, profiles.ErrInvalid) {
		t.Errorf("got %v, want that it has faults", err)
	}
	if _, err := municipality.Open(t.Context(), target, municipality.Options{}); !errors.Is(err, storage.NoMunicipality) {
		t.Errorf("got %v, want no municipality made", err)
	}
}

// A kept profile that a newer program no longer takes stops the municipality, and is replaced by choosing another.
func TestUnreadableProfileIsReplaced(t *testing.T) {
	target := t.TempDir() + "/new"
	m := open(t, target, "")
	if err := m.DB.Update(t.Context(), func(tx *storage.Tx) error { return tx.SetSetting(t.Context(), "profile", "old = true") }); err != nil {
		t.Fatal(err)
	}
	closeIt(t, m)
	if _, err := municipality.Open(t.Context(), target, municipality.Options{}); !errors.Is(err, profiles.ErrInvalid) {
		t.Errorf("got %v, want that the kept profile has faults", err)
	}
	m = open(t, target, text(t, "varberg"))
	if !due(t, m) {
		t.Error("got rights taken as they were under a profile that nobody can read, want them computed anew")
	}
	closeIt(t, m)
}

func due(t *testing.T, m *municipality.Municipality) bool {
	t.Helper()
	var v string
	if err := m.DB.View(t.Context(), func(tx *storage.Tx) (err error) {
		v, err = tx.Setting(t.Context(), "profile.refresh")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return v != ""
}

// changes are the journal's entries about profiles, newest first, each as its source.
func changes(t *testing.T, m *municipality.Municipality) (sources []string) {
	t.Helper()
	var records []journal.Record
	if err := m.DB.View(t.Context(), func(tx *storage.Tx) (err error) {
		records, err = journal.List(t.Context(), tx, journal.Filter{Kinds: []journal.Kind{journal.ConfigChanged}}, 10, journal.Cursor(""))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		sources = append(sources, r.Value("source"))
	}
	return sources
}

// A process that works by an old profile knows it.
func TestAProcessKnowsThatItsProfileIsOld(t *testing.T) {
	path := t.TempDir()
	open := func(profile string) *municipality.Municipality {
		t.Helper()
		m, err := municipality.Open(t.Context(), path, municipality.Options{Create: true, Profile: profile})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	text := func(name string) string {
		t.Helper()
		body, err := profiles.Text(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	running := open(text("varberg"))
	defer running.Close()
	if current, err := running.Current(t.Context()); err != nil || !current {
		t.Errorf("when it has just begun: got %v, %v", current, err)
	}
	changing := open(text("strangnas"))
	if err := changing.Close(); err != nil {
		t.Fatal(err)
	}
	if current, err := running.Current(t.Context()); err != nil || current {
		t.Errorf("when another process has set another: got current %v, %v, want it to say so", current, err)
	}
}
