package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

const (
	clientColumns   = `id, personal_number, given_name, family_name, phone, protected, dwelling_id, relative_name, relative_phone, ended_us`
	dwellingColumns = `id, address_key, street, apartment, postal_code, town, entrance_id`
	serviceColumns  = `s.id, s.client_id, s.kind, s.group_id, g.kind, p.kind, p.routine_until_us, s.from_us, s.until_us, s.in_effect, s.opens_self, s.origin, s.ended_by`
)

func scanClient(r row) (care.Client, error) {
	var c care.Client
	var protected, ended int64
	err := r.Scan(&c.ID, &c.PersonalNumber, &c.GivenName, &c.FamilyName, &c.Phone, &protected, &c.DwellingID,
		&c.RelativeName, &c.RelativePhone, &ended)
	c.Protected, c.Ended = protected != 0, fromUS(ended)
	return c, err
}

// ClientsByNumber returns the clients with these identity numbers, by the number that was asked for: the one they have, or one
// that they had before.
func (tx *Tx) ClientsByNumber(ctx context.Context, numbers []string) (map[string]care.Client, error) {
	all, err := collectIn(ctx, tx, scanClient, `SELECT `+clientColumns+` FROM clients WHERE personal_number IN %s`, numbers)
	found := keyed(all, func(c care.Client) string { return c.PersonalNumber })
	if err != nil || len(found) == len(numbers) {
		return found, err
	}
	var rest []string
	for _, n := range numbers {
		if _, ok := found[n]; !ok {
			rest = append(rest, n)
		}
	}
	return found, tx.byFormerNumber(ctx, rest, found)
}

// byFormerNumber adds to found the clients who had one of these numbers before, under that number.
func (tx *Tx) byFormerNumber(ctx context.Context, numbers []string, found map[string]care.Client) error {
	type former struct{ number, client string }
	all, err := collectIn(ctx, tx, func(r row) (f former, err error) { return f, r.Scan(&f.number, &f.client) },
		`SELECT personal_number, client_id FROM former_numbers WHERE personal_number IN %s`, numbers)
	if err != nil || len(all) == 0 {
		return err
	}
	ids := make([]string, len(all))
	for i, f := range all {
		ids[i] = f.client
	}
	clients, err := tx.ClientsByID(ctx, ids)
	for _, f := range all {
		if c, ok := clients[f.client]; ok {
			found[f.number] = c
		}
	}
	return err
}

// ClientsByID returns the clients with these ids, by id.
func (tx *Tx) ClientsByID(ctx context.Context, ids []string) (map[string]care.Client, error) {
	all, err := collectIn(ctx, tx, scanClient, `SELECT `+clientColumns+` FROM clients WHERE id IN %s`, ids)
	return keyed(all, func(c care.Client) string { return c.ID }), err
}

// ClientsOfDwellings returns everybody who lives in these dwellings.
func (tx *Tx) ClientsOfDwellings(ctx context.Context, dwellingIDs []string) ([]care.Client, error) {
	return collectIn(ctx, tx, scanClient, `SELECT `+clientColumns+` FROM clients WHERE dwelling_id IN %s`, dwellingIDs)
}

func scanDwelling(r row) (care.Dwelling, error) {
	var d care.Dwelling
	var entrance *string
	err := r.Scan(&d.ID, &d.AddressKey, &d.Street, &d.Apartment, &d.PostalCode, &d.Town, &entrance)
	if entrance != nil {
		d.EntranceID = *entrance
	}
	return d, err
}

// Dwellings returns the dwellings with these ids, by id.
func (tx *Tx) Dwellings(ctx context.Context, ids []string) (map[string]care.Dwelling, error) {
	all, err := collectIn(ctx, tx, scanDwelling, `SELECT `+dwellingColumns+` FROM dwellings WHERE id IN %s`, ids)
	return keyed(all, func(d care.Dwelling) string { return d.ID }), err
}

