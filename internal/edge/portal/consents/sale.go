package consents

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Sales is that houses change owner. [casework.Consents] has it.
type Sales interface {
	NextOwners(ctx context.Context, who routine.Who, propertyID string) (casework.NextOwners, error)
	OwnersEffect(ctx context.Context, who routine.Who, in casework.OwnerChange) (casework.OwnersEffect, error)
	ChangeOwners(ctx context.Context, who routine.Who, in casework.OwnerChange) error
	KeepOwners(ctx context.Context, who routine.Who, propertyID string) error
}

// The steps of a change of owners: looking for the new ones, saying which and from when, and looking at what it does.
const (
	saleFind  = "sok"
	saleSay   = "valj"
	saleCheck = "visa"
	saleDo    = "ja"
)

// saleForm is a change of owners being written.
type saleForm struct {
	consent.PropertyFile
	next    casework.NextOwners
	typed   url.Values
	query   string
	owners  []consent.Owner // to choose from
	chosen  []consent.Owner
	change  casework.OwnerChange
	effect  casework.OwnersEffect
	faults  ui.Faults
	stale   bool
	notHere bool // that was searched for
}

// version is what the form was made from: whose the house is, and is going to be.
func (f saleForm) version() string {
	ids := slices.Clone(f.Property.Owners)
	return page.VersionOf(f.Property.ID, ids, f.next.Change)
}

func (a *Area) saleForm(p *page.Request) (f saleForm, err error) {
	f.typed, f.query = p.R.PostForm, p.Form("q")
	if f.PropertyFile, err = a.register.PropertyFile(p.Context(), asking(p), p.ID()); err != nil {
		return f, err
	}
	p.Now = f.Now
	f.next, err = a.answers.NextOwners(p.Context(), asking(p), p.ID())
	return f, err
}

// askSale asks who the new owner is.
func (a *Area) askSale(p *page.Request) error {
	f, err := a.saleForm(p)
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, salePage(p.View, f))
}

// sale goes a step on: it finds owners, reads which and from when, shows what that does, and does it.
func (a *Area) sale(p *page.Request) error {
	f, err := a.saleForm(p)
	if err != nil {
		return err
	}
	if err := a.chosen(p, &f); err != nil {
		return err
	}
	step := p.Form("gor")
	if step == saleFind || len(f.chosen) == 0 && !p.R.PostForm.Has("from") {
		return a.findOwners(p, f)
	}
	if step == saleSay {
		return p.Render(http.StatusOK, salePage(p.View, f))
	}
	return a.decideSale(p, f, step)
}

// chosen reads who has been chosen, as the register shows them.
func (a *Area) chosen(p *page.Request, f *saleForm) error {
	ids := p.Forms("owner")
	if len(ids) > consent.MaxOwners {
		ids = ids[:consent.MaxOwners+1]
	}
	for _, id := range ids {
		o, err := a.register.Owner(p.Context(), asking(p), id)
		if problem.KindOf(err) == problem.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if o = o.Masked(); !slices.ContainsFunc(f.chosen, func(c consent.Owner) bool { return c.ID == o.ID }) {
			f.chosen = append(f.chosen, o)
			f.change.Owners = append(f.change.Owners, o.ID)
		}
	}
	f.owners = slices.Clone(f.chosen)
	return nil
}

// findOwners answers with owners whose names begin so, beside those who have been chosen: a name is posted, never in an address.
func (a *Area) findOwners(p *page.Request, f saleForm) error {
	if n := len([]rune(f.query)); n < 2 || n > 100 {
		f.faults = ui.Faults{{Field: "q", Text: tQueryShort}}
		return p.Render(http.StatusUnprocessableEntity, salePage(p.View, f))
	}
	found, err := a.register.Owners(p.Context(), asking(p), consent.OwnerFilter{Name: f.query}, "", hits)
	if err != nil {
		return err
	}
	for _, o := range found {
		if !slices.ContainsFunc(f.owners, func(c consent.Owner) bool { return c.ID == o.ID }) {
			f.owners = append(f.owners, o)
		}
	}
	f.notHere = len(found) == 0
	return p.Render(http.StatusOK, salePage(p.View, f))
}

