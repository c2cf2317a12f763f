package consent

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/domain/routine"
)

// Imported is a row of the register samtycken.
type Imported struct {
	Property string // street address
	Town     string
	Owner    string
	Answer   Answer
	Oral     bool
	Date     time.Time // zero when not known
	Diary    string
}

// Key is what makes it the same row: property, town and owner, however their letters and blanks are written. A property may
// have several owners, each with an answer.
func (i Imported) Key() string { return i.address().Key() + "|" + fold(i.Owner) }

func (i Imported) address() Address { return Address{i.Property, i.Town} }

// ownerKey is what makes it the same owner. Companies and associations are told apart by their names. Two houses may belong to
// two people of the same name, and what one of them says must not count at the other's: a person is one for each house.
func (i Imported) ownerKey() string {
	if ownerKind(i.Owner) == Person {
		return i.Key()
	}
	return fold(i.Owner)
}

// ownerKind guesses from a name. Whatever does not say that it is an organisation is a person, which is the careful guess.
func ownerKind(name string) OwnerKind {
	words := strings.Fields(strings.ToLower(strings.Trim(name, ".")))
	has := func(marks ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(marks, strings.Trim(w, ".,()")) })
	}
	switch {
	case has("brf", "hsb", "bostadsrättsförening", "bostadsrättsföreningen", "förening", "föreningen", "samfällighet", "samfällighetsförening"):
		return Association
	case has("ab", "hb", "kb", "aktiebolag", "bolag", "bolaget", "kommun", "kommunen", "region", "stiftelse", "stiftelsen"):
		return Company
	}
	return Person
}

// ImportTx is what importing needs of a transaction.
type ImportTx interface {
	// ImportedConsents returns consents by the keys of the rows that they came from.
	ImportedConsents(ctx context.Context, keys []string) (map[string]Consent, error)
	// ImportedOwners returns owners' ids by the keys that rows name them by.
	ImportedOwners(ctx context.Context, keys []string) (map[string]string, error)
	PropertiesAt(ctx context.Context, addressKeys []string) (map[string]string, error)

	PutConsents(ctx context.Context, c []Consent) error
	// PutImportedOwners adds owners, by the keys that rows name them by.
	PutImportedOwners(ctx context.Context, byKey map[string]Owner) error
	// AddProperties adds properties with their addresses.
	AddProperties(ctx context.Context, p []Property) error
	// AddOwnership says that owners own properties, after those who do already. Each pair is property, owner.
	AddOwnership(ctx context.Context, pairs [][2]string) error
}

// Import puts rows of the register into this one and returns the ids of the properties concerned. What the system has learnt
// later, by letter or otherwise, is in consents of its own and counts by its date, so that an old row undoes nothing.
func Import(ctx context.Context, tx ImportTx, rows []Imported) ([]string, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	known, err := lookUp(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	owners, properties := map[string]Owner{}, []Property(nil)
	var consents []Consent
	var pairs [][2]string
	for _, r := range rows {
		owner, key := known.owners[r.ownerKey()], r.address().Key()
		if owner == "" {
			owner = newID()
			known.owners[r.ownerKey()] = owner
			owners[r.ownerKey()] = Owner{ID: owner, Kind: ownerKind(r.Owner), Name: r.Owner}
		}
		if known.properties[key] == "" {
			known.properties[key] = newID()
			properties = append(properties, Property{ID: known.properties[key], Addresses: []Address{r.address()}})
		}
		property := known.properties[key]
		pairs = append(pairs, [2]string{property, owner})
		consents = append(consents, r.consent(known.consents[r.Key()], owner, property))
	}
	if err := tx.PutImportedOwners(ctx, owners); err != nil {
		return nil, err
	}
	if err := tx.AddProperties(ctx, properties); err != nil {
		return nil, err
	}
	if err := tx.AddOwnership(ctx, pairs); err != nil {
		return nil, err
	}
	touched := make([]string, len(pairs))
	for i, p := range pairs {
		touched[i] = p[0]
	}
	return distinct(touched), tx.PutConsents(ctx, consents)
}

type known struct {
	owners, properties map[string]string
	consents           map[string]Consent
}

func lookUp(ctx context.Context, tx ImportTx, rows []Imported) (k known, err error) {
	var keys, owners, places []string
	for _, r := range rows {
		keys, owners, places = append(keys, r.Key()), append(owners, r.ownerKey()), append(places, r.address().Key())
	}
	if k.consents, err = tx.ImportedConsents(ctx, distinct(keys)); err != nil {
		return k, err
	}
	if k.owners, err = tx.ImportedOwners(ctx, distinct(owners)); err != nil {
		return k, err
	}
	k.properties, err = tx.PropertiesAt(ctx, distinct(places))
	return k, err
}

// consent is the row as a consent: the one that it was before, with what the system has added to it.
func (i Imported) consent(c Consent, owner, property string) Consent {
	if c.ID == "" {
		c.ID = newID()
	}
	c.OwnerID, c.Properties, c.Answer, c.How, c.Date, c.From = owner, []string{property}, i.Answer, "", i.Date, i.Date
	c.Until, c.ImportKey = routine.Forever, i.Key()
	if i.Diary != "" {
		c.Diary = i.Diary
	}
	if i.Answer == Given || i.Answer == Refused {
		c.How = Written
		if i.Oral {
			c.How = Oral
		}
	}
	return c
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func distinct(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

func sortConsents(c []Consent) {
	slices.SortFunc(c, func(a, b Consent) int { return strings.Compare(a.ID, b.ID) })
}