// DwellingsByKey returns the dwellings with these address keys, by key.
func (tx *Tx) DwellingsByKey(ctx context.Context, keys []string) (map[string]care.Dwelling, error) {
	all, err := collectIn(ctx, tx, scanDwelling, `SELECT `+dwellingColumns+` FROM dwellings WHERE address_key IN %s`, keys)
	return keyed(all, func(d care.Dwelling) string { return d.AddressKey }), err
}

// DwellingsBehind returns the ids of the dwellings behind these entrances.
func (tx *Tx) DwellingsBehind(ctx context.Context, entranceIDs []string) ([]string, error) {
	return collectIn(ctx, tx, column[string], `SELECT id FROM dwellings WHERE entrance_id IN %s`, entranceIDs)
}

// EntrancesByCode returns the entrances with these codes, by code.
func (tx *Tx) EntrancesByCode(ctx context.Context, codes []string) (map[string]care.Entrance, error) {
	all, err := collectIn(ctx, tx, func(r row) (care.Entrance, error) {
		var e care.Entrance
		err := r.Scan(&e.ID, &e.Code)
		return e, err
	}, `SELECT id, code FROM entrances WHERE code IN %s`, codes)
	return keyed(all, func(e care.Entrance) string { return e.Code }), err
}

// ServicesOf returns the services of these clients, by client, each client's in order of time.
func (tx *Tx) ServicesOf(ctx context.Context, clientIDs []string) (map[string][]care.Service, error) {
	all, err := collectIn(ctx, tx, scanService, `SELECT `+serviceColumns+` FROM services s
		JOIN care_groups g ON g.id = s.group_id JOIN providers p ON p.id = g.provider_id
		WHERE s.client_id IN %s ORDER BY s.client_id, s.from_us, s.id`, clientIDs)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]care.Service, len(clientIDs))
	for _, v := range all {
		out[v.ClientID] = append(out[v.ClientID], v)
	}
	return out, nil
}

func scanService(r row) (care.Service, error) {
	var v care.Service
	var provider string
	var routineUntil, from, until, inEffect, opensSelf int64
	err := r.Scan(&v.ID, &v.ClientID, &v.Kind, &v.Group.ID, &v.Group.Kind, &provider, &routineUntil, &from, &until, &inEffect, &opensSelf, &v.Origin, &v.EndedBy)
	v.Group.Private, v.Group.RoutineUntil = provider == "private", fromZeroUS(routineUntil)
	v.From, v.Until, v.InEffect, v.OpensSelf = fromUS(from), fromUS(until), inEffect != 0, opensSelf != 0
	return v, err
}

const groupsWithProviders = `SELECT g.id, g.number, g.code, g.name, g.provider_id, g.kind, g.max_staff, p.kind, p.org_number, p.routine_until_us
	FROM care_groups g JOIN providers p ON p.id = g.provider_id `

func scanGroup(r row) (care.Group, error) {
	var g care.Group
	var provider string
	var routineUntil int64
	err := r.Scan(&g.ID, &g.Number, &g.Code, &g.Name, &g.ProviderID, &g.Kind, &g.MaxStaff, &provider, &g.OrgNumber, &routineUntil)
	g.Private, g.RoutineUntil = provider == "private", fromZeroUS(routineUntil)
	return g, err
}

// Groups returns all groups with what they inherit from their providers, by code.
func (tx *Tx) Groups(ctx context.Context) ([]care.Group, error) {
	return collect(ctx, tx, scanGroup, groupsWithProviders+`ORDER BY g.code`)
}

// GroupsByCode implements casework.Tx.
func (tx *Tx) GroupsByCode(ctx context.Context, codes []string) (map[string]care.Group, error) {
	all, err := collectIn(ctx, tx, scanGroup, groupsWithProviders+`WHERE g.code IN %s`, codes)
	return keyed(all, func(g care.Group) string { return g.Code }), err
}

// GroupsByID implements casework.Tx.
func (tx *Tx) GroupsByID(ctx context.Context, ids []string) (map[string]care.Group, error) {
	all, err := collectIn(ctx, tx, scanGroup, groupsWithProviders+`WHERE g.id IN %s`, ids)
	return keyed(all, func(g care.Group) string { return g.ID }), err
}

