package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/municipality"
)

type caCmd struct {
	Init       caInitCmd       `cmd:"" help:"Make the root: offline with three custodians, or (--single) on one machine."`
	Request    caRequestCmd    `cmd:"" help:"Make new keys for roles and ask the custodians for certificates (on the server)."`
	Sign       caSignCmd       `cmd:"" help:"Answer a request with two custodians (on the offline machine)."`
	Install    caInstallCmd    `cmd:"" help:"Put the custodians' answer in force (on the server)."`
	Rotate     caRotateCmd     `cmd:"" help:"Replace a key: of a role, ingest, or the root."`
	Status     caStatusCmd     `cmd:"" help:"Every key: valid until when, where it lies, what has to be done."`
	Transcript caTranscriptCmd `cmd:"" help:"Verify a ceremony's transcript and print it."`
	Share      caShareCmd      `cmd:"" help:"Check that one's own share is whole and of the root in force."`
	Passphrase caPassphraseCmd `cmd:"" help:"Encrypt the key folder under a passphrase, or change it."`
}

type caInitCmd struct {
	Transcript string   `help:"The transcript, which is begun here." placeholder:"FILE"`
	Name       string   `help:"The municipality's name, for the transcript."`
	Custodian  []string `help:"A custodian and where the share is written, as 'Name=file'. Three times." sep:"none" placeholder:"NAME=FILE"`
	Single     bool     `help:"Make everything, the root too, on this machine. Simple, and as safe as this machine."`
	DB         string   `name:"db" placeholder:"DIR|URL" help:"With --single: the municipality that is made."`
	Encrypt    bool     `help:"With --single: encrypt the key folder under a passphrase."`
}

// Run makes a root, in one of two ways.
func (c *caInitCmd) Run(p *program) error {
	switch {
	case c.Single && c.DB != "" && c.Transcript == "":
		return c.single(p)
	case c.Single || c.DB != "" || c.Transcript == "":
		return exit{2, errInitForm}
	}
	people, err := parseCustodians(c.Custodian)
	if err != nil {
		return exit{2, err}
	}
	if err := p.newPassphrases(people); err != nil {
		return err
	}
	t, err := ceremony.Create(c.Transcript, c.Name, people, time.Now(), p.work)
	if err != nil {
		return err
	}
	fmt.Fprint(p.stdout, t.Entries[0].Text())
	p.say("Skriv ner fingeravtrycket på papper. Varje förvaltare tar sin fil med sig; ingen förvarar två. Spara protokollet på minst två ställen.",
		"Write the fingerprint down on paper. Each custodian takes the file along; nobody keeps two. Keep the transcript in at least two places.")
	return nil
}

var errInitForm = problem.New(problem.Invalid, "ca-init-form",
	"Ange antingen --transcript, --name och --custodian tre gånger (förvaltare), eller --single och --db (allt på en dator).",
	"Give either --transcript, --name and --custodian three times (custodians), or --single and --db (everything on one machine).")

func (c *caInitCmd) single(p *program) error {
	o := p.options()
	o.Create, o.Fresh = true, true
	if c.Encrypt {
		var err error
		o.Work = p.work
		if o.Passphrase, err = p.newPassphrase("nyckelmappen", "the key folder"); err != nil {
			return err
		}
	}
	m, err := municipality.Open(p.ctx, c.DB, o)
	if err != nil {
		return err
	}
	p.say("Kommunen är skapad, med roten och alla nycklar i en mapp på den här datorn. Den som får tag i mappen%s kan öppna dörrar: kopiera den till ett kassaskåp och ge ingen annan rätt att läsa den.",
		"The municipality is made, with the root and all keys in a folder on this machine. Whoever gets hold of it%s can open doors: put a copy in a safe and let nobody else read it.",
		map[bool]string{true: problem.Text{SV: " och lösenfrasen", EN: " and the passphrase"}.In(p.lang)}[c.Encrypt])
	return errors.Join(printKeys(p, m, municipality.DefaultWarning), m.Close())
}

