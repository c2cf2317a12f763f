package consents

import (
	"slices"
	"strconv"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// ownerName is whose it is; of somebody with protected identity not even the name.
func ownerName(v ui.View, o consent.Owner) string {
	if o.Protected && o.Name == "" {
		return v.T(tOwnerHidden)
	}
	return o.Name
}

func ownerNames(v ui.View, owners []consent.Owner) string {
	names := make([]string, len(owners))
	for i, o := range owners {
		names[i] = ownerName(v, o)
	}
	return strings.Join(names, ", ")
}

// propertyName is what a property is called: its designation, or its first address.
func propertyName(v ui.View, p consent.Property) string {
	switch {
	case p.Designation != "":
		return p.Designation
	case len(p.Addresses) == 0:
		return "–"
	case len(p.Addresses) == 1:
		return p.Addresses[0].Street + ", " + p.Addresses[0].Town
	}
	return v.F(tAndMore, p.Addresses[0].Street, len(p.Addresses)-1)
}

// aboutText is what a word is about, in brief.
func aboutText(v ui.View, r consent.Row) string {
	if r.Blanket {
		return v.T(tEverything)
	}
	names := make([]string, len(r.About))
	for i, p := range r.About {
		names[i] = propertyName(v, p)
	}
	text := strings.Join(names, ", ")
	if more := len(r.Properties) - len(r.About); more > 0 {
		text = v.F(tAndMore, text, more)
	}
	return text
}

// wordText is what an owner has said.
func wordText(c consent.Consent) problem.Text {
	switch {
	case c.Answer == consent.Given && c.Partial():
		return tYesPart
	case c.Answer == consent.Given:
		return tYes
	case c.Answer == consent.Refused:
		return tNo
	case c.Answer == consent.Withdrawn:
		return tWithdrawn
	case c.Answer == consent.Requested:
		return tAsked
	case c.ImportKey != "":
		return tNoWord
	}
	return tUndoneWord
}

// wordState is what an owner has said, and whether it holds now.
func wordState(v ui.View, c consent.Consent) ui.State {
	switch {
	case c.Answer == consent.Given && !v.Now.Before(c.Until):
		return ui.State{Text: tRunOut, Icon: "ended", Tone: "warn"}
	case c.Answer == consent.Given && v.Now.Before(c.From):
		return ui.State{Text: tYesLater, Icon: "clock", Tone: "calm"}
	case c.Answer == consent.Given:
		return ui.State{Text: wordText(c), Icon: "check", Tone: "good"}
	case c.Answer == consent.Refused:
		return ui.State{Text: tNo, Icon: "block", Tone: "bad"}
	case c.Answer == consent.Withdrawn:
		return ui.State{Text: tWithdrawn, Icon: "undo", Tone: "bad"}
	case c.Answer == consent.Requested:
		return ui.State{Text: tAsked, Icon: "mail", Tone: "info"}
	}
	return ui.State{Text: wordText(c), Icon: "empty", Tone: "calm"}
}

func answerText(a consent.Answered) problem.Text {
	return wordText(consent.Consent{Answer: a.Answer, Things: a.Things, Places: a.Places})
}

func howText(v ui.View, c consent.Consent) string {
	switch c.How {
	case consent.Written:
		return v.T(tWritten)
	case consent.Oral:
		if c.HeardBy != "" {
			return v.F(tOralTo, c.HeardBy)
		}
		return v.T(tOral)
	}
	return ""
}

func thingName(t consent.Thing) problem.Text {
	switch t {
	case consent.DoorLock:
		return problem.Text{SV: "Lås på dörrar", EN: "Locks on doors"}
	case consent.KeyBox:
		return problem.Text{SV: "Nyckelgömmor", EN: "Key boxes"}
	}
	return problem.Text{SV: "Lås i porten", EN: "Locks in the entrance"}
}

func thingOptions(v ui.View) (out []ui.Option) {
	for _, t := range consent.Things() {
		out = append(out, ui.Option{Value: string(t), Label: v.T(thingName(t))})
	}
	return out
}

func thingsText(v ui.View, c consent.Consent) string {
	var names []string
	for _, t := range c.Things {
		names = append(names, v.T(thingName(t)))
	}
	return strings.Join(names, ", ")
}

func placesText(places []consent.Place) string {
	lines := make([]string, len(places))
	for i, p := range places {
		lines[i] = p.Street
		if p.Apartment != "" {
			lines[i] += ", " + p.Apartment
		}
	}
	return strings.Join(lines, "\n")
}

func kindName(k consent.OwnerKind) problem.Text {
	switch k {
	case consent.Company:
		return problem.Text{SV: "Företag", EN: "Company"}
	case consent.Association:
		return problem.Text{SV: "Förening", EN: "Association"}
	}
	return problem.Text{SV: "Privatperson", EN: "Private person"}
}

func kindOptions(v ui.View) (out []ui.Option) {
	for _, k := range []consent.OwnerKind{consent.Association, consent.Company, consent.Person} {
		out = append(out, ui.Option{Value: string(k), Label: v.T(kindName(k))})
	}
	return out
}

// consentFacts is all that is known of a word.
func consentFacts(v ui.View, c consent.ConsentFile) []ui.Answer {
	out := []ui.Answer{{Question: v.T(tOwner), Answer: ownerName(v, c.Owner)}}
	add := func(question problem.Text, answer string) {
		if answer != "" {
			out = append(out, ui.Answer{Question: v.T(question), Answer: answer})
		}
	}
	add(tConcerns, aboutText(v, c.Row))
	add(tHow, howText(v, c.Consent))
	dayOf := tDay
	if c.Answer == consent.Requested {
		dayOf = tAskedDay
	}
	if !c.Date.IsZero() {
		add(dayOf, v.Day(c.Date))
	}
	if c.Answer == consent.Given {
		add(tHolds, v.Period(c.From, c.Until))
	}
	add(tOnlyThings, thingsText(v, c.Consent))
	add(tOnlyPlaces, placesText(c.Places))
	add(tNote, c.Note)
	if c.Answer != consent.Requested && c.Answer != consent.Unknown {
		add(tDiary, orDash(c.Diary))
	}
	return out
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// written is an answer as it was written, to check it.
func written(v ui.View, f answerForm) []ui.Answer {
	c := consent.Consent{Answer: f.read.Answer, How: f.read.How, HeardBy: f.read.HeardBy, Things: f.read.Things, Places: f.read.Places}
	out := []ui.Answer{}
	add := func(question problem.Text, answer string) {
		if answer != "" {
			out = append(out, ui.Answer{Question: v.T(question), Answer: answer})
		}
	}
	for _, o := range f.owners {
		if o.ID == f.typed.Get("owner") {
			add(tOwner, ownerName(v, o))
		}
	}
	add(tAnswer, v.T(wordText(c)))
	add(tOnlyThings, thingsText(v, c))
	add(tOnlyPlaces, placesText(c.Places))
	concerns := make([]string, 0, len(f.about))
	for _, p := range f.about {
		concerns = append(concerns, propertyName(v, p))
	}
	if f.typed.Get("blanket") != "" && f.read.Answer == consent.Given {
		concerns = []string{v.T(tEverything)}
	}
	add(tConcerns, strings.Join(concerns, "\n"))
	add(tHow, howText(v, c))
	add(tDay, v.Day(f.read.Date))
	if !f.read.Until.IsZero() {
		add(tLastDay, v.Day(f.read.Until.Add(-1)))
	}
	add(tNote, f.read.Note)
	return out
}

func ownerFacts(v ui.View, o consent.Owner) []ui.Answer {
	out := []ui.Answer{{Question: v.T(tKind), Answer: v.T(kindName(o.Kind))}}
	add := func(question problem.Text, answer string) {
		if answer != "" {
			out = append(out, ui.Answer{Question: v.T(question), Answer: answer})
		}
	}
	if o.OrgNumber != "" {
		add(tOrgNumber, words.OrganisationNumber(o.OrgNumber))
	}
	add(tContact, o.Contact)
	add(tPhone, o.Phone)
	add(tEmail, o.Email)
	add(tPostal, strings.TrimSpace(strings.Join([]string{o.Street, strings.TrimSpace(o.PostalCode + " " + o.Town)}, "\n")))
	return out
}

// workAbout is a mounting or a question at a door, in words.
func workAbout(v ui.View, w casework.OwnersWork) string {
	if w.Kind == routine.Judge {
		return v.T(tQuestionStays)
	}
	return v.T(words.TaskName(w.Kind))
}

// placed is the work that a page about a house may show: not that at the doors of clients with protected identity.
func placed(all []casework.OwnersWork) []casework.OwnersWork {
	return slices.DeleteFunc(slices.Clone(all), func(w casework.OwnersWork) bool { return w.Street == "" })
}

func workState(w casework.OwnersWork) ui.State {
	switch {
	case w.Kind == routine.Judge:
		return ui.State{Text: tToDecide, Icon: "help", Tone: "warn"}
	case w.State == casework.TaskWaiting:
		return ui.State{Text: tWaits, Icon: "clock", Tone: "warn"}
	case w.State == casework.TaskBooked:
		return ui.State{Text: tBooked, Icon: "calendar", Tone: "good"}
	case w.State == casework.TaskInProgress:
		return ui.State{Text: tBegun, Icon: "check", Tone: "good"}
	}
	return ui.State{Text: tBookable, Icon: "check", Tone: "good"}
}

// bookable counts the mountings that can be booked now.
func bookable(all []casework.OwnersWork) (n int) {
	for _, w := range all {
		if w.Kind != routine.Judge && (w.State == casework.TaskOpen || w.State == casework.TaskAssigned) {
			n++
		}
	}
	return n
}

func waits(all []casework.OwnersWork) (n int) {
	for _, w := range all {
		if w.Kind != routine.Judge && w.State == casework.TaskWaiting {
			n++
		}
	}
	return n
}

func effects(v ui.View, e casework.Effect) []string {
	out := []string{v.T(tEffNothingNew)}
	if len(e.Stops) > 0 {
		out = append(out, v.F(tEffStops, len(e.Stops)))
	} else {
		out = append(out, v.T(tEffStopsNone))
	}
	if e.Asks > 0 {
		out = append(out, v.F(tEffAsks, e.Asks))
	}
	return append(out, v.T(tEffStays))
}

// at is the first n, since a page shows no more.
func at[T any](n int, all []T) []T { return all[:min(n, len(all))] }

func tabs(v ui.View, show string) (out []ui.Tab) {
	for _, t := range []struct {
		name string
		text problem.Text
	}{{"", tAll}, {string(consent.Requested), tTabAsked}, {string(consent.Given), tTabYes}, {string(consent.Refused), tNo}, {string(consent.Withdrawn), tTabBack},
		{showEnding, tTabEnding}, {showUnfiled, tTabUnfiled}} {
		href := "/samtycken/lista"
		if t.name != "" {
			href += "?visa=" + t.name
		}
		out = append(out, ui.Tab{Text: v.T(t.text), Href: href, Current: show == t.name})
	}
	return out
}

func jobState(j consent.LetterJob) ui.State {
	if j.Finished() {
		return ui.State{Text: tRunDone, Icon: "check", Tone: "good"}
	}
	return ui.State{Text: tRunMaking, Icon: "clock", Tone: "info"}
}

func jobName(j consent.LetterJob) problem.Text {
	if j.Kind == routine.ConsentReminder {
		return tRunReminder
	}
	return tRunRequest
}

func count(n int) string { return strconv.Itoa(n) }
