package storage

import (
	"context"
	"strings"

	"hemnyckel/internal/domain/retention"
)

// What becomes of each table when a record of a class is erased: in order, children before what they point at, $1 the
// record's id. "SELECT … => …; …" asks for ids first, for what would be out of reach once the others are gone; IN %s stands for
// them. A table that says anything about a client and is not named here is found by a test.

// erasures are the statements of one class.
func erasures(c retention.Class) []string {
	return map[retention.Class][]string{
		retention.Receipts: {
			`SELECT file_id FROM receipts WHERE key_id = $1 AND file_id IS NOT NULL => DELETE FROM receipts WHERE key_id = $1; DELETE FROM receipt_files WHERE id IN %s`,
			`DELETE FROM physical_keys WHERE id = $1`,
		},
		retention.Disclosures: {`DELETE FROM disclosures WHERE id = $1`},
		retention.Charges:     {`UPDATE charges SET client_id = NULL, facts = '[]', reason = '' WHERE id = $1`}, // the accounts need the amount
		retention.Faults: {
			`UPDATE fault_reports SET description = '' WHERE fault_id = $1`,
			`UPDATE on_call SET reason = '', visit_why = '', note = '' WHERE fault_id = $1`,
			`UPDATE faults SET client_id = NULL, description = '', done = '' WHERE id = $1`,
		},
		retention.Consents: consentErasures(),
		retention.Orders: {
			`SELECT task_id FROM order_tasks t WHERE t.order_id = $1 AND NOT EXISTS (SELECT 1 FROM order_tasks o WHERE o.task_id = t.task_id AND o.order_id <> $1) => ` +
				`DELETE FROM order_tasks WHERE order_id = $1; ` + taskErasures + `; UPDATE tasks SET order_id = NULL WHERE order_id = $1`,
			`DELETE FROM idempotency_keys WHERE order_id = $1`,
			`DELETE FROM order_undo WHERE order_id = $1`,
			`DELETE FROM order_drafts WHERE order_id = $1`,
			`UPDATE receipts SET order_id = '' WHERE order_id = $1`,
			`DELETE FROM orders WHERE id = $1`,
		},
	}[c]
}

// taskErasures remove tasks with what was done for them. A mounting stays: it tells of a lock that may still be there.
const taskErasures = `DELETE FROM bookings WHERE task_id IN %s; DELETE FROM task_steps WHERE task_id IN %s; ` +
	`DELETE FROM mountings WHERE ended_us > 0 AND task_id IN %s; UPDATE faults SET task_id = '' WHERE task_id IN %s; ` +
	`DELETE FROM tasks WHERE NOT EXISTS (SELECT 1 FROM mountings m WHERE m.task_id = tasks.id) AND id IN %s`

func consentErasures() []string {
	return []string{
		`DELETE FROM register_rows WHERE file = 'samtycken' AND key IN (SELECT import_key FROM consents WHERE id = $1 AND import_key IS NOT NULL)`,
		`SELECT file_hash FROM consents WHERE id = $1 AND file_hash IS NOT NULL => DELETE FROM letters WHERE consent_id = $1; ` +
			`DELETE FROM consent_properties WHERE consent_id = $1; DELETE FROM consents WHERE id = $1; ` +
			`DELETE FROM consent_files WHERE NOT EXISTS (SELECT 1 FROM consents c WHERE c.file_hash = consent_files.hash) AND hash IN %s`,
	}
}

