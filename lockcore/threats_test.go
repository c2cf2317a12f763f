package lockcore_test

import (
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// other makes a second key of the group, which borrows the world for f.
func (w *world) other(f func()) {
	w.t.Helper()
	key, holder, count, met, grant, rawG, rawA, tree := w.key, w.holder, w.count, w.met, w.grant, w.rawG, w.rawA, w.tree
	w.key, w.holder = holderOf(w.t)
	w.grant.Key = keyID + 1
	w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
	w.forgeActivation(w.station, func(a *credential.Activation) { a.Key = keyID + 1 })
	f()
	w.key, w.holder, w.count, w.met, w.grant, w.rawG, w.rawA, w.tree = key, holder, count, met, grant, rawG, rawA, tree
}

// A key that is lost in the middle of a shift opens until the block has come with somebody else, and where nobody comes until the
// shift is over. What the finder does to the lock's mail changes neither.
func TestKeyLostMidShift(t *testing.T) {
	w := newWorld(t)
	w.now = w.now.Add(3 * time.Hour)
	w.wantCode(credential.OK)
	w.other(func() {
		w.visit(w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID}}}))
		w.wantCode(credential.OK)
	})
	w.wantCode(credential.CodeBlockedKey)
	w.visit(w.blockList(credential.BlockList{Version: credential.Version{Number: 1}})) // an older list does not help the finder
	w.wantCode(credential.CodeBlockedKey)

	alone := newWorld(t) // a door that nobody visits
	alone.now = alone.now.Add(12*time.Hour - time.Second)
	alone.wantCode(credential.OK)
	alone.now = alone.now.Add(time.Second)
	alone.wantCode(credential.CodeActivationExpired)
}

// A stolen station signs what it likes: it ends where its id is blocked, and without that with its certificate.
func TestStolenStation(t *testing.T) {
	w := newWorld(t)
	forge := func() {
		w.forgeActivation(w.station, func(a *credential.Activation) {
			g := must(credential.ParseGrant(w.rawG))(t)
			a.NotBefore = max(credential.At(w.now), g.NotBefore)
			a.Expires = min(a.NotBefore.Add(12*time.Hour), g.Expires)
			a.Staff = 666
		})
	}
	forge()
	w.wantCode(credential.OK) // the bound is not at the first door
	w.now = w.now.Add(4 * 24 * time.Hour)
	w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1}) // even with keys that go on syncing elsewhere
	w.now = w.now.Add(3*24*time.Hour - time.Second)
	forge()
	w.wantCode(credential.OK)
	w.now = w.now.Add(time.Second)
	forge()
	w.wantCode(credential.CodeCertTime)

	blocked := newWorld(t)
	blocked.other(func() {
		other := blocked.otherStation(stationID+1, group)
		blocked.forgeActivation(other, func(a *credential.Activation) { a.Key, a.Station = keyID+1, stationID+1 })
		blocked.visit(blocked.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockStation, ID: stationID}}}))
	})
	blocked.stCert = must(blocked.auth.IssueStation(stationID, group, blocked.station.PublicKey(), blocked.station.ExchangeKey(), blocked.now))(t)
	blocked.wantCode(credential.CodeBlockedStation)
}

// Whoever has a station and the keys in its cabinet, and is identified by nobody, has what the keys' grants say and no more: they end
// within five days and an hour of the keys' last sync, whatever the station signs and whatever its clock says.
func TestStolenStationAndCabinet(t *testing.T) {
	w := newWorld(t)
	g := must(credential.ParseGrant(w.rawG))(t)
	at := func(now credential.Instant) {
		w.now = now.Time()
		w.forgeActivation(w.station, func(a *credential.Activation) { a.NotBefore, a.Expires = g.Expires.Add(-12*time.Hour), g.Expires })
	}
	at(g.Expires - 1)
	w.wantCode(credential.OK)
	at(g.Expires)
	w.wantCode(credential.CodeGrantExpired)
	if life := g.Expires.Sub(g.NotBefore); life > credential.MaxGrantLife {
		t.Errorf("a grant lives %v", life)
	}
	w.now = g.Expires.Time()
	w.forgeActivation(w.station, func(a *credential.Activation) { a.NotBefore, a.Expires = g.Expires, g.Expires.Add(time.Hour) })
	w.wantCode(credential.CodeOutsideGrant)
}

// A station whose clock is wrong gives activations that begin too late or end too early, never ones that reach outside the grant, and
// moves a lock's idea of the time by ten minutes at most.
func TestWrongStationClock(t *testing.T) {
	for name, c := range map[string]struct {
		wrong time.Duration
		want  credential.Code
	}{
		"ahead within the tolerance": {time.Hour, credential.OK},
		"ahead":                      {time.Hour + time.Second, credential.CodeActivationEarly},
		"ten years ahead":            {10 * 365 * 24 * time.Hour, credential.CodeOutsideGrant},
		"behind":                     {-10 * time.Minute, credential.OK},
		"behind the grant":           {-2 * time.Hour, credential.CodeOutsideGrant},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.forgeActivation(w.station, func(a *credential.Activation) {
				a.NotBefore, a.Expires = a.NotBefore.Add(c.wrong), a.NotBefore.Add(c.wrong+time.Hour)
			})
			w.wantCode(c.want)
			w.clockOK = false // what is left is the floor
			w.activate()
			o := w.visit(lockcore.Down{})
			if late := o.verdict.Time.Sub(credential.At(w.now)); late > lockcore.MaxRaiseVisit {
				t.Errorf("the floor is %v after the time", late)
			}
		})
	}
}

// A battery swap loses the clock and nothing else: records, block list, floor, counters and the count of openings are there, the start
// is in the log, and what had expired stays so.
func TestBatterySwap(t *testing.T) {
	w := newWorld(t)
	w.wantCode(credential.OK)
	w.visit(w.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID + 1}}}))
	before := w.visit(lockcore.Down{})
	w.clockOK = false
	w.start()
	after := w.visit(lockcore.Down{})
	if after.verdict.Code != credential.OK || after.verdict.Blocks != before.verdict.Blocks || after.opened.Seq <= before.opened.Seq+1 {
		t.Errorf("got %+v after the swap, %+v before", after.verdict, before.verdict)
	}
	b := w.batch(after.up.Batches[0])
	last, boot := b.Records[len(b.Records)-1], b.Records[len(b.Records)-2]
	if boot.Event != credential.EventBoot || last.Boot != boot.Boot || last.Flags&credential.FlagTimeUnverified == 0 || last.Quality != credential.TimeLost {
		t.Errorf("got %+v, %+v, want a start and an opening with the time unverified", boot, last)
	}
	w.now = w.now.Add(13 * time.Hour)
	w.visit(w.blockList(credential.BlockList{})) // a server's time
	w.start()
	w.wantCode(credential.CodeActivationExpired)
}
