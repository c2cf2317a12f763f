package restapi

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"reflect"
	"slices"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hemnyckel/api"
)

const about = `Orders from care systems to Hemnyckel, and their state.

Send a token as "Authorization: Bearer …". A token has scopes: orders:case-officer places and reads any order, orders:provider
those of the provider's own clients, orders:read only reads the organisation's own. Errors are RFC 9457 problem documents in
Swedish, or in English with "Accept-Language: en". If no answer comes, or 503, send the same request again with the same
Idempotency-Key: the order is placed once.`

// config is huma without its own pages, links and formats.
func config() huma.Config {
	c := huma.DefaultConfig("Hemnyckel", "1")
	c.Info.Description = about
	c.Info.License = &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "Made by the system owner with: hemnyckel token create"},
	}
	return c
}

func (h *Handler) register(a huma.API) {
	a.UseMiddleware(keepRequest)
	schemas := a.OpenAPI().Components.Schemas
	secured := []map[string][]string{{"token": {}}}
	huma.Register(a, huma.Operation{
		OperationID: "place-order", Method: http.MethodPost, Path: "/api/v1/orders", DefaultStatus: http.StatusCreated,
		Summary: "Place an order", Security: secured, SkipValidateParams: true,
		Description: "The order is stored with all that follows from it, or not at all. The same key with the same order gives the same answer; with another order it is idempotency-key-reused.",
		Parameters: []*huma.Param{{Name: "Idempotency-Key", In: "header", Required: true,
			Description: "Your own unique value for this order: ASCII without blanks. Repeat it when you repeat the request.",
			Schema:      &huma.Schema{Type: "string", MinLength: number(1), MaxLength: number(200)}}},
		Responses: responses(schemas, map[int]string{200: "It had been placed before, with this key.", 201: "Placed."}, 400, 401, 403, 409, 413, 415, 422, 503),
	}, h.place)
	// Told only now: huma would otherwise read, check and quote the body itself.
	a.OpenAPI().Paths["/api/v1/orders"].Post.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: schemas.Schema(reflect.TypeFor[api.Order](), true, "")}}}
	huma.Register(a, huma.Operation{
		OperationID: "read-order", Method: http.MethodGet, Path: "/api/v1/orders/{id}",
		Summary: "Read an order", Security: secured, SkipValidateParams: true,
		Description: "As it is now. Providers see what their own organisation has ordered. Send If-None-Match with an ETag to be told 304 while nothing has changed.",
		Responses:   responses(schemas, map[int]string{200: "The order.", 304: "Nothing has changed."}, 401, 403, 404, 503),
	}, h.order)
	huma.Register(a, huma.Operation{
		OperationID: "health", Method: http.MethodGet, Path: "/api/v1/health", Summary: "Can the server and its database work?",
		Responses: responses(schemas, map[int]string{200: "Yes."}, 503),
	}, h.health)
	huma.Register(a, huma.Operation{
		OperationID: "live", Method: http.MethodGet, Path: "/api/v1/health/live", Summary: "Does the process answer?",
		Responses: responses(schemas, map[int]string{200: "Yes."}, 500),
	}, h.live)
}

func number(n int) *int { return &n }

// responses describes what an operation answers: huma adds the bodies of its own status, we those of the problems.
func responses(schemas huma.Registry, good map[int]string, bad ...int) map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for status, text := range good {
		all[strconv.Itoa(status)] = &huma.Response{Description: text}
	}
	if r := all["200"]; r != nil && good[201] != "" {
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(reflect.TypeFor[api.PlacedOrder](), true, "")}}
	}
	for _, status := range bad {
		all[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{
			"application/problem+json": {Schema: schemas.Schema(reflect.TypeFor[api.Problem](), true, "")}}}
	}
	return all
}

// describe makes the description and its page, once.
func (h *Handler) describe(spec *huma.OpenAPI) {
	schemas := spec.Components.Schemas.Map()
	delete(schemas, "ErrorModel") // huma's own form of errors, which we never send
	delete(schemas, "ErrorDetail")
	for name, s := range schemas {
		if name != "Order" {
			s.AdditionalProperties = true // answers may get new fields; orders may not have unknown ones
		}
	}
	text, err := json.MarshalIndent(spec, "", "  ")
	if err != nil {
		panic(err) // a fault in this file, found by any test
	}
	h.spec = append(text, '\n')
	var page bytes.Buffer
	if err := docsPage.Execute(&page, docsOf(spec)); err != nil {
		panic(err)
	}
	h.docs = page.Bytes()
}

type docs struct {
	About      string
	Operations []operation
	Types      []wireType
}

type operation struct {
	Method, Path, Summary, Description string
	Answers                            []answer
}

type answer struct{ Status, Text string }

type wireType struct {
	Name   string
	Fields []field
}

type field struct {
	Name, Type, Doc string
	Needed          bool
}

func docsOf(spec *huma.OpenAPI) docs {
	d := docs{About: spec.Info.Description}
	for _, path := range sorted(spec.Paths) {
		for method, op := range map[string]*huma.Operation{"POST": spec.Paths[path].Post, "GET": spec.Paths[path].Get} {
			if op == nil {
				continue
			}
			o := operation{Method: method, Path: path, Summary: op.Summary, Description: op.Description}
			for _, status := range sorted(op.Responses) {
				o.Answers = append(o.Answers, answer{status, op.Responses[status].Description})
			}
			d.Operations = append(d.Operations, o)
		}
	}
	schemas := spec.Components.Schemas.Map()
	for _, name := range sorted(schemas) {
		t := wireType{Name: name}
		for _, property := range sorted(schemas[name].Properties) {
			s := schemas[name].Properties[property]
			t.Fields = append(t.Fields, field{property, s.Type, s.Description, slices.Contains(schemas[name].Required, property)})
		}
		d.Types = append(d.Types, t)
	}
	return d
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hemnyckel API</title><link rel="stylesheet" href="/api/v1/docs.css"></head>
<body><main><h1>Hemnyckel API</h1><p class="about">{{.About}}</p>
<p>The same for programs: <a href="/api/v1/openapi.json">openapi.json</a>. FHIR R4: <a href="/fhir/r4/metadata">metadata</a>.</p>
{{range .Operations}}<section><h2><code>{{.Method}} {{.Path}}</code></h2><p><strong>{{.Summary}}.</strong> {{.Description}}</p>
<ul>{{range .Answers}}<li><code>{{.Status}}</code> {{.Text}}</li>{{end}}</ul></section>
{{end}}{{range .Types}}<section><h2>{{.Name}}</h2><table><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>
{{range .Fields}}<tr><td><code>{{.Name}}</code>{{if .Needed}} (needed){{end}}</td><td>{{.Type}}</td><td>{{.Doc}}</td></tr>
{{end}}</tbody></table></section>
{{end}}</main></body></html>
`))

const docsStyle = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 } main { max-width: 52rem; margin: 0 auto; padding: 1.5rem }
.about { white-space: pre-line } section { margin-top: 2rem; overflow-x: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8886 }
`
