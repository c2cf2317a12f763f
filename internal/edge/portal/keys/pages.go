// Package keys is the keys: which there are, one key with what it opens and what has happened to it, what is done with one whose
// battery is empty or that is broken or gone, and why a group may open a lock.
//
// It owns the pages and their words. internal/domain/casework reads, and writes in the journal who read; internal/domain/fleet
// decides who may do what with which key. Blocking one is its neighbour internal/edge/portal/block's.
//
// Promises: an organisation sees its own keys, and its own people as their holders; others see the organisation. What is done is
// done once, and not to a key that somebody else has changed meanwhile.
package keys

import (
	"context"
	"errors"
	"net/http"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/words"
)

// Service is what the pages of keys read.
type Service interface {
	Keys(ctx context.Context, who casework.Reader, f casework.KeyFilter) (casework.KeyList, error)
	KeyFile(ctx context.Context, who casework.Reader, f casework.KeyFilter) (time.Time, []casework.Key, error)
	KeyPage(ctx context.Context, who casework.Reader, id string, before journal.Cursor) (casework.KeyPage, error)
	Why(ctx context.Context, who casework.Reader, lockSerial, groupCode string) (casework.WhyPage, error)
}

// Pool is what is done with keys. fleet.Pool is one.
type Pool interface {
	Reach(ctx context.Context, who routine.Who, id string) (fleet.Reach, error)
	Exchanges(ctx context.Context, who routine.Who, f fleet.ExchangeFilter, p fleet.Page) ([]fleet.Exchange, error)
	ReportBroken(ctx context.Context, who routine.Who, number string, cause fleet.BreakCause, description string, appointment time.Time) (fleet.Exchange, error)
	CancelExchange(ctx context.Context, who routine.Who, id string) (fleet.Exchange, error)
	Swap(ctx context.Context, who routine.Who, id, replacement string) (fleet.Exchange, error)
	DecideNegligence(ctx context.Context, who routine.Who, id string, neglect bool, reason string) (fleet.Exchange, error)
	Replace(ctx context.Context, who routine.Who, lost, replacement string) error
}

// Batteries is when keys get new ones. fleet.Cabinets is one.
type Batteries interface {
	ChangeBattery(ctx context.Context, who routine.Who, number string, at time.Time) (due time.Time, err error)
	BatteryDue(k fleet.Key) time.Time
}

// Area is the pages of keys.
type Area struct {
	pages     Service
	pool      Pool
	batteries Batteries
}

// New returns it.
func New(s Service, p Pool, b Batteries) *Area { return &Area{s, p, b} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	all := []routine.Role{routine.CaseOfficer, routine.LockManager, routine.SystemOwner}
	tend := []routine.Role{routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager}
	who := append([]routine.Role{routine.CaseOfficer, routine.SystemOwner}, tend...)
	manager := []routine.Role{routine.LockManager}
	return []page.Route{
		{Method: "GET", Path: "/nycklar", Name: "keys", Menu: tNavKeys, Roles: who, Do: a.keys},
		{Method: "GET", Path: "/nycklar/{id}", Name: "key", Roles: who, Do: a.key},
		{Method: "GET", Path: "/nycklar/{id}/batteri", Name: "key-battery", Roles: tend, Do: a.form(batteryPage)},
		{Method: "POST", Path: "/nycklar/{id}/batteri", Name: "key-battery-save", Roles: tend, Write: true, Do: a.changed(batteryPage, a.battery)},
		{Method: "GET", Path: "/nycklar/{id}/trasig", Name: "key-broken", Roles: tend, Do: a.form(brokenPage)},
		{Method: "POST", Path: "/nycklar/{id}/trasig", Name: "key-broken-report", Roles: tend, Write: true, Do: a.changed(brokenPage, a.broken)},
		{Method: "POST", Path: "/nycklar/{id}/fungerar", Name: "key-works", Roles: tend, Write: true, Do: a.works},
		{Method: "GET", Path: "/nycklar/{id}/byt", Name: "key-swap", Roles: manager, Do: a.form(swapPage), Camera: true},
		{Method: "POST", Path: "/nycklar/{id}/byt", Name: "key-swap-do", Roles: manager, Write: true, Do: a.changed(swapPage, a.swap), Camera: true},
		{Method: "GET", Path: "/nycklar/{id}/bedom", Name: "key-judge", Roles: manager, Do: a.form(judgePage)},
		{Method: "POST", Path: "/nycklar/{id}/bedom", Name: "key-judge-do", Roles: manager, Write: true, Do: a.changed(judgePage, a.judge)},
		{Method: "GET", Path: "/varfor", Name: "why", Roles: all, Do: a.why},
	}
}

