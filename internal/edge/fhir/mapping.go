package fhir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/samply/golang-fhir-models/fhir-models/fhir"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
)

// Problems with what a ServiceRequest says. Codes are stable.
var (
	errOnlyOrder = problem.New(problem.Invalid, "fhir-intent",
		"Bara intent order tas emot.", "Only intent order is taken.")
	errStatus = problem.New(problem.Invalid, "fhir-status",
		"Status ska vara active, eller revoked eller completed för det som upphör.",
		"The status must be active, or revoked or completed for what ends.")
	errCode = problem.New(problem.Invalid, "fhir-code",
		"Ange code med en coding i "+SystemService+" (alarm, homecare, shopping, health, in-effect, died eller moved), eller med ett enda av orden Trygghetslarm och Hemtjänst som text eller display.",
		"Give code with one coding of "+SystemService+" (alarm, homecare, shopping, health, in-effect, died or moved), or with just one of the words Trygghetslarm and Hemtjänst as text or display.")
	errOccurrence = problem.New(problem.Invalid, "fhir-occurrence",
		"Ange från vilken dag det gäller, som occurrenceDateTime eller occurrencePeriod: ÅÅÅÅ-MM-DD eller midnatt svensk tid.",
		"Give the day from which it holds, as occurrenceDateTime or occurrencePeriod: YYYY-MM-DD, or midnight in Sweden.")
	errPeriodEnd = problem.New(problem.Invalid, "fhir-period-end",
		"Ett slutdatum stöds inte för det som beviljas. Skicka en egen post med status revoked för den dag det upphör.",
		"An end is not supported for what is granted. Send an entry of its own with status revoked for the day when it ends.")
	errPerformers = problem.New(problem.Invalid, "fhir-performer",
		"Ange högst en utförare.", "Give at most one performer.")
	errRequester = problem.New(problem.Denied, "fhir-requester",
		"Beställaren (requester) är inte den organisation som åtkomstnyckeln tillhör.",
		"The requester is not the organisation that the token belongs to.")
	errExtension = problem.New(problem.Invalid, "fhir-extension",
		"Tillägget är okänt, står två gånger eller hör inte till en beställning av det slaget.",
		"The extension is unknown, stands twice or does not belong to an order of this kind.")
	errNumber = problem.New(problem.Invalid, "fhir-identifier",
		"Ange en enda identifier med system och value, er egen beteckning på beställningen; eller skicka huvudet Idempotency-Key med ett eget, unikt värde för denna Bundle.",
		"Give exactly one identifier with system and value, your own name for the order; or send the header Idempotency-Key with a unique value of your own for this Bundle.")
	errTooLong = problem.New(problem.Invalid, "field-too-long",
		"Texten är för lång. Den får vara högst %d byte.", "The text is too long. It may have at most %d bytes.")
	errControl = problem.New(problem.Invalid, "field-control-character",
		"Texten innehåller styrtecken. Ta bort dem.", "The text has control characters. Take them away.")
)

// order turns a ServiceRequest into an order for the service. All that is wrong is said at once. repeat is what makes it
// idempotent if it has no identifier, or "".
func (h *Handler) order(b *bundle, r *serviceRequest, who casework.Orderer, repeat string) (casework.NewOrder, error) {
	o := casework.NewOrder{Channel: casework.ChannelFHIR}
	var wrong []error
	add := func(field string, err error) {
		if err != nil {
			wrong = append(wrong, at(err, field))
		}
	}
	ext, err := readExtensions(r.Extension)
	add("extension", err)
	ends := false
	o.Kind, ends, err = kindOf(r, ext)
	add("", err)
	o.OpensSelf, o.InEffect = ext.opensSelf, ext.inEffect
	o.PersonalNumber, err = h.subject(b, r)
	add("subject", err)
	o.Effective, err = h.effective(r, ends)
	add("occurrence", err)
	performer, err := performerOf(b, r)
	add("performer", err)
	o.Group = performer
	if o.Kind == routine.ProviderChanged {
		o.Group, o.ToGroup = ext.from, performer
	}
	add("requester", checkRequester(b, r, who))
	o.Reason, err = reason(r)
	add("reasonCode", err)
	o.Reference, o.IdempotencyKey, err = numberOf(r, o.Kind, repeat)
	add("identifier", err)
	return o, errors.Join(wrong...)
}

