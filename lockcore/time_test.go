package lockcore_test

import (
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// counting gives the lock a counter of seconds that runs with the world's time; a restart begins it anew.
func counting(w *world) {
	begun := w.now
	w.started = func() { begun = w.now }
	w.uptime = func() time.Duration { return w.now.Sub(begun) }
}

// nonce is what a visit gets the lock to want the time for, zero for nothing.
func (w *world) nonce() [8]byte {
	w.t.Helper()
	return w.visit(lockcore.Down{}).verdict.Nonce
}

// told is mail with a time token.
func (w *world) told(nonce [8]byte) lockcore.Down {
	w.t.Helper()
	return lockcore.Down{Authority: w.auth.Certificate(credential.RoleConfig), Time: must(w.auth.IssueTime(nonce, w.now))(w.t)}
}

// shift syncs and activates the key at the present time.
func (w *world) shift() {
	w.t.Helper()
	w.sync(credential.Leaf{Lock: lockNo, Rights: credential.RightOpen, Epoch: 1})
	w.stCert = must(w.auth.IssueStation(stationID, group, w.station.PublicKey(), w.station.ExchangeKey(), w.now))(w.t)
	w.activate()
}

// believes is what the lock says the time is, less the time.
func (w *world) believes() time.Duration {
	w.t.Helper()
	return w.visit(lockcore.Down{}).verdict.Time.Sub(credential.At(w.now))
}

func TestLostClockIsRepairedByANonce(t *testing.T) {
	w := newWorld(t, counting)
	w.wantCode(credential.OK)
	w.now = w.now.Add(3 * 24 * time.Hour)
	w.clockOK = false
	w.start() // new batteries
	w.shift()
	for range lockcore.MaxUnverified {
		w.wantCode(credential.OK)
	}
	w.wantCode(credential.CodeClockLost)
	nonce := w.nonce() // a refused visitor may take it home too
	if nonce == [8]byte{} {
		t.Fatal("a lock without a clock wants no time")
	}
	if again := w.nonce(); again != nonce {
		t.Error("another nonce within the hour")
	}
	w.now = w.now.Add(5 * time.Hour)
	token := w.told(nonce)
	w.now = w.now.Add(3 * time.Hour)
	w.visit(token) // by a key that the lock still refuses
	w.wantCode(credential.OK)
	records := w.records()
	last := records[len(records)-1]
	if last.Quality != credential.TimeVerified || last.Flags&credential.FlagTimeUnverified != 0 {
		t.Errorf("got %+v, want a verified time", last)
	}
	if off := w.believes(); off > 0 || off < -8*time.Hour-time.Minute {
		t.Errorf("the lock is off by %v, want at most the 8 h that the nonce was under way, and not early", off)
	}
	w.now = w.now.Add(24 * time.Hour)
	w.wantCode(credential.CodeActivationExpired) // it goes on by itself
}

// Early and late are judged by the bounds: what may have begun has, what has surely ended has.
func TestVerifiedTimeIsAnInterval(t *testing.T) {
	w := newWorld(t, counting)
	w.clockOK = false
	w.start()
	nonce := w.nonce()
	token := w.told(nonce)
	w.now = w.now.Add(10 * time.Hour)
	w.visit(token) // it is between 10 h ago and now
	w.now = w.now.Add(time.Hour)
	w.shift() // begins at the latest that the lock can imagine, 10 h after the earliest
	w.wantCode(credential.OK)
	w.now = w.now.Add(23 * time.Hour) // the shift ended 11 h ago, for the lock 1 h ago at the earliest
	w.wantCode(credential.CodeActivationExpired)
}

func TestClockPushedForwardAndBack(t *testing.T) {
	for name, push := range map[string]time.Duration{"forward": 4 * 24 * time.Hour, "back": -4 * 24 * time.Hour} {
		w := newWorld(t, counting)
		w.now = w.now.Add(5 * 24 * time.Hour)
		w.shift()
		nonce := w.nonce()
		w.now = w.now.Add(30 * time.Minute)
		w.visit(w.told(nonce))
		w.wrong = push
		w.wantCode(credential.OK) // the bounds hold
		if off := w.believes(); off < -time.Hour || off > time.Hour {
			t.Errorf("%s: the lock believes that it is %v off, want within the bounds", name, off)
		}
		// Without bounds the clock is all there is, but for the floor, and its steps are in the log.
		w = newWorld(t, counting)
		w.now = w.now.Add(5 * 24 * time.Hour)
		w.shift()
		w.visit(w.told([8]byte{}))
		w.wrong = push
		want, flags := credential.CodeActivationExpired, credential.Flags(0)
		if push < 0 {
			want, flags = credential.OK, credential.FlagStepBack // the floor holds
		}
		if o := w.visit(lockcore.Down{}); o.verdict.Code != want {
			t.Errorf("%s: got %v, want %v", name, o.verdict.Code, want)
		}
		found := false
		for _, r := range w.records() {
			found = found || r.Event == credential.EventTimeStep && r.Flags == flags && r.Info > 120
		}
		if push > 0 && !found {
			t.Errorf("%s: the step is not in the log", name)
		}
		// A token for the lock's nonce takes the clock back, and the same key opens.
		nonce = w.nonce()
		w.visit(w.told(nonce))
		w.wantCode(credential.OK)
		if off := w.believes(); off < -time.Minute || off > time.Minute {
			t.Errorf("%s: still %v off after the repair", name, off)
		}
	}
}

// What has expired before the floor is refused in every state of the clock, also when a block entry for it has been dropped.
func TestExpiredBeforeTheFloorInEveryState(t *testing.T) {
	for name, state := range map[string]func(*world){
		"running, slow": func(w *world) { w.wrong = -20 * 24 * time.Hour },
		"lost":          func(w *world) { w.clockOK = false },
		"lost, strict": func(w *world) {
			w.clockOK = false
			w.visit(w.configured(credential.LockConfig{Version: 2, StrictClock: true}))
		},
	} {
		w := newWorld(t, counting)
		w.visit(w.blockList(credential.BlockList{
			Version: credential.Version{Number: 1}, Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID, Expiry: 1 << 20}},
		}))
		state(w)
		w.start()
		if o := w.visit(lockcore.Down{}); o.bolts != 0 {
			t.Errorf("%s: a blocked key opens", name)
		}
		today := w.now
		w.now = w.now.Add(8 * 24 * time.Hour)
		news := w.blockList(credential.BlockList{Version: credential.Version{Number: 2}}) // the entry has been dropped
		w.now = today
		w.visit(news)
		w.wantCode(credential.CodeGrantExpired)
		w.start()
		w.wantCode(credential.CodeGrantExpired)
	}
}

