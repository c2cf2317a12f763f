package lockcore_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// Bounds of what a parser may allocate for one input, in bytes: so much, and so much for every byte of it. A decoded leaf or record is
// some forty bytes in memory for ten on the wire, and everything is encoded once more to be compared.
const (
	soakFixed   = 32 << 10
	soakPerByte = 64
	// soakSession is what one whole session may leave allocated in a lock that lives on, on average.
	soakHeap = 64 << 20
)

// soak is how much is done: HEMNYCKEL_SOAK=executions,sessions; short without it. HEMNYCKEL_SOAK_SEED chooses other inputs.
func soak(t *testing.T) (executions, sessions int, seed uint64) {
	executions, sessions, seed = 60_000, 150, 1
	if text := os.Getenv("HEMNYCKEL_SOAK"); text != "" {
		if n, err := fmt.Sscanf(text, "%d,%d", &executions, &sessions); n != 2 || err != nil {
			t.Fatalf("HEMNYCKEL_SOAK=%q: two numbers with a comma between them are expected", text)
		}
	}
	if text := os.Getenv("HEMNYCKEL_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	return executions, sessions, seed
}

// progress ends the process when nothing has got any further for ten minutes: a hang is a fault, a slow machine is none.
type progress struct{ done atomic.Int64 }

func (p *progress) watch(t *testing.T) (stop func()) {
	ended := make(chan struct{})
	go func() {
		for last := int64(-1); ; {
			select {
			case <-ended:
				return
			case <-time.After(10 * time.Minute):
			}
			if now := p.done.Load(); now != last {
				last = now
				continue
			}
			buf := make([]byte, 1<<20)
			panic("no execution has ended for ten minutes\n" + string(buf[:runtime.Stack(buf, true)]))
		}
	}()
	return func() { close(ended) }
}

// workers runs f in as many goroutines as there are processors and returns the executions per second.
func workers(total int, seed uint64, f func(r *rand.Rand, n int)) float64 {
	began := time.Now()
	n := min(runtime.GOMAXPROCS(0), total)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(rand.New(rand.NewPCG(seed, uint64(i))), total/n) })
	}
	wg.Wait()
	return float64(total) / time.Since(began).Seconds()
}

// mutated changes a seed in some of the ways in which bytes go wrong.
func mutated(r *rand.Rand, seeds [][]byte, buf []byte) []byte {
	b := append(buf[:0], seeds[r.IntN(len(seeds))]...)
	for range 1 + r.IntN(4) {
		at := r.IntN(len(b) + 1)
		switch r.IntN(9) {
		case 0, 1:
			if at < len(b) {
				b[at] ^= 1 << r.IntN(8)
			}
		case 2:
			if at < len(b) {
				b[at] = byte(r.Uint32())
			}
		case 3: // cut
			b = b[:at]
		case 4: // a piece is missing
			end := min(len(b), at+1+r.IntN(16))
			b = append(b[:at], b[end:]...)
		case 5: // the head of something large
			if at+9 <= len(b) {
				b[at] = byte(r.IntN(8))<<5 | byte(24+r.IntN(4))
				binary.BigEndian.PutUint64(b[at+1:], r.Uint64()>>r.IntN(64))
			}
		case 6: // a piece twice
			piece := bytes.Clone(b[at:min(len(b), at+1+r.IntN(64))])
			b = append(b, piece...)
		case 7: // another's end
			other := seeds[r.IntN(len(seeds))]
			b = append(b[:at], other[min(at, len(other)):]...)
		case 8: // nested
			for range r.IntN(12) {
				b = append([]byte{0x80 | byte(r.IntN(3))}, b...)
			}
		}
	}
	return b
}

