package storage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
)

// GroupNumber implements fleet.KeyTx.
func (tx *Tx) GroupNumber(ctx context.Context, groupID string) (uint32, error) {
	n, ok, err := one(ctx, tx, column[uint32], `SELECT number FROM care_groups WHERE id = $1`, groupID)
	if err == nil && !ok {
		err = fmt.Errorf("storage: no group %s", groupID)
	}
	return n, err
}

// GroupByCode implements fleet.StationTx.
func (tx *Tx) GroupByCode(ctx context.Context, code string) (string, error) {
	id, _, err := one(ctx, tx, column[string], `SELECT id FROM care_groups WHERE code = $1`, code)
	return id, err
}

// KeysByDevice implements keysync.Tx.
func (tx *Tx) KeysByDevice(ctx context.Context, devices []uint32) (map[uint32]fleet.Key, error) {
	all, err := collectIn(ctx, tx, scanKey, `SELECT `+keyColumns+` FROM keys WHERE device IN %s`, wide(devices))
	out := make(map[uint32]fleet.Key, len(all))
	for _, k := range all {
		out[k.Device] = k
	}
	return out, err
}

// wide makes binds of unsigned numbers, which no driver takes beyond 63 bits.
func wide[T uint32 | uint64](all []T) []int64 {
	out := make([]int64, len(all))
	for i, n := range all {
		out[i] = int64(n)
	}
	return out
}

// BlocksAt implements fleet.KeyTx.
func (tx *Tx) BlocksAt(ctx context.Context, t time.Time) ([]fleet.Block, error) {
	return collect(ctx, tx, func(r row) (fleet.Block, error) {
		var b fleet.Block
		var subject, listed, expires, at int64
		err := r.Scan(&b.Kind, &subject, &listed, &expires, &at, &b.Reason)
		b.Subject, b.Listed, b.Expires, b.At = uint64(subject), uint64(listed), fromUS(expires), fromUS(at)
		return b, err
	}, `SELECT kind, subject, listed, expires_us, at_us, reason FROM blocks WHERE expires_us > $1 ORDER BY expires_us DESC, kind, subject LIMIT $2`,
		us(t), 8*credential.MaxBlockEntries)
}

// PutBlock implements fleet.KeyTx.
func (tx *Tx) PutBlock(ctx context.Context, b fleet.Block) error {
	return tx.later(ctx, `INSERT INTO blocks (kind, subject, listed, expires_us, at_us, reason) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (kind, subject) DO UPDATE SET expires_us = excluded.expires_us,
			listed = CASE WHEN blocks.expires_us > excluded.at_us THEN blocks.listed ELSE excluded.listed END`,
		int64(b.Kind), int64(b.Subject), int64(b.Listed), us(b.Expires), us(b.At), b.Reason)
}

// BlockList implements fleet.KeyTx.
func (tx *Tx) BlockList(ctx context.Context) (uint64, []byte, error) {
	type list struct {
		number int64
		body   []byte
	}
	l, _, err := one(ctx, tx, func(r row) (list, error) {
		var l list
		err := r.Scan(&l.number, &l.body)
		return l, err
	}, `SELECT version, body FROM block_lists WHERE one = 1`)
	return uint64(l.number), l.body, err
}

// SetBlockList implements fleet.KeyTx.
func (tx *Tx) SetBlockList(ctx context.Context, number uint64, body []byte) error {
	changed, err := tx.exec(ctx, `INSERT INTO block_lists (one, version, body) VALUES (1, $1, $2)
		ON CONFLICT (one) DO UPDATE SET version = excluded.version, body = excluded.body WHERE block_lists.version < excluded.version`,
		int64(number), body)
	if err == nil && changed != 1 {
		err = fmt.Errorf("storage: block list %d is not newer than the stored one", number)
	}
	return err
}

// LiveGrants implements fleet.KeyTx.
func (tx *Tx) LiveGrants(ctx context.Context, devices []uint32, t time.Time) (map[uint32][]string, error) {
	out := map[uint32][]string{}
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var device uint32
		var group string
		err := r.Scan(&device, &group)
		out[device] = append(out[device], group)
		return struct{}{}, err
	}, `SELECT DISTINCT k.device, g.group_id FROM keys k JOIN grants g ON g.key_id = k.id AND g.until_us > $1 WHERE k.device IN %s ORDER BY g.group_id`, wide(devices), us(t))
	return out, err
}

