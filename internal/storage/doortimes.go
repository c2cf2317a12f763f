package storage

import (
	"context"
	"time"

	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// Whose door a lock is on follows from two tables that are written apart: where a client lives, and where a lock sits. When the two have met
// is written down whenever either changes, whoever changes it, so that the log of a door is not shown to those who lived there before
// or after.

// pair is a client and the lock on their door.
type pair struct {
	client, lock string
	from         time.Time // since when; of those who have met now, when somebody else last had the lock
	until        time.Time // of those who have parted: when somebody else came, if that is known
	mounted      time.Time // since when the lock is said to sit where it sits now; zero: nowhere, or nobody says
}

func scanDoorPair(r row) (pair, error) {
	var p pair
	err := r.Scan(&p.client, &p.lock, (*zeroTime)(&p.from), (*zeroTime)(&p.until), (*zeroTime)(&p.mounted))
	return p, err
}

// nextAtDoor is from when a lock on the door of somebody who has died or moved (c, t) was another's, who lives.
const nextAtDoor = `(SELECT MIN(CASE WHEN o.from_us > c.ended_us THEN o.from_us ELSE c.ended_us END) FROM door_times o JOIN clients oc ON oc.id = o.client_id
	WHERE o.lock_id = t.lock_id AND o.client_id <> t.client_id AND o.until_us > c.ended_us AND oc.ended_us > c.ended_us)`

// partedAt and metAt find the pairs that are written down and are none, and the other way round; $1 is no end. What they begin with
// is said by CROSS JOIN, which SQLite follows: it would else go through every lock.
const (
	partedAt = `SELECT t.client_id, t.lock_id, t.from_us, COALESCE(` + nextAtDoor + `, t.until_us), CASE l.state WHEN 'mounted' THEN l.mounted_us ELSE 0 END
		FROM door_times t CROSS JOIN clients c CROSS JOIN locks l
		WHERE c.id = t.client_id AND l.id = t.lock_id AND t.until_us = $1 AND (l.dwelling_id IS NULL OR l.dwelling_id <> c.dwelling_id) AND `
	met = `SELECT c.id, l.id, COALESCE((SELECT MAX(o.until_us) FROM door_times o WHERE o.lock_id = l.id AND o.until_us < $1), 0), 0, l.mounted_us FROM `
	at  = ` WHERE c.dwelling_id = l.dwelling_id AND l.state = 'mounted' AND l.kind <> 'entrance'
		AND NOT EXISTS (SELECT 1 FROM door_times t WHERE t.client_id = c.id AND t.lock_id = l.id AND t.until_us = $1) AND `

	partedAtLocks, metAtLocks     = partedAt + `t.lock_id IN %s`, met + `locks l CROSS JOIN clients c` + at + `l.id IN %s`
	partedAtClients, metAtClients = partedAt + `t.client_id IN %s`, met + `clients c CROSS JOIN locks l` + at + `c.id IN %s`
)

// doorsOfLocks follows locks that have come or gone. The day since when they are said to sit there counts, where it can be true.
func (tx *Tx) doorsOfLocks(ctx context.Context, locks []fleet.Lock) error {
	ids := make([]string, len(locks))
	for i, l := range locks {
		ids[i] = l.ID
	}
	return tx.settleDoors(ctx, partedAtLocks, metAtLocks, ids, true)
}

// doorsOfClients follows clients who have come or gone. Nobody says when they did: now we know of it.
func (tx *Tx) doorsOfClients(ctx context.Context, ids []string) error {
	return tx.settleDoors(ctx, partedAtClients, metAtClients, ids, false)
}

func (tx *Tx) settleDoors(ctx context.Context, parted, met string, ids []string, dated bool) error {
	forever := us(routine.Forever)
	if err := tx.Foresee(ctx, func() {
		collectIn(ctx, tx, scanDoorPair, parted, ids, forever)
		collectIn(ctx, tx, scanDoorPair, met, ids, forever)
	}); err != nil {
		return err
	}
	over, err := collectIn(ctx, tx, scanDoorPair, parted, ids, forever)
	if err != nil {
		return err
	}
	for _, p := range over {
		if !dated {
			p.mounted = time.Time{}
		}
		if err := tx.part(ctx, p); err != nil {
			return err
		}
	}
	begun, err := collectIn(ctx, tx, scanDoorPair, met, ids, forever)
	if err != nil {
		return err
	}
	rows := make([][]any, len(begun))
	for i, p := range begun {
		from := tx.now
		if said := latest(p.mounted, p.from); dated && !p.mounted.IsZero() && said.Before(from) {
			from = said
		}
		rows[i] = []any{p.client, p.lock, us(from), forever}
	}
	return tx.insert(ctx, "door_times", []string{"client_id", "lock_id", "from_us", "until_us"}, rows, "")
}

// part ends a pair: when the next one came, when the lock is said to sit elsewhere since, or now.
func (tx *Tx) part(ctx context.Context, p pair) error {
	until := tx.now
	for _, t := range []time.Time{p.until, p.mounted} {
		if t.After(p.from) && t.Before(until) {
			until = t
		}
	}
	const row = ` WHERE client_id = $1 AND lock_id = $2 AND from_us = $3`
	if !until.After(p.from) {
		return tx.later(ctx, `DELETE FROM door_times`+row, p.client, p.lock, us(p.from))
	}
	return tx.later(ctx, `UPDATE door_times SET until_us = $4`+row, p.client, p.lock, us(p.from), us(until))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// DoorTimes implements disclosure.Tx.
func (tx *Tx) DoorTimes(ctx context.Context, clientID string) ([]disclosure.DoorTime, error) {
	return collect(ctx, tx, func(r row) (disclosure.DoorTime, error) {
		var d disclosure.DoorTime
		var next time.Time
		err := r.Scan(&d.LockID, (*zeroTime)(&d.From), (*zeroTime)(&d.Until), (*zeroTime)(&next))
		if next.Before(d.Until) {
			d.Until = latest(next, d.From)
		}
		return d, err
	}, `SELECT t.lock_id, t.from_us, t.until_us, COALESCE(`+nextAtDoor+`, t.until_us) FROM door_times t JOIN clients c ON c.id = t.client_id
		WHERE t.client_id = $1 ORDER BY t.from_us DESC, t.lock_id`, clientID)
}

// PageDoorSince implements casework.LockTx.
func (tx *Tx) PageDoorSince(ctx context.Context, lockID string) (map[string]time.Time, error) {
	all, err := collect(ctx, tx, scanDoorPair, `SELECT client_id, lock_id, from_us, until_us, 0 FROM door_times WHERE lock_id = $1 AND until_us = $2`, lockID, us(routine.Forever))
	since := make(map[string]time.Time, len(all))
	for _, p := range all {
		since[p.client] = p.from
	}
	return since, err
}
