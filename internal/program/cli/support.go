package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/program/municipality"
)

// operator is who types commands: somebody with the whole database acts as the lock manager.
func operator() routine.Who { return routine.Who{Actor: "cli", Role: routine.LockManager} }

type crisisCmd struct {
	database
	At  string `placeholder:"YYYY-MM-DDTHH:MM" help:"Another hour than now, local time."`
	All bool   `help:"The steps of all hours."`
}

func (c *crisisCmd) Run(p *program) error {
	at, err := p.hour(c.At)
	if err != nil {
		return err
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		page, err := m.Support.CrisisPage(routine.LockManager, at)
		if err != nil {
			return err
		}
		for _, s := range page.Sections {
			fmt.Fprintln(p.stdout, s.Title.In(p.lang))
			for _, step := range s.Steps {
				if step.Now || c.All {
					fmt.Fprintf(p.stdout, "  %d. %s [%s]\n", step.Number, problem.Text{SV: step.SV, EN: step.EN}.In(p.lang), step.Rule)
				}
			}
		}
		p.say("Gäller till %s.", "Good until %s.", p.day(page.Until))
		return nil
	})
}

// hour reads a local time; "" is now.
func (p *program) hour(text string) (time.Time, error) {
	zone, err := local()
	if err != nil || text == "" {
		return time.Now(), err
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", text, zone)
	if err != nil {
		err = exit{2, problem.New(problem.Invalid, "hour", "Tiden går inte att läsa. Skriv den som ÅÅÅÅ-MM-DDTHH:MM.",
			"The time cannot be read. Write it as YYYY-MM-DDTHH:MM.")}
	}
	return at, err
}

type faultCmd struct {
	Report faultReportCmd `cmd:"" help:"Report something that does not work; answers what to do now."`
	List   faultListCmd   `cmd:"" help:"List faults, the newest first."`
	End    faultEndCmd    `cmd:"" help:"End a fault with its cause; what it costs whom is proposed."`
}

type faultReportCmd struct {
	database
	Thing  string `required:"" enum:"lock,key,station,cabinet" help:"What does not work: lock, key, station or cabinet."`
	Label  string `required:"" help:"What is written on it; of a cabinet its group's code."`
	Inside bool   `help:"The client is inside and cannot open: urgent."`
	Text   string `arg:"" help:"What happens."`
}

func (c *faultReportCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		a, err := m.Faults.Report(p.ctx, operator(), casework.FaultReport{Thing: support.ThingKind(c.Thing), Label: c.Label, Description: c.Text, ClientInside: c.Inside})
		if err != nil {
			return usage(err)
		}
		fmt.Fprintln(p.stdout, a.ID)
		p.say("Felanmälan %s.", "Fault report %s.", a.Number)
		for _, s := range a.Steps {
			if s.Now {
				p.say("  %s", "  %s", problem.Text{SV: s.SV, EN: s.EN}.In(p.lang))
			}
		}
		return nil
	})
}

type faultListCmd struct {
	database
	Open bool `help:"Only those that have not ended."`
}

func (c *faultListCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		found, err := m.Support.Faults(p.ctx, operator(), support.Faults{Open: c.Open})
		rows := [][]string{{"id", "number", "thing", "label", "state", "urgent", "reported", "cause", "rule"}}
		for _, f := range found {
			rows = append(rows, []string{f.ID, f.Number, string(f.Thing), f.Label, string(f.State), fmt.Sprint(f.Urgent), p.day(f.Reported), string(f.Cause), f.Rule})
		}
		p.table(p.stdout, rows)
		return err
	})
}

type faultEndCmd struct {
	database
	ID      string `arg:"" help:"The fault's id, from fault list."`
	Cause   string `required:"" enum:"wear,battery,supplier,handling,negligence,unknown" help:"Why: wear, battery, supplier, handling, negligence or unknown."`
	Done    string `required:"" help:"What was done, or why nothing can be."`
	Closed  bool   `help:"It ends without remedy."`
	CallOut bool   `help:"The lock manager went there urgently."`
	Cost    int    `help:"Kronor, where something was damaged that has no fixed price."`
}

func (c *faultEndCmd) Run(p *program) error {
	how := support.Remedied
	if c.Closed {
		how = support.Closed
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		f, err := m.Faults.Finish(p.ctx, operator(), c.ID, how, support.End{Cause: support.Cause(c.Cause), Done: c.Done, CallOut: c.CallOut, Cost: c.Cost})
		if err != nil {
			return usage(err)
		}
		rule := routine.Sentence(f.Rule)
		p.say("Felanmälan %s är avslutad. %s: %s", "Fault %s has ended. %s: %s", f.Number, f.Rule, problem.Text{SV: rule.SV, EN: rule.EN}.In(p.lang))
		return nil
	})
}

type chargeCmd struct {
	List   chargeListCmd   `cmd:"" help:"List charges, the newest first."`
	Decide chargeDecideCmd `cmd:"" help:"Approve or waive a charge."`
	Export chargeExportCmd `cmd:"" help:"Hand the approved charges over for invoicing, as a file; they are locked by it."`
}

