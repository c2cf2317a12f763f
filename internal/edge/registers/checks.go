package registers

import (
	"strconv"
	"strings"

	"hemnyckel/internal/base/swedish"
)

type serviceKey struct {
	client swedish.PersonalNumber
	group  int32
	from   swedish.Date
	kind   ServiceKind
}

type staffKey struct {
	number string
	group  int32 // or noGroup
	from   swedish.Date
}

// noGroup is the place of who works in no group: a technician, who mounts locks and opens no doors.
const noGroup = -1

type consentKey struct{ property, town, owner string }

// settle decides about a row whose key an earlier row has: an identical second row and one that says something else are
// different faults. In both cases the first row stands.
func settle[T comparable](w *row, col int, first, second T, twice, conflict string) {
	if first == second {
		w.fail(col, twice)
		return
	}
	w.fail(col, conflict)
}

func (b *builder) provider(w *row) {
	p := Provider{Row: int32(w.n), Org: w.org(providerOrg, "provider-orgnr-invalid"), Name: own(w.need(providerName, "provider-name-missing"))}
	p.Municipal = choose(w, providerRegime, "provider-regime-unknown", map[string]bool{"kommunal": true, "privat": false})
	if i, seen := b.providers[p.Org]; seen {
		first := b.r.Providers[i]
		first.Row = p.Row
		settle(w, providerOrg, first, p, "provider-twice", "provider-conflict")
	}
	if w.fault != nil {
		return
	}
	b.providers[p.Org] = int32(len(b.r.Providers))
	b.r.Providers = append(b.r.Providers, p)
}

func (b *builder) group(w *row) {
	g := Group{Row: int32(w.n), ID: own(w.need(groupID, "group-id-missing")), Name: own(w.need(groupName, "group-name-missing"))}
	g.Provider = w.org(groupOrg, "group-orgnr-invalid")
	if _, ok := b.providers[g.Provider]; !ok {
		w.fail(groupOrg, "group-unknown-provider")
	}
	g.Kind = choose(w, groupKind, "group-kind-unknown", map[string]GroupKind{
		"hemtjanst": GroupHomeCare, "landsbygd": GroupRural, "trygghet": GroupAlarm, "hsv": GroupHealthCare, "inkop": GroupDelivery})
	most, err := strconv.Atoi(w.cells[groupMax])
	if err != nil || most < 1 || most > 10_000 {
		w.fail(groupMax, "group-max-invalid")
	}
	g.MaxInOneDay = most
	if i, seen := b.groups[g.ID]; seen {
		first := b.r.Groups[i]
		first.Row = g.Row
		settle(w, groupID, first, g, "group-twice", "group-conflict")
	}
	if w.fault != nil {
		return
	}
	b.groups[g.ID] = int32(len(b.r.Groups))
	b.r.Groups = append(b.r.Groups, g)
}

func (b *builder) client(w *row) {
	c := Client{Row: int32(w.n), ID: w.person(clientID, "client-personnummer-invalid", b.number)}
	if s := w.cells[clientPostalCode]; s != "" {
		var err error
		if c.PostalCode, err = swedish.ParsePostalCode(s); err != nil {
			w.fail(clientPostalCode, "client-postal-code-invalid")
		}
	}
	if w.fault != nil {
		return
	}
	c.GivenName, c.FamilyName = b.word(w.cells[clientGiven]), b.word(w.cells[clientFamily])
	c.Street, c.Town = own(w.cells[clientStreet]), b.word(w.cells[clientTown])
	c.Apartment, c.Entrance = b.word(w.cells[clientApartment]), own(w.cells[clientEntrance])
	c.Phone, c.Protected = own(w.cells[clientPhone]), w.marked(clientProtected)
	c.ContactName, c.ContactPhone = b.word(w.cells[clientContact]), own(w.cells[clientContactPhone])
	if i, seen := b.clients[c.ID]; seen {
		first := b.r.Clients[i]
		first.Row, first.Dwelling = c.Row, 0
		settle(w, clientID, first, c, "client-twice", "client-conflict")
		return
	}
	c.Dwelling = b.dwelling(&c)
	if c.Entrance != "" {
		b.entrances[c.Entrance] = struct{}{}
	}
	b.clients[c.ID] = int32(len(b.r.Clients))
	b.r.Clients = append(b.r.Clients, c)
}

