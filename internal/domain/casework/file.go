package casework

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"

	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// file is one client's situation, opened in a transaction.
type file struct {
	client    care.Client
	dwelling  care.Dwelling
	home      []string // ids of those who live there, the client among them
	services  []care.Service
	situation routine.Situation
}

// open reads what the routine needs to know about a client.
func (s *Service) open(ctx context.Context, tx Tx, client care.Client) (file, error) {
	rural, err := ruralGroups(ctx, tx)
	if err != nil {
		return file{}, err
	}
	home, err := tx.ClientsOfDwellings(ctx, []string{client.DwellingID})
	if err != nil {
		return file{}, err
	}
	dwellings, err := tx.Dwellings(ctx, []string{client.DwellingID})
	if err != nil {
		return file{}, err
	}
	services, err := tx.ServicesOf(ctx, idsOf(home))
	if err != nil {
		return file{}, err
	}
	locks, err := tx.MountedLocks(ctx, []string{client.DwellingID})
	if err != nil {
		return file{}, err
	}
	f := file{client: client, dwelling: dwellings[client.DwellingID], home: idsOf(home), services: services[client.ID]}
	f.situation = s.situation(rural, client, dwellings[client.DwellingID], f.services)
	f.situation.Lock = locks[client.DwellingID]
	f.situation.HasRelative = client.RelativePhone != "" || client.RelativeName != ""
	if _, f.situation.Exception, err = tx.ExceptionAt(ctx, client.DwellingID); err != nil {
		return file{}, err
	}
	if err := s.agreements(ctx, tx, &f); err != nil {
		return file{}, err
	}
	for _, other := range home {
		if other.ID == client.ID {
			continue
		}
		for _, v := range services[other.ID] {
			f.situation.Others = append(f.situation.Others, v.Service)
		}
	}
	return f, nil
}

// agreements reads what has been agreed to about a lock, where the profile asks for it.
func (s *Service) agreements(ctx context.Context, tx Tx, f *file) error {
	if s.profile.Consent.Owner {
		waits, err := s.waits(ctx, tx, routine.Mount, f.dwelling)
		if err != nil {
			return err
		}
		f.situation.OwnerConsent = !waits
	}
	if s.profile.Consent.HomeCareAgrees {
		said, err := tx.Agreements(ctx, []string{f.client.ID})
		if err != nil {
			return err
		}
		f.situation.ClientAgrees = said[f.client.ID].Agrees
	}
	if s.profile.EntrancesCount && f.dwelling.EntranceID != "" {
		var err error
		if f.situation.Entrances, err = tx.EntranceLocks(ctx, f.dwelling.EntranceID); err != nil {
			return err
		}
	}
	return nil
}

// maxRural bounds the groups that may answer one alarm; a municipality has a handful.
const maxRural = 1000

func ruralGroups(ctx context.Context, tx Tx) ([]care.Group, error) {
	return tx.GroupsOfKind(ctx, routine.RuralGroup, "", maxRural)
}

func (s *Service) situation(rural []care.Group, c care.Client, d care.Dwelling, services []care.Service) routine.Situation {
	out := routine.Situation{Ended: c.Ended}
	for _, v := range services {
		out.Services = append(out.Services, v.Service)
	}
	for _, g := range rural {
		if s.profile.Answers(g.Code, d.PostalCode) {
			out.Rural = append(out.Rural, g.ForRoutine())
		}
	}
	return out
}

// after returns the services that an outcome has changed or added, with who did it.
func (f file) after(services []routine.Service, by string) []care.Service {
	before := make(map[string]care.Service, len(f.services))
	for _, v := range f.services {
		before[v.ID] = v
	}
	var out []care.Service
	for _, v := range services {
		old, ok := before[v.ID]
		switch {
		case !ok:
			v.ID = newID()
			out = append(out, care.Service{Service: v, ClientID: f.client.ID, Origin: by})
		case old.Service != v:
			old.Service, old.EndedBy = v, by
			out = append(out, old)
		}
	}
	return out
}

func idsOf(clients []care.Client) []string {
	ids := make([]string, len(clients))
	for i, c := range clients {
		ids[i] = c.ID
	}
	return ids
}

