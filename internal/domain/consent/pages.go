package consent

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// What the register's pages read, each in one transaction. Owners with protected identity have neither name nor address here;
// [Service.Reveal] shows them, for a reason.

// Bounds of what a page shows.
const (
	MaxShown   = 20  // rows of one sort on the first page; lists have one more, which tells that there are more
	MaxEnding  = 500 // consents that run out soon
	maxHouses  = 200 // of an owner
	maxAbout   = 5   // properties named in a row
	endingSoon = 60  // days ahead
)

// Row is a consent with whose it is and what it is about.
type Row struct {
	Consent
	Owner Owner
	About []Property // the first of those that it names
}

// Overview is what needs somebody now.
type Overview struct {
	Now       time.Time
	Due       []Row // asked by letters that should have been answered, the longest due first
	Ending    []Row // that run out within 60 days, the first to do so first
	Withdrawn []Row // the latest
}

// Masked is what is shown of an owner without a reason: of one with protected identity neither name nor address.
func (o Owner) Masked() Owner {
	if o.Protected {
		return Owner{ID: o.ID, Kind: o.Kind, Protected: true}
	}
	return o
}

// Overview returns what needs somebody now.
func (s *Service) Overview(ctx context.Context, who routine.Who) (out Overview, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		out = Overview{Now: tx.Now()}
		due, err := tx.LettersDue(ctx, tx.Now(), MaxShown+1)
		if err != nil {
			return err
		}
		ids := make([]string, len(due))
		for i, l := range due {
			ids[i] = l.ConsentID
		}
		known, err := tx.ConsentsByID(ctx, distinct(ids))
		if err != nil {
			return err
		}
		var asked []Consent
		for _, id := range ids {
			asked = append(asked, known[id])
		}
		if out.Due, err = rows(ctx, tx, asked); err != nil {
			return err
		}
		if out.Ending, err = s.ending(ctx, tx, MaxShown+1); err != nil {
			return err
		}
		withdrawn, err := tx.ConsentPage(ctx, Filter{Answer: Withdrawn}, "", MaxShown+1)
		if err != nil {
			return err
		}
		out.Withdrawn, err = rows(ctx, tx, withdrawn)
		return err
	})
	return out, err
}

func (s *Service) ending(ctx context.Context, tx Tx, limit int) ([]Row, error) {
	soon, err := tx.ConsentsEnding(ctx, tx.Now(), tx.Now().In(s.zone).AddDate(0, 0, endingSoon), limit)
	if err != nil {
		return nil, err
	}
	return rows(ctx, tx, soon)
}

// Rows returns a page of consents, those recorded last first.
func (s *Service) Rows(ctx context.Context, who routine.Who, f Filter, after string, limit int) (out []Row, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		found, err := tx.ConsentPage(ctx, f, after, limit)
		if err != nil {
			return err
		}
		out, err = rows(ctx, tx, found)
		return err
	})
	return out, err
}

// Ending returns the consents that run out within 60 days and that no later word of the owner replaces, the first to do so first.
func (s *Service) Ending(ctx context.Context, who routine.Who) (out []Row, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = s.ending(ctx, tx, MaxEnding); return err })
	return out, err
}

func rows(ctx context.Context, tx Tx, consents []Consent) ([]Row, error) {
	var owners, properties []string
	for _, c := range consents {
		owners = append(owners, c.OwnerID)
		properties = append(properties, c.Properties[:min(len(c.Properties), maxAbout)]...)
	}
	whose, err := tx.OwnersByID(ctx, distinct(owners))
	if err != nil {
		return nil, err
	}
	what, err := tx.PropertiesByID(ctx, distinct(properties))
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(consents))
	for i, c := range consents {
		out[i] = Row{Consent: c, Owner: whose[c.OwnerID].Masked()}
		if out[i].Owner.Protected { // what people have written may say who it is
			out[i].Note = ""
		}
		for _, id := range c.Properties[:min(len(c.Properties), maxAbout)] {
			out[i].About = append(out[i].About, what[id])
		}
	}
	return out, nil
}

// HouseRow is a house with whose it is, and where it stands for a lock on a door.
type HouseRow struct {
	House
	Owners   []Owner
	Standing Standing
}

// HouseRows returns a page of houses by address, after the house with a key.
func (s *Service) HouseRows(ctx context.Context, who routine.Who, f HouseFilter, after string, limit int) (out []HouseRow, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = houseRows(ctx, tx, f, after, limit); return err })
	return out, err
}

