package consents

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
)

// Bounds of what a page shows of work and of links.
const (
	maxWork  = 50
	maxLinks = 10
)

func houseHeads(choose, oneOwner bool) []problem.Text {
	heads := []problem.Text{tAddress}
	if choose {
		heads = append([]problem.Text{tChoose}, heads...)
	}
	if !oneOwner {
		heads = append(heads, tOwner)
	}
	return append(heads, tOwnerSays)
}

func standingHeads() []problem.Text {
	heads := []problem.Text{tAddress}
	for _, t := range consent.Things() {
		heads = append(heads, thingName(t))
	}
	return heads
}

// settled reports whether every address has a yes, or waits for an answer.
func settled(f consent.PropertyFile) bool {
	for _, s := range f.Standings {
		if a := s[consent.DoorLock].Answer; a != consent.Given && a != consent.Requested {
			return false
		}
	}
	return true
}

// recordKind is how much the button to record an answer stands out: an answer that is waited for comes next.
func recordKind(f consent.PropertyFile) string {
	for _, s := range f.Standings {
		if s[consent.DoorLock].Answer == consent.Requested {
			return ""
		}
	}
	return "secondary"
}

func unsettled(all []consent.HouseRow) bool {
	for _, h := range all {
		if a := h.Standing.Answer; a != consent.Given && a != consent.Requested {
			return true
		}
	}
	return false
}

// field is an owner's detail as it was typed, or as it is.
func (o ownerView) field(name string) string {
	if o.typed.Has("name") {
		return o.typed.Get(name)
	}
	known := map[string]string{"kind": string(o.Owner.Kind), "name": o.Owner.Name, "org_number": o.Owner.OrgNumber, "contact": o.Owner.Contact, "phone": o.Owner.Phone,
		"email": o.Owner.Email, "street": o.Owner.Street, "postal_code": o.Owner.PostalCode, "town": o.Owner.Town}
	if o.Owner.Protected {
		known["protected"] = "ja"
	}
	return known[name]
}

func addressLines(v ui.View, all []consent.Property) (out []string) {
	for _, p := range all {
		for _, a := range p.Addresses {
			if len(out) == maxWork {
				return append(out, "…")
			}
			out = append(out, a.Street+", "+a.Town)
		}
	}
	return out
}

func ownerOptions(v ui.View, owners []consent.Owner) (out []ui.Option) {
	for _, o := range owners {
		out = append(out, ui.Option{Value: o.ID, Label: ownerName(v, o)})
	}
	return out
}

// chosenOwner is who has answered: there is nothing to ask of a property with one owner.
func (f answerForm) chosenOwner() string {
	if f.typed == nil && len(f.owners) == 1 {
		return f.owners[0].ID
	}
	return f.typed.Get("owner")
}

func typedOr(typed url.Values, name, otherwise string) string {
	if typed.Has(name) {
		return typed.Get(name)
	}
	return otherwise
}

func letterName(l consent.Letter) problem.Text {
	if l.Kind == routine.ConsentReminder {
		return tLetterReminder
	}
	return tLetterRequest
}

func doneTitle(v ui.View, c consent.Consent) string {
	if c.Answer == consent.Withdrawn {
		return v.T(tDoneWithdrawn)
	}
	return v.T(tDoneTitle)
}

// caseOf is the code of the letter that was answered, which is what people say on the phone.
func caseOf(c consent.ConsentFile) string {
	if len(c.Letters) == 0 {
		return ""
	}
	return consent.ShowCode(c.Letters[0].Code)
}

func withdrawDate(v ui.View, f withdrawForm) string {
	return typedOr(f.typed, "date", v.Now.In(v.Zone).Format(time.DateOnly))
}

func agreementText(v ui.View, a consent.Agreement) string {
	switch {
	case a.ClientID == "":
		return v.T(tNotAsked)
	case a.Agrees:
		return v.F(tAgreedYesBy, v.Day(a.At))
	}
	return v.F(tAgreedNoBy, v.Day(a.At))
}

func agreedText(v ui.View, agrees string) string {
	switch agrees {
	case "ja":
		return v.T(tAgreeYes)
	case "nej":
		return v.T(tAgreeNo)
	}
	return "–"
}

func language(a consent.Ask) string {
	if a.Language == "" {
		return "sv"
	}
	return a.Language
}

// askFields carry whom to write to through the page where the letters are looked at.
func askFields(a consent.Ask) url.Values {
	out := url.Values{"rad": a.Properties}
	for name, value := range map[string]string{"owner": a.Owner, "street": a.Street, "town": a.Town, "language": a.Language} {
		if value != "" {
			out.Set(name, value)
		}
	}
	return out
}

func propertyNames(v ui.View, all []consent.Property) string {
	var names []string
	for _, p := range at(maxLinks, all) {
		names = append(names, propertyName(v, p))
	}
	text := strings.Join(names, ", ")
	if more := len(all) - len(names); more > 0 {
		text = v.F(tAndMore, text, more)
	}
	return text
}

// soldSince reports whether a house that an answer is about, or is asked for, has got another owner since.
func soldSince(c consent.ConsentFile) bool {
	return !c.Blanket && slices.ContainsFunc(c.Properties, func(p consent.Property) bool { return !slices.Contains(p.Owners, c.OwnerID) })
}

func firstLine(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

func firstOf(v ui.View, lines []string) string {
	if len(lines) > 1 {
		return v.F(tAndMore, lines[0], len(lines)-1)
	}
	return firstLine(lines)
}
