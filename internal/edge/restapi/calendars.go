package restapi

import (
	"bytes"
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/web"
)

// Calendars are the addresses at which people's calendars read their visits. casework.Service has them.
type Calendars interface {
	OpenFeed(ctx context.Context, who routine.Who, employee string) (casework.Feed, string, error)
	Feeds(ctx context.Context, who routine.Who, employee string) ([]casework.Feed, error)
	Feed(ctx context.Context, who routine.Who, id string) (casework.Feed, error)
	CloseFeed(ctx context.Context, who routine.Who, id string) error
	Calendar(ctx context.Context, secret string) ([]casework.Visit, error)
}

// calendars are the operations about them.
func (h *Handler) calendars(to *routes) {
	const all = "/api/v1/calendars"
	to.add(op{ID: "open-calendar", Path: all, Summary: "Make a calendar address for a person", Roles: lockManager(),
		Doc: "The address is shown now and never again; the answer is not remembered, so a repetition makes another address. It shows task number, kind and town of the person's visits, no names."},
		to.writing(http.MethodPost, reflect.TypeFor[api.NewCalendar](), reflect.TypeFor[api.Calendar](), op{Status: http.StatusCreated}, 409), h.openCalendar)
	list(to, op{ID: "list-calendars", Path: all, Summary: "List a person's calendar addresses", Roles: lockManager()}, h.listCalendars)
	read(to, op{ID: "read-calendar", Path: all + "/{id}", Summary: "Read when an address was opened and closed", Roles: lockManager()}, h.readCalendar)
	change(to, http.MethodPost, op{ID: "close-calendar", Path: all + "/{id}/close", Summary: "Close a calendar address", Roles: lockManager(),
		Doc: "Nobody reads there any longer."}, h.readCalendar, func(ctx context.Context, r request, _ none) (api.Calendar, error) {
		if err := h.options.FieldWork.CloseFeed(ctx, r.Who, r.id("id")); err != nil {
			return api.Calendar{}, err
		}
		return h.readCalendar(ctx, r)
	})
}

// looking describes GET of what is not cached and has no ETag.
func (to *routes) looking() *huma.Operation {
	return &huma.Operation{Method: http.MethodGet, Responses: to.responses(reflect.TypeFor[api.WorkVisit](), map[int]string{200: "It."}, 401, 403, 404, 503)}
}

func (h *Handler) openCalendar(w http.ResponseWriter, r request) error {
	var in api.NewCalendar
	if _, err := r.body(op{}, &in); err != nil {
		return err
	}
	f, secret, err := h.options.FieldWork.OpenFeed(r.Context(), r.Who, in.Employee)
	if err != nil {
		return err
	}
	out := wireFeed(f)
	out.Path = "/calendar/" + secret + ".ics"
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Location", "/api/v1/calendars/"+f.ID)
	web.WriteJSON(w, http.StatusCreated, "application/json", out)
	return nil
}

type calendarFilter struct {
	Employee string `query:"employee_number" doc:"Whose. Needed."`
}

func (h *Handler) listCalendars(ctx context.Context, r request, f calendarFilter, _ page) ([]api.Calendar, string, error) {
	found, err := h.options.FieldWork.Feeds(ctx, r.Who, f.Employee) // never many
	rows := make([]api.Calendar, len(found))
	for i, f := range found {
		rows[i] = wireFeed(f)
	}
	return rows, "", err
}

func (h *Handler) readCalendar(ctx context.Context, r request) (api.Calendar, error) {
	f, err := h.options.FieldWork.Feed(ctx, r.Who, r.id("id"))
	return wireFeed(f), err
}

func wireFeed(f casework.Feed) api.Calendar {
	return api.Calendar{ID: f.ID, Created: f.Created, Closed: instant(f.Revoked)}
}

// calendar is GET /calendar/{secret}.ics: what a calendar program fetches now and then. The secret stands in the address, since
// such programs send nothing else; the log of requests holds the route and never the address.
func (h *Handler) calendar(w http.ResponseWriter, r *http.Request) {
	secret, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok || h.options.FieldWork == nil {
		web.Fail(w, r, casework.ErrFeedUnknown)
		return
	}
	visits, err := h.options.FieldWork.Calendar(r.Context(), secret)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	tag := etag(visits)
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Referrer-Policy", "no-referrer")
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	var body bytes.Buffer
	if err := paper.WriteCalendar(&body, "Hemnyckel", events(visits)...); err != nil {
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/calendar; charset=utf-8")
	_, _ = w.Write(body.Bytes())
}

// events are visits as anybody may see them: what, where about, and a number to look the rest up by.
func events(visits []casework.Visit) []paper.Event {
	out := make([]paper.Event, len(visits))
	for i, v := range visits {
		summary := visitWords(v.Kind).SV + " " + v.Number
		if v.Urgent {
			summary = "AKUT: " + summary
		}
		out[i] = paper.Event{UID: v.BookingID + "@hemnyckel", From: v.From, Until: v.Until, Summary: summary, Location: v.Town, Changed: v.Changed}
	}
	return out
}

// visitWords says what a visit is for.
func visitWords(k routine.TaskKind) problem.Text {
	switch k {
	case routine.Mount:
		return problem.Text{SV: "Montera lås", EN: "Mount a lock"}
	case routine.Dismount:
		return problem.Text{SV: "Montera ned lås", EN: "Take a lock down"}
	case routine.MountEntrance:
		return problem.Text{SV: "Montera lås i port", EN: "Mount a lock in an entrance"}
	case routine.DismountEntrance:
		return problem.Text{SV: "Montera ned lås i port", EN: "Take a lock in an entrance down"}
	case routine.ExchangeEntrance:
		return problem.Text{SV: "Byta lås i port", EN: "Exchange a lock in an entrance"}
	case routine.ExchangeLock:
		return problem.Text{SV: "Byta lås", EN: "Exchange a lock"}
	case routine.ServiceLock:
		return problem.Text{SV: "Service av lås", EN: "Service of a lock"}
	case routine.ReturnKeys, routine.TakeSpare:
		return problem.Text{SV: "Nycklar", EN: "Keys"}
	}
	return problem.Text{SV: "Besök", EN: "Visit"}
}
