// Package orders is where people order changes and follow them: the orders that a role may place, one order being written a
// question at a time, the list of orders, and one order from end to end.
//
// It owns the pages, which questions a kind of order asks, and their words; internal/domain/casework keeps drafts, says what an
// order would lead to, and decides who may order what for whom.
//
// Promises: whom an order is about is posted, never in an address; nothing is sent before its answers have been shown; a draft
// becomes one order however often it is sent.
package orders

import (
	"context"
	"errors"
	"net/http"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Service is what the pages of orders ask of the domain.
type Service interface {
	OrderKinds(ctx context.Context, who casework.Reader) ([]routine.OrderKind, error)
	FormRoles(kind routine.OrderKind) []routine.Role
	LockUnit() routine.Unit
	BeginDraft(ctx context.Context, who casework.Reader, kind routine.OrderKind, clientID string) (casework.Draft, error)
	OrderAgain(ctx context.Context, who casework.Reader, orderID string) (casework.Draft, error)
	Drafts(ctx context.Context, who casework.Reader) ([]casework.DraftLine, error)
	Draft(ctx context.Context, who casework.Reader, id string) (casework.DraftPage, error)
	AnswerDraft(ctx context.Context, who casework.Reader, id string, version int64, clientID string, a casework.DraftAnswers) (casework.Draft, error)
	DropDraft(ctx context.Context, who casework.Reader, id string) error
	PlaceDraft(ctx context.Context, who casework.Reader, id string, version int64) (casework.Order, error)
	FindForDraft(ctx context.Context, who casework.Reader, query string) (casework.Hits, string, error)
	OrderList(ctx context.Context, who casework.Reader, f casework.OrderFilter, after string) (casework.OrderList, error)
	OrderPage(ctx context.Context, who casework.Reader, id string, before journal.Cursor) (casework.OrderPage, error)
	MayTakeBack(ctx context.Context, who casework.Orderer, id string, to casework.State) error
	Withdraw(ctx context.Context, who casework.Orderer, id, reason string) (casework.Order, error)
	Return(ctx context.Context, who casework.Orderer, id, reason string) (casework.Order, error)
}

// Domain is casework's two halves as one Service.
type Domain struct {
	*casework.Service
	*casework.Pages
}

// OrderPage is the read side's.
func (d Domain) OrderPage(ctx context.Context, who casework.Reader, id string, before journal.Cursor) (casework.OrderPage, error) {
	return d.Pages.OrderPage(ctx, who, id, before)
}

// Area is the pages of orders.
type Area struct{ orders Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.CaseOfficer, routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager}
	readers := append([]routine.Role{routine.SystemOwner}, who...)
	lockManager := []routine.Role{routine.LockManager}
	return []page.Route{
		{Method: "GET", Path: "/bestall", Name: "order-start", Menu: tNavOrder, Roles: who, Do: a.start},
		{Method: "POST", Path: "/bestall", Name: "order-begin", Roles: who, Do: a.begin, Write: true},
		{Method: "GET", Path: "/bestall/{id}", Name: "order-check", Roles: who, Do: a.check},
		{Method: "POST", Path: "/bestall/{id}", Name: "order-send", Roles: who, Do: a.send, Write: true},
		{Method: "POST", Path: "/bestall/{id}/slang", Name: "order-drop", Roles: who, Do: a.drop, Write: true},
		{Method: "GET", Path: "/bestall/{id}/{fraga}", Name: "order-question", Roles: who, Do: a.ask},
		{Method: "POST", Path: "/bestall/{id}/{fraga}", Name: "order-answer", Roles: who, Do: a.answer, Write: true},
		{Method: "GET", Path: "/bestallningar", Name: "orders", Menu: tNavOrders, Roles: readers, Do: a.list},
		{Method: "GET", Path: "/bestallningar/{id}", Name: "order", Roles: readers, Do: a.order},
		{Method: "GET", Path: "/bestallningar/{id}/kvitto", Name: "order-receipt", Roles: who, Do: a.receipt},
		{Method: "POST", Path: "/bestallningar/{id}/igen", Name: "order-again", Roles: who, Do: a.again, Write: true},
		{Method: "GET", Path: "/bestallningar/{id}/ta-tillbaka", Name: "order-withdraw-ask", Roles: who, Do: a.askBack(casework.Withdrawn)},
		{Method: "POST", Path: "/bestallningar/{id}/ta-tillbaka", Name: "order-withdraw", Roles: who, Do: a.takeBack(casework.Withdrawn), Write: true},
		{Method: "GET", Path: "/bestallningar/{id}/returnera", Name: "order-return-ask", Roles: lockManager, Do: a.askBack(casework.Returned)},
		{Method: "POST", Path: "/bestallningar/{id}/returnera", Name: "order-return", Roles: lockManager, Do: a.takeBack(casework.Returned), Write: true},
	}
}

