package casework

import (
	"context"
	"errors"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/routine"
)

// Problems with who orders.
var (
	errOnBehalf = problem.New(problem.Invalid, "order-on-behalf",
		"Låsansvarig skriver in andras beställningsblanketter. Ange för vilken organisation och i vilken roll.",
		"The lock manager writes in others' order forms. Say for which organisation, and in which role.")
	errNotOnBehalf = problem.New(problem.Invalid, "order-not-on-behalf",
		"Bara låsansvarig lägger beställningar för en annan organisation. Ta bort uppgiften.",
		"Only the lock manager places orders on behalf of another organisation. Take the field away.")
)

// everything reports whether somebody may see and order for every client, as those do who decide or carry out.
func (w Orderer) everything() bool {
	return w.Role == routine.CaseOfficer || w.Role == routine.LockManager
}

// speaker is the one whose order it is: the organisation of an order form that the lock manager writes in, otherwise whoever
// sends it.
func (in NewOrder) speaker(who Orderer) (Orderer, error) {
	behalf := in.OnBehalfOf != "" || in.OnBehalfRole != ""
	switch {
	case who.Role != routine.LockManager && behalf:
		return who, errNotOnBehalf.On("on_behalf_of")
	case who.Role != routine.LockManager:
		return who, nil
	case in.OnBehalfOf == "" || in.OnBehalfRole == "" || in.OnBehalfRole == routine.LockManager:
		return who, errOnBehalf.On("on_behalf_of")
	}
	return Orderer{Organisation: in.OnBehalfOf, Role: in.OnBehalfRole, Actor: who.Actor}, nil
}

// way is the channel of the routine that an order has come by: what a case officer sends from a system is the case system's
// template, what others send, or anybody writes on our pages, is the e-service.
func (in NewOrder) way(speaker Orderer) routine.Channel {
	switch {
	case in.OnBehalfOf != "":
		return routine.OrderForm
	case speaker.Role == routine.CaseOfficer && in.Channel != ChannelPortal:
		return routine.CaseSystem
	}
	return routine.EService
}

// mayOrder asks the profile (V5.1-a).
func (s *Service) mayOrder(ctx context.Context, tx Tx, speaker Orderer, in NewOrder) error {
	kind := routine.AnyProvider
	if speaker.Role == routine.Provider {
		p, ok, err := tx.ProviderByOrg(ctx, speaker.Organisation)
		if err != nil {
			return err
		}
		if kind = routine.MunicipalProvider; p.Private || !ok {
			kind = routine.PrivateProvider
		}
	}
	if _, refusal := s.profile.MayOrder(speaker.Role, in.Kind, in.way(speaker), kind); refusal != nil {
		return asProblem(problem.Denied, refusal)
	}
	return nil
}

func asProblem(kind problem.Kind, r *routine.Refusal) error {
	return &problem.Error{Kind: kind, Code: r.Code, Text: problem.Text{SV: r.SV, EN: r.EN}}
}

// resolve turns names of groups into groups and checks that the orderer may speak for them: a provider for its own, and for
// the firm that delivers to its clients. At a change of provider its own is the group that leaves, or else anybody could take
// over anybody's door.
func (s *Service) resolve(ctx context.Context, tx Tx, who Orderer, in NewOrder) (routine.Order, error) {
	o := routine.Order{Kind: in.Kind, By: who.Role, At: in.Effective, OpensSelf: in.OpensSelf, Need: in.Need,
		InEffect: in.InEffect && who.Role == routine.CaseOfficer}
	want := in.Kind.Service().GroupKind()
	named, takesOver := in.Kind.NeedsGroup()
	if named {
		g, err := findGroup(ctx, tx, in.Group, want)
		if err != nil {
			return o, asField(err, "group")
		}
		if who.Role != routine.CaseOfficer && g.OrgNumber != who.Organisation && in.Kind.Service() != routine.Shopping {
			return o, ErrMayNot
		}
		o.Group = g.ForRoutine()
	}
	if takesOver {
		g, err := findGroup(ctx, tx, in.ToGroup, want)
		if err != nil {
			return o, asField(err, "to_group")
		}
		o.To = g.ForRoutine()
	}
	return o, nil
}

func asField(err error, field string) error {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.On(field)
	}
	return err
}

// findGroup looks for a group by its code, or else for the one group of a kind that an organisation (any, for "") has.
func findGroup(ctx context.Context, tx Tx, name string, kind routine.GroupKind) (care.Group, error) {
	if name != "" {
		named, err := tx.GroupsByCode(ctx, []string{name})
		if g, ok := named[name]; ok || err != nil {
			return g, err
		}
	}
	fits, err := tx.GroupsOfKind(ctx, kind, name, 2)
	if err != nil {
		return care.Group{}, err
	}
	switch len(fits) {
	case 1:
		return fits[0], nil
	case 0:
		return care.Group{}, ErrGroupUnknown.Fill(name)
	}
	return care.Group{}, ErrGroupAmbiguous
}

// mayConcern holds an organisation to its own clients, in the role in which it speaks: those whom it serves now, or is going to
// serve, or served until they died or moved, since that is reported by several (V1.1-d). Having served somebody once gives no
// say. A unit that begins to serve somebody is not asked: the profile has let it say so.
func mayConcern(ctx context.Context, tx Tx, who Orderer, k routine.OrderKind, f file) error {
	if who.Role == routine.CaseOfficer || who.Role == routine.HealthUnit && k == routine.HealthStarted {
		return nil
	}
	serves := who.Role.Serves()
	now := tx.Now()
	var ids []string
	for _, v := range f.services {
		if v.Kind == serves && v.From.Before(v.Until) && (v.Until.After(now) || v.Until.Equal(f.client.Ended)) {
			ids = append(ids, v.Group.ID)
		}
	}
	if ours, err := anyOf(ctx, tx, ids, who.Organisation); ours || err != nil {
		return err
	}
	return ErrMayNot
}

// anyOf reports whether one of these groups is the organisation's.
func anyOf(ctx context.Context, tx Tx, groupIDs []string, organisation string) (bool, error) {
	groups, err := tx.GroupsByID(ctx, distinct(groupIDs))
	for _, g := range groups {
		if g.OrgNumber == organisation {
			return true, err
		}
	}
	return false, err
}
