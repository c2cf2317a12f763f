// Package anomalies is what does not add up in what locks and keys have told: the list that somebody works through, and each of them with
// what to do about it.
//
// It owns the pages and what they advise; internal/domain/keysync finds the anomalies, decides who may see and settle them, and writes in
// the journal what was done.
//
// Promises: one that is dealt with says by whom and how, and is settled once; which lock or key it concerns is its label, and nobody is named.
package anomalies

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// Service is what the pages ask of the domain. [keysync.Service] is one.
type Service interface {
	Anomalies(ctx context.Context, who routine.Who, f keysync.AnomalyFilter, below string, limit int) ([]keysync.Anomaly, error)
	Settle(ctx context.Context, who routine.Who, id, note string) error
}

// Area is the pages of anomalies.
type Area struct{ anomalies Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// perPage and maxLabel bound the list and what it is narrowed by.
const (
	perPage  = 50
	maxLabel = 40
)

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.LockManager, routine.SystemOwner}
	return []page.Route{
		{Method: "GET", Path: "/avvikelser", Name: "anomalies", Menu: tNavAnomalies, Roles: who, Do: a.list},
		{Method: "GET", Path: "/avvikelser/{id}", Name: "anomaly", Roles: who, Do: a.anomaly},
		{Method: "POST", Path: "/avvikelser/{id}", Name: "anomaly-settle", Roles: who, Write: true, Do: a.settle},
	}
}

func asking(p *page.Request) routine.Who { return p.Who.Acting().Who }

// listing is a page of anomalies, the newest first.
type listing struct {
	all    []keysync.Anomaly
	filter keysync.AnomalyFilter
	next   string
}

func (l listing) narrowed() bool { return l.filter.Class != "" || l.filter.Label != "" }

func (a *Area) list(p *page.Request) error {
	l := listing{filter: keysync.AnomalyFilter{Open: p.Query("visa") != "alla", Label: p.Query("lapp")}}
	if class := p.Query("sort"); slices.Contains(words.AnomalyClasses(), class) {
		l.filter.Class = class
	}
	if p.WantsFile() {
		return p.SendTable(a.table(p, l.filter))
	}
	var err error
	if l.all, err = a.anomalies.Anomalies(p.Context(), asking(p), l.filter, p.Query("fore"), perPage+1); err != nil {
		return err
	}
	if len(l.all) > perPage {
		l.all = l.all[:perPage]
		l.next = l.all[perPage-1].ID
	}
	return p.Render(http.StatusOK, listPage(p.View, l))
}

// one reads an anomaly, dealt with or not.
func (a *Area) one(p *page.Request) (keysync.Anomaly, error) {
	all, err := a.anomalies.Anomalies(p.Context(), asking(p), keysync.AnomalyFilter{ID: p.ID()}, "", 1)
	if err == nil && len(all) == 0 {
		err = keysync.ErrAnomalyUnknown
	}
	if err != nil {
		return keysync.Anomaly{}, err
	}
	return all[0], nil
}

func (a *Area) anomaly(p *page.Request) error { return a.show(p, http.StatusOK, nil) }

func (a *Area) show(p *page.Request, status int, faults ui.Faults) error {
	found, err := a.one(p)
	if err != nil {
		return err
	}
	return p.Render(status, anomalyPage(p.View, found, p.Form("note"), faults))
}

// settle says what was done. What somebody else has settled meanwhile stays as they said.
func (a *Area) settle(p *page.Request) error {
	err := page.Again(a.anomalies.Settle(p.Once(), asking(p), p.ID(), p.Form("note")))
	switch {
	case errors.Is(err, keysync.ErrNote):
		return a.show(p, http.StatusUnprocessableEntity, ui.Faults{{Field: "note", Text: keysync.ErrNote.Text}})
	case errors.Is(err, keysync.ErrAnomalyUnknown):
		return a.show(p, http.StatusConflict, nil)
	case err != nil:
		return err
	}
	return p.Redirect("/avvikelser/"+p.ID(), ui.Flash{Text: tSettled})
}

// table is the list as a file.
func (a *Area) table(p *page.Request, f keysync.AnomalyFilter) paper.Table {
	read := func(below string) (all []keysync.Anomaly, next string, err error) {
		if all, err = a.anomalies.Anomalies(p.Context(), asking(p), f, below, keysync.MaxAnomalies); len(all) == keysync.MaxAnomalies {
			next = all[len(all)-1].ID
		}
		return all, next, err
	}
	row := func(x keysync.Anomaly) paper.Row {
		return paper.Row{x.At, x.Label, p.T(words.AnomalyName(x.Class)), p.T(words.DetailWords(x.Detail)), x.SettledAt, x.Note}
	}
	return paper.Table{Name: "avvikelser", Rows: page.All(read, row), Columns: []paper.Column{
		{Key: "at", SV: tFound.SV, EN: tFound.EN, Kind: paper.Instant}, {Key: "label", SV: tThing.SV, EN: tThing.EN, Kind: paper.Text},
		{Key: "class", SV: tWhat.SV, EN: tWhat.EN, Kind: paper.Text}, {Key: "detail", SV: tDetail.SV, EN: tDetail.EN, Kind: paper.Text},
		{Key: "settled", SV: tSettledAt.SV, EN: tSettledAt.EN, Kind: paper.Instant}, {Key: "note", SV: tDone.SV, EN: tDone.EN, Kind: paper.Text}}}
}
