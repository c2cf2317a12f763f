package receipts

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// signForm is signatures being written down.
type signForm struct {
	casework.ReceiptPage
	typed  url.Values
	faults ui.Faults
	stale  bool
}

// version is what a form about a receipt was made from.
func version(r receipt.Line) string { return page.VersionOf(r.ID, r.State.Open(), r.To) }

func (a *Area) versionOf(p *page.Request) func() (string, error) {
	return func() (string, error) {
		r, err := a.keys.Receipt(p.Context(), who(p), p.ID()) // which writes nothing
		return version(r), err
	}
}

func (a *Area) askSign(p *page.Request) error { return a.showSign(p, http.StatusOK, signForm{}) }

func (a *Area) showSign(p *page.Request, status int, f signForm) (err error) {
	if f.ReceiptPage, err = a.keys.ReceiptPage(p.Context(), p.Who.Reader(), p.ID()); err != nil {
		return err
	}
	p.Now = f.Now
	if f.typed = p.R.PostForm; !f.Sign && !f.stale {
		return p.Redirect("/kvittenser/" + p.ID())
	}
	return p.Render(status, signPage(p.View, f))
}

// sign notes that both parties have signed, and so that the key has changed hands.
func (a *Area) sign(p *page.Request) error {
	scan, _, err := p.File("scan")
	if err != nil {
		return err
	}
	in := receipt.Signature{How: receipt.How(p.Form("how")), From: p.Form("signed_from"), To: p.Form("signed_to"), Scan: scan}
	var faults ui.Faults
	if in.How != receipt.OnPaper && in.How != receipt.OnScreen {
		faults = append(faults, ui.Fault{Field: "how", Text: tHowMissing})
	}
	for field, name := range map[string]string{"signed_from": in.From, "signed_to": in.To} {
		if name == "" {
			faults = append(faults, ui.Fault{Field: field, Text: receipt.ErrNames.Text})
		}
	}
	if in.How == receipt.OnPaper && len(scan) == 0 {
		faults = append(faults, ui.Fault{Field: "scan", Text: receipt.ErrFile.Text})
	}
	if len(faults) > 0 {
		return a.showSign(p, http.StatusUnprocessableEntity, signForm{faults: faults})
	}
	_, err = a.keys.SignReceipt(p.OnceFresh(a.versionOf(p)), who(p), p.ID(), in)
	return a.answered(p, err, tSigned, func(status int, faults ui.Faults, stale bool) error {
		return a.showSign(p, status, signForm{faults: faults, stale: stale})
	})
}

