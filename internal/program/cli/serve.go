package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/edge/delivery"
	"hemnyckel/internal/edge/portal/login"
	"hemnyckel/internal/program/config"
	"hemnyckel/internal/program/keystore"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/server"
	"hemnyckel/internal/program/station"
	"hemnyckel/lockcore"
)

type serverCmd struct {
	database
	Listen     string   `help:"Address to listen on." default:"127.0.0.1:8080"`
	Cert       string   `name:"tls-cert" help:"PEM certificate chain." type:"existingfile"`
	Key        string   `name:"tls-key" help:"PEM key of the certificate." type:"existingfile"`
	Login      string   `help:"File that says how people log in: the portal's address and the providers of identity." type:"existingfile"`
	Post       string   `help:"File that says how people are told of things by mail and text message: the mail server and the gateway." type:"existingfile"`
	DemoLogin  bool     `help:"Let anybody choose who to be in the portal. For demonstrations only."`
	WebhookNet []string `name:"webhook-net" help:"Network inside the municipality that messages may be sent to, such as 10.1.0.0/16. May be given several times." placeholder:"NET"`
	Verbose    bool     `help:"Log every request."`
}

func (c *serverCmd) Run(p *program) error {
	nets := make([]netip.Prefix, len(c.WebhookNet))
	for i, text := range c.WebhookNet {
		var err error
		if nets[i], err = netip.ParsePrefix(text); err != nil {
			return exit{2, errNet.Fill(text).With(err)}
		}
	}
	origin, providers, err := c.login()
	if err != nil {
		return usage(err)
	}
	var carriers map[notify.Channel]delivery.Carrier
	if c.Post != "" {
		if carriers, err = config.ReadPost(c.Post); err != nil {
			return usage(err)
		}
	}
	s, err := server.New(p.ctx, server.Config{Carriers: carriers, Origin: origin, Providers: providers, DB: c.DB, Listen: c.Listen, CertFile: c.Cert, KeyFile: c.Key, WebhookNets: nets,
		DemoLogin: c.DemoLogin, Version: version(), Logger: p.logger(c.Verbose), Keys: p.keys, Ask: p.options().Ask})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, s.Addr()) // whoever started us with port 0 reads it here
	return s.Run(p.ctx)
}

// login reads how people log in. Without a file there is the local login, by password and app.
func (c *serverCmd) login() (origin string, all []login.Provider, err error) {
	if c.Login == "" {
		return "", nil, nil
	}
	l, providers, err := config.ReadLogin(c.Login)
	for _, one := range providers {
		all = append(all, one)
	}
	return l.Origin, all, err
}

var errNet = problem.New(problem.Invalid, "webhook-net",
	"%q är inget nät. Skriv det som 10.1.0.0/16.", "%q is not a network. Write it as 10.1.0.0/16.")

// logger writes what programs that go on running have to say.
func (p *program) logger(verbose bool) *slog.Logger {
	level := slog.LevelWarn
	if verbose {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: level}))
}

type stationCmd struct {
	Serve stationRunCmd   `cmd:"" name:"run" default:"withargs" help:"Run a sync station."`
	Enrol stationEnrolCmd `cmd:"" help:"Make a station known; prints the one-time token with which it starts."`
	Code  stationCodeCmd  `cmd:"" help:"Make an unlock code for a new station. It is nowhere else: write it down."`
	List  stationListCmd  `cmd:"" help:"List the stations, when they were last heard of, and which have been silent for too long."`
	Block stationBlockCmd `cmd:"" help:"Take a station's trust away for good; prints the nearest that work."`
}

