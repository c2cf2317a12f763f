package fieldwork

import (
	"bytes"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// maxPrinted is how many lines a printed list has at most: nobody carries more.
const maxPrinted = 1000

var errPrintLong = problem.New(problem.TooLarge, "page-queue-long",
	"Listan är för lång att skriva ut: fler än 1 000 uppgifter. Gör ett snävare urval och skriv ut igen.",
	"The list is too long to print: more than 1,000 tasks. Narrow it and print again.")

// whole is the queue as the reader has narrowed it, from its beginning to its end: at most so many lines, else long. Whose doors they are at
// is in the journal, with why.
func (a *Area) whole(p *page.Request, purpose string, most int, long error) ([]casework.QueueLine, error) {
	c, f, err := a.choice(p)
	if err == nil && c.AreaFault.SV != "" {
		err = errArea
	}
	if err != nil {
		return nil, err
	}
	var all []casework.QueueLine
	for f.After = (casework.WorkCursor{}); ; {
		some, err := a.field.Queue(p.Context(), who(p), f, purpose)
		if err != nil {
			return nil, err
		}
		p.Now = some.Now
		if all = append(all, some.All...); len(all) > most {
			return nil, long
		}
		if some.Next.ID == "" {
			return sorted(p.View, all, c.Order), nil
		}
		f.After = some.Next
	}
}

var errArea = problem.New(problem.Invalid, "page-queue-area", tAreaFault.SV, tAreaFault.EN)

// queueFile is the queue as a file.
func (a *Area) queueFile(p *page.Request) error {
	all, err := a.whole(p, casework.QueueTaken, page.MaxRows, page.ErrLong)
	if err != nil {
		return err
	}
	return p.SendTable(queueTable(p.View, all))
}

// print is the queue on paper, to take along. When it is to be shredded stands on it.
func (a *Area) print(p *page.Request) error {
	all, err := a.whole(p, casework.QueuePrinted, maxPrinted, errPrintLong)
	if err != nil {
		return err
	}
	shred := p.Now.AddDate(0, 0, 1)
	var pdf bytes.Buffer
	err = paper.WriteListing(&pdf, p.T(tNavQueue), p.F(tPrintedBy, p.Who.Name, p.When(p.Now), p.Day(shred)), p.Now, queueTable(p.View, all), paper.Style{Lang: p.Lang, Zone: p.Zone})
	if err != nil {
		return err
	}
	h := p.W.Header()
	h.Set("Content-Type", paper.TypePDF)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `inline; filename="arbetsko.pdf"`)
	p.W.WriteHeader(http.StatusOK)
	_, _ = p.W.Write(pdf.Bytes()) // the reader has gone: nobody is left to tell
	return nil
}

func queueTable(v ui.View, all []casework.QueueLine) paper.Table {
	rows := make([]paper.Row, len(all))
	for i, l := range all {
		kind := v.T(words.TaskName(l.Kind))
		if l.Urgent {
			kind = v.T(ui.TWorkUrgent) + ": " + kind
		}
		home := ""
		if l.Home.ID != "" {
			home = words.HomeOf(v, l.Home)
		}
		rows[i] = paper.Row{visitTime(v, l), kind, home, words.About(v, line(l)), v.Day(l.Due), l.Number, l.Name}
	}
	return paper.Table{Name: "arbetsko", Rows: paper.Rows(rows...), Columns: []paper.Column{
		{Key: "time", SV: "Tid", EN: "Time", Kind: paper.Text}, {Key: "task", SV: "Uppgift", EN: "Task", Kind: paper.Text}, {Key: "home", SV: "Var", EN: "Where", Kind: paper.Text},
		{Key: "about", SV: "Om", EN: "About", Kind: paper.Text}, {Key: "due", SV: "Klar senast", EN: "Due", Kind: paper.Text}, {Key: "number", SV: "Nummer", EN: "Number", Kind: paper.Text},
		{Key: "who", SV: "Vem", EN: "Who", Kind: paper.Text}}}
}
