package keys

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// tended is a key that something is done with, and what is typed in the form that does.
type tended struct {
	fleet.Reach
	exchange fleet.Exchange // the latest; its ID is "" if it has had none
	typed    url.Values
	faults   ui.Faults
	changes  []ui.Change // what somebody else has changed meanwhile
}

// version is what a form about the key was made from.
func (t tended) version() string {
	return page.VersionOf(t.Key.ID, t.Key.State, t.Key.BatteryChanged.UnixMicro(), t.exchange.ID, t.exchange.State, t.exchange.Negligence)
}

// waits reports whether the key waits to be exchanged.
func (t tended) waits() bool { return t.exchange.State == fleet.ExchangeBooked }

// lost reports whether another key can be handed out in place of this one, which is blocked.
func (t tended) lost() bool { return t.Key.State == fleet.KeyBlocked }

// unjudged reports whether it is still to be said if somebody was careless with the key.
func (t tended) unjudged() bool {
	return t.exchange.State == fleet.ExchangeDone && t.exchange.Cause == fleet.Damaged && t.exchange.Negligence == fleet.Undecided
}

// tended reads a key for somebody who tends it.
func (a *Area) tended(p *page.Request) (t tended, err error) {
	t.typed = url.Values{}
	if p.R.PostForm != nil {
		t.typed = p.R.PostForm
	}
	if t.Reach, err = a.pool.Reach(p.Context(), who(p), p.ID()); err != nil {
		return t, err
	}
	all, err := a.pool.Exchanges(p.Context(), who(p), fleet.ExchangeFilter{Key: t.Key.Number}, fleet.Page{})
	for _, e := range all {
		if e.Reported.After(t.exchange.Reported) {
			t.exchange = e
		}
	}
	return t, err
}

// form is the page of a form about a key.
func (a *Area) form(show func(ui.View, tended) templ.Component) page.Action {
	return func(p *page.Request) error {
		t, err := a.tended(p)
		if err != nil {
			return err
		}
		p.Now = t.Now
		return p.Render(http.StatusOK, show(p.View, t))
	}
}

// changed does what a form about a key asks for, once, and unless somebody else has changed the key since. What can be mended in the
// form is said on it.
func (a *Area) changed(show func(ui.View, tended) templ.Component, do func(context.Context, *page.Request, tended) (problem.Text, error)) page.Action {
	return func(p *page.Request) error {
		t, err := a.tended(p)
		if err != nil {
			return err
		}
		p.Now = t.Now
		said, err := do(a.fresh(p), p, t)
		faults, mend := page.Faults(err)
		switch {
		case errors.Is(err, page.ErrStale):
			t.changes = []ui.Change{{Name: p.T(ui.TState), Now: p.T(stateOf(t).Text)}}
			return p.Render(http.StatusConflict, show(p.View, t))
		case mend:
			t.faults = faults
			return p.Render(http.StatusUnprocessableEntity, show(p.View, t))
		}
		if err = page.Again(err); err != nil {
			return err
		}
		return p.Redirect("/nycklar/"+p.ID(), ui.Flash{Text: said})
	}
}

// fresh binds the next change to the key as the form knew it.
func (a *Area) fresh(p *page.Request) context.Context {
	return p.OnceFresh(func() (string, error) {
		now, err := a.tended(p)
		return now.version(), err
	})
}

// battery notes that the battery was changed: today means now.
func (a *Area) battery(ctx context.Context, p *page.Request, t tended) (problem.Text, error) {
	at, err := day(p, "dag")
	if err != nil {
		return problem.Text{}, err
	}
	due, err := a.batteries.ChangeBattery(ctx, who(p), t.Key.Number, at)
	return tBatterySaved.Sprintf(p.Day(due)), onto(err, "at", "dag")
}

