package sample

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// file is one register while it is written: semicolons, CRLF, windows-1252 or UTF-8 with a byte order mark.
type file struct {
	f    *os.File
	w    *bufio.Writer
	utf8 bool
	rows int
	err  error
	kept [][]string // some rows, to make faults of
}

func newFile(dir, name string, utf8 bool, columns string) (*file, error) {
	f, err := create(filepath.Join(dir, name+".csv"))
	if err != nil {
		return nil, err
	}
	o := &file{f: f, w: bufio.NewWriterSize(f, 1<<18), utf8: utf8, rows: -1}
	if utf8 {
		o.w.WriteString("\ufeff")
	}
	o.row(strings.Fields(columns)...)
	return o, nil
}

func (o *file) row(cells ...string) {
	line := strings.Join(cells, ";") + "\r\n"
	if !o.utf8 {
		var err error
		if line, err = charmap.Windows1252.NewEncoder().String(line); err != nil {
			o.err = errors.Join(o.err, err)
		}
	}
	o.w.WriteString(line)
	o.rows++
}

// good writes a row and keeps every few of them.
func (o *file) good(cells ...string) {
	if o.rows%7 == 0 && len(o.kept) < 4000 {
		o.kept = append(o.kept, cells)
	}
	o.row(cells...)
}

func (o *file) close() error { return errors.Join(o.err, o.w.Flush(), o.f.Close()) }

// write writes the registers one after the other.
func (m *municipality) write(dir string) error {
	for _, r := range []struct {
		name, columns string
		fill          func(o *file)
	}{
		{"utforare", "orgnr namn regi", m.writeProviders},
		{"grupper", "grupp namn orgnr typ max_samtidigt", m.writeGroups},
		{"kunder", "personnummer förnamn efternamn gatuadress postnr ort lägenhet port telefon skyddad anhörig anhörig_telefon", m.writeClients},
		{"insatser", "personnummer insats grupp från till verkställd öppnar_själv", m.writeServices},
		{"las", "serienr typ status personnummer port monterad", m.writeLocks},
		{"medarbetare", "anst_nr förnamn efternamn e-post telefon grupp från till", m.writeStaff},
		{"nycklar", "nyckel grupp status batteri_bytt", m.writeKeys},
		{"samtycken", "fastighet ort ägare samtycke datum diarienr", m.writeConsents},
	} {
		o, err := newFile(dir, r.name, r.name == "nycklar", r.columns)
		if err != nil {
			return err
		}
		r.fill(o)
		m.facit.Rows[r.name] = o.rows
		if err := o.close(); err != nil {
			return err
		}
	}
	return nil
}

func (m *municipality) writeProviders(o *file) {
	o.good(municipalOrg, "Hemtjänsten i Nyckelhamns kommun", "kommunal")
	names := []string{"Vardagshjälpen", "Trygga dörren", "Omsorg vid havet", "Hemma hos", "Kvarnhjulet omsorg"}
	for i, org := range m.privateProviders() {
		o.good(org, fmt.Sprintf("%s %d AB", names[i%len(names)], i+1), "privat")
	}
	o.good(deliveryOrg, "Matkorgen i Nyckelhamn AB", "privat")
	m.plant(o, "provider-orgnr-invalid", 1, func([]string) []string { return []string{"559990-0000", "Felsifferbolaget AB", "privat"} })
}

func (m *municipality) writeGroups(o *file) {
	for _, t := range m.teams {
		o.good(t.id, t.name, t.org, t.kind, fmt.Sprint(t.most))
	}
}

func (m *municipality) writeClients(o *file) {
	for i := range m.clients {
		o.good(m.clientRow(&m.clients[i])...)
	}
	m.plant(o, "client-personnummer-invalid", m.faults(), func(row []string) []string { return m.withWrongCheckDigit(row) })
	m.plant(o, "client-twice", m.faults(), func(row []string) []string { return row })
}

func (m *municipality) clientRow(c *client) []string {
	postal := fmt.Sprint(c.home.village.postal)
	if m.d.chance(50) {
		postal = postal[:3] + " " + postal[3:]
	}
	row := []string{m.identity(c.id), c.given, c.family, c.home.street, postal, c.home.village.name, c.apartment, "", "", "", "", ""}
	if c.apartment != "" {
		row[7] = c.home.entrance()
	}
	if m.d.chance(80) {
		row[8] = phone(m.d, true)
	}
	if c.protected {
		row[9] = "S"
	}
	if m.d.chance(60) {
		row[10], row[11] = pick(m.d, givenNames())+" "+familyName(m.d), phone(m.d, false)
	}
	return row
}

func (m *municipality) writeServices(o *file) {
	for i := range m.clients {
		c := &m.clients[i]
		if c.care {
			m.service(o, c, "hemtjänst", m.homecare)
			m.facit.HomeCare++
		}
		if c.alarm {
			m.service(o, c, "larm", m.alarm)
			m.facit.Alarm++
		}
		if m.d.chance(19) {
			m.service(o, c, "hsv", m.health)
		}
		if c.care && m.d.chance(13) {
			m.service(o, c, "inköp", m.delivery)
		}
	}
	n := m.faults()
	m.plant(o, "service-unknown-group", n, change(2, "Q999"))
	m.plant(o, "service-ends-before-start", n, func(row []string) []string {
		row[3], row[4] = m.o.Day.Add(-200).String(), m.o.Day.Add(-230).String()
		return row
	})
	m.plant(o, "service-date-invalid", n, change(3, fmt.Sprintf("31/2 %d", m.o.Day.Year())))
	m.plant(o, "service-personnummer-invalid", 1, func(row []string) []string { return m.withWrongCheckDigit(row) })
}

