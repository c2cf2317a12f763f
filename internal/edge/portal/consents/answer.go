package consents

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// The answers as a form has them; a yes in part says to what.
const (
	answerYes  = "given"
	answerPart = "partly"
	answerNo   = "refused"
)

// answerForm is an owner's answer being written.
type answerForm struct {
	action, back string
	about        []consent.Property
	owners       []consent.Owner // to choose from; one, or none when the letter says who it is: not asked
	lead         string
	typed        url.Values
	faults       ui.Faults
	changes      []ui.Change
	version      string
	sold         bool // since the letter was sent
	blanket      bool // may say that it is for everything that the owner owns
	read         consent.Answered
}

// answerFields are what a form of an answer holds, carried over the page where it is checked.
func answerFields() []string {
	return []string{"owner", "answer", "how", "heard_by", "date", "until", "things", "places", "blanket", "note", "_version"}
}

func (f answerForm) hidden() url.Values {
	out := url.Values{}
	for _, name := range answerFields() {
		if f.typed.Has(name) {
			out[name] = f.typed[name]
		}
	}
	return out
}

// value is what was typed, or how a new form begins.
func (f answerForm) value(v ui.View, name string) string {
	if f.typed == nil && name == "date" {
		return v.Now.In(v.Zone).Format(time.DateOnly)
	}
	return f.typed.Get(name)
}

// madeFrom is the version that the form carries.
func (f answerForm) madeFrom() string {
	if typed := f.typed.Get("_version"); typed != "" {
		return typed
	}
	return f.version
}

// readAnswer reads what an owner has said, all that is wrong with it at once.
func readAnswer(p *page.Request, about []consent.Property) (a consent.Answered, faults ui.Faults) {
	wrong := func(field string, text problem.Text) { faults = append(faults, ui.Fault{Field: field, Text: text}) }
	a = consent.Answered{HeardBy: p.Form("heard_by"), How: consent.How(p.Form("how")), Note: p.Form("note")}
	switch p.Form("answer") {
	case answerYes:
		a.Answer = consent.Given
	case answerNo:
		a.Answer = consent.Refused
	case answerPart:
		a.Answer = consent.Given
		for _, t := range p.Forms("things") {
			a.Things = append(a.Things, consent.Thing(t))
		}
		var bad string
		if a.Places, bad = readPlaces(p.Form("places"), about); bad != "" {
			wrong("places", tPlaceWrong.Sprintf(bad))
		}
		if len(a.Things)+len(a.Places) == 0 && bad == "" {
			wrong("things", tPartMissing)
		}
	default:
		wrong("answer", tAnswerMissing)
	}
	readHow(p, &a, wrong)
	until, ok := day(p.Zone, p.Form("until"))
	switch {
	case !ok:
		wrong("until", tDayWrong)
	case !until.IsZero() && a.Answer == consent.Given:
		a.Until = until.AddDate(0, 0, 1)
	}
	return a, checked(p, a, faults)
}

// readHow reads how and when something was said, and who heard it.
func readHow(p *page.Request, a *consent.Answered, wrong func(string, problem.Text)) {
	switch {
	case a.How != consent.Written && a.How != consent.Oral:
		wrong("how", tHowMissing)
	case a.How == consent.Oral && a.HeardBy == "":
		wrong("heard_by", tHeardMissing)
	}
	var ok bool
	if a.Date, ok = day(p.Zone, p.Form("date")); !ok || a.Date.IsZero() {
		wrong("date", tDayWrong)
	}
}

// checked adds what the domain has to say, when the form itself is in order.
func checked(p *page.Request, a consent.Answered, faults ui.Faults) ui.Faults {
	if len(faults) == 0 {
		faults, _ = page.Faults(a.Check(p.Now, p.Zone))
	}
	return faults
}

// readPlaces reads doors and houses, one to a line: "Lotsgränd 1" or "Lotsgränd 1, 1001". bad is the first line that is none of the
// properties' addresses.
func readPlaces(text string, about []consent.Property) (out []consent.Place, bad string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		street, apartment, _ := strings.Cut(line, ",")
		apartment = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(apartment), "lgh"))
		at, ok := addressOf(street, about)
		if !ok {
			return nil, line
		}
		out = append(out, consent.Place{Street: at.Street, Town: at.Town, Apartment: apartment})
	}
	return out, ""
}

func addressOf(street string, about []consent.Property) (consent.Address, bool) {
	key := consent.Address{Street: street}.StreetKey()
	for _, p := range about {
		for _, at := range p.Addresses {
			if at.StreetKey() == key {
				return at, true
			}
		}
	}
	return consent.Address{}, false
}