// day reads a day of the form: noon of that day, the zero time for today.
func day(p *page.Request, field string) (time.Time, error) {
	today := swedish.DateOf(p.Now.In(p.Zone))
	d, err := swedish.ParseDate(p.Form(field), today)
	if known, ok := errors.AsType[*problem.Error](err); ok {
		return time.Time{}, known.On(field)
	}
	if err != nil || d == today {
		return time.Time{}, err
	}
	return d.Start(p.Zone).Add(12 * time.Hour), nil
}

// broken reports the key broken, with a time at the lock manager's if one is agreed.
func (a *Area) broken(ctx context.Context, p *page.Request, t tended) (problem.Text, error) {
	at, err := appointment(p)
	if err != nil {
		return problem.Text{}, err
	}
	_, err = a.pool.ReportBroken(ctx, who(p), t.Key.Number, fleet.BreakCause(p.Form("cause")), p.Form("description"), at)
	if errors.Is(err, fleet.ErrExchangeCause) {
		err = errCause.On("cause")
	}
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Code == fleet.ErrBatteryFirst.Code {
		err = known.On("cause")
	}
	return tBrokenSaved, onto(err, "appointment", "dag")
}

// appointment is the day and the time of the form; the zero time if neither was written.
func appointment(p *page.Request) (time.Time, error) {
	if p.Form("dag") == "" && p.Form("klockan") == "" {
		return time.Time{}, nil
	}
	at, err := swedish.ParseDate(p.Form("dag"), swedish.DateOf(p.Now.In(p.Zone)))
	if err != nil {
		return time.Time{}, errDay.On("dag")
	}
	clock := strings.NewReplacer(".", ":", " ", "").Replace(p.Form("klockan"))
	if !strings.Contains(clock, ":") {
		clock += ":00"
	}
	hour, err := time.Parse("15:04", clock)
	if err != nil {
		return time.Time{}, errClock.On("klockan")
	}
	return time.Date(at.Year(), time.Month(at.Month()), at.Day(), hour.Hour(), hour.Minute(), 0, 0, p.Zone), nil
}

// works takes back that a key is broken. If it is not, somebody else was first.
func (a *Area) works(p *page.Request) error {
	t, err := a.tended(p)
	if err != nil {
		return err
	}
	if t.waits() {
		if _, err = a.pool.CancelExchange(p.Once(), who(p), t.exchange.ID); page.Again(err) != nil {
			return err
		}
	}
	return p.Redirect("/nycklar/"+p.ID(), ui.Flash{Text: tWorksSaved})
}

// swap hands out another key: for a broken one that is handed in, or in place of a lost one that is blocked.
func (a *Area) swap(ctx context.Context, p *page.Request, t tended) (problem.Text, error) {
	number := strings.ToUpper(strings.ReplaceAll(p.Form("replacement"), " ", ""))
	if number == "" {
		return problem.Text{}, errNumber.On("replacement")
	}
	var err error
	if t.lost() {
		err = a.pool.Replace(ctx, who(p), t.Key.Number, number)
	} else {
		_, err = a.pool.Swap(ctx, who(p), t.exchange.ID, number)
	}
	if known, ok := errors.AsType[*problem.Error](err); ok && (known.Kind == problem.NotFound || known.Kind == problem.Conflict || known.Kind == problem.Invalid) {
		err = known.On("replacement")
	}
	return tSwapSaved.Sprintf(number), err
}

// judge says whether somebody was careless with a key that was handed in damaged.
func (a *Area) judge(ctx context.Context, p *page.Request, t tended) (problem.Text, error) {
	how := p.Form("how")
	if how != "ja" && how != "nej" {
		return problem.Text{}, errJudge.On("how")
	}
	_, err := a.pool.DecideNegligence(ctx, who(p), t.exchange.ID, how == "ja", p.Form("reason"))
	return tJudgeSaved, err
}

// onto moves a problem with the domain's name of a field to the form's.
func onto(err error, from, to string) error {
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Field == from {
		return known.On(to)
	}
	return err
}
