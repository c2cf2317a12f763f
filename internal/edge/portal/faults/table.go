package faults

import (
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
)

// table is the list as a file: every fault that the filter leaves. Whose door it is stays on the fault's page.
func (a *Area) table(p *page.Request, f support.Faults) paper.Table {
	read := func(after string) (all []support.Fault, next string, err error) {
		f.Page = support.Page{Before: after, Limit: support.MaxPage}
		if all, err = a.desk.Faults(p.Context(), asking(p), f); len(all) == support.MaxPage {
			next = all[len(all)-1].ID
		}
		return all, next, err
	}
	row := func(f support.Fault) paper.Row {
		return paper.Row{f.Number, p.T(thingText(f.Thing)), f.Label, f.Urgent, f.Reported, assignee(p.View, f), p.T(stateText(f.State)), f.Closed}
	}
	return paper.Table{Name: "fel", Rows: page.All(read, row), Columns: []paper.Column{
		{Key: "number", SV: tNumber.SV, EN: tNumber.EN, Kind: paper.Text}, {Key: "thing", SV: tThing.SV, EN: tThing.EN, Kind: paper.Text},
		{Key: "label", SV: "Märkning", EN: "Label", Kind: paper.Text}, {Key: "urgent", SV: tUrgent.SV, EN: tUrgent.EN, Kind: paper.YesNo},
		{Key: "reported", SV: tReported.SV, EN: tReported.EN, Kind: paper.Instant}, {Key: "assignee", SV: tAssignee.SV, EN: tAssignee.EN, Kind: paper.Text},
		{Key: "state", SV: tState.SV, EN: tState.EN, Kind: paper.Text}, {Key: "closed", SV: "Avslutat", EN: "Ended", Kind: paper.Instant}}}
}
