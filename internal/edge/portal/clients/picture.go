package clients

import (
	"fmt"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// span is a picture of a client's time: lanes of bars beside each other. What a lane's bars show, its words say.
type span struct {
	from, to time.Time
	today    string // place of the line, per cent
	lanes    []lane
}

type lane struct {
	name, said string
	bars       []bar
}

// bar is a part of a lane, in per cent.
type bar struct{ at, wide, tone string }

// How far a picture reaches, and how many lanes of a sort it has.
const (
	spanBack  = 365 * 24 * time.Hour
	spanAhead = 90 * 24 * time.Hour
	maxLanes  = 8
)

func spanOf(v ui.View, c casework.ClientPage) span {
	s := span{from: v.Now.Add(-spanBack), to: v.Now.Add(spanAhead)}
	s.today = s.percent(v.Now.Sub(s.from))
	for _, x := range c.Services {
		state := ui.PeriodState(v.Now, x.From, x.Until)
		s.add(v.T(words.ServiceName(x.Kind))+", "+x.GroupName, v.Period(x.From, x.Until)+" ("+v.T(state.Text)+")", s.bar(x.From, x.Until, state.Tone))
	}
	for _, l := range c.Locks {
		s.add(v.T(words.LockName(l.Kind))+" "+l.Serial, v.F(tSpanMounted, v.Day(l.Mounted)), s.bar(l.Mounted, routine.Forever, "calm"))
	}
	if len(c.Orders) > 0 {
		var ticks []bar
		for _, o := range c.Orders {
			ticks = append(ticks, s.bar(o.Received, o.Received.Add(4*24*time.Hour), "info"))
		}
		s.add(v.T(tOrders), v.F(tSpanOrders, len(c.Orders), v.Day(c.Orders[0].Received)), ticks...)
	}
	return s
}

// add puts a lane in the picture, if there is room and it shows anything in the time that the picture has.
func (s *span) add(name, said string, bars ...bar) {
	l := lane{name: name, said: said}
	for _, b := range bars {
		if b.wide != "" {
			l.bars = append(l.bars, b)
		}
	}
	if len(l.bars) > 0 && len(s.lanes) < 2*maxLanes {
		s.lanes = append(s.lanes, l)
	}
}

// bar cuts a period to the picture; empty if it is outside.
func (s *span) bar(from, until time.Time, tone string) bar {
	if from.Before(s.from) {
		from = s.from
	}
	if until.After(s.to) {
		until = s.to
	}
	if !from.Before(until) {
		return bar{}
	}
	return bar{at: s.percent(from.Sub(s.from)), wide: s.percent(until.Sub(from)), tone: tone}
}

func (s *span) percent(d time.Duration) string {
	return fmt.Sprintf("%.2f", 100*float64(d)/float64(s.to.Sub(s.from)))
}
