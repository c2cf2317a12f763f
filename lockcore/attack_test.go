package lockcore_test

import (
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// recorder keeps what the visitor's side wrote.
type recorder struct {
	net.Conn
	sent [][]byte
}

func (r *recorder) Write(b []byte) (int, error) {
	r.sent = append(r.sent, append([]byte(nil), b...))
	return r.Conn.Write(b)
}

func TestReplayedSessionOpensNothing(t *testing.T) {
	w := newWorld(t)
	var tape [][]byte
	if err := w.pipe(func(c net.Conn) error {
		r := &recorder{Conn: c}
		v, err := lockcore.Meet(r, w.trust())
		if err != nil {
			return err
		}
		if _, err := v.Present(w.pass()); err != nil {
			return err
		}
		_, err = v.Open()
		tape = r.sent
		return err
	}); err != nil || w.bolts != 1 {
		t.Fatalf("got %v and %d bolts, want an opening to record", err, w.bolts)
	}
	a, b := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- w.lock.Serve(b); b.Close() }()
	go func() {
		for _, frame := range tape {
			if _, err := a.Write(frame); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 4096)
	for {
		if _, err := a.Read(buf); err != nil {
			break
		}
	}
	if err := <-served; credential.CodeOf(err) != credential.CodeProtocol || w.bolts != 1 {
		t.Errorf("got %v and %d bolts, want a broken conversation and 1", err, w.bolts)
	}
}

func TestOpenIsSingleUse(t *testing.T) {
	w := newWorld(t)
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		if _, err := v.Present(w.pass()); err != nil {
			return err
		}
		for i, want := range []credential.Code{credential.OK, credential.CodeOpenUsed} {
			o, err := v.Open()
			if err != nil || o.Code != want {
				t.Errorf("OPEN %d: got %v, %v, want %v", i+1, o.Code, err, want)
			}
		}
		return nil
	})
	if err != nil || w.bolts != 1 {
		t.Errorf("got %v and %d bolts, want 1", err, w.bolts)
	}
}

func TestOpenBeforePresentIsRefused(t *testing.T) {
	w := newWorld(t)
	_ = w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			t.Error(err)
			return err
		}
		if _, err := v.Open(); err == nil {
			t.Error("a lock answered OPEN before anything was presented")
		}
		return nil
	})
	if w.bolts != 0 {
		t.Error("the bolt moved")
	}
}

// A rogue lock harvests nothing: the key hangs up before it shows its grant.
func TestRogueLockIsShownNothing(t *testing.T) {
	w := newWorld(t)
	rogue := newWorld(t) // a lock of another municipality, with the same number
	trust, pass := w.trust(), w.pass()
	err := rogue.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, trust)
		if err == nil {
			_, err = v.Present(pass)
		}
		return err
	})
	if got := credential.CodeOf(err); got != credential.CodeLockIdentity {
		t.Errorf("got %v, want %v", got, credential.CodeLockIdentity)
	}
	// And one that shows a genuine certificate without its key.
	thief := must(credential.NewIdentity())(t)
	greeting := must(credential.Encode(lockcore.Greeting{
		Certificate: must(w.auth.IssueLock(lockNo, w.lock.Key(), credential.ExchangeKey{1}, w.now))(t),
	}))(t)
	a, b := net.Pipe()
	go func() { _, _ = lockcore.Respond(b, lockcore.ToLock, thief.Exchange, greeting, 4096) }()
	if _, err := lockcore.Meet(a, trust); credential.CodeOf(err) != credential.CodeLockIdentity {
		t.Errorf("got %v, want %v", err, credential.CodeLockIdentity)
	}
}

