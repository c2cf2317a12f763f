package lockcore_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

func FuzzMessage(f *testing.F) {
	w := newWorld(f)
	p := w.present(nil)
	for _, m := range []lockcore.Message{
		{Present: &p}, {Verdict: &lockcore.Verdict{}}, {Open: &lockcore.Open{}}, {Opened: &lockcore.Opened{Seq: 4}},
		{ResetStart: &lockcore.ResetStart{Mandate: []byte{1}}}, {ResetReady: &lockcore.ResetReady{Left: 3}}, {ResetFetch: &lockcore.ResetFetch{}},
		{ResetRecords: &lockcore.ResetRecords{Batches: [][]byte{{1}}}}, {ResetConfirm: &lockcore.ResetConfirm{}},
		{ClaimInstall: &lockcore.ClaimInstall{Mandate: []byte{1}, RootEpoch: 1}}, {Down: &lockcore.Down{Roots: [][]byte{{1}}}},
		{Down: &lockcore.Down{Acks: [][]byte{{1}}}}, {Up: &lockcore.Up{}}, {ClaimStart: &lockcore.ClaimStart{}},
	} {
		f.Add(must(credential.Encode(m))(f))
	}
	for _, inputs := range goodBytes(f) {
		for _, b := range inputs {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := lockcore.DecodeMessage(b)
		if err != nil {
			return
		}
		if got, err := credential.Encode(m); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%x accepted, and is %x, %v when encoded", b, got, err)
		}
	})
}

// oneWay is a stream that says what it was given and swallows the answers.
type oneWay struct {
	*bytes.Reader
	answers int
}

func (o *oneWay) Write(b []byte) (int, error) {
	o.answers += len(b)
	return len(b), nil
}

// FuzzServe feeds a lock's socket: whatever comes, the session ends with an error or the end of the stream, the bolt stays
// and the answers are bounded.
func FuzzServe(f *testing.F) {
	w := newWorld(f)
	f.Add([]byte{0, 32})
	f.Add(append([]byte{0, 32}, make([]byte, 32)...))
	f.Add(append(append([]byte{0, 32, 9}, make([]byte, 31)...), 0, 20, 1, 2, 3))
	f.Add([]byte{0xff, 0xff, 1})
	f.Add([]byte{0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &oneWay{Reader: bytes.NewReader(b)}
		err := w.lock.Serve(s)
		if err == nil || w.bolts != 0 || s.answers > 1024 {
			t.Errorf("got %v, %d bolts, %d bytes of answer", err, w.bolts, s.answers)
		}
	})
}

// FuzzDecide lets the fuzzer rewrite one part of a presentation that carries a good proof.
func FuzzDecide(f *testing.F) {
	w := newWorld(f)
	honest := w.present(nil)
	for i, b := range [][]byte{honest.Grant, honest.Issuer, honest.Leaf, honest.Path.Hashes, honest.Activation, honest.Station, honest.StationCA} {
		f.Add(uint8(i), b[:len(b)-1])
	}
	f.Fuzz(func(t *testing.T, part uint8, b []byte) {
		w.t = t
		p := w.present(nil)
		field := []*[]byte{&p.Grant, &p.Issuer, &p.Leaf, &p.Path.Hashes, &p.Activation, &p.Station, &p.StationCA}[part%7]
		same := bytes.Equal(*field, b)
		*field = b
		if got := w.lock.Judge(w.key, p); (got == credential.OK) != same {
			t.Errorf("part %d replaced by %x: got %v", part%7, b, got)
		}
	})
}

// FuzzHandshake feeds a key that meets a stranger.
func FuzzHandshake(f *testing.F) {
	w := newWorld(f)
	f.Add([]byte{0, 96})
	f.Add(append([]byte{0, 96}, make([]byte, 96)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := lockcore.Meet(&oneWay{Reader: bytes.NewReader(b)}, w.trust()); err == nil {
			t.Error("a key trusts noise")
		}
		_, _, err := lockcore.ReachStation(&oneWay{Reader: bytes.NewReader(b)}, w.auth.Roots(), 0, nil)
		if err == nil {
			t.Error("a key trusts noise")
		}
		if len(b) == 0 && !errors.Is(err, io.EOF) {
			t.Errorf("got %v for silence", err)
		}
	})
}