type caRequestCmd struct {
	database
	Role []string `arg:"" optional:"" help:"Roles that get new keys (default: all): grant-issuer, station-ca, device-ca, revocation, config."`
	HSM  string   `name:"hsm" help:"Make the keys in a security module, such as pkcs11:token=NAME?module-path=/usr/lib/module.so." placeholder:"URI"`
	Out  string   `required:"" help:"The request, to be carried to the offline machine." placeholder:"FILE"`
}

func (c *caRequestCmd) Run(p *program) error {
	roles, err := parseRoles(c.Role)
	if err != nil {
		return exit{2, err}
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		r, err := m.Custody.Request(p.ctx, roles, c.HSM)
		if err != nil {
			return err
		}
		text, err := r.Text()
		if err != nil {
			return err
		}
		if err := ceremony.WriteNew(c.Out, text, ceremony.ErrFileExists); err != nil {
			return err
		}
		p.say("Begäran om %d certifikat är skriven till %s. Bär den till förvaltarnas dator: hemnyckel ca sign. Inget har bytts än.",
			"The request for %d certificates is written to %s. Carry it to the custodians' machine: hemnyckel ca sign. Nothing has been replaced yet.", len(r.Keys), c.Out)
		return nil
	})
}

type caSignCmd struct {
	Transcript string   `required:"" help:"The transcript, which grows by what is done." placeholder:"FILE"`
	Share      []string `required:"" help:"A custodian's share. Twice." sep:"none" placeholder:"FILE"`
	Out        string   `required:"" help:"The answer, to be carried to the server." placeholder:"FILE"`
	Request    string   `arg:"" optional:"" help:"The request; without one the latest answer is written again."`
}

// Run shows what is asked for before it asks anybody for a passphrase.
func (c *caSignCmd) Run(p *program) error {
	t, err := ceremony.Read(c.Transcript)
	if err != nil {
		return err
	}
	var r ceremony.Request
	if c.Request != "" {
		if r, err = ceremony.ReadRequest(c.Request); err != nil {
			return err
		}
		p.say("%s (%s) ber roten %s skriva under:", "%s (%s) asks the root %s to sign for:", r.Name, r.Municipality, ceremony.Fingerprint(t.Trust().Root))
		for _, k := range r.Keys {
			fmt.Fprintf(p.stderr, "  %s %s %s\n", ceremony.RoleName(k.Role), k.Key, k.Place)
		}
	}
	if err := wantFree(c.Out); err != nil {
		return err
	}
	p.sayClock()
	shares, err := p.twoShares(t, c.Share)
	if err != nil {
		return err
	}
	var text []byte
	if c.Request == "" {
		text, err = ceremony.LastAnswer(c.Transcript, shares, time.Now())
	} else {
		text, t, err = ceremony.Sign(c.Transcript, shares, r, time.Now())
	}
	return p.answered(c.Out, text, t, err)
}

// answered writes an answer and prints the transcript's last entry.
func (p *program) answered(file string, text []byte, t *ceremony.Transcript, err error) error {
	if err != nil {
		return err
	}
	if err := ceremony.WriteNew(file, text, ceremony.ErrFileExists); err != nil {
		return err
	}
	fmt.Fprint(p.stdout, t.Entries[len(t.Entries)-1].Text())
	p.say("Svaret är skrivet till %s. Bär det till servern: hemnyckel ca install.", "The answer is written to %s. Carry it to the server: hemnyckel ca install.", file)
	return nil
}

// sayClock lets the people in the room see a clock that is wrong before anything is signed by it.
func (p *program) sayClock() {
	now := time.Now()
	p.say("Klockan på den här datorn är %s (%s UTC). Avbryt om den är fel.", "This machine's clock says %s (%s UTC). Stop if it is wrong.",
		p.day(now), now.UTC().Format(time.DateTime))
}

