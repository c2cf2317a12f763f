package simulate

import (
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
)

// WritePage writes the result as one printable page, in Swedish or English. It asks for nothing from anywhere: no script, no
// style or font from outside.
func WritePage(w io.Writer, r *Result, o Options, lang string) error {
	say := func(sv, en string, args ...any) string { return problem.Text{SV: sv, EN: en}.Sprintf(args...).In(lang) }
	p := page{Lang: lang, Title: say("Simulering av en kommun", "Simulation of a municipality"), say: say}
	d := r.Detail
	p.Lead = say("%d kunder, %d dygn, frö %d, %s. %d lås, %d nycklar och telefoner, %d synkningar, %d öppningar med riktig kryptografi.",
		"%d clients, %d days, seed %d, %s. %d locks, %d keys and phones, %d syncs, %d openings with real cryptography.",
		d.Clients, d.Days, o.Seed, p.withFaults(o), d.Locks, d.Keys, d.Syncs, r.Openings)
	p.promises(r)
	p.facts(d)
	p.Plots = []plot{p.coverage(r), p.exposure(r), p.delay(r), p.refusals(r), p.outages(r)}
	p.Foot = say("Definitionerna står i docs/simulation.md. Samma frö ger samma sida.",
		"The definitions stand in docs/simulation.md. The same seed gives the same page.")
	return pageTemplate().Execute(w, p)
}

type page struct {
	Lang, Title, Lead, Foot string
	Promises                []line
	Facts                   []line // what else happened
	FactsTitle              string
	Plots                   []plot
	say                     func(sv, en string, args ...any) string
}

type line struct {
	Name, Value string
	Broken      bool
}

type plot struct {
	Title, Text string
	SVG         template.HTML
}

func (p *page) withFaults(o Options) string {
	if o.Faults {
		return p.say("med fel", "with faults")
	}
	return p.say("utan andra fel än borttappade nycklar", "without faults but lost keys")
}

func (p *page) promises(r *Result) {
	for _, one := range []struct {
		sv, en string
		n      int
	}{
		{"Utlovade besök som nekades", "Promised visits that were refused", r.RefusedLegitimate},
		{"Öppningar med spärrad nyckel efter dess gräns", "Openings by a blocked key after its bound", r.OpenedAfterBlock},
		{"Öppningar utan behörighet", "Openings without a right", r.Detail.Unentitled},
		{"Loggrader som försvann utan att låset säger det", "Log records that vanished without the lock saying so", r.LogRecordsLost},
	} {
		p.Promises = append(p.Promises, line{p.say(one.sv, one.en), fmt.Sprint(one.n), one.n > 0})
	}
}

// facts is what happened beside the plots, where anything did.
func (p *page) facts(d Detail) {
	p.FactsTitle = p.say("Annat som hände", "What else happened")
	of := func(n, all int) string { return p.say("%d av %d", "%d of %d", n, all) }
	add := func(happened int, sv, en, value string) {
		if happened > 0 {
			p.Facts = append(p.Facts, line{Name: p.say(sv, en), Value: value})
		}
	}
	c, t := d.Changes, d.Thefts
	add(d.ByPhone, "Öppningar med telefon", "Openings by phone", fmt.Sprint(d.ByPhone))
	add(c.Orders, "Byten av utförare", "Changes of provider", fmt.Sprint(c.Orders))
	add(c.Visits, "Den nya utföraren kom in", "The new provider got in", of(c.Made, c.Visits))
	add(c.Former, "Den förra utföraren kom ändå första dagen och nekades (nycklar som synkades före beställningen öppnar)",
		"The former provider came all the same on the first day and was refused (keys synced before the order do open)", of(c.Stopped, c.Former))
	add(t.Tries, "Försök med borttappade nycklar som öppnade, innan de var anmälda", "Tries with lost keys that opened, before they were reported", of(t.Before, t.Tries))
	add(t.Tries, "Likaså efter anmälan, innan spärren nått dörren eller passet tagit slut", "Likewise after the report, before the block had reached the door or the shift had ended", of(t.Within, t.Tries))
	add(d.FirstTries, "Utlovade besök som lyckades först när nyckeln visades en andra gång", "Promised visits that succeeded only when the key was shown a second time", of(d.FirstTries, d.Promised))
	add(d.Unverified, "Öppningar av lås som hade tappat tiden", "Openings by locks that had lost the time", fmt.Sprint(d.Unverified))
	add(d.FastClocks.Visits, "Besök vid lås vars klocka hade hoppat fram förbi passets slut, som öppnade ändå", "Visits at locks whose clock had jumped past the end of the shift, that opened all the same", of(d.FastClocks.Made, d.FastClocks.Visits))
}

func (p *page) coverage(r *Result) plot {
	q := r.BlockCoverage
	return plot{Title: p.say("Tid tills en spärr har nått dörrarna", "Time until a block has reached the doors"),
		Text: p.say("Hälften av dörrarna är nådda efter %s, 90 %% efter %s, 99 %% efter %s, alla efter %s. Därefter hade nyckelns behörighet ändå gått ut.",
			"Half of the doors are reached after %s, 90 %% after %s, 99 %% after %s, all after %s. By then the key's grant had ended anyway.",
			p.hours(q.P50), p.hours(q.P90), p.hours(q.P99), p.hours(q.Max)),
		SVG: p.curve(r.Detail.Covered, p.say("timmar efter anmälan", "hours after the report"), p.say("andel av dörrarna, %%", "share of the doors, %%"))}
}

