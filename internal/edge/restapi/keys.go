package restapi

import (
	"context"
	"net/http"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// keyUsers are who may look for, block and report keys: the lock manager any, others their own groups'. The service decides.
func keyUsers() []routine.Role {
	return []routine.Role{routine.LockManager, routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery}
}

// keys are the operations of keys' lives (V2.2-a..e, V5.4-b, V5.4-c, V7-c).
func (h *Handler) keys(to *routes) {
	list(to, op{ID: "list-keys", Path: "/api/v1/keys", Summary: "List keys", Roles: tenders(), Doc: "By number. Organisations see their own groups'."}, h.listKeys)
	read(to, op{ID: "read-key", Path: "/api/v1/keys/{number}", Summary: "Read a key", Roles: keyUsers()}, h.key)
	read(to, op{ID: "read-key-exposure", Path: "/api/v1/keys/{number}/exposure", Summary: "Which doors a blocked key could still open", Roles: keyUsers(),
		Doc: "At the worst: what locks have heard since is not known."}, h.exposure)
	act := func(id, path, summary string, roles []routine.Role) op {
		return op{ID: id, Path: "/api/v1/keys/{number}/" + path, Summary: summary, Roles: roles}
	}
	change(to, http.MethodPost, act("issue-key", "issue", "Hand out a key from stock to a group", stockKeepers()), h.key, h.issueKey)
	change(to, http.MethodPost, act("hand-back-key", "hand-back", "Take a key back from its group", stockKeepers()), h.key, h.handBackKey)
	change(to, http.MethodPost, act("miss-key", "miss", "Say that a key is looked for: it stops syncing", keyUsers()), h.key, h.missKey)
	change(to, http.MethodPost, act("lose-key", "lose", "Block a lost key, at any hour", keyUsers()), h.key, h.loseKey)
	change(to, http.MethodPost, act("find-key", "find", "Say that a key has turned up; a block is lifted by the lock manager", keyUsers()), h.key, h.findKey)
	change(to, http.MethodPost, act("replace-key", "replace", "Hand out a key in place of a blocked one", stockKeepers()), h.key, h.replaceKey)
	change(to, http.MethodPost, act("change-battery", "battery", "Note a change of battery", keyUsers()), h.key, h.changeBattery)
	list(to, op{ID: "list-batteries", Path: "/api/v1/batteries", Summary: "List keys by when they need a new battery", Roles: tenders()}, h.listBatteries)

	list(to, op{ID: "list-exchanges", Path: "/api/v1/exchanges", Summary: "List broken keys to be exchanged", Roles: tenders(), Doc: "By appointment."}, h.listExchanges)
	read(to, op{ID: "read-exchange", Path: "/api/v1/exchanges/{id}", Summary: "Read an exchange", Roles: keyUsers()}, h.exchange)
	create(to, op{ID: "report-broken-key", Path: "/api/v1/exchanges", Summary: "Report a damaged or failing key", Roles: keyUsers(), Doc: "It stops syncing."},
		func(e api.Exchange) string { return "/api/v1/exchanges/" + e.ID }, h.reportBroken)
	change(to, http.MethodPost, op{ID: "book-exchange", Path: "/api/v1/exchanges/{id}/book", Summary: "Agree on a time", Roles: keyUsers()}, h.exchange, h.bookExchange)
	change(to, http.MethodPost, op{ID: "cancel-exchange", Path: "/api/v1/exchanges/{id}/cancel", Summary: "The key works after all", Roles: keyUsers()}, h.exchange, h.cancelExchange)
	change(to, http.MethodPost, op{ID: "swap-key", Path: "/api/v1/exchanges/{id}/swap", Summary: "Receive the broken key and hand out another", Roles: stockKeepers()}, h.exchange, h.swapKey)
	change(to, http.MethodPost, op{ID: "decide-negligence", Path: "/api/v1/exchanges/{id}/decide", Summary: "Decide about obvious negligence", Roles: stockKeepers()}, h.exchange, h.decideNegligence)
}

type keyFilter struct {
	State string `query:"state" enum:"stock,issued,suspect,blocked,broken,warranty,scrapped" doc:"What state they are in."`
	Group string `query:"group" doc:"The group's code."`
}

func (h *Handler) listKeys(ctx context.Context, r request, f keyFilter, p page) ([]api.Key, string, error) {
	all, err := h.options.Fleet.Pool.Keys(ctx, r.Who, fleet.KeyFilter{State: fleet.KeyState(f.State), Group: f.Group}, p.fleet())
	rows, next := cut(all, p.Limit, wireKey(ctx), func(k fleet.KeyRow) string { return k.Number })
	return rows, next, err
}

func wireKey(ctx context.Context) func(fleet.KeyRow) api.Key {
	return func(k fleet.KeyRow) api.Key {
		return api.Key{Number: k.Number, State: string(k.State), Group: k.GroupCode, GroupName: k.GroupName, Reason: fleet.InWords(k.BlockReason).In(web.Language(ctx)),
			BatteryChanged: moment(k.BatteryChanged), Synced: moment(k.SyncedAt), SyncedUntil: moment(k.SyncedUntil), Blocked: moment(k.BlockedAt)}
	}
}

func (h *Handler) key(ctx context.Context, r request) (api.Key, error) {
	k, err := h.options.Fleet.Pool.ReadKey(ctx, r.Who, r.id("number"))
	return wireKey(ctx)(k), err
}

func (h *Handler) exposure(ctx context.Context, r request) (api.Exposure, error) {
	e, err := h.options.Fleet.Pool.Exposure(ctx, r.Who, r.id("number"))
	return wireExposure(e), err
}

func wireExposure(e fleet.Exposure) api.Exposure {
	out := api.Exposure{Number: e.Key.Number, Listed: e.Listed != 0, Doors: []api.ExposedDoor{}}
	for _, d := range e.Doors {
		out.Doors = append(out.Doors, api.ExposedDoor{LockID: d.LockID, Serial: d.Serial, Until: d.Until.UTC()})
	}
	return out
}

func (h *Handler) issueKey(ctx context.Context, r request, in api.KeyGroup) (api.IssuedKey, error) {
	extra, err := h.options.Fleet.Pool.Issue(ctx, r.Who, r.id("number"), in.Group)
	return api.IssuedKey{Number: r.id("number"), Group: in.Group, Extra: extra}, err
}

func (h *Handler) handBackKey(ctx context.Context, r request, _ none) (none, error) {
	return none{}, h.options.Fleet.Pool.HandBack(ctx, r.Who, r.id("number"))
}

func (h *Handler) missKey(ctx context.Context, r request, in api.KeyReason) (none, error) {
	return none{}, h.options.Fleet.Pool.Miss(ctx, r.Who, r.id("number"), in.Reason)
}

func (h *Handler) loseKey(ctx context.Context, r request, in api.KeyReason) (api.Exposure, error) {
	e, err := h.options.Fleet.Pool.Lose(ctx, r.Who, r.id("number"), in.Reason)
	return wireExposure(e), err
}

func (h *Handler) findKey(ctx context.Context, r request, in api.KeyReason) (none, error) {
	return none{}, h.options.Fleet.Pool.Find(ctx, r.Who, r.id("number"), in.Reason)
}

func (h *Handler) replaceKey(ctx context.Context, r request, in api.Replacement) (none, error) {
	return none{}, h.options.Fleet.Pool.Replace(ctx, r.Who, r.id("number"), in.Replacement)
}

func (h *Handler) changeBattery(ctx context.Context, r request, in api.NewBattery) (api.BatteryDue, error) {
	due, err := h.options.Fleet.Cabinets.ChangeBattery(ctx, r.Who, r.id("number"), given(in.At))
	return api.BatteryDue{Number: r.id("number"), Due: moment(due)}, err
}

// given is a time that may have been left out.
func given(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

type batteryFilter struct {
	Group string `query:"group" doc:"The group's code."`
	Due   bool   `query:"due" doc:"Only those that are due."`
}

func (h *Handler) listBatteries(ctx context.Context, r request, f batteryFilter, p page) ([]api.BatteryDue, string, error) {
	c := h.options.Fleet.Cabinets
	all, err := c.Batteries(ctx, r.Who, f.Group, f.Due, p.fleet())
	rows, next := cut(all, p.Limit, func(k fleet.KeyRow) api.BatteryDue {
		return api.BatteryDue{Number: k.Number, Group: k.GroupCode, Due: moment(c.BatteryDue(k.Key))}
	}, func(k fleet.KeyRow) string { return fleet.Place(k.BatteryChanged, k.Number) })
	return rows, next, err
}

type exchangeFilter struct {
	State string `query:"state" enum:"booked,done,cancelled" doc:"How far they have come."`
}

func (h *Handler) listExchanges(ctx context.Context, r request, f exchangeFilter, p page) ([]api.Exchange, string, error) {
	all, err := h.options.Fleet.Pool.Exchanges(ctx, r.Who, fleet.ExchangeFilter{State: fleet.ExchangeState(f.State)}, p.fleet())
	rows, next := cut(all, p.Limit, wireExchange, func(e fleet.Exchange) string { return fleet.Place(e.Appointment, e.ID) })
	return rows, next, err
}

func wireExchange(e fleet.Exchange) api.Exchange {
	return api.Exchange{ID: e.ID, Number: e.Number, Group: e.GroupCode, Cause: string(e.Cause), Description: e.Description, Reported: e.Reported.UTC(),
		Appointment: moment(e.Appointment), State: string(e.State), Replacement: e.Replacement, Negligence: string(e.Negligence), Decision: e.Decision}
}

func (h *Handler) exchange(ctx context.Context, r request) (api.Exchange, error) {
	e, err := h.options.Fleet.Pool.ReadExchange(ctx, r.Who, r.id("id"))
	return wireExchange(e), err
}

func (h *Handler) reportBroken(ctx context.Context, r request, in api.NewExchange) (api.Exchange, error) {
	e, err := h.options.Fleet.Pool.ReportBroken(ctx, r.Who, in.Number, fleet.BreakCause(in.Cause), in.Description, given(in.Appointment))
	return wireExchange(e), err
}

func (h *Handler) bookExchange(ctx context.Context, r request, in api.Appointment) (api.Exchange, error) {
	e, err := h.options.Fleet.Pool.Book(ctx, r.Who, r.id("id"), in.At)
	return wireExchange(e), err
}

func (h *Handler) cancelExchange(ctx context.Context, r request, _ none) (api.Exchange, error) {
	e, err := h.options.Fleet.Pool.CancelExchange(ctx, r.Who, r.id("id"))
	return wireExchange(e), err
}

func (h *Handler) swapKey(ctx context.Context, r request, in api.Replacement) (api.Exchange, error) {
	e, err := h.options.Fleet.Pool.Swap(ctx, r.Who, r.id("id"), in.Replacement)
	return wireExchange(e), err
}

func (h *Handler) decideNegligence(ctx context.Context, r request, in api.NegligenceDecision) (api.Exchange, error) {
	e, err := h.options.Fleet.Pool.DecideNegligence(ctx, r.Who, r.id("id"), in.Negligence, in.Reason)
	return wireExchange(e), err
}