// dwelling finds the dwelling that c lives in: shared with the rows of the same address and apartment, or c's own.
func (b *builder) dwelling(c *Client) int32 {
	key, shared := c.Address()
	if at, known := b.dwellings[key]; shared && known {
		return at
	}
	at := int32(b.r.Dwellings)
	b.r.Dwellings++
	if shared {
		b.dwellings[key] = at
	}
	return at
}

// Address is the client's address in one spelling. Clients live together if theirs are equal and shared is true; without an
// apartment the dwelling is the client's own.
func (c *Client) Address() (key string, shared bool) {
	plain := func(s string) string { return strings.Join(strings.Fields(strings.ToLower(s)), " ") }
	return plain(c.Street) + "\n" + c.PostalCode.String() + "\n" + plain(c.Town) + "\n" + plain(c.Apartment),
		c.Apartment != "" && c.Street != ""
}

func (b *builder) service(w *row) {
	s := Service{Row: int32(w.n), Client: w.person(serviceClient, "service-personnummer-invalid", b.number)}
	if _, ok := b.clients[s.Client]; !ok {
		w.fail(serviceClient, "service-unknown-client")
	}
	s.Kind = choose(w, serviceKind, "service-kind-unknown", map[string]ServiceKind{
		"larm": ServiceAlarm, "hemtjanst": ServiceHomeCare, "hsv": ServiceHealthCare, "inkop": ServiceShopping})
	group, ok := b.groups[w.cells[serviceGroup]]
	if !ok {
		w.fail(serviceGroup, "service-unknown-group")
	} else if !s.Kind.by(b.r.Groups[group].Kind) {
		w.fail(serviceGroup, "service-group-wrong-kind")
	}
	s.From = w.needDate(serviceFrom, "service-date-invalid", b.o.Day)
	s.Until = w.date(serviceUntil, "service-date-invalid", b.o.Day)
	if s.Until != 0 && s.Until < s.From {
		w.fail(serviceUntil, "service-ends-before-start")
	}
	s.InEffect = w.yesNo(serviceInEffect, "service-answer-invalid")
	s.OpensSelf = w.yesNo(serviceOpensSelf, "service-answer-invalid")
	if w.fault != nil {
		return
	}
	s.Group = b.r.Groups[group].ID
	key := serviceKey{s.Client, group, s.From, s.Kind}
	if i, seen := b.services[key]; seen {
		first := b.r.Services[i]
		first.Row = s.Row
		settle(w, serviceClient, first, s, "service-twice", "service-conflict")
		return
	}
	b.services[key] = int32(len(b.r.Services))
	b.r.Services = append(b.r.Services, s)
}

// by reports whether groups of a kind carry out services of this kind. Rural groups give home care and answer alarms.
func (k ServiceKind) by(g GroupKind) bool {
	switch k {
	case ServiceAlarm:
		return g == GroupAlarm || g == GroupRural
	case ServiceHomeCare:
		return g == GroupHomeCare || g == GroupRural
	case ServiceHealthCare:
		return g == GroupHealthCare
	case ServiceShopping:
		return g == GroupDelivery
	}
	return false
}

func (b *builder) lock(w *row) {
	l := Lock{Row: int32(w.n), Serial: own(w.need(lockSerial, "lock-serial-missing"))}
	l.Kind = choose(w, lockKind, "lock-kind-unknown", map[string]LockKind{"duo": LockDoor, "gomma": LockKeyBox, "port": LockEntrance})
	l.Status = choose(w, lockStatus, "lock-status-unknown", map[string]LockStatus{"lager": LockStock, "bokad": LockBooked,
		"monterad": LockMounted, "demonterad": LockDismounted, "garanti": LockWarranty, "skrotad": LockScrapped})
	if _, seen := b.serials[l.Serial]; seen {
		w.fail(lockSerial, "lock-serial-twice")
	}
	l.Mounted = w.date(lockMounted, "lock-date-invalid", b.o.Day)
	b.place(w, &l)
	if w.fault != nil {
		return
	}
	b.serials[l.Serial] = struct{}{}
	if l.Status == LockMounted && l.Kind != LockEntrance {
		b.locked[b.r.Clients[b.clients[l.Client]].Dwelling] = struct{}{}
	}
	b.r.Locks = append(b.r.Locks, l)
}