// decideSale reads from when and why, shows what it does, and does it when that has been looked at.
func (a *Area) decideSale(p *page.Request, f saleForm, step string) error {
	from, ok := day(p.Zone, p.Form("from"))
	if !ok || from.IsZero() || from.After(p.Now.AddDate(maxAhead, 0, 0)) {
		f.faults = append(f.faults, ui.Fault{Field: "from", Text: tFromWrong})
	}
	f.change.PropertyID, f.change.From, f.change.Reason = p.ID(), from, p.Form("reason")
	if f.change.Reason == "" || len(f.change.Reason) > 500 {
		f.faults = append(f.faults, ui.Fault{Field: "reason", Text: casework.ErrOwnersWhy.Text})
	}
	var err error
	if step == saleDo && len(f.faults) == 0 {
		err = a.answers.ChangeOwners(p.OnceFresh(a.saleVersion(p)), asking(p), f.change)
		if page.Again(err) == nil {
			return p.Redirect("/samtycken/fastigheter/"+p.ID(), ui.Flash{Text: f.said(p)})
		}
	} else {
		f.effect, err = a.answers.OwnersEffect(p.Context(), asking(p), f.change)
	}
	if f.stale = errors.Is(err, page.ErrStale); f.stale {
		return p.Render(http.StatusConflict, salePage(p.View, f))
	}
	if known, ok := errors.AsType[*problem.Error](err); ok && (known.Kind == problem.Invalid || known.Kind == problem.Conflict) {
		f.faults = append(ui.Faults{{Field: "owner", Text: known.Text}}, f.faults...)
	} else if err != nil {
		return err
	}
	if len(f.faults) > 0 {
		return p.Render(http.StatusUnprocessableEntity, salePage(p.View, f))
	}
	return p.Render(http.StatusOK, saleChecked(p.View, f))
}

// maxAhead is how many years ahead a sale may be recorded.
const maxAhead = 5

func (a *Area) saleVersion(p *page.Request) func() (string, error) {
	return func() (string, error) {
		f, err := a.saleForm(p)
		return f.version(), err
	}
}

// said is what has been done.
func (f saleForm) said(p *page.Request) problem.Text {
	if f.change.From.After(p.Now) {
		return tSaleLater.Sprintf(p.Day(f.change.From))
	}
	return tSaleDone
}

// keepOwners takes back that the house changes owner on a coming day.
func (a *Area) keepOwners(p *page.Request) error {
	err := page.Again(a.answers.KeepOwners(p.Once(), asking(p), p.ID()))
	if err != nil && !errors.Is(err, casework.ErrMassUnknown) { // unknown: it has been taken back already
		return err
	}
	return p.Redirect("/samtycken/fastigheter/"+p.ID(), ui.Flash{Text: tSaleKept})
}

// field is what was typed, or how the form begins.
func (f saleForm) field(v ui.View, name string) string {
	if !f.typed.Has(name) && name == "from" {
		return v.Now.In(v.Zone).Format(time.DateOnly)
	}
	return f.typed.Get(name)
}

// hidden carries what has been said through the page where it is checked.
func (f saleForm) hidden() url.Values {
	return url.Values{"owner": f.change.Owners, "from": {f.typed.Get("from")}, "reason": {f.change.Reason}, "_version": {f.typed.Get("_version")}}
}

// madeFrom is the version that the form carries.
func (f saleForm) madeFrom() string {
	if typed := f.typed.Get("_version"); typed != "" && !f.stale {
		return typed
	}
	return f.version()
}

func chosenIDs(f saleForm) []string { return f.change.Owners }

// saleOptions are the owners to choose from.
func saleOptions(v ui.View, f saleForm) (out []ui.Option) {
	for _, o := range f.owners {
		out = append(out, ui.Option{Value: o.ID, Label: ownerName(v, o), Hint: o.Town})
	}
	return out
}

// saleEffects is what a change of owners does, in words.
func saleEffects(v ui.View, f saleForm) []string {
	e := f.effect
	out := []string{v.F(tSaleFrom, v.Day(f.change.From))}
	for _, n := range []struct {
		n    int
		text problem.Text
	}{{e.Words, tSaleWords}, {e.Letters, tSaleLetters}, {len(e.Stops), tEffStops}, {e.Goes, tSaleGoes}, {e.Asks, tEffAsks}} {
		if n.n > 0 {
			out = append(out, v.F(n.text, n.n))
		}
	}
	return append(out, v.T(tSaleAsked), v.T(tEffStays))
}

