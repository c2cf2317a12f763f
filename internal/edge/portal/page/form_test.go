package page

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/portal/ui"
)

func posted(form url.Values) *Request {
	r := httptest.NewRequest("POST", "/prov/1?sida=2", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return &Request{R: r, W: httptest.NewRecorder()}
}

func TestFormsAreBounded(t *testing.T) {
	many := url.Values{}
	for range maxFields + 1 {
		many.Add("x", "")
	}
	for name, c := range map[string]struct {
		form url.Values
		ok   bool
	}{
		"plain":          {url.Values{"namn": {" Åsa "}}, true},
		"a long value":   {url.Values{"x": {strings.Repeat("a", maxField+1)}}, false},
		"a long name":    {url.Values{strings.Repeat("a", maxField+1): {""}}, false},
		"many fields":    {many, false},
		"not text":       {url.Values{"x": {"\xff"}}, false},
		"a zero":         {url.Values{"x": {"a\x00"}}, false},
		"a large form":   {url.Values{"a": {strings.Repeat("a", 9000)}, "b": {strings.Repeat("a", MaxForm)}}, false},
		"nothing at all": {url.Values{}, true},
	} {
		p := posted(c.form)
		if err := p.ReadForm(0); (err == nil) != c.ok {
			t.Errorf("%s: got %v, want ok %v", name, err, c.ok)
		}
	}
	p := posted(url.Values{"namn": {" Åsa "}})
	if err := p.ReadForm(0); err != nil || p.Form("namn") != "Åsa" || p.Query("sida") != "2" || p.Form("sida") != "" {
		t.Errorf("got %q, %q and %v", p.Form("namn"), p.Query("sida"), err)
	}
}

// What is kept over a login comes back as it was, but for secrets; it leads to our own addresses only.
func TestReturnSurvivesTheWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-oq-z]{1,8}x`).Draw(t, "name")
		value := rapid.StringMatching(`[ -~åäö]{0,40}`).Draw(t, "value")
		p := posted(url.Values{name: {value}, "password": {"hemligt"}, "pin": {"1234"}, "kod": {"1234"}, versionField: {"v"}})
		if err := p.ReadForm(0); err != nil {
			t.Fatal(err)
		}
		q := posted(p.Here().Hidden())
		if err := q.ReadForm(0); err != nil {
			t.Fatal(err)
		}
		got := q.Back()
		secret := strings.HasPrefix(name, "kod") || strings.HasPrefix(name, "losenord")
		if got.Path != "/prov/1?sida=2" || got.Fields.Get(versionField) != "v" || got.Fields.Has("password") || got.Fields.Has("pin") || got.Fields.Has("kod") {
			t.Errorf("got %+v", got)
		}
		if !secret && got.Fields.Get(name) != value {
			t.Errorf("%s: got %q, want %q", name, got.Fields.Get(name), value)
		}
	})
}

// What is kept can be sent with the form of a login, once-token and all; what would make that too large is not kept.
func TestWhatIsKeptCanBeSent(t *testing.T) {
	few, many := url.Values{onceField: {"o"}, "text": {strings.Repeat("å", 3000)}}, url.Values{}
	for i := range maxFields - 2 {
		many.Add("x", fmt.Sprint(i))
	}
	wide := url.Values{}
	for i := range 7 {
		wide.Set(fmt.Sprint("text", i), strings.Repeat("a", 9000))
	}
	for name, c := range map[string]struct {
		form url.Values
		kept bool
	}{"few": {few, true}, "many fields": {many, false}, "nearly too large": {wide, false}} {
		p := posted(c.form)
		if err := p.ReadForm(0); err != nil {
			t.Fatal(name, err)
		}
		form := p.Here().Hidden()
		form.Set("losenord", "x")
		q := posted(form)
		if err := q.ReadForm(0); err != nil {
			t.Errorf("%s: nobody can log in: %v", name, err)
		}
		if got := q.Back().Fields; (len(got) > 0) != c.kept || c.kept && got.Get(onceField) != "o" {
			t.Errorf("%s: got %d fields kept", name, len(got))
		}
	}
}

func FuzzOwnPath(f *testing.F) {
	for _, s := range []string{"/", "/kunder/1?x=y", "//a", `/\a`, "https://a/", "/%2f/a", "/\t/a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := ownPath(s)
		base, _ := url.Parse("https://kommun.example/login")
		u, err := base.Parse(got)
		if err != nil || u.Host != "kommun.example" || u.Scheme != "https" || strings.ContainsAny(got, "\\\t\r\n") {
			t.Errorf("%q leads to %v (%v)", s, u, err)
		}
	})
}

func TestStale(t *testing.T) {
	v := VersionOf("2026-06-03", 4)
	for _, c := range []struct {
		form url.Values
		want bool
	}{{url.Values{versionField: {v}}, false}, {url.Values{versionField: {VersionOf("2026-06-03", 5)}}, true}, {url.Values{}, true}} {
		p := posted(c.form)
		if err := p.ReadForm(0); err != nil {
			t.Fatal(err)
		}
		if got := p.Stale(v); got != c.want {
			t.Errorf("%v: got %v, want %v", c.form, got, c.want)
		}
	}
}

func TestFlashIsSaidOnce(t *testing.T) {
	w := httptest.NewRecorder()
	p := &Request{R: httptest.NewRequest("POST", "/", nil), W: w}
	said := ui.Flash{Text: problem.Text{SV: "Nyckeln är spärrad.", EN: "The key is blocked."}, Undo: "/nycklar/1/angra"}
	if err := p.Redirect("/nycklar", said); err != nil || w.Code != http.StatusSeeOther {
		t.Fatalf("got %d, %v", w.Code, err)
	}
	next := httptest.NewRequest("GET", "/nycklar", nil)
	for _, c := range w.Result().Cookies() {
		next.AddCookie(c)
	}
	again := httptest.NewRecorder()
	if got := TakeFlash(again, next); got == nil || *got != said {
		t.Errorf("got %v, want %v", got, said)
	}
	if c := again.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("the flash is not taken away: %v", c)
	}
	for _, bad := range []string{"x", "e30", "eyJUZXh0Ijp7IlNWIjoieCJ9LCJVbmRvIjoiLy9hIn0"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.AddCookie(&http.Cookie{Name: flashCookie, Value: bad})
		if got := TakeFlash(httptest.NewRecorder(), r); got != nil && got.Undo != "" {
			t.Errorf("%s: got %+v", bad, got)
		}
	}
}

func TestCookiesAreBoundToTheHostUnderTLS(t *testing.T) {
	w := httptest.NewRecorder()
	p := &Request{R: httptest.NewRequest("GET", "https://kommun.example/", nil), W: w}
	p.KeepSession("x", StepUpLife)
	c := w.Result().Cookies()[0]
	if c.Name != "__Host-hemnyckel_session" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.SameSite != http.SameSiteLaxMode || c.Domain != "" {
		t.Errorf("got %+v", c)
	}
}

func TestFaultsStandByTheirFields(t *testing.T) {
	invalid := problem.New(problem.Invalid, "x", "Skriv ett namn.", "Write a name.")
	for name, c := range map[string]struct {
		err  error
		want []string // fields
		ok   bool
	}{
		"one":                {invalid, []string{""}, true},
		"by field":           {errors.Join(invalid.On("namn"), fmt.Errorf("beneath: %w", invalid.On("dag"))), []string{"namn", "dag"}, true},
		"not there":          {problem.New(problem.NotFound, "x", "a", "b").On("las"), []string{"las"}, true},
		"not there at all":   {problem.New(problem.NotFound, "x", "a", "b"), nil, false},
		"denied":             {problem.New(problem.Denied, "x", "a", "b").On("namn"), nil, false},
		"ours":               {errors.New("disk"), nil, false},
		"ours beside theirs": {errors.Join(invalid.On("namn"), errors.New("disk")), nil, false},
	} {
		faults, ok := Faults(c.err)
		var got []string
		for _, f := range faults {
			got = append(got, f.Field)
		}
		if ok != c.ok || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, %v, want %q, %v", name, got, ok, c.want, c.ok)
		}
	}
}

func TestFiles(t *testing.T) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("bild", "dörr.jpg")
	if err != nil {
		t.Fatal(err)
	}
	part.Write([]byte("bild"))
	m.WriteField("namn", "Åsa")
	m.Close()
	ask := func(limit int64) (*Request, error) {
		r := httptest.NewRequest("POST", "/", bytes.NewReader(b.Bytes()))
		r.Header.Set("Content-Type", m.FormDataContentType())
		p := &Request{R: r, W: httptest.NewRecorder()}
		return p, p.ReadForm(limit)
	}
	p, err := ask(1 << 10)
	if err != nil {
		t.Fatal(err)
	}
	if content, name, err := p.File("bild"); string(content) != "bild" || name != "dörr.jpg" || err != nil || p.Form("namn") != "Åsa" {
		t.Errorf("got %q, %q, %v and %q", content, name, err, p.Form("namn"))
	}
	if content, _, err := p.File("annan"); content != nil || err != nil {
		t.Errorf("a file that is not there: got %q, %v", content, err)
	}
	if _, err := ask(100); err == nil {
		t.Error("a form larger than its route allows was read")
	}
}

// A request that could not be answered is made once more with what was typed, and what makes it change once; secrets are typed again.
func TestRetryKeepsWhatWasTyped(t *testing.T) {
	p := posted(url.Values{"namn": {"Åsa"}, "pin": {"1234"}, onceField: {"en-gang"}, versionField: {"v1"}})
	if err := p.ReadForm(0); err != nil {
		t.Fatal(err)
	}
	got := p.Retry()
	if got.Path != "/prov/1?sida=2" || got.Fields.Encode() != (url.Values{"namn": {"Åsa"}, onceField: {"en-gang"}, versionField: {"v1"}}).Encode() {
		t.Errorf("got %+v", got)
	}
	empty := posted(url.Values{})
	if err := empty.ReadForm(0); err != nil {
		t.Fatal(err)
	}
	if got := empty.Retry(); got.Path != "" {
		t.Errorf("with nothing typed: got %+v, want nothing to send again", got)
	}
	get := &Request{R: httptest.NewRequest("GET", "/fel?visa=alla", nil), W: httptest.NewRecorder()}
	if got := get.Retry(); got.Path != "/fel?visa=alla" || got.Fields != nil {
		t.Errorf("a page: got %+v", got)
	}
}