// answered says on the receipt's page what has been done, or on the form why not.
func (a *Area) answered(p *page.Request, err error, said problem.Text, form func(status int, faults ui.Faults, stale bool) error) error {
	if errors.Is(err, page.ErrStale) || errors.Is(err, receipt.ErrState) {
		return form(http.StatusConflict, nil, true)
	}
	if faults, ok := page.Faults(err); ok {
		return form(http.StatusUnprocessableEntity, faults, false)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/kvittenser/"+p.ID(), ui.Flash{Text: said})
}

func (a *Area) askCancel(p *page.Request) error { return a.showCancel(p, http.StatusOK, nil) }

func (a *Area) showCancel(p *page.Request, status int, faults ui.Faults) error {
	r, err := a.keys.ReceiptPage(p.Context(), p.Who.Reader(), p.ID())
	if err != nil {
		return err
	}
	at := "/kvittenser/" + p.ID()
	if !r.Sign && status == http.StatusOK {
		return p.Redirect(at)
	}
	return p.Render(status, ui.Confirm(p.View, ui.Confirmation{Title: p.F(tCancelTitle, r.Receipt.Number), Do: p.T(tCancelDo), Action: at + "/makulera", Back: at, Version: version(r.Receipt.Line), Faults: faults,
		Effects: []string{p.F(tCancelEffect, words.Party(p.View, r.Holder, holderName(r))), p.T(tCancelWork)},
		Reason:  &ui.Field{Name: "reason", Label: p.T(tCancelWhy), Value: p.Form("reason"), Fault: faults.Of("reason"), Max: 500}}))
}

func (a *Area) cancel(p *page.Request) error {
	_, err := a.keys.CancelReceipt(p.OnceFresh(a.versionOf(p)), who(p), p.ID(), p.Form("reason"))
	return a.answered(p, err, tCancelled, func(status int, faults ui.Faults, stale bool) error {
		if stale {
			faults = ui.Faults{{Text: receipt.ErrState.Text}}
		}
		return a.showCancel(p, status, faults)
	})
}

// newForm is a receipt being made by hand.
type newForm struct {
	casework.ReceiptChoices
	client, key string
	typed       url.Values
	faults      ui.Faults
}

func (a *Area) askNew(p *page.Request) error {
	return a.showNew(p, http.StatusOK, newForm{client: p.Query("kund"), key: p.Query("nyckel")})
}

func (a *Area) showNew(p *page.Request, status int, f newForm) (err error) {
	if f.client == "" && f.key == "" {
		return p.Redirect("/kvittenser")
	}
	if f.ReceiptChoices, err = a.keys.ReceiptChoices(p.Context(), p.Who.Reader(), f.client, f.key); err != nil {
		return err
	}
	p.Now, f.typed = f.Now, p.R.PostForm
	return p.Render(status, newPage(p.View, f))
}

// make makes the receipt that is described. Who gives the key is never asked: it follows from the receipts before.
func (a *Area) make(p *page.Request) error {
	f := newForm{client: p.Form("kund"), key: p.Form("nyckel")}
	in, faults := readNew(p, f)
	if f.faults = faults; len(faults) > 0 {
		return a.showNew(p, http.StatusUnprocessableEntity, f)
	}
	made, err := a.keys.DraftReceipt(p.Once(), who(p), in)
	if known, ok := errors.AsType[*problem.Error](err); ok && (known.Kind == problem.Invalid || known.Kind == problem.Conflict) {
		f.faults = ui.Faults{{Field: fieldOr(known, "to"), Text: known.Text}}
		return a.showNew(p, http.StatusUnprocessableEntity, f)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	if made.ID == "" { // the form had been sent before
		return p.Redirect("/kvittenser")
	}
	return p.Redirect("/kvittenser/"+made.ID, ui.Flash{Text: tMade.Sprintf(made.Number)})
}

func fieldOr(e *problem.Error, otherwise string) string {
	if e.Field == "" {
		return otherwise
	}
	return e.Field
}

// readNew reads a receipt that is made by hand, all that is wrong with it at once.
func readNew(p *page.Request, f newForm) (in casework.NewReceipt, faults ui.Faults) {
	wrong := func(field string, text problem.Text) { faults = append(faults, ui.Fault{Field: field, Text: text}) }
	kind, id, _ := strings.Cut(p.Form("to"), ":")
	in.NewReceipt = receipt.NewReceipt{KeyID: f.key, To: receipt.Holder{Kind: receipt.HolderKind(kind), ID: id}}
	if f.key == "" {
		in.ClientID, in.Purpose, in.Door = f.client, receipt.Purpose(p.Form("purpose")), receipt.Door(p.Form("door"))
		if in.Purpose == "" {
			wrong("purpose", tPurposeMissing)
		}
		if in.Door == "" {
			wrong("door", tDoorMissing)
		}
		n, err := strconv.Atoi(p.Form("copies"))
		if in.Copies = n; err != nil || n < 1 || n > receipt.MaxCopies {
			wrong("copies", receipt.ErrCopies.Text)
		}
	}
	if kind == "" {
		wrong("to", tToMissing)
	}
	if text := p.Form("due"); text != "" {
		due, err := time.ParseInLocation(time.DateOnly, text, p.Zone)
		if in.Due = due; err != nil || due.Year() < 2000 || due.After(p.Now.AddDate(2, 0, 0)) {
			wrong("due", tDueWrong)
		}
	}
	return in, faults
}
