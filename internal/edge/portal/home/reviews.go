package home

import (
	"errors"
	"net/http"
	"slices"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// maxReviews is how many emergency accesses are shown at once, those that must be reviewed first.
const maxReviews = 100

// waiting are the emergency accesses that somebody answers for; nobody's for who answers for none.
func (a *Area) waiting(p *page.Request) ([]identity.Emergency, error) {
	all, err := a.reviews.List(p.Context(), p.Who.Acting(), identity.EmergencyFilter{}, maxReviews)
	if errors.Is(err, identity.ErrEmergencyMayNot) {
		return nil, nil
	}
	return all, err
}

func (a *Area) list(p *page.Request) error {
	all, err := a.waiting(p)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, reviewsPage(p.View, all))
}

func (a *Area) review(p *page.Request) error {
	return a.reviewForm(p, http.StatusOK, nil)
}

func (a *Area) reviewForm(p *page.Request, status int, faults ui.Faults) error {
	all, err := a.waiting(p)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(e identity.Emergency) bool { return e.ID == p.ID() })
	if at < 0 {
		return identity.ErrEmergencyUnknown
	}
	return p.Render(status, reviewPage(p.View, all[at], p.Form("verdict"), p.Form("note"), faults))
}

func (a *Area) decide(p *page.Request) error {
	_, err := a.reviews.Review(p.Once(), p.Who.Acting(), p.ID(), identity.Verdict(p.Form("verdict")), p.Form("note"))
	if faults, ok := page.Faults(err); ok {
		return a.reviewForm(p, http.StatusUnprocessableEntity, faults)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/granskning", ui.Flash{Text: tReviewed})
}
