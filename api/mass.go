package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// NewMassChange asks that many clients be passed on to other groups from one day: a provider that is gone, a group that is split
// or merged with others. Or, with kind house-sold, that properties change owner.
type NewMassChange struct {
	Kind       string            `json:"kind" enum:"provider-replaced,group-split,groups-merged,house-sold"`
	From       []string          `json:"from,omitempty" doc:"Codes of the groups whose clients are passed on."`
	To         string            `json:"to,omitempty" doc:"Code of the group that takes those whom nothing else names."`
	Postal     map[string]string `json:"postal,omitempty" doc:"Postal code of the dwelling, and the code of the group that takes over there."`
	Clients    map[string]string `json:"clients,omitempty" doc:"Client's id, and the code of the group that takes over; goes before postal."`
	Properties []string          `json:"properties,omitempty" doc:"With house-sold: ids of what is sold, at most 1,000."`
	OldOwner   string            `json:"old_owner,omitempty" doc:"With house-sold, instead of properties: id of the owner who sells everything."`
	Owners     []string          `json:"owners,omitempty" doc:"With house-sold: ids of the new owners. Letters go to the first."`
	Effective  string            `json:"effective" format:"date" doc:"The day from which it holds; it must not have begun."`
	Reason     string            `json:"reason" maxLength:"500"`
}

// MassChange is one act for many clients.
type MassChange struct {
	ID         string     `json:"id" sv:"Id" en:"Id"`
	Number     string     `json:"number" sv:"Nummer" en:"Number"`
	Kind       string     `json:"kind" sv:"Slag" en:"Kind"`
	State      string     `json:"state" enum:"draft,reviewed,applying,applied,undoing,undone,cancelled,settled" doc:"settled: houses that were sold, when all that follows has been done." sv:"Läge" en:"State"`
	Effective  string     `json:"effective" format:"date" sv:"Gäller från" en:"Effective"`
	Reason     string     `json:"reason" sv:"Skäl" en:"Reason"`
	From       []string   `json:"from" nullable:"false" sv:"Från grupper" en:"From groups"`
	Owners     []string   `json:"owners,omitempty" doc:"With house-sold: ids of the new owners." sv:"Nya ägare" en:"New owners"`
	Created    time.Time  `json:"created" sv:"Skapad" en:"Created"`
	Reviewed   *time.Time `json:"reviewed,omitempty" sv:"Granskad" en:"Reviewed"`
	Ended      *time.Time `json:"ended,omitempty" doc:"When it was applied, undone or cancelled." sv:"Klar" en:"Done"`
	Planned    bool       `json:"planned" doc:"Whether the draft has a row for every client." sv:"Planerad" en:"Planned"`
	Total      int        `json:"total" doc:"Rows." sv:"Rader" en:"Rows"`
	Done       int        `json:"done" doc:"Rows that the present step has come to." sv:"Behandlade" en:"Handled"`
	Unfinished bool       `json:"unfinished" doc:"It was interrupted, or is being worked on: continue it."`
}

// MassRow is what a mass change does for one client, or with one property.
type MassRow struct {
	Seq        int64  `json:"seq" sv:"Rad" en:"Row"`
	ClientID   string `json:"client_id,omitempty" sv:"Kundens id" en:"Client's id"`
	PropertyID string `json:"property_id,omitempty" sv:"Fastighetens id" en:"Property's id"`
	FromID     string `json:"from_id,omitempty" doc:"Id of the group that leaves." sv:"Från grupp" en:"From group"`
	ToID       string `json:"to_id,omitempty" doc:"Id of the group that takes over; none where nobody has said." sv:"Till grupp" en:"To group"`
	State      string `json:"state" enum:"planned,applied,refused,undone,settled" sv:"Läge" en:"State"`
	Note       string `json:"note,omitempty" doc:"Code of the problem with it." sv:"Anmärkning" en:"Note"`
	Services   int    `json:"services" doc:"How many services change." sv:"Insatser" en:"Services"`
	Rights     int    `json:"rights" doc:"How many rights are added or taken away." sv:"Behörigheter" en:"Rights"`
	Receipts   int    `json:"receipts" doc:"How many physical keys change hands." sv:"Kvittenser" en:"Receipts"`
	Locks      int    `json:"locks" doc:"At how many doors of the property there is a lock. They stay; the new owner is asked." sv:"Lås" en:"Locks"`
	Mountings  int    `json:"mountings" doc:"At how many doors one is to be mounted, which waits for the new owner." sv:"Monteringar" en:"Mountings"`
}

// DraftMassChange plans a mass change and changes nothing else.
func (c *Client) DraftMassChange(ctx context.Context, key string, m NewMassChange) (MassChange, error) {
	var out MassChange
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/mass-changes", key, "", m, &out)
	return out, err
}

// MassChange reads one.
func (c *Client) MassChange(ctx context.Context, id string) (MassChange, ETag, error) {
	var out MassChange
	tag, err := c.get(ctx, "/api/v1/mass-changes/"+url.PathEscape(id), &out)
	return out, tag, err
}

// TurnMassChange does one of review, apply, undo, cancel and continue.
func (c *Client) TurnMassChange(ctx context.Context, id string, seen ETag, act string) (MassChange, error) {
	var out MassChange
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/mass-changes/"+url.PathEscape(id)+"/"+url.PathEscape(act), "", seen, nil, &out)
	return out, err
}

// MassRows lists what a mass change does, client by client or property by property.
func (c *Client) MassRows(ctx context.Context, id, state string) iter.Seq2[MassRow, error] {
	return pages[MassRow](ctx, c, "/api/v1/mass-changes/"+url.PathEscape(id)+"/rows", "state", state)
}
