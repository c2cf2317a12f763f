package restapi

import (
	"bytes"
	"encoding/json"
	"html/template"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

const about = `What other systems may ask of Hemnyckel and tell it.

Send a token as "Authorization: Bearer …". A token belongs to an organisation and has scopes: role:case-officer acts as the
municipality's case officers, role:provider as a provider with its own clients, and so on; role:provider:read only reads. Each
operation names the roles that may use it. Errors are RFC 9457 problem documents in Swedish, or in English with
"Accept-Language: en".

Lists come in pages: repeat the request with after set to next. "Accept: text/csv", or ?format=csv or xlsx, gives the whole
list as a file. To change something, read it and send its ETag as If-Match. If no answer comes, or 503, send the same request
again with the same Idempotency-Key: it is carried out once.`

// description is an OpenAPI document with nothing in it yet.
func description() *huma.OpenAPI {
	return &huma.OpenAPI{OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "Hemnyckel", Version: "1", Description: about, License: &huma.License{Name: "EUPL-1.2", Identifier: "EUPL-1.2"}},
		Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token": {Type: "http", Scheme: "bearer", Description: "Made by the system owner with: hemnyckel token create"}}}}
}

// describe makes the description and its page, once.
func (h *Handler) describe(spec *huma.OpenAPI) {
	schemas := spec.Components.Schemas.Map()
	for name, s := range schemas {
		if !h.sent[name] {
			s.AdditionalProperties = true // answers may get new fields; what is sent to us may not have unknown ones
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
	Roles                              any
	Answers                            []outcome
}

type outcome struct{ Status, Text string }

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
		item := spec.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op == nil {
				continue
			}
			o := operation{Method: op.Method, Path: path, Summary: op.Summary, Description: op.Description, Roles: op.Extensions["x-roles"]}
			for _, status := range sorted(op.Responses) {
				o.Answers = append(o.Answers, outcome{status, op.Responses[status].Description})
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
{{range .Operations}}<section><h2><code>{{.Method}} {{.Path}}</code></h2><p><strong>{{.Summary}}.</strong> {{.Description}}</p>{{with .Roles}}<p>For: {{range $i, $r := .}}{{if $i}}, {{end}}{{$r}}{{end}}.</p>{{end}}
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
