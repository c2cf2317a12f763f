package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"hemnyckel/internal/program/demo"
)

type demoCmd struct {
	Once    bool   `help:"Play the day, print its result as JSON, and end: with 0 only if every step held."`
	DB      string `name:"db" placeholder:"DIR|URL" help:"Municipality to play in (default: a temporary one)."`
	Profile string `help:"Profile by which it works, a known one's name or a file." default:"varberg"`
	Clients int    `help:"Size of the made-up municipality." default:"2300"`
	Seed    uint64 `help:"The same seed gives the same municipality." default:"1"`
	Listen  string `help:"Address of the portal (default: a free port on this machine)."`
	Parts   string `help:"Write where keys, stations and locks are into a file, to play on by hand." placeholder:"FILE"`
}

// Run plays the day and, without --once, leaves the portal open until it is interrupted.
func (c *demoCmd) Run(p *program) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	profile, _, err := chosenProfile(c.Profile)
	if err != nil {
		return exit{2, err}
	}
	day, err := demo.Run(p.ctx, demo.Config{Program: program, DB: c.DB, Profile: string(profile), Clients: c.Clients, Seed: c.Seed, Lang: p.lang, Say: p.stderr, Listen: c.Listen,
		Keys: p.keys, PassphraseFile: p.pass, Ask: p.options().Ask})
	if day == nil {
		return err
	}
	result := day.Result()
	if c.Once {
		if err == nil {
			err = day.Close()
		}
		return errors.Join(err, json.NewEncoder(p.stdout).Encode(result))
	}
	if err != nil {
		return err
	}
	if c.Parts != "" {
		if err := day.WriteParts(c.Parts); err != nil {
			return errors.Join(err, day.Close())
		}
	}
	p.say("\nPortalen är öppen: %s\nVälj en roll på inloggningssidan. Avsluta med Ctrl-C.", "\nThe portal is open: %s\nChoose a role on the login page. End with Ctrl-C.", result.Portal)
	for _, page := range day.Links() {
		fmt.Fprintf(p.stderr, "  %s\n", page)
	}
	p.say("Mejl och sms läggs i en mapp i stället för att skickas: %s", "Mail and text messages are laid in a folder instead of being sent: %s", day.Letters())
	<-p.ctx.Done()
	return day.Close()
}
