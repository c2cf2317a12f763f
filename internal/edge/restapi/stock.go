package restapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"strings"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// Fleet is the services of things and people.
type Fleet struct {
	Stock    *fleet.Stock
	Pool     *fleet.Pool
	Cabinets *fleet.Cabinets
	Sites    *fleet.Sites
	People   *identity.People
}

func (p page) fleet() fleet.Page { return fleet.Page{After: p.After, Limit: p.Limit + 1} }

// moment is a time that may not be there.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func stockKeepers() []routine.Role { return []routine.Role{routine.LockManager} }

// tenders are everybody who has keys and cabinets, and the functions that look after all of them.
func tenders() []routine.Role {
	return []routine.Role{routine.LockManager, routine.SystemOwner, routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery}
}

// stock are the operations of the lock manager's stock (V5.4-a, V5.4-d, V5.5-a).
func (h *Handler) stock(to *routes) {
	list(to, op{ID: "list-stock", Path: "/api/v1/stock", Summary: "List what is not in use", Roles: stockKeepers(),
		Doc: "Locks that are not mounted, then keys that are not issued, by serial number."}, h.listStock)
	read(to, op{ID: "read-stock-levels", Path: "/api/v1/stock-levels", Summary: "How much there is, and what runs low", Roles: stockKeepers()}, h.stockLevels)
	create(to, op{ID: "receive-thing", Path: "/api/v1/stock", Summary: "Receive one thing", Roles: stockKeepers(),
		Doc: "As a scanner does: the same label again changes nothing."}, nil, h.receive)
	upload(to, op{ID: "receive-file", Path: "/api/v1/stock-files", Summary: "Receive a supplier's list", Roles: stockKeepers(), MaxBody: 256 << 10,
		Doc: "CSV with product and serial number in each row; order=ID in the address names the order to the supplier. Rows that are wrong are left out and told."},
		[]string{"text/csv"}, nil, h.receiveFile)
	create(to, op{ID: "scrap-thing", Path: "/api/v1/scrapped", Summary: "Take a thing out of use for ever", Roles: stockKeepers()}, nil, h.scrap)
	create(to, op{ID: "restock-lock", Path: "/api/v1/restocked", Summary: "Put a dismounted lock back into stock", Roles: stockKeepers()}, nil, h.restock)

	list(to, op{ID: "list-supplies", Path: "/api/v1/supplies", Summary: "List orders to suppliers", Roles: stockKeepers(), Doc: "The oldest first."}, h.listSupplies)
	read(to, op{ID: "read-supply", Path: "/api/v1/supplies/{id}", Summary: "Read an order to a supplier", Roles: stockKeepers()}, h.supply)
	create(to, op{ID: "order-supply", Path: "/api/v1/supplies", Summary: "Draft an order to a supplier", Roles: stockKeepers()},
		func(o api.Supply) string { return "/api/v1/supplies/" + o.ID }, h.orderSupply)
	change(to, http.MethodPost, op{ID: "send-supply", Path: "/api/v1/supplies/{id}/send", Summary: "Note that an order has been sent", Roles: stockKeepers()}, h.supply, h.sendSupply)
	change(to, http.MethodPost, op{ID: "cancel-supply", Path: "/api/v1/supplies/{id}/cancel", Summary: "Cancel an order, or what is left of it", Roles: stockKeepers()}, h.supply, h.cancelSupply)

	list(to, op{ID: "list-warranty-returns", Path: "/api/v1/warranty-returns", Summary: "List what went back to suppliers", Roles: stockKeepers(),
		Doc: "By the day on which to ask the supplier."}, h.listReturns)
	read(to, op{ID: "read-warranty-return", Path: "/api/v1/warranty-returns/{id}", Summary: "Read a return", Roles: stockKeepers()}, h.warranty)
	create(to, op{ID: "return-thing", Path: "/api/v1/warranty-returns", Summary: "Send a broken thing back to its supplier", Roles: stockKeepers()},
		func(o api.WarrantyReturn) string { return "/api/v1/warranty-returns/" + o.ID }, h.returnThing)
	change(to, http.MethodPost, op{ID: "remind-warranty-return", Path: "/api/v1/warranty-returns/{id}/remind", Summary: "Note that the supplier has been asked", Roles: stockKeepers()}, h.warranty, h.remind)
	change(to, http.MethodPost, op{ID: "settle-warranty-return", Path: "/api/v1/warranty-returns/{id}/settle", Summary: "Note the supplier's answer", Roles: stockKeepers()}, h.warranty, h.settle)
}

type stockFilter struct {
	Thing string `query:"thing" enum:"lock,key" doc:"Locks or keys."`
	State string `query:"state" enum:"stock,booked,dismounted,warranty,scrapped,suspect,blocked,broken" doc:"What state they are in."`
}