func TestPowerCutAtEveryWrite(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		for n := 1; n <= 4; n++ {
			w := newWorld(t)
			w.wantCode(credential.OK)
			if when == "before" {
				w.store.before = n
			} else {
				w.store.after = n
			}
			mail := w.blockList(credential.BlockList{})
			mail.Authority = w.auth.Certificate(credential.RoleConfig)
			mail.Config = must(w.auth.IssueConfig(credential.LockConfig{Lock: lockNo, Version: 2, Epoch: 1}, w.now))(t)
			o := w.visit(mail)
			if o.bolts == 1 && o.opened.Code != credential.OK {
				t.Errorf("%s write %d: the bolt moved and the key was told %v", when, n, o.opened.Code)
			}
			if n == 1 && (o.bolts != 0 || o.opened.Code != credential.CodeStorage) {
				t.Errorf("%s write %d: got %d bolts and %v, want none and %v", when, n, o.bolts, o.opened.Code, credential.CodeStorage)
			}
			bolts := w.bolts
			w.store.before, w.store.after = 0, 0
			w.start() // the power is back
			w.wantCode(credential.OK)
			if got := w.openings(); got < bolts+1 {
				t.Errorf("%s write %d: %d openings in the log, the bolt has moved %d times", when, n, got, bolts+1)
			}
		}
	}
}

// openings counts the openings in the log that the lock would send home, and checks its chain.
func (w *world) openings() (n int) {
	w.t.Helper()
	head := credential.ChainStart(w.lock.Key())
	o := w.visit(lockcore.Down{})
	for _, sealed := range o.up.Batches {
		b := w.batch(sealed)
		if b.Prev != head {
			w.t.Fatalf("batch from %d does not continue the chain", b.First())
		}
		head = must(b.Head())(w.t)
		for _, r := range b.Records {
			if r.Event == credential.EventOpened {
				n++
			}
		}
	}
	return n - 1 // not this visit's own
}

func (w *world) batch(sealed []byte) credential.LogBatch {
	w.t.Helper()
	signed, _, err := w.auth.OpenBatch(sealed)
	if err != nil {
		w.t.Fatal(err)
	}
	return must(credential.Verifier{}.Batch(signed, w.lock.Key()))(w.t)
}

func TestAcknowledgement(t *testing.T) {
	w := newWorld(t)
	b := w.batch(w.visit(lockcore.Down{}).up.Batches[0])
	good := credential.Ack{Lock: b.Identity, Epoch: b.Epoch, Seq: b.Through(), Head: must(b.Head())(t)}
	send := func(a credential.Ack) uint32 {
		return w.batch(w.visit(lockcore.Down{
			Authority: w.auth.Certificate(credential.RoleConfig), Acks: must(w.auth.IssueAcks([]credential.Ack{{Lock: credential.KeyHash{1}}, a}))(t),
		}).up.Batches[0]).First()
	}
	for name, change := range map[string]func(*credential.Ack){
		"other head":     func(a *credential.Ack) { a.Head[0] ^= 1 },
		"other identity": func(a *credential.Ack) { a.Lock[0] ^= 1 },
		"other epoch":    func(a *credential.Ack) { a.Epoch++ },
		"future":         func(a *credential.Ack) { a.Seq += 1000 },
	} {
		a := good
		change(&a)
		if got := send(a); got != 1 {
			t.Errorf("%s: the lock sends from record %d, want 1: the acknowledgement must mean nothing", name, got)
		}
	}
	if got := send(good); got != good.Seq+1 {
		t.Errorf("the lock sends from record %d, want %d", got, good.Seq+1)
	}
}

func TestFullRingOpensAndSaysWhatIsLost(t *testing.T) {
	w := newWorld(t)
	for range w.ring + 10 {
		w.wantCode(credential.OK)
	}
	w.start() // the ring survives a restart
	o := w.visit(lockcore.Down{})
	var lost uint32
	first := w.batch(o.up.Batches[0]).First()
	for _, sealed := range o.up.Batches {
		for _, r := range w.batch(sealed).Records {
			if r.Event == credential.EventLost {
				lost += r.Info
			}
		}
	}
	if lost == 0 || lost != first-1 {
		t.Errorf("got LOST(%d) and a log that begins at record %d, want every record before it told", lost, first)
	}
}

