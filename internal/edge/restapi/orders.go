package restapi

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// maxOrder is how many bytes an order has at most: several times what the longest valid one needs.
const maxOrder = 16 << 10

// Problems with orders as they stand on the wire. Codes are stable.
var (
	errKeyMissing = problem.New(problem.Invalid, "idempotency-key-missing",
		"Huvudet Idempotency-Key saknas eller är ogiltigt. Sätt ett eget, unikt värde för varje ny beställning: 1–200 tecken, bara ASCII utan blanksteg.",
		"The header Idempotency-Key is missing or not valid. Set a unique value of your own for each new order: 1 to 200 characters, ASCII without blanks.")
	errMissing = problem.New(problem.Invalid, "field-missing",
		"Fältet saknas. Ange det.", "The field is missing. Give it.")
	errKind = problem.New(problem.Invalid, "order-kind-unknown",
		"Beställningens slag är okänt. Välj bland: %s.", "The kind of the order is unknown. Choose among: %s.")
	errDate = problem.New(problem.Invalid, "date",
		"Datumet går inte att läsa eller finns inte. Skriv det som ÅÅÅÅ-MM-DD.",
		"The date cannot be read or does not exist. Write it as YYYY-MM-DD.")
	errTooLong = problem.New(problem.Invalid, "field-too-long",
		"Texten är för lång. Den får vara högst %d byte.", "The text is too long. It may have at most %d bytes.")
	errControl = problem.New(problem.Invalid, "field-control-character",
		"Texten innehåller styrtecken. Ta bort dem.", "The text has control characters. Take them away.")
	errNotNeeded = problem.New(problem.Invalid, "field-not-for-kind",
		"Fältet hör inte till en beställning av det slaget. Ta bort det, eller kontrollera slaget.",
		"The field does not belong to an order of this kind. Take it away, or check the kind.")
)

// placed is the answer to an order.
type placed struct {
	Status   int    `json:"-"`
	Location string `header:"Location" doc:"Where the order can be read."`
	Body     api.PlacedOrder
}

// place is POST /api/v1/orders (V1.1-e, V5.1-a).
func (h *Handler) place(ctx context.Context, _ *struct{}) (*placed, error) {
	who, err := h.orderer(ctx, true)
	if err != nil {
		return nil, fail(ctx, err)
	}
	in, err := h.readOrder(requestOf(ctx))
	if err != nil {
		return nil, fail(ctx, err)
	}
	o, err := h.options.Orders.Place(ctx, who, in)
	if err != nil {
		return nil, fail(ctx, err)
	}
	answer := &placed{Status: http.StatusCreated, Location: "/api/v1/orders/" + o.ID, Body: h.wire(o)}
	if o.Repeated {
		answer.Status = http.StatusOK
	}
	return answer, nil
}

// readOrder turns a request into an order for the service.
func (h *Handler) readOrder(r *http.Request) (casework.NewOrder, error) {
	key, ok := idempotencyKey(r)
	if !ok {
		return casework.NewOrder{}, errKeyMissing
	}
	body, err := web.ReadBody(r, "application/json")
	if err != nil {
		return casework.NewOrder{}, err
	}
	if len(body) > maxOrder {
		return casework.NewOrder{}, web.ErrBodyTooLarge.Fill(maxOrder)
	}
	var in api.Order
	if err := web.DecodeJSON(body, &in); err != nil {
		return casework.NewOrder{}, err
	}
	o, err := h.parse(in)
	o.IdempotencyKey = key
	return o, err
}

// idempotencyKey is the one header of that name, if it is fit to be one.
func idempotencyKey(r *http.Request) (string, bool) {
	values := r.Header.Values("Idempotency-Key")
	if len(values) != 1 || values[0] == "" || len(values[0]) > 200 {
		return "", false
	}
	for _, c := range []byte(values[0]) {
		if c <= ' ' || c > '~' {
			return "", false
		}
	}
	return values[0], true
}