func houseRows(ctx context.Context, tx Tx, f HouseFilter, after string, limit int) ([]HouseRow, error) {
	houses, err := tx.HousePage(ctx, f, after, limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	places := make([]Place, len(houses))
	for i, h := range houses {
		ids = append(ids, h.PropertyID)
		places[i] = Place{ID: h.Key(), Street: h.Street, Town: h.Town}
	}
	properties, err := tx.PropertiesByID(ctx, distinct(ids))
	if err != nil {
		return nil, err
	}
	standing, err := For(ctx, tx, DoorLock, places...)
	if err != nil {
		return nil, err
	}
	out := make([]HouseRow, len(houses))
	for i, h := range houses {
		out[i] = HouseRow{House: h, Standing: standing[h.Key()]}
		if out[i].Owners, err = ownersOf(ctx, tx, properties[h.PropertyID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ownersOf are a property's owners; the first is the one that letters go to.
func ownersOf(ctx context.Context, tx Tx, p Property) ([]Owner, error) {
	known, err := tx.OwnersByID(ctx, p.Owners)
	if err != nil {
		return nil, err
	}
	out := make([]Owner, len(p.Owners))
	for i, id := range p.Owners {
		out[i] = known[id].Masked()
	}
	return out, nil
}

// PropertyFile is a property with all that its owners have said of it.
type PropertyFile struct {
	Now time.Time
	Property
	Owners    []Owner
	Words     []Row                // the latest first
	Standings []map[Thing]Standing // one for each address
}

// PropertyFile returns a property with all that its owners have said of it.
func (s *Service) PropertyFile(ctx context.Context, who routine.Who, id string) (out PropertyFile, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		p, err := propertyByID(ctx, tx, id)
		if err != nil {
			return err
		}
		out = PropertyFile{Now: tx.Now(), Property: p}
		if out.Owners, err = ownersOf(ctx, tx, p); err != nil {
			return err
		}
		if out.Standings, err = standings(ctx, tx, p); err != nil {
			return err
		}
		out.Words, err = wordsAt(ctx, tx, p)
		return err
	})
	return out, err
}

func standings(ctx context.Context, tx Tx, p Property) ([]map[Thing]Standing, error) {
	out := make([]map[Thing]Standing, len(p.Addresses))
	places := make([]Place, len(p.Addresses))
	for i, a := range p.Addresses {
		out[i] = map[Thing]Standing{}
		places[i] = Place{ID: a.Key(), Street: a.Street, Town: a.Town}
	}
	for _, thing := range Things() {
		found, err := For(ctx, tx, thing, places...)
		if err != nil {
			return nil, err
		}
		for i, a := range p.Addresses {
			out[i][thing] = found[a.Key()]
		}
	}
	return out, nil
}

// wordsAt is what the present owners have said of a property, or of everything that is theirs.
func wordsAt(ctx context.Context, tx Tx, p Property) ([]Row, error) {
	keys := make([]string, len(p.Addresses))
	for i, a := range p.Addresses {
		keys[i] = a.Key()
	}
	words, err := tx.ConsentWords(ctx, keys)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, at := range words {
		for _, c := range at {
			ids = append(ids, c.ID)
		}
	}
	known, err := tx.ConsentsByID(ctx, distinct(ids))
	if err != nil {
		return nil, err
	}
	var all []Consent
	for _, c := range known {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Consent) int {
		if d := b.Date.Compare(a.Date); d != 0 {
			return d
		}
		return strings.Compare(b.ID, a.ID)
	})
	return rows(ctx, tx, all)
}

// OwnerFile is an owner with what is theirs and what they have said.
type OwnerFile struct {
	Owner  Owner
	Houses []HouseRow // the first, by address
	Words  []Row      // the latest first
}

// OwnerFile returns an owner with what is theirs and what they have said.
func (s *Service) OwnerFile(ctx context.Context, who routine.Who, id string) (out OwnerFile, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		o, err := ownerByID(ctx, tx, id)
		if err != nil {
			return err
		}
		out.Owner = o.Masked()
		if out.Houses, err = houseRows(ctx, tx, HouseFilter{Owner: id}, "", maxHouses); err != nil {
			return err
		}
		words, err := tx.ConsentPage(ctx, Filter{Owner: id}, "", maxHouses)
		if err != nil {
			return err
		}
		out.Words, err = rows(ctx, tx, words)
		return err
	})
	return out, err
}

// ErrNoReason says that protected details are not shown without a reason.
var ErrNoReason = problem.New(problem.Invalid, "owner-reveal-reason",
	"Ange varför du behöver se uppgifterna, högst 500 tecken. Skälet skrivs i loggen.",
	"Say why you need to see the details, in at most 500 characters. The reason is written in the journal.")