type stationRunCmd struct {
	Server  string `required:"" help:"The server's address, such as https://nyckel.example.se."`
	State   string `required:"" help:"The station's folder." placeholder:"DIR"`
	Token   string `help:"One-time token, for the first start." env:"HEMNYCKEL_STATION_TOKEN"`
	Listen  string `help:"Address where keys come." default:"127.0.0.1:7300"`
	Panel   string `help:"Address of the panel where people identify." default:"127.0.0.1:7301"`
	Unlock  string `name:"unlock-file" help:"File with the code that the folder is sealed with; without one it is typed on the panel." env:"HEMNYCKEL_UNLOCK_FILE" placeholder:"FILE"`
	Open    bool   `name:"unsealed" help:"Do not seal the folder. For trials, and disks that are sealed as a whole."`
	Verbose bool   `help:"Log what happens."`
}

func (c *stationRunCmd) Run(p *program) error {
	sources := keystore.Environment()
	sources.UnlockFile = c.Unlock
	files, err := station.Open(p.ctx, station.Opening{Files: station.Folder(c.State), Ask: sources.Ask, Panel: c.Panel, Open: c.Open, Work: p.work, Logger: p.logger(c.Verbose),
		Waits: func(panel string) {
			fmt.Fprintf(p.stderr, problem.Text{SV: "Stationen är låst. Skriv upplåsningskoden på http://%s", EN: "The station is locked. Type the unlock code at http://%s"}.In(p.lang)+"\n", panel)
		}})
	if err != nil {
		return err
	}
	s, err := station.New(station.Config{Server: c.Server, Files: files, Token: c.Token, Listen: c.Listen, Panel: c.Panel, Logger: p.logger(c.Verbose)})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, s.Addr(), s.PanelAddr())
	return s.Run(p.ctx)
}

type stationCodeCmd struct{}

func (*stationCodeCmd) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, station.NewCode())
	return err
}

type stationEnrolCmd struct {
	database
	Name  string `required:"" help:"Where it stands, such as 'Norr, personalrummet'."`
	Group string `required:"" help:"Code of the group whose cabinet it stands at."`
}

func (c *stationEnrolCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		token, err := m.Stations.Enrol(p.ctx, "cli", c.Name, c.Group)
		if err == nil {
			fmt.Fprintln(p.stdout, token)
		}
		return err
	})
}

type lockCmd struct {
	Run   lockRunCmd   `cmd:"" default:"withargs" help:"Run a simulated lock."`
	Press lockPressCmd `cmd:"" help:"Press the button inside a simulated lock; that counts for two minutes."`
	Reset lockResetCmd `cmd:"" help:"Make a lock new again: what it has logged is taken home, and no old key opens it."`
}

type lockRunCmd struct {
	State  string `required:"" help:"The lock's folder." placeholder:"DIR"`
	Listen string `help:"Address where keys come." default:"127.0.0.1:7400"`
}

func (c *lockRunCmd) Run(p *program) error {
	l, err := locksim.NewLock(locksim.LockConfig{Dir: c.State, Addr: c.Listen,
		Bolt:    func() { p.say("regeln går", "the bolt moves") },
		Problem: func(err error) { fmt.Fprintln(p.stderr, "hemnyckel lock:", p.words(err)) }})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, l.Addr(), l.ClaimCode())
	stop := context.AfterFunc(p.ctx, func() { l.Close() })
	defer stop()
	return l.Run(p.ctx)
}

type lockPressCmd struct {
	State string `required:"" help:"The lock's folder." placeholder:"DIR"`
}

func (c *lockPressCmd) Run(*program) error { return locksim.Press(c.State) }

type lockResetCmd struct {
	database
	Serial string `required:"" help:"Serial number of the lock."`
	Device string `required:"" help:"Address of the lock." placeholder:"ADDR"`
	Code   string `help:"The code inside the lock; without it the lock manager's mandate is used."`
}

// Run resets the lock. When it is claimed again its epoch rises, so that no grant from before opens it.
func (c *lockResetCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		err := m.ResetLock(p.ctx, c.Serial, c.Code, func(r lockcore.Resetter) error {
			return locksim.Reset(p.ctx, c.Device, r)
		})
		if err == nil {
			p.say("låset är återställt; ta det i bruk igen med mount", "the lock has been reset; claim it again with mount")
		}
		return err
	})
}
