package fhir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

const anna = "189001189811" // from the tax agency's list of test numbers

// desk is an order service and a token check that remember what they were asked.
type desk struct {
	who    casework.Orderer
	placed []casework.NewOrder
	errs   map[routine.OrderKind]error
}

func (d *desk) Place(_ context.Context, who casework.Orderer, in casework.NewOrder) (casework.Order, error) {
	d.who = who
	if err := d.errs[in.Kind]; err != nil {
		return casework.Order{}, err
	}
	d.placed = append(d.placed, in)
	return casework.Order{ID: fmt.Sprint("order-", len(d.placed)), Kind: in.Kind, Received: noon()}, nil
}

func (d *desk) Authenticate(_ context.Context, secret string) (identity.Principal, error) {
	scopes := map[string]identity.Scope{"officer": identity.ScopeOf(routine.CaseOfficer), "reader": identity.ReadScopeOf(routine.CaseOfficer)}
	if s, ok := scopes[secret]; ok {
		return identity.Principal{TokenID: "t", Organisation: "2120000142", Scopes: []identity.Scope{s}}, nil
	}
	return identity.Principal{}, identity.ErrUnauthenticated
}

func noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

func handler(t testing.TB, d *desk) *Handler {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Orders: d, Tokens: d, Zone: zone, Clock: noon, Version: "test"})
}

func post(t testing.TB, d *desk, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest("POST", base, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer officer")
	r.Header.Set("Content-Type", "application/fhir+json; charset=utf-8")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	web.New(web.Options{}, handler(t, d)).ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); got != mediaType {
		t.Errorf("content type: got %q: %s", got, w.Body)
	}
	return w
}

func example(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func answer(t *testing.T, w *httptest.ResponseRecorder) fhir.Bundle {
	t.Helper()
	b, err := fhir.UnmarshalBundle(w.Body.Bytes())
	if err != nil || w.Code != 200 {
		t.Fatalf("got %d %s, %v", w.Code, w.Body, err)
	}
	return b
}

// codes returns the problem codes of an OperationOutcome and what they concern.
func codes(t *testing.T, text []byte) (codes, fields []string) {
	t.Helper()
	if resourceType(text) != "OperationOutcome" {
		t.Fatalf("not an OperationOutcome: %s", text)
	}
	o, err := fhir.UnmarshalOperationOutcome(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range o.Issue {
		codes = append(codes, *i.Details.Coding[0].Code)
		fields = append(fields, i.Expression...)
	}
	return codes, fields
}

// proves V1.1-e
func TestExamples(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d-1, 23, 0, 0, 0, time.UTC) }
	for name, want := range map[string][]casework.NewOrder{
		"batch.json": {
			{Kind: routine.HomeCareGranted, PersonalNumber: anna, Group: "G001", Effective: day(2026, 11, 23), Reason: "Kan inte öppna dörren", Reference: "2026-1187"},
			{Kind: routine.AlarmGranted, PersonalNumber: anna, Effective: day(2026, 11, 23), Reference: "2026-1188"},
		},
		"provider-change.json": {{Kind: routine.ProviderChanged, PersonalNumber: anna, Group: "G001", ToGroup: "G002", InEffect: true, Effective: day(2026, 12, 1), Reference: "2026-1190"}},
		"alarm-renounced.json": {{Kind: routine.AlarmRenounced, PersonalNumber: anna, Effective: day(2027, 1, 15), Reference: "2026-1188"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{}
			got := answer(t, post(t, d, example(t, name)))
			for i := range d.placed {
				if d.placed[i].IdempotencyKey == "" || d.placed[i].Channel != "fhir" {
					t.Errorf("order %d: %+v", i, d.placed[i])
				}
				d.placed[i].IdempotencyKey, d.placed[i].Channel = "", ""
				d.placed[i].Effective = d.placed[i].Effective.UTC()
			}
			if !slices.Equal(d.placed, want) {
				t.Errorf("got  %+v\nwant %+v", d.placed, want)
			}
			if d.who != (casework.Orderer{Organisation: "2120000142", Role: routine.CaseOfficer, Actor: "token:t"}) {
				t.Errorf("orderer: %+v", d.who)
			}
			last := got.Entry[len(got.Entry)-1].Response
			if last.Status != "201 Created" || *last.Location != fmt.Sprint("/api/v1/orders/order-", len(want)) {
				t.Errorf("answer: %s", post(t, &desk{}, example(t, name)).Body)
			}
		})
	}
}

