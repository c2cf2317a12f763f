package keysync

import (
	"context"
	"crypto/sha256"
	"strconv"
	"time"

	"hemnyckel/internal/domain/fleet"
)

// Mail of one key that we store: a bucket of 8 MiB that drains in a day. An honest key brings one mail from each shift, of at most
// [credential.MaxMail], however long it has been away; a hostile one would fill the disk.
const (
	quota       = 8 << 20
	quotaTime   = 24 * time.Hour
	leastLetter = 16 << 10 // what a mail counts as at least: it is also a row, and work
)

// charge adds a mail to what counts against a key's quota until some instant, or tells that it does not fit.
func charge(until, now time.Time, bytes int) (time.Time, bool) {
	if until.Before(now) {
		until = now
	}
	if full := now.Add(quotaTime); until.After(full) { // a clock that has been set back
		until = full
	}
	next := until.Add(time.Duration(max(bytes, leastLetter)) * (quotaTime / quota))
	if next.After(now.Add(quotaTime)) {
		return until, false
	}
	return next, true
}

// receive puts an arrival's mail into the inbox unless it is there, and returns how many bytes. What is beyond the quota the key
// keeps: nothing in it is safe until the answer says so.
func (t *sitting) receive(ctx context.Context, a *arrival, key *fleet.Key, station fleet.Station, repeated bool) (carried int, err error) {
	if !a.empty && !repeated {
		var fits bool
		key.MailUntil, fits = charge(key.MailUntil, t.tx.Now(), len(a.visit.Mail))
		if a.kept = !fits; fits {
			carried = len(a.visit.Mail)
			t.letters = append(t.letters, Letter{Received: t.tx.Now(), KeyID: key.ID, StationID: station.ID, Mail: a.visit.Mail})
		} else if err := t.overQuota(ctx, *key); err != nil {
			return 0, err
		}
	}
	if !a.kept {
		a.safe = a.mailHash
	}
	a.remembered = a.digest(a.kept)
	return carried, nil
}

// overQuota tells whoever looks after keys, once a day for each key.
func (t *sitting) overQuota(ctx context.Context, key fleet.Key) error {
	told, err := t.tx.Announced(ctx, ClassQuota, key.ID, t.tx.Now().Add(-quotaTime))
	if err != nil || told {
		return err
	}
	return tell(ctx, t.tx, nil, []anomaly{{class: ClassQuota, subjects: []string{key.ID},
		detail: "more than " + strconv.Itoa(quota>>20) + " MiB in a day: the rest stays with the key"}})
}

// digest is what is remembered of a request: another one where its mail was left with the key, so that a repetition is answered alike.
func (a *arrival) digest(kept bool) [32]byte {
	d := sha256.Sum256(a.visit.Request)
	if kept {
		d = sha256.Sum256(d[:])
	}
	return d
}
