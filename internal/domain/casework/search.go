package casework

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

// Hits answers a search: what has exactly the number that was asked for, and people whose names begin so. What the asker has no
// right to is as if it were not there.
type Hits struct {
	People []Person
	More   bool // there are more than MaxHits of one sort: the question was too wide
	Exact  bool // asked by number
	Locks  []LockHit
	Keys   []Key
	Orders []OrderHit
	Staff  []StaffHit
	Letter string // the question is the code of a letter to a property owner
	// Emergency: nobody whom the asker may read about has that identity number; who goes to doors may take emergency access.
	Emergency bool
}

// LockHit is a lock with those who live behind it whom the asker may read about: of an entrance, nobody.
type LockHit struct {
	MountedLock
	People []Person
}

// OrderHit is an order with its client, whose ID is "" if the asker may not read about them.
type OrderHit struct {
	Order
	Client Person
}

// StaffHit is a member of staff.
type StaffHit struct{ ID, EmployeeNumber, GivenName, FamilyName string }

// Only is the one thing that was found, if there is but one.
func (h Hits) Only() (of, id string, ok bool) {
	if h.count() != 1 || !h.Exact {
		return "", "", false
	}
	switch {
	case len(h.People) == 1:
		return "client", h.People[0].ID, true
	case len(h.Locks) == 1:
		return "lock", h.Locks[0].ID, true
	case len(h.Keys) == 1:
		return "key", h.Keys[0].ID, true
	case len(h.Orders) == 1:
		return "order", h.Orders[0].ID, true
	}
	return "staff", h.Staff[0].ID, true
}

func (h Hits) count() int {
	return len(h.People) + len(h.Locks) + len(h.Keys) + len(h.Orders) + len(h.Staff)
}

// SearchTx is what a search reads beyond what pages do.
type SearchTx interface {
	// PageKeyNumbered returns the key with a number.
	PageKeyNumbered(ctx context.Context, number string) (Key, bool, error)
	// PageBehind returns the ids of at most limit clients behind a lock.
	PageBehind(ctx context.Context, lockID string, limit int) ([]string, error)
	// OrderNumbered returns the order with a number.
	OrderNumbered(ctx context.Context, number string) (Order, bool, error)
	// PageStaff returns at most limit members of staff who work now or later for an organisation ("": for any), by number or by
	// the beginnings of names.
	PageStaff(ctx context.Context, organisation string, number, first, second string, limit int) ([]StaffHit, error)
}

// seesClients are the roles whose work is about clients; whom they see depends on [mayRead].
func seesClients(r routine.Role) bool {
	return r == routine.CaseOfficer || r == routine.LockManager || r.HoldsGroup()
}

// seesThings are the roles that see every organisation's locks and keys; others see their own.
func seesThings(r routine.Role) bool {
	return r == routine.CaseOfficer || r == routine.LockManager || r == routine.SystemOwner
}

// ErrQuery says that a question is too short, too long or not text.
var ErrQuery = problem.New(problem.Invalid, "page-query-short",
	"Skriv minst två bokstäver av ett namn, hela personnumret, eller numret på ett lås, en nyckel eller en beställning.",
	"Write at least two letters of a name, a whole personal identity number, or the number of a lock, a key or an order.")

// maxBehind is how many people behind an entrance are asked about, to find one whom the asker serves.
const maxBehind = 200

// Search finds clients, locks, keys, orders and staff: by exact number first, else people by the beginning of a name. Who lives
// with protected identity is found by number only, so that a name cannot be tried out. What it showed is noted in the journal; what
// was asked is not.
func (p *Pages) Search(ctx context.Context, who Reader, query string) (Hits, error) {
	query = strings.Join(strings.Fields(query), " ")
	if utf8.RuneCountInString(query) < 2 || len(query) > 100 || !utf8.ValidString(query) || strings.ContainsRune(query, 0) {
		return Hits{}, ErrQuery.On("q")
	}
	var out Hits
	err := p.db.View(ctx, func(tx PagesTx) error {
		s := search{tx: tx, who: who, role: routine.Role(who.Role)}
		err := s.numbers(ctx, query)
		if err == nil && !s.out.Exact {
			err = s.names(ctx, query)
		}
		out = s.out
		return err
	})
	if shown := out.shown(); err == nil && len(shown) > 0 {
		err = p.note(ctx, who, "search", "", shown...)
	}
	if err != nil {
		return Hits{Exact: out.Exact}, err
	}
	return out, nil
}

// shown are the subjects of the entry about a search: every client, and what was found by its number.
func (h Hits) shown() (ids []string) {
	for _, one := range h.People {
		ids = append(ids, one.ID)
	}
	for _, l := range h.Locks {
		ids = append(ids, l.ID)
		for _, one := range l.People {
			ids = append(ids, one.ID)
		}
	}
	for _, k := range h.Keys {
		ids = append(ids, k.ID)
	}
	for _, o := range h.Orders {
		ids = append(ids, o.ID)
		if o.Client.ID != "" {
			ids = append(ids, o.Client.ID)
		}
	}
	ids = distinct(ids)
	return ids[:min(len(ids), MaxHits+1)]
}

// search is one search on its way.
type search struct {
	tx   PagesTx
	who  Reader
	role routine.Role
	out  Hits
}

// numbers looks for what has the number that the question is.
func (s *search) numbers(ctx context.Context, query string) error {
	code := strings.ToUpper(strings.ReplaceAll(query, " ", ""))
	if len(code) <= 40 {
		for _, look := range []func(context.Context, string) error{s.lock, s.key, s.order, s.letter, s.staff} {
			if err := look(ctx, code); err != nil {
				return err
			}
		}
	}
	if s.out.count() > 0 || s.out.Letter != "" {
		s.out.Exact = true
		return nil
	}
	s.out.Exact = strings.ContainsFunc(query, unicode.IsDigit)
	if !s.out.Exact || !seesClients(s.role) {
		return nil
	}
	return s.client(ctx, code)
}

