package casework

import (
	"context"
	"slices"
	"time"

	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
)

// A physical key changes hands once at a time: while it is under way to one holder, a later change that an order has decided waits.
// It gets its receipt when the one before it is signed, and its task stays open until then.

// nextHandOver drafts what follows a hand-over that has been signed, if those who live there are known to change holders of
// the key later on.
func (s *Service) nextHandOver(ctx context.Context, tx Tx, actor string, r receipt.Receipt) error {
	k, _, err := tx.PhysicalKey(ctx, r.KeyID)
	if err != nil || k.Door != receipt.OwnDoor {
		return err
	}
	clients, err := tx.ClientsByID(ctx, []string{r.ClientID})
	if err != nil || clients[r.ClientID].ID == "" {
		return err
	}
	f, err := s.open(ctx, tx, clients[r.ClientID])
	if err != nil {
		return err
	}
	return s.handOverAfter(ctx, tx, actor, f, k, r.To, r.Due)
}

// handOverAfter drafts the first change of holders after a day, of a key that somebody holds by rule.
func (s *Service) handOverAfter(ctx context.Context, tx Tx, actor string, f file, k receipt.Key, has receipt.Holder, day time.Time) error {
	for _, due := range routine.HandOversAfter(s.profile, f.situation, day) {
		from, err := holder(ctx, tx, due.From)
		if err != nil {
			return err
		}
		to, err := holder(ctx, tx, due.To)
		if err != nil {
			return err
		}
		if (due.Purpose == routine.KeySpare) != (k.Purpose == receipt.Spare) || from != has || to == has {
			continue // also of a key that somebody keeps by agreement: no rule says whose it is next
		}
		if err := s.settleReceipts(ctx, tx, actor, f.home, f.client.ID, "", []routine.ReceiptDue{due}); err != nil {
			return err
		}
		return s.handOverTasks(ctx, tx, actor, f, routine.KeyTasks([]routine.ReceiptDue{due}))
	}
	return nil
}

