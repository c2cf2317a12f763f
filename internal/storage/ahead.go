package storage

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"hemnyckel/internal/storage/engine"
)

// Where a round trip to the database costs more than most statements, as on PostgreSQL, a transaction sends them together:
// writes whose outcome nobody asks for wait for the next statement that somebody does, or for the commit; and reads that are
// known beforehand are asked in one go. What a transaction sees, and what fails, is the same as if each were sent by itself; only
// that a write's failure comes when it is sent, at the latest with the commit.

// ahead is what a transaction knows before it is asked, and what it has not sent yet.
type ahead struct {
	waits   bool // whether writes wait
	waiting []*engine.Call
	asking  bool           // a Foresee notes reads instead of making them
	asked   []*engine.Call // what it has noted
	answers []*engine.Call // reads that were foreseen and nothing has changed since

	nextJournal int64 // index of the next entry of the journal, once this transaction has written one
}

// mostWaiting bounds the writes that wait, and so what a large work holds in memory.
const mostWaiting = 64

// later runs a statement whose outcome nobody asks for.
func (tx *Tx) later(ctx context.Context, text string, args ...any) error {
	c := &engine.Call{Text: text, Args: args}
	if !tx.waits || len(tx.waiting) >= mostWaiting || tx.asking {
		return tx.run(ctx, c)
	}
	if err := tx.usable(ctx); err != nil {
		return err
	}
	tx.outdate(c)
	tx.waiting = append(tx.waiting, c)
	return nil
}

// unsent returns the writes that wait, for them to be sent.
func (tx *Tx) unsent() []*engine.Call {
	calls := tx.waiting
	tx.waiting = nil
	return calls
}

var errForesee = errors.New("storage: a Foresee only reads")

// Foresee asks in one round trip for everything that ask reads, so that reading it afterwards takes none. Within ask nothing is
// answered: it says what will be read, and what it gets is empty. A reading that was not foreseen, or whose table has been
// written since, is made as always: to foresee too little or too much costs time and nothing else.
func (tx *Tx) Foresee(ctx context.Context, ask func()) error {
	if !tx.engine.Limits().Together || tx.asking {
		return nil
	}
	tx.asking = true
	ask()
	calls := tx.asked
	tx.asking, tx.asked = false, nil
	if len(calls) == 0 {
		return tx.usable(ctx)
	}
	err := tx.run(ctx, calls...)
	tx.answers = append(tx.answers, calls...)
	return err
}

// foreseen returns the answer to a query if that is known, and nothing while it is only noted.
func (tx *Tx) foreseen(text string, args []any) ([]row, bool) {
	same := func(c *engine.Call) bool { return c.Text == text && reflect.DeepEqual(c.Args, args) }
	if i := slices.IndexFunc(tx.answers, same); i >= 0 {
		return tx.answers[i].Kept, true
	}
	if !tx.asking || !strings.HasPrefix(text, "SELECT ") {
		return nil, false
	}
	if !slices.ContainsFunc(tx.asked, same) {
		tx.asked = append(tx.asked, &engine.Call{Text: text, Args: args, Keep: true})
	}
	return nil, true
}

// outdate forgets the answers about what calls change: those whose query names the table. No table of ours changes with another by
// itself.
func (tx *Tx) outdate(calls ...*engine.Call) {
	for _, c := range calls {
		if len(tx.answers) == 0 || strings.HasPrefix(c.Text, "SELECT ") {
			continue
		}
		table := written(c.Text)
		tx.answers = slices.DeleteFunc(tx.answers, func(a *engine.Call) bool { return strings.Contains(a.Text, table) })
	}
}

// written is the table that a statement writes, "" (which is part of everything) for one that says so in another way.
func written(text string) string {
	for _, verb := range []string{"INSERT INTO ", "UPDATE ", "DELETE FROM "} {
		if rest, ok := strings.CutPrefix(text, verb); ok {
			return strings.FieldsFunc(rest, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) })[0]
		}
	}
	return ""
}
