package restapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
)

var regenerate = flag.Bool("regenerate", false, "write api/openapi.json anew")

const (
	anna = "189001189811" // from the tax agency's list of test numbers
	good = `{"kind":"homecare-granted","personal_number":"18900118-9811","group":"G001","effective":"2026-11-23","reference":"SOL-1"}`
)

// desk is an order service and a token check that remember what they were asked.
type desk struct {
	who    casework.Orderer
	placed []casework.NewOrder
	err    error
	health error
	filter casework.OrderFilter
}

func (d *desk) Place(_ context.Context, who casework.Orderer, in casework.NewOrder) (casework.Order, error) {
	d.who = who
	if d.err != nil {
		return casework.Order{}, d.err
	}
	repeated := false
	for _, p := range d.placed {
		repeated = repeated || p.IdempotencyKey == in.IdempotencyKey
	}
	d.placed = append(d.placed, in)
	return casework.Order{ID: "0193-an-order", Number: "7K3M-9QX2", Kind: in.Kind, ClientID: "client-1", Effective: in.Effective,
		State: casework.Done, Reference: in.Reference, Repeated: repeated}, nil
}

func (d *desk) Order(_ context.Context, who casework.Orderer, id string) (casework.Order, error) {
	d.who = who
	return casework.Order{ID: id, State: casework.Done, Kind: routine.Died}, d.err
}

func (d *desk) Return(_ context.Context, who casework.Orderer, id, _ string) (casework.Order, error) {
	d.who = who
	return casework.Order{ID: id, State: casework.Returned}, d.err
}

func (d *desk) Withdraw(_ context.Context, who casework.Orderer, id, _ string) (casework.Order, error) {
	d.who = who
	return casework.Order{ID: id, State: casework.Withdrawn}, d.err
}

func (d *desk) RecordException(context.Context, routine.Who, string, casework.ExceptionKind, string) (casework.Exception, error) {
	return casework.Exception{}, d.err
}

func (d *desk) LiftException(context.Context, routine.Who, string) error { return d.err }

func (d *desk) Renumber(context.Context, routine.Who, string, string) error { return d.err }

func (d *desk) Orders(_ context.Context, who casework.Orderer, f casework.OrderFilter, after string, limit int) ([]casework.Order, string, error) {
	d.who, d.filter = who, f
	return nil, "", d.err
}

func (d *desk) Authenticate(_ context.Context, secret string) (identity.Principal, error) {
	scopes := map[string][]identity.Scope{"officer": {identity.ScopeOf(routine.CaseOfficer)}, "reader": {identity.ReadScopeOf(routine.CaseOfficer)},
		"none": nil, "other": {identity.ScopeOf(routine.Auditor)}}
	s, ok := scopes[secret]
	for _, role := range identity.Roles() {
		if secret == string(role) {
			s, ok = []identity.Scope{identity.ScopeOf(role)}, true
		}
	}
	if !ok {
		return identity.Principal{}, identity.ErrUnauthenticated
	}
	return identity.Principal{TokenID: "t-" + secret, Organisation: "2120000142", Scopes: s}, nil
}

