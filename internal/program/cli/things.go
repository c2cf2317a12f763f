package cli

import (
	"fmt"
	"time"

	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
)

// at is who acts at the command line: whoever may open the database may act in any role.
func at(r routine.Role) routine.Who { return routine.Who{Actor: "cli", Role: r} }

type keyBlockCmd struct {
	database
	Number string `required:"" help:"What is printed on the key."`
	Reason string `required:"" help:"Why, for the journal."`
}

func (c *keyBlockCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		e, err := m.Fleet.Pool.Lose(p.ctx, at(routine.LockManager), c.Number, c.Reason)
		if err != nil {
			return usage(err)
		}
		p.exposed(e)
		return nil
	})
}

func (p *program) exposed(e fleet.Exposure) {
	p.say("Nyckel %s är spärrad. Dörrar som ännu kan öppnas med den: %d.", "Key %s is blocked. Doors that it could still open: %d.", e.Key.Number, len(e.Doors))
	for _, d := range e.Doors {
		fmt.Fprintf(p.stdout, "%s  %s\n", d.Serial, p.day(d.Until))
	}
}

type keyLostCmd struct {
	database
	Number string `required:"" help:"What is printed on the key."`
	Reason string `required:"" help:"Why, for the journal."`
}

func (c *keyLostCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.Fleet.Pool.Miss(p.ctx, at(routine.LockManager), c.Number, c.Reason); err != nil {
			return usage(err)
		}
		p.say("Nyckel %s är anmäld som saknad och synkas inte mer. Hittas den inte: hemnyckel key block.",
			"Key %s is reported missing and does not sync any more. If it is not found: hemnyckel key block.", c.Number)
		return nil
	})
}

type keyFoundCmd struct {
	database
	Number string `required:"" help:"What is printed on the key."`
	Reason string `required:"" help:"Why, for the journal."`
}

func (c *keyFoundCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.Fleet.Pool.Find(p.ctx, at(routine.LockManager), c.Number, c.Reason); err != nil {
			return usage(err)
		}
		p.say("Nyckel %s är återfunnen.", "Key %s has been found.", c.Number)
		return nil
	})
}

type keyReplaceCmd struct {
	database
	Number string `required:"" help:"What is printed on the lost key, which must be blocked."`
	With   string `required:"" help:"What is printed on the key that is handed out instead."`
}

func (c *keyReplaceCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.Fleet.Pool.Replace(p.ctx, at(routine.LockManager), c.Number, c.With); err != nil {
			return usage(err)
		}
		p.say("Nyckel %s är utlämnad i stället för %s.", "Key %s is handed out in place of %s.", c.With, c.Number)
		return nil
	})
}

type stationListCmd struct {
	database
	Hours int `help:"A station is silent when it has not asked for news for so many hours." default:"8"`
}

func (c *stationListCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		all, err := m.Fleet.Sites.List(p.ctx)
		for _, s := range all {
			state := "works"
			switch {
			case s.Silent(time.Now(), time.Duration(c.Hours)*time.Hour):
				state = "silent"
			case !s.BlockedAt.IsZero():
				state = "blocked"
			case s.Certificate == nil:
				state = "not-enrolled"
			case !s.OutSince.IsZero():
				state = "out"
			}
			seen := "-"
			if !s.LastSeen.IsZero() {
				seen = p.day(s.LastSeen)
			}
			fmt.Fprintf(p.stdout, "%-12s %-16s %s\n", state, seen, s.Name)
		}
		return err
	})
}

type stationBlockCmd struct {
	database
	Name   string `required:"" help:"The station's name."`
	Reason string `required:"" help:"Why, for the journal."`
}

func (c *stationBlockCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.Fleet.Sites.Block(p.ctx, at(routine.SystemOwner), c.Name, c.Reason); err != nil {
			return usage(err)
		}
		p.say("Stationen %s är spärrad.", "The station %s is blocked.", c.Name)
		_, near, err := m.Fleet.Sites.Station(p.ctx, c.Name)
		for _, s := range near {
			fmt.Fprintf(p.stdout, "%s  %s\n", s.Name, s.PostalCode)
		}
		return err
	})
}

type staffEndCmd struct {
	database
	Number string `required:"" help:"Employee number."`
	Reason string `required:"" help:"Why, for the journal."`
}

func (c *staffEndCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.Fleet.People.End(p.ctx, at(routine.SystemOwner), c.Number, c.Reason); err != nil {
			return usage(err)
		}
		p.say("Medarbetare %s har förlorat alla grupper, bricka och PIN, och är spärrad i låsen.",
			"%s has lost every group, badge and PIN, and is blocked at the locks.", c.Number)
		return nil
	})
}
