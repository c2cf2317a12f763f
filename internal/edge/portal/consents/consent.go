package consents

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

func (a *Area) consent(p *page.Request) error { return a.showConsent(p, http.StatusOK, nil, nil) }

func (a *Area) showConsent(p *page.Request, status int, faults ui.Faults, changes []ui.Change) error {
	c, work, err := a.withWork(p)
	if err != nil {
		return err
	}
	return p.Render(status, consentPage(p.View, c, work, p.R.PostForm, faults, changes))
}

func (a *Area) withWork(p *page.Request) (c consent.ConsentFile, work []casework.OwnersWork, err error) {
	if c, err = a.register.ConsentFile(p.Context(), asking(p), p.ID()); err != nil {
		return c, nil, err
	}
	work, err = a.answers.WorkOf(p.Context(), asking(p), c.Consent)
	return c, work, err
}

func (a *Area) done(p *page.Request) error {
	c, work, err := a.withWork(p)
	if err != nil {
		return err
	}
	if c.Answer == consent.Requested || c.Answer == consent.Unknown {
		return p.Redirect("/samtycken/besked/" + c.ID)
	}
	return p.Render(http.StatusOK, donePage(p.View, c, work))
}

// changed runs a change of a consent that was made from what is there now, and says what has been done.
func (a *Area) changed(p *page.Request, said problem.Text, change func() error) error {
	err := change()
	if errors.Is(err, page.ErrStale) {
		c, err := a.register.ConsentFile(p.Context(), asking(p), p.ID())
		if err != nil {
			return err
		}
		return a.showConsent(p, http.StatusConflict, nil, []ui.Change{
			{Name: p.T(tAnswer), Was: "–", Now: p.T(wordText(c.Consent)), Yours: "–"}, {Name: p.T(tDiary), Was: "–", Now: c.Diary, Yours: p.Form("diary")}})
	}
	if faults, ok := page.Faults(err); ok {
		return a.showConsent(p, http.StatusUnprocessableEntity, faults, nil)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/samtycken/besked/"+p.ID(), ui.Flash{Text: said})
}

func (a *Area) diary(p *page.Request) error {
	return a.changed(p, tDiaryDone, func() error {
		_, err := a.register.SetDiary(p.OnceFresh(a.versionOf(p, p.ID())), asking(p), p.ID(), p.Form("diary"))
		return err
	})
}

// attach keeps the scanned paper.
func (a *Area) attach(p *page.Request) error {
	content, _, err := p.File("fil")
	if err != nil {
		return err
	}
	return a.changed(p, tScanDone, func() error {
		if len(content) == 0 {
			return errNoFile.On("fil")
		}
		f, err := consent.NewFile(content)
		if err != nil {
			return consent.ErrFile.On("fil")
		}
		_, err = a.register.Attach(p.Once(), asking(p), p.ID(), f)
		return err
	})
}

var errNoFile = problem.New(problem.Invalid, "page-consent-file", "Välj en fil.", "Choose a file.")

// paper hands the scanned paper over; who reads it is in the journal. A PDF is not shown in the page's own name.
func (a *Area) paper(p *page.Request) error {
	f, err := a.register.FileOf(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	name := "samtycke.pdf"
	if f.Media == "image/jpeg" {
		name = "samtycke.jpg"
	}
	send(p, f.Media, name, f.Body)
	return nil
}

// withdrawForm is a withdrawal being written.
type withdrawForm struct {
	effect casework.Effect
	typed  url.Values
	faults ui.Faults
	stale  bool
}

func (a *Area) askWithdraw(p *page.Request) error {
	return a.showWithdraw(p, http.StatusOK, withdrawForm{})
}

func (a *Area) showWithdraw(p *page.Request, status int, f withdrawForm) error {
	c, err := a.register.ConsentFile(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if f.effect, err = a.answers.WithdrawalEffect(p.Context(), asking(p), p.ID()); err != nil {
		return err
	}
	return p.Render(status, withdrawPage(p.View, c, f))
}

func (a *Area) withdraw(p *page.Request) error {
	f := withdrawForm{typed: p.R.PostForm}
	in := consent.Answered{Answer: consent.Withdrawn, How: consent.How(p.Form("how")), HeardBy: p.Form("heard_by"), Note: p.Form("note")}
	readHow(p, &in, func(field string, text problem.Text) { f.faults = append(f.faults, ui.Fault{Field: field, Text: text}) })
	if f.faults = checked(p, in, f.faults); len(f.faults) > 0 {
		return a.showWithdraw(p, http.StatusUnprocessableEntity, f)
	}
	c, err := a.answers.Withdraw(p.OnceFresh(a.versionOf(p, p.ID())), asking(p), p.ID(), in)
	if errors.Is(err, page.ErrStale) {
		f.stale = true
		return a.showWithdraw(p, http.StatusConflict, f)
	}
	if faults, ok := page.Faults(err); ok {
		f.faults = faults
		return a.showWithdraw(p, http.StatusUnprocessableEntity, f)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	if c.ID == "" { // the form had been sent before
		return p.Redirect("/samtycken/besked/" + p.ID())
	}
	return p.Redirect("/samtycken/besked/" + c.ID + "/klart")
}

func (a *Area) askUndo(p *page.Request) error { return a.showUndo(p, http.StatusOK, nil) }

func (a *Area) showUndo(p *page.Request, status int, faults ui.Faults) error {
	c, err := a.register.ConsentFile(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if err := c.Undoable(p.Now); err != nil {
		return err
	}
	at := "/samtycken/besked/" + c.ID
	effects := []string{p.T(tUndoEffect)}
	if len(c.Letters) > 0 {
		effects = append(effects, p.T(tUndoLetter))
	}
	return p.Render(status, ui.Confirm(p.View, ui.Confirmation{Title: p.T(tUndoTitle), Effects: effects, Do: p.T(tUndoDo), Action: at + "/angra", Back: at,
		Version: version(c.Consent), Faults: faults,
		Reason: &ui.Field{Name: "reason", Label: p.T(tUndoWhy), Value: p.Form("reason"), Fault: faults.Of("reason"), Max: consent.MaxText}}))
}

func (a *Area) undo(p *page.Request) error {
	err := a.answers.UndoAnswer(p.OnceFresh(a.versionOf(p, p.ID())), asking(p), p.ID(), p.Form("reason"))
	if errors.Is(err, page.ErrStale) {
		return a.showUndo(p, http.StatusConflict, ui.Faults{{Text: ui.TConflict}})
	}
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Field == "reason" {
		return a.showUndo(p, http.StatusUnprocessableEntity, ui.Faults{{Field: "reason", Text: known.Text}})
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/samtycken/besked/"+p.ID(), ui.Flash{Text: tUndone})
}

// agreement is a client's own word about a lock (V8-b).
func (a *Area) agreement(p *page.Request) error { return a.showAgreement(p, http.StatusOK, nil, false) }

func (a *Area) showAgreement(p *page.Request, status int, faults ui.Faults, stale bool) error {
	out, err := a.answers.Agreement(p.Context(), p.Who.Reader(), p.ID())
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(status, agreementPage(p.View, out, p.R.PostForm, faults, stale))
}

// seen is when what the form was made from had been said.
func seen(g consent.Agreement) string {
	if g.ClientID == "" {
		return "0"
	}
	return strconv.FormatInt(g.At.UnixMicro(), 10)
}

func seenAt(text string) time.Time {
	us, err := strconv.ParseInt(text, 10, 64)
	if err != nil || us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us)
}

func (a *Area) agreed(p *page.Request) error {
	in := casework.ClientAnswer{Agrees: p.Form("agrees") == "ja", AskedBy: p.Form("asked_by"), How: p.Form("how")}
	var faults ui.Faults
	if p.Form("agrees") != "ja" && p.Form("agrees") != "nej" {
		faults = append(faults, ui.Fault{Field: "agrees", Text: tAnswerMissing})
	}
	if in.AskedBy == "" {
		faults = append(faults, ui.Fault{Field: "asked_by", Text: tAskedByMissing})
	}
	if len(faults) > 0 {
		return a.showAgreement(p, http.StatusUnprocessableEntity, faults, false)
	}
	err := a.answers.AskedOf(p.Once(), p.Who.Reader(), p.ID(), seenAt(p.Form("seen")), in)
	if errors.Is(err, casework.ErrAgreementChanged) {
		return a.showAgreement(p, http.StatusConflict, nil, true)
	}
	if faults, ok := page.Faults(err); ok {
		return a.showAgreement(p, http.StatusUnprocessableEntity, faults, false)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/kunder/"+p.ID(), ui.Flash{Text: tAgreedDone})
}