// Reveal returns an owner with protected identity as the register has them, to those who keep it; the reason is in the journal.
func (s *Service) Reveal(ctx context.Context, who routine.Who, id, reason string) (o Owner, err error) {
	if reason = strings.TrimSpace(reason); reason == "" || len(reason) > 500 || strings.ContainsRune(reason, 0) {
		return o, ErrNoReason.On("reason")
	}
	err = s.update(ctx, who, func(tx Tx) error {
		if o, err = ownerByID(ctx, tx, id); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.EntriesDisclosed, who.Actor, []string{id}, "reason", reason))
	})
	return o, err
}

// File is a consent with all that it is about and the letters that asked for it.
type ConsentFile struct {
	Row
	Properties []Property // at most 200
	Letters    []Letter   // the first first
}

// ConsentFile returns a consent with all that it is about and the letters that asked for it.
func (s *Service) ConsentFile(ctx context.Context, who routine.Who, id string) (out ConsentFile, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = consentFile(ctx, tx, id); return err })
	return out, err
}

func consentFile(ctx context.Context, tx Tx, id string) (out ConsentFile, err error) {
	c, err := consentByID(ctx, tx, id)
	if err != nil {
		return out, err
	}
	one, err := rows(ctx, tx, []Consent{c})
	if err != nil {
		return out, err
	}
	out.Row = one[0]
	ids := c.Properties[:min(len(c.Properties), maxHouses)]
	known, err := tx.PropertiesByID(ctx, ids)
	if err != nil {
		return out, err
	}
	for _, id := range ids {
		out.Properties = append(out.Properties, known[id])
	}
	out.Letters, err = tx.LettersOfConsent(ctx, c.ID, "", maxHouses)
	return out, orHideAll(ctx, tx, err, out.Letters)
}

// Preview is what asking owners would make: nothing is written.
type Preview struct {
	Letters []PreviewLetter
	Body    LetterBody // of the first letter; its code is yet to be made
}

// PreviewLetter is a letter that would be made.
type PreviewLetter struct {
	Owner      Owner
	Properties []Property
}

// Preview says which letters [Service.AskOwners] would make.
func (s *Service) Preview(ctx context.Context, who routine.Who, a Ask) (out Preview, err error) {
	if !MayKeep(who) {
		return out, ErrMayNot
	}
	if _, ok := s.profile.Letter(routine.ConsentRequest, language(a.Language), nil); !ok {
		return out, ErrNoText
	}
	err = s.db.View(ctx, func(tx Tx) error {
		ids, err := a.properties(ctx, tx)
		if err != nil {
			return err
		}
		parts, err := toAsk(ctx, tx, ids, a.Owner)
		if err != nil {
			return err
		}
		if err := fits(parts); err != nil {
			return err
		}
		out, err = s.preview(ctx, tx, parts, language(a.Language))
		return err
	})
	return out, err
}

func (s *Service) preview(ctx context.Context, tx Tx, parts []LetterPart, lang string) (out Preview, err error) {
	var owners, properties []string
	for _, p := range parts {
		owners, properties = append(owners, p.OwnerID), append(properties, p.Properties...)
	}
	whose, err := tx.OwnersByID(ctx, distinct(owners))
	if err != nil {
		return out, err
	}
	what, err := tx.PropertiesByID(ctx, distinct(properties))
	if err != nil {
		return out, err
	}
	for _, p := range parts {
		one := PreviewLetter{Owner: whose[p.OwnerID].Masked()}
		for _, id := range p.Properties {
			one.Properties = append(one.Properties, what[id])
		}
		out.Letters = append(out.Letters, one)
	}
	out.Body = s.body(whose[parts[0].OwnerID], parts[0].Properties, what, routine.ConsentRequest, lang, "??????????", time.Time{})
	return out, nil
}

// Jobs returns a page of letter runs, the latest first.
func (s *Service) Jobs(ctx context.Context, who routine.Who, after string, limit int) (out []LetterJob, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = tx.LetterJobPage(ctx, after, limit); return err })
	return out, err
}

// NoteExport writes in the journal that somebody took a list out of the register as a file.
func (s *Service) NoteExport(ctx context.Context, who routine.Who, list string, rows int) error {
	if !MayRead(who) {
		return ErrMayNot
	}
	return s.db.Update(ctx, func(tx Tx) error {
		return journal.Append(ctx, tx, entry(journal.EntriesDisclosed, who.Actor, nil, "file", list, "consents", fmt.Sprint(rows)))
	})
}
