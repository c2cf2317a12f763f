// Package importer brings a municipality's registers into its database: reads and checks a folder, compares it with what
// the last import saw, stages what is new or changed, and applies that part by part.
//
// It owns the order of things and the result that the command prints. Reading and checking is internal/edge/registers';
// what a row does to a client is internal/domain/casework's.
//
// Promises: a folder with a fault that makes it unreadable changes nothing; a bad row is left out and reported, everything
// else is applied; each part is one short transaction, with a pause after it where the database does not serve those who wait
// in their order, so that a station's visit does not wait; an interrupted import goes on where it stopped; a second import at
// the same time is refused; the same folder again changes nothing; rows that have vanished are listed and left alone; a dry
// run tells the same faults as the import, except rows that the database itself refuses.
package importer

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/edge/registers"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

// Options of Run.
type Options struct {
	Day          swedish.Date   // the present day
	Location     *time.Location // where midnight is
	DryRun       bool           // check and compare, apply nothing
	AllowReserve bool           // accept reserve identity numbers: demonstrations and benchmarks only
	Progress     Progress
}

// Progress is told now and then how far a step has come; all is 0 while that is not known. It may be nil.
type Progress func(step string, done, all int)

// Result is what an import came to. Its JSON is what the command prints.
type Result struct {
	Accepted  map[string]int `json:"accepted"`  // new or changed rows, by file
	Unchanged map[string]int `json:"unchanged"` // rows that said what they said last time
	Rejected  []Rejected     `json:"rejected"`
	Vanished  []Vanished     `json:"vanished"` // rows of an earlier import that are not in this one; nothing was done to them
	Resumed   bool           `json:"resumed,omitempty"`
}