// clientErasures are the statements for a client. Orders go with their tasks, also those of a partner's that these began;
// what a partner's order waited for is over, or the client would wait.
func clientErasures() []string {
	return []string{
		raiseByClient,
		`DELETE FROM rights WHERE client_id = $1`,
		`DELETE FROM grounds WHERE client_id = $1`,
		`DELETE FROM services WHERE client_id = $1`,
		`DELETE FROM door_times WHERE client_id = $1`,
		`SELECT file_id FROM receipts WHERE client_id = $1 AND file_id IS NOT NULL => DELETE FROM receipts WHERE client_id = $1; DELETE FROM receipt_files WHERE id IN %s`,
		`DELETE FROM physical_keys WHERE client_id = $1`,
		`DELETE FROM client_agreements WHERE client_id = $1`,
		`DELETE FROM former_numbers WHERE client_id = $1`,
		`DELETE FROM documentation_acks WHERE seq IN (SELECT seq FROM documentation WHERE client_id = $1)`,
		`DELETE FROM documentation WHERE client_id = $1`,
		`DELETE FROM outbox WHERE subject = $1`,
		`DELETE FROM mass_rows WHERE client_id = $1`,
		`UPDATE on_call SET reason = '', visit_why = '', note = '' WHERE fault_id IN (SELECT id FROM faults WHERE client_id = $1)`,
		`UPDATE fault_reports SET description = '' WHERE fault_id IN (SELECT id FROM faults WHERE client_id = $1)`,
		`UPDATE faults SET client_id = NULL, description = '', done = '' WHERE client_id = $1`,
		`UPDATE charges SET client_id = NULL, facts = '[]', reason = '' WHERE client_id = $1`,
		`SELECT id FROM tasks WHERE client_id = $1 => DELETE FROM order_tasks WHERE task_id IN %s; ` + taskErasures,
		`UPDATE tasks SET client_id = NULL, order_id = NULL, note = '', reason = '', postal_code = '' WHERE client_id = $1`,
		`DELETE FROM order_drafts WHERE client_id = $1`,
		`SELECT id FROM orders WHERE client_id = $1 => DELETE FROM order_tasks WHERE order_id IN %s; DELETE FROM idempotency_keys WHERE order_id IN %s; ` +
			`DELETE FROM order_undo WHERE order_id IN %s; DELETE FROM order_drafts WHERE order_id IN %s; ` +
			`UPDATE tasks SET order_id = NULL WHERE order_id IN %s; DELETE FROM orders WHERE id IN %s`,
		`DELETE FROM disclosures WHERE scope_id = $1`,
		`DELETE FROM emergencies WHERE client_id = $1`,
		`DELETE FROM holds WHERE subject = $1`,
	}
}

// houseErasures remove a dwelling where nobody is left; $1 is its id.
func houseErasures() []string {
	return []string{
		`DELETE FROM lock_exceptions WHERE dwelling_id = $1`,
		`DELETE FROM address_changes WHERE dwelling_id = $1`,
		`UPDATE mountings SET dwelling_id = NULL, original_part = '', box_reason = CASE kind WHEN 'box' THEN '-' ELSE '' END WHERE dwelling_id = $1`,
		`DELETE FROM dwellings WHERE id = $1`,
	}
}

// eraseClient removes a client, and the dwelling if nobody else lives there.
func (tx *Tx) eraseClient(ctx context.Context, id string) error {
	clients, err := tx.ClientsByID(ctx, []string{id})
	if err != nil || len(clients) == 0 {
		return err
	}
	c := clients[id]
	for _, text := range clientErasures() {
		if err := tx.eraseBy(ctx, text, id); err != nil {
			return err
		}
	}
	if err := tx.forgetRegister(ctx, c.PersonalNumber); err != nil {
		return err
	}
	if err := tx.later(ctx, `DELETE FROM order_drafts WHERE client_id IS NULL AND body LIKE $1`, "%"+c.PersonalNumber+"%"); err != nil { // named by number
		return err
	}
	if err := tx.later(ctx, `DELETE FROM clients WHERE id = $1`, id); err != nil {
		return err
	}
	left, err := tx.ClientsOfDwellings(ctx, []string{c.DwellingID})
	if err != nil || len(left) > 0 {
		return err
	}
	return tx.eraseHome(ctx, c.DwellingID)
}

