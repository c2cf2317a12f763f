package consents

import (
	"bytes"
	"errors"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// runForm is a letter run being prepared.
type runForm struct {
	ask     consent.Ask
	preview consent.Preview
	faults  ui.Faults
	changed bool // since the letters were looked at
}

// askOf reads whom to write to: chosen properties, one owner, or a street.
func askOf(p *page.Request) consent.Ask {
	a := consent.Ask{Properties: p.Forms("rad"), Owner: p.Form("owner"), Street: p.Form("street"), Town: p.Form("town"), Language: p.Form("language")}
	if a.Language != "en" {
		a.Language = ""
	}
	return a
}

// version is what the letters were made from when they were looked at.
func (f runForm) version() string {
	var all []any
	for _, l := range f.preview.Letters {
		all = append(all, l.Owner.ID)
		for _, p := range l.Properties {
			all = append(all, p.ID)
		}
	}
	return page.VersionOf(all...)
}

func (a *Area) runs(p *page.Request) error { return a.showRuns(p, http.StatusOK, runForm{}) }

func (a *Area) showRuns(p *page.Request, status int, f runForm) error {
	jobs, err := a.register.Jobs(p.Context(), asking(p), p.Query("fore"), perPage+1)
	if err != nil {
		return err
	}
	next := ""
	if len(jobs) > perPage {
		jobs = jobs[:perPage]
		next = jobs[perPage-1].ID
	}
	o, err := a.register.Overview(p.Context(), asking(p))
	if err != nil {
		return err
	}
	p.Now = o.Now
	return p.Render(status, runsPage(p.View, jobs, next, len(o.Due), f))
}

// check shows which letters there would be, and how they read.
func (a *Area) check(p *page.Request) error { return a.checkRun(p, http.StatusOK, false) }

func (a *Area) checkRun(p *page.Request, status int, changed bool) (err error) {
	f := runForm{ask: askOf(p), changed: changed}
	if f.preview, err = a.register.Preview(p.Context(), asking(p), f.ask); err != nil {
		return a.notSent(p, f, err)
	}
	return p.Render(status, runCheck(p.View, f))
}

// notSent says why there are no letters, on the page where they are asked for.
func (a *Area) notSent(p *page.Request, f runForm, err error) error {
	known, ok := errors.AsType[*problem.Error](err)
	if !ok || known.Kind != problem.Invalid && known.Kind != problem.Conflict {
		return err
	}
	f.faults = ui.Faults{{Field: "street", Text: known.Text}}
	if known.Field == "" || known.Field == "street" && f.ask.Street+f.ask.Town == "" {
		f.faults[0].Text = known.Text
	}
	return a.showRuns(p, http.StatusUnprocessableEntity, f)
}

// make begins to write the letters that were looked at.
func (a *Area) make(p *page.Request) error {
	ask := askOf(p)
	job, err := a.register.AskOwners(p.OnceFresh(func() (string, error) {
		preview, err := a.register.Preview(p.Context(), asking(p), ask)
		return runForm{preview: preview}.version(), err
	}), asking(p), ask)
	if errors.Is(err, page.ErrStale) {
		return a.checkRun(p, http.StatusConflict, true)
	}
	return a.begun(p, job, err, runForm{ask: ask})
}

func (a *Area) remind(p *page.Request) error {
	job, err := a.register.RemindOwners(p.Once(), asking(p))
	return a.begun(p, job, err, runForm{})
}

// batches is how many batches of letters are made while somebody waits; the rest are made in the background.
const batches = 3

func (a *Area) begun(p *page.Request, job consent.LetterJob, err error, f runForm) error {
	if errors.Is(err, consent.ErrNobodyToAsk) || errors.Is(err, consent.ErrNoText) || problem.KindOf(err) == problem.Invalid {
		return a.notSent(p, f, err)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	if job.ID == "" { // the form had been sent before
		return p.Redirect("/samtycken/brev")
	}
	for range batches {
		if more, err := a.register.MakeLetters(p.Context()); err != nil || !more {
			break // they are wanted, and made in the background
		}
	}
	return p.Redirect("/samtycken/brev/" + job.ID)
}

func (a *Area) run(p *page.Request) error {
	job, err := a.register.Job(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	letters, err := a.register.LettersOfJob(p.Context(), asking(p), job.ID, "", consent.MaxLetters)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, runPage(p.View, job, letters))
}

var errNotFinished = problem.New(problem.Conflict, "letters-not-finished",
	"Breven skapas fortfarande. Försök igen om en stund.", "The letters are still being made. Try again in a while.")

// print is all letters of a run with their reply slips, for window envelopes.
func (a *Area) print(p *page.Request) error {
	job, err := a.register.Job(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if !job.Finished() {
		return errNotFinished
	}
	found, err := a.register.LettersOfJob(p.Context(), asking(p), job.ID, "", consent.MaxLetters)
	if err != nil {
		return err
	}
	letters := make([]paper.Letter, len(found))
	for i, l := range found {
		b := l.Body
		letters[i] = paper.Letter{Lang: b.Language, Made: l.Made, Title: b.Title, From: b.From, To: b.To, Case: consent.ShowCode(l.Code),
			Code: consent.CodePayload(l.Code), About: b.About, Text: b.Text, Reply: b.Reply}
	}
	var out bytes.Buffer
	if err := paper.Letters(&out, p.T(tRunTitle), job.Made, p.Zone, letters...); err != nil {
		return err
	}
	send(p, paper.TypePDF, "brev.pdf", out.Bytes())
	return nil
}

// send hands a file over, to be saved.
func send(p *page.Request, media, name string, body []byte) {
	h := p.W.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = p.W.Write(body) // the reader has gone: nobody is left to tell
}
