package restapi

import (
	"context"
	"mime"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"hemnyckel/internal/edge/web"
)

// document is a file that is handed out.
type document struct {
	Name string // with its extension
	Type string // media type
	Body []byte
}

// file declares GET of a file of some media types.
func file(to *routes, o op, types []string, get func(ctx context.Context, r request) (document, error)) {
	d := &huma.Operation{Method: http.MethodGet, Responses: to.responses(nil, map[int]string{200: "The file."}, 400, 401, 403, 404, 503)}
	d.Responses["200"].Content = map[string]*huma.MediaType{}
	for _, t := range types {
		d.Responses["200"].Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	to.add(o, d, func(w http.ResponseWriter, r request) error {
		out, err := get(r.Context(), r)
		if err != nil {
			return err
		}
		attach(w, out.Name, out.Type)
		w.Header().Set("Content-Length", strconv.Itoa(len(out.Body)))
		_, _ = w.Write(out.Body)
		return nil
	})
}

// upload declares POST of a file of some media types, at most o.MaxBody bytes; do must look for itself whether the content is
// what its type says.
func upload[Out any](to *routes, o op, types []string, at func(Out) string, do func(ctx context.Context, r request, in document) (Out, error)) {
	o.Status = http.StatusCreated
	d := to.writing(http.MethodPost, reflect.TypeFor[none](), reflect.TypeFor[Out](), o, 404, 409, 413, 415)
	d.Parameters = []*huma.Param{keyParam(false)}
	d.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	for _, t := range types {
		d.RequestBody.Content[t] = &huma.MediaType{Schema: &huma.Schema{Type: "string", Format: "binary"}}
	}
	to.add(o, d, func(w http.ResponseWriter, r request) error {
		if o.MaxBody > web.MaxBody {
			web.AllowBody(w, r.Request, o.MaxBody)
		}
		body, err := web.ReadBody(r.Request, types...)
		if err != nil {
			return err
		}
		got, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
		return write(w, r, o, body, nil, at, func(ctx context.Context) (Out, error) { return do(ctx, r, document{Type: got, Body: body}) })
	})
}

func attach(w http.ResponseWriter, name, mediaType string) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("Cache-Control", "private, no-store")
}
