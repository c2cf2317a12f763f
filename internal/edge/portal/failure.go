package portal

import (
	"errors"
	"net/http"
	"strings"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
	"hemnyckel/internal/edge/web"
)

// The texts of error pages.
var (
	tNotFound = problem.Text{SV: "Sidan finns inte", EN: "The page does not exist"}
	tNotFndD  = problem.Text{SV: "Adressen kan vara felskriven, eller så har sidan flyttats.", EN: "The address may be misspelt, or the page has moved."}
	tDenied   = problem.Text{SV: "Du har inte tillgång till sidan", EN: "You do not have access to this page"}
	tDeniedD  = problem.Text{SV: "Rollen %s omfattar inte det här. Behöver du det i ditt arbete, tala med den som ansvarar för behörigheterna.", EN: "The role %s does not include this. If you need it in your work, talk to whoever is responsible for access."}
	tBroken   = problem.Text{SV: "Något gick fel hos oss", EN: "Something went wrong on our side"}
	tBrokenD  = problem.Text{SV: "Inget har ändrats. Försök igen; händer det en gång till, kontakta systemansvarig och säg numret.", EN: "Nothing was changed. Try again; if it happens once more, contact the system owner and say the number."}
	tUnsaved  = problem.Text{SV: "Det går inte att spara just nu, och inget har ändrats.", EN: "Nothing can be saved just now, and nothing was changed."}
	tUnread   = problem.Text{SV: "Sidan går inte att visa just nu. Systemet går inte att skriva i, och den som läser om en person ska stå i loggen.", EN: "The page cannot be shown just now. The system cannot be written to, and whoever reads about a person must be in the journal."}
	tTrouble  = problem.Text{SV: "Det gick inte just nu", EN: "It did not work just now"}
	tConflict = problem.Text{SV: "Det går inte så som läget är", EN: "The state does not allow it"}
	tInvalid  = problem.Text{SV: "Det går inte att läsa", EN: "It cannot be read"}
)

// errOften says that a network has sent too many forms.
var errOften = problem.New(problem.Unavailable, "page-too-often",
	"Det kommer för många försök härifrån just nu. Vänta en minut och försök igen.",
	"There are too many attempts from here right now. Wait a minute and try again.")

var errDenied = problem.New(problem.Denied, "page-denied", tDenied.SV, tDenied.EN)

// fail answers an error of a page in words. The language is the reader's choice, which only the portal knows.
func (h *Handler) fail(p *page.Request, err error) {
	shown := web.Describe(p.Context(), err)
	f := ui.Failure{Title: p.T(titleOf(shown.Status)), Text: p.T(tBrokenD), Request: shown.Request}
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind != problem.Internal {
		f.Text, f.Request = p.T(known.Text), ""
		if ofStorage(known.Code) && p.Who.Role != routine.SystemOwner { // who can look at the disk reads what is wrong with it
			f.Text, f.Request = p.T(unsaved(p.R.Method)), shown.Request
		}
	}
	if errors.Is(err, errDenied) {
		f.Text = p.F(tDeniedD, p.T(words.RoleName(p.Who.Role)))
	}
	if errors.Is(err, errOften) {
		shown.Status = http.StatusTooManyRequests
		p.W.Header().Set("Retry-After", "60")
	}
	if shown.Status >= http.StatusInternalServerError || errors.Is(err, errOften) {
		f.Retry = p.Retry()
	}
	answer(p, shown.Status, f)
}

// ofStorage reports whether a problem is the database's: codes are stable.
func ofStorage(code string) bool { return strings.HasPrefix(code, "database-") || code == "disk-full" }

// unsaved says that nothing can be written. Reading about a person is written too, or it is not done.
func unsaved(method string) problem.Text {
	if method == http.MethodPost {
		return tUnsaved
	}
	return tUnread
}

// WriteError is the router's [web.ErrorWriter]: a page for browsers, JSON for everybody else.
func (h *Handler) WriteError(w http.ResponseWriter, r *http.Request, shown api.Problem) {
	if !web.WantsPage(r) {
		web.WriteProblem(w, r, shown)
		return
	}
	p, _ := h.request(w, r) // if nobody can be asked who it is, the page is a stranger's
	f := ui.Failure{Title: p.T(titleOf(shown.Status)), Text: shown.Detail, Request: shown.Request}
	switch shown.Code {
	case web.ErrNoPage.Code:
		f.Text, f.Request = p.T(tNotFndD), ""
	case web.ErrCrossOrigin.Code:
		f.Text, f.Request = p.T(web.ErrCrossOrigin.Text), ""
	case web.ErrInternal.Code:
		f.Text = p.T(tBrokenD)
	}
	answer(p, shown.Status, f)
}

func answer(p *page.Request, status int, f ui.Failure) {
	if err := p.Render(status, ui.Failed(p.View, f)); err != nil {
		http.Error(p.W, f.Text, http.StatusInternalServerError)
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
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return tTrouble
	case http.StatusInternalServerError:
		return tBroken
	}
	return tInvalid
}
