package people

import (
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// perRead is how many rows of a file are read at once.
const perRead = 500

func column(key string, text problem.Text, kind paper.ColumnKind) paper.Column {
	return paper.Column{Key: key, SV: text.SV, EN: text.EN, Kind: kind}
}

// lastOf is the last day of a period that ends at midnight; none has no end.
func lastOf(until time.Time) time.Time {
	if !until.Before(routine.Forever) {
		return time.Time{}
	}
	return until.Add(-time.Minute)
}

// memberTable is the list of staff as a file: everybody whom the filter leaves.
func (a *Area) memberTable(p *page.Request, f identity.MemberFilter) paper.Table {
	read := func(after string) (all []identity.Member, next string, err error) {
		if all, err = a.people.Members(p.Context(), asking(p), f, after, perRead); len(all) == perRead {
			next = all[perRead-1].Place()
		}
		return all, next, err
	}
	row := func(m identity.Member) paper.Row {
		return paper.Row{m.FamilyName, m.GivenName, m.EmployeeNumber, m.GroupCode, m.From, lastOf(m.Until), p.T(ui.PeriodState(p.Now, m.From, m.Until).Text), m.HasBadge}
	}
	return paper.Table{Name: "personal", Rows: page.All(read, row), Columns: []paper.Column{
		column("family_name", tFamily, paper.Text), column("given_name", tGiven, paper.Text), column("employee_number", tNumber, paper.Text),
		column("group", tGroup, paper.Text), column("from", tFrom, paper.Day), column("until", tUntil, paper.Day), column("state", tState, paper.Text),
		column("badge", tBadgeCol, paper.YesNo)}}
}

// orderTable is the list of orders of permissions as a file.
func (a *Area) orderTable(p *page.Request, state identity.StaffOrderState) paper.Table {
	read := func(after string) (all []identity.StaffOrder, next string, err error) {
		if all, err = a.people.StaffOrders(p.Context(), asking(p), identity.StaffOrderFilter{State: state}, after, perRead); len(all) == perRead {
			next = all[perRead-1].ID
		}
		return all, next, err
	}
	row := func(o identity.StaffOrder) paper.Row {
		return paper.Row{o.FamilyName, o.GivenName, o.EmployeeNumber, o.Group, o.From, lastOf(o.Until), o.Ordered, p.T(orderState(o.State).Text), o.Reason}
	}
	return paper.Table{Name: "personalbestallningar", Rows: page.All(read, row), Columns: []paper.Column{
		column("family_name", tFamily, paper.Text), column("given_name", tGiven, paper.Text), column("employee_number", tNumber, paper.Text),
		column("group", tGroup, paper.Text), column("from", tFrom, paper.Day), column("until", tUntil, paper.Day), column("ordered", tOrderedAt, paper.Instant),
		column("state", tState, paper.Text), column("reason", tDecideReason, paper.Text)}}
}
