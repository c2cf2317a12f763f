package simulate

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/edge/deviceapi"
	"hemnyckel/internal/edge/registers"
	"hemnyckel/internal/program/sample"
)

// town is the municipality while it lives.
type town struct {
	o        Options
	start    time.Time // the first midnight
	server   *server
	reg      *registers.Registers
	groups   []*group
	locks    []*lock
	numbered map[uint32]*lock
	keys     []*key
	stations []*station
	login    *station // what a phone's owner logs in to
	faults   faults
	dice     dice
}

// group is a care group with what it works with.
type group struct {
	code    string
	id      string
	kind    registers.GroupKind
	number  uint32
	people  []*person
	fobs    []*key
	phones  []*key
	station *station
	loses   []int64          // when a key of theirs is lost at work, at the earliest
	rights  map[*lock][]span // when it may open what, as the municipality's own table says; replaced whole, never changed
}

// person is a member of one group.
type person struct {
	pseudonym uint64
	groups    []deviceapi.Member
}

// span is half-open, in seconds after the first midnight.
type span struct{ from, until int64 }

func (s span) holds(at int64) bool { return s.from <= at && at < s.until }

func anyHolds(all []span, at int64) bool {
	for _, s := range all {
		if s.holds(at) {
			return true
		}
	}
	return false
}

// firstDay is a Monday in winter time.
func firstDay() swedish.Date { return swedish.NewDate(2026, 11, 23) }

// settle makes the municipality out of its registers, claims its locks, enrols its keys and stations.
func settle(ctx context.Context, o Options, dir string) (*town, error) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return nil, err
	}
	d := firstDay()
	t := &town{o: o, start: time.Date(d.Year(), time.Month(d.Month()), d.Day(), 0, 0, 0, 0, zone), dice: newDice(o.Seed, "town")}
	t.faults = chosenFaults(o)
	o.Progress(problem.Text{SV: "kommunen läses in", EN: "the municipality is imported"}, 0)
	from := filepath.Join(dir, "registers")
	if _, err := sample.Write(from, sample.Options{Clients: o.Clients, Seed: o.Seed, Day: d}); err != nil {
		return nil, err
	}
	if t.reg, _, err = registers.Read(ctx, from, registers.Options{Day: d, AllowReserve: true}); err != nil {
		return nil, err
	}
	if t.server, err = openServer(ctx, filepath.Join(dir, "municipality"), from, t.start); err != nil {
		return nil, err
	}
	o.Progress(problem.Text{SV: "lås och nycklar tas i bruk", EN: "locks and keys are taken into use"}, 0)
	if err := t.equip(ctx); err != nil {
		t.server.close()
		return nil, err
	}
	return t, nil
}

func (t *town) equip(ctx context.Context) error {
	for i, r := range t.reg.Groups {
		t.groups = append(t.groups, &group{code: r.ID, kind: r.Kind})
		st, err := t.newStation(ctx, i, "Station "+r.ID, r.ID)
		if err != nil {
			return err
		}
		t.groups[i].station = st
	}
	login, err := t.newStation(ctx, len(t.stations), "Inloggning", t.groups[0].code)
	if err != nil {
		return err
	}
	t.login = login
	for i, r := range t.reg.Locks {
		if r.Status == registers.LockMounted {
			t.locks = append(t.locks, &lock{place: len(t.locks), serial: r.Serial, row: &t.reg.Locks[i], start: credential.At(t.start)})
		}
	}
	t.breakLocks()
	if err := t.server.claim(ctx, t.locks); err != nil {
		return err
	}
	if err := t.server.know(ctx, t); err != nil {
		return err
	}
	return t.handOut(ctx)
}

// handOut enrols every key in use by a group that may open something, or that may take over a client, and a phone for some of the nurses.
func (t *town) handOut(ctx context.Context) error {
	groups := map[string]*group{}
	for _, g := range t.groups {
		groups[g.code] = g
	}
	for _, r := range t.reg.Keys {
		if g := groups[r.Group]; g != nil && (len(g.rights) > 0 || g.kind == registers.GroupHomeCare) && r.Status == registers.KeyInUse {
			k, err := t.newKey(ctx, r.Number, g, false)
			if err != nil {
				return err
			}
			g.fobs = append(g.fobs, k)
		}
	}
	for _, g := range t.groups {
		if g.kind != registers.GroupHealthCare || len(g.rights) == 0 { // the nurses drive from home
			continue
		}
		var numbers []string
		for i := range min(len(g.people), 3) {
			numbers = append(numbers, fmt.Sprintf("T%s%02d", g.code, i+1))
		}
		if err := t.server.addPhones(ctx, g.code, numbers); err != nil {
			return err
		}
		for _, number := range numbers {
			k, err := t.newKey(ctx, number, g, true)
			if err != nil {
				return err
			}
			g.phones = append(g.phones, k)
		}
	}
	return nil
}

// The parts that events touch, as numbers.
func (t *town) lockPart(l *lock) int       { return 1 + l.place }
func (t *town) keyPart(k *key) int         { return 1 + len(t.locks) + k.place }
func (t *town) stationPart(s *station) int { return 1 + len(t.locks) + len(t.keys) + s.place }
func (t *town) parts() int                 { return 1 + len(t.locks) + len(t.keys) + len(t.stations) }

// serverPart is the server and its database.
const serverPart = 0

// clock is the true time.
func (t *town) clock(at int64) time.Time { return t.start.Add(time.Duration(at) * time.Second) }

func (t *town) instant(at int64) credential.Instant {
	return credential.At(t.start) + credential.Instant(at)
}
