package simulate

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/deviceapi"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
	"hemnyckel/lockcore"
)

// server is the municipality's real server side in virtual time, and the only file here that knows how it is asked. One event
// at a time uses it.
type server struct {
	m   *municipality.Municipality
	now atomic.Int64 // Unix seconds
}

const actor = "simulate"

func openServer(ctx context.Context, target, registers string, start time.Time) (*server, error) {
	s := &server{}
	s.now.Store(start.Unix())
	var err error
	s.m, err = municipality.Open(ctx, target, municipality.Options{Create: true, Clock: func() time.Time { return time.Unix(s.now.Load(), 0) }})
	if err != nil {
		return nil, err
	}
	if err := s.m.DB.Relax(ctx); err != nil {
		return nil, errors.Join(err, s.m.Close())
	}
	_, err = importer.Run(ctx, s.m, registers, "en", importer.Options{Day: firstDay(), Location: start.Location(), AllowReserve: true})
	if err != nil {
		return nil, errors.Join(err, s.m.Close())
	}
	return s, nil
}

func (s *server) close() error { return s.m.Close() }

// claim takes the mounted locks into use, as the lock manager does at each door.
func (s *server) claim(ctx context.Context, locks []*lock) error {
	serials := make([]string, len(locks))
	for i, l := range locks {
		serials[i] = l.serial
	}
	now := time.Unix(s.now.Load(), 0)
	return s.m.DB.Update(ctx, func(tx *storage.Tx) error {
		known, err := tx.LocksBySerial(ctx, serials)
		if err != nil {
			return err
		}
		changed := make([]fleet.Lock, len(locks))
		if err := onAllProcessors(len(locks), func(i int) error {
			l := locks[i]
			row, ok := known[l.serial]
			if !ok {
				return fmt.Errorf("simulate: the import did not take lock %s", l.serial)
			}
			row.Epoch = max(row.Epoch, 1)
			if err := l.begin(); err != nil {
				return err
			}
			err := l.claim(func(c lockcore.Candidate) (_ lockcore.ClaimInstall, err error) {
				if row.Certificate, err = s.m.Authority.IssueLock(row.Number, c.Key, c.Exchange, now); err != nil {
					return lockcore.ClaimInstall{}, err
				}
				return s.install(c, row, l, now)
			})
			l.number, l.epoch, changed[i] = row.Number, uint16(row.Epoch), row
			return err
		}); err != nil {
			return err
		}
		return tx.PutLocks(ctx, changed)
	})
}

