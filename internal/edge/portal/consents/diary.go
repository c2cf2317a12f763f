package consents

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Filing is the way of answers to the municipality's diary (V5.3-e). [consent.Service] has it.
type Filing interface {
	Diary(ctx context.Context, who routine.Who, after string, limit int) (consent.Diary, error)
	HandOver(ctx context.Context, who routine.Who) (consent.Handover, error)
	HandoverFile(ctx context.Context, who routine.Who, id string) (consent.HandoverFile, error)
	FileAnswers(ctx context.Context, who routine.Who, id string, references map[string]string) (int, error)
}

func (a *Area) diaryPage(p *page.Request) error { return a.showDiary(p, http.StatusOK, nil) }

func (a *Area) showDiary(p *page.Request, status int, faults ui.Faults) error {
	d, err := a.register.Diary(p.Context(), asking(p), p.Query("fore"), perPage+1)
	if err != nil {
		return err
	}
	next := ""
	if len(d.Lists) > perPage {
		d.Lists = d.Lists[:perPage]
		next = d.Lists[perPage-1].ID
	}
	p.Now = d.Now
	return p.Render(status, diaryPage(p.View, d, next, faults))
}

// handOver puts what waits on a list for the registrar.
func (a *Area) handOver(p *page.Request) error {
	h, err := a.register.HandOver(p.Once(), asking(p))
	known, ok := errors.AsType[*problem.Error](err)
	switch {
	case errors.Is(err, txn.ErrDone): // the form had been sent before
		return p.Redirect("/samtycken/diarium")
	case ok && known.Kind == problem.Conflict:
		return a.showDiary(p, http.StatusConflict, ui.Faults{{Text: known.Text}})
	case err != nil:
		return err
	}
	return p.Redirect("/samtycken/diarium/"+h.ID, ui.Flash{Text: tHanded.Sprintf(h.Number)})
}

// diaryForm is a list on which references are written.
type diaryForm struct {
	consent.HandoverFile
	typed  url.Values
	faults ui.Faults
	stale  bool
}

// version is what the form of a list was made from.
func (f diaryForm) version() string {
	var all []any
	for _, r := range f.Rows {
		all = append(all, r.ID, r.Diary)
	}
	return page.VersionOf(all...)
}

// reference is what is written for an answer, or what it has.
func (f diaryForm) reference(r consent.Row) string {
	return typedOr(f.typed, consent.DiaryField(r.ID), r.Diary)
}

