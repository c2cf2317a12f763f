// Command peers compares the right to open one of 200 doors in Hemnyckel's form with the same right as a Biscuit, an SSH certificate, a JWT
// and a plain COSE list: bytes that a lock is shown, and the time to verify them, all in one run.
//
// The peers are given every advantage: short lock numbers, no holder's key but where the form demands one, no person, no shift. What
// is ours carries all of that, in two signatures, and shows the lock one leaf instead of two hundred doors.
package main

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"
)

// Result is one line of output, in the form of the main module's measurements.
type Result struct {
	Name      string   `json:"name"`
	Value     float64  `json:"value"`
	Unit      string   `json:"unit"`
	Limit     *float64 `json:"limit"`
	Ratio     *float64 `json:"ratio"`
	Peer      *string  `json:"peer"`
	PeerValue *float64 `json:"peer_value"`
}

// form is the right in one notation.
type form struct {
	name  string
	about string
	bytes int
	// verify checks everything about the right to one of the locks that can be checked without asking anybody.
	verify func() error
}

const (
	locks   = 200
	lowest  = 1001 // numbers of two bytes: kind to whoever lists them all
	theLock = 1117
	theKey  = 2017
)

func main() {
	only := flag.String("only", "", "beginning of the figures' names: peers/size, peers/verify")
	rounds := flag.Int("rounds", 400, "verifications of each form")
	flag.Parse()
	if err := run(*only, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(only string, rounds int) error {
	ours, peers, err := forms(time.Now())
	if err != nil {
		return err
	}
	medians, raw, err := measure(append([]form{ours}, peers...), rounds)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, p := range peers {
		about, size, speed := p.about, float64(p.bytes), medians[p.name]
		limit := 2 * raw
		ratio := math.Round(100*medians[ours.name]/limit) / 100
		for _, r := range []Result{
			{Name: "peers/size/" + p.name, Value: float64(ours.bytes), Unit: "B", Peer: &about, PeerValue: &size},
			{Name: "peers/verify/" + p.name, Value: medians[ours.name], Unit: "us", Limit: &limit, Ratio: &ratio, Peer: &about, PeerValue: &speed},
		} {
			if strings.HasPrefix(r.Name, only) {
				if err := out.Encode(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// forms makes the same right in every notation.
func forms(now time.Time) (ours form, peers []form, err error) {
	if ours, err = newOurs(now); err != nil {
		return ours, nil, err
	}
	for _, make := range []func(time.Time) (form, error){newBiscuit, newSSH, newJWT, newCOSE} {
		p, err := make(now)
		if err != nil {
			return ours, nil, err
		}
		peers = append(peers, p)
	}
	return ours, peers, nil
}

// measure takes all forms in turn, so that they see the same machine. It returns medians in µs, and that of one bare ES256
// verification.
func measure(all []form, rounds int) (medians map[string]float64, raw float64, err error) {
	bare, err := newBare()
	if err != nil {
		return nil, 0, err
	}
	taken := map[string][]time.Duration{}
	for range rounds {
		for _, f := range append(all, bare) {
			began := time.Now()
			if err := f.verify(); err != nil {
				return nil, 0, fmt.Errorf("%s: %w", f.name, err)
			}
			taken[f.name] = append(taken[f.name], time.Since(began))
		}
	}
	medians = map[string]float64{}
	for name, t := range taken {
		slices.SortFunc(t, cmp.Compare)
		medians[name] = float64(t[len(t)/2].Nanoseconds()/10) / 100
	}
	return medians, medians[bare.name], nil
}

// newBare is one ES256 verification by the standard library.
func newBare() (form, error) {
	key, err := signer()
	if err != nil {
		return form{}, err
	}
	digest := sha256.Sum256([]byte("a digest"))
	sig, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	return form{name: "bare", verify: func() error {
		if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], sig) {
			return fmt.Errorf("does not verify")
		}
		return nil
	}}, err
}

// numbers are the locks' numbers.
func numbers() []uint32 {
	n := make([]uint32, locks)
	for i := range n {
		n[i] = lowest + uint32(i)
	}
	return n
}