// configured is mail with a configuration for the lock.
func (w *world) configured(c credential.LockConfig) lockcore.Down {
	w.t.Helper()
	c.Lock, c.Epoch = lockNo, max(c.Epoch, 1)
	return lockcore.Down{Authority: w.auth.Certificate(credential.RoleConfig), Config: must(w.auth.IssueConfig(c, w.now))(w.t)}
}

func TestStrictLockWantsAClock(t *testing.T) {
	w := newWorld(t, counting)
	w.visit(w.configured(credential.LockConfig{Version: 2, StrictClock: true}))
	w.clockOK = false
	w.start()
	w.wantCode(credential.CodeClockLost)
	nonce := w.nonce()
	w.now = w.now.Add(time.Minute)
	if first, second := w.visitTwice(w.told(nonce)); first.Code != credential.CodeClockLost || second.Code != credential.OK {
		t.Errorf("got %v and then %v, want the token to repair it", first.Code, second.Code)
	}
}

// Two keys of one morning: the first one's signed time lifts the floor above when the second was activated.
func TestLostClockReachesTheClient(t *testing.T) {
	w := newWorld(t, counting)
	w.clockOK = false
	w.start()
	w.now = w.now.Add(20 * time.Minute)
	w.visit(w.told([8]byte{}))
	w.wantCode(credential.OK) // activated before the floor, and not ended
}

