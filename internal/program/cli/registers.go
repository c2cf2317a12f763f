package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sort"
	"time"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/sample"
	"hemnyckel/internal/storage"
)

type importCmd struct {
	database
	Folder  string `arg:"" help:"Folder of .csv files, folder of one .xlsx, or that .xlsx."`
	DryRun  bool   `help:"Check and compare, but apply nothing."`
	JSON    bool   `name:"json" help:"Print the result as JSON on standard output."`
	Day     string `help:"The present day, YYYY-MM-DD (default: today)." placeholder:"DAY"`
	Name    string `help:"What people call the municipality; kept until another is given."`
	Profile string `help:"Profile of the municipality, a known one's name or a file; kept until another is given."`
	Test    bool   `name:"accept-test-numbers" help:"Accept reserve identity numbers of made-up persons. For demonstrations only."`
}

// memory is what an import may use before it collects garbage as eagerly as other programs do. Collecting less often saves
// a tenth of its time.
const memory = 768 << 20

func (c *importCmd) Run(p *program) error {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(memory)
	day, loc, err := present(c.Day)
	if err != nil {
		return exit{2, err}
	}
	progress := newProgress(p)
	result, err := c.apply(p, importer.Options{Day: day, Location: loc, DryRun: c.DryRun, AllowReserve: c.Test, Progress: progress.step})
	progress.end()
	switch {
	case errors.Is(err, importer.ErrUnfinished):
		return err
	case err != nil:
		return exit{2, err}
	}
	if c.JSON {
		encoder := json.NewEncoder(p.stdout)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(result); err != nil {
			return err
		}
	} else {
		printImport(p, result, c.DryRun)
	}
	if len(result.Rejected) > 0 {
		return exit{code: 3}
	}
	return nil
}

// apply reads the registers before it makes or opens anything, so that a wrong folder leaves no empty municipality behind.
func (c *importCmd) apply(p *program, o importer.Options) (result *importer.Result, err error) {
	read, err := importer.Read(p.ctx, c.Folder, o)
	if err != nil {
		return nil, err
	}
	profile, err := c.profile()
	if err != nil {
		return nil, err
	}
	opened := p.options()
	opened.Create, opened.Profile = !c.DryRun, profile
	m, err := municipality.Open(p.ctx, c.DB, opened)
	if c.DryRun && errors.Is(err, storage.NoMunicipality) {
		return read.Apply(p.ctx, nil, p.lang)
	}
	if err != nil {
		return nil, err
	}
	if c.Name != "" && !c.DryRun {
		err = m.Rename(p.ctx, c.Name)
	}
	if err == nil && !c.DryRun {
		_, err = m.FinishProfile(p.ctx)
	}
	if err == nil {
		result, err = read.Apply(p.ctx, m, p.lang)
	}
	if closed := m.Close(); err == nil {
		err = closed
	}
	return result, err
}

// profile is the text of the profile that the municipality shall have; "" for the one it has. A dry run checks it only.
func (c *importCmd) profile() (string, error) {
	if c.Profile == "" {
		return "", nil
	}
	text, _, err := chosenProfile(c.Profile)
	if c.DryRun {
		text = nil
	}
	return string(text), err
}

// printImport tells a person what an import came to.
func printImport(p *program, r *importer.Result, dry bool) {
	if dry {
		p.say("Provkörning: inget har ändrats.", "Dry run: nothing was changed.")
	}
	rows := [][]string{{"fil", "nya eller ändrade", "oförändrade", "avvisade"}}
	if p.lang == "en" {
		rows = [][]string{{"file", "new or changed", "unchanged", "rejected"}}
	}
	rejected := map[string]int{}
	for _, f := range r.Rejected {
		rejected[f.File]++
	}
	names := map[string]bool{}
	for _, m := range []map[string]int{r.Accepted, r.Unchanged, rejected} {
		for n := range m {
			names[n] = true
		}
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	sort.Strings(sorted)
	for _, n := range sorted {
		rows = append(rows, []string{n, fmt.Sprint(r.Accepted[n]), fmt.Sprint(r.Unchanged[n]), fmt.Sprint(rejected[n])})
	}
	p.table(p.stdout, rows)
	if r.Resumed {
		p.say("En avbruten inläsning av samma register är slutförd; det som den hann med räknas som oförändrat.",
			"An interrupted import of the same registers is completed; what it had done counts as unchanged.")
	}
	for _, f := range r.Rejected {
		fmt.Fprintf(p.stdout, "%s:%d %s [%s] %s\n", f.File, f.Row, f.Column, f.Code, f.Message)
	}
	if len(r.Vanished) > 0 {
		p.say("%d rader från en tidigare inläsning finns inte längre i registren. De är orörda; beställ det som ska upphöra:",
			"%d rows of an earlier import are no longer in the registers. They are untouched; order what shall end:", len(r.Vanished))
		for _, v := range r.Vanished {
			fmt.Fprintf(p.stdout, "%s: %s\n", v.File, v.Key)
		}
	}
}

// progress shows how far a long command has come, on a terminal only.
type progress struct {
	p     *program
	on    bool
	last  time.Time
	begun bool
}

func newProgress(p *program) *progress {
	f, ok := p.stderr.(*os.File)
	if !ok {
		return &progress{p: p}
	}
	info, err := f.Stat()
	return &progress{p: p, on: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (g *progress) step(name string, done, all int) {
	if !g.on || time.Since(g.last) < 100*time.Millisecond {
		return
	}
	g.last, g.begun = time.Now(), true
	if all > 0 {
		fmt.Fprintf(g.p.stderr, "\r%-12s %d/%d (%d %%)   ", name, done, all, 100*done/all)
		return
	}
	fmt.Fprintf(g.p.stderr, "\r%-12s %d   ", name, done)
}

func (g *progress) end() {
	if g.begun {
		fmt.Fprint(g.p.stderr, "\r\033[K")
	}
}

type sampleCmd struct {
	Dir     string `arg:"" help:"Folder to write; it is made if absent and must be empty."`
	Clients int    `help:"Number of clients, 1 to 300 000." default:"2300"`
	Seed    uint64 `help:"The same seed gives the same municipality." default:"1"`
	Day     string `help:"The day on which the registers are exported, YYYY-MM-DD (default: today)." placeholder:"DAY"`
	Faults  bool   `help:"Plant faults, and write FACIT.json that counts them."`
}

func (c *sampleCmd) Run(p *program) error {
	day, _, err := present(c.Day)
	if err != nil {
		return exit{2, err}
	}
	facit, err := sample.Write(c.Dir, sample.Options{Clients: c.Clients, Seed: c.Seed, Faults: c.Faults, Day: day})
	if err != nil {
		return usage(err)
	}
	p.say("%d påhittade kunder i %s. Läs in dem med: hemnyckel import --db MAPP %[2]s --accept-test-numbers",
		"%d made-up clients in %s. Import them with: hemnyckel import --db DIR %[2]s --accept-test-numbers", facit.Clients, c.Dir)
	return nil
}

// present is the day that a flag names, or today, and where its midnight is.
func present(flag string) (swedish.Date, *time.Location, error) {
	loc, err := local()
	if err != nil {
		return 0, nil, err
	}
	today := swedish.DateOf(time.Now().In(loc))
	if flag == "" {
		return today, loc, nil
	}
	day, err := swedish.ParseDate(flag, today)
	return day, loc, err
}
