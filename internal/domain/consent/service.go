package consent

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Tx is what the register needs of a database transaction. Pages have at most limit rows, and go on after the row with the key
// that they are given.
type Tx interface {
	Reader
	ImportTx
	AgreementTx
	LetterTx
	journal.Tx

	OwnersByID(ctx context.Context, ids []string) (map[string]Owner, error)
	PutOwners(ctx context.Context, o []Owner) error
	// OwnerPage returns owners by name.
	OwnerPage(ctx context.Context, f OwnerFilter, after string, limit int) ([]Owner, error)

	PropertiesByID(ctx context.Context, ids []string) (map[string]Property, error)
	PropertyNamed(ctx context.Context, designationKey string) (id string, err error)
	// PutProperty stores a property with exactly these addresses and owners.
	PutProperty(ctx context.Context, p Property) error
	// HousePage returns houses by address.
	HousePage(ctx context.Context, f HouseFilter, after string, limit int) ([]House, error)

	ConsentsByID(ctx context.Context, ids []string) (map[string]Consent, error)
	// ConsentPage returns consents, those recorded last first.
	ConsentPage(ctx context.Context, f Filter, after string, limit int) ([]Consent, error)

	// ConsentsEnding returns at most limit consents that hold and run out after from and before until, the first to do so first;
	// not those whose owner has said something later of the same.
	ConsentsEnding(ctx context.Context, from, until time.Time, limit int) ([]Consent, error)
	// MountedOn reports whether a lock has been mounted that rests on a consent.
	MountedOn(ctx context.Context, consentID string) (bool, error)

	PutFile(ctx context.Context, f File) error
	FileByHash(ctx context.Context, hash string) (File, bool, error)
	// DropFile forgets a paper that no consent has any longer.
	DropFile(ctx context.Context, hash string) error

	PutHandover(ctx context.Context, h Handover) error
	HandoverByID(ctx context.Context, id string) (Handover, bool, error)
	HandoverPage(ctx context.Context, after string, limit int) ([]Handover, error)
}

// OwnerFilter narrows a list of owners.
type OwnerFilter struct {
	Name string // begins with
	Open bool   // also those with protected identity, who are otherwise found by id only
}

// HouseFilter narrows a list of houses.
type HouseFilter struct {
	Street string // begins with
	Town   string
	Owner  string // id
}

// House is an address with the property that it belongs to.
type House struct {
	Address
	PropertyID  string
	Designation string
}

// Filter narrows a list of consents.
type Filter struct {
	Answer   Answer
	Owner    string // id
	Property string // id: consents that name it
	Unfiled  bool   // answers recorded here that are neither in the diary nor on a list for it
	Handover string // id
}

// Problems that whoever keeps the register can meet. Codes are stable.
var (
	ErrMayNot = problem.New(problem.Denied, "consents-not-yours",
		"Samtyckesregistret sköts av låsansvarig. Be dem om hjälp.", "The consent register is kept by the lock manager. Ask them.")
	ErrOwnerUnknown = problem.New(problem.NotFound, "owner-unknown",
		"Fastighetsägaren finns inte i registret. Lägg till ägaren först.", "The owner is not in the register. Add the owner first.")
	ErrPropertyUnknown = problem.New(problem.NotFound, "property-unknown",
		"Fastigheten finns inte i registret. Lägg till den med adress och ägare först.", "The property is not in the register. Add it with address and owner first.")
	ErrConsentUnknown = problem.New(problem.NotFound, "consent-unknown", "Samtycket finns inte.", "There is no such consent.")
	ErrInvalid        = problem.New(problem.Invalid, "consent-invalid", "Uppgiften går inte att registrera: %s.", "This cannot be recorded: %s.")
	ErrAddressTaken   = problem.New(problem.Conflict, "address-taken",
		"Adressen %s hör redan till en annan fastighet i registret. Öppna den i stället, eller ta bort adressen där först.",
		"The address %s belongs to another property in the register already. Open that one, or remove the address there first.")
	ErrDesignationTaken = problem.New(problem.Conflict, "designation-taken",
		"Fastighetsbeteckningen finns redan i registret. Öppna den fastigheten i stället.",
		"The designation is in the register already. Open that property instead.")
)

// Service is the register of one municipality, but for what casework must know of at once (answers, and whose a house is).
type Service struct {
	db      txn.Runner[Tx]
	profile routine.Profile
	zone    *time.Location
}

// NewService returns the register of one municipality. zone is where its days begin.
func NewService(db txn.Runner[Tx], profile routine.Profile, zone *time.Location) *Service {
	return &Service{db, profile, zone}
}

