package fleet

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// DifferenceKind is how a key differs from what was expected.
type DifferenceKind string

// The kinds.
const (
	Missing    DifferenceKind = "missing"     // neither in the cabinet nor activated by anybody
	Foreign    DifferenceKind = "foreign"     // of another group, or of none
	WrongState DifferenceKind = "wrong-state" // a key that was thought lost or broken lies in the cabinet
)

// DifferenceState says whether somebody still has to find out.
type DifferenceState string

// The states. A difference is followed up until it is explained or the key is blocked.
const (
	DifferenceOpen      DifferenceState = "open"
	DifferenceExplained DifferenceState = "explained"
	DifferenceBlocked   DifferenceState = "blocked"
)

// Difference is one key that did not tally.
type Difference struct {
	CountID     string
	Number      string // of the key
	GroupID     string
	GroupCode   string // read with it
	Kind        DifferenceKind
	State       DifferenceState
	At          time.Time
	Explanation string
	Settled     time.Time
	SettledBy   string
}

// DifferenceFilter chooses differences; zero values choose all.
type DifferenceFilter struct {
	State        DifferenceState
	Organisation string
}

// Count is one counting of a cabinet.
type Count struct {
	ID          string
	CabinetID   string
	At          time.Time
	Actor       string
	Expected    int // in the cabinet or in use
	Found       int
	Away        int // activated by somebody, and not there
	Differences []Difference
	away        []string
}

// GroupKey is a key as a count sees it.
type GroupKey struct {
	Number  string
	GroupID string
	State   KeyState
	Active  bool // somebody has activated it
}

// maxCount bounds the keys of one count.
const maxCount = 500

// Count compares the keys that were found in a cabinet with those that should be there. What differs is followed up; a key
// that is found again settles what an earlier count missed.
func (s *Cabinets) Count(ctx context.Context, who routine.Who, groupCode string, found []string) (out Count, err error) {
	if len(found) > maxCount {
		return out, ErrCountTooMany.Fill(maxCount).On("found")
	}
	numbers := distinct(found)
	err = s.tend(ctx, who, groupCode, routine.KeepCabinet, func(tx CabinetTx, g GroupFacts, rule string) error {
		c, err := cabinetOf(ctx, tx, g)
		if err != nil {
			return err
		}
		keys, err := tx.CountKeys(ctx, g.ID, numbers, tx.Now())
		if err != nil {
			return err
		}
		out = tally(g.ID, keys, numbers)
		out.ID, out.CabinetID, out.At, out.Actor = newID(), c.ID, tx.Now(), who.Actor
		if err := settleEarlier(ctx, tx, who, g.ID, out, numbers); err != nil {
			return err
		}
		for i := range out.Differences {
			d := &out.Differences[i]
			d.CountID, d.GroupCode, d.At = out.ID, g.Code, tx.Now()
		}
		if err := tx.InsertCount(ctx, out); err != nil {
			return err
		}
		c.Counted = tx.Now()
		if err := tx.PutCabinet(ctx, c); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.CabinetCounted, who, []string{c.ID, g.ID}, "count", out.ID, "expected", strconv.Itoa(out.Expected),
			"found", strconv.Itoa(out.Found), "away", strconv.Itoa(out.Away), "differences", out.numbers(), journal.FieldGround, rule))
	})
	return out, err
}

// settleEarlier settles what the group's earlier counts missed and this one has seen, in the cabinet or in somebody's hand; and what
// this one misses as well, so that a key is followed up once and not once for each count. What another group misses is not
// settled by a number in this one's list: that group finds out.
func settleEarlier(ctx context.Context, tx CabinetTx, who routine.Who, groupID string, c Count, found []string) error {
	var missing []string
	for _, d := range c.Differences {
		if d.Kind == Missing {
			missing = append(missing, d.Number)
		}
	}
	for _, of := range []struct {
		numbers []string
		why     string
	}{{found, saidFound}, {c.away, saidAway}, {missing, saidAgain}} {
		for _, n := range of.numbers {
			if err := tx.SettleCounted(ctx, groupID, n, of.why, who.Actor); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c Count) numbers() string {
	all := make([]string, len(c.Differences))
	for i, d := range c.Differences {
		all[i] = d.Number + " " + string(d.Kind)
	}
	return strings.Join(all, ", ")
}

// tally is the pure part of a count. Keys are those of the group, and whatever the found numbers are.
func tally(groupID string, keys []GroupKey, found []string) Count {
	out := Count{Found: len(found)}
	add := func(number string, kind DifferenceKind) {
		out.Differences = append(out.Differences, Difference{Number: number, GroupID: groupID, Kind: kind, State: DifferenceOpen})
	}
	known := map[string]bool{}
	for _, k := range keys {
		known[k.Number] = true
		there := slices.Contains(found, k.Number)
		usable := k.State == KeyIssued || k.State == KeyInStock
		switch {
		case k.GroupID != groupID:
			if there {
				add(k.Number, Foreign)
			}
		case !usable:
			if there {
				add(k.Number, WrongState)
			}
		default:
			out.Expected++
			if !there && k.Active {
				out.Away++
				out.away = append(out.away, k.Number)
			} else if !there {
				add(k.Number, Missing)
			}
		}
	}
	for _, n := range found {
		if !known[n] {
			add(n, Foreign)
		}
	}
	slices.SortFunc(out.Differences, func(a, b Difference) int { return strings.Compare(a.Number, b.Number) })
	return out
}

func distinct(all []string) []string {
	out := make([]string, 0, len(all))
	for _, s := range all {
		if s = strings.TrimSpace(s); s != "" && len(s) <= 40 && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// Explain settles a difference: somebody has found out where the key is. A key that nobody finds is blocked instead, which
// settles it too ([Pool.Lose]).
func (s *Cabinets) Explain(ctx context.Context, who routine.Who, countID, number, explanation string) error {
	explanation, err := text("explanation", explanation)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx CabinetTx) error {
		d, ok, err := tx.Difference(ctx, countID, number)
		if err != nil || !ok {
			return orErr(err, ErrDifference)
		}
		_, rule, err := s.group(ctx, tx, who, d.GroupCode, routine.KeepCabinet)
		if err != nil {
			return err
		}
		if d.State != DifferenceOpen {
			return ErrDifference
		}
		d.State, d.Explanation, d.Settled, d.SettledBy = DifferenceExplained, explanation, tx.Now(), who.Actor
		if err := tx.SettleDifference(ctx, d); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.CabinetCounted, who, []string{d.GroupID}, "count", countID, "key", number, "explanation", explanation, journal.FieldGround, rule))
	})
}

// Counts lists a cabinet's counts, the newest first.
func (s *Cabinets) Counts(ctx context.Context, who routine.Who, groupCode string, p Page) (out []Count, err error) {
	err = s.db.View(ctx, func(tx CabinetTx) error {
		g, _, err := s.group(ctx, tx, who, groupCode, routine.KeepCabinet)
		if err != nil {
			return err
		}
		c, err := cabinetOf(ctx, tx, g)
		if err != nil {
			return err
		}
		out, err = tx.Counts(ctx, c.ID, p.Bounded())
		return err
	})
	return out, err
}

// Differences lists what did not tally, the oldest first.
func (s *Cabinets) Differences(ctx context.Context, who routine.Who, f DifferenceFilter, p Page) (out []Difference, err error) {
	if !within(who, &f.Organisation) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx CabinetTx) (err error) {
		out, err = tx.Differences(ctx, f, p.Bounded())
		return err
	})
	return out, err
}
