package fleet

import (
	"context"
	"fmt"
	"slices"
	"strconv"
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

// relieve makes room in a list that is too full. What blocks keys whose grants have all ended goes first. Then, the last resort, the
// smallest group that is enough has its generation raised: its blocked keys need no entry any longer, and its other keys are
// refused until they have been synced. Where no group is enough alone, the one that gives most room goes first.
func (s *Keys) relieve(ctx context.Context, tx KeyTx, blocks []Block) ([]Block, error) {
	var devices []uint32
	for _, b := range blocks {
		if b.Kind == credential.BlockKey {
			devices = append(devices, uint32(b.Subject))
		}
	}
	live, err := tx.LiveGrants(ctx, devices, tx.Now().Add(-2*credential.ClockSkew))
	if err != nil {
		return nil, err
	}
	groups, err := tx.Generations(ctx, nil)
	if err != nil {
		return nil, err
	}
	blocks = slices.DeleteFunc(slices.Clone(blocks), func(b Block) bool {
		return b.Kind == credential.BlockKey && len(live[uint32(b.Subject)]) == 0 ||
			slices.ContainsFunc(groups, func(g Generation) bool { return g.refuses(b, live) })
	})
	for over := len(blocks) - credential.MaxBlockEntries; over > 0; over = len(blocks) - credential.MaxBlockEntries {
		group, ok := smallest(groups, blocks, live, over)
		if !ok {
			return blocks, nil
		}
		if err := s.refuseOlder(ctx, tx, group); err != nil {
			return nil, err
		}
		blocks = slices.DeleteFunc(blocks, func(b Block) bool { return coveredBy(b, group.GroupID, live) })
	}
	return blocks, nil
}

// coveredBy reports whether a block is of a key that carries grants of that group only.
func coveredBy(b Block, groupID string, live map[uint32][]string) bool {
	of := live[uint32(b.Subject)]
	return b.Kind == credential.BlockKey && len(of) == 1 && of[0] == groupID
}

// refuses reports whether a minimum that is in force already refuses everything that a blocked key carries: a blocked key is given
// no grant, so one that was blocked before the minimum was raised has only older ones.
func (g Generation) refuses(b Block, live map[uint32][]string) bool {
	return g.Minimum > 0 && !b.At.After(g.Until.Add(-BlockLife)) && coveredBy(b, g.GroupID, live)
}

// smallest is the group with the fewest keys that makes room for over entries; if none does, the one that makes most.
func smallest(groups []Generation, blocks []Block, live map[uint32][]string, over int) (best Generation, ok bool) {
	most := 0
	for _, g := range groups {
		room := 0
		for _, b := range blocks {
			if coveredBy(b, g.GroupID, live) {
				room++
			}
		}
		room = min(room, over)
		if room > most || room == most && room > 0 && (g.Keys < best.Keys || g.Keys == best.Keys && g.Code < best.Code) {
			best, most = g, room
		}
	}
	return best, most > 0
}

// refuseOlder raises a group's generation, so that every grant that it has been given is refused by locks.
func (s *Keys) refuseOlder(ctx context.Context, tx KeyTx, g Generation) error {
	g.Current++
	g.Minimum, g.Until = g.Current, tx.Now().Add(BlockLife)
	if err := tx.PutGenerations(ctx, []Generation{g}); err != nil {
		return err
	}
	detail := fmt.Sprintf("the block list is full: %d keys of %s open nothing until they have been synced", g.Keys, g.Code)
	if err := tx.Announce(ctx, ClassOverflow, g.GroupID, detail); err != nil {
		return err
	}
	return journal.Append(ctx, tx, generationEntry(g.Code, g.Current, ClassOverflow))
}

func generationEntry(group string, generation uint32, why string) journal.Entry {
	return journal.Entry{Kind: journal.ConfigChanged, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"}, {Name: "setting", Value: "generation"}, {Name: "group", Value: group},
		{Name: "value", Value: strconv.FormatUint(uint64(generation), 10)}, {Name: "reason", Value: why}}}
}

// sign makes the snapshot of that number, of everything that is blocked now.
func (s *Keys) sign(ctx context.Context, tx KeyTx, number uint64) ([]byte, error) {
	blocks, err := tx.BlocksAt(ctx, tx.Now())
	if err != nil {
		return nil, err
	}
	if blocks = fit(blocks, tx.Now()); len(blocks) > credential.MaxBlockEntries {
		if blocks, err = s.relieve(ctx, tx, blocks); err != nil {
			return nil, err
		}
	}
	groups, err := tx.Generations(ctx, nil)
	if err != nil {
		return nil, err
	}
	list := credential.BlockList{Version: credential.Version{Number: number}}
	for _, g := range groups {
		if g.Minimum > 0 && g.Until.After(tx.Now()) {
			list.Generations = append(list.Generations, credential.GroupGeneration{Group: g.Number, Minimum: g.Minimum})
		}
	}
	if len(blocks) > credential.MaxBlockEntries || len(list.Generations) > credential.MaxGenerations {
		return nil, ErrBlockListFull.Fill(len(blocks))
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

// ahead is how far a block list's number may lie beyond the present second and still be believed: numbers are seconds, or one
// more than the last.
const ahead = 24 * time.Hour

// skip is how many generations, and numbers of devices and staff, a restored database leaves out: more than were given between
// a backup and its restoring. What got a number after the backup is still out there with it, and shall not meet its namesake.
const skip = 1000

// Recover moves everything that is numbered past what has been handed out since the backup that the database was restored from: the
// block list past the newest one that anybody has reported, every group's generation by a thousand, as also the numbers of keys,
// stations, locks and staff. Nobody is refused by that: minimum generations stay as they were. Whoever has no report, but has just
// restored the database, says 0. It reports false, and changes nothing, for a number that no list of ours can have.
func (s *Keys) Recover(ctx context.Context, tx KeyTx, reported uint64, subject string) (bool, error) {
	if reported > uint64(tx.Now().Add(ahead).Unix()) {
		return false, nil
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
