package bench

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"time"

	"hemnyckel/internal/program/simulate"
)

// simulationFamilies measure the simulation. The limit is the same number of openings as nothing but their handshakes, signatures
// and verifications, on as many processors, in the same run.
func simulationFamilies() []family {
	return []family{
		{[]string{"simulate"}, "a municipality in virtual time: openings with real cryptography, syncs and the server's work included", simulation},
	}
}

func simulation(ctx context.Context, s *session) error {
	r, err := simulate.Run(ctx, simulate.Options{Clients: s.size(2300, 16), Days: s.size(2, 1), Seed: 1, Faults: true})
	if err != nil {
		return err
	}
	if !r.Kept() {
		return fmt.Errorf("a promise is broken: %+v", r.Detail.Breaches)
	}
	bare, err := bareOpenings(s.size(2000, 4))
	if err != nil {
		return err
	}
	return s.emit("simulate", r.OpeningsPerSecond, "openings/s", bare)
}

// What the two ends of one opening and the server compute, at the least, when a key meets a lock for the first time in a shift: a handshake
// of two ephemeral keys and two agreements at each end, a proof of possession, grant and activation verified, an acknowledgement; and a
// batch of the log that is signed and sealed by the lock, opened and verified by the server.
const (
	openingAgreements    = 6 + 2 + 1
	openingSignatures    = 2
	openingVerifications = 1 + 2 + 1 + 1
)

// bareOpenings is how many of these a second all processors do together.
func bareOpenings(each int) (float64, error) {
	workers := runtime.GOMAXPROCS(0)
	faults := make([]error, workers)
	began := time.Now()
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { faults[i] = bareWork(each) })
	}
	wg.Wait()
	for _, err := range faults {
		if err != nil {
			return 0, err
		}
	}
	return perSecond(each*workers, time.Since(began)), nil
}

func bareWork(n int) error {
	exchange, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("a digest"))
	for range n {
		for range openingAgreements {
			if _, err := exchange.ECDH(exchange.PublicKey()); err != nil {
				return err
			}
		}
		var signature []byte
		for range openingSignatures {
			if signature, err = ecdsa.SignASN1(rand.Reader, key, digest[:]); err != nil {
				return err
			}
		}
		if err := verifications(key, digest[:], signature, openingVerifications); err != nil {
			return err
		}
	}
	return nil
}
