package lockcore_test

import (
	"encoding/binary"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// wire is a stream into one session of a lock, without sockets.
type wire struct {
	session *lockcore.Session
	answer  []byte
	last    []byte // frame sent
}

func (w *wire) Write(b []byte) (int, error) {
	w.last = append([]byte(nil), b[2:]...)
	return len(b), w.step(b[2:])
}

func (w *wire) step(frame []byte) error {
	out, err := w.session.Step(frame)
	if err == nil {
		w.answer = append(binary.BigEndian.AppendUint16(w.answer, uint16(len(out))), out...)
	}
	return err
}

func (w *wire) Read(b []byte) (int, error) {
	if len(w.answer) == 0 {
		return 0, io.EOF
	}
	n := copy(b, w.answer)
	w.answer = w.answer[n:]
	return n, nil
}

// talk is one visitor in a fuzzed run, as the model sees it.
type talk struct {
	wire  *wire
	visit *lockcore.Visit
	good  bool // the last verdict was OK
	used  bool // OPEN has been asked for after it
}

// run drives two visitors against one lock, one step per two bytes of a script.
type run struct {
	*world
	talks   [2]talk
	blocked bool // the lock has been brought a list that blocks the key
	cut     bool // the power may have gone
}

// The steps of a script.
const (
	doMeet = iota
	doPresent
	doForge // present with a bit flipped somewhere
	doOpen
	doMail
	doBlock // mail with a list that blocks the key
	doNoise // a frame of noise
	doRepeat
	doLeave
	doWait
	doCutBefore // the next write fails and is not stored
	doCutAfter  // the next write fails and is stored
	doRestart
	steps
)

func (r *run) step(op, arg byte) {
	i := int(arg & 1)
	k := &r.talks[i]
	bolts := r.bolts
	switch op % steps {
	case doMeet:
		r.meet(k)
	case doPresent, doForge:
		r.show(k, op%steps == doForge, int(arg))
	case doOpen:
		r.open(k)
		bolts = r.bolts // judged there
	case doMail, doBlock:
		r.mail(k, op%steps == doBlock)
	case doNoise, doRepeat:
		if k.wire == nil {
			break
		}
		frame := make([]byte, int(arg)+1)
		if op%steps == doRepeat {
			frame = k.wire.last
		}
		if k.wire.step(frame) == nil && op%steps == doRepeat && k.visit != nil {
			r.t.Error("a frame was taken twice")
		}
		*k = talk{}
	case doLeave:
		if k.wire != nil {
			k.wire.session.End()
		}
		*k = talk{}
	case doWait:
		r.now = r.now.Add(time.Duration(arg) * time.Minute)
	case doCutBefore:
		r.store.before, r.cut = 1, true
	case doCutAfter:
		r.store.after, r.cut = 1, true
	case doRestart:
		r.store.before, r.store.after = 0, 0
		r.start()
		r.talks = [2]talk{}
	}
	if r.bolts != bolts {
		r.t.Fatalf("step %d moved the bolt", op%steps)
	}
}

func (r *run) meet(k *talk) {
	*k = talk{wire: &wire{session: r.lock.NewSession()}}
	k.visit, _ = lockcore.Meet(k.wire, r.trust())
}

func (r *run) show(k *talk, forge bool, at int) {
	if k.visit == nil {
		if r.meet(k); k.visit == nil {
			return // the power has gone
		}
	}
	p := r.present(nil)
	if forge {
		parts := []*[]byte{&p.Grant, &p.Leaf, &p.Path.Hashes, &p.Activation, &p.Station}
		part := parts[at/2%len(parts)]
		b := append([]byte(nil), *part...)
		b[at%len(b)] ^= 1 << (at % 8)
		*part = b
	}
	verdict, err := k.visit.ShowRaw(r.key, p)
	k.good, k.used = err == nil && verdict.Code == credential.OK, false
	if k.good && forge {
		r.t.Fatal("a forgery was found good")
	}
	if err != nil {
		*k = talk{}
	}
}

// open asks for the bolt and judges whether it may have moved.
func (r *run) open(k *talk) {
	if k.visit == nil {
		return
	}
	before := r.bolts
	o, err := k.visit.Open()
	moved := r.bolts - before
	expired := !r.now.Before(r.expires())
	switch may := k.good && !k.used && !r.blocked && !expired; {
	case moved > 1 || moved == 1 && (err != nil || o.Code != credential.OK):
		r.t.Fatalf("the bolt moved %d times and the key was told %v, %v", moved, o.Code, err)
	case moved == 1 && !may:
		r.t.Fatalf("the bolt moved: verdict %v, used %v, blocked %v, expired %v", k.good, k.used, r.blocked, expired)
	case moved == 0 && err == nil && o.Code == credential.OK:
		r.t.Fatal("the key was told that the bolt moved")
	case moved == 0 && may && !r.cut:
		r.t.Fatalf("a good key was refused: %v, %v", o.Code, err)
	}
	k.used = true
	if err != nil {
		*k = talk{}
	}
}

func (r *run) expires() time.Time {
	return must(credential.ParseActivation(r.rawA))(r.t).Expires.Time()
}

func (r *run) mail(k *talk, block bool) {
	if k.visit == nil {
		return
	}
	var d lockcore.Down
	if block {
		d = r.blockList(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID}}})
	}
	_, err := k.visit.Mail(d)
	if err == nil && block && r.lock.Blocks().Number >= uint64(r.now.Unix()) {
		r.blocked = true
	}
	k.good = false // a refused visitor may show itself once more
	if err != nil {
		*k = talk{}
	}
}

