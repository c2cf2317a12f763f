package bench

import (
	"html/template"
	"os"
)

const pageText = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Hemnyckel: measurements</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse;width:100%}
td,th{padding:.3rem .6rem;border-bottom:1px solid #ccc;text-align:right}td:first-child,th:first-child{text-align:left}</style></head>
<body><h1>Measurements</h1><p>Each figure with the raw limit that was measured beside it in the same run. Ratios travel between machines; figures do not.</p>
<table><thead><tr><th>What</th><th>Value</th><th>Raw limit</th><th>Unit</th><th>Ratio</th></tr></thead><tbody>
{{range .}}<tr><td>{{.Name}}</td><td>{{.Value}}</td><td>{{with .Limit}}{{.}}{{end}}</td><td>{{.Unit}}</td><td>{{with .Ratio}}{{.}}{{end}}</td></tr>
{{end}}</tbody></table></body></html>
`

// writePage writes the figures as a page that can be sent to somebody.
func writePage(path string, results []Result) error {
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := page.Execute(f, results); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
