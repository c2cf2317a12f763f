package fhir

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/web"
)

// Problems with what a ServiceRequest refers to. Codes are stable.
var (
	errReference = problem.New(problem.Invalid, "fhir-reference",
		"Hänvisningen går inte att följa. Ange identifier, en contained resurs (#id) eller en annan post i samma Bundle (fullUrl).",
		"The reference cannot be followed. Give an identifier, a contained resource (#id) or another entry of the Bundle (fullUrl).")
	errIdentifier = problem.New(problem.Invalid, "fhir-identifier",
		"Rätt sorts identifier saknas. Ange en enda av: %s.",
		"The right sort of identifier is missing. Give exactly one of: %s.")
)

// serviceRequest is a ServiceRequest with the elements that the library's type lacks.
type serviceRequest struct {
	ResourceType string            `json:"resourceType"`
	Contained    []json.RawMessage `json:"contained"`
	fhir.ServiceRequest

	parties map[string]party // the contained ones, by "#id"
}

// parseRequest reads a ServiceRequest and refuses what would change its meaning unseen.
func parseRequest(text []byte) (*serviceRequest, error) {
	r := &serviceRequest{parties: map[string]party{}}
	if err := web.DecodeJSON(text, r); err != nil {
		return nil, err
	}
	for _, e := range []struct {
		name    string
		present bool
	}{
		{"implicitRules", r.ImplicitRules != nil},
		{"modifierExtension", len(r.ModifierExtension) > 0},
		{"doNotPerform", r.DoNotPerform != nil && *r.DoNotPerform},
		{"occurrenceTiming", r.OccurrenceTiming != nil},
		{"asNeeded", r.AsNeededBoolean != nil && *r.AsNeededBoolean || r.AsNeededCodeableConcept != nil},
		{"quantity", r.QuantityQuantity != nil || r.QuantityRange != nil || r.QuantityRatio != nil},
		{"replaces", len(r.Replaces) > 0},
	} {
		if e.present {
			return nil, errNotUnderstood.On(e.name)
		}
	}
	return r, r.readContained()
}

func (r *serviceRequest) readContained() error {
	if len(r.Contained) > 10 {
		return errEntries.Fill(10).On("contained")
	}
	for _, text := range r.Contained {
		p, err := parseParty(text)
		if err != nil {
			return at(err, "contained")
		}
		if _, twice := r.parties["#"+p.ID]; twice {
			return errTwice.On("contained")
		}
		r.parties["#"+p.ID] = p
	}
	return nil
}

// identifiers returns those of what a reference points at, and "Patient" or "Organization" where that is known.
func (r *serviceRequest) identifiers(b *bundle, ref fhir.Reference) ([]fhir.Identifier, string, error) {
	if ref.Reference != nil {
		p, ok := r.parties[*ref.Reference]
		if !ok {
			p, ok = b.parties[*ref.Reference]
		}
		if ok {
			return p.Identifier, p.ResourceType, nil
		}
	}
	if ref.Identifier == nil {
		return nil, "", errReference
	}
	kind := ""
	if ref.Type != nil {
		kind = *ref.Type
	}
	return []fhir.Identifier{*ref.Identifier}, kind, nil
}

// pick returns the one identifier of the first of the systems that has any. Several of one system that differ are refused:
// nobody can know which was meant.
func pick(ids []fhir.Identifier, systems ...string) (system, value string, err error) {
	none := errIdentifier.Fill(strings.Join(systems, ", "))
	for _, want := range systems {
		found := ""
		for _, id := range ids {
			if id.System == nil || id.Value == nil || *id.System != want || *id.Value == "" || old(id) {
				continue
			}
			if found != "" && found != *id.Value {
				return "", "", none
			}
			found = *id.Value
		}
		if found != "" {
			return want, found, nil
		}
	}
	return "", "", none
}

func old(id fhir.Identifier) bool { return id.Use != nil && *id.Use == fhir.IdentifierUseOld }

// eachProblem replaces each problem in err, which may be several joined; what is not a problem stays.
func eachProblem(err error, change func(*problem.Error) *problem.Error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, eachProblem(one, change))
		}
		return errors.Join(all...)
	}
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return change(p)
	}
	return err
}
