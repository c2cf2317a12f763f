package station

import (
	"bytes"
	"context"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/program/keystore"
)

// Opening is how the folder of a station is opened.
type Opening struct {
	Files  Files        // as they lie on the disk
	Ask    keystore.Ask // for the code of [keystore.UnlockCode]
	Panel  string       // where a person may type the code when nothing else has it; "" for none
	Open   bool         // the folder is not sealed, and is not to be: for demonstrations, and disks that are sealed as a whole
	Work   int          // 0: keystore.Work
	Logger *slog.Logger // nil: silent
	Waits  func(panel string)
}

// Open returns the files of a station in the clear. When the folder is sealed and nothing gives the code it waits for a person to type it
// on the panel: so a station that has lost its power comes back without a network, and nothing on its disk opens it.
func Open(ctx context.Context, o Opening) (Files, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Work == 0 {
		o.Work = keystore.Work
	}
	is, err := isSealed(o.Files)
	switch {
	case err != nil:
		return nil, err
	case o.Open && is:
		return nil, ErrLocked
	case o.Open:
		return o.Files, nil
	}
	code, err := o.Ask(keystore.Question{Kind: keystore.UnlockCode})
	if errors.Is(err, keystore.ErrNoUnlockCode) && is && o.Panel != "" {
		return o.fromPanel(ctx)
	}
	if err != nil {
		return nil, err
	}
	return Seal(o.Files, code, o.Work)
}

// fromPanel serves the panel's address with nothing but a question until the right code has been typed.
func (o Opening) fromPanel(ctx context.Context) (Files, error) {
	if err := checkPanel(o.Panel); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", o.Panel)
	if err != nil {
		return nil, err
	}
	g := &gate{o: o, one: make(chan struct{}, 1), opened: make(chan Files, 1)}
	server := &http.Server{
		Handler:           onlyHere(web.New(web.Options{Logger: o.Logger}, g)),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	if o.Waits != nil {
		o.Waits(listener.Addr().String())
	}
	defer server.Close()
	select {
	case files := <-g.opened:
		bye, stop := context.WithTimeout(ctx, 5*time.Second)
		defer stop()
		_ = server.Shutdown(bye) // whoever typed the code hears that it was right; Close follows
		return files, nil
	case err := <-failed:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// gate is the panel of a locked station.
type gate struct {
	o      Opening
	one    chan struct{} // a code costs a second and a quarter of a gigabyte: one at a time
	opened chan Files
}

// Mount implements web.Handler.
func (g *gate) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { g.page(w, r, http.StatusOK, ErrLocked.Text) })
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, r *http.Request) { web.Fail(w, r, ErrLocked) })
	mux.HandleFunc("POST /unlock", g.unlock)
}

// unlock takes a form, from the page, or JSON, from a program.
func (g *gate) unlock(w http.ResponseWriter, r *http.Request) {
	web.AllowBody(w, r, maxPanelBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	form := kind == "application/x-www-form-urlencoded"
	code, err := codeIn(r, form)
	if err == nil {
		err = g.try(r.Context(), code)
	}
	said, ok := errors.AsType[*problem.Error](err)
	switch {
	case err == nil && form:
		g.page(w, r, http.StatusOK, problem.Text{SV: "Stationen är upplåst och startar.", EN: "The station is unlocked and starts."})
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case form && ok && said.Kind == problem.Denied:
		g.page(w, r, http.StatusForbidden, said.Text)
	default:
		web.Fail(w, r, err)
	}
}

func codeIn(r *http.Request, form bool) (string, error) {
	if form {
		err := r.ParseForm()
		return r.PostForm.Get("code"), err
	}
	var in struct {
		Code string `json:"code"`
	}
	text, err := web.ReadBody(r, "application/json")
	if err == nil {
		err = web.DecodeJSON(text, &in)
	}
	return in.Code, err
}

func (g *gate) try(ctx context.Context, code string) error {
	select {
	case g.one <- struct{}{}:
		defer func() { <-g.one }()
	case <-ctx.Done():
		return ctx.Err()
	}
	files, err := Seal(g.o.Files, []byte(code), g.o.Work)
	if err != nil {
		return err
	}
	select {
	case g.opened <- files:
	default: // somebody else was quicker
	}
	return nil
}

func (g *gate) page(w http.ResponseWriter, r *http.Request, status int, text problem.Text) {
	var b bytes.Buffer
	if err := gateTemplate.Execute(&b, text); err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.Copy(w, &b)
}

var gateTemplate = template.Must(template.New("gate").Parse(`<!doctype html>
<html lang="sv"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Lås upp stationen</title>
<h1>Lås upp stationen <span lang="en">/ unlock the station</span></h1>
<p role="status"><strong>{{.SV}}</strong><br><span lang="en">{{.EN}}</span></p>
<form method="post" action="/unlock"><p><label>Upplåsningskod <span lang="en">/ unlock code</span><br>
<input name="code" type="password" autocomplete="off" required autofocus></label></p>
<p><button>Lås upp <span lang="en">/ unlock</span></button> <a href="/">Till panelen <span lang="en">/ to the panel</span></a></p></form>
</html>
`))
