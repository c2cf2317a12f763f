package storage

import (
	"context"
	"slices"
	"strconv"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

const ownerFields = `id, kind, name, org_number, contact, phone, email, street, postal_code, town, protected`

func scanOwner(r row) (consent.Owner, error) {
	var o consent.Owner
	var protected int64
	err := r.Scan(&o.ID, &o.Kind, &o.Name, &o.OrgNumber, &o.Contact, &o.Phone, &o.Email, &o.Street, &o.PostalCode, &o.Town, &protected)
	o.Protected = protected != 0
	return o, err
}

// OwnersByID implements consent.Tx.
func (tx *Tx) OwnersByID(ctx context.Context, ids []string) (map[string]consent.Owner, error) {
	all, err := collectIn(ctx, tx, scanOwner, `SELECT `+ownerFields+` FROM owners WHERE id IN %s`, ids)
	return keyed(all, func(o consent.Owner) string { return o.ID }), err
}

// PutOwners implements consent.Tx.
func (tx *Tx) PutOwners(ctx context.Context, owners []consent.Owner) error {
	return put(ctx, tx, "owners", ownerColumns, 1, owners, ownerRow)
}

// OwnerPage implements consent.Tx. The list goes on after an owner's id, whose name is looked up: names do not belong in
// addresses.
func (tx *Tx) OwnerPage(ctx context.Context, f consent.OwnerFilter, afterID string, limit int) ([]consent.Owner, error) {
	var q where
	if begins := (consent.Owner{Name: f.Name}).NameKey(); begins != "" {
		q.and("name_key >= ", begins)
		q.and("name_key < ", after(begins))
	}
	if !f.Open {
		q.and("protected = ", int64(0))
	}
	if afterID != "" {
		last, found, err := one(ctx, tx, column[string], `SELECT name_key FROM owners WHERE id = $1`, afterID)
		if err != nil || !found {
			return nil, err
		}
		q.beyond("name_key", "id", last, afterID)
	}
	return collect(ctx, tx, scanOwner, `SELECT `+ownerFields+` FROM owners`+q.text+` ORDER BY name_key, id`+q.limit(limit), q.args...)
}

// PropertiesByID implements consent.Tx.
func (tx *Tx) PropertiesByID(ctx context.Context, ids []string) (map[string]consent.Property, error) {
	all, err := collectIn(ctx, tx, func(r row) (p consent.Property, err error) {
		err = r.Scan(&p.ID, &p.Designation)
		return p, err
	}, `SELECT id, designation FROM properties WHERE id IN %s`, ids)
	if err != nil {
		return nil, err
	}
	out := keyed(all, func(p consent.Property) string { return p.ID })
	type address struct {
		id string
		a  consent.Address
	}
	addresses, err := collectIn(ctx, tx, func(r row) (v address, err error) {
		err = r.Scan(&v.id, &v.a.Street, &v.a.Town)
		return v, err
	}, `SELECT property_id, street, town FROM property_addresses WHERE property_id IN %s ORDER BY property_id, place_key`, ids)
	if err != nil {
		return nil, err
	}
	owners, err := collectIn(ctx, tx, scanPair, `SELECT o.property_id, o.owner_id FROM property_owners o WHERE `+owned+` AND o.property_id IN %s ORDER BY o.property_id, o.place, o.owner_id`, ids, us(tx.Now()))
	if err != nil {
		return nil, err
	}
	for _, v := range addresses {
		p := out[v.id]
		p.Addresses = append(p.Addresses, v.a)
		out[v.id] = p
	}
	for _, v := range owners {
		p := out[v[0]]
		p.Owners = append(p.Owners, v[1])
		out[v[0]] = p
	}
	return out, nil
}

// PropertyNamed implements consent.Tx.
func (tx *Tx) PropertyNamed(ctx context.Context, designationKey string) (string, error) {
	id, _, err := one(ctx, tx, column[string], `SELECT id FROM properties WHERE designation_key = $1`, designationKey)
	return id, err
}

// PutProperty implements consent.Tx.
func (tx *Tx) PutProperty(ctx context.Context, p consent.Property) error {
	columns := []string{"id", "designation", "designation_key"}
	err := put(ctx, tx, "properties", columns, 1, []consent.Property{p}, func(p consent.Property) []any {
		return []any{p.ID, p.Designation, orNull(p.DesignationKey())}
	})
	if err != nil {
		return err
	}
	if err := tx.later(ctx, `DELETE FROM property_addresses WHERE property_id = $1`, p.ID); err != nil {
		return err
	}
	if err := tx.later(ctx, `DELETE FROM property_owners WHERE property_id = $1 AND from_us <= $2 AND until_us > $2`, p.ID, us(tx.Now())); err != nil {
		return err
	}
	var addresses [][]any
	for _, a := range p.Addresses {
		addresses = append(addresses, []any{a.Key(), p.ID, a.Street, a.Town, a.TownKey()})
	}
	if err := tx.insert(ctx, "property_addresses", []string{"place_key", "property_id", "street", "town", "town_key"}, addresses, ""); err != nil {
		return err
	}
	until, sold, err := tx.SoldFrom(ctx, p.ID)
	if err != nil {
		return err
	}
	if !sold {
		until = routine.Forever
	}
	return tx.own(ctx, p.ID, p.Owners, tx.Now(), until)
}

// HousePage implements consent.Tx. A house's key in the list is that of its address.
func (tx *Tx) HousePage(ctx context.Context, f consent.HouseFilter, last string, limit int) ([]consent.House, error) {
	var q where
	at := consent.Address{Street: f.Street, Town: f.Town}
	if begins := at.StreetKey(); begins != "" {
		q.and("a.place_key >= ", begins)
		q.and("a.place_key < ", after(begins))
	}
	q.equal("a.town_key", at.TownKey())
	if f.Owner != "" {
		q.args = append(q.args, us(tx.Now()))
		now := "$" + strconv.Itoa(len(q.args))
		q.and("a.property_id IN (SELECT property_id FROM property_owners WHERE from_us <= "+now+" AND until_us > "+now+" AND owner_id = ", f.Owner)
		q.text += ")"
	}
	if last != "" {
		q.and("a.place_key > ", last)
	}
	text := `SELECT a.street, a.town, a.property_id, p.designation FROM property_addresses a JOIN properties p ON p.id = a.property_id` + q.text
	return collect(ctx, tx, func(r row) (h consent.House, err error) {
		err = r.Scan(&h.Street, &h.Town, &h.PropertyID, &h.Designation)
		return h, err
	}, text+` ORDER BY a.place_key`+q.limit(limit), q.args...)
}

// ConsentsByID implements consent.Tx.
func (tx *Tx) ConsentsByID(ctx context.Context, ids []string) (map[string]consent.Consent, error) {
	all, err := collectIn(ctx, tx, func(r row) (consent.Consent, error) { return scanConsent(r) }, `SELECT `+consentColumns+` FROM consents c WHERE c.id IN %s`, ids)
	if err != nil {
		return nil, err
	}
	all, err = tx.withProperties(ctx, all)
	return keyed(all, func(c consent.Consent) string { return c.ID }), err
}

// withProperties fills in which properties consents name.
func (tx *Tx) withProperties(ctx context.Context, consents []consent.Consent) ([]consent.Consent, error) {
	ids := make([]string, len(consents))
	for i, c := range consents {
		ids[i] = c.ID
	}
	pairs, err := collectIn(ctx, tx, scanPair, `SELECT consent_id, property_id FROM consent_properties WHERE consent_id IN %s ORDER BY consent_id, property_id`, ids)
	of := map[string][]string{}
	for _, p := range pairs {
		of[p[0]] = append(of[p[0]], p[1])
	}
	for i, c := range consents {
		consents[i].Properties = of[c.ID]
	}
	return consents, err
}

// ConsentPage implements consent.Tx.
func (tx *Tx) ConsentPage(ctx context.Context, f consent.Filter, last string, limit int) ([]consent.Consent, error) {
	var q where
	from := ` FROM consents c`
	if f.Property != "" {
		from = ` FROM consent_properties p JOIN consents c ON c.id = p.consent_id`
		q.and("p.property_id = ", f.Property)
	}
	q.equal("c.answer", string(f.Answer))
	q.equal("c.owner_id", f.Owner)
	q.equal("c.handover_id", f.Handover)
	if f.Unfiled {
		q.is(`c.diary = '' AND c.handover_id IS NULL AND c.recorded_us > 0 AND c.answer IN ('given', 'refused', 'withdrawn')`)
	}
	if last != "" {
		q.and("c.id < ", last)
	}
	all, err := collect(ctx, tx, func(r row) (consent.Consent, error) { return scanConsent(r) },
		`SELECT `+consentColumns+from+q.text+` ORDER BY c.id DESC`+q.limit(limit), q.args...)
	if err != nil {
		return nil, err
	}
	return tx.withProperties(ctx, all)
}

// ConsentsEnding implements consent.Tx.
func (tx *Tx) ConsentsEnding(ctx context.Context, from, until time.Time, limit int) ([]consent.Consent, error) {
	all, err := collect(ctx, tx, func(r row) (consent.Consent, error) { return scanConsent(r) }, `SELECT `+consentColumns+` FROM consents c
		WHERE c.answer = 'given' AND c.until_us > $1 AND c.until_us < $2 AND NOT EXISTS (
			SELECT 1 FROM consents n WHERE n.owner_id = c.owner_id AND n.date_us >= c.date_us AND n.recorded_us > c.recorded_us
				AND n.answer IN ('given', 'refused', 'withdrawn') AND n.until_us > c.until_us AND (n.blanket = 1 OR c.blanket = 0 AND EXISTS (
					SELECT 1 FROM consent_properties a JOIN consent_properties b ON b.property_id = a.property_id
					WHERE a.consent_id = c.id AND b.consent_id = n.id)))
		ORDER BY c.until_us, c.id LIMIT $3`, us(from), us(until), int64(limit))
	if err != nil {
		return nil, err
	}
	return tx.withProperties(ctx, all)
}

// MountedOn implements consent.Tx.
func (tx *Tx) MountedOn(ctx context.Context, consentID string) (bool, error) {
	_, found, err := one(ctx, tx, column[string], `SELECT id FROM mountings WHERE consent <> '' AND consent = $1 LIMIT 1`, consentID)
	return found, err
}

// DropFile implements consent.Tx.
func (tx *Tx) DropFile(ctx context.Context, hash string) error {
	return tx.later(ctx, `DELETE FROM consent_files WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM consents c WHERE c.file_hash = $1)`, hash)
}

// PutFile implements consent.Tx. The same paper twice is one file.
func (tx *Tx) PutFile(ctx context.Context, f consent.File) error {
	return tx.insert(ctx, "consent_files", []string{"hash", "media", "made_us", "body"}, [][]any{{f.Hash, f.Media, us(f.Made), f.Body}}, "ON CONFLICT (hash) DO NOTHING")
}

// FileByHash implements consent.Tx.
func (tx *Tx) FileByHash(ctx context.Context, hash string) (consent.File, bool, error) {
	return one(ctx, tx, func(r row) (f consent.File, err error) {
		var made int64
		err = r.Scan(&f.Hash, &f.Media, &made, &f.Body)
		f.Made = fromUS(made)
		return f, err
	}, `SELECT hash, media, made_us, body FROM consent_files WHERE hash = $1`, hash)
}

// PutHandover implements consent.Tx.
func (tx *Tx) PutHandover(ctx context.Context, h consent.Handover) error {
	return tx.later(ctx, `INSERT INTO consent_handovers (id, number, made_us, actor) VALUES ($1, $2, $3, $4)`, h.ID, h.Number, us(h.Made), h.Actor)
}

const handoverColumns = `SELECT id, number, made_us, actor FROM consent_handovers`

func scanHandover(r row) (h consent.Handover, err error) {
	var made int64
	err = r.Scan(&h.ID, &h.Number, &made, &h.Actor)
	h.Made = fromUS(made)
	return h, err
}

// HandoverByID implements consent.Tx.
func (tx *Tx) HandoverByID(ctx context.Context, id string) (consent.Handover, bool, error) {
	return one(ctx, tx, scanHandover, handoverColumns+` WHERE id = $1`, id)
}

// HandoverPage implements consent.Tx.
func (tx *Tx) HandoverPage(ctx context.Context, last string, limit int) ([]consent.Handover, error) {
	var q where
	if last != "" {
		q.and("id < ", last)
	}
	return collect(ctx, tx, scanHandover, handoverColumns+q.text+` ORDER BY id DESC`+q.limit(limit), q.args...)
}

// Agreements implements consent.AgreementTx.
func (tx *Tx) Agreements(ctx context.Context, clientIDs []string) (map[string]consent.Agreement, error) {
	all, err := collectIn(ctx, tx, func(r row) (a consent.Agreement, err error) {
		var agrees, at int64
		err = r.Scan(&a.ClientID, &a.Basis, &agrees, &a.AskedBy, &a.Ground, &at)
		a.Agrees, a.At = agrees != 0, fromUS(at)
		return a, err
	}, `SELECT client_id, basis, agrees, asked_by, ground, at_us FROM client_agreements WHERE client_id IN %s`, clientIDs)
	return keyed(all, func(a consent.Agreement) string { return a.ClientID }), err
}

// PutAgreement implements consent.AgreementTx.
func (tx *Tx) PutAgreement(ctx context.Context, a consent.Agreement) error {
	columns := []string{"client_id", "basis", "agrees", "asked_by", "ground", "at_us"}
	return put(ctx, tx, "client_agreements", columns, 1, []consent.Agreement{a}, func(a consent.Agreement) []any {
		return []any{a.ClientID, string(a.Basis), bit(a.Agrees), a.AskedBy, a.Ground, us(a.At)}
	})
}

// MountsAt returns the dwellings in properties where a mounting is waited for, in whatever state.
func (tx *Tx) MountsAt(ctx context.Context, propertyIDs []string) ([]string, error) {
	return tx.dwellingsIn(ctx, `JOIN clients c ON c.dwelling_id = d.id JOIN tasks t ON t.client_id = c.id
		WHERE t.done_us = 0 AND t.kind IN ('mount', 'mount-entrance') AND a.property_id IN %s`, propertyIDs)
}

// LockedAt returns the dwellings in properties with a lock or key box of their own.
func (tx *Tx) LockedAt(ctx context.Context, propertyIDs []string) ([]string, error) {
	return tx.dwellingsIn(ctx, `JOIN locks l ON l.dwelling_id = d.id
		WHERE l.state = 'mounted' AND l.kind <> 'entrance' AND a.property_id IN %s`, propertyIDs)
}

// EntranceLockedAt returns the dwellings in properties behind an entrance with a lock.
func (tx *Tx) EntranceLockedAt(ctx context.Context, propertyIDs []string) ([]string, error) {
	return tx.dwellingsIn(ctx, `JOIN locks l ON l.entrance_id = d.entrance_id
		WHERE l.state = 'mounted' AND l.kind = 'entrance' AND a.property_id IN %s`, propertyIDs)
}

// waitingMounts are mountings that wait for owners, with whose door it is.
const waitingMounts = ` FROM tasks t JOIN clients c ON c.id = t.client_id JOIN dwellings d ON d.id = c.dwelling_id
	LEFT JOIN property_addresses a ON a.place_key = d.place_key
	WHERE t.done_us = 0 AND t.state = 'waiting' AND t.kind IN ('mount', 'mount-entrance') AND c.protected = `

// HousesWaiting implements casework.ConsentTx.
func (tx *Tx) HousesWaiting(ctx context.Context, limit int) ([]casework.HouseWaiting, int64, error) {
	houses, err := collect(ctx, tx, func(r row) (h casework.HouseWaiting, err error) {
		var due int64
		err = r.Scan(&h.Street, &h.Town, &h.PropertyID, &h.Tasks, &due)
		h.Due = fromUS(due)
		return h, err
	}, `SELECT MIN(d.street), MIN(d.town), COALESCE(MIN(a.property_id), ''), COUNT(*), MIN(t.due_us)`+waitingMounts+`0
		GROUP BY d.place_key ORDER BY MIN(t.due_us), d.place_key LIMIT $1`, int64(limit))
	if err != nil {
		return nil, 0, err
	}
	hidden, _, err := one(ctx, tx, column[int64], `SELECT COUNT(*)`+waitingMounts+`1`)
	return houses, hidden, err
}

func (tx *Tx) dwellingsIn(ctx context.Context, rest string, propertyIDs []string, before ...any) ([]string, error) {
	all, err := collectIn(ctx, tx, column[string], `SELECT d.id FROM property_addresses a JOIN dwellings d ON d.place_key = a.place_key `+rest, propertyIDs, before...)
	slices.Sort(all)
	return slices.Compact(all), err
}

var _ consent.Tx = (*Tx)(nil)