func (h *Handler) listStock(ctx context.Context, r request, f stockFilter, p page) ([]api.StockThing, string, error) {
	all, err := h.options.Fleet.Stock.Things(ctx, r.Who, fleet.StockFilter{Thing: fleet.Thing(f.Thing), State: f.State}, p.fleet())
	lang := web.Language(ctx)
	rows, next := cut(all, p.Limit, func(t fleet.StockThing) api.StockThing {
		return api.StockThing{Thing: string(t.Thing), Serial: t.Serial, Product: string(t.Product), State: t.State, Reason: fleet.InWords(t.Reason).In(lang)}
	}, func(t fleet.StockThing) string { return string(t.Thing) + " " + t.Serial })
	return rows, next, err
}

func (h *Handler) stockLevels(ctx context.Context, r request) (api.StockLevels, error) {
	all, err := h.options.Fleet.Stock.Levels(ctx, r.Who)
	out := api.StockLevels{Levels: []api.StockLevel{}}
	for _, l := range all {
		out.Levels = append(out.Levels, api.StockLevel{Product: string(l.Product), InStock: l.InStock, Booked: l.Booked, Expected: l.Expected,
			Minimum: l.Minimum, Low: l.Low, Missing: l.Missing})
	}
	return out, err
}

func (h *Handler) receive(ctx context.Context, r request, in api.NewArrival) (api.Received, error) {
	got, err := h.options.Fleet.Stock.Arrive(ctx, r.Who, fleet.Arrival{Product: fleet.Product(in.Product), Serial: in.Serial, OrderID: in.OrderID})
	return received(got), err
}

func received(a fleet.Received) api.Received {
	return api.Received{Product: string(a.Product), Serial: a.Serial, OrderID: a.OrderID, Repeated: a.Repeated}
}

func (h *Handler) receiveFile(ctx context.Context, r request, in document) (api.ReceivedFile, error) {
	order := r.URL.Query().Get("order")
	if len(order) > maxName || !printable(order) {
		return api.ReceivedFile{}, errFilterValue.On("order")
	}
	all, heading, err := parseArrivals(in.Body, order)
	if err != nil {
		return api.ReceivedFile{}, err
	}
	got, faults, err := h.options.Fleet.Stock.ArriveAll(ctx, r.Who, all)
	out := api.ReceivedFile{Received: []api.Received{}, Faults: []api.RowFault{}}
	for _, a := range got {
		out.Received = append(out.Received, received(a))
	}
	for _, f := range faults {
		fault := api.RowFault{Row: f.Row + heading}
		if p, ok := errors.AsType[*problem.Error](f.Err); ok {
			fault.Code, fault.Detail = p.Code, p.Text.In(web.Language(ctx))
		}
		out.Faults = append(out.Faults, fault)
	}
	return out, err
}

var errArrivals = problem.New(problem.Invalid, "stock-file",
	"Filen går inte att läsa. Det är CSV i UTF-8 med produkt (door, box, entrance, key) och serienummer i varje rad, högst %d rader.",
	"The file cannot be read. It is CSV in UTF-8 with product (door, box, entrance, key) and serial number in each row, at most %d rows.")

// parseArrivals reads a list of product and serial number, with semicolons or commas, with or without a heading, and says how
// many rows that takes.
func parseArrivals(body []byte, order string) (all []fleet.Arrival, heading int, err error) {
	wrong := errArrivals.Fill(fleet.MaxArrivals)
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	first, _, _ := bytes.Cut(body, []byte("\n"))
	if bytes.Contains(first, []byte(";")) {
		reader.Comma = ';'
	}
	reader.FieldsPerRecord = 2
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, 0, wrong.With(err)
	}
	if len(rows) > 0 && strings.HasPrefix(strings.ToLower(rows[0][0]), "produ") {
		rows, heading = rows[1:], 1
	}
	if len(rows) == 0 || len(rows) > fleet.MaxArrivals {
		return nil, 0, wrong
	}
	out := make([]fleet.Arrival, len(rows))
	for i, row := range rows {
		out[i] = fleet.Arrival{Product: fleet.Product(strings.TrimSpace(row[0])), Serial: row[1], OrderID: order}
	}
	return out, heading, nil
}

func (h *Handler) scrap(ctx context.Context, r request, in api.ThingAct) (api.ThingAct, error) {
	return in, h.options.Fleet.Stock.Scrap(ctx, r.Who, fleet.Thing(in.Thing), in.Serial, in.Reason)
}

func (h *Handler) restock(ctx context.Context, r request, in api.ThingAct) (api.ThingAct, error) {
	return in, h.options.Fleet.Stock.Restock(ctx, r.Who, in.Serial)
}

type supplyFilter struct {
	State string `query:"state" enum:"draft,sent,partly,arrived,cancelled" doc:"How far they have come."`
}

