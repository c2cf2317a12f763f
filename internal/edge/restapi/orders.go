package restapi

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// Orders places orders and reads them. casework.Service is one.
type Orders interface {
	Place(ctx context.Context, who casework.Orderer, in casework.NewOrder) (casework.Order, error)
	Order(ctx context.Context, who casework.Orderer, id string) (casework.Order, error)
	Return(ctx context.Context, who casework.Orderer, id, reason string) (casework.Order, error)
	Withdraw(ctx context.Context, who casework.Orderer, id, reason string) (casework.Order, error)
	RecordException(ctx context.Context, who routine.Who, personalNumber string, kind casework.ExceptionKind, reason string) (casework.Exception, error)
	LiftException(ctx context.Context, who routine.Who, personalNumber string) error
	Renumber(ctx context.Context, who routine.Who, old, now string) error
	Orders(ctx context.Context, who casework.Orderer, f casework.OrderFilter, after string, limit int) ([]casework.Order, string, error)
}

// maxOrder is how many bytes an order has at most: several times what the longest valid one needs.
const maxOrder = 16 << 10

// readers of orders: the municipality's own functions see all, others what their organisation has ordered.
func orderReaders() []routine.Role {
	return []routine.Role{routine.SystemOwner, routine.LockManager, routine.CaseOfficer, routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery}
}

// orders are the operations about orders (V1.1-e, V5.1-a).
func (h *Handler) orders(to *routes) {
	to.add(op{ID: "place-order", Path: "/api/v1/orders", Summary: "Place an order", Roles: orderers(),
		Doc: "The order is stored with all that follows from it, or not at all. The same key with the same order gives the same answer; with another order it is idempotency-key-reused."},
		to.placing(), h.place)
	list(to, op{ID: "list-orders", Path: "/api/v1/orders", Summary: "List orders", Roles: orderReaders(),
		Doc: "The newest first. Providers see what their own organisation has ordered."}, h.listOrders)
	read(to, op{ID: "read-order", Path: "/api/v1/orders/{id}", Summary: "Read an order", Roles: orderReaders(),
		Doc: "As it is now. Providers see what their own organisation has ordered."}, h.order)
	h.orderLives(to)
}

// orderers are who may place orders at all; the service decides which.
func orderers() []routine.Role {
	return []routine.Role{routine.CaseOfficer, routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery, routine.LockManager}
}

// placing describes place-order, which is its own kind of create: an order's key is remembered with the order, whatever door
// it comes by, so that its answer is the order as it is now.
func (to *routes) placing() *huma.Operation {
	d := to.writing(http.MethodPost, reflect.TypeFor[api.Order](), reflect.TypeFor[api.PlacedOrder](), op{Status: http.StatusCreated}, 409)
	d.Responses["200"] = &huma.Response{Description: "It had been placed before, with this key.", Content: d.Responses["201"].Content}
	d.Parameters = []*huma.Param{keyParam(true)}
	return d
}

// Problems with orders as they stand on the wire. Codes are stable.
var (
	errMissing = problem.New(problem.Invalid, "field-missing",
		"Fältet saknas. Ange det.", "The field is missing. Give it.")
	errKind = problem.New(problem.Invalid, "order-kind-unknown",
		"Beställningens slag är okänt. Välj bland: %s.", "The kind of the order is unknown. Choose among: %s.")
	errDate = problem.New(problem.Invalid, "date",
		"Datumet går inte att läsa eller finns inte. Skriv det som ÅÅÅÅ-MM-DD.",
		"The date cannot be read or does not exist. Write it as YYYY-MM-DD.")
	errTooLong = problem.New(problem.Invalid, "field-too-long",
		"Texten är för lång. Den får vara högst %d byte.", "The text is too long. It may have at most %d bytes.")
	errNotNeeded = problem.New(problem.Invalid, "field-not-for-kind",
		"Fältet hör inte till en beställning av det slaget. Ta bort det, eller kontrollera slaget.",
		"The field does not belong to an order of this kind. Take it away, or check the kind.")
)

