package cli

import (
	"fmt"
	"strings"
	"time"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
)

type accountCmd struct {
	Create   accountCreateCmd   `cmd:"" help:"Make an account; its first code is printed once, on standard output."`
	List     accountListCmd     `cmd:"" help:"List accounts with their assignments."`
	Assign   accountAssignCmd   `cmd:"" help:"Give an account an assignment: a role for an organisation."`
	Unassign accountUnassignCmd `cmd:"" help:"End an assignment, at once."`
	Identify accountIdentifyCmd `cmd:"" help:"Say what a provider of identity calls the person."`
	Reset    accountResetCmd    `cmd:"" help:"Take password, app and passkeys from somebody who has lost them; a new first code is printed."`
	Close    accountCloseCmd    `cmd:"" help:"Take everything from somebody who has left, at once."`
}

// assignment is what an assignment is given by.
type assignment struct {
	Role         string   `help:"Role, such as system-owner, lock-manager, case-officer or provider."`
	Organisation string   `help:"Organisation number."`
	Area         []string `help:"Postal code, or its first digits, that the assignment is for. May be given several times; none: everywhere."`
	Lead         bool     `help:"Let the person answer for the others of the same role and organisation."`
	Until        string   `help:"First day on which the assignment no longer holds, YYYY-MM-DD." placeholder:"DAY"`
}

func (a assignment) give(p *program) (*identity.Give, error) {
	if a.Role == "" && a.Organisation == "" {
		return nil, nil
	}
	g := &identity.Give{Role: routine.Role(a.Role), Organisation: a.Organisation, Areas: a.Area, Lead: a.Lead}
	if a.Until != "" {
		zone, err := time.LoadLocation("Europe/Stockholm")
		if err != nil {
			return nil, err
		}
		if g.Until, err = time.ParseInLocation(time.DateOnly, a.Until, zone); err != nil {
			return nil, exit{2, identity.ErrAssignment.On("until").With(err)}
		}
	}
	return g, nil
}

type accountCreateCmd struct {
	database
	assignment
	Name     string `required:"" help:"The person's name."`
	Login    string `help:"Login name, for password and app; without one the person logs in by passkey or a provider of identity."`
	Email    string `help:"E-mail address, for notices."`
	Phone    string `help:"Phone number, for notices."`
	Employee string `help:"Employee number, if the person is in the register of staff."`
}

func (c *accountCreateCmd) Run(p *program) error {
	give, err := c.give(p)
	if err != nil {
		return err
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		a, code, err := m.Accounts.Create(p.ctx, identity.Operator(), identity.NewAccount{Name: c.Name, LoginName: c.Login, Email: c.Email, Phone: c.Phone, Employee: c.Employee}, give)
		if err != nil {
			return usage(err)
		}
		return p.firstCode(a.ID, code)
	})
}

func (p *program) firstCode(account, code string) error {
	fmt.Fprintln(p.stdout, code)
	p.say("Konto %s. Koden visas bara nu, gäller en gång och i ett dygn: lämna den till personen, som skriver den på inloggningssidan.",
		"Account %s. The code is shown only now, works once and within a day: give it to the person, who types it on the login page.", account)
	return nil
}

type accountListCmd struct {
	database
	Closed bool `help:"Also those that are closed."`
}

func (c *accountListCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		rows := [][]string{{"account", "name", "login", "state", "assignment", "role", "organisation", "areas", "lead", "until"}}
		for after := ""; ; {
			page, err := m.Accounts.List(p.ctx, identity.Operator(), identity.AccountFilter{Closed: c.Closed}, after, 500)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				p.table(p.stdout, rows)
				return nil
			}
			for _, a := range page {
				lines, err := p.accountLines(m, a)
				if err != nil {
					return err
				}
				rows = append(rows, lines...)
			}
			after = page[len(page)-1].ID
		}
	})
}

func (p *program) accountLines(m *municipality.Municipality, a identity.Account) ([][]string, error) {
	if !a.Closed.IsZero() {
		return [][]string{{a.ID, a.Name, "", "closed", "", "", "", "", "", ""}}, nil
	}
	_, all, err := m.Accounts.Account(p.ctx, identity.Operator(), a.ID)
	if err != nil {
		return nil, err
	}
	rows := [][]string{}
	for _, g := range all {
		until := ""
		if g.Until.Before(routine.Forever) {
			until = p.day(g.Until)
		}
		rows = append(rows, []string{a.ID, a.Name, a.LoginName, "active", g.ID, string(g.Role), g.Organisation, strings.Join(g.Areas, " "), fmt.Sprint(g.Lead), until})
	}
	if len(rows) == 0 {
		rows = append(rows, []string{a.ID, a.Name, a.LoginName, "active", "", "", "", "", "", ""})
	}
	return rows, nil
}

type accountAssignCmd struct {
	database
	assignment
	ID string `arg:"" help:"The account's id, from account list."`
}

func (c *accountAssignCmd) Run(p *program) error {
	give, err := c.give(p)
	if err != nil {
		return err
	}
	if give == nil {
		return exit{2, identity.ErrAssignment.On("role")}
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		g, err := m.Accounts.Give(p.ctx, identity.Operator(), c.ID, *give)
		if err != nil {
			return usage(err)
		}
		p.say("Uppdraget %s är givet.", "The assignment %s is given.", g.ID)
		return nil
	})
}

type accountUnassignCmd struct {
	database
	ID     string `arg:"" help:"The assignment's id, from account list."`
	Reason string `required:"" help:"Why."`
}

func (c *accountUnassignCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		return usage(m.Accounts.EndAssignment(p.ctx, identity.Operator(), c.ID, c.Reason))
	})
}

type accountIdentifyCmd struct {
	database
	ID     string `arg:"" help:"The account's id, from account list."`
	Issuer string `required:"" help:"The provider of identity, as it calls itself: https://…"`
	Kind   string `required:"" enum:"affiliation,hsa,sub,number" help:"Sort of identity: affiliation, hsa, sub or number."`
	Value  string `required:"" help:"The identity. A personal identity number is kept only as a hash."`
}

func (c *accountIdentifyCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		return usage(m.Accounts.Identify(p.ctx, identity.Operator(), c.ID, identity.Identifier{Issuer: c.Issuer, Kind: identity.IdentifierKind(c.Kind), Value: c.Value}))
	})
}

type accountResetCmd struct {
	database
	ID string `arg:"" help:"The account's id, from account list."`
}

func (c *accountResetCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		code, err := m.Accounts.Reset(p.ctx, identity.Operator(), c.ID)
		if err != nil {
			return usage(err)
		}
		return p.firstCode(c.ID, code)
	})
}

type accountCloseCmd struct {
	database
	ID     string `arg:"" help:"The account's id, from account list."`
	Reason string `required:"" help:"Why."`
}

func (c *accountCloseCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		return usage(m.Accounts.Close(p.ctx, identity.Operator(), c.ID, c.Reason))
	})
}
