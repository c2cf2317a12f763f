package restapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/xuri/excelize/v2"

	"hemnyckel/api"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// shelf is a part of the API with a list of numbered things, one thing, and a change of it.
type shelf struct {
	things  int
	state   string
	changes int
	fail    error // of the list's second page
	filter  shelfFilter
}

type shelfFilter struct {
	Colour string    `query:"colour" enum:"red,blue"`
	Since  time.Time `query:"since"`
	Late   bool      `query:"late"`
	Most   int       `query:"most"`
}

type thing struct {
	ID    string    `json:"id" sv:"Id" en:"Id"`
	Price int       `json:"price" sv:"Pris" en:"Price" col:"kronor"`
	Made  time.Time `json:"made" sv:"Gjord" en:"Made" col:"day"`
	Tags  []string  `json:"tags" sv:"Märken" en:"Tags"`
	Inner string    `json:"inner"`
}

func (s *shelf) list(_ context.Context, _ request, f shelfFilter, p page) ([]thing, string, error) {
	s.filter = f
	from := 0
	if p.After != "" {
		from, _ = strconv.Atoi(p.After)
		if s.fail != nil {
			return nil, "", s.fail
		}
	}
	var rows []thing
	for i := from; i < min(from+p.Limit, s.things); i++ {
		rows = append(rows, thing{ID: fmt.Sprintf("t%d", i), Price: i, Made: time.Date(2026, 6, 1, 23, 0, 0, 0, time.UTC), Tags: []string{"=a", "b"}, Inner: "secret"})
	}
	if from+p.Limit < s.things {
		return rows, strconv.Itoa(from + p.Limit), nil
	}
	return rows, "", nil
}

func (s *shelf) get(context.Context, request) (thing, error) { return thing{ID: s.state}, nil }

type paint struct {
	Colour string `json:"colour"`
}

func (s *shelf) server(t *testing.T) http.Handler {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	h := &Handler{options: Options{Tokens: s, Zone: zone}, sent: map[string]bool{}}
	to := &routes{h, description()}
	all := []routine.Role{routine.Provider, routine.Delivery}
	list(to, op{ID: "list-things", Path: "/things", Roles: all}, s.list)
	read(to, op{ID: "read-thing", Path: "/things/{id}", Roles: all}, s.get)
	change(to, http.MethodPut, op{ID: "paint-thing", Path: "/things/{id}", Roles: all}, s.get, func(ctx context.Context, r request, in paint) (thing, error) {
		s.state, s.changes = in.Colour, s.changes+1
		return s.get(ctx, r)
	})
	return web.New(web.Options{}, h)
}

func (s *shelf) Authenticate(_ context.Context, secret string) (identity.Principal, error) {
	return identity.Principal{Organisation: "2120000142", Scopes: []identity.Scope{identity.ScopeOf(routine.Role(secret))}}, nil
}

func ask(h http.Handler, method, address, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer provider")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestPagesOfAList(t *testing.T) {
	s := &shelf{things: 120}
	h := s.server(t)
	address, seen, pages := "/things?colour=red&limit=50", 0, 0
	for address != "" {
		w := ask(h, "GET", address, "")
		var got api.Page[thing]
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d %s", address, w.Code, w.Body)
		}
		for _, row := range got.Items {
			if want := fmt.Sprintf("t%d", seen); row.ID != want {
				t.Fatalf("row %d: got %s, want %s", seen, row.ID, want)
			}
			seen++
		}
		pages++
		link, _, more := strings.Cut(strings.TrimPrefix(w.Header().Get("Link"), "<"), ">")
		if more != (got.Next != "") {
			t.Errorf("Link %q beside next %q", link, got.Next)
		}
		address = ""
		if more {
			address = link
		}
	}
	if seen != 120 || pages != 3 {
		t.Errorf("got %d rows on %d pages", seen, pages)
	}
	if w := ask(h, "GET", "/things?limit=500", ""); strings.Contains(w.Body.String(), `"next"`) {
		t.Error("a last page has a next")
	}
	if w := ask((&shelf{}).server(t), "GET", "/things", ""); strings.TrimSpace(w.Body.String()) != `{"items":[]}` {
		t.Errorf("an empty list: %s", w.Body)
	}
}

