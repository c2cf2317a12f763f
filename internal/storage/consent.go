package storage

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

const consentColumns = `c.id, c.owner_id, c.blanket, c.answer, c.how, c.heard_by, c.date_us, c.from_us, c.until_us, c.things, c.places, c.note,
	c.diary, COALESCE(c.handover_id, ''), COALESCE(c.file_hash, ''), c.recorded_us, COALESCE(c.import_key, '')`

// scanConsent reads consentColumns, and before them what else the query begins with.
func scanConsent(r row, before ...any) (consent.Consent, error) {
	var c consent.Consent
	var blanket, date, from, until, recorded int64
	var things, places string
	err := r.Scan(append(before, &c.ID, &c.OwnerID, &blanket, &c.Answer, &c.How, &c.HeardBy, &date, &from, &until, &things, &places, &c.Note,
		&c.Diary, &c.HandoverID, &c.FileHash, &recorded, &c.ImportKey)...)
	if err != nil {
		return c, err
	}
	c.Blanket, c.Date, c.From, c.Until, c.Recorded = blanket != 0, fromZeroUS(date), fromZeroUS(from), fromUS(until), fromZeroUS(recorded)
	for _, t := range strings.Fields(things) {
		c.Things = append(c.Things, consent.Thing(t))
	}
	if places != "" {
		err = json.Unmarshal([]byte(places), &c.Places)
	}
	return c, err
}

// PutConsents implements consent.Tx.
func (tx *Tx) PutConsents(ctx context.Context, consents []consent.Consent) error {
	columns := []string{"id", "owner_id", "blanket", "answer", "how", "heard_by", "date_us", "from_us", "until_us", "things", "places", "note",
		"diary", "handover_id", "file_hash", "recorded_us", "import_key"}
	err := put(ctx, tx, "consents", columns, 1, consents, func(c consent.Consent) []any {
		return []any{c.ID, c.OwnerID, bit(c.Blanket), string(c.Answer), string(c.How), c.HeardBy, usOrZero(c.Date), usOrZero(c.From), us(c.Until),
			thingsText(c.Things), placesText(c.Places), c.Note, c.Diary, orNull(c.HandoverID), orNull(c.FileHash), usOrZero(c.Recorded), orNull(c.ImportKey)}
	})
	if err != nil {
		return err
	}
	var rows [][]any
	for _, c := range consents {
		for _, p := range c.Properties {
			rows = append(rows, []any{c.ID, p})
		}
	}
	return tx.insert(ctx, "consent_properties", []string{"consent_id", "property_id"}, rows, "ON CONFLICT (consent_id, property_id) DO NOTHING")
}

func thingsText(things []consent.Thing) string {
	words := make([]string, len(things))
	for i, t := range things {
		words[i] = string(t)
	}
	return strings.Join(words, " ")
}

func placesText(places []consent.Place) string {
	if len(places) == 0 {
		return ""
	}
	text, err := json.Marshal(places)
	if err != nil {
		panic(err) // strings always can be
	}
	return string(text)
}

// ConsentWords implements consent.Reader. Consents that name a house and those for everything of an owner are found by an
// index each.
func (tx *Tx) ConsentWords(ctx context.Context, addressKeys []string) (map[string][]consent.Consent, error) {
	out := map[string][]consent.Consent{}
	for _, text := range []string{
		`SELECT a.place_key, ` + consentColumns + ` FROM property_addresses a JOIN consent_properties p ON p.property_id = a.property_id
			JOIN consents c ON c.id = p.consent_id JOIN property_owners o ON o.property_id = a.property_id AND o.owner_id = c.owner_id
			WHERE ` + owned + ` AND c.answer <> 'unknown' AND a.place_key IN %s`,
		`SELECT a.place_key, ` + consentColumns + ` FROM property_addresses a JOIN property_owners o ON o.property_id = a.property_id
			JOIN consents c ON c.owner_id = o.owner_id AND c.blanket = 1
			WHERE ` + owned + ` AND c.answer <> 'unknown' AND a.place_key IN %s`,
	} {
		type word struct {
			key string
			c   consent.Consent
		}
		words, err := collectIn(ctx, tx, func(r row) (w word, err error) {
			w.c, err = scanConsent(r, &w.key)
			return w, err
		}, text, addressKeys, us(tx.Now()))
		if err != nil {
			return nil, err
		}
		for _, w := range words {
			out[w.key] = append(out[w.key], w.c)
		}
	}
	return out, nil
}

