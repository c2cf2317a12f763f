package portal

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
)

func (h *Handler) start(p *page) error {
	out, err := h.Pages.Overview(p.r.Context())
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, startPage(p.view, out))
}

func (h *Handler) searchPage(p *page) error {
	return p.render(http.StatusOK, searchResult(p.view, nil, "", problem.Text{}))
}

// search answers with a page, not with an address: what was asked is personal data. A number that fits leads straight on.
func (h *Handler) search(p *page) error {
	query := p.r.PostForm.Get("q")
	hits, err := h.Pages.SearchClients(p.r.Context(), p.who.reader(), query)
	if text, ok := invalid(err); ok {
		return p.render(http.StatusUnprocessableEntity, searchResult(p.view, nil, query, text))
	}
	if err != nil {
		return err
	}
	if hits.Exact && len(hits.People) == 1 {
		http.Redirect(p.w, p.r, "/kunder/"+hits.People[0].ID, http.StatusSeeOther)
		return nil
	}
	return p.render(http.StatusOK, searchResult(p.view, &hits, query, problem.Text{}))
}

// invalid tells whether the reader can mend what went wrong in the form.
func invalid(err error) (problem.Text, bool) {
	known, ok := errors.AsType[*problem.Error](err)
	if !ok || known.Kind != problem.Invalid {
		return problem.Text{}, false
	}
	return known.Text, true
}

func (h *Handler) client(p *page) error {
	look := casework.Look{Before: journal.Cursor(p.r.URL.Query().Get("fore"))}
	out, err := h.Pages.ClientPage(p.r.Context(), p.who.reader(), p.r.PathValue("id"), look)
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, clientPage(p.view, out, problem.Text{}))
}

// reveal shows a client's details once, for a reason that is chosen from the list.
func (h *Handler) reveal(p *page) error {
	look := casework.Look{Reveal: true}
	for _, r := range reasons {
		if r.code == p.r.PostForm.Get("reason") {
			look.Reason = r.code
		}
	}
	id := p.r.PathValue("id")
	out, err := h.Pages.ClientPage(p.r.Context(), p.who.reader(), id, look)
	status, fault := http.StatusOK, problem.Text{}
	if text, ok := invalid(err); ok {
		status, fault = http.StatusUnprocessableEntity, text
		out, err = h.Pages.ClientPage(p.r.Context(), p.who.reader(), id, casework.Look{})
	}
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(status, clientPage(p.view, out, fault))
}

func (h *Handler) tasks(p *page) error {
	out, err := h.Pages.Tasks(p.r.Context(), p.who.reader())
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, taskPage(p.view, out))
}

func (h *Handler) keys(p *page) error {
	q := p.r.URL.Query()
	f := casework.KeyFilter{Group: q.Get("grupp"), State: casework.KeyState(q.Get("lage")), After: q.Get("efter")}
	out, err := h.Pages.Keys(p.r.Context(), f)
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, keyList(p.view, out, f))
}

func (h *Handler) key(p *page) error {
	out, err := h.Pages.KeyPage(p.r.Context(), p.who.reader(), p.r.PathValue("id"), journal.Cursor(p.r.URL.Query().Get("fore")))
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, keyPage(p.view, out))
}

func (h *Handler) why(p *page) error {
	ask := whyForm{lock: strings.TrimSpace(p.r.URL.Query().Get("lock")), group: strings.TrimSpace(p.r.URL.Query().Get("group"))}
	if ask.lock == "" && ask.group == "" {
		return p.render(http.StatusOK, whyPage(p.view, ask, nil))
	}
	if ask.lock == "" || ask.group == "" {
		ask.fault = tWhyFill
		return p.render(http.StatusUnprocessableEntity, whyPage(p.view, ask, nil))
	}
	out, err := h.Pages.Why(p.r.Context(), ask.lock, ask.group)
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind == problem.NotFound {
		ask.fault = known.Text
		return p.render(http.StatusNotFound, whyPage(p.view, ask, nil))
	}
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, whyPage(p.view, ask, &out))
}

// whyForm is what is asked for on the page that answers why.
type whyForm struct {
	lock, group string
	fault       problem.Text // empty: none
}

func (h *Handler) log(p *page) error {
	q := p.r.URL.Query()
	var f journal.Filter
	if _, ok := journal.Describe(journal.Kind(q.Get("sort"))); ok {
		f.Kinds = []journal.Kind{journal.Kind(q.Get("sort"))}
	}
	out, err := h.Pages.Log(p.r.Context(), f, journal.Cursor(q.Get("fore")))
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, logPage(p.view, out, q.Get("sort")))
}

func (h *Handler) entry(p *page) error {
	index, err := strconv.ParseInt(p.r.PathValue("index"), 10, 64)
	if err != nil {
		return journal.ErrNoEntry.Fill("?")
	}
	out, err := h.Pages.LogEntry(p.r.Context(), p.who.reader(), index)
	if err != nil {
		return err
	}
	p.now = out.Now
	return p.render(http.StatusOK, entryPage(p.view, out))
}
