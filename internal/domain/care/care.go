// Package care is who is served, by whom and where: clients, dwellings and entrances, services, providers, groups, staff.
//
// It owns these values and what storage must be able to do with them. It does not own who may open what
// (internal/domain/access), the things on the doors (internal/domain/fleet), or what an order does to a service
// (internal/domain/routine decides, internal/domain/casework carries out).
//
// Promises: a client belongs to one dwelling; a dwelling is a client's own unless it has an apartment number, which is
// what lets a couple share it; times are UTC instants, periods are half-open.
package care

import (
	"context"
	"time"

	"hemnyckel/internal/domain/routine"
)

// Provider is an organisation that performs services.
type Provider struct {
	ID        string
	OrgNumber string // ten digits
	Name      string
	Private   bool
	// RoutineUntil is until when its own routine for staff, kept on file, is valid (S-f); zero: none is.
	RoutineUntil time.Time
}

// Group is a provider's working group, the holder of rights.
type Group struct {
	ID         string
	Number     uint32 // what grants and certificates call it
	Code       string // the municipality's own, such as G001
	Name       string
	ProviderID string
	Kind       routine.GroupKind
	MaxStaff   int // most people working in one day
	// Read with the group, stored with the provider.
	Private      bool
	OrgNumber    string
	RoutineUntil time.Time
}

// ForRoutine is what the routine needs to know of the group.
func (g Group) ForRoutine() routine.Group {
	return routine.Group{ID: g.ID, Kind: g.Kind, Private: g.Private, RoutineUntil: g.RoutineUntil}
}

// Staff is a person who works in one or more groups.
type Staff struct {
	ID             string
	EmployeeNumber string
	Pseudonym      uint32 // what stations, keys and locks know the person by
	GivenName      string
	FamilyName     string
	Email          string
	Phone          string
}

// Membership is a person's time in a group.
type Membership struct {
	StaffID string
	GroupID string
	From    time.Time
	Until   time.Time
}

// Entrance is a door that serves many dwellings.
type Entrance struct {
	ID   string
	Code string
}

// Dwelling is where one client, or a couple, lives.
type Dwelling struct {
	ID         string
	AddressKey string // equal for those who share the dwelling
	Street     string
	Apartment  string
	PostalCode string // five digits
	Town       string
	EntranceID string // "" without a shared entrance
}

// Client is the person whose door it is.
type Client struct {
	ID             string
	PersonalNumber string // twelve digits
	GivenName      string
	FamilyName     string
	Phone          string
	Protected      bool // protected identity: no name or address outside those who serve the client
	DwellingID     string
	RelativeName   string
	RelativePhone  string
	Ended          time.Time // died or moved; routine.Forever while it has not happened
}

// Service is a stored service with where it came from and what ended it, each as "order:ID" or "register:FILE:ROW".
type Service struct {
	routine.Service
	ClientID string
	Origin   string
	EndedBy  string
}

// Tx is what the modules need of a database transaction to read who is served. Maps are keyed by what was asked for;
// what does not exist is missing from them.
type Tx interface {
	ClientsByNumber(ctx context.Context, personalNumbers []string) (map[string]Client, error)
	ClientsByID(ctx context.Context, ids []string) (map[string]Client, error)
	ClientsOfDwellings(ctx context.Context, dwellingIDs []string) ([]Client, error)
	Dwellings(ctx context.Context, ids []string) (map[string]Dwelling, error)
	ServicesOf(ctx context.Context, clientIDs []string) (map[string][]Service, error)
	Groups(ctx context.Context) ([]Group, error)
}

// Writer is what changes who is served. The Put methods insert what is new and replace what has the same ID.
type Writer interface {
	PutProviders(ctx context.Context, p []Provider) error
	PutGroups(ctx context.Context, g []Group) error
	PutStaff(ctx context.Context, s []Staff) error
	PutMemberships(ctx context.Context, m []Membership) error
	PutEntrances(ctx context.Context, e []Entrance) error
	PutDwellings(ctx context.Context, d []Dwelling) error
	PutClients(ctx context.Context, c []Client) error
	PutServices(ctx context.Context, s []Service) error
	SetClientEnded(ctx context.Context, clientID string, at time.Time) error
}
