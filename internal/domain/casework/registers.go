package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// RegisterRow names one row of a municipality's registers and what it said, so that the next import knows what is new.
type RegisterRow struct {
	File   string
	Row    int    // in the file it came from; the header is row 1
	Key    string // what makes the row the same row in the next export
	Digest string // of what the row says
	Said   string `json:",omitempty"` // the state of a lock or key that it tells, which the system may change too
	Was    string `json:",omitempty"` // what it said of that last time, "" for a new row
}

// RegisterBatch is a part of the registers that is applied in one transaction. Things name each other by the keys that the
// registers use: organisation number, group code, personal identity number, entrance code. IDs are empty: they are looked
// up, or made for what is new.
type RegisterBatch struct {
	Rows      []RegisterRow      `json:",omitempty"`
	Providers []care.Provider    `json:",omitempty"`
	Groups    []care.Group       `json:",omitempty"` // OrgNumber names the provider
	Staff     []RegisterStaff    `json:",omitempty"`
	Entrances []RegisterEntrance `json:",omitempty"`
	Stock     []fleet.Lock       `json:",omitempty"` // locks that sit nowhere
	Clients   []RegisterClient   `json:",omitempty"`
	Keys      []RegisterKey      `json:",omitempty"`
	Consents  []consent.Imported `json:",omitempty"`
	// RowsOf is how many of Rows each thing has, in order, where the batch is of one sort of things.
	RowsOf []int `json:",omitempty"`
}

// copied is the batch with lists of its own, whose things may get ids: when the database asks for a second attempt, the
// caller's batch is as it was.
func (b RegisterBatch) copied() RegisterBatch {
	b.Providers, b.Groups, b.Stock = slices.Clone(b.Providers), slices.Clone(b.Groups), slices.Clone(b.Stock)
	b.Clients, b.Consents = slices.Clone(b.Clients), slices.Clone(b.Consents)
	return b
}

// RegisterSort is a sort of things in registers, of which a batch has one.
type RegisterSort int

// Sort is the sort of the batch's things; 0 if it has none.
func (b RegisterBatch) Sort() RegisterSort {
	for i, n := range []int{len(b.Providers), len(b.Groups), len(b.Staff), len(b.Entrances), len(b.Stock), len(b.Clients), len(b.Keys), len(b.Consents)} {
		if n > 0 {
			return RegisterSort(i + 1)
		}
	}
	return 0
}

// Things is how many things the batch has.
func (b RegisterBatch) Things() int { return len(b.RowsOf) }

// Join adds what another batch has of the same sort.
func (b *RegisterBatch) Join(o RegisterBatch) {
	b.Rows, b.RowsOf = append(b.Rows, o.Rows...), append(b.RowsOf, o.RowsOf...)
	b.Providers, b.Groups, b.Staff = append(b.Providers, o.Providers...), append(b.Groups, o.Groups...), append(b.Staff, o.Staff...)
	b.Entrances, b.Stock, b.Clients = append(b.Entrances, o.Entrances...), append(b.Stock, o.Stock...), append(b.Clients, o.Clients...)
	b.Keys, b.Consents = append(b.Keys, o.Keys...), append(b.Consents, o.Consents...)
}

// Split makes a batch of each thing, with its rows.
func (b RegisterBatch) Split() []RegisterBatch {
	out, rows := make([]RegisterBatch, len(b.RowsOf)), b.Rows
	for i, n := range b.RowsOf {
		out[i] = RegisterBatch{Rows: rows[:n], RowsOf: b.RowsOf[i : i+1],
			Providers: nth(b.Providers, i), Groups: nth(b.Groups, i), Staff: nth(b.Staff, i), Entrances: nth(b.Entrances, i),
			Stock: nth(b.Stock, i), Clients: nth(b.Clients, i), Keys: nth(b.Keys, i), Consents: nth(b.Consents, i)}
		rows = rows[n:]
	}
	return out
}

// nth is the list of one thing, or of none.
func nth[T any](things []T, i int) []T {
	if i >= len(things) {
		return nil
	}
	return things[i : i+1]
}

// RegisterStaff is a person with all memberships.
type RegisterStaff struct {
	Staff  care.Staff
	Groups []RegisterMembership
}

// RegisterMembership is a person's time in a group.
type RegisterMembership struct {
	Group       string
	From, Until time.Time
}

// RegisterEntrance is an entrance with the locks on it.
type RegisterEntrance struct {
	Code  string
	Locks []fleet.Lock `json:",omitempty"`
}

// RegisterClient is a client with everything that is theirs.
type RegisterClient struct {
	Client   care.Client
	Dwelling care.Dwelling // AddressKey "" for a dwelling of the client's own
	Entrance string
	Services []RegisterService `json:",omitempty"`
	Lock     *fleet.Lock       `json:",omitempty"`
	LockRow  int               `json:",omitempty"`
}

