package storage

import (
	"context"
	"slices"
	"strings"

	"hemnyckel/internal/domain/access"
)

const groundColumns = `id, client_id, service_id, kind, group_id, from_us, until_us, rule`

func scanGround(r row) (access.Ground, error) {
	var g access.Ground
	var from, until int64
	err := r.Scan(&g.ID, &g.ClientID, &g.ServiceID, &g.Kind, &g.GroupID, &from, &until, &g.Rule)
	g.From, g.Until = fromUS(from), fromUS(until)
	return g, err
}

// GroundsOf implements access.Tx.
func (tx *Tx) GroundsOf(ctx context.Context, clientIDs []string) ([]access.Ground, error) {
	return collectIn(ctx, tx, scanGround, `SELECT `+groundColumns+` FROM grounds WHERE client_id IN %s ORDER BY id`, clientIDs)
}

const rightColumns = `r.ground_id, r.lock_id, r.group_id, r.client_id, r.from_us, r.until_us`

func scanRight(r row) (access.Right, error) {
	var v access.Right
	var from, until int64
	err := r.Scan(&v.GroundID, &v.LockID, &v.GroupID, &v.ClientID, &from, &until)
	v.From, v.Until = fromUS(from), fromUS(until)
	return v, err
}

// RightsOf implements access.Tx: by way of the grounds, which saves the largest table an index.
func (tx *Tx) RightsOf(ctx context.Context, clientIDs []string) ([]access.Right, error) {
	return collectIn(ctx, tx, scanRight, `SELECT `+rightColumns+` FROM grounds d JOIN rights r ON r.ground_id = d.id
		WHERE d.client_id IN %s ORDER BY r.ground_id, r.lock_id`, clientIDs)
}

// RightsTo implements access.Tx.
func (tx *Tx) RightsTo(ctx context.Context, lockSerial, groupCode string) ([]access.Right, error) {
	return collect(ctx, tx, scanRight, `SELECT `+rightColumns+` FROM locks l JOIN rights r ON r.lock_id = l.id
		JOIN care_groups g ON g.id = r.group_id WHERE l.serial = $1 AND g.code = $2 ORDER BY r.from_us, r.ground_id`, lockSerial, groupCode)
}

// DoorsOf implements access.Tx: the client's own door and the entrances before it, where locks are mounted. Each query
// follows one index from known keys, so that no planner can choose to read all locks.
func (tx *Tx) DoorsOf(ctx context.Context, clientIDs []string) ([]access.Door, error) {
	homes, err := collectIn(ctx, tx, func(r row) (v [3]string, err error) {
		err = r.Scan(&v[0], &v[1], &v[2])
		return v, err
	}, `SELECT c.id, c.dwelling_id, COALESCE(d.entrance_id, '') FROM clients c
		JOIN dwellings d ON d.id = c.dwelling_id WHERE c.id IN %s`, clientIDs)
	if err != nil {
		return nil, err
	}
	behind := map[string][]string{} // clients by dwelling and by entrance
	var dwellings, entrances []string
	for _, h := range homes {
		dwellings = append(dwellings, h[1])
		behind[h[1]] = append(behind[h[1]], h[0])
		if h[2] != "" {
			entrances = append(entrances, h[2])
			behind[h[2]] = append(behind[h[2]], h[0])
		}
	}
	own, err := tx.LocksOfDwellings(ctx, distinct(dwellings))
	if err != nil {
		return nil, err
	}
	var doors []access.Door
	for _, l := range own {
		for _, client := range behind[l.DwellingID] {
			doors = append(doors, access.Door{ClientID: client, LockID: l.ID})
		}
	}
	shared, err := collectIn(ctx, tx, scanPair, `SELECT entrance_id, id FROM locks WHERE state = 'mounted' AND entrance_id IN %s`, distinct(entrances))
	for _, l := range shared {
		for _, client := range behind[l[0]] {
			doors = append(doors, access.Door{ClientID: client, LockID: l[1]})
		}
	}
	return doors, err
}

