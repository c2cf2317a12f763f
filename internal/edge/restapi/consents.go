package restapi

import (
	"context"
	"net/http"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// Consents takes in what owners and clients say. casework.Consents is one.
type Consents interface {
	Record(ctx context.Context, who routine.Who, in consent.NewConsent) (consent.Consent, error)
	Withdraw(ctx context.Context, who routine.Who, id string, in consent.Answered) (consent.Consent, error)
	Reply(ctx context.Context, who routine.Who, code string, in consent.Reply) (consent.Consent, error)
	PutProperty(ctx context.Context, who routine.Who, p consent.Property) (consent.Property, error)
	Asked(ctx context.Context, who routine.Who, in casework.ClientAnswer) (consent.Agreement, error)
}

// consentKeepers keep the register; consentReaders look in it.
func consentKeepers() []routine.Role { return []routine.Role{routine.SystemOwner, routine.LockManager} }

func consentReaders() []routine.Role {
	return append(consentKeepers(), routine.CaseOfficer, routine.Registrar)
}

func filers() []routine.Role { return append(consentKeepers(), routine.Registrar) }

// consents are the operations of the register of owners' consents (V5.3).
func (h *Handler) consents(to *routes) {
	const owners, properties, all = "/api/v1/owners", "/api/v1/properties", "/api/v1/consents"
	create(to, op{ID: "add-owner", Path: owners, Summary: "Add a property owner", Roles: consentKeepers()},
		func(o api.StoredOwner) string { return owners + "/" + o.ID }, func(ctx context.Context, r request, in api.Owner) (api.StoredOwner, error) {
			return h.putOwner(ctx, r, "", in)
		})
	list(to, op{ID: "list-owners", Path: owners, Summary: "List property owners", Roles: consentReaders(), Doc: "By name."}, h.listOwners)
	read(to, op{ID: "read-owner", Path: owners + "/{id}", Summary: "Read a property owner", Roles: consentReaders()}, h.owner)
	change(to, http.MethodPut, op{ID: "change-owner", Path: owners + "/{id}", Summary: "Change a property owner", Roles: consentKeepers()}, h.owner,
		func(ctx context.Context, r request, in api.Owner) (api.StoredOwner, error) {
			return h.putOwner(ctx, r, r.id("id"), in)
		})
	create(to, op{ID: "add-property", Path: properties, Summary: "Add a property", Roles: consentKeepers()},
		func(p api.StoredProperty) string { return properties + "/" + p.ID }, func(ctx context.Context, r request, in api.Property) (api.StoredProperty, error) {
			return h.putProperty(ctx, r, "", in)
		})
	list(to, op{ID: "list-properties", Path: properties, Summary: "List houses with their properties", Roles: consentReaders(), Doc: "By address."}, h.listHouses)
	read(to, op{ID: "read-property", Path: properties + "/{id}", Summary: "Read a property", Roles: consentReaders()}, h.property)
	change(to, http.MethodPut, op{ID: "change-property", Path: properties + "/{id}", Summary: "Change a property's addresses or owners", Roles: consentKeepers(),
		Doc: "A house that is sold: what its old owners have said no longer counts, and mountings wait until a new one has agreed."}, h.property,
		func(ctx context.Context, r request, in api.Property) (api.StoredProperty, error) {
			return h.putProperty(ctx, r, r.id("id"), in)
		})
	read(to, op{ID: "read-standing", Path: properties + "/{id}/standing", Summary: "May locks be mounted in a property", Roles: consentReaders(),
		Doc: "For each house and thing: whether an owner agrees, on which consent that rests, and who is against."}, h.standing)
	create(to, op{ID: "record-consent", Path: all, Summary: "Record an owner's answer that came without a letter", Roles: consentKeepers(),
		Doc: "Mountings that wait for it go on."}, func(c api.Consent) string { return all + "/" + c.ID }, h.recordConsent)
	list(to, op{ID: "list-consents", Path: all, Summary: "List consents", Roles: consentReaders(), Doc: "Those recorded last first."}, h.listConsents)
	read(to, op{ID: "read-consent", Path: all + "/{id}", Summary: "Read a consent", Roles: consentReaders()}, h.consent)
	change(to, http.MethodPost, op{ID: "withdraw-consent", Path: all + "/{id}/withdraw", Summary: "Record that an owner has changed their mind", Roles: consentKeepers(),
		Doc: "The answer is the word by which it was withdrawn. Mountings wait; a lock that sits there gets a task for a person to decide about."}, h.consent, h.withdrawConsent)
	create(to, op{ID: "record-client-answer", Path: "/api/v1/client-agreements", Summary: "Record what a client answered about a lock",
		Roles: []routine.Role{routine.LockManager, routine.CaseOfficer, routine.AlarmTeam},
		Doc:   "Of clients with nothing but an alarm: applying for home care counts as agreeing and is recorded by itself."}, nil, h.clientAnswer)
	h.letters(to)
}

func (h *Handler) putOwner(ctx context.Context, r request, id string, in api.Owner) (api.StoredOwner, error) {
	o, err := h.options.Register.PutOwner(ctx, r.Who, consent.Owner{ID: id, Kind: consent.OwnerKind(in.Kind), Name: in.Name, OrgNumber: groupName(in.Organisation),
		Contact: in.Contact, Phone: in.Phone, Email: in.Mail, Street: in.Street, PostalCode: in.PostalCode, Town: in.Town, Protected: in.Protected})
	return wireOwner(o), err
}

func wireOwner(o consent.Owner) api.StoredOwner {
	return api.StoredOwner{ID: o.ID, Owner: api.Owner{Kind: string(o.Kind), Name: o.Name, Organisation: o.OrgNumber, Contact: o.Contact, Phone: o.Phone,
		Mail: o.Email, Street: o.Street, PostalCode: o.PostalCode, Town: o.Town, Protected: o.Protected}}
}

type ownerFilter struct {
	Name      string `query:"name" doc:"Names that begin so."`
	Protected bool   `query:"protected" doc:"Also those with protected identity; for those who keep the register."`
}

func (h *Handler) listOwners(ctx context.Context, r request, f ownerFilter, p page) ([]api.StoredOwner, string, error) {
	found, err := h.options.Register.Owners(ctx, r.Who, consent.OwnerFilter{Name: f.Name, Open: f.Protected}, p.After, p.Limit+1)
	rows, next := paged(found, p, wireOwner, func(o api.StoredOwner) string { return o.ID })
	return rows, next, err
}

func (h *Handler) owner(ctx context.Context, r request) (api.StoredOwner, error) {
	o, err := h.options.Register.Owner(ctx, r.Who, r.id("id"))
	return wireOwner(o), err
}

func (h *Handler) putProperty(ctx context.Context, r request, id string, in api.Property) (api.StoredProperty, error) {
	p := consent.Property{ID: id, Designation: in.Designation, Owners: in.Owners}
	for _, a := range in.Addresses {
		p.Addresses = append(p.Addresses, consent.Address(a))
	}
	p, err := h.options.Consents.PutProperty(ctx, r.Who, p)
	return wireProperty(p), err
}

func wireProperty(p consent.Property) api.StoredProperty {
	out := api.StoredProperty{ID: p.ID, Property: api.Property{Designation: p.Designation, Addresses: []api.Address{}, Owners: append([]string{}, p.Owners...)}}
	for _, a := range p.Addresses {
		out.Addresses = append(out.Addresses, api.Address(a))
	}
	return out
}

func (h *Handler) property(ctx context.Context, r request) (api.StoredProperty, error) {
	p, err := h.options.Register.Property(ctx, r.Who, r.id("id"))
	return wireProperty(p), err
}

type houseFilter struct {
	Street string `query:"street" doc:"Addresses that begin so."`
	Town   string `query:"town"`
	Owner  string `query:"owner" doc:"An owner's id."`
}

func (h *Handler) listHouses(ctx context.Context, r request, f houseFilter, p page) ([]api.House, string, error) {
	found, err := h.options.Register.Houses(ctx, r.Who, consent.HouseFilter{Street: f.Street, Town: f.Town, Owner: f.Owner}, p.After, p.Limit+1)
	rows, next := paged(found, p, func(v consent.House) api.House {
		return api.House{PropertyID: v.PropertyID, Street: v.Street, Town: v.Town, Designation: v.Designation}
	}, func(v api.House) string { return consent.Address{Street: v.Street, Town: v.Town}.Key() })
	return rows, next, err
}

func (h *Handler) standing(ctx context.Context, r request) (api.Standing, error) {
	p, err := h.options.Register.Property(ctx, r.Who, r.id("id"))
	out := api.Standing{Houses: []api.HouseStanding{}}
	if err != nil {
		return out, err
	}
	for _, thing := range consent.Things() {
		for _, a := range p.Addresses {
			s, err := h.options.Register.Standing(ctx, r.Who, thing, consent.Place{Street: a.Street, Town: a.Town})
			if err != nil {
				return out, err
			}
			v := api.HouseStanding{Address: api.Address(a), Thing: string(thing), Answer: string(s.Answer), Rests: s.Rests, Against: []string{}}
			for _, c := range s.Against {
				v.Against = append(v.Against, c.ID)
			}
			out.Houses = append(out.Houses, v)
		}
	}
	return out, nil
}

// answered reads an owner's answer.
func (r request) answered(in api.ConsentAnswer) (a consent.Answered, err error) {
	a = consent.Answered{Answer: consent.Answer(in.Answer), How: consent.How(in.How), HeardBy: in.HeardBy, Note: in.Note}
	for _, v := range []struct {
		field, text string
		to          *time.Time
	}{{"date", in.Date, &a.Date}, {"from", in.From, &a.From}, {"until", in.Until, &a.Until}} {
		if *v.to, err = r.day(v.field, v.text); err != nil {
			return a, err
		}
	}
	for _, t := range in.Things {
		a.Things = append(a.Things, consent.Thing(t))
	}
	for _, d := range in.Doors {
		a.Places = append(a.Places, consent.Place{Street: d.Street, Town: d.Town, Apartment: d.Apartment})
	}
	return a, checkText("note", in.Note, consent.MaxNote)
}

func (h *Handler) recordConsent(ctx context.Context, r request, in api.NewConsent) (api.Consent, error) {
	a, err := r.answered(in.ConsentAnswer)
	if err != nil {
		return api.Consent{}, err
	}
	c, err := h.options.Consents.Record(ctx, r.Who, consent.NewConsent{OwnerID: in.OwnerID, Blanket: in.Everything, Properties: in.Properties, Answered: a})
	return h.wireConsent(c), err
}

func (h *Handler) withdrawConsent(ctx context.Context, r request, in api.Withdrawal) (api.Consent, error) {
	a, err := r.answered(api.ConsentAnswer{How: in.How, HeardBy: in.HeardBy, Date: in.Date, Note: in.Note})
	if err != nil {
		return api.Consent{}, err
	}
	c, err := h.options.Consents.Withdraw(ctx, r.Who, r.id("id"), a)
	return h.wireConsent(c), err
}

type consentFilter struct {
	Answer   string `query:"answer" enum:"unknown,requested,given,refused,withdrawn"`
	Owner    string `query:"owner" doc:"An owner's id."`
	Property string `query:"property" doc:"A property's id: consents that name it."`
	Handover string `query:"handover" doc:"The id of a list for the diary."`
	Unfiled  bool   `query:"unfiled" doc:"Answers that are neither in the diary nor on a list for it."`
}

func (h *Handler) listConsents(ctx context.Context, r request, f consentFilter, p page) ([]api.Consent, string, error) {
	found, err := h.options.Register.Consents(ctx, r.Who, consent.Filter{Answer: consent.Answer(f.Answer), Owner: f.Owner, Property: f.Property,
		Handover: f.Handover, Unfiled: f.Unfiled}, p.After, p.Limit+1)
	rows, next := paged(found, p, h.wireConsent, func(c api.Consent) string { return c.ID })
	return rows, next, err
}

func (h *Handler) consent(ctx context.Context, r request) (api.Consent, error) {
	c, err := h.options.Register.Consent(ctx, r.Who, r.id("id"))
	return h.wireConsent(c), err
}

func (h *Handler) wireConsent(c consent.Consent) api.Consent {
	out := api.Consent{ID: c.ID, OwnerID: c.OwnerID, Everything: c.Blanket, Properties: c.Properties, Answer: string(c.Answer), How: string(c.How),
		HeardBy: c.HeardBy, Date: h.dayText(c.Date), From: h.dayText(c.From), Until: h.dayText(c.Until), Partial: c.Partial(), Note: c.Note, Diary: c.Diary,
		HandoverID: c.HandoverID, Paper: c.FileHash != "", Recorded: maybe(c.Recorded)}
	for _, t := range c.Things {
		out.Things = append(out.Things, string(t))
	}
	for _, p := range c.Places {
		out.Doors = append(out.Doors, api.ConsentPlace{Street: p.Street, Town: p.Town, Apartment: p.Apartment})
	}
	return out
}

// dayText is a local day; "" for none, and for what has no end.
func (h *Handler) dayText(t time.Time) string {
	if t.IsZero() || !t.Before(routine.Forever) {
		return ""
	}
	return t.In(h.options.Zone).Format(time.DateOnly)
}

func (h *Handler) clientAnswer(ctx context.Context, r request, in api.ClientAnswer) (api.Agreement, error) {
	number, err := h.number(in.PersonalNumber)
	if err != nil {
		return api.Agreement{}, err
	}
	a, err := h.options.Consents.Asked(ctx, r.Who, casework.ClientAnswer{PersonalNumber: number, Agrees: in.Agrees, AskedBy: in.AskedBy, How: in.How})
	return api.Agreement{ClientID: a.ClientID, Basis: string(a.Basis), Agrees: a.Agrees, At: a.At}, err
}