func stockholm(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func handler(t testing.TB, d *desk) *restapi.Handler {
	return restapi.New(restapi.Options{Orders: d, Tokens: d, Zone: stockholm(t), Clock: noon, Version: "test",
		Health: func(context.Context) error { return d.health },
		Inbox: func(context.Context) (keysync.Status, error) {
			return keysync.Status{Waiting: 3, Oldest: noon().Add(-time.Minute), SetAside: 1}, nil
		},
		Contact: func(context.Context) (fleet.Contact, error) {
			return fleet.Contact{Working: 4, Silent: 1, Since: noon().Add(-9 * time.Hour)}, nil
		}})
}

// call is a request that is right in every way but those that a test changes.
type call struct {
	method, path, body string
	headers            map[string]string // "" takes a header away
}

func (c call) to(h http.Handler) *httptest.ResponseRecorder {
	if c.method == "" {
		c.method, c.path = "POST", "/api/v1/orders"
	}
	r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
	for name, value := range map[string]string{"Authorization": "Bearer officer", "Content-Type": "application/json", "Idempotency-Key": "k1"} {
		r.Header.Set(name, value)
	}
	for name, value := range c.headers {
		r.Header.Del(name)
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// proves V1.1-e, V5.1-a
func TestPlaceOrder(t *testing.T) {
	d := &desk{}
	router := web.New(web.Options{}, handler(t, d))
	w := call{body: good}.to(router)
	if w.Code != 201 || w.Header().Get("Location") != "/api/v1/orders/0193-an-order" {
		t.Fatalf("got %d %s: %s", w.Code, w.Header(), w.Body)
	}
	want := casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: anna, Group: "G001", Reference: "SOL-1", Channel: "api",
		IdempotencyKey: "k1", Effective: time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)}
	got := d.placed[0]
	if !got.Effective.Equal(want.Effective) {
		t.Errorf("effective: got %v, want %v", got.Effective, want.Effective)
	}
	got.Effective = want.Effective
	if got != want {
		t.Errorf("order: got %+v, want %+v", got, want)
	}
	if want := (casework.Orderer{Organisation: "2120000142", Role: routine.CaseOfficer, Actor: "token:t-officer"}); d.who != want {
		t.Errorf("orderer: got %+v, want %+v", d.who, want)
	}
	var answer api.PlacedOrder
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Number != "7K3M-9QX2" || answer.Effective != "2026-11-23" {
		t.Errorf("answer: %s, %v", w.Body, err)
	}
	if strings.Contains(w.Body.String(), "9811") {
		t.Errorf("the identity number is sent back: %s", w.Body)
	}
	if w := (call{body: good}).to(router); w.Code != 200 {
		t.Errorf("repeated: got %d, want 200", w.Code)
	}
	call{body: good, headers: map[string]string{"Authorization": "bearer provider"}}.to(router)
	if d.who.Role != routine.Provider {
		t.Errorf("role: got %q, want provider", d.who.Role)
	}
}

func TestNumbersAndDatesInAllForms(t *testing.T) {
	d := &desk{}
	router := web.New(web.Options{}, handler(t, d))
	for _, number := range []string{"189001189811", "18900118-9811", " 900118+9811 "} {
		if w := (call{body: strings.Replace(good, "18900118-9811", number, 1)}).to(router); w.Code/100 != 2 {
			t.Errorf("%q: %s", number, w.Body)
		} else if got := d.placed[len(d.placed)-1].PersonalNumber; got != anna {
			t.Errorf("%q: got %s, want %s", number, got, anna)
		}
	}
	// The days on which the clocks are changed begin at midnight like any other.
	for day, want := range map[string]string{"2027-03-28": "2027-03-27T23:00:00Z", "2027-03-29": "2027-03-28T22:00:00Z",
		"2026-10-25": "2026-10-24T22:00:00Z", "2026-10-26": "2026-10-25T23:00:00Z"} {
		call{body: strings.Replace(good, "2026-11-23", day, 1)}.to(router)
		if got := d.placed[len(d.placed)-1].Effective.UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s begins at %s, want %s", day, got, want)
		}
	}
}

