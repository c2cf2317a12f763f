package casework

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Person is a client as the pages show them: what may not be seen is empty, not merely hidden by the page.
type Person struct {
	ID        string
	Protected bool
	Revealed  bool   // name, address and whole number are here, after a reason was given
	Name      string // "" while protected and not revealed
	Number    string // masked until revealed
	Phone     string // only when revealed
	Street    string
	Apartment string
	Postal    string
	Town      string
	Ended     time.Time
}

// people returns the clients whom somebody may read about, as a list shows them, in the order of their ids.
func people(ctx context.Context, tx PagesTx, who Reader, ids []string) ([]Person, error) {
	found, err := tx.ClientsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	homes, err := tx.Dwellings(ctx, dwellingsOf(found))
	if err != nil {
		return nil, err
	}
	if err := mayRead(ctx, tx, who, found, homes); err != nil {
		return nil, err
	}
	var all []Person
	for _, id := range ids {
		if c, ok := found[id]; ok {
			all = append(all, masked(c, homes[c.DwellingID]))
		}
	}
	return all, nil
}

// nameCase writes a name the way registers do, if somebody in a hurry wrote it all small or all large. Comparing letters
// of any case is not the same on both engines, and would not use the index.
func nameCase(s string) string {
	if s != strings.ToLower(s) && s != strings.ToUpper(s) {
		return s
	}
	start := true
	return strings.Map(func(r rune) rune {
		defer func() { start = r == '-' || r == ' ' }()
		if start {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, s)
}

func dwellingsOf(clients map[string]care.Client) []string {
	var ids []string
	for _, c := range clients {
		if !slices.Contains(ids, c.DwellingID) { // a couple shares one
			ids = append(ids, c.DwellingID)
		}
	}
	return ids
}

// masked is what is seen without giving a reason.
func masked(c care.Client, d care.Dwelling) Person {
	if c.Protected {
		return Person{ID: c.ID, Protected: true, Number: "********-****", Ended: c.Ended}
	}
	p := revealed(c, d)
	p.Revealed, p.Phone = false, ""
	if len(c.PersonalNumber) == 12 {
		p.Number = c.PersonalNumber[:8] + "-****"
	}
	return p
}

func revealed(c care.Client, d care.Dwelling) Person {
	p := Person{ID: c.ID, Protected: c.Protected, Revealed: true, Name: c.GivenName + " " + c.FamilyName, Number: c.PersonalNumber,
		Phone: c.Phone, Street: d.Street, Apartment: d.Apartment, Postal: d.PostalCode, Town: d.Town, Ended: c.Ended}
	if len(c.PersonalNumber) == 12 {
		p.Number = c.PersonalNumber[:8] + "-" + c.PersonalNumber[8:]
	}
	if len(d.PostalCode) == 5 {
		p.Postal = d.PostalCode[:3] + " " + d.PostalCode[3:]
	}
	return p
}

// ServiceLine is a decision in force with its group in words.
type ServiceLine struct {
	care.Service
	GroupCode string
	GroupName string
}

// ClientPage is one client's page.
type ClientPage struct {
	Now      time.Time
	Person   Person
	Locks    []MountedLock
	Services []ServiceLine
	Chains   []RightChain
	Tasks    []TaskLine
	Events   []journal.Record
	Next     journal.Cursor
	Things   map[string]Thing
	ClientMore
}

// Look says how a client's page is asked for.
type Look struct {
	Reveal bool   // show name, address and whole number
	Reason string // why; demanded with Reveal, at most 500 bytes
	Before journal.Cursor
	Export bool // to a file; the journal says so
}

// ClientPage answers a client's page, once the journal has that it was read, and why.
func (p *Pages) ClientPage(ctx context.Context, who Reader, id string, look Look) (ClientPage, error) {
	look.Reason = strings.TrimSpace(look.Reason)
	if look.Reveal && (look.Reason == "" || len(look.Reason) > 500 || !utf8.ValidString(look.Reason)) {
		return ClientPage{}, ErrReason.On("reason")
	}
	var out ClientPage
	err := p.db.View(ctx, func(tx PagesTx) (err error) {
		out, err = clientPage(ctx, tx, who, id, look)
		return err
	})
	if err == nil {
		purpose := "page"
		switch {
		case look.Reveal:
			purpose = "reveal"
		case look.Export:
			purpose = "export"
		}
		err = p.note(ctx, who, purpose, look.Reason, id)
	}
	if err != nil {
		return ClientPage{}, err
	}
	return out, nil
}

func clientPage(ctx context.Context, tx PagesTx, who Reader, id string, look Look) (ClientPage, error) {
	out := ClientPage{Now: tx.Now()}
	clients, err := tx.ClientsByID(ctx, []string{id})
	if err != nil {
		return out, err
	}
	homes, err := tx.Dwellings(ctx, dwellingsOf(clients))
	if err != nil {
		return out, err
	}
	if err := mayRead(ctx, tx, who, clients, homes); err != nil {
		return out, err
	}
	c, ok := clients[id]
	if !ok {
		return out, ErrNoClient
	}
	out.Person = masked(c, homes[c.DwellingID])
	if look.Reveal {
		out.Person = revealed(c, homes[c.DwellingID])
	}
	if out.Locks, err = tx.PageLocksOf(ctx, id); err != nil {
		return out, err
	}
	doors, err := doorsOf(ctx, tx, id)
	if err != nil {
		return out, err
	}
	sinceTheirs(out.Locks, doors)
	if out.Tasks, err = tx.PageTasks(ctx, id, MaxTasks); err != nil {
		return out, err
	}
	if err := out.addServices(ctx, tx, id); err != nil {
		return out, err
	}
	if err := out.addMore(ctx, tx, who, c); err != nil {
		return out, err
	}
	if out.Chains, err = chainsOf(ctx, tx, id, out.Locks, out.Now); err != nil {
		return out, err
	}
	if out.Events, out.Next, err = timeline(ctx, tx, doors, look.Before); err != nil {
		return out, err
	}
	if out.Things, err = thingsIn(ctx, tx, out.Events); err != nil {
		return out, err
	}
	if err := addUses(ctx, tx, out.Chains, out.Events, look.Before); err != nil {
		return out, err
	}
	hideEntrance(&out)
	return out, nil
}

// hideEntrance keeps which entrance it is, and its code, from those who may not see the address: a neighbour's page would tell it.
func hideEntrance(out *ClientPage) {
	if !out.Person.Protected || out.Person.Revealed {
		return
	}
	for i := range out.Locks {
		hideWhere(&out.Locks[i])
	}
	for i := range out.Chains {
		hideWhere(&out.Chains[i].Lock)
	}
}

func hideWhere(l *MountedLock) {
	l.Where = ""
	if !l.OnDoor {
		l.ID, l.Serial = "", ""
	}
}

func (out *ClientPage) addServices(ctx context.Context, tx PagesTx, id string) error {
	services, err := tx.ServicesOf(ctx, []string{id})
	if err != nil {
		return err
	}
	var ids []string
	for _, v := range services[id] {
		ids = append(ids, v.Group.ID)
	}
	groups, err := tx.GroupsByID(ctx, distinct(ids))
	if err != nil {
		return err
	}
	for _, v := range services[id] {
		g := groups[v.Group.ID]
		out.Services = append(out.Services, ServiceLine{Service: v, GroupCode: g.Code, GroupName: g.Name})
	}
	sort.SliceStable(out.Services, func(i, j int) bool {
		a, b := out.Services[i], out.Services[j]
		if x, y := a.During(out.Now), b.During(out.Now); x != y {
			return x
		}
		return a.From.After(b.From)
	})
	return nil
}

// chainsOf gives the chain of every right to a client's doors, those in force first.
func chainsOf(ctx context.Context, tx PagesTx, id string, locks []MountedLock, now time.Time) ([]RightChain, error) {
	rights, err := tx.RightsOf(ctx, []string{id})
	if err != nil {
		return nil, err
	}
	return chainsOfRights(ctx, tx, rights, locks, now)
}

// chainsOfRights gives what rights rest on, those in force first.
func chainsOfRights(ctx context.Context, tx PagesTx, rights []access.Right, locks []MountedLock, now time.Time) ([]RightChain, error) {
	if len(rights) == 0 {
		return nil, nil
	}
	var grounds []string
	for _, r := range rights {
		if !slices.Contains(grounds, r.GroundID) {
			grounds = append(grounds, r.GroundID)
		}
	}
	chains, err := tx.GroundChain(ctx, grounds)
	if err != nil {
		return nil, err
	}
	var out []RightChain
	for _, r := range rights {
		for _, c := range chains {
			if c.Ground.ID != r.GroundID {
				continue
			}
			c.Right = r
			one := RightChain{Chain: c}
			if i := slices.IndexFunc(locks, func(l MountedLock) bool { return l.ID == r.LockID }); i >= 0 {
				one.Lock = locks[i]
			}
			out = append(out, one)
		}
	}
	sortChains(out, now)
	return out, nil
}

func sortChains(chains []RightChain, now time.Time) {
	sort.SliceStable(chains, func(i, j int) bool {
		a, b := chains[i], chains[j]
		if x, y := a.InForce(now), b.InForce(now); x != y {
			return x
		}
		if a.Lock.OnDoor != b.Lock.OnDoor {
			return a.Lock.OnDoor
		}
		return a.Right.From.After(b.Right.From)
	})
}

// maxDoors is how many locks a client's timeline tells of.
const maxDoors = 10

// doorsOf returns what a client's timeline is made of: the client, and the locks on their own doors while they were the client's. An
// entrance's openings concern the whole house and are left out.
func doorsOf(ctx context.Context, tx PagesTx, id string) ([]subject, error) {
	times, err := tx.DoorTimes(ctx, id)
	all := []subject{{id: id}}
	for _, t := range times[:min(len(times), maxDoors)] {
		s := subject{id: t.LockID, since: t.From, until: t.Until}
		if t.Until.Equal(routine.Forever) {
			s.until = time.Time{}
		}
		all = append(all, s)
	}
	return all, err
}

// sinceTheirs says of locks on a client's own door from when what they tell is the client's: never, if it is somebody else's now.
func sinceTheirs(locks []MountedLock, doors []subject) {
	for i := range locks {
		locks[i].Since = routine.Forever
		for _, d := range doors {
			if d.id == locks[i].ID && d.until.IsZero() {
				locks[i].Since = d.since
			}
		}
	}
}
