package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/journal"
)

// Generation is how a group's grants are numbered. Grants below Minimum are refused by locks until Until.
type Generation struct {
	GroupID string
	Number  uint32 // what grants call the group
	Code    string
	Keys    int    // that are issued to the group
	Current uint32 // of the grants that are made now, from 1
	Minimum uint32 // 0: none is refused
	Until   time.Time
}

// Classes of what is announced.
const (
	ClassOverflow = "overflow" // a group's keys must be synced anew, as the block list was full
	ClassAhead    = "ahead"    // something knew a newer block list than we do: the database has been restored
)

// fit is what a full list holds of what is blocked: staff who left so long ago that what they had activated has ended give way,
// the first who left first. They could open something only where a station has not been heard of since; a lost key or station
// could open everything.
func fit(blocks []Block, now time.Time) []Block {
	over := len(blocks) - credential.MaxBlockEntries
	if over <= 0 {
		return blocks
	}
	var gone []Block
	for _, b := range blocks {
		if b.Kind == credential.BlockStaff && b.Expires.Before(now.Add(BlockLife-credential.MaxActivationLife)) {
			gone = append(gone, b)
		}
	}
	slices.SortStableFunc(gone, func(a, b Block) int { return a.Expires.Compare(b.Expires) })
	gone = gone[:min(over, len(gone))]
	return slices.DeleteFunc(slices.Clone(blocks), func(b Block) bool { return slices.Contains(gone, b) })
}

// relieve makes room in a list that is too full. What blocks keys whose grants have all ended goes first. Then generations are
// raised: a group whose older grants are all refused needs no entry for its blocked keys and for the staff who left it, and its
// other keys are refused until they have been synced. The smallest groups that are enough go first; where none is, those that
// give most room.
func (s *Keys) relieve(ctx context.Context, tx KeyTx, blocks []Block) ([]Block, error) {
	live, err := carriedBy(ctx, tx, blocks)
	if err != nil {
		return nil, err
	}
	groups, err := tx.Generations(ctx, nil)
	if err != nil {
		return nil, err
	}
	r := relief{now: tx.Now(), groups: map[string]Generation{}, live: live}
	for _, g := range groups {
		r.groups[g.GroupID] = g
	}
	blocks = slices.DeleteFunc(slices.Clone(blocks), func(b Block) bool {
		return b.Kind == credential.BlockKey && len(live[b.subject()]) == 0 || r.refused(b, nil)
	})
	for over := len(blocks) - credential.MaxBlockEntries; over > 0; over = len(blocks) - credential.MaxBlockEntries {
		raise := r.smallest(blocks, over)
		if raise == nil {
			break
		}
		for _, id := range raise {
			if r.groups[id], err = s.refuseOlder(ctx, tx, r.groups[id]); err != nil {
				return nil, err
			}
		}
		blocks = slices.DeleteFunc(blocks, func(b Block) bool { return r.refused(b, nil) })
	}
	return blocks, nil
}

// subject is what is blocked.
type subject struct {
	kind credential.BlockKind
	id   uint64
}

func (b Block) subject() subject { return subject{b.Kind, b.Subject} }

// carriedBy are the groups whose grants what is blocked could open something with: of a key those that it carries, of staff those that they
// belonged to, as an activation is worth nothing without the grant that it names. It says nothing of anything else.
func carriedBy(ctx context.Context, tx KeyTx, blocks []Block) (map[subject][]string, error) {
	of := map[credential.BlockKind][]uint64{}
	for _, b := range blocks {
		of[b.Kind] = append(of[b.Kind], b.Subject)
	}
	devices := make([]uint32, len(of[credential.BlockKey]))
	for i, n := range of[credential.BlockKey] {
		devices[i] = uint32(n)
	}
	keys, err := tx.LiveGrants(ctx, devices, tx.Now().Add(-2*credential.ClockSkew))
	if err != nil {
		return nil, err
	}
	staff, err := tx.StaffGroupsSince(ctx, of[credential.BlockStaff], tx.Now().Add(-BlockLife))
	if err != nil {
		return nil, err
	}
	out := map[subject][]string{}
	for device, groups := range keys {
		out[subject{credential.BlockKey, uint64(device)}] = groups
	}
	for pseudonym, groups := range staff {
		out[subject{credential.BlockStaff, pseudonym}] = groups
	}
	return out, nil
}

// relief is what a list is relieved by.
type relief struct {
	now    time.Time
	groups map[string]Generation
	live   map[subject][]string // sorted
}

