// Package glossary is what the words mean: those of the routine and of the pages, each in a sentence that a new colleague understands.
//
// It owns the sentences. What a municipality calls its own things by is its profile's.
package glossary

import (
	"net/http"
	"slices"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
)

// Area is the glossary of a municipality.
type Area struct{ local routine.Words }

// New returns it; local is what the municipality calls things.
func New(local routine.Words) *Area { return &Area{local} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	return []page.Route{{Method: "GET", Path: "/ordlista", Name: "glossary", Roles: page.Everybody(), Do: a.list}}
}

// word is a term and what it means; here is what the municipality calls it, where that is another word.
type word struct {
	name, means problem.Text
	here        string
}

// list is all words in the reader's alphabet.
func (a *Area) list(p *page.Request) error {
	all := words()
	for i, w := range all {
		if name := a.called(w.name.EN); name != "" && name != w.name.SV {
			all[i].here = name
		}
	}
	order := collate.New(language.MustParse(p.Lang), collate.IgnoreCase)
	slices.SortFunc(all, func(a, b word) int { return order.CompareString(p.T(a.name), p.T(b.name)) })
	return p.Render(http.StatusOK, listPage(p.View, all))
}

// called is the municipality's own name of a thing.
func (a *Area) called(english string) string {
	return map[string]string{"door lock": a.local.LockBrand, "key box": a.local.KeyBox, "digital key": a.local.Key, "case system": a.local.CaseSystem,
		"e-service": a.local.EService}[english]
}