// A door that many use loses its clock: it goes on as long as visitors bring news, and a stolen key has none.
func TestLostClockCountsFromTheLastNews(t *testing.T) {
	w := newWorld(t, counting)
	w.clockOK = false
	w.start()
	stolen := w.told([8]byte{})
	w.now = w.now.Add(time.Minute)
	for range 3 {
		for range lockcore.MaxUnverified {
			w.wantCode(credential.OK)
		}
		w.wantCode(credential.CodeClockLost)
		w.now = w.now.Add(time.Minute)
		w.visit(w.told([8]byte{}))
	}
	for range lockcore.MaxUnverified {
		if o := w.visit(stolen); o.bolts != 1 {
			t.Fatalf("got %v, want an opening", o.verdict.Code)
		}
	}
	w.visit(stolen)
	w.wantCode(credential.CodeClockLost)
}

func TestTokensThatProveNothing(t *testing.T) {
	w := newWorld(t, counting)
	w.clockOK = false
	w.start()
	nonce := w.nonce()
	w.start() // the counter begins anew: nobody knows how old the nonce is
	w.visit(w.told(nonce))
	other := newWorld(t)
	stolen := lockcore.Down{Authority: other.auth.Certificate(credential.RoleConfig), Time: must(other.auth.IssueTime(w.nonce(), w.now))(t)}
	w.visit(stolen)
	last := w.records()
	if got := last[len(last)-1]; got.Quality != credential.TimeLost {
		t.Errorf("got %+v, want a lost clock", got)
	}
}

// A nonce is kept for two days of busy visits, and for a bounded number of hours.
func TestNoncesAreBounded(t *testing.T) {
	w := newWorld(t, counting)
	w.clockOK = false
	w.start()
	first := w.nonce()
	for range 60 {
		w.now = w.now.Add(time.Hour)
		w.nonce()
	}
	w.visit(w.told(first))
	if all := w.records(); all[len(all)-1].Quality != credential.TimeLost {
		t.Error("a nonce of 60 hours ago still counts")
	}
	recent := w.nonce()
	w.now = w.now.Add(40 * time.Hour)
	w.visit(w.told(recent))
	w.shift()
	if o := w.visit(lockcore.Down{}); o.verdict.Code != credential.OK {
		t.Errorf("got %v, want the clock repaired", o.verdict.Code)
	}
}

// Times that stations and issuers sign lift the floor by little, and not at all while the clock is lost.
func TestUnreliableTimesLiftTheFloorLittle(t *testing.T) {
	w := newWorld(t)
	floor := func() credential.Instant { return w.lock.Floor() }
	begin := floor()
	w.wrong = -2 * 24 * time.Hour
	w.now = w.now.Add(30 * time.Minute)
	w.shift()
	for range 3 {
		w.visit(lockcore.Down{})
	}
	if got := floor().Sub(begin); got <= 0 || got > lockcore.MaxRaiseDay {
		t.Errorf("the floor rose by %v, want something, at most %v", got, lockcore.MaxRaiseDay)
	}
	w.clockOK = false
	before := floor()
	w.visit(lockcore.Down{})
	if floor() != before {
		t.Error("a lost clock lets a grant lift the floor")
	}
}

// A floor that was stored although the lock was told otherwise begins where it is found: what has passed since an earlier one does not count.
func TestFloorOfAFailedWriteIsNotAhead(t *testing.T) {
	w := newWorld(t, counting)
	w.now = w.now.Add(10 * 24 * time.Hour)
	w.shift()
	w.clockOK = false
	w.store.after = 2 // the opening, then the time
	_ = w.try(w.told([8]byte{}))
	w.wantCode(credential.OK)
	if off := w.believes(); off < -time.Minute || off > time.Minute {
		t.Errorf("the lock is %v off", off)
	}
}
