package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"hemnyckel/internal/base/durable"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/simulate"
)

type simulateCmd struct {
	Clients int    `help:"Size of the made-up municipality." default:"2300"`
	Days    int    `help:"Days of virtual time, from a Monday on; 1 to 60." default:"7"`
	Seed    uint64 `help:"The same seed gives the same days." default:"1"`
	Faults  bool   `help:"Let things break: outages, lost clocks and stations, wrong clocks, dishonest couriers."`
	JSON    bool   `name:"json" help:"Print the result as JSON and write no page."`
	Out     string `short:"o" help:"Page that is written." default:"hemnyckel-simulation.html" placeholder:"FILE"`
}

var errPromise = problem.New(problem.Conflict, "simulate-promise",
	"Ett löfte bröts i simuleringen. Sidan och detail.breaches i --json visar var.",
	"A promise was broken in the simulation. The page, and detail.breaches of --json, show where.")

// Run plays the days. It fails if a promise was broken.
func (c *simulateCmd) Run(p *program) error {
	debug.SetGCPercent(400)
	progress := newProgress(p)
	o := simulate.Options{Clients: c.Clients, Days: c.Days, Seed: c.Seed, Faults: c.Faults,
		Progress: func(what problem.Text, percent int) { progress.step(what.In(p.lang), percent, 100) }}
	r, err := simulate.Run(p.ctx, o)
	progress.end()
	if errors.Is(err, simulate.ErrClients) || errors.Is(err, simulate.ErrDays) {
		return exit{2, err}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(p.stdout).Encode(r)
	} else {
		err = c.page(p, r, o)
	}
	if err == nil && !r.Kept() {
		err = errPromise
	}
	return err
}

func (c *simulateCmd) page(p *program, r *simulate.Result, o simulate.Options) error {
	err := durable.Write(c.Out, 0o644, func(w io.Writer) error { return simulate.WritePage(w, r, o, p.lang) })
	if err != nil {
		return err
	}
	d := r.Detail
	fmt.Fprintf(p.stdout, problem.Text{
		SV: "%d öppningar, %d utlovade besök: %d nekade. Öppningar efter spärrens gräns: %d. Försvunna loggrader: %d.\n" +
			"Hälften av dörrarna får en spärr på %.1f h, 90 %% på %.1f h. %.0f öppningar i sekunden.\nSidan: %s\n",
		EN: "%d openings, %d promised visits: %d refused. Openings past a block's bound: %d. Log records lost: %d.\n" +
			"Half of the doors get a block in %.1f h, 90 %% in %.1f h. %.0f openings a second.\nThe page: %s\n",
	}.In(p.lang), r.Openings, d.Promised, r.RefusedLegitimate, r.OpenedAfterBlock, r.LogRecordsLost,
		r.BlockCoverage.P50, r.BlockCoverage.P90, r.OpeningsPerSecond, c.Out)
	return nil
}
