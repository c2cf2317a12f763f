package portal_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
)

// sheet is a form as it stands on a page.
type sheet struct {
	route   page.Route
	who     string // whose page it was
	action  string
	fields  url.Values // hidden ones and buttons as they are, what people fill in without values
	asked   []string   // what people fill in
	free    []string   // of these, where anything may be written
	options int        // how many of the questions need no answer
	guessed bool       // no page leads to it

	suggested map[string]string // an answer that its page offers, by question
}

// attacker sends forms.
type attacker struct {
	*testing.T
	w      *portaltest.Town
	routes []page.Route
	posts  *http.ServeMux // to find the route of an address
	gets   *http.ServeMux
	people map[string]*portaltest.Visitor
	names  []string            // of the people, in order
	met    map[string][]string // pages that somebody has met as the answer to a form
}

func newAttacker(t *testing.T) *attacker {
	a := &attacker{T: t, w: portaltest.New(t, t.TempDir()), posts: http.NewServeMux(), gets: http.NewServeMux(), people: map[string]*portaltest.Visitor{}, met: map[string][]string{}}
	stuck(a.w, portaltest.MajBritt, a.w.Clock.Time)
	id := technicians(a.w)
	a.w.Server = a.w.Serve(func(c *portal.Config) { a.routes = portal.New(*c).Routes() })
	for _, r := range a.routes {
		mux := a.gets
		if r.Method == http.MethodPost {
			mux = a.posts
		}
		mux.HandleFunc(r.Path, func(http.ResponseWriter, *http.Request) {})
	}
	a.names = []string{portaltest.Officer, portaltest.Technician, portaltest.Manager, portaltest.Nurse, portaltest.Alarm, portaltest.Owner}
	for _, who := range a.names {
		a.people[who] = a.w.Visitor(who)
	}
	a.days(id)
	return a
}

// days are what people have done, so that there are pages of it. task is of mounting a lock.
func (a *attacker) days(task string) {
	a.Helper()
	_, err := a.w.Emergencies.Take(a.Context(), identity.Acting{Who: routine.Who{Actor: "demo:någon", Role: routine.Provider, Organisation: portaltest.Organisation}},
		a.w.ID("clients", portaltest.Ulla), "Kunden svarar inte på larmet")
	a.w.Must(err)
	const urgent = "/arbete/01a00000-0000-7000-8000-000000000001"
	for _, s := range []struct {
		who, path string
		sent      url.Values
		want      int
	}{
		{portaltest.Manager, "/personal/ny", url.Values{"employee_number": {"1002"}, "given_name": {"Cia"}, "family_name": {"Öberg"}, "group": {"G001"}, "from": {"2026-06-01"}, "tillsvidare": {"ja"}}, 200},
		{portaltest.Manager, "/fel/anmal", url.Values{"thing": {"key"}, "label": {"N00001"}, "description": {"Böjd."}}, 200},
		{portaltest.Officer, "/bestall", url.Values{"slag": {"alarm-granted"}}, 200},
		{portaltest.Nurse, "/kunder", url.Values{"q": {portaltest.Åke}}, 200},
		{portaltest.Technician, "/arbete/jag", url.Values{"mitt": {"T1"}}, 200},
		{portaltest.Technician, "/arbete/kalender", nil, 200},
		{portaltest.Technician, urgent + "/tid", url.Values{"_version": {versionIn(a.people[portaltest.Technician].Get(urgent+"/tid", 200))}, "dag": {"2026-06-05"}, "fran": {"9"}, "till": {"10"}, "employee_number": {"T1"}}, 200},
		{portaltest.Technician, "/arbete/" + task + "/borja", nil, 200},
	} {
		a.met[s.who] = append(a.met[s.who], a.people[s.who].Post(s.path, s.sent, s.want))
	}
}

func versionIn(page string) string { return form(page, nil).Get("_version") }

