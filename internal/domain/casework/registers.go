package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
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
	Consents  []consent.Consent  `json:",omitempty"`
}

// copied is the batch with lists of its own, whose things may get ids: when the database asks for a second attempt, the
// caller's batch is as it was.
func (b RegisterBatch) copied() RegisterBatch {
	b.Providers, b.Groups, b.Stock = slices.Clone(b.Providers), slices.Clone(b.Groups), slices.Clone(b.Stock)
	b.Clients, b.Consents = slices.Clone(b.Clients), slices.Clone(b.Consents)
	return b
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
	Ordinal   int // among the client's services of the same kind and group, in order of time
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
	fleet.KeyRegisterTx
	consent.Tx

	Providers(ctx context.Context) ([]care.Provider, error)
	StaffByNumber(ctx context.Context, numbers []string) (map[string]care.Staff, error)
	MaxPseudonym(ctx context.Context) (uint32, error)
	EntrancesByCode(ctx context.Context, codes []string) (map[string]care.Entrance, error)
	DwellingsByKey(ctx context.Context, keys []string) (map[string]care.Dwelling, error)
	DwellingsBehind(ctx context.Context, entranceIDs []string) ([]string, error)
	ClientIDsAfter(ctx context.Context, after string, limit int) ([]string, error)
	PutRegisterRows(ctx context.Context, rows []RegisterRow) error
}

// ApplyRegisters puts one batch into the municipality, inside the caller's transaction: what is new is made, what has
// changed is updated, nothing is ended or removed. Grounds and rights of exactly the clients concerned follow. run is the
// import's id, for the journal. The faults are rows that were left out because of what is already there; everything else
// of the batch is applied.
func (s *Service) ApplyRegisters(ctx context.Context, tx RegisterTx, run string, b RegisterBatch) ([]RegisterFault, error) {
	b = b.copied()
	a := applier{s: s, tx: tx, run: run}
	for _, step := range []func(context.Context, RegisterBatch) error{
		a.providers, a.groups, a.staff, a.entrances, a.stock, a.clients, a.keys, a.consents,
	} {
		if err := step(ctx, b); err != nil {
			return nil, err
		}
	}
	if err := tx.PutRegisterRows(ctx, a.accepted(b.Rows)); err != nil {
		return nil, err
	}
	if len(b.Clients) == 0 { // clients have entries of their own
		a.entries = append(a.entries, journal.Entry{Kind: journal.RegisterApplied, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: "import:" + run},
			{Name: "rows", Value: fmt.Sprint(len(b.Rows))},
			{Name: "files", Value: files(b.Rows)},
		}})
	}
	return a.faults, journal.Append(ctx, tx, a.entries...)
}

// RefreshAll recomputes grounds and rights of everybody, some hundred clients at a time, each in a transaction of its own.
// It is for a change of profile or of the rural groups; it changes nothing when everything is as it should be.
func (s *Service) RefreshAll(ctx context.Context, update func(context.Context, func(RegisterTx) error) error) (changed int, err error) {
	const batch = 128
	after := ""
	for {
		var ids []string
		err := update(ctx, func(tx RegisterTx) error {
			var err error
			if ids, err = tx.ClientIDsAfter(ctx, after, batch); err != nil || len(ids) == 0 {
				return err
			}
			change, err := s.refresh(ctx, tx, ids)
			if err != nil {
				return err
			}
			changed += change.Added + change.Removed
			return journalRefresh(ctx, tx, change.Added, change.Removed)
		})
		if err != nil || len(ids) == 0 {
			return changed, err
		}
		after = ids[len(ids)-1]
	}
}

func journalRefresh(ctx context.Context, tx Tx, added, removed int) error {
	if added+removed == 0 {
		return nil
	}
	return journal.Append(ctx, tx, journal.Entry{Kind: journal.RightsChanged, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"},
		{Name: journal.FieldGround, Value: "recomputation"},
		{Name: "added", Value: fmt.Sprint(added)},
		{Name: "removed", Value: fmt.Sprint(removed)},
	}})
}

// applier applies one batch.
type applier struct {
	s       *Service
	tx      RegisterTx
	run     string
	known   []string // ids of the batch's clients that were there before
	faults  []RegisterFault
	entries []journal.Entry
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