// MayKeep reports whether somebody keeps the register; MayRead whether somebody may look in it.
func MayKeep(who routine.Who) bool { return who.Is(routine.LockManager, routine.SystemOwner) }

// MayRead reports whether somebody may look in the register.
func MayRead(who routine.Who) bool {
	return MayKeep(who) || who.Is(routine.Registrar, routine.CaseOfficer)
}

// view runs f if the asker may read.
func (s *Service) view(ctx context.Context, who routine.Who, f func(Tx) error) error {
	if !MayRead(who) {
		return ErrMayNot
	}
	return s.db.View(ctx, f)
}

func (s *Service) update(ctx context.Context, who routine.Who, f func(Tx) error) error {
	if !MayKeep(who) {
		return ErrMayNot
	}
	return s.db.Update(ctx, f)
}

// Standing says where an address stands (V5.3-a).
func (s *Service) Standing(ctx context.Context, who routine.Who, thing Thing, place Place) (out Standing, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		all, err := For(ctx, tx, thing, place)
		out = all[place.ID]
		return err
	})
	return out, err
}

// Owner returns an owner.
func (s *Service) Owner(ctx context.Context, who routine.Who, id string) (out Owner, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = ownerByID(ctx, tx, id); return err })
	return out, err
}

// Owners returns a page of owners by name.
func (s *Service) Owners(ctx context.Context, who routine.Who, f OwnerFilter, after string, limit int) (out []Owner, err error) {
	f.Open = f.Open && MayKeep(who)
	err = s.view(ctx, who, func(tx Tx) error { out, err = tx.OwnerPage(ctx, f, after, limit); return err })
	return out, err
}

// Property returns a property.
func (s *Service) Property(ctx context.Context, who routine.Who, id string) (out Property, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = propertyByID(ctx, tx, id); return err })
	return out, err
}

// Houses returns a page of houses by address.
func (s *Service) Houses(ctx context.Context, who routine.Who, f HouseFilter, after string, limit int) (out []House, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = tx.HousePage(ctx, f, after, limit); return err })
	return out, err
}

// Consent returns one consent.
func (s *Service) Consent(ctx context.Context, who routine.Who, id string) (out Consent, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = consentByID(ctx, tx, id); return err })
	return out, err
}

// Consents returns a page of consents, those recorded last first.
func (s *Service) Consents(ctx context.Context, who routine.Who, f Filter, after string, limit int) (out []Consent, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = tx.ConsentPage(ctx, f, after, limit); return err })
	return out, err
}

// PutOwner adds an owner, or changes one that has an id.
func (s *Service) PutOwner(ctx context.Context, who routine.Who, o Owner) (Owner, error) {
	if err := o.check(); err != nil {
		return o, err
	}
	isNew := o.ID == ""
	err := s.update(ctx, who, func(tx Tx) error {
		if isNew {
			o.ID = newID()
		} else if _, err := ownerByID(ctx, tx, o.ID); err != nil {
			return err
		}
		if err := tx.PutOwners(ctx, []Owner{o}); err != nil {
			return err
		}
		shown := o.Masked() // the journal is read by people who have given no reason
		return journal.Append(ctx, tx, entry(journal.OwnerChanged, who.Actor, []string{o.ID},
			"name", shown.Name, "kind", string(o.Kind), "address", strings.Trim(shown.Street+", "+shown.PostalCode+" "+shown.Town, ", ")))
	})
	return o, err
}

func (o Owner) check() error {
	if o.Kind != Person && o.Kind != Company && o.Kind != Association {
		return invalid("kind", "välj person, company eller association", "choose person, company or association")
	}
	if strings.TrimSpace(o.Name) == "" {
		return invalid("name", "namnet saknas", "the name is missing")
	}
	if o.Kind == Person && o.OrgNumber != "" {
		return invalid("org_number", "en privatperson anges utan nummer", "a private person is given without a number")
	}
	return checkTexts(map[string]string{"name": o.Name, "org_number": o.OrgNumber, "contact": o.Contact, "phone": o.Phone, "email": o.Email,
		"street": o.Street, "postal_code": o.PostalCode, "town": o.Town})
}

