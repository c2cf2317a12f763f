package portal

import (
	"crypto/rand"
	"errors"
	"net/http"

	"hemnyckel/internal/base/problem"
)

// failure is what the page of an error says.
type failure struct {
	title, text problem.Text
	code        string
}

// fail answers an error in words. What is our fault is logged with a code that the reader can tell us.
func (h *Handler) fail(p *page, err error) {
	status, f := http.StatusInternalServerError, failure{title: tBroken, text: tBrokenD}
	known, _ := errors.AsType[*problem.Error](err)
	switch kind := problem.KindOf(err); kind {
	case problem.Internal:
		f.code = rand.Text()[:8]
		h.Logger.ErrorContext(p.r.Context(), "portal: page failed", "path", p.r.Pattern, "code", f.code, "error", err)
	case problem.NotFound:
		status, f = http.StatusNotFound, failure{title: tNotFound, text: known.Text}
	case problem.Denied:
		status, f = http.StatusForbidden, failure{title: tDenied, text: known.Text}
		if errors.Is(err, errDenied) {
			f.text = problem.Text{SV: tDeniedD.Sprintf(p.who.Role.name().SV).SV, EN: tDeniedD.Sprintf(p.who.Role.name().EN).EN}
		}
	case problem.Unavailable:
		status, f = http.StatusServiceUnavailable, failure{title: tTrouble, text: known.Text}
		h.Logger.WarnContext(p.r.Context(), "portal: unavailable", "path", p.r.Pattern, "error", err)
	case problem.Conflict:
		status, f = http.StatusConflict, failure{title: tConflict, text: known.Text}
	default:
		status, f = http.StatusUnprocessableEntity, failure{title: tInvalid, text: known.Text}
	}
	if err := p.render(status, failed(p.view, f)); err != nil {
		h.Logger.ErrorContext(p.r.Context(), "portal: the error page failed", "error", err)
		http.Error(p.w, tBroken.SV, http.StatusInternalServerError)
	}
}

func (h *Handler) notFound(p *page) error {
	return p.render(http.StatusNotFound, failed(p.view, failure{title: tNotFound, text: tNotFndD}))
}
