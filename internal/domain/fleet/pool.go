package fleet

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Expense is something that somebody may have to pay for (V6-b, V2.2-d): the facts, for whoever proposes charges.
type Expense struct {
	Source string // what it is for; the same source is proposed once
	Facts  routine.CostFacts
	Group  GroupFacts
	Thing  Thing
	Serial string
	Count  int
	Reason string
	KeyID  string    // of a damaged key,
	Since  time.Time // and when it was reported: a fault may have told of the same damage
}

// Expenses proposes a charge inside the transaction of the change that costs something.
type Expenses func(ctx context.Context, tx PoolTx, who routine.Who, e Expense) error

// PoolTx is what keys' lives need of a database transaction.
type PoolTx interface {
	KeyTx
	ReachTx

	GroupsFacts(ctx context.Context, ids []string) (map[string]GroupFacts, error)
	// GroupByCode returns the id of a group, "" if there is none.
	GroupByCode(ctx context.Context, code string) (string, error)
	// KeysOfGroup returns how many keys a group has: issued, missed, in its reserve, or broken and not handed in yet.
	KeysOfGroup(ctx context.Context, groupID string) (int, error)
	// IssueTo makes a key in stock an issued one of a group and reports whether it did, in one statement: not while the group
	// looks for a key that has not been blocked, as the new one would be in its place (V2.2-e).
	IssueTo(ctx context.Context, keyID, groupID string) (bool, error)
	// IssueForBroken is IssueTo in place of a broken key, which must be handed in and of that group.
	IssueForBroken(ctx context.Context, keyID, brokenID string) (bool, error)
	Exchange(ctx context.Context, id string) (Exchange, bool, error)
	Exchanges(ctx context.Context, f ExchangeFilter, p Page) ([]Exchange, error)
	PutExchange(ctx context.Context, e Exchange) error
	// KeyRows lists keys by number.
	KeyRows(ctx context.Context, f KeyFilter, p Page) ([]KeyRow, error)
}

// KeyFilter chooses keys; zero values choose all.
type KeyFilter struct {
	State        KeyState
	Group        string // code
	Organisation string // organisation number of the group's provider
	Number       string
	Holder       string    // employee number of somebody who has activated it
	HeldAt       time.Time // with Holder: for a time that had not ended then
}

// KeyRow is a key with its group, for lists.
type KeyRow struct {
	Key
	GroupCode string
	GroupName string
}

// Problems with who has which key. Codes are stable.
var (
	ErrIssue = problem.New(problem.Conflict, "key-cannot-issue",
		"Nyckeln %s kan inte lämnas ut till gruppen %s: antingen ligger den inte i låsansvarigs lager eller gruppens reserv, eller så letar gruppen efter en nyckel som inte är spärrad. Spärra den först.",
		"Key %s cannot be issued to group %s: either it is not in the lock manager's stock or the group's reserve, or the group looks for a key that is not blocked. Block that one first.")
	ErrKeyState = problem.New(problem.Conflict, "key-state",
		"Det går inte med nyckeln %s nu: den är redan inlämnad, spärrad eller ur bruk. Se nyckelns sida.", "That is not possible with key %s now: it is handed in, blocked or out of use. See the key's page.")
)

// Pool is the service of keys' lives: who has which, and what happens to those that are lost, damaged or handed back.
type Pool struct {
	db       txn.Runner[PoolTx]
	keys     *Keys
	profile  routine.Profile
	expenses Expenses
}

// NewPool returns the pool of one municipality. expenses may be nil: nobody is charged.
func NewPool(db txn.Runner[PoolTx], keys *Keys, profile routine.Profile, expenses Expenses) *Pool {
	if expenses == nil {
		expenses = func(context.Context, PoolTx, routine.Who, Expense) error { return nil }
	}
	return &Pool{db, keys, profile, expenses}
}

// tended returns a key for somebody who may carry out a duty with it, and by which rule.
func (s *Pool) tended(ctx context.Context, tx PoolTx, who routine.Who, number string, d routine.Duty) (Key, string, error) {
	key, err := keyByNumber(ctx, tx, number)
	if err != nil {
		if who.Role.HoldsGroup() && problem.KindOf(err) == problem.NotFound {
			err = ErrMayNot // which keys others have is not to be found out by asking
		}
		return key, "", err
	}
	groups, err := tx.GroupsFacts(ctx, []string{key.GroupID})
	if err != nil {
		return key, "", err
	}
	group, known := groups[key.GroupID]
	own := known && who.Organisation != "" && group.OrgNumber == who.Organisation
	rule := s.profile.MayTend(who.Role, d, own, group.Private)
	if rule == "" {
		return key, "", ErrMayNot
	}
	return key, rule, nil
}

// put stores a key and tells of it.
func (s *Pool) put(ctx context.Context, tx PoolTx, who routine.Who, key Key, rule string, more ...string) error {
	if err := tx.PutKeys(ctx, []Key{key}); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.KeyReported, who, []string{key.ID}, append(more, "key", key.Number, journal.FieldGround, rule)...))
}