func TestKeysOfRequests(t *testing.T) {
	d := &desk{}
	post(t, d, example(t, "batch.json"))
	post(t, d, example(t, "batch.json"))
	post(t, d, example(t, "alarm-renounced.json"))
	key := func(i int) string { return d.placed[i].IdempotencyKey }
	if key(0) != key(2) || key(1) != key(3) {
		t.Error("the same request sent again has another key")
	}
	if key(0) == key(1) {
		t.Error("two requests have the same key")
	}
	if key(1) == key(4) {
		t.Error("a request and its revocation, which have the same identifier, have the same key")
	}
}

// The header stands in for identifiers that a sender does not have.
func TestIdempotencyKeyInsteadOfIdentifier(t *testing.T) {
	anonymous := regexp.MustCompile(`(?m)^ *"identifier": .*"2026-118.*\n`).ReplaceAllString(example(t, "batch.json"), "")
	d := &desk{}
	for _, header := range []string{"night-1", "night-1", "night-2"} {
		answer(t, post(t, d, anonymous, "Idempotency-Key", header))
	}
	if len(d.placed) != 6 {
		t.Fatalf("placed %d, want 6", len(d.placed))
	}
	key := func(i int) string { return d.placed[i].IdempotencyKey }
	if key(0) != key(2) || key(1) != key(3) || key(0) == key(1) || key(0) == key(4) || key(0) == "" {
		t.Errorf("keys: got %s, %s, %s, %s, %s", key(0), key(1), key(2), key(3), key(4))
	}
	for name, headers := range map[string][]string{"none": nil, "blank": {"Idempotency-Key", "a b"}} {
		d := &desk{}
		if post(t, d, anonymous, headers...); len(d.placed) > 0 {
			t.Errorf("%s: placed %d", name, len(d.placed))
		}
	}
	named := &desk{}
	post(t, named, example(t, "batch.json"), "Idempotency-Key", "night-1")
	post(t, named, example(t, "batch.json"), "Idempotency-Key", "night-2")
	if named.placed[0].IdempotencyKey != named.placed[2].IdempotencyKey {
		t.Error("a request's own identifier counts before the header")
	}
}

// proves V1.1-e
func TestCodesInWords(t *testing.T) {
	const snomed = `{ "system": "http://snomed.info/sct", "code": "1", "display": "%s" }`
	coded := `{ "coding": [{ "system": "urn:hemnyckel:codesystem:service", "code": "alarm" }] }`
	for _, c := range []struct {
		code string
		want routine.OrderKind // "" where it is refused
	}{
		{`{ "text": "Trygghetslarm" }`, routine.AlarmRenounced},
		{`{ "text": " hemtjänst " }`, routine.HomeCareEnded},
		{`{ "coding": [` + fmt.Sprintf(snomed, "Hemtjänst") + `] }`, routine.HomeCareEnded},
		{`{ "coding": [` + fmt.Sprintf(snomed, "Personal alarm") + `], "text": "Trygghetslarm" }`, routine.AlarmRenounced},
		{`{ "coding": [` + fmt.Sprintf(snomed, "Hemtjänst") + `], "text": "Trygghetslarm" }`, ""},
		{`{ "coding": [` + fmt.Sprintf(snomed, "Personal alarm") + `] }`, ""},
		{`{ "text": "Avslag på trygghetslarm" }`, ""},
		{`{ "text": "avliden" }`, ""},
		{`{ "coding": [{ "system": "urn:hemnyckel:codesystem:service", "code": "homecare" }], "text": "Trygghetslarm" }`, ""},
		{`{ "coding": [{ "system": "urn:hemnyckel:codesystem:service", "code": "homecare" }], "text": "Hemtjänst" }`, routine.HomeCareEnded},
		{`{ "coding": [{ "system": "urn:hemnyckel:codesystem:service", "code": "shopping" }] }`, routine.ShoppingEnded},
		{`{ "coding": [{ "system": "urn:hemnyckel:codesystem:service", "code": "health" }] }`, routine.HealthEnded},
	} {
		d := &desk{}
		body := strings.Replace(example(t, "alarm-renounced.json"), coded, c.code, 1)
		if !strings.Contains(body, c.code) {
			t.Fatal("the example has another code")
		}
		w := post(t, d, body)
		switch {
		case c.want == "":
			if len(d.placed) > 0 || !strings.Contains(w.Body.String(), "fhir-code") || !strings.Contains(w.Body.String(), "homecare") {
				t.Errorf("%s: placed %v: %s", c.code, d.placed, w.Body)
			}
		case len(d.placed) != 1 || d.placed[0].Kind != c.want:
			t.Errorf("%s: placed %v, want %s: %s", c.code, d.placed, c.want, w.Body)
		}
	}
}

