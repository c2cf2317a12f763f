// Package deviceapi is the front door for sync stations: enrolment, refresh, a key's visit, reported activations.
//
// It owns the addresses under /device/v1/, their bodies (deterministic CBOR, the types in wire.go, which stations use too) and their
// bounds. It decides nothing: internal/domain/fleet knows stations, internal/domain/keysync serves visits, internal/domain/identity
// knows badges. Errors are problem+json, written by internal/edge/web.
//
// Promises: every address but the enrolment needs the station's own secret as a bearer token; the enrolment needs the
// one-time token. A request may be repeated after a lost answer. Nothing that identifies a person leaves but pseudonyms, badge
// hashes and PIN verifiers.
//
// Not here yet: phones, kiosk pages, a station's own signature on each request.
package deviceapi

import (
	"context"
	"net/http"
	"strings"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/edge/web"
)

// Stations is what the front door needs of the stations: *fleet.Stations.
type Stations interface {
	Connect(ctx context.Context, token string, key credential.PublicKey, exchange credential.ExchangeKey, secretHash string) (fleet.Station, error)
	Authenticate(ctx context.Context, secret string) (fleet.Station, error)
	// Recognise may tell of a station as it once was, to whoever looks at it again.
	Recognise(ctx context.Context, secret string) (fleet.Station, error)
	Renew(ctx context.Context, device uint32) (fleet.Renewed, error)
}

// Keys is what it needs of keys: *fleet.Keys.
type Keys interface {
	BlockList(ctx context.Context) ([]byte, error)
}

// Sync is what it needs of visits: *keysync.Service.
type Sync interface {
	Nonce(ctx context.Context, station uint32) ([16]byte, error)
	Visit(ctx context.Context, station fleet.Station, v keysync.Visit) ([]byte, error)
	ReportActivations(ctx context.Context, station fleet.Station, reports []keysync.Report) (keysync.Settled, error)
}

// Staff is what it needs of staff: *identity.Staff.
type Staff interface {
	Verifiers(ctx context.Context) ([]identity.StaffVerifier, error)
}

// Handler answers stations.
type Handler struct {
	stations  Stations
	keys      Keys
	sync      Sync
	staff     Staff
	authority *credential.Authority
}

// New returns the front door of one municipality.
func New(stations Stations, keys Keys, sync Sync, staff Staff, authority *credential.Authority) *Handler {
	return &Handler{stations, keys, sync, staff, authority}
}

// ErrBody says that a body is not what the address takes.
var ErrBody = problem.New(problem.Invalid, "device-body",
	"Innehållet går inte att läsa. Kontrollera att station och server har samma version.",
	"The content cannot be read. Check that station and server have the same version.")

// Mount puts the addresses on mux.
func (h *Handler) Mount(mux *http.ServeMux) {
	for path, f := range map[string]http.HandlerFunc{
		PathEnrol:       h.enrol,
		PathRefresh:     authenticated(h.stations.Authenticate, h.refresh),
		PathNonce:       authenticated(h.stations.Authenticate, h.nonce),
		PathVisit:       authenticated(h.stations.Recognise, h.visit), // which looks at the station again
		PathActivations: authenticated(h.stations.Authenticate, h.activations),
	} {
		mux.Handle("POST "+path, web.Errors(web.WriteProblem, f)) // never a page
	}
}

// authenticated lets a station in by its secret.
func authenticated(whose func(context.Context, string) (fleet.Station, error), f func(w http.ResponseWriter, r *http.Request, s fleet.Station)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		station, err := whose(r.Context(), bearer(r))
		if err != nil {
			web.Fail(w, r, err)
			return
		}
		f(w, r, station)
	}
}

// bearer is the secret in the Authorization header, "" for none or more than one (RFC 6750 §2.1).
func bearer(r *http.Request) string {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, secret, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(secret)
}

// body reads a request's body, whose bound is the address's own.
func body[T any](w http.ResponseWriter, r *http.Request, limit int) (T, error) {
	var none T
	web.AllowBody(w, r, int64(limit))
	raw, err := web.ReadBody(r, MediaType)
	if err != nil {
		return none, err
	}
	v, err := credential.Decode[T](raw, limit)
	if err != nil {
		return none, ErrBody.With(err)
	}
	return v, nil
}

