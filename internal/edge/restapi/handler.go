package restapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/web"
)

// Orders places orders and reads them. casework.Service is one.
type Orders interface {
	Place(ctx context.Context, who casework.Orderer, in casework.NewOrder) (casework.Order, error)
	Order(ctx context.Context, who casework.Orderer, id string) (casework.Order, error)
}

// Options of a Handler. All but Version and AllowReserve are needed.
type Options struct {
	Orders       Orders
	Tokens       web.Authenticator
	Health       func(ctx context.Context) error // asks the database for something small
	Zone         *time.Location                  // Europe/Stockholm
	Clock        func() time.Time                // which day it is, for the century of ten-digit numbers
	AllowReserve bool                            // accept made-up identity numbers: demonstrations only
	Version      string                          // of the program
}

// Handler serves the REST API of one municipality.
type Handler struct {
	options Options
	spec    []byte
	docs    []byte
	mux     *http.ServeMux
}

// New returns the handler.
func New(o Options) *Handler {
	h := &Handler{options: o, mux: http.NewServeMux()}
	described := humago.New(h.mux, config())
	h.register(described)
	h.describe(described.OpenAPI())
	return h
}

// Mount puts the API on the router.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/orders", h.mux.ServeHTTP)
	mux.HandleFunc("GET /api/v1/orders/{id}", h.mux.ServeHTTP)
	mux.HandleFunc("GET /api/v1/health", h.mux.ServeHTTP)
	mux.HandleFunc("GET /api/v1/health/live", h.mux.ServeHTTP)
	mux.HandleFunc("GET /api/v1/openapi.json", serve("application/json", h.spec))
	mux.HandleFunc("GET /api/v1/docs", serve("text/html; charset=utf-8", h.docs))
	mux.HandleFunc("GET /api/v1/docs.css", serve("text/css; charset=utf-8", []byte(docsStyle)))
}

// Spec is the OpenAPI 3.1 description, indented.
func (h *Handler) Spec() []byte { return h.spec }

func serve(mediaType string, text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Cache-Control", "public, max-age=300")
		_, _ = w.Write(text)
	}
}

// failure is a problem in the form that huma takes an error in.
type failure struct {
	api.Problem
	headers http.Header
}

func fail(ctx context.Context, err error) error {
	p := web.Describe(ctx, err)
	headers := web.FailHeaders(p)
	headers.Set("Content-Language", web.Language(ctx))
	return &failure{p, headers}
}

func (f *failure) Error() string                { return f.Detail }
func (f *failure) GetStatus() int               { return f.Status }
func (f *failure) GetHeaders() http.Header      { return f.headers }
func (f *failure) ContentType(string) string    { return "application/problem+json" }
func (f *failure) MarshalJSON() ([]byte, error) { return json.Marshal(f.Problem) }

// requestKey finds the request in the context of a huma operation.
type requestKey struct{}

// keepRequest lets operations read headers and body themselves.
func keepRequest(c huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(c)
	next(huma.WithValue(c, requestKey{}, r))
}

func requestOf(ctx context.Context) *http.Request { return ctx.Value(requestKey{}).(*http.Request) }

// orderer is on whose behalf a request comes. Placing needs a role; for reading any scope of orders is enough.
func (h *Handler) orderer(ctx context.Context, placing bool) (casework.Orderer, error) {
	who, err := web.Authenticate(requestOf(ctx), h.options.Tokens)
	if err != nil {
		return casework.Orderer{}, err
	}
	role, may := who.Role()
	if placing && !may {
		return casework.Orderer{}, web.ErrScope.Fill("orders:case-officer, orders:provider")
	}
	if !may && !who.Has(identity.OrdersRead) {
		return casework.Orderer{}, web.ErrScope.Fill("orders:read")
	}
	return casework.Orderer{Organisation: who.Organisation, Role: role, Actor: who.Actor()}, nil
}
