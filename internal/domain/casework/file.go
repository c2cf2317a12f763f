package casework

import (
	"context"
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
	services  []care.Service
	situation routine.Situation
}

// open reads what the routine needs to know about a client.
func (s *Service) open(ctx context.Context, tx Tx, groups []care.Group, client care.Client) (file, error) {
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
	f := file{client: client, services: services[client.ID]}
	f.situation = s.situation(groups, client, dwellings[client.DwellingID], f.services)
	f.situation.Lock = locks[client.DwellingID]
	now := tx.Now()
	for _, other := range home {
		if other.ID == client.ID {
			continue
		}
		theirs := s.situation(groups, other, dwellings[other.DwellingID], services[other.ID])
		for _, g := range routine.Grounds(s.profile, theirs) {
			f.situation.Shared = f.situation.Shared || now.Before(g.Until)
		}
	}
	return f, nil
}

func (s *Service) situation(groups []care.Group, c care.Client, d care.Dwelling, services []care.Service) routine.Situation {
	out := routine.Situation{Ended: c.Ended}
	for _, v := range services {
		out.Services = append(out.Services, v.Service)
	}
	for _, g := range groups {
		if g.Kind == routine.RuralGroup && s.profile.Answers(g.Code, d.PostalCode) {
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
	grounds, err := s.grounds(ctx, tx, clientIDs)
	if err != nil {
		return access.Change{}, err
	}
	return access.Materialise(ctx, tx, clientIDs, grounds)
}

// grounds computes what the clients' services give, from nothing but the services and the profile.
func (s *Service) grounds(ctx context.Context, tx Tx, clientIDs []string) ([]access.Ground, error) {
	clients, err := tx.ClientsByID(ctx, clientIDs)
	if err != nil {
		return nil, err
	}
	dwellingIDs := make([]string, 0, len(clients))
	for _, c := range clients {
		dwellingIDs = append(dwellingIDs, c.DwellingID)
	}
	dwellings, err := tx.Dwellings(ctx, dwellingIDs)
	if err != nil {
		return nil, err
	}
	services, err := tx.ServicesOf(ctx, clientIDs)
	if err != nil {
		return nil, err
	}
	groups, err := tx.Groups(ctx)
	if err != nil {
		return nil, err
	}
	var out []access.Ground
	for _, id := range clientIDs {
		c := clients[id]
		situation := s.situation(groups, c, dwellings[c.DwellingID], services[id])
		for _, g := range routine.Grounds(s.profile, situation) {
			out = append(out, access.Ground{ID: groundID(g), ClientID: id, ServiceID: g.Service, Kind: g.Kind,
				GroupID: g.Group, From: g.From, Until: g.Until, Rule: g.Rule})
		}
	}
	return out, nil
}

// groundID is a function of what the ground says, so that recomputing it gives the same row.
func groundID(g routine.Ground) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(g.Service+"\x00"+string(g.Kind)+"\x00"+g.Group)).String()
}

func rightsEntry(o Order, c access.Change) journal.Entry {
	return journal.Entry{Kind: journal.RightsChanged, At: o.Received, Subjects: []string{o.ClientID, o.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"},
		{Name: journal.FieldGround, Value: "order:" + o.ID},
		{Name: "added", Value: fmt.Sprint(c.Added)},
		{Name: "removed", Value: fmt.Sprint(c.Removed)},
	}}
}
