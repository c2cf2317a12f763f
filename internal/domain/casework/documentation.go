package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

// Which lock a client has is documented in the case system and reaches the planning app (V5.2-a). Every change of a
// dwelling's lock becomes one numbered line for each client who lives there; systems get the lines by webhook, as a file, or
// by asking from where they left off, and acknowledge them. The task to document closes when every system of the profile
// has, or when a person says that it is done.

// LockEvent is what happened to a client's lock.
type LockEvent string

// The events.
const (
	LockMounted    LockEvent = "mounted"
	LockDismounted LockEvent = "dismounted"
	LockExchanged  LockEvent = "exchanged"
)

// Documented is which lock a client has after a change.
type Documented struct {
	Seq       int64 // 1, 2, … in the order of the changes
	ClientID  string
	Event     LockEvent
	Kind      routine.LockKind // NoLock after dismounting
	Serial    string           // "" after dismounting
	At        time.Time
	Reference string // the orderer's own number of the client's newest order that has one, to know the client by
}

// DocumentationTx is what documenting needs of a database transaction.
type DocumentationTx interface {
	// InsertDocumented stores lines and numbers them.
	InsertDocumented(ctx context.Context, d []Documented) ([]Documented, error)
	// DocumentedAfter returns at most limit lines after a number.
	DocumentedAfter(ctx context.Context, seq int64, limit int) ([]Documented, error)
	// Acknowledge notes that a system has the lines that are given, and returns those that it did not have before.
	Acknowledge(ctx context.Context, target, actor string, seqs []int64) ([]Documented, error)
	// Undocumented returns the clients whose newest line one of the systems has not acknowledged.
	Undocumented(ctx context.Context, clientIDs, targets []string) (map[string]bool, error)
}

// ErrTargetUnknown says that the profile has no such system.
var (
	ErrTargetUnknown = problem.New(problem.Invalid, "documentation-target",
		"Systemet %q finns inte i kommunens profil. Välj bland: %s.", "There is no system %q in the municipality's profile. Choose among: %s.")
	ErrAcknowledge = problem.New(problem.Invalid, "documentation-acknowledge",
		"Ange 1–%d nummer ur listan.", "Give 1 to %d numbers from the list.")
)

// MaxAcknowledged is how many lines are acknowledged at one time.
const MaxAcknowledged = 1000