// write shows the form, or what was written to check it; when that is said to be right, it keeps it. done is where it leads.
func (a *Area) write(p *page.Request, f answerForm, keep func(ctx context.Context, in consent.Answered, blanket bool) (string, error),
	version func() (string, error)) error {
	f.typed = p.R.PostForm
	f.read, f.faults = readAnswer(p, f.about)
	if len(f.owners) > 0 && !slices.ContainsFunc(f.owners, func(o consent.Owner) bool { return o.ID == p.Form("owner") }) {
		f.faults = append(ui.Faults{{Field: "owner", Text: tOwnerMissing}}, f.faults...)
	}
	switch {
	case len(f.faults) > 0:
		return p.Render(http.StatusUnprocessableEntity, answerPage(p.View, f))
	case p.Form("klar") == "andra":
		return p.Render(http.StatusOK, answerPage(p.View, f))
	case p.Form("klar") != "ja":
		return p.Render(http.StatusOK, answerCheck(p.View, f))
	}
	to, err := keep(p.OnceFresh(version), f.read, p.Form("blanket") != "")
	if errors.Is(err, page.ErrStale) || errors.Is(err, consent.ErrAnswered) {
		if f.version, err = version(); err != nil {
			return err
		}
		f.typed.Set("_version", f.version)
		f.changes = []ui.Change{{Name: p.T(tAnswer), Was: "–", Now: p.T(tSaidMeanwhile), Yours: p.T(answerText(f.read))}}
		return p.Render(http.StatusConflict, answerPage(p.View, f))
	}
	if faults, ok := page.Faults(err); ok {
		f.faults = faults
		return p.Render(http.StatusUnprocessableEntity, answerPage(p.View, f))
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect(to)
}

// propertyForm is the form of an answer that came without a letter.
func (a *Area) propertyForm(p *page.Request) (answerForm, error) {
	f, err := a.register.PropertyFile(p.Context(), asking(p), p.ID())
	at := "/samtycken/fastigheter/" + p.ID()
	p.Now = f.Now
	return answerForm{action: at + "/svar", back: at, about: []consent.Property{f.Property}, owners: f.Owners, lead: p.T(tRecordLead),
		version: wordsVersion(f), blanket: true}, err
}

// wordsVersion is what an answer without a letter was made from: all that had been said of the property.
func wordsVersion(f consent.PropertyFile) string {
	var all []any
	for _, w := range f.Words {
		all = append(all, w.ID, w.Answer, w.Recorded.UnixMicro())
	}
	return page.VersionOf(append(all, f.Property)...)
}

func (a *Area) askAnswer(p *page.Request) error {
	f, err := a.propertyForm(p)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, answerPage(p.View, f))
}

func (a *Area) record(p *page.Request) error {
	f, err := a.propertyForm(p)
	if err != nil {
		return err
	}
	keep := func(ctx context.Context, in consent.Answered, blanket bool) (string, error) {
		n := consent.NewConsent{OwnerID: p.Form("owner"), Blanket: blanket, Answered: in}
		if !blanket {
			n.Properties = []string{p.ID()}
		}
		c, err := a.answers.Record(ctx, asking(p), n)
		if c.ID == "" || err != nil {
			return f.back, err
		}
		return "/samtycken/besked/" + c.ID + "/klart", nil
	}
	return a.write(p, f, keep, func() (string, error) {
		f, err := a.register.PropertyFile(p.Context(), asking(p), p.ID())
		return wordsVersion(f), err
	})
}

// letter is the case of a letter, to those who may answer it the form of its slip.
func (a *Area) letter(p *page.Request) error {
	f, c, err := a.letterForm(p)
	if err != nil {
		return err
	}
	if c.Answer != consent.Requested || !p.May("letter-answer") {
		return p.Redirect("/samtycken/besked/" + c.ID)
	}
	return p.Render(http.StatusOK, answerPage(p.View, f))
}

func (a *Area) letterForm(p *page.Request) (f answerForm, c consent.ConsentFile, err error) {
	l, of, err := a.register.Open(p.Context(), asking(p), p.R.PathValue("code"))
	if err != nil {
		return f, c, err
	}
	if c, err = a.register.ConsentFile(p.Context(), asking(p), of.ID); err != nil {
		return f, c, err
	}
	return answerForm{action: "/samtycken/svar/" + l.Code, back: "/samtycken/besked/" + c.ID, about: c.Properties, version: version(c.Consent), blanket: true, sold: soldSince(c),
		lead: p.F(tReplyLead, ownerName(p.View, c.Owner), consent.ShowCode(l.Code), p.Day(l.Made))}, c, nil
}

// version is what the forms about a consent were made from.
func version(c consent.Consent) string {
	return page.VersionOf(c.ID, c.Answer, c.Recorded.UnixMicro(), c.Diary, c.FileHash, c.HandoverID)
}

func (a *Area) versionOf(p *page.Request, id string) func() (string, error) {
	return func() (string, error) {
		c, err := a.register.ConsentFile(p.Context(), asking(p), id)
		return version(c.Consent), err
	}
}

func (a *Area) reply(p *page.Request) error {
	f, c, err := a.letterForm(p)
	if err != nil {
		return err
	}
	done := "/samtycken/besked/" + c.ID + "/klart"
	keep := func(ctx context.Context, in consent.Answered, blanket bool) (string, error) {
		_, err := a.answers.Reply(ctx, asking(p), p.R.PathValue("code"), consent.Reply{Blanket: blanket, Answered: in})
		return done, err
	}
	return a.write(p, f, keep, a.versionOf(p, c.ID))
}