func (m *municipality) service(o *file, c *client, kind string, groups []string) {
	until := ""
	if m.d.chance(1) {
		until = m.date(m.o.Day.Add(1 + m.d.IntN(300)))
	}
	o.good(m.identity(c.id), kind, pick(m.d, groups), m.date(c.since.Add(m.d.IntN(10))), until, yesNo(!m.d.chance(1.3)), yesNo(c.opensSelf))
}

// writeLocks gives a lock to each dwelling with an alarm or with someone who cannot open, and to some of their entrances.
func (m *municipality) writeLocks(o *file) {
	serial := 10_000
	next := func(series string) string { serial++; return fmt.Sprintf("%s%05d", series, serial) }
	entrances := map[string]bool{}
	for i := range m.clients {
		c := &m.clients[i]
		if c.partner || !c.alarm && (!c.care || c.opensSelf) {
			continue
		}
		m.locked[c.home.entrance()] = true
		kind, series := "duo", "DL"
		if m.d.chance(8) {
			kind, series = "gömma", "NB"
		}
		o.good(next(series), kind, "monterad", m.identity(c.id), "", m.date(c.since.Add(m.d.IntN(20))))
		for c.apartment != "" && !entrances[c.home.entrance()] && m.d.chance(30) {
			entrances[c.home.entrance()] = m.d.chance(90) // otherwise a second lock, at the back
			o.row(next("PL"), "port", "monterad", "", c.home.entrance(), m.date(c.since.Add(m.d.IntN(20))))
		}
	}
	mounted := o.kept
	for range 3 + len(m.clients)/20 {
		o.good(next("DL"), "duo", "lager", "", "", "")
	}
	n := m.faults()
	all := o.kept
	o.kept = mounted
	m.plant(o, "lock-second-for-dwelling", n, func(row []string) []string { row[0] = next("DL"); return row })
	o.kept = all
	m.plant(o, "lock-serial-twice", n, func(row []string) []string { return []string{row[0], "duo", "lager", "", "", ""} })
}

func (m *municipality) writeStaff(o *file) {
	number := 40_000
	for i, t := range m.teams {
		for range t.most*2 + m.d.IntN(3) {
			number++
			given, family := pick(m.d, givenNames()), familyName(m.d)
			mail := ascii(given+"."+family) + fmt.Sprintf(".%d@nyckelhamn.example", number)
			until := ""
			if m.d.chance(3) {
				until = m.date(m.daysAgo(25))
			}
			row := []string{fmt.Sprint(number), given, family, mail, phone(m.d, true), t.id, m.date(m.o.Day.Add(-30 - m.d.IntN(1500))), until}
			o.good(row...)
			if m.d.chance(5) && len(m.teams) > 1 { // works in another group too
				other := m.teams[(i+1+m.d.IntN(len(m.teams)-1))%len(m.teams)].id
				o.row(append(append(append([]string{}, row[:5]...), other), row[6:]...)...)
			}
		}
	}
	m.plant(o, "staff-unknown-group", m.faults(), func(row []string) []string {
		number++
		row[0], row[5] = fmt.Sprint(number), "Q998"
		return row
	})
}

// ascii spells a name for a mail address.
func ascii(s string) string {
	return strings.NewReplacer("å", "a", "ä", "a", "ö", "o", "é", "e").Replace(strings.ToLower(s))
}

func (m *municipality) writeKeys(o *file) {
	n := 0
	for _, t := range m.teams {
		for range t.most + 3 {
			n++
			o.good(fmt.Sprintf("N%05d", n), t.id, "i drift", m.date(m.daysAgo(400)))
		}
	}
	m.plant(o, "key-number-twice", m.faults(), func(row []string) []string { return []string{row[0], m.teams[0].id, "i drift", ""} })
}

// writeConsents writes the answer of one owner for some of the buildings with an entrance.
func (m *municipality) writeConsents(o *file) {
	seen := map[string]bool{}
	for i := range m.clients {
		c := &m.clients[i]
		if c.apartment == "" || seen[c.home.entrance()] {
			continue
		}
		seen[c.home.entrance()] = true
		if !m.d.chance(70) {
			continue
		}
		owner := "Brf " + familyName(m.d) + "gården"
		if m.d.chance(50) {
			owner = "Nyckelhamns Bostäder AB"
		}
		o.good(append([]string{c.home.street, c.home.village.name, owner}, m.answer(m.locked[c.home.entrance()])...)...)
	}
}

// answer is an owner's answer, its date and its place in the diary. Where locks sit owners have agreed, but for one at least,
// and a few more in a large municipality, who have changed their minds.
func (m *municipality) answer(locked bool) []string {
	day, diary := m.date(m.daysAgo(2500)), ""
	if m.d.chance(72) {
		diary = fmt.Sprintf("SN %d/%d", m.o.Day.Year()-m.d.IntN(7), 10+m.d.IntN(990))
	}
	switch n := m.d.IntN(100); {
	case n < 82:
		return []string{"ja", day, diary}
	case n < 87:
		return []string{"ja, muntligt", day, diary}
	case n < 90:
		if locked && m.regretted && !m.d.chance(20) {
			return []string{"ja", day, diary}
		}
		m.regretted = m.regretted || locked
		return []string{"nej", day, diary}
	case n < 96:
		return []string{"skickad", day, ""}
	}
	return []string{"", "", ""}
}