func TestBatchEntriesFailAlone(t *testing.T) {
	d := &desk{errs: map[routine.OrderKind]error{routine.HomeCareGranted: casework.ErrClientUnknown.On("personal_number")}}
	got := answer(t, post(t, d, example(t, "batch.json"), "Accept-Language", "en"))
	if got.Type != fhir.BundleTypeBatchResponse || len(got.Entry) != 3 || len(d.placed) != 1 {
		t.Fatalf("type %v, %d entries, %d placed", got.Type, len(got.Entry), len(d.placed))
	}
	bad := got.Entry[1].Response
	c, f := codes(t, bad.Outcome)
	if bad.Status != "422 Unprocessable Entity" || c[0] != "order-client-unknown" || f[0] != "Bundle.entry[1].resource.subject" {
		t.Errorf("got %s %v %v", bad.Status, c, f)
	}
	if !strings.Contains(string(bad.Outcome), "No client has") {
		t.Errorf("not in English: %s", bad.Outcome)
	}
	if got.Entry[2].Response.Status != "201 Created" {
		t.Errorf("the other: got %s", got.Entry[2].Response.Status)
	}
}

func TestBadBundles(t *testing.T) {
	good := example(t, "provider-change.json")
	batch := example(t, "batch.json")
	cut := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("%q is not in the example", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	const inEffect = `{ "url": "urn:hemnyckel:extension:in-effect", "valueBoolean": true }`
	for _, c := range []struct {
		name, body string
		headers    []string
		status     int
		code       string
	}{
		{"no token", good, []string{"Authorization", ""}, 401, "token-invalid"},
		{"read only", good, []string{"Authorization", "Bearer reader"}, 403, "scope-missing"},
		{"XML", good, []string{"Content-Type", "application/fhir+xml"}, 415, "media-type"},
		{"2 MiB", strings.Repeat(" ", 2<<20), nil, 413, "body-too-large"},
		{"malformed", good[:200], nil, 400, "json-malformed"},
		{"not a resource", `[]`, nil, 400, "fhir-not-bundle"},
		{"not a bundle", `{"resourceType":"ServiceRequest"}`, nil, 400, "fhir-not-bundle"},
		{"another type", cut("transaction", "collection"), nil, 400, "fhir-not-bundle"},
		{"a type of nobody's", cut("transaction", "parcel"), nil, 400, "field-type"},
		{"no entries", `{"resourceType":"Bundle","type":"batch"}`, nil, 400, "fhir-no-order"},
		{"101 entries", `{"resourceType":"Bundle","type":"batch","entry":[{}` + strings.Repeat(`,{}`, 100) + `]}`, nil, 413, "fhir-entries"},
		{"two orders in a transaction", strings.Replace(batch, `"batch"`, `"transaction"`, 1), nil, 400, "fhir-use-batch"},
		{"unknown element", cut(`"intent"`, `"intnet": "x", "intent"`), nil, 422, "field-unknown"},
		{"element twice", cut(`"intent"`, `"status": "revoked", "intent"`), nil, 422, "field-twice"},
		{"do not perform", cut(`"intent"`, `"doNotPerform": true, "intent"`), nil, 422, "fhir-not-understood"},
		{"modifier", cut(`"intent"`, `"modifierExtension": [{"url":"x"}], "intent"`), nil, 422, "fhir-not-understood"},
		{"put", cut(`"POST"`, `"PUT"`), nil, 422, "fhir-verb"},
		{"another url", cut(`"url": "ServiceRequest"`, `"url": "Task"`), nil, 422, "fhir-verb"},
		{"conditional", cut(`"url": "ServiceRequest"`, `"url": "ServiceRequest", "ifNoneExist": "x"`), nil, 422, "fhir-conditional"},
		{"no identifier", cut(`"value": "2026-1190"`, `"value": ""`), nil, 422, "fhir-identifier"},
		{"a plan", cut(`"intent": "order"`, `"intent": "plan"`), nil, 422, "fhir-intent"},
		{"a draft", cut(`"active"`, `"draft"`), nil, 422, "fhir-status"},
		{"unknown code", cut(`"homecare"`, `"pizza"`), nil, 422, "fhir-extension"},
		{"another code system", cut(`codesystem:service`, `codesystem:other`), nil, 422, "fhir-code"},
		{"misspelt extension", cut(`extension:in-effect`, `extension:in-efect`), nil, 422, "fhir-extension"},
		{"extension twice", cut(inEffect, inEffect+","+inEffect), nil, 422, "fhir-extension"},
		{"wrong check digit", cut("189001189811", "189001189812"), nil, 422, "personnummer-check"},
		{"another sort of number", cut("identifier/personnummer", "identifier/LMA-nummer"), nil, 422, "fhir-identifier"},
		{"a patient that is not there", cut(`"type": "Patient", "identifier"`, `"reference": "Patient/1", "display"`), nil, 422, "field-type"},
		{"dangling reference", strings.Replace(batch, `"reference": "#p"`, `"reference": "#q"`, 1), nil, 0, "fhir-reference"},
		{"no time", cut(`"occurrenceDateTime": "2026-12-01",`, ``), nil, 422, "fhir-occurrence"},
		{"in the middle of a day", cut(`"2026-12-01"`, `"2026-12-01T07:00:00+01:00"`), nil, 422, "fhir-occurrence"},
		{"midnight elsewhere", cut(`"2026-12-01"`, `"2026-12-01T00:00:00Z"`), nil, 422, "fhir-occurrence"},
		{"a month", cut(`"2026-12-01"`, `"2026-12"`), nil, 422, "fhir-occurrence"},
		{"an end of what is granted", cut(`"occurrenceDateTime": "2026-12-01"`, `"occurrencePeriod": {"start":"2026-12-01","end":"2027-01-01"}`), nil, 422, "fhir-period-end"},
		{"on somebody else's behalf", cut(`"intent"`, `"requester": {"identifier":{"system":"urn:oid:2.5.4.97","value":"5560360793"}}, "intent"`), nil, 403, "fhir-requester"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &desk{}
			w := post(t, d, c.body, c.headers...)
			if c.status == 0 { // a batch: the entry's own answer
				last := answer(t, w).Entry[2].Response
				if got, _ := codes(t, last.Outcome); got[0] != c.code {
					t.Errorf("got %v, want %s", got, c.code)
				}
				return
			}
			got, _ := codes(t, w.Body.Bytes())
			if w.Code != c.status || got[0] != c.code {
				t.Errorf("got %d %v, want %d %s: %s", w.Code, got, c.status, c.code, w.Body)
			}
			if len(d.placed) > 0 || strings.Contains(w.Body.String(), "98112") {
				t.Errorf("placed %d: %s", len(d.placed), w.Body)
			}
		})
	}
}

