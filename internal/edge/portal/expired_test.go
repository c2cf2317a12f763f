package portal_test

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portaltest"
)

// typed is a form filled in as its own page suggests: the first that there is to choose, what stands there already, and else
// something that fits most questions of that name.
func (f sheet) typed() url.Values {
	out := maps.Clone(f.fields)
	for _, name := range f.asked {
		if v, ok := f.suggested[name]; ok {
			out.Set(name, v)
			continue
		}
		out.Set(name, answers[name])
		if answers[name] == "" {
			out.Set(name, "Åsa har tittat på det")
		}
	}
	return out
}

// answers fit questions that take no free text.
var answers = map[string]string{"dag": "2026-06-10", "fran": "09:00", "till": "10:00", "employee_number": "T1", "from": "2026-06-10", "q": "Lundin", "email": "asa@kommun.example",
	"phone": "070-174 06 05", "cost": "450", "badge": "04A1B2", "pin": "4719", "pin2": "4719", "number": "N00001", "label": "N00001", "serial": "DC20001", "mitt": "T1", "keys": "1"}

// hiddenIn are the hidden fields of the form on a page that is sent to an address.
func hiddenIn(text, action string) (url.Values, bool) {
	for _, m := range aForm.FindAllStringSubmatch(text, -1) {
		if attributes(m[1])["action"] != action {
			continue
		}
		out := url.Values{}
		for _, f := range aField.FindAllStringSubmatch(m[2], -1) {
			if at := attributes(f[2]); at["type"] == "hidden" {
				out.Add(at["name"], at["value"])
			}
		}
		return out, true
	}
	return nil, false
}

var aSecret = regexp.MustCompile(`^(password|losenord|kod|pin)`)

// What is true of every form that people meet.
func TestEveryFormIsSafe(t *testing.T) {
	a := newAttacker(t)
	all := a.forms()
	a.guarded(all)
	a.fromOldTabs(all)
	a.twice(all)
	a.outlived(all)
}

