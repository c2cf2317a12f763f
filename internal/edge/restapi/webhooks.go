package restapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// Webhooks keeps the systems that are told of events. notify.Service is one.
type Webhooks interface {
	Register(ctx context.Context, who routine.Who, in notify.New) (notify.Webhook, error)
	Rotate(ctx context.Context, who routine.Who, id string) (notify.Webhook, error)
	SetState(ctx context.Context, who routine.Who, id string, to notify.State) (notify.Webhook, error)
	Test(ctx context.Context, who routine.Who, id string) error
	List(ctx context.Context) ([]notify.Webhook, error)
	Webhook(ctx context.Context, id string) (notify.Webhook, error)
	Messages(ctx context.Context, webhookID string, state notify.MessageState, after string, limit int) ([]notify.Message, string, error)
	Message(ctx context.Context, id string) (notify.Message, error)
	Resend(ctx context.Context, who routine.Who, id string) (notify.Message, error)
}

// webhooks are the operations about them: the system owner decides who is told.
func (h *Handler) webhooks(to *routes) {
	owner := []routine.Role{routine.SystemOwner}
	const one = "/api/v1/webhooks/{id}"
	list(to, op{ID: "list-webhooks", Path: "/api/v1/webhooks", Summary: "List the systems that are told of events", Roles: owner}, h.listWebhooks)
	create(to, op{ID: "register-webhook", Path: "/api/v1/webhooks", Summary: "Register a system to be told of events", Roles: owner,
		Doc: "Messages are signed and numbered as https://www.standardwebhooks.com says: check the signature, and ignore an id that you have seen. They hold ids; read the rest by this API. The answer holds the secret; a repetition's does not, so rotate it if the answer was lost. A message that is not answered with 2xx is tried again for three days."},
		func(w api.Webhook) string { return "/api/v1/webhooks/" + w.ID }, h.registerWebhook)
	read(to, op{ID: "read-webhook", Path: one, Summary: "Read one", Roles: owner}, h.webhook)
	change(to, http.MethodPost, op{ID: "rotate-webhook", Path: one + "/rotate", Summary: "Give it a new secret", Roles: owner,
		Doc: "The old secret signs beside the new one for a day."}, h.webhook, func(ctx context.Context, r request, _ none) (api.Webhook, error) {
		w, err := h.options.Webhooks.Rotate(ctx, r.Who, r.id("id"))
		return withSecret(w), err
	})
	for act, state := range map[string]notify.State{"pause": notify.Paused, "resume": notify.Active, "remove": notify.Removed} {
		change(to, http.MethodPost, op{ID: act + "-webhook", Path: one + "/" + act, Summary: map[string]string{"pause": "Stop sending to it", "resume": "Send to it again", "remove": "Remove it"}[act], Roles: owner},
			h.webhook, func(ctx context.Context, r request, _ none) (api.Webhook, error) {
				w, err := h.options.Webhooks.SetState(ctx, r.Who, r.id("id"), state)
				return wireWebhook(w), err
			})
	}
	change(to, http.MethodPost, op{ID: "test-webhook", Path: one + "/test", Summary: "Send it a trial message", Roles: owner}, h.webhook,
		func(ctx context.Context, r request, _ none) (api.Webhook, error) {
			if err := h.options.Webhooks.Test(ctx, r.Who, r.id("id")); err != nil {
				return api.Webhook{}, err
			}
			return h.webhook(ctx, r)
		})
	list(to, op{ID: "list-messages", Path: "/api/v1/messages", Summary: "List messages to systems, sent, waiting and dead", Roles: owner}, h.listMessages)
	read(to, op{ID: "read-message", Path: "/api/v1/messages/{id}", Summary: "Read one message's state", Roles: owner}, h.message)
	change(to, http.MethodPost, op{ID: "resend-message", Path: "/api/v1/messages/{id}/resend", Summary: "Try a dead message again", Roles: owner}, h.message,
		func(ctx context.Context, r request, _ none) (api.Message, error) {
			m, err := h.options.Webhooks.Resend(ctx, r.Who, r.id("id"))
			return wireMessage(m), err
		})
}

func (h *Handler) listWebhooks(ctx context.Context, _ request, _ struct{}, _ page) ([]api.Webhook, string, error) {
	found, err := h.options.Webhooks.List(ctx) // there are never many: notify.MaxWebhooks
	rows := make([]api.Webhook, len(found))
	for i, w := range found {
		rows[i] = wireWebhook(w)
	}
	return rows, "", err
}

func (h *Handler) registerWebhook(ctx context.Context, r request, in api.NewWebhook) (api.Webhook, error) {
	n := notify.New{Name: in.Name, URL: in.URL, Target: in.Target}
	if in.Organisation != "" {
		org, err := swedish.ParseOrgNumber(in.Organisation)
		if err != nil {
			return api.Webhook{}, asField(err, "organisation")
		}
		n.Organisation = org.String()
	}
	for _, e := range in.Events {
		n.Events = append(n.Events, notify.EventType(e))
	}
	w, err := h.options.Webhooks.Register(ctx, r.Who, n)
	return withSecret(w), err
}

func (h *Handler) webhook(ctx context.Context, r request) (api.Webhook, error) {
	w, err := h.options.Webhooks.Webhook(ctx, r.id("id"))
	return wireWebhook(w), err
}

func wireWebhook(w notify.Webhook) api.Webhook {
	out := api.Webhook{ID: w.ID, Name: w.Name, URL: w.URL, Events: []string{}, Organisation: w.Organisation, Target: w.Target, State: string(w.State), Created: w.Created}
	for _, e := range w.Events {
		out.Events = append(out.Events, string(e))
	}
	return out
}

func withSecret(w notify.Webhook) api.Webhook {
	out := wireWebhook(w)
	out.Secret = "whsec_" + base64.StdEncoding.EncodeToString(w.Secret)
	return out
}

type messageFilter struct {
	Webhook string `query:"webhook" doc:"To one webhook only."`
	State   string `query:"state" enum:"waiting,sent,dead" doc:"dead ones have been given up: somebody must look."`
}

func (h *Handler) listMessages(ctx context.Context, _ request, f messageFilter, p page) ([]api.Message, string, error) {
	found, next, err := h.options.Webhooks.Messages(ctx, f.Webhook, notify.MessageState(f.State), p.After, p.Limit)
	rows := make([]api.Message, len(found))
	for i, m := range found {
		rows[i] = wireMessage(m)
	}
	return rows, next, err
}

func (h *Handler) message(ctx context.Context, r request) (api.Message, error) {
	m, err := h.options.Webhooks.Message(ctx, r.id("id"))
	return wireMessage(m), err
}

func wireMessage(m notify.Message) api.Message {
	out := api.Message{ID: m.ID, WebhookID: m.WebhookID, Event: string(m.Event), Subject: m.Subject, State: string(m.State), Attempts: m.Attempts,
		Created: m.Created, Failure: m.Failure, Done: orNil(m.Done)}
	if m.State == notify.Waiting {
		out.Next = orNil(m.Next)
	}
	return out
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
