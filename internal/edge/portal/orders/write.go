package orders

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// refusal is the domain's answer in words, if err is one.
func refusal(err error) (*problem.Error, bool) { return errors.AsType[*problem.Error](err) }

// start lists what the reader may order, and what they have begun.
func (a *Area) start(p *page.Request) error { return a.startPage(p, http.StatusOK, nil) }

func (a *Area) startPage(p *page.Request, status int, faults ui.Faults) error {
	kinds, err := a.orders.OrderKinds(p.Context(), p.Who.Reader())
	if err != nil {
		return err
	}
	drafts, err := a.orders.Drafts(p.Context(), p.Who.Reader())
	if err != nil {
		return err
	}
	client := p.Query("kund")
	if p.R.Method == http.MethodPost {
		client = p.Form("kund")
	}
	return p.Render(status, startPage(p.View, menu(kinds), drafts, client, faults))
}

func (a *Area) begin(p *page.Request) error {
	kind := routine.OrderKind(p.Form("slag"))
	if !kind.Known() {
		return a.startPage(p, http.StatusUnprocessableEntity, ui.Faults{{Field: "slag", Text: tChooseKind}})
	}
	d, err := a.orders.BeginDraft(p.Once(), p.Who.Reader(), kind, p.Form("kund"))
	if errors.Is(err, txn.ErrDone) {
		return a.begun(p)
	}
	if err != nil {
		return err
	}
	return a.next(p, d.ID)
}

// begun leads somebody who has sent a form that begins a draft once more to the draft that it began: their latest.
func (a *Area) begun(p *page.Request) error {
	drafts, err := a.orders.Drafts(p.Context(), p.Who.Reader())
	if err != nil {
		return err
	}
	if len(drafts) == 0 {
		return p.Redirect("/bestall")
	}
	return a.next(p, drafts[0].ID)
}

// next leads to the first question that has no answer yet, or to the answers.
func (a *Area) next(p *page.Request, id string) error {
	d, err := a.orders.Draft(p.Context(), p.Who.Reader(), id)
	if err != nil {
		return err
	}
	if d.Draft.OrderID != "" {
		return p.Redirect("/bestallningar/" + d.Draft.OrderID + "/kvitto")
	}
	q, ok := unanswered(d)
	if ok && q == qGroup && only(d) != "" { // there is only one: nobody is asked
		answers := d.Draft.Answers
		answers.Group, answers.Asked = only(d), append(answers.Asked, q)
		if _, err := a.orders.AnswerDraft(p.Context(), p.Who.Reader(), id, d.Draft.Version, d.Draft.ClientID, answers); err != nil {
			return err
		}
		return a.next(p, id)
	}
	if ok {
		return p.Redirect("/bestall/" + id + "/" + q)
	}
	return p.Redirect("/bestall/" + id)
}

// ask shows a question with what is known.
func (a *Area) ask(p *page.Request) error {
	d, err := a.orders.Draft(p.Context(), p.Who.Reader(), p.ID())
	if err != nil {
		return err
	}
	if d.Draft.OrderID != "" {
		return p.Redirect("/bestallningar/" + d.Draft.OrderID + "/kvitto")
	}
	p.Now = d.Now
	q := p.R.PathValue("fraga")
	if !slices.Contains(questions(d.Draft), q) {
		return a.next(p, p.ID())
	}
	return p.Render(http.StatusOK, questionPage(p.View, asked{DraftPage: d, question: q, roles: a.orders.FormRoles(d.Draft.Kind)}))
}

// asked is a question on its page.
type asked struct {
	casework.DraftPage
	question string
	query    string         // what was searched for
	hits     *casework.Hits // who fits
	day      string         // as it was typed; "" is the answer's, or today
	faults   ui.Faults
	changed  bool // in another window
	roles    []routine.Role
}

