package casework

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
)

// recent is for how long an order of the same kind is worth a look before another is placed.
const recent = 30 * 24 * time.Hour

// DraftPage is a draft with what is known already, so that nobody has to be asked for it.
type DraftPage struct {
	Now      time.Time
	Draft    Draft
	Client   Person       // ID "" while none is chosen or none may be read about
	Groups   []care.Group // that the order may name; none where there are more than MaxChoices: then the code is typed
	ToGroups []care.Group // that may take over
	Many     bool         // there are more groups than can be listed
	Gated    bool         // access waits for the case officer to set the client in effect
	Lock     routine.LockKind
	Entrance bool    // there is a locked entrance before the door
	Similar  []Order // of the same kind for the same client, lately
	Foreseen *Foreseen

	about string // id of the client whom the page tells of, also of one named by number alone; ""
}

// Foreseen is what an order would lead to, if it were placed now.
type Foreseen struct {
	Refusal *problem.Error // why it would be turned away; nil: it would not
	Nothing bool           // it is so already
	Rules   []string
	Tasks   []routine.Task
	Gains   []Access // who would be able to open who is not now
	Loses   []Access // who would not any longer, from From on
}

// Access is when a group may open the client's doors.
type Access struct {
	Group, Code string
	From, Until time.Time
}

// Draft answers a page of a draft, once the journal has whom it shows.
func (s *Service) Draft(ctx context.Context, who Reader, id string) (out DraftPage, err error) {
	err = s.db.View(ctx, func(tx Tx) error {
		d, err := ownDraft(ctx, tx, who, id)
		if err != nil {
			return err
		}
		out = DraftPage{Now: tx.Now(), Draft: d, Gated: s.profile.InEffectGate}
		if d.OrderID != "" {
			return nil
		}
		var services []care.Service
		if d.ClientID != "" {
			if out.Client, err = maskedClient(ctx, tx, who, d.ClientID); err != nil {
				return err
			}
			if services, err = s.around(ctx, tx, &out); err != nil {
				return err
			}
		}
		if err := out.choices(ctx, tx, services); err != nil {
			return err
		}
		return s.foresee(ctx, tx, who, &out)
	})
	if out.about = cmp.Or(out.Client.ID, out.about); err == nil && out.about != "" {
		err = s.noteOrderRead(ctx, who, out.about)
	}
	if err != nil {
		return DraftPage{}, err
	}
	return out, nil
}