// client finds the client with an identity number. A number of a thing that is not there is no fault of an identity number.
func (s *search) client(ctx context.Context, code string) error {
	n, err := swedish.ParsePersonalNumber(code, swedish.NumberOptions{Day: swedish.DateOf(s.tx.Now()), AllowReserve: true})
	if err != nil {
		if digits := strings.Map(onlyDigits, code); len(digits) >= 10 && !strings.ContainsFunc(code, unicode.IsLetter) {
			return onField(err, "q")
		}
		return nil
	}
	found, err := s.tx.ClientsByNumber(ctx, []string{n.String()})
	if err != nil {
		return err
	}
	var ids []string
	for _, c := range found {
		ids = append(ids, c.ID)
	}
	s.out.People, err = people(ctx, s.tx, s.who, ids)
	s.out.Emergency = len(s.out.People) == 0 && (s.role.HoldsGroup() || s.role == routine.LockManager)
	return err
}

func onField(err error, field string) error {
	if known, ok := errors.AsType[*problem.Error](err); ok {
		return known.On(field)
	}
	return err
}

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// lock finds a mounted lock, or any that is known to those who see every thing.
func (s *search) lock(ctx context.Context, serial string) error {
	l, ok, err := s.tx.PageLock(ctx, serial)
	if err != nil || !ok || !seesThings(s.role) && !seesClients(s.role) {
		return err
	}
	behind, err := s.tx.PageBehind(ctx, l.ID, maxBehind)
	if err != nil {
		return err
	}
	hit := LockHit{MountedLock: l}
	if seesClients(s.role) {
		if hit.People, err = people(ctx, s.tx, s.who, behind); err != nil {
			return err
		}
	}
	if !seesThings(s.role) && len(hit.People) == 0 {
		return nil
	}
	hide := slices.ContainsFunc(hit.People, func(p Person) bool { return p.Protected })
	if !l.OnDoor || len(hit.People) > MaxHits {
		hit.People = nil
	}
	if hide { // an entrance's code is an address in disguise
		hit.Where = ""
	}
	s.out.Locks = append(s.out.Locks, hit)
	return nil
}

func (s *search) key(ctx context.Context, number string) error {
	k, ok, err := s.tx.PageKeyNumbered(ctx, number)
	if err != nil || !ok {
		return err
	}
	if !seesThings(s.role) {
		groups, err := s.tx.GroupsByID(ctx, []string{k.GroupID})
		if err != nil || !s.role.HoldsGroup() || s.who.Organisation == "" || groups[k.GroupID].OrgNumber != s.who.Organisation {
			return err
		}
	}
	s.out.Keys = append(s.out.Keys, k)
	return nil
}

// order finds an order by its number, with or without the hyphen.
func (s *search) order(ctx context.Context, number string) error {
	if plain := strings.ReplaceAll(number, "-", ""); len(plain) == 8 {
		number = plain[:4] + "-" + plain[4:]
	}
	o, ok, err := s.tx.OrderNumbered(ctx, number)
	if err != nil || !ok || !seesAllOrders(s.role) && (!s.role.HoldsGroup() || s.who.Organisation == "" || o.Orderer != s.who.Organisation) {
		return err
	}
	hit := OrderHit{Order: o}
	if seesClients(s.role) {
		one, err := people(ctx, s.tx, s.who, []string{o.ClientID})
		if err != nil {
			return err
		}
		if len(one) == 1 {
			hit.Client = one[0]
		}
	}
	s.out.Orders = append(s.out.Orders, hit)
	return nil
}

func (s *search) letter(_ context.Context, code string) error {
	if s.role != routine.LockManager && s.role != routine.SystemOwner {
		return nil
	}
	if code, err := consent.ParseCode(code); err == nil {
		s.out.Letter = consent.ShowCode(code)
	}
	return nil
}

// staffOf is for whose people somebody may look, and whether they may at all.
func (s *search) staffOf() (organisation string, may bool) {
	switch {
	case s.role == routine.LockManager || s.role == routine.SystemOwner:
		return "", true
	case s.role.HoldsGroup() && s.who.Organisation != "":
		return s.who.Organisation, true
	}
	return "", false
}

func (s *search) staff(ctx context.Context, number string) error {
	of, may := s.staffOf()
	if !may {
		return nil
	}
	found, err := s.tx.PageStaff(ctx, of, number, "", "", 1)
	s.out.Staff = append(s.out.Staff, found...)
	return err
}

// names looks for people whose names begin as the question.
func (s *search) names(ctx context.Context, query string) error {
	first, second, _ := strings.Cut(query, " ")
	first, second = nameCase(first), nameCase(second)
	if of, may := s.staffOf(); may {
		found, err := s.tx.PageStaff(ctx, of, "", first, second, MaxHits+1)
		if err != nil {
			return err
		}
		s.out.More = len(found) > MaxHits
		s.out.Staff = found[:min(len(found), MaxHits)]
	}
	if !seesClients(s.role) {
		return nil
	}
	var ids []string
	var err error
	if s.who.related() {
		ids, err = s.tx.PageNamesOf(ctx, s.who.serving(s.tx.Now()), first, second, MaxHits+1)
	} else {
		ids, err = s.tx.PageNames(ctx, first, second, MaxHits+1)
	}
	if err != nil {
		return err
	}
	s.out.More = s.out.More || len(ids) > MaxHits
	s.out.People, err = people(ctx, s.tx, s.who, ids[:min(len(ids), MaxHits)])
	return err
}