// TestSoak throws mutated inputs at every parser, and mutated sessions at a lock. Nothing crashes, hangs, allocates beyond the bounds
// above or opens. `make soak` does 10^8 and 10^6 of them.
func TestSoak(t *testing.T) {
	executions, sessions, seed := soak(t)
	var p progress
	defer p.watch(t)()
	t.Run("parsers", func(t *testing.T) { soakParsers(t, executions, seed, &p) })
	t.Run("sessions", func(t *testing.T) { soakSessions(t, sessions, seed, &p) })
}

func soakParsers(t *testing.T, executions int, seed uint64, p *progress) {
	all := parsers(newWorld(t))
	seeds := [][]byte{{}, {0xa0}, {0x80}}
	for _, inputs := range goodBytes(t) {
		seeds = append(seeds, inputs...)
	}
	seeds = append(seeds, longest(t)...)
	var worst atomic.Int64
	round := func(r *rand.Rand, n int, judge func(parser, []byte)) {
		buf := make([]byte, 0, 16<<10)
		for n > 0 {
			b := mutated(r, seeds, buf)
			for _, one := range all {
				judge(one, b)
				n--
			}
			p.done.Add(1)
		}
	}
	few := max(executions/1000, len(all)*20) // with the allocations counted, which stops the world
	round(rand.New(rand.NewPCG(seed, 1<<40)), few, func(one parser, b []byte) {
		got := allocated(func() { _ = one.parse(b) })
		worst.Store(max(worst.Load(), got))
		if got > soakFixed+soakPerByte*int64(len(b)) {
			t.Errorf("%s: %d bytes allocated for the %d bytes %x", one.name, got, len(b), b)
		}
	})
	rate := workers(executions, seed, func(r *rand.Rand, n int) {
		round(r, n, func(one parser, b []byte) {
			if err := one.judge(b); err != nil {
				t.Errorf("%s: %x: %v", one.name, b, err)
			}
		})
	})
	t.Logf("%d executions, %.0f/s; at most %d bytes allocated for one", executions, rate, worst.Load())
}

// allocated is how many bytes f allocates: the least of three times, as others may allocate meanwhile.
func allocated(f func()) int64 {
	least := int64(1 << 62)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, int64(after.TotalAlloc-before.TotalAlloc))
	}
	return least
}

// longest are inputs that are as long as they may be, or nearly.
func longest(t *testing.T) [][]byte {
	w := newWorld(t)
	var list credential.BlockList
	for i := range uint64(credential.MaxBlockEntries) {
		list.Entries = append(list.Entries, credential.BlockEntry{Kind: credential.BlockStaff, ID: 1<<63 + i, Expiry: 20_000})
	}
	down := w.blockList(list)
	letters := make([][]byte, credential.MaxMailActivations)
	for i := range letters {
		letters[i] = bytes.Repeat([]byte{byte(i)}, 120)
	}
	mail := must(credential.Encode(credential.Mail{Batches: [][]byte{}, Activations: letters}))(t)
	response := must(credential.Encode(credential.SyncResponse{
		Grant: w.rawG, Leaves: w.tree.Leaves()[:256], DeviceCAs: [][]byte{}, Acks: letters, Configs: [][]byte{}, Blocks: down.Blocks,
	}))(t)
	message := must(credential.Encode(lockcore.Message{Down: &down}))(t)
	return [][]byte{down.Blocks, mail, response, message, bytes.Repeat([]byte{0x81}, 1<<10), bytes.Repeat([]byte{0x80}, credential.MaxSealed)}
}

func soakSessions(t *testing.T, sessions int, seed uint64, p *progress) {
	var opened, refused atomic.Int64
	rate := workers(sessions, seed, func(r *rand.Rand, n int) {
		w := newWorld(t)
		w.button = true // nobody is inside
		for range n {
			switch w.hostileSession(r) {
			case true:
				opened.Add(1)
			default:
				refused.Add(1)
			}
			p.done.Add(1)
		}
	})
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > soakHeap {
		t.Errorf("%d bytes are held after %d sessions", m.HeapAlloc, sessions)
	}
	if sessions > 100 && (opened.Load() == 0 || refused.Load() == 0) {
		t.Errorf("%d sessions opened and %d did not: the test proves nothing", opened.Load(), refused.Load())
	}
	t.Logf("%d sessions, %.0f/s: %d opened, %d did not; %d bytes held", sessions, rate, opened.Load(), refused.Load(), m.HeapAlloc)
}