func wantFree(file string) error {
	if _, err := os.Lstat(file); err == nil {
		return ceremony.ErrFileExists.Fill(file)
	}
	return nil
}

type caInstallCmd struct {
	database
	Root   string `help:"The root's fingerprint, as the transcript gives it: needed the first time." placeholder:"FINGERPRINT"`
	Answer string `arg:"" help:"The answer from ca sign or ca rotate root."`
}

func (c *caInstallCmd) Run(p *program) error {
	a, err := ceremony.ReadAnswer(c.Answer)
	if err != nil {
		return err
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := m.Custody.Install(p.ctx, "cli", a, c.Root); err != nil {
			return err
		}
		p.say("Svaret är installerat. Servrar som är igång tar det i bruk inom några sekunder.", "The answer is installed. Servers that run take it into use within seconds.")
		return printKeys(p, m, municipality.DefaultWarning)
	})
}

type caRotateCmd struct {
	What       string   `arg:"" help:"grant-issuer, station-ca, device-ca, revocation, config, ingest, root, or roles (all five)."`
	DB         string   `name:"db" placeholder:"DIR|URL" help:"The municipality, where the keys lie on this machine."`
	HSM        string   `name:"hsm" help:"Make the keys in a security module, such as pkcs11:token=NAME?module-path=/usr/lib/module.so." placeholder:"URI"`
	Leaked     bool     `help:"Of the root: it has leaked. What it has signed counts at once no more, and keys have to sync before they open."`
	Transcript string   `help:"Of a root with custodians: the transcript." placeholder:"FILE"`
	Share      []string `help:"Of a root with custodians: a custodian's present share. Twice." sep:"none" placeholder:"FILE"`
	Custodian  []string `help:"Of a root with custodians: who gets the new shares, as 'Name=file'. Three times." sep:"none" placeholder:"NAME=FILE"`
	Out        string   `help:"Of a root with custodians: the answer, to be carried to the server." placeholder:"FILE"`
}

// Run rotates what lies here, or holds the ceremony that changes the root.
func (c *caRotateCmd) Run(p *program) error {
	switch {
	case c.Transcript != "" && c.What == "root" && c.DB == "" && c.Out != "":
		return c.ceremony(p)
	case c.Transcript != "" || c.DB == "":
		return exit{2, errRotateForm}
	}
	var roles []credential.Role
	if c.What != "root" && c.What != "ingest" && c.What != "roles" {
		role, err := ceremony.ParseRole(c.What)
		if err != nil {
			return exit{2, err}
		}
		roles = []credential.Role{role}
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := c.rotate(p, m, roles); err != nil {
			return err
		}
		return printKeys(p, m, municipality.DefaultWarning)
	})
}

var errRotateForm = problem.New(problem.Invalid, "ca-rotate-form",
	"Ange --db, när nycklarna finns på den här datorn; eller, för en rot med förvaltare: root med --transcript, --share två gånger, --custodian tre gånger och --out.",
	"Give --db, where the keys lie on this machine; or, for a root with custodians: root with --transcript, --share twice, --custodian three times and --out.")

func (c *caRotateCmd) rotate(p *program, m *municipality.Municipality, roles []credential.Role) error {
	switch c.What {
	case "root":
		if err := m.Custody.RotateRoot(p.ctx, "cli", c.Leaked); err != nil {
			return err
		}
		p.say("Roten är bytt. Nycklar bär beskedet till låsen med sina nästa besök.", "The root is changed. Keys carry the news to the locks with their next visits.")
		return nil
	case "ingest":
		announced, err := m.Custody.RotateIngest(p.ctx, "cli")
		if err != nil {
			return err
		}
		if announced {
			p.say("Nästa nyckel för loggar är utlyst. Kör samma kommando igen när låsen har fått sina nya inställningar, till exempel om en månad.",
				"The next key for logs is announced. Run the same command again when the locks have got their new configuration, for example in a month.")
		} else {
			p.say("Den utlysta nyckeln för loggar används nu. Den förra läser det som redan är låst med den.",
				"The announced key for logs is in use. The former one reads what is sealed to it already.")
		}
		return nil
	case "roles":
		roles = credential.AuthorityRoles()
	}
	err := m.Custody.Rotate(p.ctx, "cli", roles, c.HSM)
	if err == nil {
		p.say("Nycklarna är bytta. Det som redan är utfärdat gäller som förut; servrar som är igång tar de nya i bruk inom några sekunder.",
			"The keys are replaced. What has been issued stays valid; servers that run take the new ones into use within seconds.")
	}
	return err
}

