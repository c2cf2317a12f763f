package importer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/storage"
)

// check tells what would be left out of a part, as far as that follows from what is there now.
func (i *run) check(ctx context.Context, b casework.RegisterBatch) error {
	if i.m == nil {
		return nil
	}
	var faults []casework.RegisterFault
	err := i.m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		faults, err = i.m.Casework.CheckRegisters(ctx, tx, i.asImport(tx), b)
		return err
	})
	i.leftOut(b, faults)
	return err
}

// asImport is how casework knows this import. Use it in the transaction that it was made for.
func (i *run) asImport(tx *storage.Tx) casework.Import {
	return casework.Import{ID: i.id, Keys: i.m.Keys,
		Moving: func(serial string) bool { return i.moving[serial] },
		Everybody: func(ctx context.Context, last string) error {
			if i.o.DryRun {
				return nil
			}
			return tx.SetSetting(ctx, settingRefresh, last)
		}}
}

// leftOut reports rows that could not be applied and counts them as what they are.
func (i *run) leftOut(b casework.RegisterBatch, faults []casework.RegisterFault) {
	for _, f := range faults {
		i.reject(f.File, f.Row, f.Column, f.Code, f.Text.In(i.lang))
		count := i.result.Unchanged
		for _, r := range b.Rows {
			if r.File == f.File && r.Row == f.Row {
				count = i.result.Accepted
			}
		}
		count[f.File]--
	}
}

// apply applies staged parts until none is left, and then what concerns everybody.
func (i *run) apply(ctx context.Context) error {
	reading, stop := context.WithCancel(ctx)
	defer stop()
	for p := range i.together(i.decode(reading)) {
		if p.err != nil {
			return p.err
		}
		begun := time.Now()
		faults, err := i.applyPart(ctx, p, i.applyWhole)
		if atFault(err) {
			faults, err = i.applyPart(ctx, p, i.applyEach)
		}
		if err != nil {
			return err
		}
		i.pace.took(p.batch.Sort(), p.batch.Things(), time.Since(begun))
		i.leftOut(p.batch, faults)
		i.done += p.parts
		i.o.Progress("apply", i.done, i.units)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := i.refresh(ctx); err != nil {
		return err
	}
	if err := i.finish(ctx); err != nil {
		return err
	}
	_, err := i.m.Log.Integrate(ctx)
	return err
}

// refresh recomputes the rights of everybody who was there before, if this import, or one that was interrupted, has changed
// what they depend on.
func (i *run) refresh(ctx context.Context) error {
	var last string
	if err := i.m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		last, err = tx.Setting(ctx, settingRefresh)
		return err
	}); err != nil || last == "" {
		return err
	}
	if _, err := i.m.Casework.RefreshAll(ctx, last, func(ctx context.Context, f func(casework.RegisterTx) error) error {
		return i.update(ctx, func(tx *storage.Tx) error { return f(tx) })
	}); err != nil {
		return err
	}
	return i.update(ctx, func(tx *storage.Tx) error { return tx.SetSetting(ctx, settingRefresh, "") })
}

// part is one staged part, or neighbours among them, decoded; or why there is none.
type part struct {
	first, last int // where it was staged
	parts       int
	batch       casework.RegisterBatch
	err         error
}

// decode reads the staged parts in order, a few ahead of the one that is applied, so that decoding costs nobody who waits
// for the database. The channel is closed after the last part, an error, or the end of ctx.
func (i *run) decode(ctx context.Context) <-chan part {
	out := make(chan part, 2*mostTogether/perPart)
	go func() {
		defer close(out)
		for p := (part{last: -1, parts: 1}); p.err == nil; {
			var body string
			var found bool
			p.batch = casework.RegisterBatch{}
			p.err = i.m.DB.View(ctx, func(tx *storage.Tx) (err error) {
				p.last, body, found, err = tx.StagedAfter(ctx, i.id, p.last)
				return err
			})
			p.first = p.last
			if p.err == nil && !found {
				return
			}
			if p.err == nil {
				if err := json.Unmarshal([]byte(body), &p.batch); err != nil {
					p.err = fmt.Errorf("importer: staged part %d: %w", p.first, err)
				}
			}
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// applyPart applies a part in one transaction, in a way.
func (i *run) applyPart(ctx context.Context, p part, way func(context.Context, *storage.Tx, casework.RegisterBatch) ([]casework.RegisterFault, error)) (faults []casework.RegisterFault, err error) {
	err = i.update(ctx, func(tx *storage.Tx) (err error) {
		if faults, err = way(ctx, tx, p.batch); err != nil {
			return err
		}
		dropped, err := tx.DropStaged(ctx, i.id, p.first, p.last)
		if err == nil && dropped != p.parts {
			err = errSuperseded
		}
		return err
	})
	return faults, err
}

func (i *run) applyWhole(ctx context.Context, tx *storage.Tx, b casework.RegisterBatch) ([]casework.RegisterFault, error) {
	return i.m.Casework.ApplyRegisters(ctx, tx, i.asImport(tx), b)
}

// applyEach applies the things of a part one by one and leaves out those that the database refuses: one row that nobody had
// thought of must not stop the import for ever.
func (i *run) applyEach(ctx context.Context, tx *storage.Tx, b casework.RegisterBatch) (faults []casework.RegisterFault, err error) {
	for _, one := range b.Split() {
		var found []casework.RegisterFault
		err := tx.Savepoint(ctx, func() (err error) {
			found, err = i.applyWhole(ctx, tx, one)
			return err
		})
		if atFault(err) {
			found = refused(one, err)
		} else if err != nil {
			return nil, err
		}
		faults = append(faults, found...)
	}
	return faults, nil
}

// atFault reports whether an error is about what a row says rather than about the database.
func atFault(err error) bool {
	_, broken := errors.AsType[*storage.Violation](err)
	return broken
}

// refused makes faults of a thing's rows.
func refused(b casework.RegisterBatch, why error) (faults []casework.RegisterFault) {
	text, code := errRowConflicts.Text, errRowConflicts.Code
	if p, ok := errors.AsType[*problem.Error](why); ok {
		text, code = p.Text, p.Code
	}
	for _, r := range b.Rows {
		if r.File != filePort {
			faults = append(faults, casework.RegisterFault{File: r.File, Row: r.Row, Code: code, Text: text})
		}
	}
	return faults
}