// StaffGroupsSince implements fleet.KeyTx.
func (tx *Tx) StaffGroupsSince(ctx context.Context, pseudonyms []uint64, t time.Time) (map[uint64][]string, error) {
	out := map[uint64][]string{}
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var pseudonym int64
		var group string
		err := r.Scan(&pseudonym, &group)
		out[uint64(pseudonym)] = append(out[uint64(pseudonym)], group)
		return struct{}{}, err
	}, `SELECT DISTINCT s.pseudonym, m.group_id FROM staff s JOIN staff_groups m ON m.staff_id = s.id AND m.until_us > $1
		WHERE s.pseudonym IN %s ORDER BY m.group_id`, wide(pseudonyms), us(t))
	return out, err
}

// Generations implements fleet.KeyTx.
func (tx *Tx) Generations(ctx context.Context, groupIDs []string) ([]fleet.Generation, error) {
	scan := func(r row) (fleet.Generation, error) {
		var g fleet.Generation
		err := r.Scan(&g.GroupID, &g.Number, &g.Code, &g.Keys, &g.Current, &g.Minimum, (*zeroTime)(&g.Until))
		return g, err
	}
	const all = `SELECT g.id, g.number, g.code, (SELECT COUNT(*) FROM keys k WHERE k.group_id = g.id AND k.state = 'issued'),
		COALESCE(n.generation, 1), COALESCE(n.minimum, 0), COALESCE(n.until_us, 0) FROM care_groups g LEFT JOIN generations n ON n.group_id = g.id`
	if groupIDs == nil {
		return collect(ctx, tx, scan, all+` ORDER BY g.number`)
	}
	return collectIn(ctx, tx, scan, all+` WHERE g.id IN %s`, groupIDs)
}

// PutGenerations implements fleet.KeyTx.
func (tx *Tx) PutGenerations(ctx context.Context, generations []fleet.Generation) error {
	return put(ctx, tx, "generations", []string{"group_id", "generation", "minimum", "until_us"}, 1, generations, func(g fleet.Generation) []any {
		return []any{g.GroupID, int64(g.Current), int64(g.Minimum), usOrZero(g.Until)}
	})
}

// Announce implements fleet.KeyTx.
func (tx *Tx) Announce(ctx context.Context, class, subject, detail string) error {
	return tx.InsertAnomalies(ctx, []keysync.Anomaly{{ID: uuid.Must(uuid.NewV7()).String(), At: tx.Now(), Class: class, Subject: subject, Detail: detail}})
}

// Announced implements fleet.KeyTx.
func (tx *Tx) Announced(ctx context.Context, class, subject string, t time.Time) (bool, error) {
	found, err := collect(ctx, tx, column[int64], `SELECT at_us FROM anomalies WHERE class = $1 AND subject = $2 AND at_us > $3 LIMIT 1`, class, subject, us(t))
	return len(found) > 0, err
}

// DoorsForKey implements fleet.KeyTx.
func (tx *Tx) DoorsForKey(ctx context.Context, keyID string) ([]fleet.KeyDoor, error) {
	return collect(ctx, tx, func(r row) (fleet.KeyDoor, error) {
		var d fleet.KeyDoor
		var until, list int64
		err := r.Scan(&d.LockID, &d.Serial, &d.Kind, &until, &list, (*zeroTime)(&d.Seen))
		d.Until, d.BlockList = fromUS(until), uint64(list)
		return d, err
	}, `SELECT l.id, l.serial, l.kind, MAX(r.until_us), COALESCE(MAX(h.block_list), 0), COALESCE(MAX(h.seen_us), 0)`+behindKey+`LEFT JOIN lock_heads h ON h.lock_id = l.number
		WHERE k.id = $1 GROUP BY l.id, l.serial, l.kind ORDER BY l.serial`, keyID)
}

// behindKey is the doors that a key k was given, as rights r to locks l.
const behindKey = ` FROM keys k JOIN rights r ON r.group_id = k.group_id AND r.until_us > k.synced_us AND r.from_us < k.synced_until_us
	JOIN locks l ON l.id = r.lock_id AND l.state = 'mounted' `

// HomesBehind implements fleet.ReachTx.
func (tx *Tx) HomesBehind(ctx context.Context, keyID string) (int, error) {
	n, _, err := one(ctx, tx, column[int], `SELECT COUNT(DISTINCT r.client_id)`+behindKey+`WHERE k.id = $1`, keyID)
	return n, err
}

