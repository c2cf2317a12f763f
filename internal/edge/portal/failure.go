package portal

import (
	"errors"
	"net/http"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/web"
)

// failure is what the page of an error says, in the reader's language.
type failure struct {
	title, text string
	request     string // to say when asking for help; "" where that is of no use
}

// fail answers an error of a page in words. The language is the reader's choice, which only the portal knows.
func (h *Handler) fail(p *page, err error) {
	shown := web.Describe(p.r.Context(), err)
	f := failure{title: p.t(titleOf(shown.Status)), text: p.t(tBrokenD), request: shown.Request}
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind != problem.Internal {
		f.text, f.request = p.t(known.Text), ""
	}
	if errors.Is(err, errDenied) {
		f.text = p.f(tDeniedD, p.t(p.who.Role.name()))
	}
	h.answer(p, shown.Status, f)
}

// WriteError is the router's [web.ErrorWriter]: a page for browsers, JSON for everybody else.
func (h *Handler) WriteError(w http.ResponseWriter, r *http.Request, shown api.Problem) {
	if !web.WantsPage(r) {
		web.WriteProblem(w, r, shown)
		return
	}
	p := &page{view: h.look(w, r), w: w, r: r}
	f := failure{title: p.t(titleOf(shown.Status)), text: shown.Detail, request: shown.Request}
	switch shown.Code {
	case web.ErrNoPage.Code:
		f.text, f.request = p.t(tNotFndD), ""
	case web.ErrCrossOrigin.Code:
		f.text, f.request = p.t(web.ErrCrossOrigin.Text), ""
	case web.ErrInternal.Code:
		f.text = p.t(tBrokenD)
	}
	h.answer(p, shown.Status, f)
}

func (h *Handler) answer(p *page, status int, f failure) {
	if err := p.render(status, failed(p.view, f)); err != nil {
		http.Error(p.w, f.text, http.StatusInternalServerError)
	}
}

func titleOf(status int) problem.Text {
	switch status {
	case http.StatusNotFound:
		return tNotFound
	case http.StatusForbidden:
		return tDenied
	case http.StatusConflict:
		return tConflict
	case http.StatusServiceUnavailable:
		return tTrouble
	case http.StatusInternalServerError:
		return tBroken
	}
	return tInvalid
}