// routeOf is the route of an address, found as the server finds it.
func (a *attacker) routeOf(mux *http.ServeMux, address string) (page.Route, bool) {
	u, err := url.Parse(address)
	if err != nil {
		return page.Route{}, false
	}
	_, pattern := mux.Handler(&http.Request{Method: "GET", URL: &url.URL{Path: u.Path}})
	i := slices.IndexFunc(a.routes, func(r page.Route) bool { return r.Path == pattern && (r.Method == "POST") == (mux == a.posts) })
	if pattern == "" || i < 0 {
		return page.Route{}, false
	}
	return a.routes[i], true
}

var (
	aLink    = regexp.MustCompile(`<a\b[^>]*\bhref="(/[^"#]*)`)
	aForm    = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	aField   = regexp.MustCompile(`(?s)<(input|select|textarea|button)\b([^>]*)>`)
	anOption = regexp.MustCompile(`\b([a-z-]+)(?:="([^"]*)")?`)
)

func attributes(s string) map[string]string {
	out := map[string]string{}
	for _, m := range anOption.FindAllStringSubmatch(s, -1) {
		if _, twice := out[m[1]]; !twice {
			out[m[1]] = html.UnescapeString(m[2])
		}
	}
	return out
}

// forms follows every kind of link that each person meets, and collects each kind of form that changes or asks something.
func (a *attacker) forms() (all []sheet) {
	a.Helper()
	seen := map[string]int{}
	for _, who := range a.names {
		met := a.met[who]
		queue := []string{"/", "/komponenter", "/fel/anmal?sak=las&svar=no&svar=yes", "/kunder/" + a.w.ID("clients", portaltest.Åke)}
		for len(queue)+len(met) > 0 {
			body := ""
			if len(met) > 0 {
				body, met = met[0], met[1:]
			} else {
				body, queue = a.read(a.people[who], queue[0]), queue[1:]
			}
			for _, f := range aForm.FindAllStringSubmatch(body, -1) {
				if f, ok := a.formOf(who, f[1], f[2]); ok && seen[who+f.route.Name] == 0 {
					seen[who+f.route.Name]++
					all = append(all, f)
				}
			}
			for _, address := range addresses(body) {
				r, ok := a.routeOf(a.gets, address)
				path, _, _ := strings.Cut(address, "?")
				if r.Name == "fault-new" {
					path = address // a question at a time, in the address
				}
				if ok && seen[who+"GET"+r.Name] < 6 && seen[who+"GET"+path] == 0 {
					seen[who+"GET"+r.Name]++
					seen[who+"GET"+path]++
					queue = append(queue, address)
				}
			}
		}
	}
	return all
}

// addresses are where a page leads: its links, and its filters and guides answered by the first that there is to choose.
func addresses(body string) (all []string) {
	for _, l := range aLink.FindAllStringSubmatch(body, -1) {
		all = append(all, html.UnescapeString(l[1]))
	}
	for _, f := range aForm.FindAllStringSubmatch(body, -1) {
		at := attributes(f[1])
		if at["method"] != "get" {
			continue
		}
		q, chosen := url.Values{}, map[string]bool{}
		for _, m := range aField.FindAllStringSubmatch(f[2], -1) {
			field := attributes(m[2])
			if choice := field["type"] == "radio"; field["name"] != "" && (field["type"] == "hidden" || choice && !chosen[field["name"]]) {
				q.Add(field["name"], field["value"])
				chosen[field["name"]] = choice
			}
		}
		all = append(all, at["action"]+"?"+q.Encode())
	}
	return all
}

// read is a page, or nothing if it is a file or one that this person may not have.
func (a *attacker) read(v *portaltest.Visitor, path string) string {
	a.Helper()
	r, err := http.NewRequestWithContext(a.Context(), "GET", a.w.Server.URL+path, nil)
	a.w.Must(err)
	r.Header.Set("Accept", "text/html")
	answer, err := v.Client.Do(r)
	a.w.Must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	a.w.Must(err)
	if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		return ""
	}
	return string(body)
}