func TestAllFaultsOfAnEntryAtOnce(t *testing.T) {
	body := example(t, "provider-change.json")
	for from, to := range map[string]string{`"active"`: `"draft"`, "189001189811": "1", "2026-12-01": "soon"} {
		body = strings.Replace(body, from, to, 1)
	}
	_, fields := codes(t, post(t, &desk{}, body).Body.Bytes())
	want := []string{"Bundle.entry[0].resource.status", "Bundle.entry[0].resource.subject", "Bundle.entry[0].resource.occurrence"}
	if !slices.Equal(fields, want) {
		t.Errorf("got %v, want %v", fields, want)
	}
}

func TestInternalsDoNotLeak(t *testing.T) {
	d := &desk{errs: map[routine.OrderKind]error{routine.AlarmRenounced: errors.New("secret table")}}
	w := post(t, d, example(t, "alarm-renounced.json"))
	if got, _ := codes(t, w.Body.Bytes()); w.Code != 500 || got[0] != "internal" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestOtherAddresses(t *testing.T) {
	router := web.New(web.Options{}, handler(t, &desk{}))
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", base, 405}, {"GET", base + "/Patient/1", 404}, {"POST", base + "/ServiceRequest", 404},
		{"POST", base + "/metadata", 405}, {"DELETE", base + "/", 405},
	} {
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
		codes(t, w.Body.Bytes())
		if w.Code != c.status || (c.status == 405) != (w.Header().Get("Allow") != "") {
			t.Errorf("%s %s: got %d, Allow %q", c.method, c.path, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestCapabilities(t *testing.T) {
	w := httptest.NewRecorder()
	web.New(web.Options{}, handler(t, &desk{})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, base+"/metadata", nil))
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	for name, want := range map[string]string{"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "kind": "instance", "date": "2026-11-22"} {
		if got[name] != want {
			t.Errorf("%s: got %v, want %s", name, got[name], want)
		}
	}
}

// FuzzBundle holds the parser and the mapping to: no panic, every refusal in words, and nothing accepted without what an
// order needs.
func FuzzBundle(f *testing.F) {
	// Short ones: the fuzzer spends its time on making long ones shorter. The examples are read by TestExamples.
	const request = `{"resource":{"resourceType":"ServiceRequest","identifier":[{"system":"s","value":"1"}],"status":"active","intent":"order",` +
		`"code":{"coding":[{"system":"urn:hemnyckel:codesystem:service","code":"alarm"}]},"subject":{"reference":"u"},` +
		`"occurrenceDateTime":"2026-11-23"},"request":{"method":"POST","url":"ServiceRequest"}}`
	const patient = `{"fullUrl":"u","resource":{"resourceType":"Patient","identifier":[{"system":"http://electronichealth.se/identifier/personnummer",` +
		`"value":"189001189811"}]},"request":{"method":"POST","url":"Patient"}}`
	for _, entries := range []string{``, `{}`, patient, request, patient + `,` + request} {
		f.Add([]byte(`{"resourceType":"Bundle","type":"batch","entry":[` + entries + `]}`))
	}
	h := handler(f, &desk{})
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := parseBundle(text)
		if err != nil {
			if _, ok := errors.AsType[*problem.Error](err); !ok {
				t.Errorf("an error without words for the caller: %v", err)
			}
			return
		}
		if len(b.entries) > maxEntries {
			t.Errorf("%d entries", len(b.entries))
		}
		for _, e := range b.entries {
			if e.request == nil {
				continue
			}
			o, err := h.order(b, e.request, casework.Orderer{Organisation: "2120000142"}, "")
			if err != nil {
				if _, ok := errors.AsType[*problem.Error](err); !ok {
					t.Errorf("an error without words for the caller: %v", err)
				}
				continue
			}
			if len(o.PersonalNumber) != 12 || o.Effective.IsZero() || o.IdempotencyKey == "" || o.Kind == "" {
				t.Errorf("accepted: %+v", o)
			}
		}
	})
}
