package api

import (
	"fmt"
	"time"
)

// Order is a request for change, as a case system sends it (V1.1-e). Which fields a kind needs is said at each field.
type Order struct {
	Kind           string `json:"kind" enum:"alarm-granted,alarm-renounced,homecare-granted,homecare-ended,provider-changed,needs-lock,opens-self,in-effect,shopping-granted,shopping-ended,health-started,health-ended,died,moved,lock-ends,mount,dismount,service" doc:"What is ordered." example:"homecare-granted"`
	PersonalNumber string `json:"personal_number" maxLength:"20" doc:"The client's personal identity number or coordination number: ten or twelve digits, with or without - or + before the last four." example:"18900118-9811"`
	Group          string `json:"group,omitempty" maxLength:"100" doc:"The working group: its code, or the organisation number of a provider that has just one group of the right kind. Needed by every kind that begins, ends or changes a service; provider-changed names the group that leaves, shopping-granted and shopping-ended the firm that delivers. Kinds whose group is the only one of its kind in the municipality, such as alarm-granted, may leave it out." example:"G001"`
	ToGroup        string `json:"to_group,omitempty" maxLength:"100" doc:"The group that takes over. Needed by provider-changed." example:"G002"`
	Effective      string `json:"effective" format:"date" doc:"The day from which the order holds, counted from midnight in Sweden. What ends, ends at that midnight; what begins, begins at it." example:"2026-11-23"`
	OpensSelf      bool   `json:"opens_self,omitempty" doc:"homecare-granted, shopping-granted, health-started: the client opens the door, so that nobody gets a key."`
	InEffect       bool   `json:"in_effect,omitempty" doc:"homecare-granted, shopping-granted, provider-changed: the case officer has set the client in effect on the provider. Ignored when a provider says it. The kind in-effect says it later."`
	Need           string `json:"need,omitempty" enum:"cannot-open,does-not-hear,other" doc:"Needed by needs-lock: why. With other, say it in reason."`
	OnBehalfOf     string `json:"on_behalf_of,omitempty" maxLength:"20" doc:"Only the lock manager, who writes in an order form: the organisation number of whose it is."`
	OnBehalfRole   string `json:"on_behalf_role,omitempty" enum:"case-officer,provider,health-unit,delivery,alarm-team" doc:"With on_behalf_of: the role in which that organisation orders."`
	Reason         string `json:"reason,omitempty" maxLength:"500" doc:"Why, in free text of at most 500 bytes. No names."`
	Reference      string `json:"reference,omitempty" maxLength:"100" doc:"The orderer's own number of the order, at most 100 bytes." example:"SOL-2026-1187"`
}

// PlacedOrder is an order that the municipality has taken.
type PlacedOrder struct {
	ID        string    `json:"id" doc:"Opaque. Use it in addresses."`
	Number    string    `json:"number" doc:"The number to say on the phone." example:"7K3M-9QX2"`
	Kind      string    `json:"kind"`
	State     string    `json:"state" enum:"in-progress,done,returned,withdrawn" doc:"done when no task is left. returned by the lock manager, withdrawn by the orderer: then it is as if it had never come."`
	ClientID  string    `json:"client_id" doc:"Opaque; the identity number is never sent back."`
	GroupID   string    `json:"group_id,omitempty"`
	ToGroupID string    `json:"to_group_id,omitempty"`
	Effective string    `json:"effective" format:"date"`
	Reason    string    `json:"reason,omitempty"`
	Reference string    `json:"reference,omitempty"`
	Answer    string    `json:"answer,omitempty" doc:"Why it was returned or withdrawn."`
	Received  time.Time `json:"received" doc:"When it was stored, UTC."`
	Tasks     []Task    `json:"tasks" nullable:"false" doc:"The work that it waits for or has waited for. Orders about the same door share a task."`
	Rules     []string  `json:"rules,omitempty" doc:"The lines of the routine that were applied; none when the order changed nothing."`

	// Repeated is set by the client when the server had taken the order before, under the same idempotency key.
	Repeated bool `json:"-"`
}

// Task is work that somebody has to do because of an order.
type Task struct {
	ID    string    `json:"id"`
	Kind  string    `json:"kind" example:"mount"`
	Rule  string    `json:"rule" example:"V1.1-a"`
	State string    `json:"state" enum:"open,waiting,assigned,booked,in-progress,done,cancelled"`
	Due   time.Time `json:"due"`
}

// Health is the answer to whether the server can work.
type Health struct {
	Status   string          `json:"status" enum:"ok"`
	Database string          `json:"database,omitempty" enum:"ok" doc:"Only where the database was asked."`
	Version  string          `json:"version,omitempty"`
	Restart  bool            `json:"restart_needed,omitempty" doc:"The municipality has another profile since the server started, and the server works by the old one until it is restarted."`
	Inbox    *Inbox          `json:"inbox,omitempty" doc:"What keys have carried home and the server has not taken over yet."`
	Stations *StationContact `json:"stations,omitempty" doc:"Whether the stations are heard of."`
}

// StationContact is how stations are heard of. One that is out of contact goes on activating keys for five days.
type StationContact struct {
	Working int `json:"working" doc:"Stations in use that are neither out nor blocked."`
	Silent  int `json:"silent" doc:"Those of them that have not asked for news for eight hours."`
	Age     int `json:"silent_seconds" doc:"How long the one that has been silent longest has been so, in seconds; 0 while none is."`
}

// Inbox is how far the server has come with what keys carry home. An opening is in the journal once it has been taken over.
type Inbox struct {
	Waiting  int `json:"waiting" doc:"Visits whose mail waits."`
	Age      int `json:"oldest_seconds" doc:"How long the first of them has waited, in seconds; 0 while none does."`
	SetAside int `json:"set_aside" doc:"Visits whose mail could not be taken over."`
}

// Problem says why a request was turned away (RFC 9457). It is also the error of the [Client].
type Problem struct {
	Type    string         `json:"type" doc:"A name for this sort of problem; it leads nowhere." example:"urn:hemnyckel:problem:order-client-unknown"`
	Title   string         `json:"title" doc:"The sort of problem in words, in the language asked for with Accept-Language: Swedish or English."`
	Status  int            `json:"status" doc:"The HTTP status."`
	Detail  string         `json:"detail" doc:"What is wrong and what to do, for people."`
	Code    string         `json:"code" doc:"What is wrong, for programs. Stable." example:"order-client-unknown"`
	Errors  []FieldProblem `json:"errors,omitempty" doc:"The same for each field that is wrong."`
	Request string         `json:"request_id,omitempty" doc:"Say this number when you ask for help."`
}

// FieldProblem is what is wrong with one field.
type FieldProblem struct {
	Field  string `json:"field" example:"personal_number"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Error is one line for logs: the status, the code and the sentence.
func (p *Problem) Error() string {
	return fmt.Sprintf("hemnyckel: %d %s: %s", p.Status, p.Code, p.Detail)
}

// Is reports whether target is a Problem of the same code: errors.Is(err, &api.Problem{Code: "order-client-unknown"}).
func (p *Problem) Is(target error) bool {
	t, ok := target.(*Problem)
	return ok && t.Code == p.Code
}