// staleHandOvers takes back what earlier orders had called for and the situation no longer does, as when an alarm is renounced
// before it has begun.
func (s *Service) staleHandOvers(ctx context.Context, tx Tx, actor string, f file) error {
	keys, err := tx.OpenKeysOf(ctx, f.home)
	if err != nil {
		return err
	}
	for _, k := range keys {
		of, err := tx.ReceiptsOfKey(ctx, k.ID)
		if err != nil {
			return err
		}
		has, _ := receipt.HolderOf(of)
		for _, r := range of {
			if !r.State.Open() || r.OrderID == "" || k.Door != receipt.OwnDoor || r.To.Kind == receipt.Client {
				continue
			}
			due := routine.HolderAt(s.profile, f.situation, k.Purpose == receipt.Spare, later(r.Due, tx.Now()))
			if due.Purpose == "" {
				due.Purpose = routine.KeyPurpose(k.Purpose)
			}
			to, err := holder(ctx, tx, due.To)
			if err != nil {
				return err
			}
			if to == r.To {
				continue
			}
			if err := receipt.TakeBack(ctx, tx, actor, f.home, r.OrderID); err != nil {
				return err
			}
			if to != has {
				err = s.settleReceipts(ctx, tx, actor, f.home, f.client.ID, "", []routine.ReceiptDue{due})
			} else {
				err = s.handOverAfter(ctx, tx, actor, f, k, has, r.Due)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// handOverTasks lays up the work of handing keys over where none is open, and gives what is open to whom it concerns now.
func (s *Service) handOverTasks(ctx context.Context, tx Tx, actor string, f file, tasks []routine.Task) error {
	open, err := tx.OpenTasks(ctx, f.home)
	if err != nil {
		return err
	}
	for _, want := range tasks {
		same := ofKind(open, want.Kind)
		if len(same) == 0 {
			if _, err := s.addTask(ctx, tx, actor, Task{ClientID: f.client.ID, Kind: want.Kind, Rule: want.Rule, Due: want.Due, GroupID: want.Group}); err != nil {
				return err
			}
			continue
		}
		t := same[0]
		t.Due, t.GroupID, t.Rule = want.Due, want.Group, want.Rule
		if err := tx.PutTasks(ctx, []Task{t}); err != nil {
			return err
		}
		if err := s.noteTask(ctx, tx, actor, t, taskMoved); err != nil {
			return err
		}
	}
	return nil
}

// backToHolders drafts what is due when an order has been taken back, and takes back what that order called for.
func (s *Service) backToHolders(ctx context.Context, tx Tx, actor string, f file, orderID string, due []routine.ReceiptDue) error {
	if err := receipt.TakeBack(ctx, tx, actor, f.home, orderID); err != nil {
		return err
	}
	if err := s.settleReceipts(ctx, tx, actor, f.home, f.client.ID, "", due); err != nil {
		return err
	}
	waiting, err := s.handOversWaiting(ctx, tx, f.home)
	if err != nil {
		return err
	}
	tasks := slices.DeleteFunc(routine.KeyTasks(due), func(t routine.Task) bool { return !waiting[t.Kind] })
	if err := s.handOverTasks(ctx, tx, actor, f, tasks); err != nil {
		return err
	}
	return s.idleKeyTasks(ctx, tx, actor, f.home)
}

// dueReturns leaves out of an order's work the returning of keys where the register, by which the municipality keeps its keys, shows
// that nobody has one: nobody need tick off that nothing has gone back (V1.1-d).
func (s *Service) dueReturns(ctx context.Context, tx Tx, home []string, tasks []routine.Task) ([]routine.Task, error) {
	isReturn := func(t routine.Task) bool { return t.Kind == routine.ReturnKeys }
	keeps := slices.ContainsFunc(receipt.Purposes(), func(p receipt.Purpose) bool { return receipt.Does(s.profile.Receipts, p) })
	if !keeps || !slices.ContainsFunc(tasks, isReturn) {
		return tasks, nil
	}
	keys, err := tx.OpenKeysOf(ctx, home)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		of, err := tx.ReceiptsOfKey(ctx, k.ID)
		if err != nil {
			return nil, err
		}
		if holder, _ := receipt.HolderOf(of); holder.Kind != receipt.Client {
			return tasks, nil
		}
	}
	return slices.DeleteFunc(slices.Clone(tasks), isReturn), nil
}

// idleKeyTasks ends the work of taking keys over when no key of the home is under way: the one who was to have it has it, or the
// hand-over has been called off. Keys that go back are a person's to see to: not all of them are in the register.
func (s *Service) idleKeyTasks(ctx context.Context, tx Tx, actor string, home []string) error {
	open, err := tx.OpenTasks(ctx, home)
	if err != nil {
		return err
	}
	open = append(ofKind(open, routine.TakeReceipt), ofKind(open, routine.TakeSpare)...)
	if len(open) == 0 {
		return nil
	}
	waiting, err := s.handOversWaiting(ctx, tx, home)
	if err != nil || len(waiting) > 0 {
		return err
	}
	for _, t := range open {
		if err := s.closeTask(ctx, tx, actor, t, TaskCancelled, reasonWithdrawn); err != nil {
			return err
		}
	}
	return nil
}

// handOversWaiting says which work of handing keys over has a receipt under way in a home.
func (s *Service) handOversWaiting(ctx context.Context, tx Tx, home []string) (map[routine.TaskKind]bool, error) {
	keys, err := tx.OpenKeysOf(ctx, home)
	if err != nil {
		return nil, err
	}
	waiting := map[routine.TaskKind]bool{}
	for _, k := range keys {
		of, err := tx.ReceiptsOfKey(ctx, k.ID)
		if err != nil {
			return nil, err
		}
		for _, r := range of {
			if r.State.Open() {
				waiting[taskOf(k, r)] = true
			}
		}
	}
	return waiting, nil
}
