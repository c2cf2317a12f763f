package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// NewDisclosure asks for an extract of the log of doors.
type NewDisclosure struct {
	Requester string    `json:"requester" maxLength:"100" doc:"Name of who the extract is for."`
	Function  string    `json:"function" maxLength:"100" doc:"As what." example:"enhetschef"`
	Purpose   string    `json:"purpose" enum:"incident,own-request,follow-up,technical"`
	Reason    string    `json:"reason" maxLength:"1000"`
	Scope     string    `json:"scope" enum:"client,lock,key,staff"`
	About     string    `json:"about" maxLength:"100" doc:"Whose log: identity number or id of a client, serial of a lock, number of a key, employee number."`
	From      time.Time `json:"from"`
	Until     time.Time `json:"until" doc:"At most a year after from."`
	Doubt     bool      `json:"doubt,omitempty" doc:"It is unclear whether it may be disclosed: a harm assessment comes first."`
}

// Disclosure is a request for the log, and what became of it.
type Disclosure struct {
	ID           string     `json:"id" sv:"Id" en:"Id"`
	State        string     `json:"state" enum:"requested,assessed,granted,partly,refused,disclosed" sv:"Läge" en:"State"`
	Requester    string     `json:"requester" sv:"Begärd av" en:"Requester"`
	Function     string     `json:"function" sv:"Funktion" en:"Function"`
	Organisation string     `json:"organisation" sv:"Organisation" en:"Organisation"`
	Purpose      string     `json:"purpose" enum:"incident,own-request,follow-up,technical" sv:"Ändamål" en:"Purpose"`
	Reason       string     `json:"reason"`
	Scope        string     `json:"scope" enum:"client,lock,key,staff" sv:"Gäller" en:"About"`
	ScopeID      string     `json:"scope_id"`
	From         time.Time  `json:"from" sv:"Från" en:"From"`
	Until        time.Time  `json:"until" sv:"Till" en:"Until"`
	Requested    time.Time  `json:"requested" sv:"Begärd" en:"Requested"`
	Doubt        bool       `json:"doubt" doc:"It is not granted without a harm assessment." sv:"Oklart" en:"Doubt"`
	Harm         string     `json:"harm,omitempty" enum:"none,some,serious" sv:"Skada" en:"Harm"`
	Assessment   string     `json:"assessment,omitempty"`
	Decision     string     `json:"decision,omitempty"`
	Masks        []string   `json:"masks,omitempty" sv:"Utelämnat" en:"Left out"`
	Decided      *time.Time `json:"decided,omitempty" sv:"Beslutad" en:"Decided"`
	Entries      int        `json:"entries" sv:"Poster" en:"Entries"`
	Digest       string     `json:"digest,omitempty" doc:"SHA-256 of the extract that was handed out last."`
	Disclosed    *time.Time `json:"disclosed,omitempty" sv:"Utlämnad" en:"Disclosed"`
}

// HarmAssessment is what an assessment found.
type HarmAssessment struct {
	Harm    string `json:"harm" enum:"none,some,serious"`
	Reasons string `json:"reasons" maxLength:"2000"`
}

// DisclosureDecision decides a request.
type DisclosureDecision struct {
	Decision string   `json:"decision" enum:"granted,partly,refused"`
	Reasons  string   `json:"reasons" maxLength:"2000"`
	Masks    []string `json:"masks,omitempty" doc:"With partly, what is left out: staff, keys, technical, or person: and a staff member's id."`
}

// LogRow is one line of the log of doors.
type LogRow struct {
	Index    int64     `json:"index" doc:"Place in the journal, as in the proof." sv:"Plats" en:"Place"`
	Part     int       `json:"part,omitempty" doc:"Of an entry that tells of many events: which of them, from 1." sv:"Del" en:"Part"`
	At       time.Time `json:"at" sv:"Tid" en:"Time"`
	Quality  string    `json:"quality" enum:"server,device,unverified" doc:"How far the time can be trusted." sv:"Tidens säkerhet" en:"Quality"`
	Event    string    `json:"event" sv:"Händelse" en:"Event"`
	Lock     string    `json:"lock" sv:"Lås" en:"Lock"`
	Key      string    `json:"key,omitempty" sv:"Nyckel" en:"Key"`
	Code     string    `json:"code,omitempty" doc:"Why a lock refused." sv:"Kod" en:"Code"`
	Person   string    `json:"person,omitempty" sv:"Person" en:"Person"`
	Employee string    `json:"employee,omitempty" sv:"Anställningsnummer" en:"Employee number"`
}

// NewHold keeps records from being erased.
type NewHold struct {
	About  string `json:"about,omitempty" maxLength:"100" doc:"A client (identity number or id), a lock (serial), a key (number) or a staff member (employee number); nothing holds everything."`
	Reason string `json:"reason" maxLength:"500"`
}

// Hold is what keeps records from being erased.
type Hold struct {
	ID      string     `json:"id" sv:"Id" en:"Id"`
	Subject string     `json:"subject,omitempty" sv:"Gäller" en:"About"`
	Reason  string     `json:"reason" sv:"Skäl" en:"Reason"`
	From    time.Time  `json:"from" sv:"Från" en:"From"`
	Ended   *time.Time `json:"ended,omitempty" sv:"Hävt" en:"Ended"`
}

// Erasure is what a run of the retention would do with one class of records.
type Erasure struct {
	Class     string     `json:"class" sv:"Slag" en:"Class"`
	Before    *time.Time `json:"before,omitempty" doc:"What ended before this is due." sv:"Avslutat före" en:"Ended before"`
	Due       int        `json:"due" sv:"Gallras" en:"Due"`
	Held      int        `json:"held" sv:"Stoppade" en:"Held"`
	Waits     int        `json:"waits" doc:"Still in use: work, a key or a lock is left." sv:"Väntar" en:"Waiting"`
	Undecided bool       `json:"undecided" doc:"The municipality has decided no time: all is kept." sv:"Tid ej beslutad" en:"Undecided"`
}

// RequestDisclosure asks for an extract, once however often it is sent with the same key.
func (c *Client) RequestDisclosure(ctx context.Context, key string, in NewDisclosure) (Disclosure, error) {
	var out Disclosure
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/disclosures", key, "", in, &out)
	return out, err
}

// Disclosures lists requests, the newest first.
func (c *Client) Disclosures(ctx context.Context, state string) iter.Seq2[Disclosure, error] {
	return pages[Disclosure](ctx, c, "/api/v1/disclosures", "state", state)
}

// Disclosure reads a request.
func (c *Client) Disclosure(ctx context.Context, id string) (Disclosure, ETag, error) {
	var out Disclosure
	tag, err := c.get(ctx, "/api/v1/disclosures/"+url.PathEscape(id), &out)
	return out, tag, err
}

// AssessDisclosure records a harm assessment.
func (c *Client) AssessDisclosure(ctx context.Context, id string, seen ETag, in HarmAssessment) (Disclosure, error) {
	var out Disclosure
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/disclosures/"+url.PathEscape(id)+"/assess", "", seen, in, &out)
	return out, err
}

// DecideDisclosure decides a request.
func (c *Client) DecideDisclosure(ctx context.Context, id string, seen ETag, in DisclosureDecision) (Disclosure, error) {
	var out Disclosure
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/disclosures/"+url.PathEscape(id)+"/decide", "", seen, in, &out)
	return out, err
}

// DisclosedRows lists what an extract says, in words.
func (c *Client) DisclosedRows(ctx context.Context, id string) iter.Seq2[LogRow, error] {
	return pages[LogRow](ctx, c, "/api/v1/disclosures/"+url.PathEscape(id)+"/rows")
}