// place is POST /api/v1/orders (V1.1-e, V5.1-a).
func (h *Handler) place(w http.ResponseWriter, r request) error {
	in, err := h.readOrder(r.Request)
	if err != nil {
		return err
	}
	o, err := h.options.Orders.Place(r.Context(), r.orderer(), in)
	if err != nil {
		return err
	}
	a := answer{Status: http.StatusCreated, Location: "/api/v1/orders/" + o.ID, Body: encode(h.wire(o)), ETag: etag(h.wire(o))}
	if o.Repeated {
		a.Status = http.StatusOK
	}
	a.write(w)
	return nil
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

// parse checks every field, so that all that is wrong is said at once.
func (h *Handler) parse(in api.Order) (casework.NewOrder, error) {
	o := casework.NewOrder{Kind: routine.OrderKind(in.Kind), Group: groupName(in.Group), ToGroup: groupName(in.ToGroup),
		OpensSelf: in.OpensSelf, InEffect: in.InEffect, Reason: in.Reason, Reference: in.Reference, Need: routine.Need(in.Need),
		OnBehalfOf: groupName(in.OnBehalfOf), OnBehalfRole: routine.Role(in.OnBehalfRole), Channel: casework.ChannelAPI}
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
	add(checkText("on_behalf_of", in.OnBehalfOf, 20))
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
	case in.OpensSelf && (!kind.Grants() || kind == routine.AlarmGranted):
		return errNotNeeded.On("opens_self")
	case in.Need != "" && kind != routine.NeedsLock:
		return errNotNeeded.On("need")
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
			return web.ErrControl.On(field)
		}
	}
	return nil
}

// order is GET /api/v1/orders/{id}.
func (h *Handler) order(ctx context.Context, r request) (api.PlacedOrder, error) {
	if len(r.id("id")) != 36 {
		return api.PlacedOrder{}, casework.ErrOrderUnknown
	}
	o, err := h.options.Orders.Order(ctx, r.orderer(), r.id("id"))
	return h.wire(o), err
}

// orderFilter narrows the list of orders.
type orderFilter struct {
	State string    `query:"state" enum:"returned,withdrawn,in-progress,done" doc:"How far they have come."`
	Kind  string    `query:"kind" doc:"What was ordered."`
	Since time.Time `query:"since" doc:"Received from this day on."`
}

// listOrders is GET /api/v1/orders.
func (h *Handler) listOrders(ctx context.Context, r request, f orderFilter, p page) ([]api.OrderLine, string, error) {
	found, next, err := h.options.Orders.Orders(ctx, r.orderer(), casework.OrderFilter{State: casework.State(f.State),
		Kind: routine.OrderKind(f.Kind), Since: f.Since}, p.After, p.Limit)
	lines := make([]api.OrderLine, len(found))
	for i, o := range found {
		lines[i] = api.OrderLine{ID: o.ID, Number: o.Number, Kind: string(o.Kind), State: string(o.State), ClientID: o.ClientID, GroupID: o.GroupID,
			ToGroupID: o.ToGroupID, Effective: o.Effective.In(h.options.Zone).Format(time.DateOnly), Organisation: o.Orderer,
			Reference: o.Reference, Channel: o.Channel, Received: o.Received.UTC(), Rules: o.Rules}
	}
	return lines, next, err
}

// wire is an order as it is sent.
func (h *Handler) wire(o casework.Order) api.PlacedOrder {
	out := api.PlacedOrder{ID: o.ID, Number: o.Number, Kind: string(o.Kind), State: string(o.State), ClientID: o.ClientID,
		GroupID: o.GroupID, ToGroupID: o.ToGroupID, Effective: o.Effective.In(h.options.Zone).Format(time.DateOnly),
		Reason: o.Reason, Reference: o.Reference, Answer: o.Answer, Received: o.Received.UTC(), Tasks: []api.Task{}, Rules: o.Rules}
	for _, t := range o.Tasks {
		out.Tasks = append(out.Tasks, api.Task{ID: t.ID, Kind: string(t.Kind), Rule: t.Rule, State: t.State, Due: t.Due.UTC()})
	}
	return out
}