func answer(w http.ResponseWriter, r *http.Request, v any, err error) {
	var raw []byte
	if err == nil {
		raw, err = credential.Encode(v)
	}
	answerBytes(w, r, raw, err)
}

func answerBytes(w http.ResponseWriter, r *http.Request, raw []byte, err error) {
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", MediaType)
	_, _ = w.Write(raw) // a station that has gone asks again
}

func (h *Handler) enrol(w http.ResponseWriter, r *http.Request) {
	req, err := body[Enrol](w, r, MaxSmall)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	station, err := h.stations.Connect(r.Context(), bearer(r), req.Key, req.Exchange, req.SecretHash)
	answer(w, r, Enrolled{Certificate: station.Certificate, Roots: h.authority.Roots()}, err)
}

func (h *Handler) refresh(w http.ResponseWriter, r *http.Request, s fleet.Station) {
	if _, err := body[Empty](w, r, MaxSmall); err != nil {
		web.Fail(w, r, err)
		return
	}
	out, err := h.renewed(r.Context(), s)
	answer(w, r, out, err)
}

// renewed gathers what a station needs to work on its own for days.
func (h *Handler) renewed(ctx context.Context, s fleet.Station) (Refresh, error) {
	blocks, err := h.keys.BlockList(ctx)
	if err != nil {
		return Refresh{}, err
	}
	staff, err := h.staff.Verifiers(ctx)
	if err != nil {
		return Refresh{}, err
	}
	renewed, err := h.stations.Renew(ctx, s.Device)
	if err != nil {
		return Refresh{}, err
	}
	out := Refresh{
		Name: renewed.Station.Name, Certificate: renewed.Station.Certificate, Roots: h.authority.Roots(), Changes: h.authority.RootStatements(),
		StationCA: h.authority.IssuerOf(renewed.Station.Certificate), DeviceCA: h.authority.Certificate(credential.RoleDeviceCA),
		Blocks: blocks, Revocation: h.authority.Certificate(credential.RoleRevocation),
		Ingest: h.authority.Ingest(), Now: credential.At(renewed.Now), Staff: pack(staff),
	}
	if i := renewed.Instruction; i.Version > 0 {
		out.Instruction = &Instruction{Title: strings.ToValidUTF8(i.Title, ""), Body: strings.ToValidUTF8(i.Body, ""), Version: uint64(i.Version), Published: credential.At(i.Published)}
	}
	for _, k := range renewed.Due {
		due := DueKey{Number: k.Number}
		if !k.SyncedUntil.IsZero() {
			due.Until = credential.At(k.SyncedUntil)
		}
		out.Due = append(out.Due, due)
	}
	return out, nil
}

func (h *Handler) nonce(w http.ResponseWriter, r *http.Request, s fleet.Station) {
	if _, err := body[Empty](w, r, MaxSmall); err != nil {
		web.Fail(w, r, err)
		return
	}
	nonce, err := h.sync.Nonce(r.Context(), s.Device)
	answer(w, r, Nonce{Nonce: nonce}, err)
}

func (h *Handler) visit(w http.ResponseWriter, r *http.Request, s fleet.Station) {
	req, err := body[Visit](w, r, MaxVisit)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	response, err := h.sync.Visit(r.Context(), s, keysync.Visit{Handshake: req.Handshake, Request: req.Request, Mail: req.Mail})
	answerBytes(w, r, response, err)
}

func (h *Handler) activations(w http.ResponseWriter, r *http.Request, s fleet.Station) {
	req, err := body[Activations](w, r, MaxReport)
	if err == nil && len(req.Reports) > MaxReports {
		err = ErrBody
	}
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	reports := make([]keysync.Report, len(req.Reports))
	for i, one := range req.Reports {
		reports[i] = keysync.Report{Body: one.Body, Offline: one.Offline}
	}
	settled, err := h.sync.ReportActivations(r.Context(), s, reports)
	out := Settled{}
	for _, i := range settled.Rejected {
		out.Rejected = append(out.Rejected, uint32(i))
	}
	answer(w, r, out, err)
}