// kindOf reads what is ordered, and whether it is something that ends.
func kindOf(r *serviceRequest, ext extensions) (routine.OrderKind, bool, error) {
	if r.Intent != fhir.RequestIntentOrder {
		return "", false, errOnlyOrder.On("intent")
	}
	active := r.Status == fhir.RequestStatusActive
	ended := r.Status == fhir.RequestStatusRevoked || r.Status == fhir.RequestStatusCompleted
	if !active && !ended {
		return "", false, errStatus.On("status")
	}
	code, err := codeOf(r)
	if err != nil {
		return "", ended, err
	}
	if ext.given && (code != "homecare" || ended) {
		return "", ended, errExtension.On("extension")
	}
	switch {
	case code == "alarm" && active:
		return routine.AlarmGranted, false, nil
	case code == "alarm":
		return routine.AlarmRenounced, true, nil
	case code == "homecare" && ext.from != "":
		if ext.opensSelf {
			return "", false, errExtension.On("extension")
		}
		return routine.ProviderChanged, false, nil
	case code == "homecare" && active:
		return routine.HomeCareGranted, false, nil
	case code == "homecare":
		return routine.HomeCareEnded, true, nil
	case code == "shopping" && active:
		return routine.ShoppingGranted, false, nil
	case code == "shopping":
		return routine.ShoppingEnded, true, nil
	case code == "health" && active:
		return routine.HealthStarted, false, nil
	case code == "health":
		return routine.HealthEnded, true, nil
	case !active:
		return "", true, errStatus.On("status")
	case code == "died":
		return routine.Died, false, nil
	case code == "moved":
		return routine.Moved, false, nil
	case code == "in-effect":
		return routine.InEffect, false, nil
	}
	return "", false, errCode.On("code")
}

// words are what people call our codes. What dies or moves is not guessed from words.
var words = map[string]string{"trygghetslarm": "alarm", "hemtjänst": "homecare"}

// codeOf is the code of our system, if there is one. Otherwise the words decide, as a case system writes them beside the codes
// of its own. Each coding and the text of one CodeableConcept say the same thing (FHIR R4, datatypes, CodeableConcept): those
// that we know must agree, and the others are translations.
func codeOf(r *serviceRequest) (string, error) {
	if r.Code == nil {
		return "", errCode.On("code")
	}
	var ours, said []string
	say := func(text *string) {
		if text == nil {
			return
		}
		if code := words[strings.ToLower(strings.TrimSpace(*text))]; code != "" && !slices.Contains(said, code) {
			said = append(said, code)
		}
	}
	for _, c := range r.Code.Coding {
		if c.System != nil && c.Code != nil && *c.System == SystemService {
			ours = append(ours, *c.Code)
		}
		say(c.Display)
	}
	say(r.Code.Text)
	switch {
	case len(ours) == 0 && len(said) == 1:
		return said[0], nil
	case len(ours) == 1 && (len(said) == 0 || slices.Equal(ours, said)):
		return ours[0], nil
	}
	return "", errCode.On("code")
}

// extensions are ours, as they were given.
type extensions struct {
	given               bool
	from                string
	opensSelf, inEffect bool
}

// readExtensions reads our extensions. Others may be ignored (they are no modifiers), but a misspelt one of ours may not.
func readExtensions(all []fhir.Extension) (extensions, error) {
	var out extensions
	seen := map[string]bool{}
	for _, e := range all {
		if !strings.HasPrefix(e.Url, "urn:hemnyckel:") {
			continue
		}
		if seen[e.Url] {
			return out, errExtension
		}
		seen[e.Url], out.given = true, true
		switch {
		case e.Url == ExtensionFrom && e.ValueIdentifier != nil:
			group, err := groupOf([]fhir.Identifier{*e.ValueIdentifier})
			if err != nil {
				return out, err
			}
			out.from = group
		case e.Url == ExtensionOpensSelf && e.ValueBoolean != nil:
			out.opensSelf = *e.ValueBoolean
		case e.Url == ExtensionInEffect && e.ValueBoolean != nil:
			out.inEffect = *e.ValueBoolean
		default:
			return out, errExtension
		}
	}
	return out, nil
}

func (h *Handler) subject(b *bundle, r *serviceRequest) (string, error) {
	ids, kind, err := r.identifiers(b, r.Subject)
	if err != nil {
		return "", err
	}
	if kind != "" && kind != "Patient" {
		return "", errReference
	}
	_, value, err := pick(ids, SystemPersonalNumber, SystemCoordinationNumber)
	if err != nil {
		return "", err
	}
	day := swedish.DateOf(h.options.Clock().In(h.options.Zone))
	n, err := swedish.ParsePersonalNumber(value, swedish.NumberOptions{Day: day, AllowReserve: h.options.AllowReserve})
	return n.String(), err
}

