package importer

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/registers"
)

// perPart is how many things are staged as one part: a few milliseconds of work.
const perPart = 8

// plan turns register rows into the parts that are applied.
type plan struct {
	r   *registers.Registers
	loc *time.Location
	run *run

	part *casework.RegisterBatch // what is being gathered
	emit func(casework.RegisterBatch) error
	err  error // the first of emit
}

// newPlan makes a plan that gives its parts to emit.
func newPlan(r *registers.Registers, loc *time.Location, i *run, emit func(casework.RegisterBatch) error) *plan {
	return &plan{r: r, loc: loc, run: i, emit: emit}
}

// each gives emit what is new or changed, in an order in which everything finds what it depends on. Only one part is in
// memory at a time. After an error of emit, which is returned, rows are still compared and counted.
func (p *plan) each() error {
	p.providers()
	p.groups()
	p.staff()
	p.entrances()
	p.clients()
	p.keys()
	p.consents()
	p.flush()
	return p.err
}

// flush gives away the part that has been gathered.
func (p *plan) flush() {
	if p.part != nil && p.err == nil {
		p.err = p.emit(*p.part)
	}
	p.part = nil
}

// gather adds one thing of rows to the current part, starting a new one after perPart things.
func gather[T any](p *plan, things *int, rows []casework.RegisterRow, thing T, add func(*casework.RegisterBatch, T)) {
	if *things%perPart == 0 {
		p.flush()
		p.part = &casework.RegisterBatch{}
	}
	*things++
	p.add(rows)
	add(p.part, thing)
}

// add counts the rows of one more thing in the current part.
func (p *plan) add(rows []casework.RegisterRow) {
	p.part.Rows = append(p.part.Rows, rows...)
	p.part.RowsOf = append(p.part.RowsOf, len(rows))
}

// fresh tells the run about rows and reports whether any of them is new or changed. It returns those that are.
func (p *plan) fresh(rows ...casework.RegisterRow) []casework.RegisterRow {
	var out []casework.RegisterRow
	for _, r := range rows {
		if was, changed := p.run.isNew(r); changed {
			r.Was = was
			out = append(out, r)
		}
	}
	return out
}

func row1(file string, row int32, key string, says ...any) casework.RegisterRow {
	sum := sha256.Sum256(fmt.Appendln(nil, says...))
	return casework.RegisterRow{File: file, Row: int(row), Key: key, Digest: hex.EncodeToString(sum[:12])}
}

func (p *plan) providers() {
	n := 0
	for _, v := range p.r.Providers {
		rows := p.fresh(row1("utforare", v.Row, v.Org.String(), v.Name, v.Municipal))
		if len(rows) > 0 {
			gather(p, &n, rows, care.Provider{OrgNumber: v.Org.String(), Name: v.Name, Private: !v.Municipal},
				func(b *casework.RegisterBatch, t care.Provider) { b.Providers = append(b.Providers, t) })
		}
	}
}

func groupKind(k registers.GroupKind) routine.GroupKind {
	switch k {
	case registers.GroupHealthCare:
		return routine.HealthGroup
	case registers.GroupDelivery:
		return routine.ShoppingGroup
	}
	return routine.GroupKind(k) // homecare, rural and alarm are called the same
}

func (p *plan) groups() {
	n := 0
	for _, v := range p.r.Groups {
		rows := p.fresh(row1("grupper", v.Row, v.ID, v.Name, v.Provider, v.Kind, v.MaxInOneDay))
		if len(rows) == 0 {
			continue
		}
		g := care.Group{Code: v.ID, Name: v.Name, OrgNumber: v.Provider.String(), Kind: groupKind(v.Kind), MaxStaff: v.MaxInOneDay}
		gather(p, &n, rows, g, func(b *casework.RegisterBatch, t care.Group) { b.Groups = append(b.Groups, t) })
	}
}

func (p *plan) staff() {
	n := 0
	for _, of := range groupBy(p.r.Staff, func(s registers.Staff) string { return s.Number }) {
		var all []casework.RegisterRow
		first := of[0]
		out := casework.RegisterStaff{Staff: care.Staff{EmployeeNumber: first.Number, GivenName: first.GivenName,
			FamilyName: first.FamilyName, Email: first.Email, Phone: first.Phone}}
		for _, s := range of {
			all = append(all, row1("medarbetare", s.Row, fmt.Sprintf("%s/%s/%s", s.Number, s.Group, s.From), s.GivenName, s.FamilyName, s.Email, s.Phone, s.From, s.Until))
			if s.Group == "" { // known by name and number, and let in nowhere
				continue
			}
			out.Groups = append(out.Groups, casework.RegisterMembership{Group: s.Group, From: p.at(s.From), Until: p.until(s.Until)})
		}
		if rows := p.fresh(all...); len(rows) > 0 {
			gather(p, &n, rows, out, func(b *casework.RegisterBatch, t casework.RegisterStaff) { b.Staff = append(b.Staff, t) })
		}
	}
}

