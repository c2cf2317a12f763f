// Package gallery shows every part that pages are put together from, alive, in all its states: at /komponenter.
//
// It owns its examples, which are made up, and nothing else. Whoever builds a page looks here first; tests of accessibility
// and of looks look at nothing but this to see all parts.
package gallery

import (
	"net/http"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Area is the gallery.
type Area struct{ who []routine.Role }

// New returns it, for everybody in a demonstration and otherwise for the system owner.
func New(demo bool) *Area {
	if demo {
		return &Area{page.Everybody()}
	}
	return &Area{[]routine.Role{routine.SystemOwner}}
}

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	return []page.Route{
		{Method: "GET", Path: "/komponenter", Name: "gallery", Roles: a.who, Do: show, Camera: true},
		{Method: "POST", Path: "/komponenter", Name: "gallery-send", Roles: a.who, Do: send, Camera: true},
		{Method: "GET", Path: "/komponenter/bekrafta", Name: "gallery-confirm", Roles: a.who, Do: confirm},
	}
}

func show(p *page.Request) error { return p.Render(http.StatusOK, parts(p.View, nil, false)) }

// send shows what a form looks like when everything in it is wrong, or, for "konflikt" and "klart", the other endings.
func send(p *page.Request) error {
	switch p.Form("slut") {
	case "klart":
		return p.Redirect("/komponenter", ui.Flash{Text: tFlash, Undo: "/komponenter"})
	case "konflikt":
		return p.Render(http.StatusConflict, parts(p.View, nil, true))
	}
	return p.Render(http.StatusUnprocessableEntity, parts(p.View, ui.Faults{
		{Field: "namn", Text: problem.Text{SV: "Skriv ett namn.", EN: "Write a name."}},
		{Field: "fran", Text: problem.Text{SV: "Dagen ska vara i dag eller senare.", EN: "The day must be today or later."}},
		{Field: "skal", Text: problem.Text{SV: "Välj ett skäl.", EN: "Choose a reason."}},
		{Field: "vad", Text: problem.Text{SV: "Välj minst en sak.", EN: "Choose at least one thing."}},
	}, false))
}

func confirm(p *page.Request) error {
	return p.Render(http.StatusOK, ui.Confirm(p.View, ui.Confirmation{Title: p.T(tConfirm), Do: p.T(tConfirmDo), Action: "/komponenter", Back: "/komponenter",
		Effects: []string{p.T(tEffect1), p.T(tEffect2)}, Reason: &ui.Field{Name: "varfor", Label: p.T(tWhy), Hint: p.T(tWhyHint)}}))
}

// happenings are a made-up timeline that ends now.
func happenings(v ui.View) []ui.Happening {
	return []ui.Happening{
		{At: v.Now.Add(-3 * time.Hour), Text: v.T(tOpened), Icon: "open", Tone: "good", Details: []string{"DC10002", "Hemtjänst Norr 1"}},
		{At: v.Now.Add(-26 * time.Hour), Text: v.T(tBlocked), Icon: "block", Tone: "bad", Details: []string{"N00003"}},
		{At: v.Now.Add(-50 * time.Hour), Text: v.T(tOrdered), Icon: "order", Tone: "info"},
	}
}

func options(v ui.View) []ui.Option {
	return []ui.Option{
		{Value: "a", Label: v.T(tChoiceA), Hint: v.T(tChoiceAHint)},
		{Value: "b", Label: v.T(tChoiceB)},
	}
}
