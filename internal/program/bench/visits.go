package bench

import (
	"bufio"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

// visited is how long visits waited, in milliseconds.
type visited struct {
	Visits            int
	P50, P99, Max     float64
	OverTenth         int     // longer than 100 ms
	DiskP99, DiskMax  float64 // of the bare write that began with each visit
	Undisturbed       calm    // the visits during which this machine's host took none of its processors
	Slowest           []slow  // the five that waited longest
	Locks             int     // that each grant held
	ResponseKilobytes float64
}

// calm is how long undisturbed visits waited, in milliseconds.
type calm struct {
	Visits, OverTenth int
	P99, Max          float64
}

// slow is a visit, the bare write that began with it, and what the host took of all processors together meanwhile.
type slow struct {
	After               float64 // seconds since the visits began
	Visit, Disk, Stolen float64 // ms
}

// waits is what the visiting process tells at its end: alone, and beside the import.
type waits struct{ Alone, Beside visited }

// visitEvery is how often the visiting station begins a visit: four a second are a busy morning at several stations.
const visitEvery = 250 * time.Millisecond

// visitsChild is a server process that one station talks to. It makes a group of its own with locks, a key and a station,
// says "ready", and lets the key visit again and again until its input is closed. What comes after the first line on
// its input is counted apart.
func visitsChild(ctx context.Context, db string, stdin io.Reader, stdout io.Writer) error {
	m, err := municipality.Open(ctx, db, municipality.Options{Create: true})
	if err != nil {
		return err
	}
	defer m.Close()
	v, err := newVisitor(ctx, m)
	if err != nil {
		return err
	}
	if _, err := v.visit(ctx); err != nil { // warm
		return err
	}
	fmt.Fprintln(stdout, "ready")
	var phase atomic.Int32 // 0 alone, 1 beside, 2 over
	go func() {
		for lines := bufio.NewScanner(stdin); lines.Scan(); {
			phase.Store(1)
		}
		phase.Store(2)
	}()
	disk, err := os.CreateTemp("", "hemnyckel-bench-disk-*")
	if err != nil {
		return err
	}
	defer os.Remove(disk.Name())
	var took [2][]waited
	began := time.Now()
	for tick := time.NewTicker(visitEvery); ; <-tick.C {
		p := phase.Load()
		if p == 2 {
			tick.Stop()
			break
		}
		w := waited{after: time.Since(began)}
		flushed := make(chan error, 1)
		go func() {
			var err error
			w.disk, err = bareWrite(disk)
			flushed <- err
		}()
		before := stolen()
		d, err := v.visit(ctx)
		w.visit, w.stolen = d, stolen()-before
		if err := errors.Join(err, <-flushed); err != nil {
			return err
		}
		took[p] = append(took[p], w)
	}
	return json.NewEncoder(stdout).Encode(waits{v.summary(took[0]), v.summary(took[1])})
}

// visitor is one key at one station, with the server's side of a visit in this process.
type visitor struct {
	m       *municipality.Municipality
	station fleet.Station
	device  uint32 // the key's
	secret  *ecdsa.PrivateKey
	counter uint32
	locks   int
	bytes   int
}

// visitorsLocks is how many doors the visiting key's group has.
const visitorsLocks = 600

const visitorsGroup = "BENCH"

func newVisitor(ctx context.Context, m *municipality.Municipality) (*visitor, error) {
	if err := m.DB.Update(ctx, func(tx *storage.Tx) error { return furnish(ctx, m, tx) }); err != nil {
		return nil, fmt.Errorf("make the visiting group: %w", err)
	}
	v := &visitor{m: m}
	var err error
	if v.secret, err = credential.NewSigningKey(); err != nil {
		return nil, err
	}
	public, err := credential.PublicKeyOf(v.secret)
	if err != nil {
		return nil, err
	}
	enrolment, err := m.Keys.Enrol(ctx, "bench", visitorsGroup, public)
	if err != nil {
		return nil, err
	}
	cert, err := credential.ParseCertificate(enrolment.Certificate)
	if err != nil {
		return nil, err
	}
	v.device = cert.Subject
	token, err := m.Stations.Enrol(ctx, "bench", visitorsGroup, visitorsGroup)
	if err != nil {
		return nil, err
	}
	identity, err := credential.NewIdentity()
	if err != nil {
		return nil, err
	}
	v.station, err = m.Stations.Connect(ctx, token, identity.PublicKey(), identity.ExchangeKey(), fleet.HashStationSecret(rand.Text()))
	return v, err
}

// furnish makes the group, its clients with a lock each, and its key.
func furnish(ctx context.Context, m *municipality.Municipality, tx *storage.Tx) error {
	from := tx.Now().AddDate(0, -1, 0)
	b := casework.RegisterBatch{
		Providers: []care.Provider{{OrgNumber: "0000000000", Name: "Bench"}},
		Groups:    []care.Group{{Code: visitorsGroup, Name: "Bench", OrgNumber: "0000000000", Kind: routine.HomeCareGroup, MaxStaff: 1}},
		Keys:      []casework.RegisterKey{{Group: visitorsGroup, Key: fleet.Key{Number: visitorsGroup, State: fleet.KeyIssued}}},
	}
	for i := range visitorsLocks {
		b.Clients = append(b.Clients, casework.RegisterClient{
			Client:   care.Client{PersonalNumber: fmt.Sprintf("bench-%d", i)},
			Services: []casework.RegisterService{{Kind: routine.HomeCare, Group: visitorsGroup, From: from, Until: routine.Forever, InEffect: true}},
			Lock:     &fleet.Lock{Serial: fmt.Sprintf("bench-%d", i), Kind: fleet.Door, State: fleet.Mounted, MountedAt: from},
		})
	}
	faults, err := m.Casework.ApplyRegisters(ctx, tx, casework.Import{ID: "bench"}, b)
	if err == nil && len(faults) > 0 {
		err = fmt.Errorf("%s", faults[0].Text.EN)
	}
	return err
}

// visit is one key's visit as the server sees it: nonce, and the sync with its grant, durable. The key's own signature is
// made before the clock starts.
func (v *visitor) visit(ctx context.Context) (time.Duration, error) {
	nonce, err := v.m.Sync.Nonce(ctx, v.station.Device)
	if err != nil {
		return 0, err
	}
	mail, err := credential.Encode(credential.Mail{})
	if err != nil {
		return 0, err
	}
	v.counter++
	handshake := credential.Hash(sha256.Sum256(nonce[:]))
	request, err := credential.SignSyncRequest(v.secret, credential.SyncRequest{Key: v.device, Counter: v.counter, Nonce: nonce,
		Handshake: handshake, Mail: sha256.Sum256(mail)})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	response, err := v.m.Sync.Visit(ctx, v.station, keysync.Visit{Handshake: handshake, Request: request, Mail: mail})
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	out, err := credential.DecodeSyncResponse(response)
	if err != nil {
		return 0, err
	}
	v.locks, v.bytes = 0, len(response)
	for _, l := range out.Leaves {
		if l.Lock != 0 {
			v.locks++
		}
	}
	if v.locks != visitorsLocks {
		return 0, fmt.Errorf("a grant for %d locks, not %d", v.locks, visitorsLocks)
	}
	return took, nil
}

// waited is how long a visit took, and a bare write on the same disk that began with it, and what the machine's host took of its
// processors meanwhile: whoever waits for the disk or a processor waits for what the machine's other users do, too.
type waited struct{ after, visit, disk, stolen time.Duration }

// bareWrite appends 4 KiB and waits until they are on the disk.
func bareWrite(f *os.File) (time.Duration, error) {
	began := time.Now()
	_, err := f.Write(make([]byte, 4096))
	err = errors.Join(err, f.Sync())
	return time.Since(began), err
}

func (v *visitor) summary(all []waited) visited {
	out := visited{Visits: len(all), Locks: v.locks, ResponseKilobytes: float64(v.bytes) / 1000}
	var visit, disk, calm []time.Duration
	for _, w := range all {
		visit, disk = append(visit, w.visit), append(disk, w.disk)
		if w.stolen == 0 {
			calm = append(calm, w.visit)
		}
	}
	out.P50, out.P99, out.Max, out.OverTenth = quantile(visit, 0.5), quantile(visit, 0.99), quantile(visit, 1), overTenth(visit)
	out.DiskP99, out.DiskMax = quantile(disk, 0.99), quantile(disk, 1)
	if out.Undisturbed.Visits = len(calm); len(calm) > 0 {
		out.Undisturbed.P99, out.Undisturbed.Max, out.Undisturbed.OverTenth = quantile(calm, 0.99), quantile(calm, 1), overTenth(calm)
	}
	slices.SortFunc(all, func(a, b waited) int { return cmp.Compare(b.visit, a.visit) })
	for _, w := range all[:min(5, len(all))] {
		out.Slowest = append(out.Slowest, slow{w.after.Seconds(), milli(w.visit), milli(w.disk), milli(w.stolen)})
	}
	return out
}

func overTenth(all []time.Duration) (n int) {
	for _, d := range all {
		if d > 100*time.Millisecond {
			n++
		}
	}
	return n
}
