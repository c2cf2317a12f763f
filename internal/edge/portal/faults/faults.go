// Package faults is what does not work: the questions that often help on site, the report, and the fault until it has ended.
//
// It owns the pages and their words. The questions and the steps for this hour are internal/domain/support's, from the municipality's
// profile; what a report leads to in the field is internal/domain/casework's.
//
// Promises: somebody who cannot get in is two choices from what to do at this hour; the answers to the questions stand in the
// address, and hold nothing personal; whose lock it is, is posted.
package faults

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Service takes faults in and sees them through. [casework.Faults] is one.
type Service interface {
	Report(ctx context.Context, who routine.Who, in casework.FaultReport) (casework.FaultAnswer, error)
	Assign(ctx context.Context, who routine.Who, id, assignee string) (support.Fault, error)
	Finish(ctx context.Context, who routine.Who, id string, how support.State, e support.End) (support.Fault, error)
}

// Desk reads faults, and knows what to ask and to do. [support.Service] is one.
type Desk interface {
	Fault(ctx context.Context, who routine.Who, id string) (support.FaultCase, error)
	Faults(ctx context.Context, who routine.Who, f support.Faults) ([]support.Fault, error)
	Triage(f routine.Failure, answers []string) (*routine.Question, *routine.TriageEnd, bool)
	Steps(f routine.Failure, at time.Time) []routine.Step
}

// Area is the pages of faults.
type Area struct {
	faults Service
	desk   Desk
}

// New returns it.
func New(s Service, d Desk) *Area { return &Area{s, d} }

const perPage = 50

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager, routine.SystemOwner}
	managers := []routine.Role{routine.LockManager, routine.SystemOwner}
	return []page.Route{
		{Method: "GET", Path: "/fel", Name: "faults", Menu: tNavFaults, Roles: who, Do: a.list},
		{Method: "GET", Path: "/fel/anmal", Name: "fault-new", Roles: who, Do: a.ask, Camera: true},
		{Method: "POST", Path: "/fel/anmal", Name: "fault-report", Roles: who, Write: true, Do: a.report, Camera: true},
		{Method: "GET", Path: "/fel/{id}", Name: "fault", Roles: who, Do: a.fault},
		{Method: "GET", Path: "/fel/{id}/kvitto", Name: "fault-receipt", Roles: who, Do: a.receipt},
		{Method: "POST", Path: "/fel/{id}/ansvar", Name: "fault-assign", Roles: managers, Write: true, Do: a.assign},
		{Method: "POST", Path: "/fel/{id}/avsluta", Name: "fault-end", Roles: managers, Write: true, Do: a.finish},
	}
}

func asking(p *page.Request) routine.Who { return p.Who.Acting().Who }

// subject is what somebody says that does not work.
type subject struct {
	name    string // in the address
	text    problem.Text
	hint    problem.Text
	failure routine.Failure   // that is asked about; "": nothing is asked
	thing   support.ThingKind // that is reported; "": nothing is
}

func subjects() []subject {
	return []subject{
		{"las", tLock, tLockHint, routine.FailedLock, support.Lock},
		{"nyckel", tKey, tKeyHint, routine.FailedKey, support.Key},
		{"borta", tLost, tLostHint, routine.LostKey, ""},
		{"station", tStation, tStationHint, routine.FailedStation, support.Station},
		{"skap", tCabinet, tCabinetHint, "", support.Cabinet},
	}
}

func subjectOf(name string) (subject, bool) {
	all := subjects()
	i := slices.IndexFunc(all, func(s subject) bool { return s.name == name })
	if i < 0 {
		return subject{}, false
	}
	return all[i], true
}

// thingAt is what is reported where the questions have ended: the door may turn out to be the key.
func thingAt(s subject, end *routine.TriageEnd) support.ThingKind {
	if end == nil || s.thing == "" {
		return s.thing
	}
	switch end.Steps {
	case routine.FailedLock:
		return support.Lock
	case routine.FailedKey:
		return support.Key
	}
	return s.thing
}