// entrances are those that clients name and those that locks sit on; locks in stock follow.
func (p *plan) entrances() {
	locks := map[string][]registers.Lock{}
	for _, l := range p.r.Locks {
		if l.Status == registers.LockMounted && l.Kind == registers.LockEntrance {
			locks[l.Entrance] = append(locks[l.Entrance], l)
		}
	}
	named := map[string]bool{}
	var codes []string
	for _, c := range p.r.Clients {
		if c.Entrance != "" && !named[c.Entrance] {
			named[c.Entrance] = true
			codes = append(codes, c.Entrance)
		}
	}
	n := 0
	for _, code := range codes {
		out := casework.RegisterEntrance{Code: code}
		var all []casework.RegisterRow
		for _, l := range locks[code] {
			all = append(all, lockRow(l))
			out.Locks = append(out.Locks, p.lock(l))
		}
		rows := p.fresh(all...)
		if _, known := p.run.before[rowKey{filePort, code}]; !known {
			rows = append(rows, casework.RegisterRow{File: filePort, Key: code})
		}
		if len(rows) == 0 {
			continue
		}
		gather(p, &n, rows, out, func(b *casework.RegisterBatch, t casework.RegisterEntrance) { b.Entrances = append(b.Entrances, t) })
	}
	n = 0
	for _, l := range p.r.Locks {
		if l.Status == registers.LockMounted {
			continue
		}
		if rows := p.fresh(lockRow(l)); len(rows) > 0 {
			gather(p, &n, rows, p.lock(l), func(b *casework.RegisterBatch, t fleet.Lock) { b.Stock = append(b.Stock, t) })
		}
	}
}

func lockRow(l registers.Lock) casework.RegisterRow {
	r := row1("las", l.Row, l.Serial, l.Kind, l.Status, l.Client, l.Entrance, l.Mounted)
	r.Said = string(lockState(l.Status))
	return r
}

func lockState(s registers.LockStatus) fleet.LockState {
	if s == registers.LockMounted {
		return fleet.Mounted
	}
	return fleet.InStock
}

func (p *plan) lock(l registers.Lock) fleet.Lock {
	out := fleet.Lock{Serial: l.Serial, State: lockState(l.Status), MountedAt: p.at(l.Mounted)}
	switch l.Kind {
	case registers.LockKeyBox:
		out.Kind = fleet.Box
	case registers.LockEntrance:
		out.Kind = fleet.Entrance
	default:
		out.Kind = fleet.Door
	}
	return out
}

func (p *plan) clients() {
	services := map[swedish.PersonalNumber][]registers.Service{}
	for _, s := range p.r.Services {
		services[s.Client] = append(services[s.Client], s)
	}
	locks := map[swedish.PersonalNumber]registers.Lock{}
	for _, l := range p.r.Locks {
		if l.Status == registers.LockMounted && l.Kind != registers.LockEntrance {
			locks[l.Client] = l
			if _, known := p.run.before[rowKey{"las", l.Serial}]; known && p.run.o.DryRun {
				p.run.moving[l.Serial] = true // parts are looked at as they are planned
			}
		}
	}
	// By number rather than in the file's order: what is indexed by it is then written page after page.
	byNumber := make([]*registers.Client, len(p.r.Clients))
	for i := range p.r.Clients {
		byNumber[i] = &p.r.Clients[i]
	}
	slices.SortFunc(byNumber, func(a, b *registers.Client) int { return cmp.Compare(a.ID, b.ID) })
	homes := p.homes()
	n := 0
	for _, first := range byNumber {
		home := &homes[first.Dwelling]
		together := 0
		for _, c := range home.clients { // those who live together are applied together
			out, rows := p.client(c, home.entrance, services[c.ID], locks)
			if rows = p.fresh(rows...); len(rows) == 0 {
				continue
			}
			if out.Lock != nil {
				_, known := p.run.before[rowKey{"las", out.Lock.Serial}]
				p.run.moving[out.Lock.Serial] = known
			}
			if together++; together == 1 {
				gather(p, &n, rows, out, func(b *casework.RegisterBatch, t casework.RegisterClient) { b.Clients = append(b.Clients, t) })
			} else {
				p.add(rows)
				p.part.Clients = append(p.part.Clients, out)
			}
		}
		home.clients = nil
	}
}

// home is a dwelling of the registers.
type home struct {
	clients  []*registers.Client // nil once they have been planned
	entrance string              // the first that any of them names: a cell that a partner has left empty says nothing
}

func (p *plan) homes() []home {
	homes := make([]home, p.r.Dwellings)
	for i := range p.r.Clients {
		c := &p.r.Clients[i]
		h := &homes[c.Dwelling]
		h.clients = append(h.clients, c)
		h.entrance = cmp.Or(h.entrance, c.Entrance)
	}
	return homes
}

