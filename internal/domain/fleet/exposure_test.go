package fleet

import (
	"testing"
	"time"

	"hemnyckel/credential"
)

func TestExposure(t *testing.T) {
	now := time.Date(2026, 3, 27, 8, 0, 0, 0, time.UTC)
	key := Key{Device: 901, State: KeyBlocked, SyncedUntil: now.Add(48 * time.Hour)}
	listed := []Block{{Kind: credential.BlockKey, Subject: 901, Listed: 100}, {Kind: credential.BlockKey, Subject: 902, Listed: 500}}
	forever := now.Add(9999 * time.Hour)
	for name, c := range map[string]struct {
		key    Key
		blocks []Block
		door   KeyDoor
		want   time.Time // zero: not exposed
	}{
		"the lock has not heard":             {key, listed, KeyDoor{Until: forever, BlockList: 99}, key.SyncedUntil},
		"the lock has heard":                 {key, listed, KeyDoor{Until: forever, BlockList: 100}, time.Time{}},
		"the right was ended after the sync": {key, listed, KeyDoor{Until: now}, key.SyncedUntil},
		"the grant has ended":                {Key{Device: 901, SyncedUntil: now}, listed, KeyDoor{Until: forever}, time.Time{}},
		"never synced":                       {Key{Device: 901}, listed, KeyDoor{Until: forever}, time.Time{}},
		"in no list: nobody can have heard":  {key, listed[1:], KeyDoor{Until: forever, BlockList: 999}, key.SyncedUntil},
	} {
		got := exposure(c.key, c.blocks, []KeyDoor{c.door}, now)
		switch {
		case c.want.IsZero() && len(got.Doors) != 0:
			t.Errorf("%s: got %+v, want no door", name, got.Doors)
		case !c.want.IsZero() && (len(got.Doors) != 1 || !got.Doors[0].Until.Equal(c.want)):
			t.Errorf("%s: got %+v, want until %v", name, got.Doors, c.want)
		}
	}
}
