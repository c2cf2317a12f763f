package restapi

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"hemnyckel/api"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// cabinets are the operations of cabinets, counts, instructions and equipment (V2.2-b, V2.4-b, V8-a).
func (h *Handler) cabinets(to *routes) {
	list(to, op{ID: "list-cabinets", Path: "/api/v1/cabinets", Summary: "List cabinets", Roles: tenders(), Doc: "The one that has waited longest for a count first."}, h.listCabinets)
	read(to, op{ID: "read-cabinet", Path: "/api/v1/cabinets/{group}", Summary: "Read a group's cabinet", Roles: keyUsers()}, h.cabinet)
	create(to, op{ID: "set-up-cabinet", Path: "/api/v1/cabinets", Summary: "Give a group its cabinet", Roles: keyUsers()},
		func(c api.Cabinet) string { return "/api/v1/cabinets/" + c.Group }, h.setUpCabinet)
	change(to, http.MethodPost, op{ID: "move-cabinet", Path: "/api/v1/cabinets/{group}/move", Summary: "Note that a cabinet has new premises", Roles: keyUsers(),
		Doc: "The provider's expense: a charge is proposed (V6-b)."}, h.cabinet, h.moveCabinet)
	create(to, op{ID: "name-keeper", Path: "/api/v1/groups/{group}/keepers", Summary: "Name somebody for a duty, or end that", Roles: keyUsers()}, nil, h.nameKeeper)
	create(to, op{ID: "count-cabinet", Path: "/api/v1/cabinets/{group}/counts", Summary: "Count a cabinet", Roles: keyUsers()}, nil, h.countCabinet)
	list(to, op{ID: "list-counts", Path: "/api/v1/cabinets/{group}/counts", Summary: "List a cabinet's counts", Roles: keyUsers(), Doc: "The newest first."}, h.listCounts)
	list(to, op{ID: "list-differences", Path: "/api/v1/differences", Summary: "List what did not tally", Roles: tenders(), Doc: "The oldest first."}, h.listDifferences)
	create(to, op{ID: "explain-difference", Path: "/api/v1/differences/explained", Summary: "Settle a difference", Roles: keyUsers()}, nil, h.explain)

	list(to, op{ID: "list-instructions", Path: "/api/v1/instructions", Summary: "List versions of instructions", Roles: tenders(), Doc: "The newest first."}, h.listInstructions)
	create(to, op{ID: "publish-instruction", Path: "/api/v1/instructions", Summary: "Publish a version of an instruction", Roles: []routine.Role{routine.LockManager, routine.SystemOwner}}, nil, h.publish)
	read(to, op{ID: "read-group-instructions", Path: "/api/v1/groups/{group}/instructions", Summary: "Which instructions hold in a group", Roles: keyUsers()}, h.groupInstructions)
	create(to, op{ID: "acknowledge-instruction", Path: "/api/v1/groups/{group}/instructions/read", Summary: "Note that somebody has read an instruction", Roles: keyUsers()}, nil, h.acknowledgeInstruction)

	list(to, op{ID: "list-equipment", Path: "/api/v1/equipment", Summary: "Compare groups' equipment with the basic equipment", Roles: tenders(), Doc: "By the group's code."}, h.listEquipment)
	create(to, op{ID: "set-equipment", Path: "/api/v1/groups/{group}/equipment", Summary: "Say how many cables a group has", Roles: keyUsers()}, nil, h.setEquipment)
}

type dueFilter struct {
	Due bool `query:"due" doc:"Only those that are due."`
}

func (h *Handler) listCabinets(ctx context.Context, r request, f dueFilter, p page) ([]api.Cabinet, string, error) {
	all, err := h.options.Fleet.Cabinets.List(ctx, r.Who, f.Due, p.fleet())
	rows, next := cut(all, p.Limit, h.wireCabinet, func(c fleet.Cabinet) string { return fleet.Place(c.Counted, c.ID) })
	return rows, next, err
}

