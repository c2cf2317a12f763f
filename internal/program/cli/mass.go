package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
)

type massCmd struct {
	Draft    massDraftCmd    `cmd:"" help:"Plan a mass change and show what it would do."`
	List     massListCmd     `cmd:"" help:"List mass changes."`
	Rows     massRowsCmd     `cmd:"" help:"List what a mass change does, row by row."`
	Review   massReviewCmd   `cmd:"" help:"Approve a draft that somebody else has made."`
	Apply    massApplyCmd    `cmd:"" help:"Carry out a mass change that has been reviewed."`
	Undo     massUndoCmd     `cmd:"" help:"Put back what a mass change has done, until it takes effect."`
	Cancel   massCancelCmd   `cmd:"" help:"Put a mass change aside."`
	Continue massContinueCmd `cmd:"" help:"Go on with a mass change that was interrupted."`
}

// by is on whose behalf a command is given: two people must be told apart.
type by struct {
	By string `required:"" help:"Who you are: a name or signature, kept in the journal."`
}

func (b by) who() routine.Who { return routine.Who{Actor: "cli:" + b.By, Role: routine.SystemOwner} }

type massDraftCmd struct {
	database
	by
	Kind      string   `default:"provider-replaced" enum:"provider-replaced,group-split,groups-merged,house-sold" help:"What happens: provider-replaced, group-split, groups-merged or house-sold."`
	From      []string `sep:"," help:"Codes of the groups whose clients are passed on."`
	To        string   `help:"Code of the group that takes those whom nothing else names."`
	Postal    []string `sep:"," help:"Postal code and group that takes over there, such as 43299=G002. May be given several times." placeholder:"CODE=GROUP"`
	Property  []string `sep:"," help:"Of houses sold: the properties' ids." placeholder:"ID"`
	OldOwner  string   `help:"Of houses sold, instead of properties: the id of the owner who sells everything." placeholder:"ID"`
	NewOwner  []string `sep:"," help:"Of houses sold: the new owners' ids. Letters go to the first." placeholder:"ID"`
	Effective string   `required:"" help:"Day from which it holds, YYYY-MM-DD."`
	Reason    string   `required:"" help:"Why, kept with the change."`
}

func (c *massDraftCmd) Run(p *program) error {
	postal := map[string]string{}
	for _, pair := range c.Postal {
		code, group, ok := strings.Cut(pair, "=")
		if !ok {
			return exit{2, errPair.Fill(pair)}
		}
		postal[code] = group
	}
	zone, err := local()
	if err != nil {
		return err
	}
	at, err := time.ParseInLocation(time.DateOnly, c.Effective, zone)
	if err != nil {
		return exit{2, errDay.Fill(c.Effective).With(err)}
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		change, err := m.Casework.DraftMass(p.ctx, c.who(), casework.NewMass{Kind: casework.MassKind(c.Kind), Effective: at, Reason: c.Reason,
			Spec: casework.MassSpec{From: c.From, To: c.To, Postal: postal, Properties: c.Property, OldOwner: c.OldOwner, Owners: c.NewOwner}})
		if err != nil {
			return usage(err)
		}
		fmt.Fprintln(p.stdout, change.ID)
		p.say("Utkast %s: %d rader. Se dem, och låt någon annan granska.", "Draft %s: %d rows. Look at them, and let somebody else review it.",
			change.Number, change.Total)
		return nil
	})
}

var (
	errPair = problem.New(problem.Invalid, "mass-postal",
		"%q ska skrivas postnummer=grupp, till exempel 43299=G002.", "%q is written postal code=group, such as 43299=G002.")
	errDay = problem.New(problem.Invalid, "date",
		"Dagen %q går inte att läsa. Skriv den som ÅÅÅÅ-MM-DD.", "The day %q cannot be read. Write it as YYYY-MM-DD.")
)

type massListCmd struct {
	database
	by
}

func (c *massListCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		rows := [][]string{{"id", "number", "kind", "state", "effective", "clients"}}
		for after := ""; ; {
			page, next, err := m.Casework.MassChanges(p.ctx, c.who(), after, 500)
			if err != nil {
				return err
			}
			for _, x := range page {
				rows = append(rows, []string{x.ID, x.Number, string(x.Kind), string(x.State), p.day(x.Effective), fmt.Sprintf("%d/%d", x.Count, x.Total)})
			}
			if after = next; next == "" {
				p.table(p.stdout, rows)
				return nil
			}
		}
	})
}

type massRowsCmd struct {
	database
	by
	ID string `arg:"" help:"The mass change's id, from mass list."`
}

func (c *massRowsCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		rows := [][]string{{"row", "client", "property", "to", "state", "services", "rights", "receipts", "locks", "mountings", "note"}}
		for after := int64(0); ; {
			page, next, err := m.Casework.MassRows(p.ctx, c.who(), c.ID, "", after, 500)
			if err != nil {
				return err
			}
			for _, x := range page {
				rows = append(rows, []string{fmt.Sprint(x.Seq), x.ClientID, x.PropertyID, x.To, x.State, fmt.Sprint(x.Services), fmt.Sprint(x.Rights),
					fmt.Sprint(x.Receipts), fmt.Sprint(x.Locks), fmt.Sprint(x.Mountings), x.Note})
			}
			if after = next; next == 0 {
				p.table(p.stdout, rows)
				return nil
			}
		}
	})
}

type massTurn struct {
	database
	by
	ID string `arg:"" help:"The mass change's id, from mass list."`
}

type (
	massReviewCmd   struct{ massTurn }
	massApplyCmd    struct{ massTurn }
	massUndoCmd     struct{ massTurn }
	massCancelCmd   struct{ massTurn }
	massContinueCmd struct{ massTurn }
)

func (c *massReviewCmd) Run(p *program) error   { return c.do(p, (*casework.Service).ReviewMass) }
func (c *massApplyCmd) Run(p *program) error    { return c.do(p, (*casework.Service).ApplyMass) }
func (c *massUndoCmd) Run(p *program) error     { return c.do(p, (*casework.Service).UndoMass) }
func (c *massCancelCmd) Run(p *program) error   { return c.do(p, (*casework.Service).CancelMass) }
func (c *massContinueCmd) Run(p *program) error { return c.do(p, (*casework.Service).ContinueMass) }

func (c *massTurn) do(p *program, turn func(*casework.Service, context.Context, routine.Who, string) (casework.MassChange, error)) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		change, err := turn(m.Casework, p.ctx, c.who(), c.ID)
		if err != nil {
			return err
		}
		p.say("Massändring %s: %s, %d av %d.", "Mass change %s: %s, %d of %d.", change.Number, change.State, change.Count, change.Total)
		return nil
	})
}
