package routine

import (
	"strconv"
	"strings"
)

// Fill puts values in the place of a text's placeholders, which look like {phone:lock-manager}. One that has no value
// stays as it is, so that it is seen.
func Fill(text string, value func(name string) (string, bool)) string {
	var out strings.Builder
	for {
		before, name, after, found := placeholder(text)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		if v, ok := value(name); ok {
			out.WriteString(v)
		} else {
			out.WriteString("{" + name + "}")
		}
		text = after
	}
}

// Placeholders returns the names of a text's placeholders, in order.
func Placeholders(text string) (names []string) {
	for {
		_, name, after, found := placeholder(text)
		if !found {
			return names
		}
		names, text = append(names, name), after
	}
}

func placeholder(text string) (before, name, after string, found bool) {
	before, rest, found := strings.Cut(text, "{")
	if !found {
		return text, "", "", false
	}
	name, after, found = strings.Cut(rest, "}")
	if !found {
		return text, "", "", false
	}
	return before, name, after, true
}

// Value is what a placeholder stands for in this profile, in a language (sv or en); false if there is no such thing:
//
//	municipality                         the municipality's name
//	name:KIND phone:KIND address:KIND    of the unit that plays a part, see [UnitKind];
//	postal:KIND mail:KIND web:KIND       also form:KIND
//	hours:NAME                           a schedule in words
//	price:NAME                           a price: key_negligence, handling_call_out, on_call_phone, on_call_visit
//	word:NAME                            what users call something: door_lock, lock_brand, key_box, key, …
func (p Profile) Value(name, language string) (string, bool) {
	if name == "municipality" {
		return p.Name, p.Name != ""
	}
	what, of, _ := strings.Cut(name, ":")
	value := ""
	switch what {
	case "hours":
		if s, ok := p.Hours[of]; ok {
			value = s.Text(language)
		}
	case "price":
		if kronor := p.Prices.named(of); kronor > 0 {
			value = Kronor(kronor)
		}
	case "word":
		value = p.Words.named(of)
	default:
		u, _ := p.Unit(UnitKind(of))
		value = u.field(what)
	}
	return value, value != ""
}

// Kronor writes an amount as people do: 1 000 kr, with spaces that do not break.
func Kronor(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "\u00a0" + digits[i:]
	}
	return digits + "\u00a0kr"
}

func (u Unit) field(name string) string {
	switch name {
	case "name":
		return u.Name
	case "phone":
		return u.Phone
	case "address":
		return u.Address
	case "postal":
		return u.Postal
	case "mail":
		return u.Mail
	case "web":
		return u.Web
	case "form":
		return u.Form
	}
	return ""
}

func (p Prices) named(name string) int {
	switch name {
	case "key_negligence":
		return p.KeyNegligence
	case "handling_call_out":
		return p.HandlingCallOut
	case "on_call_phone":
		return p.OnCallPhone
	case "on_call_visit":
		return p.OnCallVisit
	}
	return 0
}

func (w Words) named(name string) string {
	switch name {
	case "door_lock":
		return orWord(w.DoorLock, "digitalt lås")
	case "lock_brand":
		return w.LockBrand
	case "key_box":
		return orWord(w.KeyBox, "nyckelgömma")
	case "key":
		return orWord(w.Key, "digital nyckel")
	case "system":
		return orWord(w.System, "Hemnyckel")
	case "case_system":
		return orWord(w.CaseSystem, "verksamhetssystemet")
	case "e_service":
		return orWord(w.EService, "e-tjänsten")
	}
	return ""
}

func orWord(own, usual string) string {
	if own != "" {
		return own
	}
	return usual
}