// GroupsOfKind implements casework.Tx.
func (tx *Tx) GroupsOfKind(ctx context.Context, kind routine.GroupKind, orgNumber string, limit int) ([]care.Group, error) {
	if orgNumber == "" {
		return collect(ctx, tx, scanGroup, groupsWithProviders+`WHERE g.kind = $1 ORDER BY g.code LIMIT $2`, string(kind), limit)
	}
	return collect(ctx, tx, scanGroup, groupsWithProviders+`WHERE p.org_number = $1 AND g.kind = $2 ORDER BY g.code LIMIT $3`,
		orgNumber, string(kind), limit)
}

const providerColumns = `id, org_number, name, kind, routine_until_us`

func scanProvider(r row) (care.Provider, error) {
	var p care.Provider
	var kind string
	var routineUntil int64
	err := r.Scan(&p.ID, &p.OrgNumber, &p.Name, &kind, &routineUntil)
	p.Private, p.RoutineUntil = kind == "private", fromZeroUS(routineUntil)
	return p, err
}

// Providers returns all providers.
func (tx *Tx) Providers(ctx context.Context) ([]care.Provider, error) {
	return collect(ctx, tx, scanProvider, `SELECT `+providerColumns+` FROM providers ORDER BY org_number`)
}

// ProviderByOrg implements casework.Tx.
func (tx *Tx) ProviderByOrg(ctx context.Context, orgNumber string) (care.Provider, bool, error) {
	return one(ctx, tx, scanProvider, `SELECT `+providerColumns+` FROM providers WHERE org_number = $1`, orgNumber)
}

// StaffByNumber returns the staff with these employee numbers, by number.
func (tx *Tx) StaffByNumber(ctx context.Context, numbers []string) (map[string]care.Staff, error) {
	all, err := collectIn(ctx, tx, func(r row) (care.Staff, error) {
		var s care.Staff
		err := r.Scan(&s.ID, &s.EmployeeNumber, &s.Pseudonym, &s.GivenName, &s.FamilyName, &s.Email, &s.Phone)
		return s, err
	}, `SELECT id, employee_number, pseudonym, given_name, family_name, email, phone FROM staff WHERE employee_number IN %s`, numbers)
	return keyed(all, func(s care.Staff) string { return s.EmployeeNumber }), err
}

// PutProviders implements care.Writer.
func (tx *Tx) PutProviders(ctx context.Context, providers []care.Provider) error {
	return put(ctx, tx, "providers", []string{"id", "org_number", "name", "kind", "routine_until_us"}, 1, providers, func(p care.Provider) []any {
		return []any{p.ID, p.OrgNumber, p.Name, pick(p.Private, "private", "municipal"), usOrZero(p.RoutineUntil)}
	})
}

// PutGroups implements care.Writer.
func (tx *Tx) PutGroups(ctx context.Context, groups []care.Group) error {
	return put(ctx, tx, "care_groups", []string{"id", "number", "code", "name", "provider_id", "kind", "max_staff"}, 1, groups, func(g care.Group) []any {
		return []any{g.ID, int64(g.Number), g.Code, g.Name, g.ProviderID, string(g.Kind), g.MaxStaff}
	})
}

// PutStaff implements care.Writer. Badges and PINs are identity's and stay as they are.
func (tx *Tx) PutStaff(ctx context.Context, staff []care.Staff) error {
	columns := []string{"id", "employee_number", "pseudonym", "given_name", "family_name", "email", "phone"}
	return put(ctx, tx, "staff", columns, 1, staff, func(s care.Staff) []any {
		return []any{s.ID, s.EmployeeNumber, int64(s.Pseudonym), s.GivenName, s.FamilyName, s.Email, s.Phone}
	})
}

