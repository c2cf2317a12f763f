package restapi

import (
	"context"
	"net/http"
	"time"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/edge/web"
)

// Requests remembers what was answered to requests that changed something (see txn.Once). storage.Requests is one.
type Requests interface {
	Find(ctx context.Context, owner, operation, key string) (digest, answer string, found bool, err error)
	Answered(ctx context.Context, owner, operation, key, answer string) error
}

// Options of a Handler. The services' operations are described even where a service is nil; they cannot be called then.
type Options struct {
	Orders        Orders
	Tokens        web.Authenticator
	Requests      Requests
	Webhooks      Webhooks
	Documentation Documentation
	Faults        Faults
	Support       Support
	Receipts      Receipts
	Addresses     Addresses
	Disclosures   Disclosures
	Retention     Retention
	FieldWork     FieldWork
	Consents      Consents
	Register      *consent.Service
	Mass          Mass
	Fleet         Fleet
	Anomalies     Anomalies
	Health        func(ctx context.Context) error                   // asks the database for something small
	Inbox         func(ctx context.Context) (keysync.Status, error) // nil: not told
	Contact       func(ctx context.Context) (fleet.Contact, error)  // nil: not told
	// Current reports whether the profile that this process works by is still the municipality's; nil: it always is.
	Current      func(ctx context.Context) (bool, error)
	Zone         *time.Location   // Europe/Stockholm
	Clock        func() time.Time // which day it is, for the century of ten-digit numbers
	AllowReserve bool             // accept made-up identity numbers: demonstrations only
	Version      string           // of the program
}

// Handler serves the REST API of one municipality.
type Handler struct {
	options Options
	spec    []byte
	docs    []byte
	served  []served
	sent    map[string]bool // names of the types that are sent to us
}

// served is one operation on the router.
type served struct {
	pattern string
	handle  http.HandlerFunc
}

// New returns the handler.
func New(o Options) *Handler {
	h := &Handler{options: o, sent: map[string]bool{}}
	spec := description()
	h.register(&routes{h, spec})
	h.describe(spec)
	return h
}

// register is every part of the API.
func (h *Handler) register(to *routes) {
	h.orders(to)
	h.documentation(to)
	h.webhooks(to)
	h.mass(to)
	h.faults(to)
	h.charges(to)
	h.crisis(to)
	h.tasks(to)
	h.calendars(to)
	h.consents(to)
	h.receipts(to)
	h.addresses(to)
	h.disclosures(to)
	h.holds(to)
	h.stock(to)
	h.keys(to)
	h.cabinets(to)
	h.stations(to)
	h.staff(to)
	h.providers(to)
	h.anomalies(to)
	h.state(to)
}

// Mount puts the API on the router.
func (h *Handler) Mount(mux *http.ServeMux) {
	for _, s := range h.served {
		mux.HandleFunc(s.pattern, s.handle)
	}
	mux.HandleFunc("GET /calendar/{file}", h.calendar)
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
