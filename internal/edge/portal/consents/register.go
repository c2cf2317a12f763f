package consents

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// listing is a list of what owners have said.
type listing struct {
	show string
	rows []consent.Row
	next string
}

// What a list shows. The first is what it shows when nothing is chosen.
const (
	showEnding  = "gar-ut"
	showUnfiled = "utan-diarienummer"
)

func filterOf(show string) consent.Filter {
	switch show {
	case string(consent.Requested), string(consent.Given), string(consent.Refused), string(consent.Withdrawn):
		return consent.Filter{Answer: consent.Answer(show)}
	case showUnfiled:
		return consent.Filter{Unfiled: true}
	}
	return consent.Filter{}
}

func (a *Area) list(p *page.Request) error {
	l := listing{show: p.Query("visa")}
	if p.WantsFile() {
		return a.export(p, l.show)
	}
	var err error
	if l.show == showEnding {
		l.rows, err = a.register.Ending(p.Context(), asking(p))
	} else {
		l.rows, err = a.register.Rows(p.Context(), asking(p), filterOf(l.show), p.Query("fore"), perPage+1)
	}
	if err != nil {
		return err
	}
	if l.show != showEnding && len(l.rows) > perPage {
		l.rows = l.rows[:perPage]
		l.next = l.rows[perPage-1].ID
	}
	return p.Render(http.StatusOK, listPage(p.View, l))
}

// export is the list as a file, masked as the page is. That it was taken is in the journal before it is handed over.
func (a *Area) export(p *page.Request, show string) error {
	rows, err := a.all(p, show)
	if err != nil {
		return err
	}
	if err := a.register.NoteExport(p.Context(), asking(p), "samtycken", len(rows)); err != nil {
		return err
	}
	return p.SendTable(exported(p.View, rows))
}

func (a *Area) all(p *page.Request, show string) (out []consent.Row, err error) {
	if show == showEnding {
		return a.register.Ending(p.Context(), asking(p))
	}
	for after := ""; ; {
		some, err := a.register.Rows(p.Context(), asking(p), filterOf(show), after, 500)
		if err != nil {
			return nil, err
		}
		if out = append(out, some...); len(out) > page.MaxRows {
			return nil, page.ErrLong
		}
		if len(some) < 500 {
			return out, nil
		}
		after = some[len(some)-1].ID
	}
}

func exported(v ui.View, rows []consent.Row) paper.Table {
	out := make([]paper.Row, len(rows))
	for i, r := range rows {
		until := r.Until
		if !until.Before(routine.Forever) {
			until = time.Time{}
		} else {
			until = until.Add(-time.Second) // the last day
		}
		out[i] = paper.Row{ownerName(v, r.Owner), aboutText(v, r), v.T(wordText(r.Consent)), howText(v, r.Consent), r.Date, until, r.Diary, r.FileHash != ""}
	}
	return paper.Table{Name: "samtycken", Rows: paper.Rows(out...), Columns: []paper.Column{
		{Key: "owner", SV: "Fastighetsägare", EN: "Owner", Kind: paper.Text}, {Key: "about", SV: "Gäller", EN: "Concerns", Kind: paper.Text},
		{Key: "answer", SV: "Svar", EN: "Answer", Kind: paper.Text}, {Key: "how", SV: "Hur", EN: "How", Kind: paper.Text},
		{Key: "date", SV: "Dag", EN: "Day", Kind: paper.Day}, {Key: "until", SV: "Sista dag", EN: "Last day", Kind: paper.Day},
		{Key: "diary", SV: "Diarienummer", EN: "Diary number", Kind: paper.Text}, {Key: "paper", SV: "Inskannad handling", EN: "Scanned paper", Kind: paper.YesNo}}}
}

