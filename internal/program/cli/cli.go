// Package cli is the command table: what can be typed after "hemnyckel", what it needs and what it answers.
//
// It owns names, flags, help texts, exit codes and how results are printed: data goes to standard output, everything said
// to a person to standard error. It holds no behaviour of its own.
//
// Exit codes: 0 done; 1 it did not work, and why is said; 2 the command line is wrong, or nothing was done; import adds
// 3 (done, but rows were left out).
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/keystore"
)

// commands is the command table. Each field is a command; its type has the flags and a Run method.
type commands struct {
	Lang  string `help:"Language of messages: sv or en (else HEMNYCKEL_LANG says)." enum:"sv,en" default:"${lang}"`
	Debug bool   `help:"Show what lies behind an error."`
	Keys  string `help:"Folder of the municipality's keys (default: keys beside an SQLite database)." env:"HEMNYCKEL_KEYS" placeholder:"DIR"`
	Pass  string `name:"passphrase-file" help:"File with the passphrase of the keys; without it, it is asked for when it is needed." env:"HEMNYCKEL_PASSPHRASE_FILE" placeholder:"FILE"`

	Demo      demoCmd      `cmd:"" help:"Play a working day in a made-up municipality and leave the portal open."`
	Simulate  simulateCmd  `cmd:"" help:"Let a made-up municipality live through days of virtual time and say which promises held."`
	Import    importCmd    `cmd:"" help:"Read a municipality's registers into its database."`
	Sample    sampleCmd    `cmd:"" help:"Write the registers of a made-up municipality."`
	Server    serverCmd    `cmd:"" help:"Serve a municipality: portal, interfaces, stations."`
	Station   stationCmd   `cmd:"" help:"Run a sync station, or enrol one."`
	Lock      lockCmd      `cmd:"" help:"Run a simulated lock, press the button inside it, or reset it."`
	Key       keyCmd       `cmd:"" help:"Use a simulated key: sync, activate, open, return, enrol, block."`
	Mount     mountCmd     `cmd:"" help:"Mount a lock at a client's door and claim it."`
	Staff     staffCmd     `cmd:"" help:"Give a staff member badge and PIN."`
	Account   accountCmd   `cmd:"" help:"People who log in: accounts and what they may do."`
	Token     tokenCmd     `cmd:"" help:"Create, list and revoke the tokens of calling systems."`
	Why       whyCmd       `cmd:"" help:"Say why a group may open a lock, back to the decision."`
	Profile   profileCmd   `cmd:"" help:"The municipality's profile: what its routine says."`
	Crisis    crisisCmd    `cmd:"" help:"What to do now when something fails."`
	Fault     faultCmd     `cmd:"" help:"Faults: report, list, end."`
	Charge    chargeCmd    `cmd:"" help:"Charges: list, decide, hand over for invoicing."`
	Mass      massCmd      `cmd:"" help:"Mass changes: many clients to other groups, or houses to other owners, from one day."`
	Inbox     inboxCmd     `cmd:"" help:"What keys have carried home: what waits to be taken over, and anomalies to look at."`
	Rights    rightsCmd    `cmd:"" help:"Recompute all rights from their grounds."`
	Ca        caCmd        `cmd:"" help:"The keys of the municipality: root, roles, ceremonies, status."`
	Log       logCmd       `cmd:"" help:"The journal: public keys, proofs, check."`
	Retention retentionCmd `cmd:"" help:"Erase what has been kept long enough."`
	Verify    verifyCmd    `cmd:"" help:"Verify an extract of a journal, without trusting whoever made it."`
	Backup    backupCmd    `cmd:"" help:"Copy a municipality to a file while it is in use."`
	Restore   restoreCmd   `cmd:"" help:"Make a municipality from a backup."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
	Explain   helpCmd      `cmd:"" name:"help" help:"Say what a command is for and what it needs, as --help does."`
}

// program is what commands get to work with.
type program struct {
	ctx    context.Context
	lang   string
	debug  bool
	keys   string // folder of the municipality's keys, "" for the usual one
	pass   string // file with their passphrase, or ""
	work   int    // of a new passphrase
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// exit is an error that sets the exit code. Without a cause it says nothing.
type exit struct {
	code  int
	cause error
}

func (e exit) Error() string {
	if e.cause == nil {
		return ""
	}
	return e.cause.Error()
}

func (e exit) Unwrap() error { return e.cause }

// database is the flag that nearly every command has.
type database struct {
	DB string `required:"" name:"db" placeholder:"DIR|URL" help:"The municipality: a folder (SQLite) or a postgres:// URL."`
}

// Main runs one command and returns the exit code. It ends early, and cleanly, on SIGINT and SIGTERM.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return run(args, stdin, stdout, stderr, keystore.Work)
}

// run is Main with passphrases that cost work: only the tests' own program takes less than keystore.Work.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, work int) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{ctx: ctx, work: work, stdin: stdin, stdout: stdout, stderr: stderr, lang: languageOf(args, os.Getenv("HEMNYCKEL_LANG"))}
	var table commands
	code := -1
	parser, err := newParser(&table, p, func(c int) { code = c })
	if err != nil {
		fmt.Fprintln(stderr, "hemnyckel:", err)
		return 2
	}
	chosen, err := parser.Parse(args)
	if code >= 0 { // --help
		return code
	}
	if err != nil {
		fmt.Fprintln(stderr, "hemnyckel:", p.usageWords(err))
		p.say("hemnyckel --help listar kommandona; hemnyckel KOMMANDO --help säger vad ett kommando behöver.",
			"hemnyckel --help lists the commands; hemnyckel COMMAND --help says what one needs.")
		return 2
	}
	p.lang, p.debug, p.keys, p.pass = table.Lang, table.Debug, table.Keys, table.Pass
	return p.report(chosen.Run(p))
}

func newParser(table *commands, p *program, end func(int)) (*kong.Kong, error) {
	printer := kong.HelpPrinter(kong.DefaultHelpPrinter)
	if p.lang == "sv" {
		printer = swedishPrinter
	}
	parser, err := kong.New(table, kong.Name("hemnyckel"), kong.Writers(p.stdout, p.stderr), kong.Exit(end), kong.Help(printer),
		kong.Description("Digital keys and locks for municipal home care. Every right can say why it exists."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Vars{"lang": p.lang})
	if err == nil && p.lang == "sv" {
		translate(parser.Model.Node, swedishHelp())
	}
	return parser, err
}

// report says what went wrong and returns the exit code.
func (p *program) report(err error) int {
	if err == nil {
		return 0
	}
	code := 1
	if e, ok := errors.AsType[exit](err); ok {
		code = e.code
		if e.cause == nil {
			return code
		}
	}
	fmt.Fprintln(p.stderr, "hemnyckel:", p.words(err))
	return code
}

// say prints a line for a person.
func (p *program) say(sv, en string, args ...any) {
	fmt.Fprintf(p.stderr, problem.Text{SV: sv, EN: en}.In(p.lang)+"\n", args...)
}

// local is where the municipality's midnight is.
func local() (*time.Location, error) { return time.LoadLocation("Europe/Stockholm") }

// day prints an instant as a local day, with the hour where it is not midnight; the far end of time as "tills vidare".
func (p *program) day(t time.Time) string {
	if t.Year() >= 9999 {
		return problem.Text{SV: "tills vidare", EN: "until further notice"}.In(p.lang)
	}
	loc, err := local()
	if err != nil {
		loc = time.UTC
	}
	t = t.In(loc)
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02 15:04:05")
}

// table prints rows with aligned columns.
func (p *program) table(w io.Writer, rows [][]string) {
	var width []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], len([]rune(c)))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, c := range r {
			b.WriteString(c)
			if i < len(r)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-len([]rune(c))+2))
			}
		}
		fmt.Fprintln(w, b.String())
	}
}
