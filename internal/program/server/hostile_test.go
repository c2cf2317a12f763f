package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/server"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
	"hemnyckel/profiles"
)

// The whole server, with a database behind it, in front of somebody who means harm: every operation that its own description
// names is called with what no friendly system sends.

const (
	city = "2120009002"
	firm = "5565225629"
)

// target is a server under attack.
type target struct {
	t       *testing.T
	url     string
	secrets map[string]string // by the token's name
	schemas map[string]schema
	ops     []operation
	next    int // idempotency keys
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Properties map[string]schema
	Items      *schema
}

type operation struct {
	ID          string `json:"operationId"`
	Method      string
	Path        string
	Parameters  []struct{ Name, In string }
	RequestBody *struct {
		Content map[string]struct{ Schema schema }
	}
}

// attacked serves a municipality with two providers; fill puts into it what is to be attacked. The token "all" has every role
// in the municipality, "firm" those of an outside organisation.
func attacked(t *testing.T, db string, fill func(ctx context.Context, m *municipality.Municipality) error) *target {
	t.Helper()
	profile, err := profiles.Text("varberg")
	if err != nil {
		t.Fatal(err)
	}
	m, err := municipality.Open(t.Context(), db, municipality.Options{Create: true, Profile: string(profile)})
	if err != nil {
		t.Fatal(err)
	}
	err = m.DB.Update(t.Context(), func(tx *storage.Tx) error {
		return errors.Join(
			tx.PutProviders(t.Context(), []care.Provider{{ID: "p1", OrgNumber: city, Name: "Kommunen"}, {ID: "p2", OrgNumber: firm, Name: "Omsorg AB", Private: true}}),
			tx.PutGroups(t.Context(), []care.Group{{ID: "g1", Number: 1, Code: "G001", Name: "Norr", ProviderID: "p1", Kind: routine.HomeCareGroup},
				{ID: "g2", Number: 2, Code: "G002", Name: "Omsorg", ProviderID: "p2", Kind: routine.HomeCareGroup}}))
	})
	a := &target{t: t, secrets: map[string]string{}}
	if err == nil && fill != nil {
		err = fill(t.Context(), m)
	}
	for name, who := range map[string]struct {
		org    string
		scopes []identity.Scope
	}{
		"all":  {city, identity.Scopes()},
		"firm": {firm, []identity.Scope{"role:provider", "role:health-unit", "role:delivery"}},
	} {
		if err == nil {
			_, a.secrets[name], err = m.Tokens.Create(t.Context(), "test", who.org, who.scopes, time.Now().Add(time.Hour))
		}
	}
	if err = errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(t.Context(), server.Config{DB: db, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	a.url = "http://" + s.Addr()
	a.describe()
	return a
}

func (a *target) describe() {
	a.t.Helper()
	_, text := a.call("", http.MethodGet, "/api/v1/openapi.json", "", nil)
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		a.t.Fatal(err)
	}
	a.schemas = doc.Components.Schemas
	for path, methods := range doc.Paths {
		for method, text := range methods {
			o := operation{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(text, &o); err != nil {
				a.t.Fatal(err)
			}
			a.ops = append(a.ops, o)
		}
	}
	if len(a.ops) < 100 {
		a.t.Fatalf("only %d operations are described", len(a.ops))
	}
}

// call sends one request and returns its status and answer.
func (a *target) call(token, method, path, media string, body []byte) (int, []byte) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.url+path, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	a.next++
	for name, value := range map[string]string{"Content-Type": media, "If-Match": "*", "Idempotency-Key": "k" + strconv.Itoa(a.next)} {
		req.Header.Set(name, value)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+a.secrets[token])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp.StatusCode, text
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

const someID = "01890000-0000-7000-8000-000000000001"

// body is a request body of an operation with the same words in every text.
func (a *target) body(o operation, words string) (string, []byte) {
	if o.RequestBody == nil {
		return "application/json", nil
	}
	for media, c := range o.RequestBody.Content {
		if media == "application/json" {
			text, err := json.Marshal(a.filled(c.Schema, words))
			if err != nil {
				a.t.Fatal(err)
			}
			return media, text
		}
	}
	for media := range o.RequestBody.Content {
		return media, []byte(words)
	}
	return "", nil
}

func (a *target) filled(s schema, words string) any {
	if s.Ref != "" {
		s = a.schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
	}
	kind, _ := json.Marshal(s.Type)
	switch {
	case len(s.Properties) > 0:
		out := map[string]any{}
		for name, p := range s.Properties {
			if name != "$schema" {
				out[name] = a.filled(p, words)
			}
		}
		return out
	case s.Items != nil:
		return []any{a.filled(*s.Items, words)}
	case strings.Contains(string(kind), "integer"):
		return 1
	case strings.Contains(string(kind), "boolean"):
		return true
	}
	return words
}

// Nothing that is sent makes the server fail: it is refused in words, on both engines.
func TestHostileInputIsRefusedInWords(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, db string) {
		a := attacked(t, db, nil)
		for _, o := range a.ops {
			for _, bad := range []string{"%00", "%FF", "a%0Db", "..%2F..%2Fx", "%27%20OR%20%271%27=%271", strings.Repeat("9", 3000)} {
				if path := inBraces.ReplaceAllString(o.Path, bad); path != o.Path {
					media, body := a.body(o, "2026-11-23")
					if status, text := a.call("all", o.Method, path, media, body); status < 400 || status >= 500 {
						t.Errorf("%s with %.20s in its path: got %d %.300s", o.ID, bad, status, text)
					}
				}
				for _, p := range o.Parameters {
					if p.In == "query" {
						path := inBraces.ReplaceAllString(o.Path, someID) + "?" + p.Name + "=" + bad
						if status, text := a.call("all", o.Method, path, "", nil); status >= 500 {
							t.Errorf("%s with %s=%.20s: got %d %.300s", o.ID, p.Name, bad, status, text)
						}
					}
				}
			}
			for _, words := range []string{"a\x00b", "\x00", "a\x1bb", strings.Repeat("å", 30_000/2), "=cmd|' /C calc'!A0", "9999-12-31", "2026-11-23T12:00:00Z", "0001-01-01T00:00:00Z"} {
				media, body := a.body(o, words)
				if body == nil {
					continue
				}
				if status, text := a.call("all", o.Method, inBraces.ReplaceAllString(o.Path, someID), media, body); status >= 500 {
					t.Errorf("%s with %.20q in every text: got %d %.300s", o.ID, words, status, text)
				}
			}
		}
	})
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