// distinct sorts keys and drops those that come twice.
func distinct(keys []string) []string {
	slices.Sort(keys)
	return slices.Compact(keys)
}

// PutGrounds implements access.Tx.
func (tx *Tx) PutGrounds(ctx context.Context, grounds []access.Ground) error {
	columns := strings.Split(groundColumns, ", ")
	return put(ctx, tx, "grounds", columns, 1, grounds, func(g access.Ground) []any {
		return []any{g.ID, g.ClientID, g.ServiceID, string(g.Kind), g.GroupID, us(g.From), us(g.Until), g.Rule}
	})
}

// PutRights implements access.Tx.
func (tx *Tx) PutRights(ctx context.Context, rights []access.Right) error {
	if err := tx.raiseVersions(ctx, rights); err != nil {
		return err
	}
	columns := []string{"ground_id", "lock_id", "group_id", "client_id", "from_us", "until_us"}
	return put(ctx, tx, "rights", columns, 2, rights, func(r access.Right) []any {
		return []any{r.GroundID, r.LockID, r.GroupID, r.ClientID, us(r.From), us(r.Until)}
	})
}

// DeleteRights implements access.Tx.
func (tx *Tx) DeleteRights(ctx context.Context, rights []access.Right) error {
	if err := tx.raiseVersions(ctx, rights); err != nil {
		return err
	}
	for _, r := range rights {
		if err := tx.later(ctx, `DELETE FROM rights WHERE ground_id = $1 AND lock_id = $2`, r.GroundID, r.LockID); err != nil {
			return err
		}
	}
	return nil
}

// DeleteGrounds implements access.Tx.
func (tx *Tx) DeleteGrounds(ctx context.Context, ids []string) error {
	return execIn(ctx, tx, `DELETE FROM grounds WHERE id IN %s`, ids)
}

// GroundChain implements access.Tx. An origin or end "order:ID" is followed to its order in the same query.
func (tx *Tx) GroundChain(ctx context.Context, groundIDs []string) ([]access.Chain, error) {
	return collectIn(ctx, tx, func(r row) (access.Chain, error) {
		var c access.Chain
		var number, kind, orderer, channel, ended *string
		var from, until int64
		var received *int64
		err := r.Scan(&c.Ground.ID, &c.Ground.ClientID, &c.Ground.ServiceID, &c.Ground.Kind, &c.Ground.GroupID, &from, &until,
			&c.Ground.Rule, &c.GroupCode, &c.GroupName, &c.Origin, &c.EndedBy, &number, &kind, &orderer, &channel, &received, &ended)
		c.ClientID, c.Ground.From, c.Ground.Until = c.Ground.ClientID, fromUS(from), fromUS(until)
		if number != nil {
			c.OrderNumber, c.OrderKind, c.OrderedBy, c.Channel, c.OrderedAt = *number, *kind, *orderer, *channel, fromUS(*received)
		}
		if ended != nil {
			c.EndedNumber = *ended
		}
		return c, err
	}, `SELECT d.id, d.client_id, d.service_id, d.kind, d.group_id, d.from_us, d.until_us, d.rule, g.code, g.name,
			s.origin, s.ended_by, o.number, o.kind, o.orderer, o.channel, o.received_us, e.number
		FROM grounds d JOIN services s ON s.id = d.service_id JOIN care_groups g ON g.id = d.group_id
		LEFT JOIN orders o ON s.origin LIKE 'order:_%' AND o.id = substr(s.origin, 7)
		LEFT JOIN orders e ON s.ended_by LIKE 'order:_%' AND e.id = substr(s.ended_by, 7)
		WHERE d.id IN %s ORDER BY d.from_us, d.id`, groundIDs)
}

var _ access.Tx = (*Tx)(nil)

// CountRights is how many rows the materialised rights have.
func (tx *Tx) CountRights(ctx context.Context) (int, error) {
	n, _, err := one(ctx, tx, column[int], `SELECT COUNT(*) FROM rights`)
	return n, err
}