func TestBadOrders(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	long := strings.Repeat("x", 501)
	for _, c := range []struct {
		name    string
		body    string
		headers map[string]string
		status  int
		code    string
		field   string
	}{
		{"no token", good, map[string]string{"Authorization": ""}, 401, "token-invalid", ""},
		{"another scheme", good, map[string]string{"Authorization": "Basic officer"}, 401, "token-invalid", ""},
		{"unknown token", good, map[string]string{"Authorization": "Bearer hnk_x"}, 401, "token-invalid", ""},
		{"read only", good, map[string]string{"Authorization": "Bearer reader"}, 403, "scope-missing", ""},
		{"no scope", good, map[string]string{"Authorization": "Bearer none"}, 403, "scope-missing", ""},
		{"scope for something else", good, map[string]string{"Authorization": "Bearer other"}, 403, "scope-missing", ""},
		{"no key", good, map[string]string{"Idempotency-Key": ""}, 400, "idempotency-key-missing", ""},
		{"long key", good, map[string]string{"Idempotency-Key": long}, 400, "idempotency-key-missing", ""},
		{"key with blanks", good, map[string]string{"Idempotency-Key": "a b"}, 400, "idempotency-key-missing", ""},
		{"XML", good, map[string]string{"Content-Type": "application/xml"}, 415, "media-type", ""},
		{"empty", "", nil, 400, "json-malformed", ""},
		{"malformed", `{"kind":`, nil, 400, "json-malformed", ""},
		{"not UTF-8", "{\"reason\":\"\xe5\"}", nil, 400, "json-malformed", ""},
		{"deep", strings.Repeat("[", 5000), nil, 400, "json-too-deep", ""},
		{"2 MiB", strings.Repeat(" ", 2<<20), nil, 413, "body-too-large", ""},
		{"more than an order needs", good + strings.Repeat(" ", 16<<10), nil, 413, "body-too-large", ""},
		{"unknown field", replace("group", "grupp"), nil, 422, "field-unknown", "grupp"},
		{"wrong type", replace(`"G001"`, `7`), nil, 422, "field-type", "group"},
		{"no kind", replace(`"homecare-granted"`, `""`), nil, 422, "field-missing", "kind"},
		{"unknown kind", replace("homecare-granted", "pizza"), nil, 422, "order-kind-unknown", "kind"},
		{"no number", replace("18900118-9811", ""), nil, 422, "field-missing", "personal_number"},
		{"wrong check digit", replace("18900118-9811", "18900118-9812"), nil, 422, "personnummer-check", "personal_number"},
		{"no such day of birth", replace("18900118-9811", "18901318-9811"), nil, 422, "personnummer-date", "personal_number"},
		{"reserve number", replace("18900118-9811", "990000000008"), nil, 422, "", "personal_number"},
		{"no day", replace("2026-11-23", ""), nil, 422, "field-missing", "effective"},
		{"no such day", replace("2026-11-23", "2026-02-30"), nil, 422, "date", "effective"},
		{"another calendar", replace("2026-11-23", "11/23/2026"), nil, 422, "date", "effective"},
		{"with a time", replace("2026-11-23", "2026-11-23T07:00:00Z"), nil, 422, "date", "effective"},
		{"long reason", replace(`"group"`, `"reason":"`+long+`","group"`), nil, 422, "field-too-long", "reason"},
		{"NUL", replace(`SOL-1`, `SOL\u0000`), nil, 422, "field-control-character", "reference"},
		{"a field of another kind", replace(`"group"`, `"to_group":"G002","group"`), nil, 422, "field-not-for-kind", "to_group"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{}
			var log bytes.Buffer
			router := web.New(web.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))}, handler(t, d))
			w := call{body: c.body, headers: c.headers}.to(router)
			p := problemOf(t, w)
			if p.Status != c.status || c.code != "" && p.Code != c.code {
				t.Errorf("got %d %s, want %d %s: %s", p.Status, p.Code, c.status, c.code, w.Body)
			}
			if c.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != c.field) {
				t.Errorf("fields: got %+v, want %s", p.Errors, c.field)
			}
			if p.Detail == "" || len(d.placed) > 0 {
				t.Errorf("detail %q, placed %d", p.Detail, len(d.placed))
			}
			if (c.status == 401) != (w.Header().Get("WWW-Authenticate") == `Bearer realm="hemnyckel"`) {
				t.Errorf("WWW-Authenticate: %q", w.Header().Get("WWW-Authenticate"))
			}
			if strings.Contains(log.String()+w.Body.String(), "9811") {
				t.Errorf("the identity number leaks: %s %s", w.Body, log.String())
			}
		})
	}
}

func problemOf(t *testing.T, w *httptest.ResponseRecorder) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("not a problem: %v: %s", err, w.Body)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" || p.Status != w.Code {
		t.Errorf("content type %q, status %d/%d", got, p.Status, w.Code)
	}
	return p
}

func TestAllFaultsAtOnce(t *testing.T) {
	w := call{body: `{"kind":"pizza","effective":"soon"}`}.to(web.New(web.Options{}, handler(t, &desk{})))
	var fields []string
	for _, e := range problemOf(t, w).Errors {
		fields = append(fields, e.Field)
	}
	if got, want := strings.Join(fields, " "), "kind personal_number effective"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWhatTheServiceRefuses(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{casework.ErrClientUnknown.On("personal_number"), 422, "order-client-unknown"},
		{casework.ErrGroupUnknown.Fill("G9").On("group"), 422, "order-group-unknown"},
		{casework.ErrKeyReused, 409, "idempotency-key-reused"},
		{casework.ErrMayNot, 403, "order-not-yours"},
		{problem.New(problem.Unavailable, "database-busy", "s", "e"), 503, "database-busy"},
		{errors.New("pq: relation clients"), 500, "internal"},
	} {
		w := call{body: good}.to(web.New(web.Options{}, handler(t, &desk{err: c.err})))
		p := problemOf(t, w)
		if p.Status != c.status || p.Code != c.code || strings.Contains(w.Body.String(), "relation") {
			t.Errorf("%v: got %s", c.err, w.Body)
		}
		if (c.status == 503) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%v: Retry-After %q", c.err, w.Header().Get("Retry-After"))
		}
	}
}

func TestBothLanguages(t *testing.T) {
	router := web.New(web.Options{}, handler(t, &desk{err: casework.ErrClientUnknown.On("personal_number")}))
	for lang, want := range map[string]string{"": "Ingen kund", "sv-SE": "Ingen kund", "en": "No client", "en-GB, sv;q=0.5": "No client"} {
		w := call{body: good, headers: map[string]string{"Accept-Language": lang}}.to(router)
		if p := problemOf(t, w); !strings.HasPrefix(p.Detail, want) || !strings.HasPrefix(p.Errors[0].Detail, want) {
			t.Errorf("%q: got %q", lang, p.Detail)
		}
	}
}