// refresh brings grounds and rights of exactly these clients up to date with their services and doors.
func (s *Service) refresh(ctx context.Context, tx Tx, clientIDs []string) (access.Change, error) {
	found, err := tx.ClientsByID(ctx, clientIDs)
	if err != nil {
		return access.Change{}, err
	}
	clients := make([]care.Client, 0, len(found))
	for _, id := range clientIDs {
		if c, ok := found[id]; ok {
			clients = append(clients, c)
		}
	}
	return s.refreshRead(ctx, tx, clients)
}

// refreshRead is refresh for clients that the transaction has read already.
func (s *Service) refreshRead(ctx context.Context, tx Tx, clients []care.Client) (access.Change, error) {
	grounds, err := s.grounds(ctx, tx, clients)
	if err != nil {
		return access.Change{}, err
	}
	return access.Materialise(ctx, tx, idsOf(clients), grounds)
}

// grounds computes what the clients' services give, from nothing but the services and the profile.
func (s *Service) grounds(ctx context.Context, tx Tx, clients []care.Client) ([]access.Ground, error) {
	homes := make([]string, len(clients))
	for i, c := range clients {
		homes[i] = c.DwellingID
	}
	dwellings, err := tx.Dwellings(ctx, distinct(homes))
	if err != nil {
		return nil, err
	}
	services, err := tx.ServicesOf(ctx, idsOf(clients))
	if err != nil {
		return nil, err
	}
	rural, err := ruralGroups(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []access.Ground
	for _, c := range clients {
		out = append(out, s.groundsOf(c, s.situation(rural, c, dwellings[c.DwellingID], services[c.ID]))...)
	}
	return out, nil
}

// groundsOf are one client's grounds in a situation.
func (s *Service) groundsOf(c care.Client, situation routine.Situation) []access.Ground {
	var out []access.Ground
	for _, g := range routine.Grounds(s.profile, situation) {
		out = append(out, access.Ground{ID: groundID(g), ClientID: c.ID, ServiceID: g.Service, Kind: g.Kind,
			GroupID: g.Group, From: g.From, Until: g.Until, Rule: g.Rule})
	}
	return out
}

// refreshFile is refresh for the client of an opened file whose services have just been changed: nothing is read twice.
func (s *Service) refreshFile(ctx context.Context, tx Tx, f file, changed []care.Service) (access.Change, error) {
	now := make(map[string]care.Service, len(changed))
	for _, v := range changed {
		now[v.ID] = v
	}
	services := make([]routine.Service, 0, len(f.services)+len(changed))
	for _, v := range f.services {
		if _, replaced := now[v.ID]; !replaced {
			services = append(services, v.Service)
		}
	}
	for _, v := range changed {
		services = append(services, v.Service)
	}
	after := f.situation
	after.Services = services
	return access.Materialise(ctx, tx, []string{f.client.ID}, s.groundsOf(f.client, after))
}

// groundID is a function of what the ground says, so that recomputing it gives the same row.
func groundID(g routine.Ground) string {
	return idBeside(g.Service, g.Service+"\x00"+string(g.Kind)+"\x00"+g.Group)
}

// idBeside returns an id that is a function of name and sorts next to another id: its first 48 bits are that one's, which in
// our ids are the time of its making. Rows that belong together so lie together in every index; ids scattered by their
// hash cost an import of many clients a page of the database for each row. It is a UUID of version 8 (RFC 9562 §5.8).
func idBeside(other, name string) string {
	sum := sha256.Sum256([]byte(name))
	id := uuid.UUID(sum[:16])
	if beside, err := uuid.Parse(other); err == nil {
		copy(id[:6], beside[:6])
	}
	id[6] = id[6]&0x0f | 0x80 // version
	id[8] = id[8]&0x3f | 0x80 // variant
	return id.String()
}

func rightsEntry(o Order, c access.Change) journal.Entry {
	return journal.Entry{Kind: journal.RightsChanged, At: o.Received, Subjects: []string{o.ClientID, o.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"},
		{Name: journal.FieldGround, Value: "order:" + o.ID},
		{Name: "added", Value: fmt.Sprint(c.Added)},
		{Name: "removed", Value: fmt.Sprint(c.Removed)},
	}}
}
