// Package profiles reads municipalities' profiles: files that say everything in which one municipality's routine differs
// from another's. It holds those that are known, and checks any.
//
// It owns the files' form, their checks and the words in which faults are told. It does not own what a profile means:
// that is internal/domain/routine, whose [routine.Profile] it fills. Its neighbours are internal/program/municipality,
// which keeps a profile, and the commands about profiles.
//
// Promises: a profile that [Read] returns has been checked whole, so nobody who uses it needs to check it again; a key that
// is not known is a fault, never ignored; all faults are told at once, each with its place and with what to do; what is
// read is bounded. The same text gives the same profile.
package profiles

import (
	"bytes"
	"embed"
	"io"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
)

//go:embed *.toml
var known embed.FS

// MaxSize is how many bytes a profile may have.
const MaxSize = 256 << 10

// ErrUnknown says that there is no profile of that name.
var ErrUnknown = problem.New(problem.NotFound, "profile-unknown",
	"Profilen %q finns inte. Dessa finns: %s. En egen profil anges som fil.",
	"There is no profile %q. These exist: %s. Name a file for a profile of your own.")

// ErrInvalid says that a profile has faults; its cause is the [Faults].
var ErrInvalid = problem.New(problem.Invalid, "profile-invalid",
	"Profilen har fel. Rätta dem; hemnyckel profile check visar alla.",
	"The profile has faults. Correct them; hemnyckel profile check shows all.")

// Names returns the names of the profiles that are known, sorted.
func Names() []string {
	files, err := known.ReadDir(".")
	if err != nil {
		return nil // an embedded folder is there
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".toml"))
	}
	return names
}

// Text returns the file of a known profile.
func Text(name string) ([]byte, error) {
	text, err := known.ReadFile(name + ".toml")
	if err != nil {
		return nil, ErrUnknown.Fill(name, strings.Join(Names(), ", "))
	}
	return text, nil
}

// Load returns a known profile.
func Load(name string) (routine.Profile, error) {
	text, err := Text(name)
	if err != nil {
		return routine.Profile{}, err
	}
	return Read(name, bytes.NewReader(text))
}

// Read reads and checks a profile. A profile with faults is [ErrInvalid], with the [Faults] as cause; name is what they call
// the file. An error of r is returned as it is.
func Read(name string, r io.Reader) (routine.Profile, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return routine.Profile{}, err
	}
	c := &checker{}
	if c.read(text) {
		c.check()
	}
	if len(c.faults) > 0 {
		return routine.Profile{}, ErrInvalid.With(Faults{name, c.sorted()})
	}
	return c.p, nil
}
