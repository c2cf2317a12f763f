// Package people is an organisation's own staff: who works where, their badges, who has left; what private providers order for theirs
// and hand in; and files of staff read in.
//
// It owns the pages and their words; internal/domain/identity decides who may look after whom, and takes everything from
// somebody who leaves in one transaction. A file is read here, row by row; what its rows may do the domain says.
//
// Promises: names and numbers of people are posted, never in addresses; a file adds everybody in it or nobody; the page on which
// somebody's access is ended says first what ends, and afterwards what must be handed back.
package people

import (
	"context"
	"errors"
	"net/http"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Service is what the pages ask of the domain. [identity.People] is one.
type Service interface {
	Workplace(ctx context.Context, who routine.Who) (identity.Workplace, error)
	Organisations(ctx context.Context, who routine.Who, after string, limit int) ([]identity.Organisation, error)
	Members(ctx context.Context, who routine.Who, f identity.MemberFilter, after string, limit int) ([]identity.Member, error)
	Find(ctx context.Context, who routine.Who, query string, f identity.MemberFilter) ([]identity.Member, error)
	Card(ctx context.Context, who routine.Who, id string) (identity.StaffCard, error)
	Add(ctx context.Context, who routine.Who, h identity.Hiring) (identity.Person, error)
	AddAll(ctx context.Context, who routine.Who, all []identity.Hiring, rehearse bool) ([]identity.RowFault, error)
	End(ctx context.Context, who routine.Who, employeeNumber, reason string) error
	EnrolOwn(ctx context.Context, who routine.Who, id, badge, pin string) error
	Order(ctx context.Context, who routine.Who, h identity.Hiring) (identity.StaffOrder, error)
	StaffOrder(ctx context.Context, who routine.Who, id string) (identity.StaffOrder, error)
	StaffOrders(ctx context.Context, who routine.Who, f identity.StaffOrderFilter, after string, limit int) ([]identity.StaffOrder, error)
	Decide(ctx context.Context, who routine.Who, id string, grant bool, reason string) (identity.StaffOrder, error)
	Withdraw(ctx context.Context, who routine.Who, id string) (identity.StaffOrder, error)
}

// Area is the pages of staff.
type Area struct{ people Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

const perPage = 50

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.SystemOwner}
	return []page.Route{
		{Method: "GET", Path: "/personal", Name: "staff", Menu: tNavStaff, Roles: who, Do: a.list},
		{Method: "POST", Path: "/personal", Name: "staff-search", Roles: who, Do: a.search},
		{Method: "GET", Path: "/personal/ny", Name: "staff-new", Roles: who, Do: a.newPage},
		{Method: "POST", Path: "/personal/ny", Name: "staff-add", Roles: who, Write: true, Do: a.add},
		{Method: "GET", Path: "/personal/fil", Name: "staff-file", Roles: who, Do: a.filePage},
		{Method: "POST", Path: "/personal/fil", Name: "staff-file-check", Roles: who, MaxForm: maxFile, Do: a.checkFile},
		{Method: "POST", Path: "/personal/fil/spara", Name: "staff-file-save", Roles: who, MaxForm: maxFile, Write: true, Do: a.saveFile},
		{Method: "GET", Path: "/personal/{id}", Name: "staff-card", Roles: who, Do: a.card},
		{Method: "POST", Path: "/personal/{id}/bricka", Name: "staff-badge", Roles: who, Write: true, StepUp: true, Do: a.badge},
		{Method: "POST", Path: "/personal/{id}/slutdatum", Name: "staff-until", Roles: who, Write: true, Do: a.until},
		{Method: "GET", Path: "/personal/{id}/avsluta", Name: "staff-leave", Roles: who, Do: a.leavePage},
		{Method: "POST", Path: "/personal/{id}/avsluta", Name: "staff-end", Roles: who, Write: true, Do: a.end},
		{Method: "GET", Path: "/personal/{id}/avslutad", Name: "staff-ended", Roles: who, Do: a.ended},
		{Method: "GET", Path: "/personalbestallningar", Name: "staff-orders", Roles: who, Do: a.orders},
		{Method: "GET", Path: "/personalbestallningar/{id}", Name: "staff-order", Roles: who, Do: a.order},
		{Method: "POST", Path: "/personalbestallningar/{id}", Name: "staff-order-decide", Roles: []routine.Role{routine.SystemOwner}, Write: true, StepUp: true, Do: a.decide},
		{Method: "POST", Path: "/personalbestallningar/{id}/aterta", Name: "staff-order-withdraw", Roles: who[:4], Write: true, Do: a.withdraw},
	}
}

