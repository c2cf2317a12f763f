// Package crisis is the page for when something does not work: the right steps for this hour, and whom to call (V7).
//
// It owns the page, the sheet for the wall, and the script that keeps the newest copy in the browser for when the network is
// gone. It does not own the steps: internal/domain/support makes them of the municipality's profile, for an hour and a role.
//
// Promises: the page has no name of a client, and contacts that concern other roles are not in it, so that a copy may lie in a
// browser; a copy says that it is one, and how old.
package crisis

import (
	"bytes"
	_ "embed"
	"net/http"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
)

// Service is what the page asks of the domain. [support.Service] is one.
type Service interface {
	CrisisPage(role routine.Role, at time.Time) (support.CrisisPage, error)
}

// Area is the crisis page.
type Area struct{ support Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	return []page.Route{
		{Method: "GET", Path: "/kris", Name: "crisis", Menu: tNavCrisis, Roles: page.Everybody(), Do: a.page},
		{Method: "GET", Path: "/kris/blad.pdf", Name: "crisis-paper", Roles: page.Everybody(), Do: a.paper},
		{Method: "GET", Path: "/kris/kopia.js", Name: "crisis-copy", Open: true, Do: copyScript},
		{Method: "GET", Path: "/kris/visa.js", Name: "crisis-show", Open: true, Do: showScript},
	}
}

func (a *Area) page(p *page.Request) error {
	out, err := a.support.CrisisPage(p.Who.Role, p.Now)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, crisisPage(p.View, out))
}

// paper is the page for the wall: one sheet of A4.
func (a *Area) paper(p *page.Request) error {
	out, err := a.support.CrisisPage(p.Who.Role, p.Now)
	if err != nil {
		return err
	}
	sheet := paper.Sheet{Lang: p.Lang, Made: p.Now, Title: p.T(tTitle), Subtitle: out.Municipality, OnePage: true,
		Footer: p.F(tVersion, out.Version) + "   " + out.DocumentName()}
	for _, part := range out.OnPaper(p.Lang) {
		sheet.Sections = append(sheet.Sections, paper.Section(part))
	}
	var pdf bytes.Buffer
	if err := paper.WriteSheet(&pdf, sheet); err != nil {
		return err
	}
	h := p.W.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+p.T(tFile)+`"`)
	_, err = p.W.Write(pdf.Bytes())
	return err
}

//go:embed kopia.js
var copyJS []byte

//go:embed visa.js
var showJS []byte

// copyScript is the service worker, which answers for this page only.
func copyScript(p *page.Request) error {
	p.W.Header().Set("Service-Worker-Allowed", "/kris")
	return script(p, copyJS)
}

func showScript(p *page.Request) error { return script(p, showJS) }

func script(p *page.Request, text []byte) error {
	p.W.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	p.W.Header().Set("Cache-Control", "no-cache")
	_, err := p.W.Write(text)
	return err
}

var (
	tNavCrisis  = problem.Text{SV: "Kris", EN: "Crisis"}
	tTitle      = problem.Text{SV: "När något inte fungerar", EN: "When something does not work"}
	tFile       = problem.Text{SV: "krissida.pdf", EN: "crisis.pdf"}
	tVersion    = problem.Text{SV: "Version %s", EN: "Version %s"}
	tLead       = problem.Text{SV: "Det här går att göra nu, i den här ordningen. Gäller till %s.", EN: "This is what can be done now, in this order. Good until %s."}
	tNothingNow = problem.Text{SV: "Inget av stegen går att ta just nu.", EN: "None of the steps can be taken now."}
	tOtherHours = problem.Text{SV: "Steg för andra tider (%s)", EN: "Steps for other hours (%s)"}
	tLater      = problem.Text{SV: "Går från %s", EN: "Possible from %s"}
	tNotNow     = problem.Text{SV: "Inte nu", EN: "Not now"}
	tCall       = problem.Text{SV: "Ring %s", EN: "Call %s"}
	tAsk        = problem.Text{SV: "Fråga %s efter numret", EN: "Ask %s for the number"}
	tContacts   = problem.Text{SV: "Kontakter", EN: "Contacts"}
	tPaper      = problem.Text{SV: "Skriv ut på ett blad", EN: "Print on one sheet"}
	tJump       = problem.Text{SV: "Vad är det som inte fungerar?", EN: "What does not work?"}
	tRests      = problem.Text{SV: "Bygger på: %s. %s.", EN: "Rests on: %s. %s."}
	tKept       = problem.Text{SV: "Du har ingen förbindelse. Det här är kopian som webbläsaren sparade", EN: "You have no connection. This is the copy that the browser kept"}
	tKeptHint   = problem.Text{SV: "Stegen står kvar. Kontrollera själv klockslagen: de gällde när kopian sparades.", EN: "The steps stand. Check the hours yourself: they were right when the copy was kept."}
	tSavedReady = problem.Text{SV: "Sidan är sparad i den här webbläsaren och visas även utan nät.", EN: "The page is kept in this browser and is shown without a network too."}
	tOnCall     = problem.Text{SV: "Leverantörens jour", EN: "The supplier's on-call"}
	tOnCallNow  = problem.Text{SV: "Svarar nu", EN: "Answers now"}
	tOnCallNext = problem.Text{SV: "Svarar från %s", EN: "Answers from %s"}
	tOnCallNone = problem.Text{SV: "Svarar inte", EN: "Does not answer"}
	tVisitNow   = problem.Text{SV: "Tekniker kan komma nu, om telefonen inte hjälper.", EN: "A technician can come now, if the phone does not help."}
	tVisitNext  = problem.Text{SV: "Tekniker kan komma från %s.", EN: "A technician can come from %s."}
	tPrices     = problem.Text{SV: "%s kr för ett ärende, %s kr till om tekniker måste komma.", EN: "SEK %s for a case, SEK %s more if a technician has to come."}
)