// states that the list can be narrowed to.
var states = []casework.State{casework.InProgress, casework.Done, casework.Returned, casework.Withdrawn}

// list is the orders that somebody follows: a case officer's own unless all are asked for.
func (a *Area) list(p *page.Request) error {
	var f casework.OrderFilter
	whose := p.Query("vems")
	if whose != "alla" && whose != "mina" {
		whose = "alla"
		if p.Who.Role == routine.CaseOfficer {
			whose = "mina"
		}
	}
	if whose == "mina" {
		f.PlacedBy = p.Who.AccountID
	}
	for _, s := range states {
		if p.Query("lage") == string(s) {
			f.State = s
		}
	}
	if k := routine.OrderKind(p.Query("slag")); k.Known() {
		f.Kind = k
	}
	since := p.Query("fran")
	if day, err := swedish.ParseDate(since, swedish.DateOf(p.Now)); err == nil && since != "" {
		f.Since = day.Start(p.Zone)
	} else {
		since = ""
	}
	if p.WantsFile() {
		return p.SendTable(a.table(p, f))
	}
	out, err := a.orders.OrderList(p.Context(), p.Who.Reader(), f, p.Query("fore"))
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, listPage(p.View, out, filter{OrderFilter: f, whose: whose, since: since}))
}

// filter is how the list has been narrowed.
type filter struct {
	casework.OrderFilter
	whose, since string
}

func (f filter) narrowed() bool { return f.State != "" || f.Kind != "" || f.since != "" }

// order is one order from end to end, with what can be done about it now.
func (a *Area) order(p *page.Request) error {
	out, err := a.orders.OrderPage(p.Context(), p.Who.Reader(), p.ID(), journal.Cursor(p.Query("fore")))
	if err != nil {
		return err
	}
	p.Now = out.Now
	can := actions{again: p.May("order-again")}
	if p.May("order-withdraw") {
		if can.withdraw, can.why, err = a.may(p, casework.Withdrawn); err != nil {
			return err
		}
	}
	if p.May("order-return") {
		if can.back, _, err = a.may(p, casework.Returned); err != nil {
			return err
		}
	}
	return p.Render(http.StatusOK, orderPage(p.View, out, can))
}

// actions are what the reader may do with an order.
type actions struct {
	withdraw, back, again bool
	why                   problem.Text // it cannot be withdrawn, where that needs to be said
}

func (a *Area) may(p *page.Request, to casework.State) (may bool, why problem.Text, err error) {
	err = a.orders.MayTakeBack(p.Context(), p.Who.Orderer(), p.ID(), to)
	refused, ok := refusal(err)
	switch {
	case err == nil:
		return true, why, nil
	case !ok:
		return false, why, err
	case refused.Kind == problem.Conflict && refused.Code != casework.ErrOrderOver.Code:
		why = refused.Text
	}
	return false, why, nil
}

func (a *Area) again(p *page.Request) error {
	d, err := a.orders.OrderAgain(p.Once(), p.Who.Reader(), p.ID())
	if errors.Is(err, txn.ErrDone) {
		return a.begun(p)
	}
	if err != nil {
		return err
	}
	return p.Redirect("/bestall/" + d.ID)
}

// askBack interrupts before an order is taken back.
func (a *Area) askBack(to casework.State) page.Action {
	return func(p *page.Request) error { return a.confirmBack(p, http.StatusOK, to, nil) }
}

func (a *Area) confirmBack(p *page.Request, status int, to casework.State, faults ui.Faults) error {
	out, err := a.orders.OrderPage(p.Context(), p.Who.Reader(), p.ID(), "")
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(status, ui.Confirm(p.View, confirmation(p.View, out, to, p.Form("skal"), faults)))
}

func (a *Area) takeBack(to casework.State) page.Action {
	return func(p *page.Request) error {
		act, done := a.orders.Withdraw, tWithdrawnFlash
		if to == casework.Returned {
			act, done = a.orders.Return, tReturnedFlash
		}
		_, err := act(p.Context(), p.Who.Orderer(), p.ID(), p.Form("skal"))
		refused, ok := refusal(err)
		switch {
		case ok && refused.Kind == problem.Invalid:
			return a.confirmBack(p, http.StatusUnprocessableEntity, to, ui.Faults{{Field: "skal", Text: refused.Text}})
		case ok && refused.Kind == problem.Conflict && refused.Code != casework.ErrOrderOver.Code:
			return a.confirmBack(p, http.StatusConflict, to, ui.Faults{{Text: refused.Text}})
		case err != nil && !(ok && refused.Code == casework.ErrOrderOver.Code): // sent twice: it is done
			return err
		}
		return p.Redirect("/bestallningar/"+p.ID(), ui.Flash{Text: done})
	}
}
