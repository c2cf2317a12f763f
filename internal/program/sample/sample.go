// Package sample makes up a municipality's registers, of any size, for demonstrations, benchmarks and tests.
//
// It owns the made-up town, names and services, and the faults that it plants with a list of right answers. It writes the
// files that internal/edge/registers reads, with the same irregular ways of writing, and shares no code with that package:
// the one is the other's test. The same options give the same bytes. Nothing in it is real: identity numbers are the tax
// agency's published test numbers and, when those run out, our reserve numbers; telephone numbers come from the series that
// the telecom authority keeps for fiction; the postal codes are not in use.
package sample

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
)

// MaxClients is the largest municipality that can be made up.
const MaxClients = 300_000

// What can go wrong.
var (
	ErrSize = problem.New(problem.Invalid, "sample-size",
		"Antalet kunder ska vara mellan 1 och 300 000.", "The number of clients must be between 1 and 300,000.")
	ErrDay = problem.New(problem.Invalid, "sample-day",
		"Dagen ska ligga mellan åren 2010 och 2100.", "The day must lie between the years 2010 and 2100.")
	ErrExists = problem.New(problem.Conflict, "sample-exists",
		"Filen %[1]s finns redan och skrivs inte över. Ange en tom mapp.",
		"The file %[1]s already exists and is not overwritten. Give an empty folder.")
	ErrWrite = problem.New(problem.Unavailable, "sample-write",
		"Det går inte att skriva i %[1]s. Kontrollera rättigheter och ledigt utrymme.",
		"%[1]s cannot be written to. Check permissions and free space.")
)

// Options says what to make up.
type Options struct {
	Clients int          // 1 to MaxClients
	Seed    uint64       // other seeds give other municipalities
	Faults  bool         // plant faulty rows, and write FACIT.json, which says how many of each kind
	Day     swedish.Date // the day on which the registers are exported
}

// Facit is what is in a sample: the right answers for a reader of it.
type Facit struct {
	Day      string         `json:"day"`
	Seed     uint64         `json:"seed"`
	Clients  int            `json:"clients"`
	HomeCare int            `json:"homecare"`
	Alarm    int            `json:"alarm"`
	Groups   int            `json:"groups"`
	Couples  int            `json:"couples"`
	Rows     map[string]int `json:"rows"`   // data rows per file, faulty ones included
	Faults   map[string]int `json:"faults"` // faulty rows per code
}

// Write makes up a municipality and writes its eight registers as .csv to dir, which is made if need be. It never
// overwrites: the folder could hold a real municipality's registers.
func Write(dir string, o Options) (*Facit, error) {
	switch {
	case o.Clients < 1 || o.Clients > MaxClients:
		return nil, ErrSize
	case o.Day.Year() < 2010 || o.Day.Year() > 2100:
		return nil, ErrDay
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, ErrWrite.Fill(dir).With(err)
	}
	for _, name := range fileNames() { // before any is written, so that a refused folder is left as it was
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return nil, ErrExists.Fill(filepath.Join(dir, name))
		}
	}
	m := newMunicipality(o)
	if err := m.write(dir); err != nil {
		return nil, writeError(dir, err)
	}
	if o.Faults {
		if err := writeFacit(filepath.Join(dir, "FACIT.json"), m.facit); err != nil {
			return nil, writeError(dir, err)
		}
	}
	return m.facit, nil
}

func fileNames() []string {
	return []string{"utforare.csv", "grupper.csv", "kunder.csv", "insatser.csv", "las.csv", "medarbetare.csv", "nycklar.csv", "samtycken.csv", "FACIT.json"}
}

func writeError(dir string, err error) error {
	if exists, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrExist) {
		return ErrExists.Fill(exists.Path)
	}
	return ErrWrite.Fill(dir).With(err)
}

func writeFacit(path string, f *Facit) error {
	text, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	file, err := create(path)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	return errors.Join(err, file.Close())
}

// create opens a new file for writing; it fails if there is one.
func create(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// dice is the one source of chance in a sample.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice {
	const stream = 0x68656d6e79636b65 // any constant: it only tells our sequence from others'
	return dice{rand.New(rand.NewPCG(seed, stream))}
}

// chance is true in percent out of a hundred cases.
func (d dice) chance(percent float64) bool { return d.Float64()*100 < percent }

func pick[T any](d dice, list []T) T { return list[d.IntN(len(list))] }
