package casework

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
)

// errClientEnded says that a row of the registers gives somebody who has died or moved a service.
var errClientEnded = problem.New(problem.Conflict, "service-client-ended",
	"Kunden har avlidit eller flyttat före insatsens första dag. Avsluta insatsen i registret.",
	"The client has died or moved before the first day of the service. End the service in the register.")

// origin says which row of the registers a service came from.
func origin(row int) string { return fmt.Sprintf("register:insatser:%d", row) }

// fromOrder reports whether an origin, or what ended a service, was an order, or another decision made here: anything but the
// registers.
func fromOrder(origin string) bool { return origin != "" && !strings.HasPrefix(origin, "register:") }

// period is half-open.
type period struct{ from, until time.Time }

func (p period) overlaps(o period) bool { return p.from.Before(o.until) && o.from.Before(p.until) }

// pair says which stored period each incoming one is: its index, or -1 for a new one. Those with the same start are the same.
// Of the rest, one whose start has been corrected is the first left that it overlaps. Periods apart are different decisions.
func pair(stored, in []period) []int {
	out, taken := slices.Repeat([]int{-1}, len(in)), make([]bool, len(stored))
	match := func(same func(a, b period) bool) {
		for i, p := range in {
			for j, s := range stored {
				if out[i] < 0 && !taken[j] && same(s, p) {
					out[i], taken[j] = j, true
				}
			}
		}
	}
	match(func(a, b period) bool { return a.from.Equal(b.from) })
	match(period.overlaps)
	return out
}

// merger brings one client's stored services up to date with the registers'. What an order has decided stays: an end that an
// order set is never lifted, and a service that an order made is corrected, not made again.
type merger struct {
	client care.Client
	groups map[string]care.Group
	stored []care.Service // of the client
	reject func(RegisterService)
	out    []care.Service // new or changed
}

// merge handles the client's rows, each kind and group by itself.
func (m *merger) merge(in []RegisterService) {
	type served struct {
		kind  routine.ServiceKind
		group string
	}
	var order []served
	of := map[served][]RegisterService{}
	for _, r := range in {
		k := served{r.Kind, r.Group}
		if len(of[k]) == 0 {
			order = append(order, k)
		}
		of[k] = append(of[k], r)
	}
	for _, k := range order {
		m.mergeSame(of[k], m.same(k.kind, m.groups[k.group].ID))
	}
}

// same returns the stored services of a kind and group: the registers' before the orders', each in order of time.
func (m *merger) same(kind routine.ServiceKind, group string) (out []care.Service) {
	for _, ordered := range []bool{false, true} {
		for _, v := range m.stored {
			if v.Kind == kind && v.Group.ID == group && fromOrder(v.Origin) == ordered {
				out = append(out, v)
			}
		}
	}
	return out
}

func (m *merger) mergeSame(in []RegisterService, stored []care.Service) {
	slices.SortStableFunc(in, func(a, b RegisterService) int { return a.From.Compare(b.From) })
	before, now := make([]period, len(stored)), make([]period, len(in))
	for i, v := range stored {
		before[i] = period{v.From, v.Until}
	}
	for i, r := range in {
		now[i] = period{r.From, r.Until}
	}
	for i, j := range pair(before, now) {
		switch {
		case j >= 0:
			m.update(in[i], stored[j])
		case !in[i].From.Before(m.client.Ended):
			m.reject(in[i])
		default:
			m.add(in[i], stored)
		}
	}
}

func (m *merger) add(r RegisterService, stored []care.Service) {
	v := care.Service{ClientID: m.client.ID, Origin: origin(r.Row), Service: routine.Service{
		ID: idBeside(m.client.ID, newID()), Kind: r.Kind, Group: m.groups[r.Group].ForRoutine(),
		From: r.From, Until: r.Until, InEffect: r.InEffect, OpensSelf: r.OpensSelf,
	}}
	for _, o := range stored {
		if fromOrder(o.EndedBy) && (period{o.From, o.Until}).overlaps(period{v.From, v.Until}) {
			v = endedAt(v, o.Until, o.EndedBy)
		}
	}
	m.put(v)
}

func (m *merger) update(r RegisterService, old care.Service) {
	v := old
	v.Until, v.InEffect, v.OpensSelf, v.EndedBy = r.Until, r.InEffect, r.OpensSelf, ""
	if fromOrder(old.Origin) {
		v.InEffect = r.InEffect || old.InEffect // the case officer has said so here; the register may not have heard
		if r.Until.Before(routine.Forever) {
			v.EndedBy = origin(r.Row)
		}
	} else {
		v.From, v.Origin = r.From, origin(r.Row)
	}
	if fromOrder(old.EndedBy) {
		v.EndedBy = old.EndedBy
		v = endedAt(v, old.Until, old.EndedBy)
	}
	if v = m.whileClient(v); v != old {
		m.out = append(m.out, v)
	}
}

func (m *merger) put(v care.Service) { m.out = append(m.out, m.whileClient(v)) }

// whileClient ends a service when its client died or moved, by the order that said so.
func (m *merger) whileClient(v care.Service) care.Service {
	by := v.EndedBy
	for _, o := range m.stored {
		if fromOrder(o.EndedBy) && o.Until.Equal(m.client.Ended) {
			by = o.EndedBy
		}
	}
	v = endedAt(v, m.client.Ended, by)
	if v.Until.Before(v.From) {
		v.Until = v.From
	}
	return v
}

// endedAt ends a service no later than at an instant.
func endedAt(v care.Service, at time.Time, by string) care.Service {
	if at.Before(v.Until) {
		v.Until, v.EndedBy = at, by
	}
	if v.Until.Before(v.From) {
		v.Until = v.From
	}
	return v
}