// forgetRegister removes what imports remember of a client: their rows are named by the identity number.
func (tx *Tx) forgetRegister(ctx context.Context, number string) error {
	for _, text := range []string{
		`DELETE FROM register_rows WHERE file = 'kunder' AND key = $1`,
		`DELETE FROM register_rows WHERE file = 'insatser' AND key >= $1 || '/' AND key < $1 || '0'`, // "0" follows "/"
	} {
		if err := tx.later(ctx, text, number); err != nil {
			return err
		}
	}
	return nil
}

// eraseHome removes a dwelling, and what the consent register knows of a house in which no client lives any longer: its
// owner may be who lived there.
func (tx *Tx) eraseHome(ctx context.Context, id string) error {
	places, err := collect(ctx, tx, column[string], `SELECT place_key FROM dwellings WHERE id = $1`, id)
	if err != nil || len(places) == 0 {
		return err
	}
	for _, text := range houseErasures() {
		if err := tx.eraseBy(ctx, text, id); err != nil {
			return err
		}
	}
	left, err := collect(ctx, tx, column[string], `SELECT id FROM dwellings WHERE place_key = $1 LIMIT 1`, places[0])
	if err != nil || len(left) > 0 {
		return err
	}
	properties, err := collect(ctx, tx, column[string], `SELECT property_id FROM property_addresses WHERE place_key = $1`, places[0])
	if err != nil {
		return err
	}
	if err := tx.later(ctx, `DELETE FROM property_addresses WHERE place_key = $1`, places[0]); err != nil {
		return err
	}
	for _, property := range properties {
		if err := tx.eraseProperty(ctx, property); err != nil {
			return err
		}
	}
	return nil
}

// eraseProperty removes a property without addresses, consents that were about nothing else, and owners who own nothing else.
func (tx *Tx) eraseProperty(ctx context.Context, id string) error {
	left, err := collect(ctx, tx, column[string], `SELECT place_key FROM property_addresses WHERE property_id = $1 LIMIT 1`, id)
	if err != nil || len(left) > 0 {
		return err
	}
	owners, err := collect(ctx, tx, column[string], `SELECT DISTINCT owner_id FROM property_owners WHERE property_id = $1`, id)
	if err != nil {
		return err
	}
	consents, err := collect(ctx, tx, column[string], `SELECT consent_id FROM consent_properties p WHERE property_id = $1
		AND NOT EXISTS (SELECT 1 FROM consent_properties o WHERE o.consent_id = p.consent_id AND o.property_id <> $1)`, id)
	if err != nil {
		return err
	}
	for _, c := range consents {
		if err := tx.EraseThing(ctx, retention.Consents, c); err != nil {
			return err
		}
	}
	for _, text := range []string{
		`DELETE FROM consent_properties WHERE property_id = $1`,
		`DELETE FROM property_owners WHERE property_id = $1`,
		`DELETE FROM mass_rows WHERE property_id = $1`,
		`DELETE FROM properties WHERE id = $1`,
	} {
		if err := tx.later(ctx, text, id); err != nil {
			return err
		}
	}
	for _, o := range owners {
		if err := tx.eraseOwner(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) eraseOwner(ctx context.Context, id string) error {
	left, err := collect(ctx, tx, column[string], `SELECT property_id FROM property_owners WHERE owner_id = $1 LIMIT 1`, id)
	if err != nil || len(left) > 0 {
		return err
	}
	consents, err := collect(ctx, tx, column[string], `SELECT id FROM consents WHERE owner_id = $1`, id)
	if err != nil {
		return err
	}
	for _, c := range consents {
		if err := tx.EraseThing(ctx, retention.Consents, c); err != nil {
			return err
		}
	}
	return tx.later(ctx, `DELETE FROM owners WHERE id = $1`, id)
}

// ErasedTables names every table that the erasure of a client reaches, for the test that none is forgotten.
func ErasedTables() []string {
	texts := append(clientErasures(), houseErasures()...)
	var named []string
	for _, text := range texts {
		words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ';' || r == '\n' || r == '\t' })
		for i, w := range words[1:] {
			if before := words[i]; before == "FROM" || before == "UPDATE" {
				named = append(named, w)
			}
		}
	}
	return append(named, "clients")
}