// PropertiesAt implements consent.Reader.
func (tx *Tx) PropertiesAt(ctx context.Context, addressKeys []string) (map[string]string, error) {
	return pairsIn(ctx, tx, `SELECT place_key, property_id FROM property_addresses WHERE place_key IN %s`, addressKeys)
}

// pairsIn is collectIn for queries of two texts, as a map.
func pairsIn(ctx context.Context, tx *Tx, text string, keys []string) (map[string]string, error) {
	all, err := collectIn(ctx, tx, scanPair, text, keys)
	out := make(map[string]string, len(all))
	for _, v := range all {
		out[v[0]] = v[1]
	}
	return out, err
}

func scanPair(r row) (v [2]string, err error) {
	err = r.Scan(&v[0], &v[1])
	return v, err
}

// ImportedConsents implements consent.ImportTx.
func (tx *Tx) ImportedConsents(ctx context.Context, keys []string) (map[string]consent.Consent, error) {
	all, err := collectIn(ctx, tx, func(r row) (consent.Consent, error) { return scanConsent(r) },
		`SELECT `+consentColumns+` FROM consents c WHERE c.import_key IN %s`, keys)
	return keyed(all, func(c consent.Consent) string { return c.ImportKey }), err
}

// ImportedOwners implements consent.ImportTx.
func (tx *Tx) ImportedOwners(ctx context.Context, keys []string) (map[string]string, error) {
	return pairsIn(ctx, tx, `SELECT import_key, id FROM owners WHERE import_key IN %s`, keys)
}

var ownerColumns = []string{"id", "kind", "name", "name_key", "org_number", "contact", "phone", "email", "street", "postal_code", "town", "protected"}

func ownerRow(o consent.Owner) []any {
	return []any{o.ID, string(o.Kind), o.Name, o.NameKey(), o.OrgNumber, o.Contact, o.Phone, o.Email, o.Street, o.PostalCode, o.Town, bit(o.Protected)}
}

// PutImportedOwners implements consent.ImportTx.
func (tx *Tx) PutImportedOwners(ctx context.Context, byKey map[string]consent.Owner) error {
	var rows [][]any
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		rows = append(rows, append(ownerRow(byKey[key]), key))
	}
	return tx.insert(ctx, "owners", append(slices.Clone(ownerColumns), "import_key"), rows, "")
}

// AddProperties implements consent.ImportTx.
func (tx *Tx) AddProperties(ctx context.Context, properties []consent.Property) error {
	var rows, addresses [][]any
	for _, p := range properties {
		rows = append(rows, []any{p.ID, p.Designation, orNull(p.DesignationKey())})
		for _, a := range p.Addresses {
			addresses = append(addresses, []any{a.Key(), p.ID, a.Street, a.Town, a.TownKey()})
		}
	}
	if err := tx.insert(ctx, "properties", []string{"id", "designation", "designation_key"}, rows, ""); err != nil {
		return err
	}
	return tx.insert(ctx, "property_addresses", []string{"place_key", "property_id", "street", "town", "town_key"}, addresses, "")
}

// AddOwnership implements consent.ImportTx. Who comes later gets letters later.
func (tx *Tx) AddOwnership(ctx context.Context, pairs [][2]string) error {
	rows := make([][]any, len(pairs))
	for i, p := range pairs {
		rows[i] = []any{p[0], p[1], us(tx.Now()), int64(0), us(routine.Forever)}
	}
	return tx.insert(ctx, "property_owners", ownershipColumns, rows, "ON CONFLICT (property_id, owner_id, from_us) DO NOTHING")
}

var (
	_ consent.Reader   = (*Tx)(nil)
	_ consent.ImportTx = (*Tx)(nil)
)
