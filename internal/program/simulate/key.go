package simulate

import (
	"context"
	"errors"
	"io"

	"hemnyckel/credential"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/lockcore"
)

// key is a fob or a phone, with what the simulation knows of its life.
type key struct {
	place  int
	number string
	device uint32
	group  *group
	phone  bool
	fob    *locksim.Key

	// What has happened to it, in seconds after the first midnight; never: below 0.
	synced    int64 // last, with the server
	activated int64 // last
	expires   int64 // end of that activation
	grantEnd  int64
	knew      map[*lock][]span // the rights of its group when it was last synced
	by        *station         // that activated it
	byOff     int64            // how wrong that station's clock was

	// What the plan has in store for it.
	lost     int64 // out of its people's hands
	reported int64 // blocked at
	list     *uint64
	office   *uint64 // the list that the office would have sent

	withholds bool // leaves each door before any mail
	drops     bool // loses the logs it carries home
	carries   map[*lock]bool
}

const never = int64(-1)

func (t *town) newKey(ctx context.Context, number string, g *group, phone bool) (*key, error) {
	fob, err := locksim.NewKey()
	if err != nil {
		return nil, err
	}
	k := &key{place: len(t.keys), number: number, group: g, phone: phone, fob: fob, synced: never, activated: never, expires: never,
		grantEnd: never, lost: never, reported: never, list: new(uint64), office: new(uint64), carries: map[*lock]bool{}}
	if k.device, err = t.server.enrol(ctx, number, fob); err != nil {
		return nil, err
	}
	t.keys = append(t.keys, k)
	return k, nil
}

// blockedAt reports whether the key has been reported lost by then.
func (k *key) blockedAt(at int64) bool { return k.reported >= 0 && at >= k.reported }

// open presents the key to a lock. moved says whether the bolt moved.
func (k *key) open(l *lock, at int64) (code credential.Code, moved bool, err error) {
	l.at = at
	if l.deaf {
		delete(l.store.slots, lockcore.SlotBlocks)
		if err := l.begin(); err != nil {
			return 0, false, err
		}
	}
	before := l.bolts
	air := newAir(l)
	var c io.ReadWriter = air
	if k.withholds {
		c = &hasty{air, l, before}
	}
	r, err := k.fob.OpenOver(c)
	air.session.End()
	if err != nil {
		return r.Code, false, err
	}
	if r.Collected > 0 {
		k.carries[l] = true
	}
	return r.Code, l.bolts > before, nil
}

// hasty is the wire of a key that is gone as soon as the bolt has moved: nothing more reaches the lock.
type hasty struct {
	*air
	lock   *lock
	before int
}

var errGone = errors.New("simulate: the key has left")

// Write implements io.Writer.
func (h *hasty) Write(b []byte) (int, error) {
	if h.lock.bolts > h.before {
		return 0, errGone
	}
	return h.air.Write(b)
}