// asking is who asks, as identity's services know them.
func asking(p *page.Request) routine.Who { return p.Who.Acting().Who }

// listing is the list of staff with what is expected of the organisation.
type listing struct {
	groups  identity.Workplace
	org     identity.Organisation // the asking one; zero for the system owner
	members []identity.Member
	next    string
	filter  identity.MemberFilter
	query   string // searched for; "" if the list is whole
	faults  ui.Faults
}

// The choices of what to show.
const (
	showNoBadge = "utan-bricka"
	showLeft    = "avslutade"
)

func filterOf(p *page.Request) identity.MemberFilter {
	show := p.Query("visa")
	return identity.MemberFilter{Group: p.Query("grupp"), Left: show == showLeft, NoBadge: show == showNoBadge}
}

func (a *Area) frame(p *page.Request) (l listing, err error) {
	l.filter = filterOf(p)
	if l.groups, err = a.people.Workplace(p.Context(), asking(p)); err != nil || p.Who.Role == routine.SystemOwner {
		return l, err
	}
	all, err := a.people.Organisations(p.Context(), asking(p), "", 1)
	if len(all) > 0 {
		l.org = all[0]
	}
	return l, err
}

func (a *Area) list(p *page.Request) error {
	l, err := a.frame(p)
	if err != nil {
		return err
	}
	if p.WantsFile() {
		return p.SendTable(a.memberTable(p, l.filter))
	}
	if l.members, err = a.people.Members(p.Context(), asking(p), l.filter, p.Query("efter"), perPage+1); err != nil {
		return err
	}
	if len(l.members) > perPage {
		l.members = l.members[:perPage]
		l.next = l.members[perPage-1].Place()
	}
	return p.Render(http.StatusOK, listPage(p.View, l))
}

// search answers with a page, not with an address: a name is personal data.
func (a *Area) search(p *page.Request) error {
	l, err := a.frame(p)
	if err != nil {
		return err
	}
	l.query = p.Form("q")
	status := http.StatusOK
	l.members, err = a.people.Find(p.Context(), asking(p), l.query, identity.MemberFilter{Left: true})
	if faults, ok := page.Faults(err); ok {
		l.faults, status, err = faults, http.StatusUnprocessableEntity, nil
	}
	if err != nil {
		return err
	}
	return p.Render(status, listPage(p.View, l))
}