func who(p *page.Request) routine.Who { return p.Who.Acting().Who }

func (a *Area) keys(p *page.Request) error {
	f := casework.KeyFilter{Group: p.Query("grupp"), State: casework.KeyState(p.Query("lage")), Number: p.Query("nummer"), After: p.Query("efter")}
	if p.WantsFile() {
		return a.file(p, f)
	}
	out, err := a.pages.Keys(p.Context(), p.Who.Reader(), f)
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, keyList(p.View, out, f))
}

// file is the list as a file. The journal has who took it out.
func (a *Area) file(p *page.Request, f casework.KeyFilter) error {
	now, all, err := a.pages.KeyFile(p.Context(), p.Who.Reader(), f)
	if err != nil {
		return err
	}
	return p.SendTable(table(p, now, all))
}

func table(p *page.Request, now time.Time, all []casework.Key) paper.Table {
	var rows []paper.Row
	for _, k := range all {
		rows = append(rows, paper.Row{k.Number, k.GroupCode, k.GroupName, k.Provider, p.T(words.KeyStateName(k.State(now))), k.Synced, k.SyncedUntil, k.Battery, now})
	}
	return paper.Table{Name: "nycklar", Rows: paper.Rows(rows...), Columns: []paper.Column{
		{Key: "key", SV: "Nyckel", EN: "Key", Kind: paper.Text}, {Key: "group", SV: "Grupp", EN: "Group", Kind: paper.Text},
		{Key: "name", SV: "Gruppens namn", EN: "Group's name", Kind: paper.Text}, {Key: "provider", SV: "Utförare", EN: "Provider", Kind: paper.Text},
		{Key: "state", SV: "Läge", EN: "State", Kind: paper.Text}, {Key: "synced", SV: "Synkad", EN: "Synced", Kind: paper.Instant},
		{Key: "until", SV: "Gäller till", EN: "Valid until", Kind: paper.Instant}, {Key: "battery", SV: "Batteri bytt", EN: "Battery changed", Kind: paper.Day},
		{Key: "at", SV: "Läget", EN: "State of", Kind: paper.Instant}}}
}

// shown is a key with what its page tells. What it opens, and what may be done with it, is for those who tend keys.
type shown struct {
	casework.KeyPage
	reach    fleet.Reach
	exchange fleet.Exchange // the latest; its ID is "" if it has had none
	due      time.Time      // of the next battery
	tends    bool
}

func (a *Area) key(p *page.Request) error {
	var out shown
	var err error
	out.KeyPage, err = a.pages.KeyPage(p.Context(), p.Who.Reader(), p.ID(), journal.Cursor(p.Query("fore")))
	if err != nil {
		return err
	}
	p.Now = out.Now
	if p.May("key-battery") {
		t, err := a.tended(p)
		if err != nil {
			return err
		}
		out.reach, out.exchange, out.due, out.tends = t.Reach, t.exchange, a.batteries.BatteryDue(t.Key.Key), true
	}
	return p.Render(http.StatusOK, keyPage(p.View, out, p.Who.Role.HoldsGroup()))
}

func (a *Area) why(p *page.Request) error {
	ask := whyForm{lock: p.Query("lock"), group: p.Query("group")}
	if ask.lock == "" && ask.group == "" {
		return p.Render(http.StatusOK, whyPage(p.View, ask, nil))
	}
	if ask.lock == "" || ask.group == "" {
		ask.fault = tWhyFill
		return p.Render(http.StatusUnprocessableEntity, whyPage(p.View, ask, nil))
	}
	out, err := a.pages.Why(p.Context(), p.Who.Reader(), ask.lock, ask.group)
	if known, ok := errors.AsType[*problem.Error](err); ok && known.Kind == problem.NotFound {
		ask.fault = known.Text
		return p.Render(http.StatusNotFound, whyPage(p.View, ask, nil))
	}
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, whyPage(p.View, ask, &out))
}

// whyForm is what is asked for on the page that answers why.
type whyForm struct {
	lock, group string
	fault       problem.Text // empty: none
}

var tNavKeys = problem.Text{SV: "Nycklar", EN: "Keys"}
