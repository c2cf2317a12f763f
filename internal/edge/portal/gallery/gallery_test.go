package gallery_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/internal/edge/portaltest"
)

// Every part, in every state that the gallery shows, names what it asks for and what is wrong with it.
func TestPartsAreNamed(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	pages := map[string]string{
		"as it is":  v.Get("/komponenter", http.StatusOK),
		"faults":    v.Post("/komponenter", nil, http.StatusUnprocessableEntity),
		"a clash":   v.Post("/komponenter", url.Values{"slut": {"konflikt"}}, http.StatusConflict),
		"sent":      v.Post("/komponenter", url.Values{"slut": {"klart"}}, http.StatusOK),
		"confirm":   v.Get("/komponenter/bekrafta", http.StatusOK),
		"shortcuts": v.Get("/genvagar", http.StatusOK),
		"English":   v.Get("/komponenter?lang=en", http.StatusOK),
	}
	for name, page := range pages {
		check(t, name, page)
	}
	portaltest.Says(t, pages["faults"], "Något behöver rättas Skriv ett namn.", "Fel: Skriv ett namn.")
	portaltest.Says(t, pages["a clash"], "Någon annan har ändrat samtidigt", "0700-000002")
	portaltest.Says(t, pages["sent"], "Det är sparat. Ångra")
	if !regexp.MustCompile(`<title>\s*Fel:\s+Komponenter`).MatchString(pages["faults"]) {
		t.Error("the title of a page with faults does not say so")
	}
}

var (
	id        = regexp.MustCompile(`\sid="([^"]*)"`)
	control   = regexp.MustCompile(`(?s)<(?:input|select|textarea)\s[^>]*>`)
	forLabel  = regexp.MustCompile(`<label for="([^"]*)"`)
	inLabel   = regexp.MustCompile(`(?s)<label>\s*<input[^>]*>.*?</label>`)
	described = regexp.MustCompile(`aria-(?:describedby|labelledby)="([^"]*)"`)
	anchor    = regexp.MustCompile(`href="#([^"]*)"`)
	svg       = regexp.MustCompile(`<svg [^>]*>`)
	attribute = regexp.MustCompile(`(\w+)="([^"]*)"`)
)

func check(t *testing.T, name, page string) {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range id.FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("%s: the id %q stands twice", name, m[1])
		}
		ids[m[1]] = true
	}
	labelled := map[string]bool{}
	for _, m := range forLabel.FindAllStringSubmatch(page, -1) {
		labelled[m[1]] = true
	}
	for _, c := range control.FindAllString(inLabel.ReplaceAllString(page, ""), -1) {
		has := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(c, -1) {
			has[m[1]] = m[2]
		}
		if has["type"] != "hidden" && !labelled[has["id"]] {
			t.Errorf("%s: nothing names %s", name, c)
		}
	}
	for _, m := range described.FindAllStringSubmatch(page, -1) {
		for _, about := range strings.Fields(m[1]) {
			if !ids[about] {
				t.Errorf("%s: %q is referred to and is not there", name, about)
			}
		}
	}
	for _, m := range anchor.FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("%s: a link leads to #%s, which is not there", name, m[1])
		}
	}
	for _, s := range svg.FindAllString(page, -1) {
		if !strings.Contains(s, `aria-hidden="true"`) {
			t.Errorf("%s: a drawing is read aloud: %s", name, s)
		}
	}
}

// What a page costs the first time, and what the next one costs.
func TestPagesAreLight(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	ask := func(path string) (size int, body string) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.Server.URL+path, nil)
		w.Must(err)
		r.Header.Set("Accept-Encoding", "gzip")
		answer, err := v.Client.Do(r)
		w.Must(err)
		defer answer.Body.Close()
		counted := &counter{r: answer.Body}
		var read io.Reader = counted
		if answer.Header.Get("Content-Encoding") == "gzip" {
			read, err = gzip.NewReader(counted)
			w.Must(err)
		}
		text, err := io.ReadAll(read)
		w.Must(err)
		return counted.n, string(text)
	}
	client := "/kunder/" + w.ID("clients", portaltest.MajBritt)
	files := map[string]int{}
	for _, path := range []string{"/", client, "/arbete", "/nycklar", "/logg", "/komponenter"} {
		size, page := ask(path)
		if size > 30_000 {
			t.Errorf("%s: %d bytes, at most 30 000", path, size)
		}
		first := size
		for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]*)"`).FindAllStringSubmatch(page, -1) {
			if files[m[1]] == 0 {
				files[m[1]], _ = ask(m[1])
			}
			first += files[m[1]]
		}
		if first > 100_000 {
			t.Errorf("%s: %d bytes with its files, at most 100 000", path, first)
		}
		t.Logf("%s: %d bytes, the first time %d", path, size, first)
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// The camera is for pages that say so, and for no other.
func TestCameraOnlyWhereItIsNeeded(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	for path, want := range map[string]string{"/komponenter": "camera=(self), geolocation=(), microphone=()", "/nycklar": "camera=(), geolocation=(), microphone=()"} {
		answer, err := v.Client.Get(w.Server.URL + path)
		w.Must(err)
		answer.Body.Close()
		if got := answer.Header.Get("Permissions-Policy"); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
		for name, part := range map[string]string{"Content-Security-Policy": "script-src 'self'; style-src 'self'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "same-origin", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got := answer.Header.Get(name); !strings.Contains(got, part) {
				t.Errorf("%s: %s: got %q, want %q in it", path, name, got, part)
			}
		}
	}
}
