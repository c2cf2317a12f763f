package simulate

import (
	"fmt"
	"html/template"
	"maps"
	"math"
	"slices"
	"strings"
)

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }

// The measures of a plot, in its own units.
const (
	plotWide = 640
	plotHigh = 240
	left     = 56
	right    = 24
	top      = 30
	bottom   = 44
)

// colours are the two shades of bars; they differ in print too.
func colours(shade int) string { return [...]string{"#0b5d6b", "#b3541e"}[shade] }

// curve draws how much has happened by when: values are the times at 1 to 100 per cent.
func (p *page) curve(values []float64, across, up string) template.HTML {
	if len(values) == 0 {
		return p.nothing(p.say("Det finns inget att visa.", "There is nothing to show."))
	}
	most := math.Max(values[len(values)-1], 1)
	x := func(v float64) float64 { return left + (plotWide-left-right)*v/most }
	y := func(percent float64) float64 { return plotHigh - bottom - (plotHigh-top-bottom)*percent/100 }
	var b strings.Builder
	p.open(&b, plotHigh, across+", "+up)
	for _, percent := range []float64{0, 50, 90, 100} {
		fmt.Fprintf(&b, `<line x1="%d" y1="%.1f" x2="%d" y2="%.1f" class="grid"/><text x="%d" y="%.1f" text-anchor="end">%.0f</text>`,
			left, y(percent), plotWide-right, y(percent), left-6, y(percent)+4, percent)
	}
	for v := 0.0; v <= most; v += tick(most) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, x(v), plotHigh-bottom+18, strings.TrimSuffix(p.hours(v), " h"))
	}
	fmt.Fprintf(&b, `<path class="line" d="M%.1f %.1f`, x(0), y(0))
	for i, v := range values {
		fmt.Fprintf(&b, " L%.1f %.1f", x(v), y(float64(i+1)))
	}
	b.WriteString(`"/>`)
	for _, percent := range []int{50, 90, 99, 100} {
		if len(values) == 100 {
			fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="4"/>`, x(values[percent-1]), y(float64(percent)))
		}
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, plotWide-right, plotHigh-6, template.HTMLEscapeString(across))
	fmt.Fprintf(&b, `<text x="0" y="14">%s</text></svg>`, template.HTMLEscapeString(up))
	return template.HTML(b.String()) // every word in it has been escaped, all else are numbers
}

type bar struct {
	name  string
	value float64
	label string
	shade int
}

// tick is the distance of the hours below a plot.
func tick(most float64) float64 {
	for _, step := range []float64{0.25, 0.5, 1, 2, 6, 12, 24, 48, 96} {
		if most/step <= 8 {
			return step
		}
	}
	return 24 * math.Ceil(most/24/8)
}

// bars draws horizontal bars, each below its name.
func (p *page) bars(all []bar, most float64) template.HTML {
	const row, label = 46, 120
	var b strings.Builder
	p.open(&b, row*len(all)+4, "")
	for i, one := range all {
		y := row * i
		wide := math.Max(float64(plotWide-label)*one.value/math.Max(most, 1e-9), 1)
		fmt.Fprintf(&b, `<text x="0" y="%d">%s</text><rect x="0" y="%d" width="%.1f" height="16" fill="%s"/><text x="%.1f" y="%d">%s</text>`,
			y+14, template.HTMLEscapeString(one.name), y+20, wide, colours(one.shade), wide+8, y+33, template.HTMLEscapeString(one.label))
	}
	b.WriteString("</svg>")
	return template.HTML(b.String()) // as above
}

func (p *page) nothing(text string) template.HTML {
	return template.HTML("<p><em>" + template.HTMLEscapeString(text) + "</em></p>")
}

func (p *page) open(b *strings.Builder, high int, label string) {
	fmt.Fprintf(b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, plotWide, high, template.HTMLEscapeString(label))
}

func pageTemplate() *template.Template {
	return template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .2rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .2rem; }
p { margin: .3rem 0 .6rem; }
table { border-collapse: collapse; margin: 1.2rem 0; width: 100%; }
th, td { text-align: left; padding: .45rem .6rem; border-bottom: 1px solid #767676; font-weight: normal; }
td { text-align: right; font-weight: 700; font-variant-numeric: tabular-nums; white-space: nowrap; vertical-align: top; }
td.broken { color: #a3150b; }
svg { width: 100%; height: auto; }
svg text { font-size: 13px; fill: #1a1a1a; }
.grid { stroke: #c4c4c4; stroke-width: 1; }
.line { fill: none; stroke: #0b5d6b; stroke-width: 2.5; }
circle { fill: #0b5d6b; }
footer { margin-top: 2rem; color: #4a4a4a; font-size: .9rem; }
section { break-inside: avoid; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } }
</style>
</head>
<body>
<main>
<h1>{{.Title}}</h1>
<p>{{.Lead}}</p>
<table>
{{range .Promises}}<tr><th scope="row">{{.Name}}</th><td{{if .Broken}} class="broken"{{end}}>{{.Value}}</td></tr>
{{end}}</table>
{{range .Plots}}<section>
<h2>{{.Title}}</h2>
<p>{{.Text}}</p>
{{.SVG}}
</section>
{{end}}{{with .Facts}}<section>
<h2>{{$.FactsTitle}}</h2>
<table>
{{range .}}<tr><th scope="row">{{.Name}}</th><td>{{.Value}}</td></tr>
{{end}}</table>
</section>
{{end}}</main>
<footer>{{.Foot}}</footer>
</body>
</html>
`))
}