// Issue hands out a key from stock to a group. Keys beyond the group's basic equipment are the provider's expense (V6-b).
func (s *Pool) Issue(ctx context.Context, who routine.Who, number, groupCode string) (extra bool, err error) {
	rule := s.profile.MayTend(who.Role, routine.HandOutKeys, false, false)
	if rule == "" {
		return false, ErrMayNot
	}
	err = s.db.Update(ctx, func(tx PoolTx) error {
		key, err := keyByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		group, err := groupByCode(ctx, tx, groupCode)
		if err != nil {
			return err
		}
		issued, err := tx.IssueTo(ctx, key.ID, group.ID)
		if err != nil || !issued {
			return orErr(err, ErrIssue.Fill(number, groupCode))
		}
		if extra, err = s.chargeExtra(ctx, tx, who, key, group); err != nil {
			return err
		}
		more := []journal.Field{{Name: "group", Value: group.ID}, {Name: journal.FieldGround, Value: rule}}
		return journal.Append(ctx, tx, keyEntry(journal.KeyIssued, who.Actor, key, more...))
	})
	return extra, err
}

// chargeExtra proposes a charge for a key that the group's basic equipment does not have. A reserve key that is taken into use
// was the group's before.
func (s *Pool) chargeExtra(ctx context.Context, tx PoolTx, who routine.Who, key Key, group GroupFacts) (bool, error) {
	basic := routine.BasicEquipment(s.profile, routine.EquipmentFacts{Kind: group.Kind, MostAtWork: group.MostAtWork})
	if key.GroupID == group.ID || basic.Rule == "" {
		return false, nil
	}
	have, err := tx.KeysOfGroup(ctx, group.ID)
	if err != nil || have <= basic.Parts[routine.PartKeys] {
		return false, err
	}
	return true, s.expenses(ctx, tx, who, Expense{Source: "key:" + key.ID + ":extra:" + tx.Now().Format("20060102150405"), Group: group,
		Facts: routine.CostFacts{Kind: routine.CostExtraKey}, Thing: KeyThing, Serial: key.Number, Count: 1})
}

func groupByCode(ctx context.Context, tx interface {
	GroupByCode(ctx context.Context, code string) (string, error)
	GroupsFacts(ctx context.Context, ids []string) (map[string]GroupFacts, error)
}, code string) (GroupFacts, error) {
	id, err := tx.GroupByCode(ctx, code)
	if err != nil || id == "" {
		return GroupFacts{}, orErr(err, ErrGroupUnknown.Fill(code).On("group"))
	}
	all, err := tx.GroupsFacts(ctx, []string{id})
	return all[id], err
}

// HandBack takes a key back from its group into the lock manager's stock. It must be enrolled anew for another group.
func (s *Pool) HandBack(ctx context.Context, who routine.Who, number string) error {
	if s.profile.MayTend(who.Role, routine.HandOutKeys, false, false) == "" {
		return ErrMayNot
	}
	return s.db.Update(ctx, func(tx PoolTx) error {
		key, err := keyByNumber(ctx, tx, number)
		if err != nil {
			return err
		}
		if key.State != KeyIssued && key.State != KeySuspect && (key.State != KeyInStock || key.GroupID == "") {
			return ErrKeyState.Fill(number)
		}
		from := key.GroupID
		key.State, key.GroupID, key.Certificate, key.BlockReason = KeyInStock, "", nil, ""
		if err := tx.PutKeys(ctx, []Key{key}); err != nil {
			return err
		}
		if err := tx.SettleDifferences(ctx, number, DifferenceExplained, saidHandedBack, who.Actor); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.KeyReturned, who, []string{key.ID}, "key", number, "what", "handed-back", "group", from))
	})
}

// Keys lists keys by number; whoever holds groups sees those of the own organisation.
func (s *Pool) Keys(ctx context.Context, who routine.Who, f KeyFilter, p Page) (out []KeyRow, err error) {
	if !within(who, &f.Organisation) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx PoolTx) (err error) {
		out, err = tx.KeyRows(ctx, f, p.Bounded())
		return err
	})
	return out, err
}

// Exposure is [Keys.Exposure] for somebody who may block the key, or has it.
func (s *Pool) Exposure(ctx context.Context, who routine.Who, number string) (out Exposure, err error) {
	err = s.db.View(ctx, func(tx PoolTx) error {
		if _, _, err := s.tended(ctx, tx, who, number, routine.MissKey); err != nil {
			return err
		}
		out, err = exposureOf(ctx, tx, number)
		return err
	})
	return out, err
}

// within narrows a list to what somebody may see: the lock manager and the system owner everything, an organisation with
// groups its own, others nothing.
func within(who routine.Who, organisation *string) bool {
	switch {
	case who.Is(routine.LockManager, routine.SystemOwner):
		return true
	case who.Role.HoldsGroup() && who.Organisation != "":
		*organisation = who.Organisation
		return true
	}
	return false
}

// ReadKey returns a key with its group to somebody whom it concerns.
func (s *Pool) ReadKey(ctx context.Context, who routine.Who, number string) (out KeyRow, err error) {
	err = s.db.View(ctx, func(tx PoolTx) error {
		key, _, err := s.tended(ctx, tx, who, number, routine.MissKey)
		if err != nil {
			return err
		}
		groups, err := tx.GroupsFacts(ctx, []string{key.GroupID})
		out = KeyRow{key, groups[key.GroupID].Code, groups[key.GroupID].Name}
		return err
	})
	return out, err
}