func (a *attacker) formOf(who, tag, body string) (sheet, bool) {
	at := attributes(tag)
	f := sheet{who: who, action: at["action"], fields: url.Values{}, suggested: suggestions(body), options: strings.Count(body, ui.TOptional.SV)}
	var ok bool
	if f.route, ok = a.routeOf(a.posts, f.action); at["method"] != "post" || !ok || f.route.Name == "logout" {
		return f, false
	}
	for _, m := range aField.FindAllStringSubmatch(body, -1) {
		field := attributes(m[2])
		name, kind := field["name"], field["type"]
		switch {
		case name == "" || slices.Contains(f.asked, name) || kind == "file":
		case kind == "hidden":
			f.fields.Add(name, field["value"])
		case m[1] == "button":
			f.fields.Set(name, field["value"])
		default:
			f.asked = append(f.asked, name)
			if m[1] == "textarea" || m[1] == "input" && slices.Contains([]string{"text", "search", "", "tel"}, kind) {
				f.free = append(f.free, name)
			}
		}
	}
	return f, true
}

var (
	aSelect = regexp.MustCompile(`(?s)<select\b([^>]*)>(.*?)</select>`)
	aChoice = regexp.MustCompile(`<option\b([^>]*)>`)
)

// suggestions are an answer to each question for which a form offers some: what stands there, or the first that there is to choose.
func suggestions(body string) map[string]string {
	out := map[string]string{}
	for _, m := range aField.FindAllStringSubmatch(body, -1) {
		at := attributes(m[2])
		if name, value := at["name"], at["value"]; m[1] == "input" && at["type"] != "hidden" && value != "" && out[name] == "" {
			out[name] = value
		}
	}
	for _, m := range aSelect.FindAllStringSubmatch(body, -1) {
		name := attributes(m[1])["name"]
		for _, o := range aChoice.FindAllStringSubmatch(m[2], -1) {
			if value := attributes(o[1])["value"]; value != "" && out[name] == "" {
				out[name] = value
			}
		}
	}
	return out
}

