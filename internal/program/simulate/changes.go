package simulate

import (
	"context"
	"fmt"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/registers"
)

// change is a change of provider that is ordered while the days go on: at a midnight one group's right ends and another's begins.
type change struct {
	client  string // personal number
	from    *group
	to      *group
	ordered int64
	day     int // the first of the new provider
}

// changes draws which home care changes provider, by service. It is ordered in office hours, one to four days ahead, so that some keys
// have been synced before anybody knew.
func (p *plan) changes() map[int]*change {
	t, d := p.t, newDice(p.t.o.Seed, "providers")
	var providers []*group
	groups := map[string]*group{}
	several := map[swedish.PersonalNumber]int{} // a client may have two at once, and is then left alone
	for _, s := range t.reg.Services {
		if s.Kind == registers.ServiceHomeCare {
			several[s.Client]++
		}
	}
	for _, g := range t.groups {
		groups[g.code] = g
		if g.kind == registers.GroupHomeCare && len(g.fobs) > 0 && len(g.people) > 0 {
			providers = append(providers, g)
		}
	}
	out := map[int]*change{}
	if len(providers) < 2 || t.o.Days < 2 {
		return out
	}
	for i, s := range t.reg.Services {
		if s.Kind != registers.ServiceHomeCare || several[s.Client] > 1 || !s.InEffect || s.OpensSelf || s.Until != 0 || s.From > firstDay() || !d.chance(t.faults.changes*t.weeks()) {
			continue
		}
		c := &change{client: s.Client.String(), from: groups[s.Group], to: providers[d.IntN(len(providers))], day: 1 + d.IntN(t.o.Days-1)}
		c.ordered = max(opens(max(int64(c.day)-d.between(1, 5), 0)*day), 0) + d.between(0, 4*3600)
		if c.from != nil && c.from != c.to && c.ordered < int64(c.day)*day {
			out[i] = c
			p.order(c)
		}
	}
	return out
}

// order has a case officer order the change. What the groups may open is then read anew; their keys know nothing of it until they sync.
func (p *plan) order(c *change) {
	t := p.t
	parts := []int{serverPart}
	for _, g := range []*group{c.from, c.to} {
		for _, k := range append(g.fobs[:len(g.fobs):len(g.fobs)], g.phones...) {
			parts = append(parts, t.keyPart(k))
		}
	}
	p.orders++
	p.add(c.ordered, func(ctx context.Context) error {
		if err := t.server.order(ctx, t.clock(c.ordered), t.municipality(), casework.NewOrder{
			Kind: routine.ProviderChanged, PersonalNumber: c.client, Group: c.from.code, ToGroup: c.to.code, InEffect: true,
			Effective: t.clock(int64(c.day) * day), Channel: casework.ChannelAPI, IdempotencyKey: fmt.Sprintf("simulate-%s-%d", c.client, c.day),
		}); err != nil {
			return fmt.Errorf("simulate: the change of provider of client %s: %w", c.client, err)
		}
		return t.server.rights(ctx, t, c.from, c.to)
	}, parts...)
}

// municipality is the provider that is the municipality itself.
func (t *town) municipality() (org swedish.OrgNumber) {
	for _, p := range t.reg.Providers {
		if p.Municipal {
			return p.Org
		}
	}
	return org
}
