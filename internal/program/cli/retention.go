package cli

import (
	"fmt"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
)

type retentionCmd struct {
	Run  retentionRunCmd  `cmd:"" default:"withargs" help:"Erase what is due, or say what would be."`
	Hold retentionHoldCmd `cmd:"" help:"Keep records from erasure."`
	Let  retentionLetCmd  `cmd:"" help:"Let records go that were held."`
	List retentionListCmd `cmd:"" help:"List what is held."`
}

type retentionRunCmd struct {
	database
	DryRun bool `help:"Change nothing; print what would be erased."`
}

// Run erases in small steps beside a server that is running; interrupted, it goes on where it was.
func (c *retentionRunCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if _, err := m.Log.Integrate(p.ctx); err != nil { // entries are erased once they are signed
			return err
		}
		run := func() (retention.Report, error) { return m.Retention.Run(p.ctx, nil) }
		if c.DryRun {
			run = func() (retention.Report, error) { return m.Retention.Preview(p.ctx) }
		}
		report, err := run()
		p.erasures(report)
		if err != nil || c.DryRun {
			return err
		}
		_, err = m.Log.Integrate(p.ctx)
		return err
	})
}

// erasures prints a report as a table.
func (p *program) erasures(report retention.Report) {
	rows := [][]string{{"slag", "avslutat före", "gallras", "stoppat", "väntar"}}
	if p.lang == "en" {
		rows = [][]string{{"kind", "ended before", "due", "held", "waiting"}}
	}
	for _, c := range report {
		before := "-"
		if c.Undecided {
			before = problem.Text{SV: "ej beslutat", EN: "undecided"}.In(p.lang)
		} else if !c.Before.IsZero() {
			before = p.day(c.Before)
		}
		sv, en := routine.RetentionName(string(c.Class))
		rows = append(rows, []string{problem.Text{SV: sv, EN: en}.In(p.lang), before, fmt.Sprint(c.Due), fmt.Sprint(c.Held), fmt.Sprint(c.Waits)})
	}
	p.table(p.stdout, rows)
}

// systemOwner is who uses the command line: whoever can read the database may hold what is in it.
func systemOwner() routine.Who { return routine.Who{Actor: "cli", Role: routine.SystemOwner} }

type retentionHoldCmd struct {
	database
	About  string `help:"Client (identity number), lock, key or staff member; without it all erasure stops."`
	Reason string `required:"" help:"Why."`
}

func (c *retentionHoldCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		h, err := m.Retention.Hold(p.ctx, systemOwner(), c.About, c.Reason)
		if err != nil {
			return err
		}
		fmt.Fprintln(p.stdout, h.ID)
		return nil
	})
}

type retentionLetCmd struct {
	database
	ID string `arg:"" help:"The hold's id, from retention list."`
}

func (c *retentionLetCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		_, err := m.Retention.Release(p.ctx, systemOwner(), c.ID)
		return err
	})
}

type retentionListCmd struct{ database }

func (c *retentionListCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		rows := [][]string{{"id", "gäller", "från", "hävt", "skäl"}}
		if p.lang == "en" {
			rows = [][]string{{"id", "about", "since", "ended", "reason"}}
		}
		for after := ""; ; {
			page, err := m.Retention.Holds(p.ctx, after, 200)
			if err != nil {
				return err
			}
			for _, h := range page {
				ended := ""
				if !h.Ended.IsZero() {
					ended = p.day(h.Ended)
				}
				rows, after = append(rows, []string{h.ID, h.Subject, p.day(h.From), ended, h.Reason}), h.ID
			}
			if len(page) < 200 {
				break
			}
		}
		p.table(p.stdout, rows)
		return nil
	})
}
