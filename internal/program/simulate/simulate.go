// Package simulate lets a made-up municipality live through days of virtual time, to see what the protocol does to people.
//
// It owns the plan (who goes where when, what breaks), the virtual clocks, the faults, and the judgement of what happened:
// which refusals broke a promise, which openings came after a block's bound, which log records are gone. It owns no
// protocol: locks are lockcore.Lock, keys are locksim.Key, stations decide as package station does, the server is an opened
// municipality with its real database, and every signature is made and verified. What it judges by it knows on its own:
// from the plan, from the registers, and from what the locks' memory was given, never from what the code under test says about itself.
//
// Promises: the same options give the same [Result] but for the speed, on any number of processors; nothing outside its
// temporary folder is touched; no real time is waited for.
//
// The definitions that it judges by stand in docs/simulation.md.
package simulate

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/sample"
)

// Options of a run.
type Options struct {
	Clients int
	Days    int
	Seed    uint64 // other seeds give other municipalities, plans and faults
	Faults  bool   // else nothing breaks but that keys are lost
	// Progress is told now and then what is being done, and how far it has come out of a hundred; it may be nil.
	Progress func(what problem.Text, percent int)

	sabotage sabotage
}

// sabotage breaks the code under test on purpose, so that tests can see that the simulation would notice.
type sabotage struct {
	deaf      bool          // locks forget their block list after every visit
	forgetful bool          // locks lose every third record
	fast      int64         // seconds by which every lock's clock is fast
	only      func(*faults) // changes how often things break
}

// MaxDays bounds a run: certificates and the plan are made for weeks, not years.
const MaxDays = 60

// Problems with what was asked for.
var (
	ErrClients = problem.New(problem.Invalid, "simulate-clients",
		"Antalet kunder ska vara mellan 1 och 300 000.", "The number of clients must be between 1 and 300,000.")
	ErrDays = problem.New(problem.Invalid, "simulate-days",
		"Antalet dagar ska vara mellan 1 och 60.", "The number of days must be between 1 and 60.")
)

// Run plays the days and returns what they came to.
func Run(ctx context.Context, o Options) (_ *Result, err error) {
	switch {
	case o.Clients < 1 || o.Clients > sample.MaxClients:
		return nil, ErrClients
	case o.Days < 1 || o.Days > MaxDays:
		return nil, ErrDays
	}
	if o.Progress == nil {
		o.Progress = func(problem.Text, int) {}
	}
	dir, err := os.MkdirTemp("", "hemnyckel-simulate-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	t, err := settle(ctx, o, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.server.close()) }()
	p := newPlan(t)
	s := newSchedule(p.events, t.parts())
	tell := teller(o, len(p.events))
	began := time.Now()
	if err := s.run(ctx, runtime.GOMAXPROCS(0), tell); err != nil {
		return nil, err
	}
	took := time.Since(began)
	return t.judge(ctx, p, took)
}

// teller reports the progress of events, one report at a time.
func teller(o Options, all int) func(int, int64) {
	var mu sync.Mutex
	return func(done int, at int64) {
		mu.Lock()
		defer mu.Unlock()
		if step := max(all/100, 1); done%step == 0 {
			o.Progress(problem.Text{SV: "dag %d", EN: "day %d"}.Sprintf(at/day+1), done*100/all)
		}
	}
}

// day is a day's seconds. No run crosses a change of summer time.
const day = 24 * 60 * 60
