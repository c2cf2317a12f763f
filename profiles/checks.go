package profiles

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"hemnyckel/internal/domain/routine"
)

// What a profile's words and numbers may be.
const (
	maxWord   = 100     // characters of a name, a word, an address
	maxText   = 2000    // characters of a sentence or paragraph
	maxList   = 200     // elements of a list
	maxKronor = 1000000 // of a price
)

var (
	schedulePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}$`)
	postalPattern   = regexp.MustCompile(`^[1-9][0-9]{4}$`)
)

// check tells everything in the profile that has the right form and yet is wrong.
func (c *checker) check() {
	c.word("name", c.p.Name, true)
	c.source()
	c.words()
	c.hours()
	c.units()
	c.orders()
	c.switches()
	c.figures()
	c.crisis()
	c.records()
	c.letters()
}

func (c *checker) source() {
	s := c.p.Source
	c.word("source.title", s.Title, true)
	c.word("source.unit", s.Unit, true)
	c.word("source.diary", s.Diary, false)
	c.word("source.decided_by", s.DecidedBy, false)
	c.date("source.decided", s.Decided, true)
	c.date("source.revised", s.Revised, false)
	c.date("source.revise_by", s.ReviseBy, false)
	c.date("source.valid_until", s.ValidUntil, false)
	c.date("source.valid_from", s.ValidFrom, false)
	c.word("source.replaces", s.Replaces, false)
	if s.Revised != "" && s.Revised < s.Decided {
		c.add("source.revised", "Revideringen kan inte vara före beslutet %s.", "The revision cannot be before the decision on %s.", s.Decided)
	}
}

func (c *checker) words() {
	w := c.p.Words
	for name, word := range map[string]string{"door_lock": w.DoorLock, "lock_brand": w.LockBrand, "key_box": w.KeyBox, "key": w.Key,
		"system": w.System, "case_system": w.CaseSystem, "e_service": w.EService} {
		c.word("words."+name, word, false)
	}
}

// hours checks the schedules by themselves: names, times, overlaps.
func (c *checker) hours() {
	if _, ok := c.p.Hours[routine.OfficeHours]; !ok {
		c.add("hours.office", "Schemat office saknas: när den låsansvariga enheten arbetar.", "The schedule office is missing: when the lock manager works.")
	}
	for _, name := range sortedKeys(c.p.Hours) {
		path := "hours." + name
		if !schedulePattern.MatchString(name) {
			c.add(path, "Ett schema heter små bokstäver a–z, siffror och bindestreck.", "A schedule's name is lower-case letters, digits and hyphens.")
		}
		s := c.p.Hours[name]
		switch s.Holidays {
		case "", routine.HolidaysClosed, routine.HolidaysOpen, routine.HolidaysAsUsual:
		default:
			c.unknown(path+".holidays", s.Holidays, []string{routine.HolidaysClosed, routine.HolidaysOpen, routine.HolidaysAsUsual})
		}
		c.spans(path+".spans", s.Spans)
	}
}

// spans checks that each is a time of the week and that none overlap. They may meet.
func (c *checker) spans(path string, spans []routine.Span) {
	c.some(path, len(spans))
	taken := make([]bool, 7*24*60) // minutes of a week
	for i, s := range spans {
		at := index(path, i)
		from, to, ok := s.Minutes()
		if !ok {
			c.add(at, "Tider skrivs TT:MM, från 00:00 till 24:00.", "Times are written HH:MM, from 00:00 to 24:00.")
			continue
		}
		c.some(at+".days", len(s.Days))
		for j, d := range s.Days {
			day := dayNumber(d)
			if day < 0 {
				c.unknown(index(at+".days", j), string(d), names(routine.Weekdays()))
				continue
			}
			for m := from; m < to; m++ {
				minute := (day*24*60 + m) % len(taken)
				if taken[minute] {
					c.add(at, "Tiden överlappar en annan i samma schema. Ändra den ena.", "The time overlaps another one of the same schedule. Change one of them.")
					break
				}
				taken[minute] = true
			}
		}
	}
}

func dayNumber(d routine.Weekday) int {
	for i, known := range routine.Weekdays() {
		if d == known {
			return i
		}
	}
	return -1
}

// known reports whether there is a schedule of that name, "" included.
func (c *checker) schedule(path, name string) {
	if _, ok := c.p.Hours[name]; name != "" && !ok {
		c.add(path, "Schemat %q finns inte. Lägg till [hours.%[1]s], eller välj bland: %[2]s.",
			"There is no schedule %q. Add [hours.%[1]s], or choose from: %[2]s.", name, strings.Join(sortedKeys(c.p.Hours), ", "))
	}
}

// word checks a short text on one line.
func (c *checker) word(path, s string, needed bool) {
	switch {
	case needed && strings.TrimSpace(s) == "":
		c.add(path, "Uppgiften saknas. Fyll i den.", "This is missing. Fill it in.")
	case len([]rune(s)) > maxWord || strings.ContainsFunc(s, unicode.IsControl):
		c.add(path, "Texten ska vara högst %d tecken på en rad.", "The text must be at most %d characters on one line.", maxWord)
	}
}

// text checks a sentence or paragraph, and that each of its placeholders stands for something.
func (c *checker) text(path, s, language string, fields []string) {
	switch {
	case strings.TrimSpace(s) == "":
		c.add(path, "Texten saknas. Skriv den.", "The text is missing. Write it.")
	case len([]rune(s)) > maxText || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		c.add(path, "Texten ska vara högst %d tecken, utan styrtecken.", "The text must be at most %d characters, without control characters.", maxText)
	}
	for _, name := range routine.Placeholders(s) {
		if _, ok := c.p.Value(name, language); !ok && !contains(fields, name) {
			c.add(path, "{%s} står inte för något i profilen. Rätta namnet, eller fyll i det som det ska visa.",
				"{%s} stands for nothing in this profile. Correct the name, or fill in what it shall show.", name)
		}
	}
}

func (c *checker) date(path, s string, needed bool) {
	if s == "" && !needed {
		return
	}
	if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 1900 || t.Year() > 2999 {
		c.add(path, "Datum skrivs ÅÅÅÅ-MM-DD inom citattecken.", "Dates are written YYYY-MM-DD in quotes.")
	}
}

// rule checks that a requirement ID is one of the routine's rules.
func (c *checker) rule(path, id string) {
	if r := routine.Sentence(id); id == "" || r.SV == id {
		c.add(path, "Regeln %q finns inte. Ange en av reglerna i hemnyckel profile routine, som V7-b.",
			"There is no rule %q. Name one of the rules in hemnyckel profile routine, such as V7-b.", id)
	}
}

// number checks that a number is within bounds.
func (c *checker) number(path string, n, least, most int) {
	if n < least || n > most {
		c.add(path, "Talet ska vara %d till %d.", "The number must be %d to %d.", least, most)
	}
}

// some checks that a list is neither empty nor too long.
func (c *checker) some(path string, n int) {
	if n == 0 {
		c.add(path, "Listan är tom eller saknas. Fyll i den.", "The list is empty or missing. Fill it in.")
	}
	c.few(path, n)
}

func (c *checker) few(path string, n int) {
	if n > maxList {
		c.add(path, "Listan får ha högst %d rader.", "The list may have at most %d elements.", maxList)
	}
}

func (c *checker) unknown(path, got string, known []string) {
	c.add(path, "%q finns inte. Välj bland: %s.", "%q does not exist. Choose from: %s.", got, strings.Join(known, ", "))
}

// among checks that each element of a list is known, and there once.
func among[S ~string](c *checker, path string, list []S, known []string) {
	c.few(path, len(list))
	seen := map[S]bool{}
	for i, x := range list {
		switch {
		case !contains(known, string(x)):
			c.unknown(index(path, i), string(x), known)
		case seen[x]:
			c.add(index(path, i), "%q står två gånger. Ta bort den ena.", "%q stands twice. Remove one of them.", string(x))
		}
		seen[x] = true
	}
}

func index(path string, i int) string { return join(path, strconv.Itoa(i)) }

func names[S ~string](list []S) (out []string) {
	for _, x := range list {
		out = append(out, string(x))
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