// around reads what there is at the client's door, and what has lately been ordered.
func (s *Service) around(ctx context.Context, tx Tx, out *DraftPage) ([]care.Service, error) {
	if out.Client.ID == "" {
		return nil, nil
	}
	id := out.Client.ID
	clients, err := tx.ClientsByID(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	home := clients[id].DwellingID
	locks, err := tx.MountedLocks(ctx, []string{home})
	if err != nil {
		return nil, err
	}
	dwellings, err := tx.Dwellings(ctx, []string{home})
	if err != nil {
		return nil, err
	}
	out.Lock = locks[home]
	if entrance := dwellings[home].EntranceID; entrance != "" {
		n, err := tx.EntranceLocks(ctx, entrance)
		if err != nil {
			return nil, err
		}
		out.Entrance = n > 0
	}
	orders, err := tx.OrdersOf(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		if o.Kind == out.Draft.Kind && o.State != Returned && o.State != Withdrawn && o.Received.After(out.Now.Add(-recent)) {
			out.Similar = append(out.Similar, o)
		}
	}
	services, err := tx.ServicesOf(ctx, []string{id})
	return services[id], err
}

// choices are the groups that an order of the draft's kind may name: to begin a service, any that carries out its kind; to
// end or change one, those that serve the client. Who orders for an organisation chooses among its own, except whom it hands
// over to and who delivers.
func (out *DraftPage) choices(ctx context.Context, tx Tx, services []care.Service) (err error) {
	k := out.Draft.Kind
	named, takesOver := k.NeedsGroup()
	if !named {
		return nil
	}
	speaker := Orderer{Organisation: out.Draft.Organisation, Role: out.Draft.Role}
	if out.Draft.Role == routine.LockManager {
		speaker = Orderer{Organisation: out.Draft.Answers.OnBehalfOf, Role: out.Draft.Answers.OnBehalfRole}
	}
	own := speaker.Organisation
	if speaker.Role == routine.CaseOfficer || k.Service() == routine.Shopping {
		own = ""
	}
	if k.Grants() {
		out.Groups, err = groupsServing(ctx, tx, k.Service(), own)
	} else {
		out.Groups, err = groupsOf(ctx, tx, k.Service(), services, own, out.Now)
	}
	if err != nil {
		return err
	}
	if takesOver {
		if out.ToGroups, err = groupsServing(ctx, tx, k.Service(), ""); err != nil {
			return err
		}
		out.ToGroups = slices.DeleteFunc(out.ToGroups, func(g care.Group) bool { return g.Code == out.Draft.Answers.Group })
	}
	if len(out.Groups) > MaxChoices || len(out.ToGroups) > MaxChoices {
		out.Many = true
	}
	return nil
}

// groupsServing are the groups that carry out services of a kind, of an organisation or of any.
func groupsServing(ctx context.Context, tx Tx, k routine.ServiceKind, organisation string) ([]care.Group, error) {
	groups, err := tx.GroupsOfKind(ctx, k.GroupKind(), organisation, MaxChoices+1)
	if err != nil || k != routine.HomeCare {
		return groups, err
	}
	rural, err := tx.GroupsOfKind(ctx, routine.RuralGroup, organisation, MaxChoices+1)
	groups = append(groups, rural...)
	slices.SortFunc(groups, func(a, b care.Group) int { return strings.Compare(a.Name, b.Name) })
	return groups, err
}

// groupsOf are the groups that serve a client now or are going to.
func groupsOf(ctx context.Context, tx Tx, k routine.ServiceKind, services []care.Service, organisation string, now time.Time) (out []care.Group, err error) {
	var ids []string
	for _, v := range services {
		if v.Kind == k && v.From.Before(v.Until) && v.Until.After(now) {
			ids = append(ids, v.Group.ID)
		}
	}
	groups, err := tx.GroupsByID(ctx, distinct(ids))
	for _, g := range groups {
		if organisation == "" || g.OrgNumber == organisation {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b care.Group) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// foresee says what the draft would lead to, once there is enough of it to ask.
func (s *Service) foresee(ctx context.Context, tx Tx, who Reader, out *DraftPage) error {
	number, err := out.Draft.number(ctx, tx)
	if err != nil || number == "" || out.Draft.Answers.Effective.IsZero() {
		return err
	}
	in := out.Draft.order(number)
	var d decision
	if err = in.check(who.Orderer()); err == nil {
		d, err = s.decide(ctx, tx, who.Orderer(), in)
		out.about = d.file.client.ID
	}
	if refusal, ok := errors.AsType[*problem.Error](err); ok && refusal.Kind != problem.Internal {
		out.Foreseen = &Foreseen{Refusal: refusal}
		return nil
	}
	if err != nil {
		return err
	}
	out.Foreseen = &Foreseen{Nothing: len(d.outcome.Rules) == 0, Rules: d.outcome.Rules, Tasks: d.outcome.Tasks}
	return s.changes(ctx, tx, d, out.Foreseen)
}

// changes says who would gain and who would lose.
func (s *Service) changes(ctx context.Context, tx Tx, d decision, out *Foreseen) error {
	after := d.file.situation
	after.Services = d.outcome.Services
	was, is := routine.Grounds(s.profile, d.file.situation), routine.Grounds(s.profile, after)
	var ids []string
	for _, g := range append(slices.Clone(was), is...) {
		ids = append(ids, g.Group)
	}
	groups, err := tx.GroupsByID(ctx, distinct(ids))
	if err != nil {
		return err
	}
	access := func(g routine.Ground) Access {
		return Access{Group: groups[g.Group].Name, Code: groups[g.Group].Code, From: g.From, Until: g.Until}
	}
	same := func(g routine.Ground) func(routine.Ground) bool {
		return func(o routine.Ground) bool { return o.Service == g.Service && o.Kind == g.Kind && o.Group == g.Group }
	}
	for _, g := range is {
		if !slices.ContainsFunc(was, same(g)) {
			out.Gains = append(out.Gains, access(g))
		}
	}
	for _, g := range was {
		a := access(g)
		i := slices.IndexFunc(is, same(g))
		if i >= 0 && !is[i].Until.Before(g.Until) || !g.Until.After(tx.Now()) {
			continue
		}
		a.From = d.order.At
		if i >= 0 {
			a.From = is[i].Until
		}
		out.Loses = append(out.Loses, a)
	}
	return nil
}

// LockUnit is the unit that answers questions about locks and orders, as the profile has it.
func (s *Service) LockUnit() routine.Unit {
	u, _ := s.profile.Unit(routine.UnitLockManager)
	return u
}