// RegisterService is a service with the row that it came from.
type RegisterService struct {
	Row       int
	Kind      routine.ServiceKind
	Group     string
	From      time.Time
	Until     time.Time
	InEffect  bool
	OpensSelf bool
}

// RegisterKey is a key and the group whose cabinet it hangs in.
type RegisterKey struct {
	Key   fleet.Key
	Group string
}

// RegisterFault is a row that was right in itself but cannot be applied to what is already there.
type RegisterFault struct {
	File   string
	Row    int
	Column string
	Code   string
	Text   problem.Text
}

// RegisterTx is what applying registers needs besides Tx.
type RegisterTx interface {
	Tx
	fleet.KeyTx
	consent.ImportTx

	Providers(ctx context.Context) ([]care.Provider, error)
	StaffByNumber(ctx context.Context, numbers []string) (map[string]care.Staff, error)
	DeleteMemberships(ctx context.Context, m []care.Membership) error
	MaxPseudonym(ctx context.Context) (uint32, error)
	EntrancesByCode(ctx context.Context, codes []string) (map[string]care.Entrance, error)
	DwellingsByKey(ctx context.Context, keys []string) (map[string]care.Dwelling, error)
	ClientIDsAfter(ctx context.Context, after string, limit int) ([]string, error)
	// LastClientID returns the highest id of a client, "" while there is none.
	LastClientID(ctx context.Context) (string, error)
	PutRegisterRows(ctx context.Context, rows []RegisterRow) error
	// DropRegisterRows forgets what imports have seen of rows.
	DropRegisterRows(ctx context.Context, file string, keys []string) error
}

// Import is the run that a batch belongs to.
type Import struct {
	ID string // for the journal
	// Keys blocks what the key register says is blocked. It may be nil where no batch has keys.
	Keys *fleet.Keys
	// Moving reports whether a lock on a door has a row of its own in this import that says where it sits, so that it does not
	// hold its old place against another. nil: none.
	Moving func(serial string) bool
	// Everybody is called, inside the transaction, when a batch changes what the rights of everybody depend on:
	// [Service.RefreshAll] through last must follow. It may be nil.
	Everybody func(ctx context.Context, last string) error
}

// actor is how the journal names the run.
func (i Import) actor() string { return "import:" + i.ID }

// ApplyRegisters puts one batch into the municipality, inside the caller's transaction: what is new is made, what has
// changed is updated, nothing is ended or removed because its row is gone. Grounds and rights of exactly the clients concerned
// follow, also of those whom a lock has left. The faults are rows that were left out because of what is already there;
// everything else of the batch is applied.
func (s *Service) ApplyRegisters(ctx context.Context, tx RegisterTx, run Import, b RegisterBatch) ([]RegisterFault, error) {
	b = b.copied()
	a := applier{s: s, tx: tx, run: run, said: saidBefore(b.Rows)}
	for _, step := range []func(context.Context, RegisterBatch) error{
		a.providers, a.groups, a.staff, a.entrances, a.stock, a.clients, a.keys, a.consents, func(ctx context.Context, _ RegisterBatch) error { return a.settleDoors(ctx) },
		func(ctx context.Context, _ RegisterBatch) error { return a.settleMoves(ctx) },
	} {
		if err := step(ctx, b); err != nil {
			return nil, err
		}
	}
	if err := tx.PutRegisterRows(ctx, a.accepted(b.Rows)); err != nil {
		return nil, err
	}
	if err := a.refresh(ctx, b); err != nil {
		return nil, err
	}
	return a.faults, journal.Append(ctx, tx, a.entries...)
}

// CheckRegisters returns the faults that ApplyRegisters would, and writes nothing.
func (s *Service) CheckRegisters(ctx context.Context, tx RegisterTx, run Import, b RegisterBatch) ([]RegisterFault, error) {
	return s.ApplyRegisters(ctx, dryTx{tx}, run, b)
}

// RefreshAll recomputes grounds and rights of everybody whose id is not beyond last, or of everybody at all when that is "",
// some hundred clients at a time, each in a transaction of its own. It is for a change of profile or of the rural groups; it
// changes nothing when everything is as it should be.
func (s *Service) RefreshAll(ctx context.Context, last string, update func(context.Context, func(RegisterTx) error) error) (changed int, err error) {
	const batch = 128
	after := ""
	for {
		var ids []string
		err := update(ctx, func(tx RegisterTx) error {
			var err error
			if ids, err = tx.ClientIDsAfter(ctx, after, batch); err != nil {
				return err
			}
			for last != "" && len(ids) > 0 && ids[len(ids)-1] > last {
				ids = ids[:len(ids)-1]
			}
			if len(ids) == 0 {
				return nil
			}
			change, err := s.refresh(ctx, tx, ids)
			if err != nil {
				return err
			}
			changed += change.Added + change.Removed
			return journal.Append(ctx, tx, rightsEntries("system", "recomputation", change, nil)...)
		})
		if err != nil || len(ids) == 0 {
			return changed, err
		}
		after = ids[len(ids)-1]
	}
}