func (a *Area) property(p *page.Request) error {
	f, err := a.register.PropertyFile(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	work, err := a.answers.Work(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	next, err := a.answers.NextOwners(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	p.Now = f.Now
	return p.Render(http.StatusOK, propertyPage(p.View, f, next, work))
}

// propertyDraft is a property being added to an owner.
type propertyDraft struct {
	owner  consent.Owner
	typed  url.Values
	faults ui.Faults
}

func (a *Area) newProperty(p *page.Request) error {
	return a.showNewProperty(p, http.StatusOK, nil)
}

func (a *Area) showNewProperty(p *page.Request, status int, faults ui.Faults) error {
	f, err := a.register.OwnerFile(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	return p.Render(status, newPropertyPage(p.View, propertyDraft{owner: f.Owner, typed: p.R.PostForm, faults: faults}))
}

// addProperty adds a property: its addresses one to a line, "Lotsgränd 1, Låsby".
func (a *Area) addProperty(p *page.Request) error {
	in := consent.Property{Designation: p.Form("designation"), Owners: []string{p.ID()}}
	for line := range strings.Lines(p.Form("addresses")) {
		street, town, _ := strings.Cut(strings.TrimSpace(line), ",")
		if strings.TrimSpace(line) != "" {
			in.Addresses = append(in.Addresses, consent.Address{Street: strings.TrimSpace(street), Town: strings.TrimSpace(town)})
		}
	}
	if len(in.Addresses) == 0 {
		return a.showNewProperty(p, http.StatusUnprocessableEntity, ui.Faults{{Field: "addresses", Text: tAddressMissing}})
	}
	out, err := a.answers.PutProperty(p.Once(), asking(p), in)
	if faults, ok := page.Faults(err); ok {
		return a.showNewProperty(p, http.StatusUnprocessableEntity, faults)
	}
	if taken, ok := errors.AsType[*problem.Error](err); ok && taken.Kind == problem.Conflict {
		return a.showNewProperty(p, http.StatusUnprocessableEntity, ui.Faults{{Field: "addresses", Text: taken.Text}})
	}
	if errors.Is(err, txn.ErrDone) { // the form had been sent before
		return p.Redirect("/samtycken/agare/" + p.ID())
	}
	if err != nil {
		return err
	}
	return p.Redirect("/samtycken/fastigheter/"+out.ID, ui.Flash{Text: tPropertyDone})
}

// ownerDraft is an owner being added or changed.
type ownerDraft struct {
	typed  url.Values
	faults ui.Faults
}

func (a *Area) newOwner(p *page.Request) error {
	return p.Render(http.StatusOK, newOwnerPage(p.View, ownerDraft{}))
}

func readOwner(p *page.Request) (o consent.Owner, faults ui.Faults) {
	o = consent.Owner{Kind: consent.OwnerKind(p.Form("kind")), Name: p.Form("name"), Contact: p.Form("contact"), Phone: p.Form("phone"), Email: p.Form("email"),
		Street: p.Form("street"), PostalCode: strings.ReplaceAll(p.Form("postal_code"), " ", ""), Town: p.Form("town"), Protected: p.Form("protected") != ""}
	if o.Kind != consent.Person && o.Kind != consent.Company && o.Kind != consent.Association {
		faults = append(faults, ui.Fault{Field: "kind", Text: tKindMissing})
	}
	if o.Name == "" {
		faults = append(faults, ui.Fault{Field: "name", Text: tNameMissing})
	}
	if number := p.Form("org_number"); number != "" && o.Kind != consent.Person {
		n, err := swedish.ParseOrgNumber(number)
		if err != nil {
			faults = append(faults, ui.Fault{Field: "org_number", Text: tOrgWrong})
		}
		o.OrgNumber = n.String()
	}
	return o, faults
}

func (a *Area) addOwner(p *page.Request) error {
	o, faults := readOwner(p)
	var err error
	if len(faults) == 0 {
		o, err = a.register.PutOwner(p.Once(), asking(p), o)
		faults, _ = page.Faults(err)
	}
	if len(faults) > 0 {
		return p.Render(http.StatusUnprocessableEntity, newOwnerPage(p.View, ownerDraft{typed: p.R.PostForm, faults: faults}))
	}
	if errors.Is(err, txn.ErrDone) { // the form had been sent before
		return p.Redirect("/samtycken")
	}
	if err != nil {
		return err
	}
	return p.Redirect("/samtycken/agare/"+o.ID, ui.Flash{Text: tOwnerDone})
}

// ownerView is an owner's page with what came back from its forms.
type ownerView struct {
	consent.OwnerFile
	revealed bool
	typed    url.Values
	faults   ui.Faults
	stale    bool
	version  string
}

// ownerVersion is what the form of an owner was made from. It tells nothing about them.
func (a *Area) ownerVersion(p *page.Request) func() (string, error) {
	return func() (string, error) {
		o, err := a.register.Owner(p.Context(), asking(p), p.ID())
		return page.VersionOf(o), err
	}
}

func (a *Area) owner(p *page.Request) error { return a.showOwner(p, http.StatusOK, ownerView{}) }

func (a *Area) showOwner(p *page.Request, status int, o ownerView) error {
	shown := o.Owner
	f, err := a.register.OwnerFile(p.Context(), asking(p), p.ID())
	if err != nil {
		return err
	}
	o.OwnerFile = f
	if o.version, err = a.ownerVersion(p)(); err != nil {
		return err
	}
	if o.revealed {
		o.Owner = shown
	}
	return p.Render(status, ownerPage(p.View, o))
}

// reveal shows an owner with protected identity once, for a reason that is in the journal.
func (a *Area) reveal(p *page.Request) error {
	o, err := a.register.Reveal(p.Context(), asking(p), p.ID(), p.Form("reason"))
	if faults, ok := page.Faults(err); ok {
		return a.showOwner(p, http.StatusUnprocessableEntity, ownerView{faults: faults})
	}
	if err != nil {
		return err
	}
	return a.showOwner(p, http.StatusOK, ownerView{revealed: true, OwnerFile: consent.OwnerFile{Owner: o}})
}

func (a *Area) changeOwner(p *page.Request) error {
	o, faults := readOwner(p)
	o.ID = p.ID()
	if len(faults) == 0 {
		_, err := a.register.PutOwner(p.OnceFresh(a.ownerVersion(p)), asking(p), o)
		if errors.Is(err, page.ErrStale) {
			return a.showOwner(p, http.StatusConflict, ownerView{typed: p.R.PostForm, stale: true})
		}
		var ok bool
		if faults, ok = page.Faults(err); !ok {
			if err = page.Again(err); err != nil {
				return err
			}
			return p.Redirect("/samtycken/agare/"+o.ID, ui.Flash{Text: tOwnerChanged})
		}
	}
	return a.showOwner(p, http.StatusUnprocessableEntity, ownerView{typed: p.R.PostForm, faults: faults})
}