func (h *Handler) wireCabinet(c fleet.Cabinet) api.Cabinet {
	out := api.Cabinet{Group: c.Group.Code, Name: c.Group.Name, Place: c.Place, Keepers: []string{}, Counted: c.Counted.UTC()}
	if s := h.options.Fleet.Cabinets; s != nil {
		out.CountDue = s.CountDue(c).UTC()
	}
	for _, k := range c.Keepers {
		if k.Duty == fleet.CabinetKeeper {
			out.Keepers = append(out.Keepers, k.EmployeeNumber)
		}
	}
	return out
}

func (h *Handler) cabinet(ctx context.Context, r request) (api.Cabinet, error) {
	c, err := h.options.Fleet.Cabinets.Cabinet(ctx, r.Who, r.id("group"))
	return h.wireCabinet(c), err
}

func (h *Handler) setUpCabinet(ctx context.Context, r request, in api.NewCabinet) (api.Cabinet, error) {
	c, err := h.options.Fleet.Cabinets.SetUp(ctx, r.Who, in.Group, in.Place)
	return h.wireCabinet(c), err
}

func (h *Handler) moveCabinet(ctx context.Context, r request, in api.CabinetMove) (api.Cabinet, error) {
	c, err := h.options.Fleet.Cabinets.Move(ctx, r.Who, r.id("group"), in.Place, in.Reason)
	return h.wireCabinet(c), err
}

func (h *Handler) nameKeeper(ctx context.Context, r request, in api.KeeperChange) (api.KeeperChange, error) {
	name := h.options.Fleet.Cabinets.Name
	if in.Ends {
		name = h.options.Fleet.Cabinets.Dismiss
	}
	return in, name(ctx, r.Who, r.id("group"), fleet.KeeperDuty(in.Duty), in.EmployeeNumber)
}

func (h *Handler) countCabinet(ctx context.Context, r request, in api.NewCount) (api.Count, error) {
	c, err := h.options.Fleet.Cabinets.Count(ctx, r.Who, r.id("group"), in.Found)
	return wireCount(ctx)(c), err
}

func wireCount(ctx context.Context) func(fleet.Count) api.Count {
	return func(c fleet.Count) api.Count {
		out := api.Count{ID: c.ID, At: c.At.UTC(), Actor: c.Actor, Expected: c.Expected, Found: c.Found, Away: c.Away, Differences: []api.Difference{}}
		for _, d := range c.Differences {
			out.Differences = append(out.Differences, wireDifference(ctx)(d))
		}
		return out
	}
}

func wireDifference(ctx context.Context) func(fleet.Difference) api.Difference {
	return func(d fleet.Difference) api.Difference {
		return api.Difference{CountID: d.CountID, Number: d.Number, Group: d.GroupCode, Kind: string(d.Kind), State: string(d.State), At: d.At.UTC(),
			Explanation: fleet.InWords(d.Explanation).In(web.Language(ctx)), Settled: moment(d.Settled)}
	}
}

func (h *Handler) listCounts(ctx context.Context, r request, _ struct{}, p page) ([]api.Count, string, error) {
	all, err := h.options.Fleet.Cabinets.Counts(ctx, r.Who, r.id("group"), p.fleet())
	rows, next := cut(all, p.Limit, wireCount(ctx), func(c fleet.Count) string { return fleet.Place(c.At, c.ID) })
	return rows, next, err
}

type differenceFilter struct {
	State string `query:"state" enum:"open,explained,blocked" doc:"Whether somebody still has to find out."`
}

func (h *Handler) listDifferences(ctx context.Context, r request, f differenceFilter, p page) ([]api.Difference, string, error) {
	all, err := h.options.Fleet.Cabinets.Differences(ctx, r.Who, fleet.DifferenceFilter{State: fleet.DifferenceState(f.State)}, p.fleet())
	rows, next := cut(all, p.Limit, wireDifference(ctx), func(d fleet.Difference) string { return fleet.Place(d.At, d.CountID+" "+d.Number) })
	return rows, next, err
}