func (p Property) check() error {
	if len(p.Addresses) == 0 || len(p.Addresses) > MaxAddresses {
		return invalid("addresses", "en fastighet har 1–200 adresser", "a property has 1 to 200 addresses")
	}
	if len(p.Owners) == 0 || len(p.Owners) > MaxOwners {
		return invalid("owners", "en fastighet har 1–50 ägare", "a property has 1 to 50 owners")
	}
	seen := map[string]bool{}
	for _, a := range p.Addresses {
		if fold(a.Street) == "" || fold(a.Town) == "" {
			return invalid("addresses", "varje adress har gata och ort", "every address has a street and a town")
		}
		if seen[a.Key()] {
			return invalid("addresses", "en adress står två gånger", "an address stands twice")
		}
		seen[a.Key()] = true
		if err := checkTexts(map[string]string{"addresses": a.Street + a.Town}); err != nil {
			return err
		}
	}
	return checkTexts(map[string]string{"designation": p.Designation})
}

// PutProperty adds a property, or changes one that has an id: its addresses and owners become these. It returns the property;
// whoever composes must look at its doors again, since another owner's word may count now.
func PutProperty(ctx context.Context, tx Tx, actor string, p Property) (Property, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	if p.ID == "" {
		p.ID = newID()
	} else if _, err := propertyByID(ctx, tx, p.ID); err != nil {
		return p, err
	}
	p.Owners = distinctInOrder(p.Owners)
	if err := p.free(ctx, tx); err != nil {
		return p, err
	}
	if err := tx.PutProperty(ctx, p); err != nil {
		return p, err
	}
	names := make([]string, len(p.Addresses))
	for i, a := range p.Addresses {
		names[i] = a.Street + ", " + a.Town
	}
	return p, journal.Append(ctx, tx, entry(journal.PropertyChanged, actor, []string{p.ID},
		"designation", p.Designation, "addresses", strings.Join(names, "; "), "owners", strings.Join(p.Owners, " ")))
}

// free checks that owners exist and that nobody else has the addresses or the designation.
func (p Property) free(ctx context.Context, tx Tx) error {
	owners, err := tx.OwnersByID(ctx, p.Owners)
	if err != nil {
		return err
	}
	if len(owners) < len(p.Owners) {
		return ErrOwnerUnknown
	}
	keys := map[string]string{}
	var list []string
	for _, a := range p.Addresses {
		keys[a.Key()] = a.Street + ", " + a.Town
		list = append(list, a.Key())
	}
	taken, err := tx.PropertiesAt(ctx, list)
	if err != nil {
		return err
	}
	for _, key := range list {
		if id := taken[key]; id != "" && id != p.ID {
			return ErrAddressTaken.Fill(keys[key])
		}
	}
	if p.DesignationKey() == "" {
		return nil
	}
	if id, err := tx.PropertyNamed(ctx, p.DesignationKey()); err != nil || (id != "" && id != p.ID) {
		if err == nil {
			err = ErrDesignationTaken
		}
		return err
	}
	return nil
}

func ownerByID(ctx context.Context, tx Tx, id string) (Owner, error) {
	all, err := tx.OwnersByID(ctx, []string{id})
	if o, ok := all[id]; ok || err != nil {
		return o, err
	}
	return Owner{}, ErrOwnerUnknown
}

func propertyByID(ctx context.Context, tx Tx, id string) (Property, error) {
	all, err := tx.PropertiesByID(ctx, []string{id})
	if p, ok := all[id]; ok || err != nil {
		return p, err
	}
	return Property{}, ErrPropertyUnknown
}

func consentByID(ctx context.Context, tx Tx, id string) (Consent, error) {
	all, err := tx.ConsentsByID(ctx, []string{id})
	if c, ok := all[id]; ok || err != nil {
		return c, err
	}
	return Consent{}, ErrConsentUnknown
}

func invalid(field, sv, en string) error {
	e := *ErrInvalid.On(field)
	e.Text = problem.Text{SV: strings.Replace(e.Text.SV, "%s", sv, 1), EN: strings.Replace(e.Text.EN, "%s", en, 1)}
	return &e
}

// checkTexts refuses what does not fit on a line of a letter.
func checkTexts(fields map[string]string) error {
	for name, text := range fields {
		if len(text) > MaxText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			return invalid(name, "texten är högst 200 byte på en rad", "a text is at most 200 bytes on one line")
		}
	}
	return nil
}

func distinctInOrder(s []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, v := range s {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// entry is a journal entry with fields as name and value in turn.
func entry(kind journal.Kind, actor string, subjects []string, fields ...string) journal.Entry {
	e := journal.Entry{Kind: kind, Subjects: subjects, Fields: []journal.Field{{Name: journal.FieldActor, Value: actor}}}
	for i := 0; i+1 < len(fields); i += 2 {
		e.Fields = append(e.Fields, journal.Field{Name: fields[i], Value: fields[i+1]})
	}
	return e
}
