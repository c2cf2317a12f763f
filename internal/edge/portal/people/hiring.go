package people

import (
	"net/http"
	"net/url"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// hiringForm is the form of somebody who begins.
type hiringForm struct {
	groups identity.Workplace
	typed  url.Values
	faults ui.Faults
}

func (f hiringForm) value(name string) string { return f.typed.Get(name) }

func (a *Area) newPage(p *page.Request) error {
	groups, err := a.people.Workplace(p.Context(), asking(p))
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, newPage(p.View, hiringForm{groups: groups, typed: url.Values{"from": {p.Now.In(p.Zone).Format("2006-01-02")}}}))
}

// add lets somebody begin, or orders it where the system owner decides.
func (a *Area) add(p *page.Request) error {
	groups, err := a.people.Workplace(p.Context(), asking(p))
	if err != nil {
		return err
	}
	h, faults := hiring(p)
	var to string
	said := tAdded
	if len(faults) == 0 {
		to, err = a.begin(p, groups.Orders, h)
		if groups.Orders {
			said = tOrdered
		}
		faults, _ = page.Faults(err)
	}
	if len(faults) > 0 {
		return p.Render(http.StatusUnprocessableEntity, newPage(p.View, hiringForm{groups: groups, typed: p.R.PostForm, faults: faults}))
	}
	if err != nil {
		return err
	}
	return p.Redirect(to, ui.Flash{Text: said})
}

// begin returns where to go afterwards. A form that was sent before leads to the list, where what it did stands.
func (a *Area) begin(p *page.Request, order bool, h identity.Hiring) (to string, err error) {
	if order {
		o, err := a.people.Order(p.Once(), asking(p), h)
		if err = page.Again(err); err != nil || o.ID == "" {
			return "/personalbestallningar", err
		}
		return "/personalbestallningar/" + o.ID, nil
	}
	person, err := a.people.Add(p.Once(), asking(p), h)
	if err = page.Again(err); err != nil || person.ID == "" {
		return "/personal", err
	}
	return "/personal/" + person.ID, nil
}

// hiring reads the form, and says all that is missing at once.
func hiring(p *page.Request) (h identity.Hiring, faults ui.Faults) {
	h.Person = identity.Person{EmployeeNumber: p.Form("employee_number"), GivenName: p.Form("given_name"), FamilyName: p.Form("family_name"), Email: p.Form("email"), Phone: p.Form("phone")}
	h.Group = p.Form("group")
	if h.EmployeeNumber == "" {
		faults = append(faults, ui.Fault{Field: "employee_number", Text: tNumberMissing})
	}
	if h.GivenName == "" {
		faults = append(faults, ui.Fault{Field: "given_name", Text: tGivenMissing})
	}
	if h.FamilyName == "" {
		faults = append(faults, ui.Fault{Field: "family_name", Text: tFamilyMissing})
	}
	if h.Group == "" {
		faults = append(faults, ui.Fault{Field: "group", Text: tGroupMissing})
	}
	from, ok := day(p.Zone, p.Form("from"))
	if !ok || from.IsZero() {
		faults = append(faults, ui.Fault{Field: "from", Text: tFromMissing})
	}
	until, more := untilOf(p)
	faults = append(faults, more...)
	if len(faults) == 0 && !from.Before(until) {
		faults = append(faults, ui.Fault{Field: "till", Text: tEndsFirst})
	}
	h.From, h.Until = from, until
	return h, faults
}
