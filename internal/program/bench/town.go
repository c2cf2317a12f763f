package bench

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strconv"
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

// town is a group with its doors, keys that visit a station, and the locks' logs.
type town struct {
	m       *municipality.Municipality
	engine  string
	target  string
	secret  string // of the station
	station fleet.Station
	keys    []*townKey
	locks   []*townLock

	responded atomic.Int64 // bytes of the last answer
}

type townKey struct {
	device  uint32
	signer  *ecdsa.PrivateKey
	public  credential.PublicKey
	counter uint32
}

type townLock struct {
	number uint32
	id     *credential.Identity
	seq    uint32
	head   credential.Hash
}

const townGroup = "TOWN"

// newTown makes a municipality with one group of so many doors and keys.
func (s *session) newTown(ctx context.Context, engine string, doors, keys int) (*town, error) {
	target, err := s.target(ctx, engine)
	if err != nil {
		return nil, err
	}
	m, err := municipality.Open(ctx, target, municipality.Options{Create: true})
	if err != nil {
		return nil, err
	}
	t := &town{m: m, engine: engine, target: target}
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error { return t.furnish(ctx, doors, keys) },
		func(ctx context.Context) error { return t.claim(ctx, doors) },
		func(ctx context.Context) error { return t.enrol(ctx, keys) },
	} {
		if err := step(ctx); err != nil {
			m.Close()
			return nil, err
		}
	}
	return t, nil
}

func (t *town) close(s *session) {
	t.m.Close()
	s.drop(t.target)
}

func townKeyNumber(i int) string  { return "T" + strconv.Itoa(i) }
func townLockSerial(i int) string { return "town-" + strconv.Itoa(i) }

// furnish makes the group, its clients with a lock each, and its keys.
func (t *town) furnish(ctx context.Context, doors, keys int) error {
	return t.m.DB.Update(ctx, func(tx *storage.Tx) error {
		from := tx.Now().AddDate(0, -1, 0)
		b := casework.RegisterBatch{
			Providers: []care.Provider{{OrgNumber: "0000000000", Name: "Town"}},
			Groups:    []care.Group{{Code: townGroup, Name: "Town", OrgNumber: "0000000000", Kind: routine.HomeCareGroup, MaxStaff: 1}},
		}
		for i := range keys {
			b.Keys = append(b.Keys, casework.RegisterKey{Group: townGroup, Key: fleet.Key{Number: townKeyNumber(i), State: fleet.KeyIssued}})
		}
		for i := range doors {
			b.Clients = append(b.Clients, casework.RegisterClient{
				Client:   care.Client{PersonalNumber: fmt.Sprintf("town-%d", i)},
				Services: []casework.RegisterService{{Kind: routine.HomeCare, Group: townGroup, From: from, Until: routine.Forever, InEffect: true}},
				Lock:     &fleet.Lock{Serial: townLockSerial(i), Kind: fleet.Door, State: fleet.Mounted, MountedAt: from},
			})
		}
		faults, err := t.m.Casework.ApplyRegisters(ctx, tx, casework.Import{ID: "town"}, b)
		if err == nil && len(faults) > 0 {
			err = fmt.Errorf("%s", faults[0].Text.EN)
		}
		return err
	})
}

// claim gives each lock its identity.
func (t *town) claim(ctx context.Context, doors int) error {
	serials := make([]string, doors)
	for i := range serials {
		serials[i] = townLockSerial(i)
	}
	return t.m.DB.Update(ctx, func(tx *storage.Tx) error {
		t.locks = nil
		found, err := tx.LocksBySerial(ctx, serials)
		if err != nil {
			return err
		}
		var all []fleet.Lock
		for _, serial := range serials {
			l := found[serial]
			id, err := credential.NewIdentity()
			if err != nil {
				return err
			}
			if l.Certificate, err = t.m.Authority.IssueLock(l.Number, id.PublicKey(), id.ExchangeKey(), tx.Now()); err != nil {
				return err
			}
			all = append(all, l)
			t.locks = append(t.locks, &townLock{number: l.Number, id: id, head: credential.ChainStart(id.PublicKey())})
		}
		return tx.PutLocks(ctx, all)
	})
}