func (h *Handler) listSupplies(ctx context.Context, r request, f supplyFilter, p page) ([]api.Supply, string, error) {
	all, err := h.options.Fleet.Stock.Supplies(ctx, r.Who, fleet.SupplyState(f.State), p.fleet())
	rows, next := cut(all, p.Limit, h.wireSupply, func(o fleet.SupplyOrder) string { return o.ID })
	return rows, next, err
}

func (h *Handler) wireSupply(o fleet.SupplyOrder) api.Supply {
	out := api.Supply{ID: o.ID, Supplier: o.Supplier, Reference: o.Reference, State: string(o.State), Lines: []api.SupplyLine{}, Created: o.Created.UTC(),
		Sent: moment(o.Sent), Expected: moment(o.Expected), Late: o.Late(h.options.Clock())}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, api.SupplyLine{Product: string(l.Product), Quantity: l.Quantity, Arrived: l.Arrived})
	}
	return out
}

func (h *Handler) supply(ctx context.Context, r request) (api.Supply, error) {
	o, err := h.options.Fleet.Stock.Supply(ctx, r.Who, r.id("id"))
	return h.wireSupply(o), err
}

func (h *Handler) orderSupply(ctx context.Context, r request, in api.NewSupply) (api.Supply, error) {
	lines := make([]fleet.SupplyLine, len(in.Lines))
	for i, l := range in.Lines {
		lines[i] = fleet.SupplyLine{Product: fleet.Product(l.Product), Quantity: l.Quantity}
	}
	o, err := h.options.Fleet.Stock.Order(ctx, r.Who, in.Supplier, lines)
	return h.wireSupply(o), err
}

func (h *Handler) sendSupply(ctx context.Context, r request, in api.SupplySent) (api.Supply, error) {
	expected, err := r.day("expected", in.Expected)
	if err != nil {
		return api.Supply{}, err
	}
	o, err := h.options.Fleet.Stock.Send(ctx, r.Who, r.id("id"), in.Reference, expected)
	return h.wireSupply(o), err
}

func (h *Handler) cancelSupply(ctx context.Context, r request, _ none) (api.Supply, error) {
	o, err := h.options.Fleet.Stock.Cancel(ctx, r.Who, r.id("id"))
	return h.wireSupply(o), err
}

type returnFilter struct {
	Open bool `query:"open" doc:"Only those that the supplier has not answered."`
	Late bool `query:"late" doc:"Only those that the supplier must be asked about now."`
}

func (h *Handler) listReturns(ctx context.Context, r request, f returnFilter, p page) ([]api.WarrantyReturn, string, error) {
	filter := fleet.WarrantyFilter{Open: f.Open}
	if f.Late {
		filter.RemindBy = h.options.Clock()
	}
	all, err := h.options.Fleet.Stock.Returns(ctx, r.Who, filter, p.fleet())
	rows, next := cut(all, p.Limit, h.wireReturn, func(w fleet.WarrantyReturn) string { return fleet.Place(w.Remind, w.ID) })
	return rows, next, err
}

func (h *Handler) wireReturn(w fleet.WarrantyReturn) api.WarrantyReturn {
	return api.WarrantyReturn{ID: w.ID, Thing: string(w.Thing), Serial: w.Serial, Fault: w.Fault, Reference: w.Reference, Sent: w.Sent.UTC(), Remind: w.Remind.UTC(),
		Reminders: w.Reminders, Late: w.Late(h.options.Clock()), Answer: string(w.Answer), Answered: moment(w.Answered), Replacement: w.Replacement}
}

func (h *Handler) warranty(ctx context.Context, r request) (api.WarrantyReturn, error) {
	w, err := h.options.Fleet.Stock.WarrantyReturn(ctx, r.Who, r.id("id"))
	return h.wireReturn(w), err
}

func (h *Handler) returnThing(ctx context.Context, r request, in api.NewWarrantyReturn) (api.WarrantyReturn, error) {
	acquired, err := r.day("acquired", in.Acquired)
	if err != nil {
		return api.WarrantyReturn{}, err
	}
	w, err := h.options.Fleet.Stock.Return(ctx, r.Who, fleet.NewReturn{Thing: fleet.Thing(in.Thing), Serial: in.Serial, Fault: in.Fault, Reference: in.Reference, Acquired: acquired})
	return h.wireReturn(w), err
}

func (h *Handler) remind(ctx context.Context, r request, _ none) (api.WarrantyReturn, error) {
	w, err := h.options.Fleet.Stock.Remind(ctx, r.Who, r.id("id"))
	return h.wireReturn(w), err
}

func (h *Handler) settle(ctx context.Context, r request, in api.WarrantySettled) (api.WarrantyReturn, error) {
	w, err := h.options.Fleet.Stock.Settle(ctx, r.Who, r.id("id"), fleet.WarrantyAnswer(in.Answer), in.Replacement)
	return h.wireReturn(w), err
}