// form is a report being written, after the questions.
type form struct {
	thing  support.ThingKind
	typed  url.Values
	faults ui.Faults
	steps  []routine.Step
	end    *routine.TriageEnd // nil: nothing was asked
}

// ask is the way to a report: what it is about, then a question at a time, then what to do.
func (a *Area) ask(p *page.Request) error {
	s, ok := subjectOf(p.Query("sak"))
	if !ok {
		return p.Render(http.StatusOK, startPage(p.View))
	}
	answers := p.R.URL.Query()["svar"]
	var end *routine.TriageEnd
	if s.failure != "" {
		q, ended, ok := a.desk.Triage(s.failure, answers)
		switch {
		case !ok && len(answers) > 0: // an old or a foreign address: from the first question
			return p.Redirect("/fel/anmal?sak=" + s.name)
		case q != nil:
			return p.Render(http.StatusOK, questionPage(p.View, s, q, answers))
		}
		end = ended
	}
	f := form{thing: thingAt(s, end), end: end, typed: url.Values{}}
	if f.thing == s.thing { // what is printed on it, where a page about it led here
		f.typed.Set("label", p.Query(numberOn))
	}
	if end != nil {
		f.steps = a.desk.Steps(end.Steps, p.Now)
		if end.Urgent {
			f.typed.Set("inside", "ja")
		}
		if end.Do != routine.DoReport && p.Query("anmal") == "" || f.thing == "" {
			return p.Render(http.StatusOK, advicePage(p.View, s, f))
		}
	}
	return p.Render(http.StatusOK, reportPage(p.View, f))
}

// report takes a report in. It is not checked on a page of its own: somebody may stand outside a door.
func (a *Area) report(p *page.Request) error {
	in := casework.FaultReport{Thing: support.ThingKind(p.Form("thing")), Label: p.Form("label"), Description: p.Form("description"),
		ClientInside: p.Form("inside") != "" && p.Form("thing") == string(support.Lock)}
	var err error
	if number := p.Form("personal_number"); number != "" {
		in.PersonalNumber, err = numberOf(p, number)
	}
	var out casework.FaultAnswer
	if err == nil {
		out, err = a.faults.Report(p.Once(), asking(p), in)
	}
	if faults, ok := page.Faults(err); ok {
		f := form{thing: in.Thing, typed: p.R.PostForm, faults: faults}
		if f.thing.Failure() != "" {
			f.steps = a.desk.Steps(f.thing.Failure(), p.Now)
		}
		return p.Render(http.StatusUnprocessableEntity, reportPage(p.View, f))
	}
	if err = page.Again(err); err != nil {
		return err
	}
	if out.ID == "" { // the form had been sent before
		return p.Redirect("/fel")
	}
	return p.Redirect("/fel/" + out.ID + "/kvitto")
}

// numberOf reads an identity number. Whether somebody has it is not for the form to say.
func numberOf(p *page.Request, text string) (string, error) {
	n, err := swedish.ParsePersonalNumber(text, swedish.NumberOptions{Day: swedish.DateOf(p.Now.In(p.Zone)), AllowReserve: p.Demo})
	if known, ok := errors.AsType[*problem.Error](err); ok {
		return "", known.On("personal_number")
	}
	return n.String(), err
}

func (a *Area) receipt(p *page.Request) error {
	f, err := a.desk.Fault(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, receiptPage(p.View, f, a.desk.Steps(f.Thing.Failure(), p.Now)))
}

// listing is a list of faults, the newest first.
type listing struct {
	faults []support.Fault
	filter support.Faults
	show   string
	next   string
}

