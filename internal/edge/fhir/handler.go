package fhir

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

const (
	mediaType = "application/fhir+json"
	base      = "/fhir/r4"
)

// Orders places orders. casework.Service is one.
type Orders interface {
	Place(ctx context.Context, who casework.Orderer, in casework.NewOrder) (casework.Order, error)
}

// Options of a Handler. All but Version and AllowReserve are needed.
type Options struct {
	Orders       Orders
	Tokens       web.Authenticator
	Zone         *time.Location   // Europe/Stockholm
	Clock        func() time.Time // which day it is, for the century of ten-digit numbers
	AllowReserve bool             // accept made-up identity numbers: demonstrations only
	Version      string           // of the program
	Released     time.Time        // date of the CapabilityStatement; zero: the clock's when the handler is made
}

// Handler serves FHIR for one municipality.
type Handler struct {
	options      Options
	capabilities fhir.CapabilityStatement
}

// New returns the handler.
func New(o Options) *Handler {
	if o.Released.IsZero() {
		o.Released = o.Clock()
	}
	return &Handler{options: o, capabilities: capabilities(o)}
}

// Mount puts FHIR on the router. All errors under the base address are OperationOutcomes.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.Handle(base, web.Errors(writeOutcome, http.HandlerFunc(h.system)))
	mux.Handle(base+"/", web.Errors(writeOutcome, http.HandlerFunc(h.system)))
	mux.Handle(base+"/metadata", web.Errors(writeOutcome, http.HandlerFunc(h.metadata)))
}

// system is the base address, with or without the last slash, and everything below it that we do not have.
func (h *Handler) system(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != base && r.URL.Path != base+"/" {
		web.Fail(w, r, web.ErrNoPage)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		web.Fail(w, r, web.ErrMethod.Fill(r.Method))
		return
	}
	answer, err := h.bundle(r)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	web.WriteJSON(w, http.StatusOK, mediaType, answer)
}

func (h *Handler) metadata(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		web.Fail(w, r, web.ErrMethod.Fill(r.Method))
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=300")
	web.WriteJSON(w, http.StatusOK, mediaType, h.capabilities)
}

// bundle carries out a bundle (V1.1-e, V5.1-a).
func (h *Handler) bundle(r *http.Request) (fhir.Bundle, error) {
	who, err := h.orderer(r)
	if err != nil {
		return fhir.Bundle{}, err
	}
	body, err := web.ReadBody(r, mediaType, "application/json")
	if err != nil {
		return fhir.Bundle{}, err
	}
	key, err := headerKey(r)
	if err != nil {
		return fhir.Bundle{}, err
	}
	b, err := parseBundle(body)
	if err != nil {
		return fhir.Bundle{}, err
	}
	answer := fhir.Bundle{Type: fhir.BundleTypeBatchResponse}
	if b.transaction {
		answer.Type = fhir.BundleTypeTransactionResponse
	}
	for i, e := range b.entries {
		repeat := ""
		if key != "" {
			repeat = keyOf("header", key, strconv.Itoa(i))
		}
		one, err := h.entry(r.Context(), b, e, who, repeat)
		if err != nil && e.err == nil {
			err = inside(err, fmt.Sprintf("Bundle.entry[%d].resource", i))
		}
		if err != nil && b.transaction {
			return fhir.Bundle{}, err
		}
		if err != nil {
			one = refused(r.Context(), err)
		}
		answer.Entry = append(answer.Entry, fhir.BundleEntry{Response: &one})
	}
	return answer, nil
}

// headerKey is the header Idempotency-Key, "" when there is none. It makes those requests idempotent that have no identifier.
func headerKey(r *http.Request) (string, error) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", nil
	}
	bad := func(c rune) bool { return c <= ' ' || c > '~' }
	if len(values) > 1 || values[0] == "" || len(values[0]) > 200 || strings.ContainsFunc(values[0], bad) {
		return "", errHeader
	}
	return values[0], nil
}

var errHeader = problem.New(problem.Invalid, "idempotency-key-invalid",
	"Huvudet Idempotency-Key är ogiltigt. Sätt ett enda, eget värde: 1–200 tecken, bara ASCII utan blanksteg.",
	"The header Idempotency-Key is not valid. Set one value of your own: 1 to 200 characters, ASCII without blanks.")

// orderers are who order by FHIR: case systems, and what providers use.
var orderers = []routine.Role{routine.CaseOfficer, routine.Provider}

func (h *Handler) orderer(r *http.Request) (casework.Orderer, error) {
	p, err := web.Authenticate(r, h.options.Tokens)
	if err != nil {
		return casework.Orderer{}, err
	}
	role, may := p.Acts(orderers...)
	if !may {
		return casework.Orderer{}, web.ErrScope.Fill("role:case-officer, role:provider")
	}
	return casework.Orderer{Organisation: p.Organisation, Role: role, Actor: p.Actor()}, nil
}

// entry carries out one entry.
func (h *Handler) entry(ctx context.Context, b *bundle, e entry, who casework.Orderer, repeat string) (fhir.BundleEntryResponse, error) {
	if e.err != nil {
		return fhir.BundleEntryResponse{}, e.err
	}
	if e.request == nil {
		return noted(ctx), nil
	}
	in, err := h.order(b, e.request, who, repeat)
	if err != nil {
		return fhir.BundleEntryResponse{}, err
	}
	o, err := h.options.Orders.Place(ctx, who, in)
	if err != nil {
		return fhir.BundleEntryResponse{}, renamed(err)
	}
	return accepted(o), nil
}

// elements are what the service's fields are called here.
var elements = map[string]string{"personal_number": "subject", "group": "performer", "to_group": "performer",
	"effective": "occurrence", "kind": "code", "reason": "reasonCode"}

// renamed says what a problem of the service concerns in the words of FHIR.
func renamed(err error) error {
	return eachProblem(err, func(p *problem.Error) *problem.Error {
		if name := elements[p.Field]; name != "" {
			return p.On(name)
		}
		return p
	})
}

// inside puts a path in front of the fields that problems concern; those that concern no field are left so.
func inside(err error, path string) error {
	return eachProblem(err, func(p *problem.Error) *problem.Error {
		if p.Field == "" {
			return p
		}
		return p.On(path + "." + p.Field)
	})
}

func accepted(o casework.Order) fhir.BundleEntryResponse {
	status := "201 Created"
	if o.Repeated {
		status = "200 OK"
	}
	location, modified := "/api/v1/orders/"+o.ID, o.Received.UTC().Format(time.RFC3339Nano)
	return fhir.BundleEntryResponse{Status: status, Location: &location, LastModified: &modified}
}

// writeOutcome is the ErrorWriter of FHIR.
func writeOutcome(w http.ResponseWriter, _ *http.Request, p api.Problem) {
	web.WriteJSON(w, p.Status, mediaType, outcome(p))
}