// stage is a world as it was after claiming, to begin every script from.
type stage struct {
	*world
	slots map[lockcore.Slot][]byte
	noon  time.Time
	grant []byte
}

func newStage(t testing.TB) stage {
	w := newWorld(t)
	return stage{w, maps.Clone(w.store.slots), w.now, w.rawG}
}

// play runs a script of two bytes a step.
func (s stage) play(t testing.TB, script []byte) {
	w := s.world
	w.t, w.now, w.rawG, w.count, w.bolts = t, s.noon, s.grant, 0, 0
	w.store = &memStore{slots: maps.Clone(s.slots)}
	w.start()
	r := &run{world: w}
	script = script[:min(len(script), 60)&^1]
	for i := 0; i < len(script); i += 2 {
		r.step(script[i], script[i+1])
	}
	w.store.before, w.store.after = 0, 0
	w.start()
	if got := w.lock.Openings(); got < w.bolts {
		t.Errorf("%d openings in the log, and the bolt has moved %d times", got, w.bolts)
	}
}

// FuzzSessions interleaves two visitors, who may do things in any order, forge, repeat and break off, with time that passes and
// power that goes. Whatever happens the bolt moves for a good key that asks once, and for nobody else; what it did is in the log,
// and the lock starts again.
func FuzzSessions(f *testing.F) {
	s := newStage(f)
	for _, script := range [][]byte{
		{doMeet, 0, doPresent, 0, doOpen, 0, doMail, 0},
		{doMeet, 0, doMeet, 1, doPresent, 0, doPresent, 1, doOpen, 1, doOpen, 0, doOpen, 0, doMail, 1, doMail, 0},
		{doMeet, 0, doMeet, 1, doPresent, 0, doPresent, 1, doBlock, 1, doOpen, 0, doMail, 0},
		{doMeet, 0, doForge, 0, doMail, 0, doPresent, 0, doOpen, 0, doOpen, 0},
		{doMeet, 0, doForge, 0, doOpen, 0, doPresent, 0, doMail, 0},
		{doMeet, 0, doMeet, 1, doForge, 30, doPresent, 1, doOpen, 0, doOpen, 1, doRepeat, 1, doNoise, 80},
		{doMeet, 0, doPresent, 0, doCutBefore, 0, doOpen, 0, doOpen, 0, doRestart, 0, doMeet, 0, doPresent, 0, doOpen, 0},
		{doMeet, 0, doMeet, 1, doPresent, 0, doPresent, 1, doCutAfter, 0, doOpen, 0, doOpen, 1, doMail, 1},
		{doMeet, 0, doPresent, 0, doWait, 255, doWait, 255, doWait, 255, doOpen, 0, doLeave, 0},
	} {
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) { s.play(t, script) })
}

// The same with scripts that go on more often than they break off, from a fixed seed.
func TestSessionsInAnyOrder(t *testing.T) {
	s := newStage(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	moves := []byte{doOpen, doPresent, doOpen, doPresent, doMail, doMeet, doForge, doLeave, doWait, doRepeat, doNoise, doCutAfter, doCutBefore, doRestart, doBlock}
	bolts := 0
	for range 150 {
		script := []byte{doMeet, 0, doMeet, 1}
		for len(script) < 40 {
			// The commoner half comes first in the list.
			op := moves[min(rnd.IntN(len(moves)), rnd.IntN(len(moves)))]
			script = append(script, op, byte(rnd.Uint32()))
		}
		s.play(t, script)
		bolts += s.bolts
		if t.Failed() {
			t.Fatalf("script %v", script)
		}
	}
	if bolts < 75 {
		t.Errorf("the bolt has moved %d times: the scripts prove little", bolts)
	}
}

func FuzzAdvert(f *testing.F) {
	w := newWorld(f)
	f.Add(w.lock.Advertise().Bytes())
	f.Add([]byte{})
	f.Add(make([]byte, lockcore.AdvertBytes))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := lockcore.ParseAdvert(b)
		if err == nil && string(a.Bytes()) != string(b) {
			t.Errorf("%x accepted, and is %x", b, a.Bytes())
		}
	})
}

// FuzzGreeting lets a lock that has the right certificate say anything else in its greeting: the key shows what it would show
// or nothing.
func FuzzGreeting(f *testing.F) {
	w := newWorld(f)
	w.bytesToVerdict()
	good := must(credential.Encode(lockcore.Greeting{Certificate: w.met, Known: make([]byte, 3*lockcore.NameBytes)}))(f)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{0xa0})
	f.Add(must(credential.Encode(lockcore.Greeting{Known: []byte{1}}))(f))
	f.Fuzz(func(t *testing.T, greeting []byte) {
		if len(greeting) > 2048 {
			return
		}
		id := must(credential.NewIdentity())(t)
		a, b := net.Pipe()
		go func() { _, _ = lockcore.Respond(b, lockcore.ToLock, id.Exchange, greeting, 4096); b.Close() }()
		if _, err := lockcore.Meet(a, w.trust()); err == nil {
			t.Error("a key trusts a lock with another's certificate")
		}
		a.Close()
	})
}
