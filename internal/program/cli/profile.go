package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/profiles"
)

type profileCmd struct {
	List    profileListCmd    `cmd:"" help:"List the known profiles."`
	Check   profileCheckCmd   `cmd:"" help:"Check a profile; tells every fault with its place and what to do."`
	Show    profileShowCmd    `cmd:"" help:"Print a profile, or a municipality's."`
	Set     profileSetCmd     `cmd:"" help:"Give a municipality a profile; everybody's rights follow."`
	Routine profileRoutineCmd `cmd:"" help:"Print the routine in words: the rules, and what profiles say."`
}

type profileListCmd struct{}

func (profileListCmd) Run(p *program) error {
	rows := [][]string{{"profil", "kommun", "källa", "beslutad", "reviderad"}}
	if p.lang == "en" {
		rows = [][]string{{"profile", "municipality", "source", "decided", "revised"}}
	}
	for _, name := range profiles.Names() {
		known, err := profiles.Load(name)
		if err != nil {
			return err
		}
		rows = append(rows, []string{name, known.Name, known.Source.Title, known.Source.Decided, known.Source.Revised})
	}
	p.table(p.stdout, rows)
	return nil
}

type profileCheckCmd struct {
	Profile string `arg:"" help:"Name of a known profile, or a file."`
}

func (c *profileCheckCmd) Run(p *program) error {
	_, checked, err := chosenProfile(c.Profile)
	if faults, ok := errors.AsType[profiles.Faults](err); ok {
		for _, line := range faults.Lines(p.lang) {
			fmt.Fprintln(p.stdout, line)
		}
		return exit{1, nil}
	}
	if err != nil {
		return exit{2, err}
	}
	p.say("%s: inga fel.", "%s: no faults.", checked.Name)
	return nil
}

type profileShowCmd struct {
	Profile string `arg:"" optional:"" help:"Name of a known profile, or a file."`
	DB      string `name:"db" placeholder:"DIR|URL" help:"The municipality: a folder (SQLite) or a postgres:// URL."`
}

var errShow = problem.New(problem.Invalid, "profile-show", "Ange en profil eller --db, och bara det ena.", "Name a profile or --db, and only one of them.")

func (c *profileShowCmd) Run(p *program) error {
	if (c.Profile == "") == (c.DB == "") {
		return exit{2, errShow}
	}
	if c.Profile != "" {
		text, err := profileText(c.Profile)
		if err != nil {
			return exit{2, err}
		}
		_, err = p.stdout.Write(text)
		return err
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		text, err := m.ProfileText(p.ctx)
		if err == nil && text == "" {
			p.say("Kommunen har inte valt någon profil. Den vanliga rutinen gäller. Välj en med: hemnyckel profile set --db …",
				"The municipality has not chosen a profile. The usual routine applies. Choose one with: hemnyckel profile set --db …")
		}
		fmt.Fprint(p.stdout, text)
		return err
	})
}

type profileSetCmd struct {
	database
	Profile string `arg:"" help:"Name of a known profile, or a file."`
}

func (c *profileSetCmd) Run(p *program) error {
	text, chosen, err := chosenProfile(c.Profile)
	if err != nil {
		return exit{2, err}
	}
	o := p.options()
	o.Profile = string(text)
	m, err := municipality.Open(p.ctx, c.DB, o)
	if err != nil {
		return err
	}
	changed, err := m.FinishProfile(p.ctx)
	if err == nil {
		p.say("Profilen för %s gäller. Ändrade behörigheter: %d. Starta om servrar som kör: de har den gamla tills dess.",
			"The profile of %s applies. Changed rights: %d. Restart servers that run: until then they have the old one.", chosen.Name, changed)
	}
	return errors.Join(err, m.Close())
}

type profileRoutineCmd struct {
	Profiles []string `arg:"" optional:"" help:"Names of known profiles, or files (default: all that are known)."`
}

func (c *profileRoutineCmd) Run(p *program) error {
	names := c.Profiles
	if len(names) == 0 {
		names = profiles.Names()
	}
	var of []routine.Profile
	for _, name := range names {
		_, chosen, err := chosenProfile(name)
		if err != nil {
			return exit{2, err}
		}
		of = append(of, chosen)
	}
	return profiles.WriteRoutine(p.stdout, of...)
}

// chosenProfile is the profile of that name, or of that file.
func chosenProfile(name string) (text []byte, p routine.Profile, err error) {
	if text, err = profileText(name); err != nil {
		return nil, p, err
	}
	p, err = profiles.Read(name, bytes.NewReader(text))
	return text, p, err
}

func profileText(name string) ([]byte, error) {
	text, unknown := profiles.Text(name)
	if unknown == nil {
		return text, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, errors.Join(unknown, err)
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, profiles.MaxSize+1))
}