func (a *Area) card(p *page.Request) error {
	c, err := a.people.Card(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	return a.showCard(p, http.StatusOK, c, nil)
}

func (a *Area) showCard(p *page.Request, status int, c identity.StaffCard, faults ui.Faults) error {
	p.Now = c.At
	return p.Render(status, cardPage(p.View, c, faults, p.Form("badge")))
}

// badge gives somebody a badge and a PIN. The PIN is never shown again, nor kept in a form that came back.
func (a *Area) badge(p *page.Request) error {
	c, err := a.people.Card(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	var faults ui.Faults
	if p.Form("pin") != p.Form("pin2") {
		faults = ui.Faults{{Field: "pin2", Text: tPINDiffers}}
	} else {
		err = page.Again(a.people.EnrolOwn(p.Once(), asking(p), c.ID, p.Form("badge"), p.Form("pin")))
		faults, _ = page.Faults(err)
	}
	if len(faults) > 0 {
		return a.showCard(p, http.StatusUnprocessableEntity, c, faults)
	}
	if err != nil {
		return err
	}
	return p.Redirect("/personal/"+c.ID, ui.Flash{Text: tBadgeDone})
}

// until sets until when somebody works in a group.
func (a *Area) until(p *page.Request) error {
	c, err := a.people.Card(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	until, faults := untilOf(p)
	if len(faults) > 0 {
		return a.showCard(p, http.StatusUnprocessableEntity, c, faults)
	}
	for _, m := range c.Memberships {
		if m.GroupCode != p.Form("grupp") || !m.Until.After(c.At) {
			continue
		}
		_, err := a.people.Add(p.OnceFresh(a.untilVersion(p, m.GroupCode)), asking(p), identity.Hiring{Person: c.Person, Group: m.GroupCode, From: m.From, Until: until})
		if errors.Is(err, page.ErrStale) {
			return a.showCard(p, http.StatusConflict, c, ui.Faults{{Field: "till", Text: ui.TConflict}})
		}
		if faults, ok := page.Faults(err); ok {
			return a.showCard(p, http.StatusUnprocessableEntity, c, faults)
		}
		if err = page.Again(err); err != nil {
			return err
		}
		return p.Redirect("/personal/"+c.ID, ui.Flash{Text: tUntilDone})
	}
	return identity.ErrPersonUnknown
}

// untilVersion is what the form of an end date would be made from now.
func (a *Area) untilVersion(p *page.Request, group string) func() (string, error) {
	return func() (string, error) {
		c, err := a.people.Card(p.Context(), asking(p), p.ID())
		for _, m := range c.Memberships {
			if m.GroupCode == group && m.Until.After(c.At) {
				return version(m), err
			}
		}
		return "", err
	}
}

// version is what the form of an end date was made from.
func version(m identity.Member) string { return page.VersionOf(m.Place(), m.Until.UnixMicro()) }

// leaving is the page that says what ends.
func (a *Area) leaving(p *page.Request, status int, c identity.StaffCard, faults ui.Faults) error {
	p.Now = c.At
	return p.Render(status, ui.Confirm(p.View, ui.Confirmation{
		Title: p.F(tEndTitle, c.GivenName, c.FamilyName), Effects: effects(p.View, c), Do: p.T(tEndDo),
		Action: "/personal/" + c.ID + "/avsluta", Back: "/personal/" + c.ID, Faults: faults,
		Reason: &ui.Field{Name: "reason", Label: p.T(tEndReason), Hint: p.T(tEndHint), Value: p.Form("reason"), Fault: faults.Of("reason"), Max: 500}}))
}

func (a *Area) leavePage(p *page.Request) error {
	c, err := a.people.Card(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	return a.leaving(p, http.StatusOK, c, nil)
}

// end takes everything from somebody who has left. Sent again it changes nothing: who works nowhere is shown as ended.
func (a *Area) end(p *page.Request) error {
	c, err := a.people.Card(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if c.Working {
		err = a.people.End(p.Context(), asking(p), c.EmployeeNumber, p.Form("reason"))
		if faults, ok := page.Faults(err); ok {
			return a.leaving(p, http.StatusUnprocessableEntity, c, faults)
		}
	}
	if err != nil {
		return err
	}
	return p.Redirect("/personal/" + c.ID + "/avslutad")
}

func (a *Area) ended(p *page.Request) error {
	c, err := a.people.Card(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	if c.Working {
		return p.Redirect("/personal/" + c.ID)
	}
	p.Now = c.At
	return p.Render(http.StatusOK, endedPage(p.View, c))
}

// day reads a day of a form; "" is no day.
func day(zone *time.Location, s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	return t, err == nil && t.Year() >= 2000 && t.Year() < 2200
}

// untilOf reads the last day, or that there is none: one of them has to be said.
func untilOf(p *page.Request) (until time.Time, faults ui.Faults) {
	last, ok := day(p.Zone, p.Form("till"))
	open := p.Form("tillsvidare") != ""
	switch {
	case !ok:
		return until, ui.Faults{{Field: "till", Text: tDayWrong}}
	case last.IsZero() && !open, !last.IsZero() && open:
		return until, ui.Faults{{Field: "till", Text: tUntilEither}}
	case open:
		return routine.Forever, nil
	}
	return last.AddDate(0, 0, 1), nil
}

var tNavStaff = problem.Text{SV: "Personal", EN: "Staff"}
