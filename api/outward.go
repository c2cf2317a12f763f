package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// NewWebhook asks that a system be told of events by HTTP (https://www.standardwebhooks.com).
type NewWebhook struct {
	Name         string   `json:"name" maxLength:"60" doc:"What people call the system."`
	URL          string   `json:"url" maxLength:"500" doc:"Where to: https only." example:"https://verksamhet.example.se/hemnyckel"`
	Events       []string `json:"events" nullable:"false" doc:"order.changed, task.changed, lock.documented"`
	Organisation string   `json:"organisation,omitempty" doc:"Organisation number of the provider whose matters it is to hear of; none for the municipality's own system, which hears of all."`
	Target       string   `json:"target,omitempty" doc:"Needed by lock.documented: which of the systems in the municipality's profile this is. What it answers with 2xx counts as documented there."`
}

// Webhook is a system that is told of events.
type Webhook struct {
	ID           string    `json:"id" sv:"Id" en:"Id"`
	Name         string    `json:"name" sv:"Namn" en:"Name"`
	URL          string    `json:"url" sv:"Adress" en:"Address"`
	Events       []string  `json:"events" nullable:"false" sv:"Händelser" en:"Events"`
	Organisation string    `json:"organisation,omitempty" sv:"Organisation" en:"Organisation"`
	Target       string    `json:"target,omitempty" sv:"System i profilen" en:"System in the profile"`
	State        string    `json:"state" enum:"active,paused,removed" sv:"Läge" en:"State"`
	Created      time.Time `json:"created" sv:"Skapad" en:"Created"`
	Secret       string    `json:"secret,omitempty" secret:"once" doc:"Shown when it is made or rotated, and never again, also not when the request is repeated: whsec_ and what signs the messages, in base64."`
}

// Message is a message on its way to a webhook.
type Message struct {
	ID        string     `json:"id" doc:"Also its webhook-id header." sv:"Id" en:"Id"`
	WebhookID string     `json:"webhook_id" sv:"Mottagare" en:"Webhook"`
	Event     string     `json:"event" sv:"Händelse" en:"Event"`
	Subject   string     `json:"subject" doc:"Id of what it is about." sv:"Gäller" en:"About"`
	State     string     `json:"state" enum:"waiting,sent,dead" sv:"Läge" en:"State"`
	Attempts  int        `json:"attempts" sv:"Försök" en:"Attempts"`
	Next      *time.Time `json:"next,omitempty" doc:"When it is tried next." sv:"Nästa försök" en:"Next attempt"`
	Created   time.Time  `json:"created" sv:"Skapat" en:"Created"`
	Done      *time.Time `json:"done,omitempty" sv:"Klart" en:"Done"`
	Failure   string     `json:"failure,omitempty" doc:"What the last attempt met." sv:"Senaste fel" en:"Last failure"`
}

// Documented is which lock a client has after a change (V5.2-a). Of two lines about a client the one with the higher number
// holds.
type Documented struct {
	Seq       int64     `json:"seq" doc:"Goes up by one for each change. Remember the last one you have." sv:"Nummer" en:"Number"`
	ClientID  string    `json:"client_id" doc:"Opaque, as in the answers to orders." sv:"Kundens id" en:"Client's id"`
	Reference string    `json:"reference,omitempty" doc:"Your own number of the client's newest order that has one." sv:"Referens" en:"Reference"`
	Event     string    `json:"event" enum:"mounted,dismounted,exchanged" sv:"Händelse" en:"Event"`
	LockKind  string    `json:"lock_kind,omitempty" enum:"door,box" doc:"None when the client has no lock now." sv:"Slag" en:"Kind"`
	Serial    string    `json:"serial,omitempty" sv:"Serienummer" en:"Serial number"`
	At        time.Time `json:"at" sv:"Tid" en:"Time"`
}

// Acknowledgement says that a system has taken in which locks clients have.
type Acknowledgement struct {
	Target string  `json:"target" doc:"Name of the system in the municipality's profile."`
	Seqs   []int64 `json:"seqs" nullable:"false" doc:"The numbers of the lines, at most 1 000."`
}

// Acknowledged answers an acknowledgement.
type Acknowledged struct {
	Count int `json:"count" doc:"How many numbers were given."`
}

// RegisterWebhook makes a webhook. Its secret is in the answer and can be read nowhere else.
func (c *Client) RegisterWebhook(ctx context.Context, key string, w NewWebhook) (Webhook, error) {
	var out Webhook
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/webhooks", key, "", w, &out)
	return out, err
}

// Webhook reads one webhook.
func (c *Client) Webhook(ctx context.Context, id string) (Webhook, ETag, error) {
	var out Webhook
	tag, err := c.get(ctx, "/api/v1/webhooks/"+url.PathEscape(id), &out)
	return out, tag, err
}

// ChangeWebhook does one of rotate, pause, resume, remove and test.
func (c *Client) ChangeWebhook(ctx context.Context, id string, seen ETag, act string) (Webhook, error) {
	var out Webhook
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/webhooks/"+url.PathEscape(id)+"/"+url.PathEscape(act), "", seen, nil, &out)
	return out, err
}

// Messages lists messages to webhooks, the newest first; webhook and state narrow it unless they are "".
func (c *Client) Messages(ctx context.Context, webhook, state string) iter.Seq2[Message, error] {
	return pages[Message](ctx, c, "/api/v1/messages", "webhook", webhook, "state", state)
}

// Documentation lists which locks clients have got, lost and exchanged, beginning after the number since.
func (c *Client) Documentation(ctx context.Context, since int64) iter.Seq2[Documented, error] {
	return pages[Documented](ctx, c, "/api/v1/documentation", "since", strconv.FormatInt(since, 10))
}

// Acknowledge says that a system of the profile has taken in the lines with these numbers.
func (c *Client) Acknowledge(ctx context.Context, target string, seqs ...int64) error {
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/documentation/acknowledgements", "", "", Acknowledgement{target, seqs}, nil)
	return err
}
