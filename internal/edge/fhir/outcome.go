package fhir

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/web"
)

// outcome writes a problem as an OperationOutcome: one issue for each field, or one for the whole.
func outcome(p api.Problem) fhir.OperationOutcome {
	fields := p.Errors
	if len(fields) == 0 {
		fields = []api.FieldProblem{{Code: p.Code, Detail: p.Detail}}
	}
	var out fhir.OperationOutcome
	for _, f := range fields {
		issue := fhir.OperationOutcomeIssue{Severity: fhir.IssueSeverityError, Code: issueType(p.Status), Details: details(f.Code, f.Detail)}
		if f.Field != "" {
			issue.Expression = []string{f.Field}
		}
		if p.Request != "" && p.Status >= 500 {
			number := "request " + p.Request
			issue.Diagnostics = &number
		}
		out.Issue = append(out.Issue, issue)
	}
	return out
}

func details(code, text string) *fhir.CodeableConcept {
	system := SystemProblem
	return &fhir.CodeableConcept{Coding: []fhir.Coding{{System: &system, Code: &code}}, Text: &text}
}

// issueType is the nearest in FHIR's own list to an HTTP status.
func issueType(status int) fhir.IssueType {
	switch status {
	case http.StatusUnauthorized:
		return fhir.IssueTypeLogin
	case http.StatusForbidden:
		return fhir.IssueTypeForbidden
	case http.StatusNotFound:
		return fhir.IssueTypeNotFound
	case http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType:
		return fhir.IssueTypeNotSupported
	case http.StatusConflict:
		return fhir.IssueTypeConflict
	case http.StatusRequestEntityTooLarge:
		return fhir.IssueTypeTooLong
	case http.StatusServiceUnavailable:
		return fhir.IssueTypeTransient
	case http.StatusUnprocessableEntity:
		return fhir.IssueTypeValue
	case http.StatusBadRequest:
		return fhir.IssueTypeInvalid
	}
	return fhir.IssueTypeException
}

// refused is the answer to an entry of a batch that could not be carried out.
func refused(ctx context.Context, err error) fhir.BundleEntryResponse {
	p := web.Describe(ctx, err)
	return fhir.BundleEntryResponse{Status: fmt.Sprintf("%d %s", p.Status, http.StatusText(p.Status)), Outcome: raw(outcome(p))}
}

var notStored = problem.Text{
	SV: "Resursen användes bara för att identifiera parten. Den sparas inte.",
	EN: "The resource was used to identify the party only. It is not stored."}

// noted is the answer to an entry that others refer to.
func noted(ctx context.Context) fhir.BundleEntryResponse {
	return fhir.BundleEntryResponse{Status: "200 OK", Outcome: raw(fhir.OperationOutcome{Issue: []fhir.OperationOutcomeIssue{{
		Severity: fhir.IssueSeverityInformation, Code: fhir.IssueTypeInformational,
		Details: details("not-stored", notStored.In(web.Language(ctx)))}}})}
}

func raw(o fhir.OperationOutcome) json.RawMessage {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // plain values: cannot fail
	}
	return text
}

// capabilities says what this server can do, and what it cannot.
func capabilities(o Options) fhir.CapabilityStatement {
	name, title, security := "Hemnyckel", "Hemnyckel: orders", "Bearer token with the scope role:case-officer or role:provider."
	system := "ServiceRequest orders come in a Bundle posted to the base address. A batch carries out each request alone; a " +
		"transaction may hold one ServiceRequest. Code system " + SystemService + ": alarm, homecare, shopping, health, in-effect, died, moved; instead of a code of it, the text or display Trygghetslarm or Hemtjänst. Nothing can be read or " +
		"searched here: an accepted order is read at the location given in its entry's response."
	stored := "Taken in bundles only. Identified by its one identifier, or by the header Idempotency-Key and its place in the bundle; sending it again gives the order of the first time."
	party := "Taken in bundles to be referred to. Only identifiers are read; nothing is stored."
	statement := fhir.CapabilityStatement{
		Name: &name, Title: &title, Status: fhir.PublicationStatusActive, Date: o.Released.UTC().Format(time.DateOnly),
		Kind: fhir.CapabilityStatementKindInstance, FhirVersion: fhir.FHIRVersion4_0_1, Format: []string{mediaType},
		Software:       &fhir.CapabilityStatementSoftware{Name: name},
		Implementation: &fhir.CapabilityStatementImplementation{Description: title},
		Rest: []fhir.CapabilityStatementRest{{
			Mode: fhir.RestfulCapabilityModeServer, Documentation: &system,
			Security: &fhir.CapabilityStatementRestSecurity{Description: &security},
			Resource: []fhir.CapabilityStatementRestResource{
				{Type: fhir.ResourceTypeServiceRequest, Documentation: &stored},
				{Type: fhir.ResourceTypePatient, Documentation: &party},
				{Type: fhir.ResourceTypeOrganization, Documentation: &party},
			},
			Interaction: []fhir.CapabilityStatementRestInteraction{
				{Code: fhir.SystemRestfulInteractionBatch}, {Code: fhir.SystemRestfulInteractionTransaction}},
		}},
	}
	if o.Version != "" {
		statement.Software.Version = &o.Version
	}
	return statement
}