// PutMemberships implements care.Writer.
func (tx *Tx) PutMemberships(ctx context.Context, members []care.Membership) error {
	return put(ctx, tx, "staff_groups", []string{"staff_id", "group_id", "from_us", "until_us"}, 3, members, func(m care.Membership) []any {
		return []any{m.StaffID, m.GroupID, us(m.From), us(m.Until)}
	})
}

// MembershipsOf implements casework.RegisterTx.
func (tx *Tx) MembershipsOf(ctx context.Context, staffIDs []string) ([]care.Membership, error) {
	return collectIn(ctx, tx, func(r row) (care.Membership, error) {
		var m care.Membership
		var from, until int64
		err := r.Scan(&m.StaffID, &m.GroupID, &from, &until)
		m.From, m.Until = fromUS(from), fromUS(until)
		return m, err
	}, `SELECT staff_id, group_id, from_us, until_us FROM staff_groups WHERE staff_id IN %s ORDER BY staff_id, group_id, from_us`, staffIDs)
}

// DeleteMemberships implements casework.RegisterTx.
func (tx *Tx) DeleteMemberships(ctx context.Context, members []care.Membership) error {
	for _, m := range members {
		if err := tx.later(ctx, `DELETE FROM staff_groups WHERE staff_id = $1 AND group_id = $2 AND from_us = $3`, m.StaffID, m.GroupID, us(m.From)); err != nil {
			return err
		}
	}
	return nil
}

// PutEntrances implements care.Writer.
func (tx *Tx) PutEntrances(ctx context.Context, entrances []care.Entrance) error {
	return put(ctx, tx, "entrances", []string{"id", "code"}, 1, entrances, func(e care.Entrance) []any {
		return []any{e.ID, e.Code}
	})
}

// PutDwellings implements care.Writer.
func (tx *Tx) PutDwellings(ctx context.Context, dwellings []care.Dwelling) error {
	columns := []string{"id", "address_key", "street", "apartment", "postal_code", "town", "place_key", "entrance_id"}
	return put(ctx, tx, "dwellings", columns, 1, dwellings, func(d care.Dwelling) []any {
		return []any{d.ID, d.AddressKey, d.Street, d.Apartment, d.PostalCode, d.Town, consent.Address{Street: d.Street, Town: d.Town}.Key(), orNull(d.EntranceID)}
	})
}

// PutClients implements care.Writer.
func (tx *Tx) PutClients(ctx context.Context, clients []care.Client) error {
	columns := []string{"id", "personal_number", "given_name", "family_name", "phone", "protected", "dwelling_id", "relative_name", "relative_phone", "ended_us"}
	err := put(ctx, tx, "clients", columns, 1, clients, func(c care.Client) []any {
		return []any{c.ID, c.PersonalNumber, c.GivenName, c.FamilyName, c.Phone, bit(c.Protected), c.DwellingID, c.RelativeName, c.RelativePhone, us(c.Ended)}
	})
	if err != nil {
		return err
	}
	ids := make([]string, len(clients))
	for i, c := range clients {
		ids[i] = c.ID
	}
	return tx.doorsOfClients(ctx, ids)
}

// PutServices implements care.Writer.
func (tx *Tx) PutServices(ctx context.Context, services []care.Service) error {
	columns := []string{"id", "client_id", "kind", "group_id", "from_us", "until_us", "in_effect", "opens_self", "origin", "ended_by"}
	return put(ctx, tx, "services", columns, 1, services, func(v care.Service) []any {
		return []any{v.ID, v.ClientID, string(v.Kind), v.Group.ID, us(v.From), us(v.Until), bit(v.InEffect), bit(v.OpensSelf), v.Origin, v.EndedBy}
	})
}

// SetClientEnded implements care.Writer.
func (tx *Tx) SetClientEnded(ctx context.Context, clientID string, at time.Time) error {
	return tx.later(ctx, `UPDATE clients SET ended_us = $1 WHERE id = $2`, us(at), clientID)
}

// The storage of care is complete.
var (
	_ care.Tx     = (*Tx)(nil)
	_ care.Writer = (*Tx)(nil)
)