// rightsEntries tells of every client whose rights have changed, except those that have been told of.
func rightsEntries(actor, ground string, change access.Change, except map[string]bool) []journal.Entry {
	var out []journal.Entry
	for _, c := range change.Clients {
		if except[c.ClientID] {
			continue
		}
		out = append(out, journal.Entry{Kind: journal.RightsChanged, Subjects: []string{c.ClientID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: actor},
			{Name: journal.FieldGround, Value: ground},
			{Name: "added", Value: fmt.Sprint(c.Added)},
			{Name: "removed", Value: fmt.Sprint(c.Removed)},
		}})
	}
	return out
}

// rowName names a row of the registers.
type rowName struct{ file, key string }

// saidBefore is what rows said of a state that the system may change too, of those that say the same again.
func saidBefore(rows []RegisterRow) map[rowName]bool {
	out := map[rowName]bool{}
	for _, r := range rows {
		if r.Said != "" && r.Said == r.Was {
			out[rowName{r.File, r.Key}] = true
		}
	}
	return out
}

// applier applies one batch.
type applier struct {
	s       *Service
	tx      RegisterTx
	run     Import
	said    map[rowName]bool // see saidBefore
	known   []string         // ids of the batch's clients that were there before
	made    map[string]bool  // ids of those that were not
	homes   []string         // dwellings whose people's rights may have changed
	ports   []string         // entrances, for everybody behind them
	doors   []string         // dwellings where a lock has come or gone
	moves   []care.Client    // those who have moved, as they were
	faults  []RegisterFault
	entries []journal.Entry
}

// refresh brings the rights of everybody concerned up to date, and tells the journal.
func (a *applier) refresh(ctx context.Context, b RegisterBatch) error {
	change, err := a.refreshRights(ctx)
	if err != nil {
		return err
	}
	for _, c := range b.Clients {
		a.entries = append(a.entries, journal.Entry{Kind: journal.RegisterApplied, Subjects: []string{c.Client.ID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: a.run.actor()},
			{Name: "services", Value: fmt.Sprint(len(c.Services))},
			{Name: "lock", Value: serialOf(c.Lock)},
		}})
	}
	if len(b.Clients) == 0 { // clients have entries of their own
		a.entries = append(a.entries, journal.Entry{Kind: journal.RegisterApplied, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: a.run.actor()},
			{Name: "rows", Value: fmt.Sprint(len(b.Rows))},
			{Name: "files", Value: files(b.Rows)},
		}})
	}
	// A new client's first rights are what the entry above tells of.
	a.entries = append(a.entries, rightsEntries(a.run.actor(), a.run.actor(), change, a.made)...)
	return nil
}

func (a *applier) refreshRights(ctx context.Context) (access.Change, error) {
	behind, err := a.tx.DwellingsBehind(ctx, distinct(a.ports))
	if err != nil {
		return access.Change{}, err
	}
	people, err := a.tx.ClientsOfDwellings(ctx, distinct(append(a.homes, behind...)))
	if err != nil || len(people) == 0 {
		return access.Change{}, err
	}
	return a.s.refreshRead(ctx, a.tx, people)
}

// everybody says that what the rights of everybody depend on has changed. It concerns those who are there now: whoever comes
// later, with this import too, gets rights by what holds then.
func (a *applier) everybody(ctx context.Context) error {
	last, err := a.tx.LastClientID(ctx)
	if err != nil || last == "" || a.run.Everybody == nil {
		return err
	}
	return a.run.Everybody(ctx, last)
}

// fault leaves a row out.
func (a *applier) fault(file string, row int, column, code, sv, en string) {
	a.faults = append(a.faults, RegisterFault{file, row, column, code, problem.Text{SV: sv, EN: en}})
}

// accepted is the rows without those that were left out, which the next import shall try again.
func (a *applier) accepted(rows []RegisterRow) []RegisterRow {
	if len(a.faults) == 0 {
		return rows
	}
	out := make([]RegisterRow, 0, len(rows))
	for _, r := range rows {
		left := false
		for _, f := range a.faults {
			left = left || (f.File == r.File && f.Row == r.Row)
		}
		if !left {
			out = append(out, r)
		}
	}
	return out
}

func files(rows []RegisterRow) string {
	out, last := "", ""
	for _, r := range rows {
		if r.File != last {
			if out != "" {
				out += " "
			}
			out, last = out+r.File, r.File
		}
	}
	return out
}
