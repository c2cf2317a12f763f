package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// ReportFault reports something that does not work, once however often it is sent with the same key.
func (c *Client) ReportFault(ctx context.Context, key string, in NewFault) (FaultAnswer, error) {
	var out FaultAnswer
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/faults", key, "", in, &out)
	return out, err
}

// FaultFilter narrows [Client.Faults]; the zero value takes all.
type FaultFilter struct {
	Thing, Label string // the history of one thing
	State        string
	Open         bool // not ended
	Urgent       bool
}

// Faults lists faults, the newest first.
func (c *Client) Faults(ctx context.Context, f FaultFilter) iter.Seq2[Fault, error] {
	return pages[Fault](ctx, c, "/api/v1/faults", "thing", f.Thing, "label", f.Label, "state", f.State, "open", flag(f.Open), "urgent", flag(f.Urgent))
}

func flag(set bool) string {
	if set {
		return "true"
	}
	return ""
}

// Fault reads a fault with its reports.
func (c *Client) Fault(ctx context.Context, id string) (FaultCase, ETag, error) {
	var out FaultCase
	tag, err := c.get(ctx, "/api/v1/faults/"+url.PathEscape(id), &out)
	return out, tag, err
}

// AssignFault says who looks after a fault.
func (c *Client) AssignFault(ctx context.Context, id string, seen ETag, in FaultAssignment) (Fault, error) {
	var out Fault
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/faults/"+url.PathEscape(id)+"/assign", "", seen, in, &out)
	return out, err
}

// EndFault ends a fault.
func (c *Client) EndFault(ctx context.Context, id string, seen ETag, in FaultEnd) (Fault, error) {
	var out Fault
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/faults/"+url.PathEscape(id)+"/end", "", seen, in, &out)
	return out, err
}

// Triage reads what to ask before a fault is reported: lock, key, lost-key, station or power.
func (c *Client) Triage(ctx context.Context, failure string) (Triage, error) {
	var out Triage
	_, err := c.get(ctx, "/api/v1/triage/"+url.PathEscape(failure), &out)
	return out, err
}

// Crisis reads what to do when something fails, to be kept.
func (c *Client) Crisis(ctx context.Context) (CrisisPage, ETag, error) {
	var out CrisisPage
	tag, err := c.get(ctx, "/api/v1/crisis", &out)
	return out, tag, err
}

// RecordOnCall records that the supplier's on-call was called.
func (c *Client) RecordOnCall(ctx context.Context, key string, in NewOnCall) (OnCall, error) {
	var out OnCall
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/on-call-cases", key, "", in, &out)
	return out, err
}

// OnCalls lists on-call cases, the newest first; only those without an established cause if open.
func (c *Client) OnCalls(ctx context.Context, open bool) iter.Seq2[OnCall, error] {
	return pages[OnCall](ctx, c, "/api/v1/on-call-cases", "open", flag(open))
}

// OnCall reads an on-call case.
func (c *Client) OnCall(ctx context.Context, id string) (OnCall, ETag, error) {
	var out OnCall
	tag, err := c.get(ctx, "/api/v1/on-call-cases/"+url.PathEscape(id), &out)
	return out, tag, err
}

// SettleOnCall establishes the cause of an on-call case.
func (c *Client) SettleOnCall(ctx context.Context, id string, seen ETag, in OnCallCause) (OnCall, error) {
	var out OnCall
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/on-call-cases/"+url.PathEscape(id)+"/settle", "", seen, in, &out)
	return out, err
}

// ChargeFilter narrows [Client.Charges]; the zero value takes all.
type ChargeFilter struct{ State, PayerOrg, ExportID string }

// Charges lists charges, the newest first.
func (c *Client) Charges(ctx context.Context, f ChargeFilter) iter.Seq2[Charge, error] {
	return pages[Charge](ctx, c, "/api/v1/charges", "state", f.State, "payer", f.PayerOrg, "export", f.ExportID)
}

// Charge reads a charge.
func (c *Client) Charge(ctx context.Context, id string) (Charge, ETag, error) {
	var out Charge
	tag, err := c.get(ctx, "/api/v1/charges/"+url.PathEscape(id), &out)
	return out, tag, err
}

// ProposeCharge asks the routine who bears a cost.
func (c *Client) ProposeCharge(ctx context.Context, key string, in NewCharge) (Charge, error) {
	var out Charge
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/charges", key, "", in, &out)
	return out, err
}

// DecideCharge approves or waives a charge.
func (c *Client) DecideCharge(ctx context.Context, id string, seen ETag, in ChargeDecision) (Charge, error) {
	var out Charge
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/charges/"+url.PathEscape(id)+"/decide", "", seen, in, &out)
	return out, err
}

// CreditCharge takes an exported charge back, wholly or in part, and returns the credit. It is made once for each key.
func (c *Client) CreditCharge(ctx context.Context, key, id string, seen ETag, in ChargeCredit) (Charge, error) {
	var out Charge
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/charges/"+url.PathEscape(id)+"/credit", key, seen, in, &out)
	return out, err
}

// ExportCharges hands the approved charges over for invoicing.
func (c *Client) ExportCharges(ctx context.Context, key string, in NewChargeExport) (ChargeExport, error) {
	var out ChargeExport
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/charge-exports", key, "", in, &out)
	return out, err
}

// ChargeExports lists runs, the newest first.
func (c *Client) ChargeExports(ctx context.Context) iter.Seq2[ChargeExport, error] {
	return pages[ChargeExport](ctx, c, "/api/v1/charge-exports")
}
