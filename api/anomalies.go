package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// Anomaly is something that does not add up in what keys carried home, or in what locks and keys know.
type Anomaly struct {
	ID      string     `json:"id" doc:"Opaque. Use it in addresses." sv:"Id" en:"Id"`
	At      time.Time  `json:"at" doc:"When it was found." sv:"Upptäckt" en:"Found"`
	Class   string     `json:"class" enum:"unreadable,stranger,gap,fork,rollback,lost,activation,orphan,left-out,set-aside,quota,ahead,overflow" doc:"docs/operations.md says what each of them means and what to do." sv:"Slag" en:"Class"`
	Label   string     `json:"label,omitempty" doc:"Of the lock or key: serial number or key number." sv:"Märkning" en:"Label"`
	Detail  string     `json:"detail" doc:"For technicians." sv:"Detalj" en:"Detail"`
	Settled *time.Time `json:"settled,omitempty" sv:"Avklarad" en:"Settled"`
	By      string     `json:"settled_by,omitempty" sv:"Avklarad av" en:"Settled by"`
	Note    string     `json:"note,omitempty" doc:"What was done about it." sv:"Åtgärd" en:"Done"`
}

// AnomalyNote says what was done about an anomaly.
type AnomalyNote struct {
	Note string `json:"note" maxLength:"500" doc:"What was done about it. No names."`
}

// AnomalyFilter narrows the list of anomalies. The zero value is all of them.
type AnomalyFilter struct {
	Class string
	Label string    // of a lock or key
	Since time.Time // found at this instant or later
	Open  bool      // only those that nobody has dealt with
}

// Anomalies lists anomalies, the newest first.
func (c *Client) Anomalies(ctx context.Context, f AnomalyFilter) iter.Seq2[Anomaly, error] {
	since := ""
	if !f.Since.IsZero() {
		since = f.Since.UTC().Format(time.RFC3339)
	}
	return pages[Anomaly](ctx, c, "/api/v1/anomalies", "class", f.Class, "label", f.Label, "since", since, "open", flag(f.Open))
}

// SettleAnomaly notes what was done about an anomaly, once however often it is sent with the same key.
func (c *Client) SettleAnomaly(ctx context.Context, key, id, note string) error {
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/anomalies/"+url.PathEscape(id)+"/settle", key, "", AnomalyNote{note}, nil)
	return err
}