func TestACursorIsForOneQuestionOnly(t *testing.T) {
	h := (&shelf{things: 120}).server(t)
	var first api.Page[thing]
	if err := json.Unmarshal(ask(h, "GET", "/things?colour=red", "").Body.Bytes(), &first); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]int{
		"/things?colour=red&after=" + first.Next:         200,
		"/things?colour=red&limit=2&after=" + first.Next: 200,
		"/things?colour=blue&after=" + first.Next:        422,
		"/things?after=" + first.Next:                    422,
		"/things?colour=red&after=MTA":                   422,
		"/things?colour=red&after=%00":                   422,
	} {
		if w := ask(h, "GET", address, ""); w.Code != want {
			t.Errorf("%s: got %d, want %d", address, w.Code, want)
		}
	}
	if w := ask(h, "GET", "/things?colour=red&after="+first.Next, "", "Authorization", "Bearer delivery"); w.Code != 422 {
		t.Errorf("in another role: got %d", w.Code)
	}
}

func TestFiltersOfAList(t *testing.T) {
	s := &shelf{}
	h := s.server(t)
	if w := ask(h, "GET", "/things?colour=blue&since=2026-06-01&late=true&most=7", ""); w.Code != 200 {
		t.Fatal(w.Body)
	}
	want := shelfFilter{"blue", time.Date(2026, 5, 31, 22, 0, 0, 0, time.UTC), true, 7}
	if got := s.filter; !got.Since.Equal(want.Since) || got.Colour != want.Colour || !got.Late || got.Most != 7 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for address, code := range map[string]string{
		"colour=green": "filter-value", "color=red": "filter-unknown", "colour=red&colour=blue": "filter-twice", "late=1": "filter-value",
		"since=soon": "date", "most=x": "filter-value", "limit=0": "limit", "limit=501": "limit", "limit=x": "limit", "format=pdf": "format",
		"colour=%zz": "filter-value", "colour=%0a": "filter-value",
	} {
		w := ask(h, "GET", "/things?"+address, "")
		var p api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != code {
			t.Errorf("%s: got %d %s, want %s", address, w.Code, w.Body, code)
		}
	}
}

func TestAListAsAFile(t *testing.T) {
	s := &shelf{things: 1203}
	h := s.server(t)
	w := ask(h, "GET", "/things", "", "Accept", "text/csv")
	if got := w.Header().Get("Content-Disposition"); got != "attachment; filename=things.csv" {
		t.Errorf("got %s", got)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff")))
	r.Comma = ';'
	rows, err := r.ReadAll()
	if err != nil || len(rows) != 1204 {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
	if got := fmt.Sprintf("%q", rows[:2]); got != `[["Id" "Pris" "Gjord" "Märken"] ["t0" "0" "2026-06-02" "'=a, b"]]` {
		t.Errorf("got %s", got)
	}
	w = ask(h, "GET", "/things?format=xlsx", "", "Accept-Language", "en")
	book, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheet, err := book.GetRows("things")
	if err != nil || len(sheet) != 1204 || sheet[0][1] != "Price" || sheet[1203][0] != "t1202" {
		t.Errorf("got %d rows, %v", len(sheet), err)
	}
	s.fail = errors.New("disk")
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler {
				t.Error("a file that broke off looks whole")
			}
		}()
		ask(h, "GET", "/things?format=csv", "")
	}()
}

func TestALongListEndsWithHowToGoOn(t *testing.T) {
	h := (&shelf{things: maxExport + 600}).server(t)
	w := ask(h, "GET", "/things?format=csv", "")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\r\n")
	last := lines[len(lines)-1]
	_, after, found := strings.Cut(last, "after=")
	if !found || len(lines) != maxExport+2 {
		t.Fatalf("%d lines, the last %q", len(lines), last)
	}
	rest := ask(h, "GET", "/things?format=csv&after="+strings.TrimRight(after, ";"), "")
	if got := strings.Count(rest.Body.String(), "\r\n"); got != 601 {
		t.Errorf("the rest has %d lines", got)
	}
}

func TestAChangeNeedsTheNewestState(t *testing.T) {
	s := &shelf{state: "red"}
	h := s.server(t)
	tag := ask(h, "GET", "/things/1", "").Header().Get("ETag")
	if w := ask(h, "GET", "/things/1", "", "If-None-Match", tag); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("unchanged: got %d %s", w.Code, w.Body)
	}
	if w := ask(h, "PUT", "/things/1", `{"colour":"blue"}`); w.Code != 428 || s.changes != 0 {
		t.Errorf("without If-Match: got %d", w.Code)
	}
	if w := ask(h, "PUT", "/things/1", `{"colour":"blue","size":1}`, "If-Match", tag); w.Code != 422 || s.changes != 0 {
		t.Errorf("an unknown field: got %d", w.Code)
	}
	w := ask(h, "PUT", "/things/1", `{"colour":"blue"}`, "If-Match", tag)
	if w.Code != 200 || w.Header().Get("ETag") == tag || w.Header().Get("ETag") != ask(h, "GET", "/things/1", "").Header().Get("ETag") {
		t.Errorf("changed: got %d, %s", w.Code, w.Header())
	}
}
