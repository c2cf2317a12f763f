// Package demo plays a working day in a made-up municipality, with every part as a process of its own that talks over real
// sockets: server, two sync stations, five locks, and keys that are carried between them.
//
// It owns the story, the cast, and the children that it starts; it uses nothing that a real municipality does not have. Each
// step says in plain words what happens and what proves it, and fails loudly if it did not.
//
// Promises: the day runs through the whole chain from decision to verified extract; it ends with every child stopped; it
// changes nothing but the municipality that it was given, or a temporary one that it removes. It is the project's
// end-to-end test: [Run] with Kills kills the server at random moments while the day goes on.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/profiles"
)

// Config of a day.
type Config struct {
	Program string    // path of the hemnyckel executable that the parts are started from
	DB      string    // municipality to play in; "" makes a temporary one
	Profile string    // text of the profile by which it works; "": Varberg's
	Clients int       // size of the made-up municipality; 0: 2 300
	Seed    uint64    // 0: 1
	Lang    string    // of what is told: sv or en
	Say     io.Writer // what is told
	Listen  string    // of the server; "": a free port
	Keys    string    // folder of the municipality's keys; "": as municipality.Options has it
	Kills   int       // kill -9 the server this many times at random moments while the day goes on

	PassphraseFile string           // with the passphrase of the keys, for the parts; or ""
	Ask            municipality.Ask // for it; nil: what the environment names
}

// arguments are a command's, after those that every part gets.
func (c Config) arguments(args []string) []string {
	all := []string{"--lang", c.Lang}
	if c.Keys != "" {
		all = append(all, "--keys", c.Keys)
	}
	if c.PassphraseFile != "" {
		all = append(all, "--passphrase-file", c.PassphraseFile)
	}
	return append(all, args...)
}

// Step is one step of the day.
type Step struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
}

// Result is what the day came to. Its JSON is what `hemnyckel demo --once` prints.
type Result struct {
	Clients        int    `json:"clients"`
	Rights         int    `json:"rights"`
	Orders         int    `json:"orders"`
	Syncs          int    `json:"syncs"`
	Openings       int    `json:"openings"`
	Refusals       int    `json:"refusals"`
	JournalEntries int64  `json:"journal_entries"`
	Verified       bool   `json:"verified"`
	Steps          []Step `json:"steps"`
	Portal         string `json:"-"` // address, while the day's children live
}

// Day is a day being played.
type Day struct {
	cfg    Config
	dir    string // of states and exports
	db     string
	m      *municipality.Municipality
	cast   cast
	result Result

	server       *supervised
	stations     [2]station
	locks        []*child
	kids         []*child
	token        string      // of the case system
	rest         *api.Client // with that token
	acknowledged []string    // ids of the orders that the server has answered
	flood        *flood      // only while the server is being killed
}

// step is one step of the story: a name for machines, words for people, and what happens. It returns what proves it.
type step struct {
	name   string
	sv, en string
	play   func(d *Day, ctx context.Context) (proof problem.Text, err error)
}

// Run plays the day. When it returns the parts still run, so that the portal can be looked at; Close ends them. The error is
// the first step's that did not hold; the result tells them all.
func Run(ctx context.Context, cfg Config) (*Day, error) {
	if cfg.Clients == 0 {
		cfg.Clients = 2300
	}
	if cfg.Seed == 0 {
		cfg.Seed = 1
	}
	if cfg.Profile == "" {
		text, err := profiles.Text("varberg")
		if err != nil {
			return nil, err
		}
		cfg.Profile = string(text)
	}
	dir, err := os.MkdirTemp("", "hemnyckel-demo-")
	if err != nil {
		return nil, err
	}
	d := &Day{cfg: cfg, dir: dir, db: cfg.DB}
	if d.db == "" {
		d.db = d.path("kommun")
	}
	err = d.play(ctx)
	if err != nil {
		err = errors.Join(err, d.Close())
	}
	return d, err
}

// Result is what has happened so far.
func (d *Day) Result() Result { return d.result }

func (d *Day) play(ctx context.Context) error {
	steps := story()
	begun := time.Now()
	var failed error
	for i, s := range steps {
		text := problem.Text{SV: s.sv, EN: s.en}.In(d.cfg.Lang)
		fmt.Fprintf(d.cfg.Say, "%2d/%d  %s\n", i+1, len(steps), text)
		proof, err := s.play(d, ctx)
		d.result.Steps = append(d.result.Steps, Step{s.name, err == nil})
		if err != nil {
			fmt.Fprintf(d.cfg.Say, "       ✗ %v\n", err)
			failed = fmt.Errorf("%s: %w", s.name, err)
			break
		}
		fmt.Fprintf(d.cfg.Say, "       ✓ %s\n", proof.In(d.cfg.Lang))
	}
	for _, s := range steps[len(d.result.Steps):] {
		d.result.Steps = append(d.result.Steps, Step{s.name, false})
	}
	if failed == nil {
		fmt.Fprintf(d.cfg.Say, problem.Text{SV: "Dagen är slut efter %.1f s; varje steg höll.\n", EN: "The day is over after %.1f s; every step held.\n"}.In(d.cfg.Lang),
			time.Since(begun).Seconds())
	}
	return failed
}

// Close stops every part and removes what was temporary.
func (d *Day) Close() error {
	if d.server != nil {
		d.server.stop()
	}
	for _, k := range d.kids {
		k.stop()
	}
	var err error
	if d.m != nil {
		err = d.m.Close()
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}

// Links are the pages worth looking at.
func (d *Day) Links() []string {
	at := d.result.Portal
	return []string{
		at + "/",
		at + "/arbete",
		at + "/nycklar",
		at + "/logg",
		at + "/aviseringar",
		fmt.Sprintf("%s/varfor?lock=%s&group=%s", at, d.cast.stock, d.cast.other.ID),
		at + "/api/v1/docs",
	}
}