// refused reports whether the minimums in force, and those that would be raised now, refuse everything that what is blocked could open with: it is given
// no grant any more, so if it was blocked before a minimum was raised it has only older ones.
func (r relief) refused(b Block, raised []string) bool {
	of := r.live[b.subject()]
	for _, id := range of {
		g := r.groups[id]
		if !slices.Contains(raised, id) && (!g.inForce(r.now) || b.At.After(g.Until.Add(-BlockLife))) {
			return false
		}
	}
	return len(of) > 0
}

func (g Generation) inForce(now time.Time) bool { return g.Minimum > 0 && g.Until.After(now) }

// smallest are the groups with the fewest keys that together make room for over entries; if none do, those that make most. nil: none
// make any, or a list could not name them.
func (r relief) smallest(blocks []Block, over int) (best []string) {
	most, fewest, seen := 0, 0, map[string]bool{}
	for _, b := range blocks {
		candidate := r.live[b.subject()]
		name := strings.Join(candidate, " ")
		if len(candidate) == 0 || seen[name] || r.named(candidate) > credential.MaxGenerations {
			continue
		}
		seen[name] = true
		room, keys := 0, 0
		for _, b := range blocks {
			if r.refused(b, candidate) {
				room++
			}
		}
		for _, id := range candidate {
			keys += r.groups[id].Keys
		}
		room = min(room, over)
		if room > most || room == most && (keys < fewest || keys == fewest && slices.Compare(candidate, best) < 0) {
			best, most, fewest = candidate, room, keys
		}
	}
	return best
}

// named is how many minimums a list would name if those of these groups were raised too.
func (r relief) named(raised []string) int {
	n := 0
	for id, g := range r.groups {
		if g.inForce(r.now) || slices.Contains(raised, id) {
			n++
		}
	}
	return n
}

// leaveOut is the last word, since blocking never fails: what no list can name any more and no generation can refuse is left out, the least
// dangerous first, and somebody is told, once a day. Staff go first, who need a key, a badge and a PIN as well; then what was blocked the longest ago.
func leaveOut(ctx context.Context, tx KeyTx, blocks []Block) ([]Block, error) {
	if len(blocks) <= credential.MaxBlockEntries {
		return blocks, nil
	}
	danger := []credential.BlockKind{credential.BlockStaff, credential.BlockGrant, credential.BlockStation, credential.BlockKey, credential.BlockCertificate}
	slices.SortStableFunc(blocks, func(a, b Block) int {
		return cmp.Or(cmp.Compare(slices.Index(danger, b.Kind), slices.Index(danger, a.Kind)), b.Expires.Compare(a.Expires))
	})
	left := blocks[credential.MaxBlockEntries:]
	blocks = blocks[:credential.MaxBlockEntries]
	if told, err := tx.Announced(ctx, ClassOverflow, "", tx.Now().Add(-24*time.Hour)); err != nil || told {
		return blocks, err
	}
	counts := map[credential.BlockKind]int{}
	for _, b := range left {
		counts[b.Kind]++
	}
	detail := fmt.Sprintf("the block list is full and cannot name %d staff, %d keys, %d stations, %d others: have every key synced", counts[credential.BlockStaff],
		counts[credential.BlockKey], counts[credential.BlockStation], counts[credential.BlockGrant]+counts[credential.BlockCertificate])
	return blocks, tx.Announce(ctx, ClassOverflow, "", detail)
}

// refuseOlder raises a group's generation, so that every grant that it has been given is refused by locks.
func (s *Keys) refuseOlder(ctx context.Context, tx KeyTx, g Generation) (Generation, error) {
	g.Current++
	g.Minimum, g.Until = g.Current, tx.Now().Add(BlockLife)
	if err := tx.PutGenerations(ctx, []Generation{g}); err != nil {
		return g, err
	}
	detail := fmt.Sprintf("the block list is full: %d keys of %s open nothing until they have been synced", g.Keys, g.Code)
	if err := tx.Announce(ctx, ClassOverflow, g.GroupID, detail); err != nil {
		return g, err
	}
	return g, journal.Append(ctx, tx, generationEntry(g.Code, g.Current, ClassOverflow))
}

func generationEntry(group string, generation uint32, why string) journal.Entry {
	return journal.Entry{Kind: journal.ConfigChanged, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"}, {Name: "setting", Value: "generation"}, {Name: "group", Value: group},
		{Name: "value", Value: strconv.FormatUint(uint64(generation), 10)}, {Name: "reason", Value: why}}}
}