func TestLostClock(t *testing.T) {
	w := newWorld(t)
	w.now = w.now.Add(time.Minute)
	w.activate()
	w.clockOK = false
	for range lockcore.MaxUnverified {
		w.wantCode(credential.OK)
		w.start() // the count survives a battery swap
	}
	w.wantCode(credential.CodeClockLost)
	w.clockOK = true
	w.wantCode(credential.OK)
}

// A lock whose clock has stopped long ago still knows that an expired grant has expired: a block list's signed time says so.
func TestSlowClockCannotReviveAnExpiredGrant(t *testing.T) {
	w := newWorld(t)
	w.wantCode(credential.OK)
	old := w.now
	w.now = w.now.Add(6 * 24 * hour)
	news := w.blockList(credential.BlockList{})
	w.now = old // the lock's clock
	w.visit(news)
	w.wantCode(credential.CodeGrantExpired)
}

func TestOldBlockListIsNotTaken(t *testing.T) {
	w := newWorld(t)
	old := w.blockList(credential.BlockList{Version: credential.Version{Number: 5}})
	w.visit(w.blockList(credential.BlockList{
		Version: credential.Version{Number: 6}, Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID}},
	}))
	w.visit(old)
	w.wantCode(credential.CodeBlockedKey)
}

func TestCopiedKeyIsFlaggedNotRefused(t *testing.T) {
	w := newWorld(t)
	w.wantCode(credential.OK)
	w.count = 0 // the copy has not counted
	o := w.visit(lockcore.Down{})
	b := w.batch(o.up.Batches[0])
	last := b.Records[len(b.Records)-1]
	if o.bolts != 1 || last.Flags&credential.FlagCounterBehind == 0 {
		t.Errorf("got %d bolts and flags %b, want an opening with the counter flagged", o.bolts, last.Flags)
	}
}

func TestClaimNeedsTheCode(t *testing.T) {
	w := newWorld(t)
	err := w.pipe(func(c net.Conn) error { return lockcore.Claim(c, w.lock.ClaimCode(), nil) })
	if got := credential.CodeOf(err); got != credential.CodeClaimed {
		t.Errorf("got %v, want %v", got, credential.CodeClaimed)
	}
	w.store = &memStore{}
	w.start()
	err = w.pipe(func(c net.Conn) error { return lockcore.Claim(c, "AAAA-BBBB-CCCC-DDDD", nil) })
	if got := credential.CodeOf(err); got != credential.CodeClaimCode {
		t.Errorf("got %v, want %v", got, credential.CodeClaimCode)
	}
	other := must(credential.NewIdentity())(t)
	err = w.pipe(func(c net.Conn) error {
		return lockcore.Claim(c, w.lock.ClaimCode(), func(c lockcore.Candidate) (lockcore.ClaimInstall, error) {
			c.Key, c.Exchange = other.PublicKey(), other.ExchangeKey()
			return w.install(c), nil
		})
	})
	if got := credential.CodeOf(err); got != credential.CodeLockIdentity || w.lock.Number() != 0 {
		t.Errorf("got %v and number %d, want %v and an unclaimed lock", got, w.lock.Number(), credential.CodeLockIdentity)
	}
}

func TestDamagedMemoryDoesNotStart(t *testing.T) {
	w := newWorld(t)
	w.wantCode(credential.OK)
	for slot, b := range w.store.slots {
		broken := append([]byte(nil), b...)
		broken[len(broken)/2] ^= 0x40
		store := &memStore{slots: map[lockcore.Slot][]byte{}}
		for s, v := range w.store.slots {
			store.slots[s] = v
		}
		store.slots[slot] = broken
		_, err := lockcore.New(lockcore.Config{
			Store: store, Bolt: func() {}, Ring: w.ring, Now: func() (credential.Instant, bool) { return 0, false },
		})
		if slot >= lockcore.SlotRing && err == nil {
			t.Errorf("a lock starts with a damaged record in slot %d", slot)
		}
	}
}