type chargeListCmd struct {
	database
	State string `enum:"proposed,approved,waived,exported," default:"" help:"Only proposed, approved, waived or exported ones."`
}

func (c *chargeListCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		found, err := m.Support.Charges(p.ctx, operator(), support.Charges{State: support.ChargeState(c.State)})
		rows := [][]string{{"id", "number", "kind", "payer", "proposed", "amount", "rule", "state"}}
		for _, c := range found {
			rows = append(rows, []string{c.ID, c.Number, string(c.Kind), c.PayerOrg, strconv.Itoa(c.Proposed), strconv.Itoa(c.Amount), c.Rule, string(c.State)})
		}
		p.table(p.stdout, rows)
		return err
	})
}

type chargeDecideCmd struct {
	database
	ID       string `arg:"" help:"The charge's id, from charge list."`
	Decision string `arg:"" enum:"approved,waived" help:"approved or waived."`
	Amount   int    `help:"Kronor in all, where it is not what was proposed."`
	Payer    string `help:"Organisation number of the one who pays, where it is not who was proposed."`
	Reason   string `help:"Why; needed to waive, and to decide anything else than was proposed."`
}

func (c *chargeDecideCmd) Run(p *program) error {
	return with(p, c.DB, func(m *municipality.Municipality) error {
		d, err := m.Support.Decide(p.ctx, operator(), c.ID, support.Decision{State: support.ChargeState(c.Decision), Amount: c.Amount, PayerOrg: c.Payer, Reason: c.Reason})
		if err != nil {
			return usage(err)
		}
		p.say("Debitering %s: %s, %d kr, regel %s.", "Charge %s: %s, %d kr, rule %s.", d.Number, d.State, d.Amount, d.Rule)
		return nil
	})
}

type chargeExportCmd struct {
	database
	Name string `arg:"" help:"Your own name of the run, such as 2026-11; the same name again gives the same run."`
	File string `arg:"" help:"The file to write, .csv or .xlsx; it must not exist."`
}

func (c *chargeExportCmd) Run(p *program) error {
	write := paper.WriteCSV
	switch filepath.Ext(c.File) {
	case ".csv":
	case ".xlsx":
		write = paper.WriteXLSX
	default:
		return exit{2, problem.New(problem.Invalid, "export-file", "Filen ska heta något på .csv eller .xlsx.", "The file's name ends in .csv or .xlsx.")}
	}
	zone, err := local()
	if err != nil {
		return err
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		out, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // before anything is locked
		if err != nil {
			return exit{2, problem.New(problem.Invalid, "export-file-exists", "Filen %s går inte att skriva, eller finns redan. Välj ett annat namn.",
				"The file %s cannot be written, or is there already. Choose another name.").Fill(c.File).With(err)}
		}
		run, err := m.Support.ExportCharges(p.ctx, operator(), c.Name)
		if err == nil {
			err = p.invoice(m, run, out, write, paper.Style{Lang: p.lang, Zone: zone})
		}
		if err = errors.Join(err, out.Close()); err != nil {
			return errors.Join(usage(err), os.Remove(c.File))
		}
		p.say("Underlag %s, %d kr (debiteringar: %d), finns i %s.", "Invoice basis %s, %d kr (charges: %d), is in %s.", run.Number, run.Total, run.Charges, c.File)
		return nil
	})
}

// invoice writes the lines of a run.
func (p *program) invoice(m *municipality.Municipality, run support.Export, out io.Writer,
	write func(io.Writer, paper.Table, paper.Style) error, style paper.Style) error {
	table := paper.Table{Name: "faktureringsunderlag", Columns: []paper.Column{
		{Key: "number", SV: "Nummer", EN: "Number", Kind: paper.Text}, {Key: "payer", SV: "Betalare", EN: "Payer", Kind: paper.Text}, {Key: "kind", SV: "Avser", EN: "For", Kind: paper.Text},
		{Key: "units", SV: "Antal", EN: "Units", Kind: paper.Number}, {Key: "amount", SV: "Belopp, kr", EN: "Amount, SEK", Kind: paper.Kronor},
		{Key: "rule", SV: "Regel", EN: "Rule", Kind: paper.Text}, {Key: "decided", SV: "Beslutad", EN: "Decided", Kind: paper.Instant}, {Key: "reason", SV: "Skäl", EN: "Reason", Kind: paper.Text}}}
	table.Rows = func(yield func(paper.Row, error) bool) {
		for before := ""; ; {
			found, err := m.Support.Charges(p.ctx, operator(), support.Charges{ExportID: run.ID, Page: support.Page{Before: before}})
			if err != nil {
				yield(nil, err)
				return
			}
			for _, c := range found {
				if !yield(paper.Row{c.Number, c.PayerOrg, string(c.Kind), int64(c.Units), int64(c.Amount), c.Rule, c.DecidedAt, c.Reason}, nil) {
					return
				}
			}
			if len(found) < support.MaxPage {
				return
			}
			before = found[len(found)-1].ID
		}
	}
	return write(out, table, style)
}