// Rejected is a row that was left out.
type Rejected struct {
	File    string `json:"file"`
	Row     int    `json:"row"`
	Column  string `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Vanished is a row that an earlier import applied and that is gone now.
type Vanished struct {
	File string `json:"file"`
	Key  string `json:"key"`
}

// What can go wrong, beside what the registers and the database say.
var (
	ErrRunning = problem.New(problem.Conflict, "import-running",
		"En annan inläsning pågår i samma kommun. Inget har lästs in nu: vänta tills den är klar och kör kommandot igen.",
		"Another import into the same municipality is running. Nothing was imported now: wait until it is done and run the command again.")
	ErrUnfinished = problem.New(problem.Unavailable, "import-unfinished",
		"Inläsningen blev inte klar: %d av %d delar är införda, hela och rätt. Kör samma kommando igen, så fortsätter den.",
		"The import did not finish: %d of %d parts are applied, whole and right. Run the same command again and it goes on.")
	errRowConflicts = problem.New(problem.Conflict, "row-conflicts",
		"Raden går inte att förena med det som redan finns i systemet och har lämnats utanför; allt annat är infört. Kontrollera raden. Är den rätt, kontakta systemägaren.",
		"The row cannot be reconciled with what is in the system already and was left out; everything else is applied. Check the row. If it is right, contact the system owner.")
	errSuperseded = errors.New("importer: another import has taken over")
)

// pauseAfter is how long an import stands aside after each transaction, for those who wait for a database that does not
// serve them in the order in which they came.
const pauseAfter = 2 * time.Millisecond

// claimed is the work that only one import at a time may do.
const claimed = "import"

// settingRefresh is set from when a change that concerns everybody's rights is applied until it has been carried out, to the
// highest id among those whom it concerns.
const settingRefresh = "import.refresh"

// Reading is a folder that has been read and checked.
type Reading struct {
	registers *registers.Registers
	faults    []registers.Fault
	o         Options
}

// Read reads and checks the registers at path. It touches no database.
func Read(ctx context.Context, path string, o Options) (*Reading, error) {
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	read, faults, err := registers.Read(ctx, path, registers.Options{Day: o.Day, AllowReserve: o.AllowReserve,
		Progress: func(table string, row int) { o.Progress(table, row, 0) }})
	return &Reading{read, faults, o}, err
}

// Run imports the registers at path. lang is the language of the rejected rows' messages.
func Run(ctx context.Context, m *municipality.Municipality, path, lang string, o Options) (*Result, error) {
	read, err := Read(ctx, path, o)
	if err != nil {
		return nil, err
	}
	return read.Apply(ctx, m, lang)
}

// Apply brings what has been read into m; of a dry run, m may be nil: a municipality that is not there yet. An error wraps
// [ErrUnfinished] where some has been applied; otherwise nothing has. [ErrRunning] if another import runs.
func (r *Reading) Apply(ctx context.Context, m *municipality.Municipality, lang string) (result *Result, err error) {
	i := newRun(m, r.o, lang)
	for file := range r.registers.Rows { // a register that was read has a count, be it nought
		i.result.Accepted[file], i.result.Unchanged[file] = 0, 0
	}
	for _, f := range r.faults {
		i.reject(f.File, f.Row, f.Column, f.Code, f.Message.In(lang))
		i.bad[about(f.File, f.Key)] = true
	}
	if !r.o.DryRun {
		release, err := m.DB.Claim(ctx, claimed)
		if errors.Is(err, storage.Claimed) {
			return nil, ErrRunning
		}
		if err != nil {
			return nil, err
		}
		defer func() {
			if released := release(); err == nil {
				err = released
			}
		}()
	}
	if err := i.load(ctx); err != nil {
		return nil, err
	}
	if r.o.DryRun {
		err := newPlan(r.registers, r.o.Location, i, func(b casework.RegisterBatch) error { return i.check(ctx, b) }).each()
		i.findVanished()
		return i.result, err
	}
	if err := i.stage(ctx, r.registers); err != nil {
		return nil, err
	}
	if err := i.apply(ctx); err != nil {
		if i.done > 0 {
			err = ErrUnfinished.Fill(i.done, i.units).With(err)
		}
		return nil, err
	}
	return i.result, nil
}

// run is one import.
type run struct {
	m      *municipality.Municipality
	o      Options
	lang   string
	result *Result
	id     string
	units  int
	done   int                 // parts that are applied
	pace   pace                // how many things are applied in one transaction
	before map[rowKey]seenRow  // what earlier imports saw
	moving map[string]bool     // serial numbers of locks on doors that were known and whose clients' rows are applied now
	bad    map[rowKey]bool     // what the rows that were rejected are about
	added  map[rowKey]int      // new rows, by what they share with a row that they may replace
	stale  map[string][]string // keys of rows that new ones have replaced, by file
}

func newRun(m *municipality.Municipality, o Options, lang string) *run {
	return &run{m: m, o: o, lang: lang, result: &Result{Accepted: map[string]int{}, Unchanged: map[string]int{}, Rejected: []Rejected{}, Vanished: []Vanished{}},
		pace: pace{}, moving: map[string]bool{}, bad: map[rowKey]bool{}, added: map[rowKey]int{}, stale: map[string][]string{}}
}

// filePort stands for entrances among the rows: they have no table of their own, only mentions.
const filePort = "port"

type rowKey struct{ file, key string }

type seenRow struct {
	digest string
	said   string // see casework.RegisterRow
	again  bool
}

func (i *run) reject(file string, row int, column, code, message string) {
	i.result.Rejected = append(i.result.Rejected, Rejected{file, row, column, code, message})
}

func (i *run) load(ctx context.Context) error {
	i.before = map[rowKey]seenRow{}
	if i.m == nil {
		return nil
	}
	return i.m.DB.View(ctx, func(tx *storage.Tx) error {
		clear(i.before)
		return tx.EachRegisterRow(ctx, func(file, key, digest, said string) error {
			i.before[rowKey{file, key}] = seenRow{digest: digest, said: said}
			return nil
		})
	})
}

// stage writes what is to be applied to the database, so that a full disk or a lost connection shows before anything is
// applied. What an interrupted import had staged is staged anew, except what it has applied, which is not new any more:
// so every row is reported, also one that could not be applied then.
func (i *run) stage(ctx context.Context, r *registers.Registers) error {
	digest := hex.EncodeToString(r.Digest[:])
	i.id = uuid.Must(uuid.NewV7()).String()
	if err := i.update(ctx, func(tx *storage.Tx) error {
		open, found, err := tx.UnfinishedRun(ctx)
		if err != nil {
			return err
		}
		i.result.Resumed = found && open.Digest == digest
		if err := tx.DiscardRuns(ctx, ""); err != nil {
			return err
		}
		return tx.StartRun(ctx, i.id, digest)
	}); err != nil {
		return err
	}
	var bodies []string
	write := func() error {
		err := i.update(ctx, func(tx *storage.Tx) error { return tx.Stage(ctx, i.id, i.units, bodies) })
		i.units += len(bodies)
		bodies = bodies[:0]
		return err
	}
	const together = 16
	if err := newPlan(r, i.o.Location, i, func(b casework.RegisterBatch) error {
		body, err := json.Marshal(b)
		if err != nil {
			return err
		}
		if bodies = append(bodies, string(body)); len(bodies) < together {
			return nil
		}
		return write()
	}).each(); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	i.findVanished()
	return i.update(ctx, func(tx *storage.Tx) error {
		for file, keys := range i.stale {
			if err := tx.DropRegisterRows(ctx, file, keys); err != nil {
				return err
			}
		}
		return tx.SealRun(ctx, i.id, i.units)
	})
}

func (i *run) finish(ctx context.Context) error {
	return i.update(ctx, func(tx *storage.Tx) error {
		ours, err := tx.FinishRun(ctx, i.id)
		if err == nil && !ours {
			err = errSuperseded
		}
		if err != nil || i.units == 0 {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.RegistersImported, Subjects: []string{i.id}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: "import:" + i.id},
			{Name: "parts", Value: fmt.Sprint(i.units)},
			{Name: "rejected", Value: fmt.Sprint(len(i.result.Rejected))},
			{Name: "vanished", Value: fmt.Sprint(len(i.result.Vanished))},
		}})
	})
}

// update runs one short transaction, and then stands aside where it must.
func (i *run) update(ctx context.Context, f func(tx *storage.Tx) error) error {
	if err := i.m.DB.Update(ctx, f); err != nil || i.m.DB.InOrder() {
		return err
	}
	select {
	case <-ctx.Done(): // the next one says so; this one is committed
	case <-time.After(pauseAfter):
	}
	return nil
}