var (
	tSale        = problem.Text{SV: "Byt ägare", EN: "Change the owner"}
	tSaleTitle   = problem.Text{SV: "Vem är ny ägare?", EN: "Who is the new owner?"}
	tSaleNow     = problem.Text{SV: "Ägs nu av %s.", EN: "Now owned by %s."}
	tSaleFind    = problem.Text{SV: "Sök den nya ägaren", EN: "Find the new owner"}
	tSaleFindH   = problem.Text{SV: "Skriv början av namnet. Finns ägaren inte i registret lägger du till den först.", EN: "Write the beginning of the name. If the owner is not in the register, add it first."}
	tSaleNobody  = problem.Text{SV: "Ingen i registret heter så. Lägg till ägaren, eller sök på ett annat namn.", EN: "Nobody in the register has that name. Add the owner, or search for another name."}
	tSaleWho     = problem.Text{SV: "Ny ägare", EN: "New owner"}
	tSaleWhoH    = problem.Text{SV: "Kryssa i alla som äger fastigheten sedan. Brev går till den första.", EN: "Tick everybody who owns the property from then on. Letters go to the first."}
	tSaleDay     = problem.Text{SV: "Äger från", EN: "Owns from"}
	tSaleDayH    = problem.Text{SV: "Dagens datum eller tidigare betyder nu. En kommande dag kan ångras fram till dess.", EN: "Today's date or an earlier one means now. A coming day can be undone until then."}
	tSaleWhy     = problem.Text{SV: "Vad har hänt?", EN: "What has happened?"}
	tSaleWhyH    = problem.Text{SV: "Till exempel: såld, lagfart beviljad.", EN: "Such as: sold, registered with the land registry."}
	tFromWrong   = problem.Text{SV: "Skriv dagen som 2026-06-03, högst fem år framåt.", EN: "Write the day as 2026-06-03, at most five years ahead."}
	tSaleCheck   = problem.Text{SV: "Ska ägaren bytas?", EN: "Shall the owner be changed?"}
	tSaleWas     = problem.Text{SV: "Ägs av", EN: "Owned by"}
	tSaleFrom    = problem.Text{SV: "Bytet gäller från %s. Så här skulle det bli i dag:", EN: "The change holds from %s. This is what it would do today:"}
	tSaleWords   = problem.Text{SV: "Svar från dem som lämnar, som inte räknas här längre: %d.", EN: "Answers of those who leave, which no longer count here: %d."}
	tSaleLetters = problem.Text{SV: "Brev som den gamla ägaren inte har svarat på: %d. De påminns inte, och svar på dem räknas inte här.", EN: "Letters that the old owner has not answered: %d. There is no reminder, and answers to them do not count here."}
	tSaleGoes    = problem.Text{SV: "Monteringar som väntar och kan bokas, för att den nya ägaren har sagt ja: %d.", EN: "Mountings that wait and can be booked, since the new owner has agreed: %d."}
	tSaleAsked   = problem.Text{SV: "Den nya ägaren får ett brev om huset har ett lås eller väntar på ett, och inte har svarat redan.", EN: "The new owner gets a letter if the house has a lock or waits for one, and has not been answered for already."}
	tSaleDone    = problem.Text{SV: "Fastigheten har bytt ägare.", EN: "The property has changed owner."}
	tSaleLater   = problem.Text{SV: "Fastigheten byter ägare %s.", EN: "The property changes owner on %s."}
	tSaleNext    = problem.Text{SV: "Fastigheten byter ägare %s till %s. Tills dess gäller det som nuvarande ägare har sagt.", EN: "The property changes owner on %s to %s. Until then what the present owners have said holds."}
	tSaleKeep    = problem.Text{SV: "Ångra ägarbytet", EN: "Undo the change of owner"}
	tSaleKept    = problem.Text{SV: "Ägarbytet är ångrat.", EN: "The change of owner is undone."}
	tSoldSince   = problem.Text{SV: "Ägaren äger inte längre alla hus som brevet gäller. För dem räknas svaret inte: fråga den nya ägaren.", EN: "The owner no longer owns all the houses that the letter is about. For those the answer does not count: ask the new owner."}
)