// send posts a body, in a language, and returns status and page.
func (a *attacker) send(f sheet, body, lang string) (int, string) {
	a.Helper()
	r, err := http.NewRequestWithContext(a.Context(), "POST", a.w.Server.URL+f.action, strings.NewReader(body))
	a.w.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	still := *a.people[f.who].Client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r.AddCookie(&http.Cookie{Name: "lang", Value: lang})
	answer, err := still.Do(r)
	if err != nil {
		a.Errorf("%s as %s: %v", f.action, f.who, err) // the connection is broken off
		return 0, ""
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	a.w.Must(err)
	return answer.StatusCode, string(text)
}

// changes counts what has been done since the journal was last signed: each change is in the journal, in the same transaction. Reads and logins are no changes.
func changes(w *portaltest.Town) (n int) {
	w.T.Helper()
	w.Must(w.DB.View(w.T.Context(), func(tx *storage.Tx) error {
		rows, err := tx.PendingJournal(w.T.Context(), 100_000)
		for _, r := range rows {
			record, err := r.Record()
			if err != nil {
				return err
			}
			if !slices.Contains([]journal.Kind{journal.ClientRead, journal.LoginMade, journal.LoginRefused}, record.Kind) {
				n++
			}
		}
		return err
	}))
	return n
}

const script = `"><script>alert('å')</script>`

// with is a form with something in every field that people fill in.
func (f sheet) with(value string) string {
	fields := url.Values{}
	for name, values := range f.fields {
		fields[name] = values
	}
	for _, name := range f.asked {
		fields.Set(name, value)
	}
	return fields.Encode()
}

// unreadable are forms that cannot be read, whatever they are about.
func (f sheet) unreadable() map[string]string {
	many := strings.Repeat("x=1&", 100_000)
	name := "reason"
	if len(f.asked) > 0 {
		name = url.QueryEscape(f.asked[0])
	}
	filled := f.with("x") + "&"
	return map[string]string{
		"a million letters": filled + name + "=" + strings.Repeat("a", 1<<20),
		"10 001 letters":    filled + name + "=" + strings.Repeat("a", 10_001),
		"100 000 fields":    filled + many,
		"a zero":            filled + name + "=a%00b",
		"no text":           filled + name + "=%ff%fe",
		"half an escape":    filled + name + "=%f",
		"a semicolon":       filled + name + "=a;b=c",
	}
}

var inLanguage = map[string]struct{ title, unreadable string }{"sv": {"Fel: ", page.ErrForm.Text.SV}, "en": {"Error: ", page.ErrForm.Text.EN}}

// Every form that people meet, sent by each of them as nobody should: nothing breaks, nothing changes, and the answer says what to do in
// the reader's language, with what was typed kept and harmless.
func TestEveryFormWrong(t *testing.T) {
	a := newAttacker(t)
	all := a.forms()
	met := map[string]bool{}
	for _, f := range all {
		met[f.route.Name] = true
	}
	for _, r := range a.routes {
		if r.Method != http.MethodPost || met[r.Name] || r.Name == "logout" {
			continue
		}
		t.Logf("no page leads to %s: sent as it is guessed", r.Name)
		may := func(who string) bool { return r.Open || r.May(roleOf(who)) }
		if i := slices.IndexFunc(a.names, may); i >= 0 {
			all = append(all, sheet{route: r, who: a.names[i], action: variable.ReplaceAllString(r.Path, "1"), guessed: true, asked: []string{"reason", "note", "namn"}, fields: url.Values{}})
		}
	}
	if len(met) < 35 {
		t.Errorf("only %d kinds of forms were met", len(met))
	}
	for _, f := range all {
		a.w.Integrate()
		for _, lang := range []string{"sv", "en"} {
			for what, body := range f.unreadable() {
				status, text := a.send(f, body, lang)
				if status != http.StatusBadRequest && status != http.StatusRequestEntityTooLarge && status != http.StatusUnprocessableEntity {
					t.Errorf("%s as %s, %s: got %d", f.route.Name, f.who, what, status)
				}
				if !strings.Contains(text, inLanguage[lang].unreadable) || !strings.Contains(text, `lang="`+lang+`"`) {
					t.Errorf("%s as %s, %s: does not say what to do in %s:\n%.300s", f.route.Name, f.who, what, lang, portaltest.Text(text))
				}
			}
			a.empty(f, lang)
		}
		if n := changes(a.w); n != 0 {
			t.Errorf("%s as %s: %d changes by forms that say nothing or cannot be read", f.route.Name, f.who, n)
		}
	}
	for _, f := range all {
		a.hostile(f)
	}
}

// empty sends a form with nothing filled in.
func (a *attacker) empty(f sheet, lang string) {
	a.Helper()
	if f.guessed || len(f.asked) <= f.options {
		return // only a button, or nothing has to be said
	}
	status, text := a.send(f, f.with(""), lang)
	if status < 400 || status >= 500 {
		a.Errorf("%s as %s, empty: got %d", f.route.Name, f.who, status)
	}
	if status == http.StatusUnprocessableEntity && !strings.Contains(text, inLanguage[lang].title) {
		a.Errorf("%s as %s, empty: the title does not begin with %q", f.route.Name, f.who, inLanguage[lang].title)
	}
}

// hostile sends what is text, and meant to do harm.
func (a *attacker) hostile(f sheet) {
	a.Helper()
	for _, value := range []string{script, `'; DROP TABLE clients; --`, "\u202egnuh\u2066", strings.Repeat("å", 4_999), "../../etc/passwd", "%s%n{{.}}${x}", "-1", "99999999999999999999"} {
		a.w.Integrate()
		status, text := a.send(f, f.with(value), "sv")
		if status >= 500 || status == 0 {
			a.Errorf("%s as %s, %.30q: got %d", f.route.Name, f.who, value, status)
		}
		if strings.Contains(text, "<script>alert") {
			a.Errorf("%s as %s: what was typed is in the page as it was", f.route.Name, f.who)
		}
		if status >= 400 && changes(a.w) != 0 {
			a.Errorf("%s as %s, %.30q: refused with %d, and something has changed", f.route.Name, f.who, value, status)
		}
		if status == http.StatusUnprocessableEntity && value == script && len(f.free) > 0 && strings.Contains(text, `name="`+f.free[0]+`"`) && !strings.Contains(html.UnescapeString(text), script) {
			a.Errorf("%s as %s: what was typed is not kept", f.route.Name, f.who)
		}
	}
}