// What is too large to be kept when a session has ended is said to be, before and after the login; a file is chosen again.
func TestWhatCannotBeKeptIsSaid(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	ends := func() { w.Clock.Time = w.Clock.Time.Add(61 * time.Minute) }
	in := func(text string) string {
		carried, _ := hiddenIn(text, "/login")
		carried.Set("account", portaltest.Manager)
		return v.Post("/login", carried, http.StatusOK)
	}
	ends()
	asked := v.Post("/personal/fil/spara", url.Values{"rad": {strings.Repeat("a", 70_000)}}, http.StatusUnauthorized)
	portaltest.Says(t, asked, "det du skickade gick inte att spara", "Inget har ändrats")
	portaltest.Says(t, in(asked), "Det du skickade gick inte att spara", "Till startsidan")
	ends()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("fil", "personal.csv")
	w.Must(err)
	_, err = file.Write([]byte("Anställningsnummer;Förnamn\n"))
	w.Must(errors.Join(err, form.Close()))
	r, err := http.NewRequestWithContext(t.Context(), "POST", w.Server.URL+"/personal/fil", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	asked = v.Do(r, err, http.StatusUnauthorized)
	portaltest.Says(t, asked, "filen måste du välja igen")
	portaltest.Says(t, in(asked), "Det du fyllde i finns kvar", "du får välja den igen")
	ends()
	asked = v.Post("/arbete/kalender", nil, http.StatusUnauthorized) // only a button: there is nothing to keep but that it was pressed
	if resume := in(asked); !strings.Contains(resume, `action="/arbete/kalender"`) {
		t.Errorf("what was to be done is lost:\n%s", portaltest.Text(resume))
	}
}

// A session that ends between a form and its being sent loses nothing of what was typed, for any form: the way to log in says so, and
// after it the form is there to be sent, with everything but secrets. Nothing is changed by it on the way.
func (a *attacker) outlived(all []sheet) {
	a.Helper()
	kinds := map[string]bool{}
	a.w.Integrate()
	for _, f := range all {
		if f.route.Open {
			continue // the way in itself
		}
		kinds[f.route.Name] = true
		sent := f.typed()
		a.w.Clock.Time = a.w.Clock.Time.Add(61 * time.Minute)
		status, text := a.send(f, sent.Encode(), "sv")
		if status != http.StatusUnauthorized || !strings.Contains(text, "Det du fyllde i finns kvar") {
			a.Errorf("%s as %s, with a session that is over: got %d, and it does not say that what was typed is kept:\n%.300s", f.route.Name, f.who, status, text)
			continue
		}
		carried, ok := hiddenIn(text, "/login")
		if !ok {
			a.Errorf("%s: there is no way to log in", f.route.Name)
			continue
		}
		carried.Set("account", f.who)
		resume := a.people[f.who].Post("/login", carried, http.StatusOK)
		kept, ok := hiddenIn(resume, f.action)
		for name := range sent {
			if aSecret.MatchString(name) {
				delete(sent, name)
			}
		}
		if !ok || kept.Encode() != sent.Encode() {
			a.Errorf("%s as %s: kept %v, want %v", f.route.Name, f.who, kept, sent)
		}
	}
	if n := changes(a.w); n != 0 {
		a.Errorf("%d changes by forms that nobody was logged in for", n)
	}
	if len(kinds) < 30 {
		a.Errorf("only %d kinds of forms were met", len(kinds))
	}
}

// repeats are forms that change something and need no once-token, because sent again they do nothing more.
var repeats = map[string]string{
	"order-answer":     "the draft's version moves with each answer",
	"order-drop":       "thrown away twice it is gone",
	"calendar-close":   "closed twice it is closed",
	"work-start":       "begun twice it is begun",
	"step":             "each step has an id of its own",
	"queue-assign":     "who has the task already is left alone",
	"block-person-do":  "the first form only asks; the second has one",
	"client-emergency": "who has access keeps what there is",
	"emergency":        "who has access keeps what there is",
	"notices-read":     "read twice it is read",
	"receipt-paper":    "printed twice it is printed",
	"owners-changed":   "the first form only searches; the one that changes has one",
}

// alone are forms that change something and say no version, because nobody's work is overwritten by them.
var alone = map[string]string{
	"order-begin": "adds", "order-again": "adds", "fault-report": "adds", "owner-add": "adds", "staff-add": "adds", "calendar-open": "adds", "booking-contact": "adds",
	"client-emergency": "adds", "emergency": "adds",
	"client-agreed":   "says which answer was seen (seen), and is refused if another is newer",
	"queue-assign":    "each row says who had the task",
	"step":            "all that was said is kept, and the last word holds (decision 0011)",
	"order-drop":      "one's own",
	"calendar-close":  "one's own",
	"notices-read":    "one's own, up to the newest that was seen",
	"order-withdraw":  "an order that is over is not taken back",
	"order-return":    "an order that is over is not given back",
	"work-start":      "begins what is open",
	"work-complete":   "ends what is open, when every step has been said",
	"work-cancelled":  "ends what is open",
	"review-decide":   "what has been reviewed is not reviewed again",
	"staff-end":       "takes everything, whatever there is",
	"block-person-do": "takes everything, whatever there is",
	"block-key-do":    "a key that is blocked stays so",
	"block-key-miss":  "a key that is looked for, or blocked, stays so",
	"receipt-make":    "adds, unless the key is under way already",
	"receipt-paper":   "printed is printed",
	"diary-hand-over": "adds: what is on a list already is left out",
	"owners-changed":  "the first form only searches; the one that changes says one",
	"owners-keep":     "takes back what is planned",
	"staff-badge":     "the badge that was handed over last holds: it is in somebody's hand",
}

// Every form that changes something is known when it is sent again, and says what it was made from, or there is a reason why not.
func (a *attacker) guarded(all []sheet) {
	a.Helper()
	met := map[string]bool{}
	for _, f := range all {
		if !f.route.Write || f.route.Open {
			continue
		}
		met[f.route.Name] = true
		if f.fields.Get("_once") == "" && repeats[f.route.Name] == "" {
			a.Errorf("%s: has no once-token (ui.Once), and no reason is given", f.route.Name)
		}
		if f.fields.Get("_version") == "" && alone[f.route.Name] == "" {
			a.Errorf("%s: has no version (ui.Version), and no reason is given", f.route.Name)
		}
	}
	for _, known := range []map[string]string{repeats, alone} {
		for name := range known {
			if !slices.ContainsFunc(a.routes, func(r page.Route) bool { return r.Name == name }) {
				a.Errorf("%s is no route", name)
			}
		}
	}
	if len(met) < 25 {
		a.Errorf("only %d kinds of forms were met", len(met))
	}
}

// A form in a tab that is old changes nothing, for any form that says what it was made from: the page says so, and what was typed is there.
func (a *attacker) fromOldTabs(all []sheet) {
	a.Helper()
	stale := map[string]bool{}
	for _, f := range all {
		if f.fields.Get("_version") == "" {
			continue
		}
		a.w.Integrate()
		sent := f.typed()
		sent.Set("_version", "0123456789abcdef")
		status, text := a.send(f, sent.Encode(), "sv")
		if n := changes(a.w); n != 0 || status >= 500 || status == 0 {
			a.Errorf("%s as %s, from an old tab: got %d with %d changes", f.route.Name, f.who, status, n)
		}
		if status != http.StatusConflict {
			continue // wrong besides, or it asks for nothing new
		}
		stale[f.route.Name] = true
		for _, name := range f.asked {
			if want := sent.Get(name); !aSecret.MatchString(name) && !strings.Contains(html.UnescapeString(text), want) {
				a.Errorf("%s as %s: what was typed in %s, %q, is lost", f.route.Name, f.who, name, want)
			}
		}
	}
	if len(stale) < 5 {
		a.Errorf("only %d kinds of forms were found stale: %v", len(stale), slices.Sorted(maps.Keys(stale)))
	}
}

// A form that was sent and is sent once more, by a double click or after going back, changes nothing the second time, for any form.
func (a *attacker) twice(all []sheet) {
	a.Helper()
	changed := map[string]int{}
	for _, f := range all {
		if !f.route.Write || f.route.Open {
			continue
		}
		body := f.typed().Encode()
		a.w.Integrate()
		first, _ := a.send(f, body, "sv")
		n := changes(a.w)
		a.w.Integrate()
		second, text := a.send(f, body, "sv")
		if again := changes(a.w); again != 0 || second >= 500 || second == 0 {
			a.Errorf("%s as %s: answered with %d and %d changes, sent again with %d and %d:\n%.200s", f.route.Name, f.who, first, n, second, again, text)
		}
		if n > 0 {
			changed[f.route.Name] = n
		}
	}
	if len(changed) < 12 {
		a.Errorf("only %d kinds of forms changed anything: %v", len(changed), fmt.Sprint(slices.Sorted(maps.Keys(changed))))
	}
}
