package people

import (
	"net/http"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// orderList is orders of permissions with where the next page begins.
type orderList struct {
	orders []identity.StaffOrder
	state  identity.StaffOrderState
	next   string
}

// states are the orders to show: those that wait, unless somebody asks for others.
func states() map[string]identity.StaffOrderState {
	return map[string]identity.StaffOrderState{"": identity.StaffOrdered, "beviljade": identity.StaffGranted, "avslagna": identity.StaffRefused,
		"atertagna": identity.StaffWithdrawn, "alla": ""}
}

func (a *Area) orders(p *page.Request) error {
	l := orderList{state: states()[p.Query("lage")]}
	if p.WantsFile() {
		return p.SendTable(a.orderTable(p, l.state))
	}
	var err error
	if l.orders, err = a.people.StaffOrders(p.Context(), asking(p), identity.StaffOrderFilter{State: l.state}, p.Query("efter"), perPage+1); err != nil {
		return err
	}
	if len(l.orders) > perPage {
		l.orders = l.orders[:perPage]
		l.next = l.orders[perPage-1].ID
	}
	return p.Render(http.StatusOK, ordersPage(p.View, l))
}

func (a *Area) order(p *page.Request) error {
	o, err := a.people.StaffOrder(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, orderPage(p.View, o, "", nil))
}

// decide grants or refuses. Two people on one order: the second learns from the domain that it is decided.
func (a *Area) decide(p *page.Request) error {
	grant := p.Form("beslut") == "bevilja"
	_, err := a.people.Decide(p.Once(), asking(p), p.ID(), grant, p.Form("reason"))
	if faults, ok := page.Faults(err); ok {
		o, err := a.people.StaffOrder(p.Context(), asking(p), p.ID())
		if err != nil {
			return err
		}
		return p.Render(http.StatusUnprocessableEntity, orderPage(p.View, o, p.Form("reason"), faults))
	}
	if err = page.Again(err); err != nil {
		return err
	}
	said := tRefusedDone
	if grant {
		said = tGrantedDone
	}
	return p.Redirect("/personalbestallningar/"+p.ID(), ui.Flash{Text: said})
}

func (a *Area) withdraw(p *page.Request) error {
	_, err := a.people.Withdraw(p.Once(), asking(p), p.ID())
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/personalbestallningar/"+p.ID(), ui.Flash{Text: tWithdrawnDone})
}