func performerOf(b *bundle, r *serviceRequest) (string, error) {
	switch len(r.Performer) {
	case 0:
		return "", nil // casework says whether the kind needs one
	case 1:
	default:
		return "", errPerformers
	}
	ids, kind, err := r.identifiers(b, r.Performer[0])
	if err != nil {
		return "", err
	}
	if kind != "" && kind != "Organization" {
		return "", errReference
	}
	return groupOf(ids)
}

// groupOf is a group's code, or the organisation number of the provider.
func groupOf(ids []fhir.Identifier) (string, error) {
	system, value, err := pick(ids, SystemGroup, SystemOrganisation)
	if err != nil {
		return "", err
	}
	if system == SystemOrganisation {
		org, err := swedish.ParseOrgNumber(value)
		return org.String(), err
	}
	return value, checkText(value, 100)
}

// checkRequester holds a request that names its organisation to the one of the token. A requester without an organisation
// number, such as a person, says nothing that we rely on.
func checkRequester(b *bundle, r *serviceRequest, who casework.Orderer) error {
	if r.Requester == nil {
		return nil
	}
	ids, _, err := r.identifiers(b, *r.Requester)
	if err != nil {
		return nil
	}
	for _, id := range ids {
		if id.System == nil || *id.System != SystemOrganisation || id.Value == nil {
			continue
		}
		if org, err := swedish.ParseOrgNumber(*id.Value); err != nil || org.String() != who.Organisation {
			return errRequester
		}
	}
	return nil
}

// effective is the instant from which the order holds.
func (h *Handler) effective(r *serviceRequest, ends bool) (time.Time, error) {
	p := r.OccurrencePeriod
	switch {
	case r.OccurrenceDateTime != nil && p != nil:
		return time.Time{}, errOccurrence
	case r.OccurrenceDateTime != nil:
		return h.midnight(r.OccurrenceDateTime)
	case p == nil:
		return time.Time{}, errOccurrence
	case ends && p.End != nil:
		return h.midnight(p.End)
	case p.End != nil:
		return time.Time{}, errPeriodEnd
	}
	return h.midnight(p.Start)
}

// midnight reads a FHIR dateTime that is a whole day, or an instant that is a midnight in Sweden. Any other time of day is
// refused: rights change at midnight, and rounding would open a door too early or too late.
func (h *Handler) midnight(text *string) (time.Time, error) {
	if text == nil {
		return time.Time{}, errOccurrence
	}
	if t, err := time.ParseInLocation(time.DateOnly, *text, h.options.Zone); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return time.Time{}, errOccurrence
	}
	t = t.In(h.options.Zone)
	if start := swedish.DateOf(t).Start(h.options.Zone); swedish.DateOf(t) == 0 || !start.Equal(t) {
		return time.Time{}, errOccurrence
	}
	return t, nil
}

func reason(r *serviceRequest) (string, error) {
	for _, c := range r.ReasonCode {
		if c.Text != nil {
			return *c.Text, checkText(*c.Text, 500)
		}
	}
	return "", nil
}

// numberOf is the request's own number and the key that makes it idempotent. The kind is part of the key, because a
// request keeps its identifier when it is revoked. A request without an identifier is known by its place in the bundle and
// the header that came with it.
func numberOf(r *serviceRequest, kind routine.OrderKind, repeat string) (reference, key string, err error) {
	if len(r.Identifier) == 0 && repeat != "" {
		return "", repeat, nil
	}
	if len(r.Identifier) != 1 || r.Identifier[0].System == nil || r.Identifier[0].Value == nil ||
		*r.Identifier[0].System == "" || *r.Identifier[0].Value == "" {
		return "", "", errNumber
	}
	reference = *r.Identifier[0].Value
	if err := errors.Join(checkText(reference, 100), checkText(*r.Identifier[0].System, 500)); err != nil {
		return "", "", err
	}
	return reference, keyOf(string(kind), *r.Identifier[0].System, reference), nil
}

// keyOf makes an idempotency key. Its parts have no NUL in them.
func keyOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "fhir-" + hex.EncodeToString(sum[:])
}

func checkText(text string, most int) error {
	if len(text) > most {
		return errTooLong.Fill(most)
	}
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return errControl
		}
	}
	return nil
}