// place reads where the lock sits, which a mounted lock must say, and sees to it that a dwelling has one lock.
func (b *builder) place(w *row, l *Lock) {
	if l.Kind == LockEntrance {
		l.Entrance = own(w.cells[lockEntrance])
		if _, known := b.entrances[l.Entrance]; !known && (l.Entrance != "" || l.Status == LockMounted) {
			w.fail(lockEntrance, "lock-unknown-entrance")
		}
		return
	}
	if w.cells[lockClient] == "" && l.Status != LockMounted {
		return
	}
	l.Client = w.person(lockClient, "lock-personnummer-invalid", b.number)
	i, known := b.clients[l.Client]
	if !known {
		w.fail(lockClient, "lock-unknown-client")
		return
	}
	if _, taken := b.locked[b.r.Clients[i].Dwelling]; taken && l.Status == LockMounted {
		w.fail(lockClient, "lock-second-for-dwelling")
	}
}

func (b *builder) staff(w *row) {
	s := Staff{Row: int32(w.n), Number: own(w.need(staffNumber, "staff-number-missing"))}
	group, grouped := int32(noGroup), w.cells[staffGroup] != ""
	if grouped {
		var ok bool
		if group, ok = b.groups[w.cells[staffGroup]]; !ok {
			w.fail(staffGroup, "staff-unknown-group")
		}
	}
	s.From = w.needDate(staffFrom, "staff-date-invalid", b.o.Day)
	s.Until = w.date(staffUntil, "staff-date-invalid", b.o.Day)
	if s.Until != 0 && s.Until < s.From {
		w.fail(staffUntil, "staff-ends-before-start")
	}
	if w.fault != nil {
		return
	}
	if grouped {
		s.Group = b.r.Groups[group].ID
	}
	s.GivenName, s.FamilyName = b.word(w.cells[staffGiven]), b.word(w.cells[staffFamily])
	s.Email, s.Phone = own(w.cells[staffEmail]), own(w.cells[staffPhone])
	key := staffKey{s.Number, group, s.From}
	if i, seen := b.times[key]; seen {
		first := b.r.Staff[i]
		first.Row = s.Row
		settle(w, staffNumber, first, s, "staff-twice", "staff-conflict")
		return
	}
	if i, seen := b.employees[s.Number]; !seen {
		b.employees[s.Number] = int32(len(b.r.Staff))
	} else if first := b.r.Staff[i]; first.GivenName != s.GivenName || first.FamilyName != s.FamilyName {
		w.fail(staffNumber, "staff-conflict") // two people with one number: a badge must mean one of them
		return
	}
	b.times[key] = int32(len(b.r.Staff))
	b.r.Staff = append(b.r.Staff, s)
}

func (b *builder) key(w *row) {
	k := Key{Row: int32(w.n), Number: own(w.need(keyNumber, "key-number-missing"))}
	if _, seen := b.keys[k.Number]; seen {
		w.fail(keyNumber, "key-number-twice")
	}
	k.Status = choose(w, keyStatus, "key-status-unknown", map[string]KeyStatus{
		"lager": KeyStock, "idrift": KeyInUse, "sparrad": KeyBlocked, "trasig": KeyBroken})
	if group, ok := b.groups[w.cells[keyGroup]]; ok {
		k.Group = b.r.Groups[group].ID
	} else if w.cells[keyGroup] != "" || k.Status == KeyInUse {
		w.fail(keyGroup, "key-unknown-group")
	}
	k.BatteryChanged = w.date(keyBattery, "key-date-invalid", b.o.Day)
	if w.fault != nil {
		return
	}
	b.keys[k.Number] = struct{}{}
	b.r.Keys = append(b.r.Keys, k)
}

func (b *builder) consent(w *row) {
	c := Consent{Row: int32(w.n), Property: own(w.need(consentProperty, "consent-property-missing"))}
	c.Town, c.Owner = b.word(w.cells[consentTown]), b.word(w.cells[consentOwner])
	c.Answer = choose(w, consentAnswer, "consent-answer-unknown", map[string]ConsentAnswer{"": ConsentUnknown, "skickad": ConsentRequested,
		"ja": ConsentGiven, "ja,muntligt": ConsentOral, "nej": ConsentRefused, "aterkallat": ConsentWithdrawn})
	c.Date = w.date(consentDate, "consent-date-invalid", b.o.Day)
	c.Diary = own(w.cells[consentDiary])
	if w.fault != nil {
		return
	}
	key := consentKey{fold(c.Property), fold(c.Town), fold(c.Owner)}
	if i, seen := b.consents[key]; seen {
		first := b.r.Consents[i]
		first.Row = c.Row
		settle(w, consentProperty, first, c, "consent-twice", "consent-conflict")
		return
	}
	b.consents[key] = int32(len(b.r.Consents))
	b.r.Consents = append(b.r.Consents, c)
}