// HolderOf implements fleet.ReachTx.
func (tx *Tx) HolderOf(ctx context.Context, keyID string) (fleet.Holder, error) {
	h, _, err := one(ctx, tx, func(r row) (fleet.Holder, error) {
		var h fleet.Holder
		var given, family string
		err := r.Scan(&h.EmployeeNumber, &given, &family, (*zeroTime)(&h.From), (*zeroTime)(&h.Until))
		h.Name = strings.TrimSpace(given + " " + family)
		return h, err
	}, `SELECT s.employee_number, s.given_name, s.family_name, a.from_us, a.until_us FROM activations a JOIN staff s ON s.id = a.staff_id WHERE a.key_id = $1
		ORDER BY a.until_us DESC, a.serial DESC LIMIT 1`, keyID)
	return h, err
}

const stationColumns = `id, device, name, group_id, certificate, enrolled_us, last_seen_us, street, postal_code, town, out_us, out_reason, blocked_us`

func scanStation(r row) (fleet.Station, error) {
	var s fleet.Station
	var group *string
	var enrolled, seen, out, blocked int64
	err := r.Scan(&s.ID, &s.Device, &s.Name, &group, &s.Certificate, &enrolled, &seen, &s.Street, &s.PostalCode, &s.Town, &out, &s.OutReason, &blocked)
	if group != nil {
		s.GroupID = *group
	}
	s.EnrolledAt, s.LastSeen, s.OutSince, s.BlockedAt = fromZeroUS(enrolled), fromZeroUS(seen), fromZeroUS(out), fromZeroUS(blocked)
	return s, err
}

// StationByName implements fleet.StationTx.
func (tx *Tx) StationByName(ctx context.Context, name string) (fleet.Station, bool, error) {
	return one(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM stations WHERE name = $1`, name)
}

// StationByToken implements fleet.StationTx.
func (tx *Tx) StationByToken(ctx context.Context, hash string) (fleet.Station, bool, error) {
	return one(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM stations WHERE token_hash = $1`, hash)
}

// StationsByDevice implements fleet.StationTx.
func (tx *Tx) StationsByDevice(ctx context.Context, devices []uint32) (map[uint32]fleet.Station, error) {
	all, err := collectIn(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM stations WHERE device IN %s`, wide(devices))
	out := make(map[uint32]fleet.Station, len(all))
	for _, s := range all {
		out[s.Device] = s
	}
	return out, err
}

// Stations implements fleet.StationTx. A municipality has some dozens.
func (tx *Tx) Stations(ctx context.Context) ([]fleet.Station, error) {
	return collect(ctx, tx, scanStation, `SELECT `+stationColumns+` FROM stations ORDER BY name`)
}

// MaxStationDevice implements fleet.StationTx: 0 while there is none.
func (tx *Tx) MaxStationDevice(ctx context.Context) (uint32, error) {
	return tx.highest(ctx, stationNumbers)
}

// PutStation implements fleet.StationTx.
func (tx *Tx) PutStation(ctx context.Context, s fleet.Station, tokenHash string) error {
	columns := []string{"id", "device", "name", "group_id", "certificate", "enrolled_us", "last_seen_us", "street", "postal_code", "town",
		"out_us", "out_reason", "blocked_us", "token_hash"}
	values := []any{s.ID, int64(s.Device), s.Name, orNull(s.GroupID), s.Certificate, usOrZero(s.EnrolledAt), usOrZero(s.LastSeen), s.Street, s.PostalCode,
		s.Town, usOrZero(s.OutSince), s.OutReason, usOrZero(s.BlockedAt), tokenHash}
	if tokenHash == "" {
		return tx.later(ctx, updateText("stations", columns[:len(columns)-1], 1), values[:len(values)-1]...)
	}
	return put(ctx, tx, "stations", columns, 1, []fleet.Station{s}, func(fleet.Station) []any { return values })
}

// KeysDue implements fleet.StationTx.
func (tx *Tx) KeysDue(ctx context.Context, groupID string, t time.Time, limit int) ([]fleet.Key, error) {
	return collect(ctx, tx, scanKey, `SELECT `+keyColumns+` FROM keys WHERE group_id = $1 AND state = 'issued' AND certificate IS NOT NULL
		AND synced_until_us < $2 ORDER BY synced_until_us, number LIMIT $3`, groupID, us(t), limit)
}

var (
	_ fleet.KeyTx     = (*Tx)(nil)
	_ fleet.StationTx = (*Tx)(nil)
)
