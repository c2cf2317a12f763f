package storage

import (
	"context"

	"hemnyckel/internal/domain/casework"
)

// served is the condition that an organisation serves client c now or later: $1 its number, $2 the kind, $3 now.
const served = `EXISTS (SELECT 1 FROM services s JOIN care_groups g ON g.id = s.group_id JOIN providers p ON p.id = g.provider_id
	WHERE s.client_id = c.id AND p.org_number = $1 AND s.kind = $2 AND s.until_us > $3 AND s.from_us < s.until_us)`

// PageNamesOf implements casework.RelationTx: as PageNames, with one more condition.
func (tx *Tx) PageNamesOf(ctx context.Context, s casework.Serving, first, second string, limit int) ([]string, error) {
	const names = `SELECT c.id, c.family_name, c.given_name FROM clients c WHERE c.protected = 0 AND ` + served + ` AND `
	text := `SELECT id FROM (
		SELECT * FROM (` + names + `c.family_name >= $4 AND c.family_name < $5 AND c.given_name >= $6 AND c.given_name < $7
			ORDER BY c.family_name, c.given_name, c.id LIMIT $8) AS family
		UNION
		SELECT * FROM (` + names + `c.given_name >= $4 AND c.given_name < $5 AND c.family_name >= $6 AND c.family_name < $7
			ORDER BY c.given_name, c.family_name, c.id LIMIT $8) AS given) AS found
		ORDER BY family_name, given_name, id LIMIT $8`
	return collect(ctx, tx, column[string], text, s.Organisation, string(s.Kind), us(s.At), first, after(first), second, after(second), limit)
}

// ServedAmong implements casework.RelationTx.
func (tx *Tx) ServedAmong(ctx context.Context, s casework.Serving, clientIDs []string) (map[string]bool, error) {
	found, err := collectIn(ctx, tx, column[string], `SELECT c.id FROM clients c WHERE `+served+` AND c.id IN %s`, clientIDs, any(s.Organisation), string(s.Kind), us(s.At))
	return setOf(found), err
}