// onAllProcessors does n pieces of work that have nothing to do with each other.
func onAllProcessors(n int, do func(i int) error) error {
	var next atomic.Int64
	faults := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range faults {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && faults[w] == nil; i = int(next.Add(1)) - 1 {
				faults[w] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

func (s *server) install(c lockcore.Candidate, row fleet.Lock, l *lock, now time.Time) (lockcore.ClaimInstall, error) {
	config, err := s.m.Authority.IssueConfig(credential.LockConfig{Lock: row.Number, Version: 1, Epoch: uint16(row.Epoch),
		StrictClock: l.strictClock, StrictLog: l.strictLog}, now)
	if err != nil {
		return lockcore.ClaimInstall{}, err
	}
	return lockcore.NewInstall(s.m.Authority, c, row.Certificate, config, now)
}

// know reads who is in which group and what each group may open: what the simulation judges by.
func (s *server) know(ctx context.Context, t *town) error {
	var codes, numbers []string
	for _, g := range t.groups {
		codes = append(codes, g.code)
	}
	for _, r := range t.reg.Staff {
		numbers = append(numbers, r.Number)
	}
	t.numbered = map[uint32]*lock{}
	for _, l := range t.locks {
		t.numbered[l.number] = l
	}
	if err := s.m.DB.View(ctx, func(tx *storage.Tx) error {
		groups, err := tx.GroupsByCode(ctx, codes)
		if err != nil {
			return err
		}
		staff, err := tx.StaffByNumber(ctx, numbers)
		if err != nil {
			return err
		}
		for _, g := range t.groups {
			row := groups[g.code]
			g.id, g.number = row.ID, row.Number
			for _, r := range t.reg.Staff {
				if p, ok := staff[r.Number]; ok && r.Group == g.code && r.Until == 0 && r.From <= firstDay() {
					g.people = append(g.people, &person{uint64(p.Pseudonym), []deviceapi.Member{{Group: g.number, From: 0, Until: credential.At(t.clock(MaxDays * 2 * day))}}})
				}
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return s.rights(ctx, t, t.groups...)
}

// rights reads what groups may open, as the municipality's own table has it now.
func (s *server) rights(ctx context.Context, t *town, groups ...*group) error {
	return s.m.DB.View(ctx, func(tx *storage.Tx) error {
		for _, g := range groups {
			rights, err := tx.RightsOfGroup(ctx, g.id, t.start, t.clock(MaxDays*day))
			if err != nil {
				return err
			}
			g.rights = periods(t, rights)
		}
		return nil
	})
}

// order has a case officer of an organisation order something.
func (s *server) order(ctx context.Context, at time.Time, officer swedish.OrgNumber, o casework.NewOrder) error {
	s.now.Store(at.Unix())
	_, err := s.m.Casework.Place(ctx, casework.Orderer{Organisation: officer.String(), Role: routine.CaseOfficer, Actor: actor}, o)
	return err
}

func periods(t *town, rights []keysync.GroupRight) map[*lock][]span {
	all := map[*lock][]access.Right{}
	for _, r := range rights {
		all[t.numbered[r.Lock]] = append(all[t.numbered[r.Lock]], access.Right{From: r.From, Until: r.Until})
	}
	out := make(map[*lock][]span, len(all))
	for l, of := range all {
		for _, p := range access.Union(of) {
			out[l] = append(out[l], span{p.From.Unix() - t.start.Unix(), p.Until.Unix() - t.start.Unix()})
		}
	}
	return out
}

// enrol makes a key the municipality's, and returns its number in grants.
func (s *server) enrol(ctx context.Context, number string, fob *locksim.Key) (uint32, error) {
	e, err := s.m.Keys.Enrol(ctx, actor, number, fob.PublicKey())
	if err != nil {
		return 0, err
	}
	raw, err := credential.Encode(e)
	if err != nil {
		return 0, err
	}
	if err := fob.Enrol(raw); err != nil {
		return 0, err
	}
	return fob.Status().Key, nil
}

// addPhones makes phones known as keys of a group.
func (s *server) addPhones(ctx context.Context, group string, numbers []string) error {
	var b casework.RegisterBatch
	for _, n := range numbers {
		b.Keys = append(b.Keys, casework.RegisterKey{Group: group, Key: fleet.Key{Number: n, State: fleet.KeyIssued}})
	}
	return s.m.DB.Update(ctx, func(tx *storage.Tx) error {
		faults, err := s.m.Casework.ApplyRegisters(ctx, tx, casework.Import{ID: actor}, b)
		if err == nil && len(faults) > 0 {
			err = errors.New(faults[0].Text.EN)
		}
		return err
	})
}

// newStation enrols a station at a group's cabinet.
func (s *server) newStation(ctx context.Context, name, group string, id *credential.Identity) (fleet.Station, error) {
	token, err := s.m.Stations.Enrol(ctx, actor, name, group)
	if err != nil {
		return fleet.Station{}, err
	}
	return s.m.Stations.Connect(ctx, token, id.PublicKey(), id.ExchangeKey(), fleet.HashStationSecret(rand.Text()))
}

// refresh is what a station fetches every few hours, without the verifiers of PINs: people here have identified.
func (s *server) refresh(ctx context.Context, at time.Time, device uint32) (deviceapi.Refresh, fleet.Station, error) {
	s.now.Store(at.Unix())
	blocks, err := s.m.Keys.BlockList(ctx)
	if err != nil {
		return deviceapi.Refresh{}, fleet.Station{}, err
	}
	renewed, err := s.m.Stations.Renew(ctx, device)
	if err != nil {
		return deviceapi.Refresh{}, fleet.Station{}, err
	}
	a := s.m.Authority
	return deviceapi.Refresh{Name: renewed.Station.Name, Certificate: renewed.Station.Certificate, Roots: a.Roots(), Changes: a.RootStatements(),
		StationCA: a.Certificate(credential.RoleStationCA), DeviceCA: a.Certificate(credential.RoleDeviceCA),
		Blocks: blocks, Revocation: a.Certificate(credential.RoleRevocation), Now: credential.At(renewed.Now)}, renewed.Station, nil
}

func (s *server) nonce(ctx context.Context, at time.Time, station fleet.Station) ([16]byte, error) {
	s.now.Store(at.Unix())
	return s.m.Sync.Nonce(ctx, station.Device)
}

// visit has the server keep what a key brought and sign what it takes out.
func (s *server) visit(ctx context.Context, at time.Time, station fleet.Station, v keysync.Visit) ([]byte, error) {
	s.now.Store(at.Unix())
	return s.m.Sync.Visit(ctx, station, v)
}

// unpack has the server take over the mail that it has, and returns how far the logs of locks have come.
func (s *server) unpack(ctx context.Context, at time.Time, locks []uint32) (map[uint32]uint32, error) {
	s.now.Store(at.Unix())
	if _, err := s.m.Sync.Unpack(ctx); err != nil {
		return nil, err
	}
	slices.Sort(locks)
	out := map[uint32]uint32{}
	err := s.m.DB.View(ctx, func(tx *storage.Tx) error {
		heads, err := tx.LockHeads(ctx, slices.Compact(locks))
		for number, h := range heads {
			out[number] = h.Seq
		}
		return err
	})
	return out, err
}

// phoneVisit is a visit of a phone: the same rights, for a day instead of five.
func (s *server) phoneVisit(ctx context.Context, at time.Time, station fleet.Station, v keysync.Visit) ([]byte, error) {
	raw, err := s.visit(ctx, at, station, v)
	if err != nil {
		return nil, err
	}
	out, err := credential.DecodeSyncResponse(raw)
	if err != nil {
		return nil, err
	}
	g, err := credential.ParseGrant(out.Grant)
	if err != nil {
		return nil, err
	}
	tree, err := credential.NewTree(out.Leaves)
	if err != nil {
		return nil, err
	}
	g.Expires = min(g.Expires, credential.At(at.Add(phoneLife)))
	if out.Grant, err = s.m.Authority.IssueGrant(g, tree, at); err != nil {
		return nil, err
	}
	return credential.Encode(out)
}

// phoneLife is how long a grant to a personal device lives.
const phoneLife = 24 * time.Hour

func (s *server) report(ctx context.Context, at time.Time, station fleet.Station, reports []keysync.Report) error {
	s.now.Store(at.Unix())
	settled, err := s.m.Sync.ReportActivations(ctx, station, reports)
	if err == nil && len(settled.Rejected) > 0 {
		err = fmt.Errorf("simulate: the server rejects %d of %d activations of station %s", len(settled.Rejected), len(reports), station.Name)
	}
	return err
}

// block blocks a lost key and returns the number of the block list that says so.
func (s *server) block(ctx context.Context, at time.Time, number string) (uint64, error) {
	s.now.Store(at.Unix())
	if err := s.m.Keys.Block(ctx, actor, number, "lost"); err != nil {
		return 0, err
	}
	return s.blockNumber(ctx)
}

func (s *server) blockStation(ctx context.Context, at time.Time, name string) (uint64, error) {
	s.now.Store(at.Unix())
	if err := s.m.Fleet.Sites.Block(ctx, routine.Who{Actor: actor, Role: routine.LockManager}, name, "stolen"); err != nil {
		return 0, err
	}
	return s.blockNumber(ctx)
}

func (s *server) blockNumber(ctx context.Context) (uint64, error) {
	raw, err := s.m.Keys.BlockList(ctx)
	if err != nil {
		return 0, err
	}
	list, err := credential.ParseBlockList(raw)
	return list.Version.Number, err
}

// records returns everything that the server has of a lock's log, by sequence number.
func (s *server) records(ctx context.Context, l *lock) (out map[uint32][]byte, err error) {
	err = s.m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		out, err = tx.LockRecords(ctx, l.number, l.epoch, 1, l.store.last)
		return err
	})
	return out, err
}
