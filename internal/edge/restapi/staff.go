package restapi

import (
	"context"
	"net/http"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
)

// employers look after their own staff, and the system owner after private providers' where the profile says so.
func employers() []routine.Role {
	return []routine.Role{routine.SystemOwner, routine.AlarmTeam, routine.Provider, routine.HealthUnit, routine.Delivery}
}

// staff are the operations of people in groups (V2.7-a, S-l).
func (h *Handler) staff(to *routes) {
	list(to, op{ID: "list-staff", Path: "/api/v1/staff", Summary: "List people in their groups", Roles: tenders(), Doc: "Organisations see their own."}, h.listStaff)
	create(to, op{ID: "add-staff", Path: "/api/v1/staff", Summary: "Let somebody work in a group", Roles: append(employers(), routine.LockManager),
		Doc: "The lock manager, and the system owner, add technicians, who go to doors and work in no group, by leaving the group out."}, nil, h.addStaff)
	create(to, op{ID: "end-staff", Path: "/api/v1/staff/ended", Summary: "Take everything from somebody who has left, at once", Roles: append(employers(), routine.LockManager),
		Doc: "Providers end their own staff, the lock manager its technicians."}, nil, h.endStaff)

	list(to, op{ID: "list-staff-orders", Path: "/api/v1/staff-orders", Summary: "List orders of permissions", Roles: employers(), Doc: "The oldest first. Providers see their own."}, h.listStaffOrders)
	read(to, op{ID: "read-staff-order", Path: "/api/v1/staff-orders/{id}", Summary: "Read an order of permissions", Roles: employers()}, h.staffOrder)
	create(to, op{ID: "order-staff", Path: "/api/v1/staff-orders", Summary: "Order permissions for somebody from the system owner", Roles: employers()},
		func(o api.StaffOrder) string { return "/api/v1/staff-orders/" + o.ID }, h.orderStaff)
	change(to, http.MethodPost, op{ID: "decide-staff-order", Path: "/api/v1/staff-orders/{id}/decide", Summary: "Grant or refuse permissions", Roles: []routine.Role{routine.SystemOwner}}, h.staffOrder, h.decideStaff)
	change(to, http.MethodPost, op{ID: "withdraw-staff-order", Path: "/api/v1/staff-orders/{id}/withdraw", Summary: "Take an order of permissions back", Roles: employers()}, h.staffOrder, h.withdrawStaff)
}

type staffFilter struct {
	Group        string `query:"group" doc:"The group's code."`
	Organisation string `query:"organisation" doc:"Organisation number of the provider."`
	Left         bool   `query:"left" doc:"Also those who have left."`
}

func (h *Handler) listStaff(ctx context.Context, r request, f staffFilter, p page) ([]api.Member, string, error) {
	all, err := h.options.Fleet.People.Members(ctx, r.Who, identity.MemberFilter{Organisation: groupName(f.Organisation), Group: f.Group, Left: f.Left}, p.After, p.Limit+1)
	rows, next := cut(all, p.Limit, func(m identity.Member) api.Member {
		return api.Member{EmployeeNumber: m.EmployeeNumber, GivenName: m.GivenName, FamilyName: m.FamilyName, Group: m.GroupCode, From: m.From.UTC(), Until: ending(m.Until), HasBadge: m.HasBadge}
	}, identity.Member.Place)
	return rows, next, err
}

// ending is an end that may not be there.
func ending(t time.Time) *time.Time {
	if !t.Before(routine.Forever) {
		return nil
	}
	return moment(t)
}

func (r request) hiring(in api.NewMember) (identity.Hiring, error) {
	out := identity.Hiring{Group: in.Group, Person: identity.Person{EmployeeNumber: in.EmployeeNumber, GivenName: in.GivenName, FamilyName: in.FamilyName, Email: in.Email, Phone: in.Phone}}
	if in.From == "" {
		return out, errMissing.On("from")
	}
	var err error
	if out.From, err = r.day("from", in.From); err != nil {
		return out, err
	}
	out.Until, err = r.day("until", in.Until)
	return out, err
}

func (h *Handler) addStaff(ctx context.Context, r request, in api.NewMember) (api.NewMember, error) {
	hiring, err := r.hiring(in)
	if err != nil {
		return in, err
	}
	_, err = h.options.Fleet.People.Add(ctx, r.Who, hiring)
	return in, err
}

func (h *Handler) endStaff(ctx context.Context, r request, in api.StaffEnd) (api.StaffEnd, error) {
	return in, h.options.Fleet.People.End(ctx, r.Who, in.EmployeeNumber, in.Reason)
}

type staffOrderFilter struct {
	State string `query:"state" enum:"ordered,granted,refused,withdrawn" doc:"How far they have come."`
}

func (h *Handler) listStaffOrders(ctx context.Context, r request, f staffOrderFilter, p page) ([]api.StaffOrder, string, error) {
	all, err := h.options.Fleet.People.StaffOrders(ctx, r.Who, identity.StaffOrderFilter{State: identity.StaffOrderState(f.State)}, p.After, p.Limit+1)
	rows, next := cut(all, p.Limit, wireStaffOrder, func(o identity.StaffOrder) string { return o.ID })
	return rows, next, err
}

func wireStaffOrder(o identity.StaffOrder) api.StaffOrder {
	return api.StaffOrder{ID: o.ID, Organisation: o.OrgNumber, Group: o.Group, EmployeeNumber: o.EmployeeNumber, GivenName: o.GivenName, FamilyName: o.FamilyName,
		From: o.From.UTC(), Until: ending(o.Until), State: string(o.State), Reason: o.Reason, Ordered: o.Ordered.UTC(), Decided: moment(o.Decided)}
}

func (h *Handler) staffOrder(ctx context.Context, r request) (api.StaffOrder, error) {
	o, err := h.options.Fleet.People.StaffOrder(ctx, r.Who, r.id("id"))
	return wireStaffOrder(o), err
}

func (h *Handler) orderStaff(ctx context.Context, r request, in api.NewMember) (api.StaffOrder, error) {
	hiring, err := r.hiring(in)
	if err != nil {
		return api.StaffOrder{}, err
	}
	o, err := h.options.Fleet.People.Order(ctx, r.Who, hiring)
	return wireStaffOrder(o), err
}

func (h *Handler) decideStaff(ctx context.Context, r request, in api.StaffDecision) (api.StaffOrder, error) {
	o, err := h.options.Fleet.People.Decide(ctx, r.Who, r.id("id"), in.Grant, in.Reason)
	return wireStaffOrder(o), err
}

func (h *Handler) withdrawStaff(ctx context.Context, r request, _ none) (api.StaffOrder, error) {
	o, err := h.options.Fleet.People.Withdraw(ctx, r.Who, r.id("id"))
	return wireStaffOrder(o), err
}