// answer keeps an answer and leads on. What was typed stays when it cannot be kept.
func (a *Area) answer(p *page.Request) error {
	d, err := a.orders.Draft(p.Context(), p.Who.Reader(), p.ID())
	if err != nil {
		return err
	}
	q := p.R.PathValue("fraga")
	if d.Draft.OrderID != "" || !slices.Contains(questions(d.Draft), q) {
		return a.next(p, p.ID())
	}
	p.Now = d.Now
	page := asked{DraftPage: d, question: q, roles: a.orders.FormRoles(d.Draft.Kind)}
	client := d.Draft.ClientID
	if q == qClient {
		if client, err = a.choose(p, &page); err != nil {
			return err
		}
	} else {
		page.read(p)
	}
	if len(page.faults) > 0 {
		return p.Render(http.StatusUnprocessableEntity, questionPage(p.View, page))
	}
	if q == qClient && client == "" && page.Draft.Answers.Number == "" {
		return p.Render(http.StatusOK, questionPage(p.View, page))
	}
	page.settle(q, client != d.Draft.ClientID)
	_, err = a.orders.AnswerDraft(p.Context(), p.Who.Reader(), p.ID(), version(p), client, page.Draft.Answers)
	refused, ok := refusal(err)
	switch {
	case errors.Is(err, casework.ErrDraftChanged):
		page.changed = true
		return p.Render(http.StatusConflict, questionPage(p.View, page))
	case errors.Is(err, casework.ErrDraftPlaced):
	case ok && (refused.Kind == problem.Invalid || errors.Is(err, casework.ErrDraftClient)):
		page.faults = faultsOf(refused)
		return p.Render(http.StatusUnprocessableEntity, questionPage(p.View, page))
	case err != nil:
		return err
	}
	return a.next(p, p.ID())
}

// choose finds whom an order is about: the one that was chosen, or the only one that the number fits. Others are shown to
// choose among.
func (a *Area) choose(p *page.Request, to *asked) (clientID string, err error) {
	to.Draft.Answers.Number = ""
	if id := p.Form("klient"); id != "" {
		return id, nil
	}
	to.query = p.Form("q")
	hits, number, err := a.orders.FindForDraft(p.Context(), p.Who.Reader(), to.query)
	if refused, ok := refusal(err); ok && refused.Kind == problem.Invalid {
		to.faults = ui.Faults{{Field: "q", Text: refused.Text}}
		return "", nil
	}
	switch {
	case err != nil:
		return "", err
	case hits.Exact && len(hits.People) == 1:
		return hits.People[0].ID, nil
	case number != "" && p.Who.Role == routine.HealthUnit && to.Draft.Kind == routine.HealthStarted:
		to.Draft.Answers.Number = number
	case len(hits.People) == 0:
		to.faults = ui.Faults{{Field: "q", Text: casework.ErrDraftClient.Text}}
	default:
		to.hits = &hits
	}
	return "", nil
}

func version(p *page.Request) int64 {
	n, err := strconv.ParseInt(p.Form("_version"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// check shows all answers and what they would lead to, before they are sent.
func (a *Area) check(p *page.Request) error {
	d, err := a.orders.Draft(p.Context(), p.Who.Reader(), p.ID())
	if err != nil {
		return err
	}
	if _, more := unanswered(d); more || d.Draft.OrderID != "" {
		return a.next(p, p.ID())
	}
	p.Now = d.Now
	return p.Render(http.StatusOK, checkPage(p.View, d, nil, false))
}

func (a *Area) send(p *page.Request) error {
	o, err := a.orders.PlaceDraft(p.Context(), p.Who.Reader(), p.ID(), version(p))
	if err == nil {
		return p.Redirect("/bestallningar/" + o.ID + "/kvitto")
	}
	refused, ok := refusal(err)
	if !ok || refused.Kind == problem.NotFound && !errors.Is(err, casework.ErrClientUnknown) || refused.Kind == problem.Internal {
		return err
	}
	d, failed := a.orders.Draft(p.Context(), p.Who.Reader(), p.ID())
	if failed != nil {
		return failed
	}
	if _, more := unanswered(d); more {
		return a.next(p, p.ID())
	}
	p.Now = d.Now
	if errors.Is(err, casework.ErrDraftChanged) {
		return p.Render(http.StatusConflict, checkPage(p.View, d, nil, true))
	}
	status := http.StatusConflict
	if refused.Kind == problem.Invalid {
		status = http.StatusUnprocessableEntity
	}
	return p.Render(status, checkPage(p.View, d, ui.Faults{{Text: refused.Text}}, false))
}

func (a *Area) drop(p *page.Request) error {
	err := a.orders.DropDraft(p.Context(), p.Who.Reader(), p.ID())
	if err != nil && !errors.Is(err, casework.ErrDraftUnknown) { // thrown away twice: it is gone
		return err
	}
	return p.Redirect("/bestall", ui.Flash{Text: tDropped})
}

func (a *Area) receipt(p *page.Request) error {
	out, err := a.orders.OrderPage(p.Context(), p.Who.Reader(), p.ID(), "")
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, receiptPage(p.View, out, a.orders.LockUnit()))
}