func (p *page) delay(r *Result) plot {
	q := r.Detail.LogDelay
	return plot{Title: p.say("Tid från öppning tills loggraden är hemma", "Time from an opening until its log record is home"),
		Text: p.say("Hälften är hemma efter %s, 90 %% efter %s, 99 %% efter %s. %d rader är på väg eller kvar i låsen; %d skrevs över och låsen säger det.",
			"Half are home after %s, 90 %% after %s, 99 %% after %s. %d records are on their way or still in the locks; %d were overwritten, and the locks say so.",
			p.hours(q.P50), p.hours(q.P90), p.hours(q.P99), r.Detail.Records.Pending, r.Detail.Records.Told),
		SVG: p.curve(r.Detail.Delays, p.say("timmar efter öppningen", "hours after the opening"), p.say("andel av raderna, %%", "share of the records, %%"))}
}

func (p *page) exposure(r *Result) plot {
	t := plot{Title: p.say("Hur länge dörrar står öppna för en borttappad nyckel", "How long doors are open to a lost key"),
		Text: p.say("I genomsnitt %s från att nyckeln tappades när gruppen spärrar själv, %s när den väntar på att kontoret öppnar, räknat som om nyckeln öppnade så länge dess behörighet gäller. "+
			"Men när passet är slut öppnar den ingenting: i praktiken %s. Borttappade nycklar: %d, med alla deras dörrar.",
			"On average %s from the loss where the group blocks by itself, %s where it waits for the office to open, as if the key opened for as long as its grant lives. "+
				"But after the shift it opens nothing: in practice %s. Lost keys: %d, with all their doors.",
			p.hours(r.Exposure.Ours), p.hours(r.Exposure.OfficeHours), p.hours(r.Detail.Shift), r.Detail.Lost)}
	if r.Detail.Lost == 0 {
		t.SVG = p.nothing(p.say("Ingen nyckel tappades.", "No key was lost."))
		return t
	}
	t.SVG = p.bars([]bar{
		{p.say("gruppen spärrar", "the group blocks"), r.Exposure.Ours, p.hours(r.Exposure.Ours), 0},
		{p.say("väntar på kontoret", "waits for the office"), r.Exposure.OfficeHours, p.hours(r.Exposure.OfficeHours), 1},
		{p.say("till passets slut", "until the end of the shift"), r.Detail.Shift, p.hours(r.Detail.Shift), 0},
	}, math.Max(r.Exposure.Ours, r.Exposure.OfficeHours))
	return t
}

func (p *page) refusals(r *Result) plot {
	d := r.Detail
	t := plot{Title: p.say("Nekade besök", "Refused visits"),
		Text: p.say("Av %d besök vid en dörr var %d utlovade. Av dem nekades %d. Övriga nekade besök, efter orsak:",
			"Of %d visits at a door, %d were promised. Of them, %d were refused. Other refused visits, by reason:", d.Visits, d.Promised, r.RefusedLegitimate)}
	bars, most := []bar{{p.say("utlovade", "promised"), float64(r.RefusedLegitimate), fmt.Sprint(r.RefusedLegitimate), 1}}, float64(max(r.RefusedLegitimate, 1))
	for _, code := range sortedKeys(d.Refusals) {
		n := d.Refusals[code]
		bars, most = append(bars, bar{p.reason(code), float64(n), fmt.Sprint(n), 0}), math.Max(most, float64(n))
	}
	t.SVG = p.bars(bars, most)
	return t
}

func (p *page) outages(r *Result) plot {
	t := plot{Title: p.say("Stationer utan nät i en till sex dagar", "Stations without network for one to six days"),
		Text: p.say("Andel av besöken som gick att göra, med nycklar från stationer utan nät. Löftet gäller fem dygn från nyckelns senaste synkning; den sjätte dagen ligger utanför.",
			"Share of the visits that could be made, with keys from stations without network. The promise is five days from the key's last sync; the sixth day is beyond it.")}
	var bars []bar
	for _, o := range r.Detail.Outages {
		if o.Visits == 0 {
			continue
		}
		share := 100 * float64(o.Made) / float64(o.Visits)
		shade := 0
		if o.Days > 5 {
			shade = 1
		}
		bars = append(bars, bar{p.say("%d dygn", "%d days", o.Days), share, p.say("%d av %d", "%d of %d", o.Made, o.Visits), shade})
	}
	if len(bars) == 0 {
		t.SVG = p.nothing(p.say("Ingen station var utan nät medan någon arbetade.", "No station was without network while anybody worked."))
		return t
	}
	t.SVG = p.bars(bars, 100)
	return t
}

// reason is the first sentence that a person is shown for a refusal.
func (p *page) reason(slug string) string {
	for _, c := range credential.Codes() {
		if c.String() == slug {
			sv, en := c.Text()
			first, _, _ := strings.Cut(problem.Text{SV: sv, EN: en}.In(p.Lang), ".")
			return first
		}
	}
	return slug
}

// hours writes a time as people say it.
func (p *page) hours(v float64) string {
	number := strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
	if p.Lang != "en" {
		number = strings.Replace(number, ".", ",", 1)
	}
	return number + " h"
}