// hostileSession is one session with a visitor who sends some of what a key sends, changed or out of turn. It reports whether the
// bolt moved, and fails if it did for anything but an honest presentation.
func (w *world) hostileSession(r *rand.Rand) bool {
	visitor := must(lockcore.NewVisitor())(w.t)
	session := w.lock.NewSession()
	defer session.End()
	m1 := must(visitor.Start(byte(r.IntN(2))))(w.t)
	if r.IntN(50) == 0 {
		m1 = mutated(r, [][]byte{m1}, nil)
	}
	m2, err := session.Step(m1)
	if err != nil {
		return false
	}
	if _, _, err := visitor.Finish(m2); err != nil {
		return false // m1 was changed on its way
	}
	before, honest := w.bolts, false
	for range 1 + r.IntN(5) {
		plain, good := w.hostileMessage(r, visitor)
		frame := must(visitor.Seal(plain))(w.t)
		if r.IntN(100) == 0 {
			was := frame
			frame = mutated(r, [][]byte{was}, nil)
			good = good && bytes.Equal(was, frame) // some changes change nothing
		}
		out, err := session.Step(frame)
		if len(out) > lockcore.MaxMail+16 {
			w.t.Errorf("an answer of %d bytes", len(out))
		}
		if err != nil {
			if _, again := session.Step(frame); again == nil {
				w.t.Error("a session goes on after an error")
			}
			break
		}
		honest = honest || good
		if _, err := visitor.Open(out); err != nil {
			w.t.Errorf("an answer that does not open: %v", err)
		}
	}
	if w.bolts != before && (!honest || w.bolts != before+1) {
		w.t.Errorf("the bolt moved %d times, after an honest presentation: %v", w.bolts-before, honest)
	}
	return w.bolts != before
}

// hostileMessage is a visitor's next message, and whether it is an honest presentation.
func (w *world) hostileMessage(r *rand.Rand, visitor *lockcore.Fixed) (plain []byte, honest bool) {
	encode := func(m lockcore.Message) []byte { return must(credential.Encode(m))(w.t) }
	switch r.IntN(10) {
	case 0, 1, 2, 3:
		p := w.present(nil)
		p.Proof = must(credential.SignPossession(w.key, visitor.Hash(), p.Counter))(w.t)
		if honest = r.IntN(2) == 0; !honest {
			parts := []*[]byte{&p.Grant, &p.Issuer, &p.Leaf, &p.Path.Hashes, &p.Activation, &p.Station, &p.StationCA}
			part := parts[r.IntN(len(parts))]
			was := bytes.Clone(*part)
			*part = mutated(r, [][]byte{was}, nil)
			honest = bytes.Equal(was, *part)
		}
		return encode(lockcore.Message{Present: &p}), honest
	case 4, 5, 6:
		return encode(lockcore.Message{Open: &lockcore.Open{}}), false
	case 7:
		return encode(lockcore.Message{Down: &lockcore.Down{Blocks: w.rawG, Revocation: w.stCert, Authority: w.stCert, Config: w.rawA, Acks: [][]byte{w.rawG}}}), false
	case 8:
		return encode(lockcore.Message{ResetStart: &lockcore.ResetStart{Mandate: w.rawA, DeviceCA: w.stCert}}), false
	}
	p := w.present(nil)
	return mutated(r, [][]byte{encode(lockcore.Message{Present: &p}), encode(lockcore.Message{Open: &lockcore.Open{}}), []byte(strings.Repeat("\x81", 40))}, nil), false
}
