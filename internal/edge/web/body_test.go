package web

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"hemnyckel/internal/base/problem"
)

func TestReadBody(t *testing.T) {
	big := strings.Repeat("x", MaxBody+1)
	for _, c := range []struct {
		name, mediaType, encoding, body string
		chunked                         bool
		want                            string // code, "" for success
	}{
		{name: "good", mediaType: "application/json", body: "{}"},
		{name: "good with charset", mediaType: "application/json; charset=UTF-8", body: "{}"},
		{name: "as large as allowed", mediaType: "application/json", body: big[:MaxBody]},
		{name: "no type", body: "{}", want: "media-type"},
		{name: "wrong type", mediaType: "text/xml", body: "{}", want: "media-type"},
		{name: "wrong charset", mediaType: "application/json; charset=latin1", body: "{}", want: "media-type"},
		{name: "compressed", mediaType: "application/json", encoding: "gzip", body: "{}", want: "media-type"},
		{name: "too large", mediaType: "application/json", body: big, want: "body-too-large"},
		{name: "too large, not announced", mediaType: "application/json", body: big, chunked: true, want: "body-too-large"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var body io.Reader = strings.NewReader(c.body)
			if c.chunked {
				body = io.MultiReader(body)
			}
			r := httptest.NewRequest("POST", "/only-post", body)
			r.Header.Set("Content-Type", c.mediaType)
			r.Header.Set("Content-Encoding", c.encoding)
			ask(t, func(_ http.ResponseWriter, r *http.Request) {
				got, err := ReadBody(r, "application/json")
				if code := codeOf(err); code != c.want {
					t.Errorf("got %q (%v), want %q", code, err, c.want)
				}
				if c.want == "" && string(got) != c.body {
					t.Errorf("got %d bytes, want %d", len(got), len(c.body))
				}
			}, r)
		})
	}
}

func TestAllowBody(t *testing.T) {
	r := httptest.NewRequest("POST", "/only-post", strings.NewReader(strings.Repeat("x", 2*MaxBody)))
	r.Header.Set("Content-Type", "application/json")
	ask(t, func(w http.ResponseWriter, r *http.Request) {
		AllowBody(w, r, 3*MaxBody)
		if got, err := ReadBody(r, "application/json"); err != nil || len(got) != 2*MaxBody {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
	}, r)
}

func codeOf(err error) string {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.Code
	}
	return ""
}

type sample struct {
	Name  string   `json:"name"`
	Count int      `json:"count"`
	List  []sample `json:"list"`
}

func TestDecodeJSON(t *testing.T) {
	for _, c := range []struct{ name, text, want, field string }{
		{"good", `{"name":"Åsa","count":2,"list":[{"name":"x"}]} `, "", ""},
		{"empty", ``, "json-malformed", ""},
		{"cut off", `{"name":"x"`, "json-malformed", ""},
		{"missing comma", `{"name":"x" "count":2}`, "json-malformed", ""},
		{"two values", `{} {}`, "json-malformed", ""},
		{"trailing bracket", `{}}`, "json-malformed", ""},
		{"not UTF-8", "{\"name\":\"\xe5\"}", "json-malformed", ""},
		{"unknown field", `{"nmae":"x"}`, "field-unknown", "nmae"},
		{"unknown field inside", `{"list":[{"nmae":"x"}]}`, "field-unknown", "nmae"},
		{"field twice", `{"name":"a","name":"b"}`, "field-twice", "name"},
		{"field twice in other capitals", `{"name":"a","NAME":"b"}`, "field-twice", "NAME"},
		{"wrong kind", `{"count":"2"}`, "field-type", "count"},
		{"a list", `[]`, "field-type", ""},
		{"deep", strings.Repeat(`{"list":[`, 40) + strings.Repeat(`]}`, 40), "json-too-deep", ""},
		{"very deep", strings.Repeat(`[`, 1_000_000), "json-too-deep", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := DecodeJSON([]byte(c.text), &sample{})
			if got := codeOf(err); got != c.want {
				t.Fatalf("got %q (%v), want %q", got, err, c.want)
			}
			if p, ok := errors.AsType[*problem.Error](err); ok && p.Field != c.field {
				t.Errorf("field: got %q, want %q", p.Field, c.field)
			}
		})
	}
}

func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{`{"name":"x"}`, `{"list":[{"count":1e3}]}`, `[[[]]]`, "\"\xff\"", `{"a":1,"A":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := DecodeJSON(text, &sample{})
		if err != nil && codeOf(err) == "" {
			t.Errorf("an error without words for the caller: %v", err)
		}
	})
}
