package cli

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create a token; its secret is printed once, on standard output."`
	List   tokenListCmd   `cmd:"" help:"List tokens."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token."`
}

type tokenCreateCmd struct {
	database
	Organisation string   `required:"" help:"Organisation number of the one that calls."`
	Scope        []string `required:"" help:"What it may do: role:NAME, or role:NAME:read. Roles: case-officer, provider, health-unit, delivery, alarm-team, lock-manager, system-owner, registrar, auditor." sep:","`
	Days         int      `help:"Days until it expires, at most two years." default:"365"`
}

func (c *tokenCreateCmd) Run(p *program) error {
	org, err := swedish.ParseOrgNumber(c.Organisation)
	if err != nil {
		return exit{2, err}
	}
	scopes := make([]identity.Scope, len(c.Scope))
	for i, s := range c.Scope {
		scopes[i] = identity.Scope(s)
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		token, secret, err := m.Tokens.Create(p.ctx, "cli", org.String(), scopes, time.Now().AddDate(0, 0, c.Days))
		if err != nil {
			return usage(err)
		}
		fmt.Fprintln(p.stdout, secret)
		p.say("Åtkomstnyckel %s, gäller till %s. Hemligheten visas bara nu.", "Token %s, valid until %s. The secret is shown only now.",
			token.ID, p.day(token.Expires))
		return nil
	})
}

type tokenListCmd struct{ database }

func (c *tokenListCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		tokens, err := m.Tokens.List(p.ctx)
		if err != nil {
			return err
		}
		rows := [][]string{{"id", "organisation", "scopes", "expires", "valid"}}
		for _, t := range tokens {
			var scopes []string
			for _, s := range t.Scopes {
				scopes = append(scopes, string(s))
			}
			rows = append(rows, []string{t.ID, t.Organisation, strings.Join(scopes, " "), p.day(t.Expires), fmt.Sprint(t.Valid(time.Now()))})
		}
		p.table(p.stdout, rows)
		return nil
	})
}

type tokenRevokeCmd struct {
	database
	ID string `arg:"" help:"The token's id, from token list."`
}

func (c *tokenRevokeCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.Tokens.Revoke(p.ctx, "cli", c.ID); err != nil {
			return err
		}
		p.say("Åtkomstnyckeln är återkallad.", "The token is revoked.")
		return nil
	})
}

type staffCmd struct {
	Enrol staffEnrolCmd `cmd:"" help:"Give a staff member a badge and a PIN for the sync stations."`
	End   staffEndCmd   `cmd:"" help:"Take everything from a staff member who has left, at once."`
}

type staffEnrolCmd struct {
	database
	Number string `required:"" help:"Employee number."`
	Badge  string `required:"" help:"What the badge reader reads."`
	PIN    string `name:"pin" required:"" help:"The PIN, or - to read it from standard input."`
}

func (c *staffEnrolCmd) Run(p *program) error {
	pin := c.PIN
	if pin == "-" {
		if _, err := fmt.Fscanln(p.stdin, &pin); err != nil {
			return exit{2, problem.New(problem.Invalid, "pin-missing", "Ingen PIN kom på standard in.", "No PIN came on standard input.").With(err)}
		}
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		return usage(m.Staff.Enrol(p.ctx, "cli", c.Number, c.Badge, pin))
	})
}

type backupCmd struct {
	database
	File string `arg:"" help:"The file to write; it must not exist."`
}

func (c *backupCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.DB.Backup(p.ctx, c.File); err != nil {
			return err
		}
		p.say("Säkerhetskopian %s är skriven. Den innehåller personuppgifter: förvara den därefter. Nycklarna finns inte i den: kopiera nyckelmappen för sig, till ett annat ställe.",
			"The backup %s is written. It holds personal data: keep it accordingly. The keys are not in it: copy the key folder by itself, to another place.", c.File)
		return nil
	})
}

type restoreCmd struct {
	database
	File string `arg:"" help:"The backup."`
}

func (c *restoreCmd) Run(p *program) error {
	if err := storage.Restore(p.ctx, c.File, c.DB); err != nil {
		return err
	}
	if err := municipality.MarkRestored(p.ctx, c.DB); err != nil {
		return err
	}
	p.say("Kommunen är återläst. Kontrollera den med: hemnyckel log check --db …; lägg nyckelmappen bredvid den, eller ange den med --keys; spärra på nytt nycklar som spärrats efter kopian.",
		"The municipality is restored. Check it with: hemnyckel log check --db …; put the key folder beside it, or name it with --keys; block again the keys that were blocked after the backup.")
	return nil
}

type versionCmd struct{}

func (versionCmd) Run(p *program) error {
	fmt.Fprintln(p.stdout, "hemnyckel", version())
	return nil
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "devel"
}

// printReport tells a person what a valid extract shows.
func printReport(p *program, r journal.Report) {
	p.say("GILTIG: %d poster ur loggen %s, underskriven av %s när den hade %d poster.",
		"VALID: %d entries of the log %s, signed by %s when it had %d entries.",
		len(r.Entries), r.Origin, strings.Join(r.SignedBy, ", "), r.Size)
	for _, e := range r.Entries {
		name := string(e.Kind)
		if info, ok := journal.Describe(e.Kind); ok {
			name = info.Name.In(p.lang)
		}
		fmt.Fprintf(p.stdout, "%v  %s\n", e.Place(), name)
		for _, f := range e.Fields {
			fmt.Fprintf(p.stdout, "    %s: %s\n", f.Name, f.Value)
		}
		if e.Hidden > 0 {
			fmt.Fprintf(p.stdout, problem.Text{SV: "    (%d uppgifter visas inte)", EN: "    (%d fields are not shown)"}.In(p.lang)+"\n", e.Hidden)
		}
	}
}