func (a *Area) list(p *page.Request) error {
	l := listing{show: p.Query("visa")}
	l.filter = support.Faults{Page: support.Page{Before: p.Query("fore"), Limit: perPage + 1}, Urgent: l.show == "akuta", Open: l.show != "alla"}
	for _, s := range subjects() {
		if s.name == p.Query("sak") {
			l.filter.Thing = s.thing
		}
	}
	if p.WantsFile() {
		return p.SendTable(a.table(p, l.filter))
	}
	all, err := a.desk.Faults(p.Context(), asking(p), l.filter)
	if err != nil {
		return err
	}
	if len(all) > perPage {
		all = all[:perPage]
		l.next = all[perPage-1].ID
	}
	l.faults = all
	return p.Render(http.StatusOK, listPage(p.View, l))
}

func (a *Area) fault(p *page.Request) error { return a.show(p, http.StatusOK, nil, nil) }

// show is a fault's page. Faults and changes are about a form on it that came back.
func (a *Area) show(p *page.Request, status int, faults ui.Faults, changes []ui.Change) error {
	f, err := a.desk.Fault(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if p.Who.Role.HoldsGroup() {
		f.ClientID = "" // they may read about the clients whom they serve, and this one need not be: no link into a wall
	}
	return p.Render(status, faultPage(p.View, f, p.R.PostForm, faults, changes))
}

// version is what the forms on a fault's page were made from.
func version(f support.Fault) string { return page.VersionOf(f.ID, f.State, f.Assignee, f.ReportedBy) }

// guarded runs a change unless somebody else has changed the fault since the form was made.
func (a *Area) guarded(p *page.Request, said problem.Text, change func(ctx context.Context) error) error {
	var now support.FaultCase
	err := change(p.OnceFresh(func() (of string, err error) {
		if now, err = a.desk.Fault(p.Context(), asking(p), p.ID()); now.State.Ended() {
			return p.Form("_version"), err // nothing can be overwritten any more: the domain says so
		}
		return version(now.Fault), err
	}))
	if errors.Is(err, page.ErrStale) {
		return a.show(p, http.StatusConflict, nil, []ui.Change{{Name: p.T(tState), Now: p.T(stateText(now.State)), Yours: ""}, {Name: p.T(tAssignee), Now: now.Assignee, Yours: p.Form("assignee")}})
	}
	if faults, ok := page.Faults(err); ok {
		return a.show(p, http.StatusUnprocessableEntity, faults, nil)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/fel/"+p.ID(), ui.Flash{Text: said})
}

func (a *Area) assign(p *page.Request) error {
	return a.guarded(p, tAssigned, func(ctx context.Context) error {
		_, err := a.faults.Assign(ctx, asking(p), p.ID(), p.Form("assignee"))
		return err
	})
}

// finish ends a fault with its cause; who bears the cost follows from it by the routine.
func (a *Area) finish(p *page.Request) error {
	return a.guarded(p, tEnded, func(ctx context.Context) error {
		e := support.End{Cause: support.Cause(p.Form("cause")), Done: p.Form("done"), CallOut: p.Form("call_out") != ""}
		if text := p.Form("cost"); text != "" {
			cost, err := strconv.Atoi(text)
			if err != nil || cost < 0 || cost > 1_000_000 {
				return errCost.On("cost")
			}
			e.Cost = cost
		}
		if e.Cause == "" {
			return errCause.On("cause")
		}
		if how := p.Form("state"); how == "" {
			return errHow.On("state")
		}
		_, err := a.faults.Finish(ctx, asking(p), p.ID(), support.State(p.Form("state")), e)
		return err
	})
}

var (
	tNavFaults = problem.Text{SV: "Fel", EN: "Faults"}

	errCost  = problem.New(problem.Invalid, "page-fault-cost", "Skriv kostnaden i hela kronor, till exempel 450.", "Write the cost in whole kronor, such as 450.")
	errCause = problem.New(problem.Invalid, "page-fault-cause", "Välj orsaken, eller att ingen vet.", "Choose the cause, or that nobody knows.")
	errHow   = problem.New(problem.Invalid, "page-fault-end", "Välj om felet är avhjälpt eller avslutas utan åtgärd.", "Choose whether the fault is remedied or ends without remedy.")
)
