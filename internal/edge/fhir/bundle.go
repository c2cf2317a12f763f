package fhir

import (
	"encoding/json"
	"fmt"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/web"
)

// maxEntries of a bundle.
const maxEntries = 100

// Problems with bundles. Codes are stable.
var (
	errNotBundle = problem.New(problem.Invalid, "fhir-not-bundle",
		"Innehållet är inte en FHIR R4 Bundle. Skicka resourceType Bundle av typen batch eller transaction.",
		"The content is not a FHIR R4 Bundle. Send resourceType Bundle of type batch or transaction.")
	errEntries = problem.New(problem.TooLarge, "fhir-entries",
		"En Bundle får ha högst %d poster. Dela upp den.", "A Bundle may have at most %d entries. Divide it.")
	errNoRequest = problem.New(problem.Invalid, "fhir-no-order",
		"Det finns ingen ServiceRequest i samlingen. Lägg till minst en.",
		"There is no ServiceRequest in the Bundle. Add at least one.")
	errTransaction = problem.New(problem.Invalid, "fhir-use-batch",
		"En transaction får bara innehålla en ServiceRequest här. Skicka flera som batch: varje beställning lyckas eller avvisas för sig.",
		"A transaction may hold only one ServiceRequest here. Send several as a batch: each order succeeds or is refused on its own.")
	errVerb = problem.New(problem.Invalid, "fhir-verb",
		"Posten måste ha request.method POST och request.url %s.",
		"The entry must have request.method POST and request.url %s.")
	errResource = problem.New(problem.Invalid, "fhir-resource",
		"Posten måste vara en ServiceRequest, Patient eller Organization.",
		"The entry must be a ServiceRequest, a Patient or an Organization.")
	errTwice = problem.New(problem.Invalid, "fhir-twice",
		"Två resurser har samma adress (fullUrl eller id), så det går inte att veta vilken som menas. Ge dem olika.",
		"Two resources have the same address (fullUrl or id), so nobody can know which is meant. Give them different ones.")
	errNotUnderstood = problem.New(problem.Invalid, "fhir-not-understood",
		"Elementet ändrar innebörden på ett sätt som inte stöds. Ta bort det.",
		"The element changes the meaning in a way that is not supported. Take it away.")
	errUnconditional = problem.New(problem.Invalid, "fhir-conditional",
		"Villkorade anrop (ifNoneExist, ifMatch) stöds inte. Ta bort villkoret: en upprepad beställning känns igen på sin identifier.",
		"Conditional requests (ifNoneExist, ifMatch) are not supported. Take the condition away: a repeated order is known by its identifier.")
)

// bundle is a Bundle that has been read: as many entries as it had.
type bundle struct {
	transaction bool
	entries     []entry
	parties     map[string]party // by fullUrl
}

// entry is one of a bundle's.
type entry struct {
	request *serviceRequest // nil for a party, and when err is set
	err     error           // why it cannot be carried out
}

// party is what is read of a Patient or an Organization.
type party struct {
	ResourceType string            `json:"resourceType"`
	ID           string            `json:"id"`
	Identifier   []fhir.Identifier `json:"identifier"`
	Rules        string            `json:"implicitRules"`
	Modifier     []json.RawMessage `json:"modifierExtension"`
}

// parseBundle reads a bundle. The error concerns the whole; an entry's own fault stands in the entry.
func parseBundle(text []byte) (*bundle, error) {
	if err := web.CheckJSON(text); err != nil {
		return nil, err
	}
	var in struct {
		ResourceType string `json:"resourceType"`
		fhir.Bundle
	}
	if resourceType(text) != "Bundle" {
		return nil, errNotBundle
	}
	if err := web.DecodeJSON(text, &in); err != nil {
		return nil, err
	}
	if in.Type != fhir.BundleTypeBatch && in.Type != fhir.BundleTypeTransaction {
		return nil, errNotBundle
	}
	if in.ImplicitRules != nil {
		return nil, errNotUnderstood.On("Bundle.implicitRules")
	}
	if len(in.Entry) > maxEntries {
		return nil, errEntries.Fill(maxEntries)
	}
	b := &bundle{transaction: in.Type == fhir.BundleTypeTransaction, parties: map[string]party{}}
	return b, b.read(in.Entry)
}

// resourceType is what a resource calls itself, or "" if it is none.
func resourceType(text []byte) string {
	var head struct {
		ResourceType string `json:"resourceType"`
	}
	if json.Unmarshal(text, &head) != nil {
		return ""
	}
	return head.ResourceType
}

func (b *bundle) read(entries []fhir.BundleEntry) error {
	orders := 0
	for i, e := range entries {
		one := b.readEntry(e)
		if one.err != nil {
			one.err = at(one.err, fmt.Sprintf("Bundle.entry[%d]", i))
		}
		if one.request != nil || one.err != nil {
			orders++
		}
		b.entries = append(b.entries, one)
	}
	if orders == 0 {
		return errNoRequest
	}
	if b.transaction && orders > 1 {
		return errTransaction
	}
	return nil
}

// readEntry reads a ServiceRequest strictly, and of a party what identifies it.
func (b *bundle) readEntry(e fhir.BundleEntry) entry {
	if len(e.ModifierExtension) > 0 {
		return entry{err: errNotUnderstood.On("modifierExtension")}
	}
	kind := resourceType(e.Resource)
	if err := checkVerb(e.Request, kind); err != nil {
		return entry{err: err}
	}
	switch kind {
	case "ServiceRequest":
		r, err := parseRequest(e.Resource)
		if err != nil {
			return entry{err: at(err, "resource")}
		}
		return entry{request: r}
	case "Patient", "Organization":
		p, err := parseParty(e.Resource)
		if err != nil {
			return entry{err: at(err, "resource")}
		}
		if e.FullUrl == nil {
			return entry{}
		}
		if _, twice := b.parties[*e.FullUrl]; twice {
			return entry{err: errTwice.On("fullUrl")}
		}
		b.parties[*e.FullUrl] = p
		return entry{}
	}
	return entry{err: errResource.On("resource")}
}

// parseParty reads a Patient or an Organization as far as it is used.
func parseParty(text []byte) (party, error) {
	var p party
	if json.Unmarshal(text, &p) != nil || p.ResourceType != "Patient" && p.ResourceType != "Organization" {
		return p, errResource
	}
	if p.Rules != "" || len(p.Modifier) > 0 {
		return p, errNotUnderstood
	}
	return p, nil
}

func checkVerb(r *fhir.BundleEntryRequest, resource string) error {
	switch {
	case r == nil || r.Method != fhir.HTTPVerbPOST || r.Url != resource:
		return errVerb.Fill(shown(resource)).On("request")
	case r.IfNoneExist != nil || r.IfMatch != nil || r.IfNoneMatch != nil || r.IfModifiedSince != nil:
		return errUnconditional.On("request")
	}
	return nil
}

// shown keeps what the caller calls a resource out of the answer unless it is one that we know.
func shown(resource string) string {
	switch resource {
	case "Patient", "Organization":
		return resource
	}
	return "ServiceRequest"
}

// at puts a path in front of the field that a problem concerns.
func at(err error, path string) error {
	if path == "" {
		return err
	}
	return eachProblem(err, func(p *problem.Error) *problem.Error {
		if p.Field == "" {
			return p.On(path)
		}
		return p.On(path + "." + p.Field)
	})
}