// ceremony changes a root that is with custodians.
func (c *caRotateCmd) ceremony(p *program) error {
	people, err := parseCustodians(c.Custodian)
	if err != nil {
		return exit{2, err}
	}
	t, err := ceremony.Read(c.Transcript)
	if err != nil {
		return err
	}
	if err := wantFree(c.Out); err != nil {
		return err
	}
	p.sayClock()
	shares, err := p.twoShares(t, c.Share)
	if err != nil {
		return err
	}
	if err := p.newPassphrases(people); err != nil {
		return err
	}
	text, t, err := ceremony.ChangeRoot(c.Transcript, shares, people, c.Leaked, time.Now(), p.work)
	if err == nil {
		p.say("Förstör de gamla delarna nu, alla tre: två av dem räcker för den nya roten också.",
			"Destroy the old shares now, all three: two of them are enough for the new root too.")
	}
	return p.answered(c.Out, text, t, err)
}

type caStatusCmd struct {
	database
	Warn int  `help:"Days before its end from which a certificate ends soon." default:"60"`
	JSON bool `name:"json" help:"Print it as JSON."`
}

// Help is printed after the flags' own texts.
func (*caStatusCmd) Help() string {
	return "Exit codes, for monitoring: 0 all is well; 3 something ends soon; 1 something has ended or its key is not on this machine."
}

// Run needs no passphrase.
func (c *caStatusCmd) Run(p *program) error {
	soon := time.Duration(c.Warn) * 24 * time.Hour
	return with(p, c.DB, func(m *municipality.Municipality) error {
		s, err := m.Custody.Status(p.ctx, soon)
		if err != nil {
			return err
		}
		if c.JSON {
			err = json.NewEncoder(p.stdout).Encode(s)
		} else {
			err = printKeys(p, m, soon)
		}
		switch {
		case err != nil || s.State == municipality.KeyGood:
			return err
		case s.State == municipality.KeySoon:
			return exit{code: 3}
		}
		return exit{code: 1}
	})
}

