package orders

import (
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/words"
)

// table is the list as a file: every order that the filter leaves, named as on the page.
func (a *Area) table(p *page.Request, f casework.OrderFilter) paper.Table {
	read := func(after string) ([]casework.OrderLine, string, error) {
		l, err := a.orders.OrderList(p.Context(), p.Who.Reader(), f, after)
		return l.Lines, l.Next, err
	}
	row := func(o casework.OrderLine) paper.Row {
		state, _, _ := stateName(o.State)
		return paper.Row{o.Number, p.T(words.OrderName(string(o.Kind))), clientName(p.View, o.Client), groupsOf(o), o.Effective, p.T(state), o.Received}
	}
	return paper.Table{Name: "bestallningar", Rows: page.All(read, row), Columns: []paper.Column{
		{Key: "number", SV: "Nummer", EN: "Number", Kind: paper.Text}, {Key: "kind", SV: tKind.SV, EN: tKind.EN, Kind: paper.Text},
		{Key: "client", SV: tQClient.SV, EN: tQClient.EN, Kind: paper.Text}, {Key: "group", SV: tQGroup.SV, EN: tQGroup.EN, Kind: paper.Text},
		{Key: "from", SV: tQDay.SV, EN: tQDay.EN, Kind: paper.Day}, {Key: "state", SV: tState.SV, EN: tState.EN, Kind: paper.Text},
		{Key: "received", SV: tReceived.SV, EN: tReceived.EN, Kind: paper.Instant}}}
}