func (a *Area) diaryList(p *page.Request) error {
	f, err := a.register.HandoverFile(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if !p.WantsFile() {
		p.Now = f.Now
		return p.Render(http.StatusOK, diaryListPage(p.View, diaryForm{HandoverFile: f}))
	}
	if err := a.register.NoteExport(p.Context(), asking(p), "diarium", len(f.Rows)); err != nil {
		return err
	}
	return p.SendTable(diaryTable(p.View, f))
}

// printDiary is the list that goes with the papers to the registrar, with room for the references that are missing.
func (a *Area) printDiary(p *page.Request) error {
	f, err := a.register.HandoverFile(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if err := a.register.NoteExport(p.Context(), asking(p), "diarium", len(f.Rows)); err != nil {
		return err
	}
	var out bytes.Buffer
	err = paper.WriteListing(&out, p.F(tDiaryListTitle, f.Number), p.F(tDiaryPrinted, p.When(f.Made), p.Who.Name), f.Now, diaryTable(p.View, f), paper.Style{Lang: p.Lang, Zone: p.Zone})
	if err != nil {
		return err
	}
	send(p, paper.TypePDF, "diarium.pdf", out.Bytes())
	return nil
}

func diaryTable(v ui.View, f consent.HandoverFile) paper.Table {
	rows := make([]paper.Row, len(f.Rows))
	for i, r := range f.Rows {
		rows[i] = paper.Row{r.Date, ownerName(v, r.Owner), aboutText(v, r), v.T(wordText(r.Consent)), howText(v, r.Consent), r.FileHash != "", r.Diary}
	}
	return paper.Table{Name: "diarium", Rows: paper.Rows(rows...), Columns: []paper.Column{
		{Key: "date", SV: "Svarets dag", EN: "Day", Kind: paper.Day}, {Key: "owner", SV: "Fastighetsägare", EN: "Owner", Kind: paper.Text},
		{Key: "about", SV: "Gäller", EN: "Concerns", Kind: paper.Text}, {Key: "answer", SV: "Svar", EN: "Answer", Kind: paper.Text},
		{Key: "how", SV: "Hur", EN: "How", Kind: paper.Text}, {Key: "paper", SV: "Inskannad handling", EN: "Scanned paper", Kind: paper.YesNo},
		{Key: "diary", SV: "Diarienummer", EN: "Diary number", Kind: paper.Text}}}
}

// fileAnswers writes down the references that the registrar has given.
func (a *Area) fileAnswers(p *page.Request) error {
	read := func() (f diaryForm, err error) {
		f.typed = p.R.PostForm
		f.HandoverFile, err = a.register.HandoverFile(p.Context(), asking(p), p.ID())
		return f, err
	}
	f, err := read()
	if err != nil {
		return err
	}
	references := map[string]string{}
	for _, r := range f.Rows {
		references[r.ID] = p.Form(consent.DiaryField(r.ID))
	}
	n, err := a.register.FileAnswers(p.OnceFresh(func() (string, error) {
		now, err := read()
		return now.version(), err
	}), asking(p), p.ID(), references)
	faults, mend := page.Faults(err)
	switch {
	case errors.Is(err, page.ErrStale):
		if f, err = read(); err != nil {
			return err
		}
		f.stale = true
		return p.Render(http.StatusConflict, diaryListPage(p.View, f))
	case mend:
		f.faults = faults
		return p.Render(http.StatusUnprocessableEntity, diaryListPage(p.View, f))
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/samtycken/diarium/"+p.ID(), ui.Flash{Text: tFiled.Sprintf(n)})
}

// changed is where what was typed is not what the list says now.
func (f diaryForm) changed(v ui.View) (out []ui.Change) {
	for _, r := range f.Rows {
		if yours := f.reference(r); r.Diary != "" && yours != r.Diary && len(out) < maxLinks {
			out = append(out, ui.Change{Name: ownerName(v, r.Owner), Was: "–", Now: r.Diary, Yours: orDash(yours)})
		}
	}
	return out
}

// filed counts the answers of a list that are in the diary.
func filed(f consent.HandoverFile) (n int) {
	for _, r := range f.Rows {
		if r.Diary != "" {
			n++
		}
	}
	return n
}

var (
	tToDiary        = problem.Text{SV: "Till diariet", EN: "For the diary"}
	tDiaryLead      = problem.Text{SV: "Svar från fastighetsägare är inkomna handlingar. Lägg dem på en lista och lämna den till registratorn med papperen.", EN: "Owners' answers are incoming documents. Put them on a list, and hand it to the registrar with the papers."}
	tDiaryOff       = problem.Text{SV: "Kommunen diarieför inte samtycken enligt sin rutin.", EN: "By its routine the municipality does not file consents."}
	tDiaryWaits     = problem.Text{SV: "Svar att lämna", EN: "Answers to hand over"}
	tDiaryNone      = problem.Text{SV: "Alla svar är lämnade", EN: "All answers are handed over"}
	tDiaryNoneD     = problem.Text{SV: "När ett nytt svar har antecknats syns det här.", EN: "When a new answer has been recorded it shows here."}
	tDiaryMore      = problem.Text{SV: "Det finns fler än de här. En lista rymmer 500 svar.", EN: "There are more than these. A list holds 500 answers."}
	tHandOver       = problem.Text{SV: "Gör en lista till registratorn", EN: "Make a list for the registrar"}
	tHanded         = problem.Text{SV: "Lista %s är gjord. Skriv ut den och lämna den med papperen.", EN: "List %s is made. Print it, and hand it over with the papers."}
	tDiaryLists     = problem.Text{SV: "Lämnade listor", EN: "Lists handed over"}
	tDiaryListsNone = problem.Text{SV: "Ingen lista är lämnad än", EN: "No list has been handed over yet"}
	tDiaryListTitle = problem.Text{SV: "Samtycken till diariet, lista %s", EN: "Consents for the diary, list %s"}
	tDiaryPrinted   = problem.Text{SV: "Gjord %s. Utskriven av %s.", EN: "Made %s. Printed by %s."}
	tDiaryListLead  = problem.Text{SV: "Gjord %s. I diariet: %d av %d.", EN: "Made %s. In the diary: %d of %d."}
	tDiaryFill      = problem.Text{SV: "Skriv diarienumren när registratorn har gett dem. Det du lämnar tomt kan du fylla i senare.", EN: "Write the diary numbers when the registrar has given them. What you leave empty you can fill in later."}
	tDiaryOf        = problem.Text{SV: "Diarienummer för svaret från %s", EN: "Diary number of the answer from %s"}
	tFile           = problem.Text{SV: "Spara diarienumren", EN: "Save the diary numbers"}
	tFiled          = problem.Text{SV: "Sparade diarienummer: %d.", EN: "Diary numbers saved: %d."}
	tListNumber     = problem.Text{SV: "Lista", EN: "List"}
	tMadeDay        = problem.Text{SV: "Gjord", EN: "Made"}
	tPrintList      = problem.Text{SV: "Skriv ut listan", EN: "Print the list"}
)
