package sample

import (
	"fmt"

	"hemnyckel/internal/base/swedish"
)

// municipality is what a sample holds before it is written.
type municipality struct {
	o       Options
	d       dice
	facit   *Facit
	clients []client
	teams   []team

	homecare, health, alarm, delivery []string // ids of the groups of each kind

	locked    map[string]bool // entrances of the houses with a client's lock
	regretted bool            // there is a house with locks whose owner does not want them any longer
}

type client struct {
	id            swedish.PersonalNumber
	given, family string
	home          building
	apartment     string // "" in a house of their own
	partner       bool   // lives in the dwelling of the client before
	protected     bool
	alarm, care   bool
	opensSelf     bool
	since         swedish.Date
}

type team struct {
	id, name, org, kind string
	most                int
}

func newMunicipality(o Options) *municipality {
	m := &municipality{o: o, d: newDice(o.Seed), locked: map[string]bool{}}
	m.facit = &Facit{Day: o.Day.String(), Seed: o.Seed, Clients: o.Clients, Rows: map[string]int{}, Faults: map[string]int{}}
	m.settle()
	m.organise()
	return m
}

// settle makes up the clients and where they live.
func (m *municipality) settle() {
	addresses := newBuildings(m.d)
	var home building
	flats := 0 // that are left to let in home
	for i, id := range identities(m.d, m.o.Clients) {
		c := client{id: id, given: pick(m.d, givenNames()), family: familyName(m.d), protected: m.d.chance(0.8)}
		c.alarm, c.care, c.opensSelf = i == 0 || m.d.chance(84), i == 0 || m.d.chance(78), m.d.chance(50)
		c.since = m.o.Day.Add(-30 - m.d.IntN(1400))
		before := i - 1
		switch {
		case i > 0 && m.clients[before].apartment != "" && !m.clients[before].partner && m.d.chance(4):
			c.home, c.apartment, c.partner = m.clients[before].home, m.clients[before].apartment, true
			if m.d.chance(70) {
				c.family = m.clients[before].family
			}
			m.facit.Couples++
		case m.d.chance(60):
			if flats == 0 {
				home, flats = addresses.take(), 1+m.d.IntN(7)
			}
			c.home, c.apartment = home, fmt.Sprintf("1%d0%d", flats, 1+m.d.IntN(4))
			flats--
		default:
			c.home = addresses.take()
		}
		m.clients = append(m.clients, c)
	}
}

// organise makes up the groups: one of home care for about 75 clients, and the special ones.
func (m *municipality) organise() {
	n := m.o.Clients
	private := m.privateProviders()
	for i := range max(1, n*78/100/75) {
		org := municipalOrg
		if m.d.chance(30) {
			org = pick(m.d, private)
		}
		id := m.team(fmt.Sprintf("Hemtjänst %s %d", pick(m.d, villages()).name, i+1), org, "hemtjänst", 8+m.d.IntN(15))
		m.homecare = append(m.homecare, id)
	}
	for i := range 1 + n/5000 {
		if i == 0 { // one however many clients there are: each rural group answers every alarm
			m.team(fmt.Sprintf("Hemtjänst landsbygd larm %d", i+1), municipalOrg, "landsbygd", 12)
		}
		m.team(fmt.Sprintf("Nattpatrullen %d", i+1), municipalOrg, "hemtjänst", 9)
	}
	for i := range 1 + n/20_000 {
		m.alarm = append(m.alarm, m.team(fmt.Sprintf("Trygghetsteamet %d", i+1), municipalOrg, "trygghet", 10))
		m.delivery = append(m.delivery, m.team(fmt.Sprintf("Inköp %d", i+1), deliveryOrg, "inköp", 5))
	}
	for i := range 2 + n/1500 {
		m.health = append(m.health, m.team(fmt.Sprintf("Hemsjukvård %d", i+1), municipalOrg, "hsv", 8))
	}
	m.facit.Groups = len(m.teams)
}

func (m *municipality) team(name, org, kind string, most int) string {
	id := fmt.Sprintf("G%03d", len(m.teams)+1)
	m.teams = append(m.teams, team{id, name, org, kind, most})
	return id
}

// Organisation numbers: 212000-9 is no municipality's, and companies' numbers have not come as far as 559990.
const municipalOrg = "212000-9010"

const deliveryOrg = "559990-0007"

func (m *municipality) privateProviders() []string {
	orgs := make([]string, 0, 4)
	for i := 1; len(orgs) < 3+min(30, m.o.Clients/5000); i++ {
		orgs = append(orgs, withCheckDigit(fmt.Sprintf("559990-%03d", i)))
	}
	return orgs
}

// withCheckDigit completes an organisation number.
func withCheckDigit(s string) string {
	for c := '0'; c <= '9'; c++ {
		if _, err := swedish.ParseOrgNumber(s + string(c)); err == nil {
			return s + string(c)
		}
	}
	panic("sample: no check digit for " + s)
}

// identity writes a personal number in one of the ways of old systems. Reserve numbers have the long ones only, since a
// short one would get a real century.
func (m *municipality) identity(id swedish.PersonalNumber) string {
	long, n := id.String(), m.d.IntN(10)
	switch {
	case n < 4:
		return long
	case n < 7 || id.IsReserve():
		return id.Dashed()
	case id.Born().Year() <= m.o.Day.Year()-100:
		return long[2:8] + "+" + long[8:]
	}
	return long[2:8] + "-" + long[8:]
}

// date writes a day in one of the ways of old systems.
func (m *municipality) date(day swedish.Date) string {
	switch n := m.d.IntN(100); {
	case n < 58:
		return day.String()
	case n < 79:
		return fmt.Sprintf("%06d", int(day)%1_000_000)
	case n < 89:
		return fmt.Sprintf("%08d", int(day))
	}
	return fmt.Sprintf("%d/%d %d", day.Day(), day.Month(), day.Year())
}

// daysAgo is a date up to n days before the export.
func (m *municipality) daysAgo(n int) swedish.Date { return m.o.Day.Add(-m.d.IntN(n)) }

func yesNo(yes bool) string {
	if yes {
		return "ja"
	}
	return "nej"
}