// enrol certifies the keys and a station.
func (t *town) enrol(ctx context.Context, keys int) error {
	for i := range keys {
		signer, err := credential.NewSigningKey()
		if err != nil {
			return err
		}
		public, err := credential.PublicKeyOf(signer)
		if err != nil {
			return err
		}
		enrolment, err := t.m.Keys.Enrol(ctx, "bench", townKeyNumber(i), public)
		if err != nil {
			return err
		}
		cert, err := credential.ParseCertificate(enrolment.Certificate)
		if err != nil {
			return err
		}
		t.keys = append(t.keys, &townKey{device: cert.Subject, signer: signer, public: public})
	}
	token, err := t.m.Stations.Enrol(ctx, "bench", townGroup, townGroup)
	if err != nil {
		return err
	}
	id, err := credential.NewIdentity()
	if err != nil {
		return err
	}
	t.secret = fleet.NewStationSecret()
	t.station, err = t.m.Stations.Connect(ctx, token, id.PublicKey(), id.ExchangeKey(), fleet.HashStationSecret(t.secret))
	return err
}

// load stores records, and as many grants as visits would have brought them with, without the work of taking them over: what is
// measured afterwards has the tables of a municipality that has been at work for a while.
func (t *town) load(ctx context.Context, records int) error {
	db, err := pool(t.engine, t.target)
	if err != nil {
		return err
	}
	defer db.Close()
	run, err := credential.Encode(make([][3][]byte, credential.MaxBatchRecords)) // as long as a run of records, and never read
	if err != nil {
		return err
	}
	run = append(run, make([]byte, 32*credential.MaxBatchRecords)...)
	first, doors, key := t.locks[0].number, len(t.locks), townKeyNumber(0)
	for _, text := range map[string][]string{
		onSQLite: {
			`INSERT INTO lock_records WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %[1]d / 32)
				SELECT %[2]d + i %% %[3]d, 60000, 32 * (i / %[3]d) + 1, x'%[5]x' FROM n`,
			`INSERT INTO grants WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %[1]d / 20)
				SELECT random(), k.id, k.group_id, (SELECT id FROM stations), i, i, %[3]d FROM n, keys k WHERE k.number = '%[4]s'`,
		},
		onPostgres: {
			`INSERT INTO lock_records SELECT %[2]d + i %% %[3]d, 60000, 32 * (i / %[3]d) + 1, '\x%[5]x' FROM generate_series(0, %[1]d / 32 - 1) AS i`,
			`INSERT INTO grants SELECT (random() * 9e18)::bigint, k.id, k.group_id, (SELECT id FROM stations), i, i, %[3]d
				FROM generate_series(1, %[1]d / 20) AS i, keys k WHERE k.number = '%[4]s'`,
		},
	}[t.engine] {
		if _, err := db.ExecContext(ctx, fmt.Sprintf(text, records, first, doors, key, run)); err != nil {
			return err
		}
	}
	return nil
}

// mail makes what a key carries home: so many new records of each of so many locks, from the place'th on.
func (t *town) mail(place, locks, records int) ([]byte, error) {
	var m credential.Mail
	for i := range locks {
		sealed, err := t.locks[(place+i)%len(t.locks)].batch(t.m.Authority, t.keys[0].device, records)
		if err != nil {
			return nil, err
		}
		m.Batches = append(m.Batches, sealed)
	}
	return credential.Encode(m)
}

// batch lets the lock be opened and gives the records.
func (l *townLock) batch(authority *credential.Authority, key uint32, records int) ([]byte, error) {
	b := credential.LogBatch{Lock: l.number, Identity: l.id.PublicKey().Hash(), Epoch: 1, Prev: l.head, Oldest: l.seq + 1}
	for range records {
		l.seq++
		r := credential.Record{Seq: l.seq, Boot: 1, Time: credential.At(time.Now()), Quality: credential.TimeRunning, Event: credential.EventOpened,
			Key: key, Activation: credential.ActivationSerial(1, 1)}
		var err error
		if l.head, err = r.Chain(l.head); err != nil {
			return nil, err
		}
		b.Records = append(b.Records, r)
	}
	b.Last = l.seq
	signed, err := credential.SignBatch(l.id.Signing, b)
	if err != nil {
		return nil, err
	}
	return credential.SealBatch(authority.Ingest(), signed)
}

// upload signs a key's next request for a nonce.
func (k *townKey) upload(nonce [16]byte, mail []byte) (keysync.Visit, error) {
	k.counter++
	v := keysync.Visit{Mail: mail}
	rand.Read(v.Handshake[:])
	var err error
	v.Request, err = credential.SignSyncRequest(k.signer, credential.SyncRequest{Key: k.device, Counter: k.counter, Nonce: nonce,
		Handshake: v.Handshake, Mail: sha256.Sum256(mail)})
	return v, err
}