// parse checks every field, so that all that is wrong is said at once.
func (h *Handler) parse(in api.Order) (casework.NewOrder, error) {
	o := casework.NewOrder{Kind: routine.OrderKind(in.Kind), Group: groupName(in.Group), ToGroup: groupName(in.ToGroup),
		OpensSelf: in.OpensSelf, InEffect: in.InEffect, Reason: in.Reason, Reference: in.Reference, Channel: "api"}
	var wrong []error
	add := func(err error) {
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	add(checkKind(in))
	number, err := h.number(in.PersonalNumber)
	add(err)
	o.PersonalNumber = number
	o.Effective, err = h.midnight(in.Effective)
	add(err)
	add(checkText("group", in.Group, 100))
	add(checkText("to_group", in.ToGroup, 100))
	add(checkText("reason", in.Reason, 500))
	add(checkText("reference", in.Reference, 100))
	return o, errors.Join(wrong...)
}

// checkKind also finds fields that the kind has no use for: most likely the kind is not the one that was meant.
func checkKind(in api.Order) error {
	kinds := routine.OrderKinds()
	names := make([]string, len(kinds))
	known := false
	for i, k := range kinds {
		names[i] = string(k)
		known = known || names[i] == in.Kind
	}
	kind := routine.OrderKind(in.Kind)
	_, to := kind.NeedsGroup()
	switch {
	case in.Kind == "":
		return errMissing.On("kind")
	case !known:
		return errKind.Fill(strings.Join(names, ", ")).On("kind")
	case in.ToGroup != "" && !to:
		return errNotNeeded.On("to_group")
	case in.OpensSelf && kind != routine.HomeCareGranted:
		return errNotNeeded.On("opens_self")
	}
	return nil
}

func (h *Handler) number(text string) (string, error) {
	const field = "personal_number"
	if text == "" {
		return "", errMissing.On(field)
	}
	day := swedish.DateOf(h.options.Clock().In(h.options.Zone))
	n, err := swedish.ParsePersonalNumber(text, swedish.NumberOptions{Day: day, AllowReserve: h.options.AllowReserve})
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return "", p.On(field)
	}
	return n.String(), err
}

// midnight is the instant at which a day begins in Sweden.
func (h *Handler) midnight(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, errMissing.On("effective")
	}
	t, err := time.ParseInLocation(time.DateOnly, day, h.options.Zone)
	if err != nil {
		return time.Time{}, errDate.On("effective")
	}
	return t, nil
}

// groupName writes an organisation number as the house does; a code is left as it is.
func groupName(text string) string {
	if org, err := swedish.ParseOrgNumber(text); err == nil {
		return org.String()
	}
	return text
}

// checkText bounds a free text. Tabs and line breaks are text, other control characters are not; NUL in particular is a
// character that databases disagree about.
func checkText(field, text string, most int) error {
	if len(text) > most {
		return errTooLong.Fill(most).On(field)
	}
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return errControl.On(field)
		}
	}
	return nil
}

// read is an order with its ETag.
type read struct {
	Status int    `json:"-"`
	ETag   string `header:"ETag" doc:"Changes whenever the order does."`
	Body   api.PlacedOrder
}

// order is GET /api/v1/orders/{id}.
func (h *Handler) order(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"36" doc:"The order's id."`
}) (*read, error) {
	who, err := h.orderer(ctx, false)
	if err != nil {
		return nil, fail(ctx, err)
	}
	if len(in.ID) != 36 {
		return nil, fail(ctx, casework.ErrOrderUnknown)
	}
	o, err := h.options.Orders.Order(ctx, who, in.ID)
	if err != nil {
		return nil, fail(ctx, err)
	}
	answer := &read{Status: http.StatusOK, Body: h.wire(o)}
	answer.ETag = etag(answer.Body)
	if requestOf(ctx).Header.Get("If-None-Match") == answer.ETag {
		answer.Status = http.StatusNotModified
	}
	return answer, nil
}

func etag(o api.PlacedOrder) string {
	text, _ := json.Marshal(o) // plain values: cannot fail
	sum := sha256.Sum256(text)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// wire is an order as it is sent.
func (h *Handler) wire(o casework.Order) api.PlacedOrder {
	out := api.PlacedOrder{ID: o.ID, Number: o.Number, Kind: string(o.Kind), State: string(o.State), ClientID: o.ClientID,
		GroupID: o.GroupID, ToGroupID: o.ToGroupID, Effective: o.Effective.In(h.options.Zone).Format(time.DateOnly),
		Reason: o.Reason, Reference: o.Reference, Received: o.Received.UTC(), Tasks: []api.Task{}, Rules: o.Rules}
	for _, t := range o.Tasks {
		out.Tasks = append(out.Tasks, api.Task{ID: t.ID, Kind: string(t.Kind), Rule: t.Rule, State: t.State, Due: t.Due.UTC()})
	}
	return out
}

// healthy is the answer of a server that can work.
type healthy struct {
	Body api.Health
}

// health is GET /api/v1/health: ready, with the database asked.
func (h *Handler) health(ctx context.Context, _ *struct{}) (*healthy, error) {
	if err := h.options.Health(ctx); err != nil {
		if problem.KindOf(err) != problem.Unavailable {
			err = errDatabase.With(err)
		}
		return nil, fail(ctx, err)
	}
	return &healthy{api.Health{Status: "ok", Database: "ok", Version: h.options.Version}}, nil
}

// live is GET /api/v1/health/live: the process answers, and nothing else is asked.
func (h *Handler) live(context.Context, *struct{}) (*healthy, error) {
	return &healthy{api.Health{Status: "ok", Version: h.options.Version}}, nil
}

var errDatabase = problem.New(problem.Unavailable, "database-unavailable",
	"Databasen svarar inte. Beställningar tas inte emot just nu; försök igen om en stund.",
	"The database does not answer. Orders are not taken now; try again in a while.")