func TestReadOrder(t *testing.T) {
	const path = "/api/v1/orders/01890000-0000-7000-8000-000000000001"
	d := &desk{}
	router := web.New(web.Options{}, handler(t, d))
	w := call{method: "GET", path: path, headers: map[string]string{"Authorization": "Bearer reader"}}.to(router)
	if w.Code != 200 || d.who.Role != routine.CaseOfficer || w.Header().Get("ETag") == "" {
		t.Fatalf("got %d, role %q, %s", w.Code, d.who.Role, w.Header())
	}
	w = call{method: "GET", path: path, headers: map[string]string{"If-None-Match": w.Header().Get("ETag")}}.to(router)
	if w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("unchanged: got %d %s", w.Code, w.Body)
	}
	for _, c := range []struct {
		path, token string
		err         error
		status      int
	}{
		{path, "", nil, 401},
		{path, "Bearer other", nil, 403},
		{path, "Bearer reader", casework.ErrOrderUnknown, 404},
		{"/api/v1/orders/x", "Bearer reader", nil, 404},
		{"/api/v1/orders/" + anna, "Bearer reader", nil, 404},
	} {
		d.err = c.err
		w := call{method: "GET", path: c.path, headers: map[string]string{"Authorization": c.token}}.to(router)
		if p := problemOf(t, w); p.Status != c.status {
			t.Errorf("%s %q: got %d, want %d", c.path, c.token, p.Status, c.status)
		}
	}
}

func TestHealth(t *testing.T) {
	d := &desk{}
	router := web.New(web.Options{}, handler(t, d))
	if w := (call{method: "GET", path: "/api/v1/health"}).to(router); w.Code != 200 || !strings.Contains(w.Body.String(), `"database":"ok"`) {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	d.health = errors.New("disk full at /secret")
	w := call{method: "GET", path: "/api/v1/health"}.to(router)
	if p := problemOf(t, w); p.Code != "database-unavailable" || p.Status != 503 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("got %s", w.Body)
	}
	if w := (call{method: "GET", path: "/api/v1/health/live"}).to(router); w.Code != 200 {
		t.Errorf("live: got %d", w.Code)
	}
}

// The committed description is the one that the program gives. After a change: go test ./internal/edge/restapi -regenerate
func TestSpecHasNotDrifted(t *testing.T) {
	spec := handler(t, &desk{}).Spec()
	file := filepath.Join("..", "..", "..", "api", "openapi.json")
	if *regenerate {
		if err := os.WriteFile(file, spec, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(committed, spec) {
		t.Error("api/openapi.json is not what the program serves; look at the difference, then: go test ./internal/edge/restapi -regenerate")
	}
	var doc struct {
		OpenAPI string                    `json:"openapi"`
		Paths   map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(spec, &doc); err != nil || !strings.HasPrefix(doc.OpenAPI, "3.1") || doc.Paths["/api/v1/orders"]["post"] == nil {
		t.Errorf("not a description: %v %+v", err, doc)
	}
}

func TestDescriptionIsServedWithoutToken(t *testing.T) {
	router := web.New(web.Options{}, handler(t, &desk{}))
	for path, mediaType := range map[string]string{"/api/v1/openapi.json": "application/json", "/api/v1/docs": "text/html; charset=utf-8", "/api/v1/docs.css": "text/css; charset=utf-8"} {
		w := call{method: "GET", path: path, headers: map[string]string{"Authorization": ""}}.to(router)
		if w.Code != 200 || w.Header().Get("Content-Type") != mediaType {
			t.Errorf("%s: got %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		for _, outside := range []string{`src="http`, `href="http`, "url(http", "<script", "<style"} {
			if path != "/api/v1/openapi.json" && strings.Contains(w.Body.String(), outside) {
				t.Errorf("%s loads something from outside or breaks the content policy: %s", path, outside)
			}
		}
	}
}

// Whoever keeps the server going sees that what keys carry home piles up and that stations are silent, and nothing about anybody.
func TestHealthTellsOfTheInboxAndStations(t *testing.T) {
	w := call{method: "GET", path: "/api/v1/health"}.to(web.New(web.Options{}, handler(t, &desk{})))
	for _, want := range []string{`"inbox":{"waiting":3,"oldest_seconds":60,"set_aside":1}`, `"stations":{"working":4,"silent":1,"silent_seconds":32400}`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("got %s, want %s in it", w.Body, want)
		}
	}
}