// document tells the profile's systems which lock those who live in a dwelling have now.
func (s *Service) document(ctx context.Context, tx Tx, event LockEvent, home []care.Client, kind routine.LockKind, serial string) error {
	if len(s.profile.Documentation) == 0 {
		return nil
	}
	lines := make([]Documented, 0, len(home))
	for _, c := range home {
		reference, err := newestReference(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		lines = append(lines, Documented{ClientID: c.ID, Event: event, Kind: kind, Serial: serial, At: tx.Now(), Reference: reference})
	}
	lines, err := tx.InsertDocumented(ctx, lines)
	if err != nil {
		return err
	}
	for _, d := range lines {
		for _, target := range s.profile.Documentation {
			err := notify.Tell(ctx, tx, notify.Event{Type: notify.LockDocumented, Subject: d.ClientID, Targets: []string{target.Name},
				Data: documentedData{d.Seq, d.ClientID, d.Reference, d.Event, d.Kind, d.Serial, d.At.UTC().Format(time.RFC3339), target.Field}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// documentedData is what a documentation message says.
type documentedData struct {
	Seq       int64            `json:"seq"`
	ClientID  string           `json:"client_id"`
	Reference string           `json:"reference,omitempty"`
	Event     LockEvent        `json:"event"`
	Kind      routine.LockKind `json:"lock_kind,omitempty"`
	Serial    string           `json:"serial,omitempty"`
	At        string           `json:"at"`
	Field     string           `json:"field,omitempty"`
}

func newestReference(ctx context.Context, tx Tx, clientID string) (string, error) {
	orders, err := tx.OrdersOf(ctx, clientID)
	for _, o := range orders {
		if o.Reference != "" {
			return o.Reference, err
		}
	}
	return "", err
}

// documenters read and acknowledge documentation: the case system speaks as the case officer, the planning app as the system
// owner's or the lock manager's.
func mayDocument(r routine.Role) bool {
	return r == routine.CaseOfficer || r == routine.SystemOwner || r == routine.LockManager
}

// Documentation returns at most limit lines after a number, and the number to go on from, 0 when there are no more now. A
// system that remembers the last number it has seen gets what has happened since.
func (s *Service) Documentation(ctx context.Context, who routine.Who, after int64, limit int) (lines []Documented, next int64, err error) {
	if !mayDocument(who.Role) {
		return nil, 0, ErrMayNot
	}
	err = s.db.View(ctx, func(tx Tx) error {
		lines, err = tx.DocumentedAfter(ctx, after, limit+1)
		for i := range min(len(lines), limit) {
			if err == nil {
				lines[i].Reference, err = newestReference(ctx, tx, lines[i].ClientID)
			}
		}
		return err
	})
	if err == nil && len(lines) > limit {
		lines, next = lines[:limit], lines[limit-1].Seq
	}
	return lines, next, err
}

// documented ends the work of documenting the locks of clients where everybody who shares the door is documented everywhere.
func (s *Service) documented(ctx context.Context, tx Tx, clientIDs []string) error {
	clients, err := tx.ClientsByID(ctx, clientIDs)
	if err != nil {
		return err
	}
	var dwellings []string
	for _, c := range clients {
		dwellings = append(dwellings, c.DwellingID)
	}
	people, err := tx.ClientsOfDwellings(ctx, distinct(dwellings))
	if err != nil {
		return err
	}
	undone, err := tx.Undocumented(ctx, idsOf(people), s.targets())
	if err != nil {
		return err
	}
	waits := map[string]bool{} // by dwelling
	for _, c := range people {
		waits[c.DwellingID] = waits[c.DwellingID] || undone[c.ID]
	}
	people = slices.DeleteFunc(people, func(c care.Client) bool { return waits[c.DwellingID] })
	return s.finishTasks(ctx, tx, idsOf(people), routine.Document)
}

// targets are the names of the profile's systems.
func (s *Service) targets() []string {
	names := make([]string, len(s.profile.Documentation))
	for i, t := range s.profile.Documentation {
		names[i] = t.Name
	}
	return names
}

func (s *Service) target(name string) error {
	names := s.targets()
	if !slices.Contains(names, name) {
		return ErrTargetUnknown.Fill(name, strings.Join(names, ", ")).On("target")
	}
	return nil
}

// AcknowledgeDocumentation notes that one of the profile's systems has the lines, and closes the tasks to document of clients
// who are documented everywhere. Acknowledging again changes nothing.
func (s *Service) AcknowledgeDocumentation(ctx context.Context, who routine.Who, target string, seqs []int64) error {
	if !mayDocument(who.Role) {
		return ErrMayNot
	}
	if len(seqs) == 0 || len(seqs) > MaxAcknowledged {
		return ErrAcknowledge.Fill(MaxAcknowledged).On("seqs")
	}
	if err := s.target(target); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx Tx) error { return s.acknowledge(ctx, tx, who.Actor, target, seqs) })
}

func (s *Service) acknowledge(ctx context.Context, tx Tx, actor, target string, seqs []int64) error {
	fresh, err := tx.Acknowledge(ctx, target, actor, seqs)
	if err != nil || len(fresh) == 0 {
		return err
	}
	var clients []string
	for _, d := range fresh {
		clients = append(clients, d.ClientID)
	}
	if err := s.documented(ctx, tx, distinct(clients)); err != nil {
		return err
	}
	for _, d := range fresh {
		err := journal.Append(ctx, tx, journal.Entry{Kind: journal.LockDocumented, Subjects: []string{d.ClientID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: actor}, {Name: "system", Value: target}, {Name: "seq", Value: fmt.Sprint(d.Seq)}}})
		if err != nil {
			return err
		}
	}
	return nil
}