func (p *plan) client(c *registers.Client, entrance string, services []registers.Service, locks map[swedish.PersonalNumber]registers.Lock) (casework.RegisterClient, []casework.RegisterRow) {
	number := c.ID.String()
	out := casework.RegisterClient{
		Client: care.Client{PersonalNumber: number, GivenName: c.GivenName, FamilyName: c.FamilyName, Phone: c.Phone,
			Protected: c.Protected, RelativeName: c.ContactName, RelativePhone: c.ContactPhone},
		Dwelling: care.Dwelling{Street: c.Street, Apartment: c.Apartment, PostalCode: digits(c.PostalCode), Town: c.Town},
		Entrance: entrance,
	}
	if key, shared := c.Address(); shared {
		out.Dwelling.AddressKey = key
	}
	rows := []casework.RegisterRow{row1("kunder", c.Row, number, c.GivenName, c.FamilyName, c.Phone, c.Protected, c.ContactName,
		c.ContactPhone, c.Street, c.Apartment, c.PostalCode, c.Town, entrance)}
	for _, s := range services {
		v := casework.RegisterService{Row: int(s.Row), Kind: serviceKind(s.Kind), Group: s.Group,
			From: p.at(s.From), Until: p.until(s.Until), InEffect: s.InEffect, OpensSelf: s.OpensSelf}
		rows = append(rows, row1("insatser", s.Row, fmt.Sprintf("%s/%s/%s/%s", number, s.Kind, s.Group, s.From), s.From, s.Until, s.InEffect, s.OpensSelf))
		out.Services = append(out.Services, v)
	}
	if l, ok := locks[c.ID]; ok {
		lock := p.lock(l)
		out.Lock, out.LockRow = &lock, int(l.Row)
		rows = append(rows, lockRow(l))
	}
	return out, rows
}

func serviceKind(k registers.ServiceKind) routine.ServiceKind {
	if k == registers.ServiceHealthCare {
		return routine.Health
	}
	return routine.ServiceKind(k) // alarm, homecare and shopping are called the same
}

func (p *plan) keys() {
	n := 0
	for _, k := range p.r.Keys {
		row := row1("nycklar", k.Row, k.Number, k.Group, k.Status, k.BatteryChanged)
		row.Said = string(keyState(k.Status))
		rows := p.fresh(row)
		if len(rows) == 0 {
			continue
		}
		out := casework.RegisterKey{Group: k.Group, Key: fleet.Key{Number: k.Number, BatteryChanged: p.at(k.BatteryChanged), State: keyState(k.Status)}}
		gather(p, &n, rows, out, func(b *casework.RegisterBatch, t casework.RegisterKey) { b.Keys = append(b.Keys, t) })
	}
}

func keyState(s registers.KeyStatus) fleet.KeyState {
	switch s {
	case registers.KeyInUse:
		return fleet.KeyIssued
	case registers.KeyBlocked:
		return fleet.KeyBlocked
	case registers.KeyBroken:
		return fleet.KeyBroken
	}
	return fleet.KeyInStock
}

func (p *plan) consents() {
	n := 0
	for _, c := range p.r.Consents {
		out := consent.Imported{Property: c.Property, Town: c.Town, Owner: c.Owner, Answer: consent.Answer(c.Answer), Date: p.at(c.Date), Diary: c.Diary}
		if c.Answer == registers.ConsentOral {
			out.Answer, out.Oral = consent.Given, true
		}
		rows := p.fresh(row1("samtycken", c.Row, out.Key(), c.Property, c.Town, c.Owner, c.Answer, c.Date, c.Diary))
		if len(rows) == 0 {
			continue
		}
		gather(p, &n, rows, out, func(b *casework.RegisterBatch, t consent.Imported) { b.Consents = append(b.Consents, t) })
	}
}

// at is the local midnight that begins a day, the zero time for an empty cell.
func (p *plan) at(d swedish.Date) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return d.Start(p.loc).UTC()
}

// until is at, with no end for an empty cell.
func (p *plan) until(d swedish.Date) time.Time {
	if d == 0 {
		return routine.Forever
	}
	return p.at(d)
}

// groupBy gathers values with the same key, in the order in which the keys first appear.
func groupBy[T any](values []T, key func(T) string) [][]T {
	place := map[string]int{}
	var out [][]T
	for _, v := range values {
		k := key(v)
		i, ok := place[k]
		if !ok {
			i = len(out)
			place[k] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], v)
	}
	return out
}

func sortVanished(v []Vanished) {
	slices.SortFunc(v, func(a, b Vanished) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
}

// digits is a postal code without its space, as the house keeps it.
func digits(p swedish.PostalCode) string { return strings.ReplaceAll(p.String(), " ", "") }