func (h *Handler) explain(ctx context.Context, r request, in api.Explanation) (api.Explanation, error) {
	return in, h.options.Fleet.Cabinets.Explain(ctx, r.Who, in.CountID, in.Number, in.Explanation)
}

type instructionFilter struct {
	Subject string `query:"subject" enum:"station,cabinet,battery,key" doc:"What they are about."`
	Group   string `query:"group" doc:"The group's own; else those for every group."`
}

func (h *Handler) listInstructions(ctx context.Context, r request, f instructionFilter, p page) ([]api.Instruction, string, error) {
	all, err := h.options.Fleet.Cabinets.Versions(ctx, r.Who, fleet.InstructionFilter{Subject: fleet.Subject(f.Subject), Group: f.Group}, p.fleet())
	rows, next := cut(all, p.Limit, wireInstruction, func(i fleet.Instruction) string { return i.ID })
	return rows, next, err
}

func wireInstruction(i fleet.Instruction) api.Instruction {
	return api.Instruction{ID: i.ID, Subject: string(i.Subject), Version: i.Version, Title: i.Title, Body: i.Body, Published: i.Published.UTC(), Review: moment(i.Review)}
}

func (h *Handler) publish(ctx context.Context, r request, in api.NewInstruction) (api.Instruction, error) {
	review, err := r.day("review", in.Review)
	if err != nil {
		return api.Instruction{}, err
	}
	i, err := h.options.Fleet.Cabinets.Publish(ctx, r.Who, fleet.Instruction{Subject: fleet.Subject(in.Subject), Title: in.Title, Body: in.Body, Review: review}, in.Group)
	return wireInstruction(i), err
}

func (h *Handler) groupInstructions(ctx context.Context, r request) (api.GroupInstructions, error) {
	all, err := h.options.Fleet.Cabinets.Instructions(ctx, r.Who, r.id("group"))
	out := api.GroupInstructions{Instructions: []api.GroupInstruction{}}
	for _, s := range all {
		g := api.GroupInstruction{Instruction: wireInstruction(s.Instruction), Current: s.Current(), Waiting: []string{}, NoKeeper: s.NoKeeper, ReviewDue: s.ReviewDue}
		for _, k := range s.Waiting {
			g.Waiting = append(g.Waiting, k.EmployeeNumber)
		}
		out.Instructions = append(out.Instructions, g)
	}
	return out, err
}

func (h *Handler) acknowledgeInstruction(ctx context.Context, r request, in api.InstructionRead) (api.InstructionRead, error) {
	return in, h.options.Fleet.Cabinets.Acknowledge(ctx, r.Who, in.InstructionID, r.id("group"), in.EmployeeNumber)
}

func (h *Handler) listEquipment(ctx context.Context, r request, _ struct{}, p page) ([]api.Equipment, string, error) {
	all, err := h.options.Fleet.Cabinets.Equipment(ctx, r.Who, p.fleet())
	rows, next := cut(all, p.Limit, wireEquipment, func(e fleet.Equipment) string { return e.Group.Code })
	return rows, next, err
}

func wireEquipment(e fleet.Equipment) api.Equipment {
	out := api.Equipment{Group: e.Group.Code, Name: e.Group.Name, Rule: e.Basic.Rule, Keys: e.Have[routine.PartKeys], KeysBasic: e.Basic.Parts[routine.PartKeys]}
	var parts []string
	for _, part := range []routine.Part{routine.PartCabinet, routine.PartKeys, routine.PartStation, routine.PartPowerCable, routine.PartNetworkCable} {
		if n := e.Difference[part]; n != 0 {
			parts = append(parts, fmt.Sprintf("%s %+d", part, n))
		}
	}
	out.Differences = strings.Join(parts, ", ")
	return out
}

func (h *Handler) setEquipment(ctx context.Context, r request, in api.EquipmentItem) (api.EquipmentItem, error) {
	return in, h.options.Fleet.Cabinets.SetItem(ctx, r.Who, r.id("group"), routine.Part(in.Item), in.Quantity)
}