// printKeys prints a municipality's keys as a table.
func printKeys(p *program, m *municipality.Municipality, soon time.Duration) error {
	s, err := m.Custody.Status(p.ctx, soon)
	if err != nil {
		return err
	}
	text := func(sv, en string) string { return problem.Text{SV: sv, EN: en}.In(p.lang) }
	states := map[municipality.KeyState]string{municipality.KeyGood: text("bra", "good"), municipality.KeySoon: text("går snart ut", "ends soon"),
		municipality.KeyEnded: text("har gått ut", "has ended"), municipality.KeyMissing: text("nyckeln saknas här", "key is not here")}
	where := text("hos tre förvaltare", "with three custodians")
	if s.Single {
		where = text("på den här datorn (single)", "on this machine (single)")
	}
	guard := text("bara filrättigheter skyddar mappen", "only permissions protect the folder")
	if s.Encrypted {
		guard = text("lösenfras", "passphrase")
	}
	fmt.Fprintf(p.stdout, "%s %s, %s\n", text("rot", "root"), s.Root, where)
	fmt.Fprintf(p.stdout, "%s %s (%s)\n\n", text("nycklar", "keys"), s.Folder, guard)
	rows := [][]string{{text("roll", "role"), text("certifikat", "certificate"), text("från", "from"), text("till", "until"), text("dagar kvar", "days left"),
		text("läge", "state"), text("plats", "place")}}
	for _, r := range s.Roles {
		rows = append(rows, []string{r.Role, r.Serial, p.date(r.From), p.date(r.Until), strconv.Itoa(r.Days), states[r.State], orDash(r.Place)})
	}
	uses := map[string]string{"in-use": text("används", "in use"), "announced": text("utlyst", "announced"), "former": text("tidigare", "former")}
	for _, k := range s.Ingest {
		rows = append(rows, []string{"ingest", k.Key[:16], "-", "-", "-", uses[k.Use] + ", " + states[k.State], orDash(k.Place)})
	}
	journal := states[municipality.KeyGood]
	if s.Journal == "" {
		journal = states[municipality.KeyMissing]
	}
	p.table(p.stdout, append(rows, []string{"journal", "-", "-", "-", "-", journal, orDash(s.Journal)}))
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// date is the local day of an instant.
func (p *program) date(t time.Time) string {
	loc, err := local()
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc).Format(time.DateOnly)
}

type caTranscriptCmd struct {
	File string `arg:"" help:"The transcript."`
}

func (c *caTranscriptCmd) Run(p *program) error {
	t, err := ceremony.Read(c.File)
	if err != nil {
		return err
	}
	for _, e := range t.Entries {
		fmt.Fprint(p.stdout, e.Text())
	}
	p.say("GILTIGT: %d poster, underskrivna av roten. Den sista postens SHA-256 är %x: jämför med det som skrevs ner, för att se att inget saknas i slutet.",
		"VALID: %d entries, signed by the root. The last entry's SHA-256 is %x: compare it with what was written down, to see that nothing is missing at the end.", len(t.Entries), t.Head())
	return nil
}

type caShareCmd struct {
	Transcript string `required:"" help:"The transcript." placeholder:"FILE"`
	Share      string `arg:"" help:"The share."`
}

func (c *caShareCmd) Run(p *program) error {
	t, err := ceremony.Read(c.Transcript)
	if err != nil {
		return err
	}
	shares, err := p.shares(t, []string{c.Share})
	if err != nil {
		return err
	}
	p.say("%s: delen är hel och hör till roten %s.", "%s: the share is whole and of the root %s.", shares[0].Custodian, ceremony.Fingerprint(t.Trust().Root))
	return nil
}

type caPassphraseCmd struct {
	database
}

func (c *caPassphraseCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		fresh, err := p.newPassphrase("nyckelmappen", "the key folder")
		if err != nil {
			return err
		}
		if err := m.Custody.SetPassphrase(fresh, p.work); err != nil {
			return err
		}
		p.say("Nyckelmappen är krypterad med lösenfrasen. Kopior av mappen från tidigare öppnas som förut: förstör dem.",
			"The key folder is encrypted under the passphrase. Copies of the folder from before open as they did: destroy them.")
		return nil
	})
}

func parseRoles(names []string) ([]credential.Role, error) {
	if len(names) == 0 {
		return credential.AuthorityRoles(), nil
	}
	var roles []credential.Role
	for _, name := range names {
		role, err := ceremony.ParseRole(name)
		if err != nil {
			return nil, err
		}
		roles = append(roles, role)
	}
	return roles, nil
}

func parseCustodians(texts []string) ([]ceremony.Custodian, error) {
	var all []ceremony.Custodian
	for _, text := range texts {
		name, file, ok := strings.Cut(text, "=")
		if !ok || file == "" {
			return nil, ceremony.ErrCustodians
		}
		all = append(all, ceremony.Custodian{Name: strings.TrimSpace(name), File: file})
	}
	if len(all) != ceremony.Custodians {
		return nil, ceremony.ErrCustodians
	}
	return all, nil
}
