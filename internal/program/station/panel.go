package station

import (
	"bytes"
	"html/template"
	"net"
	"net/http"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/web"
)

// panel is the station's keypad and screen, for the machine that it stands on.
type panel struct{ s *Station }

const maxPanelBody = 1 << 10

// Mount implements web.Handler.
func (p panel) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", p.page)
	mux.HandleFunc("GET /state", p.state)
	mux.HandleFunc("POST /identify", p.identify)
	mux.HandleFunc("POST /refresh", p.refresh)
}

// errNotHere answers a browser that was led here under another name.
var errNotHere = problem.New(problem.Denied, "station-panel-address",
	"Panelen öppnas med stationens egen adress, till exempel http://127.0.0.1:7301.",
	"The panel is opened by the station's own address, such as http://127.0.0.1:7301.")

// onlyHere serves requests that name this machine. A page from elsewhere whose name has been made to lead to this machine (DNS
// rebinding) is of the same origin to the browser, but it comes with its own name.
func onlyHere(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if !local(strings.Trim(host, "[]")) {
			web.Fail(w, r, errNotHere)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// identification is the body of POST /identify.
type identification struct {
	Badge string `json:"badge"`
	PIN   string `json:"pin"`
}

func (p panel) identify(w http.ResponseWriter, r *http.Request) {
	var who identification
	web.AllowBody(w, r, maxPanelBody)
	text, err := web.ReadBody(r, "application/json")
	if err == nil {
		err = web.DecodeJSON(text, &who)
	}
	if err == nil {
		err = p.s.Identify(who.Badge, who.PIN)
	}
	p.answer(w, r, err)
}

func (p panel) refresh(w http.ResponseWriter, r *http.Request) {
	p.answer(w, r, p.s.RefreshNow(r.Context()))
}

func (p panel) state(w http.ResponseWriter, r *http.Request) { p.answer(w, r, nil) }

func (p panel) answer(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	web.WriteJSON(w, http.StatusOK, "application/json", p.s.State())
}

// page shows the state to a person who has opened the panel in a browser. What it shows it shows without the server too.
func (p panel) page(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p.s.State()); err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

var pageTemplate = template.Must(template.New("panel").Parse(`<!doctype html>
<html lang="sv"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="2">
<title>{{.Name}}</title>
<h1>{{.Name}}</h1>
{{with .Screen}}{{if .SV}}<p role="status"><strong>{{.SV}}</strong><br><span lang="en">{{.EN}}</span></p>{{end}}{{end}}
<p>{{if .Online}}Ansluten <span lang="en">/ online</span>{{else}}Utan kontakt, aktivering fungerar <span lang="en">/ offline, activation works</span>{{end}}.
Uppgifter från <span lang="en">/ data of</span> <time>{{.Refreshed.Format "2006-01-02 15:04"}}</time>.</p>
{{if .Due}}<h2>Nycklar att synka <span lang="en">/ keys to sync</span></h2>
<ul>{{range .Due}}<li>{{.Number}}{{if not .Until.IsZero}} – <time>{{.Until.Format "2006-01-02 15:04"}}</time>{{end}}</li>{{end}}</ul>{{end}}
{{with .Instruction}}<h2>{{.Title}}</h2>
{{range .Lines}}{{if .}}<p>{{.}}</p>{{end}}
{{end}}<p><small>Instruktion, version {{.Version}} <span lang="en">/ instruction, version {{.Version}}</span>, <time>{{.Published.Format "2006-01-02"}}</time></small></p>{{end}}
</html>
`))
