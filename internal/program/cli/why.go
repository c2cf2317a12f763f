package cli

import (
	"fmt"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
)

type whyCmd struct {
	database
	Lock  string `required:"" help:"Serial number of a lock, such as DC10002."`
	Group string `required:"" help:"Code of a group, such as G001."`
}

// Run prints the chain of grounds of every right that a group has or has had to a lock.
func (c *whyCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		chains, err := m.Why(p.ctx, c.Lock, c.Group)
		if err != nil {
			return err
		}
		for i, chain := range chains {
			if i > 0 {
				fmt.Fprintln(p.stdout)
			}
			printChain(p, c, chain, m.Profile)
		}
		return nil
	})
}

func printChain(p *program, c *whyCmd, chain access.Chain, profile routine.Profile) {
	say := func(sv, en string, args ...any) {
		fmt.Fprintf(p.stdout, problem.Text{SV: sv, EN: en}.In(p.lang)+"\n", args...)
	}
	rule := routine.Sentence(chain.Ground.Rule)
	say("behörighet  %s (%s) får öppna lås %s %s", "right       %s (%s) may open lock %s %s",
		c.Group, chain.GroupName, c.Lock, p.period(chain.Right.From, chain.Right.Until))
	if hours, limited := profile.OpensIn(chain.Ground.Kind); limited {
		say("tider       %s", "hours       %s", hours.Text(p.lang))
	}
	say("grund       %s, regel %s: %s", "ground      %s, rule %s: %s", p.service(chain.Ground.Kind), rule.ID, problem.Text{SV: rule.SV, EN: rule.EN}.In(p.lang))
	say("beslut      insats %s för kund %s", "decision    service %s for client %s",
		p.period(chain.Ground.From, chain.Ground.Until), chain.ClientID)
	if chain.OrderNumber != "" {
		sv, en := routine.OrderKind(chain.OrderKind).Name()
		say("beställning %s (%s) från %s %s, mottagen %s", "order       %s (%s) from %s %s, received %s",
			chain.OrderNumber, problem.Text{SV: sv, EN: en}.In(p.lang), organisation(chain.OrderedBy), p.channel(chain.Channel), p.day(chain.OrderedAt))
	} else {
		say("källa       %s", "source      %s", p.origin(chain.Origin))
	}
	switch {
	case chain.EndedNumber != "":
		say("upphör      enligt beställning %s", "ends        by order %s", chain.EndedNumber)
	case chain.EndedBy != "":
		say("upphör      enligt %s", "ends        by %s", p.origin(chain.EndedBy))
	}
}

// period says from when and until when, or until further notice.
func (p *program) period(from, until time.Time) string {
	text := problem.Text{SV: "från %s till %s", EN: "from %s until %s"}
	if until.Year() >= 9999 {
		text = problem.Text{SV: "från %s %s", EN: "from %s %s"}
	}
	return fmt.Sprintf(text.In(p.lang), p.day(from), p.day(until))
}

func (p *program) service(k routine.ServiceKind) string {
	t := map[routine.ServiceKind]problem.Text{
		routine.Alarm:    {SV: "trygghetslarm", EN: "safety alarm"},
		routine.HomeCare: {SV: "hemtjänst", EN: "home care"},
		routine.Health:   {SV: "hälso- och sjukvård", EN: "health care"},
		routine.Shopping: {SV: "inköp", EN: "shopping"},
	}[k]
	return t.In(p.lang)
}

// channel says in words how an order came.
func (p *program) channel(c string) string {
	t, ok := map[string]problem.Text{
		"api":                {SV: "genom REST", EN: "by REST"},
		"fhir":               {SV: "genom FHIR", EN: "by FHIR"},
		"portal":             {SV: "i portalen", EN: "in the portal"},
		casework.ChannelForm: {SV: "på blankett", EN: "on a form"},
	}[c]
	if !ok {
		return c
	}
	return t.In(p.lang)
}

// organisation writes an organisation number as people do.
func organisation(number string) string {
	if n, err := swedish.ParseOrgNumber(number); err == nil {
		return n.Dashed()
	}
	return number
}

// origin says in words where something came from.
func (p *program) origin(o string) string {
	kind, rest, _ := strings.Cut(o, ":")
	switch kind {
	case "register":
		file, row, _ := strings.Cut(rest, ":")
		return fmt.Sprintf(problem.Text{SV: "registret %s, rad %s", EN: "register %s, row %s"}.In(p.lang), file, row)
	case "order":
		return fmt.Sprintf(problem.Text{SV: "beställning %s", EN: "order %s"}.In(p.lang), rest)
	}
	return o
}

type rightsCmd struct {
	Rebuild rebuildCmd `cmd:"" help:"Recompute everybody's grounds and rights; says how many rows were not as they should be."`
}

type rebuildCmd struct{ database }

func (c *rebuildCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		changed, err := m.Recompute(p.ctx)
		if err != nil {
			return err
		}
		p.say("%d rader ändrades.", "%d rows were changed.", changed)
		return nil
	})
}