// sign makes the snapshot of that number, of everything that is blocked now.
func (s *Keys) sign(ctx context.Context, tx KeyTx, number uint64) ([]byte, error) {
	blocks, err := s.fitting(ctx, tx)
	if err != nil {
		return nil, err
	}
	groups, err := tx.Generations(ctx, nil)
	if err != nil {
		return nil, err
	}
	list := credential.BlockList{Version: credential.Version{Number: number}}
	for _, g := range groups {
		if g.inForce(tx.Now()) {
			list.Generations = append(list.Generations, credential.GroupGeneration{Group: g.Number, Minimum: g.Minimum})
		}
	}
	for _, b := range blocks {
		list.Entries = append(list.Entries, credential.BlockEntry{Kind: b.Kind, ID: b.Subject, Expiry: credential.DayOf(credential.At(b.Expires))})
	}
	body, err := s.authority.IssueBlockList(list, tx.Now())
	if err != nil {
		return nil, err
	}
	return body, tx.SetBlockList(ctx, number, body)
}

// fitting is everything that is blocked, in a fixed order, and no more of it than a list holds.
func (s *Keys) fitting(ctx context.Context, tx KeyTx) ([]Block, error) {
	blocks, err := tx.BlocksAt(ctx, tx.Now())
	if err != nil {
		return nil, err
	}
	if blocks = fit(blocks, tx.Now()); len(blocks) > credential.MaxBlockEntries {
		if blocks, err = s.relieve(ctx, tx, blocks); err != nil {
			return nil, err
		}
		if blocks, err = leaveOut(ctx, tx, blocks); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(blocks, func(a, b Block) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject)) })
	return blocks, nil
}

// ahead is how far a block list's number may lie beyond the present second and still be believed: numbers are seconds, or one
// more than the last.
const ahead = 24 * time.Hour

// Possible reports whether a list of ours can have this number at t. Whoever steals the key that signs lists can sign one with any.
func Possible(number uint64, t time.Time) bool { return number <= uint64(t.Add(ahead).Unix()) }

// skip is how many generations, and numbers of devices and staff, a restored database leaves out: more than were given between
// a backup and its restoring. What got a number after the backup is still out there with it, and shall not meet its namesake.
const skip = 1000

// recoverOnce is how often one key may make us recover: a restored database needs it once, and one key is not to use up our numbers by
// saying time and again that it has seen a later list.
const recoverOnce = 24 * time.Hour

// Recover moves everything that is numbered past what has been handed out since the backup that the database was restored from: the
// block list past the newest one that anybody has reported, every group's generation by a thousand, as also the numbers of keys,
// stations, locks and staff. Nobody is refused by that: minimum generations stay as they were. Whoever has no report, but has just
// restored the database, says 0. It reports false, and changes nothing, for a number that no list of ours can have, and for a key
// that has made us recover in the last day.
func (s *Keys) Recover(ctx context.Context, tx KeyTx, reported uint64, subject string) (bool, error) {
	if !Possible(reported, tx.Now()) {
		return false, nil
	}
	if subject != "" {
		if again, err := tx.Announced(ctx, ClassAhead, subject, tx.Now().Add(-recoverOnce)); err != nil || again {
			return false, err
		}
	}
	groups, err := tx.Generations(ctx, nil)
	if err != nil {
		return false, err
	}
	for i := range groups {
		groups[i].Current += skip
	}
	if err := tx.PutGenerations(ctx, groups); err != nil {
		return false, err
	}
	if err := tx.SkipNumbers(ctx, skip); err != nil {
		return false, err
	}
	last, _, err := tx.BlockList(ctx)
	if err != nil {
		return false, err
	}
	number := credential.Version{Number: max(last, reported)}.Next(credential.At(tx.Now())).Number
	if _, err := s.sign(ctx, tx, number); err != nil {
		return false, err
	}
	detail := fmt.Sprintf("block list %d was reported, ours was %d: the list is now %d", reported, last, number)
	if err := tx.Announce(ctx, ClassAhead, subject, detail); err != nil {
		return false, err
	}
	return true, journal.Append(ctx, tx, journal.Entry{Kind: journal.ConfigChanged, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"}, {Name: "setting", Value: "versions"},
		{Name: "value", Value: strconv.FormatUint(number, 10)}, {Name: "reason", Value: detail}}})
}
